//! Counts, lists, books and queues of services with their task rows; limits of the scheduler.

use super::Findings;
use evenkeel::internals::model::fact::{Cause, NO_ZONE, Phase, TaskState};
use evenkeel::internals::model::ids::{ServiceId, ZoneId};
use evenkeel::internals::model::placement::choose;
use evenkeel::internals::model::plan::{self, Kind, Plan};
use evenkeel::internals::model::tables::Task;
use evenkeel::internals::model::tables::host::NIL;
use evenkeel::internals::model::tables::service::{InZone, Move, Service};
use evenkeel::internals::model::tables::task::{Health, Marks, Target};
use evenkeel::internals::model::world::World;
use std::collections::BTreeMap;

/// What a task counts as, said once more in plain words; `flows/rows/account.rs` packs the same into bits.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Counts {
    wanted: u32,
    starting: u32,
    to_replace: u32,
    running: u32,
    available: u32,
    warming: u32,
    serving: u32,
    dead: u32,
    idle: u32,
    idle_dead: u32,
}

impl Counts {
    fn of(task: &Task, reached: bool, has_balancer: bool) -> Counts {
        let runs = task.state == TaskState::Running && task.alive;
        let answers = runs && task.ready() && reached;
        let direct = !has_balancer && task.target == Target::None;
        let healthy = task.health == Health::Healthy;
        let replace = task.wanted && task.to_replace();
        let warming = task.marks.has(Marks::WARMING);
        let lit = !task.marks.has(Marks::DARK);
        let out = matches!(task.target, Target::Initial | Target::Unhealthy);
        let available = lit && answers && healthy && (!has_balancer || task.target == Target::Healthy);
        let one = u32::from;
        Counts {
            wanted: one(task.wanted),
            to_replace: one(replace),
            starting: one(task.wanted && !replace && (!healthy || task.state != TaskState::Running || warming)),
            running: one(runs),
            available: one(available),
            warming: one(available && warming),
            serving: one(lit && answers && (direct || task.target == Target::Healthy)),
            dead: one(lit && !answers && task.target == Target::Healthy),
            idle: one(lit && answers && out),
            idle_dead: one(lit && !answers && out),
        }
    }

    fn add(&mut self, other: Counts) {
        let Counts { wanted, starting, to_replace, running, available, warming, serving, dead, idle, idle_dead } =
            other;
        self.wanted += wanted;
        self.starting += starting;
        self.to_replace += to_replace;
        self.running += running;
        self.available += available;
        self.warming += warming;
        self.serving += serving;
        self.dead += dead;
        self.idle += idle;
        self.idle_dead += idle_dead;
    }

    /// What a zone's row keeps of it.
    fn in_zone(self) -> [u32; 8] {
        [self.wanted, self.to_replace, self.running, self.available, self.serving, self.dead, self.idle, self.idle_dead]
    }
}

/// Everything that a service's tasks add up to.
#[derive(Default)]
struct Recount {
    all: Counts,
    zones: Vec<Counts>,
    lists: Vec<Vec<u32>>,
    by_item: Vec<[u32; 2]>,
    /// Tasks and dead targets by line of the accounting.
    lines: BTreeMap<(Cause, Phase), [u32; 2]>,
}

impl Recount {
    fn new(zones: usize, items: usize) -> Recount {
        Recount {
            zones: vec![Counts::default(); zones],
            lists: vec![Vec::new(); zones],
            by_item: vec![[0; 2]; items],
            ..Recount::default()
        }
    }

    fn take(&mut self, world: &World, plan: &Plan, slot: u32, task: &Task) {
        let service = &plan.services[task.service];
        let from_region = service.balancer.as_ref().is_some_and(|balancer| !balancer.local);
        let behind = |zone: ZoneId| from_region && plan.zones[zone].kind != plan::ZoneKind::AvailabilityZone;
        let off = |zone: ZoneId| world.zones[zone].cut > 0 || world.zones[zone].unlinked > 0 && behind(zone);
        let reached = task.zone == NO_ZONE || !off(task.zone) && world.services[task.service].hung == 0;
        let counts = Counts::of(task, reached, service.balancer.is_some());
        self.all.add(counts);
        if task.zone != NO_ZONE {
            let row = usize::from(task.zone.0 - world.first_zone);
            self.zones[row].add(counts);
            self.lists[row].push(slot);
        }
        if let Some(item) = service.strategy.iter().position(|item| item.provider == task.provider) {
            let counted = [counts.wanted - counts.to_replace, counts.running];
            self.by_item[item].iter_mut().zip(counted).for_each(|(sum, count)| *sum += count);
        }
        let lacking = task.wanted && counts.available == 0 && !task.marks.has(Marks::DARK);
        if lacking || counts.dead > 0 {
            let line = self.lines.entry((task.cause, task.phase)).or_default();
            line[0] += u32::from(lacking);
            line[1] += counts.dead;
        }
    }
}

