//! CloudWatch alarms: what `aws cloudwatch put-metric-alarm` takes and `describe-alarms` prints.

use crate::grammar::Anything;
use crate::model::plan::{Comparison, MissingData};
use crate::model::quantity::Duration;

object! {
    /// An alarm of Amazon CloudWatch on a metric of a service.
    Alarm("PascalCase", own "AlarmArn") {
        need {
            /// Name.
            alarm_name: String [1..=255],
            /// "cluster/name" of the service whose metric it is. This field is Evenkeel's: `Dimensions` name load
            /// balancers, which scenarios do not have.
            service: String,
            /// Which metric: of `AWS/ApplicationELB` `HTTPCode_Target_5XX_Count` (requests that reached a target and
            /// failed), `HTTPCode_ELB_5XX_Count` (requests that no target could answer), `RequestCount`,
            /// `HealthyHostCount` and `UnHealthyHostCount`; of `Evenkeel` `ErrorRate` (failed requests for each request
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
            /// How a breaching datapoint stands to `Threshold`.
            comparison_operator: Comparison,
        }
        may {
            /// Where the metric is.
            namespace: String => Choice "where a metric of this name is",
            /// What is made of a period: `Sum` of counts, and `Average`, `Minimum` or `Maximum` of hosts.
            statistic: Statistic => Choice "`Sum` or `Average`",
            /// How many of the datapoints must breach: M of M of N.
            datapoints_to_alarm: u32 [1..] => Sourced "all" "[cw-api-put-alarm]",
            /// What a period without data counts as.
            treat_missing_data: MissingData => Sourced "`missing`" "[cw-missing-data]",
            /// How long after the end of its period a datapoint is known; none by default (model choice). This field is
            /// Evenkeel's: metrics of AWS come some seconds or minutes late.
            delay: Duration,
        }
        list {
            /// Names of what the metric is of. `Service` says it here, so that those of a whole service are accepted
            /// and their values are not used. `AvailabilityZone` limits the metric to targets of one zone, by its id or
            /// name. `Revision` is Evenkeel's: with `new` the metric is of what the new revision of a deployment under
            /// way gets, and is missing while none is.
            dimensions: Dimension,
            /// Metric math, which is not modelled: the list has to be empty.
            metrics: Anything,
        }
        unused {
            ok_actions as "OKActions",
            alarm_arn, alarm_description, alarm_configuration_updated_timestamp, actions_enabled, alarm_actions,
            insufficient_data_actions, state_value, state_reason, state_reason_data, state_updated_timestamp,
            state_transitioned_timestamp, evaluation_state, unit, evaluate_low_sample_count_percentile, tags,
        }
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
