//! Customers and their cells: who comes gets one, who is in a full one moves, and a new cell takes its share.
//!
//! ```text
//! planned ─► Cloning ─► map table answers? ─► flip ─► Redirecting ─► forgotten
//!                            └ no ─► Waiting, until it does
//! ```
//! The map in the router's memory needs no table: while that is out nobody new gets a cell and nobody moves, and
//! whoever has one is served ([cell-whitepaper]; `docs/model.md`, Faults).

use super::acts::takes;
use super::fill::{self, Fill};
use super::{dispatch, evacuate, quarantine, release};
use crate::engine::key::Phase;
use crate::engine::{Span, Time};
use crate::model::fact::{ApplicationFact, Cause};
use crate::model::flows::rows::account;
use crate::model::flows::{Cx, World};
use crate::model::plan::Dispatch;
use crate::model::routing::{customers, full_map};
use crate::model::tables::application::{Application, Move, NOWHERE, Stage, Why};
use crate::model::{plan, step};

/// How often a new cell is looked at when no rebalancer says otherwise (model choice).
const LOOK: Span = Span::MINUTE;

pub(crate) fn handle(world: &mut World, step: step::Customers, cx: &mut Cx<'_>) {
    match step {
        step::Customers::Joins(group) => join(world, group as usize, cx),
        step::Customers::Cloned(number) => cloned(world, number, cx),
        step::Customers::Forgotten(number) => forgotten(world, number, cx),
        step::Customers::Look(round) => look(world, round, cx),
        step::Customers::Evacuated(cell, number) => evacuate::evacuated(world, cell, number, cx),
        step::Customers::SetsOut(cell, number) => evacuate::sets_out(world, cell, number, cx),
        step::Customers::Returned(cell, number) => evacuate::returned(world, cell, number, cx),
        step::Customers::Searched(cell) => quarantine::searched(world, cell, cx),
        step::Customers::Blocks(row) => quarantine::blocks(world, row as usize, cx),
        step::Customers::Freed(row) => release::freed(world, row as usize, cx),
    }
}

/// First events.
pub(crate) fn prepare(world: &mut World, cx: &mut Cx<'_>) {
    let Some(planned) = cx.plan.application.as_ref().filter(|_| world.application.is_some()) else { return };
    for (group, row) in planned.customers.iter().enumerate() {
        if let Some(at) = row.joins {
            cx.at(at, Phase::Normal, step::Customers::Joins(group as u32));
        }
    }
    let first = planned.rebalancer.map(|one| Time::ZERO + one.every).or(planned.grows);
    if let Some(at) = first {
        cx.at(at, Phase::Normal, step::Customers::Look(0));
    }
    for cell in 0..planned.cells.len() {
        tell(world, cell, cx);
    }
}

fn tell(world: &World, cell: usize, cx: &mut Cx<'_>) {
    let (Some(app), Some(planned)) = (&world.application, &cx.plan.application) else { return };
    cx.note(ApplicationFact::Customers { cell: planned.cells[cell], count: app.customers(cell) });
}

/// Customers come: each needs a row in the map table.
fn join(world: &mut World, group: usize, cx: &mut Cx<'_>) {
    let Some(app) = world.application.as_deref_mut() else { return };
    app.waiting[group] = app.assignments[group].len() as u32;
    if app.table_down.is_empty() {
        assign(world, group, cx);
    }
    cx.note(ApplicationFact::Unassigned { count: world.application.as_deref().map_or(0, Application::unassigned) });
    dispatch::offer(world, cx);
}

/// The customers of a group who have none get their cells.
fn assign(world: &mut World, group: usize, cx: &mut Cx<'_>) {
    let Some(planned) = &cx.plan.application else { return };
    let Some(app) = world.application.as_deref_mut() else { return };
    let cells = app.open;
    let row = &planned.customers[group];
    let found = if planned.mapping == plan::Mapping::FullMap {
        // The least populated cell takes the next one, counted over all customers there are.
        let assignments =
            app.assignments.iter().flatten().filter(|assignment| **assignment != NOWHERE && **assignment < cells);
        let rows: Vec<Option<u16>> = assignments.map(|assignment| Some(*assignment)).collect();
        let known = rows.len();
        let fixed = (0..row.count).map(|number| customers::bound(row, number, cells));
        full_map::fill(&rows.into_iter().chain(fixed).collect::<Vec<_>>(), cells).split_off(known)
    } else {
        customers::assign(planned, |of| std::ptr::eq(of, row), cells).concat()
    };
    let mut counts: Vec<u32> = (0..planned.cells.len()).map(|cell| app.customers(cell)).collect();
    let found = customers::elsewhere(row, found, &mut counts, cells, |cell| takes(app, planned, cell));
    for (customer, cell) in found.into_iter().enumerate() {
        app.settle_in(group, customer as u32, cell);
    }
    for cell in 0..planned.cells.len() {
        tell(world, cell, cx);
    }
}

