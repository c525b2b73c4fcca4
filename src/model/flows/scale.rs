//! Hosts come and go: Auto Scaling groups with managed scaling, and Managed Instances.
//!
//! ```text
//! fill ─► launch_host ─► Booted ─► room ─► tasks that wait in PROVISIONING are placed, oldest first
//! Tick (each minute, managed scaling) ─► out: desired up, fill ─► in: empty or drained hosts leave
//! ```
//! Left out: instance refresh, maximum lifetimes of a group's hosts, warm pools, weighted capacity.

use super::{
    For, HELD_UP, account, daemon, detect, even, external, launch, link, managed, need, printed, reconcile, stop,
};
use crate::engine::Span;
use crate::model::capacity::{ec2_group, luck};
use crate::model::event::steps;
use crate::model::fact::{Cause, Fact, HostStatus, Mechanism, Reason, StopCode, TaskState};
use crate::model::ids::{HostId, ProviderId, ServiceId, TypeId, ZoneId};
use crate::model::placement::choose;
use crate::model::plan::{Group, InstanceType, Managed, ProviderKind};
use crate::model::tables::host::{Host, live};
use crate::model::tables::task::newest_on;
use crate::model::tables::zone::LEFT_OUT;
use crate::model::world::{Cx, World};

steps! { Scale:
    /// The minute of managed scaling.
    Tick(provider: ProviderId),
    /// The group compares what it has with what it should have.
    Fill(provider: ProviderId),
    /// A host is registered.
    Booted(host: HostId),
    /// A host may go: it is empty.
    Idle(host: HostId),
    /// A host has drained for as long as it may.
    DrainOver(host: HostId),
    /// Managed Instances: a host is as old as it may be.
    Aged(host: HostId),
    /// Managed Instances: an agent has been silent for long.
    Impaired(host: HostId),
}

/// How long a group waits after no zone could give a host (model choice).
pub(crate) const LAUNCH_AGAIN: Span = Span::from_secs(60);
/// How long managed draining waits for tasks (Managed instance draining).
const DRAINS: Span = Span::from_secs(48 * 3_600);

/// Handles a step.
pub(crate) fn handle(world: &mut World, step: Step, cx: &mut Cx<'_>) {
    match step {
        Step::Tick(provider) => tick(world, provider, cx),
        Step::Fill(provider) => {
            world.providers[provider].filling = false;
            fill(world, provider, cx);
            even::look(world, provider, cx);
        }
        Step::Booted(host) => booted(world, host, cx),
        Step::Idle(host) => idle(world, host, cx),
        Step::DrainOver(host) => drain_over(world, host, cx),
        Step::Aged(host) => managed::aged(world, host, cx),
        Step::Impaired(host) => managed::impaired(world, host, cx),
    }
}

/// What a provider launches hosts from.
struct Source<'p> {
    types: &'p [TypeId],
    zones: &'p [ZoneId],
    pools: &'p [(ZoneId, u32)],
    boot: &'p crate::engine::Dist,
    trunking: bool,
    balanced_only: bool,
}

fn source<'p>(provider: ProviderId, cx: &Cx<'p>) -> Option<Source<'p>> {
    let plan: &'p crate::model::Plan = cx.plan;
    match &plan.providers[provider].kind {
        ProviderKind::Group(Group { types, zones, pools, boot, trunking, balanced_only, .. }) => {
            Some(Source { types, zones, pools, boot, trunking: *trunking, balanced_only: *balanced_only })
        }
        ProviderKind::Managed(Managed { types, zones, boot, .. }) => {
            Some(Source { types, zones, pools: &[], boot, trunking: false, balanced_only: false })
        }
        ProviderKind::Fargate { .. } | ProviderKind::AnyHost | ProviderKind::External(_) => None,
    }
}

/// First hosts and first ticks.
pub(crate) fn prepare(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    external::prepare(world, provider, cx);
    let ProviderKind::Group(group) = &cx.plan.providers[provider].kind else { return };
    world.providers[provider].desired = group.desired;
    let alike = if group.hosts.is_empty() { group.desired } else { 0 };
    for _ in 0..alike {
        stand(world, provider, None, cx);
    }
    printed::prepare(world, provider, group, cx);
    if group.scaling.is_some() {
        cx.after(Span::MINUTE, Step::Tick(provider));
    }
}

