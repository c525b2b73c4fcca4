//! A partition: a part of the world with its own queue, and what it may do while it handles an event.

use super::draw::{Draw, Purpose, Seed, Who};
use super::key::{Key, Phase};
use super::queue::Queue;
use super::time::{Span, Time};

/// A partition's number; also the `source` in the keys of the events it schedules.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Default)]
pub struct PartitionId(pub u16);

/// A part of the world that shares nothing with the others but the plan.
pub trait Partition: Send + Sized {
    /// What can happen; 16 bytes at most.
    type Event: Copy + Send;
    /// What an onlooker may learn.
    type Fact: Copy + Send;
    /// What all partitions share and no run changes.
    type Plan: Sync;

    /// Lets `event` happen at `cx.now`.
    fn handle(&mut self, event: Self::Event, cx: &mut Cx<'_, Self>);

    /// Rows that it holds now; more than [`Limits::rows_max`](super::Limits::rows_max) end the run.
    fn rows(&self) -> usize {
        0
    }
}

/// Learns facts in batches, in the order in which they happened in its partition.
pub trait Reader<F>: Send {
    /// Whether facts are wanted at all; when not, noting one costs a test and a jump.
    const READS: bool = true;
    /// The next facts of the partition.
    fn read(&mut self, batch: &[(Time, F)]);
}

/// Nobody reads.
impl<F> Reader<F> for () {
    const READS: bool = false;
    fn read(&mut self, _batch: &[(Time, F)]) {}
}

/// An event on its way to another partition.
pub(crate) struct Mail<E> {
    pub(crate) to: PartitionId,
    pub(crate) key: Key,
    pub(crate) event: E,
}

/// What belongs to a partition beside its world.
pub(crate) struct Core<W: Partition> {
    pub(crate) id: PartitionId,
    pub(crate) queue: Queue<W::Event>,
    pub(crate) outbox: Vec<Mail<W::Event>>,
    pub(crate) facts: Vec<(Time, W::Fact)>,
    pub(crate) facts_wanted: bool,
    pub(crate) count: u64,
    pub(crate) now: Time,
}

impl<W: Partition> Core<W> {
    pub(crate) fn new(id: PartitionId, facts_wanted: bool) -> Self {
        const { assert!(size_of::<W::Event>() <= 16, "an event is at most 16 bytes") };
        Core { id, queue: Queue::new(), outbox: Vec::new(), facts: Vec::new(), facts_wanted, count: 0, now: Time::ZERO }
    }

    pub(crate) fn key(&mut self, at: Time, phase: Phase) -> Key {
        self.count += 1;
        Key::new(at, phase, self.id.0, self.count)
    }

    #[inline]
    pub(crate) fn schedule(&mut self, at: Time, phase: Phase, event: W::Event) {
        let key = self.key(at, phase);
        self.queue.push(key, event);
    }
}

/// What a handler sees beside its own world.
pub struct Cx<'a, W: Partition> {
    /// The plan; copy the reference out (`let plan = cx.plan;`) before changing the world.
    pub plan: &'a W::Plan,
    pub now: Time,
    /// The seed of this replication.
    pub seed: Seed,
    pub(crate) lookahead: Option<Span>,
    pub(crate) core: &'a mut Core<W>,
}

impl<W: Partition> Cx<'_, W> {
    /// Schedules an event for this partition, `delay` from now.
    pub fn after(&mut self, delay: Span, event: impl Into<W::Event>) {
        self.core.schedule(self.now + delay, Phase::Normal, event.into());
    }

    /// Schedules an event for this partition at a time in a phase; a time in the past counts as now.
    pub fn at(&mut self, time: Time, phase: Phase, event: impl Into<W::Event>) {
        self.core.schedule(time.max(self.now), phase, event.into());
    }

    pub fn part(&self) -> PartitionId {
        self.core.id
    }

    /// Sends an event to another partition.
    ///
    /// # Panics
    /// When the delay is below the lookahead that the run was started with: the window would already be over.
    pub fn send(&mut self, to: PartitionId, delay: Span, event: impl Into<W::Event>) {
        let lookahead = self.lookahead.expect("a run without lookahead has partitions that do not talk");
        assert!(delay >= lookahead, "sent with a delay of {delay}, below the lookahead of {lookahead}");
        let key = self.core.key(self.now + delay, Phase::Normal);
        self.core.outbox.push(Mail { to, key, event: event.into() });
    }

    /// Tells whoever reads; free when nobody does.
    pub fn note(&mut self, fact: impl Into<W::Fact>) {
        if self.core.facts_wanted {
            self.core.facts.push((self.now, fact.into()));
        }
    }

    pub fn observed(&self) -> bool {
        self.core.facts_wanted
    }

    /// The generator of one draw.
    pub fn draw(&self, purpose: impl Into<Purpose>, who: Who) -> Draw {
        Draw::new(self.seed, purpose.into(), who)
    }
}
