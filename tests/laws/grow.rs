//! Cells are added and clusters migrate to them: as many as the mapping says, in phases, and without a loss (Reducing
//! the Scope of Impact with Cell-Based Architecture).

use crate::world::{check, plan, run, service, watch, world};
use evenkeel::internals::engine::Time;
use evenkeel::internals::experiment::replicate::{self, Options};
use evenkeel::internals::metrics::summary::{CellRow, Summary};
use evenkeel::internals::model::Plan;
use evenkeel::internals::model::fact::{Call, Delayed, Fact, PlaneFact, ServiceFact, TaskFact};
use evenkeel::internals::model::plan::Mapping;
use serde_json::{Value, json};

/// A Region with this control plane, and clusters `c1`, `c2`, ... of one service of so many tasks each.
pub(crate) fn region(duration: &str, plane: &Value, clusters: usize, tasks: u64, parts: &Value) -> Value {
    let zones = json!([{ "id": "z1" }, { "id": "z2" }, { "id": "z3" }]);
    let cluster = |row: usize| {
        json!({ "clusterName": format!("c{row}"), "capacityProviders": ["FARGATE"],
                "services": [service("web", tasks, 3, &json!({}))] })
    };
    let mut all = json!({
        "regions": [{ "name": "us-east-1", "zones": zones, "controlPlane": plane }],
        "clusters": (1..=clusters).map(cluster).collect::<Vec<_>>(),
        "behaviour": [{ "family": "web", "start": { "constant": "40s" } }],
    });
    all.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    world(duration, all)
}

/// `cells` cells and one more at one hour.
fn grows(cells: u64, mapping: &str) -> Value {
    json!({ "cells": cells, "router": { "mapping": mapping }, "addCells": [{ "at": "1h" }] })
}

fn names(clusters: usize) -> Vec<String> {
    (1..=clusters).map(|row| format!("c{row}")).collect()
}

fn mapping(word: &str) -> Mapping {
    match word {
        "hash" => Mapping::Hash,
        "ring" => Mapping::Ring,
        "shuffleShard" => Mapping::ShuffleShard { workers: 8, size: 2 },
        _ => Mapping::FullMap,
    }
}

/// Clusters that migrate, with the time and their new cell (from 0), in order.
pub(crate) fn moves(file: &Value) -> Vec<(f64, String, u16)> {
    let plan = plan(file);
    let one = |(now, fact): &(Time, Fact)| match *fact {
        Fact::Plane(PlaneFact::Assignment { cluster, cell, moved: true }) => {
            Some((now.as_secs_f64(), plan.clusters[cluster].name.clone(), cell.0))
        }
        _ => None,
    };
    watch(file).0.0.iter().filter_map(one).collect()
}

fn cells(summary: &Summary) -> &[CellRow] {
    &summary.control_plane[0].cells
}

#[test]
fn those_move_whom_the_mapping_gives_to_another_cell() {
    for word in ["hash", "ring", "shuffleShard"] {
        let file = region("2h", &grows(4, word), 60, 1, &json!({}));
        let [before, after] = [4, 5].map(|cells| crate::routing::assign(mapping(word), &names(60), cells));
        let expected: Vec<(String, u16)> = (0..60)
            .filter(|row| before[*row] != after[*row])
            .map(|row| (format!("c{}", row + 1), after[row]))
            .collect();
        let found: Vec<(String, u16)> = moves(&file).into_iter().map(|(_, name, cell)| (name, cell)).collect();
        assert_eq!(found, expected, "{word}");
        let summary = run(&file, 1);
        assert_eq!(summary.control_plane[0].moved.unwrap().mean, expected.len() as f64, "{word}");
        for (row, cell) in cells(&summary).iter().enumerate() {
            let held = after.iter().filter(|cell| usize::from(**cell) == row).count();
            assert_eq!((cell.cell.clone(), cell.clusters as usize), (format!("cell-{}", row + 1), held), "{word}");
        }
    }
}

/// Clusters that the plan moves when a fifth cell is added to four.
fn planned(plan: &Plan) -> usize {
    plan.regions.iter().next().unwrap().plane.as_ref().unwrap().growth.cells[0].moves.len()
}

