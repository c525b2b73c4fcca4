//! What ECS and load balancers believe: the one place where the status, the health and the target of a task, the status
//! of a host and the connection of its agent are set. Each function is one thing that becomes known.
//!
//! | Column | As ECS shows it | Truth beside it |
//! |---|---|---|
//! | `Task::state` | `lastStatus` | `Task::alive` |
//! | `Task::health` | `healthStatus` | the mark `READY` |
//! | `Task::target` | target health | whether the task answers |
//! | `Host::status` | `status` of a container instance | `Host::alive` |
//! | `Host::connected` | `agentConnected` | `Host::unheard`, the zone's link |

use super::{account, inventory, tell};
use crate::model::fact::{Cause, HostStatus, Phase, Reason, StopCode, TaskState};
use crate::model::flows::{Cx, World};
use crate::model::ids::{HostId, TaskId};
use crate::model::plan::{InstanceType, Service};
use crate::model::tables::task::{Health, Marks, Target, Task};

/// A start has come as far as a state.
pub fn reaches(world: &mut World, id: TaskId, state: TaskState, phase: Phase, cx: &mut Cx<'_>) {
    goes(world, id, StopCode::None, Reason::None, cx, |task| (task.state, task.phase) = (state, phase));
}

/// Changes a task, and tells readers of its state.
fn goes(world: &mut World, id: TaskId, code: StopCode, reason: Reason, cx: &mut Cx<'_>, edit: impl FnOnce(&mut Task)) {
    let from = world.tasks.at(id.slot).state;
    account::change(world, cx.plan, id, edit);
    tell::task(world, id, from, code, reason, cx);
}

/// The containers run: RUNNING. Without any check that is all it takes to be healthy; `unfit`: its checks never pass.
#[inline]
pub(crate) fn runs(world: &mut World, id: TaskId, checked: bool, unfit: bool, cx: &mut Cx<'_>) {
    let (now, service) = (cx.now, world.task(id, cx.plan).1);
    goes(world, id, StopCode::None, Reason::None, cx, |task| {
        (task.started, task.ran_since) = (now, now);
        task.state = TaskState::Running;
        task.phase = Phase::HealthCheck;
        task.set_ready(service.life.health.is_none() && !unfit);
        task.target = registered(service, Target::Initial);
        if !checked {
            task.health = Health::Healthy;
        }
    });
    tell::target(world, id, Target::None, cx);
}

/// Changes a task, and tells readers what the load balancer does with it, if that is something else now.
fn aims(world: &mut World, id: TaskId, cx: &mut Cx<'_>, edit: impl FnOnce(&mut Task)) {
    let before = world.tasks.at(id.slot).target;
    account::change(world, cx.plan, id, edit);
    tell::target(world, id, before, cx);
}

/// At time 0: RUNNING and healthy for long.
pub(crate) fn stood(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let service = world.task(id, cx.plan).1;
    goes(world, id, StopCode::None, Reason::None, cx, |task| {
        task.marks.set(Marks::STOOD, true);
        task.state = TaskState::Running;
        task.set_ready(true);
        task.health = Health::Healthy;
        task.target = registered(service, Target::Healthy);
    });
}

/// A target in this state, of a service that has a load balancer.
fn registered(service: &Service, target: Target) -> Target {
    if service.balancer.is_some() { target } else { Target::None }
}

/// Its checks pass; `heard`: ECS learns of it, and not the load balancer alone.
pub(crate) fn passes(world: &mut World, id: TaskId, heard: bool, cx: &mut Cx<'_>) {
    let balanced = cx.plan.services[world.tasks.at(id.slot).service].balancer.is_some();
    aims(world, id, cx, |task| {
        task.set_ready(true);
        if heard {
            task.health = Health::Healthy;
        }
        if balanced {
            task.target = Target::Healthy;
        }
    });
}

/// Its checks have failed: UNHEALTHY; `container`: those of its containers.
pub(crate) fn fails(world: &mut World, id: TaskId, cause: Cause, container: bool, cx: &mut Cx<'_>) {
    aims(world, id, cx, |task| {
        task.health = Health::Unhealthy;
        task.marks.set(Marks::CONTAINER_FAILS, container);
        task.cause = cause;
        task.phase = Phase::Scheduling;
        if task.target != Target::None {
            task.target = Target::Unhealthy;
        }
    });
}

/// The load balancer takes it out; ECS does not act on that yet.
pub(crate) fn target_fails(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    aims(world, id, cx, |task| task.target = Target::Unhealthy);
}

/// It is not wanted any more and leaves the load balancer: DEACTIVATING.
pub(crate) fn deregisters(world: &mut World, id: TaskId, code: StopCode, reason: Reason, cx: &mut Cx<'_>) {
    goes(world, id, code, reason, cx, |task| {
        task.wanted = false;
        task.state = TaskState::Deactivating;
        task.target = Target::Draining;
    });
    tell::target(world, id, Target::Healthy, cx);
}

/// The stop signal is sent: STOPPING.
pub(crate) fn stops(world: &mut World, id: TaskId, code: StopCode, reason: Reason, cx: &mut Cx<'_>) {
    let before = world.tasks.at(id.slot).target;
    goes(world, id, code, reason, cx, |task| {
        task.wanted = false;
        task.state = TaskState::Stopping;
        if task.target != Target::None {
            task.target = Target::Draining;
        }
    });
    tell::target(world, id, before, cx);
}

/// It is gone: STOPPED. Detaching a network interface takes no time (model choice).
#[inline]
pub(crate) fn stopped(world: &mut World, id: TaskId, code: StopCode, reason: Reason, cx: &mut Cx<'_>) {
    // Not through the accounting: the row leaves them as a whole afterwards.
    let task = world.tasks.at_mut(id.slot);
    let from = task.state;
    let detaches = from == TaskState::Stopping && cx.plan.services[task.service].task.eni;
    task.state = if detaches { TaskState::Deprovisioning } else { TaskState::Stopped };
    task.wanted = false;
    tell::task(world, id, from, code, reason, cx);
    if detaches {
        world.tasks.at_mut(id.slot).state = TaskState::Stopped;
        tell::task(world, id, TaskState::Deprovisioning, code, reason, cx);
    }
}

/// A host is registered: ACTIVE, and its agent is connected.
pub(crate) fn host_registers(world: &mut World, id: HostId, size: &InstanceType, trunking: bool, cx: &mut Cx<'_>) {
    inventory::change(world, id, |host| host.register(size, trunking, cx.now));
    tell::host(world, id, cx);
}

/// A host is to go: DRAINING.
pub(crate) fn host_drains(world: &mut World, id: HostId) {
    inventory::change(world, id, |host| host.status = HostStatus::Draining);
}

/// A host is gone: INACTIVE.
pub(crate) fn host_stopped(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    inventory::change(world, id, |host| {
        host.status = HostStatus::Inactive;
        host.connected = false;
        host.alive = false;
    });
    tell::host(world, id, cx);
}

/// An agent is connected, or counts as disconnected.
pub(crate) fn agent_is(world: &mut World, id: HostId, connected: bool) {
    world.hosts.at_mut(id.slot).connected = connected;
}
