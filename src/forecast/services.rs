//! What follows from a plan: need, headroom and room, and what stands where at the start.

use super::never;
use super::start::Start;
use crate::model::Plan;
use crate::model::ids::{ServiceId, TypeId, ZoneId};
use crate::model::plan::{Group, InstanceType, Kind, ProviderKind, Service, Strategy, TaskDef};
use crate::model::problem::Problems;
use serde::Serialize;
use std::collections::BTreeMap;

/// What follows for one service, as `check --json` prints it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Derived {
    pub service: String,
    pub desired: u32,
    /// Tasks that it needs: the largest rate over what a task answers, or `minimumHealthyPercent` of `desiredCount`.
    #[serde(rename = "needed")]
    pub need_tasks: u32,
    /// Its zones, in the order of the plan.
    pub zones: Vec<InZone>,
}

/// What a service has in one zone, and without it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InZone {
    pub zone: String,
    /// Tasks that stand there at the start.
    pub tasks: u32,
    /// Tasks left when this zone is lost.
    #[serde(rename = "tasksLeftWithout")]
    pub left: u32,
    /// How many of these are not needed: 0 or more is static stability.
    #[serde(rename = "headroomWithout")]
    pub headroom: i64,
}

/// What stands in one zone at the start.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ZoneRow {
    pub zone: String,
    pub name: String,
    pub tasks: u64,
    pub hosts: u64,
    /// vCPUs that Fargate has there on demand.
    pub fargate_vcpu: u64,
    /// And on Spot.
    pub fargate_spot_vcpu: u64,
}

/// Every zone with what stands there at the start, and need and headroom of every REPLICA service.
pub fn at_start(plan: &Plan) -> (Vec<ZoneRow>, Vec<Derived>) {
    let start = Start::of(plan);
    let rows = rows(plan, &start);
    let full = if Start::is_full(plan) { start } else { Start::full(plan) };
    let replicas = plan.services_in_order().filter(|id| plan.services[*id].kind == Kind::Replica);
    (rows, replicas.map(|id| one(plan, id, &full)).collect())
}

fn one(plan: &Plan, id: ServiceId, start: &Start) -> Derived {
    let service = &plan.services[id];
    let need_tasks = need(service);
    let mut zones: Vec<ZoneId> = plan.zones_of(service).into_iter().chain(start.zones(id)).collect();
    zones.sort_unstable();
    zones.dedup();
    let all: u32 = zones.iter().map(|zone| start.tasks(id, *zone)).sum();
    let in_zone = |zone: ZoneId| {
        let tasks = start.tasks(id, zone);
        let left = all - tasks;
        InZone { zone: plan.zones[zone].id.clone(), tasks, left, headroom: i64::from(left) - i64::from(need_tasks) }
    };
    let zones = zones.into_iter().map(in_zone).collect();
    Derived { service: service.name.clone(), desired: service.desired, need_tasks, zones }
}

fn rows(plan: &Plan, start: &Start) -> Vec<ZoneRow> {
    let replicas: Vec<ServiceId> = plan.services.ids().filter(|id| plan.services[*id].kind == Kind::Replica).collect();
    let row = |zone: ZoneId| {
        let known = &plan.zones[zone];
        ZoneRow {
            zone: known.id.clone(),
            name: known.name.clone(),
            tasks: replicas.iter().map(|id| u64::from(start.tasks(*id, zone))).sum(),
            hosts: start.hosts(zone),
            fargate_vcpu: known.fargate_stock / 1_024,
            fargate_spot_vcpu: known.spot_stock / 1_024,
        }
    };
    plan.zones.ids().map(row).collect()
}

fn need(service: &Service) -> u32 {
    let need = match &service.traffic {
        Some(traffic) => traffic.profile.peak().div_ceil(traffic.per_task.max(1)),
        None => (u64::from(service.desired) * u64::from(service.minimum_healthy_percent)).div_ceil(100),
    };
    need.min(u64::from(u32::MAX)) as u32
}