#[test]
fn a_hash_moves_four_of_five_and_a_ring_one() {
    // 2,000 names: four standard errors of a share of 1/5 are 0.036. The new cell's share of the ring itself varies by
    // some 6 %, of 1/5: four of these are 0.05.
    for (word, share, slack) in [("hash", 0.8, 0.036), ("ring", 0.2, 0.036 + 0.05), ("fullMap", 0.0, 0.0)] {
        let file = region("2h", &grows(4, word), 2_000, 1, &json!({}));
        check(word, planned(&plan(&file)) as f64 / 2_000.0, share, slack);
    }
}

#[test]
fn a_table_moves_whoever_is_listed_and_a_pin_moves_nobody() {
    let mut plane = grows(2, "fullMap");
    plane["addCells"][0]["clusters"] = json!(["c7", "c2"]);
    let found: Vec<String> = moves(&region("2h", &plane, 9, 1, &json!({}))).into_iter().map(|row| row.1).collect();
    assert_eq!(found, ["c2", "c7"]);
    let free = moves(&region("2h", &grows(4, "hash"), 12, 1, &json!({})));
    assert!(free.len() > 2, "these names show nothing");
    let mut plane = grows(4, "hash");
    let pinned = &free[1].1;
    plane["router"]["pins"] = json!({ pinned.clone(): "cell-3" });
    let mut rest: Vec<String> = free.iter().map(|row| row.1.clone()).collect();
    rest.remove(1);
    let found: Vec<String> = moves(&region("2h", &plane, 12, 1, &json!({}))).into_iter().map(|row| row.1).collect();
    assert_eq!(found, rest, "{pinned} is pinned");
}

/// Three cells that do 45 requests a second, and one more at one hour; eight clusters of six tasks.
fn growing_file(parts: &Value) -> Value {
    let mut plane = grows(3, "hash");
    plane["peakRequests"] = json!("30/s");
    region("6h", &plane, 8, 6, parts)
}

#[test]
fn a_move_without_faults_loses_nothing() {
    let parts = json!({ "behaviour": [{ "family": "web", "start": { "constant": "40s" },
                                        "crash": { "exponential": { "mean": "1h" } } }],
        "traffic": [{ "service": "c1/web", "rate": "40/s", "requestsPerTask": "20/s" }] });
    let still = json!({ "cells": 3, "router": { "mapping": "hash" }, "peakRequests": "30/s" });
    let mut found = [region("6h", &still, 8, 6, &parts), growing_file(&parts)].map(|file| watch(&file));
    let moved = found[1].1.control_plane[0].moved.unwrap().mean;
    assert!((3.0..8.0).contains(&moved), "{moved} of 8 moved");
    for (_, summary) in &found {
        let plane = &summary.control_plane[0].launches;
        assert!(plane.accepted.mean > 200.0, "these seeds show nothing");
        assert_eq!((plane.offered.mean, plane.availability.unwrap().mean), (plane.accepted.mean, 1.0));
    }
    // Each launch is counted for the cell that took it on.
    let plan = plan(&growing_file(&parts));
    let mut assignments: Vec<u16> = plan.clusters.iter().map(|cluster| cluster.cell.0).collect();
    let mut births = [0.0; 4];
    for (now, fact) in &found[1].0.0 {
        match *fact {
            Fact::Plane(PlaneFact::Assignment { cluster, cell, .. }) => assignments[cluster.0 as usize] = cell.0,
            Fact::Task(TaskFact::Went { task, from, to, .. }) if from == to && *now > Time::ZERO => {
                births[usize::from(assignments[plan.services[task.service].cluster.0 as usize])] += 1.0;
            }
            _ => {}
        }
    }
    let accepted: Vec<f64> = cells(&found[1].1).iter().map(|cell| cell.launches.accepted.mean).collect();
    assert_eq!(accepted, births);
    assert!(births[3] > 0.0, "nothing was launched in the cell that was added");
    // What happens to tasks is the same to the last one, whether their cluster moves or not.
    let tasks = |diary: &mut crate::world::Diary| {
        diary.0.retain(|row: &(Time, Fact)| {
            matches!(row.1, Fact::Task(TaskFact::Went { .. }) | Fact::Service(ServiceFact::Available { .. }))
        });
        std::mem::take(&mut diary.0).into_iter().map(|row| format!("{row:?}")).collect::<Vec<_>>()
    };
    let [mut a, mut b] = [0, 1].map(|row| tasks(&mut found[row].0));
    // Facts of one instant come in the order of their partitions.
    a.sort_unstable();
    b.sort_unstable();
    assert_eq!(a, b);
}

