//! The loop: windows over partitions, serial or parallel, with the same bits.

use super::draw::Seed;
use super::key::Key;
use super::part::{Core, Cx, Mail, Partition, PartitionId, Reader};
use super::time::{Span, Time};

/// Facts are handed over when this many have gathered.
const FACTS_PER_BATCH: usize = 512;

/// A window in which fewer events than this happened in all suggests that the next is too short to share out: waking
/// a thread costs as much as some hundred events.
const EVENTS_WORTH_SHARING: u64 = 1_000;

/// Bounds of a run. One event more is an outcome: [`Stop::Limit`].
///
/// The partition that meets a bound stops there; the others go on to the end of the window.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Events handled by any one partition.
    pub events_max: u64,
    /// Events pending in any one partition, looked at after each event.
    pub pending_max: usize,
    /// Rows that any one partition holds, looked at after each event.
    pub rows_max: usize,
}

impl Default for Limits {
    /// Model choice: 200 billion events; 50 million pending and 50 million rows, about 12 GB of tasks.
    fn default() -> Self {
        Limits { events_max: 200_000_000_000, pending_max: 50_000_000, rows_max: 50_000_000 }
    }
}

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    Finished,
    Limit {
        which: &'static str,
        /// When, in simulated time.
        at: Time,
    },
}

/// Worlds with their readers, and the clock that drives them.
pub struct Sim<'p, W: Partition, R: Reader<W::Fact>> {
    plan: &'p W::Plan,
    seed: Seed,
    lookahead: Option<Span>,
    limits: Limits,
    parts: Vec<Part<W, R>>,
    #[cfg(feature = "parallel")]
    pool: Option<rayon::ThreadPool>,
}

struct Part<W: Partition, R> {
    world: W,
    reader: R,
    core: Core<W>,
    handled: u64,
    digest: u64,
    stop: Option<Stop>,
}

impl<'p, W: Partition, R: Reader<W::Fact>> Sim<'p, W, R> {
    /// Puts worlds with their readers under one clock. `lookahead` is the smallest delay of any `send` between them;
    /// `None` when they do not talk.
    ///
    /// # Panics
    /// With more than 2^14 partitions, or a lookahead of zero.
    pub fn new(
        plan: &'p W::Plan,
        seed: Seed,
        worlds: impl IntoIterator<Item = (W, R)>,
        lookahead: Option<Span>,
        limits: Limits,
    ) -> Self {
        assert!(lookahead != Some(Span::ZERO), "a lookahead of zero lets no window advance");
        let parts: Vec<_> = worlds
            .into_iter()
            .enumerate()
            .map(|(row, (world, reader))| Part {
                world,
                reader,
                core: Core::new(PartitionId(row as u16), R::READS),
                handled: 0,
                digest: 0,
                stop: None,
            })
            .collect();
        assert!(parts.len() <= usize::from(Key::SOURCE_MAX) + 1, "{} partitions exceed 2^14", parts.len());
        Sim {
            plan,
            seed,
            lookahead,
            limits,
            parts,
            #[cfg(feature = "parallel")]
            pool: None,
        }
    }

    /// Uses `threads` threads for partitions that run side by side. The bits do not depend on it.
    pub fn threads(&mut self, threads: usize) {
        #[cfg(feature = "parallel")]
        {
            let builder = rayon::ThreadPoolBuilder::new().num_threads(threads);
            self.pool = if threads > 1 && self.parts.len() > 1 { builder.build().ok() } else { None };
        }
        #[cfg(not(feature = "parallel"))]
        let _ = threads;
    }

