//! A cell whose tests fail is emptied: its clusters migrate to other cells, and come back later.
//!
//! ```text
//! Tested, again and again ─► ill so many times ─► clusters migrate (`grow.rs`) ─► away ─► well for long enough ─► back
//! ```
//! A test calls the cell and starts a task. A cell that is down as a whole keeps its clusters: what it holds of them
//! can be cloned by nobody, and their rows of the map are flipped only while it answers (`grow.rs`).

use super::grow;
use crate::model::fact::{CellAct, PlaneFact};
use crate::model::flows::{Cx, World, step};
use crate::model::ids::{CellId, ClusterId};
use crate::model::plan::{self, PlaneEvacuation};
use crate::model::tables::cell_tests::{Away, Row};

fn planned<'p>(world: &World, cx: &Cx<'p>) -> Option<(&'p plan::Plane, &'p PlaneEvacuation)> {
    let plane = cx.plan.regions[world.part.as_one.region].plane.as_ref()?;
    Some((plane, plane.evacuation.as_ref()?))
}

/// The first test.
pub(crate) fn prepare(world: &mut World, cx: &mut Cx<'_>) {
    let Some((_, evacuation)) = planned(world, cx) else { return };
    world.cell_tests.rows = vec![Row::default(); world.planes.ids().count()];
    cx.after(evacuation.every, step::CellTest::Tested(0));
}

fn place(world: &World, cell: CellId) -> usize {
    usize::from(cell.0 - world.part.cells.start)
}

/// Every cell is tested.
pub(crate) fn handle(world: &mut World, step::CellTest::Tested(round): step::CellTest, cx: &mut Cx<'_>) {
    let Some((_, evacuation)) = planned(world, cx) else { return };
    cx.after(evacuation.every, step::CellTest::Tested(round.wrapping_add(1)));
    let cells: Vec<CellId> = world.planes.ids().filter(|cell| world.planes[*cell].stands).collect();
    for cell in &cells {
        let ill = world.planes[*cell].ails() > evacuation.above_ppm;
        let place = place(world, *cell);
        world.cell_tests.rows[place].see(ill, cx.now);
        if world.cell_tests.rows[place].failed == evacuation.tests {
            cx.note(PlaneFact::Act { cell: *cell, step: CellAct::Rings, count: 0 });
        }
    }
    for cell in cells {
        left(world, cell, cx);
        if world.cell_tests.rows[place(world, cell)].failed >= evacuation.tests {
            leave(world, cell, cx);
        } else {
            back(world, cell, cx);
        }
    }
}

/// The clusters of a cell begin to migrate, unless another cell is being emptied, or this one is down.
fn leave(world: &mut World, cell: CellId, cx: &mut Cx<'_>) {
    let here = place(world, cell);
    let busy = world.cell_tests.rows.iter().any(|row| row.emptied);
    if busy || !world.planes[cell].down.is_empty() {
        return;
    }
    let clusters = world.part.as_one.clusters.clone().map(ClusterId);
    let mine: Vec<ClusterId> = clusters.filter(|id| world.assignments.goal(cx.plan, *id) == cell).collect();
    if mine.is_empty() {
        return;
    }
    cx.note(PlaneFact::Act { cell, step: CellAct::Leaves, count: mine.len() as u32 });
    (world.cell_tests.rows[here].emptied, world.cell_tests.rows[here].leaving) = (true, true);
    for cluster in mine {
        match refuge(world, cluster, cell, cx) {
            Some(to) => {
                world.cell_tests.away.push(Away { cluster, home: cell, to });
                grow::send(world, cluster, to, cx);
            }
            None => world.cell_tests.rows[here].stay += 1,
        }
    }
    left(world, cell, cx);
}

/// The cell with the fewest clusters that stands, is well, and is not filled beyond the size up to which it was tested.
fn refuge(world: &World, cluster: ClusterId, from: CellId, cx: &Cx<'_>) -> Option<CellId> {
    let (plane, _) = planned(world, cx)?;
    let tasks = |id: ClusterId| {
        let desired = |service| u64::from(world.services[service].desired());
        cx.plan.services_of(id).map(desired).sum::<u64>()
    };
    let size = |cell: CellId| {
        let all = world.part.as_one.clusters.clone().map(ClusterId);
        let there = all.filter(|id| world.assignments.goal(cx.plan, *id) == cell);
        there.fold((0u32, 0u64), |(clusters, sum), id| (clusters + 1, sum + tasks(id)))
    };
    let more = tasks(cluster);
    let fits = |(clusters, sum): (u32, u64)| {
        plane.tested.clusters.is_none_or(|most| clusters < most)
            && plane.tested.tasks.is_none_or(|most| sum + more <= u64::from(most))
    };
    let well = |cell: CellId| {
        let row = &world.cell_tests.rows[place(world, cell)];
        cell != from && world.planes[cell].stands && row.failed == 0 && !row.emptied
    };
    let open = world.planes.ids().filter(|cell| well(*cell)).map(|cell| (size(cell), cell));
    open.filter(|(size, _)| fits(*size)).min_by_key(|((clusters, _), cell)| (*clusters, *cell)).map(|found| found.1)
}

/// The last of its clusters may have left a cell, or be back.
fn left(world: &mut World, cell: CellId, cx: &mut Cx<'_>) {
    let here = place(world, cell);
    let mine = |one: &&Away| one.home == cell;
    let there = |one: &Away, to: CellId| world.assignments.of(cx.plan, one.cluster) == to;
    if world.cell_tests.rows[here].leaving {
        // What another cell was added for goes its own way.
        let gone = |one: &Away| there(one, one.to) || world.assignments.goal(cx.plan, one.cluster) != one.to;
        if world.cell_tests.away.iter().filter(mine).all(gone) {
            world.cell_tests.rows[here].leaving = false;
            let count = world.cell_tests.rows[here].stay;
            cx.note(PlaneFact::Act { cell, step: CellAct::Left, count });
        }
    } else if world.cell_tests.rows[here].returning {
        let home = |one: &Away| there(one, cell) || world.assignments.goal(cx.plan, one.cluster) != cell;
        if world.cell_tests.away.iter().filter(mine).all(home) {
            world.cell_tests.away.retain(|one| one.home != cell);
            world.cell_tests.rows[here].rest();
            cx.note(PlaneFact::Act { cell, step: CellAct::Back, count: 0 });
        }
    }
}

/// A cell that has been well for long enough gets its clusters back.
fn back(world: &mut World, cell: CellId, cx: &mut Cx<'_>) {
    let Some((_, evacuation)) = planned(world, cx) else { return };
    let here = place(world, cell);
    let row = &mut world.cell_tests.rows[here];
    let long = row.well.zip(evacuation.back_after).is_some_and(|(well, after)| cx.now >= well + after);
    if !row.emptied || row.leaving || row.returning || !long {
        return;
    }
    row.returning = true;
    // Who was given to another cell meanwhile stays there.
    let still = |one: &&Away| one.home == cell && world.assignments.goal(cx.plan, one.cluster) == one.to;
    let mine: Vec<ClusterId> = world.cell_tests.away.iter().filter(still).map(|one| one.cluster).collect();
    cx.note(PlaneFact::Act { cell, step: CellAct::Returns, count: mine.len() as u32 });
    for cluster in mine {
        grow::send(world, cluster, cell, cx);
    }
    left(world, cell, cx);
}
