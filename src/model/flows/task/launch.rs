//! A launch: from the scheduler's wish to a task that is accepted.
//!
//! ```text
//! (pace) ─► launch_on ─► tokens? zone or host? ─► accepted ─► a place (`place`) ─► its start (`start`) ─► RUNNING (`serve`)
//!                │                                  └ no room on a group's hosts: PROVISIONING until there is
//!                └ why not (`Wait`): back to `pace`
//! ```

use super::place;
use crate::engine::Span;
use crate::model::capacity;
use crate::model::capacity::fargate::No;
use crate::model::fact::{Cause, FaultFact, Mechanism, NO_ZONE, Phase, Reason, StopCode, TaskNo, TaskState};
use crate::model::flows::cell::plane;
use crate::model::flows::rows::{account, replacement, revision, tell, wake};
use crate::model::flows::{Cx, World};
use crate::model::ids::{HostId, ProviderId, ServiceId, TaskId, ZoneId};
use crate::model::placement::{choose, spread};
use crate::model::plan::{Kind, ProviderKind};
use crate::model::tables::task::{Marks, Task};

/// Tasks of a cluster that may wait in PROVISIONING ([ecs-quotas]).
pub const PROVISIONING_MAX: usize = 500;

/// Starts a task in `zone` beside those that are due, for a move between zones; or why not.
pub(crate) fn extra(
    world: &mut World,
    service: ServiceId,
    provider: ProviderId,
    zone: ZoneId,
    cx: &mut Cx<'_>,
) -> Result<TaskId, plane::Wait> {
    world.services[service].scheduler.owe_first(Cause::mechanism(Mechanism::Rebalancing));
    let launched = launch_on(world, service, provider, Some(zone), cx);
    let row = &mut world.services[service];
    match launched {
        Ok(_) => {}
        // Another launch comes in its place, with luck of its own.
        Err(plane::Wait::Refused | plane::Wait::Unlucky(_)) => {
            row.scheduler.write_off_first();
            row.scheduler.tries.skip();
        }
        Err(_) => row.scheduler.write_off_first(),
    }
    launched
}

/// One launch on one provider: tokens, then room.
pub(crate) fn launch_on(
    world: &mut World,
    service: ServiceId,
    provider: ProviderId,
    only: Option<ZoneId>,
    cx: &mut Cx<'_>,
) -> Result<TaskId, plane::Wait> {
    // That rate is the service scheduler's; RunTask has rates of its own, for its calls.
    if cx.plan.services[service].kind != Kind::Stream {
        let rate = world.services[service].scheduler.launches.wait(cx.now);
        if rate > Span::ZERO {
            return Err(plane::Wait::Service(rate));
        }
    }
    plane::may_launch(world, service, cx)?;
    match &cx.plan.providers[provider].kind {
        ProviderKind::Fargate { spot, bucket } => {
            let zone = capacity::fargate::choose(world, service, provider, *spot, only, cx);
            let zone = zone.map_err(|no| match no {
                No::Room(reason) => plane::Wait::Capacity(reason),
                No::Luck => plane::Wait::Unlucky(provider),
            })?;
            if !world.buckets[*bucket].tokens.take(cx.now) {
                return Err(plane::Wait::Bucket(*bucket));
            }
            let task = take_on(world, service, provider, cx);
            take_fargate(world, service, provider, zone, cx);
            account::change(world, cx.plan, task, |task| task.zone = zone);
            revision::placed(world, task, cx.plan);
            place::begin(world, task, cx);
            Ok(task)
        }
        ProviderKind::AnyHost | ProviderKind::External(_) => {
            let host = choose::host(world, service, provider, only, cx).map_err(plane::Wait::Capacity)?;
            let task = take_on(world, service, provider, cx);
            place::place(world, task, host, cx);
            Ok(task)
        }
        ProviderKind::Group(_) | ProviderKind::Managed(_) => on_group(world, service, provider, only, cx),
    }
}

