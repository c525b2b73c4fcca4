//! What the control plane costs, and what its cells gain: the same simulated hours with and without one, the loss of a
//! cell of fifty, sixteen busy cells on one core and on two, a year of changes in eight cells.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use evenkeel::internals::experiment::replicate::{self, Options};
use evenkeel::internals::model::Plan;
use std::hint::black_box;
use std::time::Duration;

#[path = "world/scene.rs"]
#[allow(dead_code, reason = "each bench takes the scenes it needs")]
mod scene;

fn run(plan: &Plan, threads: usize) -> u64 {
    replicate::run(plan, &[], &Options { threads, ..Options::default() }, &()).summary.events
}

fn cells(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("control plane");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(5));
    for (name, plan) in [("without", scene::busy(None)), ("one cell", scene::busy(Some(1)))] {
        group.bench_function(name, |bencher| bencher.iter(|| black_box(run(&plan, 1))));
    }
    let plan = scene::busy(Some(16));
    for threads in [1, 2] {
        let id = BenchmarkId::new("sixteen cells, threads", threads);
        group.bench_function(id, |bencher| bencher.iter(|| black_box(run(&plan, threads))));
    }
    let plan = scene::cell_loss();
    group.bench_function("one of fifty cells lost", |bencher| bencher.iter(|| black_box(run(&plan, 1))));
    let plan = scene::year_of_changes();
    group.bench_function("a year of changes", |bencher| bencher.iter(|| black_box(run(&plan, 1))));
    group.finish();
}

criterion_group!(benches, cells);
criterion_main!(benches);
