//! Zonal shifts in the swarm: by hand, by an alarm, by AWS, and for practice.

use crate::dice::Dice;
use serde_json::{Value, json};

/// Zones of a service on Fargate whose load balancer may be shifted: two at least.
fn zones(file: &Value, name: &str) -> Option<Vec<String>> {
    let (cluster, service) = name.split_once('/')?;
    let named = |list: &'_ Value, key: &str, name: &str| -> Option<Value> {
        list.as_array()?.iter().find(|one| one[key] == name).cloned()
    };
    let service = named(&named(&file["clusters"], "clusterName", cluster)?["services"], "serviceName", service)?;
    let items = service["capacityProviderStrategy"].as_array();
    let fargate = |item: &Value| item["capacityProvider"].as_str().is_some_and(|name| name.starts_with("FARGATE"));
    let on_fargate = items.is_some_and(|items| items.iter().all(fargate)) || service["launchType"] == "FARGATE";
    let subnets = service["networkConfiguration"]["awsvpcConfiguration"]["subnets"].as_array()?;
    let zones: Vec<String> =
        subnets.iter().filter_map(|one| one.as_str()?.strip_prefix("subnet-").map(str::to_owned)).collect();
    (on_fargate && zones.len() > 1 && zones.iter().all(|zone| zone.starts_with('z'))).then_some(zones)
}

/// For one scenario in three, with dice of its own, so that the other rolls stay as they are.
pub(crate) fn add(seed: u64, calm: bool, file: &mut Value) {
    let mut dice = Dice::new(seed ^ 0x2054);
    if !dice.one_in(3) {
        return;
    }
    let seconds: u64 = file["duration"].as_str().unwrap().trim_end_matches('s').parse().unwrap();
    let last = if calm { 1_200.min(seconds) } else { seconds };
    let (mut changes, mut autoshifts, mut alarms) = (Vec::new(), Vec::new(), Vec::new());
    for place in 0..file["traffic"].as_array().map_or(0, Vec::len) {
        let name = file["traffic"][place]["service"].as_str().unwrap().to_owned();
        let Some(zones) = zones(file, &name) else { continue };
        if !file["traffic"][place]["loadBalancer"].is_object() {
            file["traffic"][place]["loadBalancer"] = json!({});
        }
        file["traffic"][place]["loadBalancer"]["zonalShift"] = json!(true);
        let alarm = format!("shift {name}");
        alarms.push(json!({ "AlarmName": alarm, "Namespace": "Evenkeel", "MetricName": "ErrorRate", "Service": name,
            "Period": 60, "EvaluationPeriods": 1, "Threshold": 0.05, "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching" }));
        let mut shift = json!({ "awayFrom": dice.pick(&zones), "services": [name],
            "expiresIn": format!("{}s", dice.between(60, 1_200)) });
        dice.perhaps(3, &mut shift, "cancelAfter", |dice| json!(format!("{}s", dice.between(1, 59))));
        let mut change = json!({ "name": format!("away {name}") });
        if dice.one_in(2) {
            change["at"] = json!(format!("{}s", dice.below(last)));
        } else {
            change["onAlarm"] = json!(alarm);
            shift["after"] = dice.law(90);
        }
        change["zonalShift"] = shift;
        if dice.one_in(2) {
            changes.push(change);
        }
        if dice.one_in(2) {
            let mut runs: Vec<u64> = (0..dice.below(4)).map(|_| dice.below(last)).collect();
            runs.sort_unstable();
            runs.dedup();
            let runs: Vec<Value> =
                runs.iter().map(|at| json!({ "at": format!("{at}s"), "awayFrom": dice.pick(&zones) })).collect();
            let mut own = json!({ "service": name, "startPracticeRuns": runs,
                "practiceRunConfiguration": { "outcomeAlarms": [{ "alarmIdentifier": alarm }] } });
            dice.perhaps(2, &mut own, "startsAfter", |dice| json!(format!("{}s", dice.below(600))));
            dice.perhaps(2, &mut own, "endsAfter", |dice| json!(format!("{}s", dice.below(600))));
            dice.perhaps(3, &mut own, "zonalAutoshiftStatus", |_| json!("DISABLED"));
            autoshifts.push(own);
        }
    }
    for (key, more) in [("changes", changes), ("zonalAutoshift", autoshifts), ("alarms", alarms)] {
        let mut all = file[key].as_array().cloned().unwrap_or_default();
        all.extend(more);
        file[key] = all.into();
    }
}
