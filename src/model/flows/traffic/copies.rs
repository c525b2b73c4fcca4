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

use super::slow::Slow;
use super::{addresses, route, versions};
use crate::model::fact::ChangeFact;
use crate::model::flows::{Cx, World};
use crate::model::ids::ServiceId;
use crate::model::plan::{Plan, WHOLE};
use crate::model::quantity::part_of;
use crate::model::tables::asked::Asked;
use crate::model::traffic::{self, Fleet};

/// What green is asked in copies, and answers, from now on.
pub(super) fn copied(world: &mut World, id: ServiceId, plan: &Plan) -> Asked {
    let row = &world.services[id];
    let Some(shift) = row.shift().filter(|shift| shift.copies > 0) else { return Asked::default() };
    let (green, rate) = (shift.green, part_of(row.traffic.rate, shift.copies));
    let mut fleet = std::mem::take(&mut world.fleet);
    fleet.targets.clear();
    let known = row.deployment.revisions.iter().find(|one| one.number == green);
    let counts = |place: usize| known.and_then(|one| one.surplus.get(place).copied()).unwrap_or_default();
    route::gather(world, plan, id, &mut fleet, counts);
    addresses::used(world, id, plan, &mut fleet.nodes);
    let Fleet { targets, nodes, shares, answers, slower } = &mut fleet;
    let ask = route::ask(plan, id, (rate, &[WHOLE]), targets, nodes);
    slower.clear();
    let mut slow = Slow { response: ask.response, answers: slower };
    let routed = traffic::route(&ask, shares, answers, &mut |offer| {
        versions::of_copies(world, plan, (id, green, ask.per_task), &offer, &mut slow)
    });
    world.fleet = fleet;
    // What reaches no node is not copied.
    let offered = rate - routed.unreached;
    Asked { offered, served: routed.served, refused: routed.to_dead + routed.nowhere + routed.too_late }
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
