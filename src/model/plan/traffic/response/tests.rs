//! Response times against closed forms, and tables against what they stand for.

use super::*;
use serde_json::Value;

const MILLIS: u64 = 1_000;

/// A task that answers so many requests a second.
fn queue(concurrency: u32, queue: u32, rate: f64) -> Arc<Law> {
    Arc::new(Law::new(Kind::Queue { concurrency, queue }, (rate * 1e9) as u64))
}

fn reference(id: &str) -> Value {
    let all: Vec<Value> = serde_json::from_str(include_str!("../../../../../tests/reference/queues.json")).unwrap();
    all.into_iter().find(|case| case["id"] == id).unwrap()
}

fn admitted(response: &Response, rate: u64, room: u128) -> u64 {
    response.admitted(rate, load_of(rate, room), room)
}

fn near(what: &str, found: f64, truth: f64, slack: f64) {
    assert!((found - truth).abs() <= slack, "{what}: {found}, truth {truth}");
}

/// Seconds, microseconds.
fn at(seconds: f64) -> Span {
    Span((seconds * 1e6) as u64)
}

/// P(T > t) of M/M/c with a service rate of 1, by Erlang's C.
fn erlang_c_tail(c: f64, rho: f64, t: f64) -> f64 {
    let erlangs = c * rho;
    let b = (1..=c as u32).fold(1.0, |b, n| erlangs * b / (f64::from(n) + erlangs * b));
    let wait = b / (1.0 - rho * (1.0 - b));
    let leave = c * (1.0 - rho);
    let slow = (libm::exp(-t) - libm::exp(-leave * t)) / (leave - 1.0);
    libm::exp(-t) + wait * slow
}

#[test]
fn a_long_queue_is_the_one_of_erlang_c() {
    for (c, rho) in [(1, 0.5), (1, 0.8), (6, 0.6), (6, 0.9), (10, 0.85), (64, 0.95)] {
        let law = queue(c, 2_000, f64::from(c));
        for time in [0.2, 1.0, 3.0, 8.0] {
            let response = Response::new(Arc::clone(&law), Some(at(time)));
            let truth = erlang_c_tail(f64::from(c), rho, time);
            let found = response.late(Pace::at((rho * 1e6) as u32)) as f64 / 1e9;
            near(&format!("{c} workers at {rho}, above {time}"), found, truth, 2e-9);
            let found = response.tail(Pace::at((rho * 1e6) as u32), at(time)) as f64 / 1e9;
            near(&format!("{c} workers at {rho}, by table, above {time}"), found, truth, 5e-4);
        }
    }
    // M/M/1: exponential with the rate of what is left.
    let case = reference("mm1-a-soj-p0.99");
    let mut one = Mixture::default();
    one.add(Pace::at(800_000), 1_000_000);
    let found = one.quantile(&Response::new(queue(1, 2_000, 1.0), None), 990_000).unwrap();
    near("99th percentile", found as f64 / 1e6, case["value"].as_f64().unwrap(), 0.02);
}

#[test]
fn a_short_queue_refuses_and_waits_as_theory_says() {
    for name in ["mmck-a", "mmck-b"] {
        let (block, wait) = (reference(&format!("{name}-block")), reference(&format!("{name}-wq")));
        let of = |key: &str| block["params"][key].as_f64().unwrap();
        let (c, all, rate) = (of("servers"), of("system_capacity_K"), of("arrival_rate"));
        let response = Response::new(queue(c as u32, (all - c) as u32, c), None);
        let offered = (rate * 1e9) as u64;
        let admitted = admitted(&response, offered, (c * 1e9) as u128);
        near("refused", 1.0 - admitted as f64 / offered as f64, block["value"].as_f64().unwrap(), 1e-8);
        let mean = response.mean(Pace::at(load_of(offered, (c * 1e9) as u128))).unwrap().0 as f64 / 1e6;
        near("mean", mean, 1.0 + wait["value"].as_f64().unwrap(), 0.01);
    }
}

#[test]
fn nothing_gets_in_that_has_no_room() {
    let response = Response::new(queue(6, 100, 60.0), None);
    let room = 60_000_000_000;
    assert_eq!(admitted(&response, 30_000_000_000, room), 30_000_000_000);
    assert_eq!(admitted(&response, 90_000_000_000, room), 60_000_000_000);
    assert_eq!(admitted(&response, 900_000_000_000, room), 60_000_000_000);
    assert_eq!(admitted(&response, 7, 0), 0);
    assert_eq!(admitted(&response, 0, 0), 0);
    for rate in (0..150).map(|rate| rate * 1_000_000_000) {
        let admitted = admitted(&response, rate, room);
        assert!(admitted <= rate.min(room as u64), "{admitted} of {rate}");
    }
}

