//! Two buckets on the launch path: the launch is accepted by the first, its network interface is attached by the
//! second.
//!
//! A full bucket of burst `b` and rate `r` lets the `n`th through at `max(0, (n - b) / r)`.

use crate::fleet::{fleet, on_hosts, running_at};
use crate::world::{check, run, service, shop, the_fault, watch, world, zones};
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::{TaskFact, TaskState};
use serde_json::{Value, json};

fn file(desired: u64, fargate: &Value, start: &Value) -> Value {
    world(
        "1h",
        json!({
            "startEmpty": true,
            "regions": zones(3, fargate),
            "clusters": shop(&[service("one", desired, 3, &json!({}))]),
            "behaviour": [start],
        }),
    )
}

#[test]
fn the_slower_of_two_buckets_decides() {
    let law = json!({ "family": "web", "start": { "constant": "20s" } });
    for (desired, burst, rate) in [(400u64, 100u64, 2.0), (250, 1, 5.0), (80, 100, 2.0)] {
        let fargate = json!({ "launchBurst": 1_000, "attachBurst": burst, "attachRate": format!("{rate}/s") });
        let (diary, summary) = watch(&file(desired, &fargate, &law));
        let runs = |fact: &Fact| matches!(fact, Fact::Task(TaskFact::Went { to: TaskState::Running, .. }));
        let last = diary.0.iter().rfind(|(_, fact)| runs(fact)).unwrap().0.as_secs_f64();
        let wait = |n: u64| n.saturating_sub(burst) as f64 / rate;
        check("the last one runs", last, wait(desired) + 20.0, 1e-3);
        // Every launch is accepted at once; the wait is the interface's.
        assert_eq!(summary.control_plane[0].launches.accepted.mean, desired as f64);
        let lost = |phase: &str| {
            let rows = summary.losses.iter().filter(|row| row.phase == phase);
            rows.map(|row| row.lost_task_seconds.mean).sum::<f64>()
        };
        let waits: f64 = (1..=desired).map(wait).sum();
        check("time in the phase", lost("network interface"), waits, 1e-2);
        check("time in the start", lost("start"), 20.0 * desired as f64, 1e-2);
        let all: f64 = summary.losses.iter().map(|row| row.lost_task_seconds.mean).sum();
        check("they add up", all, waits + 20.0 * desired as f64, 1e-2);
    }
}

#[test]
fn without_a_rate_nothing_waits_for_an_interface() {
    let phases = json!({ "networkInterface": { "constant": "10s" }, "connect": { "constant": "2s" },
                         "imagePull": { "constant": "5s" }, "containerStart": { "constant": "3s" } });
    let law = json!({ "family": "web", "phases": phases });
    let full = |fargate: &Value| {
        let summary = run(&file(300, fargate, &law), 1);
        summary.losses.iter().map(|row| row.lost_task_seconds.mean).sum::<f64>()
    };
    check("no bucket", full(&json!({ "launchBurst": 1_000 })), 300.0 * 20.0, 1e-3);
    // Ten a second from the eleventh on.
    let bound = json!({ "launchBurst": 1_000, "attachRate": "10/s" });
    let waits: f64 = (1..=300u64).map(|n| n.saturating_sub(10) as f64 / 10.0).sum();
    check("a bucket of a second", full(&bound), 300.0 * 20.0 + waits, 1e-2);
}

#[test]
fn a_task_that_is_not_wanted_any_more_takes_no_token() {
    // Forty tasks wait for one interface in ten seconds when their zone goes dark; two are left in the other zone.
    let mut file = file(
        84,
        &json!({ "launchBurst": 1_000, "attachBurst": 1, "attachRate": "0.1/s" }),
        &json!({ "family": "web", "start": { "constant": "1s" } }),
    );
    file["faults"] = json!([{ "name": "dark", "at": "1s", "zonePowerLoss": { "zone": "z1" } },
                            { "name": "dark too", "at": "1s", "zonePowerLoss": { "zone": "z2" } }]);
    file["detection"] = json!({ "loss": { "constant": "5s" } });
    let (diary, _) = watch(&file);
    let runs =
        diary.0.iter().filter(|(_, fact)| matches!(fact, Fact::Task(TaskFact::Went { to: TaskState::Running, .. })));
    let times: Vec<f64> = runs.map(|(at, _)| at.as_secs_f64()).collect();
    // The first at once, if its zone lives; then one in ten seconds, without a gap for those that are gone.
    assert!(times.len() >= 84, "{} ran", times.len());
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] <= 10.0 + 1e-6), "{times:?}");
}

#[test]
fn tasks_on_hosts_wait_for_no_interface_of_fargate() {
    let mut file = fleet("10m", 3, 3, &[on_hosts("one", 9, &json!({}))]);
    file["regions"] = zones(3, &json!({ "attachBurst": 1, "attachRate": "0.01/s" }));
    file["autoScalingGroups"][0]["AvailabilityZones"] = json!(["z1", "z2", "z3"]);
    file["startEmpty"] = json!(true);
    assert_eq!(running_at(&watch(&file).0, 0, 30.0), 9);
}

/// Power loss of the zone mec1-az2 in me-central-1 on 1 March 2026: launches of replacements waited for network
/// interfaces, as the networking APIs were overloaded by everybody who failed over at once
/// (https://healsecurity.com/aws-power-outage-in-middle-east-triggers-major-disruption-to-ec2-and-networking-services).
/// The bar for it: 900 lost tasks, detection 60 s, start 45 s, launch bucket of 100 at 20 a second, network bucket of
/// 100 at 2 a second: 505 s until all run again.
#[test]
fn the_network_bucket_of_march_2026_decides_the_recovery() {
    const BAR: f64 = 505.0;
    let (lost, burst, detection, start) = (900u64, 100u64, 60.0, 45.0);
    let closed = |rate: f64| detection + (lost - burst) as f64 / rate + start;
    assert_eq!(closed(2.0), BAR);
    let recovery = |attach: Value| {
        let mut fargate = json!({ "launchBurst": burst, "launchRate": "20/s" });
        fargate.as_object_mut().unwrap().extend(attach.as_object().unwrap().clone());
        let file = world(
            "1h",
            json!({
                "regions": zones(3, &fargate),
                "clusters": shop(&[service("one", 3 * lost, 3, &json!({}))]),
                "behaviour": [{ "family": "web", "start": { "constant": format!("{start}s") } }],
                "detection": { "loss": { "constant": format!("{detection}s") } },
                "faults": [{ "name": "dark", "at": "10m", "zonePowerLoss": { "zone": "z2" } }],
            }),
        );
        let summary = run(&file, 1);
        assert_eq!(the_fault(&summary).hit.tasks.mean, lost as f64);
        the_fault(&summary).full_strength_seconds.unwrap().mean
    };
    let bound = json!({ "attachBurst": burst, "attachRate": "2/s" });
    // A bucket gives whole tokens at whole microseconds: a millisecond is wide.
    check("both buckets", recovery(bound), BAR, 1e-3);
    // Without the second one the launch bucket and the service's 500 launches a minute decide.
    assert!(recovery(json!({})) < 200.0, "the network bucket binds without `attachRate`");
}
