//! Target tracking: a metric and its target, and the two alarms that AWS makes for it.

use super::Activity;
use super::policy::{Of, Watched};
use crate::engine::Span;
use crate::model::ids::{AlarmId, ServiceId};
use crate::model::plan::scaling::TargetTracking;
use crate::model::plan::{self, Comparison, Form, Metric, MissingData, OnMetric, Rule, Scope, Statistic, Watches};
use crate::model::problem::nearest;
use crate::scenario::ecs::scaling_policy::{CustomizedMetric, TargetTracking as Written};
use crate::scenario::file::Statistic as WrittenStatistic;

/// Periods above the target until it scales out, and time below until it scales in (sourced: [ecs-workshop-tracking]).
const ABOVE: u32 = 3;
const BELOW: u32 = 900;

/// How late a datapoint is known: calculated from AWS's own benchmark, in which 363 s pass from a step of the load to a
/// scale-out at periods of a minute, and 86 s at those of 20 s [ecs-faster-scaling]. Half a period and three whole ones
/// are 210 s and 70 s of that.
const LATE: Span = Span::from_secs(153);
const LATE_HIGH_RESOLUTION: Span = Span::from_secs(16);
/// Load balancers report by the minute, and their datapoints are known a minute later (model choice).
const LATE_BALANCER: Span = Span::from_secs(60);

/// What a policy tracks.
struct Tracked {
    metric: Metric,
    statistic: Statistic,
    /// Seconds of a period.
    period: u32,
    late: Span,
    /// As AWS tells whether two policies have the same.
    name: String,
}

