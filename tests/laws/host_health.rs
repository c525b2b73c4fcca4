//! A host that dies in silence: ECS shows its tasks as RUNNING until its group ends it (Amazon EC2 Auto Scaling, health
//! checks for instances in an Auto Scaling group).

use crate::fleet::{fleet, hosts_at, on_hosts, running_at, stops};
use crate::world::{Diary, check, each, the_fault, watch};
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::{HostFact, StopCode};
use serde_json::{Value, json};

/// Three hosts with a task each; one host dies after half an hour.
fn dies(parts: &Value) -> Value {
    let mut file = fleet("2h", 3, 1, &[on_hosts("one", 3, &json!({}))]);
    file["faults"] = json!([{ "name": "dies", "at": "30m", "hostCrash": { "count": 1 } }]);
    file["detection"].as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    file
}

/// The same behind a load balancer.
fn balanced(parts: &Value) -> Value {
    let mut file = dies(parts);
    file["traffic"] = json!([{ "service": "shop/one", "rate": "60/s", "requestsPerTask": "60/s" }]);
    file
}

/// When hosts that were launched during the run are registered.
fn registered(diary: &Diary) -> Vec<f64> {
    let mut found = Vec::new();
    let mut last = 0;
    for (at, fact) in &diary.0 {
        let Fact::Host(HostFact::Count { count, .. }) = fact else { continue };
        if *count > last && at.as_secs_f64() > 0.0 {
            found.push(at.as_secs_f64());
        }
        last = *count;
    }
    found
}

#[test]
fn tasks_of_a_silent_host_are_running_until_its_group_ends_it() {
    for (parts, checks) in [(json!({}), 300.0), (json!({ "hostChecks": { "constant": "100s" } }), 100.0)] {
        let (diary, summary) = watch(&dies(&parts));
        // The group acts on its status checks and launches another host, which boots for 90 s; ECS is told 60 s later.
        let told = 1_800.0 + checks + 60.0;
        assert_eq!(running_at(&diary, 0, told - 1.0), 3, "RUNNING by its last status");
        let found = stops(&diary, 0);
        assert_eq!((found.len(), found[0].0, found[0].2), (1, told, StopCode::TerminationNotice));
        check("detected", the_fault(&summary).detect_seconds.unwrap().mean, checks + 60.0, 0.0);
        check("full", the_fault(&summary).full_strength_seconds.unwrap().mean, checks + 90.0 + 30.0, 0.0);
        assert_eq!(registered(&diary), [1_800.0 + checks + 90.0]);
        assert_eq!(hosts_at(&diary, 7_000.0).len(), 3);
    }
}

#[test]
fn a_silent_host_is_known_after_six_to_seven_minutes() {
    let mut file = dies(&json!({}));
    file["detection"] = json!({});
    for fault in [
        json!({ "hostCrash": { "count": 1 } }),
        json!({ "zonePowerLoss": { "zone": "use1-az1" } }),
        json!({ "zonePowerLoss": { "zone": "use1-az1", "share": 0.9999 } }),
    ] {
        file["faults"][0] = fault;
        file["faults"][0]["name"] = json!("dies");
        file["faults"][0]["at"] = json!("30m");
        if file["faults"][0].get("zonePowerLoss").is_some() {
            file["faults"][0]["for"] = json!("1m");
        }
        // Power that returns cuts no time short.
        let found = each(&file, 20, |summary| the_fault(summary).detect_seconds.unwrap().mean);
        assert!(found.iter().all(|after| (360.0..=420.0).contains(after)), "{found:?}");
        assert!(found.iter().any(|after| (after - found[0]).abs() > 1.0), "drawn for each: {found:?}");
    }
}

#[test]
fn behind_a_load_balancer_the_task_is_replaced_as_soon_as_its_target_is_out() {
    // Four hosts, so that there is room.
    let mut file = balanced(&json!({}));
    file["autoScalingGroups"][0]["DesiredCapacity"] = json!(4);
    file["autoScalingGroups"][0]["MinSize"] = json!(4);
    file["faults"][0]["hostCrash"] = json!({ "zone": "use1-az2" });
    let (_, summary) = watch(&file);
    check("detected", the_fault(&summary).detect_seconds.unwrap().mean, 50.0, 0.0);
    assert!(the_fault(&summary).full_strength_seconds.unwrap().mean < 120.0);
}

