//! What is charged to whom when several things go wrong at once, who notices what, and what befalls which service.

use crate::fleet::{fleet, on_hosts};
use crate::world::{check, run, service, shop, watch, world, zones};
use evenkeel::Options;
use evenkeel::internals::experiment::replicate;
use evenkeel::internals::metrics::blast::Lost;
use evenkeel::internals::metrics::summary::{FaultRow, Summary};
use evenkeel::internals::model::fact::{Fact, FaultFact};
use serde_json::{Value, json};

fn lost_to(summary: &Summary, cause: &str) -> f64 {
    summary.losses.iter().filter(|loss| loss.cause == cause).map(|loss| loss.lost_requests.mean).sum()
}

fn fault<'a>(summary: &'a Summary, name: &str) -> &'a FaultRow {
    summary.faults.iter().find(|row| row.name == name).unwrap()
}

/// Twelve tasks on nine hosts, of a revision whose containers exit after 20 s from the first minute on; a zone without
/// power two minutes later, or not. The group evens out its hosts, the service does not move tasks by itself.
fn crash_loop(dark: bool) -> Summary {
    let checkout = on_hosts(
        "checkout",
        12,
        &json!({ "availabilityZoneRebalancing": "DISABLED", "deploymentConfiguration": {
            "deploymentCircuitBreaker": { "enable": true, "rollback": true },
            "minimumHealthyPercent": 75, "maximumPercent": 150 } }),
    );
    let mut file = fleet("3h", 9, 2, &[checkout]);
    file["capacityProviders"][0]["autoScalingGroupProvider"]["managedDraining"] = json!("ENABLED");
    file["traffic"] = json!([{ "service": "shop/checkout", "rate": "400/s", "requestsPerTask": "50/s" }]);
    file["changes"] = json!([{ "name": "rev 88", "at": "58m", "service": "shop/checkout",
        "defect": { "crashes": { "after": { "constant": "20s" } } } }]);
    if dark {
        file["faults"] =
            json!([{ "name": "az out", "at": "1h", "for": "40m", "zonePowerLoss": { "zone": "us-east-1a" } }]);
    }
    run(&file, 1)
}

#[test]
fn a_crash_loop_is_charged_to_its_revision() {
    let (alone, both) = (crash_loop(false), crash_loop(true));
    let failed = |summary: &Summary| summary.services[0].requests.failed.mean;
    check("all of it, alone", lost_to(&alone, "rev 88"), failed(&alone), 1e-3);
    assert!(failed(&alone) > 300_000.0, "{}", failed(&alone));
    // The zone costs what it costs until tasks of the bad revision have been healthy in its place, the balancer's nodes
    // included; from then on these die of their own.
    let share = lost_to(&both, "rev 88") / failed(&both);
    assert!(share > 0.9, "{share}: {:#?}", both.losses);
    let evened = lost_to(&both, "AZRebalance");
    assert!(evened < 0.01 * failed(&both), "{evened} of {}", failed(&both));
    assert_eq!(lost_to(&both, "Availability Zone rebalancing"), 0.0, "it is DISABLED");
    assert!(lost_to(&both, "az out") > 0.0);
    // The breaker says why it let that happen.
    let breaker = both.changes[0].circuit_breaker.as_ref().unwrap();
    assert_eq!((breaker.why.as_str(), breaker.tripped.mean), ("exitsNotCounted", 0.0));
    assert_eq!(breaker.threshold.unwrap().mean, 6.0, "half of twelve");
    assert!(breaker.not_counted.mean > 500.0, "{breaker:?}");
}

