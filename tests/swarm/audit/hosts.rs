//! Room and lists of hosts with the tasks on them; lists, counts and waiting rooms of providers.

use super::Findings;
use evenkeel::internals::model::fact::{Cause, HostStatus, Mechanism, NO_ZONE};
use evenkeel::internals::model::flows::task::launch::PROVISIONING_MAX;
use evenkeel::internals::model::ids::{HostId, ProviderId};
use evenkeel::internals::model::placement::{choose, spread};
use evenkeel::internals::model::plan::{Group, InstanceType, Kind, Plan, ProviderKind};
use evenkeel::internals::model::tables::host::{Host, NIL};
use evenkeel::internals::model::tables::{Provider, Task};
use evenkeel::internals::model::world::World;

pub(super) fn look(world: &World, plan: &Plan, out: &mut Findings) {
    let mut on: Vec<Vec<u32>> = vec![Vec::new(); world.hosts.slots() as usize];
    for (id, task) in world.tasks.pairs().filter(|(_, task)| task.host != NIL) {
        on[task.host as usize].push(id.slot);
    }
    for (id, host) in world.hosts.pairs() {
        let name = name(plan, host);
        list(world, host, &on[id.slot as usize], &name, out);
        room(world, plan, host, &on[id.slot as usize], &name, out);
        constraints(world, plan, host, &on[id.slot as usize], &name, out);
        let lit = world.zones[host.zone].powered();
        out.holds("no host lives in a dark zone", &name, lit || !host.alive, host);
        let listed = world.providers[host.provider].hosts.iter().filter(|one| **one == id).count();
        out.same("stands in its provider's list", &name, listed, 1);
    }
    let listed: usize = world.providers.iter().map(|provider| provider.hosts.len()).sum();
    out.same("hosts in lists", "world", listed, world.hosts.live());
    let named: usize = on.iter().map(Vec::len).sum();
    let there: usize = world.hosts.pairs().map(|(id, _)| on[id.slot as usize].len()).sum();
    out.same("tasks stand on hosts that are there", "world", named, there);
    for (id, provider) in world.providers.pairs() {
        counts(world, plan, id, provider, out);
        waiting(world, plan, id, provider, out);
    }
    for cluster in world.part.as_one.clusters.clone() {
        let cluster = &plan.clusters[evenkeel::internals::model::ids::ClusterId(cluster)];
        let groups = cluster.providers.clone().map(ProviderId);
        let groups = groups.filter(|row| matches!(plan.providers[*row].kind, ProviderKind::Group(_)));
        let all: usize = groups.map(|row| world.providers[row].waiting.len()).sum();
        out.holds("tasks in PROVISIONING <= 500", &cluster.name, all <= PROVISIONING_MAX, all);
    }
}

fn name(plan: &Plan, host: &Host) -> String {
    format!("{} {}", plan.providers[host.provider].name, host.number)
}

/// The linked list of a host holds the tasks that name it, each once.
fn list(world: &World, host: &Host, on: &[u32], name: &str, out: &mut Findings) {
    let (mut listed, mut slot, mut before) = (Vec::new(), host.first, NIL);
    while slot != NIL && listed.len() <= on.len() {
        let links = world.tasks.at(slot).on_host;
        out.same("links back", name, links[1], before);
        listed.push(slot);
        (before, slot) = (slot, links[0]);
    }
    listed.sort_unstable();
    out.same("tasks of the list", name, &listed[..], on);
}

/// Size less what its tasks take is what is left.
fn room(world: &World, plan: &Plan, host: &Host, on: &[u32], name: &str, out: &mut Findings) {
    let tasks = || on.iter().map(|slot| &plan.services[world.tasks.at(*slot).service]);
    out.same("tasks", name, host.tasks as usize, on.len());
    out.same("daemons", name, host.daemons as usize, tasks().filter(|one| one.kind == Kind::Daemon).count());
    if host.status == HostStatus::Registering {
        out.holds("no task before it is registered", name, on.is_empty(), on);
        return;
    }
    let InstanceType { cpu, memory, gpus, enis, trunk_enis, .. } = plan.types[host.kind];
    let trunking = matches!(&plan.providers[host.provider].kind, ProviderKind::Group(group) if group.trunking);
    let taken = |of: fn(&evenkeel::internals::model::plan::TaskDef) -> u32| {
        tasks().map(|one| u64::from(of(&one.task))).sum::<u64>()
    };
    let all = if trunking { trunk_enis } else { enis };
    out.same("CPU", name, u64::from(host.cpu) + taken(|task| task.cpu), u64::from(cpu));
    out.same("memory", name, u64::from(host.memory) + taken(|task| task.memory), u64::from(memory));
    out.same("GPUs", name, u64::from(host.gpus) + taken(|task| task.gpus), u64::from(gpus));
    out.same("network interfaces", name, u64::from(host.enis) + taken(|task| u32::from(task.eni)), u64::from(all));
    let ports = tasks().fold(0, |ports, one| ports | one.task.ports);
    out.same("ports", name, host.ports, ports);
    let bits: u32 = tasks().map(|one| one.task.ports.count_ones()).sum();
    out.same("a port is taken once", name, bits, ports.count_ones());
}

