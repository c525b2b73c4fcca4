//! A host that is told to go drains: it takes no new tasks, and goes as soon as its own have gone
//! ([ecs-instance-draining] [ecs-managed-draining]).

use super::{HELD_UP, daemon, detect, inventory, link, managed, outage, scale};
use crate::engine::Span;
use crate::model::fact::{Cause, HostStatus, StopCode};
use crate::model::ids::HostId;
use crate::model::plan::ProviderKind;
use crate::model::world::{Cx, World};

/// How long managed draining waits for tasks ([ecs-managed-draining]).
const DRAINS: Span = Span::from_secs(48 * 3_600);

/// A host is told to go. It is ECS that sets it DRAINING and moves its tasks: not before its cell acts.
pub(crate) fn begin(world: &mut World, id: HostId, cause: Cause, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    if host.leaving || host.status != HostStatus::Active {
        return;
    }
    inventory::change(world, id, |host| (host.leaving, host.cause) = (true, cause));
    if world.outages == 0 || !outage::holds(world, scale::Step::Drains(id).into(), cx) {
        drains(world, id, cx);
    }
}

/// Sets a host DRAINING: it goes as soon as its tasks have gone.
pub(crate) fn drains(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let Some(host) = world.hosts.get(id).filter(|host| host.status == HostStatus::Active) else { return };
    let (provider, cause) = (host.provider, host.cause);
    inventory::change(world, id, |host| host.status = HostStatus::Draining);
    scale::tell(world, id, cx);
    daemon::wake(world, provider, cx);
    if world.hosts.at(id.slot).empty() {
        scale::leave_when_empty(world, id, cx);
    } else {
        let managed = matches!(cx.plan.providers[provider].kind, ProviderKind::Managed(_));
        cx.after(if managed { managed::DRAINS } else { DRAINS }, scale::Step::DrainOver(id));
        detect::drain(world, id, cause, StopCode::TerminationNotice, cx);
    }
}

/// A host has drained for as long as it may.
pub(crate) fn over(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    if let Some(host) = world.hosts.get(id).filter(|host| host.leaving && !host.ended) {
        let cause = host.cause;
        if link::governs(world, cx.plan, host.zone) {
            scale::terminate(world, id, cause, cx);
        } else {
            cx.after(HELD_UP, scale::Step::DrainOver(id));
        }
    }
}
