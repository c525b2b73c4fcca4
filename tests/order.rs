//! Chance goes by name: the order of the lists of a file changes no number, and neither does a fault that breaks
//! nothing, wherever it stands. (`fullMap` deals clusters to cells in the order of the file, as its page says.)

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod shipped;
#[path = "shared/shuffled.rs"]
mod shuffled;

use evenkeel::internals::experiment::replicate::{self, Options};
use serde_json::{Value, json};

fn numbers(file: &Value) -> Value {
    let options = Options { replications: 2, ..Options::default() };
    let summary = replicate::run(&shipped::plan_of(file), &[], &options, &()).summary;
    shuffled::numbers(&serde_json::to_value(summary).unwrap())
}

fn same(name: &str, what: &str, one: &Value, other: &Value) {
    let found = shuffled::differences(one, other);
    assert!(found.is_empty(), "{name}, {what}:\n{}", found.join("\n"));
}

#[test]
fn shipped_scenarios_give_the_same_numbers_in_any_order_and_with_idle_faults() {
    for name in shipped::names() {
        let file = shipped::written(&name);
        let as_written = numbers(&file);
        same(&name, "lists turned round", &as_written, &numbers(&shuffled::turned(&file)));
        same(&name, "idle faults added", &as_written, &numbers(&shuffled::with_idle(&file)));
    }
}

/// A cell that refuses a share of launches draws by the name of the fault, not by its row.
#[test]
fn an_idle_fault_before_a_drawn_one_changes_nothing() {
    let mut file = shipped::written("cell-outage");
    file["objectives"] = json!([]);
    file["faults"] = json!([
        { "name": "half", "at": "30m", "for": "2h", "cellOutage": { "cell": "cell-1", "share": 0.5 } },
        { "name": "crashes", "at": "40m", "taskCrash": { "count": 30 } },
    ]);
    let as_written = numbers(&file);
    let failed = as_written["controlPlane"][0]["launches"]["failed"].clone();
    assert!(as_written["losses"].as_array().unwrap().len() > 1, "{failed}: something was lost");
    same("cell-outage", "idle faults added", &as_written, &numbers(&shuffled::with_idle(&file)));
    same("cell-outage", "lists turned round", &as_written, &numbers(&shuffled::turned(&file)));
}
