//! Deployments that move traffic, and feature flags: who is exposed, who serves meanwhile, who is asked, and how it is
//! undone (Amazon ECS blue/green deployments; AWS AppConfig deployment strategies).

use crate::world::{check, run, service, shop, watch, world, zones};
use evenkeel::internals::metrics::summary::{ChangeRow, StageRow, Summary};
use evenkeel::internals::model::fact::{Fact, ServiceFact, TaskFact, TaskState};
use serde_json::{Value, json};

/// Requests a minute.
const RATE: f64 = 10_000.0;
/// From a failure until the load balancer sends everything to the old revision again.
const MOVES: f64 = 5.0;
/// The new tasks are healthy a minute after the change is asked for: 30 s to start, 30 s until they are ready.
const STANDS: f64 = 3_660.0;
/// How many requests are lost in that many seconds.
fn requests(seconds: f64) -> f64 {
    RATE * seconds / 60.0
}

pub(crate) fn with(mut file: Value, parts: &Value) -> Value {
    file.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    file
}

/// Ten tasks that answer 10,000 requests a minute; a change after an hour. An alarm rings after `minutes` bad ones.
pub(crate) fn colours(configuration: &Value, minutes: u64, change: &Value) -> Value {
    let alarms = json!({ "alarmNames": ["errors"], "enable": true, "rollback": true });
    let deployment = with(json!({ "alarms": alarms, "bakeTimeInMinutes": 30 }), configuration);
    let web = service("web", 10, 3, &json!({ "deploymentConfiguration": deployment }));
    let one = with(json!({ "name": "new", "at": "1h", "service": "shop/web" }), change);
    let rule = json!({ "AlarmName": "errors", "MetricName": "ErrorRate", "Service": "shop/web", "Period": 60,
        "EvaluationPeriods": minutes, "DatapointsToAlarm": minutes, "Threshold": 0.01,
        "ComparisonOperator": "GreaterThanThreshold" });
    let file = json!({ "regions": zones(3, &json!({})), "clusters": shop(&[web]), "changes": [one], "alarms": [rule],
        "traffic": [{ "service": "shop/web", "rate": "10000/min", "requestsPerTask": "20/s" }],
        "behaviour": [{ "family": "web", "start": { "constant": "30s" }, "stop": { "constant": "1s" },
            "health": { "constant": "30s" } }],
        "detection": { "loss": { "constant": "1s" }, "target": { "constant": "60s" } } });
    world("4h", file)
}

pub(crate) fn blue_green() -> Value {
    json!({ "strategy": "BLUE_GREEN" })
}

pub(crate) fn the_change(summary: &Summary) -> &ChangeRow {
    assert_eq!(summary.changes.len(), 1);
    &summary.changes[0]
}

pub(crate) fn failed(summary: &Summary) -> f64 {
    summary.services[0].requests.failed.mean
}

fn begins(stage: &StageRow) -> f64 {
    stage.begin_seconds.unwrap().mean
}

/// Names and outcomes of the stages.
fn stages(row: &ChangeRow) -> Vec<(&str, &str)> {
    row.stages.iter().map(|stage| (stage.stage.as_str(), stage.outcome.as_str())).collect()
}

