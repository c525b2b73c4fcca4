//! What follows from a plan by arithmetic alone: need, headroom, room.

use crate::model::Plan;
use crate::model::ids::{ProviderId, TypeId, ZoneId};
use crate::model::plan::{Group, InstanceType, Kind, ProviderKind, Service, Strategy, TaskDef};
use crate::model::problem::Problems;
use std::collections::BTreeMap;

/// What follows for one service.
#[derive(Clone, Debug, PartialEq)]
pub struct Derived {
    /// "cluster/name".
    pub service: String,
    /// `desiredCount`.
    pub desired: u32,
    /// Tasks that it needs: the largest rate over what a task answers, or `minimumHealthyPercent` of `desiredCount`.
    pub need_tasks: u32,
    /// Its zones, in the order of the plan.
    pub zones: Vec<InZone>,
}

/// What a service has in one zone, and without it.
#[derive(Clone, Debug, PartialEq)]
pub struct InZone {
    /// Zone id.
    pub zone: String,
    /// Tasks that stand there when they are spread evenly.
    pub tasks: u32,
    /// Tasks left when this zone is lost.
    pub left: u32,
    /// How many of these are not needed: 0 or more is static stability.
    pub headroom: i64,
}

/// What stands in one zone at the start.
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneRow {
    /// Zone id.
    pub zone: String,
    /// Zone name.
    pub name: String,
    /// Tasks of REPLICA services, spread evenly.
    pub tasks: u64,
    /// Hosts of Auto Scaling groups, spread evenly, and hosts outside AWS.
    pub hosts: u64,
    /// vCPUs that Fargate has there on demand, and on Spot.
    pub fargate_vcpu: [u64; 2],
}

/// Need and headroom of every REPLICA service.
pub fn derived(plan: &Plan) -> Vec<Derived> {
    let services = plan.services_in_order().map(|id| &plan.services[id]);
    services.filter(|service| service.kind == Kind::Replica).map(|service| one(plan, service)).collect()
}

fn one(plan: &Plan, service: &Service) -> Derived {
    let need_tasks = need(service);
    let in_zone = |(zone, tasks): (ZoneId, u32)| {
        let left = service.desired - tasks;
        InZone { zone: plan.zones[zone].id.clone(), tasks, left, headroom: i64::from(left) - i64::from(need_tasks) }
    };
    let zones = spread(service.desired, &zones_of(plan, service)).into_iter().map(in_zone).collect();
    Derived { service: service.name.clone(), desired: service.desired, need_tasks, zones }
}

