//! What each alarm did as a table.

use super::align::{Side, Table};
use super::number::{NOTHING, estimate, seconds};
use crate::metrics::summary::Summary;

/// What the words of the table mean.
pub(super) const ABOUT: &str =
    "rings: went to ALARM; false: while no fault was in force and no bad revision out, nor had been for 15 minutes";

/// The table; empty without alarms.
pub(super) fn table(summary: &Summary) -> Table {
    use Side::{Left, Right};
    let mut table = Table::new(&[
        ("alarm", Left),
        ("service", Left),
        ("rings", Right),
        ("false\nrings", Right),
        ("first\nring", Right),
        ("time in\nALARM", Right),
    ]);
    for row in &summary.alarms {
        table.row(vec![
            row.name.clone(),
            row.service.clone(),
            estimate(&row.rings),
            estimate(&row.false_rings),
            seconds(&row.first_ring_seconds, NOTHING),
            seconds(&Some(row.in_alarm_seconds), NOTHING),
        ]);
    }
    table
}
