//! Where zones stand and what may run there: what is refused, what is taken, what `check` says of it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use evenkeel::internals::forecast::overview::{Compute, overview};
use evenkeel::internals::forecast::services;
use evenkeel::internals::model::plan::{Plan, ProviderKind, ZoneKind};
use evenkeel::{Scenario, Severity, Texts};
use serde_json::{Value, json};

/// Every kind of zone, a group that spans three of them, hosts outside AWS, Fargate.
fn everywhere() -> Value {
    json!({
        "version": 1, "name": "everywhere", "duration": "1h",
        "regions": [{ "name": "us-east-1", "zones": [
            { "id": "use1-lax1-az1", "kind": "localZone", "parent": "us-east-1", "subnets": ["subnet-lax"] },
            { "id": "use1-az1" },
            { "id": "use1-wl1-bos-wlz1", "kind": "wavelengthZone" },
            { "id": "use1-az2", "kind": "availabilityZone" },
            { "id": "rack", "kind": "outpost", "parent": "us-east-1b" },
            { "id": "shop-17", "kind": "onPremises", "parent": "us-east-1" },
        ] }],
        "taskDefinitions": [
            { "family": "web", "networkMode": "bridge",
              "containerDefinitions": [{ "name": "web", "image": "web:1", "cpu": 256, "memory": 256 }] },
            { "family": "far", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
              "containerDefinitions": [{ "name": "far", "image": "far:1" }] },
        ],
        "capacityProviders": [{ "name": "nodes", "autoScalingGroupProvider": { "autoScalingGroupArn": "asg" } }],
        "autoScalingGroups": [{ "AutoScalingGroupName": "asg", "MinSize": 5, "MaxSize": 9, "DesiredCapacity": 5,
            "AvailabilityZones": ["us-east-1a", "use1-lax1-az1", "rack"], "Instances": [{ "InstanceType": "m5.large" }] }],
        "clusters": [{
            "clusterName": "shop", "capacityProviders": ["nodes", "FARGATE"],
            "externalInstances": [{ "zone": "shop-17", "count": 2, "instanceType": "m5.large" },
                                  { "zone": "shop-17", "instanceType": "c5.large" }],
            "services": [
                { "serviceName": "hosts", "taskDefinition": "web", "desiredCount": 10,
                  "capacityProviderStrategy": [{ "capacityProvider": "nodes", "weight": 1 }] },
                { "serviceName": "till", "taskDefinition": "web", "desiredCount": 3, "launchType": "EXTERNAL" },
                { "serviceName": "far", "taskDefinition": "far", "desiredCount": 4, "launchType": "FARGATE",
                  "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-x", "subnet-y", "subnet-z"] } } },
            ],
        }],
        "traffic": [{ "service": "shop/hosts", "rate": "9/s", "requestsPerTask": "60/s" },
                    { "service": "shop/till", "rate": "9/s", "requestsPerTask": "60/s" }],
    })
}

fn said(file: &Value) -> (bool, Vec<String>) {
    let reading = Scenario::read("a.json", &Texts::one("a.json", file.to_string()));
    let line = |severity: &'static str, at: &str, message: &str| format!("{severity} {at}: {message}");
    let words = |one: Severity| if one == Severity::Error { "error" } else { "doubt" };
    let list = reading.problems.list.iter();
    (reading.scenario.is_some(), list.map(|one| line(words(one.severity), &one.at, &one.message)).collect())
}

fn plan(file: &Value) -> Plan {
    let reading = Scenario::read("a.json", &Texts::one("a.json", file.to_string()));
    reading.into_result().unwrap_or_else(|problems| panic!("{problems:#?}")).into_plan()
}

/// What is wrong with a file: each of these, at its place, and no other error.
fn refused(file: &Value, expected: &[(&str, &str)]) {
    let (runs, found) = said(file);
    assert!(!runs, "it runs");
    for (at, words) in expected {
        let told = found.iter().any(|line| line.starts_with(&format!("error {at}:")) && line.contains(words));
        assert!(told, "{at} {words}: {found:#?}");
    }
    let errors = found.iter().filter(|line| line.starts_with("error")).count();
    assert_eq!(errors, expected.len(), "{found:#?}");
}

