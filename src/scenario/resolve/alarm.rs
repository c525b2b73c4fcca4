//! CloudWatch alarms: whose metric, which, and a rule in whole numbers.

use super::Build;
use crate::engine::Span;
use crate::model::ids::ServiceId;
use crate::model::plan::{
    self, Comparison, Form, Kind, LOAD_BALANCER, Metric, MissingData, OnMetric, Rule, Statistic, Watches,
};
use crate::model::problem::{Noun, nearest};
use crate::scenario::file::{Alarm, ComparisonOperator, Statistic as Written, TreatMissingData};
use std::collections::BTreeSet;

const HOUR: u32 = 3_600;
const DAY: u64 = 86_400;
/// Metrics that people set alarms on and that are not simulated ([ecs-deployment-alarms] [ecs-container-insights]).
const KNOWN: [&str; 7] = [
    "HTTPCode_ELB_4XX_Count",
    "HTTPCode_Target_4XX_Count",
    "TargetResponseTime",
    "RequestCountPerTarget",
    "CPUUtilization",
    "MemoryUtilization",
    "RunningTaskCount",
];
/// Thresholds further from zero than this are no counts of anything.
const MOST: f64 = 1e15;

impl Build<'_> {
    /// All alarms, once services and their traffic are known.
    pub(super) fn alarms(&mut self) {
        self.written_alarms = self.scenario.alarm_names().into_iter().collect();
        let mut seen = BTreeSet::new();
        for (index, alarm) in self.scenario.alarms.iter().enumerate() {
            let at = format!("/alarms/{index}");
            let named = self.alarm_name(&alarm.alarm_name, &mut seen, &at);
            let metric = self.metric(alarm, &at);
            let service = self.names.service(&alarm.service, &format!("{at}/Service"), self.out);
            let scope = self.scope(alarm, metric, service, &at);
            let rule = self.rule(alarm, metric, &at);
            let delay = self.delay(alarm, &at);
            let (Some(metric), Some(service)) = (metric, service) else { continue };
            let has = self.has_metric(service, metric, &at);
            let (Some(scope), Some(rule), Some(delay)) = (scope, rule, delay) else { continue };
            if named && has {
                self.settled(&rule, metric, &at);
                let watches = Watches::Metric(OnMetric { metric, scope, rule, delay });
                self.add_alarm(plan::Alarm { name: alarm.alarm_name.clone(), service, watches });
            }
        }
        self.composites();
        for name in self.written_alarms.iter().filter(|name| !self.names.alarms.contains_key(**name)) {
            self.out.broken(Noun::Alarm, name);
        }
    }

    /// Whether CloudWatch takes the name of an alarm, and none that was `seen` before has it.
    pub(super) fn alarm_name<'n>(&mut self, name: &'n str, seen: &mut BTreeSet<&'n str>, at: &str) -> bool {
        let at = format!("{at}/AlarmName");
        if name.is_empty() || name.chars().count() > 255 {
            self.out.invalid_name(&at, format!("CloudWatch refuses the name `{name}`"), "write 1 to 255 letters");
            return false;
        }
        let first = seen.insert(name);
        if !first {
            self.out.duplicate(Noun::Alarm, name, &at);
        }
        first
    }

    fn metric(&mut self, alarm: &Alarm, at: &str) -> Option<Metric> {
        if !alarm.metrics.is_empty() {
            let hint = "name one metric instead, such as `ErrorRate` of the namespace `Evenkeel`";
            self.out.not_modelled(&format!("{at}/Metrics"), "metric math is not modelled", hint);
            return None;
        }
        let name = alarm.metric_name.as_str();
        let found = Metric::ALL.iter().find(|(_, _, known)| *known == name);
        let Some((metric, namespace, _)) = found else {
            let known = || Metric::ALL.iter().map(|(_, _, name)| *name);
            let hint = match nearest(name, known()) {
                Some(near) if !KNOWN.contains(&name) => format!("did you mean `{near}`?"),
                _ => format!("known: {}", known().collect::<Vec<_>>().join(", ")),
            };
            let message = format!("the metric `{name}` is not simulated");
            self.out.not_modelled(&format!("{at}/MetricName"), message, hint);
            return None;
        };
        if let Some(written) = alarm.namespace.as_ref().filter(|written| written != namespace) {
            let message = format!("the namespace `{written}` has no metric `{name}` here");
            self.out.unknown_value(&format!("{at}/Namespace"), message, format!("write \"{namespace}\""));
        }
        Some(*metric)
    }

    fn rule(&mut self, alarm: &Alarm, metric: Option<Metric>, at: &str) -> Option<Rule> {
        let times = self.periods(alarm, at);
        let threshold = alarm.threshold;
        // Not a number is in no range.
        let sound = self.out.within(threshold, -MOST..=MOST, &format!("{at}/Threshold"));
        let statistic = self.statistic(alarm, metric?, at)?;
        (times && sound).then_some(Rule {
            statistic,
            period: Span::from_secs(u64::from(alarm.period)),
            evaluation_periods: alarm.evaluation_periods,
            datapoints_to_alarm: alarm.datapoints_to_alarm.unwrap_or(alarm.evaluation_periods),
            threshold: libm::round(threshold * 1e9) as i128,
            comparison: comparison(alarm.comparison_operator),
            missing: missing(alarm.treat_missing_data),
        })
    }

    fn delay(&mut self, alarm: &Alarm, at: &str) -> Option<Span> {
        let delay = alarm.delay.map_or(Span::ZERO, |delay| delay.0);
        self.out.within(delay, ..=Span::from_secs(DAY), &format!("{at}/Delay")).then_some(delay)
    }

    /// Whether `Period`, `EvaluationPeriods` and `DatapointsToAlarm` are what CloudWatch takes.
    fn periods(&mut self, alarm: &Alarm, at: &str) -> bool {
        let (period, all) = (alarm.period, alarm.evaluation_periods);
        let of = alarm.datapoints_to_alarm.unwrap_or(all);
        let (period_at, all_at) = (format!("{at}/Period"), format!("{at}/EvaluationPeriods"));
        let mut sound = true;
        if !matches!(period, 10 | 20 | 30) && (period == 0 || !period.is_multiple_of(60)) {
            let message = format!("CloudWatch refuses a period of {period} seconds");
            self.out.refused(&period_at, message, "write 10, 20, 30 or a multiple of 60");
            sound = false;
        } else if period != 60 && alarm.metric_name == "ZoneOutlier" {
            let message = "the period of `ZoneOutlier` must be 60 seconds";
            self.out.not_modelled(&period_at, message, "write 60");
            sound = false;
        } else if period < 60 && load_balancers_report(&alarm.metric_name) {
            let message = "load balancers report by the minute: on AWS such an alarm often lacks data";
            self.out.doubtful(&period_at, message, "write 60 or more");
        }
        let (days, most) = if period < HOUR { ("one day", DAY) } else { ("seven days", 7 * DAY) };
        if u64::from(period) * u64::from(all) > most {
            let message = format!("{all} periods of {period} seconds are more than {days}");
            self.out.out_of_range(&all_at, message, "lower `EvaluationPeriods` or `Period`");
            sound = false;
        }
        sound & self.out.within(of, 1..=all.max(1), &format!("{at}/DatapointsToAlarm"))
    }

    fn statistic(&mut self, alarm: &Alarm, metric: Metric, at: &str) -> Option<Statistic> {
        let (at, name) = (format!("{at}/Statistic"), &alarm.metric_name);
        let form = metric.form();
        let statistic = match (alarm.statistic, form) {
            (None | Some(Written::Sum), Form::Count) | (Some(Written::Sum), Form::Flag) => Statistic::Sum,
            (None, Form::Gauge | Form::Ratio | Form::Flag) | (Some(Written::Average), _) => Statistic::Average,
            (Some(Written::Minimum), Form::Count | Form::Gauge | Form::Flag) => Statistic::Minimum,
            (Some(Written::Maximum), Form::Count | Form::Gauge | Form::Flag) => Statistic::Maximum,
            (Some(Written::SampleCount), _) => {
                let hint = if form == Form::Count { "write \"Sum\"" } else { "write \"Average\"" };
                self.out.not_modelled(&at, "how often a metric is reported is not modelled", hint);
                return None;
            }
            (Some(Written::Sum), Form::Gauge) => {
                let message = format!("the sum of `{name}` says how often it was reported, which is not modelled");
                self.out.not_modelled(&at, message, "write \"Average\", \"Minimum\" or \"Maximum\"");
                return None;
            }
            (Some(Written::Sum | Written::Minimum | Written::Maximum), Form::Ratio) => {
                let message = format!("`{name}` is a share of a whole period: it has an average only");
                self.out.not_modelled(&at, message, "leave the statistic out, or write \"Average\"");
                return None;
            }
        };
        if form == Form::Count && statistic != Statistic::Sum {
            let message = format!("of `{name}` this is always 1, however many there are");
            self.out.doubtful(&at, message, "write \"Sum\"");
        }
        Some(statistic)
    }

    /// Whether the service has such a metric.
    fn has_metric(&mut self, id: ServiceId, metric: Metric, at: &str) -> bool {
        let at = format!("{at}/Service");
        let service = &self.plan.services[id];
        let name = &service.name;
        if service.kind == Kind::Stream {
            let message = format!("`{name}` is a stream of standalone tasks, which take no requests");
            self.out.wrong_target(&at, message, "name a service");
            return false;
        }
        if metric.form() != Form::Gauge && service.traffic.is_none() {
            return self.has_traffic(id, &at);
        }
        if !matches!(metric, Metric::ErrorRate | Metric::ZoneOutlier) && service.balancer.is_none() {
            let message = format!("`{name}` needs a load balancer, which reports this metric");
            self.out.wrong_target(&at, message, "watch `ErrorRate`, or name a service behind a load balancer");
            return false;
        }
        true
    }

    /// Warns of thresholds that decide nothing.
    fn settled(&mut self, rule: &Rule, metric: Metric, at: &str) {
        let word = match always(rule, metric) {
            Some(true) => "always",
            Some(false) => "never",
            None => return,
        };
        let message = format!("datapoints of this metric {word} breach this threshold");
        let hint = match metric.form() {
            Form::Ratio => "write a share between 0 and 1",
            Form::Flag => "it is 0 or 1: write 1 and `GreaterThanOrEqualToThreshold`",
            Form::Count | Form::Gauge => "counts are above 0, numbers of hosts 0 or more",
        };
        self.out.doubtful(&format!("{at}/Threshold"), message, hint);
    }
}

