//! Replications of a toy world in which two services lose a task now and then.

use super::*;
use crate::engine::{Cx, Dist, Draw, Purpose, Span, Who};
use crate::metrics::Subject;
use crate::metrics::objective::{Bound, Target};
use crate::metrics::summary::Verdict;
use crate::model::fact::{Cause, Mechanism, Phase, ServiceFact};
use crate::model::ids::{ServiceId, ZoneId};
use crate::{Scenario, Texts};
use serde_json::json;

/// One service of one task, up and down in turn.
struct Toy {
    service: ServiceId,
    up: bool,
    flips: u64,
}

impl Partition for Toy {
    type Event = ();
    type Fact = Fact;
    type Plan = Plan;

    fn handle(&mut self, _event: (), cx: &mut Cx<'_, Self>) {
        self.up = !self.up;
        self.flips += 1;
        self.tell(cx);
        let mean = if self.up { 600 } else { 60 };
        let law = Dist::exponential(Span::from_secs(mean)).unwrap();
        let delay = law.sample(&mut self.draw(cx));
        cx.after(delay, ());
    }
}

impl Toy {
    fn draw(&self, cx: &Cx<'_, Self>) -> Draw {
        cx.draw(Purpose(1), Who::named("toy").nth(u64::from(self.service.0)).nth(self.flips))
    }

    fn tell(&self, cx: &mut Cx<'_, Self>) {
        let (service, zone, count) = (self.service, ZoneId(0), u32::from(self.up));
        cx.note(ServiceFact::Need { service, need: 1, desired: 1 });
        cx.note(ServiceFact::Available { service, zone, count });
        cx.note(ServiceFact::Running { service, zone, count });
        let (cause, phase) = (Cause::mechanism(Mechanism::Crash), Phase::Detection);
        cx.note(ServiceFact::Shortfall { service, cause, phase, millionths: u64::from(!self.up) * 1_000_000 });
    }
}

