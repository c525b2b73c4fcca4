//! Alarms that watch a deployment: when they find what is bad, when they do not, and what is undone (CloudWatch alarms
//! and deployments).

use crate::world::{check, run, service, shop, watch, world, zones};
use evenkeel::internals::metrics::summary::{ChangeRow, Summary};
use evenkeel::internals::model::fact::{AlarmState, Fact};
use serde_json::{Value, json};

/// Four tasks that answer 20 requests a second each are asked for 40; a change comes after an hour; `alarm` is added to
/// an alarm on the share of requests that fail, 2 of 3 minutes above a tenth.
pub(crate) fn watched(alarm: &Value, configuration: &Value, change: &Value, parts: &Value) -> Value {
    let mut deployment = json!({ "minimumHealthyPercent": 100, "maximumPercent": 200,
        "alarms": { "alarmNames": ["errors"], "enable": true, "rollback": true } });
    deployment.as_object_mut().unwrap().extend(configuration.as_object().unwrap().clone());
    let mut rule = json!({ "AlarmName": "errors", "Namespace": "Evenkeel", "MetricName": "ErrorRate",
        "Service": "shop/web", "Period": 60, "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 0.1,
        "ComparisonOperator": "GreaterThanThreshold" });
    rule.as_object_mut().unwrap().extend(alarm.as_object().unwrap().clone());
    let mut one = json!({ "name": "new", "at": "1h", "service": "shop/web" });
    one.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let web = service("web", 4, 3, &json!({ "deploymentConfiguration": deployment }));
    let mut file = json!({ "regions": zones(3, &json!({})), "clusters": shop(&[web]), "changes": [one], "alarms": [rule],
        "traffic": [{ "service": "shop/web", "rate": "40/s", "requestsPerTask": "20/s",
                      "loadBalancer": { "deregistrationDelay": "0s" } }],
        "behaviour": [{ "family": "web", "start": { "constant": "30s" }, "stop": { "constant": "1s" } }] });
    file.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    world("4h", file)
}

fn the_change(summary: &Summary) -> &ChangeRow {
    assert_eq!(summary.changes.len(), 1);
    &summary.changes[0]
}

pub(crate) fn errors(share: f64) -> Value {
    json!({ "defect": { "errors": { "share": share } } })
}

#[test]
fn two_bad_minutes_of_three_take_a_revision_back() {
    let (diary, summary) = watch(&watched(&json!({}), &json!({}), &errors(0.5), &json!({})));
    let row = the_change(&summary);
    assert_eq!(row.outcome, "rolledBack");
    // Tasks start in 30 s and pass a check in at most 30 s: the first minute is mixed, so the second or third bad one
    // rings at a whole minute.
    let found = row.detect_seconds.unwrap().mean;
    assert!(found == 120.0 || found == 180.0, "{found}");
    let rang = diary.0.iter().find(|(_, fact)| matches!(fact, Fact::Alarm { state: AlarmState::Alarm, .. }));
    check("at the same time", rang.unwrap().0.as_secs_f64(), 3_600.0 + found, 1e-6);
    // Every loss is half of what the new revision got.
    check("exposed", summary.services[0].requests.failed.mean, row.exposed_requests.mean / 2.0, 1e-3);
    let stages: Vec<&str> = row.stages.iter().map(|stage| stage.stage.as_str()).collect();
    assert!(stages.ends_with(&["rollback"]), "{stages:?}");
    // Below its threshold it says nothing.
    let summary = run(&watched(&json!({}), &json!({}), &errors(0.05), &json!({})), 1);
    assert_eq!(the_change(&summary).outcome, "completed");
}

#[test]
fn without_rollback_it_stalls_with_what_is_there() {
    let stays = json!({ "alarms": { "alarmNames": ["errors"], "enable": true, "rollback": false } });
    let summary = run(&watched(&json!({}), &stays, &errors(0.5), &json!({})), 1);
    assert_eq!(the_change(&summary).outcome, "stopped");
    let off = json!({ "alarms": { "alarmNames": ["errors"], "enable": false, "rollback": true } });
    let summary = run(&watched(&json!({}), &off, &errors(0.5), &json!({})), 1);
    assert_eq!(the_change(&summary).outcome, "completed", "nobody looks");
}

