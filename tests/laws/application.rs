//! Customers' own cells: how requests find them, who moves, and what each failure costs (Reducing the Scope of Impact
//! with Cell-Based Architecture).

use crate::world::{Diary, check, plan, run, service, the_fault, watch, world, zones};
use evenkeel::internals::metrics::summary::{ApplicationRow, Summary};
use evenkeel::internals::model::fact::{ApplicationFact, Fact};
use evenkeel::internals::model::plan::Mapping;
use serde_json::{Value, json};

/// An application `app` of so many cells of six tasks, each of 100 requests a second; `parts` adds to its block, `more`
/// to the file.
pub(crate) fn app(duration: &str, cells: u64, parts: &Value, more: &Value) -> Value {
    let mut block = json!({ "name": "app", "cells": cells,
        "router": { "service": service("router", 1, 1, &json!({})), "requestsPerTask": "100000/s" },
        "cell": { "service": service("web", 6, 3, &json!({})), "requestsPerTask": "100/s" },
        "customers": [{ "count": 40 * cells, "rate": format!("{}/s", 300 * cells) }] });
    block.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    let mut file = json!({ "regions": zones(3, &json!({})), "cellularApplication": block,
        "behaviour": [{ "family": "web", "start": { "constant": "30s" } }],
        "detection": { "loss": { "constant": "20s" }, "target": { "constant": "50s" } } });
    file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world(duration, file)
}

pub(crate) fn row(summary: &Summary) -> &ApplicationRow {
    assert_eq!(summary.cellular_application.len(), 1);
    &summary.cellular_application[0]
}

/// All tasks of a service are gone from an hour on, for so long; then they start anew.
fn gone(service: &str, minutes: u64) -> Value {
    json!({ "faults": [{ "name": "gone", "at": "1h", "for": format!("{minutes}m"),
        "taskCrash": { "service": service, "share": 1.0 } }] })
}

#[test]
fn all_is_served_when_nothing_breaks() {
    for parts in [json!({}), json!({ "dispatch": "cachedEndpoint", "clients": 5_000 }), json!({ "mapping": "hash" })] {
        let summary = run(&app("2h", 4, &parts, &json!({})), 1);
        let row = row(&summary);
        check("offered", row.requests.offered.mean, 1_200.0 * 7_200.0, 1e-3);
        check("failed", row.requests.failed.mean, 0.0, 1e-3);
        let by_cell: f64 = row.cells.iter().map(|cell| cell.requests.served.mean).sum();
        check("by cell", by_cell, 1_200.0 * 7_200.0, 1e-3);
        assert_eq!(row.cells.iter().map(|cell| cell.customers.mean).sum::<f64>(), 160.0);
    }
}

#[test]
fn the_router_sees_every_request_or_those_of_clients_whose_endpoint_ran_out() {
    let offered = |parts: &Value| {
        let summary = run(&app("2h", 2, parts, &json!({})), 1);
        summary.services.iter().find(|row| row.service == "app-router/router").unwrap().requests.offered.mean
    };
    check("redirect", offered(&json!({})), 600.0 * 7_200.0, 1e-3);
    let cached = json!({ "dispatch": "cachedEndpoint", "clients": 5_000, "cacheFor": "2m" });
    check("cached endpoint", offered(&cached), 5_000.0 / 120.0 * 7_200.0, 1e-3);
}

#[test]
fn without_the_router_a_redirect_loses_all_and_an_endpoint_lasts_while_it_is_kept() {
    for minutes in [2, 5, 10, 30] {
        let summary = run(&app("3h", 4, &json!({}), &gone("app-router/router", minutes)), 1);
        let gap = row(&summary).requests.failed.mean / 1_200.0;
        // Tasks start in 30 s, at once or after the wait that failed starts have led to.
        assert!((30.0..=30.0 + 0.6 * 60.0 * minutes as f64).contains(&(gap - 60.0 * minutes as f64)), "{gap}");
        let router = summary.services.iter().find(|row| row.service == "app-router/router").unwrap();
        check("at the router", router.requests.failed.mean, 1_200.0 * gap, 1e-3);
        check("every customer needs it", the_fault(&summary).blast_radius.unwrap().mean, 1.0, 1e-9);

        let kept = 600.0;
        let cached = json!({ "dispatch": "cachedEndpoint", "clients": 600, "cacheFor": "10m" });
        let summary = run(&app("3h", 4, &cached, &gone("app-router/router", minutes)), 1);
        // The share of endpoints that have run out grows evenly until all have.
        let lost = if gap <= kept { gap * gap / (2.0 * kept) } else { gap - kept / 2.0 };
        // Endpoints run out in sixty steps: at the end of the gap half a step more or less.
        let step = 1_200.0 * kept / 60.0;
        check("cached endpoint", row(&summary).requests.failed.mean, 1_200.0 * lost, step * (gap / kept).min(1.0));
    }
}

