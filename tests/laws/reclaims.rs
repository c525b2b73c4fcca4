//! Spot hosts on EC2: pools by zone and instance type, notice, draining, recommendation (Spot interruption notices).

use crate::closed::capacity::binomial_below;
use crate::fleet::{fleet, hosts_at, law, on_hosts, running_at, stops, zones_at};
use crate::world::{check, each, run, watch};
use evenkeel::internals::model::fact::{Fact, HostFact, HostStatus, StopCode};
use serde_json::{Value, json};

/// Six hosts of the types `some.tasks` and `other`, the first preferred, with a task each; one pool is taken back.
fn pool(parts: &Value) -> Value {
    let mut file = fleet("2h", 6, 4, &[on_hosts("one", 6, &json!({}))]);
    let other =
        json!({ "InstanceType": "other", "VCpuInfo": { "DefaultVCpus": 4 }, "MemoryInfo": { "SizeInMiB": 8192 } });
    file["instanceTypes"].as_array_mut().unwrap().push(other);
    file["autoScalingGroups"][0]["MixedInstancesPolicy"] = json!({
        "LaunchTemplate": { "Overrides": [{ "InstanceType": "some.tasks" }, { "InstanceType": "other" }] },
        "InstancesDistribution": { "OnDemandPercentageAboveBaseCapacity": 0 } });
    let mut reclaim = json!({ "capacityProvider": "nodes", "zone": "use1-az1", "instanceType": "some.tasks" });
    reclaim.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    file["faults"] = json!([{ "name": "reclaim", "at": "30m", "for": "30m", "spotReclaim": reclaim }]);
    file
}

fn draining(mut file: Value, managed: &str, agent: bool) -> Value {
    file["capacityProviders"][0]["autoScalingGroupProvider"]["managedDraining"] = json!(managed);
    law(&mut file, "nodes")["spotInstanceDraining"] = json!(agent);
    file
}

#[test]
fn the_notice_is_used_where_draining_is_on() {
    for (managed, agent, drained) in
        [("ENABLED", false, true), ("DISABLED", true, true), ("ENABLED", true, true), ("DISABLED", false, false)]
    {
        let (diary, summary) = watch(&draining(pool(&json!({})), managed, agent));
        let what = format!("managed {managed}, agent {agent}");
        let hit = &summary.faults[0].hit;
        assert_eq!((hit.hosts.mean, hit.tasks.mean), (2.0, 2.0), "{what}");
        let found: Vec<_> = stops(&diary, 0).into_iter().map(|stop| (stop.0 - 1_800.0, stop.2)).collect();
        if drained {
            assert_eq!(found, [(31.0, StopCode::TerminationNotice); 2], "{what}");
            check(&what, summary.services[0].running.min.mean, 6.0, 0.0);
        } else {
            // They run on until the two minutes are over; their loss is noticed a minute later.
            assert_eq!(found, [(180.0, StopCode::SpotInterruption); 2], "{what}");
            assert_eq!((running_at(&diary, 0, 1_979.0), running_at(&diary, 0, 1_980.0 + 30.0)), (6, 6), "belief");
            check(&what, summary.services[0].running.min.mean, 4.0, 0.0);
        }
    }
}

