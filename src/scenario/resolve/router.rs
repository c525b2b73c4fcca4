//! The router's map: which clusters run in which cell.

use super::Build;
use super::index::first;
use crate::engine::Span;
use crate::model::ids::RegionId;
use crate::model::plan;
use crate::model::problem::{Code, Noun, Problem};
use crate::model::routing;
use crate::scenario::ecs::cluster::Cluster;
use crate::scenario::file::{ControlPlane, Mapping, Router};
use crate::scenario::source;
use std::collections::BTreeMap;

/// Workers of a cell and of a cluster: the first example of shuffle sharding ([lib-shuffle-sharding]).
const WORKERS: u32 = 8;
const SHARD_SIZE: u32 = 2;

/// Wrong rows of one map that are told.
const WRONG_MAX: usize = 100;

/// Clusters with their places in the file.
type Clusters<'a> = Vec<(usize, &'a Cluster)>;

/// The name of a cell from its place.
pub(super) fn cell_name(place: usize) -> String {
    format!("cell-{}", place + 1)
}

/// The place of a cell from its name.
fn cell_place(name: &str, cells: u16) -> Option<u16> {
    let number = name.strip_prefix("cell-").filter(|number| !number.starts_with(['0', '+']))?;
    number.parse().ok().filter(|number| (1..=cells).contains(number)).map(|number: u16| number - 1)
}

impl Build<'_> {
    pub(super) fn router(&mut self, written: &Router, at: &str) -> plan::Router {
        let mapping = match written.mapping {
            Mapping::FullMap => plan::Mapping::FullMap,
            Mapping::Hash => plan::Mapping::Hash,
            Mapping::Ring => plan::Mapping::Ring,
            Mapping::ShuffleShard => self.shards(written, at),
        };
        let sharded = written.mapping == Mapping::ShuffleShard;
        for (key, count) in [("workers", written.workers), ("shardSize", written.shard_size)] {
            if count.is_some() && !sharded {
                let message = format!("`{key}` belongs to `shuffleShard`");
                let hint = "write \"mapping\": \"shuffleShard\", or leave it out";
                self.out.conflict(&format!("{at}/{key}"), message, hint);
            }
        }
        if !written.map.is_empty() && written.mapping != Mapping::FullMap {
            let hint = "write \"mapping\": \"fullMap\", or move its rows to `pins`";
            self.out.conflict(&format!("{at}/map"), "`map` belongs to `fullMap`", hint);
        }
        let refresh = written.refresh.0;
        self.out.within(refresh, Span::SECOND..=Span::from_secs(86_400), &format!("{at}/refresh"));
        plan::Router { mapping, refresh }
    }

    fn shards(&mut self, written: &Router, at: &str) -> plan::Mapping {
        let workers = written.workers.unwrap_or(WORKERS);
        let size = written.shard_size.unwrap_or(SHARD_SIZE.min(workers));
        let sound = self.out.within(size, 1..=workers, &format!("{at}/shardSize"));
        let (workers, size) = if sound { (workers, size) } else { (WORKERS, SHARD_SIZE) };
        plan::Mapping::ShuffleShard { workers, size }
    }

    /// Workers that serve a cluster, as bits.
    pub(super) fn shard(&self, region: RegionId, cluster: &str) -> u64 {
        match self.plan.regions[region].plane.as_ref().map(|plane| plane.router.mapping) {
            Some(plan::Mapping::ShuffleShard { workers, size }) => routing::shard(cluster, workers, size),
            _ => u64::MAX,
        }
    }

    /// The clusters of a Region by the cell that runs them, in the order of the file. Without a `controlPlane` block a
    /// Region is one cell.
    pub(super) fn by_cell<'a>(&mut self, region: RegionId, clusters: &Clusters<'a>) -> Vec<Clusters<'a>> {
        let scenario = self.scenario;
        let name = &self.plan.regions[region].name;
        let written = first(&self.index.regions, name);
        let plane = written.and_then(|place| Some((place, scenario.regions[place].control_plane.as_ref()?)));
        let (Some((place, written)), Some(plane)) = (plane, &self.plan.regions[region].plane) else {
            return vec![clusters.clone()];
        };
        // Too many, which `sizes` tells: no more are made.
        if self.plan.cells.len() > super::MOST_CELLS {
            return vec![clusters.clone()];
        }
        let cells = written.cells as u16;
        let mapping = plane.router.mapping;
        let fixed = self.fixed(written, cells, clusters, &format!("/regions/{place}/controlPlane/router"));
        let names: Vec<String> = clusters.iter().map(|(_, cluster)| cluster.cluster_name.clone()).collect();
        let mut found = vec![Vec::new(); usize::from(cells)];
        for (cell, cluster) in routing::assign_around(mapping, &names, &fixed, cells).into_iter().zip(clusters) {
            found[usize::from(cell)].push(*cluster);
        }
        // Cells that are added stand empty at the end.
        found.resize(
            found.len() + self.plan.regions[region].plane.as_ref().map_or(0, |plane| plane.growth.cells.len()),
            Vec::new(),
        );
        found
    }

    /// The cell of each cluster that has a pin or a row of the map; pins come first.
    fn fixed(&mut self, written: &ControlPlane, cells: u16, clusters: &Clusters<'_>, at: &str) -> Vec<Option<u16>> {
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
}
