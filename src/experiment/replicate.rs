//! Replications: the same plan under other seeds, one after the other or side by side, with the same results.
//!
//! Replication r runs under `seed.replication(r)` on one core; a single replication may use the threads for its
//! partitions. Each is measured by itself and merged in the order of its number, so that threads do not matter. A run
//! goes in slices to tell how far it is and to be stopped; slices change nothing. They are cut by the events in them.
#![warn(missing_docs)]

use crate::engine::{Limits, Partition, Reader, Seed, Sim, Stop, Time};
use crate::metrics::events::Events;
use crate::metrics::milestones::{Milestones, TimeLine};
use crate::metrics::timeline::Timeline;
use crate::metrics::{Fold, Measured, Metrics, Objective, Row, Summary};
use crate::model::ids::{RegionId, ZoneId};
use crate::model::world::Cx;
use crate::model::{Fact, Plan, World};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Slices of a run of one partition, at least.
const SLICES: u64 = 200;
/// Events that a slice of one partition aims at: a fraction of a second, so that whoever wants to stop need not wait.
const EVENTS_OF_SLICE: u64 = 200_000;
/// Slices are longer with several partitions, up to this many times: the tables of a partition are not in the cache
/// when its slice begins, and a long slice pays for loading them. A hundred cells of 10^4 tasks run 1.6 times faster
/// for it.
const LONGER_MAX: u64 = 20;
/// Microseconds of the first slice; nothing is known yet about how much happens in it.
const FIRST_SLICE: u64 = 1_000_000;
/// A whole replication, in the parts in which its progress is counted.
const WHOLE: u64 = 1 << 30;
/// Replications that run side by side before they are put together.
const CHUNK: u32 = 64;

/// How to run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Instead of the scenario's own seed.
    pub seed: Option<u64>,
    /// How many replications, at least 1.
    pub replications: u32,
    /// Number of the first.
    pub first_replication: u32,
    /// Threads to use, at least 1.
    pub threads: usize,
    /// Bounds of each replication.
    pub limits: Limits,
    /// Whether series of the first replication are wanted.
    pub timeline: bool,
    /// Whether every change point of them is kept, however many there are.
    pub every_point: bool,
    /// Events of the first replication to keep, at most.
    pub events_max: usize,
    /// Whether the time line of the first replication is wanted.
    pub time_line: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            seed: None,
            replications: 1,
            first_replication: 0,
            threads: 1,
            limits: Limits::default(),
            timeline: false,
            every_point: false,
            events_max: 0,
            time_line: false,
        }
    }
}

/// How far all replications together are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Share of the simulated time, from 0 to 1.
    pub share: f64,
    /// Events handled.
    pub events: u64,
    /// Replications that are over.
    pub finished: u32,
    /// Replications in all.
    pub replications: u32,
}

/// Looks on; called from several threads.
pub trait Watch: Sync {
    /// How far it is.
    fn progress(&self, done: Progress);
    /// Whether to stop as soon as possible.
    fn stop(&self) -> bool;
    /// What a replication came to, in the order of their numbers.
    fn row(&self, _row: &Row) {}
}

/// Nobody looks on.
impl Watch for () {
    fn progress(&self, _done: Progress) {}
    fn stop(&self) -> bool {
        false
    }
}

/// A second reader of the first replication, such as one that keeps events.
pub trait Recorder: Reader<Fact> + Default {
    /// One out of those of all partitions, in their order.
    #[must_use]
    fn merge(parts: Vec<Self>) -> Self;
}

impl Recorder for Events {
    fn merge(parts: Vec<Events>) -> Events {
        Events::merge(parts)
    }
}

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// At the end of every replication.
    Finished,
    /// At a bound.
    Limit {
        /// Its name.
        which: &'static str,
        /// When, in simulated time.
        at: Time,
        /// The first replication that reached one.
        replication: u32,
    },
    /// Somebody stopped it: the summary holds the replications that were over by then, or what the first had come to.
    Interrupted,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome<R = Events> {
    /// Every number.
    pub summary: Summary,
    /// Series of the first replication.
    pub timeline: Timeline,
    /// What happened in the first replication, moment by moment, when it was wanted.
    pub time_line: Option<TimeLine>,
    /// What the recorders of the first replication kept.
    pub records: R,
    /// Replications that came to their end, without gaps from the first one on.
    pub finished: u32,
    /// How it ended.
    pub end: End,
}

/// Runs a plan and keeps the first events.
pub fn run(plan: &Plan, objectives: &[Objective], options: &Options, watch: &dyn Watch) -> Outcome {
    run_with(plan, objectives, options, watch, || Events::new(options.events_max))
}

