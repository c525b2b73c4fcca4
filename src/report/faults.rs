//! What each fault did as a table.

use super::align::Table;
use super::number::{NOTHING, duration, estimate, seconds, share, whole};
use super::services::IN_THE_FILE;
use crate::metrics::summary::{FaultRow, Maybe, RecoveryRow, Summary};

/// What stands where the moment did not come.
const NOT: &str = "not in the run";

/// What has to be read with the table.
pub(super) fn told(summary: &Summary) -> Vec<String> {
    let not = summary.faults.iter().any(|row| fault_times(summary, row).iter().any(|time| time.contains(NOT)));
    let words = || format!("{NOT}: had not happened when it ended, at {}", duration(summary.simulated_seconds));
    not.then(words).into_iter().collect()
}

/// What the words of the table mean; its times speak of services alone.
pub(super) fn about(summary: &Summary) -> &'static str {
    if summary.services.is_empty() {
        return "";
    }
    "blast radius: share of clusters that lost a request, a task or a launch, or had one held back\n\
     times run from the fault's begin; detected: ECS or the load balancer acts for the first time\n\
     need met: as many healthy tasks as needed, for 5 minutes (0s: it was never short, though requests may have failed)\n\
     full strength: desiredCount tasks are healthy again; balanced: zones differ by one task at most"
}

/// The table; empty without faults.
pub(super) fn table(summary: &Summary) -> Table {
    let row = |row: &FaultRow| {
        let [times, tasks, launches] = [&row.occurrences, &row.hit.tasks, &row.needed_launches].map(estimate);
        let what = [row.name.clone(), row.kind.clone(), times, tasks, share(&row.blast_radius)];
        [&what[..], &fault_times(summary, row), &[whole(&row.lost_requests), launches]].concat()
    };
    let [kind, times, tasks, blast] = ["kind", "times", "tasks\nhit", "blast\nradius"];
    let [full, balanced, needed] = ["full strength\nafter", "balanced\nafter", "needed\nlaunches"];
    Table::default()
        .left(&["fault", kind])
        .right(&[times, tasks, blast])
        .right(&["detected\nafter", "need met\nagain after", full, balanced])
        .right(&["lost\nrequests", needed])
        .goes_first(&[kind, balanced, times, full, tasks, needed, blast])
        .rows(summary.faults.iter().map(row))
}

/// Rows of services that are shown.
const SERVICES_MAX: usize = 10;

/// Where a fault hit several services: how each came back, the worst first; empty where none did.
pub(super) fn by_service(summary: &Summary) -> Table {
    let [full, balanced, needed] = ["full strength\nafter", "balanced\nafter", "needed\nlaunches"];
    let mut table = Table::default()
        .left(&["fault", "service"])
        .right(&["detected\nafter", "need met\nagain after", full, balanced])
        .right(&["lost\nrequests", needed])
        .goes_first(&[balanced, full, needed]);
    let several: Vec<&FaultRow> = summary.faults.iter().filter(|row| row.services.len() > 1).collect();
    let mut rows: Vec<(&FaultRow, &RecoveryRow)> =
        several.iter().flat_map(|fault| fault.services.iter().map(move |row| (*fault, row))).collect();
    rows.retain(|(_, row)| felt(row));
    let worst = |row: &RecoveryRow| {
        let recovered = row.recover_seconds.as_ref().map_or(0.0, |value| value.mean);
        [row.lost_requests.mean, row.never_recovered.mean, recovered, row.needed_launches.mean]
    };
    rows.sort_by(|a, b| worst(b.1).partial_cmp(&worst(a.1)).unwrap_or(std::cmp::Ordering::Equal));
    for (fault, row) in rows.iter().take(SERVICES_MAX) {
        let times = [&row.detect_seconds, &row.recover_seconds, &row.full_strength_seconds, &row.balanced_seconds];
        let times = times.map(|value| seconds(value, NOT));
        let what = [fault.name.clone(), row.service.clone()];
        table.row([&what[..], &times, &[whole(&row.lost_requests), estimate(&row.needed_launches)]].concat());
    }
    if table.is_empty() { table } else { table.more(rows.len(), SERVICES_MAX, "rows", IN_THE_FILE) }
}

/// Whether anything was lost or missing; streams of standalone tasks need nothing.
fn felt(row: &RecoveryRow) -> bool {
    let came_at_once = |value: &Maybe| value.as_ref().is_some_and(|value| value.mean <= 0.0);
    row.lost_requests.mean > 0.0 || !came_at_once(&row.recover_seconds) || !came_at_once(&row.full_strength_seconds)
}

/// Times after the begin.
fn fault_times(summary: &Summary, row: &FaultRow) -> [String; 4] {
    let absent = if row.occurrences.mean > 0.0 { NOT } else { NOTHING };
    let mut met = seconds(&row.recover_seconds, absent);
    if row.recover_seconds.is_some() && row.never_recovered.mean > 0.0 {
        met = format!("{met} ({} {NOT})", estimate(&row.never_recovered));
    }
    let time = |value: &Maybe| seconds(value, absent);
    let mut all = [time(&row.detect_seconds), met, time(&row.full_strength_seconds), time(&row.balanced_seconds)];
    if summary.services.is_empty() {
        // Nobody is there to recover: streams of standalone tasks have no need.
        all[1..].fill(NOTHING.to_owned());
    }
    all
}
