//! How long launches wait at buckets and cells: the kth of n at a bucket of b tokens that refills at r a second waits
//! (k - b) / r.

use crate::world::{check, run, service, shop, world, zones};
use evenkeel::internals::metrics::summary::PlaneRow;
use serde_json::{Value, json};

/// `tasks` tasks to start at time 0.
fn start(tasks: u64, region: &Value, parts: &Value) -> Value {
    let mut file = world(
        "2h",
        json!({ "startEmpty": true, "regions": zones(3, &json!({ "vcpuPerZone": 2_000 })),
                "clusters": shop(&[service("web", tasks, 3, &json!({}))]) }),
    );
    file["regions"][0].as_object_mut().unwrap().extend(region.as_object().unwrap().clone());
    file.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    file
}

fn plane(file: &Value) -> PlaneRow {
    let row = run(file, 1).control_plane.remove(0);
    let one = &row.launches;
    check(
        "all of them",
        one.accepted.mean + one.throttled.mean + one.failed.mean + one.waiting.mean,
        one.offered.mean,
        0.0,
    );
    row
}

fn waits(row: &PlaneRow) -> [f64; 2] {
    [row.wait_seconds.p50, row.wait_seconds.p99].map(|one| one.unwrap().mean)
}

#[test]
fn the_kth_at_a_bucket_waits_for_its_token() {
    let fargate = |burst: u64, rate: &str| json!({ "fargate": { "launchBurst": burst, "launchRate": rate } });
    let cell = json!({ "controlPlane": { "cells": 1, "peakRequests": "1/s", "prescaledPercent": 100 } });
    for (tasks, region, burst, rate) in [
        (150, fargate(100, "20/s"), 100, 20.0),
        (100, fargate(10, "2/s"), 10, 2.0),
        // The service's own 500 a minute.
        (900, fargate(5_000, "900/s"), 500, 500.0 / 60.0),
        // A cell has one second's worth in hand.
        (30, cell, 1, 1.0),
    ] {
        let row = plane(&start(tasks, &region, &json!({})));
        let what = format!("{tasks} at {burst} and {rate}/s");
        check(&what, row.launches.accepted.mean, tasks as f64, 0.0);
        check(&what, row.launches.waited.mean, (tasks - burst) as f64, 0.0);
        for (found, quantile) in waits(&row).into_iter().zip([0.5, 0.99]) {
            let rank = libm::ceil(quantile * tasks as f64);
            let truth = f64::max(0.0, (rank - burst as f64) / rate);
            // Quantiles come from a histogram of half a percent.
            check(&what, found, truth, 0.005 * truth + 1e-5);
        }
    }
}

#[test]
fn only_waits_for_a_token_a_turn_or_the_cell_count() {
    // Without capacity launches are tried again each 30 s: nobody holds them back.
    let none = json!({ "faults": [{ "name": "full", "at": "0s", "for": "10m", "insufficientCapacity": {} }] });
    let row = plane(&start(20, &json!({}), &none));
    assert_eq!((row.launches.waited.mean, waits(&row)), (0.0, [0.0; 2]));
    // Nothing is launched: there is nothing to wait for.
    let row = plane(&world("1h", json!({ "clusters": shop(&[service("web", 6, 3, &json!({}))]) })));
    assert!(row.wait_seconds.p99.is_none() && row.launches.waited.mean == 0.0);
}

#[test]
fn launches_wait_for_a_cell_that_is_down() {
    // Four tasks exit while the cell is down; their ends are known when it is back.
    let outage = |lasts: &Value| {
        let mut outage = json!({ "name": "down", "at": "30m", "cellOutage": { "cell": "cell-1" } });
        outage.as_object_mut().unwrap().extend(lasts.as_object().unwrap().clone());
        let faults = json!([outage, { "name": "exits", "at": "40m", "taskCrash": { "count": 4 } }]);
        let mut file = start(12, &json!({ "controlPlane": { "cells": 1, "restart": { "base": "0s" } } }), &json!({}));
        file["startEmpty"] = json!(false);
        file["detection"] = json!({ "loss": { "constant": "1s" } });
        file["faults"] = faults;
        plane(&file)
    };
    let row = outage(&json!({}));
    assert_eq!((row.launches.waiting.mean, row.launches.waited.mean, row.launches.accepted.mean), (4.0, 0.0, 0.0));
    let row = outage(&json!({ "for": "20m" }));
    assert_eq!((row.launches.waiting.mean, row.launches.waited.mean, row.launches.accepted.mean), (0.0, 4.0, 4.0));
    // A second after the exits they would have been known; it takes the cell no second to load one cluster.
    for wait in waits(&row) {
        check("until it is back", wait, 599.0, 3.5);
    }
}

#[test]
fn a_call_that_is_tried_again_has_waited_since_its_first_try() {
    let file = world(
        "1h",
        json!({
            "regions": [{ "name": "us-east-1", "zones": [{ "id": "z1" }], "controlPlane": { "cells": 1 } }],
            "clusters": [{ "clusterName": "jobs", "capacityProviders": ["FARGATE"], "runTasks": [{
                "taskDefinition": "web", "name": "job", "every": { "constant": "10m" }, "launchType": "FARGATE",
                "lives": { "constant": "20s" },
                "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"] } } }] }],
            // The first try of the second call finds no router; those after it, within three seconds, may.
            "faults": [{ "name": "no router", "at": "1199s", "for": "1001ms", "routerOutage": {} }],
        }),
    );
    let row = plane(&file);
    assert_eq!((row.launches.accepted.mean, row.launches.failed.mean, row.launches.waited.mean), (5.0, 0.0, 1.0));
    let longest = waits(&row)[1];
    assert!(longest > 0.001 && longest <= 3.0, "{longest}");
}
