//! Pipelines as they are written, and what is said of wrong ones.

use evenkeel::{Problem, Scenario, Severity, Texts};
use serde_json::{Value, json};

/// Two services with traffic and one without; the change as given.
fn file(change: &Value) -> Value {
    let service = |name: &str| {
        json!({ "serviceName": name, "taskDefinition": "web", "desiredCount": 4, "launchType": "FARGATE",
                "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } } })
    };
    let mut moves = service("moves");
    moves["deploymentConfiguration"] = json!({ "strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5 });
    let traffic = |name: &str| json!({ "service": format!("shop/{name}"), "rate": "90/s", "requestsPerTask": "60/s" });
    json!({
        "version": 1, "name": "pipelines", "duration": "2h",
        "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
            "containerDefinitions": [{ "name": "web", "image": "web:1" }] }],
        "clusters": [{ "clusterName": "shop", "services": [service("a"), service("b"), service("quiet"), moves] }],
        "traffic": [traffic("a"), traffic("b"), traffic("moves")],
        "changes": [change],
    })
}

/// Holds the pointers and words of all errors and warnings.
fn check(change: &Value, expected: &[(&str, &str)]) {
    let mut one = json!({ "name": "v2", "at": "1h" });
    one.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let texts = Texts::one("a.json", file(&one).to_string());
    let all = Scenario::read("a.json", &texts).problems.list;
    let found: Vec<Problem> = all.into_iter().filter(|one| one.severity != Severity::Note).collect();
    let said: Vec<String> = found.iter().map(|one| format!("{}: {} | {:?}", one.at, one.message, one.hint)).collect();
    assert_eq!(found.len(), expected.len(), "{change}: {said:#?}");
    for (at, words) in expected {
        let fits = |one: &&Problem| one.at == *at && one.message.contains(words) && one.hint.is_some();
        assert!(found.iter().any(|one| fits(&one)), "{change}: no {at}: {words} in {said:#?}");
    }
}

fn staged(stages: &Value) -> Value {
    json!({ "services": ["shop/a", "shop/b"], "pipeline": { "stages": stages } })
}

#[test]
fn sound_pipelines_say_nothing() {
    check(&json!({ "services": ["shop/a", "shop/b"] }), &[]);
    check(&json!({ "services": ["shop/a", "shop/b"], "pipeline": {} }), &[]);
    check(&staged(&json!([{ "what": "oneBox" }, { "what": "zones" }, { "what": "units" }])), &[]);
    check(&staged(&json!([{ "what": "units", "units": ["shop/b"] }, { "what": "everywhere" }])), &[]);
    let defect = json!({ "errors": { "share": 0.2 } });
    check(&json!({ "service": "shop/a", "defect": defect, "found": { "constant": "1h" }, "pipeline": {} }), &[]);
    check(&json!({ "service": "shop/moves", "pipeline": { "stages": [{ "what": "units" }] } }), &[]);
}

/// The same with another Region, whose cluster `far` has a service `c` and and a third one.
fn far(change: &Value) -> Vec<Problem> {
    let mut one = json!({ "name": "v2", "at": "1h" });
    one.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let mut all = file(&one);
    let zones = |name: &str| json!([{ "id": format!("{name}1") }, { "id": format!("{name}2") }]);
    let plane = json!({ "cells": 1, "peakRequests": "90/s" });
    all["regions"] = json!([{ "name": "home", "zones": zones("h"), "controlPlane": plane },
        { "name": "away", "zones": zones("a"), "controlPlane": plane }, { "name": "bare", "zones": zones("b") }]);
    let mut service = all["clusters"][0]["services"][0].clone();
    service["serviceName"] = json!("c");
    all["clusters"][0]["region"] = json!("home");
    all["clusters"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "clusterName": "far", "region": "away", "services": [service] }));
    let traffic = json!({ "service": "far/c", "rate": "90/s", "requestsPerTask": "60/s" });
    all["traffic"].as_array_mut().unwrap().push(traffic);
    all["alarms"] = json!([{ "AlarmName": "failed", "Service": "shop/a", "Namespace": "Evenkeel",
        "MetricName": "ErrorRate", "Period": 60, "EvaluationPeriods": 1, "Threshold": 0.1,
        "ComparisonOperator": "GreaterThanThreshold" }]);
    // As many subnets as zones.
    let text = all.to_string().replace(r#"["a","b","c"]"#, r#"["a","b"]"#);
    let problems = Scenario::read("a.json", &Texts::one("a.json", text)).problems.list;
    problems.into_iter().filter(|one| one.severity != Severity::Note).collect()
}

/// Holds what is said of a change over Regions.
fn said(change: &Value, expected: &[(&str, &str)]) {
    let found = far(change);
    let told: Vec<(&str, &str)> = found.iter().map(|one| (one.at.as_str(), one.message.as_str())).collect();
    assert_eq!(told.len(), expected.len(), "{change}: {told:#?}");
    for ((at, message), (place, words)) in told.iter().zip(expected) {
        assert!(at == place && message.contains(words), "{change}: {told:#?}");
    }
    assert!(found.iter().all(|one| one.hint.is_some()), "{found:#?}");
}

#[test]
fn changes_over_regions_are_told_apart() {
    let all = json!(["shop/a", "shop/b", "far/c"]);
    let staged = |stages: &Value| json!({ "services": all, "pipeline": { "stages": stages } });
    said(&json!({ "services": all }), &[]);
    said(&json!({ "services": all, "pipeline": {} }), &[]);
    said(&json!({ "controlPlanes": ["home", "away"], "pipeline": {} }), &[]);
    said(&staged(&json!([{ "what": "regions", "units": ["away"] }, { "what": "regions" }])), &[]);
    let at = "/changes/0/pipeline/stages";
    said(&staged(&json!([{ "what": "regions", "count": 3 }])), &[(&format!("{at}/0"), "2 Regions are left")]);
    let again = json!([{ "what": "regions" }, { "what": "regions", "units": ["home"] }, { "what": "everywhere" }]);
    said(&staged(&again), &[(&format!("{at}/1/units/0"), "nothing is left to be changed in `home`")]);
    let unknown = json!([{ "what": "regions", "units": ["hom"] }, { "what": "everywhere" }]);
    said(&staged(&unknown), &[(&format!("{at}/0/units/0"), "no Region is called `hom`")]);
    said(&staged(&json!([{ "what": "regions" }])), &[(at, "no stage changes 1 of the units")]);
    said(&json!({ "controlPlanes": ["home", "home"] }), &[("/changes/0/controlPlanes/1", "stands twice")]);
    said(&json!({ "controlPlanes": ["home", "bare"] }), &[("/changes/0/controlPlanes/1", "has no control plane")]);
    said(&json!({ "controlPlanes": ["home"], "services": ["shop/a"] }), &[("/changes/0", "exclude each other")]);
    let one = json!({ "services": ["far/c"], "pipeline": { "alarms": ["failed"] } });
    said(&one, &[("/changes/0/pipeline/alarms/0", "another Region")]);
    said(&json!({ "services": all, "pipeline": { "alarms": ["failed"] } }), &[]);
}

#[test]
fn what_names_a_change_with_a_mistake_is_not_wrong_itself() {
    let told = |change: &Value, objective: &Value| {
        let mut all = file(change);
        all["objectives"] = json!([objective]);
        let texts = Texts::one("a.json", all.to_string());
        let list = Scenario::read("a.json", &texts).problems.list;
        list.into_iter().filter(|one| one.severity == Severity::Error).map(|one| one.at).collect::<Vec<_>>()
    };
    let outcome = |name: &str| json!({ "change": name, "outcome": { "equals": "completed" } });
    let wrong =
        json!({ "name": "v2", "at": "1h", "service": "shop/a", "pipeline": { "stages": [{ "what": "region" }] } });
    assert_eq!(told(&wrong, &outcome("v2")), ["/changes/0/pipeline/stages/0/what"]);
    let sound = json!({ "name": "v2", "at": "1h", "service": "shop/a" });
    assert_eq!(told(&sound, &outcome("v3")), ["/objectives/0/change"], "a name that nothing has is told");
}

#[test]
fn what_is_changed_is_said_once() {
    check(&json!({}), &[("/changes/0", "nothing says what is changed")]);
    check(&json!({ "service": "shop/a", "services": ["shop/b"] }), &[("/changes/0", "exclude each other")]);
    check(&json!({ "services": ["shop/a", "shop/a"] }), &[("/changes/0/services/1", "stands twice")]);
    check(&json!({ "services": ["shop/a", "shop/x"] }), &[("/changes/0/services/1", "no service is called")]);
    check(&json!({ "cellularApplication": "shop" }), &[("/changes/0/cellularApplication", "no cellular application")]);
    check(&json!({ "controlPlane": "us-east-1" }), &[("/changes/0/controlPlane", "no control plane that could")]);
    check(&json!({ "controlPlane": "us-west-9" }), &[("/changes/0/controlPlane", "no Region is called")]);
}

#[test]
fn stages_that_name_nothing_are_told() {
    check(&staged(&json!([{ "what": "units" }])), &[("/changes/0/pipeline/stages", "no stage changes 1 of the units")]);
    check(
        &staged(&json!([{ "what": "units", "units": ["shop/c"] }])),
        &[("/changes/0/pipeline/stages/0/units/0", "no unit of this change is called `shop/c`")],
    );
    check(
        &staged(&json!([{ "what": "everywhere" }, { "what": "units" }])),
        &[("/changes/0/pipeline/stages/1", "0 units are left for this stage, not 1")],
    );
    check(
        &staged(&json!([{ "what": "everywhere" }, { "what": "everywhere" }])),
        &[("/changes/0/pipeline/stages/1", "the stage changes nothing")],
    );
    check(
        &staged(&json!([{ "what": "units", "count": 3 }])),
        &[("/changes/0/pipeline/stages/0", "2 units are left for this stage, not 3")],
    );
    check(
        &staged(&json!([{ "what": "units", "units": ["shop/a"] }, { "what": "units", "units": ["shop/a"] }])),
        &[("/changes/0/pipeline/stages/1/units/0", "changed by an earlier stage")],
    );
    check(
        &staged(&json!([{ "what": "units", "count": 0 }])),
        &[("/changes/0/pipeline/stages/0/count", "must be 1 or more")],
    );
    check(
        &staged(&json!([{ "what": "everywhere", "atOnce": 0 }])),
        &[("/changes/0/pipeline/stages/0/atOnce", "must be 1 or more")],
    );
    check(
        &staged(&json!([{ "what": "everywhere", "zoneBake": "5m" }])),
        &[("/changes/0/pipeline/stages/0/zoneBake", "used with `zones` only")],
    );
    check(
        &json!({ "service": "shop/moves", "pipeline": { "stages": [{ "what": "oneBox" }, { "what": "units" }] } }),
        &[("/changes/0/pipeline/stages/0/what", "moves traffic between two full sets")],
    );
}

#[test]
fn alarms_and_hours_are_looked_at() {
    let with = |key: &str, value: Value| {
        let mut pipeline = json!({ "stages": [{ "what": "everywhere" }] });
        pipeline[key] = value;
        json!({ "services": ["shop/a", "shop/b"], "pipeline": pipeline })
    };
    check(
        &with("unitAlarm", json!({ "threshold": 1.0 })),
        &[("/changes/0/pipeline/unitAlarm/threshold", "must be 0 or more and less than 1")],
    );
    check(
        &with("fleetAlarm", json!({ "threshold": 0.1, "datapointsToAlarm": 4 })),
        &[("/changes/0/pipeline/fleetAlarm/datapointsToAlarm", "must be between 1 and")],
    );
    check(&with("alarms", json!(["nobody"])), &[("/changes/0/pipeline/alarms/0", "no alarm is called")]);
    check(
        &with("workingHours", json!({ "from": "18h", "until": "9h" })),
        &[("/changes/0/pipeline/workingHours", "working hours need a day")],
    );
    check(&with("takes", json!("1m")), &[("/changes/0/pipeline/takes", "`takes` is not used")]);
    check(
        &json!({ "services": ["shop/a", "shop/quiet"], "pipeline": { "unitAlarm": { "threshold": 0.1 } } }),
        &[("/changes/0/pipeline/unitAlarm", "needs traffic")],
    );
    let defect = json!({ "errors": { "share": 0.2 } });
    check(
        &json!({ "services": ["shop/a", "shop/b"], "defect": defect, "pipeline": {} }),
        &[("/changes/0/pipeline", "nothing watches this pipeline")],
    );
    check(
        &json!({ "service": "shop/a", "defect": { "stopsScheduling": {} } }),
        &[("/changes/0/defect/stopsScheduling", "a service schedules nothing")],
    );
    check(
        &json!({ "service": "shop/a", "onlyInUnit": "shop/b", "defect": defect }),
        &[("/changes/0/onlyInUnit", "no unit of this change is called")],
    );
}
