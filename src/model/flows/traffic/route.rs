//! Where the requests of a service go: its targets are gathered, `traffic::route` says what becomes of the rate, and
//! what is lost is booked under the cause and phase of what is missing; the parts add up to the rate.

use super::slow::Slow;
use super::{addresses, versions};
use crate::model::fact::{Cause, Mechanism, Phase};
use crate::model::flows::World;
use crate::model::flows::scaling::phase as scaling;
use crate::model::ids::{ServiceId, ZoneId};
use crate::model::plan;
use crate::model::plan::response::{Pace, Response, load_of, share_of};
use crate::model::plan::{Plan, WHOLE};
use crate::model::quantity::part_of;
use crate::model::tables::asked::Asked;
use crate::model::tables::rollout::Shift;
use crate::model::tables::service::{InZone, Service};
use crate::model::tables::shortfall::{Shortfall, Split};
use crate::model::tables::zone::USUAL_ANSWER;
use crate::model::traffic::{self, Ask, Fleet, Node, Routed, Share, Targets};

/// Splits the offered rate and books the losses; returns what is served.
#[inline]
pub(super) fn over_targets(world: &mut World, id: ServiceId, plan: &Plan) -> u64 {
    for line in &mut world.services[id].shortfalls.lines {
        line.rate = 0;
    }
    versions::forget_met(&mut world.services[id]);
    world.services[id].traffic.by_zone.fill(Asked::default());
    if let Some(exposed) = unhindered(world, plan, id) {
        let routed = Routed { served: world.services[id].traffic.rate, ..Routed::default() };
        debug_assert_eq!((routed, exposed), the_long_way(world, plan, id), "the short way ends elsewhere");
        return keep(world, id, routed, exposed);
    }
    let mut fleet = std::mem::take(&mut world.fleet);
    let mut exposed = 0;
    // Where a deployment moves traffic, two revisions have target groups of their own.
    let routed = match world.services[id].shift().and_then(Shift::split) {
        None => pour(world, plan, id, (&[None], &[WHOLE]), &mut fleet, &mut exposed),
        Some([(green, weight), (blue, rest)]) => {
            pour(world, plan, id, (&[Some(green), Some(blue)], &[weight, rest]), &mut fleet, &mut exposed)
        }
    };
    book_zones(world, id, &fleet);
    world.fleet = fleet;
    addresses::book(world, id, plan, routed.unreached);
    book_dead(world, id, routed.to_dead);
    let overload = book_withheld(world, id, &plan.services[id], routed.overload);
    book_overload(world, id, &plan.services[id], overload);
    book_late(world, id, &plan.services[id], routed.late);
    keep(world, id, routed, exposed)
}

/// Keeps what became of the rate of a service; returns what is served.
#[inline]
fn keep(world: &mut World, id: ServiceId, routed: Routed, exposed: u64) -> u64 {
    let weight = world.services[id].shift().map(|shift| shift.weight);
    let traffic = &mut world.services[id].traffic;
    traffic.unreached = routed.unreached;
    traffic.spoilt = routed.spoilt;
    traffic.exposed = weight.map_or(exposed, |weight| part_of(traffic.rate - routed.unreached, weight));
    traffic.late = routed.too_late;
    traffic.refused = routed.to_dead + routed.nowhere + routed.too_late;
    routed.served
}

