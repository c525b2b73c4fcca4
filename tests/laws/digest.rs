//! Version consistency: the first task of a deployment alone resolves the images, and three failed tries are the end
//! (Amazon ECS developer guide, "Deploy Amazon ECS services by replacing tasks", container image resolution).

use crate::colours::{blue_green, colours, with};
use crate::deploy::{rolling, the_change};
use crate::world::{Diary, check, run, watch};
use evenkeel::internals::model::fact::{Fact, Reason, TaskFact};
use serde_json::{Value, json};

/// The same with images whose tags ECS resolves.
fn tagged(mut file: Value) -> Value {
    let container = &mut file["taskDefinitions"][0]["containerDefinitions"][0];
    container.as_object_mut().unwrap().remove("versionConsistency");
    file
}

/// When tasks are launched from the change on, in seconds after it.
fn births(diary: &Diary) -> Vec<f64> {
    let born = |at: f64, fact: &Fact| {
        at >= 3_600.0 && matches!(fact, Fact::Task(TaskFact::Went { from, to, .. }) if from == to)
    };
    let all = diary.0.iter().filter(|(at, fact)| born(at.as_secs_f64(), fact));
    all.map(|(at, _)| at.as_secs_f64() - 3_600.0).collect()
}

/// One at 0 and the others at `then`.
fn first_then(then: f64, others: usize) -> Vec<f64> {
    std::iter::once(0.0).chain(std::iter::repeat_n(then, others)).collect()
}

fn breaker(more: &Value) -> Value {
    json!({ "deploymentCircuitBreaker": with(json!({ "enable": true, "rollback": true }), more) })
}

const NONE: fn() -> Value = || json!({});

#[test]
fn the_others_start_when_the_first_has_resolved_the_image() {
    // One law for all phases: the image is there when the task runs, 30 s later; 40 s more until the last is healthy.
    let (diary, summary) = watch(&tagged(rolling(8, 100, 200, &NONE(), &NONE(), &NONE())));
    assert_eq!(births(&diary), first_then(30.0, 7));
    let row = the_change(&summary);
    check("took", row.end_seconds.unwrap().mean - row.begin_seconds.unwrap().mean, 30.0 + 30.0 + 40.0, 1e-3);
    // With phases: when the agent asks the registry, before the layers are pulled.
    let phases = json!([{ "family": "web", "phases": { "networkInterface": { "constant": "5s" },
        "connect": { "constant": "4s" }, "imagePull": { "constant": "20s" }, "containerStart": { "constant": "1s" } } }]);
    let (diary, _) = watch(&tagged(rolling(8, 100, 200, &NONE(), &NONE(), &json!({ "behaviour": phases }))));
    assert_eq!(births(&diary), first_then(9.0, 7));
    // Nothing is to be resolved of an image that is named by its digest, nor where it is switched off.
    let mut by_digest = tagged(rolling(8, 100, 200, &NONE(), &NONE(), &NONE()));
    by_digest["taskDefinitions"][0]["containerDefinitions"][0]["image"] = json!("web@sha256:0123");
    for file in [by_digest, rolling(8, 100, 200, &NONE(), &NONE(), &NONE())] {
        assert_eq!(births(&watch(&file).0), [0.0; 8]);
    }
}

#[test]
fn only_one_task_makes_room_for_the_first() {
    // At 0 % healthy and 100 % at most all old ones could stop; they wait for the first new one.
    let bad = json!({ "defect": { "neverStarts": {} } });
    let summary = run(&tagged(rolling(12, 0, 100, &breaker(&NONE()), &bad, &NONE())), 1);
    assert_eq!((the_change(&summary).outcome.as_str(), summary.services[0].running.min.mean), ("rolledBack", 11.0));
    let (diary, summary) = watch(&tagged(rolling(12, 0, 100, &NONE(), &NONE(), &NONE())));
    assert_eq!((births(&diary), the_change(&summary).outcome.as_str()), (first_then(30.0, 11), "completed"));
}

#[test]
fn three_failed_tries_fail_a_deployment_with_a_circuit_breaker() {
    let bad = json!({ "defect": { "neverStarts": {} } });
    // Whatever its own threshold: 200 of 400, or less than three.
    for (desired, more, tries) in [
        (400, json!({}), 3),
        (10, json!({ "thresholdConfiguration": { "type": "COUNT", "value": 90 } }), 3),
        (10, json!({ "thresholdConfiguration": { "type": "COUNT", "value": 2 } }), 2),
    ] {
        let (diary, summary) = watch(&tagged(rolling(desired, 100, 200, &breaker(&more), &bad, &NONE())));
        assert_eq!(the_change(&summary).outcome, "rolledBack");
        // 30 s for each try, 10 s and 20 s between them.
        assert_eq!(births(&diary), [0.0, 40.0, 90.0][..tries], "{desired} {more}");
        let found = the_change(&summary).detect_seconds.unwrap().mean;
        check("found", found, [30.0, 70.0, 120.0][tries - 1], 1e-3);
        let pull = |fact: &Fact| matches!(fact, Fact::Task(TaskFact::Went { reason: Reason::CannotPullContainer, .. }));
        assert_eq!(diary.0.iter().filter(|(_, fact)| pull(fact)).count(), tries);
        assert_eq!(summary.services[0].running.min.mean, desired as f64);
    }
    let stalls = breaker(&json!({ "rollback": false }));
    let summary = run(&tagged(rolling(10, 100, 200, &stalls, &bad, &NONE())), 1);
    assert_eq!(the_change(&summary).outcome, "stopped");
}

