//! Hosts come and go: Auto Scaling groups with managed scaling, and Managed Instances.
//!
//! ```text
//! fill ─► launch_host ─► Booted ─► room ─► tasks that wait in PROVISIONING are placed, oldest first
//! Tick (each minute, managed scaling) ─► out: desired up, fill ─► in: empty or drained hosts leave
//! ```
//! Unhealthy hosts: `host_health`; rebalance recommendations: `at_risk`. Left out: instance refresh, maximum lifetimes of a group's hosts, warm pools, weighted capacity.

use super::{For, HELD_UP, account, at_risk, daemon, drain, even, external, host_health, inventory, launch, link};
use super::{managed, need, printed, reconcile, stop};
use crate::engine::Span;
use crate::model::capacity::{ec2_group, luck};
use crate::model::event::steps;
use crate::model::fact::{Cause, HostFact, HostStatus, Mechanism, Reason, StopCode, TaskState};
use crate::model::ids::{HostId, ProviderId, ServiceId, TypeId, ZoneId};
use crate::model::placement::choose;
use crate::model::plan::{Group, InstanceType, Managed, ProviderKind};
use crate::model::tables::host::live;
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
    /// A group finds a host unhealthy.
    Unhealthy(host: HostId),
    /// ECS acts again: a host that was told to go meanwhile drains.
    Drains(host: HostId),
}

/// How long a group waits after no zone could give a host (model choice).
pub(crate) const LAUNCH_AGAIN: Span = Span::from_secs(60);

