//! Desired against placed: what the service scheduler does when it is woken.
//!
//! It is woken once for each batch of news, never by a clock. Order of work (domain sheet, sections 2.3 and 2.8):
//! 1. missing tasks are due; so are replacements of tasks to be replaced, as far as `maximumPercent` leaves room;
//! 2. what is too much is stopped: replaced tasks first, then random ones from the fullest zone;
//! 3. without room, one task to be replaced is stopped first, as `minimumHealthyPercent` allows;
//! 4. launches; 5. in steady state, zones are evened out.

use super::settle::percent_up;
use super::{For, account, launch, pace, rebalance, stop};
use crate::engine::Span;
use crate::model::event::steps;
use crate::model::fact::{Action, Cause, Fact, Mechanism, Reason, StopCode, TaskState};
use crate::model::ids::{HostId, ServiceId, TaskId};
use crate::model::placement::choose;
use crate::model::plan::Kind;
use crate::model::tables::task::{Health, chain, on_host};
use crate::model::world::{Cx, World};

steps! { Reconcile:
    /// The scheduler looks at a service.
    Wake(service: ServiceId),
    /// It tries again after a lack of capacity.
    Retry(service: ServiceId),
}

/// Handles a step.
pub(crate) fn handle(world: &mut World, step: Step, cx: &mut Cx<'_>) {
    let (Step::Wake(service) | Step::Retry(service)) = step;
    if matches!(step, Step::Retry(_)) {
        world.services[service].retrying = false;
    }
    world.services[service].woken = false;
    match cx.plan.services[service].kind {
        Kind::Replica => replica(world, service, cx),
        Kind::Daemon => daemon(world, service, cx),
        Kind::Stream => pace::work(world, service, cx),
    }
}

/// Wakes the scheduler for a service, once however much news there is.
pub(crate) fn wake_once(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    if !row.woken {
        row.woken = true;
        cx.after(Span::ZERO, Step::Wake(service));
    }
}

fn replica(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let most = most_tasks(world, service, cx);
    set_due(world, service, most);
    stop_surplus(world, service, cx);
    make_room(world, service, most, cx);
    if !world.services[service].retrying {
        pace::work(world, service, cx);
    }
    look_steady(world, service, cx);
    rebalance::look(world, service, cx);
}

/// `floor(desired x maximumPercent / 100)`, the most tasks RUNNING or PENDING (domain sheet, section 2.2).
fn most_tasks(world: &World, service: ServiceId, cx: &Cx<'_>) -> u32 {
    let percent = u64::from(cx.plan.services[service].maximum_percent);
    (u64::from(world.services[service].desired) * percent / 100) as u32
}

/// Missing tasks and replacements are due.
fn set_due(world: &mut World, service: ServiceId, most: u32) {
    let row = &mut world.services[service];
    let extra = u32::from(row.moving.is_some());
    let goal = row.desired.max((row.desired + row.to_replace + extra).min(most));
    let due = goal.saturating_sub(row.wanted);
    let owed = row.owed();
    if owed < due {
        let cause = if row.to_replace > 0 { row.replace_cause } else { Cause::mechanism(Mechanism::FirstStart) };
        row.owe(cause, due - owed);
    }
    for _ in due..owed {
        row.forgive();
    }
    if owed != due {
        account::mark(world, service);
    }
}

/// Stops what is too much.
fn stop_surplus(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &world.services[service];
    if row.wanted <= row.desired {
        return;
    }
    let surplus = row.wanted - row.desired;
    let moving = u32::from(row.moving.is_some());
    // A task to be replaced may go once a healthy one stands in its place, or once no replacement is on its way that
    // could still become healthy.
    let replaced = (row.healthy() + row.to_replace).saturating_sub(row.desired);
    let hopeless = surplus.saturating_sub(row.starting);
    let go = row.to_replace.min(surplus).min(replaced.max(hopeless));
    for _ in 0..go {
        if let Some(task) = pick_to_replace(world, service) {
            let (code, reason) = why_replaced(world.tasks.at(task.slot).leaving);
            stop::begin(world, task, code, reason, cx);
        }
    }
    let row = &world.services[service];
    let healthy_surplus = row.wanted.saturating_sub(row.desired + row.to_replace + row.starting + moving);
    for _ in 0..healthy_surplus {
        if let Some(task) = pick_surplus(world, service, cx) {
            stop::begin(world, task, StopCode::ServiceSchedulerInitiated, Reason::Excess, cx);
        }
    }
}

