//! Hosts come and go: Auto Scaling groups with managed scaling, and Managed Instances.
//!
//! ```text
//! fill ─► launch_host ─► Booted ─► room ─► tasks that wait in PROVISIONING are placed, oldest first
//! Tick (each minute, managed scaling) ─► out: desired up, fill ─► in: empty or drained hosts leave
//! ```
//! Left out: the group's own zone rebalancing, instance refresh, maximum lifetimes, warm pools.

use super::{For, account, detect, launch, reconcile, stop};
use crate::engine::Span;
use crate::model::capacity::ec2_group;
use crate::model::event::steps;
use crate::model::fact::{Cause, Fact, HostStatus, Mechanism, Reason, StopCode, TaskState};
use crate::model::ids::{HostId, ProviderId, ServiceId, TypeId, ZoneId};
use crate::model::placement::choose;
use crate::model::plan::{Group, InstanceType, Managed, ProviderKind, TaskDef};
use crate::model::tables::host::{Host, live};
use crate::model::tables::task::newest_on;
use crate::model::world::{Cx, World};

steps! { Scale:
    /// The minute of managed scaling.
    Tick(provider: ProviderId),
    /// The group compares what it has with what it should have.
    Fill(provider: ProviderId),
    /// A host is registered.
    Booted(host: HostId),
    /// Managed Instances: an idle host may go.
    Idle(host: HostId),
}

/// How long a group waits after no zone could give a host (model choice).
const LAUNCH_AGAIN: Span = Span::from_secs(60);

/// Handles a step.
pub(crate) fn handle(world: &mut World, step: Step, cx: &mut Cx<'_>) {
    match step {
        Step::Tick(provider) => tick(world, provider, cx),
        Step::Fill(provider) => {
            world.providers[provider].filling = false;
            fill(world, provider, cx);
        }
        Step::Booted(host) => booted(world, host, cx),
        Step::Idle(host) => idle(world, host, cx),
    }
}

/// What a provider launches hosts from.
struct Source<'p> {
    types: &'p [TypeId],
    zones: &'p [ZoneId],
    boot: &'p crate::engine::Dist,
    trunking: bool,
}

fn source<'p>(provider: ProviderId, cx: &Cx<'p>) -> Option<Source<'p>> {
    let plan: &'p crate::model::Plan = cx.plan;
    match &plan.providers[provider].kind {
        ProviderKind::Group(Group { types, zones, boot, trunking, .. }) => {
            Some(Source { types, zones, boot, trunking: *trunking })
        }
        ProviderKind::Managed(Managed { types, zones, boot, .. }) => {
            Some(Source { types, zones, boot, trunking: false })
        }
        ProviderKind::Fargate { .. } | ProviderKind::AnyHost => None,
    }
}

/// First hosts and first ticks.
pub(crate) fn prepare(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    let ProviderKind::Group(group) = &cx.plan.providers[provider].kind else { return };
    world.providers[provider].desired = group.desired;
    for _ in 0..group.desired {
        stand(world, provider, None, cx);
    }
    if group.scaling.is_some() {
        cx.after(Span::MINUTE, Step::Tick(provider));
    }
}

/// At time 0: a host that has been there for long.
fn stand(world: &mut World, provider: ProviderId, kind: Option<TypeId>, cx: &mut Cx<'_>) -> Option<HostId> {
    let id = new_host(world, provider, kind, cx)?;
    register(world, id, cx);
    Some(id)
}

/// At time 0: a host with room for a task of the service; Managed Instances launch one when there is none.
pub(crate) fn room_at_start(
    world: &mut World,
    service: ServiceId,
    provider: ProviderId,
    cx: &mut Cx<'_>,
) -> Option<HostId> {
    if let Ok(host) = choose::host(world, service, provider, None, cx) {
        return Some(host);
    }
    let ProviderKind::Managed(managed) = &cx.plan.providers[provider].kind else { return None };
    let kind = type_for(managed, &cx.plan.services[service].task, cx)?;
    stand(world, provider, Some(kind), cx)?;
    choose::host(world, service, provider, None, cx).ok()
}

/// The cheapest type that holds the task.
fn type_for(managed: &Managed, need: &TaskDef, cx: &Cx<'_>) -> Option<TypeId> {
    managed.types.iter().copied().find(|&kind| {
        let size = &cx.plan.types[kind];
        size.cpu >= need.cpu && size.memory >= need.memory && size.enis >= u32::from(need.eni)
    })
}

