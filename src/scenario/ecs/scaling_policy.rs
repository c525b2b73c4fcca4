//! The scaling policy of Application Auto Scaling: what `describe-scaling-policies` prints and `put-scaling-policy`
//! takes ([aas-api-model]).

use super::Moment;
use super::predictive_scaling::PredictiveScaling;
use crate::grammar::Anything;
use crate::model::plan::scaling::Adjustment;
use crate::scenario::file::Statistic;

object! {
    /// A rule by which the desired count of a service follows a metric. Policies of other services of AWS are left out.
    ScalingPolicy("PascalCase", own "PolicyARN") {
        need {
            /// Name, one of its kind at its target.
            policy_name: String [1..=256],
            /// `service/CLUSTER/SERVICE` of its scalable target.
            resource_id: String,
        }
        may {
            /// Only targets of `ecs` are simulated.
            service_namespace: String => Choice "`ecs`",
            /// Only `ecs:service:DesiredCount` is simulated.
            scalable_dimension: String => Choice "`ecs:service:DesiredCount`",
            /// Which of the three configurations it has.
            policy_type: PolicyType => Calculated "that of the configuration that is written",
            /// Keeps a metric near a value.
            target_tracking_scaling_policy_configuration: TargetTracking,
            /// Adds or takes tasks by how far an alarm's metric is beyond its threshold.
            step_scaling_policy_configuration: StepScaling,
            /// Is there before a load that comes every day.
            predictive_scaling_policy_configuration: PredictiveScaling,
            /// ARN; what has one was printed by AWS.
            policy_arn as "PolicyARN": String,
            /// When it was made; what says so was printed by AWS.
            creation_time: Moment,
        }
        list {
            /// Alarms that act on it: of step scaling, those that make it act, besides alarms whose `AlarmActions` name
            /// its ARN; of target tracking, the names of the two that it makes itself.
            alarms: PolicyAlarm,
        }
    }
}

words! {
    /// `PolicyType`.
    PolicyType("PascalCase") {
        /// Steps by how far the metric of an alarm is beyond its threshold.
        StepScaling,
        /// A metric is kept near a value.
        TargetTrackingScaling,
        /// Ahead of a load that comes every day.
        PredictiveScaling,
    }
}

object! {
    /// An alarm that acts on a scaling policy.
    PolicyAlarm("PascalCase") {
        need {
            /// Its name.
            alarm_name: String,
        }
        unused { alarm_arn as "AlarmARN" }
    }
}

object! {
    /// `TargetTrackingScalingPolicyConfiguration`: one of `PredefinedMetricSpecification` and
    /// `CustomizedMetricSpecification`.
    TargetTracking("PascalCase", called "TargetTrackingScalingPolicyConfiguration") {
        need {
            /// What the metric is kept near, in its own unit: percent, or requests of a task in a minute.
            target_value: f64,
        }
        given {
            /// Whether this policy never takes tasks away.
            disable_scale_in: bool = false => Sourced "[aas-api-model]",
            /// Seconds after a scale-out in which what it has added counts as added: a further one only adds the rest.
            scale_out_cooldown: u32 = 300 => Sourced "[aas-cooldown]",
            /// Seconds after a scale-in in which no further one begins.
            scale_in_cooldown: u32 = 300 => Sourced "[aas-cooldown]",
        }
        may {
            /// A metric that AWS knows.
            predefined_metric_specification: PredefinedMetric,
            /// A metric by its name.
            customized_metric_specification: CustomizedMetric,
        }
    }
}

object! {
    /// `PredefinedMetricSpecification`.
    PredefinedMetric("PascalCase", called "PredefinedMetricSpecification") {
        need {
            /// `ECSServiceAverageCPUUtilization`, `ECSServiceAverageMemoryUtilization` (percent, by the minute),
            /// `ECSServiceAverageCPUUtilizationHighResolution`, `ECSServiceAverageMemoryUtilizationHighResolution`
            /// (every 20 s), or `ALBRequestCountPerTarget` (requests of a target in a minute).
            predefined_metric_type: String,
        }
        may {
            /// Of `ALBRequestCountPerTarget`: load balancer and target group. The service's own are taken; one that
            /// names other ones is told.
            resource_label: String,
        }
    }
}

object! {
    /// `CustomizedMetricSpecification`: a metric of the service that alarms know, too, or one of `customMetrics`.
    CustomizedMetric("PascalCase", called "CustomizedMetricSpecification") {
        may {
            /// Its name.
            metric_name: String,
            /// Its namespace.
            namespace: String,
            /// What is made of a minute.
            statistic: Statistic,
        }
        list {
            /// What it is of: `ClusterName` and `ServiceName` of the same service; others are those of the custom
            /// metric.
            dimensions: MetricDimension,
            /// Metric math, which is not modelled: the list has to be empty.
            metrics: Anything,
        }
        unused { unit }
    }
}

object! {
    /// A dimension of a metric.
    MetricDimension("PascalCase") {
        need {
            /// Its name.
            name: String,
            /// Its value.
            value: String,
        }
    }
}

object! {
    /// `StepScalingPolicyConfiguration`.
    StepScaling("PascalCase", called "StepScalingPolicyConfiguration") {
        given {
            /// Seconds after a scaling activity in which what it has added counts as added.
            cooldown: u32 = 300 => Sourced "[aas-api-model]",
            /// With `PercentChangeInCapacity`: the least by which it scales.
            min_adjustment_magnitude: u32 = 0,
            /// What is made of the metric's periods.
            metric_aggregation_type: MetricAggregationType = MetricAggregationType::Average => Sourced "[aas-api-model]",
        }
        may {
            /// What `ScalingAdjustment` counts. It is needed.
            adjustment_type: Adjustment,
        }
        list {
            /// Steps, of which one at least is needed.
            step_adjustments: StepAdjustment,
        }
    }
}

words! {
    /// `MetricAggregationType`.
    MetricAggregationType("PascalCase") {
        /// The mean.
        Average,
        /// The least.
        Minimum,
        /// The most.
        Maximum,
    }
}

object! {
    /// One of `StepAdjustments`: from the lower to the upper bound.
    StepAdjustment("PascalCase") {
        need {
            /// By how much it scales.
            scaling_adjustment: i32,
        }
        may {
            /// Lower bound, counted from the alarm's threshold; without it, there is none.
            metric_interval_lower_bound: f64,
            /// Upper bound.
            metric_interval_upper_bound: f64,
        }
    }
}
