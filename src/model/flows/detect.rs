//! Truth becomes belief: the only place where ECS and the load balancer learn what happened.
//!
//! A death in truth is [`exits`] (one task, its host lives), [`fargate_dies`] or [`host_dies`] (the power is gone), or
//! [`host_taken`] (its instance is ended). From there two clocks run: ECS's own (`Lost`, `HostLost`) and the load balancer's
//! (`Ejected`). Whichever is first leads to a replacement.
//!
//! Of a host that dies in silence ECS learns nothing but that its agent is not heard: its tasks keep their last status until
//! somebody ends the instance (`host_health` for a group, `managed` for Managed Instances), and a minute or two longer.

use super::{For, HELD_UP, account, daemon, host_health, inventory, link, managed, reconcile, scale, serve, stop};
use crate::engine::{Dist, Span, Who};
use crate::model::event::steps;
use crate::model::fact::{Cause, FaultFact, Hit, HostStatus, Phase, Reason, StopCode, TaskState};
use crate::model::ids::{HostId, ServiceId, TaskId};
use crate::model::plan::{Kind, ProviderKind, Service};
use crate::model::tables::Host;
use crate::model::tables::host::NIL;
use crate::model::tables::task::{Health, Marks, Target, newest_on, on_host};
use crate::model::world::{Cx, World};

steps! { Detect:
    /// ECS learns that a task is gone.
    Lost(task: TaskId, code: StopCode),
    /// ECS learns that a host is gone.
    HostLost(host: HostId),
    /// The balancer has seen enough failed checks.
    Ejected(task: TaskId),
    /// The grace period is over: a target that is still out counts as unhealthy.
    GraceOver(task: TaskId, epoch: u8),
    /// ECS has not heard from an agent.
    Silent(host: HostId),
    /// An agent is back.
    Heard(host: HostId),
    /// A Fargate task has been silent for so long that it counts as impaired.
    Impaired(task: TaskId),
}

/// A stopped or terminated instance, and a Fargate task without power, are reported after 1 to 2 minutes (model choice: AWS
/// publishes no figure).
const HOST_LOSS: (Span, Span) = (Span::from_secs(60), Span::from_secs(120));
/// A container's exit is reported within a second.
const EXIT: Span = Span::SECOND;
/// An agent counts as disconnected after 1 to 2 minutes (Container agent source).
const SILENCE: (Span, Span) = (Span::from_secs(60), Span::from_secs(120));
/// Reconnection takes 0.25 s to 2 minutes (Container agent source).
const RECONNECT: (Span, Span) = (Span::from_millis(250), Span::from_secs(120));
/// Silence that counts as impairment on Fargate and Managed Instances (no published figure, model choice).
pub(crate) const IMPAIRED: Span = Span::from_secs(300);

/// Handles a step.
pub(crate) fn handle(world: &mut World, step: Step, cx: &mut Cx<'_>) {
    match step {
        Step::Lost(task, code) => learns(world, task, code, cx),
        Step::HostLost(host) => {
            let Some(row) = world.hosts.get(host).filter(|row| !row.alive) else { return };
            if link::governs(world, cx.plan, row.zone) {
                host_lost(world, host, cx);
            } else {
                // Behind a cut link EC2 does not see it either.
                cx.after(HELD_UP, step);
                let on = on_host(&world.tasks, row.first).map(|(_, task)| task.service);
                for service in on.collect::<Vec<_>>() {
                    learns_later(world, service, cx);
                }
            }
        }
        Step::Ejected(task) => ejected(world, task, cx),
        Step::GraceOver(task, epoch) => grace_over(world, task, epoch, cx),
        Step::Silent(host) => silent(world, host, cx),
        Step::Heard(host) => heard(world, host, cx),
        Step::Impaired(task) => impaired(world, task, cx),
    }
}

/// News of a task's end arrives, unless its agent is not heard: a container's exit is the agent's news, which it keeps
/// until it is connected again (Container agent source). That a machine lost its power is not.
fn learns(world: &mut World, id: TaskId, code: StopCode, cx: &mut Cx<'_>) {
    let Some(task) = world.tasks.get(id).filter(|task| !task.alive) else { return };
    let from_agent = code != StopCode::InfrastructureHealth;
    let (host, service) = (task.host, task.service);
    if !from_agent || link::hears(world, task) {
        return lost(world, id, code, cx);
    }
    if host == NIL {
        cx.after(HELD_UP, Step::Lost(id, code));
    } else {
        world.hosts.at_mut(host).news.push((id, code));
    }
    learns_later(world, service, cx);
}

/// ECS does not learn of an end yet that its cell could not learn of before: the launch that was offered in the place of
/// that task is not due.
fn learns_later(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &world.services[service];
    if row.early > row.owed() && cx.plan.services[service].kind != Kind::Stream {
        reconcile::wake_once(world, service, cx);
    }
}

