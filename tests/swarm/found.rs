//! What the swarm found, each in the smallest world that shows it.

use crate::check;
use crate::diary::Diary;
use crate::dice::Dice;
use evenkeel::internals::engine::{Span, Time};
use evenkeel::internals::metrics::summary::Summary;
use evenkeel::internals::model::fact::{Fact, HostFact, HostStatus, NO_HOST, ServiceFact, TaskFact, TaskState};
use serde_json::{Value, json};

/// A world of two zones, `parts` over the defaults; every task `f` takes a quarter of an `m5.large`'s two vCPUs.
fn world(parts: Value) -> (Diary, Summary) {
    ends(parts, false)
}

/// The same; `well`: it must end as it was meant to be.
#[expect(clippy::needless_pass_by_value, reason = "each test builds its world and gives it away")]
fn ends(parts: Value, well: bool) -> (Diary, Summary) {
    let zones: Vec<Value> =
        ["z1", "z2"].iter().map(|zone| json!({ "id": zone, "subnets": [format!("subnet-{zone}")] })).collect();
    let mut file = json!({
        "version": 1, "name": "found", "duration": "1h", "seed": 3,
        "regions": [{ "name": "us-east-1", "zones": zones }],
        "taskDefinitions": [definition("f", 512, "bridge")],
        "behaviour": [{ "family": "f", "start": { "constant": "10s" } }],
    });
    file.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    let (_, diary, summary) = check(&file.to_string(), well, &mut Dice::new(1));
    (diary, summary)
}

fn definition(family: &str, cpu: u32, mode: &str) -> Value {
    json!({ "family": family, "networkMode": mode, "cpu": cpu.to_string(), "memory": "512",
            "containerDefinitions": [{ "name": "app", "image": "app:1" }] })
}

/// One cluster `c` on one provider `p`.
fn cluster(services: &Value, streams: &Value) -> Value {
    json!([{ "clusterName": "c", "capacityProviders": ["p"], "services": services, "runTasks": streams }])
}

fn strategy() -> Value {
    json!([{ "capacityProvider": "p", "weight": 1 }])
}

fn service(name: &str, desired: u32) -> Value {
    json!({ "serviceName": name, "taskDefinition": "f", "desiredCount": desired,
            "capacityProviderStrategy": strategy() })
}

fn daemon(name: &str) -> Value {
    json!({ "serviceName": name, "taskDefinition": "f", "schedulingStrategy": "DAEMON",
            "capacityProviderStrategy": strategy() })
}

/// `p` as an Auto Scaling group of this many `m5.large` in these zones.
fn group(file: &mut Value, hosts: u32, zones: &[&str], spot: bool) {
    let mut policy = json!({ "LaunchTemplate": { "Overrides": [{ "InstanceType": "m5.large" }] } });
    if spot {
        policy["InstancesDistribution"] = json!({ "OnDemandPercentageAboveBaseCapacity": 0 });
    }
    file["autoScalingGroups"] = json!([{ "AutoScalingGroupName": "g", "MinSize": 0, "MaxSize": 9,
        "DesiredCapacity": hosts, "AvailabilityZoneIds": zones, "MixedInstancesPolicy": policy }]);
    file["capacityProviders"] = json!([{ "name": "p", "autoScalingGroupProvider": { "autoScalingGroupArn": "g" } }]);
    boots(file);
}

/// `p` as Managed Instances.
fn managed(file: &mut Value, scale_in_after: i32) {
    file["capacityProviders"] = json!([{ "name": "p", "managedInstancesProvider": {
        "instanceLaunchTemplate": { "networkConfiguration": { "subnets": ["subnet-z1", "subnet-z2"] } },
        "infrastructureOptimization": { "scaleInAfter": scale_in_after } } }]);
    boots(file);
}

fn boots(file: &mut Value) {
    file["behaviour"] = json!([{ "family": "f", "start": { "constant": "10s" } },
                               { "capacityProvider": "p", "boot": { "constant": "120s" } }]);
}

fn at(seconds: u64) -> Time {
    Time::ZERO + Span::from_secs(seconds)
}