#[test]
fn a_cell_takes_its_own_customers_and_nobody_else() {
    let calm = run(&app("3h", 8, &json!({}), &json!({})), 1);
    let hit = run(&app("3h", 8, &json!({}), &gone("app-cell-3/web", 20)), 1);
    for (place, (before, after)) in row(&calm).cells.iter().zip(&row(&hit).cells).enumerate() {
        assert_eq!(before == after, place != 2, "cell-{}", place + 1);
    }
    check("blast radius", the_fault(&hit).blast_radius.unwrap().mean, 1.0 / 8.0, 1e-9);
    let of_cell = row(&hit).cells[2].requests.failed.mean;
    check("failed", row(&hit).requests.failed.mean, of_cell, 1e-3);
    check("a fault's losses", the_fault(&hit).lost_requests.mean, of_cell, 1e-3);
    assert!(of_cell >= 300.0 * 1_200.0, "{of_cell}");
}

#[test]
fn the_map_in_memory_serves_without_its_table_and_new_customers_wait() {
    let join =
        json!([{ "count": 160, "rate": "1200/s" }, { "name": "new", "count": 3, "rate": "90/s", "joinsAt": "65m" }]);
    let out = |fault: Value| {
        let mut row = json!({ "name": "out", "at": "1h", "for": "20m" });
        row.as_object_mut().unwrap().extend(fault.as_object().unwrap().clone());
        json!({ "faults": [row] })
    };
    for fault in [json!({ "mapTableOutage": {} }), json!({ "dependencyLoss": { "dependency": "map" } })] {
        let summary = run(&app("3h", 4, &json!({ "customers": join }), &out(fault)), 1);
        check("new customers", row(&summary).requests.failed.mean, 90.0 * 15.0 * 60.0, 1e-3);
        check("its fault", the_fault(&summary).lost_requests.mean, 90.0 * 15.0 * 60.0, 1e-3);
        assert_eq!(row(&summary).without_cell.mean, 0.0);
        assert_eq!(row(&summary).cells.iter().map(|cell| cell.customers.mean).sum::<f64>(), 163.0);
        // Hit are those without a cell, by what they ask for, and nobody in a cell.
        let all = 1_200.0 * 10_800.0 + 90.0 * (10_800.0 - 3_900.0);
        check("blast radius", the_fault(&summary).blast_radius.unwrap().mean, 90.0 * 900.0 / all, 1e-9);
    }
    let each = json!({ "customers": join, "map": { "lookup": "eachRequest" } });
    let summary = run(&app("3h", 4, &each, &out(json!({ "mapTableOutage": {} }))), 1);
    check("each request", row(&summary).requests.failed.mean, 1_200.0 * 1_200.0 + 90.0 * 900.0, 1e-3);
    check("nobody is served", the_fault(&summary).blast_radius.unwrap().mean, 1.0, 1e-9);
    // Endpoints that clients keep need no table.
    let kept = json!({ "map": { "lookup": "eachRequest" }, "dispatch": "cachedEndpoint", "clients": 600,
        "cacheFor": "40m" });
    let summary = run(&app("3h", 4, &kept, &out(json!({ "mapTableOutage": {} }))), 1);
    let (gap, keeps) = (1_200.0, 2_400.0);
    let truth = 1_200.0 * gap * gap / (2.0 * keeps);
    check("endpoints", row(&summary).requests.failed.mean, truth, truth / 20.0);
}

