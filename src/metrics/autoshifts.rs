//! What became of zonal autoshift: how often and for how long AWS shifted each resource, and how its practice runs ended.

use super::window::Integral;
use crate::engine::Time;
use crate::model::fact::{OUTCOMES, ZonalFact, ZonalStep};
use crate::model::ids::{AutoshiftId, ShiftSource};

/// Steps that a picture can show, at most.
const MARKS_MAX: usize = 200;

/// What happened to one resource in one replication.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measure {
    /// How often AWS shifted it.
    pub shifts: u32,
    pub first: Option<Time>,
    /// Microseconds of the window for which an autoshift was active.
    pub micros: u128,
    /// Practice runs by outcome, in the order of [`OUTCOMES`].
    pub runs: [u32; 5],
    /// Practice runs that somebody started and ARC refused.
    pub refused: u32,
    /// What happened, in order, as far as a picture shows it.
    pub steps: Vec<(Time, bool, ZonalStep)>,
}

/// Resources of one partition.
#[derive(Clone, Debug)]
pub struct Autoshifts {
    rows: Vec<(AutoshiftId, Measure, Integral)>,
    from: Time,
}

impl Autoshifts {
    /// Time is counted from `from` on, all else from time 0.
    pub fn new(from: Time) -> Autoshifts {
        Autoshifts { rows: Vec::new(), from }
    }

    pub fn take(&mut self, now: Time, fact: ZonalFact) {
        let (id, practice) = match fact.source {
            ShiftSource::Autoshift(id) => (id, false),
            ShiftSource::Practice(id) => (id, true),
            ShiftSource::Change(_) => return,
        };
        let place = self.rows.iter().position(|row| row.0 == id).unwrap_or_else(|| {
            self.rows.push((id, Measure::default(), Integral::new(self.from)));
            self.rows.len() - 1
        });
        let (_, row, level) = &mut self.rows[place];
        if row.steps.len() < MARKS_MAX {
            row.steps.push((now, practice, fact.what));
        }
        match (practice, fact.what) {
            (false, ZonalStep::Began) => {
                row.shifts += 1;
                row.first.get_or_insert(now);
                level.set(now, 1);
            }
            (false, _) => level.set(now, 0),
            (true, ZonalStep::Began) => row.runs[OUTCOMES.len() - 1] += 1,
            (true, ZonalStep::Refused) => row.refused += 1,
            (true, what) => {
                let Some(outcome) = what.outcome() else { return };
                row.runs[outcome] += 1;
                // It is not under way any more; one that fails its capacity check never was.
                if what != ZonalStep::CapacityCheckFailed {
                    row.runs[OUTCOMES.len() - 1] -= 1;
                }
            }
        }
    }

    /// In the order of the plan.
    pub fn finish(self, end: Time) -> Vec<(AutoshiftId, Measure)> {
        let close =
            |(id, row, level): (AutoshiftId, Measure, Integral)| (id, Measure { micros: level.until(end), ..row });
        let mut rows: Vec<_> = self.rows.into_iter().map(close).collect();
        rows.sort_by_key(|row| row.0);
        rows
    }
}