/// `distinctInstance`, `memberOf`, one daemon for each host.
fn constraints(world: &World, plan: &Plan, host: &Host, on: &[u32], name: &str, out: &mut Findings) {
    let wanted = || on.iter().map(|slot| world.tasks.at(*slot)).filter(|task| task.wanted);
    for task in wanted() {
        let service = &plan.services[task.service];
        let same = wanted().filter(|other| other.service == task.service).count();
        let alone = service.placement.distinct_instance || service.kind == Kind::Daemon;
        out.holds("one task of the service on each host", name, !alone || same == 1, (&service.name, same));
        out.holds("memberOf", name, choose::is_member(world, plan, task.service, host), &service.placement.member_of);
    }
}

/// Counts and goals of a provider.
fn counts(world: &World, plan: &Plan, id: ProviderId, provider: &Provider, out: &mut Findings) {
    let name = &plan.providers[id].name;
    let hosts: Vec<(HostId, &Host)> =
        provider.hosts.iter().filter_map(|&id| Some((id, world.hosts.get(id)?))).collect();
    out.same("listed hosts are there", name, provider.hosts.len(), hosts.len());
    out.holds("hosts are its own", name, hosts.iter().all(|(_, host)| host.provider == id), &provider.hosts);
    let up = hosts.iter().filter(|(_, host)| host.alive && host.status != HostStatus::Registering).count();
    out.same("hosts up", name, provider.up as usize, up);
    zones(provider, &hosts, name, out);
    let held = world.held.iter().filter(|(_, of)| *of == id).count();
    out.same("successors owed by faults", name, provider.held as usize, held);
    let staying = hosts.iter().filter(|(_, host)| host.alive && host.counts()).count();
    let coming = |(_, host): &(HostId, &Host)| host.status == HostStatus::Registering;
    match &plan.providers[id].kind {
        ProviderKind::Group(group) => {
            let goal = provider.desired;
            out.holds("MinSize <= desired <= MaxSize", name, (group.min..=group.max).contains(&goal), goal);
            // A group may exceed its size by a tenth, or by one, while it evens out its zones or replaces hosts at
            // risk.
            let exceeds = provider.evening || !provider.at_risk.is_empty();
            let most = group.max + if exceeds { (group.max / 10).max(1) } else { 0 };
            out.holds("hosts <= MaxSize", name, staying <= most as usize, (staying, most));
            // One that its group has ended is replaced at once, one that EC2 took back when it is reported.
            let replaced = |host: &Host| host.standby || host.held || host.ended && host.leaving && !host.reclaimed;
            let sum = hosts.iter().filter(|(_, host)| !replaced(host)).count() as u32 + provider.held;
            out.holds("what is missing will be launched", name, provider.filling || sum >= goal, (sum, goal));
            scaling(world, group, provider, name, out);
            let types = group.all_types();
            let legal = hosts.iter().all(|(_, host)| group.zones.contains(&host.zone) && types.contains(&host.kind));
            out.holds("zones and types are the group's", name, legal, &group.zones);
            for (pool, most) in &group.pools {
                let stands = |host: &Host| host.zone == *pool && !host.standby && !(host.ended && host.leaving);
                let there = hosts.iter().filter(|(_, host)| stands(host)).count();
                out.holds("a fixed pool does not grow", name, there <= *most as usize, (pool, there, most));
            }
        }
        ProviderKind::Managed(managed) => {
            let off = managed.scale_in_after.is_none();
            let drains = |host: &Host| host.leaving && host.cause == Cause::mechanism(Mechanism::Consolidation);
            let drained = hosts.iter().filter(|(_, host)| drains(host)).count();
            out.holds("nobody consolidates what is switched off", name, !off || drained == 0, drained);
            let come = provider.filling || provider.held > 0 || hosts.iter().any(coming);
            out.holds("somebody comes for what waits", name, provider.waiting.is_empty() || come, &provider.waiting);
        }
        ProviderKind::External(external) => {
            let all: u32 = external.hosts.iter().map(|(.., count)| count).sum();
            out.same("hosts of the customer stay, dead or alive", name, hosts.len(), all as usize);
        }
        ProviderKind::Fargate { .. } | ProviderKind::AnyHost => {
            out.holds("no hosts of its own", name, hosts.is_empty(), &provider.hosts);
        }
    }
}

