//! What `check` says of Auto Scaling groups, and that many hosts start quickly.

use super::{mean, on_hosts, put, run, said, the_fault};
use serde_json::{Value, json};

/// Whether a line of this severity, at this place, has these words.
fn says(file: &Value, severity: &str, at: &str, words: &str) -> bool {
    said(file).iter().any(|line| line.starts_with(&format!("{severity} {at}:")) && line.contains(words))
}

/// Six tasks of one vCPU and 512 MiB on a scaled group of two types.
fn two_types(small_mib: u64) -> Value {
    let mut file = on_hosts(1, 6, &json!({}));
    let kind = |name: &str, mib: u64| json!({ "InstanceType": name, "VCpuInfo": { "DefaultVCpus": 4 }, "MemoryInfo": { "SizeInMiB": mib } });
    file["instanceTypes"] = json!([kind("large", 8_192), kind("small", small_mib)]);
    put(
        &mut file["autoScalingGroups"][0],
        &json!({ "MaxSize": 9, "Instances": [{ "InstanceType": "large" }, { "InstanceType": "small" }] }),
    );
    file["capacityProviders"][0]["autoScalingGroupProvider"]["managedScaling"] = json!({ "status": "ENABLED" });
    file
}

#[test]
fn a_task_above_the_smallest_type_is_told() {
    let words = "does not fit `small`, the smallest instance type of `asg`";
    assert!(says(&two_types(512), "Warning", "/autoScalingGroups", words));
    assert!(!says(&two_types(1_024), "Warning", "/autoScalingGroups", words));
    // Who does not scale does not wait for hosts either.
    let mut file = two_types(512);
    file["capacityProviders"][0]["autoScalingGroupProvider"]["managedScaling"] = json!({ "status": "DISABLED" });
    assert!(!says(&file, "Warning", "/autoScalingGroups", words));
}

#[test]
fn a_recommendation_that_nobody_heeds_is_told() {
    let reclaim = |before: &str| {
        let spec = json!({ "capacityProvider": "nodes", "recommendationBefore": before });
        json!({ "faults": [{ "name": "taken", "at": "1h", "spotReclaim": spec }] })
    };
    let at = "/faults/0/spotReclaim/recommendationBefore";
    for (rebalance, before, told) in [(false, "5m", true), (true, "5m", false), (false, "0s", false)] {
        let mut file = on_hosts(3, 3, &reclaim(before));
        put(
            &mut file["autoScalingGroups"][0],
            &json!({ "CapacityRebalance": rebalance, "MixedInstancesPolicy": {
                "LaunchTemplate": { "Overrides": [{ "InstanceType": "one.task" }] },
                "InstancesDistribution": { "OnDemandPercentageAboveBaseCapacity": 0 } } }),
        );
        assert_eq!(says(&file, "Warning", at, "has no effect on `asg`"), told, "{rebalance} {before}");
    }
    let mut file = on_hosts(3, 3, &json!({}));
    file["autoScalingGroups"][0]["CapacityRebalance"] = json!(true);
    assert!(says(&file, "Note", "/autoScalingGroups/0/CapacityRebalance", "no Spot instances"));
}

#[test]
fn kinds_of_health_checks_are_those_of_auto_scaling() {
    for (kind, severity, words) in [
        ("EC2, ELB", "", ""),
        ("EBS", "Warning", "not modelled"),
        ("ELB,VPC_LATTICE", "Warning", "not modelled"),
        ("ALB", "Error", "`HealthCheckType` cannot be `ALB`"),
        ("", "Error", "`HealthCheckType` cannot be ``"),
    ] {
        let mut file = on_hosts(3, 3, &json!({}));
        file["autoScalingGroups"][0]["HealthCheckType"] = json!(kind);
        let at = "/autoScalingGroups/0/HealthCheckType";
        let found = super::look(&file, 1).0;
        let told: Vec<_> = found.list.iter().filter(|one| one.at == at && !one.message.contains("not used")).collect();
        assert_eq!(told.len(), usize::from(!severity.is_empty()), "{kind}: {told:?}");
        for one in told {
            assert!(format!("{:?}", one.severity) == severity && one.message.contains(words), "{kind}: {one:?}");
        }
    }
}

#[test]
fn a_group_that_looks_at_targets_and_has_none_is_told() {
    let at = "/autoScalingGroups/0/HealthCheckType";
    for (traffic, mode, told) in [(false, "bridge", true), (true, "bridge", false), (true, "awsvpc", true)] {
        let mut file = on_hosts(3, 3, &json!({}));
        file["autoScalingGroups"][0]["HealthCheckType"] = json!("EC2,ELB");
        file["taskDefinitions"][0]["networkMode"] = json!(mode);
        if mode == "awsvpc" {
            file["clusters"][0]["services"][0]["networkConfiguration"] =
                json!({ "awsvpcConfiguration": { "subnets": ["subnet-a", "subnet-b", "subnet-c"] } });
        }
        if traffic {
            file["traffic"] = json!([{ "service": "shop/web", "rate": "9/s", "requestsPerTask": "60/s" }]);
        }
        assert_eq!(says(&file, "Note", at, "is not used"), told, "traffic {traffic}, {mode}");
    }
}

#[test]
fn a_law_of_silent_deaths_where_nothing_dies_so_is_told() {
    let crash = json!({ "faults": [{ "name": "exit", "at": "1h", "taskCrash": {} }] });
    assert!(says(&on_hosts(3, 3, &crash), "Note", "/detection/loss", "not used"));
    let dies = json!({ "faults": [{ "name": "dies", "at": "1h", "hostCrash": {} }] });
    assert!(!says(&on_hosts(3, 3, &dies), "Note", "/detection/loss", "not used"));
}

#[test]
fn many_hosts_start_quickly() {
    // Counts are kept, not taken anew for each host: with scans this would take a quarter of an hour.
    let mut file = on_hosts(300_000, 3, &json!({ "duration": "10m" }));
    file["faults"] = json!([{ "name": "dies", "at": "1m", "hostCrash": { "count": 1 } }]);
    let summary = run(&file);
    assert_eq!(mean(the_fault(&summary).detect_seconds), Some(390.0), "ended after five minutes, told after 90 s");
    assert_eq!(summary.capacity_providers[0].hosts.max.mean, 300_000.0);
}
