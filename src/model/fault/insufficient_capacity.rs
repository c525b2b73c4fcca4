//! A zone has no capacity to launch on.

use super::{Effect, Kind, Strike, Thing};
use crate::model::fact::{Fact, Hit};
use crate::model::flows::rebalance;
use crate::model::ids::{ProviderId, ZoneId};
use crate::model::names::Names;
use crate::model::problem::Problems;
use crate::model::tables::provider::Refusal;
use crate::model::world::{Cx, World};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A zone, or every zone, has no capacity to launch on.
///
/// ## What happens
/// New Fargate tasks and new instances of the provider are refused there; what runs, runs on. Tasks still find room on
/// container instances that exist.
/// ## What ECS sees
/// Fargate: `RESOURCE:FARGATE`. Auto Scaling groups: the launch fails and is tried in another zone, then again.
/// ## What heals it
/// Launches go to other zones; the zone is tried again later.
/// ## Source
/// Service action events, Amazon ECS developer guide
/// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html): `RESOURCE:FARGATE`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Spec {
    /// Whose capacity. Left out: every provider's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_provider: Option<String>,
    /// Zone id. Left out: every zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// What runs.
#[derive(Clone, Debug)]
pub struct Live {
    /// `None`: all.
    pub providers: Option<Vec<ProviderId>>,
    /// `None`: all.
    pub zone: Option<ZoneId>,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
        let (providers, zone, _) =
            super::scope(self.capacity_provider.as_deref(), self.zone.as_deref(), None, at, names, out)?;
        Some(Live { providers, zone })
    }
}

impl Live {
    pub(super) fn providers(&self, world: &World) -> Vec<ProviderId> {
        let mine = |id: &ProviderId| self.providers.as_ref().is_none_or(|only| only.contains(id));
        world.providers.ids().filter(mine).collect()
    }
}

impl Effect for Live {
    fn things(&self, world: &World, _cx: &Cx<'_>) -> Vec<Thing> {
        super::zone_clocks(self.zone, world)
    }

    fn begin(&self, world: &mut World, strike: Strike, cx: &mut Cx<'_>) {
        for zone in super::zones_of(self.zone, strike, world) {
            cx.note(Fact::Hits { cause: strike.cause, what: Hit::Zone(zone) });
            for provider in self.providers(world) {
                world.providers[provider].refusals.push(Refusal { zone, kind: None, cause: strike.cause });
            }
        }
    }

    fn end(&self, world: &mut World, strike: Strike, cx: &mut Cx<'_>) {
        for zone in super::zones_of(self.zone, strike, world) {
            for provider in self.providers(world) {
                world.providers[provider].lift(Refusal { zone, kind: None, cause: strike.cause });
            }
        }
        rebalance::zone_is_back(world, cx);
    }
}
