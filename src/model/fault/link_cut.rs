//! The link between a zone and its Region is cut.

use super::{Cause, Cx, Draft, Effect, Kind, Occurrence, Plan, Scope, World, ZoneId};
use crate::model::flows::host::cut;
use crate::model::flows::scheduler::rebalance;

object! {
    /// The link between a zone and its Region is cut: the zone works on, and its control plane is out of reach.
    ///
    /// ## What happens
    /// Tasks run on and serve the traffic of their site. Behind a load balancer of the Region they cannot be reached;
    /// one that stands with them in an outpost, a Local Zone or a Wavelength Zone works on (model choice: it does where
    /// all of a service's zones are away from the Region). A container that exits stays down, unless its restart policy
    /// works on the host. In an availability zone only the agents are cut off, as load balancers have nodes there
    /// (model choice).
    /// ## What ECS sees
    /// Agents count as disconnected after 1 to 2 minutes; the last status of every task is frozen. Nothing is placed,
    /// replaced, scaled, stopped or deployed there; hosts that fail are not replaced. On Fargate and Managed Instances
    /// long silence counts as impairment.
    /// ## What heals it
    /// Agents reconnect after 0.25 s to 2 minutes and report in order what ended meanwhile; then it is replaced.
    /// Targets of a load balancer in the Region are replaced elsewhere, where there is room.
    /// ## Source
    /// [ecs-agent-source] [ecs-outposts] [ecs-anywhere-post].
    Spec("camelCase") {
        may {
            /// Zone id. Left out: any zone that is no availability zone, with `every` one clock for each.
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
        draft.scope = Scope::ZoneAway(draft.zone(self.zone.as_ref())?);
        Some(Live)
    }
}

impl Effect for Live {
    fn zone_begins(&self, world: &mut World, zone: ZoneId, occurrence: Occurrence, cx: &mut Cx<'_>) {
        cut::cut(world, zone, occurrence.cause, cx);
    }

    fn zone_ends(&self, world: &mut World, zone: ZoneId, _cause: Cause, cx: &mut Cx<'_>) {
        cut::mend(world, zone, cx);
    }

    fn end(&self, world: &mut World, _occurrence: Occurrence, cx: &mut Cx<'_>) {
        rebalance::zone_is_back(world, cx);
    }

    fn idle(&self, scope: Scope, plan: &Plan) -> Option<(&'static str, &'static str)> {
        let idle = matches!(scope, Scope::ZoneAway(None)) && !plan.zones.iter().any(|zone| zone.kind.away());
        let why = "every zone is an availability zone, and none is named";
        idle.then_some((why, "name a `zone`, or add one of another kind"))
    }
}
