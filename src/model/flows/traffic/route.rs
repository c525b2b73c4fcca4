//! Where the requests of a service go: over zones, revisions and targets, and what becomes of them there.
//!
//! ```text
//! rate ─► zones (addresses) ─► revisions by weight ─► targets, each alike ─► served | to dead | overload | spoilt
//! ```
//! What reaches a dead target fails, what exceeds a living one's capacity fails, what a grey zone spoils fails. What is
//! lost is booked under the cause and phase of what is missing; the parts add up to the rate.

use super::{addresses, versions};
use crate::model::fact::{Cause, Mechanism, Phase};
use crate::model::flows::World;
use crate::model::ids::{ServiceId, ZoneId};
use crate::model::plan;
use crate::model::plan::{Plan, WHOLE};
use crate::model::quantity::part_of;
use crate::model::tables::Zone;
use crate::model::tables::asked::Asked;
use crate::model::tables::rollout::Shift;
use crate::model::tables::service::InZone;
use crate::model::tables::shortfall::{Shortfall, Split};

/// Where the offered requests went, in billionths a second.
#[derive(Default)]
struct Routed {
    /// Answered in time.
    served: u64,
    /// Sent to targets that cannot answer.
    to_dead: u64,
    /// Above what living targets can answer.
    overload: u64,
    /// Sent to the new revision of a deployment under way.
    exposed: u64,
    /// Offered where no target is registered.
    nowhere: u64,
}

/// Splits the offered rate and books the losses; returns what is served.
#[inline]
pub(super) fn over_targets(world: &mut World, id: ServiceId, plan: &Plan) -> u64 {
    for line in &mut world.services[id].shortfalls.lines {
        line.rate = 0;
    }
    versions::forget_met(&mut world.services[id]);
    let offered = world.services[id].traffic.rate;
    world.services[id].traffic.by_zone.fill(Asked::default());
    let mut routed = Routed::default();
    let pour_in = &mut |world: &mut World, rate, zones: &[ZoneId]| pour(world, id, plan, rate, zones, &mut routed);
    let unreached = addresses::over(world, id, plan, offered, pour_in);
    addresses::book(world, id, plan, unreached);
    world.services[id].traffic.unreached = unreached;
    book_dead(world, id, routed.to_dead);
    let overload = book_withheld(world, id, &plan.services[id], routed.overload);
    book_overload(world, id, &plan.services[id], overload);
    let weight = world.services[id].shift().map(|shift| shift.weight);
    world.services[id].traffic.exposed = weight.map_or(routed.exposed, |weight| part_of(offered - unreached, weight));
    world.services[id].traffic.refused = routed.to_dead + routed.nowhere;
    routed.served
}

/// Pours a rate over the targets of some zones, by weight where two revisions have their own target groups.
fn pour(world: &mut World, id: ServiceId, plan: &Plan, rate: u64, zones: &[ZoneId], routed: &mut Routed) {
    let Some(split) = world.services[id].shift().and_then(Shift::split) else {
        return pour_over(world, id, plan, (rate, None), zones, routed);
    };
    let mut parts = Split::over(rate, WHOLE);
    for (revision, weight) in split {
        pour_over(world, id, plan, (parts.part(weight), Some(revision)), zones, routed);
    }
}

/// Pours a rate over the targets of some zones: those of one revision, or all.
fn pour_over(
    world: &mut World,
    id: ServiceId,
    plan: &Plan,
    (rate, of): (u64, Option<u8>),
    zones: &[ZoneId],
    routed: &mut Routed,
) {
    let service = &plan.services[id];
    let mut there = Targets::default();
    for zone in zones {
        there.add(Targets::of(world, id, *zone, of));
    }
    // Targets in a zone that is shifted away take no part, unless none is in service elsewhere ([arc-zonal-shift]).
    let mut away = withheld_zone(world, id, service).filter(|zone| zones.contains(zone));
    if let Some(zone) = away {
        let (own, all) = (Targets::of(world, id, zone, of), there);
        there.take_out(own);
        if there.serving + there.dead == 0 {
            (away, there) = (None, all);
        }
    }
    // With no target in service the balancer fails open: it sends to all that are registered ([elb-health-checks]).
    let open = there.serving + there.dead == 0;
    let (good, bad) = there.asked(open);
    let targets = good + bad;
    if targets == 0 {
        routed.overload += rate;
        routed.nowhere += rate;
        return refuse_by_zone(world, id, rate, zones);
    }
    let mut split = Split::over(rate, u64::from(targets));
    let per_task = service.traffic.as_ref().map_or(0, |traffic| traffic.per_task);
    for zone in zones.iter().filter(|zone| Some(**zone) != away) {
        let before = routed.served;
        let (good, bad) = Targets::of(world, id, *zone, of).asked(open);
        let (offered, dead) = (split.part(u64::from(good)), split.part(u64::from(bad)));
        routed.to_dead += dead;
        let full = u128::from(good) * u128::from(per_task);
        // Requests that a bad revision fails are not retried on good tasks, and they use capacity all the same.
        let spoilt =
            versions::spoil(world, plan, (id, *zone, of), (offered, open, per_task), good, &mut routed.exposed);
        let all = offered + dead;
        let answers = answers(offered - spoilt, full - u128::from(spoilt), &world.zones[*zone]);
        if answers.errors + answers.slowed > 0 {
            book_grey(world, id, *zone, answers);
        }
        routed.overload += answers.overload;
        routed.served += answers.served;
        let place = world.zone_row(*zone);
        if let Some(asked) = world.services[id].traffic.by_zone.get_mut(place) {
            asked.offered += all;
            asked.refused += dead;
            asked.served += routed.served - before;
        }
    }
}

