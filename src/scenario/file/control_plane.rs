//! The control plane of a Region: its cells, what they can do, and the router in front of them.

use crate::engine::Span;
use crate::model::quantity::{Duration, Rate};
use std::collections::BTreeMap;

object! {
    /// The ECS control plane of a Region (domain: cells, each over all availability zones, behind a thin router).
    ControlPlane("camelCase") {
        plain {
            /// Cells, `cell-1` and so on: 1 by default (model choice: AWS publishes no number). They share nothing.
            #[serde(default = "one")]
            #[schemars(range(min = 1, max = 4_096))]
            cells: u32,
            /// Work that may wait at a cell before requests are throttled, as time at full capacity; `"10s"` by default
            /// (model choice).
            #[serde(default = "queue")]
            queue: Duration,
            /// Other API calls of users in the whole Region, such as describe polling, each one request; `"0/s"` by
            /// default (model choice).
            #[serde(default = "no_calls")]
            other_calls: Rate,
            /// How a cell comes back after an outage.
            #[serde(default)]
            restart: Restart,
            /// What each kind of work costs.
            #[serde(default)]
            costs: Costs,
            /// The router in front of the cells.
            #[serde(default)]
            router: Router,
        }
        may {
            /// The largest load that the Region is built for, over all its cells; without it a cell takes any load by
            /// default (model choice).
            peak_requests: Rate,
            /// Capacity in percent of `peakRequests`; A / (A - 1) x 100 of A availability zones by default (sourced:
            /// [lib-static-stability]), 100 of one (model choice). Three zones take 150, so that the peak is met
            /// without one of them.
            #[schemars(range(min = 1, max = 1_000))]
            prescaled_percent: u32,
            /// Capacity lost with a zone is replaced in the other zones after this; nothing grows by default (model
            /// choice).
            grows_after: Duration,
            /// A service, as "cluster/name", that the launch path of the Region needs: launches come as far as it serves its
            /// need. Nothing is needed by default (model choice).
            depends_on: String,
            /// The size up to which a cell was tested; beyond it the cell slows down and `check` warns.
            tested: Tested,
            /// How clusters migrate to cells that are added.
            migration: Migration,
        }
        list {
            /// Cells that are added during the run, as large as the others and called by the next numbers; in order of
            /// time.
            add_cells: AddCell,
        }
    }
}

object! {
    /// A cell that is added. Clusters that the mapping gives to another cell then migrate; pinned ones stay.
    AddCell("camelCase") {
        need {
            /// When, counted from the start.
            at: Duration,
        }
        list {
            /// With `fullMap`, which moves nothing by itself: clusters that migrate to the new cell.
            clusters: String,
        }
    }
}

object! {
    /// A cluster migrates in phases: what it holds is cloned at the rates of `restart`, its row of the map is flipped, the
    /// old cell sends late calls on until the router has read the map, and forgets it.
    Migration("camelCase") {
        plain {
            /// Clusters that are cloned at one time; 1 by default (model choice).
            #[serde(default = "one")]
            #[schemars(range(min = 1, max = 1_000))]
            at_once: u32,
        }
    }
}

object! {
    /// A restart takes `base` and the time to load what the cell holds.
    Restart("camelCase") {
        plain {
            /// In any case; `"5m"` by default (model choice).
            #[serde(default = "base")]
            base: Duration,
            /// Clusters loaded each second; 10 by default (model choice).
            #[serde(default = "clusters_per_second")]
            #[schemars(range(min = 0.001, max = 100_000))]
            clusters_per_second: f64,
            /// Tasks loaded each second; 500 by default (model choice).
            #[serde(default = "tasks_per_second")]
            #[schemars(range(min = 0.001, max = 100_000))]
            tasks_per_second: f64,
        }
    }
}

object! {
    /// Costs in requests: what `peakRequests` counts. What follows from a launch is in its cost.
    Costs("camelCase") {
        plain {
            /// A task is launched; 1 by default (model choice).
            #[serde(default = "whole")]
            #[schemars(range(min = 0, max = 1_000))]
            launch: f64,
            /// A task is stopped; 0 by default (model choice).
            #[serde(default)]
            #[schemars(range(min = 0, max = 1_000))]
            stop: f64,
            /// An agent tells of a change; 0 by default (model choice).
            #[serde(default)]
            #[schemars(range(min = 0, max = 1_000))]
            state_change: f64,
            /// The scheduler looks at a service; 0 by default (model choice).
            #[serde(default)]
            #[schemars(range(min = 0, max = 1_000))]
            reconcile: f64,
        }
    }
}

