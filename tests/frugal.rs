//! Does it stay lean? Once warm, a steady world allocates nothing in the loop; shipped scenarios need no more events
//! and no more room in the queue than stored; a task costs few bytes, and a page little beside its pictures.
//!
//! All checks are one test, as the allocator counts for the whole process. `UPDATE=1 cargo test --test frugal` writes
//! `tests/golden/lean.txt` anew.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic, and keeps stored values")]
#![expect(clippy::print_stdout, reason = "what was measured is worth seeing with --nocapture")]

mod shipped;

use evenkeel::internals::engine::{Limits, Reader, Seed, Sim, Span, Stop, Time};
use evenkeel::internals::experiment::replicate::{self, End, Options, Progress, Watch};
use evenkeel::internals::metrics::Metrics;
use evenkeel::internals::metrics::events::Events;
use evenkeel::internals::model::plan::Part;
use evenkeel::internals::model::{Fact, Plan, World};
use serde_json::{Value, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::alloc::System;
use std::fmt::Write;
use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Bytes on the heap now.
fn live_bytes() -> u64 {
    let stats = HEAP.stats();
    (stats.bytes_allocated - stats.bytes_deallocated) as u64
}

/// Times that memory was asked for so far, for new or for more room.
fn requests() -> usize {
    let stats = HEAP.stats();
    stats.allocations + stats.reallocations
}

/// A scenario over three zones; `parts` adds the rest of the file.
fn world(duration: &str, parts: Value) -> Plan {
    let zone = |number: u32| json!({ "id": format!("use1-az{number}") });
    let mut whole = json!({
        "version": 1, "name": "lean", "seed": 7, "duration": duration,
        "regions": [{ "name": "us-east-1", "zones": [zone(1), zone(2), zone(3)], "fargate": { "vcpuPerZone": 1_000_000 } }],
        "taskDefinitions": [
            { "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
              "containerDefinitions": [{ "name": "app", "image": "app:1", "portMappings": [{ "containerPort": 80 }] }] },
            { "family": "api", "networkMode": "bridge",
              "containerDefinitions": [{ "name": "app", "image": "app:1", "cpu": 256, "memory": 512, "portMappings": [{ "containerPort": 80 }] }] }
        ]
    });
    let Value::Object(parts) = parts else { panic!("parts of a scenario are an object") };
    whole.as_object_mut().unwrap().extend(parts);
    shipped::plan_of(&whole)
}

fn service(name: &str, family: &str, desired: u32, provider: &str) -> Value {
    let mut service = json!({
        "serviceName": name, "taskDefinition": family, "desiredCount": desired,
        "capacityProviderStrategy": [{ "capacityProvider": provider, "weight": 1 }],
        "loadBalancers": [{ "targetGroupArn": name, "containerName": "app", "containerPort": 80 }],
    });
    if family == "web" {
        let subnets = ["subnet-0a", "subnet-0b", "subnet-0c"];
        service["networkConfiguration"] = json!({ "awsvpcConfiguration": { "subnets": subnets } });
    }
    service
}

/// Tasks die every ten minutes and traffic changes all day.
fn busy(service: &str, family: &str) -> Value {
    let steps = [("00:00", "900/s"), ("06:00", "1200/s"), ("12:00", "1700/s"), ("18:00", "1400/s")];
    let daily: Vec<Value> = steps.iter().map(|(at, rate)| json!({ "at": at, "rate": rate })).collect();
    json!({
        "behaviour": [{ "family": family, "crash": { "exponential": { "mean": "10m" } } }],
        "traffic": [{ "service": service, "daily": daily, "requestsPerTask": "10/s" }],
    })
}

fn with(mut parts: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("parts of a scenario are an object") };
    parts.as_object_mut().unwrap().extend(more);
    parts
}

fn on_fargate() -> Plan {
    let services = [service("web", "web", 200, "FARGATE")];
    let clusters =
        json!({ "clusters": [{ "clusterName": "shop", "capacityProviders": ["FARGATE"], "services": services }] });
    world("4d", with(clusters, busy("shop/web", "web")))
}

fn on_hosts() -> Plan {
    let services = [service("api", "api", 200, "nodes")];
    let parts = json!({
        "capacityProviders": [{ "name": "nodes", "autoScalingGroupProvider": {
            "autoScalingGroupArn": "nodes-asg", "managedScaling": { "status": "ENABLED", "targetCapacity": 90 } } }],
        "autoScalingGroups": [{ "AutoScalingGroupName": "nodes-asg", "MinSize": 6, "MaxSize": 60, "DesiredCapacity": 30,
            "AvailabilityZones": ["us-east-1a", "us-east-1b", "us-east-1c"], "Instances": [{ "InstanceType": "m5.large" }] }],
        "clusters": [{ "clusterName": "shop", "capacityProviders": ["nodes"], "services": services }],
    });
    world("4d", with(parts, busy("shop/api", "api")))
}

