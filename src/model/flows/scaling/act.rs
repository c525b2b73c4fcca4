//! Policies act on their alarms: when one goes to ALARM, and each minute while it stays there ([cw-alarm-actions]).
//!
//! A turn is taken only while anything can come of it: after the metric, the tasks or the limits have changed, until
//! the datapoints that follow are all alike; at the end of a cooldown; and while a deployment holds scaling back.

use super::desire::{AGAIN, arm, deploys, foresee, next_news, out_of_reach, running, set, stir};
use super::{decide, limits};
use crate::engine::{Span, Time};
use crate::model::alarm::State;
use crate::model::alarm::watch::{Row, Watch};
use crate::model::fact::{NotScaled, ScaledBy, ScalingFact};
use crate::model::flows::rows::account;
use crate::model::flows::{Cx, World, step};
use crate::model::ids::{AlarmId, ServiceId};
use crate::model::plan::scaling::{PolicyKind, ScalableTarget, StepScaling, TargetTracking};
use crate::model::plan::{Form, Plan, Statistic};

/// What came of a turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// The desired count is another.
    Done,
    /// It is another, and the policy wants more.
    Part(NotScaled),
    /// It is as the policy wants it.
    Nothing,
    Held(NotScaled),
    /// No alarm of the policy is in ALARM any more.
    Quiet,
    /// ECS does not answer.
    Unheard,
}

pub(crate) fn handle(world: &mut World, step: step::AutoScale, cx: &mut Cx<'_>) {
    match step {
        step::AutoScale::Act(place, policy, number) => {
            let (place, policy) = (place as usize, usize::from(policy));
            if world.scaling[place].policies[policy].number == number {
                turn(world, place, policy, cx);
            }
        }
        step::AutoScale::Scheduled(place, action, number) => {
            limits::scheduled(world, place as usize, (usize::from(action), number as usize), cx);
        }
        step::AutoScale::Forecast(place, policy) => limits::forecast(world, place as usize, usize::from(policy), cx),
        step::AutoScale::Inside(place, action) => {
            limits::inside(world, place as usize, (usize::from(action), false), cx);
        }
        step::AutoScale::Raise(place, policy) => limits::raise(world, place as usize, usize::from(policy), cx),
        step::AutoScale::Published(metric) => limits::published(world, metric, cx),
    }
}

/// An alarm goes to ALARM: its policies act at once.
pub(crate) fn rings(world: &mut World, alarm: AlarmId, cx: &mut Cx<'_>) {
    let first = world.scaled_by.partition_point(|(of, ..)| *of < alarm);
    for row in first..world.scaled_by.len() {
        let (of, place, policy) = world.scaled_by[row];
        if of != alarm {
            return;
        }
        let acting = &mut world.scaling[place as usize].policies[usize::from(policy)];
        acting.number = acting.number.wrapping_add(1);
        (acting.rang, acting.ringing, acting.turn) = (cx.now, true, Some(cx.now));
        cx.after(Span::ZERO, step::AutoScale::Act(place, policy, acting.number));
    }
}

/// An alarm is not in ALARM any more: policies without another one that is want nothing.
pub(crate) fn hushed(world: &mut World, alarm: AlarmId, plan: &Plan) {
    let first = world.scaled_by.partition_point(|(of, ..)| *of < alarm);
    for row in first..world.scaled_by.len() {
        let (of, place, policy) = world.scaled_by[row];
        if of != alarm {
            return;
        }
        let (place, policy) = (place as usize, usize::from(policy));
        let mut all = plan.scaling[world.scaling[place].target].policies[policy].alarms();
        if !all.any(|alarm| rings_now(world, alarm)) {
            world.scaling[place].policies[policy].ringing = false;
            held(world, place, policy, Outcome::Quiet);
        }
    }
}

/// A service has been settled; `level`: a metric of it that an alarm watches is at another level. Policies whose alarms
/// are in ALARM look again.
pub(crate) fn settled(world: &mut World, service: ServiceId, level: bool, cx: &mut Cx<'_>) {
    let Some(place) = world.services[service].scaling.map(|place| place as usize) else { return };
    let tasks = (running(world, service), world.services[service].desired());
    if std::mem::replace(&mut world.scaling[place].tasks, tasks) != tasks {
        stir(world, place, cx);
    }
    if level {
        foresee(world, place, cx);
    }
}

