//! ECS Managed Instances (Amazon ECS Managed Instances).

use crate::fleet::{definition, hosts_at, launches, running_at, stops, tasks_at};
use crate::world::{Diary, check, the_fault, watch, world, zones};
use evenkeel::internals::model::fact::{Fact, HostFact, TaskState};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const DAY: f64 = 86_400.0;

/// Types `small` (2 vCPU) and `large` (8 vCPU), by Managed Instances over three zones; tasks of 1 vCPU are `web`, of 4
/// vCPU `big`.
pub(crate) fn managed(duration: &str, services: &[(&str, u64)], parts: &Value) -> Value {
    let kind = |name: &str, vcpus: u64| {
        json!({ "InstanceType": name, "VCpuInfo": { "DefaultVCpus": vcpus },
                "MemoryInfo": { "SizeInMiB": 4096 * vcpus }, "NetworkInfo": { "MaximumNetworkInterfaces": 20 } })
    };
    let service = |(family, desired): &(&str, u64)| {
        json!({ "serviceName": family, "taskDefinition": family, "desiredCount": desired,
                "availabilityZoneRebalancing": "DISABLED",
                "capacityProviderStrategy": [{ "capacityProvider": "managed", "weight": 1 }] })
    };
    let mut provider = json!({ "instanceLaunchTemplate": {
        "networkConfiguration": { "subnets": ["subnet-1", "subnet-2", "subnet-3"] },
        "instanceRequirements": { "vCpuCount": { "min": 1 }, "memoryMiB": { "min": 1 },
                                  "allowedInstanceTypes": ["own.*"] } } });
    for (key, value) in parts.as_object().unwrap() {
        match key.as_str() {
            "capacityOptionType" => provider["instanceLaunchTemplate"][key] = value.clone(),
            _ => provider[key] = value.clone(),
        }
    }
    world(
        duration,
        json!({
            "taskDefinitions": [definition("web", 1024), definition("big", 4096)],
            "instanceTypes": [kind("own.small", 2), kind("own.large", 8)],
            "capacityProviders": [{ "name": "managed", "managedInstancesProvider": provider }],
            "clusters": [{ "clusterName": "shop", "capacityProviders": ["managed"],
                           "services": services.iter().map(service).collect::<Vec<_>>() }],
            "behaviour": services.iter().map(|(family, _)| starts(family))
                .chain([json!({ "capacityProvider": "managed", "boot": { "constant": "60s" } })]).collect::<Vec<_>>(),
            "detection": { "loss": { "constant": "60s" } },
        }),
    )
}

fn starts(family: &str) -> Value {
    json!({ "family": family, "start": { "constant": "30s" } })
}

/// Adds a stream of jobs of a family that no service has.
pub(crate) fn with_job(mut file: Value, family: &str, parts: &Value) -> Value {
    let mut job = json!({ "taskDefinition": family, "name": "job",
        "capacityProviderStrategy": [{ "capacityProvider": "managed", "weight": 1 }] });
    job.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    file["clusters"][0]["runTasks"] = json!([job]);
    file["behaviour"].as_array_mut().unwrap().push(starts(family));
    file
}

/// Its template, as a whole.
pub(crate) fn template(file: &mut Value) -> &mut Value {
    &mut file["capacityProviders"][0]["managedInstancesProvider"]["instanceLaunchTemplate"]
}

/// Hosts in the first `zones` zones of a Region of six.
pub(crate) fn in_zones(mut file: Value, count: usize) -> Value {
    file["regions"] = zones(6, &json!({}));
    let subnets: Vec<String> = (1..=count).map(|zone| format!("subnet-{zone}")).collect();
    template(&mut file)["networkConfiguration"]["subnets"] = json!(subnets);
    file
}

/// RUNNING tasks of the first service by zone.
pub(crate) fn by_zone(diary: &Diary, seconds: f64) -> [usize; 6] {
    let mut found = [0; 6];
    for task in tasks_at(diary, 0, seconds).values().filter(|task| task.state == TaskState::Running) {
        found[usize::from(task.zone)] += 1;
    }
    found
}

