//! Changes in the swarm: good and bad revisions, breakers, alarms, bakes, moved traffic, hooks, feature flags.

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
        let assignment = cluster["clusterName"].as_str().unwrap().to_owned();
        for service in cluster["services"].as_array_mut().unwrap() {
            let name = format!("{assignment}/{}", service["serviceName"].as_str().unwrap());
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

/// Alarms on the new revision only, late ones, and composite ones in the place of those that they name; with dice of
/// their own.
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

/// Traffic that moves for one service in two that has some and is changed, and flags, with dice of their own.
pub(crate) fn add_colours(seed: u64, calm: bool, file: &mut Value) {
    let mut dice = Dice::new(seed ^ 0xC010);
    let Some(mut changes) = file["changes"].as_array().cloned() else { return };
    let traffic = file["traffic"].as_array().cloned().unwrap_or_default();
    let seconds: u64 = file["duration"].as_str().unwrap().trim_end_matches('s').parse().unwrap();
    let alarms: Vec<Value> = file["alarms"].as_array().into_iter().flatten().cloned().collect();
    let mut flags = Vec::new();
    for cluster in file["clusters"].as_array_mut().unwrap() {
        let assignment = cluster["clusterName"].as_str().unwrap().to_owned();
        for service in cluster["services"].as_array_mut().unwrap() {
            let name = format!("{assignment}/{}", service["serviceName"].as_str().unwrap());
            let own = || changes.iter().filter(|change| change["service"] == name.as_str());
            let moves =
                traffic.iter().any(|one| one["service"] == name.as_str()) && service["launchType"] != "EXTERNAL";
            if !moves || own().next().is_none() {
                continue;
            }
            if dice.one_in(3) {
                flags.push(flag(&mut dice, &name, if calm { 1_200 } else { seconds }, &alarms));
            }
            if dice.one_in(2) {
                let stages = strategy(&mut dice, &mut service["deploymentConfiguration"]);
                for change in changes.iter_mut().filter(|change| change["service"] == name.as_str()) {
                    let mut answers = Vec::new();
                    for stage in &stages {
                        let status =
                            if calm || !dice.one_in(4) { "SUCCEEDED" } else { dice.pick(&["FAILED", "IN_PROGRESS"]) };
                        let mut answer =
                            json!({ "lifecycleStage": stage, "takes": dice.law(60), "hookStatus": status });
                        dice.perhaps(3, &mut answer, "finds", |_| json!(0.5));
                        answers.push(answer);
                    }
                    change["hooks"] = answers.into();
                    dice.perhaps(3, change, "sticky", |_| json!(true));
                }
            }
        }
    }
    changes.extend(flags);
    file["changes"] = changes.into();
}

/// A strategy that moves traffic, and the stages at which hooks are asked.
fn strategy(dice: &mut Dice, of: &mut Value) -> Vec<&'static str> {
    let name = dice.pick(&["BLUE_GREEN", "LINEAR", "CANARY"]);
    of["strategy"] = json!(name);
    of["bakeTimeInMinutes"] = json!(dice.between(0, 15));
    match name {
        "LINEAR" => {
            let (percent, minutes) = (dice.between(3, 60), dice.between(0, 4));
            of["linearConfiguration"] = json!({ "stepPercent": percent, "stepBakeTimeInMinutes": minutes });
        }
        "CANARY" => {
            let (percent, minutes) = (dice.between(1, 100), dice.between(0, 10));
            of["canaryConfiguration"] = json!({ "canaryPercent": percent, "canaryBakeTimeInMinutes": minutes });
        }
        _ => {}
    }
    let mut stages = Vec::new();
    let mut hooks = Vec::new();
    for stage in [
        "RECONCILE_SERVICE",
        "PRE_SCALE_UP",
        "POST_SCALE_UP",
        "TEST_TRAFFIC_SHIFT",
        "POST_TEST_TRAFFIC_SHIFT",
        "PRE_PRODUCTION_TRAFFIC_SHIFT",
        "PRODUCTION_TRAFFIC_SHIFT",
        "POST_PRODUCTION_TRAFFIC_SHIFT",
    ] {
        if dice.one_in(6) {
            let limit =
                json!({ "timeoutInMinutes": dice.between(1, 10), "action": dice.pick(&["ROLLBACK", "CONTINUE"]) });
            hooks.push(json!({ "hookTargetArn": "arn", "lifecycleStages": [stage], "timeoutConfiguration": limit }));
            stages.push(stage);
        }
    }
    of["lifecycleHooks"] = hooks.into();
    stages
}

