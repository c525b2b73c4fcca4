//! CloudWatch alarms: whose metric, which part of a service, and a rule in whole numbers; and who watches them.

use super::alarm_home::{LeftOut, is_printed, place_of_service};
use super::{Activity, percentile, placed};
use crate::engine::Span;
use crate::model::ids::{AlarmId, RegionId, ServiceId, ZoneId};
use crate::model::plan::{
    self, BalancerKind, Form, Kind, LOAD_BALANCER, Metric, MissingData, OnMetric, Rule, Scope, Statistic, Watches,
};
use crate::model::problem::{Noun, nearest};
use crate::scenario::file::{Alarm, ComparisonOperator, Dimension, Statistic as Written};
use std::collections::BTreeSet;

const HOUR: u32 = 3_600;

const DAY: u64 = 86_400;

/// Where the metrics of Network Load Balancers are.
const NETWORK_LOAD_BALANCER: &str = "AWS/NetworkELB";

/// Metrics that people set alarms on and that are not simulated ([ecs-deployment-alarms] [ecs-container-insights]).
const KNOWN: [&str; 3] = ["HTTPCode_ELB_4XX_Count", "HTTPCode_Target_4XX_Count", "RunningTaskCount"];

/// Thresholds further from zero than this are no counts of anything.
const MOST: f64 = 1e15;

/// Dimensions that name what `Service` names.
const OF_A_SERVICE: [&str; 4] = ["LoadBalancer", "TargetGroup", "ClusterName", "ServiceName"];

/// Metrics that are counted by revision.
const BY_REVISION: [Metric; 3] = [Metric::ErrorRate, Metric::Target5xx, Metric::RequestCount];

