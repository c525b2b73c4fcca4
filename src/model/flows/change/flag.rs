//! A feature flag: a growing share of the requests sees a feature that is there already; no task is started for it.
//!
//! ```text
//! begin ─► a share of the requests ─► more ─► all ─► final bake ─► completed
//!             └───────────── alarm ─────────────────────┴─► none, at once: rolled back
//! ```
//! AWS AppConfig ([appconfig-strategies]). It is no part of ECS: it goes on while cells are down, beside deployments
//! and other flags of the service. An alarm counts when it goes to ALARM; one that rings before is not looked at.

use crate::engine::Span;
use crate::model::fact::{Cause, ChangeFact, ChangeStep, FaultFact};
use crate::model::flows::rows::{account, bad, tell};
use crate::model::flows::{Cx, World, step};
use crate::model::ids::{AlarmId, ChangeId, ServiceId};
use crate::model::plan::{Flag, Unit};
use crate::model::tables::rollout::Feature;

/// The feature begins to be shown.
pub(crate) fn begin(world: &mut World, service: ServiceId, id: ChangeId, cx: &mut Cx<'_>) {
    let bad = bad::is_bad(id, cx.plan.changes[id].who, cx);
    let feature = Feature { change: id, bad, share: 0, step: 0, open: true, last_reported: 0, met_bad: 0 };
    world.services[service].deployment.features.push(feature);
    if bad {
        cx.note(ChangeFact::Defective { change: id, unit: Unit::Service(service) });
    }
    tell::change(id, service, ChangeStep::Began, cx);
    handle(world, step::Flag::Shown(service, id, 0), cx);
}

fn feature(world: &mut World, service: ServiceId, id: ChangeId) -> Option<&mut Feature> {
    world.services[service].deployment.features.iter_mut().find(|one| one.change == id && one.open)
}

/// So many steps have been taken and waited for.
pub(crate) fn handle(world: &mut World, step::Flag::Shown(service, id, number): step::Flag, cx: &mut Cx<'_>) {
    let Some(Flag { shares, step, bake, .. }) = &cx.plan.changes[id].flag else { return };
    let Some(feature) = feature(world, service, id) else { return };
    feature.step = number + 1;
    if let Some(share) = shares.get(number as usize) {
        feature.share = *share;
        cx.after(*step, step::Flag::Shown(service, id, number + 1));
    } else if number as usize == shares.len() && *bake > Span::ZERO {
        tell::change(id, service, ChangeStep::Bakes, cx);
        cx.after(*bake, step::Flag::Shown(service, id, number + 1));
    } else {
        feature.open = false;
        tell::change(id, service, ChangeStep::Completed, cx);
    }
    account::mark(world, service);
}

/// An alarm goes to ALARM: what it watches is not shown any more.
pub(crate) fn alarmed(world: &mut World, alarm: AlarmId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let watches = |id: ChangeId| plan.changes[id].flag.as_ref().is_some_and(|flag| flag.alarms.contains(&alarm));
    // Alarms that ring are many, and those of a flag few.
    if !plan.changes.ids().any(watches) {
        return;
    }
    for service in world.services.ids() {
        for row in 0..world.services[service].deployment.features.len() {
            let feature = &mut world.services[service].deployment.features[row];
            let change = feature.change;
            if !feature.open || !watches(change) {
                continue;
            }
            (feature.open, feature.share) = (false, 0);
            cx.note(FaultFact::Noticed { cause: Cause::change(change), service: None });
            for step in [ChangeStep::Failed, ChangeStep::Back, ChangeStep::RolledBack] {
                tell::change(change, service, step, cx);
            }
            account::mark(world, service);
        }
    }
}
