//! What the control plane did: cells' load and down time, launches that it delayed or lost, calls at the router.

use super::assignments::Assignments;
use super::window::Integral;
use crate::engine::index::Table;
use crate::engine::{Span, Time};
use crate::model::fact::{Call, CellAct, Delayed, PlaneFact};
use crate::model::ids::{CellId, ClusterId, ServiceId};
use crate::model::plan::{Part, Plan};
use crate::stats::Histogram;

/// How many ends a try of a call has.
const CALLS: usize = 7;

/// What one cell did in the window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measure {
    /// Launches offered beyond those that were taken on: they wait, or were lost. With those that wait at the end, the
    /// throttled and the failed ones the sum is exact.
    pub offered: i64,
    /// Turned away for their rate.
    pub throttled: u64,
    pub failed: u64,
    /// Microseconds in which it was down.
    pub down: u64,
    /// The highest load of a minute against what the cell could do, in millionths; `None` without a bound.
    pub peak_ppm: Option<u64>,
    /// Tries of calls, by their end: accepted, queued, account limit, cell busy, router down, cell down, no such
    /// cluster.
    pub tries: [u64; CALLS],
    pub retries: u64,
    pub calls: u64,
    /// Other calls: billionths for each second, times microseconds.
    pub others: u128,
    pub accepted: u64,
    /// Launches that are still due at the end.
    pub waiting: u64,
    /// Those among them that a launch bucket, a queue or the cell made wait.
    pub waited: u64,
    /// How long, in microseconds.
    pub wait: Histogram,
    /// Clusters that migrated to it, in the whole run.
    pub arrived: u64,
    /// What operators did about it.
    pub acts: Acts,
    /// Clusters that it runs at the end beyond those of the plan.
    pub gained: i64,
}

/// How a cell was emptied, in the whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Acts {
    /// When tests had found it ill often enough, last.
    ill: Option<Time>,
    pub times: u32,
    pub leave: u32,
    pub stay: u32,
    /// The first time: until the last cluster had left, and until all were back.
    pub left: Option<Span>,
    pub back: Option<Span>,
}

impl Acts {
    fn take(&mut self, now: Time, step: CellAct, count: u32) {
        let since = self.ill.map(|ill| now.since(ill));
        match step {
            CellAct::Rings => self.ill = Some(now),
            CellAct::Leaves => (self.times, self.leave) = (self.times + 1, self.leave + count),
            CellAct::Left => {
                self.stay += count;
                self.left = self.left.or(since);
            }
            CellAct::Back => self.back = self.back.or(since),
            CellAct::Returns | CellAct::Quarantined | CellAct::Blocked | CellAct::Released => {}
        }
    }
}

/// One cell.
#[derive(Clone, Debug)]
struct Cell {
    measure: Measure,
    since: Option<Time>,
    rate: u64,
    /// Other calls, in billionths for each second: their part of the load is not asked for one by one.
    others: u64,
    /// The same over the window.
    calls: Integral,
    /// Since when it has had this rate and these other calls.
    steady: Time,
}

impl Cell {
    /// Its rate, or its other calls, change now, or the run ends: what the calls alone asked for up to now counts for
    /// each minute that ended meanwhile, whether anything else was asked or not.
    fn reach(&mut self, now: Time, from: Time, ends: bool) {
        let since = self.steady.max(from);
        self.steady = now;
        // The last minute of a run ends with it.
        let over = since.0 / Span::MINUTE.0 < now.0 / Span::MINUTE.0 || ends && since < now;
        if let Some(peak) = self.measure.peak_ppm.as_mut().filter(|_| over && self.rate > 0) {
            *peak = (*peak).max(parts(u128::from(self.others), u128::from(self.rate)));
        }
    }
}

/// The cells of one partition.
#[derive(Clone, Debug)]
pub struct Planes {
    from: Time,
    cells: Table<CellId, Cell>,
    assignments: Assignments,
    services: Table<ServiceId, Launches>,
}

/// Launches of one service.
#[derive(Clone, Copy, Debug, Default)]
struct Launches {
    /// Those that count for a cell that ran it before.
    counted: u64,
    /// Those that were offered before the window and wait.
    before: u32,
    /// Those that were offered and wait.
    waiting: u32,
}

impl Planes {
    /// Counts from `from` on.
    pub fn new(plan: &Plan, part: &Part, from: Time) -> Planes {
        let cell = |id: CellId| {
            let row = crate::model::tables::Plane::new(plan, id);
            let others = row.other_calls;
            let rate = if row.capacity.is_some() { row.rate + others } else { 0 };
            let peak_ppm = (rate > 0).then(|| parts(u128::from(others), u128::from(rate)));
            let mut calls = Integral::new(from);
            calls.set(Time::ZERO, others);
            Cell {
                measure: Measure { peak_ppm, ..Measure::default() },
                since: None,
                rate,
                others,
                calls,
                steady: Time::ZERO,
            }
        };
        Planes {
            from,
            cells: Table::by_id(part.cells.clone().map(CellId), cell),
            assignments: Assignments::new(plan, part),
            services: Table::by_id(part.as_one.services.clone().map(ServiceId), |_| Launches::default()),
        }
    }

