//! The states of an alarm, as CloudWatch spells them.

/// `StateValue`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum State {
    /// Within the threshold.
    Ok,
    /// Outside of it.
    Alarm,
    /// Not enough is known.
    InsufficientData,
}
