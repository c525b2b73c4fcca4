//! Whose tasks crash: those of a service, of a cluster, of all clusters that a control-plane cell runs.

use crate::world::{service, watch, world, zones};
use evenkeel::{Scenario, Texts};
use serde_json::{Value, json};

/// Four clusters on two cells, two services of ten tasks each.
fn four(crash: &Value) -> Value {
    let cluster = |name: &str| {
        let services = ["x", "y"].map(|name| service(name, 10, 3, &json!({})));
        json!({ "clusterName": name, "capacityProviders": ["FARGATE", "FARGATE_SPOT"], "services": services })
    };
    let clusters = ["a", "b", "c", "d"].map(cluster);
    let mut file = world(
        "2h",
        json!({
            "regions": zones(3, &json!({})),
            "clusters": clusters,
            "behaviour": [{ "family": "web", "start": { "constant": "30s" } }],
            "faults": [{ "name": "crash", "at": "1h", "taskCrash": crash }],
        }),
    );
    file["regions"][0]["controlPlane"] = json!({ "cells": 2,
        "router": { "mapping": "hash", "pins": { "a": "cell-1", "b": "cell-2", "c": "cell-2", "d": "cell-1" } } });
    file
}

/// Tasks that each service lost, by name.
fn lost(file: &Value) -> Vec<(String, f64)> {
    let (_, summary) = watch(file);
    let row = |row: &evenkeel::internals::metrics::summary::ServiceRow| {
        (row.service.clone(), row.stops.values().map(|count| count.mean).sum())
    };
    summary.services.iter().map(row).collect()
}

fn by_cluster(file: &Value) -> [f64; 4] {
    let lost = lost(file);
    ["a/", "b/", "c/", "d/"]
        .map(|cluster| lost.iter().filter(|(name, _)| name.starts_with(cluster)).map(|(_, count)| count).sum())
}

#[test]
fn a_cluster_or_a_cell_crashes_and_no_other() {
    assert_eq!(by_cluster(&four(&json!({ "cluster": "b", "share": 1.0 }))), [0.0, 20.0, 0.0, 0.0]);
    assert_eq!(by_cluster(&four(&json!({ "cell": "cell-2", "share": 1.0 }))), [0.0, 20.0, 20.0, 0.0]);
    assert_eq!(by_cluster(&four(&json!({ "service": "a/x", "share": 1.0 }))), [10.0, 0.0, 0.0, 0.0]);
    // A number of tasks is picked out of all that are meant.
    assert_eq!(by_cluster(&four(&json!({ "cluster": "c", "count": 7 }))), [0.0, 0.0, 7.0, 0.0]);
    let [a, b, c, d] = by_cluster(&four(&json!({ "cell": "cell-1", "count": 9 })));
    assert_eq!((b, c, a + d), (0.0, 0.0, 9.0));
    // The zone narrows it.
    let [a, b, c, d] = by_cluster(&four(&json!({ "cell": "cell-1", "zone": "z1", "share": 1.0 })));
    assert_eq!((b, c), (0.0, 0.0));
    assert!((6.0..=8.0).contains(&a) && (6.0..=8.0).contains(&d), "a third of twenty each: {a} {d}");
}

#[test]
fn with_every_each_task_that_is_meant_has_its_clock() {
    let mut file = four(&json!({ "cell": "cell-2" }));
    let fault = file["faults"][0].as_object_mut().unwrap();
    fault.remove("at");
    fault.insert("every".to_owned(), json!({ "constant": "50m" }));
    // Twice in two hours, each of the twenty tasks of both clusters.
    assert_eq!(by_cluster(&file), [0.0, 40.0, 40.0, 0.0]);
}

#[test]
fn names_are_checked_and_exclude_each_other() {
    for (crash, place, words) in [
        (json!({ "cluster": "e" }), "/cluster", "no cluster is called `e`"),
        (json!({ "cell": "cell-3" }), "/cell", "no control-plane cell is called `cell-3`"),
        (json!({ "service": "a/x", "cluster": "a" }), "", "`service`, `cluster` and `cell` exclude each other"),
        (json!({ "cluster": "a", "cell": "cell-1" }), "", "exclude each other"),
    ] {
        let texts = Texts::one("a.json", four(&crash).to_string());
        let loaded = Scenario::read("a.json", &texts);
        assert!(loaded.scenario.is_none(), "it runs: {crash}");
        let at = format!("/faults/0/taskCrash{place}");
        let told = loaded.problems.list.iter().any(|one| one.at == at && one.message.contains(words));
        assert!(told, "{at} {words}: {:#?}", loaded.problems.list);
    }
}

#[test]
fn a_cell_crashes_with_the_clusters_that_it_runs_by_then() {
    // Cluster `b` has moved to a third cell: it crashes with that one, and with no other.
    let lost_by_b = |cell: &str| {
        let mut file = four(&json!({ "cell": cell, "share": 1.0 }));
        file["regions"][0]["controlPlane"] = json!({ "cells": 2, "router": { "mapping": "fullMap" },
            "addCells": [{ "at": "5m", "clusters": ["b"] }] });
        by_cluster(&file)[1]
    };
    assert_eq!(["cell-1", "cell-2", "cell-3"].map(lost_by_b), [0.0, 0.0, 20.0]);
}
