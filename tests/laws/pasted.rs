//! Pasted objects mean what they say: Region and account, deleted objects, old services, nulls.

use crate::world::{plan, run, the_service};
use evenkeel::internals::experiment::replicate::{self, Options};
use evenkeel::internals::metrics::summary::Summary;
use evenkeel::internals::model::plan::Plan;
use evenkeel::internals::report::table::{self, Results};
use evenkeel::{Problem, Scenario, Severity, Texts};
use serde_json::{Value, json};

/// What is said of a file, and its plan when it can run.
pub(crate) fn look(file: &Value) -> (Vec<Problem>, Option<Plan>) {
    let reading = Scenario::read("a.json", &Texts::one("a.json", file.to_string()));
    (reading.problems.list, reading.scenario.map(Scenario::into_plan))
}

/// That this is said at this place.
pub(crate) fn told(file: &Value, severity: Severity, at: &str, words: &str) -> String {
    let (list, plan) = look(file);
    assert_eq!(plan.is_none(), severity == Severity::Error, "{list:#?}");
    let found = list.iter().find(|one| one.severity == severity && one.at == at && one.told().contains(words));
    let found = found.unwrap_or_else(|| panic!("{at} {words}: {list:#?}"));
    found.hint.clone().unwrap_or_default()
}

/// Nothing but notes is said.
pub(crate) fn quiet(file: &Value) {
    let (list, plan) = look(file);
    assert!(plan.is_some() && list.iter().all(|one| one.severity == Severity::Note), "{list:#?}");
}

/// A service of `desired` tasks of a size on a group; `group` adds to the group.
pub(crate) fn on_group(size: (u64, u64), desired: u64, group: &Value, parts: &Value) -> Value {
    let mut asg = json!({ "AutoScalingGroupName": "g", "MinSize": 0, "MaxSize": 12 });
    asg.as_object_mut().unwrap().extend(group.as_object().unwrap().clone());
    let mut file = json!({ "version": 1, "name": "pasted", "duration": "1h",
        "taskDefinitions": [{ "family": "web", "containerDefinitions": [
            { "name": "app", "cpu": size.0, "memory": size.1 }] }],
        "capacityProviders": [{ "name": "nodes", "autoScalingGroupProvider": { "autoScalingGroupArn": "g" } }],
        "autoScalingGroups": [asg],
        "clusters": [{ "clusterName": "c", "capacityProviders": ["nodes"], "services": [{ "serviceName": "s",
            "taskDefinition": "web", "desiredCount": desired, "launchType": "EC2" }] }] });
    file.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    file
}

/// A service on Fargate.
pub(crate) fn on_fargate(desired: u64, parts: &Value, service: &Value) -> Value {
    let mut one = json!({ "serviceName": "s", "taskDefinition": "web", "desiredCount": desired, "launchType": "FARGATE",
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } } });
    one.as_object_mut().unwrap().extend(service.as_object().unwrap().clone());
    let mut file = json!({ "version": 1, "name": "pasted", "duration": "1h",
        "taskDefinitions": [{ "family": "web", "cpu": "256", "memory": "512", "networkMode": "awsvpc",
            "containerDefinitions": [{ "name": "app" }] }],
        "clusters": [{ "clusterName": "c", "services": [one] }] });
    file.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    file
}