    /// Lets a partition schedule its first events.
    pub fn prepare(&mut self, mut first: impl FnMut(&mut W, &mut Cx<'_, W>)) {
        for part in &mut self.parts {
            let mut cx = Cx {
                plan: self.plan,
                now: Time::ZERO,
                seed: self.seed,
                lookahead: self.lookahead,
                core: &mut part.core,
            };
            first(&mut part.world, &mut cx);
        }
        self.deliver();
    }

    /// Schedules an event from outside; a time that the partition has passed counts as its present.
    #[cfg(any(test, feature = "internals"))]
    pub fn schedule(&mut self, part: PartitionId, at: Time, phase: super::key::Phase, event: impl Into<W::Event>) {
        let core = &mut self.parts[usize::from(part.0)].core;
        core.schedule(at.max(core.now), phase, event.into());
    }

    /// Handles every event before `end`. May be called again with a later end; cutting a run into pieces changes
    /// nothing. After a limit every further call gives that limit again.
    pub fn run_until(&mut self, end: Time) -> Stop {
        #[cfg(feature = "parallel")]
        if let Some(pool) = self.pool.take() {
            // Entered once, not once for each window: from inside, sharing a window out costs no switch of threads.
            let stop = pool.install(|| self.windows(end, true));
            self.pool = Some(pool);
            return stop;
        }
        self.windows(end, false)
    }

    /// Window after window. `threads` is whether there are any to share a window out to.
    fn windows(&mut self, end: Time, threads: bool) -> Stop {
        let mut handled = self.events();
        let mut share = threads;
        let stop = loop {
            if let Some(stop) = self.stopped() {
                break stop;
            }
            let first = self.parts.iter_mut().map(|part| part.core.queue.first()).min().unwrap_or(Time::NEVER);
            if first >= end {
                break Stop::Finished;
            }
            self.window(self.lookahead.map_or(end, |lookahead| (first + lookahead).min(end)), share);
            self.deliver();
            let before = std::mem::replace(&mut handled, self.events());
            share = threads && handled - before >= EVENTS_WORTH_SHARING;
        };
        self.hand_over();
        stop
    }

    /// The earliest limit that a partition has met.
    fn stopped(&self) -> Option<Stop> {
        let met = self.parts.iter().filter_map(|part| part.stop);
        met.min_by_key(|stop| match stop {
            Stop::Limit { at, .. } => *at,
            Stop::Finished => Time::NEVER,
        })
    }

    fn window(&mut self, end: Time, share: bool) {
        let (plan, seed, lookahead, limits) = (self.plan, self.seed, self.lookahead, self.limits);
        let step = |part: &mut Part<W, R>| part.run(plan, seed, lookahead, limits, end);
        #[cfg(feature = "parallel")]
        if share {
            use rayon::prelude::*;
            self.parts.par_iter_mut().with_max_len(1).for_each(step);
            return;
        }
        #[cfg(not(feature = "parallel"))]
        let _ = share;
        self.parts.iter_mut().for_each(step);
    }

    /// Moves mail from outboxes into queues. Keys order it, so the order of delivery does not matter.
    fn deliver(&mut self) {
        for from in 0..self.parts.len() {
            if self.parts[from].core.outbox.is_empty() {
                continue;
            }
            let mut outbox = std::mem::take(&mut self.parts[from].core.outbox);
            for Mail { to, key, event } in outbox.drain(..) {
                self.parts[usize::from(to.0)].core.queue.push(key, event);
            }
            self.parts[from].core.outbox = outbox;
        }
    }

    fn hand_over(&mut self) {
        self.parts.iter_mut().for_each(Part::hand_over);
    }

    pub fn events(&self) -> u64 {
        self.parts.iter().map(|part| part.handled).sum()
    }

    #[cfg(any(test, feature = "internals"))]
    pub fn pending(&self) -> usize {
        self.parts.iter().map(|part| part.core.queue.len()).sum()
    }

    /// The hash of the ordered event stream, over partitions in their order.
    pub fn digest(&self) -> u64 {
        self.parts.iter().fold(0, |digest, part| fold(digest, part.digest, part.handled))
    }

    /// The hash of each partition's own stream.
    #[cfg(any(test, feature = "internals"))]
    pub fn digests(&self) -> impl Iterator<Item = u64> {
        self.parts.iter().map(|part| fold(0, part.digest, part.handled))
    }

    pub fn worlds(&self) -> impl Iterator<Item = &W> {
        self.parts.iter().map(|part| &part.world)
    }

    /// Ends the run and gives the readers back, in the order of their partitions.
    pub fn into_readers(mut self) -> Vec<R> {
        self.hand_over();
        self.parts.into_iter().map(|part| part.reader).collect()
    }
}

impl<W: Partition, R: Reader<W::Fact>> Part<W, R> {
    fn run(&mut self, plan: &W::Plan, seed: Seed, lookahead: Option<Span>, limits: Limits, end: Time) {
        while self.handled < limits.events_max {
            let Some((key, event)) = self.core.queue.pop_before(end) else { return };
            let now = key.time();
            debug_assert!(now >= self.core.now, "time ran back from {} to {now}", self.core.now);
            self.core.now = now;
            self.handled += 1;
            self.digest = fold(self.digest, now.0, key.order());
            let mut cx = Cx { plan, now, seed, lookahead, core: &mut self.core };
            self.world.handle(event, &mut cx);
            if R::READS && self.core.facts.len() >= FACTS_PER_BATCH {
                self.hand_over();
            }
            if self.core.queue.len() > limits.pending_max {
                self.stop = Some(Stop::Limit { which: "pending events", at: now });
                return;
            }
            if self.world.rows() > limits.rows_max {
                self.stop = Some(Stop::Limit { which: "rows", at: now });
                return;
            }
        }
        let next = self.core.queue.first();
        if next < end {
            self.stop = Some(Stop::Limit { which: "events", at: next });
        }
    }

    fn hand_over(&mut self) {
        if !self.core.facts.is_empty() {
            self.reader.read(&self.core.facts);
            self.core.facts.clear();
        }
    }
}

/// One step of a multiplicative hash over the stream; only one of the two products waits for the step before.
fn fold(digest: u64, a: u64, b: u64) -> u64 {
    const K: u64 = 0x9E37_79B9_7F4A_7C15;
    (digest.rotate_left(5) ^ a ^ b.wrapping_mul(K)).wrapping_mul(K)
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
