//! What is measured and promised: every result can be promised, every part adds up, no setting is idle in silence.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(clippy::float_cmp, reason = "counts are whole, and constant laws give whole seconds")]

#[path = "measures/faults.rs"]
mod faults;
#[path = "measures/grounds.rs"]
mod grounds;
#[path = "measures/groups.rs"]
mod groups;
#[path = "measures/partial.rs"]
mod partial;
#[path = "measures/promises.rs"]
mod promises;
#[path = "measures/settings.rs"]
mod settings;
mod shipped;

use evenkeel::summary::{Estimate, FaultRow, ServiceRow};
use evenkeel::{End, Options, Problems, Scenario, Summary, Texts};
use serde_json::{Value, json};

/// A scenario of Fargate tasks called `web`, of which a service runs thirty in three zones; `parts` adds and replaces.
fn scenario(parts: &Value) -> Value {
    let web = json!({ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
        "containerDefinitions": [{ "name": "web", "image": "web:1" }] });
    let mut file = json!({
        "version": 1, "name": "measures", "seed": 3, "duration": "3h", "taskDefinitions": [web],
        "clusters": [{ "clusterName": "shop", "capacityProviders": ["FARGATE"], "services": [service(30, &json!({}))] }],
        "behaviour": [{ "family": "web", "start": { "constant": "40s" } }],
        "detection": { "target": { "constant": "50s" }, "loss": { "constant": "90s" } },
    });
    put(&mut file, parts);
    file
}

/// The service `web`; `parts` adds and replaces.
fn service(desired: u64, parts: &Value) -> Value {
    let mut service = json!({ "serviceName": "web", "taskDefinition": "web", "desiredCount": desired,
        "launchType": "FARGATE", "availabilityZoneRebalancing": "DISABLED",
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-a", "subnet-b", "subnet-c"] } } });
    put(&mut service, parts);
    service
}

/// Tasks on container instances of one vCPU, one for each task: `hosts` of them over three zones.
fn on_hosts(hosts: u64, desired: u64, parts: &Value) -> Value {
    let mut file = scenario(&json!({
        "taskDefinitions": [{ "family": "web", "networkMode": "bridge",
            "containerDefinitions": [{ "name": "web", "image": "web:1", "cpu": 1024, "memory": 512 }] }],
        "instanceTypes": [{ "InstanceType": "one.task", "VCpuInfo": { "DefaultVCpus": 1 },
                            "MemoryInfo": { "SizeInMiB": 1024 } }],
        "capacityProviders": [{ "name": "nodes", "autoScalingGroupProvider": { "autoScalingGroupArn": "asg",
            "managedScaling": { "status": "DISABLED" }, "managedTerminationProtection": "DISABLED" } }],
        "autoScalingGroups": [{ "AutoScalingGroupName": "asg", "MinSize": hosts, "MaxSize": hosts,
            "DesiredCapacity": hosts, "AvailabilityZones": ["us-east-1a", "us-east-1b", "us-east-1c"],
            "Instances": [{ "InstanceType": "one.task" }] }],
        "clusters": [{ "clusterName": "shop", "capacityProviders": ["nodes"], "services": [{
            "serviceName": "web", "taskDefinition": "web", "desiredCount": desired,
            "capacityProviderStrategy": [{ "capacityProvider": "nodes", "weight": 1 }],
            "availabilityZoneRebalancing": "DISABLED" }] }],
    }));
    put(&mut file, parts);
    file
}

/// Adds and replaces keys of an object.
fn put(object: &mut Value, parts: &Value) {
    object.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
}

/// What is said of a file, and what comes of it when it can run.
fn look(file: &Value, replications: u32) -> (Problems, Option<Summary>) {
    let texts = Texts::one("a.json", file.to_string());
    let reading = Scenario::read("a.json", &texts);
    let options = Options { replications, ..Options::default() };
    let summary = reading.scenario.map(|scenario| {
        let outcome = scenario.run(&options, &());
        assert_eq!(outcome.end, End::Finished);
        outcome.summary
    });
    (reading.problems, summary)
}

fn run(file: &Value) -> Summary {
    run_often(file, 1)
}

fn run_often(file: &Value, replications: u32) -> Summary {
    let (problems, summary) = look(file, replications);
    summary.unwrap_or_else(|| panic!("{:#?}\n{file:#}", problems.list))
}

/// The messages of all problems, with their pointers.
fn said(file: &Value) -> Vec<String> {
    look(file, 1).0.list.iter().map(|one| format!("{:?} {}: {}", one.severity, one.at, one.message)).collect()
}

fn the_service(summary: &Summary) -> &ServiceRow {
    &summary.services[0]
}

fn the_fault(summary: &Summary) -> &FaultRow {
    &summary.faults[0]
}

fn mean(estimate: Option<Estimate>) -> Option<f64> {
    estimate.map(|estimate| estimate.mean)
}

fn check(what: &str, found: f64, truth: f64, slack: f64) {
    assert!((found - truth).abs() <= slack, "{what}: {found}, truth {truth}, off by more than {slack}");
}