/// Two cells, of which everything goes to a third: 4 clusters of 10 tasks each, cloned at 1 and 1 a second.
fn slow(parts: &Value, more: &Value) -> Value {
    let mut plane = json!({ "cells": 2, "router": { "mapping": "fullMap", "refresh": "50s" },
        "addCells": [{ "at": "1h", "clusters": ["c1", "c2", "c3", "c4"] }],
        "restart": { "base": "90s", "clustersPerSecond": 1, "tasksPerSecond": 1 } });
    plane.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    region("4h", &plane, 4, 10, parts)
}

fn times(file: &Value) -> Vec<f64> {
    moves(file).iter().map(|row| row.0 - 3_600.0).collect()
}

#[test]
fn a_clone_takes_what_the_cluster_holds() {
    assert_eq!(times(&slow(&json!({}), &json!({}))), [11.0, 22.0, 33.0, 44.0]);
    assert_eq!(times(&slow(&json!({}), &json!({ "migration": { "atOnce": 3 } }))), [11.0, 11.0, 11.0, 22.0]);
}

#[test]
fn a_flip_waits_for_the_map_and_for_both_cells() {
    let fault = |kind: Value| {
        let mut row = json!({ "name": "out", "at": "3590s", "for": "60s" });
        row.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
        json!({ "faults": [row] })
    };
    // The map is tried again at the router's refreshes: first at 50 s, when its source is back.
    assert_eq!(times(&slow(&fault(json!({ "mapSourceOutage": {} })), &json!({}))), [50.0, 61.0, 72.0, 83.0]);
    // The cell that is added is down until 50 s and starts for 90 s: nothing is loaded yet but itself.
    let new = slow(&fault(json!({ "cellOutage": { "cell": "cell-3" } })), &json!({}));
    assert_eq!(times(&new), [150.0, 161.0, 172.0, 183.0]);
    // c1 and c3 stand in the first cell, which has two clusters and twenty tasks to load: 112 s from 50 s on.
    let old = slow(&fault(json!({ "cellOutage": { "cell": "cell-1" } })), &json!({}));
    assert_eq!(times(&old), [200.0, 211.0, 222.0, 233.0]);
    // An outage of the router is no reason to wait.
    assert_eq!(times(&slow(&fault(json!({ "routerOutage": {} })), &json!({}))), [11.0, 22.0, 33.0, 44.0]);
}

#[test]
fn a_further_cell_changes_where_a_cluster_goes() {
    // c1 is being cloned, c2 waits; then all of them are to go to a fourth cell: c1 is cloned anew from there on.
    let more =
        json!({ "addCells": [{ "at": "1h", "clusters": ["c1", "c2"] }, { "at": "3605s", "clusters": ["c1", "c2"] }] });
    let found = moves(&slow(&json!({}), &more));
    let of = |row: &(f64, String, u16)| (row.0 - 3_600.0, row.1.clone(), row.2);
    assert_eq!(found.iter().map(of).collect::<Vec<_>>(), [(22.0, "c1".into(), 3), (33.0, "c2".into(), 3)]);
}

/// Cells of four take a fifth; then one is out for an hour, in which every task crashes once.
fn hit(cell: &str) -> (Vec<u16>, Summary) {
    let faults = json!([{ "name": "down", "at": "2h", "for": "1h", "cellOutage": { "cell": cell } },
                        { "name": "crash", "at": "150m", "taskCrash": { "share": 1 } }]);
    let file = region("6h", &grows(4, "ring"), 40, 2, &json!({ "faults": faults }));
    (crate::routing::assign(Mapping::Ring, &names(40), 5), run(&file, 1))
}

