//! The pace of launches: what is due goes on as far as tokens and capacity allow, and waits in turn for the rest.
//!
//! ```text
//! work ─► one: the item furthest below its share ─► launched
//!           │ └ its bucket is empty: queue of the bucket ─► token ─► turn, one launch each
//!           ├ no capacity: retry after 30 s                  500 a minute used up: woken when there is room
//!           └ refused by chance, by its cell or for want of capacity: this one rests for 30 s, the others go on
//! ```

use crate::engine::Span;
use crate::model::cause::Cause;
use crate::model::fact::{Action, Phase, Reason, ServiceFact};
use crate::model::flows::cell::plane::Wait;
use crate::model::flows::cell::{outage, plane};
use crate::model::flows::rows::{account, digest, revision, tell, wake};
use crate::model::flows::task::launch;
use crate::model::flows::{Cx, World};
use crate::model::ids::{BucketId, ServiceId};
use crate::model::plan::{Plan, ProviderKind, StrategyItem, When};
use crate::model::tables::Task;
use crate::model::tables::task::{Health, Marks};
use crate::model::{capacity, step};

/// How long the scheduler waits after it found no capacity, or was refused (model choice).
const RETRY: Span = Span::from_secs(30);

/// Launches what is due, as far as tokens and capacity go. An item of the strategy that has no capacity, or that stands
/// in the queue of a bucket, is passed over; there is no fallback to another item's share.
pub(crate) fn work(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    if !world.services[service].may_launch() {
        let row = &world.services[service];
        if row.scheduler.tries.backing_off() > 0 {
            let phase = row.scheduler.tries.waits;
            wait_as(world, service, phase);
        } else if !row.scheduler.pending.is_empty() {
            // All that is due replaces tasks of a crash that lasts.
            wait_as(world, service, Phase::StartBackoff);
        }
        return;
    }
    if cx.now < world.services[service].scheduler.backoff_until {
        return wait_as(world, service, Phase::StartBackoff);
    }
    let mut barred = items(service, cx, |bucket| stands_at(world, service, bucket));
    let mut refused = None;
    while may_launch(world, service, cx) {
        match one(world, service, &mut barred, &mut refused, cx) {
            Ok(()) => {}
            Err(wait @ (Wait::Refused | Wait::Unlucky(_))) => wait_for(world, service, wait, cx),
            Err(wait) => return wait_for(world, service, wait, cx),
        }
    }
    rest(world, service);
}

/// Whether a launch is due that nothing holds back.
fn may_launch(world: &World, service: ServiceId, cx: &Cx<'_>) -> bool {
    world.services[service].may_launch() && !digest::holds(world, service, cx.plan)
}

/// Nothing more can be launched now: what is due waits for the image of the first task, or rests after it was refused.
fn rest(world: &mut World, service: ServiceId) {
    let row = &world.services[service];
    let phase = match row.scheduler.tries.backing_off() {
        _ if row.may_launch() => Phase::ImagePull,
        0 => Phase::Scheduling,
        _ => row.scheduler.tries.waits,
    };
    wait_as(world, service, phase);
}

/// What is due cannot be launched now: it waits, and somebody will come back to it.
pub(crate) fn wait_for(world: &mut World, service: ServiceId, wait: Wait, cx: &mut Cx<'_>) {
    match wait {
        Wait::Turn | Wait::Bucket(_) => wait_as(world, service, Phase::LaunchThrottle),
        Wait::Service(span) => {
            wait_as(world, service, Phase::LaunchThrottle);
            world.services[service].scheduler.woken = true;
            cx.after(span, step::Reconcile::Wake(service));
        }
        Wait::Plane => {
            wait_as(world, service, Phase::ControlPlane);
            plane::queue_up(world, service, cx);
        }
        Wait::Refused => {
            let due = world.services[service].scheduler.pending();
            plane::held_back(world, service, due, cx);
            backs_off(world, service, Phase::ControlPlane, cx);
        }
        Wait::Unlucky(provider) => {
            let reason = Reason::ResourceFargate;
            cx.note(ServiceFact::LaunchFailed { service, reason });
            tell::refused(world, provider, service, cx);
            world.services[service].steady = false;
            cx.note(ServiceFact::Action { service, action: Action::TaskPlacementFailure, reason, count: 1 });
            rushed(world, service, cx.plan);
            backs_off(world, service, Phase::CapacityWait, cx);
        }
        Wait::Capacity(reason) => retry_later(world, service, reason, cx),
    }
}

fn wait_as(world: &mut World, service: ServiceId, phase: Phase) {
    world.services[service].scheduler.waits = phase;
    account::mark(world, service);
}

