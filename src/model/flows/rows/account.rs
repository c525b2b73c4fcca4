//! Every count of a service is derived from its task rows, here and nowhere else.
//!
//! [`change`] takes a task out of all counts, lets the caller change the row, and counts it anew. What a task counts
//! as is a pure function of the row, its zone and its service, so no flow can forget a count.

use crate::model::fact::{Cause, NO_ZONE, Phase, TaskState};
use crate::model::flows::World;
use crate::model::ids::{ProviderId, ServiceId, TaskId, ZoneId};
use crate::model::plan;
use crate::model::plan::Plan;
use crate::model::tables::rollout::Revision;
use crate::model::tables::service::{InZone, Service};
use crate::model::tables::task::{Health, Link, Marks, Target, Task, link, unlink};

/// Goal RUNNING.
const WANTED: u16 = 1;

/// Wanted, not known to be healthy, not to be replaced.
const STARTING: u16 = 2;

/// Wanted, to be replaced.
const TO_REPLACE: u16 = 4;

/// RUNNING and running in truth.
const RUNNING: u16 = 8;

/// Running in truth, healthy, reachable.
const AVAILABLE: u16 = 16;

/// Wanted and not available.
const LACKING: u16 = 32;

/// Gets requests and answers.
const SERVING: u16 = 64;

/// Gets requests and cannot answer.
const DEAD: u16 = 128;

/// Registered, gets none, would answer.
const IDLE: u16 = 256;

/// Registered, gets none, would not answer.
const IDLE_DEAD: u16 = 512;

/// Available, and a deployment does not count it as healthy yet.
const WARMING: u16 = 1_024;

/// Wanted, and of another revision than the one that is deployed.
const OUTDATED: u16 = 2_048;

/// What gets requests or none, of a task without requests: it may get copies. So many bits further left.
const SURPLUS: u32 = 6;

/// Whether a request that reaches the task would be answered.
pub(crate) fn answers(task: &Task, reachable: bool) -> bool {
    task.alive && task.ready() && reachable && task.state == TaskState::Running
}

/// What a task counts as. Without a load balancer requests find whatever answers (model choice).
fn counts(task: &Task, reached: bool, has_balancer: bool) -> u16 {
    let (mut bits, answers) = (0, answers(task, reached));
    let healthy = task.health == Health::Healthy;
    // A spare is neither missed nor sent to.
    let dark = task.marks.has(Marks::DARK);
    let in_service = !has_balancer || task.target == Target::Healthy;
    let available = answers && healthy && in_service && !dark;
    if task.state == TaskState::Running && task.alive {
        bits |= RUNNING;
    }
    if available {
        bits |= AVAILABLE;
        if task.marks.has(Marks::WARMING) {
            bits |= WARMING;
        }
    }
    if task.wanted {
        bits |= WANTED;
        if !available && !dark {
            bits |= LACKING;
        }
        if task.marks.has(Marks::OUTDATED) {
            bits |= OUTDATED;
        }
        if task.to_replace() {
            bits |= TO_REPLACE;
        } else if !healthy || task.state != TaskState::Running || task.marks.has(Marks::WARMING) {
            bits |= STARTING;
        }
    }
    let target = match (task.target, answers) {
        (Target::Healthy, true) => SERVING,
        (Target::None, true) if !has_balancer => SERVING,
        (Target::Healthy, false) => DEAD,
        (Target::Initial | Target::Unhealthy, true) => IDLE,
        (Target::Initial | Target::Unhealthy, false) => IDLE_DEAD,
        (Target::None | Target::Draining, _) => 0,
    };
    bits | if dark { target << SURPLUS } else { target }
}

