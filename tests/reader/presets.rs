//! Presets of faults, and faults that follow others: what is filled in, what is refused.

use evenkeel::{Options, Problem, Scenario, Severity, Texts};
use serde_json::{Value, json};

/// A service over the three zones of a Region that has control-plane cells, and these faults.
fn file(faults: &Value) -> Value {
    json!({
        "version": 1, "name": "faults", "duration": "2000d",
        "regions": [
            { "name": "us-east-1", "zones": [{ "id": "use1-az1" }, { "id": "use1-az2" }, { "id": "use1-az3" }],
              "controlPlane": { "cells": 2 } },
            { "name": "eu-west-1", "zones": [{ "id": "euw1-az1" }] },
        ],
        "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
            "containerDefinitions": [{ "name": "web", "image": "web:1" }] }],
        "clusters": [{ "clusterName": "shop", "region": "us-east-1", "services": [{
            "serviceName": "web", "taskDefinition": "web", "desiredCount": 6, "launchType": "FARGATE",
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } } }] }],
        "traffic": [{ "service": "shop/web", "rate": "60/s", "requestsPerTask": "10/s" }],
        "faults": faults,
    })
}

fn problems(faults: &Value) -> Vec<Problem> {
    Scenario::read("a.json", &Texts::one("a.json", file(faults).to_string())).problems.list
}

fn digest(faults: &Value) -> String {
    let reading = Scenario::read("a.json", &Texts::one("a.json", file(faults).to_string()));
    let scenario = reading.into_result().unwrap_or_else(|problems| panic!("{faults}: {problems:#?}"));
    scenario.run(&Options::default(), &()).summary.digest
}

/// Holds the only error: where, the words, the way out.
fn refused(faults: &Value, at: &str, message: &str, hint: &str) {
    let mut found = problems(faults);
    found.retain(|one| one.severity == Severity::Error);
    let told: Vec<_> = found.iter().map(|one| (one.at.as_str(), one.told(), one.hint.clone())).collect();
    assert_eq!(told, [(at, message.to_owned(), Some(hint.to_owned()))], "{faults}");
}

fn every(mean: &str) -> Value {
    json!({ "exponential": { "mean": mean } })
}

/// With a preset the same happens as with its figures written out.
#[test]
fn a_preset_stands_for_its_figures() {
    for (preset, written) in [
        (
            json!({ "name": "f", "preset": "zonePowerLoss" }),
            json!({ "name": "f", "every": every("1095d"), "for": "4h", "zonePowerLoss": {} }),
        ),
        (
            json!({ "name": "f", "preset": "zoneGrey" }),
            json!({ "name": "f", "every": every("182d12h"), "for": "45m", "zoneGrey": { "errorShare": 0.2 } }),
        ),
        (
            json!({ "name": "f", "preset": "cellOutage" }),
            json!({ "name": "f", "every": every("365d"), "for": "1h", "cellOutage": {} }),
        ),
        // Field by field.
        (
            json!({ "name": "f", "preset": "zonePowerLoss", "every": every("90d") }),
            json!({ "name": "f", "every": every("90d"), "for": "4h", "zonePowerLoss": {} }),
        ),
        (
            json!({ "name": "f", "preset": "zonePowerLoss", "for": "30m", "zonePowerLoss": { "zone": "use1-az2" } }),
            json!({ "name": "f", "every": every("1095d"), "for": "30m", "zonePowerLoss": { "zone": "use1-az2" } }),
        ),
        (
            json!({ "name": "f", "preset": "zoneGrey", "at": "3h", "zoneGrey": { "latency": "80ms" } }),
            json!({ "name": "f", "at": "3h", "for": "45m", "zoneGrey": { "latency": "80ms" } }),
        ),
        (
            json!({ "name": "f", "preset": "zoneGrey", "every": null, "zoneGrey": { "errorShare": 0.5 } }),
            json!({ "name": "f", "every": every("182d12h"), "for": "45m", "zoneGrey": { "errorShare": 0.5 } }),
        ),
    ] {
        assert_eq!(digest(&json!([preset])), digest(&json!([written])), "{preset}");
    }
    assert_ne!(digest(&json!([{ "name": "f", "preset": "zonePowerLoss" }])), digest(&json!([])));
}

