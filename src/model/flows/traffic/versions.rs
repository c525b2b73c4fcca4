//! Requests and revisions: how much each gets, and what bad ones spoil.

use super::slow::{Slow, Spoils, book};
use super::{dispatch, features};
use crate::model::defect::{Effect, Live, WEAR};
use crate::model::fact::ChangeFact;
use crate::model::flows::change::say;
use crate::model::flows::rows::bad;
use crate::model::flows::{Cx, World};
use crate::model::ids::{ChangeId, ServiceId, Unit};
use crate::model::plan::{Plan, WHOLE};
use crate::model::quantity::part_of;
use crate::model::tables::rollout::Revision;
use crate::model::tables::service::Service;
use crate::model::tables::shortfall::Split;
use crate::model::traffic::{Offer, Spoilt, Targets};

/// Targets by how worn they are.
type ByWear = [u32; WEAR as usize];

/// Books what bad revisions of a service spoil of an offer: answers that are errors, and what a slower task cannot
/// answer, or answers too late. `of`: of one revision, which has targets of its own. `exposed` grows by what the new
/// revision of a deployment gets.
#[inline]
pub(super) fn spoil(
    world: &mut World,
    plan: &Plan,
    (id, of, per_task): (ServiceId, Option<u8>, u64),
    offer: &Offer<'_>,
    slow: &mut Slow<'_>,
    exposed: &mut u64,
) -> Spoilt {
    let deployment = &world.services[id].deployment;
    let mut spoilt = if deployment.revisions.is_empty() {
        Spoilt::default()
    } else {
        by_revision(world, plan, (id, of, per_task), offer, slow, exposed)
    };
    if !world.services[id].deployment.features.is_empty() {
        let full = u64::from(offer.targets).saturating_mul(per_task);
        let rest = spoilt.failed + spoilt.late;
        features::spoil(world, plan, id, (offer, rest, full.saturating_sub(rest)), slow, &mut spoilt);
    }
    spoilt
}

/// What bad revisions spoil.
fn by_revision(
    world: &mut World,
    plan: &Plan,
    (id, of, per_task): (ServiceId, Option<u8>, u64),
    offer: &Offer<'_>,
    slow: &mut Slow<'_>,
    exposed: &mut u64,
) -> Spoilt {
    let (zone, open) = (offer.at.zone, offer.open);
    let place = world.zone_row(zone);
    let row = &world.services[id];
    let mut spoilt = Spoilt::default();
    let new = row.deployment.deploying.map(|(_, revision)| revision);
    if new.is_none() && row.deployment.revisions.iter().all(|one| !one.bad) {
        return spoilt;
    }
    let targets = |one: &Revision| {
        let meant = of.is_none_or(|of| of == one.number);
        if meant { living(one.targets[place], open) } else { 0 }
    };
    let all: u32 = row.deployment.revisions.iter().map(targets).sum();
    let mut split = Split::over(offer.rate, u64::from(all));
    for row in 0..world.services[id].deployment.revisions.len() {
        let one = &world.services[id].deployment.revisions[row];
        let count = targets(one);
        let part = split.part(u64::from(count));
        if Some(one.number) == new {
            *exposed += part;
        }
        let Some((defect, cause)) = bad::of_known(one, plan, id, zone) else { continue };
        let seen = cause.as_change().map_or(WHOLE, |change| meets(world, plan, id, change));
        if count == 0 {
            continue;
        }
        world.services[id].deployment.revisions[row].met_bad += part;
        let one = &world.services[id].deployment.revisions[row];
        let worn = one.worn.get(place).map_or(young(count), |[serving, idle, ..]| worn(serving, idle, open));
        let found = spoils(defect, (part, worn), (per_task, seen), offer.at, slow);
        book(world, id, cause, found, &mut spoilt);
    }
    spoilt
}

/// What the new revision gets of a rate that goes over all targets in rotation in a zone.
#[inline]
pub(super) fn of_new(row: &Service, new: u8, place: usize, rate: u64) -> u64 {
    let revisions = &row.deployment.revisions;
    let serving = |one: &Revision| u64::from(one.targets[place][0]);
    let mut split = Split::over(rate, revisions.iter().map(serving).sum());
    for one in revisions {
        let part = split.part(serving(one));
        if one.number == new {
            return part;
        }
    }
    0
}

/// Targets that answer, of those that get requests and those that get none unless the group has failed open.
fn living([serving, idle, ..]: [u32; 4], open: bool) -> u32 {
    if open { serving + idle } else { serving }
}

/// The same by wear.
fn worn(serving: &ByWear, idle: &ByWear, open: bool) -> ByWear {
    if open { std::array::from_fn(|wear| serving[wear] + idle[wear]) } else { *serving }
}

/// Targets that are not worn at all.
fn young(count: u32) -> ByWear {
    [count, 0, 0, 0, 0, 0, 0, 0]
}