#[test]
fn everything_wrong_with_a_place_is_told_at_once() {
    let mut file = everywhere();
    let zones = &mut file["regions"][0]["zones"];
    zones[0]["parent"] = json!("eu-west-1");
    zones[4].as_object_mut().unwrap().remove("parent");
    zones[5]["parent"] = json!("us-west-2");
    file["regions"].as_array_mut().unwrap().push(json!({ "name": "eu-west-1", "zones": [
        { "id": "euw1-az1" }, { "id": "far-rack", "kind": "outpost", "parent": "use1-az1" }] }));
    file["taskDefinitions"][0]["requiresCompatibilities"] = json!(["EXTERNAL"]);
    file["taskDefinitions"][0]["cpu"] = json!("256");
    file["taskDefinitions"][0]["memory"] = json!("512");
    file["taskDefinitions"][0]["networkMode"] = json!("awsvpc");
    file["clusters"][0]["services"] = json!([
        { "serviceName": "a", "taskDefinition": "web", "desiredCount": 1, "launchType": "FARGATE",
          "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-x"] } } }]);
    file["traffic"] = json!([]);
    refused(
        &file,
        &[
            ("/regions/0/zones/0/parent", "the Region that it stands in, not `eu-west-1`"),
            ("/regions/0/zones/4", "the outpost `rack` has no parent"),
            ("/regions/0/zones/5/parent", "the Region that it stands in, not `us-west-2`"),
            ("/regions/1/zones/1/parent", "must be an availability zone of `eu-west-1`, not `use1-az1`"),
            ("/taskDefinitions/0/requiresCompatibilities", "`web` is not registered for FARGATE"),
        ],
    );
}

