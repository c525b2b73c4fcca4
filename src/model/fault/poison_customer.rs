//! A customer whose requests break what serves them.

use super::{Cause, CellId, Cx, Draft, Effect, FaultTarget, Kind, Occurrence, Plan, Scope, World};
use crate::model::flows::cell::outage;
use crate::model::flows::traffic::poison;
use crate::model::ids::ClusterId;
use crate::model::problem::Noun;
use crate::model::tables::application::Poison;

object! {
    /// A customer whose requests break what serves them.
    ///
    /// ## What happens
    /// With `cluster`: whatever serves the cluster in the control plane goes down at once and stays so, its cell, or
    /// with `shuffleShard` its workers. Running tasks live on. With `customer`: in the cell of the
    /// `cellularApplication` that he is in, `errors` of all answers are errors, whoever asked, as his requests keep the
    /// tasks from their work; their health checks pass. Where he moves, this goes with him.
    /// ## What ECS sees
    /// Other clusters of the cell lose their control plane with it; with `shuffleShard` those that share all of the
    /// poisoned workers, others have fewer workers left. A cluster that is pinned to a cell of its own (quarantine)
    /// hits nobody else. Of a `customer` it sees nothing.
    /// ## What heals it
    /// The end of the fault, when the requests stop: the cell or the workers start again. The other customers of a cell
    /// are well again once he is in quarantine.
    /// ## Source
    /// [cell-whitepaper] [lib-shuffle-sharding].
    Spec("camelCase") {
        may {
            /// The cluster of the customer.
            cluster: String,
            /// A customer of the `cellularApplication`, such as `customer-7`. Exactly one of `cluster` and `customer`
            /// is written.
            customer: String,
            /// With `customer`: the share of the cell's answers that are errors, above 0 and up to 1.
            errors: f64 => Choice "1",
        }
    }
}

/// What runs.
#[derive(Clone, Copy, Debug)]
pub enum Live {
    /// In the control plane.
    Cluster(ClusterId),
    /// In the cells of an application.
    Customer {
        /// His group, and his number in it.
        who: (usize, u32),
        errors_ppm: u32,
    },
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, draft: &mut Draft<'_>) -> Option<Live> {
        let example = "write \"customer\": \"customer-7\", or \"cluster\": \"shop\"";
        let both = self.cluster.is_some() && self.customer.is_some();
        let (Some(name), false) = (&self.customer, both) else {
            let Some(name) = self.cluster.as_ref().filter(|_| !both) else {
                let missing = "who poisons: a `cluster`, or a `customer` of the application in cells";
                draft.out.one_of("`cluster` and `customer`", both, draft.at, missing, example);
                return None;
            };
            if self.errors.is_some() {
                let why = "a poisoned control-plane cell goes down as a whole";
                draft.out.idle(&draft.key("errors"), why, "leave it out");
            }
            let cluster = draft.names.cluster(name, &draft.key("cluster"), draft.out)?;
            draft.scope = Scope::CellOf(cluster);
            return Some(Live::Cluster(cluster));
        };
        draft.scope = Scope::Region(None);
        let who = customer(draft, name);
        let share = draft.share("errors", self.errors)?;
        Some(Live::Customer { who: who?, errors_ppm: libm::round(share.unwrap_or(1.0) * 1e6).max(1.0) as u32 })
    }
}

/// The group and the number of a customer.
fn customer(draft: &mut Draft<'_>, name: &str) -> Option<(usize, u32)> {
    let at = draft.key("customer");
    let Some(application) = &draft.plan.application else {
        if !draft.names.has_application {
            let hint = "write a `cellularApplication`, or the `cluster` of the customer";
            draft.out.wrong_target(&at, "the scenario has no application with customers", hint);
        }
        return None;
    };
    let found = application.customers.iter().enumerate().find_map(|(row, group)| Some((row, group.number_of(name)?)));
    if found.is_none() {
        draft.out.unknown(Noun::Customer, name, &at, application.customers.iter().map(|group| group.name.as_str()));
    }
    found
}

impl Live {
    /// The customer of the application in cells, if it is one.
    pub fn customer(self) -> Option<(usize, u32)> {
        let Live::Customer { who, .. } = self else { return None };
        Some(who)
    }

    /// Workers of a cluster, when it has some of its own.
    pub fn workers(self, plan: &Plan) -> Option<u64> {
        let Live::Cluster(cluster) = self else { return None };
        Some(plan.clusters[cluster].shard).filter(|shard| *shard != u64::MAX)
    }
}

impl Effect for Live {
    fn fault_targets(&self, scope: Scope, world: &World, plan: &Plan) -> Vec<FaultTarget> {
        match self {
            Live::Cluster(cluster) if world.planes.holds(plan.clusters[*cluster].cell) => vec![FaultTarget::All],
            Live::Customer { .. } if world.application.is_some() => scope.clocks(world, plan),
            Live::Cluster(_) | Live::Customer { .. } => Vec::new(),
        }
    }

    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        if let Live::Customer { who: (group, customer), errors_ppm } = *self {
            poison::begins(world, Poison { cause: occurrence.cause, group, customer, errors_ppm }, cx);
        }
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        if let Live::Customer { .. } = self {
            poison::ends(world, occurrence.cause, cx);
        }
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
