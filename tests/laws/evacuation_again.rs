//! Cells that are emptied while something else happens: an alarm rings again, a second one rings, others are ill.

use crate::application::row;
use crate::evacuation::{alarms, gone, poisoned};
use crate::world::{Diary, check, run, watch};
use evenkeel::internals::model::fact::{AlarmState, ApplicationFact, CellAct, Fact};
use evenkeel::internals::model::ids::ServiceId;
use serde_json::{Value, json};

/// When operators did this, in seconds, and whom it concerned.
fn acts(diary: &Diary, step: CellAct) -> Vec<(f64, u32)> {
    let of = |(at, fact): &(_, Fact)| match fact {
        Fact::Application(ApplicationFact::Act { step: found, count, .. }) if *found == step => {
            Some((seconds(*at), *count))
        }
        _ => None,
    };
    diary.0.iter().filter_map(of).collect()
}

fn seconds(at: evenkeel::internals::engine::Time) -> f64 {
    at.as_secs_f64()
}

/// When an alarm stopped to ring last before a moment.
fn quiet_before(diary: &Diary, moment: f64) -> f64 {
    let quiet = diary.0.iter().filter_map(|(at, fact)| match fact {
        Fact::Alarm { state, .. } if *state != AlarmState::Alarm => Some(seconds(*at)),
        _ => None,
    });
    quiet.filter(|at| *at <= moment).fold(0.0, f64::max)
}

/// A second crash of all tasks of a cell.
fn again(file: &mut Value, cell: u64, at: &str, minutes: u64) {
    let fault = json!({ "name": format!("again {cell}"), "at": at, "for": format!("{minutes}m"),
        "taskCrash": { "service": format!("app-cell-{cell}/web"), "share": 1.0 } });
    file["faults"].as_array_mut().unwrap().push(fault);
}

#[test]
fn an_alarm_that_rings_as_they_come_back_stops_them_and_they_come_back_later() {
    // A customer a minute: the last leaves after the alarm is quiet, and the second crash comes as two are back.
    let evacuation = json!({ "after": "10m", "pace": "1/min", "backAfter": "30m" });
    let mut file = gone(30, &evacuation, &json!({}));
    again(&mut file, 2, "7500s", 1);
    let (diary, summary) = watch(&file);
    let left = acts(&diary, CellAct::Left);
    assert_eq!((left.len(), left[0].1), (1, 0));
    check("the last", left[0].0, 4_320.0 + 39.0 * 60.0 + 60.0, 1e-3);
    let rings = acts(&diary, CellAct::Rings);
    assert_eq!(rings.len(), 2, "as they come back it rings again: {rings:?}");
    let returns = acts(&diary, CellAct::Returns);
    assert_eq!(returns.len(), 2, "{returns:?}");
    for (begins, _) in &returns {
        check("quiet for half an hour", begins - quiet_before(&diary, *begins), 1_800.0, 1e-6);
    }
    let back = 1 + ((rings[1].0 - returns[0].0) / 60.0).floor() as u32;
    assert_eq!((returns[0].1, returns[1].1), (40, 40 - back), "nobody sets out while it rings");
    assert_eq!(row(&summary).cells.iter().map(|cell| cell.customers.mean).collect::<Vec<_>>(), [40.0; 4]);
}

#[test]
fn an_alarm_that_rings_while_they_are_away_begins_the_wait_anew() {
    let evacuation = json!({ "after": "10m", "pace": "1/s", "backAfter": "20m" });
    let mut file = gone(30, &evacuation, &json!({}));
    // Somebody who has to be there calls the empty cell.
    file["cellularApplication"]["customers"] = json!([{ "count": 160, "rate": "1200/s" }]);
    let third = json!({ "AlarmName": "tasks of 2", "Service": "app-cell-2/web", "MetricName": "HealthyHostCount",
        "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "LessThanThreshold",
        "TreatMissingData": "notBreaching" });
    file["alarms"].as_array_mut().unwrap().push(third);
    let names = json!(["cell 2", "tasks of 2"]);
    file["cellularApplication"]["evacuation"]["alarms"] = names;
    again(&mut file, 2, "100m", 20);
    let (diary, _) = watch(&file);
    let returns = acts(&diary, CellAct::Returns);
    assert_eq!(returns.len(), 1);
    assert!(returns[0].0 > 7_200.0 + 1_200.0, "{returns:?}");
    check("since the last", returns[0].0 - quiet_before(&diary, returns[0].0), 1_200.0, 1e-6);
}

