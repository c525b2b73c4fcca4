//! Zonal autoshift: when AWS shifts a resource and brings it back; practice runs, what ends them and what keeps them
//! from beginning; which shift is applied of several.

use crate::world::{check, run, service, shop, the_service, watch, world, zones};
use evenkeel::Summary;
use evenkeel::internals::model::fact::{Fact, Interruption, ZonalStep};
use evenkeel::internals::model::ids::ShiftSource;
use evenkeel::summary::AutoshiftRow;
use serde_json::{Value, json};

/// An alarm on the share of failed requests, one minute above 1 %.
fn alarm(name: &str, threshold: f64) -> Value {
    json!({ "AlarmName": name, "Namespace": "Evenkeel", "MetricName": "ErrorRate", "Service": "shop/web", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": threshold, "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching" })
}

/// Thirty tasks of 60/s in three zones, with autoshift; `own` adds to its configuration, `parts` to the file.
fn file(rate: u64, own: &Value, parts: Value) -> Value {
    let mut config = json!({ "service": "shop/web",
        "practiceRunConfiguration": { "outcomeAlarms": [{ "alarmIdentifier": "errors" }], "blockedDates": [] } });
    config.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    let mut file = world(
        "3h",
        json!({
            "regions": zones(3, &json!({})),
            "clusters": shop(&[service("web", 30, 3, &json!({}))]),
            "traffic": [{ "service": "shop/web", "rate": format!("{rate}/s"), "requestsPerTask": "60/s",
                          "loadBalancer": { "zonalShift": true } }],
            "alarms": [alarm("errors", 0.01)],
            "zonalAutoshift": [config],
        }),
    );
    let Value::Object(parts) = parts else { panic!("parts are an object") };
    file.as_object_mut().unwrap().extend(parts);
    file
}

/// What happened to autoshifts (`a`), practice runs (`p`) and shifts by hand (`h`), in order.
fn steps(file: &Value) -> Vec<(f64, char, ZonalStep)> {
    let (diary, _) = watch(file);
    let step = |(at, fact): &(_, Fact)| {
        let Fact::Zonal(fact) = fact else { return None };
        let who = match fact.source {
            ShiftSource::Autoshift(_) => 'a',
            ShiftSource::Practice(_) => 'p',
            ShiftSource::Change(_) => 'h',
        };
        Some((evenkeel::internals::engine::Time::as_secs_f64(*at), who, fact.what))
    };
    diary.0.iter().filter_map(step).collect()
}

fn the_row(summary: &Summary) -> &AutoshiftRow {
    assert_eq!(summary.zonal_autoshift.len(), 1);
    &summary.zonal_autoshift[0]
}

/// No practice run of the schedule: of a week, all but a minute is blocked, and that one is not in the run.
fn no_schedule() -> Value {
    json!({ "outcomeAlarms": [{ "alarmIdentifier": "errors" }], "allowedWindows": ["Sun:23:58-Sun:23:59"] })
}

fn grey(at: &str, lasts: &str) -> Value {
    json!([{ "name": "grey", "at": at, "for": lasts, "zoneGrey": { "zone": "z1", "errorShare": 0.3 } }])
}

#[test]
fn aws_shifts_after_five_minutes_and_back_when_the_zone_has_recovered() {
    for (starts, ends, begin, end) in [("5m", "0s", 300.0, 0.0), ("90s", "7m", 90.0, 420.0)] {
        let own = json!({ "startsAfter": starts, "endsAfter": ends, "practiceRunConfiguration": no_schedule() });
        let file = file(900, &own, json!({ "faults": grey("1h", "1h") }));
        let expected = [(3_600.0 + begin, 'a', ZonalStep::Began), (7_200.0 + end, 'a', ZonalStep::Completed)];
        assert_eq!(steps(&file), expected);
        let summary = run(&file, 1);
        check("lost until then", the_service(&summary).requests.failed.mean, 90.0 * begin, 1e-3);
        check("shifted", the_row(&summary).shifted_seconds.mean, 3_600.0 - begin + end, 1e-6);
        check("lost by it", the_row(&summary).lost_requests.mean, 0.0, 1e-9);
    }
}

#[test]
fn aws_shifts_only_what_it_sees_and_what_is_enabled() {
    let faults = |lasts: &str| json!({ "faults": grey("1h", lasts) });
    let own = |more: Value| {
        let mut own = json!({ "practiceRunConfiguration": no_schedule() });
        own.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        own
    };
    assert_eq!(steps(&file(900, &own(json!({})), faults("4m59s"))), [], "it is over before AWS sees it");
    let blind = own(json!({ "sees": ["zonePowerLoss", "networkCutZone"] }));
    assert_eq!(steps(&file(900, &blind, faults("1h"))), []);
    let off = own(json!({ "zonalAutoshiftStatus": "DISABLED" }));
    assert_eq!(steps(&file(900, &off, faults("1h"))), []);
    for kind in ["zonePowerLoss", "networkCutZone"] {
        let fault = json!({ "faults": [{ "name": "zone", "at": "1h", "for": "30m", kind: { "zone": "z2" } }] });
        let expected = [(3_900.0, 'a', ZonalStep::Began), (5_400.0, 'a', ZonalStep::Completed)];
        assert_eq!(steps(&file(900, &own(json!({})), fault)), expected, "{kind}");
    }
}

#[test]
fn what_an_autoshift_holds_back_is_lost_to_it() {
    // AWS sees a network cut that spoils nothing for this service's targets: a grey zone of 1 in a million errors.
    let fault =
        json!([{ "name": "slight", "at": "1h", "for": "1h", "zoneGrey": { "zone": "z1", "errorShare": 0.000_001 } }]);
    let own = json!({ "practiceRunConfiguration": no_schedule() });
    let summary = run(&file(1_500, &own, json!({ "faults": fault })), 1);
    check("lost", the_row(&summary).lost_requests.mean, 300.0 * 3_300.0, 1e-3);
    let row = summary.losses.iter().find(|row| row.phase == "zonal shift").unwrap();
    assert_eq!(row.cause, "zonal autoshift");
}

#[test]
fn a_practice_run_lasts_for_half_an_hour_or_until_its_outcome_alarm_rings() {
    let on_demand = |rate: u64| {
        let own = json!({ "startPracticeRuns": [{ "at": "1h", "awayFrom": "z2" }] });
        file(rate, &own, json!({ "startsAt": "2026-01-11T21:00:00Z" }))
    };
    // What is left answers 1,200.
    assert_eq!(steps(&on_demand(900)), [(3_600.0, 'p', ZonalStep::Began), (5_400.0, 'p', ZonalStep::Succeeded)]);
    let fails = on_demand(1_500);
    assert_eq!(steps(&fails), [(3_600.0, 'p', ZonalStep::Began), (3_660.0, 'p', ZonalStep::Failed)]);
    let summary = run(&fails, 1);
    assert_eq!(the_row(&summary).practice_outcomes["FAILED"].mean, 1.0);
    check("lost", the_row(&summary).lost_in_practice.mean, 300.0 * 60.0, 1e-3);
}

#[test]
fn practice_runs_come_each_week_in_the_windows_that_are_allowed() {
    let runs = json!({ "outcomeAlarms": [{ "alarmIdentifier": "errors" }], "allowedWindows": ["Wed:12:00-Wed:12:30"],
        "blockedDates": ["2026-01-21"] });
    // Time 0 is a Monday; the third Wednesday is blocked.
    let file = file(300, &json!({ "practiceRunConfiguration": runs }), json!({ "duration": "43d" }));
    let began: Vec<f64> =
        steps(&file).iter().filter(|step| step.2 == ZonalStep::Began).map(|step| step.0 / 86_400.0).collect();
    assert!(began.len() >= 4, "{began:?}");
    for at in &began {
        assert_eq!(at % 7.0, 2.5, "Wednesday noon: {began:?}");
        assert_ne!(*at, 16.5, "a blocked date: {began:?}");
    }
    assert!(began.windows(2).all(|pair| (pair[1] - pair[0]) >= 7.0), "{began:?}");
    // Without windows they come as chance has it, a week apart, each away from some zone.
    let free = json!({ "practiceRunConfiguration": { "outcomeAlarms": [{ "alarmIdentifier": "errors" }] } });
    let free = crate::autoshift::file(300, &free, json!({ "duration": "70d" }));
    let (diary, _) = watch(&free);
    let left = diary.0.iter().filter_map(|(_, fact)| match fact {
        Fact::Zonal(fact) if fact.what == ZonalStep::Began => Some(fact.zone.0),
        _ => None,
    });
    assert_eq!(left.collect::<std::collections::BTreeSet<_>>().len(), 3, "each zone has its turn");
    let began: Vec<f64> = steps(&free).iter().filter(|step| step.2 == ZonalStep::Began).map(|step| step.0).collect();
    assert!(began.len() >= 9, "{began:?}");
    assert!(began[0] < 7.0 * 86_400.0);
    assert!(began.windows(2).all(|pair| (pair[1] - pair[0] - 7.0 * 86_400.0).abs() < 1e-3), "{began:?}");
}

#[test]
fn the_precedence_of_arc_holds() {
    use ZonalStep::{Began, Completed, Expired, Interrupted, Refused};
    let by_hand = |at: &str| {
        json!([{ "name": "by hand", "at": at,
            "zonalShift": { "awayFrom": "z3", "services": ["shop/web"], "expiresIn": "30m" } }])
    };
    let runs = |at: &str| {
        json!({ "startPracticeRuns": [{ "at": at, "awayFrom": "z2" }], "practiceRunConfiguration": {
        "outcomeAlarms": [{ "alarmIdentifier": "never" }], "blockedDates": [] } })
    };
    let parts = |faults: Value, changes: Value| json!({ "faults": faults, "changes": changes, "alarms": [alarm("never", 0.99)], "startsAt": "2026-01-11T21:00:00Z" });
    let on = |own: &Value, parts: Value| steps(&file(300, own, parts));
    // A practice run gives way to a shift by hand, and to an event.
    let found = on(&runs("1h"), parts(json!([]), by_hand("70m")));
    let gives_way = Interrupted(Interruption::ZonalShift);
    assert_eq!(
        found,
        [(3_600.0, 'p', Began), (4_200.0, 'h', Began), (4_200.0, 'p', gives_way), (6_000.0, 'h', Expired)]
    );
    let found = on(&runs("1h"), parts(grey("1h", "1h"), json!([])));
    let gives_way = Interrupted(Interruption::Autoshift);
    assert_eq!(
        found,
        [(3_600.0, 'p', Began), (3_900.0, 'p', gives_way), (3_900.0, 'a', Began), (7_200.0, 'a', Completed)]
    );
    // None begins while another shift is active, or AWS sees an event in the Region.
    let found = on(&runs("80m"), parts(json!([]), by_hand("70m")));
    assert_eq!(found, [(4_200.0, 'h', Began), (4_800.0, 'p', Refused), (6_000.0, 'h', Expired)]);
    let found = on(&runs("80m"), parts(grey("1h", "1h"), json!([])));
    assert_eq!(found, [(3_900.0, 'a', Began), (4_800.0, 'p', Refused), (7_200.0, 'a', Completed)]);
    // An autoshift and a shift by hand are both active; that by hand is applied, whichever came first. z1 is grey and
    // the shift by hand leaves z3, so that errors go on while it is applied: 30 minutes of 0.3 x 150/s.
    for at in ["70m", "62m"] {
        let file = file(300, &runs("3h"), parts(grey("1h", "1h"), by_hand(at)));
        let lost = the_service(&run(&file, 1)).requests.failed.mean;
        let before = if at == "70m" { 300.0 } else { 120.0 };
        check(at, lost, 30.0 * before + 45.0 * 1_800.0, 1e-3);
    }
}

#[test]
fn a_blocking_alarm_interrupts_a_run_and_keeps_others_from_beginning() {
    let runs = json!({ "startPracticeRuns": [{ "at": "1h", "awayFrom": "z2" }, { "at": "65m", "awayFrom": "z2" }],
        "sees": ["zonePowerLoss"],
        "practiceRunConfiguration": { "outcomeAlarms": [{ "alarmIdentifier": "never" }],
            "blockingAlarms": [{ "alarmIdentifier": "arn:aws:cloudwatch:us-east-1:111122223333:alarm:errors" }] } });
    let parts = json!({ "faults": grey("62m", "1h"), "alarms": [alarm("errors", 0.01), alarm("never", 0.99)],
        "startsAt": "2026-01-11T21:00:00Z" });
    let found = steps(&file(300, &runs, parts));
    let by_alarm = ZonalStep::Interrupted(Interruption::BlockingAlarm);
    let expected = [(3_600.0, 'p', ZonalStep::Began), (3_780.0, 'p', by_alarm), (3_900.0, 'p', ZonalStep::Refused)];
    assert_eq!(found[..3], expected, "{found:?}");
}

/// Faults of zones: name, zone, kind, begin and length.
fn faults(all: &[(&str, &str, &str, &str)]) -> Value {
    let one = |(row, (zone, kind, at, lasts)): (usize, &(&str, &str, &str, &str))| {
        let mut what = json!({ "zone": zone });
        if *kind == "zoneGrey" {
            what["errorShare"] = json!(0.000_001);
        }
        json!({ "name": format!("fault {row}"), "at": at, "for": lasts, *kind: what })
    };
    json!({ "faults": all.iter().enumerate().map(one).collect::<Vec<_>>() })
}

/// Two zones: the second is left when the first has recovered. Two faults of one zone: the last of them counts. What is
/// over before AWS sees it starts nothing, though another fault of the zone is in force by then.
#[test]
fn of_faults_that_overlap_each_counts_by_itself() {
    use ZonalStep::{Began, Completed};
    let own = json!({ "practiceRunConfiguration": no_schedule() });
    for (all, expected) in [
        (
            [("z1", "zoneGrey", "60m", "60m"), ("z2", "zoneGrey", "80m", "80m")],
            vec![(3_900.0, 'a', Began), (7_200.0, 'a', Completed), (7_200.0, 'a', Began), (9_600.0, 'a', Completed)],
        ),
        (
            [("z1", "zoneGrey", "60m", "60m"), ("z1", "networkCutZone", "90m", "60m")],
            vec![(3_900.0, 'a', Began), (9_000.0, 'a', Completed)],
        ),
        (
            [("z1", "zoneGrey", "60m", "4m"), ("z1", "networkCutZone", "62m", "30m")],
            vec![(4_020.0, 'a', Began), (5_520.0, 'a', Completed)],
        ),
    ] {
        assert_eq!(steps(&file(300, &own, faults(&all))), expected, "{all:?}");
    }
}

/// An event in a zone in which a resource does not stand shifts nothing, but ends its practice run and keeps others from
/// beginning.
#[test]
fn an_event_elsewhere_in_the_region_concerns_practice_runs_alone() {
    use ZonalStep::{Began, Interrupted, Refused};
    let own = json!({ "startPracticeRuns": [{ "at": "62m", "awayFrom": "z2" }, { "at": "80m", "awayFrom": "z2" }] });
    let mut parts = faults(&[("z3", "zoneGrey", "60m", "60m")]);
    parts["clusters"] = shop(&[service("web", 30, 2, &json!({}))]);
    parts["startsAt"] = json!("2026-01-11T21:00:00Z");
    let expected =
        [(3_720.0, 'p', Began), (3_900.0, 'p', Interrupted(Interruption::Autoshift)), (4_800.0, 'p', Refused)];
    assert_eq!(steps(&file(300, &own, parts)), expected);
}

/// The time of a run that was interrupted does not end the next one; a closed calendar refuses runs on demand too.
#[test]
fn a_practice_run_on_demand_has_its_own_half_hour() {
    use ZonalStep::{Began, Expired, Interrupted, Refused, Succeeded};
    let asked = json!([{ "at": "60m", "awayFrom": "z2" }, { "at": "70m", "awayFrom": "z2" }]);
    let by_hand = json!([{ "name": "by hand", "at": "62m",
        "zonalShift": { "awayFrom": "z3", "services": ["shop/web"], "expiresIn": "3m" } }]);
    let parts = json!({ "changes": by_hand, "startsAt": "2026-01-11T21:00:00Z" });
    let expected = [
        (3_600.0, 'p', Began),
        (3_720.0, 'h', Began),
        (3_720.0, 'p', Interrupted(Interruption::ZonalShift)),
        (3_900.0, 'h', Expired),
        (4_200.0, 'p', Began),
        (6_000.0, 'p', Succeeded),
    ];
    let found = steps(&file(300, &json!({ "startPracticeRuns": asked }), parts));
    assert_eq!(found.iter().map(|step| step.0).collect::<Vec<_>>(), expected.map(|step| step.0));
    assert!(expected.iter().all(|step| found.contains(step)), "{found:?}");
    let closed = json!({ "startPracticeRuns": asked, "practiceRunConfiguration": no_schedule() });
    assert_eq!(steps(&file(300, &closed, json!({}))), [(3_600.0, 'p', Refused), (4_200.0, 'p', Refused)]);
}

/// Due at noon of the first Wednesday, while the outcome alarm rings from 11:59 to 12:09: it is looked at again at 12:05
/// and begins at 12:10.
#[test]
fn a_run_of_the_schedule_waits_until_its_outcome_alarm_is_quiet() {
    let runs = json!({ "outcomeAlarms": [{ "alarmIdentifier": "errors" }], "allowedWindows": ["Wed:12:00-Wed:12:30"] });
    let own = json!({ "sees": ["zonePowerLoss"], "practiceRunConfiguration": runs });
    let mut faults = grey("59h58m", "10m");
    faults[0]["name"] = json!("noon");
    let found = steps(&file(300, &own, json!({ "duration": "3d", "faults": faults })));
    let noon = 60.0 * 3_600.0;
    assert_eq!(found, [(noon + 600.0, 'p', ZonalStep::Began), (noon + 2_400.0, 'p', ZonalStep::Succeeded)]);
}

/// In the instant in which a shift by hand expires, the next one begins, and so does a practice run.
#[test]
fn a_shift_that_expires_makes_room_in_that_instant() {
    use ZonalStep::{Began, Expired, Succeeded};
    let by_hand = |name: &str, at: &str, zone: &str| {
        json!({ "name": name, "at": at,
            "zonalShift": { "awayFrom": zone, "services": ["shop/web"], "expiresIn": "30m" } })
    };
    let own = json!({ "startPracticeRuns": [{ "at": "90m", "awayFrom": "z2" }] });
    let changes = json!([by_hand("first", "30m", "z1"), by_hand("second", "60m", "z2")]);
    let found = steps(&file(300, &own, json!({ "changes": changes, "startsAt": "2026-01-11T21:00:00Z" })));
    let expected = [
        (1_800.0, 'h', Began),
        (3_600.0, 'h', Expired),
        (3_600.0, 'h', Began),
        (5_400.0, 'h', Expired),
        (5_400.0, 'p', Began),
        (7_200.0, 'p', Succeeded),
    ];
    assert_eq!(found, expected);
}
