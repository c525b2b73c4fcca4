//! What is said of summaries of every kind.

use super::super::words::plain;
use super::*;
use crate::metrics::summary::{ChangeRow, LossRow, PlaneRow, ServiceRow, StreamRow, ToBad};
use crate::report::sample::{exact, summary};

fn said(summary: &Summary) -> Vec<String> {
    sentences(summary).iter().map(|sentence| plain(sentence)).collect()
}

/// Nothing but the name, one replication.
fn empty() -> Summary {
    Summary { replications: 1, ..Summary::default() }
}

fn between(low: f64, high: f64) -> Estimate {
    Estimate { mean: f64::midpoint(low, high), low: Some(low), high: Some(high), n: 20 }
}

#[test]
fn a_zone_loss() {
    let mut summary = summary();
    summary.services[0].error_seconds = Some(exact(95.0));
    summary.services[0].longest_error_seconds = Some(exact(60.0));
    summary.services[0].worst_minute.availability = Some(exact(2.0 / 3.0));
    summary.services[0].worst_minute.at_seconds = Some(exact(3_600.0));
    let found = said(&summary);
    assert_eq!(
        found,
        [
            "`zone dark` (zone power loss) was in force from 1h to 1h40m and hit 10 tasks and 10 hosts; no service fell \
             short of the healthy tasks it needs, and nothing had to be launched for that.",
            "15,000 of 8,910,000 requests of `shop/web` failed (availability 99.831 %): users saw errors for 1m35s in \
             all, the longest stretch 1m; in the worst minute, from 1h, 33.3 % of its requests failed.",
            "All the failed requests were lost to `zone dark`, before the loss was noticed.",
            "1 of 2 objectives were missed: `shop/web: requestAvailability at least 0.999`.",
        ]
    );
}

#[test]
fn recoveries() {
    let told = |change: fn(&mut crate::metrics::summary::FaultRow)| {
        let mut summary = summary();
        change(&mut summary.faults[0]);
        said(&summary)[0].split_once("; ").map_or_else(String::new, |(_, rest)| rest.to_owned())
    };
    assert_eq!(
        told(|fault| fault.recover_seconds = Some(exact(262.0))),
        "the healthy tasks that services need were there again after 4m22s."
    );
    assert_eq!(
        told(|fault| (fault.recover_seconds, fault.never_recovered) = (None, exact(1.0))),
        "by the end of the run they were not all there again."
    );
    assert_eq!(told(|fault| fault.occurrences = exact(0.0)), "");
}

#[test]
fn several_faults() {
    let mut summary = summary();
    let mut other = summary.faults[0].clone();
    other.name = "again".to_owned();
    (other.occurrences, other.recover_seconds) = (exact(4.0), Some(exact(90.0)));
    let mut spared = other.clone();
    (spared.name, spared.occurrences) = ("spared".to_owned(), exact(0.0));
    summary.faults.extend([other, spared]);
    assert_eq!(
        said(&summary)[0],
        "2 faults struck: `zone dark` at 1h and `again` 4 times from 1h on; services were short of healthy tasks for \
         longest after `again`, for 1m30s; `spared` never struck."
    );
}

#[test]
fn nothing_happens() {
    let mut summary = empty();
    let capacity_availability = Some(exact(1.0));
    summary.services = vec![ServiceRow { service: "shop/web".into(), capacity_availability, ..ServiceRow::default() }];
    assert_eq!(
        said(&summary),
        [
            "The scenario has no fault and no change.",
            "`shop/web` had as many healthy tasks as needed all the time (no traffic is written, so requests are not \
             counted).",
            "No objective is written, so nothing is judged.",
        ]
    );
    summary.services[0].request_availability = Some(exact(1.0));
    summary.services[0].requests.offered = exact(5_000.0);
    assert_eq!(said(&summary)[1], "No request of `shop/web` failed: all 5,000 were answered in time.");
    let short = ServiceRow { service: "b/y".into(), capacity_availability: Some(exact(0.5)), ..ServiceRow::default() };
    summary.services.push(short);
    assert_eq!(
        said(&summary)[1],
        "No request of `shop/web` failed: all 5,000 were answered in time; `b/y`, without traffic, had as many healthy \
         tasks as needed for 50.00 % of the time."
    );
}

