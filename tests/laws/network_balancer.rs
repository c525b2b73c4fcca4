//! Network Load Balancers: each node keeps to its zone, weights move late, and ARC checks capacity (Health checks for NLB
//! target groups; NLB resources for Amazon ECS blue/green deployments; Capacity checks for practice runs).

use crate::colours::{blue_green, colours, the_change, with};
use crate::world::{check, run, service, shop, watch, world, zones};
use evenkeel::Summary;
use evenkeel::internals::model::fact::{Fact, ZonalStep};
use serde_json::{Value, json};

/// Twelve tasks in three zones, one of which loses its power after an hour.
fn dark(balancer: &Value, groups: &Value) -> Value {
    let own = json!({ "loadBalancers": [{ "targetGroupArn": "arn:aws:elasticloadbalancing:r:1:targetgroup/web/1",
        "containerName": "web", "containerPort": 80 }] });
    let file = world(
        "2h",
        json!({
            "regions": zones(3, &json!({})),
            "clusters": shop(&[service("web", 12, 3, &own)]),
            "behaviour": [{ "family": "web", "start": { "constant": "3h" } }],
            "detection": { "loss": { "constant": "30m" } },
            "traffic": [{ "service": "shop/web", "rate": "300/s", "requestsPerTask": "60/s" }],
            "faults": [{ "name": "dark", "at": "1h", "zonePowerLoss": { "zone": "z1" } }],
        }),
    );
    let mut file = with(file, &json!({ "targetGroups": groups }));
    file["taskDefinitions"][0]["containerDefinitions"][0]["portMappings"] = json!([{ "containerPort": 80 }]);
    if !balancer.is_null() {
        file["traffic"][0]["loadBalancer"] = balancer.clone();
    }
    file
}

fn group(protocol: &str) -> Value {
    json!([{ "TargetGroupArn": "arn:aws:elasticloadbalancing:r:1:targetgroup/web/1", "Protocol": protocol }])
}

/// Requests lost, and when the load balancer acts.
fn lost(summary: &Summary) -> (f64, f64) {
    let row = &summary.services[0];
    (row.requests.failed.mean, summary.faults[0].detect_seconds.unwrap().mean)
}

#[test]
fn a_network_load_balancer_has_defaults_of_its_own() {
    let none = json!([]);
    let written = run(&dark(&json!({ "type": "network" }), &none), 1);
    let same = run(&dark(&json!({ "crossZone": false, "healthCheckTimeoutSeconds": 10 }), &none), 1);
    assert_eq!(lost(&written), lost(&same));
    let usual = run(&dark(&Value::Null, &none), 1);
    assert_ne!(lost(&written), lost(&usual));
    // A third of all requests fails at the node of the lost zone until clients have left it, after a minute: the other
    // nodes send none of theirs to dead targets.
    check("lost", lost(&written).0, 300.0 * 60.0 / 3.0, 1e-6);
    // The protocol of a target group says what it is; what is written counts more.
    for (protocol, other) in [("TCP", &same), ("TLS", &same), ("UDP", &same), ("TCP_UDP", &same), ("HTTPS", &usual)] {
        assert_eq!(lost(&run(&dark(&Value::Null, &group(protocol)), 1)), lost(other), "{protocol}");
    }
    assert_eq!(lost(&run(&dark(&json!({ "type": "application" }), &group("TCP")), 1)), lost(&usual));
}

#[test]
fn weights_move_ten_minutes_late_at_each_step() {
    let canary =
        json!({ "strategy": "CANARY", "canaryConfiguration": { "canaryPercent": 5.0, "canaryBakeTimeInMinutes": 10 } });
    // The test shift and each step of the production shift.
    for (configuration, steps) in [(blue_green(), 2.0), (canary, 3.0)] {
        let mut file = colours(&configuration, 5, &json!({}));
        let end = |file: &Value| {
            let summary = run(file, 1);
            let row = the_change(&summary);
            assert_eq!(row.outcome, "completed");
            row.end_seconds.unwrap().mean
        };
        let usual = end(&file);
        file["traffic"][0]["loadBalancer"] = json!({ "type": "network", "crossZone": true });
        check("later by", end(&file) - usual, steps * 600.0, 1e-6);
    }
}

#[test]
fn a_practice_run_needs_balanced_capacity() {
    let alarm = json!({ "AlarmName": "errors", "Namespace": "Evenkeel", "MetricName": "ErrorRate", "Service": "shop/web",
        "Period": 60, "EvaluationPeriods": 1, "Threshold": 0.5, "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching" });
    let practice = json!({ "outcomeAlarms": [{ "alarmIdentifier": "errors" }], "blockedDates": [] });
    // AWS does not see the loss: an event in the Region would keep the run from starting.
    let shift = json!([{ "service": "shop/web", "sees": ["networkCutZone"], "startPracticeRuns": [{ "at": "30m", "awayFrom": "z2" },
        { "at": "90m", "awayFrom": "z2" }], "practiceRunConfiguration": practice }]);
    let steps = |kind: &str| -> Vec<ZonalStep> {
        let file = dark(&json!({ "type": kind, "zonalShift": true }), &json!([]));
        let file = with(file, &json!({ "zonalAutoshift": shift, "alarms": [alarm] }));
        let what = |(_, fact): &(_, Fact)| if let Fact::Zonal(fact) = fact { Some(fact.what) } else { None };
        watch(&file).0.0.iter().filter_map(what).collect()
    };
    // After an hour a zone has lost its four targets, and half an hour later they are still missing.
    assert_eq!(steps("network"), [ZonalStep::Began, ZonalStep::Succeeded, ZonalStep::CapacityCheckFailed]);
    // The second ends with the simulation.
    assert_eq!(steps("application"), [ZonalStep::Began, ZonalStep::Succeeded, ZonalStep::Began]);
}
