//! Things that fail and are repaired: one alone, k of n, hosts, and what a window of time sees of them.
//!
//! A task with a law of `crash` and a law of `start`, noticed at once, is an alternating renewal process: up, down, up.

use crate::closed::capacity::binomial_below;
use crate::closed::renewal::{availability, lognormal_mean, weibull_mean};
use crate::closed::repair::KOfN;
use crate::world::{
    case, check_mean, check_short, check_values, error, needs, run, service, shop, the_fault, the_service, world, zones,
};
use serde_json::{Value, json};

/// `{"exponential": ...}` in hours.
pub(crate) fn exponential(hours: f64) -> Value {
    json!({ "exponential": { "mean": format!("{hours}h") } })
}

/// `n` tasks of which `need` must be available; each lives and is replaced by its laws, and nobody waits for a token.
pub(crate) fn tasks(n: u64, need: u64, up: &Value, down: &Value, duration: &str, warm_up: &str) -> Value {
    world(
        duration,
        json!({
            "warmUp": warm_up,
            "clusters": shop(&[service("one", n, 3, &needs(need, n))]),
            "behaviour": [{ "family": "web", "crash": up, "start": down }],
            "detection": { "loss": { "constant": "0s" } },
        }),
    )
}

/// The same with hosts that each hold one task, die, and stand again after the time of their fault.
fn hosts(n: u64, need: u64, up: &Value, down: &Value, duration: &str) -> Value {
    let parts = json!({ "capacityProviderStrategy": [{ "capacityProvider": "nodes", "weight": 1 }] });
    let mut one = service("one", n, 3, &parts);
    one["deploymentConfiguration"] = needs(need, n)["deploymentConfiguration"].clone();
    one.as_object_mut().unwrap().remove("networkConfiguration");
    world(
        duration,
        json!({
            "taskDefinitions": [{ "family": "web", "networkMode": "bridge",
                "containerDefinitions": [{ "name": "web", "image": "web:1", "cpu": 1024, "memory": 512 }] }],
            "instanceTypes": [{ "InstanceType": "one.task", "VCpuInfo": { "DefaultVCpus": 1 },
                                "MemoryInfo": { "SizeInMiB": 1024 } }],
            "capacityProviders": [{ "name": "nodes", "autoScalingGroupProvider": {
                "autoScalingGroupArn": "asg", "managedScaling": { "status": "DISABLED" },
                "managedTerminationProtection": "DISABLED" } }],
            "autoScalingGroups": [{ "AutoScalingGroupName": "asg", "MinSize": n, "MaxSize": n, "DesiredCapacity": n,
                "AvailabilityZones": ["us-east-1a", "us-east-1b", "us-east-1c"],
                "Instances": [{ "InstanceType": "one.task" }] }],
            "clusters": [{ "clusterName": "shop", "capacityProviders": ["nodes"], "services": [one] }],
            "behaviour": [{ "family": "web", "start": { "constant": "0s" } }],
            "detection": { "hostChecks": { "constant": "0s" }, "loss": { "constant": "0s" } },
            "faults": [{ "name": "hosts die", "every": up, "for": down, "hostCrash": { "capacityProvider": "nodes" } }],
        }),
    )
}

