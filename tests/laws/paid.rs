//! What hosts and tasks on them cost, and what managed scaling counts.

use crate::fleet::{definition, fleet, on_hosts};
use crate::world::{check, run, world};
use serde_json::{Value, json};

/// Dollars an hour of an m5.large: 2 vCPU, 8 GiB (Amazon EC2 on-demand pricing, us-east-1).
const M5_LARGE: f64 = 0.096;

#[test]
fn a_task_on_a_host_pays_its_larger_share() {
    // An agent registers 0.96 of the memory.
    for (cpu, memory, share) in [(512, 4_096, 4_096.0 / 7_864.0), (1_024, 1_024, 0.5), (2_048, 512, 1.0)] {
        let mut file = fleet("1h", 3, 2, &[on_hosts("web", 3, &json!({}))]);
        file["autoScalingGroups"][0]["Instances"] = json!([{ "InstanceType": "m5.large" }]);
        file["taskDefinitions"][0]["containerDefinitions"][0]["cpu"] = json!(cpu);
        file["taskDefinitions"][0]["containerDefinitions"][0]["memory"] = json!(memory);
        let summary = run(&file, 1);
        let cost = summary.services[0].cost_per_hour.unwrap().mean;
        check(&format!("{cpu} CPU units, {memory} MiB"), cost, 3.0 * M5_LARGE * share, 1e-6);
        check("hosts", summary.capacity_providers[0].cost_per_hour.unwrap().mean, 3.0 * M5_LARGE, 1e-9);
    }
}

#[test]
fn a_host_that_drains_is_paid_for() {
    // A job that does not end keeps its host of Managed Instances draining from the 14th to the 21st day.
    let provider = json!({ "instanceLaunchTemplate": { "networkConfiguration": { "subnets": ["subnet-1"] },
        "instanceRequirements": { "vCpuCount": { "min": 1 }, "memoryMiB": { "min": 1 },
                                  "allowedInstanceTypes": ["m5.large"] } } });
    let file: Value = world(
        "20d",
        json!({
            "warmUp": "15d",
            "taskDefinitions": [definition("web", 1_024)],
            "capacityProviders": [{ "name": "managed", "managedInstancesProvider": provider }],
            "clusters": [{ "clusterName": "shop", "capacityProviders": ["managed"], "services": [], "runTasks": [{
                "taskDefinition": "web", "every": { "constant": "1h" }, "until": "90m", "lives": { "constant": "100d" },
                "capacityProviderStrategy": [{ "capacityProvider": "managed", "weight": 1 }] }] }],
        }),
    );
    let summary = run(&file, 1);
    check("hosts", summary.capacity_providers[0].hosts.mean.mean, 1.0, 0.0);
    check("paid", summary.capacity_providers[0].cost_per_hour.unwrap().mean, M5_LARGE, 1e-9);
}

#[test]
fn waiting_tasks_fill_hosts_by_memory_too() {
    // A host registers 3,932 MiB: five tasks of 700 MiB, though its CPU would do for 32. Ten of fifty find room at time
    // 0; forty wait for eight hosts, beside the two that are in use.
    let mut file = fleet("1h", 2, 4, &[on_hosts("web", 50, &json!({}))]);
    let scaling = &mut file["capacityProviders"][0]["autoScalingGroupProvider"];
    scaling["managedScaling"] = json!({ "status": "ENABLED", "targetCapacity": 100 });
    file["taskDefinitions"][0]["containerDefinitions"][0]["cpu"] = json!(128);
    file["taskDefinitions"][0]["containerDefinitions"][0]["memory"] = json!(700);
    let reservation = run(&file, 1).capacity_providers[0].reservation.unwrap();
    check("reservation in percent", reservation.max.mean, 500.0, 0.0);
}