/// When tasks of the service or stream in this row reached a state.
fn reached(diary: &Diary, row: u32, state: TaskState) -> Vec<Time> {
    let is = |fact: &Fact| matches!(fact, Fact::Task(TaskFact::Went { task, to, .. }) if task.service.0 == row && *to == state);
    diary.0.iter().filter(|(_, fact)| is(fact)).map(|(at, _)| *at).collect()
}

#[test]
fn nothing_runs_on_a_dead_host() {
    // The balancer ejects the only task after 20 s; the only host is known to be dead after ten minutes.
    let mut web = service("web", 1);
    web["loadBalancers"] = json!([{ "targetGroupArn": "tg", "containerName": "app" }]);
    let mut parts = json!({ "clusters": cluster(&json!([web]), &json!([])),
        "detection": { "loss": { "constant": "10m" }, "target": { "constant": "20s" } },
        "faults": [{ "name": "crash", "at": "10m", "hostCrash": {} }] });
    group(&mut parts, 1, &["z1"], false);
    let (diary, _) = world(parts);
    let running = reached(&diary, 0, TaskState::Running);
    assert!(running.iter().all(|time| *time < at(600) || *time > at(1_200)), "{running:?}");
    assert!(running.iter().any(|time| *time > at(1_200)), "the next host's task runs: {running:?}");
}

#[test]
fn what_was_pending_on_a_draining_host_is_due_at_once() {
    let mut parts = json!({ "startEmpty": true, "clusters": cluster(&json!([service("web", 2)]), &json!([])),
        "faults": [{ "name": "taken", "at": "5m", "for": "10m", "spotReclaim": { "zone": "z1" } }] });
    group(&mut parts, 2, &["z1", "z2"], true);
    parts["behaviour"][0]["start"] = json!({ "constant": "10m" });
    let (diary, _) = world(parts);
    let born = |fact: &Fact| matches!(fact, Fact::Task(TaskFact::Went { from, to: TaskState::Provisioning, .. }) if *from == TaskState::Provisioning);
    let births: Vec<Time> = diary.0.iter().filter(|(_, fact)| born(fact)).map(|(at, _)| *at).collect();
    let until_it_is_back: Vec<Time> = births.into_iter().filter(|time| *time < at(900)).collect();
    assert_eq!(until_it_is_back, [at(0), at(0), at(300)]);
    assert_eq!(reached(&diary, 0, TaskState::Stopped).first(), Some(&at(300)));
}

#[test]
fn daemons_come_first_on_a_host() {
    let mut parts = json!({ "clusters": cluster(&json!([service("web", 4), daemon("agent")]), &json!([])) });
    group(&mut parts, 1, &["z1"], false);
    let (_, summary) = world(parts);
    let most: Vec<f64> = summary.services.iter().map(|row| row.running.min.mean).collect();
    assert_eq!(most, [3.0, 1.0], "an m5.large has room for four: the daemon and three of the service");
}

#[test]
fn daemons_come_first_on_a_new_host_too() {
    let mut parts = json!({ "clusters": cluster(&json!([service("web", 4), daemon("agent")]), &json!([])),
        "faults": [{ "name": "crash", "at": "10m", "hostCrash": {} }] });
    group(&mut parts, 1, &["z1"], false);
    let (diary, _) = world(parts);
    // Rows stand by name: the daemon is the first.
    assert_eq!(reached(&diary, 0, TaskState::Running).len(), 2, "at the start, and on the successor");
}

#[test]
fn a_daemon_stays_in_the_zones_of_its_subnets() {
    let mut agent = daemon("agent");
    agent["networkConfiguration"] = json!({ "awsvpcConfiguration": { "subnets": ["subnet-z1"] } });
    let mut parts = json!({ "taskDefinitions": [definition("f", 512, "awsvpc")],
        "clusters": cluster(&json!([agent]), &json!([])) });
    group(&mut parts, 4, &["z1", "z2"], false);
    let (_, summary) = world(parts);
    assert_eq!((summary.services[0].running.min.mean, summary.services[0].running.max.mean), (2.0, 2.0));
    assert!(summary.services[0].capacity_availability.is_none(), "by default a daemon is never needed");
}