#[test]
fn a_group_with_elb_checks_acts_on_targets() {
    // In `bridge` mode the target is the instance: the group replaces it once it is out, 50 s after its death. A task
    // with an interface of its own is a target by itself.
    for (kind, awsvpc, acts) in
        [("EC2", false, 300.0), ("ELB", false, 50.0), ("EC2,ELB", false, 50.0), ("EC2,ELB", true, 300.0)]
    {
        let mut file = balanced(&json!({}));
        file["autoScalingGroups"][0]["HealthCheckType"] = json!(kind);
        if awsvpc {
            file["taskDefinitions"][0]["networkMode"] = json!("awsvpc");
            file["instanceTypes"][0]["NetworkInfo"] = json!({ "MaximumNetworkInterfaces": 3 });
            file["clusters"][0]["services"][0]["networkConfiguration"] =
                json!({ "awsvpcConfiguration": { "subnets": ["subnet-1", "subnet-2", "subnet-3"] } });
        }
        let (diary, _) = watch(&file);
        assert_eq!(registered(&diary), [1_800.0 + acts + 90.0], "{kind}, awsvpc {awsvpc}");
        let lost = stops(&diary, 0).into_iter().filter(|stop| stop.2 == StopCode::TerminationNotice);
        assert_eq!(lost.map(|stop| stop.0).collect::<Vec<_>>(), [1_800.0 + acts + 60.0], "{kind}, awsvpc {awsvpc}");
    }
}

#[test]
fn nobody_ends_a_dead_host_while_the_process_is_suspended() {
    for process in ["HealthCheck", "ReplaceUnhealthy", "AlarmNotification"] {
        let mut file = dies(&json!({}));
        file["autoScalingGroups"][0]["SuspendedProcesses"] = json!([{ "ProcessName": process }]);
        let (diary, summary) = watch(&file);
        let ended = process == "AlarmNotification";
        assert_eq!(stops(&diary, 0).len(), usize::from(ended), "{process}");
        assert_eq!(registered(&diary).len(), usize::from(ended), "{process}");
        assert_eq!(running_at(&diary, 0, 7_000.0), 3, "{process}: RUNNING by its last status");
        assert_eq!(the_fault(&summary).full_strength_seconds.is_some(), ended, "{process}");
    }
    // Nor one whose target is out.
    let mut file = balanced(&json!({}));
    file["autoScalingGroups"][0]["HealthCheckType"] = json!("ELB");
    file["autoScalingGroups"][0]["SuspendedProcesses"] = json!([{ "ProcessName": "ReplaceUnhealthy" }]);
    assert!(registered(&watch(&file).0).is_empty());
}

#[test]
fn a_group_waits_for_its_grace_period() {
    // The host that comes at 1,940 s dies at 2,100 s: its target is out after 50 s, its grace period over after ten
    // minutes.
    for (grace, second) in [(0, 2_150.0), (600, 2_540.0)] {
        let mut file = fleet("2h", 1, 1, &[on_hosts("one", 1, &json!({}))]);
        file["traffic"] = json!([{ "service": "shop/one", "rate": "9/s", "requestsPerTask": "60/s" }]);
        file["autoScalingGroups"][0]["HealthCheckType"] = json!("ELB");
        file["autoScalingGroups"][0]["HealthCheckGracePeriod"] = json!(grace);
        file["faults"] = json!([{ "name": "one", "at": "1800s", "hostCrash": {} },
                                { "name": "two", "at": "2100s", "hostCrash": {} }]);
        let (diary, _) = watch(&file);
        assert_eq!(registered(&diary), [1_940.0, second + 90.0], "a grace of {grace} s");
    }
}

