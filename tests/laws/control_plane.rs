//! The control plane fails, and what runs lives on (A deep dive into resilience and availability on Amazon ECS).
//!
//! While a cell is down nothing is launched and nothing is learned: n tasks that crash at rate 1/m each are a pure
//! death process, n exp(-t/m) of them are left after t.

use crate::world::{case, check, check_share, check_values, each, plan, run, service, shop, the_service, watch, world};
use evenkeel::internals::engine::Time;
use evenkeel::internals::experiment::replicate::{self, Options};
use evenkeel::internals::metrics::summary::Summary;
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::{PlaneFact, TaskFact, TaskState};
use serde_json::{Value, json};

/// One service, one cell, and what breaks.
fn broken(duration: &str, desired: u64, faults: &Value, parts: &Value) -> Value {
    let mut all = json!({
        "clusters": shop(&[service("web", desired, 3, &json!({}))]),
        "behaviour": [{ "family": "web", "start": { "constant": "40s" } }],
        "detection": { "loss": { "constant": "20s" } },
        "faults": faults,
    });
    all.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    world(duration, all)
}

#[test]
fn without_a_control_plane_tasks_die_out_as_the_reference_says() {
    let (mean, enough) = (case("cpout-a-mean"), case("cpout-a-prob"));
    let (n, minutes, life) = (mean.count("tasks"), mean.count("outage_minutes"), mean.get("task_mttf_hours"));
    let truth = n as f64 * libm::exp(-(minutes as f64) / 60.0 / life);
    check("n exp(-t/m)", truth, mean.value(), 1e-9);
    let file = broken(
        &format!("{minutes}m"),
        n,
        &json!([{ "name": "cell down", "at": "0s", "cellOutage": { "cell": "cell-1" } }]),
        &json!({ "behaviour": [{ "family": "web", "crash": { "exponential": { "mean": format!("{life}h") } } }] }),
    );
    // Nothing is replaced: the least number running is the last.
    let left = each(&file, 4_000, |summary| the_service(summary).running.min.mean);
    check_values("tasks left at the end", &left, mean.value(), 1e-3);
    let need = enough.count("need") as f64;
    let hits = left.iter().filter(|left| **left >= need).count();
    check_share("at least 95 left", hits, left.len(), enough.value(), 0.01);
    let summary = run(&file, 1);
    let plane = &summary.control_plane[0];
    assert_eq!((plane.launches.accepted.mean, plane.cells[0].down_seconds.mean), (0.0, minutes as f64 * 60.0));
    // Each death makes a launch due: offered once, and it waits to the end.
    let died = n as f64 - the_service(&summary).running.min.mean;
    assert!(died > 0.0, "this seed shows nothing");
    // The last death may not have been noticed when the run ended: news takes up to a second.
    check("launches that wait", plane.launches.offered.mean, died, 1.0);
    assert_eq!(plane.launches.availability.unwrap().mean, 0.0);
}

#[test]
fn nothing_happens_to_what_needs_nothing() {
    let traffic = json!({ "traffic": [{ "service": "shop/web", "rate": "100/s", "requestsPerTask": "20/s" }] });
    let faults = json!([{ "name": "cell down", "at": "30m", "for": "2h", "cellOutage": {} },
                        { "name": "router down", "at": "1h", "for": "1h", "routerOutage": {} }]);
    let summary = run(&broken("4h", 6, &faults, &traffic), 1);
    let service = the_service(&summary);
    assert_eq!((service.requests.failed.mean, service.request_availability.unwrap().mean), (0.0, 1.0));
    let fault = &summary.faults[0];
    assert_eq!((fault.hit.cells.mean, fault.hit.tasks.mean, fault.recover_seconds.unwrap().mean), (1.0, 0.0, 0.0));
    assert_eq!((fault.lost_task_seconds.mean, fault.blast_radius.unwrap().mean), (0.0, 0.0));
    assert_eq!(summary.control_plane[0].cells[0].down_seconds.mean, 7_200.0);
}

/// Three of nine tasks crash at `crash`, in an outage from 3,600 to 7,200 s.
fn crash_in_outage(crash: &str) -> Value {
    let faults = json!([
        { "name": "cell down", "at": "1h", "for": "1h", "cellOutage": { "cell": "cell-1" } },
        { "name": "crash", "at": crash, "taskCrash": { "service": "shop/web", "count": 3 } },
    ]);
    broken("3h", 9, &faults, &json!({}))
}

