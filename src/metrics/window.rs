//! The window that counts, and levels integrated over it.

use crate::engine::Time;

/// A level that holds until it is set again: its integral, least and most over the window. Levels that hold for no
/// time do not count.
#[derive(Clone, Copy, Debug)]
pub struct Integral {
    since: u64,
    level: u64,
    sum: u128,
    least: u64,
    most: u64,
}

impl Integral {
    /// A level of zero; integrated from `from` on.
    pub fn new(from: Time) -> Self {
        Integral { since: from.0, level: 0, sum: 0, least: u64::MAX, most: 0 }
    }

    pub fn level(&self) -> u64 {
        self.level
    }

    #[inline]
    pub fn set(&mut self, now: Time, level: u64) {
        if level != self.level {
            self.reach(now);
            self.level = level;
        }
    }

    /// Integrates up to `now`.
    #[inline]
    fn reach(&mut self, now: Time) {
        if now.0 > self.since {
            self.sum += u128::from(self.level) * u128::from(now.0 - self.since);
            self.least = self.least.min(self.level);
            self.most = self.most.max(self.level);
            self.since = now.0;
        }
    }

    /// Integral over the window until `end`, in units of the level times microseconds.
    pub fn until(self, end: Time) -> u128 {
        self.extent(end).sum
    }

    /// Least, integral and most until `end`; the level itself when the window is empty.
    pub fn extent(mut self, end: Time) -> Extent {
        self.reach(end);
        let least = if self.least == u64::MAX { self.level } else { self.least };
        Extent { least, sum: self.sum, most: self.most.max(least) }
    }
}

/// A level over the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    pub least: u64,
    /// Integral, in units of the level times microseconds.
    pub sum: u128,
    pub most: u64,
}
