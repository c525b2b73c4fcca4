//! Events of tasks, and of what the load balancer does with them ([ecs-events-2023] [elb-health-checks]).

use super::{Time, Value, Writer, json, reasons};
use crate::model::fact::{Fact, NO_HOST, NO_ZONE, Reason, StopCode, TargetHealth, TaskFact, TaskNo, TaskState};
use crate::model::ids::{ServiceId, ZoneId};
use crate::model::plan::{Kind, ProviderKind};
use serde_json::Map;

/// What earlier events of a task said.
#[derive(Clone, Default)]
pub(super) struct Past {
    version: u64,
    created: Option<Time>,
    started: Option<Time>,
    stopping: Option<Time>,
    /// When the stop signal reached its containers: never where they had no power any more.
    signalled: Option<Time>,
    /// The exit code of the essential container that ended it.
    pub(super) exits: Option<u32>,
    /// Why it stops: what is told first stays.
    stop: Option<(StopCode, String)>,
}

impl Writer<'_> {
    pub(super) fn task(&mut self, time: Time, task: TaskNo, fact: &Fact) -> (String, Value) {
        let Fact::Task(TaskFact::Went {
            from, to, wanted, zone, provider, host, code, reason, alive, revision, ..
        }) = *fact
        else {
            unreachable!("the caller matched a task")
        };
        let (service, row) = (&self.plan.services[task.service], &self.plan.providers[provider]);
        let deployment = (service.kind != Kind::Stream).then(|| self.deployment_of(task.service, revision));
        let instance = (host != NO_HOST).then(|| self.instance_id(provider, host));
        let mut past = self.tasks.remove(&task).unwrap_or_default();
        past.goes(time, (from, to), (wanted, alive));
        if code != StopCode::None && past.stop.is_none() {
            let target_group = || self.target_group(task.service);
            let (instance, deployment) = (instance.as_deref(), deployment.as_deref());
            let stop = reasons::Stop { code, reason, to, provider: &row.kind, instance, deployment };
            past.stop = Some((code, reasons::stopped(&stop, &target_group)));
        }
        let arn = self.task_arn(task);
        let mut detail = Map::new();
        let mut put = |key: &str, value: Value| detail.insert(key.to_owned(), value);
        put("clusterArn", self.cluster_arn(service.cluster).into());
        put("taskArn", arn.clone().into());
        put("taskDefinitionArn", self.definition_arn(task.service, revision).into());
        put("group", group(service.kind, &service.name, &service.task.family).into());
        if let Some(deployment) = deployment {
            put("startedBy", deployment.into());
        }
        put("lastStatus", to.name().into());
        put("desiredStatus", if wanted { "RUNNING" } else { "STOPPED" }.into());
        if zone != NO_ZONE {
            put("availabilityZone", self.plan.zones[zone].name.clone().into());
        }
        put("launchType", launch_type(&row.kind).into());
        if !matches!(row.kind, ProviderKind::AnyHost | ProviderKind::External(_)) {
            put("capacityProviderName", row.name.clone().into());
        }
        if host != NO_HOST {
            put("containerInstanceArn", self.host_arn(service.cluster, provider, host).into());
        }
        put("cpu", service.task.cpu.to_string().into());
        put("memory", service.task.memory.to_string().into());
        put("containers", self.containers(task.service, &past, to, (code, reason), time));
        let times = [("createdAt", past.created), ("startedAt", past.started), ("stoppingAt", past.stopping)];
        for (key, moment) in times {
            if let Some(moment) = moment {
                put(key, self.date(moment, true).into());
            }
        }
        if to == TaskState::Stopped {
            put("stoppedAt", self.date(time, true).into());
        }
        if let Some((code, text)) = &past.stop {
            put("stopCode", code.name().into());
            put("stoppedReason", text.clone().into());
        }
        put("updatedAt", self.date(time, true).into());
        put("version", past.version.into());
        self.tasks.insert(task, past);
        (arn, Value::Object(detail))
    }

    /// The containers of a task: those that have ended with their exit code, where the model knows it.
    fn containers(&self, service: ServiceId, past: &Past, to: TaskState, why: (StopCode, Reason), now: Time) -> Value {
        let definition = &self.plan.services[service].task;
        let ended = matches!(to, TaskState::Deprovisioning | TaskState::Stopped);
        let each = |(place, name): (usize, &String)| {
            let mut container = json!({ "name": name, "lastStatus": container_status(to) });
            let exits = match (past.exits, past.signalled) {
                (Some(code), _) if place == definition.essential => Some(code),
                // It did what it is for.
                _ if why.1 == Reason::WorkDone => Some(0),
                // SIGKILL ends what SIGTERM did not within `stopTimeout`; the others end in order (model choice).
                (_, Some(since)) if definition.stops.is_empty() => {
                    Some(if now.since(since) >= definition.stop_timeout { 137 } else { 0 })
                }
                _ => None,
            };
            if let Some(code) = exits.filter(|_| ended) {
                container["exitCode"] = code.into();
            }
            container
        };
        definition.containers.iter().enumerate().map(each).collect()
    }

    /// What the load balancer does with a task from now on, as `describe-target-health` shows it.
    pub(super) fn target(&self, time: Time, task: TaskNo, zone: ZoneId, health: TargetHealth) -> (String, Value) {
        let service = &self.plan.services[task.service];
        let reason = match health {
            TargetHealth::Initial => Some("Elb.RegistrationInProgress"),
            TargetHealth::Healthy => None,
            TargetHealth::Unhealthy => Some("Target.FailedHealthChecks"),
            TargetHealth::Draining => Some("Target.DeregistrationInProgress"),
        };
        let mut detail = json!({
            "clusterArn": self.cluster_arn(service.cluster),
            "serviceArn": self.service_arn(task.service),
            "targetGroupArn": self.target_group(task.service),
            "taskArn": self.task_arn(task),
            "targetHealth": { "state": health.name() },
            "updatedAt": self.date(time, true),
        });
        if let Some(reason) = reason {
            detail["targetHealth"]["reason"] = reason.into();
        }
        if zone != NO_ZONE {
            detail["availabilityZone"] = self.plan.zones[zone].name.clone().into();
        }
        (self.task_arn(task), detail)
    }

    fn task_arn(&self, task: TaskNo) -> String {
        let service = &self.plan.services[task.service];
        self.arn(service.cluster, "task", service.who.nth(u64::from(task.ordinal)))
    }

    pub(super) fn service_arn(&self, service: ServiceId) -> String {
        let row = &self.plan.services[service];
        self.named_arn(row.cluster, &format!("service/{}", row.name))
    }

    /// The ARN of the target group that is written, or one made of its name, or of the service's.
    fn target_group(&self, service: ServiceId) -> String {
        let row = &self.plan.services[service];
        let written = row.target_group.as_deref();
        let printed = written.filter(|group| group.starts_with("arn:"));
        let made = || {
            let (region, account) = (self.region(row.cluster), self.account(row.cluster));
            let name = written.or_else(|| row.name.rsplit('/').next()).unwrap_or_default();
            let id = super::hex(self.seed, row.who);
            format!("arn:aws:elasticloadbalancing:{region}:{account}:targetgroup/{name}/{}", &id[..16])
        };
        printed.map_or_else(made, str::to_owned)
    }
}

impl Past {
    /// It goes on to a state.
    fn goes(&mut self, time: Time, (from, to): (TaskState, TaskState), (wanted, alive): (bool, bool)) {
        self.version += 1;
        if from == TaskState::Provisioning && to == TaskState::Provisioning {
            self.created = Some(time);
        }
        if to == TaskState::Running {
            self.started = Some(time);
        }
        if to == TaskState::Stopping && alive {
            self.signalled.get_or_insert(time);
        }
        if !wanted {
            self.stopping.get_or_insert(time);
        }
    }
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
