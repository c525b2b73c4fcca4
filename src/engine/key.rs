//! The total order of events, decided by content alone.

use super::time::Time;

/// What comes first at one instant: the world breaks, the world acts, the accounting close.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Phase {
    /// Something outside breaks or heals.
    Fault = 0,
    Normal = 1,
    /// Counts are read after everything else.
    Close = 2,
}

/// `time 64 | phase 2 | source 14 | count 48`: one number, one comparison, no ties.
///
/// `source` is the partition that scheduled the event and `count` that partition's own number of scheduled events, so
/// two keys are never equal and their order does not depend on which event arrived first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key(u128);

impl Key {
    /// The largest number a source may have.
    pub const SOURCE_MAX: u16 = (1 << 14) - 1;
    /// The largest count of a source: 281 million million events.
    pub const COUNT_MAX: u64 = (1 << 48) - 1;

    pub fn new(time: Time, phase: Phase, source: u16, count: u64) -> Key {
        debug_assert!(source <= Key::SOURCE_MAX, "source {source} exceeds 14 bits");
        debug_assert!(count <= Key::COUNT_MAX, "count {count} exceeds 48 bits");
        let order = (phase as u64) << 62 | u64::from(source) << 48 | count;
        Key(u128::from(time.0) << 64 | u128::from(order))
    }

    pub fn time(self) -> Time {
        Time((self.0 >> 64) as u64)
    }

    /// The lower half: phase, source and count, which order events of one instant.
    pub fn order(self) -> u64 {
        self.0 as u64
    }

    /// From the two halves that [`Key::time`] and [`Key::order`] return.
    pub fn from_halves(time: Time, order: u64) -> Key {
        Key(u128::from(time.0) << 64 | u128::from(order))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_by_time_then_phase_then_source_then_count() {
        let keys = [
            Key::new(Time(1), Phase::Close, 9, 9),
            Key::new(Time(2), Phase::Fault, 9, 9),
            Key::new(Time(2), Phase::Normal, 1, 9),
            Key::new(Time(2), Phase::Normal, 2, 1),
            Key::new(Time(2), Phase::Normal, 2, 2),
            Key::new(Time(2), Phase::Close, 0, 0),
        ];
        assert!(keys.is_sorted());
    }

    #[test]
    fn keeps_its_halves() {
        let key = Key::new(Time(77), Phase::Normal, 5, 123);
        assert_eq!(Key::from_halves(key.time(), key.order()), key);
    }
}