/// A metric that AWS knows by one word.
type Predefined = (&'static str, Metric, Statistic, u32, Span);

const PREDEFINED: [Predefined; 5] = [
    ("ECSServiceAverageCPUUtilization", Metric::CpuUtilization, Statistic::Average, 60, LATE),
    ("ECSServiceAverageMemoryUtilization", Metric::MemoryUtilization, Statistic::Average, 60, LATE),
    (
        "ECSServiceAverageCPUUtilizationHighResolution",
        Metric::CpuUtilization,
        Statistic::Average,
        20,
        LATE_HIGH_RESOLUTION,
    ),
    (
        "ECSServiceAverageMemoryUtilizationHighResolution",
        Metric::MemoryUtilization,
        Statistic::Average,
        20,
        LATE_HIGH_RESOLUTION,
    ),
    ("ALBRequestCountPerTarget", Metric::RequestCountPerTarget, Statistic::Sum, 60, LATE_BALANCER),
];

/// Targets further from zero than this are no counts of anything.
const MOST: f64 = 1e15;

impl Activity<'_> {
    pub(super) fn tracking(
        &mut self,
        of: &Of<'_>,
        written: &Written,
        at: &str,
        watched: &mut Watched,
    ) -> Option<TargetTracking> {
        let tracked = self.tracked(of, written, at)?;
        let target = self.target_value(written.target_value, tracked.metric, &format!("{at}/TargetValue"))?;
        if !watched.insert((of.service, tracked.name.clone())) {
            let message = format!(
                "AWS refuses a second target-tracking policy on `{}` of `{}`",
                tracked.name, self.plan.services[of.service].name
            );
            self.out.refused(at, message, "keep one of them, or track another metric");
            return None;
        }
        if !self.moves(of.service, tracked.metric, at) {
            return None;
        }
        let seconds = |seconds: u32| Span::from_secs(u64::from(seconds));
        let high = self.tracking_alarm(of, &tracked, target, true)?;
        let low = if written.disable_scale_in { None } else { Some(self.tracking_alarm(of, &tracked, target, false)?) };
        Some(TargetTracking {
            high,
            low,
            target,
            out_cooldown: seconds(written.scale_out_cooldown),
            in_cooldown: seconds(written.scale_in_cooldown),
        })
    }

    fn tracked(&mut self, of: &Of<'_>, written: &Written, at: &str) -> Option<Tracked> {
        let keys = "`PredefinedMetricSpecification` and `CustomizedMetricSpecification`";
        match (&written.predefined_metric_specification, &written.customized_metric_specification) {
            (Some(known), None) => {
                let at = format!("{at}/PredefinedMetricSpecification");
                let name = known.predefined_metric_type.as_str();
                let Some(found) = PREDEFINED.iter().find(|row| row.0 == name) else {
                    let message = format!("services of ECS have no predefined metric `{name}`");
                    let all = || PREDEFINED.iter().map(|row| row.0);
                    let hint = match nearest(name, all()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("known: {}", all().collect::<Vec<_>>().join(", ")),
                    };
                    return self.out.unknown_value(&format!("{at}/PredefinedMetricType"), message, hint).none();
                };
                self.label(of.service, found.1, known.resource_label.as_deref(), &format!("{at}/ResourceLabel"));
                let (_, metric, statistic, period, late) = *found;
                if !self.published(of.service, metric, period) {
                    let message = format!(
                        "AWS refuses `{name}` while `{}` publishes its metric by the minute",
                        self.plan.services[of.service].name
                    );
                    let (_, _, word) = Metric::ALL.iter().find(|row| row.0 == metric)?;
                    let hint = format!(
                        "give the service \"monitoring\": {{\"metricConfigurations\": [{{\"metricNames\": [\"{word}\"], \
                         \"resolutionSeconds\": {period}}}]}}"
                    );
                    return self.out.refused(&format!("{at}/PredefinedMetricType"), message, hint).none();
                }
                Some(Tracked { metric, statistic, period, late, name: name.to_owned() })
            }
            (None, Some(own)) => self.customized(of.service, own, &format!("{at}/CustomizedMetricSpecification")),
            (both, _) => {
                let hint = "write {\"PredefinedMetricType\": \"ECSServiceAverageCPUUtilization\"} as \
                            `PredefinedMetricSpecification`";
                self.out.one_of(keys, both.is_some(), at, "nothing says which metric is tracked", hint).none()
            }
        }
    }

    /// Whether a datapoint of a metric is there for each period of so many seconds.
    pub(in crate::scenario::resolve) fn published(&self, service: ServiceId, metric: Metric, period: u32) -> bool {
        let usage = self.plan.services[service].usage;
        let resolution = match metric {
            Metric::CpuUtilization => usage.map(|one| one.cpu.resolution),
            Metric::MemoryUtilization => usage.map(|one| one.memory.resolution),
            _ => None,
        };
        resolution.is_none_or(|resolution| period >= resolution)
    }

    /// Looks whether a `ResourceLabel` is that of the service's own target group.
    fn label(&mut self, service: ServiceId, metric: Metric, label: Option<&str>, at: &str) {
        let Some(label) = label else { return };
        if metric != Metric::RequestCountPerTarget {
            self.out.refused(at, "AWS refuses a label of this metric", "leave it out");
            return;
        }
        let group = label.find("targetgroup/").map(|place| &label[place..]);
        let own = self.plan.services[service].target_group.as_deref();
        match (group, own) {
            (None, _) => {
                let hint = "write \"app/LOAD-BALANCER/ID/targetgroup/TARGET-GROUP/ID\"";
                self.out.malformed(at, format!("`{label}` names no target group"), hint);
            }
            (Some(group), Some(own)) if !own.ends_with(group) => {
                let message =
                    format!("the label names `{group}`, and the service stands behind `{own}`: its own is taken");
                self.out.doubtful(at, message, "name the target group of the service");
            }
            _ => {}
        }
    }

    /// A metric by its name.
    fn customized(&mut self, service: ServiceId, own: &CustomizedMetric, at: &str) -> Option<Tracked> {
        if !own.metrics.is_empty() {
            let hint = "name one metric; what your expression gives can be a metric of `customMetrics`";
            return self.out.not_modelled(&format!("{at}/Metrics"), "metric math is not modelled", hint).none();
        }
        let (Some(name), Some(namespace)) = (own.metric_name.as_deref(), own.namespace.as_deref()) else {
            let message = "`MetricName` and `Namespace` are needed";
            return self.out.missing(at, message, "write both").none();
        };
        let metric = self.metric_called(namespace, name, &format!("{at}/MetricName"))?;
        for (at, dimension) in super::placed(&own.dimensions, &format!("{at}/Dimensions")) {
            let full = &self.plan.services[service].name;
            let (cluster, short) = full.split_once('/').unwrap_or(("", full));
            let ours = match dimension.name.as_str() {
                "ClusterName" => dimension.value == cluster,
                "ServiceName" => dimension.value == short,
                _ => continue,
            };
            if !ours {
                let message = format!("the metric is of `{}`, and the policy scales `{full}`", dimension.value);
                let hint = "track a metric of the service itself, or one of `customMetrics`";
                return self.out.not_modelled(&format!("{at}/Value"), message, hint).none();
            }
        }
        let statistic = match (own.statistic, metric.form()) {
            (Some(WrittenStatistic::Average), _) | (None, Form::Gauge | Form::Measure | Form::Ratio) => {
                Statistic::Average
            }
            (None | Some(WrittenStatistic::Sum), Form::Count) => Statistic::Sum,
            (Some(WrittenStatistic::Minimum), Form::Gauge | Form::Measure) => Statistic::Minimum,
            (Some(WrittenStatistic::Maximum), Form::Gauge | Form::Measure) => Statistic::Maximum,
            (statistic, _) => {
                let word = statistic.map_or("this statistic", WrittenStatistic::word);
                let message = format!("`{word}` of `{name}` is not modelled");
                return self.out.not_modelled(&format!("{at}/Statistic"), message, "write \"Average\"").none();
            }
        };
        if !self.falls_with_tasks(metric) {
            let message = format!("`{name}` does not fall when tasks are added: the policy scales on to `MaxCapacity`");
            let hint = "track a metric of each task, such as a backlog with \"perTask\": true";
            self.out.doubtful(&format!("{at}/MetricName"), message, hint);
        }
        let ecs = matches!(metric, Metric::CpuUtilization | Metric::MemoryUtilization);
        let late = if ecs { LATE } else { LATE_BALANCER };
        Some(Tracked { metric, statistic, period: 60, late, name: format!("{namespace} {name}") })
    }

    /// Whether more tasks lower a metric.
    fn falls_with_tasks(&self, metric: Metric) -> bool {
        match metric {
            Metric::CpuUtilization | Metric::MemoryUtilization | Metric::RequestCountPerTarget => true,
            Metric::Custom(id) => self.plan.custom[id].per_task,
            _ => false,
        }
    }

    /// `TargetValue` in billionths; a problem where AWS refuses it or it can never be reached.
    pub(super) fn target_value(&mut self, value: f64, metric: Metric, at: &str) -> Option<i128> {
        let most = match metric {
            Metric::CpuUtilization | Metric::MemoryUtilization => 100.0,
            _ => MOST,
        };
        let above_zero = value > 0.0;
        if !above_zero || value > most || libm::round(value * 1e9) < 1.0 {
            let (message, hint) = if most < MOST {
                ("a percentage above 0 and at most 100", "write a number such as 60")
            } else {
                ("above 0", "write a number such as 1000")
            };
            let message = format!("`TargetValue` must be {message}, not `{value}`");
            return self.out.out_of_range(at, message, hint).none();
        }
        Some(libm::round(value * 1e9) as i128)
    }

    /// One of the two alarms that AWS makes for a policy.
    fn tracking_alarm(&mut self, of: &Of<'_>, tracked: &Tracked, target: i128, high: bool) -> Option<AlarmId> {
        let word = if high { "AlarmHigh" } else { "AlarmLow" };
        let mut printed = of.policy.alarms.iter().map(|alarm| alarm.alarm_name.as_str());
        let printed = printed.find(|name| name.contains(word)).map(str::to_owned);
        let (resource, policy) = (&of.policy.resource_id, &of.policy.policy_name);
        let name = printed.unwrap_or_else(|| format!("TargetTracking-{resource}-{word}-{policy}"));
        if self.names.alarms.contains_key(&name) {
            let message = format!("two alarms are called `{name}`");
            let hint = "leave the policy's own alarms out of `alarms`: it makes them";
            return self.out.duplicate_name(of.at, message, hint).none();
        }
        let periods = if high { ABOVE } else { BELOW / tracked.period };
        let (threshold, comparison) =
            if high { (target, Comparison::Greater) } else { (target * 9 / 10, Comparison::Less) };
        let rule = Rule {
            statistic: tracked.statistic,
            period: Span::from_secs(u64::from(tracked.period)),
            evaluation_periods: periods,
            datapoints_to_alarm: periods,
            threshold,
            comparison,
            missing: MissingData::Missing,
        };
        let on = OnMetric { metric: tracked.metric, scope: Scope::Service, rule, delay: tracked.late };
        Some(self.add_alarm(plan::Alarm { name, service: of.service, watches: Watches::Metric(on) }))
    }
}
