//! The control plane as it is written: what the plan makes of it, and what is said of a wrong one.

use evenkeel::internals::engine::{Span, Time};
use evenkeel::internals::forecast::cells;
use evenkeel::internals::model::Plan;
use evenkeel::internals::model::plan::{CellRestart, Costs, Growth, Mapping, Plane, Router, Tested};
use evenkeel::internals::model::routing;
use evenkeel::{Options, Scenario, Texts};
use serde_json::{Value, json};

fn cluster(name: &str) -> Value {
    let service = |service: &str| {
        json!({ "serviceName": service, "taskDefinition": "web", "desiredCount": 2, "launchType": "FARGATE",
                "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } } })
    };
    json!({ "clusterName": name, "services": [service("web"), service("api")] })
}

/// Two Regions; the first has this control plane and these clusters, the second one cluster, `far`.
fn file(plane: &Value, clusters: &[&str]) -> Value {
    let mut all: Vec<Value> = vec![cluster("far")];
    all[0]["region"] = json!("eu-west-1");
    all.extend(clusters.iter().map(|name| cluster(name)));
    json!({
        "version": 1, "name": "cells", "duration": "2h",
        "regions": [{ "name": "us-east-1", "controlPlane": plane }, { "name": "eu-west-1" }],
        "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
            "containerDefinitions": [{ "name": "web", "image": "web:1" }] }],
        "clusters": all,
    })
}

fn texts(file: &Value) -> Texts {
    Texts::one("a.json", file.to_string())
}

fn plan(file: &Value) -> Plan {
    Scenario::read("a.json", &texts(file)).into_result().unwrap_or_else(|problems| panic!("{problems:#?}")).into_plan()
}

fn plane(file: &Value) -> Plane {
    plan(file).regions.iter().next().unwrap().plane.clone().unwrap()
}

/// What is wrong or doubtful: severity, pointer, message and way out.
fn said(file: &Value) -> Vec<String> {
    let list = Scenario::read("a.json", &texts(file)).problems.list;
    let line = |one: &evenkeel::internals::model::problem::Problem| {
        format!("{:?} {}: {} | {}", one.severity, one.at, one.message, one.hint.as_deref().unwrap_or_default())
    };
    list.iter().map(line).collect()
}

/// Holds the pointer, the words and the way out of the findings under the control plane that are no notes on defaults.
fn check(plane: &Value, expected: &[(&str, &str, &str)]) {
    let found = said(&file(plane, &["shop", "team"]));
    let ours: Vec<&String> =
        found.iter().filter(|line| line.contains("/regions/0/controlPlane") && !line.contains("by default")).collect();
    assert_eq!(ours.len(), expected.len(), "{plane}: {ours:#?}");
    for (at, words, way_out) in expected {
        let (severity, at) = at.split_once(' ').unwrap();
        let start = format!("{severity} /regions/0/controlPlane{at}: ");
        let fits = |line: &&&String| line.starts_with(&start) && line.contains(words) && line.ends_with(way_out);
        assert!(ours.iter().any(|line| fits(&line)), "{plane}: no {start}{words} | {way_out} in {ours:#?}");
    }
}

#[test]
fn an_empty_block_takes_the_defaults() {
    let expected = Plane {
        zone_rate: None,
        peak_rate: None,
        queue: Span::from_secs(10),
        depends_on: None,
        grows_after: None,
        restart: CellRestart {
            base: Span::from_secs(300),
            cluster: Span::from_millis(100),
            task: Span::from_millis(2),
        },
        costs: Costs { launch: 1_000_000, stop: 0, state_change: 0, reconcile: 0 },
        other_calls: 0,
        tested: Tested::default(),
        router: Router { mapping: Mapping::FullMap, refresh: Span::from_secs(60) },
        growth: Growth { cells: Vec::new(), at_once: 1 },
        evacuation: None,
    };
    assert_eq!(plane(&file(&json!({}), &["shop"])), expected);
    let without = file(&json!(null), &["shop"]);
    assert_eq!(plan(&without).regions.iter().map(|region| region.plane.clone()).collect::<Vec<_>>(), [None, None]);
}

