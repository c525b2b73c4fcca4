//! When faults begin and end: once, or again and again for each target that a kind matches.

use super::{Effect, Scope, returns};
use crate::engine::key::Phase;
use crate::engine::{Span, Who};
use crate::model::fact::{Cause, FaultFact, Hit, NO_ZONE};
use crate::model::flows::For;
use crate::model::flows::cell::outage;
use crate::model::flows::host::death;
use crate::model::flows::task::{die, stop};
use crate::model::flows::traffic::autoshift;
use crate::model::ids::{CellId, FaultId, HostId, TaskId, ZoneId};
use crate::model::plan::{Fault, Plan, When};
use crate::model::step;
use crate::model::tables::occurrences::{Clock, FaultTarget, Occurrence};
use crate::model::world::{Cx, World};

pub(crate) fn handle(world: &mut World, step: step::Fault, cx: &mut Cx<'_>) {
    match step {
        step::Fault::Begin(fault) => occurrence(world, fault, FaultTarget::All, cx.plan.faults[fault].who, None, cx),
        step::Fault::Occurrence(row) => {
            let clock = &mut world.occurrences.clocks[row as usize];
            clock.rounds += 1;
            let Clock { fault, fault_target, who, rounds } = *clock;
            occurrence(world, fault, fault_target, who.nth(u64::from(rounds)), Some(row), cx);
        }
        step::Fault::Host(fault, host, life) => {
            if let Some(row) = world.hosts.get(host).filter(|row| row.alive && row.lives == life) {
                let who = row.life().nth(cx.plan.faults[fault].who.0);
                occurrence(world, fault, FaultTarget::Host(host), who, None, cx);
            }
        }
        step::Fault::Task(fault, task) => {
            if let Some(row) = world.tasks.get(task).filter(|row| row.alive) {
                let who = row.who(&cx.plan.services[row.service]).nth(cx.plan.faults[fault].who.0);
                occurrence(world, fault, FaultTarget::Task(task), who, None, cx);
            }
        }
        step::Fault::End(handle) => end(world, handle, cx),
        step::Fault::Course(handle) => {
            let Some(occurrence) = world.occurrences.rows.get(handle).copied() else { return };
            let fault = &cx.plan.faults[occurrence.fault];
            if let Some(course) = &fault.course {
                fault.effect.share_is(world, occurrence, course.at(cx.now.since(occurrence.began)), cx);
                goes_on(handle, occurrence, cx);
            }
        }
        step::Fault::Notice(host, cause) => super::spot_reclaim::notice(world, host, cause, cx),
        step::Fault::HostBack(host, life) => returns::host_back(world, host, life, cx),
        step::Fault::PlaceBack(provider, zone, kind, back) => {
            returns::place_back(world, provider, (zone, kind), back != 0, cx);
        }
        step::Fault::PlacesOver(provider, zone) => returns::places_over(world, provider, zone),
        step::Fault::Succeeds(provider, cause, zone, kind) => {
            returns::succeeds(world, provider, cause, (zone, kind), cx);
        }
        step::Fault::StockBack(zone, cause, row) => returns::stock_back(world, zone, cause, row, cx),
        step::Fault::TakenBack(host, cause) => {
            if world.hosts.get(host).is_some() {
                death::host_taken(world, host, cause, cx);
            }
        }
        step::Fault::TaskTakenBack(task, cause) => {
            let Some(row) = world.tasks.get(task).filter(|task| task.alive) else { return };
            if outage::unserved(world, cx.plan.services[row.service].cluster, cx).is_some() {
                // It goes all the same; its cell will learn of it.
                die::fargate_dies(world, task, cause, cx);
            } else {
                stop::taken_back(world, task, cause, cx);
            }
        }
    }
}

/// First events: scheduled faults, and a clock for each fault target.
pub(crate) fn prepare(world: &mut World, cx: &mut Cx<'_>) {
    for (id, fault) in cx.plan.faults.pairs() {
        let fault_targets = fault.effect.fault_targets(fault.scope, world, cx.plan);
        match &fault.when {
            When::At(at) => {
                let each = matches!(fault.scope, Scope::Host | Scope::Task);
                if each || !fault_targets.is_empty() {
                    cx.at(*at, Phase::Fault, step::Fault::Begin(id));
                }
            }
            When::Every(_) => {
                // The clock of a cell that is added starts when it is there.
                let there = |fault_target: &FaultTarget| !matches!(fault_target, FaultTarget::Cell(cell) if !world.planes[*cell].stands);
                for fault_target in fault_targets.into_iter().filter(there).collect::<Vec<_>>() {
                    start(world, id, fault_target, cx);
                }
            }
            // It comes with the one that it follows.
            When::After { .. } => {}
        }
    }
}

