//! Badly filled Managed Instances are drained together (Amazon ECS Managed Instances infrastructure optimization).

use crate::fleet::{hosts_at, launches, stops};
use crate::managed::{by_zone, in_zones, managed, scale_in, template, with_job};
use crate::world::{Diary, check, watch};
use evenkeel::internals::metrics::summary::Summary;
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::{HostFact, HostStatus, TaskFact, TaskState};
use serde_json::{Value, json};

/// Six tasks, two on each of three hosts. A deployment with room for one more leaves six hosts with a task each: three
/// of the new ones come on new hosts, the others find room where an old one went.
fn after_a_deployment(duration: &str, after: i64, percent: u64) -> Value {
    let mut file = managed(duration, &[("web", 6)], &scale_in(after));
    template(&mut file)["instanceRequirements"]["allowedInstanceTypes"] = json!(["own.small"]);
    file["clusters"][0]["services"][0]["deploymentConfiguration"] =
        json!({ "minimumHealthyPercent": 100, "maximumPercent": percent });
    file["changes"] = json!([{ "name": "new", "at": "30m", "service": "shop/web" }]);
    file
}

/// When hosts began to drain.
fn drained(diary: &Diary) -> Vec<f64> {
    let draining = |fact: &Fact| {
        matches!(fact, Fact::Host(HostFact::Changed { status: HostStatus::Draining, connected: true, .. }))
    };
    diary.0.iter().filter(|(_, fact)| draining(fact)).map(|(at, _)| at.as_secs_f64()).collect()
}

/// When the last task of the revision before was gone.
fn deployed(diary: &Diary) -> f64 {
    stops(diary, 0).iter().take(6).map(|stop| stop.0).fold(0.0, f64::max)
}

#[test]
fn hosts_whose_tasks_fit_elsewhere_are_drained_together_after_their_time() {
    for after in [0, 300] {
        let (diary, summary) = watch(&after_a_deployment("3h", after, 120));
        let (done, drained) = (deployed(&diary), drained(&diary));
        assert_eq!(hosts_at(&diary, done - 0.5).len(), 6, "after {after}");
        assert_eq!(drained.len(), 3, "after {after}: {drained:?}, deployed at {done}");
        assert!(drained.iter().all(|at| *at == drained[0]), "together: {drained:?}");
        // The hosts that came with the deployment go: no task started or stopped on them for five minutes. While the
        // deployment was under way it was looked again, a minute or `scaleInAfter` later.
        assert!((done..=done + 120.0).contains(&drained[0]), "after {after}: {drained:?}, deployed at {done}");
        backed_off(&diary, &summary);
    }
    // Where the time is long each host has its own, from the last start or stop on it.
    let (diary, summary) = watch(&after_a_deployment("3h", 1_800, 120));
    let drained = drained(&diary);
    assert_eq!(drained.len(), 3, "{drained:?}");
    assert!(drained[0] >= 1_890.0 + 1_800.0, "{drained:?}");
    backed_off(&diary, &summary);
}

/// Six hosts of two vCPUs, each with a task of one vCPU: by their CPU units three of them could go, but each task has
/// the only GPU of its host.
#[test]
fn a_task_stays_where_no_other_host_has_a_gpu_left() {
    let mut file = after_a_deployment("3h", 0, 120);
    file["instanceTypes"][0]["GpuInfo"] = json!({ "Gpus": [{ "Name": "T4", "Manufacturer": "NVIDIA", "Count": 1,
        "MemoryInfo": { "SizeInMiB": 16_384 } }] });
    let requirements = &mut template(&mut file)["instanceRequirements"];
    requirements["acceleratorTypes"] = json!(["gpu"]);
    requirements["acceleratorCount"] = json!({ "min": 1 });
    file["taskDefinitions"][0]["containerDefinitions"][0]["resourceRequirements"] =
        json!([{ "type": "GPU", "value": "1" }]);
    let (diary, _) = watch(&file);
    assert_eq!(hosts_at(&diary, 3.0 * 3_600.0).len(), 6);
    assert_eq!(stops(&diary, 0).len(), 6, "those of the deployment, and no others");
}