#[test]
fn a_daemon_may_be_alone_on_its_hosts() {
    let mut agent = daemon("agent");
    agent["placementConstraints"] = json!([{ "type": "distinctInstance" }]);
    let mut parts = json!({ "clusters": cluster(&json!([agent]), &json!([])),
        "faults": [{ "name": "crash", "at": "10m", "hostCrash": {} }, // It wakes the scheduler.
                   { "name": "cut", "at": "30m", "for": "9m", "networkCutZone": { "zone": "z1" } }] });
    group(&mut parts, 2, &["z1", "z2"], false);
    let (diary, _) = world(parts);
    let desired =
        |fact: &Fact| if let Fact::Service(ServiceFact::Need { desired, .. }) = fact { Some(*desired) } else { None };
    let told: Vec<u32> = diary.0.iter().filter_map(|(_, fact)| desired(fact)).collect();
    assert_eq!(told.last(), Some(&2), "{told:?}");
}

#[test]
fn an_unhealthy_daemon_is_replaced() {
    let mut slow = definition("f", 512, "bridge");
    slow["containerDefinitions"][0]["healthCheck"] =
        json!({ "command": ["CMD", "true"], "interval": 10, "timeout": 5, "retries": 1 });
    let mut parts = json!({ "startEmpty": true, "taskDefinitions": [slow],
        "clusters": cluster(&json!([daemon("agent")]), &json!([])) });
    group(&mut parts, 1, &["z1"], false);
    parts["behaviour"][0]["health"] = json!({ "constant": "5m" });
    let (_, summary) = world(parts);
    let stopped = summary.services[0].stops.get("ServiceSchedulerInitiated").map_or(0.0, |count| count.mean);
    assert!(stopped > 10.0, "{stopped} stopped: each is unhealthy after 15 s");
}

#[test]
fn a_daemon_without_room_is_missing_for_capacity() {
    let mut parts = json!({ "taskDefinitions": [definition("f", 4_096, "bridge")],
        "clusters": cluster(&json!([daemon("big")]), &json!([])) });
    group(&mut parts, 1, &["z1"], false);
    let (_, summary) = world(parts);
    let phases: Vec<&str> = summary.losses.iter().map(|row| row.phase.as_str()).collect();
    assert_eq!(phases, ["capacity wait"]);
}

#[test]
fn hosts_that_idle_for_no_time_do_not_stop_the_clock() {
    let mut parts = json!({ "clusters": cluster(&json!([service("web", 3)]), &json!([])) });
    managed(&mut parts, 0);
    let (_, summary) = world(parts);
    assert!(summary.events < 1_000, "{} events", summary.events);
}

#[test]
fn managed_instances_launch_beside_an_idle_host_that_is_too_small() {
    let stream = |family: &str, from: &str| {
        json!({ "taskDefinition": family, "name": family, "every": { "constant": "10s" }, "from": from,
                "lives": { "constant": "60s" }, "capacityProviderStrategy": strategy() })
    };
    let (mut small, mut big) = (stream("f", "0s"), stream("big", "10m"));
    small["until"] = json!("15s");
    big["until"] = json!("615s");
    let mut parts = json!({ "taskDefinitions": [definition("f", 512, "bridge"), definition("big", 4_096, "bridge")],
        "clusters": cluster(&json!([]), &json!([small, big])) });
    managed(&mut parts, -1);
    let (_, summary) = world(parts);
    let completed: Vec<f64> = summary.run_tasks.iter().map(|row| row.completed.mean).collect();
    assert_eq!(completed, [1.0, 1.0]);
}

#[test]
fn managed_instances_launch_nothing_for_what_no_host_could_take() {
    let mut web = service("web", 2);
    web["placementConstraints"] =
        json!([{ "type": "memberOf", "expression": "attribute:ecs.instance-type == a1.none" }]);
    let mut parts = json!({ "clusters": cluster(&json!([web]), &json!([])) });
    managed(&mut parts, 0);
    let (diary, _) = world(parts);
    assert!(!diary.0.iter().any(|(_, fact)| matches!(fact, Fact::Host(HostFact::Changed { .. }))));
}