/// The map table does not answer.
pub(crate) fn table_down(world: &mut World, cause: Cause, cx: &mut Cx<'_>) {
    if let Some(app) = world.application.as_deref_mut() {
        app.table_down.push(cause);
        dispatch::offer(world, cx);
    }
}

/// The map table answers again: whoever waited gets a cell, and moves go on.
pub(crate) fn table_back(world: &mut World, cause: Cause, cx: &mut Cx<'_>) {
    let Some(app) = world.application.as_deref_mut() else { return };
    app.table_down.retain(|of| *of != cause);
    if !app.table_down.is_empty() {
        return dispatch::offer(world, cx);
    }
    let groups: Vec<usize> = (0..app.waiting.len()).filter(|group| app.waiting[*group] > 0).collect();
    let moves = app.moves.iter().filter(|one| one.stage == Stage::Waiting);
    let moves: Vec<u32> = moves.map(|one| one.number).collect();
    for group in groups {
        assign(world, group, cx);
        cx.note(ApplicationFact::Unassigned { count: 0 });
    }
    for number in moves {
        cloned(world, number, cx);
    }
    dispatch::offer(world, cx);
}

/// New cells are opened, full ones give customers away, and moves begin.
fn look(world: &mut World, round: u32, cx: &mut Cx<'_>) {
    let Some(planned) = &cx.plan.application else { return };
    cx.after(planned.rebalancer.map_or(LOOK, |one| one.every), step::Customers::Look(round.wrapping_add(1)));
    open(world, planned, cx);
    relieve(world, planned, cx);
    begin(world, planned, cx);
}

/// A cell whose tasks all answer takes the customers that the mapping sends there now.
fn open(world: &mut World, planned: &plan::Application, cx: &mut Cx<'_>) {
    let Some(mut app) = world.application.take() else { return };
    let shared = &planned.cells[..usize::from(planned.shared)];
    while let Some(&cell) = shared.get(usize::from(app.open)) {
        let row = &world.services[cell];
        if row.available < row.desired().max(1) || world.not_created(cx.plan.services[cell].cluster) {
            break;
        }
        app.open += 1;
        if planned.mapping == plan::Mapping::FullMap {
            // A table moves nobody by itself, but for those who are bound to the new cell.
            for (group, of) in planned.customers.iter().enumerate() {
                let acts = &app.evacuation;
                let held = |number: u32| acts.held((group, number)).is_some();
                let bound = of.pins.iter().filter(|pin| pin.1 + 1 == app.open && !held(pin.0));
                app.planned.extend(bound.map(|(number, cell)| (group, *number, *cell)));
            }
            continue;
        }
        // Whoever is on the way, or is to go, is held against where it will be.
        let goals = app.goals();
        let found = customers::assign(planned, |_| true, app.open);
        for (group, (goals, found)) in goals.iter().zip(found).enumerate() {
            for (customer, (goal, cell)) in goals.iter().zip(found).enumerate() {
                // Who is away, or in quarantine, is where operators want him to be.
                let held = app.evacuation.holds((group, customer as u32));
                if *goal != NOWHERE && *goal != cell && !held {
                    app.planned.push_back((group, customer as u32, cell));
                }
            }
        }
    }
    world.application = Some(app);
}

/// The fullest cell, if it is too full, gives its largest customer that fits to the emptiest one.
fn relieve(world: &mut World, planned: &plan::Application, cx: &Cx<'_>) {
    let Some(rebalancer) = planned.rebalancer else { return };
    let Some(mut app) = world.application.take() else { return };
    while app.planned.len() + app.moves.len() < planned.migration.at_once as usize {
        let Some(next) = overload(world, &app, planned, rebalancer.above_ppm, cx) else { break };
        app.planned.push_back(next);
    }
    world.application = Some(app);
}

