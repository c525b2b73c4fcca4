//! Who lost what to which cause as a table: the largest losses, and what all of them come to.

use super::align::Table;
use super::number::{plain, whole};
use crate::metrics::summary::{LossRow, Summary};

/// Rows of losses that are shown; the rest is added up in one line.
const LOSSES_MAX: usize = 10;

/// What the words of the table mean.
pub(super) const ABOUT: &str = "missing task-seconds: healthy tasks below desiredCount x seconds";

/// The table; empty when nothing was lost.
pub(super) fn table(summary: &Summary) -> Table {
    let mut table =
        Table::default().left(&["service", "cause", "phase"]).right(&["lost\nrequests", "missing\ntask-seconds"]);
    let mut rows: Vec<_> = summary.losses.iter().collect();
    rows.sort_by(|a, b| {
        let by = |row: &LossRow| (row.lost_requests.mean, row.lost_task_seconds.mean);
        by(b).partial_cmp(&by(a)).unwrap_or(std::cmp::Ordering::Equal)
    });
    for row in rows.iter().take(LOSSES_MAX) {
        let [requests, seconds] = [&row.lost_requests, &row.lost_task_seconds].map(whole);
        table.row([row.service.clone(), row.cause.clone(), row.phase.clone(), requests, seconds]);
    }
    let mut sum = |title: String, rows: &[&LossRow]| {
        let of = |value: fn(&LossRow) -> f64| plain(rows.iter().map(|row| value(row)).sum::<f64>().round());
        let (requests, seconds) = (of(|row| row.lost_requests.mean), of(|row| row.lost_task_seconds.mean));
        table.row([title, String::new(), String::new(), requests, seconds]);
    };
    if let Some(rest) = rows.get(LOSSES_MAX..).filter(|rest| !rest.is_empty()) {
        let rows = if rest.len() == 1 { "row" } else { "rows" };
        sum(format!("{} more {rows}", rest.len()), rest);
    }
    if rows.len() > 1 {
        sum("total".to_owned(), &rows);
    }
    table
}
