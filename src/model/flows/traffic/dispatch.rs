//! Requests of customers find their cells: over the router, or by an endpoint that clients keep.
//!
//! ```text
//! redirect:  customers ─► router ─► cell                     every request passes the router
//! cached:    customers ─────────► cell                       while the endpoint is kept
//!                 └─► router ─► endpoint for a while          when it has run out
//! ```
//! The rates are fluids like all traffic: what the router does not answer does not reach the cells. The router's own
//! tasks, targets and losses are those of an ordinary service, and so are the cells'.

use super::{customers, poison};
use crate::engine::key::Phase as Turn;
use crate::engine::{Span, Time};
use crate::model::fact::{ApplicationFact, Cause, FaultFact, Hit, Mechanism, Phase};
use crate::model::flows::rows::account;
use crate::model::flows::{Cx, World};
use crate::model::ids::ServiceId;
use crate::model::tables::application::{Application, Move, SLOTS, Stage, WHOLE, part};
use crate::model::tables::shortfall::Split;
use crate::model::tables::taken::Hold;
use crate::model::{plan, step};

pub(crate) fn handle(world: &mut World, step: step::Dispatch, cx: &mut Cx<'_>) {
    match step {
        step::Dispatch::Rate(group) => rate(world, group, cx),
        step::Dispatch::Tick(slot) => tick(world, usize::from(slot), cx),
    }
}

/// The application of this partition, planned and as it is.
fn both<'w, 'p>(world: &'w mut World, cx: &Cx<'p>) -> Option<(&'w mut Application, &'p plan::Application)> {
    world.application.as_deref_mut().zip(cx.plan.application.as_ref())
}

/// At time 0, once all services stand.
pub(crate) fn prepare(world: &mut World, cx: &mut Cx<'_>) {
    let Some((_, planned)) = both(world, cx) else { return };
    for (group, row) in planned.customers.iter().enumerate() {
        if let Some(next) = row.profile.at(cx.now).1 {
            cx.at(next, Turn::Normal, step::Dispatch::Rate(group as u32));
        }
    }
    customers::prepare(world, cx);
    offer(world, cx);
}

fn rate(world: &mut World, group: u32, cx: &mut Cx<'_>) {
    let Some((_, planned)) = both(world, cx) else { return };
    if let Some(next) = planned.customers[group as usize].profile.at(cx.now).1 {
        cx.at(next, Turn::Normal, step::Dispatch::Rate(group));
    }
    offer(world, cx);
}

/// What customers ask for, and what the router is asked, are worked out anew.
pub(crate) fn offer(world: &mut World, cx: &mut Cx<'_>) {
    let now = cx.now;
    let Some((app, planned)) = both(world, cx) else { return };
    app.load.all = 0;
    app.load.unassigned = 0;
    app.load.blocked = 0;
    app.load.own.fill(0);
    app.load.by_group.clear();
    for ((counts, waiting), group) in app.counts.iter().zip(&app.waiting).zip(&planned.customers) {
        let rate = group.rate(now);
        app.load.by_group.push(rate);
        app.load.all += rate;
        let mut split = Split::over(rate, u64::from(group.count));
        for (own, count) in app.load.own.iter_mut().zip(counts) {
            *own += split.part(u64::from(*count));
        }
        app.load.unassigned += split.part(u64::from(*waiting));
    }
    app.touched = true;
    if !app.evacuation.taken.is_empty() {
        poison::block(app, planned, now);
    }
    world.services[planned.router].traffic.rate = router_rate(app, planned);
    account::mark(world, planned.router);
    guests(world, planned);
}

/// What customers ask for who are in a cell because their own was emptied.
fn guests(world: &mut World, planned: &plan::Application) {
    let Some(app) = world.application.as_deref().filter(|app| !app.evacuation.guests.is_empty()) else { return };
    let mut rates = vec![0; planned.cells.len()];
    for ((counts, group), rate) in app.evacuation.guests.iter().zip(&planned.customers).zip(&app.load.by_group) {
        for (sum, count) in rates.iter_mut().zip(counts) {
            *sum += (u128::from(*rate) * u128::from(*count) / u128::from(group.count)) as u64;
        }
    }
    for (cell, rate) in planned.cells.iter().zip(rates) {
        if world.services[*cell].traffic.guests != rate {
            world.services[*cell].traffic.guests = rate;
            account::mark(world, *cell);
        }
    }
}

/// What the router is asked, in billionths for each second.
fn router_rate(app: &Application, planned: &plan::Application) -> u64 {
    let plan::Dispatch::Cached { keeps, clients } = planned.dispatch else { return app.load.all };
    // Who has no cell, or is blocked, gets no endpoint: he asks with each request.
    let without = app.load.unassigned + app.load.blocked;
    let asking = part(app.load.all - without, app.endpoints.none);
    let renewals = u128::from(clients) * 1_000_000_000_000_000 / u128::from(keeps.0);
    let renewals = part(u64::try_from(renewals).unwrap_or(u64::MAX), WHOLE - app.endpoints.none);
    asking + without + renewals
}