#[test]
fn a_new_cell_takes_what_the_mapping_gives_it() {
    let names: Vec<String> = (1..=160).map(|number| format!("customer-{number}")).collect();
    for (mapping, word) in [(Mapping::Hash, "hash"), (Mapping::Ring, "ring")] {
        let parts = json!({ "mapping": word, "addCells": [{ "at": "30m" }],
            "customers": [{ "count": 160, "rate": "1200/s" }], "migration": { "cloneTime": "10s", "atOnce": 20 } });
        let summary = run(&app("3h", 4, &parts, &json!({})), 1);
        let (old, new) = (crate::routing::assign(mapping, &names, 4), crate::routing::assign(mapping, &names, 5));
        let moved = old.iter().zip(&new).filter(|(old, new)| old != new).count();
        assert_eq!(row(&summary).moved.mean, moved as f64, "{word}");
        for (cell, of) in row(&summary).cells.iter().enumerate() {
            let there = new.iter().filter(|assignment| usize::from(**assignment) == cell).count();
            assert_eq!(of.customers.mean, there as f64, "{word}: {}", of.service);
        }
        check("nothing is lost by moving", row(&summary).requests.failed.mean, 0.0, 1e-3);
    }
    // A full map moves nobody by itself, but for whoever is bound to the new cell.
    let parts =
        json!({ "addCells": [{ "at": "30m" }], "overrides": { "customer-7": "cell-5", "customer-9": "cell-5" } });
    let summary = run(&app("2h", 4, &parts, &json!({})), 1);
    assert_eq!((row(&summary).moved.mean, row(&summary).cells[4].customers.mean), (2.0, 2.0));
}

/// When the first customer got another cell, in seconds.
fn first_move(diary: &Diary) -> f64 {
    let moved = diary.0.iter().find(|(_, fact)| matches!(fact, Fact::Application(ApplicationFact::Moved { .. })));
    moved.map(|(at, _)| at.as_secs_f64()).unwrap()
}

#[test]
fn moves_wait_for_the_table() {
    let parts = json!({ "addCells": [{ "at": "30m" }], "overrides": { "customer-7": "cell-5" },
        "migration": { "cloneTime": "10m" } });
    let moved_at = |more: &Value| {
        let (diary, _) = watch(&app("3h", 4, &parts, more));
        first_move(&diary)
    };
    let usual = moved_at(&json!({}));
    // A look a minute from the hour on, and ten minutes of cloning.
    assert!((1_800.0 + 600.0..1_800.0 + 600.0 + 300.0).contains(&usual), "{usual}");
    let out = json!({ "faults": [{ "name": "out", "at": "35m", "for": "1h", "mapTableOutage": {} }] });
    check("at its return", moved_at(&out), 2_100.0 + 3_600.0, 1e-6);
}

#[test]
fn late_callers_cost_the_old_cell_a_request() {
    // One customer of 40 moves: 7.5 requests a second pass the old cell until the router reads the map.
    let parts = json!({ "addCells": [{ "at": "30m" }], "overrides": { "customer-2": "cell-5" },
        "map": { "refresh": "1h" }, "migration": { "cloneTime": "1m" } });
    let (diary, summary) = watch(&app("3h", 4, &parts, &json!({})));
    let at = first_move(&diary);
    let by_cell: f64 = row(&summary).cells.iter().map(|cell| cell.requests.offered.mean).sum();
    check("offered twice", by_cell - 1_200.0 * 10_800.0, 7.5 * (3_600.0 - at), 1e-2);
    check("served once", row(&summary).requests.served.mean, 1_200.0 * 10_800.0, 1e-2);
    // With endpoints that clients keep for an hour after that, half of them are late on average.
    let mut cached = parts.clone();
    cached["dispatch"] = json!("cachedEndpoint");
    cached["clients"] = json!(100);
    cached["cacheFor"] = json!("1h");
    let summary = run(&app("3h", 4, &cached, &json!({})), 1);
    let by_cell: f64 = row(&summary).cells.iter().map(|cell| cell.requests.offered.mean).sum();
    let late = 7.5 * (3_600.0 - at + 1_800.0);
    check("offered twice", by_cell - 1_200.0 * 10_800.0, late, late / 60.0);
}

