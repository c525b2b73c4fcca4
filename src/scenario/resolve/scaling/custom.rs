//! Metrics that a scenario gives as a course, and how metrics are found by name.

use super::super::table;
use super::super::{Csv, placed};
use super::Activity;
use crate::engine::{Span, Time};
use crate::model::ids::MetricId;
use crate::model::plan::scaling::CustomMetric;
use crate::model::plan::{Metric, Profile};
use crate::model::problem::nearest;
use crate::scenario::file::{CustomMetric as Written, DailyValue, MetricStep};
use std::fmt::Display;

const DAY: Span = Span::from_secs(86_400);

/// The largest value of a metric.
const MOST: f64 = 1e9;

impl Activity<'_> {
    /// Metrics of the scenario's own, before anything names them.
    pub(in crate::scenario::resolve) fn custom_metrics(&mut self, csv: Csv<'_>) {
        for (at, metric) in placed(&self.scenario.custom_metrics, "/customMetrics") {
            let (name, namespace) = (&metric.name, &metric.namespace);
            let named = !namespace.starts_with("AWS/") && namespace != "Evenkeel";
            if !named {
                let message = format!("CloudWatch keeps `{namespace}` for others");
                self.out.invalid_name(&format!("{at}/namespace"), message, "write one of your own, such as \"shop\"");
            }
            let same = |other: &CustomMetric| other.name == *name && other.namespace == *namespace;
            let twice = self.plan.custom.iter().any(same);
            if twice {
                let message = format!("`{namespace}` has a metric `{name}` already");
                self.out.duplicate_name(&format!("{at}/name"), message, "give each its own name");
            }
            let Some(course) = self.course(metric, csv, &at).filter(|_| named && !twice) else { continue };
            let (namespace, name, per_task) = (namespace.clone(), name.clone(), metric.per_task);
            self.plan.custom.push(CustomMetric { namespace, name, course, per_task });
        }
    }

    fn course(&mut self, metric: &Written, csv: Csv<'_>, at: &str) -> Option<Profile> {
        match (&metric.steps, &metric.daily, &metric.csv) {
            (Some(steps), None, None) => self.value_steps(steps, &format!("{at}/steps")),
            (None, Some(daily), None) => self.value_days(daily, &format!("{at}/daily")),
            (None, None, Some(name)) => {
                let at = format!("{at}/csv");
                let table = self.table_of(name, csv, &at, table::values)?;
                let first = table.steps.first().filter(|first| first.0 > Time::ZERO).map(|_| (Time::ZERO, 0));
                Some(Profile::Steps(first.into_iter().chain(table.steps).collect()))
            }
            (steps, daily, csv) => {
                let several = steps.is_some() || daily.is_some() || csv.is_some();
                let (keys, missing) = ("`steps`, `daily` and `csv`", "nothing says what the metric is at");
                let hint = "write \"steps\": [{\"at\": \"0s\", \"value\": 40}]";
                self.out.one_of(keys, several, at, missing, hint).none()
            }
        }
    }

    fn value_steps(&mut self, steps: &[MetricStep], at: &str) -> Option<Profile> {
        let found = self.values(steps.iter().map(|step| (Time::ZERO + step.at.0, step.value)), at)?;
        if found.is_empty() {
            return self.out.missing(at, "a metric needs a step", "write the value at \"0s\"").none();
        }
        let zero = found[0].0 > Time::ZERO;
        let first = zero.then_some((Time::ZERO, 0));
        Some(Profile::Steps(first.into_iter().chain(found).collect()))
    }

    fn value_days(&mut self, daily: &[DailyValue], at: &str) -> Option<Profile> {
        let found = self.values(daily.iter().map(|step| (step.at.0, step.value)), at)?;
        let (Some(first), Some(last)) = (found.first().copied(), found.last().copied()) else {
            return self.out.missing(at, "a day needs a step", "write [{\"at\": \"09:00\", \"value\": 40}]").none();
        };
        let before = (first.0 > Span::ZERO).then_some((Span::ZERO, last.1));
        let steps = before.into_iter().chain(found).collect();
        let offset = Span::from_secs(self.plan.starts_at.rem_euclid(86_400).cast_unsigned());
        Some(Profile::Repeat { period: DAY, offset, steps })
    }

    /// Values in order of time, in billionths.
    fn values<T>(&mut self, steps: impl Iterator<Item = (T, f64)>, at: &str) -> Option<Vec<(T, u64)>>
    where
        T: Copy + PartialOrd + Display,
    {
        let mut found: Vec<(T, u64)> = Vec::new();
        for (place, (time, value)) in steps.enumerate() {
            let at = format!("{at}/{place}");
            let ordered = self.out.after(time, found.last().map(|last| last.0), &format!("{at}/at"));
            if !ordered || !self.out.within(value, 0.0..=MOST, &format!("{at}/value")) {
                return None;
            }
            found.push((time, libm::round(value * 1e9) as u64));
        }
        Some(found)
    }

    /// The metric of this name and namespace; a problem where there is none.
    pub(super) fn metric_called(&mut self, namespace: &str, name: &str, at: &str) -> Option<Metric> {
        if let Some(found) = self.own_metric(Some(namespace), name) {
            return Some(Metric::Custom(found));
        }
        let found = Metric::ALL.iter().find(|(_, of, known)| *known == name && *of == namespace);
        if found.is_none() {
            let own = self.plan.custom.iter().map(|one| one.name.as_str());
            let known = own.chain(Metric::ALL.iter().map(|row| row.2));
            let hint = match nearest(name, known) {
                Some(near) if near != name => format!("did you mean `{near}`?"),
                _ => "add it to `customMetrics`, with its course over time".to_owned(),
            };
            self.out.not_modelled(at, format!("the metric `{name}` of `{namespace}` is not simulated"), hint);
        }
        found.map(|row| row.0)
    }

    /// One of the scenario's own metrics; without a namespace, the only one of this name.
    pub(in crate::scenario::resolve) fn own_metric(&self, namespace: Option<&str>, name: &str) -> Option<MetricId> {
        let mut found = self
            .plan
            .custom
            .pairs()
            .filter(|(_, one)| one.name == name && namespace.is_none_or(|namespace| namespace == one.namespace));
        let first = found.next()?.0;
        found.next().is_none().then_some(first)
    }
}
