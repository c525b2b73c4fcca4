//! Whether a single try fails, while a fault or a bad revision lets a share of tries fail.
//!
//! Each try is drawn by itself. What chance says depends on who tries and on the occurrence of what breaks, never on
//! when: a try that is looked at twice has the same luck.

use crate::engine::Who;
use crate::model::fact::Cause;
use crate::model::ids::{ProviderId, ServiceId};
use crate::model::plan::Plan;
use crate::model::purpose::For;
use crate::model::world::{Cx, World};

/// All, in millionths.
const WHOLE: u32 = 1_000_000;

/// Whether the try of `who` is among the millionths that fail.
pub(crate) fn fails(purpose: For, who: Who, of: Who, share: u32, cx: &Cx<'_>) -> bool {
    share > 0 && (share >= WHOLE || cx.draw(purpose, who.nth(of.0)).below(u64::from(WHOLE)) < u64::from(share))
}

/// The birth certificate of an occurrence of a fault, or of a change.
pub(crate) fn certificate(cause: Cause, turn: u32, plan: &Plan) -> Who {
    match (cause.as_fault(), cause.as_change()) {
        (Some((fault, occurrence)), _) => plan.faults[fault].who.nth(u64::from(occurrence)),
        (None, Some(change)) => plan.changes[change].turn_of_all(turn),
        (None, None) => Who(0),
    }
}

/// The birth certificate of the next try of a service's next launch.
pub(crate) fn next_try(world: &World, service: ServiceId, plan: &Plan) -> Who {
    let row = &world.services[service];
    let next = row.scheduler.tries.next(row.scheduler.launched);
    plan.services[service].who.nth(u64::from(next.launch)).nth(u64::from(next.attempt))
}

/// A provider has asked for a host, or looked in vain for one that it could ask for: the next request has its own luck.
pub(crate) fn requested(world: &mut World, provider: ProviderId, cx: &Cx<'_>) {
    if world.providers[provider].is_partial() {
        world.providers[provider].requests += 1;
        draw_request(world, provider, cx);
    }
}

/// Draws for the next request of a provider for a host, or again once a share has changed.
pub(crate) fn draw_request(world: &mut World, provider: ProviderId, cx: &Cx<'_>) {
    let row = &mut world.providers[provider];
    let who = cx.plan.providers[provider].who.nth(u64::from(row.requests));
    for refusal in &mut row.refusals {
        if let Some(share) = refusal.share {
            refusal.hits = fails(For::Fails, who, certificate(refusal.cause, 0, cx.plan), share, cx);
        }
    }
}
