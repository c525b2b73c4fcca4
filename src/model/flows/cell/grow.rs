//! A cell is added, and clusters migrate to it in phases ([cell-whitepaper]).
//!
//! ```text
//! Added ─► clone ─► Flip ─► its new cell runs the cluster; the old one sends late calls on ─► Forget
//!                    ▲ │ map source or one of the cells out                                   ▲ │ map source or router out
//!                    └─┘ a refresh later                                                      └─┘ a refresh later
//! ```
//! A clone takes what the cluster holds over the rates at which a restart loads it (model choice); nothing stands still
//! meanwhile. What the copy lacks of the newest changes comes with the flip, which takes no time.

use super::{create, headroom, outage, plane};
use crate::engine::key::Phase;
use crate::engine::{Span, Time};
use crate::model::fact::{Cause, Delayed, PlaneFact};
use crate::model::flows::{Cx, News, World, step};
use crate::model::ids::{CellId, ClusterId};
use crate::model::plan::{Growth, NewCell};
use crate::model::tables::plane::{Waiting, left_by_size};
use std::collections::VecDeque;

fn growth<'p>(world: &World, cx: &Cx<'p>) -> Option<&'p Growth> {
    cx.plan.regions[world.part.as_one.region].plane.as_ref().map(|plane| &plane.growth)
}

pub(crate) fn handle(world: &mut World, step: step::Grow, cx: &mut Cx<'_>) {
    match step {
        step::Grow::Added(cell) => added(world, cell, cx),
        step::Grow::Flip(cluster) => flip(world, cluster, cx),
        step::Grow::Forget(cluster) => forget(world, cluster, cx),
    }
}

/// Cells that are added later.
pub(crate) fn prepare(world: &mut World, cx: &mut Cx<'_>) {
    for new in growth(world, cx).map_or(&[][..], |growth| &growth.cells) {
        cx.at(new.at, Phase::Normal, step::Grow::Added(new.cell));
    }
}

/// A cell is there, and what it is to run begins to move.
fn added(world: &mut World, cell: CellId, cx: &mut Cx<'_>) {
    let row = &mut world.planes[cell];
    row.stands = true;
    if !row.down.is_empty() {
        cx.note(PlaneFact::Up { cell, up: false });
    }
    for cause in in_force(world, cell) {
        headroom::hits(world, cell, cause, cx);
    }
    share_calls(world, cx);
    world.hear(News::CellStands(cell), cx);
    let found = growth(world, cx).and_then(|growth| growth.cells.iter().find(|new| new.cell == cell));
    let Some(NewCell { moves, .. }) = found else { return };
    for (cluster, to) in moves {
        world.assignments.aim(cx.plan, *cluster, *to);
        if world.not_created(*cluster) {
            settle(world, *cluster, false, cx);
        } else {
            world.assignments.waiting.push_back(*cluster);
        }
    }
    next(world, cx);
}

/// A cluster is to be run by another cell, in turn with all others that migrate.
pub(super) fn send(world: &mut World, cluster: ClusterId, to: CellId, cx: &mut Cx<'_>) {
    world.assignments.aim(cx.plan, cluster, to);
    if world.not_created(cluster) {
        return settle(world, cluster, false, cx);
    }
    if !world.assignments.waiting.contains(&cluster) {
        world.assignments.waiting.push_back(cluster);
    }
    next(world, cx);
}

/// Faults that were there before the cell, and hit it from now on.
fn in_force(world: &World, cell: CellId) -> Vec<Cause> {
    let row = &world.planes[cell];
    let curbs = row.curbs.iter().map(|curb| curb.cause);
    let lost = row.lost_zones.iter().filter(|_| row.full_rate.is_some()).map(|(_, cause)| *cause);
    let refusing = row.refusing.iter().map(|one| one.cause);
    row.down.iter().copied().chain(curbs).chain(lost).chain(refusing).collect()
}

/// Other calls of users are spread over all cells that are there.
fn share_calls(world: &mut World, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let all = plan.regions[world.part.as_one.region].plane.as_ref().map_or(0, |plane| plane.other_calls);
    let first = world.planes.ids().filter(|cell| plan.cells[*cell].added.is_none()).count() as u128;
    let there: Vec<CellId> = world.planes.ids().filter(|cell| world.planes[*cell].stands).collect();
    let share = (u128::from(all) * first).div_ceil(there.len() as u128) as u64;
    for cell in there {
        world.planes[cell].other_calls = share;
        cx.note(PlaneFact::OtherCalls { cell, rate: share });
        headroom::rate_changed(world, cell, cx);
    }
}

/// As many clusters as may are cloned at one time.
fn next(world: &mut World, cx: &mut Cx<'_>) {
    let most = growth(world, cx).map_or(0, |growth| growth.at_once as usize);
    while world.assignments.moving.len() < most {
        let Some(cluster) = world.assignments.waiting.pop_front() else { return };
        // One that is on its way finds its new goal when it is flipped.
        if !world.assignments.moving.iter().any(|(of, _)| *of == cluster) {
            clone(world, cluster, cx);
        }
    }
}

