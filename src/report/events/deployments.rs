//! Events of deployments and of the alarms that watch them ([ecs-circuit-breaker] [ecs-deployment-alarms]
//! [ecs-service-events]).
//!
//! ```text
//! begins ─► IN_PROGRESS ─► COMPLETED
//!                      └─► FAILED ─► IN_PROGRESS of the deployment that comes back ─► COMPLETED again
//! ```
//! A deployment that is superseded has no event of its own, and the bake is part of IN_PROGRESS. Of the deployment that
//! a service is created with nothing is told.

use super::{Time, Value, Who, Writer, json};
use crate::engine::draw::mix;
use crate::model::fact::{AlarmState, ChangeStep};
use crate::model::ids::{AlarmId, ChangeId, ServiceId};
use crate::model::plan::{Comparison, Metric, OnMetric, Rule, Scope, Watches};
use std::collections::BTreeMap;

/// What earlier events said of deployments and alarms.
#[derive(Default)]
pub(super) struct Past {
    /// The newest completed change of a service.
    completed: BTreeMap<ServiceId, Who>,
    /// How often a change that comes again has begun at a service.
    turns: BTreeMap<(ServiceId, ChangeId), u32>,
    /// State of an alarm, and since when.
    alarms: BTreeMap<AlarmId, (AlarmState, Time)>,
}