#[test]
fn what_dies_during_an_outage_is_replaced_after_it() {
    let (diary, summary) = watch(&crash_in_outage("70m"));
    let again: Vec<f64> = diary
        .0
        .iter()
        .filter(|(now, fact)| now.0 > 0 && matches!(fact, Fact::Task(TaskFact::Went { to: TaskState::Running, .. })))
        .map(|(now, _)| now.as_secs_f64())
        .collect();
    // The cell learns of it when it is back, and a start takes 40 s.
    assert_eq!(again, [7_240.0; 3]);
    let lost = |fault: usize| summary.faults[fault].lost_task_seconds.mean;
    // The second in which the news would have come is the crash's; from there on the outage is why they are missing.
    check("lost to the crash", lost(1), 1.5, 1.5);
    check("lost to the outage", lost(0) + lost(1), 3.0 * (7_240.0 - 4_200.0), 1e-6);
    let row = summary.losses.iter().find(|row| row.phase == "control-plane wait").unwrap();
    check("waited for the cell", row.lost_task_seconds.mean + lost(1), 3.0 * (7_200.0 - 4_200.0), 1e-6);
    let fault = &summary.faults[0];
    assert_eq!(fault.blast_radius.unwrap().mean, 1.0);
    check("full strength", fault.full_strength_seconds.unwrap().mean, 3_640.0, 1e-6);
    let plane = &summary.control_plane[0].launches;
    assert_eq!((plane.offered.mean, plane.accepted.mean, plane.availability.unwrap().mean), (3.0, 3.0, 1.0));
}

#[test]
fn what_dies_before_and_after_an_outage_is_replaced_as_ever() {
    for crash in ["50m", "130m"] {
        let summary = run(&crash_in_outage(crash), 1);
        let lost = |fault: usize| summary.faults[fault].lost_task_seconds.mean;
        // Each is known within a second, and a start takes 40 s.
        check(crash, lost(1), 3.0 * 40.5, 1.5);
        check(crash, lost(0), 0.0, 0.0);
    }
}

/// Ten RunTask calls, one a minute from the 30th on, and an outage of the router around some of them.
fn calls(fault: &Value) -> Summary {
    let stream = json!([{ "clusterName": "jobs", "capacityProviders": ["FARGATE"], "runTasks": [{
        "taskDefinition": "web", "name": "job", "every": { "constant": "1m" }, "from": "29m", "until": "39m30s",
        "launchType": "FARGATE", "lives": { "constant": "5m" },
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"] } } }],
        "services": [service("web", 3, 3, &json!({}))] }]);
    run(&broken("2h", 1, &json!([fault]), &json!({ "clusters": stream })), 1)
}

#[test]
fn calls_are_lost_at_a_router_that_is_down_and_nothing_else_is() {
    // The calls of minutes 32 to 36 meet it, and try again twice within 3 s in vain.
    let summary = calls(&json!({ "name": "router", "at": "31m30s", "for": "5m", "routerOutage": {} }));
    let plane = &summary.control_plane[0].launches;
    assert_eq!((plane.offered.mean, plane.accepted.mean, plane.failed.mean), (10.0, 5.0, 5.0));
    assert_eq!((plane.throttled.mean, plane.availability.unwrap().mean), (0.0, 0.5));
    assert_eq!(summary.run_tasks[0].completed.mean, 5.0);
    assert_eq!(summary.faults[0].blast_radius.unwrap().mean, 1.0);
    assert_eq!(the_service(&summary).running.min.mean, 3.0);
}

#[test]
fn a_call_gets_through_on_a_later_try() {
    // The outage ends shortly after the call of minute 32. A first repetition comes within a second, a second one
    // within two more; whichever is after the end is taken on.
    let mut saved = 0.0;
    for millis in [100, 500] {
        let length = format!("{}ms", 20_000 + millis);
        let summary = calls(&json!({ "name": "router", "at": "1900s", "for": length, "routerOutage": {} }));
        let plane = &summary.control_plane[0].launches;
        assert_eq!(plane.offered.mean, 10.0);
        assert_eq!(plane.accepted.mean + plane.failed.mean, 10.0);
        saved += plane.accepted.mean - 9.0;
    }
    assert!(saved >= 1.0, "no repetition ever got through");
}

#[test]
fn a_cell_that_is_down_takes_no_call() {
    let summary = calls(&json!({ "name": "cell", "at": "31m30s", "for": "5m", "cellOutage": { "cluster": "jobs" } }));
    let plane = &summary.control_plane[0].launches;
    assert_eq!((plane.offered.mean, plane.accepted.mean, plane.failed.mean), (10.0, 5.0, 5.0));
}

#[test]
fn at_a_rate_of_zero_launches_wait_and_at_another_they_come_one_by_one() {
    let faults = json!([
        { "name": "nothing starts", "at": "1h", "for": "30m", "controlPlaneThrottle": { "rate": "0/s" } },
        { "name": "one in ten seconds", "at": "90m", "for": "30m", "controlPlaneThrottle": { "rate": "0.1/s" } },
        { "name": "crash", "at": "70m", "taskCrash": { "service": "shop/web", "count": 4 } },
    ]);
    let (diary, summary) = watch(&broken("3h", 9, &faults, &json!({})));
    let born: Vec<f64> = diary
        .0
        .iter()
        .filter(|(now, fact)| {
            now.0 > 0
                && matches!(
                    fact,
                    Fact::Task(TaskFact::Went { from: TaskState::Provisioning, to: TaskState::Provisioning, .. })
                )
        })
        .map(|(now, _)| now.as_secs_f64())
        .collect();
    assert_eq!(born, [5_410.0, 5_420.0, 5_430.0, 5_440.0]);
    assert_eq!(the_fault_named(&summary, "nothing starts").needed_launches.mean, 4.0);
    assert_eq!(summary.control_plane[0].launches.availability.unwrap().mean, 1.0);
}

fn the_fault_named<'a>(summary: &'a Summary, name: &str) -> &'a evenkeel::internals::metrics::summary::FaultRow {
    summary.faults.iter().find(|fault| fault.name == name).unwrap()
}

