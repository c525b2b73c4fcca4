//! Scenarios in which settings matter that `everything.json` writes and leaves without effect: each is about a few.

use super::{on_hosts, put, scenario, service};
use serde_json::{Value, json};

/// A scenario with values at JSON pointers; what leads to them is there, or is made.
fn at(mut file: Value, values: &[(&str, Value)]) -> Value {
    for (pointer, value) in values {
        let (above, key) = pointer.rsplit_once('/').unwrap();
        let above = file.pointer_mut(above).unwrap_or_else(|| panic!("{pointer}"));
        match above {
            Value::Array(list) => list.push(value.clone()),
            above => above[key] = value.clone(),
        }
    }
    file
}

/// The same without a key of an object.
fn without(mut file: Value, above: &str, key: &str) -> Value {
    file.pointer_mut(above).unwrap().as_object_mut().unwrap().remove(key);
    file
}

const GROUP: &str = "/autoScalingGroups/0";
const SERVICE: &str = "/clusters/0/services/0";

/// More tasks than Fargate starts at once, has room for, and allows.
fn short_of_fargate(stock: u64, quota: u64) -> Value {
    let zones = ["use1-az1", "use1-az2", "use1-az3"].map(|id| json!({ "id": id }));
    let strategy = ["FARGATE", "FARGATE_SPOT"].map(|name| json!({ "capacityProvider": name, "weight": 1 }));
    let web = service(60, &json!({ "capacityProviderStrategy": strategy, "launchType": null }));
    let revision = |number: u64, cpu: &str| {
        json!({ "family": "web", "revision": number, "networkMode": "awsvpc", "cpu": cpu, "memory": "1024",
            "containerDefinitions": [{ "name": "web", "image": "web:1" }] })
    };
    let account = "111122223333";
    let other = service(20, &json!({}));
    scenario(
        &json!({ "startEmpty": true, "duration": "30m", "taskDefinitions": [revision(1, "256"), revision(3, "512")],
        "faults": [{ "name": "images", "at": "0s", "for": "10m", "imageRegistryDown": {
            "failShare": [{ "at": "0s", "share": 0.9 }, { "at": "3m", "share": 0.4 }] } }],
        "regions": [{ "name": "us-east-1", "zones": zones, "fargate": {
            "vcpuPerZone": stock, "spotVcpuPerZone": stock, "vcpuQuota": quota, "spotVcpuQuota": quota,
            "launchBurst": 4, "launchRate": "1/s", "spotLaunchBurst": 3, "spotLaunchRate": "1/s" } }],
        "clusters": [
            { "clusterName": "shop", "account": account, "capacityProviders": ["FARGATE", "FARGATE_SPOT"], "services": [web] },
            { "clusterName": "more", "clusterArn": format!("arn:aws:ecs:us-east-1:{account}:cluster/more"),
              "capacityProviders": ["FARGATE"], "services": [other] }] }),
    )
}

/// Containers that crash and are restarted, and wait for each other; the revision of the change fails its checks.
fn containers(exit_code: u64, condition: &str) -> Value {
    let check = |interval: u64, start: u64| json!({ "command": ["CMD-SHELL", "true"], "interval": interval, "timeout": 4, "retries": 4, "startPeriod": start });
    let restart = json!({ "enabled": true, "restartAttemptPeriod": 90, "ignoredExitCodes": [3] });
    scenario(&json!({ "startEmpty": true,
        "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
            "containerDefinitions": [
                { "name": "app", "image": "app:1", "stopTimeout": 40, "restartPolicy": restart, "healthCheck": check(20, 9),
                  "dependsOn": [{ "containerName": "log", "condition": condition }] },
                { "name": "log", "image": "log:1", "essential": false, "startTimeout": 70, "healthCheck": check(30, 0) }] }],
        "behaviour": [{ "family": "web", "crash": { "exponential": { "mean": "10m" } }, "exitCode": exit_code,
            "stop": { "constant": "5m" }, "phases": { "containerStart": { "uniform": { "low": "20s", "high": "60s" } },
                "completion": { "constant": "9s" } } }],
        "changes": [{ "name": "bad", "at": "1h", "service": "shop/web", "defect": { "failsHealthChecks": {} } }] }))
}

