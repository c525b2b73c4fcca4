//! Alarms on one zone, and the test for a zone that fails more than the others (Advanced Multi-AZ Resilience Patterns).

use crate::world::{run, service, shop, world, zones};
use evenkeel::internals::metrics::summary::Summary;
use serde_json::{Value, json};

const HOUR: f64 = 3_600.0;

/// An alarm that is called `name`, one datapoint a minute; `rule` says `metric comparison threshold`.
fn alarm(name: &str, zone: Option<&str>, rule: &str) -> Value {
    let words: Vec<&str> = rule.split(' ').collect();
    let [metric, comparison, threshold] = words[..] else { panic!("{rule}") };
    let comparison = match comparison {
        ">=" => "GreaterThanOrEqualToThreshold",
        ">" => "GreaterThanThreshold",
        "<=" => "LessThanOrEqualToThreshold",
        _ => "LessThanThreshold",
    };
    let dimensions: Vec<Value> =
        zone.map(|zone| json!({ "Name": "AvailabilityZone", "Value": zone })).into_iter().collect();
    json!({ "AlarmName": name, "Service": "shop/web", "MetricName": metric, "Dimensions": dimensions, "Period": 60,
        "EvaluationPeriods": 1, "Threshold": threshold.parse::<f64>().unwrap(), "ComparisonOperator": comparison })
}

/// `desired` tasks over three zones are asked for so much.
fn asked(desired: u64, rate: &str, parts: &Value) -> Value {
    let web = service("web", desired, 3, &json!({}));
    let mut file = json!({ "regions": zones(3, &json!({})), "clusters": shop(&[web]),
        "traffic": [{ "service": "shop/web", "rate": rate, "requestsPerTask": "100/s" }] });
    file.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    world("4h", file)
}

fn grey(zone: &str, at: &str, lasts: &str, share: f64) -> Value {
    json!({ "name": format!("{zone} at {at}"), "at": at, "for": lasts, "zoneGrey": { "zone": zone, "errorShare": share } })
}

/// When an alarm rang first.
fn first(summary: &Summary, name: &str) -> Option<f64> {
    let row = summary.alarms.iter().find(|row| row.name == name).unwrap();
    row.first_ring_seconds.map(|found| found.mean)
}

/// Sixty requests a second, two tasks in each zone: 1,200 a minute in each. Each threshold stands twice: where it is
/// reached, and where it is not.
#[test]
fn a_zone_has_its_own_metrics() {
    let check = |zone: Option<&str>, rule: &str, expected: Option<f64>| {
        let faults = json!([grey("z2", "1h", "30m", 0.5)]);
        let file = asked(6, "60/s", &json!({ "faults": faults, "alarms": [alarm("one", zone, rule)] }));
        assert_eq!(first(&run(&file, 1), "one"), expected, "{zone:?}: {rule}");
    };
    let (at_once, grey) = (Some(60.0), Some(HOUR + 60.0));
    check(Some("z2"), "RequestCount >= 1200", at_once);
    check(Some("z2"), "RequestCount > 1200", None);
    check(None, "RequestCount >= 3600", at_once);
    check(Some("z2"), "ErrorRate >= 0.5", grey);
    check(Some("us-east-1b"), "ErrorRate >= 0.5", grey);
    check(Some("z1"), "ErrorRate > 0", None);
    check(None, "ErrorRate > 0.17", None);
    check(Some("z2"), "HTTPCode_Target_5XX_Count >= 600", grey);
    check(Some("z2"), "HTTPCode_Target_5XX_Count > 600", None);
    check(Some("z1"), "HTTPCode_Target_5XX_Count > 0", None);
    check(Some("z2"), "HealthyHostCount <= 2", at_once);
    check(Some("z2"), "HealthyHostCount < 2", None);
    check(None, "HealthyHostCount <= 6", at_once);
    check(None, "HealthyHostCount < 6", None);
}

/// No task starts for two hours: each zone's node of the load balancer refuses its third.
#[test]
fn without_a_target_each_zone_refuses_its_part() {
    let check = |zone: Option<&str>, rule: &str, expected: Option<f64>| {
        let slow = json!([{ "family": "web", "start": { "constant": "2h" }, "stop": { "constant": "1s" } }]);
        let parts = json!({ "startEmpty": true, "behaviour": slow, "alarms": [alarm("one", zone, rule)] });
        assert_eq!(first(&run(&asked(6, "60/s", &parts), 1), "one"), expected, "{zone:?}: {rule}");
    };
    check(Some("z3"), "HTTPCode_ELB_5XX_Count >= 1200", Some(60.0));
    check(Some("z3"), "HTTPCode_ELB_5XX_Count > 1200", None);
    check(Some("z1"), "HTTPCode_ELB_5XX_Count >= 1200", Some(60.0));
    check(None, "HTTPCode_ELB_5XX_Count >= 3600", Some(60.0));
    check(Some("z1"), "ErrorRate >= 1", Some(60.0));
    check(Some("z1"), "HealthyHostCount < 2", Some(60.0));
}

