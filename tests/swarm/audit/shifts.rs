//! Zones that load balancers have been shifted away from, worked out anew from the plan, the clock and what is active.

use super::Findings;
use evenkeel::internals::engine::Time;
use evenkeel::internals::model::ids::{Resource, ServiceId, ShiftSource};
use evenkeel::internals::model::plan::Plan;
use evenkeel::internals::model::world::World;

pub(super) fn look(world: &World, plan: &Plan, now: Time, out: &mut Findings) {
    for id in world.services.ids() {
        of_service(world, plan, id, out);
    }
    for one in &world.zonal.active {
        let twice =
            world.zonal.active.iter().filter(|other| other.source == one.source && other.resource == one.resource);
        out.same("a source has one shift of a resource", format!("{:?}", one.resource), twice.count(), 1);
        let by_hand = |source| matches!(source, ShiftSource::Change(_));
        let others = world.zonal.active.iter().filter(|other| other.resource == one.resource);
        let (hands, runs) = others.fold((0, 0), |(hands, runs), other| {
            (
                hands + u32::from(by_hand(other.source)),
                runs + u32::from(matches!(other.source, ShiftSource::Practice(_))),
            )
        });
        out.holds("one shift by hand at a time", format!("{:?}", one.resource), hands <= 1, hands);
        let alone = runs == 0 || world.zonal.active.iter().filter(|other| other.resource == one.resource).count() == 1;
        out.holds("a practice run has no other shift beside it", format!("{:?}", one.resource), alone, runs);
    }
    // A shift that comes at a time is active from then until it is over, unless another by hand was in its way.
    for (id, change) in plan.changes.pairs() {
        let Some(shift) = change.zonal.as_ref().filter(|shift| shift.on_alarm.is_none()) else { continue };
        for resource in &shift.resources {
            let Resource::Balancer(service) = *resource else { continue };
            if !world.services.holds(service) {
                continue;
            }
            let active =
                world.zonal.active.iter().any(|one| one.source == ShiftSource::Change(id) && one.resource == *resource);
            let due = change.at <= now && now < change.at + shift.lasts;
            let blocked = world.zonal.active.iter().any(|one| {
                one.resource == *resource && matches!(one.source, ShiftSource::Change(other) if other != id)
            });
            out.holds("a shift is active only in its time", &change.name, !active || due, now);
            let by_alarms =
                plan.changes.iter().any(|other| other.zonal.as_ref().is_some_and(|one| one.on_alarm.is_some()));
            out.holds("and in all of it", &change.name, active || !due || blocked || by_alarms, now);
        }
    }
}

fn of_service(world: &World, plan: &Plan, id: ServiceId, out: &mut Findings) {
    let (row, service) = (&world.services[id], &plan.services[id]);
    // Customers first, then events, then practice; of one kind the first.
    let of = |kind: fn(&ShiftSource) -> bool| {
        world.zonal.active.iter().find(|one| one.resource == Resource::Balancer(id) && kind(&one.source))
    };
    let applied = of(|source| matches!(source, ShiftSource::Change(_)))
        .or_else(|| of(|source| matches!(source, ShiftSource::Autoshift(_))))
        .or_else(|| of(|source| matches!(source, ShiftSource::Practice(_))))
        .map(|one| one.zone);
    out.same("the zone that is left", &service.name, row.traffic.away.map(|away| away.zone), applied);
    let Some(balancer) = &service.balancer else { return };
    for zone in world.zones.ids() {
        let here = &row.zones[world.zone_row(zone)];
        let held = applied == Some(zone) && balancer.cross_zone;
        out.same("targets out of rotation", &service.name, here.away, held);
        if applied == Some(zone) && balancer.nodes.contains(&zone) {
            let leaves = !here.in_dns || here.forgotten_at != Time::NEVER;
            out.holds("its node is out of DNS, or on its way", &service.name, leaves, here.forgotten_at);
        }
    }
}
