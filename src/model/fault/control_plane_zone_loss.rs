//! The control plane loses a zone, and nothing else does.

use super::{Cause, Cx, Draft, Effect, Kind, Occurrence, Plan, Scope, World, ZoneId};
use crate::model::flows::cell::headroom;

object! {
    /// The control plane loses a zone, and nothing else does.
    ///
    /// ## What happens
    /// Every cell of the Region loses what it has in the zone at once. Hosts and tasks there live on. Without
    /// `controlPlane.peakRequests` cells have no bound, and nothing is lost.
    /// ## What ECS sees
    /// With what is left of pre-scaled capacity at the peak or above, nothing. Below, calls and launches wait, and
    /// calls are throttled.
    /// ## What heals it
    /// The end of the fault; `controlPlane.growsAfter` before that, where written.
    /// ## Source
    /// [ecs-resilience-post] [lib-static-stability].
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
        let zone = draft.zone(self.zone.as_ref())?;
        // Control planes stand in availability zones only.
        if let (Some(id), Some(name)) = (zone, &self.zone)
            && draft.plan.zones[id].kind.away()
        {
            let message = format!("the control plane has nothing in `{name}`: it is always the Region's");
            let hint = "name an availability zone; `linkCut` cuts the zone off from it";
            draft.out.wrong_target(&draft.key("zone"), message, hint);
        }
        draft.scope = Scope::Zone(zone);
        Some(Live)
    }
}

impl Effect for Live {
    fn zone_begins(&self, world: &mut World, zone: ZoneId, occurrence: Occurrence, cx: &mut Cx<'_>) {
        headroom::zone_lost(world, zone, occurrence.cause, cx);
    }

    fn zone_ends(&self, world: &mut World, zone: ZoneId, cause: Cause, cx: &mut Cx<'_>) {
        headroom::zone_back(world, zone, cause, cx);
    }

    fn idle(&self, _scope: Scope, plan: &Plan) -> Option<(&'static str, &'static str)> {
        let bound = plan.planes().any(|plane| plane.zone_rate.is_some());
        (!bound).then_some(("no control plane has a bound", "write `controlPlane.peakRequests` in a Region"))
    }
}
