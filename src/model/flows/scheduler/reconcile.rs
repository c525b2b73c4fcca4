//! Desired against placed: what the service scheduler does when it is woken.
//!
//! It is woken once for each batch of news, never by a clock. Order of work ([ecs-services] [ecs-api-create-service]
//! [ecs-zone-rebalancing]):
//! 1. missing tasks are due; so are replacements of tasks to be replaced, as far as `maximumPercent` leaves room;
//! 2. what is too much is stopped: replaced tasks first, then healthy ones in the order of `choose::surplus`;
//! 3. without room, tasks to be replaced are stopped first, as `minimumHealthyPercent` allows: unhealthy ones one at a
//!    time, those of draining hosts as many as may go;
//! 4. launches; 5. in steady state, zones are evened out.

use super::{daemon, pace, rebalance};
use crate::engine::key::Phase as Turn;
use crate::model::fact::{Action, Cause, Mechanism, Reason, ServiceFact, StopCode};
use crate::model::flows::cell::plane;
use crate::model::flows::rows::{account, digest, replacement};
use crate::model::flows::task::stop;
use crate::model::flows::{Cx, For, News, World, step};
use crate::model::ids::{ServiceId, TaskId};
use crate::model::placement::{choose, protect};
use crate::model::plan::Kind;
use crate::model::quantity::percent_up;
use crate::model::status::TaskState;
use crate::model::tables::Task;
use crate::model::tables::service::TaskSet;
use crate::model::tables::task::{Health, Marks};

pub(crate) fn handle(world: &mut World, step: step::Reconcile, cx: &mut Cx<'_>) {
    let (step::Reconcile::Wake(service) | step::Reconcile::Retry(service) | step::Reconcile::Again(service)) = step;
    let row = &mut world.services[service];
    match step {
        step::Reconcile::Wake(_) => {}
        step::Reconcile::Retry(_) => row.scheduler.retrying = false,
        step::Reconcile::Again(_) => row.scheduler.tries.ready(cx.now),
    }
    row.scheduler.woken = false;
    if world.not_created(cx.plan.services[service].cluster) {
        return;
    }
    plane::work(world, service, |costs| costs.reconcile, cx);
    match cx.plan.services[service].kind {
        Kind::Replica => replica(world, service, cx),
        Kind::Daemon => daemon::work(world, service, cx),
        Kind::Stream => return pace::work(world, service, cx),
    }
    if world.services[service].scheduler.early > 0 {
        plane::not_due(world, service, cx);
    }
}

fn replica(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    if world.services[service].stalled() {
        return;
    }
    set_due(world, service, cx.plan.services[service].maximum_percent);
    for place in 0..2 {
        stop_surplus(world, service, place, cx);
        make_room(world, service, place, cx);
    }
    if !world.services[service].scheduler.retrying {
        pace::work(world, service, cx);
    }
    look_steady(world, service, cx);
    if !cx.plan.services[service].changes.is_empty() {
        world.hear(News::Looked(service), cx);
    }
    rebalance::look(world, service, cx);
    look_when_unprotected(world, service, cx);
}

/// What protection holds up goes on when it ends.
fn look_when_unprotected(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let Some(end) = protect::first_end(world, service, cx) else { return };
    let waits = &mut world.services[service].scheduler.protected_until;
    if *waits <= cx.now || end < *waits {
        *waits = end;
        cx.at(end, Turn::Normal, step::Reconcile::Wake(service));
    }
}

/// Missing tasks and replacements are due.
fn set_due(world: &mut World, service: ServiceId, percent: u32) {
    let row = &mut world.services[service];
    replacement::none_due(row);
    let due = row.task_sets().map(|task_set| task_set.due(percent)).sum();
    if row.scheduler.pending() != due {
        let replaces = row.to_replace > 0;
        let cause = if replaces { why_replacing(world, service) } else { why_more(world, service) };
        world.services[service].scheduler.be_due_again(due, cause);
        account::mark(world, service);
    }
    world.services[service].scheduler.ended.clear();
}

/// Why more tasks are due than ever were: scaling asks for them, or they are the first.
fn why_more(world: &World, service: ServiceId) -> Cause {
    let scaled = world.services[service].scaling.and_then(|place| world.scaling[place as usize].why());
    scaled.unwrap_or(Cause::mechanism(Mechanism::FirstStart))
}