fn turn(world: &mut World, place: usize, policy: usize, cx: &mut Cx<'_>) {
    world.scaling[place].policies[policy].turn = None;
    let target = &cx.plan.scaling[world.scaling[place].target];
    let outcome = match &target.policies[policy].kind {
        _ if out_of_reach(world, target.service, cx) => Outcome::Unheard,
        PolicyKind::TargetTracking(one) => tracking(world, place, (policy, one), cx),
        PolicyKind::Step(one) => stepping(world, place, (policy, one), cx),
        PolicyKind::Predictive(_) => Outcome::Quiet,
    };
    let acting = &mut world.scaling[place].policies[policy];
    acting.ringing = outcome != Outcome::Quiet;
    let cools = acting.out_until.max(acting.in_until);
    let again = match outcome {
        Outcome::Unheard | Outcome::Held(NotScaled::Deployment) => Some(cx.now + AGAIN),
        Outcome::Done | Outcome::Part(_) | Outcome::Held(NotScaled::Cooldown) => Some(cools),
        Outcome::Quiet | Outcome::Nothing | Outcome::Held(_) => None,
    }
    .filter(|at| *at > cx.now);
    // A larger need may still come while datapoints change. A turn at the very end of a cooldown counts.
    let news = next_news(world, place, policy, cx).filter(|_| outcome != Outcome::Quiet);
    if let Some(at) = again.into_iter().chain(news).min() {
        arm(world, place, policy, Time(at.0 - 1), cx);
    }
    if outcome != Outcome::Unheard {
        held(world, place, policy, outcome);
    }
}

/// What holds a policy back is remembered, as losses are told by it.
fn held(world: &mut World, place: usize, policy: usize, outcome: Outcome) {
    let now = if let Outcome::Held(why) | Outcome::Part(why) = outcome { Some(why) } else { None };
    let row = &mut world.scaling[place];
    if std::mem::replace(&mut row.policies[policy].held, now) != now {
        let service = row.service;
        account::mark(world, service);
    }
}

/// An alarm of this partition.
fn watch(world: &World, alarm: AlarmId) -> Option<&Watch> {
    let places = &world.composites.places;
    let found = places.binary_search_by_key(&alarm, |(id, _)| *id).ok()?;
    match places[found].1 {
        Row::Watch(place) => Some(&world.alarms[place]),
        Row::Follower(_) => None,
    }
}

/// Whether an alarm is in ALARM.
fn rings_now(world: &World, alarm: AlarmId) -> bool {
    watch(world, alarm).is_some_and(|watch| watch.state == State::Alarm)
}

/// The newest datapoint of an alarm that is known now.
fn known(world: &mut World, alarm: AlarmId, statistic: Option<Statistic>, now: Time) -> Option<i128> {
    let places = &world.composites.places;
    let found = places.binary_search_by_key(&alarm, |(id, _)| *id).ok()?;
    let Row::Watch(place) = places[found].1 else { return None };
    let watch = &mut world.alarms[place];
    watch.monitor.advance(now);
    let then = Time(now.0.checked_sub(watch.on.delay.micros())?);
    let own = watch.on.rule.statistic;
    // Of a count there is a sum only, and of a share its average.
    let takes = matches!(watch.on.metric.form(), Form::Gauge | Form::Measure);
    watch.monitor.datapoint(then, statistic.filter(|_| takes).unwrap_or(own))
}

fn tracking(world: &mut World, place: usize, (policy, one): (usize, &TargetTracking), cx: &mut Cx<'_>) -> Outcome {
    let running = running(world, world.scaling[place].service);
    if rings_now(world, one.high) {
        let Some(metric) = known(world, one.high, None, cx.now) else { return Outcome::Nothing };
        let need = |from: u32| decide::tracked(from, metric, one.target).max(1);
        let counted = need(starts_from(world, place, policy, running, cx.now));
        return out(world, place, (policy, one.out_cooldown), (counted, need(running)), cx);
    }
    if !one.low.is_some_and(|low| rings_now(world, low)) {
        return Outcome::Quiet;
    }
    match agreed(world, place, running, cx) {
        Some(need) => inwards(world, place, policy, need, cx),
        None => hold(world, place, policy, (running, NotScaled::OtherPolicy), cx),
    }
}

/// To how many tasks all policies want to scale in that track a target and may; `None`: not all of them want to.
fn agreed(world: &mut World, place: usize, running: u32, cx: &Cx<'_>) -> Option<u32> {
    let mut need = 0;
    for policy in &cx.plan.scaling[world.scaling[place].target].policies {
        let PolicyKind::TargetTracking(TargetTracking { low: Some(low), target, .. }) = policy.kind else { continue };
        if !rings_now(world, low) {
            return None;
        }
        need = need.max(decide::tracked(running, known(world, low, None, cx.now)?, target));
    }
    Some(need)
}

