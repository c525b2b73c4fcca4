//! Customers' own cells in the swarm: how many, how they are found, who moves and when.

use crate::dice::Dice;
use serde_json::{Value, json};

/// An application for one scenario in four, with dice of its own, so that the other rolls stay as they are.
pub(crate) fn add(seed: u64, calm: bool, file: &mut Value) {
    let mut dice = Dice::new(seed ^ 0xA991);
    if !dice.one_in(4) {
        return;
    }
    let seconds: u64 = file["duration"].as_str().unwrap().trim_end_matches('s').parse().unwrap();
    let last = if calm { 1_200.min(seconds) } else { seconds };
    let definition = json!({ "family": "celled", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
        "containerDefinitions": [{ "name": "celled", "image": "celled:1" }] });
    file["taskDefinitions"].as_array_mut().unwrap().push(definition);
    let block = roll(&mut dice, last);
    let cells = block["cells"].as_u64().unwrap();
    file["cellularApplication"] = block;
    for row in 0..dice.below(4) {
        let fault = fault(&mut dice, row, last, cells, calm);
        file["faults"].as_array_mut().unwrap().push(fault);
    }
}

/// Operators act on alarms of its cells, in half of the scenarios that have some.
pub(crate) fn add_acts(seed: u64, calm: bool, file: &mut Value) {
    let mut dice = Dice::new(seed ^ 0x3CE1);
    let Some(cells) = file["cellularApplication"]["cells"].as_u64().filter(|_| dice.one_in(2)) else { return };
    let seconds: u64 = file["duration"].as_str().unwrap().trim_end_matches('s').parse().unwrap();
    let last = if calm { 1_200.min(seconds) } else { seconds };
    let all = cells + file["cellularApplication"]["addCells"].as_array().map_or(0, |added| added.len() as u64);
    if file["alarms"].is_null() {
        file["alarms"] = json!([]);
    }
    let names: Vec<String> = (1..=all).map(|cell| format!("own cell {cell}")).collect();
    for (name, cell) in names.iter().zip(1..) {
        let ignore = dice.pick(&["missing", "ignore", "notBreaching", "breaching"]);
        file["alarms"].as_array_mut().unwrap().push(
            json!({ "AlarmName": name, "Service": format!("own-cell-{cell}/web"),
            "MetricName": "ErrorRate", "Period": 60, "EvaluationPeriods": dice.between(1, 2), "Threshold": 0.05,
            "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": ignore }),
        );
    }
    let reserved = (dice.one_in(2) && cells > 1).then(|| format!("cell-{}", dice.between(1, cells)));
    if dice.one_in(2) {
        let searched: Vec<&String> = names
            .iter()
            .filter(|name| reserved.as_ref().is_none_or(|cell| !name.ends_with(&cell[4..].replace('-', " "))))
            .collect();
        let mut block = json!({ "alarms": searched, "after": dice.span(300) });
        if let Some(cell) = &reserved {
            block["cell"] = json!(cell);
        }
        comes_back(seed, &names, &mut block);
        file["cellularApplication"]["quarantine"] = block;
        for row in 0..dice.between(1, 2) {
            let customer = dice.pick(&["small-1", "small-2", "large"]);
            let fault = json!({ "name": format!("poison of the application {row}"), "for": dice.span(900),
                "at": format!("{}s", dice.below(last)),
                "poisonCustomer": { "customer": customer, "errors": dice.pick(&[0.2, 0.7, 1.0]) } });
            file["faults"].as_array_mut().unwrap().push(fault);
        }
    }
    if dice.one_in(3) {
        return;
    }
    let quarantine = &file["cellularApplication"]["quarantine"];
    let reserved = reserved.filter(|_| !quarantine.is_null());
    let is_of = |name: &&String| reserved.as_ref().is_none_or(|cell| !name.ends_with(&cell[4..].replace('-', " ")));
    let alarms = names.iter().filter(is_of).collect::<Vec<_>>();
    let mut block = json!({ "alarms": alarms, "after": dice.span(200), "cellsAtOnce": dice.between(1, 2),
        "fillTo": dice.pick(&[0.4, 0.8, 1.0]) });
    dice.perhaps(2, &mut block, "pace", |dice| json!(format!("{}/min", dice.between(1, 90))));
    dice.perhaps(2, &mut block, "backAfter", |dice| json!(dice.span(600)));
    file["cellularApplication"]["evacuation"] = block;
}

