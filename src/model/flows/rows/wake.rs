//! Who is to look again: the scheduler at a service, a provider at its hosts. They are woken by a step, once however
//! much there is to see.

use super::daemons;
use crate::engine::key::Phase as Turn;
use crate::engine::{Span, Time};
use crate::model::flows::{Cx, World, step};
use crate::model::ids::{HostId, ProviderId, ServiceId, TaskId};
use crate::model::placement::spread;
use crate::model::plan::{Group, Plan, ProviderKind};
use crate::model::tables::Host;
use crate::model::tables::host::NIL;
use crate::model::tables::task::Target;

/// Wakes the scheduler for a service, once however much news there is.
pub(crate) fn scheduler(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    if !row.scheduler.woken {
        row.scheduler.woken = true;
        cx.after(Span::ZERO, step::Reconcile::Wake(service));
    }
}

/// Hosts of a provider have come, gone or changed: its cluster's daemons look.
pub(crate) fn daemons(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    for row in 0..world.daemons.len() {
        if let Some(service) = daemons::in_row(world, row, provider, cx) {
            scheduler(world, service, cx);
        }
    }
}

/// Looks at the number of hosts after a while, once.
pub(crate) fn hosts(world: &mut World, provider: ProviderId, delay: Span, cx: &mut Cx<'_>) {
    if !world.providers[provider].filling {
        world.providers[provider].filling = true;
        cx.after(delay, step::Scale::Fill(provider));
    }
}

/// Tasks wait: hosts are launched for them.
pub(crate) fn for_waiting(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    if spread::managed(cx.plan, provider).is_some() && !world.providers[provider].waiting.is_empty() {
        hosts(world, provider, Span::ZERO, cx);
    }
}

/// The delay of infrastructure optimization, unless it is off.
pub(crate) fn scales_in(plan: &Plan, provider: ProviderId) -> Option<Span> {
    spread::managed(plan, provider)?.scale_in_after
}

/// A host is empty: it may go after its time.
pub(crate) fn idle_later(world: &World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    if let Some(after) = scales_in(cx.plan, host.provider).filter(|_| host.empty() && !host.leaving) {
        cx.after(after, step::Scale::Idle(id));
    }
}

/// From one look to the next, at least (model choice).
const LOOKS_APART: Span = Span::MINUTE;

/// A task started or stopped on a host.
pub(crate) fn stirred(world: &mut World, host: HostId, cx: &mut Cx<'_>) {
    let row = world.hosts.at_mut(host.slot);
    let provider = row.provider;
    if let Some(after) = scales_in(cx.plan, provider) {
        row.stirred = cx.now;
        look_at(world, provider, cx.now + after, cx);
    }
}

/// Looks at that time, or a minute after the last look, unless a look is on its way.
pub(crate) fn look_at(world: &mut World, provider: ProviderId, at: Time, cx: &mut Cx<'_>) {
    let row = &mut world.providers[provider];
    if !std::mem::replace(&mut row.watched, true) {
        let earliest = row.looked.map_or(at, |looked| looked + LOOKS_APART);
        cx.at(at.max(earliest), Turn::Normal, step::Consolidate::Look(provider));
    }
}

/// A host without tasks other than daemons: a draining one ends. Done by an event, as its last task is just being taken
/// off. A group that evens out its zones may have waited for it.
pub(crate) fn when_empty(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    let provider = host.provider;
    if host.leaving {
        cx.after(Span::ZERO, step::Scale::Idle(id));
    } else if world.providers[provider].evening {
        hosts(world, provider, Span::ZERO, cx);
    }
}

/// A target failed its checks: a group that looks at its target groups finds the host unhealthy. A task with a network
/// interface of its own is registered by its address, which says nothing of the host.
pub(crate) fn target_out(world: &World, task: TaskId, cx: &mut Cx<'_>) {
    let row = world.tasks.at(task.slot);
    if row.host == NIL || row.target != Target::Unhealthy || cx.plan.services[row.service].task.eni {
        return;
    }
    let host = world.hosts.at(row.host);
    let ProviderKind::Group(group) = &cx.plan.providers[host.provider].kind else { return };
    if group.health.targets && group.health.acts && !host.ended && !host.standby {
        let grace = grace_ends(host, group);
        let wait = if grace > cx.now { grace.since(cx.now) } else { crate::engine::Span::ZERO };
        cx.after(wait, step::HostHealth::Unhealthy(world.hosts.handle(row.host)));
    }
}

/// Until then the group does not look at a host. One that stood at time 0 has been there for long.
pub(crate) fn grace_ends(host: &Host, group: &Group) -> Time {
    if host.since == Time::ZERO { Time::ZERO } else { host.since + group.health.grace }
}
