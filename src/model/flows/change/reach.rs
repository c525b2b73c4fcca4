//! How far a change has come at each unit of its pipeline.

use crate::model::flows::{Cx, World};
use crate::model::ids::{ChangeId, ServiceId};
use crate::model::plan::{Move, Pipeline, Plan, Reach, Unit, WHOLE};

/// Part of a control-plane cell that one host is, in millionths: at most a tenth of its requests
/// ([lib-safe-deployments]).
const ONE_HOST: u32 = 100_000;

/// The first move of its stage that is made here, from a place on.
pub(super) fn next_here(world: &World, place: usize, from: usize, plan: &Plan) -> Option<usize> {
    let execution = &world.executions[place];
    let units = &plan.changes[execution.change].units;
    let mut moves = of(plan, execution.change).stages[execution.stage].moves.iter().enumerate().skip(from);
    moves.find(|(_, one)| holds(world, units[usize::from(one.unit)])).map(|(at, _)| at)
}

/// How much of a control-plane cell a move reaches, together with those before it, in millionths.
pub(super) fn of_cell(world: &World, row: usize, place: usize, cx: &Cx<'_>) -> u32 {
    let execution = &world.executions[row];
    let stages = &of(cx.plan, execution.change).stages;
    let Move { unit, reach } = stages[execution.stage].moves[place];
    match reach {
        Reach::OneBox => ONE_HOST,
        Reach::Whole => WHOLE as u32,
        Reach::Zone(_) => {
            let so_far = stages[..=execution.stage].iter().flat_map(|stage| &stage.moves);
            let mine = so_far.filter(|one| one.unit == unit && matches!(one.reach, Reach::Zone(_))).count() as u64;
            let zones = match cx.plan.changes[execution.change].units[usize::from(unit)] {
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
    let before = world.services[service].deployment.rollout.as_ref().map_or(0, |rollout| rollout.zones.len() as u64);
    match reach {
        Reach::OneBox => (WHOLE / u64::from(world.services[service].desired().max(1))) as u32,
        Reach::Zone(_) => ((before + 1) * WHOLE / plan.max(1)).min(WHOLE) as u32,
        Reach::Whole => WHOLE as u32,
    }
}

pub(crate) fn holds(world: &World, unit: Unit) -> bool {
    match unit {
        Unit::Service(service) => world.services.holds(service),
        Unit::Cell(cell) => world.planes.holds(cell),
    }
}

pub(crate) fn of(plan: &Plan, change: ChangeId) -> &Pipeline {
    plan.changes[change].pipeline.as_ref().expect("only changes with a pipeline have one under way")
}

pub(crate) fn find(world: &World, change: ChangeId) -> Option<usize> {
    world.executions.iter().position(|execution| execution.change == change)
}
