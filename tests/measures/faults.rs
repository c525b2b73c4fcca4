//! Each kind of fault: what it does, who notices, what it costs.

use super::{check, look, mean, on_hosts, run, said, scenario, service, the_fault, the_service};
use serde_json::{Value, json};

/// Thirty tasks, one fault.
fn thirty(fault: &Value) -> Value {
    scenario(&json!({ "faults": [fault] }))
}

#[test]
fn a_crash_that_lasts_holds_back_what_would_take_its_place() {
    let crash = json!({ "name": "loop", "at": "1h", "for": "20m", "taskCrash": { "service": "shop/web", "count": 3 } });
    let summary = run(&thirty(&crash));
    // Twenty minutes, then a start of forty seconds.
    let fault = the_fault(&summary);
    assert_eq!(mean(fault.full_strength_seconds), Some(1_240.0));
    assert_eq!((fault.hit.tasks.mean, fault.needed_launches.mean), (3.0, 3.0));
    check("missing", fault.lost_task_seconds.mean, 3.0 * 1_240.0, 1e-6);
    assert_eq!(the_service(&summary).launches.requested.mean, 3.0);
    // Without `for` the first replacement stays up.
    let summary = run(&thirty(&json!({ "name": "loop", "at": "1h", "taskCrash": { "count": 3 } })));
    let full = mean(the_fault(&summary).full_strength_seconds).unwrap();
    assert!((40.0..=41.0).contains(&full), "noticed within a second, started after 40 s: {full}");
}

#[test]
fn other_launches_go_on_while_a_crash_lasts() {
    let mut file = thirty(&json!({ "name": "loop", "at": "1h", "for": "1h", "taskCrash": { "count": 3 } }));
    let other = json!({ "name": "once", "at": "70m", "taskCrash": { "count": 5 } });
    file["faults"].as_array_mut().unwrap().push(other);
    let summary = run(&file);
    assert_eq!(mean(summary.faults[0].full_strength_seconds), Some(3_640.0));
    check("the other five", summary.faults[1].lost_task_seconds.mean, 5.0 * 40.5, 2.5);
}

#[test]
fn a_task_that_restarts_in_place_has_its_clock_wound_again() {
    let restart = json!({ "enabled": true, "restartAttemptPeriod": 60 });
    let mut file = scenario(&json!({
        "duration": "100h",
        "behaviour": [{ "family": "web", "phases": { "containerStart": { "constant": "6m" } } }],
        "faults": [{ "name": "exits", "every": { "constant": "54m" }, "taskCrash": {} }],
    }));
    file["taskDefinitions"][0]["containerDefinitions"][0]["restartPolicy"] = restart;
    file["clusters"][0]["services"] = json!([service(2, &json!({}))]);
    let summary = run(&file);
    assert_eq!(the_service(&summary).launches.requested.mean, 0.0, "restarted where they are");
    // Up for 54 minutes, down for six: a hundred rounds of two tasks, the last of which is cut off.
    assert_eq!(the_fault(&summary).occurrences.mean, 200.0);
    check("time lost", the_fault(&summary).lost_task_seconds.mean, 2.0 * 100.0 * 360.0, 1.0);
}

#[test]
fn a_target_that_restarts_for_long_is_ejected_and_comes_back() {
    let mut file = scenario(&json!({
        "behaviour": [{ "family": "web", "phases": { "containerStart": { "constant": "5m" } } }],
        "traffic": [{ "service": "shop/web", "rate": "1200/s", "requestsPerTask": "60/s" }],
        "faults": [{ "name": "exits", "at": "1h", "taskCrash": { "count": 1 } }],
    }));
    file["taskDefinitions"][0]["containerDefinitions"][0]["restartPolicy"] = json!({ "enabled": true });
    let summary = run(&file);
    check("lost until ejection", the_service(&summary).requests.failed.mean, 1_200.0 / 30.0 * 50.0, 1e-6);
    assert_eq!(mean(the_fault(&summary).detect_seconds), Some(50.0));
    // Shorter than the detection: the balancer never knows.
    file["behaviour"] = json!([{ "family": "web", "phases": { "containerStart": { "constant": "20s" } } }]);
    let summary = run(&file);
    check("lost until restart", the_service(&summary).requests.failed.mean, 1_200.0 / 30.0 * 20.0, 1e-6);
    assert_eq!(the_fault(&summary).detect_seconds, None);
}

#[test]
fn a_dead_host_cannot_die_again() {
    let mut file = on_hosts(6, 6, &json!({ "detection": { "hostChecks": { "constant": "10h" } } }));
    file["faults"] = json!([
        { "name": "all", "at": "10m", "hostCrash": { "share": 1 } },
        { "name": "each", "every": { "constant": "1h" }, "hostCrash": {} },
    ]);
    let summary = run(&file);
    assert_eq!(summary.faults[0].hit.hosts.mean, 6.0);
    assert_eq!((summary.faults[1].occurrences.mean, summary.faults[1].hit.hosts.mean), (0.0, 0.0));
}

