//! ECS and the load balancer learn what happened to a task: it is gone (`Lost`, `Impaired`), or it does not answer
//! (`Ejected`, and once its grace period is over).

use super::{serve, stop};
use crate::model::fact::{FaultFact, Reason, StopCode};
use crate::model::flows::rows::{account, belief, link, wake};
use crate::model::flows::{Cx, HELD_UP, World, step};
use crate::model::ids::{ServiceId, TaskId};
use crate::model::plan::Kind;
use crate::model::tables::host::NIL;
use crate::model::tables::task::{Health, Target, Task};

#[inline]
pub(crate) fn handle(world: &mut World, step: step::Detect, cx: &mut Cx<'_>) {
    match step {
        step::Detect::Lost(task, code) => learns(world, task, code, cx),
        step::Detect::Ejected(task) => ejected(world, task, cx),
        step::Detect::GraceOver(task, epoch) => grace_over(world, task, epoch, cx),
        step::Detect::Impaired(task) => impaired(world, task, cx),
    }
}

/// News of a task's end arrives, unless its agent is not heard: a container's exit is the agent's news, which it keeps
/// until it is connected again ([ecs-agent-source]). That a machine lost its power is not.
#[inline]
fn learns(world: &mut World, id: TaskId, code: StopCode, cx: &mut Cx<'_>) {
    let Some(task) = world.tasks.get(id).filter(|task| !task.alive) else { return };
    let from_agent = code != StopCode::InfrastructureHealth;
    let (host, service) = (task.host, task.service);
    if !from_agent || link::hears(world, task) {
        return lost(world, id, code, cx);
    }
    if host == NIL {
        cx.after(HELD_UP, step::Detect::Lost(id, code));
    } else {
        world.hosts.at_mut(host).news.push((id, code));
    }
    learns_later(world, service, cx);
}

/// ECS does not learn of an end yet that its cell could not learn of before: the launch that was offered in the place
/// of that task is not due.
pub(crate) fn learns_later(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &world.services[service];
    if row.scheduler.early > row.scheduler.pending() && cx.plan.services[service].kind != Kind::Stream {
        wake::scheduler(world, service, cx);
    }
}

pub(crate) fn lost(world: &mut World, id: TaskId, code: StopCode, cx: &mut Cx<'_>) {
    let task = world.tasks.at(id.slot);
    cx.note(FaultFact::Noticed { cause: task.cause, service: Some(task.service) });
    stop::gone(world, id, code, Reason::None, cx);
}

/// The balancer takes a target out that in truth does not answer.
fn ejected(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let Some(task) = world.tasks.get(id) else { return };
    let plan = cx.plan;
    if account::answers(task, link::reached(world, plan, task)) || task.target != Target::Healthy {
        return;
    }
    let (cause, epoch, service) = (task.cause, task.epoch, &plan.services[task.service]);
    let grace_ends = task.grace_ends(service.grace);
    let died_of = world.unheard.get(&id).copied().unwrap_or(cause);
    cx.note(FaultFact::Noticed { cause: died_of, service: Some(task.service) });
    belief::target_fails(world, id, cx);
    wake::target_out(world, id, cx);
    if grace_ends > cx.now {
        cx.after(grace_ends.since(cx.now), step::Detect::GraceOver(id, epoch));
    } else {
        reported_unhealthy(world, id, cx);
    }
}

/// ECS learns from the balancer that a target is out: not while what it stands on is cut off from the Region.
fn reported_unhealthy(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let task = world.tasks.at(id.slot);
    let (cause, epoch) = (task.cause, task.epoch);
    let local = cx.plan.services[task.service].balancer.as_ref().is_some_and(|balancer| balancer.local);
    if local && !link::carries(&world.zones[task.zone]) {
        cx.after(HELD_UP, step::Detect::GraceOver(id, epoch));
    } else {
        serve::unhealthy(world, id, cause, false, cx);
    }
}

fn grace_over(world: &mut World, id: TaskId, epoch: u8, cx: &mut Cx<'_>) {
    let Some(task) = world.tasks.get(id) else { return };
    if task.epoch == epoch && task.target == Target::Unhealthy && task.health != Health::Unhealthy && task.wanted {
        reported_unhealthy(world, id, cx);
    }
}

/// Silence on Fargate counts as loss.
fn impaired(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let cut = |task: &&Task| !link::carries(&world.zones[task.zone]);
    let Some(task) = world.tasks.get(id).filter(cut) else { return };
    let (cause, service) = (world.zones[task.zone].cut_cause.unwrap_or(task.cause), task.service);
    account::change(world, cx.plan, id, |task| task.cause = cause);
    cx.note(FaultFact::Noticed { cause, service: Some(service) });
    stop::gone(world, id, StopCode::InfrastructureHealth, Reason::None, cx);
    wake::scheduler(world, service, cx);
}