/// What a defect spoils of a rate that is offered to so many targets of each wear: answers that are errors, and what is
/// too slow.
fn spoils(
    defect: &Live,
    (rate, targets): (u64, ByWear),
    (per_task, seen): (u64, u64),
    at: &Targets,
    slow: &mut Slow<'_>,
) -> Spoils {
    // Targets share requests alike, whatever their age.
    let mut by_wear = Split::over(rate, targets.iter().map(|count| u64::from(*count)).sum());
    let mut found = Spoils::default();
    for (wear, count) in (0..WEAR).zip(targets) {
        let (part, full) = (by_wear.part(u64::from(count)), u64::from(count).saturating_mul(per_task));
        // The requests that meet the defect, and the room that they take of each task.
        let [part, full] = [part, full].map(|whole| part_of(whole, seen));
        found.add(slow.spoils(part, full, defect.answers(part, defect.left(full, wear)), at));
    }
    found
}

/// What a revision spoils of the copies that are offered to its living targets in a zone.
pub(super) fn of_copies(
    world: &World,
    plan: &Plan,
    (id, number, per_task): (ServiceId, u8, u64),
    offer: &Offer<'_>,
    slow: &mut Slow<'_>,
) -> Spoilt {
    let zone = offer.at.zone;
    let known = world.services[id].deployment.revisions.iter().find(|one| one.number == number);
    let found = known.and_then(|one| Some((one, bad::of_known(one, plan, id, zone)?)));
    let Some((one, (defect, cause))) = found else { return Spoilt::default() };
    let seen = cause.as_change().map_or(WHOLE, |change| meets(world, plan, id, change));
    let place = world.zone_row(zone);
    let count = one.surplus.get(place).map_or(0, |surplus| living(*surplus, offer.open));
    let worn = one.worn.get(place).map_or(young(count), |[.., serving, idle]| worn(serving, idle, offer.open));
    let Spoils { errors, refused, late, slower } = spoils(defect, (offer.rate, worn), (per_task, seen), offer.at, slow);
    Spoilt { failed: errors + refused, late, slower }
}

/// The share of the requests that a service gets which meet the defect of a change, in millionths.
fn meets(world: &World, plan: &Plan, id: ServiceId, change: ChangeId) -> u64 {
    let change = &plan.changes[change];
    let shown = change.only_with.map_or(WHOLE, |flag| features::share_of(&world.services[id], flag));
    let hit = change.hits.as_ref().map_or(WHOLE, |hits| dispatch::share_of(world, plan, id, hits));
    part_of(shown, hit)
}

/// What reaches bad revisions and features is worked out anew.
pub(super) fn forget_met(row: &mut Service) {
    row.deployment.revisions.iter_mut().for_each(|one| one.met_bad = 0);
    row.deployment.features.iter_mut().for_each(|one| one.met_bad = 0);
}

/// Tells what reaches bad revisions and features, change by change.
fn tell_bad(row: &mut Service, service: ServiceId, cx: &mut Cx<'_>) {
    let bad = |row: &Service, change: ChangeId| -> u64 {
        let revisions = row.deployment.revisions.iter().filter(|one| one.change == Some(change));
        let features = row.deployment.features.iter().filter(|one| one.change == change);
        revisions.map(|one| one.met_bad).sum::<u64>() + features.map(|one| one.met_bad).sum::<u64>()
    };
    let mut told = std::mem::take(&mut row.last_reported.to_bad);
    let revisions = row.deployment.revisions.iter().filter(|one| one.met_bad > 0).filter_map(|one| one.change);
    let features = row.deployment.features.iter().filter(|one| one.met_bad > 0).map(|one| one.change);
    for change in revisions.chain(features) {
        if told.iter().all(|(of, _)| *of != change) {
            told.push((change, 0));
        }
    }
    for (change, before) in &mut told {
        let rate = bad(row, *change);
        if std::mem::replace(before, rate) != rate {
            cx.note(ChangeFact::ExposedToBad { change: *change, unit: Unit::Service(service), rate });
        }
    }
    told.retain(|(_, rate)| *rate > 0);
    row.last_reported.to_bad = told;
}

/// Tells what the new revision of a deployment gets, and what bad ones do.
#[inline]
pub(crate) fn tell(world: &mut World, id: ServiceId, cx: &mut Cx<'_>) {
    features::tell(world, id, cx);
    tell_bad(&mut world.services[id], id, cx);
    let row = &mut world.services[id];
    let now = row.deployment.deploying.map(|(change, _)| (change, row.traffic.exposed));
    if row.last_reported.exposed == now {
        return;
    }
    let before = std::mem::replace(&mut row.last_reported.exposed, now);
    if let Some((change, rate)) = before {
        say::sees(world, change, rate, 0, cx);
        if now.is_none_or(|(next, _)| next != change) {
            cx.note(ChangeFact::Exposed { change, service: id, rate: 0 });
        }
    }
    if let Some((change, rate)) = now {
        say::sees(world, change, 0, rate, cx);
        cx.note(ChangeFact::Exposed { change, service: id, rate });
    }
}
