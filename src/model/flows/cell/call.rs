//! A call from outside: RunTask, from the client over the router to its cell, and again when it is turned away.
//!
//! ```text
//! attempt ─► router up? ─► account has its tokens? ─► cell up? ─► cell has time ─► accepted: its launches are due
//!               └──────────────────┴─────────────────────┴──────── no ─► Again after a backoff ─► ... ─► lost
//! ```
//! The router takes no time: it is a look into a map. A cell without a bound, in a Region without a control plane of
//! its own, takes every call at once.

use super::plane;
use crate::engine::{Span, Who};
use crate::model::fact::{Call, Cause, ChangeFact, Delayed, FaultFact, Hit, Mechanism, PlaneFact};
use crate::model::flows::rows::wake;
use crate::model::flows::{Cx, For, World, step};
use crate::model::ids::{CellId, ServiceId};
use crate::model::plan::StrategyItem;
use crate::model::tables::plane::{Renewal, Waiting};

/// Tries of a call: the AWS SDKs' standard mode makes three (AWS SDKs and Tools Reference Guide, retry behaviour).
pub(crate) const ATTEMPTS: u8 = 3;

/// Wait before the first repetition, at most; doubled for each further one (the same source).
const BACKOFF: Span = Span::SECOND;

/// The longest wait (the same source).
const BACKOFF_MAX: Span = Span::from_secs(20);

/// What it costs a cell to send a call on, in millionths of a request (model choice).
const SENT_ON: u64 = 1_000_000;

pub(crate) fn handle(world: &mut World, step::Call::Again(service, number, tried): step::Call, cx: &mut Cx<'_>) {
    attempt(world, service, number, tried, cx);
}

/// Whether the tasks that a stream runs are Fargate's.
fn on_fargate(service: ServiceId, cx: &Cx<'_>) -> bool {
    let fargate = |item: &StrategyItem| !cx.plan.providers[item.provider].kind.has_hosts();
    cx.plan.services[service].strategy.first().is_some_and(fargate)
}

/// One try of a call.
pub(crate) fn attempt(world: &mut World, service: ServiceId, number: u32, attempt: u8, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let id = plan.services[service].cluster;
    let cluster = &plan.clusters[id];
    if attempt == 0 {
        world.services[service].scheduler.called += u64::from(plane::call_count(service, cx));
    }
    if world.not_created(id) {
        let cause = world.front.map_down.first().copied();
        return turned_away(world, service, (number, attempt), Call::NoCluster, cause, cx);
    }
    let told = plan.regions[plan.cells[cluster.cell].region].plane.is_some();
    if let Some(&cause) = world.front.router_down.first() {
        return turned_away(world, service, (number, attempt), Call::RouterDown, Some(cause), cx);
    }
    if told && !world.front.calls[cluster.account_row].take(cx.now) {
        return turned_away(world, service, (number, attempt), Call::AccountLimit, None, cx);
    }
    if on_fargate(service, cx) && !world.front.runs[cluster.account_row].take(cx.now) {
        return turned_away(world, service, (number, attempt), Call::AccountLimit, None, cx);
    }
    let first = if attempt == 0 { Some(plane::cell_of(world, id, cx)) } else { None };
    if let Some(cell) = first.filter(|cell| world.planes[*cell].down.is_empty()) {
        meets(world, cell, service, number, cx);
    }
    // A router that has not read of a move calls the old cell, which sends the call on.
    let (called, cell) = (world.assignments.called(plan, id), plane::cell_of(world, id, cx));
    let unserved = |cell: CellId| {
        let down = world.planes[cell].unserved(cluster.shard);
        down.or_else(|| refused(world, cell, service, number, attempt, cx))
    };
    if let Some(cause) = unserved(called).or_else(|| if called == cell { None } else { unserved(cell) }) {
        return turned_away(world, service, (number, attempt), Call::CellDown, Some(cause), cx);
    }
    if called != cell {
        // The old cell sends the call on.
        plane::charge(world, called, SENT_ON, cx);
    }
    let cost = plane::call_cost(service, cx);
    plane::asked(world, cell, cost, cx);
    let plane = &mut world.planes[cell];
    let waits = !plane.queue.is_empty();
    if plane.capacity.as_mut().is_none_or(|tokens| !waits && tokens.pay(cx.now, cost)) {
        came(world, service, (number, attempt), cx);
        return accepted(world, service, attempt, cx);
    }
    if plane.queued + cost > plane.queue_max(plan, cell) {
        plane::blamed(world, service, cx);
        return turned_away(world, service, (number, attempt), Call::CellBusy, None, cx);
    }
    plane.queued += cost;
    plane.queue.push_back(Waiting::Call(service));
    world.services[service].scheduler.due.queues(cx.now, waited(service, (number, attempt), cx));
    if told {
        cx.note(PlaneFact::Call { service, attempt, what: Call::Queued });
    }
    let due = world.services[service].scheduler.early + plane::call_count(service, cx) * u32::from(attempt == 0);
    plane::held_back(world, service, due, cx);
    plane::arm(world, cell, cx);
}

