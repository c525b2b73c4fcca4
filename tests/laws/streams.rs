//! Standalone tasks as customers: on Fargate nobody waits, on few hosts they wait in PROVISIONING.

use crate::world::{case, check, check_mean, check_short, check_values, plan, run, world, zones};
use evenkeel::internals::engine::{Reader, Time};
use evenkeel::internals::experiment::replicate::{self, Options, Recorder};
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::{TaskFact, TaskState};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Tasks of `web` that are run at random moments and live by a law.
fn stream(rate: &str, lives: &Value) -> Value {
    json!({ "taskDefinition": "web", "rate": rate, "lives": lives, "launchType": "FARGATE",
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1", "subnet-2", "subnet-3"] } } })
}

#[test]
fn without_waiting_there_are_rate_times_life() {
    // M/G/infinity: the mean number is rate x mean life, whatever the law.
    for (rate, per_second, lives, life) in [
        ("0.5/s", 0.5, json!({ "exponential": { "mean": "200s" } }), 200.0),
        ("6/min", 0.1, json!({ "constant": "300s" }), 300.0),
        ("1/s", 1.0, json!({ "lognormal": { "median": "60s", "sigma": 1.0 } }), 60.0 * libm::exp(0.5)),
        ("720/h", 0.2, json!({ "gamma": { "shape": 0.5, "scale": "400s" } }), 200.0),
        ("0.3/s", 0.3, json!({ "weibull": { "shape": 2.0, "scale": "100s" } }), 100.0 * libm::tgamma(1.5)),
    ] {
        let file = world(
            "12h",
            json!({
                "warmUp": "2h",
                "regions": zones(3, &json!({})),
                "clusters": [{ "clusterName": "jobs", "capacityProviders": ["FARGATE"],
                               "runTasks": [stream(rate, &lives)] }],
                "behaviour": [{ "family": "web", "start": { "uniform": { "low": "5s", "high": "60s" } } }],
            }),
        );
        let summary = run(&file, 6);
        let row = &summary.run_tasks[0];
        check_mean(rate, &row.running.mean, per_second * life, 0.06);
        check_mean(rate, &row.launches.requested, per_second * 36_000.0, 0.05);
        // What comes in goes out.
        check_mean(rate, &row.completed, per_second * 36_000.0, 0.05);
    }
}

/// Waits of tasks from birth to RUNNING, in seconds.
#[derive(Default)]
struct Waits {
    born: BTreeMap<u32, Time>,
    all: Vec<f64>,
}

impl Reader<Fact> for Waits {
    fn read(&mut self, batch: &[(Time, Fact)]) {
        for (at, fact) in batch {
            match fact {
                Fact::Task(TaskFact::Went {
                    task, from: TaskState::Provisioning, to: TaskState::Provisioning, ..
                }) => {
                    self.born.insert(task.ordinal, *at);
                }
                Fact::Task(TaskFact::Went { task, to: TaskState::Running, .. }) => {
                    let born = self.born.remove(&task.ordinal);
                    self.all.extend(born.map(|born| at.since(born).as_secs_f64()));
                }
                _ => {}
            }
        }
    }
}

impl Recorder for Waits {
    fn merge(mut parts: Vec<Self>) -> Self {
        parts.remove(0)
    }
}

/// `servers` hosts of one slot each; customers at `rate` a second, served by `lives`.
fn slots(servers: u64, rate: f64, lives: &Value, duration: &str) -> Value {
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
            "autoScalingGroups": [{ "AutoScalingGroupName": "asg", "MinSize": servers, "MaxSize": servers,
                "DesiredCapacity": servers, "AvailabilityZones": ["us-east-1a"],
                "Instances": [{ "InstanceType": "one.task" }] }],
            "clusters": [{ "clusterName": "jobs", "capacityProviders": ["nodes"], "runTasks": [
                { "taskDefinition": "web", "rate": format!("{rate}/s"), "lives": lives,
                  "capacityProviderStrategy": [{ "capacityProvider": "nodes", "weight": 1 }] }] }],
            "behaviour": [{ "family": "web", "start": { "constant": "0s" } }],
        }),
    )
}

/// Waits of each replication.
fn waits(file: &Value, replications: u32) -> Vec<Vec<f64>> {
    let plan = plan(file);
    let one = |first_replication| {
        let options = Options { first_replication, ..Options::default() };
        replicate::run_with(&plan, &[], &options, &(), Waits::default).records.all
    };
    (0..replications).map(one).collect()
}

/// Without the first tenth: a line that begins empty is short.
fn settled(waits: &[f64]) -> &[f64] {
    &waits[waits.len() / 10..]
}

fn shares(waits: &[Vec<f64>], above: f64) -> Vec<f64> {
    let share = |all: &[f64]| all.iter().filter(|wait| **wait > above).count() as f64 / all.len() as f64;
    waits.iter().map(|all| share(settled(all))).collect()
}

fn means(waits: &[Vec<f64>]) -> Vec<f64> {
    let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
    waits.iter().map(|all| mean(settled(all))).collect()
}