#[test]
fn missing_capacity_without_traffic() {
    let mut summary = empty();
    let row = |name: &str, share: f64| {
        let capacity_availability = Some(exact(share));
        ServiceRow { service: name.into(), capacity_availability, ..ServiceRow::default() }
    };
    summary.services = vec![row("a/x", 0.99), row("b/y", 0.96)];
    let loss = |phase: &str, seconds: f64| LossRow {
        cause: "zone dark".into(),
        phase: phase.into(),
        lost_task_seconds: exact(seconds),
        ..LossRow::default()
    };
    summary.losses = vec![loss("start", 25.0), loss("control-plane wait", 75.0)];
    let found = said(&summary);
    assert!(found[1].starts_with("The worst of 2 services, `b/y`, had as many healthy tasks as needed for 96.00 % of"));
    assert_eq!(
        found[2],
        "All 100 task-seconds missing below desiredCount were lost to `zone dark`: 75 % while the control plane \
         did not act and 25 % while replacements started."
    );
}

#[test]
fn launches_that_were_refused() {
    let mut summary = empty();
    summary.run_tasks = vec![StreamRow { stream: "jobs/batch".into(), completed: exact(8.0), ..StreamRow::default() }];
    summary.run_tasks[0].stops = [("EssentialContainerExited", 8.0), ("InfrastructureHealth", 2.0)]
        .map(|(code, count)| (code.to_owned(), exact(count)))
        .into();
    summary.control_plane = vec![PlaneRow { region: "us-east-1".into(), ..PlaneRow::default() }];
    let launches = &mut summary.control_plane[0].launches;
    (launches.offered, launches.throttled, launches.waiting) = (exact(13.0), exact(2.0), exact(1.0));
    assert_eq!(
        said(&summary)[1],
        "8 standalone tasks of `jobs/batch` ended their work, and 2 were stopped before that; of 13 launches offered to \
         the control plane of `us-east-1` 2 were given up because they were throttled and 1 still waited at the end."
    );
}

fn change(outcome: &str) -> ChangeRow {
    ChangeRow {
        name: "v2".into(),
        service: "shop/web".into(),
        outcome: outcome.into(),
        outcomes: [(outcome.to_owned(), exact(1.0))].into(),
        occurrences: exact(1.0),
        begin_seconds: Some(exact(3_600.0)),
        ..ChangeRow::default()
    }
}

#[test]
fn changes_end_in_every_way() {
    let told = |row: ChangeRow| {
        let mut summary = empty();
        summary.changes = vec![row];
        summary.services = vec![ServiceRow { request_availability: Some(exact(1.0)), ..ServiceRow::default() }];
        said(&summary)[0].clone()
    };
    let completed = ChangeRow { end_seconds: Some(exact(4_320.0)), ..change("completed") };
    assert_eq!(told(completed), "`v2` of `shop/web` began at 1h and was completed 12m later.");
    let back = ChangeRow {
        detect_seconds: Some(exact(180.0)),
        rollback_seconds: Some(exact(5.0)),
        exposed_requests: exact(2_407.0),
        exposed_share: Some(exact(0.0007)),
        ..change("rolledBack")
    };
    assert_eq!(
        told(back),
        "`v2` of `shop/web` began at 1h and was rolled back; found to be bad after 3m and back on the revision before \
         within 5s; 2,407 requests (0.07 %) met the new revision before that; no request was lost to it."
    );
    let kept = ChangeRow { lost_requests: exact(90.0), ..change("completed") };
    let exposed_to_bad = ToBad { requests: exact(450.0), share: Some(exact(0.5)) };
    assert_eq!(
        told(ChangeRow { exposed_to_bad, ..kept }),
        "`v2` of `shop/web` began at 1h and was completed; 450 requests (50 %) met it while it was bad; 90 requests \
         were lost to it."
    );
    assert_eq!(told(change("stopped")), "`v2` of `shop/web` began at 1h and was stopped without a roll back.");
    assert_eq!(told(change("unfinished")), "`v2` of `shop/web` began at 1h and had not ended when the run did.");
    assert_eq!(told(ChangeRow { begin_seconds: None, ..change("unfinished") }), "`v2` of `shop/web` never began.");
    let often = ChangeRow {
        occurrences: exact(115.0),
        outcomes: [("completed".to_owned(), exact(0.913)), ("rolledBack".to_owned(), exact(0.087))].into(),
        detect_seconds: Some(exact(193.0)),
        ..change("completed")
    };
    assert_eq!(
        told(often),
        "`v2` of `shop/web` began 115 times, first at 1h: 91.3 % completed and 8.70 % rolled back; those that \
         were bad were found after 3m13s on average."
    );
}

