//! Customers' own cells as a table: the application, and its cells below.

use super::align::{Side, Table};
use super::number::{NOTHING, estimate, percent};
use crate::metrics::summary::{ApplicationCellRow, Summary};

/// Cells that are shown, those that lost most first.
const CELLS_MAX: usize = 12;

/// What the words of the table mean.
pub(super) const ABOUT: &str = "requests of the application: of all customers, served by their cells; failed: at the router or in the cell\n  requests of a cell: those that reached it; callers who do not know yet that their customer has moved count";

/// The table; empty without an application.
pub(super) fn table(summary: &Summary) -> Table {
    use Side::{Left, Right};
    let mut table = Table::new(&[
        ("cells of customers", Left),
        ("customers", Right),
        ("moved", Right),
        ("without\na cell", Right),
        ("requests\noffered", Right),
        ("requests\nfailed", Right),
        ("availability", Right),
    ]);
    for row in &summary.cellular_application {
        table.row(vec![
            row.name.clone(),
            row.customers.to_string(),
            estimate(&row.moved),
            estimate(&row.without_cell),
            estimate(&row.requests.offered),
            estimate(&row.requests.failed),
            percent(&row.request_availability),
        ]);
        let shown = shown(&row.cells);
        for cell in &shown {
            table.row(vec![
                format!("  {}", cell.service),
                estimate(&cell.customers),
                NOTHING.to_owned(),
                NOTHING.to_owned(),
                estimate(&cell.requests.offered),
                estimate(&cell.requests.failed),
                percent(&cell.request_availability),
            ]);
        }
        let more = row.cells.len() - shown.len();
        if more > 0 {
            let mut words = vec![format!("  {more} more cells")];
            words.resize(7, String::new());
            table.row(words);
        }
    }
    table
}

/// All cells where they are few, else those that lost most; in order.
fn shown(cells: &[ApplicationCellRow]) -> Vec<&ApplicationCellRow> {
    let lost = |place: &usize| cells[*place].requests.failed.mean;
    let mut places: Vec<usize> = (0..cells.len()).collect();
    places.sort_by(|a, b| lost(b).total_cmp(&lost(a)));
    places.truncate(CELLS_MAX);
    places.sort_unstable();
    places.into_iter().map(|place| &cells[place]).collect()
}