/// From the death of a host until its agent counts as disconnected.
pub(crate) fn silence(who: Who, cx: &Cx<'_>) -> Span {
    between(SILENCE, cx, For::Loss, who)
}

fn between(range: (Span, Span), cx: &Cx<'_>, purpose: For, who: Who) -> Span {
    range.0 + Span(cx.draw(purpose, who).below((range.1 - range.0).0 + 1))
}

/// A task's process is gone in truth.
fn dies(world: &mut World, id: TaskId, cause: Cause, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let task = world.tasks.at(id.slot);
    // A Spot reclaim was told of, and its hits counted, with the notice.
    let told = task.host != NIL && world.hosts.at(task.host).reclaimed;
    let (service_id, in_service, who) =
        (task.service, task.target == Target::Healthy, task.who(&plan.services[task.service]));
    account::change(world, plan, id, |task| {
        task.alive = false;
        task.cause = cause;
        task.phase = Phase::Detection;
    });
    if cause.as_fault().is_some() && !told {
        cx.note(FaultFact::Hits { cause, what: Hit::Task(service_id) });
    }
    if in_service {
        await_ejection(&plan.services[service_id], id, who, cx);
    }
}

/// The balancer's clock starts.
pub(crate) fn await_ejection(service: &Service, id: TaskId, who: Who, cx: &mut Cx<'_>) {
    let Some(balancer) = &service.balancer else { return };
    let mut draw = cx.draw(For::Target, who);
    let after = match &service.life.target {
        Some(law) => law.sample(&mut draw),
        None => serve::ejection(balancer, &mut draw),
    };
    cx.after(after, Step::Ejected(id));
}

fn loss(law: Option<&Dist>, default: (Span, Span), cx: &Cx<'_>, who: Who) -> Span {
    match law {
        Some(law) => law.sample(&mut cx.draw(For::Loss, who)),
        None => between(default, cx, For::Loss, who),
    }
}

/// An essential container exits; the task stops. Its agent sees it at once, whatever `detection.loss` says of silent deaths.
pub(crate) fn exits(world: &mut World, id: TaskId, cause: Cause, cx: &mut Cx<'_>) {
    if !world.tasks.at(id.slot).alive {
        return;
    }
    dies(world, id, cause, cx);
    let plan = cx.plan;
    let task = world.tasks.at(id.slot);
    let service = &plan.services[task.service];
    let after = between((Span::ZERO, EXIT), cx, For::Loss, task.who(service));
    let code =
        if task.state < TaskState::Running { StopCode::TaskFailedToStart } else { StopCode::EssentialContainerExited };
    cx.after(after, Step::Lost(id, code));
}

/// A Fargate task loses its power.
pub(crate) fn fargate_dies(world: &mut World, id: TaskId, cause: Cause, cx: &mut Cx<'_>) {
    if !world.tasks.at(id.slot).alive {
        return;
    }
    dies(world, id, cause, cx);
    let plan = cx.plan;
    let task = world.tasks.at(id.slot);
    let service = &plan.services[task.service];
    let after = loss(service.life.loss.as_ref(), HOST_LOSS, cx, task.who(service));
    cx.after(after, Step::Lost(id, StopCode::InfrastructureHealth));
}

/// A host loses its power, and everything on it with it. Nobody is told: its agent falls silent.
pub(crate) fn host_dies(world: &mut World, id: HostId, cause: Cause, cx: &mut Cx<'_>) {
    if !world.hosts.at(id.slot).alive {
        return;
    }
    kill(world, id, cause, cx);
    let host = world.hosts.at(id.slot);
    match &cx.plan.providers[host.provider].kind {
        ProviderKind::Group(group) => host_health::dies(world, id, group, cx),
        ProviderKind::Managed(managed) => managed::dies(world, id, managed, cx),
        ProviderKind::External(_) | ProviderKind::Fargate { .. } | ProviderKind::AnyHost => {
            cx.after(silence(host.who, cx), Step::Silent(id));
        }
    }
}

/// EC2 takes an instance back: it is ended with everything on it, and reported.
pub(crate) fn host_taken(world: &mut World, id: HostId, cause: Cause, cx: &mut Cx<'_>) {
    if world.hosts.at(id.slot).alive {
        kill(world, id, cause, cx);
    }
    ended(world, id, cx);
}

fn kill(world: &mut World, id: HostId, cause: Cause, cx: &mut Cx<'_>) {
    inventory::change(world, id, |machine| (machine.alive, machine.cause) = (false, cause));
    let machine = world.hosts.at(id.slot);
    let (first, told) = (machine.first, machine.reclaimed);
    inventory::tell(world, machine.provider, cx);
    if cause.as_fault().is_some() && !told {
        cx.note(FaultFact::Hits { cause, what: Hit::Host });
    }
    let mut scratch = std::mem::take(&mut world.scratch);
    scratch.clear();
    scratch.extend(on_host(&world.tasks, first).map(|(task, _)| task));
    for &task in &scratch {
        if world.tasks.at(task.slot).alive {
            dies(world, task, cause, cx);
        }
    }
    world.scratch = scratch;
}