/// Without room for a replacement: stop one task that is to be replaced, if enough healthy ones are left.
fn make_room(world: &mut World, service: ServiceId, most: u32, cx: &mut Cx<'_>) {
    let row = &world.services[service];
    if row.to_replace == 0 || row.starting > 0 || row.wanted < most || !row.owed.is_empty() {
        return;
    }
    let least = percent_up(row.desired, cx.plan.services[service].minimum_healthy_percent);
    let Some(task) = pick_to_replace(world, service) else { return };
    // An unhealthy task adds nothing to the healthy ones; a task on a draining host does.
    let still_serves = world.tasks.at(task.slot).health == Health::Healthy;
    if world.services[service].available.saturating_sub(u32::from(still_serves)) < least {
        return;
    }
    let (code, reason) = why_replaced(still_serves);
    stop::begin(world, task, code, reason, cx);
}

/// What is told of a task that was replaced, because its host drains or because it is unhealthy.
fn why_replaced(host_drains: bool) -> (StopCode, Reason) {
    if host_drains {
        (StopCode::TerminationNotice, Reason::Draining)
    } else {
        (StopCode::ServiceSchedulerInitiated, Reason::Unhealthy)
    }
}

/// The oldest task that is to be replaced: unhealthy ones before those on draining hosts.
fn pick_to_replace(world: &World, service: ServiceId) -> Option<TaskId> {
    let zones = &world.services[service].zones;
    let all = zones.iter().flat_map(|zone| chain(&world.tasks, zone.first));
    let open = all.filter(|(_, task)| task.wanted && task.to_replace());
    open.min_by_key(|(_, task)| (task.health != Health::Unhealthy, task.ordinal)).map(|(id, _)| id)
}

/// A healthy task too much: random within the zone that has the most (domain sheet, sections 2.1 and 2.3).
fn pick_surplus(world: &World, service: ServiceId, cx: &Cx<'_>) -> Option<TaskId> {
    let row = &world.services[service];
    let zone = row.zones.iter().enumerate().max_by_key(|(at, zone)| (zone.wanted, std::cmp::Reverse(*at)))?.1;
    let spare = |(_, task): &(TaskId, &crate::model::tables::Task)| task.wanted && task.state == TaskState::Running;
    let count = chain(&world.tasks, zone.first).filter(spare).count() as u64;
    let who = cx.plan.services[service].who.nth(u64::from(row.launched)).nth(u64::from(row.wanted));
    let pick = cx.draw(For::Choose, who).below(count) as usize;
    chain(&world.tasks, zone.first).filter(spare).nth(pick).map(|(id, _)| id)
}

fn look_steady(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    let steady = is_steady(row);
    if steady && !row.steady {
        let count = row.wanted;
        cx.note(Fact::Service { service, action: Action::SteadyState, reason: Reason::None, count });
    }
    row.steady = steady;
}

/// As many as desired, all healthy, nothing due.
pub(crate) fn is_steady(row: &crate::model::tables::Service) -> bool {
    row.wanted == row.desired && row.starting == 0 && row.to_replace == 0 && row.owed.is_empty()
}

/// One task on each active host that meets the constraints.
fn daemon(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let cluster = &plan.clusters[plan.services[service].cluster];
    let mut wanted_on = 0;
    for provider in cluster.providers.clone().map(crate::model::ids::ProviderId) {
        for row in 0..world.providers[provider].hosts.len() {
            let host = world.providers[provider].hosts[row];
            let machine = world.hosts.at(host.slot);
            if !machine.takes_tasks() || !choose::allowed(world, service, host, cx) {
                continue;
            }
            wanted_on += 1;
            if !runs_on(world, service, host) && machine.fits(&plan.services[service].task) {
                launch::daemon(world, service, host, cx);
            }
        }
    }
    world.services[service].desired = wanted_on;
    account::mark(world, service);
}

fn runs_on(world: &World, service: ServiceId, host: HostId) -> bool {
    on_host(&world.tasks, world.hosts.at(host.slot).first).any(|(_, task)| task.service == service && task.wanted)
}