#[test]
fn a_cell_is_quiet_when_the_last_of_its_alarms_is() {
    let evacuation = json!({ "after": "2m", "pace": "1/s", "backAfter": "5m" });
    let mut file = gone(30, &evacuation, &json!({}));
    let slow = json!({ "AlarmName": "slow", "Service": "app-cell-2/web", "MetricName": "HealthyHostCount",
        "Period": 300, "EvaluationPeriods": 3, "DatapointsToAlarm": 1, "Threshold": 6.0,
        "ComparisonOperator": "LessThanThreshold", "TreatMissingData": "notBreaching" });
    file["alarms"].as_array_mut().unwrap().push(slow);
    file["cellularApplication"]["evacuation"]["alarms"] = json!(["cell 2", "slow"]);
    let (diary, _) = watch(&file);
    let returns = acts(&diary, CellAct::Returns);
    assert_eq!(acts(&diary, CellAct::Rings).len(), 1);
    // The slow one sees the crash in its three last periods of five minutes.
    assert!(returns[0].0 > 5_400.0 + 900.0 + 300.0, "{returns:?}");
    check("five quiet minutes", returns[0].0 - quiet_before(&diary, returns[0].0), 300.0, 1e-6);
}

#[test]
fn they_are_spread_over_the_emptiest_and_come_back_by_cell() {
    let (_, summary) = watch(&gone(120, &json!({ "after": "2m", "pace": "1/s" }), &json!({})));
    let mut counts = [0, 2, 3].map(|cell| row(&summary).cells[cell].customers.mean);
    counts.sort_by(f64::total_cmp);
    assert_eq!(counts, [53.0, 53.0, 54.0]);
    // Two cells are emptied, and the first one is well before the second.
    let evacuation = json!({ "after": "2m", "pace": "1/s", "backAfter": "10m", "cellsAtOnce": 2, "fillTo": 1.0 });
    let mut file = gone(10, &evacuation, &json!({}));
    again(&mut file, 3, "1h", 60);
    let (diary, _) = watch(&file);
    let counts: Vec<u32> = acts(&diary, CellAct::Returns).iter().map(|act| act.1).collect();
    assert_eq!(counts, [40, 40]);
}

#[test]
fn a_second_cell_waits_and_operators_look_each_minute() {
    let evacuation = json!({ "after": "2m", "pace": "30/min", "fillTo": 1.0 });
    let mut file = gone(120, &evacuation, &json!({}));
    again(&mut file, 3, "1h", 120);
    let (diary, _) = watch(&file);
    let begun: Vec<f64> = acts(&diary, CellAct::Leaves).iter().map(|act| act.0).collect();
    // The first is empty after 39 times two seconds and a clone.
    assert_eq!(begun, [3_840.0, 4_020.0]);
}

#[test]
fn nobody_is_sent_to_a_cell_whose_alarm_rings_though_its_tasks_are_there() {
    let (names, _) = alarms(4);
    let parts = json!({ "evacuation": { "alarms": names, "after": "2m", "pace": "1/s", "fillTo": 1.0 },
        "migration": { "cloneTime": "1m" }, "map": { "refresh": "1s" } });
    let mut file = poisoned(0.4, &parts);
    let more = json!({ "name": "third", "at": "1h", "for": "1h",
        "poisonCustomer": { "customer": "customer-3", "errors": 0.4 } });
    file["faults"].as_array_mut().unwrap().push(more);
    let (diary, _) = watch(&file);
    let most = diary.0.iter().filter_map(|(at, fact)| match fact {
        Fact::Application(ApplicationFact::Customers { cell, count }) if seconds(*at) <= 3_900.0 + 39.0 => {
            Some((*cell, *count))
        }
        _ => None,
    });
    let third = diary.0.iter().filter_map(|(_, fact)| match fact {
        Fact::Application(ApplicationFact::Act { step: CellAct::Rings, cell, .. }) => Some(*cell),
        _ => None,
    });
    let ringing: Vec<_> = third.take(2).collect();
    assert!(most.filter(|(cell, _)| ringing.contains(cell)).all(|(_, count)| count <= 40));
}

#[test]
fn customers_leave_in_the_order_of_their_numbers() {
    // `customer-2` is the first of his cell: with him the errors leave, a clone after the others have begun to.
    let (names, _) = alarms(4);
    let parts = json!({ "evacuation": { "alarms": names[1..2], "after": "2m", "pace": "1/s" },
        "migration": { "cloneTime": "1m" }, "map": { "refresh": "1s" } });
    let failed = row(&run(&poisoned(0.4, &parts), 1)).cells[1].requests.failed.mean;
    check("of his cell", failed, 0.4 * 300.0 * 300.0, 0.4 * 300.0);
}

