//! Minimum and maximum of scalable targets: scheduled actions and forecasts move them, and the desired count with them.

use super::desire::{self, out_of_reach, set};
use crate::engine::key::Phase as Turn;
use crate::engine::{Span, Time};
use crate::model::fact::{NotScaled, ScaledBy, ScalingFact};
use crate::model::flows::rows::account;
use crate::model::flows::{Cx, World, step};
use crate::model::ids::MetricId;
use crate::model::plan::scaling::{Policy, PolicyKind, Predictive};
use crate::model::plan::{Metric, ScalableTarget};
use crate::model::quantity::percent_up;
use crate::model::tables::Scaling;
use crate::model::tables::scaling::Acting;

/// Until a call that ECS does not take is made again, and until what a deployment holds back is tried again (model
/// choice).
const AGAIN: Span = Span::MINUTE;

/// At time 0: scalable targets of services of this partition.
pub(crate) fn prepare(world: &mut World, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    for (target, row) in plan.scaling.pairs() {
        if !world.services.holds(row.service) {
            continue;
        }
        let place = world.scaling.len() as u32;
        world.services[row.service].scaling = Some(place);
        let acts = |policy: usize| row.policies[policy].alarms().map(move |alarm| (alarm, place, policy as u16));
        world.scaled_by.extend((0..row.policies.len()).flat_map(acts));
        let (service, min, max) = (row.service, row.min, row.max);
        world.scaling.push(Scaling {
            target,
            service,
            min,
            max,
            forecast: vec![(0, 0); row.policies.len()],
            policies: row.policies.iter().map(acting).collect(),
            stirred: Time::ZERO,
            tasks: (0, 0),
            scaled: false,
            misled: None,
        });
        cx.note(ScalingFact::Limits { service, min, max });
        begin(row, place, cx);
    }
    world.scaled_by.sort_unstable();
    for metric in plan.custom.ids() {
        let watched = world.alarms.iter().any(|watch| watch.on.metric == Metric::Custom(metric));
        if let Some(next) = plan.custom[metric].course.at(cx.now).1.filter(|_| watched) {
            cx.at(next, Turn::Normal, step::AutoScale::Published(metric));
        }
    }
}

fn acting(policy: &Policy) -> Acting {
    Acting { scales_out: policy.scales_out(), ..Acting::default() }
}

/// The first steps of scheduled actions and forecasts.
fn begin(target: &ScalableTarget, place: u32, cx: &mut Cx<'_>) {
    for (action, row) in target.actions.iter().enumerate() {
        if let Some(first) = row.times.first() {
            cx.at(*first, Turn::Normal, step::AutoScale::Scheduled(place, action as u16, 0));
        }
    }
    for (policy, row) in target.policies.iter().enumerate() {
        if matches!(row.kind, PolicyKind::Predictive(Predictive { scales: true, .. })) {
            cx.after(Span::ZERO, step::AutoScale::Forecast(place, policy as u16));
        }
    }
}

/// A scheduled action: limits are others, and the desired count comes to lie between them at once.
pub(super) fn scheduled(world: &mut World, place: usize, (action, number): (usize, usize), cx: &mut Cx<'_>) {
    let target = &cx.plan.scaling[world.scaling[place].target];
    let row = &target.actions[action];
    if let Some(at) = row.times.get(number + 1) {
        let next = step::AutoScale::Scheduled(place as u32, action as u16, number as u32 + 1);
        cx.at(*at, Turn::Normal, next);
    }
    let by = ScaledBy::Action(action as u16);
    if target.suspended.scheduled {
        let desired = world.services[target.service].desired();
        let (service, why) = (target.service, NotScaled::Suspended);
        return cx.note(ScalingFact::Held { service, by, from: desired, to: desired, why });
    }
    let limits = &mut world.scaling[place];
    // A minimum above the maximum takes it along, and the other way round (model choice).
    if let Some(min) = row.min {
        (limits.min, limits.max) = (min, limits.max.max(min));
    }
    if let Some(max) = row.max {
        (limits.min, limits.max) = (limits.min.min(max), max);
    }
    cx.note(ScalingFact::Limits { service: limits.service, min: limits.min, max: limits.max });
    desire::stir(world, place, cx);
    inside(world, place, (action, true), cx);
}

/// The desired count comes to lie between the limits. A deployment holds back what scales in.
pub(super) fn inside(world: &mut World, place: usize, (action, first): (usize, bool), cx: &mut Cx<'_>) {
    let row = &world.scaling[place];
    let service = row.service;
    let (desired, by) = (world.services[service].desired(), ScaledBy::Action(action as u16));
    let to = desired.max(row.least()).min(row.most());
    if to == desired {
        return;
    }
    let deploys = to < desired && desire::deploys(world, service);
    if deploys && first {
        cx.note(ScalingFact::Held { service, by, from: desired, to, why: NotScaled::Deployment });
    }
    if deploys || out_of_reach(world, service, cx) {
        return cx.after(AGAIN, step::AutoScale::Inside(place as u32, action as u16));
    }
    set(world, place, by, to, cx);
}

/// What is forecast to be needed is another: a minimum for its hour, from `SchedulingBufferTime` before it on. It never
/// scales in by itself ([aas-predictive-scaling]).
pub(super) fn forecast(world: &mut World, place: usize, policy: usize, cx: &mut Cx<'_>) {
    let target = &cx.plan.scaling[world.scaling[place].target];
    let PolicyKind::Predictive(one) = &target.policies[policy].kind else { return };
    let (here, next) = one.forecast.at(cx.now);
    let (soon, after) = one.forecast.at(cx.now + one.buffer);
    let early = after.map(|at| Time(at.0 - one.buffer.micros()));
    if let Some(at) = next.into_iter().chain(early).min() {
        cx.at(at, Turn::Normal, step::AutoScale::Forecast(place as u32, policy as u16));
    }
    let need = if target.suspended.scale_out { 0 } else { u32::try_from(here.max(soon)).unwrap_or(u32::MAX) };
    let most = one.beyond_max.map_or(0, |percent| percent_up(need, percent.saturating_add(100)));
    let known = &mut world.scaling[place].forecast[policy];
    if std::mem::replace(known, (need, most)) != (need, most) {
        desire::stir(world, place, cx);
        raise(world, place, policy, cx);
    }
}

/// The desired count is the forecast one at least.
pub(super) fn raise(world: &mut World, place: usize, policy: usize, cx: &mut Cx<'_>) {
    let row = &world.scaling[place];
    let (service, least) = (row.service, row.least());
    let (need, _) = row.forecast[policy];
    if need == 0 || world.services[service].desired() >= least {
        return;
    }
    if out_of_reach(world, service, cx) {
        return cx.after(AGAIN, step::AutoScale::Raise(place as u32, policy as u16));
    }
    set(world, place, ScaledBy::Policy(policy as u16), least, cx);
}

/// A metric that somebody publishes is another: services whose alarms watch it look.
pub(super) fn published(world: &mut World, metric: MetricId, cx: &mut Cx<'_>) {
    for row in 0..world.alarms.len() {
        if world.alarms[row].on.metric == Metric::Custom(metric) {
            let service = world.alarms[row].service;
            account::mark(world, service);
        }
    }
    if let Some(next) = cx.plan.custom[metric].course.at(cx.now).1 {
        cx.at(next, Turn::Normal, step::AutoScale::Published(metric));
    }
}
