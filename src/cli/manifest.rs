//! `manifest.json`: what was run, with what, when and where. The only file that differs between equal runs.

use super::files::{Disk, MANIFEST};
use super::hidden::PREFIX;
use crate::MODEL_VERSION;
use crate::experiment::{Options, Outcome};
use crate::report::align::Paint;
use crate::report::visible;
use crate::scenario::Files;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// What the manifest tells beside the outcome.
pub(crate) struct About<'a> {
    /// Path of the scenario as it was typed.
    pub(crate) path: &'a str,
    /// The same as seen from the results.
    pub(crate) from_here: String,
    /// The scenario with every `$file` spliced in.
    pub(crate) written: &'a Value,
    /// The only replication that was run, where one was asked for.
    pub(crate) replication: Option<u32>,
    pub(crate) began: Timestamp,
    /// How long it took, in seconds.
    pub(crate) took_seconds: f64,
}

/// The manifest as text. `files` are the others of the folder.
pub(crate) fn text(about: &About<'_>, options: &Options, outcome: &Outcome, files: &[(String, Vec<u8>)]) -> String {
    let listed = files.iter().map(|(name, bytes)| json!({ "name": name, "bytes": bytes.len() }));
    let mut scenario = about.written.clone();
    if let (Some(seed), Some(fields)) = (options.seed, scenario.as_object_mut()) {
        fields.insert("seed".to_owned(), seed.into());
    }
    let manifest = json!({
        "tool": "evenkeel",
        "version": env!("CARGO_PKG_VERSION"),
        "modelVersion": MODEL_VERSION,
        "scenarioFile": about.path,
        "scenarioPath": about.from_here,
        "seed": outcome.summary.seed,
        "replications": outcome.summary.replications,
        "replication": about.replication,
        "digest": outcome.summary.digest,
        "events": outcome.summary.events,
        "began": format!("{:.0}", about.began),
        "tookSeconds": (about.took_seconds * 1e3).round() / 1e3,
        "host": super::files::host(),
        "threads": options.threads,
        "files": listed.collect::<Vec<_>>(),
        "scenario": scenario,
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
