//! Rolling deployments: how many tasks may be missing or too many, what the circuit breaker counts, and what comes back
//! (Rolling update; Amazon ECS services; Deployment circuit breaker; CloudWatch alarms and deployments; Service
//! throttle logic).

use crate::world::{Diary, check, run, service, shop, watch, world, zones};
use evenkeel::internals::metrics::summary::{ChangeRow, Summary};
use evenkeel::internals::model::fact::{ChangeFact, ChangeStep, Fact, TaskFact, TaskState};
use serde_json::{Value, json};

/// A service of `desired` tasks that start in 30 s, with these percentages; one change comes after an hour.
pub(crate) fn rolling(
    desired: u64,
    least: u64,
    most: u64,
    configuration: &Value,
    change: &Value,
    parts: &Value,
) -> Value {
    let mut deployment = json!({ "minimumHealthyPercent": least, "maximumPercent": most });
    deployment.as_object_mut().unwrap().extend(configuration.as_object().unwrap().clone());
    let web = service("web", desired, 3, &json!({ "deploymentConfiguration": deployment }));
    let mut one = json!({ "name": "new", "at": "1h", "service": "shop/web" });
    one.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let mut file = json!({ "regions": zones(3, &json!({})), "clusters": shop(&[web]), "changes": [one],
        "behaviour": [{ "family": "web", "start": { "constant": "30s" }, "stop": { "constant": "1s" } }],
        "detection": { "loss": { "constant": "1s" }, "target": { "constant": "60s" } } });
    file.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    world("4h", file)
}

pub(crate) fn the_change(summary: &Summary) -> &ChangeRow {
    assert_eq!(summary.changes.len(), 1);
    &summary.changes[0]
}

/// Least and most tasks of a run: RUNNING ones that answer, and wanted ones from PROVISIONING on.
fn bounds(diary: &Diary, desired: i64) -> (i64, i64) {
    let (mut running, mut wanted, mut least, mut most) = (0, 0, desired, 0);
    let mut rows = diary.0.iter().peekable();
    while let Some((at, fact)) = rows.next() {
        if let Fact::Task(TaskFact::Went { from, to, wanted: keeps, .. }) = fact {
            let born = from == to;
            wanted += i64::from(born);
            running += i64::from(*to == TaskState::Running) - i64::from(*from == TaskState::Running && !born);
            let leaves = matches!(to, TaskState::Deactivating | TaskState::Stopping) && *from <= TaskState::Running
                || *to == TaskState::Stopped && *from < TaskState::Running;
            wanted -= i64::from(leaves && !keeps);
        }
        // Levels count once their instant is over, and once the service stands.
        if at.as_secs_f64() > 0.0 && rows.peek().is_none_or(|(next, _)| next > at) {
            (least, most) = (least.min(running), most.max(wanted));
        }
    }
    (least, most.max(desired))
}

#[test]
fn the_bounds_are_those_of_the_table_and_are_reached() {
    // desired, min %, max %, least healthy, most tasks (Rolling update).
    for (desired, min, max, least, most) in [
        (4, 50, 100, 2, 4),
        (4, 100, 200, 4, 8),
        (3, 66, 133, 2, 3),
        (10, 90, 110, 9, 11),
        (1, 100, 200, 1, 2),
        (12, 0, 100, 0, 12),
        (12, 50, 150, 6, 18),
    ] {
        let (diary, summary) = watch(&rolling(desired, min, max, &json!({}), &json!({}), &json!({})));
        assert_eq!(the_change(&summary).outcome, "completed", "{desired} {min} {max}");
        assert_eq!(bounds(&diary, desired.cast_signed()), (least, most), "{desired} {min} {max}");
        let births = diary
            .0
            .iter()
            .filter(|(_, fact)| matches!(fact, Fact::Task(TaskFact::Went { from, to, .. }) if from == to));
        assert_eq!(births.count() as u64, 2 * desired, "each task is replaced once: {desired} {min} {max}");
    }
}

#[test]
fn percentages_that_let_nothing_move_leave_it_unfinished() {
    for (desired, min, max) in [(2, 75, 100), (3, 100, 125)] {
        let (diary, summary) = watch(&rolling(desired, min, max, &json!({}), &json!({}), &json!({})));
        let row = the_change(&summary);
        assert_eq!((row.outcome.as_str(), row.end_seconds), ("unfinished", None), "{desired} {min} {max}");
        assert_eq!(bounds(&diary, desired.cast_signed()), (desired.cast_signed(), desired.cast_signed()));
    }
}

