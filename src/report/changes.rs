//! What became of each change as a table.

use super::align::{Side, Table};
use super::number::{NOTHING, estimate, percent, seconds};
use crate::metrics::summary::Summary;

/// What the words of the table mean.
pub(super) const ABOUT: &str = "exposed: requests sent to the new revision until it is completed or taken back\n  found: from its begin until the circuit breaker or an alarm stops it; back: from then until the revision before is back";

/// The table; empty without changes.
pub(super) fn table(summary: &Summary) -> Table {
    use Side::{Left, Right};
    let mut table = Table::new(&[
        ("change", Left),
        ("service", Left),
        ("outcome", Left),
        ("begins", Right),
        ("exposed\nrequests", Right),
        ("exposed\nshare", Right),
        ("found\nafter", Right),
        ("back\nafter", Right),
    ]);
    for row in &summary.changes {
        table.row(vec![
            row.name.clone(),
            row.service.clone(),
            row.outcome.clone(),
            seconds(&row.begin_seconds, NOTHING),
            estimate(&row.exposed_requests),
            percent(&row.exposed_share),
            seconds(&row.detect_seconds, NOTHING),
            seconds(&row.rollback_seconds, NOTHING),
        ]);
    }
    table
}
