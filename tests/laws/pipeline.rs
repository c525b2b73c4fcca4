//! Changes that go on stage by stage: whom a bad one reaches, what stops it, what it waits for, and how it goes back
//! (Zonal deployment of AWS CodeDeploy; Automating safe, hands-off deployments).

use crate::world::{Diary, case, check, check_mean, run, service, watch, world, zones};
use evenkeel::internals::engine::Time;
use evenkeel::internals::metrics::summary::{ChangeRow, Summary};
use evenkeel::internals::model::fact::{ChangeFact, Fact, PipelineStep, TaskFact, TaskState};
use serde_json::{Value, json};

/// Services of so many tasks, each with one request a second for each task, that start in a second; one change with
/// this pipeline comes after an hour.
pub(crate) fn fleet(duration: &str, sizes: &[u64], pipeline: &Value, change: &Value) -> Value {
    let name = |place: usize| format!("web-{}", place + 1);
    let all: Vec<Value> =
        sizes.iter().enumerate().map(|(place, size)| service(&name(place), *size, 3, &json!({}))).collect();
    let names: Vec<String> = (0..sizes.len()).map(|place| format!("shop/{}", name(place))).collect();
    let traffic = |(place, size): (usize, &u64)| {
        json!({ "service": names[place], "rate": format!("{size}/s"), "requestsPerTask": "2/s",
                "loadBalancer": { "deregistrationDelay": "0s" } })
    };
    let traffic: Vec<Value> = sizes.iter().enumerate().map(traffic).collect();
    let mut one = json!({ "name": "new", "at": "1h", "services": names, "pipeline": pipeline });
    one.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    world(
        duration,
        json!({ "regions": zones(3, &json!({})), "traffic": traffic, "changes": [one],
            "clusters": [{ "clusterName": "shop", "capacityProviders": ["FARGATE"], "services": all }],
            "behaviour": [{ "family": "web", "start": { "constant": "1s" }, "stop": { "constant": "1s" } }] }),
    )
}

pub(crate) fn the_change(summary: &Summary) -> &ChangeRow {
    assert_eq!(summary.changes.len(), 1);
    &summary.changes[0]
}

fn stages_of(row: &ChangeRow) -> Vec<(&str, &str)> {
    row.stages.iter().map(|stage| (stage.stage.as_str(), stage.outcome.as_str())).collect()
}

/// Steps of the pipeline.
pub(crate) fn steps(diary: &Diary) -> Vec<(f64, u16, PipelineStep)> {
    let step = |(at, fact): &(Time, Fact)| match fact {
        Fact::Change(ChangeFact::Pipeline { stage, what, .. }) => Some((at.as_secs_f64(), *stage, *what)),
        _ => None,
    };
    diary.0.iter().filter_map(step).collect()
}

/// Where tasks started from a moment on, in order: service and zone, each once.
pub(crate) fn starts(diary: &Diary, from: f64) -> Vec<(u32, u16)> {
    let start = |(at, fact): &(Time, Fact)| match fact {
        Fact::Task(TaskFact::Went { task, to: TaskState::Running, from: before, zone, .. })
            if at.as_secs_f64() >= from && *before != TaskState::Running =>
        {
            Some((task.service.0, zone.0))
        }
        _ => None,
    };
    let mut all: Vec<(u32, u16)> = diary.0.iter().filter_map(start).collect();
    all.dedup();
    all
}

const ALARM: &str = r#"{ "threshold": 0.01, "period": 60, "evaluationPeriods": 3, "datapointsToAlarm": 3 }"#;

pub(crate) fn alarm() -> Value {
    serde_json::from_str(ALARM).unwrap()
}

