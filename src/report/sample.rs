//! An invented zone loss for tests: a plan, its summary.

use crate::engine::{Dist, Span, Time, Who};
use crate::metrics::summary::{
    Estimate, FaultRow, HitCounts, Launches, Level, LossRow, ObjectiveRow, OnProvider, ProviderRow, Quantiles,
    Requests, ServiceRow, Summary, Verdict,
};
use crate::model::ids::{AccountId, BucketId, CellId, ClusterId, ProviderId, RegionId, ZoneId};
use crate::model::placement::Placement;
use crate::model::plan::{
    Bucket, Cell, Cluster, Kind, Life, Plan, Profile, Provider, ProviderKind, Region, Service, StrategyItem, TaskDef,
    Traffic, Unit, Written, Zone, ZoneKind,
};
use serde_json::json;

/// One value, one replication.
pub(crate) fn exact(mean: f64) -> Estimate {
    Estimate { mean, low: None, high: None, n: 1 }
}

fn level(min: f64, mean: f64, max: f64) -> Level {
    Level { min: exact(min), mean: exact(mean), max: exact(max) }
}

/// One service on Fargate over three zones.
pub(crate) fn plan() -> Plan {
    let zone = |n: u32| Zone {
        id: format!("use1-az{n}"),
        name: format!("us-east-1{}", char::from(b'`' + n as u8)),
        who: Who::named(&format!("use1-az{n}")),
        region: RegionId(0),
        kind: ZoneKind::AvailabilityZone,
        parent: None,
        fargate_stock: 2_000 * 1_024,
        spot_stock: 0,
    };
    let cluster = Cluster {
        name: "shop".into(),
        account: "111122223333".into(),
        account_row: AccountId(0),
        created: None,
        cell: CellId(0),
        shard: u64::MAX,
        services: 0..1,
        providers: 0..1,
    };
    let cell = Cell {
        added: None,
        name: "cell-1".into(),
        region: RegionId(0),
        zones: 0..3,
        clusters: 0..1,
        services: 0..1,
        providers: 0..1,
        buckets: 0..1,
        accounts: 0..1,
    };
    let kind = ProviderKind::Fargate { spot: false, bucket: BucketId(0) };
    let provider = Provider { name: "FARGATE".into(), who: Who::named("shop/FARGATE"), cluster: ClusterId(0), kind };
    let mut plan = Plan {
        name: "az-loss".into(),
        seed: 42,
        duration: Span::from_secs(10_800),
        warm_up: Span::from_secs(900),
        starts_at: 1_767_571_200,
        regions: [Region {
            name: "us-east-1".into(),
            zones: 0..3,
            vcpu_quota: None,
            spot_vcpu_quota: None,
            attach: None,
            plane: None,
        }]
        .into_iter()
        .collect(),
        zones: (1..=3).map(zone).collect(),
        cells: [cell].into_iter().collect(),
        clusters: [cluster].into_iter().collect(),
        services: [service()].into_iter().collect(),
        providers: [provider].into_iter().collect(),
        buckets: [Bucket { burst: 100, rate: 20_000_000_000 }].into_iter().collect(),
        accounts: ["111122223333".to_owned()].into_iter().collect(),
        ..Plan::default()
    };
    plan.written = Written::rows_of(&plan);
    plan
}

/// Two changes of the service, watched by an alarm on 2 of 3 minutes.
pub(crate) fn with_changes() -> Plan {
    use crate::model::ids::{AlarmId, ServiceId};
    use crate::model::plan::{
        Alarm, Change, Comparison, Metric, MissingData, OnMetric, Rule, Scope, Statistic, Watches,
    };
    let mut plan = plan();
    let change = |revision: u8| Change {
        name: format!("v{revision}"),
        who: Who::named(&format!("v{revision}")),
        units: vec![Unit::Service(ServiceId(0))],
        what: "shop/web".into(),
        every: None,
        at: Time(u64::from(revision)),
        defect: None,
        bad_ppm: 0,
        only_in: None,
        only_unit: None,
        only_with: None,
        hits: None,
        found: None,
        pipeline: None,
        sticky: false,
        answers: Vec::new(),
        flag: None,
        shadow: None,
        breaker_on_shift: false,
    };
    let rule = Rule {
        statistic: Statistic::Sum,
        period: Span::MINUTE,
        evaluation_periods: 3,
        datapoints_to_alarm: 2,
        threshold: 100_000_000,
        comparison: Comparison::Greater,
        missing: MissingData::Missing,
    };
    plan.changes = [change(1), change(2)].into_iter().collect();
    let on = OnMetric { metric: Metric::ErrorRate, scope: Scope::Service, rule, delay: Span::ZERO };
    plan.alarms =
        [Alarm { name: "errors".into(), service: ServiceId(0), watches: Watches::Metric(on) }].into_iter().collect();
    plan.services[ServiceId(0)].deployment.alarms = vec![AlarmId(0)];
    plan.written = Written::rows_of(&plan);
    plan
}

fn service() -> Service {
    let second = Dist::Constant(Span::SECOND);
    let life = Life {
        start: None,
        eni: second.clone(),
        connect: second.clone(),
        pull: second.clone(),
        containers: second.clone(),
        health: None,
        completion: second.clone(),
        crash: None,
        exit_code: 1,
        stop: second,
        protection: None,
        lives: None,
        loss: None,
        target: None,
    };
    let task = TaskDef {
        name: "web:3".into(),
        family: "web".into(),
        cpu: 512,
        memory: 1_024,
        containers: vec!["app".into()],
        ..TaskDef::default()
    };
    let profile = Profile::Steps([(Time::ZERO, 900_000_000_000)].into());
    Service {
        name: "shop/web".into(),
        group: "service:web".into(),
        who: Who::named("shop/web"),
        cluster: ClusterId(0),
        kind: Kind::Replica,
        desired: 30,
        minimum_healthy_percent: 100,
        maximum_percent: 200,
        strategy: vec![StrategyItem { provider: ProviderId(0), base: 0, weight: 1 }],
        zones: vec![ZoneId(0), ZoneId(1), ZoneId(2)],
        placement: Placement::default(),
        rebalancing: true,
        grace: Span::ZERO,
        task,
        life,
        balancer: None,
        traffic: Some(Traffic { profile, per_task: 60_000_000_000, dispatched: false }),
        deployment: crate::model::plan::Deployment::default(),
        changes: Vec::new(),
        arrivals: None,
    }
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
    }
}
