//! The desired count of a scalable target is set, whoever asks; and what has to be so before.

use crate::engine::key::Phase as Turn;
use crate::engine::{Span, Time};
use crate::model::cause::Phase;
use crate::model::fact::{ScaledBy, ScalingFact};
use crate::model::flows::cell::outage;
use crate::model::flows::rows::{desired, wake};
use crate::model::flows::{Cx, World, step};
use crate::model::ids::{AlarmId, ServiceId};
use crate::model::tables::rollout::Stage;

/// From one turn of a policy to the next (sourced: [cw-alarm-actions]).
pub(super) const AGAIN: Span = Span::MINUTE;

/// Tasks or limits are others: policies look in their next minute.
pub(super) fn stir(world: &mut World, place: usize, cx: &mut Cx<'_>) {
    for policy in 0..world.scaling[place].policies.len() {
        if world.scaling[place].policies[policy].ringing {
            arm(world, place, policy, cx.now, cx);
        }
    }
}

/// A metric is at another level: policies look when its datapoints are known.
pub(super) fn foresee(world: &mut World, place: usize, cx: &mut Cx<'_>) {
    world.scaling[place].stirred = cx.now;
    for policy in 0..world.scaling[place].policies.len() {
        if world.scaling[place].policies[policy].ringing
            && let Some(at) = next_news(world, place, policy, cx)
        {
            arm(world, place, policy, Time(at.0 - 1), cx);
        }
    }
}

/// When a policy next comes to know a datapoint that is not like the one before: that of the period in which the metric
/// changed, and that of the first whole one.
pub(super) fn next_news(world: &World, place: usize, policy: usize, cx: &Cx<'_>) -> Option<Time> {
    let row = &world.scaling[place];
    let known = |alarm: AlarmId| {
        let on = cx.plan.alarms[alarm].on_metric()?;
        let period = on.rule.period;
        let first = Time((row.stirred.0 / period.micros() + 1) * period.micros()) + on.delay;
        [first, first + period].into_iter().find(|at| *at > cx.now)
    };
    cx.plan.scaling[row.target].policies[policy].alarms().filter_map(known).min()
}

/// The next turn of a policy: the first of its minutes after this moment, unless it has an earlier one.
pub(super) fn arm(world: &mut World, place: usize, policy: usize, after: Time, cx: &mut Cx<'_>) {
    let acting = &mut world.scaling[place].policies[policy];
    let minutes = after.since(acting.rang).micros() / AGAIN.micros() + 1;
    let at = acting.rang + AGAIN * minutes;
    if acting.turn.is_some_and(|turn| turn <= at) {
        return;
    }
    acting.turn = Some(at);
    acting.number = acting.number.wrapping_add(1);
    cx.at(at, Turn::Normal, step::AutoScale::Act(place as u32, policy as u16, acting.number));
}

/// Whether ECS takes no call about a service: it is not there yet, or its control plane is out.
pub(super) fn out_of_reach(world: &World, service: ServiceId, cx: &Cx<'_>) -> bool {
    let cluster = cx.plan.services[service].cluster;
    world.not_created(cluster) || (world.outages > 0 && outage::unserved(world, cluster, cx).is_some())
}

/// Whether a deployment is in progress: nothing is scaled in then ([ecs-scaling-in-deployments]).
pub(super) fn deploys(world: &World, service: ServiceId) -> bool {
    world.services[service].deployment.rollout.as_ref().is_some_and(|rollout| rollout.stage != Stage::Stalled)
}

/// The desired count is another from now on. The scheduler launches and stops what follows from it.
pub(super) fn set(world: &mut World, place: usize, by: ScaledBy, to: u32, cx: &mut Cx<'_>) {
    let row = &world.scaling[place];
    let service = row.service;
    assert!((row.least()..=row.most()).contains(&to), "{to} tasks are outside of the limits of a scalable target");
    let from = world.services[service].desired();
    misled(world, place, (from, to));
    world.scaling[place].scaled = true;
    cx.note(ScalingFact::Changed { service, by, from, to });
    desired::set(world, service, to);
    wake::scheduler(world, service, cx);
}

/// Errors lower the use of tasks: who scales in meanwhile is misled by whatever makes the errors, until there are as
/// many tasks again.
fn misled(world: &mut World, place: usize, (from, to): (u32, u32)) {
    let row = &mut world.scaling[place];
    if row.misled.is_some_and(|(_, before)| to >= before) {
        row.misled = None;
    }
    if to < from && row.misled.is_none() {
        let lines = &world.services[row.service].shortfalls.lines;
        let errors = lines.iter().filter(|line| line.phase == Phase::Errors && line.cause.as_fault().is_some());
        let worst = errors.filter(|line| line.reported_rate > 0).max_by_key(|line| line.reported_rate);
        row.misled = worst.map(|line| (line.cause, from));
    }
}

/// Tasks that run.
pub(super) fn running(world: &World, service: ServiceId) -> u32 {
    world.services[service].zones.iter().map(|zone| zone.running).sum()
}