/// Who pays while launches of a service wait for capacity: a fault that follows another and refuses them, else whatever
/// took their tasks. So the price of a rush after a loss is told apart from that of the loss.
fn rushed(world: &mut World, service: ServiceId, plan: &Plan) {
    let follows = |cause: &Cause| {
        cause.as_fault().is_some_and(|(fault, _)| matches!(plan.faults[fault].when, When::After { .. }))
    };
    let items = plan.services[service].strategy.iter();
    let mut causes = items.flat_map(|item| &world.providers[item.provider].refusals).map(|refusal| refusal.cause);
    world.services[service].scheduler.short = causes.find(follows);
}

/// One launch was refused by chance: it rests by itself, and is tried again.
fn backs_off(world: &mut World, service: ServiceId, phase: Phase, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    row.scheduler.tries.waits = phase;
    if row.scheduler.tries.backs_off(row.scheduler.launched, cx.now + RETRY) {
        cx.after(RETRY, step::Reconcile::Again(service));
    }
    wait_as(world, service, phase);
}

fn stands_at(world: &World, service: ServiceId, bucket: BucketId) -> bool {
    world.services[service].scheduler.queued.contains(&Some(bucket))
}

/// Items of the strategy, as bits, whose launch bucket is one of those asked for.
fn items(service: ServiceId, cx: &Cx<'_>, meant: impl Fn(BucketId) -> bool) -> u32 {
    let plan = cx.plan;
    let is_meant = |item: &StrategyItem| match plan.providers[item.provider].kind {
        ProviderKind::Fargate { bucket, .. } => meant(bucket),
        _ => false,
    };
    let strategy = plan.services[service].strategy.iter().enumerate();
    strategy.filter(|(_, item)| is_meant(item)).fold(0, |bits, (row, _)| bits | 1 << row)
}

/// Puts a service into the queue of a bucket, once.
fn queue_up(world: &mut World, service: ServiceId, bucket: BucketId, cx: &mut Cx<'_>) {
    if !stands_at(world, service, bucket) {
        let free = world.services[service].scheduler.queued.iter_mut().find(|place| place.is_none());
        *free.expect("a service draws from two buckets at most: on demand and Spot") = Some(bucket);
        world.buckets[bucket].queue.push_back(service);
    }
    arm(world, bucket, cx);
}

/// Wakes the bucket when its next token is there.
fn arm(world: &mut World, bucket: BucketId, cx: &mut Cx<'_>) {
    let row = &mut world.buckets[bucket];
    if row.armed || row.queue.is_empty() {
        return;
    }
    let wait = row.tokens.wait(cx.now);
    if wait < Span::MAX {
        row.armed = true;
        cx.after(wait, step::Pace::Token(bucket));
    }
}

/// Services take turns at the bucket, one launch each.
pub(crate) fn handle(world: &mut World, step::Pace::Token(bucket): step::Pace, cx: &mut Cx<'_>) {
    world.buckets[bucket].armed = false;
    while world.buckets[bucket].tokens.wait(cx.now) == Span::ZERO {
        let Some(service) = world.buckets[bucket].queue.pop_front() else { return };
        for place in &mut world.services[service].scheduler.queued {
            *place = place.filter(|at| *at != bucket);
        }
        turn(world, service, bucket, cx);
    }
    arm(world, bucket, cx);
}

/// A service has its turn at a bucket that has a token.
fn turn(world: &mut World, service: ServiceId, bucket: BucketId, cx: &mut Cx<'_>) {
    if outage::unserved(world, cx.plan.services[service].cluster, cx).is_some() {
        // Looked at when its cell is back.
        return wake::scheduler(world, service, cx);
    }
    if !may_launch(world, service, cx) || cx.now < world.services[service].scheduler.backoff_until {
        return work(world, service, cx);
    }
    let mut barred = !items(service, cx, |of| of == bucket);
    match one(world, service, &mut barred, &mut None, cx) {
        Ok(()) if !may_launch(world, service, cx) => rest(world, service),
        Ok(()) => queue_up(world, service, bucket, cx),
        Err(wait @ (Wait::Refused | Wait::Unlucky(_))) => {
            wait_for(world, service, wait, cx);
            if may_launch(world, service, cx) {
                queue_up(world, service, bucket, cx);
            }
        }
        Err(wait @ (Wait::Service(_) | Wait::Plane)) => wait_for(world, service, wait, cx),
        // No capacity here, or this bucket's share is full: the other items may go on.
        Err(_) if world.services[service].scheduler.retrying => {}
        Err(_) => work(world, service, cx),
    }
}

fn retry_later(world: &mut World, service: ServiceId, reason: Reason, cx: &mut Cx<'_>) {
    rushed(world, service, cx.plan);
    wait_as(world, service, Phase::CapacityWait);
    cx.note(ServiceFact::LaunchFailed { service, reason });
    for item in &cx.plan.services[service].strategy {
        tell::refused(world, item.provider, service, cx);
    }
    let row = &mut world.services[service];
    row.steady = false;
    let count = row.scheduler.pending();
    cx.note(ServiceFact::Action { service, action: Action::TaskPlacementFailure, reason, count });
    if !std::mem::replace(&mut row.scheduler.retrying, true) {
        cx.after(RETRY, step::Reconcile::Retry(service));
    }
}