/// Whether all requests of a service are answered, seen at a glance: every target in rotation answers, all together
/// have room for the rate, and neither code nor zone nor node is bad. Gives back what the new revision of a deployment
/// gets; `None` leaves it open. It spares the long way to most services for most of the time.
#[inline]
fn unhindered(world: &World, plan: &Plan, id: ServiceId) -> Option<u64> {
    let (row, service) = (&world.services[id], &plan.services[id]);
    let traffic = service.traffic.as_ref().filter(|traffic| traffic.response.is_none())?;
    let nodes = service.balancer.as_ref().is_some_and(|one| !one.cross_zone || world.nodes_out > 0);
    let code = &row.deployment;
    let bad = !code.features.is_empty() || code.revisions.iter().any(|one| one.bad);
    if nodes || bad || row.shift().is_some() || !row.traffic.by_zone.is_empty() {
        return None;
    }
    let mut targets = 0;
    for zone in &service.zones {
        let here = &row.zones[world.zone_row(*zone)];
        if !here.away && (here.dead > 0 || !world.zones[*zone].grey.is_empty()) {
            return None;
        }
        targets += u64::from(in_rotation(here));
    }
    if targets == 0 || row.traffic.rate > targets.saturating_mul(traffic.per_task) {
        return None;
    }
    let Some((_, new)) = code.deploying else { return Some(0) };
    let mut split = Split::over(row.traffic.rate, targets);
    let places = service.zones.iter().map(|zone| world.zone_row(*zone));
    Some(places.map(|place| versions::of_new(row, new, place, split.part(in_rotation(&row.zones[place]).into()))).sum())
}

/// Targets in rotation in a zone in which all answer.
#[inline]
fn in_rotation(here: &InZone) -> u32 {
    if here.away { 0 } else { here.serving }
}

/// What the long way makes of a rate that all targets answer.
fn the_long_way(world: &mut World, plan: &Plan, id: ServiceId) -> (Routed, u64) {
    let mut fleet = std::mem::take(&mut world.fleet);
    let mut exposed = 0;
    let routed = pour(world, plan, id, (&[None], &[WHOLE]), &mut fleet, &mut exposed);
    world.fleet = fleet;
    (routed, exposed)
}

/// Pours the offered rate over target groups: each of one revision, or one of all. What the new revision of a
/// deployment gets is added to `exposed`.
#[inline]
fn pour(
    world: &mut World,
    plan: &Plan,
    id: ServiceId,
    (groups, weights): (&[Option<u8>], &[u64]),
    fleet: &mut Fleet,
    exposed: &mut u64,
) -> Routed {
    fleet.targets.clear();
    for of in groups {
        gather(world, plan, id, fleet, |place| counts(&world.services[id], place, *of));
    }
    addresses::used(world, id, plan, &mut fleet.nodes);
    let Fleet { targets, nodes, shares, answers, slower } = fleet;
    let ask = ask(plan, id, (world.services[id].traffic.rate, weights), targets, nodes);
    slower.clear();
    let mut slow = Slow { response: ask.response, answers: slower };
    let routed = traffic::route(&ask, shares, answers, &mut |offer| {
        let of = (id, groups[offer.group], ask.per_task);
        versions::spoil(world, plan, of, &offer, &mut slow, exposed)
    });
    if ask.response.is_some() {
        for one in &*slower {
            traffic::answer(answers, one.pace, one.rate);
        }
        world.services[id].traffic.answers.clone_from(answers);
    }
    routed
}

/// Adds the targets of one group, zone by zone; `counts` tells those of a zone by its row: what gets requests and
/// answers, what gets none and would, then the same that cannot answer.
#[inline]
pub(super) fn gather(world: &World, plan: &Plan, id: ServiceId, fleet: &mut Fleet, counts: impl Fn(usize) -> [u32; 4]) {
    for zone in addresses::zones(&plan.services[id]) {
        let place = world.zone_row(*zone);
        let [serving, idle, dead, idle_dead] = counts(place);
        let away = world.services[id].zones[place].away;
        let mut targets = Targets { serving, dead, idle, idle_dead, away, ..Targets::none(*zone) };
        let here = &world.zones[*zone];
        if !here.grey.is_empty() {
            let usual = response(&plan.services[id]).map_or(USUAL_ANSWER, Response::usual);
            (targets.capacity_ppm, targets.good_ppm) = (here.capacity_ppm(usual), here.good_ppm());
            targets.added = here.added();
        }
        fleet.targets.push(targets);
    }
}

