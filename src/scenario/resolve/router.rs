//! The router's map: which clusters run in which cell; and what launch paths need.

use super::Clusters;
use super::index::first;
use crate::model::ids::{RegionId, ServiceId};
use crate::model::plan::{self, Kind};
use crate::model::problem::{Code, Noun, Problem};
use crate::model::routing;
use crate::scenario::ecs::cluster::Cluster;
use crate::scenario::file::{ControlPlane, Mapping};
use crate::scenario::source;
use std::collections::BTreeMap;

/// Wrong rows of one map that are told.
const WRONG_MAX: usize = 100;

/// Clusters with their places in the file.
type Listed<'a> = Vec<(usize, &'a Cluster)>;

impl Clusters<'_> {
    /// Workers that serve a cluster, as bits.
    pub(super) fn shard(&self, region: RegionId, cluster: &str) -> u64 {
        match self.plan.regions[region].plane.as_ref().map(|plane| plane.router.mapping) {
            Some(plan::Mapping::ShuffleShard { workers, size }) => routing::shard(cluster, workers, size),
            _ => u64::MAX,
        }
    }

    /// The clusters of a Region by the cell that runs them, in the order of the file. Without a `controlPlane` block a
    /// Region is one cell.
    pub(super) fn by_cell<'a>(&mut self, region: RegionId, clusters: &Listed<'a>) -> Vec<Listed<'a>> {
        let scenario = self.scenario;
        let name = &self.plan.regions[region].name;
        let written = first(&self.index.regions, name);
        let plane = written.and_then(|place| Some((place, scenario.regions[place].control_plane.as_ref()?)));
        // Of too many, which `sizes` tells, no more are made.
        let few = self.plan.cells.len() <= super::checks::MOST_CELLS;
        let (Some((place, written)), Some(plane), true) = (plane, &self.plan.regions[region].plane, few) else {
            return vec![clusters.clone()];
        };
        let (mapping, added) = (plane.router.mapping, plane.growth.cells.len());
        let cells = written.cells as u16;
        let fixed = self.fixed(written, cells, clusters, &format!("/regions/{place}/controlPlane/router"));
        let names: Vec<String> = clusters.iter().map(|(_, cluster)| cluster.cluster_name.clone()).collect();
        let mut found = vec![Vec::new(); usize::from(cells)];
        for (cell, cluster) in routing::assign_around(mapping, &names, &fixed, cells).into_iter().zip(clusters) {
            found[usize::from(cell)].push(*cluster);
        }
        // Cells that are added stand empty at the end.
        found.resize(found.len() + added, Vec::new());
        found
    }

    /// The cell of each cluster that has a pin or a row of the map; pins come first.
    fn fixed(&mut self, written: &ControlPlane, cells: u16, clusters: &Listed<'_>, at: &str) -> Vec<Option<u16>> {
        let router = &written.router;
        let places: BTreeMap<&str, usize> =
            clusters.iter().enumerate().map(|(place, row)| (row.1.cluster_name.as_str(), place)).collect();
        let mut fixed = vec![None; clusters.len()];
        for (key, rows) in [("map", &router.map), ("pins", &router.pins)] {
            for (cluster, cell) in self.rows(rows, &places, cells, &format!("{at}/{key}")) {
                fixed[cluster] = Some(cell);
            }
        }
        // Of a map that no algorithm asks for, no more is told than that.
        if router.map.is_empty() || router.mapping != Mapping::FullMap {
            return fixed;
        }
        for cluster in router.map.keys().filter(|cluster| router.pins.contains_key(*cluster)) {
            let mut at = format!("{at}/map");
            source::push(&mut at, cluster);
            let message = format!("`{cluster}` has a pin: this row is not used");
            self.out.no_effect(&at, message, "pins are looked up first; keep one of them");
        }
        let missing = fixed.iter().filter(|cell| cell.is_none()).count();
        if missing > 0 {
            let message = match missing {
                1 => "1 cluster has no row in `map`: the cell with the fewest clusters takes it".to_owned(),
                many => format!("{many} clusters have no row in `map`: the cell with the fewest clusters takes each"),
            };
            self.out.follows(&format!("{at}/map"), message, "");
        }
        fixed
    }

    /// Rows of a table as places of clusters and cells; what is in neither list is a problem.
    fn rows(
        &mut self,
        rows: &BTreeMap<String, String>,
        places: &BTreeMap<&str, usize>,
        cells: u16,
        at: &str,
    ) -> Vec<(usize, u16)> {
        let names: Vec<String> = (0..usize::from(cells)).map(cell_name).collect();
        let (mut found, mut wrong) = (Vec::new(), 0);
        for (cluster, cell) in rows {
            let mut at = at.to_owned();
            source::push(&mut at, cluster);
            let (place, number) = (places.get(cluster.as_str()), cell_place(cell, cells));
            wrong += usize::from(place.is_none() || number.is_none());
            if wrong > WRONG_MAX {
                continue;
            }

            if place.is_none() && self.index.clusters.contains_key(cluster.as_str()) {
                let message = format!("the cluster `{cluster}` is in another Region");
                let hint = "each Region has its own cells: write the row there, or change the cluster's `region`";
                self.out.push(Problem::new(Code::WrongTarget, &at, message, hint).at_key());
            } else if place.is_none() {
                self.out.unknown(Noun::Cluster, cluster, &at, places.keys().copied());
            }
            if number.is_none() {
                self.out.unknown(Noun::PlaneCell, cell, &at, names.iter().map(String::as_str));
            }
            found.extend(place.copied().zip(number));
        }
        if wrong > WRONG_MAX {
            let message = format!("{} more rows of this map are wrong", wrong - WRONG_MAX);
            self.out.truncated(at, message, "mend the first ones and look again");
        }
        found
    }

    /// The services that launch paths need, once all services are known.
    pub(super) fn launch_path(&mut self) {
        for (index, region) in self.scenario.regions.iter().enumerate() {
            let Some(name) = region.control_plane.as_ref().and_then(|plane| plane.depends_on.as_ref()) else {
                continue;
            };
            let at = format!("/regions/{index}/controlPlane/dependsOn");
            let Some(service) = self.names.service(name, &at, self.out) else { continue };
            let of = self.plan.cells[self.plan.clusters[self.plan.services[service].cluster].cell].region;
            if self.plan.regions[of].name != region.name {
                let message = format!("`{name}` runs in `{}`: Regions share nothing", self.plan.regions[of].name);
                self.out.wrong_target(&at, message, format!("name a service of `{}`", region.name));
            } else if let Some(plane) = &mut self.plan.regions[of].plane {
                plane.depends_on = Some(service);
                self.closed_circle(service, name, &at);
            }
        }
    }

    /// A launch path that needs a service without tasks at time 0 launches nothing, the tasks of this service included.
    fn closed_circle(&mut self, service: ServiceId, name: &str, at: &str) {
        let row = &self.plan.services[service];
        let cluster = &self.plan.clusters[row.cluster];
        let (why, hint) = if row.kind == Kind::Stream {
            (format!("`{name}` is a stream of RunTask calls, and no call is taken"), "name a service")
        } else if row.kind == Kind::Replica && row.desired == 0 {
            (format!("`{name}` has no tasks"), "write a `desiredCount` of 1 or more")
        } else if let Some(created) = cluster.created {
            let why = format!("`{}` is created at {created}, and `{name}` cannot start in it", cluster.name);
            (why, "leave `createdAt` of its cluster out, or `dependsOn`")
        } else if self.scenario.start_empty {
            let why = format!("with `startEmpty` `{name}` is not there, and cannot start");
            (why, "leave `startEmpty` out, so that it stands at the start, or `dependsOn`")
        } else {
            return;
        };
        let region = &self.plan.regions[self.plan.cells[cluster.cell].region].name;
        self.out.doubtful(at, format!("nothing is ever launched in `{region}`: {why}"), hint);
    }
}

/// The name of a cell from its place.
pub(super) fn cell_name(place: usize) -> String {
    format!("cell-{}", place + 1)
}

/// The place of a cell from its name.
pub(super) fn cell_place(name: &str, cells: u16) -> Option<u16> {
    let number = name.strip_prefix("cell-").filter(|number| !number.starts_with(['0', '+']))?;
    number.parse().ok().filter(|number| (1..=cells).contains(number)).map(|number: u16| number - 1)
}
