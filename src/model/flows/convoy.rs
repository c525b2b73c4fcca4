//! A change over several Regions: each has a pipeline of what is in it (`flows/pipeline.rs`), and one of them leads.
//!
//! ```text
//! leads:   Join ─► Wave(stage) ───────────► bake ─► Wave(next) ... ─► Ended
//! follows:           └► its moves ─► Moved ─┘
//! follows: failed, goes back ─► Failed     leads: all go back: Back     follows: Returned
//! ```
//! The Regions of a stage are changed side by side, each one unit after the other (Automating safe, hands-off
//! deployments). What one says reaches another after [`ACROSS`]; a Region that fails goes back at once, the others when
//! they hear of it.

use super::pipeline;
use crate::engine::PartId;
use crate::model::event::steps;
use crate::model::fact::{ChangeFact, PipelineStep};
use crate::model::ids::{AlarmId, ChangeId};
use crate::model::plan::{ACROSS, Plan};
use crate::model::tables::pipe::{Pipe, Role};
use crate::model::world::{Cx, World};

steps! { Convoy:
    /// To all: the change is asked for.
    Join(change: ChangeId, turn: u32),
    /// To those that it changes something in: a stage begins.
    Wave(change: ChangeId, turn: u32, stage: u16),
    /// To the one that leads: all that the stage changes here is changed.
    Moved(change: ChangeId, turn: u32, from: u16),
    /// To the one that leads: so much of a unit is changed, in millionths. Turns are told by their last sixteen bits here.
    Reached(change: ChangeId, turn: u16, unit: u16, ppm: u32),
    /// To the one that leads: it has failed here, and goes back.
    Failed(change: ChangeId, turn: u32),
    /// To all: it goes back.
    Back(change: ChangeId, turn: u32),
    /// To the one that leads: all is back here.
    Returned(change: ChangeId, turn: u32, from: u16),
    /// To all: it is over.
    Ended(change: ChangeId, turn: u32),
    /// To the one that leads: a later change has taken its place here.
    Superseded(change: ChangeId, turn: u32),
    /// To the one that leads: the new revision runs here.
    Runs(change: ChangeId, turn: u32),
    /// To the one that leads: an alarm rings that counts wherever the change has been.
    Rings(change: ChangeId, turn: u32),
    /// To the one that leads: the new revision gets so much more here.
    More(change: ChangeId, turn: u16, rate: u64),
    /// To the one that leads: it gets so much less.
    Less(change: ChangeId, turn: u16, rate: u64),
}

/// Handles a step.
pub(crate) fn handle(world: &mut World, step: Step, cx: &mut Cx<'_>) {
    match step {
        Step::Join(change, turn) => pipeline::opens(world, change, turn, Role::Follows, cx),
        Step::Wave(change, turn, stage) => wave(world, change, turn, usize::from(stage), cx),
        Step::Moved(change, turn, from) => heard(world, (change, turn), false, PartId(from), cx),
        Step::Returned(change, turn, from) => heard(world, (change, turn), true, PartId(from), cx),
        Step::Reached(change, turn, unit, ppm) => {
            if let Some(place) = of_late(world, change, turn) {
                world.pipes[place].reached[usize::from(unit)] = ppm;
            }
        }
        Step::Failed(change, turn) | Step::Back(change, turn) => {
            if let Some(place) = of_turn(world, change, turn).filter(|place| world.pipes[*place].is_open()) {
                pipeline::goes_back(world, place, cx);
            }
        }
        Step::Ended(change, turn) => {
            if let Some(place) = of_turn(world, change, turn) {
                cx.note(ChangeFact::Settled { change });
                pipeline::leave(world, place, cx);
            }
        }
        Step::Superseded(change, turn) => {
            if let Some(place) = of_turn(world, change, turn) {
                pipeline::end(world, place, PipelineStep::Superseded, cx);
            }
        }
        Step::Runs(change, turn) => {
            if of_turn(world, change, turn).is_some() {
                pipeline::runs_first(world, change, cx);
            }
        }
        Step::Rings(change, turn) => {
            let been = |place: usize| world.pipes[place].reached.iter().any(|ppm| *ppm > 0);
            if of_turn(world, change, turn).is_some_and(been) {
                pipeline::failed(world, change, cx);
            }
        }
        Step::More(change, turn, rate) => shift(world, change, turn, 0, rate, cx),
        Step::Less(change, turn, rate) => shift(world, change, turn, rate, 0, cx),
    }
}

