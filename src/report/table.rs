//! The summary as aligned text for a terminal: readable without colour, at most ten rows of losses.

use super::align::{Paint, Table};
use super::number::{NO_NEED, NOTHING, dollars, estimate, maybe, minutes_a_year, percent, plain, seconds, short};
use crate::metrics::summary::{
    FaultRow, Level, LossRow, Maybe, ObjectiveRow, ProviderRow, Quantiles, ServiceRow, StreamRow, Summary, Verdict,
};
use serde_json::Value;
use std::fmt::Write;

/// Rows of losses that are shown; the rest is added up in one line.
const LOSSES_MAX: usize = 10;
/// Rows of services that are shown; the rest is in the file.
const SERVICES_MAX: usize = 40;

/// The whole summary.
pub fn summary(summary: &Summary, paint: Paint) -> String {
    let mut out = head(summary, paint);
    let sections = [
        ("Availability", requests(summary), about_requests(summary)),
        ("Services", services(summary), ""),
        ("Tasks by capacity provider", by_provider(summary), ""),
        ("Standalone tasks", streams(summary), ""),
        ("Capacity providers", providers(summary), ""),
        ("Cells of customers", super::application::table(summary), super::application::ABOUT),
        ("Control plane", super::planes::table(summary), super::planes::ABOUT),
        ("Faults", faults(summary), about_faults(summary)),
        ("Changes", super::changes::table(summary), super::changes::ABOUT),
        ("Alarms", super::alarms::table(summary), super::alarms::ABOUT),
        ("What was lost, why and when", losses(summary), ABOUT_LOSSES),
    ];
    for (title, table, about) in sections.iter().filter(|(_, table, _)| !table.is_empty()) {
        section(&mut out, title, &table.text(paint), paint);
        for words in about.lines() {
            line(&mut out, &paint.faint(&format!("  {words}")));
        }
    }
    let more = summary.services.len().saturating_sub(SERVICES_MAX);
    if more > 0 {
        line(&mut out, &format!("\n  {more} more services are in summary.json"));
    }
    if !summary.objectives.is_empty() {
        section(&mut out, "Objectives", &objectives(summary, paint), paint);
    }
    out
}

fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").expect("writing to a String cannot fail");
}

fn section(out: &mut String, title: &str, text: &str, paint: Paint) {
    line(out, &format!("\n{}\n{}", paint.strong(title), text.trim_end()));
}

fn head(summary: &Summary, paint: Paint) -> String {
    let several = match summary.replications {
        1 => String::new(),
        n => format!(" x {n} replications (± is half the 95 % interval)"),
    };
    format!(
        "{}: {} simulated{several}, seed {}, {} events, digest {}\n",
        paint.strong(&summary.scenario),
        super::number::duration(summary.simulated_seconds),
        summary.seed,
        plain(summary.events as f64),
        summary.digest,
    )
}

/// What the words of the table of availability mean.
fn about_requests(summary: &Summary) -> &'static str {
    if summary.services.iter().all(|row| row.request_availability.is_some()) {
        "measured after the warm-up; minutes lost per year: if a whole year went like this run"
    } else {
        "measured after the warm-up; minutes lost per year: if a whole year went like this run\n\
         by capacity: no traffic is written, so this is the share of time with as many healthy tasks as needed"
    }
}

/// What the times of the table of faults mean; they speak of services alone.
fn about_faults(summary: &Summary) -> &'static str {
    if summary.services.is_empty() {
        return "";
    }
    "blast radius: share of clusters that lost a request, a task or a launch, or had one held back\n\
     times run from the fault's begin; detected: ECS or the load balancer acts for the first time\n\
     recovered: what is needed is there again and stays for 5 minutes (0s: it never fell short)\n\
     full strength: desiredCount tasks are healthy again; balanced: zones differ by one task at most"
}

const ABOUT_LOSSES: &str = "missing task-seconds: healthy tasks below desiredCount x seconds";

fn services(summary: &Summary) -> Table {
    let row = |row: &ServiceRow| {
        let desired = plain(f64::from(row.desired_count));
        let [least, mean, launches] = [&row.running.min, &row.running.mean, &row.launches.requested].map(estimate);
        let availability = or_no_need(&row.capacity_availability);
        let [p50, p99] = starts(&row.start_seconds);
        [row.service.clone(), desired, least, mean, availability, launches, p50, p99, dollars(&row.cost_per_hour)]
    };
    Table::default()
        .left(&["service"])
        .right(&["desired\ntasks", "running\nmin", "running\nmean", "capacity\navailability", "launches"])
        .right(&["start\np50", "start\np99", "cost\nper hour"])
        .rows(summary.services.iter().take(SERVICES_MAX).map(row))
}