/// Why tasks are to be replaced: for the reason told last, but for the deployment once nothing else is left of it.
fn why_replacing(world: &mut World, service: ServiceId) -> Cause {
    let row = &world.services[service];
    let last = row.scheduler.replace_cause;
    let Some(change) = row.deployment.rollout.as_ref().map(|one| Cause::change(one.change)) else { return last };
    let otherwise = |task: &Task| task.marks.has(Marks::LEAVING) || task.health == Health::Unhealthy;
    if last != change && !world.tasks_of(service).any(|(_, task)| task.wanted && otherwise(task)) {
        world.services[service].scheduler.replace_cause = change;
    }
    world.services[service].scheduler.replace_cause
}

/// Stops what is too much of a task set.
fn stop_surplus(world: &mut World, service: ServiceId, place: usize, cx: &mut Cx<'_>) {
    let Some(row) = world.services[service].task_set(place) else { return };
    if row.wanted <= row.desired {
        return;
    }
    let surplus = row.wanted - row.desired;
    let of = row.of;
    // A task to be replaced may go once a healthy one stands in its place, or once no replacement is on its way that
    // could still become healthy.
    let replaced = (row.healthy() + row.to_replace).saturating_sub(row.desired);
    let hopeless = surplus.saturating_sub(row.starting);
    let go = row.to_replace.min(surplus).min(replaced.max(hopeless));
    for _ in 0..go {
        if let Some(task) = pick_to_replace(world, service, of, cx) {
            let (code, reason) = why_replaced(world.tasks.at(task.slot));
            replacement::not_due(world, task);
            stop::begin(world, task, code, reason, cx);
        }
    }
    let Some(row) = world.services[service].task_set(place) else { return };
    let healthy_surplus = row.wanted.saturating_sub(row.desired + row.to_replace + row.starting + row.moving);
    for _ in 0..healthy_surplus {
        if let Some(task) = choose::surplus(world, service, of, cx) {
            stop::begin(world, task, StopCode::ServiceSchedulerInitiated, Reason::Excess, cx);
        }
    }
    if world.services[service].scaling.is_some() {
        stop_above_most(world, service, place, cx);
    }
}

/// Only a service that scales in comes to have more tasks than `maximumPercent` allows: those that have not started yet
/// go first, the newest before the others (model choice).
fn stop_above_most(world: &mut World, service: ServiceId, place: usize, cx: &mut Cx<'_>) {
    let percent = cx.plan.services[service].maximum_percent;
    // Tasks that wait for a host stand in no zone yet.
    let above = |row: &TaskSet| row.wanted > row.most(percent).max(row.desired);
    while let Some(row) = world.services[service].task_set(place).filter(above) {
        let meant = |task: &Task| task.wanted && !task.to_replace() && row.of.is_none_or(|of| of == task.revision);
        let starts = |task: &Task| meant(task) && task.state != TaskState::Running && !protect::keeps(task, cx);
        let waiting = world.providers.iter().flat_map(|provider| &provider.waiting);
        let waiting =
            waiting.filter_map(|id| Some((*id, world.tasks.get(*id)?))).filter(|(_, task)| task.service == service);
        let all = world.tasks_of(service).chain(waiting);
        let newest = all.filter(|(_, task)| starts(task)).max_by_key(|(_, task)| task.ordinal);
        let task = newest.map(|(id, _)| id).or_else(|| choose::surplus(world, service, row.of, cx));
        let Some(task) = task.or_else(|| pick_to_replace(world, service, row.of, cx)) else { return };
        replacement::not_due(world, task);
        stop::begin(world, task, StopCode::ServiceSchedulerInitiated, Reason::Excess, cx);
    }
}

