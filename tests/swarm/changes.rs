//! Changes in the swarm: good and bad revisions, breakers, alarms, bakes.

use crate::dice::Dice;
use serde_json::{Value, json};

/// Changes for one scenario in three, with dice of its own, so that the other rolls stay as they are.
pub(crate) fn add(seed: u64, calm: bool, file: &mut Value) {
    let mut dice = Dice::new(seed ^ 0xC4A6);
    if !dice.one_in(3) {
        return;
    }
    let seconds: u64 = file["duration"].as_str().unwrap().trim_end_matches('s').parse().unwrap();
    let last = if calm { 1_200.min(seconds) } else { seconds };
    let watched: Vec<String> = file["traffic"]
        .as_array()
        .unwrap()
        .iter()
        .map(|traffic| traffic["service"].as_str().unwrap().to_owned())
        .collect();
    let mut alarms = Vec::new();
    let mut changes = Vec::new();
    for cluster in file["clusters"].as_array_mut().unwrap() {
        let home = cluster["clusterName"].as_str().unwrap().to_owned();
        for service in cluster["services"].as_array_mut().unwrap() {
            let name = format!("{home}/{}", service["serviceName"].as_str().unwrap());
            if service["schedulingStrategy"] == "DAEMON" || dice.one_in(3) {
                continue;
            }
            let traffic = watched.contains(&name);
            deployment(&mut dice, service, traffic.then_some(&name), &mut alarms);
            for row in 0..dice.between(1, 3) {
                changes.push(change(&mut dice, &format!("{name} {row}"), &name, last, calm));
            }
        }
    }
    file["alarms"] = alarms.into();
    file["changes"] = changes.into();
    kinds(seed, file);
}

/// Alarms on the new revision only, late ones, and composite ones in the place of those that they name; with dice of their
/// own.
fn kinds(seed: u64, file: &mut Value) {
    let mut dice = Dice::new(seed ^ 0xA1A2);
    let mut rules = Vec::new();
    for alarm in file["alarms"].as_array_mut().unwrap() {
        dice.perhaps(3, alarm, "Delay", |dice| json!(format!("{}s", dice.between(1, 400))));
        if alarm["MetricName"] != "HTTPCode_ELB_5XX_Count" {
            dice.perhaps(3, alarm, "Dimensions", |_| json!([{ "Name": "Revision", "Value": "new" }]));
        }
        if dice.one_in(3) {
            let name = alarm["AlarmName"].as_str().unwrap();
            let rule = dice.pick(&["ALARM", "NOT OK", "INSUFFICIENT_DATA"]);
            rules.push((name.to_owned(), format!("{rule}(\"{name}\") OR NOT (TRUE OR OK(\"{name}\"))")));
        }
    }
    let rows = rules.iter().map(|(name, rule)| json!({ "AlarmName": format!("on {name}"), "AlarmRule": rule }));
    file["compositeAlarms"] = rows.collect();
    for cluster in file["clusters"].as_array_mut().unwrap() {
        for service in cluster["services"].as_array_mut().unwrap() {
            let names =
                service.pointer_mut("/deploymentConfiguration/alarms/alarmNames").and_then(|row| row.get_mut(0));
            if let Some(name) = names.filter(|name| rules.iter().any(|(of, _)| *name == of)) {
                *name = json!(format!("on {}", name.as_str().unwrap()));
            }
        }
    }
}

fn deployment(dice: &mut Dice, service: &mut Value, traffic: Option<&String>, alarms: &mut Vec<Value>) {
    if service.get("deploymentConfiguration").is_none() {
        service["deploymentConfiguration"] = json!({});
    }
    let of = &mut service["deploymentConfiguration"];
    dice.perhaps(2, of, "deploymentCircuitBreaker", |dice| {
        let mut breaker = json!({ "enable": !dice.one_in(4), "rollback": !dice.one_in(3) });
        dice.perhaps(3, &mut breaker, "resetOnHealthyTask", |dice| json!(dice.one_in(2)));
        dice.perhaps(3, &mut breaker, "thresholdConfiguration", |dice| {
            let kind = dice.pick(&["BOUNDED_PERCENT", "UNBOUNDED_PERCENT", "COUNT"]);
            json!({ "type": kind, "value": dice.between(1, 60) })
        });
        breaker
    });
    dice.perhaps(3, of, "bakeTimeInMinutes", |dice| json!(dice.between(0, 20)));
    let outside = service["launchType"] == "EXTERNAL";
    let of = &mut service["deploymentConfiguration"];
    if let Some(name) = traffic.filter(|_| dice.one_in(2) && !outside) {
        let alarm = format!("of {name}");
        let metric = dice.pick(&["ErrorRate", "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count"]);
        let periods = dice.between(1, 4);
        let mut one = json!({ "AlarmName": alarm, "MetricName": metric, "Service": name, "Period": 60,
            "Namespace": if metric == "ErrorRate" { "Evenkeel" } else { "AWS/ApplicationELB" },
            "EvaluationPeriods": periods, "DatapointsToAlarm": dice.between(1, periods),
            "Threshold": if metric == "ErrorRate" { 0.05 } else { 20.0 },
            "ComparisonOperator": "GreaterThanThreshold" });
        dice.perhaps(2, &mut one, "TreatMissingData", |dice| {
            json!(dice.pick(&["missing", "notBreaching", "breaching", "ignore"]))
        });
        alarms.push(one);
        of["alarms"] = json!({ "alarmNames": [alarm], "enable": !dice.one_in(5), "rollback": !dice.one_in(3) });
    }
}

fn change(dice: &mut Dice, name: &str, service: &str, last: u64, calm: bool) -> Value {
    let mut one = json!({ "name": name, "service": service, "at": format!("{}s", dice.below(last)) });
    // What is to end well is changed for good.
    if !calm && dice.one_in(2) {
        one["defect"] = match dice.below(6) {
            0 => json!({ "neverStarts": {} }),
            1 => json!({ "crashes": { "after": dice.law(200) } }),
            2 => json!({ "failsHealthChecks": {} }),
            3 => json!({ "errors": { "share": 0.4 } }),
            4 => json!({ "slower": { "capacity": 0.5 } }),
            _ => json!({ "breaksAbove": { "load": 0.5, "share": 0.7 } }),
        };
        dice.perhaps(3, &mut one, "badShare", |_| json!(0.5));
    }
    one
}
