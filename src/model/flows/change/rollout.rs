//! A deployment under way: which tasks it replaces, how it ends, and when the change is asked for again.

use crate::engine::{Span, Time};
use crate::model::fact::{Cause, ChangeFact, ChangeStep};
use crate::model::flows::rows::{account, tell, wake};
use crate::model::flows::{Cx, For, News, World, step};
use crate::model::ids::{ChangeId, ServiceId, TaskId};
use crate::model::plan::Plan;
use crate::model::tables::Service;
use crate::model::tables::rollout::Rollout;
use crate::model::tables::task::Marks;

/// The clock of a change that comes again and again at a service: when it is asked for next is drawn.
pub(crate) fn wind(service: ServiceId, id: ChangeId, turn: u32, cx: &mut Cx<'_>) {
    let change = &cx.plan.changes[id];
    let Some(law) = change.every.as_ref().filter(|_| change.pipeline.is_none()) else { return };
    let who = change.turn(cx.plan.services[service].who, turn);
    let gap = law.sample(&mut cx.draw(For::ChangeGap, who));
    cx.after(gap.max(Span::from_micros(1)), step::Deploy::Asked(service, id, turn));
}

/// What was deployed is over, one way or another: the clock of a change that comes again starts anew.
pub(crate) fn over(service: ServiceId, rollout: &Rollout, cx: &mut Cx<'_>) {
    wind(service, rollout.change, rollout.turn + 1, cx);
}

/// Tasks of other revisions than the one to be deployed are to be replaced from now on, as far as the deployment
/// reaches.
pub(crate) fn turn_to(world: &mut World, service: ServiceId, cause: Cause, cx: &mut Cx<'_>) {
    let target = world.services[service].deployment.revision;
    if let Some(rollout) = &mut world.services[service].deployment.rollout {
        rollout.replacements.clear();
    }
    for task in tasks(world, service) {
        let zone = world.tasks.at(task.slot).zone;
        let covered = world.services[service].deployment.rollout.as_ref().is_none_or(|rollout| rollout.covers(zone));
        account::change(world, cx.plan, task, |task| {
            let outdated = covered && task.revision != target;
            task.marks.set(Marks::OUTDATED, outdated);
            task.marks.set(Marks::REPLACEMENT | Marks::HAS_REPLACEMENT, false);
            if outdated && task.ready() {
                task.cause = cause;
            }
        });
    }
    no_backoff(world, service);
    let row = &mut world.services[service];
    row.scheduler.replace_cause = cause;
    row.scheduler.pending.iter_mut().filter(|(of, _)| of.as_fault().is_none()).for_each(|(of, _)| *of = cause);
    wake::scheduler(world, service, cx);
}

/// A new task definition ends the backoff after failed starts ([ecs-throttle-logic]).
pub(crate) fn no_backoff(world: &mut World, service: ServiceId) {
    let row = &mut world.services[service];
    (row.scheduler.rest, row.scheduler.backoff_until) = (Span::ZERO, Time::ZERO);
    row.impaired = false;
}

/// Tasks of a service: those with a place, and those that wait for one.
pub(crate) fn tasks(world: &World, service: ServiceId) -> Vec<TaskId> {
    let placed = world.tasks_of(service).map(|(id, _)| id);
    let waiting = world.providers.iter().flat_map(|provider| provider.waiting.iter().copied());
    let waiting = waiting.filter(|id| world.tasks.get(*id).is_some_and(|task| task.service == service));
    placed.chain(waiting).collect()
}

/// How long a deployment is watched once all tasks are new. Alarms that are not watched need no time.
pub(crate) fn bake(world: &World, service: ServiceId, plan: &Plan) -> Span {
    let deployment = &plan.services[service].deployment;
    let unwatched = world.services[service].deployment.rollout.as_ref().is_some_and(|one| one.unwatched);
    if unwatched { deployment.bake.unwrap_or(Span::ZERO) } else { deployment.bakes(&plan.alarms) }
}

/// The revision before is back.
pub(crate) fn rolled_back(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    let Some(rollout) = &row.deployment.rollout else { return };
    let (change, staged) = (rollout.change, rollout.staged);
    tell::change(change, service, ChangeStep::RolledBack, cx);
    over(service, rollout, cx);
    if staged {
        // What a pipeline had completed here is not the newest completed revision any more.
        row.deployment.completed = Some(row.deployment.revision);
    }
    end(world, service);
    if staged {
        world.hear(News::Undone(service, change), cx);
    }
}

pub(crate) fn complete(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    row.deployment.completed = Some(row.deployment.revision);
    if let Some(rollout) = &row.deployment.rollout {
        cx.note(ChangeFact::Step { change: rollout.change, service, what: ChangeStep::Completed });
        over(service, rollout, cx);
    }
    let staged = row.deployment.rollout.as_ref().filter(|rollout| rollout.staged).map(|rollout| rollout.change);
    end(world, service);
    if let Some(change) = staged {
        world.hear(News::Moved(service, change), cx);
    }
}

fn end(world: &mut World, service: ServiceId) {
    let row = &mut world.services[service];
    let Some(rollout) = row.deployment.rollout.take() else { return };
    // What a pipeline has changed is being deployed until the pipeline ends.
    if !rollout.staged {
        row.deployment.deploying = None;
        forget(row);
    }
    account::mark(world, service);
}

/// Revisions without tasks are forgotten, but for the one that is deployed and the one that comes back if another
/// fails.
pub(crate) fn forget(row: &mut Service) {
    let kept = [Some(row.deployment.revision), row.deployment.completed];
    row.deployment.revisions.retain(|one| kept.contains(&Some(one.number)) || one.runs());
}
