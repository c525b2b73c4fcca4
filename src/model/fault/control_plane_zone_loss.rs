//! The control plane loses a zone, and nothing else does.

use super::{Effect, FaultTarget, Kind, Occurrence};
use crate::model::fact::{FaultFact, Hit};
use crate::model::flows::cell::headroom;
use crate::model::ids::ZoneId;
use crate::model::names::Names;
use crate::model::problem::Problems;
use crate::model::world::{Cx, World};

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
pub struct Live {
    /// `None`: every zone, each with its own clock.
    pub zone: Option<ZoneId>,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
        Some(Live { zone: super::zone(self.zone.as_deref(), at, names, out)? })
    }
}

impl Effect for Live {
    fn fault_targets(&self, world: &World, _cx: &Cx<'_>) -> Vec<FaultTarget> {
        super::zone_clocks(self.zone, world)
    }

    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for zone in super::zones_of(self.zone, occurrence, world) {
            cx.note(FaultFact::Hits { cause: occurrence.cause, what: Hit::Zone(zone) });
            headroom::zone_lost(world, zone, occurrence.cause, cx);
        }
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for zone in super::zones_of(self.zone, occurrence, world) {
            headroom::zone_back(world, zone, occurrence.cause, cx);
        }
    }
}
