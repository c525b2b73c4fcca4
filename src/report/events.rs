//! `events.ndjson`: what EventBridge would have carried, one JSON object a line, in simulated time.
//!
//! Envelope and fields are those of the Amazon ECS events, as far as the model knows them; what no service of AWS
//! publishes (faults, the health of targets) has a source of its own. Ids are made of the seed and of counts, so they
//! are the same on every run; `"simulated": true` in every line keeps them from being taken for the real thing.

mod deployments;
mod faults;
mod reasons;
mod scaling;
mod tasks;
mod zonal;

use super::date::date;
use crate::engine::draw::mix;
use crate::engine::{Time, Who};
use crate::metrics::events::Events;
use crate::model::fact::{
    Action, ApplicationFact, CellAct, ChangeFact, Fact, FaultFact, HostFact, HostStatus, Reason, ServiceFact, TaskFact,
    TaskNo,
};
use crate::model::ids::{ClusterId, ProviderId, ServiceId};
use crate::model::plan::Plan;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A kind of event.
#[allow(dead_code, reason = "docs/results.md is made of it")]
#[derive(Clone, Copy, Debug)]
pub struct EventKind {
    pub name: &'static str,
    pub source: &'static str,
    /// When there is one, and what its detail tells.
    pub about: &'static str,
}

/// Every kind of event.
#[cfg(any(test, feature = "internals"))]
pub const KINDS: [EventKind; 18] = [
    TASK,
    SERVICE,
    HOST,
    DEPLOYMENT,
    ALARM,
    scaling::TO_MAX,
    FAULT,
    TARGET,
    CELL,
    zonal::SHIFT_STARTED,
    zonal::SHIFT_CANCELED,
    zonal::AUTOSHIFT,
    zonal::AUTOSHIFT_COMPLETED,
    zonal::RUN_STARTED,
    zonal::RUN_SUCCEEDED,
    zonal::RUN_FAILED,
    zonal::RUN_INTERRUPTED,
    scaling::ACTIVITY,
];

const TASK: EventKind = ecs(
    "ECS Task State Change",
    "A task went on: `lastStatus`, `desiredStatus`, its revision (`taskDefinitionArn`) and deployment (`startedBy`), \
     where it is, when it was created, started and stopped, and why, with the exit codes of its containers.",
);
const SERVICE: EventKind = ecs(
    "ECS Service Action",
    "The service scheduler did something or could not: `eventName`, `reason`, and `taskCount` of several tasks.",
);
const HOST: EventKind = ecs(
    "ECS Container Instance State Change",
    "A container instance came, drained or went, or its agent was lost or is back: `status`, `agentConnected`.",
);
const DEPLOYMENT: EventKind = ecs(
    "ECS Deployment State Change",
    "A deployment began, was completed or failed, or the revision before it came back: `eventName`, `reason`.",
);
const ALARM: EventKind = EventKind {
    name: "CloudWatch Alarm State Change",
    source: "aws.cloudwatch",
    about: "An alarm is in another state: `previousState` and `state` with their times, and what it watches.",
};

const FAULT: EventKind = EventKind {
    name: "Evenkeel Fault State Change",
    source: OWN,
    about: "A fault of the scenario begins or ends: `faultName`, `faultKind`, `occurrence` from 1, `status` BEGUN or \
            ENDED, and its zone where it is in one.",
};
const TARGET: EventKind = EventKind {
    name: "Evenkeel Target Health State Change",
    source: OWN,
    about: "A task is registered as a target, healthy, unhealthy (it gets no requests any more) or draining: \
            `targetHealth` with `state` and `reason` as the load balancer shows them.",
};

const CELL: EventKind = EventKind {
    name: "Evenkeel Customer Cell State Change",
    source: OWN,
    about: "Operators act on the alarm of a customers' own cell: `status` REACTING, LEAVING, EMPTIED, RETURNING, BACK \
            or QUARANTINED, and `customerCount` of those who leave, stay, come back or are moved.",
};

/// Source of what no service of AWS publishes.
const OWN: &str = "evenkeel.simulated";

const fn ecs(name: &'static str, about: &'static str) -> EventKind {
    EventKind { name, source: "aws.ecs", about }
}

/// The file as text: a line for each event kept, and a last one with the number of those that were left out.
pub fn ndjson(events: &Events, plan: &Plan, seed: u64) -> String {
    let past = deployments::Past::default();
    let mut writer =
        Writer { plan, seed, tasks: BTreeMap::new(), hosts: BTreeMap::new(), past, bounds: BTreeMap::new() };
    let mut out = String::with_capacity(events.kept().len() * 900);
    for (count, (time, fact)) in events.kept().iter().enumerate() {
        if let Some(event) = writer.event(count as u64, *time, fact) {
            out.push_str(&event.to_string());
            out.push('\n');
        }
    }
    if events.left_out() > 0 {
        out.push_str(&json!({ "simulated": true, "leftOut": events.left_out() }).to_string());
        out.push('\n');
    }
    out
}

