//! What faults hit, and how long it takes to come back.

use super::{WEB, at, dark, mean, measure, need, plan, sum_up, task, tasks, tell};
use evenkeel::internals::engine::Reader;
use evenkeel::internals::metrics::Metrics;
use evenkeel::internals::model::fact::{
    Cause, Fact, FaultFact, Hit, Mechanism, NO_ZONE, Phase, ServiceFact, StopCode, TaskState, ZonalFact, ZonalStep,
};
use evenkeel::internals::model::ids::{AutoshiftId, ChangeId, FaultId, Resource, ShiftSource, ZoneId};

/// `web` at 6 tasks of which 4 are needed, then the steps of available tasks by zone; the fault lasts from 1,000 s to
/// `end`. Gives back need, desired count and spread in seconds, how many never recovered, launches.
fn recovery(duration: u64, end: Option<u64>, steps: &[(u64, [u32; 3])]) -> ([Option<f64>; 3], f64) {
    let plan = plan(duration, 0);
    let mut facts = vec![need(0, 4, 6)];
    facts.extend(tasks(0, [2, 2, 2], dark(0)));
    facts.push((at(1_000), Fact::Fault(FaultFact::Begins { cause: dark(0), zone: NO_ZONE })));
    facts.push((at(1_000), Fact::Fault(FaultFact::Hits { cause: dark(0), what: Hit::Requests(WEB) })));
    for (t, zones) in steps {
        facts.extend(tasks(*t, *zones, dark(0)));
    }
    facts.extend(end.map(|end| (at(end), Fact::Fault(FaultFact::Ends { cause: dark(0), zone: NO_ZONE }))));
    facts.sort_by_key(|fact| fact.0);
    let told = tell(&plan, &facts).fault;
    let back = [told.recover_seconds, told.full_strength_seconds, told.balanced_seconds].map(mean);
    (back, told.never_recovered.mean)
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

#[test]
fn needed_launches_end_when_the_need_is_met() {
    use TaskState::{Provisioning, Running};
    let plan = plan(4_000, 0);
    let mut facts = vec![need(0, 4, 6)];
    facts.extend((0..6).map(|ordinal| task(0, WEB, ordinal, Provisioning, Provisioning, StopCode::None)));
    facts.extend((0..6).map(|ordinal| task(0, WEB, ordinal, Provisioning, Running, StopCode::None)));
    facts.extend(tasks(0, [2, 2, 2], dark(0)));
    facts.push((at(1_000), Fact::Fault(FaultFact::Begins { cause: dark(0), zone: NO_ZONE })));
    facts.extend(tasks(1_000, [0, 2, 1], dark(0)));
    for (ordinal, t) in [(6, 1_050), (7, 1_060), (8, 1_070)] {
        facts.push(task(t, WEB, ordinal, Provisioning, Provisioning, StopCode::None));
    }
    facts.sort_by_key(|fact| fact.0);
    for (ordinal, t, zones) in [(6, 1_100, [0, 2, 2]), (7, 1_110, [0, 3, 2]), (8, 1_120, [0, 3, 3])] {
        facts.push(task(t, WEB, ordinal, Provisioning, Running, StopCode::None));
        facts.extend(tasks(t, zones, dark(0)));
    }
    facts.push((at(1_200), Fact::Fault(FaultFact::Ends { cause: dark(0), zone: NO_ZONE })));
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
fn a_fault_that_hits_nothing_takes_no_time() {
    let plan = plan(4_000, 0);
    let facts = [
        (at(1_000), Fact::Fault(FaultFact::Begins { cause: dark(0), zone: NO_ZONE })),
        (at(1_045), Fact::Fault(FaultFact::Noticed { cause: dark(0), service: Some(WEB) })),
        (at(1_060), Fact::Fault(FaultFact::Ends { cause: dark(0), zone: NO_ZONE })),
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
        let mut facts = vec![(at(t), Fact::Fault(FaultFact::Begins { cause, zone: NO_ZONE }))];
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
fn occurrences_of_all_replications_are_one_crowd() {
    let plan = plan(20_000, 0);
    // In one run a fault comes twice, in the other once and again shortly before the end.
    let run = |lost: &[u64]| {
        let mut facts = vec![need(0, 6, 6)];
        facts.extend(tasks(0, [2, 2, 2], Cause::mechanism(Mechanism::Crash)));
        for (occurrence, lost) in (0..).zip(lost) {
            let (cause, t) = (Cause::fault(FaultId(1), occurrence), 1_000 + 9_000 * u64::from(occurrence));
            facts.push((at(t), Fact::Fault(FaultFact::Begins { cause, zone: NO_ZONE })));
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

/// The fault hits `web` in zone 1 from 1,000 s to 2,000 s; what `source` does in `zone` at `t`. Gives back when it was
/// detected: the fault, and what it did to `web`.
fn shifted(t: u64, source: ShiftSource, zone: u16, what: ZonalStep) -> [Option<f64>; 2] {
    let plan = plan(4_000, 0);
    let mut facts = vec![need(0, 4, 6)];
    facts.extend(tasks(0, [2, 2, 2], dark(0)));
    facts.push((at(1_000), Fact::Fault(FaultFact::Begins { cause: dark(0), zone: NO_ZONE })));
    for what in [Hit::Zone(ZoneId(1)), Hit::Requests(WEB)] {
        facts.push((at(1_000), Fact::Fault(FaultFact::Hits { cause: dark(0), what })));
    }
    facts.push((at(2_000), Fact::Fault(FaultFact::Ends { cause: dark(0), zone: NO_ZONE })));
    let shift = ZonalFact { source, resource: Resource::Balancer(WEB), zone: ZoneId(zone), what };
    facts.push((at(t), Fact::Zonal(shift)));
    facts.sort_by_key(|fact| fact.0);
    let told = tell(&plan, &facts).fault;
    [told.detect_seconds, told.services[0].detect_seconds].map(mean)
}

#[test]
fn a_shift_away_from_its_zone_is_the_first_act_on_a_fault() {
    let (by_hand, aws) = (ShiftSource::Change(ChangeId(0)), ShiftSource::Autoshift(AutoshiftId(0)));
    for source in [by_hand, aws] {
        assert_eq!(shifted(1_366, source, 1, ZonalStep::Began), [Some(366.0); 2]);
    }
    // Another zone, a shift that was refused, one before the fault or after it, and a practice run: no act on it.
    assert_eq!(shifted(1_366, by_hand, 2, ZonalStep::Began), [None; 2]);
    assert_eq!(shifted(1_366, by_hand, 1, ZonalStep::Refused), [None; 2]);
    assert_eq!(shifted(900, by_hand, 1, ZonalStep::Began), [None; 2]);
    assert_eq!(shifted(2_100, by_hand, 1, ZonalStep::Began), [None; 2]);
    assert_eq!(shifted(1_366, ShiftSource::Practice(AutoshiftId(0)), 1, ZonalStep::Began), [None; 2]);
}
