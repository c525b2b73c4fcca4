//! What a control-plane cell can do and how it is; and the way to the cells for calls from outside.

use super::bucket::Tokens;
use crate::engine::index::Table;
use crate::engine::{Span, Who};
use crate::model::event::Event;
use crate::model::fact::Cause;
use crate::model::ids::{AccountId, CellId, ChangeId, ClusterId, ServiceId, TaskId, ZoneId};
use crate::model::plan::{self, Bucket, Plan, WHOLE};
use std::collections::VecDeque;
use std::ops::Range;

/// How much work may wait in a Region whose control plane is not written (model choice, as `controlPlane.queue`).
const QUEUE: Span = Span::from_secs(10);

/// Who waits for the cell to have time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waiting {
    /// The scheduler, with launches of a service.
    Service(ServiceId),
    /// A RunTask call of a stream.
    Call(ServiceId),
}

/// A fault, or a bad revision, that takes a part of what a cell can do.
#[derive(Clone, Copy, Debug)]
pub struct Curb {
    pub cause: Cause,
    /// Which occurrence of a change that comes again and again; 0 of a fault.
    pub turn: u32,
    /// Millionths of its capacity that are left.
    pub left_ppm: u32,
    /// At most so much, in billionths of a request for each second.
    pub rate_max: Option<u64>,
}

/// Something through which a cell refuses a share of requests.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    pub cause: Cause,
    /// Which occurrence of a change that comes again and again; 0 of a fault.
    pub turn: u32,
    /// Its birth certificate: who is refused is drawn by it.
    pub who: Who,
    /// Share of calls from outside, in millionths.
    pub calls: u32,
    /// Share of the scheduler's launches, in millionths.
    pub launches: u32,
}

/// A change of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renewal {
    pub change: ChangeId,
    /// How often it had come before, if it comes again and again.
    pub turn: u32,
    /// How much of the cell is of the new revision, in millionths.
    pub part: u32,
}

/// A control-plane cell.
#[derive(Clone, Debug, Default)]
pub struct Plane {
    /// Why it is down as a whole: outages in force, and restarts after them.
    pub down: Vec<Cause>,
    /// Workers that are down, as bits, and why: outages in force, and restarts after them.
    pub dead_workers: Vec<(Cause, u64)>,
    /// Why it refuses a share of requests.
    pub refusing: Vec<Refusal>,
    /// The change that is being deployed in it.
    pub renewal: Option<Renewal>,
    /// What of the other calls its new revision gets, in billionths for each second.
    pub renewed_calls: u64,
    /// What changes have made bad of it, until it is taken back or all of the cell is of a later revision.
    pub bad: Vec<Renewal>,
    /// Zones whose part of it is lost.
    pub lost_zones: Vec<(ZoneId, Cause)>,
    /// Those that were replaced in other zones.
    pub replaced: Vec<ZoneId>,
    /// Faults that take a part of its capacity.
    pub curbs: Vec<Curb>,
    /// What it can do in all its zones, in billionths of a request for each second; `None`: any load.
    pub full_rate: Option<u64>,
    /// What it has time for; `None`: any load.
    pub capacity: Option<Tokens>,
    /// At which rate, in billionths of a request for each second.
    pub rate: u64,
    /// What its size leaves of that, in millionths: less than all beyond the size up to which it was tested.
    pub tested_ppm: u32,
    /// Who waits, in turn.
    pub queue: VecDeque<Waiting>,
    /// The service whose turn it is.
    pub serving: Option<ServiceId>,
    /// Work of the calls among them, in millionths of a request.
    pub queued: u64,
    /// The turn that is on its way; older ones end without effect.
    pub turn: u32,
    /// Whether one is.
    pub armed: bool,
    /// What happened meanwhile and has not reached it.
    pub held: Vec<(ClusterId, Event)>,
    /// Work asked of it in the present minute, in millionths of a request.
    pub asked: u64,
    /// Whether it is there: a cell that is added later is not.
    pub stands: bool,
    /// Its share of the other calls of users, in billionths of a request for each second.
    pub other_calls: u64,
}

