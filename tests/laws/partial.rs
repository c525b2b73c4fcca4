//! Faults that fail a share of tries: each try is drawn by itself, and one that fails holds up no other.

use crate::world::{Diary, check, check_share, each, run, service, shop, the_service, watch, world, zones};
use evenkeel::internals::engine::Time;
use evenkeel::internals::metrics::summary::Summary;
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::{TaskFact, TaskState};
use serde_json::{Value, json};

/// More tokens than anybody needs.
fn plenty(count: usize) -> Value {
    zones(count, &json!({ "launchBurst": 5_000, "launchRate": "1000/s", "vcpuPerZone": 100_000 }))
}

/// A service that starts from nothing while `fault` is in force from the begin on.
fn first_start(duration: &str, desired: u64, fault: &Value) -> Value {
    let mut fault = fault.clone();
    fault["name"] = json!("partly");
    fault["at"] = json!("0s");
    world(
        duration,
        json!({
            "startEmpty": true,
            "regions": plenty(3),
            "clusters": shop(&[service("one", desired, 3, &json!({}))]),
            "behaviour": [{ "family": "web", "start": { "constant": "5s" } }],
            "faults": [fault],
        }),
    )
}

/// When tasks were born, in seconds.
fn births(diary: &Diary) -> Vec<f64> {
    let birth = |(at, fact): &(Time, Fact)| match fact {
        Fact::Task(TaskFact::Went { from: TaskState::Provisioning, to: TaskState::Provisioning, .. }) => {
            Some(at.as_secs_f64())
        }
        _ => None,
    };
    diary.0.iter().filter_map(birth).collect()
}

fn waiting(summary: &Summary) -> f64 {
    summary.control_plane[0].launches.waiting.mean
}

#[test]
fn a_refused_launch_holds_up_no_other() {
    // Tries at 0, 30, ..., 420 s: of 400 launches, each refused by half, all are through with (1 - 2^-15)^400 = 0.988.
    for fault in [json!({ "cellOutage": { "share": 0.5 } }), json!({ "cellOutage": { "failShare": 0.5 } })] {
        let left = each(&first_start("421s", 400, &fault), 100, waiting);
        let through = left.iter().filter(|left| **left == 0.0).count();
        assert!(through >= 95, "in {through} of 100 seeds all are there within 15 rounds");
    }
    let (diary, _) = watch(&first_start("10m", 400, &json!({ "cellOutage": { "share": 0.5 } })));
    let born = births(&diary);
    assert!(born.iter().all(|at| at % 30.0 == 0.0), "each round is 30 s after the one before");
    let mut left = 400;
    for round in 0..4 {
        let came = born.iter().filter(|at| **at == f64::from(round) * 30.0).count();
        check_share("a round", came, left, 0.5, 0.9);
        left -= came;
    }
}

#[test]
fn a_deployment_goes_on_while_its_cell_refuses_a_share() {
    for (desired, share, most) in [(40, 0.5, 480.0), (400, 0.5, 480.0), (400, 0.1, 300.0)] {
        let file = world(
            "3h",
            json!({
                "regions": zones(3, &json!({})),
                "clusters": shop(&[service("one", desired, 3, &json!({}))]),
                "behaviour": [{ "family": "web", "start": { "constant": "45s" } }],
                "faults": [{ "name": "partly", "at": "10m", "for": "2h", "cellOutage": { "share": share } }],
                "changes": [{ "name": "v2", "at": "20m", "service": "shop/one" }],
            }),
        );
        let summary = run(&file, 1);
        let row = &summary.changes[0];
        let took = row.end_seconds.unwrap().mean - 1_200.0;
        assert_eq!(row.outcome, "completed");
        assert!((60.0..most).contains(&took), "{desired} tasks at a share of {share} take {took} s");
        assert_eq!(the_service(&summary).launches.failed.values().map(|count| count.mean).sum::<f64>(), 0.0);
    }
}

