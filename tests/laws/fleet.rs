//! Hosts and what stands on them: scenarios of one Auto Scaling group, and what an onlooker saw of tasks and hosts.

use crate::world::{Diary, service, world};
use evenkeel::internals::engine::Time;
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::{HostFact, HostStatus, StopCode, TaskFact, TaskState};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Names of the default Region's zones.
pub(crate) const ZONES: [&str; 3] = ["us-east-1a", "us-east-1b", "us-east-1c"];

/// A service of one-vCPU tasks on the group `nodes`.
pub(crate) fn on_hosts(name: &str, desired: u64, parts: &Value) -> Value {
    let mut all = json!({ "capacityProviderStrategy": [{ "capacityProvider": "nodes", "weight": 1 }] });
    all.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    let mut one = service(name, desired, 3, &all);
    one.as_object_mut().unwrap().remove("networkConfiguration");
    one
}

/// A service with a task on every host.
pub(crate) fn daemon(name: &str, family: &str) -> Value {
    json!({ "serviceName": name, "taskDefinition": family, "schedulingStrategy": "DAEMON", "launchType": "EC2" })
}

/// A bridge-mode task definition of `cpu` CPU units.
pub(crate) fn definition(family: &str, cpu: u64) -> Value {
    json!({ "family": family, "networkMode": "bridge", "containerDefinitions":
        [{ "name": family, "image": format!("{family}:1"), "cpu": cpu, "memory": cpu / 2 }] })
}

/// A group of `hosts` hosts with `slots` vCPUs each over three zones, without managed scaling; starts take 30 s, boots
/// 90 s, and no image has to be waited for.
pub(crate) fn fleet(duration: &str, hosts: u64, slots: u64, services: &[Value]) -> Value {
    let uses = |family: &str| services.iter().any(|service| service["taskDefinition"] == family);
    let mut laws = vec![json!({ "capacityProvider": "nodes", "boot": { "constant": "90s" } })];
    if uses("web") || services.is_empty() {
        laws.push(json!({ "family": "web", "start": { "constant": "30s" } }));
    }
    if uses("agent") {
        laws.push(json!({ "family": "agent", "start": { "constant": "1s" } }));
    }
    world(
        duration,
        json!({
            "taskDefinitions": [definition("web", 1024), definition("agent", 1024)],
            "instanceTypes": [{ "InstanceType": "some.tasks", "VCpuInfo": { "DefaultVCpus": slots },
                                "MemoryInfo": { "SizeInMiB": 1024 * slots } }],
            "capacityProviders": [{ "name": "nodes", "autoScalingGroupProvider": {
                "autoScalingGroupArn": "asg", "managedScaling": { "status": "DISABLED" },
                "managedTerminationProtection": "DISABLED" } }],
            "autoScalingGroups": [{ "AutoScalingGroupName": "asg", "MinSize": 0, "MaxSize": 100,
                "DesiredCapacity": hosts, "AvailabilityZones": ZONES,
                "Instances": [{ "InstanceType": "some.tasks" }] }],
            "clusters": [{ "clusterName": "shop", "capacityProviders": ["nodes"], "services": services }],
            "behaviour": laws,
            "detection": { "loss": { "constant": "60s" }, "target": { "constant": "50s" } },
        }),
    )
}

/// The entry of `behaviour` of a family or capacity provider.
pub(crate) fn law<'f>(file: &'f mut Value, of: &str) -> &'f mut Value {
    let mut entries = file["behaviour"].as_array_mut().unwrap().iter_mut();
    entries.find(|entry| entry["family"] == of || entry["capacityProvider"] == of).unwrap()
}

/// What was last seen of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) state: TaskState,
    pub(crate) zone: u16,
    pub(crate) host: u32,
}

/// Tasks of a service (by its number in the file) that are there after `seconds`, by launch.
pub(crate) fn tasks_at(diary: &Diary, of: u32, seconds: f64) -> BTreeMap<u32, Seen> {
    let mut tasks = BTreeMap::new();
    for (at, fact) in &diary.0 {
        if at.as_secs_f64() > seconds {
            break;
        }
        let Fact::Task(TaskFact::Went { task, to, zone, host, .. }) = *fact else { continue };
        if task.service.0 != of {
            continue;
        }
        tasks.insert(task.ordinal, Seen { state: to, zone: zone.0, host });
        if to == TaskState::Stopped {
            tasks.remove(&task.ordinal);
        }
    }
    tasks
}

/// How many tasks are RUNNING after `seconds`.
pub(crate) fn running_at(diary: &Diary, of: u32, seconds: f64) -> usize {
    tasks_at(diary, of, seconds).values().filter(|task| task.state == TaskState::Running).count()
}

/// RUNNING tasks by host number.
pub(crate) fn by_host(diary: &Diary, of: u32, seconds: f64) -> BTreeMap<u32, usize> {
    let mut hosts = BTreeMap::new();
    for task in tasks_at(diary, of, seconds).values().filter(|task| task.state == TaskState::Running) {
        *hosts.entry(task.host).or_default() += 1;
    }
    hosts
}

/// Second, launch, stop code and host of every stop of a service.
pub(crate) fn stops(diary: &Diary, of: u32) -> Vec<(f64, u32, StopCode, u32)> {
    let stop = |(at, fact): &(Time, Fact)| match *fact {
        Fact::Task(TaskFact::Went { task, to: TaskState::Stopped, code, host, .. }) if task.service.0 == of => {
            Some((at.as_secs_f64(), task.ordinal, code, host))
        }
        _ => None,
    };
    diary.0.iter().filter_map(stop).collect()
}

/// Second of every launch of a service.
pub(crate) fn launches(diary: &Diary, of: u32) -> Vec<f64> {
    let born = |(at, fact): &(Time, Fact)| match *fact {
        Fact::Task(TaskFact::Went { task, from: TaskState::Provisioning, to: TaskState::Provisioning, .. })
            if task.service.0 == of =>
        {
            Some(at.as_secs_f64())
        }
        _ => None,
    };
    diary.0.iter().filter_map(born).collect()
}

/// Hosts that take tasks after `seconds`, by number: zone and row of the instance type.
pub(crate) fn hosts_at(diary: &Diary, seconds: f64) -> BTreeMap<u32, (u16, u16)> {
    let mut hosts = BTreeMap::new();
    for (_, fact) in diary.0.iter().take_while(|(at, _)| at.as_secs_f64() <= seconds) {
        let Fact::Host(HostFact::Changed { number, zone, status, type_row, .. }) = *fact else { continue };
        hosts.remove(&number);
        if status == HostStatus::Active {
            hosts.insert(number, (zone.0, type_row));
        }
    }
    hosts
}

/// Hosts that take tasks after `seconds`, by zone.
pub(crate) fn zones_at(diary: &Diary, seconds: f64) -> [usize; 3] {
    let hosts = hosts_at(diary, seconds);
    [0, 1, 2].map(|zone| hosts.values().filter(|host| host.0 == zone).count())
}
