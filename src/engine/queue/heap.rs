//! The twin: the same promises kept by the heap of the standard library. Tests compare the calendar with it, benches
//! measure against it.

use super::super::key::Key;
use super::super::time::Time;
use super::Entry;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Pending events in a binary heap, smallest key first.
pub struct HeapQueue<E> {
    heap: BinaryHeap<Reverse<Entry<E>>>,
}

impl<E: Copy> HeapQueue<E> {
    pub fn new() -> Self {
        HeapQueue { heap: BinaryHeap::new() }
    }

    #[inline]
    pub fn push(&mut self, key: Key, event: E) {
        self.heap.push(Reverse(Entry { time: key.time().0, order: key.order(), event }));
    }

    /// The time of the first event; [`Time::NEVER`] when there is none.
    #[inline]
    pub fn first(&mut self) -> Time {
        self.heap.peek().map_or(Time::NEVER, |entry| Time(entry.0.time))
    }

    /// Takes the first event if it happens before `end`.
    #[inline]
    pub fn pop_before(&mut self, end: Time) -> Option<(Key, E)> {
        if self.first() >= end {
            return None;
        }
        let Reverse(entry) = self.heap.pop()?;
        Some((Key::from_halves(Time(entry.time), entry.order), entry.event))
    }

    /// How many events are pending.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

impl<E: Copy> Default for HeapQueue<E> {
    fn default() -> Self {
        Self::new()
    }
}
