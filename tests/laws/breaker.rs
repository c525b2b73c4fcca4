//! What the deployment circuit breaker counts, and why it trips or does not (Deployment circuit breaker).

use crate::deploy::{rolling, the_change};
use crate::renew::plane;
use crate::world::{Diary, run, watch};
use evenkeel::internals::metrics::summary::{BreakerRow, Summary};
use evenkeel::internals::model::fact::{Fact, StopCode, TaskFact, TaskState};
use serde_json::{Value, json};

fn breaker(more: &Value) -> Value {
    let mut one = json!({ "enable": true, "rollback": true });
    one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "deploymentCircuitBreaker": one })
}

fn of(summary: &Summary) -> BreakerRow {
    the_change(summary).circuit_breaker.clone().unwrap()
}

/// Tasks that stopped in this way: as an onlooker counts them.
fn stops(diary: &Diary, code: StopCode) -> f64 {
    let stopped = |fact: &Fact| matches!(fact, Fact::Task(TaskFact::Went { to: TaskState::Stopped, code: of, .. }) if *of == code);
    diary.0.iter().filter(|(_, fact)| stopped(fact)).count() as f64
}

#[test]
fn it_counts_starts_that_fail() {
    let bad = json!({ "defect": { "neverStarts": {} } });
    let summary = run(&rolling(10, 100, 200, &breaker(&json!({})), &bad, &json!({})), 1);
    let row = of(&summary);
    assert_eq!((row.why.as_str(), row.tripped.mean), ("tripped", 1.0));
    assert_eq!((row.failures.mean, row.threshold.unwrap().mean), (5.0, 5.0), "half of ten");
    // Far more than come in three hours of longer and longer rests.
    let many = breaker(&json!({ "thresholdConfiguration": { "type": "COUNT", "value": 1_000 } }));
    let (diary, summary) = watch(&rolling(10, 100, 200, &many, &bad, &json!({})));
    let row = of(&summary);
    assert_eq!((row.why.as_str(), row.tripped.mean), ("tooFew", 0.0));
    assert_eq!(row.failures.mean, stops(&diary, StopCode::TaskFailedToStart));
    assert_eq!((row.resets.mean, row.not_counted.mean), (0.0, 0.0));
}

#[test]
fn exits_of_running_tasks_are_not_counted() {
    let bad = json!({ "defect": { "crashes": { "after": { "constant": "20s" } } } });
    let (diary, summary) = watch(&rolling(10, 100, 200, &breaker(&json!({})), &bad, &json!({})));
    let row = of(&summary);
    assert_eq!((row.why.as_str(), row.failures.mean, row.tripped.mean), ("exitsNotCounted", 0.0, 0.0));
    // All that the new revision had: the old one never exits.
    assert_eq!(row.not_counted.mean, stops(&diary, StopCode::EssentialContainerExited));
    assert!(row.not_counted.mean > 10.0);
}

#[test]
fn who_has_none_is_told_so() {
    let summary = run(&rolling(4, 100, 200, &json!({}), &json!({}), &json!({})), 1);
    let row = of(&summary);
    assert_eq!((row.why.as_str(), row.threshold), ("disabled", None));
    let summary = run(&rolling(4, 100, 200, &breaker(&json!({})), &json!({}), &json!({})), 1);
    assert_eq!(of(&summary).why, "nothingFailed");
    let canary = json!({ "strategy": "CANARY", "deploymentCircuitBreaker": { "enable": true, "rollback": true } });
    let traffic = json!({ "traffic": [{ "service": "shop/web", "rate": "20/s", "requestsPerTask": "10/s" }] });
    let summary = run(&rolling(4, 100, 200, &canary, &json!({}), &traffic), 1);
    assert_eq!(of(&summary).why, "movesTraffic");
    let change = json!({ "pipeline": { "takes": "1m", "stages": [{ "what": "everywhere" }] } });
    let summary = run(&plane("2h", &change, &json!({})), 1);
    assert_eq!(the_change(&summary).circuit_breaker, None, "no deployment of Amazon ECS");
}
