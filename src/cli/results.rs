//! Everything that a result folder holds, as names and bytes.

use super::files::MANIFEST;
use super::manifest;
use super::run::Job;
use crate::experiment::Outcome;
use crate::report::align::Paint;
use crate::report::{chart, csv, events, visible};
use serde::Serialize;
use std::collections::BTreeSet;

const SUMMARY: &str = "summary.json";
const SERIES: &str = "timeseries.csv";
const EVENTS: &str = "events.ndjson";

/// Names of all files that a run may write.
pub(crate) fn names() -> BTreeSet<String> {
    let pictures = chart::NAMES.iter().flat_map(|name| [format!("{name}.svg"), format!("{name}.png")]);
    [SUMMARY, SERIES, EVENTS, MANIFEST].map(str::to_owned).into_iter().chain(pictures).collect()
}

/// The summary object as text with a line end: the same on stdout and in the file.
pub(crate) fn summary_json(summary: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(summary).expect("a summary has only text keys and finite numbers");
    visible::output(&(text + "\n"), Paint::Plain).into_owned()
}

/// All files of the folder; the manifest last. `from_here` is the path of the scenario as seen from the results.
///
/// # Errors
/// When a picture cannot be drawn.
pub(super) fn files(
    job: &Job<'_>,
    from_here: &str,
    outcome: &Outcome,
) -> Result<Vec<(String, Vec<u8>)>, chart::DrawError> {
    let plan = job.scenario.plan();
    let mut files = vec![
        (SUMMARY.to_owned(), summary_json(&outcome.summary).into_bytes()),
        (SERIES.to_owned(), csv::timeseries(&outcome.timeline).into_bytes()),
    ];
    if job.options.events_max > 0 {
        let lines = events::ndjson(&outcome.records, plan, outcome.summary.seed);
        files.push((EVENTS.to_owned(), visible::output(&lines, Paint::Plain).into_owned().into_bytes()));
    }
    let heading = chart::heading(&plan.name, job.options.replications, job.options.first_replication);
    for figure in chart::figures(&outcome.timeline, &heading) {
        debug_assert!(chart::NAMES.contains(&figure.name), "`{}` is not known before a run", figure.name);
        files.push((format!("{}.svg", figure.name), figure.svg().into_bytes()));
        files.push((format!("{}.png", figure.name), figure.png()?));
    }
    let manifest = manifest::text(job, from_here, outcome, &files);
    files.push((MANIFEST.to_owned(), manifest.into_bytes()));
    Ok(files)
}
