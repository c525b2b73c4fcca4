//! Which cells run together as one partition of the world, and the slices of the tables that are theirs.

use super::{Cell, Change, Fault, Plan, RegionRollouts, Unit, When};
use crate::model::fault::Effect;
use crate::model::ids::{AlarmId, CellId, RegionId, ServiceId, ZoneId};
use std::ops::Range;
use std::sync::Arc;

/// Cells of one Region that run together: whatever they share is in one place.
#[derive(Debug, Clone, Default)]
pub struct Part {
    pub cells: Range<u16>,
    /// The slices of the tables that are theirs, as if they were one cell.
    pub as_one: Cell,
    /// Changes over several Regions, and which parts of the whole plan they go through.
    pub region_rollouts: Arc<RegionRollouts>,
}

impl Part {
    /// Takes the next cell in.
    fn join(&mut self, next: &Cell) {
        let all = &mut self.as_one;
        self.cells.end += 1;
        all.clusters.end = next.clusters.end;
        all.services.end = next.services.end;
        all.providers.end = next.providers.end;
        all.buckets.end = next.buckets.end;
        all.accounts.end = next.accounts.end;
    }
}

impl Plan {
    /// The partitions: one for each cell, but one for all cells of a Region that is to run `together`, or whose cells
    /// share an account (its token buckets and quotas are in one place then) need the same service to launch, give
    /// clusters to each other, have customers' own cells, are changed by one pipeline, or are hit by a fault that picks
    /// some of all their tasks or hosts, or that leaves less Fargate stock in a zone.
    pub fn parts(&self, together: impl Fn(RegionId) -> bool) -> Vec<Part> {
        let shared = self.shared_accounts();
        let once = |fault: &Fault| !matches!(fault.when, When::Every(_)) && fault.effect.picks_in_region(self);
        let picked = self.faults.iter().any(|fault| once(fault) || fault.effect.shrinks_stock());
        let mut parts: Vec<Part> = Vec::new();
        for (id, cell) in self.cells.pairs() {
            let plane = self.regions[cell.region].plane.as_ref();
            let needs_one = plane.is_some_and(super::Plane::runs_as_one);
            let dispatches = self.application.as_ref().map(|one| self.region_of(one.router)) == Some(cell.region);
            let watches = self.watches_across(cell.region) || self.changes_across(cell.region);
            let joins =
                watches || together(cell.region) || shared.contains(&cell.region) || needs_one || picked || dispatches;
            match parts.last_mut() {
                Some(last) if joins && last.as_one.region == cell.region => last.join(cell),
                _ => {
                    let region_rollouts = Arc::default();
                    parts.push(Part { cells: id.0..id.0 + 1, as_one: cell.clone(), region_rollouts });
                }
            }
        }
        let region_rollouts = Arc::new(RegionRollouts::new(self, &parts));
        for part in &mut parts {
            part.region_rollouts = Arc::clone(&region_rollouts);
        }
        parts
    }

    /// Whether a deployment, a feature flag or a composite alarm watches an alarm on a service of another cell.
    fn watches_across(&self, region: RegionId) -> bool {
        let cell = |service: ServiceId| self.clusters[self.services[service].cluster].cell;
        let across = |(id, alarms): (ServiceId, &[AlarmId])| {
            let mut watched = alarms.iter().map(|alarm| self.alarms[*alarm].service);
            self.cells[cell(id)].region == region && watched.any(|watched| cell(watched) != cell(id))
        };
        let names_across = |alarm: &super::Alarm| {
            let assignment = cell(alarm.service);
            let named = alarm.composite().map(|one| one.rule.names()).unwrap_or_default();
            self.cells[assignment].region == region
                && named.iter().any(|id| cell(self.alarms[*id].service) != assignment)
        };
        let deployments = self.services.pairs().map(|(id, service)| (id, &service.deployment.alarms[..]));
        let flags =
            self.changes.iter().filter_map(|one| Some((one.services().next()?, &one.flag.as_ref()?.alarms[..])));
        let shifts = self.changes.iter().filter_map(|one| {
            let starter = one.zonal.as_ref()?.on_alarm.as_ref()?;
            Some((one.services().next()?, std::slice::from_ref(&starter.alarm)))
        });
        let practice = self.autoshifts.iter().flat_map(|one| {
            let alarms = one.practice.iter().flat_map(|runs| [&runs.outcome_alarms[..], &runs.blocking_alarms[..]]);
            alarms.filter_map(|alarms| Some((one.resource.balancer()?, alarms)))
        });
        let watches = || {
            deployments.chain(flags).chain(shifts).chain(practice).any(across) || self.alarms.iter().any(names_across)
        };
        !self.alarms.is_empty() && watches()
    }

    /// Whether a change reaches units, or watches alarms, in several cells of a Region.
    fn changes_across(&self, region: RegionId) -> bool {
        // Where each service has its own clock, they do not wait for each other.
        let as_one = |change: &Change| change.every.is_none() || change.pipeline.is_some();
        let across = |change: &Change| {
            let mut here = self.cells_of_change(change).filter(|cell| self.cells[*cell].region == region);
            let first = here.next();
            here.any(|cell| Some(cell) != first)
        };
        self.changes.iter().any(|change| as_one(change) && across(change))
    }

    /// The cells of what a change reaches and of the alarms that its pipeline watches, some of them again and again.
    pub(super) fn cells_of_change<'p>(&'p self, change: &'p Change) -> impl Iterator<Item = CellId> + 'p {
        let watched = change.pipeline.iter().flat_map(|pipeline| &pipeline.alarms);
        let watched = watched.map(|one| Unit::Service(self.alarms[one.alarm].service));
        change.units.iter().copied().chain(watched).map(|unit| self.cell_of(unit))
    }

    /// The cell that a unit is in at the start, or that it is.
    pub fn cell_of(&self, unit: Unit) -> CellId {
        match unit {
            Unit::Service(service) => self.clusters[self.services[service].cluster].cell,
            Unit::Cell(cell) => cell,
        }
    }

    /// The Region of a service.
    pub fn region_of(&self, service: ServiceId) -> RegionId {
        self.cells[self.clusters[self.services[service].cluster].cell].region
    }

    /// How many of these zones are availability zones: the control plane is always there.
    pub fn own_zones(&self, zones: &Range<u16>) -> u64 {
        let own = |id: &ZoneId| !self.zones[*id].kind.away();
        zones.clone().map(ZoneId).filter(own).count() as u64
    }

    /// Regions in which an account has clusters in several cells.
    fn shared_accounts(&self) -> Vec<RegionId> {
        let mut shared = Vec::new();
        for cluster in &self.clusters {
            let cell = &self.cells[cluster.cell];
            if !cell.accounts.contains(&cluster.account_row.0) && !shared.contains(&cell.region) {
                shared.push(cell.region);
            }
        }
        shared
    }
}
