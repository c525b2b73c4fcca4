//! What the parts of a change over several Regions say to each other.

use super::reach;
use crate::engine::PartitionId;
use crate::model::flows::{Cx, World, step};
use crate::model::ids::{AlarmId, ChangeId};
use crate::model::plan::{ACROSS, Plan};
use crate::model::tables::execution::{Execution, Role};

/// The other parts of a change that this one leads.
fn followers(world: &World, place: usize) -> &[PartitionId] {
    let Execution { change, role, .. } = &world.executions[place];
    let leads = matches!(role, Role::Leads { .. });
    world.part.region_rollouts.others(*change).filter(|_| leads).unwrap_or_default()
}

/// Says something to all that follow; nothing where this one does not lead.
pub(super) fn to_all(world: &World, place: usize, step: step::RegionRollout, cx: &mut Cx<'_>) {
    for part in followers(world, place) {
        cx.send(*part, ACROSS, step);
    }
}

/// Says something to the one that leads; nothing where this one does not follow.
pub(super) fn to_lead(world: &World, place: usize, step: step::RegionRollout, cx: &mut Cx<'_>) {
    if world.executions[place].role == Role::Follows {
        cx.send(world.part.region_rollouts.lead, ACROSS, step);
    }
}

/// A stage begins in all Regions in which it changes something.
pub(super) fn begins(world: &mut World, place: usize, cx: &mut Cx<'_>) {
    let Execution { change, turn, stage, .. } = world.executions[place];
    let others = followers(world, place).iter().copied();
    let asked: Vec<PartitionId> = others.filter(|part| is_in(cx.plan, world, change, stage, *part)).collect();
    for part in &asked {
        cx.send(*part, ACROSS, step::RegionRollout::Wave(change, turn, stage as u16));
    }
    awaits(world, place, asked);
}

/// Whether a stage changes something in a part.
fn is_in(plan: &Plan, world: &World, change: ChangeId, stage: usize, part: PartitionId) -> bool {
    let units = &plan.changes[change].units;
    let moves = &reach::of(plan, change).stages[stage].moves;
    moves.iter().any(|one| world.part.region_rollouts.part_of(plan.cell_of(units[usize::from(one.unit)])) == part)
}

fn awaits(world: &mut World, place: usize, parts: Vec<PartitionId>) {
    if let Role::Leads { awaits } = &mut world.executions[place].role {
        *awaits = parts;
    }
}

/// All that was changed goes back here: the others hear of it.
pub(super) fn goes_back(world: &mut World, place: usize, cx: &mut Cx<'_>) {
    awaits(world, place, followers(world, place).to_vec());
    let Execution { change, turn, .. } = world.executions[place];
    to_all(world, place, step::RegionRollout::Back(change, turn), cx);
    to_lead(world, place, step::RegionRollout::Failed(change, turn), cx);
}

/// An alarm goes to ALARM: where it counts wherever a change has been, the one that leads knows whether it has been
/// anywhere.
pub(super) fn rings(world: &World, alarm: AlarmId, cx: &mut Cx<'_>) {
    for (place, execution) in world.executions.iter().enumerate() {
        let mut all = reach::of(cx.plan, execution.change).alarms.iter();
        let watched = all.any(|watched| watched.alarm == alarm && watched.unit.is_none());
        if execution.is_open() && watched && !execution.ignored.contains(&alarm) {
            to_lead(world, place, step::RegionRollout::Rings(execution.change, execution.turn), cx);
        }
    }
}

/// What the new revision of a service gets changes.
pub(crate) fn sees(world: &mut World, change: ChangeId, less: u64, more: u64, cx: &mut Cx<'_>) {
    let Some(place) = reach::find(world, change) else { return };
    let execution = &mut world.executions[place];
    if execution.role != Role::Follows {
        return execution.seen.shift(cx.now, less, more);
    }
    let turn = execution.turn as u16;
    if more > 0 {
        to_lead(world, place, step::RegionRollout::More(change, turn, more), cx);
    }
    if less > 0 {
        to_lead(world, place, step::RegionRollout::Less(change, turn, less), cx);
    }
}