struct Writer<'p> {
    plan: &'p Plan,
    seed: u64,
    tasks: BTreeMap<TaskNo, tasks::Past>,
    hosts: BTreeMap<(ProviderId, u32), u64>,
    past: deployments::Past,
    bounds: BTreeMap<ServiceId, [u32; 2]>,
}

impl Writer<'_> {
    fn event(&mut self, count: u64, time: Time, fact: &Fact) -> Option<Value> {
        let (kind, cluster, resource, detail) = match *fact {
            Fact::Task(TaskFact::Went { task, .. }) => {
                let (arn, detail) = self.task(time, task, fact);
                (TASK, self.plan.services[task.service].cluster, arn, detail)
            }
            Fact::Task(TaskFact::Target { task, zone, health }) => {
                let (arn, detail) = self.target(time, task, zone, health);
                (TARGET, self.plan.services[task.service].cluster, arn, detail)
            }
            Fact::Task(TaskFact::Exits { task, code }) => {
                self.tasks.entry(task).or_default().exits = Some(code);
                return None;
            }
            Fact::Change(ChangeFact::Revision { change, service, number }) => {
                self.revision(change, service, number);
                return None;
            }
            Fact::Zonal(fact) => return self.zonal(count, time, fact),
            Fact::Fault(FaultFact::Begins { cause, zone }) => return self.fault(count, time, cause, zone, true),
            Fact::Fault(FaultFact::Ends { cause, zone }) => return self.fault(count, time, cause, zone, false),
            Fact::Service(ServiceFact::Action { service, action, reason, count }) => {
                let (arn, detail) = self.service(time, service, action, reason, count);
                (SERVICE, self.plan.services[service].cluster, arn, detail)
            }
            Fact::Host(HostFact::Changed { provider, number, .. }) => {
                let (arn, detail) = self.host(time, provider, number, fact);
                (HOST, self.plan.providers[provider].cluster, arn, detail)
            }
            Fact::Change(ChangeFact::Step { change, service, what }) => {
                let (arn, detail) = self.deployment(time, change, service, what)?;
                (DEPLOYMENT, self.plan.services[service].cluster, arn, detail)
            }
            Fact::Alarm { alarm, state } => {
                let (arn, detail) = self.alarm(time, alarm, state);
                let service = self.plan.alarms[alarm].service;
                (ALARM, self.plan.services[service].cluster, arn, detail)
            }
            Fact::Scaling(fact) => {
                let (kind, service, detail) = self.scaled(time, fact)?;
                let row = &self.plan.services[service];
                let arn = self.named_arn(row.cluster, &format!("service/{}", row.name));
                (kind, row.cluster, arn, detail)
            }
            Fact::Application(ApplicationFact::Act { cell, step, count }) => {
                let (arn, detail) = self.cell(time, cell, step, count);
                (CELL, self.plan.services[cell].cluster, arn, detail)
            }
            Fact::Task(_)
            | Fact::Service(_)
            | Fact::Host(_)
            | Fact::Change(_)
            | Fact::Fault(_)
            | Fact::Plane(_)
            | Fact::Metric { .. }
            | Fact::Application(_) => return None,
        };
        let place = (self.account(cluster), self.region(cluster).to_owned());
        Some(self.envelope(count, time, kind, place, &json!([resource]), &detail))
    }

    /// An event, in an account and a Region.
    fn envelope(
        &self,
        count: u64,
        time: Time,
        kind: EventKind,
        (account, region): (String, String),
        resources: &Value,
        detail: &Value,
    ) -> Value {
        json!({
            "version": "0",
            "id": uuid(self.seed, Who::named("event").nth(count)),
            "detail-type": kind.name,
            "source": kind.source,
            "account": account,
            "time": self.date(time, false),
            "region": region,
            "resources": resources,
            "simulated": true,
            "detail": detail,
        })
    }

    fn service(&self, time: Time, service: ServiceId, action: Action, reason: Reason, count: u32) -> (String, Value) {
        let row = &self.plan.services[service];
        let (kind, name) = action_name(action);
        let mut detail = json!({
            "eventType": kind,
            "eventName": name,
            "clusterArn": self.cluster_arn(row.cluster),
            "createdAt": self.date(time, true),
        });
        if reason != Reason::None {
            detail["reason"] = reason.name().into();
        }
        if matches!(action, Action::TasksStarted | Action::TasksStopped) {
            detail["taskCount"] = count.into();
        }
        (self.named_arn(row.cluster, &format!("service/{}", row.name)), detail)
    }

    fn cell(&self, time: Time, cell: ServiceId, step: CellAct, count: u32) -> (String, Value) {
        let row = &self.plan.services[cell];
        let status = match step {
            CellAct::Rings => "REACTING",
            CellAct::Leaves => "LEAVING",
            CellAct::Left => "EMPTIED",
            CellAct::Returns => "RETURNING",
            CellAct::Back => "BACK",
            CellAct::Quarantined => "QUARANTINED",
            CellAct::Blocked => "BLOCKED",
            CellAct::Released => "RELEASED",
        };
        let detail = json!({
            "clusterArn": self.cluster_arn(row.cluster),
            "status": status,
            "customerCount": count,
            "updatedAt": self.date(time, true),
        });
        (self.named_arn(row.cluster, &format!("service/{}", row.name)), detail)
    }

    fn host(&mut self, time: Time, provider: ProviderId, number: u32, fact: &Fact) -> (String, Value) {
        let Fact::Host(HostFact::Changed { zone, status, connected, type_row, .. }) = *fact else {
            unreachable!("the caller matched a host")
        };
        let cluster = self.plan.providers[provider].cluster;
        let version = *self.hosts.entry((provider, number)).and_modify(|version| *version += 1).or_insert(1);
        let arn = self.host_arn(cluster, provider, number);
        let mut attributes = vec![json!({ "name": "ecs.availability-zone", "value": self.plan.zones[zone].name })];
        if let Some(kind) = self.plan.types.iter().nth(usize::from(type_row)) {
            attributes.push(json!({ "name": "ecs.instance-type", "value": kind.name }));
        }
        let detail = json!({
            "clusterArn": self.cluster_arn(cluster),
            "containerInstanceArn": arn,
            "ec2InstanceId": self.instance_id(provider, number),
            "agentConnected": connected,
            "status": host_status(status),
            "attributes": attributes,
            "updatedAt": self.date(time, true),
            "version": version,
        });
        (arn, detail)
    }

    fn region(&self, cluster: ClusterId) -> &str {
        &self.plan.regions[self.plan.cells[self.plan.clusters[cluster].cell].region].name
    }

    /// The account number: that of the scenario, or for a cluster that is its own account one made of its name, as
    /// twelve digits are what readers of these events take.
    fn account(&self, cluster: ClusterId) -> String {
        const MADE_MAX: u64 = 1_000_000_000;
        let written = &self.plan.clusters[cluster].account;
        let is_number = written.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { written.clone() } else { format!("{:012}", Who::named(written).0 % MADE_MAX) }
    }

    fn named_arn(&self, cluster: ClusterId, what: &str) -> String {
        format!("arn:aws:ecs:{}:{}:{what}", self.region(cluster), self.account(cluster))
    }

    fn cluster_arn(&self, cluster: ClusterId) -> String {
        self.named_arn(cluster, &format!("cluster/{}", self.plan.clusters[cluster].name))
    }

    fn arn(&self, cluster: ClusterId, kind: &str, who: Who) -> String {
        self.named_arn(cluster, &format!("{kind}/{}/{}", self.plan.clusters[cluster].name, hex(self.seed, who)))
    }

    fn host_arn(&self, cluster: ClusterId, provider: ProviderId, number: u32) -> String {
        self.arn(cluster, "container-instance", self.plan.providers[provider].who.nth(u64::from(number)))
    }

    fn instance_id(&self, provider: ProviderId, number: u32) -> String {
        let who = self.plan.providers[provider].who.nth(u64::from(number));
        format!("i-{}", &hex(self.seed, who)[..17])
    }

    /// A moment of the run as a date: to the second in the envelope, to the millisecond in the detail.
    fn date(&self, time: Time, millis: bool) -> String {
        date(self.plan.starts_at, time, millis)
    }
}