/// Two clusters of one service, each in a cell of its own.
fn plan() -> Plan {
    let cluster = |name: &str, account: &str| {
        json!({ "clusterName": name, "account": account, "services": [{ "serviceName": "toy", "taskDefinition": "toy",
            "desiredCount": 1, "launchType": "FARGATE",
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a"] } } }] })
    };
    let text = json!({
        "version": 1, "name": "toy", "seed": 42, "duration": "100000s", "warmUp": "1000s",
        "regions": [{ "name": "us-east-1", "controlPlane": { "cells": 2,
            "router": { "mapping": "fullMap", "map": { "c0": "cell-1", "c1": "cell-2" } } } }],
        "taskDefinitions": [{ "family": "toy", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
            "containerDefinitions": [{ "name": "toy", "image": "toy:1" }] }],
        "clusters": [cluster("c0", "111111111111"), cluster("c1", "222222222222")],
    });
    let reading = Scenario::read("toy.json", &Texts::one("toy.json", text.to_string()));
    reading.into_result().unwrap().into_plan()
}

fn toys(plan: &Plan, options: &Options, objectives: &[Objective], watch: &dyn Watch) -> Outcome {
    let one = |index: u32, shared: &Shared<'_>| {
        let parts = plan.parts(|_| false).into_iter().map(|part| {
            let world = Toy { service: ServiceId(part.as_one.services.start), up: false, flips: 0 };
            (
                world,
                Readers {
                    metrics: Metrics::new(plan, &part, options.timeline && index == 0),
                    milestones: None,
                    recorder: Some(Events::default()),
                },
            )
        });
        replicate(plan, index, parts, |_, cx| cx.after(Span::ZERO, ()), shared, |_| ())
    };
    gather(plan, objectives, options, watch, one)
}

fn text(outcome: &Outcome) -> String {
    serde_json::to_string(&outcome.summary).unwrap()
}

#[test]
fn threads_change_no_byte() {
    let plan = plan();
    for replications in [1, 2, 70] {
        let options = Options { replications, timeline: true, ..Options::default() };
        let one = toys(&plan, &options, &[], &());
        for threads in [2, 3, 8] {
            let many = toys(&plan, &Options { threads, ..options }, &[], &());
            assert_eq!(text(&many), text(&one), "{threads} threads, {replications} replications");
            assert_eq!(many.timeline, one.timeline);
        }
        assert_eq!(one.end, End::Finished);
        assert_eq!(one.summary.replications, replications);
    }
}

#[test]
fn slices_change_no_event() {
    let plan = plan();
    let sliced = toys(&plan, &Options::default(), &[], &());
    let worlds = plan.cells.ids().map(|cell| (Toy { service: ServiceId(u32::from(cell.0)), up: false, flips: 0 }, ()));
    let mut sim = Sim::new(&plan, plan.seed(), worlds, None, Limits::default());
    sim.prepare(|_, cx| cx.after(Span::ZERO, ()));
    assert_eq!(sim.run_until(plan.end()), Stop::Finished);
    assert_eq!(sliced.summary.digest, format!("{:016x}", sim.digest()));
    assert_eq!(sliced.summary.events, sim.events());
}

#[test]
fn the_interval_holds_the_truth() {
    // Up for 600 s, down for 60 s on average: 10/11, whatever the laws.
    let plan = plan();
    let options = Options { replications: 40, threads: 2, ..Options::default() };
    let (name, key) = ("c0/toy".to_owned(), "capacityAvailability".to_owned());
    let bound = Bound::AtLeast(Target::Number(0.5));
    let promised = Objective { subject: Subject::Service, name, key, bound };
    let outcome = toys(&plan, &options, &[promised], &());
    for row in &outcome.summary.services {
        let estimate = row.capacity_availability.unwrap();
        let (low, high) = (estimate.low.unwrap(), estimate.high.unwrap());
        assert!(low < 10.0 / 11.0 && 10.0 / 11.0 < high, "[{low}, {high}]");
        assert!(high - low < 0.02, "[{low}, {high}]");
    }
    assert_eq!(outcome.summary.objectives[0].verdict, Verdict::Pass);
}

#[test]
fn a_later_replication_can_be_seen_alone() {
    let plan = plan();
    let alone = toys(&plan, &Options { first_replication: 3, ..Options::default() }, &[], &());
    let first = toys(&plan, &Options::default(), &[], &());
    assert_ne!(alone.summary.digest, first.summary.digest);
    let four = toys(&plan, &Options { replications: 4, ..Options::default() }, &[], &());
    let three = toys(&plan, &Options { replications: 3, ..Options::default() }, &[], &());
    assert_eq!(four.summary.events - three.summary.events, alone.summary.events);
}

#[test]
fn a_limit_is_an_end_with_a_name() {
    let plan = plan();
    let limits = Limits { events_max: 50, ..Limits::default() };
    let outcome = toys(&plan, &Options { limits, replications: 2, ..Options::default() }, &[], &());
    let End::Limit { which, at, replication } = outcome.end else { panic!("{:?}", outcome.end) };
    assert_eq!((which, replication), ("events", 0));
    assert!(at < plan.end());
    assert_eq!(outcome.summary.services.len(), 2);
}

/// Stops after so many reports.
struct Impatient(AtomicU64, u64);

impl Watch for Impatient {
    fn progress(&self, done: Progress) {
        assert!(done.share > 0.0 && done.share <= 1.0);
        self.0.fetch_add(1, Ordering::Relaxed);
    }
    fn stop(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= self.1
    }
}

#[test]
fn a_run_can_be_interrupted() {
    let plan = plan();
    let stopped = |replications, after| {
        let watch = Impatient(AtomicU64::new(0), after);
        toys(&plan, &Options { replications, ..Options::default() }, &[], &watch)
    };
    let early = stopped(1, 10);
    assert_eq!((early.end, early.summary.replications), (End::Interrupted, 1));
    let whole = Impatient(AtomicU64::new(0), u64::MAX);
    toys(&plan, &Options::default(), &[], &whole);
    let reports = whole.0.into_inner();
    assert!(reports >= SLICES / 2, "{reports} reports");
    let later = stopped(5, 2 * reports + 1);
    assert_eq!((later.end, later.summary.replications), (End::Interrupted, 2));
    assert_eq!(stopped(2, 1_000).end, End::Finished);
}