/// A Fargate task uses stock of its zone and quota of its account.
pub(crate) fn take_fargate(world: &mut World, service: ServiceId, provider: ProviderId, zone: ZoneId, cx: &Cx<'_>) {
    if let ProviderKind::Fargate { spot, bucket } = cx.plan.providers[provider].kind {
        let cpu = u64::from(cx.plan.services[service].task.cpu);
        world.zones[zone].take(spot, cpu);
        world.buckets[bucket].used += cpu;
    }
}

/// On hosts of a provider: at once where there is room, else in PROVISIONING until there is.
fn on_group(
    world: &mut World,
    service: ServiceId,
    provider: ProviderId,
    only: Option<ZoneId>,
    cx: &mut Cx<'_>,
) -> Result<TaskId, plane::Wait> {
    let found = choose::host(world, service, provider, only, cx);
    if found.is_err() && only.is_some_and(|zone| !spread::opens(world, service, provider, zone, cx)) {
        return Err(plane::Wait::Capacity(Reason::Agent));
    }
    let of_group = matches!(cx.plan.providers[provider].kind, ProviderKind::Group(_));
    if found.is_err() && of_group && waiting_in_cluster(world, provider, cx) >= PROVISIONING_MAX {
        return Err(plane::Wait::Capacity(Reason::ProvisioningLimit));
    }
    let task = take_on(world, service, provider, cx);
    if let Ok(host) = found {
        place::place(world, task, host, cx);
    } else {
        account::change(world, cx.plan, task, |task| task.phase = Phase::CapacityWait);
        world.providers[provider].waiting.push_back(task);
        wake::for_waiting(world, provider, cx);
    }
    Ok(task)
}

/// Tasks of the cluster that wait for a host of an Auto Scaling group (model choice).
fn waiting_in_cluster(world: &World, provider: ProviderId, cx: &Cx<'_>) -> usize {
    let plan = cx.plan;
    let groups = plan.clusters[plan.providers[provider].cluster].providers.clone().map(ProviderId);
    let groups = groups.filter(|&row| matches!(plan.providers[row].kind, ProviderKind::Group(_)));
    groups.map(|row| world.providers[row].waiting.len()).sum()
}

/// The control plane takes a launch on.
fn take_on(world: &mut World, service: ServiceId, provider: ProviderId, cx: &mut Cx<'_>) -> TaskId {
    plane::launched(world, service, cx);
    accept(world, service, provider, cx)
}

/// The launch is accepted: a task exists, in PROVISIONING.
pub(crate) fn accept(world: &mut World, service: ServiceId, provider: ProviderId, cx: &mut Cx<'_>) -> TaskId {
    let (revision, dark) = revision::next(world, service, cx.plan);
    let row = &mut world.services[service];
    if cx.plan.services[service].kind != Kind::Stream {
        row.scheduler.launches.take(cx.now);
    }
    row.steady = false;
    row.scheduler.tries.taken();
    let cause = revision::pay(row, dark).unwrap_or_else(|| {
        // Nobody pending it: a daemon, on a host that has just come.
        row.scheduler.ever_due += 1;
        Cause::mechanism(Mechanism::FirstStart)
    });
    if cause.as_fault().is_some() {
        cx.note(FaultFact::Noticed { cause, service: Some(service) });
    }
    let row = &mut world.services[service];
    let no = TaskNo { service, ordinal: row.scheduler.launched };
    row.scheduler.launched += 1;
    let mut task = Task::accepted(no, provider, NO_ZONE, cause, cx.now);
    task.revision = revision;
    task.marks.set(Marks::DARK, dark);
    task.marks.set(Marks::REPLACEMENT | Marks::OUTDATED, replacement::comes(row, revision));
    let id = account::add(world, cx.plan, task);
    tell::task(world, id, TaskState::Provisioning, StopCode::None, Reason::None, cx);
    id
}

/// A daemon's task on one host.
pub(crate) fn daemon(world: &mut World, service: ServiceId, host: HostId, cx: &mut Cx<'_>) {
    let provider = world.hosts.at(host.slot).provider;
    let task = take_on(world, service, provider, cx);
    place::place(world, task, host, cx);
}
