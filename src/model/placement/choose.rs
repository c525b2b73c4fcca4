//! The host for a task: filter by room and constraints, order by strategies ([ecs-placement]).

use super::{Strategy, items, protect, query, spread};
use crate::model::fact::{Reason, TaskState};
use crate::model::ids::{HostId, ProviderId, ServiceId, TaskId, ZoneId};
use crate::model::plan::{Plan, ProviderKind, TaskDef};
use crate::model::purpose::For;
use crate::model::tables::host::{Host, NIL, live};
use crate::model::tables::task::on_host;
use crate::model::tables::{Task, find_or_add};
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
    // A zone without power is found out at once, a single dead host is not (model choice).
    let in_zone = |host: &Host| {
        world.zones[host.zone].powered()
            && only.is_none_or(|zone| zone == host.zone)
            && (!need.eni || plan.services[service].zones.contains(&host.zone))
    };
    // Managed Instances: spread comes before packing, and before what the strategies say.
    let most = spread::most(world, service, provider, cx);
    let not_ahead = |host: &Host| most.is_none_or(|most| spread::lasting(world, service, host.zone) <= most);
    let open = || {
        candidates(world, plan, provider).filter(|(id, host)| {
            host.takes_tasks()
                && in_zone(host)
                && not_ahead(host)
                && host.fits(need)
                && allowed(world, service, *id, cx)
        })
    };
    best_of(world, service, open(), cx).ok_or_else(|| why_not(world, service, provider, cx))
}

/// Hosts of a provider; for `launchType` EC2 those of all Auto Scaling groups of the cluster.
fn candidates<'a>(world: &'a World, plan: &'a Plan, provider: ProviderId) -> impl Iterator<Item = (HostId, &'a Host)> {
    let row = &plan.providers[provider];
    let all = matches!(row.kind, ProviderKind::AnyHost);
    let cluster = plan.clusters[row.cluster].providers.clone();
    let group = move |one: ProviderId| all && matches!(plan.providers[one].kind, ProviderKind::Group(_));
    let providers = cluster.map(ProviderId).filter(move |&one| one == provider || group(one));
    providers.flat_map(|one| live(&world.hosts, &world.providers[one].hosts))
}

/// ECS's own strategies: the zone with the fewest tasks of the service, then the instance with the fewest.
const DEFAULT: [Strategy; 2] = [Strategy::SpreadZone, Strategy::SpreadInstance];

/// Strategies up to the first `random`, which leaves nothing for others to decide.
fn strategies(plan: &Plan, service: ServiceId) -> (&[Strategy], bool) {
    let service = &plan.services[service];
    let all = match &service.placement.strategies[..] {
        [] => spread::default(plan, service).unwrap_or(&DEFAULT),
        written => written,
    };
    match all.iter().position(|one| *one == Strategy::Random) {
        Some(place) => (&all[..place], true),
        None => (all, false),
    }
}

/// Strategies as one key, compared from the first to the last; the smallest wins. Ties go to the older host, or are
/// drawn with `random`.
fn best_of<'a>(
    world: &World,
    service: ServiceId,
    open: impl Iterator<Item = (HostId, &'a Host)>,
    cx: &Cx<'_>,
) -> Option<HostId> {
    let plan = cx.plan;
    let (strategies, random) = strategies(plan, service);
    let values = Values::of(world, service, strategies, plan);
    let key = |host: &Host| {
        let mut key = [0u64; 5];
        for (part, strategy) in key.iter_mut().zip(strategies) {
            *part = rank(world, plan, service, strategy, host, &values);
        }
        key
    };
    if !random {
        return open.min_by_key(|(_, host)| key(host)).map(|(id, _)| id);
    }
    let mut best: Option<[u64; 5]> = None;
    let mut ties: Vec<HostId> = Vec::new();
    for (id, host) in open {
        let key = key(host);
        if best.is_none_or(|best| key < best) {
            best = Some(key);
            ties.clear();
        }
        if best == Some(key) {
            ties.push(id);
        }
    }
    let who = plan.services[service].who.nth(u64::from(world.services[service].scheduler.launched));
    ties.get(cx.draw(For::Place, who).below(ties.len() as u64) as usize).copied()
}