/// The fault through which a cell that answers badly refuses this try.
fn refused(world: &World, cell: CellId, service: ServiceId, number: u32, attempt: u8, cx: &Cx<'_>) -> Option<Cause> {
    let who = cx.plan.services[service].who.nth(u64::from(number)).nth(u64::from(attempt));
    let all = &world.planes[cell].refusing;
    let hit = all.iter().find(|one| share_of(who, one.who, cx) < u64::from(one.calls));
    hit.map(|one| one.cause)
}

/// Where a call stands among all of a cell, in millionths: what hits a share of them hits those below.
fn share_of(who: Who, refusal: Who, cx: &Cx<'_>) -> u64 {
    cx.draw(For::Refusal, who.nth(refusal.0)).below(1_000_000)
}

/// The first try of a call may come to the new revision of a cell: the same part of it refuses the call, if it is bad.
fn meets(world: &World, cell: CellId, service: ServiceId, number: u32, cx: &mut Cx<'_>) {
    let plane = &world.planes[cell];
    let who = cx.plan.services[service].who.nth(u64::from(number)).nth(0);
    let comes_to = |one: &Renewal, cx: &Cx<'_>| {
        share_of(who, cx.plan.changes[one.change].turn_of_all(one.turn), cx) < u64::from(one.part)
    };
    if let Some(new) = plane.renewal.filter(|one| comes_to(one, cx)) {
        cx.note(ChangeFact::Met { change: new.change });
    }
    for bad in &plane.bad {
        if comes_to(bad, cx) {
            cx.note(ChangeFact::MetBad { change: bad.change });
        }
    }
}

/// A call that waited has its turn.
pub(crate) fn turn(world: &mut World, cell: CellId, service: ServiceId, cx: &mut Cx<'_>) {
    let cost = plane::call_cost(service, cx);
    world.planes[cell].queued -= cost;
    world.services[service].scheduler.due.has_turn(cx.now, plane::call_count(service, cx));
    if let Some(tokens) = &mut world.planes[cell].capacity {
        tokens.charge(cx.now, cost);
    }
    accepted(world, service, ATTEMPTS, cx);
}

/// The cell has taken the call on: its launches are due.
fn accepted(world: &mut World, service: ServiceId, attempt: u8, cx: &mut Cx<'_>) {
    if cx.plan.regions[world.part.as_one.region].plane.is_some() {
        cx.note(PlaneFact::Call { service, attempt, what: Call::Accepted });
    }
    if attempt > 0 {
        plane::resumed(world, service, plane::call_count(service, cx), cx);
    }
    world.services[service].scheduler.owe(Cause::mechanism(Mechanism::FirstStart), plane::call_count(service, cx));
    wake::scheduler(world, service, cx);
}

/// A try was turned away: the client calls again, or gives up.
fn turned_away(
    world: &mut World,
    service: ServiceId,
    (number, attempt): (u32, u8),
    why: Call,
    cause: Option<Cause>,
    cx: &mut Cx<'_>,
) {
    let count = plane::call_count(service, cx);
    if cx.plan.regions[world.part.as_one.region].plane.is_some() {
        cx.note(PlaneFact::Call { service, attempt, what: why });
    }
    if let Some(cause) = cause {
        cx.note(FaultFact::Hits { cause, what: Hit::Launches(service) });
    }
    if attempt == 0 {
        world.services[service].scheduler.early += count;
        cx.note(PlaneFact::Launches { service, what: Delayed::Offered, count });
    }
    if attempt + 1 < ATTEMPTS {
        let wait = backoff(service, (number, attempt), cx);
        return cx.after(wait, step::Call::Again(service, number, attempt + 1));
    }
    let row = &mut world.services[service];
    row.scheduler.early = row.scheduler.early.saturating_sub(count);
    row.scheduler.given_up += u64::from(count);
    let what = match why {
        Call::AccountLimit | Call::CellBusy => Delayed::Throttled,
        Call::Accepted | Call::Queued | Call::RouterDown | Call::CellDown | Call::NoCluster => Delayed::Failed,
    };
    cx.note(PlaneFact::Launches { service, what, count });
}

/// How long a client waits after a try.
fn backoff(service: ServiceId, (number, attempt): (u32, u8), cx: &Cx<'_>) -> Span {
    let who = cx.plan.services[service].who.nth(u64::from(number)).nth(u64::from(attempt));
    let longest = (BACKOFF * (1 << attempt)).min(BACKOFF_MAX);
    Span(cx.draw(For::Backoff, who).below(longest.0) + 1)
}

/// How long a call has waited between its tries before this one.
fn waited(service: ServiceId, (number, attempt): (u32, u8), cx: &Cx<'_>) -> Span {
    (0..attempt).fold(Span::ZERO, |sum, before| sum + backoff(service, (number, before), cx))
}

/// A call is taken on without a turn in a queue: its launches are due since its first try.
fn came(world: &mut World, service: ServiceId, (number, attempt): (u32, u8), cx: &Cx<'_>) {
    if attempt > 0 {
        let waited = waited(service, (number, attempt), cx);
        world.services[service].scheduler.due.came(cx.now, waited, plane::call_count(service, cx));
    }
}
