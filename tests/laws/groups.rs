//! Auto Scaling groups: even zones, what leaves first, draining (Container instance draining; Managed scaling
//! behaviour; Managed instance draining).

use crate::fleet::{fleet, hosts_at, law, on_hosts, running_at, stops, zones_at};
use crate::world::{check, watch};
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::{HostFact, ServiceFact, StopCode};
use serde_json::{Value, json};

fn spot(mut file: Value) -> Value {
    file["autoScalingGroups"][0]["MixedInstancesPolicy"] = json!({
        "LaunchTemplate": { "Overrides": [{ "InstanceType": "some.tasks" }] },
        "InstancesDistribution": { "OnDemandPercentageAboveBaseCapacity": 0 } });
    file["faults"] = json!([{ "name": "reclaim", "at": "30m",
        "spotReclaim": { "capacityProvider": "nodes", "zone": "use1-az1" } }]);
    file
}

fn percents(least: u64, most: u64) -> Value {
    json!({ "deploymentConfiguration": { "minimumHealthyPercent": least, "maximumPercent": most } })
}

/// Registered hosts from 40 minutes on: fewest and most.
fn registered(diary: &crate::world::Diary) -> (u32, u32) {
    let late = diary.0.iter().filter(|(at, _)| at.as_secs_f64() > 2_400.0);
    let counts = late
        .filter_map(|(_, fact)| if let Fact::Host(HostFact::Count { count, .. }) = fact { Some(*count) } else { None });
    counts.fold((u32::MAX, 0), |(least, most), count| (least.min(count), most.max(count)))
}

#[test]
fn a_group_evens_out_its_zones_and_launches_first() {
    for (hosts, suspended, end) in
        [(6u64, false, [2, 2, 2]), (7, false, [2, 2, 3]), (30, false, [10, 10, 10]), (6, true, [0, 3, 3])]
    {
        let mut file = fleet("4h", hosts, 4, &[on_hosts("one", 2 * hosts, &json!({}))]);
        file["faults"] =
            json!([{ "name": "dark", "at": "30m", "for": "20m", "zonePowerLoss": { "zone": "use1-az1" } }]);
        if suspended {
            file["autoScalingGroups"][0]["SuspendedProcesses"] = json!([{ "ProcessName": "AZRebalance" }]);
        }
        let (diary, _) = watch(&file);
        let before = zones_at(&diary, 2_900.0);
        assert_eq!((before[0], before.iter().sum::<usize>() as u64), (0, hosts), "{before:?}");
        let mut after = zones_at(&diary, 14_000.0);
        after.sort_unstable();
        assert_eq!(after, end, "{hosts} hosts");
        let (least, most) = registered(&diary);
        if !suspended {
            // One more than desired, or a tenth of the largest size (100).
            let extra = (u64::from(most)) - hosts;
            assert!(u64::from(least) >= hosts && (1..=10).contains(&extra), "{hosts} hosts: {least} to {most}");
        }
        assert_eq!(running_at(&diary, 0, 14_000.0) as u64, 2 * hosts);
    }
}

#[test]
fn evening_out_costs_no_task() {
    // The group and the service even out their zones at the same time, behind a load balancer.
    let mut file = fleet("4h", 6, 4, &[on_hosts("one", 24, &json!({ "availabilityZoneRebalancing": "ENABLED" }))]);
    file["capacityProviders"][0]["autoScalingGroupProvider"]["managedScaling"] = json!({ "status": "ENABLED" });
    file["traffic"] = json!([{ "service": "shop/one", "rate": "60/s", "requestsPerTask": "60/s" }]);
    file["faults"] = json!([{ "name": "dark", "at": "30m", "for": "20m", "zonePowerLoss": { "zone": "use1-az1" } }]);
    for seed in 0..20 {
        file["seed"] = json!(seed);
        let (diary, _) = watch(&file);
        let mut zones = [0u32; 3];
        for (row, (at, fact)) in diary.0.iter().enumerate() {
            if let Fact::Service(ServiceFact::Available { zone, count, .. }) = fact {
                zones[usize::from(zone.0)] = *count;
            }
            let last = diary.0.get(row + 1).is_none_or(|next| next.0 > *at);
            let all: u32 = zones.iter().sum();
            assert!(!last || at.as_secs_f64() < 2_990.0 || all >= 24, "seed {seed}: {all} at {at}");
        }
        assert!(zones.iter().all(|count| *count == 8), "{zones:?}");
    }
}

#[test]
fn protected_hosts_leave_their_zone_when_they_are_empty() {
    let mut file = fleet("6h", 6, 4, &[on_hosts("one", 6, &json!({ "availabilityZoneRebalancing": "ENABLED" }))]);
    let provider = &mut file["capacityProviders"][0]["autoScalingGroupProvider"];
    provider["managedScaling"] = json!({ "status": "ENABLED" });
    provider["managedTerminationProtection"] = json!("ENABLED");
    file["autoScalingGroups"][0]["NewInstancesProtectedFromScaleIn"] = json!(true);
    file["faults"] = json!([{ "name": "dark", "at": "30m", "for": "20m", "zonePowerLoss": { "zone": "use1-az1" } }]);
    let (diary, _) = watch(&file);
    let zones = zones_at(&diary, 21_000.0);
    assert!(zones.iter().max().unwrap() - zones.iter().min().unwrap() <= 1, "{zones:?}");
    // Once the zone is back tasks move by the service's own rebalancing, never because their host goes.
    let moved = stops(&diary, 0).into_iter().filter(|stop| stop.0 > 3_000.0);
    assert!(moved.clone().count() > 0 && moved.clone().all(|stop| stop.2 != StopCode::TerminationNotice));
    assert_eq!(running_at(&diary, 0, 21_000.0), 6);
}

