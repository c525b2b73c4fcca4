//! A service as a unit of a pipeline: moved on part by part, and taken back.
//!
//! ```text
//! moved(one box) ─► Held ─► moved(zone) ─► Held ─► ... ─► moved(whole) ─► Baking ─► completed, still being deployed
//!     └──────────────────────── undone ───────────────────────────────────────┘─► Back ─► as before
//! ```
//! Each part is an ordinary deployment of the service (`flows/change/deploy.rs`), limited to a task or to zones: what
//! is outside keeps the revision before, and what is lost there is replaced by it. ECS has no such limit of its own; it
//! stands for a deployer that changes one Availability Zone at a time (Zonal deployment of AWS CodeDeploy).

use super::{deploy, rollout, shift};
use crate::model::fact::{Cause, ChangeStep};
use crate::model::flows::rows::{account, tell};
use crate::model::flows::{Cx, News, World};
use crate::model::ids::{ChangeId, ServiceId, TaskId};
use crate::model::plan::Reach;
use crate::model::tables::rollout::{Rollout, Stage};
use crate::model::tables::task::Marks;

/// A unit is to be changed as far as `reach`; the control plane has taken the call on.
pub(crate) fn moved(world: &mut World, service: ServiceId, change: ChangeId, turn: u32, reach: Reach, cx: &mut Cx<'_>) {
    let under_way = world.services[service].deployment.rollout.as_ref().is_some_and(|one| one.change == change);
    if !under_way {
        let earlier = deploy::supersede(world, service, cx);
        let moves = deploy::begin(world, service, change, turn, cx);
        tell::change(change, service, ChangeStep::Began, cx);
        if moves {
            // Traffic moves between two full sets of tasks: all of the service, as such deployments reach no part of
            // it.
            if let Some(rollout) = &mut world.services[service].deployment.rollout {
                rollout.staged = true;
            }
            rollout::no_backoff(world, service);
            return shift::begin(world, service, earlier, cx);
        }
    }
    if let Some(rollout) = &mut world.services[service].deployment.rollout {
        rollout.staged = true;
        rollout.stage = Stage::Rolling;
        rollout.reach = reach;
        if let Reach::Zone(zone) = reach {
            rollout.zones.push(zone);
        }
    }
    let box_of_old = if reach == Reach::OneBox { oldest(world, service) } else { None };
    rollout::turn_to(world, service, Cause::change(change), cx);
    if let Some(task) = box_of_old {
        account::change(world, cx.plan, task, |task| {
            task.marks.set(Marks::OUTDATED, true);
            task.cause = Cause::change(change);
        });
    }
}

/// The task that makes room for the one box.
fn oldest(world: &World, service: ServiceId) -> Option<TaskId> {
    let all = world.tasks_of(service).filter(|(_, task)| task.wanted);
    all.min_by_key(|(_, task)| (task.to_replace(), task.ordinal)).map(|(id, _)| id)
}

/// A service that was changed, or is being changed, goes back; the control plane has taken the call on.
pub(crate) fn undone(world: &mut World, service: ServiceId, change: ChangeId, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    let Some(rollout) = row.deployment.rollout.as_deref_mut().filter(|one| one.change == change) else {
        // It was completed here: the revision before is deployed anew. What it was is known from the trial.
        let before = row.deployment.before_deployment;
        let Some((_, revision)) = row.deployment.deploying.filter(|(of, _)| *of == change) else {
            return world.hear(News::Undone(service, change), cx);
        };
        row.deployment.rollout = Some(Box::new(Rollout::new(change, revision, before, true)));
        return go_back(world, service, change, before, cx);
    };
    let before = rollout.before;
    go_back(world, service, change, before, cx);
}

fn go_back(world: &mut World, service: ServiceId, change: ChangeId, before: u8, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    if let Some(rollout) = row.deployment.rollout.as_deref_mut() {
        rollout.stage = Stage::Back;
        rollout.staged = true;
    }
    row.deployment.revision = before;
    tell::change(change, service, ChangeStep::Back, cx);
    if world.services[service].shift().is_some() {
        return shift::back(world, service, cx);
    }
    rollout::turn_to(world, service, Cause::change(change), cx);
}

/// The pipeline is gone: what is under way as a whole ends by itself, and what had reached a part goes back.
pub(crate) fn released(world: &mut World, service: ServiceId, change: ChangeId, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    let Some(rollout) = row.deployment.rollout.as_deref_mut().filter(|one| one.change == change) else {
        return ends_deployment(world, service);
    };
    let (partial, before) = (rollout.is_partial(), rollout.before);
    rollout.staged = false;
    if partial {
        rollout.stage = Stage::Back;
    }
    if rollout.stage == Stage::Back {
        row.deployment.completed = Some(before);
    }
    if partial {
        row.deployment.revision = before;
        tell::change(change, service, ChangeStep::Back, cx);
        rollout::turn_to(world, service, Cause::change(change), cx);
    }
}

/// The change is completed everywhere, or gone: nothing is being deployed any more.
fn ends_deployment(world: &mut World, service: ServiceId) {
    let row = &mut world.services[service];
    row.deployment.deploying = None;
    rollout::forget(row);
    account::mark(world, service);
}