/// The customer who should move next, and where to.
fn overload(
    world: &World,
    app: &Application,
    planned: &plan::Application,
    above: u64,
    cx: &Cx<'_>,
) -> Option<(usize, u32, u16)> {
    let fill = Fill::of(world, app, planned, cx);
    let each = |group: usize| fill::each(planned, group, cx.now);
    let open = (0..app.open).filter(|cell| takes(app, planned, *cell)).map(usize::from);
    let fullest = open.clone().max_by_key(|cell| (fill.share(*cell), std::cmp::Reverse(*cell)))?;
    let emptiest = open.min_by_key(|cell| (fill.share(*cell), *cell))?;
    if fill.share(fullest) <= u128::from(above) || fullest == emptiest {
        return None;
    }
    let left = fill.left(emptiest, above);
    let fits = (0..planned.customers.len()).filter(|group| (1..=left).contains(&each(*group)));
    let movable = |group: usize| {
        let mut all =
            app.assignments[group].iter().enumerate().map(|(customer, assignment)| (customer as u32, *assignment));
        let free = |customer: u32| {
            planned.customers[group].pin(customer).is_none()
                && !app.moves((group, customer))
                && app.evacuation.held((group, customer)).is_none()
                && !app.planned.iter().any(|one| (one.0, one.1) == (group, customer))
        };
        all.find(|(customer, assignment)| usize::from(*assignment) == fullest && free(*customer)).map(|row| row.0)
    };
    let found = fits.filter_map(|group| Some((each(group), std::cmp::Reverse(group), movable(group)?)));
    found.max().map(|(_, group, customer)| (group.0, customer, emptiest as u16))
}

/// As many moves begin as may be under way at once.
fn begin(world: &mut World, planned: &plan::Application, cx: &mut Cx<'_>) {
    evacuate::pump(world, cx);
    let Some(app) = world.application.as_deref_mut() else { return };
    while app.moves.len() < planned.migration.at_once as usize {
        // Whoever is on the way arrives first.
        let busy = |row: &(usize, u32, u16)| app.moves((row.0, row.1));
        let Some(next) = app.planned.iter().position(|row| !busy(row)) else { break };
        let Some((group, customer, to)) = app.planned.remove(next) else { break };
        let from = app.assignments[group][customer as usize];
        if from == to || from == NOWHERE {
            continue;
        }
        let number = app.set_out((group, customer), to, Why::Mapping);
        cx.after(planned.migration.clone, step::Customers::Cloned(number));
    }
}

/// The new cell has the data: from the flip on it serves, if the table can be written.
fn cloned(world: &mut World, number: u32, cx: &mut Cx<'_>) {
    let Some(planned) = &cx.plan.application else { return };
    let Some(app) = world.application.as_deref_mut() else { return };
    let Some(row) = app.moves.iter().position(|one| one.number == number) else { return };
    if !app.table_down.is_empty() {
        app.moves[row].stage = Stage::Waiting;
        return;
    }
    // The router learns of it when it reads the map next.
    let since = planned.next_read(cx.now);
    let one = app.moves[row];
    let Move { group, customer, from, to, .. } = one;
    app.moves[row].stage = Stage::Redirecting { since };
    app.settle_in(group, customer, to);
    let poisoned = !app.poison.is_empty();
    cx.note(ApplicationFact::Moved { count: 1, acts: one.why != Why::Mapping });
    evacuate::flipped(world, one, cx);
    if poisoned {
        for cell in [from, to] {
            account::mark(world, planned.cells[usize::from(cell)]);
        }
    }
    tell(world, usize::from(from), cx);
    tell(world, usize::from(to), cx);
    let kept = match planned.dispatch {
        Dispatch::Redirect => Span::ZERO,
        Dispatch::Cached { keeps, .. } => keeps,
    };
    cx.at(since + kept, Phase::Normal, step::Customers::Forgotten(number));
    dispatch::offer(world, cx);
}

/// The old cell forgets the customer, and the next one may move.
fn forgotten(world: &mut World, number: u32, cx: &mut Cx<'_>) {
    let Some(planned) = &cx.plan.application else { return };
    if let Some(app) = world.application.as_deref_mut() {
        app.moves.retain(|one| one.number != number);
    }
    begin(world, planned, cx);
    dispatch::offer(world, cx);
}