/// Hosts by zone, and what is believed and meant of those that died.
fn zones(provider: &Provider, hosts: &[(HostId, &Host)], name: &str, out: &mut Findings) {
    let mut fresh = Provider::default();
    for (_, host) in hosts {
        fresh.enters(host);
    }
    let sorted = |provider: &Provider| {
        let some = provider.zones.iter().copied().filter(|row| provider.in_zone(row.zone).there > 0);
        let mut rows: Vec<_> = some.collect();
        rows.sort_unstable();
        rows
    };
    out.same("hosts by zone", name, sorted(provider), sorted(&fresh));
    for (_, host) in hosts {
        out.holds(
            "only the instance of a dead host has been ended for its death",
            name,
            !host.ended || !host.alive,
            host,
        );
    }
}

/// What managed scaling asked for, how long it waits, and what Capacity Rebalancing replaces.
fn scaling(world: &World, group: &Group, provider: &Provider, name: &str, out: &mut Findings) {
    let asked = provider.asked == 0 || provider.filling && provider.asked <= provider.desired;
    out.holds("what scale-out asked for will be launched", name, asked, (provider.asked, provider.desired));
    let longest = out.now + group.scaling.map_or(evenkeel::internals::engine::Span::ZERO, |scaling| scaling.warm_up);
    out.holds("a warm-up ends", name, provider.warm_until <= longest, provider.warm_until);
    let may = group.rebalances || provider.at_risk.is_empty();
    out.holds("only Capacity Rebalancing replaces hosts at risk", name, may, &provider.at_risk);
    for (row, one) in provider.at_risk.iter().enumerate() {
        let twice = provider.at_risk[..row].iter().any(|other| other.host == one.host);
        let boots = |id| world.hosts.get(id).is_some_and(|host: &Host| host.status == HostStatus::Registering);
        let fits = world.hosts.get(one.host).is_some() && one.successor.is_none_or(boots);
        out.holds("a host at risk is there, and its successor boots", name, fits && !twice, one);
    }
}

/// The waiting room holds every task without a place, and no living host has room for any of them.
fn waiting(world: &World, plan: &Plan, id: ProviderId, provider: &Provider, out: &mut Findings) {
    let name = &plan.providers[id].name;
    let unassigned = |task: &Task| task.provider == id && task.host == NIL && task.zone == NO_ZONE;
    let mut without: Vec<u32> =
        world.tasks.pairs().filter(|(_, task)| unassigned(task)).map(|(id, _)| id.slot).collect();
    let mut listed: Vec<u32> =
        provider.waiting.iter().filter(|id| world.tasks.get(**id).is_some()).map(|id| id.slot).collect();
    without.sort_unstable();
    listed.sort_unstable();
    out.same("tasks that wait for a host", name, listed, without);
    let boots = |id: &HostId| world.hosts.get(*id).is_some_and(|host| host.status == HostStatus::Registering);
    let come = provider.filling || provider.held > 0 || provider.hosts.iter().any(boots);
    for task in provider.waiting.iter().filter_map(|id| world.tasks.get(*id)) {
        let service = &plan.services[task.service];
        let open = |host: &Host| {
            let lit = world.zones[host.zone].powered();
            let same = world.tasks.pairs().filter(|(_, other)| other.wanted && other.service == task.service);
            let alone = !service.placement.distinct_instance
                || same
                    .filter(|(_, other)| other.host != NIL)
                    .all(|(_, other)| !std::ptr::eq(world.hosts.at(other.host), host));
            host.alive
                && host.takes_tasks()
                && lit
                && host.fits(&service.task)
                && alone
                && choose::is_member(world, plan, task.service, host)
        };
        // A task that is spread may wait for a host in another zone: whoever comes for it looks at all of them.
        let waits = come && spread::over(plan, task.service, id).is_some();
        let room = provider.hosts.iter().filter_map(|id| world.hosts.get(*id)).find(|host| !waits && open(host));
        out.holds("nothing waits where there is room", name, room.is_none(), (task, room));
    }
}