#[test]
fn replications_have_their_interval() {
    let mut summary = summary();
    summary.replications = 20;
    summary.faults[0].occurrences = between(1.0, 3.0);
    summary.services[0].requests.failed = between(10_000.0, 20_000.0);
    let found = said(&summary);
    assert!(
        found[0].starts_with("`zone dark` (zone power loss) struck 2.0 ± 1.0 times from 1h on and hit"),
        "{found:?}"
    );
    assert!(found[1].starts_with("15,000 ± 5,000 of 8,910,000 requests"), "{found:?}");
}

#[test]
fn customers_of_cells_count_once() {
    use crate::metrics::summary::{ApplicationCellRow, ApplicationRow, Requests};
    let requests =
        |offered: f64, failed: f64| Requests { offered: exact(offered), failed: exact(failed), served: exact(0.0) };
    let mut summary = empty();
    let row = |name: &str, of: Requests, share: f64| ServiceRow {
        service: name.into(),
        requests: of,
        request_availability: Some(exact(share)),
        ..ServiceRow::default()
    };
    summary.services = vec![row("r/r", requests(100.0, 10.0), 0.9), row("c/1", requests(90.0, 5.0), 0.94)];
    let cells = vec![ApplicationCellRow { service: "c/1".into(), ..ApplicationCellRow::default() }];
    let router = "r/r".to_owned();
    summary.cellular_application =
        vec![ApplicationRow { router, cells, requests: requests(100.0, 15.0), ..ApplicationRow::default() }];
    assert_eq!(
        said(&summary)[1],
        "15 of 100 requests of customers, each through a router and a cell, failed (availability 85.00 %), at both \
         services; worst at `r/r` (90.00 % of what reached it)."
    );
}

#[test]
fn one_service_of_several() {
    let mut summary = empty();
    let row = |name: &str, failed: f64| {
        let mut row = ServiceRow { service: name.into(), ..ServiceRow::default() };
        (row.requests.offered, row.requests.failed) = (exact(100.0), exact(failed));
        row.request_availability = Some(exact(1.0 - failed / 100.0));
        row
    };
    summary.services = vec![row("a/x", 0.0), row("b/y", 10.0), row("c/z", 0.0)];
    summary.services[1].error_seconds = Some(exact(60.0));
    summary.services[1].longest_error_seconds = Some(exact(60.0));
    assert_eq!(
        said(&summary)[1],
        "10 of 300 requests failed (availability 96.66 %), all of them at one of 3 services, `b/y` (90.00 %): its \
         users saw errors for 1m without a break."
    );
}

#[test]
fn what_is_left_of_losses_is_told() {
    let mut summary = summary();
    let loss = |cause: &str, phase: &str, requests: f64| LossRow {
        cause: cause.into(),
        phase: phase.into(),
        lost_requests: exact(requests),
        ..LossRow::default()
    };
    summary.losses = vec![
        loss("zone dark", "dns", 4_000.0),
        loss("zone dark", "detection", 3_000.0),
        loss("zone dark", "start", 2_000.0),
        loss("crash", "errors", 3_000.0),
        loss("demand", "overload", 2_500.0),
        loss("maintenance", "draining", 500.0),
    ];
    assert_eq!(
        said(&summary)[2],
        "Of the failed requests 60 % were lost to `zone dark`, 20 % to tasks that crashed by themselves, 16.7 % to more \
         traffic than desiredCount tasks can answer and 3.33 % to other causes; of those lost to `zone dark`, 44.4 % \
         while clients still called a load balancer node that was gone, 33.3 % before the loss was noticed and 22.2 % \
         while replacements started."
    );
    // Customers' requests that failed are fewer than those that services did not answer.
    summary.losses[0].lost_requests = exact(9_000.0);
    assert!(said(&summary)[2].starts_with("Of the 20,000 requests that services did not answer 70 % were"));
}