/// A service has its turn at its control-plane cell: one launch, then it queues up again.
pub(crate) fn one_turn(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    if !may_launch(world, service, cx) || cx.now < world.services[service].scheduler.backoff_until {
        return work(world, service, cx);
    }
    let mut barred = items(service, cx, |bucket| stands_at(world, service, bucket));
    match one(world, service, &mut barred, &mut None, cx) {
        Ok(()) if !may_launch(world, service, cx) => rest(world, service),
        Ok(()) => plane::queue_up(world, service, cx),
        Err(wait @ (Wait::Refused | Wait::Unlucky(_))) => {
            wait_for(world, service, wait, cx);
            if may_launch(world, service, cx) {
                plane::queue_up(world, service, cx);
            }
        }
        Err(wait) => wait_for(world, service, wait, cx),
    }
}

/// One launch: which provider, its tokens, its room. `refused` keeps why an item had no capacity.
fn one(
    world: &mut World,
    service: ServiceId,
    barred: &mut u32,
    refused: &mut Option<Reason>,
    cx: &mut Cx<'_>,
) -> Result<(), Wait> {
    loop {
        let Some(item) = pick_item(world, service, *barred, cx) else {
            let somewhere = world.services[service].scheduler.queued.iter().any(Option::is_some);
            return Err(match refused {
                None if somewhere => Wait::Turn,
                reason => Wait::Capacity(reason.unwrap_or_default()),
            });
        };
        let provider = cx.plan.services[service].strategy[item].provider;
        match launch::launch_on(world, service, provider, None, cx) {
            Ok(_) => return Ok(()),
            Err(Wait::Capacity(reason)) => {
                *refused = Some(reason);
                *barred |= 1 << item;
            }
            Err(Wait::Bucket(bucket)) => {
                queue_up(world, service, bucket, cx);
                *barred |= items(service, cx, |of| of == bucket);
            }
            Err(wait) => return Err(wait),
        }
    }
}

/// The item of the strategy that is furthest below its share (CapacityProviderStrategyItem: `base` is how many tasks,
/// at a minimum, run on a provider). What is to be replaced has no part in it: its replacement takes its place, so that
/// the base and the weights hold after every loss (model choice: they are restored by launches, and by nothing else).
pub(crate) fn pick_item(world: &World, service: ServiceId, barred: u32, cx: &Cx<'_>) -> Option<usize> {
    let strategy = &cx.plan.services[service].strategy;
    if strategy.len() == 1 {
        return (barred & 1 == 0).then_some(0);
    }
    let mut there = [0; capacity::ITEMS_MAX];
    let goal = shared_out(world, service, &mut there, cx);
    let mut shares = [0; capacity::ITEMS_MAX];
    capacity::split(strategy, goal.max(there.iter().sum::<u32>() + 1), &mut shares);
    let short = |item: usize| shares[item].saturating_sub(there[item]);
    let open = (0..strategy.len()).filter(|item| barred & (1 << item) == 0 && short(*item) > 0);
    open.max_by_key(|&item| (short(item), std::cmp::Reverse(item)))
}

/// The tasks by item that the next launch is held against, and how many there are to be: of two revisions side by side
/// those of its own, as each deployment has its own strategy ([ecs-api-deployment]).
fn shared_out(world: &World, service: ServiceId, there: &mut [u32; capacity::ITEMS_MAX], cx: &Cx<'_>) -> u32 {
    let row = &world.services[service];
    if row.shift().is_some() {
        let (number, _) = revision::next(world, service, cx.plan);
        if let Some(one) = row.deployment.revisions.iter().find(|one| one.number == number) {
            there.iter_mut().zip(&one.by_item).for_each(|(there, count)| *there = *count);
            return row.desired();
        }
    }
    if let Some((replacement, _)) = row.deployment.rollout.as_ref().and_then(|rollout| rollout.replacements.first()) {
        // Who stands in for a failed task of a revision before is shared out with those of it that have not failed.
        let lasts = |task: &Task| {
            task.wanted
                && task.revision == *replacement
                && task.health != Health::Unhealthy
                && !task.marks.has(Marks::LEAVING)
        };
        let strategy = &cx.plan.services[service].strategy;
        for (_, task) in world.tasks_of(service).filter(|(_, task)| lasts(task)) {
            if let Some(item) = strategy.iter().position(|item| item.provider == task.provider) {
                there[item] += 1;
            }
        }
        return row.desired();
    }
    there.iter_mut().zip(&row.by_item).for_each(|(there, item)| *there = item.lasting);
    row.goal()
}
