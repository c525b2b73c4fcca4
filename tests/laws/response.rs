//! Response times by load: what a service answers too late, against Erlang's closed form, and who is charged with it.

use crate::application::app;
use crate::world::{check, run, service, shop, the_fault, the_service, world, zones};
use evenkeel::Summary;
use serde_json::{Value, json};

/// Twelve tasks over three zones, each with so many workers and 60 requests a second.
fn file(rate: f64, workers: u32, timeout: &str, parts: &Value) -> Value {
    let mut file = json!({
        "regions": zones(3, &json!({})),
        "clusters": shop(&[service("web", 12, 3, &json!({}))]),
        "traffic": [{ "service": "shop/web", "rate": format!("{rate}/s"), "requestsPerTask": "60/s",
            "responseTime": { "concurrency": workers, "queue": 1_000 }, "timeout": timeout,
            "loadBalancer": { "clientsRetryShare": 1 } }],
    });
    file.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    world("2h", file)
}

/// P(T > t) of M/M/c with `c` workers that answer `rate` a second together.
fn tail(c: u32, rate: f64, rho: f64, t: f64) -> f64 {
    let (workers, each) = (f64::from(c), rate / f64::from(c));
    let b = (1..=c).fold(1.0, |b, n| workers * rho * b / (f64::from(n) + workers * rho * b));
    let wait = b / (1.0 - rho * (1.0 - b));
    let leave = rate * (1.0 - rho);
    let (served, gone) = (libm::exp(-each * t), libm::exp(-leave * t));
    served + wait * each * (served - gone) / (leave - each)
}

/// The time that a share of the answers does not exceed.
fn quantile(c: u32, rate: f64, rho: f64, share: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1_000.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if tail(c, rate, rho, middle) > 1.0 - share { low = middle } else { high = middle }
    }
    low
}

fn lost(summary: &Summary, phase: &str) -> Vec<(String, f64)> {
    let of = summary.losses.iter().filter(|row| row.phase == phase);
    of.map(|row| (row.cause.clone(), row.lost_requests.mean)).collect()
}

#[test]
fn as_much_is_late_as_erlang_says() {
    for workers in [1, 6, 24] {
        for (rho, timeout, seconds) in [(0.5, "150ms", 0.15), (0.8, "400ms", 0.4), (0.95, "2s", 2.0)] {
            let summary = run(&file(720.0 * rho, workers, timeout, &json!({})), 1);
            let row = the_service(&summary);
            let what = format!("{workers} workers at {rho}");
            let found = row.requests.failed.mean / row.requests.offered.mean;
            check(&what, found, tail(workers, 60.0, rho, seconds), 1e-7);
            for (found, share) in [(row.latency_seconds.p50, 0.5), (row.latency_seconds.p99, 0.99)] {
                let truth = quantile(workers, 60.0, rho, share);
                check(&format!("{what}, {share}"), found.unwrap().mean, truth, 0.02 * truth);
            }
            assert_eq!(lost(&summary, "timeout"), [("demand".to_owned(), row.requests.failed.mean)], "{what}");
        }
    }
}

#[test]
fn without_a_time_out_all_answers_count_and_the_mean_rings() {
    let mut plain = file(648.0, 6, "1s", &json!({}));
    plain["traffic"][0].as_object_mut().unwrap().remove("timeout");
    let alarm = |threshold: f64| {
        json!([{ "AlarmName": "slow", "MetricName": "TargetResponseTime", "Namespace": "AWS/ApplicationELB",
        "Service": "shop/web", "Period": 60, "EvaluationPeriods": 1, "Threshold": threshold,
        "ComparisonOperator": "GreaterThanThreshold" }])
    };
    // 0.1 s of service, and a wait of C / (rate (1 - rho)).
    let b = (1..=6).fold(1.0, |b, n| 5.4 * b / (f64::from(n) + 5.4 * b));
    let mean = 0.1 + b / (1.0 - 0.9 * (1.0 - b)) / 6.0;
    for (threshold, rings) in [(0.99 * mean, true), (1.01 * mean, false)] {
        plain["alarms"] = alarm(threshold);
        let summary = run(&plain, 1);
        assert_eq!(the_service(&summary).requests.failed.mean, 0.0);
        assert_eq!(summary.alarms[0].in_alarm_seconds.mean > 0.0, rings, "{threshold}");
    }
}