#[test]
fn exposure_is_that_of_the_table() {
    let canary = json!({ "strategy": "CANARY" });
    let linear = json!({ "strategy": "LINEAR" });
    // f, D: failed = f x R x D x share; D is the time until the alarm and until the weights are back.
    for (strategy, f, minutes, whole) in [
        (blue_green(), 1.0, 5, 5.0),
        (blue_green(), 0.25, 5, 5.0),
        (canary.clone(), 1.0, 5, 5.0 * 0.05),
        (linear.clone(), 1.0, 5, 5.0 * 0.1),
        (linear, 1.0, 15, 6.0 * 0.1 + 6.0 * 0.2 + 3.0 * 0.3),
    ] {
        let bad = json!({ "defect": { "errors": { "share": f } } });
        let summary = run(&colours(&strategy, minutes, &bad), 1);
        let row = the_change(&summary);
        let name = format!("{strategy} {f} {minutes}");
        assert_eq!(row.outcome, "rolledBack", "{name}");
        check(&name, row.detect_seconds.unwrap().mean, STANDS - 3_600.0 + minutes as f64 * 60.0, 1e-3);
        check(&name, row.rollback_seconds.unwrap().mean, MOVES, 1e-6);
        // While the weights move back green gets what it got last.
        let last = if minutes == 15 {
            0.3
        } else if whole < 1.0 {
            whole / 5.0
        } else {
            1.0
        };
        let exposed = requests(whole * 60.0 + last * MOVES);
        check(&name, row.exposed_requests.mean, exposed, 1e-3);
        check(&name, failed(&summary), f * exposed, 1e-2);
    }
    // A canary that is found later than its bake has exposed everybody.
    let bad = json!({ "defect": { "errors": { "share": 1.0 } } });
    let summary = run(&colours(&canary, 12, &bad), 1);
    check("late", failed(&summary), requests(600.0 * 0.05 + 120.0 + MOVES), 1e-2);
}

#[test]
fn a_good_revision_passes_all_stages_and_loses_nothing() {
    let summary = run(&colours(&json!({ "strategy": "CANARY" }), 5, &json!({})), 1);
    let row = the_change(&summary);
    assert_eq!((row.outcome.as_str(), failed(&summary)), ("completed", 0.0));
    let done = |name| (name, "completed");
    let names = ["SCALE_UP", "PRODUCTION_TRAFFIC_SHIFT 5 %", "PRODUCTION_TRAFFIC_SHIFT 100 %", "BAKE_TIME", "CLEAN_UP"];
    assert_eq!(stages(row), names.map(done));
    let at: Vec<f64> = row.stages.iter().map(begins).collect();
    assert_eq!(at, [3_600.0, STANDS, STANDS + 600.0, STANDS + 600.0, STANDS + 600.0 + 1_800.0]);
    check("end", row.end_seconds.unwrap().mean, *at.last().unwrap(), 1e-9);
    check("exposed", row.exposed_requests.mean, requests(600.0 * 0.05 + 1_800.0), 1e-3);
    // Blue/green: all at once.
    let summary = run(&colours(&blue_green(), 5, &json!({})), 1);
    let row = the_change(&summary);
    assert_eq!((row.outcome.as_str(), failed(&summary)), ("completed", 0.0));
    check("exposed", row.exposed_requests.mean, requests(1_800.0), 1e-3);
    // Linear: ten steps, with nine waits between them.
    let summary = run(&colours(&json!({ "strategy": "LINEAR" }), 5, &json!({})), 1);
    let row = the_change(&summary);
    assert_eq!((row.outcome.as_str(), row.stages.len()), ("completed", 1 + 10 + 2));
    check("bake", begins(&row.stages[11]), STANDS + 9.0 * 360.0, 1e-6);
}

#[test]
fn both_stand_at_full_size_until_the_bake_is_over() {
    let (diary, summary) = watch(&colours(&json!({ "strategy": "LINEAR" }), 5, &json!({})));
    let row = the_change(&summary);
    let (stands, end) = (begins(&row.stages[1]), row.end_seconds.unwrap().mean);
    let (mut running, mut serving, mut births) = (0_i64, 10_i64, 0);
    let mut available = std::collections::BTreeMap::new();
    let mut rows = diary.0.iter().peekable();
    while let Some((at, fact)) = rows.next() {
        match fact {
            Fact::Task(TaskFact::Went { from, to, .. }) => {
                births += i64::from(from == to);
                running += i64::from(*to == TaskState::Running) - i64::from(*from == TaskState::Running && from != to);
            }
            Fact::Service(ServiceFact::Available { zone, count, .. }) => {
                available.insert(*zone, i64::from(*count));
                serving = available.values().sum();
            }
            _ => {}
        }
        let at = at.as_secs_f64();
        if rows.peek().is_some_and(|(next, _)| next.as_secs_f64() == at) || at == 0.0 {
            continue;
        }
        if (stands..end).contains(&at) {
            assert_eq!(running, 20, "both stand at {at}");
        }
        assert!(serving >= 10, "{serving} serve at {at}");
    }
    assert_eq!((births, running), (20, 10), "each task is started once, and the old ones go");
}