#[test]
fn one_thing_is_up_for_its_share_of_time() {
    // What matters is the means alone, whatever the laws (renewal theorem).
    let up = |kind: &str, hours: f64| match kind {
        "exponential" => exponential(hours),
        "constant" => json!({ "constant": format!("{hours}h") }),
        "uniform" => json!({ "uniform": { "low": "0h", "high": format!("{}h", 2.0 * hours) } }),
        "gamma" => json!({ "gamma": { "shape": 3.0, "scale": format!("{}h", hours / 3.0) } }),
        "empirical" => json!({ "empirical": { "values": [format!("{}h", 0.5 * hours), format!("{}h", 1.5 * hours)] } }),
        _ => json!({ "weibull": { "shape": 0.5, "scale": format!("{}h", hours / 2.0) } }),
    };
    let month = case("onoff-a-avail");
    let reference = (month.get("mtbf_up_min") / 60.0, month.get("mttr_min") / 60.0);
    assert!((availability(reference.0, reference.1) - month.value()).abs() < 1e-12);
    for (laws, (mean_up, mean_down)) in [
        (("exponential", "exponential"), reference),
        (("exponential", "exponential"), (10.0, 1.0)),
        (("exponential", "constant"), (48.0, 0.25)),
        (("gamma", "exponential"), (20.0, 5.0)),
        (("constant", "uniform"), (7.0, 2.0)),
        (("empirical", "gamma"), (30.0, 3.0)),
        (("weibull", "uniform"), (12.0, 1.0)),
    ] {
        // About 2,000 cycles in each of ten replications, after a warm-up that forgets the common start.
        let cycle = mean_up + mean_down;
        let (long, begun) = (format!("{}h", 2_020.0 * cycle), format!("{}h", 20.0 * cycle));
        let file = tasks(1, 1, &up(laws.0, mean_up), &up(laws.1, mean_down), &long, &begun);
        let summary = run(&file, 10);
        let found = the_service(&summary).capacity_availability.unwrap();
        check_short(&format!("{laws:?}"), &found, 1.0 - availability(mean_up, mean_down), 0.12);
    }
}

#[test]
fn laws_of_real_machines() {
    let (a, b) = (case("renewal-lanl05"), case("renewal-ms99"));
    let hours = |value: f64| format!("{value}h");
    let weibull = |shape: f64, scale: f64| json!({ "weibull": { "shape": shape, "scale": hours(scale) } });
    let median = libm::exp(a.get("down_mu"));
    let repair = json!({ "lognormal": { "median": hours(median), "sigma": a.get("down_sigma") } });
    let means = [
        availability(
            weibull_mean(a.get("up_shape"), a.get("up_scale_h")),
            lognormal_mean(a.get("down_mu"), a.get("down_sigma")),
        ),
        availability(
            weibull_mean(b.get("up_shape"), b.get("up_scale_h")),
            weibull_mean(b.get("down_shape"), b.get("down_scale_h")),
        ),
    ];
    let laws = [
        (weibull(a.get("up_shape"), a.get("up_scale_h")), repair),
        (weibull(b.get("up_shape"), b.get("up_scale_h")), weibull(b.get("down_shape"), b.get("down_scale_h"))),
    ];
    // Heavy tails: a Weibull of shape 0.5 needs many cycles before its mean shows.
    for (((up, down), truth), (reference, long)) in laws.iter().zip(means).zip([(a, "6000000h"), (b, "250000h")]) {
        assert!((truth - reference.value()).abs() < 1e-12);
        let summary = run(&tasks(1, 1, up, down, long, "20000h"), 20);
        let found = the_service(&summary).capacity_availability.unwrap();
        check_short("a real machine", &found, 1.0 - truth, 0.15);
    }
}

#[test]
fn k_of_n_repaired_each_by_itself() {
    for (n, need, up, down, long) in [
        (3, 2, 100.0, 10.0, 60_000.0),
        (4, 2, 20.0, 2.0, 40_000.0),
        (6, 4, 50.0, 5.0, 40_000.0),
        (10, 8, 100.0, 5.0, 40_000.0),
        (12, 8, 10.0, 1.5, 8_000.0),
    ] {
        let law = KOfN { n, need, fail: 1.0 / up, repair: 1.0 / down, crews: n };
        let (n, need) = (u64::from(n), u64::from(need));
        let (up, down, long) = (exponential(up), exponential(down), format!("{long}h"));
        for file in [tasks(n, need, &up, &down, &long, "1000h"), hosts(n, need, &up, &down, &long)] {
            let summary = run(&file, 8);
            let row = the_service(&summary);
            check_short(&format!("{need} of {n}"), &row.capacity_availability.unwrap(), law.unavailability(), 0.35);
            let mean = n as f64 * availability(1.0 / law.fail, 1.0 / law.repair);
            check_mean("mean running", &row.running.mean, mean, 0.01);
        }
    }
}

#[test]
fn rare_double_failures() {
    // Two of three over some 160,000 years: a good four hundred system failures.
    let reference = case("kofn-2of3-ind-unavail");
    let (up, down) = (exponential(reference.get("mttf_hours")), exponential(reference.get("mttr_hours")));
    let summary = run(&tasks(3, 2, &up, &down, "8000000h", "0s"), 180);
    check_short("two of three", &the_service(&summary).capacity_availability.unwrap(), reference.value(), 0.4);
}