pub(crate) fn scale_in(seconds: i64) -> Value {
    json!({ "infrastructureOptimization": { "scaleInAfter": seconds } })
}

#[test]
fn tasks_share_hosts_of_the_cheapest_type_that_holds_them() {
    for empty in [false, true] {
        let mut file = managed("1h", &[("web", 6), ("big", 3)], &json!({}));
        file["startEmpty"] = json!(empty);
        let (diary, _) = watch(&file);
        // Rows stand by name: `big`, then `web`.
        assert_eq!((running_at(&diary, 0, 600.0), running_at(&diary, 1, 600.0)), (3, 6), "start empty: {empty}");
        if empty {
            assert_eq!((running_at(&diary, 1, 89.0), running_at(&diary, 1, 90.0)), (0, 6), "boot and start");
        }
        // At time 0 service by service, from nothing the largest tasks first: `big` opens three large hosts, each in a
        // zone of its own, where all small tasks find room.
        let hosts: Vec<u16> = hosts_at(&diary, 600.0).into_values().map(|host| host.1).collect();
        assert_eq!(hosts.len(), 3, "start empty: {empty}, {hosts:?}");
    }
}

/// A job of one vCPU for ten minutes each hour, beside a service of one task.
fn with_jobs(after: i64) -> Value {
    let jobs = json!({ "every": { "constant": "1h" }, "count": 10, "lives": { "constant": "10m" } });
    with_job(managed("6h", &[("big", 1)], &scale_in(after)), "web", &jobs)
}

#[test]
fn idle_hosts_go_after_their_time() {
    // 10 jobs: four beside the service's task, six on three small hosts. They run from 90 s after the call on.
    for (after, leave) in [(0, Some(0.0)), (300, Some(300.0)), (3_000, Some(3_000.0)), (-1, None)] {
        let (diary, _) = watch(&with_jobs(after));
        let ended = stops(&diary, 1).iter().map(|stop| stop.0).filter(|at| *at < 2.0 * 3_600.0).fold(0.0, f64::max);
        check("jobs end", ended, 3_600.0 + 90.0 + 600.0, 0.0);
        assert_eq!(hosts_at(&diary, ended - 1.0).len(), 4);
        if let Some(leave) = leave.filter(|leave| *leave < 2_000.0) {
            assert_eq!(hosts_at(&diary, ended + leave - 0.5).len(), 4, "after {after}");
            assert_eq!(hosts_at(&diary, ended + leave + 0.5).len(), 1, "after {after}");
        } else {
            assert_eq!(hosts_at(&diary, 5.5 * 3_600.0).len(), 4, "after {after}: used again in time, or kept");
        }
        assert_eq!(stops(&diary, 0).len(), 0);
    }
}

#[test]
fn a_host_that_stands_idle_at_the_start_goes_too() {
    // At time 0 the service stands; one crash of its host moves it, and the successor stands idle.
    let mut file = in_zones(managed("2h", &[("web", 2)], &scale_in(60)), 1);
    file["faults"] =
        json!([{ "name": "dies", "at": "10m", "for": "20m", "hostCrash": { "capacityProvider": "managed" } }]);
    let (diary, _) = watch(&file);
    assert_eq!(running_at(&diary, 0, 7_000.0), 2);
    assert_eq!(hosts_at(&diary, 7_000.0).len(), 1);
}

#[test]
fn an_idle_small_host_does_not_stand_in_the_way_of_a_large_task() {
    let jobs = json!({ "every": { "constant": "30m" }, "count": 3, "lives": { "constant": "10m" } });
    let file = with_job(managed("2h", &[("web", 1)], &scale_in(-1)), "big", &jobs);
    let (diary, _) = watch(&file);
    assert_eq!(running_at(&diary, 1, 1_800.0 + 90.0), 3, "three jobs on two large hosts");
    assert_eq!(running_at(&diary, 1, 3_600.0 + 30.0), 3, "the hosts are still there");
}

