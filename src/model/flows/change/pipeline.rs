//! A change goes on stage by stage over its units, is watched, and is taken back wherever it has been.
//!
//! ```text
//! Asked ─► Go ─► may the stage begin? ─► moves, one unit at a time ─► bake ─► Baked ─► next stage ... ─► completed
//!           └ no: Blocked, looks again        └──── unit failed, alarm, found ────┴─► all that was changed goes back
//! ```
//! Going back is quick: all units go at once, each by the rules of its own deployment. One thing at a time is for going
//! on ([lib-safe-deployments]). Over several Regions each has such a pipeline of its own; one leads,
//! and `flows/change/region_rollout.rs` takes its words to the others.

use super::{alarms, deploy, reach, renew, say, staged};
use crate::engine::Span;
use crate::engine::key::Phase as Turn;
use crate::model::fact::{Cause, ChangeFact, FaultFact, PipelineStep};
use crate::model::flows::rows::bad;
use crate::model::flows::{Cx, For, World, step};
use crate::model::ids::{AlarmId, ChangeId, ServiceId};
use crate::model::plan::{Move, Part, Pipeline, Plan, Reach, Unit, WHOLE};
use crate::model::tables::execution::{Execution, ExecutionState, Role};
use crate::model::tables::plane::Renewal;

/// How often a stage that may not begin is looked at again (model choice).
const LOOK: Span = Span::MINUTE;

/// Billionths of a request for each second, times microseconds, in a request.
const REQUEST: u128 = 1_000_000_000_000_000;

pub(crate) fn handle(world: &mut World, step: step::Pipeline, cx: &mut Cx<'_>) {
    if !counts(world, step) {
        return;
    }
    match step {
        step::Pipeline::Asked(change, turn) => asked(world, change, turn, cx),
        step::Pipeline::Go(change, ..) => go(world, change, cx),
        step::Pipeline::Baked(change, ..) => baked(world, change, cx),
        step::Pipeline::Move(change, _, place) => moves(world, change, place as usize, cx),
        step::Pipeline::Undo(change, _, place) => undo(world, change, place as usize, cx),
        step::Pipeline::Found(change, _) => failed(world, change, cx),
        step::Pipeline::Renewed(change, _, place) => renewed(world, change, place as usize, cx),
        step::Pipeline::Restored(change, _, place) => restored(world, change, place as usize, cx),
        step::Pipeline::Starts(change, ..) => starts(world, change, cx),
    }
}

/// Whether what waited in the queue still counts: the same occurrence of the change is under way, and waits for it.
fn counts(world: &World, step: step::Pipeline) -> bool {
    let (change, turn, number) = match step {
        step::Pipeline::Asked(..) => return true,
        step::Pipeline::Go(change, turn, number)
        | step::Pipeline::Baked(change, turn, number)
        | step::Pipeline::Starts(change, turn, number) => (change, turn, Some(number)),
        step::Pipeline::Move(change, turn, _)
        | step::Pipeline::Undo(change, turn, _)
        | step::Pipeline::Found(change, turn)
        | step::Pipeline::Renewed(change, turn, _)
        | step::Pipeline::Restored(change, turn, _) => (change, turn, None),
    };
    let is_it =
        |execution: &Execution| execution.turn == turn && number.is_none_or(|number| execution.number == number);
    reach::find(world, change).is_some_and(|place| is_it(&world.executions[place]))
}

/// Changes with a pipeline whose units are here.
pub(crate) fn prepare(world: &mut World, cx: &mut Cx<'_>) {
    for (id, change) in cx.plan.changes.pairs().filter(|(_, change)| change.pipeline.is_some()) {
        let led_here = match world.part.region_rollouts.others(id) {
            Some(_) => world.part.region_rollouts.lead == cx.part(),
            None => change.units.first().is_some_and(|unit| reach::holds(world, *unit)),
        };
        if !led_here {
            continue;
        }
        if change.every.is_some() {
            wind(id, 0, cx);
        } else {
            cx.at(change.at, Turn::Normal, step::Pipeline::Asked(id, 0));
        }
    }
}

/// The clock of a change that comes again and again: when it is asked for next is drawn.
fn wind(id: ChangeId, turn: u32, cx: &mut Cx<'_>) {
    let change = &cx.plan.changes[id];
    let Some(law) = &change.every else { return };
    let gap = law.sample(&mut cx.draw(For::ChangeGap, change.turn_of_all(turn)));
    cx.after(gap.max(Span::from_micros(1)), step::Pipeline::Asked(id, turn));
}

