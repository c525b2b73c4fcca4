//! A task dies in truth, or cannot be reached any more. From there two clocks run: ECS's own (`Lost`, `Impaired`) and
//! the load balancer's (`Ejected`). Whichever is first leads to a replacement (`detect`).
//!
//! [`exits`]: it ends and its host lives. [`fargate_dies`]: its power is gone. [`cut_off`]: it lives and nothing
//! reaches it. [`hangs`]: it lives and answers nothing.

use crate::engine::{Dist, Draw, Span, Who};
use crate::model::fact::{Cause, FaultFact, Hit, Phase, StopCode, TaskState};
use crate::model::flows::rows::account;
use crate::model::flows::{Cx, For, World, step};
use crate::model::ids::TaskId;
use crate::model::plan::{Balancer, ProviderKind, Service};
use crate::model::tables::host::NIL;
use crate::model::tables::task::Target;

/// From a failure until the balancer has seen enough failed checks: U(0, interval) + (unhealthy - 1) intervals +
/// time-out ([multi-az-patterns] [elb-health-checks]).
pub(crate) fn ejection(balancer: &Balancer, draw: &mut Draw) -> Span {
    Span(draw.below(balancer.interval.0.max(1)))
        + balancer.interval * u64::from(balancer.unhealthy.saturating_sub(1))
        + balancer.timeout
}

/// A container's exit is reported within a second.
const EXIT: Span = Span::SECOND;

/// A stopped or terminated instance, and a Fargate task without power, are reported after 1 to 2 minutes (model choice:
/// AWS publishes no figure).
pub(crate) const HOST_LOSS: (Span, Span) = (Span::from_secs(60), Span::from_secs(120));

/// An agent counts as disconnected after 1 to 2 minutes ([ecs-agent-source]).
pub(crate) const SILENCE: (Span, Span) = (Span::from_secs(60), Span::from_secs(120));

/// Silence that counts as impairment on Fargate and Managed Instances (no published figure, model choice).
pub(crate) const IMPAIRED: Span = Span::from_secs(300);

pub(crate) fn between(range: (Span, Span), cx: &Cx<'_>, purpose: For, who: Who) -> Span {
    range.0 + Span(cx.draw(purpose, who).below((range.1 - range.0).0 + 1))
}

pub(crate) fn loss(law: Option<&Dist>, default: (Span, Span), cx: &Cx<'_>, who: Who) -> Span {
    match law {
        Some(law) => law.sample(&mut cx.draw(For::Loss, who)),
        None => between(default, cx, For::Loss, who),
    }
}

/// A task's process is gone in truth; `false`: it was gone before.
pub(crate) fn dies(world: &mut World, id: TaskId, cause: Cause, cx: &mut Cx<'_>) -> bool {
    let (task, service) = world.task(id, cx.plan);
    if !task.alive {
        return false;
    }
    // A Spot reclaim was told of, and its hits counted, with the notice.
    let told = task.host != NIL && world.hosts.at(task.host).reclaimed;
    let (service_id, in_service, who) = (task.service, task.target == Target::Healthy, task.who(service));
    account::change(world, cx.plan, id, |task| {
        task.alive = false;
        task.cause = cause;
        task.phase = Phase::Detection;
    });
    if cause.as_fault().is_some() && !told {
        cx.note(FaultFact::Hits { cause, what: Hit::Task(service_id) });
    }
    if in_service {
        await_ejection(service, id, who, cx);
    }
    true
}

pub(crate) fn await_ejection(service: &Service, id: TaskId, who: Who, cx: &mut Cx<'_>) {
    let Some(balancer) = &service.balancer else { return };
    let mut draw = cx.draw(For::Target, who);
    let after = match &service.life.target {
        Some(law) => law.sample(&mut draw),
        None => ejection(balancer, &mut draw),
    };
    cx.after(after, step::Detect::Ejected(id));
}

/// An essential container exits; the task stops. Its agent sees it at once, whatever `detection.loss` says of silent
/// deaths.
#[inline]
pub(crate) fn exits(world: &mut World, id: TaskId, cause: Cause, cx: &mut Cx<'_>) {
    if dies(world, id, cause, cx) {
        let (task, service) = world.task(id, cx.plan);
        let after = between((Span::ZERO, EXIT), cx, For::Loss, task.who(service));
        let runs = task.state >= TaskState::Running;
        let code = if runs { StopCode::EssentialContainerExited } else { StopCode::TaskFailedToStart };
        cx.after(after, step::Detect::Lost(id, code));
    }
}

/// A Fargate task loses its power.
pub(crate) fn fargate_dies(world: &mut World, id: TaskId, cause: Cause, cx: &mut Cx<'_>) {
    if dies(world, id, cause, cx) {
        let (task, service) = world.task(id, cx.plan);
        let after = loss(service.life.loss.as_ref(), HOST_LOSS, cx, task.who(service));
        cx.after(after, step::Detect::Lost(id, StopCode::InfrastructureHealth));
    }
}

/// The network is back: checks pass again after as many passes as the target group asks for.
pub(crate) fn back_in_reach(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    account::change(world, cx.plan, id, |_| {});
    let (task, service) = world.task(id, cx.plan);
    if let (Some(balancer), Target::Unhealthy, true) = (&service.balancer, task.target, task.alive) {
        let first = Span(cx.draw(For::Reconnect, task.who(service)).below(balancer.interval.0.max(1)));
        // One pass is enough for a target that has never been healthy ([elb-health-checks]).
        let more = if task.target == Target::Initial { 0 } else { balancer.healthy.saturating_sub(1) };
        cx.after(first + balancer.interval * u64::from(more), step::Serve::Passed(id, task.epoch));
    }
}

/// A running task cannot be reached any more: checks fail, agents fall silent.
pub(crate) fn cut_off(world: &mut World, id: TaskId, cause: Cause, cx: &mut Cx<'_>) {
    answers_no_more(world, id, cause, cx);
    falls_silent(world, id, cx);
}

/// A running task hangs: all its checks fail.
pub(crate) fn hangs(world: &mut World, id: TaskId, cause: Cause, cx: &mut Cx<'_>) {
    answers_no_more(world, id, cause, cx);
    let (task, service) = world.task(id, cx.plan);
    if let Some(check) = service.task.health {
        cx.after(check.fails, step::Serve::Failed(id, task.epoch));
    }
}

fn answers_no_more(world: &mut World, id: TaskId, cause: Cause, cx: &mut Cx<'_>) {
    let (task, service) = world.task(id, cx.plan);
    let (no, in_service, who) = (task.no(), task.target == Target::Healthy, task.who(service));
    account::change(world, cx.plan, id, |task| {
        if task.alive {
            task.cause = cause;
            task.phase = Phase::Detection;
        }
    });
    cx.note(FaultFact::Hits { cause, what: Hit::Task(no.service) });
    if in_service {
        await_ejection(service, id, who, cx);
    }
}

/// Nothing is heard of a running task any more: on Fargate that counts as impairment after a while.
pub(crate) fn falls_silent(world: &World, id: TaskId, cx: &mut Cx<'_>) {
    let (task, service) = world.task(id, cx.plan);
    if matches!(cx.plan.providers[task.provider].kind, ProviderKind::Fargate { .. }) {
        cx.after(IMPAIRED + between(SILENCE, cx, For::Loss, task.who(service)), step::Detect::Impaired(id));
    }
}