fn standalone() -> Plan {
    let subnets = ["subnet-0a", "subnet-0b", "subnet-0c"];
    world(
        "4d",
        json!({ "clusters": [{ "clusterName": "jobs", "capacityProviders": ["FARGATE"], "runTasks": [{
            "taskDefinition": "web", "name": "batch", "rate": "1/s", "launchType": "FARGATE",
            "lives": { "exponential": { "mean": "3m" } },
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": subnets } } }] }] }),
    )
}

/// Requests for memory in the last `measured` of a run, after everything has been as large as it gets.
fn requests_when_warm<R: Reader<Fact>>(plan: &Plan, reader: impl Fn(&Part) -> R) -> (usize, u64) {
    let worlds = World::all(plan).into_iter().map(|world| {
        let reader = reader(&world.part);
        (world, reader)
    });
    let mut sim = Sim::new(plan, Seed(plan.seed), worlds, plan.lookahead(), Limits::default());
    sim.prepare(World::prepare);
    let warm = Time(plan.end().0 / 2);
    assert_eq!(sim.run_until(warm), Stop::Finished);
    let (before, events) = (requests(), sim.events());
    assert_eq!(sim.run_until(plan.end()), Stop::Finished);
    (requests() - before, sim.events() - events)
}

/// Allocates for every batch.
struct Forgetful;

impl Reader<Fact> for Forgetful {
    fn read(&mut self, batch: &[(Time, Fact)]) {
        drop(std::hint::black_box(batch.to_vec()));
    }
}

fn nothing_is_allocated_when_warm() {
    for (name, plan) in [("Fargate", on_fargate()), ("hosts", on_hosts()), ("standalone", standalone())] {
        let (alone, events) = requests_when_warm(&plan, |_| ());
        assert!(events > 100_000, "{name}: only {events} events when warm");
        assert_eq!(alone, 0, "{name}: requests for memory in {events} events");
        let (read, _) = requests_when_warm(&plan, |cell| Metrics::new(&plan, cell, false));
        assert_eq!(read, 0, "{name}: requests for memory in {events} events with readers");
        let (counted, _) = requests_when_warm(&plan, |_| Forgetful);
        assert!(counted > 0, "{name}: a reader that allocates goes unnoticed");
        println!("{name}: {events} events when warm, nothing allocated");
    }
}

const LOOKED_AT: Time = Time(7 * 86_400 * 1_000_000);

/// The most events pending at the end of any simulated second; of a run of a year, of those of a week.
fn pending_peak(plan: &Plan) -> (u64, usize) {
    let worlds = World::all(plan).into_iter().map(|world| (world, ()));
    let mut sim = Sim::new(plan, Seed(plan.seed).replication(0), worlds, plan.lookahead(), Limits::default());
    sim.prepare(World::prepare);
    let (mut peak, mut until) = (sim.pending(), Time::ZERO);
    while until < plan.end().min(LOOKED_AT) {
        until = (until + Span::SECOND).min(plan.end());
        assert_eq!(sim.run_until(until), Stop::Finished);
        peak = peak.max(sim.pending());
    }
    assert_eq!(sim.run_until(plan.end()), Stop::Finished);
    (sim.events(), peak)
}

const GOLDEN: &str = "tests/golden/lean.txt";

/// More than a tenth above what is stored is too much; below half of it, what is stored says nothing any more.
fn fits(found: u64, stored: u64) -> bool {
    found * 10 <= stored * 11 && found * 2 >= stored
}

fn scenarios_need_no_more_than_they_did() {
    let found = shipped::names().into_iter().map(|name| {
        let plan = shipped::plan(&name);
        let (events, peak) = pending_peak(&plan);
        (name, (events as f64 * 86_400.0 / plan.duration.as_secs_f64()) as u64, peak as u64)
    });
    let found: Vec<(String, u64, u64)> = found.collect();
    let path = shipped::here(GOLDEN);
    if std::env::var_os("UPDATE").is_some() {
        let mut text = "# events handled in a simulated day, events pending at most; a tenth more is allowed\n\
                        # written by: UPDATE=1 cargo test --test frugal\n"
            .to_owned();
        for (name, events, peak) in &found {
            writeln!(text, "{name:<24} {events:>9} {peak:>7}").unwrap();
        }
        fs::write(&path, text).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap();
    for (name, events, peak) in found {
        let row = stored.lines().find(|line| line.split_whitespace().next() == Some(&name));
        let row: Vec<u64> = row
            .unwrap_or_else(|| panic!("{GOLDEN} does not know {name}"))
            .split_whitespace()
            .skip(1)
            .map(|word| word.parse().unwrap())
            .collect();
        assert!(fits(events, row[0]), "{name}: {events} events in a simulated day, stored are {}", row[0]);
        assert!(fits(peak, row[1]), "{name}: {peak} events pending, stored are {}", row[1]);
    }
}

/// Looks at the heap after every slice of a run.
struct Scales {
    most: AtomicU64,
}

impl Watch for Scales {
    fn progress(&self, _done: Progress) {
        self.most.fetch_max(live_bytes(), Ordering::Relaxed);
    }

    fn stop(&self) -> bool {
        false
    }
}

/// Twenty services of 4,995 tasks lose a zone; with all readers of a run without files.
fn a_task_costs_less_than_300_bytes() {
    let services: Vec<Value> =
        (0..20).map(|number| service(&format!("web{number}"), "web", 4_995, "FARGATE")).collect();
    let traffic: Vec<Value> = (0..20)
        .map(|number| json!({ "service": format!("shop/web{number}"), "rate": "40000/s", "requestsPerTask": "10/s" }))
        .collect();
    let plan = world(
        "2h",
        json!({
            "clusters": [{ "clusterName": "shop", "capacityProviders": ["FARGATE"], "services": services }],
            "traffic": traffic,
            "faults": [{ "name": "dark", "at": "10m", "for": "40m", "zonePowerLoss": { "zone": "use1-az1" } }],
        }),
    );
    let before = live_bytes();
    let scales = Scales { most: AtomicU64::new(before) };
    let outcome = replicate::run_with(&plan, &[], &Options::default(), &scales, || Unkept(Events::new(0)));
    assert_eq!(outcome.end, End::Finished);
    let summary = &outcome.summary;
    let tasks: f64 = summary.services.iter().map(|service| service.running.max.mean).sum();
    assert!(tasks >= 99_900.0, "only {tasks} tasks ran at once");
    assert!(summary.faults[0].hit.tasks.mean >= 33_000.0, "the fault hit {:?}", summary.faults[0].hit);
    let bytes = (scales.most.load(Ordering::Relaxed) - before) as f64 / tasks;
    println!("{bytes:.0} bytes for each of {tasks} tasks, {} events", summary.events);
    assert!(bytes < 300.0, "{bytes:.0} bytes for each task");
}

/// The recorder of a run that keeps no events.
#[derive(Default)]
struct Unkept(Events);

impl Reader<Fact> for Unkept {
    fn read(&mut self, batch: &[(Time, Fact)]) {
        self.0.read(batch);
    }
}

impl replicate::Recorder for Unkept {
    fn merge(parts: Vec<Unkept>) -> Unkept {
        Unkept(Events::merge(parts.into_iter().map(|part| part.0)))
    }
}

/// Bytes of memory that the page of `az-loss` asks for, in all; ten times what it needed when this was written.
#[cfg(feature = "report")]
const PAGE_BYTES_MAX: u64 = 12_000_000;
/// How much longer the page of `az-loss` takes to write than its pictures to draw; ten times what it took.
#[cfg(feature = "report")]
const PAGE_TIMES_MAX: f64 = 4.0;

/// The page costs little beside the pictures that are in it.
#[cfg(feature = "report")]
fn a_page_costs_little() {
    use evenkeel::internals::report::chart::{self, Figure};
    use evenkeel::internals::report::page::{self, Facts, Picture};
    use evenkeel::internals::report::table::{Results, sections};
    use std::time::{Duration, Instant};

    let (scenario, plan) = (shipped::written("az-loss"), shipped::plan("az-loss"));
    let options = Options { timeline: true, time_line: true, ..Options::default() };
    let outcome = replicate::run_with(&plan, &[], &options, &(), || Unkept(Events::new(0)));
    let results = Results {
        summary: &outcome.summary,
        plan: &plan,
        time_line: outcome.time_line.as_ref(),
        first_replication: 0,
        more: "",
    };
    let sections = sections(&results);
    // The shortest of several times: neighbours make it longer, nothing makes it shorter.
    let mut shortest = [Duration::MAX; 2];
    let mut asked = 0;
    for _ in 0..5 {
        let begin = Instant::now();
        let figures: Vec<Figure> = chart::figures(&outcome.timeline, "lean");
        let drawn: Vec<String> = figures.iter().map(Figure::svg).collect();
        let between = Instant::now();
        let before = HEAP.stats().bytes_allocated;
        let pictures: Vec<Picture<'_>> =
            figures.iter().zip(&drawn).map(|(figure, svg)| Picture { figure, svg }).collect();
        let page = page::html(&Facts {
            summary: &outcome.summary,
            sections: &sections,
            scenario: &scenario,
            file: "az-loss.json",
            command: "evenkeel run az-loss.json --html",
            told: &[],
            heading: "lean",
            pictures: &pictures,
        });
        asked = (HEAP.stats().bytes_allocated - before) as u64;
        assert!(page.len() > 100_000, "{} bytes are not the whole page", page.len());
        let took = [between - begin, between.elapsed()];
        shortest = [0, 1].map(|place| shortest[place].min(took[place]));
    }
    let times = shortest[1].as_secs_f64() / shortest[0].as_secs_f64();
    println!("a page asks for {asked} bytes and takes {times:.2} times as long as its pictures, {:?}", shortest[1]);
    assert!(asked < PAGE_BYTES_MAX, "a page asks for {asked} bytes");
    assert!(times < PAGE_TIMES_MAX, "a page takes {times:.1} times as long as its pictures");
}

#[test]
fn runs_are_lean() {
    nothing_is_allocated_when_warm();
    scenarios_need_no_more_than_they_did();
    a_task_costs_less_than_300_bytes();
    #[cfg(feature = "report")]
    a_page_costs_little();
}
