//! Customers' own cells: who is where, and what follows from it for rates.

use super::Findings;
use evenkeel::internals::model::plan::{Dispatch, Plan};
use evenkeel::internals::model::tables::application::{Move, NOWHERE, SLOTS, Stage, WHOLE, Why};
use evenkeel::internals::model::tables::evacuation::Step;
use evenkeel::internals::model::tables::taken::Hold;
use evenkeel::internals::model::world::World;

/// Homes, counts, moves and endpoints.
pub(super) fn look(world: &World, plan: &Plan, out: &mut Findings) {
    let (Some(app), Some(planned)) = (&world.application, &plan.application) else { return };
    for (place, group) in planned.customers.iter().enumerate() {
        let (assignments, counts, waiting) = (&app.assignments[place], &app.counts[place], app.waiting[place]);
        let count =
            |cell: usize| assignments.iter().filter(|assignment| usize::from(**assignment) == cell).count() as u32;
        let recount: Vec<u32> = (0..planned.cells.len()).map(count).collect();
        out.same("customers by cell", &group.name, counts.clone(), recount);
        let unassigned = assignments.iter().filter(|assignment| **assignment == NOWHERE).count() as u32;
        let come = group.joins.is_none_or(|at| out.now > at);
        out.holds("who has no cell waits for one", &group.name, !come || waiting == unassigned, (waiting, unassigned));
        let waits = waiting == 0 || !app.table_down.is_empty();
        out.holds("nobody waits while the table answers", &group.name, waits, waiting);
        let apart = planned.quarantine.as_ref().and_then(|one| one.cell);
        let open = |cell: u16| cell == NOWHERE || cell < app.open || Some(cell) == apart;
        let inside = assignments.iter().all(|assignment| open(*assignment));
        out.holds("customers are in open cells", &group.name, inside, app.open);
    }
    for one in &app.moves {
        let assignment = app.assignments[one.group][one.customer as usize];
        let known = if matches!(one.stage, evenkeel::internals::model::tables::application::Stage::Redirecting { .. }) {
            assignment == one.to
        } else {
            assignment == one.from
        };
        out.holds("who moves is in one of two cells", one.number, known, (assignment, one));
    }
    acts(world, plan, out);
    let all = app.load.own.iter().sum::<u64>() + app.load.unassigned + app.load.blocked;
    out.same("what is asked", &planned.name, app.load.all, all);
    if matches!(planned.dispatch, Dispatch::Cached { .. }) {
        let kept: u64 = app.endpoints.ends.iter().sum();
        out.same("endpoints of clients", SLOTS, kept + app.endpoints.none, WHOLE);
    }
    let reaching = app.load.reaching.iter().zip(&app.load.own).all(|(reaching, own)| reaching <= own);
    out.holds("no more reaches a cell than is asked", &planned.name, reaching, &app.load);
}

/// Cells that are emptied: who is away and where, who is on the way, and that none is emptied beside too many others.
fn acts(world: &World, plan: &Plan, out: &mut Findings) {
    let (Some(app), Some(planned)) = (&world.application, &plan.application) else { return };
    let acts = &app.evacuation;
    out.holds(
        "cells have rows where somebody acts",
        &planned.name,
        acts.rows.is_empty() != planned.acts(),
        planned.acts(),
    );
    let twice = app.moves.iter().filter(|one| {
        let same = |other: &&Move| (other.group, other.customer) == (one.group, one.customer);
        app.moves.iter().filter(same).count() > 1
    });
    out.same("who moves is on one way", &planned.name, twice.count(), 0);
    for (group, counts) in acts.guests.iter().enumerate() {
        let mut recount = vec![0; planned.cells.len()];
        for ((of, customer), home) in acts.away.iter().filter(|row| row.0.0 == group) {
            let cell = app.assignments[*of][*customer as usize];
            out.holds("who is away is not in his own cell", customer, cell != *home && cell != NOWHERE, cell);
            recount[usize::from(cell)] += 1;
        }
        out.same("guests by cell", group, counts.clone(), recount);
    }
    let flipped = |one: &Move| matches!(one.stage, Stage::Redirecting { .. });
    for (cell, row) in (0..).zip(&acts.rows) {
        let way = |one: &&Move| matches!(one.why, Why::Leaves(of) | Why::Returns(of) if of == cell) && !flipped(one);
        out.same("who is on the way out or back", cell, row.going as usize, app.moves.iter().filter(way).count());
        let idle = matches!(row.step, Step::Rests | Step::Reacts | Step::Away);
        out.holds("nobody waits to set out from a cell at rest", cell, !idle || row.queue.is_empty(), &row.queue);
        let rests = row.step != Step::Rests || !acts.away.values().any(|home| *home == cell);
        out.holds("all customers of a cell at rest are back", cell, rests, row.step);
    }
    if let Some(evacuation) = &planned.evacuation {
        let busy = acts.rows.iter().filter(|row| row.step == Step::Leaves).count();
        out.holds("cells emptied at one time", busy, busy <= evacuation.cells_at_once as usize, busy);
    }
    if let Some(quarantine) = &planned.quarantine {
        for one in &acts.taken {
            let times = quarantine.back.map_or(1, |back| back.times + 1);
            out.holds("one is taken out so often", one.who.1, one.times <= times, one);
            let blocked = quarantine.cell.is_none() || one.blocked == 0;
            out.holds("who is moved is not blocked", one.who.1, blocked, one);
            let inside = Some(app.assignments[one.who.0][one.who.1 as usize]) == quarantine.cell;
            let there = quarantine.cell.is_none() || one.step != Hold::Out || inside;
            out.holds("who is in quarantine is in its cell", one.who.1, there, one);
        }
        let inside = |group: usize, customer: usize| Some(app.assignments[group][customer]) == quarantine.cell;
        for (group, of) in planned.customers.iter().enumerate() {
            let here = (0..of.count as usize).filter(|customer| inside(group, *customer));
            let known = |customer: usize| {
                let pinned = of.pin(customer as u32).is_some_and(|cell| Some(cell) == quarantine.cell);
                acts.held((group, customer as u32)).is_some() || pinned
            };
            let stranger = here.into_iter().find(|customer| !known(*customer));
            out.holds("nobody else is in quarantine", &of.name, stranger.is_none(), stranger);
        }
    }
}
