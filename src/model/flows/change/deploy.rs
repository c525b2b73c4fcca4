//! A new revision of a service is rolled out: step by step, watched, completed, or taken back.
//!
//! ```text
//! Asked ─► Rolling ─► all new and healthy ─► Baking ─► completed
//!             └───────────────┬─────────────────┘
//!                 circuit breaker or alarm ─► Back ─► rolled back
//!                                          └► Stalled, without rollback or without a completed revision
//! ```
//! Tasks of another revision than the one that is deployed are to be replaced, as those on a draining host are: how
//! many may be missing or too many at a time is decided in `flows/scheduler/reconcile.rs`, once for all reasons.

use super::{alarms, early, flag, rollout, shift};
use crate::engine::Span;
use crate::engine::key::Phase as Turn;
use crate::model::fact::{BreakerStep, Cause, ChangeFact, ChangeStep, FaultFact, Lifecycle};
use crate::model::flows::cell::outage;
use crate::model::flows::rows::{account, bad, digest, revision, tell, wake};
use crate::model::flows::task::wear;
use crate::model::flows::{Cx, News, World, step};
use crate::model::ids::{AlarmId, ChangeId, ServiceId, TaskId};
use crate::model::plan::Unit;
use crate::model::tables::Service;
use crate::model::tables::rollout::{Revision, Rollout, Stage, Waits};
use crate::model::tables::task::Marks;

/// How long a task without any health check runs before a deployment counts it as healthy ([ecs-rolling-update]).
const WARM: Span = Span::from_secs(40);

/// Whoever finds no control plane asks again after so long (model choice).
const AGAIN: Span = Span::from_secs(30);

pub(crate) fn handle(world: &mut World, step: step::Deploy, cx: &mut Cx<'_>) {
    match step {
        step::Deploy::Asked(service, change, turn) => asked(world, service, change, turn, cx),
        step::Deploy::Warm(task) => warm(world, task, cx),
        step::Deploy::Baked(service, change, turn) => baked(world, service, change, turn, cx),
        step::Deploy::Due(service, change, number) => due(world, service, change, number, cx),
        step::Deploy::Found(service, change, turn) => found(world, service, change, turn, cx),
    }
}

/// Changes of the services of this partition.
pub(crate) fn prepare(world: &mut World, cx: &mut Cx<'_>) {
    for (id, change) in cx.plan.changes.pairs() {
        let alone = change.pipeline.is_none() && change.zonal.is_none();
        for service in change.services().filter(|_| alone).filter(|service| world.services.holds(*service)) {
            if change.every.is_some() {
                rollout::wind(service, id, 0, cx);
            } else {
                cx.at(change.at, Turn::Normal, step::Deploy::Asked(service, id, 0));
            }
        }
    }
}

/// A service is to have another revision.
fn asked(world: &mut World, service: ServiceId, id: ChangeId, turn: u32, cx: &mut Cx<'_>) {
    if cx.plan.changes[id].flag.is_some() {
        return flag::begin(world, service, id, cx);
    }
    if let Err(wait) = called(world, service, cx) {
        return cx.after(wait, step::Deploy::Asked(service, id, turn));
    }
    let earlier = supersede(world, service, cx);
    let moves = begin(world, service, id, turn, cx);
    tell::change(id, service, ChangeStep::Began, cx);
    if moves {
        rollout::no_backoff(world, service);
        shift::begin(world, service, earlier, cx);
    } else {
        rollout::turn_to(world, service, Cause::change(id), cx);
    }
}

/// UpdateService: taken on when the router and the cell answer, and the account has a token ([ecs-api-throttling]; as
/// for RunTask, where a control plane is written); or when the client comes again.
pub(crate) fn called(world: &mut World, service: ServiceId, cx: &Cx<'_>) -> Result<(), Span> {
    let plan = cx.plan;
    let cluster = plan.services[service].cluster;
    let away = outage::unserved(world, cluster, cx).is_some() || !world.front.router_down.is_empty();
    if away || world.not_created(cluster) || is_full(&mut world.services[service]) {
        return Err(AGAIN);
    }
    let told = plan.regions[plan.region_of(service)].plane.is_some();
    let tokens = &mut world.front.updates[plan.clusters[cluster].account_row];
    if told && !tokens.take(cx.now) {
        // Turned away for its rate: the client comes again when there is a token.
        return Err(tokens.wait(cx.now).max(Span::from_micros(1)));
    }
    Ok(())
}

