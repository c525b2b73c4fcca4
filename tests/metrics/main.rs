//! Synthetic streams of facts with answers worked out by hand.
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
#![expect(clippy::float_cmp, reason = "whole numbers of seconds and tasks come out exactly")]

mod fault;
mod fold;
mod host;
mod objective;
mod service;
mod task;
mod time_line;

use evenkeel::internals::engine::{Reader, Span, Time};
use evenkeel::internals::metrics::summary::{Estimate, FaultRow, ServiceRow, Summary};
use evenkeel::internals::metrics::{Fold, Measured, Metrics, Row};
use evenkeel::internals::model::fact::{
    Cause, Fact, NO_HOST, Phase, Reason, ServiceFact, StopCode, TaskFact, TaskNo, TaskState,
};
use evenkeel::internals::model::ids::{ChangeId, FaultId, ProviderId, ServiceId, ZoneId};
use evenkeel::internals::model::plan::Plan;
use evenkeel::{Scenario, Texts};
use serde_json::{Value, json};

const WEB: ServiceId = ServiceId(0);
const DARK: FaultId = FaultId(0);

fn at(seconds: u64) -> Time {
    Time::ZERO + Span::from_secs(seconds)
}

/// One Region of three zones, one cluster with `web` and `web-api` of 6 tasks each, a stream, and two faults: `dark`
/// comes once and ends, `hosts die` comes again and again and has no end.
fn plan(duration: u64, warm_up: u64) -> Plan {
    plan_with(duration, warm_up, "changes", json!([]))
}

/// The same with something else at top level.
fn plan_with(duration: u64, warm_up: u64, key: &str, value: Value) -> Plan {
    let service = |name: &str| {
        json!({ "serviceName": name, "taskDefinition": "web", "desiredCount": 6, "launchType": "FARGATE",
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } } })
    };
    let mut text = json!({
        "version": 1, "name": "story", "seed": 7,
        "duration": format!("{duration}s"), "warmUp": format!("{warm_up}s"),
        "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "1024", "memory": "2048",
            "containerDefinitions": [{ "name": "web", "image": "web:1" }] }],
        "autoScalingGroups": [{ "AutoScalingGroupName": "nodes", "MinSize": 1, "MaxSize": 10, "DesiredCapacity": 1,
            "AvailabilityZones": ["us-east-1a", "us-east-1b"], "Instances": [{ "InstanceType": "m5.large" }] }],
        "capacityProviders": [{ "name": "nodes", "autoScalingGroupProvider": { "autoScalingGroupArn": "nodes",
            "managedScaling": { "status": "DISABLED" }, "managedTerminationProtection": "DISABLED" } }],
        "clusters": [{ "clusterName": "shop", "capacityProviders": ["FARGATE", "nodes"],
            "services": [service("web"), service("web-api")],
            "runTasks": [{ "name": "work", "taskDefinition": "web", "launchType": "FARGATE", "rate": "1/s",
                "lives": { "constant": "1m" }, "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a"] } } }] }],
        "faults": [{ "name": "dark", "at": "1000s", "for": "1m", "zonePowerLoss": {} },
            { "name": "hosts die", "every": { "constant": "1m" }, "hostCrash": {} }],
    });
    text[key] = value;
    let reading = Scenario::read("story.json", &Texts::one("story.json", text.to_string()));
    reading.into_result().unwrap().into_plan()
}

fn measure(plan: &Plan, facts: &[(Time, Fact)]) -> Measured {
    assert!(facts.is_sorted_by_key(|fact| fact.0), "the story is told in order");
    let mut metrics = Metrics::new(plan, &plan.parts(|_| false)[0], true);
    // Batches of any size mean the same.
    facts.chunks(3).for_each(|batch| metrics.read(batch));
    metrics.finish(plan.end())
}

struct Told {
    web: ServiceRow,
    fault: FaultRow,
    summary: Summary,
}

fn row(plan: &Plan, run: &Measured, replication: u32) -> Row {
    Row::of(plan, run, replication, 1_000 + u64::from(replication), u64::from(replication) << 40)
}

fn sum_up(plan: &Plan, runs: &[Measured]) -> Told {
    let mut fold = Fold::new(0);
    (0..).zip(runs).for_each(|(replication, run)| fold.add(row(plan, run, replication)));
    let summary = fold.summary(plan, plan.seed, &[]);
    Told { web: summary.services[0].clone(), fault: summary.faults[0].clone(), summary }
}

fn tell(plan: &Plan, facts: &[(Time, Fact)]) -> Told {
    sum_up(plan, &[measure(plan, facts)])
}

fn need(t: u64, need: u32, desired: u32) -> (Time, Fact) {
    (at(t), Fact::Service(ServiceFact::Need { service: WEB, need, desired }))
}

fn dark(occurrence: u32) -> Cause {
    Cause::fault(DARK, occurrence)
}

/// Available and running tasks of `web` by zone, with the lack that goes with 6 desired.
fn tasks(t: u64, zones: [u32; 3], cause: Cause) -> Vec<(Time, Fact)> {
    let mut facts = Vec::new();
    for (zone, count) in zones.into_iter().enumerate() {
        let zone = ZoneId(zone as u16);
        facts.push((at(t), Fact::Service(ServiceFact::Available { service: WEB, zone, count })));
        facts.push((at(t), Fact::Service(ServiceFact::Running { service: WEB, zone, count })));
    }
    let millionths = 1_000_000 * u64::from(6u32.saturating_sub(zones.iter().sum()));
    facts.push((
        at(t),
        Fact::Service(ServiceFact::Shortfall { service: WEB, cause, phase: Phase::Detection, millionths }),
    ));
    facts
}

fn mean(estimate: Option<Estimate>) -> Option<f64> {
    estimate.map(|estimate| estimate.mean)
}

fn task(t: u64, service: ServiceId, ordinal: u32, from: TaskState, to: TaskState, code: StopCode) -> (Time, Fact) {
    let reason = if code == StopCode::TaskFailedToStart { Reason::CannotPullContainer } else { Reason::None };
    let fact = Fact::Task(TaskFact::Went {
        task: TaskNo { service, ordinal },
        from,
        to,
        wanted: true,
        zone: ZoneId(0),
        provider: ProviderId(0),
        host: NO_HOST,
        code,
        reason,
        alive: true,
        revision: 0,
    });
    (at(t), fact)
}