#[test]
fn a_step_takes_its_start_and_the_forty_seconds_of_a_task_without_checks() {
    // All at once: 30 s to start, 40 s to count as healthy; then the old ones stop in a second.
    let row = |desired, min, max, configuration: &Value| {
        let summary = run(&rolling(desired, min, max, configuration, &json!({}), &json!({})), 1);
        let row = the_change(&summary).clone();
        (row.begin_seconds.unwrap().mean, row.end_seconds.unwrap().mean - row.begin_seconds.unwrap().mean)
    };
    let (begin, took) = row(8, 100, 200, &json!({}));
    assert_eq!(begin, 3_600.0);
    check("8 at once", took, 70.0, 1e-3);
    // Two of four at a time: two lock steps.
    let (_, took) = row(4, 50, 100, &json!({}));
    check("two steps", took, 140.0, 1e-3);
    // One of three at a time.
    let (_, took) = row(3, 66, 133, &json!({}));
    check("three steps", took, 210.0, 1e-3);
    // The bake is added.
    let (_, took) = row(4, 50, 100, &json!({ "bakeTimeInMinutes": 7 }));
    check("with a bake", took, 140.0 + 420.0, 1e-3);
}

#[test]
fn the_breaker_stops_what_does_not_start() {
    let breaker = |more: &Value| {
        let mut one = json!({ "enable": true, "rollback": true });
        one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "deploymentCircuitBreaker": one })
    };
    let defect = json!({ "defect": { "neverStarts": {} } });
    let births = |diary: &Diary, after: f64| {
        let born = |(at, fact): &&(evenkeel::internals::engine::Time, Fact)| {
            at.as_secs_f64() >= after && matches!(fact, Fact::Task(TaskFact::Went { from, to, .. }) if from == to)
        };
        diary.0.iter().filter(born).count()
    };
    // Ten wanted: at least five failures, and ten start at once.
    let (diary, summary) = watch(&rolling(10, 100, 200, &breaker(&json!({})), &defect, &json!({})));
    let row = the_change(&summary);
    assert_eq!(row.outcome, "rolledBack");
    check("found when the fifth fails", row.detect_seconds.unwrap().mean, 30.0, 1e-3);
    check("nothing was lost of the old ones", row.rollback_seconds.unwrap().mean, 0.0, 1.0);
    assert_eq!(births(&diary, 3_600.0), 10);
    assert_eq!(summary.services[0].running.min.mean, 10.0);
    // One at a time: three failures with a wait between them, 10 s and 20 s.
    let three = breaker(&json!({ "thresholdConfiguration": { "type": "COUNT", "value": 3 } }));
    let summary = run(&rolling(1, 100, 200, &three, &defect, &json!({})), 1);
    check("three tries", the_change(&summary).detect_seconds.unwrap().mean, 30.0 + 10.0 + 30.0 + 20.0 + 30.0, 1e-3);
    // Without a way back it stalls, and the old tasks serve on.
    let (diary, summary) = watch(&rolling(
        10,
        100,
        200,
        &json!({ "deploymentCircuitBreaker": { "enable": true, "rollback": false } }),
        &defect,
        &json!({}),
    ));
    assert_eq!(the_change(&summary).outcome, "stopped");
    assert_eq!(summary.services[0].running.min.mean, 10.0);
    assert_eq!(births(&diary, 3_700.0), 0, "no new tasks for a failed deployment");
    // Without a breaker it goes on trying.
    let summary = run(&rolling(10, 100, 200, &json!({}), &defect, &json!({})), 1);
    assert_eq!(the_change(&summary).outcome, "unfinished");
}

#[test]
fn without_a_completed_revision_it_stalls() {
    let breaker = json!({ "deploymentCircuitBreaker": { "enable": true, "rollback": true } });
    let mut file = rolling(4, 100, 200, &breaker, &json!({ "at": "10s", "defect": { "neverStarts": {} } }), &json!({}));
    file["startEmpty"] = json!(true);
    let summary = run(&file, 1);
    assert_eq!(the_change(&summary).outcome, "stopped");
    // With one it goes back: the same change after the first revision was completed.
    file["changes"][0]["at"] = json!("10m");
    assert_eq!(the_change(&run(&file, 1)).outcome, "rolledBack");
}

#[test]
fn the_newest_completed_revision_comes_back() {
    let breaker = json!({ "deploymentCircuitBreaker": { "enable": true, "rollback": true } });
    let mut file = rolling(10, 100, 200, &breaker, &json!({}), &json!({}));
    file["changes"] = json!([{ "name": "good", "at": "1h", "service": "shop/web" },
        { "name": "bad", "at": "2h", "service": "shop/web", "defect": { "neverStarts": {} } }]);
    let (diary, summary) = watch(&file);
    assert_eq!(summary.changes[1].outcome, "rolledBack");
    check("those of the good one never left", summary.changes[1].rollback_seconds.unwrap().mean, 0.0, 1.0);
    let born =
        diary.0.iter().filter(|(_, fact)| matches!(fact, Fact::Task(TaskFact::Went { from, to, .. }) if from == to));
    assert_eq!(born.count(), 30, "ten at first, ten good and ten bad ones, and none to replace the good ones");
}

