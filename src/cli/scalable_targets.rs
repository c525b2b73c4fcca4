//! What `check` says of scalable targets.

use crate::forecast::scaling::{AtTarget, Bounds};
use crate::report::align::Table;
use crate::report::number::{NOTHING, short};

/// Bounds and targets, a row for each policy.
pub(super) fn table(all: &[Bounds], most: usize, hint: &'static str) -> Table {
    let mut table = Table::default()
        .left(&["service"])
        .right(&[
            "min",
            "max",
            "requests/s\nat min",
            "requests/s\nat max",
            "needed\nat the peak",
            "min without\na zone",
            "max without\na zone",
        ])
        .left(&["policy"])
        .right(&["busy at\nits target", "and without\na zone"]);
    for row in all.iter().take(most) {
        let [low, high] =
            row.carries_per_second.map_or([NOTHING.to_owned(), NOTHING.to_owned()], |both| both.map(short));
        let needed = row.needed.map_or(NOTHING.to_owned(), |[_, peak]| peak.to_string());
        let own = [
            row.service.clone(),
            row.min_capacity.to_string(),
            row.max_capacity.to_string(),
            low,
            high,
            needed,
            row.min_left_without_zone.to_string(),
            format!("{}{}", row.max_left_without_zone, if row.falls_short() { " (falls short)" } else { "" }),
        ];
        if row.policies.is_empty() {
            table.row(own.clone().into_iter().chain([NOTHING; 3].map(str::to_owned)));
        }
        for (place, policy) in row.policies.iter().enumerate() {
            let first = if place == 0 { own.clone() } else { Default::default() };
            let AtTarget { policy, busy, busy_without_zone } = policy;
            let [busy, without] = [*busy, *busy_without_zone].map(share);
            table.row(first.into_iter().chain([policy.clone(), busy, without]));
        }
    }
    table.more(all.len(), most, "scalable targets", hint)
}

/// Above all that a task can answer, requests fail.
fn share(busy: Option<f64>) -> String {
    busy.map_or(NOTHING.to_owned(), |busy| {
        let falls = if busy > 1.0 { " (falls short)" } else { "" };
        format!("{} %{falls}", short(busy * 100.0))
    })
}