#[test]
fn a_group_replaces_one_host_while_it_leaves_another_to_its_fault() {
    // The first is replaced at once when it is missed, the second when its fault is over.
    let mut parts = json!({ "clusters": cluster(&json!([daemon("agent")]), &json!([])),
        "detection": { "hostChecks": { "constant": "100s" } },
        "faults": [{ "name": "gone", "at": "600s", "hostCrash": {} },
                   { "name": "held", "at": "605s", "for": "30m", "hostCrash": {} }] });
    group(&mut parts, 3, &["z1"], false);
    let (diary, _) = world(parts);
    let up = |fact: &Fact| if let Fact::Host(HostFact::Count { count, .. }) = fact { Some(*count) } else { None };
    let up: Vec<(Time, u32)> = diary.0.iter().filter_map(|(at, fact)| Some((*at, up(fact)?))).collect();
    assert_eq!(up[up.len() - 4..], [(at(600), 2), (at(605), 1), (at(820), 2), (at(2_405), 3)]);
}

#[test]
fn a_task_of_launch_type_ec2_leaves_its_room_to_what_waits() {
    // Four tasks without a capacity provider fill the host; one with it waits until they have done their work.
    let stream = |name: &str, from: &str, until: &str, count: u32| {
        json!({ "taskDefinition": "f", "name": name, "every": { "constant": "10s" }, "from": from, "until": until,
                "count": count, "lives": { "constant": "300s" } })
    };
    let mut filling = stream("filling", "0s", "15s", 4);
    filling["launchType"] = json!("EC2");
    let mut waiting = stream("waiting", "50s", "65s", 1);
    waiting["capacityProviderStrategy"] = strategy();
    let mut parts = json!({ "clusters": cluster(&json!([]), &json!([filling, waiting])) });
    group(&mut parts, 1, &["z1"], false);
    let (diary, _) = world(parts);
    let placed = |fact: &Fact| matches!(fact, Fact::Task(TaskFact::Went { task, host, .. }) if task.service.0 == 1 && *host != NO_HOST);
    let first = diary.0.iter().find(|(_, fact)| placed(fact)).map(|(at, _)| *at);
    assert_eq!(first, reached(&diary, 0, TaskState::Stopped).first().copied());
}

#[test]
fn a_host_that_boots_behind_a_cut_registers_when_the_network_is_back() {
    let mut parts = json!({ "clusters": cluster(&json!([daemon("agent")]), &json!([])),
        "detection": { "hostChecks": { "constant": "5s" } },
        "faults": [{ "name": "crash", "at": "90s", "hostCrash": {} },
                   { "name": "cut", "at": "100s", "for": "900s", "networkCutZone": { "zone": "z1" } }] });
    group(&mut parts, 1, &["z1"], false);
    let (diary, _) = world(parts);
    let active =
        |fact: &Fact| matches!(fact, Fact::Host(HostFact::Changed { number: 1, status: HostStatus::Active, .. }));
    let first = diary.0.iter().find(|(_, fact)| active(fact)).map(|(at, _)| *at);
    assert!(first.is_some_and(|time| time >= at(1_000) && time <= at(1_030)), "{first:?}");
}

#[test]
fn launches_after_the_start_are_asked_for() {
    // One of five stands at time 0 in what room there is; the others wait for hosts and are launched.
    let mut parts = json!({ "clusters": cluster(&json!([service("web", 5)]), &json!([])) });
    group(&mut parts, 1, &["z1"], false);
    parts["capacityProviders"][0]["autoScalingGroupProvider"]["managedScaling"] = json!({ "targetCapacity": 100 });
    let (_, summary) = world(parts);
    let launches = &summary.services[0].launches;
    assert_eq!((launches.requested.mean, launches.running.mean), (1.0, 1.0));
}

