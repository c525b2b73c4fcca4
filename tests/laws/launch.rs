//! Token buckets: how fast what was lost comes back (Throttling quotas, AWS Fargate).
//!
//! A full bucket of burst `b` and rate `r` lets the `i`th launch through at `max(0, (i - b) / r)`.

use crate::closed::capacity::BucketRecovery;
use crate::world::{Diary, case, check, check_mean, run, service, shop, the_fault, watch, world, zones};
use evenkeel::internals::engine::Time;
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::{TaskFact, TaskState};
use serde_json::{Value, json};

/// Services of at most 500 tasks each over two zones, of which the first loses power: `lost` tasks are gone.
fn dark(law: &BucketRecovery, start: &Value, detection: f64) -> Value {
    let mut services = Vec::new();
    let mut left = law.lost * 2;
    while left > 0 {
        // An even number of tasks in each, so that each stands in both zones alike.
        let size = left.min(500);
        services.push(service(&format!("s{}", services.len()), size, 2, &json!({})));
        left -= size;
    }
    world(
        "3h",
        json!({
            "regions": zones(2, &json!({ "launchBurst": law.burst, "launchRate": format!("{}/s", law.rate) })),
            "clusters": shop(&services),
            "behaviour": [{ "family": "web", "start": start }],
            "detection": { "loss": { "constant": format!("{detection}s") } },
            "faults": [{ "name": "dark", "at": "30m", "zonePowerLoss": { "zone": "z1" } }],
        }),
    )
}

fn recovers(law: &BucketRecovery) {
    let file = dark(law, &json!({ "constant": format!("{}s", law.start) }), law.detection);
    let summary = run(&file, 1);
    let fault = the_fault(&summary);
    let what = format!("{law:?}");
    check(&what, fault.hit.tasks.mean, law.lost as f64, 0.0);
    // A rate that does not divide a second rounds up to whole microseconds; a bucket of one token loses what overflows
    // until then, with each launch again.
    check(&what, fault.full_strength_seconds.unwrap().mean, law.seconds(), 1e-6 * law.lost as f64);
    check(&what, fault.detect_seconds.unwrap().mean, law.detection, 0.0);
    check(&what, fault.lost_task_seconds.mean, law.missing_task_seconds(), 1e-6 * (law.lost * law.lost) as f64);
}

#[test]
fn recovery_takes_what_the_reference_says() {
    for name in ["bucket-a", "bucket-b", "bucket-c"] {
        let (time, area) = (case(&format!("{name}-time")), case(&format!("{name}-area")));
        let law = BucketRecovery {
            lost: time.count("lost"),
            burst: time.count("burst"),
            rate: time.get("rate_per_s"),
            detection: time.get("detection_s"),
            start: time.get("start_s"),
        };
        check(name, law.seconds(), time.value(), 1e-9);
        check(name, law.missing_task_seconds(), area.value(), 1e-6);
        recovers(&law);
    }
}

#[test]
fn recovery_follows_burst_and_rate() {
    for (lost, burst, rate, detection, start) in [
        (1, 1, 0.5, 60.0, 45.0),
        (2, 1, 0.5, 0.0, 10.0),
        (100, 100, 20.0, 30.0, 40.0),
        (101, 100, 20.0, 30.0, 40.0),
        (250, 25, 5.0, 60.0, 23.7),
        (333, 1, 3.0, 12.5, 0.0),
        (500, 499, 0.25, 90.0, 60.0),
        (1_250, 200, 40.0, 75.0, 33.0),
        (2_000, 100, 20.0, 60.0, 45.0),
    ] {
        recovers(&BucketRecovery { lost, burst, rate, detection, start });
    }
}

#[test]
fn random_starts_end_with_the_slowest() {
    let reference = case("bucket-exp-a");
    let other = BucketRecovery { lost: 120, burst: 40, rate: 4.0, detection: 0.0, start: 50.0 };
    let law = BucketRecovery {
        lost: reference.count("lost"),
        burst: reference.count("burst"),
        rate: reference.get("rate_per_s"),
        detection: 0.0,
        start: reference.get("mean_start_s"),
    };
    check("reference", law.seconds_exponential(), reference.value(), 1e-6);
    for (law, replications) in [(law, 150), (other, 300)] {
        let mean = json!({ "exponential": { "mean": format!("{}s", law.start) } });
        let summary = run(&dark(&law, &mean, 0.0), replications);
        let fault = the_fault(&summary);
        // Recovery is bounded by the launch rate or by the slowest start; the mean area does not see the law of the
        // start.
        check_mean("until all run", &fault.full_strength_seconds.unwrap(), law.seconds_exponential(), 0.08);
        check_mean("area", &fault.lost_task_seconds, law.missing_task_seconds(), 0.02);
    }
}

