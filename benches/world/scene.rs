//! Scenarios for the benches, by the way that every scenario takes: text, check, plan.

use evenkeel::internals::model::Plan;
use evenkeel::{Scenario, Texts};
use serde_json::{Value, json};

/// Tasks of one service in the steady world: few enough for its 500 launches a minute.
const SERVICE: u32 = 500;

/// Text to plan.
fn plan(file: &Value) -> Plan {
    let reading = Scenario::read("bench.json", &Texts::one("bench.json", file.to_string()));
    reading.into_result().expect("the scenario can run").into_plan()
}

/// A service of tasks of a quarter vCPU on Fargate, over three zones.
fn service(name: &str, tasks: u32) -> Value {
    json!({ "serviceName": name, "taskDefinition": "web", "desiredCount": tasks, "launchType": "FARGATE",
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1", "subnet-2", "subnet-3"] } } })
}

fn region(name: &str) -> Value {
    let zones: Vec<Value> = (1..=3).map(|zone| json!({ "id": format!("{name}-az{zone}") })).collect();
    json!({ "name": name, "zones": zones,
        "fargate": { "vcpuPerZone": 1_000_000, "launchBurst": 100_000, "launchRate": "100000/s" } })
}

fn web() -> Value {
    json!({ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
        "containerDefinitions": [{ "name": "web", "image": "web:1", "portMappings": [{ "containerPort": 80 }] }] })
}

/// So many tasks in so many Regions, each of them living Exp(10 min).
pub(crate) fn steady(tasks: u32, regions: u32) -> Plan {
    let each = tasks / regions;
    let clusters: Vec<Value> = (0..regions)
        .map(|region| {
            let services: Vec<Value> = (0..each.div_ceil(SERVICE))
                .map(|row| service(&format!("s{row}"), SERVICE.min(each - row * SERVICE)))
                .collect();
            json!({ "clusterName": format!("c{region}"), "region": format!("r{region}"), "services": services })
        })
        .collect();
    plan(&json!({ "version": 1, "name": "steady", "seed": 1, "duration": "10000d",
        "regions": (0..regions).map(|row| region(&format!("r{row}"))).collect::<Vec<_>>(),
        "taskDefinitions": [web()],
        "clusters": clusters,
        "behaviour": [{ "family": "web", "start": { "lognormal": { "median": "20s", "sigma": 0.5 } },
            "crash": { "exponential": { "mean": "10m" } } }] }))
}

/// So many services of so many tasks each behind load balancers, sized to the loss of a zone, which comes.
pub(crate) fn zone_loss(services: u32, tasks: u32) -> Plan {
    let mut all = Vec::new();
    let mut traffic = Vec::new();
    for row in 0..services {
        let mut one = service(&format!("s{row}"), tasks);
        one["loadBalancers"] = json!([{ "targetGroupArn": "web", "containerName": "web", "containerPort": 80 }]);
        all.push(one);
        let rate = format!("{}/s", u64::from(tasks) * 40);
        traffic.push(json!({ "service": format!("c/s{row}"), "rate": rate, "requestsPerTask": "60/s" }));
    }
    plan(&json!({ "version": 1, "name": "zone-loss", "seed": 1, "duration": "1h", "warmUp": "5m",
        "regions": [region("r")],
        "taskDefinitions": [web()],
        "clusters": [{ "clusterName": "c", "services": all }],
        "traffic": traffic,
        "faults": [{ "name": "zone dark", "at": "20m", "for": "20m", "zonePowerLoss": { "zone": "r-az1" } }] }))
}

/// Sixteen clusters that run 15 standalone tasks a second each, which work for Exp(10 min); half an hour. `cells`: of a
/// control plane that is built for 400 requests a second; without, there is none.
pub(crate) fn busy(cells: Option<u32>) -> Plan {
    let mut region = region("r");
    if let Some(cells) = cells {
        region["controlPlane"] = json!({ "cells": cells, "peakRequests": "400/s" });
    }
    let cluster = |row: u32| {
        json!({ "clusterName": format!("c{row}"), "runTasks": [{ "taskDefinition": "web", "name": "job", "rate": "15/s",
            "launchType": "FARGATE", "lives": { "exponential": { "mean": "10m" } },
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1", "subnet-2", "subnet-3"] } } }] })
    };
    plan(&json!({ "version": 1, "name": "busy", "seed": 1, "duration": "30m", "regions": [region],
        "taskDefinitions": [web()], "clusters": (0..16).map(cluster).collect::<Vec<_>>() }))
}

/// A thousand clusters of twenty services of ten tasks in fifty cells, of which one is down for an hour of three.
pub(crate) fn cell_loss() -> Plan {
    let mut region = region("r");
    region["controlPlane"] = json!({ "cells": 50, "peakRequests": "2000/s" });
    let cluster = |row: u32| {
        let services: Vec<Value> = (0..20).map(|row| service(&format!("s{row}"), 10)).collect();
        json!({ "clusterName": format!("c{row}"), "services": services })
    };
    plan(&json!({ "version": 1, "name": "cell-loss", "seed": 1, "duration": "3h", "regions": [region],
        "taskDefinitions": [web()], "clusters": (0..1_000).map(cluster).collect::<Vec<_>>(),
        "behaviour": [{ "family": "web", "crash": { "exponential": { "mean": "10h" } } }],
        "faults": [{ "name": "cell down", "at": "1h", "for": "1h", "cellOutage": { "cell": "cell-1" } }] }))
}

/// A year of one Region of eight cells: two thousand services of ten tasks, each watched by an alarm and a circuit
/// breaker, and about five hundred changes of one service each, one in twenty of them bad.
pub(crate) fn year_of_changes() -> Plan {
    let mut region = region("r");
    region["controlPlane"] = json!({ "cells": 8, "router": { "mapping": "hash" } });
    region["fargate"] = json!({ "vcpuPerZone": 100_000 });
    let names: Vec<String> = (0..2_000).map(|row| format!("c{}/s{}", row / 20, row % 20)).collect();
    let watched = |cluster: usize, row: usize| {
        let mut one = service(&format!("s{row}"), 10);
        one["deploymentConfiguration"] = json!({
            "deploymentCircuitBreaker": { "enable": true, "rollback": true },
            "alarms": { "alarmNames": [format!("of c{cluster}/s{row}")], "enable": true, "rollback": true } });
        one
    };
    let cluster = |place: usize| {
        let services: Vec<Value> = (0..20).map(|row| watched(place, row)).collect();
        json!({ "clusterName": format!("c{place}"), "services": services })
    };
    let alarm = |name: &String| {
        json!({ "AlarmName": format!("of {name}"), "MetricName": "ErrorRate", "Service": name, "Period": 60,
            "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 0.02,
            "ComparisonOperator": "GreaterThanThreshold" })
    };
    let traffic = |name: &String| json!({ "service": name, "rate": "300/s", "requestsPerTask": "60/s" });
    // Each service waits about four years for its next one: five hundred in a year of two thousand services.
    let change = json!({ "name": "new revision", "every": { "exponential": { "mean": "1460d" } }, "everyService": true,
        "defect": { "errors": { "share": 0.3 } }, "badShare": 0.05 });
    plan(&json!({ "version": 1, "name": "year-of-changes", "seed": 1, "duration": "8760h", "regions": [region],
        "taskDefinitions": [web()], "clusters": (0..100).map(cluster).collect::<Vec<_>>(),
        "traffic": names.iter().map(traffic).collect::<Vec<_>>(), "alarms": names.iter().map(alarm).collect::<Vec<_>>(),
        "changes": [change],
        "faults": [{ "name": "zone dark", "every": { "exponential": { "mean": "180d" } },
            "for": { "constant": "1h" }, "zonePowerLoss": {} }] }))
}