#[test]
fn a_recommendation_comes_before_the_notice() {
    for (rebalance, managed, agent, first) in [
        // The successor is registered after 90 s; then the host at risk drains: a start of 30 s and a stop of one.
        (true, "ENABLED", false, 90.0 + 31.0),
        // Without managed draining its tasks die with it then.
        (true, "DISABLED", true, 90.0),
        // Without Capacity Rebalancing nothing happens before the notice.
        (false, "ENABLED", false, 300.0 + 31.0),
        (false, "DISABLED", true, 300.0 + 31.0),
    ] {
        let mut file = draining(pool(&json!({ "recommendationBefore": "5m" })), managed, agent);
        file["autoScalingGroups"][0]["CapacityRebalance"] = json!(rebalance);
        let (diary, summary) = watch(&file);
        let what = format!("rebalancing {rebalance}, managed {managed}, agent {agent}");
        check(&what, stops(&diary, 0)[0].0 - 1_800.0, first, 0.0);
        let noticed = summary.faults[0].detect_seconds.unwrap().mean;
        check(&what, noticed, if rebalance { 0.0 } else { 300.0 }, 0.0);
        // In each case there are six hosts in the end, and never more than a tenth of the largest size (100) above
        // that.
        assert_eq!(hosts_at(&diary, 3_500.0).len(), 6, "{what}");
        let most = hosts_at(&diary, 1_899.0).len();
        assert_eq!(most, 6, "{what}");
    }
}

#[test]
fn a_host_at_risk_stays_while_nothing_takes_its_place() {
    // No pool gives anything: the host runs on until its notice.
    let mut file = draining(pool(&json!({ "recommendationBefore": "5m" })), "ENABLED", false);
    file["autoScalingGroups"][0]["CapacityRebalance"] = json!(true);
    file["faults"].as_array_mut().unwrap().push(
        json!({ "name": "none", "at": "20m", "for": "30m", "insufficientCapacity": { "capacityProvider": "nodes" } }),
    );
    let (diary, _) = watch(&file);
    check("drained", stops(&diary, 0)[0].0 - 1_800.0, 300.0 + 31.0, 0.0);
}

#[test]
fn other_pools_give_what_one_has_not() {
    let (diary, _) = watch(&pool(&json!({})));
    let types = |seconds: f64| hosts_at(&diary, seconds).into_values().collect::<Vec<_>>();
    let first = types(1_700.0)[0].1;
    assert!(types(1_700.0).iter().all(|host| host.1 == first), "the preferred type");
    // The other type in the same zone, while the pool gives nothing.
    let mut zones = zones_at(&diary, 3_500.0);
    zones.sort_unstable();
    assert_eq!(zones, [2, 2, 2]);
    assert!(types(3_500.0).iter().all(|(zone, kind)| (*zone == 0) == (*kind != first)), "{:?}", types(3_500.0));
    // Neither type in that zone: the hosts go elsewhere, and come back when the pools give again.
    let mut both = pool(&json!({}));
    both["faults"][0]["spotReclaim"].as_object_mut().unwrap().remove("instanceType");
    let (diary, _) = watch(&both);
    assert_eq!(zones_at(&diary, 3_500.0), [0, 3, 3]);
    assert_eq!(zones_at(&diary, 7_000.0), [2, 2, 2]);
}

#[test]
fn hosts_are_drawn_each_by_itself() {
    let mut file = pool(&json!({ "share": 0.3 }));
    file["faults"][0]["spotReclaim"] = json!({ "capacityProvider": "nodes", "share": 0.3 });
    file["faults"][0]["for"] = json!("80m");
    file = draining(file, "DISABLED", false);
    // Nothing is given anywhere while the reclaim lasts, and each host has its one task.
    file["clusters"][0]["services"][0]["placementConstraints"] = json!([{ "type": "distinctInstance" }]);
    let left = each(&file, 400, |summary| summary.services[0].running.min.mean);
    for need in 1..=6 {
        let below = left.iter().filter(|left| **left < f64::from(need)).count();
        let truth = binomial_below(6, 0.7, u64::from(need as u32));
        let error = (truth * (1.0 - truth) / 400.0).sqrt();
        assert!((below as f64 / 400.0 - truth).abs() <= 4.0 * error + 1e-9, "below {need}: {below} of 400, {truth}");
    }
}