/// The instance of a dead host is ended: ECS is told a minute or two later.
pub(crate) fn ended(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    if world.hosts.at(id.slot).ended {
        return;
    }
    inventory::change(world, id, |host| host.ended = true);
    // The detection block is one for the whole scenario.
    let law = cx.plan.services.iter().next().and_then(|service| service.life.loss.as_ref());
    let after = loss(law, HOST_LOSS, cx, world.hosts.at(id.slot).who);
    cx.after(after, Step::HostLost(id));
}

fn lost(world: &mut World, id: TaskId, code: StopCode, cx: &mut Cx<'_>) {
    let task = world.tasks.at(id.slot);
    cx.note(FaultFact::Noticed { cause: task.cause });
    stop::gone(world, id, code, Reason::None, cx);
}

fn host_lost(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at_mut(id.slot);
    // Nothing is placed here while its tasks are cleared away.
    host.connected = false;
    let cause = host.cause;
    let code = if host.reclaimed { StopCode::SpotInterruption } else { StopCode::InfrastructureHealth };
    cx.note(FaultFact::Noticed { cause });
    while let Some(task) = newest_on(&world.tasks, world.hosts.at(id.slot).first) {
        stop::gone(world, task, code, Reason::None, cx);
    }
    scale::remove(world, id, cx);
}

/// The balancer takes a target out that in truth does not answer.
fn ejected(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let Some(task) = world.tasks.get(id) else { return };
    let plan = cx.plan;
    let of = &plan.services[task.service];
    let reached = link::reaches(&world.zones[task.zone], plan.zones[task.zone].kind, of);
    if account::answers(task, reached) || task.target != Target::Healthy {
        return;
    }
    let (cause, epoch, service) = (task.cause, task.epoch, &plan.services[task.service]);
    let grace_ends = task.grace_ends(service.grace);
    cx.note(FaultFact::Noticed { cause });
    account::change(world, plan, id, |task| task.target = Target::Unhealthy);
    host_health::target_out(world, id, cx);
    if grace_ends > cx.now {
        cx.after(grace_ends.since(cx.now), Step::GraceOver(id, epoch));
    } else {
        told_unhealthy(world, id, cx);
    }
}

/// ECS learns from the balancer that a target is out: not while what it stands on is cut off from the Region.
fn told_unhealthy(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let task = world.tasks.at(id.slot);
    let (cause, epoch) = (task.cause, task.epoch);
    let local = cx.plan.services[task.service].balancer.as_ref().is_some_and(|balancer| balancer.local);
    if local && !link::carries(&world.zones[task.zone]) {
        cx.after(HELD_UP, Step::GraceOver(id, epoch));
    } else {
        serve::unhealthy(world, id, cause, cx);
    }
}

fn grace_over(world: &mut World, id: TaskId, epoch: u8, cx: &mut Cx<'_>) {
    let Some(task) = world.tasks.get(id) else { return };
    if task.epoch == epoch && task.target == Target::Unhealthy && task.health != Health::Unhealthy && task.wanted {
        told_unhealthy(world, id, cx);
    }
}

/// A running task cannot be reached any more: checks fail, agents fall silent.
pub(crate) fn cut_off(world: &mut World, id: TaskId, cause: Cause, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let task = world.tasks.at(id.slot);
    let service = &plan.services[task.service];
    let (no, in_service, who) = (task.no(), task.target == Target::Healthy, task.who(service));
    account::change(world, plan, id, |task| {
        if task.alive {
            task.cause = cause;
            task.phase = Phase::Detection;
        }
    });
    cx.note(FaultFact::Hits { cause, what: Hit::Task(no.service) });
    if in_service {
        await_ejection(service, id, who, cx);
    }
    falls_silent(world, id, cx);
}

/// Nothing is heard of a running task any more: on Fargate that counts as impairment after a while.
pub(crate) fn falls_silent(world: &World, id: TaskId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let task = world.tasks.at(id.slot);
    if matches!(plan.providers[task.provider].kind, ProviderKind::Fargate { .. }) {
        let who = task.who(&plan.services[task.service]);
        cx.after(IMPAIRED + between(SILENCE, cx, For::Loss, who), Step::Impaired(id));
    }
}

