//! Pending events in the order of their keys: a lazily sorted calendar.
//!
//! ```text
//!   time ──► | open: sorted, and a heap for late comers | 1024 buckets | 1024 wider ones | … up to 2^64 µs
//!            ^ popped from here                         ^ edge: everything up to here is open
//! ```
//!
//! A push beyond the edge appends to an unsorted bucket; a bucket is sorted only when its turn comes, at about
//! [`TARGET`] entries. Buckets of a higher level are dealt out to the level below when reached, so an event moves once
//! for each level at most. Levels cover the whole clock, hence no event is too far away. The width of the narrowest
//! buckets follows the events: it is a matter of speed, never of order. `docs/decisions/0001-queue.md` has the figures.

mod buckets;
#[cfg(any(test, feature = "internals"))]
pub mod heap;
mod sort;
#[cfg(test)]
mod tests;

use super::key::Key;
use super::time::Time;
use buckets::{BITS, Buckets, below};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Entries per opened bucket that the width aims at; measured best between 12 and 32.
const TARGET: u64 = 16;
/// More than this many on average, and buckets become narrower.
const CROWDED: u64 = 48;
/// Fewer than this many on average, and buckets become wider.
const SPARSE: u64 = 6;
/// Width of a bucket of the lowest level at the start: 2^10 µs, about a millisecond.
const FIRST_WIDTH: u32 = 10;
/// Entries that the open run and its late comers hold without a further request for memory.
const OPEN_ROOM: usize = 64;
/// How far from the end of the open run a late comer is inserted; further ones go to the heap.
const SHIFTED_MAX: usize = 8;
/// Late comers that never cause a narrower width.
const LATE_MIN: usize = 256;

/// An event with the two halves of its key.
#[derive(Clone, Copy, Debug)]
pub struct Entry<E> {
    /// When, in microseconds.
    pub time: u64,
    /// The lower half of the key.
    pub order: u64,
    pub event: E,
}

impl<E> Entry<E> {
    /// The whole key as one number.
    fn bits(&self) -> u128 {
        u128::from(self.time) << 64 | u128::from(self.order)
    }
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.bits() == other.bits()
    }
}
impl<E> Eq for Entry<E> {}
impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<E> Ord for Entry<E> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bits().cmp(&other.bits())
    }
}

/// Pending events, smallest key first. Allocates nothing once it has been as full as it gets.
pub struct Queue<E> {
    /// The open bucket, sorted, last to first.
    open: Vec<Entry<E>>,
    /// Room to sort in; empty between calls.
    unsorted: Vec<Entry<E>>,
    /// Events pushed behind the edge after their bucket was opened.
    late: BinaryHeap<Reverse<Entry<E>>>,
    /// The last microsecond of the open bucket; its lowest `width` bits are ones.
    edge: u64,
    /// A bucket of the lowest level is 2^width µs wide.
    width: u32,
    buckets: Buckets<E>,
    /// The smallest time beyond the edge; 0 when it has to be looked for.
    nearest: u64,
    len: usize,
    /// How many late comers make the width narrower at once.
    late_max: usize,
    seen: Seen,
}

/// What was seen since the width was last reviewed.
#[derive(Clone, Copy, Default)]
struct Seen {
    opened: u64,
    /// Entries found in them, a crowd at one instant counted in part.
    found: u64,
    /// Entries opened, all of them, and late comers.
    passed: u64,
    late: u64,
}

impl<E: Copy> Queue<E> {
    pub fn new() -> Self {
        Queue {
            open: Vec::with_capacity(OPEN_ROOM),
            unsorted: Vec::new(),
            late: BinaryHeap::with_capacity(OPEN_ROOM),
            edge: below(FIRST_WIDTH),
            width: FIRST_WIDTH,
            buckets: Buckets::new(),
            nearest: 0,
            len: 0,
            late_max: LATE_MIN,
            seen: Seen::default(),
        }
    }

    /// Adds an event. Amortised constant; logarithmic in a crowd at one instant.
    #[inline]
    pub fn push(&mut self, key: Key, event: E) {
        let (time, order) = (key.time().0, key.order());
        self.len += 1;
        if time <= self.edge {
            self.push_late(Entry { time, order, event });
        } else {
            self.nearest = self.nearest.min(time);
            self.buckets.push(time, order, event, self.edge, self.width);
        }
    }

    /// The time of the first event; [`Time::NEVER`] when there is none.
    #[inline]
    pub fn first(&mut self) -> Time {
        let open = self.open.last().map_or(u64::MAX, |entry| entry.time);
        let late = self.late.peek().map_or(u64::MAX, |entry| entry.0.time);
        if self.open.is_empty() && self.late.is_empty() {
            return Time(self.nearest());
        }
        Time(open.min(late))
    }

    /// Takes the first event if it happens before `end`.
    #[inline]
    pub fn pop_before(&mut self, end: Time) -> Option<(Key, E)> {
        if !self.late.is_empty() {
            return self.pop_beside_late(end.0);
        }
        if self.open.is_empty() && !self.open_next(end.0) {
            return None;
        }
        let entry = self.open.pop_if(|entry| entry.time < end.0)?;
        self.len -= 1;
        Some((Key::from_halves(Time(entry.time), entry.order), entry.event))
    }