#[test]
fn a_lost_task_of_either_is_replaced_by_one_of_its_own() {
    // A zone without power takes 3 or 4 of each; without launches in it the others hold what is left.
    let faults =
        json!({ "faults": [{ "name": "dark", "at": "4000s", "for": "5m", "zonePowerLoss": { "zone": "z1" } }] });
    let file = with(colours(&json!({ "strategy": "CANARY" }), 5, &json!({})), &faults);
    let summary = run(&file, 1);
    assert_eq!(the_change(&summary).outcome, "completed");
    // A minute of dead targets and too few tasks: with six blue ones for longer, 38 of 158 requests a second would
    // fail.
    assert!((1_000.0..5_000.0).contains(&failed(&summary)), "{}", failed(&summary));
    let launched = summary.services[0].launches.requested.mean;
    assert!((16.0..=18.0).contains(&launched), "10 of the new one, and those of the zone: {launched}");
    // The weight goes back although blue lost a zone meanwhile: no task is started for that.
    let bad = json!({ "defect": { "errors": { "share": 0.5 } } });
    let summary = run(&with(colours(&blue_green(), 5, &bad), &faults), 1);
    check("back", the_change(&summary).rollback_seconds.unwrap().mean, MOVES, 1e-6);
}

fn hook(stage: &str, parts: &Value) -> Value {
    let lambda = json!({ "hookTargetArn": "arn:aws:lambda:us-east-1:1:function:f", "lifecycleStages": [stage] });
    json!({ "strategy": "BLUE_GREEN", "lifecycleHooks": [with(lambda, parts)] })
}

fn answer(stage: &str, parts: &Value) -> Value {
    json!({ "hooks": [with(json!({ "lifecycleStage": stage }), parts)] })
}

#[test]
fn a_hook_holds_up_fails_and_times_out() {
    const TEST: &str = "POST_TEST_TRAFFIC_SHIFT";
    let of = |configuration: &Value, change: &Value| run(&colours(configuration, 5, change), 1);
    // It takes four minutes: traffic moves four minutes later.
    let slow = answer(TEST, &json!({ "takes": { "constant": "4m" } }));
    let summary = of(&hook(TEST, &json!({})), &slow);
    let row = the_change(&summary);
    assert_eq!(stages(row)[1], (TEST, "completed"));
    check("later", begins(&row.stages[2]), STANDS + 240.0, 1e-6);
    // It fails: nobody was exposed, and green is gone at once.
    let fails = answer(TEST, &json!({ "takes": { "constant": "4m" }, "hookStatus": "FAILED" }));
    let summary = of(&hook(TEST, &json!({})), &fails);
    let row = the_change(&summary);
    assert_eq!((row.outcome.as_str(), row.exposed_requests.mean, failed(&summary)), ("rolledBack", 0.0, 0.0));
    assert_eq!(stages(row)[1], (TEST, "failed"));
    check("found", row.detect_seconds.unwrap().mean, 60.0 + 240.0, 1e-6);
    check("nothing to move back", row.rollback_seconds.unwrap().mean, 0.0, 1e-6);
    // It never answers: after seven minutes the deployment is taken back, or goes on.
    let silent = answer(TEST, &json!({ "hookStatus": "IN_PROGRESS" }));
    let limit = |action: &str| json!({ "timeoutConfiguration": { "timeoutInMinutes": 7, "action": action } });
    let summary = of(&hook(TEST, &limit("ROLLBACK")), &silent);
    let row = the_change(&summary);
    assert_eq!((row.outcome.as_str(), stages(row)[1]), ("rolledBack", (TEST, "timedOut")));
    check("after the time-out", row.detect_seconds.unwrap().mean, 60.0 + 420.0, 1e-6);
    let summary = of(&hook(TEST, &limit("CONTINUE")), &silent);
    let row = the_change(&summary);
    assert_eq!((row.outcome.as_str(), stages(row)[1]), ("completed", (TEST, "timedOut")));
    check("goes on", begins(&row.stages[2]), STANDS + 420.0, 1e-6);
    // An answer after the time-out does not count.
    let late = answer(TEST, &json!({ "takes": { "constant": "8m" } }));
    assert_eq!(the_change(&of(&hook(TEST, &limit("ROLLBACK")), &late)).outcome, "rolledBack");
}

