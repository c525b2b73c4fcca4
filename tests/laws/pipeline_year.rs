//! Pipelines that come again by a law: when the next begins, that each is drawn anew, and what stages are worth over a
//! year.

use crate::pipeline::{fleet, the_change};
use crate::world::{check, run, watch};
use evenkeel::internals::metrics::summary::{ChangeRow, Summary};
use evenkeel::internals::model::fact::{ChangeFact, Fact, PipelineStep};
use serde_json::{Value, json};

/// The fleet, whose change comes by this law.
pub(crate) fn again(duration: &str, sizes: &[u64], law: &Value, pipeline: &Value, change: &Value) -> Value {
    let mut file = fleet(duration, sizes, pipeline, change);
    let change = file["changes"][0].as_object_mut().unwrap();
    change.remove("at");
    change.insert("every".into(), law.clone());
    file
}

pub(crate) fn ended(row: &ChangeRow, outcome: &str) -> f64 {
    row.outcomes.get(outcome).map_or(0.0, |share| share.mean * row.occurrences.mean)
}

pub(crate) fn failed(summary: &Summary) -> f64 {
    summary.services.iter().map(|row| row.requests.failed.mean).sum()
}

/// Half of the requests fail until somebody finds it, ten minutes after it runs first.
pub(crate) fn errors(share: f64) -> Value {
    json!({ "defect": { "errors": { "share": 0.5 } }, "badShare": share, "found": { "constant": "10m" } })
}

fn one_by_one() -> Value {
    json!({ "stages": [{ "what": "units", "count": 1, "bake": "1h" }, { "what": "units", "count": 1, "bake": "1h" },
        { "what": "units", "count": 1, "bake": "1h" }, { "what": "everywhere", "bake": "1h" }] })
}

fn at_once() -> Value {
    json!({ "stages": [{ "what": "everywhere", "bake": "1h" }] })
}

#[test]
fn the_next_is_asked_for_when_the_pipeline_is_over() {
    let file = again("100d", &[6, 6], &json!({ "constant": "10d" }), &at_once(), &json!({}));
    let (diary, summary) = watch(&file);
    assert_eq!(the_change(&summary).occurrences.mean, 9.0, "ten days and an hour each");
    let at = |step: PipelineStep| {
        let is_it = move |fact: &Fact| matches!(fact, Fact::Change(ChangeFact::Pipeline { what, .. }) if *what == step);
        diary.0.iter().filter(move |row| is_it(&row.1)).map(|row| row.0.as_secs_f64()).collect::<Vec<_>>()
    };
    let (begins, ends) = (at(PipelineStep::Began), at(PipelineStep::Completed));
    assert_eq!((begins.len(), ends.len(), begins[0]), (9, 9, 864_000.0));
    for (end, begin) in ends.iter().zip(&begins[1..]) {
        check("the next one", begin - end, 864_000.0, 1e-6);
    }
}

#[test]
fn the_first_of_many_is_as_one_that_comes_once() {
    for pipeline in [one_by_one(), at_once()] {
        let many = again("10d", &[6, 6, 6, 6], &json!({ "constant": "8d" }), &pipeline, &errors(1.0));
        let mut once = fleet("10d", &[6, 6, 6, 6], &pipeline, &errors(1.0));
        once["changes"][0]["at"] = json!("8d");
        let [many, once] = [many, once].map(|file| run(&file, 1));
        assert_eq!(many.services, once.services);
        assert_eq!(many.losses, once.losses);
        assert_eq!(many.changes, once.changes);
    }
}

#[test]
fn a_year_with_stages_loses_one_unit_of_four_for_each_bad_change() {
    let year = |pipeline: &Value| {
        let law = json!({ "exponential": { "mean": "3d" } });
        run(&again("365d", &[6, 6, 6, 6], &law, pipeline, &errors(0.3)), 1)
    };
    let (staged, big_bang) = (year(&one_by_one()), year(&at_once()));
    for (summary, hours) in [(&staged, 4.0), (&big_bang, 1.0)] {
        let row = the_change(summary);
        let (count, bad) = (row.occurrences.mean, ended(row, "rolledBack"));
        // Renewals: three days, and an hour for each stage of a good one.
        let mean = 3.0 + 0.7 * hours / 24.0;
        check("how many", count, 365.0 / mean, 4.0 * (365.0 / mean).sqrt());
        let deviation = (0.3 * 0.7 / count).sqrt();
        check("share of bad ones", bad / count, 0.3, 4.0 * deviation);
        check("all others are completed", ended(row, "completed") + bad + ended(row, "unfinished"), count, 1e-6);
        check("each is found after ten minutes of its first task", row.detect_seconds.unwrap().mean, 601.0, 1e-6);
    }
    let of_one = |summary: &Summary| failed(summary) / ended(the_change(summary), "rolledBack");
    // When the load balancer first checks a new task is drawn for each: half a minute of ten.
    check("one unit of four", of_one(&big_bang) / of_one(&staged), 4.0, 0.04);
    // Six requests a second, half of them lost at the new tasks, which take over one by one and go back so.
    let once = {
        let mut file = fleet("3h", &[6], &at_once(), &errors(1.0));
        file["changes"][0]["at"] = json!("1h");
        failed(&run(&file, 1))
    };
    check("each loses what one does", of_one(&staged) / once, 1.0, 0.03);
    assert!((1_600.0..1_900.0).contains(&once), "about ten minutes of three requests a second: {once}");
}

