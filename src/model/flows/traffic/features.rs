//! What feature flags show of a service, and what bad ones spoil.

use super::slow::{self, Slow};
use crate::model::defect::Effect;
use crate::model::fact::{Cause, ChangeFact};
use crate::model::flows::{Cx, World};
use crate::model::ids::{ChangeId, ServiceId};
use crate::model::plan::Plan;
use crate::model::quantity::part_of;
use crate::model::tables::rollout::Feature;
use crate::model::tables::service::Service;
use crate::model::traffic::{Offer, Spoilt};

/// What bad features spoil of an offer of which so much is spoilt already, with room for `full`.
pub(super) fn spoil(
    world: &mut World,
    plan: &Plan,
    id: ServiceId,
    (offer, before, full): (&Offer<'_>, u64, u64),
    slower: &mut Slow<'_>,
    all: &mut Spoilt,
) {
    let mut spoilt = 0;
    for row in 0..world.services[id].deployment.features.len() {
        let Feature { change, bad, share, .. } = world.services[id].deployment.features[row];
        let planned = &plan.changes[change];
        let here = planned.only_in.is_none_or(|only| only == offer.at.zone);
        let Some(defect) = planned.defect.as_ref().filter(|_| bad && here && share > 0) else { continue };
        // The requests that see it, and the room that they take of each task.
        let rest = offer.rate - before - spoilt;
        let [asked, room] = [rest, full.saturating_sub(spoilt)].map(|whole| part_of(whole, share));
        world.services[id].deployment.features[row].met_bad += asked;
        let found = slower.spoils(asked, room, defect.answers(asked, room), offer.at);
        spoilt += found.errors + found.refused + found.late;
        slow::book(world, id, Cause::change(change), found, all);
    }
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
