//! How tasks are shared out: over providers by base and weight, over zones by spread and rebalancing (Balancing a
//! service across Availability Zones; CapacityProviderStrategyItem).

use crate::closed::capacity::strategy_split;
use crate::world::{case, check, run, service, shop, the_fault, the_service, watch, world, zones};
use evenkeel::internals::engine::Time;
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::{TaskFact, TaskState};
use evenkeel::internals::model::ids::{ProviderId, ServiceId, ZoneId};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Tasks in RUNNING at `until`, by what `key` says of service, provider and zone.
fn running<K: Ord>(
    facts: &[(Time, Fact)],
    until: Time,
    key: impl Fn(ServiceId, ProviderId, ZoneId) -> K,
) -> BTreeMap<K, u64> {
    let mut counts = BTreeMap::new();
    for (_, fact) in facts.iter().take_while(|(at, _)| *at <= until) {
        let Fact::Task(TaskFact::Went { task, from, to, provider, zone, .. }) = fact else { continue };
        if *from == TaskState::Running {
            *counts.entry(key(task.service, *provider, *zone)).or_insert(0u64) -= 1;
        }
        if *to == TaskState::Running {
            *counts.entry(key(task.service, *provider, *zone)).or_insert(0u64) += 1;
        }
    }
    counts
}

/// One service for each total, all of one strategy.
fn totals(most: u64, strategy: &Value) -> Vec<Value> {
    let one = |total| {
        let parts = json!({ "capacityProviderStrategy": strategy });
        service(&format!("t{total}"), total, 3, &parts)
    };
    (1..=most).map(one).collect()
}

fn strategy(names: &[&str], items: &[(u64, u64)]) -> Value {
    let item = |(name, (base, weight)): (&&str, &(u64, u64))| json!({ "capacityProvider": name, "base": base, "weight": weight });
    names.iter().zip(items).map(item).collect()
}

#[test]
fn base_and_weight_add_up_for_every_total() {
    let reference = case("cp-strategy");
    let split = &reference.row("value");
    assert_eq!(
        strategy_split(&[(2, 1), (0, 3)], 10),
        [split["FARGATE"].as_u64().unwrap(), split["FARGATE_SPOT"].as_u64().unwrap()]
    );
    for items in [
        [(2, 1), (0, 3)],
        [(0, 1), (0, 4)],
        [(10, 1), (0, 1)],
        [(4, 1), (0, 1)],
        [(0, 0), (0, 1)],
        [(0, 7), (3, 2)],
        [(5, 0), (0, 1)],
    ] {
        let names = ["FARGATE", "FARGATE_SPOT"];
        let file = world(
            "3h",
            json!({
                "clusters": shop(&totals(40, &strategy(&names, &items))),
                "behaviour": [{ "family": "web", "start": { "constant": "20s" } }],
                "faults": [
                    { "name": "reclaim", "at": "1h", "for": "10m", "spotReclaim": { "capacityProvider": "FARGATE_SPOT" } },
                    { "name": "crashes", "at": "100m", "taskCrash": { "share": 0.4 } }],
            }),
        );
        let (diary, _) = watch(&file);
        // As it stands at first, and after Spot was gone and four tenths of all tasks have crashed.
        for until in [Time::ZERO, Time::NEVER] {
            let found = running(&diary.0, until, |service, provider, _| (service.0, provider.0));
            for total in 1..=40u64 {
                let row: Vec<u64> =
                    (0..2).map(|item| found.get(&(total as u32 - 1, item)).copied().unwrap_or(0)).collect();
                assert_eq!(row, strategy_split(&items, total), "{items:?} of {total}");
                assert_eq!(row.iter().sum::<u64>(), total);
            }
        }
    }
}

