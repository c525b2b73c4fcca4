//! Pasted groups: hosts stand where `Instances` says, and `check` places as the run does.

use crate::pasted::{on_fargate, on_group, quiet, told};
use crate::world::{check, plan, run, the_service, watch};
use evenkeel::internals::forecast::services::at_start;
use evenkeel::internals::model::fact::{Fact, HostFact, HostStatus};
use evenkeel::internals::model::plan::ProviderKind;
use evenkeel::internals::model::problem::Severity;
use serde_json::{Value, json};

pub(crate) fn host(kind: &str, zone: &str) -> Value {
    json!({ "InstanceType": kind, "AvailabilityZone": zone, "LifecycleState": "InService", "HealthStatus": "Healthy",
            "ProtectedFromScaleIn": false })
}

/// Hosts at the start: type, zone name.
fn standing(file: &Value) -> Vec<(String, String)> {
    let plan = plan(file);
    let (diary, _) = watch(file);
    let mut found = Vec::new();
    for (at, fact) in &diary.0 {
        let Fact::Host(HostFact::Changed { zone, status: HostStatus::Active, type_row, .. }) = *fact else { continue };
        if at.as_secs_f64() == 0.0 {
            let kind = plan.types[evenkeel::internals::model::ids::TypeId(type_row)].name.clone();
            found.push((kind, plan.zones[zone].name.clone()));
        }
    }
    found
}

#[test]
fn hosts_stand_where_the_group_says() {
    let hosts = json!({ "DesiredCapacity": 3, "MinSize": 3, "MaxSize": 3,
        "AvailabilityZones": ["us-east-1a", "us-east-1b", "us-east-1c"],
        "SuspendedProcesses": [{ "ProcessName": "AZRebalance", "SuspensionReason": "x" }],
        "Instances": [host("m5.large", "us-east-1a"), host("m5.large", "us-east-1a"), host("m5.large", "us-east-1a")] });
    let dark =
        json!({ "faults": [{ "name": "dark", "at": "20m", "for": "20m", "zonePowerLoss": { "zone": "use1-az1" } }] });
    let file = on_group((256, 256), 3, &hosts, &dark);
    quiet(&file);
    let summary = run(&file, 1);
    assert_eq!(summary.faults[0].hit.tasks.mean, 3.0, "all stand in the zone that goes dark");
    let rows = at_start(&plan(&file)).0;
    assert_eq!(rows.iter().map(|row| (row.tasks, row.hosts)).collect::<Vec<_>>(), [(3, 3), (0, 0), (0, 0)]);
}

#[test]
fn hosts_are_of_the_types_that_the_group_says() {
    let instances = json!([
        host("m5.large", "us-east-1a"),
        host("m5.4xlarge", "us-east-1b"),
        host("m5.4xlarge", "us-east-1c"),
        host("m5.4xlarge", "us-east-1a")
    ]);
    let file = on_group((8_192, 16_384), 3, &json!({ "MinSize": 4, "MaxSize": 4, "Instances": instances }), &json!({}));
    let summary = run(&file, 1);
    assert_eq!(the_service(&summary).capacity_availability.unwrap().mean, 1.0);
    assert_eq!(the_service(&summary).running.min.mean, 3.0);
    let large = |kind: &str, zone: &str| (kind.to_owned(), zone.to_owned());
    let expected = [
        large("m5.large", "us-east-1a"),
        large("m5.4xlarge", "us-east-1b"),
        large("m5.4xlarge", "us-east-1c"),
        large("m5.4xlarge", "us-east-1a"),
    ];
    assert_eq!(standing(&file), expected);
    // What the group launches later is of the type that most of its hosts have.
    let plan = plan(&file);
    let group = plan.providers.iter().find_map(|row| match &row.kind {
        ProviderKind::Group(group) => Some(group),
        _ => None,
    });
    assert_eq!(plan.types[group.unwrap().types[0]].name, "m5.4xlarge");
}

#[test]
fn a_type_alone_is_no_host() {
    let file = on_group(
        (256, 256),
        3,
        &json!({ "DesiredCapacity": 3, "Instances": [{ "InstanceType": "m5.large" }] }),
        &json!({}),
    );
    let hosts = standing(&file);
    assert_eq!(
        hosts.iter().map(|host| host.1.as_str()).collect::<Vec<_>>(),
        ["us-east-1a", "us-east-1b", "us-east-1c"]
    );
}

