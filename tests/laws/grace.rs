//! The grace period of health checks: ECS leaves a task alone whose target fails within it, unless there are too many.

use crate::world::{check, each, run, service, shop, the_service, world, zones};
use serde_json::{Value, json};

/// `tasks` tasks over two zones that answer `health` after each start; a crash restarts them in place.
fn slow(tasks: u64, grace: u64, health: &str, parts: &Value) -> Value {
    let mut web = service("web", tasks, 2, &json!({ "healthCheckGracePeriodSeconds": grace }));
    web["availabilityZoneRebalancing"] = json!("ENABLED");
    let mut file = world(
        "4h",
        json!({
            "startEmpty": true,
            "regions": zones(2, &json!({})),
            "clusters": shop(&[web]),
            "behaviour": [{ "family": "web", "start": { "constant": "20s" }, "health": { "constant": health } }],
            "detection": { "target": { "constant": "50s" } },
            "traffic": [{ "service": "shop/web", "rate": "6/s", "requestsPerTask": "60/s" }],
        }),
    );
    file["taskDefinitions"][0]["containerDefinitions"][0]["restartPolicy"] = json!({ "enabled": true });
    file.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    file
}

#[test]
fn a_target_that_is_ejected_within_the_grace_period_is_not_replaced() {
    // Healthy by six and a half minutes; a container exits at ten and answers again four minutes later.
    let crash = json!({ "faults": [{ "name": "exit", "at": "10m", "taskCrash": { "count": 1 } }] });
    for (grace, launched) in [(1_800, 2.0), (540, 3.0)] {
        let summary = run(&slow(2, grace, "4m", &crash), 1);
        let row = the_service(&summary);
        check(&format!("launches at a grace of {grace} s"), row.launches.requested.mean, launched, 0.0);
        assert_eq!(row.stops.is_empty(), launched == 2.0, "{grace} s: {:?}", row.stops);
        // It gets no requests either way.
        check("ejected", summary.faults[0].detect_seconds.unwrap().mean, 50.0, 1e-6);
    }
}

#[test]
fn of_too_many_the_one_that_fails_within_the_grace_period_goes_first() {
    // One zone is back at 41 min and takes over a task, which is healthy at 53 min and 20 s. Meanwhile one of the other
    // zone has been ejected: that one stops, and not the newest of them.
    let faults = json!({ "faults": [
        { "name": "dark", "at": "0s", "for": "41m", "zonePowerLoss": { "zone": "z1" } },
        { "name": "exit", "at": "50m", "taskCrash": { "count": 1, "zone": "z2" } }] });
    // Whichever of the three it is: the oldest, or the newest.
    for missing in each(&slow(4, 14_400, "10m", &faults), 8, |summary| summary.faults[1].lost_task_seconds.mean) {
        // Until then the crash is why a task is missing, beside the new one that does not answer yet; later nothing is.
        check("missing", missing, 200.0 / 2.0, 1.0);
    }
}