#[test]
fn tasks_in_provisioning_wait_as_in_a_line() {
    // A unit of time of the theory is ten seconds here.
    let unit = 10.0;
    let (mean, late, tail) = (case("mmc-a-wq"), case("mmc-a-pwait"), case("mmc-a-wq-p0.95"));
    let (servers, rate) = (mean.count("servers"), mean.get("arrival_rate"));
    let exponential = json!({ "exponential": { "mean": format!("{unit}s") } });
    let file = slots(servers, rate / unit, &exponential, "10h");
    let found = waits(&file, 12);
    check_values("P(wait)", &shares(&found, 0.0), late.value(), 0.15);
    check_values("mean wait", &means(&found), mean.value() * unit, 0.3);
    check_values("above the quantile", &shares(&found, tail.value() * unit), 1.0 - tail.get("quantile"), 0.5);
    let summary = run(&file, 12);
    check_mean("hosts at work", &summary.run_tasks[0].running.mean, rate, 0.02);
    // What the summary calls the start is the whole wait from launch accepted to RUNNING, quantiles of each
    // replication.
    let quantile = |all: &[f64], q: f64| {
        let mut sorted = all.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted[(q * sorted.len() as f64).ceil() as usize - 1]
    };
    let quantiles = &summary.run_tasks[0].start_seconds;
    for (q, told) in [(0.5, quantiles.p50), (0.99, quantiles.p99)] {
        let truth = found.iter().map(|all| quantile(all, q)).sum::<f64>() / found.len() as f64;
        check("mean of quantiles", told.unwrap().mean, truth, 0.005 * truth);
    }

    // One host, work of constant length.
    let (mean, share) = (case("md1-a-wq"), case("md1-a-cdf-5.0"));
    let file = slots(1, mean.get("arrival_rate") / unit, &json!({ "constant": format!("{unit}s") }), "40h");
    let found = waits(&file, 12);
    check_values("mean wait", &means(&found), mean.value() * unit, 0.2);
    check_values("short waits", &shares(&found, share.get("t") * unit), 1.0 - share.value(), 0.3);
}

#[test]
fn work_that_dies_is_not_done() {
    let exponential = json!({ "exponential": { "mean": "10s" } });
    let mut file = slots(10, 0.5, &exponential, "20h");
    file["faults"] = json!([{ "name": "exits", "every": { "exponential": { "mean": "90s" } }, "taskCrash": {} }]);
    let summary = run(&file, 10);
    let row = &summary.run_tasks[0];
    // Of two exponential clocks the one of the work is first with probability (1/10) / (1/10 + 1/90) = 0.9.
    let done = evenkeel::internals::metrics::summary::Estimate {
        mean: row.completed.mean / row.launches.running.mean,
        low: row.completed.low.map(|low| low / row.launches.running.mean),
        high: row.completed.high.map(|high| high / row.launches.running.mean),
        n: row.completed.n,
    };
    check_short("lost work", &done, 0.1, 0.2);
    check_mean("at work", &row.running.mean, 0.5 * 9.0, 0.02);
}

/// Second of each launch while one task is asked for each 25 ms, for 20 s.
fn forty_calls_a_second(on_hosts: bool) -> Vec<f64> {
    let mut file = slots(1, 1.0, &json!({ "constant": "10m" }), "5m");
    file["instanceTypes"][0]["VCpuInfo"]["DefaultVCpus"] = json!(1_000);
    file["instanceTypes"][0]["MemoryInfo"]["SizeInMiB"] = json!(1_000_000);
    let run = &mut file["clusters"][0]["runTasks"][0];
    run.as_object_mut().unwrap().remove("rate");
    run["every"] = json!({ "constant": "25ms" });
    run["until"] = json!("20s");
    if !on_hosts {
        let mut calls = stream("1/s", &json!({ "constant": "10m" }));
        calls.as_object_mut().unwrap().remove("rate");
        calls["every"] = json!({ "constant": "25ms" });
        calls["until"] = json!("20s");
        file = world(
            "5m",
            json!({
                "regions": zones(3, &json!({ "launchBurst": 5_000, "launchRate": "1000/s" })),
                "clusters": [{ "clusterName": "jobs", "capacityProviders": ["FARGATE"], "runTasks": [calls] }],
            }),
        );
    }
    births(&file)
}

fn births(file: &Value) -> Vec<f64> {
    let (diary, _) = crate::world::watch(file);
    let born = |fact: &Fact| {
        matches!(fact, Fact::Task(TaskFact::Went { from: TaskState::Provisioning, to: TaskState::Provisioning, .. }))
    };
    diary.0.iter().filter(|(_, fact)| born(fact)).map(|(at, _)| at.as_secs_f64()).collect()
}

#[test]
fn twenty_calls_a_second_are_taken_on_where_tasks_are_fargates() {
    // A call that is turned away comes twice more, within three seconds: of forty a second half are lost.
    let found = forty_calls_a_second(false);
    assert!((400..=20 + 20 * 23).contains(&found.len()), "{} of 800", found.len());
    let second = |at: f64| found.iter().filter(|born| (at..at + 1.0).contains(*born)).count();
    for at in 2..19 {
        assert!((19..=21).contains(&second(f64::from(at))), "second {at}: {}", second(f64::from(at)));
    }
    // No such rate binds tasks on hosts.
    assert_eq!(forty_calls_a_second(true).len(), 799);
}

#[test]
fn streams_are_not_held_to_the_rate_of_the_service_scheduler() {
    // Ten a second are 600 a minute, and each starts with its call.
    let mut calls = stream("1/s", &json!({ "constant": "1m" }));
    calls.as_object_mut().unwrap().remove("rate");
    calls["every"] = json!({ "constant": "1s" });
    calls["count"] = json!(10);
    let found = births(&world(
        "4m",
        json!({
            "regions": zones(3, &json!({ "launchBurst": 5_000, "launchRate": "1000/s" })),
            "clusters": [{ "clusterName": "jobs", "capacityProviders": ["FARGATE"], "runTasks": [calls] }],
        }),
    ));
    for at in 1..239 {
        assert_eq!(found.iter().filter(|born| **born == f64::from(at)).count(), 10, "second {at}");
    }
}
