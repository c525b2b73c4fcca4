//! Launches of each control-plane cell, minute by minute, and how many wait.
//!
//! A launch that waits is offered when that is told; when it is taken on, that is taken back, as its birth counts
//! itself. Launches that are not wanted any more leave the minute's sum too, but never make it negative.

use super::series;
use super::trace::Trace;
use crate::engine::index::Table;
use crate::engine::{Span, Time};
use crate::model::fact::{Delayed, TaskState};
use crate::model::ids::{CellId, ServiceId};
use crate::model::plan::{Kind, Part, Plan};

/// What can become of a launch.
const PARTS: [&str; 4] = ["offered", "accepted", "throttled", "failed"];

/// Series of the cells of one partition.
#[derive(Clone, Debug)]
pub(super) struct LaunchSeries {
    cells: Table<CellId, Cell>,
    /// Whether what a service has at time 0 was not launched.
    stood: Table<ServiceId, bool>,
}

#[derive(Clone, Debug)]
struct Cell {
    /// Begin of the minute that is counted.
    minute: Time,
    /// In the order of [`PARTS`].
    counts: [i64; 4],
    waiting: i64,
    per_minute: [usize; 4],
    level: usize,
    /// The Region writes its control plane, or launches were delayed or lost: else nobody asks for this.
    wanted: bool,
}

impl LaunchSeries {
    pub(super) fn new(plan: &Plan, of: &Part, trace: &mut Trace) -> Self {
        let cell = |id: CellId| {
            let cell = &plan.cells[id];
            let region = &plan.regions[cell.region];
            let subject = format!("{}/{}", region.name, cell.name);
            // Series of a cell that is added begin in its first minute.
            let mut add = |name, part| match cell.added {
                None => trace.add(name, &subject, part),
                Some(_) => trace.add_unknown(name, &subject, part),
            };
            Cell {
                minute: cell.added.map_or(Time::ZERO, minute_of),
                counts: [0; 4],
                waiting: 0,
                per_minute: PARTS.map(|part| add(series::LAUNCHES, part)),
                level: add(series::WAITING, ""),
                wanted: region.plane.is_some(),
            }
        };
        let services = of.as_one.services.clone().map(ServiceId);
        let stood = |id: ServiceId| !plan.start_empty && plan.services[id].kind != Kind::Stream;
        LaunchSeries { cells: Table::by_id(of.cells.clone().map(CellId), cell), stood: Table::by_id(services, stood) }
    }

    /// A task of a service in this cell came to be or went on.
    pub(super) fn went(
        &mut self,
        now: Time,
        (service, cell): (ServiceId, CellId),
        (from, to): (TaskState, TaskState),
        trace: &mut Trace,
    ) {
        let placed = self.stood[service];
        // What stood there when the run began was not launched.
        let stood = placed && now == Time::ZERO && to == TaskState::Running;
        let launched = i64::from(from == to) - i64::from(stood);
        if launched != 0 {
            self.cell(now, cell, trace).add([launched, launched, 0, 0]);
        }
    }

    /// Launches of a cell were delayed or lost.
    pub(super) fn delayed(&mut self, now: Time, cell: CellId, what: Delayed, count: u32, trace: &mut Trace) {
        let count = i64::from(count);
        let cell = self.cell(now, cell, trace);
        cell.wanted = true;
        cell.waiting += if what == Delayed::Offered { count } else { -count };
        cell.add(match what {
            Delayed::Offered => [count, 0, 0, 0],
            Delayed::Resumed => [-count, 0, 0, 0],
            Delayed::Throttled => [0, 0, count, 0],
            Delayed::Failed => [0, 0, 0, count],
        });
        trace.point(cell.level, now, cell.waiting.max(0) as f64);
    }

    /// A cell, with its minutes up to now told.
    fn cell(&mut self, now: Time, cell: CellId, trace: &mut Trace) -> &mut Cell {
        let cell = &mut self.cells[cell];
        cell.reach(now, trace);
        cell
    }

    /// Ends the run; series that nobody asks for are left out.
    pub(super) fn finish(mut self, end: Time, trace: &mut Trace) {
        let mut unasked = Vec::new();
        for cell in &mut self.cells {
            cell.tell(trace);
            // A minute that the end cuts short has what it has; those after the last launch have nothing.
            if cell.minute + Span::MINUTE < end {
                cell.reach(end, trace);
                cell.tell(trace);
            }
            if !cell.wanted {
                unasked.extend(cell.per_minute);
                unasked.push(cell.level);
            }
        }
        trace.forget(&unasked);
    }
}

/// The begin of its minute.
pub(super) fn minute_of(now: Time) -> Time {
    Time(now.0 - now.0 % Span::MINUTE.0)
}

impl Cell {
    fn add(&mut self, counts: [i64; 4]) {
        self.counts.iter_mut().zip(counts).for_each(|(mine, more)| *mine += more);
    }

    /// Tells what the minute that is counted has brought.
    fn tell(&self, trace: &mut Trace) {
        for (series, count) in self.per_minute.iter().zip(self.counts) {
            trace.point(*series, self.minute, count.max(0) as f64);
        }
    }

    /// Goes on to the minute of `now`; minutes between had nothing.
    fn reach(&mut self, now: Time, trace: &mut Trace) {
        let minute = minute_of(now);
        if minute <= self.minute {
            return;
        }
        self.tell(trace);
        self.counts = [0; 4];
        self.minute += Span::MINUTE;
        if self.minute < minute {
            self.tell(trace);
            self.minute = minute;
        }
    }
}
