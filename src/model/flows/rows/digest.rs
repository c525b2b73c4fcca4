//! Version consistency: one task of a deployment alone resolves its image tags to digests, and the others start with
//! these.
//!
//! ```text
//! deployment begins ─► the first task of its revision ─► its image manifests are there: resolved ─► all the others
//!                        ▲             └ it fails to start, 1st and 2nd time: after the rest the next one tries
//!                        └─────────────┘
//!                      3rd time ─► the circuit breaker fails the deployment; without one it goes on with tags as they are
//! ```
//! Tasks of other revisions start meanwhile as ever: theirs are known. Left out: the first deployment of a service, and
//! digests that a registry has deleted since.

use super::{revision, wake};
use crate::model::flows::{Cx, World};
use crate::model::ids::{ServiceId, TaskId};
use crate::model::plan::{Plan, Reach};
use crate::model::tables::rollout::Digest;

/// Failed tries after which no further one is made ([ecs-rolling-update], container image resolution).
const TRIES: u8 = 3;

/// A deployment begins: whether it has tags to resolve.
pub(crate) fn at_begin(plan: &Plan, service: ServiceId) -> Digest {
    if plan.services[service].task.resolves { Digest::Asked { tries: 0 } } else { Digest::Known }
}

/// Whether the next launch of a service waits for the task that resolves the images. Where a pipeline goes on zone by
/// zone it is not known before a task is placed of which revision it is: all of them wait.
pub(crate) fn holds(world: &World, service: ServiceId, plan: &Plan) -> bool {
    let row = &world.services[service];
    let Some(rollout) = row.deployment.rollout.as_ref().filter(|_| row.resolves()) else { return false };
    let by_zone = rollout.is_partial() && rollout.reach != Reach::OneBox;
    by_zone || revision::next(world, service, plan).0 == rollout.revision
}

/// Whether a task resolves the images, or is due: no task that serves makes room for another one meanwhile.
pub(crate) fn one_is_enough(world: &World, service: ServiceId, due: u32) -> bool {
    let row = &world.services[service];
    let asked = row.deployment.rollout.as_ref().is_some_and(|one| one.stage.is_open() && one.digest != Digest::Known);
    asked && (due > 0 || row.resolves())
}

/// The images of a task are resolved: the others may start.
pub(crate) fn resolved(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let service = world.tasks.at(id.slot).service;
    if world.services[service].deployment.rollout.is_none() {
        return;
    }
    let Some(rollout) = revision::of_task(world, id) else { return };
    if rollout.digest != Digest::Known && !revision::lacks_image(world, id, cx) {
        known(world, service, cx);
    }
}

fn known(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    if let Some(rollout) = &mut world.services[service].deployment.rollout {
        rollout.digest = Digest::Known;
    }
    wake::scheduler(world, service, cx);
}

/// A task failed to start. Whether no further one tries.
pub(crate) fn gives_up(world: &mut World, id: TaskId, cx: &mut Cx<'_>) -> bool {
    let service = world.tasks.at(id.slot).service;
    let Some(rollout) = revision::of_task(world, id) else { return false };
    let Digest::Asked { tries } = &mut rollout.digest else { return false };
    *tries += 1;
    if *tries < TRIES {
        return false;
    }
    known(world, service, cx);
    true
}
