//! The start of a task that has a place.
//!
//! ```text
//! Networked ─► Connected ─► image, secrets ─► Pulled ─► containers in their order ─► Started ─► RUNNING (`serve`)
//!     └──────────────── or one law for all ────────────────────────────────────────────┘
//!              └ fails: gone (`stop`)
//! ```
//! Left out: images of several containers are pulled as one; tasks that pull the same image at once do not share it.

use super::{place, serve, stop};
use crate::engine::Span;
use crate::model::capacity::luck;
use crate::model::defect::Effect;
use crate::model::fact::{Cause, FaultFact, Hit, Phase, Reason, StopCode, TaskState};
use crate::model::flows::rows::{account, bad, belief, containers, digest};
use crate::model::flows::{Cx, For, World, step};
use crate::model::ids::TaskId;
use crate::model::plan::{Plan, Service};
use crate::model::tables::host::NIL;
use crate::model::tables::shortage::{Dependency, Shortage};
use crate::model::tables::task::Task;

#[inline]
pub(crate) fn handle(world: &mut World, step: step::Launch, cx: &mut Cx<'_>) {
    match step {
        step::Launch::Networked(task) => place::networked(world, task, cx),
        step::Launch::Connected(task) => connected(world, task, cx),
        step::Launch::Pulled(task) => pulled(world, task, cx),
        step::Launch::Started(task) => started(world, task, cx),
        step::Launch::GaveUp(task) => gave_up(world, task, cx),
        step::Launch::Begun(task) => place::begun(world, task, cx),
    }
}

fn connected(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    if !place::goes_on(world, id, step::Launch::Connected(id), cx) {
        return;
    }
    belief::reaches(world, id, TaskState::Activating, Phase::ImagePull, cx);
    if start_fails(world, id, cx) {
        return;
    }
    digest::resolved(world, id, cx);
    let (task, service) = world.task(id, cx.plan);
    let pull = if has_image(world, task, service) {
        Span::ZERO
    } else {
        service.life.pull.sample(&mut cx.draw(For::Pull, task.who(service)))
    };
    cx.after(pull, step::Launch::Pulled(id));
}

/// The image of a task: each revision has its own.
fn image_of(task: &Task, service: &Service) -> u32 {
    service.task.image | u32::from(task.revision) << 24
}

/// Whether the task's host has its image. Asking the registry for an image that is there takes no time (model choice).
fn has_image(world: &World, task: &Task, service: &Service) -> bool {
    task.host != NIL && world.hosts.at(task.host).cached.contains(&image_of(task, service))
}

/// Fails the start when it cannot get what it needs: its secrets, its log stream, or an image that has to be pulled.
fn start_fails(world: &mut World, id: TaskId, cx: &mut Cx<'_>) -> bool {
    if world.shortages.is_empty() {
        return false;
    }
    let task = world.tasks.at(id.slot);
    let plan = cx.plan;
    let service = &plan.services[task.service];
    let always = || {
        let provider = world.hosts.at(task.host).provider;
        plan.providers[provider].kind.habits().is_some_and(|habits| habits.always_pull)
    };
    let pulls = !has_image(world, task, service) || always();
    let who = task.who(service);
    let fails = |cause: Cause, share| luck::fails(For::Fails, who, luck::certificate(cause, 0, plan), share, cx);
    let stops = |one: &&Shortage| one.stops(task.service, service, pulls) && fails(one.cause, one.share);
    let Some(found) = world.shortages.iter().find(stops) else {
        return false;
    };
    let reason = match found.of {
        Dependency::ImageRegistry => Reason::CannotPullContainer,
        Dependency::Secrets | Dependency::Logs => Reason::ResourceInitialization,
    };
    let (cause, service) = (found.cause, task.service);
    cx.note(FaultFact::Hits { cause, what: Hit::Launches(service) });
    cx.note(FaultFact::Noticed { cause, service: Some(service) });
    account::change(world, cx.plan, id, |task| task.cause = cause);
    stop::gone(world, id, StopCode::TaskFailedToStart, reason, cx);
    true
}

fn pulled(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    if !place::goes_on(world, id, step::Launch::Pulled(id), cx) {
        return;
    }
    let plan = cx.plan;
    keep_image(world, id, plan);
    account::change(world, plan, id, |task| task.phase = Phase::ContainerStart);
    let (task, service) = world.task(id, plan);
    match containers::take(service, task.who(service), cx) {
        Ok(span) => cx.after(span, step::Launch::Started(id)),
        Err(span) => cx.after(span, step::Launch::GaveUp(id)),
    }
}

/// A dependency did not get ready within its `startTimeout`.
fn gave_up(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    if world.tasks.get(id).is_some_and(|task| task.alive && task.wanted) {
        stop::gone(world, id, StopCode::TaskFailedToStart, Reason::None, cx);
    }
}

pub(crate) fn keep_image(world: &mut World, id: TaskId, plan: &Plan) {
    let task = world.tasks.at(id.slot);
    let (image, host) = (image_of(task, &plan.services[task.service]), task.host);
    if host != NIL {
        let cached = &mut world.hosts.at_mut(host).cached;
        if !cached.contains(&image) {
            cached.push(image);
        }
    }
}

fn started(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    if !place::goes_on(world, id, step::Launch::Started(id), cx) {
        return;
    }
    if cx.plan.services[world.tasks.at(id.slot).service].life.start.is_some() {
        if start_fails(world, id, cx) {
            return;
        }
        keep_image(world, id, cx.plan);
        belief::reaches(world, id, TaskState::Activating, Phase::Start, cx);
        digest::resolved(world, id, cx);
    }
    if let Some((defect, cause)) = bad::defect(world, cx.plan, id).filter(|(defect, _)| defect.never_starts()) {
        account::change(world, cx.plan, id, |task| task.cause = cause);
        let reason = if defect.lacks_image() { Reason::CannotPullContainer } else { Reason::None };
        return stop::gone(world, id, StopCode::TaskFailedToStart, reason, cx);
    }
    let row = &mut world.services[world.tasks.at(id.slot).service];
    row.scheduler.rest = Span::ZERO;
    row.impaired = false;
    serve::running(world, id, cx);
}
