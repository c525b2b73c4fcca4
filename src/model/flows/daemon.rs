//! DAEMON services: one task on each active host that meets the constraints ([ecs-services]).
//!
//! A daemon is the first task on a new host and the last on one that drains. At `maximumPercent` 100, the only value,
//! there is no room to start a replacement first: an unhealthy one is stopped, as `minimumHealthyPercent` allows.

use super::settle::percent_up;
use super::{account, create, launch, pace, plane, reconcile, stop};
use crate::engine::Span;
use crate::model::fact::{Cause, Mechanism, Phase, Reason, StopCode};
use crate::model::ids::{HostId, ProviderId, ServiceId, TaskId};
use crate::model::placement::choose;
use crate::model::plan::ProviderKind;
use crate::model::tables::task::{Health, chain, on_host};
use crate::model::world::{Cx, World};

/// Starts what is missing, stops what is unhealthy.
pub(crate) fn work(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    replace_unhealthy(world, service, cx);
    world.services[service].waits = Phase::CapacityWait;
    let (mut wanted, mut missing) = (0, Vec::new());
    for host in hosts(world, service, cx) {
        wanted += 1;
        let machine = world.hosts.at(host.slot);
        if !runs_on(world, service, host) && machine.fits(&cx.plan.services[service].task) {
            missing.push(host);
        }
    }
    world.services[service].desired = wanted;
    // Those that rest after they were refused are left out: any of the hosts.
    let open = missing.len().saturating_sub(world.services[service].tries.resting() as usize);
    for host in missing.into_iter().take(open) {
        if !start(world, service, host, cx) {
            break;
        }
    }
    book(world, service);
}

/// Every daemon that is missing is due, because of what ended the one before it as far as there was one.
fn book(world: &mut World, service: ServiceId) {
    let row = &mut world.services[service];
    let (due, owed) = (row.desired.saturating_sub(row.wanted), row.owed());
    row.owe(Cause::mechanism(Mechanism::FirstStart), due.saturating_sub(owed));
    for _ in due..owed {
        row.forgive();
    }
    // A daemon that ends on another host may stand for one that was refused.
    row.keep_tries();
    account::mark(world, service);
}

/// Hosts of a provider have come, gone or changed: its cluster's daemons look.
pub(crate) fn wake(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    for row in 0..world.daemons.len() {
        if let Some(service) = in_row(world, row, provider, cx) {
            reconcile::wake_once(world, service, cx);
        }
    }
}

/// One daemon on one host; `false` when launches have to wait.
fn start(world: &mut World, service: ServiceId, host: HostId, cx: &mut Cx<'_>) -> bool {
    let row = &mut world.services[service];
    // A crash that lasts keeps daemons down; which of them is not told apart.
    if cx.now < row.rests_until || !row.held.is_empty() {
        row.waits = Phase::StartBackoff;
        return false;
    }
    let rate = row.launches.wait(cx.now);
    if rate > Span::ZERO {
        row.waits = Phase::LaunchThrottle;
        // One look is enough, however many hosts ask.
        if !std::mem::replace(&mut row.retrying, true) {
            cx.after(rate, reconcile::Step::Retry(service));
        }
        return false;
    }
    if let Err(wait) = plane::may_launch(world, service, cx) {
        pace::wait_for(world, service, wait, cx);
        // One that is refused holds up no other.
        return matches!(wait, launch::Wait::Refused);
    }
    launch::daemon(world, service, host, cx);
    true
}

/// A host is registered, heard again, or has room again: its daemons come before any other task.
pub(crate) fn first(world: &mut World, host: HostId, cx: &mut Cx<'_>) {
    for row in 0..world.daemons.len() {
        let Some(service) = in_row(world, row, world.hosts.at(host.slot).provider, cx) else { continue };
        // A group may have hosts before the cluster is created: its daemons start with it.
        if create::unborn(world, cx.plan.services[service].cluster) {
            continue;
        }
        let machine = world.hosts.at(host.slot);
        let task = &cx.plan.services[service].task;
        let open = machine.takes_tasks() && machine.fits(task) && choose::meets(world, service, host, cx);
        if open && !runs_on(world, service, host) {
            start(world, service, host, cx);
            // What was refused here is booked when the scheduler looks.
            if world.services[service].tries.refused() > world.services[service].owed() {
                reconcile::wake_once(world, service, cx);
            }
        }
    }
}

