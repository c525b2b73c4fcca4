//! Control planes of the swarm: cells, what they can do, and who is in which.

use crate::dice::Dice;
use serde_json::{Value, json};

/// A control plane for one scenario in three, with dice of its own, so that the other rolls stay as they are.
pub(crate) fn add(seed: u64, calm: bool, file: &mut Value) {
    let mut dice = Dice::new(seed ^ 0xCE11);
    if !dice.one_in(3) {
        return;
    }
    let seconds: u64 = file["duration"].as_str().unwrap().trim_end_matches('s').parse().unwrap();
    for cluster in file["clusters"].as_array_mut().unwrap() {
        let late = dice.one_in(6) && !calm;
        dice.perhaps(if late { 1 } else { 1_000_000 }, cluster, "createdAt", |dice| {
            json!(format!("{}s", dice.below(seconds)))
        });
    }
    let names: Vec<String> = file["clusters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cluster| cluster["clusterName"].as_str().unwrap().to_owned())
        .collect();
    file["regions"][0]["controlPlane"] = roll(&mut dice, calm, &names);
    let mut cells = file["regions"][0]["controlPlane"]["cells"].as_u64().unwrap();
    cells += grow(seed, file, if calm { 1_800 } else { seconds });
    for row in 0..dice.below(4) {
        let fault = fault(&mut dice, row, if calm { 1_800 } else { seconds }, cells, &names, calm);
        file["faults"].as_array_mut().unwrap().push(fault);
    }
}

/// Cells that are added to two control planes of five, with dice of their own; gives back how many.
fn grow(seed: u64, file: &mut Value, last: u64) -> u64 {
    let mut dice = Dice::new(seed ^ 0x6_4201);
    let early = file["clusters"].as_array().unwrap().iter().filter(|cluster| cluster["createdAt"].is_null());
    let names: Vec<String> = early.map(|cluster| cluster["clusterName"].as_str().unwrap().to_owned()).collect();
    let plane = &mut file["regions"][0]["controlPlane"];
    let router = plane["router"].clone();
    let (mut at, mut added) = (0, Vec::new());
    for _ in 0..dice.below(5).saturating_sub(2) {
        at += 1 + dice.below(last / 2);
        let mut row = json!({ "at": format!("{at}s") });
        if router["mapping"] == "fullMap" {
            let free = names.iter().filter(|name| router["pins"][*name].is_null() && dice.one_in(2));
            row["clusters"] = free.cloned().collect();
        }
        if at < last {
            added.push(row);
        }
    }
    let count = added.len() as u64;
    if count > 0 {
        plane["addCells"] = added.into();
        dice.perhaps(2, plane, "migration", |dice| json!({ "atOnce": dice.between(1, 4) }));
    }
    count
}

/// Cells whose tests fail are emptied, in a third of the scenarios that have a control plane of their own; one of their
/// cells answers badly for a while.
pub(crate) fn add_acts(seed: u64, calm: bool, file: &mut Value) {
    let mut dice = Dice::new(seed ^ 0xE7AC);
    if !dice.one_in(3) {
        return;
    }
    let seconds: u64 = file["duration"].as_str().unwrap().trim_end_matches('s').parse().unwrap();
    let last = if calm { 1_200.min(seconds) } else { seconds };
    let mut found = Vec::new();
    for region in file["regions"].as_array_mut().unwrap() {
        let name = region["name"].clone();
        let Some(plane) = region.get_mut("controlPlane").filter(|plane| plane.is_object()) else { continue };
        let mut block =
            json!({ "every": dice.span(90), "above": dice.pick(&[0.05, 0.4]), "tests": dice.between(1, 4) });
        dice.perhaps(2, &mut block, "backAfter", |dice| json!(dice.span(600)));
        plane["evacuation"] = block;
        let cell = dice.between(1, plane["cells"].as_u64().unwrap_or(1));
        found.push(json!({ "name": format!("ill cell of {name}"), "for": dice.span(900),
            "at": format!("{}s", dice.below(last)), "cellOutage": {
                "cell": format!("{}/cell-{cell}", name.as_str().unwrap()), "share": dice.pick(&[0.3, 0.8]) } }));
    }
    file["faults"].as_array_mut().unwrap().extend(found);
}

/// A fault of the control plane that comes once or, unless all is to end well, again and again.
fn fault(dice: &mut Dice, row: u64, last: u64, cells: u64, names: &[String], calm: bool) -> Value {
    let cell = |dice: &mut Dice| json!(format!("cell-{}", dice.between(1, cells)));
    let kind = dice.pick(&[
        "cellOutage",
        "routerOutage",
        "mapSourceOutage",
        "controlPlaneZoneLoss",
        "controlPlaneThrottle",
        "poisonCustomer",
    ]);
    let mut spec = json!({});
    match kind {
        "cellOutage" => {
            dice.perhaps(2, &mut spec, "cell", cell);
            dice.perhaps(4, &mut spec, "share", |dice| json!(dice.pick(&[0.2, 0.9])));
        }
        "controlPlaneThrottle" => {
            dice.perhaps(2, &mut spec, "cell", cell);
            spec["rate"] = json!(dice.pick(&["0/s", "0.1/s", "5/s"]));
            dice.perhaps(3, &mut spec, "share", |dice| json!(dice.pick(&[0.5, 1.0])));
        }
        "poisonCustomer" => spec["cluster"] = json!(dice.pick(names)),
        _ => {}
    }
    let mut fault = json!({ "name": format!("{kind} of the plane {row}"), "for": dice.span(600) });
    fault[kind] = spec;
    if !calm && dice.one_in(3) {
        fault["every"] = dice.law(1_800);
    } else {
        fault["at"] = json!(format!("{}s", dice.below(last)));
    }
    fault
}

fn roll(dice: &mut Dice, calm: bool, names: &[String]) -> Value {
    let cells = dice.between(1, 4);
    let mut plane = json!({ "cells": cells, "router": router(dice, names, cells) });
    dice.perhaps(2, &mut plane, "peakRequests", |dice| {
        // What is to end well needs time for its launches.
        json!(dice.pick(if calm { &["30/s", "500/s"] } else { &["20/min", "500/s"] }))
    });
    dice.perhaps(3, &mut plane, "prescaledPercent", |dice| json!(dice.between(if calm { 100 } else { 50 }, 300)));
    dice.perhaps(3, &mut plane, "queue", |dice| json!(dice.span(20)));
    dice.perhaps(3, &mut plane, "growsAfter", |dice| json!(dice.span(300)));
    dice.perhaps(3, &mut plane, "otherCalls", |dice| json!(dice.pick(&["1/min", "1/s", "10/s"])));
    dice.perhaps(2, &mut plane, "restart", |dice| {
        json!({ "base": dice.span(120), "clustersPerSecond": dice.between(1, 50), "tasksPerSecond": dice.between(1, 999) })
    });
    dice.perhaps(2, &mut plane, "costs", |dice| {
        let mut cost = || dice.below(4) as f64 / 2.0;
        json!({ "launch": cost(), "stop": cost(), "stateChange": cost(), "reconcile": cost() })
    });
    plane
}

fn router(dice: &mut Dice, names: &[String], cells: u64) -> Value {
    let mapping = dice.pick(&["fullMap", "hash", "ring", "shuffleShard"]);
    let mut router = json!({ "mapping": mapping });
    let rows = |dice: &mut Dice| {
        let some: Vec<&String> = names.iter().filter(|_| dice.one_in(2)).collect();
        let row = |name: &&String| ((*name).clone(), json!(format!("cell-{}", dice.between(1, cells))));
        Value::Object(some.iter().map(row).collect())
    };
    dice.perhaps(3, &mut router, "pins", rows);
    dice.perhaps(3, &mut router, "refresh", |dice| json!(dice.span(60)));
    if mapping == "fullMap" {
        dice.perhaps(2, &mut router, "map", rows);
    }
    if mapping == "shuffleShard" {
        let workers = dice.between(1, 12);
        router["workers"] = json!(workers);
        router["shardSize"] = json!(dice.between(1, workers));
    }
    router
}
