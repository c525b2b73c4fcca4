//! Customers who are taken out of their cells while something else happens: alarms, tables, tasks and other customers.

use crate::application::{app, row};
use crate::evacuation::{alarms, poisoned};
use crate::quarantine::{OUT, all, parts, quiet_before};
use crate::world::{check, run, watch};
use evenkeel::internals::model::fact::{ApplicationFact, CellAct, Fact};
use serde_json::{Value, json};

/// The customer poisons his cell for so many minutes only.
fn brief(minutes: u64, parts: &Value) -> Value {
    let mut file = poisoned(0.4, parts);
    file["faults"][0]["for"] = json!(format!("{minutes}m"));
    file
}

fn with_fault(mut file: Value, fault: Value) -> Value {
    file["faults"].as_array_mut().unwrap().push(fault);
    file
}

fn crash(cell: u64, at: &str, minutes: u64, share: f64) -> Value {
    json!({ "name": format!("crash of {cell}"), "at": at, "for": format!("{minutes}m"),
        "taskCrash": { "service": format!("app-cell-{cell}/web"), "share": share } })
}

#[test]
fn a_wait_counts_from_when_he_is_out_if_that_is_later_than_the_alarm() {
    // The alarm is quiet before the router reads at 4,500 s that he is blocked; it reads each 25 minutes.
    let steps = json!([{ "at": "0s", "rate": "1200/s" }, { "at": "6600s", "rate": "2400/s" }]);
    let mut block = parts(&json!({ "action": "drop", "backAfter": "30m" }));
    block["map"]["refresh"] = json!("25m");
    block["customers"] = json!([{ "count": 160, "steps": steps }]);
    let (diary, summary) = watch(&brief(13, &block));
    assert!(quiet_before(&diary, 9_000.0) < 4_500.0);
    assert_eq!((all(&diary, CellAct::Blocked), all(&diary, CellAct::Released)), (vec![4_500.0], vec![7_500.0]));
    // Until it has read that, too, he is turned away.
    check("turned away", row(&summary).blocked_requests.mean, 7.5 * 2_100.0 + 15.0 * 900.0, 1e-3);
    // As who is moved is cloned for twenty minutes.
    let mut block = parts(&json!({ "backAfter": "10m" }));
    block["migration"] = json!({ "cloneTime": "20m" });
    let (diary, _) = watch(&brief(13, &block));
    assert!(quiet_before(&diary, 9_000.0) < OUT + 1_200.0);
    assert_eq!(all(&diary, CellAct::Quarantined), [OUT + 1_200.0]);
    assert_eq!(all(&diary, CellAct::Released), [OUT + 1_200.0 + 600.0 + 1_200.0]);
}

#[test]
fn who_comes_back_waits_for_all_tasks_of_his_cell() {
    // Three tasks of six answer all that is asked: no alarm rings.
    let file = brief(14, &parts(&json!({ "backAfter": "10m" })));
    let plain = all(&watch(&file).0, CellAct::Released);
    assert!(plain[0] < 5_400.0, "{plain:?}");
    let (diary, _) = watch(&with_fault(file, crash(2, "4600s", 30, 0.5)));
    let released = all(&diary, CellAct::Released);
    assert!((6_400.0..6_700.0).contains(&released[0]), "{released:?}");
}

#[test]
fn an_alarm_of_his_cell_holds_him_and_one_of_another_cell_does_not() {
    let file = brief(14, &parts(&json!({ "action": "drop", "backAfter": "10m" })));
    let plain = all(&watch(&file).0, CellAct::Released);
    assert!(plain.len() == 1 && plain[0] < 5_400.0, "{plain:?}");
    let (diary, _) = watch(&with_fault(file.clone(), crash(3, "4200s", 10, 1.0)));
    assert_eq!(all(&diary, CellAct::Released), plain, "another cell");
    let (diary, _) = watch(&with_fault(file, crash(2, "4800s", 30, 1.0)));
    let released = all(&diary, CellAct::Released);
    assert!(released[0] > 6_600.0, "{released:?}");
    check("since the last", released[0] - quiet_before(&diary, released[0]), 600.0, 1.0);
}

#[test]
fn a_block_ends_when_the_map_table_is_back() {
    let file = brief(14, &parts(&json!({ "action": "drop", "backAfter": "10m" })));
    let out = json!({ "name": "table", "at": "80m", "for": "30m", "mapTableOutage": {} });
    let released = all(&watch(&with_fault(file, out)).0, CellAct::Released);
    assert!((6_600.0..=6_661.0).contains(&released[0]), "with the look of that minute: {released:?}");
}

#[test]
fn nobody_comes_back_to_a_cell_that_was_emptied() {
    let (names, _) = alarms(4);
    let mut block = parts(&json!({ "after": "1m", "backAfter": "10m" }));
    block["evacuation"] = json!({ "alarms": names, "after": "2m", "pace": "1/s" });
    block["migration"] = json!({ "cloneTime": "1m" });
    let (diary, _) = watch(&brief(14, &block));
    assert_eq!((all(&diary, CellAct::Quarantined).len(), all(&diary, CellAct::Left).len()), (1, 1));
    assert_eq!(all(&diary, CellAct::Released), [] as [f64; 0]);
}

