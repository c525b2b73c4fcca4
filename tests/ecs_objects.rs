//! Real ECS objects go in as the AWS CLI prints them; what ECS refuses, and what means nothing, is refused with its
//! place; the committed schema is the generated one.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may fail and read the committed schema")]

#[path = "ecs_objects/alarms.rs"]
mod alarms;
#[path = "ecs_objects/members.rs"]
mod members;

use evenkeel::internals::engine::{Dist, Span, Time};
use evenkeel::internals::forecast::services::{self, at_start};
use evenkeel::internals::metrics::Objective;
use evenkeel::internals::model::Plan;
use evenkeel::internals::model::plan::{Kind, Profile, ProviderKind, When};
use evenkeel::internals::model::problem::{Code, Problems, Severity};
use evenkeel::internals::scenario::{Document, resolved as resolved_document, schema};
use serde_json::{Value, json};

/// A Fargate service, a service on hosts, a daemon and a stream.
fn base() -> Value {
    json!({
        "version": 1, "name": "base", "duration": "3h", "warmUp": "15m",
        "regions": [{ "name": "us-east-1", "zones": [
            { "id": "use1-az1", "subnets": ["subnet-a"] }, { "id": "use1-az2", "subnets": ["subnet-b"] },
            { "id": "use1-az3", "subnets": ["subnet-new"] }
        ] }],
        "taskDefinitions": [
            { "family": "web", "revision": 3, "networkMode": "awsvpc", "cpu": "512", "memory": "1024",
              "containerDefinitions": [
                  { "name": "app", "portMappings": [{ "containerPort": 80 }], "dependsOn": [{ "containerName": "proxy", "condition": "START" }] },
                  { "name": "proxy", "essential": false, "stopTimeout": 60 }] },
            { "family": "api", "containerDefinitions": [
                  { "name": "app", "cpu": 256, "memory": 512, "portMappings": [{ "containerPort": 80, "hostPort": 8080 }],
                    "healthCheck": { "command": ["CMD", "true"], "retries": 2 } }] }
        ],
        "capacityProviders": [{ "name": "nodes", "autoScalingGroupProvider": {
            "autoScalingGroupArn": "arn:aws:autoscaling:us-east-1:1:autoScalingGroup:x:autoScalingGroupName/nodes-asg",
            "managedScaling": { "status": "ENABLED", "targetCapacity": 80 } } }],
        "autoScalingGroups": [{ "AutoScalingGroupName": "nodes-asg", "MinSize": 2, "MaxSize": 20, "DesiredCapacity": 6,
            "AvailabilityZones": ["us-east-1a", "us-east-1b"],
            "MixedInstancesPolicy": { "LaunchTemplate": { "Overrides": [{ "InstanceType": "m5.large" }] } } }],
        "clusters": [{
            "clusterName": "shop", "capacityProviders": ["FARGATE", "FARGATE_SPOT", "nodes"],
            "services": [
                { "serviceName": "web", "taskDefinition": "web:3", "desiredCount": 9,
                  "capacityProviderStrategy": [{ "capacityProvider": "FARGATE", "weight": 1, "base": 2 }, { "capacityProvider": "FARGATE_SPOT", "weight": 3 }],
                  "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-a", "subnet-b", "subnet-new"] } } },
                { "serviceName": "api", "taskDefinition": "api", "desiredCount": 4,
                  "capacityProviderStrategy": [{ "capacityProvider": "nodes", "weight": 1 }],
                  "placementStrategy": [{ "type": "spread", "field": "attribute:ecs.availability-zone" }, { "type": "binpack", "field": "MEMORY" }],
                  "placementConstraints": [{ "type": "memberOf", "expression": "attribute:ecs.instance-type =~ m5.*" }] },
                { "serviceName": "log", "taskDefinition": "api", "launchType": "EC2", "schedulingStrategy": "DAEMON" }
            ],
            "runTasks": [{ "taskDefinition": "web", "name": "batch", "rate": "2/s", "launchType": "FARGATE",
                "lives": { "exponential": { "mean": "5m" } },
                "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-a"] } } }]
        }],
        "behaviour": [
            { "family": "web", "start": { "constant": "45s" }, "crash": { "exponential": { "mean": "30d" } } },
            { "service": "shop/web", "stop": { "constant": "5s" } },
            { "capacityProvider": "nodes", "boot": { "constant": "90s" }, "spotInstanceDraining": true }
        ],
        "detection": { "loss": { "constant": "60s" } },
        "traffic": [{ "service": "web", "rate": "300/s", "requestsPerTask": "60/s" }],
        "faults": [
            { "name": "dark", "at": "1h", "for": "40m", "zonePowerLoss": { "zone": "use1-az1" } },
            { "name": "hosts", "every": { "exponential": { "mean": "90d" } }, "for": { "exponential": { "mean": "20m" } },
              "hostCrash": { "capacityProvider": "nodes" } }
        ],
        "objectives": [{ "service": "web", "requestAvailability": { "atLeast": 0.999 } }, { "fault": "dark", "recoverSeconds": { "atMost": 360 } }]
    })
}