/// When launches were accepted, in seconds from `from` on.
fn accepted(diary: &Diary, from: f64) -> Vec<f64> {
    let birth = |at: &Time, fact: &Fact| match fact {
        Fact::Task(TaskFact::Went { from: TaskState::Provisioning, to: TaskState::Provisioning, .. }) => {
            Some(at.as_secs_f64())
        }
        _ => None,
    };
    diary.0.iter().filter_map(|(at, fact)| birth(at, fact)).filter(|at| *at >= from).map(|at| at - from).collect()
}

/// The most launches above `rate x t` in any window of length t: the burst that a bucket must have had.
fn burst_of(times: &[f64], rate: f64) -> f64 {
    // With x(i) = i - rate * t(i), a window from i to j holds x(j) - x(i) + 1 more than the refill.
    let mut least = f64::INFINITY;
    let mut most: f64 = 0.0;
    for (i, at) in times.iter().enumerate() {
        let x = i as f64 - rate * at;
        least = least.min(x);
        most = most.max(x - least + 1.0);
    }
    most
}

/// `count` launches of one service with more tokens in the account's bucket than it needs.
fn one_service(lost: u64, start: &str) -> Value {
    let one = service("one", lost * 2, 2, &json!({}));
    world(
        "2h",
        json!({
            "regions": zones(2, &json!({ "launchBurst": 100, "launchRate": "20/s" })),
            "clusters": shop(&[one]),
            "behaviour": [{ "family": "web", "start": { "constant": start } }],
            "detection": { "loss": { "constant": "60s" } },
            "faults": [{ "name": "dark", "at": "30m", "zonePowerLoss": { "zone": "z1" } }],
        }),
    )
}

#[test]
fn a_single_service_launches_500_a_minute() {
    // Two buckets in a row: the nth launch comes at max((n - 100) / 20, (n - 500) / (500 / 60)).
    for lost in [500u64, 700, 785, 787, 1_000, 1_750] {
        let due = |n: u64| (n.saturating_sub(100) as f64 / 20.0).max(n.saturating_sub(500) as f64 * 60.0 / 500.0);
        let (diary, summary) = watch(&one_service(lost, "45s"));
        let fault = the_fault(&summary);
        check("full strength", fault.full_strength_seconds.unwrap().mean, 60.0 + due(lost) + 45.0, 1e-4);
        let area: f64 = (1..=lost).map(|n| 105.0 + due(n)).sum();
        check("area", fault.lost_task_seconds.mean, area, 1e-4 * lost as f64);
        let times = accepted(&diary, 1_860.0);
        assert_eq!(times.len() as u64, lost);
        assert!(burst_of(&times, 20.0) <= 100.0 + 1e-3);
        assert!(burst_of(&times, 500.0 / 60.0) <= 500.0 + 1e-3);
    }
}

/// Tasks that crash all the time, in many services of some accounts, with a bucket that cannot keep up.
fn storm(accounts: [&str; 3], burst: u32, rate: f64) -> Value {
    let cluster = |(row, account): (usize, &&str)| {
        let services: Vec<Value> = (0..3).map(|n| service(&format!("s{n}"), 40, 3, &json!({}))).collect();
        json!({ "clusterName": format!("c{row}"), "account": account, "capacityProviders": ["FARGATE"],
                "services": services })
    };
    world(
        "20m",
        json!({
            "regions": zones(3, &json!({ "launchBurst": burst, "launchRate": format!("{rate}/s") })),
            "clusters": accounts.iter().enumerate().map(cluster).collect::<Vec<_>>(),
            "behaviour": [{ "family": "web", "start": { "exponential": { "mean": "9s" } },
                            "crash": { "exponential": { "mean": "60s" } } }],
            "faults": [{ "name": "dark", "at": "5m", "for": "4m", "zonePowerLoss": { "zone": "z2" } }],
        }),
    )
}

#[test]
fn no_window_holds_more_launches_than_burst_and_refill() {
    for (burst, rate) in [(100, 3.0), (17, 2.0), (1, 0.7)] {
        let (diary, _) = watch(&storm(["111111111111"; 3], burst, rate));
        // Time 0 launches nothing through the bucket: what stands, stands for long.
        let times: Vec<f64> = accepted(&diary, 1e-6);
        assert!(times.len() as f64 > 1_000.0 * rate, "only {} launches", times.len());
        let found = burst_of(&times, rate);
        // A crowd that waits at the bucket all the time uses all of it, and no more.
        assert!(found <= f64::from(burst) + 1e-3, "{found} above a burst of {burst}");
        assert!(found > f64::from(burst) - 1.0, "{found} of a burst of {burst}");
    }
}