#[test]
fn spot_slots_that_are_filled_again() {
    let reference = case("spot-steady");
    let (up, down) = (exponential(reference.get("mean_life_h")), exponential(reference.get("mean_replace_min") / 60.0));
    for (slots, need) in [(reference.count("slots"), reference.count("need")), (50, 50), (200, 198)] {
        let up_share = availability(reference.get("mean_life_h") * 60.0, reference.get("mean_replace_min"));
        let short = binomial_below(slots, up_share, need);
        if slots == 100 {
            assert!((1.0 - short - reference.value()).abs() < 1e-9);
        }
        let summary = run(&tasks(slots, need, &up, &down, "1200h", "24h"), 10);
        check_short("slots", &the_service(&summary).capacity_availability.unwrap(), short, 0.2);
    }
}

#[test]
fn failures_in_common_are_worse() {
    // Five hosts in one zone, four needed. The zone loses power now and then: all five at once.
    let law = KOfN { n: 5, need: 4, fail: 0.01, repair: 0.2, crews: 5 };
    let mut file = hosts(5, 4, &exponential(100.0), &exponential(5.0), "40000h");
    file["autoScalingGroups"][0]["AvailabilityZones"] = json!(["us-east-1a"]);
    file["behaviour"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "capacityProvider": "nodes", "boot": { "constant": "0s" } }));
    let alone = the_service(&run(&file, 8)).capacity_availability.unwrap();
    check_short("independent hosts", &alone, law.unavailability(), 0.2);
    file["faults"].as_array_mut().unwrap().push(json!({ "name": "dark", "every": exponential(400.0),
        "for": exponential(8.0), "zonePowerLoss": { "zone": "use1-az1" } }));
    let common = the_service(&run(&file, 8)).capacity_availability.unwrap();
    let zone = availability(400.0, 8.0);
    assert!(1.0 - common.mean > law.unavailability() + (1.0 - zone) * 0.8, "{common:?}");
    // In series the zone and the hosts come close to the product; hosts that stand again together make it a bound.
    let product = 1.0 - zone * (1.0 - law.unavailability());
    assert!(1.0 - common.mean < product + 4.0 * error(&common), "{common:?} against {product}");
}

#[test]
fn nothing_is_replaced_while_nothing_launches() {
    let reference = case("cpout-a-mean");
    let above = case("cpout-a-prob");
    let (n, minutes) = (reference.count("tasks"), reference.get("outage_minutes"));
    let mut file = tasks(
        n,
        above.count("need"),
        &exponential(reference.get("task_mttf_hours")),
        &json!({ "constant": "0s" }),
        &format!("{}s", minutes * 60.0 + 1.0),
        &format!("{minutes}m"),
    );
    file["faults"] = json!([{ "name": "no capacity", "at": "0s", "insufficientCapacity": {} }]);
    for fault in [json!({ "insufficientCapacity": {} }), json!({ "imageRegistryDown": {} })] {
        file["faults"][0] = fault;
        file["faults"][0]["name"] = json!("no launches");
        file["faults"][0]["at"] = json!("0s");
        let summary = run(&file, 1_000);
        let row = the_service(&summary);
        check_mean("tasks left", &row.running.mean, reference.value(), 0.005);
        check_short("enough left", &row.capacity_availability.unwrap(), 1.0 - above.value(), 1.1);
    }
    let half = exponential(minutes / 60.0 / libm::log(2.0));
    file["behaviour"][0]["crash"] = half;
    check_mean("half of them", &the_service(&run(&file, 300)).running.mean, n as f64 / 2.0, 0.03);
}

