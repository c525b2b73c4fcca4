//! A customer whose requests break what serves them.

use super::{Effect, FaultTarget, Kind, Occurrence};
use crate::model::flows::cell::outage;
use crate::model::ids::{CellId, ClusterId};
use crate::model::names::Names;
use crate::model::plan::Plan;
use crate::model::problem::Problems;
use crate::model::world::{Cx, World};

object! {
    /// A customer whose requests break what serves them.
    ///
    /// ## What happens
    /// Whatever serves the cluster goes down at once and stays so: its cell, or with `shuffleShard` its workers.
    /// Running tasks live on.
    /// ## What ECS sees
    /// Other clusters of the cell lose their control plane with it; with `shuffleShard` those that share all of the
    /// poisoned workers, others have fewer workers left. A cluster that is pinned to a cell of its own (quarantine)
    /// hits nobody else.
    /// ## What heals it
    /// The end of the fault, when the requests stop: the cell or the workers start again.
    /// ## Source
    /// [cell-whitepaper] [lib-shuffle-sharding].
    Spec("camelCase") {
        need {
            /// The cluster of the customer.
            cluster: String,
        }
    }
}

/// What runs.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    pub cluster: ClusterId,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
        Some(Live { cluster: names.cluster(&self.cluster, &format!("{at}/cluster"), out)? })
    }
}

impl Live {
    /// Its cell, and its workers when it has some of its own.
    pub fn target(self, occurrence: Occurrence, plan: &Plan) -> (CellId, Option<u64>) {
        let row = &plan.clusters[self.cluster];
        // A cluster may have moved since the start: its cell is found when it occurrences.
        let cell = if let FaultTarget::Cell(cell) = occurrence.fault_target { cell } else { row.cell };
        (cell, (row.shard != u64::MAX).then_some(row.shard))
    }
}

impl Effect for Live {
    fn fault_targets(&self, world: &World, cx: &Cx<'_>) -> Vec<FaultTarget> {
        if world.planes.holds(cx.plan.clusters[self.cluster].cell) { vec![FaultTarget::All] } else { Vec::new() }
    }

    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        match self.target(occurrence, cx.plan) {
            (cell, None) => outage::down(world, cell, occurrence.cause, cx),
            (cell, Some(workers)) => outage::workers_down(world, cell, workers, occurrence.cause, cx),
        }
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        match self.target(occurrence, cx.plan) {
            (cell, None) => outage::restarts(world, cell, occurrence.cause, cx),
            (cell, Some(_)) => outage::workers_restart(world, cell, occurrence.cause, cx),
        }
    }
}
