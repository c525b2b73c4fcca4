//! After a loss of power: hosts come back each by a law of its own, a part of them never, Fargate stock in steps.

use crate::fleet::{fleet, hosts_at, launches, on_hosts, running_at, tasks_at, zones_at};
use crate::world::{Diary, check, check_share, check_values, service, shop, watch, world, zones};
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::HostFact;
use evenkeel::{Scenario, Texts};
use serde_json::{Value, json};

const HOUR: f64 = 3_600.0;

/// So many hosts of one task each outside AWS; their site loses its power from 1 h on.
fn site(hosts: u64, lasts: &str, parts: &Value) -> Value {
    let mut web = service("web", hosts, 1, &json!({ "launchType": "EXTERNAL" }));
    web.as_object_mut().unwrap().remove("networkConfiguration");
    let mut loss = json!({ "zone": "site" });
    loss.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    let web_family = json!({ "family": "web", "networkMode": "bridge", "containerDefinitions":
        [{ "name": "web", "image": "web:1", "cpu": 1024, "memory": 512 }] });
    world(
        "20h",
        json!({
            "regions": [{ "name": "us-east-1", "zones": [{ "id": "z1" }, { "id": "site", "kind": "onPremises" }] }],
            "taskDefinitions": [web_family],
            "instanceTypes": [{ "InstanceType": "one.task", "VCpuInfo": { "DefaultVCpus": 1 },
                                "MemoryInfo": { "SizeInMiB": 1024 } }],
            "clusters": [{ "clusterName": "shop", "services": [web],
                "externalInstances": [{ "zone": "site", "count": hosts, "instanceType": "one.task" }] }],
            "faults": [{ "name": "dark", "at": "1h", "for": lasts, "zonePowerLoss": loss }],
        }),
    )
}

/// Hosts in truth up and registered, as steps: seconds and count from then on.
fn hosts_up(diary: &Diary) -> Vec<(f64, u32)> {
    let told = diary.0.iter().filter_map(|(at, fact)| match fact {
        Fact::Host(HostFact::Count { count, .. }) => Some((at.as_secs_f64(), *count)),
        _ => None,
    });
    told.collect()
}

/// How many of them at a time.
fn up_at(diary: &Diary, seconds: f64) -> u32 {
    hosts_up(diary).into_iter().take_while(|(at, _)| *at <= seconds).last().map_or(0, |(_, count)| count)
}

#[test]
fn each_host_comes_back_by_its_own_law_and_a_part_of_them_never() {
    const HOSTS: u64 = 2_000;
    let law = json!({ "hostsReturn": { "exponential": { "mean": "2h" } }, "neverShare": 0.2 });
    let (diary, summary) = watch(&site(HOSTS, "30m", &law));
    assert_eq!(summary.faults[0].hit.hosts.mean, HOSTS as f64);
    assert_eq!(up_at(&diary, 1.5 * HOUR - 1.0), 0);
    for hours in [0.5, 1.0, 2.0, 4.0, 8.0] {
        let back = 0.8 * (1.0 - libm::exp(-hours / 2.0));
        let found = up_at(&diary, (1.5 + hours) * HOUR) as usize;
        check_share(&format!("back after {hours} h"), found, HOSTS as usize, back, 0.2);
    }
    // They stay dead to the end, and so do their tasks.
    let left = up_at(&diary, 20.0 * HOUR);
    check_share("back at all", left as usize, HOSTS as usize, 0.8, 0.05);
    assert!(summary.faults[0].full_strength_seconds.is_none());
    // Without the law they are all back at the end.
    let (diary, _) = watch(&site(30, "30m", &json!({})));
    assert_eq!((up_at(&diary, 1.5 * HOUR - 1.0), up_at(&diary, 1.5 * HOUR)), (0, 30));
}

