//! How far a change has come at each unit of its pipeline.

use super::convoy;
use super::pipeline::{holds, of};
use crate::model::ids::ServiceId;
use crate::model::plan::{Move, Plan, Reach, Unit};
use crate::model::world::{Cx, World};

/// Part of a control-plane cell that one host is, in millionths: at most a tenth of its requests
/// ([lib-safe-deployments]).
const ONE_HOST: u32 = 100_000;
/// A whole, in millionths.
const WHOLE: u64 = 1_000_000;

/// The first move of its stage that is made here, from a place on.
pub(super) fn next_here(world: &World, place: usize, from: usize, plan: &Plan) -> Option<usize> {
    let pipe = &world.pipes[place];
    let units = &plan.changes[pipe.change].units;
    let mut moves = of(plan, pipe.change).stages[pipe.stage].moves.iter().enumerate().skip(from);
    moves.find(|(_, one)| holds(world, units[usize::from(one.unit)])).map(|(at, _)| at)
}

/// So much of a unit is changed, or being changed, from now on.
pub(super) fn reaches(world: &mut World, row: usize, unit: u16, ppm: u32, cx: &mut Cx<'_>) {
    world.pipes[row].reached[usize::from(unit)] = ppm;
    convoy::reaches(world, row, unit, cx);
}

/// How much of a control-plane cell a move reaches, together with those before it, in millionths.
pub(super) fn of_cell(world: &World, row: usize, place: usize, cx: &Cx<'_>) -> u32 {
    let pipe = &world.pipes[row];
    let stages = &of(cx.plan, pipe.change).stages;
    let Move { unit, reach } = stages[pipe.stage].moves[place];
    match reach {
        Reach::OneBox => ONE_HOST,
        Reach::Whole => WHOLE as u32,
        Reach::Zone(_) => {
            let so_far = stages[..=pipe.stage].iter().flat_map(|stage| &stage.moves);
            let mine = so_far.filter(|one| one.unit == unit && matches!(one.reach, Reach::Zone(_))).count() as u64;
            let zones = match cx.plan.changes[pipe.change].units[usize::from(unit)] {
                Unit::Cell(cell) => cx.plan.own_zones(&cx.plan.cells[cell].zones),
                Unit::Service(_) => 1,
            };
            (mine * WHOLE / zones.max(1)).min(WHOLE) as u32
        }
    }
}

/// How much of a service such a move reaches, together with those before it, in millionths.
pub(super) fn of_service(world: &World, service: ServiceId, reach: Reach, cx: &Cx<'_>) -> u32 {
    let plan = cx.plan.services[service].zones.len() as u64;
    let before = world.services[service].rollout.as_ref().map_or(0, |rollout| rollout.zones.len() as u64);
    match reach {
        Reach::OneBox => (WHOLE / u64::from(world.services[service].desired.max(1))) as u32,
        Reach::Zone(_) => ((before + 1) * WHOLE / plan.max(1)).min(WHOLE) as u32,
        Reach::Whole => WHOLE as u32,
    }
}