/// Whether a part has changes with a pipeline.
pub(crate) fn is_here(plan: &Plan, part: &Part) -> bool {
    let here = |unit: &Unit| match unit {
        Unit::Service(service) => part.as_one.services.contains(&service.0),
        Unit::Cell(cell) => part.cells.contains(&cell.0),
    };
    plan.changes.iter().any(|change| change.pipeline.is_some() && change.units.iter().any(here))
}

/// Tells how it goes on; of those in several Regions the one that leads does.
fn tell(world: &World, place: usize, what: PipelineStep, cx: &mut Cx<'_>) {
    let Execution { change, stage, reached, role, .. } = &world.executions[place];
    if *role == Role::Follows {
        return;
    }
    let units = &cx.plan.changes[*change].units;
    let weight = |unit: &Unit| match unit {
        Unit::Service(service) => u64::from(cx.plan.services[*service].desired.max(1)),
        Unit::Cell(_) => 1,
    };
    let all: u64 = units.iter().map(weight).sum();
    let part: u64 = units.iter().zip(reached).map(|(unit, ppm)| weight(unit) * u64::from(*ppm)).sum();
    let reached = (part / all.max(1)) as u32;
    cx.note(ChangeFact::Pipeline { change: *change, stage: *stage as u16, what, reached });
}

/// A change is asked for: it waits for another one of the same units (a pipeline changes one thing at a time).
fn asked(world: &mut World, change: ChangeId, turn: u32, cx: &mut Cx<'_>) {
    if shares(cx.plan, change, &world.executions) {
        return cx.after(LOOK, step::Pipeline::Asked(change, turn));
    }
    let leads = world.part.region_rollouts.others(change).is_some();
    opens(world, change, turn, if leads { Role::Leads { awaits: Vec::new() } } else { Role::Alone }, cx);
    let place = world.executions.len() - 1;
    tell(world, place, PipelineStep::Began, cx);
    say::to_all(world, place, step::RegionRollout::Join(change, turn), cx);
    go(world, change, cx);
}

/// It is under way here, and has changed nothing yet.
pub(super) fn opens(world: &mut World, change: ChangeId, turn: u32, role: Role, cx: &Cx<'_>) {
    // An alarm that is in ALARM already is ignored, and the others are watched (model choice: a deployer is not ECS).
    let watched = reach::of(cx.plan, change).alarms.iter().map(|watched| watched.alarm);
    let ignored = watched.filter(|alarm| alarms::rings(world, *alarm)).collect();
    let units = cx.plan.changes[change].units.len();
    world.executions.push(Execution { turn, role, ..Execution::new(change, units, ignored, cx.now) });
}

/// The next stage begins, if nothing blocks it.
fn go(world: &mut World, change: ChangeId, cx: &mut Cx<'_>) {
    let Some(place) = reach::find(world, change) else { return };
    let pipeline = reach::of(cx.plan, change);
    let hours = pipeline.hours.map_or(Span::ZERO, |hours| hours.wait(cx.now, cx.plan.starts_at));
    let wait = match world.executions[place].role {
        _ if hours > Span::ZERO => Some(hours),
        Role::Alone if blocked(world, place, pipeline) => Some(LOOK),
        _ => None,
    };
    if let Some(wait) = wait {
        if world.executions[place].number == 0 || world.executions[place].state != ExecutionState::Blocked {
            tell(world, place, PipelineStep::Blocked, cx);
        }
        let execution = &mut world.executions[place];
        execution.state = ExecutionState::Blocked;
        execution.number += 1;
        return cx.after(wait, step::Pipeline::Go(change, execution.turn, execution.number));
    }
    tell(world, place, PipelineStep::Stage, cx);
    say::begins(world, place, cx);
    let execution = &mut world.executions[place];
    (execution.begun, execution.under_way) = (0, Vec::new());
    starts(world, change, cx);
}

/// What a stage changes here begins. Each of several Regions waits for its own alarms and faults, and for pipelines
/// that change the same units already.
pub(super) fn starts(world: &mut World, change: ChangeId, cx: &mut Cx<'_>) {
    let Some(place) = reach::find(world, change) else { return };
    let pipeline = reach::of(cx.plan, change);
    let waits = world.executions[place].role != Role::Alone
        && reach::next_here(world, place, 0, cx.plan).is_some()
        && (blocked(world, place, pipeline) || shares(cx.plan, change, &world.executions[..place]));
    let execution = &mut world.executions[place];
    execution.state = if waits { ExecutionState::Blocked } else { ExecutionState::Moves };
    execution.number += 1;
    if waits {
        return cx.after(LOOK, step::Pipeline::Starts(change, execution.turn, execution.number));
    }
    go_on(world, change, cx);
}

