//! What became of each change as a table.

use super::align::{Side, Table};
use super::number::{NOTHING, estimate, percent, seconds};
use crate::metrics::summary::{ChangeRow, Estimate, Summary};

/// What the words of the table mean.
pub(super) const ABOUT: &str = "exposed: requests sent to the new revision until it is completed or taken back\n  found: from its begin until the circuit breaker or an alarm stops it; back: from then until the revision before is back";

/// The table; empty without changes.
pub(super) fn table(summary: &Summary) -> Table {
    use Side::{Left, Right};
    let many = |row: &ChangeRow| row.occurrences.mean > 1.0;
    let times = if summary.changes.iter().any(many) { &[("times", Right)][..] } else { &[] };
    let mut columns = vec![("change", Left), ("service", Left), ("outcome", Left)];
    columns.extend(times);
    columns.extend([
        ("begins", Right),
        ("exposed\nrequests", Right),
        ("exposed\nshare", Right),
        ("found\nafter", Right),
        ("back\nafter", Right),
    ]);
    let mut table = Table::new(&columns);
    for row in &summary.changes {
        let mut cells =
            vec![row.name.clone(), row.service.clone(), if many(row) { shares(row) } else { row.outcome.clone() }];
        cells.extend(times.iter().map(|_| estimate(&row.occurrences)));
        cells.extend([
            seconds(&row.begin_seconds, NOTHING),
            estimate(&row.exposed_requests),
            percent(&row.exposed_share),
            seconds(&row.detect_seconds, NOTHING),
            seconds(&row.rollback_seconds, NOTHING),
        ]);
        table.row(cells);
    }
    table
}

/// How many of a change that came several times ended in each way.
fn shares(row: &ChangeRow) -> String {
    let share = |(name, share): (&String, &Estimate)| format!("{:.1} % {name}", share.mean * 100.0);
    row.outcomes.iter().map(share).collect::<Vec<_>>().join(", ")
}
