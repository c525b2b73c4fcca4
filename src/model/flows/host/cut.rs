//! The link between a zone and its Region is cut, and mended.

use super::agent;
use crate::model::fact::{Cause, FaultFact, Hit};
use crate::model::flows::rows::link;
use crate::model::flows::task::die;
use crate::model::flows::{Cx, World};
use crate::model::ids::{TaskId, ZoneId};

/// The link of a zone is cut.
pub(crate) fn cut(world: &mut World, zone: ZoneId, cause: Cause, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let kind = plan.zones[zone].kind;
    let reached = |world: &World, id: TaskId| {
        link::reaches(&world.zones[zone], kind, &plan.services[world.tasks.at(id.slot).service])
    };
    let tasks = link::running_in(world, zone);
    let before: Vec<bool> = tasks.iter().map(|&id| reached(world, id)).collect();
    world.zones[zone].unlinked += 1;
    world.zones[zone].cut_cause = Some(cause);
    for (&id, was_reached) in tasks.iter().zip(before) {
        if was_reached && !reached(world, id) {
            die::cut_off(world, id, cause, cx);
        } else {
            die::falls_silent(world, id, cx);
        }
    }
    for id in link::hosts_in(world, zone) {
        agent::cut(world, id, cx);
    }
}

/// The link of a zone is back.
pub(crate) fn mend(world: &mut World, zone: ZoneId, cx: &mut Cx<'_>) {
    world.zones[zone].unlinked -= 1;
    back(world, zone, cx);
}

/// A zone is lost: so are the links of what is anchored to it.
pub(crate) fn cut_anchored(world: &mut World, zone: ZoneId, cause: Cause, cx: &mut Cx<'_>) {
    for child in link::anchored(world, cx.plan, zone) {
        cx.note(FaultFact::Hits { cause, what: Hit::Zone(child) });
        cut(world, child, cause, cx);
    }
}

/// A zone is back, and the links of what is anchored to it.
pub(crate) fn mend_anchored(world: &mut World, zone: ZoneId, cx: &mut Cx<'_>) {
    for child in link::anchored(world, cx.plan, zone) {
        mend(world, child, cx);
    }
}

/// A zone may be heard again: checks pass again, agents reconnect.
pub(crate) fn back(world: &mut World, zone: ZoneId, cx: &mut Cx<'_>) {
    for id in link::running_in(world, zone) {
        die::back_in_reach(world, id, cx);
    }
    if !link::carries(&world.zones[zone]) {
        return;
    }
    for id in link::hosts_in(world, zone) {
        agent::back(world, id, cx);
    }
}
