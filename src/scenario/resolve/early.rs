//! `earlySuccessCriteria` of a service.

use super::Build;
use crate::model::plan::{Early, Strategy};
use crate::scenario::ecs::service::{DeploymentConfiguration, RevisionCleanup};

impl Build<'_> {
    /// When a rolling deployment is completed before all tasks are new, as far as ECS takes it.
    pub(super) fn early(&mut self, written: &DeploymentConfiguration, strategy: Strategy, at: &str) -> Option<Early> {
        let early = written.early_success_criteria.as_ref().filter(|early| early.enable)?;
        if strategy != Strategy::Rolling {
            let message = format!("ECS takes early success criteria with ROLLING only, not with {}", strategy.name());
            self.out.refused(at, message, "leave them out, or write \"strategy\": \"ROLLING\"");
            return None;
        }
        let (percent, cleanup) = (early.healthy_percent, early.source_service_revision_cleanup);
        if percent.is_none() || cleanup.is_none() {
            let message = "ECS needs `healthyPercent` and `sourceServiceRevisionCleanup` of enabled criteria";
            let hint = "write \"healthyPercent\": 90, \"sourceServiceRevisionCleanup\": \"BLOCKING\"";
            self.out.missing(at, message, hint);
        }
        let least = written.minimum_healthy_percent.unwrap_or(100).min(100);
        self.out.within(percent?, least..=100, &format!("{at}/healthyPercent"));
        Some(Early { percent: percent?, deferred: cleanup? == RevisionCleanup::Deferred })
    }
}
