//! Cells that are emptied as their alarm rings, and customers who poison a cell: when, how fast, and what it costs.

use crate::application::{app, row};
use crate::world::{Diary, check, run, the_fault, watch};
use evenkeel::internals::model::fact::{ApplicationFact, CellAct, Fact};
use evenkeel::internals::model::ids::ServiceId;
use serde_json::{Value, json};

/// An alarm for each of so many cells: it rings when more than a twentieth of the requests of two minutes fail.
pub(crate) fn alarms(cells: u64) -> (Vec<String>, Value) {
    let names: Vec<String> = (1..=cells).map(|cell| format!("cell {cell}")).collect();
    let alarm = |(name, cell): (&String, u64)| {
        json!({ "AlarmName": name, "Service": format!("app-cell-{cell}/web"), "MetricName": "ErrorRate", "Period": 60,
            "EvaluationPeriods": 2, "Threshold": 0.05, "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching" })
    };
    let all = names.iter().zip(1..).map(alarm).collect();
    (names, all)
}

/// Four cells of 40 customers, each of 7.5 requests a second; all tasks of the second are gone for so many minutes from
/// an hour on.
pub(crate) fn gone(minutes: u64, evacuation: &Value, more: &Value) -> Value {
    let (names, all) = alarms(4);
    let mut block = json!({ "alarms": names });
    block.as_object_mut().unwrap().extend(evacuation.as_object().unwrap().clone());
    let mut parts = json!({ "evacuation": block, "migration": { "cloneTime": "1m" } });
    if evacuation.get("pace").is_none() {
        parts["migration"]["atOnce"] = json!(8);
    }
    parts.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let faults = json!([{ "name": "gone", "at": "1h", "for": format!("{minutes}m"),
        "taskCrash": { "service": "app-cell-2/web", "share": 1.0 } }]);
    app("6h", 4, &parts, &json!({ "alarms": all, "faults": faults }))
}

/// When operators did something for the first time, in seconds, and whom it concerned.
pub(crate) fn act(diary: &Diary, step: CellAct) -> Option<(f64, u32)> {
    diary.0.iter().find_map(|(at, fact)| match fact {
        Fact::Application(ApplicationFact::Act { step: found, count, .. }) if *found == step => {
            Some((at.as_secs_f64(), *count))
        }
        _ => None,
    })
}

/// When customers were moved by operators, in seconds.
fn moves(diary: &Diary) -> Vec<f64> {
    let moved = |fact: &Fact| matches!(fact, Fact::Application(ApplicationFact::Moved { acts: true, .. }));
    diary.0.iter().filter(|(_, fact)| moved(fact)).map(|(at, _)| at.as_secs_f64()).collect()
}

/// The alarm has seen two minutes of errors, and operators have had two more.
const LEAVE: f64 = 3_600.0 + 120.0 + 120.0;

#[test]
fn customers_set_out_at_their_pace_to_the_second() {
    for (pace, gap) in [("1/s", 1.0), ("30/min", 2.0), ("10/min", 6.0)] {
        let (diary, summary) = watch(&gone(120, &json!({ "after": "2m", "pace": pace }), &json!({})));
        assert_eq!(act(&diary, CellAct::Leaves), Some((LEAVE, 40)), "{pace}");
        let expected: Vec<f64> = (0..40).map(|number| LEAVE + 60.0 + gap * f64::from(number)).collect();
        assert_eq!(moves(&diary), expected, "{pace}: each is cloned for a minute");
        let empty = 120.0 + 39.0 * gap + 60.0;
        check(pace, row(&summary).evacuation_seconds.unwrap().mean, empty, 1e-6);
        assert_eq!(act(&diary, CellAct::Left), Some((3_720.0 + empty, 0)));
        // Each request is served or lost once, before, during and after the moves.
        check("offered", row(&summary).requests.offered.mean, 1_200.0 * 21_600.0, 1e-3);
    }
}

