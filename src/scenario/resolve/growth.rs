//! Cells that are added during the run, and which clusters belong to another cell from then on.
//!
//! The map of n + 1 cells is held against that of n: what differs moves. Pins stay where they are, and so do all
//! clusters of a `fullMap` but those that are listed.

use super::index::first;
use super::order::natural;
use super::{Checks, Clusters, Regions, control_plane::CELLS_MAX, router};
use crate::engine::Time;
use crate::model::fault::{Effect, Scope};
use crate::model::ids::{CellId, ClusterId, RegionId};
use crate::model::plan::{self, Growth, NewCell, When};
use crate::model::problem::Noun;
use crate::model::routing;
use crate::scenario::ecs::cluster::Cluster;
use crate::scenario::file::{AddCell, ControlPlane, Mapping, Migration};

impl Regions<'_> {
    /// When cells are added; which clusters move is known once there are clusters.
    pub(super) fn growth(&mut self, written: &ControlPlane, at: &str) -> Growth {
        let at_once = written.migration.as_ref().map_or(1, |migration: &Migration| migration.at_once);
        if written.migration.is_some() && written.add_cells.is_empty() && written.evacuation.is_none() {
            let hint = "write `addCells` or `evacuation`, or leave it out";
            self.out.idle(&format!("{at}/migration"), "no cell is added, and none is emptied", hint);
        }
        let most = CELLS_MAX.saturating_sub(written.cells) as usize;
        if written.add_cells.len() > most {
            let message =
                format!("a Region has at most {CELLS_MAX} cells: {most} can be added, not {}", written.add_cells.len());
            self.out.too_large(&format!("{at}/addCells"), message, "write fewer");
            return Growth { cells: Vec::new(), at_once };
        }
        let mut before = Time::ZERO;
        let mut cells = Vec::new();
        for (place, row) in written.add_cells.iter().enumerate() {
            let (time, at) = (Time::ZERO + row.at.0, format!("{at}/addCells/{place}"));
            self.time_of_addition(time, before, place, &format!("{at}/at"));
            if !row.clusters.is_empty() && written.router.mapping != Mapping::FullMap {
                let message = "`clusters` belongs to `fullMap`: the other mappings say themselves who moves";
                self.out.conflict(&format!("{at}/clusters"), message, "leave it out, or pin clusters to their cells");
            }
            before = time;
            cells.push(NewCell { at: time, cell: CellId(0), moves: Vec::new() });
        }
        Growth { cells, at_once }
    }

    fn time_of_addition(&mut self, time: Time, before: Time, place: usize, at: &str) {
        if !self.out.after(time, Some(before).filter(|_| place > 0), at) {
            return;
        }
        if time == Time::ZERO {
            self.out.out_of_range(at, "a cell must be added after 0", "write more `cells` instead");
        } else if time >= Time::ZERO + self.duration {
            let message =
                format!("a cell must be added before the end of the run, `{}`, not at `{time}`", self.duration);
            self.out.out_of_range(at, message, "add the cell earlier, or make `duration` longer");
        }
    }
}