#[test]
fn pools_have_clocks_of_their_own() {
    // Six pools (two types in each of three zones), each reclaimed once in ten hours on average.
    let mut file = pool(&json!({}));
    file["duration"] = json!("2000h");
    file["faults"] = json!([{ "name": "pools", "every": { "exponential": { "mean": "10h" } }, "for": { "constant": "1h" },
                              "spotReclaim": { "capacityProvider": "nodes" } }]);
    let found = run(&file, 1).faults[0].occurrences.mean;
    // A renewal every 11 hours: 1,091 of them, plus or minus four standard deviations.
    assert!((found - 6.0 * 2_000.0 / 11.0).abs() < 4.0 * 31.0, "{found} reclaims");
}

/// The same with Capacity Rebalancing, in a group of six at most; hosts drain.
fn rebalances(before: &str) -> Value {
    let mut file = draining(pool(&json!({ "recommendationBefore": before })), "ENABLED", false);
    file["autoScalingGroups"][0]["CapacityRebalance"] = json!(true);
    file["autoScalingGroups"][0]["MaxSize"] = json!(6);
    file
}

/// When hosts were registered after the start.
fn came(diary: &crate::world::Diary) -> Vec<f64> {
    let mut known = hosts_at(diary, 0.0).len() as u32;
    let mut found = Vec::new();
    for (at, fact) in &diary.0 {
        let Fact::Host(HostFact::Changed { number, status: HostStatus::Active, .. }) = *fact else { continue };
        if number >= known {
            known = number + 1;
            found.push(at.as_secs_f64());
        }
    }
    found
}

#[test]
fn rebalancing_exceeds_the_largest_size_by_a_tenth_or_one_host() {
    // Two hosts are at risk: their successors come one after the other, where both may be too many.
    let (diary, _) = watch(&rebalances("20m"));
    let first = came(&diary);
    assert_eq!(first[0], 1_890.0, "{first:?}");
    assert!(first.len() == 2 && first[1] > 1_890.0 + 90.0, "{first:?}");
    let mut wide = rebalances("20m");
    wide["autoScalingGroups"][0]["MaxSize"] = json!(20);
    assert_eq!(came(&watch(&wide).0)[..2], [1_890.0; 2]);
}

#[test]
fn a_successor_that_is_not_to_be_had_is_asked_for_each_minute() {
    // Nothing is given for ten minutes; then the first try of a minute brings it, long before the notice.
    let mut file = rebalances("25m");
    file["faults"].as_array_mut().unwrap().push(json!({ "name": "none", "at": "20m", "for": "2h",
        "insufficientCapacity": { "capacityProvider": "nodes",
            "failShare": [{ "at": "0s", "share": 1 }, { "at": "1230s", "share": 0 }] } }));
    let (diary, _) = watch(&file);
    assert_eq!(came(&diary).first(), Some(&(1_800.0 + 11.0 * 60.0 + 90.0)));
}

#[test]
fn a_successor_that_dies_while_it_boots_has_a_successor() {
    // It boots in the zone of the host at risk, as that is the emptiest without it, for five minutes.
    let mut file = rebalances("29m");
    file["autoScalingGroups"][0]["MaxSize"] = json!(20);
    law(&mut file, "nodes")["boot"] = json!({ "constant": "5m" });
    let first = came(&watch(&file).0);
    assert_eq!(first[..2], [2_100.0; 2]);
    file["autoScalingGroups"][0]["SuspendedProcesses"] = json!([{ "ProcessName": "AZRebalance" }]);
    file["detection"]["hostChecks"] = json!({ "constant": "60s" });
    file["faults"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "name": "dark", "at": "31m", "for": "10s", "zonePowerLoss": { "zone": "use1-az2" } }));
    file["faults"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "name": "dark too", "at": "31m", "for": "10s", "zonePowerLoss": { "zone": "use1-az3" } }));
    let (diary, _) = watch(&file);
    // What died, and what was to come in place of the two at risk, is there again before these are taken back.
    let then = came(&diary).iter().filter(|at| **at < 1_800.0 + 29.0 * 60.0).count();
    assert_eq!(then, 6, "{:?}", came(&diary));
}
