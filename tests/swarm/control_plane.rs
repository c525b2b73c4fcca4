//! Control planes of the swarm: cells, what they can do, and who is in which.

use crate::dice::Dice;
use serde_json::{Value, json};

/// Whether scenarios of the swarm have control planes. Not yet: the cells of a Region have launch buckets and zone stock
/// of their own, where accounts and zones are shared.
const ON: bool = false;

/// A control plane for one scenario in three, with dice of its own, so that the other rolls stay as they are.
pub(crate) fn add(seed: u64, file: &mut Value) {
    let mut dice = Dice::new(seed ^ 0xCE11);
    if !ON || !dice.one_in(3) {
        return;
    }
    let seconds: u64 = file["duration"].as_str().unwrap().trim_end_matches('s').parse().unwrap();
    for cluster in file["clusters"].as_array_mut().unwrap() {
        dice.perhaps(6, cluster, "createdAt", |dice| json!(format!("{}s", dice.below(seconds))));
    }
    let names: Vec<String> = file["clusters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cluster| cluster["clusterName"].as_str().unwrap().to_owned())
        .collect();
    file["regions"][0]["controlPlane"] = roll(&mut dice, &names);
}

fn roll(dice: &mut Dice, names: &[String]) -> Value {
    let cells = dice.between(1, 4);
    let mut plane = json!({ "cells": cells, "router": router(dice, names, cells) });
    dice.perhaps(2, &mut plane, "peakRequests", |dice| json!(dice.pick(&["20/min", "2/s", "30/s", "500/s"])));
    dice.perhaps(3, &mut plane, "prescaledPercent", |dice| json!(dice.between(50, 300)));
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
