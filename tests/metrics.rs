//! Synthetic streams of facts with answers worked out by hand.
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
#![expect(clippy::float_cmp, reason = "whole numbers of seconds and tasks come out exactly")]

use evenkeel::internals::engine::{Dist, Reader, Span, Time, Who};
use evenkeel::internals::metrics::objective::{Bound, Target};
use evenkeel::internals::metrics::summary::{Estimate, FaultRow, ServiceRow, Summary, Verdict};
use evenkeel::internals::metrics::{Fold, Measured, Metrics, Objective, Row, Subject};
use evenkeel::internals::model::fact::{
    Cause, Fact, FaultFact, Hit, HostFact, HostStatus, Mechanism, NO_HOST, Phase, Reason, ServiceFact, StopCode,
    TaskFact,
};
use evenkeel::internals::model::fact::{TaskNo, TaskState};
use evenkeel::internals::model::fault;
use evenkeel::internals::model::ids::{
    AccountId, BucketId, CellId, ClusterId, FaultId, ProviderId, RegionId, ServiceId, TypeId, ZoneId,
};
use evenkeel::internals::model::names::Names;
use evenkeel::internals::model::plan::HostHealth;
use evenkeel::internals::model::plan::{
    Bucket, Cell, Cluster, Group, InstanceType, Kind, Life, Plan, Provider, ProviderKind,
};
use evenkeel::internals::model::plan::{Fault, Region, Service, StrategyItem, TaskDef, When, Written, Zone, ZoneKind};
use evenkeel::internals::model::problem::Problems;
use evenkeel::internals::scenario::{Document, typed};
use serde_json::json;

const WEB: ServiceId = ServiceId(0);
const DARK: FaultId = FaultId(0);
/// A request a second, in the unit of flows.
const ONE: u64 = 1_000_000_000;

fn at(seconds: u64) -> Time {
    Time::ZERO + Span::from_secs(seconds)
}

fn life() -> Life {
    let now = Dist::Constant(Span::ZERO);
    Life {
        start: None,
        eni: now.clone(),
        connect: now.clone(),
        pull: now.clone(),
        containers: now.clone(),
        health: None,
        completion: now.clone(),
        crash: None,
        exit_code: 1,
        stop: now,
        protection: None,
        lives: None,
        loss: None,
        target: None,
    }
}

fn service(name: &str, kind: Kind, desired: u32) -> Service {
    let task = TaskDef { cpu: 1_024, memory: 2_048, ..TaskDef::default() };
    Service {
        name: name.to_owned(),
        group: format!("service:{name}"),
        who: Who::named(name),
        cluster: ClusterId(0),
        kind,
        desired,
        minimum_healthy_percent: 100,
        maximum_percent: 200,
        strategy: vec![StrategyItem { provider: ProviderId(0), base: 0, weight: 1 }],
        zones: (0..3).map(ZoneId).collect(),
        placement: evenkeel::internals::model::placement::Placement::default(),
        rebalancing: true,
        grace: Span::ZERO,
        task,
        life: life(),
        balancer: None,
        traffic: None,
        deployment: evenkeel::internals::model::plan::Deployment::default(),
        changes: Vec::new(),
        arrivals: None,
    }
}

fn group() -> ProviderKind {
    ProviderKind::Group(Group {
        name: "nodes-asg".to_owned(),
        types: vec![TypeId(0)],
        spot: false,
        min: 0,
        max: 10,
        desired: 1,
        zones: vec![ZoneId(0), ZoneId(1)],
        pools: Vec::new(),
        hosts: Vec::new(),
        balanced_only: false,
        scaling: None,
        termination_protection: false,
        draining: true,
        spot_draining: true,
        boot: Dist::Constant(Span::ZERO),
        trunking: false,
        evens_out: true,
        health: HostHealth { acts: true, status: Dist::Constant(Span::MINUTE), targets: false, grace: Span::ZERO },
        rebalances: false,
        habits: evenkeel::internals::model::plan::Habits::default(),
    })
}

