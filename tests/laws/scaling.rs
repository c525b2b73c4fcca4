//! Managed scaling of an Auto Scaling group: N* = ceil(M x 100 / T), 15 low points before any host leaves (Managed
//! scaling behaviour).

use crate::world::{check, service, watch, world};
use evenkeel::internals::engine::Time;
use evenkeel::internals::metrics::summary::Summary;
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::HostFact;
use serde_json::{Value, json};

/// `tasks` tasks, each filling one host; a group of `hosts` to begin with.
fn group(tasks: u64, hosts: u64, target: u64, hours: u64) -> Value {
    let parts = json!({ "capacityProviderStrategy": [{ "capacityProvider": "nodes", "weight": 1 }] });
    let mut one = service("one", tasks, 3, &parts);
    one.as_object_mut().unwrap().remove("networkConfiguration");
    world(
        &format!("{hours}h"),
        json!({
            "taskDefinitions": [{ "family": "web", "networkMode": "bridge",
                "containerDefinitions": [{ "name": "web", "image": "web:1", "cpu": 1024, "memory": 512 }] }],
            "instanceTypes": [{ "InstanceType": "one.task", "VCpuInfo": { "DefaultVCpus": 1 },
                                "MemoryInfo": { "SizeInMiB": 1024 } }],
            "capacityProviders": [{ "name": "nodes", "autoScalingGroupProvider": {
                "autoScalingGroupArn": "asg",
                "managedScaling": { "status": "ENABLED", "targetCapacity": target },
                "managedTerminationProtection": "ENABLED" } }],
            "autoScalingGroups": [{ "AutoScalingGroupName": "asg", "MinSize": 0, "MaxSize": 100,
                "DesiredCapacity": hosts, "NewInstancesProtectedFromScaleIn": true,
                "AvailabilityZones": ["us-east-1a", "us-east-1b", "us-east-1c"],
                "Instances": [{ "InstanceType": "one.task" }] }],
            "clusters": [{ "clusterName": "shop", "capacityProviders": ["nodes"], "services": [one] }],
            "behaviour": [{ "family": "web", "start": { "constant": "0s" } },
                          { "capacityProvider": "nodes", "boot": { "constant": "90s" } }],
        }),
    )
}

/// Seconds and number of hosts, each time that number changes.
fn hosts(file: &Value) -> (Vec<(f64, u32)>, Summary) {
    let (diary, summary) = watch(file);
    let mut found: Vec<(Time, u32)> = Vec::new();
    for (at, fact) in &diary.0 {
        let Fact::Host(HostFact::Count { count, .. }) = fact else { continue };
        // Hosts that come or go in one instant are one change.
        if found.last().is_some_and(|last| last.0 == *at) {
            found.pop();
        }
        if found.last().is_none_or(|last| last.1 != *count) {
            found.push((*at, *count));
        }
    }
    (found.into_iter().map(|(at, count)| (at.as_secs_f64(), count)).collect(), summary)
}

#[test]
fn needed_hosts_for_every_target() {
    for tasks in [1u64, 3, 10, 17] {
        for target in [100u64, 90, 80, 66, 50, 10] {
            let goal = (tasks * 100).div_ceil(target);
            let (found, summary) = hosts(&group(tasks, tasks, target, 8));
            let reached = found.last().unwrap();
            // No oscillation either: the goal is reached once and kept for hours.
            assert_eq!(u64::from(reached.1), goal.min(100), "{tasks} tasks at {target} %: {found:?}");
            if goal == tasks {
                assert_eq!(found.len(), 1, "M = N scales nothing: {found:?}");
            } else {
                // Seen at the first minute, acted on at the second, then the boot.
                assert_eq!(found.len(), 2, "{tasks} tasks at {target} %: {found:?}");
                check("scaled out", reached.0, 120.0 + 90.0, 0.0);
            }
            check("every task runs on", summary.services[0].running.min.mean, tasks as f64, 0.0);
        }
    }
}

#[test]
fn hosts_leave_after_fifteen_low_points_less_than_half_at_a_time() {
    for (tasks, begin, target, steps) in [
        // 10 -> 6 -> 4 -> 3 -> 2: less than half each time, at least one.
        (2u64, 10u64, 100u64, vec![6, 4, 3, 2]),
        (5, 6, 100, vec![5]),
        (1, 2, 100, vec![1]),
        (4, 12, 80, vec![7, 5]),
        (10, 40, 66, vec![21, 16]),
    ] {
        let (found, summary) = hosts(&group(tasks, begin, target, 6));
        let mut truth = vec![(0.0, begin as u32)];
        truth.extend(steps.iter().enumerate().map(|(row, count)| (900.0 * (row + 1) as f64, *count)));
        assert_eq!(found, truth, "{tasks} tasks on {begin} hosts at {target} %");
        // Termination protection keeps every task.
        check("every task runs on", summary.services[0].running.min.mean, tasks as f64, 0.0);
    }
}

