//! A customer who was taken out of his cell comes back, once no alarm has rung for long enough.
//!
//! ```text
//! out ─► no alarm of his cell or of the quarantine cell has rung for `backAfter` ─► his turn ─► back
//! ```
//! Nobody knows whether he would poison it again. So that he does not come and go for ever, he has to wait twice as long
//! each time, and after so many times he stays where he is.

use super::acts::{LOOK, takes, tell};
use crate::engine::Time;
use crate::engine::key::Phase;
use crate::model::fact::CellAct;
use crate::model::flows::change::alarms;
use crate::model::flows::{Cx, World};
use crate::model::ids::AlarmId;
use crate::model::tables::application::{Application, Move, Why};
use crate::model::tables::taken::{Hold, Taken};
use crate::model::{plan, step};

/// The cell whose alarms hold a customer: where he was, or, if he is only blocked, where he is.
fn home(app: &Application, planned: &plan::Application, one: &Taken) -> u16 {
    let moved = planned.quarantine.as_ref().is_some_and(|of| of.cell.is_some());
    if moved { one.home } else { app.assignments[one.who.0][one.who.1 as usize] }
}

/// Whether an alarm of a cell rings on which operators look for somebody.
fn rings(world: &World, planned: &plan::Application, cell: u16) -> bool {
    let of = planned.quarantine.as_ref();
    of.is_some_and(|of| of.alarms.of(cell).any(|alarm| alarms::rings(world, alarm)))
}

/// When a customer may come back if no alarm rings; `None`: he does not.
fn due(planned: &plan::Application, one: &Taken) -> Option<Time> {
    let back = planned.quarantine.as_ref()?.back?;
    (one.step == Hold::Out).then(|| back.wait(one.times)).flatten().map(|wait| one.calm + wait)
}

/// He waits until then.
pub(super) fn wait(app: &Application, planned: &plan::Application, row: usize, cx: &mut Cx<'_>) {
    if let Some(at) = due(planned, &app.evacuation.taken[row]) {
        cx.at(at.max(cx.now), Phase::Normal, step::Customers::Freed(row as u32));
    }
}

/// An alarm is not in ALARM any more: whom it held waits from now on.
pub(super) fn quiet(world: &mut World, alarm: AlarmId, cx: &mut Cx<'_>) {
    let Some(planned) = &cx.plan.application else { return };
    let Some(quarantine) = planned.quarantine.as_ref().filter(|one| one.back.is_some()) else { return };
    let Some(cell) = quarantine.alarms.cell(alarm).filter(|cell| !rings(world, planned, *cell)) else { return };
    let Some(app) = world.application.as_deref_mut() else { return };
    for row in 0..app.evacuation.taken.len() {
        let one = app.evacuation.taken[row];
        if one.step == Hold::Out && (quarantine.cell == Some(cell) || home(app, planned, &one) == cell) {
            app.evacuation.taken[row].calm = cx.now;
            wait(app, planned, row, cx);
        }
    }
}

/// The router learns of it as it reads the map next.
pub(super) fn knows(one: &mut Taken, row: usize, planned: &plan::Application, cx: &mut Cx<'_>) {
    one.known = planned.next_read(cx.now);
    cx.at(one.known, Phase::Normal, step::Customers::Blocks(row as u32));
}

/// A customer may have waited for long enough.
pub(super) fn freed(world: &mut World, row: usize, cx: &mut Cx<'_>) {
    let Some((app, planned)) = world.application.as_deref().zip(cx.plan.application.as_ref()) else { return };
    let Some((quarantine, back)) = planned.quarantine.as_ref().and_then(|one| one.back.map(|back| (one, back))) else {
        return;
    };
    let Some(one) = app.evacuation.taken.get(row).copied() else { return };
    let home = home(app, planned, &one);
    // Where an alarm rings, or has rung meanwhile, another look follows as it becomes quiet.
    let held = rings(world, planned, home) || quarantine.cell.is_some_and(|cell| rings(world, planned, cell));
    if held || due(planned, &one).is_none_or(|at| cx.now < at) {
        return;
    }
    if cx.now < app.evacuation.next_back {
        return cx.at(app.evacuation.next_back, Phase::Normal, step::Customers::Freed(row as u32));
    }
    let service = &world.services[planned.cells[usize::from(home)]];
    let well = takes(app, planned, home) && service.available >= service.desired().max(1);
    let can = if quarantine.cell.is_some() { well } else { app.table_down.is_empty() };
    if !can {
        return cx.after(LOOK, step::Customers::Freed(row as u32));
    }
    let Some(app) = world.application.as_deref_mut() else { return };
    app.evacuation.next_back = cx.now + back.gap();
    app.evacuation.taken[row].step = Hold::Returns;
    if quarantine.cell.is_some() {
        let number = app.set_out(one.who, home, Why::Released);
        return cx.after(planned.migration.clone, step::Customers::Cloned(number));
    }
    knows(&mut app.evacuation.taken[row], row, planned, cx);
}

/// He is back in his cell.
pub(super) fn flipped(world: &mut World, one: Move, cx: &mut Cx<'_>) {
    let Some((app, planned)) = world.application.as_deref_mut().zip(cx.plan.application.as_ref()) else { return };
    let Some(row) = app.evacuation.held((one.group, one.customer)) else { return };
    app.evacuation.taken[row].step = Hold::Free;
    tell(planned, one.to, CellAct::Released, 1, cx);
}
