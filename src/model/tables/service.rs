//! Services and streams: counts that the scheduler works with, and the accounting of what is missing.

use super::asked::Asked;
use super::bucket::Tokens;
use super::due::Due;
use super::host::NIL;
use super::rollout::{Digest, Feature, Revision, Rollout, Shift, Stage};
use super::shortfall::Shortfalls;
use super::tries::Tries;
use crate::engine::{Span, Time};
use crate::model::fact::{Cause, Mechanism, Phase};
use crate::model::ids::{BucketId, ChangeId, TaskId};
use crate::model::plan::Reach;
use std::collections::VecDeque;

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

/// A service or stream as a cell runs it.
#[expect(clippy::struct_excessive_bools, reason = "truth, belief and goal are independent columns, not one state")]
#[derive(Clone, Debug)]
pub struct Service {
    pub desired: u32,
    pub launched: u32,
    /// Launches that a cell which answers badly was asked for so far: each is drawn anew.
    pub refusable: u32,
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
    /// Causes of launches that are due, oldest first.
    pub pending: VecDeque<(Cause, u32)>,
    /// Launches that were ever due.
    pub ever_due: u64,
    /// Those of them that are not wanted any more, and were never taken on.
    pub not_wanted: u64,
    /// Of a stream: tasks that its calls asked for, each call counted once.
    pub called: u64,
    /// Those of them whose calls were given up.
    pub given_up: u64,
    /// Launches that were refused one by one.
    pub tries: Tries,
    /// How long what is due has waited; kept for readers only.
    pub(crate) due: Due,
    /// Causes whose launches are held back until their fault ends.
    pub held: Vec<Cause>,
    pub waits: Phase,
    pub shortfalls: Shortfalls,
    /// Launches by the service scheduler: 500 a minute ([ecs-quotas]). Nothing binds those of a stream.
    pub launches: Tokens,
    /// Faults in force that let its tasks hang.
    pub hung: u32,
    /// A wake-up is on its way.
    pub woken: bool,
    /// Launch buckets in whose queue it stands: on demand and Spot are two.
    pub queued: [Option<BucketId>; 2],
    /// It stands in the queue of its control-plane cell.
    pub at_plane: bool,
    /// Launches that readers know of as offered although none has been taken on yet.
    pub early: u32,
    /// Launches rest until then (service throttle logic).
    pub backoff_until: Time,
    pub rest: Span,
    /// When the rest was last prolonged: failures of older tasks do not prolong it again.
    pub backed_off_at: Time,
    /// Moves between zones in progress.
    pub moving: Vec<Move>,
    /// Another look at the zones is on its way.
    pub looking: bool,
    /// The scheduler looks again then, when the protection of a task ends.
    pub protected_until: Time,
    /// Zones were found uneven and are being evened out.
    pub rebalancing: bool,
    pub steady: bool,
    pub impaired: bool,
    /// Why the last task that is to be replaced is so.
    pub replace_cause: Cause,
    /// A retry for lack of capacity is on its way.
    pub retrying: bool,
    /// Offered rate, in billionths of a request a second.
    pub rate: u64,
    /// What of it is sent to the new revision of a deployment under way.
    pub exposed: u64,
    /// What of it reaches no node of its load balancer.
    pub unreached: u64,
    /// What of it no target could answer.
    pub refused: u64,
    /// Copies of it that the new revision of a deployment under way gets besides.
    pub copied: Asked,
    /// What its targets are asked by zone of the cell; empty where no alarm watches a zone.
    pub by_zone: Vec<Asked>,
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
    /// It stands in the list of services to settle.
    pub dirty: bool,
    /// What readers were told last.
    pub last_reported: Told,
}

/// Tasks that are kept at one number: all of a service, or those of one of two revisions side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub flow: Option<(u64, u64)>,
    pub need: Option<(u32, u32)>,
    /// Rate sent to the new revision of a change.
    pub exposed: Option<(ChangeId, u64)>,
    /// Rate of the copies for it, where there are any.
    pub copied: Option<(ChangeId, u64)>,
}

