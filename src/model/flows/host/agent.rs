//! What ECS knows of a host by its agent: it falls silent, is heard again and reports what it kept, or its instance is
//! ended and everything on it is gone.
//!
//! Of a host that dies in silence ECS learns nothing but that its agent is not heard: its tasks keep their last status
//! until somebody ends the instance (`host_health` for a group, `managed` for Managed Instances), and a minute or two
//! longer.

use super::hosts;
use crate::engine::{Span, Who};
use crate::model::fact::{Cause, FaultFact, HostStatus, Reason, StopCode};
use crate::model::flows::rows::{belief, inventory, link, tell, wake};
use crate::model::flows::task::{detect, die, place, stop};
use crate::model::flows::{Cx, For, HELD_UP, News, World, step};
use crate::model::ids::HostId;
use crate::model::placement::spread;
use crate::model::plan::ProviderKind;
use crate::model::tables::Host;
use crate::model::tables::task::{newest_on, on_host};

pub(crate) fn handle(world: &mut World, step: step::Agent, cx: &mut Cx<'_>) {
    match step {
        step::Agent::HostLost(host) => {
            let Some(row) = world.hosts.get(host).filter(|row| !row.alive) else { return };
            if link::governs(world, cx.plan, row.zone) {
                host_lost(world, host, cx);
            } else {
                // Behind a cut link EC2 does not see it either.
                cx.after(HELD_UP, step);
                let on = on_host(&world.tasks, row.first).map(|(_, task)| task.service);
                for service in on.collect::<Vec<_>>() {
                    detect::learns_later(world, service, cx);
                }
            }
        }
        step::Agent::Silent(host) => silent(world, host, cx),
        step::Agent::Heard(host) => heard(world, host, cx),
    }
}

/// Reconnection takes 0.25 s to 2 minutes ([ecs-agent-source]).
const RECONNECT: (Span, Span) = (Span::from_millis(250), Span::from_secs(120));

/// From the death of a host until its agent counts as disconnected.
pub(crate) fn silence(who: Who, cx: &Cx<'_>) -> Span {
    die::between(die::SILENCE, cx, For::Loss, who)
}

/// The instance of a dead host is ended: ECS is told a minute or two later.
pub(crate) fn ended(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    if world.hosts.at(id.slot).ended {
        return;
    }
    inventory::change(world, id, |host| host.ended = true);
    // The detection block is one for the whole scenario.
    let law = cx.plan.services.iter().next().and_then(|service| service.life.loss.as_ref());
    let after = die::loss(law, die::HOST_LOSS, cx, world.hosts.at(id.slot).who);
    cx.after(after, step::Agent::HostLost(id));
}

fn host_lost(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    // Nothing is placed here while its tasks are cleared away.
    belief::agent_is(world, id, false);
    let host = world.hosts.at(id.slot);
    let cause = host.cause;
    let code = if host.reclaimed { StopCode::SpotInterruption } else { StopCode::TerminationNotice };
    cx.note(FaultFact::Noticed { cause, service: None });
    while let Some(task) = newest_on(&world.tasks, world.hosts.at(id.slot).first) {
        cx.note(FaultFact::Noticed { cause, service: Some(world.tasks.at(task.slot).service) });
        stop::gone(world, task, code, Reason::None, cx);
    }
    hosts::remove(world, id, cx);
}

/// The agent of a host in a zone that is cut off falls silent, or is heard again.
pub(crate) fn cut(world: &mut World, host: HostId, cx: &mut Cx<'_>) {
    let who = world.hosts.at_mut(host.slot).switch();
    cx.after(die::between(die::SILENCE, cx, For::Loss, who), step::Agent::Silent(host));
}

/// The network is back: the agent reconnects.
pub(crate) fn back(world: &mut World, host: HostId, cx: &mut Cx<'_>) {
    let who = world.hosts.at_mut(host.slot).switch();
    cx.after(die::between(RECONNECT, cx, For::Reconnect, who), step::Agent::Heard(host));
}

fn silent(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let Some(host) = world.hosts.get(id) else { return };
    let (provider, alive) = (host.provider, host.alive);
    if !host.connected || alive && link::open(world, host) {
        return;
    }
    let cause = if alive { silenced_by(world, host) } else { host.cause };
    belief::agent_is(world, id, false);
    // Of a customer's machine its silence is all that is ever known; of an instance that died its end is still to come.
    if alive || matches!(cx.plan.providers[provider].kind, ProviderKind::External(_)) {
        cx.note(FaultFact::Noticed { cause, service: None });
        falls_silent(world, id, die::IMPAIRED, cx);
    }
    tell::host(world, id, cx);
    wake::daemons(world, provider, cx);
}

/// Why an agent is not heard.
pub(crate) fn silenced_by(world: &World, host: &Host) -> Cause {
    host.unheard.last().copied().or(world.zones[host.zone].cut_cause).unwrap_or(host.cause)
}

fn heard(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let Some(host) = world.hosts.get(id) else { return };
    let provider = host.provider;
    if !host.alive || host.status == HostStatus::Registering || !link::open(world, host) {
        return;
    }
    let again = !host.connected;
    if again {
        belief::agent_is(world, id, true);
        tell::host(world, id, cx);
    }
    reports(world, id, cx);
    if again {
        world.hear(News::HostOpen(id), cx);
        place::room(world, provider, cx);
        wake::daemons(world, provider, cx);
    }
}

/// An agent that is connected again sends what it kept, in order.
fn reports(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    for (task, code) in std::mem::take(&mut world.hosts.at_mut(id.slot).news) {
        if world.tasks.get(task).is_some_and(|task| !task.alive) {
            detect::lost(world, task, code, cx);
        }
    }
}

/// Its agent fell silent: should it stay so, the host counts as impaired.
fn falls_silent(world: &World, id: HostId, after: Span, cx: &mut Cx<'_>) {
    if spread::managed(cx.plan, world.hosts.at(id.slot).provider).is_some_and(|managed| managed.repairs) {
        cx.after(after, step::Managed::Impaired(id));
    }
}