#[test]
fn an_outage_stops_the_launches_of_the_clusters_that_the_cell_has_now() {
    for cell in 0..5u16 {
        let (assignments, summary) = hit(&format!("cell-{}", cell + 1));
        let mine: Vec<bool> = assignments.iter().map(|assignment| *assignment == cell).collect();
        let count = mine.iter().filter(|mine| **mine).count();
        assert!(count > 0, "cell {cell} has nobody");
        let fault = &summary.faults[0];
        check("clusters hit", fault.hit.clusters.mean, count as f64, 0.0);
        check("radius", fault.blast_radius.unwrap().mean, count as f64 / 40.0, 1e-12);
        // Whoever is hit has nothing from the crash, at half past, to the end of the restart; the others start again
        // within a second and 40 s.
        for (row, mine) in summary.services.iter().zip(mine) {
            let number: usize = row.service.trim_start_matches('c').trim_end_matches("/web").parse().unwrap();
            assert_eq!(assignments[number - 1] == cell, mine, "services in the order of the file");
            let lost = 2.0 * 6.0 * 3_600.0 * (1.0 - row.running.mean.mean / 2.0);
            assert!(if mine { lost > 2.0 * 1_800.0 } else { lost < 2.0 * 41.0 + 1e-6 }, "{}: {lost} lost", row.service);
        }
    }
}

#[test]
fn a_restart_takes_what_the_cell_holds_now() {
    let down = |cell: usize, at: &str| {
        let name = format!("cell-{}", cell + 1);
        let faults = json!({ "faults": [{ "name": "down", "at": at, "for": "10m", "cellOutage": { "cell": name } }] });
        cells(&run(&slow(&faults, &json!({})), 1))[cell].down_seconds.mean
    };
    // Two clusters of ten tasks each in each of two cells, before; all four in the third, after.
    assert_eq!([0, 1].map(|cell| down(cell, "30m")), [600.0 + 90.0 + 22.0; 2]);
    assert_eq!([0, 1, 2].map(|cell| down(cell, "2h")), [690.0, 690.0, 690.0 + 44.0]);
}

#[test]
fn a_copy_is_loaded_until_it_is_forgotten() {
    // The first two flips are at 11 and 22 s, and the router reads the map at 50 s. An outage that ends at 30 s finds
    // c1 and c3 in the first cell; one that ends at 60 s, when c1 is gone from there, finds c3, which cannot move.
    let down = |at: &str, span: &str| {
        let faults =
            json!({ "faults": [{ "name": "down", "at": at, "for": span, "cellOutage": { "cell": "cell-1" } }] });
        cells(&run(&slow(&faults, &json!({})), 1))[0].down_seconds.mean
    };
    assert_eq!(down("3625s", "5s"), 5.0 + 90.0 + 22.0);
    assert_eq!(down("3625s", "35s"), 35.0 + 90.0 + 11.0);
}

/// Calls of one stream each 7 s, whose cluster moves at one hour (its clone takes a second), and a refresh of 10 min.
fn called(faults: &Value) -> (Vec<(f64, Call)>, Summary) {
    let stream = json!([{ "clusterName": "jobs", "capacityProviders": ["FARGATE"], "runTasks": [{
        "taskDefinition": "web", "name": "job", "every": { "constant": "7s" }, "launchType": "FARGATE",
        "lives": { "constant": "20s" }, "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"] } } }] }]);
    let plane = json!({ "cells": 1, "peakRequests": "5/s", "router": { "refresh": "10m" },
        "addCells": [{ "at": "1h", "clusters": ["jobs"] }], "restart": { "base": "0s", "clustersPerSecond": 1 } });
    let file = region("2h", &plane, 0, 0, &json!({ "clusters": stream, "faults": faults, "warmUp": "1h" }));
    let (diary, summary) = watch(&file);
    let call = |(now, fact): &(Time, Fact)| match fact {
        Fact::Plane(PlaneFact::Call { what, .. }) => Some((now.as_secs_f64() - 3_600.0, *what)),
        _ => None,
    };
    (diary.0.iter().filter_map(call).collect(), summary)
}

