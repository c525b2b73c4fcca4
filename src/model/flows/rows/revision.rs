//! Which revision a task is of: the next launch, one that has got its zone, and whether its deployment can still fail.

use super::{account, bad, replacement};
use crate::model::defect::Effect;
use crate::model::fact::{BreakerStep, Cause, ChangeFact};
use crate::model::flows::{Cx, World};
use crate::model::ids::{ServiceId, TaskId};
use crate::model::plan::{Breaker, Plan, Reach};
use crate::model::tables::rollout::Rollout;
use crate::model::tables::service::{Service, TaskSet};

/// The revision that the next task is of, and whether it begins as a spare: of two revisions side by side one that gets
/// requests comes first, then the one that is most short.
pub(crate) fn next(world: &World, service: ServiceId, plan: &Plan) -> (u8, bool) {
    let row = &world.services[service];
    let Some(shift) = row.shift() else { return (row.launches_next(), false) };
    let percent = plan.services[service].maximum_percent;
    let rank = |task_set: &TaskSet| {
        let due = task_set.due(percent);
        (due > 0, task_set.of.is_some_and(|of| !shift.is_dark(of)), due)
    };
    let number = row.task_sets().max_by_key(rank).and_then(|task_set| task_set.of).unwrap_or(row.deployment.revision);
    (number, shift.is_dark(number))
}

/// Strikes out a launch that is due: of a spare, one of the deployment's own; of another task, one of something else.
#[inline]
pub(crate) fn pay(row: &mut Service, dark: bool) -> Option<Cause> {
    let own = row.deployment.rollout.as_ref().filter(|one| one.shift.is_some()).map(|one| Cause::change(one.change));
    row.scheduler.pay(|cause| own.is_none_or(|own| (cause == own) == dark))
}

/// Launches of spares among those that are due: nobody misses them.
#[inline]
pub fn surplus_due(row: &Service, percent: u32) -> u32 {
    let Some(shift) = row.shift() else { return 0 };
    let surplus = row.task_sets().filter(|task_set| task_set.of.is_some_and(|of| shift.is_dark(of)));
    // A deployment that stalled replaces nobody: only what is missing is due.
    let due = |task_set: TaskSet| {
        if row.stalled() { task_set.desired.saturating_sub(task_set.wanted) } else { task_set.due(percent) }
    };
    surplus.map(due).sum::<u32>().min(row.scheduler.pending())
}

/// A new task has got its zone: there it may be of another revision than where it was not known yet.
pub(crate) fn placed(world: &mut World, id: TaskId, plan: &Plan) {
    let task = world.tasks.at(id.slot);
    let Some(rollout) = &world.services[task.service].deployment.rollout else { return };
    if !rollout.is_partial() || rollout.reach == Reach::OneBox {
        return;
    }
    let right = if rollout.covers(task.zone) { rollout.revision } else { rollout.before };
    if task.revision != right {
        account::change(world, plan, id, |task| task.revision = right);
    }
}

/// The deployment of which a task is a new one, while it can still fail.
pub(crate) fn of_task(world: &mut World, id: TaskId) -> Option<&mut Rollout> {
    let row = world.tasks.at(id.slot);
    let (service, revision) = (row.service, row.revision);
    let rollout = world.services[service].deployment.rollout.as_deref_mut()?;
    (rollout.revision == revision && rollout.stage.is_open()).then_some(rollout)
}

/// The circuit breaker of a deployment under way: it binds those that move traffic only where the change says so.
pub(crate) fn breaker(world: &World, service: ServiceId, plan: &Plan) -> Option<Breaker> {
    let breaker = plan.services[service].deployment.breaker?;
    let rollout = world.services[service].deployment.rollout.as_ref()?;
    (rollout.shift.is_none() || plan.changes[rollout.change].breaker_on_shift).then_some(breaker)
}

/// Whether a task cannot have its image: its revision is bad in that way.
pub(crate) fn lacks_image(world: &World, id: TaskId, cx: &Cx<'_>) -> bool {
    bad::defect(world, cx.plan, id).is_some_and(|(defect, _)| defect.lacks_image())
}

/// A task is healthy: the circuit breaker may forget what failed before.
pub(crate) fn healthy(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    replacement::healthy(world, id, cx.plan);
    let service = world.tasks.at(id.slot).service;
    let resets = breaker(world, service, cx.plan).is_some_and(|breaker| breaker.reset);
    if let (true, Some(rollout)) = (resets, of_task(world, id))
        && std::mem::take(&mut rollout.failures) > 0
    {
        cx.note(ChangeFact::Breaker { change: rollout.change, what: BreakerStep::Reset });
    }
}
