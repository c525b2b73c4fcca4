//! An invented zone loss for tests: a plan, its summary.

use crate::metrics::summary::{
    Estimate, FaultRow, HitCounts, Launches, Level, LossRow, ObjectiveRow, OnProvider, ProviderRow, Quantiles,
    Requests, ServiceRow, Summary, Verdict,
};
use crate::model::plan::Plan;
use crate::{Scenario, Texts};
use serde_json::{Value, json};

/// One value, one replication.
pub(crate) fn exact(mean: f64) -> Estimate {
    Estimate { mean, low: None, high: None, n: 1 }
}

fn level(min: f64, mean: f64, max: f64) -> Level {
    Level { min: exact(min), mean: exact(mean), max: exact(max) }
}

/// One service on Fargate over three zones.
pub(crate) fn plan() -> Plan {
    read(&json!({}))
}

/// Two changes of the service, watched by an alarm on 2 of 3 minutes.
pub(crate) fn with_changes() -> Plan {
    let change = |name: &str, at: &str| json!({ "name": name, "at": at, "service": "shop/web" });
    read(&json!({
        "alarms": [{ "AlarmName": "errors", "Namespace": "Evenkeel", "MetricName": "ErrorRate", "Service": "shop/web",
            "Period": 60, "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 0.1,
            "ComparisonOperator": "GreaterThanThreshold" }],
        "changes": [change("v1", "1s"), change("v2", "2s")],
    }))
}

/// The same, and a zone that loses power once.
pub(crate) fn with_a_fault() -> Plan {
    read(&json!({ "faults": [
        { "name": "zone dark", "at": "1h", "for": "40m", "zonePowerLoss": { "zone": "use1-az1" } }] }))
}

/// A fault that comes again and again in a zone.
pub(crate) fn with_faults() -> Plan {
    let often = json!({ "exponential": { "mean": "90d" } });
    read(&json!({ "faults": [{ "name": "zone dark", "every": often, "for": "1h", "zonePowerLoss": {} }] }))
}

/// The plan of that service, with more keys of the file.
fn read(more: &Value) -> Plan {
    let alarms = more.get("alarms").map(|_| json!({ "alarmNames": ["errors"], "enable": true, "rollback": false }));
    let mut file = json!({
        "version": 1, "name": "az-loss", "seed": 42, "duration": "3h", "warmUp": "15m",
        "taskDefinitions": [{ "family": "web", "revision": 3, "networkMode": "awsvpc", "cpu": "512", "memory": "1024",
            "containerDefinitions": [{ "name": "app", "image": "web:3" }] }],
        "clusters": [{ "clusterName": "shop", "account": "111122223333", "services": [{
            "serviceName": "web", "taskDefinition": "web", "desiredCount": 30, "launchType": "FARGATE",
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } },
            "deploymentConfiguration": { "alarms": alarms } }] }],
        "traffic": [{ "service": "shop/web", "rate": "900/s", "requestsPerTask": "60/s" }],
    });
    file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let reading = Scenario::read("az-loss.json", &Texts::one("az-loss.json", file.to_string()));
    reading.into_result().unwrap().into_plan()
}

pub(crate) fn summary() -> Summary {
    let objective = |objective, measured, verdict| ObjectiveRow { objective, measured, verdict };
    let loss = |cause: &str, phase: &str, requests: f64, seconds: f64| LossRow {
        service: "shop/web".into(),
        cause: cause.into(),
        phase: phase.into(),
        lost_requests: exact(requests),
        lost_task_seconds: exact(seconds),
    };
    Summary {
        schema_version: 1,
        scenario: "az-loss".into(),
        seed: 42,
        replications: 1,
        simulated_seconds: 10_800.0,
        events: 1_234,
        digest: "00112233aabbccdd".into(),
        services: vec![service_row()],
        capacity_providers: vec![ProviderRow {
            capacity_provider: "shop/nodes".into(),
            hosts: level(4.0, 5.96, 6.0),
            reservation: Some(level(80.0, 98.7, 125.0)),
            cost_per_hour: None,
        }],
        faults: vec![fault_row()],
        losses: vec![loss("zone dark", "detection", 15_000.0, 600.0), loss("zone dark", "image pull", 0.0, 230.4)],
        objectives: vec![
            objective(
                json!({"service": "shop/web", "requestAvailability": {"atLeast": 0.999}}),
                json!(exact(0.998_316)),
                Verdict::Fail,
            ),
            objective(
                json!({"fault": "zone dark", "recoverSeconds": {"atMost": 360}}),
                json!(exact(50.0)),
                Verdict::Pass,
            ),
        ],
        ..Summary::default()
    }
}

fn service_row() -> ServiceRow {
    ServiceRow {
        service: "shop/web".into(),
        desired_count: 30,
        request_availability: Some(exact(0.998_316)),
        capacity_availability: Some(exact(1.0)),
        nines: Some(exact(2.773_7)),
        requests: Requests { offered: exact(8_910_000.0), served: exact(8_895_000.0), failed: exact(15_000.0) },
        providers: [("FARGATE".to_owned(), OnProvider { running: exact(29.871) })].into(),
        running: level(20.0, 29.871, 30.0),
        launches: Launches { requested: exact(10.0), running: exact(10.0), ..Launches::default() },
        start_seconds: Quantiles { p50: Some(exact(23.04)), p99: Some(exact(41.2)) },
        cost_per_hour: Some(exact(0.740_4)),
        ..ServiceRow::default()
    }
}

fn fault_row() -> FaultRow {
    FaultRow {
        name: "zone dark".into(),
        kind: "zonePowerLoss".into(),
        occurrences: exact(1.0),
        begin_seconds: Some(exact(3_600.0)),
        end_seconds: Some(exact(6_000.0)),
        hit: HitCounts {
            zones: exact(1.0),
            hosts: exact(10.0),
            tasks: exact(10.0),
            services: exact(1.0),
            clusters: exact(1.0),
            ..HitCounts::default()
        },
        blast_radius: Some(exact(1.0)),
        detect_seconds: Some(exact(50.0)),
        recover_seconds: Some(exact(0.0)),
        full_strength_seconds: Some(exact(107.4)),
        balanced_seconds: None,
        recovered: exact(1.0),
        never_recovered: exact(0.0),
        lost_requests: exact(15_000.0),
        lost_task_seconds: exact(830.4),
        needed_launches: exact(0.0),
        services: Vec::new(),
    }
}
