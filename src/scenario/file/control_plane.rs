//! The control plane of a Region: its cells, what they can do, and the router in front of them.

use crate::engine::Span;
use crate::model::quantity::{Duration, Rate};
use std::collections::BTreeMap;

object! {
    /// The ECS control plane of a Region (domain: cells, each over all availability zones, behind a thin router).
    ControlPlane("camelCase") {
        given {
            /// Cells, `cell-1` and so on. They share nothing.
            cells: u32 [1..=4_096] = 1 => Choice "AWS publishes no number",
            /// Work that may wait at a cell before requests are throttled, as time at full capacity.
            queue: Duration = Duration(Span::from_secs(10)) => Choice,
            /// Other API calls of users in the whole Region, such as describe polling, each one request.
            other_calls: Rate = Rate(0) => Choice,
        }
        inner {
            /// How a cell comes back after an outage.
            restart: Restart,
            /// What each kind of work costs.
            costs: Costs,
            /// The router in front of the cells.
            router: Router,
        }
        may {
            /// The largest load that the Region is built for, over all its cells; without it a cell takes any load by
            /// default (model choice).
            peak_requests: Rate,
            /// Capacity in percent of `peakRequests`. Three zones take 150, so that the peak is met without one of
            /// them; with one zone it is 100 (model choice).
            prescaled_percent: u32 [1..=1_000] => Sourced "A / (A - 1) x 100 of A availability zones" "[lib-static-stability]",
            /// Capacity lost with a zone is replaced in the other zones after this; nothing grows by default (model
            /// choice).
            grows_after: Duration,
            /// A service, as "cluster/name", that the launch path of the Region needs: launches come as far as it
            /// serves its need. Nothing is needed by default (model choice).
            depends_on: String,
            /// The size up to which a cell was tested; beyond it the cell slows down and `check` warns.
            tested: Tested,
            /// How clusters migrate to cells that are added, or away from one that is emptied.
            migration: Migration,
            /// Empties a cell whose tests fail; nobody does by default (model choice).
            evacuation: PlaneEvacuation,
        }
        list {
            /// Cells that are added during the run, as large as the others and called by the next numbers; in order of
            /// time.
            add_cells: AddCell,
        }
    }
}

object! {
    /// Clusters of a cell whose tests fail migrate to other cells, those with the fewest clusters first, none beyond
    /// its `tested` size. A test calls the cell and starts a task: it fails as far as the cell refuses, or lacks
    /// capacity. A cell that is down as a whole keeps its clusters.
    PlaneEvacuation("camelCase") {
        given {
            /// How often each cell is tested, 1 s to a day.
            every: Duration = Duration(Span::MINUTE) => Choice,
            /// The share of a test that fails above which it finds the cell ill, above 0 and below 1.
            above: f64 = 0.05 => Choice,
            /// How many tests one after the other have to.
            tests: u32 [1..=1_000] = 5 => Choice,
        }
        may {
            /// How long tests have to find the cell well before its clusters come back.
            back_after: Duration => Choice "they stay where they are",
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
    /// A cluster migrates in phases: what it holds is cloned at the rates of `restart`, its row of the map is flipped,
    /// the old cell sends late calls on until the router has read the map, and forgets it.
    Migration("camelCase") {
        given {
            /// Clusters that are cloned at one time.
            at_once: u32 [1..=1_000] = 1 => Choice,
        }
    }
}

object! {
    /// A restart takes `base` and the time to load what the cell holds.
    Restart("camelCase") {
        given {
            /// In any case.
            base: Duration = Duration(Span::from_secs(5 * 60)) => Choice,
            /// Clusters loaded each second.
            clusters_per_second: f64 [0.001..=100_000] = 10.0 => Choice,
            /// Tasks loaded each second.
            tasks_per_second: f64 [0.001..=100_000] = 500.0 => Choice,
        }
    }
}

object! {
    /// Costs in requests: what `peakRequests` counts. What follows from a launch is in its cost.
    Costs("camelCase") {
        given {
            /// A task is launched.
            launch: f64 [0..=1_000] = 1.0 => Choice,
            /// A task is stopped.
            stop: f64 [0..=1_000] = 0.0 => Choice,
            /// An agent tells of a change.
            state_change: f64 [0..=1_000] = 0.0 => Choice,
            /// The scheduler looks at a service.
            reconcile: f64 [0..=1_000] = 0.0 => Choice,
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
            clusters: u32 [1..],
            /// Tasks of its services at the start.
            tasks: u32 [1..],
            /// How a cell that is larger slows down: what it can do is multiplied by (tested / size) to this power, of
            /// the sizes written the worst. 1: twice the size leaves half; 0: it does not slow down.
            beyond: f64 [0..=10] => Choice "1",
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
        given {
            /// How clusters are mapped.
            mapping: Mapping = Mapping::FullMap => Choice "AWS publishes none",
            /// How often it reads the map from its source, 1 s to a day.
            refresh: Duration = Duration(Span::from_secs(60)) => Choice,
            /// Single clusters and their cells, looked up before the algorithm: a large customer, a quarantine, a test.
            pins: BTreeMap<String, String> = BTreeMap::new(),
            /// With `fullMap`: clusters and their cells. A cluster without a row gets the cell with the fewest, in the
            /// order in which clusters stand in the file.
            map: BTreeMap<String, String> = BTreeMap::new(),
        }
        may {
            /// With `shuffleShard`: workers of each cell.
            workers: u32 [1..=64] => Sourced "8 with `shuffleShard`" "[lib-shuffle-sharding]",
            /// With `shuffleShard`: workers of each cluster.
            shard_size: u32 [1..=64] => Sourced "2 with `shuffleShard`" "[lib-shuffle-sharding]",
        }
    }
}