#[test]
fn stage_two_counts_failed_checks_and_a_healthy_task_resets_the_count() {
    let traffic = json!({ "traffic": [{ "service": "shop/web", "rate": "30/s", "requestsPerTask": "10/s" }] });
    let breaker = |reset: bool| {
        json!({ "deploymentCircuitBreaker": { "enable": true, "rollback": true, "resetOnHealthyTask": reset,
            "thresholdConfiguration": { "type": "COUNT", "value": 4 } } })
    };
    let unfit = json!({ "defect": { "failsHealthChecks": {} } });
    let summary = run(&rolling(4, 100, 200, &breaker(true), &unfit, &traffic), 1);
    assert_eq!(the_change(&summary).outcome, "rolledBack");
    check("nothing was lost", summary.services[0].requests.failed.mean, 0.0, 1e-6);
    assert_eq!(the_change(&summary).exposed_requests.mean, 0.0, "no unhealthy target gets requests");
    // Bad in one zone of three only: healthy tasks elsewhere put the count back.
    let some = json!({ "defect": { "failsHealthChecks": {} }, "onlyInZone": "z1" });
    let lenient = run(&rolling(9, 66, 100, &breaker(true), &some, &traffic), 1);
    let strict = run(&rolling(9, 66, 100, &breaker(false), &some, &traffic), 1);
    assert_eq!(the_change(&strict).outcome, "rolledBack");
    assert!(
        the_change(&lenient)
            .detect_seconds
            .is_none_or(|late| { late.mean > the_change(&strict).detect_seconds.unwrap().mean })
    );
}

#[test]
fn what_never_runs_does_not_count_once_a_task_has_run() {
    // In one zone of three no task starts; those of the others run, and stage two counts failed checks only.
    let breaker = json!({ "deploymentCircuitBreaker": { "enable": true, "rollback": true, "resetOnHealthyTask": false,
        "thresholdConfiguration": { "type": "COUNT", "value": 10 } } });
    let some = json!({ "defect": { "neverStarts": {} }, "onlyInZone": "z1" });
    assert_eq!(the_change(&run(&rolling(6, 100, 200, &breaker, &some, &json!({})), 1)).outcome, "unfinished");
    let all = json!({ "defect": { "neverStarts": {} } });
    assert_eq!(the_change(&run(&rolling(6, 100, 200, &breaker, &all, &json!({})), 1)).outcome, "rolledBack");
}

#[test]
fn a_new_revision_ends_the_rest_after_failed_starts() {
    // The first fails again and again for twenty minutes: the next try is minutes away by then.
    let mut file = rolling(4, 100, 200, &json!({}), &json!({}), &json!({}));
    file["changes"] = json!([{ "name": "bad", "at": "1h", "service": "shop/web", "defect": { "neverStarts": {} } },
        { "name": "good", "at": "80m", "service": "shop/web" }]);
    let summary = run(&file, 1);
    let good = &summary.changes[1];
    check("at once", good.end_seconds.unwrap().mean - good.begin_seconds.unwrap().mean, 70.0, 1e-3);
}

#[test]
fn errors_are_lost_to_the_change_in_the_share_that_it_gets() {
    let traffic = json!({ "traffic": [{ "service": "shop/web", "rate": "80/s", "requestsPerTask": "20/s",
        "loadBalancer": { "deregistrationDelay": "0s" } }] });
    let errors = json!({ "defect": { "errors": { "share": 0.25 } } });
    let summary = run(&rolling(8, 100, 200, &json!({}), &errors, &traffic), 1);
    let row = the_change(&summary);
    assert_eq!(row.outcome, "completed", "nothing looks for it");
    // From completion on a quarter of all is lost; before, of what the new revision got.
    let end = row.end_seconds.unwrap().mean;
    let truth = 0.25 * (row.exposed_requests.mean + 80.0 * (14_400.0 - end));
    check("failed", summary.services[0].requests.failed.mean, truth, 1e-3);
    let lost: f64 = summary.losses.iter().filter(|loss| loss.cause == "new").map(|loss| loss.lost_requests.mean).sum();
    check("booked", lost, truth, 1e-3);
    assert!(row.exposed_requests.mean > 0.0 && row.exposed_requests.mean < 80.0 * (end - 3_600.0));
}

