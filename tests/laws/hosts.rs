//! The same laws where tasks stand on hosts of Auto Scaling groups: a lost zone, zones that fail, even zones.

use crate::closed::repair::KOfN;
use crate::repair::exponential;
use crate::world::{check, check_short, needs, run, service, the_fault, the_service, watch, world};
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::ServiceFact;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Tasks of one vCPU on hosts of `slots` vCPUs: one group for each `(name, hosts, zones)`, all of the same weight.
fn groups(desired: u64, slots: u64, list: &[(&str, u64, &[&str])], parts: &Value) -> Value {
    let weights: Vec<Value> = list.iter().map(|(name, ..)| json!({ "capacityProvider": name, "weight": 1 })).collect();
    let mut one = service("one", desired, 3, &json!({ "capacityProviderStrategy": weights }));
    let object = one.as_object_mut().unwrap();
    object.remove("networkConfiguration");
    object.extend(parts.as_object().unwrap().clone());
    let provider = |name: &str| {
        json!({ "name": name, "autoScalingGroupProvider": { "autoScalingGroupArn": name,
                "managedScaling": { "status": "DISABLED" }, "managedTerminationProtection": "DISABLED" } })
    };
    let group = |name: &str, hosts: u64, zones: &[&str]| {
        json!({ "AutoScalingGroupName": name, "MinSize": hosts, "MaxSize": hosts, "DesiredCapacity": hosts,
                "AvailabilityZones": zones, "Instances": [{ "InstanceType": "some.tasks" }] })
    };
    world(
        "3h",
        json!({
            "taskDefinitions": [{ "family": "web", "networkMode": "bridge",
                "containerDefinitions": [{ "name": "web", "image": "web:1", "cpu": 1024, "memory": 512 }] }],
            "instanceTypes": [{ "InstanceType": "some.tasks", "VCpuInfo": { "DefaultVCpus": slots },
                                "MemoryInfo": { "SizeInMiB": 1024 * slots } }],
            "capacityProviders": list.iter().map(|(name, ..)| provider(name)).collect::<Vec<_>>(),
            "autoScalingGroups": list.iter().map(|(name, hosts, zones)| group(name, *hosts, zones)).collect::<Vec<_>>(),
            "clusters": [{ "clusterName": "shop",
                "capacityProviders": list.iter().map(|(name, ..)| name).collect::<Vec<_>>(), "services": [one] }],
        }),
    )
}

const A: &str = "us-east-1a";
const B: &str = "us-east-1b";
const C: &str = "us-east-1c";

#[test]
fn a_zone_of_hosts_is_lost_like_a_zone_of_tasks() {
    // Three zones of two hosts with room for four tasks each; what is lost finds room on the hosts that are left.
    for (desired, utilisation, start) in [(12u64, 0.5, 30.0), (12, 2.0 / 3.0, 30.0), (15, 0.8, 45.0)] {
        let mut file = groups(desired, 4, &[("nodes", 6, &[A, B, C])], &json!({}));
        let rate = utilisation * desired as f64 * 60.0;
        file["behaviour"] = json!([{ "family": "web", "start": { "constant": format!("{start}s") },
                                     "health": { "constant": "15s" } }]);
        file["detection"] = json!({ "target": { "constant": "50s" }, "loss": { "constant": "90s" } });
        file["traffic"] = json!([{ "service": "shop/one", "rate": format!("{rate}/s"), "requestsPerTask": "60/s",
                                   "loadBalancer": { "dnsTtl": "0s" } }]);
        file["faults"] = json!([{ "name": "dark", "at": "1h", "zonePowerLoss": { "zone": "use1-az1" } }]);
        let summary = run(&file, 1);
        let left = desired as f64 * 2.0 / 3.0 * 60.0;
        let truth = rate / 3.0 * 50.0 + (rate - left).max(0.0) * (start + 15.0);
        check("lost", the_service(&summary).requests.failed.mean, truth, 1e-3);
        let fault = the_fault(&summary);
        check("hosts", fault.hit.hosts.mean, 2.0, 0.0);
        check("tasks", fault.hit.tasks.mean, desired as f64 / 3.0, 0.0);
        check("back", fault.recover_seconds.unwrap().mean, if rate > left { 65.0 + start } else { 0.0 }, 0.0);
        check("full", fault.full_strength_seconds.unwrap().mean, 65.0 + start, 0.0);
    }
}

#[test]
fn zones_of_hosts_fail_each_by_themselves() {
    // A group for each zone, so that no zone helps another. A host comes back with its zone, as it boots in no time.
    for (need, up, down) in [(2u32, 100.0, 10.0), (1, 40.0, 10.0), (3, 400.0, 8.0)] {
        let law = KOfN { n: 3, need, fail: 1.0 / up, repair: 1.0 / down, crews: 3 };
        let list: [(&str, u64, &[&str]); 3] = [("a", 1, &[A]), ("b", 1, &[B]), ("c", 1, &[C])];
        let mut file = groups(3, 1, &list, &needs(u64::from(need), 3));
        file["duration"] = json!("40000h");
        file["behaviour"] = ["a", "b", "c"]
            .iter()
            .map(|name| json!({ "capacityProvider": name, "boot": { "constant": "0s" } }))
            .chain([json!({ "family": "web", "start": { "constant": "0s" } })])
            .collect();
        file["detection"] = json!({ "hostChecks": { "constant": "0s" }, "loss": { "constant": "0s" } });
        file["faults"] = json!([{ "name": "dark", "every": exponential(up), "for": exponential(down),
                                  "zonePowerLoss": {} }]);
        let found = the_service(&run(&file, 8)).capacity_availability.unwrap();
        check_short(&format!("{need} of 3 zones"), &found, law.unavailability(), 0.4);
    }
}

#[test]
fn hosts_that_come_back_are_filled_evenly() {
    for desired in [3u64, 7, 10, 12, 16] {
        let mut file =
            groups(desired, 8, &[("nodes", 6, &[A, B, C])], &json!({ "availabilityZoneRebalancing": "ENABLED" }));
        file["behaviour"] = json!([{ "family": "web", "start": { "constant": "30s" } }]);
        file["faults"] = json!([{ "name": "hosts die", "at": "30m", "for": "30m",
                                  "hostCrash": { "zone": "use1-az1", "share": 1 } }]);
        let (diary, summary) = watch(&file);
        let mut zones = BTreeMap::new();
        for (_, fact) in &diary.0 {
            if let Fact::Service(ServiceFact::Running { zone, count, .. }) = fact {
                zones.insert(zone.0, *count);
            }
        }
        let what = format!("{desired} tasks end as {zones:?}");
        assert_eq!(u64::from(zones.values().sum::<u32>()), desired, "{what}");
        assert!(zones.len() == 3 && zones.values().max().unwrap() - zones.values().min().unwrap() <= 1, "{what}");
        assert!(the_fault(&summary).balanced_seconds.is_some(), "{what}");
    }
}