#[test]
fn a_spot_pool_that_gives_nothing_is_passed_over() {
    let mut file = managed("2h", &[("web", 6)], &json!({ "capacityOptionType": "SPOT" }));
    file["faults"] = json!([{ "name": "small", "at": "30m", "for": "1h",
        "spotReclaim": { "capacityProvider": "managed", "instanceType": "own.small" } }]);
    let (diary, summary) = watch(&file);
    check("hosts hit", summary.faults[0].hit.hosts.mean, 3.0, 0.0);
    let kinds = |at: f64| hosts_at(&diary, at).into_values().map(|host| host.1).collect::<BTreeSet<_>>();
    assert_eq!(running_at(&diary, 0, 1_800.0 + 119.0), 6);
    assert_eq!(running_at(&diary, 0, 3_600.0), 6);
    assert!(kinds(1_700.0).len() == 1 && kinds(3_600.0).len() == 1 && kinds(1_700.0) != kinds(3_600.0));
}

#[test]
fn hosts_are_repaired_when_their_agent_stays_away() {
    for (parts, repaired) in [
        (json!({ "autoRepairConfiguration": { "actionsStatus": "ENABLED" } }), true),
        (json!({ "autoRepairConfiguration": { "actionsStatus": "DISABLED" } }), false),
    ] {
        for kind in ["networkCutZone", "linkCut", "agentDisconnect"] {
            let mut file = managed("2h", &[("web", 6)], &parts);
            let mut silence = json!({ "name": "silence", "at": "30m", "for": "1h" });
            silence[kind] = json!({ "zone": "use1-az1" });
            file["faults"] = json!([silence]);
            let (diary, _) = watch(&file);
            // Two tasks stand in the zone; where nothing else is broken a new host there may take them.
            let replaced = launches(&diary, 0).into_iter().filter(|at| *at > 1_800.0).count();
            assert_eq!(replaced, if repaired { 2 } else { 0 }, "{kind}: {parts}");
        }
    }
}

#[test]
fn no_host_lives_much_longer_than_fourteen_days() {
    let (diary, summary) = watch(&managed("40d", &[("web", 6)], &json!({})));
    let numbers = |at: f64| hosts_at(&diary, at).into_keys().collect::<BTreeSet<_>>();
    assert_eq!(numbers(0.0), numbers(13.9 * DAY));
    assert!(numbers(0.0).is_disjoint(&numbers(14.1 * DAY)));
    assert!(numbers(14.1 * DAY).is_disjoint(&numbers(29.0 * DAY)));
    // Replacements start first: nothing is missed.
    check("running", summary.services[0].running.min.mean, 6.0, 0.0);
}

#[test]
fn work_that_does_not_end_is_cut_a_week_later() {
    let jobs = json!({ "every": { "constant": "1h" }, "until": "90m", "lives": { "constant": "100d" } });
    let file = with_job(managed("30d", &[], &json!({})), "web", &jobs);
    let (diary, _) = watch(&file);
    let found = stops(&diary, 0);
    // Called after an hour, registered a minute later; drained on the 14th day, ended on the 21st.
    assert_eq!((found.len(), found[0].0), (1, 3_660.0 + 21.0 * DAY));
}

/// What the spread over three zones and packing make of so many tasks: the largest first.
fn spread(tasks: usize, zones: usize) -> Vec<usize> {
    let used = zones.min(3);
    let mut found: Vec<usize> = (0..used).map(|zone| (tasks + used - 1 - zone) / used).collect();
    found.retain(|count| *count > 0);
    found
}

