//! Resources that are shifted away from a zone: which of several active shifts is applied, and what that does.
//!
//! ```text
//! shifts by hand, autoshifts, practice runs ─► active ─► the first by precedence is applied ─► the zone is left
//! ```
//! A load balancer: the node in the zone leaves DNS; with cross-zone on no node sends to its targets from then on ([arc-precedence]
//! [elb-zonal-shift]). An Auto Scaling group: it launches no host in the zone, and its hosts there stay
//! ([asg-zonal-shift]).

use super::addresses;
use crate::engine::Span;
use crate::model::fact::{Cause, Interruption, Mechanism, ZonalFact, ZonalStep};
use crate::model::flows::rows::{account, wake};
use crate::model::flows::{Cx, World};
use crate::model::ids::{Resource, ShiftSource};
use crate::model::tables::zonal::{Active, Away};

/// Whether a resource is of this partition.
pub(super) fn is_here(world: &World, resource: Resource) -> bool {
    match resource {
        Resource::Balancer(service) => world.services.holds(service),
        Resource::Group(provider) => world.providers.holds(provider),
    }
}

/// A shift becomes active; a practice run of the resource is over with it.
pub(super) fn begin(world: &mut World, shift: Active, cx: &mut Cx<'_>) {
    let why = match shift.source {
        ShiftSource::Change(_) => Some(Interruption::ZonalShift),
        ShiftSource::Autoshift(_) => Some(Interruption::Autoshift),
        ShiftSource::Practice(_) => None,
    };
    if let (Some(why), Some(run)) = (why, world.zonal.practice(shift.resource)) {
        end(world, run, ZonalStep::Interrupted(why), cx);
    }
    world.zonal.active.push(shift);
    apply(world, shift.resource, cx);
}

/// A shift is not active any more, for any of its resources.
pub(super) fn end(world: &mut World, source: ShiftSource, what: ZonalStep, cx: &mut Cx<'_>) {
    let own: Vec<Active> = world.zonal.active.iter().copied().filter(|one| one.source == source).collect();
    world.zonal.active.retain(|one| one.source != source);
    world.zonal.expires.retain(|(of, _)| *of != source);
    for Active { resource, zone, .. } in own {
        cx.note(ZonalFact { source, resource, zone, what });
        apply(world, resource, cx);
    }
}

/// The resource is where its applied shift says.
fn apply(world: &mut World, resource: Resource, cx: &mut Cx<'_>) {
    let applied = world.zonal.applied(resource).map(|one| Away { zone: one.zone, cause: cause(one.source) });
    match resource {
        Resource::Balancer(service) => {
            let before = std::mem::replace(&mut world.services[service].traffic.away, applied);
            let zone = |away: Option<Away>| away.map(|away| away.zone);
            if zone(before) != zone(applied) {
                // With cross-zone off its own node alone sends to the zone, which clients leave.
                let crosses = cx.plan.services[service].balancer.as_ref().is_some_and(|balancer| balancer.cross_zone);
                if let Some(zone) = zone(before) {
                    let place = world.zone_row(zone);
                    world.services[service].zones[place].away = false;
                    addresses::zone_returns(world, service, zone, cx.plan);
                }
                if let Some(zone) = zone(applied) {
                    let place = world.zone_row(zone);
                    world.services[service].zones[place].away = crosses;
                    addresses::zone_leaves(world, service, zone, cx);
                }
            }
            account::mark(world, service);
        }
        Resource::Group(provider) => {
            world.providers[provider].away = applied.map(|away| away.zone);
            // It launches elsewhere what it tried there in vain, and evens out what it could not.
            wake::hosts(world, provider, Span::ZERO, cx);
        }
    }
}

const fn cause(source: ShiftSource) -> Cause {
    match source {
        ShiftSource::Change(change) => Cause::change(change),
        ShiftSource::Autoshift(_) => Cause::mechanism(Mechanism::ZonalAutoshift),
        ShiftSource::Practice(_) => Cause::mechanism(Mechanism::PracticeRun),
    }
}