#[test]
fn without_a_circuit_breaker_it_goes_on_with_tags_as_they_are() {
    let bad = json!({ "defect": { "neverStarts": {} } });
    let (diary, summary) = watch(&tagged(rolling(10, 100, 200, &NONE(), &bad, &NONE())));
    assert_eq!(the_change(&summary).outcome, "unfinished");
    // After the third the rest is 40 s.
    let expected = [&[0.0, 40.0, 90.0][..], &[160.0; 10]].concat();
    assert_eq!(births(&diary)[..13], expected);
}

#[test]
fn a_container_that_exits_has_resolved_its_image() {
    let bad = json!({ "defect": { "neverStarts": { "imagePulled": true } } });
    let (diary, summary) = watch(&tagged(rolling(10, 100, 200, &breaker(&NONE()), &bad, &NONE())));
    assert_eq!(the_change(&summary).outcome, "rolledBack");
    assert_eq!(births(&diary), first_then(40.0, 10), "five failures of eleven");
    check("found", the_change(&summary).detect_seconds.unwrap().mean, 70.0, 1e-3);
}

#[test]
fn a_registry_that_is_down_costs_three_tasks() {
    let down = json!({ "faults": [{ "name": "down", "at": "50m", "for": "2h", "imageRegistryDown": {} }] });
    let (diary, summary) = watch(&tagged(rolling(100, 100, 200, &breaker(&NONE()), &NONE(), &down)));
    assert_eq!((the_change(&summary).outcome.as_str(), births(&diary).len()), ("rolledBack", 3));
}

/// The first task, a stand-in for the crash after 5 s within a second, and the others once the image is known.
fn stand_in_before_the_others(births: &[f64]) {
    assert_eq!((births[0], births[2]), (0.0, 30.0));
    assert!((5.0..=6.0).contains(&births[1]), "{births:?}");
}

#[test]
fn what_is_lost_of_the_revision_before_is_replaced_meanwhile() {
    let crash =
        json!({ "faults": [{ "name": "crash", "at": "3605s", "taskCrash": { "service": "shop/web", "count": 1 } }] });
    let (diary, summary) = watch(&tagged(rolling(10, 100, 200, &NONE(), &NONE(), &crash)));
    stand_in_before_the_others(&births(&diary));
    assert_eq!(the_change(&summary).outcome, "completed");
}

#[test]
fn green_has_a_first_task_as_well() {
    let (diary, summary) = watch(&tagged(colours(&blue_green(), 5, &NONE())));
    assert_eq!((births(&diary), the_change(&summary).outcome.as_str()), (first_then(30.0, 9), "completed"));
    let bad = json!({ "defect": { "neverStarts": {} } });
    let strategy = with(blue_green(), &breaker(&NONE()));
    let (diary, summary) = watch(&tagged(colours(&strategy, 5, &bad)));
    assert_eq!(the_change(&summary).outcome, "unfinished", "the circuit breaker is for rolling updates");
    assert!(births(&diary).len() > 13);
    let acts = with(bad, &json!({ "circuitBreakerOnTrafficShift": true }));
    let (diary, summary) = watch(&tagged(colours(&strategy, 5, &acts)));
    assert_eq!((the_change(&summary).outcome.as_str(), births(&diary).len()), ("rolledBack", 3));
    // A task of blue that is lost meanwhile is replaced at once.
    let crash =
        json!({ "faults": [{ "name": "crash", "at": "3605s", "taskCrash": { "service": "shop/web", "count": 1 } }] });
    let (diary, _) = watch(&tagged(with(colours(&blue_green(), 5, &NONE()), &crash)));
    stand_in_before_the_others(&births(&diary));
}

#[test]
fn zone_by_zone_the_first_zone_has_the_first_task() {
    let stages = json!({ "pipeline": { "stages": [{ "what": "zones", "zoneBake": "1m", "bake": "1m" }] } });
    let (diary, summary) = watch(&tagged(rolling(6, 100, 200, &NONE(), &stages, &NONE())));
    assert_eq!(the_change(&summary).outcome, "completed");
    assert_eq!(births(&diary)[..2], [0.0, 30.0]);
    assert!(births(&diary)[2] > 100.0, "those of the second zone come after the bake of the first");
}
