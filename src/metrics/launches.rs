//! Launches and stops of one service or stream, by reason, and how long starts took.

use crate::engine::Time;
use crate::model::fact::{Reason, StopCode, TaskState};
use crate::stats::Histogram;
use std::collections::VecDeque;

/// How many reasons there are.
const REASONS: usize = Reason::ALL.len();
/// How many stop codes there are.
const CODES: usize = StopCode::ALL.len();
/// A birth that is no longer waited for.
const DONE: u64 = u64::MAX;

/// Counts of one service. Remembers the birth of each task from the oldest that still starts on: 8 bytes each.
#[derive(Clone, Debug)]
pub struct Launches {
    from: Time,
    /// Tasks placed at time 0 are not launched: the scenario starts with them.
    placed_at_zero: bool,
    first: u32,
    births: VecDeque<u64>,
    reached_running: u64,
    measure: Measure,
}

/// What [`Launches`] measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measure {
    /// Tasks that ECS created or tried to.
    pub requested: u64,
    pub running: u64,
    /// Those that did not, by reason.
    pub failed: [u64; REASONS],
    /// Those that did not and gave no reason, by stop code.
    pub failed_code: [u64; CODES],
    pub stopped: [u64; CODES],
    /// Standalone tasks that ended because their work was done.
    pub completed: u64,
    /// Microseconds from launch accepted to RUNNING.
    pub start: Histogram,
}

impl Launches {
    /// Counts from `from` on. `placed_at_zero`: what is there at time 0 was not launched.
    pub fn new(from: Time, placed_at_zero: bool) -> Self {
        let births = VecDeque::new();
        Launches { from, placed_at_zero, first: 0, births, reached_running: 0, measure: Measure::default() }
    }

    /// Tasks that reached RUNNING since the run began, warm-up included.
    pub fn reached_running(&self) -> u64 {
        self.reached_running
    }

    /// Launches in the window so far.
    pub fn requested(&self) -> u64 {
        self.measure.requested
    }

    #[inline]
    pub fn created(&mut self, now: Time, ordinal: u32) {
        let Some(row) = ordinal.checked_sub(self.first) else { return };
        while self.births.len() <= row as usize {
            self.births.push_back(DONE);
        }
        self.births[row as usize] = now.0;
        if now >= self.from {
            self.measure.requested += 1;
        }
    }

    #[inline]
    pub fn went(&mut self, now: Time, ordinal: u32, to: TaskState, code: StopCode, reason: Reason) {
        match to {
            TaskState::Running => {
                let birth = self.take(ordinal);
                if self.placed_at_zero && now == Time::ZERO {
                    // It stood there: nobody asked for it.
                    self.measure.requested -= u64::from(now >= self.from);
                    return;
                }
                self.reached_running += 1;
                if now >= self.from {
                    self.measure.running += 1;
                    if let Some(birth) = birth {
                        self.measure.start.add(now.0 - birth);
                    }
                }
            }
            TaskState::Stopped => {
                let ran = self.take(ordinal).is_none();
                if now >= self.from {
                    self.stopped(ran, code, reason);
                }
            }
            TaskState::Provisioning
            | TaskState::Pending
            | TaskState::Activating
            | TaskState::Deactivating
            | TaskState::Stopping
            | TaskState::Deprovisioning => {}
        }
    }

    fn stopped(&mut self, ran: bool, code: StopCode, reason: Reason) {
        self.measure.stopped[code as usize] += 1;
        if reason == Reason::WorkDone {
            self.measure.completed += 1;
        }
        if ran {
            return;
        }
        if reason == Reason::None {
            self.measure.failed_code[code as usize] += 1;
        } else {
            self.measure.failed[reason as usize] += 1;
        }
    }

    /// The birth of a task that still starts; it no longer does.
    #[inline]
    fn take(&mut self, ordinal: u32) -> Option<u64> {
        let row = ordinal.checked_sub(self.first)? as usize;
        let birth = std::mem::replace(self.births.get_mut(row)?, DONE);
        while self.births.front() == Some(&DONE) {
            self.births.pop_front();
            self.first += 1;
        }
        (birth != DONE).then_some(birth)
    }

    /// A launch got no task.
    pub fn refused(&mut self, now: Time, reason: Reason) {
        if now >= self.from {
            self.measure.requested += 1;
            self.measure.failed[reason as usize] += 1;
        }
    }

    pub fn finish(self) -> Measure {
        self.measure
    }
}
