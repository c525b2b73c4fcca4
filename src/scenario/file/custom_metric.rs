//! Metrics that people publish themselves, as a course over time.

use super::traffic::TimeOfDay;
use crate::model::quantity::Duration;

object! {
    /// A metric that a scenario gives, for alarms and scaling policies: exactly one of `steps`, `daily` and `csv`.
    CustomMetric("camelCase") {
        need {
            /// `MetricName`.
            name: String [1..=255],
            /// `Namespace`; not one that begins with `AWS/`.
            namespace: String [1..=255],
        }
        given {
            /// Whether the values are divided by the tasks of the service that run: a backlog, say, that becomes the
            /// backlog of a task.
            per_task: bool = false,
        }
        may {
            /// Values that change; 0 before the first.
            steps: Vec<MetricStep>,
            /// Values that repeat every day (UTC); before the first of a day that of the last holds.
            daily: Vec<DailyValue>,
            /// A file in CSV, relative to the scenario: `seconds` (from 0) or `timestamp` (the first row is time 0), and
            /// values in the second column.
            csv: String,
        }
    }
}

object! {
    /// A change of a metric.
    MetricStep("camelCase") {
        need {
            /// When, counted from 0.
            at: Duration,
            /// The value from then on, 0 or more.
            value: f64 [0..],
        }
    }
}

object! {
    /// A change of a metric on every day.
    DailyValue("camelCase") {
        need {
            /// Time of day, UTC.
            at: TimeOfDay,
            /// The value from then on, 0 or more.
            value: f64 [0..],
        }
    }
}
