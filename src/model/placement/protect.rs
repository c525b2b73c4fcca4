//! Task scale-in protection: which tasks neither scale-in nor a deployment may stop now ([ecs-api-task-protection]).
//!
//! A task protects itself when it reaches RUNNING, and again by a law. Nothing waits in the queue for that: whether a
//! task is protected is worked out when somebody would stop it.

use crate::engine::{Span, Time};
use crate::model::fact::TaskState;
use crate::model::ids::ServiceId;
use crate::model::plan::Protection;
use crate::model::purpose::For;
use crate::model::tables::Task;
use crate::model::tables::task::{Health, Marks};
use crate::model::world::{Cx, World};

/// `expiresInMinutes` is 1 at least, so that even a year has a bounded number of them, and 2,880 at most.
const SHORTEST: Span = Span::MINUTE;
const LONGEST: Span = Span::from_secs(2_880 * 60);

/// When the protection of a task ends; `None`: it may be stopped now.
pub(crate) fn until(task: &Task, cx: &Cx<'_>) -> Option<Time> {
    let service = &cx.plan.services[task.service];
    let Protection { lasts, again } = service.life.protection.as_ref()?;
    if task.state != TaskState::Running {
        return None;
    }
    let who = service.who.nth(u64::from(task.ordinal));
    let mut begin = task.started;
    for turn in 0.. {
        let mut draw = cx.draw(For::Protect, who.nth(turn));
        let end = begin + lasts.sample(&mut draw).clamp(SHORTEST, LONGEST);
        if cx.now < end {
            return Some(end);
        }
        begin = end + again.as_ref()?.sample(&mut draw);
        if cx.now < begin {
            return None;
        }
    }
    None
}

/// Whether a task may not be stopped to make room for another. What is unhealthy may, and what its host has to let go.
pub(crate) fn keeps(task: &Task, cx: &Cx<'_>) -> bool {
    task.health != Health::Unhealthy && !task.marks.has(Marks::LEAVING) && until(task, cx).is_some()
}

/// When the first protection ends of a service with tasks to stop, or to move between zones.
#[inline]
pub(crate) fn first_end(world: &World, service: ServiceId, cx: &Cx<'_>) -> Option<Time> {
    cx.plan.services[service].life.protection.as_ref()?;
    let row = &world.services[service];
    let most = row.zones.iter().map(|zone| zone.wanted).max().unwrap_or(0);
    let uneven = row.zones.iter().any(|zone| zone.wanted + 1 < most);
    if row.to_replace == 0 && row.wanted <= row.goal() && !(uneven && cx.plan.services[service].rebalancing) {
        return None;
    }
    world.tasks_of(service).filter(|(_, task)| task.wanted).filter_map(|(_, task)| until(task, cx)).min()
}
