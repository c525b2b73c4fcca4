//! Dark traffic: copies of requests go to green before any traffic moves to it, and nobody sees its answers.
//!
//! ```text
//! POST_TEST_TRAFFIC_SHIFT, its hooks ─► copies ─► PRE_PRODUCTION_TRAFFIC_SHIFT
//!                                         └ failed, superseded ─► none, at once
//! ```
//! Copies are poured over green's own targets as its requests will be. What fails of them is seen by alarms on the new
//! revision (`flows/change/alarms.rs`) and by nobody else: no request is lost, no customer exposed. ECS copies nothing
//! itself; something in front of the service does, while a hook holds the deployment up. Left out: what a copy writes a
//! second time, what it costs others, and what bad features spoil of it.

use super::{addresses, versions};
use crate::model::fact::ChangeFact;
use crate::model::flows::{Cx, World};
use crate::model::ids::{ServiceId, ZoneId};
use crate::model::plan::Plan;
use crate::model::quantity::part_of;
use crate::model::tables::asked::Asked;
use crate::model::tables::shortfall::Split;

/// What green is asked in copies, and answers, from now on.
pub(super) fn copied(world: &mut World, service: ServiceId, plan: &Plan) -> Asked {
    let row = &world.services[service];
    let Some(shift) = row.shift().filter(|shift| shift.copies > 0) else { return Asked::default() };
    let (green, rate) = (shift.green, part_of(row.traffic.rate, shift.copies));
    let mut asked = Asked::default();
    // What reaches no node is not copied.
    addresses::over(world, service, plan, rate, &mut |world, rate, zones| {
        pour(world, plan, (service, green), rate, zones, &mut asked);
    });
    asked
}

/// Tells what copies the new revision of a deployment gets.
#[inline]
pub(super) fn tell(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    let now =
        row.deployment.deploying.map(|(change, _)| (change, row.traffic.copied.offered)).filter(|(_, rate)| *rate > 0);
    if row.last_reported.copied == now {
        return;
    }
    let before = std::mem::replace(&mut row.last_reported.copied, now);
    let next = now.map(|(change, _)| change);
    if let Some((change, _)) = before.filter(|(change, _)| next != Some(*change)) {
        cx.note(ChangeFact::Copied { change, service, rate: 0 });
    }
    if let Some((change, rate)) = now {
        cx.note(ChangeFact::Copied { change, service, rate });
    }
}

/// Pours copies over green's targets in some zones.
fn pour(world: &World, plan: &Plan, of: (ServiceId, u8), rate: u64, zones: &[ZoneId], asked: &mut Asked) {
    let (service, green) = of;
    asked.offered += rate;
    let known = world.services[service].deployment.revisions.iter().find(|one| one.number == green);
    let at = |zone: &ZoneId| known.and_then(|one| one.surplus.get(world.zone_row(*zone)).copied()).unwrap_or_default();
    // As for requests: without a target in service all that are registered get some.
    let open = zones.iter().all(|zone| at(zone)[0] + at(zone)[2] == 0);
    let pick = |zone: &ZoneId| {
        let [serving, idle, dead, idle_dead] = at(zone).map(u64::from);
        if open { (idle, idle_dead) } else { (serving, dead) }
    };
    let targets: u64 = zones.iter().map(|zone| pick(zone).0 + pick(zone).1).sum();
    let mut split = Split::over(rate, targets);
    if targets == 0 {
        asked.refused += rate;
    }
    let per_task = plan.services[service].traffic.as_ref().map_or(0, |traffic| traffic.per_task);
    for zone in zones {
        let (good, bad) = pick(zone);
        let (offered, dead) = (split.part(good), split.part(bad));
        asked.refused += dead;
        let spoilt = versions::of_copies(world, plan, (service, *zone, green), (offered, open, per_task));
        let room = good.saturating_mul(per_task).saturating_sub(spoilt);
        let grey = &world.zones[*zone];
        let answered = (offered - spoilt).min(part_of(room, grey.capacity_ppm()));
        asked.served += part_of(answered, grey.good_ppm());
    }
}