#[test]
fn a_published_course_of_recovery_is_honoured() {
    // Summary of the AWS service event in the Sydney Region of 4 June 2016: power back after 81 minutes, 80 % of the
    // instances after 155, nearly all (here 99 %) after 575. Straight lines between: 81 + 74 x 0.6 + 420 x 0.105
    // minutes lost for each instance until then.
    let back = |part: f64| if part <= 0.8 { 74.0 * part / 0.8 } else { 74.0 + 420.0 * (part - 0.8) / 0.19 };
    let values: Vec<String> =
        (0..990).map(|row| format!("{:.1}s", 60.0 * back((f64::from(row) + 0.5) / 1_000.0))).collect();
    let law = json!({ "hostsReturn": { "empirical": { "values": values } }, "neverShare": 0.01 });
    let mut lost = Vec::new();
    for seed in 0..8 {
        let mut file = site(1_000, "81m", &law);
        file["seed"] = json!(seed);
        let (diary, _) = watch(&file);
        for (minutes, share) in [(155.0, 0.8), (575.0, 0.99)] {
            check(
                &format!("back after {minutes} min"),
                f64::from(up_at(&diary, HOUR + 60.0 * minutes)) / 1_000.0,
                share,
                0.04,
            );
        }
        let until = HOUR + 575.0 * 60.0;
        let steps = hosts_up(&diary);
        let ends = steps.iter().skip(1).map(|(at, _)| *at).chain([until]);
        let missing = |((at, count), end): (&(f64, u32), f64)| {
            f64::from(1_000 - count) * (end.min(until) - at.max(HOUR)).max(0.0)
        };
        lost.push(steps.iter().zip(ends).map(missing).sum::<f64>() / 1_000.0 / 60.0);
    }
    check_values("minutes lost for each instance", &lost, 169.5, 0.05);
}

/// Thirty hosts over three zones, a task on each; the first zone is dark from 1 h to 2 h.
fn thirty(parts: &Value) -> Value {
    let mut loss = json!({ "zone": "use1-az1" });
    loss.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    let mut file = fleet("14h", 30, 4, &[on_hosts("one", 30, &json!({}))]);
    file["faults"] = json!([{ "name": "dark", "at": "1h", "for": "1h", "zonePowerLoss": loss }]);
    file
}

#[test]
fn a_zone_gives_a_group_no_more_hosts_than_are_back() {
    let (diary, _) = watch(&thirty(&json!({ "hostsReturn": { "uniform": { "low": "1h", "high": "5h" } } })));
    // Replaced in the other zones at once, as ever.
    assert_eq!(zones_at(&diary, 2.0 * HOUR), [0, 15, 15]);
    let first: Vec<usize> = (3..8).map(|hour| zones_at(&diary, f64::from(hour) * HOUR)[0]).collect();
    assert!(first.is_sorted() && first[0] == 0 && first[4] == 10, "{first:?}");
    assert!(first[1..4].iter().all(|count| (1..10).contains(count)), "{first:?}");
    assert_eq!(zones_at(&diary, 8.0 * HOUR), [10, 10, 10]);
    // Without the law the group evens out as soon as the zone is back.
    let (diary, _) = watch(&thirty(&json!({})));
    assert_eq!(zones_at(&diary, 2.5 * HOUR), [10, 10, 10]);
}

#[test]
fn where_no_zone_gives_new_hosts_what_comes_back_is_all_there_is() {
    for (never, at_last) in [(None, 30), (Some(1.0), 20)] {
        let mut law = json!({ "hostsReturn": { "uniform": { "low": "0s", "high": "8h" } } });
        if let Some(never) = never {
            law["neverShare"] = json!(never);
        }
        let mut file = thirty(&law);
        let none = json!({ "name": "no new hosts", "at": "1h", "for": "11h", "insufficientCapacity": {} });
        file["faults"].as_array_mut().unwrap().push(none);
        let (diary, _) = watch(&file);
        assert_eq!(hosts_at(&diary, 2.0 * HOUR).len(), 20, "never {never:?}");
        let middle = hosts_at(&diary, 6.0 * HOUR).len();
        assert!(never.is_some() && middle == 20 || (21..30).contains(&middle), "never {never:?}: {middle}");
        assert_eq!(hosts_at(&diary, 11.0 * HOUR).len(), at_last, "never {never:?}");
        // Everything can be had again.
        assert_eq!(running_at(&diary, 0, 13.0 * HOUR), 30, "never {never:?}");
    }
}

#[test]
fn crashed_hosts_come_back_one_by_one_and_those_that_never_do_are_replaced() {
    let crash = |parts: &Value| {
        let mut file = thirty(&json!({}));
        let mut crash = json!({ "zone": "use1-az1", "share": 1.0 });
        crash.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
        file["faults"] = json!([{ "name": "die", "at": "1h", "for": "1h", "hostCrash": crash }]);
        watch(&file).0
    };
    let slow = crash(&json!({ "hostsReturn": { "uniform": { "low": "1h", "high": "5h" } } }));
    assert_eq!((up_at(&slow, 3.0 * HOUR - 1.0), up_at(&slow, 7.0 * HOUR + 1.0)), (20, 30));
    assert!((21..30).contains(&up_at(&slow, 5.0 * HOUR)), "{}", up_at(&slow, 5.0 * HOUR));
    let back: Vec<f64> = hosts_up(&slow).into_iter().map(|(at, _)| at).filter(|at| *at > 2.0 * HOUR).collect();
    assert_eq!(back.len(), 10, "each by itself: {back:?}");
    assert_eq!(zones_at(&slow, 8.0 * HOUR), [10, 10, 10]);
    // Those that never come back are the group's to replace: noticed and booted long before the end of the fault.
    let never = crash(&json!({ "hostsReturn": { "constant": "5h" }, "neverShare": 1.0 }));
    assert_eq!(up_at(&never, 1.5 * HOUR), 30);
    let plain = crash(&json!({}));
    assert_eq!((up_at(&plain, 2.0 * HOUR - 1.0), up_at(&plain, 2.0 * HOUR)), (20, 30));
}

