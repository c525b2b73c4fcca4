//! Changes of the ECS control plane: a bad one breaks what it has reached of a cell's API, scheduler or capacity, and
//! no more (A deep dive into resilience and availability on Amazon ECS; Automating safe, hands-off deployments).

use crate::world::{check, check_within, run, service, watch, world};
use evenkeel::internals::engine::Time;
use evenkeel::internals::metrics::summary::{ChangeRow, Summary};
use evenkeel::internals::model::fact::{Fact, PlaneFact};
use serde_json::{Value, json};

/// Two cells with a cluster each; a stream of calls to each, ten a second; this change of the control plane after an
/// hour.
pub(crate) fn plane(duration: &str, change: &Value, parts: &Value) -> Value {
    let network = json!({ "awsvpcConfiguration": { "subnets": ["subnet-1"] } });
    let cluster = |row: usize| {
        json!({ "clusterName": format!("c{row}"), "capacityProviders": ["FARGATE"],
                "services": [service("web", 6, 3, &json!({}))],
                "runTasks": [{ "name": "jobs", "taskDefinition": "web", "launchType": "FARGATE", "rate": "10/s",
                    "lives": { "constant": "5s" }, "networkConfiguration": network }] })
    };
    let mut one = json!({ "name": "new", "at": "1h", "controlPlane": "us-east-1" });
    one.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let mut all = json!({
        "regions": [{ "name": "us-east-1", "zones": [{ "id": "z1" }, { "id": "z2" }, { "id": "z3" }],
            "controlPlane": { "cells": 2, "peakRequests": "600/s", "otherCalls": "8/s", "router": { "mapping": "fullMap", "map": { "c1": "cell-1", "c2": "cell-2" } } } }],
        "clusters": [cluster(1), cluster(2)], "changes": [one],
        "behaviour": [{ "family": "web", "start": { "constant": "2s" }, "stop": { "constant": "1s" } }],
        "detection": { "loss": { "constant": "20s" } },
    });
    all.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    world(duration, all)
}

fn the_change(summary: &Summary) -> &ChangeRow {
    assert_eq!(summary.changes.len(), 1);
    &summary.changes[0]
}

#[test]
fn calls_are_refused_in_the_share_that_is_reached() {
    // One of ten hosts of cell 1, half of whose answers are errors, for an hour.
    let change = json!({ "defect": { "errors": { "share": 0.5 } }, "found": { "constant": "1h" },
        "pipeline": { "takes": "1m", "stages": [{ "what": "oneBox", "bake": "5h" }, { "what": "everywhere" }] } });
    let summary = run(&plane("4h", &change, &json!({})), 1);
    let row = the_change(&summary);
    assert_eq!(row.outcome, "rolledBack");
    check("found an hour after it runs", row.detect_seconds.unwrap().mean, 3_660.0, 1e-6);
    check("a minute to go back", row.rollback_seconds.unwrap().mean, 60.0, 1e-6);
    check("a tenth of one of two cells", row.reached_share.mean, 0.05, 1e-9);
    // A tenth of ten calls a second, and of four other calls, for 61 minutes.
    let truth = (1.0 + 0.4) * 3_660.0;
    check_within("calls that meet it", row.exposed_requests.mean, (0.9 * 3_660.0_f64).sqrt(), truth, 0.1 * truth);
    // Half of the tenth is refused, and called again: 1.0526 tries for each call.
    let retries = summary.control_plane[0].router.retries.unwrap().mean;
    let truth: f64 = 10.0 * 3_660.0 * 0.05 / 0.95;
    check_within("calls that come again", retries, truth.sqrt(), truth, 0.1 * truth);
    let lost = |cell: usize| summary.control_plane[0].cells[cell].launches.failed.mean;
    // Lost are those that are refused three times; a handful.
    assert!(lost(0) <= 20.0 && lost(1) == 0.0, "the other cell never sees it: {} {}", lost(0), lost(1));
}

#[test]
fn a_scheduler_that_stands_still_leaves_running_tasks_alone() {
    let change = json!({ "defect": { "stopsScheduling": {} }, "onlyInUnit": "cell-2", "found": { "constant": "30m" },
        "pipeline": { "takes": "1m", "duringFaults": true, "stages": [{ "what": "everywhere", "bake": "2h" }] } });
    let crash = |cluster: &str| json!({ "name": format!("crash {cluster}"), "at": "1h10m", "taskCrash": { "service": format!("{cluster}/web"), "count": 2 } });
    let parts = json!({ "faults": [crash("c1"), crash("c2")] });
    let summary = run(&plane("4h", &change, &parts), 1);
    assert_eq!(the_change(&summary).outcome, "rolledBack");
    let full = |place: usize| summary.faults[place].full_strength_seconds.unwrap().mean;
    check("where the scheduler acts: noticed within a second, started in 2", full(0), 2.5, 0.6);
    // Found at 1:31, back at 1:32; what was refused is tried again within half a minute.
    let waits = full(1);
    assert!((22.0 * 60.0..22.0 * 60.0 + 33.0).contains(&waits), "two tasks wait until it is taken back: {waits}");
    let web = summary.services.iter().find(|row| row.service == "c2/web").unwrap();
    assert_eq!(web.running.min.mean, 4.0, "the other four run on");
}