pub(super) fn look(world: &World, plan: &Plan, out: &mut Findings) {
    let zones = world.zones.len();
    let first = world.services.ids().next().unwrap_or_default();
    let fresh = |id: ServiceId| Recount::new(zones, plan.services[id].strategy.len());
    let mut recounts: Vec<Recount> = world.services.ids().map(fresh).collect();
    for (id, task) in world.tasks.pairs() {
        let recount = &mut recounts[(task.service.0 - first.0) as usize];
        recount.take(world, plan, id.slot, task);
    }
    for ((id, row), recount) in world.services.pairs().zip(&recounts) {
        let service = &plan.services[id];
        counts(world, row, recount, &service.name, out);
        for (place, zone) in row.zones.iter().enumerate() {
            list(world, zone, &recount.lists[place], &service.name, out);
        }
        // Before its cluster is there a service has no books.
        let created = !world.not_created(service.cluster);
        out.holds(
            "nothing starts before its cluster is there",
            &service.name,
            created || row.scheduler.launched == 0,
            row.scheduler.launched,
        );
        if created {
            accounting(row, recount, &service.name, out);
            told(plan, world, id, row, out);
        }
        match service.kind {
            Kind::Replica if created => replica(world, service, row, out),
            Kind::Daemon if created => daemon(world, plan, id, row, out),
            Kind::Replica | Kind::Daemon => {}
            Kind::Stream => out.same("a stream wants nothing by itself", &service.name, row.desired(), 0),
        }
        if created {
            due(row, service.kind, &service.name, out);
        }
        queues(world, id, row, &service.name, out);
    }
}

fn counts(world: &World, row: &Service, recount: &Recount, name: &str, out: &mut Findings) {
    let all = recount.all;
    let available: u32 = row.available;
    out.same("wanted", name, row.wanted, all.wanted);
    out.same("starting", name, row.starting, all.starting);
    out.same("to replace", name, row.to_replace, all.to_replace);
    out.same("available", name, available, all.available);
    out.same("available and warming", name, row.warming, all.warming);
    let by_item: Vec<[u32; 2]> = row.by_item.iter().map(|on| [on.lasting, on.running]).collect();
    out.same("lasting and running by item of the strategy", name, &by_item, &recount.by_item);
    for (place, (zone, counted)) in row.zones.iter().zip(&recount.zones).enumerate() {
        let InZone { wanted, to_replace, running, available, serving, dead, idle, idle_dead, .. } = *zone;
        let kept = [wanted, to_replace, running, available, serving, dead, idle, idle_dead];
        let of = format!("{name} in {:?}", ZoneId(world.first_zone + place as u16));
        out.same("wanted, to replace, running, available, serving, dead, idle, idle dead", of, kept, counted.in_zone());
    }
}

/// The linked list of a zone holds the service's tasks there, each once.
fn list(world: &World, zone: &InZone, there: &[u32], name: &str, out: &mut Findings) {
    let (mut listed, mut slot, mut before) = (Vec::new(), zone.first, NIL);
    while slot != NIL && listed.len() <= there.len() {
        let links = world.tasks.at(slot).in_zone;
        out.same("links back", name, links[1], before);
        listed.push(slot);
        (before, slot) = (slot, links[0]);
    }
    listed.sort_unstable();
    out.same("tasks of the zone's list", name, &listed[..], there);
}

/// The books hold every task that is missing and every dead target, under its cause and phase.
fn accounting(row: &Service, recount: &Recount, name: &str, out: &mut Findings) {
    let mut kept = BTreeMap::new();
    for line in &row.shortfalls.lines {
        let twice = kept.insert((line.cause, line.phase), [line.tasks, line.dead_targets]).is_some();
        out.holds("one line for each cause and phase", name, !twice, line);
    }
    kept.retain(|_, counts| *counts != [0, 0]);
    let mut counted = recount.lines.clone();
    counted.retain(|_, counts| *counts != [0, 0]);
    out.same("the books", name, kept, counted);
}

/// What readers were told last is how it is, and losses are what they are losses of. Nothing is told when nobody reads.
fn told(plan: &Plan, world: &World, id: ServiceId, row: &Service, out: &mut Findings) {
    let service = &plan.services[id];
    let Some((_, desired)) = row.last_reported.need else { return };
    let name = &service.name;
    out.same("desired as told", name, desired, row.desired());
    for zone in &service.zones {
        let here = &row.zones[usize::from(zone.0 - world.first_zone)];
        out.same("running and available as told", name, here.last_reported, (here.running, here.available));
    }
    let lines = &row.shortfalls.lines;
    let shortfalls: u64 = lines.iter().map(|line| line.reported_tasks).sum();
    let missing = u64::from(row.desired().saturating_sub(row.available)) * 1_000_000;
    out.same("lacks make what is missing", name, shortfalls, missing);
    let lost: u64 = lines.iter().map(|line| line.reported_rate).sum();
    let (offered, served) = row.last_reported.flow.unwrap_or_default();
    out.holds("served <= offered", name, served <= offered, (served, offered));
    out.same("losses make what fails", name, lost, offered.saturating_sub(served));
    let pending: u32 = lines.iter().map(|line| line.pending).sum();
    let surplus = evenkeel::internals::model::flows::rows::revision::surplus_due(row, service.maximum_percent);
    let due = if service.kind == Kind::Daemon {
        row.desired().saturating_sub(row.wanted)
    } else {
        row.scheduler.pending() - surplus
    };
    out.same("launches that are due stand in the books", name, pending, due);
    let booked: u32 = lines.iter().map(|line| line.tasks + line.pending).sum();
    let short = row.desired().saturating_sub(row.available);
    // What scaling asks for is due once the scheduler looks, and nothing is while a failed deployment stands.
    let unseen = row.stalled() || (row.scaling.is_some() && row.scheduler.woken);
    out.holds("what is missing is a row or is due", name, booked >= short || unseen, (booked, short));
}