/// Forty tasks of one vCPU in a zone that holds no more, dark from 1 h to 2 h.
fn stock(loss: &Value) -> Value {
    let mut file = world(
        "8h",
        json!({
            "regions": zones(1, &json!({ "vcpuPerZone": 10, "spotVcpuPerZone": 0 })),
            "clusters": shop(&[service("one", 40, 1, &json!({}))]),
            "behaviour": [{ "family": "web", "start": { "constant": "30s" } }],
        }),
    );
    let mut power = json!({ "zone": "z1" });
    power.as_object_mut().unwrap().extend(loss.as_object().unwrap().clone());
    file["faults"] = json!([{ "name": "dark", "at": "1h", "for": "1h", "zonePowerLoss": power }]);
    file
}

#[test]
fn fargate_stock_returns_in_steps() {
    let steps = json!({ "fargateReturns": [{ "at": "10m", "share": 0.3 }, { "at": "1h", "share": 0.5 },
                                           { "at": "2h", "share": 1.0 }] });
    let (diary, _) = watch(&stock(&steps));
    let running = |hours: f64| running_at(&diary, 0, hours * HOUR);
    // Ten tasks to a vCPU step of a quarter each: 12, 20 and 40 of them. Each try after a refusal waits for five
    // minutes.
    assert_eq!([1.9, 2.15, 2.4, 2.95, 3.2, 3.9, 4.5].map(running), [0, 0, 12, 12, 20, 20, 40]);
    // What the last step leaves out is gone for good.
    let (diary, _) = watch(&stock(&json!({ "fargateReturns": [{ "at": "0s", "share": 0.5 }] })));
    assert_eq!([2.5, 7.9].map(|hours| running_at(&diary, 0, hours * HOUR)), [20, 20]);
    // A part of the zone takes that part of the stock, from the beginning; those who live keep their place.
    let half = json!({ "share": 0.5, "fargateReturns": [{ "at": "1h", "share": 1.0 }] });
    let (diary, summary) = watch(&stock(&half));
    let hit = summary.faults[0].hit.tasks.mean as usize;
    assert!((10..=30).contains(&hit), "{hit} of forty, each by itself");
    let alive = 40 - hit;
    assert_eq!(running_at(&diary, 0, 2.9 * HOUR), alive.max(20));
    assert_eq!(running_at(&diary, 0, 3.5 * HOUR), 40);
    // Without a course all is back at once.
    let (diary, _) = watch(&stock(&json!({})));
    assert_eq!(running_at(&diary, 0, 2.2 * HOUR), 40);
    assert!(launches(&diary, 0).iter().all(|at| *at <= 2.1 * HOUR));
}

#[test]
fn cells_that_share_a_zone_share_what_is_back_of_it() {
    let mut file = stock(&json!({ "fargateReturns": [{ "at": "0s", "share": 0.5 }] }));
    file["regions"][0]["controlPlane"] = json!({ "cells": 2, "router": { "mapping": "fullMap" } });
    let cluster = |name: &str| {
        json!({ "clusterName": name, "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
                "services": [service("one", 20, 1, &json!({}))] })
    };
    file["clusters"] = json!([cluster("a"), cluster("b")]);
    let (diary, _) = watch(&file);
    let running = |of: u32| running_at(&diary, of, 7.0 * HOUR);
    assert_eq!(running(0) + running(1), 20, "half of the stock, not half for each cell");
}

/// The errors of a file: place and words.
fn refusals(file: &Value) -> Vec<String> {
    let texts = Texts::one("a.json", file.to_string());
    let loaded = Scenario::read("a.json", &texts);
    assert!(loaded.scenario.is_none(), "it runs: {file:#}");
    loaded
        .problems
        .list
        .iter()
        .map(|one| format!("{}: {} ({})", one.at, one.message, one.hint.clone().unwrap_or_default()))
        .collect()
}

