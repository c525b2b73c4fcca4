//! What `run --html` costs beside the run: the pictures, which every run with files draws, and the page made of them.
//!
//! `az-loss` is a page of 0.2 MB, `year-big-bang` one of the largest.

use criterion::{Criterion, criterion_group, criterion_main};
use evenkeel::internals::cli::files::Disk;
use evenkeel::internals::report::chart::{self, Figure};
use evenkeel::internals::report::page::{self, Facts, Picture};
use evenkeel::internals::report::table::{Results, sections};
use evenkeel::{Options, Outcome, Scenario};
use std::hint::black_box;
use std::time::Duration;

fn draw(outcome: &Outcome) -> Vec<(Figure, String)> {
    let figures = chart::figures(&outcome.timeline, "bench").into_iter();
    figures.map(|figure| (figure.svg(), figure)).map(|(svg, figure)| (figure, svg)).collect()
}

fn html(scenario: &Scenario, outcome: &Outcome, drawn: &[(Figure, String)]) -> String {
    let (summary, plan, time_line) = (&outcome.summary, scenario.plan(), outcome.time_line.as_ref());
    let results = Results { summary, plan, time_line, first_replication: 0, more: "" };
    let pictures: Vec<Picture<'_>> = drawn.iter().map(|(figure, svg)| Picture { figure, svg }).collect();
    page::html(&Facts {
        summary,
        sections: &sections(&results),
        scenario: scenario.written(),
        file: "bench.json",
        command: "evenkeel run bench.json --html",
        told: &[],
        heading: "bench",
        pictures: &pictures,
    })
}

fn pages(criterion: &mut Criterion) {
    for name in ["az-loss", "year-big-bang"] {
        let reading = Scenario::read(&format!("scenarios/{name}.json"), &Disk);
        let scenario = reading.into_result().expect("a shipped scenario can run");
        let options = Options { threads: 1, timeline: true, time_line: true, ..Options::default() };
        let outcome = scenario.run(&options, &());
        let drawn = draw(&outcome);
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(2));
        group.bench_function("run", |bencher| bencher.iter(|| black_box(scenario.run(&options, &()))));
        group.bench_function("pictures", |bencher| bencher.iter(|| black_box(draw(&outcome))));
        group.bench_function("page", |bencher| bencher.iter(|| black_box(html(&scenario, &outcome, &drawn))));
        group.finish();
    }
}

criterion_group!(benches, pages);
criterion_main!(benches);
