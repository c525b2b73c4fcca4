//! What each scaling policy did as a table.

use super::align::Table;
use super::number::{NOTHING, estimate, seconds};
use crate::metrics::summary::Summary;

/// What the words of the table mean.
pub(super) const ABOUT: &str = "to serve: from the first step of the load after which it scaled out until the first task of that serves\n\
    wrong way: scaled in while at least one request in a thousand failed";

/// The table; empty without policies.
pub(super) fn table(summary: &Summary) -> Table {
    let mut table = Table::default()
        .left(&["service", "policy"])
        .right(&[
            "scaled\nout",
            "scaled\nin",
            "desired\nleast",
            "desired\nmean",
            "desired\nmost",
            "to\nserve",
            "wrong\nway",
        ])
        .goes_first(&["desired\nleast", "desired\nmost", "service"]);
    for row in &summary.scaling {
        let [outs, ins, least, mean, most, wrong] =
            [&row.outs, &row.ins, &row.desired.min, &row.desired.mean, &row.desired.max, &row.wrong_way].map(estimate);
        let serve = seconds(&row.seconds_to_serve, NOTHING);
        table.row([row.service.clone(), row.policy.clone(), outs, ins, least, mean, most, serve, wrong]);
    }
    table
}