#[test]
fn what_makes_no_course_is_refused_with_its_place() {
    let law = json!({ "constant": "1h" });
    let steps = |list: Value| json!({ "fargateReturns": list });
    for (parts, place, words) in [
        (steps(json!([])), "fargateReturns", "a course needs a step"),
        (
            steps(json!([{ "at": "2h", "share": 0.5 }, { "at": "1h", "share": 1.0 }])),
            "fargateReturns/1/at",
            "`1h` must come after `2h`",
        ),
        (
            steps(json!([{ "at": "1h", "share": 0.5 }, { "at": "1h", "share": 1.0 }])),
            "fargateReturns/1/at",
            "`1h` must come after `1h`",
        ),
        (steps(json!([{ "at": "1h", "share": 1.5 }])), "fargateReturns/0/share", "must be between 0 and 1, not `1.5`"),
        (
            steps(json!([{ "at": "1h", "share": 0.5 }, { "at": "2h", "share": 0.4 }])),
            "fargateReturns/1/share",
            "`0.4` is less than `0.5`",
        ),
        (json!({ "neverShare": 0.1 }), "neverShare", "needs `hostsReturn`"),
        (json!({ "hostsReturn": law, "neverShare": 1.5 }), "neverShare", "`1.5`"),
        (
            json!({ "hostsReturn": { "uniform": { "low": "2h", "high": "1h" } } }),
            "hostsReturn/uniform/low",
            "`low` must be at most `high`",
        ),
    ] {
        let mut file = thirty(&parts);
        file["duration"] = json!("4h");
        let found = refusals(&file);
        let place = format!("/faults/0/zonePowerLoss/{place}: ");
        let told = found.iter().any(|line| line.starts_with(&place) && line.contains(words));
        assert!(told, "{place} {words}: {found:#?}");
    }
    // Without an end nothing comes back.
    for (kind, parts, key) in [
        ("zonePowerLoss", json!({ "hostsReturn": law }), "hostsReturn"),
        ("zonePowerLoss", steps(json!([{ "at": "1h", "share": 1.0 }])), "fargateReturns"),
        ("hostCrash", json!({ "hostsReturn": law }), "hostsReturn"),
    ] {
        let mut file = thirty(&json!({}));
        let mut fault = json!({ "name": "dark", "at": "1h" });
        fault[kind] = parts;
        file["faults"] = json!([fault]);
        let (found, place) = (refusals(&file), format!("/faults/0/{kind}/{key}: "));
        assert!(found.iter().any(|line| line.starts_with(&place) && line.contains("\"for\"")), "{place} {found:#?}");
    }
}

#[test]
fn a_part_of_a_zone_that_is_dark_leaves_the_rest_of_its_stock() {
    // Twenty tasks where forty have room: half of the stock holds all twenty again while the zone is dark in part.
    let mut file = stock(&json!({ "share": 0.5, "fargateReturns": [{ "at": "5h", "share": 1.0 }] }));
    file["clusters"][0]["services"][0]["desiredCount"] = json!(20);
    let (diary, summary) = watch(&file);
    assert!(summary.faults[0].hit.tasks.mean >= 1.0);
    assert_eq!(running_at(&diary, 0, 1.5 * HOUR), 20);
}

#[test]
fn of_two_losses_of_stock_the_one_that_took_the_most_counts() {
    let mut file = stock(&json!({ "fargateReturns": [{ "at": "0s", "share": 0.5 }, { "at": "3h", "share": 1.0 }] }));
    let mut second = file["faults"][0].clone();
    second["name"] = json!("dark too");
    second["zonePowerLoss"]["fargateReturns"] = json!([{ "at": "0s", "share": 0.2 }, { "at": "2h", "share": 1.0 }]);
    file["faults"].as_array_mut().unwrap().push(second);
    let (diary, _) = watch(&file);
    assert_eq!([2.5, 3.5, 4.5, 5.5].map(|hours| running_at(&diary, 0, hours * HOUR)), [8, 8, 20, 40]);
}

#[test]
fn a_service_evens_out_its_zones_when_their_stock_is_back() {
    let mut file = stock(&json!({ "fargateReturns": [{ "at": "2h", "share": 1.0 }] }));
    file["regions"] = zones(3, &json!({}));
    file["clusters"] = shop(&[service("one", 30, 3, &json!({ "availabilityZoneRebalancing": "ENABLED" }))]);
    let (diary, _) = watch(&file);
    let by_zone = |hours: f64| {
        let tasks = tasks_at(&diary, 0, hours * HOUR);
        [0, 1, 2].map(|zone| tasks.values().filter(|task| task.zone == zone).count())
    };
    assert_eq!((by_zone(3.9), by_zone(4.5)), ([0, 15, 15], [10; 3]));
}