#[test]
fn without_a_pace_as_many_leave_as_may_move_at_once() {
    let (diary, summary) = watch(&gone(120, &json!({ "after": "2m" }), &json!({ "map": { "refresh": "1s" } })));
    // Five batches of eight, a minute each: the router reads the map in the second of the flip.
    let expected: Vec<f64> = (0..40).map(|number| LEAVE + 60.0 + f64::from(number / 8) * 60.0).collect();
    assert_eq!(moves(&diary), expected);
    check("empty", row(&summary).evacuation_seconds.unwrap().mean, 120.0 + 5.0 * 60.0, 1e-6);
}

#[test]
fn errors_end_with_the_evacuation_and_not_with_the_fault() {
    let evacuation = json!({ "after": "2m", "pace": "1/s" });
    let summary = run(&gone(120, &evacuation, &json!({ "map": { "refresh": "1s" } })), 1);
    // All 300 requests a second until the first flip, then 7.5 fewer with each; each flip reaches the router at once.
    let before = LEAVE + 60.0 - 3_600.0;
    let truth = 300.0 * before + 7.5 * (0..40).map(f64::from).sum::<f64>();
    check("lost", row(&summary).requests.failed.mean, truth, 300.0);
    check("charged to the fault", the_fault(&summary).lost_requests.mean, row(&summary).requests.failed.mean, 1e-3);
    assert_eq!(row(&summary).cells[1].customers.mean, 0.0, "they stay where they are");
    let nothing = json!({ "after": "3h", "pace": "1/s" });
    let without = run(&gone(120, &nothing, &json!({})), 1);
    assert!(row(&without).requests.failed.mean > 300.0 * 7_200.0);
    assert_eq!(row(&without).evacuations.mean, 0.0, "the alarm is over before operators have looked");
}

#[test]
fn everybody_is_back_once_the_alarm_has_been_quiet() {
    let evacuation = json!({ "after": "2m", "pace": "1/s", "backAfter": "20m" });
    let (diary, summary) = watch(&gone(10, &evacuation, &json!({})));
    let (begins, count) = act(&diary, CellAct::Returns).unwrap();
    assert_eq!(count, 40);
    let quiet = diary.0.iter().rev().find_map(|(at, fact)| match fact {
        Fact::Alarm { state, .. } if *state != evenkeel::internals::model::fact::AlarmState::Alarm => {
            Some(at.as_secs_f64())
        }
        _ => None,
    });
    check("twenty quiet minutes", begins - quiet.unwrap(), 1_200.0, 1e-6);
    assert_eq!(act(&diary, CellAct::Back), Some((begins + 39.0 + 60.0, 0)));
    for cell in &row(&summary).cells {
        assert_eq!(cell.customers.mean, 40.0, "{}", cell.service);
    }
    assert_eq!(
        (row(&summary).evacuations.mean, row(&summary).evacuated.mean, row(&summary).moved.mean),
        (1.0, 40.0, 80.0)
    );
    check("back", row(&summary).back_seconds.unwrap().mean, begins + 99.0 - 3_720.0, 1e-6);
    // A cell whose tasks are gone takes nobody, however quiet an alarm without requests is.
    let (diary, _) = watch(&gone(120, &evacuation, &json!({})));
    let (begins, _) = act(&diary, CellAct::Returns).unwrap();
    assert!((10_800.0..10_800.0 + 180.0).contains(&begins), "{begins}");
}

#[test]
fn rows_are_flipped_when_the_map_table_is_back() {
    let mut file = gone(120, &json!({ "after": "2m", "pace": "1/s" }), &json!({}));
    let out = json!({ "name": "table", "at": "55m", "for": "20m", "mapTableOutage": {} });
    file["faults"].as_array_mut().unwrap().push(out);
    let (diary, _) = watch(&file);
    assert_eq!(moves(&diary), [4_500.0; 40]);
}