/// One Region of three zones, one cluster with `web` and `api` of 6 tasks each, a stream, and two faults: `dark` comes
/// once and ends, `hosts die` comes again and again and has no end.
fn plan(duration: u64, warm_up: u64) -> Plan {
    let mut plan = Plan { name: "story".into(), seed: 7, duration: Span::from_secs(duration), ..Plan::default() };
    plan.warm_up = Span::from_secs(warm_up);
    plan.regions.push(Region {
        name: "us-east-1".into(),
        zones: 0..3,
        vcpu_quota: None,
        spot_vcpu_quota: None,
        attach: None,
        plane: None,
    });
    for zone in 1..4 {
        let id = format!("use1-az{zone}");
        let (name, who, region) = (format!("us-east-1{zone}"), Who::named(&id), RegionId(0));
        plan.zones.push(Zone {
            id,
            name,
            who,
            region,
            kind: ZoneKind::default(),
            parent: None,
            fargate_stock: 1,
            spot_stock: 1,
        });
    }
    plan.cells.push(Cell {
        added: None,
        name: "cell-1".into(),
        region: RegionId(0),
        zones: 0..3,
        clusters: 0..1,
        services: 0..3,
        providers: 0..2,
        buckets: 0..1,
        accounts: 0..1,
    });
    plan.clusters.push(Cluster {
        name: "shop".to_owned(),
        account: "1".to_owned(),
        account_row: AccountId(0),
        created: None,
        cell: CellId(0),
        shard: u64::MAX,
        services: 0..3,
        providers: 0..2,
    });
    plan.services.push(service("shop/web", Kind::Replica, 6));
    plan.services.push(service("shop/api", Kind::Replica, 6));
    plan.services.push(service("shop/batch", Kind::Stream, 0));
    let fargate = ProviderKind::Fargate { spot: false, bucket: BucketId(0) };
    for (name, kind) in [("FARGATE", fargate), ("nodes", group())] {
        plan.providers.push(Provider { name: name.into(), who: Who::named(name), cluster: ClusterId(0), kind });
    }
    plan.buckets.push(Bucket { burst: 100, rate: 20 * ONE });
    let (name, price) = ("m5.large".to_owned(), Some(0.096));
    plan.types.push(InstanceType {
        name,
        architecture: "x86_64".into(),
        cpu: 2_048,
        memory: 8_192,
        gpus: 0,
        enis: 2,
        trunk_enis: 10,
        price,
    });
    let dark = broken("dark", When::At(at(1_000)), Some(Dist::Constant(Span::MINUTE)));
    plan.faults = [dark, broken("hosts die", When::Every(Dist::Constant(Span::MINUTE)), None)].into_iter().collect();
    plan.written = Written::rows_of(&plan);
    plan
}

