//! A new revision of a service is rolled out: step by step, watched, completed, or taken back.
//!
//! ```text
//! Asked ─► Rolling ─► all new and healthy ─► Baking ─► completed
//!             └───────────────┬─────────────────┘
//!                 circuit breaker or alarm ─► Back ─► rolled back
//!                                          └► Stalled, without rollback or without a completed revision
//! ```
//! Tasks of another revision than the one that is deployed are to be replaced, as those on a draining host are: how many
//! may be missing or too many at a time is decided in `flows/reconcile.rs`, once for all reasons.

use super::{account, alarms, bad, digest, early, flag, heir, outage, pipeline, reconcile, shift, staged, wear};
use crate::engine::key::Phase as Turn;
use crate::engine::{Span, Time};
use crate::model::defect::Effect;
use crate::model::event::steps;
use crate::model::fact::{Cause, ChangeFact, ChangeStep, FaultFact};
use crate::model::flows::For;
use crate::model::ids::{AlarmId, ChangeId, ServiceId, TaskId};
use crate::model::plan::{Breaker, Plan, Unit};
use crate::model::tables::Service;
use crate::model::tables::rollout::{Revision, Rollout, Stage};
use crate::model::tables::task::{Marks, chain};
use crate::model::world::{Cx, World};

steps! { Deploy:
    /// Somebody asks for a change.
    Asked(service: ServiceId, change: ChangeId, turn: u32),
    /// A task without any check has run for long enough to count as healthy.
    Warm(task: TaskId),
    /// The bake is over.
    Baked(service: ServiceId, change: ChangeId, turn: u32),
    /// What a stage of a deployment that moves traffic waits for is there.
    Due(service: ServiceId, change: ChangeId, number: u32),
    /// A feature flag goes on.
    Shown(service: ServiceId, change: ChangeId, number: u32),
    /// Somebody finds that it is bad.
    Found(service: ServiceId, change: ChangeId, turn: u32),
}

/// How long a task without any health check runs before a deployment counts it as healthy (Rolling update).
const WARM: Span = Span::from_secs(40);
/// Whoever finds no control plane asks again after so long (model choice).
const AGAIN: Span = Span::from_secs(30);

/// Handles a step.
pub(crate) fn handle(world: &mut World, step: Step, cx: &mut Cx<'_>) {
    match step {
        Step::Asked(service, change, turn) => asked(world, service, change, turn, cx),
        Step::Warm(task) => warm(world, task, cx),
        Step::Baked(service, change, turn) => baked(world, service, change, turn, cx),
        Step::Due(service, change, number) => shift::due(world, service, change, number, cx),
        Step::Shown(service, change, number) => flag::shown(world, service, change, number, cx),
        Step::Found(service, change, turn) => found(world, service, change, turn, cx),
    }
}

/// Changes of the services of this partition.
pub(crate) fn prepare(world: &mut World, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    for (id, change) in plan.changes.pairs() {
        let alone = change.pipeline.is_none();
        for service in change.services().filter(|_| alone).filter(|service| world.services.holds(*service)) {
            if change.every.is_some() {
                wind(service, id, 0, cx);
            } else {
                cx.at(change.at, Turn::Normal, Step::Asked(service, id, 0));
            }
        }
    }
}

/// The clock of a change that comes again and again at a service: when it is asked for next is drawn.
fn wind(service: ServiceId, id: ChangeId, turn: u32, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let change = &plan.changes[id];
    let Some(law) = change.every.as_ref().filter(|_| change.pipeline.is_none()) else { return };
    let who = change.turn(plan.services[service].who, turn);
    let gap = law.sample(&mut cx.draw(For::ChangeGap, who));
    cx.after(gap.max(Span::from_micros(1)), Step::Asked(service, id, turn));
}

/// What was deployed is over, one way or another: the clock of a change that comes again starts anew.
fn over(service: ServiceId, rollout: &Rollout, cx: &mut Cx<'_>) {
    wind(service, rollout.change, rollout.turn + 1, cx);
}

