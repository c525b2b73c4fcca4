//! Faults that follow others in the swarm: of which, how much later, and for how long.

use crate::dice::Dice;
use serde_json::{Value, json};

/// Kinds that begin in all cells of a Region together, so that others can follow them.
const LEADERS: [&str; 7] = [
    "zonePowerLoss",
    "zoneGrey",
    "insufficientCapacity",
    "imageRegistryDown",
    "networkCutZone",
    "linkCut",
    "dependencyLoss",
];

/// Followers for one scenario in two, with dice of its own, so that the other rolls stay as they are.
pub(crate) fn add(seed: u64, calm: bool, file: &mut Value) {
    let mut dice = Dice::new(seed ^ 0xF011);
    if !dice.one_in(2) {
        return;
    }
    let services: Vec<String> = services(file);
    let faults = file["faults"].as_array_mut().unwrap();
    let mut leaders: Vec<String> = faults
        .iter()
        .filter(|fault| LEADERS.iter().any(|kind| fault.get(kind).is_some()))
        .map(|fault| fault["name"].as_str().unwrap().to_owned())
        .collect();
    if leaders.is_empty() {
        return;
    }
    for row in 0..dice.between(1, 3) {
        let mut fault = match dice.below(4) {
            0 => json!({ "insufficientCapacity": {} }),
            1 => json!({ "insufficientCapacity": { "failShare": [{ "at": "0s", "share": 0.9 },
                { "at": "60s", "share": 0.3 }] } }),
            2 => json!({ "taskCrash": { "service": dice.pick(&services), "share": 0.4 } }),
            _ => json!({ "imageRegistryDown": { "failShare": 0.5 } }),
        };
        let name = format!("follower {row}");
        fault["name"] = json!(name);
        fault["after"] = json!(dice.pick(&leaders));
        dice.perhaps(2, &mut fault, "delay", |dice| json!(dice.span(200)));
        if fault.get("taskCrash").is_none() {
            fault["for"] = if calm || dice.one_in(2) { json!(dice.span(300)) } else { dice.law(300) };
            // What follows may be followed.
            leaders.push(name);
        }
        faults.push(fault);
    }
}

/// Services of the file, as faults name them.
fn services(file: &Value) -> Vec<String> {
    let clusters = file["clusters"].as_array().unwrap().iter();
    let of = |cluster: &Value| -> Vec<String> {
        let name = cluster["clusterName"].as_str().unwrap().to_owned();
        let list = cluster["services"].as_array().into_iter().flatten();
        list.map(|one| format!("{name}/{}", one["serviceName"].as_str().unwrap())).collect()
    };
    let all: Vec<String> = clusters.flat_map(of).collect();
    assert!(!all.is_empty(), "a scenario without a service");
    all
}
