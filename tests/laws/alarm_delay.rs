//! Metrics that come late: everything an alarm does is as much later, and nothing else changes.

use crate::alarm::{errors, watched};
use crate::world::{run, watch};
use evenkeel::internals::model::fact::{AlarmState, Fact};
use serde_json::{Value, json};

/// One bad minute rings. The rate is too high from 30 to 31, from 33 to 34 and from 36 to 38 minutes.
fn flaps(delay: Option<&str>) -> Vec<(f64, AlarmState)> {
    let steps = [(0, 40), (30, 160), (31, 40), (33, 160), (34, 40), (36, 160), (38, 40)];
    let steps = steps.map(|(at, rate)| json!({ "at": format!("{at}m"), "rate": format!("{rate}/s") }));
    let mut rule = json!({ "EvaluationPeriods": 1, "DatapointsToAlarm": 1 });
    if let Some(delay) = delay {
        rule["Delay"] = json!(delay);
    }
    let traffic = json!([{ "service": "shop/web", "requestsPerTask": "20/s", "steps": steps }]);
    let (diary, _) = watch(&watched(&rule, &json!({}), &json!({}), &json!({ "traffic": traffic, "changes": [] })));
    let states = diary.0.iter().filter_map(|(at, fact)| match fact {
        Fact::Alarm { state, .. } => Some((at.as_secs_f64() / 60.0, *state)),
        _ => None,
    });
    states.collect()
}

#[test]
fn states_come_as_much_later_as_their_datapoints() {
    use AlarmState::{Alarm, Ok};
    let whole = [(1.0, Ok), (31.0, Alarm), (32.0, Ok), (34.0, Alarm), (35.0, Ok), (37.0, Alarm), (39.0, Ok)];
    assert_eq!(flaps(None), whole);
    // Also where more than one change is on its way.
    for (delay, minutes) in [("0s", 0.0), ("90s", 1.5), ("2m", 2.0), ("10m", 10.0)] {
        assert_eq!(flaps(Some(delay)), whole.map(|(at, state)| (at + minutes, state)), "{delay}");
    }
}

#[test]
fn a_bad_revision_is_found_as_much_later() {
    let found = |rule: &Value| {
        let bake = json!({ "bakeTimeInMinutes": 20 });
        let summary = run(&watched(rule, &bake, &errors(0.5), &json!({})), 1);
        assert_eq!(summary.changes[0].outcome, "rolledBack");
        let row = &summary.alarms[0];
        (summary.changes[0].detect_seconds.unwrap().mean, row.first_ring_seconds.unwrap().mean)
    };
    let (at_once, rang) = found(&json!({}));
    assert_eq!(found(&json!({ "Delay": "150s" })), (at_once + 150.0, rang + 150.0));
    // Later than the bake that ECS computes itself from period and datapoints: nobody looks any more.
    let summary = run(&watched(&json!({ "Delay": "10m" }), &json!({}), &errors(0.5), &json!({})), 1);
    assert_eq!(summary.changes[0].outcome, "completed");
}