#[test]
fn a_daemon_whose_image_is_gone_rests_between_tries() {
    let mut parts = json!({ "startEmpty": true, "clusters": cluster(&json!([daemon("agent")]), &json!([])),
        "faults": [{ "name": "no image", "at": "0s", "for": "30m", "imageRegistryDown": {} }] });
    group(&mut parts, 1, &["z1"], false);
    // Without a law of their own, start phases on a host that is up take no time until the image is pulled.
    parts["behaviour"] = json!([]);
    let (_, summary) = world(parts);
    let launches = &summary.services[0].launches;
    assert!(launches.requested.mean < 12.0 && launches.running.mean > 0.0, "{launches:?}");
}

#[test]
fn tasks_that_wait_for_managed_instances_stand_beside_the_limit_of_groups() {
    // 500 tasks wait for a group that has no host; a service on Managed Instances loses its own and waits too.
    let mut batch = json!({ "taskDefinition": "f", "name": "batch", "every": { "constant": "1s" }, "count": 10,
        "until": "5m", "lives": { "constant": "60s" } });
    batch["capacityProviderStrategy"] = json!([{ "capacityProvider": "q", "weight": 1 }]);
    let mut parts = json!({ "clusters": cluster(&json!([service("web", 1)]), &json!([batch])),
        "faults": [{ "name": "crash", "at": "10m", "hostCrash": { "capacityProvider": "p" } }] });
    group(&mut parts, 0, &["z1"], false);
    let mut group = parts["capacityProviders"][0].clone();
    group["name"] = json!("q");
    managed(&mut parts, 300);
    parts["capacityProviders"].as_array_mut().unwrap().push(group);
    parts["clusters"][0]["capacityProviders"] = json!(["p", "q"]);
    let (diary, _) = world(parts);
    assert_eq!(reached(&diary, 0, TaskState::Running).len(), 2);
}

#[test]
fn scale_in_of_hosts_that_faults_bring_back_stops_at_min_size() {
    // All three die unnoticed, one of them is chosen to go, and three successors come all the same.
    let mut parts = json!({ "duration": "3h", "clusters": cluster(&json!([]), &json!([])),
        "detection": { "loss": { "constant": "10m" } },
        "faults": [{ "name": "crash", "at": "14m", "for": "40m", "hostCrash": { "count": 3 } }] });
    group(&mut parts, 3, &["z1"], false);
    parts["autoScalingGroups"][0]["MinSize"] = json!(2);
    parts["behaviour"] = json!([]);
    parts["capacityProviders"][0]["autoScalingGroupProvider"]["managedScaling"] = json!({ "targetCapacity": 100 });
    let (diary, _) = world(parts);
    let up = |fact: &Fact| if let Fact::Host(HostFact::Count { count, .. }) = fact { Some(*count) } else { None };
    assert_eq!(diary.0.iter().rev().find_map(|(_, fact)| up(fact)), Some(2));
}

