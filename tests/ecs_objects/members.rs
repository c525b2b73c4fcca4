//! Every member that AWS's newest API model has in an object that can be pasted is known: used, or told as not used.
//!
//! `tests/reference/aws_members.json` names them; it says where they are from. A newer one is made anew: objects by
//! name, their members, and for members that are objects, or lists of objects, the name of that object.

use super::*;
use std::collections::BTreeSet;

/// Members that are not known, as `service/Shape.member`. It should be empty.
const UNKNOWN: [&str; 0] = [];

fn reference() -> Value {
    serde_json::from_str(include_str!("../reference/aws_members.json")).unwrap()
}

/// The definition that a field refers to, itself or for the entries of its list.
fn referred(field: &Value) -> Option<&str> {
    let here = if field["type"] == "array" { &field["items"] } else { field };
    here["$ref"].as_str()?.strip_prefix("#/$defs/")
}

/// Members of a shape, and of those in it, that the schema lacks.
fn missing(
    shapes: &Value,
    defs: &Value,
    shape: &str,
    name: &str,
    seen: &mut BTreeSet<String>,
    found: &mut Vec<String>,
) {
    if !seen.insert(format!("{shape} {name}")) {
        return;
    }
    for (member, inside) in shapes[shape].as_object().unwrap() {
        let field = &defs[name]["properties"][member];
        if field.is_null() {
            found.push(format!("{shape}.{member}"));
        } else if let (Some(inside), Some(name)) = (inside.as_str().filter(|one| !one.is_empty()), referred(field)) {
            missing(shapes, defs, inside, name, seen, found);
        }
    }
}

fn unknown(schema: &Value) -> (Vec<String>, usize) {
    let (reference, mut found, mut seen) = (reference(), Vec::new(), BTreeSet::new());
    for root in reference["roots"].as_array().unwrap() {
        let (shape, name) = (root[0].as_str().unwrap(), root[1].as_str().unwrap());
        missing(&reference["shapes"], &schema["$defs"], shape, name, &mut seen, &mut found);
    }
    found.sort();
    found.dedup();
    (found, seen.len())
}

#[test]
fn every_member_of_the_newest_model_is_known() {
    let schema: Value = serde_json::from_str(&schema::json()).unwrap();
    let (found, walked) = unknown(&schema);
    assert_eq!(found, UNKNOWN);
    assert!(walked >= 60, "only {walked} objects were looked at");
    // One that is taken away is missed, also in an object inside another.
    let mut less = schema;
    less["$defs"]["DeploymentConfiguration"]["properties"].as_object_mut().unwrap().remove("bakeTimeInMinutes");
    less["$defs"]["Task"]["properties"].as_object_mut().unwrap().remove("startedAt");
    assert_eq!(unknown(&less).0, ["ecs/DeploymentConfiguration.bakeTimeInMinutes", "ecs/Task.startedAt"]);
}

