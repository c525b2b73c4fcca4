//! What `check` says of response times.

use crate::forecast::response::AtPeak;
use crate::report::align::Table;
use crate::report::number::{NOTHING, short};

/// A share of requests that users notice, as in `errorSeconds`.
const SEEN: f64 = 0.001;

/// Two rows for each service: with all zones, and without the one that has most of its tasks.
pub(super) fn table(all: &[AtPeak], most: usize, hint: &'static str) -> Table {
    let mut table =
        Table::default().left(&["service", "zones"]).right(&["tasks", "busy", "p50", "p99", "too late\nor refused"]);
    for row in all.iter().take(most) {
        let zones = row.without_zone.as_ref().map_or("all".to_owned(), |zone| format!("without {zone}"));
        let percent = |share: f64| format!("{} %", short(share * 100.0));
        let time = |seconds: Option<f64>| seconds.map_or(NOTHING.to_owned(), told);
        let lost = if row.lost >= SEEN { format!("{} (falls short)", percent(row.lost)) } else { percent(row.lost) };
        table.row([
            row.service.clone(),
            zones,
            row.tasks.to_string(),
            row.busy.map_or(NOTHING.to_owned(), percent),
            time(row.p50_seconds),
            time(row.p99_seconds),
            lost,
        ]);
    }
    table.more(all.len(), most, "rows", hint)
}

/// Milliseconds below a second.
fn told(seconds: f64) -> String {
    if seconds < 1.0 { format!("{} ms", short(seconds * 1e3)) } else { format!("{} s", short(seconds)) }
}
