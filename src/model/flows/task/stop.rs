//! The end of a task: orderly, or gone at once.
//!
//! ```text
//! begin ─► DEACTIVATING (deregistration delay) ─► Drained ─► STOPPING (stop signal, stopTimeout) ─► Exited ─► gone
//! ```

use super::place;
use crate::engine::Span;
use crate::model::fact::{Action, Cause, FaultFact, Phase, Reason, ServiceFact, StopCode, TaskState};
use crate::model::flows::cell::plane;
use crate::model::flows::rows::{account, belief, containers, link, replacement, wake};
use crate::model::flows::{Cx, HELD_UP, News, World, step};
use crate::model::ids::{HostId, ServiceId, TaskId};
use crate::model::plan::{Kind, ProviderKind};
use crate::model::tables::find_or_add;
use crate::model::tables::host::NIL;
use crate::model::tables::task::{Link, Target, unlink};

/// First backoff after a failed start, and the longest ([ecs-throttle-logic]; the curve is a model choice).
const BACKOFF_FIRST: Span = Span::from_secs(10);

const BACKOFF_MAX: Span = Span::from_secs(1_620);

/// Rests of this length are reported as impaired starts: the third failure in a row (model choice).
const BACKOFF_IMPAIRED: Span = Span::from_secs(40);

pub(crate) fn handle(world: &mut World, step: step::Stop, cx: &mut Cx<'_>) {
    match step {
        step::Stop::Drained(task, code, reason) => {
            if world.tasks.get(task).is_some() {
                signal(world, task, code, reason, Span::MAX, cx);
            }
        }
        step::Stop::Exited(task, code, reason) => {
            let Some(row) = world.tasks.get(task) else { return };
            // An agent behind a cut neither hears the order nor tells of the end.
            if row.host != NIL && !link::hears(world, row) {
                cx.after(HELD_UP, step);
            } else {
                gone(world, task, code, reason, cx);
            }
        }
    }
}

/// Stops a task in order: out of the load balancer first, then the stop signal.
pub(crate) fn begin(world: &mut World, id: TaskId, code: StopCode, reason: Reason, cx: &mut Cx<'_>) {
    within(world, id, code, reason, Span::MAX, cx);
}

/// The same, when the task is gone after `within` in any case.
pub(crate) fn within(world: &mut World, id: TaskId, code: StopCode, reason: Reason, within: Span, cx: &mut Cx<'_>) {
    let task = world.tasks.at(id.slot);
    if !task.wanted {
        return;
    }
    let service = &cx.plan.services[task.service];
    let registered = task.target != Target::None;
    if task.state < TaskState::Running {
        // Nothing runs yet: it is gone at once.
        return gone(world, id, code, reason, cx);
    }
    let delay = service.balancer.as_ref().filter(|_| registered).map_or(Span::ZERO, |one| one.deregistration);
    // A Spot interruption sends the signal with the notice; it does not wait for the balancer
    // ([ecs-fargate-providers]).
    if registered && within == Span::MAX {
        belief::deregisters(world, id, code, reason, cx);
        cx.after(delay, step::Stop::Drained(id, code, reason));
    } else {
        signal(world, id, code, reason, within, cx);
    }
    let task = world.tasks.at(id.slot);
    let (of, cause, host) = (task.service, task.cause, task.host);
    owe_after(world, of, cause, cx);
    if host != NIL && service.placement.distinct_instance {
        // Its host is open to the service's next task from here on.
        place::room(world, world.hosts.at(host).provider, cx);
    }
}

/// Sends the stop signal; the containers exit by their law, each at the latest after its `stopTimeout`.
fn signal(world: &mut World, id: TaskId, code: StopCode, reason: Reason, within: Span, cx: &mut Cx<'_>) {
    let (task, service) = world.task(id, cx.plan);
    let (who, of) = (task.who(service), task.service);
    plane::work(world, of, |costs| costs.stop, cx);
    belief::stops(world, id, code, reason, cx);
    cx.after(containers::stop(service, who, cx).min(within), step::Stop::Exited(id, code, reason));
}

/// A task that was wanted is not any more: its launch is due again, if the service still wants as many.
fn owe_after(world: &mut World, service: ServiceId, cause: Cause, cx: &mut Cx<'_>) {
    if cx.plan.services[service].kind != Kind::Stream {
        let row = &mut world.services[service];
        if row.wanted + row.scheduler.pending() < row.goal() {
            row.scheduler.owe(cause, 1);
        }
    }
    wake::scheduler(world, service, cx);
}

/// The same of a task that ended by itself: where it came in the place of one that is to be replaced, its end is why
/// the next one does.
fn owe_after_end(world: &mut World, service: ServiceId, cause: Cause, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    let beside = row.wanted + row.scheduler.pending() >= row.goal() && row.to_replace > 0 && !row.stalled();
    // What waits for the end of its fault is told by `owe_after` alone.
    let beside = beside && !row.scheduler.held.contains(&cause);
    if beside && cx.plan.services[service].kind == Kind::Replica {
        find_or_add(&mut row.scheduler.ended, |one| one.0 == cause, || (cause, 0)).1 += 1;
    }
    owe_after(world, service, cause, cx);
}

