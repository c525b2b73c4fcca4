//! A zone is cut off from the Region's network.

use super::{Cause, Cx, Draft, Effect, Kind, Occurrence, Scope, World, ZoneId};
use crate::model::flows::host::{agent, cut};
use crate::model::flows::rows::link;
use crate::model::flows::scheduler::rebalance;
use crate::model::flows::task::die;
use crate::model::flows::traffic::addresses;
use crate::model::plan::ZoneEvent;

object! {
    /// A zone is cut off from the Region's network.
    ///
    /// ## What happens
    /// Tasks in the zone run on, but no request from outside reaches them and no agent reaches ECS. Outposts that are
    /// anchored to the zone lose their link to the Region. Nodes of load balancers in the zone are out of reach, too:
    /// requests of their clients fail until these have left them (`loadBalancer.dnsTtl`).
    /// ## What ECS sees
    /// Load-balancer checks fail and eject the targets. Agents count as disconnected after 1 to 2 minutes; on EC2 the
    /// tasks keep their last status and are not replaced for it, on Fargate silence counts as loss. Nothing is placed
    /// in the zone.
    /// ## What heals it
    /// Targets that fail their checks are replaced elsewhere. When the network returns, agents reconnect after 0.25 s
    /// to 2 minutes and targets come back after as many passes as the target group asks for.
    /// ## Source
    /// [ecs-agent-source] [ecs-instance-health] [elb-health-checks].
    Spec("camelCase") {
        may {
            /// Zone id. Left out: any zone, with `every` one clock for each.
            zone: String,
        }
    }
}

/// What runs.
#[derive(Clone, Copy, Debug)]
pub struct Live;

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, draft: &mut Draft<'_>) -> Option<Live> {
        draft.scope = Scope::Zone(draft.zone(self.zone.as_ref())?);
        Some(Live)
    }
}

impl Effect for Live {
    fn zone_event(&self) -> Option<ZoneEvent> {
        Some(ZoneEvent::NetworkCutZone)
    }

    fn zone_begins(&self, world: &mut World, zone: ZoneId, occurrence: Occurrence, cx: &mut Cx<'_>) {
        world.zones[zone].cut += 1;
        world.zones[zone].cut_cause = Some(occurrence.cause);
        addresses::node_lost(world, zone, occurrence.cause, cx);
        cut::cut_anchored(world, zone, occurrence.cause, cx);
        for id in link::running_in(world, zone) {
            die::cut_off(world, id, occurrence.cause, cx);
        }
        for id in link::hosts_in(world, zone) {
            agent::cut(world, id, cx);
        }
    }

    fn zone_ends(&self, world: &mut World, zone: ZoneId, cause: Cause, cx: &mut Cx<'_>) {
        world.zones[zone].cut -= 1;
        addresses::node_back(world, zone, cause, cx.plan);
        cut::mend_anchored(world, zone, cx);
        if world.zones[zone].reachable() {
            cut::back(world, zone, cx);
        }
    }

    fn end(&self, world: &mut World, _occurrence: Occurrence, cx: &mut Cx<'_>) {
        rebalance::zone_is_back(world, cx);
    }

    fn takes_nodes(&self) -> bool {
        true
    }
}
