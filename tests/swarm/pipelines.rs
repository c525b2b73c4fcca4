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
        let home = cluster["clusterName"].as_str().unwrap();
        for service in cluster["services"].as_array().into_iter().flatten() {
            let strategy = service.pointer("/deploymentConfiguration/strategy");
            let rolls = strategy.is_none_or(|strategy| strategy == "ROLLING");
            if service["schedulingStrategy"] != "DAEMON" && rolls {
                names.push(format!("{home}/{}", service["serviceName"].as_str().unwrap()));
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