#[test]
fn a_cell_has_its_share_in_each_zone() {
    let rates = |parts: &str, zones: usize| {
        let mut file = file(&serde_json::from_str(parts).unwrap(), &["shop"]);
        let zones: Vec<Value> = (0..zones).map(|zone| json!({ "id": format!("z{zone}") })).collect();
        file["regions"][0]["zones"] = zones.into();
        let plane = plane(&file);
        (plane.zone_rate.unwrap(), plane.peak_rate.unwrap(), plane.other_calls)
    };
    // 150 % of 900/s over 3 cells and 3 zones; 1/A of A / (A - 1); a percentage that is written.
    assert_eq!(
        rates(r#"{"cells": 3, "peakRequests": "900/s", "otherCalls": "9/s"}"#, 3),
        (150_000_000_000, 300_000_000_000, 3_000_000_000)
    );
    assert_eq!(rates(r#"{"peakRequests": "900/s"}"#, 2), (900_000_000_000, 900_000_000_000, 0));
    assert_eq!(rates(r#"{"peakRequests": "900/s"}"#, 4), (300_000_000_000, 900_000_000_000, 0));
    assert_eq!(rates(r#"{"peakRequests": "900/s"}"#, 1), (900_000_000_000, 900_000_000_000, 0));
    assert_eq!(
        rates(r#"{"peakRequests": "900/s", "prescaledPercent": 100}"#, 3),
        (300_000_000_000, 900_000_000_000, 0)
    );
    // What does not divide is rounded so that two zones of three still do the peak.
    let (zone, peak, _) = rates(r#"{"cells": 7, "peakRequests": "1000/s"}"#, 3);
    assert!((peak..peak + 2).contains(&(2 * zone)), "{zone} twice against {peak}");
}

#[test]
fn clusters_stand_by_cell_and_are_listed_as_in_the_file() {
    let pins = json!({ "a": "cell-3", "b": "cell-1", "c": "cell-3", "d": "cell-1" });
    let mut file = file(&json!({ "cells": 4, "router": { "pins": pins } }), &["a", "b", "c", "d"]);
    file["clusters"][1]["account"] = json!("111122223333");
    file["clusters"][3]["account"] = json!("111122223333");
    file["clusters"][4]["createdAt"] = json!("30m");
    let plan = plan(&file);
    let names: Vec<&str> = plan.clusters.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["b", "d", "a", "c", "far"]);
    let cells: Vec<(&str, u32, u32)> = plan
        .cells
        .iter()
        .map(|cell| (cell.name.as_str(), cell.clusters.len() as u32, cell.accounts.len() as u32))
        .collect();
    assert_eq!(cells, [("cell-1", 2, 2), ("cell-2", 0, 0), ("cell-3", 2, 1), ("cell-4", 0, 0), ("cell-1", 1, 1)]);
    let order: Vec<&str> = plan.written.clusters.iter().map(|id| plan.clusters[*id].name.as_str()).collect();
    assert_eq!(order, ["far", "a", "b", "c", "d"]);
    for (id, cell) in plan.cells.pairs() {
        assert!(cell.clusters.clone().all(|row| plan.clusters.iter().nth(row as usize).unwrap().cell == id));
        assert!(cell.accounts.clone().all(|row| plan.accounts.iter().nth(row as usize).is_some()));
    }
    let created: Vec<Option<Time>> = plan.clusters.iter().map(|row| row.created).collect();
    assert_eq!(created, [None, Some(Time::ZERO + Span::from_secs(1_800)), None, None, None]);
}

#[test]
fn results_are_in_the_order_of_the_file() {
    let pins = json!({ "a": "cell-3", "b": "cell-1", "c": "cell-2" });
    let mut file = file(&json!({ "cells": 3, "router": { "pins": pins } }), &["a", "b", "c"]);
    for cluster in file["clusters"].as_array_mut().unwrap() {
        cluster["runTasks"] = json!([{ "taskDefinition": "web", "name": "work", "rate": "1/min", "lives": { "constant": "30s" },
            "launchType": "FARGATE", "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a"] } } }]);
        cluster["capacityProviders"] = json!(["FARGATE", "managed"]);
    }
    file["capacityProviders"] = json!([{ "name": "managed", "managedInstancesProvider": {
        "infrastructureRoleArn": "arn:aws:iam::111122223333:role/i", "instanceLaunchTemplate": {
            "ec2InstanceProfileArn": "arn:aws:iam::111122223333:instance-profile/x",
            "networkConfiguration": { "subnets": ["a"] },
            "instanceRequirements": { "vCpuCount": { "min": 1 }, "memoryMiB": { "min": 1024 } } } } }]);
    file["faults"] = json!([{ "name": "all", "at": "1h", "taskCrash": { "share": 1 } }]);
    let scenario = Scenario::read("a.json", &texts(&file)).scenario.unwrap_or_else(|| panic!("{:#?}", said(&file)));
    let outcome = scenario.run(&Options { timeline: true, ..Options::default() }, &());
    let both = |names: [&str; 2]| {
        let of = |cluster: &str| names.map(|name| format!("{cluster}/{name}"));
        ["far", "a", "b", "c"].map(of).concat()
    };
    let services: Vec<String> = outcome.summary.services.iter().map(|row| row.service.clone()).collect();
    assert_eq!(services, both(["web", "api"]));
    let streams: Vec<&str> = outcome.summary.run_tasks.iter().map(|row| row.stream.as_str()).collect();
    assert_eq!(streams, ["far/work", "a/work", "b/work", "c/work"]);
    let providers: Vec<&str> =
        outcome.summary.capacity_providers.iter().map(|row| row.capacity_provider.as_str()).collect();
    assert_eq!(providers, ["far/managed", "a/managed", "b/managed", "c/managed"]);
    let mut losses: Vec<&str> = outcome.summary.losses.iter().map(|row| row.service.as_str()).collect();
    losses.dedup();
    assert!(losses.len() >= 8 && losses[0] == "far/web" && losses.last().unwrap().starts_with("c/"), "{losses:?}");
    let mut series: Vec<&str> = outcome.timeline.series.iter().map(|series| series.subject.as_str()).collect();
    series.dedup();
    let subjects = ["web", "api", "work"];
    let all = ["far", "a", "b", "c"].map(|cluster| subjects.map(|name| format!("{cluster}/{name}"))).concat();
    assert_eq!(series[..all.len()], all);
    // Then the cells, in the order of their Regions, and the providers.
    let (cells, last) = series[all.len()..].split_at(series.len() - all.len() - providers.len());
    assert!(!cells.is_empty() && cells.iter().all(|subject| subject.contains("/cell-")), "{cells:?}");
    assert_eq!(last, providers);
}

#[test]
fn the_router_maps_as_it_says() {
    let names: Vec<String> = (0..40).map(|number| format!("team-{number}")).collect();
    let clusters: Vec<&str> = names.iter().map(String::as_str).collect();
    for (router, mapping) in [
        (json!({}), Mapping::FullMap),
        (json!({ "mapping": "hash" }), Mapping::Hash),
        (json!({ "mapping": "ring" }), Mapping::Ring),
        (json!({ "mapping": "shuffleShard" }), Mapping::ShuffleShard { workers: 8, size: 2 }),
        (
            json!({ "mapping": "shuffleShard", "workers": 20, "shardSize": 3, "pins": { "team-7": "cell-2" } }),
            Mapping::ShuffleShard { workers: 20, size: 3 },
        ),
    ] {
        let plan = plan(&file(&json!({ "cells": 5, "router": router }), &clusters));
        let mut expected = routing::assign_around(mapping, &names, &vec![None; names.len()], 5);
        if router["pins"].is_object() {
            assert_ne!(expected[7], 1, "the pin says what the hash says");
            expected[7] = 1;
        }
        for row in plan.clusters.iter().filter(|row| row.name != "far") {
            let place = names.iter().position(|name| *name == row.name).unwrap();
            assert_eq!(row.cell.0, expected[place], "{router}: {}", row.name);
            let shard = match mapping {
                Mapping::ShuffleShard { workers, size } => routing::shard(&row.name, workers, size),
                _ => u64::MAX,
            };
            assert_eq!(row.shard, shard, "{router}: {}", row.name);
        }
    }
}

#[test]
fn a_map_may_be_incomplete() {
    let map = json!({ "a": "cell-1", "b": "cell-1" });
    let file = file(&json!({ "cells": 2, "router": { "map": map } }), &["a", "b", "c", "d"]);
    let plan = plan(&file);
    let cell = |name: &str| plan.clusters.iter().find(|row| row.name == name).unwrap().cell.0;
    assert_eq!(["a", "b", "c", "d"].map(cell), [0, 0, 1, 1]);
    // A pin comes before the row, and counts where the others are spread.
    let mut pinned = file.clone();
    pinned["regions"][0]["controlPlane"]["router"]["pins"] = json!({ "a": "cell-2" });
    let cells: Vec<(String, u16)> =
        self::plan(&pinned).clusters.iter().map(|row| (row.name.clone(), row.cell.0)).collect();
    let expected = [("b", 0), ("c", 0), ("a", 1), ("d", 1), ("far", 2)];
    assert_eq!(cells, expected.map(|(name, cell)| (name.to_owned(), cell)));
    let words = "2 clusters have no row in `map`: the cell with the fewest clusters takes each";
    assert!(said(&file).iter().any(|line| line.contains(words)), "{:#?}", said(&file));
}

#[test]
fn pins_that_point_nowhere() {
    let pins = |pins: Value| json!({ "cells": 2, "router": { "mapping": "hash", "pins": pins } });
    check(
        &pins(json!({ "shop": "cell-3", "shpo": "cell-1", "far": "cell-2", "team": "cell-02", "x/y": "here" })),
        &[
            ("Error /router/pins/shop", "no control-plane cell is called `cell-3`", "did you mean `cell-1`?"),
            ("Error /router/pins/shpo", "no cluster is called `shpo`", "did you mean `shop`?"),
            ("Error /router/pins/far", "the cluster `far` is in another Region", "change the cluster's `region`"),
            ("Error /router/pins/team", "no control-plane cell is called `cell-02`", "did you mean `cell-2`?"),
            ("Error /router/pins/x~1y", "no cluster is called `x/y`", "known: shop, team"),
            ("Error /router/pins/x~1y", "no control-plane cell is called `here`", "known: cell-1, cell-2"),
        ],
    );
    let many: serde_json::Map<String, Value> = (0..300).map(|row| (format!("nobody-{row}"), json!("cell-1"))).collect();
    let found = said(&file(&pins(many.into()), &["shop"]));
    assert_eq!(found.iter().filter(|line| line.starts_with("Error")).count(), 101, "{found:#?}");
    assert!(found.iter().any(|line| line.contains("200 more rows of this map are wrong")));
}

#[test]
fn routers_that_mean_nothing() {
    let router = |router: Value| json!({ "router": router });
    check(
        &router(json!({ "mapping": "hash", "workers": 4, "shardSize": 2, "map": { "shop": "cell-1" } })),
        &[
            ("Error /router/workers", "`workers` belongs to `shuffleShard`", "or leave it out"),
            ("Error /router/shardSize", "`shardSize` belongs to `shuffleShard`", "or leave it out"),
            ("Error /router/map", "`map` belongs to `fullMap`", "or move its rows to `pins`"),
        ],
    );
    check(
        &router(json!({ "mapping": "shuffleShard", "workers": 4, "shardSize": 5 })),
        &[("Error /router/shardSize", "`shardSize` must be between 1 and 4, not `5`", "lower it")],
    );
    check(
        &router(json!({ "mapping": "shuffleShard", "workers": 65 })),
        &[("Error /router/workers", "must be between 1 and 64", "lower it")],
    );
    check(
        &router(json!({ "map": { "shop": "cell-1", "team": "cell-1" }, "pins": { "shop": "cell-1" } })),
        &[("Warning /router/map/shop", "`shop` has a pin: this row is not used", "keep one of them")],
    );
}

#[test]
fn numbers_that_no_cell_can_have() {
    check(&json!({ "cells": 0 }), &[("Error /cells", "must be between 1 and 4096", "raise it")]);
    check(&json!({ "cells": 4_097 }), &[("Error /cells", "must be between 1 and 4096", "lower it")]);
    check(
        &json!({ "peakRequests": "0/s", "tested": { "requests": "0/h" } }),
        &[
            (
                "Error /peakRequests",
                "must be above 0 in each cell",
                "leave `peakRequests` out for cells that take any load",
            ),
            ("Error /tested/requests", "`requests` must be above 0", "or leave it out"),
        ],
    );
    check(
        &json!({ "peakRequests": "1000000000/s", "prescaledPercent": 150 }),
        &[("Error /peakRequests", "at most 1,000,000,000 requests/s", "or `prescaledPercent`")],
    );
    check(
        &json!({ "restart": { "clustersPerSecond": 0, "tasksPerSecond": 1e9 }, "costs": { "launch": -1, "stop": 2_000 } }),
        &[
            ("Error /restart/clustersPerSecond", "must be between 0.001 and 100000", ""),
            ("Error /restart/tasksPerSecond", "must be between 0.001 and 100000", ""),
            ("Error /costs/launch", "must be between 0 and 1000", "raise it"),
            ("Error /costs/stop", "must be between 0 and 1000", "lower it"),
        ],
    );
    // All of it at once.
    let odd = json!({ "cells": 5_000, "prescaledPercent": 0, "costs": { "stop": -1.0 }, "restart": { "tasksPerSecond": 0.0 },
                      "tested": { "clusters": 0 }, "router": { "mapping": "shuffleShard", "workers": 99, "shardSize": 0 } });
    let out = Scenario::read("a.json", &texts(&file(&odd, &["shop"]))).into_result().unwrap_err();
    let places: Vec<&str> = out.list.iter().filter_map(|one| one.at.strip_prefix("/regions/0/controlPlane")).collect();
    for place in
        ["/cells", "/prescaledPercent", "/costs/stop", "/restart/tasksPerSecond", "/tested/clusters", "/router/workers"]
    {
        assert!(places.contains(&place), "{place} is not in {places:?}");
    }
}

#[test]
fn what_is_doubtful_is_told() {
    check(
        &json!({ "cells": 2, "peakRequests": "90/s", "prescaledPercent": 100,
                 "tested": { "requests": "40/s", "clusters": 1, "tasks": 4 }, "router": { "pins": { "shop": "cell-2", "team": "cell-2" } } }),
        &[
            ("Warning ", "without one zone each cell does 66.7 % of its peak", "which survives a zone"),
            ("Warning /cells", "`cell-1` has no cluster", "pin a cluster there"),
            ("Warning /tested/requests", "built for 45/s and tested for 40/s", ""),
            ("Warning /tested/clusters", "`cell-2` holds 2 clusters and was tested for 1", ""),
            ("Warning /tested/tasks", "`cell-2` holds 8 tasks and was tested for 4", ""),
            (
                "Warning /tested",
                "beyond its test the largest cell does 50.0 % of what it could do",
                "that do not slow down",
            ),
        ],
    );
    let tested = json!({ "requests": "45/s", "clusters": 1, "tasks": 4 });
    check(&json!({ "cells": 2, "peakRequests": "90/s", "tested": tested }), &[]);
    check(
        &json!({ "prescaledPercent": 150, "growsAfter": "5m", "queue": "1s", "otherCalls": "3/s", "costs": { "stop": 1 } }),
        &["prescaledPercent", "growsAfter", "queue", "otherCalls", "costs"]
            .map(|key| (["Warning /", key].concat(), key))
            .iter()
            .map(|(at, _)| {
                (at.as_str(), "is not used: without `peakRequests` a cell takes any load", "or leave it out")
            })
            .collect::<Vec<_>>(),
    );
    let mut one_zone = file(&json!({ "peakRequests": "90/s" }), &["shop"]);
    one_zone["regions"][0]["zones"] = json!([{ "id": "z" }]);
    assert!(
        said(&one_zone).iter().any(|line| line.contains("has one zone: without it its control plane does nothing"))
    );
    let mut late = file(&json!({}), &["shop"]);
    late["clusters"][1]["createdAt"] = json!("2h");
    assert!(said(&late).iter().any(|line| line.starts_with("Warning /clusters/1/createdAt: ")), "{:#?}", said(&late));
    late["clusters"][1]["createdAt"] = json!("119m");
    assert!(!said(&late).iter().any(|line| line.contains("after the end")));
}

#[test]
fn derived_values_follow_the_plan() {
    let file = file(
        &json!({ "cells": 2, "peakRequests": "1000/s", "router": { "pins": { "a": "cell-2" } } }),
        &["a", "b", "c"],
    );
    let rows = cells::derived(&plan(&file));
    let found: Vec<(&str, u32, u64)> = rows.iter().map(|row| (row.cell.as_str(), row.clusters, row.tasks)).collect();
    assert_eq!(found, [("cell-1", 2, 8), ("cell-2", 1, 4)]);
    assert!(
        rows.iter().all(|row| row.region == "us-east-1" && row.rates == Some((500.0, 250.0)) && row.left == Some(1.0))
    );
}

#[test]
fn too_many_cells_are_told() {
    let mut file = file(&json!({}), &["shop"]);
    let regions: Vec<Value> =
        (0..6).map(|row| json!({ "name": format!("r{row}"), "controlPlane": { "cells": 4_096 } })).collect();
    file["regions"].as_array_mut().unwrap().extend(regions);
    let words = "the Regions have more than 16384 cells together";
    assert!(said(&file).iter().any(|line| line.contains(words)), "{:#?}", said(&file));
}

#[test]
fn what_the_launch_path_needs_and_what_faults_name_is_known() {
    let mut wrong = file(&json!({ "dependsOn": "far/web" }), &["shop"]);
    wrong["regions"][0]["zones"] = json!([{ "id": "z1" }, { "id": "z2" }, { "id": "lax", "kind": "localZone" }]);
    wrong["faults"] = json!([
        { "name": "no plane there", "at": "1h", "controlPlaneZoneLoss": { "zone": "lax" } },
        { "name": "no such cell", "at": "1h", "cellOutage": { "cell": "us-east-1/cell-9" } },
        { "name": "two answers", "at": "1h", "cellOutage": { "cell": "us-east-1/cell-1", "cluster": "shop" } },
        { "name": "how much", "at": "1h", "controlPlaneThrottle": {} },
        { "name": "nobody", "at": "1h", "poisonCustomer": { "cluster": "shpo" } },
        { "name": "nowhere", "at": "1h", "routerOutage": { "region": "us-east-2" } },
    ]);
    let found = said(&wrong);
    for (pointer, words) in [
        ("/regions/0/controlPlane/dependsOn", "Regions share nothing | name a service of `us-east-1`"),
        ("/faults/0/controlPlaneZoneLoss/zone", "it is always the Region's | name an availability zone"),
        ("/faults/1/cellOutage/cell", "no control-plane cell is called `us-east-1/cell-9` | did you mean"),
        ("/faults/2/cellOutage", "`cell` and `cluster` exclude each other"),
        ("/faults/3/controlPlaneThrottle", "nothing says how much is taken on | write \"rate\": \"5/s\""),
        ("/faults/4/poisonCustomer/cluster", "no cluster is called `shpo` | did you mean `shop`?"),
        ("/faults/5/routerOutage/region", "no Region is called `us-east-2` | did you mean `us-east-1`?"),
    ] {
        let told = found.iter().any(|line| line.starts_with(&format!("Error {pointer}: ")) && line.contains(words));
        assert!(told, "{pointer}: {words}\nin {found:#?}");
    }
    wrong["regions"][0]["controlPlane"]["dependsOn"] = json!("shop/wbe");
    assert!(said(&wrong).iter().any(|line| line.contains("did you mean `shop/web`?")));
}

#[test]
fn the_router_reads_its_map_in_seconds() {
    for refresh in ["0s", "999ms", "86401s"] {
        let plane = json!({ "router": { "refresh": refresh } });
        check(&plane, &[("Error /router/refresh", "`refresh` must be between 1s and 1d", "")]);
    }
}

#[test]
fn growth_that_cannot_be_is_told_at_once() {
    let rows =
        json!([{ "at": "2h" }, { "at": "30m", "clusters": ["shop", "shpo", "far", "team", "shop"] }, { "at": "30m" }]);
    check(
        &json!({ "cells": 2, "router": { "pins": { "team": "cell-1" } }, "addCells": rows, "migration": { "atOnce": 2 } }),
        &[
            ("Error /addCells/0/at", "before the end of the run, `2h`, not at `2h`", "make `duration` longer"),
            ("Error /addCells/1/at", "`30m` must come after `2h`", "in order of time, each once"),
            ("Error /addCells/2/at", "`30m` must come after `30m`", "in order of time, each once"),
            ("Error /addCells/1/clusters/1", "no cluster is called `shpo`", "did you mean `shop`?"),
            ("Error /addCells/1/clusters/2", "the cluster `far` is in another Region", "name one of this Region"),
            ("Error /addCells/1/clusters/3", "`team` has a pin", "remove the pin, or this name"),
            ("Error /addCells/1/clusters/4", "`shop` stands twice", "keep one of them"),
            ("Note /addCells/0", "`cell-3` is added at 2h: 0 of 2 clusters move", ""),
            ("Note /addCells/1", "`cell-4` is added at 30m: 1 of 2 clusters moves", ""),
            ("Note /addCells/2", "`cell-5` is added at 30m: 0 of 2 clusters move", ""),
            ("Warning /addCells/0", "the cell stays empty", "list `clusters` that migrate to it"),
        ],
    );
    let hash = json!({ "router": { "mapping": "hash" }, "addCells": [{ "at": "0s", "clusters": ["shop"] }] });
    check(
        &hash,
        &[
            ("Error /addCells/0/at", "must be added after 0", "write more `cells` instead"),
            ("Error /addCells/0/clusters", "belongs to `fullMap`", "pin clusters to their cells"),
            ("Note /addCells/0", "of 2 clusters move", ""),
        ],
    );
    check(&json!({ "migration": { "atOnce": 3 } }), &[("Warning /migration", "no cell is added", "leave it out")]);
    let most = json!({ "cells": 4_096, "addCells": [{ "at": "1h" }] });
    let words = "Error /regions/0/controlPlane/addCells: a Region has at most 4096 cells: 0 can be added, not 1";
    assert!(said(&file(&most, &["shop"])).iter().any(|line| line.starts_with(words)));
}

#[test]
fn cells_that_are_added_have_names() {
    let plane = json!({ "cells": 2, "router": { "mapping": "ring" }, "addCells": [{ "at": "1h" }] });
    let mut all = file(&plane, &["shop"]);
    all["faults"] = json!([
        { "name": "known", "at": "70m", "for": "1m", "cellOutage": { "cell": "cell-3" } },
        { "name": "early", "at": "50m", "for": "1m", "controlPlaneThrottle": { "cell": "cell-3", "rate": "1/s" } },
        { "name": "unknown", "at": "70m", "for": "1m", "cellOutage": { "cell": "cell-4" } },
    ]);
    let found = said(&all);
    let told = |start: &str| found.iter().any(|line| line.starts_with(start));
    assert!(told("Error /faults/2/cellOutage/cell: no control-plane cell is called `cell-4`"), "{found:#?}");
    assert!(!told("Error /faults/0"), "{found:#?}");
    all["faults"].as_array_mut().unwrap().pop();
    let found = said(&all);
    let early = "Warning /faults/1/at: `cell-3` is not there before 1h | until then the fault has nothing to hit";
    assert!(found.iter().any(|line| line.starts_with(early)), "{found:#?}");
    assert!(!found.iter().any(|line| line.contains("`cell-3` has no cluster")), "{found:#?}");
}

#[test]
fn an_evacuation_that_cannot_be_is_told() {
    let of = |evacuation: serde_json::Value| json!({ "cells": 2, "evacuation": evacuation });
    check(&of(json!({ "every": "30s", "above": 0.5, "tests": 2, "backAfter": "1h" })), &[]);
    let wrong = json!({ "every": "0s", "above": 1, "backAfter": "1000d" });
    check(
        &of(wrong),
        &[
            ("Error /evacuation/every", "must be between 1s and 1d", ""),
            ("Error /evacuation/above", "`above` must be above 0 and below 1, not 1", "a share such as 0.05"),
            ("Error /evacuation/backAfter", "at most 365d", ""),
        ],
    );
    check(&of(json!({ "tests": 0 })), &[("Error /evacuation/tests", "`tests` must be between 1 and 1000", "")]);
    check(
        &json!({ "evacuation": {} }),
        &[("Warning /evacuation", "there is no other one", "raise `cells`, or leave it out")],
    );
    check(&json!({ "cells": 2, "migration": { "atOnce": 2 }, "evacuation": {} }), &[]);
}