#[test]
fn a_slower_revision_loses_what_it_cannot_answer() {
    let traffic = json!({ "traffic": [{ "service": "shop/web", "rate": "80/s", "requestsPerTask": "20/s" }] });
    let half = json!({ "defect": { "slower": { "capacity": 0.4 } } });
    let summary = run(&rolling(8, 100, 200, &json!({}), &half, &traffic), 1);
    // 8 x 20 x 0.4 = 64 of 80 are answered once it is everywhere.
    let end = the_change(&summary).end_seconds.unwrap().mean;
    let failed = summary.services[0].requests.failed.mean;
    assert!(failed >= 16.0 * (14_400.0 - end) && failed <= 16.0 * (14_400.0 - 3_600.0), "{failed}");
    let above = |load: f64| {
        let breaks = json!({ "defect": { "breaksAbove": { "load": load } } });
        run(&rolling(8, 100, 200, &json!({}), &breaks, &traffic), 1).services[0].requests.failed.mean
    };
    // Ten requests a second of twenty are offered to each task.
    assert_eq!(above(0.6), 0.0);
    assert!(above(0.4) > 0.0);
}

#[test]
fn bad_luck_has_the_chance_that_is_written() {
    let some = json!({ "badShare": 0.3, "defect": { "neverStarts": {} } });
    let breaker = json!({ "deploymentCircuitBreaker": { "enable": true, "rollback": true } });
    let summary = run(&rolling(4, 100, 200, &breaker, &some, &json!({})), 2_000);
    let share = the_change(&summary).outcomes["rolledBack"];
    assert!(share.low.unwrap() <= 0.3 && share.high.unwrap() >= 0.3, "{share:?}");
    check("the rest is completed", the_change(&summary).outcomes["completed"].mean, 1.0 - share.mean, 1e-9);
}

#[test]
fn a_later_change_supersedes_the_one_before() {
    let mut file = rolling(4, 100, 200, &json!({}), &json!({}), &json!({}));
    file["changes"] = json!([{ "name": "second", "at": "3640s", "service": "shop/web" },
        { "name": "first", "at": "1h", "service": "shop/web" }]);
    let (diary, summary) = watch(&file);
    let outcomes: Vec<&str> = summary.changes.iter().map(|row| row.outcome.as_str()).collect();
    assert_eq!(outcomes, ["completed", "stopped"], "in the order of the file");
    let steps: Vec<ChangeStep> = diary
        .0
        .iter()
        .filter_map(|(_, fact)| if let Fact::Change(ChangeFact::Step { what, .. }) = fact { Some(*what) } else { None })
        .collect();
    assert_eq!(steps, [ChangeStep::Began, ChangeStep::Superseded, ChangeStep::Began, ChangeStep::Completed]);
}

#[test]
fn a_deployment_stands_still_while_its_cell_is_down() {
    let down = json!({ "regions": [{ "name": "us-east-1", "zones": [{ "id": "z1" }, { "id": "z2" }, { "id": "z3" }],
            "controlPlane": { "restart": { "base": "0s", "clustersPerSecond": 100_000, "tasksPerSecond": 100_000 } } }],
        "faults": [{ "name": "down", "at": "3610s", "for": "30m", "cellOutage": {} }] });
    let summary = run(&rolling(4, 100, 200, &json!({}), &json!({}), &down), 1);
    let row = the_change(&summary);
    assert_eq!(row.outcome, "completed");
    // Starts that need the cell wait for it: 30 min later, then the 40 s and a stop.
    let took = row.end_seconds.unwrap().mean - 3_600.0;
    assert!((1_810.0 + 40.0..1_810.0 + 75.0).contains(&took), "{took}");
    // Asked for while it is down, it is taken on within half a minute of its return.
    let mut late = rolling(4, 100, 200, &json!({}), &json!({ "at": "3700s" }), &down);
    late["seed"] = json!(5);
    let begin = the_change(&run(&late, 1)).begin_seconds.unwrap().mean;
    assert!((3_610.0 + 1_800.0..=3_610.0 + 1_830.0).contains(&begin), "{begin}");
}

#[test]
fn an_account_updates_fifty_services_at_once_and_five_a_second() {
    let web = |row: u64| service(&format!("s{row}"), 1, 3, &json!({}));
    let services: Vec<Value> = (0..70).map(web).collect();
    let change = |row: u64| json!({ "name": format!("c{row}"), "at": "1h", "service": format!("shop/s{row}") });
    let mut file = rolling(1, 100, 200, &json!({}), &json!({}), &json!({}));
    file["clusters"] = shop(&services);
    file["changes"] = (0..70).map(change).collect();
    let begins = |file: &Value| -> Vec<f64> {
        let mut all: Vec<f64> = run(file, 1).changes.iter().map(|row| row.begin_seconds.unwrap().mean).collect();
        all.sort_by(f64::total_cmp);
        all
    };
    assert!(begins(&file).iter().all(|at| *at == 3_600.0), "no bucket binds where no control plane is written");
    file["regions"][0]["controlPlane"] = json!({});
    let found = begins(&file);
    for (row, at) in found.iter().enumerate() {
        let truth = 3_600.0 + if row < 50 { 0.0 } else { (row - 49) as f64 / 5.0 };
        check(&format!("update {row}"), *at, truth, 1e-3);
    }
}
