//! CloudWatch alarms: what `aws cloudwatch put-metric-alarm` takes and `describe-alarms` prints.

use crate::grammar::Anything;
use crate::model::plan::{Comparison, MissingData};
use crate::model::quantity::Duration;

object! {
    /// An alarm of Amazon CloudWatch on a metric of a service. `MetricName`, `Period`, `EvaluationPeriods`, `Threshold`
    /// and `ComparisonOperator` are needed. One as `describe-alarms` prints it that no service, change or objective
    /// names is left out where its metric is not simulated.
    Alarm("PascalCase", own "AlarmArn") {
        need {
            /// Name.
            alarm_name: String [1..=255],
        }
        may {
            /// "cluster/name" of the service whose metric it is. This field is Evenkeel's. Without it the service is
            /// that of the dimensions `ClusterName` and `ServiceName`, the only one whose target group `Dimensions`
            /// name, or the only one whose `deploymentConfiguration` names the alarm.
            service: String,
            /// ARN; what has one was printed by AWS.
            alarm_arn: String,
            /// Which metric: of `AWS/ApplicationELB` `HTTPCode_Target_5XX_Count` (requests that reached a target and
            /// failed), `HTTPCode_ELB_5XX_Count` (requests that no target could answer, or not before `timeout`),
            /// `RequestCount`, `HealthyHostCount`, `UnHealthyHostCount` and, with `responseTime`, `TargetResponseTime`
            /// (seconds until a target answers); of `Evenkeel` `ErrorRate` (failed requests for each request
            /// offered, from 0 to 1), which stands for metric math, and `ZoneOutlier` (1 for a minute in which a zone
            /// fails more than the others, by a chi-squared test, else 0), which stands for a rule of Contributor
            /// Insights.
            metric_name: String,
            /// Seconds of a period: 10, 20, 30 or a multiple of 60 (sourced: [cw-api-put-alarm]). Periods begin at
            /// whole multiples of it.
            period: u32,
            /// How many periods are looked at: N of M of N. Together they last a day at most, or seven where `Period`
            /// is an hour or longer (sourced: [cw-api-put-alarm]).
            evaluation_periods: u32 [1..],
            /// What a datapoint is compared with.
            threshold: f64,
            /// How a breaching datapoint stands to `Threshold`. Those of anomaly detection are not modelled.
            comparison_operator: ComparisonOperator,
            /// Where the metric is.
            namespace: String => Choice "where a metric of this name is",
            /// Whether the actions run; true by default (sourced: [cw-api-put-alarm]).
            actions_enabled: bool,
            /// What is made of a period: `Sum` of counts, and `Average`, `Minimum` or `Maximum` of hosts.
            statistic: Statistic => Choice "`Sum` or `Average`",
            /// A percentile of `TargetResponseTime`, from `p1` to `p99.9`, in place of `Statistic`.
            extended_statistic: String,
            /// The band of anomaly detection that stands for a threshold, which is not modelled.
            threshold_metric_id: String,
            /// A query in PromQL, which is not modelled.
            evaluation_criteria: Anything,
            /// How many of the datapoints must breach: M of M of N.
            datapoints_to_alarm: u32 [1..] => Sourced "all" "[cw-api-put-alarm]",
            /// What a period without data counts as.
            treat_missing_data: MissingData => Sourced "`missing`" "[cw-missing-data]",
            /// How long after the end of its period a datapoint is known; none by default (model choice). This field is
            /// Evenkeel's: metrics of AWS come some seconds or minutes late.
            delay: Duration,
        }
        list {
            /// Names of what the metric is of. Where `Service` is written, those of a whole service are accepted and
            /// their values are not used. `AvailabilityZone` limits the metric to targets of one zone, by its id or
            /// name. `Revision` is Evenkeel's: with `new` the metric is of what the new revision of a deployment under
            /// way gets, and is missing while none is.
            dimensions: Dimension,
            /// Metric math, which is not modelled: the list has to be empty.
            metrics: Anything,
            /// ARNs of what ALARM runs: scaling policies of the scenario act; others are not used.
            alarm_actions: String,
        }
        unused {
            ok_actions as "OKActions",
            alarm_description, alarm_configuration_updated_timestamp, insufficient_data_actions, state_value, state_reason, state_reason_data, state_updated_timestamp,
            state_transitioned_timestamp, evaluation_state, unit, evaluate_low_sample_count_percentile, tags,
            warm_up_configuration, action_configuration,
        }
        bears {
            /// With a wall clock window periods begin at the hour or the day of a time zone.
            evaluation_window if Rule::Keys(&["WallClockWindow"]),
            /// How often the alarm is looked at; here once in each period.
            evaluation_interval,
        }
    }
}

words! {
    /// `ComparisonOperator`.
    ComparisonOperator("PascalCase") {
        /// At the threshold or above it.
        GreaterThanOrEqualToThreshold,
        /// Above the threshold.
        GreaterThanThreshold,
        /// Below the threshold.
        LessThanThreshold,
        /// At the threshold or below it.
        LessThanOrEqualToThreshold,
        /// Outside a band of anomaly detection; not modelled.
        LessThanLowerOrGreaterThanUpperThreshold,
        /// Below such a band; not modelled.
        LessThanLowerThreshold,
        /// Above such a band; not modelled.
        GreaterThanUpperThreshold,
    }
}

impl ComparisonOperator {
    /// How a breaching datapoint stands to a threshold; `None` where it is compared with a band.
    pub fn to_threshold(self) -> Option<Comparison> {
        match self {
            ComparisonOperator::GreaterThanOrEqualToThreshold => Some(Comparison::GreaterOrEqual),
            ComparisonOperator::GreaterThanThreshold => Some(Comparison::Greater),
            ComparisonOperator::LessThanThreshold => Some(Comparison::Less),
            ComparisonOperator::LessThanOrEqualToThreshold => Some(Comparison::LessOrEqual),
            _ => None,
        }
    }
}

impl Alarm {
    /// The value of a dimension.
    pub fn dimension(&self, name: &str) -> Option<&str> {
        self.dimensions.iter().find(|one| one.name == name)?.value.as_deref()
    }
}

object! {
    /// One item of `Dimensions`.
    Dimension("PascalCase") {
        need {
            /// Which: `LoadBalancer`, `TargetGroup`, `ClusterName`, `ServiceName`, `AvailabilityZone` or `Revision`.
            name: String,
        }
        may {
            /// Its value: needed of `AvailabilityZone` and `Revision`, not used of the others.
            value: String,
        }
    }
}

words! {
    /// `Statistic`.
    Statistic("PascalCase") {
        /// Accepted by AWS and refused here: how often a load balancer reports is not modelled.
        SampleCount,
        /// Of hosts: the mean over time.
        Average,
        /// Of counts: how many.
        Sum,
        /// Of hosts: the fewest.
        Minimum,
        /// Of hosts: the most.
        Maximum,
    }
}