#[test]
fn only_hosts_in_service_stand_at_the_start() {
    let state = |state: &str, health: &str| json!({ "InstanceType": "m5.large", "AvailabilityZone": "us-east-1a", "LifecycleState": state, "HealthStatus": health });
    let instances = json!([
        state("InService", "Healthy"),
        state("Pending", "Healthy"),
        state("Warmed:Stopped", "Healthy"),
        state("Terminating:Wait", "Healthy"),
        state("InService", "Unhealthy")
    ]);
    let group = json!({ "DesiredCapacity": 2, "Instances": instances,
                        "SuspendedProcesses": [{ "ProcessName": "AZRebalance" }] });
    let boot = json!({ "behaviour": [{ "capacityProvider": "nodes", "boot": { "constant": "90s" } }] });
    let file = on_group((256, 256), 2, &group, &boot);
    assert_eq!(standing(&file).len(), 1);
    let (diary, _) = watch(&file);
    let active = |(at, fact): &(evenkeel::internals::engine::Time, Fact)| {
        matches!(fact, Fact::Host(HostFact::Changed { status: HostStatus::Active, .. })).then_some(at.as_secs_f64())
    };
    assert_eq!(diary.0.iter().filter_map(active).collect::<Vec<_>>(), [0.0, 90.0], "one boots, three are not there");
    told(
        &file,
        Severity::Warning,
        "/autoScalingGroups/0/Instances/2",
        "1 instance is `Warmed:Stopped`: it is not there",
    );
    told(&file, Severity::Warning, "/autoScalingGroups/0/Instances/4", "`Unhealthy`");
}

/// Two hosts in service in the first two zones and one in the third, in this state, with a task of its own on each.
fn third_host(state: &str, group: &Value, parts: &Value) -> Value {
    let mut third = host("m5.large", "us-east-1c");
    third["LifecycleState"] = json!(state);
    let instances = json!([host("m5.large", "us-east-1a"), host("m5.large", "us-east-1b"), third]);
    let mut all = json!({ "Instances": instances, "SuspendedProcesses": [{ "ProcessName": "AZRebalance" }] });
    all.as_object_mut().unwrap().extend(group.as_object().unwrap().clone());
    on_group((1_500, 1_024), 3, &all, parts)
}

/// Hosts that are up in truth at the end, and what was told of hosts in the third zone.
fn up_at_the_end(file: &Value) -> (u32, Vec<HostStatus>) {
    let (diary, _) = watch(file);
    let (mut up, mut third) = (0, Vec::new());
    for (_, fact) in &diary.0 {
        match *fact {
            Fact::Host(HostFact::Count { count, .. }) => up = count,
            Fact::Host(HostFact::Changed { zone, status, .. }) if zone.0 == 2 => third.push(status),
            _ => {}
        }
    }
    (up, third)
}