impl Plane {
    /// A cell in good health.
    pub fn new(plan: &Plan, id: CellId) -> Plane {
        let stands = plan.cells[id].added.is_none();
        let plane = plan.regions[plan.cells[id].region].plane.as_ref();
        let mut new = Plane {
            full_rate: full_rate(plan, id),
            tested_ppm: at_start(plan, id),
            stands,
            other_calls: plane.filter(|_| stands).map_or(0, |plane| plane.other_calls),
            ..Plane::default()
        };
        if let Some(rate) = new.rate_now(plan, id, true) {
            new.rate = rate;
            new.capacity = Some(Tokens::of_a_second(rate));
        }
        new
    }

    /// Share of what a test that calls it and starts a task fails at, or of its capacity that is lost, whichever is
    /// more: in millionths. What watches a cell sees it.
    pub fn ails(&self) -> u32 {
        if !self.down.is_empty() {
            return WHOLE as u32;
        }
        let whole = |part: u32| WHOLE - u64::from(part);
        let passes =
            self.refusing.iter().fold(WHOLE, |left, one| left * whole(one.calls) / WHOLE * whole(one.launches) / WHOLE);
        let left = self.curbs.iter().fold(WHOLE, |left, curb| left * u64::from(curb.left_ppm) / WHOLE);
        (WHOLE - passes.min(left)) as u32
    }

    pub fn dead(&self) -> u64 {
        self.dead_workers.iter().fold(0, |bits, (_, dead)| bits | dead)
    }

    /// Why it does not serve a cluster with these workers.
    pub fn unserved(&self, shard: u64) -> Option<Cause> {
        if let Some(cause) = self.down.first() {
            return Some(*cause);
        }
        let all_dead = self.dead() & shard == shard && !self.dead_workers.is_empty();
        let hit = || self.dead_workers.iter().find(|(_, dead)| dead & shard != 0);
        all_dead.then(hit).flatten().map(|(cause, _)| *cause)
    }

    /// What it can do now for the scheduler and for RunTask, in billionths of a request for each second; `None`: any
    /// load. `called`: calls from outside reach it, and take their part.
    pub fn rate_now(&self, plan: &Plan, id: CellId, called: bool) -> Option<u64> {
        let cell = &plan.cells[id];
        let plane = plan.regions[cell.region].plane.as_ref();
        let mut rate = plane.and_then(|plane| plane.zone_rate).map(|zone_rate| {
            let zones = plan.own_zones(&cell.zones);
            let mut lost: Vec<ZoneId> = self.lost_zones.iter().map(|(zone, _)| *zone).collect();
            lost.sort_unstable();
            lost.dedup();
            lost.retain(|zone| !self.replaced.contains(zone));
            zone_rate.saturating_mul(zones.saturating_sub(lost.len() as u64))
        });
        if let (Some(rate), Some(plan::Mapping::ShuffleShard { workers, .. })) =
            (&mut rate, plane.map(|plane| plane.router.mapping))
        {
            let alive = workers.saturating_sub(self.dead().count_ones());
            *rate = *rate / u64::from(workers) * u64::from(alive);
        }
        rate = left(rate, self.tested_ppm);
        for curb in &self.curbs {
            rate = left(rate, curb.left_ppm);
            rate = match (rate, curb.rate_max) {
                (Some(rate), Some(most)) => Some(rate.min(most)),
                (rate, most) => rate.or(most),
            };
        }
        let others = if called { self.other_calls } else { 0 };
        rate.map(|rate| rate.saturating_sub(others))
    }

    /// The most work of calls that may wait, in millionths of a request: so much time at full capacity, or at the rate
    /// that a fault leaves where there is no bound.
    pub fn queue_max(&self, plan: &Plan, id: CellId) -> u64 {
        let plane = plan.regions[plan.cells[id].region].plane.as_ref();
        let queue = plane.map_or(QUEUE, |plane| plane.queue);
        let rate = self.full_rate.unwrap_or(self.rate);
        u64::try_from(u128::from(rate) * u128::from(queue.0) / 1_000_000_000).unwrap_or(u64::MAX)
    }
}

