//! The control plane at work: what a cell has time for, and who waits for it.
//!
//! ```text
//! scheduler ─► may_launch ─► launched            cell has time
//!                 └ Wait::Plane ─► queue ─► Turn ─► launches, one service after the other
//! ```
//! In a cell without a bound all of this costs one test. What is asked of each cell is told once a minute.

use super::depend;
use crate::engine::key::Phase;
use crate::engine::{Span, Time};
use crate::model::capacity::luck;
use crate::model::fact::{Cause, Delayed, FaultFact, Hit, PlaneFact, Reason};
use crate::model::flows::{Cx, For, World, step};
use crate::model::ids::{BucketId, CellId, ClusterId, ProviderId, ServiceId};
use crate::model::plan::{Costs, Kind, Plan};
use crate::model::tables::plane::Waiting;

/// A whole request, in millionths.
const REQUEST: u64 = 1_000_000;

/// The cell of a cluster.
pub(crate) fn cell_of(world: &World, cluster: ClusterId, cx: &Cx<'_>) -> CellId {
    world.assignments.of(cx.plan, cluster)
}

/// The costs of work in a cell, in a Region whose control plane is written.
fn costs<'p>(cell: CellId, cx: &Cx<'p>) -> Option<&'p Costs> {
    cx.plan.regions[cx.plan.cells[cell].region].plane.as_ref().map(|plane| &plane.costs)
}

pub(crate) fn launch_cost(cell: CellId, cx: &Cx<'_>) -> u64 {
    costs(cell, cx).map_or(REQUEST, |costs| costs.launch)
}

/// Work that is done in any case, before any launch: it takes its part of the cell's time.
pub(crate) fn work(world: &mut World, service: ServiceId, cost: fn(&Costs) -> u64, cx: &mut Cx<'_>) {
    if !world.metered {
        return;
    }
    let cell = cell_of(world, cx.plan.services[service].cluster, cx);
    if let Some(cost) = costs(cell, cx).map(cost).filter(|cost| *cost > 0) {
        charge(world, cell, cost, cx);
    }
}

/// Work is asked of a cell and done, whether it has time for it or not.
pub(super) fn charge(world: &mut World, cell: CellId, cost: u64, cx: &mut Cx<'_>) {
    asked(world, cell, cost, cx);
    if let Some(tokens) = &mut world.planes[cell].capacity {
        tokens.charge(cx.now, cost);
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
    let hit = all.iter().find(|one| luck::fails(For::Refusal, who, one.who, one.launches, cx));
    let Some(cause) = hit.map(|one| one.cause) else { return false };
    cx.note(FaultFact::Hits { cause, what: Hit::Launches(service) });
    true
}

/// A launch of the scheduler's was taken on.
#[inline]
pub(crate) fn launched(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &cx.plan.services[service];
    if row.kind == Kind::Stream {
        return;
    }
    let cell = cell_of(world, row.cluster, cx);
    if world.planes[cell].capacity.is_some() {
        charge(world, cell, launch_cost(cell, cx), cx);
    }
    resumed(world, service, 1, cx);
}

/// Launches that were offered before are taken on: what is told of them from here on counts by itself.
pub(crate) fn resumed(world: &mut World, service: ServiceId, count: u32, cx: &mut Cx<'_>) {
    let early = &mut world.services[service].scheduler.early;
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
        cx.at(Time(over.min(cx.plan.end()).0 - 1), Phase::Close, step::Turn::Told(cell));
    }
    plane.asked += work;
}

/// A minute of work is told, and forgotten.
pub(crate) fn told(world: &mut World, cell: CellId, cx: &mut Cx<'_>) {
    let plane = &mut world.planes[cell];
    let queued = plane.queue.len() as u32;
    cx.note(PlaneFact::Load { cell, asked: std::mem::take(&mut plane.asked), queued });
}

/// Launches of a service are due and the cell does not act: they are offered from now on, and wait. Whatever takes the
/// cell's time is why from here on, unless another fault is.
pub(crate) fn held_back(world: &mut World, service: ServiceId, due: u32, cx: &mut Cx<'_>) {
    offered(world, service, due, cx);
    let first = blame(world, cx.plan.services[service].cluster, cx.plan).next();
    if let Some(first) = first {
        world.services[service].scheduler.owe_to(first);
    }
    blamed(world, service, cx);
}

/// So many launches of a service are due and were offered, each once.
pub(crate) fn offered(world: &mut World, service: ServiceId, due: u32, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    if due > row.scheduler.early {
        cx.note(PlaneFact::Launches { service, what: Delayed::Offered, count: due - row.scheduler.early });
        row.scheduler.early = due;
    }
}

