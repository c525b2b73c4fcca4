//! A running task: registered, checked, healthy, slow, unhealthy, crashing.
//!
//! ```text
//! running ─► Checked: first pass ─► healthy ─► (Crashed ─► restarted in place, or dead)
//!        └─► Failed: checks failed before it was ready ─► unhealthy, to be replaced
//! ```
//! Left out: single checks (their outcome and time are computed), slow start, stickiness.

use super::{die, stop, wear};
use crate::engine::{Span, Time};
use crate::model::defect::Effect;
use crate::model::fact::{Cause, FaultFact, Mechanism, Phase, TaskFact, TaskState};
use crate::model::flows::cell::plane;
use crate::model::flows::rows::{account, bad, belief, link, replacement, revision, wake};
use crate::model::flows::{Cx, For, HELD_UP, News, World, step};
use crate::model::ids::TaskId;
use crate::model::plan::{Restart, Service};
use crate::model::tables::host::NIL;
use crate::model::tables::task::{Health, Marks, Target};

#[inline]
pub(crate) fn handle(world: &mut World, step: step::Serve, cx: &mut Cx<'_>) {
    match step {
        step::Serve::Passed(task, epoch) if current(world, task, epoch) => passed(world, task, cx),
        step::Serve::Failed(task, epoch) if current(world, task, epoch) => failed(world, task, cx),
        step::Serve::Crashed(task, epoch) if alive(world, task, epoch) => crashed(world, task, cx),
        step::Serve::Restarted(task, epoch) if alive(world, task, epoch) => restarted(world, task, cx),
        step::Serve::Ready(task, epoch) if alive(world, task, epoch) => ready(world, task, cx),
        step::Serve::Done(task) if world.tasks.get(task).is_some_and(|task| task.alive && task.wanted) => {
            stop::finished(world, task, cx);
        }
        step::Serve::Worn(task, epoch) if alive(world, task, epoch) => wear::worn(world, task, cx),
        step::Serve::Killed(task, epoch) if alive(world, task, epoch) => out_of_memory(world, task, cx),
        step::Serve::Passed(..)
        | step::Serve::Failed(..)
        | step::Serve::Crashed(..)
        | step::Serve::Restarted(..)
        | step::Serve::Ready(..)
        | step::Serve::Done(_)
        | step::Serve::Worn(..)
        | step::Serve::Killed(..) => {}
    }
}

/// The event still means this life of the task's checks.
fn current(world: &World, id: TaskId, epoch: u8) -> bool {
    world.tasks.get(id).is_some_and(|task| task.epoch == epoch && task.wanted && task.state == TaskState::Running)
}

fn alive(world: &World, id: TaskId, epoch: u8) -> bool {
    current(world, id, epoch) && world.tasks.at(id.slot).alive
}

pub(crate) fn running(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let service = world.task(id, cx.plan).1;
    // Whether anything but RUNNING is asked of it before it counts as healthy.
    let checked = service.balancer.is_some() || service.task.health.is_some() || service.life.health.is_some();
    let unfit = checked && fails_checks(world, id, cx);
    belief::runs(world, id, checked, unfit, cx);
    world.hear(News::TaskRuns { task: id, checked }, cx);
    let no = world.tasks.at(id.slot).no();
    plane::work(world, no.service, |costs| costs.state_change, cx);
    if checked {
        await_checks(world, id, cx);
    } else {
        cx.note(TaskFact::Health { task: no, healthy: true });
    }
    await_end(world, id, cx);
    let host = world.tasks.at(id.slot).host;
    if host != NIL {
        wake::stirred(world, world.hosts.handle(host), cx);
    }
    wake::scheduler(world, no.service, cx);
}

/// Whether it is of a revision whose checks never pass.
fn fails_checks(world: &World, id: TaskId, cx: &Cx<'_>) -> bool {
    bad::defect(world, cx.plan, id).is_some_and(|(defect, _)| defect.fails_checks())
}

/// At time 0: RUNNING and healthy for long.
#[inline]
pub(crate) fn long_running(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    belief::stood(world, id, cx);
    await_end(world, id, cx);
}

/// Works out when the checks of a new task pass, or fail for good.
fn await_checks(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let (task, service) = world.task(id, cx.plan);
    let (who, epoch) = (task.who(service), task.epoch);
    if fails_checks(world, id, cx) {
        if let Some(fails) = fails_after(service, cx, who) {
            cx.after(fails.max(service.grace), step::Serve::Failed(id, epoch));
        }
        return;
    }
    let passes = passes_after(service, cx, who);
    if let Some(ready) = &service.life.health {
        let ready = again(service, ready.sample(&mut cx.draw(For::Health, who)), cx, who);
        cx.after(ready, step::Serve::Passed(id, epoch));
        if let Some(fails) = fails_after(service, cx, who) {
            let fails = fails.max(service.grace);
            if fails < ready {
                cx.after(fails, step::Serve::Failed(id, epoch));
            }
        }
    } else {
        cx.after(passes, step::Serve::Passed(id, epoch));
    }
}

