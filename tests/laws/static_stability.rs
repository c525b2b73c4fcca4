//! Static stability: capacity that already runs (Static stability using Availability Zones).
//!
//! A service at utilisation u over A zones loses one: 1/A of its requests until the load balancer has ejected the dead
//! targets, and nothing from then on as long as u x A / (A - 1) <= 1. Above that, what exceeds the capacity left is
//! lost until replacements are healthy.

use crate::closed::capacity::{capacity_multiple, left_after_zone, static_stability_tasks};
use crate::world::{case, check, check_mean, plan, run, service, shop, the_fault, the_service, world, zones};
use evenkeel::internals::metrics::summary::Summary;
use serde_json::{Value, json};

/// Seconds until ejection, until a replacement runs, and from then until its checks pass.
const EJECTED: f64 = 50.0;
const STARTED: f64 = 40.0;
const HEALTHY: f64 = 15.0;
/// Requests a second that one task can answer.
const EACH: f64 = 60.0;

/// `each` tasks in each of `zones` zones at `utilisation`, `lost` zones dark at an hour.
fn dark(count: usize, each: u64, utilisation: f64, lost: usize, cross_zone: bool) -> Value {
    let total = count as u64 * each;
    let rate = utilisation * total as f64 * EACH;
    let faults: Vec<Value> = (1..=lost)
        .map(|zone| {
            json!({ "name": format!("dark {zone}"), "at": "1h", "zonePowerLoss": { "zone": format!("z{zone}") } })
        })
        .collect();
    world(
        "2h",
        json!({
            "regions": zones(count, &json!({})),
            "clusters": shop(&[service("web", total, count, &json!({}))]),
            "behaviour": [{ "family": "web", "start": { "constant": format!("{STARTED}s") },
                            "health": { "constant": format!("{HEALTHY}s") } }],
            "detection": { "target": { "constant": format!("{EJECTED}s") }, "loss": { "constant": "90s" } },
            "traffic": [{ "service": "shop/web", "rate": format!("{rate}/s"), "requestsPerTask": format!("{EACH}/s"),
                          // Clients leave a node that does not answer at once: what they lose is the law of `nodes`.
                          "loadBalancer": { "crossZone": cross_zone, "dnsTtl": "0s" } }],
            "faults": faults,
        }),
    )
}

fn lost(summary: &Summary) -> f64 {
    the_service(summary).requests.failed.mean
}

/// Requests lost in all: the share of the dead zones until ejection, then the overload until replacements are healthy.
fn truth(count: usize, each: u64, utilisation: f64, dark: usize) -> f64 {
    let rate = utilisation * (count as u64 * each) as f64 * EACH;
    let left = ((count - dark) as u64 * each) as f64 * EACH;
    rate * dark as f64 / count as f64 * EJECTED + (rate - left).max(0.0) * (STARTED + HEALTHY)
}

#[test]
fn the_table_of_utilisation_limits() {
    let reference = case("static-stability-table");
    for row in reference.row("value").as_array().unwrap() {
        let (count, dark_zones) = (row["azs"].as_u64().unwrap(), row["tolerate"].as_u64().unwrap());
        if count == dark_zones {
            continue;
        }
        let limit = row["steady_utilisation_limit"].as_f64().unwrap();
        assert!((limit * capacity_multiple(count, dark_zones) - 1.0).abs() < 1e-12);
        let (zones, dark_zones) = (count as usize, dark_zones as usize);
        for (utilisation, each) in [(limit, 10), (0.5 * limit, 4), (0.99 * limit, 3), (1.01 * limit, 10), (0.95, 6)] {
            let utilisation = f64::min(utilisation, 1.0);
            let summary = run(&dark(zones, each, utilisation, dark_zones, true), 1);
            let what = format!("{zones} zones less {dark_zones} at {utilisation}");
            let all = truth(zones, each, utilisation, dark_zones);
            // Rates are billionths: over minutes that is far below a thousandth of a request.
            check(&what, lost(&summary), all, 1e-3);
            let after: f64 =
                summary.losses.iter().filter(|row| row.phase != "detection").map(|row| row.lost_requests.mean).sum();
            if utilisation <= limit {
                check(&what, after, 0.0, 1e-3);
            } else {
                assert!(after > 0.0, "{what}: an overload without losses");
            }
            for fault in &summary.faults {
                // Need is met to the last task below the limit: no launch was needed. A service that loses two zones at
                // once is hit by both faults.
                let stable = utilisation <= limit;
                check(&what, fault.recover_seconds.unwrap().mean, if stable { 0.0 } else { 105.0 }, 0.0);
                assert_eq!(fault.needed_launches.mean > 0.0, !stable, "{what}: {:?}", fault.needed_launches);
                check(&what, fault.detect_seconds.unwrap().mean, EJECTED, 0.0);
                check(&what, fault.full_strength_seconds.unwrap().mean, EJECTED + STARTED + HEALTHY, 0.0);
            }
        }
    }
}

