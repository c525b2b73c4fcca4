//! `manifest.json`: what was run, with what, when and where. The only file that differs between equal runs.

use super::pipeline::{Order, Outcome};
use crate::MODEL_VERSION;
use jiff::Timestamp;
use serde_json::{Value, json};

/// What the manifest tells beside the outcome.
pub(crate) struct About<'a> {
    /// Path of the scenario as it was typed.
    pub(crate) path: &'a str,
    /// The scenario with every `$file` spliced in.
    pub(crate) written: &'a Value,
    /// When the run began.
    pub(crate) began: Timestamp,
    /// How long it took, in seconds.
    pub(crate) took_seconds: f64,
}

/// The manifest as text. `files` are the others of the folder.
pub(crate) fn text(about: &About<'_>, order: &Order, outcome: &Outcome, files: &[(String, Vec<u8>)]) -> String {
    let listed = files.iter().map(|(name, bytes)| json!({ "name": name, "bytes": bytes.len() }));
    let mut scenario = about.written.clone();
    if let (Some(seed), Some(fields)) = (order.seed, scenario.as_object_mut()) {
        fields.insert("seed".to_owned(), seed.into());
    }
    let manifest = json!({
        "tool": "evenkeel",
        "version": env!("CARGO_PKG_VERSION"),
        "modelVersion": MODEL_VERSION,
        "scenarioFile": about.path,
        "seed": outcome.summary.seed,
        "replications": outcome.summary.replications,
        "replication": order.only,
        "digest": outcome.summary.digest,
        "events": outcome.summary.events,
        "began": format!("{:.0}", about.began),
        "tookSeconds": (about.took_seconds * 1e3).round() / 1e3,
        "host": super::files::host(),
        "threads": order.threads,
        "files": listed.collect::<Vec<_>>(),
        "scenario": scenario,
    });
    format!("{manifest:#}\n")
}