#[test]
fn fourteen_low_points_are_not_enough() {
    // A job of 13 minutes frees its hosts for less than 15 points between two runs.
    let mut file = group(2, 4, 100, 3);
    file["clusters"][0]["runTasks"] = json!([{ "taskDefinition": "web", "every": { "constant": "20m" }, "count": 2,
        "lives": { "constant": "6m30s" }, "capacityProviderStrategy": [{ "capacityProvider": "nodes", "weight": 1 }] }]);
    // From 0 to 20 minutes the hosts stand empty: 15 points, and one goes at 15 minutes, as less than half may.
    let (found, _) = hosts(&file);
    assert_eq!(found[..2], [(0.0, 4), (900.0, 3)], "{found:?}");
    // From then on two tasks come every 20 minutes and stay for 6.5: at most 14 points are low in a row.
    assert!(found[2..].iter().all(|(_, count)| *count == 4), "{found:?}");
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn from_nothing_the_first_step_goes_to_two() {
    for tasks in [1u64, 2, 3, 20] {
        let (found, _) = hosts(&group(tasks, 0, 100, 1));
        // 200 % at the first minute; two hosts at the second; the rest when these have warmed up, 300 s after their
        // launch.
        let mut truth = vec![(210.0, 2)];
        if tasks > 2 {
            truth.push((510.0, tasks as u32));
        }
        if tasks == 1 {
            // Minutes 3 to 17 are 15 low points.
            truth.push((1_020.0, 1));
        }
        let found: Vec<_> = found.into_iter().filter(|change| change.1 > 0).collect();
        assert_eq!(found, truth, "{tasks} tasks");
    }
}

#[test]
fn a_step_waits_until_the_hosts_of_the_last_have_warmed_up() {
    for (warm_up, second) in
        [(0u32, 180.0), (60, 180.0), (61, 240.0), (300, 420.0), (1_200, 1_320.0), (10_000, 10_140.0)]
    {
        let mut file = group(20, 0, 100, 3);
        let scaling = &mut file["capacityProviders"][0]["autoScalingGroupProvider"]["managedScaling"];
        scaling["instanceWarmupPeriod"] = json!(warm_up);
        let (found, _) = hosts(&file);
        let found: Vec<_> = found.into_iter().filter(|change| change.1 > 0).collect();
        assert_eq!(found, [(210.0, 2), (second + 90.0, 20)], "a warm-up of {warm_up} s");
    }
}

#[test]
fn a_step_in_parts_waits_for_each() {
    // At most five at a time: 2, then 5, 5, 5 and 3, a warm-up of four minutes apart.
    let mut file = group(20, 0, 100, 1);
    let scaling = &mut file["capacityProviders"][0]["autoScalingGroupProvider"]["managedScaling"];
    scaling["instanceWarmupPeriod"] = json!(240);
    scaling["maximumScalingStepSize"] = json!(5);
    let (found, _) = hosts(&file);
    let found: Vec<_> = found.into_iter().filter(|change| change.1 > 0).collect();
    assert_eq!(found, [(210.0, 2), (450.0, 7), (690.0, 12), (930.0, 17), (1_170.0, 20)]);
}

#[test]
fn replacements_do_not_wait_for_a_warm_up() {
    // Two hosts come at 210 s and warm up for long; one of eighteen others dies meanwhile and is replaced at once.
    let mut file = group(20, 18, 100, 1);
    let provider = &mut file["capacityProviders"][0]["autoScalingGroupProvider"];
    provider["managedScaling"]["instanceWarmupPeriod"] = json!(3_000);
    file["detection"] = json!({ "hostChecks": { "constant": "0s" }, "loss": { "constant": "0s" } });
    file["faults"] = json!([{ "name": "dies", "at": "5m", "hostCrash": { "count": 1 } }]);
    let (found, _) = hosts(&file);
    assert_eq!(found, [(0.0, 18), (210.0, 20), (300.0, 19), (390.0, 20)]);
}

#[test]
fn a_task_above_the_smallest_type_is_not_scaled_for() {
    // Tasks of one vCPU and 512 MiB; the smallest of a group is that of each resource by itself.
    for (first, second, scales) in [
        ((1, 1_024), (4, 4_096), true),
        ((4, 4_096), (1, 1_024), true),
        ((4, 4_096), (1, 512), false),
        ((1, 512), (4, 4_096), false),
    ] {
        let mut file = group(4, 0, 100, 1);
        let kind = |name: &str, (cpu, memory): (u32, u32)| json!({ "InstanceType": name, "VCpuInfo": { "DefaultVCpus": cpu }, "MemoryInfo": { "SizeInMiB": memory } });
        file["instanceTypes"] = json!([kind("first", first), kind("second", second)]);
        file["autoScalingGroups"][0]["Instances"] = json!([{ "InstanceType": "first" }, { "InstanceType": "second" }]);
        let (found, summary) = hosts(&file);
        assert_eq!(found.iter().any(|(_, count)| *count > 0), scales, "{first:?} and {second:?}: {found:?}");
        let most = summary.services[0].running.max.mean;
        assert_eq!(most, if scales { 4.0 } else { 0.0 }, "{first:?} and {second:?}");
        // A larger host that stands takes them all the same.
        file["autoScalingGroups"][0]["DesiredCapacity"] = json!(1);
        file["autoScalingGroups"][0]["MinSize"] = json!(1);
        let (_, summary) = hosts(&file);
        let most = summary.services[0].running.max.mean;
        let one = if first.0 == 4 { 4.0 } else { 0.0 };
        assert_eq!(most, if scales { 4.0 } else { one }, "{first:?} first");
    }
}

#[test]
fn a_hundredth_too_little_is_too_little() {
    // 151 of 150 hosts needed are 100.67 %: above target, however the metric is shown.
    let mut file = group(151, 150, 100, 2);
    file["autoScalingGroups"][0]["MaxSize"] = json!(200);
    let (found, _) = hosts(&file);
    assert_eq!(found, [(0.0, 150), (210.0, 151)]);
}

#[test]
fn a_task_that_fits_no_host_launches_none() {
    let mut file = group(1, 1, 100, 2);
    file["clusters"][0]["services"][0]["desiredCount"] = json!(0);
    file["taskDefinitions"][0]["containerDefinitions"][0]["cpu"] = json!(4096);
    file["clusters"][0]["services"][0]["desiredCount"] = json!(5);
    let (found, _) = hosts(&file);
    assert!(found.iter().all(|(_, count)| *count <= 1), "{found:?}");
}

#[test]
fn a_replacement_begins_no_warm_up() {
    // One of eighteen hosts dies and is replaced at once; a job that comes while its replacement would warm up finds a
    // host at the second minute all the same.
    let mut file = group(18, 18, 100, 1);
    let provider = &mut file["capacityProviders"][0]["autoScalingGroupProvider"];
    provider["managedScaling"]["instanceWarmupPeriod"] = json!(3_000);
    file["detection"] = json!({ "hostChecks": { "constant": "0s" }, "loss": { "constant": "0s" } });
    file["faults"] = json!([{ "name": "dies", "at": "3m", "hostCrash": { "count": 1 } }]);
    file["clusters"][0]["runTasks"] = json!([{ "taskDefinition": "web", "every": { "constant": "10m30s" }, "until": "11m",
        "lives": { "constant": "2h" }, "capacityProviderStrategy": [{ "capacityProvider": "nodes", "weight": 1 }] }]);
    let (found, _) = hosts(&file);
    assert_eq!(found, [(0.0, 18), (180.0, 17), (270.0, 18), (810.0, 19)]);
}

#[test]
fn scale_in_waits_for_the_warm_up_where_that_is_longer_than_a_quarter_of_an_hour() {
    // One task from nothing: two hosts at the second minute, of which one is too many from the third on.
    for (warm_up, leaves) in [(300, 1_020.0), (900, 1_020.0), (1_800, 1_920.0)] {
        let mut file = group(1, 0, 100, 1);
        file["capacityProviders"][0]["autoScalingGroupProvider"]["managedScaling"]["instanceWarmupPeriod"] =
            json!(warm_up);
        let (found, _) = hosts(&file);
        let found: Vec<_> = found.into_iter().filter(|change| change.1 > 0).collect();
        assert_eq!(found, [(210.0, 2), (leaves, 1)], "a warm-up of {warm_up} s");
    }
}

#[test]
fn waiting_tasks_are_packed_by_their_gpus() {
    // Hosts of four vCPUs and one GPU: each task fills one, whatever CPU is left.
    let mut file = group(5, 0, 100, 1);
    file["instanceTypes"][0]["VCpuInfo"]["DefaultVCpus"] = json!(8);
    file["instanceTypes"][0]["MemoryInfo"]["SizeInMiB"] = json!(8_192);
    file["instanceTypes"][0]["GpuInfo"] = json!({ "Gpus": [{ "Count": 1 }] });
    file["taskDefinitions"][0]["containerDefinitions"][0]["resourceRequirements"] =
        json!([{ "type": "GPU", "value": "1" }]);
    let (found, _) = hosts(&file);
    let found: Vec<_> = found.into_iter().filter(|change| change.1 > 0).collect();
    assert_eq!(found, [(210.0, 2), (510.0, 5)]);
}

#[test]
fn no_host_is_launched_for_a_task_of_another_architecture_or_system() {
    for (platform, most) in [
        (json!({ "cpuArchitecture": "ARM64" }), 0),
        (json!({ "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE" }), 0),
        (json!({ "cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX" }), 3),
    ] {
        let mut file = group(3, 0, 100, 1);
        file["taskDefinitions"][0]["runtimePlatform"] = platform.clone();
        let (found, _) = hosts(&file);
        assert_eq!(found.iter().map(|change| change.1).max().unwrap_or(0), most, "{platform}");
    }
}
