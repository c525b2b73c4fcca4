//! What the parts of a change over several Regions say to each other.

use super::reach;
use crate::engine::PartitionId;
use crate::model::flows::{Cx, World, step};
use crate::model::ids::{AlarmId, ChangeId};
use crate::model::plan::{ACROSS, Plan};
use crate::model::tables::execution::{Execution, Role};

/// The other parts of a change that this one leads.
fn followers(world: &World, change: ChangeId) -> Vec<PartitionId> {
    let led = reach::find(world, change).map(|place| &world.executions[place].role);
    let others = || world.part.region_rollouts.others(change).map(<[PartitionId]>::to_vec);
    if matches!(led, Some(Role::Leads { .. })) { others().unwrap_or_default() } else { Vec::new() }
}

/// Says something to all that follow; nothing where this one does not lead.
fn say(world: &World, change: ChangeId, step: impl Fn(u32) -> step::RegionRollout, cx: &mut Cx<'_>) {
    let Some(place) = reach::find(world, change) else { return };
    let turn = world.executions[place].turn;
    for part in followers(world, change) {
        cx.send(part, ACROSS, step(turn));
    }
}

/// Says something to the one that leads; nothing where this one does not follow.
fn report(world: &World, change: ChangeId, step: impl Fn(u32) -> step::RegionRollout, cx: &mut Cx<'_>) {
    let Some(place) = reach::find(world, change) else { return };
    let Execution { turn, role, .. } = &world.executions[place];
    if *role == Role::Follows {
        cx.send(world.part.region_rollouts.lead, ACROSS, step(*turn));
    }
}

/// A change is asked for.
pub(crate) fn joins(world: &World, change: ChangeId, cx: &mut Cx<'_>) {
    say(world, change, |turn| step::RegionRollout::Join(change, turn), cx);
}

/// A stage begins in all Regions in which it changes something.
pub(crate) fn begins(world: &mut World, change: ChangeId, cx: &mut Cx<'_>) {
    let others = followers(world, change);
    let Some(place) = reach::find(world, change) else { return };
    let Execution { turn, stage, .. } = world.executions[place];
    let asked: Vec<PartitionId> =
        others.into_iter().filter(|part| is_in(cx.plan, world, change, stage, *part)).collect();
    for part in &asked {
        cx.send(*part, ACROSS, step::RegionRollout::Wave(change, turn, stage as u16));
    }
    awaits(world, change, asked);
}

/// Whether a stage changes something in a part.
fn is_in(plan: &Plan, world: &World, change: ChangeId, stage: usize, part: PartitionId) -> bool {
    let units = &plan.changes[change].units;
    let moves = &reach::of(plan, change).stages[stage].moves;
    moves.iter().any(|one| world.part.region_rollouts.part_of(plan.cell_of(units[usize::from(one.unit)])) == part)
}

fn awaits(world: &mut World, change: ChangeId, parts: Vec<PartitionId>) {
    let Some(place) = reach::find(world, change) else { return };
    if let Role::Leads { awaits } = &mut world.executions[place].role {
        *awaits = parts;
    }
}

/// All that the stage changes here is changed.
pub(crate) fn moved(world: &World, change: ChangeId, cx: &mut Cx<'_>) {
    let from = cx.part().0;
    report(world, change, |turn| step::RegionRollout::Moved(change, turn, from), cx);
}

/// So much of a unit is changed here.
pub fn reaches(world: &World, row: usize, unit: u16, cx: &mut Cx<'_>) {
    let Execution { change, ref reached, .. } = world.executions[row];
    let ppm = reached[usize::from(unit)];
    report(world, change, |turn| step::RegionRollout::Reached(change, turn as u16, unit, ppm), cx);
}

/// All that was changed goes back here: the others hear of it.
pub(crate) fn goes_back(world: &mut World, change: ChangeId, cx: &mut Cx<'_>) {
    let others = followers(world, change);
    awaits(world, change, others);
    say(world, change, |turn| step::RegionRollout::Back(change, turn), cx);
    report(world, change, |turn| step::RegionRollout::Failed(change, turn), cx);
}

pub(crate) fn returned(world: &World, change: ChangeId, cx: &mut Cx<'_>) {
    let from = cx.part().0;
    report(world, change, |turn| step::RegionRollout::Returned(change, turn, from), cx);
}

pub(crate) fn ended(world: &World, change: ChangeId, cx: &mut Cx<'_>) {
    say(world, change, |turn| step::RegionRollout::Ended(change, turn), cx);
}

/// A later change has taken its place here.
pub(crate) fn superseded(world: &World, change: ChangeId, cx: &mut Cx<'_>) {
    report(world, change, |turn| step::RegionRollout::Superseded(change, turn), cx);
}

/// The new revision runs here.
pub(crate) fn runs(world: &World, change: ChangeId, cx: &mut Cx<'_>) {
    report(world, change, |turn| step::RegionRollout::Runs(change, turn), cx);
}

/// What the new revision gets here changes.
fn tells(world: &World, change: ChangeId, less: u64, more: u64, cx: &mut Cx<'_>) {
    if more > 0 {
        report(world, change, |turn| step::RegionRollout::More(change, turn as u16, more), cx);
    }
    if less > 0 {
        report(world, change, |turn| step::RegionRollout::Less(change, turn as u16, less), cx);
    }
}

/// An alarm goes to ALARM: where it counts wherever a change has been, the one that leads knows whether it has been
/// anywhere.
pub(crate) fn rings(world: &World, alarm: AlarmId, cx: &mut Cx<'_>) {
    let counts = |execution: &&Execution| {
        let mut all = reach::of(cx.plan, execution.change).alarms.iter();
        let watched = all.any(|watched| watched.alarm == alarm && watched.unit.is_none());
        execution.role == Role::Follows && execution.is_open() && watched && !execution.ignored.contains(&alarm)
    };
    let told: Vec<ChangeId> = world.executions.iter().filter(counts).map(|execution| execution.change).collect();
    for change in told {
        report(world, change, |turn| step::RegionRollout::Rings(change, turn), cx);
    }
}

/// What the new revision of a service gets changes.
pub(crate) fn sees(world: &mut World, change: ChangeId, less: u64, more: u64, cx: &mut Cx<'_>) {
    let Some(place) = reach::find(world, change) else { return };
    if world.executions[place].role == Role::Follows {
        return tells(world, change, less, more, cx);
    }
    world.executions[place].seen.shift(cx.now, less, more);
}