#[test]
fn base_and_weight_over_groups_of_hosts() {
    let names = ["a", "b", "c"];
    for items in [[(0, 1), (0, 1), (0, 1)], [(3, 2), (0, 5), (0, 1)], [(0, 0), (1, 1), (0, 2)]] {
        let mut services = totals(30, &strategy(&names, &items));
        for service in &mut services {
            service.as_object_mut().unwrap().remove("networkConfiguration");
        }
        let provider = |name: &&str| {
            json!({ "name": name, "autoScalingGroupProvider": { "autoScalingGroupArn": name,
                    "managedScaling": { "status": "DISABLED" }, "managedTerminationProtection": "DISABLED" } })
        };
        let group = |name: &&str| {
            json!({ "AutoScalingGroupName": name, "MinSize": 3, "MaxSize": 3,
                    "AvailabilityZones": ["us-east-1a", "us-east-1b", "us-east-1c"],
                    "Instances": [{ "InstanceType": "large.enough" }] })
        };
        let file = world(
            "1h",
            json!({
                "taskDefinitions": [{ "family": "web", "networkMode": "bridge",
                    "containerDefinitions": [{ "name": "web", "image": "web:1", "cpu": 256, "memory": 256 }] }],
                "instanceTypes": [{ "InstanceType": "large.enough", "VCpuInfo": { "DefaultVCpus": 128 },
                                    "MemoryInfo": { "SizeInMiB": 524_288 } }],
                "capacityProviders": names.iter().map(provider).collect::<Vec<_>>(),
                "autoScalingGroups": names.iter().map(group).collect::<Vec<_>>(),
                "clusters": [{ "clusterName": "shop", "capacityProviders": names, "services": services }],
                "faults": [{ "name": "crashes", "at": "10m", "taskCrash": { "share": 0.5 } }],
            }),
        );
        let (diary, _) = watch(&file);
        for until in [Time::ZERO, Time::NEVER] {
            let found = running(&diary.0, until, |service, provider, _| (service.0, provider.0));
            for total in 1..=30u64 {
                let row: Vec<u64> =
                    (0..3).map(|item| found.get(&(total as u32 - 1, item)).copied().unwrap_or(0)).collect();
                assert_eq!(row, strategy_split(&items, total), "{items:?} of {total}");
            }
        }
    }
}

#[test]
fn rebalancing_ends_within_one_task_and_moves_no_more_than_it_must() {
    for count in [2usize, 3, 5] {
        for desired in [1u64, 2, 3, 5, 7, 10, 12, 30] {
            let file = world(
                "4h",
                json!({
                    "regions": zones(count, &json!({})),
                    "clusters": shop(&[service("one", desired, count, &json!({ "availabilityZoneRebalancing": "ENABLED" }))]),
                    "behaviour": [{ "family": "web", "start": { "constant": "30s" } }],
                    "detection": { "loss": { "constant": "60s" } },
                    "faults": [{ "name": "dark", "at": "30m", "for": "40m", "zonePowerLoss": { "zone": "z1" } }],
                }),
            );
            let (diary, summary) = watch(&file);
            let found = running(&diary.0, Time::NEVER, |_, _, zone| zone.0);
            let each: Vec<u64> = (0..count as u16).map(|zone| found.get(&zone).copied().unwrap_or(0)).collect();
            let what = format!("{desired} tasks over {count} zones end as {each:?}");
            assert_eq!(each.iter().sum::<u64>(), desired, "{what}");
            assert!(each.iter().max().unwrap() - each.iter().min().unwrap() <= 1, "{what}");
            assert!(the_fault(&summary).balanced_seconds.is_some(), "{what}");
            // What the zone lost is launched elsewhere; then as many move back as the zone's fair share.
            let lost = desired.div_ceil(count as u64);
            let moved = desired / count as u64;
            check(&what, the_service(&summary).launches.requested.mean, (lost + moved) as f64, 0.0);
            // A move starts first: after the loss is made good the service is never below its desired count.
            check(&what, the_service(&summary).running.min.mean, (desired - lost) as f64, 0.0);
            // The one too many is stopped in the instant in which the new one is healthy, and lasts no time.
            check(&what, the_service(&summary).running.max.mean, desired as f64, 0.0);
        }
    }
}

