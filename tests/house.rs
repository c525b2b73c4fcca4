//! Is it still this house? Sources are read as tokens: who names whom, how long things are, whether what is shipped
//! is used and told. That the schema is up to date, `tests/ecs_objects.rs` holds.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic, and reads the project's files")]
#![expect(clippy::case_sensitive_file_extension_comparisons, reason = "the project's own names are in lower case")]

#[path = "house/arrows.rs"]
mod arrows;
#[path = "house/cited.rs"]
mod cited;
#[path = "house/docs.rs"]
mod docs;
#[path = "house/examples.rs"]
mod examples;
#[path = "house/reference.rs"]
mod reference;
#[cfg(feature = "report")]
#[path = "house/results.rs"]
mod results;
#[path = "house/text.rs"]
mod text;
#[path = "house/things.rs"]
mod things;

use text::{functions, sources};

/// Lines of a file without its tests: what it aims at, what it must not pass, and one in how many may miss the aim.
const FILE_AIM: usize = 300;
const FILE_MAX: usize = 500;
const OVER_AIM: usize = 8;
/// Lines of a function; clippy holds the most that are allowed, see `clippy.toml`.
const FUNCTION_AIM: usize = 40;

#[test]
fn files_are_short() {
    let sources = sources(&["src"]);
    let shipped: Vec<_> = sources.iter().filter(|source| !source.is_tests()).collect();
    for source in &shipped {
        let lines = source.lines;
        assert!(lines <= FILE_MAX, "{} has {lines} lines without its tests", source.path);
    }
    let long: Vec<&str> = shipped.iter().filter(|one| one.lines > FILE_AIM).map(|one| one.path.as_str()).collect();
    assert!(long.len() * OVER_AIM <= shipped.len(), "too many files over {FILE_AIM} lines: {long:#?}");
}

#[test]
fn functions_are_short() {
    let (mut all, mut long) = (0, Vec::new());
    for source in sources(&["src", "tests", "benches"]) {
        for (name, line, lines) in functions(&source.tokens) {
            all += 1;
            if lines > FUNCTION_AIM {
                long.push(format!("{}:{line} {name} {lines}", source.path));
            }
        }
    }
    assert!(all > 1_000, "only {all} functions were found");
    assert!(long.len() * 50 <= all, "more than one in fifty functions has over {FUNCTION_AIM} lines: {long:#?}");
}

#[test]
fn every_file_says_what_it_is() {
    for source in sources(&["src", "tests", "benches"]) {
        assert!(source.text.starts_with("//! "), "{} has no page", source.path);
    }
}

#[test]
fn threads_are_used_in_two_places_only() {
    for source in sources(&["src"]).iter().filter(|source| source.squeezed().contains("rayon")) {
        let allowed = ["src/engine/run.rs", "src/experiment/replicate.rs"].contains(&source.path.as_str());
        assert!(allowed, "{} uses rayon", source.path);
    }
}

/// A draw that is keyed by the clock or by a fault's row changes when something else in the file does.
#[test]
fn chance_goes_by_name() {
    for source in sources(&["src"]) {
        let code = source.squeezed();
        for key in ["nth(cx.now", "cause.word())"] {
            assert!(!code.contains(key), "{}: `{key}` keys a draw; use who draws and a count of its own", source.path);
        }
    }
}