/// The network is back: checks pass again after as many passes as the target group asks for.
pub(crate) fn back_in_reach(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    account::change(world, plan, id, |_| {});
    let task = world.tasks.at(id.slot);
    let service = &plan.services[task.service];
    if let (Some(balancer), Target::Unhealthy, true) = (&service.balancer, task.target, task.alive) {
        let first = Span(cx.draw(For::Reconnect, task.who(service)).below(balancer.interval.0.max(1)));
        // One pass is enough for a target that has never been healthy (Health checks for ALB target groups).
        let more = if task.target == Target::Initial { 0 } else { balancer.healthy.saturating_sub(1) };
        let passes = first + balancer.interval * u64::from(more);
        let epoch = task.epoch;
        cx.after(passes, serve::Step::Passed(id, epoch));
    }
}

/// The agent of a host in a zone that is cut off falls silent, or is heard again.
pub(crate) fn agent_cut(world: &mut World, host: HostId, cx: &mut Cx<'_>) {
    let who = world.hosts.at_mut(host.slot).switch();
    cx.after(between(SILENCE, cx, For::Loss, who), Step::Silent(host));
}

/// The network is back: the agent reconnects.
pub(crate) fn agent_back(world: &mut World, host: HostId, cx: &mut Cx<'_>) {
    let who = world.hosts.at_mut(host.slot).switch();
    cx.after(between(RECONNECT, cx, For::Reconnect, who), Step::Heard(host));
}

fn silent(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let Some(host) = world.hosts.get(id) else { return };
    let (provider, alive) = (host.provider, host.alive);
    if !host.connected || alive && link::open(world, host) {
        return;
    }
    let cause = if alive { silenced_by(world, host) } else { host.cause };
    world.hosts.at_mut(id.slot).connected = false;
    // Of a customer's machine its silence is all that is ever known; of an instance that died its end is still to come.
    if alive || matches!(cx.plan.providers[provider].kind, ProviderKind::External(_)) {
        cx.note(FaultFact::Noticed { cause });
        managed::falls_silent(world, id, IMPAIRED, cx);
    }
    scale::tell(world, id, cx);
    daemon::wake(world, provider, cx);
}

/// Why an agent is not heard.
pub(crate) fn silenced_by(world: &World, host: &Host) -> Cause {
    let own = host.unheard.last().copied();
    own.or(world.zones[host.zone].cut_cause).unwrap_or(host.cause)
}

fn heard(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let Some(host) = world.hosts.get(id) else { return };
    let provider = host.provider;
    let registered = host.status != HostStatus::Registering;
    if !host.alive || !registered || !link::open(world, host) {
        return;
    }
    let again = !host.connected;
    if again {
        world.hosts.at_mut(id.slot).connected = true;
        scale::tell(world, id, cx);
    }
    reports(world, id, cx);
    if again {
        daemon::first(world, id, cx);
        scale::room(world, provider, cx);
        daemon::wake(world, provider, cx);
    }
}

/// An agent that is connected again sends what it kept, in order.
fn reports(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    for (task, code) in std::mem::take(&mut world.hosts.at_mut(id.slot).news) {
        if world.tasks.get(task).is_some_and(|task| !task.alive) {
            lost(world, task, code, cx);
        }
    }
}

/// Silence on Fargate counts as loss.
fn impaired(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let Some(task) = world.tasks.get(id) else { return };
    if link::carries(&world.zones[task.zone]) {
        return;
    }
    let (cause, service) = (world.zones[task.zone].cut_cause.unwrap_or(task.cause), task.service);
    account::change(world, cx.plan, id, |task| task.cause = cause);
    cx.note(FaultFact::Noticed { cause });
    stop::gone(world, id, StopCode::InfrastructureHealth, Reason::None, cx);
    reconcile::wake_once(world, service, cx);
}

/// A host is told to go: what runs on it is to be replaced, what has not started is stopped.
pub(crate) fn drain(world: &mut World, id: HostId, cause: Cause, code: StopCode, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let mut scratch = std::mem::take(&mut world.scratch);
    scratch.clear();
    scratch.extend(on_host(&world.tasks, world.hosts.at(id.slot).first).map(|(task, _)| task));
    for &task in &scratch {
        let row = world.tasks.at(task.slot);
        if !row.wanted {
            continue;
        }
        let service = row.service;
        // Standalone tasks are left to end by themselves (Container instance draining).
        if plan.services[service].kind == crate::model::plan::Kind::Stream {
            continue;
        }
        if row.state < TaskState::Running {
            account::change(world, plan, task, |task| task.cause = cause);
            stop::begin(world, task, code, Reason::Draining, cx);
        } else if plan.services[service].kind == crate::model::plan::Kind::Replica {
            account::change(world, plan, task, |task| task.marks.set(Marks::LEAVING, true));
            world.services[service].replace_cause = cause;
            reconcile::wake_once(world, service, cx);
        } else if plan.services[service].kind == crate::model::plan::Kind::Daemon {
            reconcile::wake_once(world, service, cx);
        }
    }
    world.scratch = scratch;
}
