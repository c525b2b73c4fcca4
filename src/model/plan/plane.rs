//! The ECS control plane of a Region as the plan holds it: what its cells can do, and the router in front of them.

use crate::engine::{Span, Time};
use crate::model::ids::{CellId, ClusterId, ServiceId};

/// The control plane of a Region. Without one a Region has one cell that never throttles.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    /// What each cell can do in each availability zone, in billionths of a request for each second; `None`: any load.
    pub zone_rate: Option<u64>,
    /// Each cell's share of the peak that is offered: `peakRequests` / cells, over all its zones. What the pre-scaled
    /// capacity is held against.
    pub peak_rate: Option<u64>,
    /// Requests queue up to this much work, in time at full capacity; more are throttled.
    pub queue: Span,
    /// Capacity that a cell has lost is replaced in its other zones after this; `None`: not at all.
    pub grows_after: Option<Span>,
    /// How a cell comes back.
    pub restart: Restart,
    /// What each kind of work costs, in millionths of a request.
    pub costs: Costs,
    /// Other API calls of users at each cell, such as describe polling: billionths of a request for each second.
    pub other_calls: u64,
    /// The size up to which a cell was tested.
    pub tested: Tested,
    /// The service that the launch path needs.
    pub depends_on: Option<ServiceId>,
    /// The router in front of the cells.
    pub router: Router,
    /// Cells that are added during the run.
    pub growth: Growth,
    /// Cells whose tests fail are emptied.
    pub evacuation: Option<PlaneEvacuation>,
}

/// Clusters of a cell whose tests fail migrate to other cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaneEvacuation {
    /// How often each cell is tested.
    pub every: Span,
    /// The share of what a test asks that fails, in millionths, above which it finds the cell ill.
    pub above_ppm: u32,
    /// How many tests one after the other have to.
    pub tests: u32,
    /// How long tests have to find the cell well until its clusters come back; `None`: they do not.
    pub back_after: Option<Span>,
}

/// How a control plane grows: cells of the same size as its first ones, and who moves to them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Growth {
    /// In order of time.
    pub cells: Vec<NewCell>,
    /// Clusters that are cloned at one time.
    pub at_once: u32,
}

impl Growth {
    pub fn moves(&self) -> bool {
        self.cells.iter().any(|cell| !cell.moves.is_empty())
    }
}

/// A cell that is added.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCell {
    pub at: Time,
    /// Which: a row of the plan without clusters of its own.
    pub cell: CellId,
    /// Clusters that belong to another cell from then on, in the order of the file, and to which.
    pub moves: Vec<(ClusterId, CellId)>,
}

impl Plane {
    /// Whether its cells need the same service to launch, or give clusters to each other.
    pub fn runs_as_one(&self) -> bool {
        self.depends_on.is_some() || self.may_move()
    }

    /// Whether cells are added, or emptied: clusters may be run by another cell then.
    pub fn may_move(&self) -> bool {
        !self.growth.cells.is_empty() || self.evacuation.is_some()
    }

    /// Whether clusters may go from one cell to another.
    pub fn moves(&self) -> bool {
        self.growth.moves() || self.evacuation.is_some()
    }

    /// Whether work other than launches costs anything.
    pub fn meters(&self) -> bool {
        self.zone_rate.is_some() && (self.costs.stop > 0 || self.costs.state_change > 0 || self.costs.reconcile > 0)
    }
}

/// How a cell comes back after an outage: a base time, and what it holds over the rates at which it is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restart {
    /// In any case.
    pub base: Span,
    /// For each cluster.
    pub cluster: Span,
    /// For each task.
    pub task: Span,
}

/// Costs in millionths of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Costs {
    pub launch: u64,
    pub stop: u64,
    /// An agent tells of a change.
    pub state_change: u64,
    /// The scheduler looks at a service.
    pub reconcile: u64,
}

/// Sizes up to which a cell was tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tested {
    /// Requests, in billionths for each second.
    pub rate: Option<u64>,
    pub clusters: Option<u32>,
    pub tasks: Option<u32>,
    /// How a cell beyond them slows down: what it can do is multiplied by (tested / size) to this power, in
    /// thousandths.
    pub beyond: u32,
}

impl Tested {
    /// What is left of what a cell can do, in millionths: of the sizes in which it is beyond its test the worst counts.
    /// `peak`: requests that it is built for.
    pub fn left(&self, peak: Option<u64>, clusters: u64, tasks: u64) -> u32 {
        let pairs = [
            (self.rate, peak),
            (self.clusters.map(u64::from), Some(clusters)),
            (self.tasks.map(u64::from), Some(tasks)),
        ];
        let ratio =
            |(tested, size): (Option<u64>, Option<u64>)| Some(tested? as f64 / size.filter(|size| *size > 0)? as f64);
        let least = pairs.into_iter().filter_map(ratio).fold(1.0, f64::min);
        (libm::round(libm::pow(least, f64::from(self.beyond) / 1e3) * 1e6) as u32).max(1)
    }
}

/// The thin router.
#[derive(Debug, Clone, PartialEq)]
pub struct Router {
    /// How it maps clusters to cells.
    pub mapping: Mapping,
    /// How often it reads the map from its source.
    pub refresh: Span,
}

/// How clusters are mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapping {
    FullMap,
    /// Hash of the name, modulo the number of cells.
    Hash,
    Ring,
    /// A hash to the cell; there each cluster has its own `size` of the cell's `workers`.
    ShuffleShard {
        /// Workers of a cell, at most 64.
        workers: u32,
        size: u32,
    },
}