/// 32 hexadecimal digits.
fn hex(seed: u64, who: Who) -> String {
    let high = mix(mix(seed) ^ who.0);
    format!("{high:016x}{:016x}", mix(high ^ who.0.rotate_left(32)))
}

/// The same in the shape of a UUID (version 4, variant 1).
fn uuid(seed: u64, who: Who) -> String {
    let hex = hex(seed, who);
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

const fn host_status(status: HostStatus) -> &'static str {
    match status {
        HostStatus::Registering => "REGISTERING",
        HostStatus::Active => "ACTIVE",
        HostStatus::Draining => "DRAINING",
        HostStatus::Inactive => "INACTIVE",
    }
}

/// `eventType` and `eventName` ([ecs-service-events]).
const fn action_name(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::SteadyState => ("INFO", "SERVICE_STEADY_STATE"),
        Action::TaskStartImpaired => ("WARN", "SERVICE_TASK_START_IMPAIRED"),
        Action::TaskPlacementFailure => ("ERROR", "SERVICE_TASK_PLACEMENT_FAILURE"),
        Action::TasksStarted => ("INFO", "TASKS_STARTED"),
        Action::TasksStopped => ("INFO", "TASKS_STOPPED"),
        Action::RebalancingStarted => ("INFO", "SERVICE_REBALANCING_STARTED"),
        Action::RebalancingCompleted => ("INFO", "SERVICE_REBALANCING_COMPLETED"),
        Action::RebalancingStopped => ("INFO", "SERVICE_REBALANCING_STOPPED"),
        Action::OperationThrottled => ("ERROR", "ECS_OPERATION_THROTTLED"),
        Action::CapacityProviderSteadyState => ("INFO", "CAPACITY_PROVIDER_STEADY_STATE"),
    }
}

#[cfg(test)]
#[path = "events_tests.rs"]
mod tests;
