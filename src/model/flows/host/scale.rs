//! How many hosts there are: Auto Scaling groups with managed scaling, and Managed Instances.
//!
//! ```text
//! fill ─► a host is launched (`hosts`) ─► Booted ─► room ─► tasks that wait in PROVISIONING are placed, oldest first
//! Tick (each minute, managed scaling) ─► out: desired up, fill ─► in: empty or drained hosts leave
//! ```
//! Unhealthy hosts: `host_health`; rebalance recommendations: `at_risk`. Left out: instance refresh, maximum lifetimes
//! of a group's hosts, warm pools, weighted capacity.

use super::{at_risk, drain, even, external, hosts, managed, need, printed};
use crate::engine::Span;
use crate::model::capacity::ec2_group;
use crate::model::fact::{Cause, HostFact, HostStatus, Mechanism};
use crate::model::flows::rows::{inventory, link, tell, wake};
use crate::model::flows::task::place;
use crate::model::flows::{Cx, HELD_UP, News, World, step};
use crate::model::ids::{HostId, ProviderId, ZoneId};
use crate::model::plan::{Group, ProviderKind};
use crate::model::tables::host::live;

pub(crate) fn handle(world: &mut World, step: step::Scale, cx: &mut Cx<'_>) {
    match step {
        step::Scale::Tick(provider) => tick(world, provider, cx),
        step::Scale::Fill(provider) => {
            world.providers[provider].filling = false;
            fill(world, provider, cx);
            at_risk::look(world, provider, cx);
            even::look(world, provider, cx);
        }
        step::Scale::Booted(host) => booted(world, host, cx),
        step::Scale::Idle(host) => idle(world, host, cx),
    }
}

/// First hosts and first ticks.
pub(crate) fn prepare(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    external::prepare(world, provider, cx);
    let ProviderKind::Group(group) = &cx.plan.providers[provider].kind else { return };
    world.providers[provider].desired = group.desired;
    let alike = if group.hosts.is_empty() { group.desired } else { 0 };
    for _ in 0..alike {
        // It has been there for long.
        if let Some(id) = hosts::new_host(world, provider, None, None, cx) {
            hosts::register(world, id, cx);
        }
    }
    printed::prepare(world, provider, group, cx);
    if group.scaling.is_some() {
        cx.after(Span::MINUTE, step::Scale::Tick(provider));
    }
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
        if hosts::launch(world, provider, None, None, cx) {
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
        tell::refused(world, provider, task.service, cx);
    }
    wake::hosts(world, provider, hosts::LAUNCH_AGAIN, cx);
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

fn booted(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let Some(host) = world.hosts.get(id).filter(|host| host.alive) else { return };
    if !link::carries(&world.zones[host.zone]) {
        // Its agent does not get through to register.
        return cx.after(HELD_UP, step::Scale::Booted(id));
    }
    let provider = host.provider;
    hosts::register(world, id, cx);
    world.hear(News::HostOpen(id), cx);
    place::room(world, provider, cx);
    at_risk::stands(world, id, cx);
    for service in cx.plan.services_of(cx.plan.providers[provider].cluster) {
        wake::scheduler(world, service, cx);
    }
    wake::idle_later(world, id, cx);
    wake::for_waiting(world, provider, cx);
    if world.providers[provider].evening {
        wake::hosts(world, provider, Span::ZERO, cx);
    }
}

/// The minute of managed scaling.
fn tick(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    let ProviderKind::Group(group) = &cx.plan.providers[provider].kind else { return };
    let Some(scaling) = group.scaling else { return };
    cx.after(Span::MINUTE, step::Scale::Tick(provider));
    let running = world.providers[provider].sum(|zone| zone.staying);
    let needed = need::in_use(world, provider) + need::for_waiting(world, provider, group, cx);
    let percent = ec2_group::reservation(needed, running);
    let row = &mut world.providers[provider];
    if row.reported_reservation != percent {
        row.reported_reservation = percent;
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
        // Hosts beyond the size, while zones are evened out, may be those that it asks for: the group looks all the
        // same.
        if add > 0 || more > 0 {
            row.scaled_out = Some(cx.now);
            wake::hosts(world, provider, Span::ZERO, cx);
        }
    } else if row.low_points >= ec2_group::LOW_POINTS
        && ec2_group::rested(scaling, row.scaled_out, cx.now)
        // A zonal shift blocks scaling policies from scaling in ([asg-zonal-shift]).
        && row.away.is_none()
    {
        let take = ec2_group::step_in(scaling, needed, running, group.min);
        row.low_points = 0;
        scale_in(world, provider, group, take, cx);
    }
}

/// Takes hosts away from the fullest zone, the oldest first (model choice): with termination protection empty ones
/// only.
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
        drain::leaves(world, id, group, Cause::mechanism(Mechanism::ScaleIn), cx);
    }
}

/// A host may go: one that leaves is empty, or a managed one has been idle for long enough.
fn idle(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let Some(host) = world.hosts.get(id) else { return };
    // Of one whose instance has been ended ECS will be told.
    if !host.empty() || host.ended {
        return;
    }
    if !link::governs(world, cx.plan, host.zone) {
        cx.after(HELD_UP, step::Scale::Idle(id));
    } else if host.leaving {
        let cause = host.cause;
        hosts::terminate(world, id, cause, cx);
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
    match hosts::new_host(world, provider, None, None, cx) {
        Some(id) => cx.after(Span::ZERO, step::Scale::Booted(id)),
        None => wake::hosts(world, provider, hosts::LAUNCH_AGAIN, cx),
    }
}
