//! What is said of shares that fail, and of settings of the launch path.

use super::{look, said, scenario};
use serde_json::{Value, json};

/// What is said when this fault is in the file.
fn of_fault(spec: &Value) -> (bool, Vec<String>) {
    let mut fault = spec.clone();
    (fault["name"], fault["at"], fault["for"]) = (json!("x"), json!("1h"), json!("30m"));
    let file = scenario(&json!({ "faults": [fault] }));
    (look(&file, 1).1.is_some(), said(&file))
}

#[test]
fn shares_that_make_no_sense_are_refused_in_words() {
    let step = |at: &str, share: f64| json!({ "at": at, "share": share });
    for (share, at, words) in [
        (json!(1.5), "", "must be between 0 and 1, not `1.5`"),
        (json!(-0.1), "", "must be between 0 and 1, not `-0.1`"),
        (json!([]), "", "a course needs a step"),
        (json!([step("0s", 0.5), step("10m", 1.01)]), "/1/share", "must be between 0 and 1, not `1.01`"),
        (json!([step("0s", 0.5), step("10m", 0.2), step("5m", 0.1)]), "/2/at", "the one before it"),
        (json!([step("0s", 0.5), step("0s", 0.2)]), "/1/at", "the one before it"),
        (json!("half"), "", "must be"),
        (json!([{ "at": "0s" }]), "/0", "share"),
    ] {
        for kind in ["imageRegistryDown", "insufficientCapacity", "cellOutage"] {
            let (runs, said) = of_fault(&json!({ kind: { "failShare": share } }));
            let place = format!("Error /faults/0/{kind}/failShare{at}: ");
            assert!(!runs, "{kind} {share} runs");
            assert!(said.iter().any(|line| line.starts_with(&place) && line.contains(words)), "{share}: {said:?}");
        }
    }
    let (runs, said) = of_fault(&json!({ "cellOutage": { "share": 0.5, "failShare": 0.5 } }));
    assert!(!runs && said.iter().any(|line| line.contains("exclude each other")), "{said:?}");
}

#[test]
fn what_is_doubtful_about_a_share_is_said() {
    for (spec, words) in [
        (json!({ "imageRegistryDown": { "failShare": 0 } }), "fails nothing"),
        (json!({ "imageRegistryDown": { "failShare": [{ "at": "5m", "share": 1 }] } }), "nothing fails in the first"),
        (
            json!({ "imageRegistryDown": { "failShare": [{ "at": "0s", "share": 1 }, { "at": "40m", "share": 0 }] } }),
            "after the end of the fault",
        ),
        (json!({ "dependencyLoss": { "dependency": "map", "failShare": 0.5 } }), "`failShare` is not used"),
    ] {
        let (runs, said) = of_fault(&spec);
        assert!(runs && said.iter().any(|line| line.contains(words)), "{spec}: {said:?}");
    }
}

#[test]
fn settings_of_the_launch_path_without_effect_are_said() {
    let region = |fargate: &Value, tested: &Value| {
        let plane = json!({ "cells": 1, "tested": tested });
        let zones = json!([{ "id": "z1" }, { "id": "z2" }, { "id": "z3" }]);
        json!([{ "name": "us-east-1", "zones": zones, "fargate": fargate, "controlPlane": plane }])
    };
    for (fargate, tested, words) in [
        (json!({ "attachBurst": 5 }), json!({}), "`attachBurst` is not used"),
        (json!({}), json!({ "tasks": 3 }), "they take any load"),
        (json!({}), json!({ "tasks": 3, "beyond": 2 }), "`beyond` is not used"),
    ] {
        let said = said(&scenario(&json!({ "regions": region(&fargate, &tested) })));
        assert!(said.iter().any(|line| line.starts_with("Warning") && line.contains(words)), "{said:?}");
    }
    let said = said(&scenario(&json!({ "regions": region(&json!({}), &json!({ "beyond": 11, "tasks": 3 })) })));
    assert!(said.iter().any(|line| line.starts_with("Error /regions/0/controlPlane/tested/beyond")), "{said:?}");
}