/// Changes a task's row and keeps every count true. The service is settled when the event has been handled.
#[inline]
pub(crate) fn change(world: &mut World, plan: &Plan, id: TaskId, edit: impl FnOnce(&mut Task)) {
    let task = world.tasks.at_mut(id.slot);
    let before = Standing::of(task);
    edit(task);
    let task = world.tasks.at(id.slot);
    let of = task.service;
    let service = &plan.services[of];
    let reached = task.zone == NO_ZONE || super::link::reached(world, plan, task);
    let task = world.tasks.at_mut(id.slot);
    task.counted = counts(task, reached, service.balancer.is_some());
    let after = Standing::of(task);
    if before != after {
        move_to(world, id.slot, service, &before, &after);
    }
    mark(world, of);
}

/// A new task: counted from nothing.
#[inline]
pub(crate) fn add(world: &mut World, plan: &Plan, mut task: Task) -> TaskId {
    debug_assert!(task.counted == 0, "a new task counts as nothing yet");
    let zone = std::mem::replace(&mut task.zone, NO_ZONE);
    let id = world.tasks.insert(task);
    change(world, plan, id, |task| task.zone = zone);
    id
}

/// A task that is gone: taken out of all counts, its row freed.
pub(crate) fn remove(world: &mut World, plan: &Plan, id: TaskId) {
    let task = world.tasks.at_mut(id.slot);
    let before = Standing::of(task);
    task.counted = 0;
    task.zone = NO_ZONE;
    let (service, after) = (task.service, Standing::of(task));
    move_to(world, id.slot, &plan.services[service], &before, &after);
    mark(world, service);
    world.tasks.remove(id);
}

/// Under what a task is counted.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Standing {
    zone: ZoneId,
    counted: u16,
    cause: Cause,
    phase: Phase,
    revision: u8,
    wear: u8,
}

impl Standing {
    fn of(task: &Task) -> Standing {
        let Task { zone, counted, cause, phase, revision, marks, .. } = *task;
        Standing { zone, counted, cause, phase, revision, wear: marks.wear() }
    }
}

/// The service's books change: settle them when the event has been handled.
pub(crate) fn mark(world: &mut World, service: ServiceId) {
    let row = &mut world.services[service];
    if !row.traffic.dirty {
        row.traffic.dirty = true;
        world.dirty.push(service);
    }
}

/// Moves a task from one standing to another, in the lists and counts of its service.
fn move_to(world: &mut World, slot: u32, service: &plan::Service, before: &Standing, after: &Standing) {
    let first_zone = world.first_zone;
    let place = |zone: ZoneId| usize::from(zone.0 - first_zone);
    let task = world.tasks.at(slot);
    let provider = task.provider;
    let row = &mut world.services[task.service];
    if before.zone != after.zone {
        if before.zone != NO_ZONE {
            unlink(&mut world.tasks, &mut row.zones[place(before.zone)].first, slot, Link::Zone);
        }
        if after.zone != NO_ZONE {
            link(&mut world.tasks, &mut row.zones[place(after.zone)].first, slot, Link::Zone);
        }
    }
    if before.counted != after.counted
        || before.zone != after.zone
        || before.revision != after.revision
        || before.wear != after.wear
    {
        recount(row, first_zone, (service, provider), before, after);
    }
    for (standing, add) in [(before, false), (after, true)] {
        if standing.counted & (LACKING | DEAD) != 0 {
            let line = row.shortfalls.line(standing.cause, standing.phase);
            shift(&mut line.tasks, standing.counted & LACKING != 0, add);
            shift(&mut line.dead_targets, standing.counted & DEAD != 0, add);
        }
    }
}