#[test]
fn a_launch_that_comes_late_is_the_first_act_on_what_held_it_back() {
    // Nothing starts from 1 h to 1:30; two tasks exit ten minutes later, and are replaced one by one.
    let faults = json!([
        { "name": "nothing starts", "at": "1h", "for": "30m", "controlPlaneThrottle": { "rate": "0/s" } },
        { "name": "one in ten seconds", "at": "90m", "for": "30m", "controlPlaneThrottle": { "rate": "0.1/s" } },
        { "name": "crash", "at": "70m", "taskCrash": { "service": "shop/web", "count": 2 } },
    ]);
    let summary = run(&late(&json!({ "faults": faults })), 1);
    for (name, begins) in [("nothing starts", 3_600.0), ("one in ten seconds", 5_400.0)] {
        let row = fault(&summary, name);
        assert_eq!(row.needed_launches.mean, 2.0, "{name}");
        check(name, row.detect_seconds.unwrap().mean, 5_410.0 - begins, 1e-3);
    }
    check("crash", fault(&summary, "crash").detect_seconds.unwrap().mean, 0.5, 0.5);
}

/// Two services in a cell that is down from 1 h to 2 h; two of the six tasks of each exit ten minutes after its begin.
fn late(parts: &Value) -> Value {
    let crash = json!({ "name": "tasks crash", "at": "70m", "taskCrash": { "share": 0.34 } });
    let mut all = json!({
        "regions": [{ "name": "us-east-1", "zones": [{ "id": "z1" }, { "id": "z2" }, { "id": "z3" }],
            "controlPlane": { "cells": 1, "restart": { "base": "0s" } } }],
        "clusters": shop(&[service("web", 6, 3, &json!({})), service("api", 6, 3, &json!({}))]),
        "faults": [{ "name": "cell down", "at": "1h", "for": "1h", "cellOutage": { "cell": "cell-1" } }, crash],
        "behaviour": [{ "family": "web", "start": { "constant": "30s" } }],
        "detection": { "loss": { "constant": "1s" }, "target": { "constant": "50s" } },
    });
    all.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    world("4h", all)
}

#[test]
fn a_crash_is_noticed_when_its_cell_hears_of_it() {
    let summary = run(&late(&json!({})), 1);
    let row = fault(&summary, "tasks crash");
    assert!(row.needed_launches.mean >= 1.0, "{row:?}");
    check("fifty minutes later", row.detect_seconds.unwrap().mean, 3_000.0, 1.5);
    check("thirty seconds to start", row.recover_seconds.unwrap().mean, 3_030.0, 1.5);
    // A load balancer needs no control plane: it takes the dead targets out.
    let traffic = json!({ "traffic": [{ "service": "shop/web", "rate": "30/s", "requestsPerTask": "10/s" }] });
    let summary = run(&late(&traffic), 1);
    check("the balancer", fault(&summary, "tasks crash").detect_seconds.unwrap().mean, 50.0, 1.5);
    let api = fault(&summary, "tasks crash").services.iter().find(|row| row.service == "shop/api").unwrap();
    check("who has none waits", api.detect_seconds.unwrap().mean, 3_000.0, 1.5);
}

