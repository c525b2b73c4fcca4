//! Changes that come again by a law: how many a year has, how many of them are bad, and what those cost.

use crate::world::{check, run, service, shop, watch, world, zones};
use evenkeel::internals::metrics::summary::{ChangeRow, Summary};
use evenkeel::internals::model::fact::{ChangeFact, ChangeStep, Fact};
use serde_json::{Value, json};

const DAY: f64 = 86_400.0;

/// Services `s1`, `s2`, ... of four tasks that start in 30 s, each with traffic and an alarm that takes a bad revision
/// back; `bake` in minutes.
fn file(duration: &str, services: usize, bake: u32, change: &Value, parts: &Value) -> Value {
    let names: Vec<String> = (1..=services).map(|row| format!("s{row}")).collect();
    let of = |name: &String| {
        let watched = json!({ "bakeTimeInMinutes": bake,
            "alarms": { "alarmNames": [format!("of {name}")], "enable": true, "rollback": true } });
        service(name, 4, 3, &json!({ "deploymentConfiguration": watched }))
    };
    let alarm = |name: &String| {
        json!({ "AlarmName": format!("of {name}"), "MetricName": "ErrorRate", "Service": format!("shop/{name}"),
            "Period": 60, "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 0.02,
            "ComparisonOperator": "GreaterThanThreshold" })
    };
    let traffic =
        |name: &String| json!({ "service": format!("shop/{name}"), "rate": "120/s", "requestsPerTask": "60/s" });
    let mut one = json!({ "name": "new" });
    one.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let mut file = json!({ "regions": zones(3, &json!({})),
        "clusters": shop(&names.iter().map(of).collect::<Vec<_>>()),
        "traffic": names.iter().map(traffic).collect::<Vec<_>>(), "alarms": names.iter().map(alarm).collect::<Vec<_>>(),
        "changes": [one],
        "behaviour": [{ "family": "web", "start": { "constant": "30s" }, "stop": { "constant": "1s" } }],
        "detection": { "loss": { "constant": "1s" }, "target": { "constant": "60s" } } });
    file.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    world(duration, file)
}

fn the_change(summary: &Summary) -> &ChangeRow {
    assert_eq!(summary.changes.len(), 1);
    &summary.changes[0]
}

/// Occurrences that ended so.
fn ended(row: &ChangeRow, outcome: &str) -> f64 {
    row.outcomes.get(outcome).map_or(0.0, |share| share.mean * row.occurrences.mean)
}

fn failed(summary: &Summary) -> f64 {
    summary.services.iter().map(|row| row.requests.failed.mean).sum()
}

/// Errors of three in ten requests.
fn errors() -> Value {
    json!({ "errors": { "share": 0.3 } })
}

/// Loss of one bad revision, and when it was found: on average over the second of the minute at which it is asked for.
fn of_one() -> (f64, f64) {
    const PHASES: u32 = 12;
    let one = |phase: u32| {
        let change = json!({ "at": format!("{}s", 3_600 + 5 * phase), "service": "shop/s1", "defect": errors() });
        let summary = run(&file("4h", 1, 10, &change, &json!({})), 1);
        let row = the_change(&summary);
        assert_eq!((row.outcome.as_str(), row.occurrences.mean), ("rolledBack", 1.0));
        (failed(&summary), row.detect_seconds.unwrap().mean)
    };
    let all: Vec<(f64, f64)> = (0..PHASES).map(one).collect();
    let mean = |of: fn(&(f64, f64)) -> f64| all.iter().map(of).sum::<f64>() / f64::from(PHASES);
    (mean(|one| one.0), mean(|one| one.1))
}

#[test]
fn a_year_has_as_many_changes_as_the_law_says() {
    // Two days on average, and a bake of one: renewals of three days. Days.
    let (gap, services, year) = (2.0, 20.0, 365.0);
    let change = json!({ "every": { "exponential": { "mean": "2d" } }, "everyService": true });
    let summary = run(&file("365d", 20, 1_440, &change, &json!({})), 1);
    let row = the_change(&summary);
    let length = (row.end_seconds.unwrap().mean - row.begin_seconds.unwrap().mean) / DAY;
    assert!((1.0..1.01).contains(&length), "a bake and a few minutes: {length}");
    // Renewal theorem, with the second term: the first gap has no deployment before it.
    let mean = gap + length;
    let truth = services * (year / mean + (gap * gap + mean * mean) / (2.0 * mean * mean) - gap / mean);
    let deviation = (services * year * gap * gap / (mean * mean * mean)).sqrt();
    check("changes of a year", row.occurrences.mean, truth, 4.0 * deviation);
    assert!(deviation < 0.015 * truth, "sharp enough to tell three days from two");
    assert_eq!(row.outcome, "completed");
    let under_way = ended(row, "unfinished");
    check("all others are completed", ended(row, "completed"), row.occurrences.mean - under_way, 1e-6);
    assert!(under_way <= services);
}

#[test]
fn a_clock_starts_anew_when_the_change_is_over() {
    // 30 s to start, 30 s to be healthy in the eyes of the load balancer; then the next ten days begin.
    let change = json!({ "every": { "constant": "10d" }, "service": "shop/s1" });
    let (diary, summary) = watch(&file("365d", 1, 5, &change, &json!({})));
    assert_eq!(the_change(&summary).occurrences.mean, 36.0);
    let at = |step: ChangeStep| {
        let is_it = move |fact: &Fact| matches!(fact, Fact::Change(ChangeFact::Step { what, .. }) if *what == step);
        diary.0.iter().filter(move |row| is_it(&row.1)).map(|row| row.0.as_secs_f64()).collect::<Vec<_>>()
    };
    let (begins, ends) = (at(ChangeStep::Began), at(ChangeStep::Completed));
    assert_eq!((begins.len(), ends.len(), begins[0]), (36, 36, 10.0 * DAY));
    for (end, begin) in ends.iter().zip(&begins[1..]) {
        check("the next one", begin - end, 10.0 * DAY, 1e-6);
    }
}

