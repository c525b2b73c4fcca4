//! Customers' own cells: who is where, and what follows from it for rates.

use super::Findings;
use evenkeel::internals::model::plan::{Dispatch, Plan};
use evenkeel::internals::model::tables::application::{NOWHERE, SLOTS, WHOLE};
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
        let inside = assignments.iter().all(|assignment| *assignment == NOWHERE || *assignment < app.open);
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
    let all = app.load.own.iter().sum::<u64>() + app.load.unassigned;
    out.same("what is asked", &planned.name, app.load.all, all);
    if matches!(planned.dispatch, Dispatch::Cached { .. }) {
        let kept: u64 = app.endpoints.ends.iter().sum();
        out.same("endpoints of clients", SLOTS, kept + app.endpoints.none, WHOLE);
    }
    let reaching = app.load.reaching.iter().zip(&app.load.own).all(|(reaching, own)| reaching <= own);
    out.holds("no more reaches a cell than is asked", &planned.name, reaching, &app.load);
}