#[test]
fn the_rebalancer_empties_full_cells_to_its_bound() {
    // 40 customers of 7.5 requests a second in each cell, and one of 240 in the first: 540 of 600 against 300.
    let parts = json!({ "rebalancer": { "every": "1m", "above": 0.7 },
        "overrides": { "large": "cell-1" }, "migration": { "cloneTime": "1m", "atOnce": 4 },
        "customers": [{ "count": 160, "rate": "1200/s" }, { "name": "large", "rate": "240/s" }],
        "mapping": "fullMap" });
    let summary = run(&app("3h", 4, &parts, &json!({})), 1);
    let row = row(&summary);
    // The large one is bound; others leave until the first cell is at its bound.
    let first = row.cells[0].customers.mean;
    let rate = 240.0 + 7.5 * (first - 1.0);
    assert!(rate <= 420.0 && rate + 7.5 > 420.0, "{rate}");
    assert_eq!(row.moved.mean, 41.0 - first);
    check("nothing is lost", row.requests.failed.mean, 0.0, 1e-3);
}

#[test]
fn least_populated_cells_take_who_comes() {
    let parts = json!({ "customers": [{ "count": 7, "rate": "700/s" }, { "name": "new", "count": 2, "rate": "20/s", "joinsAt": "1h" },
        { "name": "bound", "count": 2, "rate": "20/s", "joinsAt": "1h" }], "overrides": { "bound-1": "cell-3" } });
    let file = app("2h", 3, &parts, &json!({}));
    assert_eq!(plan(&file).application.unwrap().customers.len(), 3);
    let summary = run(&file, 1);
    let customers: Vec<f64> = row(&summary).cells.iter().map(|cell| cell.customers.mean).collect();
    // Seven are 3, 2, 2; two make it 3, 3, 3; one is bound to the third, and the last goes to the first of the least.
    assert_eq!(customers, [4.0, 3.0, 4.0]);
}

/// Requests a second that each cell is offered at the end: the last ten minutes of a run.
fn rates(file: &Value) -> (Vec<f64>, f64) {
    let summary = run(file, 1);
    let row = row(&summary);
    (row.cells.iter().map(|cell| cell.requests.offered.mean / 600.0).collect(), row.moved.mean)
}

#[test]
fn the_rebalancer_moves_the_largest_who_may_and_who_fits() {
    // Two cells of 600/s; full maps put customers in turn into the first and the second cell.
    let moved = |above: f64, customers: &Value, overrides: &Value| {
        let parts = json!({ "rebalancer": { "every": "1m", "above": above }, "customers": customers,
            "overrides": overrides, "migration": { "cloneTime": "5m", "atOnce": 4 } });
        rates(&app("2h", 2, &parts, &json!({ "warmUp": "110m" })))
    };
    let of = |name: &str, rate: u64| json!({ "name": name, "rate": format!("{rate}/s") });
    // 570 and 30: the largest is bound, the next one is enough, and nobody follows while it is on the way.
    let many =
        json!([of("bound", 300), of("a", 10), of("b", 150), of("c", 10), of("d", 100), of("e", 10), of("f", 20)]);
    assert_eq!(moved(0.8, &many, &json!({ "bound": "cell-1" })), (vec![420.0, 180.0], 1.0));
    // 590 and 100: the largest would fill the other cell beyond the bound.
    let huge = json!([of("huge", 500), of("x", 100), of("f", 90)]);
    assert_eq!(moved(0.9, &huge, &json!({})), (vec![500.0, 190.0], 1.0));
}

#[test]
fn bound_customers_are_in_their_cell_from_the_start() {
    let bound = json!({ "customers": [{ "count": 3, "rate": "30/s" }],
        "overrides": { "customer-1": "cell-2", "customer-2": "cell-2", "customer-3": "cell-2" } });
    let summary = run(&app("3h", 2, &bound, &gone("app-cell-2/web", 20)), 1);
    let customers: Vec<f64> = row(&summary).cells.iter().map(|cell| cell.customers.mean).collect();
    assert_eq!(customers, [0.0, 3.0]);
    // Nothing is asked of the first cell: cells count alike then, and the router's cluster is no cell.
    check("blast radius", the_fault(&summary).blast_radius.unwrap().mean, 0.5, 1e-12);
}

/// When customers moved, in seconds.
fn moves(file: &Value) -> Vec<f64> {
    let (diary, _) = watch(file);
    diary
        .0
        .iter()
        .filter(|(_, fact)| matches!(fact, Fact::Application(ApplicationFact::Moved { .. })))
        .map(|(at, _)| at.as_secs_f64())
        .collect()
}

