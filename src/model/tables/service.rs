//! Services and streams: counts that the scheduler works with, and the accounting of what is missing.

use super::asked::{Answers, Asked};
use super::bucket::Tokens;
use super::host::NIL;
use super::rollout::{Digest, Feature, Revision, Rollout, Shift, Stage};
use super::scheduler::Scheduler;
use super::shortfall::Shortfalls;
use super::zonal::Away;
use crate::engine::Time;
use crate::model::cause::{Cause, Mechanism};
use crate::model::ids::{ChangeId, TaskId};
use crate::model::plan::Reach;

/// What a service has in one zone. Every count but `first` is derived from the task rows by `flows/rows/account.rs`.
#[derive(Clone, Copy, Debug)]
pub struct InZone {
    /// First task of the list.
    pub first: u32,
    /// Tasks whose goal is RUNNING.
    pub wanted: u32,
    /// Among them: of another revision than the one that is deployed here.
    pub outdated: u32,
    /// Among them: to be replaced.
    pub to_replace: u32,
    /// Tasks RUNNING that run in truth.
    pub running: u32,
    /// Tasks that run, are healthy and can be reached.
    pub available: u32,
    /// Targets that get requests and answer.
    pub serving: u32,
    /// Targets that get requests and cannot answer.
    pub dead: u32,
    /// Registered targets that get none though they would answer.
    pub idle: u32,
    /// Registered targets that get none and would not answer.
    pub idle_dead: u32,
    /// Clients still know the address of the load balancer's node here.
    pub in_dns: bool,
    /// Its targets are out of rotation, however healthy they are: they get requests only when their group fails open.
    pub away: bool,
    /// When they forget it; never, while it is of use.
    pub forgotten_at: Time,
    /// What readers were told last: running and available.
    pub last_reported: (u32, u32),
}

impl Default for InZone {
    fn default() -> Self {
        InZone {
            first: NIL,
            wanted: 0,
            outdated: 0,
            to_replace: 0,
            running: 0,
            available: 0,
            serving: 0,
            dead: 0,
            idle: 0,
            idle_dead: 0,
            in_dns: true,
            away: false,
            forgotten_at: Time::NEVER,
            last_reported: (0, 0),
        }
    }
}

/// What a service has on one item of its capacity provider strategy. Every count is derived from the task rows by
/// `flows/rows/account.rs`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OnItem {
    /// Tasks whose goal is RUNNING and that are not to be replaced.
    pub lasting: u32,
    /// Tasks RUNNING that run in truth.
    pub running: u32,
    /// What readers were told last of these.
    pub last_reported: u32,
}

/// A move between zones.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    /// The task that was started in the emptier zone.
    pub started: TaskId,
    /// The item of the strategy whose tasks are evened out; `None`: all of them.
    pub item: Option<usize>,
}

/// A service or stream as a cell runs it. What a room of flows writes stands together; the counts are derived from the
/// task rows by `flows/rows/account.rs`.
#[derive(Clone, Debug, Default)]
pub struct Service {
    /// How many tasks there are to be; `flows/rows/desired.rs` changes it.
    desired: u32,
    /// Tasks whose goal is RUNNING.
    pub wanted: u32,
    /// Among them: not yet RUNNING, or RUNNING and not yet known to be healthy.
    pub starting: u32,
    /// Among them: to be replaced (unhealthy, or on a host that drains).
    pub to_replace: u32,
    /// Among `wanted`: available, in truth.
    pub available: u32,
    /// Among these: not counted as healthy yet by a deployment.
    pub warming: u32,
    /// By item of its strategy.
    pub by_item: Vec<OnItem>,
    /// Tasks whose goal is RUNNING by item and zone of the cell, item by item; empty with a single item.
    pub(crate) item_zones: Vec<u32>,
    /// By zone of the cell.
    pub zones: Vec<InZone>,
    /// What its targets are asked.
    pub traffic: Traffic,
    /// Launches that are due.
    pub scheduler: Scheduler,
    pub balance: Balance,
    /// Which revisions it has.
    pub deployment: Deployment,
    /// Its row among the scalable targets of the partition.
    pub scaling: Option<u32>,
    pub shortfalls: Shortfalls,
    /// Faults in force that let its tasks hang.
    pub hung: u32,
    pub steady: bool,
    pub impaired: bool,
    /// What readers were told last.
    pub last_reported: Told,
}

