//! Who lost what, why and in which phase, in whole numbers: the parts add up to the whole exactly.
//!
//! A rate is in billionths of a request a second and time in microseconds, so a request is 10^15 units; a lack is in
//! millionths of a task, so a task-second is 10^12 units. Sums have 128 bits and cannot overflow.

use super::errors::{self, Errors};
use super::window::Integral;
use crate::engine::Time;
use crate::model::fact::{Cause, Mechanism, Phase};
use crate::model::ids::{ChangeId, FaultId};

/// Units of a request.
pub const REQUEST: f64 = 1e15;
/// Units of a task-second of lack.
pub const TASK_SECOND: f64 = 1e12;

/// Why, without the occurrence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Why {
    Mechanism(Mechanism),
    /// A fault of the file.
    Fault(FaultId),
    /// A change of the file.
    Change(ChangeId),
}

impl Why {
    #[inline]
    fn of(cause: Cause) -> Why {
        if let Some(change) = cause.as_change() {
            return Why::Change(change);
        }
        match (cause.as_fault(), cause.as_mechanism()) {
            (Some((fault, _)), _) => Why::Fault(fault),
            (None, Some(mechanism)) => Why::Mechanism(mechanism),
            (None, None) => unreachable!("{cause:?} is neither a fault nor a mechanism"),
        }
    }
}

/// What one cause in one phase cost a service.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Loss {
    pub why: Why,
    pub phase: Phase,
    /// In units of [`REQUEST`].
    pub requests: u128,
    /// In units of [`TASK_SECOND`].
    pub task_time: u128,
}

/// Requests and losses of one service.
#[derive(Clone, Debug)]
pub struct Ledger {
    from: Time,
    offered: Integral,
    served: Integral,
    errors: Errors,
    rows: Vec<Row>,
    rates: Levels,
    shortfalls: Levels,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    why: Why,
    phase: Phase,
    rate: Integral,
    shortfall: Integral,
}

/// Levels above zero and their rows, by cause, occurrence included, in order; a handful at any time.
type Levels = Vec<((Cause, Phase), (usize, u64))>;

/// What [`Ledger`] measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measure {
    /// Requests offered, in units of [`REQUEST`].
    pub offered: u128,
    /// Requests answered in time.
    pub served: u128,
    /// The rest, by cause and phase; in order.
    pub losses: Vec<Loss>,
    pub errors: errors::Measure,
}

impl Ledger {
    /// Measures from `from` on.
    pub fn new(from: Time) -> Self {
        Ledger {
            from,
            offered: Integral::new(from),
            served: Integral::new(from),
            errors: Errors::new(from),
            rows: Vec::new(),
            rates: Levels::default(),
            shortfalls: Levels::default(),
        }
    }

    #[inline]
    pub fn flow(&mut self, now: Time, offered: u64, served: u64) {
        self.offered.set(now, offered);
        self.served.set(now, served);
        self.errors.flow(now, offered, offered.saturating_sub(served));
    }

    /// Rates offered and served now.
    pub fn now(&self) -> (u64, u64) {
        (self.offered.level(), self.served.level())
    }

    /// Requests lost; true when this cause costs the service requests in this phase from now on.
    #[inline]
    pub fn loss(&mut self, now: Time, cause: Cause, phase: Phase, rate: u64) -> bool {
        self.level(now, (cause, phase), rate, |ledger| &mut ledger.rates, |row| &mut row.rate)
    }

    /// Tasks missing; true when this cause costs the service tasks in this phase from now on.
    #[inline]
    pub fn shortfall(&mut self, now: Time, cause: Cause, phase: Phase, millionths: u64) -> bool {
        self.level(now, (cause, phase), millionths, |ledger| &mut ledger.shortfalls, |row| &mut row.shortfall)
    }

    /// Sets the level of a cause in a phase; true when it was zero and is not any more.
    #[inline]
    fn level(
        &mut self,
        now: Time,
        key: (Cause, Phase),
        value: u64,
        levels: impl Fn(&mut Ledger) -> &mut Levels,
        sum: impl Fn(&mut Row) -> &mut Integral,
    ) -> bool {
        let found = levels(self).binary_search_by_key(&key, |level| level.0);
        let (row, before) = match found {
            Ok(at) if value == 0 => levels(self).remove(at).1,
            Ok(at) => {
                let level = &mut levels(self)[at].1;
                (level.0, std::mem::replace(&mut level.1, value))
            }
            Err(_) if value == 0 => return false,
            Err(at) => {
                let row = self.row(Why::of(key.0), key.1);
                levels(self).insert(at, (key, (row, value)));
                (row, 0)
            }
        };
        let level = sum(&mut self.rows[row]);
        level.set(now, level.level() - before + value);
        found.is_err()
    }

    #[inline]
    fn row(&mut self, why: Why, phase: Phase) -> usize {
        let found = self.rows.iter().position(|row| row.why == why && row.phase == phase);
        found.unwrap_or_else(|| {
            let zero = Integral::new(self.from);
            self.rows.push(Row { why, phase, rate: zero, shortfall: zero });
            self.rows.len() - 1
        })
    }

    pub fn finish(self, end: Time) -> Measure {
        let ended = |Row { why, phase, rate, shortfall }: Row| {
            let [requests, task_time] = [rate, shortfall].map(|level| level.until(end));
            Loss { why, phase, requests, task_time }
        };
        let mut losses: Vec<Loss> = self.rows.into_iter().map(ended).collect();
        losses.retain(|loss| loss.requests > 0 || loss.task_time > 0);
        losses.sort_by_key(|loss| (loss.why, loss.phase));
        let [offered, served] = [self.offered, self.served].map(|level| level.until(end));
        Measure { offered, served, losses, errors: self.errors.finish(end) }
    }
}

impl Measure {
    /// Whether the parts make the whole, with the missing task time in task-microseconds.
    ///
    /// # Errors
    /// Says which does not.
    pub fn audit(&self, missing: u128) -> Result<(), String> {
        let failed = self.offered.checked_sub(self.served).ok_or("more was served than offered")?;
        let requests: u128 = self.losses.iter().map(|loss| loss.requests).sum();
        let tasks: u128 = self.losses.iter().map(|loss| loss.task_time).sum();
        if requests != failed {
            return Err(format!("losses of {requests} do not make the {failed} requests failed (1e-15)"));
        }
        if tasks != missing * 1_000_000 {
            return Err(format!("lacks of {tasks} do not make the missing task time of {missing} (1e-12)"));
        }
        Ok(())
    }
}