/// What a cluster holds is copied to the cell that is to run it, if that is another.
fn clone(world: &mut World, cluster: ClusterId, cx: &mut Cx<'_>) {
    let Some(plane) = &cx.plan.regions[world.part.as_one.region].plane else { return };
    let to = world.assignments.goal(cx.plan, cluster);
    if plane::cell_of(world, cluster, cx) != to {
        world.assignments.moving.push((cluster, to));
        let tasks: u64 = cx.plan.services_of(cluster).map(|id| u64::from(world.services[id].wanted)).sum();
        cx.after(plane.restart.cluster + plane.restart.task * tasks, step::Grow::Flip(cluster));
    }
}

/// The owner of a cluster is changed in the source of the map, when that and both cells are there.
fn flip(world: &mut World, cluster: ClusterId, cx: &mut Cx<'_>) {
    let Some(row) = world.assignments.moving.iter().position(|(of, _)| *of == cluster) else { return };
    let (from, to) = (plane::cell_of(world, cluster, cx), world.assignments.moving[row].1);
    let out = |cell: CellId| world.planes[cell].unserved(cx.plan.clusters[cluster].shard).is_some();
    if world.assignments.goal(cx.plan, cluster) != to {
        // A further cell was added meanwhile: the copy is in the wrong one.
        world.assignments.moving.remove(row);
        clone(world, cluster, cx);
    } else if !world.front.map_down.is_empty() || out(from) || out(to) {
        return later(cluster, step::Grow::Flip(cluster), cx);
    } else {
        world.assignments.moving.remove(row);
        settle(world, cluster, true, cx);
        queue_up(world, cluster, from, to, cx);
        world.assignments.late.push((cluster, from));
        let refresh = create::refresh(cluster, cx);
        let read = Time(cx.now.0.div_ceil(refresh.0) * refresh.0);
        cx.after(read.since(cx.now), step::Grow::Forget(cluster));
    }
    next(world, cx);
}

/// A cluster is run by its new cell: launches that wait are offered there from now on, and what the old one could not
/// learn comes to the new one.
fn settle(world: &mut World, cluster: ClusterId, moved: bool, cx: &mut Cx<'_>) {
    let tell = |what: Delayed, world: &World, cx: &mut Cx<'_>| {
        for service in cx.plan.services_of(cluster) {
            let count = world.services[service].scheduler.early;
            if count > 0 {
                cx.note(PlaneFact::Launches { service, what, count });
            }
        }
    };
    tell(Delayed::Resumed, world, cx);
    let from = plane::cell_of(world, cluster, cx);
    world.assignments.settle(cluster);
    let cell = plane::cell_of(world, cluster, cx);
    outage::hand_over(world, cluster, from, cx);
    cx.note(PlaneFact::Assignment { cluster, cell, moved });
    tell(Delayed::Offered, world, cx);
    for cell in [from, cell] {
        resized(world, cell, cx);
    }
}

/// A cell runs more clusters or fewer: beyond the size up to which it was tested it slows down.
fn resized(world: &mut World, cell: CellId, cx: &mut Cx<'_>) {
    let runs =
        world.part.as_one.clusters.clone().map(ClusterId).filter(|id| world.assignments.of(cx.plan, *id) == cell);
    let left = left_by_size(cx.plan, cell, runs);
    if world.planes[cell].tested_ppm != left {
        world.planes[cell].tested_ppm = left;
        headroom::rate_changed(world, cell, cx);
    }
}

/// Launches and calls of a cluster that wait in its old cell go to the end of the new one's queue.
fn queue_up(world: &mut World, cluster: ClusterId, from: CellId, to: CellId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let own = |waiting: &Waiting| match waiting {
        Waiting::Service(service) | Waiting::Call(service) => plan.services[*service].cluster == cluster,
    };
    let queue = std::mem::take(&mut world.planes[from].queue);
    let (go, stay): (VecDeque<Waiting>, VecDeque<Waiting>) = queue.into_iter().partition(own);
    let work =
        |waiting: &Waiting| if let Waiting::Call(service) = waiting { plane::call_cost(*service, cx) } else { 0 };
    let moved: u64 = go.iter().map(work).sum();
    world.planes[from].queue = stay;
    world.planes[from].queued -= moved;
    world.planes[to].queued += moved;
    world.planes[to].queue.extend(go);
    plane::arm(world, to, cx);
    plane::arm(world, from, cx);
}

/// The router reads the map: the old cell gets no call any more, and forgets the cluster.
fn forget(world: &mut World, cluster: ClusterId, cx: &mut Cx<'_>) {
    if world.front.map_down.is_empty() && world.front.router_down.is_empty() {
        world.assignments.late.retain(|(late, _)| *late != cluster);
    } else {
        later(cluster, step::Grow::Forget(cluster), cx);
    }
}

/// The next time that the router reads the map, after this one.
fn later(cluster: ClusterId, step: step::Grow, cx: &mut Cx<'_>) {
    let refresh = create::refresh(cluster, cx);
    cx.after(refresh - Span(cx.now.0 % refresh.0), step);
}
