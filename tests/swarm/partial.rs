//! Faults of the swarm that fail a share of tries, the second bucket of the launch path, and cells beyond their test.

use crate::dice::Dice;
use serde_json::{Value, json};

/// Kinds that take `failShare`.
const KINDS: [&str; 4] = ["imageRegistryDown", "insufficientCapacity", "dependencyLoss", "cellOutage"];

/// With dice of its own, so that the other rolls stay as they are.
pub(crate) fn add(seed: u64, calm: bool, file: &mut Value) {
    let mut dice = Dice::new(seed ^ 0xFA_115);
    for fault in file["faults"].as_array_mut().unwrap() {
        for kind in KINDS {
            if fault[kind].is_object() && fault[kind]["dependency"] != "map" && dice.one_in(2) {
                let spec = fault[kind].as_object_mut().unwrap();
                spec.remove("share");
                spec.insert("failShare".to_owned(), share(&mut dice));
            }
        }
    }
    if dice.one_in(3) {
        let region = &mut file["regions"][0];
        if region["fargate"].is_null() {
            region["fargate"] = json!({});
        }
        // What is to end well needs time for its interfaces.
        let rates: &[&str] = if calm { &["8/s", "20/s"] } else { &["1/s", "9/min", "8/s", "0/s"] };
        region["fargate"]["attachRate"] = json!(dice.pick(rates));
        dice.perhaps(2, &mut region["fargate"], "attachBurst", |dice| json!(dice.between(1, 20)));
    }
    let plane = &mut file["regions"][0]["controlPlane"];
    if plane.is_object() && dice.one_in(3) {
        // What is to end well keeps most of its rate.
        let (least, powers): (u64, &[f64]) = if calm { (40, &[0.0, 0.2]) } else { (10, &[0.0, 1.0, 3.0]) };
        let mut tested = json!({ "tasks": dice.between(least, 60), "beyond": dice.pick(powers) });
        dice.perhaps(2, &mut tested, "clusters", |_| json!(1));
        plane["tested"] = tested;
    }
}

/// A number, or a course.
fn share(dice: &mut Dice) -> Value {
    let part = |dice: &mut Dice| json!(dice.pick(&[0.0, 0.05, 0.3, 0.5, 0.9, 1.0]));
    if dice.one_in(2) {
        return part(dice);
    }
    let mut at = if dice.one_in(5) { dice.below(60) } else { 0 };
    let mut steps = Vec::new();
    for _ in 0..dice.between(1, 4) {
        steps.push(json!({ "at": format!("{at}s"), "share": part(dice) }));
        at += dice.between(1, 300);
    }
    steps.into()
}