#[test]
fn a_crash_fault_is_the_same_as_a_crash_law() {
    // MTBF / (MTBF + MTTR), where the repair is the start: an exit is known at once, whatever is said of silent deaths.
    for (up, start, loss) in [(5.0, 0.5, 0.25), (2.0, 0.1, 0.0)] {
        let mut file = tasks(4, 4, &exponential(1.0), &exponential(start), "20000h", "0s");
        file["behaviour"] = json!([{ "family": "web", "start": exponential(start) }]);
        file["detection"] = json!({ "loss": { "constant": format!("{loss}h") } });
        file["faults"] = json!([{ "name": "exits", "every": exponential(up), "taskCrash": { "service": "shop/one" } }]);
        let summary = run(&file, 5);
        let truth = availability(up, start);
        check_mean("running", &the_service(&summary).running.mean, 4.0 * truth, 0.01);
        check_short("all four", &the_service(&summary).capacity_availability.unwrap(), 1.0 - truth.powi(4), 0.05);
        let fault = the_fault(&summary);
        check_mean("occurrences", &fault.occurrences, 4.0 * 20_000.0 / (up + start), 0.02);
        check_mean("hit", &fault.hit.tasks, fault.occurrences.mean, 0.02);
    }
}

#[test]
fn zones_that_fail_each_by_themselves() {
    // Equal customers on C zones as cells: each zone alternates, nothing else can hold its tasks.
    let (cells, up, down) = (10u64, 200.0, 8.0);
    let q = 1.0 - availability(up, down);
    let stock = json!({ "vcpuPerZone": 0.25, "launchBurst": 100, "launchRate": "20/s" });
    let mut one = service("one", cells, cells as usize, &needs(cells, cells));
    one["availabilityZoneRebalancing"] = json!("DISABLED");
    let file = world(
        "12000h",
        json!({
            "warmUp": "1000h",
            "regions": zones(cells as usize, &stock),
            "clusters": shop(&[one]),
            "behaviour": [{ "family": "web", "start": { "constant": "0s" } }],
            "detection": { "loss": { "constant": "0s" } },
            "faults": [{ "name": "dark", "every": exponential(up), "for": exponential(down), "zonePowerLoss": {} }],
        }),
    );
    let summary = run(&file, 8);
    let row = the_service(&summary);
    // A zone that comes back is tried again after up to five and a half minutes: 1 % of 8 h at most.
    let late = 330.0 / 3_600.0 / (up + down);
    let found = 1.0 - row.running.mean.mean / cells as f64;
    let off = error(&row.running.mean) / cells as f64;
    assert!(found > q - 4.0 * off, "{found} below {q}");
    assert!(found < q + late + 4.0 * off, "{found} above {q} and {late}");
    let any = |q: f64| 1.0 - (1.0 - q).powi(cells as i32);
    let capacity = row.capacity_availability.unwrap();
    let short = 1.0 - capacity.mean;
    assert!(short > any(q) - 4.0 * error(&capacity), "{short} below {}", any(q));
    assert!(short < any(q + late) + 4.0 * error(&capacity), "{short} above {}", any(q + late));
    check_values(
        "each zone holds its part",
        &row.zone_share.values().map(|part| part.mean).collect::<Vec<_>>(),
        0.1,
        0.05,
    );
}

#[test]
fn a_group_replaces_a_host_that_is_gone() {
    // Without `for` the group notices the loss, a host boots, its task starts: the host cycles through up, notice,
    // boot, and its task misses the first seconds of each life. A life shorter than the start has no task at all.
    for (up, notice, boot, start) in [(6.0, 90.0, 180.0, 60.0), (1.0, 0.0, 600.0, 300.0)] {
        let mut file = hosts(1, 1, &exponential(up), &json!({ "constant": "1s" }), "20000h");
        file["faults"][0].as_object_mut().unwrap().remove("for");
        file["detection"] = json!({ "hostChecks": { "constant": format!("{notice}s") }, "loss": { "constant": "0s" } });
        file["behaviour"] = json!([
            { "family": "web", "start": { "constant": format!("{start}s") } },
            { "capacityProvider": "nodes", "boot": { "exponential": { "mean": format!("{boot}s") } } }]);
        let summary = run(&file, 6);
        let life = up * 3_600.0;
        let truth = life * libm::exp(-start / life) / (life + notice + boot);
        check_short("hosts", &the_service(&summary).capacity_availability.unwrap(), 1.0 - truth, 0.08);
        let hosts = &summary.capacity_providers[0].hosts;
        check_mean("hosts up", &hosts.mean, life / (life + notice + boot), 0.01);
    }
}
