//! The host for a task: filter by room and constraints, order by strategies (domain sheet, section 3.1).

use super::{Placement, Strategy};
use crate::model::fact::Reason;
use crate::model::ids::{HostId, ProviderId, ServiceId, ZoneId};
use crate::model::plan::{Plan, ProviderKind};
use crate::model::purpose::For;
use crate::model::tables::host::{Host, live};
use crate::model::tables::task::on_host;
use crate::model::world::{Cx, World};

/// The best host that has room, or why there is none.
pub(crate) fn host(
    world: &World,
    service: ServiceId,
    provider: ProviderId,
    only: Option<ZoneId>,
    cx: &Cx<'_>,
) -> Result<HostId, Reason> {
    let plan = cx.plan;
    let need = &plan.services[service].task;
    // A zone without power is found out at once, a single dead host is not (domain sheet, section 3.1, model choice).
    let in_zone = |host: &Host| {
        world.zones[host.zone].powered()
            && only.is_none_or(|zone| zone == host.zone)
            && (!need.eni || plan.services[service].zones.contains(&host.zone))
    };
    let open = || {
        candidates(world, plan, provider).filter(|(id, host)| {
            host.takes_tasks() && in_zone(host) && host.fits(need) && allowed(world, service, *id, cx)
        })
    };
    let placement = &plan.services[service].placement;
    let best = if placement.strategies.first() == Some(&Strategy::Random) {
        let row = &world.services[service];
        let who = plan.services[service].who.nth(u64::from(row.launched));
        let pick = cx.draw(For::Place, who).below(open().count() as u64) as usize;
        open().nth(pick).map(|(id, _)| id)
    } else {
        best_of(world, service, placement, open(), plan)
    };
    best.ok_or_else(|| why_not(world, service, provider, cx))
}

/// Hosts of a provider; for `launchType` EC2 those of the whole cluster.
fn candidates<'a>(world: &'a World, plan: &'a Plan, provider: ProviderId) -> impl Iterator<Item = (HostId, &'a Host)> {
    let row = &plan.providers[provider];
    let all = matches!(row.kind, ProviderKind::AnyHost);
    let cluster = plan.clusters[row.cluster].providers.clone();
    let providers = cluster.map(ProviderId).filter(move |&one| all || one == provider);
    providers.flat_map(|one| live(&world.hosts, &world.providers[one].hosts))
}

/// Strategies as one key, compared from the first to the last; the smallest wins, ties go to the older host.
fn best_of<'a>(
    world: &World,
    service: ServiceId,
    placement: &Placement,
    open: impl Iterator<Item = (HostId, &'a Host)>,
    plan: &Plan,
) -> Option<HostId> {
    const DEFAULT: [Strategy; 2] = [Strategy::SpreadZone, Strategy::SpreadInstance];
    let strategies: &[Strategy] = if placement.strategies.is_empty() { &DEFAULT } else { &placement.strategies };
    let key = |host: &Host| {
        let mut key = [0u64; 5];
        for (part, strategy) in key.iter_mut().zip(strategies) {
            *part = rank(world, plan, service, strategy, host);
        }
        key
    };
    open.min_by_key(|(_, host)| key(host)).map(|(id, _)| id)
}

fn rank(world: &World, plan: &Plan, service: ServiceId, strategy: &Strategy, host: &Host) -> u64 {
    match strategy {
        Strategy::SpreadZone => {
            let row = usize::from(host.zone.0 - world.first_zone);
            u64::from(world.services[service].zones[row].wanted)
        }
        Strategy::SpreadInstance => tasks_of(world, service, host),
        Strategy::SpreadAttribute(name) => {
            let value = attribute(plan, host, name).unwrap_or("");
            let same = world.providers.iter().flat_map(|provider| live(&world.hosts, &provider.hosts));
            let same = same.filter(|(_, other)| attribute(plan, other, name).unwrap_or("") == value);
            same.map(|(_, other)| tasks_of(world, service, other)).sum()
        }
        Strategy::BinpackCpu => u64::from(host.cpu),
        Strategy::BinpackMemory => u64::from(host.memory),
        Strategy::Random => 0,
    }
}

fn tasks_of(world: &World, service: ServiceId, host: &Host) -> u64 {
    on_host(&world.tasks, host.first).filter(|(_, task)| task.service == service && task.wanted).count() as u64
}

/// Whether the constraints let a service's task onto a host.
pub(crate) fn allowed(world: &World, service: ServiceId, id: HostId, cx: &Cx<'_>) -> bool {
    let host = world.hosts.at(id.slot);
    let placement = &cx.plan.services[service].placement;
    let distinct = !placement.distinct_instance || tasks_of(world, service, host) == 0;
    distinct && placement.member_of.iter().all(|one| one.holds(&|name: &str| attribute(cx.plan, host, name)))
}

/// Built-in attributes of a container instance (domain sheet, section 3.2) that the model knows.
fn attribute<'a>(plan: &'a Plan, host: &Host, name: &str) -> Option<&'a str> {
    match name.strip_prefix("attribute:").unwrap_or(name) {
        "ecs.availability-zone" => Some(&plan.zones[host.zone].name),
        "ecs.instance-type" => Some(&plan.types[host.kind].name),
        "ecs.os-type" => Some("linux"),
        "ecs.cpu-architecture" => Some(&plan.types[host.kind].architecture),
        _ => None,
    }
}

/// The first thing that no host has, in ECS's words (domain sheet, section 9.2).
fn why_not(world: &World, service: ServiceId, provider: ProviderId, cx: &Cx<'_>) -> Reason {
    let plan = cx.plan;
    let need = &plan.services[service].task;
    let ready = || candidates(world, plan, provider).filter(|(_, host)| host.takes_tasks());
    let allowed = || ready().filter(|(id, _)| allowed(world, service, *id, cx));
    if ready().next().is_none() {
        Reason::Agent
    } else if allowed().next().is_none() {
        Reason::Attribute
    } else if !allowed().any(|(_, host)| host.cpu >= need.cpu) {
        Reason::ResourceCpu
    } else if !allowed().any(|(_, host)| host.memory >= need.memory) {
        Reason::ResourceMemory
    } else if need.eni && !allowed().any(|(_, host)| host.enis > 0) {
        Reason::ResourceEni
    } else if !allowed().any(|(_, host)| host.ports & need.ports == 0) {
        Reason::ResourcePorts
    } else {
        Reason::ResourceMemory
    }
}