#[test]
fn the_old_cell_sends_late_calls_on_and_is_asked_for_that() {
    let (calls, summary) = called(&json!([]));
    assert!(calls.iter().all(|(_, what)| *what == Call::Accepted), "a call was lost");
    let [old, new] = cells(&summary) else { panic!("two cells") };
    // A launch each 7 s at the new cell; as much at the old one while it sends calls on. Both do 5 a second x 3 / 2.
    let busiest = 9.0 / 60.0 / 7.5;
    check("old", old.peak_utilisation.unwrap().mean, busiest, 1e-3);
    check("new", new.peak_utilisation.unwrap().mean, busiest, 1e-3);
    // In the window, the hour after the cell is added, one call at most comes before the flip.
    assert!(old.launches.accepted.mean <= 1.0 && new.launches.accepted.mean > 510.0, "{summary:#?}");
}

#[test]
fn a_late_call_needs_the_old_cell_too() {
    let down = |at: &str| json!([{ "name": "down", "at": at, "for": "2m", "cellOutage": { "cell": "cell-1" } }]);
    let lost = |at: &str| called(&down(at)).0.iter().filter(|(_, what)| *what == Call::CellDown).count();
    assert!(lost("3700s") > 40, "{} tries lost", lost("3700s"));
    // At 600 s the router reads that the cluster has moved.
    assert_eq!(lost("4201s"), 0);
}

#[test]
fn the_router_goes_on_with_its_old_map_while_the_source_is_out() {
    let faults = json!([{ "name": "map", "at": "3700s", "for": "20m", "mapSourceOutage": {} },
                        { "name": "down", "at": "4600s", "for": "2m", "cellOutage": { "cell": "cell-1" } }]);
    let tries = called(&faults).0;
    assert!(tries.iter().any(|(at, what)| *what == Call::CellDown && *at > 1_000.0), "the router knew of the move");
}

#[test]
fn what_waits_in_the_old_cell_moves_along() {
    // The old cell takes on nothing: all that crashes waits in it, until its cluster moves.
    let faults = json!([{ "name": "slow", "at": "30m", "controlPlaneThrottle": { "cell": "cell-1", "rate": "0/s" } },
                        { "name": "crash", "at": "50m", "taskCrash": { "share": 1 } }]);
    let plane = json!({ "cells": 1, "peakRequests": "40/s", "addCells": [{ "at": "1h", "clusters": ["c1", "c2", "c3"] }],
        "restart": { "clustersPerSecond": 0.1 } });
    let (diary, summary) = watch(&region("2h", &plane, 4, 5, &json!({ "faults": faults })));
    let [old, new] = cells(&summary) else { panic!("two cells") };
    let waits = |cell: &CellRow| cell.launches.offered.mean - cell.launches.accepted.mean;
    assert_eq!((old.launches.accepted.mean, waits(old)), (0.0, 5.0), "the fourth cluster's five wait on");
    assert_eq!((new.launches.accepted.mean, waits(new)), (15.0, 0.0));
    assert_eq!(summary.control_plane[0].launches.offered.mean, 20.0, "each launch is offered once");
    let moved: Vec<f64> = diary
        .0
        .iter()
        .filter(|row| matches!(row.1, Fact::Plane(PlaneFact::Assignment { .. })))
        .map(|row| row.0.as_secs_f64())
        .collect();
    let back = |row: &&(Time, Fact)| matches!(row.1, Fact::Plane(PlaneFact::Launches { what: Delayed::Resumed, .. }));
    assert!(diary.0.iter().filter(back).all(|row| row.0.as_secs_f64() >= moved[0]), "taken on before the first move");
}

