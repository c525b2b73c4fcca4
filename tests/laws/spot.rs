//! Spot capacity: what a reclaim takes, and that nothing falls back to on-demand (Fargate capacity providers; Spot
//! interruption notices).

use crate::closed::capacity::binomial_below;
use crate::world::{
    Diary, case, check, check_mean, check_share, check_short, check_within, each, needs, plan, run, service, shop,
    the_fault, the_service, watch, world, zones,
};
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::{TaskFact, TaskState};
use evenkeel::internals::stats::Moments;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn spot(desired: u64, count: usize, need: u64) -> Value {
    let mut one = service("one", desired, count, &needs(need, desired));
    one.as_object_mut().unwrap().remove("launchType");
    one["capacityProviderStrategy"] = json!([{ "capacityProvider": "FARGATE_SPOT", "weight": 1 }]);
    one
}

/// A reclaim of a share of all pools in the middle of two hours.
fn reclaim(desired: u64, need: u64, share: f64) -> Value {
    world(
        "2h",
        json!({
            "clusters": shop(&[spot(desired, 3, need)]),
            "behaviour": [{ "family": "web", "start": { "constant": "30s" }, "stop": { "constant": "0s" } }],
            "faults": [{ "name": "reclaim", "at": "1h", "for": "30m",
                         "spotReclaim": { "capacityProvider": "FARGATE_SPOT", "share": share } }],
        }),
    )
}

#[test]
fn each_task_is_reclaimed_by_itself() {
    let ids = ["spot-a", "spot-b", "spot-c"].map(case);
    let of = |case: &crate::world::Case| (case.count("tasks"), case.count("need"), case.get("p_interrupt"));
    for case in &ids {
        let (n, need, p) = of(case);
        assert!((binomial_below(n, 1.0 - p, need) - case.value()).abs() < 1e-9);
    }
    let others = [(30, 20, 0.3), (60, 28, 0.5), (10, 1, 0.9)];
    for (n, need, p) in ids.iter().map(of).chain(others) {
        let runs = 1_200;
        let left = each(&reclaim(n, need, p), runs, |summary| {
            let (hit, least) = (the_fault(summary).hit.tasks.mean, the_service(summary).running.min.mean);
            // Until the reclaim is over the pools give nothing new: what is hit is missing.
            check("running.min", least, n as f64 - hit, 0.0);
            least
        });
        let below = left.iter().filter(|&&left| left < need as f64).count();
        check_share("below need", below, runs as usize, binomial_below(n, 1.0 - p, need), 1.3);
        let moments: Moments = left.iter().copied().collect();
        let variance = n as f64 * p * (1.0 - p);
        let mean_error = (variance / f64::from(runs)).sqrt();
        check_within("mean left", moments.mean(), mean_error, n as f64 * (1.0 - p), 0.1 * n as f64);
        // The variance of 1,200 values is known to sqrt(2 / 1,200) = 4 %.
        check_within("variance", moments.variance().unwrap(), 0.045 * variance, variance, 0.2 * variance);
    }
}

#[test]
fn pools_are_reclaimed_as_a_whole() {
    let reference = case("spot-mixpool");
    let (pools, each) = (reference.count("pools"), reference.count("tasks_per_pool"));
    for (p, need, sharp) in [(reference.get("p_pool"), reference.count("need"), 0.7), (0.4, 40, 0.15), (0.7, 20, 0.2)] {
        let short = binomial_below(pools, 1.0 - p, need.div_ceil(each));
        if need == reference.count("need") && p < 0.2 {
            assert!((short - reference.value()).abs() < 1e-9);
        }
        // The clock of a pool has struck within ten hours with probability p. Stock is what runs, so that the other
        // pools cannot take what one loses, and what is taken is not given back.
        let mean = -10.0 / libm::log1p(-p);
        let stock = json!({ "spotVcpuPerZone": each as f64 * 0.25 });
        let file = world(
            "36001s",
            json!({
                "warmUp": "10h",
                "regions": zones(pools as usize, &stock),
                "clusters": shop(&[spot(pools * each, pools as usize, need)]),
                "behaviour": [{ "family": "web", "stop": { "constant": "0s" } }],
                "faults": [{ "name": "pools go", "every": { "exponential": { "mean": format!("{mean}h") } },
                             "for": "100h", "spotReclaim": { "capacityProvider": "FARGATE_SPOT" } }],
            }),
        );
        let summary = run(&file, 2_500);
        check_short("pools", &the_service(&summary).capacity_availability.unwrap(), short, sharp);
        check_mean("mean", &the_service(&summary).running.mean, 60.0 * (1.0 - p), 0.1);
    }
}

/// Names of the providers that tasks were ever launched on.
fn providers(file: &Value, diary: &Diary) -> BTreeSet<String> {
    let plan = plan(file);
    let of = |fact: &Fact| match fact {
        Fact::Task(TaskFact::Went { provider, .. }) => Some(plan.providers[*provider].name.clone()),
        _ => None,
    };
    diary.0.iter().filter_map(|(_, fact)| of(fact)).collect()
}

#[test]
fn spot_never_falls_back_to_on_demand() {
    let weightless = json!([{ "capacityProvider": "FARGATE", "weight": 0 },
                            { "capacityProvider": "FARGATE_SPOT", "weight": 3 }]);
    for strategy in [json!([{ "capacityProvider": "FARGATE_SPOT", "weight": 1 }]), weightless] {
        let mut file = reclaim(12, 12, 1.0);
        file["clusters"][0]["services"][0]["capacityProviderStrategy"] = strategy;
        let (diary, summary) = watch(&file);
        assert_eq!(providers(&file, &diary), ["FARGATE_SPOT".to_owned()].into());
        let row = the_service(&summary);
        check("nothing is left", row.running.min.mean, 0.0, 0.0);
        check("stops", row.stops["SpotInterruption"].mean, 12.0, 0.0);
        // After half an hour the pools give again; the scheduler tries each half minute, and stays away for five.
        let back = the_fault(&summary).full_strength_seconds.unwrap().mean;
        assert!((1_800.0..=1_800.0 + 330.0 + 30.0).contains(&back), "full strength after {back} s");
    }
    // No stock at all: below desired for ever.
    let mut file = reclaim(12, 12, 1.0);
    file["faults"] = json!([]);
    file["regions"] = zones(3, &json!({ "spotVcpuPerZone": 0 }));
    let (diary, summary) = watch(&file);
    assert!(!diary.0.iter().any(|(_, fact)| matches!(fact, Fact::Task(TaskFact::Went { to: TaskState::Running, .. }))));
    check("running", the_service(&summary).running.max.mean, 0.0, 0.0);
    assert!(the_service(&summary).launches.failed["RESOURCE:FARGATE"].mean > 100.0);
    // Stock for five of twelve: five, no more.
    file["regions"] = zones(1, &json!({ "spotVcpuPerZone": 1.25 }));
    check("stock", the_service(&run(&file, 1)).running.max.mean, 5.0, 0.0);
}
