//! Which cells run together as one partition of the world, and the slices of the tables that are theirs.

use super::{Cell, Fault, Plan, When};
use crate::model::ids::{CellId, RegionId, ZoneId};
use std::ops::Range;

/// Cells of one Region that run together: whatever they share is in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its Region.
    pub region: RegionId,
    /// Its cells.
    pub cells: Range<u16>,
    /// Zones of the Region.
    pub zones: Range<u16>,
    /// Its clusters.
    pub clusters: Range<u32>,
    /// Its services and streams.
    pub services: Range<u32>,
    /// Its capacity providers.
    pub providers: Range<u16>,
    /// Its launch buckets.
    pub buckets: Range<u16>,
    /// Its accounts.
    pub accounts: Range<u32>,
}

impl Part {
    fn of(id: CellId, cell: &Cell) -> Part {
        Part {
            region: cell.region,
            cells: id.0..id.0 + 1,
            zones: cell.zones.clone(),
            clusters: cell.clusters.clone(),
            services: cell.services.clone(),
            providers: cell.providers.clone(),
            buckets: cell.buckets.clone(),
            accounts: cell.accounts.clone(),
        }
    }

    /// Takes the next cell in.
    fn join(&mut self, next: &Part) {
        self.cells.end = next.cells.end;
        self.clusters.end = next.clusters.end;
        self.services.end = next.services.end;
        self.providers.end = next.providers.end;
        self.buckets.end = next.buckets.end;
        self.accounts.end = next.accounts.end;
    }
}

impl Plan {
    /// The partitions: one for each cell, but one for all cells of a Region that is to run `together`, or whose cells
    /// share an account (its token buckets and quotas are in one place then) need the same service to launch, or
    /// are hit by a fault that picks some of all their tasks or hosts.
    pub fn parts(&self, together: impl Fn(RegionId) -> bool) -> Vec<Part> {
        let shared = self.shared_accounts();
        let once = |fault: &Fault| matches!(fault.when, When::At(_)) && fault.effect.picks_in_region(self);
        let picked = self.faults.iter().any(once);
        let mut parts: Vec<Part> = Vec::new();
        for (id, cell) in self.cells.pairs() {
            let part = Part::of(id, cell);
            let plane = self.regions[cell.region].plane.as_ref();
            let needs_one = plane.is_some_and(|plane| plane.depends_on.is_some());
            let joins = together(cell.region) || shared.contains(&cell.region) || needs_one || picked;
            match parts.last_mut() {
                Some(last) if joins && last.region == cell.region => last.join(&part),
                _ => parts.push(part),
            }
        }
        parts
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