/// Every zone with what stands there at the start.
pub fn zones(plan: &Plan) -> Vec<ZoneRow> {
    let mut tasks: BTreeMap<ZoneId, u64> = BTreeMap::new();
    for service in plan.services.iter().filter(|service| service.kind == Kind::Replica) {
        for (zone, count) in spread(service.desired, &zones_of(plan, service)) {
            *tasks.entry(zone).or_default() += u64::from(count);
        }
    }
    let mut hosts: BTreeMap<ZoneId, u64> = BTreeMap::new();
    for provider in &plan.providers {
        let there = match &provider.kind {
            ProviderKind::Group(group) => spread(group.desired, &group.zones),
            ProviderKind::External(external) => external.hosts.iter().map(|row| (row.0, row.2)).collect(),
            ProviderKind::Fargate { .. } | ProviderKind::AnyHost | ProviderKind::Managed(_) => Vec::new(),
        };
        for (zone, count) in there {
            *hosts.entry(zone).or_default() += u64::from(count);
        }
    }
    let row = |zone: ZoneId| {
        let known = &plan.zones[zone];
        ZoneRow {
            zone: known.id.clone(),
            name: known.name.clone(),
            tasks: tasks.get(&zone).copied().unwrap_or(0),
            hosts: hosts.get(&zone).copied().unwrap_or(0),
            fargate_vcpu: [known.fargate_stock / 1_024, known.spot_stock / 1_024],
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

/// Zones in which tasks of a service can stand: those of its subnets that its hosts, if any, have too.
pub(crate) fn zones_of(plan: &Plan, service: &Service) -> Vec<ZoneId> {
    let mut hosts: Vec<ZoneId> = Vec::new();
    for item in &service.strategy {
        match &plan.providers[item.provider].kind {
            ProviderKind::Fargate { .. } => return service.zones.clone(),
            ProviderKind::Group(group) => hosts.extend(&group.zones),
            ProviderKind::Managed(managed) => hosts.extend(&managed.zones),
            ProviderKind::External(external) => hosts.extend(&external.zones),
            ProviderKind::AnyHost => groups_of(plan, item.provider).iter().for_each(|group| hosts.extend(&group.zones)),
        }
    }
    service.zones.iter().copied().filter(|zone| hosts.contains(zone)).collect()
}

/// Groups of the cluster that a provider belongs to.
fn groups_of(plan: &Plan, provider: ProviderId) -> Vec<&Group> {
    let cluster = plan.providers[provider].cluster;
    let rows = plan.providers.iter().filter(|row| row.cluster == cluster);
    rows.filter_map(|row| if let ProviderKind::Group(group) = &row.kind { Some(group) } else { None }).collect()
}

/// Evenly, the remainder in the order of the zones.
fn spread(count: u32, zones: &[ZoneId]) -> Vec<(ZoneId, u32)> {
    let zones_count = zones.len() as u32;
    let place = |(place, zone): (usize, &ZoneId)| {
        (*zone, count / zones_count + u32::from((place as u32) < count % zones_count))
    };
    zones.iter().enumerate().map(place).collect()
}

/// Warns where desired counts are larger than what can stand.
pub fn room(plan: &Plan, out: &mut Problems) {
    fargate_room(plan, out);
    quota_room(plan, out);
    colour_room(plan, out);
    for service in plan.services.iter().filter(|service| service.kind == Kind::Replica) {
        if let Some(fit) = host_room(plan, service).filter(|fit| *fit < u64::from(service.desired)) {
            let message =
                format!("`{}` wants {} tasks; its hosts have room for {fit} at most", service.name, service.desired);
            out.warning("/autoScalingGroups", message, "raise MaxSize or DesiredCapacity, or lower `desiredCount`");
        }
        let zones = zones_of(plan, service);
        if zones.is_empty() && service.desired > 0 {
            let message = format!("`{}` has no zone in which its capacity stands", service.name);
            out.warning("/clusters", message, "its subnets and its hosts lie in different zones");
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
            let message = format!(
                "a {} deployment of `{}` needs room for {} tasks, and there is less",
                strategy.name(),
                service.name,
                2 * desired
            );
            out.warning("/changes", message, "add capacity, or write \"strategy\": \"ROLLING\"");
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
        out.warning(&format!("/regions/{region}"), message, hint);
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
            out.warning(
                &format!("/regions/{region}/fargate/{key}"),
                message,
                "raise the quota, or lower `desiredCount`",
            );
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
                room += groups_of(plan, item.provider)
                    .iter()
                    .map(|group| group_room(plan, group, &service.task))
                    .sum::<u64>();
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
    let largest = group.types.iter().map(|id| fits(&plan.types[*id], task, group.trunking)).max().unwrap_or(0);
    u64::from(hosts) * largest
}

/// Tasks on one empty host.
fn fits(kind: &InstanceType, task: &TaskDef, trunking: bool) -> u64 {
    let by = |size: u32, need: u32| size.checked_div(need).map_or(u64::MAX, u64::from);
    let ports = if task.ports == 0 { u64::MAX } else { 1 };
    let enis = match (task.eni, trunking) {
        (false, _) => u64::MAX,
        (true, false) => u64::from(kind.enis),
        (true, true) => u64::from(kind.trunk_enis),
    };
    by(kind.cpu, task.cpu).min(by(kind.memory, task.memory)).min(ports).min(enis).min(1_000)
}