#[test]
fn a_burst_of_reclaims_comes_again_without_an_end() {
    let mut file = scenario(&json!({ "duration": "30h" }));
    file["clusters"][0]["capacityProviders"] = json!(["FARGATE", "FARGATE_SPOT"]);
    let spot = json!({ "capacityProviderStrategy": [{ "capacityProvider": "FARGATE_SPOT", "weight": 1 }] });
    let mut one = service(6, &spot);
    one.as_object_mut().unwrap().remove("launchType");
    file["clusters"][0]["services"] = json!([one]);
    file["faults"] = json!([{ "name": "burst", "every": { "constant": "10h" },
                              "spotReclaim": { "capacityProvider": "FARGATE_SPOT" } }]);
    let summary = run(&file);
    // Three pools at 10 h and 20 h; at 30 h the run is over.
    assert_eq!(the_fault(&summary).occurrences.mean, 6.0);
    assert_eq!(the_service(&summary).running.max.mean, 6.0);
    assert!(!said(&file).iter().any(|line| line.contains("lasts to the end")), "{:?}", said(&file));
}

#[test]
fn who_has_no_capacity_is_hit_by_what_refuses_it() {
    let refuses = json!({ "name": "none left", "at": "1h", "for": "30m", "insufficientCapacity": {} });
    let crash = json!({ "name": "exits", "at": "70m", "taskCrash": { "service": "shop/web", "count": 2 } });
    let mut file = thirty(&refuses);
    file["faults"].as_array_mut().unwrap().push(crash);
    let mut quiet = service(3, &json!({}));
    quiet["serviceName"] = json!("quiet");
    let cluster = json!({ "clusterName": "calm", "capacityProviders": ["FARGATE"], "services": [quiet] });
    file["clusters"].as_array_mut().unwrap().push(cluster);
    let summary = run(&file);
    // The crash is noticed within a second of 70 minutes: that is the first launch that is refused. The other cluster
    // has none.
    let fault = the_fault(&summary);
    check("refused", mean(fault.detect_seconds).unwrap(), 600.5, 0.5);
    assert_eq!(mean(fault.blast_radius), Some(0.5));
    assert_eq!(fault.hit.services.mean, 1.0);
}

#[test]
fn nothing_is_heard_of_an_exit_behind_a_cut() {
    let mut file = on_hosts(9, 6, &json!({ "detection": {} }));
    file["faults"] = json!([
        { "name": "cut", "at": "1h", "for": "30m", "networkCutZone": { "zone": "use1-az1" } },
        { "name": "exits", "at": "70m", "taskCrash": { "zone": "use1-az1", "share": 1 } },
    ]);
    let summary = run(&file);
    let heard = mean(summary.faults[1].detect_seconds).unwrap();
    // The agent reports once it is connected again: a quarter of a second to two minutes after the cut.
    assert!((1_200.25..=1_320.0).contains(&heard), "heard after {heard} s");
    // Agents fall silent after one to two minutes; on container instances nothing is replaced for that.
    let silent = mean(summary.faults[0].detect_seconds).unwrap();
    assert!((60.0..=120.0).contains(&silent), "silent after {silent} s");
    assert_eq!(the_service(&summary).launches.requested.mean, 2.0);
}

#[test]
fn nothing_is_placed_behind_a_cut_until_agents_are_back() {
    // Six hosts, five tasks: the free host is behind the cut when another zone loses one of its two.
    let mut file = on_hosts(6, 5, &json!({}));
    let boot = json!({ "capacityProvider": "nodes", "boot": { "constant": "9h" } });
    file["behaviour"].as_array_mut().unwrap().push(boot);
    file["faults"] = json!([
        { "name": "cut", "at": "1h", "for": "30m", "networkCutZone": { "zone": "use1-az3" } },
        { "name": "host", "at": "70m", "hostCrash": { "zone": "use1-az1", "count": 1 } },
    ]);
    let summary = run(&file);
    let full = mean(summary.faults[1].full_strength_seconds).unwrap();
    assert!((1_240.2..=1_360.0).contains(&full), "back after {full} s");
    // Of the cut nothing is left: as many tasks run as before, and none was replaced for it.
    assert_eq!(the_service(&summary).launches.requested.mean, 1.0);
    assert_eq!(summary.faults[0].never_recovered.mean, 0.0);
}