impl Activity<'_> {
    /// All alarms, once services and their traffic are known.
    pub(super) fn alarms(&mut self) {
        self.written_alarms = self.scenario.alarm_names().into_iter().collect();
        let wanted = self.wanted_alarms();
        let mut seen = BTreeSet::new();
        let mut left = LeftOut::default();
        for (at, alarm) in placed(&self.scenario.alarms, "/alarms") {
            if self.is_of_tracking(alarm, &at) {
                continue;
            }
            let named = self.alarm_name(&alarm.alarm_name, &mut seen, &at);
            let optional = is_printed(alarm) && !wanted.contains(alarm.alarm_name.as_str());
            let before = optional.then(|| std::mem::take(self.out));
            let found = self.on_metric(alarm, &at);
            if let Some(before) = before {
                let tried = std::mem::replace(self.out, before);
                if left.takes(alarm, &at, &tried) {
                    continue;
                }
                for problem in tried.list {
                    self.out.push(problem);
                }
            }
            if let Some((service, watches)) = found.filter(|_| named) {
                self.add_alarm(plan::Alarm { name: alarm.alarm_name.clone(), service, watches });
            }
        }
        self.scaling();
        self.composites(&wanted, &mut left);
        left.tell(self.out);
        for name in self.written_alarms.iter().filter(|name| !self.names.alarms.contains_key(**name)) {
            self.out.broken(Noun::Alarm, name);
        }
    }

    /// What an alarm watches; `None` where anything is wrong with it.
    fn on_metric(&mut self, alarm: &Alarm, at: &str) -> Option<(ServiceId, Watches)> {
        let metric = self.metric(alarm, at);
        let service = self.service_of_alarm(alarm, at);
        let scope = self.scope(alarm, metric, service, at);
        let rule = self.rule(alarm, metric, at);
        let delay = alarm.delay.map_or(Span::ZERO, |delay| delay.0);
        let timely = self.out.within(delay, ..=Span::from_secs(DAY), &format!("{at}/Delay"));
        let (metric, service) = (metric?, service?);
        let has = self.has_metric(service, metric, &place_of_service(alarm, at));
        let (scope, rule) = (scope?, rule?);
        if !has || !timely {
            return None;
        }
        if !self.published(service, metric, (rule.period.micros() / 1_000_000) as u32) {
            let message = format!("`{}` publishes this metric by the minute", self.plan.services[service].name);
            let hint = "write 60, or give the service a resolution of 20 seconds in `monitoring`";
            self.out.doubtful(&format!("{at}/Period"), message, hint);
        }
        self.settled(&rule, metric, at);
        self.beyond_timeout(service, metric, at);
        Some((service, Watches::Metric(OnMetric { metric, scope, rule, delay })))
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
            return self.out.not_modelled(&format!("{at}/Metrics"), "metric math is not modelled", hint).none();
        }
        let hint = "compare a metric with a `Threshold`";
        if alarm.evaluation_criteria.is_some() {
            let at = format!("{at}/EvaluationCriteria");
            return self.out.not_modelled(&at, "queries in PromQL are not modelled", hint).none();
        }
        if alarm.threshold_metric_id.is_some() {
            let at = format!("{at}/ThresholdMetricId");
            return self.out.not_modelled(&at, "anomaly detection is not modelled", hint).none();
        }
        let Some(name) = alarm.metric_name.as_deref() else {
            return self.out.missing(at, "`MetricName` is missing", "write \"MetricName\": \"ErrorRate\"").none();
        };
        if let Some(own) = self.own_metric(alarm.namespace.as_deref(), name) {
            return Some(Metric::Custom(own));
        }
        let found = Metric::ALL.iter().find(|(_, _, known)| *known == name);
        let Some((metric, namespace, _)) = found else {
            let known = || Metric::ALL.iter().map(|(_, _, name)| *name);
            let hint = match nearest(name, known()) {
                Some(near) if !KNOWN.contains(&name) => format!("did you mean `{near}`?"),
                _ => format!("known: {}", known().collect::<Vec<_>>().join(", ")),
            };
            let message = format!("the metric `{name}` is not simulated");
            return self.out.not_modelled(&format!("{at}/MetricName"), message, hint).none();
        };
        // Hosts are counted by both kinds of load balancer.
        let hosts = matches!(metric, Metric::HealthyHostCount | Metric::UnHealthyHostCount);
        let other = |written: &&String| *written != namespace && !(hosts && *written == NETWORK_LOAD_BALANCER);
        if let Some(written) = alarm.namespace.as_ref().filter(other) {
            let message = format!("the namespace `{written}` has no metric `{name}` here");
            self.out.unknown_value(&format!("{at}/Namespace"), message, format!("write \"{namespace}\""));
        }
        self.percentile_of(*metric, alarm, at)
    }

    fn rule(&mut self, alarm: &Alarm, metric: Option<Metric>, at: &str) -> Option<Rule> {
        let needed = [
            ("Period", "60", alarm.period.is_none()),
            ("EvaluationPeriods", "1", alarm.evaluation_periods.is_none()),
            ("Threshold", "1", alarm.threshold.is_none()),
            ("ComparisonOperator", "\"GreaterThanOrEqualToThreshold\"", alarm.comparison_operator.is_none()),
        ];
        // Without a metric that is known others may be needed.
        for (key, example, _) in needed.iter().filter(|one| one.2 && metric.is_some()) {
            self.out.missing(at, format!("`{key}` is missing"), format!("write \"{key}\": {example}"));
        }
        let both = alarm.period.zip(alarm.evaluation_periods);
        let times = both.is_some_and(|both| self.periods(alarm, both, at));
        // Not a number is in no range.
        let threshold = alarm.threshold;
        let sound = threshold.is_some_and(|one| self.out.within(one, -MOST..=MOST, &format!("{at}/Threshold")));
        let comparison = alarm.comparison_operator.map(ComparisonOperator::to_threshold);
        if metric.is_some() && comparison == Some(None) {
            let hint = "compare a metric with a `Threshold`";
            let at = format!("{at}/ComparisonOperator");
            self.out.not_modelled(&at, "anomaly detection is not modelled", hint);
        }
        let statistic = self.statistic(alarm, metric?, at)?;
        let ((period, evaluation_periods), threshold, comparison) = (both?, threshold?, comparison??);
        (times && sound).then_some(Rule {
            statistic,
            period: Span::from_secs(u64::from(period)),
            evaluation_periods,
            datapoints_to_alarm: alarm.datapoints_to_alarm.unwrap_or(evaluation_periods),
            // What a percentile leaves is the threshold for the share of what takes longer.
            threshold: match alarm.extended_statistic.as_deref().and_then(percentile::parse) {
                Some(rest) => rest,
                None => libm::round(threshold * 1e9) as i128,
            },
            comparison,
            missing: alarm.treat_missing_data.unwrap_or(MissingData::Missing),
        })
    }

    /// Whether `Period`, `EvaluationPeriods` and `DatapointsToAlarm` are what CloudWatch takes.
    fn periods(&mut self, alarm: &Alarm, (period, all): (u32, u32), at: &str) -> bool {
        let name = alarm.metric_name.as_deref().unwrap_or_default();
        let of = alarm.datapoints_to_alarm.unwrap_or(all);
        let (period_at, all_at) = (format!("{at}/Period"), format!("{at}/EvaluationPeriods"));
        let mut sound = true;
        if !matches!(period, 10 | 20 | 30) && (period == 0 || !period.is_multiple_of(60)) {
            let message = format!("CloudWatch refuses a period of {period} seconds");
            self.out.refused(&period_at, message, "write 10, 20, 30 or a multiple of 60");
            sound = false;
        } else if period != 60 && name == "ZoneOutlier" {
            let message = "the period of `ZoneOutlier` must be 60 seconds";
            self.out.not_modelled(&period_at, message, "write 60");
            sound = false;
        } else if period < 60 && load_balancers_report(name) {
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
        let (at, name) = (format!("{at}/Statistic"), alarm.metric_name.as_deref().unwrap_or_default());
        let form = metric.form();
        let statistic = match (alarm.statistic, form) {
            (None | Some(Written::Sum), Form::Count) | (Some(Written::Sum), Form::Flag) => Statistic::Sum,
            (None, Form::Gauge | Form::Ratio | Form::Mean | Form::Tail | Form::Flag | Form::Measure)
            | (Some(Written::Average), _) => Statistic::Average,
            (Some(Written::Minimum), Form::Count | Form::Gauge | Form::Flag | Form::Measure) => Statistic::Minimum,
            (Some(Written::Maximum), Form::Count | Form::Gauge | Form::Flag | Form::Measure) => Statistic::Maximum,
            (Some(Written::SampleCount), _) => {
                let hint = if form == Form::Count { "write \"Sum\"" } else { "write \"Average\"" };
                return self.out.not_modelled(&at, "how often a metric is reported is not modelled", hint).none();
            }
            (Some(Written::Sum), Form::Gauge | Form::Measure) => {
                let message = format!("the sum of `{name}` says how often it was reported, which is not modelled");
                return self.out.not_modelled(&at, message, "write \"Average\", \"Minimum\" or \"Maximum\"").none();
            }
            (Some(Written::Sum | Written::Minimum | Written::Maximum), Form::Mean | Form::Tail) => {
                let message = format!("`{name}` has an average only: no single answers are simulated");
                return self.out.not_modelled(&at, message, "leave the statistic out, or write \"Average\"").none();
            }
            (Some(Written::Sum | Written::Minimum | Written::Maximum), Form::Ratio) => {
                let message = format!("`{name}` is a share of a whole period: it has an average only");
                return self.out.not_modelled(&at, message, "leave the statistic out, or write \"Average\"").none();
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
        let service = &self.plan.services[id];
        let name = &service.name;
        if service.kind == Kind::Stream {
            let message = format!("`{name}` is a stream of standalone tasks, which take no requests");
            self.out.wrong_target(at, message, "name a service");
            return false;
        }
        if self.is_of_requests(id, metric) {
            let hint = "watch `HealthyHostCount`, `UnHealthyHostCount` or `ErrorRate`";
            return self.not_of_a_network_load_balancer(id, at, hint);
        }
        if metric.form() == Form::Measure {
            return true;
        }
        if metric.form() != Form::Gauge && service.traffic.is_none() {
            return self.has_traffic(id, at);
        }
        let told = service.traffic.as_ref().is_some_and(|traffic| traffic.response.is_some());
        if metric.known() == Metric::TargetResponseTime && !told {
            let message = format!("nothing says how long tasks of `{name}` take to answer");
            self.out.wrong_target(at, message, "add \"responseTime\": {} to its `traffic`");
            return false;
        }
        if !matches!(metric, Metric::ErrorRate | Metric::ZoneOutlier) && service.balancer.is_none() {
            let message = format!("`{name}` needs a load balancer, which reports this metric");
            self.out.wrong_target(at, message, "watch `ErrorRate`, or name a service behind a load balancer");
            return false;
        }
        true
    }

    /// Whether a metric counts requests, and the load balancer of the service sees connections alone.
    pub(super) fn is_of_requests(&self, id: ServiceId, metric: Metric) -> bool {
        let network = self.plan.services[id].balancer.as_ref().is_some_and(|one| one.kind == BalancerKind::Network);
        network
            && matches!(
                metric.known(),
                Metric::Target5xx
                    | Metric::Elb5xx
                    | Metric::RequestCount
                    | Metric::RequestCountPerTarget
                    | Metric::TargetResponseTime
            )
    }

    pub(super) fn not_of_a_network_load_balancer(&mut self, id: ServiceId, at: &str, hint: &str) -> bool {
        let name = &self.plan.services[id].name;
        let message =
            format!("`{name}` is behind a Network Load Balancer, which sees no requests: it has no such metric");
        self.out.wrong_target(at, message, hint);
        false
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
            Form::Mean | Form::Tail => "it is above 0: write a threshold in seconds",
            Form::Flag => "it is 0 or 1: write 1 and `GreaterThanOrEqualToThreshold`",
            Form::Measure => "it is a percentage: write a threshold between 0 and 100",
            Form::Count | Form::Gauge => "counts are above 0, numbers of hosts 0 or more",
        };
        self.out.doubtful(&format!("{at}/Threshold"), message, hint);
    }

    /// What `Dimensions` say; `None` when something is wrong with them.
    fn scope(&mut self, alarm: &Alarm, metric: Option<Metric>, service: Option<ServiceId>, at: &str) -> Option<Scope> {
        let mut scopes = Vec::new();
        let by_zone = metric.is_none_or(Metric::has_zones);
        for (at, dimension) in placed(&alarm.dimensions, &format!("{at}/Dimensions")) {
            let found = match dimension.name.as_str() {
                name if OF_A_SERVICE.contains(&name) => continue,
                "AvailabilityZone" if !by_zone => {
                    let message = "this metric is one of the whole service";
                    self.out.not_modelled(&format!("{at}/Name"), message, "leave the dimension out").none()
                }
                "AvailabilityZone" => self.zone_dimension(dimension, service, &at).map(Scope::Zone),
                "Revision" => self.revision_dimension(alarm, dimension, metric, service, &at),
                name => {
                    let message = format!("metrics of services have no dimension `{name}`");
                    let hint = "leave it out: `Service` says whose it is; known besides: AvailabilityZone, Revision";
                    self.out.unknown_value(&format!("{at}/Name"), message, hint).none()
                }
            };
            scopes.push((found, at));
        }
        if let [_, (_, at), ..] = &scopes[..] {
            let message = "an alarm watches one zone, or one revision";
            return self.out.conflict(at, message, "keep one of `AvailabilityZone` and `Revision`, once").none();
        }
        let scope = scopes.pop().map_or(Some(Scope::Service), |(found, _)| found)?;
        if metric == Some(Metric::ZoneOutlier) && scope == Scope::Service {
            let hint = "add {\"Name\": \"AvailabilityZone\", \"Value\": \"use1-az1\"}";
            let message = "`ZoneOutlier` needs the dimension `AvailabilityZone`: it compares one zone with the others";
            return self.out.missing(&format!("{at}/Dimensions"), message, hint).none();
        }
        Some(scope)
    }

    fn zone_dimension(&mut self, dimension: &Dimension, service: Option<ServiceId>, at: &str) -> Option<ZoneId> {
        let Some(value) = &dimension.value else {
            self.out.missing(at, "`AvailabilityZone` needs a `Value`", "write the id or the name of a zone");
            return None;
        };
        let at = format!("{at}/Value");
        let zone = self.names.zone(value, &at, self.out)?;
        let service = &self.plan.services[service?];
        let zones = self.plan.zones_of(service);
        if zones.contains(&zone) {
            return Some(zone);
        }
        let known: Vec<&str> = zones.iter().take(8).map(|zone| self.plan.zones[*zone].id.as_str()).collect();
        let (message, hint) =
            (format!("`{}` has no task in `{value}`", service.name), format!("it runs in {}", known.join(", ")));
        self.out.wrong_target(&at, message, hint).none()
    }

    fn revision_dimension(
        &mut self,
        alarm: &Alarm,
        dimension: &Dimension,
        metric: Option<Metric>,
        service: Option<ServiceId>,
        at: &str,
    ) -> Option<Scope> {
        if dimension.value.as_deref() != Some("new") {
            let message = "metrics are counted by revision for the new one only";
            return self.out.not_modelled(at, message, "write {\"Name\": \"Revision\", \"Value\": \"new\"}").none();
        }
        if let Some(metric) = metric.filter(|metric| !BY_REVISION.contains(metric)) {
            let name = |of: &Metric| Metric::ALL.iter().find(|row| row.0 == of.known()).map_or("", |row| row.2);
            let message = format!("`{}` is not counted by revision", name(&metric));
            let known: Vec<&str> = BY_REVISION.iter().map(name).collect();
            let hint = format!("watch one of {}", known.join(", "));
            return self.out.not_modelled(&format!("{at}/Name"), message, hint).none();
        }
        if let Some(id) = service.filter(|id| !self.is_changed(*id)) {
            let name = alarm.service.as_ref().unwrap_or(&self.plan.services[id].name);
            let message = format!("`{name}` has no change: this metric is always missing");
            self.out.no_effect(at, message, "leave it out, or add a change of the service");
        }
        Some(Scope::New)
    }

    /// Whether any change is to reach a service.
    fn is_changed(&mut self, id: ServiceId) -> bool {
        let (names, application, changes) = (&self.names.services, &self.plan.application, &self.scenario.changes);
        let changed = self.changed.get_or_insert_with(|| {
            let named = changes.iter().flat_map(|one| one.service.iter().chain(&one.services));
            let mut found: BTreeSet<ServiceId> = named.filter_map(|name| names.get(name).copied()).collect();
            if changes.iter().any(|one| one.cellular_application.is_some()) {
                found.extend(application.iter().flat_map(|one| &one.cells));
            }
            if changes.iter().any(|one| one.every_service == Some(true)) {
                found.extend(names.values().copied());
            }
            found
        });
        changed.contains(&id)
    }

    /// Alarms that deployments watch, once services and alarms are known.
    pub(super) fn deployment_alarms(&mut self) {
        for super::index::Written { at, id, service, .. } in self.index.services(&self.names) {
            let written = service.deployment_configuration.as_ref().and_then(|one| one.alarms.as_ref());
            let (Some(written), Some(id)) = (written.filter(|one| one.enable), id) else { continue };
            let at = format!("{at}/deploymentConfiguration/alarms/alarmNames");
            let names = written.alarm_names.iter().enumerate();
            let found = names.filter_map(|(row, name)| self.watched(id, name, &format!("{at}/{row}"))).collect();
            let deployment = &mut self.plan.services[id].deployment;
            (deployment.alarms, deployment.alarm_rollback) = (found, written.rollback);
        }
    }

    /// An alarm of this name that a service may watch.
    pub(super) fn watched(&mut self, service: ServiceId, name: &str, at: &str) -> Option<AlarmId> {
        self.watched_in(&[self.plan.region_of(service)], name, at)
    }

    /// An alarm of this name in one of these Regions.
    pub(super) fn watched_in(&mut self, regions: &[RegionId], name: &str, at: &str) -> Option<AlarmId> {
        let id = self.out.find(Noun::Alarm, &self.names.alarms, name, at)?;
        if !regions.contains(&self.plan.region_of(self.plan.alarms[id].service)) {
            let message = format!("`{name}` watches a service of another Region: an alarm is of one Region");
            return self.out.wrong_target(at, message, "name an alarm on a service of the same Region").none();
        }
        Some(id)
    }

    /// Whether a service has requests; a problem otherwise.
    pub(super) fn has_traffic(&mut self, service: ServiceId, at: &str) -> bool {
        let row = &self.plan.services[service];
        // What is wrong with an application in cells has been told: its clusters have no customers.
        let cells = self.plan.written.clusters.get(self.index.written_clusters..).unwrap_or_default();
        let told = self.plan.application.is_none() && cells.contains(&row.cluster);
        if row.traffic.is_none() && !told {
            let message = format!("`{}` needs traffic: this is about its requests", row.name);
            self.out.wrong_target(at, message, "add the service to `traffic`, or name another one");
        }
        row.traffic.is_some()
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
        (Form::Mean, _) => (1, i128::MAX),
        (Form::Count, _) => (ONE, ONE),
        (Form::Ratio | Form::Tail | Form::Flag, _) => (0, ONE),
        (Form::Measure, _) => (0, 100 * ONE),
    };
    // A sum of zero is missing. "More than 0" is nevertheless what people write, and it waits for the first one.
    let least = if metric.form() == Form::Count { low.max(1) } else { low };
    match (rule.breaches(low), rule.breaches(least), rule.breaches(high)) {
        (true, _, true) => Some(true),
        (_, false, false) => Some(false),
        _ => None,
    }
}