/// Handles a step.
pub(crate) fn handle(world: &mut World, step: Step, cx: &mut Cx<'_>) {
    match step {
        Step::Tick(provider) => tick(world, provider, cx),
        Step::Fill(provider) => {
            world.providers[provider].filling = false;
            fill(world, provider, cx);
            at_risk::look(world, provider, cx);
            even::look(world, provider, cx);
        }
        Step::Booted(host) => booted(world, host, cx),
        Step::Idle(host) => idle(world, host, cx),
        Step::DrainOver(host) => drain::over(world, host, cx),
        Step::Aged(host) => managed::aged(world, host, cx),
        Step::Impaired(host) => managed::impaired(world, host, cx),
        Step::Unhealthy(host) => host_health::unhealthy(world, host, cx),
        Step::Drains(host) => drain::drains(world, host, cx),
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

/// A host begins to boot in the zone with the fewest. A zone that gives none is tried last for five minutes (model choice).
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
    let row = &world.providers[provider];
    let mut order: Vec<(u32, ZoneId)> = source.zones.iter().map(|&zone| (row.in_zone(zone).staying, zone)).collect();
    order.retain(|(_, zone)| only.is_none_or(|only| only == *zone));
    // A rack is no larger than what stands in it at the start.
    let full = |zone: ZoneId| source.pools.iter().any(|(pool, most)| *pool == zone && row.in_zone(zone).there >= *most);
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

/// Launches hosts until the provider has as many as it should, or none is to be had: of a share that is, each is tried.
fn fill(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    if matches!(cx.plan.providers[provider].kind, ProviderKind::Managed(_)) {
        return managed::fill(world, provider, cx);
    }
    let coming = inventory::coming(world, provider);
    let row = &mut world.providers[provider];
    let mut missing = row.desired.saturating_sub(coming);
    row.asked = row.asked.min(missing);
    let mut short = false;
    let tries = missing;
    for _ in 0..tries {
        if launch(world, provider, None, None, cx) {
            launched(world, provider, missing, cx);
            missing -= 1;
        } else {
            short = true;
            if !world.providers[provider].is_partial() {
                break;
            }
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

/// Replacements come first: what is launched last is what managed scaling asked for, and warms up from its launch on.
fn launched(world: &mut World, provider: ProviderId, missing: u32, cx: &Cx<'_>) {
    let ProviderKind::Group(Group { scaling: Some(scaling), .. }) = &cx.plan.providers[provider].kind else { return };
    let row = &mut world.providers[provider];
    if missing <= row.asked {
        row.asked = missing - 1;
        row.warm_until = cx.now + scaling.warm_up;
    }
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
    at_risk::stands(world, id, cx);
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
    inventory::change(world, id, |host| host.register(size, trunking, cx.now));
    tell(world, id, cx);
    inventory::tell(world, provider, cx);
    crate::model::fault::host_runs(world, id, cx);
    managed::lives(world, id, cx);
}

/// Tells readers of a host's status.
pub(crate) fn tell(world: &World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    let connected = host.connected;
    cx.note(HostFact::Changed {
        provider: host.provider,
        number: host.number,
        zone: host.zone,
        status: host.status,
        connected,
        type_row: host.kind.0,
    });
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
    let running = world.providers[provider].sum(|zone| zone.staying);
    let needed = need::in_use(world, provider) + need::for_waiting(world, provider, group, cx);
    let percent = ec2_group::reservation(needed, running);
    let row = &mut world.providers[provider];
    if row.told_reservation != percent {
        row.told_reservation = percent;
        cx.note(HostFact::Reservation { provider, percent });
    }
    // The alarm needs one point; the group acts at the next minute, unless a host that it launched still warms up.
    let level = ec2_group::level(scaling, needed, running);
    let was_high = std::mem::replace(&mut row.high, level.is_gt());
    row.low_points = if level.is_lt() { row.low_points + 1 } else { 0 };
    if row.high && was_high && row.warm_until <= cx.now {
        let add = ec2_group::step_out(scaling, needed, running, group.max);
        let desired = (running + add).max(row.desired).min(group.max);
        let more = desired - row.desired;
        row.asked += more;
        row.desired = desired;
        // Hosts beyond the size, while zones are evened out, may be those that it asks for: the group looks all the same.
        if add > 0 || more > 0 {
            row.scaled_out = Some(cx.now);
            fill_later(world, provider, Span::ZERO, cx);
        }
    } else if row.low_points >= ec2_group::LOW_POINTS && ec2_group::rested(scaling, row.scaled_out, cx.now) {
        let take = ec2_group::step_in(scaling, needed, running, group.min);
        row.low_points = 0;
        scale_in(world, provider, group, take, cx);
    }
}

/// Takes hosts away from the fullest zone, the oldest first (model choice): with termination protection empty ones only.
fn scale_in(world: &mut World, provider: ProviderId, group: &Group, take: u32, cx: &mut Cx<'_>) {
    for _ in 0..take {
        let row = &world.providers[provider];
        let in_zone = |zone: ZoneId| row.in_zone(zone).staying;
        let staying = live(&world.hosts, &row.hosts).filter(|(_, host)| host.counts());
        let open = staying
            .filter(|(_, host)| host.status == HostStatus::Active && (host.empty() || !group.termination_protection))
            .filter(|(_, host)| link::governs(world, cx.plan, host.zone));
        let pick = open.min_by_key(|(_, host)| (std::cmp::Reverse(in_zone(host.zone)), host.number));
        let (Some((id, _)), left) = (pick, row.sum(|zone| zone.staying).saturating_sub(1)) else { return };
        let row = &mut world.providers[provider];
        row.desired = row.desired.min(left);
        leaves(world, id, group, Cause::mechanism(Mechanism::ScaleIn), cx);
    }
}

/// A host of a group is told to go: drained first where managed draining is on.
pub(crate) fn leaves(world: &mut World, id: HostId, group: &Group, cause: Cause, cx: &mut Cx<'_>) {
    if group.draining {
        drain::begin(world, id, cause, cx);
    } else {
        terminate(world, id, cause, cx);
    }
}

/// Ends a host with whatever runs on it.
pub(crate) fn terminate(world: &mut World, id: HostId, cause: Cause, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    inventory::change(world, id, |host| (host.leaving, host.status) = (true, HostStatus::Draining));
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
    let host = world.hosts.at(id.slot);
    assert!(host.tasks == 0, "host {} is removed with {} tasks on it", host.number, host.tasks);
    let (provider, held) = (host.provider, host.held);
    inventory::change(world, id, |host| {
        host.status = HostStatus::Inactive;
        host.connected = false;
        host.alive = false;
    });
    tell(world, id, cx);
    inventory::remove(world, id);
    inventory::tell(world, provider, cx);
    at_risk::gone(world, provider, id);
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
    // Of one whose instance has been ended ECS will be told.
    if !host.empty() || host.ended {
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

/// A fault's successor of a dead host: it stands at once. A group that has enough by then gets none.
pub(crate) fn succeed(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    let row = &mut world.providers[provider];
    row.held = row.held.saturating_sub(1);
    let group = matches!(cx.plan.providers[provider].kind, ProviderKind::Group(_));
    if group && inventory::coming(world, provider) >= world.providers[provider].desired {
        return;
    }
    match new_host(world, provider, None, None, cx) {
        Some(id) => cx.after(Span::ZERO, Step::Booted(id)),
        None => fill_later(world, provider, LAUNCH_AGAIN, cx),
    }
}