/// An alarm on a percentile of the response time.
fn on_percentile(file: &mut Value, percentile: &str, threshold: f64) {
    file["alarms"] = json!([{ "AlarmName": "slow", "MetricName": "TargetResponseTime",
        "Namespace": "AWS/ApplicationELB", "Service": "shop/web", "Period": 60, "EvaluationPeriods": 1,
        "Threshold": threshold, "ComparisonOperator": "GreaterThanThreshold", "ExtendedStatistic": percentile }]);
}

/// The percentile of M/M/c, with and without a time-out, which takes what comes later out of all answers.
#[test]
fn alarms_see_percentiles() {
    for (percentile, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)] {
        for timeout in [None, Some(0.5)] {
            let mut one = file(648.0, 6, "500ms", &json!({}));
            if timeout.is_none() {
                one["traffic"][0].as_object_mut().unwrap().remove("timeout");
            }
            let late = timeout.map_or(0.0, |timeout| tail(6, 60.0, 0.9, timeout));
            let truth = quantile(6, 60.0, 0.9, share * (1.0 - late));
            for (threshold, rings) in [(0.97 * truth, true), (1.03 * truth, false)] {
                on_percentile(&mut one, percentile, threshold);
                let seconds = run(&one, 1).alarms[0].in_alarm_seconds.mean;
                assert_eq!(seconds > 0.0, rings, "{percentile} {timeout:?} {threshold}");
            }
        }
    }
}

/// Half a minute at half of the load and half at 95 %: the answers of the whole minute count, by requests and not by
/// time.
#[test]
fn a_percentile_is_that_of_all_answers_of_the_period() {
    let mut one = file(1.0, 6, "60s", &json!({}));
    let traffic = one["traffic"][0].as_object_mut().unwrap();
    traffic.remove("rate");
    traffic.remove("timeout");
    let step = |at: &str, rate: u32| json!({ "at": at, "rate": format!("{rate}/s") });
    traffic.insert("steps".into(), json!([step("0s", 360), step("3630s", 684), step("3660s", 360)]));
    let slower = |time: f64| (0.5 * tail(6, 60.0, 0.5, time) + 0.95 * tail(6, 60.0, 0.95, time)) / 1.45;
    let (mut low, mut high) = (0.0, 100.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if slower(middle) > 0.1 { low = middle } else { high = middle }
    }
    for (threshold, seconds) in [(0.97 * low, 60.0), (1.03 * low, 0.0)] {
        on_percentile(&mut one, "p90", threshold);
        assert_eq!(run(&one, 1).alarms[0].in_alarm_seconds.mean, seconds, "{threshold}");
    }
}

#[test]
fn who_makes_others_busy_is_charged_with_what_they_answer_late() {
    // Of 12 tasks 8 are left: 0.6 of what they can answer becomes 0.9.
    let dark = json!({ "regions": zones(3, &json!({ "vcpuPerZone": 1 })),
        "faults": [{ "name": "dark", "at": "30m", "for": "90m", "zonePowerLoss": { "zone": "z1" } }],
        "detection": { "loss": { "constant": "60s" }, "target": { "constant": "60s" } } });
    let summary = run(&file(432.0, 6, "1s", &dark), 1);
    let late = lost(&summary, "timeout");
    let [by_demand, by_fault] = ["demand", "dark"].map(|cause| late.iter().find(|row| row.0 == cause).unwrap().1);
    let before = tail(6, 60.0, 0.6, 1.0);
    // A minute long a third of the requests goes to dead targets.
    check("demand", by_demand, before * 432.0 * (7_200.0 - 20.0), 1.0);
    let more = 432.0 * 5_340.0 * (tail(6, 60.0, 0.9, 1.0) - before);
    check("the fault", by_fault, more, 1.0);
    assert!(lost(&summary, "overload").is_empty(), "{:?}", summary.losses);
    check("all of the fault", the_fault(&summary).lost_requests.mean, by_fault + 432.0 * 60.0 / 3.0, 1e-3);
}

#[test]
fn a_slow_zone_is_charged_with_what_comes_late_from_it() {
    let grey = json!({ "faults": [{ "name": "grey", "at": "30m", "for": "30m",
        "zoneGrey": { "zone": "z1", "latency": "100ms" } }] });
    let summary = run(&file(216.0, 6, "600ms", &grey), 1);
    // Its tasks are busy for 200 ms instead of 100 ms: at 0.6 and not at 0.3, and 100 ms later.
    let usual = tail(6, 60.0, 0.3, 0.6);
    let late = lost(&summary, "timeout");
    let by_fault = late.iter().find(|row| row.0 == "grey").unwrap().1;
    let more = 72.0 * 1_800.0 * (tail(6, 60.0, 0.6, 0.5) - usual);
    check("the grey zone", by_fault, more, 0.01 * more);
    check("demand", late.iter().find(|row| row.0 == "demand").unwrap().1, 216.0 * 7_200.0 * usual, 0.5);
    assert!(lost(&summary, "errors").is_empty(), "nothing is refused: {:?}", summary.losses);
}