fn broken(name: &str, when: When, lasts: Option<Dist>) -> Fault {
    let document = Document::of(json!({ "zonePowerLoss": {} }));
    let spec: fault::Spec = typed(&document, &mut Problems::default()).unwrap();
    let effect = spec.resolve("", &Names::default(), &mut Problems::default()).unwrap();
    Fault { name: name.into(), kind: "zonePowerLoss", who: Who::named(name), when, lasts, effect }
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

/// `web` at 6 tasks of which 4 are needed, then the steps of available tasks by zone; the fault lasts from 1,000 s to
/// `end`. Gives back need, desired count and spread in seconds, how many never recovered, launches.
fn recovery(duration: u64, end: Option<u64>, steps: &[(u64, [u32; 3])]) -> ([Option<f64>; 3], f64) {
    let plan = plan(duration, 0);
    let mut facts = vec![need(0, 4, 6)];
    facts.extend(tasks(0, [2, 2, 2], dark(0)));
    facts.push((at(1_000), Fact::Fault(FaultFact::Begins { cause: dark(0) })));
    facts.push((at(1_000), Fact::Fault(FaultFact::Hits { cause: dark(0), what: Hit::Service(WEB) })));
    for (t, zones) in steps {
        facts.extend(tasks(*t, *zones, dark(0)));
    }
    facts.extend(end.map(|end| (at(end), Fact::Fault(FaultFact::Ends { cause: dark(0) }))));
    facts.sort_by_key(|fact| fact.0);
    let told = tell(&plan, &facts).fault;
    let back = [told.recover_seconds, told.full_strength_seconds, told.balanced_seconds].map(mean);
    (back, told.never_recovered.mean)
}

#[test]
fn availability_is_integrated_over_the_window_only() {
    let plan = plan(1_000, 200);
    let mut facts = vec![need(0, 5, 6)];
    let crash = Cause::mechanism(Mechanism::Crash);
    facts.extend(tasks(0, [0, 0, 0], crash));
    facts.extend(tasks(100, [2, 1, 1], crash));
    facts.extend(tasks(300, [2, 2, 2], crash));
    facts.extend(tasks(600, [2, 2, 1], crash));
    facts.extend(tasks(700, [2, 2, 0], crash));
    // Within one instant a level passes through zero: that lasts no time and does not count.
    facts.extend(tasks(900, [0, 0, 0], crash));
    facts.extend(tasks(900, [2, 2, 2], crash));
    let told = tell(&plan, &facts);
    // Of 800 s, 4 tasks run from 200 to 300 and from 700 to 900, 5 from 600 to 700, else 6; 5 are needed.
    assert_eq!(mean(told.web.capacity_availability), Some(0.625));
    assert_eq!(told.web.running.min.mean, 4.0);
    assert_eq!(told.web.running.max.mean, 6.0);
    assert_eq!(told.web.running.mean.mean, (100.0 * 4.0 + 300.0 * 6.0 + 100.0 * 5.0 + 200.0 * 4.0 + 600.0) / 800.0);
    assert_eq!(mean(told.web.request_availability), None);
    assert!((mean(told.web.nines).unwrap() + libm::log10(0.375)).abs() < 1e-12);
    assert_eq!(told.summary.losses.len(), 1);
    assert_eq!(told.summary.losses[0].lost_task_seconds.mean, 100.0 * 2.0 + 100.0 + 200.0 * 2.0);
    let share: f64 = told.web.zone_share.values().map(|share| share.mean).sum();
    assert!((share - 1.0).abs() < 1e-12);
}

#[test]
fn losses_add_up_to_the_last_unit() {
    let plan = plan(1_000, 0);
    let service = WEB;
    let crash = Cause::mechanism(Mechanism::Crash);
    let loss =
        |t: u64, cause, phase, rate| (Time(t), Fact::Service(ServiceFact::LossRate { service, cause, phase, rate }));
    let flow = |t: u64, offered, served| (Time(t), Fact::Service(ServiceFact::Flow { service, offered, served }));
    let facts = [
        flow(3, 1_000_000_007, 1_000_000_007),
        (Time(17), Fact::Fault(FaultFact::Begins { cause: dark(0) })),
        flow(17, 1_000_000_007, 333_333_331),
        loss(17, dark(0), Phase::Detection, 666_666_675),
        loss(17, crash, Phase::Start, 1),
        (Time(29), Fact::Fault(FaultFact::Begins { cause: dark(1) })),
        loss(29, dark(0), Phase::Detection, 600_000_000),
        loss(29, dark(1), Phase::Detection, 66_666_675),
        loss(1_000_003, dark(0), Phase::Detection, 0),
        loss(1_000_003, dark(0), Phase::CapacityWait, 600_000_000),
        flow(2_000_000, 1_000_000_007, 933_333_331),
        loss(2_000_000, dark(0), Phase::CapacityWait, 0),
        flow(5_000_001, 1_000_000_007, 1_000_000_007),
        loss(5_000_001, dark(1), Phase::Detection, 0),
        loss(5_000_001, crash, Phase::Start, 0),
    ];
    let measured = measure(&plan, &facts);
    let ledger = &measured.services[0].ledger;
    assert_eq!(ledger.audit(0), Ok(()));
    assert_eq!(ledger.losses.len(), 3, "occurrences of one fault share a row");
    let detection = 666_666_675 * 12 + 600_000_000 * 999_974 + 66_666_675 * 4_999_972;
    assert_eq!(ledger.losses[1].requests, detection);
    let told = sum_up(&plan, &[measured]);
    let parts: f64 = told.summary.losses.iter().map(|loss| loss.lost_requests.mean).sum();
    assert!((parts - told.web.requests.failed.mean).abs() < 1e-9);
    assert!(told.web.request_availability.unwrap().mean > 0.99);
    assert_eq!(told.fault.occurrences.mean, 2.0);
    assert_eq!(told.fault.begin_seconds.unwrap().mean, 17e-6);
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "the ledger does not add up")]
fn a_loss_without_a_cause_is_found() {
    let plan = plan(1_000, 0);
    measure(&plan, &[(at(1), Fact::Service(ServiceFact::Flow { service: WEB, offered: 2, served: 1 }))]);
}