/// Zones of a service of 600 tasks after one of three was dark for 20 minutes, and the most tasks that there were.
fn large(fargate: &Value, maximum: u64) -> ([u64; 3], u64, f64, f64) {
    let parts = json!({ "availabilityZoneRebalancing": "ENABLED",
                        "deploymentConfiguration": { "minimumHealthyPercent": 100, "maximumPercent": maximum } });
    let file = world(
        "3h",
        json!({
            "regions": zones(3, fargate),
            "clusters": shop(&[service("one", 600, 3, &parts)]),
            "behaviour": [{ "family": "web", "start": { "constant": "45s" } }],
            "detection": { "loss": { "constant": "50s" } },
            "faults": [{ "name": "dark", "at": "1h", "for": "20m", "zonePowerLoss": { "zone": "z1" } }],
        }),
    );
    let (diary, summary) = watch(&file);
    let found = running(&diary.0, Time::NEVER, |_, _, zone| zone.0);
    let (mut here, mut most) = (0i64, 0);
    for (_, fact) in &diary.0 {
        let Fact::Task(TaskFact::Went { from, to, .. }) = fact else { continue };
        // Goal RUNNING: from the launch until it is told to stop.
        let counts = |state: &TaskState| *state <= TaskState::Running;
        here += i64::from(counts(to)) - i64::from(from != to && counts(from));
        most = most.max(here);
    }
    let balanced = the_fault(&summary).balanced_seconds.unwrap().mean;
    let each = [0, 1, 2].map(|zone| found.get(&zone).copied().unwrap_or(0));
    (each, most as u64, balanced, the_service(&summary).launches.requested.mean)
}

#[test]
fn a_large_service_is_even_soon_after_its_zone_is_back() {
    let fast = json!({ "launchBurst": 100, "launchRate": "20/s" });
    let slow = json!({ "launchBurst": 1, "launchRate": "1/s" });
    for (fargate, maximum, step) in [(&fast, 200, 60), (&fast, 105, 30), (&slow, 200, 60)] {
        let (each, most, balanced, launched) = large(fargate, maximum);
        let what = format!("{fargate}, {maximum} %");
        assert_eq!(each, [200; 3], "{what}");
        // The fault lasts 20 minutes; half an hour later the zones are even.
        assert!(balanced > 1_200.0 && balanced <= 3_000.0, "{what}: even after {balanced} s");
        // No step starts more than it may, none moves a task too many, and then it rests.
        assert!(most <= 600 + step, "{what}: {most} tasks at one time");
        check(&what, launched, 400.0, 0.0);
    }
}

#[test]
fn without_rebalancing_the_zone_stays_empty() {
    let mut file = world(
        "4h",
        json!({
            "clusters": shop(&[service("one", 12, 3, &json!({}))]),
            "faults": [{ "name": "dark", "at": "30m", "for": "40m", "zonePowerLoss": { "zone": "use1-az1" } }],
        }),
    );
    let last = |file: &Value| {
        let (diary, _) = watch(file);
        let found = running(&diary.0, Time::NEVER, |_, _, zone| zone.0);
        [0, 1, 2].map(|zone| found.get(&zone).copied().unwrap_or(0))
    };
    assert_eq!(last(&file), [0, 6, 6]);
    assert!(the_fault(&run(&file, 1)).balanced_seconds.is_none());
    // ECS switches it on for new services; at 100 % there is no room to start first, and it stays off.
    file["clusters"][0]["services"][0].as_object_mut().unwrap().remove("availabilityZoneRebalancing");
    assert_eq!(last(&file), [4, 4, 4]);
    file["clusters"][0]["services"][0]["deploymentConfiguration"] =
        json!({ "minimumHealthyPercent": 50, "maximumPercent": 100 });
    assert_eq!(last(&file), [0, 6, 6]);
}
