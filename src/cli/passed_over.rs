//! Files beside scenarios that `evenkeel check *.json` passes over, recognised by what they hold: the schema, and parts
//! that a scenario names by `$file`. A broken scenario is none of them.

use crate::scenario::Files;
use serde_json::Value;

/// What only a scenario has; a file with one of these is meant as one, however broken it is.
const OF_SCENARIOS: [&str; 15] = [
    "version",
    "duration",
    "warmUp",
    "seed",
    "startsAt",
    "startEmpty",
    "faults",
    "traffic",
    "objectives",
    "changes",
    "behaviour",
    "regions",
    "detection",
    "cellularApplication",
    "runTasks",
];

/// What says that a file holds AWS objects, as AWS prints them or as they are sent to it.
const OF_PARTS: [&str; 27] = [
    "serviceName",
    "services",
    "service",
    "family",
    "containerDefinitions",
    "taskDefinition",
    "taskDefinitions",
    "clusterName",
    "clusters",
    "capacityProviders",
    "capacityProvider",
    "autoScalingGroupProvider",
    "AutoScalingGroups",
    "AutoScalingGroupName",
    "InstanceTypes",
    "MetricAlarms",
    "AlarmName",
    "TargetGroups",
    "TargetGroupArn",
    "Attributes",
    "CompositeAlarms",
    "Subnets",
    "SubnetId",
    "containerInstances",
    "containerInstanceArn",
    "tasks",
    "taskArn",
];

/// What a file is, if it is no scenario.
pub(super) fn kind(path: &str, files: &dyn Files) -> Option<&'static str> {
    const STANDARD: &str = "json-schema.org/";
    // A pipe can be read only once.
    if !std::fs::metadata(path).is_ok_and(|known| known.is_file()) {
        return None;
    }
    let bytes = files.read(path).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    // A scenario is read once more: only what may be something else is parsed here.
    if text.contains("\"duration\"") && !text.contains(STANDARD) {
        return None;
    }
    let value: Value = serde_json::from_str(text).ok()?;
    if value["$schema"].as_str().is_some_and(|standard| standard.contains(STANDARD)) {
        return Some("a JSON Schema");
    }
    is_part(&value).then_some("a part that a scenario names by `$file`")
}

/// Whether a value is an AWS object, or a list of such.
fn is_part(value: &Value) -> bool {
    match value {
        Value::Object(map) => {
            let has = |keys: &[&str]| keys.iter().any(|key| map.contains_key(*key));
            has(&OF_PARTS) && !has(&OF_SCENARIOS)
        }
        Value::Array(list) => !list.is_empty() && list.iter().all(is_part),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_part_is_no_scenario_and_a_broken_scenario_is_no_part() {
        let service = json!({ "serviceName": "web", "taskDefinition": "web" });
        for part in [
            service.clone(),
            json!([service]),
            json!({ "services": [service], "failures": [] }),
            json!({ "clusters": [{ "clusterName": "shop" }] }),
            json!({ "AutoScalingGroups": [] }),
            json!({ "Subnets": [{ "SubnetId": "s" }] }),
            json!({ "containerInstances": [], "failures": [] }),
            json!({ "tasks": [], "failures": [] }),
            json!({ "Attributes": [{ "Key": "stickiness.enabled", "Value": "false" }] }),
        ] {
            assert!(is_part(&part), "{part}");
        }
        for other in [
            json!({ "version": 1, "name": "x", "clusters": [] }),
            json!({ "duration": "2h", "clusters": [{ "clusterName": "shop" }] }),
            json!({ "clusters": [], "faults": [] }),
            json!({ "name": "x" }),
            json!({}),
            json!([]),
            json!([{ "name": "x" }]),
            json!("text"),
        ] {
            assert!(!is_part(&other), "{other}");
        }
    }
}
