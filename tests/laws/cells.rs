//! Cells share nothing, have a capacity that zones take along, and come back after what they hold (A deep dive into
//! resilience and availability on Amazon ECS; Static stability using Availability Zones; Reducing the Scope of Impact
//! with Cell-Based Architecture).

use crate::world::{case, check, check_values, each, plan, run, service, the_fault, watch, world};
use evenkeel::internals::engine::{Limits, Sim, Stop};
use evenkeel::internals::metrics::summary::Summary;
use evenkeel::internals::model::fact::{Call, Fact, PlaneFact, TaskFact};
use evenkeel::internals::model::{Plan, World};
use serde_json::{Value, json};

/// A Region of three zones with this control plane, and clusters `c1`, `c2`, ... of one service of six tasks each.
fn cells(duration: &str, plane: &Value, clusters: usize, parts: &Value) -> Value {
    let zones = json!([{ "id": "z1" }, { "id": "z2" }, { "id": "z3" }]);
    let cluster = |row: usize| {
        json!({ "clusterName": format!("c{row}"), "capacityProviders": ["FARGATE"],
                "services": [service("web", 6, 3, &json!({}))] })
    };
    let mut all = json!({
        "regions": [{ "name": "us-east-1", "zones": zones, "controlPlane": plane }],
        "clusters": (1..=clusters).map(cluster).collect::<Vec<_>>(),
        "behaviour": [{ "family": "web", "start": { "constant": "40s" }, "crash": { "exponential": { "mean": "2h" } } }],
        "detection": { "loss": { "constant": "20s" } },
    });
    all.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    world(duration, all)
}

/// The digests of the partitions.
fn digests(plan: &Plan) -> Vec<u64> {
    let worlds = World::all(plan).into_iter().map(|world| (world, ()));
    let mut sim = Sim::new(plan, plan.seed(), worlds, plan.lookahead(), Limits::default());
    sim.prepare(World::prepare);
    assert_eq!(sim.run_until(plan.end()), Stop::Finished);
    sim.digests().collect()
}

#[test]
fn a_fault_in_one_cell_changes_no_byte_of_another() {
    let plane = json!({ "cells": 4, "peakRequests": "40/s" });
    let calm = digests(&plan(&cells("8h", &plane, 8, &json!({}))));
    for fault in [
        json!({ "cellOutage": { "cell": "cell-3" } }),
        json!({ "cellOutage": { "cluster": "c3", "share": 0.5 } }),
        json!({ "poisonCustomer": { "cluster": "c3" } }),
        json!({ "controlPlaneThrottle": { "cell": "cell-3", "rate": "0.01/s" } }),
    ] {
        let mut row = json!({ "name": "bad", "at": "1h", "for": "1h" });
        row.as_object_mut().unwrap().extend(fault.as_object().unwrap().clone());
        let hit = digests(&plan(&cells("8h", &plane, 8, &json!({ "faults": [row] }))));
        let same: Vec<bool> = calm.iter().zip(&hit).map(|(a, b)| a == b).collect();
        assert_eq!(same, [true, true, false, true], "{fault}");
    }
}

#[test]
fn the_blast_radius_is_k_of_c() {
    for (count, hit) in [(1, 1), (2, 1), (4, 1), (4, 3), (8, 2)] {
        let faults: Vec<Value> = (1..=hit)
            .map(|cell| {
                let cell = format!("cell-{cell}");
                json!({ "name": format!("{cell} down"), "at": "1h", "for": "3h", "cellOutage": { "cell": cell } })
            })
            .collect();
        let summary = run(&cells("8h", &json!({ "cells": count }), 8, &json!({ "faults": faults })), 1);
        let all: f64 = summary.faults.iter().map(|fault| fault.blast_radius.unwrap().mean).sum();
        check(&format!("{hit} of {count}"), all, f64::from(hit) / f64::from(count), 1e-12);
    }
}