#[test]
fn what_scale_in_takes() {
    // Six hosts, three of them with a task: two are too many at first. Without protection the oldest of the fullest
    // zone goes, whatever runs on it.
    for (protection, draining, killed, missing) in [
        ("ENABLED", "ENABLED", 0, 0),
        ("ENABLED", "DISABLED", 0, 0),
        ("DISABLED", "ENABLED", 2, 0),
        ("DISABLED", "DISABLED", 2, 2),
    ] {
        let mut file = fleet("40m", 6, 4, &[on_hosts("one", 3, &json!({}))]);
        let provider = &mut file["capacityProviders"][0]["autoScalingGroupProvider"];
        provider["managedScaling"] = json!({ "status": "ENABLED" });
        provider["managedTerminationProtection"] = json!(protection);
        provider["managedDraining"] = json!(draining);
        file["autoScalingGroups"][0]["NewInstancesProtectedFromScaleIn"] = json!(true);
        // Only the first scale-in.
        file["autoScalingGroups"][0]["MinSize"] = json!(4);
        let (diary, summary) = watch(&file);
        let what = format!("protection {protection}, draining {draining}");
        assert_eq!(hosts_at(&diary, 2_000.0).len(), 4, "{what}");
        let found = stops(&diary, 0);
        assert_eq!(found.iter().filter(|stop| stop.2 == StopCode::TerminationNotice).count(), killed, "{what}");
        check(&what, 3.0 - summary.services[0].running.min.mean, f64::from(missing), 0.0);
    }
}

#[test]
fn draining_keeps_to_the_percentages() {
    // Four tasks, two of them on the host of the first zone, which gets its notice after 30 minutes.
    let of = |least, most| {
        let mut file = spot(fleet("1h", 2, 2, &[on_hosts("one", 4, &percents(least, most))]));
        file["autoScalingGroups"][0]["DesiredCapacity"] = json!(3);
        law(&mut file, "web")["stop"] = json!({ "constant": "0s" });
        // The third host is the last to fill.
        file["clusters"][0]["services"][0]["placementStrategy"] = json!([{ "type": "binpack", "field": "memory" }]);
        let (diary, _) = watch(&file);
        stops(&diary, 0).into_iter().map(|stop| (stop.0 - 1_800.0, stop.2)).collect::<Vec<_>>()
    };
    // With room, replacements come first.
    assert_eq!(of(100, 200), [(30.0, StopCode::TerminationNotice); 2]);
    // Without room, as many stop at once as the minimum allows.
    assert_eq!(of(50, 100), [(0.0, StopCode::TerminationNotice); 2]);
    assert_eq!(of(75, 100), [(0.0, StopCode::TerminationNotice), (30.0, StopCode::TerminationNotice)]);
    // At 100 and 100 nothing can move: the tasks die with their host, which is noticed a minute later.
    assert_eq!(of(100, 100), [(180.0, StopCode::SpotInterruption); 2]);
}

#[test]
fn standalone_tasks_on_a_draining_host_end_by_themselves() {
    let mut file = spot(fleet("1h", 1, 4, &[]));
    file["clusters"][0]["runTasks"] = json!([{ "taskDefinition": "web", "name": "job", "every": { "constant": "10m" },
        "from": "19m50s", "until": "30m", "lives": { "constant": "30s" },
        "capacityProviderStrategy": [{ "capacityProvider": "nodes", "weight": 1 }] }]);
    // Called ten seconds before the notice, runs 20 s after it, done 50 s after it.
    let found = stops(&watch(&file).0, 0);
    assert_eq!(
        found.last().map(|stop| (stop.0, stop.2)),
        Some((1_850.0, StopCode::EssentialContainerExited)),
        "{found:?}"
    );
}

#[test]
fn draining_ends_after_two_days() {
    let mut file = fleet("4d", 3, 4, &[]);
    file["capacityProviders"][0]["autoScalingGroupProvider"]["managedScaling"] = json!({ "status": "ENABLED" });
    file["clusters"][0]["runTasks"] = json!([{ "taskDefinition": "web", "name": "job", "every": { "constant": "1m" },
        "until": "90s", "lives": { "constant": "90h" },
        "capacityProviderStrategy": [{ "capacityProvider": "nodes", "weight": 1 }] }]);
    // Two of three hosts are empty; the oldest goes first, and the job runs there.
    let found = stops(&watch(&file).0, 0);
    assert_eq!(found.first().map(|stop| (stop.0, stop.2)), Some((900.0 + 172_800.0, StopCode::TerminationNotice)));
}

#[test]
fn of_hosts_that_are_too_many_at_the_start_the_fullest_zone_loses_one() {
    let host = |zone: &str| json!({ "InstanceType": "some.tasks", "AvailabilityZone": zone });
    let mut file = fleet("1h", 3, 1, &[on_hosts("one", 3, &json!({}))]);
    file["autoScalingGroups"][0]["Instances"] =
        json!([host("us-east-1b"), host("us-east-1c"), host("us-east-1a"), host("us-east-1a")]);
    assert_eq!(zones_at(&watch(&file).0, 0.0), [1, 1, 1]);
    // Where the list does not say where a host stands, it stands where there are fewest.
    let nowhere = json!({ "InstanceType": "some.tasks", "LifecycleState": "InService" });
    file["autoScalingGroups"][0]["DesiredCapacity"] = json!(6);
    file["autoScalingGroups"][0]["Instances"] = json!([nowhere, nowhere, nowhere, nowhere, nowhere, nowhere]);
    assert_eq!(zones_at(&watch(&file).0, 0.0), [2, 2, 2]);
}