/// The two minutes are over: a Spot task on Fargate is gone, whatever it was doing.
pub(crate) fn taken_back(world: &mut World, id: TaskId, cause: Cause, cx: &mut Cx<'_>) {
    account::change(world, cx.plan, id, |task| task.cause = cause);
    gone(world, id, StopCode::SpotInterruption, Reason::None, cx);
}

/// A standalone task has done its work.
pub(crate) fn finished(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    debug_assert!(world.task(id, cx.plan).1.kind == Kind::Stream, "only streams end");
    account::change(world, cx.plan, id, |task| {
        task.wanted = false;
        task.alive = false;
    });
    gone(world, id, StopCode::EssentialContainerExited, Reason::WorkDone, cx);
}

/// ECS knows that the task is gone: STOPPED, its room is free, its replacement due.
pub(crate) fn gone(world: &mut World, id: TaskId, code: StopCode, reason: Reason, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let task = world.tasks.at(id.slot);
    let (from, service, was_wanted, started) = (task.state, task.service, task.wanted, task.started);
    let (host, cause) = (task.host, task.cause);
    if !world.unheard.is_empty()
        && let Some(cause) = world.unheard.remove(&id)
    {
        cx.note(FaultFact::Noticed { cause, service: Some(service) });
    }
    plane::work(world, service, |costs| costs.state_change, cx);
    // A termination notice without a reason: the task died with its host, which nobody had drained.
    let died = matches!(code, StopCode::EssentialContainerExited | StopCode::InfrastructureHealth)
        || (code, reason) == (StopCode::TerminationNotice, Reason::None);
    if died {
        replacement::failed(world, id, plan);
    }
    belief::stopped(world, id, code, reason, cx);
    let failed = was_wanted && from < TaskState::Running && code == StopCode::TaskFailedToStart;
    if failed && plan.services[service].kind != Kind::Stream {
        world.hear(News::TaskFails { task: id, ran: false }, cx);
    }
    let exits = was_wanted && from >= TaskState::Running && code == StopCode::EssentialContainerExited;
    if exits && world.services[service].deployment.rollout.is_some() {
        world.hear(News::TaskExits(id), cx);
    }
    free(world, id, cx);
    account::remove(world, plan, id);
    if was_wanted {
        if failed && plan.services[service].kind != Kind::Stream {
            // It never ran: its start began when its launch was accepted.
            failed_start(world, service, started, reason, cx);
        }
        owe_after_end(world, service, cause, cx);
    }
    if host != NIL {
        world.hear(News::HostOpen(world.hosts.handle(host)), cx);
        // Of the host's own provider: a task of launch type EC2 names none.
        place::room(world, world.hosts.at(host).provider, cx);
    }
}

/// Gives back what the task held.
fn free(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let task = world.tasks.at(id.slot);
    let (slot, zone, provider, service) = (task.host, task.zone, task.provider, &cx.plan.services[task.service]);
    if slot != NIL {
        let machine = world.hosts.at_mut(slot);
        unlink(&mut world.tasks, &mut machine.first, id.slot, Link::Host);
        machine.release(&service.task, service.kind == Kind::Daemon, cx.now);
        let empty = machine.empty();
        let host: HostId = world.hosts.handle(slot);
        wake::stirred(world, host, cx);
        if empty {
            wake::when_empty(world, host, cx);
            wake::idle_later(world, host, cx);
        }
    } else if let ProviderKind::Fargate { spot, bucket } = cx.plan.providers[provider].kind
        && zone != crate::model::fact::NO_ZONE
    {
        world.zones[zone].used[usize::from(spot)] -= u64::from(service.task.cpu);
        world.buckets[bucket].used -= u64::from(service.task.cpu);
    }
}

/// A start failed: the scheduler rests longer and longer, one step for each round of launches.
fn failed_start(world: &mut World, service: ServiceId, created: crate::engine::Time, reason: Reason, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    if created < row.scheduler.backed_off_at && row.scheduler.rest > Span::ZERO {
        return;
    }
    row.scheduler.rest = (row.scheduler.rest * 2).clamp(BACKOFF_FIRST, BACKOFF_MAX);
    row.scheduler.backed_off_at = cx.now + row.scheduler.rest;
    row.scheduler.backoff_until = row.scheduler.backed_off_at;
    row.scheduler.waits = Phase::StartBackoff;
    cx.after(row.scheduler.rest, step::Reconcile::Wake(service));
    if row.scheduler.rest >= BACKOFF_IMPAIRED && !row.impaired {
        row.impaired = true;
        let count = row.scheduler.pending();
        cx.note(ServiceFact::Action { service, action: Action::TaskStartImpaired, reason, count });
    }
}