#[test]
fn accounts_do_not_share_their_buckets() {
    let count = |accounts| accepted(&watch(&storm(accounts, 10, 0.5)).0, 1e-6).len() as f64;
    let one = count(["111111111111"; 3]);
    let two = count(["111111111111", "222222222222", "222222222222"]);
    let three = count(["111111111111", "222222222222", "333333333333"]);
    // Each account: 10 + 0.5 x 1,200 s = 610 launches while its crowd waits.
    check("one account", one, 610.0, 6.0);
    check("two accounts", two, 1_220.0, 12.0);
    check("three accounts", three, 1_830.0, 18.0);
}

#[test]
fn an_empty_service_fills_at_the_pace_of_the_bucket() {
    for (desired, burst, rate) in [(80u64, 100u64, 20.0), (400, 100, 20.0), (450, 10, 8.0)] {
        let parts = json!({
            "startEmpty": true,
            "regions": zones(3, &json!({ "launchBurst": burst, "launchRate": format!("{rate}/s") })),
            "clusters": shop(&[service("one", desired, 3, &json!({}))]),
            "behaviour": [{ "family": "web", "start": { "constant": "20s" } }],
        });
        let summary = run(&world("1h", parts), 1);
        let waits: f64 = (1..=desired).map(|n| n.saturating_sub(burst) as f64 / rate).sum();
        let missing: f64 = summary.losses.iter().map(|row| row.lost_task_seconds.mean).sum();
        check("area of a first start", missing, waits + 20.0 * desired as f64, 1e-4 * desired as f64);
    }
}

#[test]
fn the_buckets_of_spot_and_on_demand_are_apart() {
    for (lost, weights, spot_burst, spot_rate) in
        [(200u64, (1, 1), 100u64, 20.0), (240, (1, 1), 10, 2.0), (200, (3, 1), 5, 0.5), (120, (1, 3), 200, 40.0)]
    {
        let strategy = json!([{ "capacityProvider": "FARGATE", "weight": weights.0 },
                              { "capacityProvider": "FARGATE_SPOT", "weight": weights.1 }]);
        let file = world(
            "2h",
            json!({
                "regions": zones(2, &json!({ "launchBurst": 30, "launchRate": "4/s", "spotLaunchBurst": spot_burst,
                                             "spotLaunchRate": format!("{spot_rate}/s") })),
                "clusters": shop(&[service("one", lost, 2, &json!({ "capacityProviderStrategy": strategy }))]),
                "behaviour": [{ "family": "web", "start": { "constant": "45s" } }],
                "faults": [{ "name": "all exit", "at": "30m", "for": "1m", "taskCrash": { "share": 1 } }],
            }),
        );
        let on_demand = lost * weights.0 / (weights.0 + weights.1);
        let wait = |count: u64, burst: u64, rate: f64| count.saturating_sub(burst) as f64 / rate;
        let slower = wait(on_demand, 30, 4.0).max(wait(lost - on_demand, spot_burst, spot_rate));
        let area = |count: u64, burst: u64, rate: f64| (1..=count).map(|n| wait(n, burst, rate)).sum::<f64>();
        let summary = run(&file, 1);
        let fault = the_fault(&summary);
        // Launches begin when the crash is over, all at once.
        check("the slower of two", fault.full_strength_seconds.unwrap().mean, 60.0 + slower + 45.0, 1e-4);
        let waited = area(on_demand, 30, 4.0) + area(lost - on_demand, spot_burst, spot_rate);
        check("both areas", fault.lost_task_seconds.mean, waited + 105.0 * lost as f64, 1e-2);
    }
}

#[test]
fn a_crowd_at_the_bucket_rests_after_failed_starts() {
    // Each start fails after 20 s. From the first failure of a round on the service rests for 10, 20, 40, ... s, at
    // most for 27 minutes (Service throttle logic), whoever still stands in the queue of the bucket.
    let parts = json!({
        "startEmpty": true,
        "regions": zones(3, &json!({ "launchBurst": 5, "launchRate": "1/s" })),
        "clusters": shop(&[service("one", 300, 3, &json!({}))]),
        "behaviour": [{ "family": "web", "start": { "constant": "20s" } }],
        "faults": [{ "name": "image gone", "at": "0s", "imageRegistryDown": {} }],
    });
    let (diary, _) = watch(&world("6h", parts));
    let times = accepted(&diary, 0.0);
    let (mut begin, mut rest) = (0.0, 10.0);
    while begin + 20.0 + rest < 6.0 * 3_600.0 {
        let next = begin + 20.0 + rest;
        // Five at once, then one a second until the first of them fails.
        let round = times.iter().filter(|at| (begin..begin + 20.0 - 1e-6).contains(*at)).count();
        assert!((24..=25).contains(&round), "{round} launches from {begin} s on");
        let backing_off = times.iter().filter(|at| (begin + 20.0 + 1e-6..next - 1e-6).contains(*at)).count();
        assert_eq!(backing_off, 0, "launches between {} and {next} s", begin + 20.0);
        (begin, rest) = (next, f64::min(2.0 * rest, 1_620.0));
    }
}