#[test]
fn an_order_to_stop_does_not_reach_a_host_behind_a_cut() {
    let mut file = on_hosts(9, 6, &json!({ "duration": "100m" }));
    file["traffic"] = json!([{ "service": "shop/web", "rate": "200/s", "requestsPerTask": "60/s",
                               "loadBalancer": { "deregistrationDelay": "0s" } }]);
    file["faults"] = json!([{ "name": "cut", "at": "1h", "for": "20m", "networkCutZone": { "zone": "use1-az1" } }]);
    let stops = |file: &Value| {
        let summary = run(file);
        the_service(&summary).stops.get("ServiceSchedulerInitiated").map_or(0.0, |count| count.mean)
    };
    assert_eq!(stops(&file), 2.0, "after the cut");
    file["duration"] = json!("79m");
    assert_eq!(stops(&file), 0.0, "during the cut");
}

#[test]
fn managed_instances_behind_a_cut_are_replaced() {
    let mut file = scenario(&json!({
        "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "1024", "memory": "2048",
            "requiresCompatibilities": ["MANAGED_INSTANCES"],
            "containerDefinitions": [{ "name": "web", "image": "web:1" }] }],
        "behaviour": [{ "family": "web", "start": { "constant": "40s" } },
                      { "capacityProvider": "managed", "boot": { "constant": "2m" } }],
        "faults": [{ "name": "cut", "at": "1h", "for": "1h", "networkCutZone": { "zone": "use1-az1" } }],
    }));
    file["capacityProviders"] = json!([{ "name": "managed", "managedInstancesProvider": {
        "infrastructureRoleArn": "arn:aws:iam::111122223333:role/infra",
        "instanceLaunchTemplate": { "ec2InstanceProfileArn": "arn:aws:iam::111122223333:instance-profile/x",
            "networkConfiguration": { "subnets": ["subnet-a", "subnet-b", "subnet-c"] } } } }]);
    let mut one = service(6, &json!({ "capacityProviderStrategy": [{ "capacityProvider": "managed", "weight": 1 }] }));
    one.as_object_mut().unwrap().remove("launchType");
    file["clusters"] = json!([{ "clusterName": "shop", "capacityProviders": ["managed"], "services": [one] }]);
    let summary = run(&file);
    // One to two minutes until the agent counts as disconnected, five until it counts as impaired, boot and start.
    let full = mean(the_fault(&summary).full_strength_seconds).unwrap();
    assert!((60.0 + 300.0 + 40.0..=120.0 + 300.0 + 120.0 + 40.0).contains(&full), "full after {full} s");
}

#[test]
fn hosts_of_a_group_come_with_the_power() {
    let mut file = on_hosts(2, 2, &json!({ "detection": { "loss": { "constant": "0s" } } }));
    file["autoScalingGroups"][0]["AvailabilityZones"] = json!(["us-east-1a"]);
    file["behaviour"] = json!([{ "family": "web", "start": { "constant": "10s" } },
                               { "capacityProvider": "nodes", "boot": { "constant": "45s" } }]);
    file["faults"] = json!([{ "name": "dark", "at": "1h", "for": "1234s", "zonePowerLoss": { "zone": "use1-az1" } }]);
    let summary = run(&file);
    assert_eq!(mean(the_fault(&summary).full_strength_seconds), Some(1_234.0 + 45.0 + 10.0));
    assert_eq!(summary.capacity_providers[0].hosts.min.mean, 0.0);
}

#[test]
fn a_successor_that_comes_before_the_loss_is_noticed_costs_no_host() {
    let mut file = on_hosts(3, 3, &json!({ "detection": { "loss": { "constant": "90s" } } }));
    file["faults"] = json!([{ "name": "blip", "at": "1h", "for": "10s", "hostCrash": { "count": 1 } }]);
    put_warm_up(&mut file, "2h");
    let hosts = run(&file).capacity_providers[0].hosts;
    assert_eq!((hosts.min.mean, hosts.max.mean), (3.0, 3.0));
}

#[test]
fn a_group_evens_out_its_zones_when_one_comes_back() {
    // Seven hosts for six tasks: 3, 2, 2. The zone with three is lost for long enough to be replaced elsewhere.
    let mut file = on_hosts(7, 6, &json!({ "detection": { "loss": { "constant": "90s" } } }));
    file["behaviour"] = json!([{ "family": "web", "start": { "constant": "10s" } },
                               { "capacityProvider": "nodes", "boot": { "constant": "60s" } }]);
    file["clusters"][0]["services"][0]["availabilityZoneRebalancing"] = json!("ENABLED");
    file["faults"] = json!([{ "name": "dark", "at": "1h", "for": "20m", "zonePowerLoss": { "zone": "use1-az1" } }]);
    let summary = run(&file);
    let hosts = &summary.capacity_providers[0].hosts;
    assert_eq!(hosts.min.mean, 4.0);
    assert!((8.0..=9.0).contains(&hosts.max.mean), "a new host first, then an old one goes: {}", hosts.max.mean);
    let balanced = mean(the_fault(&summary).balanced_seconds).unwrap();
    assert!((1_260.0..=2_000.0).contains(&balanced), "even again after {balanced} s");
    // What came too much has gone again: the mean of the last hour is that of seven.
    let mut late = file.clone();
    put_warm_up(&mut late, "2h");
    assert_eq!(run(&late).capacity_providers[0].hosts.max.mean, 7.0);
}

