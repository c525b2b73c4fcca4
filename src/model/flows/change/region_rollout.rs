//! A change over several Regions: each has a pipeline of what is in it (`flows/change/pipeline.rs`), and one of them
//! leads.
//!
//! ```text
//! leads:   Join ─► Wave(stage) ───────────► bake ─► Wave(next) ... ─► Ended
//! follows:           └► its moves ─► Moved ─┘
//! follows: failed, goes back ─► Failed     leads: all go back: Back     follows: Returned
//! ```
//! The Regions of a stage are changed side by side, each one unit after the other ([lib-safe-deployments]). What one
//! says reaches another after [`ACROSS`]; a Region that fails goes back at once, the others when they hear of it.

use super::{pipeline, reach};
use crate::engine::PartitionId;
use crate::model::fact::{ChangeFact, PipelineStep};
use crate::model::flows::{Cx, World, step};
use crate::model::ids::ChangeId;
use crate::model::tables::execution::Role;

pub(crate) fn handle(world: &mut World, step: step::RegionRollout, cx: &mut Cx<'_>) {
    match step {
        step::RegionRollout::Join(change, turn) => pipeline::opens(world, change, turn, Role::Follows, cx),
        step::RegionRollout::Wave(change, turn, stage) => wave(world, change, turn, usize::from(stage), cx),
        step::RegionRollout::Moved(change, turn, from) => heard(world, (change, turn), false, PartitionId(from), cx),
        step::RegionRollout::Returned(change, turn, from) => heard(world, (change, turn), true, PartitionId(from), cx),
        step::RegionRollout::Reached(change, turn, unit, ppm) => {
            if let Some(place) = of_late(world, change, turn) {
                world.executions[place].reached[usize::from(unit)] = ppm;
            }
        }
        step::RegionRollout::Failed(change, turn) | step::RegionRollout::Back(change, turn) => {
            if let Some(place) = of_turn(world, change, turn).filter(|place| world.executions[*place].is_open()) {
                pipeline::goes_back(world, place, cx);
            }
        }
        step::RegionRollout::Ended(change, turn) => {
            if let Some(place) = of_turn(world, change, turn) {
                cx.note(ChangeFact::Settled { change });
                pipeline::leave(world, place, cx);
            }
        }
        step::RegionRollout::Superseded(change, turn) => {
            if let Some(place) = of_turn(world, change, turn) {
                pipeline::end(world, place, PipelineStep::Superseded, cx);
            }
        }
        step::RegionRollout::Runs(change, turn) => {
            if of_turn(world, change, turn).is_some() {
                pipeline::runs_first(world, change, cx);
            }
        }
        step::RegionRollout::Rings(change, turn) => {
            let been = |place: usize| world.executions[place].reached.iter().any(|ppm| *ppm > 0);
            if of_turn(world, change, turn).is_some_and(been) {
                pipeline::failed(world, change, cx);
            }
        }
        step::RegionRollout::More(change, turn, rate) => shift(world, change, turn, 0, rate, cx),
        step::RegionRollout::Less(change, turn, rate) => shift(world, change, turn, rate, 0, cx),
    }
}

/// The pipeline of this occurrence of a change, by place.
fn of_turn(world: &World, change: ChangeId, turn: u32) -> Option<usize> {
    reach::find(world, change).filter(|place| world.executions[*place].turn == turn)
}

/// The same by the last bits of the turn.
fn of_late(world: &World, change: ChangeId, turn: u16) -> Option<usize> {
    reach::find(world, change).filter(|place| world.executions[*place].turn as u16 == turn)
}

/// A stage begins: what it changes here may.
fn wave(world: &mut World, change: ChangeId, turn: u32, stage: usize, cx: &mut Cx<'_>) {
    // One that has failed here is on its way back already.
    let Some(place) = of_turn(world, change, turn).filter(|place| world.executions[*place].is_open()) else { return };
    let execution = &mut world.executions[place];
    execution.stage = stage;
    (execution.begun, execution.under_way) = (0, Vec::new());
    pipeline::starts(world, change, cx);
}

/// A part has changed what it was asked to, or changed it back; what it did before it hears of a failure does not
/// count.
fn heard(world: &mut World, (change, turn): (ChangeId, u32), back: bool, from: PartitionId, cx: &mut Cx<'_>) {
    let is_it = |place: &usize| world.executions[*place].is_open() != back;
    let Some(place) = of_turn(world, change, turn).filter(is_it) else { return };
    let execution = &mut world.executions[place];
    let Role::Leads { awaits } = &mut execution.role else { return };
    awaits.retain(|part| *part != from);
    if !awaits.is_empty() {
        return;
    }
    if !back {
        pipeline::go_on(world, change, cx);
    } else if execution.back.is_empty() {
        pipeline::is_back(world, place, cx);
    }
}

fn shift(world: &mut World, change: ChangeId, turn: u16, less: u64, more: u64, cx: &Cx<'_>) {
    if let Some(place) = of_late(world, change, turn) {
        world.executions[place].seen.shift(cx.now, less, more);
    }
}