#[test]
fn a_restart_takes_what_the_cell_holds() {
    let plane = json!({ "cells": 1,
        "restart": { "base": "90s", "clustersPerSecond": 0.5, "tasksPerSecond": 4 } });
    let faults = json!({ "faults": [{ "name": "down", "at": "1h", "for": "10m", "cellOutage": {} }], "behaviour": [] });
    let summary = run(&cells("3h", &plane, 5, &faults), 1);
    // 5 clusters at one in two seconds, 30 tasks at four a second.
    check("down", summary.control_plane[0].cells[0].down_seconds.mean, 600.0 + 90.0 + 10.0 + 7.5, 1e-6);
}

/// Share of a year in which a cell is down, for each replication: the mean over all cells.
fn down(count: u64, per_year: f64, minutes: f64) -> Vec<f64> {
    let mean = format!("{}m", 525_600.0 / per_year);
    let plane = json!({ "cells": count,
        "restart": { "base": "0s", "clustersPerSecond": 100_000, "tasksPerSecond": 100_000 } });
    let file = cells(
        "8760h",
        &plane,
        0,
        &json!({ "behaviour": [], "faults": [{ "name": "down", "every": { "exponential": { "mean": mean } },
                              "for": { "exponential": { "mean": format!("{minutes}m") } }, "cellOutage": {} }] }),
    );
    let share = |summary: &Summary| {
        let row = &summary.control_plane[0];
        row.cells.iter().map(|cell| cell.down_seconds.mean).sum::<f64>() / count as f64 / 525_600.0 / 60.0
    };
    each(&file, 2_000, share)
}

#[test]
fn the_mean_loss_does_not_depend_on_the_number_of_cells_and_the_spread_does() {
    let reference = case("cells-a-exp");
    let (rate, minutes) = (reference.get("cell_failures_per_up_year"), reference.get("mttr_minutes"));
    let q = rate * minutes / (rate * minutes + 525_600.0);
    check("customer-minutes", reference.get("customers") * 525_600.0 * q, reference.value(), 1e-6 * reference.value());
    let spread = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
    };
    let mut alone = 0.0;
    for count in [1, 4, 16] {
        let shares = down(count, rate, minutes);
        check_values(&format!("{count} cells"), &shares, q, 0.3);
        if count == 1 {
            alone = spread(&shares);
        } else {
            // The standard error of a ratio of two spreads of 2,000 heavy-tailed values is about a tenth.
            check(&format!("spread of {count}"), spread(&shares) * (count as f64).sqrt() / alone, 1.0, 0.4);
        }
    }
}

