//! What users saw: requests that failed, for how long, how badly. Without traffic, whether capacity covered the need.

use super::super::words::{many, name};
use super::ever;
use crate::metrics::summary::{ServiceRow, StreamRow, Summary};
use crate::report::number::{NOTHING, duration, percent, plain, seconds, short, whole};

/// The clause; none where there is neither a service with a need nor a stream.
pub(super) fn clause(summary: &Summary) -> Option<String> {
    let (with, without): (Vec<_>, Vec<_>) = summary.services.iter().partition(|row| row.request_availability.is_some());
    let needed = without.into_iter().filter(|row| row.capacity_availability.is_some()).collect::<Vec<_>>();
    match (with.as_slice(), needed.as_slice()) {
        ([], []) => streams(&summary.run_tasks),
        ([], needed) => Some(capacity(needed)),
        ([one], needed) => Some(single(one) + &beside(needed)),
        (rows, needed) => Some(several(summary, rows) + &beside(needed)),
    }
}

/// What services without traffic lacked, beside those with some.
fn beside(needed: &[&ServiceRow]) -> String {
    let Some(worst) = worst(needed).filter(|row| covered(row) < 1.0) else { return String::new() };
    let share = percent(&worst.capacity_availability);
    format!("; {}, without traffic, had as many healthy tasks as needed for {share} of the time", name(&worst.service))
}

/// The share of time in which what is needed was there.
fn covered(row: &ServiceRow) -> f64 {
    row.capacity_availability.map_or(1.0, |value| value.mean)
}

fn worst<'r>(rows: &[&'r ServiceRow]) -> Option<&'r ServiceRow> {
    rows.iter().copied().min_by(|a, b| covered(a).total_cmp(&covered(b)))
}

/// What users of the only service with traffic saw.
fn single(row: &ServiceRow) -> String {
    let [offered, failed] = [&row.requests.offered, &row.requests.failed].map(whole);
    if !ever(&row.requests.failed) {
        return format!("no request of {} failed: all {offered} were answered in time", name(&row.service));
    }
    let availability = percent(&row.request_availability);
    format!(
        "{failed} of {offered} requests of {} failed (availability {availability}){}",
        name(&row.service),
        errors(row, "users")
    )
}

/// For how long users of a service that lost requests saw errors, and how badly.
fn errors(row: &ServiceRow, who: &str) -> String {
    let (Some(total), Some(longest)) = (row.error_seconds, row.longest_error_seconds) else { return String::new() };
    if !ever(&total) {
        return ": never as many as one in a thousand at a time".to_owned();
    }
    let whole = (total.mean - longest.mean).abs() < 0.05;
    let time = seconds(&row.error_seconds, NOTHING);
    let time = if whole {
        format!("{time} without a break")
    } else {
        format!("{time} in all, the longest stretch {}", seconds(&row.longest_error_seconds, NOTHING))
    };
    let worst = row.worst_minute.availability.map_or_else(String::new, |availability| {
        // Over replications the mean of such moments says nothing.
        let at = row.worst_minute.at_seconds.filter(|at| at.low.is_none());
        let at = at.map_or_else(String::new, |at| format!(", from {},", duration(at.mean)));
        format!("; in the worst minute{at} {} % of its requests failed", short((1.0 - availability.mean) * 100.0))
    });
    format!(": {who} saw errors for {time}{worst}")
}

/// What users of several services saw.
fn several(summary: &Summary, rows: &[&ServiceRow]) -> String {
    let [offered, failed] = totals(summary, rows);
    if failed <= 0.0 {
        return format!("no request failed: all {} were answered in time", plain(libm::round(offered)));
    }
    let of = |row: &ServiceRow| row.request_availability.map_or(1.0, |value| value.mean);
    let worst = rows.iter().min_by(|a, b| of(a).total_cmp(&of(b))).expect("there are several");
    let availability = crate::metrics::summary::Estimate { mean: 1.0 - failed / offered, ..Default::default() };
    let touched = rows.iter().filter(|row| ever(&row.requests.failed)).count();
    let [failed, offered] = [failed, offered].map(|value| plain(libm::round(value)));
    let which = match (touched, rows.len()) {
        (1, all) => format!("all of them at one of {all} services,"),
        (2, 2) => "at both services; worst at".to_owned(),
        (touched, all) if touched == all => format!("at all {all} services; worst at"),
        (touched, all) => format!("at {touched} of {all} services; worst at"),
    };
    // Behind a router the availabilities of services are higher than that of what passes several of them.
    let through = rows.iter().all(|row| in_application(summary, &row.service));
    let (whose, its) =
        if through { (" of customers, each through a router and a cell,", " of what reached it") } else { ("", "") };
    format!(
        "{failed} of {offered} requests{whose} failed (availability {}), {which} {} ({}{its}){}",
        percent(&Some(availability)),
        name(&worst.service),
        percent(&worst.request_availability),
        errors(worst, "its users")
    )
}

/// Requests that failed, as their senders count them.
pub(super) fn failed(summary: &Summary) -> f64 {
    let rows: Vec<_> = summary.services.iter().filter(|row| row.request_availability.is_some()).collect();
    totals(summary, &rows)[1]
}

/// Whether a service is the router or a cell of customers' own.
fn in_application(summary: &Summary, service: &str) -> bool {
    let mut all = summary.cellular_application.iter();
    all.any(|row| row.router == service || row.cells.iter().any(|cell| cell.service == service))
}

/// Requests offered and failed. What a router of customers hands on to their cells counts once, at the application.
fn totals(summary: &Summary, rows: &[&ServiceRow]) -> [f64; 2] {
    let own = rows.iter().filter(|row| !in_application(summary, &row.service)).map(|row| &row.requests);
    let all = own.chain(summary.cellular_application.iter().map(|row| &row.requests));
    all.fold([0.0; 2], |[offered, failed], one| [offered + one.offered.mean, failed + one.failed.mean])
}

/// Whether services without traffic had the tasks that they need.
fn capacity(rows: &[&ServiceRow]) -> String {
    let worst = worst(rows).expect("there is one at least");
    let had = "had as many healthy tasks as needed";
    let tail = "(no traffic is written, so requests are not counted)";
    match (rows.len(), covered(worst) < 1.0) {
        (1, false) => format!("{} {had} all the time {tail}", name(&worst.service)),
        (count, false) => format!("all {count} services {had} all the time {tail}"),
        (1, true) => format!("{} {had} for {} of the time {tail}", name(&worst.service), share(worst)),
        (count, true) => {
            format!(
                "the worst of {count} services, {}, {had} for {} of the time {tail}",
                name(&worst.service),
                share(worst)
            )
        }
    }
}

fn share(row: &ServiceRow) -> String {
    percent(&row.capacity_availability)
}

/// What standalone tasks came to, where there are no services.
fn streams(rows: &[StreamRow]) -> Option<String> {
    let sum = |of: fn(&StreamRow) -> f64| rows.iter().map(of).sum::<f64>();
    let head = match rows {
        [] => return None,
        [one] => name(&one.stream),
        several => format!("{} streams", several.len()),
    };
    let completed = sum(|row| row.completed.mean);
    let stopped = sum(|row| row.stops.values().map(|count| count.mean).sum()) - completed;
    let [completed, stopped] = [completed, stopped].map(|value| plain(libm::round(value)));
    let before = if stopped == "0" { String::new() } else { format!(", and {stopped} were stopped before that") };
    Some(format!("{} of {head} ended their work{before}", many(&completed, "standalone task")))
}
