//! Alarms that watch only what the new revision of a deployment gets: the one-box apart from the fleet.

use crate::alarm::{errors, watched};
use crate::world::{Diary, check, run, watch};
use evenkeel::internals::metrics::summary::Summary;
use evenkeel::internals::model::fact::{AlarmState, Fact};
use serde_json::{Value, json};

const HOUR: f64 = 3_600.0;

/// An alarm on the new revision, one datapoint a minute.
fn on_new(metric: &str, comparison: &str, threshold: f64) -> Value {
    let (namespace, share) = match metric {
        "ErrorRate" => ("Evenkeel", "Average"),
        _ => ("AWS/ApplicationELB", "Sum"),
    };
    json!({ "MetricName": metric, "Namespace": namespace, "Statistic": share, "Threshold": threshold, "EvaluationPeriods": 1,
        "DatapointsToAlarm": 1, "ComparisonOperator": comparison, "Dimensions": [{ "Name": "Revision", "Value": "new" }] })
}

/// A half-hour bake that nobody watches.
fn bake() -> Value {
    json!({ "bakeTimeInMinutes": 30, "alarms": { "alarmNames": ["errors"], "enable": false, "rollback": false } })
}

fn first(summary: &Summary) -> Option<f64> {
    summary.alarms[0].first_ring_seconds.map(|found| found.mean)
}

fn states(diary: &Diary) -> Vec<(f64, AlarmState)> {
    let found = diary.0.iter().filter_map(|(at, fact)| match fact {
        Fact::Alarm { state, .. } => Some((at.as_secs_f64(), *state)),
        _ => None,
    });
    found.collect()
}

const AT_LEAST: &str = "GreaterThanOrEqualToThreshold";
const ABOVE: &str = "GreaterThanThreshold";

#[test]
fn counts_are_those_of_the_new_revision() {
    // All four tasks are new during the bake: 40 requests a second, a quarter of which fail.
    let rings = |metric: &str, comparison: &str, threshold: f64| {
        first(&run(&watched(&on_new(metric, comparison, threshold), &bake(), &errors(0.25), &json!({})), 1))
    };
    assert!(rings("RequestCount", AT_LEAST, 2_400.0).is_some_and(|at| at > HOUR + 60.0));
    assert_eq!(rings("RequestCount", ABOVE, 2_400.0), None);
    assert!(rings("HTTPCode_Target_5XX_Count", AT_LEAST, 600.0).is_some_and(|at| at > HOUR + 60.0));
    assert_eq!(rings("HTTPCode_Target_5XX_Count", ABOVE, 600.0), None);
    // The share is the same with the first new task as with all of them: 30 s to start, up to 30 s to be checked.
    assert!(rings("ErrorRate", AT_LEAST, 0.25).is_some_and(|at| at <= HOUR + 120.0));
    assert_eq!(rings("ErrorRate", ABOVE, 0.25), None);
}

#[test]
fn it_is_missing_while_no_deployment_is_under_way() {
    let (diary, summary) = watch(&watched(&on_new("ErrorRate", AT_LEAST, 0.25), &bake(), &errors(0.25), &json!({})));
    let bake = summary.changes[0].stages.iter().find(|stage| stage.stage == "bake").unwrap();
    let completed = bake.end_seconds.unwrap().mean;
    check("bake", completed - bake.begin_seconds.unwrap().mean, 1_800.0, 1e-6);
    let states = states(&diary);
    let [(rang, AlarmState::Alarm), (ended, AlarmState::InsufficientData)] = states[..] else { panic!("{states:?}") };
    assert!(rang > HOUR && rang < completed, "{rang}");
    // The minute in which it is completed has data, and the range of three is empty three minutes later.
    let last = (completed / 60.0).ceil() * 60.0;
    assert_eq!(ended, last + 180.0);
}

#[test]
fn what_others_spoil_does_not_count() {
    // A grey zone fails half of a sixth of the fleet, the revision before fails half of all.
    let grey = json!({ "faults": [{ "name": "grey", "at": "30m", "for": "3h", "zoneGrey": { "zone": "z1", "errorShare": 0.5 } }] });
    let rule = on_new("ErrorRate", ABOVE, 0.0);
    assert_eq!(first(&run(&watched(&rule, &bake(), &json!({}), &grey), 1)), None);
    let two = json!({ "changes": [{ "name": "bad", "at": "30m", "service": "shop/web", "defect": { "errors": { "share": 0.5 } } },
                                  { "name": "good", "at": "2h", "service": "shop/web" }] });
    let bad = first(&run(&watched(&on_new("ErrorRate", AT_LEAST, 0.5), &bake(), &json!({}), &two), 1)).unwrap();
    assert!(bad < HOUR, "{bad}");
    let (diary, _) = watch(&watched(&rule, &bake(), &json!({}), &two));
    let after = states(&diary).into_iter().filter(|(at, _)| *at >= 2.0 * HOUR).map(|(_, state)| state);
    assert_eq!(after.collect::<Vec<_>>(), [AlarmState::Ok, AlarmState::InsufficientData], "the good one is fine");
}

#[test]
fn the_one_box_is_found_before_the_fleet_shows_it() {
    // One of four tasks at a time: a third of its requests is a twelfth of all.
    let slow = json!({ "minimumHealthyPercent": 100, "maximumPercent": 125 });
    let found = |rule: &Value| {
        let summary = run(&watched(rule, &slow, &errors(0.3), &json!({})), 1);
        let row = &summary.changes[0];
        assert_eq!(row.outcome, "rolledBack");
        (row.detect_seconds.unwrap().mean, row.exposed_requests.mean)
    };
    let fleet = json!({ "Threshold": 0.2, "EvaluationPeriods": 1, "DatapointsToAlarm": 1 });
    let (late, many) = found(&fleet);
    let (early, few) = found(&on_new("ErrorRate", ABOVE, 0.2));
    assert!(early <= 120.0 && late >= early + 60.0, "{early} {late}");
    assert!(few < many / 2.0, "{few} {many}");
}