impl Clusters<'_> {
    /// When the cell of this place among those that a Region adds is added.
    pub(super) fn additions(&self, region: RegionId) -> Vec<Time> {
        let plane = self.plan.regions[region].plane.as_ref();
        plane.map_or(Vec::new(), |plane| plane.growth.cells.iter().map(|cell| cell.at).collect())
    }

    /// Which clusters of a Region belong to another cell when cells are added.
    pub(super) fn grow(&mut self, region: RegionId, clusters: &[(usize, &Cluster)]) {
        let scenario = self.scenario;
        let name = &self.plan.regions[region].name;
        let Some(index) = first(&self.index.regions, name) else { return };
        let Some(written) = scenario.regions[index].control_plane.as_ref() else { return };
        let times = self.additions(region);
        let cells: Vec<CellId> =
            self.plan.cells.pairs().filter(|row| row.1.region == region).map(|row| row.0).collect();
        let Some(first) = cells.len().checked_sub(times.len()).filter(|first| *first > 0 && !times.is_empty()) else {
            return;
        };
        let names: Vec<String> = clusters.iter().map(|row| row.1.cluster_name.clone()).collect();
        let ids: Vec<ClusterId> = names.iter().filter_map(|name| self.names.clusters.get(name).copied()).collect();
        let mut homes: Vec<u16> = ids.iter().map(|id| self.plan.clusters[*id].cell.0 - cells[0].0).collect();
        for (place, row) in written.add_cells.iter().enumerate() {
            let at = format!("/regions/{index}/controlPlane/addCells/{place}");
            let count = (first + place + 1) as u16;
            let listed = self.listed(row, written, &names, &at);
            let there: Vec<bool> = ids.iter().map(|id| self.there(*id, times[place])).collect();
            let fixed = fixed(written, &names, &homes, &there, &listed, count);
            let mapping = self.plan.regions[region].plane.as_ref().map(|plane| plane.router.mapping);
            let next = routing::assign_around(mapping.unwrap_or(plan::Mapping::FullMap), &names, &fixed, count);
            let moved = (0..ids.len()).filter(|row| next[*row] != homes[*row]);
            let mut moves: Vec<(ClusterId, CellId)> =
                moved.clone().map(|row| (ids[row], CellId(cells[0].0 + next[row]))).collect();
            moves.sort_by(|one, other| natural(&self.plan.clusters[one.0].name, &self.plan.clusters[other.0].name));
            let (all, of) = (there.iter().filter(|there| **there).count(), moved.filter(|row| there[*row]).count());
            self.tell(first + place, times[place], of, all, &at);
            if moves.is_empty() && written.router.mapping == Mapping::FullMap && row.clusters.is_empty() {
                let message = "the cell stays empty: with `fullMap` clusters stay where they are";
                self.out.no_effect(&at, message, "list `clusters` that migrate to it");
            }
            if let Some(plane) = &mut self.plan.regions[region].plane {
                plane.growth.cells[place] = NewCell { at: times[place], cell: cells[first + place], moves };
            }
            homes = next;
        }
    }

    /// Whether a cluster is there at this time.
    fn there(&self, cluster: ClusterId, at: Time) -> bool {
        self.plan.clusters[cluster].created.is_none_or(|created| created < at)
    }

    fn tell(&mut self, place: usize, time: Time, moved: usize, all: usize, at: &str) {
        let name = router::cell_name(place);
        let move_ = if moved == 1 { "moves" } else { "move" };
        self.out.follows(at, format!("`{name}` is added at {time}: {moved} of {all} clusters {move_}"), "");
    }

    /// Rows of the clusters that an entry lists.
    fn listed(&mut self, row: &AddCell, written: &ControlPlane, names: &[String], at: &str) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for (place, name) in row.clusters.iter().enumerate() {
            let at = format!("{at}/clusters/{place}");
            let Some(known) = names.iter().position(|known| known == name) else {
                if self.index.clusters.contains_key(name.as_str()) {
                    let message = format!("the cluster `{name}` is in another Region");
                    let hint = "each Region has its own cells: name one of this Region";
                    self.out.wrong_target(&at, message, hint);
                } else {
                    self.out.unknown(Noun::Cluster, name, &at, names.iter().map(String::as_str));
                }
                continue;
            };
            let late = self.names.clusters.get(name).is_some_and(|id| !self.there(*id, Time::ZERO + row.at.0));
            if found.contains(&known) {
                self.out.twice(name, &at);
            } else if written.router.pins.contains_key(name) {
                let hint = "remove the pin, or this name";
                self.out.conflict(&at, format!("`{name}` has a pin: it stays where it is"), hint);
            } else if late {
                let hint = "leave it out: a new cluster gets the cell with the fewest, unless `map` has a row for it";
                self.out.wrong_target(&at, format!("`{name}` is created later"), hint);
            } else {
                found.push(known);
            }
        }
        found
    }
}

impl Checks<'_> {
    /// Warns of faults that name a cell before it is there.
    pub(super) fn early_faults(&mut self) {
        for (place, id) in self.plan.faults_in_order().enumerate() {
            let fault = &self.plan.faults[id];
            let When::At(at) = fault.when else { continue };
            let named = if let Scope::Cell(cell) = fault.scope { cell } else { fault.effect.names_cell() };
            let Some(row) = named.map(|cell| &self.plan.cells[cell]) else { continue };
            if let Some(added) = row.added.filter(|added| *added > at) {
                let message = format!("`{}` is not there before {added}", row.name);
                let hint = "until then the fault has nothing to hit: begin it later, or name another cell";
                self.out.no_effect(&format!("/faults/{place}/at"), message, hint);
            }
        }
    }
}

/// Clusters whose cell no algorithm is asked for: pinned ones and, in a table, all that have a row.
fn fixed(
    written: &ControlPlane,
    names: &[String],
    homes: &[u16],
    there: &[bool],
    listed: &[usize],
    cells: u16,
) -> Vec<Option<u16>> {
    let router = &written.router;
    let full = router.mapping == Mapping::FullMap;
    let of = |row: usize| {
        let name = &names[row];
        if full && listed.contains(&row) {
            return Some(cells - 1);
        }
        let has_row = router.pins.contains_key(name) || full && (there[row] || router.map.contains_key(name));
        has_row.then(|| homes[row])
    };
    (0..homes.len()).map(of).collect()
}
