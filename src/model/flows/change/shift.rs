//! A deployment that moves traffic: green starts beside blue, gets its part of the requests, and blue goes at last
//! ([ecs-blue-green]; BLUE_GREEN, CANARY and LINEAR).
//!
//! ```text
//! begin ─► RECONCILE_SERVICE ─► PRE_SCALE_UP ─► SCALE_UP ─► POST_SCALE_UP ─► TEST_TRAFFIC_SHIFT ─► POST_TEST_TRAFFIC_SHIFT
//!   ┌───────────────────────────────────────────────────────────────────────────────────────────────┘
//!   └► (copies) ─► PRE_PRODUCTION_TRAFFIC_SHIFT ─► PRODUCTION_TRAFFIC_SHIFT ─► POST_PRODUCTION_TRAFFIC_SHIFT ─► BAKE_TIME ─► CLEAN_UP
//!                            └───────── each step, then its bake ──┘
//! back: weights ─► all to blue ─► green scaled to 0: rolled back
//! ```
//! Each of the two is kept at the desired count by itself. Tasks of a revision without weight are spares: they neither
//! serve nor are missed. Left out: hooks that run again while a deployment is taken back, and connections that stay
//! with the old revision after its weight is gone.

use super::rollout;
use crate::engine::Span;
use crate::model::fact::{Cause, ChangeStep, Lifecycle, Reason, StopCode};
use crate::model::flows::rows::{account, tell, wake};
use crate::model::flows::task::stop;
use crate::model::flows::{Cx, For, World, step};
use crate::model::ids::{ChangeId, ServiceId, TaskId};
use crate::model::plan::{Answer, BalancerKind, HookStatus, Plan, Shadow, Strategy, WHOLE};
use crate::model::tables::rollout::{Shift, Stage, Waits};
use crate::model::tables::task::Marks;

/// From the failure of a deployment until the load balancer sends everything to blue (model choice: rules of a listener
/// change within seconds). A weight of green counts from the begin of its stage.
const MOVES: Span = Span::from_secs(5);

/// What ECS adds to both traffic shifts behind a Network Load Balancer (sourced: [ecs-nlb-blue-green]).
const NLB_DELAY: Span = Span::from_secs(600);

/// A revision that is deployed beside the one that serves. What still waits for an earlier turn of a change that comes
/// again has another number.
pub(crate) fn new(blue: u8, green: u8, turn: u32) -> Shift {
    let at = Lifecycle::ReconcileService;
    Shift { blue, green, scaled: false, weight: 0, copies: 0, at, step: 0, waits: Waits::Tasks, number: turn << 16 }
}

/// The deployment begins; `earlier`: tasks of another one that it supersedes are still there.
pub(crate) fn begin(world: &mut World, service: ServiceId, earlier: bool, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    // Tasks on their way to another zone stay where they are.
    row.balance.moving.clear();
    // A new task definition has ended the backoff after failed starts.
    wake::scheduler(world, service, cx);
    enter(world, service, if earlier { Lifecycle::ReconcileService } else { Lifecycle::PreScaleUp }, cx);
}

pub(super) fn shift(world: &mut World, service: ServiceId) -> Option<(ChangeId, &mut Shift)> {
    let rollout = world.services[service].deployment.rollout.as_deref_mut()?;
    let change = rollout.change;
    rollout.shift.as_mut().map(|shift| (change, shift))
}

/// A stage of the life cycle begins.
pub(super) fn enter(world: &mut World, service: ServiceId, stage: Lifecycle, cx: &mut Cx<'_>) {
    let Some((change, shift)) = shift(world, service) else { return };
    shift.at = stage;
    shift.waits = Waits::Tasks;
    match stage {
        Lifecycle::ScaleUp => {
            shift.scaled = true;
            tell::change(change, service, ChangeStep::Enters(stage), cx);
            // What starts from here on, beside what is missing already, starts because of the change.
            let row = &mut world.services[service];
            let due =
                row.task_sets().map(|task_set| task_set.due(cx.plan.services[service].maximum_percent)).sum::<u32>();
            row.scheduler.owe(Cause::change(change), due.saturating_sub(row.scheduler.pending()));
            account::mark(world, service);
            wake::scheduler(world, service, cx);
        }
        Lifecycle::ProductionTrafficShift => {
            shift.step += 1;
            let step = shift.step;
            tell::change(change, service, ChangeStep::Enters(stage), cx);
            set_weight(world, service, cx.plan.services[service].deployment.strategy.weight(step), cx);
            ask(world, service, cx);
        }
        Lifecycle::BakeTime => {
            tell::change(change, service, ChangeStep::Enters(stage), cx);
            tell::change(change, service, ChangeStep::Bakes, cx);
            if let Some(rollout) = &mut world.services[service].deployment.rollout {
                rollout.stage = Stage::Baking;
            }
            let bake = rollout::bake(world, service, cx.plan);
            wait(world, service, Waits::Bake, bake, cx);
        }
        Lifecycle::CleanUp => {
            tell::change(change, service, ChangeStep::Enters(stage), cx);
            clean_up(world, service, cx);
        }
        _ => ask(world, service, cx),
    }
}