#[test]
fn so_many_are_bad_as_the_share_says_and_each_costs_as_one_does() {
    let share = 0.2;
    let change = json!({ "every": { "exponential": { "mean": "5d" } }, "everyService": true, "defect": errors(),
        "badShare": share });
    let summary = run(&file("365d", 20, 10, &change, &json!({})), 1);
    let row = the_change(&summary);
    let (count, bad) = (row.occurrences.mean, ended(row, "rolledBack"));
    let deviation = (share * (1.0 - share) / count).sqrt();
    check("share of bad ones", bad / count, share, 4.0 * deviation);
    assert!(deviation < 0.011, "{count} changes");
    let (loss, found) = of_one();
    check("each loses as one does", failed(&summary) / bad / loss, 1.0, 0.03);
    check("each is found as one is", row.detect_seconds.unwrap().mean, found, 3.0);
    check("what a year loses", failed(&summary), count * share * loss, (4.0 * deviation / share + 0.03) * bad * loss);
    let lost: f64 = summary.losses.iter().filter(|row| row.cause == "new").map(|row| row.lost_requests.mean).sum();
    check("all of it is the change's", lost, failed(&summary), 1e-6 * lost);
}

#[test]
fn the_first_of_many_is_as_one_that_comes_once() {
    let many = json!({ "every": { "constant": "10d" }, "service": "shop/s1", "defect": errors() });
    let once = json!({ "at": "10d", "service": "shop/s1", "defect": errors() });
    let [many, once] = [many, once].map(|change| run(&file("15d", 1, 10, &change, &json!({})), 1));
    assert_eq!(many.services, once.services);
    assert_eq!(many.losses, once.losses);
    assert_eq!(many.changes, once.changes);
    assert_eq!(many.alarms, once.alarms);
}

#[test]
fn numbers_of_revisions_come_back() {
    // More changes than a byte can count: the last one loses what the first one does.
    let change = json!({ "every": { "constant": "1d" }, "service": "shop/s1", "defect": errors() });
    let days = |days: u32| run(&file(&format!("{days}d"), 1, 10, &change, &json!({})), 1);
    let (first, all) = (days(101), days(601));
    let [few, many] = [&first, &all].map(the_change);
    // The clock stands still for the minutes that each of them takes.
    assert_eq!(few.occurrences.mean, 100.0);
    assert!((590.0..600.0).contains(&many.occurrences.mean), "{}", many.occurrences.mean);
    check("all of them are taken back", ended(many, "rolledBack"), many.occurrences.mean, 1e-6);
    let [one, other] = [(&first, few), (&all, many)].map(|(of, row)| failed(of) / row.occurrences.mean);
    check("each loses the same", other / one, 1.0, 0.02);
    assert_eq!(all.alarms[0].false_rings.mean, 0.0, "each ring has its reason");
}

/// When each service begins its changes.
fn begins(file: &Value, name: u32) -> Vec<u64> {
    let (diary, _) = watch(file);
    let is_of = |fact: &Fact| matches!(fact, Fact::Change(ChangeFact::Step { service, what: ChangeStep::Began, .. }) if service.0 == name);
    diary.0.iter().filter(|row| is_of(&row.1)).map(|row| row.0.0).collect()
}

#[test]
fn each_service_has_its_own_clock() {
    let change = json!({ "every": { "exponential": { "mean": "5d" } }, "everyService": true });
    let [two, three] = [2, 3].map(|count| file("100d", count, 0, &change, &json!({})));
    let first = begins(&two, 0);
    assert!(first.len() > 5);
    assert_ne!(first, begins(&two, 1), "two clocks");
    assert_eq!(first, begins(&three, 0), "a third service moves no other clock");
    // Named ones, and only they.
    let named = json!({ "every": { "exponential": { "mean": "5d" } }, "services": ["shop/s1", "shop/s3"] });
    let named = file("100d", 3, 0, &named, &json!({}));
    assert_eq!(first, begins(&named, 0));
    assert!(begins(&named, 1).is_empty());
}

#[test]
fn a_change_of_services_in_several_cells_is_one_row() {
    let change = json!({ "every": { "exponential": { "mean": "5d" } }, "everyService": true, "defect": errors(),
        "badShare": 0.2 });
    let mut file = file("100d", 4, 10, &change, &json!({}));
    let services = file["clusters"][0]["services"].take();
    let alone = |name: &str, list: &[Value]| json!({ "clusterName": name, "capacityProviders": ["FARGATE", "FARGATE_SPOT"], "services": list });
    let list = services.as_array().unwrap();
    file["clusters"] = json!([alone("shop", &list[..2]), alone("more", &list[2..])]);
    for key in ["traffic", "alarms"] {
        let of = if key == "traffic" { "service" } else { "Service" };
        for row in 2..4 {
            file[key][row][of] = json!(format!("more/s{}", row + 1));
        }
    }
    let together = run(&file, 1);
    file["regions"][0]["controlPlane"] = json!({ "cells": 2, "router": { "mapping": "hash" } });
    let apart = run(&file, 1);
    let rows = [&together, &apart].map(the_change);
    assert!(rows[0].occurrences.mean > 40.0);
    assert_eq!(rows[0].occurrences, rows[1].occurrences);
    assert_eq!(rows[0].outcomes, rows[1].outcomes);
    assert_eq!(rows[0].begin_seconds, rows[1].begin_seconds);
    check("exposed", rows[1].exposed_requests.mean / rows[0].exposed_requests.mean, 1.0, 0.02);
}
