//! A pipeline under way.

use crate::engine::{PartitionId, Time};
use crate::model::ids::{AlarmId, ChangeId};

/// A change that goes on stage by stage.
#[derive(Clone, Debug, Default)]
pub struct Execution {
    pub change: ChangeId,
    /// How often the change had come before, if it comes again and again.
    pub turn: u32,
    /// Its part in a change over several Regions.
    pub role: Role,
    pub state: ExecutionState,
    pub stage: usize,
    /// Moves of the stage that have begun.
    pub begun: usize,
    /// Those that are not done yet, by place in the stage.
    pub under_way: Vec<usize>,
    /// How much of each unit is changed, or being changed, in millionths.
    pub reached: Vec<u32>,
    /// Units that have to come back.
    pub back: Vec<u16>,
    /// Alarms that rang before it began: they do not count for it.
    pub ignored: Vec<AlarmId>,
    pub found: bool,
    /// What the new revision gets.
    pub seen: Seen,
    /// What it had got when the bake began, as `Seen::sum` tells.
    pub baked_from: u128,
    /// Rises whenever what waits in the queue does not count any more.
    pub number: u32,
}

/// What a pipeline has to do with those of other Regions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Its change stays in one Region.
    #[default]
    Alone,
    /// It says when a stage begins and ends, and waits for these parts.
    Leads {
        /// Parts that have not changed, or changed back, what they were asked to.
        awaits: Vec<PartitionId>,
    },
    /// It changes what is in its Region when the one that leads says so.
    Follows,
}

/// What a pipeline does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExecutionState {
    /// The next stage may not begin yet.
    #[default]
    Blocked,
    Moves,
    Bakes,
    /// All that was changed goes back.
    Back,
}

/// Requests that the new revision gets: billionths for each second, times microseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    sum: u128,
    rate: u64,
    since: Time,
}

impl Seen {
    /// The rate changes.
    pub fn shift(&mut self, now: Time, less: u64, more: u64) {
        *self = Seen { sum: self.sum(now), rate: self.rate + more - less, since: now };
    }

    pub fn sum(&self, now: Time) -> u128 {
        self.sum + u128::from(self.rate) * u128::from(now.since(self.since).0)
    }

    /// The rate now.
    pub fn rate(&self) -> u64 {
        self.rate
    }
}

impl Execution {
    /// It has been asked for, and nothing is changed yet.
    pub fn new(change: ChangeId, units: usize, ignored: Vec<AlarmId>, now: Time) -> Execution {
        let seen = Seen { since: now, ..Seen::default() };
        Execution { change, reached: vec![0; units], ignored, seen, ..Execution::default() }
    }

    /// Whether it can still fail.
    pub fn is_open(&self) -> bool {
        self.state != ExecutionState::Back
    }
}
