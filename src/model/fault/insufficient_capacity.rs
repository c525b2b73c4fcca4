//! A zone has no capacity to launch on.

use super::{Cause, Cx, Draft, Effect, FailShare, Kind, Occurrence, ProviderScope, Scope, World, ZoneId, course};
use crate::model::capacity::luck;
use crate::model::flows::scheduler::rebalance;
use crate::model::ids::ProviderId;
use crate::model::tables::provider::Refusal;

object! {
    /// A zone, or every zone, has no capacity to launch on.
    ///
    /// ## What happens
    /// New Fargate tasks and new instances of the provider are refused there; what runs, runs on. Tasks still find room
    /// on container instances that exist. With a `failShare` that share of the requests for a Fargate task or an
    /// instance is refused: each is tried in the next zone, and by itself again 30 s later (an instance 60 s later),
    /// and no zone is left out.
    /// ## What ECS sees
    /// Fargate: `RESOURCE:FARGATE`. Auto Scaling groups: the launch fails and is tried in another zone, then again.
    /// ## What heals it
    /// Launches go to other zones; the zone is tried again later.
    /// ## Source
    /// [ecs-service-events]: `RESOURCE:FARGATE`.
    Spec("camelCase") {
        may {
            /// Whose capacity. Left out: every provider's.
            capacity_provider: String,
            /// Zone id. Left out: every zone.
            zone: String,
            /// Instead of all requests: the share of requests that are refused, a number from 0 to 1, or its course,
            /// `[{"at": "0s", "share": 0.9}, {"at": "10m", "share": 0.2}]` with times from the begin of the fault. Each
            /// is drawn by itself (model choice).
            fail_share: FailShare,
        }
    }
}

/// What runs.
#[derive(Clone, Debug)]
pub struct Live {
    pub of: ProviderScope,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, draft: &mut Draft<'_>) -> Option<Live> {
        let fails = draft.fails(self.fail_share.as_ref());
        let of = draft.capacity(self.capacity_provider.as_ref(), None, self.zone.as_ref())?;
        draft.scope = Scope::Zone(of.zone);
        fails.map(|()| Live { of })
    }
}

impl Effect for Live {
    fn zone_begins(&self, world: &mut World, zone: ZoneId, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for provider in self.of.providers(world, cx.plan) {
            // `None`: all are refused, and launches stay away from the zone.
            let share = course::first(occurrence, cx.plan);
            let refusal = Refusal { share, ..Refusal::whole(zone, None, occurrence.cause) };
            world.providers[provider].refusals.push(refusal);
            draws(world, provider, cx);
        }
    }

    fn zone_ends(&self, world: &mut World, zone: ZoneId, cause: Cause, cx: &mut Cx<'_>) {
        for provider in self.of.providers(world, cx.plan) {
            world.providers[provider].lift(Refusal::whole(zone, None, cause));
        }
    }

    fn end(&self, world: &mut World, _occurrence: Occurrence, cx: &mut Cx<'_>) {
        rebalance::zone_is_back(world, cx);
    }

    fn share_is(&self, world: &mut World, occurrence: Occurrence, share: u32, cx: &mut Cx<'_>) {
        for provider in self.of.providers(world, cx.plan) {
            world.providers[provider].share_is(occurrence.cause, share);
            draws(world, provider, cx);
        }
    }
}

/// On hosts the next request is drawn ahead; on Fargate each launch draws for itself.
fn draws(world: &mut World, provider: ProviderId, cx: &Cx<'_>) {
    if cx.plan.providers[provider].kind.has_hosts() {
        luck::draw_request(world, provider, cx);
    }
}