    /// A fact of a control plane; `launched` counts the launches of each service up to now.
    pub fn take(&mut self, now: Time, fact: PlaneFact, launched: impl Fn(ServiceId) -> u64) {
        let from = self.from;
        match fact {
            PlaneFact::Launches { service, what, count } => self.launches(now, service, what, count),
            PlaneFact::Assignment { cluster, cell, moved } => self.assignment(cluster, cell, moved, launched),
            PlaneFact::Waited { service, span, count } if now >= from => {
                let row = &mut self.cells[self.assignments.of(service)].measure;
                row.waited += u64::from(count);
                row.wait.add_many(span.0, u64::from(count));
            }
            PlaneFact::Call { service, attempt, what } => self.call(now, service, attempt, what),
            PlaneFact::Up { cell, up } => {
                let row = &mut self.cells[cell];
                if up {
                    let since = row.since.take().unwrap_or(now);
                    row.measure.down += now.since(since.max(from)).0;
                } else {
                    row.since = Some(now);
                }
            }
            PlaneFact::Rate { cell, rate } => {
                let row = &mut self.cells[cell];
                row.reach(now, from, false);
                row.rate = rate + row.others;
            }
            PlaneFact::Load { cell, asked, .. } => {
                let row = &mut self.cells[cell];
                let load = u128::from(asked) * 1_000 / 60 + u128::from(row.others);
                if now >= from && row.rate > 0 && row.measure.peak_ppm.is_some() {
                    row.measure.peak_ppm = row.measure.peak_ppm.max(Some(parts(load, u128::from(row.rate))));
                }
            }
            PlaneFact::OtherCalls { cell, rate } => {
                let row = &mut self.cells[cell];
                row.reach(now, from, false);
                row.others = rate;
                row.calls.set(now, rate);
            }
            PlaneFact::Act { cell, step, count } => self.cells[cell].measure.acts.take(now, step, count),
            PlaneFact::Waited { .. } => {}
        }
    }

    /// A cluster is run by another cell from now on: launches so far are the old one's.
    fn assignment(&mut self, cluster: ClusterId, cell: CellId, moved: bool, launched: impl Fn(ServiceId) -> u64) {
        for service in self.assignments.services(cluster) {
            self.count(service, launched(service));
        }
        let before = self.assignments.changed(cluster, cell);
        self.cells[before].measure.gained -= 1;
        let row = &mut self.cells[cell];
        row.measure.gained += 1;
        row.measure.arrived += u64::from(moved);
    }

    /// Which cell runs each service now.
    pub(super) fn assignments(&self) -> &Assignments {
        &self.assignments
    }

    /// Launches of a service that have not been counted yet are those of its present cell.
    fn count(&mut self, service: ServiceId, launched: u64) {
        let counted = &mut self.services[service].counted;
        self.cells[self.assignments.of(service)].measure.accepted += launched - *counted;
        *counted = launched;
    }

    fn launches(&mut self, now: Time, service: ServiceId, what: Delayed, count: u32) {
        let Launches { waiting, before, .. } = &mut self.services[service];
        *waiting = if what == Delayed::Offered { *waiting + count } else { waiting.saturating_sub(count) };
        if now < self.from {
            *before = if what == Delayed::Offered { *before + count } else { before.saturating_sub(count) };
            return;
        }
        let row = &mut self.cells[self.assignments.of(service)].measure;
        // What was offered before the window and ends in it counts as offered when it ends.
        let old = if what == Delayed::Offered { 0 } else { count.min(*before) };
        *before -= old;
        match what {
            Delayed::Offered => row.offered += i64::from(count),
            Delayed::Resumed => row.offered -= i64::from(count - old),
            Delayed::Throttled => {
                row.throttled += u64::from(count);
                row.offered += i64::from(old);
            }
            Delayed::Failed => {
                row.failed += u64::from(count);
                row.offered += i64::from(old);
            }
        }
    }

    fn call(&mut self, now: Time, service: ServiceId, attempt: u8, what: Call) {
        if now < self.from {
            return;
        }
        let row = &mut self.cells[self.assignments.of(service)].measure;
        row.tries[what as usize] += 1;
        // A call that waited in the cell is accepted later: that is no further try.
        let waited = what == Call::Accepted && attempt == crate::model::flows::cell::call::ATTEMPTS;
        row.calls += u64::from(attempt == 0);
        row.retries += u64::from(attempt > 0 && !waited);
    }

    /// Ends the run; gives back the cell of each cluster too, where clusters can move.
    pub fn finish(
        mut self,
        end: Time,
        launched: impl Fn(ServiceId) -> u64,
    ) -> (Vec<Measure>, Vec<(ClusterId, CellId)>) {
        for service in self.services.ids() {
            self.count(service, launched(service));
            let row = &mut self.cells[self.assignments.of(service)].measure;
            row.waiting += u64::from(self.services[service].waiting);
            // Offered before the window and not ended in it: counts as offered now.
            row.offered += i64::from(self.services[service].before);
        }
        let assignments = self.assignments.all().collect();
        let from = self.from;
        let close = |mut cell: Cell| {
            cell.reach(end, from, true);
            // Whoever did not wait waited for no time.
            let at_once = cell.measure.accepted.saturating_sub(cell.measure.waited);
            cell.measure.wait.add_many(0, at_once);
            let open = cell.since.map_or(0, |since| end.since(since.max(from)).0);
            Measure { down: cell.measure.down + open, others: cell.calls.until(end), ..cell.measure }
        };
        (self.cells.into_iter().map(close).collect(), assignments)
    }
}

/// `part / whole` in millionths.
fn parts(part: u128, whole: u128) -> u64 {
    u64::try_from(part * 1_000_000 / whole).unwrap_or(u64::MAX)
}