/// A daemon is not asked for while a cell is down, and its tasks may be told first; pictures have no part in it.
#[test]
fn a_desired_count_is_the_first_that_is_told() {
    let mut plan = plan(4_000, 0);
    plan.services[WEB].kind = Kind::Daemon;
    let zone = ZoneId(0);
    let facts = [
        (at(100), Fact::Service(ServiceFact::Available { service: WEB, zone, count: 5 })),
        (at(100), Fact::Service(ServiceFact::Running { service: WEB, zone, count: 5 })),
        need(200, 4, 0),
        need(200, 4, 5),
        need(300, 3, 3),
    ];
    for pictures in [true, false] {
        let mut metrics = Metrics::new(&plan, &plan.parts(|_| false)[0], pictures);
        facts.chunks(2).for_each(|batch| metrics.read(batch));
        assert_eq!(metrics.finish(plan.end()).services[WEB.0 as usize].desired, 5, "pictures: {pictures}");
    }
}

#[test]
fn never_short_is_zero() {
    // One zone of three falls, 4 of 6 remain and 4 are needed: static stability. Full strength is back at 1,100.
    let steps = [(1_000, [0, 2, 2]), (1_100, [0, 3, 3]), (1_500, [2, 2, 2])];
    assert_eq!(recovery(4_000, Some(1_400), &steps), ([Some(0.0), Some(100.0), Some(500.0)], 0.0));
}

#[test]
fn back_is_where_five_minutes_start() {
    // Short at once; back at 1,060 but only for 299 s; back for good at 1,400.
    let steps = [(1_000, [0, 2, 1]), (1_060, [0, 3, 3]), (1_359, [0, 2, 1]), (1_400, [2, 2, 2])];
    assert_eq!(recovery(4_000, Some(2_000), &steps), ([Some(400.0); 3], 0.0));
    // Exactly five minutes are enough, and the second shortfall does not move the first recovery.
    let steps = [(1_000, [0, 2, 1]), (1_060, [0, 3, 3]), (1_360, [0, 2, 1]), (1_400, [2, 2, 2])];
    let (back, _) = recovery(4_000, Some(2_000), &steps);
    assert_eq!(back, [Some(60.0), Some(60.0), Some(400.0)]);
}

#[test]
fn a_shortfall_after_the_end_still_belongs_to_it() {
    // The fault ends at 1,100, the service falls short at 1,200 before it held for five minutes.
    let steps = [(1_200, [0, 0, 2]), (1_300, [2, 2, 2])];
    assert_eq!(recovery(4_000, Some(1_100), &steps), ([Some(300.0); 3], 0.0));
    // Five minutes after the end it is over: what comes later is no longer its doing.
    let steps = [(1_401, [0, 0, 2]), (1_500, [2, 2, 2])];
    assert_eq!(recovery(4_000, Some(1_100), &steps), ([Some(0.0); 3], 0.0));
}

#[test]
fn never_recovered_is_null() {
    let steps = [(1_000, [0, 1, 1])];
    assert_eq!(recovery(4_000, Some(1_100), &steps), ([None, None, Some(0.0)], 1.0));
    // The run ends 299 s after the need is met again: not long enough to know.
    let steps = [(1_000, [0, 2, 1]), (1_100, [0, 2, 2])];
    assert_eq!(recovery(1_399, Some(1_100), &steps).0[0], None);
    assert_eq!(recovery(1_400, Some(1_100), &steps).0[0], Some(100.0));
    // A fault that does not end can be recovered from all the same.
    assert_eq!(recovery(4_000, None, &steps).0[0], Some(100.0));
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
    });
    (at(t), fact)
}

#[test]
fn needed_launches_end_when_the_need_is_met() {
    use TaskState::{Provisioning, Running};
    let plan = plan(4_000, 0);
    let mut facts = vec![need(0, 4, 6)];
    facts.extend((0..6).map(|ordinal| task(0, WEB, ordinal, Provisioning, Provisioning, StopCode::None)));
    facts.extend((0..6).map(|ordinal| task(0, WEB, ordinal, Provisioning, Running, StopCode::None)));
    facts.extend(tasks(0, [2, 2, 2], dark(0)));
    facts.push((at(1_000), Fact::Fault(FaultFact::Begins { cause: dark(0) })));
    facts.extend(tasks(1_000, [0, 2, 1], dark(0)));
    for (ordinal, t) in [(6, 1_050), (7, 1_060), (8, 1_070)] {
        facts.push(task(t, WEB, ordinal, Provisioning, Provisioning, StopCode::None));
    }
    facts.sort_by_key(|fact| fact.0);
    for (ordinal, t, zones) in [(6, 1_100, [0, 2, 2]), (7, 1_110, [0, 3, 2]), (8, 1_120, [0, 3, 3])] {
        facts.push(task(t, WEB, ordinal, Provisioning, Running, StopCode::None));
        facts.extend(tasks(t, zones, dark(0)));
    }
    facts.push((at(1_200), Fact::Fault(FaultFact::Ends { cause: dark(0) })));
    let told = tell(&plan, &facts);
    assert_eq!(told.fault.needed_launches.mean, 1.0, "the fourth task is the first launched after the begin");
    assert_eq!(mean(told.fault.recover_seconds), Some(100.0));
    assert_eq!(mean(told.fault.full_strength_seconds), Some(120.0));
    assert_eq!(mean(told.fault.balanced_seconds), None, "three, three and none is not even");
    assert_eq!(told.fault.never_recovered.mean, 0.0);
    assert_eq!(told.web.launches.requested.mean, 3.0, "what is there at time 0 was not launched");
    assert_eq!(told.web.launches.running.mean, 3.0);
    assert_eq!(mean(told.web.start_seconds.p50), Some(50.0));
}

