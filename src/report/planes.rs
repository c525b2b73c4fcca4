//! The control plane as a table: a row for each Region that has one, or lost launches, and its cells below.

use super::align::Table;
use super::number::{NOTHING, estimate, percent, seconds, short};
use crate::metrics::summary::{CellRow, PlaneLaunches, PlaneRow, Summary};

/// Cells of a Region or an application that are shown.
const CELLS_MAX: usize = 12;

/// What the words of the table mean.
pub(super) const ABOUT: &str = "clusters: at the end; throttled, failed: nobody took the launch on, at its last try\n  waiting: still due at the end; waited: taken on later than due, for want of a token, a turn or the cell\n  peak: the busiest minute against what the cell can do";

/// The table; empty when no Region has anything to tell.
pub(super) fn table(summary: &Summary) -> Table {
    let mut table = Table::default()
        .left(&["control plane"])
        .right(&["clusters", "launches\noffered", "accepted", "throttled", "failed", "waiting", "waited"])
        .right(&["waited\np99", "launch\navailability", "peak\nutilisation", "down"])
        .goes_first(&["clusters", "throttled", "failed", "accepted", "peak\nutilisation"]);
    for region in summary.control_plane.iter().filter(|region| tells(region)) {
        let clusters: u32 = region.cells.iter().map(|cell| cell.clusters).sum();
        let name = match &region.moved {
            Some(moved) => format!("{} ({} moved)", region.region, estimate(moved)),
            None => region.region.clone(),
        };
        let wait = seconds(&region.wait_seconds.p99, NOTHING);
        table.row(row(name, clusters, &region.launches, wait, [NOTHING; 2].map(str::to_owned)));
        let shown = worst(&region.cells, trouble);
        for cell in &shown {
            // Tries that are turned away count too, so it may exceed 100 %.
            let peak = cell.peak_utilisation.map(|peak| format!("{} %", short(peak.mean * 100.0)));
            let last = [peak.unwrap_or_else(|| NOTHING.to_owned()), seconds(&Some(cell.down_seconds), NOTHING)];
            table.row(row(format!("  {}", cell.cell), cell.clusters, &cell.launches, NOTHING.to_owned(), last));
        }
        if region.cells.len() > shown.len() {
            table.words(format!("  {} more cells", region.cells.len() - shown.len()));
        }
    }
    table
}

fn row(name: String, clusters: u32, launches: &PlaneLaunches, wait: String, [peak, down]: [String; 2]) -> Vec<String> {
    let PlaneLaunches { offered, accepted, throttled, failed, waiting, waited, availability } = launches;
    let counts = [offered, accepted, throttled, failed, waiting, waited].map(estimate);
    [&[name, clusters.to_string()][..], &counts, &[wait, percent(availability), peak, down]].concat()
}

/// Whether a Region's control plane is written, or did anything but take launches on at once.
fn tells(region: &PlaneRow) -> bool {
    let waited = region.launches.waited.mean > 0.0;
    region.router.calls.is_some() || waited || region.cells.iter().any(|cell| trouble(cell) > 0.0)
}

/// Launches that were not taken on, and seconds in which the cell was down.
fn trouble(cell: &CellRow) -> f64 {
    cell.launches.offered.mean - cell.launches.accepted.mean + cell.down_seconds.mean
}

/// All cells where they are few, else those with the most trouble; in order.
pub(super) fn worst<C>(cells: &[C], trouble: impl Fn(&C) -> f64) -> Vec<&C> {
    let mut places: Vec<usize> = (0..cells.len()).collect();
    places.sort_by(|a, b| trouble(&cells[*b]).total_cmp(&trouble(&cells[*a])));
    places.truncate(CELLS_MAX);
    places.sort_unstable();
    places.into_iter().map(|place| &cells[place]).collect()
}