/// Without any target, the nodes of the load balancer refuse what they get: each zone's the same (model choice).
fn refuse_by_zone(world: &mut World, id: ServiceId, rate: u64, zones: &[ZoneId]) {
    let mut split = Split::over(rate, zones.len() as u64);
    for zone in zones {
        let place = world.zone_row(*zone);
        if let Some(asked) = world.services[id].traffic.by_zone.get_mut(place) {
            let part = split.part(1);
            asked.offered += part;
            asked.refused += part;
        }
    }
}

/// Targets of a load balancer, counted as in [`InZone`].
#[derive(Clone, Copy, Default)]
struct Targets {
    serving: u32,
    idle: u32,
    dead: u32,
    idle_dead: u32,
}

impl Targets {
    /// Those in a zone: of one revision, or all.
    #[inline]
    fn of(world: &World, id: ServiceId, zone: ZoneId, of: Option<u8>) -> Targets {
        let (row, place) = (&world.services[id], world.zone_row(zone));
        let Some(of) = of else {
            let InZone { serving, idle, dead, idle_dead, .. } = row.zones[place];
            return Targets { serving, idle, dead, idle_dead };
        };
        let known = row.deployment.revisions.iter().find(|one| one.number == of);
        let [serving, idle, dead, idle_dead] = known.map_or([0; 4], |one| one.targets[place]);
        Targets { serving, idle, dead, idle_dead }
    }

    #[inline]
    fn add(&mut self, other: Targets) {
        self.serving += other.serving;
        self.idle += other.idle;
        self.dead += other.dead;
        self.idle_dead += other.idle_dead;
    }

    fn take_out(&mut self, other: Targets) {
        self.serving -= other.serving;
        self.idle -= other.idle;
        self.dead -= other.dead;
        self.idle_dead -= other.idle_dead;
    }

    /// Those that get requests: how many answer, and how many do not.
    #[inline]
    fn asked(self, open: bool) -> (u32, u32) {
        if open { (self.idle, self.idle_dead) } else { (self.serving, self.dead) }
    }
}

/// What becomes of a rate that is offered to the living targets of a zone. The parts add up to the rate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Answers {
    served: u64,
    /// Above what the targets can answer.
    overload: u64,
    /// Answered with errors, as the zone answers badly.
    errors: u64,
    /// What the zone would have answered if it were not slow.
    slowed: u64,
}

/// What living targets, with room for `full`, make of a rate in a zone that may answer badly.
#[inline]
fn answers(offered: u64, full: u128, zone: &Zone) -> Answers {
    let room = offered.min(u64::try_from(full).unwrap_or(u64::MAX));
    if zone.grey.is_empty() {
        return Answers { served: room, overload: offered - room, ..Answers::default() };
    }
    let of = |part: u64, whole: u128| u64::try_from(whole * u128::from(part) / u128::from(WHOLE)).unwrap_or(u64::MAX);
    let answered = offered.min(of(zone.capacity_ppm(), full));
    let errors = of(WHOLE - zone.good_ppm(), u128::from(answered));
    Answers { served: answered - errors, overload: offered - room, errors, slowed: room - answered }
}

/// What a zone answers badly is lost to its grey failures, not to a lack of tasks.
fn book_grey(world: &mut World, id: ServiceId, zone: ZoneId, answers: Answers) {
    let grey = &world.zones[zone].grey;
    let mut by_errors = Split::over(answers.errors, grey.iter().map(|grey| u64::from(grey.errors_ppm)).sum());
    let mut by_latency = Split::over(answers.slowed, grey.iter().map(|grey| grey.added.0).sum());
    for grey in grey {
        let lost = by_errors.part(u64::from(grey.errors_ppm)) + by_latency.part(grey.added.0);
        world.services[id].shortfalls.line(grey.cause, Phase::Errors).rate += lost;
    }
}

