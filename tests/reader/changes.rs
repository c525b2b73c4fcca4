//! Changes and deployments as they are written, and what is said of wrong ones.

use evenkeel::cli::real;
use evenkeel::model::problem::{Problem, Severity};
use evenkeel::scenario::source::Texts;
use serde_json::{Value, json};

/// A service `shop/web` with traffic; its `deploymentConfiguration` and the changes as given.
fn file(configuration: &Value, changes: &Value) -> Value {
    let service = |name: &str| {
        json!({ "serviceName": name, "taskDefinition": "web", "desiredCount": 4, "launchType": "FARGATE",
                "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } } })
    };
    let mut web = service("web");
    web["deploymentConfiguration"] = configuration.clone();
    json!({
        "version": 1, "name": "changes", "duration": "2h",
        "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
            "containerDefinitions": [{ "name": "web", "image": "web:1" }] }],
        "clusters": [{ "clusterName": "shop", "services": [web, service("quiet")],
            "runTasks": [{ "taskDefinition": "web", "name": "jobs", "launchType": "FARGATE", "rate": "1/min",
                "lives": { "constant": "1m" },
                "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a"] } } }] }],
        "traffic": [{ "service": "shop/web", "rate": "90/s", "requestsPerTask": "60/s" }],
        "changes": changes,
    })
}

/// Holds the pointers and words of all errors and warnings.
fn check(configuration: &Value, changes: &Value, expected: &[(&str, &str)]) {
    let texts = Texts([("a.json".to_owned(), file(configuration, changes).to_string().into_bytes())].into());
    let all = real::load("a.json", &texts).problems.list;
    let found: Vec<Problem> = all.into_iter().filter(|one| one.severity != Severity::Note).collect();
    let said: Vec<String> = found.iter().map(|one| format!("{}: {} | {:?}", one.at, one.message, one.hint)).collect();
    assert_eq!(found.len(), expected.len(), "{configuration} {changes}: {said:#?}");
    for (at, words) in expected {
        let fits = |one: &&Problem| one.at == *at && one.message.contains(words) && one.hint.is_some();
        assert!(found.iter().any(|one| fits(&one)), "{configuration} {changes}: no {at}: {words} in {said:#?}");
    }
}

fn change(parts: &Value) -> Value {
    let mut one = json!({ "name": "v2", "at": "1h", "service": "shop/web" });
    one.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    json!([one])
}

#[test]
fn sound_changes_say_nothing() {
    check(&json!({}), &json!([]), &[]);
    check(&json!({ "strategy": "ROLLING" }), &change(&json!({})), &[]);
    check(&json!({ "strategy": "CANARY" }), &json!([]), &[]);
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let none = json!({});
    check(&none, &change(&json!({ "service": "shop/wbe" })), &[("/changes/0/service", "no service is called")]);
    check(&none, &change(&json!({ "service": "shop/jobs" })), &[("/changes/0/service", "standalone tasks")]);
    check(
        &none,
        &change(&json!({ "defect": { "errors": { "share": 0 } } })),
        &[("/changes/0/defect/errors/share", "no share")],
    );
    let slower = json!({ "defect": { "slower": { "capacity": 1.5 } }, "onlyInZone": "mars" });
    check(
        &none,
        &change(&slower),
        &[("/changes/0/defect/slower/capacity", "no share"), ("/changes/0/onlyInZone", "no zone is called")],
    );
    check(
        &none,
        &change(&json!({ "badShare": 0, "defect": { "neverStarts": {} } })),
        &[("/changes/0/badShare", "no chance")],
    );
    let twice = json!([{ "name": "a", "at": "1h", "service": "shop/web" }, { "name": "a", "at": "90m", "service": "shop/web" }]);
    check(&none, &twice, &[("/changes/1/name", "two changes are called `a`")]);
    let at = "/clusters/0/services/0/deploymentConfiguration";
    let alarms = json!({ "alarms": { "alarmNames": ["none"], "enable": true, "rollback": true } });
    check(&alarms, &json!([]), &[(&format!("{at}/alarms/alarmNames/0"), "no alarm is called `none`")]);
    for strategy in ["BLUE_GREEN", "LINEAR", "CANARY"] {
        check(&json!({ "strategy": strategy }), &change(&json!({})), &[("/changes/0/service", "not modelled yet")]);
    }
    let breaker = |value: u64| {
        json!({ "deploymentCircuitBreaker": { "enable": true, "rollback": true,
            "thresholdConfiguration": { "type": "BOUNDED_PERCENT", "value": value } } })
    };
    let value = format!("{at}/deploymentCircuitBreaker/thresholdConfiguration/value");
    check(&breaker(101), &json!([]), &[(&value, "out of range")]);
    check(&breaker(100), &json!([]), &[]);
}

#[test]
fn what_does_nothing_is_warned_of() {
    let none = json!({});
    check(&none, &change(&json!({ "at": "3h" })), &[("/changes/0/at", "after the end of the run")]);
    check(
        &none,
        &change(&json!({ "badShare": 0.5, "onlyInZone": "use1-az1" })),
        &[("/changes/0/badShare", "not used"), ("/changes/0/onlyInZone", "not used")],
    );
    let quiet = |defect: Value| change(&json!({ "service": "shop/quiet", "defect": defect }));
    check(&none, &quiet(json!({ "failsHealthChecks": {} })), &[("/changes/0/defect", "no health check")]);
    check(&none, &quiet(json!({ "errors": { "share": 0.5 } })), &[("/changes/0/defect", "no traffic")]);
    let stuck = json!({ "minimumHealthyPercent": 100, "maximumPercent": 124 });
    let at = "/clusters/0/services/0/deploymentConfiguration";
    check(&stuck, &change(&json!({})), &[(at, "none may stop before another starts")]);
}
