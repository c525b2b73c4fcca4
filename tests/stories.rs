//! Does the story read true? Every shipped scenario runs, and what it promises holds.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may panic, and reads what the program wrote"
)]

#[path = "stories/lesson.rs"]
mod lesson;
#[path = "stories/page.rs"]
mod page;
#[path = "stories/pictures.rs"]
mod pictures;

use evenkeel::internals::cli::files::Disk;
use evenkeel::internals::report::chart::{self, Figure};
use evenkeel::summary::{ServiceRow, Summary, Verdict};
use evenkeel::{Options, Outcome, Scenario};
use std::fs;
use std::path::Path;
use std::process::Command;

fn read(name: &str) -> Scenario {
    let reading = Scenario::read(&format!("scenarios/{name}.json"), &Disk);
    reading.into_result().unwrap_or_else(|problems| panic!("{name} does not load: {problems:#?}"))
}

fn run(name: &str, replications: u32, threads: usize) -> Outcome {
    let scenario = read(name);
    let options = Options { replications, threads, events_max: 1_000, timeline: true, ..Options::default() };
    scenario.run(&options, &())
}

/// Names of the shipped scenarios.
const SCENARIOS: &[&str] = &[
    "alarm-already-firing",
    "alarm-rollback",
    "anywhere-link-cut",
    "autoshift-practice-fails",
    "az-and-cell-together",
    "az-loss",
    "az-loss-mid-deploy",
    "az-loss-tight",
    "batch-stream",
    "beyond-tested",
    "big-bang",
    "blocking-logs",
    "blue-green",
    "building-block",
    "canary",
    "cell-outage",
    "cells-1",
    "cells-16",
    "cells-4",
    "circuit-breaker",
    "circuit-breaker-no-completed",
    "control-plane-100",
    "control-plane-150",
    "control-plane-reactive",
    "deploy-while-scaling",
    "ec2-binpack-host-loss",
    "ec2-scale-out",
    "ecs-on-cells",
    "ecs-on-cells-cached",
    "evacuate-cell",
    "evacuate-control-plane",
    "exam-2x1",
    "exam-2x2",
    "exam-3x1",
    "exam-3x2",
    "fargate-spot-only",
    "feature-flag",
    "grace-period-loop",
    "grey-zone",
    "grey-zone-outlier",
    "grow-cells",
    "grow-cells-hash",
    "latent-defect",
    "launch-bucket",
    "launch-path-down",
    "linear",
    "local-zone",
    "managed-instances",
    "map-source-outage",
    "mixed-base-weight",
    "network-attach-throttled",
    "one-big-cell",
    "one-provider-per-zone",
    "outpost",
    "poison-customer",
    "power-back-slowly",
    "quarantine-poison",
    "rollback-without-capacity",
    "rolling",
    "rolling-stuck",
    "router-outage",
    "scale-and-zone-loss",
    "scale-daily",
    "scale-in-wrong-way",
    "scale-out-step",
    "shadow-traffic",
    "shift-without-headroom",
    "shuffle-sharding",
    "six-zones",
    "slow-before-full",
    "spot-reclaim",
    "staged-cells",
    "staged-cells-bad",
    "staged-control-plane",
    "staged-regions",
    "staged-zones",
    "throttled-start",
    "two-zones",
    "wavelength",
    "year-big-bang",
    "year-of-changes",
    "year-staged",
    "zonal-shift-grey",
    "zone-loss-with-rush",
];

