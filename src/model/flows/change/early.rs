//! Early success criteria: a rolling deployment is complete at a percentage of healthy new tasks.
//!
//! ```text
//! Rolling ─► so many are healthy ─► (bake) ─► DEFERRED: completed, the tasks of the revision before go as new ones come
//!                                        └──► BLOCKING: the tasks of the revision before stop ─► completed
//! ```
//! What is left to be started starts after that, as for any service; neither the circuit breaker nor alarms act on it.
//! Left out: the two weeks after which ECS gives a deferred clean-up up.

use super::rollout;
use crate::model::fact::{Reason, StopCode};
use crate::model::flows::task::stop;
use crate::model::flows::{Cx, World};
use crate::model::ids::{ServiceId, TaskId};
use crate::model::placement::protect;
use crate::model::plan::Plan;
use crate::model::quantity::percent_up;
use crate::model::tables::Service;
use crate::model::tables::rollout::Stage;

/// Whether enough tasks of the new revision are healthy: the percentage, rounded up, and at least one.
pub(crate) fn met(world: &World, service: ServiceId, plan: &Plan) -> bool {
    let Some(early) = plan.services[service].deployment.early else { return false };
    let row = &world.services[service];
    let Some(rollout) = row.deployment.rollout.as_ref().filter(|one| one.shift.is_none() && !one.is_partial()) else {
        return false;
    };
    let new = row.deployment.revisions.iter().find(|one| one.number == rollout.revision);
    let healthy = new.map_or(0, |one| one.wanted - one.starting - one.to_replace);
    healthy >= percent_up(row.desired(), early.percent).max(1)
}

/// The bake is over: the deployment is completed, or what is left of the revision before stops first.
pub(crate) fn finish(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let blocks = cx.plan.services[service].deployment.early.is_some_and(|early| !early.deferred);
    let row = &mut world.services[service];
    let (alone, now) = (is_alone(row), row.deployment.revision);
    if let Some(rollout) = row.deployment.rollout.as_mut().filter(|_| blocks && !alone) {
        rollout.stage = Stage::Cleaning;
        let old = |id: &TaskId| {
            let task = world.tasks.at(id.slot);
            task.wanted && task.revision != now && !protect::keeps(task, cx)
        };
        let old: Vec<TaskId> = rollout::tasks(world, service).into_iter().filter(old).collect();
        for task in old {
            stop::begin(world, task, StopCode::ServiceSchedulerInitiated, Reason::Excess, cx);
        }
        return;
    }
    rollout::complete(world, service, cx);
}

/// Whether all tasks that are wanted are of one revision.
pub(crate) fn is_alone(row: &Service) -> bool {
    row.deployment.revisions.iter().all(|one| one.wanted == 0 || one.number == row.deployment.revision)
}