#[test]
fn who_is_back_is_no_guest_any_more() {
    let steps = json!([{ "at": "0s", "rate": "1200/s" }, { "at": "3h", "rate": "2480/s" }]);
    let parts = json!({ "customers": [{ "count": 160, "steps": steps }] });
    let evacuation = json!({ "after": "2m", "pace": "1/s", "backAfter": "20m" });
    let summary = run(&gone(10, &evacuation, &parts), 1);
    let of = |cause: &str| {
        let rows = summary.losses.iter().filter(|one| one.cause == cause);
        rows.map(|one| one.lost_requests.mean).sum::<f64>()
    };
    check("evacuation", of("evacuation of a cell"), 0.0, 1e-6);
    check("demand", of("demand"), 80.0 * 10_800.0, 1.0);
}

/// Customers of each cell at the end, and how many were in the last one at most.
fn found_elsewhere(quarantine: &Value, more: &Value) -> (Diary, Vec<f64>) {
    let (names, _) = alarms(4);
    let mut block = json!({ "alarms": names[..3], "after": "10m" });
    block.as_object_mut().unwrap().extend(quarantine.as_object().unwrap().clone());
    let mut parts = json!({ "evacuation": { "alarms": names[..3], "after": "2m", "pace": "1/s", "backAfter": "30m" },
        "quarantine": block, "migration": { "cloneTime": "1m" }, "map": { "refresh": "1s" } });
    parts.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (diary, summary) = watch(&poisoned(1.0, &parts));
    assert_eq!(acts(&diary, CellAct::Quarantined).len(), 1);
    let counts = row(&summary).cells.iter().map(|cell| cell.customers.mean).collect();
    (diary, counts)
}

#[test]
fn who_is_found_in_another_cell_stays_in_quarantine_as_the_others_come_back() {
    let (diary, counts) = found_elsewhere(&json!({}), &json!({}));
    assert_eq!(acts(&diary, CellAct::Returns).iter().map(|act| act.1).collect::<Vec<_>>(), [39]);
    assert_eq!(counts, [40.0, 39.0, 40.0, 40.0, 1.0]);
    // Let go, he comes to his own cell, and not to that in which he was found.
    let (_, counts) = found_elsewhere(&json!({ "backAfter": "1h" }), &json!({}));
    assert_eq!(counts, [40.0, 40.0, 40.0, 40.0, 0.0]);
}

#[test]
fn nobody_leaves_for_the_quarantine_cell() {
    let customers = json!({ "customers": [{ "count": 120, "rate": "900/s" }] });
    let (diary, counts) = found_elsewhere(&json!({ "cell": "cell-4" }), &customers);
    assert_eq!(counts, [40.0, 39.0, 40.0, 1.0]);
    // The router is the first of the services.
    let others = diary.0.iter().any(|(_, fact)| {
        matches!(fact, Fact::Application(ApplicationFact::Customers { cell: ServiceId(4), count }) if *count > 1)
    });
    assert!(!others, "it is the emptiest");
}

#[test]
fn who_is_on_the_way_to_a_cell_leaves_with_the_others_and_who_leaves_already_does_not() {
    // All forty are being cloned back for twenty minutes as the tasks of the empty cell crash again.
    let evacuation = json!({ "after": "2m", "pace": "1/s", "backAfter": "5m" });
    let mut file = gone(10, &evacuation, &json!({ "migration": { "cloneTime": "20m" } }));
    let tasks = json!({ "AlarmName": "tasks", "Service": "app-cell-2/web", "MetricName": "HealthyHostCount",
        "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "LessThanThreshold",
        "TreatMissingData": "notBreaching" });
    file["alarms"].as_array_mut().unwrap().push(tasks);
    file["cellularApplication"]["evacuation"]["alarms"] = json!(["tasks"]);
    // They have left by 5,100 s or so, and set out again at once.
    again(&mut file, 2, "5400s", 10);
    let (diary, _) = watch(&file);
    assert_eq!(acts(&diary, CellAct::Returns)[0].1, 40);
    assert_eq!(acts(&diary, CellAct::Leaves).iter().map(|act| act.1).collect::<Vec<_>>(), [40, 40]);
    let (names, _) = alarms(4);
    let mut parts = json!({ "evacuation": { "alarms": names, "after": "2m", "pace": "1/s" },
        "quarantine": { "alarms": names, "after": "1m" }, "migration": { "cloneTime": "20m" } });
    let (diary, _) = watch(&poisoned(0.4, &parts));
    assert_eq!(acts(&diary, CellAct::Leaves)[0], (3_840.0, 39), "one is on the way to quarantine");
    // The other way round he arrives elsewhere before he is found: two minutes, ten, and a clone later.
    parts["quarantine"]["after"] = json!("10m");
    parts["evacuation"]["alarms"] = json!(names[1..2]);
    let (diary, _) = watch(&poisoned(1.0, &parts));
    let since = acts(&diary, CellAct::Quarantined)[0].0;
    assert!((5_040.0 + 720.0 + 1_200.0..5_040.0 + 900.0 + 1_200.0).contains(&since), "{since}");
}