#[test]
fn one_move_follows_the_other() {
    let parts = json!({ "addCells": [{ "at": "30m" }], "map": { "refresh": "7s" },
        "overrides": { "customer-7": "cell-5", "customer-9": "cell-5" },
        "migration": { "cloneTime": "10m", "atOnce": 1 } });
    let at = moves(&app("2h", 4, &parts, &json!({})));
    // The second begins when the router has read of the first.
    assert_eq!((at.len(), at[1]), (2, (at[0] / 7.0).ceil() * 7.0 + 600.0));
    // Nobody moves to a cell whose tasks do not answer.
    let slow = json!({ "behaviour": [{ "family": "web", "start": { "constant": "10m" } }] });
    let at = moves(&app("2h", 4, &parts, &slow));
    assert!((1_800.0 + 1_200.0..=1_800.0 + 1_320.0).contains(&at[0]), "{at:?}");
}

#[test]
fn who_is_on_the_way_arrives_where_the_mapping_is_then() {
    let names: Vec<String> = (1..=160).map(|number| format!("customer-{number}")).collect();
    let parts = json!({ "mapping": "hash", "addCells": [{ "at": "30m" }, { "at": "31m" }],
        "customers": [{ "count": 160, "rate": "1200/s" }], "migration": { "cloneTime": "10m", "atOnce": 400 } });
    let file = app("3h", 4, &parts, &json!({}));
    let [four, five, six] = [4, 5, 6].map(|cells| crate::routing::assign(Mapping::Hash, &names, cells));
    let places = || four.iter().zip(&five).zip(&six);
    assert!(places().any(|((four, five), six)| four == six && four != five), "nobody goes there and back");
    let summary = run(&file, 1);
    for (cell, of) in row(&summary).cells.iter().enumerate() {
        let there = six.iter().filter(|assignment| usize::from(**assignment) == cell).count();
        assert_eq!(of.customers.mean, there as f64, "{}", of.service);
    }
    // Cloned by the 42nd minute, unless the first move was under way when the second cell came.
    let late = moves(&file).iter().filter(|at| **at > 46.0 * 60.0).count();
    assert_eq!(late, places().filter(|((four, five), six)| four != five && five != six).count());
}

#[test]
fn two_outages_of_the_table_are_over_when_both_are() {
    let join =
        json!([{ "count": 160, "rate": "1200/s" }, { "name": "new", "count": 3, "rate": "90/s", "joinsAt": "65m" }]);
    let faults = json!([{ "name": "one", "at": "1h", "for": "20m", "mapTableOutage": {} },
                        { "name": "two", "at": "70m", "for": "20m", "mapTableOutage": {} }]);
    let summary = run(&app("3h", 4, &json!({ "customers": join }), &json!({ "faults": faults })), 1);
    check("new customers", row(&summary).requests.failed.mean, 90.0 * 25.0 * 60.0, 1e-3);
}

#[test]
fn without_an_endpoint_clients_ask_with_every_request() {
    // The table is away from the hour to the end: endpoints that last 40 minutes run out one after the other.
    let join =
        json!([{ "count": 160, "rate": "1200/s" }, { "name": "new", "count": 3, "rate": "90/s", "joinsAt": "61m" }]);
    let parts = json!({ "map": { "lookup": "eachRequest" }, "dispatch": "cachedEndpoint", "clients": 600_000,
        "cacheFor": "40m", "customers": join });
    let more =
        json!({ "warmUp": "4000s", "faults": [{ "name": "out", "at": "1h", "for": "2h", "mapTableOutage": {} }] });
    let summary = run(&app("80m", 4, &parts, &more), 1);
    // Of 800 s, so many seconds without an endpoint; slots of 40 s are counted from their middle.
    let none = (1_200.0 * 1_200.0 - 400.0 * 400.0) / (2.0 * 2_400.0);
    let requests = &row(&summary).requests;
    check("offered", requests.offered.mean, 1_290.0 * 800.0, 1e-2);
    check("failed", requests.failed.mean, 1_200.0 * none + 90.0 * 800.0, 1_200.0);
    let router = summary.services.iter().find(|row| row.service == "app-router/router").unwrap();
    let asked = 1_200.0 * none + 90.0 * 800.0 + 250.0 * (800.0 - none);
    check("asked of the router", router.requests.offered.mean, asked, 1_200.0);
    assert_eq!(row(&summary).without_cell.mean, 3.0);
}