/// What is served of the router or a cell is known. Of what the router's tasks answer, what leads nowhere is lost: to
/// customers without a cell, or as the table that is read for each request does not answer.
pub(crate) fn spoil(world: &mut World, id: ServiceId, served: u64, cx: &mut Cx<'_>) -> u64 {
    let offered = world.services[id].traffic.rate;
    let Some((app, planned)) = both(world, cx) else { return served };
    if planned.router != id {
        app.served_anew = true;
        return if app.poison.is_empty() { served } else { poison::spoils(world, id, served, cx) };
    }
    app.touched = true;
    let blind = planned.refresh.is_none() && !app.table_down.is_empty();
    let share = |of: u64| (u128::from(served) * u128::from(of) / u128::from(offered.max(1))) as u64;
    let lost = if blind { served } else { share(app.load.unassigned) };
    app.load.answered = match () {
        () if blind => 0,
        () if offered == 0 => WHOLE,
        () => share(WHOLE),
    };
    let refused = if blind || app.load.blocked == 0 { 0 } else { share(app.load.blocked) };
    let cause = app.table_down.first().copied().filter(|_| lost > 0);
    if refused > 0 {
        world.services[id].shortfalls.line(Cause::mechanism(Mechanism::Quarantine), Phase::Blocked).rate += refused;
    }
    if let Some(cause) = cause {
        world.services[id].shortfalls.line(cause, Phase::Errors).rate += lost;
        return served - refused - lost;
    }
    served - refused
}

/// The share of what a cell's own customers ask for that comes from these: groups, or single customers of them.
pub(crate) fn share_of(world: &World, plan: &plan::Plan, id: ServiceId, hits: &[(usize, Option<u32>)]) -> u64 {
    let Some((app, planned)) = world.application.as_deref().zip(plan.application.as_ref()) else { return 0 };
    let Some(cell) = planned.cells.iter().position(|one| *one == id) else { return 0 };
    let own = app.load.own[cell];
    if own == 0 {
        return 0;
    }
    let asked = |&(group, number): &(usize, Option<u32>)| {
        let row = &planned.customers[group];
        let customers = match number {
            None => u64::from(app.counts[group][cell]),
            Some(number) => u64::from(
                app.assignments[group].get(number as usize).is_some_and(|assignment| usize::from(*assignment) == cell),
            ),
        };
        u128::from(app.load.by_group[group]) * u128::from(customers) / u128::from(row.count)
    };
    let all: u128 = hits.iter().map(asked).sum::<u128>() - poison::turned_away(app, cell, hits);
    u64::try_from(all * u128::from(plan::WHOLE) / u128::from(own)).unwrap_or(plan::WHOLE).min(plan::WHOLE)
}

/// Requests of all customers begin to be lost at the router: a fault there hits every cell.
pub(crate) fn loses(world: &World, id: ServiceId, cx: &mut Cx<'_>) {
    let Some(app) = &world.application else { return };
    let Some(planned) = cx.plan.application.as_ref().filter(|planned| planned.router == id) else { return };
    let fresh = world.services[id].shortfalls.lines.iter().filter(|line| line.reported_rate == 0 && line.rate > 0);
    // Customers without a cell are in no cell that could be hit.
    let of_none = |cause: Cause| planned.refresh.is_some() && app.table_down.contains(&cause);
    for line in fresh.filter(|line| line.cause.as_fault().is_some() && !of_none(line.cause)) {
        let used = planned.cells.iter().zip(&app.load.own).filter(|(_, own)| **own > 0);
        used.for_each(|(cell, _)| cx.note(FaultFact::Hits { cause: line.cause, what: Hit::Requests(*cell) }));
    }
}

/// Hands on to the cells what reaches them. Whether any of them has to be settled again; when none has, the whole is
/// told.
#[inline]
pub(crate) fn hand_on(world: &mut World, cx: &mut Cx<'_>) -> bool {
    // Most worlds have none: taking it out and putting it back would cost each event of theirs.
    world.application.is_some() && hand_over(world, cx)
}

fn hand_over(world: &mut World, cx: &mut Cx<'_>) -> bool {
    let Some(mut app) = world.application.take() else { return false };
    let mut again = false;
    if let Some(planned) = cx.plan.application.as_ref().filter(|_| app.touched || app.served_anew) {
        // What a cell serves changes nothing of what reaches any; a customer who moves does so from moment to moment.
        if app.touched || !app.moves.is_empty() {
            again = give_cells(world, &mut app, planned, cx.now);
        }
        if !again {
            tell(world, &mut app, planned, cx);
        }
        if disturbed(&app, planned) {
            arm(&mut app, planned, cx);
        }
        (app.touched, app.served_anew) = (again, false);
    }
    world.application = Some(app);
    again
}