#[test]
fn zones_are_evened_out_when_spot_capacity_is_back() {
    let zones = json!(["subnet-z1", "subnet-z2"]);
    let web = json!({ "serviceName": "web", "taskDefinition": "f", "desiredCount": 4,
        "capacityProviderStrategy": [{ "capacityProvider": "FARGATE_SPOT", "weight": 1 }],
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": zones } } });
    let mut fargate = definition("f", 256, "awsvpc");
    fargate["memory"] = json!("512");
    let parts = json!({ "taskDefinitions": [fargate],
        "clusters": [{ "clusterName": "c", "capacityProviders": ["FARGATE_SPOT"], "services": [web] }],
        "faults": [{ "name": "taken", "at": "10m", "for": "5m", "spotReclaim": { "zone": "z1" } }] });
    let (_, summary) = world(parts);
    assert!(summary.faults[0].balanced_seconds.is_some_and(|time| time.mean < 900.0), "{:?}", summary.faults[0]);
}

#[test]
fn a_task_alone_on_its_host_makes_room_as_soon_as_it_is_to_stop() {
    // Both tasks are unhealthy behind a cut and their replacements wait; then both are healthy again, and a third host
    // takes one of the replacements: one task is too many and leaves the balancer for five minutes.
    let mut web = service("web", 2);
    web["loadBalancers"] = json!([{ "targetGroupArn": "tg", "containerName": "app" }]);
    web["placementConstraints"] = json!([{ "type": "distinctInstance" }]);
    let mut parts = json!({ "clusters": cluster(&json!([web]), &json!([])),
        "faults": [{ "name": "cut", "at": "10m", "for": "10m", "networkCutZone": { "zone": "z1" } }] });
    group(&mut parts, 2, &["z1"], false);
    parts["autoScalingGroups"][0]["MaxSize"] = json!(3);
    parts["capacityProviders"][0]["autoScalingGroupProvider"]["managedScaling"] = json!({ "targetCapacity": 100 });
    let (diary, _) = world(parts);
    let leaves = reached(&diary, 0, TaskState::Deactivating);
    let pending = reached(&diary, 0, TaskState::Pending);
    assert!(leaves.first().is_some_and(|time| pending.contains(time)), "{leaves:?} {pending:?}");
}

#[test]
fn a_first_check_that_falls_into_a_cut_passes_after_it() {
    let mut checked = definition("f", 512, "bridge");
    checked["containerDefinitions"][0]["healthCheck"] = json!({ "command": ["CMD", "true"], "interval": 30 });
    let mut parts = json!({ "startEmpty": true, "taskDefinitions": [checked],
        "clusters": cluster(&json!([service("web", 1)]), &json!([])),
        "faults": [{ "name": "cut", "at": "20s", "for": "5m", "networkCutZone": { "zone": "z1" } }] });
    group(&mut parts, 1, &["z1"], false);
    let (_, summary) = world(parts);
    // Its agent tells of it once it is connected again, two minutes after the cut at the latest.
    let full = summary.faults[0].full_strength_seconds;
    assert!(full.is_some_and(|time| (300.25..=450.0).contains(&time.mean)), "{full:?}");
}

#[test]
fn zones_are_evened_out_when_there_are_launch_tokens_again() {
    // A stream takes every token until well after the zone is back.
    let subnets = json!({ "awsvpcConfiguration": { "subnets": ["subnet-z1", "subnet-z2"] } });
    let web = json!({ "serviceName": "web", "taskDefinition": "f", "desiredCount": 4, "launchType": "FARGATE",
        "networkConfiguration": subnets });
    let jobs = json!({ "taskDefinition": "f", "name": "jobs", "every": { "constant": "1s" }, "count": 10,
        "from": "11m", "until": "12m", "lives": { "constant": "10s" }, "launchType": "FARGATE",
        "networkConfiguration": subnets });
    let zones = json!([{ "id": "z1", "subnets": ["subnet-z1"] }, { "id": "z2", "subnets": ["subnet-z2"] }]);
    let parts = json!({ "taskDefinitions": [definition("f", 256, "awsvpc")],
        "regions": [{ "name": "us-east-1", "zones": zones, "fargate": { "launchBurst": 10, "launchRate": "1/s" } }],
        "clusters": [{ "clusterName": "c", "capacityProviders": ["FARGATE"], "services": [web], "runTasks": [jobs] }],
        "faults": [{ "name": "dark", "at": "5m", "for": "7m", "zonePowerLoss": { "zone": "z1" } }] });
    let (_, summary) = world(parts);
    assert!(summary.faults[0].balanced_seconds.is_some(), "{:?}", summary.faults[0]);
}

/// When hosts were set DRAINING.
fn drained(diary: &Diary) -> Vec<Time> {
    let drains = |fact: &Fact| matches!(fact, Fact::Host(HostFact::Changed { status: HostStatus::Draining, .. }));
    diary.0.iter().filter(|(_, fact)| drains(fact)).map(|(at, _)| *at).collect()
}

#[test]
fn a_host_that_evens_out_zones_may_be_the_one_that_scaling_asks_for() {
    // Both hosts stand in one zone, and a third boots in the other while tasks wait. It would take the place of one of
    // them, but managed scaling asks for as many as the group may have: all three stay.
    let mut parts = json!({ "clusters": cluster(&json!([service("web", 24)]), &json!([])) });
    group(&mut parts, 2, &["z1", "z2"], false);
    let stands = json!({ "InstanceType": "m5.large", "AvailabilityZoneId": "z1", "LifecycleState": "InService" });
    parts["autoScalingGroups"][0]["Instances"] = json!([stands, stands]);
    parts["autoScalingGroups"][0]["MaxSize"] = json!(3);
    parts["behaviour"][1]["boot"] = json!({ "constant": "10m" });
    parts["capacityProviders"][0]["autoScalingGroupProvider"]["managedScaling"] = json!({ "targetCapacity": 100 });
    let (diary, summary) = world(parts);
    assert!(drained(&diary).is_empty(), "{:?}", drained(&diary));
    let running = summary.services[0].running.max.mean;
    assert!(running > 11.0, "{running} tasks: each of three hosts takes four");
}

#[test]
fn a_host_with_a_spot_notice_drains_when_ecs_acts_again() {
    let mut parts = json!({ "clusters": cluster(&json!([service("web", 2), daemon("agent")]), &json!([])),
        "faults": [{ "name": "down", "at": "10m", "for": "20m", "cellOutage": {} },
                   { "name": "taken", "at": "12m", "spotReclaim": {} }] });
    group(&mut parts, 2, &["z1", "z2"], true);
    let (diary, _) = world(parts);
    let drained = drained(&diary);
    assert!(!drained.is_empty() && drained.iter().all(|time| *time >= at(1_800)), "{drained:?}");
}

#[test]
fn a_host_may_have_begun_to_drain_when_changes_come_again_and_again() {
    // Each change leaves more hosts than its tasks fill; the run ends while some drain after the last of them.
    let mut web = service("web", 8);
    web["deploymentConfiguration"] = json!({ "minimumHealthyPercent": 100, "maximumPercent": 125 });
    let mut parts = json!({ "duration": "95m", "clusters": cluster(&json!([web]), &json!([])),
        "changes": [{ "name": "new", "every": { "constant": "1h" }, "service": "c/web" }] });
    managed(&mut parts, 60);
    parts["capacityProviders"][0]["managedInstancesProvider"]["instanceLaunchTemplate"]["instanceRequirements"] =
        json!({ "vCpuCount": { "min": 2 }, "memoryMiB": { "min": 0 }, "allowedInstanceTypes": ["m5.large"] });
    parts["behaviour"][0]["start"] = json!({ "constant": "5m" });
    let (diary, _) = ends(parts, true);
    let drained = drained(&diary);
    assert!(drained.last().is_some_and(|time| *time > at(5_400)), "{drained:?}");
}

#[test]
fn a_daemon_starts_with_its_cluster() {
    // The host that takes the place of the first is up long before the cluster is created.
    let mut parts = json!({ "clusters": cluster(&json!([daemon("agent")]), &json!([])),
        "faults": [{ "name": "crash", "at": "1m", "hostCrash": {} }] });
    group(&mut parts, 1, &["z1"], false);
    parts["clusters"][0]["createdAt"] = json!("40m");
    let (diary, summary) = world(parts);
    let running = reached(&diary, 0, TaskState::Running);
    assert!(running.len() == 1 && running[0] >= at(2_400), "{running:?}");
    assert_eq!(summary.services[0].desired_count, 1);
}

#[test]
fn a_daemon_is_wanted_on_the_hosts_that_its_cluster_begins_with() {
    // The fault reaches the service before anything is wanted of it.
    let mut parts = json!({ "clusters": cluster(&json!([daemon("agent")]), &json!([])),
        "faults": [{ "name": "no map", "at": "5m", "for": "10m", "mapSourceOutage": {} }] });
    group(&mut parts, 2, &["z1", "z2"], false);
    parts["clusters"][0]["createdAt"] = json!("10m");
    let (_, summary) = world(parts);
    assert_eq!(summary.services[0].desired_count, 2);
}

#[test]
fn a_completed_revision_is_known_until_another_one_is_completed() {
    // While a new revision bakes no task of the completed one is left. A pipeline supersedes it, and another change the
    // pipeline: when that is found to be bad, the completed revision comes back.
    let mut web = service("web", 1);
    web["deploymentConfiguration"] = json!({ "bakeTimeInMinutes": 60 });
    let mut parts = json!({ "clusters": cluster(&json!([web]), &json!([])), "changes": [
        { "name": "bakes", "service": "c/web", "at": "10m" },
        { "name": "staged", "services": ["c/web"], "at": "15m",
          "pipeline": { "stages": [{ "what": "zones", "bake": "1h" }] } },
        { "name": "bad", "service": "c/web", "at": "20m", "found": { "constant": "5m" },
          "defect": { "errors": { "share": 0.5 } } }] });
    group(&mut parts, 1, &["z1"], false);
    let (_, summary) = world(parts);
    let outcomes: Vec<&str> = summary.changes.iter().map(|row| &*row.outcome).collect();
    assert_eq!(outcomes, ["stopped", "stopped", "rolledBack"]);
}

#[test]
fn what_an_agent_keeps_for_later_is_not_due() {
    // A task ends while its cell is down. When that is back it does not hear of it: the agent is cut off.
    let mut parts = json!({ "clusters": cluster(&json!([service("web", 2)]), &json!([])), "faults": [
        { "name": "down", "at": "10m", "for": "5m", "cellOutage": {} },
        { "name": "silent", "at": "11m", "for": "40m", "agentDisconnect": {} },
        { "name": "crash", "at": "12m", "taskCrash": { "service": "c/web" } }] });
    group(&mut parts, 1, &["z1"], false);
    let (diary, _) = world(parts);
    let running = reached(&diary, 0, TaskState::Running);
    assert!(running.len() == 3 && running[2] > at(3_060), "{running:?}");
}

#[test]
fn what_is_told_from_behind_a_cut_link_later_is_not_due() {
    // The same of a host on an Outpost that ends while the cell is down.
    let zones = json!([{ "id": "z1", "subnets": ["subnet-z1"] },
                       { "id": "rack", "subnets": ["subnet-rack"], "kind": "outpost", "parent": "z1" }]);
    let mut parts = json!({ "regions": [{ "name": "us-east-1", "zones": zones }], "duration": "3h",
        "clusters": cluster(&json!([service("web", 2)]), &json!([])), "faults": [
        { "name": "crash", "at": "10m", "hostCrash": {} },
        { "name": "down", "at": "11m", "for": "49m", "cellOutage": {} },
        { "name": "cut", "at": "50m", "for": "1h", "linkCut": { "zone": "rack" } }] });
    group(&mut parts, 1, &["rack"], false);
    let (diary, _) = world(parts);
    let running = reached(&diary, 0, TaskState::Running);
    assert!(running.len() == 4 && running[2] > at(6_600), "{running:?}");
}

#[test]
fn a_deployment_that_stalls_leaves_missing_what_a_fault_took() {
    // One of two tasks ends while no image can be had, and a new revision finds none either.
    let subnets = json!({ "awsvpcConfiguration": { "subnets": ["subnet-z1", "subnet-z2"] } });
    let web = json!({ "serviceName": "web", "taskDefinition": "f", "desiredCount": 2, "launchType": "FARGATE",
        "networkConfiguration": subnets, "deploymentConfiguration": {
            "deploymentCircuitBreaker": { "enable": true, "rollback": false } } });
    let parts = json!({ "taskDefinitions": [definition("f", 256, "awsvpc")], "behaviour": [], "duration": "2h",
        "clusters": [{ "clusterName": "c", "capacityProviders": ["FARGATE"], "services": [web] }],
        "changes": [{ "name": "new", "service": "c/web", "at": "11m" }], "faults": [
            { "name": "no image", "at": "9m", "for": "30m", "imageRegistryDown": {} },
            { "name": "crash", "at": "10m", "taskCrash": { "service": "c/web", "count": 1 } }] });
    let (diary, _) = ends(parts, true);
    let up =
        |fact: &Fact| if let Fact::Service(ServiceFact::Available { count, .. }) = fact { Some(*count) } else { None };
    assert_eq!(diary.0.iter().rev().find_map(|(_, fact)| up(fact)), Some(0), "the last that changed is one that ended");
}
