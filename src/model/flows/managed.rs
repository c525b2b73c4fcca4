//! ECS Managed Instances: hosts come when tasks wait, go when they are idle, old or impaired (domain sheet, section 4.7).
//!
//! ```text
//! want ─► fill: a host of the cheapest type for each bin of waiting tasks ─► booted ─► idle ─► ended
//!                                                        14 days ─► drained ─► a week later ended
//!                                                        agent silent ─► impaired ─► drained, replaced
//! ```
//! Left out: consolidation of hosts that are in use but badly filled, event windows, capacity reservations.

use super::{need, scale};
use crate::engine::Span;
use crate::model::fact::{Cause, HostStatus, Mechanism};
use crate::model::ids::{HostId, ProviderId, TypeId};
use crate::model::plan::{Managed, ProviderKind};
use crate::model::tables::host::live;
use crate::model::world::{Cx, World};

/// The age at which a host begins to drain (sourced: AWS Batch user guide, Managed Instances draining).
const LIFE: Span = Span::from_secs(14 * 86_400);
/// How long it may drain: the hard end comes about seven days later (domain sheet, section 4.7).
pub(crate) const DRAINS: Span = Span::from_secs(7 * 86_400);

fn of<'p>(provider: ProviderId, cx: &Cx<'p>) -> Option<&'p Managed> {
    let plan: &'p crate::model::Plan = cx.plan;
    match &plan.providers[provider].kind {
        ProviderKind::Managed(managed) => Some(managed),
        _ => None,
    }
}

/// Tasks wait: hosts are launched for them.
pub(crate) fn want(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    if of(provider, cx).is_some() && !world.providers[provider].waiting.is_empty() {
        scale::fill_later(world, provider, Span::ZERO, cx);
    }
}

/// Launches a host for each bin of waiting tasks, beside those that boot already and those that a fault will bring.
pub(crate) fn fill(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    let hosts = live(&world.hosts, &world.providers[provider].hosts);
    let mut booting: Vec<TypeId> =
        hosts.filter(|(_, host)| host.status == HostStatus::Registering).map(|(_, host)| host.kind).collect();
    let mut held = world.providers[provider].held;
    for kind in need::for_waiting(world, provider, cx) {
        if let Some(row) = booting.iter().position(|one| *one == kind) {
            booting.swap_remove(row);
        } else if held > 0 {
            held -= 1;
        } else if helps(world, provider, kind, cx) && !scale::launch(world, provider, Some(kind), None, cx) {
            scale::fill_later(world, provider, scale::LAUNCH_AGAIN, cx);
            return;
        }
    }
}

/// Whether another host of the type helps: not where an idle one in each zone already waits for tasks that it cannot
/// take, as their constraints forbid it.
fn helps(world: &World, provider: ProviderId, kind: TypeId, cx: &Cx<'_>) -> bool {
    let Some(managed) = of(provider, cx) else { return false };
    let idle = |zone| {
        live(&world.hosts, &world.providers[provider].hosts)
            .any(|(_, host)| host.zone == zone && host.kind == kind && host.takes_tasks() && host.empty())
    };
    !managed.zones.iter().all(|&zone| idle(zone))
}

/// The cheapest type for a task at time 0.
pub(crate) fn first_type(provider: ProviderId, need: &crate::model::plan::TaskDef, cx: &Cx<'_>) -> Option<TypeId> {
    let share = super::daemon::share(provider, cx);
    of(provider, cx)?.types.iter().copied().find(|&kind| {
        let size = &cx.plan.types[kind];
        size.cpu >= need.cpu + share.cpu
            && size.memory >= need.memory + share.memory
            && size.enis >= u32::from(need.eni) + share.enis
    })
}

/// A host is registered: its life begins.
pub(crate) fn lives(world: &World, id: HostId, cx: &mut Cx<'_>) {
    if of(world.hosts.at(id.slot).provider, cx).is_some() {
        cx.after(LIFE, scale::Step::Aged(id));
    }
}

/// It is fourteen days old.
pub(crate) fn aged(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    if world.hosts.get(id).is_some() {
        scale::drain(world, id, Cause::mechanism(Mechanism::Maintenance), cx);
    }
}

/// A host is empty: it may go after its time.
pub(crate) fn idle_later(world: &World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    if let Some(Managed { scale_in_after: Some(after), .. }) = of(host.provider, cx)
        && host.empty()
        && !host.leaving
    {
        cx.after(*after, scale::Step::Idle(id));
    }
}

/// It may have been idle for long enough. Another event comes if it was used in between.
pub(crate) fn idle(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    let Some(Managed { scale_in_after: Some(after), .. }) = of(host.provider, cx) else { return };
    if cx.now.since(host.idle_since) >= *after {
        scale::terminate(world, id, Cause::mechanism(Mechanism::ScaleIn), cx);
    }
}

/// Its agent fell silent: should it stay so, the host counts as impaired.
pub(crate) fn falls_silent(world: &World, id: HostId, after: Span, cx: &mut Cx<'_>) {
    if of(world.hosts.at(id.slot).provider, cx).is_some_and(|managed| managed.repairs) {
        cx.after(after, scale::Step::Impaired(id));
    }
}

/// It has been silent for long: drained and replaced.
pub(crate) fn impaired(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let Some(host) = world.hosts.get(id) else { return };
    if !host.connected {
        let cause = world.zones[host.zone].cut_cause.unwrap_or(host.cause);
        scale::drain(world, id, cause, cx);
    }
}
