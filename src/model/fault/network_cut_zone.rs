//! A zone is cut off from the Region's network.

use super::Kind;
use crate::model::ids::ZoneId;
use crate::model::names::Names;
use crate::model::problem::Problems;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A zone is cut off from the Region's network.
///
/// ## What happens
/// Tasks in the zone run on, but no request from outside reaches them and no agent reaches ECS.
/// ## What ECS sees
/// Load-balancer checks fail and eject the targets. Agents count as disconnected after 1 to 2 minutes; on EC2 the
/// tasks keep their last status and are not replaced for it, on Fargate silence counts as loss. Nothing is placed
/// in the zone.
/// ## What heals it
/// Targets that fail their checks are replaced elsewhere. When the network returns, agents reconnect after 0.25 s to
/// 2 minutes and targets come back after as many passes as the target group asks for.
/// ## Source
/// Domain sheet, sections 12 and 13.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Spec {
    /// Zone id. Left out: any zone, with `every` one clock for each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
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
        let zone = match &self.zone {
            Some(name) => Some(names.zone(name, &format!("{at}/zone"), out)?),
            None => None,
        };
        Some(Live { zone })
    }
}