#[test]
fn launches_and_stops_by_reason() {
    use TaskState::{Activating, Provisioning, Running, Stopped};
    let plan = plan(1_000, 100);
    let facts = [
        task(50, WEB, 0, Provisioning, Provisioning, StopCode::None),
        task(110, WEB, 0, Provisioning, Running, StopCode::None),
        task(120, WEB, 1, Provisioning, Provisioning, StopCode::None),
        task(130, WEB, 1, Provisioning, Activating, StopCode::None),
        task(140, WEB, 1, Activating, Stopped, StopCode::TaskFailedToStart),
        (at(150), Fact::Service(ServiceFact::LaunchFailed { service: WEB, reason: Reason::ResourceFargate })),
        task(200, WEB, 0, Running, Stopped, StopCode::SpotInterruption),
    ];
    let row = tell(&plan, &facts).web;
    assert_eq!(row.launches.requested.mean, 2.0);
    assert_eq!(row.launches.running.mean, 1.0);
    let failed: Vec<_> = row.launches.failed.iter().map(|(name, count)| (name.as_str(), count.mean)).collect();
    assert_eq!(failed, [("CannotPullContainerError", 1.0), ("RESOURCE:FARGATE", 1.0)]);
    let stops: Vec<_> = row.stops.iter().map(|(name, count)| (name.as_str(), count.mean)).collect();
    assert_eq!(stops, [("SpotInterruption", 1.0), ("TaskFailedToStart", 1.0)]);
    assert_eq!(mean(row.start_seconds.p99), Some(60.0));
    // One task of 1 vCPU and 2 GB: from 110 to 200, and from 130 to 140, of a window of 900 s.
    let price = 0.04048 + 2.0 * 0.004_445;
    assert!((mean(row.cost_per_hour).unwrap() - price * 100.0 / 900.0).abs() < 1e-9);
}

#[test]
fn hosts_and_their_price() {
    let plan = plan(1_000, 0);
    let provider = ProviderId(1);
    let host = |t, number, status| {
        let (zone, connected, type_row) = (ZoneId(0), true, 0);
        (at(t), Fact::Host(HostFact::Changed { provider, number, zone, status, connected, type_row }))
    };
    let facts = [
        host(0, 0, HostStatus::Active),
        (at(0), Fact::Host(HostFact::Count { provider, count: 1 })),
        host(500, 1, HostStatus::Registering),
        host(600, 1, HostStatus::Active),
        (at(600), Fact::Host(HostFact::Count { provider, count: 2 })),
        host(800, 0, HostStatus::Inactive),
        (at(800), Fact::Host(HostFact::Count { provider, count: 1 })),
    ];
    let told = tell(&plan, &facts);
    let row = &told.summary.capacity_providers[0];
    assert_eq!((row.capacity_provider.as_str(), row.hosts.max.mean), ("shop/nodes", 2.0));
    assert!((row.hosts.mean.mean - 1.2).abs() < 1e-12);
    assert!((mean(row.cost_per_hour).unwrap() - 0.096 * 1.3).abs() < 1e-9);
    assert_eq!(row.reservation, None);
}

#[test]
fn a_fault_that_hits_nothing_takes_no_time() {
    let plan = plan(4_000, 0);
    let facts = [
        (at(1_000), Fact::Fault(FaultFact::Begins { cause: dark(0) })),
        (at(1_045), Fact::Fault(FaultFact::Noticed { cause: dark(0) })),
        (at(1_060), Fact::Fault(FaultFact::Ends { cause: dark(0) })),
    ];
    let row = tell(&plan, &facts).fault;
    assert_eq!([row.recover_seconds, row.full_strength_seconds, row.balanced_seconds].map(mean), [Some(0.0); 3]);
    assert_eq!((mean(row.detect_seconds), mean(row.end_seconds)), (Some(45.0), Some(1_060.0)));
    assert_eq!((mean(row.blast_radius), row.hit.clusters.mean), (Some(0.0), 0.0));
    let never = tell(&plan, &[]).fault;
    assert_eq!((mean(never.recover_seconds), mean(never.blast_radius), never.occurrences.mean), (None, None, 0.0));
}

