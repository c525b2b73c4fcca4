//! Early success criteria of rolling deployments (Amazon ECS developer guide, "Complete Amazon ECS rolling deployments
//! early with early success criteria").

use crate::deploy::{rolling, the_change};
use crate::fleet::stops;
use crate::world::{check, run, watch};
use serde_json::{Value, json};

fn early(percent: u64, cleanup: &str) -> Value {
    json!({ "earlySuccessCriteria": { "enable": true, "healthyPercent": percent, "sourceServiceRevisionCleanup": cleanup } })
}

/// Ten tasks, two at a time above the ten: each round takes 30 s to start and 40 s to count as healthy.
fn took(least: u64, configuration: &Value, parts: &Value) -> f64 {
    let summary = run(&rolling(10, least, 120, configuration, &json!({}), parts), 1);
    let row = the_change(&summary);
    assert_eq!(row.outcome, "completed");
    row.end_seconds.unwrap().mean - row.begin_seconds.unwrap().mean
}

#[test]
fn a_deployment_is_complete_at_a_percentage_of_healthy_tasks() {
    check("all of them", took(100, &json!({}), &json!({})), 5.0 * 70.0, 1e-3);
    check("ten", took(100, &early(100, "DEFERRED"), &json!({})), 5.0 * 70.0, 1e-3);
    // At 50 % healthy five old ones stop at once, and seven new ones start; 50 % are healthy after 70 s.
    check("half", took(50, &early(50, "DEFERRED"), &json!({})), 70.0, 1e-3);
    check("half, blocking", took(50, &early(50, "BLOCKING"), &json!({})), 70.0, 1e-3);
    // 95 % of ten are ten: with one old one less the rounds are of three, and the third brings nine.
    check("rounded up", took(90, &early(95, "DEFERRED"), &json!({})), 4.0 * 70.0, 1e-3);
    check("one at least", took(0, &early(0, "DEFERRED"), &json!({})), 70.0, 1e-3);
}

#[test]
fn a_bake_comes_before_it() {
    let mut of = early(50, "DEFERRED");
    of["bakeTimeInMinutes"] = json!(5);
    check("with a bake", took(50, &of, &json!({})), 70.0 + 300.0, 1e-3);
}

/// Where the new revision starts in two zones of three only, not all of it is ever healthy: five of nine, as whatever
/// comes after the first nine goes to the zone that stays empty.
#[test]
fn what_is_left_goes_on_outside_the_deployment() {
    let some = json!({ "defect": { "neverStarts": { "imagePulled": true } }, "onlyInZone": "z1" });
    let outcome = |configuration: &Value| {
        let summary = run(&rolling(9, 50, 200, configuration, &some, &json!({})), 1);
        let launches = summary.services[0].launches.requested.mean;
        (the_change(&summary).outcome.clone(), summary.services[0].running.min.mean, launches)
    };
    assert_eq!(outcome(&json!({})).0, "unfinished");
    let (deferred, least, launches) = outcome(&early(50, "DEFERRED"));
    assert_eq!(deferred, "completed");
    assert!(least >= 5.0 && launches > 12.0, "{least} {launches}: those of the zone are tried again and again");
    // Blocking stops all old ones first, whatever replaces them.
    let (blocking, least, _) = outcome(&early(50, "BLOCKING"));
    assert_eq!((blocking.as_str(), least), ("completed", 5.0));
}

#[test]
fn the_circuit_breaker_does_not_act_after_it() {
    let breaker = json!({ "deploymentCircuitBreaker": { "enable": true, "rollback": true, "resetOnHealthyTask": false,
        "thresholdConfiguration": { "type": "COUNT", "value": 6 } } });
    let some = json!({ "defect": { "failsHealthChecks": {} }, "onlyInZone": "z1" });
    let traffic = json!({ "traffic": [{ "service": "shop/web", "rate": "30/s", "requestsPerTask": "10/s" }] });
    let outcome = |more: &Value| {
        let mut of = breaker.clone();
        of.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        the_change(&run(&rolling(9, 50, 200, &of, &some, &traffic), 1)).outcome.clone()
    };
    assert_eq!(outcome(&json!({})), "rolledBack");
    assert_eq!(outcome(&early(50, "DEFERRED")), "completed");
}

#[test]
fn the_clean_up_waits_for_protected_tasks() {
    // Half of the new tasks are healthy after 70 s; the old ones protect themselves for 100 minutes from the start on.
    let protection = json!({ "behaviour": [{ "family": "web", "start": { "constant": "30s" },
        "stop": { "constant": "1s" }, "protection": { "lasts": { "constant": "100m" } } }] });
    let (diary, summary) = watch(&rolling(10, 50, 200, &early(50, "BLOCKING"), &json!({}), &protection));
    assert_eq!(the_change(&summary).outcome, "completed");
    check("the first old one stops", stops(&diary, 0)[0].0, 6_001.0, 1.0);
}
