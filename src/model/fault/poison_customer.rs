//! A customer whose requests break what serves them.

use super::{Cause, CellId, Cx, Draft, Effect, FaultTarget, Kind, Occurrence, Plan, Scope, World};
use crate::model::flows::cell::outage;
use crate::model::ids::ClusterId;

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
    cluster: ClusterId,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, draft: &mut Draft<'_>) -> Option<Live> {
        let cluster = draft.names.cluster(&self.cluster, &draft.key("cluster"), draft.out)?;
        draft.scope = Scope::CellOf(cluster);
        Some(Live { cluster })
    }
}

impl Live {
    /// Its workers, when it has some of its own.
    pub fn workers(self, plan: &Plan) -> Option<u64> {
        Some(plan.clusters[self.cluster].shard).filter(|shard| *shard != u64::MAX)
    }
}

impl Effect for Live {
    fn fault_targets(&self, _scope: Scope, world: &World, plan: &Plan) -> Vec<FaultTarget> {
        if world.planes.holds(plan.clusters[self.cluster].cell) { vec![FaultTarget::All] } else { Vec::new() }
    }

    fn cell_begins(&self, world: &mut World, cell: CellId, occurrence: Occurrence, cx: &mut Cx<'_>) {
        match self.workers(cx.plan) {
            None => outage::down(world, cell, occurrence.cause, cx),
            Some(workers) => outage::workers_down(world, cell, workers, occurrence.cause, cx),
        }
    }

    fn cell_ends(&self, world: &mut World, cell: CellId, cause: Cause, cx: &mut Cx<'_>) {
        match self.workers(cx.plan) {
            None => outage::restarts(world, cell, cause, cx),
            Some(_) => outage::workers_restart(world, cell, cause, cx),
        }
    }
}