/// Standalone tasks, one a second: each is its own start.
fn stream(hours: u64, fault: &Value) -> Summary {
    let mut fault = fault.clone();
    fault["name"] = json!("partly");
    fault["at"] = json!("0s");
    let stream = json!([{ "clusterName": "jobs", "capacityProviders": ["FARGATE"], "runTasks": [{
        "taskDefinition": "web", "name": "job", "every": { "constant": "1s" },
        "launchType": "FARGATE", "lives": { "constant": "20s" },
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1", "subnet-2"] } } }] }]);
    let file = world(
        &format!("{hours}h"),
        json!({ "regions": plenty(2), "clusters": stream, "faults": [fault],
                "behaviour": [{ "family": "web", "start": { "constant": "5s" } }] }),
    );
    run(&file, 1)
}

fn failed(summary: &Summary, reason: &str) -> f64 {
    summary.run_tasks[0].launches.failed.get(reason).map_or(0.0, |count| count.mean)
}

#[test]
fn each_start_is_drawn_by_itself() {
    for (spec, reason, share) in [
        (json!({ "imageRegistryDown": { "failShare": 0.3 } }), "CannotPullContainerError", 0.3),
        (
            json!({ "dependencyLoss": { "dependency": "imageRegistry", "failShare": 0.7 } }),
            "CannotPullContainerError",
            0.7,
        ),
        (
            json!({ "dependencyLoss": { "dependency": "secrets", "failShare": 0.15 } }),
            "ResourceInitializationError",
            0.15,
        ),
    ] {
        let summary = stream(10, &spec);
        let all = summary.run_tasks[0].launches.requested.mean;
        assert!(all > 35_000.0, "{spec}: {all}");
        check_share(reason, failed(&summary, reason) as usize, all as usize, share, 0.1);
    }
    // A request that is refused is made again: so many tries for each task.
    let summary = stream(10, &json!({ "insufficientCapacity": { "failShare": 0.4 } }));
    let refused = failed(&summary, "RESOURCE:FARGATE");
    let tries = summary.run_tasks[0].launches.requested.mean;
    check_share("requests refused", refused as usize, tries as usize, 0.4, 0.1);
    assert!(waiting(&summary) < 100.0, "what is refused comes later");
}

#[test]
fn a_share_follows_its_course() {
    let course = json!([{ "at": "0s", "share": 0.9 }, { "at": "3h", "share": 0.2 }, { "at": "6h", "share": 0 }]);
    let summary = stream(9, &json!({ "imageRegistryDown": { "failShare": course } }));
    let mean = (0.9 + 0.2 + 0.0) / 3.0;
    let all = summary.run_tasks[0].launches.requested.mean;
    let count = failed(&summary, "CannotPullContainerError");
    check_share("over all", count as usize, all as usize, mean, 0.1);
    // In the first three hours nine of ten: what is left of them has to fit into the next three.
    let first = stream(3, &json!({ "imageRegistryDown": { "failShare": 0.9 } }));
    let count = failed(&first, "CannotPullContainerError");
    check_share("at first", count as usize, first.run_tasks[0].launches.requested.mean as usize, 0.9, 0.1);
    // A cell that refuses all launches, and later none.
    let course = json!([{ "at": "0s", "share": 1 }, { "at": "95s", "share": 0 }]);
    let (diary, _) = watch(&first_start("10m", 50, &json!({ "cellOutage": { "failShare": course } })));
    assert_eq!(births(&diary), [120.0; 50], "the first round after it");
    let course = json!([{ "at": "0s", "share": 1 }, { "at": "95s", "share": 0 }]);
    let (diary, _) = watch(&first_start("10m", 50, &json!({ "insufficientCapacity": { "failShare": course } })));
    assert_eq!(births(&diary), [120.0; 50], "the first round after it");
}

#[test]
fn a_zone_that_refuses_is_passed_over_and_not_left_out() {
    let fault = json!({ "insufficientCapacity": { "zone": "z1", "failShare": 0.5 } });
    let (diary, summary) = watch(&first_start("10m", 480, &fault));
    assert_eq!(births(&diary), [0.0; 480], "the other zones take what it refuses");
    assert!(the_service(&summary).zone_share["z1"].mean > 0.2, "launches do not stay away from it");
}

#[test]
fn hosts_are_refused_one_by_one() {
    let mut file = world(
        "1h",
        json!({
            "taskDefinitions": [{ "family": "web", "networkMode": "bridge",
                "containerDefinitions": [{ "name": "web", "image": "web:1", "cpu": 1024, "memory": 512 }] }],
            "instanceTypes": [{ "InstanceType": "one.task", "VCpuInfo": { "DefaultVCpus": 1 },
                                "MemoryInfo": { "SizeInMiB": 1024 } }],
            "capacityProviders": [{ "name": "nodes", "autoScalingGroupProvider": { "autoScalingGroupArn": "asg",
                "managedScaling": { "status": "DISABLED" }, "managedTerminationProtection": "DISABLED" } }],
            "autoScalingGroups": [{ "AutoScalingGroupName": "asg", "MinSize": 200, "MaxSize": 200,
                "DesiredCapacity": 200, "AvailabilityZones": ["us-east-1a"],
                "Instances": [{ "InstanceType": "one.task" }] }],
            "clusters": [{ "clusterName": "shop", "capacityProviders": ["nodes"], "services": [{
                "serviceName": "one", "taskDefinition": "web", "desiredCount": 200,
                "availabilityZoneRebalancing": "DISABLED",
                "capacityProviderStrategy": [{ "capacityProvider": "nodes", "weight": 1 }] }] }],
            "behaviour": [{ "capacityProvider": "nodes", "boot": { "constant": "30s" } },
                          { "family": "web", "start": { "constant": "0s" } }],
            "detection": { "hostChecks": { "constant": "60s" }, "loss": { "constant": "0s" } },
            "faults": [{ "name": "partly", "at": "5m", "insufficientCapacity": { "failShare": 0.5 } },
                       { "name": "gone", "at": "10m", "hostCrash": { "share": 1 } }],
        }),
    );
    let full = |file: &Value| run(file, 1).faults[1].full_strength_seconds.unwrap().mean;
    let halves = full(&file);
    // Half of what is missing comes each minute: of 200 some six to twelve rounds.
    assert!((60.0 + 30.0 + 4.0 * 60.0..60.0 + 30.0 + 14.0 * 60.0).contains(&halves), "back after {halves} s");
    file["faults"][0]["insufficientCapacity"]["failShare"] = json!(0.0);
    check("without it", full(&file), 90.0, 1.0);
}

#[test]
fn the_circuit_breaker_and_the_throttle_logic_see_starts_that_fail() {
    // A deployment of ten tasks of which nine in ten cannot pull: the breaker finds five failures before it is done.
    let breaker = json!({ "deploymentConfiguration": {
        "deploymentCircuitBreaker": { "enable": true, "rollback": true, "resetOnHealthyTask": false } } });
    let file = |fault: Value| {
        world(
            "3h",
            json!({
                "regions": plenty(3),
                "clusters": shop(&[service("one", 10, 3, &breaker)]),
                "behaviour": [{ "family": "web", "start": { "constant": "20s" } }],
                "faults": [fault],
                "changes": [{ "name": "v2", "at": "1h", "service": "shop/one" }],
            }),
        )
    };
    let pulls = json!({ "name": "partly", "at": "10m", "imageRegistryDown": { "failShare": 0.95 } });
    let summary = run(&file(pulls), 1);
    assert!(["rolledBack", "stopped"].contains(&summary.changes[0].outcome.as_str()), "{}", summary.changes[0].outcome);
    // A launch that the API refuses is no failed start.
    let refuses = json!({ "name": "partly", "at": "10m", "cellOutage": { "failShare": 0.95 } });
    let summary = run(&file(refuses), 1);
    assert_eq!(summary.changes[0].outcome, "completed");
    // Failed starts in a row make the scheduler rest: 10, 20, 40 s.
    let (diary, _) = watch(&first_start("10m", 1, &json!({ "imageRegistryDown": { "failShare": 1 } })));
    assert_eq!(births(&diary)[..4], [0.0, 15.0, 40.0, 85.0]);
}

#[test]
fn each_fault_has_luck_of_its_own_with_a_start() {
    // Two registries that each fail half of the pulls: one start in four is spared, not one in two.
    let half = |name: &str| json!({ "name": name, "at": "0s", "imageRegistryDown": { "failShare": 0.5 } });
    let stream = json!([{ "clusterName": "jobs", "capacityProviders": ["FARGATE"], "runTasks": [{
        "taskDefinition": "web", "name": "job", "every": { "constant": "1s" },
        "launchType": "FARGATE", "lives": { "constant": "20s" },
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1", "subnet-2"] } } }] }]);
    let file = world(
        "5h",
        json!({ "regions": plenty(2), "clusters": stream, "faults": [half("one"), half("two")],
                "behaviour": [{ "family": "web", "start": { "constant": "5s" } }] }),
    );
    let summary = run(&file, 1);
    let all = summary.run_tasks[0].launches.requested.mean;
    check_share("failed", failed(&summary, "CannotPullContainerError") as usize, all as usize, 0.75, 0.1);
}

#[test]
fn a_refused_launch_rests_for_its_own_half_minute() {
    // One call a second, all refused for 95 s: each is tried again 30, 60 and 90 s after its call.
    let course = json!([{ "at": "0s", "share": 1 }, { "at": "95s", "share": 0 }]);
    let stream = json!([{ "clusterName": "jobs", "capacityProviders": ["FARGATE"], "runTasks": [{
        "taskDefinition": "web", "name": "job", "every": { "constant": "1s" }, "until": "95s",
        "launchType": "FARGATE", "lives": { "constant": "20s" },
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1", "subnet-2"] } } }] }]);
    let file = world(
        "10m",
        json!({ "regions": plenty(2), "clusters": stream,
                "faults": [{ "name": "partly", "at": "0s", "insufficientCapacity": { "failShare": course } }],
                "behaviour": [{ "family": "web", "start": { "constant": "5s" } }] }),
    );
    let mut found = births(&watch(&file).0);
    found.sort_by(f64::total_cmp);
    let tried = |call: u32| (0..5).map(|round| call + 30 * round).find(|at| *at >= 95).unwrap();
    let mut truth: Vec<f64> = (1..95).map(|call| f64::from(tried(call))).collect();
    truth.sort_by(f64::total_cmp);
    assert_eq!(found, truth);
}

#[test]
fn nothing_fails_before_the_first_step_of_a_course() {
    let later = json!({ "cellOutage": { "failShare": [{ "at": "10s", "share": 1 }] } });
    assert_eq!(births(&watch(&first_start("10m", 50, &later)).0), [0.0; 50]);
}