fn flag(dice: &mut Dice, service: &str, last: u64, alarms: &[Value]) -> Value {
    let mut flag = json!({ "deploymentDurationInMinutes": dice.between(0, 40), "growthFactor": dice.between(1, 100),
        "growthType": dice.pick(&["LINEAR", "EXPONENTIAL"]), "finalBakeTimeInMinutes": dice.between(0, 10) });
    // An alarm of another Region may not be named: the service's own is of its Region.
    if let Some(alarm) = alarms.iter().find(|alarm| alarm["Service"] == service) {
        flag["alarmNames"] = json!([alarm["AlarmName"]]);
    }
    let mut one = json!({ "name": format!("flag of {service}"), "service": service,
        "at": format!("{}s", dice.below(last)), "featureFlag": flag });
    if dice.one_in(2) {
        one["defect"] = match dice.below(3) {
            0 => json!({ "errors": { "share": 0.4 } }),
            1 => json!({ "slower": { "capacity": 0.5 } }),
            _ => json!({ "breaksAbove": { "load": 0.5, "share": 0.7 } }),
        };
    }
    one
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
            0 => json!({ "neverStarts": { "imagePulled": dice.one_in(2) } }),
            1 => json!({ "crashes": { "after": dice.law(200) } }),
            2 => json!({ "failsHealthChecks": {} }),
            3 => json!({ "errors": { "share": 0.4 } }),
            4 => json!({ "slower": { "capacity": 0.5 } }),
            _ => json!({ "breaksAbove": { "load": 0.5, "share": 0.7 } }),
        };
        dice.perhaps(3, &mut one, "badShare", |_| json!(0.5));
    }
    dice.perhaps(3, &mut one, "circuitBreakerOnTrafficShift", |_| json!(true));
    one
}

/// Copies of requests for one change in two of services that move traffic, with dice of their own.
pub(crate) fn add_copies(seed: u64, calm: bool, file: &mut Value) {
    let mut dice = Dice::new(seed ^ 0x5AD0);
    let Some(mut changes) = file["changes"].as_array().cloned().filter(|_| !calm) else { return };
    let services = file["clusters"].as_array().unwrap().iter().flat_map(|cluster| {
        let assignment = cluster["clusterName"].as_str().unwrap();
        cluster["services"].as_array().into_iter().flatten().map(move |service| (assignment, service))
    });
    let moves = services.filter(|(_, service)| {
        let strategy = service.pointer("/deploymentConfiguration/strategy");
        strategy.is_some_and(|strategy| strategy != "ROLLING")
    });
    let moving: Vec<String> = moves
        .map(|(assignment, service)| format!("{assignment}/{}", service["serviceName"].as_str().unwrap()))
        .collect();
    for change in changes.iter_mut().filter(|change| change.get("featureFlag").is_none()) {
        let names = change["service"].as_str().into_iter();
        let mut names =
            names.chain(change["services"].as_array().into_iter().flatten().filter_map(Value::as_str)).peekable();
        if names.peek().is_some() && names.all(|name| moving.iter().any(|of| of == name)) {
            dice.perhaps(2, change, "shadow", |dice| {
                let mut shadow = json!({ "for": format!("{}s", dice.between(1, 1_500)) });
                dice.perhaps(2, &mut shadow, "share", |dice| json!(f64::from(dice.between(1, 100) as u32) / 100.0));
                shadow
            });
        }
    }
    file["changes"] = changes.into();
}

/// Protected tasks for one scenario in six, with dice of their own: services that deploy with ROLLING.
pub(crate) fn add_protection(seed: u64, calm: bool, file: &mut Value) {
    let mut dice = Dice::new(seed ^ 0x9807);
    if calm || !dice.one_in(6) {
        return;
    }
    let mut rows = Vec::new();
    for cluster in file["clusters"].as_array().unwrap() {
        for service in cluster["services"].as_array().into_iter().flatten() {
            let strategy = service.pointer("/deploymentConfiguration/strategy");
            let rolls = strategy.is_none_or(|strategy| strategy == "ROLLING");
            if service["schedulingStrategy"] == "DAEMON" || !rolls || dice.one_in(2) {
                continue;
            }
            let name =
                format!("{}/{}", cluster["clusterName"].as_str().unwrap(), service["serviceName"].as_str().unwrap());
            let mut protection = json!({ "lasts": dice.law(1_200) });
            dice.perhaps(2, &mut protection, "again", |dice| dice.law(600));
            rows.push(json!({ "service": name, "protection": protection }));
        }
    }
    if !file["behaviour"].is_array() {
        file["behaviour"] = json!([]);
    }
    let behaviour = file["behaviour"].as_array_mut().unwrap();
    for row in rows {
        match behaviour.iter_mut().find(|one| one["service"] == row["service"]) {
            Some(known) => known["protection"] = row["protection"].clone(),
            None => behaviour.push(row),
        }
    }
}