/// Each scenario runs once, and all that is asked of a run is asked of this one.
#[test]
fn every_scenario_keeps_its_promises_and_its_pictures_do_not_mislead() {
    let mut found = Vec::new();
    let mut verdicts = "# What the page of each shipped scenario says first.\n\
                        # Written by: UPDATE=1 cargo test --test stories every_scenario\n"
        .to_owned();
    for name in SCENARIOS {
        let outcome = run(name, 1, 1);
        let figures = chart::figures(&outcome.timeline, "story");
        let drawn: Vec<(Figure, String)> = figures.into_iter().map(with_drawing).collect();
        let mut all = broken_promises(&outcome.summary);
        all.extend(losses_without_a_cause(&outcome.summary));
        all.extend(pictures::faults(&outcome.timeline, &drawn));
        all.extend(page::faults(name, &outcome, &drawn));
        verdicts += &page::verdict(name, &outcome);
        found.extend(all.into_iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    page::are_stored(&verdicts);
}

fn with_drawing(figure: Figure) -> (Figure, String) {
    let svg = figure.svg();
    (figure, svg)
}

fn broken_promises(summary: &Summary) -> Vec<String> {
    let broken = summary.objectives.iter().filter(|row| row.verdict != Verdict::Pass);
    let told = broken.map(|row| format!("{} measured {}", row.objective, row.measured));
    let none = summary.objectives.is_empty().then(|| "it promises nothing".to_owned());
    told.chain(none).collect()
}

/// Losses by cause add up to what failed.
fn losses_without_a_cause(summary: &Summary) -> Vec<String> {
    let apart = |service: &&ServiceRow| {
        let own = summary.losses.iter().filter(|row| row.service == service.service);
        let lost: f64 = own.map(|row| row.lost_requests.mean).sum();
        let failed = service.requests.failed.mean;
        (lost - failed).abs() > 1e-6 * failed.max(1.0)
    };
    summary.services.iter().filter(apart).map(|service| format!("{} lost more or less", service.service)).collect()
}

/// Of this peak the capacity is drawn in percent: 150 and, without a zone, 100.
#[test]
fn a_region_is_built_for_the_peak_that_is_written() {
    let timeline = run("control-plane-150", 1, 1).timeline;
    let peak = timeline.peaks["us-east-1"];
    assert!((peak - 6.0).abs() < 1e-9, "{peak}");
    let drawn = pictures::capacity(&timeline, &[59.0, 61.0, 99.0, 101.0]);
    assert_eq!(drawn.iter().map(|percent| percent.round() as u32).collect::<Vec<_>>(), [150, 100, 100, 150]);
}

/// Each scenario with one other number of threads, in turn. `same_bits` holds events and facts of all of them.
#[test]
fn the_same_bytes_for_any_number_of_threads() {
    for (name, threads) in SCENARIOS.iter().zip([2, 3, 8].into_iter().cycle()) {
        let (one, many) = (run(name, 3, 1), run(name, 3, threads));
        assert_eq!(one.summary, many.summary, "{name} with {threads} threads");
        assert_eq!(one.timeline, many.timeline, "{name} with {threads} threads");
    }
}

#[test]
fn a_lost_zone_comes_back_at_the_pace_of_the_launch_bucket() {
    // Detection + (lost - burst) / rate + start, and the sum of what every single task waits.
    let summary = run("launch-bucket", 1, 1).summary;
    let fault = &summary.faults[0];
    assert_eq!(fault.full_strength_seconds.map(|found| found.mean), Some(60.0 + 900.0 / 20.0 + 45.0));
    let waited: f64 = (1..=900).map(|row| f64::from(row) / 20.0).sum();
    let area = 1_000.0 * 60.0 + waited + 1_000.0 * 45.0;
    assert!((fault.lost_task_seconds.mean - area).abs() < 0.001, "{} instead of {area}", fault.lost_task_seconds.mean);
}

/// The quoted clock of a story in seconds: `1:00:35.7` is `3635.7`.
fn seconds(clock: &str) -> String {
    let (whole, tenth) = clock.split_once('.').unwrap();
    let whole = whole.split(':').fold(0, |sum, part| sum * 60 + part.parse::<u32>().unwrap());
    format!("{whole}.{tenth}")
}

/// Whether a number of the series reads as it is quoted, with as many decimals.
fn reads(found: &str, quoted: &str) -> bool {
    let decimals = quoted.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    format!("{:.decimals$}", found.parse::<f64>().unwrap()) == quoted
}

/// The zone loss that `docs/model.md` tells second by second is the one that the program runs.
#[test]
fn the_zone_loss_of_the_model_page_is_the_one_that_runs() {
    let page = fs::read_to_string("docs/model.md").unwrap();
    let story = page.split("## A zone loss, second by second").nth(1).unwrap().split("\n## ").next().unwrap();
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("az-loss-of-the-page");
    let mut program = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
    let ran = program
        .args(["run", "scenarios/az-loss.json", "--force", "--out"])
        .arg(&out)
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    // The tables, as they stand.
    let shown = String::from_utf8(ran.stdout).unwrap();
    let blocks: Vec<&str> = story.split("```text\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 2, "the page shows no tables");
    for block in blocks {
        assert!(shown.contains(block), "the program shows otherwise:\n{block}\nbut:\n{shown}");
    }
    // Every value at its time: `series part` value.
    let series = fs::read_to_string(out.join("timeseries.csv")).unwrap();
    let rows: Vec<Vec<&str>> = series.lines().skip(1).map(|row| row.split(',').collect()).collect();
    let mut seen = 0;
    for line in story.lines().filter(|line| line.starts_with("| ") && line.contains("` ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        for quoted in cells[2].split(", ") {
            let (name, value) = quoted.trim_start_matches('`').split_once("` ").unwrap();
            let (name, part) = name.split_once(' ').unwrap_or((name, ""));
            let at = seconds(cells[0]);
            let mut rows = rows.iter().filter(|row| row[1] == name && row[3] == part && reads(row[0], &at));
            assert!(rows.any(|row| reads(row[4], value)), "at {} {name} {part} is not {value}", cells[0]);
            seen += 1;
        }
    }
    assert!(seen >= 15, "only {seen} values are quoted");
}