impl Service {
    /// As many as desired, all healthy, nothing due.
    pub(crate) fn is_steady(&self) -> bool {
        self.wanted == self.goal() && self.starting == 0 && self.to_replace == 0 && self.pending.is_empty()
    }

    /// A service with nothing yet.
    pub fn new(desired: u32, items: usize, zones: usize, launches: Tokens) -> Service {
        Service {
            desired,
            launched: 0,
            refusable: 0,
            wanted: 0,
            starting: 0,
            to_replace: 0,
            available: 0,
            warming: 0,
            by_item: vec![OnItem::default(); items],
            item_zones: vec![0; if items > 1 { items * zones } else { 0 }],
            zones: vec![InZone::default(); zones],
            pending: VecDeque::new(),
            ever_due: 0,
            not_wanted: 0,
            called: 0,
            given_up: 0,
            tries: Tries::default(),
            due: Due::default(),
            held: Vec::new(),
            waits: Phase::Scheduling,
            shortfalls: Shortfalls::default(),
            launches,
            hung: 0,
            woken: false,
            queued: [None; 2],
            at_plane: false,
            early: 0,
            backoff_until: Time::ZERO,
            rest: Span::ZERO,
            backed_off_at: Time::ZERO,
            moving: Vec::new(),
            looking: false,
            protected_until: Time::ZERO,
            rebalancing: false,
            steady: false,
            impaired: false,
            replace_cause: Cause::mechanism(Mechanism::HealthCheck),
            retrying: false,
            rate: 0,
            exposed: 0,
            unreached: 0,
            refused: 0,
            copied: Asked::default(),
            by_zone: Vec::new(),
            revision: 0,
            completed: None,
            revisions: Vec::new(),
            rollout: None,
            deploying: None,
            before_deployment: 0,
            newest: 0,
            features: Vec::new(),
            dirty: false,
            last_reported: Told::default(),
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
        match &self.rollout {
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
        let Some(rollout) = &self.rollout else { return self.revision };
        if let Some((replacement, _)) = rollout.replacements.first() {
            return *replacement;
        }
        if !rollout.is_partial() {
            return self.revision;
        }
        let new = self.revisions.iter().find(|one| one.number == rollout.revision).map_or(0, |one| one.wanted);
        if rollout.reach == Reach::OneBox && new == 0 { rollout.revision } else { rollout.before }
    }

    /// Two revisions side by side, where a deployment moves traffic.
    pub fn shift(&self) -> Option<&Shift> {
        self.rollout.as_ref()?.shift.as_ref()
    }

    /// How many tasks are wanted: the desired count, of each of two revisions while both have their tasks.
    pub fn goal(&self) -> u32 {
        let second = self.shift().is_some_and(|shift| shift.scaled);
        if second { self.desired * 2 } else { self.desired }
    }

    /// Tasks that are kept at one number: one task set, or green (0) and blue (1).
    pub fn task_set(&self, place: usize) -> Option<TaskSet> {
        let moving = self.moving.len() as u32;
        let Some(shift) = self.shift() else {
            let Service { desired, wanted, starting, to_replace, .. } = *self;
            let replacements =
                self.rollout.iter().flat_map(|rollout| &rollout.replacements).map(|(_, count)| count).sum();
            return (place == 0).then_some(TaskSet {
                of: None,
                desired,
                wanted,
                starting,
                to_replace,
                moving,
                replacements,
            });
        };
        let (number, desired) = match place {
            0 => (shift.green, if shift.scaled { self.desired } else { 0 }),
            1 => (shift.blue, self.desired),
            _ => return None,
        };
        let mut task_set =
            TaskSet { of: Some(number), desired, wanted: 0, starting: 0, to_replace: 0, moving: 0, replacements: 0 };
        if let Some(one) = self.revisions.iter().find(|one| one.number == number) {
            (task_set.wanted, task_set.starting, task_set.to_replace) = (one.wanted, one.starting, one.to_replace);
        }
        Some(task_set)
    }

    pub fn task_sets(&self) -> impl Iterator<Item = TaskSet> {
        [self.task_set(0), self.task_set(1)].into_iter().flatten()
    }

    pub fn pending(&self) -> u32 {
        self.pending.iter().map(|(_, count)| count).sum()
    }

    /// One more launch is due, because of `cause`.
    pub fn owe(&mut self, cause: Cause, count: u32) {
        if count == 0 {
            return;
        }
        self.ever_due += u64::from(count);
        match self.pending.back_mut() {
            Some((last, more)) if *last == cause => *more += count,
            _ => self.pending.push_back((cause, count)),
        }
    }

    /// From now on `cause` is why launches wait that no fault made due.
    pub fn owe_to(&mut self, cause: Cause) {
        for (of, _) in &mut self.pending {
            if of.as_fault().is_none() {
                *of = cause;
            }
        }
    }

    /// Whether a deployment failed and nothing came in its place: no task is started.
    pub fn stalled(&self) -> bool {
        self.rollout.as_ref().is_some_and(|rollout| rollout.stage == Stage::Stalled)
    }

    /// Whether a task resolves the images of the revision that is deployed: others of it wait.
    pub fn resolves(&self) -> bool {
        let open = |one: &&Rollout| one.stage.is_open() && one.digest != Digest::Known;
        let Some(rollout) = self.rollout.as_deref().filter(open) else { return false };
        self.revisions.iter().any(|one| one.number == rollout.revision && one.wanted > 0)
    }

    /// One launch is due before all others.
    pub fn owe_first(&mut self, cause: Cause) {
        self.ever_due += 1;
        self.pending.push_front((cause, 1));
    }

    /// It is not due any more.
    pub fn write_off_first(&mut self) {
        self.not_wanted += 1;
        self.pending.pop_front();
    }

    /// None is due any more.
    pub fn write_off_all(&mut self) {
        self.not_wanted += u64::from(self.pending());
        self.pending.clear();
        self.tries.keep(0);
    }

    /// Whether any launch is due, not held back, and not resting after it was refused.
    pub fn may_launch(&self) -> bool {
        let mut open = self.pending.iter().filter(|(cause, _)| !self.held.contains(cause));
        let due = match self.tries.backing_off() {
            0 => open.next().is_some(),
            backing_off => open.map(|(_, count)| *count).sum::<u32>() > backing_off,
        };
        due && !self.stalled()
    }

    /// The cause of the oldest launch that is due and not held back, if possible one that is `meant`; struck out.
    pub fn pay(&mut self, meant: impl Fn(Cause) -> bool) -> Option<Cause> {
        let open = |(cause, _): &(Cause, u32)| !self.held.contains(cause);
        let first = self.pending.iter().position(|one| open(one) && meant(one.0));
        let row = first.or_else(|| self.pending.iter().position(open))?;
        let (cause, count) = &mut self.pending[row];
        let cause = *cause;
        *count -= 1;
        if *count == 0 {
            self.pending.remove(row);
        }
        self.keep_tries();
        Some(cause)
    }

    /// Strikes out the newest launch that is due.
    pub fn write_off(&mut self) {
        if let Some((_, count)) = self.pending.back_mut() {
            *count -= 1;
            if *count == 0 {
                self.pending.pop_back();
            }
            self.not_wanted += 1;
            self.keep_tries();
        }
    }

    /// No more launches have been refused than are due.
    pub fn keep_tries(&mut self) {
        if self.tries.refused() > 0 {
            self.tries.keep(self.pending());
        }
    }

    /// Tasks known to be healthy that need no replacement.
    pub fn healthy(&self) -> u32 {
        self.wanted - self.starting - self.to_replace
    }
}