/// Three hosts are left, nothing was missed on the way, each task has kept to its zone, and nothing moves any more.
fn backed_off(diary: &Diary, summary: &Summary) {
    check("least", summary.services[0].running.min.mean, 6.0, 0.0);
    assert_eq!(hosts_at(diary, 3.0 * 3_600.0).len(), 3);
    assert_eq!(by_zone(diary, 3.0 * 3_600.0)[..3], [2, 2, 2]);
    let launched = launches(diary, 0).into_iter().filter(|at| *at > 0.0).count();
    assert_eq!(launched, 9, "six of the deployment, three of the consolidation");
}

#[test]
fn it_can_be_switched_off() {
    let (diary, _) = watch(&after_a_deployment("3h", -1, 120));
    assert!(drained(&diary).is_empty());
    assert_eq!(hosts_at(&diary, 3.0 * 3_600.0).len(), 6);
}

#[test]
fn a_host_with_a_standalone_task_stays() {
    // One job for an hour, beside a task on a host that came with the deployment.
    let mut file = after_a_deployment("4h", 300, 120);
    file["clusters"][0]["runTasks"] = json!([{ "taskDefinition": "web", "name": "job", "every": { "constant": "32m" },
        "until": "33m", "lives": { "constant": "1h" },
        "capacityProviderStrategy": [{ "capacityProvider": "managed", "weight": 1 }] }]);
    let (diary, _) = watch(&file);
    let host = |of: u32| {
        let placed = |fact: &Fact| match *fact {
            Fact::Task(TaskFact::Went { task, to: TaskState::Running, host, .. }) if task.service.0 == of => Some(host),
            _ => None,
        };
        diary.0.iter().find_map(|(_, fact)| placed(fact)).unwrap()
    };
    let with_the_job = host(1);
    let goes = |fact: &Fact| matches!(fact, Fact::Host(HostFact::Changed { number, status: HostStatus::Draining, .. }) if *number == with_the_job);
    let gone = diary.0.iter().filter(|(at, fact)| goes(fact) && at.as_secs_f64() < 5_500.0).count();
    assert_eq!(gone, 0, "host {with_the_job} drains while the job runs");
}

#[test]
fn tasks_that_fit_nowhere_else_stay() {
    // Two tasks on each of six hosts: nothing is free.
    let file = in_zones(managed("3h", &[("web", 12)], &scale_in(60)), 3);
    let (diary, _) = watch(&file);
    assert!(drained(&diary).is_empty());
}

#[test]
fn it_comes_to_rest() {
    // Half a day of jobs and crashes beside two services of different sizes; then quiet.
    let mut file = with_job(
        managed("30h", &[("web", 13)], &scale_in(120)),
        "big",
        &json!({ "every": { "exponential": { "mean": "11m" } }, "until": "12h", "count": 3,
                 "lives": { "exponential": { "mean": "25m" } } }),
    );
    file["faults"] = json!([{ "name": "crashes", "at": "6h", "taskCrash": { "share": 0.6 } },
                            { "name": "dark", "at": "9h", "for": "1h", "zonePowerLoss": { "zone": "use1-az3" } }]);
    file["clusters"][0]["services"][0]["availabilityZoneRebalancing"] = json!("ENABLED");
    file["changes"] = json!([{ "name": "new", "at": "10h30m", "service": "shop/web" }]);
    for seed in 1..=8 {
        file["seed"] = json!(seed);
        let (diary, summary) = watch(&file);
        let late = launches(&diary, 0).into_iter().filter(|at| *at > 20.0 * 3_600.0).count();
        let drains = drained(&diary);
        assert_eq!(late, 0, "seed {seed}: still moving after the last job");
        assert!(drains.len() < 200, "seed {seed}: {} hosts were drained", drains.len());
        check("running at the end", by_zone(&diary, 30.0 * 3_600.0).iter().sum::<usize>() as f64, 13.0, 0.0);
        assert!(summary.services[0].running.max.mean <= 26.0);
    }
}

#[test]
fn protected_tasks_are_not_moved() {
    // The new tasks protect themselves for twenty minutes from their start on: nothing is drained before.
    let mut file = after_a_deployment("3h", 60, 120);
    file["behaviour"][0]["protection"] = json!({ "lasts": { "constant": "20m" } });
    let (diary, _) = watch(&file);
    let (done, drained) = (deployed(&diary), drained(&diary));
    assert!(done < 2_700.0, "{done}");
    assert_eq!(drained.len(), 3, "{drained:?}");
    assert!(drained[0] >= 1_890.0 + 1_200.0, "{drained:?}");
}
