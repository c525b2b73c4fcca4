//! Which moments are told, of streams of facts that are worked out by hand.

use super::*;
use evenkeel::internals::metrics::milestones::{Lack, Level, Milestones, Own, TimeLine, What};
use evenkeel::internals::model::fact::{FaultFact, Hit, NO_ZONE, TargetHealth};

const API: ServiceId = ServiceId(1);

/// The time line of one partition.
fn line(plan: &Plan, facts: &[(Time, Fact)]) -> TimeLine {
    TimeLine::of([read(plan, facts)], plan.end())
}

fn read(plan: &Plan, facts: &[(Time, Fact)]) -> Milestones {
    assert!(facts.is_sorted_by_key(|fact| fact.0), "the story is told in order");
    let mut reader = Milestones::new(plan, &plan.parts(|_| false)[0]);
    // Batches of any size mean the same.
    facts.chunks(2).for_each(|batch| reader.read(batch));
    reader
}

fn flow(t: u64, service: ServiceId, failed: u64) -> (Time, Fact) {
    (at(t), Fact::Service(ServiceFact::Flow { service, offered: 1_000, served: 1_000 - failed }))
}

fn level(t: u64, service: ServiceId, count: u32) -> (Time, Fact) {
    (at(t), Fact::Service(ServiceFact::Available { service, zone: ZoneId(0), count }))
}

fn needs(t: u64, service: ServiceId) -> (Time, Fact) {
    (at(t), Fact::Service(ServiceFact::Need { service, need: 4, desired: 6 }))
}

fn fault(t: u64, fact: fn(Cause) -> FaultFact, occurrence: u32) -> (Time, Fact) {
    (at(t), Fact::Fault(fact(dark(occurrence))))
}

fn begins(cause: Cause) -> FaultFact {
    FaultFact::Begins { cause, zone: NO_ZONE }
}

fn ends(cause: Cause) -> FaultFact {
    FaultFact::Ends { cause, zone: NO_ZONE }
}

fn noticed(cause: Cause) -> FaultFact {
    FaultFact::Noticed { cause, service: Some(WEB) }
}

fn hit(cause: Cause) -> FaultFact {
    FaultFact::Hits { cause, what: Hit::Task(WEB) }
}

/// Seconds and what is told of a service.
fn of(line: &TimeLine, wanted: ServiceId) -> Vec<(u64, Own)> {
    let told = line.moments.iter().filter_map(|moment| match moment.what {
        What::Service { service, what, .. } if service == wanted => Some((moment.at.0 / 1_000_000, what)),
        _ => None,
    });
    told.collect()
}

#[test]
fn errors_go_on_over_a_short_pause_and_end_when_they_stay_away() {
    let flows = [(100, 500), (130, 0), (200, 250), (210, 0), (700, 1), (760, 0), (3_400, 9)];
    let facts: Vec<_> = flows.into_iter().map(|(t, failed)| flow(t, WEB, failed)).collect();
    let told = of(&line(&plan(3_600, 0), &facts), WEB);
    let end = |lasted, failing, worst| Own::ErrorsEnd {
        lasted: Span::from_secs(lasted),
        failing: Span::from_secs(failing),
        worst,
        lost: 0,
    };
    let begin = |share| Own::Errors { share, with: None, lost: 0 };
    let expected = [(100, begin(0.5)), (210, end(110, 40, 0.5)), (700, begin(0.001)), (760, end(60, 60, 0.001))];
    assert_eq!(told[..4], expected);
    assert_eq!(told[4..], [(3_400, begin(0.009)), (3_600, Own::Still(Lack::Answers))], "how it ends");
}

