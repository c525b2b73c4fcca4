//! Changes over several Regions: those of a stage side by side, one unit after the other in each; whatever fails in one
//! of them comes back in all (Automating safe, hands-off deployments).

use crate::pipeline::{alarm, fleet, starts, steps, the_change};
use crate::pipeline_year::{again, ended, errors, failed};
use crate::world::{check, plan, run, watch};
use evenkeel::internals::engine::Time;
use evenkeel::internals::experiment::replicate::{self, Options};
use evenkeel::internals::metrics::summary::Summary;
use evenkeel::internals::model::fact::{ChangeFact, Fact, PipelineStep, TaskFact};
use serde_json::{Value, json};

/// The same services in Regions of so many each, called r1, r2 ...
pub(crate) fn spread(file: &Value, sizes: &[usize]) -> Value {
    let mut file = file.clone();
    let mut services = file["clusters"][0]["services"].as_array().unwrap().clone();
    let (mut regions, mut clusters, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for (place, size) in sizes.iter().enumerate() {
        let name = format!("r{}", place + 1);
        let zones: Vec<Value> = (1..=3).map(|zone| json!({ "id": format!("{name}z{zone}") })).collect();
        regions.push(json!({ "name": name, "zones": zones }));
        let own: Vec<Value> = services.drain(..size).collect();
        names.extend(own.iter().map(|one| format!("{name}/{}", one["serviceName"].as_str().unwrap())));
        clusters
            .push(json!({ "clusterName": name, "region": name, "capacityProviders": ["FARGATE"], "services": own }));
    }
    for (row, name) in file["traffic"].as_array_mut().unwrap().iter_mut().zip(&names) {
        row["service"] = json!(name);
    }
    (file["regions"], file["clusters"]) = (json!(regions), json!(clusters));
    for change in file["changes"].as_array_mut().unwrap() {
        change["services"] = json!(names);
    }
    file
}

fn waves() -> Value {
    json!([{ "what": "regions", "bake": "1h" }, { "what": "regions", "count": 2, "bake": "1h" },
        { "what": "everywhere", "bake": "10m" }])
}

/// From the begin of a stage until its bake.
fn takes(file: &Value, stage: u16) -> f64 {
    let steps = steps(&watch(file).0);
    let at = |what: PipelineStep| steps.iter().find(|row| (row.1, row.2) == (stage, what)).unwrap().0;
    at(PipelineStep::Bakes) - at(PipelineStep::Stage)
}

#[test]
fn regions_of_a_stage_change_side_by_side_and_units_of_a_region_do_not() {
    let stages = json!([{ "what": "regions", "count": 2, "bake": "10m" }]);
    let file = fleet("4h", &[6, 6, 6, 6], &json!({ "stages": stages }), &json!({}));
    let two = spread(&file, &[2, 2]);
    let (diary, summary) = watch(&two);
    let row = the_change(&summary);
    assert_eq!((row.outcome.as_str(), row.reached_share.mean), ("completed", 1.0));
    assert_eq!(row.stages[0].stage, "r1, r2");
    // Each Region replaces its first service as a whole before its second.
    let found = starts(&diary, 3_600.0);
    for region in [[0, 1], [2, 3]] {
        let own: Vec<u32> = found.iter().map(|row| row.0).filter(|service| region.contains(service)).collect();
        assert!(own.is_sorted() && own.contains(&region[0]) && own.contains(&region[1]), "{found:?}");
    }
    // Both do at the same time: as long as one Region alone, but for the second that each word takes on its way.
    let alone =
        takes(&spread(&fleet("4h", &[6, 6], &json!({ "stages": [{ "what": "regions" }] }), &json!({})), &[2]), 0);
    // When the load balancer first checks a new task is drawn: up to half a minute.
    assert!(alone > 45.0, "one after the other would take twice as long: {alone}");
    check("as long as one of them", takes(&two, 0), alone + 2.0, 30.0);
}

#[test]
fn an_alarm_in_one_region_takes_back_all_and_reaches_no_other() {
    let change = json!({ "defect": { "errors": { "share": 0.3 } }, "onlyInUnit": "r3/web-3" });
    let pipeline = json!({ "stages": waves(), "unitAlarm": alarm() });
    let (diary, summary) = watch(&spread(&fleet("6h", &[6; 5], &pipeline, &change), &[1, 1, 1, 1, 1]));
    let row = the_change(&summary);
    assert_eq!(row.outcome, "rolledBack");
    let told: Vec<_> = row.stages.iter().map(|one| (one.stage.as_str(), one.outcome.as_str())).collect();
    assert_eq!(told, [("r1", "completed"), ("r2, r3", "failed"), ("rollback", "completed")]);
    check("three of five", row.reached_share.mean, 0.6, 1e-6);
    let births = |service: u32| {
        let born = |fact: &Fact| matches!(fact, Fact::Task(TaskFact::Went { task, from, to, .. }) if from == to && task.service.0 == service);
        diary.0.iter().filter(|row| born(&row.1)).count()
    };
    assert_eq!([0, 1, 2, 3, 4].map(births), [18, 18, 18, 6, 6], "there and back, or never");
    let lost: Vec<f64> = summary.services.iter().map(|row| row.requests.failed.mean).collect();
    assert!(lost[2] > 0.0 && [0, 1, 3, 4].iter().all(|place| lost[*place] == 0.0), "{lost:?}");
    // The Region of the alarm turns back at once, the one that leads a second later, the other one two.
    let back = |region: u32| {
        let turns = |fact: &Fact| {
            matches!(fact, Fact::Change(ChangeFact::Step { service, what: evenkeel::internals::model::fact::ChangeStep::Back, .. })
                if service.0 == region)
        };
        diary.0.iter().find(|row| turns(&row.1)).unwrap().0.as_secs_f64()
    };
    check("the one that leads", back(0) - back(2), 1.0, 1e-9);
    check("the other one of the wave", back(1) - back(2), 2.0, 1e-9);
}

#[test]
fn a_region_waits_for_its_own_fault_and_the_next_wave_for_it() {
    let file = |faults: Value| {
        let stages = json!([{ "what": "regions", "count": 2, "bake": "10m" }, { "what": "everywhere" }]);
        let mut file = spread(&fleet("6h", &[3; 3], &json!({ "stages": stages }), &json!({})), &[1, 1, 1]);
        file["faults"] = faults;
        file
    };
    let dark = json!([{ "name": "dark", "at": "50m", "for": "1h", "zonePowerLoss": { "zone": "r2z3" } }]);
    let began = |file: &Value| {
        let (diary, summary) = watch(file);
        assert_eq!(the_change(&summary).outcome, "completed");
        let begin = |service: u32| {
            let begins = |fact: &Fact| {
                matches!(fact, Fact::Change(ChangeFact::Step { service: of, what: evenkeel::internals::model::fact::ChangeStep::Began, .. })
                    if of.0 == service)
            };
            diary.0.iter().find(|row| begins(&row.1)).unwrap().0.as_secs_f64()
        };
        [0, 1, 2].map(begin)
    };
    let (calm, torn) = (began(&file(json!([]))), began(&file(dark)));
    assert_eq!((calm[0], torn[0]), (3_600.0, 3_600.0), "the first Region goes at once");
    check("the second one with it", calm[1], 3_601.0, 1e-9);
    // The fault ends at 1h50m; it is looked for once a minute.
    assert!((6_600.0..6_662.0).contains(&torn[1]), "{}", torn[1]);
    check("the third waits for both", torn[2] - torn[1], calm[2] - calm[1], 60.0);
}

#[test]
fn requests_of_all_regions_count_for_a_bake() {
    // Six requests a second in each of two Regions: 21,600 in half an hour.
    let stages = json!([{ "what": "regions", "count": 2, "bake": "1m", "requests": 21_600 }, { "what": "everywhere" }]);
    let file = spread(&fleet("4h", &[6; 3], &json!({ "stages": stages }), &json!({})), &[1, 1, 1]);
    let steps = steps(&watch(&file).0);
    let at = |what: PipelineStep| steps.iter().find(|row| (row.1, row.2) == (0, what)).unwrap().0;
    check("half an hour", at(PipelineStep::Passed) - at(PipelineStep::Bakes), 1_800.0, 3.0);
}

#[test]
fn an_alarm_of_the_fleet_counts_wherever_the_change_has_been() {
    // The last Region loses its tasks while the change is in the first one only.
    let stages = json!([{ "what": "regions", "bake": "1h" }, { "what": "everywhere" }]);
    let outcome = |alarm_of: &str| {
        let mut pipeline = json!({ "stages": stages, "duringFaults": true });
        pipeline[alarm_of] = alarm();
        let mut file = spread(&fleet("4h", &[6; 2], &pipeline, &json!({})), &[1, 1]);
        file["faults"] = json!([{ "name": "dead", "at": "1h10m", "for": "10m",
            "taskCrash": { "service": "r2/web-2", "share": 1.0 } }]);
        let summary = run(&file, 1);
        let names: Vec<String> = summary.alarms.iter().map(|row| row.name.clone()).collect();
        (the_change(&summary).outcome.clone(), names)
    };
    let (ended, names) = outcome("fleetAlarm");
    assert_eq!((ended.as_str(), names), ("rolledBack", vec!["new fleet r1".to_owned(), "new fleet r2".to_owned()]));
    assert_eq!(outcome("unitAlarm").0, "completed", "an alarm of a unit counts once its unit is reached");
}

#[test]
fn two_that_share_a_region_wait_for_each_other() {
    let stages = json!([{ "what": "regions", "bake": "10m" }, { "what": "regions", "bake": "10m" }]);
    let mut file = spread(&fleet("6h", &[3; 3], &json!({ "stages": stages }), &json!({})), &[1, 1, 1]);
    let mut second = file["changes"][0].clone();
    file["changes"][0]["services"] = json!(["r2/web-2", "r3/web-3"]);
    (second["name"], second["services"]) = (json!("other"), json!(["r3/web-3", "r2/web-2"]));
    // Asked for within the second that a word takes.
    second["at"] = json!("3600500ms");
    let mut third = second.clone();
    (third["name"], third["services"]) = (json!("third"), json!(["r1/web-1", "r3/web-3"]));
    file["changes"].as_array_mut().unwrap().extend([second, third]);
    let summary = run(&file, 1);
    let mut spans: Vec<(f64, f64)> = Vec::new();
    for row in &summary.changes {
        assert_eq!(row.outcome, "completed", "{}", row.name);
        spans.push((row.begin_seconds.unwrap().mean, row.end_seconds.unwrap().mean));
    }
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert!(spans.windows(2).all(|pair| pair[1].0 >= pair[0].1), "one after the other: {spans:?}");
}

#[test]
fn a_change_of_one_region_stops_what_goes_over_all() {
    let stages = json!([{ "what": "everywhere", "bake": "2h" }]);
    let mut file = spread(&fleet("6h", &[3; 3], &json!({ "stages": stages }), &json!({})), &[1, 1, 1]);
    let fix = json!({ "name": "fix", "at": "1h30m", "service": "r3/web-3" });
    file["changes"].as_array_mut().unwrap().push(fix);
    let summary = run(&file, 1);
    let outcomes: Vec<&str> = summary.changes.iter().map(|row| row.outcome.as_str()).collect();
    assert_eq!(outcomes, ["stopped", "completed"]);
    check("it hears of it a second later", summary.changes[0].end_seconds.unwrap().mean, 5_401.0, 1e-6);
}

/// The control planes of two Regions, of so many cells each, are changed an hour after the begin, a cell in five
/// minutes.
fn planes(stages: &Value, cells: u64, change: &Value) -> Value {
    let mut file = spread(&fleet("8h", &[3; 2], &json!({ "stages": stages }), &json!({})), &[1, 1]);
    for region in file["regions"].as_array_mut().unwrap() {
        region["controlPlane"] = json!({ "cells": cells, "peakRequests": "90/s" });
    }
    let mut one = json!({ "name": "new", "at": "1h", "controlPlanes": ["r1", "r2"],
        "pipeline": { "stages": stages, "takes": "5m" } });
    one.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    file["changes"] = json!([one]);
    file
}

#[test]
fn control_planes_of_two_regions_are_changed_and_come_back() {
    let stages = json!([{ "what": "regions", "bake": "1h" }, { "what": "regions", "bake": "3h" }]);
    let change =
        json!({ "defect": { "stopsScheduling": {} }, "onlyInUnit": "r2/cell-1", "found": { "constant": "90m" } });
    let file = planes(&stages, 2, &change);
    let (diary, summary) = watch(&file);
    let row = the_change(&summary);
    assert_eq!(row.outcome, "rolledBack");
    // Two cells of five minutes each and an hour in the first Region; found 90 minutes after the first cell has it.
    check("found", row.detect_seconds.unwrap().mean, 300.0 + 5_400.0, 1e-6);
    check("all cells at once, and a word there and back", row.rollback_seconds.unwrap().mean, 302.0, 1e-6);
    let renewed = |(at, fact): &(Time, Fact)| match fact {
        Fact::Change(ChangeFact::Renewed { cell, .. }) => Some((at.as_secs_f64(), cell.0)),
        _ => None,
    };
    let told: Vec<(f64, u16)> = diary.0.iter().filter_map(renewed).collect();
    let first: Vec<f64> = (0..4).map(|cell| told.iter().find(|row| row.1 == cell).unwrap().0).collect();
    for (found, expected) in first.iter().zip([3_900.0, 4_200.0, 8_101.0, 8_401.0]) {
        check("one cell after the other", *found, expected, 1e-6);
    }
}

#[test]
fn a_year_over_regions_is_a_year_in_one() {
    let pipeline = json!({ "stages": [{ "what": "units", "bake": "1h" }, { "what": "units", "bake": "1h" },
        { "what": "units", "bake": "1h" }, { "what": "units", "bake": "1h" }] });
    let law = json!({ "exponential": { "mean": "3d" } });
    let one = again("365d", &[6; 4], &law, &pipeline, &errors(0.3));
    let over = spread(&one, &[1, 1, 1, 1]);
    let [one, other] = [&one, &over].map(|file| run(file, 1));
    let [row, there] = [&one, &other].map(the_change);
    assert!(row.occurrences.mean > 90.0);
    assert_eq!(row.occurrences, there.occurrences, "each gap is drawn by its number");
    assert_eq!(ended(row, "rolledBack"), ended(there, "rolledBack"));
    check("each loses what it does in one Region", failed(&other) / failed(&one), 1.0, 0.02);
}

#[test]
fn threads_change_nothing() {
    let law = json!({ "exponential": { "mean": "3d" } });
    let file = spread(&again("60d", &[6; 4], &law, &json!({ "stages": waves() }), &errors(0.3)), &[1, 1, 1, 1]);
    let plan = plan(&file);
    let with = |threads: usize| -> Summary {
        replicate::run(&plan, &[], &Options { threads, ..Options::default() }, &()).summary
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn what_was_changed_before_the_failure_is_waited_for_all_the_same() {
    // Both Regions are changed at 3,900 and 3,901 s; found half a second before the first hears that the second is
    // done.
    let stages = json!([{ "what": "everywhere", "bake": "1h" }]);
    let file =
        planes(&stages, 1, &json!({ "defect": { "slower": { "capacity": 0.9 } }, "found": { "constant": "1500ms" } }));
    let summary = run(&file, 1);
    let row = the_change(&summary);
    assert_eq!(row.outcome, "rolledBack");
    check("found", row.detect_seconds.unwrap().mean, 301.5, 1e-6);
    check("the other Region hears of it, and tells that it is back", row.rollback_seconds.unwrap().mean, 302.0, 1e-6);
}

#[test]
fn a_region_waits_for_a_pipeline_of_its_own() {
    // The second Region has a pipeline of its own under way, with a bake of two hours, when one over all begins.
    let stages = json!([{ "what": "everywhere", "bake": "10m" }]);
    let mut file = spread(&fleet("6h", &[3; 2], &json!({ "stages": stages }), &json!({})), &[1, 1]);
    let own = json!([{ "what": "everywhere", "bake": "2h" }]);
    file["changes"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "name": "own", "at": "50m", "services": ["r2/web-2"], "pipeline": { "stages": own } }));
    let summary = run(&file, 1);
    let [all, own] = &summary.changes[..] else { panic!("two changes") };
    assert_eq!(
        [all.outcome.as_str(), own.outcome.as_str()],
        ["completed", "completed"],
        "neither takes the other's place"
    );
    let waited = all.end_seconds.unwrap().mean - own.end_seconds.unwrap().mean;
    assert!((600.0..800.0).contains(&waited), "its tasks and its bake come after: {waited}");
}

#[test]
fn what_a_pipeline_left_stays_a_reason_in_every_region() {
    // The first occurrence is completed though it is bad; the second is taken back when tasks crash; then too much is
    // asked.
    let stages = json!([{ "what": "everywhere", "bake": "10m" }]);
    let change = json!({ "defect": { "errors": { "share": 0.01 } } });
    let pipeline = json!({ "stages": stages, "unitAlarm": { "threshold": 0.5 } });
    let mut file = again("6h", &[6; 2], &json!({ "constant": "2h" }), &pipeline, &change);
    let surge =
        json!([{ "at": "0s", "rate": "6/s" }, { "at": "330m", "rate": "60/s" }, { "at": "335m", "rate": "6/s" }]);
    file["traffic"][1].as_object_mut().unwrap().remove("rate");
    file["traffic"][1]["steps"] = surge;
    let mut over = spread(&file, &[1, 1]);
    for (file, service) in [(&mut file, "shop/web-2"), (&mut over, "r2/web-2")] {
        file["alarms"] = json!([{ "AlarmName": "errors", "Service": service, "Namespace": "Evenkeel",
            "MetricName": "ErrorRate", "Period": 60, "EvaluationPeriods": 2, "Threshold": 0.1,
            "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching" }]);
        file["faults"] = json!([{ "name": "dead", "at": "255m", "for": "5m",
            "taskCrash": { "service": service, "share": 1.0 } }]);
        let summary = run(file, 1);
        let row = the_change(&summary);
        assert_eq!((ended(row, "completed"), ended(row, "rolledBack")), (1.0, 1.0));
        let alarm = summary.alarms.iter().find(|row| row.name == "errors").unwrap();
        assert_eq!(
            (alarm.rings.mean, alarm.false_rings.mean),
            (2.0, 0.0),
            "{service}: the first revision is still out"
        );
    }
}

#[test]
fn what_runs_first_in_another_region_is_found_there() {
    let stages = json!([{ "what": "regions", "units": ["r2"], "bake": "1h" }, { "what": "everywhere" }]);
    let file =
        planes(&stages, 1, &json!({ "defect": { "slower": { "capacity": 0.9 } }, "found": { "constant": "30m" } }));
    let row = the_change(&run(&file, 1)).clone();
    assert_eq!((row.outcome.as_str(), row.reached_share.mean), ("rolledBack", 0.5));
    check("a word there, five minutes, a word back, half an hour", row.detect_seconds.unwrap().mean, 2_102.0, 1e-6);
}