#[test]
fn each_service_has_its_own_recovery() {
    // `web` has two tasks to spare, `api` none; both lose the third of their tasks that stands in the zone.
    let services = [
        service("web", 6, 3, &json!({})),
        service("api", 6, 3, &json!({})),
        service(
            "far",
            4,
            3,
            &json!({
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-2", "subnet-3"] } } }),
        ),
    ];
    let traffic = |name: &str, rate: &str| {
        json!({ "service": format!("shop/{name}"), "rate": rate, "requestsPerTask": "10/s",
            "loadBalancer": { "deregistrationDelay": "0s" } })
    };
    let file = world(
        "3h",
        json!({ "regions": zones(3, &json!({})), "clusters": shop(&services),
            "traffic": [traffic("web", "40/s"), traffic("api", "60/s"), traffic("far", "20/s")],
            "faults": [{ "name": "dark", "at": "1h", "for": "30m", "zonePowerLoss": { "zone": "z1" } }],
            "behaviour": [{ "family": "web", "start": { "constant": "30s" } }],
            "detection": { "loss": { "constant": "60s" }, "target": { "constant": "50s" } } }),
    );
    let (diary, summary) = watch(&file);
    let dark = fault(&summary, "dark");
    let of = |name: &str| dark.services.iter().find(|row| row.service == name);
    let (web, api) = (of("shop/web").unwrap(), of("shop/api").unwrap());
    // `far` has no task in the zone; its load balancer has a node there, whose clients fail for a while.
    assert!(
        of("shop/far").is_none_or(|row| row.needed_launches.mean == 0.0 && row.recover_seconds.unwrap().mean == 0.0)
    );
    assert_eq!((web.recover_seconds.unwrap().mean, web.needed_launches.mean), (0.0, 0.0), "static stability");
    assert!(api.recover_seconds.unwrap().mean >= 80.0, "{api:?}");
    assert_eq!(api.needed_launches.mean, 2.0);
    // The fault's own numbers are the latest and the sums of these.
    let latest = dark.services.iter().filter_map(|row| row.recover_seconds).map(|value| value.mean).fold(0.0, f64::max);
    assert_eq!(dark.recover_seconds.unwrap().mean, latest);
    let sum = |take: fn(&evenkeel::internals::metrics::summary::RecoveryRow) -> f64| -> f64 {
        dark.services.iter().map(take).sum()
    };
    assert_eq!(dark.needed_launches.mean, sum(|row| row.needed_launches.mean));
    check("lost requests", sum(|row| row.lost_requests.mean), dark.lost_requests.mean, 1e-6);
    // The first notice of each service, as an onlooker heard of it.
    for (row, place) in [(web, 0), (api, 1)] {
        let id = diary_id(&file, place);
        let first = diary.0.iter().find_map(|(at, fact)| match fact {
            Fact::Fault(FaultFact::Noticed { service: Some(of), .. }) if *of == id => Some(at.as_secs_f64()),
            _ => None,
        });
        check("noticed", row.detect_seconds.unwrap().mean, first.unwrap() - 3_600.0, 1e-6);
    }
}

fn diary_id(file: &Value, place: usize) -> evenkeel::internals::model::ids::ServiceId {
    crate::world::plan(file).written.services[place]
}

#[test]
fn a_fault_that_does_nothing_has_nothing_of_another() {
    // Beside a zone without power: capacity is short where nothing is launched, and an image registry is down for none.
    let nothing = json!({ "name": "rush", "at": "1h", "for": "30m",
        "insufficientCapacity": { "capacityProvider": "FARGATE_SPOT" } });
    let file = world(
        "3h",
        json!({ "regions": zones(3, &json!({})), "clusters": shop(&[service("web", 6, 3, &json!({}))]),
            "traffic": [{ "service": "shop/web", "rate": "60/s", "requestsPerTask": "10/s" }],
            "faults": [{ "name": "dark", "at": "1h", "for": "30m", "zonePowerLoss": { "zone": "z1" } }, nothing] }),
    );
    let summary = run(&file, 1);
    let (dark, rush) = (fault(&summary, "dark"), fault(&summary, "rush"));
    assert!(dark.needed_launches.mean > 0.0 && dark.recover_seconds.unwrap().mean > 0.0);
    assert_eq!((rush.needed_launches.mean, rush.lost_requests.mean), (0.0, 0.0));
    assert_eq!(rush.recover_seconds.map_or(0.0, |value| value.mean), 0.0);
    assert!(rush.services.is_empty(), "{:?}", rush.services);
}

#[test]
fn requests_tasks_and_launches_are_lost_apart() {
    // A dead cell holds launches back and costs no task; the crash costs tasks, and where there is traffic requests.
    let traffic = json!({ "traffic": [{ "service": "shop/web", "rate": "30/s", "requestsPerTask": "10/s" }] });
    let classes = |file: &Value, name: &str| {
        let options = Options { timeline: true, ..Options::default() };
        let blast = replicate::run(&crate::world::plan(file), &[], &options, &()).timeline.blast;
        let found = blast.occurrences.into_iter().find(|one| one.name == name).unwrap();
        let worst = |place| found.services.get(&diary_id(file, place).0).copied().unwrap_or_default();
        [worst(0), worst(1)]
    };
    assert_eq!(classes(&late(&traffic), "tasks crash"), [Lost::Requests, Lost::Tasks]);
    assert_eq!(classes(&late(&json!({})), "tasks crash"), [Lost::Tasks, Lost::Tasks]);
    assert_eq!(classes(&late(&json!({})), "cell down"), [Lost::Launches, Lost::Launches]);
}