/// The end of the run is told of when everything in its last microsecond has happened.
pub(crate) fn prepare(world: &World, cx: &mut Cx<'_>) {
    if cx.plan.end() > Time::ZERO {
        for cell in world.planes.ids() {
            cx.at(Time(cx.plan.end().0 - 1), Phase::Close, step::Turn::Closes(cell));
        }
    }
}

/// What is still due in a cell at the end was offered, and waits: for a token, for capacity, or for whatever else.
pub(crate) fn closes(world: &mut World, cell: CellId, cx: &mut Cx<'_>) {
    let planned = world.assignments.untouched();
    let all = if planned { &cx.plan.cells[cell].services } else { &world.part.as_one.services };
    for service in all.clone().map(ServiceId) {
        if cell_of(world, cx.plan.services[service].cluster, cx) != cell {
            continue;
        }
        let row = &world.services[service];
        match cx.plan.services[service].kind {
            Kind::Replica | Kind::Daemon if row.stalled() => {}
            Kind::Replica | Kind::Daemon => {
                let due = row.scheduler.pending();
                offered(world, service, due, cx);
            }
            // Those whose calls were taken on; the others have been offered with their calls.
            Kind::Stream if row.scheduler.pending() > 0 => {
                cx.note(PlaneFact::Launches { service, what: Delayed::Offered, count: row.scheduler.pending() });
            }
            Kind::Stream => {}
        }
    }
}

/// Launches that waited and are not due any more are not wanted.
pub(crate) fn not_due(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &world.services[service];
    let more = row.scheduler.early.saturating_sub(row.scheduler.pending());
    resumed(world, service, more, cx);
}

/// Faults that keep the cell from acting for a cluster; one may come twice.
fn blame<'a>(world: &'a World, cluster: ClusterId, plan: &Plan) -> impl Iterator<Item = Cause> + use<'a> {
    let plane = &world.planes[world.assignments.of(plan, cluster)];
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
    for cause in blame(world, cx.plan.services[service].cluster, cx.plan) {
        cx.note(FaultFact::Hits { cause, what: Hit::Launches(service) });
    }
}

/// A service stands in the cell's queue, once.
pub(crate) fn queue_up(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let due = world.services[service].scheduler.pending();
    held_back(world, service, due, cx);
    let cell = cell_of(world, cx.plan.services[service].cluster, cx);
    let row = &mut world.services[service];
    if !row.scheduler.at_plane {
        row.scheduler.at_plane = true;
        world.planes[cell].queue.push_back(Waiting::Service(service));
    }
    arm(world, cell, cx);
}

/// The next turn is on its way, when there is time for it.
pub(crate) fn arm(world: &mut World, cell: CellId, cx: &mut Cx<'_>) {
    let cost = match world.planes[cell].queue.front() {
        None => return,
        Some(Waiting::Service(_)) => launch_cost(cell, cx),
        Some(Waiting::Call(service)) => call_cost(*service, cx),
    };
    let plane = &mut world.planes[cell];
    if plane.armed || !plane.down.is_empty() {
        return;
    }
    let wait = plane.capacity.as_mut().map_or(Span::ZERO, |tokens| tokens.wait_for(cx.now, cost));
    if wait < Span::MAX {
        plane.armed = true;
        cx.after(wait, step::Turn::Turn(cell, plane.turn));
    }
}

/// What a call costs: as much as the launches that it asks for.
pub(crate) fn call_cost(service: ServiceId, cx: &Cx<'_>) -> u64 {
    let row = &cx.plan.services[service];
    let plan = cx.plan;
    let plane = plan.regions[plan.cells[plan.clusters[row.cluster].cell].region].plane.as_ref();
    plane.map_or(1_000_000, |plane| plane.costs.launch) * u64::from(call_count(service, cx))
}

pub(crate) fn call_count(service: ServiceId, cx: &Cx<'_>) -> u32 {
    cx.plan.services[service].arrivals.as_ref().map_or(0, |arrivals| arrivals.count)
}

/// Why a launch did not happen.
#[derive(Clone, Copy)]
pub(crate) enum Wait {
    /// The Fargate launch bucket is empty.
    Bucket(BucketId),
    /// The launch waits in the queue of a bucket for a token.
    Turn,
    /// The service has used up its 500 a minute.
    Service(Span),
    /// Its control-plane cell has no time.
    Plane,
    /// Its control-plane cell refuses this launch, and not the next.
    Refused,
    /// This launch got no capacity by chance; the next may.
    Unlucky(ProviderId),
    /// No capacity, a quota, or no host that fits.
    Capacity(Reason),
}
