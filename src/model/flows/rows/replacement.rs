//! A failed task of a revision before the one that is rolled out: one of its own revision comes in its place.
//!
//! ```text
//! unhealthy, or gone by itself ─► a replacement is due (first of all that is) ─► launched, outdated like the others
//!                                   └ a healthy task of the new revision stands in its place: not due any more
//! ```
//! So a bad revision that never gets ready does not use up the tasks that serve. What was never healthy as a
//! replacement has no replacement of its own, or a failing revision would stand in the way of the one that mends it.

use super::account;
use crate::model::flows::World;
use crate::model::ids::TaskId;
use crate::model::plan::{Kind, Plan};
use crate::model::tables::Service;
use crate::model::tables::task::Marks;

/// ECS finds a task unhealthy, or gone by itself.
#[inline]
pub(crate) fn failed(world: &mut World, id: TaskId, plan: &Plan) {
    let task = world.tasks.at(id.slot);
    let (service, revision) = (task.service, task.revision);
    if !task.wanted
        || task.marks.has(Marks::REPLACEMENT | Marks::HAS_REPLACEMENT)
        || plan.services[service].kind != Kind::Replica
    {
        return;
    }
    let rollout = world.services[service].deployment.rollout.as_deref_mut();
    if let Some(rollout) = rollout.filter(|rollout| rollout.keeps(revision)) {
        rollout.add_pending_replacement(revision, true);
        account::change(world, plan, id, |task| task.marks.set(Marks::HAS_REPLACEMENT, true));
    }
}

/// A launch of a revision is taken on: whether it is a replacement.
pub(crate) fn comes(row: &mut Service, revision: u8) -> bool {
    row.deployment.rollout.as_deref_mut().is_some_and(|rollout| rollout.add_pending_replacement(revision, false))
}

/// A task is healthy: it needs no replacement, and may have one from now on.
pub(crate) fn healthy(world: &mut World, id: TaskId, plan: &Plan) {
    if world.tasks.at(id.slot).marks.has(Marks::REPLACEMENT | Marks::HAS_REPLACEMENT) {
        not_due(world, id);
        account::change(world, plan, id, |task| task.marks.set(Marks::REPLACEMENT | Marks::HAS_REPLACEMENT, false));
    }
}

/// A task goes because another one stands in its place: its replacement is not due any more.
pub(crate) fn not_due(world: &mut World, id: TaskId) {
    let task = world.tasks.at(id.slot);
    let (revision, has) = (task.revision, task.marks.has(Marks::HAS_REPLACEMENT));
    let row = &mut world.services[task.service];
    if has && comes(row, revision) && row.scheduler.pending() > 0 {
        row.scheduler.write_off();
    }
}

/// As many as desired are new and healthy: no replacement is due any more.
pub(crate) fn none_due(row: &mut Service) {
    let whole = row.healthy() >= row.desired();
    if let Some(rollout) = row.deployment.rollout.as_deref_mut().filter(|_| whole) {
        rollout.replacements.clear();
    }
}