/// Gives each cell its requests. Whether any has others than before.
fn give_cells(world: &mut World, app: &mut Application, planned: &plan::Application, now: Time) -> bool {
    reach(world, app, planned, now);
    let mut again = false;
    for (place, cell) in planned.cells.iter().enumerate() {
        let rate = app.load.reaching[place] + app.load.late[place];
        if world.services[*cell].traffic.rate != rate {
            world.services[*cell].traffic.rate = rate;
            account::mark(world, *cell);
            again = true;
        }
    }
    again
}

/// What of each cell's own requests reaches it, and what comes to each cell from customers who have left.
fn reach(world: &World, app: &mut Application, planned: &plan::Application, now: Time) {
    app.load.late.fill(0);
    for (reaching, own) in app.load.reaching.iter_mut().zip(&app.load.own) {
        let asks = match planned.dispatch {
            plan::Dispatch::Redirect => *own,
            plan::Dispatch::Cached { .. } => part(*own, app.endpoints.none),
        };
        *reaching = own - asks + part(asks, app.load.answered);
    }
    for one in &app.moves {
        let Stage::Redirecting { since } = one.stage else { continue };
        let group = &planned.customers[one.group];
        let rate = group.rate(now) / u64::from(group.count);
        let calling = part(rate, planned.late_share(since, now));
        let calls = match planned.dispatch {
            plan::Dispatch::Redirect => part(calling, app.load.answered),
            plan::Dispatch::Cached { .. } => part(calling, WHOLE - app.endpoints.none),
        };
        app.load.late[usize::from(one.from)] += calls;
        if world.services[planned.cells[usize::from(one.from)]].available == 0 {
            // Nobody is there who would send them on.
            let reaching = &mut app.load.reaching[usize::from(one.to)];
            *reaching = reaching.saturating_sub(calls);
        }
    }
}

/// Offered to the application, and served by its cells; what a cell only sends on is not served.
fn tell(world: &World, app: &mut Application, planned: &plan::Application, cx: &mut Cx<'_>) {
    let own = |(place, cell): (usize, &ServiceId)| {
        let (offered, served) = world.services[*cell].last_reported.flow.unwrap_or_default();
        let (late, reaching) = (app.load.late[place], app.load.reaching[place]);
        if served == offered && offered == late + reaching {
            return reaching;
        }
        let mut split = Split::over(served, offered);
        split.part(late);
        split.part(reaching)
    };
    let served = planned.cells.iter().enumerate().map(own).sum();
    let (offered, unassigned) = (app.load.all, app.load.unassigned);
    if app.last_reported != Some([offered, served, unassigned]) {
        app.last_reported = Some([offered, served, unassigned]);
        cx.note(ApplicationFact::Requests { offered, served, unassigned });
    }
}

/// Whether anything changes from slot to slot.
fn disturbed(app: &Application, planned: &plan::Application) -> bool {
    let cached = matches!(planned.dispatch, plan::Dispatch::Cached { .. });
    let late = |one: &Move| matches!(one.stage, Stage::Redirecting { .. });
    let waning = app.evacuation.taken.iter().any(|one| one.step == Hold::Out && one.share < WHOLE);
    cached && (app.endpoints.none > 0 || app.load.answered < WHOLE || app.moves.iter().any(late) || waning)
}

/// The length of a slot. Endpoints run out in the middle of it, so that over a whole number of slots as much is lost as
/// if they ran out one by one.
fn slot(planned: &plan::Application) -> Option<Span> {
    match planned.dispatch {
        plan::Dispatch::Cached { keeps, .. } => Some(Span((keeps.0 / SLOTS as u64).max(2))),
        plan::Dispatch::Redirect => None,
    }
}

fn arm(app: &mut Application, planned: &plan::Application, cx: &mut Cx<'_>) {
    let Some(length) = slot(planned).filter(|_| !app.endpoints.ticking) else { return };
    app.endpoints.ticking = true;
    let half = length.0 / 2;
    let number = (cx.now.0 + length.0 - half) / length.0;
    let at = Time(number * length.0 + half);
    cx.at(at, Turn::Normal, step::Dispatch::Tick((number % SLOTS as u64) as u8));
}

/// Endpoints of a slot run out, and their clients ask for new ones; so do those who have none, with every request.
fn tick(world: &mut World, place: usize, cx: &mut Cx<'_>) {
    let Some((app, planned)) = both(world, cx) else { return };
    app.endpoints.ticking = false;
    let (plan::Dispatch::Cached { clients, .. }, Some(length)) = (planned.dispatch, slot(planned)) else { return };
    let answered = app.load.answered;
    let ended = app.endpoints.ends[place];
    let renewed = part(ended, answered);
    // Requests of one client in this time that are answered: the first gives it an endpoint.
    let asks = u128::from(app.load.all) * u128::from(length.0) / 1_000_000 / u128::from(clients.max(1));
    let found = part(u64::try_from(asks).unwrap_or(u64::MAX).min(WHOLE), answered);
    let none = app.endpoints.none;
    let back = (u128::from(none) * u128::from(found)).div_ceil(u128::from(WHOLE)) as u64;
    app.endpoints.ends[place] = renewed + back;
    app.endpoints.none = none - back + (ended - renewed);
    offer(world, cx);
}