#[test]
fn a_pause_waits_until_somebody_continues() {
    let pause = json!({ "strategy": "BLUE_GREEN", "lifecycleHooks": [{ "targetType": "PAUSE",
        "lifecycleStages": ["PRE_PRODUCTION_TRAFFIC_SHIFT"] }] });
    let change = answer("PRE_PRODUCTION_TRAFFIC_SHIFT", &json!({ "takes": { "constant": "50m" } }));
    let summary = run(&colours(&pause, 5, &change), 1);
    check("continued", begins(&the_change(&summary).stages[2]), STANDS + 3_000.0, 1e-6);
}

#[test]
fn a_hook_before_each_step_is_asked_at_each_step() {
    const PRE: &str = "PRE_PRODUCTION_TRAFFIC_SHIFT";
    let linear = with(
        hook("PRE_PRODUCTION_TRAFFIC_SHIFT", &json!({})),
        &json!({ "strategy": "LINEAR", "linearConfiguration": { "stepPercent": 50.0 } }),
    );
    let change = answer("PRE_PRODUCTION_TRAFFIC_SHIFT", &json!({ "takes": { "constant": "1m" } }));
    let summary = run(&colours(&linear, 5, &change), 1);
    let names: Vec<&str> = the_change(&summary).stages.iter().map(|row| row.stage.as_str()).collect();
    let steps = [PRE, "PRODUCTION_TRAFFIC_SHIFT 50 %", PRE, "PRODUCTION_TRAFFIC_SHIFT 100 %"];
    assert_eq!(names[1..5], steps);
    let at: Vec<f64> = the_change(&summary).stages[1..6].iter().map(begins).collect();
    assert_eq!(at, [0.0, 60.0, 420.0, 480.0, 480.0].map(|after| STANDS + after));
}

#[test]
fn a_hook_finds_a_bad_revision_with_its_chance() {
    const TEST: &str = "POST_TEST_TRAFFIC_SHIFT";
    let change = with(answer(TEST, &json!({ "finds": 0.7 })), &json!({ "defect": { "errors": { "share": 0.5 } } }));
    let file = colours(&hook(TEST, &json!({})), 5, &change);
    let summary = run(&file, 400);
    let unexposed = evenkeel_share(&file, 400);
    assert!((0.62..0.78).contains(&unexposed), "{unexposed}");
    assert_eq!(the_change(&summary).outcome, "rolledBack", "by the hook or by the alarm");
    // A good one is never found.
    let mut good = file;
    good["changes"][0].as_object_mut().unwrap().remove("defect");
    assert_eq!(the_change(&run(&good, 20)).outcomes["completed"].mean, 1.0);
}

/// Share of replications in which nobody was exposed.
fn evenkeel_share(file: &Value, replications: u32) -> f64 {
    let found = crate::world::each(file, replications, |summary| the_change(summary).exposed_requests.mean == 0.0);
    found.iter().filter(|found| **found).count() as f64 / f64::from(replications)
}

