//! A customer who poisons his cell: what his requests spoil there, and what of them the router turns away.

use crate::engine::Time;
use crate::model::fact::{Cause, Phase};
use crate::model::flows::rows::account;
use crate::model::flows::{Cx, World};
use crate::model::ids::ServiceId;
use crate::model::plan;
use crate::model::tables::application::{Application, Poison, WHOLE, part};
use crate::model::tables::taken::{Hold, Taken};

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
        let comes = app.load.by_group[one.group] > 0 && !app.evacuation.is_blocked((one.group, one.customer), WHOLE);
        planned.cells.get(usize::from(cell)) == Some(&id) && comes
    };
    for one in app.poison.iter().filter(|one| here(one)) {
        let lost = (u128::from(served) * u128::from(one.errors_ppm) / 1_000_000) as u64;
        served -= lost;
        world.services[id].shortfalls.line(one.cause, Phase::Errors).rate += lost;
    }
    served
}

/// What blocked customers ask for goes to no cell, but for callers whose endpoints have not run out.
pub(super) fn block(app: &mut Application, planned: &plan::Application, now: Time) {
    for one in &mut app.evacuation.taken {
        (one.share, one.blocked) = (0, 0);
        if planned.quarantine.as_ref().is_none_or(|quarantine| quarantine.cell.is_some()) {
            continue;
        }
        one.share = match one.step {
            Hold::Free | Hold::Leaves => continue,
            Hold::Out => WHOLE - planned.late_share(one.known, now),
            Hold::Returns => WHOLE,
        };
        let group = &planned.customers[one.who.0];
        let cell = app.assignments[one.who.0][one.who.1 as usize];
        let Some(own) = app.load.own.get_mut(usize::from(cell)) else { continue };
        one.blocked = part(app.load.by_group[one.who.0] / u64::from(group.count), one.share).min(*own);
        *own -= one.blocked;
        app.load.blocked += one.blocked;
    }
}

/// What these customers, of whole groups or single ones, would ask of a cell if the router did not turn them away.
pub(super) fn turned_away(app: &Application, cell: usize, hits: &[(usize, Option<u32>)]) -> u128 {
    let named = |one: &&Taken| {
        let (group, number) = one.who;
        let here = usize::from(app.assignments[group][number as usize]) == cell;
        here && hits.iter().any(|hit| hit.0 == group && hit.1.is_none_or(|of| of == number))
    };
    app.evacuation.taken.iter().filter(named).map(|one| u128::from(one.blocked)).sum()
}
