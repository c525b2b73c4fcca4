//! What one replication measured: whole numbers, merged over partitions in their order.

use super::blast::Blast;
use super::timeline::{Band, Series, Timeline};
use super::trace::BANDS_MAX;
use super::{alarms, applications, availability, capacity, change_series, changes};
use super::{launches, ledger, planes, recovery, stages};
use crate::engine::Time;
use crate::model::ids::{AlarmId, CellId, ChangeId, ClusterId};
use crate::model::plan::Plan;

/// What one service or stream did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceMeasure {
    pub availability: availability::Measure,
    pub ledger: ledger::Measure,
    pub launches: launches::Measure,
    /// Billionths of a dollar an hour, times microseconds; `None` when a task has no price.
    pub price: Option<u128>,
    /// Running tasks times microseconds by item of its strategy; empty with a single item.
    pub on: Vec<u128>,
    /// The first desired count it had.
    pub desired: u64,
}

/// What a replication measured, or a part of its cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// Length of the window in microseconds.
    pub window: u64,
    pub end: Time,
    /// Services and streams, in the order of the plan.
    pub services: Vec<ServiceMeasure>,
    /// Capacity providers, in the order of the plan.
    pub providers: Vec<capacity::Measure>,
    /// Faults, in the order of the plan.
    pub faults: Vec<recovery::Measure>,
    /// Control-plane cells, in the order of the plan.
    pub planes: Vec<planes::Measure>,
    /// Changes that were asked for, in the order of the plan.
    pub changes: Vec<(ChangeId, changes::Measure)>,
    /// Alarms, in the order of the plan.
    pub alarms: Vec<(AlarmId, alarms::Measure)>,
    /// The application in cells.
    pub application: Option<applications::Measure>,
    /// The cell of each cluster at the end, in Regions where clusters can move.
    pub assignments: Vec<(ClusterId, CellId)>,
    /// Series, when they were wanted.
    pub series: Vec<Series>,
    /// Bands, when they were wanted.
    pub bands: Vec<Band>,
}

impl Measured {
    /// Takes in what the next cell measured.
    #[must_use]
    pub fn merge(mut self, other: Measured) -> Measured {
        if self.faults.is_empty() {
            self.faults = other.faults;
        } else {
            self.faults.iter_mut().zip(other.faults).for_each(|(mine, theirs)| mine.merge(theirs));
        }
        self.window = self.window.max(other.window);
        self.end = self.end.max(other.end);
        self.services.extend(other.services);
        self.providers.extend(other.providers);
        self.planes.extend(other.planes);
        self.application = self.application.or(other.application);
        self.changes.extend(other.changes);
        self.changes.sort_by_key(|row| row.0);
        // A change with a clock for each service may come to several cells.
        self.changes.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1.merge(next.1.clone());
            }
            same
        });
        self.alarms.extend(other.alarms);
        self.alarms.sort_by_key(|row| row.0);
        self.assignments.extend(other.assignments);
        self.series.extend(other.series);
        for band in other.bands {
            // Each cell has its own copy of an outside fault: the same name and times are the same band.
            if !self.bands.contains(&band) {
                self.bands.push(band);
            }
        }
        self
    }

    /// Everything that a picture of the run needs; takes the series out.
    pub fn timeline(&mut self, plan: &Plan) -> Timeline {
        let timeline = self.take_timeline().in_file_order(plan);
        Timeline {
            blast: Blast::of(plan, &self.faults, &self.assignments),
            changes: change_series::told(plan, &self.changes, &timeline.series),
            staged: stages::told(plan, &self.changes, &timeline.series),
            ..timeline
        }
    }

    pub fn take_timeline(&mut self) -> Timeline {
        let mut bands = std::mem::take(&mut self.bands);
        bands.sort_by(|a, b| (a.from, &a.name, a.until).cmp(&(b.from, &b.name, b.until)));
        bands.truncate(BANDS_MAX);
        Timeline { end: self.end, series: std::mem::take(&mut self.series), bands, ..Timeline::default() }
    }
}
