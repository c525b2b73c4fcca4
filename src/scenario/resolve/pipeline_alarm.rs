//! Alarms that a pipeline watches: those that are named, and those that it makes for itself.

use super::Build;
use super::index::first;
use super::units::Named;
use crate::engine::Span;
use crate::model::ids::{AlarmId, ChangeId, ServiceId};
use crate::model::plan::{
    self, Comparison, Metric, MissingData, OnMetric, Rule, Scope, Statistic, Unit, Watched, Watches,
};
use crate::model::problem::Noun;
use crate::scenario::file::{Change, Pipeline, PipelineAlarm};

impl Build<'_> {
    pub(super) fn fleet_alarms(&mut self, written: &Pipeline, named: &Named, at: &str) -> Vec<Watched> {
        let mut found = Vec::new();
        let regions = named.regions(&self.plan);
        for (place, name) in written.alarms.iter().enumerate() {
            if let Some(alarm) = self.watched_in(&regions, name, &format!("{at}/{place}")) {
                found.push(Watched { alarm, unit: None });
            }
        }
        found
    }

    /// An alarm on each unit, or on what the new revision of each gets.
    pub(super) fn unit_alarms(
        &mut self,
        change: &Change,
        written: &PipelineAlarm,
        named: &Named,
        new: bool,
        at: &str,
    ) -> Vec<Watched> {
        let Some(rule) = self.pipeline_rule(written, at) else { return Vec::new() };
        let mut found = Vec::new();
        for (place, unit) in named.units.iter().enumerate() {
            let (service, scope) = match *unit {
                Unit::Service(service) => (service, if new { Scope::New } else { Scope::Service }),
                Unit::Cell(cell) => {
                    // A cell without a service has nobody who could miss it.
                    let services = self.plan.cells[cell].services.clone();
                    let Some(first) = services.map(ServiceId).next() else { continue };
                    (first, Scope::Cell(cell, new))
                }
            };
            if matches!(unit, Unit::Service(_)) && !self.has_traffic(service, at) {
                return Vec::new();
            }
            let what = if new { "one box " } else { "" };
            let name = format!("{} {what}{}", change.name, named.names[place]);
            let Some(alarm) = self.own_alarm(name, service, scope, rule, at) else { return Vec::new() };
            found.push(Watched { alarm, unit: Some(place as u16) });
        }
        found
    }

    /// An alarm on all services of a change together, one in each Region.
    pub(super) fn fleet_alarm(
        &mut self,
        change: &Change,
        written: &PipelineAlarm,
        named: &Named,
        at: &str,
    ) -> Vec<Watched> {
        let Some(rule) = self.pipeline_rule(written, at) else { return Vec::new() };
        if named.services().next().is_none() {
            let message = "`fleetAlarm` counts requests to services, and the change is of a control plane";
            self.out.wrong_target(at, message, "write `unitAlarm`");
            return Vec::new();
        }
        if !named.services().all(|service| self.has_traffic(service, at)) {
            return Vec::new();
        }
        let Some(place) = first(&self.index.changes, &change.name) else { return Vec::new() };
        let scope = Scope::Fleet(ChangeId(self.index.change_rows[place]));
        let regions = named.regions(&self.plan);
        let mut found = Vec::new();
        for region in &regions {
            let mut services = named.services();
            let Some(first) = services.find(|service| self.plan.region_of(*service) == *region) else { continue };
            let name = match regions.len() {
                1 => format!("{} fleet", change.name),
                _ => format!("{} fleet {}", change.name, self.plan.regions[*region].name),
            };
            let alarm = self.own_alarm(name, first, scope, rule, at);
            found.extend(alarm.map(|alarm| Watched { alarm, unit: None }));
        }
        found
    }

    /// Whether a service has requests; a problem otherwise.
    pub(super) fn has_traffic(&mut self, service: ServiceId, at: &str) -> bool {
        let row = &self.plan.services[service];
        if row.traffic.is_none() {
            let message = format!("`{}` needs traffic: this is about its requests", row.name);
            self.out.wrong_target(at, message, "add the service to `traffic`, or name another one");
        }
        row.traffic.is_some()
    }

    /// An alarm that a pipeline has made for itself.
    fn own_alarm(&mut self, name: String, service: ServiceId, scope: Scope, rule: Rule, at: &str) -> Option<AlarmId> {
        if self.names.alarms.contains_key(&name) {
            self.out.duplicate(Noun::Alarm, &name, at);
            return None;
        }
        let on = OnMetric { metric: Metric::ErrorRate, scope, rule, delay: Span::ZERO };
        Some(self.add_alarm(plan::Alarm { name, service, watches: Watches::Metric(on) }))
    }

    fn pipeline_rule(&mut self, written: &PipelineAlarm, at: &str) -> Option<Rule> {
        if !self.out.within(written.threshold, 0.0..1.0, &format!("{at}/threshold")) {
            return None;
        }
        let all = written.evaluation_periods.unwrap_or(3);
        let most = written.datapoints_to_alarm.unwrap_or(all);
        let period = written.period.unwrap_or(60);
        let sound = self.out.within(all, 1..=1_440, &format!("{at}/evaluationPeriods"))
            && self.out.within(most, 1..=all, &format!("{at}/datapointsToAlarm"))
            && self.out.within(period, 10..=3_600, &format!("{at}/period"));
        sound.then(|| Rule {
            statistic: Statistic::Sum,
            period: Span::from_secs(u64::from(period)),
            evaluation_periods: all,
            datapoints_to_alarm: most,
            threshold: libm::round(written.threshold * 1e9) as i128,
            comparison: Comparison::Greater,
            missing: MissingData::NotBreaching,
        })
    }
}
