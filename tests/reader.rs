//! What the reader says about good and bad scenarios: every case is a text and the lines it must print.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "reader/agree.rs"]
mod agree;
#[cfg(feature = "cli")]
#[path = "reader/application.rs"]
mod application;
#[path = "reader/cases.rs"]
mod cases;
#[cfg(feature = "cli")]
#[path = "reader/changes.rs"]
mod changes;
#[path = "reader/codes.rs"]
mod codes;
#[cfg(feature = "cli")]
#[path = "reader/control_plane.rs"]
mod control_plane;
#[path = "reader/csv.rs"]
mod csv;
#[path = "reader/fuzz.rs"]
mod fuzz;
#[path = "reader/launch_path.rs"]
mod launch_path;
#[path = "reader/observed.rs"]
mod observed;
#[path = "reader/pasted.rs"]
mod pasted;
#[cfg(feature = "cli")]
#[path = "reader/pipelines.rs"]
mod pipelines;
#[path = "reader/presets.rs"]
mod presets;
#[path = "reader/printed.rs"]
mod printed;
#[path = "reader/real.rs"]
mod real;
#[path = "reader/real_inputs.rs"]
mod real_inputs;
#[path = "reader/response.rs"]
mod response;
#[path = "reader/scaling.rs"]
mod scaling;
#[cfg(feature = "cli")]
#[path = "reader/shipped.rs"]
mod shipped;
#[path = "reader/strangers.rs"]
mod strangers;
#[path = "reader/zonal.rs"]
mod zonal;

use evenkeel::internals::model::problem::{Code, Problem, Problems, Severity};
use evenkeel::internals::scenario::file::Scenario;
use evenkeel::internals::scenario::source::Texts;
use evenkeel::internals::scenario::{Document, Sources, typed};
use serde_json::Value;

/// Everything the reader says, one line each: `place pointer: message | hint`.
fn lines(problems: &Problems, sources: &Sources) -> Vec<String> {
    problems.list.iter().filter(|one| one.code != Code::Default).map(|problem| line(problem, sources)).collect()
}

fn line(problem: &Problem, sources: &Sources) -> String {
    let place = sources.place_of(problem).map_or_else(
        || problem.at.clone(),
        |place| {
            assert!(place.text.get(place.bytes.clone()).is_some(), "bytes outside the text");
            let pointer = place.pointer.unwrap_or_else(|| "-".into());
            format!("{}:{}:{} {pointer}", place.file, place.line, place.column)
        },
    );
    let severity = match problem.severity {
        Severity::Error => "",
        Severity::Warning => "warning ",
        Severity::Note => "note ",
    };
    let hint = problem.hint.as_ref().map(|hint| format!(" | {hint}")).unwrap_or_default();
    format!("{severity}{place}: {}{hint}", problem.told())
}

/// Reads and checks the file `a.json`.
fn look(files: &Texts) -> (Problems, Sources, Option<Value>) {
    let mut out = Problems::default();
    let (value, sources) = evenkeel::internals::scenario::read::read("a.json", files, &mut out);
    let document = value.map(|value| Document { value, sources: sources.clone() });
    if let Some(document) = &document {
        let fits = typed::<Scenario>(document, &mut out).is_some();
        assert_eq!(fits, !out.has_errors(), "no type and no reason, or the other way round");
    }
    (out, sources, document.map(|document| document.value))
}

fn texts(files: &[(&str, &str)]) -> Texts {
    Texts(files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect())
}

fn check_files(files: &[(&str, &str)], expected: &[&str]) {
    let (problems, sources, _) = look(&texts(files));
    assert_eq!(lines(&problems, &sources), expected, "{files:#?}");
}

/// One file.
fn check(text: &str, expected: &[&str]) {
    check_files(&[("a.json", text)], expected);
}

/// One more field, alone in line 2, in a scenario that is otherwise right.
fn check_field(field: &str, expected: &[&str]) {
    check(&with(field), expected);
}

fn with(field: &str) -> String {
    format!("{{\"version\":1,\"name\":\"x\",\"duration\":\"1h\",\n{field}}}")
}
