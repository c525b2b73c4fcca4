//! `manifest.json`: what was run, with what, when and where. The only file that differs between equal runs.

use super::files::{Disk, MANIFEST};
use super::hidden::PREFIX;
use super::results::effective;
use super::run::Job;
use crate::MODEL_VERSION;
use crate::experiment::Outcome;
use crate::report::align::Paint;
use crate::report::visible;
use crate::scenario::Files;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// The manifest as text. `from_here` is the path of the scenario as seen from the results, `files` are the others of
/// the folder.
pub(super) fn text(job: &Job<'_>, from_here: &str, outcome: &Outcome, files: &[(String, Vec<u8>)]) -> String {
    let listed = files.iter().map(|(name, bytes)| json!({ "name": name, "bytes": bytes.len() }));
    let manifest = json!({
        "tool": "evenkeel",
        "version": env!("CARGO_PKG_VERSION"),
        "modelVersion": MODEL_VERSION,
        "scenarioFile": job.run.scenario,
        "scenarioPath": from_here,
        "seed": outcome.summary.seed,
        "replications": outcome.summary.replications,
        "replication": job.run.replication,
        "digest": outcome.summary.digest,
        "events": outcome.summary.events,
        "began": format!("{:.0}", job.began),
        "tookSeconds": (job.took_seconds * 1e3).round() / 1e3,
        "host": super::files::host(),
        "threads": job.options.threads,
        "files": listed.collect::<Vec<_>>(),
        "scenario": effective(job),
    });
    visible::output(&format!("{manifest:#}\n"), Paint::Plain).into_owned()
}

/// What a manifest tells the next run.
#[derive(Debug)]
pub(super) struct Ours {
    /// Path of the scenario file as it was typed; empty where the manifest does not tell.
    pub(super) scenario: String,
    /// The same as seen from the folder; early versions do not tell.
    pub(super) from_here: Option<String>,
    /// The files that it lists; only names that lie in the folder.
    pub(super) files: BTreeSet<String>,
}

/// The manifest of a folder; `None` when there is none that this program wrote.
pub(super) fn of(folder: &Path) -> Option<Ours> {
    let bytes = Disk.read_named(folder.join(MANIFEST).to_str()?).ok()?;
    let value: Value = serde_json::from_slice(&bytes).ok().filter(|value: &Value| value["tool"] == "evenkeel")?;
    let word = |key: &str| value[key].as_str().map(str::to_owned);
    let listed = value["files"].as_array().into_iter().flatten().filter_map(|file| file["name"].as_str());
    let within =
        |name: &&str| !matches!(*name, "" | "." | "..") && !name.contains(['/', '\\']) && !name.starts_with(PREFIX);
    Some(Ours {
        scenario: word("scenarioFile").unwrap_or_default(),
        from_here: word("scenarioPath"),
        files: listed.filter(within).map(str::to_owned).collect(),
    })
}
