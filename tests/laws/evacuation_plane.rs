//! Control-plane cells whose tests fail: when their clusters leave, where they go, and when they are back.

use crate::grow::{moves, region};
use crate::world::{check, run};
use serde_json::{Value, json};

/// Three cells of two clusters each; the first one refuses half of all for two hours from an hour on. `parts` adds to
/// the evacuation, `more` to the control plane.
fn ill(parts: &Value, more: &Value, fault: &Value) -> Value {
    let mut evacuation = json!({ "tests": 5 });
    evacuation.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    let mut plane = json!({ "cells": 3, "router": { "mapping": "fullMap" }, "evacuation": evacuation });
    plane.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let faults = json!([{ "name": "ill", "at": "1h", "for": "2h", "cellOutage": fault }]);
    region("5h", &plane, 6, 10, &json!({ "faults": faults }))
}

fn half() -> Value {
    json!({ "cell": "cell-1", "share": 0.5 })
}

/// To the millisecond.
fn found(file: &Value) -> Vec<(u64, String, u16)> {
    moves(file).into_iter().map(|(at, name, cell)| ((at * 1e3).round() as u64, name, cell)).collect()
}

fn rows(all: &[(u64, &str, u16)]) -> Vec<(u64, String, u16)> {
    all.iter().map(|(at, name, cell)| (*at, (*name).to_owned(), *cell)).collect()
}

/// A clone takes 100 ms for the cluster and 2 ms for each of its ten tasks.
const CLONE: u64 = 120;

#[test]
fn clusters_leave_after_so_many_tests_and_come_back_when_the_cell_is_well() {
    // The fifth test since the hour, each minute; `c1` and `c4` one after the other, each to the emptiest cell.
    let leave = 3_840_000;
    let away = rows(&[(leave + CLONE, "c1", 1), (leave + 2 * CLONE, "c4", 2)]);
    assert_eq!(found(&ill(&json!({}), &json!({}), &half())), away);
    // The first test that finds it well is that of three hours, and then for twenty minutes.
    let back = 12_000_000;
    let file = ill(&json!({ "backAfter": "20m" }), &json!({}), &half());
    let both = [&away[..], &rows(&[(back + CLONE, "c1", 0), (back + 2 * CLONE, "c4", 0)])].concat();
    assert_eq!(found(&file), both);
    let summary = run(&file, 1);
    let row = &summary.control_plane[0];
    let mean = |one: Option<evenkeel::internals::metrics::summary::Estimate>| one.unwrap().mean;
    assert_eq!((mean(row.evacuations), mean(row.evacuated), mean(row.stayed)), (1.0, 2.0, 0.0));
    // What it came to is seen by the next test.
    check("empty", mean(row.evacuation_seconds), 60.0, 1e-6);
    check("back", mean(row.back_seconds), 12_060.0 - 3_840.0, 1e-6);
    assert_eq!(row.cells.iter().map(|cell| cell.clusters).collect::<Vec<_>>(), [2, 2, 2]);
}

#[test]
fn a_cell_that_is_less_ill_or_down_as_a_whole_keeps_its_clusters() {
    assert_eq!(found(&ill(&json!({ "above": 0.8 }), &json!({}), &half())), []);
    assert_eq!(found(&ill(&json!({ "tests": 200 }), &json!({}), &half())), []);
    assert_eq!(found(&ill(&json!({}), &json!({}), &json!({ "cell": "cell-1" }))), []);
    // All cells are as ill: there is nowhere to go.
    let file = ill(&json!({}), &json!({}), &json!({ "share": 0.5 }));
    assert_eq!(found(&file), []);
    assert_eq!(run(&file, 1).control_plane[0].stayed.unwrap().mean, 2.0);
}

#[test]
fn no_cell_is_filled_beyond_its_test() {
    for (tested, moved) in [
        (json!({ "clusters": 2 }), 0),
        (json!({ "clusters": 3 }), 2),
        (json!({ "tasks": 29 }), 0),
        (json!({ "tasks": 30 }), 2),
    ] {
        let file = ill(&json!({}), &json!({ "tested": tested }), &half());
        assert_eq!(found(&file).len(), moved, "{tested}");
    }
}

#[test]
fn no_cluster_is_sent_to_a_cell_that_does_not_stand_yet_and_an_empty_one_is_left_alone() {
    let file = ill(&json!({}), &json!({ "addCells": [{ "at": "4h" }] }), &half());
    let leave = 3_840_000;
    assert_eq!(found(&file)[..2], rows(&[(leave + CLONE, "c1", 1), (leave + 2 * CLONE, "c4", 2)]));
    let file = ill(&json!({}), &json!({ "cells": 7 }), &json!({ "cell": "cell-7", "share": 0.5 }));
    assert_eq!((found(&file), run(&file, 1).control_plane[0].evacuations.unwrap().mean), (vec![], 0.0));
}