/// A host begins to boot in the zone with the fewest of its provider; `None` when no zone gives one.
fn new_host(world: &mut World, provider: ProviderId, kind: Option<TypeId>, cx: &mut Cx<'_>) -> Option<HostId> {
    let plan = cx.plan;
    let source = source(provider, cx)?;
    let row = &world.providers[provider];
    let in_zone =
        |zone: ZoneId| live(&world.hosts, &row.hosts).filter(|(_, host)| host.zone == zone && !host.leaving).count();
    let types = match &kind {
        Some(kind) => std::slice::from_ref(kind),
        None => source.types,
    };
    let open = |zone: ZoneId| world.zones[zone].powered() && world.zones[zone].reachable();
    let given = |zone: ZoneId| types.iter().copied().find(|&kind| !row.refuses(zone, Some(kind)));
    let zones = source.zones.iter().copied().filter(|&zone| open(zone) && given(zone).is_some());
    let zone = zones.min_by_key(|&zone| (in_zone(zone), zone.0))?;
    let kind = given(zone)?;
    let row = &mut world.providers[provider];
    let number = row.launched;
    row.launched += 1;
    let who = plan.providers[provider].who.nth(u64::from(number));
    let id = world.hosts.insert(Host::booting(provider, zone, kind, number, who));
    world.providers[provider].hosts.push(id);
    tell(world, id, cx);
    Some(id)
}

/// Launches hosts until the provider has as many as it should.
fn fill(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    let Some(source) = source(provider, cx) else { return };
    loop {
        let row = &world.providers[provider];
        let staying = live(&world.hosts, &row.hosts).filter(|(_, host)| !host.leaving).count() as u32;
        if staying + row.held >= row.desired {
            return;
        }
        let kind = managed_type(world, provider, cx);
        let Some(id) = new_host(world, provider, kind, cx) else {
            fill_later(world, provider, LAUNCH_AGAIN, cx);
            return;
        };
        let boot = source.boot.sample(&mut cx.draw(For::Boot, world.hosts.at(id.slot).who));
        cx.after(boot, Step::Booted(id));
    }
}

/// Managed Instances choose the type for the task that has waited longest.
fn managed_type(world: &World, provider: ProviderId, cx: &Cx<'_>) -> Option<TypeId> {
    let ProviderKind::Managed(managed) = &cx.plan.providers[provider].kind else { return None };
    let waiting = world.providers[provider].waiting.iter().find_map(|&id| world.tasks.get(id));
    waiting.and_then(|task| type_for(managed, &cx.plan.services[task.service].task, cx))
}

/// Looks at the number of hosts after a while, once.
pub(crate) fn fill_later(world: &mut World, provider: ProviderId, delay: Span, cx: &mut Cx<'_>) {
    if !world.providers[provider].filling {
        world.providers[provider].filling = true;
        cx.after(delay, Step::Fill(provider));
    }
}

fn booted(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let Some(host) = world.hosts.get(id) else { return };
    if !host.alive {
        return;
    }
    let provider = host.provider;
    register(world, id, cx);
    if !world.zones[world.hosts.at(id.slot).zone].reachable() {
        detect::agent_cut(id, world.hosts.at(id.slot).who, cx);
    }
    room(world, provider, cx);
    let cluster = &cx.plan.clusters[cx.plan.providers[provider].cluster];
    for service in cluster.services.clone().map(ServiceId) {
        reconcile::wake_once(world, service, cx);
    }
    idle_later(world, id, cx);
}

fn register(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    let (provider, kind) = (host.provider, host.kind);
    let trunking = source(provider, cx).is_some_and(|source| source.trunking);
    let size: &InstanceType = &cx.plan.types[kind];
    world.hosts.at_mut(id.slot).register(size, trunking, cx.now);
    tell(world, id, cx);
    count_up(world, provider, cx);
    crate::model::fault::host_runs(world, id, cx);
}

/// Tells readers of a host's status.
pub(crate) fn tell(world: &World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    let connected = host.connected;
    cx.note(Fact::Host {
        provider: host.provider,
        number: host.number,
        zone: host.zone,
        status: host.status,
        connected,
        type_row: host.kind.0,
    });
}

/// Counts the hosts that are in truth up and registered.
pub(crate) fn count_up(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    let row = &world.providers[provider];
    let up =
        |(_, host): &(HostId, &Host)| host.alive && matches!(host.status, HostStatus::Active | HostStatus::Draining);
    let count = live(&world.hosts, &row.hosts).filter(up).count() as u32;
    let row = &mut world.providers[provider];
    row.up = count;
    if row.told_hosts != count {
        row.told_hosts = count;
        cx.note(Fact::Hosts { provider, count });
    }
}