/// What the size of a cell leaves of what it can do, in millionths: `clusters` of the plan are those that it runs.
pub fn left_by_size(plan: &Plan, id: CellId, clusters: impl Iterator<Item = ClusterId>) -> u32 {
    let Some(plane) = plan.regions[plan.cells[id].region].plane.as_ref() else { return WHOLE as u32 };
    let (mut count, mut tasks) = (0, 0);
    for cluster in clusters {
        count += 1;
        tasks += plan.services_of(cluster).map(|service| u64::from(plan.services[service].desired)).sum::<u64>();
    }
    plane.tested.left(plane.peak_rate, count, tasks)
}

fn at_start(plan: &Plan, id: CellId) -> u32 {
    left_by_size(plan, id, plan.cells[id].clusters.clone().map(ClusterId))
}

fn full_rate(plan: &Plan, id: CellId) -> Option<u64> {
    let cell = &plan.cells[id];
    let plane = plan.regions[cell.region].plane.as_ref()?;
    Some(plane.zone_rate?.saturating_mul(plan.own_zones(&cell.zones)))
}

/// `ppm` millionths of a rate. `None` is a cell without a bound: any share of it has no bound either, and a share of 0
/// is a rate of 0.
pub fn left(rate: Option<u64>, ppm: u32) -> Option<u64> {
    match rate {
        Some(rate) => Some((u128::from(rate) * u128::from(ppm) / u128::from(WHOLE)) as u64),
        None if ppm == 0 => Some(0),
        None => None,
    }
}

/// API calls that change clusters' resources, RunTask among them: tokens of each account and Region
/// ([ecs-api-throttling]).
const MODIFY: (u32, u64) = (100, 40_000_000_000);
/// The same of calls that change services, UpdateService among them.
const MODIFY_SERVICE: (u32, u64) = (50, 5_000_000_000);
/// RunTask calls for tasks on Fargate: 20 a second for each account and Region ([ecs-fargate-throttling]); that as many
/// may come at once is a model choice.
const RUN_ON_FARGATE: (u32, u64) = (20, 20_000_000_000);

/// Network interfaces of Fargate tasks in an account: how quickly they are attached, and who waits.
#[derive(Clone, Debug)]
pub struct Attach {
    pub tokens: Tokens,
    /// Tasks in turn; some may be gone.
    pub queue: VecDeque<TaskId>,
    /// A token event is on its way.
    pub armed: bool,
}

/// The thin router, as one partition sees it: outages come from the plan, so every partition knows of them.
#[derive(Clone, Debug, Default)]
pub struct Front {
    /// Outages of the router in force.
    pub router_down: Vec<Cause>,
    /// Outages of the source of its map in force.
    pub map_down: Vec<Cause>,
    /// API tokens of each account for clusters' resources.
    pub calls: Table<AccountId, Tokens>,
    pub updates: Table<AccountId, Tokens>,
    /// The same for RunTask on Fargate.
    pub runs: Table<AccountId, Tokens>,
    /// Network interfaces of each account; empty where nothing bounds them.
    pub attach: Table<AccountId, Attach>,
}

impl Front {
    /// In good health, for these accounts, whose network interfaces are bounded like this.
    pub fn new(accounts: Range<u32>, attach: Option<&Bucket>) -> Front {
        let first = AccountId(accounts.start);
        let mut front = Front {
            calls: Table::starting_at(first),
            updates: Table::starting_at(first),
            runs: Table::starting_at(first),
            attach: Table::starting_at(first),
            ..Front::default()
        };
        for _ in accounts {
            front.calls.push(Tokens::full(MODIFY.0, MODIFY.1));
            front.updates.push(Tokens::full(MODIFY_SERVICE.0, MODIFY_SERVICE.1));
            front.runs.push(Tokens::full(RUN_ON_FARGATE.0, RUN_ON_FARGATE.1));
            if let Some(bucket) = attach {
                let tokens = Tokens::full(bucket.burst, bucket.rate);
                front.attach.push(Attach { tokens, queue: VecDeque::new(), armed: false });
            }
        }
        front
    }
}
