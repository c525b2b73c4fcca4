//! Pasted objects mean what they say: hosts of a group, what a task asks of its host, Region and account, dead objects.

use crate::world::{check, plan, run, the_service, watch};
use evenkeel::experiment::replicate::{self, Options};
use evenkeel::metrics::summary::Summary;
use evenkeel::model::fact::{Fact, HostStatus, Reason};
use evenkeel::model::plan::{Plan, ProviderKind};
use evenkeel::model::problem::{Problem, Problems, Severity};
use evenkeel::scenario::check::at_start;
use evenkeel::scenario::file::Scenario;
use evenkeel::scenario::source::Texts;
use evenkeel::scenario::{self, resolve};
use serde_json::{Value, json};

/// What is said of a file, and its plan when it can run.
fn look(file: &Value) -> (Vec<Problem>, Option<Plan>) {
    let mut problems = Problems::default();
    let files = Texts([("a.json".to_owned(), file.to_string().into_bytes())].into());
    let found = scenario::load("a.json", &files, &mut problems).and_then(|document| {
        scenario::validate(&document, &scenario::schema::value(), &mut problems);
        let typed: Option<Scenario> = scenario::typed(&document, &mut problems);
        resolve::resolve(&typed?, &|_| None, &mut problems)
    });
    let plan = found.filter(|_| !problems.has_errors()).map(|found| found.0);
    (problems.list, plan)
}

/// That this is said at this place.
fn told(file: &Value, severity: Severity, at: &str, words: &str) -> String {
    let (list, plan) = look(file);
    assert_eq!(plan.is_none(), severity == Severity::Error, "{list:#?}");
    let found = list.iter().find(|one| one.severity == severity && one.at == at && one.message.contains(words));
    let found = found.unwrap_or_else(|| panic!("{at} {words}: {list:#?}"));
    found.hint.clone().unwrap_or_default()
}

/// Nothing but notes is said.
fn quiet(file: &Value) {
    let (list, plan) = look(file);
    assert!(plan.is_some() && list.iter().all(|one| one.severity == Severity::Note), "{list:#?}");
}

/// A service of `desired` tasks of a size on a group; `group` adds to the group.
fn on_group(size: (u64, u64), desired: u64, group: &Value, parts: &Value) -> Value {
    let mut asg = json!({ "AutoScalingGroupName": "g", "MinSize": 0, "MaxSize": 12 });
    asg.as_object_mut().unwrap().extend(group.as_object().unwrap().clone());
    let mut file = json!({ "version": 1, "name": "pasted", "duration": "1h",
        "taskDefinitions": [{ "family": "web", "containerDefinitions": [
            { "name": "app", "cpu": size.0, "memory": size.1 }] }],
        "capacityProviders": [{ "name": "nodes", "autoScalingGroupProvider": { "autoScalingGroupArn": "g" } }],
        "autoScalingGroups": [asg],
        "clusters": [{ "clusterName": "c", "capacityProviders": ["nodes"], "services": [{ "serviceName": "s",
            "taskDefinition": "web", "desiredCount": desired, "launchType": "EC2" }] }] });
    file.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    file
}

/// A service on Fargate.
fn on_fargate(desired: u64, parts: &Value, service: &Value) -> Value {
    let mut one = json!({ "serviceName": "s", "taskDefinition": "web", "desiredCount": desired, "launchType": "FARGATE",
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } } });
    one.as_object_mut().unwrap().extend(service.as_object().unwrap().clone());
    let mut file = json!({ "version": 1, "name": "pasted", "duration": "1h",
        "taskDefinitions": [{ "family": "web", "cpu": "256", "memory": "512", "networkMode": "awsvpc",
            "containerDefinitions": [{ "name": "app" }] }],
        "clusters": [{ "clusterName": "c", "services": [one] }] });
    file.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    file
}

