//! What was changed, and what became of it.

use super::super::words::{first_of, listed, name};
use super::{NAMED_MAX, ever, times};
use crate::metrics::summary::{ChangeRow, Estimate, Summary};
use crate::report::number::{duration, estimate, plain, seconds, share, short, whole};

/// The sentence; none without changes.
pub(super) fn sentence(summary: &Summary) -> Option<String> {
    match summary.changes.as_slice() {
        [] => None,
        [one] => {
            Some(format!("{} of {}{}{}.", name(&one.name), name(&one.service), course(one), cost(summary, &[one])))
        }
        all => {
            let told = all.iter().map(|row| format!("{} {}", name(&row.name), ending(row)));
            let rows: Vec<&ChangeRow> = all.iter().collect();
            let list = first_of(told.collect(), NAMED_MAX);
            Some(format!("Of {} changes, {list}{}.", all.len(), cost(summary, &rows)))
        }
    }
}

/// ` began at 1h and was completed 12m later`.
fn course(row: &ChangeRow) -> String {
    let Some(begin) = row.begin_seconds else { return " never began".to_owned() };
    let often = times(&row.occurrences);
    let mean = if often.is_empty() { "" } else { " on average" };
    let found = |_| format!("found to be bad after {}{mean}", seconds(&row.detect_seconds, ""));
    let back = |value: Estimate| {
        let time = seconds(&row.rollback_seconds, "");
        if ever(&value) {
            format!("back on the revision before within {time}{mean}")
        } else {
            "at once back on the revision before".to_owned()
        }
    };
    let ways = [row.detect_seconds.map(found), row.rollback_seconds.map(back)];
    let ways: Vec<String> = ways.into_iter().flatten().collect();
    let ways = if ways.is_empty() { String::new() } else { format!("; {}", listed(&ways)) };
    if often.is_empty() && told(row).len() == 1 {
        let end = row.end_seconds.map(|end| duration((end.mean - begin.mean).max(0.0)));
        let end = match (row.outcome.as_str(), end) {
            ("completed", Some(after)) => format!(" {after} later"),
            _ => String::new(),
        };
        return format!(" began at {} and {}{end}{ways}", seconds(&row.begin_seconds, ""), ending(row));
    }
    let ways = ways.replacen("; found to be bad", "; those that were bad were found", 1);
    format!(" began{often}, first at {}: {}{ways}", seconds(&row.begin_seconds, ""), ending(row))
}

/// Outcomes that came, with their shares.
fn told(row: &ChangeRow) -> Vec<(&str, &Estimate)> {
    row.outcomes.iter().filter(|(_, share)| ever(share)).map(|(name, share)| (name.as_str(), share)).collect()
}

/// How a change ended: in words, or in shares where that differs.
fn ending(row: &ChangeRow) -> String {
    let ends = told(row);
    if ends.len() > 1 {
        let part = |(outcome, part): &(&str, &Estimate)| format!("{} % {}", short(part.mean * 100.0), word(outcome));
        return listed(&ends.iter().map(part).collect::<Vec<_>>());
    }
    match row.outcome.as_str() {
        "unfinished" if row.begin_seconds.is_none() => "never began".to_owned(),
        "unfinished" => "had not ended when the run did".to_owned(),
        "stopped" => "was stopped without a roll back".to_owned(),
        other => format!("was {}", word(other)),
    }
}

fn word(outcome: &str) -> &str {
    if outcome == "rolledBack" { "rolled back" } else { outcome }
}

/// What went to the new revisions, and what was lost to them.
fn cost(summary: &Summary, rows: &[&ChangeRow]) -> String {
    let met = if let [one] = rows { met(one) } else { String::new() };
    let sum: f64 = rows.iter().map(|row| row.lost_requests.mean).sum();
    let (text, to) = match rows {
        [one] => (whole(&one.lost_requests), "it"),
        _ => (plain(libm::round(sum)), "them"),
    };
    let with_traffic = summary.services.iter().any(|row| row.request_availability.is_some());
    match (sum > 0.0, with_traffic && rows.iter().any(|row| ever(&row.exposed_requests))) {
        (true, _) => format!("{met}; {text} requests were lost to {to}"),
        (false, true) => format!("{met}; no request was lost to {to}"),
        (false, false) => met,
    }
}

/// How many met the new revision while it was bad; of a good one, before it was completed.
fn met(row: &ChangeRow) -> String {
    // What a new revision of a control plane gets are calls.
    let what = if row.service.starts_with("control plane of ") { "calls" } else { "requests" };
    let bad = &row.exposed_to_bad;
    if ever(&bad.requests) {
        let it = if times(&row.occurrences).is_empty() { "it while it was bad" } else { "a bad one" };
        return format!("; {} {what} ({}) met {it}", estimate(&bad.requests), share(&bad.share));
    }
    if !ever(&row.exposed_requests) {
        return String::new();
    }
    let (count, all) = (estimate(&row.exposed_requests), share(&row.exposed_share));
    format!("; {count} {what} ({all}) met the new revision before that")
}