/// There is room again on a provider's hosts: what waits is placed, and the cluster's services may look.
pub(crate) fn room(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    for _ in 0..world.providers[provider].waiting.len() {
        let Some(task) = world.providers[provider].waiting.pop_front() else { break };
        let Some(row) = world.tasks.get(task) else { continue };
        match choose::host(world, row.service, provider, None, cx) {
            Ok(host) => launch::place(world, task, host, cx),
            Err(_) => world.providers[provider].waiting.push_back(task),
        }
    }
}

/// Tasks wait for hosts: Managed Instances launch what they need; groups wait for their next minute.
pub(crate) fn tasks_wait(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    if matches!(cx.plan.providers[provider].kind, ProviderKind::Managed(_)) {
        let needed = in_use(world, provider) + hosts_for_waiting(world, provider, cx);
        world.providers[provider].desired = needed;
        fill_later(world, provider, Span::ZERO, cx);
    }
}

fn in_use(world: &World, provider: ProviderId) -> u32 {
    let hosts = &world.providers[provider].hosts;
    live(&world.hosts, hosts).filter(|(_, host)| host.status != HostStatus::Registering && !host.empty()).count() as u32
}

/// Hosts that the waiting tasks would fill, packed one after the other onto one type: the smallest of the group as the
/// guard (domain sheet, section 4.2).
fn hosts_for_waiting(world: &World, provider: ProviderId, cx: &Cx<'_>) -> u32 {
    let Some(source) = source(provider, cx) else { return 0 };
    let smallest = source.types.iter().map(|&kind| &cx.plan.types[kind]).min_by_key(|size| (size.cpu, size.memory));
    let Some(smallest) = smallest else { return 0 };
    let (mut hosts, mut cpu, mut memory, mut enis, mut ports) = (0, 0u32, 0u32, 0u32, 0u64);
    for task in world.providers[provider].waiting.iter().filter_map(|&id| world.tasks.get(id)) {
        let need = &cx.plan.services[task.service].task;
        let distinct = cx.plan.services[task.service].placement.distinct_instance;
        let fits = need.cpu <= cpu && need.memory <= memory && u32::from(need.eni) <= enis && need.ports & ports == 0;
        if !fits || distinct {
            hosts += 1;
            (cpu, memory, ports) = (smallest.cpu, smallest.memory, 0);
            enis = if source.trunking { smallest.trunk_enis } else { smallest.enis };
        }
        cpu = cpu.saturating_sub(need.cpu);
        memory = memory.saturating_sub(need.memory);
        enis = enis.saturating_sub(u32::from(need.eni));
        ports |= need.ports;
    }
    hosts
}

/// The minute of managed scaling.
fn tick(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    let ProviderKind::Group(group) = &cx.plan.providers[provider].kind else { return };
    let Some(scaling) = group.scaling else { return };
    cx.after(Span::MINUTE, Step::Tick(provider));
    let row = &world.providers[provider];
    let running = live(&world.hosts, &row.hosts).filter(|(_, host)| !host.leaving).count() as u32;
    let needed = in_use(world, provider) + hosts_for_waiting(world, provider, cx);
    let percent = ec2_group::reservation(needed, running);
    let row = &mut world.providers[provider];
    if row.told_reservation != percent {
        row.told_reservation = percent;
        cx.note(Fact::Reservation { provider, percent });
    }
    // The alarm needs one point; the group acts at the next minute.
    let was_high = std::mem::replace(&mut row.high, percent > scaling.target);
    row.low_points = if percent < scaling.target { row.low_points + 1 } else { 0 };
    if row.high && was_high {
        let add = ec2_group::step_out(scaling, needed, running, group.max);
        row.desired = (running + add).max(row.desired).min(group.max);
        if add > 0 {
            row.scaled_out = Some(cx.now);
            fill_later(world, provider, Span::ZERO, cx);
        }
    } else if row.low_points >= ec2_group::LOW_POINTS && ec2_group::rested(scaling, row.scaled_out, cx.now) {
        let take = ec2_group::step_in(scaling, needed, running, group.min);
        row.low_points = 0;
        scale_in(world, provider, group, take, cx);
    }
}

/// Takes hosts away: with termination protection only empty ones; emptiest first, from the fullest zone.
fn scale_in(world: &mut World, provider: ProviderId, group: &Group, take: u32, cx: &mut Cx<'_>) {
    for _ in 0..take {
        let row = &world.providers[provider];
        let in_zone = |zone: ZoneId| {
            live(&world.hosts, &row.hosts).filter(|(_, host)| host.zone == zone && !host.leaving).count()
        };
        let open = live(&world.hosts, &row.hosts).filter(|(_, host)| {
            !host.leaving && host.status == HostStatus::Active && (host.empty() || !group.termination_protection)
        });
        let pick = open
            .min_by_key(|(_, host)| (host.tasks - host.daemons, std::cmp::Reverse(in_zone(host.zone)), host.number));
        let Some((id, _)) = pick else { return };
        world.providers[provider].desired = world.providers[provider].desired.saturating_sub(1);
        let cause = Cause::mechanism(Mechanism::ScaleIn);
        if group.draining {
            drain(world, id, cause, cx);
        } else {
            terminate(world, id, cause, cx);
        }
    }
}