#[test]
fn what_bears_on_availability_and_is_not_modelled_is_told_once_for_each_field() {
    let mut file = on_fargate(1, &json!({}), &json!({ "serviceConnectConfiguration": { "enabled": true } }));
    let mut second = file["clusters"][0]["services"][0].clone();
    second["serviceName"] = json!("t");
    file["clusters"][0]["services"].as_array_mut().unwrap().push(second);
    let at = "/clusters/0/services/0/serviceConnectConfiguration";
    told(
        &file,
        Severity::Warning,
        at,
        "`serviceConnectConfiguration` bears on availability and is not modelled, in 2 places",
    );
    file["clusters"][0]["services"][0]["serviceConnectConfiguration"] = json!({ "enabled": false });
    file["clusters"][0]["services"][1]["serviceConnectConfiguration"] = json!({ "enabled": false });
    told(&file, Severity::Note, at, "no bearing on availability, in 2 places");
    let logs = |mode: &str| {
        let mut file = on_fargate(1, &json!({}), &json!({}));
        file["taskDefinitions"][0]["containerDefinitions"][0]["logConfiguration"] =
            json!({ "logDriver": "awslogs", "options": { "mode": mode } });
        file
    };
    quiet(&logs("blocking"));
    quiet(&logs("non-blocking"));
    let at = "/taskDefinitions/0/containerDefinitions/0/logConfiguration/options/mode";
    told(&logs("both"), Severity::Error, at, "`blocking` or `non-blocking`, not `both`");
    for (field, value) in [
        ("WarmPoolConfiguration", json!({ "MinSize": 2, "PoolState": "Stopped" })),
        ("MaxInstanceLifetime", json!(604_800)),
        ("InstanceMaintenancePolicy", json!({ "MinHealthyPercentage": 90, "MaxHealthyPercentage": 110 })),
    ] {
        let mut group = json!({ "MinSize": 1, "Instances": [{ "InstanceType": "m5.large" }] });
        group[field] = value;
        let file = on_group((256, 256), 1, &group, &json!({}));
        told(&file, Severity::Warning, &format!("/autoScalingGroups/0/{field}"), "bears on availability");
    }
}

fn arn(region: &str, account: &str, what: &str) -> String {
    format!("arn:aws:ecs:{region}:{account}:{what}")
}

