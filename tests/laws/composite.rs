//! Composite alarms: rules over the states of others, all of one instant at once.

use crate::alarm::{errors, watched};
use crate::world::{plan, run, watch};
use evenkeel::internals::metrics::summary::Summary;
use evenkeel::internals::model::fact::{AlarmState, Fact};
use serde_json::{Value, json};

const MINUTE: f64 = 60.0;

/// An alarm on one datapoint above a threshold.
fn above(name: &str, metric: &str, threshold: f64) -> Value {
    json!({ "AlarmName": name, "Service": "shop/web", "MetricName": metric, "Period": 60, "EvaluationPeriods": 1,
        "Threshold": threshold, "ComparisonOperator": "GreaterThanThreshold" })
}

/// `busy` rings from 31 to 66 minutes, `errors` and `also` from 61 to 71, `never` has no data; beside them these rules.
fn ruled(rules: &[(&str, &str)]) -> Value {
    let rules = rules.iter().map(|(name, rule)| json!({ "AlarmName": name, "AlarmRule": rule }));
    let steps =
        json!([{ "at": "0s", "rate": "40/s" }, { "at": "30m", "rate": "60/s" }, { "at": "65m", "rate": "40/s" }]);
    let mut never = above("never", "ErrorRate", 0.0);
    never["Dimensions"] = json!([{ "Name": "Revision", "Value": "new" }]);
    watched(
        &json!({ "EvaluationPeriods": 1, "DatapointsToAlarm": 1 }),
        &json!({}),
        &json!({}),
        &json!({
            "changes": [],
            "alarms": [above("errors", "ErrorRate", 0.1), above("also", "ErrorRate", 0.05),
                       above("busy", "RequestCount", 3_000.0), never],
            "compositeAlarms": rules.collect::<Vec<_>>(),
            "traffic": [{ "service": "shop/web", "requestsPerTask": "20/s", "steps": steps }],
            "faults": [{ "name": "grey", "at": "1h", "for": "10m", "zoneGrey": { "zone": "z1", "errorShare": 0.5 } }],
        }),
    )
}

/// When an alarm went to ALARM and back, in minutes.
fn rings(rules: &[(&str, &str)], name: &str) -> Vec<(f64, bool)> {
    let file = ruled(rules);
    let row = plan(&file).alarms.pairs().find(|(_, alarm)| alarm.name == name).unwrap().0;
    let (diary, _) = watch(&file);
    let found = diary.0.iter().filter_map(|(at, fact)| match fact {
        Fact::Alarm { alarm, state } if *alarm == row => Some((at.as_secs_f64() / MINUTE, *state == AlarmState::Alarm)),
        _ => None,
    });
    found.collect()
}

/// With the OK that a rule that does not hold has at the start.
fn check(rule: &str, expected: &[(f64, bool)]) {
    assert_eq!(rings(&[("one", rule)], "one"), expected, "{rule}");
}

#[test]
fn a_rule_holds_when_its_parts_do() {
    check("ALARM(errors) AND ALARM(busy)", &[(0.0, false), (61.0, true), (66.0, false)]);
    check("ALARM(errors) OR ALARM(busy)", &[(0.0, false), (31.0, true), (71.0, false)]);
    check("NOT ALARM(errors)", &[(0.0, true), (61.0, false), (71.0, true)]);
    check("OK(errors)", &[(0.0, false), (1.0, true), (61.0, false), (71.0, true)]);
    check("INSUFFICIENT_DATA(errors)", &[(0.0, true), (1.0, false)]);
    check("INSUFFICIENT_DATA(never) AND ALARM(\"busy\")", &[(0.0, false), (31.0, true), (66.0, false)]);
    check("(ALARM(errors) OR TRUE) AND NOT (FALSE OR ALARM(busy))", &[(0.0, true), (31.0, false), (66.0, true)]);
    check("ALARM(busy) OR ALARM(errors) AND FALSE", &[(0.0, false), (31.0, true), (66.0, false)]);
}

/// Both go to ALARM at one instant, one after the other in the queue: a rule sees neither without the other.
#[test]
fn what_changes_at_one_instant_is_seen_at_once() {
    check("ALARM(errors) AND NOT ALARM(also)", &[(0.0, false)]);
    check("ALARM(also) AND NOT ALARM(errors)", &[(0.0, false)]);
}

#[test]
fn rules_may_name_rules_that_stand_before_or_behind_them() {
    let rules =
        [("top", "ALARM(both) AND NOT ALARM(low)"), ("both", "ALARM(errors) OR ALARM(busy)"), ("low", "OK(busy)")];
    // From 31 to 66: `low` is in ALARM while `busy` is OK, before 31 and from 66 on.
    assert_eq!(rings(&rules, "top"), [(0.0, false), (31.0, true), (66.0, false)]);
    let summary = run(&ruled(&rules), 1);
    let of = |name: &str| summary.alarms.iter().find(|row| row.name == name).unwrap();
    assert_eq!(summary.alarms.iter().map(|row| row.name.as_str()).collect::<Vec<_>>()[4..], ["top", "both", "low"]);
    assert_eq!((of("top").service.as_str(), of("top").in_alarm_seconds.mean), ("shop/web", 35.0 * MINUTE));
    // Nothing was wrong when it rang; the fault of the second is.
    assert_eq!((of("both").rings.mean, of("both").false_rings.mean), (1.0, 1.0));
    assert_eq!((of("errors").rings.mean, of("errors").false_rings.mean), (1.0, 0.0));
}

