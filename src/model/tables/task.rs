//! Tasks: one hot row each, linked by host and by service and zone.

use super::host::NIL;
use crate::engine::index::Slots;
use crate::engine::{Span, Time, Who};
use crate::model::defect::WEAR;
use crate::model::fact::{Cause, Phase, TargetHealth, TaskNo, TaskState};
use crate::model::ids::{ProviderId, ServiceId, TaskId, ZoneId};
use crate::model::plan;

/// `healthStatus` as ECS believes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Health {
    Unknown,
    Healthy,
    Unhealthy,
}

/// What the load balancer does with the target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Target {
    None,
    /// Registered, not yet passed a check.
    Initial,
    Healthy,
    /// Taken out by its checks; gets requests only if all others are out too.
    Unhealthy,
    Draining,
}

impl Target {
    /// As ECS shows it; `None`: it is no target.
    pub fn health(self) -> Option<TargetHealth> {
        match self {
            Target::None => None,
            Target::Initial => Some(TargetHealth::Initial),
            Target::Healthy => Some(TargetHealth::Healthy),
            Target::Unhealthy => Some(TargetHealth::Unhealthy),
            Target::Draining => Some(TargetHealth::Draining),
        }
    }
}

/// What is known of a task, as bits: its row is full.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Marks(u16);

impl Marks {
    /// It is to be replaced though it works: its host drains.
    pub const LEAVING: u16 = 1;
    /// It stood at time 0: its start is long ago.
    pub const STOOD: u16 = 2;
    /// It is of another revision than the one that is deployed.
    pub const OUTDATED: u16 = 4;
    /// It runs, and a deployment does not count it as healthy yet.
    pub const WARMING: u16 = 8;
    /// Its revision gets no requests at this moment: it is a spare.
    pub const DARK: u16 = 16;
    /// It stands in for a failed task of its revision while a newer one is rolled out, and has not been healthy yet.
    pub const REPLACEMENT: u16 = 32;
    /// Such a task was asked for in its place.
    pub const HAS_REPLACEMENT: u16 = 64;
    /// Truth: the application would answer.
    pub const READY: u16 = 128;
    /// It is UNHEALTHY by its container health checks, and not by those of the load balancer.
    pub const CONTAINER_FAILS: u16 = 256;

    /// Where its wear stands, above the marks.
    const WORN: u32 = 9;

    /// Steps of wear: 0 to 7.
    pub fn wear(self) -> u8 {
        (self.0 >> Marks::WORN) as u8
    }

    /// Sets the steps of wear: 0 to 7.
    pub fn set_wear(&mut self, wear: u8) {
        debug_assert!(wear < WEAR, "the last step kills it");
        self.0 = self.0 & ((1 << Marks::WORN) - 1) | u16::from(wear) << Marks::WORN;
    }

    /// Whether it has one of these.
    pub fn has(self, marks: u16) -> bool {
        self.0 & marks != 0
    }

    /// Puts them on or takes them off.
    pub fn set(&mut self, marks: u16, on: bool) {
        self.0 = if on { self.0 | marks } else { self.0 & !marks };
    }
}

/// A task. 64 bytes, as a Region holds them by the hundred thousand.
#[derive(Clone, Debug)]
pub struct Task {
    /// When the launch was accepted; from RUNNING on, when it reached RUNNING.
    pub started: Time,
    /// When its containers last began to run: later than `started` once they were restarted in place.
    pub ran_since: Time,
    pub service: ServiceId,
    /// Number of the launch within it.
    pub ordinal: u32,
    /// Slot of its container instance; [`NIL`] on Fargate or while it waits.
    pub host: u32,
    /// Why it is missing, while it is.
    pub cause: Cause,
    /// Next and previous on the host.
    pub on_host: [u32; 2],
    /// Next and previous of the service in the zone.
    pub in_zone: [u32; 2],
    pub zone: ZoneId,
    pub provider: ProviderId,
    pub state: TaskState,
    /// Where on its way back it is, while it is missing.
    pub phase: Phase,
    pub health: Health,
    /// What the load balancer does with it.
    pub target: Target,
    /// Rises when a pending health event must not count any more.
    pub epoch: u8,
    pub wanted: bool,
    /// Truth: its containers (or what will start them) have power and have not exited.
    pub alive: bool,
    /// What else is known of it.
    pub marks: Marks,
    /// Which revision of its service it is of; 0 is the one that the service begins with.
    pub revision: u8,
    /// What it is counted as; see `flows/rows/account.rs`.
    pub(crate) counted: u16,
}

const _: () = assert!(size_of::<Task>() <= 64, "task rows are many");

impl Task {
    /// Truth: the application would answer.
    pub fn ready(&self) -> bool {
        self.marks.has(Marks::READY)
    }

    /// Whether the balancer has taken it out and its grace period keeps ECS from replacing it for that.
    pub fn fails_in_grace(&self, grace: Span, now: Time) -> bool {
        self.target == Target::Unhealthy && self.health != Health::Unhealthy && self.grace_ends(grace) > now
    }

    /// It would answer from now on, or not any more.
    pub fn set_ready(&mut self, ready: bool) {
        self.marks.set(Marks::READY, ready);
    }