/// Whether one of these pipelines changes a unit of a change.
fn shares(plan: &Plan, change: ChangeId, executions: &[Execution]) -> bool {
    let units = &plan.changes[change].units;
    executions.iter().any(|execution| plan.changes[execution.change].units.iter().any(|unit| units.contains(unit)))
}

/// Whether an alarm or a fault keeps the next stage from beginning here.
fn blocked(world: &World, place: usize, pipeline: &Pipeline) -> bool {
    let ignored = &world.executions[place].ignored;
    let rings = |alarm: AlarmId| !ignored.contains(&alarm) && alarms::rings(world, alarm);
    let rings = pipeline.alarms.iter().any(|watched| rings(watched.alarm));
    let breaks = !pipeline.during_faults && world.occurrences.in_force().next().is_some();
    rings || breaks
}

/// As many moves of the stage as may be under way here begin.
pub(super) fn go_on(world: &mut World, change: ChangeId, cx: &mut Cx<'_>) {
    let stages = &reach::of(cx.plan, change).stages;
    while let Some(place) = reach::find(world, change) {
        let execution = &world.executions[place];
        let next = reach::next_here(world, place, execution.begun, cx.plan);
        let full = execution.under_way.len() >= stages[execution.stage].at_once;
        let Some(next) = next.filter(|_| execution.state == ExecutionState::Moves && !full) else { break };
        let execution = &mut world.executions[place];
        execution.under_way.push(next);
        execution.begun = next + 1;
        moves(world, change, next, cx);
    }
    let Some(place) = reach::find(world, change) else { return };
    let execution = &mut world.executions[place];
    let changed = match &execution.role {
        Role::Leads { awaits } => awaits.is_empty(),
        _ => true,
    };
    if execution.state == ExecutionState::Moves && execution.under_way.is_empty() && changed {
        execution.state = ExecutionState::Bakes;
        execution.number += 1;
        execution.baked_from = execution.seen.sum(cx.now);
        let turn = execution.turn;
        if execution.role == Role::Follows {
            return say::to_lead(world, place, step::RegionRollout::Moved(change, turn, cx.part().0), cx);
        }
        let step = step::Pipeline::Baked(change, turn, execution.number);
        tell(world, place, PipelineStep::Bakes, cx);
        cx.after(stages[world.executions[place].stage].bake, step);
    }
}

/// A unit is changed further: the control plane takes the call on, or the deployer comes again.
fn moves(world: &mut World, change: ChangeId, place: usize, cx: &mut Cx<'_>) {
    let Some(row) = reach::find(world, change) else { return };
    if world.executions[row].state != ExecutionState::Moves || !world.executions[row].under_way.contains(&place) {
        return;
    }
    let turn = world.executions[row].turn;
    let Move { unit, reach } = reach::of(cx.plan, change).stages[world.executions[row].stage].moves[place];
    match cx.plan.changes[change].units[usize::from(unit)] {
        Unit::Service(service) => {
            if let Err(wait) = deploy::called(world, service, cx) {
                return cx.after(wait, step::Pipeline::Move(change, turn, place as u32));
            }
            let more = reach::of_service(world, service, reach, cx);
            let reached = world.executions[row].reached[usize::from(unit)];
            reaches(world, row, unit, if reach == Reach::Whole { WHOLE as u32 } else { reached.max(more) }, cx);
            staged::moved(world, service, change, turn, reach, cx);
        }
        Unit::Cell(cell) => {
            if !world.planes[cell].down.is_empty() {
                // Nobody deploys to what is down.
                return cx.after(LOOK, step::Pipeline::Move(change, turn, place as u32));
            }
            reaches(world, row, unit, reach::of_cell(world, row, place, cx), cx);
            cx.after(reach::of(cx.plan, change).takes, step::Pipeline::Renewed(change, turn, place as u32));
        }
    }
}

/// A part of a control-plane cell is of the new revision.
fn renewed(world: &mut World, change: ChangeId, place: usize, cx: &mut Cx<'_>) {
    let Some(row) = reach::find(world, change) else { return };
    let execution = &world.executions[row];
    if execution.state != ExecutionState::Moves || !execution.under_way.contains(&place) {
        return;
    }
    let unit = reach::of(cx.plan, change).stages[execution.stage].moves[place].unit;
    let part = execution.reached[usize::from(unit)];
    let Unit::Cell(cell) = cx.plan.changes[change].units[usize::from(unit)] else { return };
    renew::to(world, cell, Some(Renewal { change, turn: execution.turn, part }), cx);
    runs_first(world, change, cx);
    // An alarm may have found it at once.
    if let Some(row) = reach::find(world, change).filter(|row| world.executions[*row].state == ExecutionState::Moves) {
        world.executions[row].under_way.retain(|of| *of != place);
        go_on(world, change, cx);
    }
}