/// A service is to have another revision.
fn asked(world: &mut World, service: ServiceId, id: ChangeId, turn: u32, cx: &mut Cx<'_>) {
    if cx.plan.changes[id].flag.is_some() {
        return flag::begin(world, service, id, cx);
    }
    if let Err(wait) = called(world, service, cx) {
        return cx.after(wait, Step::Asked(service, id, turn));
    }
    let earlier = supersede(world, service, cx);
    let moves = begin(world, service, id, turn, cx);
    tell(id, service, ChangeStep::Began, cx);
    if moves {
        no_rest(world, service);
        shift::begin(world, service, earlier, cx);
    } else {
        turn_to(world, service, Cause::change(id), cx);
    }
}

/// UpdateService: taken on when the router and the cell answer, and the account has a token (Amazon ECS API throttling;
/// as for RunTask, where a control plane is written); or when the client comes again.
pub(crate) fn called(world: &mut World, service: ServiceId, cx: &Cx<'_>) -> Result<(), Span> {
    let plan = cx.plan;
    let cluster = plan.services[service].cluster;
    let away = outage::unserved(world, cluster, cx).is_some() || !world.front.router_down.is_empty();
    if away || super::create::unborn(world, cluster) || is_full(&mut world.services[service]) {
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
    let before = world.services[service].rollout.as_ref();
    let before = before.map(|one| (one.change, one.stage == Stage::Stalled, one.shift.is_some()));
    if let Some((change, stalled, earlier)) = before {
        if earlier {
            shift::give_up_green(world, service, cx);
        }
        let rollout = world.services[service].rollout.take();
        if !stalled {
            tell(change, service, ChangeStep::Superseded, cx);
            if let Some(rollout) = &rollout {
                over(service, rollout, cx);
            }
        }
    }
    if let Some((change, _)) = world.services[service].trial {
        pipeline::superseded(world, change, cx);
    }
    before.is_some_and(|(_, _, earlier)| earlier)
}

/// Whether a service has tasks of so many revisions that no number is left for another one. Those without tasks, of changes
/// that were superseded or stalled, are forgotten first.
fn is_full(row: &mut Service) -> bool {
    let kept = [Some(row.revision), row.completed, row.trial.map(|_| row.before_trial)];
    let comes = |number: u8| row.rollout.iter().any(|rollout| rollout.heirs.iter().any(|(of, _)| *of == number));
    row.revisions.retain(|one| kept.contains(&Some(one.number)) || one.runs() || comes(one.number));
    row.revisions.len() > usize::from(u8::MAX)
}

/// A number for a new revision: the next one in a circle that none has that is still known. So a number comes back only
/// when 255 more revisions have come, and nothing is left of the one that had it.
fn number(row: &Service) -> u8 {
    let mut numbers = (1..=u8::MAX).map(|step| ((u16::from(row.newest) + u16::from(step) - 1) % 255) as u8 + 1);
    let known = |number: &u8| row.revisions.iter().any(|one| one.number == *number);
    numbers.find(|number| !known(number)).unwrap_or(u8::MAX)
}

/// A deployment begins: of the whole service, unless a pipeline limits it. Whether traffic moves.
pub(crate) fn begin(world: &mut World, service: ServiceId, id: ChangeId, turn: u32, cx: &mut Cx<'_>) -> bool {
    let plan = cx.plan;
    let bad = bad::is_bad(id, plan.changes[id].turn(plan.services[service].who, turn), cx);
    let (items, zones) = (plan.services[service].strategy.len(), world.services[service].zones.len());
    // One alarm that is in ALARM already switches the watch of all of them off, for as long as the deployment lasts
    // (Amazon ECS developer guide, "How CloudWatch alarms detect Amazon ECS deployment failures").
    let unwatched = plan.services[service].deployment.alarms.iter().any(|alarm| alarms::rings(world, *alarm));
    let row = &mut world.services[service];
    let revision = number(row);
    row.newest = revision;
    row.before_trial = row.completed.unwrap_or(row.revision);
    let mut new = Revision::new(revision, Some(id), bad, (items, zones));
    if bad && wear::slows(plan, id) {
        new.worn.resize(zones, Default::default());
    }
    if plan.changes[id].shadow.is_some() {
        new.spares.resize(zones, [0; 4]);
    }
    row.revisions.push(new);
    let blue = std::mem::replace(&mut row.revision, revision);
    row.trial = Some((id, revision));
    let shift = shift::moves(plan, service).then(|| shift::new(blue, revision, turn));
    let moves = shift.is_some();
    let digest = digest::at_begin(plan, service);
    let rollout = Rollout::new(id, revision, row.before_trial, unwatched);
    row.rollout = Some(Box::new(Rollout { turn, digest, shift, ..rollout }));
    if bad {
        cx.note(ChangeFact::Defective { change: id, unit: Unit::Service(service) });
    }
    moves
}

/// Tells readers.
pub(crate) fn tell(change: ChangeId, service: ServiceId, what: ChangeStep, cx: &mut Cx<'_>) {
    cx.note(ChangeFact::Step { change, service, what });
}

/// Tasks of other revisions than the one to be deployed are to be replaced from now on, as far as the deployment reaches.
pub(crate) fn turn_to(world: &mut World, service: ServiceId, cause: Cause, cx: &mut Cx<'_>) {
    let target = world.services[service].revision;
    if let Some(rollout) = &mut world.services[service].rollout {
        rollout.heirs.clear();
    }
    for task in tasks(world, service) {
        let zone = world.tasks.at(task.slot).zone;
        let covered = world.services[service].rollout.as_ref().is_none_or(|rollout| rollout.covers(zone));
        account::change(world, cx.plan, task, |task| {
            let outdated = covered && task.revision != target;
            task.marks.set(Marks::OUTDATED, outdated);
            task.marks.set(Marks::HEIR | Marks::HAS_HEIR, false);
            if outdated && task.ready() {
                task.cause = cause;
            }
        });
    }
    no_rest(world, service);
    let row = &mut world.services[service];
    row.replace_cause = cause;
    row.owed.iter_mut().filter(|(of, _)| of.as_fault().is_none()).for_each(|(of, _)| *of = cause);
    reconcile::wake_once(world, service, cx);
}

/// A new task definition ends the rest after failed starts (Service throttle logic).
pub(crate) fn no_rest(world: &mut World, service: ServiceId) {
    let row = &mut world.services[service];
    (row.rest, row.rests_until) = (Span::ZERO, Time::ZERO);
    row.impaired = false;
}

/// Tasks of a service: those with a place, and those that wait for one.
pub(crate) fn tasks(world: &World, service: ServiceId) -> Vec<TaskId> {
    let zones = &world.services[service].zones;
    let placed = zones.iter().flat_map(|zone| chain(&world.tasks, zone.first)).map(|(id, _)| id);
    let waiting = world.providers.iter().flat_map(|provider| provider.waiting.iter().copied());
    let waiting = waiting.filter(|id| world.tasks.get(*id).is_some_and(|task| task.service == service));
    placed.chain(waiting).collect()
}

/// The deployment of which a task is a new one, while it can still fail.
pub(crate) fn of_task(world: &mut World, id: TaskId) -> Option<&mut Rollout> {
    let row = world.tasks.at(id.slot);
    let (service, revision) = (row.service, row.revision);
    let rollout = world.services[service].rollout.as_deref_mut()?;
    (rollout.revision == revision && rollout.stage.is_open()).then_some(rollout)
}

/// A task runs. Whether a deployment waits before it counts it as healthy.
pub(crate) fn runs(world: &mut World, id: TaskId, checked: bool, cx: &mut Cx<'_>) {
    let task_service = world.tasks.at(id.slot).service;
    if world.services[task_service].rollout.is_none() {
        return;
    }
    if let Some(rollout) = of_task(world, id)
        && !std::mem::replace(&mut rollout.ran, true)
    {
        let change = rollout.change;
        runs_first(world, task_service, change, cx);
    }
    if !checked {
        account::change(world, cx.plan, id, |task| task.marks.set(Marks::WARMING, true));
        cx.after(WARM, Step::Warm(id));
    }
}

/// The first task of a deployment runs: from now on somebody may find that it is bad.
fn runs_first(world: &mut World, service: ServiceId, change: ChangeId, cx: &mut Cx<'_>) {
    let rollout = world.services[service].rollout.as_ref();
    if rollout.is_some_and(|rollout| rollout.staged) {
        return pipeline::runs_first(world, change, cx);
    }
    let turn = rollout.map_or(0, |rollout| rollout.turn);
    let who = cx.plan.changes[change].turn(cx.plan.services[service].who, turn);
    if let Some(after) = bad::found_after(change, who, cx) {
        cx.after(after, Step::Found(service, change, turn));
    }
}

/// Somebody has found that it is bad, if it is still under way.
fn found(world: &mut World, service: ServiceId, change: ChangeId, turn: u32, cx: &mut Cx<'_>) {
    let open = world.services[service].rollout.as_ref().is_some_and(|one| (one.change, one.turn) == (change, turn));
    if open {
        failed(world, service, true, cx);
    }
}

fn warm(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    if world.tasks.get(id).is_none() {
        return;
    }
    account::change(world, cx.plan, id, |task| task.marks.set(Marks::WARMING, false));
    healthy(world, id, cx);
    let service = world.tasks.at(id.slot).service;
    reconcile::wake_once(world, service, cx);
}

/// A task is healthy: the circuit breaker may forget what failed before.
pub(crate) fn healthy(world: &mut World, id: TaskId, cx: &Cx<'_>) {
    heir::healthy(world, id, cx.plan);
    let service = world.tasks.at(id.slot).service;
    let resets = breaker(world, service, cx.plan).is_some_and(|breaker| breaker.reset);
    if let (true, Some(rollout)) = (resets, of_task(world, id)) {
        rollout.failures = 0;
    }
}

/// The circuit breaker of a deployment under way: it binds those that move traffic only where the change says so.
pub(crate) fn breaker(world: &World, service: ServiceId, plan: &Plan) -> Option<Breaker> {
    let breaker = plan.services[service].deployment.breaker?;
    let rollout = world.services[service].rollout.as_ref()?;
    (rollout.shift.is_none() || plan.changes[rollout.change].breaker_on_shift).then_some(breaker)
}

/// Whether a task cannot have its image: its revision is bad in that way.
pub(crate) fn lacks_image(world: &World, id: TaskId, cx: &Cx<'_>) -> bool {
    bad::defect(world, cx.plan, id).is_some_and(|(defect, _)| defect.lacks_image())
}

/// A task did not reach RUNNING (`started` is false), or fails its health checks: stage one of the circuit breaker counts
/// the former until a task of the deployment has run, stage two the latter (Deployment circuit breaker).
pub(crate) fn fails(world: &mut World, id: TaskId, started: bool, cx: &mut Cx<'_>) {
    let service = world.tasks.at(id.slot).service;
    if !started && digest::fails(world, id, cx) {
        return;
    }
    let Some(breaker) = breaker(world, service, cx.plan) else { return };
    let desired = world.services[service].desired;
    let Some(rollout) = of_task(world, id) else { return };
    if rollout.ran != started {
        return;
    }
    rollout.failures += 1;
    if rollout.failures >= breaker.threshold.failures(desired) {
        failed(world, service, breaker.rollback, cx);
    }
}

/// The deployment has failed: the newest completed revision comes back, or it stalls.
pub(crate) fn failed(world: &mut World, service: ServiceId, rollback: bool, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    let Some(rollout) = row.rollout.as_deref_mut().filter(|one| one.stage.is_open()) else { return };
    let change = rollout.change;
    cx.note(FaultFact::Noticed { cause: Cause::change(change) });
    tell(change, service, ChangeStep::Failed, cx);
    if rollout.staged {
        return pipeline::failed(world, change, cx);
    }
    if let Some(completed) = row.completed.filter(|_| rollback) {
        rollout.stage = Stage::Back;
        row.revision = completed;
        let moves = rollout.shift.is_some();
        tell(change, service, ChangeStep::Back, cx);
        if moves {
            shift::back(world, service, cx);
        } else {
            turn_to(world, service, Cause::change(change), cx);
        }
    } else {
        rollout.stage = Stage::Stalled;
        rollout.heirs.clear();
        over(service, rollout, cx);
        shift::stall(world, service);
        account::mark(world, service);
        tell(change, service, ChangeStep::Stalled, cx);
    }
}

/// An alarm goes to ALARM: deployments under way that watch it have failed.
pub(crate) fn alarmed(world: &mut World, alarm: AlarmId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let watches = |service: &ServiceId| {
        let rollout = world.services[*service].rollout.as_ref();
        let open = rollout.is_some_and(|one| one.stage.is_open() && !one.unwatched);
        open && plan.services[*service].deployment.alarms.contains(&alarm)
    };
    let hit: Vec<ServiceId> = world.services.ids().filter(watches).collect();
    for service in hit {
        failed(world, service, plan.services[service].deployment.alarm_rollback, cx);
    }
    pipeline::alarmed(world, alarm, cx);
    flag::alarmed(world, alarm, cx);
}

/// The scheduler has looked at the service: is anything left to do?
pub(crate) fn look(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &world.services[service];
    let whole = reconcile::is_steady(row);
    let only = early::is_alone(row);
    let Some(rollout) = &row.rollout else {
        if whole && row.completed.is_none() {
            world.services[service].completed = Some(0);
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
            if staged::holds(world, service, cx) {
                return;
            }
            let bake = bake(world, service, cx.plan);
            if bake == Span::ZERO {
                return early::finish(world, service, cx);
            }
            if let Some(rollout) = &mut world.services[service].rollout {
                rollout.stage = Stage::Baking;
            }
            tell(change, service, ChangeStep::Bakes, cx);
            cx.after(bake, Step::Baked(service, change, turn));
        }
        Stage::Cleaning if only => complete(world, service, cx),
        Stage::Back if done => rolled_back(world, service, cx),
        _ => {}
    }
}

/// How long a deployment is watched once all tasks are new. Alarms that are not watched need no time.
pub(crate) fn bake(world: &World, service: ServiceId, plan: &Plan) -> Span {
    let deployment = &plan.services[service].deployment;
    let unwatched = world.services[service].rollout.as_ref().is_some_and(|one| one.unwatched);
    if unwatched { deployment.bake.unwrap_or(Span::ZERO) } else { deployment.bakes(&plan.alarms) }
}

fn baked(world: &mut World, service: ServiceId, change: ChangeId, turn: u32, cx: &mut Cx<'_>) {
    let rollout = world.services[service].rollout.as_ref();
    if rollout.is_some_and(|one| (one.change, one.turn) == (change, turn) && one.stage == Stage::Baking) {
        early::finish(world, service, cx);
    }
}

/// The revision before is back.
pub(crate) fn rolled_back(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    let Some(rollout) = &row.rollout else { return };
    let (change, staged) = (rollout.change, rollout.staged);
    tell(change, service, ChangeStep::RolledBack, cx);
    over(service, rollout, cx);
    if staged {
        // What a pipeline had completed here is not the newest completed revision any more.
        row.completed = Some(row.revision);
    }
    end(world, service);
    if staged {
        pipeline::undone(world, service, change, cx);
    }
}

/// The deployment is COMPLETED.
pub(crate) fn complete(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    row.completed = Some(row.revision);
    if let Some(rollout) = &row.rollout {
        cx.note(ChangeFact::Step { change: rollout.change, service, what: ChangeStep::Completed });
        over(service, rollout, cx);
    }
    let staged = row.rollout.as_ref().filter(|rollout| rollout.staged).map(|rollout| rollout.change);
    end(world, service);
    if let Some(change) = staged {
        pipeline::done(world, service, change, cx);
    }
}

pub(crate) fn end(world: &mut World, service: ServiceId) {
    let row = &mut world.services[service];
    let Some(rollout) = row.rollout.take() else { return };
    // What a pipeline has changed is on trial until the pipeline ends.
    if !rollout.staged {
        row.trial = None;
        forget(row);
    }
    account::mark(world, service);
}

/// Revisions without tasks are forgotten, but for the one that is deployed and the one that comes back if another fails.
pub(crate) fn forget(row: &mut Service) {
    let kept = [Some(row.revision), row.completed];
    row.revisions.retain(|one| kept.contains(&Some(one.number)) || one.runs());
}