fn load_balancers_report(metric: &str) -> bool {
    Metric::ALL.iter().any(|(_, namespace, name)| *name == metric && *namespace == LOAD_BALANCER)
}

/// Whether every datapoint that a metric can have breaches, or none does.
fn always(rule: &Rule, metric: Metric) -> Option<bool> {
    const ONE: i128 = 1_000_000_000;
    let (low, high) = match (metric.form(), rule.statistic) {
        (Form::Count | Form::Gauge, Statistic::Sum) | (Form::Gauge, _) => (0, i128::MAX),
        (Form::Count, _) => (ONE, ONE),
        (Form::Ratio | Form::Flag, _) => (0, ONE),
    };
    // A sum of zero is missing. "More than 0" is nevertheless what people write, and it waits for the first one.
    let least = if metric.form() == Form::Count { low.max(1) } else { low };
    match (rule.breaches(low), rule.breaches(least), rule.breaches(high)) {
        (true, _, true) => Some(true),
        (_, false, false) => Some(false),
        _ => None,
    }
}

fn comparison(written: ComparisonOperator) -> Comparison {
    match written {
        ComparisonOperator::GreaterThanOrEqualToThreshold => Comparison::GreaterOrEqual,
        ComparisonOperator::GreaterThanThreshold => Comparison::Greater,
        ComparisonOperator::LessThanThreshold => Comparison::Less,
        ComparisonOperator::LessThanOrEqualToThreshold => Comparison::LessOrEqual,
    }
}

fn missing(written: Option<TreatMissingData>) -> MissingData {
    match written {
        None | Some(TreatMissingData::Missing) => MissingData::Missing,
        Some(TreatMissingData::NotBreaching) => MissingData::NotBreaching,
        Some(TreatMissingData::Breaching) => MissingData::Breaching,
        Some(TreatMissingData::Ignore) => MissingData::Ignore,
    }
}
