//! What became of each change: when it went on, who was sent to its revision, and how it ended.

use super::window::Integral;
use crate::engine::Time;
use crate::model::fact::ChangeStep;
use crate::model::ids::ChangeId;

/// How a change ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It is completed.
    Completed,
    /// It was taken back.
    RolledBack,
    /// It failed or stalled without being taken back, or a later one took its place.
    Stopped,
    /// The run ended before, or nothing can move.
    Unfinished,
}

impl Outcome {
    /// All of them, in order.
    pub const ALL: [Outcome; 4] = [Outcome::Completed, Outcome::RolledBack, Outcome::Stopped, Outcome::Unfinished];

    /// As the results spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Completed => "completed",
            Outcome::RolledBack => "rolledBack",
            Outcome::Stopped => "stopped",
            Outcome::Unfinished => "unfinished",
        }
    }
}

/// What one change did in one replication.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Steps that it took, in order.
    pub steps: Vec<(ChangeStep, Time)>,
    /// Requests sent to its revision: billionths for each second, times microseconds.
    pub exposed: u128,
}

impl Measure {
    /// When it took a step.
    pub fn at(&self, step: ChangeStep) -> Option<Time> {
        self.steps.iter().find(|(of, _)| *of == step).map(|(_, at)| *at)
    }

    /// How it ended.
    pub fn outcome(&self) -> Outcome {
        let last = self.steps.iter().rev().map(|(step, _)| *step).next();
        match last {
            Some(ChangeStep::Completed) => Outcome::Completed,
            Some(ChangeStep::RolledBack) => Outcome::RolledBack,
            Some(ChangeStep::Stalled | ChangeStep::Superseded) => Outcome::Stopped,
            Some(ChangeStep::Began | ChangeStep::Bakes | ChangeStep::Failed | ChangeStep::Back) | None => {
                Outcome::Unfinished
            }
        }
    }
}

/// Changes of one partition that were asked for.
#[derive(Clone, Debug)]
pub struct Changes {
    from: Time,
    rows: Vec<Row>,
}

/// One change: its steps, and what its revision gets.
#[derive(Clone, Debug)]
struct Row {
    change: ChangeId,
    steps: Vec<(ChangeStep, Time)>,
    exposed: Integral,
}

impl Changes {
    /// Counts requests from `from` on.
    pub fn new(from: Time) -> Changes {
        Changes { from, rows: Vec::new() }
    }

    fn row(&mut self, change: ChangeId) -> &mut Row {
        let found = self.rows.iter().rposition(|row| row.change == change);
        let place = found.unwrap_or_else(|| {
            self.rows.push(Row { change, steps: Vec::new(), exposed: Integral::new(self.from) });
            self.rows.len() - 1
        });
        &mut self.rows[place]
    }

    /// A change went on.
    pub fn step(&mut self, now: Time, change: ChangeId, what: ChangeStep) {
        self.row(change).steps.push((what, now));
    }

    /// Its revision gets so much from now on.
    pub fn exposed(&mut self, now: Time, change: ChangeId, rate: u64) {
        self.row(change).exposed.set(now, rate);
    }

    /// Ends the run.
    pub fn finish(self, end: Time) -> Vec<(ChangeId, Measure)> {
        let close = |mut row: Row| {
            row.exposed.reach(end);
            (row.change, Measure { steps: row.steps, exposed: row.exposed.sum() })
        };
        let mut rows: Vec<(ChangeId, Measure)> = self.rows.into_iter().map(close).collect();
        rows.sort_by_key(|row| row.0);
        rows
    }
}