/// The pipeline of this occurrence of a change, by place.
fn of_turn(world: &World, change: ChangeId, turn: u32) -> Option<usize> {
    pipeline::find(world, change).filter(|place| world.pipes[*place].turn == turn)
}

/// The same by the last bits of the turn.
fn of_late(world: &World, change: ChangeId, turn: u16) -> Option<usize> {
    pipeline::find(world, change).filter(|place| world.pipes[*place].turn as u16 == turn)
}

/// A stage begins: what it changes here may.
fn wave(world: &mut World, change: ChangeId, turn: u32, stage: usize, cx: &mut Cx<'_>) {
    // One that has failed here is on its way back already.
    let Some(place) = of_turn(world, change, turn).filter(|place| world.pipes[*place].is_open()) else { return };
    let pipe = &mut world.pipes[place];
    pipe.stage = stage;
    (pipe.begun, pipe.under_way) = (0, Vec::new());
    pipeline::starts(world, change, cx);
}

/// A part has changed what it was asked to, or changed it back; what it did before it hears of a failure does not count.
fn heard(world: &mut World, (change, turn): (ChangeId, u32), back: bool, from: PartId, cx: &mut Cx<'_>) {
    let is_it = |place: &usize| world.pipes[*place].is_open() != back;
    let Some(place) = of_turn(world, change, turn).filter(is_it) else { return };
    let pipe = &mut world.pipes[place];
    let Role::Leads { awaits } = &mut pipe.role else { return };
    awaits.retain(|part| *part != from);
    if !awaits.is_empty() {
        return;
    }
    if !back {
        pipeline::go_on(world, change, cx);
    } else if pipe.back.is_empty() {
        pipeline::is_back(world, place, cx);
    }
}

fn shift(world: &mut World, change: ChangeId, turn: u16, less: u64, more: u64, cx: &Cx<'_>) {
    if let Some(place) = of_late(world, change, turn) {
        world.pipes[place].seen.shift(cx.now, less, more);
    }
}

/// The other parts of a change that this one leads.
fn followers(world: &World, change: ChangeId) -> Vec<PartId> {
    let led = pipeline::find(world, change).map(|place| &world.pipes[place].role);
    let others = || world.part.convoys.others(change).map(<[PartId]>::to_vec);
    if matches!(led, Some(Role::Leads { .. })) { others().unwrap_or_default() } else { Vec::new() }
}

/// Says something to all that follow; nothing where this one does not lead.
fn say(world: &World, change: ChangeId, step: impl Fn(u32) -> Step, cx: &mut Cx<'_>) {
    let Some(place) = pipeline::find(world, change) else { return };
    let turn = world.pipes[place].turn;
    for part in followers(world, change) {
        cx.send(part, ACROSS, step(turn));
    }
}

/// Says something to the one that leads; nothing where this one does not follow.
fn report(world: &World, change: ChangeId, step: impl Fn(u32) -> Step, cx: &mut Cx<'_>) {
    let Some(place) = pipeline::find(world, change) else { return };
    let Pipe { turn, role, .. } = &world.pipes[place];
    if *role == Role::Follows {
        cx.send(world.part.convoys.lead, ACROSS, step(*turn));
    }
}

/// A change is asked for.
pub(super) fn joins(world: &World, change: ChangeId, cx: &mut Cx<'_>) {
    say(world, change, |turn| Step::Join(change, turn), cx);
}

