//! How a service deploys: `deploymentConfiguration`.

use super::{Clusters, placed};
use crate::engine::Span;
use crate::model::fact::Lifecycle;
use crate::model::plan::{Breaker, Deployment, Early, Hook, Strategy, Threshold};
use crate::scenario::ecs::lifecycle::{HookTargetType, LifecycleHook, TimeoutAction};
use crate::scenario::ecs::service::{
    CircuitBreaker, DeploymentConfiguration, DeploymentStrategy, RevisionCleanup, Service, ThresholdType,
};

/// How long a hook may take: by default, and at most ([ecs-blue-green]).
const TIMEOUT: u32 = 1_440;

impl Clusters<'_> {
    /// `deploymentConfiguration`, as far as it matters to a change.
    pub(super) fn deployment(&mut self, service: &Service, at: &str) -> Deployment {
        let Some(written) = &service.deployment_configuration else { return Deployment::default() };
        let at = format!("{at}/deploymentConfiguration");
        let breaker = written.deployment_circuit_breaker.as_ref();
        let breaker = breaker.and_then(|one| self.breaker(one, &format!("{at}/deploymentCircuitBreaker")));
        let bake = written.bake_time_in_minutes.map(|minutes| Span::MINUTE * u64::from(minutes));
        let (strategy, hooks) = (self.moves_traffic(written, &at), self.hooks(written, &at));
        let early = self.early(written, strategy, &format!("{at}/earlySuccessCriteria"));
        Deployment { breaker, bake, strategy, hooks, early, ..Deployment::default() }
    }

    fn breaker(&mut self, written: &CircuitBreaker, at: &str) -> Option<Breaker> {
        let threshold = written.threshold_configuration.as_ref().map(|one| (one.kind, one.value));
        let (kind, value) = threshold.unwrap_or((ThresholdType::BoundedPercent, 50));
        let most = if kind == ThresholdType::Count { u32::MAX } else { 100 };
        self.out.within(value, 1..=most, &format!("{at}/thresholdConfiguration/value"));
        let threshold = match kind {
            ThresholdType::BoundedPercent => Threshold::BoundedPercent(value),
            ThresholdType::UnboundedPercent => Threshold::UnboundedPercent(value),
            ThresholdType::Count => Threshold::Count(value),
        };
        let reset = written.reset_on_healthy_task.unwrap_or(true);
        written.enable.then_some(Breaker { rollback: written.rollback, reset, threshold })
    }

    /// `strategy` with what belongs to it.
    fn moves_traffic(&mut self, written: &DeploymentConfiguration, at: &str) -> Strategy {
        let strategy = written.strategy.unwrap_or(DeploymentStrategy::Rolling);
        let idle = [
            ("linearConfiguration", written.linear_configuration.is_some(), DeploymentStrategy::Linear),
            ("canaryConfiguration", written.canary_configuration.is_some(), DeploymentStrategy::Canary),
        ];
        for (key, there, of) in idle {
            if there && strategy != of {
                self.out.idle(&format!("{at}/{key}"), "it belongs to another `strategy`", "remove it");
            }
        }
        if strategy == DeploymentStrategy::Rolling && !written.lifecycle_hooks.is_empty() {
            let hint = "write another `strategy`, or remove them";
            self.out.idle(&format!("{at}/lifecycleHooks"), "a ROLLING deployment asks no hook", hint);
        }
        match strategy {
            DeploymentStrategy::Rolling => Strategy::Rolling,
            DeploymentStrategy::BlueGreen => {
                if written.bake_time_in_minutes.is_none() {
                    let message = "ECS needs `bakeTimeInMinutes` of a BLUE_GREEN deployment";
                    self.out.missing(&format!("{at}/bakeTimeInMinutes"), message, "write \"bakeTimeInMinutes\": 10");
                }
                Strategy::BlueGreen
            }
            DeploymentStrategy::Linear => {
                let one = written.linear_configuration.as_ref();
                let percent = one.and_then(|one| one.step_percent).unwrap_or(10.0);
                let bake = one.and_then(|one| one.step_bake_time_in_minutes).unwrap_or(6);
                Strategy::Linear { ppm: millionths(percent), bake: minutes(bake) }
            }
            DeploymentStrategy::Canary => {
                let one = written.canary_configuration.as_ref();
                let percent = one.and_then(|one| one.canary_percent).unwrap_or(5.0);
                let bake = one.and_then(|one| one.canary_bake_time_in_minutes).unwrap_or(10);
                Strategy::Canary { ppm: millionths(percent), bake: minutes(bake) }
            }
        }
    }

    fn hooks(&mut self, written: &DeploymentConfiguration, at: &str) -> Vec<Hook> {
        if matches!(written.strategy, None | Some(DeploymentStrategy::Rolling)) {
            return Vec::new();
        }
        let hooks = written.lifecycle_hooks.iter().enumerate();
        hooks.map(|(place, hook)| self.hook(hook, &format!("{at}/lifecycleHooks/{place}"))).collect()
    }

    fn hook(&mut self, written: &LifecycleHook, at: &str) -> Hook {
        let pauses = written.target_type == Some(HookTargetType::Pause);
        if pauses == written.hook_target_arn.is_some() {
            let (message, hint) = if pauses {
                (
                    "a PAUSE hook takes no `hookTargetArn`",
                    "remove `hookTargetArn`, or write \"targetType\": \"AWS_LAMBDA\"",
                )
            } else {
                ("ECS needs the function of an AWS_LAMBDA hook", "write `hookTargetArn`")
            };
            self.out.missing(&format!("{at}/hookTargetArn"), message, hint);
        }
        let stages = written.lifecycle_stages.clone();
        for (at, stage) in placed(&stages, &format!("{at}/lifecycleStages")) {
            if matches!(stage, Lifecycle::ScaleUp | Lifecycle::BakeTime | Lifecycle::CleanUp) {
                let message = format!("ECS asks no hook at {}", stage.word());
                self.out.refused(&at, message, "name a stage before or after it, such as POST_SCALE_UP");
            } else if pauses && matches!(stage, Lifecycle::TestTrafficShift | Lifecycle::ProductionTrafficShift) {
                let message = format!("ECS takes no PAUSE hook at {}", stage.word());
                self.out.refused(&at, message, format!("write POST_{}", stage.word()));
            }
        }
        if stages.is_empty() {
            let hint = "name one, such as POST_SCALE_UP";
            self.out.missing(&format!("{at}/lifecycleStages"), "a hook needs a stage at which it is asked", hint);
        }
        let limit = written.timeout_configuration.as_ref();
        let minutes = limit.and_then(|limit| limit.timeout_in_minutes).unwrap_or(TIMEOUT);
        let goes_on = limit.and_then(|limit| limit.action) == Some(TimeoutAction::Continue);
        Hook { stages, timeout: Span::MINUTE * u64::from(minutes), rolls_back: !goes_on }
    }

    /// When a rolling deployment is completed before all tasks are new, as far as ECS takes it.
    fn early(&mut self, written: &DeploymentConfiguration, strategy: Strategy, at: &str) -> Option<Early> {
        let early = written.early_success_criteria.as_ref().filter(|early| early.enable)?;
        if strategy != Strategy::Rolling {
            let message = format!("ECS takes early success criteria with ROLLING only, not with {}", strategy.name());
            return self.out.refused(at, message, "leave them out, or write \"strategy\": \"ROLLING\"").none();
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

/// A percentage in millionths.
pub(super) fn millionths(percent: f64) -> u64 {
    libm::round(percent * 1e4) as u64
}

pub(super) fn minutes(count: u32) -> Span {
    Span::MINUTE * u64::from(count)
}