/// What a task counts as, where it stands or its revision is another: in the counts of the service, its strategy items,
/// revisions and zones.
fn recount(
    row: &mut Service,
    first_zone: u16,
    (service, provider): (&plan::Service, ProviderId),
    before: &Standing,
    after: &Standing,
) {
    let place = |zone: ZoneId| usize::from(zone.0 - first_zone);
    let step = |count: &mut u32, bit: u16| {
        *count = *count + u32::from(after.counted & bit != 0) - u32::from(before.counted & bit != 0);
    };
    step(&mut row.wanted, WANTED);
    step(&mut row.starting, STARTING);
    step(&mut row.to_replace, TO_REPLACE);
    step(&mut row.available, AVAILABLE);
    step(&mut row.warming, WARMING);
    let moved = before.zone != after.zone || (before.counted ^ after.counted) & (WANTED | TO_REPLACE | RUNNING) != 0;
    let item = || service.strategy.iter().position(|item| item.provider == provider);
    let item = if moved || !row.deployment.revisions.is_empty() { item() } else { None };
    if let Some(item) = item.filter(|_| moved) {
        let counts = &mut row.by_item[item];
        step(&mut counts.running, RUNNING);
        counts.lasting = counts.lasting + u32::from(lasts(after.counted)) - u32::from(lasts(before.counted));
        if !row.item_zones.is_empty() {
            let first = item * row.zones.len();
            for (task, sign) in [(before, false), (after, true)] {
                if task.zone != NO_ZONE {
                    let count = &mut row.item_zones[first + usize::from(task.zone.0 - first_zone)];
                    shift(count, task.counted & WANTED != 0, sign);
                }
            }
        }
    }
    for (standing, add) in [(before, false), (after, true)] {
        let zone = (standing.zone != NO_ZONE).then(|| place(standing.zone));
        if let Some(revision) = row.deployment.revisions.iter_mut().find(|one| one.number == standing.revision) {
            count_in_revision(revision, zone, item, *standing, add);
        }
        if let Some(zone) = zone {
            count_in_zone(&mut row.zones[zone], standing.counted, add);
        }
    }
}

/// Wanted, and not to be replaced.
fn lasts(counted: u16) -> bool {
    counted & (WANTED | TO_REPLACE) == WANTED
}

fn count_in_revision(revision: &mut Revision, zone: Option<usize>, item: Option<usize>, of: Standing, add: bool) {
    shift(&mut revision.wanted, of.counted & WANTED != 0, add);
    shift(&mut revision.starting, of.counted & STARTING != 0, add);
    shift(&mut revision.to_replace, of.counted & TO_REPLACE != 0, add);
    if let Some(count) = item.and_then(|item| revision.by_item.get_mut(item)) {
        shift(count, lasts(of.counted), add);
    }
    let Some(zone) = zone else { return };
    let spare = of.counted >> SURPLUS;
    let kinds = [SERVING, IDLE, DEAD, IDLE_DEAD];
    for (count, kind) in revision.targets[zone].iter_mut().zip(kinds) {
        shift(count, of.counted & kind != 0, add);
    }
    for (count, kind) in revision.surplus.get_mut(zone).into_iter().flatten().zip(kinds) {
        shift(count, spare & kind != 0, add);
    }
    if let Some(worn) = revision.worn.get_mut(zone) {
        let counts = [of.counted & SERVING, of.counted & IDLE, spare & SERVING, spare & IDLE];
        for (by_wear, counted) in worn.iter_mut().zip(counts) {
            shift(&mut by_wear[usize::from(of.wear)], counted != 0, add);
        }
    }
}

fn count_in_zone(zone: &mut InZone, counted: u16, sign: bool) {
    shift(&mut zone.wanted, counted & WANTED != 0, sign);
    shift(&mut zone.outdated, counted & OUTDATED != 0, sign);
    shift(&mut zone.to_replace, counted & TO_REPLACE != 0, sign);
    shift(&mut zone.running, counted & RUNNING != 0, sign);
    shift(&mut zone.available, counted & AVAILABLE != 0, sign);
    shift(&mut zone.serving, counted & SERVING != 0, sign);
    shift(&mut zone.dead, counted & DEAD != 0, sign);
    shift(&mut zone.idle, counted & IDLE != 0, sign);
    shift(&mut zone.idle_dead, counted & IDLE_DEAD != 0, sign);
}

fn shift(count: &mut u32, counted: bool, add: bool) {
    if counted {
        *count = if add { *count + 1 } else { *count - 1 };
    }
}