/// The table at loads and times between its own, against the law itself.
#[test]
fn tables_are_as_near_as_they_say() {
    for (c, length) in [(1, 20), (6, 100), (40, 100)] {
        let law = queue(c, length, 60.0);
        let service = f64::from(c) / 60.0;
        let (mut by_load, mut by_both): (f64, f64) = (0.0, 0.0);
        for time in [50, 130, 333, 777, 1_500].map(|millis| Span(millis * MILLIS)) {
            let response = Response::new(Arc::clone(&law), Some(time));
            for load in [102_500, 502_500, 777_500, 902_500, 962_500, 997_500, 1_002_500, 1_042_500, 1_300_100] {
                let mean = f64::from(c) * time.0 as f64 / 1e6 / service;
                let (first, weights) = queue::poisson(mean);
                let (still, _) = queue::survivor(c, length, f64::from(load) / 1e6, first + weights.len());
                let truth: f64 = weights.iter().zip(&still[first..]).map(|(weight, still)| weight * still).sum();
                let off = |found: u64| (found as f64 / 1e9 - truth).abs();
                by_load = by_load.max(off(response.late(Pace::at(load))));
                by_both = by_both.max(off(response.tail(Pace::at(load), time)));
            }
        }
        assert!(by_load < 0.001, "{c} workers: {by_load} between two loads");
        assert!(by_both < 0.002, "{c} workers: {by_both} between two loads and two times");
    }
}

#[test]
fn a_course_has_the_quantiles_that_are_written() {
    let point = |load, p50, p99| Point { load, p50: Span(p50 * MILLIS), p99: Span(p99 * MILLIS) };
    let law = Law::new(Kind::Course(vec![point(0.2, 80, 240), point(0.6, 100, 400), point(1.0, 300, 3_000)]), 1);
    let response = Response::new(Arc::new(law), Some(at(0.4)));
    for (load, p50, p99) in [(0, 80, 240), (200_000, 80, 240), (400_000, 90, 320), (600_000, 100, 400)] {
        let mut one = Mixture::default();
        one.add(Pace::at(load), 1_000_000);
        for (share, truth) in [(500_000, p50), (990_000, p99)] {
            let found = one.quantile(&response, share).unwrap() as f64 / 1e3;
            near(&format!("{share} at {load}"), found, f64::from(truth), 0.01 * f64::from(truth));
        }
    }
    near("late", response.late(Pace::at(600_000)) as f64 / 1e9, 0.01, 1e-6);
    assert_eq!(response.late(Pace::at(1_000_000)), response.late(Pace::at(1_400_000)));
    // It refuses the excess, and nothing else.
    assert_eq!((admitted(&response, 99, 100), admitted(&response, 130, 100)), (99, 100));
}

#[test]
fn what_slows_a_task_down_shows_in_each_answer() {
    let response = Response::new(queue(6, 100, 60.0), Some(at(1.0)));
    let pace = Pace::at(500_000);
    let response_of = |pace| Response::new(queue(6, 100, 60.0), None).mean(pace).unwrap().0;
    let (plain, added) = (response_of(pace), response_of(Pace { added: at(0.2), ..pace }));
    near("mean with 0.2 s more", added as f64, plain as f64 + 2e5, 3e3);
    assert_eq!(response.late(Pace { added: at(1.0), ..pace }), response.tail(pace, Span::ZERO));
    assert_eq!(response.late(Pace { added: at(1.5), ..pace }), BILLION);
    // Half the speed: as late as an undisturbed task is after half the time.
    assert_eq!(response.late(Pace { left: 500_000, ..pace }), response.tail(pace, at(0.5)));
    let both = Pace { left: 500_000, added: at(0.2), ..pace };
    assert_eq!(response.late(both), response.tail(pace, at(0.4)));
}

#[test]
fn quantiles_are_those_of_all_requests_together() {
    let response = Response::new(queue(6, 100, 60.0), None);
    let pace = Pace::at(300_000);
    let mut both = Mixture::default();
    both.add(pace, 97_000_000);
    both.add(Pace { added: at(5.0), ..pace }, 3_000_000);
    let p50 = both.quantile(&response, 500_000).unwrap();
    near("median", p50 as f64 / 1e6, 0.1 * libm::log(1.0 / (0.47 / 0.97)), 0.005);
    // Of the slow ones a third is above it.
    let p99 = both.quantile(&response, 990_000).unwrap();
    near("99th percentile", p99 as f64 / 1e6, 5.0 + 0.1 * libm::log(3.0), 0.005);
    assert_eq!(Mixture::default().quantile(&response, 500_000), None);
}
