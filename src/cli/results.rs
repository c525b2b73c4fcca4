//! Everything that a result folder holds, as names and bytes.

use super::files::MANIFEST;
use super::manifest::{self, About};
use super::pipeline::{Order, Outcome, Scenario};
use crate::report::{chart, csv, events};
use serde::Serialize;

/// The summary object as text with a line end: the same on stdout and in the file.
pub(crate) fn summary_json(summary: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(summary).expect("a summary has only text keys and finite numbers");
    text + "\n"
}

/// All files of the folder; the manifest last.
///
/// # Errors
/// When a picture cannot be drawn.
pub(crate) fn files(
    scenario: &dyn Scenario,
    about: &About<'_>,
    order: &Order,
    outcome: &Outcome,
) -> Result<Vec<(String, Vec<u8>)>, chart::DrawError> {
    let plan = scenario.plan();
    let mut files = vec![
        ("summary.json".to_owned(), summary_json(&outcome.summary).into_bytes()),
        ("timeseries.csv".to_owned(), csv::timeseries(&outcome.timeline).into_bytes()),
    ];
    if order.events_max > 0 {
        let lines = events::ndjson(&outcome.events, plan, outcome.summary.seed);
        files.push(("events.ndjson".to_owned(), lines.into_bytes()));
    }
    for figure in chart::figures(&outcome.timeline, &plan.name) {
        files.push((format!("{}.svg", figure.name), figure.svg()?.into_bytes()));
        files.push((format!("{}.png", figure.name), figure.png()?));
    }
    let manifest = manifest::text(about, order, outcome, &files);
    files.push((MANIFEST.to_owned(), manifest.into_bytes()));
    Ok(files)
}
