//! Customers' own cells as a table: the application, and its cells below.

use super::align::Table;
use super::number::{NOTHING, estimate, percent, seconds};
use super::planes::worst;
use crate::metrics::summary::{ApplicationRow, Summary};

/// What the words of the table mean.
pub(super) const ABOUT: &str = "requests of the application: of all customers, served by their cells; failed: at the router or in the cell\n  requests of a cell: those that reached it; callers who do not know yet that their customer has moved count";

/// The table; empty without an application.
pub(super) fn table(summary: &Summary) -> Table {
    let mut table = Table::default()
        .left(&["cells of customers"])
        .right(&["customers", "moved", "without\na cell"])
        .right(&["requests\noffered", "requests\nfailed", "availability"])
        .goes_first(&["moved", "without\na cell", "requests\noffered"]);
    for row in &summary.cellular_application {
        let [moved, without, offered, failed] =
            [&row.moved, &row.without_cell, &row.requests.offered, &row.requests.failed].map(estimate);
        let availability = percent(&row.request_availability);
        table.row([row.name.clone(), row.customers.to_string(), moved, without, offered, failed, availability]);
        let shown = worst(&row.cells, |cell| cell.requests.failed.mean);
        for cell in &shown {
            let name = format!("  {}", cell.service);
            let [customers, offered, failed] =
                [&cell.customers, &cell.requests.offered, &cell.requests.failed].map(estimate);
            let [moved, without] = [NOTHING; 2].map(str::to_owned);
            table.row([name, customers, moved, without, offered, failed, percent(&cell.request_availability)]);
        }
        if row.cells.len() > shown.len() {
            table.words(format!("  {} more cells", row.cells.len() - shown.len()));
        }
        for words in acts(row) {
            table.words(words);
        }
    }
    table
}

/// What operators did as alarms rang.
fn acts(row: &ApplicationRow) -> Vec<String> {
    let mut found = Vec::new();
    if row.evacuations.mean > 0.0 {
        let [times, left, stayed] = [&row.evacuations, &row.evacuated, &row.stayed].map(estimate);
        let empty = seconds(&row.evacuation_seconds, "never");
        let back = seconds(&row.back_seconds, "not at all");
        found.push(format!("  cells emptied: {times}; customers who left: {left}, who stayed: {stayed}"));
        found.push(format!("  the first was empty {empty} after its alarm; its customers were back after: {back}"));
    }
    if row.quarantined.mean > 0.0 {
        let after = seconds(&row.quarantine_seconds, "never");
        found.push(format!("  in quarantine: {}, {after} after the alarm", estimate(&row.quarantined)));
    }
    if row.blocked.mean > 0.0 {
        let after = seconds(&row.quarantine_seconds, "never");
        let [blocked, requests] = [&row.blocked, &row.blocked_requests].map(estimate);
        found.push(format!(
            "  blocked at the router: {blocked}, {after} after the alarm; requests turned away: {requests}"
        ));
    }
    if row.released.mean > 0.0 {
        found.push(format!("  let back: {}", estimate(&row.released)));
    }
    found
}