/// Requests to dead targets are lost to whatever killed these.
fn book_dead(world: &mut World, id: ServiceId, rate: u64) {
    let shortfalls = &mut world.services[id].shortfalls;
    if !shortfalls.share(rate, |line| u64::from(line.dead_targets), |line, part| line.rate += part) {
        book_missing(world, id, rate, Phase::Detection);
    }
}

/// What is above capacity is lost to demand as far as the full number of tasks could not have answered it either, and
/// to the missing tasks as far as it could.
fn book_overload(world: &mut World, id: ServiceId, service: &plan::Service, rate: u64) {
    if rate == 0 {
        return;
    }
    let row = &mut world.services[id];
    let per_task = service.traffic.as_ref().map_or(0, |traffic| traffic.per_task);
    let full = u128::from(row.desired()) * u128::from(per_task);
    let demand = u64::try_from(u128::from(row.traffic.rate).saturating_sub(full)).unwrap_or(u64::MAX).min(rate);
    if demand > 0 {
        row.shortfalls.line(Cause::mechanism(Mechanism::Demand), Phase::Overload).rate += demand;
    }
    book_missing(world, id, rate - demand, Phase::Overload);
}

/// The zone whose targets get no requests from any node, as a zonal shift has taken them out. With cross-zone off its
/// own node alone sends to them, which clients leave.
#[inline]
fn withheld_zone(world: &World, id: ServiceId, service: &plan::Service) -> Option<ZoneId> {
    let away = world.services[id].traffic.away?;
    service.balancer.as_ref().is_some_and(|balancer| balancer.cross_zone).then_some(away.zone)
}

/// What the targets in a zone that is shifted away could have answered, of what is above the capacity of the others, is
/// lost to the shift. Gives back the rest.
fn book_withheld(world: &mut World, id: ServiceId, service: &plan::Service, rate: u64) -> u64 {
    let Some(away) = world.services[id].traffic.away.filter(|_| rate > 0) else { return rate };
    let place = world.zone_row(away.zone);
    let row = &mut world.services[id];
    let InZone { serving, in_dns, .. } = row.zones[place];
    let crosses = service.balancer.as_ref().is_some_and(|balancer| balancer.cross_zone);
    let others = row.zones.iter().enumerate().any(|(other, zone)| other != place && zone.serving + zone.dead > 0);
    // It has no effect while nothing is in service elsewhere, or while clients still call its node.
    if !others || (!crosses && in_dns) {
        return rate;
    }
    let per_task = service.traffic.as_ref().map_or(0, |traffic| traffic.per_task);
    let lost = rate.min(u64::from(serving).saturating_mul(per_task));
    if lost > 0 {
        row.shortfalls.line(away.cause, Phase::ZonalShift).rate += lost;
    }
    rate - lost
}

/// Books a loss on the tasks that are missing and get no requests; without any, on demand.
fn book_missing(world: &mut World, id: ServiceId, rate: u64, phase: Phase) {
    if rate == 0 {
        return;
    }
    let shortfalls = &mut world.services[id].shortfalls;
    let unserved = |line: &Shortfall| u64::from((line.tasks + line.pending).saturating_sub(line.dead_targets));
    if !shortfalls.share(rate, unserved, |line, part| line.rate += part) {
        shortfalls.line(Cause::mechanism(Mechanism::Demand), phase).rate += rate;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Span;
    use crate::model::tables::zone::Grey;

    fn zone(grey: &[(u32, u64)]) -> Zone {
        let cause = Cause::mechanism(Mechanism::Demand);
        let of = |&(errors_ppm, millis): &(u32, u64)| Grey { cause, errors_ppm, added: Span::from_millis(millis) };
        Zone { grey: grey.iter().map(of).collect(), ..Zone::default() }
    }

    #[test]
    fn what_targets_make_of_a_rate() {
        let parts = |served, overload, errors, slowed| Answers { served, overload, errors, slowed };
        // A fifth of the answers are errors; 100 ms more than the usual 100 ms halve what a target can answer.
        for (grey, offered, full, expected) in [
            (&[][..], 700, 1_000, parts(700, 0, 0, 0)),
            (&[], 1_300, 1_000, parts(1_000, 300, 0, 0)),
            (&[], 1_300, 0, parts(0, 1_300, 0, 0)),
            (&[(200_000, 0)], 700, 1_000, parts(560, 0, 140, 0)),
            (&[(0, 100)], 700, 1_000, parts(500, 0, 0, 200)),
            (&[(0, 100)], 1_300, 1_000, parts(500, 300, 0, 500)),
            (&[(200_000, 100)], 1_300, 1_000, parts(400, 300, 100, 500)),
        ] {
            let found = answers(offered, full, &zone(grey));
            assert_eq!(found, expected, "{grey:?}, {offered} of {full}");
            assert_eq!(found.served + found.overload + found.errors + found.slowed, offered);
        }
    }
}