fn stepping(world: &mut World, place: usize, (policy, one): (usize, &StepScaling), cx: &mut Cx<'_>) -> Outcome {
    let service = world.scaling[place].service;
    let running = running(world, service);
    let Some(alarm) = one.alarms.iter().copied().find(|alarm| rings_now(world, *alarm)) else { return Outcome::Quiet };
    let Some(metric) = known(world, alarm, Some(one.aggregation), cx.now) else { return Outcome::Nothing };
    let threshold = cx.plan.alarms[alarm].on_metric().map_or(0, |on| on.rule.threshold);
    let Some(step) = decide::step_at(&one.steps, metric - threshold) else { return Outcome::Nothing };
    let wanted = decide::stepped(one, step, running);
    if wanted > running {
        let counted = decide::stepped(one, step, starts_from(world, place, policy, running, cx.now));
        return out(world, place, (policy, one.cooldown), (counted, wanted), cx);
    }
    inwards(world, place, policy, wanted, cx)
}

/// From how many tasks a policy counts when it scales out: from those that run; in a cooldown from those that ran when
/// it began, so that what it has added counts and only a larger need adds more ([aas-step-scaling]).
fn starts_from(world: &World, place: usize, policy: usize, running: u32, now: Time) -> u32 {
    let acting = &world.scaling[place].policies[policy];
    if now < acting.out_until { acting.out_base } else { running }
}

/// Scales out to as many as are `wanted`, if that is more than there are to be; without a cooldown it would be `need`.
fn out(
    world: &mut World,
    place: usize,
    (policy, cooldown): (usize, Span),
    (wanted, need): (u32, u32),
    cx: &mut Cx<'_>,
) -> Outcome {
    let row = &world.scaling[place];
    let desired = world.services[row.service].desired();
    let cools = cx.now < row.policies[policy].out_until;
    let running = running(world, row.service);
    let to = wanted.max(row.least()).min(row.most());
    if to <= desired {
        return match () {
            () if need.max(wanted) <= desired => Outcome::Nothing,
            () if wanted <= desired => hold(world, place, policy, (need, NotScaled::Cooldown), cx),
            () => hold(world, place, policy, (wanted, NotScaled::Maximum), cx),
        };
    }
    if cx.plan.scaling[row.target].suspended.scale_out {
        return hold(world, place, policy, (wanted, NotScaled::Suspended), cx);
    }
    set(world, place, ScaledBy::Policy(policy as u16), to, cx);
    let row = &mut world.scaling[place];
    // To scale out ends every cooldown that holds scaling in back.
    row.policies.iter_mut().for_each(|one| one.in_until = Time::ZERO);
    let acting = &mut row.policies[policy];
    if !cools {
        acting.out_base = running;
    }
    acting.out_until = cx.now + cooldown;
    let (asked, why) = match () {
        () if wanted > to => (wanted, NotScaled::Maximum),
        () if need > to => (need, NotScaled::Cooldown),
        () => return Outcome::Done,
    };
    hold(world, place, policy, (asked, why), cx);
    Outcome::Part(why)
}

/// Scales in, if that is fewer than there are to be and nothing forbids it.
fn inwards(world: &mut World, place: usize, policy: usize, need: u32, cx: &mut Cx<'_>) -> Outcome {
    let row = &world.scaling[place];
    let service = row.service;
    let desired = world.services[service].desired();
    let to = need.max(row.least()).min(row.most());
    let target = &cx.plan.scaling[row.target];
    let why = match () {
        () if need >= desired => return Outcome::Nothing,
        () if to >= desired => NotScaled::Minimum,
        () if target.suspended.scale_in => NotScaled::Suspended,
        () if deploys(world, service) => NotScaled::Deployment,
        () if cx.now < row.policies[policy].in_until => NotScaled::Cooldown,
        () => {
            set(world, place, ScaledBy::Policy(policy as u16), to, cx);
            cool_in(world, place, policy, target, cx.now);
            return Outcome::Done;
        }
    };
    hold(world, place, policy, (need, why), cx)
}

/// After scaling in a policy waits; those that track a target have agreed, and wait together (model choice).
fn cool_in(world: &mut World, place: usize, policy: usize, target: &ScalableTarget, now: Time) {
    let tracks = matches!(target.policies[policy].kind, PolicyKind::TargetTracking(_));
    for (row, of) in target.policies.iter().enumerate() {
        let cooldown = match &of.kind {
            PolicyKind::TargetTracking(one) if tracks => one.in_cooldown,
            PolicyKind::Step(one) if row == policy => one.cooldown,
            _ => continue,
        };
        world.scaling[place].policies[row].in_until = now + cooldown;
    }
}

/// A policy does not get what it asks for; told when the reason is another than before.
fn hold(world: &World, place: usize, policy: usize, (to, why): (u32, NotScaled), cx: &mut Cx<'_>) -> Outcome {
    let row = &world.scaling[place];
    if row.policies[policy].held != Some(why) {
        let (service, by) = (row.service, ScaledBy::Policy(policy as u16));
        cx.note(ScalingFact::Held { service, by, from: world.services[service].desired(), to, why });
    }
    Outcome::Held(why)
}