/// What the scheduler owes and may have.
fn replica(world: &World, service: &plan::Service, row: &Service, out: &mut Findings) {
    let name = &service.name;
    if row.scaling.is_none() {
        out.same("desired", name, row.desired(), service.desired);
    }
    let mut due = 0;
    for task_set in row.task_sets() {
        let most = (u64::from(task_set.desired) * u64::from(service.maximum_percent) / 100) as u32;
        let bound = most.max(task_set.desired);
        // A service that scales in has too many until its scheduler looks, which protection and a failed deployment hold
        // up.
        let scales = row.scaling.is_some();
        let held_up = scales && (row.scheduler.woken || row.stalled() || service.life.protection.is_some());
        let few = task_set.wanted <= bound || held_up;
        out.holds("RUNNING + PENDING <= maximumPercent", name, few, (task_set.wanted, bound));
        let goal = task_set
            .desired
            .max((task_set.desired + task_set.to_replace + task_set.moving + task_set.replacements).min(most));
        due += goal.saturating_sub(task_set.wanted);
    }
    if !row.scheduler.woken && !row.stalled() {
        out.same("due is what is missing from the goal", name, row.scheduler.pending(), due);
        let has_task = |step: &Move| world.tasks.get(step.started).is_some_and(|task| task.wanted);
        out.holds("a move has its task", name, row.balance.moving.iter().all(has_task), &row.balance.moving);
    }
}

/// Launches that are due. A crash that lasts holds them back until its fault ends; a daemon waits for room on its host.
fn due(row: &Service, kind: Kind, name: &str, out: &mut Findings) {
    let queued = row.scheduler.queued.iter().any(Option::is_some);
    let for_room = kind == Kind::Daemon && row.scheduler.waits == Phase::CapacityWait;
    let waits = row.scheduler.woken
        || row.scheduler.retrying
        || row.scheduler.backoff_until >= out.now
        || queued
        || row.scheduler.at_plane
        || row.scheduler.tries.backing_off() > 0
        || !row.may_launch()
        || row.resolves()
        || for_room;
    out.holds(
        "somebody comes for what is due",
        name,
        row.scheduler.pending.is_empty() || waits,
        (&row.scheduler.pending, row.scheduler.waits),
    );
    // What was ever due was taken on, is still due, or is not wanted any more.
    let ends = u64::from(row.scheduler.launched) + u64::from(row.scheduler.pending()) + row.scheduler.not_wanted;
    out.same("launches that were due, by what became of them", name, row.scheduler.ever_due, ends);
    if kind == Kind::Stream {
        // Of what calls asked for, some wait for an answer, or for the cell.
        let ends = u64::from(row.scheduler.launched)
            + u64::from(row.scheduler.pending())
            + u64::from(row.scheduler.early)
            + row.scheduler.given_up;
        out.same("tasks that were called for, by what became of them", name, row.scheduler.called, ends);
    }
    let (refused, pending) = (row.scheduler.tries.refused(), row.scheduler.pending());
    // Daemons are booked when the scheduler looks.
    out.holds("who was refused is due", name, refused <= pending || row.scheduler.woken, (refused, pending));
    out.holds(
        "no entry of nothing",
        name,
        row.scheduler.pending.iter().all(|(_, count)| *count > 0),
        &row.scheduler.pending,
    );
}

/// One on each active host that meets the constraints.
fn daemon(world: &World, plan: &Plan, id: ServiceId, row: &Service, out: &mut Findings) {
    let cluster = plan.services[id].cluster;
    let hosts = world.hosts.pairs().filter(|(_, host)| plan.providers[host.provider].cluster == cluster);
    let open = hosts.filter(|(_, host)| host.takes_tasks() && choose::is_member(world, plan, id, host)).count();
    out.same("a daemon wants one for each host", &plan.services[id].name, row.desired() as usize, open);
}

/// A service stands once in the queue of each bucket that it says it stands in, and somebody watches the bucket.
fn queues(world: &World, id: ServiceId, row: &Service, name: &str, out: &mut Findings) {
    for (bucket, launches) in world.buckets.pairs() {
        let stands = launches.queue.iter().filter(|other| **other == id).count();
        let says = row.scheduler.queued.iter().filter(|place| **place == Some(bucket)).count();
        out.same("places in the queue of a bucket", name, says, stands);
        out.holds("a bucket with a queue is watched", name, launches.queue.is_empty() || launches.armed, bucket);
    }
}
