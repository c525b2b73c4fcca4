//! Services, streams of standalone tasks and capacity providers as tables.

use super::align::Table;
use super::number::{NOTHING, dollars, estimate, or_no_need, plain, seconds, short};
use crate::metrics::summary::{Launches, Level, ProviderRow, Quantiles, ServiceRow, StreamRow, Summary};

/// Rows of services that are shown; the rest is in the file.
pub(super) const SERVICES_MAX: usize = 40;
/// Where the others are.
pub(super) const IN_THE_FILE: &str = "they are in summary.json";

/// What the words of the table mean.
pub(super) const ABOUT: &str = "capacity availability: share of time with as many healthy tasks as needed\n\
    launched: tasks that reached RUNNING; launches failed: refused, or stopped before that, and tried again";

/// What services had and what it cost.
pub(super) fn services(summary: &Summary) -> Table {
    let shown = || summary.services.iter().take(SERVICES_MAX);
    let fails = shown().any(|row| !row.launches.failed.is_empty());
    let row = |row: &ServiceRow| {
        let desired = plain(f64::from(row.desired_count));
        let [least, mean, launched] = [&row.running.min, &row.running.mean, &row.launches.running].map(estimate);
        let availability = or_no_need(&row.capacity_availability);
        let mut cells = vec![row.service.clone(), desired, least, mean, availability, launched];
        if fails {
            cells.extend(failures(&row.launches));
        }
        cells.extend(starts(&row.start_seconds));
        cells.push(dollars(&row.cost_per_hour));
        cells
    };
    let [p50, p99, cost, least] = ["start\np50", "start\np99", "cost\nper hour", "running\nmin"];
    let table = Table::default().left(&["service"]).right(&[
        "desired\ntasks",
        least,
        "running\nmean",
        "capacity\navailability",
        "tasks\nlaunched",
    ]);
    let table = if fails { table.right(&["launches\nfailed"]).left(&["why"]) } else { table };
    table
        .right(&[p50, p99, cost])
        .goes_first(&[p50, cost, p99, least, "why", "running\nmean"])
        .rows(shown().map(row))
        .more(summary.services.len(), SERVICES_MAX, "services", IN_THE_FILE)
}

/// Reasons that are named in a row.
const REASONS_MAX: usize = 2;

/// How many launches failed, and the reasons of most of them.
fn failures(launches: &Launches) -> [String; 2] {
    let mut reasons: Vec<(&String, f64)> = launches.failed.iter().map(|(why, count)| (why, count.mean)).collect();
    reasons.sort_by(|a, b| b.1.total_cmp(&a.1));
    let all: f64 = reasons.iter().map(|reason| reason.1).sum();
    let mut named: Vec<String> = match &reasons[..] {
        [] => return ["0", NOTHING].map(str::to_owned),
        [(why, _)] => vec![(*why).clone()],
        more => more.iter().take(REASONS_MAX).map(|(why, count)| format!("{} {why}", short(*count))).collect(),
    };
    if reasons.len() > REASONS_MAX {
        named.push("...".to_owned());
    }
    [short(all), named.join(", ")]
}

/// Where the tasks of services with several capacity providers run.
pub(super) fn by_provider(summary: &Summary) -> Table {
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

/// What streams of standalone tasks had.
pub(super) fn streams(summary: &Summary) -> Table {
    let fails = summary.run_tasks.iter().any(|row| !row.launches.failed.is_empty());
    let row = |row: &StreamRow| {
        let [mean, most, launched, completed] =
            [&row.running.mean, &row.running.max, &row.launches.running, &row.completed].map(estimate);
        let mut cells = vec![row.stream.clone(), mean, most, launched];
        if fails {
            cells.extend(failures(&row.launches));
        }
        cells.push(completed);
        cells.extend(starts(&row.start_seconds));
        cells.push(dollars(&row.cost_per_hour));
        cells
    };
    let table = Table::default().left(&["stream"]).right(&["running\nmean", "running\nmax", "tasks\nlaunched"]);
    let table = if fails { table.right(&["launches\nfailed"]).left(&["why"]) } else { table };
    table
        .right(&["completed", "start\np50", "start\np99", "cost\nper hour"])
        .goes_first(&["start\np50", "cost\nper hour", "start\np99", "why"])
        .rows(summary.run_tasks.iter().map(row))
}

fn starts(seconds_of: &Quantiles) -> [String; 2] {
    [&seconds_of.p50, &seconds_of.p99].map(|value| seconds(value, NOTHING))
}

/// What capacity providers with hosts had.
pub(super) fn providers(summary: &Summary) -> Table {
    let row = |row: &ProviderRow| {
        let [least, mean, most] = [&row.hosts.min, &row.hosts.mean, &row.hosts.max].map(estimate);
        let reservation = |level: &Level| format!("{} %", estimate(&level.mean));
        let reservation = row.reservation.as_ref().map_or_else(|| NOTHING.to_owned(), reservation);
        [row.capacity_provider.clone(), least, mean, most, reservation, dollars(&row.cost_per_hour)]
    };
    Table::default()
        .left(&["provider"])
        .right(&["hosts\nmin", "hosts\nmean", "hosts\nmax", "reservation\nmean", "cost\nper hour"])
        .goes_first(&["cost\nper hour", "hosts\nmax"])
        .rows(summary.capacity_providers.iter().map(row))
}
