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

use super::{account, alarms, outage, reconcile};
use crate::engine::key::Phase as Turn;
use crate::engine::{Draw, Span, Time};
use crate::model::defect::Live;
use crate::model::event::steps;
use crate::model::fact::{Cause, ChangeStep, Fact};
use crate::model::flows::For;
use crate::model::ids::{AlarmId, ChangeId, ServiceId, TaskId, ZoneId};
use crate::model::plan::Plan;
use crate::model::tables::rollout::{Revision, Rollout, Stage};
use crate::model::tables::task::{Marks, chain};
use crate::model::world::{Cx, World};

steps! { Deploy:
    /// Somebody asks for a change.
    Asked(change: ChangeId),
    /// A task without any check has run for long enough to count as healthy.
    Warm(task: TaskId),
    /// The bake is over.
    Baked(service: ServiceId, change: ChangeId),
}

/// How long a task without any health check runs before a deployment counts it as healthy (domain sheet, section 2.2).
const WARM: Span = Span::from_secs(40);
/// Whoever finds no control plane asks again after so long (model choice).
const AGAIN: Span = Span::from_secs(30);

/// Handles a step.
pub(crate) fn handle(world: &mut World, step: Step, cx: &mut Cx<'_>) {
    match step {
        Step::Asked(change) => asked(world, change, cx),
        Step::Warm(task) => warm(world, task, cx),
        Step::Baked(service, change) => baked(world, service, change, cx),
    }
}

/// Changes of the services of this partition.
pub(crate) fn prepare(world: &mut World, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    for (id, change) in plan.changes.pairs() {
        if world.services.holds(change.service) {
            cx.at(change.at, Turn::Normal, Step::Asked(id));
        }
    }
}

/// UpdateService: taken on when the router and the cell answer, and the account has a token (domain sheet, section 4.6; as
/// for RunTask, where a control plane is written).
fn asked(world: &mut World, id: ChangeId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let change = &plan.changes[id];
    let service = change.service;
    let cluster = plan.services[service].cluster;
    let away = outage::unserved(world, cluster, cx).is_some() || !world.front.router_down.is_empty();
    if away || super::create::unborn(world, cluster) {
        return cx.after(AGAIN, Step::Asked(id));
    }
    let told = plan.regions[plan.region_of(service)].plane.is_some();
    let tokens = &mut world.front.updates[plan.clusters[cluster].account_row];
    if told && !tokens.take(cx.now) {
        // Turned away for its rate: the client comes again when there is a token.
        let wait = tokens.wait(cx.now).max(Span::from_micros(1));
        return cx.after(wait, Step::Asked(id));
    }
    if let Some(before) = world.services[service].rollout.take()
        && before.stage != Stage::Stalled
    {
        tell(before.change, ChangeStep::Superseded, cx);
    }
    let draws = change.defect.is_some() && change.bad_ppm > 0;
    let bad = draws && bad_luck(change.bad_ppm, cx.draw(For::Defect, change.who));
    let zones = world.services[service].zones.len();
    // An alarm that is on already is ignored for the whole of the deployment (domain sheet, section 2.5).
    let watched = plan.services[service].deployment.alarms.iter().copied();
    let ignored = watched.filter(|alarm| alarms::rings(world, *alarm)).collect();
    let row = &mut world.services[service];
    row.revisions.push(Revision::new(change.revision, bad, zones));
    row.revision = change.revision;
    row.rollout = Some(Box::new(Rollout { change: id, stage: Stage::Rolling, failures: 0, ran: false, ignored }));
    tell(id, ChangeStep::Began, cx);
    turn_to(world, service, Cause::change(id), cx);
}

fn bad_luck(ppm: u64, mut draw: Draw) -> bool {
    draw.below(1_000_000) < ppm
}

fn tell(change: ChangeId, what: ChangeStep, cx: &mut Cx<'_>) {
    cx.note(Fact::Change { change, what });
}

/// Tasks of other revisions than the one to be deployed are to be replaced from now on.
fn turn_to(world: &mut World, service: ServiceId, cause: Cause, cx: &mut Cx<'_>) {
    let target = world.services[service].revision;
    for task in tasks(world, service) {
        account::change(world, cx.plan, task, |task| {
            let outdated = task.revision != target;
            task.marks.set(Marks::OUTDATED, outdated);
            if outdated && task.ready {
                task.cause = cause;
            }
        });
    }
    let row = &mut world.services[service];
    // A new task definition ends the rest after failed starts (domain sheet, section 2.6).
    (row.rest, row.rests_until) = (Span::ZERO, Time::ZERO);
    row.impaired = false;
    row.replace_cause = cause;
    row.owed.iter_mut().filter(|(of, _)| of.as_fault().is_none()).for_each(|(of, _)| *of = cause);
    reconcile::wake_once(world, service, cx);
}

fn tasks(world: &World, service: ServiceId) -> Vec<TaskId> {
    let zones = &world.services[service].zones;
    let placed = zones.iter().flat_map(|zone| chain(&world.tasks, zone.first)).map(|(id, _)| id);
    let waiting = world.providers.iter().flat_map(|provider| provider.waiting.iter().copied());
    let waiting = waiting.filter(|id| world.tasks.get(*id).is_some_and(|task| task.service == service));
    placed.chain(waiting).collect()
}

/// The defect of a task, where its revision is bad.
pub(crate) fn defect<'p>(world: &World, plan: &'p Plan, task: TaskId) -> Option<(&'p Live, Cause)> {
    let row = world.tasks.at(task.slot);
    if row.revision == 0 {
        return None;
    }
    of_revision(world, plan, row.service, row.revision, row.zone)
}

