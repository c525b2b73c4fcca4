//! How operators take a customer who poisons his cell out of it.
//!
//! ```text
//! alarm ─► operators look ─► found ─► moves to the quarantine cell, which nobody else is in   ─┐
//!              │               └────► or is blocked: the router turns his requests away       ─┴─► `release.rs`
//!              └─ not found, or on the way: again each minute while the alarm rings
//! ```
//! Found is who poisons the cell by a fault, and who is named by the `poisonInput` of a revision or flag that serves
//! there, once his requests meet it.

use super::acts::{LOOK, tell};
use super::{dispatch, release};
use crate::model::fact::CellAct;
use crate::model::flows::change::alarms;
use crate::model::flows::rows::account;
use crate::model::flows::{Cx, World};
use crate::model::ids::AlarmId;
use crate::model::plan::Dispatch;
use crate::model::tables::application::{Application, Move, Why};
use crate::model::tables::taken::Hold;
use crate::model::{plan, step};

/// An alarm of a cell rings: operators begin to look for somebody.
pub(super) fn alarmed(world: &mut World, alarm: AlarmId, cx: &mut Cx<'_>) {
    let Some(planned) = &cx.plan.application else { return };
    let Some(quarantine) = &planned.quarantine else { return };
    let (Some(cell), Some(app)) = (quarantine.alarms.cell(alarm), world.application.as_deref_mut()) else { return };
    // Who is in quarantine already is held there by its alarms.
    if quarantine.cell != Some(cell) && !app.evacuation.searched.contains(&cell) {
        app.evacuation.searched.push(cell);
        tell(planned, cell, CellAct::Rings, 0, cx);
        cx.after(quarantine.after, step::Customers::Searched(cell));
    }
}

/// Operators have had their time: whoever poisons the cell is taken out of it.
pub(super) fn searched(world: &mut World, cell: u16, cx: &mut Cx<'_>) {
    let Some(planned) = &cx.plan.application else { return };
    let Some(quarantine) = &planned.quarantine else { return };
    let rings = quarantine.alarms.of(cell).any(|alarm| alarms::rings(world, alarm));
    let found = suspects(world, planned, cell, cx);
    let Some(app) = world.application.as_deref_mut() else { return };
    if !rings {
        return app.evacuation.searched.retain(|one| *one != cell);
    }
    for who in found {
        take_out(app, planned, (who, cell), cx);
    }
    cx.after(LOOK, step::Customers::Searched(cell));
}

/// Who poisons a cell, is not on the way, and has not been taken out.
fn suspects(world: &World, planned: &plan::Application, cell: u16, cx: &Cx<'_>) -> Vec<(usize, u32)> {
    let Some(app) = world.application.as_deref() else { return Vec::new() };
    let mut found: Vec<(usize, u32)> = app.poison.iter().map(|one| (one.group, one.customer)).collect();
    let service = &world.services[planned.cells[usize::from(cell)]];
    let revisions = service.deployment.revisions.iter().filter(|one| one.met_bad > 0).filter_map(|one| one.change);
    let flags = service.deployment.features.iter().filter(|one| one.met_bad > 0).map(|one| one.change);
    for change in revisions.chain(flags) {
        found.extend(cx.plan.changes[change].hits.iter().flatten().filter_map(|hit| planned.single(*hit)));
    }
    let mut seen = Vec::new();
    found.retain(|one| {
        let here = app.assignments[one.0][one.1 as usize] == cell;
        let fresh = here && !app.moves(*one) && app.evacuation.held(*one).is_none() && !seen.contains(one);
        seen.push(*one);
        fresh
    });
    found
}

/// His row of the map is changed: he moves, or is blocked. Without the map table a move waits for it, and a block is
/// tried again with the next look.
fn take_out(app: &mut Application, planned: &plan::Application, who: ((usize, u32), u16), cx: &mut Cx<'_>) {
    let (one, cell) = who;
    let Some(quarantine) = &planned.quarantine else { return };
    if quarantine.cell.is_none() && !app.table_down.is_empty() {
        return;
    }
    let row = app.evacuation.take_out(one, cell);
    app.planned.retain(|(group, customer, _)| (*group, *customer) != one);
    if let Some(to) = quarantine.cell {
        let number = app.set_out(one, to, Why::Quarantine);
        return cx.after(planned.migration.clone, step::Customers::Cloned(number));
    }
    release::knows(&mut app.evacuation.taken[row], row, planned, cx);
}

/// The router has read that a customer is blocked, or is not any more; or the last endpoint that leads to his cell has
/// run out.
pub(super) fn blocks(world: &mut World, row: usize, cx: &mut Cx<'_>) {
    let Some((app, planned)) = world.application.as_deref_mut().zip(cx.plan.application.as_ref()) else { return };
    let Some(one) = app.evacuation.taken.get_mut(row) else { return };
    let cell = app.assignments[one.who.0][one.who.1 as usize];
    if cx.now >= one.known {
        match one.step {
            Hold::Leaves => {
                (one.step, one.calm) = (Hold::Out, cx.now);
                tell(planned, cell, CellAct::Blocked, 1, cx);
                if let Dispatch::Cached { keeps, .. } = planned.dispatch {
                    cx.after(keeps, step::Customers::Blocks(row as u32));
                }
                release::wait(app, planned, row, cx);
            }
            Hold::Returns => {
                one.step = Hold::Free;
                tell(planned, cell, CellAct::Released, 1, cx);
            }
            Hold::Free | Hold::Out => {}
        }
    }
    dispatch::offer(world, cx);
    account::mark(world, planned.cells[usize::from(cell)]);
}

/// He is in quarantine.
pub(super) fn flipped(world: &mut World, one: Move, cx: &mut Cx<'_>) {
    let Some((app, planned)) = world.application.as_deref_mut().zip(cx.plan.application.as_ref()) else { return };
    tell(planned, one.from, CellAct::Quarantined, 1, cx);
    let Some(row) = app.evacuation.held((one.group, one.customer)) else { return };
    (app.evacuation.taken[row].step, app.evacuation.taken[row].calm) = (Hold::Out, cx.now);
    release::wait(app, planned, row, cx);
}