fn host(kind: &str, zone: &str) -> Value {
    json!({ "InstanceType": kind, "AvailabilityZone": zone, "LifecycleState": "InService", "HealthStatus": "Healthy",
            "ProtectedFromScaleIn": false })
}

/// Hosts at the start: type, zone name.
fn standing(file: &Value) -> Vec<(String, String)> {
    let plan = plan(file);
    let (diary, _) = watch(file);
    let mut found = Vec::new();
    for (at, fact) in &diary.0 {
        let Fact::Host { zone, status: HostStatus::Active, type_row, .. } = *fact else { continue };
        if at.as_secs_f64() == 0.0 {
            let kind = plan.types[evenkeel::model::ids::TypeId(type_row)].name.clone();
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
        state("Standby", "Healthy"),
        state("Terminating:Wait", "Healthy"),
        state("InService", "Unhealthy")
    ]);
    let group = json!({ "DesiredCapacity": 2, "Instances": instances,
                        "SuspendedProcesses": [{ "ProcessName": "AZRebalance" }] });
    let boot = json!({ "behaviour": [{ "capacityProvider": "nodes", "boot": { "constant": "90s" } }] });
    let file = on_group((256, 256), 2, &group, &boot);
    assert_eq!(standing(&file).len(), 1);
    let (diary, _) = watch(&file);
    let active = |(at, fact): &(evenkeel::engine::Time, Fact)| {
        matches!(fact, Fact::Host { status: HostStatus::Active, .. }).then_some(at.as_secs_f64())
    };
    assert_eq!(diary.0.iter().filter_map(active).collect::<Vec<_>>(), [0.0, 90.0], "one boots, three are not there");
    told(&file, Severity::Warning, "/autoScalingGroups/0/Instances/2", "1 instance is `Standby`: it is not there");
    told(&file, Severity::Warning, "/autoScalingGroups/0/Instances/4", "`Unhealthy`");
}

