//! The desired count of a scalable target is set, whoever asks; and what has to be so before.

use crate::engine::key::Phase as Turn;
use crate::engine::{Span, Time};
use crate::model::cause::Phase;
use crate::model::fact::{ScaledBy, ScalingFact};
use crate::model::flows::cell::outage;
use crate::model::flows::rows::{desired, wake};
use crate::model::flows::{Cx, World, step};
use crate::model::ids::ServiceId;
use crate::model::tables::rollout::Stage;

/// From one turn of a policy to the next (sourced: [cw-alarm-actions]).
pub(super) const AGAIN: Span = Span::MINUTE;

/// Something that policies look at may be another.
pub(super) fn stir(world: &mut World, place: usize, cx: &mut Cx<'_>) {
    world.scaling[place].stirred = cx.now;
    for policy in 0..world.scaling[place].policies.len() {
        if world.scaling[place].policies[policy].ringing {
            arm(world, place, policy, cx.now, cx);
        }
    }
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
    let row = &mut world.scaling[place];
    (row.scaled, row.stirred) = (true, cx.now);
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