/// The clock of a fault target starts.
fn start(world: &mut World, fault: FaultId, fault_target: FaultTarget, cx: &mut Cx<'_>) {
    let who = cx.plan.faults[fault].who.nth(name_of(fault_target, cx.plan).0);
    world.occurrences.clocks.push(Clock { fault, fault_target, who, rounds: 0 });
    wind(world, world.occurrences.clocks.len() as u32 - 1, cx);
}

/// A cell is added: its clocks start.
pub(crate) fn cell_stands(world: &mut World, cell: CellId, cx: &mut Cx<'_>) {
    for (id, fault) in cx.plan.faults.pairs() {
        let meant = || fault.effect.fault_targets(fault.scope, world, cx.plan).contains(&FaultTarget::Cell(cell));
        if matches!(fault.when, When::Every(_)) && meant() {
            start(world, id, FaultTarget::Cell(cell), cx);
        }
    }
}

/// What an occurrence hits: the cell of a cluster is the one that runs it now.
fn aimed(world: &World, scope: Scope, fault_target: FaultTarget, plan: &Plan) -> FaultTarget {
    let Scope::CellOf(cluster) = scope else { return fault_target };
    FaultTarget::Cell(world.assignments.of(plan, cluster))
}

/// What keys the draws of a fault target: its name.
fn name_of(fault_target: FaultTarget, plan: &Plan) -> Who {
    match fault_target {
        FaultTarget::All | FaultTarget::Host(_) | FaultTarget::Task(_) => Who(0),
        FaultTarget::Zone(zone) => plan.zones[zone].who,
        FaultTarget::Cell(cell) => {
            let row = &plan.cells[cell];
            Who::named(&format!("cell {}/{}", plan.regions[row.region].name, row.name))
        }
        FaultTarget::Pool(provider, zone, kind) => {
            let pool = plan.providers[provider].who.nth(plan.zones[zone].who.0);
            kind.map_or(pool, |kind| pool.nth(Who::named(&plan.types[kind].name).0))
        }
    }
}

/// Draws when the fault occurs next at the target of a clock.
fn wind(world: &mut World, row: u32, cx: &mut Cx<'_>) {
    let clock = world.occurrences.clocks[row as usize];
    let When::Every(law) = &cx.plan.faults[clock.fault].when else { return };
    let gap = law.sample(&mut cx.draw(For::FaultGap, clock.who.nth(u64::from(clock.rounds))));
    cx.at(cx.now + gap.max(Span::from_micros(1)), Phase::Fault, step::Fault::Occurrence(row));
}

/// A host is registered: its clocks start.
pub(crate) fn host_runs(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let host = world.hosts.at(id.slot);
    for &fault in &plan.host_clocks {
        let row = &plan.faults[fault];
        let When::Every(law) = &row.when else { continue };
        if row.effect.has_host(host, plan) {
            let gap = law.sample(&mut cx.draw(For::FaultGap, host.life().nth(row.who.0)));
            cx.at(cx.now + gap, Phase::Fault, step::Fault::Host(fault, id, host.lives));
        }
    }
}

/// A task runs: its clocks start.
#[inline]
pub(crate) fn task_runs(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    for &fault in &plan.task_clocks {
        let row = &plan.faults[fault];
        let When::Every(law) = &row.when else { continue };
        let task = world.tasks.at(id.slot);
        if row.effect.has_task(task, world, plan) {
            let who = task.who(&plan.services[task.service]).nth(row.who.0);
            let gap = law.sample(&mut cx.draw(For::FaultGap, who));
            cx.at(cx.now + gap, Phase::Fault, step::Fault::Task(fault, id));
        }
    }
}

/// A task that a fault with clocks made crash runs again in place: its clock starts again.
pub(crate) fn task_again(id: TaskId, who: Who, cause: Cause, cx: &mut Cx<'_>) {
    let Some((fault, _)) = cause.as_fault() else { return };
    let row = &cx.plan.faults[fault];
    if let (When::Every(law), Scope::Task) = (&row.when, row.scope) {
        let gap = law.sample(&mut cx.draw(For::FaultGap, who.nth(row.who.0)));
        cx.at(cx.now + gap.max(Span::from_micros(1)), Phase::Fault, step::Fault::Task(fault, id));
    }
}