/// A stage begins in all Regions in which it changes something.
pub(super) fn begins(world: &mut World, change: ChangeId, cx: &mut Cx<'_>) {
    let others = followers(world, change);
    let Some(place) = pipeline::find(world, change) else { return };
    let Pipe { turn, stage, .. } = world.pipes[place];
    let asked: Vec<PartId> = others.into_iter().filter(|part| is_in(cx.plan, world, change, stage, *part)).collect();
    for part in &asked {
        cx.send(*part, ACROSS, Step::Wave(change, turn, stage as u16));
    }
    awaits(world, change, asked);
}

/// Whether a stage changes something in a part.
fn is_in(plan: &Plan, world: &World, change: ChangeId, stage: usize, part: PartId) -> bool {
    let units = &plan.changes[change].units;
    let moves = &pipeline::of(plan, change).stages[stage].moves;
    moves.iter().any(|one| world.part.convoys.part_of(plan.cell_of(units[usize::from(one.unit)])) == part)
}

fn awaits(world: &mut World, change: ChangeId, parts: Vec<PartId>) {
    let Some(place) = pipeline::find(world, change) else { return };
    if let Role::Leads { awaits } = &mut world.pipes[place].role {
        *awaits = parts;
    }
}

/// All that the stage changes here is changed.
pub(super) fn moved(world: &World, change: ChangeId, cx: &mut Cx<'_>) {
    let from = cx.part().0;
    report(world, change, |turn| Step::Moved(change, turn, from), cx);
}

/// So much of a unit is changed here.
pub(super) fn reaches(world: &World, row: usize, unit: u16, cx: &mut Cx<'_>) {
    let Pipe { change, ref reached, .. } = world.pipes[row];
    let ppm = reached[usize::from(unit)];
    report(world, change, |turn| Step::Reached(change, turn as u16, unit, ppm), cx);
}

/// All that was changed goes back here: the others hear of it.
pub(super) fn goes_back(world: &mut World, change: ChangeId, cx: &mut Cx<'_>) {
    let others = followers(world, change);
    awaits(world, change, others);
    say(world, change, |turn| Step::Back(change, turn), cx);
    report(world, change, |turn| Step::Failed(change, turn), cx);
}

/// All is back here.
pub(super) fn returned(world: &World, change: ChangeId, cx: &mut Cx<'_>) {
    let from = cx.part().0;
    report(world, change, |turn| Step::Returned(change, turn, from), cx);
}

/// It is over.
pub(super) fn ended(world: &World, change: ChangeId, cx: &mut Cx<'_>) {
    say(world, change, |turn| Step::Ended(change, turn), cx);
}

/// A later change has taken its place here.
pub(super) fn superseded(world: &World, change: ChangeId, cx: &mut Cx<'_>) {
    report(world, change, |turn| Step::Superseded(change, turn), cx);
}

/// The new revision runs here.
pub(super) fn runs(world: &World, change: ChangeId, cx: &mut Cx<'_>) {
    report(world, change, |turn| Step::Runs(change, turn), cx);
}

/// What the new revision gets here changes.
pub(super) fn sees(world: &World, change: ChangeId, less: u64, more: u64, cx: &mut Cx<'_>) {
    if more > 0 {
        report(world, change, |turn| Step::More(change, turn as u16, more), cx);
    }
    if less > 0 {
        report(world, change, |turn| Step::Less(change, turn as u16, less), cx);
    }
}

/// An alarm goes to ALARM: where it counts wherever a change has been, the one that leads knows whether it has been anywhere.
pub(super) fn rings(world: &World, alarm: AlarmId, cx: &mut Cx<'_>) {
    let counts = |pipe: &&Pipe| {
        let mut all = pipeline::of(cx.plan, pipe.change).alarms.iter();
        let watched = all.any(|watched| watched.alarm == alarm && watched.unit.is_none());
        pipe.role == Role::Follows && pipe.is_open() && watched && !pipe.ignored.contains(&alarm)
    };
    let told: Vec<ChangeId> = world.pipes.iter().filter(counts).map(|pipe| pipe.change).collect();
    for change in told {
        report(world, change, |turn| Step::Rings(change, turn), cx);
    }
}