/// A control-plane cell is as it was before.
fn restored(world: &mut World, change: ChangeId, unit: usize, cx: &mut Cx<'_>) {
    let of = cx.plan.changes[change].units[unit];
    if let Unit::Cell(cell) = of {
        renew::to(world, cell, None, cx);
    }
    came_back(world, of, change, cx);
}

/// A unit has been changed as far as it was to be.
pub(crate) fn done(world: &mut World, service: ServiceId, change: ChangeId, cx: &mut Cx<'_>) {
    let Some(place) = reach::find(world, change) else { return };
    let moves = &reach::of(cx.plan, change).stages[world.executions[place].stage].moves;
    let units = &cx.plan.changes[change].units;
    let is_of = |row: &usize| units[usize::from(moves[*row].unit)] == Unit::Service(service);
    world.executions[place].under_way.retain(|row| !is_of(row));
    go_on(world, change, cx);
}

/// The bake is over: enough requests were seen, or it goes on.
fn baked(world: &mut World, change: ChangeId, cx: &mut Cx<'_>) {
    let Some(place) = reach::find(world, change) else { return };
    let pipeline = reach::of(cx.plan, change);
    let execution = &mut world.executions[place];
    let seen = execution.seen.sum(cx.now) - execution.baked_from;
    let open = (u128::from(pipeline.stages[execution.stage].requests) * REQUEST).saturating_sub(seen);
    if open > 0 {
        // When it will have seen enough if the rate stays; it is looked at once a minute in case it rises.
        let needs = open.div_ceil(u128::from(execution.seen.rate()).max(1));
        let wait = Span(u64::try_from(needs).unwrap_or(u64::MAX).min(LOOK.0));
        return cx.after(wait, step::Pipeline::Baked(change, execution.turn, execution.number));
    }
    tell(world, place, PipelineStep::Passed, cx);
    world.executions[place].stage += 1;
    if world.executions[place].stage < pipeline.stages.len() {
        return go(world, change, cx);
    }
    world.executions[place].stage -= 1;
    end(world, place, PipelineStep::Completed, cx);
}

pub(super) fn end(world: &mut World, place: usize, how: PipelineStep, cx: &mut Cx<'_>) {
    tell(world, place, how, cx);
    let Execution { change, turn, .. } = world.executions[place];
    say::to_all(world, place, step::RegionRollout::Ended(change, turn), cx);
    leave(world, place, cx);
    wind(change, turn + 1, cx);
}

/// It is not under way here any more: nothing of it is being deployed.
pub(super) fn leave(world: &mut World, place: usize, cx: &mut Cx<'_>) {
    let change = world.executions.remove(place).change;
    for unit in &cx.plan.changes[change].units {
        match *unit {
            Unit::Service(service) if world.services.holds(service) => {
                if world.services[service].deployment.deploying.is_some_and(|(of, _)| of == change) {
                    staged::released(world, service, change, cx);
                }
            }
            Unit::Cell(cell) if world.planes.holds(cell) => renew::ends_deployment(world, cell, change, cx),
            Unit::Service(_) | Unit::Cell(_) => {}
        }
    }
}

/// Somebody or something has found that it is bad: all that was changed goes back.
pub(crate) fn failed(world: &mut World, change: ChangeId, cx: &mut Cx<'_>) {
    let Some(place) = reach::find(world, change).filter(|place| world.executions[*place].is_open()) else { return };
    cx.note(FaultFact::Noticed { cause: Cause::change(change), service: None });
    goes_back(world, place, cx);
}

/// All that was changed goes back, here and in all other Regions.
pub(super) fn goes_back(world: &mut World, place: usize, cx: &mut Cx<'_>) {
    tell(world, place, PipelineStep::Failed, cx);
    let change = world.executions[place].change;
    let units = &cx.plan.changes[change].units;
    let reached = &world.executions[place].reached;
    let touched = |unit: &usize| reached[*unit] > 0 && reach::holds(world, units[*unit]);
    let back = (0..units.len()).filter(touched).map(|unit| unit as u16).collect();
    let execution = &mut world.executions[place];
    (execution.state, execution.back) = (ExecutionState::Back, back);
    execution.number += 1;
    execution.under_way.clear();
    say::goes_back(world, place, cx);
    if world.executions[place].back.is_empty() {
        return is_back(world, place, cx);
    }
    for unit in world.executions[place].back.clone() {
        undo(world, change, usize::from(unit), cx);
    }
}