/// Runs a plan; `record` makes the recorder of each partition of the first replication.
pub fn run_with<R: Recorder>(
    plan: &Plan,
    objectives: &[Objective],
    options: &Options,
    watch: &dyn Watch,
    record: impl Fn() -> R + Sync,
) -> Outcome<R> {
    let one = |index: u32, shared: &Shared<'_>| {
        let mut together: Vec<RegionId> = Vec::new();
        loop {
            let parts = plan.parts(|region| together.contains(&region));
            let worlds = parts.into_iter().map(|part| {
                let first = index == 0;
                let mut metrics = Metrics::new(plan, &part, first && options.timeline);
                if options.every_point {
                    metrics.keep_every_point();
                }
                let milestones = (first && options.time_line).then(|| Box::new(Milestones::new(plan, &part)));
                (World::new(plan, &part), Readers { metrics, milestones, recorder: first.then(&record) })
            });
            let prepare = |world: &mut World, cx: &mut Cx<'_>| world.prepare(cx);
            let mut found = Vec::new();
            let single = replicate(plan, index, worlds, prepare, shared, |sim| found = overdrawn(plan, sim));
            if found.is_empty() || single.end == End::Interrupted {
                return single;
            }
            shared.done.fetch_sub(WHOLE, Ordering::Relaxed);
            shared.finished.fetch_sub(1, Ordering::Relaxed);
            together.extend(found);
        }
    };
    gather(plan, objectives, options, watch, one)
}

/// Regions whose cells, apart, together took more of a zone's Fargate stock than there is. Each looked at the whole
/// stock as if it were alone; where that cannot have mattered the cells run apart, and else once more together.
pub fn overdrawn<R: Reader<Fact>>(plan: &Plan, sim: &Sim<'_, World, R>) -> Vec<RegionId> {
    let mut most: BTreeMap<ZoneId, ([u64; 2], u32)> = BTreeMap::new();
    for world in sim.worlds() {
        for (id, zone) in world.zones.pairs() {
            let (sum, worlds) = most.entry(id).or_default();
            (0..2).for_each(|spot| sum[spot] += zone.used_most[spot]);
            *worlds += 1;
        }
    }
    let over = |(zone, (sum, worlds)): (ZoneId, ([u64; 2], u32))| {
        let row = &plan.zones[zone];
        (worlds > 1 && (sum[0] > row.fargate_stock || sum[1] > row.spot_stock)).then_some(row.region)
    };
    most.into_iter().filter_map(over).collect()
}

/// Readers of one partition.
struct Readers<R> {
    metrics: Metrics,
    milestones: Option<Box<Milestones>>,
    recorder: Option<R>,
}

impl<R: Reader<Fact>> Reader<Fact> for Readers<R> {
    fn read(&mut self, batch: &[(Time, Fact)]) {
        self.metrics.read(batch);
        if let Some(milestones) = &mut self.milestones {
            milestones.read(batch);
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.read(batch);
        }
    }
}

/// What all replications share while they run.
struct Shared<'a> {
    options: Options,
    watch: &'a dyn Watch,
    /// Parts done and events handled, over all replications.
    done: AtomicU64,
    events: AtomicU64,
    /// Replications that are over.
    finished: AtomicU32,
}

/// One replication.
struct Single<R> {
    row: Row,
    timeline: Timeline,
    time_line: Option<TimeLine>,
    records: Option<R>,
    end: End,
}