#[test]
fn nobody_is_sent_where_there_is_no_room() {
    // A cell answers 600 requests a second and has 300: up to 0.6 it takes 8 customers of 7.5 more.
    for (fill, leave) in [(0.6, 24.0), (0.59, 21.0), (0.55, 12.0), (0.5, 0.0), (1.0, 40.0)] {
        let (diary, summary) = watch(&gone(120, &json!({ "pace": "1/s", "fillTo": fill }), &json!({})));
        let row = row(&summary);
        assert_eq!((row.evacuated.mean, row.stayed.mean), (leave, 40.0 - leave), "up to {fill}");
        assert_eq!(act(&diary, CellAct::Left).map(|left| f64::from(left.1)), Some(40.0 - leave), "up to {fill}");
        assert_eq!(row.cells[1].customers.mean, 40.0 - leave, "up to {fill}");
        let others = [0, 2, 3].map(|cell| row.cells[cell].customers.mean);
        assert!(
            others.iter().all(|count| *count <= 40.0 + 600.0 * (fill - 0.5) / 7.5 + 1e-9),
            "up to {fill}: {others:?}"
        );
    }
}

#[test]
fn one_cell_is_emptied_at_a_time_and_none_into_one_that_is_ill() {
    let two = |at_once: u64| {
        let mut file = gone(
            120,
            &json!({ "after": "2m", "pace": "1/s", "cellsAtOnce": at_once, "backAfter": "10m", "fillTo": 1.0 }),
            &json!({}),
        );
        let third = json!({ "name": "third", "at": "1h", "for": "2h", "taskCrash": { "service": "app-cell-3/web", "share": 1.0 } });
        file["faults"].as_array_mut().unwrap().push(third);
        let (diary, summary) = watch(&file);
        let begun = diary.0.iter().filter_map(|(at, fact)| match fact {
            Fact::Application(ApplicationFact::Act { step: CellAct::Leaves, .. }) => Some(at.as_secs_f64()),
            _ => None,
        });
        (begun.collect::<Vec<f64>>(), row(&summary).clone())
    };
    let (begun, row) = two(1);
    assert_eq!(begun, [LEAVE], "the other one's tasks are back before the first one's customers are");
    assert_eq!(row.evacuations.mean, 1.0);
    let (begun, row) = two(2);
    assert_eq!(begun, [LEAVE, LEAVE]);
    assert_eq!(row.evacuated.mean, 80.0, "both into the two cells that are well");
    // All cells are ill: nobody has anywhere to go.
    let mut file = gone(120, &json!({ "after": "2m", "pace": "1/s", "cellsAtOnce": 4, "fillTo": 1.0 }), &json!({}));
    for cell in [1, 3, 4] {
        let fault = json!({ "name": format!("gone {cell}"), "at": "1h", "for": "2h",
            "taskCrash": { "service": format!("app-cell-{cell}/web"), "share": 1.0 } });
        file["faults"].as_array_mut().unwrap().push(fault);
    }
    let (diary, _) = watch(&file);
    assert_eq!(moves(&diary), [] as [f64; 0]);
}

#[test]
fn what_guests_cost_a_cell_is_charged_to_the_evacuation() {
    // The rate of all doubles while 40 guests are in three cells: 2 x 7.5 x 53.3 requests against 600.
    let steps =
        json!([{ "at": "0s", "rate": "1200/s" }, { "at": "2h", "rate": "2400/s" }, { "at": "150m", "rate": "1200/s" }]);
    let parts = json!({ "customers": [{ "count": 160, "steps": steps }] });
    let summary = run(&gone(120, &json!({ "after": "2m", "pace": "1/s", "fillTo": 1.0 }), &parts), 1);
    let lost = |cause: &str| {
        let rows = summary.losses.iter().filter(|one| one.cause == cause);
        rows.map(|one| one.lost_requests.mean).sum::<f64>()
    };
    check("guests", lost("evacuation of a cell"), (2_400.0 - 3.0 * 600.0) * 1_800.0, 1.0);
    check("nothing else", lost("demand"), 0.0, 1e-6);
}

