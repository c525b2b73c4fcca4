//! Pending events in the order of their keys.

use super::key::Key;
use super::time::Time;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

struct Entry<E> {
    key: Key,
    event: E,
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
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
        self.key.cmp(&other.key)
    }
}

/// Pending events, smallest key first.
pub struct Queue<E> {
    heap: BinaryHeap<Reverse<Entry<E>>>,
}

impl<E: Copy> Queue<E> {
    /// An empty queue.
    pub fn new() -> Self {
        Queue { heap: BinaryHeap::new() }
    }

    /// Adds an event.
    pub fn push(&mut self, key: Key, event: E) {
        self.heap.push(Reverse(Entry { key, event }));
    }

    /// The time of the first event; [`Time::NEVER`] when there is none.
    pub fn first(&mut self) -> Time {
        self.heap.peek().map_or(Time::NEVER, |entry| entry.0.key.time())
    }

    /// Takes the first event if it happens before `end`.
    pub fn pop_before(&mut self, end: Time) -> Option<(Key, E)> {
        if self.first() >= end {
            return None;
        }
        self.heap.pop().map(|Reverse(entry)| (entry.key, entry.event))
    }

    /// How many events are pending.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

impl<E: Copy> Default for Queue<E> {
    fn default() -> Self {
        Self::new()
    }
}
