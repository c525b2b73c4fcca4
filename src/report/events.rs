//! `events.ndjson`: what EventBridge would have carried, one JSON object a line, in simulated time.
//!
//! Envelope and fields are those of the Amazon ECS events, as far as the model knows them. Ids are made of the
//! seed and of counts, so they are the same on every run; `"simulated": true` in every line keeps them from being
//! taken for the real thing.

mod deployments;

use crate::engine::draw::mix;
use crate::engine::{Time, Who};
use crate::metrics::events::Events;
use crate::model::fact::{
    Action, ChangeFact, Fact, HostFact, HostStatus, NO_HOST, NO_ZONE, Reason, ServiceFact, StopCode, TaskFact, TaskNo,
    TaskState,
};
use crate::model::ids::{ClusterId, ProviderId, ServiceId};
use crate::model::plan::{Kind, Plan, ProviderKind};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
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
pub const KINDS: [EventKind; 5] = [TASK, SERVICE, HOST, DEPLOYMENT, ALARM];

const TASK: EventKind = ecs(
    "ECS Task State Change",
    "A task went on: `lastStatus`, `desiredStatus`, where it is, when it was created, started and stopped, and why.",
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

const fn ecs(name: &'static str, about: &'static str) -> EventKind {
    EventKind { name, source: "aws.ecs", about }
}

/// The file as text: a line for each event kept, and a last one with the number of those that were left out.
pub fn ndjson(events: &Events, plan: &Plan, seed: u64) -> String {
    let past = deployments::Past::default();
    let mut writer = Writer { plan, seed, tasks: BTreeMap::new(), hosts: BTreeMap::new(), past };
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

/// What earlier events of a task said.
#[derive(Clone, Copy, Default)]
struct TaskPast {
    version: u64,
    created: Option<Time>,
    started: Option<Time>,
    stopping: Option<Time>,
}

struct Writer<'p> {
    plan: &'p Plan,
    seed: u64,
    tasks: BTreeMap<TaskNo, TaskPast>,
    hosts: BTreeMap<(ProviderId, u32), u64>,
    past: deployments::Past,
}

impl Writer<'_> {
    fn event(&mut self, count: u64, time: Time, fact: &Fact) -> Option<Value> {
        let (kind, cluster, resource, detail) = match *fact {
            Fact::Task(TaskFact::Went { task, .. }) => {
                let (arn, detail) = self.task(time, task, fact);
                (TASK, self.plan.services[task.service].cluster, arn, detail)
            }
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
            Fact::Task(_)
            | Fact::Service(_)
            | Fact::Host(_)
            | Fact::Change(_)
            | Fact::Fault(_)
            | Fact::Plane(_)
            | Fact::Metric { .. }
            | Fact::Application(_) => return None,
        };
        Some(json!({
            "version": "0",
            "id": uuid(self.seed, Who::named("event").nth(count)),
            "detail-type": kind.name,
            "source": kind.source,
            "account": self.account(cluster),
            "time": self.date(time, false),
            "region": self.region(cluster),
            "resources": [resource],
            "simulated": true,
            "detail": detail,
        }))
    }

    fn task(&mut self, time: Time, task: TaskNo, fact: &Fact) -> (String, Value) {
        let Fact::Task(TaskFact::Went { from, to, wanted, zone, provider, host, code, reason, .. }) = *fact else {
            unreachable!("the caller matched a task")
        };
        let service = &self.plan.services[task.service];
        let arn = self.arn(service.cluster, "task", service.who.nth(u64::from(task.ordinal)));
        let definition = &service.task;
        let mut detail = Map::new();
        let mut put = |key: &str, value: Value| detail.insert(key.to_owned(), value);
        let past = self.tasks.entry(task).or_default();
        past.version += 1;
        if from == TaskState::Provisioning && to == TaskState::Provisioning {
            past.created = Some(time);
        }
        if to == TaskState::Running {
            past.started = Some(time);
        }
        if !wanted {
            past.stopping.get_or_insert(time);
        }
        let TaskPast { version, created, started, stopping } = *past;
        put("clusterArn", self.cluster_arn(service.cluster).into());
        put("taskArn", arn.clone().into());
        let defined = format!("task-definition/{}", definition.name);
        put("taskDefinitionArn", self.named_arn(service.cluster, &defined).into());
        put("group", group(service.kind, &service.name, &definition.family).into());
        put("lastStatus", to.name().into());
        put("desiredStatus", if wanted { "RUNNING" } else { "STOPPED" }.into());
        if zone != NO_ZONE {
            put("availabilityZone", self.plan.zones[zone].name.clone().into());
        }
        let row = &self.plan.providers[provider];
        put("launchType", launch_type(&row.kind).into());
        if !matches!(row.kind, ProviderKind::AnyHost | ProviderKind::External(_)) {
            put("capacityProviderName", row.name.clone().into());
        }
        if host != NO_HOST {
            put("containerInstanceArn", self.host_arn(service.cluster, provider, host).into());
        }
        put("cpu", definition.cpu.to_string().into());
        put("memory", definition.memory.to_string().into());
        let container = |name: &String| json!({ "name": name, "lastStatus": container_status(to) });
        put("containers", definition.containers.iter().map(container).collect());
        for (key, moment) in [("createdAt", created), ("startedAt", started), ("stoppingAt", stopping)] {
            if let Some(moment) = moment {
                put(key, self.date(moment, true).into());
            }
        }
        if to == TaskState::Stopped {
            put("stoppedAt", self.date(time, true).into());
        }
        if code != StopCode::None {
            put("stopCode", code.name().into());
            put("stoppedReason", stopped_reason(code, reason).into());
        }
        put("updatedAt", self.date(time, true).into());
        put("version", version.into());
        (arn, Value::Object(detail))
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

    fn host(&mut self, time: Time, provider: ProviderId, number: u32, fact: &Fact) -> (String, Value) {
        let Fact::Host(HostFact::Changed { zone, status, connected, type_row, .. }) = *fact else {
            unreachable!("the caller matched a host")
        };
        let cluster = self.plan.providers[provider].cluster;
        let version = *self.hosts.entry((provider, number)).and_modify(|version| *version += 1).or_insert(1);
        let arn = self.host_arn(cluster, provider, number);
        let who = self.plan.providers[provider].who.nth(u64::from(number));
        let mut attributes = vec![json!({ "name": "ecs.availability-zone", "value": self.plan.zones[zone].name })];
        if let Some(kind) = self.plan.types.iter().nth(usize::from(type_row)) {
            attributes.push(json!({ "name": "ecs.instance-type", "value": kind.name }));
        }
        let detail = json!({
            "clusterArn": self.cluster_arn(cluster),
            "containerInstanceArn": arn,
            "ec2InstanceId": format!("i-{}", &hex(self.seed, who)[..17]),
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

    /// A moment of the run as a date: to the second in the envelope, to the millisecond in the detail.
    fn date(&self, time: Time, millis: bool) -> String {
        let micros = i64::try_from(time.0).unwrap_or(i64::MAX);
        let since_1970 = self.plan.starts_at.saturating_mul(1_000_000).saturating_add(micros);
        // The clock of the run reaches further than the calendar; beyond it the last date stands.
        let moment = Timestamp::from_microsecond(since_1970).unwrap_or(Timestamp::MAX);
        if millis { format!("{moment:.3}") } else { format!("{moment:.0}") }
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

fn group(kind: Kind, name: &str, family: &str) -> String {
    match kind {
        Kind::Replica | Kind::Daemon => format!("service:{}", name.rsplit('/').next().unwrap_or(name)),
        Kind::Stream => format!("family:{family}"),
    }
}

const fn launch_type(kind: &ProviderKind) -> &'static str {
    match kind {
        ProviderKind::Fargate { .. } => "FARGATE",
        ProviderKind::AnyHost | ProviderKind::Group(_) => "EC2",
        ProviderKind::External(_) => "EXTERNAL",
        ProviderKind::Managed(_) => "MANAGED_INSTANCES",
    }
}

/// Status of a container while its task is in this state.
const fn container_status(state: TaskState) -> &'static str {
    match state {
        TaskState::Provisioning | TaskState::Pending | TaskState::Activating => "PENDING",
        TaskState::Running | TaskState::Deactivating | TaskState::Stopping => "RUNNING",
        TaskState::Deprovisioning | TaskState::Stopped => "STOPPED",
    }
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

/// Why a task stopped, in our words; the reason in ECS's where it has one.
fn stopped_reason(code: StopCode, reason: Reason) -> String {
    let words = match code {
        StopCode::None => "",
        StopCode::TaskFailedToStart => "the task never reached RUNNING",
        StopCode::EssentialContainerExited => "an essential container exited",
        StopCode::UserInitiated => "stopped by a caller",
        StopCode::ServiceSchedulerInitiated => "stopped by the service scheduler",
        StopCode::SpotInterruption => "Spot capacity was taken back",
        StopCode::TerminationNotice => "its container instance is going away",
        StopCode::InfrastructureHealth => "the platform under it failed",
    };
    if reason == Reason::None { words.to_owned() } else { format!("{words}: {}", reason.name()) }
}

#[cfg(test)]
#[path = "events_tests.rs"]
mod tests;
