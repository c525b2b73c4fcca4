//! Events of deployments and of the alarms that watch them ([ecs-circuit-breaker] [ecs-deployment-alarms]
//! [ecs-deployment-events]).
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
use crate::model::plan::{Comparison, Metric, OnMetric, Rule, Scope, Service, Watches};
use std::collections::BTreeMap;

/// Account, Region and name of a family of task definitions.
type Family = (String, String, String);

/// What earlier events said of deployments and alarms.
#[derive(Default)]
pub(super) struct Past {
    /// The newest completed change of a service.
    completed: BTreeMap<ServiceId, Who>,
    /// How often a change that comes again has begun at a service.
    turns: BTreeMap<(ServiceId, ChangeId), u32>,
    /// What a service's revisions are, by their numbers.
    revisions: BTreeMap<(ServiceId, u8), Deployed>,
    /// Revisions of task definitions by account, Region and family: the newest, and those that changes registered.
    families: BTreeMap<Family, (u32, BTreeMap<Who, u32>)>,
    /// State of an alarm, and since when.
    alarms: BTreeMap<AlarmId, (AlarmState, Time)>,
}

/// A revision of a service.
#[derive(Clone, Copy)]
struct Deployed {
    /// Birth certificate of its change.
    who: Who,
    /// Revision of the task definition.
    definition: u32,
}

impl Writer<'_> {
    /// A service gets a new revision: the next one of its task definition's family. A change of several services of one
    /// family registers one.
    pub(super) fn revision(&mut self, change: ChangeId, service: ServiceId, number: u8) {
        let turns = self.past.turns.entry((service, change)).or_default();
        *turns += 1;
        let row = &self.plan.services[service];
        let who = self.plan.changes[change].turn(row.who, *turns);
        let key = self.family(row);
        if !self.past.families.contains_key(&key) {
            let same = self.plan.services.iter().filter(|other| self.family(other) == key);
            let newest = same.map(|other| written_revision(&other.task.name)).max().unwrap_or(0);
            self.past.families.insert(key.clone(), (newest, BTreeMap::new()));
        }
        let (newest, registered) = self.past.families.entry(key).or_default();
        let next = newest.saturating_add(1);
        let definition = *registered.entry(who).or_insert(next);
        *newest = (*newest).max(definition);
        self.past.revisions.insert((service, number), Deployed { who, definition });
    }

    /// The family of a service's task definition, with its account and Region.
    fn family(&self, service: &Service) -> (String, String, String) {
        let (account, region) = (self.account(service.cluster), self.region(service.cluster));
        (account, region.to_owned(), service.task.family.clone())
    }

    /// The task definition of a service's revision.
    pub(super) fn definition_arn(&self, service: ServiceId, revision: u8) -> String {
        let row = &self.plan.services[service];
        let name = match self.past.revisions.get(&(service, revision)) {
            Some(deployed) => format!("{}:{}", row.task.family, deployed.definition),
            None => row.task.name.clone(),
        };
        self.named_arn(row.cluster, &format!("task-definition/{name}"))
    }

    /// The id of the deployment that a revision came with.
    pub(super) fn deployment_of(&self, service: ServiceId, revision: u8) -> String {
        self.deployment_id(service, self.past.revisions.get(&(service, revision)).map(|deployed| deployed.who))
    }

    /// A change went on; `None` where ECS tells nothing.
    pub(super) fn deployment(
        &mut self,
        time: Time,
        change: ChangeId,
        service: ServiceId,
        what: ChangeStep,
    ) -> Option<(String, Value)> {
        if !self.plan.changes[change].deploys() {
            // A feature flag is no deployment of ECS, and neither is a zonal shift.
            return None;
        }
        let turns = self.past.turns.get(&(service, change)).copied().unwrap_or(0);
        let who = self.plan.changes[change].turn(self.plan.services[service].who, turns);
        let own = self.deployment_id(service, Some(who));
        let before = self.deployment_id(service, self.past.completed.get(&service).copied());
        let (kind, name, id, reason) = match what {
            ChangeStep::Began => ("INFO", "IN_PROGRESS", &own, format!("ECS deployment {own} in progress.")),
            ChangeStep::Completed => ("INFO", "COMPLETED", &own, format!("ECS deployment {own} completed.")),
            ChangeStep::Failed => {
                let (by, why) = self.failed_by(time, change, service);
                ("ERROR", "FAILED", &own, format!("{by}: {why}."))
            }
            ChangeStep::Back => {
                let by = self.failed_by(time, change, service).0;
                ("INFO", "IN_PROGRESS", &before, format!("{by}: rolling back to deploymentId {before}."))
            }
            ChangeStep::RolledBack => ("INFO", "COMPLETED", &before, format!("ECS deployment {before} completed.")),
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
        Some((self.service_arn(service), detail))
    }

    /// Nineteen digits, made of the seed and of the change, and of its occurrence if it comes again; without one, of
    /// the service.
    fn deployment_id(&self, service: ServiceId, change: Option<Who>) -> String {
        const LEAST: u64 = 1_000_000_000_000_000_000;
        let who =
            change.map_or(self.plan.services[service].who, |change| change.nth(self.plan.services[service].who.0));
        let number = mix(mix(self.seed) ^ who.0 ^ Who::named("deployment").0);
        format!("ecs-svc/{}", LEAST + number % (9 * LEAST))
    }

    /// What stops a deployment, and why: an alarm that rings does at once. Without one it is the circuit breaker, where
    /// no hook, pipeline or person can take the deployment back.
    fn failed_by(&self, time: Time, change: ChangeId, service: ServiceId) -> (&'static str, &'static str) {
        let now = (AlarmState::Alarm, time);
        let (deployment, change) = (&self.plan.services[service].deployment, &self.plan.changes[change]);
        let others = !deployment.hooks.is_empty() || change.pipeline.is_some() || change.found.is_some();
        if deployment.alarms.iter().any(|alarm| self.past.alarms.get(alarm) == Some(&now)) {
            ("ECS deployment failed", "alarm detected")
        } else if deployment.breaker.is_some() && !others {
            ("ECS deployment circuit breaker", "tasks failed to start")
        } else {
            ("ECS deployment failed", "it was taken back")
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
            Watches::Metric(on) => (self.configuration(on), told(state, on)),
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
        let known = Metric::ALL.iter().find(|known| known.0 == on.metric.known());
        let (namespace, name) = match on.metric {
            Metric::Custom(own) => (self.plan.custom[own].namespace.as_str(), self.plan.custom[own].name.as_str()),
            _ => known.map_or(("", ""), |known| (known.1, known.2)),
        };
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

fn told(state: AlarmState, on: &OnMetric) -> String {
    let Rule { datapoints_to_alarm: most, evaluation_periods: all, .. } = &on.rule;
    let side = match on.rule.comparison {
        Comparison::GreaterOrEqual => "at or above",
        Comparison::Greater => "above",
        Comparison::Less => "below",
        Comparison::LessOrEqual => "at or below",
    };
    let threshold = on.written_threshold();
    match state {
        AlarmState::Alarm => format!("at least {most} of the last {all} datapoints are {side} {threshold}"),
        AlarmState::Ok => format!("fewer than {most} of the last {all} datapoints are {side} {threshold}"),
        AlarmState::InsufficientData => "too few datapoints".to_owned(),
    }
}

/// The revision in `family:revision`.
fn written_revision(name: &str) -> u32 {
    name.rsplit_once(':').and_then(|(_, revision)| revision.parse().ok()).unwrap_or(1)
}