/// Nobody takes a figure for AWS's: each that is filled in is told with its label.
#[test]
fn what_a_preset_fills_in_is_told() {
    let told = |faults: Value| -> Vec<String> {
        let list = problems(&faults).into_iter().filter(|one| one.at.starts_with("/faults"));
        list.map(|one| one.message).collect()
    };
    assert_eq!(
        told(json!([{ "name": "f", "preset": "zoneGrey", "for": "10m" }])),
        [
            "`every`: exponential with a mean of 182d12h by default (model choice: each zone twice a year, AWS publishes none)",
            "`errorShare`: 0.2 by default (model choice)",
        ]
    );
    assert_eq!(
        told(json!([{ "name": "f", "preset": "zonePowerLoss", "every": every("9d") }]))[0],
        "`for`: \"4h\" by default (model choice: each zone once in three years, AWS publishes none)"
    );
}

#[test]
fn a_preset_that_cannot_be_is_refused() {
    refused(
        &json!([{ "name": "f", "preset": "zonePowerLos" }]),
        "/faults/0/preset",
        "`preset` cannot be `zonePowerLos`",
        "did you mean `zonePowerLoss`?",
    );
    refused(
        &json!([{ "name": "f", "preset": "zonePowerLoss", "zoneGrey": { "errorShare": 0.1 } }]),
        "/faults/0/preset",
        "`zonePowerLoss` is no preset of `zoneGrey`",
        "take one out, or write two faults",
    );
}

#[test]
fn a_fault_that_cannot_follow_is_refused() {
    let rush = |after: &str, more: Value| {
        let mut rush = json!({ "name": "rush", "after": after, "for": "1h", "insufficientCapacity": {} });
        rush.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        rush
    };
    let loss = json!({ "name": "loss", "every": every("90d"), "for": "1h", "zonePowerLoss": {} });
    refused(
        &json!([loss, rush("los", json!({}))]),
        "/faults/1/after",
        "no fault is called `los`",
        "did you mean `loss`?",
    );
    refused(
        &json!([rush("rush", json!({}))]),
        "/faults/0/after",
        "`rush` follows `rush`, which follows it in turn: none ever begins",
        "give one of them `at` or `every`",
    );
    refused(
        &json!([{ "name": "crash", "every": every("9d"), "taskCrash": {} }, rush("crash", json!({}))]),
        "/faults/1/after",
        "`crash` begins in one cell, host or task at a time: nothing can follow it",
        "follow a fault of a zone, a Region or the whole world",
    );
    refused(
        &json!([{ "name": "loss", "at": "1h", "for": "1h", "zonePowerLoss": { "zone": "euw1-az1" } },
            rush("loss", json!({ "insufficientCapacity": { "zone": "use1-az1" } }))]),
        "/faults/1/after",
        "`loss` hits another Region than `rush`",
        "let it follow a fault of its own Region",
    );
    refused(
        &json!([loss, rush("loss", json!({ "for": null }))]),
        "/faults/1",
        "`insufficientCapacity` with `after` needs `for`: it would come once and never heal",
        "write \"for\": \"20m\" or a law",
    );
    refused(
        &json!([loss, rush("loss", json!({ "at": "2h" }))]),
        "/faults/1",
        "`at`, `every` and `after` exclude each other",
        "keep one of them",
    );
    refused(
        &json!([{ "name": "loss", "at": "1h", "delay": "5m", "for": "1h", "zonePowerLoss": {} }]),
        "/faults/0/delay",
        "`delay` of `5m` counts from the begin of another fault",
        "write \"after\" with the name of that fault",
    );
}