#[test]
fn a_living_host_whose_target_is_out_is_replaced_where_the_group_looks_at_targets() {
    // A zone is cut off: its hosts live, and EC2 finds them well.
    for (kind, launched) in [("EC2", 0), ("EC2,ELB", 1)] {
        let mut file = balanced(&json!({}));
        file["autoScalingGroups"][0]["HealthCheckType"] = json!(kind);
        file["faults"] =
            json!([{ "name": "cut", "at": "30m", "for": "20m", "networkCutZone": { "zone": "use1-az1" } }]);
        let (diary, _) = watch(&file);
        let late = registered(&diary).into_iter().filter(|at| *at < 2_900.0).count();
        assert_eq!(late, launched, "{kind}");
        assert_eq!(running_at(&diary, 0, 7_000.0), 3, "{kind}");
        assert_eq!(hosts_at(&diary, 7_000.0).len(), 3, "{kind}");
    }
}

#[test]
fn a_host_that_stood_at_the_start_is_out_of_its_grace_period() {
    let mut file = dies(&json!({}));
    file["autoScalingGroups"][0]["HealthCheckGracePeriod"] = json!(7_200);
    assert_eq!(registered(&watch(&file).0), [1_800.0 + 300.0 + 90.0]);
}

#[test]
fn a_host_whose_target_is_well_again_by_the_end_of_its_grace_period_stays() {
    // The host that comes at 1,940 s is cut off at 2,100 s: its target is out 50 s later, for as long as the cut and
    // five passed checks of 30 s. Its grace period ends at 2,540 s.
    for (cut, replaced) in [(120, false), (900, true)] {
        let mut file = fleet("2h", 1, 1, &[on_hosts("one", 1, &json!({}))]);
        file["traffic"] = json!([{ "service": "shop/one", "rate": "9/s", "requestsPerTask": "60/s" }]);
        let group = &mut file["autoScalingGroups"][0];
        group["HealthCheckType"] = json!("ELB");
        group["HealthCheckGracePeriod"] = json!(600);
        group["AvailabilityZones"] = json!(["us-east-1a"]);
        file["faults"] = json!([{ "name": "one", "at": "1800s", "hostCrash": {} },
            { "name": "cut", "at": "2100s", "for": format!("{cut}s"), "networkCutZone": { "zone": "use1-az1" } }]);
        let (diary, _) = watch(&file);
        assert_eq!(registered(&diary).len(), 1 + usize::from(replaced), "a cut of {cut} s");
    }
}

#[test]
fn nothing_is_placed_on_a_host_that_is_silent() {
    // A host dies at 30 min and is silent after 2 min at most; two jobs come at 33 min, two minutes before it is ended.
    let mut file = fleet("1h", 3, 2, &[on_hosts("one", 3, &json!({}))]);
    file["faults"] = json!([{ "name": "dies", "at": "30m", "hostCrash": { "count": 1 } }]);
    file["clusters"][0]["runTasks"] = json!([{ "taskDefinition": "web", "name": "job", "every": { "constant": "33m" },
        "until": "34m", "lives": { "constant": "10m" },
        "capacityProviderStrategy": [{ "capacityProvider": "nodes", "weight": 1 }], "count": 2 }]);
    let (diary, _) = watch(&file);
    // Rows of services stand by name, whatever is a stream.
    let jobs = u32::from(running_at(&diary, 0, 100.0) == 3);
    assert_eq!(running_at(&diary, jobs, 33.0 * 60.0 + 31.0), 2);
}

#[test]
fn a_group_counts_the_successor_that_a_fault_will_bring() {
    // Of three hosts one dies for an hour, and another for good: the group replaces the second alone.
    let mut file = dies(&json!({}));
    file["faults"] = json!([{ "name": "for a time", "at": "30m", "for": "1h", "hostCrash": { "zone": "use1-az1" } },
                            { "name": "for good", "at": "31m", "hostCrash": { "zone": "use1-az2" } }]);
    let (diary, _) = watch(&file);
    assert_eq!(registered(&diary), [1_860.0 + 300.0 + 90.0, 5_400.0]);
}
