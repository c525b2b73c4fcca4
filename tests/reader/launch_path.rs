//! A launch path that needs a service which cannot be there: `check` says so before a run shows it.

use evenkeel::{Problem, Scenario, Severity, Texts};
use serde_json::{Value, json};

fn service(name: &str) -> Value {
    json!({ "serviceName": name, "taskDefinition": "web", "desiredCount": 2, "launchType": "FARGATE",
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } } })
}

/// The launch path of the Region needs `core/tokens`; `core` and `more` add to that cluster and to the file.
fn file(core: &Value, more: &Value) -> Value {
    let mut cluster = json!({ "clusterName": "core", "services": [service("tokens")] });
    cluster.as_object_mut().unwrap().extend(core.as_object().unwrap().clone());
    let mut file = json!({
        "version": 1, "name": "circle", "duration": "2h",
        "regions": [{ "name": "us-east-1", "controlPlane": { "dependsOn": "core/tokens" } }],
        "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
            "containerDefinitions": [{ "name": "web", "image": "web:1" }] }],
        "clusters": [cluster, { "clusterName": "shop", "services": [service("web")] }],
    });
    file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    file
}

/// Errors and warnings.
fn said(file: &Value) -> Vec<Problem> {
    let mut list = Scenario::read("a.json", &Texts::one("a.json", file.to_string())).problems.list;
    list.retain(|one| one.severity != Severity::Note);
    list
}

/// Holds the words and the way out of the one thing that is said of `dependsOn`.
fn check(core: &Value, more: &Value, words: &str, way_out: &str) {
    let found = said(&file(core, more));
    assert_eq!(found.len(), 1, "{core} {more}: {found:#?}");
    assert_eq!(found[0].severity, Severity::Warning);
    assert_eq!(found[0].at, "/regions/0/controlPlane/dependsOn");
    assert_eq!(found[0].message, format!("nothing is ever launched in `us-east-1`: {words}"));
    assert_eq!(found[0].hint.as_deref(), Some(way_out));
}

#[test]
fn a_service_that_cannot_start_is_told() {
    check(
        &json!({}),
        &json!({ "startEmpty": true }),
        "with `startEmpty` `core/tokens` is not there, and cannot start",
        "leave `startEmpty` out, so that it stands at the start, or `dependsOn`",
    );
    check(
        &json!({ "createdAt": "10m" }),
        &json!({}),
        "`core` is created at 10m, and `core/tokens` cannot start in it",
        "leave `createdAt` of its cluster out, or `dependsOn`",
    );
}

#[test]
fn what_never_has_a_task_is_told() {
    let mut none = service("tokens");
    none["desiredCount"] = json!(0);
    let way_out = "write a `desiredCount` of 1 or more";
    check(&json!({ "services": [none] }), &json!({}), "`core/tokens` has no tasks", way_out);
    let stream = json!({ "taskDefinition": "web", "name": "tokens", "every": { "constant": "1m" },
        "launchType": "FARGATE", "lives": { "constant": "5m" },
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a"] } } });
    let words = "`core/tokens` is a stream of RunTask calls, and no call is taken";
    check(&json!({ "services": [], "runTasks": [stream] }), &json!({}), words, "name a service");
}

#[test]
fn nothing_is_said_of_a_service_that_stands() {
    assert_eq!(said(&file(&json!({}), &json!({}))).len(), 0);
    // Another cluster may come later.
    let mut late = file(&json!({}), &json!({}));
    late["clusters"][1]["createdAt"] = json!("10m");
    assert_eq!(said(&late).len(), 0);
}