/// Waves whose sizes add up to these shares of the fleet, a bad revision that is found after an exponential time.
fn reference(id: &str, sizes: &[u64], replications: u32, sharp: f64) {
    let (reach, exposure) = (case(&format!("{id}-reach")), case(&format!("{id}-exposure")));
    let shares = reach.row("params")["cumulative_fractions"].as_array().unwrap();
    let total: u64 = sizes.iter().sum();
    for (place, share) in shares.iter().enumerate() {
        let part: u64 = sizes[..=place].iter().sum();
        check("the waves are those of the case", part as f64 / total as f64, share.as_f64().unwrap(), 1e-12);
    }
    let mean = reach.get("mean_detection_hours");
    let hours = reach.row("params")["stage_hours"].as_array().unwrap();
    let bake = |hours: &Value| format!("{}h", hours.as_f64().unwrap_or(30.0 * mean));
    let waves: Vec<Value> = hours.iter().map(|hours| json!({ "what": "units", "bake": bake(hours) })).collect();
    let last: f64 = hours.iter().map(|hours| hours.as_f64().unwrap_or(31.0 * mean)).sum();
    let change = json!({ "defect": { "errors": { "share": 0.5 } },
        "found": { "exponential": { "mean": format!("{mean}h") } } });
    let file = fleet(&format!("{}h", last + 2.0), sizes, &json!({ "stages": waves }), &change);
    let summary = run(&file, replications);
    let row = the_change(&summary);
    assert_eq!(row.outcome, "rolledBack");
    check_mean(&format!("{id}: reach"), &row.reached_share, reach.value(), sharp);
    // Fleet-hours: requests over what the whole fleet gets in an hour.
    let scale = |value: f64| value / (total as f64 * 3_600.0);
    let mut found = row.exposed_requests;
    (found.mean, found.low, found.high) = (scale(found.mean), found.low.map(scale), found.high.map(scale));
    check_mean(&format!("{id}: exposure"), &found, exposure.value(), sharp);
}

#[test]
fn a_bad_change_reaches_as_much_as_the_closed_form_says() {
    reference("rollout-a", &[1, 4, 20, 75], 20_000, 0.1);
    reference("rollout-b", &[1, 4, 5], 8_000, 0.1);
}

#[test]
fn one_box_exposes_a_task_of_all_where_a_big_bang_exposes_everybody() {
    let found = json!({ "defect": { "errors": { "share": 0.3 } }, "found": { "constant": "20h" } });
    let exposed = |stages: Value| {
        let summary = run(&fleet("30h", &[9; 8], &json!({ "stages": stages }), &found), 1);
        let row = the_change(&summary).clone();
        assert_eq!(row.outcome, "rolledBack");
        check("found", row.detect_seconds.unwrap().mean, 20.0 * 3_600.0, 60.0);
        (row.exposed_requests.mean, row.reached_share.mean)
    };
    let (all, reach) = exposed(json!([{ "what": "everywhere", "bake": "25h" }]));
    assert_eq!(reach, 1.0);
    check("everybody for twenty hours", all, 72.0 * 20.0 * 3_600.0, 72.0 * 40.0);
    let (one, reach) = exposed(json!([{ "what": "oneBox", "bake": "25h" }, { "what": "everywhere" }]));
    check("a ninth of an eighth", reach, 1.0 / 72.0, 1e-6);
    check("the factor of the closed form", all / one, 72.0, 0.1);
}

#[test]
fn one_unit_and_one_zone_change_at_a_time() {
    let stages = json!([{ "what": "oneBox", "bake": "10m" }, { "what": "zones", "zoneBake": "5m", "bake": "10m" },
        { "what": "units", "count": 2, "bake": "10m" }]);
    let (diary, summary) = watch(&fleet("4h", &[6, 6, 6], &json!({ "stages": stages }), &json!({})));
    let row = the_change(&summary);
    assert_eq!((row.outcome.as_str(), row.reached_share.mean), ("completed", 1.0));
    let names =
        ["one box of shop/web-1", "shop/web-1 z1", "shop/web-1 z2", "shop/web-1 z3", "shop/web-2 and shop/web-3"];
    assert_eq!(stages_of(row), names.map(|name| (name, "completed")));
    let found = starts(&diary, 3_600.0);
    // The box and the rest of its zone, the other zones; then the other services, one after the other.
    assert_eq!(found[..3], [(0, 0), (0, 1), (0, 2)], "{found:?}");
    assert!(found.is_sorted_by_key(|(service, _)| *service), "one is done before the next begins: {found:?}");
    // 6 tasks of each, and none is replaced twice.
    let births =
        diary.0.iter().filter(|(_, fact)| matches!(fact, Fact::Task(TaskFact::Went { from, to, .. }) if from == to));
    assert_eq!(births.count(), 36);
}