/// Amazon EC2 Auto Scaling user guide, Temporarily remove instances from your Auto Scaling group.
#[test]
fn a_host_in_standby_takes_tasks_and_is_left_alone_by_its_group() {
    // It is there and takes a task, beside as many hosts as the group wants.
    let two = json!({ "DesiredCapacity": 2 });
    let file = third_host("Standby", &two, &json!({}));
    assert_eq!(the_service(&run(&file, 1)).running.min.mean, 3.0);
    let untouched = vec![HostStatus::Registering, HostStatus::Active];
    assert_eq!(up_at_the_end(&file), (3, untouched.clone()));
    told(&file, Severity::Note, "/autoScalingGroups/0/Instances/2", "1 instance is `Standby` all the time");
    // Entering it with a decrement or without shows in what the group wants: the third counts in service only.
    let want = |state: &str, desired: u32| {
        up_at_the_end(&third_host(state, &json!({ "DesiredCapacity": desired }), &json!({}))).0
    };
    assert_eq!([want("Standby", 1), want("Standby", 2), want("Standby", 3)], [2, 3, 4]);
    assert_eq!([want("InService", 1), want("InService", 2), want("InService", 3)], [1, 2, 3]);
    // When it dies nobody launches another, and no fault brings one.
    let crash = |ends: &Value| {
        let mut fault = json!({ "name": "crash", "at": "10m", "hostCrash": { "zone": "use1-az3" } });
        fault.as_object_mut().unwrap().extend(ends.as_object().unwrap().clone());
        json!({ "faults": [fault] })
    };
    for ends in [json!({}), json!({ "for": "10m" })] {
        assert_eq!(up_at_the_end(&third_host("Standby", &two, &crash(&ends))).0, 2, "{ends}");
        let three = json!({ "DesiredCapacity": 3 });
        assert_eq!(up_at_the_end(&third_host("InService", &three, &crash(&ends))).0, 3, "{ends}");
    }
    // Managed scaling takes the empty hosts in service, and not this one.
    let scaled = json!({ "duration": "4h", "capacityProviders": [{ "name": "nodes", "autoScalingGroupProvider":
        { "autoScalingGroupArn": "g", "managedScaling": { "status": "ENABLED", "targetCapacity": 100 } } }] });
    let mut file = third_host("Standby", &two, &scaled);
    file["clusters"][0]["services"][0]["desiredCount"] = json!(0);
    assert_eq!(up_at_the_end(&file), (1, untouched));
}

#[test]
fn a_group_launches_what_it_lacks_and_ends_what_it_has_too_much() {
    let instances =
        json!([host("m5.large", "us-east-1a"), host("m5.large", "us-east-1a"), host("m5.large", "us-east-1b")]);
    let few = on_group((256, 256), 2, &json!({ "DesiredCapacity": 4, "Instances": instances }), &json!({}));
    assert_eq!(standing(&few).len(), 3);
    let (diary, _) = watch(&few);
    let mut counts = diary
        .0
        .iter()
        .filter_map(|(_, fact)| if let Fact::Host(HostFact::Count { count, .. }) = fact { Some(*count) } else { None });
    assert_eq!(counts.next_back(), Some(4));
    let many = on_group((256, 256), 2, &json!({ "DesiredCapacity": 2, "Instances": instances }), &json!({}));
    assert_eq!(standing(&many).iter().map(|host| host.1.as_str()).collect::<Vec<_>>(), ["us-east-1a", "us-east-1b"]);
    told(&many, Severity::Warning, "/autoScalingGroups/0/Instances", "lists 3 instances and wants 2");
}

#[test]
fn a_group_evens_out_hosts_that_stand_unevenly() {
    let instances =
        json!([host("m5.large", "us-east-1a"), host("m5.large", "us-east-1a"), host("m5.large", "us-east-1a")]);
    let file = on_group((256, 256), 3, &json!({ "DesiredCapacity": 3, "Instances": instances }), &json!({}));
    let (diary, _) = watch(&file);
    assert_eq!(crate::fleet::zones_at(&diary, 3_500.0), [1, 1, 1]);
}

