//! The scalable target of Application Auto Scaling: what `describe-scalable-targets` prints and
//! `register-scalable-target` takes ([aas-api-model]).

object! {
    /// What Application Auto Scaling may scale: the desired count of a service, and its bounds. Targets of other
    /// services of AWS, such as DynamoDB, are left out.
    ScalableTarget("PascalCase", own "ScalableTargetARN") {
        need {
            /// `service/CLUSTER/SERVICE`.
            resource_id: String,
            /// Fewest tasks that scaling leaves.
            min_capacity: u32,
            /// Most tasks that scaling asks for.
            max_capacity: u32,
        }
        may {
            /// Only targets of `ecs` are simulated.
            service_namespace: String => Choice "`ecs`",
            /// Only `ecs:service:DesiredCount` is simulated.
            scalable_dimension: String => Choice "`ecs:service:DesiredCount`",
            /// What scaling is not to do.
            suspended_state: SuspendedState => Sourced "nothing is suspended" "[aas-api-model]",
            /// ARN; what has one was printed by AWS.
            scalable_target_arn as "ScalableTargetARN": String,
            /// When it was registered; what says so was printed by AWS.
            creation_time: super::Moment,
        }
        unused { role_arn as "RoleARN", tags, predicted_capacity }
    }
}

object! {
    /// `SuspendedState` of a scalable target ([aas-api-model]).
    SuspendedState("PascalCase") {
        given {
            /// No scaling policy lowers the desired count.
            dynamic_scaling_in_suspended: bool = false,
            /// No scaling policy raises it.
            dynamic_scaling_out_suspended: bool = false,
            /// No scheduled action acts.
            scheduled_scaling_suspended: bool = false,
        }
    }
}