#[test]
fn a_level_is_back_when_it_has_held_for_five_minutes() {
    let facts = [
        needs(0, WEB),
        level(0, WEB, 6),
        level(100, WEB, 3),
        level(150, WEB, 4),
        level(200, WEB, 3),
        level(260, WEB, 6),
    ];
    let told = of(&line(&plan(3_600, 0), &facts), WEB);
    let back = |level| Own::Back { level, lasted: Span::from_secs(160) };
    let expected = [(100, Own::Short { available: 3, need: 4 }), (260, back(Level::Need)), (260, back(Level::Desired))];
    assert_eq!(told, expected);
    let cut = of(&line(&plan(500, 0), &facts), WEB);
    assert_eq!(cut, expected[..1], "five minutes had not passed when the run ended");
    let short = of(&line(&plan(3_600, 0), &facts[..3]), WEB);
    assert_eq!(short[1..], [(3_600, Own::Still(Lack::Need))]);
}

#[test]
fn a_fault_is_told_once_with_what_it_struck_and_who_noticed() {
    let gone = Fact::Task(TaskFact::Target {
        task: TaskNo { service: WEB, ordinal: 3 },
        zone: ZoneId(0),
        health: TargetHealth::Unhealthy,
    });
    let healthy = |ordinal| Fact::Task(TaskFact::Health { task: TaskNo { service: WEB, ordinal }, healthy: true });
    let facts = [
        fault(1_000, begins, 0),
        fault(1_000, hit, 0),
        fault(1_000, hit, 0),
        fault(1_030, noticed, 0),
        (at(1_030), gone),
        fault(1_035, noticed, 0),
        (at(1_035), gone),
        (at(1_040), healthy(0)),
        fault(1_060, ends, 0),
        fault(1_100, begins, 1),
        fault(1_160, ends, 1),
    ];
    let plan = plan(3_600, 0);
    let told = line(&plan, &facts);
    let [begun, ejected, replaced, ended] = &told.moments[..] else { panic!("{told:#?}") };
    assert!(matches!(begun.what, What::FaultBegins { fault: DARK, struck } if struck.tasks == 2), "{begun:?}");
    let after = Span::from_secs(30);
    assert_eq!(ejected.what, What::Ejected { fault: DARK, service: WEB, after });
    assert!(matches!(replaced.what, What::Service { what: Own::Replaced, .. }), "{replaced:?}");
    assert_eq!(ended.what, What::FaultEnds { fault: DARK, lasted: Span::from_secs(60) });
    assert_eq!(told.left_out, 1, "the second occurrence");
    // Another partition has its own copy of the fault.
    let both = TimeLine::of([read(&plan, &facts), read(&plan, &facts[..2])], plan.end());
    assert!(matches!(both.moments[0].what, What::FaultBegins { struck, .. } if struck.tasks == 3), "{both:#?}");
    assert_eq!(both.moments.len(), 4);
}

#[test]
fn what_happens_to_several_services_at_once_is_one_moment() {
    let facts = [
        needs(0, WEB),
        needs(0, API),
        level(0, WEB, 6),
        level(0, API, 6),
        level(100, WEB, 3),
        level(100, API, 2),
        level(600, WEB, 6),
        level(600, API, 6),
    ];
    let told = line(&plan(3_600, 0), &facts);
    assert!(of(&told, WEB).is_empty(), "the service that lost more stands for both: {told:#?}");
    let short = told.moments.iter().find(|moment| moment.at == at(100)).unwrap();
    let what = Own::Short { available: 2, need: 4 };
    assert_eq!(short.what, What::Service { service: API, others: 1, what });
}

#[test]
fn twenty_lines_are_told_and_the_rest_counted() {
    let mut facts = vec![fault(1_000, begins, 0)];
    // Each service has six stretches of errors, ten minutes apart.
    for turn in 0..6 {
        let t = 1_000 + turn * 600;
        facts.extend([flow(t, WEB, 500), flow(t + 7, API, 100), flow(t + 20, WEB, 0), flow(t + 33, API, 0)]);
    }
    facts.push(fault(9_000, ends, 0));
    let told = line(&plan(10_000, 0), &facts);
    assert_eq!(told.moments.len(), 20);
    assert_eq!(told.left_out, 2 + 24 - 20);
    assert_eq!(of(&told, WEB).len(), 12, "the service that lost most is told whole");
    assert!(told.moments.is_sorted_by_key(|moment| moment.at));
    let causes =
        told.moments.iter().filter(|one| matches!(one.what, What::FaultBegins { .. } | What::FaultEnds { .. }));
    assert_eq!(causes.count(), 2);
}

