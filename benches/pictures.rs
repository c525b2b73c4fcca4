//! What the pictures of a run cost: deciding what they show, and drawing them as SVG and as PNG.

use criterion::{Criterion, criterion_group, criterion_main};
use evenkeel::internals::cli::files::Disk;
use evenkeel::internals::report::chart;
use evenkeel::{Options, Scenario};
use std::hint::black_box;
use std::time::Duration;

fn pictures(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pictures");
    group.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
    // A zone loss in three hours, and a year of changes in eight cells.
    for name in ["az-loss", "year-staged"] {
        let reading = Scenario::read(&format!("scenarios/{name}.json"), &Disk);
        let scenario = reading.into_result().expect("shipped scenarios load");
        let timeline = scenario.run(&Options { timeline: true, ..Options::default() }, &()).timeline;
        let figures = chart::figures(&timeline, name);
        group.bench_function(format!("{name}, decided"), |bencher| {
            bencher.iter(|| black_box(chart::figures(&timeline, name)));
        });
        group.bench_function(format!("{name}, SVG of all {}", figures.len()), |bencher| {
            bencher.iter(|| figures.iter().map(|figure| black_box(figure.svg()).len()).sum::<usize>());
        });
        group.bench_function(format!("{name}, PNG of all {}", figures.len()), |bencher| {
            bencher.iter(|| {
                figures.iter().map(|figure| black_box(figure.png()).map_or(0, |png| png.len())).sum::<usize>()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, pictures);
criterion_main!(benches);
