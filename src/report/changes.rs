//! What became of each change as a table.

use super::align::Table;
use super::number::{NOTHING, estimate, maybe, seconds, share, whole};
use crate::metrics::summary::{ChangeRow, Estimate, Summary};

/// What the words of the table mean.
pub(super) const ABOUT: &str = "begins, ends: of the first occurrence\n\
     found: from its begin until the circuit breaker or an alarm stops it; back: from then until the old revision is back\n\
     exposed to bad: requests that reached a bad revision until it was taken back or the run ended; share: of all requests\n\
     lost: requests that failed because of it, on tasks of the old revision too";

/// The table; empty without changes.
pub(super) fn table(summary: &Summary) -> Table {
    let many = |row: &ChangeRow| row.occurrences.mean > 1.0;
    let times = if summary.changes.iter().any(many) { &["times"][..] } else { &[] };
    let row = |row: &ChangeRow| {
        let outcome = if many(row) { shares(row) } else { row.outcome.clone() };
        let [begin, end, found, back] = [row.begin_seconds, row.end_seconds, row.detect_seconds, row.rollback_seconds]
            .map(|value| seconds(&value, NOTHING));
        let mut cells = vec![row.name.clone(), row.service.clone(), outcome];
        cells.extend(times.iter().map(|_| estimate(&row.occurrences)));
        let to_bad = [whole(&row.exposed_to_bad.requests), share(&row.exposed_to_bad.share)];
        cells.extend([begin, end, found, back]);
        cells.extend(to_bad);
        cells.push(whole(&row.lost_requests));
        cells
    };
    Table::default()
        .left(&["change", "service", "outcome"])
        .right(times)
        .right(&["begins", "ends", "found\nafter", "back\nafter"])
        .right(&["exposed\nto bad", "exposed\nshare", "lost\nrequests"])
        .goes_first(&["exposed\nshare", "service", "ends", "begins", "times"])
        .rows(summary.changes.iter().map(row))
}

/// Circuit breakers that did not trip although a change met a bad revision or is unfinished, and why.
pub(super) fn untripped(summary: &Summary) -> Table {
    let row = |row: &ChangeRow| {
        let breaker = row.circuit_breaker.as_ref()?;
        let expected = row.outcome == "unfinished" || row.exposed_to_bad.requests.mean > 0.0;
        let quiet = matches!(breaker.why.as_str(), "tripped" | "disabled");
        let [counted, resets, passed] = [&breaker.failures, &breaker.resets, &breaker.not_counted].map(estimate);
        let why = why(&breaker.why).to_owned();
        let cells = [row.name.clone(), maybe(&breaker.threshold), counted, passed, resets, why];
        (expected && !quiet).then_some(cells)
    };
    Table::default()
        .left(&["change"])
        .right(&["trips at\nfailures", "counted\nat most", "failures\nnot counted", "count back\nto 0"])
        .prose("why it did not trip")
        .goes_first(&["count back\nto 0", "failures\nnot counted"])
        .rows(summary.changes.iter().filter_map(row))
}

/// What the words of that table mean.
pub(super) const ABOUT_BREAKERS: &str = "counted: tasks that did not reach RUNNING until one had, then failed health checks; most at one time\n\
     not counted: exits after RUNNING, and failed starts after another task was RUNNING";

/// In words what `why` of a circuit breaker says.
fn why(of: &str) -> &'static str {
    match of {
        "movesTraffic" => "it does not bind a deployment that moves traffic",
        "nothingFailed" => "no task of the new revision failed to start or its health checks",
        "exitsNotCounted" => "tasks fail after they were RUNNING",
        "healthyBetween" => "tasks become healthy in between",
        _ => "too few failures",
    }
}

/// How many of a change that came several times ended in each way.
fn shares(row: &ChangeRow) -> String {
    let part = |(name, share): (&String, &Estimate)| format!("{:.1} % {name}", share.mean * 100.0);
    row.outcomes.iter().map(part).collect::<Vec<_>>().join(", ")
}