#[test]
fn whole_tasks_that_may_lose_a_zone() {
    let (a, b) = (case("static-int-a"), case("static-int-b"));
    for (need, count, dark_zones) in [
        (a.count("need"), a.count("azs"), a.count("tolerate")),
        (b.count("need"), b.count("azs"), b.count("tolerate")),
        (60, 3, 1),
        (10, 6, 1),
        (7, 5, 2),
        (1, 2, 1),
    ] {
        let total = static_stability_tasks(need, count, dark_zones);
        let each = total / count;
        let utilisation = need as f64 / total as f64;
        let summary = run(&dark(count as usize, each, utilisation, dark_zones as usize, true), 1);
        for fault in &summary.faults {
            check("with as many as it takes", fault.recover_seconds.unwrap().mean, 0.0, 0.0);
        }
        // One task less in each zone, and the need is no longer met.
        if need <= total - count {
            let scaled = need as f64 / (total - count) as f64;
            let summary = run(&dark(count as usize, each - 1, scaled, dark_zones as usize, true), 1);
            check("with less", summary.faults[0].recover_seconds.unwrap().mean, 105.0, 0.0);
        }
    }
    assert_eq!((a.value(), b.value()), (30.0, 24.0));
}

#[test]
fn the_fullest_zone_takes_no_more_than_the_ceiling() {
    let reference = case("spread-loss");
    let left: Vec<u64> = serde_json::from_value(reference.row("value").clone()).unwrap();
    assert_eq!(left, [10, 11, 12].map(|n| left_after_zone(n, reference.count("azs"))));
    for count in 1..=6usize {
        for total in [1u64, 2, 5, 10, 11, 12, 29, 30, 31] {
            for zone in [1, count] {
                let file = world(
                    "90m",
                    json!({
                        "regions": zones(count, &json!({})),
                        "clusters": shop(&[service("web", total, count, &json!({}))]),
                        "faults": [{ "name": "dark", "at": "1h", "zonePowerLoss": { "zone": format!("z{zone}") } }],
                    }),
                );
                let summary = run(&file, 1);
                // The first zone is never emptier than the last: ceiling and floor of n / A.
                let share = if zone == 1 { total.div_ceil(count as u64) } else { total / count as u64 };
                let what = format!("{total} tasks over {count} zones, zone {zone}");
                check(&what, the_fault(&summary).hit.tasks.mean, share as f64, 0.0);
                check(&what, the_service(&summary).running.min.mean, (total - share) as f64, 0.0);
            }
        }
    }
}

#[test]
fn without_cross_zone_a_lost_zone_costs_its_clients_until_they_leave() {
    for (count, each, utilisation, ttl) in [(3, 4, 0.6, 60.0), (2, 10, 0.5, 60.0), (4, 5, 0.7, 30.0)] {
        let mut file = dark(count, each, utilisation, 1, false);
        file["traffic"][0]["loadBalancer"]["dnsTtl"] = json!(format!("{ttl}s"));
        let rate = utilisation * (count as u64 * each) as f64 * EACH;
        let found = lost(&run(&file, 1));
        check("cross-zone off", found, rate / count as f64 * ttl, 1e-3);
    }
}