/// Two calls a second for a control plane built for two, which loses a zone for ten minutes at one hour.
fn zone_lost(percent: u64, more: &Value) -> (Vec<(f64, Call)>, Summary) {
    let mut plane = json!({ "cells": 1, "peakRequests": "2/s", "prescaledPercent": percent });
    plane.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let stream = json!([{ "clusterName": "jobs", "capacityProviders": ["FARGATE"], "runTasks": [{
        "taskDefinition": "web", "name": "job", "every": { "constant": "500ms" },
        "launchType": "FARGATE", "lives": { "constant": "20s" },
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"] } } }] }]);
    let faults = json!([{ "name": "plane dark", "at": "1h", "for": "10m", "controlPlaneZoneLoss": { "zone": "z2" } }]);
    let file = cells(
        "2h",
        &plane,
        0,
        &json!({ "clusters": stream, "faults": faults, "behaviour": [
        { "family": "web", "start": { "constant": "5s" } }] }),
    );
    let (diary, summary) = watch(&file);
    let call = |(now, fact): &(evenkeel::internals::engine::Time, Fact)| match fact {
        Fact::Plane(PlaneFact::Call { what, .. }) => Some((now.as_secs_f64() - 3_600.0, *what)),
        _ => None,
    };
    (diary.0.iter().filter_map(call).collect(), summary)
}

#[test]
fn what_is_prescaled_loses_a_zone_and_nothing_else() {
    let (calls, summary) = zone_lost(150, &json!({}));
    assert!(calls.iter().all(|(_, what)| *what == Call::Accepted), "something waited");
    assert_eq!(summary.control_plane[0].launches.throttled.mean, 0.0);
    let fault = the_fault(&summary);
    assert_eq!((fault.hit.cells.mean, fault.blast_radius.unwrap().mean), (1.0, 0.0));
    // 2 of what is 3 a second in three zones, and all of what is 2 in two.
    check("peak", summary.control_plane[0].cells[0].peak_utilisation.unwrap().mean, 1.0, 0.02);
}

#[test]
fn without_headroom_the_queue_grows_as_by_hand() {
    let (calls, summary) = zone_lost(100, &json!({}));
    let count = |what: Call, from: f64, until: f64| {
        calls.iter().filter(|(at, of)| *of == what && (from..until).contains(at)).count() as f64
    };
    // 4/3 a second are left of 2. First the cell uses up the second's worth that it has in hand, at most 4/3; then
    // the queue grows by 2/3 a second up to ten seconds of full work, 20 calls.
    let first = calls.iter().find(|(_, what)| *what == Call::CellBusy).unwrap().0;
    assert!((30.0..=33.0).contains(&first), "the first call is turned away after {first} s");
    for until in [15.0, 20.0, 29.0] {
        let waiting =
            count(Call::Queued, 0.0, until) - (count(Call::Accepted, 0.0, until) - taken_at_once(&calls, until));
        check(&format!("waiting at {until} s"), waiting, until * 2.0 / 3.0 - 4.0 / 3.0, 2.0);
    }
    // While it lasts, the cell takes on 4/3 a second whatever is asked of it.
    check("taken on", count(Call::Accepted, 60.0, 600.0), 540.0 * 4.0 / 3.0, 2.0);
    let plane = &summary.control_plane[0].launches;
    // At the peak a full queue never drains: what came too late for its turn still waits at the end.
    let waiting = plane.offered.mean - plane.accepted.mean - plane.throttled.mean;
    check("wait to the end", waiting, 19.5, 0.5);
    assert!(plane.throttled.mean > 300.0 && plane.failed.mean == 0.0, "{plane:?}");
    // A third of what is offered exceeds the capacity; what was queued at the end is taken on.
    check("throttled", plane.throttled.mean, 600.0 * 2.0 / 3.0 - 20.0 - 4.0 / 3.0, 12.0);
}

/// Calls that did not wait.
fn taken_at_once(calls: &[(f64, Call)], until: f64) -> f64 {
    let begins = calls.iter().find(|(at, what)| *at >= 0.0 && *what == Call::Queued).map_or(until, |(at, _)| *at);
    calls.iter().filter(|(at, what)| *what == Call::Accepted && (0.0..begins).contains(at)).count() as f64
}

#[test]
fn growing_takes_its_time() {
    let (calls, _) = zone_lost(100, &json!({ "growsAfter": "3m" }));
    let busy: Vec<f64> = calls.iter().filter(|(_, what)| *what == Call::CellBusy).map(|(at, _)| *at).collect();
    assert!(busy[0] < 34.0, "it is busy from {} s on", busy[0]);
    // At the rate of the peak the queue stays as long as it is, and each repetition meets it full.
    let last = busy.last().unwrap();
    assert!((175.0..600.0).contains(last), "it is busy until {last} s");
}

#[test]
fn an_account_over_several_cells_has_one_bucket() {
    // 300 tasks in two cells lose their zone: one bucket of 100 and 20 a second gives the last launch after 10 s.
    let two = |row: usize| {
        json!({ "clusterName": format!("c{row}"), "account": "111122223333", "capacityProviders": ["FARGATE"],
                "services": [service("web", 300, 2, &json!({}))] })
    };
    let file = cells(
        "3h",
        &json!({ "cells": 2 }),
        0,
        &json!({ "clusters": [two(1), two(2)],
        "behaviour": [{ "family": "web", "start": { "constant": "40s" } }],
        "faults": [{ "name": "dark", "at": "1h", "for": "1h", "zonePowerLoss": { "zone": "z1" } }] }),
    );
    assert_eq!(plan(&file).parts(|_| false).len(), 1, "cells that share an account run together");
    let summary = run(&file, 1);
    check("full strength", the_fault(&summary).full_strength_seconds.unwrap().mean, 20.0 + 10.0 + 40.0, 1e-3);
}

#[test]
fn cells_that_exhaust_a_stock_take_it_from_each_other() {
    // Each of four cells wants 30 quarter vCPUs in one zone that has 25 vCPUs: 100 of 120 tasks find room.
    let one = |row: usize| {
        json!({ "clusterName": format!("c{row}"), "capacityProviders": ["FARGATE"],
                "services": [service("web", 30, 1, &json!({}))] })
    };
    let mut file = cells(
        "2h",
        &json!({ "cells": 4 }),
        0,
        &json!({ "clusters": (1..=4).map(one).collect::<Vec<_>>(),
        "behaviour": [{ "family": "web", "start": { "constant": "40s" } }] }),
    );
    file["regions"][0]["fargate"] = json!({ "vcpuPerZone": 25 });
    let summary = run(&file, 1);
    let running: f64 = summary.services.iter().map(|service| service.running.max.mean).sum();
    assert_eq!(running, 100.0);
    file["regions"][0]["fargate"] = json!({ "vcpuPerZone": 30 });
    let summary = run(&file, 1);
    assert_eq!(summary.services.iter().map(|service| service.running.max.mean).sum::<f64>(), 120.0);
}

/// Half a call a second for 20 s of work each, at a cell that does one request a second: its busiest minute.
fn peak(more: &Value) -> f64 {
    let mut plane = json!({ "cells": 1, "peakRequests": "1/s", "prescaledPercent": 100 });
    plane.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let stream = json!([{ "clusterName": "jobs", "capacityProviders": ["FARGATE"], "runTasks": [{
        "taskDefinition": "web", "name": "job", "every": { "constant": "2s" },
        "launchType": "FARGATE", "lives": { "constant": "20s" },
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"] } } }] }]);
    let file = cells("1h", &plane, 0, &json!({ "clusters": stream, "warmUp": "5m", "behaviour": [] }));
    run(&file, 1).control_plane[0].cells[0].peak_utilisation.unwrap().mean
}

#[test]
fn each_kind_of_work_takes_its_part() {
    // A task is launched, tells that it runs and that it has ended; each look of the scheduler is for one call.
    for (more, load) in [
        (json!({}), 0.5),
        (json!({ "costs": { "launch": 1.5 } }), 0.75),
        (json!({ "costs": { "stateChange": 0.25 } }), 0.5 + 0.5 * 2.0 * 0.25),
        (json!({ "otherCalls": "0.3/s" }), 0.5 + 0.3),
    ] {
        // A minute holds a call more or less.
        check(&more.to_string(), peak(&more), load, 0.051);
    }
    let looked = peak(&json!({ "costs": { "reconcile": 0.2 } })) - peak(&json!({}));
    assert!((0.09..=0.4).contains(&looked), "looks of the scheduler take {looked}");
}

#[test]
fn a_stop_takes_its_part_too() {
    let plane = |stop: f64| json!({ "cells": 1, "peakRequests": "1/s", "costs": { "stop": stop } });
    // Zones are evened out after one was dark: each task that is moved is stopped in order.
    let file = |stop: f64| {
        let even = json!([{ "clusterName": "c1", "capacityProviders": ["FARGATE"],
            "services": [service("web", 6, 3, &json!({ "availabilityZoneRebalancing": "ENABLED" }))] }]);
        cells(
            "3h",
            &plane(stop),
            0,
            &json!({ "clusters": even,
            "behaviour": [{ "family": "web", "start": { "constant": "40s" } }],
            "faults": [{ "name": "dark", "at": "1h", "for": "30m", "zonePowerLoss": { "zone": "z1" } }] }),
        )
    };
    let peak = |stop: f64| run(&file(stop), 1).control_plane[0].cells[0].peak_utilisation.unwrap().mean;
    assert!(peak(50.0) > peak(0.0) + 0.3, "{} and {}", peak(50.0), peak(0.0));
}

/// When the tasks of a service are born after the start, in seconds.
fn births(file: &Value, of: &str) -> Vec<f64> {
    let plan = plan(file);
    let wanted = plan.services.pairs().find(|(_, row)| row.name == of).unwrap().0;
    let (diary, _) = watch(file);
    let birth = |(now, fact): &(evenkeel::internals::engine::Time, Fact)| match fact {
        Fact::Task(TaskFact::Went { task, from, to, .. }) if from == to && task.service == wanted => {
            Some(now.as_secs_f64())
        }
        _ => None,
    };
    diary.0.iter().filter_map(birth).filter(|at| *at > 0.0).collect()
}

#[test]
fn a_new_cluster_waits_for_its_row_in_the_map() {
    let late = |created: &str| {
        json!([{ "clusterName": "new", "capacityProviders": ["FARGATE"], "createdAt": created,
                 "services": [service("web", 3, 3, &json!({}))] }])
    };
    let fault = |kind: &str| json!([{ "name": "gone", "at": "30m", "for": "30m", kind: {} }]);
    for (created, kind, first) in [
        // The router reads its map each minute; a cluster that is created just then is in it.
        ("2410s", "none", 2_460.0),
        ("2400s", "none", 2_400.0),
        ("2410s", "mapSourceOutage", 3_600.0),
        ("2410s", "routerOutage", 3_600.0),
        ("3601s", "mapSourceOutage", 3_660.0),
    ] {
        let mut parts = json!({ "clusters": late(created), "behaviour": [] });
        if kind != "none" {
            parts["faults"] = fault(kind);
        }
        let file = cells("2h", &json!({ "cells": 2 }), 0, &parts);
        assert_eq!(births(&file, "new/web"), [first; 3], "{created}, {kind}");
    }
}

#[test]
fn launches_come_as_far_as_what_they_need_serves() {
    let clusters = json!([
        { "clusterName": "core", "capacityProviders": ["FARGATE"], "services": [service("tokens", 3, 3, &json!({}))] },
        { "clusterName": "shop", "capacityProviders": ["FARGATE"], "services": [service("web", 12, 3, &json!({}))] }]);
    // Built for 1.5 a second; nothing takes the place of what crashes first.
    for (lost, rate) in [(0, 1.5), (1, 1.0), (2, 0.5), (3, 0.0)] {
        let mut faults =
            vec![json!({ "name": "web", "at": "90m", "taskCrash": { "service": "shop/web", "count": 12 } })];
        if lost > 0 {
            let tokens = json!({ "service": "core/tokens", "count": lost });
            faults.push(json!({ "name": "core", "at": "1h", "for": "90m", "taskCrash": tokens }));
        }
        let file = cells(
            "150m",
            &json!({ "cells": 1, "peakRequests": "1/s", "dependsOn": "core/tokens" }),
            0,
            &json!({ "clusters": clusters, "faults": faults, "behaviour": [] }),
        );
        let born = births(&file, "shop/web");
        if lost == 3 {
            assert_eq!(born, [0.0; 0]);
            continue;
        }
        assert_eq!(born.len(), 12, "{lost} lost");
        check(&format!("{lost} lost"), born[11] - born[3], 8.0 / rate, 1e-3);
    }
}

#[test]
fn a_circle_that_is_not_closed_at_the_start_never_closes() {
    let core = |parts: &Value| {
        let mut core = json!({ "clusterName": "core", "capacityProviders": ["FARGATE"],
            "services": [service("tokens", 3, 3, &json!({}))] });
        core.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
        json!([core, { "clusterName": "shop", "capacityProviders": ["FARGATE"],
            "services": [service("web", 6, 3, &json!({}))] }])
    };
    let crash = json!([{ "name": "web", "at": "1h", "taskCrash": { "service": "shop/web", "count": 4 } }]);
    let none = core(&json!({ "services": [service("tokens", 0, 3, &json!({}))] }));
    for plane in [json!({}), json!({ "peakRequests": "30/s" })] {
        let launched = |parts: Value| {
            let mut plane = plane.clone();
            plane["dependsOn"] = json!("core/tokens");
            let file = cells("3h", &plane, 0, &parts);
            run(&file, 1).control_plane[0].launches.accepted.mean
        };
        let usual = json!({ "clusters": core(&json!({})), "faults": crash, "behaviour": [] });
        assert_eq!(launched(usual), 4.0, "{plane}");
        let empty = json!({ "clusters": core(&json!({})), "startEmpty": true, "behaviour": [] });
        assert_eq!(launched(empty), 0.0, "{plane}");
        let late = json!({ "clusters": core(&json!({ "createdAt": "10m" })), "faults": crash, "behaviour": [] });
        assert_eq!(launched(late), 0.0, "{plane}");
        assert_eq!(launched(json!({ "clusters": none, "faults": crash, "behaviour": [] })), 0.0, "{plane}");
    }
}

#[test]
fn poison_reaches_whoever_has_all_of_its_workers() {
    let names: Vec<String> = (1..=60).map(|row| format!("c{row}")).collect();
    let shard = |name: &str| evenkeel::internals::model::routing::shard(name, 8, 2);
    let same = names.iter().filter(|name| shard(name) == shard("c1")).count();
    assert!(same > 1, "nobody shares all workers with c1: this shows nothing");
    let plane = json!({ "cells": 1, "router": { "mapping": "shuffleShard", "workers": 8, "shardSize": 2 } });
    let file = cells(
        "5h",
        &plane,
        60,
        &json!({ "behaviour": [], "faults": [
        { "name": "poison", "at": "1h", "for": "1h", "poisonCustomer": { "cluster": "c1" } },
        { "name": "crash", "at": "70m", "taskCrash": { "share": 1 } }] }),
    );
    let summary = run(&file, 1);
    check("clusters hit", summary.faults[0].hit.clusters.mean, same as f64, 0.0);
    check("radius", summary.faults[0].blast_radius.unwrap().mean, same as f64 / 60.0, 1e-12);
}

#[test]
fn daemons_get_their_turn_where_a_look_costs_as_much_as_a_launch() {
    let daemon = json!({ "serviceName": "agent", "taskDefinition": "agent", "schedulingStrategy": "DAEMON",
        "capacityProviderStrategy": [{ "capacityProvider": "nodes", "weight": 1 }] });
    let definition = json!({ "family": "agent", "networkMode": "host", "cpu": "128", "memory": "128",
        "containerDefinitions": [{ "name": "agent", "image": "agent:1" }] });
    let file = cells(
        "2h",
        &json!({ "peakRequests": "1/s", "prescaledPercent": 100, "costs": { "launch": 1, "reconcile": 1 } }),
        0,
        &json!({ "startEmpty": true, "behaviour": [], "taskDefinitions": [definition],
            "clusters": [{ "clusterName": "c", "capacityProviders": ["nodes"], "services": [daemon] }],
            "capacityProviders": [{ "name": "nodes", "autoScalingGroupProvider": { "autoScalingGroupArn": "g" } }],
            "autoScalingGroups": [{ "AutoScalingGroupName": "g", "MinSize": 8, "MaxSize": 8, "DesiredCapacity": 8,
                "AvailabilityZoneIds": ["z1", "z2"], "Instances": [{ "InstanceType": "m5.large" }] }] }),
    );
    let summary = run(&file, 1);
    assert_eq!(summary.services[0].running.max.mean, 8.0);
    assert!(summary.events < 1_000, "{} events: looks take the time of the launches", summary.events);
}
