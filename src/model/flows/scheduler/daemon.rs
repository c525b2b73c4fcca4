//! DAEMON services: one task on each active host that meets the constraints ([ecs-services]).
//!
//! A daemon is the first task on a new host and the last on one that drains. At `maximumPercent` 100, the only value,
//! there is no room to start a replacement first: an unhealthy one is stopped, as `minimumHealthyPercent` allows.

use super::{pace, reconcile};
use crate::engine::Span;
use crate::model::fact::{Cause, Mechanism, Phase, StopCode};
use crate::model::flows::cell::plane;
use crate::model::flows::rows::{account, daemons, desired, wake};
use crate::model::flows::task::{launch, stop};
use crate::model::flows::{Cx, World, step};
use crate::model::ids::{HostId, ProviderId, ServiceId, TaskId};
use crate::model::placement::choose;
use crate::model::quantity::percent_up;
use crate::model::tables::task::{Health, on_host};

/// Starts what is missing, stops what is unhealthy.
pub(crate) fn work(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    replace_unhealthy(world, service, cx);
    world.services[service].scheduler.waits = Phase::CapacityWait;
    let (mut wanted, mut missing) = (0, Vec::new());
    for host in hosts(world, service, cx) {
        wanted += 1;
        let machine = world.hosts.at(host.slot);
        if !runs_on(world, service, host) && machine.fits(&cx.plan.services[service].task) {
            missing.push(host);
        }
    }
    desired::set(world, service, wanted);
    // Those that rest after they were refused are left out: any of the hosts.
    let open = missing.len().saturating_sub(world.services[service].scheduler.tries.backing_off() as usize);
    for host in missing.into_iter().take(open) {
        if !start(world, service, host, cx) {
            break;
        }
    }
    book(world, service);
}

/// Every daemon that is missing is due, because of what ended the one before it as far as there was one.
pub(crate) fn book(world: &mut World, service: ServiceId) {
    let row = &mut world.services[service];
    row.scheduler.be_due(row.desired().saturating_sub(row.wanted), Cause::mechanism(Mechanism::FirstStart));
    // A daemon that ends on another host may stand for one that was refused.
    row.scheduler.keep_tries();
    account::mark(world, service);
}

/// One daemon on one host; `false` when launches have to wait.
fn start(world: &mut World, service: ServiceId, host: HostId, cx: &mut Cx<'_>) -> bool {
    let row = &mut world.services[service];
    // A crash that lasts keeps daemons down; which of them is not told apart.
    if cx.now < row.scheduler.backoff_until || !row.scheduler.held.is_empty() {
        row.scheduler.waits = Phase::StartBackoff;
        return false;
    }
    let rate = row.scheduler.launches.wait(cx.now);
    if rate > Span::ZERO {
        row.scheduler.waits = Phase::LaunchThrottle;
        // One look is enough, however many hosts ask.
        if !std::mem::replace(&mut row.scheduler.retrying, true) {
            cx.after(rate, step::Reconcile::Retry(service));
        }
        return false;
    }
    if let Err(wait) = plane::may_launch(world, service, cx) {
        pace::wait_for(world, service, wait, cx);
        // One that is refused holds up no other.
        return matches!(wait, plane::Wait::Refused);
    }
    launch::daemon(world, service, host, cx);
    true
}

/// A host is registered, heard again, or has room again: its daemons come before any other task.
pub(crate) fn first(world: &mut World, host: HostId, cx: &mut Cx<'_>) {
    for row in 0..world.daemons.len() {
        let Some(service) = daemons::in_row(world, row, world.hosts.at(host.slot).provider, cx) else { continue };
        // A group may have hosts before the cluster is created: its daemons start with it.
        if world.not_created(cx.plan.services[service].cluster) {
            continue;
        }
        let machine = world.hosts.at(host.slot);
        let task = &cx.plan.services[service].task;
        let open = machine.takes_tasks() && machine.fits(task) && choose::meets(world, service, host, cx);
        if open && !runs_on(world, service, host) {
            start(world, service, host, cx);
            // What was refused here is booked when the scheduler looks.
            if world.services[service].scheduler.tries.refused() > world.services[service].scheduler.pending() {
                wake::scheduler(world, service, cx);
            }
        }
    }
}

/// Active hosts of the cluster that meet the constraints.
pub(crate) fn hosts(world: &World, service: ServiceId, cx: &Cx<'_>) -> Vec<HostId> {
    let mut found = Vec::new();
    for provider in cx.plan.clusters[cx.plan.services[service].cluster].providers.clone().map(ProviderId) {
        let hosts = world.providers[provider].hosts.iter().copied();
        let open = |id: &HostId| world.hosts.get(*id).is_some_and(crate::model::tables::Host::takes_tasks);
        found.extend(hosts.filter(open).filter(|&host| choose::meets(world, service, host, cx)));
    }
    found
}

fn replace_unhealthy(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let least = percent_up(world.services[service].desired(), cx.plan.services[service].minimum_healthy_percent);
    let unhealthy = world.tasks_of(service).filter(|(_, task)| task.wanted && task.health == Health::Unhealthy);
    let mut unhealthy: Vec<(u32, TaskId)> = unhealthy.map(|(id, task)| (task.ordinal, id)).collect();
    if unhealthy.is_empty() || world.services[service].available < least {
        return;
    }
    unhealthy.sort_unstable_by_key(|(ordinal, _)| *ordinal);
    for (_, task) in unhealthy {
        let reason = reconcile::unhealthy(world.tasks.at(task.slot));
        stop::begin(world, task, StopCode::ServiceSchedulerInitiated, reason, cx);
    }
}

fn runs_on(world: &World, service: ServiceId, host: HostId) -> bool {
    on_host(&world.tasks, world.hosts.at(host.slot).first).any(|(_, task)| task.service == service && task.wanted)
}
