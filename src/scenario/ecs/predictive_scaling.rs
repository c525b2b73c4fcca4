//! `PredictiveScalingPolicyConfiguration` ([aas-api-model]).

use crate::grammar::Anything;

object! {
    /// `PredictiveScalingPolicyConfiguration`: what is asked of the service is known by the hour before it comes.
    PredictiveScaling("PascalCase", called "PredictiveScalingPolicyConfiguration") {
        given {
            /// Whether it scales or only says what it would do.
            mode: PredictiveMode = PredictiveMode::ForecastOnly => Sourced "[aas-api-model]",
            /// Seconds by which it is ahead of the hour: up to 3600.
            scheduling_buffer_time: u32 [0..=3600] = 300 => Sourced "[aas-api-model]",
            /// What a forecast above `MaxCapacity` does.
            max_capacity_breach_behavior: MaxCapacityBreachBehavior =
                MaxCapacityBreachBehavior::HonorMaxCapacity => Sourced "[aas-api-model]",
        }
        may {
            /// With `IncreaseMaxCapacity`: by how many percent the bound lies above the forecast.
            max_capacity_buffer: u32 [0..=100],
        }
        list {
            /// The metric that it keeps near a value: exactly one.
            metric_specifications: PredictiveMetric,
        }
    }
}

words! {
    /// `Mode` of predictive scaling.
    PredictiveMode("PascalCase") {
        /// It changes nothing.
        ForecastOnly,
        /// It raises the desired count ahead of the hour.
        ForecastAndScale,
    }
}

words! {
    /// `MaxCapacityBreachBehavior`.
    MaxCapacityBreachBehavior("PascalCase") {
        /// `MaxCapacity` holds.
        HonorMaxCapacity,
        /// A forecast above it raises it.
        IncreaseMaxCapacity,
    }
}

object! {
    /// One of `MetricSpecifications`: a pair of metrics, or a metric to scale by and one of the load.
    PredictiveMetric("PascalCase", called "PredictiveScalingMetricSpecification") {
        need {
            /// What the metric to scale by is kept near, in its own unit.
            target_value: f64,
        }
        may {
            /// Both metrics in one word.
            predefined_metric_pair_specification: PredictivePredefined,
            /// The metric to scale by.
            predefined_scaling_metric_specification: PredictivePredefined,
            /// The metric of the load.
            predefined_load_metric_specification: PredictivePredefined,
            /// Not modelled.
            customized_scaling_metric_specification: Anything,
            /// Not modelled.
            customized_load_metric_specification: Anything,
            /// Not modelled.
            customized_capacity_metric_specification: Anything,
        }
    }
}

object! {
    /// A metric, or pair of metrics, that AWS knows.
    PredictivePredefined("PascalCase", called "PredictiveScalingPredefinedMetricSpecification") {
        need {
            /// A pair: `ECSServiceCPUUtilization`, `ECSServiceMemoryUtilization` or `ALBRequestCount`. To scale by:
            /// `ECSServiceAverageCPUUtilization`, `ECSServiceAverageMemoryUtilization` or `ALBRequestCountPerTarget`.
            /// Of the load: `ECSServiceTotalCPUUtilization`, `ECSServiceTotalMemoryUtilization` or
            /// `ALBTargetGroupRequestCount`.
            predefined_metric_type: String [1..=128],
        }
        unused { resource_label }
    }
}
