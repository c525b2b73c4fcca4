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

/// Levels above zero by cause, occurrence included, in order; a handful at any time.
#[derive(Clone, Debug, Default)]
struct Levels(Vec<(Cause, Phase, u32, u64)>);

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
        let (place, known) = self.place(cause, phase, rate, |ledger| &ledger.rates);
        let Some(row) = place else { return false };
        let before = self.rates.put(cause, phase, row, rate);
        let level = &mut self.rows[row as usize].rate;
        level.set(now, level.level() - before + rate);
        rate > 0 && !known
    }

    /// Tasks missing; true when this cause costs the service tasks in this phase from now on.
    #[inline]
    pub fn shortfall(&mut self, now: Time, cause: Cause, phase: Phase, millionths: u64) -> bool {
        let (place, known) = self.place(cause, phase, millionths, |ledger| &ledger.shortfalls);
        let Some(row) = place else { return false };
        let before = self.shortfalls.put(cause, phase, row, millionths);
        let level = &mut self.rows[row as usize].shortfall;
        level.set(now, level.level() - before + millionths);
        millionths > 0 && !known
    }

    /// The row of a level and whether it was above zero; no row when it is zero and stays so.
    fn place(
        &mut self,
        cause: Cause,
        phase: Phase,
        level: u64,
        of: impl Fn(&Ledger) -> &Levels,
    ) -> (Option<u32>, bool) {
        if let Ok(at) = of(self).find(cause, phase) {
            return (Some(of(self).0[at].2), true);
        }
        if level == 0 {
            return (None, false);
        }
        let why = Why::of(cause);
        let found = self.rows.iter().position(|row| row.why == why && row.phase == phase);
        let row = found.unwrap_or_else(|| {
            let zero = Integral::new(self.from);
            self.rows.push(Row { why, phase, rate: zero, shortfall: zero });
            self.rows.len() - 1
        });
        (Some(row as u32), false)
    }

    pub fn finish(mut self, end: Time) -> Measure {
        self.offered.reach(end);
        self.served.reach(end);
        let ended = |row: &mut Row| {
            row.rate.reach(end);
            row.shortfall.reach(end);
            Loss { why: row.why, phase: row.phase, requests: row.rate.sum(), task_time: row.shortfall.sum() }
        };
        let mut losses: Vec<Loss> = self.rows.iter_mut().map(ended).collect();
        losses.retain(|loss| loss.requests > 0 || loss.task_time > 0);
        losses.sort_by_key(|loss| (loss.why, loss.phase));
        let errors = self.errors.finish(end);
        Measure { offered: self.offered.sum(), served: self.served.sum(), losses, errors }
    }
}

impl Levels {
    fn find(&self, cause: Cause, phase: Phase) -> Result<usize, usize> {
        self.0.binary_search_by_key(&(cause, phase), |level| (level.0, level.1))
    }

    /// Sets a level and gives back what it was.
    fn put(&mut self, cause: Cause, phase: Phase, row: u32, value: u64) -> u64 {
        match self.find(cause, phase) {
            Ok(at) if value == 0 => self.0.remove(at).3,
            Ok(at) => std::mem::replace(&mut self.0[at].3, value),
            Err(at) => {
                self.0.insert(at, (cause, phase, row, value));
                0
            }
        }
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