/// At time 0 a daemon stands on each host.
pub(crate) fn stand(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let hosts = hosts(world, service, cx);
    world.services[service].desired = hosts.len() as u32;
    for host in hosts {
        if world.hosts.at(host.slot).fits(&cx.plan.services[service].task) {
            launch::stand_on(world, service, host, cx);
        }
    }
    world.services[service].waits = Phase::CapacityWait;
    book(world, service);
}

/// At time 0 a host comes while tasks are placed: its daemons stand there before them.
pub(crate) fn stand_on(world: &mut World, host: HostId, cx: &mut Cx<'_>) {
    for row in 0..world.daemons.len() {
        let Some(service) = in_row(world, row, world.hosts.at(host.slot).provider, cx) else { continue };
        if world.hosts.at(host.slot).fits(&cx.plan.services[service].task) && choose::meets(world, service, host, cx) {
            launch::stand_on(world, service, host, cx);
        }
    }
}

/// What daemons take of a host.
#[derive(Clone, Copy, Default)]
pub(crate) struct Share {
    pub(crate) cpu: u32,
    pub(crate) memory: u32,
    pub(crate) ports: u64,
    pub(crate) enis: u32,
}

/// What daemons take of every new host of a provider (model choice: as if their constraints allowed each host).
pub(crate) fn share(world: &World, provider: ProviderId, cx: &Cx<'_>) -> Share {
    let mut sum = Share::default();
    for service in of_cluster(world, provider, cx) {
        let task = &cx.plan.services[service].task;
        sum.cpu += task.cpu;
        sum.memory += task.memory;
        sum.ports |= task.ports;
        sum.enis += u32::from(task.eni);
    }
    sum
}

/// The daemon in a row of the world's list, if it belongs to a provider's cluster.
fn in_row(world: &World, row: usize, provider: ProviderId, cx: &Cx<'_>) -> Option<ServiceId> {
    let (service, plan) = (world.daemons[row], cx.plan);
    let outside = matches!(plan.providers[provider].kind, ProviderKind::External(_));
    let there = outside == plan.is_external(&plan.services[service]);
    (there && plan.services[service].cluster == plan.providers[provider].cluster).then_some(service)
}

/// Daemons of a provider's cluster.
pub(crate) fn of_cluster(world: &World, provider: ProviderId, cx: &Cx<'_>) -> impl Iterator<Item = ServiceId> {
    (0..world.daemons.len()).filter_map(move |row| in_row(world, row, provider, cx))
}

/// Active hosts of the cluster that meet the constraints.
fn hosts(world: &World, service: ServiceId, cx: &Cx<'_>) -> Vec<HostId> {
    let plan = cx.plan;
    let mut found = Vec::new();
    for provider in plan.clusters[plan.services[service].cluster].providers.clone().map(ProviderId) {
        let hosts = world.providers[provider].hosts.iter().copied();
        let open = |id: &HostId| world.hosts.get(*id).is_some_and(crate::model::tables::Host::takes_tasks);
        found.extend(hosts.filter(open).filter(|&host| choose::meets(world, service, host, cx)));
    }
    found
}

fn replace_unhealthy(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let least = percent_up(world.services[service].desired, cx.plan.services[service].minimum_healthy_percent);
    let zones = &world.services[service].zones;
    let mut unhealthy: Vec<(u32, TaskId)> = zones
        .iter()
        .flat_map(|zone| chain(&world.tasks, zone.first))
        .filter(|(_, task)| task.wanted && task.health == Health::Unhealthy)
        .map(|(id, task)| (task.ordinal, id))
        .collect();
    if unhealthy.is_empty() || world.services[service].available < least {
        return;
    }
    unhealthy.sort_unstable_by_key(|(ordinal, _)| *ordinal);
    for (_, task) in unhealthy {
        stop::begin(world, task, StopCode::ServiceSchedulerInitiated, Reason::Unhealthy, cx);
    }
}

fn runs_on(world: &World, service: ServiceId, host: HostId) -> bool {
    on_host(&world.tasks, world.hosts.at(host.slot).first).any(|(_, task)| task.service == service && task.wanted)
}
