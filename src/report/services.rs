//! Services, streams of standalone tasks and capacity providers as tables.

use super::align::Table;
use super::number::{NOTHING, dollars, estimate, or_no_need, plain, seconds};
use crate::metrics::summary::{Level, ProviderRow, Quantiles, ServiceRow, StreamRow, Summary};

/// Rows of services that are shown; the rest is in the file.
pub(super) const SERVICES_MAX: usize = 40;
/// What the others are called.
pub(super) const MORE: &str = "services";

/// What services had and what it cost.
pub(super) fn services(summary: &Summary) -> Table {
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
        .more(summary.services.len(), SERVICES_MAX, MORE)
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
        .rows(summary.capacity_providers.iter().map(row))
}