#[test]
fn a_million_short_occurrences_are_folded() {
    let plan = plan(10_000_000, 0);
    let mut metrics = Metrics::new(&plan, &plan.parts(|_| false)[0], false);
    metrics.read(&[need(0, 6, 6)]);
    metrics.read(&tasks(0, [2, 2, 2], Cause::mechanism(Mechanism::Crash)));
    for occurrence in 0..1_000_000u32 {
        let (cause, t) = (Cause::fault(FaultId(1), occurrence), 10 * u64::from(occurrence));
        let mut facts = vec![(at(t), Fact::Fault(FaultFact::Begins { cause }))];
        facts.push((at(t), Fact::Fault(FaultFact::Hits { cause, what: Hit::Task(WEB) })));
        facts.push((at(t), Fact::Service(ServiceFact::Available { service: WEB, zone: ZoneId(0), count: 1 })));
        let shortfall =
            |millionths| Fact::Service(ServiceFact::Shortfall { service: WEB, cause, phase: Phase::Start, millionths });
        facts.push((at(t), shortfall(1_000_000)));
        facts.push((at(t + 5), Fact::Service(ServiceFact::Available { service: WEB, zone: ZoneId(0), count: 2 })));
        facts.push((at(t + 5), shortfall(0)));
        metrics.read(&facts);
    }
    let run = metrics.finish(plan.end());
    let fault = &run.faults[1];
    // They come each 10 s and the service never holds its need for five minutes until the last is over.
    assert_eq!((fault.occurrences, fault.tasks, fault.clusters[0].1), (1_000_000, 1_000_000, 1_000_000));
    assert_eq!(fault.back[0].count + fault.never, 1_000_000);
    assert_eq!(run.services[0].ledger.losses[0].task_time, 1_000_000 * 5 * 1_000_000_000_000);
}

#[test]
fn replications_give_an_interval() {
    let plan = plan(1_000, 0);
    let runs = [0u64, 100, 200].map(|lost| {
        let crash = Cause::mechanism(Mechanism::Crash);
        let mut facts = vec![need(0, 6, 6)];
        facts.extend(tasks(0, [2, 2, 2], crash));
        facts.extend(tasks(500, [2, 2, 1], crash));
        facts.extend(tasks(500 + lost, [2, 2, 2], crash));
        measure(&plan, &facts)
    });
    let told = sum_up(&plan, &runs);
    let estimate = told.web.capacity_availability.unwrap();
    assert!((estimate.mean - 0.9).abs() < 1e-12);
    // 0.9 +- 4.3027 * 0.1 / sqrt(3), and a share is at most 1.
    assert!((estimate.low.unwrap() - 0.651_586).abs() < 1e-6);
    assert_eq!((estimate.high, estimate.n), (Some(1.0), 3));
    let nines = told.web.nines.unwrap();
    assert!((nines.mean - 1.0).abs() < 1e-12 && nines.low.unwrap() < 0.46 && nines.high.is_none());
}

#[test]
fn occurrences_of_all_replications_are_one_crowd() {
    let plan = plan(20_000, 0);
    // In one run a fault comes twice, in the other once and again shortly before the end.
    let run = |lost: &[u64]| {
        let mut facts = vec![need(0, 6, 6)];
        facts.extend(tasks(0, [2, 2, 2], Cause::mechanism(Mechanism::Crash)));
        for (occurrence, lost) in (0..).zip(lost) {
            let (cause, t) = (Cause::fault(FaultId(1), occurrence), 1_000 + 9_000 * u64::from(occurrence));
            facts.push((at(t), Fact::Fault(FaultFact::Begins { cause })));
            facts.push((at(t), Fact::Fault(FaultFact::Hits { cause, what: Hit::Task(WEB) })));
            facts.extend(tasks(t, [2, 2, 1], cause));
            if *lost > 0 {
                facts.extend(tasks(t + lost, [2, 2, 2], cause));
            }
        }
        measure(&plan, &facts)
    };
    let told = sum_up(&plan, &[run(&[60, 120]), run(&[300, 0])]);
    let row = &told.summary.faults[1];
    let back = row.recover_seconds.unwrap();
    // (60 + 120 + 300) / 3, and not the mean of 90 and 300.
    assert!((back.mean - 160.0).abs() < 1e-9, "{back:?}");
    assert_eq!((row.occurrences.mean, row.recovered.mean, row.never_recovered.mean, back.n), (2.0, 1.5, 0.5, 2));
    // The sums are 140 below and above what 160 each would make; for 1.5 occurrences that is 93.3 each way.
    let half = 12.706_204_7 * (140.0 / 1.5);
    assert!(
        (back.high.unwrap() - back.mean - half).abs() < 1e-3 && (back.mean - back.low.unwrap() - half).abs() < 1e-3
    );
}