#[test]
fn without_capacity_for_green_blue_serves_on() {
    // Five vCPU a zone hold ten tasks of a quarter each twice over; three quarters a zone hold nine, and ten stand on
    // 3.5.
    let file =
        with(colours(&blue_green(), 5, &json!({})), &json!({ "regions": zones(3, &json!({ "vcpuPerZone": 1.5 })) }));
    let summary = run(&file, 1);
    let row = the_change(&summary);
    assert_eq!((row.outcome.as_str(), failed(&summary)), ("unfinished", 0.0));
    assert_eq!((row.exposed_requests.mean, stages(row)), (0.0, vec![("SCALE_UP", "unfinished")]));
    assert_eq!(summary.services[0].running.min.mean, 10.0);
    assert_eq!(summary.services[0].capacity_availability.unwrap().mean, 1.0);
    let short: f64 = summary.losses.iter().map(|loss| loss.lost_task_seconds.mean).sum();
    assert_eq!(short, 0.0, "nobody misses a spare");
}

#[test]
fn the_breaker_counts_tasks_of_green_where_it_is_to() {
    let breaker = json!({ "strategy": "BLUE_GREEN", "deploymentCircuitBreaker": { "enable": true, "rollback": true } });
    for defect in [json!({ "neverStarts": {} }), json!({ "failsHealthChecks": {} })] {
        // The API has the breaker for rolling updates only: without the setting it does not act.
        let alone = run(&colours(&breaker, 5, &json!({ "defect": defect })), 1);
        assert_eq!((the_change(&alone).outcome.as_str(), failed(&alone)), ("unfinished", 0.0), "{defect}");
        let change = json!({ "defect": defect, "circuitBreakerOnTrafficShift": true });
        let summary = run(&colours(&breaker, 5, &change), 1);
        let row = the_change(&summary);
        assert_eq!((row.outcome.as_str(), failed(&summary)), ("rolledBack", 0.0), "{defect}");
        assert_eq!(stages(row), [("SCALE_UP", "failed"), ("rollback", "completed")]);
        assert_eq!(summary.services[0].running.min.mean, 10.0);
    }
}

#[test]
fn without_rollback_it_stalls_where_it_is() {
    let alarms = json!({ "alarmNames": ["errors"], "enable": true, "rollback": false });
    let strategy = json!({ "strategy": "CANARY", "alarms": alarms });
    let summary = run(&colours(&strategy, 5, &json!({ "defect": { "errors": { "share": 1.0 } } })), 1);
    let row = the_change(&summary);
    assert_eq!((row.outcome.as_str(), stages(row)[1].1), ("stopped", "failed"));
    // Five of a hundred go on failing to the end.
    check("on and on", failed(&summary), requests((14_400.0 - STANDS) * 0.05), 1e-2);
}

#[test]
fn a_later_change_gives_all_traffic_back_before_it_begins() {
    for (strategy, share) in [(json!({ "strategy": "CANARY" }), 0.05), (blue_green(), 1.0)] {
        supersedes(&strategy, share);
    }
}

fn supersedes(strategy: &Value, share: f64) {
    let mut file = colours(strategy, 5, &json!({}));
    let one = |name: &str, at: &str| json!({ "name": name, "at": at, "service": "shop/web" });
    file["changes"] = json!([one("first", "1h"), one("second", "4000s")]);
    let summary = run(&file, 1);
    let outcomes: Vec<&str> = summary.changes.iter().map(|row| row.outcome.as_str()).collect();
    assert_eq!((outcomes, failed(&summary)), (vec!["stopped", "completed"], 0.0));
    check("first", summary.changes[0].exposed_requests.mean, requests((4_000.0 - STANDS) * share), 1e-3);
    check("second", begins(&summary.changes[1].stages[1]), 4_060.0, 1e-6);
}

/// The same service with a feature flag instead of a deployment.
fn flagged(flag: &Value, minutes: u64, change: &Value) -> Value {
    let flag = with(json!({ "alarmNames": ["errors"], "deploymentDurationInMinutes": 30, "growthFactor": 20.0 }), flag);
    colours(&json!({}), minutes, &with(json!({ "featureFlag": flag }), change))
}