#[test]
fn tasks_stand_in_three_zones_where_they_can_and_are_packed_only_then() {
    for empty in [false, true] {
        for count in [1usize, 2, 3, 6] {
            for tasks in [1usize, 2, 3, 4, 6, 8, 9] {
                let mut file = in_zones(managed("20m", &[("web", tasks as u64)], &json!({})), count);
                // Hosts of eight: one would do for most, and does where there is one zone.
                template(&mut file)["instanceRequirements"]["allowedInstanceTypes"] = json!(["own.large"]);
                file["startEmpty"] = json!(empty);
                let (diary, _) = watch(&file);
                let mut found = by_zone(&diary, 1_100.0).to_vec();
                found.sort_unstable_by_key(|count| std::cmp::Reverse(*count));
                found.retain(|count| *count > 0);
                let what = format!("{tasks} tasks over {count} zones, start empty: {empty}");
                assert_eq!(found, spread(tasks, count), "{what}");
                let hosts = hosts_at(&diary, 1_100.0).len();
                assert_eq!(hosts, found.iter().map(|tasks| tasks.div_ceil(8)).sum::<usize>(), "{what}: hosts");
                let numbers = diary.0.iter().filter_map(|(_, fact)| match fact {
                    Fact::Host(HostFact::Changed { number, .. }) => Some(*number),
                    _ => None,
                });
                assert_eq!(numbers.collect::<BTreeSet<_>>().len(), hosts, "{what}: none came in vain");
            }
        }
    }
}

#[test]
fn a_zone_loss_takes_a_third_and_the_spread_comes_back_with_the_zone() {
    for (rebalancing, after) in [("DISABLED", [0, 3, 3]), ("ENABLED", [2, 2, 2])] {
        let mut file = managed("3h", &[("web", 6)], &json!({}));
        template(&mut file)["instanceRequirements"]["allowedInstanceTypes"] = json!(["own.large"]);
        file["clusters"][0]["services"][0]["availabilityZoneRebalancing"] = json!(rebalancing);
        file["faults"] = json!([{ "name": "dark", "at": "1h", "for": "30m", "zonePowerLoss": { "zone": "use1-az1" } }]);
        let (diary, summary) = watch(&file);
        check("tasks hit", the_fault(&summary).hit.tasks.mean, 2.0, 0.0);
        check("least", summary.services[0].running.min.mean, 4.0, 0.0);
        // The two hosts that are left have room for what is lost, and are used as they are.
        assert_eq!(by_zone(&diary, 5_000.0)[..3], [0, 3, 3]);
        assert_eq!(by_zone(&diary, 3.0 * 3_600.0)[..3], after, "{rebalancing}");
        // A host is launched in the zone that is back, as the service is not spread over three zones without it.
        let zones: BTreeSet<u16> = hosts_at(&diary, 3.0 * 3_600.0).into_values().map(|host| host.0).collect();
        assert_eq!(zones.len(), if rebalancing == "ENABLED" { 3 } else { 2 });
    }
}

#[test]
fn a_zone_that_gives_nothing_is_done_without() {
    let mut file = managed("2h", &[("web", 6)], &json!({}));
    template(&mut file)["instanceRequirements"]["allowedInstanceTypes"] = json!(["own.large"]);
    file["startEmpty"] = json!(true);
    file["faults"] =
        json!([{ "name": "none", "at": "0s", "for": "1h", "insufficientCapacity": { "zone": "use1-az2" } }]);
    let (diary, _) = watch(&file);
    assert_eq!(by_zone(&diary, 600.0)[..3], [3, 0, 3]);
}

#[test]
fn a_constraint_on_one_zone_packs() {
    let mut file = managed("20m", &[("web", 6)], &json!({}));
    template(&mut file)["instanceRequirements"]["allowedInstanceTypes"] = json!(["own.large"]);
    file["clusters"][0]["services"][0]["placementConstraints"] =
        json!([{ "type": "memberOf", "expression": "attribute:ecs.availability-zone == us-east-1b" }]);
    let (diary, _) = watch(&file);
    assert_eq!(by_zone(&diary, 1_100.0)[..3], [0, 6, 0]);
    assert_eq!(hosts_at(&diary, 1_100.0).len(), 1);
}

