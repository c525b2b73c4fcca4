//! What feature flags show of a service, and what bad ones spoil.

use crate::model::defect::Effect;
use crate::model::fact::{Cause, ChangeFact, Phase};
use crate::model::flows::{Cx, World};
use crate::model::ids::{ChangeId, ServiceId, ZoneId};
use crate::model::plan::Plan;
use crate::model::quantity::part_of;
use crate::model::tables::rollout::Feature;
use crate::model::tables::service::Service;

/// What bad features spoil of the rate that is offered to living targets in a zone, with room for `full`.
pub(crate) fn spoil(world: &mut World, plan: &Plan, (id, zone): (ServiceId, ZoneId), offered: u64, full: u64) -> u64 {
    let mut spoilt = 0;
    for row in 0..world.services[id].deployment.features.len() {
        let Feature { change, bad, share, .. } = world.services[id].deployment.features[row];
        let planned = &plan.changes[change];
        let here = planned.only_in.is_none_or(|only| only == zone);
        let Some(defect) = planned.defect.as_ref().filter(|_| bad && here && share > 0) else { continue };
        // The requests that see it, and the room that they take of each task.
        let [asked, room] = [offered - spoilt, full.saturating_sub(spoilt)].map(|whole| part_of(whole, share));
        let answers = defect.answers(asked, room);
        world.services[id].deployment.features[row].met_bad += asked;
        let slow = asked.min(room) - asked.min(answers.room);
        for (phase, rate) in [(Phase::Errors, answers.errors), (Phase::Overload, slow)] {
            if rate > 0 {
                world.services[id].shortfalls.line(Cause::change(change), phase).rate += rate;
                spoilt += rate;
            }
        }
    }
    spoilt
}

/// Tells what open features get.
pub(crate) fn tell(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    let offered = row.traffic.rate;
    for feature in &mut row.deployment.features {
        let rate = if feature.open { part_of(offered, feature.share) } else { 0 };
        if rate != feature.last_reported {
            feature.last_reported = rate;
            cx.note(ChangeFact::Exposed { change: feature.change, service, rate });
        }
    }
}

/// The share of a service's requests that see the feature of a change, in millionths; none before it is shown.
pub(crate) fn share_of(service: &Service, id: ChangeId) -> u64 {
    service.deployment.features.iter().find(|one| one.change == id).map_or(0, |one| one.share)
}