impl Writer<'_> {
    /// A change went on; `None` where ECS tells nothing.
    pub(super) fn deployment(
        &mut self,
        time: Time,
        change: ChangeId,
        service: ServiceId,
        what: ChangeStep,
    ) -> Option<(String, Value)> {
        if self.plan.changes[change].flag.is_some() {
            // A feature flag is no deployment of ECS.
            return None;
        }
        let turns = self.past.turns.entry((service, change)).or_default();
        *turns += u32::from(what == ChangeStep::Began);
        let who = self.plan.changes[change].turn(self.plan.services[service].who, *turns);
        let own = self.deployment_id(service, Some(who));
        let before = self.deployment_id(service, self.past.completed.get(&service).copied());
        let (kind, name, id, reason) = match what {
            ChangeStep::Began => ("INFO", "IN_PROGRESS", &own, format!("{own} is being rolled out")),
            ChangeStep::Completed => ("INFO", "COMPLETED", &own, format!("{own} is rolled out")),
            ChangeStep::Failed => ("ERROR", "FAILED", &own, self.why(time, service)),
            ChangeStep::Back => ("INFO", "IN_PROGRESS", &before, format!("{own} failed: going back to {before}")),
            ChangeStep::RolledBack => ("INFO", "COMPLETED", &before, format!("{before} is back after {own} failed")),
            ChangeStep::Bakes
            | ChangeStep::Stalled
            | ChangeStep::Superseded
            | ChangeStep::Enters(_)
            | ChangeStep::TimedOut => return None,
        };
        if what == ChangeStep::Completed {
            self.past.completed.insert(service, who);
        }
        let detail = json!({
            "eventType": kind,
            "eventName": format!("SERVICE_DEPLOYMENT_{name}"),
            "deploymentId": id,
            "updatedAt": self.date(time, true),
            "reason": reason,
        });
        let row = &self.plan.services[service];
        Some((self.named_arn(row.cluster, &format!("service/{}", row.name)), detail))
    }

    /// Nineteen digits, made of the seed and of the change, and of its occurrence if it comes again; without one, of
    /// the service.
    fn deployment_id(&self, service: ServiceId, change: Option<Who>) -> String {
        const LEAST: u64 = 1_000_000_000_000_000_000;
        let who = change.unwrap_or(self.plan.services[service].who);
        let number = mix(mix(self.seed) ^ who.0 ^ Who::named("deployment").0);
        format!("ecs-svc/{}", LEAST + number % (9 * LEAST))
    }

    /// An alarm that rings stops a deployment at once; nothing else but the circuit breaker and hooks do.
    fn why(&self, time: Time, service: ServiceId) -> String {
        let now = (AlarmState::Alarm, time);
        let deployment = &self.plan.services[service].deployment;
        match deployment.alarms.iter().find(|alarm| self.past.alarms.get(alarm) == Some(&now)) {
            Some(alarm) => format!("alarm {} is in ALARM", self.plan.alarms[*alarm].name),
            None if !deployment.hooks.is_empty() => "a life-cycle hook failed, or too many tasks did".to_owned(),
            None => "deployment circuit breaker: too many tasks failed".to_owned(),
        }
    }

    /// An alarm is in another state. Before the first, it is INSUFFICIENT_DATA since the start of the run.
    pub(super) fn alarm(&mut self, time: Time, alarm: AlarmId, state: AlarmState) -> (String, Value) {
        let row = &self.plan.alarms[alarm];
        let now = (state, time);
        let (was, since) = self.past.alarms.insert(alarm, now).unwrap_or((AlarmState::InsufficientData, Time::ZERO));
        let cluster = self.plan.services[row.service].cluster;
        let at = |time: Time| self.date(time, true).replace('Z', "+0000");
        let (configuration, reason) = match &row.watches {
            Watches::Metric(on) => (self.configuration(on), told(state, &on.rule)),
            Watches::Alarms(one) => {
                let holds = if state == AlarmState::Alarm { "holds" } else { "does not hold" };
                (json!({ "alarmRule": one.written }), format!("the rule over other alarms {holds}"))
            }
        };
        let detail = json!({
            "alarmName": row.name,
            "configuration": configuration,
            "previousState": { "value": state_name(was), "timestamp": at(since) },
            "state": { "value": state_name(state), "timestamp": at(time), "reason": reason },
        });
        let arn = format!("arn:aws:cloudwatch:{}:{}:alarm:{}", self.region(cluster), self.account(cluster), row.name);
        (arn, detail)
    }

    /// What an alarm on a metric watches.
    fn configuration(&self, on: &OnMetric) -> Value {
        let known = Metric::ALL.iter().find(|known| known.0 == on.metric);
        let (namespace, name) = known.map_or(("", ""), |known| (known.1, known.2));
        let mut metric = json!({ "namespace": namespace, "name": name });
        match on.scope {
            Scope::Service => {}
            Scope::Zone(zone) => metric["dimensions"] = json!({ "AvailabilityZone": self.plan.zones[zone].id }),
            Scope::New => metric["dimensions"] = json!({ "Revision": "new" }),
            Scope::Fleet(change) => metric["dimensions"] = json!({ "Change": self.plan.changes[change].name }),
            Scope::Cell(cell, new) => {
                let revision = if new { "new" } else { "any" };
                metric["dimensions"] = json!({ "Cell": self.plan.cells[cell].name, "Revision": revision });
            }
        }
        let stat = json!({ "metric": metric, "period": on.rule.period.0 / 1_000_000 });
        json!({ "metrics": [{ "metricStat": stat, "returnData": true }] })
    }
}

const fn state_name(state: AlarmState) -> &'static str {
    match state {
        AlarmState::Ok => "OK",
        AlarmState::Alarm => "ALARM",
        AlarmState::InsufficientData => "INSUFFICIENT_DATA",
    }
}

fn told(state: AlarmState, rule: &Rule) -> String {
    let Rule { datapoints_to_alarm: most, evaluation_periods: all, .. } = rule;
    let side = match rule.comparison {
        Comparison::GreaterOrEqual => "at or above",
        Comparison::Greater => "above",
        Comparison::Less => "below",
        Comparison::LessOrEqual => "at or below",
    };
    let threshold = rule.threshold as f64 / 1e9;
    match state {
        AlarmState::Alarm => format!("at least {most} of the last {all} datapoints are {side} {threshold}"),
        AlarmState::Ok => format!("fewer than {most} of the last {all} datapoints are {side} {threshold}"),
        AlarmState::InsufficientData => "too few datapoints".to_owned(),
    }
}
