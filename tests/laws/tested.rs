//! A control-plane cell beyond the size up to which it was tested slows down by `(tested / size)^beyond`.

use crate::world::{check, service, watch, world};
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::{PlaneFact, TaskFact, TaskState};
use serde_json::{Value, json};

/// `clusters` clusters of one service of 150 tasks each, started from nothing in one cell that does 30 launches a
/// second.
fn file(clusters: u64, tested: &Value, plane: &Value) -> Value {
    let cluster = |row: u64| {
        json!({ "clusterName": format!("c{row}"), "capacityProviders": ["FARGATE"],
                "services": [service("one", 150, 3, &json!({}))] })
    };
    let mut control = json!({ "peakRequests": "30/s", "prescaledPercent": 100, "tested": tested });
    control.as_object_mut().unwrap().extend(plane.as_object().unwrap().clone());
    world(
        "1h",
        json!({
            "startEmpty": true,
            "regions": [{ "name": "us-east-1", "zones": [{ "id": "z1" }, { "id": "z2" }, { "id": "z3" }],
                          "fargate": { "launchBurst": 1_000 }, "controlPlane": control }],
            "clusters": (0..clusters).map(cluster).collect::<Vec<_>>(),
            "behaviour": [{ "family": "web", "start": { "constant": "5s" } }],
        }),
    )
}

/// When the last launch was accepted.
fn last(file: &Value) -> f64 {
    let (diary, _) = watch(file);
    let born = |fact: &Fact| {
        matches!(fact, Fact::Task(TaskFact::Went { from: TaskState::Provisioning, to: TaskState::Provisioning, .. }))
    };
    diary.0.iter().rfind(|(_, fact)| born(fact)).unwrap().0.as_secs_f64()
}

#[test]
fn what_a_cell_can_do_falls_beyond_its_test() {
    // A second of the rate at once, the rest at the rate.
    let takes = |left: f64| (600.0 - 30.0 * left) / (30.0 * left);
    for (tested, left) in [
        (json!({}), 1.0),
        (json!({ "clusters": 4 }), 1.0),
        (json!({ "clusters": 2 }), 0.5),
        (json!({ "clusters": 2, "beyond": 0 }), 1.0),
        (json!({ "clusters": 2, "beyond": 2 }), 0.25),
        (json!({ "tasks": 150 }), 0.25),
        (json!({ "tasks": 150, "clusters": 2, "requests": "100/s" }), 0.25),
        (json!({ "requests": "20/s" }), 2.0 / 3.0),
        (json!({ "clusters": 1, "beyond": 0.5 }), 0.5),
    ] {
        check(&tested.to_string(), last(&file(4, &tested, &json!({}))), takes(left), 0.1);
    }
}

#[test]
fn clusters_that_move_away_give_it_its_rate_back() {
    let grows = json!({ "addCells": [{ "at": "2m", "clusters": ["c1"] }] });
    let (diary, _) = watch(&file(2, &json!({ "clusters": 1 }), &grows));
    let rates: Vec<(f64, u64)> = diary
        .0
        .iter()
        .filter_map(|(at, fact)| match fact {
            Fact::Plane(PlaneFact::Rate { cell, rate }) if cell.0 == 0 => {
                Some((at.as_secs_f64(), rate / 1_000_000_000))
            }
            _ => None,
        })
        .collect();
    assert_eq!(rates.last().map(|(_, rate)| *rate), Some(30), "{rates:?}");
    assert!(rates.last().unwrap().0 >= 120.0);
}

#[test]
fn a_cell_that_takes_clusters_over_slows_down_beyond_its_test() {
    // Both clusters move to a cell that was tested with one.
    let grows = json!({ "addCells": [{ "at": "2m", "clusters": ["c0", "c1"] }] });
    let (diary, _) = watch(&file(2, &json!({ "clusters": 1 }), &grows));
    let rate = |fact: &Fact| match fact {
        Fact::Plane(PlaneFact::Rate { cell, rate }) if cell.0 == 1 => Some(rate / 1_000_000_000),
        _ => None,
    };
    assert_eq!(diary.0.iter().filter_map(|(_, fact)| rate(fact)).next_back(), Some(15));
}