/// At time 0: a host that has been there for long.
fn stand(world: &mut World, provider: ProviderId, kind: Option<TypeId>, cx: &mut Cx<'_>) -> Option<HostId> {
    let id = new_host(world, provider, kind, None, cx)?;
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
    let (kind, zone) = managed::host_at_start(world, provider, service, cx)?;
    let host = new_host(world, provider, Some(kind), Some(zone), cx)?;
    register(world, host, cx);
    daemon::stand_on(world, host, cx);
    choose::host(world, service, provider, None, cx).ok()
}

/// A host begins to boot in the zone with the fewest of its provider; `None` when no zone gives one. A zone that gives
/// none is left out for five minutes, unless nothing else is left (model choice).
fn new_host(
    world: &mut World,
    provider: ProviderId,
    kind: Option<TypeId>,
    only: Option<ZoneId>,
    cx: &mut Cx<'_>,
) -> Option<HostId> {
    let source = source(provider, cx)?;
    let types = match &kind {
        Some(kind) => std::slice::from_ref(kind),
        None => source.types,
    };
    let found = zone_for(world, provider, types, &source, only, cx);
    let found = found.and_then(|zone| Some((zone, gives(world, provider, zone, types)?)));
    luck::requested(world, provider, cx);
    let (zone, kind) = found?;
    Some(printed::add(world, provider, zone, kind, cx))
}

/// The first of the types that a zone gives now.
pub(crate) fn gives(world: &World, provider: ProviderId, zone: ZoneId, types: &[TypeId]) -> Option<TypeId> {
    let open = world.zones[zone].powered() && world.zones[zone].reachable();
    let row = &world.providers[provider];
    types.iter().copied().find(|&kind| open && row.may_have(zone, kind))
}

fn zone_for(
    world: &mut World,
    provider: ProviderId,
    types: &[TypeId],
    source: &Source<'_>,
    only: Option<ZoneId>,
    cx: &Cx<'_>,
) -> Option<ZoneId> {
    let hosts = &world.providers[provider].hosts;
    let in_zone =
        |zone: ZoneId| live(&world.hosts, hosts).filter(|(_, host)| host.zone == zone && !host.leaving).count();
    let mut order: Vec<(usize, ZoneId)> = source.zones.iter().map(|&zone| (in_zone(zone), zone)).collect();
    order.retain(|(_, zone)| only.is_none_or(|only| only == *zone));
    // A rack is no larger than what stands in it at the start.
    let full = |zone: ZoneId| {
        let there = live(&world.hosts, hosts).filter(|(_, host)| host.zone == zone).count();
        source.pools.iter().any(|(pool, most)| *pool == zone && there >= *most as usize)
    };
    order.retain(|(_, zone)| !full(*zone) && link::governs(world, cx.plan, *zone));
    order.sort_unstable();
    if source.balanced_only {
        let least = order.first().map_or(0, |row| row.0);
        order.retain(|row| row.0 == least);
    }
    let mut last = None;
    for (_, zone) in order {
        let given = gives(world, provider, zone, types).is_some();
        let row = &mut world.providers[provider];
        if row.is_left_out(zone, cx.now) {
            last = last.or(given.then_some(zone));
        } else if given {
            return Some(zone);
        } else if !row.unlucky(zone) {
            row.leave_out(zone, cx.now + LEFT_OUT);
        }
    }
    last.filter(|_| only.is_none())
}

/// Hosts that a provider has and keeps, and those that faults will bring; one whose successor a fault brings counts once.
fn coming(world: &World, provider: ProviderId) -> u32 {
    let row = &world.providers[provider];
    live(&world.hosts, &row.hosts).filter(|(_, host)| !host.leaving && !host.held).count() as u32 + row.held
}