#[test]
fn an_alarm_that_rings_already_hides_a_bad_revision() {
    // A grey zone makes a sixth of all requests fail from half an hour on, until after the deployment.
    let grey = json!({ "faults": [{ "name": "grey", "at": "30m", "for": "2h", "zoneGrey": { "zone": "z1", "errorShare": 0.5 } }] });
    let summary = run(&watched(&json!({}), &json!({}), &errors(0.5), &grey), 1);
    assert_eq!(the_change(&summary).outcome, "completed");
    // The same alarm, set so high that it is quiet before, finds it.
    let high = json!({ "Threshold": 0.4 });
    let summary = run(&watched(&high, &json!({}), &errors(0.5), &grey), 1);
    assert_eq!(the_change(&summary).outcome, "rolledBack");
    // It counts for nothing until the deployment is over, though it has been quiet in between.
    let late = json!({ "defect": { "breaksAbove": { "load": 0.6 } } });
    let mut parts = json!({ "traffic": [{ "service": "shop/web", "requestsPerTask": "20/s",
        "steps": [{ "at": "0s", "rate": "40/s" }, { "at": "100m", "rate": "60/s" }] }] });
    let bake = json!({ "bakeTimeInMinutes": 90 });
    let outcome = |parts: &Value| the_change(&run(&watched(&json!({}), &bake, &late, parts), 1)).outcome.clone();
    assert_eq!(outcome(&parts), "rolledBack");
    parts["faults"] =
        json!([{ "name": "grey", "at": "30m", "for": "40m", "zoneGrey": { "zone": "z1", "errorShare": 0.5 } }]);
    assert_eq!(outcome(&parts), "completed");
}

/// Of two alarms that a deployment watches, one on a zone rings before it begins: the other one is not watched either.
#[test]
fn one_alarm_that_rings_already_switches_the_whole_watch_off() {
    let grey = json!([{ "name": "grey", "at": "50m", "for": "40m", "zoneGrey": { "zone": "z1", "errorShare": 0.2 } }]);
    let both = json!({ "alarms": { "alarmNames": ["errors", "zone"], "enable": true, "rollback": true } });
    let file = |faults: &Value, bake: &Value| {
        let mut both = both.clone();
        both.as_object_mut().unwrap().extend(bake.as_object().unwrap().clone());
        let mut file = watched(&json!({}), &both, &errors(0.5), &json!({ "faults": faults }));
        let mut zone = file["alarms"][0].clone();
        (zone["AlarmName"], zone["Dimensions"]) =
            (json!("zone"), json!([{ "Name": "AvailabilityZone", "Value": "z1" }]));
        file["alarms"].as_array_mut().unwrap().push(zone);
        file
    };
    let outcome = |file: &Value| the_change(&run(file, 1)).outcome.clone();
    assert_eq!(outcome(&file(&grey, &json!({}))), "completed", "the alarm on all zones rings, and nobody looks");
    assert_eq!(outcome(&file(&json!([]), &json!({}))), "rolledBack");
    // Alarms that are not watched ask for no bake; one that is written is kept.
    let bakes = |bake: &Value| {
        let summary = run(&file(&grey, bake), 1);
        let stages = &the_change(&summary).stages;
        let bake = stages.iter().find(|stage| stage.stage == "bake");
        bake.map(|stage| stage.end_seconds.unwrap().mean - stage.begin_seconds.unwrap().mean)
    };
    assert_eq!(bakes(&json!({})), None);
    assert_eq!(bakes(&json!({ "bakeTimeInMinutes": 2 })), Some(120.0));
}

#[test]
fn a_bake_finds_what_shows_late() {
    // Bad only under more load than there is until two hours have gone.
    let late = json!({ "defect": { "breaksAbove": { "load": 0.6 } } });
    let busy = json!({ "traffic": [{ "service": "shop/web", "requestsPerTask": "20/s",
        "steps": [{ "at": "0s", "rate": "40/s" }, { "at": "2h", "rate": "60/s" }] }] });
    let minutes = |bake: u64| {
        let configuration = json!({ "bakeTimeInMinutes": bake });
        let summary = run(&watched(&json!({}), &configuration, &late, &busy), 1);
        the_change(&summary).outcome.clone()
    };
    assert_eq!(minutes(30), "completed", "a latent defect outlives the bake");
    assert_eq!(minutes(90), "rolledBack");
    // Without a bake that is written, as long as the alarm needs to see: three minutes.
    let summary = run(&watched(&json!({}), &json!({}), &json!({}), &json!({})), 1);
    let stages = &the_change(&summary).stages;
    let bake = stages.iter().find(|stage| stage.stage == "bake").unwrap();
    check("bake", bake.end_seconds.unwrap().mean - bake.begin_seconds.unwrap().mean, 180.0, 1e-6);
}

