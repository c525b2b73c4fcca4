//! Agents lose their connection to ECS, while hosts and network are fine.

use super::{Effect, FaultTarget, Kind, Occurrence};
use crate::model::fact::{FaultFact, Hit, HostStatus};
use crate::model::flows::For;
use crate::model::flows::host::agent;
use crate::model::ids::{ClusterId, HostId, ProviderId, ZoneId};
use crate::model::names::Names;
use crate::model::plan::Plan;
use crate::model::problem::Problems;
use crate::model::tables::Host;
use crate::model::world::{Cx, World};

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
    /// `None`: all.
    pub providers: Option<Vec<ProviderId>>,
    /// `None`: all.
    pub cluster: Option<ClusterId>,
    /// `None`: all.
    pub zone: Option<ZoneId>,
    pub count: u32,
    pub share: Option<f64>,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
        let cluster = self.cluster.as_ref().map(|name| names.cluster(name, &format!("{at}/cluster"), out));
        let scope = super::scope(self.capacity_provider.as_deref(), self.zone.as_deref(), self.share, at, names, out);
        let one_of_two = super::count_or_share(self.count, self.share, at, out);
        let (providers, zone, share) = scope?;
        if cluster == Some(None) || !one_of_two {
            return None;
        }
        Some(Live { providers, cluster: cluster.flatten(), zone, count: self.count.unwrap_or(u32::MAX), share })
    }
}

impl Live {
    fn is_of(&self, provider: ProviderId, plan: &Plan) -> bool {
        self.providers.as_ref().is_none_or(|only| only.contains(&provider))
            && self.cluster.is_none_or(|cluster| cluster == plan.providers[provider].cluster)
    }

    fn matches(&self, host: &Host, plan: &Plan) -> bool {
        let agent = host.alive && host.status != HostStatus::Registering;
        agent && self.is_of(host.provider, plan) && self.zone.is_none_or(|zone| zone == host.zone)
    }
}

impl Effect for Live {
    fn fault_targets(&self, world: &World, cx: &Cx<'_>) -> Vec<FaultTarget> {
        let mut hosts = world.providers.ids().filter(|row| cx.plan.providers[*row].kind.has_hosts());
        if hosts.any(|row| self.is_of(row, cx.plan)) { vec![FaultTarget::All] } else { Vec::new() }
    }

    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        let open = |slot: &u32| self.matches(world.hosts.at(*slot), cx.plan);
        let all: Vec<HostId> = (0..world.hosts.slots()).filter(open).map(|slot| world.hosts.handle(slot)).collect();
        let who = |id: HostId| world.hosts.at(id.slot).who;
        let hit = super::pick(all, self.count, self.share, |id| cx.draw(For::FaultHits, occurrence.who.nth(who(id).0)));
        for id in hit {
            let host = world.hosts.at_mut(id.slot);
            host.unheard.push(occurrence.cause);
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
}