/// Comes back after a while, if nothing else happens before.
fn wait(world: &mut World, service: ServiceId, waits: Waits, span: Span, cx: &mut Cx<'_>) {
    let Some((change, shift)) = shift(world, service) else { return };
    shift.waits = waits;
    shift.number += 1;
    cx.after(span, step::Deploy::Due(service, change, shift.number));
}

/// Asks the hooks of the stage: it goes on when all have succeeded, and ends when the first fails.
fn ask(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let Some((change, shift)) = shift(world, service) else { return };
    let (at, step, green) = (shift.at, shift.step, shift.green);
    let turn = world.services[service].deployment.rollout.as_ref().map_or(0, |rollout| rollout.turn);
    let hooks =
        plan.services[service].deployment.hooks.iter().enumerate().filter(|(_, hook)| hook.stages.contains(&at));
    let slow = slow(plan, service, at);
    let Some(answer) = plan.changes[change].answers.iter().find(|answer| answer.stage == at) else {
        if slow == Span::ZERO {
            return answered(world, service, cx);
        }
        enters(service, change, at, cx);
        return wait(world, service, Waits::Hooks, slow, cx);
    };
    let bad = world.services[service].deployment.revisions.iter().any(|one| one.number == green && one.bad);
    let (mut all, mut first) = ((Span::ZERO, Waits::Hooks), None);
    for (place, hook) in hooks {
        let who = plan.changes[change].turn(plan.services[service].who, turn);
        let who = who.nth(at as u64).nth(u64::from(step)).nth(place as u64);
        let (takes, fails) = reply(answer, bad, &mut cx.draw(For::Hook, who));
        let (span, waits) = match takes.filter(|takes| *takes <= hook.timeout) {
            Some(takes) if fails => (takes, Waits::Failing),
            Some(takes) => (takes, Waits::Hooks),
            None if hook.rolls_back => (hook.timeout, Waits::TooLate),
            None => (hook.timeout, Waits::Late),
        };
        if matches!(waits, Waits::Failing | Waits::TooLate) {
            first =
                Some(first.map_or((span, waits), |(least, of)| if span < least { (span, waits) } else { (least, of) }));
        } else if span >= all.0 {
            all = (span, waits);
        }
    }
    enters(service, change, at, cx);
    // A stage that goes on takes so much longer; one that fails does not.
    let (span, waits) = first.unwrap_or((all.0 + slow, all.1));
    wait(world, service, waits, span, cx);
}

/// A stage with hooks, or with a delay, is told; the shift itself has been.
fn enters(service: ServiceId, change: ChangeId, at: Lifecycle, cx: &mut Cx<'_>) {
    if at != Lifecycle::ProductionTrafficShift {
        tell::change(change, service, ChangeStep::Enters(at), cx);
    }
}

/// What a Network Load Balancer adds to a stage, at each step of it: its weights reach the data plane late (sourced:
/// [ecs-nlb-blue-green]; that each step of a shift waits is a model choice).
fn slow(plan: &Plan, service: ServiceId, at: Lifecycle) -> Span {
    let network = plan.services[service].balancer.as_ref().is_some_and(|one| one.kind == BalancerKind::Network);
    match at {
        Lifecycle::TestTrafficShift | Lifecycle::ProductionTrafficShift if network => NLB_DELAY,
        _ => Span::ZERO,
    }
}

/// When a hook answers, if it does, and whether with FAILED.
fn reply(answer: &Answer, bad: bool, draw: &mut crate::engine::Draw) -> (Option<Span>, bool) {
    let found = bad && answer.finds_ppm > 0 && draw.below(WHOLE) < answer.finds_ppm;
    let takes = answer.takes.sample(draw);
    let fails = found || answer.status == HookStatus::Failed;
    ((found || answer.status != HookStatus::InProgress).then_some(takes), fails)
}