/// When a task counts as healthy that answers after `ready`. One pass is enough for a new target; one that has failed
/// its checks by then needs as many in a row as the target group asks for ([elb-health-checks]).
fn again(service: &Service, ready: Span, cx: &Cx<'_>, who: crate::engine::Who) -> Span {
    match &service.balancer {
        Some(balancer) if die::ejection(balancer, &mut cx.draw(For::FirstCheck, who)) < ready => {
            ready + balancer.interval * u64::from(balancer.healthy.saturating_sub(1))
        }
        _ => ready,
    }
}

/// First pass of a task that answers at once: a first check of the balancer comes within one interval (one pass is
/// enough), a container check after one interval; with both, the later.
fn passes_after(service: &Service, cx: &Cx<'_>, who: crate::engine::Who) -> Span {
    let target = service
        .balancer
        .as_ref()
        .map_or(Span::ZERO, |balancer| Span(cx.draw(For::FirstCheck, who).below(balancer.interval.0.max(1))));
    let container = service.task.health.map_or(Span::ZERO, |check| check.passes);
    target.max(container)
}

/// When a task that never answers counts as unhealthy; `None` without checks.
fn fails_after(service: &Service, cx: &Cx<'_>, who: crate::engine::Who) -> Option<Span> {
    let target = service.balancer.as_ref().map(|balancer| die::ejection(balancer, &mut cx.draw(For::FirstCheck, who)));
    let container = service.task.health.map(|check| check.fails);
    [target, container].into_iter().flatten().min()
}

/// Schedules the crash, or the end of the work.
fn await_end(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let (task, service) = world.task(id, cx.plan);
    let (who, epoch) = (task.who(service), task.epoch);
    if let Some(crash) = &service.life.crash {
        cx.after(crash.sample(&mut cx.draw(For::Crash, who)), step::Serve::Crashed(id, epoch));
    }
    if let Some(crash) = bad::defect(world, cx.plan, id).and_then(|(defect, _)| defect.crash()) {
        cx.after(crash.sample(&mut cx.draw(For::Defect, who)), step::Serve::Crashed(id, epoch));
    }
    if let Some(lives) = &service.life.lives {
        cx.after(lives.sample(&mut cx.draw(For::Lives, who)), step::Serve::Done(id));
    }
    wear::begin(world, id, cx);
    world.hear(News::TaskBegins(id), cx);
}

fn passed(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let task = world.tasks.at(id.slot);
    if !task.alive {
        return;
    }
    if !link::reached(world, cx.plan, task) {
        // What has never passed is looked at again; a target that was taken out begins anew when the network is back.
        if task.target != Target::Unhealthy {
            cx.after(HELD_UP, step::Serve::Passed(id, task.epoch));
        }
        return;
    }
    if !is_told(world, id, cx) {
        // A balancer on the spot sends requests, belief comes later.
        let again = step::Serve::Passed(id, task.epoch);
        belief::passes(world, id, false, cx);
        return cx.after(HELD_UP, again);
    }
    let (no, leaving) = (task.no(), task.marks.has(Marks::LEAVING));
    belief::passes(world, id, true, cx);
    cx.note(TaskFact::Health { task: no, healthy: true });
    revision::healthy(world, id, cx);
    if !leaving {
        wake::scheduler(world, no.service, cx);
    }
}

/// Whether ECS learns that checks pass: of a container from its agent, of a target from the balancer.
fn is_told(world: &World, id: TaskId, cx: &Cx<'_>) -> bool {
    let (task, service) = world.task(id, cx.plan);
    match &service.balancer {
        Some(balancer) if service.task.health.is_none() => !balancer.local || link::carries(&world.zones[task.zone]),
        _ => link::hears(world, task),
    }
}

/// Checks failed: it was not ready in time, or it hangs.
fn failed(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let task = world.tasks.at(id.slot);
    let known_by_now = if world.services[task.service].hung > 0 { Health::Unhealthy } else { Health::Healthy };
    if task.health == known_by_now {
        return;
    }
    let caused = task.cause;
    let known = caused.as_fault().is_some() || caused.as_change().is_some();
    let cause = if known { caused } else { Cause::mechanism(Mechanism::HealthCheck) };
    let container = fails_in_container(world, id, cx);
    unhealthy(world, id, cause, container, cx);
}