#[test]
fn one_search_is_made_for_two_alarms_of_a_cell_and_two_faults_of_a_customer() {
    let mut file = brief(14, &parts(&json!({ "action": "drop", "backAfter": "4m", "backTimes": 2 })));
    let more = json!({ "name": "also", "at": "1h", "for": "14m",
        "poisonCustomer": { "customer": "customer-2", "errors": 0.1 } });
    file["faults"].as_array_mut().unwrap().push(more);
    let mut also = file["alarms"][1].clone();
    (also["AlarmName"], also["EvaluationPeriods"]) = (json!("also"), json!(4));
    file["alarms"].as_array_mut().unwrap().push(also);
    file["cellularApplication"]["quarantine"]["alarms"].as_array_mut().unwrap().push(json!("also"));
    let (diary, _) = watch(&file);
    assert_eq!((all(&diary, CellAct::Rings).len(), all(&diary, CellAct::Blocked)), (1, vec![OUT]));
    let released = all(&diary, CellAct::Released);
    check("once", released[0] - quiet_before(&diary, released[0]), 240.0, 1.0);
}

#[test]
fn nobody_is_looked_for_in_the_quarantine_cell() {
    let mut block = parts(&json!({ "cell": "cell-4", "backAfter": "5m" }));
    block["customers"] = json!([{ "count": 120, "rate": "900/s" }]);
    let (diary, _) = watch(&poisoned(0.4, &block));
    let cells = diary.0.iter().filter_map(|(_, fact)| match fact {
        Fact::Application(ApplicationFact::Act { step: CellAct::Rings, cell, .. }) => Some(*cell),
        _ => None,
    });
    assert_eq!(cells.count(), 1, "its own alarm rings, too");
}

#[test]
fn who_meets_the_defect_of_a_flag_is_found() {
    let (_, all_alarms) = alarms(4);
    let change = json!([{ "name": "new", "at": "1h", "service": "app-cell-2/web",
        "featureFlag": { "deploymentDurationInMinutes": 0, "growthFactor": 100.0 },
        "defect": { "poisonInput": { "customers": ["customer-2", "customer-6", "customer-10"] } } }]);
    let file = app("4h", 4, &parts(&json!({})), &json!({ "alarms": all_alarms, "changes": change }));
    assert_eq!(row(&run(&file, 1)).quarantined.mean, 3.0);
}

#[test]
fn each_poison_ends_with_its_own_fault_and_is_charged_with_its_own() {
    let mut file = brief(30, &json!({}));
    let more = json!({ "name": "short", "at": "1h", "for": "10m",
        "poisonCustomer": { "customer": "customer-3", "errors": 0.2 } });
    file["faults"].as_array_mut().unwrap().push(more);
    let summary = run(&file, 1);
    let truth = [0.4 * 300.0 * 1_800.0, 0.2 * 300.0 * 600.0];
    for (place, truth) in truth.into_iter().enumerate() {
        check("cell", row(&summary).cells[place + 1].requests.failed.mean, truth, 1e-3);
        check("fault", summary.faults[place].lost_requests.mean, truth, 1e-3);
    }
}

#[test]
fn who_asks_for_nothing_spoils_nothing() {
    let steps = json!([{ "at": "0s", "rate": "8/s" }, { "at": "90m", "rate": "0/s" }]);
    let customers = json!([{ "count": 160, "rate": "1200/s" }, { "name": "mad", "steps": steps }]);
    let mut file = poisoned(0.4, &json!({ "customers": customers }));
    file["faults"][0]["poisonCustomer"]["customer"] = json!("mad");
    check("lost", row(&run(&file, 1)).requests.failed.mean, 0.4 * 308.0 * 1_800.0, 1e-3);
}

#[test]
fn a_block_of_one_hides_no_defect_from_another() {
    // `customer-2` is blocked in his cell; `customer-6` there and `customer-3` elsewhere meet defects.
    let mut file = poisoned(0.4, &parts(&json!({ "action": "drop" })));
    let defect = |customers: Value| json!({ "poisonInput": { "customers": customers } });
    file["changes"] = json!([
        { "name": "own", "at": "2h", "service": "app-cell-2/web", "defect": defect(json!(["customer-6"])) },
        { "name": "other", "at": "2h", "service": "app-cell-3/web",
          "defect": defect(json!(["customer-2", "customer-3"])) }]);
    let summary = run(&file, 1);
    let failed = |cell: usize| row(&summary).cells[cell].requests.failed.mean;
    // Most of the two hours, as the deployment needs a while.
    assert!(failed(1) - 0.4 * 300.0 * (OUT - 3_600.0) > 7.5 * 5_400.0, "{}", failed(1));
    assert!(failed(2) > 7.5 * 5_400.0, "{}", failed(2));
}
