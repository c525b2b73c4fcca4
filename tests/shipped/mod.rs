//! The shipped scenarios, read without the command line, so that these tests also run without it.

#![allow(dead_code, reason = "each test file uses a part of this")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic, and reads the shipped scenarios")]

use evenkeel::internals::model::Plan;
use evenkeel::{FileError, Files, Scenario};
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

/// The files of this project, by their path in it.
struct Shelf;

impl Files for Shelf {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        fs::read(here(path)).map_err(|error| FileError::Other(error.to_string()))
    }
}

/// A shipped scenario.
fn read(name: &str) -> Scenario {
    let reading = Scenario::read(&format!("scenarios/{name}.json"), &Shelf);
    reading.into_result().unwrap_or_else(|problems| panic!("{name}: {problems:#?}"))
}

/// The scenario as one JSON value, with every `$file` spliced in.
pub(crate) fn written(name: &str) -> Value {
    read(name).written().clone()
}

/// What runs of a scenario given as one JSON value.
pub(crate) fn plan_of(whole: &Value) -> Plan {
    /// The files of this project, and the scenario among them.
    struct Beside(String);

    impl Files for Beside {
        fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
            if path == "scenarios/whole.json" { Ok(self.0.clone().into_bytes()) } else { Shelf.read(path) }
        }
    }

    let reading = Scenario::read("scenarios/whole.json", &Beside(whole.to_string()));
    reading.into_result().unwrap_or_else(|problems| panic!("{problems:#?}")).into_plan()
}

/// What runs of a shipped scenario.
pub(crate) fn plan(name: &str) -> Plan {
    read(name).into_plan()
}
