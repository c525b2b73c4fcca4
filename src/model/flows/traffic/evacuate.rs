//! A cell whose alarm rings is emptied: its customers move to other cells, and come back later.
//!
//! ```text
//! Rests ─► Reacts ─► Leaves ─► Away ─► Returns ─► Rests
//!   ▲        │ ▲                          │
//!   └─ quiet ┘ └────── alarm rings ───────┘
//! ```
//! Each customer moves as any other does (`customers.rs`): cloned, then the row of the map is flipped, which needs the
//! map table. Where one goes is said as he sets out: to the emptiest cell that has room for him. Who finds none stays.

use super::acts::{LOOK, takes, tell};
use super::fill::{Fill, each};
use super::{quarantine, release};
use crate::engine::key::Phase;
use crate::engine::{Span, Time};
use crate::model::fact::CellAct;
use crate::model::flows::change::alarms;
use crate::model::flows::{Cx, World};
use crate::model::ids::AlarmId;
use crate::model::tables::application::{Application, Move, Why};
use crate::model::tables::evacuation::Step;
use crate::model::{plan, step};
use std::collections::VecDeque;

/// The application, what is planned of it, and what operators do to it.
type All<'w, 'p> = (&'w mut Application, &'p plan::Application, &'p plan::Evacuation);

fn all<'w, 'p>(world: &'w mut World, cx: &Cx<'p>) -> Option<All<'w, 'p>> {
    let planned = cx.plan.application.as_ref()?;
    Some((world.application.as_deref_mut()?, planned, planned.evacuation.as_ref()?))
}

/// An alarm goes to ALARM.
pub(crate) fn alarmed(world: &mut World, alarm: AlarmId, cx: &mut Cx<'_>) {
    quarantine::alarmed(world, alarm, cx);
    let Some((app, planned, evacuation)) = all(world, cx) else { return };
    let Some(cell) = evacuation.alarms.cell(alarm) else { return };
    let row = &mut app.evacuation.rows[usize::from(cell)];
    row.quiet = None;
    if matches!(row.step, Step::Rests | Step::Returns) {
        row.queue.clear();
        let number = row.turn(Step::Reacts);
        tell(planned, cell, CellAct::Rings, 0, cx);
        cx.after(evacuation.after, step::Customers::Evacuated(cell, number));
    }
}

/// An alarm is not in ALARM any more.
pub(crate) fn quiet(world: &mut World, alarm: AlarmId, cx: &mut Cx<'_>) {
    release::quiet(world, alarm, cx);
    let Some(cell) = all(world, cx).and_then(|(_, _, evacuation)| evacuation.alarms.cell(alarm)) else { return };
    if rings(world, cell, cx) {
        return;
    }
    let Some((app, ..)) = all(world, cx) else { return };
    let away = app.evacuation.away.values().any(|home| *home == cell);
    let row = &mut app.evacuation.rows[usize::from(cell)];
    row.quiet = Some(cx.now);
    if row.step == Step::Reacts {
        row.turn(if away { Step::Away } else { Step::Rests });
    }
    wait(world, cell, cx);
}

/// Whether any alarm of a cell is in ALARM.
fn rings(world: &World, cell: u16, cx: &Cx<'_>) -> bool {
    let evacuation = cx.plan.application.as_ref().and_then(|planned| planned.evacuation.as_ref());
    evacuation.is_some_and(|one| one.alarms.of(cell).any(|alarm| alarms::rings(world, alarm)))
}

/// Operators have had their time to react: the customers of the cell are to leave.
pub(super) fn evacuated(world: &mut World, cell: u16, number: u32, cx: &mut Cx<'_>) {
    let Some((app, planned, evacuation)) = all(world, cx) else { return };
    if app.evacuation.rows[usize::from(cell)].number != number {
        return;
    }
    if app.evacuation.busy(evacuation.back_after.is_some()) >= evacuation.cells_at_once as usize {
        return cx.after(LOOK, step::Customers::Evacuated(cell, number));
    }
    let queue = inside(app, cell);
    tell(planned, cell, CellAct::Leaves, queue.len() as u32, cx);
    let row = &mut app.evacuation.rows[usize::from(cell)];
    row.turn(Step::Leaves);
    row.begin(queue, cx.now);
    go(world, cell, cx);
}

/// Who will be in a cell once all moves are over, in order.
fn inside(app: &Application, cell: u16) -> VecDeque<(usize, u32)> {
    let mut all: Vec<(usize, u32)> = Vec::new();
    for (group, assignments) in app.assignments.iter().enumerate() {
        let here = assignments.iter().zip(0..).filter(|(assignment, _)| **assignment == cell);
        all.extend(here.map(|(_, customer)| (group, customer)));
    }
    let leaving = |one: &(usize, u32)| app.moves.iter().any(|row| (row.group, row.customer) == *one && row.to != cell);
    all.retain(|one| !leaving(one));
    let coming = app.moves.iter().filter(|row| row.to == cell).map(|row| (row.group, row.customer));
    all.extend(coming.filter(|one| app.assignments[one.0][one.1 as usize] != cell));
    all.sort_unstable();
    all.into()
}

/// The first of those who wait set out.
fn go(world: &mut World, cell: u16, cx: &mut Cx<'_>) {
    let Some((app, _, evacuation)) = all(world, cx) else { return };
    let number = app.evacuation.rows[usize::from(cell)].number;
    // What the mapping had planned for them is not done any more.
    let Application { planned: later, assignments, evacuation: acts, .. } = app;
    later.retain(|(group, customer, to)| {
        let away = acts.away.get(&(*group, *customer)) == Some(&cell);
        *to != cell && assignments[*group][*customer as usize] != cell && !away
    });
    if evacuation.pace.is_some() { sets_out(world, cell, number, cx) } else { pump(world, cx) }
}

/// The next customer of a cell sets out, at the pace that is written.
pub(super) fn sets_out(world: &mut World, cell: u16, number: u32, cx: &mut Cx<'_>) {
    let place = usize::from(cell);
    if all(world, cx).is_none_or(|(app, ..)| app.evacuation.rows[place].number != number) {
        return;
    }
    let sent = send(world, cell, cx);
    let Some((app, _, evacuation)) = all(world, cx) else { return };
    let row = &mut app.evacuation.rows[place];
    row.sent += u64::from(sent);
    if row.queue.is_empty() {
        return finish(world, cell, cx);
    }
    let pace = u128::from(evacuation.pace.unwrap_or(1).max(1));
    // Counted from the first and rounded, so that a pace such as 10 a minute does not drift.
    let gap = (u128::from(row.sent) * 1_000_000_000_000_000 + pace / 2) / pace;
    let next = row.since + Span(u64::try_from(gap).unwrap_or(u64::MAX / 2));
    // Who is still on the way from an earlier move sets out when that is over.
    let at = if sent { next } else { next.max(cx.now + Span::SECOND) };
    cx.at(at.max(cx.now), Phase::Normal, step::Customers::SetsOut(cell, number));
}

/// Without a pace as many set out as may move at once, cell by cell.
pub(super) fn pump(world: &mut World, cx: &mut Cx<'_>) {
    let Some((app, planned, evacuation)) = all(world, cx) else { return };
    if evacuation.pace.is_some() {
        return;
    }
    let goes = |step: Step| matches!(step, Step::Leaves | Step::Returns);
    let rows = app.evacuation.rows.iter().zip(0..).filter(|(row, _)| goes(row.step));
    let cells: Vec<u16> = rows.map(|(_, cell)| cell).collect();
    for cell in cells {
        let free = |world: &World| {
            world.application.as_deref().is_some_and(|app| app.moves.len() < planned.migration.at_once as usize)
        };
        while free(world) && send(world, cell, cx) {}
        finish(world, cell, cx);
    }
}

/// Sends the first of a cell's customers on the way who is not on it, and has somewhere to go.
fn send(world: &mut World, cell: u16, cx: &mut Cx<'_>) -> bool {
    let Some(planned) = &cx.plan.application else { return false };
    let Some(mut app) = world.application.take() else { return false };
    let place = usize::from(cell);
    let mut sent = false;
    while !sent {
        let Some(next) = app.evacuation.rows[place].queue.iter().position(|one| !app.moves(*one)) else { break };
        let Some(one) = app.evacuation.rows[place].queue.remove(next) else { break };
        let here = app.assignments[one.0][one.1 as usize] == cell;
        let (goal, why) = match app.evacuation.rows[place].step {
            Step::Leaves if here => (refuge(world, &app, planned, (cell, one.0), cx), Why::Leaves(cell)),
            Step::Returns if !here && app.evacuation.away.get(&one) == Some(&cell) => (Some(cell), Why::Returns(cell)),
            _ => continue,
        };
        let Some(to) = goal else {
            app.evacuation.rows[place].stay += 1;
            continue;
        };
        let number = app.set_out(one, to, why);
        app.evacuation.rows[place].going += 1;
        cx.after(planned.migration.clone, step::Customers::Cloned(number));
        sent = true;
    }
    world.application = Some(app);
    sent
}

/// The emptiest cell that has room for a customer of a group.
fn refuge(
    world: &World,
    app: &Application,
    planned: &plan::Application,
    (from, group): (u16, usize),
    cx: &Cx<'_>,
) -> Option<u16> {
    let fill = Fill::of(world, app, planned, cx);
    let each = each(planned, group, cx.now);
    let up_to = planned.evacuation.as_ref()?.fill_ppm;
    let fits = |cell: &u16| {
        let service = planned.cells[usize::from(*cell)];
        let open = *cell != from && takes(app, planned, *cell) && world.services[service].available > 0;
        open && fill.left(usize::from(*cell), up_to) >= each.max(1)
    };
    (0..app.open).filter(fits).min_by_key(|cell| (fill.share(usize::from(*cell)), *cell))
}

/// The row of a customer has been flipped.
pub(super) fn flipped(world: &mut World, one: Move, cx: &mut Cx<'_>) {
    let Some(app) = world.application.as_deref_mut().filter(|app| !app.evacuation.rows.is_empty()) else { return };
    let who = (one.group, one.customer);
    if one.why == Why::Quarantine {
        app.evacuation.stays(who, one.from);
        return quarantine::flipped(world, one, cx);
    }
    if one.why == Why::Released {
        return release::flipped(world, one, cx);
    }
    app.evacuation.moved(who, one.from, one.to, matches!(one.why, Why::Leaves(_)));
    let (Why::Leaves(cell) | Why::Returns(cell)) = one.why else { return };
    app.evacuation.rows[usize::from(cell)].going -= 1;
    finish(world, cell, cx);
}

/// Whether the last has left, or is back.
fn finish(world: &mut World, cell: u16, cx: &mut Cx<'_>) {
    let Some((app, planned, _)) = all(world, cx) else { return };
    let row = &mut app.evacuation.rows[usize::from(cell)];
    if !row.queue.is_empty() || row.going > 0 {
        return;
    }
    match row.step {
        Step::Leaves => {
            row.turn(Step::Away);
            tell(planned, cell, CellAct::Left, row.stay, cx);
            wait(world, cell, cx);
        }
        Step::Returns => {
            row.turn(Step::Rests);
            tell(planned, cell, CellAct::Back, 0, cx);
        }
        Step::Rests | Step::Reacts | Step::Away => {}
    }
}

/// Customers who are away wait until the alarms of their cell have been quiet for long enough.
fn wait(world: &mut World, cell: u16, cx: &mut Cx<'_>) {
    let Some((app, _, evacuation)) = all(world, cx) else { return };
    let row = &app.evacuation.rows[usize::from(cell)];
    let (Some(after), Some(quiet), Step::Away) = (evacuation.back_after, row.quiet, row.step) else { return };
    let at: Time = (quiet + after).max(cx.now);
    cx.at(at, Phase::Normal, step::Customers::Returned(cell, row.number));
}

/// The alarms of a cell may have been quiet for long enough.
pub(super) fn returned(world: &mut World, cell: u16, number: u32, cx: &mut Cx<'_>) {
    let Some((app, planned, evacuation)) = all(world, cx) else { return };
    let row = &app.evacuation.rows[usize::from(cell)];
    // One that rang meanwhile has scheduled another look as it became quiet.
    let long = row.quiet.zip(evacuation.back_after).is_some_and(|(quiet, after)| cx.now >= quiet + after);
    if row.step != Step::Away || row.number != number || !long {
        return;
    }
    let service = &world.services[planned.cells[usize::from(cell)]];
    if service.available < service.desired().max(1) {
        return cx.after(LOOK, step::Customers::Returned(cell, number));
    }
    let Some((app, ..)) = all(world, cx) else { return };
    let mine = app.evacuation.away.iter().filter(|(_, home)| **home == cell);
    let queue: VecDeque<(usize, u32)> = mine.map(|(one, _)| *one).collect();
    tell(planned, cell, CellAct::Returns, queue.len() as u32, cx);
    let row = &mut app.evacuation.rows[usize::from(cell)];
    row.turn(Step::Returns);
    row.begin(queue, cx.now);
    go(world, cell, cx);
}
