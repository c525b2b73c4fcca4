//! The world at work: what an event costs in a steady state, and what the loss of a zone costs.
//!
//! Steady: services on Fargate whose tasks live Exp(10 min), so that each task is lost, noticed, replaced, started and
//! counted again and again. `bare` is the model alone, `measured` the same with every number of the results taken.
//! `cells` cuts the world into Regions of 10,000 tasks: a cell each, with a queue and tables that stay in the cache.

#[path = "world/scene.rs"]
#[allow(dead_code, reason = "each bench takes the scenes it needs")]
mod scene;

use criterion::measurement::{Measurement, WallTime};
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use evenkeel::internals::engine::{Limits, Reader, Seed, Sim, Span, Time};
use evenkeel::internals::experiment::replicate::{self, Options};
use evenkeel::internals::metrics::Metrics;
use evenkeel::internals::model::{Fact, Plan, World};
use std::hint::black_box;
use std::time::Duration;

/// Events of one iteration for each partition that takes its turn, up to [`EVENTS_MAX`] in all.
const EVENTS: u64 = 200_000;
const EVENTS_MAX: u64 = 4_000_000;
/// Tasks in a cell where the world is cut into cells.
const CELL: u32 = 10_000;

/// A steady world that goes on for as long as it is measured.
struct Steady<'p, R: Reader<Fact>> {
    sim: Sim<'p, World, R>,
    until: Time,
    /// About as long as the events of one iteration take.
    step: Span,
}

impl<'p, R: Reader<Fact>> Steady<'p, R> {
    fn new(plan: &'p Plan, tasks: u32, reader: impl Fn(&evenkeel::internals::model::plan::Part) -> R) -> Self {
        let worlds = World::all(plan).into_iter().map(|world| {
            let reader = reader(&world.part);
            (world, reader)
        });
        let mut sim = Sim::new(plan, Seed(1), worlds, plan.lookahead(), Limits::default());
        sim.prepare(World::prepare);
        let events = (EVENTS * plan.cells.len() as u64).min(EVENTS_MAX);
        // Five events for each task, once in ten minutes.
        let step = Span::from_secs_f64(events as f64 * 600.0 / 5.0 / f64::from(tasks));
        let until = Time::ZERO + Span::from_secs(1_800);
        sim.run_until(until);
        Steady { sim, until, step }
    }

    /// Goes on for `steps` and gives back how many events that took.
    fn advance(&mut self, steps: u64) -> u64 {
        let before = self.sim.events();
        for _ in 0..steps {
            self.until += self.step;
            self.sim.run_until(self.until);
        }
        self.sim.events() - before
    }
}

fn measure<R: Reader<Fact>>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    tasks: u32,
    mut world: Steady<'_, R>,
) {
    let elements = 100_000;
    group.throughput(Throughput::Elements(elements));
    group.bench_function(BenchmarkId::new(name, tasks), |bencher| {
        bencher.iter_custom(|steps| {
            let start = WallTime.start();
            let events = world.advance(steps);
            // Steps differ a little in their events: the time is that of `elements` of them.
            WallTime.end(start).mul_f64((steps * elements) as f64 / events as f64)
        });
    });
}

fn steady(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("steady");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for tasks in [1_000, 10_000, 100_000, 1_000_000] {
        let plan = scene::steady(tasks, 1);
        measure(&mut group, "bare", tasks, Steady::new(&plan, tasks, |_| ()));
        measure(&mut group, "measured", tasks, Steady::new(&plan, tasks, |cell| Metrics::new(&plan, cell, false)));
        if tasks > CELL {
            let plan = scene::steady(tasks, tasks / CELL);
            measure(&mut group, "cells/bare", tasks, Steady::new(&plan, tasks, |_| ()));
            let reader = |cell: &evenkeel::internals::model::plan::Part| Metrics::new(&plan, cell, false);
            measure(&mut group, "cells/measured", tasks, Steady::new(&plan, tasks, reader));
        }
    }
    group.finish();
}

/// One zone of three loses power for 20 minutes; an hour is simulated, with every number of the results taken.
fn zone_loss(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("zone loss");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
    for (services, tasks) in [(1, 999), (2, 4_998), (20, 4_995)] {
        let plan = scene::zone_loss(services, tasks);
        let all = services * tasks;
        group.throughput(Throughput::Elements(u64::from(all / 3)));
        group.bench_function(BenchmarkId::from_parameter(all), |bencher| {
            bencher.iter(|| black_box(replicate::run(&plan, &[], &Options::default(), &()).summary.events));
        });
    }
    group.finish();
}

criterion_group!(benches, steady, zone_loss);
criterion_main!(benches);