/// Targets of a service in a zone: those of one revision, or all.
#[inline]
fn counts(row: &Service, place: usize, of: Option<u8>) -> [u32; 4] {
    let Some(of) = of else {
        let InZone { serving, idle, dead, idle_dead, .. } = row.zones[place];
        return [serving, idle, dead, idle_dead];
    };
    let known = row.deployment.revisions.iter().find(|one| one.number == of);
    known.map_or([0; 4], |one| one.targets[place])
}

/// What is asked of targets that are gathered.
#[inline]
pub(super) fn ask<'a>(
    plan: &'a Plan,
    id: ServiceId,
    (rate, weights): (u64, &'a [u64]),
    targets: &'a [Targets],
    nodes: &'a [Node],
) -> Ask<'a> {
    let service = &plan.services[id];
    let per_task = service.traffic.as_ref().map_or(0, |traffic| traffic.per_task);
    let (cross_zone, retry_ppm) = service.balancer.as_ref().map_or((true, 0), |one| (one.cross_zone, one.retry_ppm));
    Ask { rate, per_task, nodes, cross_zone, retry_ppm, weights, targets, response: response(service) }
}

/// How long tasks of a service take to answer, where that is told.
#[inline]
fn response(service: &plan::Service) -> Option<&Response> {
    service.traffic.as_ref()?.response.as_deref()
}

/// Books what grey zones spoil, and what each zone was asked where alarms watch zones.
#[inline]
fn book_zones(world: &mut World, id: ServiceId, fleet: &Fleet) {
    if world.services[id].traffic.by_zone.is_empty() && fleet.targets.iter().all(Targets::well) {
        return;
    }
    for (targets, share) in fleet.targets.iter().zip(&fleet.shares) {
        if share.errors + share.slowed + share.late_by_zone > 0 {
            book_grey(world, id, targets.zone, share);
        }
        let place = world.zone_row(targets.zone);
        if let Some(asked) = world.services[id].traffic.by_zone.get_mut(place) {
            asked.offered += share.asked;
            asked.refused += share.dead + share.refused + share.too_late();
            asked.served += share.served;
        }
    }
}

/// What a zone answers badly is lost to its grey failures, not to a lack of tasks.
fn book_grey(world: &mut World, id: ServiceId, zone: ZoneId, share: &Share) {
    let grey = &world.zones[zone].grey;
    let mut by_errors = Split::over(share.errors, grey.iter().map(|grey| u64::from(grey.errors_ppm)).sum());
    let added = grey.iter().map(|grey| grey.added.0).sum();
    let (mut by_latency, mut by_lateness) = (Split::over(share.slowed, added), Split::over(share.late_by_zone, added));
    for grey in grey {
        let shortfalls = &mut world.services[id].shortfalls;
        let lost = by_errors.part(u64::from(grey.errors_ppm)) + by_latency.part(grey.added.0);
        shortfalls.line(grey.cause, Phase::Errors).rate += lost;
        let late = by_lateness.part(grey.added.0);
        if late > 0 {
            shortfalls.line(grey.cause, Phase::Timeout).rate += late;
        }
    }
}

/// Requests to dead targets are lost to whatever killed these.
fn book_dead(world: &mut World, id: ServiceId, rate: u64) {
    if rate == 0 {
        return;
    }
    let shortfalls = &mut world.services[id].shortfalls;
    if !shortfalls.share(rate, |line| u64::from(line.dead_targets), |line, part| line.rate += part) {
        book_missing(world, id, rate, Phase::Detection);
    }
}

/// What is above capacity is lost to demand as far as the full number of tasks could not have answered it either, and
/// to the missing tasks as far as it could. Of demand, what guests of an emptied cell ask for is lost to that.
fn book_overload(world: &mut World, id: ServiceId, service: &plan::Service, rate: u64) {
    if rate == 0 {
        return;
    }
    let row = &mut world.services[id];
    let per_task = service.traffic.as_ref().map_or(0, |traffic| traffic.per_task);
    let full = u128::from(row.desired()) * u128::from(per_task);
    let demand = u64::try_from(u128::from(row.traffic.rate).saturating_sub(full)).unwrap_or(u64::MAX).min(rate);
    let guests = demand.min(row.traffic.guests);
    if guests > 0 {
        row.shortfalls.line(Cause::mechanism(Mechanism::Evacuation), Phase::Overload).rate += guests;
    }
    if demand > guests {
        scaling::book(world, id, demand - guests, per_task);
    }
    book_missing(world, id, rate - demand, Phase::Overload);
}

