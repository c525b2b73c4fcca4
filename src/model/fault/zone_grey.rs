//! A zone answers badly while its health checks pass.

use super::{Effect, FaultTarget, Kind, Occurrence};
use crate::engine::Span;
use crate::model::fact::{FaultFact, Hit};
use crate::model::flows::rows::account;
use crate::model::ids::ZoneId;
use crate::model::names::Names;
use crate::model::problem::Problems;
use crate::model::quantity::Duration;
use crate::model::tables::zone::Grey;
use crate::model::world::{Cx, World};

object! {
    /// A zone answers badly while its health checks pass (grey failure).
    ///
    /// ## What happens
    /// A share of the requests that reach the zone's tasks fails, or answers come late and each task answers fewer.
    /// Several at once add up: each spoils its share of what the others leave, and latencies are summed.
    /// ## What ECS sees
    /// Nothing: checks pass, tasks stay in service.
    /// ## What heals it
    /// Nothing by itself; it lasts as long as the fault.
    /// ## Source
    /// [multi-az-patterns].
    Spec("camelCase") {
        may {
            /// Zone id. Left out: any zone, with `every` one clock for each.
            zone: String,
            /// Share of the requests answered with an error, above 0 to 1.
            error_share: f64,
            /// Added to each answer. A task's capacity falls to `100 ms / (100 ms + added)` of itself: 100 ms stands
            /// for the usual answer (model choice).
            latency: Duration,
        }
    }
}

/// What runs.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    /// `None`: every zone, each with its own clock.
    pub zone: Option<ZoneId>,
    /// Errors in a million requests.
    pub errors_ppm: u32,
    pub added: Span,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
        if self.error_share.is_none() && self.latency.is_none() {
            let hint = "write \"errorShare\": 0.2 for one request in five";
            out.missing(at, "a grey zone needs `errorShare` or `latency`", hint);
            return None;
        }
        let errors = match self.error_share {
            Some(value) => out.share_above_zero(value, &format!("{at}/errorShare"))?,
            None => 0.0,
        };
        let added = self.latency.map_or(Span::ZERO, |latency| latency.0);
        let zone = super::zone(self.zone.as_deref(), at, names, out)?;
        Some(Live { zone, errors_ppm: ppm(errors), added })
    }
}

fn ppm(share: f64) -> u32 {
    libm::round(share * 1e6) as u32
}

impl Effect for Live {
    fn fault_targets(&self, world: &World, _cx: &Cx<'_>) -> Vec<FaultTarget> {
        super::zone_clocks(self.zone, world)
    }

    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for zone in super::zones_of(self.zone, occurrence, world) {
            cx.note(FaultFact::Hits { cause: occurrence.cause, what: Hit::Zone(zone) });
            let Live { errors_ppm, added, .. } = *self;
            world.zones[zone].grey.push(Grey { cause: occurrence.cause, errors_ppm, added });
        }
        settle_all(world);
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, _cx: &mut Cx<'_>) {
        for zone in super::zones_of(self.zone, occurrence, world) {
            world.zones[zone].grey.retain(|grey| grey.cause != occurrence.cause);
        }
        settle_all(world);
    }
}

fn settle_all(world: &mut World) {
    for service in world.services.ids() {
        account::mark(world, service);
    }
}