#[test]
fn zones_get_what_their_targets_are_sent() {
    // Of four tasks the first zone has two: half of 40 requests a second with cross-zone on, a third with it off.
    let check = |cross: bool, zone: &str, a_minute: u64| {
        let traffic = json!([{ "service": "shop/web", "rate": "60/s", "requestsPerTask": "100/s",
                               "loadBalancer": { "crossZone": cross } }]);
        let alarms = json!([
            alarm("reached", Some(zone), &format!("RequestCount >= {a_minute}")),
            alarm("passed", Some(zone), &format!("RequestCount > {a_minute}"))
        ]);
        let summary = run(&asked(4, "60/s", &json!({ "traffic": traffic, "alarms": alarms })), 1);
        assert_eq!((first(&summary, "reached"), first(&summary, "passed")), (Some(60.0), None), "{cross} {zone}");
    };
    check(true, "z1", 1_800);
    check(true, "z2", 900);
    check(true, "z3", 900);
    check(false, "z1", 1_200);
    check(false, "z2", 1_200);
    check(false, "z3", 1_200);
}

/// 500 requests a second over three zones: 10,000 a minute in each, so that shares of errors are those counts.
fn outliers(faults: &Value, least: u32) -> Vec<Option<f64>> {
    let mut alarms: Vec<Value> =
        ["z1", "z2", "z3"].iter().map(|zone| alarm(zone, Some(zone), "ZoneOutlier >= 1")).collect();
    for one in &mut alarms {
        one["EvaluationPeriods"] = json!(least);
    }
    let summary = run(&asked(6, "500/s", &json!({ "faults": faults, "alarms": alarms })), 1);
    ["z1", "z2", "z3"].map(|zone| first(&summary, zone)).to_vec()
}

/// Twenty of 10,000 fail in two zones for two hours, so many in the third.
fn third(errors: u32) -> Value {
    let share = |errors: u32| f64::from(errors) / 10_000.0;
    json!([grey("z1", "1h", "2h", share(20)), grey("z2", "1h", "2h", share(20)), grey("z3", "1h", "2h", share(errors))])
}

#[test]
fn the_outlier_is_that_of_the_table() {
    let found = |errors: u32| outliers(&third(errors), 3);
    assert_eq!(found(20), [None; 3]);
    assert_eq!(found(32), [None; 3]);
    // Three bad minutes of three.
    assert_eq!(found(60), [None, None, Some(HOUR + 180.0)]);
    // By hand: chi-squared is 5.31 at 34 errors and 6.02 at 35, and 5.991 is where chance explains 5 %.
    assert_eq!(found(34), [None; 3]);
    assert_eq!(found(35), [None, None, Some(HOUR + 180.0)]);
    // A zone that fails less than the others is no outlier, and two zones alike are none.
    assert_eq!(found(1), [None; 3]);
    let two = json!([grey("z1", "1h", "2h", 0.006), grey("z2", "1h", "2h", 0.006)]);
    assert_eq!(outliers(&two, 3), [None; 3]);
}

#[test]
fn a_minute_is_judged_by_what_it_held() {
    // The zone begins to fail in the middle of a minute. Two errors among 30,000 requests may be chance (4.0), four are
    // not (8.0): with four a minute the first whole minute counts, with sixty the half one does.
    let late = |share: f64| outliers(&json!([grey("z2", "3630s", "1h", share)]), 1)[1];
    assert_eq!(late(0.000_4), Some(HOUR + 120.0));
    assert_eq!(late(0.006), Some(HOUR + 60.0));
    // One that ends within its minute has three errors by then (6.0).
    let short = |lasts: &str| outliers(&json!([grey("z2", "1h", lasts, 0.000_4)]), 1)[1];
    assert_eq!((short("30s"), short("45s")), (None, Some(HOUR + 60.0)));
}

#[test]
fn constant_rates_cost_no_event_for_each_minute() {
    let events = |alarms: Value| {
        let faults = json!([grey("z2", "1h", "1h", 0.01), grey("z3", "3h", "100h", 0.01)]);
        let mut file = asked(6, "500/s", &json!({ "faults": faults, "alarms": alarms }));
        file["duration"] = json!("30d");
        run(&file, 1).events
    };
    let zones = ["z1", "z2", "z3"].map(|zone| alarm(zone, Some(zone), "ZoneOutlier >= 1"));
    let more = events(json!(zones)) - events(json!([]));
    assert!((1..=30).contains(&more), "{more} events more in 43,200 minutes");
}
