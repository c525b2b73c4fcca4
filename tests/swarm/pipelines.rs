//! Pipelines in the swarm: stages of all kinds over some services, or over the cells of a control plane.

use crate::dice::Dice;
use serde_json::{Value, json};

/// A pipeline for one scenario in four, with dice of its own, so that the other rolls stay as they are.
pub(crate) fn add(seed: u64, calm: bool, file: &mut Value) {
    let mut dice = Dice::new(seed ^ 0x91BE);
    if !dice.one_in(4) {
        return;
    }
    let seconds: u64 = file["duration"].as_str().unwrap().trim_end_matches('s').parse().unwrap();
    let traffic: Vec<String> = file["traffic"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|traffic| traffic["service"].as_str().unwrap().to_owned())
        .collect();
    let mut names = Vec::new();
    for cluster in file["clusters"].as_array().unwrap() {
        let assignment = cluster["clusterName"].as_str().unwrap();
        for service in cluster["services"].as_array().into_iter().flatten() {
            let strategy = service.pointer("/deploymentConfiguration/strategy");
            let rolls = strategy.is_none_or(|strategy| strategy == "ROLLING");
            if service["schedulingStrategy"] != "DAEMON" && rolls {
                names.push(format!("{assignment}/{}", service["serviceName"].as_str().unwrap()));
            }
        }
    }
    let plane = file["regions"][0].get("controlPlane").is_some() && dice.one_in(2);
    if names.is_empty() && !plane {
        return;
    }
    names.truncate(dice.between(1, 5) as usize);
    let mut stages = Vec::new();
    if dice.one_in(2) {
        stages.push(json!({ "what": "oneBox", "bake": bake(&mut dice), "requests": dice.below(2_000) }));
    }
    if dice.one_in(2) {
        stages.push(json!({ "what": "zones", "zoneBake": bake(&mut dice), "bake": bake(&mut dice) }));
    }
    let units =
        if plane { file["regions"][0]["controlPlane"]["cells"].as_u64().unwrap_or(1) } else { names.len() as u64 };
    if units > 1 || stages.last().is_none_or(|stage| stage["what"] != "zones") {
        stages.push(json!({ "what": "everywhere", "bake": bake(&mut dice), "atOnce": dice.between(1, 3) }));
    }
    let mut pipeline = json!({ "stages": stages, "duringFaults": dice.one_in(2) });
    let watched = plane || names.iter().all(|name| traffic.contains(name));
    for key in ["unitAlarm", "oneBoxAlarm", "fleetAlarm"] {
        if watched && !(plane && key == "fleetAlarm") {
            dice.perhaps(3, &mut pipeline, key, |_| json!({ "threshold": 0.05, "evaluationPeriods": 2 }));
        }
    }
    let mut change =
        json!({ "name": "staged", "at": format!("{}s", dice.below(seconds.min(3_600))), "pipeline": pipeline });
    if plane {
        change["controlPlane"] = file["regions"][0]["name"].clone();
    } else {
        change["services"] = json!(names);
    }
    if dice.one_in(4) {
        change.as_object_mut().unwrap().remove("at");
        change["every"] = json!({ "exponential": { "mean": "15m" } });
    }
    if !calm && dice.one_in(2) {
        spoil(&mut dice, plane, &mut change);
    }
    if !file["changes"].is_array() {
        file["changes"] = json!([]);
    }
    file["changes"].as_array_mut().unwrap().push(change);
}

/// A bad revision, which somebody may find.
fn spoil(dice: &mut Dice, plane: bool, change: &mut Value) {
    change["defect"] = match (plane, dice.below(3)) {
        (true, 0) => json!({ "stopsScheduling": { "share": 0.6 } }),
        (false, 0) => json!({ "neverStarts": {} }),
        (_, 1) => json!({ "slower": { "capacity": 0.5 } }),
        _ => json!({ "errors": { "share": 0.3 } }),
    };
    dice.perhaps(2, change, "found", |_| json!({ "exponential": { "mean": "20m" } }));
}

fn bake(dice: &mut Dice) -> String {
    format!("{}m", dice.below(20))
}