/// Launches hosts until the provider has as many as it should, or none is to be had: of a share that is, each is tried.
fn fill(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    if matches!(cx.plan.providers[provider].kind, ProviderKind::Managed(_)) {
        return managed::fill(world, provider, cx);
    }
    let mut short = false;
    for _ in coming(world, provider)..world.providers[provider].desired {
        let found = launch(world, provider, None, None, cx);
        short |= !found;
        if !found && !world.providers[provider].is_partial() {
            break;
        }
    }
    if !short {
        return;
    }
    for row in 0..world.providers[provider].waiting.len() {
        let Some(task) = world.tasks.get(world.providers[provider].waiting[row]) else { continue };
        super::pace::held_back(world, provider, task.service, cx);
    }
    fill_later(world, provider, LAUNCH_AGAIN, cx);
}

/// Launches one host, in any zone or in one; `false` when none can be had.
pub(crate) fn launch(
    world: &mut World,
    provider: ProviderId,
    kind: Option<TypeId>,
    only: Option<ZoneId>,
    cx: &mut Cx<'_>,
) -> bool {
    let Some(id) = new_host(world, provider, kind, only, cx) else { return false };
    let who = world.hosts.at(id.slot).who;
    if let Some(source) = source(provider, cx) {
        let boot = source.boot.sample(&mut cx.draw(For::Boot, who));
        cx.after(boot, Step::Booted(id));
    }
    true
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
    if !link::carries(&world.zones[host.zone]) {
        // Its agent does not get through to register.
        cx.after(HELD_UP, Step::Booted(id));
        return;
    }
    let provider = host.provider;
    register(world, id, cx);
    daemon::first(world, id, cx);
    room(world, provider, cx);
    let cluster = &cx.plan.clusters[cx.plan.providers[provider].cluster];
    for service in cluster.services.clone().map(ServiceId) {
        reconcile::wake_once(world, service, cx);
    }
    managed::idle_later(world, id, cx);
    managed::want(world, provider, cx);
    if world.providers[provider].evening {
        fill_later(world, provider, Span::ZERO, cx);
    }
}

pub(crate) fn register(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    let (provider, kind) = (host.provider, host.kind);
    let trunking = source(provider, cx).is_some_and(|source| source.trunking);
    let size: &InstanceType = &cx.plan.types[kind];
    world.hosts.at_mut(id.slot).register(size, trunking, cx.now);
    tell(world, id, cx);
    count_up(world, provider, cx);
    crate::model::fault::host_runs(world, id, cx);
    managed::lives(world, id, cx);
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
    // Placing only takes room: where one task of a service found none, the next finds none either.
    let mut stuck: Vec<ServiceId> = Vec::new();
    for _ in 0..world.providers[provider].waiting.len() {
        let Some(task) = world.providers[provider].waiting.pop_front() else { break };
        let Some(row) = world.tasks.get(task) else { continue };
        let service = row.service;
        if !stuck.contains(&service) {
            if let Ok(host) = choose::host(world, service, provider, None, cx) {
                launch::place(world, task, host, cx);
                continue;
            }
            stuck.push(service);
        }
        world.providers[provider].waiting.push_back(task);
    }
}

