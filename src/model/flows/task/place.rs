//! A task has a place, on Fargate or on a host, and what waits in PROVISIONING gets one: from here its start goes on.
//!
//! ```text
//! place ─► begin ─► a network interface (`attach`) ─► Networked ─► its agent: Connected (`start`)
//! room: a host has room again ─► those that wait are placed, oldest first
//! ```

use super::attach;
use crate::model::fact::{Phase, TaskState};
use crate::model::flows::rows::{account, belief, link, revision};
use crate::model::flows::{Cx, For, HELD_UP, World, step};
use crate::model::ids::{HostId, ProviderId, ServiceId, TaskId};
use crate::model::placement::choose;
use crate::model::plan::{Kind, Plan};
use crate::model::tables::host::Host;
use crate::model::tables::task;
use crate::model::tables::task::Link;

/// Puts a task on a host that has room and begins its start.
pub(crate) fn place(world: &mut World, task: TaskId, host: HostId, cx: &mut Cx<'_>) {
    settle_on(world, task, host, cx.plan);
    revision::placed(world, task, cx.plan);
    let Host { alive, cause, .. } = *world.hosts.at(host.slot);
    if alive {
        return begin(world, task, cx);
    }
    // No agent takes it up: it stays PENDING until ECS learns that the host is gone.
    account::change(world, cx.plan, task, |task| {
        task.alive = false;
        task.cause = cause;
    });
    belief::reaches(world, task, TaskState::Pending, Phase::Detection, cx);
}

/// Reserves a host's room for a task.
pub(crate) fn settle_on(world: &mut World, id: TaskId, host: HostId, plan: &Plan) {
    let service = &plan.services[world.tasks.at(id.slot).service];
    let machine = world.hosts.at_mut(host.slot);
    machine.reserve(&service.task, service.kind == Kind::Daemon);
    let zone = machine.zone;
    task::link(&mut world.tasks, &mut machine.first, id.slot, Link::Host);
    account::change(world, plan, id, |task| (task.host, task.zone) = (host.slot, zone));
}

/// The task has a place: the start begins, once its network interface can be attached.
pub(crate) fn begin(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    if !attach::waits(world, id, cx) {
        starts(world, id, cx);
    }
}

/// Its turn for a network interface has come.
pub(crate) fn begun(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    if goes_on(world, id, step::Launch::Begun(id), cx) {
        starts(world, id, cx);
    }
}

/// Nothing of the launch path is waited for any more.
fn starts(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let (task, service) = world.task(id, cx.plan);
    let who = task.who(service);
    if let Some(law) = &service.life.start {
        let span = law.sample(&mut cx.draw(For::Start, who));
        belief::reaches(world, id, TaskState::Pending, Phase::Start, cx);
        return cx.after(span, step::Launch::Started(id));
    }
    if service.task.eni {
        account::change(world, cx.plan, id, |task| task.phase = Phase::Network);
        cx.after(service.life.eni.sample(&mut cx.draw(For::Start, who)), step::Launch::Networked(id));
    } else {
        networked(world, id, cx);
    }
}

/// Whether the task may take its next step; while its agent is not heard the step is tried again later.
#[inline]
pub(crate) fn goes_on(world: &World, id: TaskId, again: step::Launch, cx: &mut Cx<'_>) -> bool {
    let Some(task) = world.tasks.get(id) else { return false };
    if !task.alive || !task.wanted {
        return false;
    }
    let hears = link::hears(world, task);
    if !hears {
        cx.after(HELD_UP, again);
    }
    hears
}

pub(crate) fn networked(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    if !goes_on(world, id, step::Launch::Networked(id), cx) {
        return;
    }
    belief::reaches(world, id, TaskState::Pending, Phase::ContainerStart, cx);
    let (task, service) = world.task(id, cx.plan);
    cx.after(service.life.connect.sample(&mut cx.draw(For::Connect, task.who(service))), step::Launch::Connected(id));
}

/// There is room again on a provider's hosts: what waits is placed, and the cluster's services may look.
pub(crate) fn room(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    // Placing only takes room: where one task of a service found none, the next finds none either.
    let mut stuck: Vec<ServiceId> = Vec::new();
    for _ in 0..world.providers[provider].waiting.len() {
        let Some(task) = world.providers[provider].waiting.pop_front() else { break };
        let Some(row) = world.tasks.get(task) else { continue };
        let service = row.service;
        if !stuck.contains(&service) {
            if let Ok(host) = choose::host(world, service, provider, None, cx) {
                place(world, task, host, cx);
                continue;
            }
            stuck.push(service);
        }
        world.providers[provider].waiting.push_back(task);
    }
}
