//! Agents lose their connection to ECS, while hosts and network are fine.

use super::{Cx, Draft, Effect, FaultTarget, Hits, Kind, Occurrence, Plan, ProviderScope, Scope, World};
use crate::model::fact::{FaultFact, Hit};
use crate::model::flows::host::agent;
use crate::model::ids::HostId;

object! {
    /// Agents lose their connection to ECS, while hosts and network are fine.
    ///
    /// ## What happens
    /// Tasks serve on. What the agents are told does not arrive, what they tell is kept: tasks there neither start nor
    /// stop by order of ECS, and one that exits is not known to have.
    /// ## What ECS sees
    /// The agents count as disconnected after 1 to 2 minutes. Nothing is placed on their hosts; their tasks are neither
    /// stopped nor replaced. On Managed Instances long silence counts as impairment: the host is drained and replaced.
    /// ## What heals it
    /// Agents reconnect after 0.25 s to 2 minutes and report in order what ended meanwhile.
    /// ## Source
    /// [ecs-agent-source] [ecs-agent-disconnected].
    Spec("camelCase") {
        may {
            /// Whose hosts. Left out: those of every capacity provider, and hosts outside AWS.
            capacity_provider: String,
            /// Only hosts of this cluster.
            cluster: String,
            /// Only hosts in this zone.
            zone: String,
            /// How many of them, drawn at random. Left out, with `share` left out too: all (model choice).
            count: u32,
            /// Share of them instead of `count`, above 0 to 1: each host is drawn by itself.
            share: f64,
        }
    }
}

/// What runs.
#[derive(Clone, Debug)]
pub struct Live {
    of: ProviderScope,
    hits: Hits,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, draft: &mut Draft<'_>) -> Option<Live> {
        let of = draft.capacity(self.capacity_provider.as_ref(), self.cluster.as_ref(), self.zone.as_ref());
        let hits = draft.hits(self.count, self.share, u32::MAX);
        Some(Live { of: of?, hits: hits? })
    }
}

impl Effect for Live {
    fn fault_targets(&self, scope: Scope, world: &World, plan: &Plan) -> Vec<FaultTarget> {
        let mut hosts = world.providers.ids().filter(|row| plan.providers[*row].kind.has_hosts());
        if hosts.any(|row| self.of.has(row, plan)) { scope.clocks(world, plan) } else { Vec::new() }
    }

    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for id in self.of.hosts(self.hits, world, occurrence, cx) {
            world.hosts.at_mut(id.slot).unheard.push(occurrence.cause);
            cx.note(FaultFact::Hits { cause: occurrence.cause, what: Hit::Host });
            agent::cut(world, id, cx);
        }
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for slot in 0..world.hosts.slots() {
            let id: HostId = world.hosts.handle(slot);
            let host = world.hosts.at_mut(slot);
            let before = host.unheard.len();
            host.unheard.retain(|cause| *cause != occurrence.cause);
            if host.unheard.len() < before {
                agent::back(world, id, cx);
            }
        }
    }

    fn picks_in_region(&self, plan: &Plan) -> bool {
        self.hits.counts() && !self.of.in_one_cell(plan)
    }

    fn idle(&self, _scope: Scope, plan: &Plan) -> Option<(&'static str, &'static str)> {
        let why = "the scenario has no container instances, and so no agents";
        (!plan.has_own_hosts()).then_some((why, "add a capacity provider with hosts, or `externalInstances`"))
    }
}