/// What each object needs; all else may be null.
fn least(name: &str) -> Value {
    match name {
        "Service" => json!({ "serviceName": "web", "taskDefinition": "web", "desiredCount": 1, "launchType": "FARGATE",
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a"] } } }),
        "TaskDefinition" => json!({ "family": "web", "cpu": "256", "memory": "512", "networkMode": "awsvpc",
            "containerDefinitions": [{ "name": "app" }] }),
        "Cluster" => json!({ "clusterName": "shop" }),
        "CapacityProvider" => json!({ "name": "nodes", "autoScalingGroupProvider": { "autoScalingGroupArn": "g" } }),
        "AutoScalingGroup" => json!({ "AutoScalingGroupName": "g", "MinSize": 1, "MaxSize": 1,
            "Instances": [{ "InstanceType": "m5.large" }] }),
        "Alarm" => json!({ "AlarmName": "a", "Service": "shop/web", "MetricName": "ErrorRate", "Period": 60,
            "EvaluationPeriods": 1, "Threshold": 0.1, "ComparisonOperator": "GreaterThanThreshold" }),
        "CompositeAlarm" => json!({ "AlarmName": "b", "AlarmRule": "ALARM(a)" }),
        "InstanceType" => json!({ "InstanceType": "m5.large", "VCpuInfo": { "DefaultVCpus": 2 },
            "MemoryInfo": { "SizeInMiB": 8192 } }),
        "TargetGroup" => json!({ "TargetGroupName": "web" }),
        "TargetGroupAttribute" => json!({ "Key": "stickiness.enabled" }),
        "Subnet" => json!({ "SubnetId": "a", "AvailabilityZone": "us-east-1a" }),
        "ContainerInstance" => json!({ "containerInstanceArn": "arn", "capacityProviderName": "nodes", "attributes": [
            { "name": "ecs.instance-type", "value": "m5.large" }, { "name": "ecs.availability-zone", "value": "us-east-1a" }] }),
        "Task" => json!({ "taskDefinitionArn": "web", "createdAt": 1, "startedAt": 9.5 }),
        "ScalableTarget" => json!({ "ResourceId": "service/shop/web", "MinCapacity": 1, "MaxCapacity": 2 }),
        "ScalingPolicy" => json!({ "PolicyName": "cpu", "ResourceId": "service/shop/web",
            "TargetTrackingScalingPolicyConfiguration": { "TargetValue": 60, "PredefinedMetricSpecification":
                { "PredefinedMetricType": "ECSServiceAverageCPUUtilization" } } }),
        "ScheduledAction" => json!({ "ScheduledActionName": "day", "ResourceId": "service/shop/web",
            "Schedule": "rate(1 minute)", "ScalableTargetAction": { "MinCapacity": 2 } }),
        other => panic!("{other} is not known to this test"),
    }
}

#[test]
fn null_is_absence_in_every_object() {
    let reference = reference();
    let objects = |name: &str| -> Value {
        let roots = reference["roots"].as_array().unwrap().iter().filter(|root| root[1] == name);
        let mut whole = least(name);
        for member in roots.flat_map(|root| reference["shapes"][root[0].as_str().unwrap()].as_object().unwrap().keys())
        {
            whole.as_object_mut().unwrap().entry(member.clone()).or_insert(Value::Null);
        }
        whole
    };
    let mut group = objects("TargetGroup");
    group["Attributes"] = json!([objects("TargetGroupAttribute")]);
    let mut cluster = objects("Cluster");
    cluster["capacityProviders"] = json!(["nodes"]);
    let value = json!({
        "version": 1, "name": "nulls", "duration": "1h", "taskDefinitions": [objects("TaskDefinition")],
        "clusters": [cluster], "services": [objects("Service")], "capacityProviders": [objects("CapacityProvider")],
        "autoScalingGroups": [objects("AutoScalingGroup")], "instanceTypes": [objects("InstanceType")],
        "alarms": [objects("Alarm")], "compositeAlarms": [objects("CompositeAlarm")], "targetGroups": [group],
        "subnets": [objects("Subnet")], "containerInstances": [objects("ContainerInstance")], "tasks": [objects("Task")],
        "scalableTargets": [objects("ScalableTarget")], "scalingPolicies": [objects("ScalingPolicy")],
        "scheduledActions": [objects("ScheduledAction")],
        "traffic": [{ "service": "shop/web", "rate": "1/s", "requestsPerTask": "10/s" }]
    });
    let mut problems = Problems::default();
    let found = resolved_document(&Document::of(value), &|_| Err(String::new()), &mut problems);
    let errors: Vec<_> = problems.of(Severity::Error).map(|one| format!("{}: {}", one.at, one.message)).collect();
    assert_eq!(errors, [""; 0]);
    let (plan, _) = found.unwrap();
    assert_eq!((plan.services.len(), plan.alarms.len(), plan.scaling.len()), (1, 4, 1));
}