/// A Spot group that rebalances, of hosts with few network interfaces; its agents fall silent, its hosts die.
fn group() -> Value {
    let images = |family: &str, mode: &str| {
        json!({ "family": family, "networkMode": mode, "cpu": "256", "memory": "512",
            "containerDefinitions": [{ "name": "web", "image": "web:1" }] })
    };
    let file = on_hosts(
        6,
        9,
        &json!({ "duration": "4h", "startEmpty": true,
        "taskDefinitions": [images("web", "bridge"), images("side", "bridge"), images("spot", "awsvpc")],
        "instanceTypes": [{ "InstanceType": "one.task", "VCpuInfo": { "DefaultVCpus": 4 },
            "MemoryInfo": { "SizeInMiB": 4096 }, "NetworkInfo": { "MaximumNetworkInterfaces": 2 } }],
        "behaviour": [{ "family": "side", "phases": { "imagePull": { "constant": "40s" } } },
            { "capacityProvider": "nodes", "boot": { "constant": "90s" }, "spotInstanceDraining": true,
              "imagePullBehavior": "prefer-cached", "attributes": { "rack": "a" } }],
        "traffic": [{ "service": "shop/web", "rate": "9/s", "requestsPerTask": "60/s" }],
        "detection": { "target": { "constant": "50s" }, "loss": { "constant": "90s" } },
        "faults": [
            { "name": "taken", "at": "1h", "for": "10m", "spotReclaim": { "capacityProvider": "nodes", "zone": "use1-az1",
              "recommendationBefore": "5m" } },
            { "name": "taken at once", "at": "220m", "for": "5m", "spotReclaim": { "zone": "use1-az2" } },
            { "name": "silent", "at": "90m", "for": "9m", "agentDisconnect": { "cluster": "shop", "count": 2 } },
            { "name": "secrets", "at": "150m", "for": "9m", "dependencyLoss": { "dependency": "secrets", "family": "web" } },
            { "name": "more secrets", "at": "170m", "for": "9m",
              "dependencyLoss": { "dependency": "secrets", "service": "shop/side" } },
            { "name": "images", "at": "190m", "for": "9m", "imageRegistryDown": { "family": "web" } },
            { "name": "crash", "at": "92m", "taskCrash": { "share": 0.7 } },
            { "name": "crash again", "at": "151m", "taskCrash": { "share": 0.7 } },
            { "name": "and again", "at": "171m", "taskCrash": { "share": 0.7 } },
            { "name": "once more", "at": "191m", "taskCrash": { "share": 0.7 } },
            { "name": "dead", "at": "2h", "for": "20m", "hostCrash": { "count": 5, "neverShare": 0.5,
              "hostsReturn": { "uniform": { "low": "1m", "high": "20m" } } } }] }),
    );
    let mixed = json!({ "LaunchTemplate": { "Overrides": [{ "InstanceType": "one.task" }] },
        "InstancesDistribution": { "OnDemandPercentageAboveBaseCapacity": 0 } });
    let spot = json!([{ "capacityProvider": "FARGATE_SPOT", "weight": 1 }]);
    let network = json!({ "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } });
    let side = json!({ "serviceName": "side", "taskDefinition": "side", "desiredCount": 4,
        "capacityProviderStrategy": [{ "capacityProvider": "nodes", "weight": 1 }] });
    let spot = service(
        5,
        &json!({ "serviceName": "spot", "taskDefinition": "spot", "launchType": null,
        "capacityProviderStrategy": spot, "networkConfiguration": network }),
    );
    at(
        file,
        &[
            ("/clusters/0/capacityProviders", json!(["nodes", "FARGATE_SPOT"])),
            (
                "/capacityProviders/-",
                json!({ "name": "others", "autoScalingGroupProvider": { "autoScalingGroupArn": "others" } }),
            ),
            (
                "/autoScalingGroups/-",
                json!({ "AutoScalingGroupName": "others", "MinSize": 9, "MaxSize": 9, "DesiredCapacity": 9,
            "AvailabilityZones": ["us-east-1a"], "Instances": [{ "InstanceType": "one.task" }] }),
            ),
            ("/clusters/-", json!({ "clusterName": "other", "capacityProviders": ["others"] })),
            ("/clusters/0/services/-", side),
            ("/clusters/0/services/-", spot),
            ("/capacityProviders/0/autoScalingGroupProvider/managedDraining", json!("DISABLED")),
            (&format!("{GROUP}/MixedInstancesPolicy"), mixed),
            (&format!("{GROUP}/CapacityRebalance"), json!(true)),
            (&format!("{GROUP}/MaxSize"), json!(8)),
            (
                &format!("{SERVICE}/placementConstraints"),
                json!([{ "type": "memberOf", "expression": "attribute:rack == a" }]),
            ),
        ],
    )
}

/// Tasks with network interfaces of their own on a group that grows in small steps, and small reservations of memory.
fn interfaces() -> Value {
    let file = on_hosts(
        1,
        20,
        &json!({ "startEmpty": true, "duration": "1h",
        "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "containerDefinitions": [
            { "name": "web", "image": "web:1", "cpu": 128, "memory": 900, "memoryReservation": 300 }] }],
        "instanceTypes": [{ "InstanceType": "one.task", "VCpuInfo": { "DefaultVCpus": 2 },
            "MemoryInfo": { "SizeInMiB": 1300 }, "NetworkInfo": { "MaximumNetworkInterfaces": 3 } }],
        "behaviour": [{ "family": "web", "phases": { "networkInterface": { "constant": "2s" } } },
            { "capacityProvider": "nodes", "boot": { "constant": "100s" } }] }),
    );
    at(
        file,
        &[
            (
                &format!("{SERVICE}/networkConfiguration"),
                json!({ "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } }),
            ),
            (&format!("{GROUP}/MaxSize"), json!(14)),
            (
                "/capacityProviders/0/autoScalingGroupProvider/managedScaling",
                json!({ "status": "ENABLED",
            "minimumScalingStepSize": 1, "maximumScalingStepSize": 2, "instanceWarmupPeriod": 200 }),
            ),
        ],
    )
}

/// Zones with names of their own, and hosts with trunk interfaces.
fn named_zones() -> Value {
    let zone = |id: &str, name: &str| json!({ "id": id, "name": name });
    let file = on_hosts(
        3,
        8,
        &json!({ "instanceTypes": [],
        "regions": [{ "name": "us-east-1", "zones": [zone("z1", "us-east-1a"), zone("z2", "us-east-1b")] }],
        "behaviour": [{ "capacityProvider": "nodes", "boot": { "constant": "100s" }, "eniTrunking": true }],
        "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "containerDefinitions": [
            { "name": "web", "image": "web:1", "cpu": 512, "memory": 500 }] }] }),
    );
    let constraint = json!([{ "type": "memberOf", "expression": "attribute:ecs.availability-zone != us-east-1b" }]);
    let file = at(
        file,
        &[
            (&format!("{GROUP}/Instances"), json!([{ "InstanceType": "m5.large" }])),
            (&format!("{GROUP}/AvailabilityZoneIds"), json!(["z1", "z2"])),
            (&format!("{SERVICE}/placementConstraints"), constraint),
            (&format!("{SERVICE}/networkConfiguration"), json!({ "awsvpcConfiguration": { "subnets": ["a", "b"] } })),
        ],
    );
    without(file, GROUP, "AvailabilityZones")
}

