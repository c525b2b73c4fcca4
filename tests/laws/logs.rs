//! Nothing takes the logs of tasks: those whose log driver blocks hang, the others go on.

use crate::world::{check, run, service, shop, the_fault, the_service, world, zones};
use serde_json::{Value, json};

/// Six tasks, any of which could answer all 12 requests a second; for ten minutes nothing takes their logs.
fn silenced(logs: &Value, parts: Value) -> Value {
    let mut file = world(
        "3h",
        json!({
            "regions": zones(3, &json!({})),
            "clusters": shop(&[service("web", 6, 3, &json!({}))]),
            "traffic": [{ "service": "shop/web", "rate": "12/s", "requestsPerTask": "60/s" }],
            "faults": [{ "name": "no logs", "at": "1h", "for": "10m", "blockingLogs": {} }],
        }),
    );
    file["taskDefinitions"][0]["containerDefinitions"][0]["logConfiguration"] = logs.clone();
    let Value::Object(parts) = parts else { panic!("parts of a scenario are an object") };
    file.as_object_mut().unwrap().extend(parts);
    file
}

fn lost(file: &Value) -> f64 {
    run(file, 1).services[0].requests.failed.mean
}

#[test]
fn tasks_hang_while_the_fault_lasts_if_their_log_driver_blocks() {
    let driver = |mode: &str| json!({ "logDriver": "awslogs", "options": { "mode": mode, "max-buffer-size": "25m" } });
    let usual = json!({ "logDriver": "awslogs" });
    // All tasks hang, and answer the moment they do not: with every target out, the load balancer asks them all.
    let outage = 600.0 * 12.0;
    check("blocking", lost(&silenced(&driver("blocking"), json!({}))), outage, 0.0);
    check("non-blocking", lost(&silenced(&driver("non-blocking"), json!({}))), 0.0, 0.0);
    // The default, and before it changed.
    check("default", lost(&silenced(&usual, json!({}))), 0.0, 0.0);
    let day = |day: &str| silenced(&usual, json!({ "startsAt": format!("2025-06-{day}T00:00:00Z") }));
    check("24 June 2025", lost(&day("24")), outage, 0.0);
    check("25 June 2025", lost(&day("25")), 0.0, 0.0);
    let mut set = silenced(&usual, json!({}));
    set["clusters"][0]["defaultLogDriverMode"] = json!("blocking");
    check("account setting", lost(&set), outage, 0.0);
    // Nothing leaves the host.
    let local = json!({ "logDriver": "json-file", "options": { "mode": "blocking" } });
    check("on the host", lost(&silenced(&local, json!({}))), 0.0, 0.0);
    check("no driver", lost(&silenced(&Value::Null, json!({}))), 0.0, 0.0);
    // Another service is no matter.
    let mut other = silenced(&driver("blocking"), json!({}));
    other["clusters"][0]["services"].as_array_mut().unwrap().push(service("other", 1, 3, &json!({})));
    other["faults"][0]["blockingLogs"] = json!({ "service": "shop/other" });
    check("of another service", lost(&other), 0.0, 0.0);
}

#[test]
fn a_container_check_finds_a_task_that_hangs_and_its_replacement_does_not_start() {
    let logs = json!({ "logDriver": "awslogs", "options": { "mode": "blocking" } });
    let mut file = silenced(&logs, json!({ "traffic": [] }));
    file["taskDefinitions"][0]["containerDefinitions"][0]["healthCheck"] =
        json!({ "command": ["CMD", "true"], "interval": 10, "retries": 3, "timeout": 5 });
    let summary = run(&file, 1);
    check("found after three checks", the_fault(&summary).detect_seconds.unwrap().mean, 35.0, 0.0);
    let failed = &the_service(&summary).launches.failed;
    assert!(failed.get("ResourceInitializationError").is_some_and(|count| count.mean > 0.0), "{failed:?}");
}