fn occurrence(world: &mut World, fault: FaultId, target: FaultTarget, who: Who, clock: Option<u32>, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let fault_target = aimed(world, plan.faults[fault].scope, target, plan);
    let begun = &mut world.occurrences.begun[usize::from(fault.0)];
    let cause = Cause::fault(fault, *begun);
    *begun += 1;
    let lasts = plan.faults[fault].lasts.as_ref().map(|law| law.sample(&mut cx.draw(For::FaultLength, who)));
    let ends = lasts.map(|span| cx.now + span);
    let mut occurrence = Occurrence { cause, fault, fault_target, who, began: cx.now, ends, clock, zone: NO_ZONE };
    occurrence.zone = zone_of(world, occurrence, plan);
    cx.note(FaultFact::Begins { cause, zone: occurrence.zone });
    let handle = world.occurrences.rows.insert(occurrence);
    let Fault { scope, effect, .. } = &plan.faults[fault];
    for zone in scope.zones(occurrence, world, plan) {
        cx.note(FaultFact::Hits { cause, what: Hit::Zone(zone) });
        effect.zone_begins(world, zone, occurrence, cx);
        if let Some(kind) = effect.zone_event() {
            autoshift::impaired(world, zone, kind, cause, cx);
        }
    }
    for cell in scope.cells(occurrence, world) {
        effect.cell_begins(world, cell, occurrence, cx);
    }
    effect.begin(world, occurrence, cx);
    goes_on(handle, occurrence, cx);
    followers(world, occurrence, cx);
    match ends {
        Some(at) => cx.at(at, Phase::Fault, step::Fault::End(handle)),
        // A fault that does not last is over at once; one with a clock can come again.
        None if plan.faults[fault].momentary => end(world, handle, cx),
        None => {}
    }
}

/// Faults that follow this one are on their way; each keys its draws by the occurrence that it follows.
fn followers(world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    for &id in &plan.followers {
        let row = &plan.faults[id];
        let When::After { fault, delay } = row.when else { continue };
        if fault != occurrence.fault {
            continue;
        }
        let each = matches!(row.scope, Scope::Host | Scope::Task);
        if each || !row.effect.fault_targets(row.scope, world, plan).is_empty() {
            let who = row.who.nth(occurrence.who.0);
            world.occurrences.clocks.push(Clock { fault: id, fault_target: FaultTarget::All, who, rounds: 0 });
            let clock = world.occurrences.clocks.len() as u32 - 1;
            cx.at(cx.now + delay, Phase::Fault, step::Fault::Occurrence(clock));
        }
    }
}

/// The one zone in which an occurrence is, if it is in one.
fn zone_of(world: &World, occurrence: Occurrence, plan: &Plan) -> ZoneId {
    match occurrence.fault_target {
        FaultTarget::Zone(zone) | FaultTarget::Pool(_, zone, _) => zone,
        FaultTarget::Host(host) => world.hosts.get(host).map_or(NO_ZONE, |host| host.zone),
        FaultTarget::Task(task) => world.tasks.get(task).map_or(NO_ZONE, |task| task.zone),
        FaultTarget::All | FaultTarget::Cell(_) => {
            match plan.faults[occurrence.fault].scope.zones(occurrence, world, plan)[..] {
                [zone] => zone,
                _ => NO_ZONE,
            }
        }
    }
}

/// The next change of the share that a fault fails is on its way, if there is one.
fn goes_on(handle: crate::engine::index::Handle, occurrence: Occurrence, cx: &mut Cx<'_>) {
    let course = &cx.plan.faults[occurrence.fault].course;
    if let Some(after) = course.as_ref().and_then(|course| course.next(cx.now.since(occurrence.began))) {
        cx.at(occurrence.began + after, Phase::Fault, step::Fault::Course(handle));
    }
}

fn end(world: &mut World, handle: crate::engine::index::Handle, cx: &mut Cx<'_>) {
    let Some(occurrence) = world.occurrences.rows.get(handle).copied() else { return };
    world.occurrences.rows.remove(handle);
    cx.note(FaultFact::Ends { cause: occurrence.cause, zone: occurrence.zone });
    let Fault { scope, effect, .. } = &cx.plan.faults[occurrence.fault];
    for zone in scope.zones(occurrence, world, cx.plan) {
        effect.zone_ends(world, zone, occurrence.cause, cx);
        autoshift::recovers(world, zone, occurrence.cause, cx);
    }
    for cell in scope.cells(occurrence, world) {
        effect.cell_ends(world, cell, occurrence.cause, cx);
    }
    effect.end(world, occurrence, cx);
    if let Some(row) = occurrence.clock {
        wind(world, row, cx);
    }
}
