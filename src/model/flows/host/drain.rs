//! A host that is told to go drains: it takes no new tasks, and goes as soon as its own have gone
//! ([ecs-instance-draining] [ecs-managed-draining]).

use super::hosts;
use crate::engine::Span;
use crate::model::fact::{Cause, HostStatus, Reason, StopCode, TaskState};
use crate::model::flows::cell::outage;
use crate::model::flows::rows::{account, belief, inventory, link, tell, wake};
use crate::model::flows::task::stop;
use crate::model::flows::{Cx, HELD_UP, World, step};
use crate::model::ids::HostId;
use crate::model::plan::{Group, Kind, ProviderKind};
use crate::model::tables::task::{Marks, on_host};

/// How long managed draining waits for tasks ([ecs-managed-draining]).
const DRAINS: Span = Span::from_secs(48 * 3_600);

/// How long Managed Instances may drain: the hard end comes about seven days later ([ecs-managed-instances-patching]).
const DRAINS_MANAGED: Span = Span::from_secs(7 * 86_400);

pub(crate) fn handle(world: &mut World, step: step::Drain, cx: &mut Cx<'_>) {
    match step {
        step::Drain::DrainOver(host) => over(world, host, cx),
        step::Drain::Drains(host) => drains(world, host, cx),
    }
}

/// A host is told to go. It is ECS that sets it DRAINING and moves its tasks: not before its cell acts.
pub(crate) fn begin(world: &mut World, id: HostId, cause: Cause, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    if host.leaving || host.status != HostStatus::Active {
        return;
    }
    inventory::change(world, id, |host| (host.leaving, host.cause) = (true, cause));
    if world.outages == 0 || !outage::holds(world, step::Drain::Drains(id).into(), cx) {
        drains(world, id, cx);
    }
}

/// Sets a host DRAINING: it goes as soon as its tasks have gone.
fn drains(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let Some(host) = world.hosts.get(id).filter(|host| host.status == HostStatus::Active) else { return };
    let (provider, cause) = (host.provider, host.cause);
    belief::host_drains(world, id);
    tell::host(world, id, cx);
    wake::daemons(world, provider, cx);
    if world.hosts.at(id.slot).empty() {
        wake::when_empty(world, id, cx);
    } else {
        let managed = matches!(cx.plan.providers[provider].kind, ProviderKind::Managed(_));
        cx.after(if managed { DRAINS_MANAGED } else { DRAINS }, step::Drain::DrainOver(id));
        move_tasks(world, id, cause, cx);
    }
}

/// A host has drained for as long as it may.
fn over(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    if let Some(host) = world.hosts.get(id).filter(|host| host.leaving && !host.ended) {
        let cause = host.cause;
        if link::governs(world, cx.plan, host.zone) {
            hosts::terminate(world, id, cause, cx);
        } else {
            cx.after(HELD_UP, step::Drain::DrainOver(id));
        }
    }
}

/// A host of a group is told to go: drained first where managed draining is on.
pub(crate) fn leaves(world: &mut World, id: HostId, group: &Group, cause: Cause, cx: &mut Cx<'_>) {
    if group.draining {
        begin(world, id, cause, cx);
    } else {
        hosts::terminate(world, id, cause, cx);
    }
}

/// A host is told to go: what runs on it is to be replaced, what has not started is stopped.
fn move_tasks(world: &mut World, id: HostId, cause: Cause, cx: &mut Cx<'_>) {
    let mut scratch = std::mem::take(&mut world.scratch);
    scratch.clear();
    scratch.extend(on_host(&world.tasks, world.hosts.at(id.slot).first).map(|(task, _)| task));
    for &task in &scratch {
        let row = world.tasks.at(task.slot);
        let (service, kind) = (row.service, cx.plan.services[row.service].kind);
        // Standalone tasks are left to end by themselves ([ecs-instance-draining]).
        if !row.wanted || kind == Kind::Stream {
            continue;
        }
        if row.state < TaskState::Running {
            account::change(world, cx.plan, task, |task| task.cause = cause);
            stop::begin(world, task, StopCode::TerminationNotice, Reason::Draining, cx);
            continue;
        }
        if kind == Kind::Replica {
            account::change(world, cx.plan, task, |task| task.marks.set(Marks::LEAVING, true));
            world.services[service].scheduler.replace_cause = cause;
        }
        wake::scheduler(world, service, cx);
    }
    world.scratch = scratch;
}