/// Tasks of a service by value of the attributes that it is spread over.
struct Values<'a>(Vec<(&'a str, &'a str, u64)>);

impl<'a> Values<'a> {
    fn of(world: &World, service: ServiceId, strategies: &'a [Strategy], plan: &'a Plan) -> Values<'a> {
        let mut counts: Vec<(&str, &str, u64)> = Vec::new();
        let names = strategies.iter().filter_map(|one| match one {
            Strategy::SpreadAttribute(name) => Some(name.as_str()),
            _ => None,
        });
        for name in names {
            for (_, task) in world.tasks_of(service).filter(|(_, task)| task.wanted && task.host != NIL) {
                let value = attribute(plan, world.hosts.at(task.host), name).unwrap_or("");
                find_or_add(&mut counts, |row| (row.0, row.1) == (name, value), || (name, value, 0)).2 += 1;
            }
        }
        Values(counts)
    }

    fn count(&self, name: &str, value: &str) -> u64 {
        self.0.iter().find(|row| (row.0, row.1) == (name, value)).map_or(0, |row| row.2)
    }
}

fn rank(world: &World, plan: &Plan, service: ServiceId, strategy: &Strategy, host: &Host, values: &Values<'_>) -> u64 {
    match strategy {
        Strategy::SpreadZone if spread::managed(plan, host.provider).is_some() => {
            u64::from(spread::lasting(world, service, host.zone))
        }
        Strategy::SpreadZone => u64::from(world.services[service].standing_in(world.zone_row(host.zone), None)),
        Strategy::SpreadInstance => tasks_of(world, service, host),
        Strategy::SpreadAttribute(name) => values.count(name, attribute(plan, host, name).unwrap_or("")),
        Strategy::BinpackCpu => u64::from(host.cpu),
        Strategy::BinpackMemory => u64::from(host.memory),
        Strategy::Random => 0,
    }
}

/// The healthy task that goes when there are too many: the other way round through the same strategies ([ecs-services]
/// [ecs-placement]). Spread: from the value with the most tasks. Binpack: from the host that will have the most left.
/// Ties are drawn. `of`: among those of one revision. Of several capacity providers the one that has most above its
/// share lets a task go, and none one of its base (model choice).
pub(crate) fn surplus(world: &World, service: ServiceId, of: Option<u8>, cx: &Cx<'_>) -> Option<TaskId> {
    let plan = cx.plan;
    let row = &world.services[service];
    let meant = |task: &Task| of.is_none_or(|of| of == task.revision);
    let free = |task: &Task| protect::until(task, cx).is_none();
    let spare = |task: &Task| {
        task.wanted && task.state == TaskState::Running && !task.to_replace() && meant(task) && free(task)
    };
    let spares = || world.tasks_of(service).filter(|(_, task)| spare(task));
    let only = items::lets_go(row, &plan.services[service], of, spares().map(|(_, task)| task.provider))?;
    let all = || spares().filter(|(_, task)| only.is_none_or(|only| only == task.provider));
    let (strategies, _) = strategies(plan, service);
    let values = Values::of(world, service, strategies, plan);
    let grace = plan.services[service].grace;
    // A task on Fargate has no host: only its zone counts.
    let order = |task: &Task| {
        let mut key = [0u64; 5];
        for (part, strategy) in key.iter_mut().zip(strategies) {
            *part = match (strategy, task.host) {
                (Strategy::SpreadZone, _) => u64::from(row.zones[usize::from(task.zone.0 - world.first_zone)].wanted),
                (_, NIL) => 0,
                (strategy, slot) => rank(world, plan, service, strategy, world.hosts.at(slot), &values),
            };
        }
        key
    };
    // What fails its checks within the grace period is not replaced for it, and goes first when there are too many.
    let key = |task: &Task| (task.fails_in_grace(grace, cx.now), order(task));
    let most = all().map(|(_, task)| key(task)).max()?;
    let mut ties: Vec<(u32, TaskId)> =
        all().filter(|(_, task)| key(task) == most).map(|(id, task)| (task.ordinal, id)).collect();
    ties.sort_unstable_by_key(|(ordinal, _)| *ordinal);
    let who = plan.services[service].who.nth(u64::from(row.scheduler.launched)).nth(u64::from(row.wanted));
    Some(ties[cx.draw(For::Choose, who).below(ties.len() as u64) as usize].1)
}

