//! Tasks that leak: slower with their age, and killed in the end.

use crate::engine::Span;
use crate::model::defect::{Effect, Leak, WEAR};
use crate::model::flows::rows::{account, bad};
use crate::model::flows::{Cx, World, step};
use crate::model::ids::{ChangeId, TaskId};
use crate::model::plan::Plan;

/// Whether tasks of the bad revision of a change slow down with their age.
pub(crate) fn slows(plan: &Plan, id: ChangeId) -> bool {
    plan.changes[id].defect.as_ref().and_then(Effect::leak).is_some_and(|leak| leak.slows)
}

/// The containers of a task begin to run: what leaks is fresh.
pub(crate) fn begin(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let Some(Leak { over, slows }) = bad::defect(world, cx.plan, id).and_then(|(defect, _)| defect.leak()) else {
        return;
    };
    let epoch = world.tasks.at(id.slot).epoch;
    cx.after(over, step::Serve::Killed(id, epoch));
    if slows {
        account::change(world, cx.plan, id, |task| task.marks.set_wear(0));
        cx.after(step(over), step::Serve::Worn(id, epoch));
    }
}

fn step(over: Span) -> Span {
    Span(over.0 / u64::from(WEAR))
}

/// A task is one step older.
pub(crate) fn worn(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let Some(Leak { over, .. }) = bad::defect(world, cx.plan, id).and_then(|(defect, _)| defect.leak()) else { return };
    let wear = world.tasks.at(id.slot).marks.wear() + 1;
    account::change(world, cx.plan, id, |task| task.marks.set_wear(wear));
    if wear + 1 < WEAR {
        cx.after(step(over), step::Serve::Worn(id, world.tasks.at(id.slot).epoch));
    }
}
