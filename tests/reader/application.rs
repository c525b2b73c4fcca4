//! Customers' own cells as they are written: what the plan makes of them, and what is said of wrong ones.

use evenkeel::{Problem, Scenario, Severity, Texts};
use serde_json::{Value, json};

/// An application of two cells, sound as it stands; `parts` adds to the block.
fn file(parts: &Value) -> Value {
    let service = |name: &str| {
        json!({ "serviceName": name, "taskDefinition": "web", "desiredCount": 2, "launchType": "FARGATE",
                "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } } })
    };
    let mut block = json!({ "name": "app", "cells": 2,
        "router": { "service": service("router"), "requestsPerTask": "500/s" },
        "cell": { "service": service("web"), "requestsPerTask": "50/s" },
        "customers": [{ "count": 10, "rate": "90/s" }] });
    block.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    json!({
        "version": 1, "name": "cells", "duration": "2h", "cellularApplication": block,
        "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
            "containerDefinitions": [{ "name": "web", "image": "web:1" }] }],
    })
}

fn problems(file: &Value) -> Vec<Problem> {
    let texts = Texts::one("a.json", file.to_string());
    let all = Scenario::read("a.json", &texts).problems.list;
    all.into_iter().filter(|one| one.severity != Severity::Note).collect()
}

/// Holds the pointers and words of all errors and warnings.
fn check(parts: &Value, expected: &[(&str, &str)]) {
    let found = problems(&file(parts));
    let said: Vec<String> = found.iter().map(|one| format!("{}: {} | {:?}", one.at, one.message, one.hint)).collect();
    assert_eq!(found.len(), expected.len(), "{parts}: {said:#?}");
    for (at, words) in expected {
        let at = format!("/cellularApplication{at}");
        let fits = |one: &&Problem| one.at == at && one.message.contains(words) && one.hint.is_some();
        assert!(found.iter().any(|one| fits(&one)), "{parts}: no {at}: {words} in {said:#?}");
    }
}

#[test]
fn a_sound_one_says_nothing() {
    check(&json!({}), &[]);
}

#[test]
fn every_mistake_is_told_with_its_place() {
    check(&json!({ "customers": [] }), &[("/customers", "needs customers")]);
    check(&json!({ "customers": [{ "rate": "1/s", "steps": [] }] }), &[("/customers/0", "exclude each other")]);
    check(&json!({ "customers": [{ "count": 3 }] }), &[("/customers/0", "how much traffic")]);
    let twice = json!([{ "rate": "1/s" }, { "rate": "2/s" }]);
    check(&json!({ "customers": twice }), &[("/customers/1/name", "two customers are called `customer`")]);
    let overrides = json!({ "customer-3": "cell-1", "customer-11": "cell-2", "customer-4": "cell-9" });
    check(
        &json!({ "overrides": overrides }),
        &[
            ("/overrides/customer-11", "no customer is called `customer-11`"),
            ("/overrides/customer-4", "no cell is called `cell-9`"),
        ],
    );
    check(&json!({ "mapping": "shuffleShard" }), &[("/mapping", "`shuffleShard` is not modelled here")]);
    check(&json!({ "dispatch": "cachedEndpoint" }), &[("/clients", "needs `clients`")]);
    check(
        &json!({ "clients": 5, "cacheFor": "1m" }),
        &[("/clients", "belongs to `cachedEndpoint`"), ("/cacheFor", "belongs to `cachedEndpoint`")],
    );
    check(&json!({ "map": { "refresh": "0s" } }), &[("/map/refresh", "must be between 1s and 1d")]);
    let rebalancer = json!({ "every": "0s" });
    check(&json!({ "rebalancer": rebalancer }), &[("/rebalancer/every", "must be between 1s and 1d")]);
    let late = json!([{ "at": "1h" }, { "at": "30m" }]);
    check(&json!({ "addCells": late, "mapping": "ring" }), &[("/addCells/1/at", "in order of time")]);
}

#[test]
fn a_mistake_in_a_cell_is_told_once_for_all_cells() {
    let mut wrong = file(&json!({ "cells": 9 }));
    wrong["cellularApplication"]["cell"]["service"]["taskDefinition"] = json!("wbe");
    let found = problems(&wrong);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].at, "/cellularApplication/cell/service/taskDefinition");
    let mut daemon = file(&json!({}));
    daemon["cellularApplication"]["router"]["requestsPerTask"] = json!("0/s");
    assert_eq!(problems(&daemon)[0].at, "/cellularApplication/router/requestsPerTask");
    let mut taken = file(&json!({}));
    taken["clusters"] = json!([{ "clusterName": "app-cell-2" }]);
    assert!(problems(&taken)[0].message.contains("two clusters are called `app-cell-2`"), "{:#?}", problems(&taken));
}

#[test]
fn what_does_nothing_is_warned_of() {
    check(&json!({ "migration": { "atOnce": 3 } }), &[("/migration", "customers move only with")]);
    check(&json!({ "addCells": [{ "at": "1h" }] }), &[("/addCells", "stays empty")]);
    let each = json!({ "lookup": "eachRequest", "refresh": "5s" });
    check(&json!({ "map": each }), &[("/map/refresh", "each request")]);
    let late = json!([{ "count": 2, "rate": "1/s" }, { "name": "new", "rate": "1/s", "joinsAt": "3h" }]);
    check(&json!({ "customers": late }), &[("/customers/1/joinsAt", "after the end of the run")]);
}

#[test]
fn a_table_outage_needs_a_table() {
    let mut without = file(&json!({}));
    without.as_object_mut().unwrap().remove("cellularApplication");
    without["faults"] = json!([{ "name": "out", "at": "1h", "for": "5m", "mapTableOutage": {} }]);
    let found = problems(&without);
    assert!(found.iter().any(|one| one.at == "/faults/0/mapTableOutage" && one.message.contains("map table")));
}