#[test]
fn a_group_launches_what_it_lacks_and_ends_what_it_has_too_much() {
    let instances =
        json!([host("m5.large", "us-east-1a"), host("m5.large", "us-east-1a"), host("m5.large", "us-east-1b")]);
    let few = on_group((256, 256), 2, &json!({ "DesiredCapacity": 4, "Instances": instances }), &json!({}));
    assert_eq!(standing(&few).len(), 3);
    let (diary, _) = watch(&few);
    let mut counts =
        diary.0.iter().filter_map(|(_, fact)| if let Fact::Hosts { count, .. } = fact { Some(*count) } else { None });
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

fn gpu(count: u64) -> Value {
    json!([{ "type": "GPU", "value": count.to_string() }])
}

/// The reasons for which tasks could not be placed.
fn reasons(file: &Value) -> Vec<Reason> {
    let (diary, _) = watch(file);
    let mut found: Vec<Reason> = diary
        .0
        .iter()
        .filter_map(|(_, fact)| match fact {
            Fact::Service { reason, .. } => Some(*reason),
            _ => None,
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[test]
fn gpus_are_matched() {
    let on = |kind: &str, each: u64, desired: u64| {
        let group =
            json!({ "MinSize": 1, "MaxSize": 1, "DesiredCapacity": 1, "Instances": [{ "InstanceType": kind }] });
        let mut file = on_group((256, 256), desired, &group, &json!({}));
        file["taskDefinitions"][0]["containerDefinitions"][0]["resourceRequirements"] = gpu(each);
        file
    };
    // A host of four GPUs takes two tasks of two, and no third.
    let file = on("g5.12xlarge", 2, 3);
    assert_eq!(the_service(&run(&file, 1)).running.max.mean, 2.0);
    assert_eq!(the_service(&run(&on("g4dn.xlarge", 1, 1), 1)).running.min.mean, 1.0);
    let none = on("m5.large", 8, 3);
    assert_eq!(the_service(&run(&none, 1)).running.max.mean, 0.0, "ECS accepts the service and places nothing");
    assert!(reasons(&none).contains(&Reason::ResourceGpu), "{:?}", reasons(&none));
    let at = "/clusters/0/services/0/taskDefinition";
    told(&none, Severity::Warning, at, "needs hosts with 8 GPUs (none of them has one)");
    told(&on("g4dn.xlarge", 2, 1), Severity::Warning, at, "2 GPUs (none of them has more than 1)");
    // What describe-instance-types prints counts.
    let mut own = on("own.gpu", 2, 1);
    own["instanceTypes"] = json!([{ "InstanceType": "own.gpu", "VCpuInfo": { "DefaultVCpus": 8 },
        "MemoryInfo": { "SizeInMiB": 32_768 },
        "GpuInfo": { "Gpus": [{ "Name": "T4", "Manufacturer": "NVIDIA", "Count": 2, "MemoryInfo": { "SizeInMiB": 16_384 } }] } }]);
    quiet(&own);
    assert_eq!(the_service(&run(&own, 1)).running.min.mean, 1.0);
}

#[test]
fn gpus_that_ecs_refuses_are_refused() {
    let at = "/taskDefinitions/0/containerDefinitions/0/resourceRequirements/0";
    let mut file = on_fargate(1, &json!({}), &json!({}));
    file["taskDefinitions"][0]["containerDefinitions"][0]["resourceRequirements"] = gpu(1);
    told(&file, Severity::Error, at, "Fargate has no GPU");
    let group = json!({ "MinSize": 1, "Instances": [{ "InstanceType": "g5.xlarge" }] });
    let mut file = on_group((256, 256), 1, &group, &json!({}));
    file["taskDefinitions"][0]["containerDefinitions"][0]["resourceRequirements"] =
        json!([{ "type": "GPU", "value": "half" }]);
    told(&file, Severity::Error, &format!("{at}/value"), "`half` is no number of GPUs");
}

#[test]
fn architectures_and_systems_are_matched() {
    let on = |platform: Value, kind: &str, parts: &Value| {
        let group = json!({ "MinSize": 3, "MaxSize": 3, "Instances": [{ "InstanceType": kind }] });
        let mut file = on_group((256, 256), 3, &group, parts);
        file["taskDefinitions"][0]["runtimePlatform"] = platform;
        file
    };
    let arm = json!({ "cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX" });
    let windows = json!({ "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE" });
    let hosts = json!({ "behaviour": [{ "capacityProvider": "nodes", "attributes": { "ecs.os-type": "windows" } }] });
    for (platform, kind, parts, running) in [
        (arm.clone(), "m5.large", json!({}), 0.0),
        (arm, "m6g.large", json!({}), 3.0),
        (json!({ "cpuArchitecture": "X86_64" }), "m6g.large", json!({}), 0.0),
        (json!({ "cpuArchitecture": "X86_64" }), "m5.large", json!({}), 3.0),
        (windows.clone(), "m5.large", json!({}), 0.0),
        (windows, "m5.large", hosts.clone(), 3.0),
        (json!({ "operatingSystemFamily": "LINUX" }), "m5.large", hosts, 0.0),
    ] {
        let file = on(platform.clone(), kind, &parts);
        let what = format!("{platform} on {kind} {parts}");
        check(&what, the_service(&run(&file, 1)).running.max.mean, running, 0.0);
        if running == 0.0 {
            told(&file, Severity::Warning, "/clusters/0/services/0/taskDefinition", "never places a task");
            assert!(reasons(&file).contains(&Reason::Attribute), "{what}: {:?}", reasons(&file));
        } else {
            quiet(&file);
        }
    }
}

#[test]
fn windows_on_fargate_is_as_fargate_has_it() {
    let on = |family: &str, cpu: &str, memory: &str, strategy: Value| {
        let mut file = on_fargate(1, &json!({}), &strategy);
        let definition = &mut file["taskDefinitions"][0];
        (definition["cpu"], definition["memory"]) = (json!(cpu), json!(memory));
        definition["runtimePlatform"] = json!({ "operatingSystemFamily": family });
        file["clusters"][0]["capacityProviders"] = json!(["FARGATE", "FARGATE_SPOT"]);
        file
    };
    let at = "/taskDefinitions/0/runtimePlatform/operatingSystemFamily";
    quiet(&on("WINDOWS_SERVER_2022_CORE", "1024", "2048", json!({})));
    told(
        &on("WINDOWS_SERVER_2022_CORE", "256", "512", json!({})),
        Severity::Error,
        at,
        "no Windows task of 256 CPU units",
    );
    told(&on("WINDOWS_SERVER_2016_FULL", "1024", "2048", json!({})), Severity::Error, at, "does not run");
    told(&on("BEOS", "1024", "2048", json!({})), Severity::Error, at, "no operating system is called `BEOS`");
    let mut spot = on("WINDOWS_SERVER_2022_CORE", "1024", "2048", json!({}));
    let service = spot["clusters"][0]["services"][0].as_object_mut().unwrap();
    service.remove("launchType");
    service.insert("capacityProviderStrategy".into(), json!([{ "capacityProvider": "FARGATE_SPOT", "weight": 1 }]));
    told(&spot, Severity::Error, at, "Fargate Spot does not run Windows");
    let mut arm = on("WINDOWS_SERVER_2022_CORE", "1024", "2048", json!({}));
    arm["taskDefinitions"][0]["runtimePlatform"]["cpuArchitecture"] = json!("ARM64");
    told(&arm, Severity::Error, "/taskDefinitions/0/runtimePlatform/cpuArchitecture", "X86_64 only");
}

/// A service of one task on Managed Instances with these requirements.
fn on_managed(requirements: &Value, parts: &Value) -> Value {
    let mut wanted = json!({ "vCpuCount": { "min": 2, "max": 16 }, "memoryMiB": { "min": 4096 } });
    wanted.as_object_mut().unwrap().extend(requirements.as_object().unwrap().clone());
    let mut file =
        on_fargate(1, parts, &json!({ "capacityProviderStrategy": [{ "capacityProvider": "mi", "weight": 1 }] }));
    file["clusters"][0]["services"][0].as_object_mut().unwrap().remove("launchType");
    file["clusters"][0]["capacityProviders"] = json!(["mi"]);
    file["capacityProviders"] = json!([{ "name": "mi", "managedInstancesProvider": { "infrastructureRoleArn": "r",
        "instanceLaunchTemplate": { "ec2InstanceProfileArn": "p", "networkConfiguration": { "subnets": ["a", "b", "c"] },
                                    "instanceRequirements": wanted } } }]);
    file
}

/// Names of the types that the requirements leave.
fn types(file: &Value) -> Vec<String> {
    let plan = plan(file);
    let managed = plan.providers.iter().find_map(|row| match &row.kind {
        ProviderKind::Managed(managed) => Some(managed),
        _ => None,
    });
    managed.unwrap().types.iter().map(|id| plan.types[*id].name.clone()).collect()
}

#[test]
fn each_requirement_of_managed_instances_narrows_the_choice() {
    let all = types(&on_managed(&json!({}), &json!({})));
    assert!(all.iter().all(|name| !name.starts_with("g5") && !name.starts_with("t3")), "{all:?}");
    for (requirement, fits) in [
        (json!({ "acceleratorTypes": ["gpu"] }), &["g4dn.", "g5.", "g5g.", "g6.", "p5."][..]),
        (json!({ "acceleratorCount": { "min": 1 } }), &["g4dn.", "g5.", "g5g.", "g6.", "p5."]),
        (json!({ "acceleratorNames": ["t4"] }), &["g4dn."]),
        (json!({ "acceleratorTotalMemoryMiB": { "min": 40_000 } }), &["p5."]),
        (json!({ "acceleratorManufacturers": ["nvidia"], "cpuManufacturers": ["amd"] }), &["g5.", "g6.", "p5."]),
        (json!({ "cpuManufacturers": ["amazon-web-services"] }), &["c6g.", "c7g.", "m6g.", "m7g.", "r6g.", "r7g."]),
        (json!({ "instanceGenerations": ["previous"] }), &["c5.", "m5.", "m6i.", "r5.", "r6i."]),
        (json!({ "localStorage": "required", "acceleratorNames": ["a10g"] }), &["g5."]),
        (json!({ "totalLocalStorageGB": { "min": 1000.0 }, "acceleratorTypes": ["gpu"] }), &["p5."]),
        (json!({ "memoryGiBPerVCpu": { "min": 8.0 } }), &["r5.", "r6i.", "r6g.", "r7i.", "r7g."]),
    ] {
        let found = types(&on_managed(&requirement, &json!({})));
        let strange = found.iter().find(|name| !fits.iter().any(|family| name.starts_with(family)));
        assert!(strange.is_none(), "{requirement}: {found:?}");
        let missing = fits.iter().find(|family| !found.iter().any(|name| name.starts_with(**family)));
        assert!(missing.is_none(), "{requirement}: no {missing:?} in {found:?}");
    }
    // Nothing that is known meets these.
    for requirement in [
        json!({ "bareMetal": "required" }),
        json!({ "localStorageTypes": ["hdd"] }),
        json!({ "acceleratorTypes": ["fpga"] }),
        json!({ "acceleratorTypes": ["gpu"], "acceleratorCount": { "min": 1 }, "cpuManufacturers": ["amd"],
                "localStorage": "required", "bareMetal": "required" }),
    ] {
        let at = "/capacityProviders/0/managedInstancesProvider/instanceLaunchTemplate/instanceRequirements";
        told(
            &on_managed(&requirement, &json!({})),
            Severity::Error,
            at,
            "no known instance type meets the requirements",
        );
    }
    // A type of the scenario's own may.
    let metal = json!({ "instanceTypes": [{ "InstanceType": "own.iron", "VCpuInfo": { "DefaultVCpus": 8 },
        "MemoryInfo": { "SizeInMiB": 32_768 }, "BareMetal": true, "ProcessorInfo": { "Manufacturer": "AMD",
        "SupportedArchitectures": ["x86_64"] }, "InstanceStorageInfo": { "TotalSizeInGB": 900, "Disks": [{ "Type": "hdd" }] } }] });
    let wanted = json!({ "bareMetal": "required", "cpuManufacturers": ["amd"], "localStorageTypes": ["hdd"] });
    assert_eq!(types(&on_managed(&wanted, &metal)), ["own.iron"]);
    // What the table cannot answer is told.
    let file = on_managed(&json!({ "networkBandwidthGbps": { "min": 10.0 } }), &json!({}));
    let at = "/capacityProviders/0/managedInstancesProvider/instanceLaunchTemplate/instanceRequirements/networkBandwidthGbps";
    let hint = told(&file, Severity::Warning, at, "bears on availability and is not modelled");
    assert!(hint.contains("Narrows the choice"), "{hint}");
}

#[test]
fn what_bears_on_availability_and_is_not_modelled_is_told_once_for_each_field() {
    let mut file = on_fargate(1, &json!({}), &json!({ "serviceConnectConfiguration": { "enabled": true } }));
    let mut second = file["clusters"][0]["services"][0].clone();
    second["serviceName"] = json!("t");
    file["clusters"][0]["services"].as_array_mut().unwrap().push(second);
    let at = "/clusters/0/services/0/serviceConnectConfiguration";
    told(
        &file,
        Severity::Warning,
        at,
        "`serviceConnectConfiguration` bears on availability and is not modelled, in 2 places",
    );
    file["clusters"][0]["services"][0]["serviceConnectConfiguration"] = json!({ "enabled": false });
    file["clusters"][0]["services"][1]["serviceConnectConfiguration"] = json!({ "enabled": false });
    told(&file, Severity::Note, at, "no bearing on availability, in 2 places");
    let logs = |mode: &str| {
        let mut file = on_fargate(1, &json!({}), &json!({}));
        file["taskDefinitions"][0]["containerDefinitions"][0]["logConfiguration"] =
            json!({ "logDriver": "awslogs", "options": { "mode": mode } });
        file
    };
    let at = "/taskDefinitions/0/containerDefinitions/0/logConfiguration";
    told(&logs("blocking"), Severity::Warning, at, "bears on availability");
    quiet(&logs("non-blocking"));
    for (field, value) in [
        ("WarmPoolConfiguration", json!({ "MinSize": 2, "PoolState": "Stopped" })),
        ("MaxInstanceLifetime", json!(604_800)),
        ("AvailabilityZoneImpairmentPolicy", json!({ "ZonalShiftEnabled": true })),
        ("InstanceMaintenancePolicy", json!({ "MinHealthyPercentage": 90, "MaxHealthyPercentage": 110 })),
    ] {
        let mut group = json!({ "MinSize": 1, "Instances": [{ "InstanceType": "m5.large" }] });
        group[field] = value;
        let file = on_group((256, 256), 1, &group, &json!({}));
        told(&file, Severity::Warning, &format!("/autoScalingGroups/0/{field}"), "bears on availability");
    }
}

fn arn(region: &str, account: &str, what: &str) -> String {
    format!("arn:aws:ecs:{region}:{account}:{what}")
}

#[test]
fn region_and_account_come_from_arns() {
    let mut file = on_fargate(
        3,
        &json!({}),
        &json!({
        "serviceArn": arn("eu-central-1", "123456789012", "service/c/s"),
        "clusterArn": arn("eu-central-1", "123456789012", "cluster/c") }),
    );
    let seen = plan(&file);
    assert_eq!(seen.regions.iter().map(|region| region.name.as_str()).collect::<Vec<_>>(), ["eu-central-1"]);
    assert_eq!(
        seen.zones.iter().map(|zone| zone.id.as_str()).collect::<Vec<_>>(),
        ["euc1-az1", "euc1-az2", "euc1-az3"]
    );
    assert_eq!(seen.clusters.iter().next().unwrap().account, "123456789012");
    file["clusters"][0]["clusterArn"] = json!(arn("eu-central-1", "123456789012", "cluster/c"));
    quiet(&file);
    // What is written and what the ARN says contradict each other.
    let mut other = file.clone();
    other["regions"] = json!([{ "name": "us-east-1" }]);
    let hint = told(
        &other,
        Severity::Error,
        "/clusters/0/clusterArn",
        "`eu-central-1`, which is none of the scenario's Regions",
    );
    assert!(hint.contains(r#"{"name": "eu-central-1"}"#), "{hint}");
    other["clusters"][0]["region"] = json!("us-east-1");
    told(&other, Severity::Error, "/clusters/0/clusterArn", "in `eu-central-1`, and the cluster `c` is in `us-east-1`");
    let mut other = file.clone();
    other["clusters"][0]["account"] = json!("999999999999");
    let hint = told(
        &other,
        Severity::Error,
        "/clusters/0/services/0/serviceArn",
        "account 123456789012, and the cluster `c` of 999999999999",
    );
    assert!(hint.contains(r#""account": "123456789012""#), "{hint}");
    let mut other = file.clone();
    other["clusters"][0]["services"][0]["serviceArn"] = json!(arn("eu-central-1", "999999999999", "service/c/s"));
    told(&other, Severity::Error, "/clusters/0/services/0/serviceArn", "account 999999999999");
}

#[test]
fn groups_and_providers_show_their_region_too() {
    let group = json!({ "MinSize": 1, "Instances": [host("m5.large", "eu-west-1b")],
        "AutoScalingGroupARN": "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:1:autoScalingGroupName/g" });
    let file = on_group((256, 256), 1, &group, &json!({}));
    quiet(&file);
    let seen = plan(&file);
    assert_eq!(seen.regions.iter().next().unwrap().name, "eu-west-1");
    assert_eq!(seen.clusters.iter().next().unwrap().account, "123456789012");
}

/// Two clusters whose ARNs show one account share its launch bucket, as if `account` were written.
#[test]
fn clusters_of_one_account_share_a_launch_bucket() {
    let cluster = |name: &str, account: Option<&str>, arn_of: Option<&str>| {
        let mut one = on_fargate(2_000, &json!({}), &json!({}))["clusters"][0].clone();
        one["clusterName"] = json!(name);
        if let Some(account) = account {
            one["account"] = json!(account);
        }
        if let Some(account) = arn_of {
            one["clusterArn"] = json!(arn("us-east-1", account, &format!("cluster/{name}")));
        }
        one
    };
    let of = |account: Option<&str>, arn_of: Option<&str>| {
        let clusters = json!([cluster("a", account, arn_of), cluster("b", account, arn_of)]);
        let parts = json!({ "startEmpty": true, "duration": "30m", "clusters": clusters,
                            "behaviour": [{ "family": "web", "start": { "constant": "20s" } }] });
        run(&on_fargate(0, &parts, &json!({})), 1)
    };
    let running = |summary: &Summary| summary.services.iter().map(|row| row.running.mean.mean).collect::<Vec<_>>();
    let written = of(Some("111122223333"), None);
    let shown = of(None, Some("111122223333"));
    assert_eq!(running(&shown), running(&written));
    assert!(running(&of(None, None))[0] > running(&shown)[0], "each for itself they are faster");
}

#[test]
fn deleted_objects_are_left_out() {
    let mut file = on_fargate(3, &json!({}), &json!({ "status": "INACTIVE" }));
    let at = "/clusters/0/services/0/status";
    told(&file, Severity::Warning, at, "the service `s` is INACTIVE: it is left out");
    assert!(run(&file, 1).services.is_empty());
    file["clusters"][0]["status"] = json!("INACTIVE");
    file["taskDefinitions"][0]["status"] = json!("DELETE_IN_PROGRESS");
    told(&file, Severity::Warning, "/clusters/0/status", "the cluster `c` is INACTIVE");
    told(&file, Severity::Warning, "/taskDefinitions/0/status", "is DELETE_IN_PROGRESS and in no use");
    assert!(run(&file, 1).services.is_empty());
    // A service goes on with a definition that is being deleted; nothing new runs of it.
    let mut alive = on_fargate(3, &json!({}), &json!({}));
    alive["taskDefinitions"][0]["status"] = json!("INACTIVE");
    quiet(&alive);
    alive["clusters"][0]["runTasks"] = json!([{ "taskDefinition": "web", "name": "job", "rate": "1/s", "launchType": "FARGATE",
        "lives": { "constant": "1m" }, "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a"] } } }]);
    told(&alive, Severity::Error, "/clusters/0/runTasks/0/taskDefinition", "which is INACTIVE");
    let group = json!({ "MinSize": 1, "Instances": [{ "InstanceType": "m5.large" }] });
    let mut gone = on_group((256, 256), 1, &group, &json!({}));
    gone["capacityProviders"][0]["updateStatus"] = json!("DELETE_COMPLETE");
    let (list, _) = look(&gone);
    assert!(list.iter().any(|one| one.message.contains("the capacity provider `nodes` is deleted")), "{list:#?}");
}

/// Without traffic and with `minimumHealthyPercent` 0 nothing is needed: no share of time says anything.
#[test]
fn where_nothing_is_needed_there_is_no_availability() {
    let dark =
        json!({ "faults": [{ "name": "dark", "at": "5m", "for": "50m", "zonePowerLoss": { "zone": "use1-az1" } }] });
    let none = json!({ "deploymentConfiguration": { "maximumPercent": 200, "minimumHealthyPercent": 0 },
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a"] } } });
    let file = on_fargate(1, &dark, &none);
    let summary = run(&file, 1);
    assert!(the_service(&summary).capacity_availability.is_none() && the_service(&summary).nines.is_none());
    told(&file, Severity::Warning, "/clusters/0/services/0/deploymentConfiguration/minimumHealthyPercent", "no need");
    let text = evenkeel::report::table::summary(&summary, evenkeel::report::align::Paint::Plain);
    assert!(text.contains("no need") && !text.contains("nothing lost"), "{text}");
}

#[test]
fn what_a_definition_was_found_fit_for_decides() {
    let group = json!({ "MinSize": 3, "MaxSize": 3, "Instances": [{ "InstanceType": "m5.large" }] });
    let mut file = on_group((256, 256), 3, &group, &json!({}));
    let definition = &mut file["taskDefinitions"][0];
    definition["requiresCompatibilities"] = json!(["FARGATE"]);
    told(&file, Severity::Error, "/taskDefinitions/0/requiresCompatibilities", "is not registered for EC2");
    file["taskDefinitions"][0]["compatibilities"] = json!(["EC2", "FARGATE"]);
    quiet(&file);
    file["taskDefinitions"][0]["compatibilities"] = json!(["EXTERNAL", "FARGATE"]);
    told(&file, Severity::Error, "/taskDefinitions/0/compatibilities", "is not registered for EC2");
}

#[test]
fn an_old_service_does_not_even_out_its_zones() {
    let on = |parts: Value| plan(&on_fargate(30, &json!({}), &parts)).services.iter().next().unwrap().rebalancing;
    assert!(on(json!({})));
    assert!(!on(json!({ "createdAt": "2021-03-01T00:00:00Z" })));
    assert!(!on(json!({ "createdAt": 1_614_556_800.25 })));
    assert!(!on(json!({ "createdAt": "2025-09-05T00:30:00.123000+02:00" })));
    assert!(on(json!({ "createdAt": "2025-09-05T00:00:00Z" })));
    assert!(on(json!({ "createdAt": "2021-03-01T00:00:00Z", "availabilityZoneRebalancing": "ENABLED" })));
    let file = on_fargate(1, &json!({}), &json!({ "createdAt": "long ago" }));
    told(&file, Severity::Error, "/clusters/0/services/0/createdAt", "`long ago` is no date");
}

#[test]
fn a_default_strategy_of_weight_zero_harms_only_who_falls_back_on_it() {
    let zero = json!([{ "capacityProvider": "FARGATE", "weight": 0, "base": 0 }]);
    let mut file = on_fargate(1, &json!({}), &json!({}));
    file["clusters"][0]["capacityProviders"] = json!(["FARGATE"]);
    file["clusters"][0]["defaultCapacityProviderStrategy"] = zero;
    quiet(&file);
    file["clusters"][0]["services"][0].as_object_mut().unwrap().remove("launchType");
    told(&file, Severity::Error, "/clusters/0/services/0", "all weights of the default strategy of `c` are 0");
}

#[test]
fn null_is_absence_everywhere() {
    let mut file = on_fargate(
        1,
        &json!({}),
        &json!({ "loadBalancers": null, "placementStrategy": null,
        "schedulingStrategy": null, "deploymentConfiguration": { "alarms": null, "deploymentCircuitBreaker": null } }),
    );
    let container = &mut file["taskDefinitions"][0]["containerDefinitions"][0];
    for field in ["command", "secrets", "stopTimeout", "dependsOn", "healthCheck", "portMappings", "essential"] {
        container[field] = Value::Null;
    }
    quiet(&file);
    let first = replicate::run(&plan(&file), &[], &Options::default(), &()).summary.digest;
    let plain = on_fargate(1, &json!({}), &json!({}));
    assert_eq!(first, replicate::run(&plan(&plain), &[], &Options::default(), &()).summary.digest);
}