#[test]
fn capacity_falls_by_the_part_that_is_reached() {
    let change = json!({ "defect": { "slower": { "capacity": 0.4 } },
        "pipeline": { "takes": "1m", "stages": [{ "what": "oneBox", "bake": "10m" },
            { "what": "zones", "zoneBake": "10m", "bake": "10m" }, { "what": "everywhere" }] } });
    let mut file = plane("4h", &change, &json!({}));
    let plane = &mut file["regions"][0]["controlPlane"];
    (plane["peakRequests"], plane["otherCalls"]) = (json!("120/s"), json!("0/s"));
    let (diary, summary) = watch(&file);
    assert_eq!(the_change(&summary).outcome, "completed", "nothing watches");
    let rate = |(at, fact): &(Time, Fact)| match fact {
        Fact::Plane(PlaneFact::Rate { cell, rate }) if cell.0 == 0 && at.as_secs_f64() > 0.0 => {
            Some(*rate as f64 / 1e9)
        }
        _ => None,
    };
    let found: Vec<f64> = diary.0.iter().filter_map(rate).collect();
    // 120/s over two cells, pre-scaled to 150 %: 90/s each; one host of ten, one, two and three zones of three.
    let truth: Vec<f64> = [0.1, 1.0 / 3.0, 2.0 / 3.0, 1.0].iter().map(|part| 90.0 * (1.0 - 0.6 * part)).collect();
    assert_eq!(found.len(), truth.len(), "{found:?}");
    for (found, truth) in found.iter().zip(&truth) {
        check("capacity of the cell", *found, *truth, 1e-3);
    }
}

#[test]
fn one_box_is_seen_apart_where_the_cell_as_a_whole_looks_well() {
    let rule = json!({ "threshold": 0.1, "period": 60, "evaluationPeriods": 3, "datapointsToAlarm": 3 });
    let outcome = |alarm: &str| {
        let mut pipeline =
            json!({ "takes": "1m", "stages": [{ "what": "oneBox", "bake": "30m" }, { "what": "everywhere" }] });
        pipeline[alarm] = rule.clone();
        let change = json!({ "defect": { "errors": { "share": 0.3 } }, "pipeline": pipeline });
        let summary = run(&plane("3h", &change, &json!({})), 1);
        let row = the_change(&summary);
        (row.outcome.clone(), row.reached_share.mean)
    };
    // A tenth of the cell fails three times of ten: 3 % of all, 30 % of what the box answers.
    let (how, reached) = outcome("oneBoxAlarm");
    assert_eq!(how, "rolledBack");
    check("no further than the box", reached, 0.05, 1e-9);
    let (_, reached) = outcome("unitAlarm");
    assert_eq!(reached, 1.0, "averages hide it");
}

#[test]
fn the_fleet_is_seen_together() {
    // Three services, one of which fails: a ninth of all requests with a third of its own.
    let names = ["a", "b", "c"];
    let services: Vec<Value> = names.iter().map(|name| service(name, 3, 3, &json!({}))).collect();
    let traffic = |name: &&str| {
        json!({ "service": format!("shop/{name}"), "rate": "9/s", "requestsPerTask": "20/s",
        "loadBalancer": { "deregistrationDelay": "0s" } })
    };
    let outcome = |threshold: f64| {
        let alarm = json!({ "threshold": threshold, "period": 60, "evaluationPeriods": 3 });
        let file = world(
            "4h",
            json!({ "regions": crate::world::zones(3, &json!({})),
            "clusters": crate::world::shop(&services), "traffic": names.iter().map(traffic).collect::<Vec<_>>(),
            "behaviour": [{ "family": "web", "start": { "constant": "2s" }, "stop": { "constant": "1s" } }],
            "changes": [{ "name": "new", "at": "1h", "services": ["shop/a", "shop/b", "shop/c"], "onlyInUnit": "shop/b",
                "defect": { "errors": { "share": 0.3 } },
                "pipeline": { "stages": [{ "what": "units", "count": 2, "bake": "30m" }, { "what": "everywhere" }],
                    "fleetAlarm": alarm } }] }),
        );
        the_change(&run(&file, 1)).outcome.clone()
    };
    assert_eq!(outcome(0.09), "rolledBack", "0.3 of a third is a tenth");
    assert_eq!(outcome(0.11), "completed");
}