/// A group that looks at targets: a host that it has just launched dies.
fn targets() -> Value {
    let faults = ["30m", "32m", "34m", "36m"].map(|at| json!({ "name": at, "at": at, "hostCrash": { "count": 3 } }));
    let file = on_hosts(
        3,
        3,
        &json!({
        "behaviour": [{ "family": "web", "start": { "constant": "30s" } }, { "capacityProvider": "nodes", "boot": { "constant": "90s" } }],
        "detection": { "loss": { "constant": "60s" }, "target": { "constant": "50s" }, "hostChecks": { "constant": "1h" } },
        "faults": faults,
        "traffic": [{ "service": "shop/web", "rate": "9/s", "requestsPerTask": "60/s" }] }),
    );
    at(
        file,
        &[
            (&format!("{GROUP}/HealthCheckType"), json!("EC2,ELB")),
            (&format!("{GROUP}/HealthCheckGracePeriod"), json!(600)),
        ],
    )
}

/// Managed Instances of one provider: what its tasks need and what its instances must be.
fn managed(requirements: &Value, types: &Value, gpu: bool, more: &Value) -> Value {
    let mut container = json!({ "name": "web", "image": "web:1", "cpu": 1024, "memory": 2048 });
    if gpu {
        container["resourceRequirements"] = json!([{ "type": "GPU", "value": "1" }]);
    }
    let mut template = json!({ "networkConfiguration": { "subnets": ["a"] }, "instanceRequirements": requirements });
    put(&mut template, more);
    scenario(&json!({ "startEmpty": true, "duration": "30m", "instanceTypes": types,
        "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "1024", "memory": "2048",
            "runtimePlatform": { "cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX" },
            "containerDefinitions": [container] }],
        "capacityProviders": [{ "name": "managed", "managedInstancesProvider": {
            "infrastructureRoleArn": "arn:aws:iam::111122223333:role/i", "instanceLaunchTemplate": template } }],
        "clusters": [{ "clusterName": "shop", "capacityProviders": ["managed"], "services": [{
            "serviceName": "web", "taskDefinition": "web", "desiredCount": 12,
            "capacityProviderStrategy": [{ "capacityProvider": "managed", "weight": 1 }],
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a"] } } }] }],
        "behaviour": [{ "capacityProvider": "managed", "boot": { "constant": "100s" } }] }))
}

/// Two instance types that differ in everything that can be asked for; the second is larger.
fn two_types() -> Value {
    let kind = |name: &str, cpu: u64, maker: &str, iron: bool, gpu: &str, count: u64, disk: &str, gb: u64| {
        json!({ "InstanceType": name, "VCpuInfo": { "DefaultVCpus": cpu }, "MemoryInfo": { "SizeInMiB": cpu * if iron { 5120 } else { 4096 } },
            "ProcessorInfo": { "Manufacturer": maker, "SupportedArchitectures": ["x86_64"] }, "BareMetal": iron,
            "GpuInfo": { "Gpus": [{ "Name": gpu, "Manufacturer": if iron { "NVIDIA" } else { "AMD" }, "Count": count,
                                    "MemoryInfo": { "SizeInMiB": 16384 } }] },
            "InstanceStorageInfo": { "TotalSizeInGB": gb, "Disks": [{ "Type": disk }] }, "CurrentGeneration": !iron,
            "NetworkInfo": { "MaximumNetworkInterfaces": 9 } })
    };
    json!([
        kind("own.gpus", 8, "Intel", false, "T8", 2, "ssd", 1000),
        kind("own.iron", 16, "AMD", true, "T9", 4, "hdd", 900)
    ])
}

/// Requirements that both types fulfil, and nothing else does.
fn either() -> Value {
    json!({ "vCpuCount": { "min": 8, "max": 16 }, "memoryMiB": { "min": 32768 }, "memoryGiBPerVCpu": { "min": 4, "max": 5 },
        "totalLocalStorageGB": { "min": 900, "max": 1000 }, "acceleratorTotalMemoryMiB": { "min": 32768, "max": 65536 },
        "acceleratorCount": { "min": 2, "max": 4 }, "bareMetal": "included", "localStorage": "required",
        "cpuManufacturers": ["amd", "intel"], "instanceGenerations": ["previous", "current"],
        "localStorageTypes": ["hdd", "ssd"], "acceleratorTypes": ["fpga", "gpu"], "acceleratorManufacturers": ["nvidia", "amd"],
        "acceleratorNames": ["t9", "t8"] })
}

/// Managed Instances on Spot, of the smaller of two types; some are taken back.
fn managed_on_spot() -> Value {
    let kind = |name: &str, cpu: u64| {
        json!({ "InstanceType": name, "VCpuInfo": { "DefaultVCpus": cpu }, "MemoryInfo": { "SizeInMiB": 4096 * cpu },
            "ProcessorInfo": { "Manufacturer": "Intel", "SupportedArchitectures": ["arm64", "x86_64"] },
            "BurstablePerformanceSupported": false, "CurrentGeneration": true, "BareMetal": false,
            "NetworkInfo": { "MaximumNetworkInterfaces": 15 } })
    };
    let wanted = json!({ "vCpuCount": { "min": 2 }, "memoryMiB": { "min": 4096 }, "burstablePerformance": "excluded",
        "instanceGenerations": ["current"], "allowedInstanceTypes": ["own.*"], "acceleratorTypes": ["gpu"] });
    let mut types = [kind("own.plain", 2), kind("own.small", 4), kind("own.large", 16)];
    for kind in &mut types[1..] {
        kind["GpuInfo"] = json!({ "Gpus": [{ "Name": "T8", "Manufacturer": "AMD", "Count": 1, "MemoryInfo": { "SizeInMiB": 16384 } }] });
    }
    let file = managed(&wanted, &json!(types), false, &json!({ "capacityOptionType": "SPOT" }));
    at(
        file,
        &[
            ("/clusters/0/capacityProviders", json!(["managed", "FARGATE_SPOT"])),
            ("/faults", json!([{ "name": "taken", "at": "20m", "spotReclaim": {} }])),
        ],
    )
}

/// A BLUE_GREEN service whose hooks answer, or do not.
fn hooks() -> Value {
    let hook = json!({ "hookTargetArn": "arn:aws:lambda:us-east-1:111122223333:function:look", "roleArn": "arn:role",
        "lifecycleStages": ["POST_SCALE_UP", "POST_TEST_TRAFFIC_SHIFT"],
        "timeoutConfiguration": { "timeoutInMinutes": 30, "action": "CONTINUE" } });
    let web = service(
        4,
        &json!({ "loadBalancers": [{ "targetGroupArn": "arn:tg" }],
        "deploymentConfiguration": { "strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5, "lifecycleHooks": [hook] } }),
    );
    let change = |name: &str, at: &str, status: &str| {
        json!({ "name": name, "at": at, "service": "shop/web", "defect": { "errors": { "share": 0.5 } },
            "hooks": [{ "lifecycleStage": "POST_SCALE_UP", "takes": { "constant": "4m" }, "hookStatus": status, "finds": 1.0 },
                      { "lifecycleStage": "POST_TEST_TRAFFIC_SHIFT", "takes": { "constant": "2m" } }] })
    };
    let mut first = change("first", "10m", "IN_PROGRESS");
    first["hooks"][0].as_object_mut().unwrap().remove("finds");
    scenario(&json!({ "traffic": [{ "service": "shop/web", "rate": "9/s", "requestsPerTask": "60/s" }],
        "clusters": [{ "clusterName": "shop", "capacityProviders": ["FARGATE"], "services": [web] }],
        "changes": [first, change("second", "100m", "SUCCEEDED")] }))
}

/// A rolling deployment that is bad in one zone.
fn rolling(defect: &Value, configuration: &Value) -> Value {
    let web = service(9, &json!({ "deploymentConfiguration": configuration }));
    scenario(&json!({ "traffic": [{ "service": "shop/web", "rate": "30/s", "requestsPerTask": "10/s" }],
        "clusters": [{ "clusterName": "shop", "capacityProviders": ["FARGATE"], "services": [web] }],
        "changes": [{ "name": "bad", "at": "1h", "service": "shop/web", "defect": defect,
            "onlyInZone": "us-east-1a" }] }))
}

/// A feature that works, and a revision that needs it or breaks under load.
fn features() -> Value {
    scenario(&json!({ "traffic": [{ "service": "shop/web", "rate": "900/s", "requestsPerTask": "60/s" }],
        "changes": [
            { "name": "needs", "at": "10m", "service": "shop/web", "defect": { "errors": { "share": 0.2 } }, "onlyWithFlag": "flag" },
            { "name": "breaks", "at": "2h", "service": "shop/web", "defect": { "breaksAbove": { "load": 0.6, "share": 0.4 } } },
            { "name": "flag", "at": "1h", "service": "shop/web", "featureFlag": { "deploymentDurationInMinutes": 10,
              "growthFactor": 20, "growthType": "LINEAR", "finalBakeTimeInMinutes": 10 } }] }))
}

/// A pipeline that waits for requests, for working hours, and for a fault to be over.
fn pipeline() -> Value {
    let network = json!({ "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } });
    scenario(&json!({ "duration": "30h", "startsAt": "2026-01-05T00:00:00Z",
        "traffic": [{ "service": "shop/web", "rate": "9/s", "requestsPerTask": "60/s" }],
        "clusters": [{ "clusterName": "shop", "capacityProviders": ["FARGATE"],
            "services": [service(4, &json!({ "networkConfiguration": network })), service(3, &json!({ "serviceName": "api" }))] }],
        "faults": [{ "name": "grey", "at": "23h", "for": "2h", "zoneGrey": { "zone": "use1-az1", "errorShare": 0.1 } }],
        "changes": [{ "name": "staged", "at": "10h", "services": ["shop/web", "shop/api"], "pipeline": {
            "duringFaults": false, "stages": [{ "what": "units", "units": ["shop/web"], "bake": "1m", "requests": 5000 },
                       { "what": "units", "units": ["shop/api"], "bake": "1m" }],
            "workingHours": { "days": ["monday", "tuesday"], "from": "0s", "until": "9h" } } }] }))
}

/// A control plane of one cell beyond what it was tested with, of which a change stops scheduling.
fn tested(tested: &Value) -> Value {
    let zones = ["use1-az1", "use1-az2", "use1-az3"].map(|id| json!({ "id": id }));
    scenario(&json!({ "duration": "10m",
        "regions": [{ "name": "us-east-1", "zones": zones,
            "controlPlane": { "peakRequests": "4/s", "prescaledPercent": 100, "queue": "5s",
                "restart": { "base": "10s", "clustersPerSecond": 1, "tasksPerSecond": 20 }, "tested": tested } }],
        "clusters": [{ "clusterName": "shop", "capacityProviders": ["FARGATE"], "services": [service(20, &json!({}))],
            "runTasks": [{ "taskDefinition": "web", "name": "jobs", "rate": "3/s", "launchType": "FARGATE",
                "lives": { "exponential": { "mean": "1m" } },
                "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } } }] }, { "clusterName": "other" }],
        "faults": [{ "name": "cell", "at": "6m", "for": "30s", "cellOutage": { "cell": "us-east-1/cell-1" } }],
        "behaviour": [{ "family": "web", "start": { "constant": "40s" }, "crash": { "exponential": { "mean": "3m" } } }],
        "changes": [{ "name": "plane", "at": "2m", "controlPlane": "us-east-1", "defect": { "stopsScheduling": { "share": 0.5 } },
            "pipeline": { "takes": "1m", "stages": [{ "what": "everywhere" }] } }] }))
}

/// Routers of an application in the account of a cluster, whose quota is too small for both.
fn shared_account() -> Value {
    let account = "444455556666";
    let part = |more: &Value| {
        let mut part =
            json!({ "requestsPerTask": "900/s", "capacityProviders": ["FARGATE"], "service": service(4, &json!({})) });
        put(&mut part, more);
        part
    };
    let zones = ["use1-az1", "use1-az2", "use1-az3"].map(|id| json!({ "id": id }));
    scenario(&json!({ "startEmpty": true,
        "regions": [{ "name": "us-east-1", "zones": zones, "fargate": { "vcpuQuota": 4 } }],
        "clusters": [{ "clusterName": "shop", "account": account, "capacityProviders": ["FARGATE"],
            "services": [service(14, &json!({}))] }],
        "cellularApplication": { "name": "own", "cells": 1, "router": part(&json!({ "account": account })),
            "cell": part(&json!({})), "customers": [{ "name": "all", "rate": "50/s" }] } }))
}

/// All of them.
/// A cell that fails, and one that a customer poisons; alarms on both.
fn acts(cell: &Value) -> Value {
    let part = |desired: u64, rate: &str| json!({ "requestsPerTask": rate, "capacityProviders": ["FARGATE"], "service": service(desired, &json!({})) });
    let alarm = |name: &str, service: &str| {
        json!({ "AlarmName": name, "Service": service, "MetricName": "ErrorRate", "Period": 60, "EvaluationPeriods": 1,
            "Threshold": 0.05, "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching" })
    };
    scenario(&json!({ "duration": "3h",
        "cellularApplication": { "name": "own", "cells": 5, "router": part(2, "900/s"), "cell": part(2, "100/s"),
            "customers": [{ "count": 50, "rate": "500/s" }], "migration": { "cloneTime": "30s" },
            "evacuation": { "alarms": ["first", "second"], "after": "2m", "pace": "20/min", "cellsAtOnce": 2,
                "fillTo": 0.6, "backAfter": "10m" },
            "quarantine": { "alarms": ["third"], "after": "3m", "cell": cell } },
        "alarms": [alarm("first", "own-cell-1/web"), alarm("second", "own-cell-2/web"), alarm("third", "own-cell-3/web")],
        "faults": [
            { "name": "gone", "at": "30m", "for": "20m", "taskCrash": { "service": "own-cell-1/web", "share": 1.0 } },
            { "name": "gone, too", "at": "31m", "for": "20m", "taskCrash": { "service": "own-cell-2/web", "share": 1.0 } },
            { "name": "poison", "at": "1h", "for": "1h", "poisonCustomer": { "customer": "customer-3", "errors": 0.7 } }] }))
}

/// Two customers poison a cell, are blocked, and come back more than once.
fn blocked() -> Value {
    let mut file = acts(&Value::Null);
    file["cellularApplication"]["quarantine"] = json!({ "alarms": ["third"], "after": "3m", "action": "drop",
        "backAfter": "10m", "backPace": "2/min", "backTimes": 2 });
    let other = json!({ "name": "another", "at": "1h", "for": "1h",
        "poisonCustomer": { "customer": "customer-8", "errors": 0.5 } });
    file["faults"].as_array_mut().unwrap().push(other);
    file
}

/// A control-plane cell that answers badly for a while, and is emptied.
fn ill_cell() -> Value {
    let plane = json!({ "cells": 3, "migration": { "atOnce": 2 }, "restart": { "clustersPerSecond": 0.01 },
        "evacuation": { "every": "2m", "above": 0.5, "tests": 3, "backAfter": "15m" } });
    let zones = ["use1-az1", "use1-az2", "use1-az3"].map(|id| json!({ "id": id }));
    let cluster = |name: &str| json!({ "clusterName": name, "capacityProviders": ["FARGATE"], "services": [service(3, &json!({}))] });
    let clusters: Vec<Value> = ["shop", "a", "b", "c", "d", "e"].map(cluster).to_vec();
    scenario(&json!({ "duration": "3h", "regions": [{ "name": "us-east-1", "zones": zones, "controlPlane": plane }],
        "clusters": clusters, "faults": [
            { "name": "ill", "at": "30m", "for": "1h", "cellOutage": { "cell": "cell-1", "share": 0.8 } },
            { "name": "a little", "at": "2h", "for": "30m", "cellOutage": { "cell": "cell-2", "share": 0.2 } }] }))
}

/// Three services whose load grows in steps, each with a policy of its own; limits that change for a while.
fn scaling() -> Value {
    let of = |name: &str| {
        let mut one = service(4, &json!({}));
        one["serviceName"] = json!(name);
        one
    };
    let busy = |name: &str, threshold: u64, policy: &str| {
        json!({ "AlarmName": name, "Service": "shop/web", "MetricName": "CPUUtilization", "Period": 60,
            "EvaluationPeriods": 1, "Threshold": threshold, "ComparisonOperator": "GreaterThanThreshold",
            "AlarmActions": [format!("arn:aws:autoscaling:us-east-1:111122223333:scalingPolicy:1:resource/ecs/service/shop/web:policyName/{policy}")],
            "ActionsEnabled": true })
    };
    let target = |name: &str, max: u32| json!({ "ResourceId": format!("service/shop/{name}"), "MinCapacity": 2, "MaxCapacity": max });
    let tracking = |name: &str, value: u32| {
        json!({ "PolicyName": "cpu", "ResourceId": format!("service/shop/{name}"),
            "TargetTrackingScalingPolicyConfiguration": { "TargetValue": value, "ScaleOutCooldown": 600,
                "PredefinedMetricSpecification": { "PredefinedMetricType": "ECSServiceAverageCPUUtilization" } } })
    };
    let rise = json!([{ "at": "0s", "rate": "100/s" }, { "at": "20m30s", "rate": "180/s" }, { "at": "30m", "rate": "230/s" },
        { "at": "36m10s", "rate": "420/s" }, { "at": "90m", "rate": "150/s" }]);
    let traffic = |name: &str| json!({ "service": format!("shop/{name}"), "requestsPerTask": "60/s", "steps": rise });
    scenario(&json!({ "duration": "5h",
        "clusters": [{ "clusterName": "shop", "capacityProviders": ["FARGATE"],
            "services": [of("web"), of("api"), of("far")] }],
        "traffic": [traffic("web"), traffic("api"), traffic("far")],
        "alarms": [busy("busy", 60, "steps")],
        "scalableTargets": [target("web", 40), target("api", 40), target("far", 4)],
        "scalingPolicies": [
            { "PolicyName": "steps", "ResourceId": "service/shop/web",
              "StepScalingPolicyConfiguration": { "AdjustmentType": "PercentChangeInCapacity", "Cooldown": 180,
                "MinAdjustmentMagnitude": 2, "MetricAggregationType": "Average", "StepAdjustments": [
                  { "MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 25, "ScalingAdjustment": 20 },
                  { "MetricIntervalLowerBound": 25, "ScalingAdjustment": 90 }] } },
            tracking("api", 50), tracking("far", 20),
            { "PolicyName": "ahead", "ResourceId": "service/shop/far",
              "PredictiveScalingPolicyConfiguration": { "Mode": "ForecastAndScale",
                "MaxCapacityBreachBehavior": "IncreaseMaxCapacity", "MaxCapacityBuffer": 10,
                "MetricSpecifications": [{ "TargetValue": 40,
                  "PredefinedMetricPairSpecification": { "PredefinedMetricType": "ECSServiceCPUUtilization" } }] } }],
        "scheduledActions": [
            { "ScheduledActionName": "more", "ResourceId": "service/shop/api", "Schedule": "rate(40 minutes)",
              "CreationTime": "2026-01-05T00:00:00Z", "EndTime": "2026-01-05T02:10:00Z",
              "ScalableTargetAction": { "MinCapacity": 9 } },
            { "ScheduledActionName": "fewer", "ResourceId": "service/shop/api", "Schedule": "rate(55 minutes)",
              "CreationTime": "2026-01-05T00:00:00Z", "ScalableTargetAction": { "MinCapacity": 2 } }] }))
}

/// A group of twice the hosts that its tasks need, which scales in.
fn too_many_hosts() -> Value {
    let file = on_hosts(8, 4, &json!({ "duration": "3h" }));
    let scaling = json!({ "status": "ENABLED", "targetCapacity": 100 });
    let provider = "/capacityProviders/0/autoScalingGroupProvider";
    at(
        file,
        &[
            (&format!("{provider}/managedScaling"), scaling),
            (&format!("{provider}/managedTerminationProtection"), json!("ENABLED")),
            (&format!("{GROUP}/NewInstancesProtectedFromScaleIn"), json!(true)),
            (&format!("{GROUP}/MinSize"), json!(1)),
        ],
    )
}

/// A Saturday.
fn weekend() -> Value {
    let daily = json!({ "peak": "200/s", "trough": "60/s", "peakAt": "10:00", "weekend": 0.5 });
    scenario(&json!({ "startsAt": "2026-01-03T06:00:00Z", "duration": "3h",
        "traffic": [{ "service": "shop/web", "requestsPerTask": "60/s", "daily": daily }] }))
}

/// Subnets, target groups and tasks as the AWS CLI prints them; a service finds its cluster by itself.
fn printed() -> Value {
    let subnet = |id: &str, zone: &str| json!({ "SubnetId": id, "AvailabilityZoneId": zone, "OutpostArn": null });
    let group = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/0123456789abcdef";
    let balancer = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/front/0123456789abcdef";
    let task = |second: u64| {
        json!({ "taskArn": format!("arn:aws:ecs:us-east-1:111122223333:task/shop/{second}"),
            "taskDefinitionArn": "arn:aws:ecs:us-east-1:111122223333:task-definition/web:1",
            "createdAt": "2026-01-05T10:00:00Z", "pullStartedAt": "2026-01-05T10:00:05Z",
            "pullStoppedAt": "2026-01-05T10:00:09Z", "startedAt": format!("2026-01-05T10:00:{second:02}Z") })
    };
    let balanced = json!([{ "targetGroupArn": group, "containerName": "web", "containerPort": 80 }]);
    let web = service(6, &json!({ "loadBalancers": balanced }));
    let side =
        service(3, &json!({ "serviceName": "side", "clusterArn": "arn:aws:ecs:us-east-1:111122223333:cluster/shop" }));
    scenario(&json!({
        "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
            "containerDefinitions": [{ "name": "web", "image": "web:1", "portMappings": [{ "containerPort": 80 }] }] }],
        "startEmpty": true, "behaviour": [], "detection": {}, "services": [side],
        "regions": [{ "name": "us-east-1", "zones": [
            { "id": "use1-az1", "name": "us-east-1a" }, { "id": "use1-az2", "name": "us-east-1b" },
            { "id": "use1-az3", "name": "us-east-1c" }] }],
        "subnets": [subnet("subnet-a", "use1-az1"), subnet("subnet-b", "use1-az2"),
            { "SubnetId": "subnet-c", "AvailabilityZone": "us-east-1c" }],
        "targetGroups": [
            { "TargetGroupArn": group, "Protocol": "HTTP", "HealthCheckEnabled": true, "HealthCheckIntervalSeconds": 10,
              "HealthCheckTimeoutSeconds": 4, "HealthyThresholdCount": 3, "UnhealthyThresholdCount": 4,
              "LoadBalancerArns": [balancer] },
            { "TargetGroupName": "web", "Attributes": [{ "Key": "deregistration_delay.timeout_seconds", "Value": "40" }] }],
        "alarms": [{ "AlarmName": "rings", "Namespace": "AWS/ApplicationELB", "MetricName": "HTTPCode_Target_5XX_Count",
            "Dimensions": [{ "Name": "LoadBalancer", "Value": "app/front/0123456789abcdef" }],
            "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1,
            "ComparisonOperator": "GreaterThanThreshold" },
            { "AlarmName": "slow", "AlarmArn": "arn:aws:cloudwatch:us-east-1:111122223333:alarm:slow", "Namespace": "AWS/ApplicationELB", "MetricName": "TargetResponseTime",
              "ExtendedStatistic": "p99", "ThresholdMetricId": "band" }],
        "clusters": [{ "clusterName": "shop", "capacityProviders": ["FARGATE"], "services": [web] }],
        "tasks": (20..40).map(task).collect::<Vec<_>>(),
        "traffic": [{ "service": "shop/web", "rate": "300/s", "requestsPerTask": "60/s" }],
        "faults": [{ "name": "dark", "at": "1h", "for": "20m", "zonePowerLoss": { "zone": "use1-az1" } },
            { "name": "cut", "at": "2h", "for": "50s", "networkCutZone": { "zone": "use1-az2" } }] }))
}

/// Hosts as `describe-container-instances` prints them.
fn printed_hosts() -> Value {
    let host = |number: usize, zone: &str| {
        let attribute = |name: &str, value: &str| json!({ "name": name, "value": value });
        json!({ "containerInstanceArn": format!("arn:aws:ecs:us-east-1:111122223333:container-instance/shop/{number}"),
            "ec2InstanceId": format!("i-{number}"), "capacityProviderName": "nodes", "status": "ACTIVE",
            "agentConnected": true,
            "attributes": [attribute("ecs.instance-type", "one.task"), attribute("ecs.availability-zone", zone)] })
    };
    let zones = ["us-east-1a", "us-east-1b", "us-east-1c"];
    let hosts: Vec<Value> = zones.iter().enumerate().map(|(number, zone)| host(number, zone)).collect();
    let file = on_hosts(
        3,
        3,
        &json!({ "containerInstances": hosts, "faults": [
        { "name": "dark", "at": "1h", "for": "20m", "zonePowerLoss": { "zone": "use1-az1" } }] }),
    );
    without(file, GROUP, "Instances")
}

/// A grey zone that is left by an alarm, and another one by hand.
fn shifts() -> Value {
    let zones = ["use1-az1", "use1-az2", "use1-az3"].map(|id| json!({ "id": id }));
    scenario(&json!({
        "regions": [{ "name": "us-east-1", "zones": zones }],
        "traffic": [{ "service": "shop/web", "rate": "1500/s", "requestsPerTask": "60/s",
            "loadBalancer": { "zonalShift": true } }],
        "faults": [{ "name": "grey", "at": "1h", "for": "1h", "zoneGrey": { "zone": "use1-az1", "errorShare": 0.4 } }],
        "alarms": [{ "AlarmName": "errors", "Namespace": "Evenkeel", "MetricName": "ErrorRate", "Service": "shop/web",
            "Period": 60, "EvaluationPeriods": 1, "Threshold": 0.1, "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching" }],
        "changes": [
            { "name": "alarmed", "onAlarm": "errors", "zonalShift": { "awayFrom": "use1-az1", "services": ["shop/web"],
                "expiresIn": "20m", "after": { "constant": "2m" } } },
            { "name": "by hand", "at": "150m", "zonalShift": { "awayFrom": "use1-az2", "services": ["shop/web"],
                "expiresIn": "40m", "cancelAfter": "10m" } }] }))
}

/// A host dies in a zone that its group is shifted away from.
fn group_shift() -> Value {
    let mut file = on_hosts(
        3,
        3,
        &json!({ "faults": [{ "name": "dies", "at": "1h", "hostCrash": { "count": 1, "zone": "use1-az1" } }],
        "changes": [{ "name": "away", "at": "30m", "zonalShift": { "awayFrom": "use1-az1", "expiresIn": "90m",
            "autoScalingGroups": ["asg"] } }] }),
    );
    file["autoScalingGroups"][0]["AvailabilityZoneImpairmentPolicy"] =
        json!({ "ZonalShiftEnabled": true, "ImpairedZoneHealthCheckBehavior": "IgnoreUnhealthy" });
    file
}

/// Zonal autoshift for three weeks: a grey zone, practice runs of the schedule and by hand, alarms that ring for a while.
fn autoshift(windows: &Value) -> Value {
    let zones = ["use1-az1", "use1-az2", "use1-az3"].map(|id| json!({ "id": id }));
    let alarm = |name: &str, threshold: f64| {
        json!({ "AlarmName": name, "Namespace": "Evenkeel", "MetricName": "ErrorRate", "Service": "shop/web",
            "Period": 60, "EvaluationPeriods": 1, "Threshold": threshold, "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching" })
    };
    let condition = |name: &str| json!([{ "type": "CLOUDWATCH", "alarmIdentifier": name }]);
    let mut runs = json!({ "outcomeAlarms": condition("many"), "blockingAlarms": condition("some"),
        "blockedDates": ["2026-01-20"] });
    put(&mut runs, windows);
    scenario(&json!({
        "duration": "23d",
        "regions": [{ "name": "us-east-1", "zones": zones }],
        "traffic": [{ "service": "shop/web", "rate": "1500/s", "requestsPerTask": "60/s",
            "loadBalancer": { "zonalShift": true } }],
        "alarms": [alarm("some", 0.15), alarm("many", 0.19)],
        "faults": [{ "name": "grey", "at": "1h", "for": "1h", "zoneGrey": { "zone": "use1-az1", "errorShare": 0.4 } },
            { "name": "dark", "at": "5h", "for": "40m", "zonePowerLoss": { "zone": "use1-az3" } }],
        "zonalAutoshift": [{ "service": "shop/web", "zonalAutoshiftStatus": "ENABLED", "sees": ["zoneGrey"],
            "startsAfter": "9m", "endsAfter": "4m", "practiceRunConfiguration": runs,
            "startPracticeRuns": [{ "at": "8h", "awayFrom": "use1-az3" }] }] }))
}

pub(crate) fn grounds() -> Vec<Value> {
    vec![
        scaling(),
        too_many_hosts(),
        shifts(),
        group_shift(),
        autoshift(&json!({ "allowedWindows": ["Mon:08:00-Mon:08:30", "Wed:10:00-Wed:10:30"] })),
        autoshift(&json!({ "blockedWindows": ["Mon:00:00-Mon:23:00"] })),
        printed(),
        printed_hosts(),
        weekend(),
        short_of_fargate(1, 90),
        short_of_fargate(90, 5),
        containers(4, "HEALTHY"),
        containers(3, "SUCCESS"),
        group(),
        interfaces(),
        hooks(),
        rolling(
            &json!({ "neverStarts": { "imagePulled": true } }),
            &json!({ "minimumHealthyPercent": 50, "maximumPercent": 200, "earlySuccessCriteria": {
            "enable": true, "healthyPercent": 50, "sourceServiceRevisionCleanup": "BLOCKING" } }),
        ),
        rolling(
            &json!({ "failsHealthChecks": {} }),
            &json!({ "minimumHealthyPercent": 66, "maximumPercent": 100, "deploymentCircuitBreaker": {
            "enable": true, "rollback": true, "resetOnHealthyTask": false,
            "thresholdConfiguration": { "type": "COUNT", "value": 4 } } }),
        ),
        features(),
        pipeline(),
        shared_account(),
        acts(&json!("cell-5")),
        acts(&Value::Null),
        blocked(),
        ill_cell(),
        tested(&json!({ "requests": "2/s", "tasks": 20, "beyond": 1 })),
        tested(&json!({ "requests": "2/s", "tasks": 5 })),
        tested(&json!({ "clusters": 1 })),
        named_zones(),
        targets(),
        managed(&either(), &two_types(), true, &json!({})),
        managed_on_spot(),
    ]
}