#[test]
fn an_alarm_of_a_unit_takes_everything_back() {
    let stages = json!([{ "what": "units", "bake": "30m" }, { "what": "units", "bake": "30m" },
        { "what": "everywhere" }]);
    let change = json!({ "defect": { "errors": { "share": 0.3 } }, "onlyInUnit": "shop/web-2" });
    let file = fleet("4h", &[6, 6, 6], &json!({ "stages": stages, "unitAlarm": alarm() }), &change);
    let (diary, summary) = watch(&file);
    let row = the_change(&summary);
    assert_eq!(row.outcome, "rolledBack");
    assert_eq!(stages_of(row), [("shop/web-1", "completed"), ("shop/web-2", "failed"), ("rollback", "completed")]);
    check("two of three", row.reached_share.mean, 2.0 / 3.0, 1e-6);
    // The first was completed and comes back, too; the third never changed.
    let births = |service: u32| {
        let born = |(_, fact): &&(Time, Fact)| matches!(fact, Fact::Task(TaskFact::Went { task, from, to, .. }) if from == to && task.service.0 == service);
        diary.0.iter().filter(born).count()
    };
    assert_eq!([births(0), births(1), births(2)], [18, 18, 6]);
    // Three datapoints breach; the minute in which the first new task answers is the first of them.
    let second = row.stages[1].begin_seconds.unwrap().mean;
    let after = row.begin_seconds.unwrap().mean + row.detect_seconds.unwrap().mean - second;
    assert!((120.0..=240.0).contains(&after), "three bad minutes: {after}");
}

#[test]
fn an_alarm_of_what_it_has_not_reached_only_blocks() {
    // The last service loses half of its requests for half an hour: nothing of the change is there yet.
    let stages = json!([{ "what": "units", "bake": "10m" }, { "what": "everywhere" }]);
    let pipeline = json!({ "stages": stages, "unitAlarm": alarm(), "duringFaults": true });
    let mut file = fleet("4h", &[6, 6], &pipeline, &json!({}));
    file["faults"] = json!([{ "name": "half", "at": "1h2m", "for": "30m",
        "taskCrash": { "service": "shop/web-2", "share": 1.0 } }]);
    let (diary, summary) = watch(&file);
    let row = the_change(&summary);
    assert_eq!(row.outcome, "completed");
    let found = steps(&diary);
    let blocked = found.iter().find(|step| step.2 == PipelineStep::Blocked).expect("the alarm blocks the second stage");
    assert_eq!(blocked.1, 1);
    let second = found.iter().find(|step| step.1 == 1 && step.2 == PipelineStep::Stage).unwrap();
    assert!(second.0 > 3_720.0 + 1_800.0, "not before the service is whole again: {}", second.0);
}

#[test]
fn a_fault_and_the_night_are_waited_for() {
    let stages = json!([{ "what": "units", "bake": "10m" }, { "what": "everywhere" }]);
    let begins = |pipeline: &Value, faults: Value| {
        let mut file = fleet("40h", &[3, 3], pipeline, &json!({}));
        file["faults"] = faults;
        let summary = run(&file, 1);
        let row = the_change(&summary);
        assert_eq!(row.outcome, "completed");
        let begin = |place: usize| row.stages[place].begin_seconds.unwrap().mean / 3_600.0;
        (begin(0), begin(1))
    };
    let zone = json!([{ "name": "dark", "at": "1h5m", "for": "2h", "zonePowerLoss": { "zone": "z3" } }]);
    let (first, second) = begins(&json!({ "stages": stages }), zone.clone());
    check("the first stage goes at once", first, 1.0, 1e-9);
    assert!((3.08..3.2).contains(&second), "a known event is waited for: {second}");
    let (_, second) = begins(&json!({ "stages": stages, "duringFaults": true }), zone);
    assert!(second < 1.4, "unless it is told not to: {second}");
    // The run begins on a Monday at midnight.
    let (first, second) = begins(&json!({ "stages": stages, "workingHours": {} }), json!([]));
    check("at nine", first, 9.0, 1e-9);
    assert!(second < 9.4);
    let short =
        json!({ "stages": stages, "workingHours": { "days": ["monday", "tuesday"], "from": "0h", "until": "65m" } });
    let (first, second) = begins(&short, json!([]));
    check("within the hour", first, 1.0, 1e-9);
    check("the second has to wait for Tuesday", second, 24.0, 1e-9);
}

