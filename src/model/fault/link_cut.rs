//! The link between a zone and its Region is cut.

use super::{Effect, FaultTarget, Kind, Occurrence};
use crate::model::flows::host::cut;
use crate::model::flows::scheduler::rebalance;
use crate::model::ids::ZoneId;
use crate::model::names::Names;
use crate::model::plan::Plan;
use crate::model::problem::Problems;
use crate::model::world::{Cx, World};

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
pub struct Live {
    /// `None`: every zone away from its Region, each with its own clock.
    pub zone: Option<ZoneId>,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
        Some(Live { zone: super::zone(self.zone.as_deref(), at, names, out)? })
    }
}

impl Live {
    /// Zones of the cell that an occurrence means.
    pub fn zones(self, occurrence: Occurrence, world: &World, plan: &Plan) -> Vec<ZoneId> {
        let mut zones = super::zones_of(self.zone, occurrence, world);
        zones.retain(|zone| self.zone.is_some() || plan.zones[*zone].kind.away());
        zones
    }
}

impl Effect for Live {
    fn fault_targets(&self, world: &World, cx: &Cx<'_>) -> Vec<FaultTarget> {
        let mut clocks = super::zone_clocks(self.zone, world);
        let away = |fault_target: &FaultTarget| matches!(fault_target, FaultTarget::Zone(zone) if cx.plan.zones[*zone].kind.away());
        clocks.retain(|fault_target| self.zone.is_some() || away(fault_target));
        clocks
    }

    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for zone in self.zones(occurrence, world, cx.plan) {
            cut::cut(world, zone, occurrence.cause, cx);
        }
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for zone in self.zones(occurrence, world, cx.plan) {
            cut::mend(world, zone, cx);
        }
        rebalance::zone_is_back(world, cx);
    }
}
