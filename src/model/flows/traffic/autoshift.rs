//! Zonal autoshift: AWS takes resources out of a zone that it sees impaired, and brings them back ([arc-autoshift]).
//!
//! ```text
//! fault of a zone ─► (startsAfter) ─► seen ─► autoshift active ─► fault over ─► (endsAfter) ─► completed
//!                                       └─► practice runs in the Region end, and none begins
//! ```
//! What AWS sees, and when, is not published: which faults and how long after their begin are settings, and as long as
//! AWS's own experiment takes ([fis-az-power]). A second zone that is impaired meanwhile is left once the first has
//! recovered (model choice: AWS says nothing of two).

use super::away::{begin, end, is_here};
use super::practice::is_balanced;
use crate::engine::Span;
use crate::model::fact::{Cause, Interruption, ZonalFact, ZonalStep};
use crate::model::flows::{Cx, World, step};
use crate::model::ids::{AutoshiftId, ShiftSource, ZoneId};
use crate::model::plan::ZoneEvent;
use crate::model::tables::zonal::{Active, Impaired};

/// A fault begins to impair a zone.
pub(crate) fn impaired(world: &mut World, zone: ZoneId, kind: ZoneEvent, cause: Cause, cx: &mut Cx<'_>) {
    let region = cx.plan.zones[zone].region;
    let concerned = |world: &World, id: AutoshiftId| {
        let row = &cx.plan.autoshifts[id];
        row.region == region && row.sees.contains(&kind) && is_here(world, row.resource)
    };
    let all: Vec<AutoshiftId> = cx.plan.autoshifts.ids().filter(|id| concerned(world, *id)).collect();
    if all.is_empty() {
        return;
    }
    world.zonal.impaired.push(Impaired { zone, kind, cause });
    for id in all {
        cx.after(cx.plan.autoshifts[id].starts_after, step::Zonal::Seen(id, zone, cause));
    }
}

/// It is over.
pub(crate) fn recovers(world: &mut World, zone: ZoneId, cause: Cause, cx: &mut Cx<'_>) {
    if world.zonal.impaired.is_empty() {
        return;
    }
    let is_it = |one: &Impaired| one.zone == zone && one.cause == cause;
    world.zonal.impaired.retain(|one| !is_it(one));
    for (id, _) in world.zonal.seen.iter().filter(|(_, one)| is_it(one)) {
        cx.after(cx.plan.autoshifts[*id].ends_after, step::Zonal::Recovered(*id, zone));
    }
}

/// AWS sees that a zone is impaired, unless it has recovered by now.
pub(super) fn seen(world: &mut World, id: AutoshiftId, zone: ZoneId, cause: Cause, cx: &mut Cx<'_>) {
    let Some(one) = world.zonal.impaired.iter().find(|one| one.zone == zone && one.cause == cause).copied() else {
        return;
    };
    world.zonal.seen.push((id, one));
    let run = ShiftSource::Practice(id);
    if world.zonal.is_active(run) {
        end(world, run, ZonalStep::Interrupted(Interruption::Autoshift), cx);
    }
    shifts(world, id, zone, cx);
}

/// An autoshift begins, where the resource has it enabled, stands in the zone and has left no other.
fn shifts(world: &mut World, id: AutoshiftId, zone: ZoneId, cx: &mut Cx<'_>) {
    let row = &cx.plan.autoshifts[id];
    let source = ShiftSource::Autoshift(id);
    if row.enabled && row.zones.contains(&zone) && !world.zonal.is_active(source) {
        cx.note(ZonalFact { source, resource: row.resource, zone, what: ZonalStep::Began });
        begin(world, Active { resource: row.resource, source, zone }, cx);
    }
}

/// A resource whose capacity is not balanced yet is looked at again after so long (model choice).
const AGAIN: Span = Span::MINUTE;

/// AWS sees that a zone has recovered, unless it is impaired again, or still.
pub(super) fn recovered(world: &mut World, id: AutoshiftId, zone: ZoneId, cx: &mut Cx<'_>) {
    let in_force = world.zonal.impaired.clone();
    world.zonal.seen.retain(|(of, one)| *of != id || in_force.contains(one));
    let others = |world: &World| world.zonal.seen.iter().filter(|(of, _)| *of == id).map(|(_, one)| one.zone).next();
    if world.zonal.seen.iter().any(|(of, one)| *of == id && one.zone == zone) {
        return;
    }
    let source = ShiftSource::Autoshift(id);
    if world.zonal.active.iter().any(|one| one.source == source && one.zone == zone) {
        // Traffic is not sent back before capacity is balanced ([arc-capacity-check]).
        if !is_balanced(world, cx.plan.autoshifts[id].resource, cx.plan) {
            return cx.after(AGAIN, step::Zonal::Recovered(id, zone));
        }
        end(world, source, ZonalStep::Completed, cx);
        if let Some(next) = others(world) {
            shifts(world, id, next, cx);
        }
    }
}