#[test]
fn metrics_say_what_they_are_called() {
    // All tasks are gone for ten minutes: the load balancer refuses, no target errs.
    let gone = json!({ "faults": [{ "name": "gone", "at": "2h", "for": "10m",
        "taskCrash": { "service": "shop/web", "share": 1.0 } }], "changes": [] });
    let rings = |metric: &str, namespace: &str, threshold: f64, operator: &str| {
        let rule = json!({ "MetricName": metric, "Namespace": namespace, "Threshold": threshold, "Statistic": "Sum",
            "EvaluationPeriods": 1, "DatapointsToAlarm": 1, "ComparisonOperator": operator });
        let mut rule = rule;
        if metric.ends_with("HostCount") {
            rule["Statistic"] = json!("Minimum");
        }
        if namespace == "Evenkeel" {
            rule.as_object_mut().unwrap().remove("Statistic");
        }
        let (diary, _) = watch(&watched(&rule, &json!({}), &json!({}), &gone));
        let rang = diary.0.iter().find(|(_, fact)| matches!(fact, Fact::Alarm { state: AlarmState::Alarm, .. }));
        rang.map(|(at, _)| at.as_secs_f64())
    };
    let above = "GreaterThanThreshold";
    assert_eq!(rings("HTTPCode_ELB_5XX_Count", "AWS/ApplicationELB", 100.0, above), Some(7_260.0));
    // The first tasks that are back are asked for more than they can answer for some seconds: that is their error.
    assert_eq!(rings("HTTPCode_Target_5XX_Count", "AWS/ApplicationELB", 1_200.0, above), None);
    assert_eq!(rings("ErrorRate", "Evenkeel", 0.9, above), Some(7_260.0));
    assert_eq!(rings("RequestCount", "AWS/ApplicationELB", 2_399.0, above), Some(60.0));
    assert_eq!(rings("RequestCount", "AWS/ApplicationELB", 2_400.0, above), None);
    let few = rings("HealthyHostCount", "AWS/ApplicationELB", 3.0, "LessThanOrEqualToThreshold").unwrap();
    assert!((7_260.0..=7_320.0).contains(&few), "{few}");
}

#[test]
fn what_is_sent_to_a_dead_target_is_an_error_of_the_balancer() {
    // One of four tasks is down for 40 s until its container is restarted in place, and its target stays in service: of
    // 40 requests a second a quarter is sent there, 400 in that minute. Nothing that reached a target failed.
    let web = json!({ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
        "containerDefinitions": [{ "name": "web", "image": "web:1", "restartPolicy": { "enabled": true } }] });
    let dead = json!({ "changes": [], "detection": { "target": { "constant": "50s" } }, "taskDefinitions": [web],
        "behaviour": [{ "family": "web", "phases": { "containerStart": { "constant": "40s" } } }],
        "faults": [{ "name": "one", "at": "2h", "taskCrash": { "service": "shop/web", "count": 1 } }] });
    let rings = |metric: &str, threshold: f64| {
        let rule = json!({ "MetricName": metric, "Namespace": "AWS/ApplicationELB", "Threshold": threshold,
            "Statistic": "Sum", "EvaluationPeriods": 1, "DatapointsToAlarm": 1 });
        let (diary, _) = watch(&watched(&rule, &json!({}), &json!({}), &dead));
        let rang = diary.0.iter().find(|(_, fact)| matches!(fact, Fact::Alarm { state: AlarmState::Alarm, .. }));
        rang.map(|(at, _)| at.as_secs_f64())
    };
    assert_eq!(rings("HTTPCode_ELB_5XX_Count", 399.0), Some(7_260.0));
    assert_eq!(rings("HTTPCode_ELB_5XX_Count", 400.0), None);
    assert_eq!(rings("HTTPCode_Target_5XX_Count", 0.0), None);
}
