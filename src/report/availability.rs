//! What users of each service felt: how long requests failed, how badly, how many.

use super::align::Table;
use super::number::{NOTHING, minutes, nines, or_no_need, percent, seconds, whole};
use super::services::{IN_THE_FILE, SERVICES_MAX};
use super::table::Results;
use crate::metrics::summary::{Maybe, ServiceRow, Summary};
use crate::model::Plan;
use crate::model::plan::When;

/// What the words of the table mean.
pub(super) const ABOUT: &str = "errors for: time in which at least one request in a thousand failed; longest: its longest stretch\n\
    worst minute: availability in the whole minute in which the largest share failed\n\
    minutes lost: the share that failed, as minutes of the time that is measured; a year: the same share of 365 days\n\
    nines: -log10(1 - availability), never rounded up\n\
    response: from the load balancer to the answer of a task, of all answers, those after the time-out included";

/// Minutes in a year of 365 days.
const YEAR: f64 = 525_600.0;
/// Head of the column of what a year like this run would lose.
const A_YEAR: &str = "extrapolated\nto a year";

/// Heads of the columns of response times.
const P50: &str = "response\np50";
const P99: &str = "response\np99";

/// What has to be read with the table.
pub(super) fn told(summary: &Summary) -> Vec<String> {
    let by_capacity = summary.services.iter().any(|row| row.request_availability.is_none());
    let words = "by capacity: no traffic is written, so this is the share of time with as many healthy tasks as needed";
    by_capacity.then(|| words.to_owned()).into_iter().collect()
}

/// The table; empty without services.
pub(super) fn table(results: &Results<'_>) -> Table {
    let measured = (results.plan.duration.as_secs_f64() - results.plan.warm_up.as_secs_f64()) / 60.0;
    let a_year = is_extrapolated(results.plan).then_some(YEAR);
    let summary = results.summary;
    // Of services without traffic there is nothing to say about requests.
    let traffic = summary.services.iter().any(|row| row.request_availability.is_some());
    let timed = summary.services.iter().any(|row| row.latency_seconds.p50.is_some());
    let felt = |heads: &'static [&'static str]| if traffic { heads } else { &[] };
    let row = |row: &ServiceRow| {
        let mut cells = vec![row.service.clone()];
        let availability = availability(row);
        if traffic {
            cells.extend([&row.error_seconds, &row.longest_error_seconds].map(|value| seconds(value, NOTHING)));
            cells.push(percent(&row.worst_minute.availability));
        }
        cells.extend([or_no_need(availability), told_nines(row), minutes(availability, measured)]);
        cells.extend(a_year.map(|year| format!("{} min", minutes(availability, year))));
        if traffic {
            let asked = row.request_availability.is_some();
            let count = |value| if asked { whole(value) } else { NOTHING.to_owned() };
            cells.extend([&row.requests.offered, &row.requests.failed].map(count));
        }
        if timed {
            cells.extend([&row.latency_seconds.p50, &row.latency_seconds.p99].map(|value| seconds(value, NOTHING)));
        }
        if row.request_availability.is_none() {
            cells[0] += " (by capacity)";
        }
        cells
    };
    Table::default()
        .left(&["service"])
        .right(felt(&["errors\nfor", "longest", "worst\nminute"]))
        .right(&["availability", "nines", "minutes\nlost"])
        .right(if a_year.is_some() { &[A_YEAR] } else { &[] })
        .right(felt(&["requests\noffered", "requests\nfailed"]))
        .right(if timed { &[P50, P99] } else { &[] })
        .goes_first(&["requests\noffered", "minutes\nlost", P50, "longest", A_YEAR, "nines", "worst\nminute"])
        .rows(summary.services.iter().take(SERVICES_MAX).map(row))
        .more(summary.services.len(), SERVICES_MAX, "services", IN_THE_FILE)
}

/// Whether a year like this run means anything: all that breaks or is changed comes again and again by a law.
fn is_extrapolated(plan: &Plan) -> bool {
    let faults = plan.faults.iter().all(|fault| matches!(fault.when, When::Every(_)));
    let changes = plan.changes.iter().all(|change| change.every.is_some());
    let laws = !plan.faults.is_empty() || plan.services.iter().any(|service| service.life.crash.is_some());
    faults && changes && laws
}

/// By requests where there are any, else by capacity.
fn availability(row: &ServiceRow) -> &Maybe {
    if row.request_availability.is_some() { &row.request_availability } else { &row.capacity_availability }
}

fn told_nines(row: &ServiceRow) -> String {
    match (&row.nines, availability(row)) {
        (Some(of), _) => nines(of.mean),
        (None, Some(_)) => "nothing lost".to_owned(),
        (None, None) => NOTHING.to_owned(),
    }
}
