//! The launch path needs a service that itself runs on ECS: launches come as far as it serves.
//!
//! With all of its tasks gone nothing can be launched any more, its own tasks included: the circle does not open by
//! itself.

use super::headroom;
use crate::model::fact::Cause;
use crate::model::flows::{Cx, World};
use crate::model::ids::{CellId, ServiceId};
use crate::model::quantity::percent_up;

/// A whole, in millionths.
pub(crate) const WHOLE: u32 = 1_000_000;

/// What stands at time 0 is what the launch path has: a service that is to start first, or whose cluster is not there
/// yet, serves nothing.
pub(crate) fn prepare(world: &mut World, cx: &mut Cx<'_>) {
    if let Some(service) = world.depends {
        look(world, service, cx);
    }
}

/// The counts of the service that the launch path needs have changed.
pub(crate) fn look(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &world.services[service];
    let need = percent_up(row.desired(), cx.plan.services[service].minimum_healthy_percent).max(1);
    let left = u64::from(row.available.min(need)) * u64::from(WHOLE) / u64::from(need);
    if left as u32 == world.depends_ppm {
        return;
    }
    world.depends_ppm = left as u32;
    world.depends_cause = row.shortfalls.lines.iter().map(|line| line.cause).find(|cause| cause.as_fault().is_some());
    let cells: Vec<CellId> = world.planes.ids().collect();
    for cell in cells {
        headroom::rate_changed(world, cell, cx);
    }
}

/// The fault through which the service is missing.
pub(crate) fn cause(world: &World) -> Option<Cause> {
    world.depends_cause.filter(|_| world.depends_ppm < WHOLE)
}