/// Warns where desired counts are larger than what can stand.
pub fn room(plan: &Plan, out: &mut Problems) {
    fargate_room(plan, out);
    quota_room(plan, out);
    colour_room(plan, out);
    for service in plan.services.iter().filter(|service| service.kind == Kind::Replica) {
        let told = never::why(plan, service).is_some();
        if let Some(fit) = host_room(plan, service).filter(|fit| *fit < u64::from(service.desired) && !told) {
            let message =
                format!("`{}` wants {} tasks; its hosts have room for {fit} at most", service.name, service.desired);
            out.no_room("/autoScalingGroups", message, "raise MaxSize or DesiredCapacity, or lower `desiredCount`");
        }
        let zones = plan.zones_of(service);
        if zones.is_empty() && service.desired > 0 {
            let message = format!("`{}` has no zone in which its capacity stands", service.name);
            out.no_room("/clusters", message, "its subnets and its hosts lie in different zones");
        }
    }
}

/// Warns where a second set of tasks beside the first finds no room: the deployment would wait for ever.
fn colour_room(plan: &Plan, out: &mut Problems) {
    for service in plan.services.iter().filter(|service| !service.changes.is_empty()) {
        let (strategy, desired) = (service.deployment.strategy, u64::from(service.desired));
        if strategy == Strategy::Rolling {
            continue;
        }
        let hosts = host_room(plan, service).is_some_and(|fit| (desired..2 * desired).contains(&fit));
        let fargate = fargate_cpu(plan, service).into_iter().enumerate().any(|(kind, cpu)| {
            let stock = |zone: &ZoneId| [plan.zones[*zone].fargate_stock, plan.zones[*zone].spot_stock][kind];
            let all: u64 = service.zones.iter().map(stock).sum();
            all < 2 * cpu && cpu <= all
        });
        if hosts || fargate {
            let (how, name, both) = (strategy.name(), &service.name, 2 * desired);
            let message = format!("a {how} deployment of `{name}` needs room for {both} tasks, and there is less");
            out.no_room("/changes", message, "add capacity, or write \"strategy\": \"ROLLING\"");
        }
    }
}

/// CPU units of a service's tasks by Spot or not, by base and weight.
fn fargate_cpu(plan: &Plan, service: &Service) -> [u64; 2] {
    let weights: u64 = service.strategy.iter().map(|item| u64::from(item.weight)).sum();
    let base: u64 = service.strategy.iter().map(|item| u64::from(item.base)).sum();
    let rest = u64::from(service.desired).saturating_sub(base);
    let mut cpu = [0; 2];
    for item in &service.strategy {
        if let ProviderKind::Fargate { spot, .. } = plan.providers[item.provider].kind {
            let share =
                u64::from(item.base).min(u64::from(service.desired)) + rest * u64::from(item.weight) / weights.max(1);
            cpu[usize::from(spot)] += share * u64::from(service.task.cpu);
        }
    }
    cpu
}

fn fargate_room(plan: &Plan, out: &mut Problems) {
    let mut asked: BTreeMap<(ZoneId, usize), u64> = BTreeMap::new();
    for service in &plan.services {
        let zones = service.zones.len().max(1) as u64;
        for (kind, cpu) in fargate_cpu(plan, service).into_iter().enumerate() {
            for zone in &service.zones {
                *asked.entry((*zone, kind)).or_default() += cpu / zones;
            }
        }
    }
    // Zones that lack the same are told together.
    let mut short: BTreeMap<(u16, usize, u64, u64), Vec<&str>> = BTreeMap::new();
    for ((zone, kind), cpu) in asked {
        let row = &plan.zones[zone];
        let stock = if kind == 0 { row.fargate_stock } else { row.spot_stock };
        if cpu > stock {
            short.entry((row.region.0, kind, cpu / 1_024, stock / 1_024)).or_default().push(&row.id);
        }
    }
    for ((region, kind, cpu, stock), zones) in short {
        let (name, key) = if kind == 0 { ("Fargate", "vcpuPerZone") } else { ("Fargate Spot", "spotVcpuPerZone") };
        let each = if zones.len() > 1 { "each of which" } else { "which" };
        let zones = zones.iter().map(|zone| format!("`{zone}`")).collect::<Vec<_>>().join(", ");
        let message = format!("services want {cpu} vCPU of {name} in {zones}, {each} has {stock}");
        let hint = format!("raise `{key}` of the Region's `fargate`, or lower `desiredCount`");
        out.no_room(&format!("/regions/{region}"), message, hint);
    }
}

