//! A customer who poisons his cell: what his requests spoil, and how operators take him out of it.
//!
//! ```text
//! alarm ─► operators look ─► found ─► moves to the quarantine cell, which nobody else is in
//!              └─ not found, or on the way: again each minute while the alarm rings
//! ```

use crate::engine::Span;
use crate::model::fact::{ApplicationFact, Cause, CellAct, Phase};
use crate::model::flows::change::alarms;
use crate::model::flows::rows::account;
use crate::model::flows::{Cx, World};
use crate::model::ids::{AlarmId, ServiceId};
use crate::model::step;
use crate::model::tables::application::{Move, Poison, Why};

/// How often operators look again (model choice).
pub(super) const LOOK: Span = Span::MINUTE;

/// A customer begins to poison what serves him.
pub(crate) fn begins(world: &mut World, poison: Poison, cx: &mut Cx<'_>) {
    let Some(app) = world.application.as_deref_mut() else { return };
    app.poison.push(poison);
    touch(world, poison, cx);
}

/// His requests stop.
pub(crate) fn ends(world: &mut World, cause: Cause, cx: &mut Cx<'_>) {
    let Some(app) = world.application.as_deref_mut() else { return };
    let Some(row) = app.poison.iter().position(|one| one.cause == cause) else { return };
    let poison = app.poison.remove(row);
    touch(world, poison, cx);
}

fn touch(world: &mut World, poison: Poison, cx: &Cx<'_>) {
    let Some((app, planned)) = world.application.as_deref().zip(cx.plan.application.as_ref()) else { return };
    let cell = app.assignments[poison.group][poison.customer as usize];
    if let Some(service) = planned.cells.get(usize::from(cell)) {
        account::mark(world, *service);
    }
}

/// What is left of a cell's answers after those who poison it.
pub(super) fn spoils(world: &mut World, id: ServiceId, mut served: u64, cx: &Cx<'_>) -> u64 {
    let Some((app, planned)) = world.application.as_deref().zip(cx.plan.application.as_ref()) else { return served };
    let here = |one: &Poison| {
        let cell = app.assignments[one.group][one.customer as usize];
        planned.cells.get(usize::from(cell)) == Some(&id) && app.load.by_group[one.group] > 0
    };
    for one in app.poison.iter().filter(|one| here(one)) {
        let lost = (u128::from(served) * u128::from(one.errors_ppm) / 1_000_000) as u64;
        served -= lost;
        world.services[id].shortfalls.line(one.cause, Phase::Errors).rate += lost;
    }
    served
}

/// An alarm of a cell rings: operators begin to look for somebody.
pub(super) fn alarmed(world: &mut World, alarm: AlarmId, cx: &mut Cx<'_>) {
    let Some(planned) = &cx.plan.application else { return };
    let Some(quarantine) = &planned.quarantine else { return };
    let (Some(cell), Some(app)) = (quarantine.alarms.cell(alarm), world.application.as_deref_mut()) else { return };
    if !app.evacuation.searched.contains(&cell) {
        app.evacuation.searched.push(cell);
        cx.note(ApplicationFact::Act { cell: planned.cells[usize::from(cell)], step: CellAct::Rings, count: 0 });
        cx.after(quarantine.after, step::Customers::Searched(cell));
    }
}

/// Operators have had their time: whoever poisons the cell moves.
pub(super) fn searched(world: &mut World, cell: u16, cx: &mut Cx<'_>) {
    let Some(planned) = &cx.plan.application else { return };
    let Some(quarantine) = &planned.quarantine else { return };
    let rings = quarantine.alarms.of(cell).any(|alarm| alarms::rings(world, alarm));
    let Some(app) = world.application.as_deref_mut() else { return };
    if !rings {
        return app.evacuation.searched.retain(|one| *one != cell);
    }
    let found = app.poison.iter().map(|one| (one.group, one.customer));
    let found: Vec<(usize, u32)> = found.filter(|one| app.assignments[one.0][one.1 as usize] == cell).collect();
    for one in found {
        if cell != quarantine.cell && !app.moves(one) {
            let number = app.set_out(one, quarantine.cell, Why::Quarantine);
            cx.after(planned.migration.clone, step::Customers::Cloned(number));
        }
    }
    cx.after(LOOK, step::Customers::Searched(cell));
}

/// He is in quarantine.
pub(super) fn flipped(one: Move, cx: &mut Cx<'_>) {
    let Some(planned) = &cx.plan.application else { return };
    let cell = planned.cells[usize::from(one.from)];
    cx.note(ApplicationFact::Act { cell, step: CellAct::Quarantined, count: 1 });
}
