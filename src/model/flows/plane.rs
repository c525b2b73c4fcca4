//! The control plane at work: what a cell has time for, and who waits for it.
//!
//! ```text
//! scheduler ─► may_launch ─► launched            cell has time
//!                 └ Wait::Plane ─► queue ─► Turn ─► launches, one service after the other
//! ```
//! In a cell without a bound all of this costs one test. What is asked of each cell is told once a minute.

use super::{call, create, daemon, depend, grow, headroom, pace};
use crate::engine::key::Phase;
use crate::engine::{Span, Time};
use crate::model::capacity::luck;
use crate::model::event::steps;
use crate::model::fact::{Cause, Delayed, FaultFact, Hit, PlaneFact};
use crate::model::flows::launch::Wait;
use crate::model::ids::{CellId, ClusterId, ServiceId, ZoneId};
use crate::model::plan::{Costs, Kind, Plan};
use crate::model::tables::plane::Waiting;
use crate::model::world::{Cx, World};

steps! { Plane:
    /// The cell has time for whoever waits first.
    Turn(cell: CellId, number: u32),
    /// The restart after an outage is over.
    Back(cell: CellId, cause: Cause),
    /// What a zone took with it has been replaced in other zones.
    Replaced(cell: CellId, zone: ZoneId),
    /// Somebody creates a cluster.
    Created(cluster: ClusterId),
    /// The router reads the map, and may find a new cluster in it.
    Mapped(cluster: ClusterId),
    /// A client calls again.
    Again(service: ServiceId, number: u32, attempt: u8),
    /// A cell is added.
    Added(cell: CellId),
    /// A cluster is cloned, or the map is tried again: its row can be flipped.
    Flip(cluster: ClusterId),
    /// The router reads the map, and may find there that a cluster has moved.
    Forget(cluster: ClusterId),
    /// A minute in which work was asked of a cell is over.
    Told(cell: CellId),
    /// The run ends: what is due and waits is told.
    Closes(cell: CellId),
}

/// A whole request, in millionths.
const REQUEST: u64 = 1_000_000;

/// Handles a step.
pub(crate) fn handle(world: &mut World, step: Step, cx: &mut Cx<'_>) {
    match step {
        Step::Turn(cell, number) => turn(world, cell, number, cx),
        Step::Back(cell, cause) => super::outage::back(world, cell, cause, cx),
        Step::Replaced(cell, zone) => headroom::replaced(world, cell, zone, cx),
        Step::Created(cluster) => create::asked_for(world, cluster, cx),
        Step::Mapped(cluster) => create::mapped(world, cluster, cx),
        Step::Again(service, number, attempt) => call::attempt(world, service, number, attempt, cx),
        Step::Added(cell) => grow::added(world, cell, cx),
        Step::Flip(cluster) => grow::flip(world, cluster, cx),
        Step::Forget(cluster) => grow::forget(world, cluster, cx),
        Step::Told(cell) => told(world, cell, cx),
        Step::Closes(cell) => closes(world, cell, cx),
    }
}

/// Work for a cell that follows from what happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Work {
    /// A task is stopped.
    Stop,
    /// An agent tells of a change.
    StateChange,
    /// The scheduler looks at a service.
    Reconcile,
}

/// The cell of a cluster.
pub(crate) fn cell_of(world: &World, cluster: ClusterId, cx: &Cx<'_>) -> CellId {
    world.homes.of(cx.plan, cluster)
}

/// The costs of work in a cell, in a Region whose control plane is written.
fn costs<'p>(cell: CellId, cx: &Cx<'p>) -> Option<&'p Costs> {
    let plan: &'p crate::model::Plan = cx.plan;
    plan.regions[plan.cells[cell].region].plane.as_ref().map(|plane| &plane.costs)
}

fn launch_cost(cell: CellId, cx: &Cx<'_>) -> u64 {
    costs(cell, cx).map_or(REQUEST, |costs| costs.launch)
}

/// Work that is done in any case, before any launch: it takes its part of the cell's time.
pub(crate) fn work(world: &mut World, service: ServiceId, what: Work, cx: &mut Cx<'_>) {
    if !world.metered {
        return;
    }
    let cell = cell_of(world, cx.plan.services[service].cluster, cx);
    let Some(costs) = costs(cell, cx) else { return };
    let cost = match what {
        Work::Stop => costs.stop,
        Work::StateChange => costs.state_change,
        Work::Reconcile => costs.reconcile,
    };
    if cost > 0 {
        asked(world, cell, cost, cx);
        if let Some(tokens) = &mut world.planes[cell].capacity {
            tokens.charge(cx.now, cost);
        }
    }
}