#[test]
fn standalone_tasks_are_packed_at_once() {
    let jobs = json!({ "every": { "constant": "10m" }, "count": 6, "lives": { "constant": "5m" } });
    let mut file = with_job(managed("15m", &[], &json!({})), "web", &jobs);
    template(&mut file)["instanceRequirements"]["allowedInstanceTypes"] = json!(["own.large"]);
    let (diary, _) = watch(&file);
    assert_eq!((running_at(&diary, 0, 800.0), hosts_at(&diary, 800.0).len()), (6, 1));
}

#[test]
fn what_drains_comes_back_in_its_own_zone() {
    // On the fourteenth day all hosts drain together; their tasks are spread like new ones.
    let (diary, _) = watch(&managed("16d", &[("web", 7)], &json!({})));
    let mut found = by_zone(&diary, 15.9 * DAY)[..3].to_vec();
    found.sort_unstable();
    assert_eq!(found, [2, 2, 3]);
}

#[test]
fn hosts_that_boot_at_different_times_do_not_come_in_vain() {
    // A host that is there first takes its part of the tasks; the others wait for theirs.
    for seed in 1..=6 {
        let mut file = managed("30m", &[("web", 6)], &json!({}));
        template(&mut file)["instanceRequirements"]["allowedInstanceTypes"] = json!(["own.small"]);
        file["startEmpty"] = json!(true);
        file["seed"] = json!(seed);
        crate::fleet::law(&mut file, "managed")["boot"] = json!({ "uniform": { "low": "30s", "high": "5m" } });
        let (diary, _) = watch(&file);
        assert_eq!(by_zone(&diary, 1_700.0)[..3], [2, 2, 2], "seed {seed}");
        let numbers = diary.0.iter().filter_map(|(_, fact)| match fact {
            Fact::Host(HostFact::Changed { number, .. }) => Some(*number),
            _ => None,
        });
        assert_eq!(numbers.max(), Some(2), "seed {seed}: three hosts");
    }
}

#[test]
fn a_host_that_never_registers_is_given_up_whether_hosts_are_repaired_or_not() {
    // A zone is dark for ten seconds while the first hosts boot: silent for a minute or two and five more, told of
    // another minute later, then another one boots.
    for status in ["ENABLED", "DISABLED"] {
        let mut file = managed("1h", &[("web", 6)], &json!({ "autoRepairConfiguration": { "actionsStatus": status } }));
        file["startEmpty"] = json!(true);
        file["faults"] =
            json!([{ "name": "dark", "at": "30s", "for": "10s", "zonePowerLoss": { "zone": "use1-az1" } }]);
        let (diary, _) = watch(&file);
        assert!(running_at(&diary, 0, 380.0) < 6, "{status}");
        assert_eq!(running_at(&diary, 0, 40.0 + 120.0 + 300.0 + 60.0 + 60.0 + 30.0), 6, "{status}");
    }
}

#[test]
fn new_hosts_have_room_for_their_daemon_from_the_first() {
    // Hosts of two vCPUs, of which a daemon takes one: three tasks need three of them, which are launched together.
    let mut file = in_zones(managed("20m", &[("web", 3)], &json!({})), 1);
    template(&mut file)["instanceRequirements"]["allowedInstanceTypes"] = json!(["own.small"]);
    file["taskDefinitions"].as_array_mut().unwrap().push(definition("agent", 1024));
    file["behaviour"].as_array_mut().unwrap().push(json!({ "family": "agent", "start": { "constant": "1s" } }));
    let mut daemon = crate::fleet::daemon("agent", "agent");
    daemon.as_object_mut().unwrap().remove("launchType");
    daemon["capacityProviderStrategy"] = json!([{ "capacityProvider": "managed", "weight": 1 }]);
    file["clusters"][0]["services"].as_array_mut().unwrap().push(daemon);
    file["startEmpty"] = json!(true);
    let (diary, _) = watch(&file);
    let web = [0, 1].into_iter().find(|of| launches(&diary, *of).first() == Some(&0.0)).unwrap();
    assert_eq!(running_at(&diary, web, 60.0 + 30.0), 3);
}