/// The minute of managed scaling.
fn tick(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    let ProviderKind::Group(group) = &cx.plan.providers[provider].kind else { return };
    let Some(scaling) = group.scaling else { return };
    cx.after(Span::MINUTE, Step::Tick(provider));
    let row = &world.providers[provider];
    let running = live(&world.hosts, &row.hosts).filter(|(_, host)| !host.leaving).count() as u32;
    let needed = need::in_use(world, provider) + need::for_waiting(world, provider, cx).len() as u32;
    let percent = ec2_group::reservation(needed, running);
    let row = &mut world.providers[provider];
    if row.told_reservation != percent {
        row.told_reservation = percent;
        cx.note(Fact::Reservation { provider, percent });
    }
    // The alarm needs one point; the group acts at the next minute.
    let level = ec2_group::level(scaling, needed, running);
    let was_high = std::mem::replace(&mut row.high, level.is_gt());
    row.low_points = if level.is_lt() { row.low_points + 1 } else { 0 };
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

/// Takes hosts away from the fullest zone, the oldest first: any, or with termination protection the empty ones only
/// (Managed instance draining; the oldest stands for the group's termination policy, model choice).
fn scale_in(world: &mut World, provider: ProviderId, group: &Group, take: u32, cx: &mut Cx<'_>) {
    for _ in 0..take {
        let row = &world.providers[provider];
        let staying = || live(&world.hosts, &row.hosts).filter(|(_, host)| !host.leaving);
        let in_zone = |zone: ZoneId| staying().filter(|(_, host)| host.zone == zone).count();
        let open = staying()
            .filter(|(_, host)| host.status == HostStatus::Active && (host.empty() || !group.termination_protection))
            .filter(|(_, host)| link::governs(world, cx.plan, host.zone));
        let pick = open.min_by_key(|(_, host)| (std::cmp::Reverse(in_zone(host.zone)), host.number));
        let (Some((id, _)), left) = (pick, (staying().count() as u32).saturating_sub(1)) else { return };
        let row = &mut world.providers[provider];
        row.desired = row.desired.min(left);
        leaves(world, id, group, Cause::mechanism(Mechanism::ScaleIn), cx);
    }
}

/// A host of a group is told to go: drained first where managed draining is on.
pub(crate) fn leaves(world: &mut World, id: HostId, group: &Group, cause: Cause, cx: &mut Cx<'_>) {
    if group.draining {
        drain(world, id, cause, cx);
    } else {
        terminate(world, id, cause, cx);
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
    let provider = host.provider;
    tell(world, id, cx);
    daemon::wake(world, provider, cx);
    if world.hosts.at(id.slot).empty() {
        leave_when_empty(world, id, cx);
    } else {
        let managed = matches!(cx.plan.providers[provider].kind, ProviderKind::Managed(_));
        cx.after(if managed { managed::DRAINS } else { DRAINS }, Step::DrainOver(id));
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

/// A host without tasks other than daemons: a draining one ends. Done by an event, as its last task is just being taken
/// off. A group that evens out its zones may have waited for it.
pub(crate) fn leave_when_empty(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    let provider = host.provider;
    if host.leaving {
        cx.after(Span::ZERO, Step::Idle(id));
    } else if world.providers[provider].evening {
        fill_later(world, provider, Span::ZERO, cx);
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
        managed::want(world, provider, cx);
    } else if !held {
        fill_later(world, provider, Span::ZERO, cx);
    }
    daemon::wake(world, provider, cx);
}

/// A host may go: one that leaves is empty, or a managed one has been idle for long enough.
fn idle(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let Some(host) = world.hosts.get(id) else { return };
    if !host.empty() || !host.alive {
        return;
    }
    if !link::governs(world, cx.plan, host.zone) {
        cx.after(HELD_UP, Step::Idle(id));
    } else if host.leaving {
        let cause = host.cause;
        terminate(world, id, cause, cx);
    } else {
        managed::idle(world, id, cx);
    }
}

/// A host has drained for as long as it may.
fn drain_over(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    if let Some(host) = world.hosts.get(id).filter(|host| host.alive && host.leaving) {
        let cause = host.cause;
        if link::governs(world, cx.plan, host.zone) {
            terminate(world, id, cause, cx);
        } else {
            cx.after(HELD_UP, Step::DrainOver(id));
        }
    }
}

/// A fault's successor of a dead host: it stands at once, in the same zone where possible. A group that has enough by
/// then, as it had one more than desired when the fault struck, gets none.
pub(crate) fn succeed(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    let row = &mut world.providers[provider];
    row.held = row.held.saturating_sub(1);
    let group = matches!(cx.plan.providers[provider].kind, ProviderKind::Group(_));
    if group && coming(world, provider) >= world.providers[provider].desired {
        return;
    }
    if let Some(id) = new_host(world, provider, None, None, cx) {
        cx.after(Span::ZERO, Step::Booted(id));
    } else {
        fill_later(world, provider, LAUNCH_AGAIN, cx);
    }
}
