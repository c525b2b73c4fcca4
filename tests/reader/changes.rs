//! Changes and deployments as they are written, and what is said of wrong ones.

use evenkeel::{Problem, Scenario, Severity, Texts};
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
    held(&file(configuration, changes), expected);
}

fn held(file: &Value, expected: &[(&str, &str)]) {
    let texts = Texts::one("a.json", file.to_string());
    let all = Scenario::read("a.json", &texts).problems.list;
    let found: Vec<Problem> = all.into_iter().filter(|one| one.severity != Severity::Note).collect();
    let said: Vec<String> = found.iter().map(|one| format!("{}: {} | {:?}", one.at, one.message, one.hint)).collect();
    assert_eq!(found.len(), expected.len(), "{said:#?}");
    for (at, words) in expected {
        let fits = |one: &&Problem| one.at == *at && one.message.contains(words) && one.hint.is_some();
        assert!(found.iter().any(|one| fits(&one)), "no {at}: {words} in {said:#?}");
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
    for strategy in [json!({ "strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0 }), json!({ "strategy": "LINEAR" })] {
        check(&strategy, &change(&json!({})), &[]);
    }
    check(&hook(&json!({})), &change(&json!({ "hooks": [{ "lifecycleStage": "POST_SCALE_UP" }] })), &[]);
    let flag = json!({ "deploymentDurationInMinutes": 30, "growthFactor": 20 });
    check(&hook(&json!({})), &change(&json!({ "featureFlag": flag })), &[]);
}

/// A deployment that asks one hook.
fn hook(parts: &Value) -> Value {
    let mut one = json!({ "hookTargetArn": "arn", "lifecycleStages": ["POST_SCALE_UP"] });
    one.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    json!({ "strategy": "CANARY", "lifecycleHooks": [one] })
}

#[test]
fn what_moves_traffic_is_checked() {
    let at = "/clusters/0/services/0/deploymentConfiguration";
    let none = json!([]);
    let place = |rest: &str| format!("{at}/{rest}");
    check(&json!({ "strategy": "BLUE_GREEN" }), &none, &[(&place("bakeTimeInMinutes"), "ECS needs")]);
    let linear = json!({ "strategy": "LINEAR", "linearConfiguration": { "stepPercent": 2 } });
    check(&linear, &none, &[(&place("linearConfiguration/stepPercent"), "must be between 3 and 100")]);
    let canary = json!({ "strategy": "CANARY", "canaryConfiguration": { "canaryPercent": 0.05 } });
    check(&canary, &none, &[(&place("canaryConfiguration/canaryPercent"), "must be between 0.1 and 100")]);
    let idle = json!({ "strategy": "CANARY", "linearConfiguration": {} });
    check(&idle, &none, &[(&place("linearConfiguration"), "not used")]);
    let mut rolling = hook(&json!({}));
    rolling["strategy"] = json!("ROLLING");
    check(&rolling, &none, &[(&place("lifecycleHooks"), "not used")]);
    let hooks = |parts: Value, rest: &str, words: &str| {
        check(&hook(&parts), &json!([]), &[(&place(&format!("lifecycleHooks/0/{rest}")), words)]);
    };
    hooks(json!({ "lifecycleStages": ["SCALE_UP"] }), "lifecycleStages/0", "asks no hook");
    hooks(json!({ "lifecycleStages": [] }), "lifecycleStages", "needs a stage");
    hooks(json!({ "targetType": "PAUSE" }), "hookTargetArn", "takes no `hookTargetArn`");
    hooks(json!({ "hookTargetArn": null }), "hookTargetArn", "needs the function");
    let pause = json!({ "targetType": "PAUSE", "hookTargetArn": null, "lifecycleStages": ["TEST_TRAFFIC_SHIFT"] });
    hooks(pause, "lifecycleStages/0", "no PAUSE hook");
    let late = json!({ "timeoutConfiguration": { "timeoutInMinutes": 0 } });
    hooks(late, "timeoutConfiguration/timeoutInMinutes", "must be between 1 and 20160");
    // Both need room.
    let mut tight = file(&json!({ "strategy": "LINEAR" }), &change(&json!({})));
    tight["regions"] = json!([{ "name": "us-east-1", "zones": [{ "id": "z1" }, { "id": "z2" }, { "id": "z3" }],
        "fargate": { "vcpuPerZone": 0.5 } }]);
    let texts = Texts::one("a.json", tight.to_string());
    let problems = Scenario::read("a.json", &texts).problems.list;
    assert!(problems.iter().any(|one| one.at == "/changes" && one.message.contains("needs room for 8 tasks")));
    // A service without a load balancer has no traffic that could move.
    let mut quiet = file(&json!({}), &change(&json!({ "service": "shop/quiet" })));
    quiet["clusters"][0]["services"][1]["deploymentConfiguration"] = json!({ "strategy": "LINEAR" });
    let texts = Texts::one("a.json", quiet.to_string());
    let problems = Scenario::read("a.json", &texts).problems.list;
    assert!(problems.iter().any(|one| one.at == "/changes/0/service" && one.message.contains("no load balancer")));
}

#[test]
fn answers_of_hooks_and_flags_are_checked() {
    let answers = |answers: Value| change(&json!({ "hooks": answers }));
    let of = hook(&json!({}));
    check(&of, &change(&json!({})), &[("/changes/0/hooks", "the hook at POST_SCALE_UP has no outcome")]);
    let ok = json!({ "lifecycleStage": "POST_SCALE_UP" });
    check(&of, &answers(json!([ok, ok])), &[("/changes/0/hooks/1/lifecycleStage", "two answers")]);
    let idle = json!({ "lifecycleStage": "PRE_SCALE_UP" });
    check(&of, &answers(json!([ok, idle])), &[("/changes/0/hooks/1", "not used")]);
    let finds = |chance: f64| answers(json!([{ "lifecycleStage": "POST_SCALE_UP", "finds": chance }]));
    check(&of, &finds(0.5), &[("/changes/0/hooks/0/finds", "not used")]);
    check(&of, &finds(1.5), &[("/changes/0/hooks/0/finds", "must be between 0 and 1")]);
    check(&json!({}), &change(&json!({ "sticky": true })), &[("/changes/0/sticky", "not used")]);
    let flag = |parts: Value, more: Value| {
        let mut flag = json!({ "deploymentDurationInMinutes": 30, "growthFactor": 20 });
        flag.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
        let mut one = json!({ "featureFlag": flag });
        one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        change(&one)
    };
    let none = json!({});
    let at = |rest: &str| format!("/changes/0/featureFlag/{rest}");
    check(
        &none,
        &flag(json!({ "growthFactor": 0.5 }), json!({})),
        &[(&at("growthFactor"), "must be between 1 and 100")],
    );
    let long = json!({ "deploymentDurationInMinutes": 1_441 });
    check(&none, &flag(long, json!({})), &[(&at("deploymentDurationInMinutes"), "must be between 0 and 1440")]);
    let alarm = json!({ "alarmNames": ["none"] });
    check(&none, &flag(alarm, json!({})), &[(&at("alarmNames/0"), "no alarm is called")]);
    let tasks = json!({ "defect": { "neverStarts": {} } });
    check(&none, &flag(json!({}), tasks), &[("/changes/0/defect", "a defect of tasks")]);
    check(&none, &flag(json!({}), json!({ "service": "shop/quiet" })), &[("/changes/0/service", "needs traffic")]);
}

#[test]
fn copies_need_two_sets_of_tasks_requests_and_somebody_who_looks() {
    let at = "/changes/0/shadow";
    let watched = |strategy: &str, dimensions: &Value| {
        let alarms = json!({ "alarmNames": ["new"], "enable": true, "rollback": true });
        let mut file = file(&json!({ "strategy": strategy, "bakeTimeInMinutes": 5, "alarms": alarms }), &json!([]));
        file["alarms"] = json!([{ "AlarmName": "new", "MetricName": "ErrorRate", "Service": "shop/web", "Period": 60,
            "EvaluationPeriods": 2, "Threshold": 0.1, "ComparisonOperator": "GreaterThanThreshold",
            "Dimensions": dimensions }]);
        file
    };
    let new = json!([{ "Name": "Revision", "Value": "new" }]);
    let told = |mut file: Value, parts: &Value, expected: &[(&str, &str)]| {
        file["changes"] = change(parts);
        held(&file, expected);
    };
    let copies = json!({ "shadow": { "for": "30m" } });
    for strategy in ["BLUE_GREEN", "CANARY", "LINEAR"] {
        told(watched(strategy, &new), &copies, &[]);
        told(watched(strategy, &json!([])), &copies, &[(at, "copies for `shop/web` that fail are not seen")]);
    }
    // A composite alarm that names it, and one of the pipeline, see it as well.
    let mut named = watched("CANARY", &new);
    named["compositeAlarms"] = json!([{ "AlarmName": "any", "AlarmRule": "ALARM(new) OR FALSE" }]);
    named["clusters"][0]["services"][0]["deploymentConfiguration"]["alarms"]["alarmNames"] = json!(["any"]);
    told(named, &copies, &[]);
    let pipeline = |alarm: &str| json!({ "stages": [{ "what": "everywhere" }], alarm: { "threshold": 0.1 } });
    let of = |alarm: &str| json!({ "shadow": { "for": "30m" }, "pipeline": pipeline(alarm) });
    told(watched("CANARY", &json!([])), &of("oneBoxAlarm"), &[]);
    told(watched("CANARY", &json!([])), &of("unitAlarm"), &[(at, "are not seen")]);

    told(watched("ROLLING", &new), &copies, &[(at, "deploys with ROLLING")]);
    let several = json!({ "service": null, "services": ["shop/web", "shop/quiet"], "shadow": { "for": "30m" } });
    told(watched("CANARY", &new), &several, &[(at, "`shop/quiet` deploys with ROLLING")]);
    let mut mute = watched("CANARY", &new);
    mute["clusters"][0]["services"][1]["deploymentConfiguration"] = json!({ "strategy": "CANARY" });
    mute["clusters"][0]["services"][1]["loadBalancers"] = json!([{ "targetGroupArn": "arn" }]);
    told(mute, &several, &[(at, "`shop/quiet` needs traffic")]);
    let flag = json!({ "deploymentDurationInMinutes": 30, "growthFactor": 20 });
    told(watched("CANARY", &new), &json!({ "shadow": { "for": "30m" }, "featureFlag": flag }), &[(at, "feature flag")]);

    let wrong = |shadow: Value, rest: &str, words: &str| {
        let place = if rest.is_empty() { at.to_owned() } else { format!("{at}/{rest}") };
        told(watched("CANARY", &new), &json!({ "shadow": shadow }), &[(&place, words)]);
    };
    wrong(json!({ "for": "30m", "share": 0 }), "share", "must be above 0 and at most 1");
    wrong(json!({ "for": "30m", "share": 1e-9 }), "share", "must be above 0 and at most 1");
    wrong(json!({ "for": "30m", "share": 1.5 }), "share", "must be between 0 and 1");
    wrong(json!({ "for": "0s" }), "for", "must be above 0");
    wrong(json!({ "share": 0.5 }), "", "`for`");
}

#[test]
fn copies_of_calls_to_a_control_plane_are_refused() {
    let mut file = file(&json!({}), &json!([]));
    file["regions"] = json!([{ "name": "us-east-1", "zones": [{ "id": "z1" }, { "id": "z2" }, { "id": "z3" }],
        "controlPlane": { "cells": 2 } }]);
    file["changes"] =
        json!([{ "name": "v2", "at": "1h", "controlPlane": "us-east-1", "shadow": { "for": "30m" }, "pipeline": {} }]);
    held(&file, &[("/changes/0/shadow", "are not copied")]);
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let none = json!({});
    check(&none, &change(&json!({ "service": "shop/wbe" })), &[("/changes/0/service", "no service is called")]);
    check(&none, &change(&json!({ "service": "shop/jobs" })), &[("/changes/0/service", "standalone tasks")]);
    check(
        &none,
        &change(&json!({ "defect": { "errors": { "share": 0 } } })),
        &[("/changes/0/defect/errors/share", "must be above 0 and at most 1")],
    );
    let poison = json!({ "defect": { "poisonInput": { "share": 2, "customers": ["large"] } } });
    let at = "/changes/0/defect/poisonInput";
    check(
        &none,
        &change(&poison),
        &[
            (&format!("{at}/share"), "must be above 0 and at most 1"),
            (&format!("{at}/customers"), "customers of their own"),
        ],
    );
    let at = "/changes/0/defect/leaks";
    let leaks = json!({ "defect": { "leaks": { "over": "0s", "loses": 1.5 } } });
    check(
        &none,
        &change(&leaks),
        &[(&format!("{at}/over"), "must be above 0"), (&format!("{at}/loses"), "must be between 0 and 1")],
    );
    let slower = json!({ "defect": { "slower": { "capacity": 1.5 } }, "onlyInZone": "mars" });
    check(
        &none,
        &change(&slower),
        &[
            ("/changes/0/defect/slower/capacity", "must be above 0 and at most 1"),
            ("/changes/0/onlyInZone", "no zone is called"),
        ],
    );
    check(
        &none,
        &change(&json!({ "badShare": 0, "defect": { "neverStarts": {} } })),
        &[("/changes/0/badShare", "must be above 0 and at most 1")],
    );
    let twice = json!([{ "name": "a", "at": "1h", "service": "shop/web" }, { "name": "a", "at": "90m", "service": "shop/web" }]);
    check(&none, &twice, &[("/changes/1/name", "two changes are called `a`")]);
    let at = "/clusters/0/services/0/deploymentConfiguration";
    let alarms = json!({ "alarms": { "alarmNames": ["none"], "enable": true, "rollback": true } });
    check(&alarms, &json!([]), &[(&format!("{at}/alarms/alarmNames/0"), "no alarm is called `none`")]);
    let breaker = |value: u64| {
        json!({ "deploymentCircuitBreaker": { "enable": true, "rollback": true,
            "thresholdConfiguration": { "type": "BOUNDED_PERCENT", "value": value } } })
    };
    let value = format!("{at}/deploymentCircuitBreaker/thresholdConfiguration/value");
    check(&breaker(101), &json!([]), &[(&value, "must be between 1 and 100")]);
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
    check(
        &none,
        &quiet(json!({ "errors": { "share": 0.5 } })),
        &[("/changes/0/defect", "`shop/quiet` has no traffic")],
    );
    let stuck = json!({ "minimumHealthyPercent": 100, "maximumPercent": 124 });
    let at = "/clusters/0/services/0/deploymentConfiguration";
    check(&stuck, &change(&json!({})), &[(at, "none may stop before another starts")]);
}

#[test]
fn changes_that_come_again_are_checked() {
    let none = json!({});
    let every = |parts: Value| {
        let mut one = json!({ "name": "v2", "every": { "exponential": { "mean": "1h" } } });
        one.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
        json!([one])
    };
    check(&none, &every(json!({ "service": "shop/web" })), &[]);
    check(&none, &every(json!({ "services": ["shop/web", "shop/quiet"] })), &[]);
    check(&none, &every(json!({ "everyService": true })), &[]);
    check(&none, &json!([{ "name": "v2", "service": "shop/web" }]), &[("/changes/0", "nothing says when")]);
    let both = json!({ "service": "shop/web", "at": "1h" });
    check(&none, &every(both), &[("/changes/0", "exclude each other")]);
    let still = json!({ "service": "shop/web", "every": { "constant": "0s" } });
    check(&none, &every(still), &[("/changes/0/every", "must be above 0")]);
    check(&none, &every(json!({ "service": "shop/web", "pipeline": {} })), &[]);
    let each = json!({ "everyService": true, "pipeline": {} });
    check(&none, &every(each), &[("/changes/0/pipeline", "each in its own time")]);
    let two = json!({ "service": "shop/web", "everyService": true });
    check(&none, &every(two), &[("/changes/0", "exclude each other")]);
    let once = json!([{ "name": "v2", "at": "1h", "everyService": true }]);
    check(&none, &once, &[("/changes/0/everyService", "`every` only")]);
    check(&none, &every(json!({ "service": "shop/jobs" })), &[("/changes/0/service", "standalone tasks")]);
}

#[test]
fn a_flag_that_a_defect_needs_is_one_of_the_same_service() {
    let shown = json!({ "deploymentDurationInMinutes": 30, "growthFactor": 20 });
    let flag = |service: &str| json!({ "name": "new-price", "at": "1h", "service": service, "featureFlag": shown });
    let bad = |parts: &Value| {
        let mut one = json!({ "name": "v2", "at": "1h", "service": "shop/web", "defect": { "errors": { "share": 0.5 } },
            "onlyWithFlag": "new-price" });
        one.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
        one
    };
    let none = json!({});
    let at = "/changes/0/onlyWithFlag";
    check(&none, &json!([bad(&none), flag("shop/web")]), &[]);
    check(&none, &json!([bad(&none)]), &[(at, "no change is called `new-price`")]);
    check(
        &none,
        &json!([bad(&json!({ "onlyWithFlag": "new-prise" })), flag("shop/web")]),
        &[(at, "no change is called")],
    );
    let two = json!([bad(&json!({ "onlyWithFlag": "v1" })), { "name": "v1", "at": "30m", "service": "shop/web" }]);
    check(&none, &two, &[(at, "`v1` shows no feature")]);
    let quiet = json!({ "name": "v2", "at": "1h", "service": "shop/quiet", "onlyWithFlag": "new-price",
        "defect": { "errors": { "share": 0.5 } } });
    check(
        &none,
        &json!([quiet, flag("shop/web")]),
        &[
            (at, "is of `shop/web`, which this change does not"),
            ("/changes/0/defect", "and `shop/quiet` has no traffic"),
        ],
    );
    let tasks = json!({ "defect": { "neverStarts": {} } });
    check(&none, &json!([bad(&tasks), flag("shop/web")]), &[(at, "a defect of tasks")]);
    let other = json!({ "featureFlag": shown });
    check(&none, &json!([bad(&other), flag("shop/web")]), &[(at, "belongs to a change of a revision")]);
    let good =
        json!([{ "name": "v2", "at": "1h", "service": "shop/web", "onlyWithFlag": "new-price" }, flag("shop/web")]);
    check(&none, &good, &[(at, "`onlyWithFlag` is not used")]);
}

#[test]
fn tasks_protect_themselves_where_that_is_modelled() {
    let told = |configuration: &Value, behaviour: Value, expected: &[(&str, &str)]| {
        let mut file = file(configuration, &json!([]));
        file["behaviour"] = json!([behaviour]);
        held(&file, expected);
    };
    let laws = json!({ "lasts": { "exponential": { "mean": "20m" } }, "again": { "exponential": { "mean": "1h" } } });
    told(&json!({}), json!({ "service": "shop/web", "protection": laws }), &[]);
    told(&json!({}), json!({ "family": "web", "protection": {} }), &[]);
    let still = json!({ "service": "shop/web", "protection": { "lasts": { "constant": "0s" } } });
    told(&json!({}), still, &[("/behaviour/0/protection/lasts", "must be above 0")]);
    let moves = json!({ "strategy": "CANARY" });
    let at = "/clusters/0/services/0";
    told(&moves, json!({ "service": "shop/web", "protection": {} }), &[(at, "moves traffic")]);
    told(&moves, json!({ "service": "shop/quiet", "protection": {} }), &[]);
}

#[test]
fn a_circuit_breaker_that_does_not_act_is_told() {
    let at = "/clusters/0/services/0/deploymentConfiguration/deploymentCircuitBreaker";
    let breaker = |strategy: &str| json!({ "strategy": strategy, "deploymentCircuitBreaker": { "enable": true, "rollback": true } });
    let acts = change(&json!({ "circuitBreakerOnTrafficShift": true }));
    let idle = "/changes/0/circuitBreakerOnTrafficShift";
    check(&breaker("ROLLING"), &change(&json!({})), &[]);
    check(&breaker("CANARY"), &change(&json!({})), &[(at, "does not act: ECS has it for ROLLING, not for CANARY")]);
    check(&breaker("CANARY"), &acts, &[]);
    check(&breaker("ROLLING"), &acts, &[(idle, "not used")]);
    check(&json!({ "strategy": "CANARY" }), &acts, &[(idle, "not used")]);
}

#[test]
fn early_success_criteria_are_those_that_ecs_takes() {
    let at = "/clusters/0/services/0/deploymentConfiguration/earlySuccessCriteria";
    let early = |percent: u64, strategy: &str, least: u64| {
        json!({ "strategy": strategy, "minimumHealthyPercent": least, "earlySuccessCriteria":
            { "enable": true, "healthyPercent": percent, "sourceServiceRevisionCleanup": "BLOCKING" } })
    };
    check(&early(90, "ROLLING", 50), &change(&json!({})), &[]);
    check(&early(40, "ROLLING", 50), &json!([]), &[(&format!("{at}/healthyPercent"), "must be between 50 and 100")]);
    check(&early(90, "LINEAR", 50), &json!([]), &[(at, "with ROLLING only")]);
    check(&json!({ "earlySuccessCriteria": { "enable": true } }), &json!([]), &[(at, "ECS needs `healthyPercent`")]);
    check(&json!({ "earlySuccessCriteria": { "enable": false } }), &json!([]), &[]);
}

#[test]
fn deployments_that_begin_with_an_alarm_in_alarm_are_told() {
    let told = |alarm: Value, parts: &Value, rings: bool| {
        let configuration = json!({ "alarms": { "alarmNames": ["one"], "enable": true, "rollback": true } });
        let mut file = file(&configuration, &change(&json!({})));
        let mut one = json!({ "AlarmName": "one", "Service": "shop/web", "Period": 60, "EvaluationPeriods": 2,
            "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching" });
        one.as_object_mut().unwrap().extend(alarm.as_object().unwrap().clone());
        file["alarms"] = json!([one]);
        file.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
        let expected = [("/changes/0", "the alarm `one` is in ALARM before this deployment begins")];
        held(&file, &expected[..usize::from(rings)]);
    };
    let none = json!({});
    let requests = |threshold: u64| json!({ "MetricName": "RequestCount", "Threshold": threshold, "Statistic": "Sum" });
    // 90 requests a second are 5,400 a minute.
    told(requests(5_399), &none, true);
    told(requests(5_400), &none, false);
    let errors = |threshold: f64| json!({ "MetricName": "ErrorRate", "Namespace": "Evenkeel", "Threshold": threshold });
    let grey = |at: &str| json!({ "faults": [{ "name": "grey", "at": at, "for": "1h", "zoneGrey": { "zone": "use1-az1", "errorShare": 0.3 } }] });
    // A third of the zones fails three requests in ten.
    told(errors(0.09), &grey("30m"), true);
    told(errors(0.11), &grey("30m"), false);
    told(errors(0.09), &grey("59m"), false);
    told(errors(0.09), &none, false);
    let mut zone = errors(0.2);
    zone["Dimensions"] = json!([{ "Name": "AvailabilityZone", "Value": "use1-az1" }]);
    told(zone.clone(), &grey("30m"), true);
    // An alarm on the new revision has no data before there is one.
    let mut new = errors(0.2);
    new["Dimensions"] = json!([{ "Name": "Revision", "Value": "new" }]);
    told(new.clone(), &none, false);
    new["TreatMissingData"] = json!("breaching");
    told(new, &none, true);
    // By way of another one, and not before its periods are over.
    let both = |rule: &str| {
        let other = json!({ "AlarmName": "other", "Service": "shop/web", "MetricName": "RequestCount", "Threshold": 1,
            "Period": 60, "EvaluationPeriods": 2, "Statistic": "Sum", "ComparisonOperator": "GreaterThanThreshold" });
        json!({ "alarms": [other], "compositeAlarms": [{ "AlarmName": "one", "AlarmRule": rule }] })
    };
    told(none.clone(), &both("ALARM(other)"), true);
    told(none.clone(), &both("NOT ALARM(other)"), false);
    let mut early = both("ALARM(other)");
    early["changes"] = change(&json!({ "at": "90s" }));
    told(none, &early, false);
}