/// What is asked of a service; written by `flows/traffic`.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    /// Offered rate, in billionths of a request a second.
    pub rate: u64,
    /// What of it is sent to the new revision of a deployment under way.
    pub exposed: u64,
    /// What of it reaches no node of its load balancer.
    pub unreached: u64,
    /// What of it no target could answer.
    pub refused: u64,
    /// What of it customers ask for whose own cell has been emptied.
    pub guests: u64,
    /// What of it reached living targets and failed there for another reason than a lack of room.
    pub spoilt: u64,
    /// What of it was answered after the time-out.
    pub late: u64,
    /// Its answers by pace, where response times are told.
    pub answers: Vec<Answers>,
    /// Copies of it that the new revision of a deployment under way gets besides.
    pub copied: Asked,
    /// What its targets are asked by zone of the cell; empty where no alarm watches a zone.
    pub by_zone: Vec<Asked>,
    /// It stands in the list of services to settle.
    pub dirty: bool,
    /// The zone that its load balancer has been shifted away from.
    pub away: Option<Away>,
}

/// Zones that are evened out; written by `flows/scheduler/rebalance.rs`.
#[derive(Clone, Debug, Default)]
pub struct Balance {
    /// Moves between zones in progress.
    pub moving: Vec<Move>,
    /// Another look at the zones is on its way.
    pub looking: bool,
    /// Zones were found uneven and are being evened out.
    pub rebalancing: bool,
}

/// Revisions of a service, and the deployment under way; written by `flows/change`.
#[derive(Clone, Debug, Default)]
pub struct Deployment {
    /// The revision that tasks are launched of; 0 is the one that the service begins with.
    pub revision: u8,
    /// The newest revision that was completed.
    pub completed: Option<u8>,
    /// Revisions that may have tasks; empty where nothing changes.
    pub revisions: Vec<Revision>,
    pub rollout: Option<Box<Rollout>>,
    /// The change whose revision is being deployed: until it is completed everywhere, or taken back. With the number of
    /// the revision.
    pub deploying: Option<(ChangeId, u8)>,
    pub before_deployment: u8,
    /// The newest number that a revision got.
    pub newest: u8,
    pub features: Vec<Feature>,
}

/// Tasks that are kept at one number: all of a service, or those of one of two revisions side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskSet {
    /// The revision; `None`: all tasks.
    pub of: Option<u8>,
    /// How many there are to be.
    pub desired: u32,
    /// Tasks whose goal is RUNNING.
    pub wanted: u32,
    /// Among them: not yet RUNNING, or RUNNING and not yet known to be healthy.
    pub starting: u32,
    /// Among them: to be replaced.
    pub to_replace: u32,
    /// More, one for each task that moves between zones.
    pub moving: u32,
    /// More, each in the place of a failed task of a revision before the one that is rolled out.
    pub replacements: u32,
}

impl TaskSet {
    /// Tasks known to be healthy that need no replacement.
    pub fn healthy(&self) -> u32 {
        self.wanted - self.starting - self.to_replace
    }

    /// `floor(desired x maximumPercent / 100)`, the most tasks RUNNING or PENDING ([ecs-rolling-update]).
    pub fn most(&self, percent: u32) -> u32 {
        (u64::from(self.desired) * u64::from(percent) / 100) as u32
    }

    /// Launches that are due: missing tasks, and replacements as far as there may be so many.
    pub fn due(&self, percent: u32) -> u32 {
        let goal = (self.desired + self.to_replace + self.moving + self.replacements).min(self.most(percent));
        self.desired.max(goal).saturating_sub(self.wanted)
    }

    /// As many as desired, all healthy.
    pub fn is_whole(&self) -> bool {
        self.wanted == self.desired && self.starting == 0 && self.to_replace == 0
    }
}

/// What readers were told last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub flow: Option<(u64, u64)>,
    pub need: Option<(u32, u32)>,
    /// Rate sent to the new revision of a change.
    pub exposed: Option<(ChangeId, u64)>,
    /// Rate of the copies for it, where there are any.
    pub copied: Option<(ChangeId, u64)>,
    /// Answers by pace.
    pub answers: Vec<Answers>,
    /// Rates above zero that reach what changes made bad.
    pub to_bad: Vec<(ChangeId, u64)>,
}

impl Service {
    /// As many as desired, all healthy, nothing due.
    pub(crate) fn is_steady(&self) -> bool {
        self.wanted == self.goal() && self.starting == 0 && self.to_replace == 0 && self.scheduler.pending.is_empty()
    }

    /// How many tasks there are to be: `desiredCount`, and of a daemon the hosts that it is to run on.
    pub fn desired(&self) -> u32 {
        self.desired
    }

    pub(crate) fn set_desired(&mut self, count: u32) {
        self.desired = count;
    }