#[test]
fn a_slow_revision_is_charged_with_what_it_answers_late() {
    let change = json!({ "changes": [{ "name": "v2", "at": "30m", "service": "shop/web",
        "defect": { "slower": { "capacity": 0.5 } } }] });
    let summary = run(&file(216.0, 6, "600ms", &change), 1);
    let row = the_service(&summary);
    let by_change = lost(&summary, "timeout").into_iter().find(|row| row.0 == "v2").unwrap().1;
    // Once all are new they are twice as busy, and take twice as long; no task is refused anything.
    let (usual, slow) = (tail(6, 60.0, 0.3, 0.6), tail(6, 60.0, 0.6, 0.3));
    let all = 216.0 * 5_400.0 * (slow - usual);
    assert!(by_change > 0.85 * all && by_change < all, "{by_change} of {all}");
    assert!(row.latency_seconds.p50.unwrap().mean > 0.12, "{:?}", row.latency_seconds);
}

#[test]
fn a_full_queue_bounds_the_wait() {
    let mut short = file(1_440.0, 6, "10s", &json!({}));
    short["traffic"][0]["responseTime"]["queue"] = json!(60);
    let row = the_service(&run(&short, 1)).clone();
    // Twice what they can answer: half is refused, and the rest waits for about 60 departures and is served.
    check("served", row.requests.served.mean, 720.0 * 7_200.0, 0.001 * 720.0 * 7_200.0);
    // A mean of 59 departures at 60 a second and a service of 0.1 s, whose median is 0.03 s below its mean.
    check("median", row.latency_seconds.p50.unwrap().mean, 59.0 / 60.0 + 0.07, 0.02);
    short["traffic"][0]["responseTime"]["queue"] = json!(0);
    let row = the_service(&run(&short, 1)).clone();
    check("without a queue", row.latency_seconds.p50.unwrap().mean, 0.1 * libm::log(2.0), 0.002);
}

#[test]
fn what_a_router_answers_too_late_reaches_no_cell() {
    // One task of the router with 480 of 600 requests a second, three tasks of each cell with what it hands on.
    let fleet = |name: &str, tasks: usize, rate: u64, timeout: &str| {
        json!({ "service": service(name, tasks as u64, tasks, &json!({})), "requestsPerTask": format!("{rate}/s"),
            "responseTime": { "concurrency": 6, "queue": 1_000 }, "timeout": timeout })
    };
    let parts = json!({ "router": fleet("router", 1, 600, "30ms"), "cell": fleet("web", 3, 100, "180ms"),
        "customers": [{ "count": 2, "rate": "480/s" }] });
    let summary = run(&app("2h", 2, &parts, &json!({})), 1);
    let of = |name: &str| summary.services.iter().find(|row| row.service == name).unwrap();
    let (router, cells) = (of("app-router/router"), [of("app-cell-1/web"), of("app-cell-2/web")]);
    let lost = tail(6, 600.0, 0.8, 0.03);
    check("router", router.requests.failed.mean / router.requests.offered.mean, lost, 1e-7);
    let rho = 0.8 * (1.0 - lost);
    let late = tail(6, 100.0, rho, 0.18);
    for cell in cells {
        check("handed on", cell.requests.offered.mean, 240.0 * 7_200.0 * (1.0 - lost), 1.0);
        check("cell", cell.requests.failed.mean / cell.requests.offered.mean, late, 1e-5);
    }
    // Each stage has response times of its own.
    for (row, rate, rho) in [(router, 600.0, 0.8), (cells[0], 100.0, rho)] {
        for (found, share) in [(row.latency_seconds.p50, 0.5), (row.latency_seconds.p99, 0.99)] {
            let truth = quantile(6, rate, rho, share);
            check(&format!("{}, {share}", row.service), found.unwrap().mean, truth, 0.02 * truth);
        }
    }
    let all = &summary.cellular_application[0].requests;
    check("served", all.served.mean / all.offered.mean, (1.0 - lost) * (1.0 - late), 1e-5);
    check("lost once", all.failed.mean, summary.losses.iter().map(|row| row.lost_requests.mean).sum(), 1e-3);
    assert!(lost > 0.05 && late > 0.05 && summary.losses.iter().all(|row| row.phase == "timeout"), "{lost} {late}");
}
