//! The calendar against an ordered map and against its twin, under patterns that ask for trouble.

use super::heap::HeapQueue;
use super::*;
use crate::engine::key::Phase;
use crate::engine::{Draw, Purpose, Seed, Who};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// One thing done to a queue.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Pushes at the present plus 2^`power` microseconds plus a bit.
    Push { power: u32, bit: u64 },
    /// Pushes many at one instant.
    Crowd { count: u16, power: u32 },
    /// Pushes with ever smaller gaps.
    Closing { count: u16 },
    /// Pushes just before the end of the clock.
    LastMoment { before: u64 },
    /// Pushes before the present; the simulator never does, the order must hold all the same.
    Past { back: u64 },
    /// Pops some, pushing another at the present after each `again`th.
    Pop { count: u16, again: u16 },
    /// Pops what lies in the next 2^`power` microseconds.
    PopBefore { power: u32 },
    /// Asks for the first time.
    First,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0u32..64, 0u64..5_000).prop_map(|(power, bit)| Step::Push { power, bit }),
        3 => (8u32..24, 0u64..5_000).prop_map(|(power, bit)| Step::Push { power, bit }),
        1 => (1u16..700, 0u32..40).prop_map(|(count, power)| Step::Crowd { count, power }),
        1 => (1u16..60).prop_map(|count| Step::Closing { count }),
        1 => (0u64..5_000).prop_map(|before| Step::LastMoment { before }),
        1 => (0u64..5_000).prop_map(|back| Step::Past { back }),
        4 => (1u16..900, 1u16..20).prop_map(|(count, again)| Step::Pop { count, again }),
        2 => (0u32..50).prop_map(|power| Step::PopBefore { power }),
        1 => Just(Step::First),
    ]
}

/// The queue, the map that says what it must do, and the present.
struct Pair {
    queue: Queue<u32>,
    map: BTreeMap<Key, u32>,
    now: u64,
    count: u64,
}

impl Pair {
    fn new() -> Self {
        Pair { queue: Queue::new(), map: BTreeMap::new(), now: 0, count: 0 }
    }

    fn push(&mut self, time: u64) {
        self.count += 1;
        // Sources and phases run against the count, so that ties are not settled by arrival.
        let phase = [Phase::Close, Phase::Normal, Phase::Fault][self.count as usize % 3];
        let key = Key::new(Time(time), phase, 900 - (self.count % 900) as u16, self.count);
        self.queue.push(key, self.count as u32);
        self.map.insert(key, self.count as u32);
    }

    /// Pops from both; whether there was anything.
    fn pop(&mut self, end: u64) -> bool {
        let expected = self.map.first_key_value().map(|(key, event)| (*key, *event));
        let expected = expected.filter(|(key, _)| key.time() < Time(end));
        assert_eq!(self.queue.pop_before(Time(end)), expected, "popping before {end} at {}", self.now);
        let Some((key, _)) = expected else { return false };
        self.map.remove(&key);
        self.now = key.time().0;
        true
    }