/// Whether the checks that have failed now are those of its containers: of a task that hangs they are, of one that was
/// never ready those that fail first.
fn fails_in_container(world: &World, id: TaskId, cx: &Cx<'_>) -> bool {
    let (task, service) = world.task(id, cx.plan);
    let Some(check) = service.task.health else { return false };
    let target = |balancer| die::ejection(balancer, &mut cx.draw(For::FirstCheck, task.who(service)));
    task.health == Health::Healthy || service.balancer.as_ref().is_none_or(|balancer| check.fails <= target(balancer))
}

/// ECS believes the task unhealthy, by checks of its containers or of the load balancer: it is to be replaced,
/// start-first where there is room.
pub(crate) fn unhealthy(world: &mut World, id: TaskId, cause: Cause, container: bool, cx: &mut Cx<'_>) {
    let task = world.tasks.at(id.slot);
    let no = task.no();
    belief::fails(world, id, cause, container, cx);
    cx.note(TaskFact::Health { task: no, healthy: false });
    cx.note(FaultFact::Noticed { cause, service: Some(no.service) });
    wake::target_out(world, id, cx);
    replacement::failed(world, id, cx.plan);
    world.hear(News::TaskFails { task: id, ran: true }, cx);
    world.services[no.service].scheduler.replace_cause = cause;
    wake::scheduler(world, no.service, cx);
}

/// An essential container exits by the task's own law.
fn crashed(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let code = cx.plan.services[world.tasks.at(id.slot).service].life.exit_code;
    let defect = bad::defect(world, cx.plan, id).filter(|(defect, _)| defect.crash().is_some());
    let cause = defect.map_or(Cause::mechanism(Mechanism::Crash), |(_, cause)| cause);
    exit(world, id, cause, code, None, cx);
}

/// An essential container exits: it is restarted in place where its policy says so, not before `until`, or the task
/// stops.
pub(crate) fn exit(world: &mut World, id: TaskId, cause: Cause, code: u32, until: Option<Time>, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let (task, service) = world.task(id, plan);
    // The agent restarts it where it is, if it ran for at least one attempt period and the exit code is not ignored.
    let restarts = |policy: &Restart| task.has_run(cx.now) >= policy.attempt && !policy.ignored.contains(&code);
    if !task.alive || !service.task.restart.as_ref().is_some_and(restarts) {
        if task.alive {
            cx.note(TaskFact::Exits { task: task.no(), code });
        }
        return die::exits(world, id, cause, cx);
    }
    let (who, in_service) = (task.who(service), task.target == Target::Healthy);
    account::change(world, plan, id, |task| {
        task.set_ready(false);
        task.epoch = task.epoch.wrapping_add(1);
        task.cause = cause;
        task.phase = Phase::ContainerStart;
    });
    let epoch = world.tasks.at(id.slot).epoch;
    let start = service.life.containers.sample(&mut cx.draw(For::Containers, who.nth(u64::from(epoch))));
    let down = start + until.map_or(Span::ZERO, |until| until.since(cx.now));
    cx.after(down, step::Serve::Restarted(id, epoch));
    if in_service {
        die::await_ejection(service, id, who.nth(u64::from(epoch)), cx);
    }
}

/// The container runs again. Its health is told by the same checks as after a start.
fn restarted(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let (plan, now) = (cx.plan, cx.now);
    account::change(world, plan, id, |task| task.ran_since = now);
    let (task, service) = world.task(id, plan);
    let who = task.who(service).nth(u64::from(task.epoch));
    let (epoch, known, cause) = (task.epoch, task.health == Health::Healthy, task.cause);
    world.hear(News::TaskAgain { task: id, who, cause }, cx);
    wear::begin(world, id, cx);
    if let Some(crash) = &service.life.crash {
        cx.after(crash.sample(&mut cx.draw(For::Crash, who)), step::Serve::Crashed(id, epoch));
    }
    match &service.life.health {
        Some(law) if known => cx.after(law.sample(&mut cx.draw(For::Health, who)), step::Serve::Ready(id, epoch)),
        None if known => ready(world, id, cx),
        _ => await_checks(world, id, cx),
    }
}

/// After a restart in place the application answers again.
fn ready(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    account::change(world, cx.plan, id, |task| task.set_ready(true));
    die::back_in_reach(world, id, cx);
}

fn out_of_memory(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    if let Some((_, cause)) = bad::defect(world, cx.plan, id) {
        exit(world, id, cause, KILLED, None, cx);
    }
}

/// The exit code of a container that is out of memory: killed by SIGKILL.
const KILLED: u32 = 137;
