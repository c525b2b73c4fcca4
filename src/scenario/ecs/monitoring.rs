//! How often Amazon ECS publishes what the tasks of a service use.

object! {
    /// `monitoring`: the resolution of the metrics of a service.
    MonitoringConfiguration("camelCase") {
        list {
            /// Metrics with a resolution of their own; the others have 60 seconds.
            metric_configurations: MetricConfiguration,
        }
    }
}

object! {
    /// Metrics that have one resolution.
    MetricConfiguration("camelCase") {
        need {
            /// `CPUUtilization`, `MemoryUtilization` or both.
            metric_names: Vec<MetricName>,
            /// 20 or 60 (sourced: [ecs-api-metric-configuration]). Scaling policies on a metric of high resolution need
            /// 20.
            resolution_seconds: u32 [20..=60],
        }
    }
}

words! {
    /// Metrics of a service whose resolution can be chosen.
    MetricName("PascalCase") {
        /// Of its CPU units.
        CpuUtilization as "CPUUtilization",
        /// Of its memory.
        MemoryUtilization,
    }
}
