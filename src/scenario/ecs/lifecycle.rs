//! What belongs to deployments that move traffic: steps, stages, hooks.

use crate::model::lifecycle::Lifecycle;

words! {
    /// `targetType` of a hook.
    HookTargetType("SCREAMING_SNAKE_CASE") {
        /// A function that answers.
        AwsLambda,
        /// Somebody who continues the deployment.
        Pause,
    }
}

words! {
    /// What a hook that has not answered in time does to the deployment.
    TimeoutAction("SCREAMING_SNAKE_CASE") {
        /// It is taken back.
        Rollback,
        /// It goes on.
        Continue,
    }
}

object! {
    /// `linearConfiguration`.
    LinearConfiguration("camelCase") {
        may {
            /// Percent of the traffic that moves with each step: 3 to 100 (sourced: [ecs-linear]).
            step_percent: f64 [3..=100] => Sourced "10" "[ecs-linear]",
            /// Minutes after each step but the last: 0 to 1,440 (sourced: [ecs-linear]).
            step_bake_time_in_minutes: u32 [..=1_440] => Sourced "6" "[ecs-linear]",
        }
    }
}

object! {
    /// `canaryConfiguration`.
    CanaryConfiguration("camelCase") {
        may {
            /// Percent of the traffic that moves first: 0.1 to 100 (sourced: [ecs-canary]).
            canary_percent: f64 [0.1..=100] => Sourced "5" "[ecs-canary]",
            /// Minutes before the rest follows: 0 to 1,440 (sourced: [ecs-canary]).
            canary_bake_time_in_minutes: u32 [..=1_440] => Sourced "10" "[ecs-canary]",
        }
    }
}

object! {
    /// One of `lifecycleHooks`.
    LifecycleHook("camelCase") {
        need {
            /// Stages at which it is asked.
            lifecycle_stages: Vec<Lifecycle>,
        }
        may {
            /// Who is asked.
            target_type: HookTargetType => Choice "AWS_LAMBDA",
            /// ARN of the function.
            hook_target_arn: String,
            /// What happens without an answer.
            timeout_configuration: TimeoutConfiguration,
        }
        unused { role_arn, hook_details }
    }
}

object! {
    /// `timeoutConfiguration` of a hook.
    TimeoutConfiguration("camelCase") {
        may {
            /// Minutes in which an answer counts: 1 to 20,160 (sourced: [ecs-api-lifecycle-hook]).
            timeout_in_minutes: u32 [1..=20_160] => Sourced "1,440" "[ecs-api-lifecycle-hook]",
            /// What happens then.
            action: TimeoutAction => Sourced "ROLLBACK" "[ecs-api-lifecycle-hook]",
        }
    }
}