/// Where the tasks of services with several capacity providers run.
fn by_provider(summary: &Summary) -> Table {
    let mut table = Table::default().left(&["service", "provider"]).right(&["running\nmean", "share of\nrunning"]);
    let several = summary.services.iter().take(SERVICES_MAX).filter(|row| row.providers.len() > 1);
    for row in several {
        let all = row.running.mean.mean;
        for (name, on) in &row.providers {
            let share = if all > 0.0 { format!("{:.1} %", on.running.mean / all * 100.0) } else { NOTHING.to_owned() };
            table.row([row.service.clone(), name.clone(), estimate(&on.running), share]);
        }
    }
    table
}

/// Availability as one thinks of it: nines, and minutes a year at this rate.
fn requests(summary: &Summary) -> Table {
    let row = |row: &ServiceRow| {
        let with_traffic = row.request_availability.is_some();
        let name = if with_traffic { row.service.clone() } else { format!("{} (by capacity)", row.service) };
        let [offered, failed] = [&row.requests.offered, &row.requests.failed]
            .map(|value| if with_traffic { whole(value) } else { NOTHING.to_owned() });
        let availability = availability(row);
        [name, or_no_need(availability), nines(row), minutes_a_year(availability), offered, failed]
    };
    Table::default()
        .left(&["service"])
        .right(&["availability", "nines", "minutes lost\nper year", "requests\noffered", "requests\nfailed"])
        .rows(summary.services.iter().take(SERVICES_MAX).map(row))
}

/// A share in percent, or that nothing is needed.
fn or_no_need(share: &Maybe) -> String {
    if share.is_some() { percent(share) } else { NO_NEED.to_owned() }
}

/// By requests where there are any, else by capacity.
fn availability(row: &ServiceRow) -> &Maybe {
    if row.request_availability.is_some() { &row.request_availability } else { &row.capacity_availability }
}

fn nines(row: &ServiceRow) -> String {
    match (&row.nines, availability(row)) {
        (Some(nines), _) => short(nines.mean),
        (None, Some(_)) => "nothing lost".to_owned(),
        (None, None) => NOTHING.to_owned(),
    }
}

/// Requests are counted by fractions (a rate times a time); people count whole ones.
fn whole(value: &crate::metrics::summary::Estimate) -> String {
    let small = value.mean.abs() < 100.0;
    if small || value.low.is_some() { estimate(value) } else { super::number::fixed(value.mean, 0) }
}

fn streams(summary: &Summary) -> Table {
    let row = |row: &StreamRow| {
        let [mean, most, launches, completed] =
            [&row.running.mean, &row.running.max, &row.launches.requested, &row.completed].map(estimate);
        let [p50, p99] = starts(&row.start_seconds);
        [row.stream.clone(), mean, most, launches, completed, p50, p99, dollars(&row.cost_per_hour)]
    };
    Table::default()
        .left(&["stream"])
        .right(&["running\nmean", "running\nmax", "launches", "completed"])
        .right(&["start\np50", "start\np99", "cost\nper hour"])
        .rows(summary.run_tasks.iter().map(row))
}

fn starts(seconds_of: &Quantiles) -> [String; 2] {
    [&seconds_of.p50, &seconds_of.p99].map(|value| seconds(value, NOTHING))
}

fn providers(summary: &Summary) -> Table {
    let row = |row: &ProviderRow| {
        let [least, mean, most] = [&row.hosts.min, &row.hosts.mean, &row.hosts.max].map(estimate);
        let reservation = |level: &Level| format!("{} %", estimate(&level.mean));
        let reservation = row.reservation.as_ref().map_or_else(|| NOTHING.to_owned(), reservation);
        [row.capacity_provider.clone(), least, mean, most, reservation, dollars(&row.cost_per_hour)]
    };
    Table::default()
        .left(&["provider"])
        .right(&["hosts\nmin", "hosts\nmean", "hosts\nmax", "reservation\nmean", "cost\nper hour"])
        .rows(summary.capacity_providers.iter().map(row))
}

fn faults(summary: &Summary) -> Table {
    let row = |row: &FaultRow| {
        let [times, tasks, launches] = [&row.occurrences, &row.hit.tasks, &row.needed_launches].map(estimate);
        let mut after = fault_times(row);
        if summary.services.is_empty() {
            // Nobody is there to recover: streams of standalone tasks have no need.
            after[1..].fill(NOTHING.to_owned());
        }
        let what = [row.name.clone(), row.kind.clone(), times, tasks, percent(&row.blast_radius)];
        [&what[..], &after, &[whole(&row.lost_requests), launches]].concat()
    };
    Table::default()
        .left(&["fault", "kind"])
        .right(&["times", "tasks\nhit", "blast\nradius"])
        .right(&["detected\nafter", "recovered\nafter", "full strength\nafter", "balanced\nafter"])
        .right(&["lost\nrequests", "needed\nlaunches"])
        .rows(summary.faults.iter().map(row))
}

