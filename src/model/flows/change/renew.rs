//! A control-plane cell gets another revision, part by part; a bad one breaks its API, its scheduler, or its capacity.
//!
//! Data planes go on meanwhile: running tasks do not need the control plane ([ecs-resilience-post]). A cell that is
//! changed keeps its capacity: it is pre-scaled, and a part is changed at a time.

use super::{alarms, say};
use crate::model::defect::{Effect, OnPlane};
use crate::model::fact::{Cause, ChangeFact};
use crate::model::flows::cell::headroom;
use crate::model::flows::rows::bad;
use crate::model::flows::{Cx, World};
use crate::model::ids::{CellId, ChangeId};
use crate::model::plan::{Unit, WHOLE};
use crate::model::quantity::part_of;
use crate::model::tables::plane::{Curb, Refusal, Renewal};

/// So much of a cell is of the new revision from now on; `None`: it is as it was before.
pub(crate) fn to(world: &mut World, cell: CellId, renewal: Option<Renewal>, cx: &mut Cx<'_>) {
    let before = std::mem::replace(&mut world.planes[cell].renewal, renewal);
    let Some(Renewal { change, turn, .. }) = before.or(renewal) else { return };
    let cause = Cause::change(change);
    let plane = &mut world.planes[cell];
    let part = renewal.map_or(0, |one| one.part);
    // What an earlier change broke is gone once all of the cell is of another revision.
    let gone = |of: (Cause, u32)| of == (cause, turn) || (u64::from(part) == WHOLE && of.0.as_change().is_some());
    plane.refusing.retain(|one| !gone((one.cause, one.turn)));
    let curbs = plane.curbs.len();
    plane.curbs.retain(|one| !gone((one.cause, one.turn)));
    let mut curbed = plane.curbs.len() < curbs;
    let unit = Unit::Cell(cell);
    plane.bad.retain(|one| {
        let gone = gone((Cause::change(one.change), one.turn));
        if gone {
            cx.note(ChangeFact::ExposedToBad { change: one.change, unit, rate: 0 });
        }
        !gone
    });
    if renewal.is_none() {
        cx.note(ChangeFact::Cured { change, unit });
    }
    if part > 0
        && let Some(bad) = defect(cell, change, turn, cx)
    {
        if before.is_none() {
            cx.note(ChangeFact::Defective { change, unit });
        }
        plane.bad.push(Renewal { change, turn, part });
        let rate = part_of(plane.other_calls, u64::from(part));
        cx.note(ChangeFact::ExposedToBad { change, unit, rate });
        let share = |ppm: u64| (ppm * u64::from(part) / WHOLE) as u32;
        let (calls, launches) = (share(bad.calls), share(bad.launches));
        if calls + launches > 0 {
            let who = cx.plan.changes[change].turn_of_all(turn);
            plane.refusing.push(Refusal { cause, turn, who, calls, launches });
        }
        if bad.left < WHOLE {
            let left_ppm = (WHOLE - u64::from(share(WHOLE - bad.left))) as u32;
            plane.curbs.push(Curb { cause, turn, left_ppm, rate_max: None });
            curbed = true;
        }
    }
    if curbed {
        headroom::rate_changed(world, cell, cx);
    }
    tell(world, cell, change, part, cx);
    alarms::see_cell(world, cell, cx);
}

/// What is bad about a change in a cell, if anything is.
fn defect(cell: CellId, change: ChangeId, turn: u32, cx: &Cx<'_>) -> Option<OnPlane> {
    let row = &cx.plan.changes[change];
    let here = row.only_unit.is_none_or(|only| row.units[only] == Unit::Cell(cell));
    let bad = here && bad::is_bad(change, row.turn_of_all(turn), cx);
    row.defect.as_ref().filter(|_| bad).and_then(Effect::on_plane)
}

/// Tells what of the calls that are a rate the new revision gets.
fn tell(world: &mut World, cell: CellId, change: ChangeId, part: u32, cx: &mut Cx<'_>) {
    let calls = u128::from(world.planes[cell].other_calls);
    let rate = (calls * u128::from(part) / u128::from(WHOLE)) as u64;
    let before = std::mem::replace(&mut world.planes[cell].renewed_calls, rate);
    say::sees(world, change, before, rate, cx);
    cx.note(ChangeFact::Renewed { change, cell, rate });
}

/// The change is completed everywhere, or stays where it is: nothing is being deployed any more. What it broke stays
/// broken.
pub(crate) fn ends_deployment(world: &mut World, cell: CellId, change: ChangeId, cx: &mut Cx<'_>) {
    if world.planes[cell].renewal.is_some_and(|one| one.change == change) {
        world.planes[cell].renewal = None;
        tell(world, cell, change, 0, cx);
    }
}