#[test]
fn what_waited_for_one_does_not_hit_the_next() {
    // An alarm takes each back within five minutes; somebody would find it after ten, when the next one is under way.
    let change = json!({ "defect": { "errors": { "share": 0.5 } }, "found": { "constant": "10m" } });
    let pipeline = json!({ "stages": [{ "what": "everywhere", "bake": "1h" }], "unitAlarm": { "threshold": 0.05 } });
    let mut once = fleet("2h", &[6], &pipeline, &change);
    once["changes"][0]["at"] = json!("3m");
    let many = again("1d", &[6], &json!({ "constant": "3m" }), &pipeline, &change);
    let [once, many] = [once, many].map(|file| run(&file, 1));
    let [one, row] = [&once, &many].map(the_change);
    assert!(row.occurrences.mean > 100.0, "{}", row.occurrences.mean);
    check("all but the last are taken back", ended(row, "rolledBack"), row.occurrences.mean, 1.0);
    let alarm = one.detect_seconds.unwrap().mean;
    assert!((60.0..240.0).contains(&alarm), "{alarm}");
    // The second of the minute at which each begins is another one.
    check("each by its alarm", row.detect_seconds.unwrap().mean, alarm, 60.0);
    assert!(row.detect_seconds.unwrap().mean > 60.0, "none by what was to find the one before");
}

#[test]
fn cells_apart_are_changed_by_one_clock() {
    let law = json!({ "exponential": { "mean": "4d" } });
    let mut file = again("120d", &[6, 6], &law, &one_by_one_of_two(), &errors(0.3));
    let together = run(&file, 1);
    let mut second = file["clusters"][0].clone();
    let move_one = second["services"].as_array_mut().unwrap().split_off(1);
    file["clusters"][0]["services"].as_array_mut().unwrap().truncate(1);
    second["clusterName"] = json!("more");
    second["services"] = json!(move_one);
    file["clusters"].as_array_mut().unwrap().push(second);
    file["changes"][0]["services"][1] = json!("more/web-2");
    file["traffic"][1]["service"] = json!("more/web-2");
    file["regions"][0]["controlPlane"] =
        json!({ "cells": 2, "router": { "mapping": "fullMap", "map": { "shop": "cell-1", "more": "cell-2" } } });
    let apart = run(&file, 1);
    let [one, other] = [&together, &apart].map(the_change);
    assert!(one.occurrences.mean > 10.0);
    assert_eq!((&one.occurrences, &one.outcomes), (&other.occurrences, &other.outcomes));
    check("the same is lost", failed(&apart) / failed(&together), 1.0, 1e-6);
}

fn one_by_one_of_two() -> Value {
    json!({ "stages": [{ "what": "units", "count": 1, "bake": "1h" }, { "what": "everywhere", "bake": "1h" }] })
}

#[test]
fn a_control_plane_is_changed_again_and_again() {
    let plane = |change: Value, duration: &str| {
        let pipeline = json!({ "takes": "1m", "stages": [{ "what": "oneBox", "bake": "30m" }, { "what": "everywhere", "bake": "1h" }] });
        let mut one =
            json!({ "controlPlane": "us-east-1", "pipeline": pipeline, "defect": { "errors": { "share": 0.5 } } });
        one.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        crate::renew::plane(duration, &one, &json!({}))
    };
    let found = json!({ "constant": "10m" });
    let again = |more: Value, duration: &str| {
        let mut change = json!({ "every": { "constant": "6h" } });
        change.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let mut file = plane(change, duration);
        file["changes"][0].as_object_mut().unwrap().remove("at");
        // Enough launches for a share to within a hundredth; ten a second would be fifty million.
        for cluster in file["clusters"].as_array_mut().unwrap() {
            cluster["runTasks"][0]["rate"] = json!("0.2/s");
        }
        run(&file, 1)
    };
    // Each is found eleven minutes after it begins, and gone a minute later: six hours, twelve minutes.
    let all = again(json!({ "found": found }), "5d");
    let row = the_change(&all);
    assert_eq!((row.occurrences.mean, ended(row, "rolledBack")), (19.0, 19.0));
    check("found", row.detect_seconds.unwrap().mean, 660.0, 1e-6);
    check("back", row.rollback_seconds.unwrap().mean, 60.0, 1e-6);
    // Nobody finds them: from the first on every cell refuses half of its calls, until a good one is all of it.
    let share = |summary: &Summary| {
        let cells = &summary.control_plane[0].cells;
        cells.iter().map(|cell| cell.launches.failed.mean).sum::<f64>()
            / cells.iter().map(|cell| cell.launches.offered.mean).sum::<f64>()
    };
    let silent = again(json!({}), "30d");
    let row = the_change(&silent);
    check("all are completed but the last", ended(row, "completed"), row.occurrences.mean, 1.0);
    // Three tries, half of which fail each; a call is lost with one in eight.
    check("calls that are lost, from the first on", share(&silent), 0.125, 0.01);
    let mixed = again(json!({ "badShare": 0.5 }), "30d");
    let of_time = share(&mixed) / share(&silent);
    // About ninety draws, each of which stays for the time of one change.
    check("half of the time", of_time, 0.5, 4.0 * (0.25f64 / 90.0).sqrt());
}