/// Half of them block whom they find, and half let him back. Dice of their own leave the other rolls as they are.
fn comes_back(seed: u64, names: &[String], block: &mut Value) {
    let mut dice = Dice::new(seed ^ 0x9A7E);
    if dice.one_in(2) {
        block["action"] = json!("drop");
        block.as_object_mut().unwrap().remove("cell");
    }
    if dice.one_in(2) {
        return;
    }
    if dice.one_in(2) {
        // Those of the quarantine cell as well, where it is one of these.
        block["alarms"] = json!(names);
    }
    block["backAfter"] = json!(format!("{}s", dice.between(1, 900)));
    dice.perhaps(2, block, "backPace", |dice| json!(format!("{}/min", dice.between(1, 9))));
    dice.perhaps(2, block, "backTimes", |dice| json!(dice.between(1, 4)));
}

fn fault(dice: &mut Dice, row: u64, last: u64, cells: u64, calm: bool) -> Value {
    let crash = |service: String| json!({ "taskCrash": { "service": service, "share": 1.0 } });
    let mut fault = match dice.below(4) {
        0 => crash("own-router/router".to_owned()),
        1 => crash(format!("own-cell-{}/web", dice.between(1, cells))),
        2 => json!({ "dependencyLoss": { "dependency": "map" } }),
        _ => json!({ "mapTableOutage": {} }),
    };
    fault["name"] = json!(format!("of the application {row}"));
    fault["for"] = json!(dice.span(600));
    if !calm && dice.one_in(3) && fault.get("taskCrash").is_none() {
        fault["every"] = dice.law(1_800);
    } else {
        fault["at"] = json!(format!("{}s", dice.below(last)));
    }
    fault
}

fn roll(dice: &mut Dice, last: u64) -> Value {
    let cells = dice.between(1, 4);
    let mut block = json!({ "name": "own", "cells": cells, "mapping": dice.pick(&["fullMap", "hash", "ring"]),
        "router": fleet(dice, "router", 900), "cell": fleet(dice, "web", 60), "customers": customers(dice, last) });
    if dice.one_in(2) {
        block["dispatch"] = json!("cachedEndpoint");
        block["clients"] = json!(dice.between(1, 5_000));
        dice.perhaps(2, &mut block, "cacheFor", |dice| json!(dice.span(200)));
    }
    dice.perhaps(3, &mut block, "map", |dice| {
        if dice.one_in(2) { json!({ "lookup": "eachRequest" }) } else { json!({ "refresh": dice.span(60) }) }
    });
    dice.perhaps(
        2,
        &mut block,
        "rebalancer",
        |dice| json!({ "every": dice.span(200), "above": dice.pick(&[0.3, 0.8, 1.0]) }),
    );
    dice.perhaps(
        3,
        &mut block,
        "migration",
        |dice| json!({ "cloneTime": dice.span(100), "atOnce": dice.between(1, 30) }),
    );
    let mut added: Vec<u64> = (0..dice.below(3)).map(|_| 1 + dice.below(last)).collect();
    added.sort_unstable();
    block["addCells"] = added.iter().map(|at| json!({ "at": format!("{at}s") })).collect();
    dice.perhaps(2, &mut block, "overrides", |dice| {
        let cell = |dice: &mut Dice| json!(format!("cell-{}", dice.between(1, cells + added.len() as u64)));
        json!({ "large": cell(dice), "small-2": cell(dice) })
    });
    block
}

fn fleet(dice: &mut Dice, name: &str, per_task: u64) -> Value {
    let subnets: Vec<String> = (0..dice.between(1, 3)).map(|row| format!("own-{row}")).collect();
    json!({ "requestsPerTask": format!("{}/s", dice.between(1, per_task)), "capacityProviders": ["FARGATE"],
        "service": { "serviceName": name, "taskDefinition": "celled", "desiredCount": dice.between(1, 5),
            "launchType": "FARGATE", "networkConfiguration": { "awsvpcConfiguration": { "subnets": subnets } } } })
}

fn customers(dice: &mut Dice, last: u64) -> Value {
    let mut late = json!({ "name": "late", "count": dice.between(1, 9), "rate": "7/s" });
    late["joinsAt"] = json!(format!("{}s", dice.below(last)));
    let small = json!({ "name": "small", "count": dice.between(2, 60), "steps": [
        { "at": "0s", "rate": format!("{}/s", dice.between(0, 300)) },
        { "at": format!("{}s", 1 + dice.below(last)), "rate": format!("{}/s", dice.between(0, 300)) }] });
    json!([small, { "name": "large", "rate": format!("{}/s", dice.between(0, 90)) }, late])
}
