//! What became of each change as a table.

use super::align::Table;
use super::number::{NOTHING, estimate, percent, seconds};
use crate::metrics::summary::{ChangeRow, Estimate, Summary};

/// What the words of the table mean.
pub(super) const ABOUT: &str = "exposed: requests sent to the new revision until it is completed or taken back\n  found: from its begin until the circuit breaker or an alarm stops it; back: from then until the revision before is back";

/// The table; empty without changes.
pub(super) fn table(summary: &Summary) -> Table {
    let many = |row: &ChangeRow| row.occurrences.mean > 1.0;
    let times = if summary.changes.iter().any(many) { &["times"][..] } else { &[] };
    let row = |row: &ChangeRow| {
        let outcome = if many(row) { shares(row) } else { row.outcome.clone() };
        let [begin, found, back] =
            [row.begin_seconds, row.detect_seconds, row.rollback_seconds].map(|value| seconds(&value, NOTHING));
        let exposed = estimate(&row.exposed_requests);
        let mut cells = vec![row.name.clone(), row.service.clone(), outcome];
        cells.extend(times.iter().map(|_| estimate(&row.occurrences)));
        cells.extend([begin, exposed, percent(&row.exposed_share), found, back]);
        cells
    };
    Table::default()
        .left(&["change", "service", "outcome"])
        .right(times)
        .right(&["begins", "exposed\nrequests", "exposed\nshare", "found\nafter", "back\nafter"])
        .rows(summary.changes.iter().map(row))
}

/// How many of a change that came several times ended in each way.
fn shares(row: &ChangeRow) -> String {
    let share = |(name, share): (&String, &Estimate)| format!("{:.1} % {name}", share.mean * 100.0);
    row.outcomes.iter().map(share).collect::<Vec<_>>().join(", ")
}
