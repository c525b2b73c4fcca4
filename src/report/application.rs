//! Customers' own cells as a table: the application, and its cells below.

use super::align::Table;
use super::number::{NOTHING, estimate, percent};
use super::planes::worst;
use crate::metrics::summary::Summary;

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
    }
    table
}
