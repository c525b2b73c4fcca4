//! Control-plane cells with their queues, what they hold, and the services that wait for them.

use super::Findings;
use evenkeel::internals::model::ids::ServiceId;
use evenkeel::internals::model::plan::{Kind, Plan};
use evenkeel::internals::model::tables::plane::Waiting;
use evenkeel::internals::model::world::World;

/// Cells that are emptied: one at a time, and who is away has left or is on the way.
fn tests(world: &World, plan: &Plan, out: &mut Findings) {
    let found = &world.cell_tests;
    let emptied = found.rows.iter().filter(|row| row.emptied).count();
    out.holds("one cell is emptied at a time", emptied, emptied <= 1, emptied);
    for one in &found.away {
        let home = usize::from(one.home.0 - world.part.cells.start);
        let name = &plan.clusters[one.cluster].name;
        out.holds("whoever is away has a cell that is emptied", name, found.rows[home].emptied, one);
        let now = world.assignments.of(plan, one.cluster);
        let moving = world.assignments.moving.iter().any(|row| row.0 == one.cluster)
            || world.assignments.waiting.contains(&one.cluster);
        let goal = world.assignments.goal(plan, one.cluster);
        out.holds("whoever is not where he is to be is on the way", name, now == goal || moving, (now, goal));
    }
}

/// Queues, outages and held events.
pub(super) fn look(world: &World, plan: &Plan, out: &mut Findings) {
    tests(world, plan, out);
    let mut standing: Vec<ServiceId> = Vec::new();
    let assignment = |service: ServiceId| world.assignments.of(plan, plan.services[service].cluster);
    for (id, plane) in world.planes.pairs() {
        let name = &plan.cells[id].name;
        let mut queued = 0;
        for waiting in &plane.queue {
            match *waiting {
                Waiting::Service(service) => {
                    out.same("the cell of a service in a queue", name, assignment(service), id);
                    standing.push(service);
                }
                Waiting::Call(service) => {
                    let region = &plan.regions[world.part.as_one.region];
                    let cost = region.plane.as_ref().map_or(1_000_000, |plane| plane.costs.launch);
                    let count = plan.services[service].arrivals.as_ref().map_or(0, |arrivals| arrivals.count);
                    queued += cost * u64::from(count);
                }
            }
        }
        out.same("work of calls that wait", name, plane.queued, queued);
        let may_turn = plane.armed || !plane.down.is_empty() || plane.rate == 0 && plane.capacity.is_some();
        out.holds("a queue has a turn to come", name, plane.queue.is_empty() || may_turn, plane.queue.len());
        let served = |cluster: &evenkeel::internals::model::ids::ClusterId| {
            plane.unserved(plan.clusters[*cluster].shard).is_none()
        };
        let idle = plane.held.iter().filter(|(cluster, _)| served(cluster)).count();
        out.same("events held though their cell acts", name, idle, 0);
        let elsewhere = plane.held.iter().filter(|(cluster, _)| world.assignments.of(plan, *cluster) != id).count();
        out.same("events held for clusters of another cell", name, elsewhere, 0);
    }
    for (id, row) in world.front.attach.pairs() {
        let comes = row.armed
            || row.queue.is_empty()
            || plan.regions[world.part.as_one.region].attach.is_none_or(|one| one.rate == 0);
        out.holds("somebody comes for who waits for a network interface", &plan.accounts[id], comes, row.queue.len());
    }
    standing.sort_unstable();
    let marked: Vec<ServiceId> =
        world.services.pairs().filter(|(_, row)| row.scheduler.at_plane).map(|(id, _)| id).collect();
    out.same("services in the queues of cells", "world", marked, standing);
    let outages: usize = world.planes.iter().map(|plane| plane.down.len() + plane.dead_workers.len()).sum();
    out.same("outages", "world", world.outages as usize, outages);
    for (id, row) in world.services.pairs() {
        // A stream's launches are offered when its call is, and taken on with it.
        let waits = plan.services[id].kind == Kind::Stream
            || row.scheduler.early == 0
            || !row.scheduler.pending.is_empty()
            || row.scheduler.woken;
        let hears = world.planes[assignment(id)].held.is_empty();
        out.holds(
            "who was offered is due",
            &plan.services[id].name,
            waits || !hears,
            (row.scheduler.early, row.scheduler.pending()),
        );
    }
}