#[test]
fn a_new_cluster_begins_where_the_new_map_has_it() {
    let late = json!([{ "clusterName": "c1", "capacityProviders": ["FARGATE"], "services": [service("web", 2, 3, &json!({}))] },
        { "clusterName": "c2", "capacityProviders": ["FARGATE"], "services": [service("web", 2, 3, &json!({}))] },
        { "clusterName": "late", "capacityProviders": ["FARGATE"], "createdAt": "90m",
          "services": [service("web", 4, 3, &json!({}))] }]);
    let faults = json!([{ "name": "down", "at": "2h", "for": "10m", "cellOutage": { "cell": "cell-3" } },
                        { "name": "crash", "at": "125m", "taskCrash": { "share": 1 } }]);
    let file = region("4h", &grows(2, "fullMap"), 0, 0, &json!({ "clusters": late, "faults": faults }));
    let summary = run(&file, 1);
    // The table gives it the cell with the fewest, which is the one that was added; it has not moved there.
    let counts: Vec<u32> = cells(&summary).iter().map(|cell| cell.clusters).collect();
    assert_eq!((counts, summary.control_plane[0].moved.unwrap().mean), (vec![1, 1, 1], 0.0));
    assert_eq!((cells(&summary)[2].launches.accepted.mean, summary.faults[0].hit.clusters.mean), (8.0, 1.0));
}

#[test]
fn faults_find_a_cell_once_it_is_there() {
    let every =
        json!({ "name": "again", "every": { "constant": "50m" }, "for": { "constant": "1m" }, "cellOutage": {} });
    let file = |faults: Value| region("2h", &grows(2, "ring"), 6, 1, &json!({ "faults": faults }));
    let summary = run(&file(json!([every])), 1);
    // Two cells occurrence at 50 and 101 + 5 (a restart) minutes; the clock of the third starts at 60 and occurrences
    // at 110.
    assert_eq!(summary.faults[0].occurrences.mean, 2.0 + 2.0 + 1.0);
    // An outage of all cells that is on when a cell is added holds that one too, until it ends.
    let all = json!({ "name": "all", "at": "30m", "for": "45m", "cellOutage": {} });
    let summary = run(&file(json!([all])), 1);
    let down: Vec<f64> = cells(&summary).iter().map(|cell| cell.down_seconds.mean.floor()).collect();
    assert_eq!(down, [45.0 * 60.0 + 300.0, 45.0 * 60.0 + 300.0, 15.0 * 60.0 + 300.0]);
    assert_eq!(summary.faults[0].hit.cells.mean, 3.0);
    // Named by a cluster, an outage hits the cell that runs it then.
    let moved = moves(&file(json!([])));
    let by = json!({ "name": "by", "at": "90m", "for": "1m", "cellOutage": { "cluster": moved[0].1 } });
    let summary = run(&file(json!([by])), 1);
    assert!(cells(&summary)[usize::from(moved[0].2)].down_seconds.mean > 60.0);
}

#[test]
fn other_calls_are_spread_over_all_cells() {
    let mut plane = grows(2, "ring");
    plane
        .as_object_mut()
        .unwrap()
        .extend(json!({ "peakRequests": "20/s", "otherCalls": "6/s" }).as_object().unwrap().clone());
    let peaks = |warm: &str| -> Vec<f64> {
        let summary = run(&region("2h", &plane, 6, 1, &json!({ "warmUp": warm })), 1);
        cells(&summary).iter().map(|cell| cell.peak_utilisation.unwrap().mean).collect()
    };
    // Each cell does 15 a second: 3 of 6 at first, 2 once there are three cells.
    for (found, share) in peaks("0s").into_iter().zip([3.0, 3.0, 2.0]) {
        check("share of the calls", found, share / 15.0, 1e-6);
    }
}

#[test]
fn the_lines_of_a_cell_begin_when_it_is_added() {
    let file =
        growing_file(&json!({ "behaviour": [{ "family": "web", "crash": { "exponential": { "mean": "1h" } } }] }));
    let options = Options { timeline: true, ..Options::default() };
    let timeline = replicate::run(&plan(&file), &[], &options, &()).timeline;
    let first = |name: &str, cell: &str| {
        let own = timeline.series.iter().filter(|row| row.name == name && row.subject == format!("us-east-1/{cell}"));
        let firsts: Vec<f64> = own.filter_map(|row| row.points.first()).map(|point| point.0.as_secs_f64()).collect();
        assert!(!firsts.is_empty(), "no line {name}");
        firsts.into_iter().fold(f64::INFINITY, f64::min)
    };
    for name in
        ["control_plane_capacity_per_second", "control_plane_requests_per_second", "control_plane_launches_per_minute"]
    {
        assert_eq!((first(name, "cell-3"), first(name, "cell-4")), (0.0, 3_600.0), "{name}");
    }
}
