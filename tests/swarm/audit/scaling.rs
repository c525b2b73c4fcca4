//! Scalable targets: limits, cooldowns and turns of policies, worked out anew from the plan.

use super::Findings;
use evenkeel::internals::engine::Span;
use evenkeel::internals::model::fact::NotScaled;
use evenkeel::internals::model::plan::Plan;
use evenkeel::internals::model::plan::scaling::{Policy, PolicyKind};
use evenkeel::internals::model::tables::Scaling;
use evenkeel::internals::model::world::World;

pub(super) fn look(world: &World, plan: &Plan, out: &mut Findings) {
    let known = world.services.ids().filter(|id| world.services[*id].scaling.is_some()).count();
    out.same("services that scale have a target", "all", known, world.scaling.len());
    for (place, row) in world.scaling.iter().enumerate() {
        let target = &plan.scaling[row.target];
        let name = &plan.services[row.service].name;
        out.same("the target of a service", name, world.services[row.service].scaling, Some(place as u32));
        out.holds("minimum <= maximum", name, row.min <= row.max, (row.min, row.max));
        let limits = |value: u32, written: u32, of: fn(&Action) -> Option<u32>| {
            value == written || target.actions.iter().any(|one| of(one) == Some(value))
        };
        let least = limits(row.min, target.min, |one| one.min) || row.min == row.max;
        let most = limits(row.max, target.max, |one| one.max) || row.min == row.max;
        out.holds("limits are those of the file", name, least && most, (row.min, row.max));
        bounded(world, plan, row, out);
        for (policy, acting) in target.policies.iter().zip(&row.policies) {
            let (outwards, inwards) = cooldowns(policy);
            let late = |until, cooldown: Span| until <= out.now + cooldown;
            let sound = late(acting.out_until, outwards) && late(acting.in_until, inwards);
            out.holds("no cooldown is longer than its policy's", name, sound, acting);
            let waits = acting.held != Some(NotScaled::Cooldown) || !acting.ringing || acting.turn.is_some();
            out.holds("who waits for a cooldown comes again", name, waits, acting);
        }
    }
}

type Action = evenkeel::internals::model::plan::scaling::ScheduledAction;

/// A desired count that was ever changed lies between the limits, unless something holds it back.
fn bounded(world: &World, plan: &Plan, row: &Scaling, out: &mut Findings) {
    let service = &world.services[row.service];
    let name = &plan.services[row.service].name;
    let desired = service.desired();
    if !row.scaled {
        return out.same("a desired count that nobody has changed", name, desired, plan.services[row.service].desired);
    }
    let inside = (row.least()..=row.most()).contains(&desired);
    let forecast = plan.scaling[row.target].policies.iter().any(|one| matches!(one.kind, PolicyKind::Predictive(_)));
    // A deployment holds back what scales in, up to a minute beyond its end.
    let held = !plan.services[row.service].changes.is_empty() || world.outages > 0 || forecast;
    out.holds("desired lies between the limits", name, inside || held, (row.least(), desired, row.most()));
}

/// Of a policy: after it scaled out, and after it scaled in.
fn cooldowns(policy: &Policy) -> (Span, Span) {
    match &policy.kind {
        PolicyKind::TargetTracking(one) => (one.out_cooldown, one.in_cooldown),
        PolicyKind::Step(one) => (one.cooldown, one.cooldown),
        PolicyKind::Predictive(_) => (Span::ZERO, Span::ZERO),
    }
}