#[test]
fn a_cell_that_refuses_a_share_of_launches_takes_the_rest() {
    let stream = json!([{ "clusterName": "jobs", "capacityProviders": ["FARGATE"], "runTasks": [{
        "taskDefinition": "web", "name": "job", "every": { "constant": "1s" },
        "launchType": "FARGATE", "lives": { "constant": "20s" },
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"] } } }] }]);
    let fault = json!([{ "name": "bad", "at": "0s", "cellOutage": { "share": 0.5 } }]);
    let summary = run(&broken("10h", 1, &fault, &json!({ "clusters": stream })), 1);
    let plane = &summary.control_plane[0].launches;
    // Three tries, each refused by half: one call in eight is lost.
    check_share("calls lost", plane.failed.mean as usize, plane.offered.mean as usize, 0.125, 0.1);
    // The last calls may still try again when the run ends.
    check("all are accounted for", plane.accepted.mean + plane.failed.mean, plane.offered.mean, 3.0);
}

#[test]
fn all_of_any_load_is_taken_too() {
    let faults = json!([
        { "name": "nothing starts", "at": "1h", "for": "30m", "controlPlaneThrottle": { "share": 1 } },
        { "name": "crash", "at": "70m", "taskCrash": { "service": "shop/web", "count": 4 } },
    ]);
    let summary = run(&broken("3h", 9, &faults, &json!({})), 1);
    check("back after it", summary.faults[0].full_strength_seconds.unwrap().mean, 1_800.0 + 40.0, 1e-3);
}

/// Points of a line: seconds and values.
type Line = Vec<(f64, f64)>;

/// Work that a cell was asked for, in requests, by the last second of its minute; its peak, and the line that is drawn.
fn asked_of_a_cell(duration: &str, faults: &Value) -> (Line, f64, Line) {
    let zones = json!([{ "id": "z1" }, { "id": "z2" }, { "id": "z3" }]);
    let plane = json!({ "peakRequests": "10/s", "prescaledPercent": 100, "costs": { "launch": 1 } });
    let regions = json!([{ "name": "us-east-1", "zones": zones, "controlPlane": plane }]);
    let file = broken(duration, 30, faults, &json!({ "regions": regions }));
    let (diary, summary) = watch(&file);
    let load = |(now, fact): &(Time, Fact)| match fact {
        Fact::Plane(PlaneFact::Load { asked, .. }) => Some(((now.0 + 1) as f64 / 1e6, *asked as f64 / 1e6)),
        _ => None,
    };
    let peak = summary.control_plane[0].cells[0].peak_utilisation.unwrap().mean;
    let options = Options { timeline: true, ..Options::default() };
    let drawn = replicate::run(&plan(&file), &[], &options, &()).timeline;
    let line = drawn.series.iter().find(|series| series.name == "control_plane_requests_per_second").unwrap();
    let line = line.points.iter().map(|(at, value)| (at.as_secs_f64(), *value)).collect();
    (diary.0.iter().filter_map(load).collect(), peak, line)
}

/// The crash is noticed at once, and all is launched within the minute: ten at once, ten a second from then on.
#[test]
fn every_minute_of_work_is_told_and_no_other() {
    let crash = |name: &str, at: &str, count: u64| json!({ "name": name, "at": at, "taskCrash": { "service": "shop/web", "count": count } });
    let (told, peak, line) = asked_of_a_cell("3h", &json!([crash("one", "1h", 14)]));
    assert_eq!(told, [(3_660.0, 14.0)]);
    check("the only busy minute", peak, 14.0 / 600.0, 2e-6);
    assert_eq!(line, [(0.0, 0.0), (3_600.0, 14.0 / 60.0), (3_660.0, 0.0)]);
    // Minutes side by side, a gap, and a run that ends 30 s into a minute.
    let faults = json!([crash("one", "1h", 9), crash("two", "61m", 6), crash("three", "2h", 12)]);
    let (told, peak, line) = asked_of_a_cell("7230s", &faults);
    assert_eq!(told, [(3_660.0, 9.0), (3_720.0, 6.0), (7_230.0, 12.0)]);
    check("the busiest of three", peak, 12.0 / 600.0, 2e-6);
    let minutes = [(0.0, 0.0), (3_600.0, 9.0 / 60.0), (3_660.0, 6.0 / 60.0), (3_720.0, 0.0), (7_200.0, 12.0 / 60.0)];
    assert_eq!(line, minutes);
}

#[test]
fn work_at_the_turn_of_a_minute_belongs_to_the_new_one() {
    // Replaced when the crash is over: at 3,570, at 3,600 sharp, and at 3,659 s.
    let crash = |name: &str, at: &str, count: u64| json!({ "name": name, "at": at, "for": "20s", "taskCrash": { "service": "shop/web", "count": count } });
    let faults = json!([crash("before", "3550s", 3), crash("sharp", "3580s", 5), crash("late", "3639s", 6)]);
    let (told, peak, _) = asked_of_a_cell("3h", &faults);
    assert_eq!(told, [(3_600.0, 3.0), (3_660.0, 11.0)]);
    check("both of a minute", peak, 11.0 / 600.0, 2e-6);
}

/// The peak of a cell that users' other calls ask for 40 requests a second, of 100 at the peak.
fn peak_of_other_calls(zones: usize, duration: &str, faults: &Value) -> f64 {
    let list: Vec<Value> = (1..=zones).map(|zone| json!({ "id": format!("z{zone}") })).collect();
    let plane = json!({ "peakRequests": "100/s", "otherCalls": "40/s" });
    let regions = json!([{ "name": "us-east-1", "zones": list, "controlPlane": plane }]);
    let file = world(duration, json!({ "regions": regions, "clusters": shop(&[]), "faults": faults }));
    run(&file, 1).control_plane[0].cells[0].peak_utilisation.unwrap().mean
}

#[test]
fn a_lost_zone_is_seen_in_the_peak_when_nothing_is_launched() {
    let lost = |at: &str, lasts: &str| json!([{ "name": "lost", "at": at, "for": lasts, "controlPlaneZoneLoss": { "zone": "z1" } }]);
    for zones in 2..=6usize {
        // A / (A - 1) of what is needed, so that what is left without a zone is what is needed.
        let whole = 0.4 * (zones - 1) as f64 / zones as f64;
        let peak = |duration: &str, faults: Value| peak_of_other_calls(zones, duration, &faults);
        check("with all zones", peak("3h", json!([])), whole, 2e-6);
        check("an hour without one", peak("3h", lost("1h", "1h")), 0.4, 2e-6);
        // A minute is held against what the cell can do at its end.
        check("over the turn of a minute", peak("3h", lost("3630s", "40s")), 0.4, 2e-6);
        check("within a minute", peak("3h", lost("3610s", "40s")), whole, 2e-6);
        check("to the end of a run that cuts a minute", peak("3630s", lost("3610s", "1h")), 0.4, 2e-6);
    }
}