/// A unit goes back: a service that is being changed by itself, one that was completed by a call to the control plane.
fn undo(world: &mut World, change: ChangeId, unit: usize, cx: &mut Cx<'_>) {
    let Some(row) = reach::find(world, change).filter(|row| world.executions[*row].back.contains(&(unit as u16)))
    else {
        return;
    };
    let turn = world.executions[row].turn;
    match cx.plan.changes[change].units[unit] {
        Unit::Service(service) => {
            let under_way = world.services[service].deployment.rollout.as_ref().is_some_and(|one| one.change == change);
            if !under_way && let Err(wait) = deploy::called(world, service, cx) {
                return cx.after(wait, step::Pipeline::Undo(change, turn, unit as u32));
            }
            staged::undone(world, service, change, cx);
        }
        Unit::Cell(cell) if world.planes[cell].down.is_empty() => {
            cx.after(reach::of(cx.plan, change).takes, step::Pipeline::Restored(change, turn, unit as u32));
        }
        Unit::Cell(_) => cx.after(LOOK, step::Pipeline::Undo(change, turn, unit as u32)),
    }
}

/// A unit is as it was before: the change is taken back with the last.
pub(crate) fn came_back(world: &mut World, of: Unit, change: ChangeId, cx: &mut Cx<'_>) {
    let Some(place) = reach::find(world, change) else { return };
    let units = &cx.plan.changes[change].units;
    world.executions[place].back.retain(|unit| units[usize::from(*unit)] != of);
    if world.executions[place].back.is_empty() {
        is_back(world, place, cx);
    }
}

/// All that was changed here is as it was before.
pub(super) fn is_back(world: &mut World, place: usize, cx: &mut Cx<'_>) {
    let Execution { change, turn, ref role, .. } = world.executions[place];
    match role {
        Role::Follows => say::to_lead(world, place, step::RegionRollout::Returned(change, turn, cx.part().0), cx),
        Role::Leads { awaits } if !awaits.is_empty() => {}
        Role::Leads { .. } | Role::Alone => end(world, place, PipelineStep::RolledBack, cx),
    }
}

/// A later change of one of its services takes its place: it stops where it is.
pub(crate) fn superseded(world: &mut World, change: ChangeId, cx: &mut Cx<'_>) {
    let Some(place) = reach::find(world, change) else { return };
    let Execution { turn, ref role, .. } = world.executions[place];
    if *role == Role::Follows {
        return say::to_lead(world, place, step::RegionRollout::Superseded(change, turn), cx);
    }
    end(world, place, PipelineStep::Superseded, cx);
}

/// An alarm goes to ALARM: pipelines that watch it have failed.
pub(crate) fn alarmed(world: &mut World, alarm: AlarmId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let watches = |execution: &&Execution| {
        // Where it has not been there is nothing of it that could be bad.
        let been = |unit: Option<u16>| match unit {
            Some(unit) => execution.reached[usize::from(unit)] > 0,
            None => execution.reached.iter().any(|part| *part > 0),
        };
        let mut all = reach::of(plan, execution.change).alarms.iter();
        let watched = all.any(|watched| watched.alarm == alarm && been(watched.unit));
        execution.is_open() && watched && !execution.ignored.contains(&alarm)
    };
    let hit: Vec<ChangeId> = world.executions.iter().filter(watches).map(|execution| execution.change).collect();
    for change in hit {
        failed(world, change, cx);
    }
    say::rings(world, alarm, cx);
}

/// The first task of the new revision runs in one of the units: from now on somebody may find that it is bad.
pub(crate) fn runs_first(world: &mut World, change: ChangeId, cx: &mut Cx<'_>) {
    let Some(place) = reach::find(world, change).filter(|place| !world.executions[*place].found) else { return };
    world.executions[place].found = true;
    let Execution { turn, ref role, .. } = world.executions[place];
    if *role == Role::Follows {
        return say::to_lead(world, place, step::RegionRollout::Runs(change, turn), cx);
    }
    if let Some(after) = bad::found_after(change, cx.plan.changes[change].turn_of_all(turn), cx) {
        cx.after(after, step::Pipeline::Found(change, turn));
    }
}

/// So much of a unit is changed, or being changed, from now on.
fn reaches(world: &mut World, row: usize, unit: u16, ppm: u32, cx: &mut Cx<'_>) {
    world.executions[row].reached[usize::from(unit)] = ppm;
    let Execution { change, turn, .. } = world.executions[row];
    say::to_lead(world, row, step::RegionRollout::Reached(change, turn as u16, unit, ppm), cx);
}