    /// How many events are pending.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    #[cfg(any(test, feature = "internals"))]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Pops while there are late comers.
    fn pop_beside_late(&mut self, end: u64) -> Option<(Key, E)> {
        let late = self.late.peek()?.0;
        let entry = match self.open.last() {
            Some(open) if *open < late => *open,
            _ => late,
        };
        if entry.time >= end {
            return None;
        }
        if entry.bits() == late.bits() {
            self.late.pop();
        } else {
            self.open.pop();
        }
        self.len -= 1;
        Some((Key::from_halves(Time(entry.time), entry.order), entry.event))
    }

    /// Adds an event to what is open: near the front of the run by shifting a few, else through the heap.
    fn push_late(&mut self, entry: Entry<E>) {
        self.seen.late += 1;
        let from = self.open.len().saturating_sub(SHIFTED_MAX);
        let smaller = self.open[from..].iter().rev().take_while(|other| **other < entry).count();
        if smaller < SHIFTED_MAX && !self.open.is_empty() {
            self.open.insert(self.open.len() - smaller, entry);
            return;
        }
        self.late.push(Reverse(entry));
        if self.late.len() > self.late_max {
            self.relieve();
        }
    }

    /// Too much of what comes lies behind the edge: draws the edge in by narrower buckets. Doubling the bound keeps
    /// this cheap where it cannot help, in a crowd at one instant.
    #[cold]
    fn relieve(&mut self) {
        let crowd = self.late.len() + self.open.len();
        let narrower = self.width.saturating_sub((crowd as u64 / TARGET).ilog2());
        if narrower < self.width {
            self.resize(narrower);
        }
        self.late_max = (2 * self.late.len()).max(LATE_MIN + self.len / 8);
    }

    /// The smallest time beyond the edge, looked for at most once for each bucket opened.
    fn nearest(&mut self) -> u64 {
        if self.nearest == 0 {
            self.nearest = self.buckets.first().map_or(u64::MAX, |bucket| self.buckets.soonest(bucket));
        }
        self.nearest
    }

    /// Fills the open run, if an event happens before `end`. The edge moves only when an event will be popped,
    /// hence stays within a bucket of the present, however far away the next event is.
    fn open_next(&mut self, end: u64) -> bool {
        self.review();
        if !self.open.is_empty() {
            return true;
        }
        while let Some(bucket) = self.buckets.first() {
            let shift = self.width + bucket.level() * BITS;
            let start = self.edge & !below(shift + BITS) | bucket.row() << shift;
            let last = start | below(shift);
            // A bucket that lies before the end as a whole need not be searched.
            if start >= end || last >= end && self.nearest() >= end {
                return false;
            }
            self.nearest = 0;
            self.edge = start | below(self.width);
            self.buckets.open(bucket, self.edge, self.width, &mut self.unsorted);
            if !self.unsorted.is_empty() {
                sort::last_to_first(&mut self.unsorted, &mut self.open, self.width);
                self.seen.opened += 1;
                self.seen.passed += self.open.len() as u64;
                self.seen.found += (self.open.len() as u64).min(2 * CROWDED);
                return true;
            }
        }
        self.nearest = u64::MAX;
        false
    }

    /// Fits the width to the events seen; at most once for every quarter of the pending events.
    #[inline]
    fn review(&mut self) {
        if self.seen.passed >= 1_024 + self.len as u64 / 4 {
            self.refit();
        }
    }

    #[cold]
    fn refit(&mut self) {
        let Seen { opened, found, late, .. } = std::mem::take(&mut self.seen);
        self.late_max = LATE_MIN + self.len / 8;
        let opened = opened.max(1);
        let crowd = (found / opened).max(late / opened);
        if crowd > CROWDED {
            self.resize(self.width.saturating_sub((crowd / TARGET).ilog2()));
        } else if (found + late) / opened < SPARSE {
            let wider = (TARGET * opened / (found + late).max(1)).max(1).ilog2();
            self.resize((self.width + wider).min(64 - BITS));
        }
    }

    /// Gives buckets another width and deals everything out again.
    fn resize(&mut self, width: u32) {
        if width == self.width {
            return;
        }
        let mut all = std::mem::take(&mut self.unsorted);
        all.append(&mut self.open);
        all.extend(self.late.drain().map(|entry| entry.0));
        let from = all.iter().map(|entry| entry.time).min().unwrap_or(self.edge);
        self.edge = from | below(width);
        self.width = width;
        self.nearest = 0;
        self.buckets.drain_into(&mut all);
        all.retain(|entry| {
            let open = entry.time <= self.edge;
            if !open {
                self.buckets.push(entry.time, entry.order, entry.event, self.edge, width);
            }
            open
        });
        sort::last_to_first(&mut all, &mut self.open, width);
        self.unsorted = all;
    }
}

impl<E: Copy> Default for Queue<E> {
    fn default() -> Self {
        Self::new()
    }
}