fn replicate<W, R>(
    plan: &Plan,
    index: u32,
    worlds: impl Iterator<Item = (W, Readers<R>)>,
    prepare: impl FnMut(&mut W, &mut crate::engine::Cx<'_, W>),
    shared: &Shared<'_>,
    look: impl FnOnce(&Sim<'_, W, Readers<R>>),
) -> Single<R>
where
    W: Partition<Plan = Plan, Fact = Fact>,
    R: Recorder,
{
    let options = &shared.options;
    let replication = options.first_replication + index;
    let seed = Seed(options.seed.unwrap_or(plan.seed)).replication(replication);
    let mut sim = Sim::new(plan, seed, worlds, plan.lookahead(), options.limits);
    if options.replications == 1 {
        sim.threads(options.threads);
    }
    sim.prepare(prepare);
    let (end, reached) = drive(&mut sim, plan.end(), replication, shared);
    let (events, digest) = (sim.events(), sim.digest());
    look(&sim);
    let mut parts = Vec::new();
    let (mut records, mut milestones) = (Vec::new(), Vec::new());
    for readers in sim.into_readers() {
        parts.push(readers.metrics.finish(reached));
        records.extend(readers.recorder);
        milestones.extend(readers.milestones);
    }
    let mut measured = parts.into_iter().reduce(Measured::merge).unwrap_or_default();
    let row = Row::of(plan, &measured, replication, events, digest);
    let timeline = if index == 0 && options.timeline { measured.timeline(plan) } else { Timeline::default() };
    let records = (!records.is_empty()).then(|| R::merge(records));
    let milestones = milestones.into_iter().map(|boxed| *boxed);
    let time_line = (index == 0 && options.time_line).then(|| TimeLine::of(milestones, reached));
    Single { row, timeline, time_line, records, end }
}

/// Runs in slices; gives back how it ended and the time it came to.
fn drive<W, R>(sim: &mut Sim<'_, W, R>, end: Time, replication: u32, shared: &Shared<'_>) -> (End, Time)
where
    W: Partition<Plan = Plan, Fact = Fact>,
    R: Reader<Fact>,
{
    let all = WHOLE * u64::from(shared.options.replications);
    let longer = (sim.worlds().count() as u64).clamp(1, LONGER_MAX);
    let (longest, aim) = ((end.0 * longer / SLICES).max(1), EVENTS_OF_SLICE * longer);
    let mut length = longest.min(FIRST_SLICE);
    let (mut until, mut told, mut counted) = (Time::ZERO, 0, 0);
    while until < end {
        until = Time(end.0.min(until.0 + length));
        if let Stop::Limit { which, at } = sim.run_until(until) {
            return (End::Limit { which, at, replication }, at);
        }
        let fresh = sim.events() - counted;
        counted += fresh;
        let total = shared.events.fetch_add(fresh, Ordering::Relaxed) + fresh;
        let reached = (u128::from(until.0) * u128::from(WHOLE) / u128::from(end.0)) as u64;
        let done = shared.done.fetch_add(reached - told, Ordering::Relaxed) + reached - told;
        told = reached;
        let finished = shared.finished.load(Ordering::Relaxed);
        let replications = shared.options.replications;
        shared.watch.progress(Progress { share: done as f64 / all as f64, events: total, finished, replications });
        if until < end && shared.watch.stop() {
            return (End::Interrupted, until);
        }
        length = match fresh {
            many if many > 2 * aim => (length / 2).max(1),
            few if few < aim / 2 => (2 * length).min(longest),
            _ => length,
        };
    }
    shared.finished.fetch_add(1, Ordering::Relaxed);
    (End::Finished, end)
}

/// Runs all replications, in chunks, and sums up.
fn gather<R: Recorder>(
    plan: &Plan,
    objectives: &[Objective],
    options: &Options,
    watch: &dyn Watch,
    one: impl Fn(u32, &Shared<'_>) -> Single<R> + Sync,
) -> Outcome<R> {
    let options = Options { replications: options.replications.max(1), ..*options };
    let (done, events, finished) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU32::new(0));
    let shared = Shared { options, watch, done, events, finished };
    let mut finished = 0;
    let (mut fold, mut end) = (Fold::new(options.first_replication), End::Finished);
    let (mut timeline, mut time_line, mut records) = (Timeline::default(), None, R::default());
    let mut next = 0;
    while next < options.replications && end != End::Interrupted {
        let until = options.replications.min(next.saturating_add(CHUNK));
        for single in chunk(next..until, &shared, &one) {
            if single.end == End::Interrupted && !fold.is_empty() {
                end = End::Interrupted;
                break;
            }
            if fold.is_empty() {
                (timeline, time_line) = (single.timeline, single.time_line);
                records = single.records.unwrap_or_default();
            }
            finished += u32::from(single.end != End::Interrupted);
            watch.row(&single.row);
            fold.add(single.row);
            if end == End::Finished || single.end == End::Interrupted {
                end = single.end;
            }
            if end == End::Interrupted {
                break;
            }
        }
        next = until;
    }
    let summary = fold.summary(plan, options.seed.unwrap_or(plan.seed), objectives);
    Outcome { summary, timeline, time_line, records, finished, end }
}

/// Runs some replications, side by side when there are threads for it; in order in any case.
fn chunk<R: Recorder>(
    range: std::ops::Range<u32>,
    shared: &Shared<'_>,
    one: &(impl Fn(u32, &Shared<'_>) -> Single<R> + Sync),
) -> Vec<Single<R>> {
    #[cfg(feature = "parallel")]
    if shared.options.threads > 1 && shared.options.replications > 1 {
        use rayon::prelude::*;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(shared.options.threads).build();
        if let Ok(pool) = pool {
            return pool.install(|| range.into_par_iter().map(|index| one(index, shared)).collect());
        }
    }
    range.map(|index| one(index, shared)).collect()
}

#[cfg(test)]
mod tests;
