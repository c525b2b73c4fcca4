//! What the results say of alarms: how often they ring, for how long, and how often without a reason.

use crate::alarm::{errors, watched};
use crate::world::run;
use evenkeel::internals::metrics::summary::{AlarmRow, Summary};
use serde_json::{Value, json};

/// Four tasks can answer 80 requests a second; so much is asked in each of these stretches, and 40 before the first.
fn busy(steps: &[(&str, &str)]) -> Value {
    let steps = steps.iter().map(|(at, rate)| json!({ "at": at, "rate": rate }));
    let steps: Vec<Value> = std::iter::once(json!({ "at": "0s", "rate": "40/s" })).chain(steps).collect();
    json!([{ "service": "shop/web", "requestsPerTask": "20/s", "steps": steps }])
}

fn grey(at: &str, lasts: &str) -> Value {
    json!([{ "name": "grey", "at": at, "for": lasts, "zoneGrey": { "zone": "z1", "errorShare": 0.8 } }])
}

fn the_alarm(summary: &Summary) -> &AlarmRow {
    assert_eq!(summary.alarms.len(), 1);
    &summary.alarms[0]
}

/// Rings, false ones, the first, and seconds in ALARM.
fn counts(summary: &Summary) -> (f64, f64, Option<f64>, f64) {
    let row = the_alarm(summary);
    assert_eq!((row.name.as_str(), row.service.as_str()), ("errors", "shop/web"));
    let first = row.first_ring_seconds.map(|found| found.mean);
    (row.rings.mean, row.false_rings.mean, first, row.in_alarm_seconds.mean)
}

/// Half of all requests fail from 30 to 40 minutes, from 140 to 142 and from 147 to 149, as there are too many of them;
/// a grey zone fails from 120 to 130 minutes. Two bad minutes of three ring, so each ring comes two minutes after its
/// begin; two minutes after its end there is but one bad one left.
#[test]
fn rings_are_counted_and_those_without_a_reason_apart() {
    let surges =
        [("30m", "160/s"), ("40m", "40/s"), ("140m", "160/s"), ("142m", "40/s"), ("147m", "160/s"), ("149m", "40/s")];
    let mut parts = json!({ "changes": [], "traffic": busy(&surges), "faults": grey("2h", "10m") });
    let file = |parts: &Value| watched(&json!({}), &json!({}), &json!({}), parts);
    // 32 to 42, 122 to 132, 142 to 144 and 149 to 151 minutes. The third is within 15 minutes of the fault's end.
    let all = 60.0 * (10.0 + 10.0 + 2.0 + 2.0);
    assert_eq!(counts(&run(&file(&parts), 1)), (4.0, 2.0, Some(32.0 * 60.0), all));
    // The window begins after the first.
    parts["warmUp"] = json!("1h");
    assert_eq!(counts(&run(&file(&parts), 1)), (3.0, 1.0, Some(122.0 * 60.0), all - 600.0));
    // A window that begins in the middle of it counts the rest of its time, and no ring.
    parts["warmUp"] = json!("40m");
    assert_eq!(counts(&run(&file(&parts), 1)), (3.0, 1.0, Some(122.0 * 60.0), all - 480.0));
    // Nobody asks too much, nothing rings.
    let quiet = json!({ "changes": [] });
    assert_eq!(counts(&run(&file(&quiet), 1)), (0.0, 0.0, None, 0.0));
}

#[test]
fn a_bad_revision_is_a_reason_for_as_long_as_it_is_out() {
    let file = |change: &Value, parts: &Value| watched(&json!({}), &json!({}), change, parts);
    let rings = |change: &Value, parts: &Value| {
        let (rings, without, ..) = counts(&run(&file(change, parts), 1));
        (rings, without)
    };
    assert_eq!(rings(&errors(0.5), &json!({})), (1.0, 0.0));
    // It is never drawn: the surge that rings meanwhile has no other reason.
    let surge = busy(&[("62m", "160/s"), ("66m", "40/s")]);
    let chance = json!({ "defect": { "errors": { "share": 0.01 } }, "badShare": 0.000_001 });
    assert_eq!(rings(&chance, &json!({ "traffic": surge })), (1.0, 1.0));
    let small = json!({ "defect": { "errors": { "share": 0.01 } } });
    assert_eq!(rings(&small, &json!({ "traffic": surge })), (1.0, 0.0));
    // It was completed and is still out two hours later.
    let late = busy(&[("190m", "160/s"), ("194m", "40/s")]);
    assert_eq!(rings(&small, &json!({ "traffic": late })), (1.0, 0.0));
    // A later revision that is good has taken its place: 15 minutes after, the reason is gone.
    let next = json!([{ "name": "bad", "at": "1h", "service": "shop/web", "defect": { "errors": { "share": 0.01 } } },
                      { "name": "good", "at": "2h", "service": "shop/web" }]);
    assert_eq!(rings(&small, &json!({ "traffic": late, "changes": next })), (1.0, 1.0));
    let soon = busy(&[("130m", "160/s"), ("134m", "40/s")]);
    assert_eq!(rings(&small, &json!({ "traffic": soon, "changes": next })), (1.0, 0.0));
}
