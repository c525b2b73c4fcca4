//! Zonal shifts: a load balancer is taken out of a zone, by hand or by an alarm, for so long.
//!
//! ```text
//! at, or alarm ─► (reaction) ─► active ─► applied: the zone's node leaves DNS, its targets get no requests
//!                                 └───── expires, or is cancelled ─► the next active one, or all zones again
//! ```
//! Amazon Application Recovery Controller ([arc-zonal-shift] [arc-precedence]). It is no part of ECS: no task moves, none
//! is launched elsewhere, and shifts go on while control planes are down. Of a resource one shift is applied at a time;
//! a second one that somebody starts is refused.

use super::away::{begin, end, is_here};
use super::{autoshift, practice};
use crate::engine::key::Phase as Turn;
use crate::model::fact::{ChangeStep, ZonalFact, ZonalStep};
use crate::model::flows::rows::tell;
use crate::model::flows::{Cx, For, World, step};
use crate::model::ids::{AlarmId, ChangeId, ShiftSource};
use crate::model::tables::zonal::Active;

pub(crate) fn handle(world: &mut World, step: step::Zonal, cx: &mut Cx<'_>) {
    lapse(world, cx);
    match step {
        step::Zonal::Start(change, turn) => start(world, change, turn, cx),
        // It has lapsed just now.
        step::Zonal::Over(_) | step::Zonal::RunOver(..) => {}
        step::Zonal::Seen(autoshift, zone, cause) => autoshift::seen(world, autoshift, zone, cause, cx),
        step::Zonal::Recovered(autoshift, zone) => autoshift::recovered(world, autoshift, zone, cx),
        step::Zonal::RunDue(autoshift, number) => practice::due(world, autoshift, number, cx),
        step::Zonal::RunAsked(autoshift, row) => practice::asked(world, autoshift, row, cx),
    }
}

/// What ends at this instant ends before anything begins: it makes room for the next one.
fn lapse(world: &mut World, cx: &mut Cx<'_>) {
    while let Some(source) = world.zonal.take_expired(cx.now) {
        match source {
            _ if !world.zonal.is_active(source) => {}
            ShiftSource::Change(change) => over(world, change, cx),
            ShiftSource::Practice(_) => end(world, source, ZonalStep::Succeeded, cx),
            ShiftSource::Autoshift(_) => unreachable!("an autoshift ends with what AWS sees"),
        }
    }
}

/// Shifts that come at a time.
pub(crate) fn prepare(world: &World, cx: &mut Cx<'_>) {
    for (id, change) in cx.plan.changes.pairs() {
        let Some(shift) = change.zonal.as_ref().filter(|shift| shift.on_alarm.is_none()) else { continue };
        if shift.resources.iter().any(|one| is_here(world, *one)) {
            cx.at(change.at, Turn::Normal, step::Zonal::Start(id, 0));
        }
    }
    practice::prepare(world, cx);
}

/// An alarm goes to ALARM: shifts that it starts come after the reaction time, unless they are active. Practice runs
/// that it watches end.
pub(crate) fn alarmed(world: &mut World, alarm: AlarmId, cx: &mut Cx<'_>) {
    practice::alarmed(world, alarm, cx);
    for (id, change) in cx.plan.changes.pairs() {
        let starter = change.zonal.as_ref().and_then(|shift| shift.on_alarm.as_ref());
        let Some(starter) = starter.filter(|starter| starter.alarm == alarm) else { continue };
        if world.zonal.is_active(ShiftSource::Change(id)) {
            continue;
        }
        let turn = world.zonal.turns.entry(id).or_default();
        let who = change.who.nth(u64::from(*turn));
        let after = starter.after.sample(&mut cx.draw(For::ZonalShift, who));
        cx.after(after, step::Zonal::Start(id, *turn));
        *turn += 1;
    }
}

/// StartZonalShift, for each resource: refused where one that somebody started is active.
fn start(world: &mut World, id: ChangeId, _turn: u32, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let Some(shift) = &plan.changes[id].zonal else { return };
    let source = ShiftSource::Change(id);
    if world.zonal.is_active(source) {
        return;
    }
    let Some(service) = plan.changes[id].services().find(|service| world.services.holds(*service)) else { return };
    let mut began = false;
    for resource in shift.resources.iter().copied().filter(|one| is_here(world, *one)).collect::<Vec<_>>() {
        let refused = world.zonal.by_hand(resource);
        let what = if refused { ZonalStep::Refused } else { ZonalStep::Began };
        cx.note(ZonalFact { source, resource, zone: shift.away_from, what });
        if !refused {
            began = true;
            begin(world, Active { resource, source, zone: shift.away_from }, cx);
        }
    }
    if began {
        tell::change(id, service, ChangeStep::Began, cx);
        world.zonal.expires.push((source, cx.now + shift.lasts));
        cx.after(shift.lasts, step::Zonal::Over(id));
    } else if shift.on_alarm.is_none() {
        tell::change(id, service, ChangeStep::Stalled, cx);
    }
}

/// It expires, or is cancelled.
fn over(world: &mut World, id: ChangeId, cx: &mut Cx<'_>) {
    let Some(shift) = &cx.plan.changes[id].zonal else { return };
    let what = if shift.cancelled { ZonalStep::Cancelled } else { ZonalStep::Expired };
    end(world, ShiftSource::Change(id), what, cx);
    if let Some(service) = cx.plan.changes[id].services().find(|service| world.services.holds(*service)) {
        tell::change(id, service, ChangeStep::Completed, cx);
    }
}