fn put_warm_up(file: &mut Value, long: &str) {
    file["warmUp"] = json!(long);
}

#[test]
fn a_target_that_failed_before_it_was_ready_needs_its_passes() {
    let parts = json!({ "healthCheckGracePeriodSeconds": 600 });
    let with = |ready: &str, parts: &Value| {
        let mut file = thirty(&json!({ "name": "exits", "at": "1h", "taskCrash": { "count": 1 } }));
        file["behaviour"] =
            json!([{ "family": "web", "start": { "constant": "40s" }, "health": { "constant": ready } }]);
        file["clusters"][0]["services"] = json!([service(30, parts)]);
        file["traffic"] = json!([{ "service": "shop/web", "rate": "600/s", "requestsPerTask": "60/s" }]);
        mean(the_fault(&run(&file)).full_strength_seconds)
    };
    // The exit is known within a second; forty seconds to start.
    let full = |ready: &str, after: f64| check(ready, with(ready, &parts).unwrap(), 40.0 + after + 0.5, 0.5);
    full("30s", 30.0);
    // Five passes after two failures.
    full("100s", 100.0 + 4.0 * 30.0);
    // Without grace it is killed before it is ready, and so is the next.
    assert_eq!(with("100s", &json!({})), None);
}

#[test]
fn grey_failures_add_up() {
    let grey = |name: &str, kind: Value| json!({ "name": name, "at": "1h", "for": "30m", "zoneGrey": kind });
    let mut file = thirty(&grey("slow", json!({ "zone": "use1-az1", "latency": "300ms" })));
    let faults = file["faults"].as_array_mut().unwrap();
    faults.push(grey("wrong", json!({ "zone": "use1-az1", "errorShare": 0.1 })));
    faults.push(grey("worse", json!({ "zone": "use1-az1", "errorShare": 0.2 })));
    file["traffic"] = json!([{ "service": "shop/web", "rate": "900/s", "requestsPerTask": "60/s" }]);
    let summary = run(&file);
    // 300 a second reach ten tasks that answer 15 each, as an answer takes 400 ms instead of 100; of these 150, a tenth
    // is wrong, and a fifth of the rest.
    let lost = |row: usize| summary.faults[row].lost_requests.mean / 1_800.0;
    check("slow", lost(0), 150.0, 1e-3);
    check("wrong and worse", lost(1) + lost(2), 150.0 * (1.0 - 0.9 * 0.8), 1e-3);
    check("twice as bad", lost(2), 2.0 * lost(1), 1e-3);
    check("all", the_service(&summary).requests.failed.mean, 1_800.0 * (150.0 + 42.0), 1.0);
}

#[test]
fn clocks_of_all_regions_count() {
    let mut file =
        scenario(&json!({ "duration": "10h", "regions": [{ "name": "us-east-1" }, { "name": "eu-west-1" }] }));
    file["faults"] =
        json!([{ "name": "dark", "every": { "constant": "4h" }, "for": { "constant": "1h" }, "zonePowerLoss": {} }]);
    let fault = &run(&file).faults[0];
    // At 4 h and at 9 h, in three zones of each Region.
    assert_eq!((fault.occurrences.mean, fault.hit.zones.mean), (12.0, 6.0));
    file["faults"] = json!([{ "name": "images", "every": { "constant": "4h" }, "for": { "constant": "1h" },
                              "imageRegistryDown": {} }]);
    assert_eq!(run(&file).faults[0].occurrences.mean, 2.0, "one registry for all");
}

#[test]
fn bad_faults_are_refused_in_words() {
    for (fault, words) in [
        (json!({ "name": "x", "every": { "constant": "1h" }, "zonePowerLoss": {} }), "needs `for`"),
        (json!({ "name": "x", "at": "1h", "for": "0s", "taskCrash": {} }), "`for` must be above 0"),
        (json!({ "name": "x", "every": { "constant": "1h" }, "taskCrash": { "count": 2 } }), "its own clock"),
        (
            json!({ "name": "x", "at": "1h", "zonePowerLoss": { "zone": "use1-az1", "share": 1.5 } }),
            "must be above 0 and at most 1",
        ),
        (json!({ "name": "x", "at": "1h", "hostCrash": { "count": 1, "share": 0.5 } }), "exclude each other"),
    ] {
        let file = thirty(&fault);
        assert!(look(&file, 1).1.is_none(), "{fault} runs");
        assert!(said(&file).iter().any(|line| line.contains(words)), "{fault}: {:?}", said(&file));
    }
}