/// What the targets in a zone that is shifted away could have answered, of what is above the capacity of the others, is
/// lost to the shift. Gives back the rest.
#[inline]
fn book_withheld(world: &mut World, id: ServiceId, service: &plan::Service, rate: u64) -> u64 {
    if world.services[id].traffic.away.is_none() || rate == 0 {
        return rate;
    }
    let Some((cause, serving)) = withheld(world, id) else { return rate };
    let per_task = service.traffic.as_ref().map_or(0, |traffic| traffic.per_task);
    let lost = rate.min(serving.saturating_mul(per_task));
    if lost > 0 {
        world.services[id].shortfalls.line(cause, Phase::ZonalShift).rate += lost;
    }
    rate - lost
}

/// A shift that keeps requests from targets which would answer, and how many these are.
fn withheld(world: &World, id: ServiceId) -> Option<(Cause, u64)> {
    let row = &world.services[id];
    let away = row.traffic.away?;
    let place = world.zone_row(away.zone);
    let InZone { serving, in_dns, away: held, .. } = row.zones[place];
    let others = row.zones.iter().enumerate().any(|(other, zone)| other != place && zone.serving + zone.dead > 0);
    // It holds nothing back while nothing is in service elsewhere, or, with cross-zone off, clients still call its node.
    (others && (held || !in_dns)).then_some((away.cause, u64::from(serving)))
}

/// What is answered too late is lost to demand as far as it would be late with the full number of tasks. What is more is
/// lost to the missing tasks and to a shift, by how many targets are missing for each; without any, to demand. Where
/// the missing tasks are on their way back does not matter: it is lost as it comes too late.
fn book_late(world: &mut World, id: ServiceId, service: &plan::Service, rate: u64) {
    let Some(response) = response(service).filter(|_| rate > 0) else { return };
    let shift = withheld(world, id);
    let row = &mut world.services[id];
    let per_task = service.traffic.as_ref().map_or(0, |traffic| traffic.per_task);
    let load = load_of(row.traffic.rate, u128::from(row.desired()) * u128::from(per_task));
    let demand = share_of(row.traffic.rate, response.late(Pace::at(load))).min(rate);
    let (lines, held) = (row.shortfalls.lines.len(), shift.map_or(0, |(_, serving)| serving));
    let missing = held + row.shortfalls.lines.iter().map(unserved).sum::<u64>();
    let mut late = |cause, rate| {
        if rate > 0 {
            row.shortfalls.line(cause, Phase::Timeout).rate += rate;
        }
    };
    late(Cause::mechanism(Mechanism::Demand), if missing == 0 { rate } else { demand });
    let mut split = Split::over(if missing == 0 { 0 } else { rate - demand }, missing);
    if let Some((cause, serving)) = shift {
        late(cause, split.part(serving));
    }
    for place in 0..lines {
        let line = row.shortfalls.lines[place];
        let part = split.part(unserved(&line));
        if part > 0 {
            row.shortfalls.line(line.cause, Phase::Timeout).rate += part;
        }
    }
}

/// Tasks of a line that are missing and get no requests.
fn unserved(line: &Shortfall) -> u64 {
    u64::from((line.tasks + line.pending).saturating_sub(line.dead_targets))
}

/// Books a loss on the tasks that are missing and get no requests; without any, on demand.
fn book_missing(world: &mut World, id: ServiceId, rate: u64, phase: Phase) {
    if rate == 0 {
        return;
    }
    let shortfalls = &mut world.services[id].shortfalls;
    if !shortfalls.share(rate, unserved, |line, part| line.rate += part) {
        shortfalls.line(Cause::mechanism(Mechanism::Demand), phase).rate += rate;
    }
}