#[test]
fn hosts_in_zones_that_the_region_lacks_are_refused() {
    let at = |zone: &str| {
        on_group((256, 256), 1, &json!({ "Instances": [host("m5.large", zone)], "DesiredCapacity": 1 }), &json!({}))
    };
    let place = "/autoScalingGroups/0/Instances/0/AvailabilityZone";
    let hint = told(&at("us-east-1f"), Severity::Error, place, "the Region `us-east-1` has no zone `us-east-1f`");
    assert!(hint.contains("add the zone to `zones`"), "{hint}");
    let hint = told(&at("us-west-2a"), Severity::Error, place, "has no zone `us-west-2a`");
    assert!(hint.contains(r#""regions": [{"name": "us-west-2"}]"#), "{hint}");
    let group = json!({ "AvailabilityZones": ["us-east-1a"], "Instances": [host("m5.large", "us-east-1b")], "DesiredCapacity": 1 });
    told(&on_group((256, 256), 1, &group, &json!({})), Severity::Error, place, "none of the group's zones");
}

#[test]
fn protection_of_single_hosts_is_told() {
    let mut one = host("m5.large", "us-east-1a");
    one["ProtectedFromScaleIn"] = json!(true);
    let file = on_group((256, 256), 1, &json!({ "DesiredCapacity": 1, "Instances": [one] }), &json!({}));
    let at = "/autoScalingGroups/0/Instances/0/ProtectedFromScaleIn";
    told(&file, Severity::Warning, at, "protected from scale-in, which is not modelled");
}

/// `balanced-only` goes on trying in the dark zone; by default other zones give what it lacks.
#[test]
fn a_group_that_is_balanced_only_stays_short() {
    for (strategy, late) in [("balanced-only", 8.0), ("balanced-best-effort", 12.0)] {
        let group = json!({ "DesiredCapacity": 6, "AvailabilityZones": ["us-east-1a", "us-east-1b", "us-east-1c"],
            "AvailabilityZoneDistribution": { "CapacityDistributionStrategy": strategy },
            "Instances": [{ "InstanceType": "m5.large" }] });
        let dark = json!({ "duration": "100m",
            "faults": [{ "name": "dark", "at": "20m", "for": "80m", "zonePowerLoss": { "zone": "use1-az1" } }] });
        let file = on_group((1_024, 1_024), 12, &group, &dark);
        let (diary, _) = watch(&file);
        check(strategy, crate::fleet::running_at(&diary, 0, 5_400.0) as f64, late, 0.0);
    }
}

/// The table of the start is the placement of the run: nothing stands where nothing fits.
#[test]
fn the_table_of_the_start_places_as_the_run_does() {
    let file = on_group(
        (8_192, 16_384),
        3,
        &json!({ "MinSize": 3, "MaxSize": 3, "Instances": [{ "InstanceType": "m5.large" }] }),
        &json!({}),
    );
    let (rows, services) = at_start(&plan(&file));
    assert_eq!(rows.iter().map(|row| (row.tasks, row.hosts)).collect::<Vec<_>>(), [(0, 1), (0, 1), (0, 1)]);
    assert!(services[0].zones.iter().all(|zone| (zone.tasks, zone.left, zone.headroom) == (0, 0, -3)), "{services:?}");
    // Zones without stock have no task, and the others have more.
    let stock = json!({ "regions": [{ "name": "us-east-1", "fargate": { "vcpuPerZone": 1 } }] });
    let tight = on_fargate(9, &stock, &json!({}));
    let (rows, services) = at_start(&plan(&tight));
    assert_eq!(rows.iter().map(|row| row.tasks).collect::<Vec<_>>(), [3, 3, 3]);
    assert_eq!(services[0].zones.iter().map(|zone| zone.headroom).collect::<Vec<_>>(), [-3, -3, -3]);
    // From nothing: no task stands, and the headroom is that of the full service.
    let empty = on_fargate(9, &json!({ "startEmpty": true }), &json!({}));
    let (rows, services) = at_start(&plan(&empty));
    assert!(rows.iter().all(|row| row.tasks == 0));
    assert_eq!(services[0].zones.iter().map(|zone| zone.tasks).collect::<Vec<_>>(), [3, 3, 3]);
}

/// Tables of the start against the facts of the run, for every way to place.
#[test]
fn the_table_counts_what_the_run_begins_with() {
    let instances =
        json!([host("m5.large", "us-east-1a"), host("m5.xlarge", "us-east-1b"), host("m5.large", "us-east-1b")]);
    for strategy in [
        json!([]),
        json!([{ "type": "binpack", "field": "memory" }]),
        json!([{ "type": "random" }]),
        json!([{ "type": "spread", "field": "attribute:ecs.instance-type" }]),
    ] {
        let mut file = on_group(
            (512, 512),
            9,
            &json!({ "DesiredCapacity": 3, "Instances": instances,
            "SuspendedProcesses": [{ "ProcessName": "AZRebalance" }] }),
            &json!({}),
        );
        file["clusters"][0]["services"][0]["placementStrategy"] = strategy.clone();
        let (diary, _) = watch(&file);
        let mut found = [0u64; 3];
        for task in crate::fleet::tasks_at(&diary, 0, 0.0).values() {
            found[usize::from(task.zone)] += 1;
        }
        let rows = at_start(&plan(&file)).0;
        assert_eq!(rows.iter().map(|row| row.tasks).collect::<Vec<_>>(), found, "{strategy}");
        assert_eq!(found.iter().sum::<u64>(), 9, "{strategy}");
    }
}