/// All hooks of the stage have succeeded.
pub(crate) fn answered(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let strategy = cx.plan.services[service].deployment.strategy;
    let Some((change, shift)) = shift(world, service) else { return };
    let (at, step, weight) = (shift.at, shift.step, shift.weight);
    if at == Lifecycle::ProductionTrafficShift && weight < WHOLE {
        wait(world, service, Waits::Bake, strategy.bakes(step), cx);
    } else if let Some(copies) = cx.plan.changes[change].shadow.filter(|_| at == COPIES_AFTER) {
        begin_copies(world, service, copies, cx);
    } else {
        enter(world, service, at.next(), cx);
    }
}

/// The scheduler has looked at the service: does green stand?
pub(crate) fn look(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &world.services[service];
    let Some(shift) = row.shift() else { return };
    let open = row.deployment.rollout.as_ref().is_some_and(|rollout| rollout.stage.is_open());
    if open && shift.at == Lifecycle::ScaleUp && row.task_set(0).is_some_and(|green| green.is_whole()) {
        enter(world, service, Lifecycle::PostScaleUp, cx);
    }
}

/// Green gets so much from now on.
fn set_weight(world: &mut World, service: ServiceId, weight: u64, cx: &Cx<'_>) {
    let Some((_, shift)) = shift(world, service) else { return };
    shift.weight = weight;
    let now = *shift;
    for task in rollout::tasks(world, service) {
        account::change(world, cx.plan, task, |task| task.marks.set(Marks::DARK, now.is_dark(task.revision)));
    }
    account::mark(world, service);
}

/// The deployment has failed: all requests go to blue again. What waits in the queue does not count any more.
pub(crate) fn back(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let Some((_, shift)) = shift(world, service) else { return };
    let span = if shift.weight == 0 { Span::ZERO } else { MOVES };
    end_copies(world, service);
    wait(world, service, Waits::Weights, span, cx);
}

/// The deployment has failed, and nothing is taken back: what waits in the queue does not count any more.
pub(crate) fn stall(world: &mut World, service: ServiceId) {
    if let Some((_, shift)) = shift(world, service) {
        shift.number += 1;
    }
    end_copies(world, service);
}

pub(crate) fn is_back(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    give_up_green(world, service, cx);
    rollout::rolled_back(world, service, cx);
}

/// Blue gets all requests, and green is scaled to 0.
pub(crate) fn give_up_green(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    set_weight(world, service, 0, cx);
    let Some((_, shift)) = shift(world, service) else { return };
    shift.scaled = false;
    let (green, blue) = (shift.green, shift.blue);
    world.services[service].deployment.revision = blue;
    scale_to_zero(world, service, green, cx);
    // What green lacked is not due any more.
    wake::scheduler(world, service, cx);
}

fn clean_up(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let Some((_, shift)) = shift(world, service) else { return };
    shift.scaled = false;
    let blue = shift.blue;
    scale_to_zero(world, service, blue, cx);
    rollout::complete(world, service, cx);
    wake::scheduler(world, service, cx);
}

fn scale_to_zero(world: &mut World, service: ServiceId, revision: u8, cx: &mut Cx<'_>) {
    let of = |id: &TaskId| world.tasks.get(*id).is_some_and(|task| task.revision == revision && task.wanted);
    let gone: Vec<TaskId> = rollout::tasks(world, service).into_iter().filter(of).collect();
    for task in gone {
        stop::begin(world, task, StopCode::ServiceSchedulerInitiated, Reason::Excess, cx);
    }
}

/// Whether a service deploys by moving traffic.
pub(crate) fn moves(plan: &Plan, service: ServiceId) -> bool {
    plan.services[service].deployment.strategy != Strategy::Rolling
}

/// The stage at whose end copies are made: tests, which are cheap, have passed, and nobody has approved of traffic yet.
const COPIES_AFTER: Lifecycle = Lifecycle::PostTestTrafficShift;

/// Copies are made from now on.
fn begin_copies(world: &mut World, service: ServiceId, copies: Shadow, cx: &mut Cx<'_>) {
    let Some((change, shift)) = shift(world, service) else { return };
    shift.copies = copies.ppm;
    // The stage has been told where its hooks were asked; a hook that did not answer has ended it.
    if shift.waits != Waits::Hooks {
        tell::change(change, service, ChangeStep::Enters(COPIES_AFTER), cx);
    }
    account::mark(world, service);
    wait(world, service, Waits::Copies, copies.span, cx);
}

/// Enough copies were made: the deployment goes on.
pub(crate) fn copies_over(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    end_copies(world, service);
    enter(world, service, COPIES_AFTER.next(), cx);
}

/// No more copies are made.
fn end_copies(world: &mut World, service: ServiceId) {
    let Some((_, shift)) = shift(world, service) else { return };
    shift.copies = 0;
    account::mark(world, service);
}