#[test]
fn region_and_account_come_from_arns() {
    let mut file = on_fargate(
        3,
        &json!({}),
        &json!({
        "serviceArn": arn("eu-central-1", "123456789012", "service/c/s"),
        "clusterArn": arn("eu-central-1", "123456789012", "cluster/c") }),
    );
    let seen = plan(&file);
    assert_eq!(seen.regions.iter().map(|region| region.name.as_str()).collect::<Vec<_>>(), ["eu-central-1"]);
    assert_eq!(
        seen.zones.iter().map(|zone| zone.id.as_str()).collect::<Vec<_>>(),
        ["euc1-az1", "euc1-az2", "euc1-az3"]
    );
    assert_eq!(seen.clusters.iter().next().unwrap().account, "123456789012");
    file["clusters"][0]["clusterArn"] = json!(arn("eu-central-1", "123456789012", "cluster/c"));
    quiet(&file);
    // What is written and what the ARN says contradict each other.
    let mut other = file.clone();
    other["regions"] = json!([{ "name": "us-east-1" }]);
    let hint = told(
        &other,
        Severity::Error,
        "/clusters/0/clusterArn",
        "`eu-central-1`, which is none of the scenario's Regions",
    );
    assert!(hint.contains(r#"{"name": "eu-central-1"}"#), "{hint}");
    other["clusters"][0]["region"] = json!("us-east-1");
    told(&other, Severity::Error, "/clusters/0/clusterArn", "in `eu-central-1`, and the cluster `c` is in `us-east-1`");
    let mut other = file.clone();
    other["clusters"][0]["account"] = json!("999999999999");
    let hint = told(
        &other,
        Severity::Error,
        "/clusters/0/services/0/serviceArn",
        "account 123456789012, and the cluster `c` of 999999999999",
    );
    assert!(hint.contains(r#""account": "123456789012""#), "{hint}");
    let mut other = file.clone();
    other["clusters"][0]["services"][0]["serviceArn"] = json!(arn("eu-central-1", "999999999999", "service/c/s"));
    told(&other, Severity::Error, "/clusters/0/services/0/serviceArn", "account 999999999999");
}

#[test]
fn groups_and_providers_show_their_region_too() {
    let group = json!({ "MinSize": 1, "Instances": [crate::pasted_hosts::host("m5.large", "eu-west-1b")],
        "AutoScalingGroupARN": "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:1:autoScalingGroupName/g" });
    let file = on_group((256, 256), 1, &group, &json!({}));
    quiet(&file);
    let seen = plan(&file);
    assert_eq!(seen.regions.iter().next().unwrap().name, "eu-west-1");
    assert_eq!(seen.clusters.iter().next().unwrap().account, "123456789012");
}

/// Two clusters whose ARNs show one account share its launch bucket, as if `account` were written.
#[test]
fn clusters_of_one_account_share_a_launch_bucket() {
    let cluster = |name: &str, account: Option<&str>, arn_of: Option<&str>| {
        let mut one = on_fargate(2_000, &json!({}), &json!({}))["clusters"][0].clone();
        one["clusterName"] = json!(name);
        if let Some(account) = account {
            one["account"] = json!(account);
        }
        if let Some(account) = arn_of {
            one["clusterArn"] = json!(arn("us-east-1", account, &format!("cluster/{name}")));
        }
        one
    };
    let of = |account: Option<&str>, arn_of: Option<&str>| {
        let clusters = json!([cluster("a", account, arn_of), cluster("b", account, arn_of)]);
        let parts = json!({ "startEmpty": true, "duration": "30m", "clusters": clusters,
                            "behaviour": [{ "family": "web", "start": { "constant": "20s" } }] });
        run(&on_fargate(0, &parts, &json!({})), 1)
    };
    let running = |summary: &Summary| summary.services.iter().map(|row| row.running.mean.mean).collect::<Vec<_>>();
    let written = of(Some("111122223333"), None);
    let shown = of(None, Some("111122223333"));
    assert_eq!(running(&shown), running(&written));
    assert!(running(&of(None, None))[0] > running(&shown)[0], "each for itself they are faster");
}

#[test]
fn deleted_objects_are_left_out() {
    let mut file = on_fargate(3, &json!({}), &json!({ "status": "INACTIVE" }));
    let at = "/clusters/0/services/0/status";
    told(&file, Severity::Warning, at, "the service `s` is INACTIVE: it is left out");
    assert!(run(&file, 1).services.is_empty());
    file["clusters"][0]["status"] = json!("INACTIVE");
    file["taskDefinitions"][0]["status"] = json!("DELETE_IN_PROGRESS");
    told(&file, Severity::Warning, "/clusters/0/status", "the cluster `c` is INACTIVE");
    told(&file, Severity::Warning, "/taskDefinitions/0/status", "is DELETE_IN_PROGRESS and in no use");
    assert!(run(&file, 1).services.is_empty());
    // A service goes on with a definition that is being deleted; nothing new runs of it.
    let mut alive = on_fargate(3, &json!({}), &json!({}));
    alive["taskDefinitions"][0]["status"] = json!("INACTIVE");
    quiet(&alive);
    alive["clusters"][0]["runTasks"] = json!([{ "taskDefinition": "web", "name": "job", "rate": "1/s", "launchType": "FARGATE",
        "lives": { "constant": "1m" }, "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a"] } } }]);
    told(&alive, Severity::Error, "/clusters/0/runTasks/0/taskDefinition", "which is INACTIVE");
    let group = json!({ "MinSize": 1, "Instances": [{ "InstanceType": "m5.large" }] });
    let mut gone = on_group((256, 256), 1, &group, &json!({}));
    gone["capacityProviders"][0]["updateStatus"] = json!("DELETE_COMPLETE");
    let (list, _) = look(&gone);
    assert!(list.iter().any(|one| one.message.contains("the capacity provider `nodes` is deleted")), "{list:#?}");
}

/// Without traffic and with `minimumHealthyPercent` 0 nothing is needed: no share of time says anything.
#[test]
fn where_nothing_is_needed_there_is_no_availability() {
    let dark =
        json!({ "faults": [{ "name": "dark", "at": "5m", "for": "50m", "zonePowerLoss": { "zone": "use1-az1" } }] });
    let none = json!({ "deploymentConfiguration": { "maximumPercent": 200, "minimumHealthyPercent": 0 },
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a"] } } });
    let file = on_fargate(1, &dark, &none);
    let summary = run(&file, 1);
    assert!(the_service(&summary).capacity_availability.is_none() && the_service(&summary).nines.is_none());
    told(&file, Severity::Warning, "/clusters/0/services/0/deploymentConfiguration/minimumHealthyPercent", "no need");
    let results = Results { summary: &summary, plan: &plan(&file), time_line: None, first_replication: 0, more: "" };
    let text = table::text(&results, table::Style::PLAIN);
    assert!(text.contains("no need") && !text.contains("nothing lost"), "{text}");
}

#[test]
fn what_a_definition_was_found_fit_for_decides() {
    let group = json!({ "MinSize": 3, "MaxSize": 3, "Instances": [{ "InstanceType": "m5.large" }] });
    let mut file = on_group((256, 256), 3, &group, &json!({}));
    let definition = &mut file["taskDefinitions"][0];
    definition["requiresCompatibilities"] = json!(["FARGATE"]);
    told(&file, Severity::Error, "/taskDefinitions/0/requiresCompatibilities", "is not registered for EC2");
    file["taskDefinitions"][0]["compatibilities"] = json!(["EC2", "FARGATE"]);
    quiet(&file);
    file["taskDefinitions"][0]["compatibilities"] = json!(["EXTERNAL", "FARGATE"]);
    told(&file, Severity::Error, "/taskDefinitions/0/compatibilities", "is not registered for EC2");
}

#[test]
fn an_old_service_does_not_even_out_its_zones() {
    let on = |parts: Value| plan(&on_fargate(30, &json!({}), &parts)).services.iter().next().unwrap().rebalancing;
    assert!(on(json!({})));
    assert!(!on(json!({ "createdAt": "2021-03-01T00:00:00Z" })));
    assert!(!on(json!({ "createdAt": 1_614_556_800.25 })));
    assert!(!on(json!({ "createdAt": "2025-09-05T00:30:00.123000+02:00" })));
    assert!(on(json!({ "createdAt": "2025-09-05T00:00:00Z" })));
    assert!(on(json!({ "createdAt": "2021-03-01T00:00:00Z", "availabilityZoneRebalancing": "ENABLED" })));
    let file = on_fargate(1, &json!({}), &json!({ "createdAt": "long ago" }));
    told(&file, Severity::Error, "/clusters/0/services/0/createdAt", "must be a date, not `long ago`");
}

#[test]
fn a_default_strategy_of_weight_zero_harms_only_who_falls_back_on_it() {
    let zero = json!([{ "capacityProvider": "FARGATE", "weight": 0, "base": 0 }]);
    let mut file = on_fargate(1, &json!({}), &json!({}));
    file["clusters"][0]["capacityProviders"] = json!(["FARGATE"]);
    file["clusters"][0]["defaultCapacityProviderStrategy"] = zero;
    quiet(&file);
    file["clusters"][0]["services"][0].as_object_mut().unwrap().remove("launchType");
    told(&file, Severity::Error, "/clusters/0/services/0", "all weights of the default strategy of `c` are 0");
}

#[test]
fn null_is_absence_everywhere() {
    let mut file = on_fargate(
        1,
        &json!({}),
        &json!({ "loadBalancers": null, "placementStrategy": null,
        "schedulingStrategy": null, "deploymentConfiguration": { "alarms": null, "deploymentCircuitBreaker": null } }),
    );
    let container = &mut file["taskDefinitions"][0]["containerDefinitions"][0];
    for field in ["command", "secrets", "stopTimeout", "dependsOn", "healthCheck", "portMappings", "essential"] {
        container[field] = Value::Null;
    }
    quiet(&file);
    let first = replicate::run(&plan(&file), &[], &Options::default(), &()).summary.digest;
    let plain = on_fargate(1, &json!({}), &json!({}));
    assert_eq!(first, replicate::run(&plan(&plain), &[], &Options::default(), &()).summary.digest);
}