/// Without room for a replacement: stop tasks that are to be replaced, as far as enough healthy ones are left.
fn make_room(world: &mut World, service: ServiceId, place: usize, cx: &mut Cx<'_>) {
    let (least, most) = (cx.plan.services[service].minimum_healthy_percent, cx.plan.services[service].maximum_percent);
    while let Some(row) = world.services[service].task_set(place).filter(|task_set| task_set.to_replace > 0) {
        let due = due_of(world, service, &row, most);
        if row.wanted + due < row.most(most) {
            return;
        }
        let Some(task) = pick_for_room(world, service, row.of, cx) else { return };
        // An unhealthy task adds nothing to the healthy ones; a task on a draining host does.
        let still_serves = world.tasks.at(task.slot).health == Health::Healthy;
        let not_yet = if still_serves { digest::one_is_enough(world, service, due) } else { row.starting + due > 0 };
        let healthy = healthy_in_truth(world, service, &row);
        if not_yet || healthy.saturating_sub(u32::from(still_serves)) < percent_up(row.desired, least) {
            return;
        }
        let (code, reason) = why_replaced(world.tasks.at(task.slot));
        stop::begin(world, task, code, reason, cx);
    }
}

/// Launches of a task set that are due.
fn due_of(world: &World, service: ServiceId, task_set: &TaskSet, percent: u32) -> u32 {
    if task_set.of.is_none() { world.services[service].scheduler.pending() } else { task_set.due(percent) }
}

/// Tasks that count as healthy; a task that has run for too short a time does not yet. Of one of two revisions: the
/// tasks that ECS believes to be healthy, as nothing else is known of tasks that get no requests.
fn healthy_in_truth(world: &World, service: ServiceId, task_set: &TaskSet) -> u32 {
    let row = &world.services[service];
    if task_set.of.is_none() { row.available.saturating_sub(row.warming) } else { task_set.healthy() }
}

/// What is told of a task that was replaced: because it is unhealthy, because its host drains, or by a deployment.
fn why_replaced(task: &Task) -> (StopCode, Reason) {
    if task.marks.has(Marks::LEAVING) {
        (StopCode::TerminationNotice, Reason::Draining)
    } else if task.health == Health::Unhealthy {
        (StopCode::ServiceSchedulerInitiated, unhealthy(task))
    } else {
        (StopCode::ServiceSchedulerInitiated, Reason::Excess)
    }
}

/// By which checks a task is unhealthy.
pub(super) fn unhealthy(task: &Task) -> Reason {
    if task.marks.has(Marks::CONTAINER_FAILS) { Reason::UnhealthyContainer } else { Reason::Unhealthy }
}

/// Tasks that are to be replaced and may be stopped, of one revision or of all.
fn to_replace<'w>(
    world: &'w World,
    service: ServiceId,
    of: Option<u8>,
    cx: &Cx<'_>,
) -> impl Iterator<Item = (TaskId, &'w Task)> {
    let meant = move |task: &Task| task.wanted && task.to_replace() && of.is_none_or(|of| of == task.revision);
    world.tasks_of(service).filter(move |(_, task)| meant(task) && !protect::keeps(task, cx))
}

/// Without room an unhealthy task is picked at random ([ecs-services] [ecs-api-create-service]); without one, the
/// oldest of those on draining hosts.
fn pick_for_room(world: &World, service: ServiceId, of: Option<u8>, cx: &Cx<'_>) -> Option<TaskId> {
    let unhealthy = || to_replace(world, service, of, cx).filter(|(_, task)| task.health == Health::Unhealthy);
    let count = unhealthy().count() as u64;
    if count == 0 {
        return to_replace(world, service, of, cx).min_by_key(|(_, task)| task.ordinal).map(|(id, _)| id);
    }
    let who = cx.plan.services[service].who.nth(u64::from(world.services[service].scheduler.launched)).nth(count);
    let mut sorted: Vec<(u32, TaskId)> = unhealthy().map(|(id, task)| (task.ordinal, id)).collect();
    sorted.sort_unstable_by_key(|(ordinal, _)| *ordinal);
    Some(sorted[cx.draw(For::Choose, who).below(count) as usize].1)
}

/// The oldest task that is to be replaced: unhealthy ones first, then those that serve nobody yet.
fn pick_to_replace(world: &World, service: ServiceId, of: Option<u8>, cx: &Cx<'_>) -> Option<TaskId> {
    let rank = |task: &Task| (task.health != Health::Unhealthy, task.health == Health::Healthy, task.ordinal);
    to_replace(world, service, of, cx).min_by_key(|(_, task)| rank(task)).map(|(id, _)| id)
}

fn look_steady(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    let steady = row.is_steady();
    if steady && !row.steady {
        let count = row.wanted;
        cx.note(ServiceFact::Action { service, action: Action::SteadyState, reason: Reason::None, count });
    }
    row.steady = steady;
}
