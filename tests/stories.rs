//! Does the story read true? Every shipped scenario runs, and what it promises holds.

use evenkeel::cli::files::Disk;
use evenkeel::summary::Verdict;
use evenkeel::{Options, Outcome, Scenario};

fn run(name: &str, replications: u32, threads: usize) -> Outcome {
    let reading = Scenario::read(&format!("scenarios/{name}.json"), &Disk);
    let scenario = reading.into_result().unwrap_or_else(|problems| panic!("{name} does not load: {problems:#?}"));
    let options = Options { replications, threads, events_max: 1_000, timeline: true, ..Options::default() };
    scenario.run(&options, &())
}

/// Names of the shipped scenarios.
const SCENARIOS: &[&str] = &[
    "alarm-already-firing",
    "alarm-rollback",
    "anywhere-link-cut",
    "az-and-cell-together",
    "az-loss",
    "az-loss-mid-deploy",
    "az-loss-tight",
    "batch-stream",
    "beyond-tested",
    "big-bang",
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
    "ec2-binpack-host-loss",
    "ec2-scale-out",
    "ecs-on-cells",
    "ecs-on-cells-cached",
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
    "outpost",
    "poison-customer",
    "power-back-slowly",
    "rollback-without-capacity",
    "rolling",
    "rolling-stuck",
    "router-outage",
    "shadow-traffic",
    "shuffle-sharding",
    "six-zones",
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
];

#[test]
fn every_scenario_keeps_its_promises() {
    for name in SCENARIOS {
        let summary = run(name, 1, 1).summary;
        assert!(!summary.objectives.is_empty(), "{name} promises nothing");
        for row in &summary.objectives {
            assert_eq!(row.verdict, Verdict::Pass, "{name}: {} measured {}", row.objective, row.measured);
        }
    }
}

#[test]
fn losses_add_up_to_what_failed() {
    for name in SCENARIOS {
        let summary = run(name, 1, 1).summary;
        for service in &summary.services {
            let lost: f64 = summary
                .losses
                .iter()
                .filter(|row| row.service == service.service)
                .map(|row| row.lost_requests.mean)
                .sum();
            let failed = service.requests.failed.mean;
            assert!((lost - failed).abs() <= 1e-6 * failed.max(1.0), "{name}: {lost} lost, {failed} failed");
        }
    }
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    for name in SCENARIOS {
        let one = run(name, 3, 1);
        for threads in [2, 3, 8] {
            let many = run(name, 3, threads);
            assert_eq!(one.summary, many.summary, "{name} with {threads} threads");
            assert_eq!(one.timeline, many.timeline, "{name} with {threads} threads");
        }
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
