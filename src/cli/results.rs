//! Everything that a result folder holds, as names and bytes.

use super::args::{Lines, Run};
use super::files::MANIFEST;
use super::run::Job;
use super::{manifest, notes, render};
use crate::experiment::Outcome;
use crate::report::align::Paint;
use crate::report::page::{self, Facts, Picture};
use crate::report::table::sections;
use crate::report::{chart, csv, events, visible};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

const SUMMARY: &str = "summary.json";
const SERIES: &str = "timeseries.csv";
const EVENTS: &str = "events.ndjson";
const PAGE: &str = "report.html";

/// Names of all files that a run may write, with the page or without it.
pub(crate) fn names(html: bool) -> BTreeSet<String> {
    let pictures = chart::NAMES.iter().flat_map(|name| [format!("{name}.svg"), format!("{name}.png")]);
    let page = html.then(|| PAGE.to_owned());
    [SUMMARY, SERIES, EVENTS, MANIFEST].map(str::to_owned).into_iter().chain(pictures).chain(page).collect()
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
    let mut files = vec![(SUMMARY.to_owned(), summary_json(&outcome.summary).into_bytes())];
    if job.run.series != Lines::None {
        let starts_at = job.run.timestamps.then_some(plan.starts_at);
        let rows = csv::Rows { most: job.run.series.bound(), starts_at };
        files.push((SERIES.to_owned(), csv::timeseries(&outcome.timeline, rows).into_bytes()));
    }
    if job.options.events_max > 0 {
        let lines = events::ndjson(&outcome.records, plan, outcome.summary.seed);
        files.push((EVENTS.to_owned(), visible::output(&lines, Paint::Plain).into_owned().into_bytes()));
    }
    let heading = chart::heading(&plan.name, job.options.replications, job.options.first_replication);
    let figures = chart::figures(&outcome.timeline, &heading);
    let mut drawn = Vec::new();
    for figure in &figures {
        debug_assert!(chart::NAMES.contains(&figure.name), "`{}` is not known before a run", figure.name);
        let svg = figure.svg();
        files.push((format!("{}.svg", figure.name), svg.clone().into_bytes()));
        files.push((format!("{}.png", figure.name), figure.png()?));
        drawn.push((figure, svg));
    }
    if job.run.html {
        let pictures: Vec<Picture<'_>> = drawn.iter().map(|(figure, svg)| Picture { figure, svg }).collect();
        files.push((PAGE.to_owned(), page(job, outcome, &heading, &pictures).into_bytes()));
    }
    let manifest = manifest::text(job, from_here, outcome, &files);
    files.push((MANIFEST.to_owned(), manifest.into_bytes()));
    Ok(files)
}

/// The page of the run.
fn page(job: &Job<'_>, outcome: &Outcome, heading: &str, pictures: &[Picture<'_>]) -> String {
    page::html(&Facts {
        summary: &outcome.summary,
        sections: &job.results(&file(job.run), outcome, sections),
        scenario: &effective(job),
        file: &file(job.run),
        command: &command(job.run, job.seed),
        told: &told(job),
        heading,
        pictures,
    })
}

/// What `check` says of the scenario beside its problems, each with its place.
fn told(job: &Job<'_>) -> [(&'static str, Vec<String>); 3] {
    let (problems, plan) = (job.problems, job.scenario.plan());
    [
        ("Bears on availability, not modelled", notes::bearing(problems)),
        ("Taken by default, and what it means here", notes::defaults(problems, plan, true)),
        ("Accepted and not used (no bearing on availability)", notes::unused(problems, true)),
    ]
}

/// The scenario that ran: every `$file` is spliced in, and the seed is the one that was asked for.
pub(super) fn effective(job: &Job<'_>) -> Value {
    let mut scenario = job.scenario.written().clone();
    if let (Some(seed), Some(fields)) = (job.run.seed, scenario.as_object_mut()) {
        fields.insert("seed".to_owned(), seed.into());
    }
    scenario
}

/// The name of the scenario's file: its folder is nobody's business but ours.
fn file(run: &Run) -> String {
    Path::new(&run.scenario)
        .file_name()
        .map_or_else(|| run.scenario.clone(), |name| name.to_string_lossy().into_owned())
}

/// What gives the same results anywhere: without folders.
fn command(run: &Run, seed: u64) -> String {
    let which = run
        .replication
        .map_or_else(|| format!("--replications {}", run.replications), |number| format!("--replication {number}"));
    format!("evenkeel run {} --seed {seed} {which} --html", render::quoted(&file(run)))
}
