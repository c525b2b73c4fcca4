//! A customer who poisons his cell is blocked, or moved, and comes back: when, how often, and what it costs whom.

use crate::application::{app, row};
use crate::evacuation::{act, alarms, poisoned};
use crate::world::{Diary, check, watch};
use evenkeel::Summary;
use evenkeel::internals::model::fact::{AlarmState, ApplicationFact, CellAct, Fact};
use serde_json::{Value, json};

/// The alarm has seen two minutes of errors, and operators have looked for ten.
pub(crate) const OUT: f64 = 3_600.0 + 120.0 + 600.0;

/// All of the four cells ring, and `more` is done with who is found; the map is read each second.
pub(crate) fn parts(more: &Value) -> Value {
    let (names, _) = alarms(4);
    let mut block = json!({ "alarms": names, "after": "10m" });
    block.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "quarantine": block, "map": { "refresh": "1s" } })
}

/// When operators did this, in seconds.
pub(crate) fn all(diary: &Diary, step: CellAct) -> Vec<f64> {
    let is_it =
        |fact: &Fact| matches!(fact, Fact::Application(ApplicationFact::Act { step: found, .. }) if *found == step);
    diary.0.iter().filter(|(_, fact)| is_it(fact)).map(|(at, _)| at.as_secs_f64()).collect()
}

/// When an alarm stopped to ring last before a moment.
pub(crate) fn quiet_before(diary: &Diary, moment: f64) -> f64 {
    let quiet = diary.0.iter().filter_map(|(at, fact)| match fact {
        Fact::Alarm { state, .. } if *state != AlarmState::Alarm => Some(at.as_secs_f64()),
        _ => None,
    });
    quiet.filter(|at| *at <= moment).fold(0.0, f64::max)
}

fn lost(summary: &Summary, cause: &str, phase: &str) -> f64 {
    let rows = summary.losses.iter().filter(|one| one.cause == cause && one.phase == phase);
    rows.map(|one| one.lost_requests.mean).sum()
}

#[test]
fn who_is_blocked_fails_alone() {
    let (diary, summary) = watch(&poisoned(0.4, &parts(&json!({ "action": "drop" }))));
    assert_eq!(act(&diary, CellAct::Blocked), Some((OUT, 1)));
    let of = row(&summary);
    let turned_away = 7.5 * (14_400.0 - OUT);
    check("turned away", of.blocked_requests.mean, turned_away, 1e-3);
    check("the others", of.cells[1].requests.failed.mean, 0.4 * 300.0 * (OUT - 3_600.0), 1e-3);
    check("all", of.requests.failed.mean, turned_away + 0.4 * 300.0 * (OUT - 3_600.0), 1e-3);
    check("told", lost(&summary, "quarantine of a customer", "blocked at the router"), turned_away, 1e-3);
    check("asked", of.requests.offered.mean, 1_200.0 * 14_400.0, 1e-3);
    check("of the others", of.cells[1].requests.offered.mean, 300.0 * OUT + 292.5 * (14_400.0 - OUT), 1e-3);
    assert_eq!((of.blocked.mean, of.quarantined.mean, of.released.mean, of.moved.mean), (1.0, 0.0, 0.0, 0.0));
    check("after the alarm", of.quarantine_seconds.unwrap().mean, 600.0, 1e-6);
    assert_eq!((of.cells.len(), of.cells[1].customers.mean), (4, 40.0), "no cell more, and he is of his own");
    assert_eq!(summary.faults[0].hit.clusters.mean, 1.0, "a block is not the poison's work");
}

#[test]
fn a_block_waits_for_the_map_and_for_the_router_that_reads_it() {
    let mut slow = parts(&json!({ "action": "drop" }));
    slow["map"]["refresh"] = json!("25m");
    let (diary, _) = watch(&poisoned(0.4, &slow));
    assert_eq!(act(&diary, CellAct::Blocked).unwrap().0, 4_500.0, "it reads each 25 minutes");
    let mut file = poisoned(0.4, &parts(&json!({ "action": "drop" })));
    let out = json!({ "name": "table", "at": "55m", "for": "20m", "mapTableOutage": {} });
    file["faults"].as_array_mut().unwrap().push(out);
    let (diary, _) = watch(&file);
    assert_eq!(act(&diary, CellAct::Blocked).unwrap().0, 4_500.0, "with the look of that minute");
}

#[test]
fn callers_who_know_the_cell_reach_it_until_their_endpoints_run_out() {
    let mut cached = parts(&json!({ "action": "drop" }));
    (cached["dispatch"], cached["cacheFor"], cached["clients"]) = (json!("cachedEndpoint"), json!("10m"), json!(5_000));
    let (_, summary) = watch(&poisoned(0.4, &cached));
    let of = row(&summary);
    // In sixty steps of ten seconds, each in the middle of its time.
    check("turned away", of.blocked_requests.mean, 7.5 * (14_400.0 - OUT - 300.0), 7.5 * 10.0);
    // Until the last of them has, he spoils what the cell answers: 300 at first and 292.5 at the end.
    let others = 0.4 * (300.0 * (OUT - 3_600.0) + 296.25 * 600.0);
    check("the others", of.cells[1].requests.failed.mean, others, 0.4 * 7.5 * 10.0);
}

