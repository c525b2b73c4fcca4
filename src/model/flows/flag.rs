//! A feature flag: a growing share of the requests sees a feature that is there already; no task is started for it.
//!
//! ```text
//! begin ─► a share of the requests ─► more ─► all ─► final bake ─► completed
//!             └───────────── alarm ─────────────────────┴─► none, at once: rolled back
//! ```
//! AWS AppConfig (Deployment strategies). It is no part of ECS: it goes on while cells are down, beside deployments
//! and other flags of the service. An alarm counts when it goes to ALARM; one that rings before is not looked at.

use super::{account, bad, deploy};
use crate::engine::Span;
use crate::model::defect::Effect;
use crate::model::fact::{Cause, ChangeFact, ChangeStep, FaultFact, Phase};
use crate::model::ids::{AlarmId, ChangeId, ServiceId, ZoneId};
use crate::model::plan::{Flag, Plan, Unit, WHOLE};
use crate::model::tables::rollout::Feature;
use crate::model::tables::service::Service;
use crate::model::world::{Cx, World};

/// The feature begins to be shown.
pub(crate) fn begin(world: &mut World, service: ServiceId, id: ChangeId, cx: &mut Cx<'_>) {
    let bad = bad::is_bad(id, cx.plan.changes[id].who, cx);
    let feature = Feature { change: id, bad, share: 0, step: 0, open: true, told: 0 };
    world.services[service].features.push(feature);
    if bad {
        cx.note(ChangeFact::Defective { change: id, unit: Unit::Service(service) });
    }
    deploy::tell(id, service, ChangeStep::Began, cx);
    shown(world, service, id, 0, cx);
}

fn feature(world: &mut World, service: ServiceId, id: ChangeId) -> Option<&mut Feature> {
    world.services[service].features.iter_mut().find(|one| one.change == id && one.open)
}

/// So many steps have been taken and waited for.
pub(crate) fn shown(world: &mut World, service: ServiceId, id: ChangeId, number: u32, cx: &mut Cx<'_>) {
    let Some(Flag { shares, step, bake, .. }) = &cx.plan.changes[id].flag else { return };
    let Some(feature) = feature(world, service, id) else { return };
    feature.step = number + 1;
    if let Some(share) = shares.get(number as usize) {
        feature.share = *share;
        cx.after(*step, deploy::Step::Shown(service, id, number + 1));
    } else if number as usize == shares.len() && *bake > Span::ZERO {
        deploy::tell(id, service, ChangeStep::Bakes, cx);
        cx.after(*bake, deploy::Step::Shown(service, id, number + 1));
    } else {
        feature.open = false;
        deploy::tell(id, service, ChangeStep::Completed, cx);
    }
    account::mark(world, service);
}

/// An alarm goes to ALARM: what it watches is not shown any more.
pub(crate) fn alarmed(world: &mut World, alarm: AlarmId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let watches = |id: ChangeId| plan.changes[id].flag.as_ref().is_some_and(|flag| flag.alarms.contains(&alarm));
    for service in world.services.ids() {
        for row in 0..world.services[service].features.len() {
            let feature = &mut world.services[service].features[row];
            let change = feature.change;
            if !feature.open || !watches(change) {
                continue;
            }
            (feature.open, feature.share) = (false, 0);
            cx.note(FaultFact::Noticed { cause: Cause::change(change) });
            for step in [ChangeStep::Failed, ChangeStep::Back, ChangeStep::RolledBack] {
                deploy::tell(change, service, step, cx);
            }
            account::mark(world, service);
        }
    }
}

/// What bad features spoil of the rate that is offered to living targets in a zone, with room for `full`.
pub(crate) fn spoil(
    world: &mut World,
    plan: &Plan,
    (service, zone): (ServiceId, ZoneId),
    offered: u64,
    full: u64,
) -> u64 {
    let mut spoilt = 0;
    for row in 0..world.services[service].features.len() {
        let Feature { change, bad, share, .. } = world.services[service].features[row];
        let planned = &plan.changes[change];
        let here = planned.only_in.is_none_or(|only| only == zone);
        let Some(defect) = planned.defect.as_ref().filter(|_| bad && here && share > 0) else { continue };
        // The requests that see it, and the room that they take of each task.
        let [asked, room] = [offered - spoilt, full.saturating_sub(spoilt)].map(|whole| part(whole, share));
        let answers = defect.answers(asked, room);
        let slow = asked.min(room) - asked.min(answers.room);
        for (phase, rate) in [(Phase::Errors, answers.errors), (Phase::Overload, slow)] {
            if rate > 0 {
                world.services[service].lacks.line(Cause::change(change), phase).rate += rate;
                spoilt += rate;
            }
        }
    }
    spoilt
}

/// Tells what open features get.
pub(crate) fn tell(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    let offered = row.rate;
    for feature in &mut row.features {
        let rate = if feature.open { part(offered, feature.share) } else { 0 };
        if rate != feature.told {
            feature.told = rate;
            cx.note(ChangeFact::Exposed { change: feature.change, service, rate });
        }
    }
}

/// The share of a service's requests that see the feature of a change, in millionths; none before it is shown.
pub(crate) fn share_of(service: &Service, id: ChangeId) -> u64 {
    service.features.iter().find(|one| one.change == id).map_or(0, |one| one.share)
}

/// A part of a rate.
pub(crate) fn part(whole: u64, ppm: u64) -> u64 {
    (u128::from(whole) * u128::from(ppm) / u128::from(WHOLE)) as u64
}