/// A request a second, in billionths.
const ONE: u64 = 1_000_000_000;

fn errors(t: u64, service: ServiceId, failed: u64) -> (Time, Fact) {
    (at(t), Fact::Service(ServiceFact::Flow { service, offered: 1_000 * ONE, served: (1_000 - failed) * ONE }))
}

#[test]
fn the_stretch_that_lost_most_is_told_however_late_it_comes() {
    // Far from any fault the first two stretches are kept; the fourth is the worst, and the fifth still goes on.
    let mut facts = Vec::new();
    for (t, long, failed) in [(1_000, 10, 10), (2_000, 10, 10), (3_000, 20, 10), (4_000, 60, 500), (5_000, 30, 10)] {
        facts.extend([errors(t, WEB, failed), errors(t + long, WEB, 0)]);
    }
    facts.push(errors(9_990, WEB, 2));
    let told = line(&plan(10_000, 0), &facts);
    let begins: Vec<(u64, u64)> = of(&told, WEB)
        .into_iter()
        .filter_map(|(at, own)| if let Own::Errors { lost, .. } = own { Some((at, lost)) } else { None })
        .collect();
    assert_eq!(begins, [(1_000, 100), (2_000, 100), (4_000, 30_000), (9_990, 20)]);
    let worst = of(&told, WEB).into_iter().find(|(at, _)| *at == 4_060).unwrap().1;
    let minute = Span::from_secs(60);
    assert_eq!(worst, Own::ErrorsEnd { lasted: minute, failing: minute, worst: 0.5, lost: 30_000 });
    assert_eq!(told.left_out, 4, "two stretches");
}

#[test]
fn errors_name_the_fault_that_begins_with_them_at_any_occurrence() {
    let facts = [
        fault(1_000, begins, 0),
        errors(1_000, WEB, 100),
        errors(1_010, WEB, 0),
        fault(1_060, ends, 0),
        fault(2_000, begins, 1),
        errors(2_000, WEB, 100),
        errors(2_010, WEB, 0),
        errors(3_000, WEB, 100),
        errors(3_010, WEB, 0),
    ];
    let told = of(&line(&plan(3_600, 0), &facts), WEB);
    let with: Vec<_> = told
        .into_iter()
        .filter_map(|(_, own)| if let Own::Errors { with, .. } = own { Some(with) } else { None })
        .collect();
    assert_eq!(with, [Some(DARK), Some(DARK), None]);
}

#[test]
fn a_service_that_two_moments_of_one_second_are_about_counts_once() {
    let refused = |micros, service, reason| {
        (Time(at(100).0 + micros), Fact::Service(ServiceFact::LaunchFailed { service, reason }))
    };
    let facts = [
        refused(0, API, Reason::ResourceFargate),
        refused(1, API, Reason::ResourceCpu),
        refused(2, WEB, Reason::ResourceFargate),
        refused(3, API, Reason::ResourceFargate),
    ];
    let told = line(&plan(3_600, 0), &facts);
    let [one] = &told.moments[..] else { panic!("{told:#?}") };
    assert!(matches!(one.what, What::Service { others: 1, .. }), "two services: {one:?}");
}

