//! Launches that a control plane did not take on.

use super::super::words::{first_of, listed, name};
use super::{NAMED_MAX, ever};
use crate::metrics::summary::{PlaneRow, Summary};
use crate::report::number::estimate;

/// The clause; none when every launch was taken on.
pub(super) fn clause(summary: &Summary) -> Option<String> {
    let refused: Vec<String> = summary.control_plane.iter().filter_map(region).collect();
    (!refused.is_empty()).then(|| first_of(refused, NAMED_MAX))
}

fn region(row: &PlaneRow) -> Option<String> {
    let of = |value, what: &str| ever(value).then(|| format!("{} {what}", estimate(value)));
    let launches = &row.launches;
    let parts = [
        of(&launches.throttled, "were given up because they were throttled"),
        of(&launches.failed, "were given up because nobody answered"),
        of(&launches.waiting, "still waited at the end"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let head =
        format!("of {} launches offered to the control plane of {}", estimate(&launches.offered), name(&row.region));
    (!parts.is_empty()).then(|| format!("{head} {}", listed(&parts)))
}