/// Times after the begin; "never" where the fault struck and the moment did not come.
fn fault_times(row: &FaultRow) -> [String; 4] {
    let absent = if row.occurrences.mean > 0.0 { "never" } else { NOTHING };
    let mut recovered = seconds(&row.recover_seconds, absent);
    if row.recover_seconds.is_some() && row.never_recovered.mean > 0.0 {
        recovered = format!("{recovered} (never: {})", estimate(&row.never_recovered));
    }
    let [detected, full, balanced] =
        [&row.detect_seconds, &row.full_strength_seconds, &row.balanced_seconds].map(|value| seconds(value, absent));
    [detected, recovered, full, balanced]
}

fn losses(summary: &Summary) -> Table {
    let mut table =
        Table::default().left(&["service", "cause", "phase"]).right(&["lost\nrequests", "missing\ntask-seconds"]);
    let mut rows: Vec<_> = summary.losses.iter().collect();
    rows.sort_by(|a, b| {
        let by = |row: &LossRow| (row.lost_requests.mean, row.lost_task_seconds.mean);
        by(b).partial_cmp(&by(a)).unwrap_or(std::cmp::Ordering::Equal)
    });
    for row in rows.iter().take(LOSSES_MAX) {
        let [requests, seconds] = [&row.lost_requests, &row.lost_task_seconds].map(whole);
        table.row([row.service.clone(), row.cause.clone(), row.phase.clone(), requests, seconds]);
    }
    let mut sum = |title: String, rows: &[&LossRow]| {
        let of = |value: fn(&LossRow) -> f64| plain(rows.iter().map(|row| value(row)).sum::<f64>().round());
        let (requests, seconds) = (of(|row| row.lost_requests.mean), of(|row| row.lost_task_seconds.mean));
        table.row([title, String::new(), String::new(), requests, seconds]);
    };
    if let Some(rest) = rows.get(LOSSES_MAX..).filter(|rest| !rest.is_empty()) {
        sum(format!("{} more rows", rest.len()), rest);
    }
    if rows.len() > 1 {
        sum("total".to_owned(), &rows);
    }
    table
}

/// One line for each objective: the verdict first.
fn objectives(summary: &Summary, paint: Paint) -> String {
    let mut out = String::new();
    let open = summary.objectives.iter().any(|row| row.verdict == Verdict::Inconclusive);
    let width = if open { "inconclusive".len() } else { 4 };
    for row in &summary.objectives {
        let word = match row.verdict {
            Verdict::Pass => "pass",
            Verdict::Fail => "FAIL",
            Verdict::Inconclusive => "inconclusive",
        };
        let verdict = paint.verdict(&format!("{word:<width$}"), row.verdict);
        line(&mut out, &format!("  {verdict}  {}, measured {}", wanted(row), measured(&row.measured)));
    }
    out
}

/// `{"service": "shop/web", "requestAvailability": {"atLeast": 0.999}}` as `shop/web: requestAvailability at least
/// 0.999`.
pub fn wanted(row: &ObjectiveRow) -> String {
    let Some(fields) = row.objective.as_object() else { return row.objective.to_string() };
    let subject = fields.values().find_map(Value::as_str).unwrap_or_default();
    let bounds = fields.iter().filter_map(|(key, bound)| Some((key, bound.as_object()?)));
    let mut parts: Vec<String> = Vec::new();
    for (key, bound) in bounds {
        for (word, value) in bound {
            let word = match word.as_str() {
                "atLeast" => "at least",
                "atMost" => "at most",
                other => other,
            };
            parts.push(format!("{key} {word} {}", bare(value)));
        }
    }
    format!("{subject}: {}", parts.join(", "))
}

fn measured(value: &Value) -> String {
    match value {
        Value::Object(_) => {
            serde_json::from_value(value.clone()).map_or_else(|_| value.to_string(), |value| precise(&value))
        }
        Value::Null => "nothing (it never came)".to_owned(),
        other => bare(other),
    }
}

/// Like [`maybe`], with enough digits to see on which side of a bound a share lies.
fn precise(value: &crate::metrics::summary::Estimate) -> String {
    let close_to_one = value.low.is_none() && value.mean < 1.0 && value.mean > 0.9;
    if close_to_one {
        let text = percent(&Some(*value));
        return format!("{} ({text})", (value.mean * 1e9).round() / 1e9);
    }
    maybe(&Some(*value))
}

/// A bound as it was written: every digit counts, but 300 is not 300.0.
fn bare(value: &Value) -> String {
    match (value.as_str(), value.as_f64()) {
        (Some(text), _) => text.to_owned(),
        (None, Some(number)) => number.to_string(),
        (None, None) => value.to_string(),
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