object! {
    /// Sizes up to which one cell was tested.
    Tested("camelCase") {
        may {
            /// Its share of `peakRequests`.
            requests: Rate,
            /// Its clusters.
            #[schemars(range(min = 1))]
            clusters: u32,
            /// Tasks of its services at the start.
            #[schemars(range(min = 1))]
            tasks: u32,
            /// How a cell that is larger slows down: what it can do is multiplied by (tested / size) to this power, of the
            /// sizes written the worst. 1 by default: twice the size leaves half; 0: it does not slow down (model choice).
            #[schemars(range(min = 0, max = 10))]
            beyond: f64,
        }
    }
}

words! {
    /// How the router maps a cluster to its cell.
    Mapping("camelCase") {
        /// A table; a cluster without a row gets the cell with the fewest. Adding a cell moves nothing.
        FullMap,
        /// Hash of the name, modulo the number of cells. Adding one to n moves n / (n + 1) of the clusters.
        Hash,
        /// A consistent-hash ring. Adding a cell to n moves 1 / (n + 1) of the clusters.
        Ring,
        /// Hash to the cell; there each cluster has `shardSize` of the `workers` of its own.
        ShuffleShard,
    }
}

object! {
    /// The thin router: it holds the whole map in memory, and keeps serving with it when the source is gone.
    Router("camelCase") {
        plain {
            /// How clusters are mapped; `fullMap` by default (model choice: AWS publishes none).
            #[serde(default = "full_map")]
            mapping: Mapping,
            /// How often it reads the map from its source, 1 s to a day; `"60s"` by default (model choice).
            #[serde(default = "refresh")]
            refresh: Duration,
            /// Single clusters and their cells, looked up before the algorithm: a large customer, a quarantine, a test.
            #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
            pins: BTreeMap<String, String>,
            /// With `fullMap`: clusters and their cells. A cluster without a row gets the cell with the fewest, in the order in
            /// which clusters stand in the file.
            #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
            map: BTreeMap<String, String>,
        }
        may {
            /// With `shuffleShard`: workers of each cell; 8 when left out (sourced as an example:
            /// [lib-shuffle-sharding]).
            #[schemars(range(min = 1, max = 64))]
            workers: u32,
            /// With `shuffleShard`: workers of each cluster; 2 when left out (sourced as an example:
            /// [lib-shuffle-sharding]).
            #[schemars(range(min = 1, max = 64))]
            shard_size: u32,
        }
    }
}

impl Default for ControlPlane {
    fn default() -> Self {
        ControlPlane {
            cells: one(),
            queue: queue(),
            other_calls: no_calls(),
            restart: Restart::default(),
            costs: Costs::default(),
            router: Router::default(),
            peak_requests: None,
            prescaled_percent: None,
            grows_after: None,
            tested: None,
            depends_on: None,
            migration: None,
            add_cells: Vec::new(),
        }
    }
}

impl Default for Migration {
    fn default() -> Self {
        Migration { at_once: one() }
    }
}

impl Default for Restart {
    fn default() -> Self {
        Restart { base: base(), clusters_per_second: clusters_per_second(), tasks_per_second: tasks_per_second() }
    }
}

impl Default for Costs {
    fn default() -> Self {
        Costs { launch: whole(), stop: 0.0, state_change: 0.0, reconcile: 0.0 }
    }
}

impl Default for Router {
    fn default() -> Self {
        Router {
            mapping: full_map(),
            refresh: refresh(),
            pins: BTreeMap::new(),
            map: BTreeMap::new(),
            workers: None,
            shard_size: None,
        }
    }
}

fn one() -> u32 {
    1
}
fn queue() -> Duration {
    Duration(Span::from_secs(10))
}
fn no_calls() -> Rate {
    Rate(0)
}
fn base() -> Duration {
    Duration(Span::from_secs(5 * 60))
}
fn clusters_per_second() -> f64 {
    10.0
}
fn tasks_per_second() -> f64 {
    500.0
}
fn whole() -> f64 {
    1.0
}
fn full_map() -> Mapping {
    Mapping::FullMap
}
fn refresh() -> Duration {
    Duration(Span::from_secs(60))
}