/// Another deployment takes the place of the one that is under way; whether its tasks stood beside those that serve.
pub(crate) fn supersede(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) -> bool {
    let before = world.services[service].deployment.rollout.as_ref();
    let before = before.map(|one| (one.change, one.stage == Stage::Stalled, one.shift.is_some()));
    if let Some((change, stalled, earlier)) = before {
        if earlier {
            shift::give_up_green(world, service, cx);
        }
        let rollout = world.services[service].deployment.rollout.take();
        if !stalled {
            tell::change(change, service, ChangeStep::Superseded, cx);
            if let Some(rollout) = &rollout {
                rollout::over(service, rollout, cx);
            }
        }
    }
    if let Some((change, _)) = world.services[service].deployment.deploying {
        world.hear(News::Superseded(change), cx);
    }
    before.is_some_and(|(_, _, earlier)| earlier)
}

/// Whether a service has tasks of so many revisions that no number is left for another one. Those without tasks, of
/// changes that were superseded or stalled, are forgotten first.
fn is_full(row: &mut Service) -> bool {
    let kept = [
        Some(row.deployment.revision),
        row.deployment.completed,
        row.deployment.deploying.map(|_| row.deployment.before_deployment),
    ];
    let comes = |number: u8| {
        row.deployment.rollout.iter().any(|rollout| rollout.replacements.iter().any(|(of, _)| *of == number))
    };
    row.deployment.revisions.retain(|one| kept.contains(&Some(one.number)) || one.runs() || comes(one.number));
    row.deployment.revisions.len() > usize::from(u8::MAX)
}

/// A number for a new revision: the next one in a circle that none has that is still known. So a number comes back only
/// when 255 more revisions have come, and nothing is left of the one that had it.
fn number(row: &Service) -> u8 {
    let mut numbers =
        (1..=u8::MAX).map(|step| ((u16::from(row.deployment.newest) + u16::from(step) - 1) % 255) as u8 + 1);
    let known = |number: &u8| row.deployment.revisions.iter().any(|one| one.number == *number);
    numbers.find(|number| !known(number)).unwrap_or(u8::MAX)
}

/// A deployment begins: of the whole service, unless a pipeline limits it. Whether traffic moves.
pub(crate) fn begin(world: &mut World, service: ServiceId, id: ChangeId, turn: u32, cx: &mut Cx<'_>) -> bool {
    let plan = cx.plan;
    let bad = bad::is_bad(id, plan.changes[id].turn(plan.services[service].who, turn), cx);
    let (items, zones) = (plan.services[service].strategy.len(), world.services[service].zones.len());
    // One alarm that is in ALARM already switches the watch of all of them off, for as long as the deployment lasts
    // ([ecs-deployment-alarms]).
    let unwatched = plan.services[service].deployment.alarms.iter().any(|alarm| alarms::rings(world, *alarm));
    let row = &mut world.services[service];
    let revision = number(row);
    cx.note(ChangeFact::Revision { change: id, service, number: revision });
    row.deployment.newest = revision;
    row.deployment.before_deployment = row.deployment.completed.unwrap_or(row.deployment.revision);
    let mut new = Revision::new(revision, Some(id), bad, (items, zones));
    if bad && wear::slows(plan, id) {
        new.worn.resize(zones, Default::default());
    }
    if plan.changes[id].shadow.is_some() {
        new.surplus.resize(zones, [0; 4]);
    }
    row.deployment.revisions.push(new);
    let blue = std::mem::replace(&mut row.deployment.revision, revision);
    row.deployment.deploying = Some((id, revision));
    let shift = shift::moves(plan, service).then(|| shift::new(blue, revision, turn));
    let moves = shift.is_some();
    let digest = digest::at_begin(plan, service);
    let rollout = Rollout::new(id, revision, row.deployment.before_deployment, unwatched);
    row.deployment.rollout = Some(Box::new(Rollout { turn, digest, shift, ..rollout }));
    if bad {
        cx.note(ChangeFact::Defective { change: id, unit: Unit::Service(service) });
    }
    if let Some(breaker) = revision::breaker(world, service, plan) {
        let threshold = breaker.threshold.failures(world.services[service].desired());
        cx.note(ChangeFact::Breaker { change: id, what: BreakerStep::Watches { threshold } });
    }
    moves
}