#[test]
fn cells_merge_in_order_and_in_any_grouping() {
    let mut plan = plan(4_000, 0);
    let second = plan.cells[CellId(0)].clone();
    plan.cells.push(second);
    let part = |lost: u64| {
        let mut facts = vec![need(0, 4, 6)];
        facts.extend(tasks(0, [2, 2, 2], dark(0)));
        facts.push((at(1_000), Fact::Fault(FaultFact::Begins { cause: dark(0) })));
        if lost > 0 {
            facts.extend(tasks(1_000, [0, 2, 1], dark(0)));
            facts.push((at(1_000 + lost / 2), Fact::Fault(FaultFact::Noticed { cause: dark(0) })));
            facts.extend(tasks(1_000 + lost, [2, 2, 2], dark(0)));
        }
        measure(&plan, &facts)
    };
    let left = part(60).merge(part(0)).merge(part(120));
    let right = part(60).merge(part(0).merge(part(120)));
    assert_eq!(left, right);
    assert_eq!(left.faults[0].back(0).parts(), (120.0, 1.0), "the latest; the cell where nothing was hit says nothing");
    assert_eq!(left.faults[0].detected().parts(), (30.0, 1.0), "the first notice in any cell");
    assert_eq!((left.faults[0].occurrences, left.bands.len()), (1, 1));
}

#[test]
fn series_hold_what_was_told() {
    let plan = plan(1_000, 0);
    let mut facts = vec![need(0, 4, 6)];
    facts.extend(tasks(0, [2, 2, 2], dark(0)));
    facts.push((at(100), Fact::Fault(FaultFact::Begins { cause: dark(0) })));
    facts.extend(tasks(100, [0, 2, 2], dark(0)));
    facts.push((at(400), Fact::Fault(FaultFact::Ends { cause: dark(0) })));
    let timeline = measure(&plan, &facts).take_timeline();
    let of = |part| timeline.series.iter().find(|one| one.name == "available_tasks" && one.part == part).unwrap();
    assert_eq!(of("use1-az1").points, [(at(0), 2.0), (at(100), 0.0)]);
    assert_eq!(of("use1-az2").points, [(at(0), 2.0)]);
    assert_eq!((timeline.bands[0].from, timeline.bands[0].until), (at(100), at(400)));
}

/// The verdict on a key of `web` over replications in which 5, or as many as are given, of 6 tasks run.
fn judge(key: &str, bound: Bound, running: &[u32]) -> Verdict {
    let plan = plan(1_000, 0);
    let mut fold = Fold::new(0);
    for (replication, count) in (0..).zip(running) {
        let mut facts = vec![need(0, 6, 6)];
        facts.extend(tasks(0, [2, 2, 2], Cause::mechanism(Mechanism::Crash)));
        facts.extend(tasks(500, [2, 2, count - 4], Cause::mechanism(Mechanism::Crash)));
        fold.add(row(&plan, &measure(&plan, &facts), replication));
    }
    let objective = Objective { subject: Subject::Service, name: "shop/web".into(), key: key.into(), bound };
    fold.summary(&plan, 7, &[objective]).objectives[0].verdict
}

