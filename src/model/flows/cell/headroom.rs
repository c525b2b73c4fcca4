//! What cells can do changes: zones take their part along and bring it back, and new capacity takes its time.

use super::plane;
use crate::model::fact::{Cause, FaultFact, Hit, PlaneFact};
use crate::model::flows::{Cx, World, step};
use crate::model::ids::{CellId, ZoneId};
use crate::model::tables::Tokens;
use crate::model::tables::plane::left;

/// What a cell can do has changed.
pub(crate) fn rate_changed(world: &mut World, cell: CellId, cx: &mut Cx<'_>) {
    let called = world.front.router_down.is_empty();
    let plane = &mut world.planes[cell];
    let rate = left(plane.rate_now(cx.plan, cell, called), world.depends_ppm);
    match (&mut plane.capacity, rate) {
        (Some(tokens), Some(rate)) => tokens.set_rate(cx.now, rate),
        (none, Some(rate)) => *none = Some(Tokens::from_now(cx.now, rate)),
        (some, None) => *some = None,
    }
    plane.rate = rate.unwrap_or(0);
    if plane.stands {
        cx.note(PlaneFact::Rate { cell, rate: plane.rate });
    }
    // A turn that is on its way was timed at the old rate.
    plane.turn = plane.turn.wrapping_add(1);
    plane.armed = false;
    plane::arm(world, cell, cx);
}

/// A fault hits a cell, if it is there: one that is added while the fault lasts is hit then.
pub(crate) fn hits(world: &World, cell: CellId, cause: Cause, cx: &mut Cx<'_>) {
    if world.planes[cell].stands {
        cx.note(FaultFact::Hits { cause, what: Hit::Cell(cell) });
    }
}

/// A zone takes its part of every cell with it. Zones away from the Region have none.
pub(crate) fn zone_lost(world: &mut World, zone: ZoneId, cause: Cause, cx: &mut Cx<'_>) {
    if cx.plan.zones[zone].kind.away() {
        return;
    }
    for cell in world.planes.ids() {
        world.planes[cell].lost_zones.push((zone, cause));
        if world.planes[cell].full_rate.is_some() {
            hits(world, cell, cause, cx);
            rate_changed(world, cell, cx);
        }
        let plane = cx.plan.regions[cx.plan.cells[cell].region].plane.as_ref();
        if let Some(after) = plane.and_then(|plane| plane.grows_after) {
            cx.after(after, step::Headroom::Replaced(cell, zone));
        }
    }
}

/// The zone is back, and its part of every cell with it.
pub(crate) fn zone_back(world: &mut World, zone: ZoneId, cause: Cause, cx: &mut Cx<'_>) {
    for cell in world.planes.ids() {
        let plane = &mut world.planes[cell];
        plane.lost_zones.retain(|lost| *lost != (zone, cause));
        if !plane.lost_zones.iter().any(|(lost, _)| *lost == zone) {
            plane.replaced.retain(|replaced| *replaced != zone);
        }
        if world.planes[cell].full_rate.is_some() {
            rate_changed(world, cell, cx);
        }
    }
}

/// New capacity stands in the other zones, unless the zone has come back meanwhile.
pub(crate) fn handle(world: &mut World, step::Headroom::Replaced(cell, zone): step::Headroom, cx: &mut Cx<'_>) {
    let plane = &mut world.planes[cell];
    let lost = plane.lost_zones.iter().find(|(lost, _)| *lost == zone).copied();
    let Some((_, cause)) = lost.filter(|_| !plane.replaced.contains(&zone)) else { return };
    plane.replaced.push(zone);
    cx.note(FaultFact::Noticed { cause, service: None });
    rate_changed(world, cell, cx);
}
