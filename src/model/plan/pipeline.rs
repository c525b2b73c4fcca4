//! Pipelines: how a change goes on stage by stage, over the units that it is to reach and their zones.

use super::{Plan, Unit};
use crate::engine::{Span, Time};
use crate::model::ids::{AlarmId, ZoneId};

/// A pipeline: its stages one after another.
#[derive(Clone, Debug, Default)]
pub struct Pipeline {
    /// In order.
    pub stages: Vec<Stage>,
    /// When a stage may begin; `None`: at any time.
    pub hours: Option<Hours>,
    /// Whether stages begin while a fault is in force.
    pub during_faults: bool,
    pub alarms: Vec<Watched>,
    /// How long it takes to change a part of a control-plane cell, or to change it back.
    pub takes: Span,
}

/// An alarm that a pipeline watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watched {
    pub alarm: AlarmId,
    /// The unit that it watches, by its place: it counts once the unit has been reached; `None`: it counts always.
    pub unit: Option<u16>,
}

/// A stage: its moves, then a bake.
#[derive(Clone, Debug)]
pub struct Stage {
    pub name: String,
    /// What is changed, in order.
    pub moves: Vec<Move>,
    /// How many moves are under way at a time.
    pub at_once: usize,
    /// How long it is watched before the next stage may begin.
    pub bake: Span,
    /// How many requests the new revision has to get meanwhile, in whole requests.
    pub requests: u64,
}

/// A part of a unit is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Which unit, by its place in the change.
    pub unit: u16,
    pub reach: Reach,
}

/// How far a unit is changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// A single task; of a control-plane cell, one worker.
    OneBox,
    /// All of it in one zone more.
    Zone(ZoneId),
    #[default]
    Whole,
}

/// Working hours, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// Days of the week, Monday first.
    pub days: [bool; 7],
    /// From this time of the day on.
    pub from: Span,
    /// Before this one; later than `from`.
    pub until: Span,
}

/// 1970-01-01 was a Thursday.
const FIRST_WEEKDAY: u64 = 3;
const DAY: u64 = 86_400_000_000;

impl Hours {
    /// How long it is until working hours, from `now` of a run that starts at this second since 1970-01-01; zero within
    /// them.
    pub fn wait(&self, now: Time, starts_at: i64) -> Span {
        let micros = i128::from(starts_at) * 1_000_000 + i128::from(now.0);
        let (day, of_day) = (micros.div_euclid(i128::from(DAY)), micros.rem_euclid(i128::from(DAY)) as u64);
        let works = |ahead: u64| {
            let weekday = (day + i128::from(ahead) + i128::from(FIRST_WEEKDAY)).rem_euclid(7) as usize;
            self.days[weekday]
        };
        if works(0) && of_day < self.until.0 {
            return Span(self.from.0.saturating_sub(of_day));
        }
        let ahead = (1..=7).find(|ahead| works(*ahead)).unwrap_or(7);
        Span(ahead * DAY + self.from.0 - of_day)
    }
}

impl Unit {
    /// "cluster/name" of a service, "region/cell" of a cell of the control plane.
    pub fn name(self, plan: &Plan) -> String {
        match self {
            Unit::Service(service) => plan.services[service].name.clone(),
            Unit::Cell(cell) => format!("{}/{}", plan.regions[plan.cells[cell].region].name, plan.cells[cell].name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-05 00:00 UTC, a Monday.
    const MONDAY: i64 = 1_767_571_200;
    const HOUR: u64 = 3_600_000_000;

    fn waits(hours_since_monday: u64) -> u64 {
        let week = [true, true, true, true, true, false, false];
        let hours = Hours { days: week, from: Span(9 * HOUR), until: Span(17 * HOUR) };
        hours.wait(Time(hours_since_monday * HOUR), MONDAY).0 / HOUR
    }

    #[test]
    fn working_hours_are_waited_for() {
        assert_eq!(waits(0), 9, "Monday night");
        assert_eq!(waits(9), 0, "at nine");
        assert_eq!(waits(16), 0, "before five");
        assert_eq!(waits(17), 16, "at five it is over for the day");
        assert_eq!(waits(4 * 24 + 17), 64, "Friday evening: until Monday at nine");
        assert_eq!(waits(5 * 24 + 12), 45, "Saturday noon");
    }
}
