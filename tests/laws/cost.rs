//! What a scenario costs before it runs: composite alarms as much as their graph, lists as much as their length.
//!
//! Bounds in time are many times what it takes on a machine of today, so that only another growth passes them.

use crate::world::{plan, run, service, shop, world, zones};
use evenkeel::{Scenario, Severity, Texts};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn alarms(rules: Vec<(String, String)>) -> Value {
    let rule = json!({ "AlarmName": "a", "Service": "shop/web", "MetricName": "ErrorRate", "Namespace": "Evenkeel",
        "Period": 60, "EvaluationPeriods": 1, "Threshold": 0.1, "ComparisonOperator": "GreaterThanThreshold" });
    let rules = rules.into_iter().map(|(name, rule)| json!({ "AlarmName": name, "AlarmRule": rule }));
    let rules: Vec<Value> = rules.collect();
    world(
        "30m",
        json!({ "regions": zones(3, &json!({})), "clusters": shop(&[service("web", 3, 3, &json!({}))]),
            "traffic": [{ "service": "shop/web", "rate": "40/s", "requestsPerTask": "20/s" }],
            "alarms": [rule], "compositeAlarms": rules,
            "faults": [{ "name": "grey", "at": "10m", "for": "5m", "zoneGrey": { "zone": "z1", "errorShare": 0.9 } }] }),
    )
}

#[test]
fn composite_alarms_that_name_two_earlier_ones_cost_what_there_are() {
    // Each is reached by as many ways as the Fibonacci number of its place says: 10^12 at the sixtieth.
    let name = |place: i32| if place < 0 { "a".to_owned() } else { format!("c{place}") };
    let rule = |place| (name(place), format!("ALARM({}) OR ALARM({})", name(place - 1), name(place - 2)));
    let mut file = alarms((0..60).map(rule).collect());
    // A bake that is computed, and copies that alarms may see, look below as well.
    file["clusters"][0]["services"][0]["deploymentConfiguration"] = json!({ "strategy": "BLUE_GREEN",
        "bakeTimeInMinutes": 1, "alarms": { "alarmNames": ["c59"], "enable": true, "rollback": true } });
    file["changes"] = json!([{ "name": "new", "at": "1m", "service": "shop/web", "shadow": { "for": "1m" } }]);
    let summary = run(&file, 1);
    let rings: Vec<f64> = summary.alarms.iter().map(|row| row.rings.mean).collect();
    assert_eq!(rings, [1.0; 61], "all at the same time");
}

#[test]
fn a_chain_of_composite_alarms_costs_its_length() {
    let name = |place: usize| if place == 0 { "a".to_owned() } else { format!("c{place}") };
    // From the top to the bottom, as a file may have them.
    let rules = (1..=20_000).rev().map(|place| (name(place), format!("ALARM({})", name(place - 1))));
    let file = alarms(rules.collect());
    within(30, || assert_eq!(run(&file, 1).alarms.iter().filter(|row| row.rings.mean == 1.0).count(), 20_001));
}

/// Runs something in so many seconds.
#[expect(clippy::disallowed_methods, reason = "a test of cost reads the clock")]
fn within(seconds: u64, what: impl FnOnce()) {
    let begin = Instant::now();
    what();
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(seconds), "{took:?} of {seconds} s");
}

const COUNT: usize = 20_000;
/// As many faults as a plan may have: a cause of a loss counts no more.
const FAULTS: usize = 4_080;

/// So many entries, each with its number.
fn each(of: impl Fn(usize) -> Value) -> Value {
    (0..COUNT).map(of).collect()
}

/// A copy with another value for one key.
fn renamed(of: &Value, key: &str, name: &str) -> Value {
    let mut one = of.clone();
    one[key] = json!(name);
    one
}

fn faults(count: usize) -> Value {
    let grey = json!({ "zone": "z1", "errorShare": 0.1 });
    (0..count).map(|row| json!({ "name": format!("f{row}"), "at": "20m", "for": "1s", "zoneGrey": grey })).collect()
}

#[test]
fn more_faults_than_a_cause_counts_are_refused() {
    let mut file = alarms(Vec::new());
    file["faults"] = faults(FAULTS + 1);
    let reading = Scenario::read("a.json", &Texts::one("a.json", file.to_string()));
    let problems = reading.into_result().unwrap_err().list;
    let wrong: Vec<&str> =
        problems.iter().filter(|one| one.severity == Severity::Error).map(|one| one.message.as_str()).collect();
    assert_eq!(wrong, ["4081 faults are more than can be simulated"]);
}

#[test]
fn lists_are_looked_through_by_name() {
    let mut file = alarms(Vec::new());
    let (alarm, definition) = (file["alarms"][0].clone(), file["taskDefinitions"][0].clone());
    file["faults"] = faults(FAULTS);
    file["alarms"] = each(|row| renamed(&alarm, "AlarmName", &format!("a{row}")));
    file["changes"] = each(|row| json!({ "name": format!("c{row}"), "at": "1h", "service": format!("shop/s{row}") }));
    file["taskDefinitions"] = each(|row| renamed(&definition, "family", &format!("w{row}")));
    file["taskDefinitions"].as_array_mut().unwrap().push(definition);
    file["behaviour"] = each(|row| json!({ "family": format!("w{row}"), "start": { "constant": "30s" } }));
    let services = each(|row| {
        let alarms = json!({ "alarmNames": [format!("a{row}")], "enable": true, "rollback": true });
        let parts = json!({ "taskDefinition": format!("w{row}"), "deploymentConfiguration": { "alarms": alarms } });
        service(&format!("s{row}"), 1, 1, &parts)
    });
    file["clusters"][0]["services"].as_array_mut().unwrap().extend(services.as_array().unwrap().clone());
    within(60, || assert_eq!(plan(&file).faults.len(), FAULTS));
}