/// Whether the cell has time for one more launch of the scheduler's. Streams have paid with their call.
pub(crate) fn may_launch(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) -> Result<(), Wait> {
    let row = &cx.plan.services[service];
    let cell = cell_of(world, row.cluster, cx);
    let plane = &mut world.planes[cell];
    if row.kind == Kind::Stream {
        return Ok(());
    }
    if !plane.refusing.is_empty() && refused(world, service, cx) {
        return Err(Wait::Refused);
    }
    let plane = &mut world.planes[cell];
    let Some(tokens) = &mut plane.capacity else { return Ok(()) };
    let cost = launch_cost(cell, cx);
    // Whoever stands in the queue goes first.
    let first = plane.queue.is_empty() || plane.serving == Some(service);
    if first && tokens.wait_for(cx.now, cost) == Span::ZERO { Ok(()) } else { Err(Wait::Plane) }
}

/// Whether a cell that answers badly refuses this launch: each try of each launch is drawn by itself.
fn refused(world: &World, service: ServiceId, cx: &mut Cx<'_>) -> bool {
    let who = luck::next_try(world, service, cx.plan);
    let all = &world.planes[cell_of(world, cx.plan.services[service].cluster, cx)].refusing;
    let hit = all.iter().find(|one| luck::fails(super::For::Refusal, who, one.who, one.launches, cx));
    let Some(cause) = hit.map(|one| one.cause) else { return false };
    cx.note(FaultFact::Hits { cause, what: Hit::Service(service) });
    true
}

/// A launch of the scheduler's was taken on.
pub(crate) fn launched(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &cx.plan.services[service];
    let cell = cell_of(world, row.cluster, cx);
    if world.planes[cell].capacity.is_some() && row.kind != Kind::Stream {
        let cost = launch_cost(cell, cx);
        asked(world, cell, cost, cx);
        if let Some(tokens) = &mut world.planes[cell].capacity {
            tokens.charge(cx.now, cost);
        }
    }
    if row.kind != Kind::Stream {
        resumed(world, service, 1, cx);
    }
}

/// Launches that were offered before are taken on: what is told of them from here on counts by itself.
pub(crate) fn resumed(world: &mut World, service: ServiceId, count: u32, cx: &mut Cx<'_>) {
    let early = &mut world.services[service].early;
    let count = count.min(*early);
    if count > 0 {
        *early -= count;
        cx.note(PlaneFact::Launches { service, what: Delayed::Resumed, count });
    }
}

/// Work was asked of a cell. The first of a minute has the minute told when everything in it has happened: at the close
/// of its last microsecond, or of the run's.
pub(crate) fn asked(world: &mut World, cell: CellId, work: u64, cx: &mut Cx<'_>) {
    let plane = &mut world.planes[cell];
    // Only what has a bound of its own has a utilisation.
    if plane.full_rate.is_none() || work == 0 {
        return;
    }
    if plane.asked == 0 {
        let over = cx.now + (Span::MINUTE - Span(cx.now.0 % Span::MINUTE.0));
        cx.at(Time(over.min(cx.plan.end()).0 - 1), Phase::Close, Step::Told(cell));
    }
    plane.asked += work;
}

/// A minute of work is told, and forgotten.
fn told(world: &mut World, cell: CellId, cx: &mut Cx<'_>) {
    let plane = &mut world.planes[cell];
    let queued = plane.queue.len() as u32;
    cx.note(PlaneFact::Load { cell, asked: std::mem::take(&mut plane.asked), queued });
}

/// Launches of a service are due and the cell does not act: they are offered from now on, and wait. Whatever takes the
/// cell's time is why from here on, unless another fault is.
pub(crate) fn held_back(world: &mut World, service: ServiceId, due: u32, cx: &mut Cx<'_>) {
    offered(world, service, due, cx);
    let plan = cx.plan;
    let first = blame(world, plan.services[service].cluster, plan).next();
    if let Some(first) = first {
        world.services[service].owe_to(first);
    }
    blamed(world, service, cx);
}

/// So many launches of a service are due and were offered, each once.
pub(crate) fn offered(world: &mut World, service: ServiceId, due: u32, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    if due > row.early {
        cx.note(PlaneFact::Launches { service, what: Delayed::Offered, count: due - row.early });
        row.early = due;
    }
}

/// The end of the run is told of when everything in its last microsecond has happened.
pub(crate) fn prepare(world: &World, cx: &mut Cx<'_>) {
    if cx.plan.end() > Time::ZERO {
        for cell in world.planes.ids() {
            cx.at(Time(cx.plan.end().0 - 1), Phase::Close, Step::Closes(cell));
        }
    }
}