    fn apply(&mut self, step: Step) {
        let now = self.now;
        match step {
            Step::Push { power, bit } => self.push(now.saturating_add(1 << power).saturating_add(bit)),
            Step::Crowd { count, power } => (0..count).for_each(|_| self.push(now.saturating_add((1 << power) - 1))),
            Step::Closing { count } => {
                (0..u64::from(count)).rev().for_each(|n| self.push(now.saturating_add(n * n * n)));
            }
            Step::LastMoment { before } => self.push(u64::MAX - before),
            Step::Past { back } => self.push(now.saturating_sub(back)),
            Step::Pop { count, again } => {
                for n in 0..count {
                    if !self.pop(u64::MAX) {
                        break;
                    }
                    if n % again == 0 {
                        self.push(self.now);
                    }
                }
            }
            Step::PopBefore { power } => while self.pop(now.saturating_add(1 << power)) {},
            Step::First => {
                let first = self.map.first_key_value().map_or(Time::NEVER, |(key, _)| key.time());
                assert_eq!(self.queue.first(), first);
            }
        }
        assert_eq!(self.queue.len(), self.map.len());
        assert_eq!(self.queue.is_empty(), self.map.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn pops_like_an_ordered_map(steps in prop::collection::vec(step(), 1..60)) {
        let mut pair = Pair::new();
        for step in steps {
            pair.apply(step);
        }
        while pair.pop(u64::MAX) {}
        // What lies at the very end of the clock never happens.
        prop_assert!(pair.map.keys().all(|key| key.time() == Time::NEVER));
    }
}

/// Holds `pending` events through a change of pace and compares with the twin. `gap` gives the delay of the n-th push.
fn check(pending: u64, holds: u64, gap: impl Fn(u64, &mut Draw) -> u64) -> Queue<u64> {
    let (mut queue, mut twin) = (Queue::new(), HeapQueue::new());
    let mut now = Time::ZERO;
    for n in 0..pending + holds {
        if n >= pending {
            let popped = queue.pop_before(Time::NEVER);
            assert_eq!(popped, twin.pop_before(Time::NEVER), "hold {n}");
            now = popped.map_or(now, |(key, _)| key.time());
        }
        let delay = gap(n, &mut Draw::new(Seed(3), Purpose(1), Who(n)));
        let key = Key::new(Time(now.0.saturating_add(delay)), Phase::Normal, (n % 7) as u16, n);
        queue.push(key, n);
        twin.push(key, n);
        assert_eq!(queue.len(), twin.len());
    }
    queue
}

#[test]
fn agrees_with_the_heap_at_every_pace() {
    check(1, 10_000, |_, draw| draw.below(100));
    check(10, 50_000, |_, draw| draw.below(86_400_000_000));
    check(1_000, 100_000, |_, draw| draw.below(3));
    check(1_000, 100_000, |n, draw| draw.below(1 << (n / 2_000)));
    check(20_000, 200_000, |n, draw| draw.below(1 << (50 - n / 5_000)));
    check(5_000, 100_000, |n, _| if n % 3_000 == 0 { 60_000_000 } else { 0 });
    check(5_000, 100_000, |n, _| (n * n) % 977 * 1_000_000 % 61_000_000);
    check(3_000, 60_000, |n, draw| if n % 2 == 0 { draw.below(50) } else { 1 << draw.below(45) });
}

#[test]
fn buckets_narrow_and_widen_with_the_pace() {
    let dense = check(20_000, 100_000, |_, draw| draw.below(20_000));
    assert!(dense.width <= 6, "1 µs between events, and buckets of 2^{} µs", dense.width);
    let sparse = check(100, 20_000, |_, draw| draw.below(86_400_000_000));
    assert!(sparse.width >= 28, "15 minutes between events, and buckets of 2^{} µs", sparse.width);
    // A wide calendar that meets a dense crowd must not go on as a heap.
    let late = check(10, 60_000, |n, draw| draw.below(if n < 5_000 { 86_400_000_000 } else { 100 }));
    assert!(late.late.len() <= LATE_MIN + late.len, "{} late comers", late.late.len());
}

#[test]
fn a_far_first_event_does_not_draw_the_edge_away() {
    let mut queue = Queue::new();
    queue.push(Key::new(Time(1 << 50), Phase::Normal, 0, 1), ());
    assert_eq!(queue.first(), Time(1 << 50));
    assert_eq!(queue.pop_before(Time(1 << 49)), None);
    assert!(queue.edge < 1 << 20, "the edge went to {}", queue.edge);
    queue.push(Key::new(Time(5_000), Phase::Normal, 0, 2), ());
    assert_eq!(queue.first(), Time(5_000));
    assert_eq!(queue.late.len(), 0);
}

#[test]
fn a_warm_queue_takes_no_more_room() {
    let run = |holds| {
        let queue = check(2_000, holds, |_, draw| draw.below(1_000_000));
        (queue.width, queue.buckets.capacity())
    };
    let (short, long) = (run(40_000), run(200_000));
    assert!(long.1 <= short.1 * 5 / 4, "the pool grew from {} to {} chunks", short.1, long.1);
}
