//! What pasted objects ask of a host: GPUs, architecture, operating system, requirements of Managed Instances.

use crate::pasted::{on_fargate, on_group, quiet, told};
use crate::world::{check, plan, run, the_service, watch};
use evenkeel::internals::model::fact::{Fact, Reason, ServiceFact};
use evenkeel::internals::model::plan::ProviderKind;
use evenkeel::internals::model::problem::Severity;
use serde_json::{Value, json};

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
            Fact::Service(ServiceFact::Action { reason, .. }) => Some(*reason),
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
    told(&file, Severity::Error, &format!("{at}/value"), "must be 1 or more, not `half`");
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
    told(&on("BEOS", "1024", "2048", json!({})), Severity::Error, at, "`operatingSystemFamily` cannot be `BEOS`");
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
        (
            json!({ "acceleratorTypes": ["gpu"] }),
            &["g4dn.", "g5.", "g5g.", "g6.", "g6e.", "g6f.", "g7.", "g7e.", "gr6.", "gr6f.", "p5."][..],
        ),
        (
            json!({ "acceleratorCount": { "min": 1 } }),
            &[
                "g4dn.", "g5.", "g5g.", "g6.", "g6e.", "g7.", "g7e.", "gr6.", "inf1.", "inf2.", "p5.", "trn1.",
                "trn2.", "vt1.",
            ],
        ),
        (json!({ "acceleratorNames": ["t4"] }), &["g4dn."]),
        (json!({ "acceleratorTotalMemoryMiB": { "min": 40_000 } }), &["g6e.", "g7e.", "p5.", "trn2."]),
        (
            json!({ "acceleratorManufacturers": ["nvidia"], "cpuManufacturers": ["amd"] }),
            &["g5.", "g6.", "g6e.", "g6f.", "gr6.", "gr6f.", "p5."],
        ),
        (
            json!({ "cpuManufacturers": ["amazon-web-services"], "instanceGenerations": ["previous"] }),
            &["a1.", "c6gn.", "r7g.", "r7gd."],
        ),
        (json!({ "localStorage": "required", "acceleratorNames": ["a10g"] }), &["g5."]),
        (json!({ "totalLocalStorageGB": { "min": 1000.0 }, "acceleratorTypes": ["gpu"] }), &["g7e.", "p5."]),
        (
            json!({ "memoryGiBPerVCpu": { "min": 8.0 }, "cpuManufacturers": ["amd"] }),
            &["r5a.", "r5ad.", "r6a.", "r7a.", "r8a.", "x8aedz."],
        ),
    ] {
        let found = types(&on_managed(&requirement, &json!({})));
        let strange = found.iter().find(|name| !fits.iter().any(|family| name.starts_with(family)));
        assert!(strange.is_none(), "{requirement}: {found:?}");
        let missing = fits.iter().find(|family| !found.iter().any(|name| name.starts_with(**family)));
        assert!(missing.is_none(), "{requirement}: no {missing:?} in {found:?}");
    }
    // Nothing that is known meets these.
    for requirement in [
        json!({ "bareMetal": "required", "acceleratorTypes": ["gpu"] }),
        json!({ "localStorageTypes": ["hdd"], "acceleratorTypes": ["gpu"] }),
        json!({ "acceleratorTypes": ["fpga"], "memoryGiBPerVCpu": { "max": 1.0 } }),
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