#[test]
fn what_ecs_anywhere_does_not_have_is_told_at_once() {
    let mut file = everywhere();
    file["taskDefinitions"][1]["requiresCompatibilities"] = json!(["FARGATE"]);
    file["clusters"][0]["services"][1] = json!({ "serviceName": "till", "taskDefinition": "far", "desiredCount": 3, "launchType": "EXTERNAL",
        "loadBalancers": [{ "targetGroupArn": "tg", "containerName": "far" }],
        "serviceRegistries": [{ "registryArn": "arn" }], "serviceConnectConfiguration": { "enabled": true },
        "availabilityZoneRebalancing": "ENABLED",
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-x"] } } });
    file["traffic"][1]["loadBalancer"] = json!({});
    let at = "/clusters/0/services/1";
    refused(
        &file,
        &[
            (&format!("{at}/loadBalancers"), "no load balancer"),
            (&format!("{at}/serviceRegistries"), "no service discovery"),
            (&format!("{at}/serviceConnectConfiguration"), "no Service Connect"),
            (&format!("{at}/availabilityZoneRebalancing"), "evens out no zones"),
            ("/taskDefinitions/1/networkMode", "network mode `awsvpc`"),
            ("/taskDefinitions/1/requiresCompatibilities", "`far` is not registered for EXTERNAL"),
            ("/traffic/1/loadBalancer", "no load balancer"),
        ],
    );
    let mut file = everywhere();
    file["clusters"][0]["services"][1]["capacityProviderStrategy"] =
        json!([{ "capacityProvider": "nodes", "weight": 1 }]);
    refused(&file, &[(&format!("{at}/launchType"), "exclude each other")]);
    let mut file = everywhere();
    file["clusters"][0]["externalInstances"] = json!([{ "zone": "use1-az1", "instanceType": "m5.large" },
        { "zone": "shop-18", "instanceType": "m5.large" }, { "zone": "shop-17", "instanceType": "m5.largest" }]);
    refused(
        &file,
        &[
            ("/clusters/0/externalInstances/0/zone", "of kind `availabilityZone`"),
            ("/clusters/0/externalInstances/1/zone", "no zone is called `shop-18`"),
            ("/clusters/0/externalInstances/2/instanceType", "no instance type is called `m5.largest`"),
        ],
    );
    file["clusters"][0].as_object_mut().unwrap().remove("externalInstances");
    refused(&file, &[(&format!("{at}/launchType"), "needs hosts outside AWS")]);
}

#[test]
fn fargate_and_managed_instances_stay_in_availability_zones() {
    let mut file = everywhere();
    let subnets = "/clusters/0/services/2/networkConfiguration/awsvpcConfiguration/subnets";
    *file.pointer_mut(subnets).unwrap() = json!(["subnet-lax"]);
    file["capacityProviders"].as_array_mut().unwrap().push(json!({ "name": "managed", "managedInstancesProvider": {
        "infrastructureRoleArn": "arn", "instanceLaunchTemplate": { "ec2InstanceProfileArn": "arn",
            "networkConfiguration": { "subnets": ["subnet-lax"] } } } }));
    file["clusters"][0]["capacityProviders"] = json!(["nodes", "FARGATE", "managed"]);
    file["autoScalingGroups"][0]["AvailabilityZones"] = json!(["shop-17"]);
    let of_managed =
        "/capacityProviders/1/managedInstancesProvider/instanceLaunchTemplate/networkConfiguration/subnets";
    refused(
        &file,
        &[
            (subnets, "Fargate does not run in `use1-lax1-az1`, a zone of kind `localZone`"),
            (of_managed, "Managed Instances does not run in `use1-lax1-az1`"),
            ("/autoScalingGroups/0", "EC2 launches no instance in `shop-17`"),
        ],
    );
    let mut file = everywhere();
    *file.pointer_mut(subnets).unwrap() = json!(["subnet-lax", "subnet-x"]);
    let (runs, found) = said(&file);
    assert!(runs && found.iter().any(|line| line.contains("its tasks stand in the other zones")), "{found:#?}");
    let plan = plan(&file);
    let far = plan.services.iter().find(|row| row.name == "shop/far").unwrap();
    assert_eq!(far.zones.iter().map(|zone| &plan.zones[*zone].id).collect::<Vec<_>>(), ["use1-az1"]);
}

#[test]
fn a_region_has_availability_zones() {
    let mut file = everywhere();
    file["regions"] = json!([{ "name": "us-east-1", "zones": [{ "id": "shop-17", "kind": "onPremises" }] }]);
    let (runs, found) = said(&file);
    assert!(!runs && found.iter().any(|line| line.contains("`us-east-1` has no availability zone")), "{found:#?}");
}

#[test]
fn zones_away_from_the_region_are_used_by_name_only() {
    let plan = plan(&everywhere());
    let names: Vec<(&str, &str)> = plan.zones.iter().map(|zone| (&zone.id[..], &zone.name[..])).collect();
    assert_eq!(
        names[..4],
        [
            ("use1-lax1-az1", "use1-lax1-az1"),
            ("use1-az1", "us-east-1a"),
            ("use1-wl1-bos-wlz1", "use1-wl1-bos-wlz1"),
            ("use1-az2", "us-east-1b")
        ]
    );
    for zone in &plan.zones {
        assert_eq!(zone.fargate_stock > 0, zone.kind == ZoneKind::AvailabilityZone, "{}", zone.id);
        assert_eq!(zone.parent.is_some(), zone.kind == ZoneKind::Outpost, "{}", zone.id);
    }
    let zones = |name: &str| {
        let row = plan.services.iter().find(|row| row.name == name).unwrap();
        row.zones.iter().map(|zone| &plan.zones[*zone].id[..]).collect::<Vec<_>>()
    };
    // Three subnets that no zone lists take the two availability zones; hosts stand where their group does.
    assert_eq!(zones("shop/far"), ["use1-az1", "use1-az2"]);
    assert_eq!(zones("shop/hosts"), ["use1-lax1-az1", "use1-az1", "use1-az2", "rack"]);
    assert_eq!(zones("shop/till"), ["shop-17"]);
    let group = plan.providers.iter().find_map(|row| match &row.kind {
        ProviderKind::Group(group) => Some(group),
        _ => None,
    });
    // Five hosts over three zones: two, two, one; the rack comes last.
    assert_eq!(group.unwrap().pools.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_load_balancer_stands_with_targets_that_are_all_away() {
    let local = |zones: Value| {
        let mut file = everywhere();
        file["autoScalingGroups"][0]["AvailabilityZones"] = zones;
        let plan = plan(&file);
        let row = plan.services.iter().find(|row| row.name == "shop/hosts").unwrap();
        row.balancer.as_ref().unwrap().local
    };
    assert!(local(json!(["rack"])));
    assert!(local(json!(["use1-lax1-az1", "use1-wl1-bos-wlz1"])));
    assert!(!local(json!(["use1-az1", "rack"])));
    let plan = plan(&everywhere());
    assert!(plan.services.iter().find(|row| row.name == "shop/till").unwrap().balancer.is_none());
}

#[test]
fn the_overview_has_a_row_for_each_kind_of_compute() {
    let plan = plan(&everywhere());
    let rows: Vec<(Compute, Vec<String>)> = overview(&plan).into_iter().map(|row| (row.compute, row.zones)).collect();
    let zones = |list: &[&str]| list.iter().map(|zone| (*zone).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        rows,
        [
            (Compute::EcsAnywhere, zones(&["shop-17"])),
            (Compute::Outposts, zones(&["rack"])),
            (Compute::LocalZones, zones(&["use1-lax1-az1"])),
            (Compute::Ec2, zones(&["use1-az1"])),
            (Compute::Fargate, zones(&["use1-az1", "use1-az2"])),
        ]
    );
    // As the pages of AWS on Outposts, Local Zones and ECS Anywhere have it: who owns the hardware, and who runs the
    // hosts.
    for (compute, hardware, managed_by) in [
        (Compute::EcsAnywhere, "customer", "customer"),
        (Compute::Outposts, "AWS", "customer"),
        (Compute::Wavelength, "AWS", "customer"),
        (Compute::LocalZones, "AWS", "customer"),
        (Compute::Ec2, "AWS", "customer"),
        (Compute::ManagedInstances, "AWS", "AWS"),
        (Compute::Fargate, "AWS", "AWS"),
    ] {
        let [_, its_hardware, _, _, its_manager] = compute.facts();
        assert_eq!((its_hardware, its_manager), (hardware, managed_by), "{compute:?}");
    }
    let hosts: Vec<u64> = services::at_start(&plan).0.iter().map(|row| row.hosts).collect();
    assert_eq!(hosts, [2, 2, 0, 0, 1, 3]);
}