#[test]
fn of_a_change_that_comes_again_the_first_and_the_first_that_fails_are_told() {
    use evenkeel::internals::model::fact::{ChangeFact, ChangeStep};
    let step = |t: u64, what| (at(t), Fact::Change(ChangeFact::Step { change: ChangeId(0), service: WEB, what }));
    let facts = [
        step(100, ChangeStep::Began),
        step(200, ChangeStep::Completed),
        step(300, ChangeStep::Began),
        step(400, ChangeStep::Completed),
        step(500, ChangeStep::Began),
        step(600, ChangeStep::Failed),
        step(700, ChangeStep::RolledBack),
        step(800, ChangeStep::Began),
        step(900, ChangeStep::Failed),
        step(950, ChangeStep::RolledBack),
    ];
    let release = json!([{ "name": "release", "service": "shop/web", "every": { "constant": "5m" } }]);
    let told = line(&plan_with(3_600, 0, "changes", release), &facts);
    let seconds: Vec<u64> = told.moments.iter().map(|one| one.at.0 / 1_000_000).collect();
    assert_eq!(seconds, [100, 200, 600, 700]);
    assert_eq!(told.left_out, 6);
}

#[test]
fn moves_between_cells_are_told_by_their_first_and_last() {
    use evenkeel::internals::metrics::milestones::Movers;
    use evenkeel::internals::model::fact::ApplicationFact;
    let app = |t: u64, fact| (at(t), Fact::Application(fact));
    let moved = |t| app(t, ApplicationFact::Moved { count: 1, acts: false });
    let without = |t, count| app(t, ApplicationFact::Unassigned { count });
    let facts = [
        without(0, 0),
        without(100, 5),
        without(160, 12),
        without(400, 0),
        // Customers who get a cell at once are never without.
        without(500, 3),
        without(500, 0),
        moved(1_000),
        moved(2_000),
        moved(5_500),
        moved(9_500),
    ];
    let line = line(&plan(9_900, 0), &facts);
    assert_eq!(line.left_out, 1, "the move an hour later");
    let told: Vec<_> = line.moments.into_iter().map(|one| (one.at.0 / 1_000_000, one.what)).collect();
    let who = Movers::Customers;
    let expected = [
        (100, What::WithoutCell { count: 12, lasted: None }),
        (400, What::WithoutCell { count: 12, lasted: Some(Span::from_secs(300)) }),
        (1_000, What::Moves { who, count: 3, lasted: None }),
        (5_500, What::Moves { who, count: 3, lasted: Some(Span::from_secs(4_500)) }),
    ];
    assert_eq!(told, expected);
}

#[test]
fn alarms_that_ring_in_one_second_are_one_moment() {
    use evenkeel::internals::model::fact::AlarmState;
    use evenkeel::internals::model::ids::AlarmId;
    let state = |micros, alarm, state| (Time(at(60).0 + micros), Fact::Alarm { alarm: AlarmId(alarm), state });
    let facts = [
        state(0, 0, AlarmState::Alarm),
        state(1, 1, AlarmState::Alarm),
        state(2, 2, AlarmState::Alarm),
        state(60_000_000, 0, AlarmState::Ok),
        state(120_000_000, 1, AlarmState::Ok),
    ];
    let told = line(&plan(3_600, 0), &facts);
    let told: Vec<_> = told.moments.into_iter().map(|one| (one.at.0 / 1_000_000, one.what)).collect();
    let expected = [
        (60, What::Alarm { alarm: AlarmId(0), others: 2, rings: true }),
        (120, What::Alarm { alarm: AlarmId(0), others: 0, rings: false }),
        (180, What::Alarm { alarm: AlarmId(1), others: 0, rings: false }),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_service_that_has_lost_all_its_tasks_is_not_even() {
    let facts = [needs(0, WEB), level(0, WEB, 6), level(100, WEB, 0), level(700, WEB, 6)];
    let told = of(&line(&plan(3_600, 0), &facts), WEB);
    let evens: Vec<u64> =
        told.iter().filter(|(_, own)| matches!(own, Own::Back { level: Level::Even, .. })).map(|told| told.0).collect();
    assert!(evens.is_empty(), "six tasks in one zone, none, six in one zone: {told:?}");
}
