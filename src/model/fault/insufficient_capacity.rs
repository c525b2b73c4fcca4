//! A zone has no capacity to launch on.

use super::course::{self, Course, FailShare};
use super::{Effect, FaultTarget, Kind, Occurrence};
use crate::engine::Span;
use crate::model::capacity::luck;
use crate::model::fact::{FaultFact, Hit};
use crate::model::flows::scheduler::rebalance;
use crate::model::ids::{ProviderId, ZoneId};
use crate::model::names::Names;
use crate::model::problem::Problems;
use crate::model::tables::provider::Refusal;
use crate::model::world::{Cx, World};

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
    /// `None`: all.
    pub providers: Option<Vec<ProviderId>>,
    /// `None`: all.
    pub zone: Option<ZoneId>,
    /// The share of requests that are refused; `None`: all, and launches stay away from the zone.
    pub course: Option<Course>,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
        let course = course::read(self.fail_share.as_ref(), at, out);
        let (providers, zone, _) =
            super::scope(self.capacity_provider.as_deref(), self.zone.as_deref(), None, at, names, out)?;
        Some(Live { providers, zone, course: course? })
    }
}

impl Live {
    pub fn providers(&self, world: &World) -> Vec<ProviderId> {
        let mine = |id: &ProviderId| self.providers.as_ref().is_none_or(|only| only.contains(id));
        world.providers.ids().filter(mine).collect()
    }
}

impl Effect for Live {
    fn fault_targets(&self, world: &World, _cx: &Cx<'_>) -> Vec<FaultTarget> {
        super::zone_clocks(self.zone, world)
    }

    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for zone in super::zones_of(self.zone, occurrence, world) {
            cx.note(FaultFact::Hits { cause: occurrence.cause, what: Hit::Zone(zone) });
            for provider in self.providers(world) {
                let share = self.course.as_ref().map(|course| course.at(Span::ZERO));
                let refusal = Refusal { share, ..Refusal::whole(zone, None, occurrence.cause) };
                world.providers[provider].refusals.push(refusal);
                draws(world, provider, cx);
            }
        }
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for zone in super::zones_of(self.zone, occurrence, world) {
            for provider in self.providers(world) {
                world.providers[provider].lift(Refusal::whole(zone, None, occurrence.cause));
            }
        }
        rebalance::zone_is_back(world, cx);
    }

    fn course(&self) -> Option<&Course> {
        self.course.as_ref()
    }

    fn share_is(&self, world: &mut World, occurrence: Occurrence, share: u32, cx: &mut Cx<'_>) {
        for provider in self.providers(world) {
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