    /// A task whose launch was accepted.
    pub fn accepted(no: TaskNo, provider: ProviderId, zone: ZoneId, cause: Cause, now: Time) -> Task {
        Task {
            started: now,
            ran_since: now,
            service: no.service,
            ordinal: no.ordinal,
            host: NIL,
            cause,
            on_host: [NIL; 2],
            in_zone: [NIL; 2],
            zone,
            provider,
            state: TaskState::Provisioning,
            phase: Phase::Scheduling,
            health: Health::Unknown,
            target: Target::None,
            epoch: 0,
            wanted: true,
            alive: true,
            marks: Marks::default(),
            revision: 0,
            counted: 0,
        }
    }

    pub fn no(&self) -> TaskNo {
        TaskNo { service: self.service, ordinal: self.ordinal }
    }

    pub fn who(&self, service: &plan::Service) -> Who {
        service.who.nth(u64::from(self.ordinal))
    }

    /// How long its containers have run without a break.
    pub fn has_run(&self, now: Time) -> Span {
        if self.marks.has(Marks::STOOD) && self.ran_since == Time::ZERO { Span::MAX } else { now.since(self.ran_since) }
    }

    /// When its grace period ends.
    pub fn grace_ends(&self, grace: Span) -> Time {
        if self.marks.has(Marks::STOOD) { Time::ZERO } else { self.started + grace }
    }

    /// ECS believes that something is wrong with it, its host drains, or another revision is deployed: it is to be
    /// replaced.
    pub fn to_replace(&self) -> bool {
        self.marks.has(Marks::LEAVING | Marks::OUTDATED) || self.health == Health::Unhealthy
    }
}

/// All tasks of a cell.
pub type Tasks = Slots<Task>;

/// Which of a row's two links a list runs over.
#[derive(Clone, Copy)]
pub(crate) enum Link {
    Host,
    Zone,
}

fn links(task: &mut Task, link: Link) -> &mut [u32; 2] {
    match link {
        Link::Host => &mut task.on_host,
        Link::Zone => &mut task.in_zone,
    }
}

/// Puts a task at the head of a list.
pub(crate) fn link(tasks: &mut Tasks, head: &mut u32, slot: u32, link: Link) {
    let old = *head;
    *links(tasks.at_mut(slot), link) = [old, NIL];
    if old != NIL {
        links(tasks.at_mut(old), link)[1] = slot;
    }
    *head = slot;
}

/// Takes a task out of a list.
pub(crate) fn unlink(tasks: &mut Tasks, head: &mut u32, slot: u32, link: Link) {
    let [next, previous] = std::mem::replace(links(tasks.at_mut(slot), link), [NIL; 2]);
    if next != NIL {
        links(tasks.at_mut(next), link)[1] = previous;
    }
    if previous == NIL {
        debug_assert!(*head == slot, "unlinked a task that no list begins with");
        *head = next;
    } else {
        links(tasks.at_mut(previous), link)[0] = next;
    }
}

/// Tasks of a service in a zone, newest first.
pub(crate) fn chain(tasks: &Tasks, head: u32) -> impl Iterator<Item = (TaskId, &Task)> {
    walk(tasks, head, |task| task.in_zone[0])
}

/// Tasks on a host, newest first.
pub(crate) fn on_host(tasks: &Tasks, head: u32) -> impl Iterator<Item = (TaskId, &Task)> {
    walk(tasks, head, |task| task.on_host[0])
}

/// The newest task on a host.
pub(crate) fn newest_on(tasks: &Tasks, head: u32) -> Option<TaskId> {
    on_host(tasks, head).next().map(|(id, _)| id)
}

fn walk(tasks: &Tasks, head: u32, next: fn(&Task) -> u32) -> impl Iterator<Item = (TaskId, &Task)> {
    let mut slot = head;
    std::iter::from_fn(move || {
        if slot == NIL {
            return None;
        }
        let row = tasks.at(slot);
        let id = tasks.handle(slot);
        slot = next(row);
        Some((id, row))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fact::Mechanism;

    fn task(ordinal: u32) -> Task {
        let no = TaskNo { service: ServiceId(0), ordinal };
        Task::accepted(no, ProviderId(0), ZoneId(0), Cause::mechanism(Mechanism::Crash), Time::ZERO)
    }

    /// After linking 0, 1, 2 and unlinking `gone`, the list holds the others, newest first.
    fn check(gone: u32, left: [u32; 2]) {
        let mut tasks = Tasks::default();
        let mut head = NIL;
        for ordinal in 0..3 {
            let id = tasks.insert(task(ordinal));
            link(&mut tasks, &mut head, id.slot, Link::Zone);
        }
        unlink(&mut tasks, &mut head, gone, Link::Zone);
        let found: Vec<u32> = chain(&tasks, head).map(|(_, task)| task.ordinal).collect();
        assert_eq!(found, left, "without {gone}");
    }

    #[test]
    fn a_task_leaves_its_list_wherever_it_stands() {
        check(0, [2, 1]);
        check(1, [2, 0]);
        check(2, [1, 0]);
    }
}
