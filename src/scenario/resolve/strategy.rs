//! How deployments move traffic, who is asked on the way, and feature flags.

use super::Build;
use super::change::NO_DEFECT;
use crate::engine::{Dist, Span};
use crate::model::defect::Kind;
use crate::model::fact::Lifecycle;
use crate::model::ids::ServiceId;
use crate::model::plan::{self, Answer, Hook, Strategy, WHOLE};
use crate::scenario::ecs::lifecycle::{HookTargetType, LifecycleHook, LifecycleStage, TimeoutAction};
use crate::scenario::ecs::service::{DeploymentConfiguration, DeploymentStrategy};
use crate::scenario::file::{Change, FeatureFlag, GrowthType, HookStatus};

/// How long a hook may take: by default, and at most ([ecs-blue-green]).
const TIMEOUT: u32 = 1_440;

impl Build<'_> {
    /// `strategy` with what belongs to it.
    pub(super) fn moves_traffic(&mut self, written: &DeploymentConfiguration, at: &str) -> Strategy {
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

    pub(super) fn hooks(&mut self, written: &DeploymentConfiguration, at: &str) -> Vec<Hook> {
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
        let mut stages = Vec::new();
        for (place, stage) in written.lifecycle_stages.iter().enumerate() {
            let stage = lifecycle(*stage);
            let at = format!("{at}/lifecycleStages/{place}");
            if matches!(stage, Lifecycle::ScaleUp | Lifecycle::BakeTime | Lifecycle::CleanUp) {
                let message = format!("ECS asks no hook at {}", stage.name());
                self.out.refused(&at, message, "name a stage before or after it, such as POST_SCALE_UP");
            } else if pauses && matches!(stage, Lifecycle::TestTrafficShift | Lifecycle::ProductionTrafficShift) {
                let message = format!("ECS takes no PAUSE hook at {}", stage.name());
                self.out.refused(&at, message, format!("write POST_{}", stage.name()));
            }
            stages.push(stage);
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

    /// What hooks answer during a change: each stage at which one is asked has its answer.
    pub(super) fn answers(&mut self, written: &Change, service: ServiceId, at: &str) -> Vec<Answer> {
        let hooks = self.plan.services[service].deployment.hooks.clone();
        let asked = |stage: Lifecycle| hooks.iter().any(|hook| hook.stages.contains(&stage));
        let mut found: Vec<Answer> = Vec::new();
        for (place, one) in written.hooks.iter().enumerate() {
            let at = format!("{at}/hooks/{place}");
            let stage = lifecycle(one.lifecycle_stage);
            if !asked(stage) || written.feature_flag.is_some() {
                let message = format!("no hook is asked at {}: this answer is not used", stage.name());
                self.out.no_effect(&at, message, "add one to the service's `lifecycleHooks`, or remove it");
            }
            if found.iter().any(|other| other.stage == stage) {
                let message = format!("two answers for {}", stage.name());
                self.out.duplicate_name(&format!("{at}/lifecycleStage"), message, "write one for each stage");
            }
            let finds = one.finds.unwrap_or(0.0);
            if self.out.share(finds, &format!("{at}/finds")).is_some_and(|finds| finds > 0.0)
                && written.defect.is_none()
            {
                self.out.idle(&format!("{at}/finds"), NO_DEFECT, "write a `defect`, or leave it out");
            }
            let takes = match &one.takes {
                None => Some(Dist::constant(Span::ZERO)),
                Some(law) => law.read(&format!("{at}/takes"), self.out),
            };
            found.extend(takes.map(|takes| Answer {
                stage,
                takes,
                status: match one.hook_status {
                    None | Some(HookStatus::Succeeded) => plan::HookStatus::Succeeded,
                    Some(HookStatus::Failed) => plan::HookStatus::Failed,
                    Some(HookStatus::InProgress) => plan::HookStatus::InProgress,
                },
                finds_ppm: libm::round(finds.clamp(0.0, 1.0) * 1e6) as u64,
            }));
        }
        if written.feature_flag.is_none() {
            self.unanswered(written, &hooks, at);
        }
        found
    }

    /// A hook without an outcome is refused: nobody could say what it does to the deployment.
    fn unanswered(&mut self, written: &Change, hooks: &[Hook], at: &str) {
        let answered = |stage: Lifecycle| written.hooks.iter().any(|one| lifecycle(one.lifecycle_stage) == stage);
        let asked = |stage: Lifecycle| hooks.iter().any(|hook| hook.stages.contains(&stage));
        for (stage, name) in Lifecycle::ALL {
            if asked(stage) && !answered(stage) {
                let message = format!("the hook at {name} has no outcome");
                let hint = format!("add {{\"lifecycleStage\": \"{name}\", \"hookStatus\": \"SUCCEEDED\"}} to `hooks`");
                self.out.missing(&format!("{at}/hooks"), message, hint);
            }
        }
    }

    /// `featureFlag`; `None` when something about it is wrong.
    pub(super) fn flag(&mut self, written: &Change, service: ServiceId, at: &str) -> Option<plan::Flag> {
        let flag = written.feature_flag.as_ref()?;
        self.has_traffic(service, &format!("{at}/service"));
        if let Some(spec) = written.defect.as_ref().filter(|spec| !spec.spoils_requests()) {
            let message = format!("`{}` is a defect of tasks: a feature flag starts none", spec.kind());
            let hint = "write `errors`, `slower`, `breaksAbove` or `poisonInput`";
            self.out.wrong_target(&format!("{at}/defect"), message, hint);
        }
        let at = format!("{at}/featureFlag");
        let ppm = millionths(flag.growth_factor);
        let duration = minutes(flag.deployment_duration_in_minutes);
        let bake = minutes(flag.final_bake_time_in_minutes.unwrap_or(0));
        let names = flag.alarm_names.iter().enumerate();
        let alarms: Vec<_> =
            names.filter_map(|(row, name)| self.watched(service, name, &format!("{at}/alarmNames/{row}"))).collect();
        let shares = shares(flag, ppm);
        Some(plan::Flag { step: Span(duration.0 / shares.len() as u64), shares, bake, alarms })
    }
}

/// Shares of the requests after each step ([appconfig-strategies]); the last is all of them.
fn shares(flag: &FeatureFlag, ppm: u64) -> Vec<u64> {
    let doubles = flag.growth_type == Some(GrowthType::Exponential);
    let mut shares = Vec::new();
    let mut share = ppm;
    while share < WHOLE {
        shares.push(share);
        share += if doubles { share } else { ppm };
    }
    shares.push(WHOLE);
    shares
}

fn lifecycle(stage: LifecycleStage) -> Lifecycle {
    match stage {
        LifecycleStage::ReconcileService => Lifecycle::ReconcileService,
        LifecycleStage::PreScaleUp => Lifecycle::PreScaleUp,
        LifecycleStage::ScaleUp => Lifecycle::ScaleUp,
        LifecycleStage::PostScaleUp => Lifecycle::PostScaleUp,
        LifecycleStage::TestTrafficShift => Lifecycle::TestTrafficShift,
        LifecycleStage::PostTestTrafficShift => Lifecycle::PostTestTrafficShift,
        LifecycleStage::PreProductionTrafficShift => Lifecycle::PreProductionTrafficShift,
        LifecycleStage::ProductionTrafficShift => Lifecycle::ProductionTrafficShift,
        LifecycleStage::PostProductionTrafficShift => Lifecycle::PostProductionTrafficShift,
        LifecycleStage::BakeTime => Lifecycle::BakeTime,
        LifecycleStage::CleanUp => Lifecycle::CleanUp,
    }
}

/// A percentage in millionths.
fn millionths(percent: f64) -> u64 {
    libm::round(percent * 1e4) as u64
}

fn minutes(count: u32) -> Span {
    Span::MINUTE * u64::from(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(growth_factor: f64, growth_type: GrowthType, percents: &[u64]) {
        let flag = FeatureFlag {
            deployment_duration_in_minutes: 30,
            growth_factor,
            growth_type: Some(growth_type),
            final_bake_time_in_minutes: None,
            alarm_names: Vec::new(),
        };
        let found: Vec<u64> = shares(&flag, (growth_factor * 1e4) as u64).iter().map(|share| share / 10_000).collect();
        assert_eq!(found, percents);
    }

    #[test]
    fn shares_are_those_of_the_ready_made_strategies() {
        check(20.0, GrowthType::Linear, &[20, 40, 60, 80, 100]);
        check(10.0, GrowthType::Exponential, &[10, 20, 40, 80, 100]);
        check(100.0, GrowthType::Linear, &[100]);
        check(50.0, GrowthType::Exponential, &[50, 100]);
    }
}
