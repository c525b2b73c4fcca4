//! A zone has no capacity to launch on.

use super::Kind;
use crate::model::ids::{ProviderId, ZoneId};
use crate::model::names::Names;
use crate::model::problem::Problems;
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
/// Domain sheet, sections 3.1 and 13.
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
