//! Requests and revisions: how much each gets, and what bad ones spoil.

use super::deploy;
use crate::model::defect::Effect;
use crate::model::fact::{Fact, Phase};
use crate::model::ids::{ServiceId, ZoneId};
use crate::model::plan::Plan;
use crate::model::tables::lack::Split;
use crate::model::world::{Cx, World};

/// Books what bad revisions of a service spoil of the rate that is offered to its living targets in a zone: answers that
/// are errors, and what a slower task cannot answer. `exposed` grows by what the new revision of a deployment gets.
pub(crate) fn spoil(
    world: &mut World,
    plan: &Plan,
    (id, zone): (ServiceId, ZoneId),
    (offered, open, per_task): (u64, bool, u64),
    exposed: &mut u64,
) -> u64 {
    let place = world.zone_row(zone);
    let row = &world.services[id];
    if row.revisions.is_empty() {
        return 0;
    }
    let new = row.rollout.as_ref().map(|rollout| plan.changes[rollout.change].revision);
    let targets = |one: &crate::model::tables::rollout::Revision| one.targets[place][usize::from(open)];
    let all: u32 = row.revisions.iter().map(targets).sum();
    let mut split = Split::over(offered, u64::from(all));
    let mut spoilt = 0;
    for row in 0..world.services[id].revisions.len() {
        let one = &world.services[id].revisions[row];
        let count = targets(one);
        let part = split.part(u64::from(count));
        if Some(one.number) == new {
            *exposed += part;
        }
        let Some((defect, cause)) = deploy::of_revision(world, plan, id, one.number, zone) else { continue };
        let full = u64::from(count).saturating_mul(per_task);
        let answers = defect.answers(part, full);
        let slow = part.min(full) - part.min(answers.room);
        for (phase, rate) in [(Phase::Errors, answers.errors), (Phase::Overload, slow)] {
            if rate > 0 {
                world.services[id].lacks.line(cause, phase).rate += rate;
                spoilt += rate;
            }
        }
    }
    spoilt
}

/// Tells what the new revision of a deployment gets.
pub(crate) fn tell(world: &mut World, id: ServiceId, cx: &mut Cx<'_>) {
    let row = &mut world.services[id];
    let now = row.rollout.as_ref().map(|rollout| (rollout.change, row.exposed));
    if row.told.exposed == now {
        return;
    }
    if let Some((before, _)) = row.told.exposed.filter(|(before, _)| now.is_none_or(|(change, _)| change != *before)) {
        cx.note(Fact::Exposed { change: before, rate: 0 });
    }
    row.told.exposed = now;
    if let Some((change, rate)) = now {
        cx.note(Fact::Exposed { change, rate });
    }
}
