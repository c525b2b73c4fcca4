//! The shipped scenarios, read without the command line, so that these tests also run without it.

#![allow(dead_code, reason = "each test file uses a part of this")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic, and reads the shipped scenarios")]

use evenkeel::model::Plan;
use evenkeel::model::problem::Problems;
use evenkeel::scenario::source::{FileError, Files};
use evenkeel::scenario::{self, file, resolve};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A file of this project.
pub(crate) fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Names of all shipped scenarios, in order.
pub(crate) fn names() -> Vec<String> {
    let files = fs::read_dir(here("scenarios")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = files
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .filter(|n| !n.ends_with(".schema"))
        .collect();
    names.sort();
    assert!(names.len() >= 14, "only {} scenarios are shipped", names.len());
    names
}

/// The disk, below this project.
struct Shelf;

impl Files for Shelf {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        fs::read(here(path)).map_err(|error| FileError::Other(error.to_string()))
    }
}

/// The scenario as one JSON value, with every `$file` spliced in.
pub(crate) fn written(name: &str) -> Value {
    scenario::load(&format!("scenarios/{name}.json"), &Shelf, &mut Problems::default()).unwrap().value
}

/// What runs of a scenario given as one JSON value.
pub(crate) fn plan_of(whole: &Value) -> Plan {
    let mut problems = Problems::default();
    let typed: file::Scenario = serde_json::from_value(whole.clone()).unwrap();
    let csv = |path: &str| String::from_utf8(fs::read(here("scenarios").join(path)).ok()?).ok();
    let found = resolve::resolve(&typed, &csv, &mut problems);
    let errors: Vec<_> = problems.list.iter().map(|one| format!("{} {}", one.at, one.message)).collect();
    assert!(!problems.has_errors(), "{errors:#?}");
    found.unwrap().0
}

/// What runs of a shipped scenario.
pub(crate) fn plan(name: &str) -> Plan {
    plan_of(&written(name))
}
