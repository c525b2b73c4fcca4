//! Nothing vanishes: what is offered is accepted, throttled, failed, or still waits at the end. And what binds RunTask.

use crate::world::{check, run, service, shop, world, zones};
use evenkeel::internals::metrics::summary::{PlaneLaunches, Summary};
use serde_json::{Value, json};

fn stream(parts: &Value) -> Value {
    let mut stream = json!({ "taskDefinition": "web", "name": "jobs", "launchType": "FARGATE",
        "lives": { "constant": "10s" },
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1", "subnet-2", "subnet-3"] } } });
    stream.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    stream
}

fn jobs(duration: &str, parts: &Value) -> Summary {
    let clusters = json!([{ "clusterName": "jobs", "capacityProviders": ["FARGATE"], "runTasks": [stream(parts)] }]);
    let regions = zones(3, &json!({ "vcpuPerZone": 100_000 }));
    run(&world(duration, json!({ "regions": regions, "clusters": clusters })), 1)
}

/// The row of the Region, once its parts and those of its cells add up.
fn adds_up(summary: &Summary) -> PlaneLaunches {
    let plane = &summary.control_plane[0];
    for row in plane.cells.iter().map(|cell| &cell.launches).chain([&plane.launches]) {
        let parts = row.accepted.mean + row.throttled.mean + row.failed.mean + row.waiting.mean;
        assert_eq!(row.offered.mean, parts, "{row:?}");
    }
    plane.launches
}

#[test]
fn a_stream_is_bound_by_the_rates_of_run_task_and_not_by_the_schedulers() {
    // The scheduler's 500 a minute would hold 8.3 a second back.
    let row = adds_up(&jobs("20m", &json!({ "rate": "10.44/s" })));
    check("launched", row.accepted.mean, 10.44 * 1_200.0, 4.0 * libm::sqrt(10.44 * 1_200.0));
    assert_eq!((row.throttled.mean, row.failed.mean), (0.0, 0.0));
    assert!(row.waiting.mean <= 2.0, "{} wait", row.waiting.mean);
}

#[test]
fn run_task_takes_twenty_calls_a_second_on_fargate() {
    // 25 calls a second, each called again twice at most: 20 at once and 20 a second are taken.
    let row = adds_up(&jobs("10m", &json!({ "every": { "constant": "40ms" } })));
    assert_eq!(row.offered.mean, 14_999.0);
    check("taken on", row.accepted.mean, 20.0 + 20.0 * 600.0, 3.0);
    assert!(row.throttled.mean > 2_500.0, "{} throttled", row.throttled.mean);
    assert!(row.waiting.mean < 75.0, "{} calls on their way", row.waiting.mean);
}

#[test]
fn what_waits_for_a_token_at_the_end_is_told() {
    // Four calls of ten a second: 40 tasks, for which the launch bucket has 100 tokens and 20 a second from the first
    // call on, after a quarter of a second.
    let row = adds_up(&jobs("1m", &json!({ "every": { "constant": "250ms" }, "count": 10 })));
    assert_eq!((row.offered.mean, row.throttled.mean), (2_390.0, 0.0));
    check("accepted", row.accepted.mean, 100.0 + 20.0 * 59.75, 1.0);
    check("availability", row.availability.unwrap().mean, row.accepted.mean / 2_390.0, 1e-9);
    // A service: the last of 600 is due a minute later.
    let parts = json!({ "startEmpty": true, "clusters": shop(&[service("one", 600, 3, &json!({}))]),
        "regions": zones(3, &json!({ "launchBurst": 5_000, "launchRate": "1000/s" })) });
    let row = adds_up(&run(&world("6s", parts.clone()), 1));
    assert_eq!((row.offered.mean, row.accepted.mean, row.waiting.mean), (600.0, 549.0, 51.0));
    // Launches that were due before the window and wait to its end count in it.
    let mut late = parts;
    late["warmUp"] = json!("5s");
    let row = adds_up(&run(&world("6s", late), 1));
    assert_eq!((row.accepted.mean, row.waiting.mean), (8.0, 51.0));
}

#[test]
fn what_waits_for_capacity_is_told() {
    let parts = json!({ "startEmpty": true, "clusters": shop(&[service("one", 30, 3, &json!({}))]),
        "regions": zones(3, &json!({ "vcpuPerZone": 1 })) });
    let row = adds_up(&run(&world("10m", parts), 1));
    // Twelve find room; each look without any counts as a launch that was taken on in vain.
    assert_eq!(row.waiting.mean, 18.0);
}
