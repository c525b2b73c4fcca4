//! What one replication measured: whole numbers, merged over partitions in their order.

use super::blast::Blast;
use super::blast::Lost;
use super::timeline::{Band, Routed, Series, Timeline};
use super::trace::{BANDS_MAX, BILLION};
use super::{alarms, applications, autoshifts, availability, capacity, change_series, changes};
use super::{latency, launches, ledger, planes, recovery, scaling, scaling_series, stages};
use crate::engine::Time;
use crate::model::ids::{AlarmId, AutoshiftId, CellId, ChangeId, ClusterId, ServiceId, TargetId};
use crate::model::plan::{Application, Plan};
use std::collections::{BTreeMap, BTreeSet};

/// What one service or stream did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceMeasure {
    pub availability: availability::Measure,
    pub ledger: ledger::Measure,
    pub launches: launches::Measure,
    pub latency: latency::Measure,
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
    /// Resources that AWS shifted, for an event or for practice, in the order of the plan.
    pub autoshifts: Vec<(AutoshiftId, autoshifts::Measure)>,
    /// Scaling policies by target, in the order of the plan.
    pub scaling: Vec<(TargetId, scaling::TargetMeasure)>,
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
        self.autoshifts.extend(other.autoshifts);
        self.autoshifts.sort_by_key(|row| row.0);
        self.scaling.extend(other.scaling);
        self.scaling.sort_by_key(|row| row.0);
        self.assignments.extend(other.assignments);
        self.series.extend(other.series);
        for band in other.bands {
            // Each cell has its own copy of an outside fault: the same name and times are the same band.
            let same = |mine: &&mut Band| (&mine.name, mine.from, mine.until) == (&band.name, band.from, band.until);
            match self.bands.iter_mut().find(same) {
                Some(mine) => {
                    mine.places.extend(band.places);
                    mine.cells.extend(band.cells);
                }
                None => self.bands.push(band),
            }
        }
        self
    }

    /// Everything that a picture of the run needs; takes the series out.
    pub fn timeline(&mut self, plan: &Plan) -> Timeline {
        let timeline = self.take_timeline().in_file_order(plan);
        let blast = Blast::of(plan, &self.faults, &self.assignments);
        Timeline {
            hit: hit(plan, &blast),
            application: plan.application.as_ref().map(|one| routed(plan, one)),
            peaks: peaks(plan),
            blast,
            changes: change_series::told(plan, (&self.changes, &self.autoshifts), &timeline.series),
            staged: stages::told(plan, &self.changes, &timeline.series),
            scaling: scaling_series::told(plan, (&self.scaling, &self.changes), &timeline.series),
            ..timeline
        }
    }

    pub fn take_timeline(&mut self) -> Timeline {
        let mut bands = std::mem::take(&mut self.bands);
        bands.sort_by(|a, b| (a.from, &a.name, a.until).cmp(&(b.from, &b.name, b.until)));
        bands.truncate(BANDS_MAX);
        for band in &mut bands {
            for places in [&mut band.places, &mut band.cells] {
                let mut seen = BTreeSet::new();
                places.retain(|place| seen.insert(place.clone()));
            }
        }
        Timeline { end: self.end, series: std::mem::take(&mut self.series), bands, ..Timeline::default() }
    }
}

/// The worst that happened to each service that lost something.
fn hit(plan: &Plan, blast: &Blast) -> BTreeMap<String, Lost> {
    let mut hit: BTreeMap<String, Lost> = BTreeMap::new();
    for (row, lost) in blast.occurrences.iter().flat_map(|occurrence| &occurrence.services) {
        let worst = hit.entry(plan.services[ServiceId(*row)].name.clone()).or_default();
        *worst = (*worst).max(*lost);
    }
    hit
}

/// What Regions are built for: the shares of all cells that are there from the start.
fn peaks(plan: &Plan) -> BTreeMap<String, f64> {
    let mut peaks: BTreeMap<String, f64> = BTreeMap::new();
    for cell in plan.cells.iter().filter(|cell| cell.added.is_none()) {
        let region = &plan.regions[cell.region];
        let Some(rate) = region.plane.as_ref().and_then(|plane| plane.peak_rate) else { continue };
        *peaks.entry(region.name.clone()).or_default() += rate as f64 / BILLION;
    }
    peaks
}

fn routed(plan: &Plan, application: &Application) -> Routed {
    let name = |id: &ServiceId| plan.services[*id].name.clone();
    Routed {
        name: application.name.clone(),
        router: name(&application.router),
        cells: application.cells.iter().map(name).collect(),
    }
}