/// Services and streams in the order of the file.
fn written(plan: &Plan) -> impl Iterator<Item = &evenkeel::internals::model::plan::Service> {
    plan.services_in_order().map(|id| &plan.services[id])
}

/// `base` with the value at a pointer replaced, added or (null) removed; `/-` at the end appends.
fn changed(changes: &[(&str, Value)]) -> Value {
    let mut whole = base();
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match whole.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")) {
            Value::Object(map) if value.is_null() => drop(map.shift_remove(key)),
            Value::Object(map) => drop(map.insert(key.to_owned(), value.clone())),
            Value::Array(list) if key == "-" => list.push(value.clone()),
            Value::Array(list) => list[key.parse::<usize>().unwrap()] = value.clone(),
            _ => panic!("{parent} holds nothing"),
        }
    }
    whole
}

fn resolved(whole: Value) -> (Option<(Plan, Vec<Objective>)>, Problems) {
    let mut out = Problems::default();
    let csv = |name: &str| match name {
        "traffic.csv" => Ok("seconds,requests_per_second\n60,10\n".to_owned()),
        _ => Err("does not exist".to_owned()),
    };
    let found = resolved_document(&Document::of(whole), &csv, &mut out);
    if let Some((plan, _)) = &found {
        evenkeel::internals::forecast::doubts(plan, &mut out);
    }
    // What is taken by default is not what these tests are about.
    out.list.retain(|one| one.code != Code::NoBearing && !one.message.contains(" by default ("));
    (found, out)
}

fn plan(whole: Value) -> Plan {
    let (plan, out) = resolved(whole);
    plan.unwrap_or_else(|| panic!("{:#?}", out.list)).0
}

/// One change of the base leads to a finding of this severity at this place with these words.
fn check(severity: Severity, changes: &[(&str, Value)], at: &str, words: &str) {
    let (plan, out) = resolved(changed(changes));
    let found = out.of(severity).any(|problem| problem.at == at && problem.message.contains(words));
    assert!(found, "{at} {words}: {:#?}", out.list);
    assert_eq!(plan.is_none(), severity == Severity::Error, "{at} {words}: {:#?}", out.list);
}

fn refused(pointer: &str, value: Value, at: &str, words: &str) {
    check(Severity::Error, &[(pointer, value)], at, words);
}

const WEB: &str = "/clusters/0/services/0";
const API: &str = "/clusters/0/services/1";
const LOG: &str = "/clusters/0/services/2";

#[test]
fn the_committed_schema_is_the_generated_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/scenario.schema.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, schema::json()).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    assert!(committed == schema::json(), "run `UPDATE=1 cargo test --test ecs_objects`");
}

