//! The states of an alarm, as CloudWatch spells them.

/// `StateValue`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum State {
    Ok,
    Alarm,
    InsufficientData,
}
