//! What zonal autoshift did as a table.

use super::align::Table;
use super::number::{NOTHING, estimate, seconds, whole};
use crate::metrics::summary::{AutoshiftRow, Summary};

/// What the words of the table mean.
pub(super) const ABOUT: &str = "shifted for: time for which AWS had shifted the resource away from an impaired zone\n\
     practice runs: weekly shifts of half an hour; failed: an outcome alarm rang\n\
     lost: requests that failed because targets were held back, in autoshifts and in practice runs";

/// The table; empty without zonal autoshift.
pub(super) fn table(summary: &Summary) -> Table {
    let row = |row: &AutoshiftRow| {
        let outcome = |name: &str| row.practice_outcomes.get(name).map_or_else(|| "0".to_owned(), estimate);
        let shifted = seconds(&Some(row.shifted_seconds), NOTHING);
        let mut cells = vec![row.resource.clone(), estimate(&row.autoshifts), shifted, estimate(&row.practice_runs)];
        cells.extend(["SUCCEEDED", "FAILED", "INTERRUPTED"].map(outcome));
        cells.extend([whole(&row.lost_requests), whole(&row.lost_in_practice)]);
        cells
    };
    Table::default()
        .left(&["resource"])
        .right(&["auto-\nshifts", "shifted\nfor", "practice\nruns", "suc-\nceeded", "failed", "inter-\nrupted"])
        .right(&["lost in\nautoshifts", "lost in\npractice"])
        .goes_first(&["inter-\nrupted", "shifted\nfor"])
        .rows(summary.zonal_autoshift.iter().map(row))
}
