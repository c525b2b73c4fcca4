//! Spot capacity is taken back.

use super::Kind;
use crate::engine::Span;
use crate::model::ids::{ProviderId, TypeId, ZoneId};
use crate::model::names::Names;
use crate::model::problem::Problems;
use crate::model::quantity::Duration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Spot capacity is taken back, pool by pool. A pool is a zone and an instance type on EC2, a zone on Fargate Spot.
///
/// ## What happens
/// The matching pools, or each host or Fargate task in them with probability `share`, get the two-minute notice and
/// are gone when it ends. Until the fault ends a pool gives nothing new. With `every` each pool has its own clock:
/// reclaims come in bursts.
/// ## What ECS sees
/// Fargate Spot: the task is told to stop at the notice, `stopCode` `SpotInterruption`, and its replacement starts at
/// once. EC2 Spot: the host goes to DRAINING at the notice if the agent has `ECS_ENABLE_SPOT_INSTANCE_DRAINING` or the
/// provider has managed draining; otherwise its tasks run on and die with it. With managed draining the earlier
/// rebalance recommendation drains it too.
/// ## What heals it
/// Other pools of the same provider. There is no fallback to on-demand.
/// ## Source
/// Domain sheet, sections 4.4 and 13.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Spec {
    /// Whose capacity, such as `FARGATE_SPOT`. Left out: every Spot provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_provider: Option<String>,
    /// Only pools in this zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Only pools of this instance type (EC2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<String>,
    /// Share of the pool, above 0 to 1: below 1 each host or Fargate task is drawn by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// How long before the notice EC2 sends the rebalance recommendation; `"0s"` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommendation_before: Option<Duration>,
}

/// What runs.
#[derive(Clone, Debug)]
pub struct Live {
    /// `None`: all Spot providers.
    pub providers: Option<Vec<ProviderId>>,
    /// `None`: all.
    pub zone: Option<ZoneId>,
    /// `None`: all.
    pub instance_type: Option<TypeId>,
    /// Share of the pool.
    pub share: f64,
    /// Recommendation before the notice.
    pub recommendation_before: Span,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
        let (providers, zone, share) =
            super::scope(self.capacity_provider.as_deref(), self.zone.as_deref(), self.share, at, names, out)?;
        let instance_type = match &self.instance_type {
            Some(name) => Some(names.instance_type(name, &format!("{at}/instanceType"), out)?),
            None => None,
        };
        let recommendation_before = self.recommendation_before.map_or(Span::ZERO, |duration| duration.0);
        Some(Live { providers, zone, instance_type, share: share.unwrap_or(1.0), recommendation_before })
    }
}
