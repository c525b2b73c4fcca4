//! Objectives: any key of a result, however it is written, and the three verdicts behind it.

use super::{look, on_hosts, run, said, scenario};
use evenkeel::internals::metrics::summary::Verdict;
use serde_json::{Value, json};

/// A world that has every kind of result.
fn everything() -> Value {
    let mut file = on_hosts(
        6,
        5,
        &json!({
            "traffic": [{ "service": "shop/web", "rate": "200/s", "requestsPerTask": "60/s" }],
            "faults": [{ "name": "dark", "at": "1h", "for": "30m", "zonePowerLoss": { "zone": "use1-az1" } }],
        }),
    );
    file["capacityProviders"][0]["autoScalingGroupProvider"]["managedScaling"] = json!({ "status": "ENABLED" });
    file["clusters"][0]["runTasks"] = json!([{ "taskDefinition": "web", "name": "work", "rate": "1/min",
        "lives": { "constant": "30s" }, "capacityProviderStrategy": [{ "capacityProvider": "nodes", "weight": 1 }] }]);
    file["alarms"] = json!([{ "AlarmName": "asked", "Service": "shop/web", "MetricName": "RequestCount", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold" }]);
    file
}

/// Paths to all results in a row: estimates, numbers, texts and null. Rows of lists are no results of their own.
fn leaves(value: &Value, path: &[String], out: &mut Vec<(Vec<String>, Value)>) {
    match value {
        Value::Object(map) if map.contains_key("mean") && map.contains_key("n") => {
            out.push((path.to_vec(), map["mean"].clone()));
        }
        Value::Object(map) => {
            for (key, inner) in map {
                leaves(inner, &[path, std::slice::from_ref(key)].concat(), out);
            }
        }
        Value::Array(_) => {}
        other => out.push((path.to_vec(), other.clone())),
    }
}

#[test]
fn every_key_of_a_result_can_be_promised() {
    let file = everything();
    let summary = serde_json::to_value(run(&file)).unwrap();
    let mut promised = 0;
    for (list, name, subject) in [
        ("services", "service", "service"),
        ("faults", "name", "fault"),
        ("controlPlane", "region", "controlPlane"),
        ("capacityProviders", "capacityProvider", "capacityProvider"),
        ("runTasks", "stream", "runTasks"),
        ("alarms", "name", "alarm"),
    ] {
        let row = &summary[list][0];
        let mut found = Vec::new();
        leaves(row, &[], &mut found);
        // Whose alarm it is has its place in the table, and is no result.
        found.retain(|(path, _)| path[0] != name && (list != "alarms" || path[0] != "service"));
        assert!(found.len() >= 4, "{list}: {row:#}");
        for (path, value) in found {
            let bound = json!({ "equals": value });
            let dotted = json!({ subject: row[name], path.join("."): bound });
            let nested = path[1..].iter().rev().fold(bound.clone(), |inner, key| json!({ key: inner }));
            for objective in [dotted, json!({ subject: row[name], &path[0]: nested })] {
                let mut file = file.clone();
                file["objectives"] = json!([objective]);
                assert_eq!(run(&file).objectives[0].verdict, Verdict::Pass, "{objective}");
                promised += 1;
            }
        }
    }
    assert!(promised > 100, "only {promised}");
}

#[test]
fn a_promise_of_nothing_says_where_it_stands() {
    for (objective, at, words) in [
        (json!({ "service": "shop/web", "nine": { "atLeast": 3 } }), "/nine", "a service has no result `nine`"),
        (json!({ "service": "shop/web", "running": { "atLeast": 3 } }), "/running", "no result `running`"),
        (
            json!({ "service": "shop/web", "running": { "least": { "atLeast": 3 } } }),
            "/running/least",
            "no result `running.least`",
        ),
        (json!({ "service": "shop/web", "hit.tasks": { "atLeast": 3 } }), "/hit.tasks", "no result `hit.tasks`"),
        (json!({ "service": "shop/web", "zoneShare.mars": { "atLeast": 0 } }), "", "no result `zoneShare.mars`"),
        (json!({ "service": "shop/web", "nines": { "atLeast": null } }), "/nines", "nor has null"),
        (json!({ "service": "shop/web", "nines": { "equals": "many" } }), "/nines", "the result is a number"),
        (json!({ "controlPlane": "mars", "launches.offered": { "atLeast": 0 } }), "/controlPlane", "no Region"),
        (json!({ "change": "x", "outcome": { "equals": "completed" } }), "/change", "no change is called `x`"),
    ] {
        let file = scenario(&json!({ "objectives": [objective] }));
        let found = said(&file);
        let start = format!("Error /objectives/0{at}");
        assert!(found.iter().any(|line| line.starts_with(&start) && line.contains(words)), "{objective}: {found:#?}");
        assert!(look(&file, 1).1.is_none(), "{objective} runs");
    }
}

#[test]
fn each_region_has_a_control_plane_that_takes_every_launch() {
    let file = scenario(&json!({
        "faults": [{ "name": "dark", "at": "1h", "zonePowerLoss": { "zone": "use1-az1" } }],
        "regions": [{ "name": "us-east-1" }, { "name": "eu-west-1" }],
    }));
    let summary = run(&file);
    let names: Vec<&str> = summary.control_plane.iter().map(|row| row.region.as_str()).collect();
    assert_eq!(names, ["us-east-1", "eu-west-1"]);
    let [here, there] = &summary.control_plane[..] else { panic!("two Regions") };
    // Ten tasks were lost and are launched again; what stands at time 0 was not launched.
    assert_eq!((here.launches.offered.mean, here.launches.accepted.mean), (10.0, 10.0));
    assert_eq!((here.launches.throttled.mean, here.launches.failed.mean), (0.0, 0.0));
    assert_eq!(here.launches.availability.unwrap().mean, 1.0);
    assert_eq!((here.cells.len(), here.cells[0].cell.as_str(), here.cells[0].clusters), (1, "cell-1", 1));
    assert_eq!(here.cells[0].launches, here.launches);
    assert_eq!((there.launches.offered.mean, there.launches.availability), (0.0, None));
}

/// Every estimate below a value: its path, `low`, `high` and `n`.
fn estimates(value: &Value, path: &str, out: &mut Vec<(String, bool, u64)>) {
    match value {
        Value::Object(map) if map.contains_key("mean") && map.contains_key("n") => {
            let both = map["low"].is_number() && map["high"].is_number();
            out.push((path.to_owned(), both, map["n"].as_u64().unwrap()));
        }
        Value::Object(map) => map.iter().for_each(|(key, inner)| estimates(inner, &format!("{path}/{key}"), out)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(row, inner)| estimates(inner, &format!("{path}/{row}"), out));
        }
        _ => {}
    }
}

#[test]
fn every_random_quantity_has_an_interval() {
    let summary = serde_json::to_value(super::run_often(&everything(), 4)).unwrap();
    let mut found = Vec::new();
    estimates(&summary, "", &mut found);
    assert!(found.len() > 60, "{}", found.len());
    // The nines of a run without loss have no upper end.
    let without: Vec<_> =
        found.iter().filter(|(path, both, n)| (!both || *n != 4) && !path.ends_with("nines")).collect();
    assert!(without.is_empty(), "{without:#?}");
}