#[test]
fn endpoints_that_were_found_again_run_out_again() {
    let cached = json!({ "dispatch": "cachedEndpoint", "clients": 600, "cacheFor": "10m" });
    let crash = |name: &str, at: &str, length: &str| json!({ "name": name, "at": at, "for": length, "taskCrash": { "service": "app-router/router", "share": 1.0 } });
    let faults = json!([crash("short", "1h", "5m"), crash("long", "2h", "1h")]);
    let summary = run(&app("4h", 4, &cached, &json!({ "faults": faults })), 1);
    // Ten minutes into the long one nobody has an endpoint any more.
    assert!(row(&summary).requests.failed.mean >= 1_200.0 * 3_000.0, "{}", row(&summary).requests.failed.mean);
}

#[test]
fn late_callers_need_the_router_and_the_old_cell() {
    let parts = json!({ "addCells": [{ "at": "30m" }], "overrides": { "customer-2": "cell-5" },
        "map": { "refresh": "1h" }, "migration": { "cloneTime": "1m" } });
    let gone = |service: &str| {
        let mut fault = gone(service, 5);
        fault["faults"][0]["at"] = json!("40m");
        app("3h", 4, &parts, &fault)
    };
    // The old cell sends on nothing while it is down.
    let (diary, summary) = watch(&gone("app-cell-2/web"));
    let at = first_move(&diary);
    let (all, old) = (row(&summary).requests.failed.mean, row(&summary).cells[1].requests.failed.mean);
    assert!(all > 292.5 * 300.0, "{all}");
    // While some of its tasks are back it sends everything on, so that its last losses are not the customers'.
    check("customers lose what the old cell loses", all, old, 7.5 * 5.0);
    // Without the router nobody calls it.
    let summary = run(&gone("app-router/router"), 1);
    let gap = row(&summary).requests.failed.mean / 1_200.0;
    let by_cell: f64 = row(&summary).cells.iter().map(|cell| cell.requests.offered.mean).sum();
    check("offered twice", by_cell - 1_200.0 * (10_800.0 - gap), 7.5 * (3_600.0 - at - gap), 1e-1);
}

#[test]
fn a_revision_that_fails_on_some_customers_spoils_their_cells_only() {
    // Cell 1 has 100/s of the large customer and 100/s of four small ones, cell 2 the other four.
    let assignments: serde_json::Map<String, Value> = (1..=8)
        .map(|row| (format!("small-{row}"), json!(if row < 5 { "cell-1" } else { "cell-2" })))
        .chain([("large".to_owned(), json!("cell-1"))])
        .collect();
    let parts = json!({ "overrides": assignments,
        "customers": [{ "name": "large", "rate": "100/s" }, { "name": "small", "count": 8, "rate": "200/s" }] });
    // What fails in the last hour, long after the revision is everywhere.
    let failed = |customers: &[&str]| {
        let defect = json!({ "poisonInput": { "share": 0.5, "customers": customers } });
        let change =
            json!({ "changes": [{ "name": "new", "at": "1h", "cellularApplication": "app", "defect": defect }] });
        let until = |end: &str| {
            let summary = run(&app(end, 2, &parts, &change), 1);
            let of = |name: &str| {
                let row = summary.services.iter().find(|row| row.service == name).unwrap();
                row.requests.failed.mean
            };
            [of("app-cell-1/web"), of("app-cell-2/web")]
        };
        let (late, early) = (until("3h"), until("2h"));
        [late[0] - early[0], late[1] - early[1]]
    };
    for (customers, rates) in [
        (&["large"][..], [100.0, 0.0]),
        (&["small-5"], [0.0, 25.0]),
        (&["small"], [100.0, 100.0]),
        (&["small-1", "large"], [125.0, 0.0]),
        (&["small-1", "small"], [100.0, 100.0]),
        (&[], [200.0, 100.0]),
    ] {
        // Half of their requests are poison; rates are whole billionths, so 1e-9 for 3,600 s is as near as it gets.
        let found = failed(customers);
        for (cell, rate) in rates.iter().enumerate() {
            check(&format!("{customers:?}, cell {cell}"), found[cell], 0.5 * rate * 3_600.0, 1e-4);
        }
    }
}
