//! Hosts outside AWS (ECS Anywhere): they stand from the start, and nobody but their owner brings them back.
//!
//! ```text
//! prepare ─► dead: its agent falls silent, its tasks keep their last status ─► revive ─► heard ─► ends reported
//! ```
//! Left out: registering and deregistering hosts during a run, their Systems Manager credentials.

use super::{agent, hosts};
use crate::model::fact::{Cause, StopCode, TaskState};
use crate::model::flows::rows::inventory;
use crate::model::flows::{Cx, News, World};
use crate::model::ids::{HostId, ProviderId, TaskId};
use crate::model::plan::ProviderKind;
use crate::model::tables::task::on_host;

/// All hosts of a cluster outside AWS, registered for long.
pub(crate) fn prepare(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    let ProviderKind::External(external) = &cx.plan.providers[provider].kind else { return };
    for &(zone, kind, count) in &external.hosts {
        for _ in 0..count {
            let id = hosts::add(world, provider, zone, kind, cx);
            hosts::register(world, id, cx);
        }
    }
}

/// Faults have ended: what they broke is repaired, where there is power. Without `for` a dead host stays dead.
pub(crate) fn revive(world: &mut World, cx: &mut Cx<'_>) {
    for slot in 0..world.hosts.slots() {
        if !world.hosts.at(slot).alive {
            let id: HostId = world.hosts.handle(slot);
            revive_one(world, id, cx);
        }
    }
}

/// A dead host is repaired, where there is power and no fault keeps it dead.
pub(crate) fn revive_one(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    let external = matches!(cx.plan.providers[host.provider].kind, ProviderKind::External(_));
    if external && !host.unpowered && world.zones[host.zone].powered() && is_over(world, host.cause, cx) {
        again(world, id, cx);
    }
}

fn is_over(world: &World, cause: Cause, cx: &Cx<'_>) -> bool {
    let lasts = cause.as_fault().is_some_and(|(fault, _)| cx.plan.faults[fault].lasts.is_some());
    lasts && world.occurrences.in_force().all(|occurrence| occurrence.cause != cause)
}

/// A host runs again. What ran on it has ended, and its agent says so as soon as it is connected.
fn again(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    inventory::change(world, id, |host| (host.alive, host.lives) = (true, host.lives + 1));
    let provider = world.hosts.at(id.slot).provider;
    let on: Vec<TaskId> = on_host(&world.tasks, world.hosts.at(id.slot).first).map(|(task, _)| task).collect();
    for task in on.into_iter().rev() {
        let row = world.tasks.at(task.slot);
        let known = world.hosts.at(id.slot).news.iter().any(|(told, _)| *told == task);
        if !row.alive && row.wanted && !known {
            let ran = row.state >= TaskState::Running;
            let code = if ran { StopCode::EssentialContainerExited } else { StopCode::InfrastructureHealth };
            world.hosts.at_mut(id.slot).news.push((task, code));
        }
    }
    inventory::tell(world, provider, cx);
    world.hear(News::HostRuns(id), cx);
    agent::back(world, id, cx);
}