/// A task runs. Whether a deployment waits before it counts it as healthy.
pub(crate) fn runs(world: &mut World, id: TaskId, checked: bool, cx: &mut Cx<'_>) {
    let task_service = world.tasks.at(id.slot).service;
    if world.services[task_service].deployment.rollout.is_none() {
        return;
    }
    if let Some(rollout) = revision::of_task(world, id)
        && !std::mem::replace(&mut rollout.ran, true)
    {
        let change = rollout.change;
        runs_first(world, task_service, change, cx);
    }
    if !checked {
        account::change(world, cx.plan, id, |task| task.marks.set(Marks::WARMING, true));
        cx.after(WARM, step::Deploy::Warm(id));
    }
}

/// The first task of a deployment runs: from now on somebody may find that it is bad.
fn runs_first(world: &mut World, service: ServiceId, change: ChangeId, cx: &mut Cx<'_>) {
    let rollout = world.services[service].deployment.rollout.as_ref();
    if rollout.is_some_and(|rollout| rollout.staged) {
        return world.hear(News::RunsFirst(change), cx);
    }
    let turn = rollout.map_or(0, |rollout| rollout.turn);
    let who = cx.plan.changes[change].turn(cx.plan.services[service].who, turn);
    if let Some(after) = bad::found_after(change, who, cx) {
        cx.after(after, step::Deploy::Found(service, change, turn));
    }
}

/// Somebody has found that it is bad, if it is still under way.
fn found(world: &mut World, service: ServiceId, change: ChangeId, turn: u32, cx: &mut Cx<'_>) {
    let open =
        world.services[service].deployment.rollout.as_ref().is_some_and(|one| (one.change, one.turn) == (change, turn));
    if open {
        failed(world, service, true, cx);
    }
}

fn warm(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    if world.tasks.get(id).is_none() {
        return;
    }
    account::change(world, cx.plan, id, |task| task.marks.set(Marks::WARMING, false));
    revision::healthy(world, id, cx);
    let service = world.tasks.at(id.slot).service;
    wake::scheduler(world, service, cx);
}

/// A task did not reach RUNNING (`started` is false), or fails its health checks: stage one of the circuit breaker
/// counts the former until a task of the deployment has run, stage two the latter ([ecs-circuit-breaker]).
pub(crate) fn fails(world: &mut World, id: TaskId, started: bool, cx: &mut Cx<'_>) {
    let service = world.tasks.at(id.slot).service;
    let gives_up = !started && digest::gives_up(world, id, cx);
    let Some(breaker) = revision::breaker(world, service, cx.plan) else { return };
    let desired = world.services[service].desired();
    let Some(rollout) = revision::of_task(world, id) else { return };
    let change = rollout.change;
    let counts = rollout.ran == started;
    if counts {
        rollout.failures += 1;
        let failures = rollout.failures;
        cx.note(ChangeFact::Breaker { change, what: BreakerStep::Counts { failures } });
    } else {
        cx.note(ChangeFact::Breaker { change, what: BreakerStep::Passes });
    }
    if gives_up || counts && rollout.failures >= breaker.threshold.failures(desired) {
        cx.note(ChangeFact::Breaker { change, what: BreakerStep::Trips });
        failed(world, service, breaker.rollback, cx);
    }
}

/// A RUNNING task exits: no stage of the circuit breaker counts that.
pub(crate) fn exits(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let service = world.tasks.at(id.slot).service;
    if revision::breaker(world, service, cx.plan).is_some()
        && let Some(rollout) = revision::of_task(world, id)
    {
        cx.note(ChangeFact::Breaker { change: rollout.change, what: BreakerStep::Passes });
    }
}

/// The deployment has failed: the newest completed revision comes back, or it stalls.
fn failed(world: &mut World, service: ServiceId, rollback: bool, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    let Some(rollout) = row.deployment.rollout.as_deref_mut().filter(|one| one.stage.is_open()) else { return };
    let change = rollout.change;
    cx.note(FaultFact::Noticed { cause: Cause::change(change), service: None });
    tell::change(change, service, ChangeStep::Failed, cx);
    if rollout.staged {
        return world.hear(News::RolloutFails(change), cx);
    }
    if let Some(completed) = row.deployment.completed.filter(|_| rollback) {
        rollout.stage = Stage::Back;
        row.deployment.revision = completed;
        let moves = rollout.shift.is_some();
        tell::change(change, service, ChangeStep::Back, cx);
        if moves {
            shift::back(world, service, cx);
        } else {
            rollout::turn_to(world, service, Cause::change(change), cx);
        }
    } else {
        rollout.stage = Stage::Stalled;
        rollout.replacements.clear();
        rollout::over(service, rollout, cx);
        shift::stall(world, service);
        account::mark(world, service);
        tell::change(change, service, ChangeStep::Stalled, cx);
    }
}