#[test]
fn a_grey_zone_spoils_its_share_for_as_long_as_it_lasts() {
    for (count, errors, minutes) in [(3usize, 0.2, 45.0), (2, 1.0, 10.0), (6, 0.05, 30.0)] {
        let mut file = dark(count, 4, 0.5, 0, true);
        file["faults"] = json!([{ "name": "grey", "at": "30m", "for": format!("{minutes}m"),
                                  "zoneGrey": { "zone": "z1", "errorShare": errors } }]);
        let rate = 0.5 * (count as u64 * 4) as f64 * EACH;
        let summary = run(&file, 1);
        check("grey", lost(&summary), rate * errors / count as f64 * minutes * 60.0, 1e-3);
        check("of the fault", the_fault(&summary).lost_requests.mean, lost(&summary), 1e-6);
    }
}

#[test]
fn what_the_full_number_of_tasks_could_not_answer_is_nobodys_fault() {
    // Half as much again is asked as all tasks can answer.
    let mut file = dark(3, 5, 1.0, 1, true);
    file["behaviour"] = json!([{ "family": "web", "start": { "constant": "3h" } }]);
    file["traffic"][0]["rate"] = json!("1350/s");
    let summary = run(&file, 1);
    let rows = |cause: &str| -> f64 {
        summary.losses.iter().filter(|row| row.cause == cause).map(|row| row.lost_requests.mean).sum()
    };
    // Fifteen tasks answer 900 a second, ten 600. Until ejection a third goes to dead targets and the ten get 900.
    let demand = 450.0 * 3_600.0 + 300.0 * EJECTED + 450.0 * (3_600.0 - EJECTED);
    let missing = 450.0 * EJECTED + 300.0 * (3_600.0 - EJECTED);
    check("demand", rows("demand"), demand, 1e-3);
    check("missing", rows("dark 1"), missing, 1e-3);
    check("all", lost(&summary), demand + missing, 1e-3);
}

#[test]
fn random_ejection_loses_its_mean() {
    // Without `detection.target` each dead target is ejected after U(0, 30) + 30 + 5 s: 50 s on average, whatever their
    // number. At half the limit nothing else is lost.
    for (count, each) in [(3usize, 10u64), (4, 2)] {
        let mut file = dark(count, each, 0.3, 1, true);
        file["detection"] = json!({ "loss": { "constant": "5m" } });
        let rate = 0.3 * (count as u64 * each) as f64 * EACH;
        let summary = run(&file, 200);
        // A target that is ejected leaves its share to the others, the dead among them; with the dead in order of
        // ejection e(1) < ... < e(m), the kth gap sends (m - k) / (n - k) of the rate to the dead.
        let (n, m) = ((count as u64 * each) as f64, each as f64);
        let gap = 30.0 / (m + 1.0);
        let later: f64 = (1..each).map(|k| (m - k as f64) / (n - k as f64) * gap).sum();
        let truth = rate * (m / n * (35.0 + gap) + later);
        check_mean("lost", &the_service(&summary).requests.failed, truth, 0.06);
    }
}

#[test]
fn a_rate_that_changes_is_offered_to_the_last_request() {
    let steps = json!([{ "at": "0s", "rate": "100/s" }, { "at": "10m", "rate": "250.5/s" }, { "at": "70m", "rate": "0/s" },
                       { "at": "80m", "rate": "7/min" }]);
    let mut file = dark(3, 2, 0.5, 0, true);
    let traffic = file["traffic"][0].as_object_mut().unwrap();
    traffic.remove("rate");
    traffic.insert("steps".into(), steps);
    let row = &run(&file, 1).services[0];
    let offered = 100.0 * 600.0 + 250.5 * 3_600.0 + 7.0 / 60.0 * 2_400.0;
    check("offered", row.requests.offered.mean, offered, 1e-3);
    check("served", row.requests.served.mean, offered, 1e-3);
    // Six tasks of 60 a second: at 400 a second a tenth is too much for as long as it lasts.
    file["traffic"][0]["steps"][1]["rate"] = json!("400/s");
    check("too much", run(&file, 1).services[0].requests.failed.mean, 40.0 * 3_600.0, 1e-3);
    assert_eq!(plan(&file).services.len(), 1);
}