fn tasks_of(world: &World, service: ServiceId, host: &Host) -> u64 {
    on_host(&world.tasks, host.first).filter(|(_, task)| task.service == service && task.wanted).count() as u64
}

/// Whether the constraints let a service's task onto a host.
pub(crate) fn allowed(world: &World, service: ServiceId, id: HostId, cx: &Cx<'_>) -> bool {
    let distinct = cx.plan.services[service].placement.distinct_instance;
    (!distinct || tasks_of(world, service, world.hosts.at(id.slot)) == 0) && meets(world, service, id, cx)
}

/// Whether a host lies in a zone of the service's subnets (`awsvpc`) and is a member of what `memberOf` asks for.
pub(crate) fn meets(world: &World, service: ServiceId, id: HostId, cx: &Cx<'_>) -> bool {
    is_member(world, cx.plan, service, world.hosts.at(id.slot))
}

/// The same, for who has the host at hand.
pub fn is_member(world: &World, plan: &Plan, service: ServiceId, host: &Host) -> bool {
    let value = |name: &str| match name.strip_prefix(query::GROUP_IS) {
        Some(group) => {
            let mut groups = on_host(&world.tasks, host.first).filter(|(_, task)| task.wanted);
            groups.any(|(_, task)| plan.services[task.service].group == group).then_some("")
        }
        None if name == query::CONNECTED => Some(if host.connected { "true" } else { "false" }),
        None => attribute(plan, host, name),
    };
    let service = &plan.services[service];
    let in_subnet = !service.task.eni || service.zones.contains(&host.zone);
    // Hosts outside AWS take tasks of launch type EXTERNAL and no others.
    let outside = matches!(plan.providers[host.provider].kind, ProviderKind::External(_));
    in_subnet
        && outside == plan.is_external(service)
        && runs(plan, &service.task, host)
        && service.placement.member_of.iter().all(|one| one.holds(&value))
}

/// Whether a host has the architecture and the operating system of the task's `runtimePlatform`.
fn runs(plan: &Plan, task: &TaskDef, host: &Host) -> bool {
    task.architecture.is_none_or(|wanted| plan.types[host.kind].architecture == wanted)
        && task.system.is_none_or(|wanted| system(plan, host.provider) == wanted)
}

/// The operating system of a provider's hosts: `linux`, unless its own attribute `ecs.os-type` says otherwise.
pub fn system(plan: &Plan, provider: ProviderId) -> &str {
    own_attribute(plan, provider, "ecs.os-type").unwrap_or("linux")
}

fn own_attribute<'a>(plan: &'a Plan, provider: ProviderId, name: &str) -> Option<&'a str> {
    let habits = plan.providers[provider].kind.habits()?;
    habits.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
}

/// Built-in attributes of a container instance ([ecs-placement-constraints]) that the model knows.
pub const ATTRIBUTES: [&str; 4] = ["ecs.availability-zone", "ecs.instance-type", "ecs.os-type", "ecs.cpu-architecture"];

fn attribute<'a>(plan: &'a Plan, host: &Host, name: &str) -> Option<&'a str> {
    match name {
        "ecs.availability-zone" => Some(&plan.zones[host.zone].name),
        "ecs.instance-type" => Some(&plan.types[host.kind].name),
        "ecs.os-type" => Some(system(plan, host.provider)),
        "ecs.cpu-architecture" => Some(&plan.types[host.kind].architecture),
        _ => own_attribute(plan, host.provider, name),
    }
}

/// The first thing that no host has, in ECS's words ([ecs-service-events]).
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
    } else if !allowed().any(|(_, host)| host.gpus >= need.gpus) {
        Reason::ResourceGpu
    } else if need.eni && !allowed().any(|(_, host)| host.enis > 0) {
        Reason::ResourceEni
    } else if !allowed().any(|(_, host)| host.ports & need.ports == 0) {
        Reason::ResourcePorts
    } else {
        Reason::ResourceMemory
    }
}
