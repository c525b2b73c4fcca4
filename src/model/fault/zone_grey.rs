//! A zone answers badly while its health checks pass.

use super::{Cause, Cx, Draft, Effect, Kind, Occurrence, Plan, Scope, World, ZoneId};
use crate::engine::Span;
use crate::model::flows::rows::account;
use crate::model::plan::ZoneEvent;
use crate::model::quantity::Duration;
use crate::model::tables::zone::Grey;

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
            /// for the usual answer (model choice); with `responseTime` that is the mean service time.
            latency: Duration,
        }
    }
}

/// What runs.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    /// Errors in a million requests.
    pub errors_ppm: u32,
    added: Span,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, draft: &mut Draft<'_>) -> Option<Live> {
        if self.error_share.is_none() && self.latency.is_none() {
            let hint = "write \"errorShare\": 0.2 for one request in five";
            draft.out.missing(draft.at, "a grey zone needs `errorShare` or `latency`", hint);
            return None;
        }
        let errors = draft.share("errorShare", self.error_share)?.unwrap_or(0.0);
        let added = self.latency.map_or(Span::ZERO, |latency| latency.0);
        draft.scope = Scope::Zone(draft.zone(self.zone.as_ref())?);
        Some(Live { errors_ppm: libm::round(errors * 1e6) as u32, added })
    }
}

impl Effect for Live {
    fn zone_event(&self) -> Option<ZoneEvent> {
        Some(ZoneEvent::ZoneGrey)
    }

    fn zone_begins(&self, world: &mut World, zone: ZoneId, occurrence: Occurrence, _cx: &mut Cx<'_>) {
        let Live { errors_ppm, added } = *self;
        world.zones[zone].grey.push(Grey { cause: occurrence.cause, errors_ppm, added });
        settle_all(world);
    }

    fn zone_ends(&self, world: &mut World, zone: ZoneId, cause: Cause, _cx: &mut Cx<'_>) {
        world.zones[zone].grey.retain(|grey| grey.cause != cause);
        settle_all(world);
    }

    fn idle(&self, _scope: Scope, plan: &Plan) -> Option<(&'static str, &'static str)> {
        let traffic = plan.services.iter().any(|service| service.traffic.is_some());
        (!traffic).then_some(("a grey zone spoils answers, and no service has traffic", "add `traffic`"))
    }
}

fn settle_all(world: &mut World) {
    for service in world.services.ids() {
        account::mark(world, service);
    }
}