#[test]
fn the_schema_takes_the_base_and_refuses_strange_keys() {
    let schema = schema::value();
    jsonschema::meta::validate(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&base()).map(|error| format!("{} {error}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
    let fault = json!({ "name": "x", "at": "1h", "zoneGrey": { "errorShare": 0.5 }, "hostCrash": {} });
    for (pointer, value) in [
        ("/seeds", json!(1)),
        ("/clusters/0/services/0/desiredCounts", json!(1)),
        ("/clusters/0/services/0/desiredCount", json!(-1)),
        ("/faults/0", fault),
        ("/faults/0/zonePowerLost", json!({})),
        ("/taskDefinitions/1/containerDefinitions/0/healthCheck/retries", json!(11)),
        ("/objectives/0/requestAvailable", json!({ "atLeast": 1 })),
        ("/changes", json!([{}])),
    ] {
        assert!(!validator.is_valid(&changed(&[(pointer, value)])), "{pointer}");
    }
}

#[test]
fn the_base_becomes_a_plan() {
    let (found, out) = resolved(base());
    let (plan, objectives) = found.unwrap_or_else(|| panic!("{:#?}", out.list));
    assert_eq!(out.of(Severity::Warning).count(), 0, "{:#?}", out.list);
    assert_eq!(plan.starts_at, 1_767_571_200);
    assert_eq!(
        plan.zones.iter().map(|zone| zone.name.as_str()).collect::<Vec<_>>(),
        ["us-east-1a", "us-east-1b", "us-east-1c"]
    );
    let names: Vec<_> =
        written(&plan).map(|service| (service.name.as_str(), service.kind, service.zones.len())).collect();
    let expected = [
        ("shop/web", Kind::Replica, 3),
        ("shop/api", Kind::Replica, 3),
        ("shop/log", Kind::Daemon, 3),
        ("shop/batch", Kind::Stream, 1),
    ];
    assert_eq!(names, expected);
    let rows: Vec<_> = plan.providers.iter().map(|provider| provider.name.as_str()).collect();
    assert_eq!(rows, ["FARGATE", "FARGATE_SPOT", "nodes", "EC2"]);
    let cell = plan.cells.iter().next().unwrap();
    assert_eq!((cell.services.clone(), cell.providers.clone(), cell.buckets.clone()), (0..4, 0..4, 0..2));
    assert_eq!(objectives[0].name, "shop/web");
}

#[test]
fn a_service_keeps_what_was_written() {
    let plan = plan(base());
    let rows: Vec<_> = written(&plan).collect();
    let (web, api, log, batch) = (rows[0], rows[1], rows[2], rows[3]);
    assert_eq!((web.task.name.as_str(), web.task.cpu, web.task.memory, web.task.eni), ("web:3", 512, 1_024, true));
    assert_eq!((web.task.start_depth, web.task.stop_timeout), (2, Span::from_secs(60)));
    assert_eq!(web.life.start.as_ref().and_then(Dist::fixed), Some(Span::from_secs(45)));
    assert_eq!(web.life.stop.fixed(), Some(Span::from_secs(5)));
    assert!(web.life.crash.is_some() && api.life.crash.is_none() && api.life.start.is_none());
    assert!(web.rebalancing && api.rebalancing && !log.rebalancing);
    assert!(web.balancer.is_some() && web.traffic.is_some() && api.balancer.is_none());
    assert_eq!((log.minimum_healthy_percent, log.maximum_percent, log.desired), (0, 100, 0));
    assert_eq!(
        (api.task.ports, log.task.ports, api.task.health.map(|health| health.fails)),
        (1, 1, Some(Span::from_secs(65)))
    );
    assert!(batch.life.lives.is_some() && batch.arrivals.is_some());
    let ProviderKind::Group(group) = &plan.providers.iter().nth(2).unwrap().kind else { panic!("no group") };
    assert_eq!((group.desired, group.zones.len(), group.boot.fixed()), (6, 2, Some(Span::from_secs(90))));
    assert_eq!(
        (group.scaling.map(|scaling| scaling.target), group.draining, group.spot_draining),
        (Some(80), true, true)
    );
    assert!(matches!(plan.faults.iter().next().unwrap().when, When::At(Time(3_600_000_000))));
}

#[test]
fn need_and_headroom_follow() {
    let rows = at_start(&plan(base())).1;
    let zone = |zone: &str, tasks, left, headroom| services::InZone { zone: zone.to_owned(), tasks, left, headroom };
    assert_eq!(rows[0].need_tasks, 5);
    assert_eq!(rows[0].zones, [zone("use1-az1", 3, 6, 1), zone("use1-az2", 3, 6, 1), zone("use1-az3", 3, 6, 1)]);
    // The daemon takes the host port of `api` on each host.
    assert_eq!(rows[1].need_tasks, 4);
    assert_eq!(rows[1].zones.iter().map(|zone| (zone.tasks, zone.headroom)).collect::<Vec<_>>(), [(0, -4); 2]);
    // Without it the tasks of `api` stand in two of the three zones: 2 and 2, of which 4 are needed.
    let rows = at_start(&plan(changed(&[("/taskDefinitions/1/containerDefinitions/0/portMappings", json!([]))]))).1;
    assert_eq!(rows[1].zones.iter().map(|zone| (zone.tasks, zone.left)).collect::<Vec<_>>(), [(2, 2); 2]);
}

#[test]
fn ten_lines_run() {
    let plan = plan(json!({
        "version": 1, "name": "small", "duration": "1h",
        "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512", "containerDefinitions": [{ "name": "app" }] }],
        "clusters": [{ "clusterName": "shop", "services": [{ "serviceName": "web", "taskDefinition": "web", "desiredCount": 3,
            "launchType": "FARGATE", "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } } }] }]
    }));
    assert_eq!(
        plan.zones.iter().map(|zone| zone.id.as_str()).collect::<Vec<_>>(),
        ["use1-az1", "use1-az2", "use1-az3"]
    );
    assert_eq!(plan.services.iter().next().unwrap().zones.len(), 3);
    assert_eq!(
        plan.buckets.iter().map(|bucket| (bucket.burst, bucket.rate)).collect::<Vec<_>>(),
        [(100, 20_000_000_000)]
    );
}

#[test]
fn what_describe_calls_print_is_known() {
    let service = json!({ "serviceArn": "arn:x", "serviceName": "web", "clusterArn": "arn:aws:ecs:us-east-1:1:cluster/shop",
        "loadBalancers": [], "serviceRegistries": [], "status": "ACTIVE", "desiredCount": 9, "runningCount": 9, "pendingCount": 0,
        "launchType": "FARGATE", "platformVersion": "LATEST", "platformFamily": "Linux", "deployments": [{ "id": "ecs-svc/1" }],
        "taskDefinition": "arn:aws:ecs:us-east-1:1:task-definition/web:3", "roleArn": "arn:r", "events": [], "createdAt": 1.5,
        "deploymentConfiguration": { "deploymentCircuitBreaker": { "enable": true, "rollback": true }, "maximumPercent": 200,
            "minimumHealthyPercent": 100, "alarms": null, "strategy": "ROLLING", "bakeTimeInMinutes": 0 },
        "deploymentController": { "type": "ECS" }, "placementConstraints": [], "placementStrategy": [],
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-a"], "securityGroups": ["sg"], "assignPublicIp": "DISABLED" } },
        "healthCheckGracePeriodSeconds": 30, "schedulingStrategy": "REPLICA", "createdBy": "arn:u", "enableECSManagedTags": true,
        "propagateTags": "NONE", "enableExecuteCommand": false, "availabilityZoneRebalancing": "ENABLED", "tags": [] });
    let plan = plan(changed(&[(WEB, service)]));
    assert_eq!(written(&plan).next().unwrap().grace, Span::from_secs(30));
}

#[test]
fn the_head_is_checked() {
    refused("/version", json!(2), "/version", "must be 1, not `2`");
    refused("/name", json!("../up"), "/name", "cannot be the name of a folder");
    refused("/duration", json!("0s"), "/duration", "must be above 0");
    refused("/warmUp", json!("3h"), "/warmUp", "must be shorter than `duration`");
    refused("/startsAt", json!("monday"), "/startsAt", "must be a date, not `monday`");
}

#[test]
fn regions_and_zones_are_checked() {
    refused("/regions/0/zones/2/kind", json!("outpost"), "/regions/0/zones/2", "has no parent");
    refused(
        "/regions/0/zones/2/parent",
        json!("eu-west-1"),
        "/regions/0/zones/2/parent",
        "the Region that it stands in",
    );
    refused("/regions/0/zones/1/id", json!("use1-az1"), "/regions/0/zones/1", "two zones");
    refused("/regions/0/zones/1/subnets", json!(["subnet-a"]), "/regions/0/zones/1/subnets/0", "stands twice");
    refused("/clusters/0/region", json!("us-east-2"), "/clusters/0/region", "no Region");
    let at = "/clusters/0/services/0/networkConfiguration/awsvpcConfiguration/subnets/2";
    check(Severity::Warning, &[("/regions/0/zones/2/subnets", json!([]))], at, "no zone lists the subnet `subnet-new`");
}

#[test]
fn strategies_are_those_that_ecs_takes() {
    let at = format!("{WEB}/capacityProviderStrategy");
    let items = |list: Value| (format!("{WEB}/capacityProviderStrategy"), list);
    let item = |name: &str, weight: u32, base: u32| json!({ "capacityProvider": name, "weight": weight, "base": base });
    for (list, at, words) in [
        (json!([item("FARGATE", 0, 0), item("FARGATE_SPOT", 0, 0)]), at.clone(), "all 0"),
        (json!([item("FARGATE", 1, 1), item("FARGATE_SPOT", 1, 1)]), at.clone(), "only one item"),
        (json!([item("FARGATE", 1, 0), item("nodes", 1, 0)]), at.clone(), "mixes kinds"),
        (json!([item("FARGATE", 1, 0), item("FARGATE", 1, 0)]), format!("{at}/1"), "stands twice"),
        (json!([item("FARGATE", 1_001, 0)]), format!("{at}/0/weight"), "must be between 0 and 1000"),
        (json!([item("FARGATE", 1, 100_001)]), format!("{at}/0/base"), "must be between 0 and 100000"),
        (json!([item("node", 1, 0)]), format!("{at}/0/capacityProvider"), "does not list"),
        (json!(vec![item("FARGATE", 1, 0); 21]), at.clone(), "at most 20"),
    ] {
        let (pointer, list) = items(list);
        refused(&pointer, list, &at, words);
    }
    refused(&format!("{WEB}/launchType"), json!("FARGATE"), &format!("{WEB}/launchType"), "exclude each other");
    refused(&format!("{LOG}/launchType"), json!("EXTERNAL"), &format!("{LOG}/launchType"), "needs hosts outside AWS");
    refused(
        "/clusters/0/capacityProviders/2",
        json!("noodles"),
        "/clusters/0/capacityProviders/2",
        "no capacity provider",
    );
}

#[test]
fn services_are_those_that_ecs_takes() {
    refused(&format!("{WEB}/desiredCount"), Value::Null, &format!("{WEB}/desiredCount"), "needs `desiredCount`");
    refused(&format!("{WEB}/serviceName"), json!("api"), &format!("{API}/serviceName"), "two services");
    refused(&format!("{WEB}/serviceName"), json!("a/b"), &format!("{WEB}/serviceName"), "refuses the name");
    refused(&format!("{WEB}/taskDefinition"), json!("wep"), &format!("{WEB}/taskDefinition"), "no task definition");
    refused(&format!("{WEB}/taskDefinition"), json!("web:4"), &format!("{WEB}/taskDefinition"), "web:4");
    refused(&format!("{WEB}/schedulingStrategy"), json!("DAEMON"), &format!("{WEB}/schedulingStrategy"), "no hosts");
    refused(
        &format!("{WEB}/networkConfiguration"),
        Value::Null,
        &format!("{WEB}/networkConfiguration"),
        "needs subnets",
    );
    refused(
        &format!("{WEB}/placementStrategy"),
        json!([{ "type": "random" }]),
        &format!("{WEB}/placementStrategy"),
        "Fargate takes no",
    );
    let configuration = format!("{LOG}/deploymentConfiguration");
    refused(&configuration, json!({ "maximumPercent": 200 }), &format!("{configuration}/maximumPercent"), "DAEMON");
    refused(
        &configuration,
        json!({ "minimumHealthyPercent": 101 }),
        &format!("{configuration}/minimumHealthyPercent"),
        "must be between 0 and 100",
    );
    let controller = json!({ "type": "CODE_DEPLOY" });
    refused(
        &format!("{WEB}/deploymentController"),
        controller,
        &format!("{WEB}/deploymentController/type"),
        "not modelled yet",
    );
    let subnets = json!({ "awsvpcConfiguration": { "subnets": vec!["s"; 17] } });
    let at = format!("{WEB}/networkConfiguration/awsvpcConfiguration/subnets");
    refused(&format!("{WEB}/networkConfiguration"), subnets, &at, "1 to 16");
    let balancer = json!([{ "targetGroupArn": "arn", "containerName": "app", "containerPort": 81 }]);
    refused(&format!("{WEB}/loadBalancers"), balancer, &format!("{WEB}/loadBalancers/0/containerPort"), "port 81");
    refused(&format!("{WEB}/cluster"), json!("other"), &format!("{WEB}/cluster"), "another cluster");
}

#[test]
fn a_written_rebalancing_is_refused_where_ecs_refuses_it() {
    let at = format!("{API}/availabilityZoneRebalancing");
    let on = (at.as_str(), json!("ENABLED"));
    let full =
        (&*format!("{API}/deploymentConfiguration"), json!({ "maximumPercent": 100, "minimumHealthyPercent": 50 }));
    check(Severity::Error, &[on.clone(), full.clone()], &at, "`maximumPercent` 100");
    check(
        Severity::Error,
        &[on.clone(), (&*format!("{API}/placementStrategy"), json!([{ "type": "random" }]))],
        &at,
        "first placement",
    );
    let zone = json!([{ "type": "memberOf", "expression": "attribute:ecs.availability-zone == us-east-1a" }]);
    check(Severity::Error, &[on, (&*format!("{API}/placementConstraints"), zone)], &at, "ecs.availability-zone");
    assert!(!plan(changed(&[full])).services.iter().nth(1).unwrap().rebalancing, "the default falls back");
}

#[test]
fn a_base_without_weight_is_doubtful() {
    let items =
        json!([{ "capacityProvider": "FARGATE", "base": 2 }, { "capacityProvider": "FARGATE_SPOT", "weight": 1 }]);
    let strategy = format!("{WEB}/capacityProviderStrategy");
    check(Severity::Warning, &[(&strategy, items)], &format!("{strategy}/0"), "a base and a weight of 0");
}

#[test]
fn placement_is_checked() {
    let strategies = format!("{API}/placementStrategy");
    let spread = json!({ "type": "spread", "field": "host" });
    refused(&strategies, json!(vec![spread; 6]), &strategies, "takes 5");
    refused(&strategies, json!([{ "type": "binpack", "field": "disk" }]), &format!("{strategies}/0/field"), "by `cpu`");
    let constraints = format!("{API}/placementConstraints");
    refused(&constraints, json!(vec![json!({ "type": "distinctInstance" }); 11]), &constraints, "takes 10");
    let broken = json!([{ "type": "memberOf", "expression": "attribute:rack = 1" }]);
    refused(&constraints, broken, &format!("{constraints}/0/expression"), "at character 15");
    let strange = json!([{ "type": "memberOf", "expression": "attribute:rack == 1" }]);
    check(Severity::Warning, &[(&constraints, strange)], &format!("{constraints}/0/expression"), "`rack`");
}

#[test]
fn task_definitions_are_those_that_ecs_takes() {
    let containers = "/taskDefinitions/0/containerDefinitions";
    refused("/taskDefinitions/0/cpu", json!("300"), "/taskDefinitions/0", "no size of 300");
    refused("/taskDefinitions/0/memory", json!("a lot"), "/taskDefinitions/0/memory", "an amount must be");
    refused("/taskDefinitions/0/cpu", Value::Null, "/taskDefinitions/0", "needs `cpu`");
    refused("/taskDefinitions/0/networkMode", json!("bridge"), "/taskDefinitions/0/networkMode", "`awsvpc` only");
    refused(
        "/taskDefinitions/0/requiresCompatibilities",
        json!(["EC2"]),
        "/taskDefinitions/0/requiresCompatibilities",
        "FARGATE",
    );
    refused(
        &format!("{containers}/1/stopTimeout"),
        json!(121),
        &format!("{containers}/1/stopTimeout"),
        "must be between 2 and 120",
    );
    refused(&format!("{containers}/0/essential"), json!(false), containers, "essential container");
    let back = json!([{ "containerName": "app", "condition": "START" }]);
    refused(&format!("{containers}/1/dependsOn"), back, containers, "circle");
    let nobody = json!([{ "containerName": "nobody", "condition": "START" }]);
    refused(
        &format!("{containers}/1/dependsOn"),
        nobody,
        &format!("{containers}/1/dependsOn/0/containerName"),
        "nobody",
    );
    let healthy = json!([{ "containerName": "proxy", "condition": "HEALTHY" }]);
    refused(
        &format!("{containers}/0/dependsOn"),
        healthy,
        &format!("{containers}/0/dependsOn/0/condition"),
        "no health check",
    );
    let check = "/taskDefinitions/1/containerDefinitions/0/healthCheck/interval";
    refused(check, json!(4), check, "must be between 5 and 300");
    let memory = "/taskDefinitions/1/containerDefinitions/0/memory";
    refused(memory, Value::Null, "/taskDefinitions/1/containerDefinitions/0", "no memory");
}

#[test]
fn groups_are_checked() {
    let group = "/autoScalingGroups/0";
    refused(&format!("{group}/DesiredCapacity"), json!(21), "/autoScalingGroups/0/DesiredCapacity", "must be between");
    refused(
        &format!("{group}/AvailabilityZones"),
        json!(["us-east-1z"]),
        "/autoScalingGroups/0/AvailabilityZones",
        "no zone",
    );
    refused(&format!("{group}/MixedInstancesPolicy"), Value::Null, group, "instance types");
    let unknown = json!({ "LaunchTemplate": { "Overrides": [{ "InstanceType": "m5.lage" }] } });
    let at = "/autoScalingGroups/0/MixedInstancesPolicy/LaunchTemplate/Overrides/0/InstanceType";
    refused(&format!("{group}/MixedInstancesPolicy"), unknown, at, "no instance type is called `m5.lage`");
    let provider = "/capacityProviders/0/autoScalingGroupProvider";
    let protection = format!("{provider}/managedTerminationProtection");
    refused(&protection, json!("ENABLED"), &protection, "scale-in protection");
    let target = format!("{provider}/managedScaling/targetCapacity");
    refused(&target, json!(101), &target, "must be between 1 and 100");
    check(Severity::Warning, &[(&format!("{API}/desiredCount"), json!(400))], "/autoScalingGroups", "room for");
    check(Severity::Warning, &[(&format!("{WEB}/desiredCount"), json!(90_000))], "/regions/0", "Fargate");
}

#[test]
fn managed_instances_choose_the_cheapest_types() {
    let template = json!({ "networkConfiguration": { "subnets": ["subnet-a"] }, "capacityOptionType": "SPOT",
        "instanceRequirements": { "vCpuCount": { "min": 2, "max": 2 }, "memoryMiB": { "min": 4096, "max": 8192 }, "allowedInstanceTypes": ["m6*", "c5.*"] } });
    let provider = json!({ "name": "managed", "managedInstancesProvider": { "infrastructureRoleArn": "arn",
        "instanceLaunchTemplate": template, "infrastructureOptimization": { "scaleInAfter": -1 } } });
    let plan =
        plan(changed(&[("/capacityProviders/-", provider), ("/clusters/0/capacityProviders/-", json!("managed"))]));
    let row = plan.providers.iter().find(|row| row.name == "managed").unwrap();
    let ProviderKind::Managed(managed) = &row.kind else { panic!("{row:?}") };
    let types: Vec<_> = managed.types.iter().map(|id| plan.types[*id].name.as_str()).collect();
    // Those without a known price come last.
    assert_eq!(types[..3], ["m6g.large", "c5.large", "m6i.large"]);
    assert_eq!(types[3..], ["m6a.large", "m6gd.large", "m6id.large", "m6idn.large", "m6in.large"]);
    assert!(managed.spot && managed.scale_in_after.is_none() && managed.zones.len() == 1);
}

#[test]
fn behaviour_traffic_and_streams_are_checked() {
    refused("/behaviour/0/phases", json!({}), "/behaviour/0", "excludes");
    refused("/behaviour/0/service", json!("web"), "/behaviour/0", "exclude each other");
    refused("/behaviour/0/family", json!("wep"), "/behaviour/0/family", "no task-definition family");
    refused("/behaviour/2/crash", json!({ "constant": "1h" }), "/behaviour/2/crash", "matter of tasks");
    refused("/behaviour/0/crash", json!({ "constant": "0s" }), "/behaviour/0/crash", "must be above 0");
    refused(
        "/behaviour/0/crash",
        json!({ "exponential": { "mean": "0s" } }),
        "/behaviour/0/crash/exponential/mean",
        "above 0",
    );
    refused("/traffic/0/service", json!("wbe"), "/traffic/0/service", "no service");
    refused("/traffic/0/csv", json!("traffic.csv"), "/traffic/0", "exclude each other");
    refused("/traffic/0/requestsPerTask", json!("0/s"), "/traffic/0/requestsPerTask", "must be above 0");
    refused("/traffic/-", base()["traffic"][0].clone(), "/traffic/1/service", "has traffic already");
    let slow = json!({ "healthCheckIntervalSeconds": 5 });
    refused("/traffic/0/loadBalancer", slow, "/traffic/0/loadBalancer/healthCheckTimeoutSeconds", "must be less than");
    refused("/clusters/0/runTasks/0/rate", Value::Null, "/clusters/0/runTasks/0", "when tasks are run");
    refused("/clusters/0/runTasks/0/rate", json!("0/s"), "/clusters/0/runTasks/0/rate", "must be above 0");
}

#[test]
fn traffic_has_four_forms() {
    let with = |key: &str, value: Value| {
        let plan = plan(changed(&[
            ("/traffic/0/rate", Value::Null),
            (&format!("/traffic/0/{key}"), value),
            ("/startsAt", json!("2026-01-05T08:00:00Z")),
        ]));
        written(&plan).next().unwrap().traffic.clone().unwrap().profile
    };
    let hour = |hours: u64| Time::ZERO + Span::from_secs(hours * 3_600);
    let steps = with("steps", json!([{ "at": "0s", "rate": "1/s" }, { "at": "1h", "rate": "2/s" }]));
    assert_eq!((steps.at(hour(0)).0, steps.at(hour(2)).0, steps.peak()), (1_000_000_000, 2_000_000_000, 2_000_000_000));
    let daily = with("daily", json!([{ "at": "09:00", "rate": "5/s" }, { "at": "17:00", "rate": "1/s" }]));
    assert_eq!([0, 1, 9, 25].map(|h| daily.at(hour(h)).0 / 1_000_000_000), [1, 5, 1, 5]);
    let table = with("csv", json!("traffic.csv"));
    assert!(matches!(&table, Profile::Steps(steps) if steps.len() == 2 && steps[0].1 == 0));
    let at = "/traffic/0/csv";
    check(Severity::Error, &[("/traffic/0/rate", Value::Null), (at, json!("gone.csv"))], at, "does not exist");
}

#[test]
fn faults_and_objectives_are_checked() {
    refused("/faults/1/name", json!("dark"), "/faults/1/name", "two faults");
    refused("/faults/0/at", Value::Null, "/faults/0", "when the fault begins");
    refused("/faults/1/at", json!("1h"), "/faults/1", "exclude each other");
    refused("/faults/0/zonePowerLoss/zone", json!("use1-az9"), "/faults/0/zonePowerLoss/zone", "no zone");
    refused("/faults/1/hostCrash/count", json!(2), "/faults/1/hostCrash", "belong to `at`");
    refused("/faults/1/every", json!({ "constant": "0s" }), "/faults/1/every", "must be above 0");
    let endless = json!({ "name": "e", "every": { "constant": "1h" }, "zoneGrey": { "errorShare": 0.1 } });
    refused("/faults/-", endless, "/faults/2", "needs `for`");
    let spot = json!({ "name": "s", "at": "1h", "for": "1m", "spotReclaim": { "capacityProvider": "nodes" } });
    refused("/faults/-", spot, "/faults/2/spotReclaim/capacityProvider", "no Spot");
    check(Severity::Warning, &[("/faults/0/at", json!("4h"))], "/faults/0/at", "after the end");
    check(Severity::Warning, &[("/faults/0/at", json!("1m"))], "/faults/0/at", "warm-up");
    refused(
        "/objectives/0",
        json!({ "service": "web", "recoverSeconds": { "atMost": 1 } }),
        "/objectives/0/recoverSeconds",
        "no result",
    );
    refused("/objectives/1/fault", json!("drak"), "/objectives/1/fault", "no fault");
    refused("/objectives/0/service", json!("batch"), "/objectives/0/service", "is a stream");
    let text = json!({ "service": "web", "nines": { "atLeast": "three" } });
    refused("/objectives/0", text, "/objectives/0/nines", "the result is a number");
}

#[test]
fn doubts_are_warnings() {
    let stuck = json!({ "minimumHealthyPercent": 100, "maximumPercent": 100 });
    let at = format!("{API}/deploymentConfiguration");
    check(Severity::Warning, &[(&at, stuck)], &at, "none may stop");
    let spare = json!({ "family": "spare", "containerDefinitions": [{ "name": "x", "memory": 1 }] });
    check(Severity::Warning, &[("/taskDefinitions/-", spare)], "/taskDefinitions/2", "`spare`");
    check(
        Severity::Warning,
        &[("/regions/0/fargate", json!({ "vcpuQuota": 1 }))],
        "/regions/0/fargate/vcpuQuota",
        "quota is 1",
    );
}
