//! Commands from the typed line to stdout, stderr, files and exit code, over a pipeline that invents its results.

use super::args::Args;
use super::console::Console;
use super::files::Disk;
use super::pipeline::{End, Loaded, Order, Outcome, Pipeline, Scenario, Watch};
use super::{Exit, dispatch};
use crate::engine::Time;
use crate::metrics::events::Events;
use crate::metrics::summary::{Summary, Verdict};
use crate::metrics::timeline::Timeline;
use crate::model::Plan;
use crate::model::problem::Problems;
use crate::report::sample;
use clap::Parser;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::io::Write;
use std::path::Path;
use std::rc::Rc;

/// Always the invented zone loss.
struct Invented {
    broken: bool,
    end: End,
    verdict: Verdict,
}

const GOOD: Invented = Invented { broken: false, end: End::Finished, verdict: Verdict::Pass };

struct Known {
    plan: Plan,
    written: Value,
    end: End,
    verdict: Verdict,
}

impl Pipeline for Invented {
    fn load(&self, _path: &str, _disk: &Disk) -> Loaded {
        let mut problems = Problems::default();
        if self.broken {
            problems.error("/duration", "`duration` needs a unit", "write \"45m\"");
        }
        let written = json!({ "name": "az-loss", "seed": 42 });
        let known = Known { plan: sample::plan(), written, end: self.end, verdict: self.verdict };
        let scenario = (!self.broken).then(|| Box::new(known) as Box<dyn Scenario>);
        Loaded { problems, places: Box::new(()), scenario }
    }

    fn schema(&self) -> String {
        "{}\n".to_owned()
    }
}

impl Scenario for Known {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn written(&self) -> &Value {
        &self.written
    }

    fn run(&self, order: &Order, _watch: &dyn Watch) -> Outcome {
        let mut summary = sample::summary();
        summary.seed = order.seed.unwrap_or(42);
        for row in &mut summary.objectives {
            row.verdict = self.verdict;
        }
        Outcome { summary, timeline: Timeline::default(), events: Events::new(order.events_max), end: self.end }
    }
}

#[derive(Clone, Default)]
struct Tape(Rc<RefCell<Vec<u8>>>);

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Tape {
    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

/// Exit code, stdout and stderr of a line.
fn type_line(line: &[&str], pipeline: &dyn Pipeline) -> (Exit, String, String) {
    let args = Args::try_parse_from(["evenkeel"].iter().chain(line)).unwrap();
    let (out, err) = (Tape::default(), Tape::default());
    let mut console = Console::to(Box::new(out.clone()), Box::new(err.clone()), args.global.quiet);
    let exit = dispatch(&args, pipeline, &mut console);
    (exit, out.text(), err.text())
}

fn names(path: &Path) -> Vec<String> {
    let read = std::fs::read_dir(path).unwrap();
    let mut names: Vec<_> = read.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn json_is_the_only_thing_on_stdout() {
    let (exit, out, err) = type_line(&["run", "a.json", "--json", "--no-files", "--seed", "7"], &GOOD);
    let read: Summary = serde_json::from_str(&out).unwrap();
    assert_eq!((exit, read.seed, err.as_str()), (Exit::Fine, 7, ""));
}

#[test]
fn files_appear_where_they_were_asked_for() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("out");
    let at = folder.to_str().unwrap();
    let (exit, out, err) = type_line(&["run", "a.json", "--out", at, "--events", "none"], &GOOD);
    assert_eq!(exit, Exit::Fine);
    assert!(out.starts_with("az-loss: 3h simulated"), "{out}");
    assert_eq!(err.trim_end().lines().last(), Some(format!("results are in {at}").as_str()));
    assert_eq!(names(&folder), ["manifest.json", "summary.json", "timeseries.csv"]);
    let (again, _, _) = type_line(&["run", "a.json", "--out", at, "--quiet"], &GOOD);
    assert_eq!(again, Exit::Fine);
    assert_eq!(names(&folder), ["events.ndjson", "manifest.json", "summary.json", "timeseries.csv"]);
    assert_eq!(names(root.path()), ["out"]);
}

#[test]
fn a_foreign_folder_is_refused_before_anything_runs() {
    let root = tempfile::tempdir().unwrap();
    super::files::create(&root.path().join("mine.txt"), "mine").unwrap();
    let at = root.path().to_str().unwrap();
    let (exit, out, err) = type_line(&["run", "a.json", "--out", at], &GOOD);
    assert_eq!((exit, out.as_str()), (Exit::Invalid, ""));
    assert!(err.contains("will not replace") && err.contains("hint: "), "{err}");
    assert_eq!(names(root.path()), ["mine.txt"]);
}

/// The exit code, and the last line on stderr even when quiet.
fn check(pipeline: &Invented, exit: Exit, last: &str) {
    let line = ["run", "my files/a.json", "--no-files", "--replications", "3", "--quiet"];
    let (found, _, err) = type_line(&line, pipeline);
    assert_eq!((found, err.trim_end().lines().last().unwrap_or("")), (exit, last));
}

#[test]
fn every_end_has_its_code_and_says_how_to_see_it_again() {
    let again = "see it again: evenkeel run 'my files/a.json' --seed 42 --replications 3 --no-files";
    check(&GOOD, Exit::Fine, "");
    check(&Invented { verdict: Verdict::Fail, ..GOOD }, Exit::Failed, again);
    check(&Invented { verdict: Verdict::Inconclusive, ..GOOD }, Exit::Inconclusive, again);
    check(&Invented { broken: true, ..GOOD }, Exit::Invalid, "see it again: evenkeel run 'my files/a.json' --no-files");
    check(&Invented { end: End::Interrupted, ..GOOD }, Exit::Interrupted, again);
    let limit = End::Limit { which: "events", at: Time(60_000_000), replication: 2 };
    let alone = "see it again: evenkeel run 'my files/a.json' --seed 42 --replication 2 --no-files";
    check(&Invented { end: limit, ..GOOD }, Exit::Limit, alone);
}

#[test]
fn check_reports_on_stdout_and_finds_faults() {
    let (exit, out, err) = type_line(&["check", "a.json", "b.json"], &GOOD);
    assert_eq!((exit, err.as_str()), (Exit::Fine, ""));
    assert_eq!(out.matches("can run").count(), 2);
    let (exit, out, err) = type_line(&["check", "a.json"], &Invented { broken: true, ..GOOD });
    assert_eq!((exit, out.as_str()), (Exit::Invalid, ""));
    assert!(err.starts_with("error: `duration` needs a unit"), "{err}");
}

#[test]
fn schema_and_completions_are_data() {
    assert_eq!(type_line(&["schema"], &GOOD), (Exit::Fine, "{}\n".to_owned(), String::new()));
    let (exit, out, _) = type_line(&["completions", "bash"], &GOOD);
    assert!(exit == Exit::Fine && out.contains("_evenkeel"), "no completions");
}

#[test]
fn new_refuses_odd_names() {
    for name in ["../up", "", "a/b", ".json"] {
        assert_eq!(type_line(&["new", name], &GOOD).0, Exit::Invalid, "{name}");
    }
}