#[test]
fn a_flag_grows_and_is_taken_back_at_once_without_a_task() {
    let growth = |kind: &str, factor: f64| json!({ "growthType": kind, "growthFactor": factor });
    // Linear, 20 % every six minutes: 6 x (20 + 40 + 60 + 80 + 100) / 100 of the minutes. Exponential, 10 % in five
    // steps.
    for (flag, minutes) in [
        (growth("LINEAR", 20.0), 6.0 * 3.0),
        (growth("EXPONENTIAL", 10.0), 6.0 * 2.5),
        (json!({ "growthFactor": 100.0, "deploymentDurationInMinutes": 0, "finalBakeTimeInMinutes": 10 }), 10.0),
    ] {
        let summary = run(&flagged(&flag, 5, &json!({})), 1);
        let row = the_change(&summary);
        assert_eq!((row.outcome.as_str(), summary.services[0].launches.requested.mean), ("completed", 0.0), "{flag}");
        check("exposed", row.exposed_requests.mean, requests(minutes * 60.0), 1e-3);
    }
    let bad = json!({ "defect": { "errors": { "share": 0.5 } } });
    let summary = run(&flagged(&json!({}), 8, &bad), 1);
    let row = the_change(&summary);
    assert_eq!((row.outcome.as_str(), row.rollback_seconds.unwrap().mean), ("rolledBack", 0.0));
    // Six minutes of a fifth and two of two fifths.
    check("exposed", row.exposed_requests.mean, requests(60.0 * (6.0 * 0.2 + 2.0 * 0.4)), 1e-3);
    check("failed", failed(&summary), row.exposed_requests.mean / 2.0, 1e-2);
    // Unwatched it is completed, and goes on spoiling.
    let summary = run(&flagged(&json!({ "alarmNames": [] }), 8, &bad), 1);
    assert_eq!(the_change(&summary).outcome, "completed");
    check("to the end", failed(&summary), requests(60.0 * 18.0 + 14_400.0 - 5_400.0) / 2.0, 1e-2);
}

#[test]
fn customers_who_stay_with_their_version_are_fewer_than_all() {
    let bad = |sticky: bool| json!({ "sticky": sticky, "defect": { "errors": { "share": 0.5 } } });
    let share = |file: &Value| the_change(&run(file, 1)).exposed_customers_share.map(|share| share.mean);
    let linear = json!({ "strategy": "LINEAR" });
    for sticky in [true, false] {
        let largest = |share: f64| Some(if sticky { share } else { 1.0 });
        assert_eq!(share(&colours(&json!({ "strategy": "CANARY" }), 5, &bad(sticky))), largest(0.05));
        assert_eq!(share(&colours(&linear, 8, &bad(sticky))), largest(0.2), "found in the second step");
        assert_eq!(share(&flagged(&json!({}), 8, &bad(sticky))), largest(0.4), "found in the second step");
        assert_eq!(share(&flagged(&json!({}), 8, &json!({ "sticky": sticky }))), Some(1.0), "completed");
    }
    let fails = with(bad(true), &answer("POST_SCALE_UP", &json!({ "hookStatus": "FAILED" })));
    assert_eq!(share(&colours(&hook("POST_SCALE_UP", &json!({})), 5, &fails)), Some(0.0));
    assert_eq!(share(&colours(&json!({}), 5, &bad(true))), None, "nothing moves by weights");
}

#[test]
fn a_slow_feature_takes_the_room_of_the_requests_that_see_it() {
    // 166.7 of 200 requests a second are offered; a fifth of both with half the room: 33.3 asked, 20 answered.
    let slow = json!({ "defect": { "slower": { "capacity": 0.5 } } });
    let flag = json!({ "growthFactor": 20.0, "deploymentDurationInMinutes": 30, "alarmNames": [] });
    let summary = run(&flagged(&flag, 8, &slow), 1);
    let lost = |share: f64| share * (RATE / 60.0 - 200.0 * 0.5);
    let truth: f64 =
        [0.2, 0.4, 0.6, 0.8, 1.0].iter().map(|share| lost(*share) * 360.0).sum::<f64>() + lost(1.0) * 9_000.0;
    check("failed", failed(&summary), truth, 1.0);
}