#[test]
fn who_is_blocked_is_let_in_once_the_alarm_has_been_quiet() {
    let back = json!({ "action": "drop", "backAfter": "50m" });
    let (diary, summary) = watch(&poisoned(0.4, &parts(&back)));
    let released = all(&diary, CellAct::Released);
    check("fifty quiet minutes", released[0] - quiet_before(&diary, released[0]), 3_000.0, 1.0);
    let of = row(&summary);
    assert_eq!((released.len(), of.released.mean, of.blocked.mean), (1, 1.0, 1.0), "the poison is over by then");
    check("turned away", of.blocked_requests.mean, 7.5 * (released[0] - OUT), 1e-3);
}

#[test]
fn one_who_goes_on_waits_twice_as_long_each_time_and_then_stays_out() {
    for action in ["drop", "move"] {
        let mut file =
            poisoned(1.0, &parts(&json!({ "action": action, "backAfter": "4m", "backTimes": 2, "after": "1m" })));
        file["faults"][0]["for"] = json!("3h");
        let (diary, summary) = watch(&file);
        let of = row(&summary);
        let out = all(&diary, if action == "drop" { CellAct::Blocked } else { CellAct::Quarantined });
        let released = all(&diary, CellAct::Released);
        assert_eq!((out.len(), released.len(), of.released.mean), (3, 2, 2.0), "{action}: {out:?} {released:?}");
        assert_eq!(of.blocked.mean + of.quarantined.mean, 3.0, "{action}");
        let clone = if action == "move" { 60.0 } else { 0.0 };
        for (back, minutes) in released.iter().zip([4.0, 8.0]) {
            check(action, back - quiet_before(&diary, *back - clone), minutes * 60.0 + clone, 1.0);
        }
    }
}

#[test]
fn an_alarm_of_the_quarantine_cell_holds_who_poisons_it() {
    let back = |watched: bool| {
        let mut block = json!({ "cell": "cell-4", "backAfter": "5m" });
        if !watched {
            block["alarms"] = json!(["cell 1", "cell 2", "cell 3"]);
        }
        let mut parts = parts(&block);
        parts["customers"] = json!([{ "count": 120, "rate": "900/s" }]);
        watch(&poisoned(0.4, &parts))
    };
    let (diary, summary) = back(true);
    assert_eq!((row(&summary).quarantined.mean, row(&summary).released.mean), (1.0, 1.0));
    assert!(act(&diary, CellAct::Released).unwrap().0 > 7_200.0 + 300.0, "the poison ends after two hours");
    assert_eq!(row(&summary).cells.iter().map(|cell| cell.customers.mean).collect::<Vec<_>>(), [40.0, 40.0, 40.0, 0.0]);
    let (diary, summary) = back(false);
    assert!(act(&diary, CellAct::Released).unwrap().0 < 7_200.0, "nobody sees that he goes on");
    assert!(row(&summary).quarantined.mean > 1.0);
}

#[test]
fn they_come_back_one_by_one() {
    for (pace, gap) in [(json!("1/min"), 60.0), (json!("10/min"), 6.0), (Value::Null, 60.0)] {
        let mut block = json!({ "action": "drop", "backAfter": "50m" });
        block["backPace"] = pace;
        let mut file = poisoned(0.4, &parts(&block));
        for customer in ["customer-6", "customer-10"] {
            let more = json!({ "name": customer, "at": "1h", "for": "1h",
                "poisonCustomer": { "customer": customer, "errors": 0.2 } });
            file["faults"].as_array_mut().unwrap().push(more);
        }
        let (diary, _) = watch(&file);
        assert_eq!(all(&diary, CellAct::Blocked), [OUT; 3]);
        let back = all(&diary, CellAct::Released);
        assert_eq!(back.len(), 3);
        check("second", back[1] - back[0], gap, 1e-6);
        check("third", back[2] - back[0], 2.0 * gap, 1e-6);
    }
}

/// A revision of all cells that fails on what these customers send.
fn bad_input(customers: &[&str], parts: &Value) -> Value {
    let (_, all) = alarms(4);
    let defect = json!({ "poisonInput": { "customers": customers } });
    let change = json!([{ "name": "new", "at": "1h", "service": "app-cell-2/web", "defect": defect }]);
    app("4h", 4, parts, &json!({ "alarms": all, "changes": change }))
}

#[test]
fn who_meets_a_defect_of_a_version_is_found_by_his_name() {
    // Each alone is 2.5 % of what the cell is asked; the alarm rings above 5 %.
    let three = ["customer-2", "customer-6", "customer-10"];
    for action in ["move", "drop"] {
        let (diary, summary) = watch(&bad_input(&three, &parts(&json!({ "action": action }))));
        let of = row(&summary);
        assert_eq!(of.blocked.mean + of.quarantined.mean, 3.0, "{action}");
        let step = if action == "drop" { CellAct::Blocked } else { CellAct::Quarantined };
        let since = act(&diary, step).unwrap().0;
        assert!((3_600.0 + 600.0..3_600.0 + 1_800.0).contains(&since), "{action}: {since}");
        let failed = of.cells[1].requests.failed.mean;
        assert!(failed > 0.0 && failed < 22.5 * (since - 3_600.0), "{action}: {failed}");
        let more = if action == "drop" { 22.5 * (14_400.0 - since) } else { 0.0 };
        check(action, of.requests.failed.mean, failed + more, 1e-3);
    }
    // Those of other cells meet no defect there.
    let (_, summary) =
        watch(&bad_input(&["customer-2", "customer-6", "customer-10", "customer-3"], &parts(&json!({}))));
    assert_eq!(row(&summary).quarantined.mean, 3.0);
}
