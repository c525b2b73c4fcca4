//! What services offer, serve and lose, and how many of their tasks are there.

use super::{WEB, at, dark, mean, measure, need, plan, sum_up, tasks, tell};
use evenkeel::internals::engine::{Reader, Time};
use evenkeel::internals::metrics::Metrics;
use evenkeel::internals::model::fact::{Cause, Fact, FaultFact, Mechanism, NO_ZONE, Phase, ServiceFact};
use evenkeel::internals::model::ids::ZoneId;
use evenkeel::internals::model::plan::Kind;

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
        (Time(17), Fact::Fault(FaultFact::Begins { cause: dark(0), zone: NO_ZONE })),
        flow(17, 1_000_000_007, 333_333_331),
        loss(17, dark(0), Phase::Detection, 666_666_675),
        loss(17, crash, Phase::Start, 1),
        (Time(29), Fact::Fault(FaultFact::Begins { cause: dark(1), zone: NO_ZONE })),
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
fn series_hold_what_was_told() {
    let plan = plan(1_000, 0);
    let mut facts = vec![need(0, 4, 6)];
    facts.extend(tasks(0, [2, 2, 2], dark(0)));
    facts.push((at(100), Fact::Fault(FaultFact::Begins { cause: dark(0), zone: NO_ZONE })));
    facts.extend(tasks(100, [0, 2, 2], dark(0)));
    facts.push((at(400), Fact::Fault(FaultFact::Ends { cause: dark(0), zone: NO_ZONE })));
    let timeline = measure(&plan, &facts).take_timeline();
    let of = |part| timeline.series.iter().find(|one| one.name == "available_tasks" && one.part == part).unwrap();
    assert_eq!(of("use1-az1").points, [(at(0), 2.0), (at(100), 0.0)]);
    assert_eq!(of("use1-az2").points, [(at(0), 2.0)]);
    assert_eq!((timeline.bands[0].from, timeline.bands[0].until), (at(100), at(400)));
}