fn quota_room(plan: &Plan, out: &mut Problems) {
    let mut asked: BTreeMap<(u16, &str, usize), u64> = BTreeMap::new();
    for service in &plan.services {
        let cluster = &plan.clusters[service.cluster];
        let region = plan.cells[cluster.cell].region;
        for (kind, cpu) in fargate_cpu(plan, service).into_iter().enumerate() {
            *asked.entry((region.0, &cluster.account, kind)).or_default() += cpu;
        }
    }
    for ((region, _, kind), cpu) in asked {
        let row = &plan.regions[crate::model::ids::RegionId(region)];
        let (quota, key) = match kind {
            0 => (row.vcpu_quota, "vcpuQuota"),
            _ => (row.spot_vcpu_quota, "spotVcpuQuota"),
        };
        if let Some(quota) = quota.filter(|quota| cpu > *quota) {
            let message = format!("an account wants {} vCPU; its quota is {}", cpu / 1_024, quota / 1_024);
            let hint = "raise the quota, or lower `desiredCount`";
            out.over_quota(&format!("/regions/{region}/fargate/{key}"), message, hint);
        }
    }
}

/// Tasks that fit on all hosts that the groups of a service may have; `None` where nothing limits them.
fn host_room(plan: &Plan, service: &Service) -> Option<u64> {
    let mut room = 0u64;
    for item in service.strategy.iter().filter(|item| item.weight > 0) {
        match &plan.providers[item.provider].kind {
            ProviderKind::Group(group) => room += group_room(plan, group, &service.task),
            ProviderKind::AnyHost => {
                let groups = plan.groups_of(item.provider).into_iter();
                room += groups.map(|group| group_room(plan, group, &service.task)).sum::<u64>();
            }
            ProviderKind::External(external) => {
                let on_each = |(_, kind, count): &(ZoneId, TypeId, u32)| {
                    u64::from(*count) * fits(&plan.types[*kind], &service.task, false)
                };
                room += external.hosts.iter().map(on_each).sum::<u64>();
            }
            ProviderKind::Fargate { .. } | ProviderKind::Managed(_) => return None,
        }
    }
    Some(room)
}

fn group_room(plan: &Plan, group: &Group, task: &TaskDef) -> u64 {
    let hosts = if group.scaling.is_some() { group.max } else { group.desired };
    let fits = |kind: &TypeId| fits(&plan.types[*kind], task, group.trunking);
    let stand: u64 = group.hosts.iter().map(|host| fits(&host.kind)).sum();
    let largest = group.types.iter().map(fits).max().unwrap_or(0);
    stand + u64::from(hosts.saturating_sub(group.counted())) * largest
}

/// Tasks on one empty host.
pub(super) fn fits(kind: &InstanceType, task: &TaskDef, trunking: bool) -> u64 {
    if task.architecture.is_some_and(|wanted| wanted != kind.architecture) {
        return 0;
    }
    let by = |size: u32, need: u32| size.checked_div(need).map_or(u64::MAX, u64::from);
    let ports = if task.ports == 0 { u64::MAX } else { 1 };
    let enis = match (task.eni, trunking) {
        (false, _) => u64::MAX,
        (true, false) => u64::from(kind.enis),
        (true, true) => u64::from(kind.trunk_enis),
    };
    let gpus = by(kind.gpus, task.gpus);
    by(kind.cpu, task.cpu).min(by(kind.memory, task.memory)).min(gpus).min(ports).min(enis).min(1_000)
}
