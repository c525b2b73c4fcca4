//! Service auto scaling of the swarm: scalable targets, policies of all kinds, scheduled actions, metrics of one's own.

use crate::dice::Dice;
use serde_json::{Value, json};

/// With dice of its own, so that the other rolls stay as they are. What is calm has the size that was written.
pub(crate) fn add(seed: u64, calm: bool, file: &mut Value) {
    let mut dice = Dice::new(seed ^ 0x5CA_1E5);
    if calm || !dice.one_in(3) {
        return;
    }
    let mut services: Vec<(String, u64)> = Vec::new();
    for cluster in file["clusters"].as_array().unwrap() {
        let name = cluster["clusterName"].as_str().unwrap();
        for service in cluster["services"].as_array().unwrap() {
            let replica = service["schedulingStrategy"] != "DAEMON";
            if let (true, Some(desired)) = (replica, service["desiredCount"].as_u64()) {
                services.push((format!("{name}/{}", service["serviceName"].as_str().unwrap()), desired));
            }
        }
    }
    let asked: Vec<String> =
        file["traffic"].as_array().unwrap().iter().map(|one| one["service"].as_str().unwrap().to_owned()).collect();
    let (mut targets, mut policies, mut actions, mut alarms) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (service, desired) in services {
        if dice.one_in(3) {
            continue;
        }
        let resource = format!("service/{service}");
        let min = dice.below(desired + 2);
        let mut target = json!({ "ResourceId": resource, "MinCapacity": min, "MaxCapacity": min + dice.between(0, 2 * desired + 4) });
        dice.perhaps(4, &mut target, "SuspendedState", |dice| {
            let mut state = json!({});
            for key in ["DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"] {
                dice.perhaps(2, &mut state, key, |_| json!(true));
            }
            state
        });
        targets.push(target);
        let mut policy = |name: &str, key: &str, configuration: Value| {
            policies.push(json!({ "PolicyName": name, "ResourceId": resource, key: configuration }));
        };
        if asked.contains(&service) {
            for metric in ["ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization"] {
                if dice.one_in(3) {
                    policy(metric, "TargetTrackingScalingPolicyConfiguration", tracking(&mut dice, metric));
                }
            }
            if dice.one_in(4) {
                policy("ahead", "PredictiveScalingPolicyConfiguration", predictive(&mut dice));
            }
        }
        if dice.one_in(4) {
            let name = format!("busy {service}");
            alarms.push(json!({ "AlarmName": name, "Service": service, "MetricName": dice.pick(&["CPUUtilization", "Depth"]),
                "Period": dice.pick(&[20, 60]), "EvaluationPeriods": dice.between(1, 3), "Threshold": dice.between(1, 90),
                "ComparisonOperator": dice.pick(&["GreaterThanThreshold", "LessThanThreshold"]) }));
            let kind = dice.pick(&["ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity"]);
            let by = |dice: &mut Dice| {
                if kind == "ExactCapacity" { json!(dice.below(9)) } else { json!(dice.between(0, 60) as i64 - 30) }
            };
            let steps = json!([{ "MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 9, "ScalingAdjustment": by(&mut dice) },
                { "MetricIntervalLowerBound": 9, "ScalingAdjustment": by(&mut dice) },
                { "MetricIntervalUpperBound": 0, "ScalingAdjustment": by(&mut dice) }]);
            policies.push(json!({ "PolicyName": "steps", "ResourceId": resource, "Alarms": [{ "AlarmName": name }],
                "StepScalingPolicyConfiguration": { "AdjustmentType": kind, "Cooldown": dice.below(400), "StepAdjustments": steps } }));
        }
        if dice.one_in(3) {
            let mut bounds = json!({});
            let low = dice.below(desired + 3);
            dice.perhaps(2, &mut bounds, "MaxCapacity", |dice| json!(low + dice.below(2 * desired + 3)));
            if bounds["MaxCapacity"].is_null() || dice.one_in(2) {
                bounds["MinCapacity"] = json!(low);
            }
            let schedule = dice.pick(&["rate(7 minutes)", "cron(0/20 * * * ? *)", "at(2026-01-05T00:25:00)"]);
            actions.push(json!({ "ScheduledActionName": "day", "ResourceId": resource, "Schedule": schedule,
                "ScalableTargetAction": bounds }));
        }
    }
    for (list, more) in
        [("scalableTargets", targets), ("scalingPolicies", policies), ("scheduledActions", actions), ("alarms", alarms)]
    {
        match file[list].as_array_mut() {
            Some(all) => all.extend(more),
            None => file[list] = more.into(),
        }
    }
    file["customMetrics"] = json!([{ "name": "Depth", "namespace": "swarm", "perTask": dice.one_in(2),
        "steps": [{ "at": "0s", "value": dice.below(90) }, { "at": "9m", "value": dice.below(400) }] }]);
    for row in file["behaviour"].as_array_mut().unwrap().iter_mut().filter(|row| row["family"].is_string()) {
        dice.perhaps(
            3,
            row,
            "cpu",
            |dice| json!({ "atRest": dice.pick(&[0.0, 0.1]), "failedRequest": dice.pick(&[0.0, 0.5, 2.0]) }),
        );
    }
}

fn tracking(dice: &mut Dice, metric: &str) -> Value {
    let mut found = json!({ "TargetValue": dice.between(15, 95),
        "PredefinedMetricSpecification": { "PredefinedMetricType": metric } });
    dice.perhaps(2, &mut found, "ScaleOutCooldown", |dice| json!(dice.below(400)));
    dice.perhaps(2, &mut found, "ScaleInCooldown", |dice| json!(dice.below(400)));
    dice.perhaps(4, &mut found, "DisableScaleIn", |_| json!(true));
    found
}

fn predictive(dice: &mut Dice) -> Value {
    let mut found = json!({ "Mode": "ForecastAndScale", "SchedulingBufferTime": dice.below(3_600), "MetricSpecifications": [{
        "TargetValue": dice.between(20, 90),
        "PredefinedMetricPairSpecification": { "PredefinedMetricType": "ECSServiceCPUUtilization" } }] });
    if dice.one_in(2) {
        found["MaxCapacityBreachBehavior"] = json!("IncreaseMaxCapacity");
        found["MaxCapacityBuffer"] = json!(dice.below(100));
    }
    found
}