/// A customer of the second of four cells poisons it for an hour; `parts` adds to the block.
pub(crate) fn poisoned(errors: f64, parts: &Value) -> Value {
    let (_, all) = alarms(4);
    let faults = json!([{ "name": "poison", "at": "1h", "for": "1h",
        "poisonCustomer": { "customer": "customer-2", "errors": errors } }]);
    app("4h", 4, parts, &json!({ "alarms": all, "faults": faults }))
}

#[test]
fn others_are_well_once_the_poison_is_in_quarantine() {
    let calm = run(&poisoned(0.4, &json!({})), 1);
    check("without", row(&calm).requests.failed.mean, 0.4 * 300.0 * 3_600.0, 1e-3);
    check("charged to it", the_fault(&calm).lost_requests.mean, 0.4 * 300.0 * 3_600.0, 1e-3);
    let (names, _) = alarms(4);
    for (own, place) in [(true, 4), (false, 3)] {
        let mut quarantine = json!({ "alarms": names[..3], "after": "10m" });
        let mut parts = json!({ "migration": { "cloneTime": "1m" }, "map": { "refresh": "1s" } });
        if !own {
            quarantine["cell"] = json!("cell-4");
            parts["customers"] = json!([{ "count": 120, "rate": "900/s" }]);
        }
        parts["quarantine"] = quarantine;
        let (diary, summary) = watch(&poisoned(0.4, &parts));
        let row = row(&summary);
        // Two minutes until the alarm rings, ten until it is clear who it is, one to move him.
        let seconds = 13.0 * 60.0;
        assert_eq!(act(&diary, CellAct::Quarantined), Some((3_600.0 + seconds, 1)));
        check("after the alarm", row.quarantine_seconds.unwrap().mean, 660.0, 1e-6);
        let alone = 0.4 * 7.5 * (3_600.0 - seconds);
        check("lost", row.requests.failed.mean, 0.4 * 300.0 * seconds + alone, 1e-3);
        check("in quarantine", row.cells[place].requests.failed.mean, alone, 1e-3);
        assert_eq!((row.cells[place].customers.mean, row.quarantined.mean), (1.0, 1.0), "nobody else is ever there");
    }
}

#[test]
fn a_poison_that_moves_takes_the_errors_along() {
    // Emptied before anybody knows who it is: the next cell rings, but waits for the first.
    let (names, _) = alarms(4);
    let parts = json!({ "evacuation": { "alarms": names, "after": "2m", "pace": "1/s" },
        "migration": { "cloneTime": "1m" }, "map": { "refresh": "1s" } });
    let (diary, summary) = watch(&poisoned(1.0, &parts));
    let rings = diary.0.iter().filter_map(|(_, fact)| match fact {
        Fact::Application(ApplicationFact::Act { step: CellAct::Rings, cell, .. }) => Some(*cell),
        _ => None,
    });
    let cells: Vec<ServiceId> = rings.collect();
    assert!(cells.len() > 1 && cells[0] != cells[1], "{cells:?}");
    assert!(row(&summary).cells.iter().filter(|cell| cell.requests.failed.mean > 0.0).count() > 1);
}

#[test]
fn new_customers_are_not_sent_to_a_cell_that_is_emptied() {
    let late =
        json!([{ "count": 160, "rate": "1200/s" }, { "name": "new", "count": 6, "rate": "6/s", "joinsAt": "80m" }]);
    for mapping in ["fullMap", "hash", "ring"] {
        let parts = json!({ "customers": late, "mapping": mapping });
        let summary = run(&gone(120, &json!({ "after": "2m", "pace": "1/s", "fillTo": 1.0 }), &parts), 1);
        assert_eq!(row(&summary).cells[1].customers.mean, 0.0, "{mapping}");
        assert_eq!(row(&summary).cells.iter().map(|cell| cell.customers.mean).sum::<f64>(), 166.0, "{mapping}");
    }
}
