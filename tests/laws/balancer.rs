//! The load balancer: when a dead target is ejected, when a living one returns, and that it fails open (Health checks
//! for ALB target groups).

use crate::closed::capacity::detection_seconds;
use crate::world::{
    check, check_mean, check_values, check_within, each, run, service, shop, the_fault, the_service, world, zones,
};
use evenkeel::internals::stats::Moments;
use serde_json::{Value, json};

/// `count` zones of `each` tasks; the balancer has these settings; what breaks is in `fault`.
fn shop_with(count: usize, each: u64, rate: f64, balancer: &Value, fault: &Value) -> Value {
    let total = count as u64 * each;
    world(
        "2h",
        json!({
            "regions": zones(count, &json!({})),
            "clusters": shop(&[service("web", total, count, &json!({}))]),
            // Nobody comes to help: a start takes longer than the run.
            "behaviour": [{ "family": "web", "start": { "constant": "3h" } }],
            "detection": { "loss": { "constant": "30m" } },
            "traffic": [{ "service": "shop/web", "rate": format!("{rate}/s"), "requestsPerTask": "60/s",
                          "loadBalancer": balancer }],
            "faults": [fault],
        }),
    )
}

fn dark() -> Value {
    json!({ "name": "dark", "at": "1h", "zonePowerLoss": { "zone": "z1" } })
}

#[test]
fn detection_takes_what_the_settings_say() {
    let reference = crate::world::case("detect-alb");
    let defaults = json!({});
    let found =
        (reference.get("interval_s"), reference.count("unhealthy_threshold") as u32, reference.get("timeout_s"));
    assert_eq!(reference.row("value")["mean_s"], 50.0);
    for ((interval, failures, timeout), settings) in [
        (found, defaults),
        ((5.0, 2, 2.0), json!({ "healthCheckIntervalSeconds": 5, "healthCheckTimeoutSeconds": 2 })),
        (
            (10.0, 5, 4.0),
            json!({ "healthCheckIntervalSeconds": 10, "healthCheckTimeoutSeconds": 4,
                                 "unhealthyThresholdCount": 5 }),
        ),
        (
            (300.0, 3, 60.0),
            json!({ "healthCheckIntervalSeconds": 300, "healthCheckTimeoutSeconds": 60,
                                   "unhealthyThresholdCount": 3 }),
        ),
    ] {
        let (least, mean, most) = detection_seconds(interval, failures, timeout);
        let file = shop_with(3, 1, 60.0, &settings, &dark());
        let all = each(&file, 1_000, |summary| the_fault(summary).detect_seconds.unwrap().mean);
        assert!(all.iter().all(|seconds| (least..=most).contains(seconds)), "outside {least} to {most}: {all:?}");
        check_values("mean detection", &all, mean, 0.06);
        // Uniform in between: the variance is interval^2 / 12, known to 4 % (kurtosis 1.8, 1,000 values: 2.8 %).
        let moments: Moments = all.iter().copied().collect();
        let truth = interval * interval / 12.0;
        check_within("spread", moments.variance().unwrap(), 0.03 * truth, truth, 0.13 * truth);
        let (first, last) = all.iter().fold((most, least), |(a, b), &x| (f64::min(a, x), f64::max(b, x)));
        assert!(first < least + 0.02 * interval && last > most - 0.02 * interval, "{first} to {last}");
    }
}

#[test]
fn the_first_of_many_targets_tells() {
    for many in [2u64, 5, 20] {
        let file = shop_with(2, many, 60.0, &json!({}), &dark());
        let summary = run(&file, 300);
        // The least of m uniforms on 0 to 30.
        check_mean(
            "first ejection",
            &the_fault(&summary).detect_seconds.unwrap(),
            35.0 + 30.0 / (many + 1) as f64,
            0.05,
        );
    }
}

#[test]
fn all_targets_unhealthy_means_all_get_traffic() {
    // The only zone is cut off for four minutes: the balancer has ejected all targets after 65 s at the latest, and a
    // balancer that failed closed would need five passes, two minutes or more, before it sent to any of them again. The
    // first target to pass gets everything until the next one does: the rate is what one task can answer.
    for (each, rate, minutes) in [(1u64, 60.0, 4.0), (4, 60.0, 4.0), (10, 30.0, 3.0)] {
        let cut =
            json!({ "name": "cut", "at": "1h", "for": format!("{minutes}m"), "networkCutZone": { "zone": "z1" } });
        let summary = run(&shop_with(1, each, rate, &json!({}), &cut), 1);
        assert!((35.0..=65.0).contains(&the_fault(&summary).detect_seconds.unwrap().mean));
        check("lost", the_service(&summary).requests.failed.mean, rate * minutes * 60.0, 1e-3);
    }
}

#[test]
fn with_a_healthy_target_the_others_wait_for_their_passes() {
    // Two zones at full use: half is lost while one is out, and it is out until five checks have passed after the cut.
    // Clients leave the node of that zone at once: what they lose is the law of `nodes`.
    for (settings, healthy, interval) in [
        (json!({ "dnsTtl": "0s" }), 5.0, 30.0),
        (json!({ "healthyThresholdCount": 2, "dnsTtl": "0s" }), 2.0, 30.0),
        (json!({ "healthCheckIntervalSeconds": 10, "healthyThresholdCount": 10, "dnsTtl": "0s" }), 10.0, 10.0),
    ] {
        let cut = json!({ "name": "cut", "at": "1h", "for": "4m", "networkCutZone": { "zone": "z1" } });
        let all = each(&shop_with(2, 1, 120.0, &settings, &cut), 400, |summary| {
            the_service(summary).requests.failed.mean / 60.0 - 240.0
        });
        let least = (healthy - 1.0) * interval;
        let range = least - 1e-3..=least + interval + 1e-3;
        assert!(all.iter().all(|seconds| range.contains(seconds)), "outside {range:?}: {all:?}");
        check_values("return", &all, least + 0.5 * interval, 0.05);
    }
}
