//! What each fault did as a table.

use super::align::Table;
use super::number::{NOTHING, estimate, percent, seconds, whole};
use crate::metrics::summary::{FaultRow, RecoveryRow, Summary};

/// What the times of the table of faults mean; they speak of services alone.
pub(super) fn about(summary: &Summary) -> &'static str {
    if summary.services.is_empty() {
        return "";
    }
    "blast radius: share of clusters that lost a request, a task or a launch, or had one held back\n\
     times run from the fault's begin; detected: ECS or the load balancer acts for the first time\n\
     recovered: what is needed is there again and stays for 5 minutes (0s: it never fell short)\n\
     full strength: desiredCount tasks are healthy again; balanced: zones differ by one task at most"
}

/// The table; empty without faults.
pub(super) fn table(summary: &Summary) -> Table {
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

/// Rows of services that are shown.
const SERVICES_MAX: usize = 10;

/// Where a fault hit several services: how each came back, the worst first; empty where none did.
pub(super) fn by_service(summary: &Summary) -> Table {
    let mut table = Table::default()
        .left(&["fault", "service"])
        .right(&["detected\nafter", "recovered\nafter", "full strength\nafter", "balanced\nafter"])
        .right(&["lost\nrequests", "needed\nlaunches"]);
    let several: Vec<&FaultRow> = summary.faults.iter().filter(|row| row.services.len() > 1).collect();
    let mut rows: Vec<(&FaultRow, &RecoveryRow)> =
        several.iter().flat_map(|fault| fault.services.iter().map(move |row| (*fault, row))).collect();
    let worst = |row: &RecoveryRow| {
        let recovered = row.recover_seconds.as_ref().map_or(0.0, |value| value.mean);
        [row.lost_requests.mean, row.never_recovered.mean, recovered, row.needed_launches.mean]
    };
    rows.sort_by(|a, b| worst(b.1).partial_cmp(&worst(a.1)).unwrap_or(std::cmp::Ordering::Equal));
    for (fault, row) in rows.iter().take(SERVICES_MAX) {
        let times = [&row.detect_seconds, &row.recover_seconds, &row.full_strength_seconds, &row.balanced_seconds];
        let times = times.map(|value| seconds(value, "never"));
        let what = [fault.name.clone(), row.service.clone()];
        table.row([&what[..], &times, &[whole(&row.lost_requests), estimate(&row.needed_launches)]].concat());
    }
    if table.is_empty() { table } else { table.more(rows.len(), SERVICES_MAX, "services") }
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