/// The defect of a revision in a zone.
pub(crate) fn of_revision<'p>(
    world: &World,
    plan: &'p Plan,
    service: ServiceId,
    revision: u8,
    zone: ZoneId,
) -> Option<(&'p Live, Cause)> {
    let known = world.services[service].revisions.iter().find(|one| one.number == revision)?;
    let id = *plan.services[service].changes.get(usize::from(revision).checked_sub(1)?)?;
    let change = &plan.changes[id];
    let here = change.only_in.is_none_or(|only| only == zone);
    change.defect.as_ref().filter(|_| known.bad && here).map(|defect| (defect, Cause::change(id)))
}

/// The deployment of which a task is a new one, while it can still fail.
fn of_task<'w>(world: &'w mut World, plan: &Plan, id: TaskId) -> Option<&'w mut Rollout> {
    let row = world.tasks.at(id.slot);
    let (service, revision) = (row.service, row.revision);
    let rollout = world.services[service].rollout.as_deref_mut()?;
    let new = plan.changes[rollout.change].revision == revision;
    (new && rollout.stage.is_open()).then_some(rollout)
}

/// A task runs. Whether a deployment waits before it counts it as healthy.
pub(crate) fn runs(world: &mut World, id: TaskId, checked: bool, cx: &mut Cx<'_>) {
    let task = world.tasks.at(id.slot);
    if world.services[task.service].rollout.is_none() {
        return;
    }
    if let Some(rollout) = of_task(world, cx.plan, id) {
        rollout.ran = true;
    }
    if !checked {
        account::change(world, cx.plan, id, |task| task.marks.set(Marks::WARMING, true));
        cx.after(WARM, Step::Warm(id));
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
    let service = world.tasks.at(id.slot).service;
    let resets = cx.plan.services[service].deployment.breaker.is_some_and(|breaker| breaker.reset);
    if let (true, Some(rollout)) = (resets, of_task(world, cx.plan, id)) {
        rollout.failures = 0;
    }
}

/// A task did not reach RUNNING (`started` is false), or fails its health checks: stage one of the circuit breaker counts
/// the former until a task of the deployment has run, stage two the latter (domain sheet, section 2.4).
pub(crate) fn fails(world: &mut World, id: TaskId, started: bool, cx: &mut Cx<'_>) {
    let service = world.tasks.at(id.slot).service;
    let Some(breaker) = cx.plan.services[service].deployment.breaker else { return };
    let desired = world.services[service].desired;
    let Some(rollout) = of_task(world, cx.plan, id) else { return };
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
    cx.note(Fact::Noticed { cause: Cause::change(change) });
    tell(change, ChangeStep::Failed, cx);
    if let Some(completed) = row.completed.filter(|_| rollback) {
        rollout.stage = Stage::Back;
        row.revision = completed;
        tell(change, ChangeStep::Back, cx);
        turn_to(world, service, Cause::change(change), cx);
    } else {
        rollout.stage = Stage::Stalled;
        account::mark(world, service);
        tell(change, ChangeStep::Stalled, cx);
    }
}

/// An alarm goes to ALARM: deployments under way that watch it have failed.
pub(crate) fn alarmed(world: &mut World, alarm: AlarmId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let watches = |service: &ServiceId| {
        let rollout = world.services[*service].rollout.as_ref();
        let open = rollout.is_some_and(|one| one.stage.is_open() && !one.ignored.contains(&alarm));
        open && plan.services[*service].deployment.alarms.contains(&alarm)
    };
    let hit: Vec<ServiceId> = world.services.ids().filter(watches).collect();
    for service in hit {
        failed(world, service, plan.services[service].deployment.alarm_rollback, cx);
    }
}

/// The scheduler has looked at the service: is anything left to do?
pub(crate) fn look(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &world.services[service];
    let whole = reconcile::is_steady(row);
    let only = row.revisions.iter().all(|one| one.wanted == 0 || one.number == row.revision);
    let done = whole && only;
    let Some(rollout) = &row.rollout else {
        if whole && row.completed.is_none() {
            world.services[service].completed = Some(0);
        }
        return;
    };
    let change = rollout.change;
    match rollout.stage {
        Stage::Rolling if done => {
            let bake = cx.plan.services[service].deployment.bakes(&cx.plan.alarms);
            if bake == Span::ZERO {
                return complete(world, service, cx);
            }
            if let Some(rollout) = &mut world.services[service].rollout {
                rollout.stage = Stage::Baking;
            }
            tell(change, ChangeStep::Bakes, cx);
            cx.after(bake, Step::Baked(service, change));
        }
        Stage::Back if done => {
            tell(change, ChangeStep::RolledBack, cx);
            end(world, service);
        }
        _ => {}
    }
}

fn baked(world: &mut World, service: ServiceId, change: ChangeId, cx: &mut Cx<'_>) {
    let rollout = world.services[service].rollout.as_ref();
    if rollout.is_some_and(|one| one.change == change && one.stage == Stage::Baking) {
        complete(world, service, cx);
    }
}

/// The deployment is COMPLETED.
fn complete(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    row.completed = Some(row.revision);
    if let Some(rollout) = &row.rollout {
        cx.note(Fact::Change { change: rollout.change, what: ChangeStep::Completed });
    }
    end(world, service);
}

fn end(world: &mut World, service: ServiceId) {
    let row = &mut world.services[service];
    row.rollout = None;
    let now = row.revision;
    row.revisions.retain(|one| one.number == now || one.targets.iter().any(|count| *count != [0; 2]));
    account::mark(world, service);
}
