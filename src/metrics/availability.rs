//! Whether a service's tasks cover its need: levels of running and available tasks, by zone and in all.

use super::window::{Extent, Integral};
use crate::engine::Time;
use crate::engine::index::Table;
use crate::model::ids::ZoneId;

/// Levels of one service. A change is a few integer operations; zones stand in the order of its Region.
#[derive(Clone, Debug)]
pub struct Availability {
    zones: Table<ZoneId, ZoneLevel>,
    running: Integral,
    available: u64,
    need: u64,
    desired: u64,
    /// 1 while the need is met.
    met: Integral,
    /// 1 while anything is needed.
    needed: Integral,
    /// Tasks missing from the desired count.
    missing: Integral,
}

#[derive(Clone, Copy, Debug)]
struct ZoneLevel {
    running: Integral,
    available: u32,
}

/// What [`Availability`] measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measure {
    pub running: Extent,
    /// Microseconds of the window in which the need was met.
    pub met: u128,
    /// Whether anything was needed at any time of the window.
    pub needed: bool,
    /// Missing task time, in task-microseconds.
    pub missing: u128,
    /// Running task time in each zone, in task-microseconds.
    pub zones: Vec<u128>,
}

impl Availability {
    /// For a service in a Region of these zones, measured from `from` on.
    pub fn new(zones: impl Iterator<Item = ZoneId>, from: Time) -> Self {
        let zero = Integral::new(from);
        let zones = Table::by_id(zones, |_| ZoneLevel { running: zero, available: 0 });
        let mut met = zero;
        met.set(Time::ZERO, 1);
        Availability { zones, running: zero, available: 0, need: 0, desired: 0, met, needed: zero, missing: zero }
    }

    /// Running tasks in a zone.
    #[inline]
    pub fn set_running(&mut self, now: Time, zone: ZoneId, count: u32) {
        let level = &mut self.zones[zone].running;
        let all = self.running.level() - level.level() + u64::from(count);
        level.set(now, u64::from(count));
        self.running.set(now, all);
    }

    /// Available tasks in a zone.
    #[inline]
    pub fn set_available(&mut self, now: Time, zone: ZoneId, count: u32) {
        let level = &mut self.zones[zone].available;
        self.available = self.available - u64::from(*level) + u64::from(count);
        *level = count;
        self.compare(now);
    }

    pub fn set_need(&mut self, now: Time, need: u32, desired: u32) {
        self.need = u64::from(need);
        self.desired = u64::from(desired);
        self.needed.set(now, u64::from(need > 0));
        self.compare(now);
    }

    fn compare(&mut self, now: Time) {
        self.met.set(now, u64::from(self.available >= self.need));
        self.missing.set(now, self.desired.saturating_sub(self.available));
    }

    /// Need and desired count now.
    pub fn wanted(&self) -> [u64; 2] {
        [self.need, self.desired]
    }

    /// Available tasks now.
    pub fn all_available(&self) -> u64 {
        self.available
    }

    /// Available tasks in a zone now.
    pub fn available(&self, zone: ZoneId) -> u32 {
        self.zones[zone].available
    }

    /// Whether the need and the desired count are met, and whether these zones differ by at most one task. A service that
    /// has lost all its tasks is not even.
    #[inline]
    pub fn holds(&self, zones: &[ZoneId]) -> [bool; 3] {
        let counts = || zones.iter().map(|zone| self.zones[*zone].available);
        let even = counts().max().zip(counts().min()).is_none_or(|(most, least)| most - least <= 1);
        let gone = self.available == 0 && self.desired > 0;
        [self.available >= self.need, self.available >= self.desired, even && !gone]
    }

    pub fn finish(self, end: Time) -> Measure {
        Measure {
            running: self.running.extent(end),
            met: self.met.until(end),
            needed: self.needed.until(end) > 0,
            missing: self.missing.until(end),
            zones: self.zones.iter().map(|level| level.running.until(end)).collect(),
        }
    }
}