/// What is still due in a cell at the end was offered, and waits: for a token, for capacity, or for whatever else.
fn closes(world: &mut World, cell: CellId, cx: &mut Cx<'_>) {
    let planned = world.homes.untouched();
    let all = if planned { &cx.plan.cells[cell].services } else { &world.part.as_one.services };
    for service in all.clone().map(ServiceId) {
        if cell_of(world, cx.plan.services[service].cluster, cx) != cell {
            continue;
        }
        let row = &world.services[service];
        match cx.plan.services[service].kind {
            Kind::Replica | Kind::Daemon if row.stalled() => {}
            Kind::Replica | Kind::Daemon => {
                let due = row.owed();
                offered(world, service, due, cx);
            }
            // Those whose calls were taken on; the others have been offered with their calls.
            Kind::Stream if row.owed() > 0 => {
                cx.note(PlaneFact::Launches { service, what: Delayed::Offered, count: row.owed() });
            }
            Kind::Stream => {}
        }
    }
}

/// Launches that waited and are not due any more are not wanted.
pub(crate) fn not_due(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &world.services[service];
    let more = row.early.saturating_sub(row.owed());
    resumed(world, service, more, cx);
}

/// Faults that keep the cell from acting for a cluster; one may come twice.
fn blame<'a>(world: &'a World, cluster: ClusterId, plan: &Plan) -> impl Iterator<Item = Cause> + use<'a> {
    let plane = &world.planes[world.homes.of(plan, cluster)];
    let down = plane.unserved(plan.clusters[cluster].shard);
    let lost = plane.lost_zones.iter().map(|(_, cause)| *cause);
    let curbed = plane.curbs.iter().map(|curb| curb.cause);
    let dead = plane.dead_workers.iter().map(|(cause, _)| *cause);
    // Whoever is down does not act, whatever else it lacks.
    let busy = lost.chain(curbed).chain(depend::cause(world)).chain(dead).filter(move |_| down.is_none());
    down.into_iter().chain(busy)
}

/// Tells the faults that keep a cell busy of a call that it turns away, or of launches that wait.
pub(crate) fn blamed(world: &World, service: ServiceId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    for cause in blame(world, plan.services[service].cluster, plan) {
        cx.note(FaultFact::Hits { cause, what: Hit::Service(service) });
    }
}

/// A service stands in the cell's queue, once.
pub(crate) fn queue_up(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let due = world.services[service].owed();
    held_back(world, service, due, cx);
    let cell = cell_of(world, cx.plan.services[service].cluster, cx);
    let row = &mut world.services[service];
    if !row.at_plane {
        row.at_plane = true;
        world.planes[cell].queue.push_back(Waiting::Service(service));
    }
    arm(world, cell, cx);
}

/// The next turn is on its way, when there is time for it.
pub(crate) fn arm(world: &mut World, cell: CellId, cx: &mut Cx<'_>) {
    let cost = match world.planes[cell].queue.front() {
        None => return,
        Some(Waiting::Service(_)) => launch_cost(cell, cx),
        Some(Waiting::Call(service)) => call::cost(*service, cx),
    };
    let plane = &mut world.planes[cell];
    if plane.armed || !plane.down.is_empty() {
        return;
    }
    let wait = plane.capacity.as_mut().map_or(Span::ZERO, |tokens| tokens.wait_for(cx.now, cost));
    if wait < Span::MAX {
        plane.armed = true;
        cx.after(wait, Step::Turn(cell, plane.turn));
    }
}

/// The cell has time: whoever waits takes turns, one launch or call each.
fn turn(world: &mut World, cell: CellId, number: u32, cx: &mut Cx<'_>) {
    if world.planes[cell].turn != number {
        return;
    }
    world.planes[cell].armed = false;
    // A turn that brings nothing takes no time: everybody is looked at once.
    for _ in 0..world.planes[cell].queue.len() {
        let Some(&next) = world.planes[cell].queue.front() else { break };
        let cost = match next {
            Waiting::Service(_) => launch_cost(cell, cx),
            Waiting::Call(service) => call::cost(service, cx),
        };
        let plane = &mut world.planes[cell];
        let ready = plane.capacity.as_mut().is_none_or(|tokens| tokens.wait_for(cx.now, cost) == Span::ZERO);
        if !ready {
            break;
        }
        plane.queue.pop_front();
        match next {
            Waiting::Service(service) => service_turn(world, cell, service, cx),
            Waiting::Call(service) => call::turn(world, cell, service, cx),
        }
    }
    arm(world, cell, cx);
}

fn service_turn(world: &mut World, cell: CellId, service: ServiceId, cx: &mut Cx<'_>) {
    world.services[service].at_plane = false;
    if cx.plan.services[service].kind == Kind::Daemon {
        // At once: a look of its own would cost the time that the launch is to have.
        world.planes[cell].serving = Some(service);
        daemon::work(world, service, cx);
        world.planes[cell].serving = None;
        return;
    }
    if !world.services[service].retrying {
        world.planes[cell].serving = Some(service);
        pace::one_turn(world, service, cx);
        world.planes[cell].serving = None;
    }
}