/// An alarm goes to ALARM: deployments under way that watch it have failed.
pub(crate) fn alarmed(world: &mut World, alarm: AlarmId, cx: &mut Cx<'_>) {
    let watches = |service: &ServiceId| {
        let rollout = world.services[*service].deployment.rollout.as_ref();
        let open = rollout.is_some_and(|one| one.stage.is_open() && !one.unwatched);
        open && cx.plan.services[*service].deployment.alarms.contains(&alarm)
    };
    let hit: Vec<ServiceId> = world.services.ids().filter(watches).collect();
    for service in hit {
        failed(world, service, cx.plan.services[service].deployment.alarm_rollback, cx);
    }
}

/// The scheduler has looked at the service: is anything left to do?
pub(crate) fn look(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &world.services[service];
    let whole = row.is_steady();
    let only = early::is_alone(row);
    let Some(rollout) = &row.deployment.rollout else {
        if whole && row.deployment.completed.is_none() {
            world.services[service].deployment.completed = Some(0);
        }
        return;
    };
    let (change, turn) = (rollout.change, rollout.turn);
    // A deployment that reaches a part only is done when nothing is left to be replaced.
    let done = whole && (only || rollout.is_partial());
    if rollout.shift.is_some() {
        return shift::look(world, service, cx);
    }
    match rollout.stage {
        Stage::Rolling if done || early::met(world, service, cx.plan) => {
            if is_held(world, service, cx) {
                return;
            }
            let bake = rollout::bake(world, service, cx.plan);
            if bake == Span::ZERO {
                return early::finish(world, service, cx);
            }
            if let Some(rollout) = &mut world.services[service].deployment.rollout {
                rollout.stage = Stage::Baking;
            }
            tell::change(change, service, ChangeStep::Bakes, cx);
            cx.after(bake, step::Deploy::Baked(service, change, turn));
        }
        Stage::Cleaning if only => rollout::complete(world, service, cx),
        Stage::Back if done => rollout::rolled_back(world, service, cx),
        _ => {}
    }
}

fn baked(world: &mut World, service: ServiceId, change: ChangeId, turn: u32, cx: &mut Cx<'_>) {
    let rollout = world.services[service].deployment.rollout.as_ref();
    if rollout.is_some_and(|one| (one.change, one.turn) == (change, turn) && one.stage == Stage::Baking) {
        early::finish(world, service, cx);
    }
}

/// As far as it was moved, all tasks are new and healthy: `true` when the unit waits for the next move.
fn is_held(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) -> bool {
    let Some(rollout) = world.services[service].deployment.rollout.as_deref_mut() else { return false };
    if !rollout.is_partial() {
        return false;
    }
    rollout.stage = Stage::Held;
    let change = rollout.change;
    world.hear(News::Moved(service, change), cx);
    true
}

/// What a stage waited for is there.
fn due(world: &mut World, service: ServiceId, change: ChangeId, number: u32, cx: &mut Cx<'_>) {
    let Some((of, shift)) = shift::shift(world, service) else { return };
    if of != change || shift.number != number {
        return;
    }
    let (at, waits) = (shift.at, shift.waits);
    if matches!(waits, Waits::Late | Waits::TooLate) {
        tell::change(change, service, ChangeStep::TimedOut, cx);
    }
    match waits {
        Waits::Weights => shift::is_back(world, service, cx),
        Waits::Hooks | Waits::Late => shift::answered(world, service, cx),
        Waits::Failing | Waits::TooLate => failed(world, service, true, cx),
        Waits::Bake if at == Lifecycle::BakeTime => shift::enter(world, service, Lifecycle::CleanUp, cx),
        Waits::Bake => shift::enter(world, service, Lifecycle::PreProductionTrafficShift, cx),
        Waits::Copies => shift::copies_over(world, service, cx),
        Waits::Tasks => {}
    }
}