/// The alarm on errors alone would stop this deployment; a composite one does when requests are many as well.
fn deployed(rule: &str, rate: &str, parts: &Value) -> Summary {
    let deployment = json!({ "bakeTimeInMinutes": 20,
        "alarms": { "alarmNames": ["both"], "enable": true, "rollback": true } });
    let mut file = watched(&json!({}), &deployment, &errors(0.5), parts);
    let rule_of_errors = file["alarms"][0].clone();
    file["alarms"] = json!([rule_of_errors, above("busy", "RequestCount", 3_000.0)]);
    file["compositeAlarms"] = json!([{ "AlarmName": "both", "AlarmRule": rule }]);
    file["traffic"][0]["rate"] = json!(rate);
    run(&file, 1)
}

#[test]
fn a_deployment_can_watch_a_composite_alarm() {
    let outcome = |rule: &str, rate: &str| deployed(rule, rate, &json!({})).changes[0].outcome.clone();
    let and = "ALARM(errors) AND ALARM(busy)";
    assert_eq!(outcome(and, "40/s"), "completed");
    assert_eq!(outcome(and, "60/s"), "rolledBack");
    let found = deployed(and, "60/s", &json!({}));
    let alone = deployed("ALARM(errors)", "60/s", &json!({}));
    assert_eq!(found.changes[0].detect_seconds, alone.changes[0].detect_seconds);
    // One that rings already is ignored.
    assert_eq!(outcome("ALARM(errors) OR ALARM(busy)", "60/s"), "completed");
    assert_eq!(outcome("ALARM(errors) OR ALARM(busy)", "40/s"), "rolledBack");
}

/// Requests are many, few from 65 minutes on, and many again from 70 on; the bake lasts until after 80.
#[test]
fn a_composite_alarm_that_rang_before_is_ignored_when_it_rings_again() {
    let outcome = |before: &str| {
        let steps = [("0s", before), ("65m", "40/s"), ("70m", "60/s")];
        let steps = steps.map(|(at, rate)| json!({ "at": at, "rate": rate }));
        let traffic = json!([{ "service": "shop/web", "requestsPerTask": "20/s", "steps": steps }]);
        let mut file = ruled(&[("both", "ALARM(busy) OR ALARM(errors)")]);
        (file["traffic"], file["faults"]) = (traffic, json!([]));
        file["changes"] = json!([{ "name": "new", "at": "1h", "service": "shop/web" }]);
        file["clusters"][0]["services"][0]["deploymentConfiguration"] = json!({ "bakeTimeInMinutes": 20,
            "alarms": { "alarmNames": ["both"], "enable": true, "rollback": true } });
        run(&file, 1).changes[0].outcome.clone()
    };
    assert_eq!(outcome("60/s"), "completed");
    assert_eq!(outcome("40/s"), "rolledBack");
}

#[test]
fn alarms_of_two_cells_that_one_rule_names_run_together() {
    use crate::world::{service, shop, world, zones};
    let file = |rules: &Value| {
        let mut regions = zones(3, &json!({}));
        regions[0]["controlPlane"] =
            json!({ "cells": 2, "router": { "pins": { "shop": "cell-1", "mall": "cell-2" } } });
        let mut clusters = shop(&[service("web", 4, 3, &json!({}))]);
        clusters[0]["account"] = json!("111122223333");
        let mut other = shop(&[service("web", 4, 3, &json!({}))])[0].clone();
        (other["clusterName"], other["account"]) = (json!("mall"), json!("444455556666"));
        clusters.as_array_mut().unwrap().push(other);
        let mut far = above("far", "ErrorRate", 0.1);
        far["Service"] = json!("mall/web");
        let traffic =
            ["shop/web", "mall/web"].map(|name| json!({ "service": name, "rate": "40/s", "requestsPerTask": "20/s" }));
        world(
            "2h",
            json!({ "regions": regions, "clusters": clusters, "traffic": traffic,
            "alarms": [above("near", "ErrorRate", 0.1), far], "compositeAlarms": rules,
            "faults": [{ "name": "grey", "at": "1h", "for": "10m", "zoneGrey": { "zone": "z1", "errorShare": 0.5 } }] }),
        )
    };
    let both = json!([{ "AlarmName": "both", "AlarmRule": "ALARM(near) AND ALARM(far)" }]);
    assert_eq!(plan(&file(&json!([]))).parts(|_| false).len(), 2);
    assert_eq!(plan(&file(&both)).parts(|_| false).len(), 1);
    let summary = run(&file(&both), 1);
    assert_eq!(summary.alarms[2].first_ring_seconds.unwrap().mean, 61.0 * MINUTE);
}