    /// A service with nothing yet.
    pub fn new(desired: u32, items: usize, zones: usize, launches: Tokens) -> Service {
        let replace_cause = Cause::mechanism(Mechanism::HealthCheck);
        Service {
            desired,
            by_item: vec![OnItem::default(); items],
            item_zones: vec![0; if items > 1 { items * zones } else { 0 }],
            zones: vec![InZone::default(); zones],
            scheduler: Scheduler { launches, replace_cause, ..Scheduler::default() },
            ..Service::default()
        }
    }

    /// Tasks in a zone (by its row in the cell) whose goal is RUNNING: those of one item, or all.
    pub fn wanted_in(&self, zone: usize, item: Option<usize>) -> u32 {
        match item {
            Some(item) if !self.item_zones.is_empty() => self.item_zones[item * self.zones.len() + zone],
            _ => self.zones[zone].wanted,
        }
    }

    /// Tasks in a zone that count when new ones are spread: where a pipeline replaces those of a zone, they do not, so
    /// that the new ones come to stand in their place.
    pub fn standing_in(&self, zone: usize, item: Option<usize>) -> u32 {
        match &self.deployment.rollout {
            Some(rollout) if rollout.staged => self.zones[zone].wanted - self.zones[zone].outdated,
            _ => self.wanted_in(zone, item),
        }
    }

    /// Tasks in a zone whose goal is RUNNING and that are not to be replaced.
    pub fn lasting_in(&self, zone: usize) -> u32 {
        self.zones[zone].wanted - self.zones[zone].to_replace
    }

    /// The revision of the next launch, before it is known where.
    pub fn launches_next(&self) -> u8 {
        let Some(rollout) = &self.deployment.rollout else { return self.deployment.revision };
        if let Some((replacement, _)) = rollout.replacements.first() {
            return *replacement;
        }
        if !rollout.is_partial() {
            return self.deployment.revision;
        }
        let new =
            self.deployment.revisions.iter().find(|one| one.number == rollout.revision).map_or(0, |one| one.wanted);
        if rollout.reach == Reach::OneBox && new == 0 { rollout.revision } else { rollout.before }
    }

    /// Two revisions side by side, where a deployment moves traffic.
    pub fn shift(&self) -> Option<&Shift> {
        self.deployment.rollout.as_ref()?.shift.as_ref()
    }

    /// How many tasks are wanted: the desired count, of each of two revisions while both have their tasks.
    pub fn goal(&self) -> u32 {
        let second = self.shift().is_some_and(|shift| shift.scaled);
        if second { self.desired * 2 } else { self.desired }
    }

    /// Tasks that are kept at one number: one task set, or green (0) and blue (1).
    #[inline]
    pub fn task_set(&self, place: usize) -> Option<TaskSet> {
        let moving = self.balance.moving.len() as u32;
        let Some(shift) = self.shift() else {
            let Service { desired, wanted, starting, to_replace, .. } = *self;
            let replacements =
                self.deployment.rollout.iter().flat_map(|rollout| &rollout.replacements).map(|(_, count)| count).sum();
            let all = TaskSet { of: None, desired, wanted, starting, to_replace, moving, replacements };
            return (place == 0).then_some(all);
        };
        let (number, desired) = match place {
            0 => (shift.green, if shift.scaled { self.desired } else { 0 }),
            1 => (shift.blue, self.desired),
            _ => return None,
        };
        let mut task_set = TaskSet { of: Some(number), desired, ..TaskSet::default() };
        if let Some(one) = self.deployment.revisions.iter().find(|one| one.number == number) {
            (task_set.wanted, task_set.starting, task_set.to_replace) = (one.wanted, one.starting, one.to_replace);
        }
        Some(task_set)
    }

    #[inline]
    pub fn task_sets(&self) -> impl Iterator<Item = TaskSet> {
        [self.task_set(0), self.task_set(1)].into_iter().flatten()
    }

    /// Whether a deployment failed and nothing came in its place: no task is started.
    pub fn stalled(&self) -> bool {
        self.deployment.rollout.as_ref().is_some_and(|rollout| rollout.stage == Stage::Stalled)
    }

    /// Whether a task resolves the images of the revision that is deployed: others of it wait.
    pub fn resolves(&self) -> bool {
        let open = |one: &&Rollout| one.stage.is_open() && one.digest != Digest::Known;
        let Some(rollout) = self.deployment.rollout.as_deref().filter(open) else { return false };
        self.deployment.revisions.iter().any(|one| one.number == rollout.revision && one.wanted > 0)
    }

    /// Whether any launch is due, not held back, and not resting after it was refused.
    #[inline]
    pub fn may_launch(&self) -> bool {
        self.scheduler.may_launch() && !self.stalled()
    }

    /// Tasks known to be healthy that need no replacement.
    pub fn healthy(&self) -> u32 {
        self.wanted - self.starting - self.to_replace
    }
}