#[test]
fn verdicts() {
    use Target::{Null, Number, Text};
    use Verdict::{Fail, Inconclusive, Pass};
    let least = |bound| Bound::AtLeast(Number(bound));
    let most = |bound| Bound::AtMost(Number(bound));
    let equals = |bound| Bound::Equals(Number(bound));
    let check = |key: &str, bound: Bound, running: &[u32], verdict| {
        assert_eq!(judge(key, bound.clone(), running), verdict, "{key} {bound:?} of {running:?}");
    };
    // With one replication the value itself is judged.
    check("running.min", least(5.0), &[5], Pass);
    check("running.min", least(5.1), &[5], Fail);
    check("running.min", most(5.0), &[5], Pass);
    check("running.min", most(4.9), &[5], Fail);
    check("running.min", equals(5.0), &[5], Pass);
    check("running.min", equals(5.1), &[5], Fail);
    check("running.min", equals(5.0 + 1e-12), &[5], Pass);
    // The mean of 4, 5 and 6 is 5, give or take 2.48.
    let three = &[4, 5, 6][..];
    check("running.min", least(2.5), three, Pass);
    check("running.min", least(5.0), three, Inconclusive);
    check("running.min", least(7.5), three, Fail);
    check("running.min", most(7.5), three, Pass);
    check("running.min", most(5.1), three, Inconclusive);
    check("running.min", most(2.5), three, Fail);
    check("running.min", equals(5.0), three, Inconclusive);
    check("running.min", equals(7.5), three, Fail);
    check("running.min", equals(5.0), &[5, 5, 5], Pass);
    // What no run has fails everything but null; what never came, came 0 times.
    check("requestAvailability", Bound::Equals(Null), &[5], Pass);
    check("requestAvailability", least(0.0), &[5], Fail);
    check("running.min", Bound::Equals(Null), &[5], Fail);
    check("running.min", Bound::Equals(Text("5".into())), &[5], Fail);
    check("stops.SpotInterruption", equals(0.0), &[5], Pass);
    check("launches.failed.RESOURCE:FARGATE", most(0.0), three, Pass);
    check("launches.failed.RESOURCE:FARGATE", least(1.0), three, Fail);
    check("desiredCount", equals(6.0), three, Pass);
    // The need is met for half of the run in one replication of two: its nines have no upper end.
    check("nines", least(0.1), &[6, 5], Inconclusive);
    // One replication of several has a value: nobody knows how far it may be off.
    check("nines", least(0.1), &[6, 6], Fail);
}

#[test]
fn rows_can_be_written_and_put_together_in_any_order() {
    let plan = plan(20_000, 0);
    let run = |replication: u32| {
        let lost = 37 + 61 * u64::from(replication % 3);
        let mut facts = vec![need(0, 6, 6)];
        facts.extend(tasks(0, [2, 2, 2], dark(0)));
        facts.push((at(1_000), Fact::Fault(FaultFact::Begins { cause: dark(0) })));
        facts.push((at(1_000), Fact::Fault(FaultFact::Hits { cause: dark(0), what: Hit::Task(WEB) })));
        // Some replications lose nothing.
        if replication % 4 != 1 {
            facts.extend(tasks(1_000, [2, 2, replication % 2], dark(0)));
            facts.push(task(1_001, WEB, 6, TaskState::Provisioning, TaskState::Provisioning, StopCode::None));
            facts.push(task(1_000 + lost, WEB, 6, TaskState::Provisioning, TaskState::Running, StopCode::None));
            facts.extend(tasks(1_000 + lost, [2, 2, 2], dark(0)));
        }
        facts.push((at(1_500), Fact::Fault(FaultFact::Ends { cause: dark(0) })));
        row(&plan, &measure(&plan, &facts), replication)
    };
    let rows: Vec<Row> = (0..11).map(run).collect();
    let text = |fold: &Fold| serde_json::to_string_pretty(&fold.summary(&plan, 7, &[])).unwrap();
    let mut whole = Fold::new(0);
    for row in &rows {
        whole.add(row.clone());
    }
    let expected = text(&whole);
    assert_eq!((whole.len(), whole.is_empty()), (11, false));
    let written: Vec<String> = rows.iter().map(|row| serde_json::to_string(row).unwrap()).collect();
    let read: Vec<Row> = written.iter().map(|row| serde_json::from_str(row).unwrap()).collect();
    assert_eq!(format!("{read:?}"), format!("{rows:?}"), "NaN is no equal of itself");
    let mut backwards = Fold::new(0);
    read.into_iter().rev().for_each(|row| backwards.add(row));
    assert_eq!(text(&backwards), expected);
    for cut in [1, 5, 10] {
        let (mut first, mut second) = (Fold::new(0), Fold::new(0));
        rows[..cut].iter().for_each(|row| first.add(row.clone()));
        rows[cut..].iter().for_each(|row| second.add(row.clone()));
        first.merge(second);
        assert_eq!(text(&first), expected, "cut after {cut}");
    }
}