/// Sets a host DRAINING: it goes as soon as its tasks have gone.
pub(crate) fn drain(world: &mut World, id: HostId, cause: Cause, cx: &mut Cx<'_>) {
    let host = world.hosts.at_mut(id.slot);
    if host.leaving || host.status != HostStatus::Active {
        return;
    }
    host.status = HostStatus::Draining;
    host.leaving = true;
    host.cause = cause;
    tell(world, id, cx);
    if world.hosts.at(id.slot).empty() {
        leave_when_empty(world, id, cx);
    } else {
        detect::drain(world, id, cause, StopCode::TerminationNotice, cx);
    }
}

/// Ends a host with whatever runs on it.
pub(crate) fn terminate(world: &mut World, id: HostId, cause: Cause, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    world.hosts.at_mut(id.slot).leaving = true;
    world.hosts.at_mut(id.slot).status = HostStatus::Draining;
    while let Some(task) = newest_on(&world.tasks, world.hosts.at(id.slot).first) {
        let code = if world.tasks.at(task.slot).state < TaskState::Running {
            StopCode::TaskFailedToStart
        } else {
            StopCode::TerminationNotice
        };
        account::change(world, plan, task, |task| task.cause = cause);
        stop::gone(world, task, code, Reason::Draining, cx);
    }
    remove(world, id, cx);
}

/// A draining host without tasks ends, daemons with it. Done by an event, as its last task is just being taken off.
pub(crate) fn leave_when_empty(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    if world.hosts.at(id.slot).leaving {
        cx.after(Span::ZERO, Step::Idle(id));
    }
}

/// A host is gone, and ECS knows it.
pub(crate) fn remove(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at_mut(id.slot);
    assert!(host.tasks == 0, "host {} is removed with {} tasks on it", host.number, host.tasks);
    host.status = HostStatus::Inactive;
    host.connected = false;
    host.alive = false;
    let (provider, held) = (host.provider, host.held);
    tell(world, id, cx);
    world.providers[provider].hosts.retain(|&other| other != id);
    world.hosts.remove(id);
    count_up(world, provider, cx);
    if matches!(cx.plan.providers[provider].kind, ProviderKind::Managed(_)) {
        world.providers[provider].desired = world.providers[provider].hosts.len() as u32;
        if !world.providers[provider].waiting.is_empty() {
            tasks_wait(world, provider, cx);
        }
    } else if !held {
        fill_later(world, provider, Span::ZERO, cx);
    }
    let cluster = &cx.plan.clusters[cx.plan.providers[provider].cluster];
    for service in cluster.services.clone().map(ServiceId) {
        if cx.plan.services[service].kind == crate::model::plan::Kind::Daemon {
            reconcile::wake_once(world, service, cx);
        }
    }
}

fn idle_later(world: &World, id: HostId, cx: &mut Cx<'_>) {
    let provider = world.hosts.at(id.slot).provider;
    if let ProviderKind::Managed(Managed { scale_in_after: Some(after), .. }) = &cx.plan.providers[provider].kind {
        cx.after(*after, Step::Idle(id));
    }
}

/// A draining host is empty, or a managed one has been idle for long enough.
fn idle(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let Some(host) = world.hosts.get(id) else { return };
    if !host.empty() || !host.alive {
        idle_later(world, id, cx);
        return;
    }
    if host.leaving {
        let cause = host.cause;
        terminate(world, id, cause, cx);
        return;
    }
    if let ProviderKind::Managed(Managed { scale_in_after: Some(after), .. }) = &cx.plan.providers[host.provider].kind {
        let rest = after.0.saturating_sub(cx.now.since(host.idle_since).0);
        if rest == 0 {
            terminate(world, id, Cause::mechanism(Mechanism::ScaleIn), cx);
        } else {
            cx.after(Span(rest), Step::Idle(id));
        }
    }
}

/// A fault's successor of a dead host: it stands at once, in the same zone where possible.
pub(crate) fn succeed(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    let row = &mut world.providers[provider];
    row.held = row.held.saturating_sub(1);
    if let Some(id) = new_host(world, provider, None, cx) {
        cx.after(Span::ZERO, Step::Booted(id));
    } else {
        fill_later(world, provider, LAUNCH_AGAIN, cx);
    }
}
