//! The hold model: N events pending; each one popped schedules another at now + Exp(1 s). Measures pop, draw and push
//! for the engine's queue and, beside it in the same run, a heap of the standard library with the same entries.

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use evenkeel::internals::engine::key::{Key, Phase};
use evenkeel::internals::engine::queue::Queue;
use evenkeel::internals::engine::queue::heap::HeapQueue;
use evenkeel::internals::engine::{Dist, Draw, Purpose, Seed, Span, Time, Who};
use std::hint::black_box;
use std::time::Duration;

/// Holds in one iteration.
const HOLDS: u64 = 10_000;

/// What both queues promise.
trait Pending<E> {
    fn push(&mut self, key: Key, event: E);
    fn pop(&mut self) -> Option<(Key, E)>;
}

macro_rules! pending {
    ($queue:ident) => {
        impl<E: Copy> Pending<E> for $queue<E> {
            #[inline]
            fn push(&mut self, key: Key, event: E) {
                $queue::push(self, key, event);
            }
            #[inline]
            fn pop(&mut self) -> Option<(Key, E)> {
                self.pop_before(Time::NEVER)
            }
        }
    };
}
pending!(Queue);
pending!(HeapQueue);

/// A queue in its steady state.
struct Hold<Q> {
    queue: Q,
    law: Dist,
    count: u64,
}

impl<Q> Hold<Q> {
    fn new<E: Copy>(queue: Q, pending: u64, event: E) -> Self
    where
        Q: Pending<E>,
    {
        let law = Dist::exponential(Span::SECOND).expect("a second is a positive mean");
        let mut hold = Hold { queue, law, count: 0 };
        for _ in 0..pending {
            hold.schedule(Time::ZERO, event);
        }
        for _ in 0..2 * pending {
            hold.once::<E>();
        }
        hold
    }

    #[inline]
    fn schedule<E: Copy>(&mut self, now: Time, event: E)
    where
        Q: Pending<E>,
    {
        self.count += 1;
        let delay = self.law.sample(&mut Draw::new(Seed(1), Purpose(1), Who(self.count)));
        self.queue.push(Key::new(now + delay, Phase::Normal, 0, self.count), event);
    }

    #[inline]
    fn once<E: Copy>(&mut self)
    where
        Q: Pending<E>,
    {
        let (key, event) = self.queue.pop().expect("every event popped schedules another");
        self.schedule(key.time(), black_box(event));
    }
}

fn measure<E: Copy, Q: Pending<E>>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, queue: Q, n: u64, event: E) {
    let mut hold = Hold::new(queue, n, event);
    group.bench_function(BenchmarkId::new(name, n), |bencher| {
        bencher.iter(|| {
            for _ in 0..HOLDS {
                hold.once::<E>();
            }
        });
    });
}

fn hold(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hold");
    group.throughput(Throughput::Elements(HOLDS));
    group.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for n in [1_000, 10_000, 100_000, 1_000_000] {
        measure(&mut group, "calendar/8B", Queue::new(), n, 0u64);
        measure(&mut group, "std heap/8B", HeapQueue::new(), n, 0u64);
        measure(&mut group, "calendar/16B", Queue::new(), n, [0u64; 2]);
        measure(&mut group, "std heap/16B", HeapQueue::new(), n, [0u64; 2]);
    }
    group.finish();
}

criterion_group!(benches, hold);
criterion_main!(benches);