#[test]
fn a_bake_waits_for_its_requests() {
    // One task of twelve that get twelve requests a second: a request a second, so that 3,600 need an hour.
    let stages = json!([{ "what": "oneBox", "bake": "10m", "requests": 3600 }, { "what": "everywhere" }]);
    let summary = run(&fleet("4h", &[12], &json!({ "stages": stages }), &json!({})), 1);
    let row = the_change(&summary);
    assert_eq!(row.outcome, "completed");
    let took = row.stages[1].begin_seconds.unwrap().mean - row.stages[0].begin_seconds.unwrap().mean;
    assert!((3_600.0..3_700.0).contains(&took), "{took}");
}

#[test]
fn going_back_needs_what_is_down() {
    // The first service is completed when the second fails; the cell that would have to change it back is down
    // meanwhile.
    let stages = json!([{ "what": "units", "bake": "10m" }, { "what": "units", "bake": "2h" }]);
    let change = json!({ "defect": { "errors": { "share": 0.3 } }, "found": { "constant": "30m" } });
    let pipeline = json!({ "stages": stages, "duringFaults": true });
    let back = |faults: Value| {
        let mut file = fleet("5h", &[3, 3], &pipeline, &change);
        file["regions"][0]["controlPlane"] = json!({ "cells": 1, "peakRequests": "90/s" });
        file["faults"] = faults;
        let summary = run(&file, 1);
        assert_eq!(the_change(&summary).outcome, "rolledBack");
        the_change(&summary).rollback_seconds.unwrap().mean
    };
    assert!(back(json!([])) < 120.0);
    let down = json!([{ "name": "cell", "at": "1h20m", "for": "1h", "cellOutage": { "cell": "cell-1" } }]);
    let found = back(down);
    assert!((3_000.0..3_900.0).contains(&found), "the rest of the hour that the cell is away: {found}");
}

#[test]
fn a_change_of_one_service_stops_the_pipeline_and_another_pipeline_waits() {
    let stages = json!([{ "what": "units", "bake": "30m" }, { "what": "everywhere" }]);
    let mut file = fleet("6h", &[3, 3], &json!({ "stages": stages }), &json!({}));
    file["changes"].as_array_mut().unwrap().push(json!({ "name": "fix", "at": "1h10m", "service": "shop/web-1" }));
    let summary = run(&file, 1);
    let outcomes = |summary: &Summary| summary.changes.iter().map(|row| row.outcome.clone()).collect::<Vec<_>>();
    assert_eq!(outcomes(&summary), ["stopped", "completed"]);
    let mut file = fleet("6h", &[3, 3], &json!({ "stages": stages }), &json!({}));
    let mut next = file["changes"][0].clone();
    (next["name"], next["at"]) = (json!("next"), json!("1h10m"));
    file["changes"].as_array_mut().unwrap().push(next);
    let summary = run(&file, 1);
    assert_eq!(outcomes(&summary), ["completed", "completed"]);
    let (first, second) = (&summary.changes[0], &summary.changes[1]);
    assert!(second.begin_seconds.unwrap().mean >= first.end_seconds.unwrap().mean, "one after the other");
}

#[test]
fn a_stage_that_cannot_move_leaves_it_unfinished() {
    let mut file = fleet("6h", &[3, 3], &json!({}), &json!({}));
    for service in file["clusters"][0]["services"].as_array_mut().unwrap() {
        service["deploymentConfiguration"] = json!({ "minimumHealthyPercent": 100, "maximumPercent": 100 });
    }
    let summary = run(&file, 1);
    let row = the_change(&summary);
    assert_eq!((row.outcome.as_str(), stages_of(row)), ("unfinished", vec![("one box of shop/web-1", "unfinished")]));
}