/// Regions far away, for a third of the pipelines: their services, or their control planes, are changed with the
/// others.
pub(crate) fn add_regions(seed: u64, calm: bool, file: &mut Value) {
    let mut dice = Dice::new(seed ^ 0xFA2);
    let changes = file.get_mut("changes").and_then(Value::as_array_mut);
    let Some(change) = changes.and_then(|all| all.iter_mut().find(|one| one["name"] == "staged")) else { return };
    let of_services = change["services"].is_array();
    if !dice.one_in(3) {
        return;
    }
    let mut change = std::mem::take(change);
    if !of_services {
        let assignment = change.as_object_mut().unwrap().remove("controlPlane").unwrap();
        change["controlPlanes"] = json!([assignment]);
    }
    let mut stages = change["pipeline"]["stages"].as_array().unwrap().clone();
    stages.retain(|stage| stage["what"] != "everywhere");
    let regions = dice.between(1, 2);
    // With `zones` a home of one unit is done.
    if regions == 2 && dice.one_in(2) {
        stages.push(json!({ "what": "regions", "bake": bake(&mut dice), "requests": dice.below(2_000) }));
    }
    stages.push(json!({ "what": "everywhere", "bake": bake(&mut dice), "atOnce": dice.between(1, 2) }));
    change["pipeline"]["stages"] = json!(stages);
    file["taskDefinitions"].as_array_mut().unwrap().push(json!({ "family": "far", "cpu": "256", "memory": "512",
        "networkMode": "awsvpc", "containerDefinitions": [{ "name": "far", "image": "far:1" }] }));
    for fault in file["faults"].as_array_mut().unwrap() {
        for kind in ["cellOutage", "controlPlaneThrottle"] {
            if let Some(cell) = fault.pointer_mut(&format!("/{kind}/cell")) {
                *cell = json!(format!("us-east-1/{}", cell.as_str().unwrap()));
            }
        }
    }
    for place in 1..=regions {
        let region = region(&mut dice, calm, place, file, &mut change);
        let service = json!({ "serviceName": "far", "taskDefinition": "far", "launchType": "FARGATE",
            "desiredCount": dice.between(1, 5),
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-far-a", "subnet-far-b"] } } });
        let cluster = json!({ "clusterName": region, "region": region, "services": [service],
            "capacityProviders": ["FARGATE"] });
        file["clusters"].as_array_mut().unwrap().push(cluster);
    }
    let all = file["changes"].as_array_mut().unwrap();
    let row = all.iter().position(Value::is_null).unwrap();
    all[row] = change;
}

/// A Region with traffic, which is changed, too; its zones or tasks may be lost.
fn region(dice: &mut Dice, calm: bool, place: u64, file: &mut Value, change: &mut Value) -> String {
    let name = format!("far-{place}");
    let zones: Vec<Value> = (1..=dice.between(1, 3)).map(|zone| json!({ "id": format!("{name}-z{zone}") })).collect();
    let mut row = json!({ "name": name, "zones": zones });
    if change["controlPlanes"].is_array() {
        row["controlPlane"] = json!({ "cells": dice.between(1, 3), "peakRequests": "90/s" });
        change["controlPlanes"].as_array_mut().unwrap().push(json!(name));
    } else {
        change["services"].as_array_mut().unwrap().push(json!(format!("{name}/far")));
    }
    file["regions"].as_array_mut().unwrap().push(row);
    let traffic = json!({ "service": format!("{name}/far"), "rate": "4/s", "requestsPerTask": "2/s" });
    file["traffic"].as_array_mut().unwrap().push(traffic);
    if !calm && dice.one_in(2) {
        let mut fault = json!({ "name": format!("{name} fails"), "at": format!("{}s", dice.below(3_000)),
            "for": format!("{}s", dice.between(1, 1_500)) });
        if dice.one_in(2) {
            fault["zonePowerLoss"] = json!({ "zone": format!("{name}-z1") });
        } else {
            fault["taskCrash"] = json!({ "service": format!("{name}/far"), "share": 1.0 });
        }
        file["faults"].as_array_mut().unwrap().push(fault);
    }
    name
}
