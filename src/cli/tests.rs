//! Commands from the typed line to stdout, stderr, files and exit code.

use super::args::{Args, Command};
use super::console::Console;
use super::run::Job;
use super::{Exit, dispatch};
use crate::api::Scenario;
use crate::engine::Time;
use crate::experiment::{End, Options};
use crate::metrics::summary::{Summary, Verdict};
use crate::scenario::Texts;
use clap::Parser;
use serde_json::json;
use std::cell::RefCell;
use std::io::Write;
use std::path::Path;
use std::rc::Rc;

/// A service of three tasks for one hour, of which at least so many run, under each of the names that are typed here.
fn files(at_least: u32, duration: &str) -> Texts {
    let subnets = json!({ "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } });
    let text = json!({
        "version": 1, "name": "small", "seed": 42, "duration": duration,
        "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
            "containerDefinitions": [{ "name": "web", "image": "web:1" }] }],
        "clusters": [{ "clusterName": "shop", "services": [{ "serviceName": "web", "taskDefinition": "web",
            "desiredCount": 3, "launchType": "FARGATE", "networkConfiguration": subnets }] }],
        "objectives": [{ "service": "shop/web", "running.min": { "atLeast": at_least } }],
    });
    let paths = ["a.json", "b.json", "my files/a.json"];
    Texts(paths.map(|path| (path.to_owned(), text.to_string().into_bytes())).into())
}

/// Nothing is wrong with these.
fn good() -> Texts {
    files(3, "1h")
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
fn type_line(line: &[&str], files: &Texts) -> (Exit, String, String) {
    let args = Args::try_parse_from(["evenkeel"].iter().chain(line)).unwrap();
    let (out, err) = (Tape::default(), Tape::default());
    let mut console = Console::to(Box::new(out.clone()), Box::new(err.clone()), args.global.quiet);
    let exit = dispatch(&args, files, &mut console);
    (exit, out.text(), err.text())
}

fn names(path: &Path) -> Vec<String> {
    let read = std::fs::read_dir(path).unwrap();
    let mut names: Vec<_> = read.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn is_picture(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end == "svg" || end == "png")
}

#[test]
fn json_is_the_only_thing_on_stdout() {
    let (exit, out, err) = type_line(&["run", "a.json", "--json", "--no-files", "--seed", "7"], &good());
    let read: Summary = serde_json::from_str(&out).unwrap();
    assert_eq!((exit, read.seed, err.as_str()), (Exit::Fine, 7, ""));
}

#[test]
fn files_appear_where_they_were_asked_for() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("out");
    let at = folder.to_str().unwrap();
    let (exit, out, err) = type_line(&["run", "a.json", "--out", at, "--events", "none"], &good());
    assert_eq!(exit, Exit::Fine);
    assert!(out.starts_with("small: 1h simulated"), "{out}");
    assert_eq!(err.trim_end().lines().last(), Some(format!("results are in {at} (0.2 MB)").as_str()));
    let (drawn, data): (Vec<String>, Vec<String>) = names(&folder).into_iter().partition(|name| is_picture(name));
    assert!(!drawn.is_empty() && data == ["manifest.json", "summary.json", "timeseries.csv"], "{data:?}");
    let (again, _, _) = type_line(&["run", "a.json", "--out", at, "--quiet"], &good());
    assert_eq!(again, Exit::Fine);
    assert_eq!(names(&folder).iter().filter(|name| !is_picture(name)).count(), 4, "the events beside them");
    assert_eq!(names(root.path()), ["out"]);
}

#[test]
fn a_foreign_folder_is_refused_before_anything_runs() {
    let root = tempfile::tempdir().unwrap();
    super::files::create(&root.path().join("mine.txt"), "mine").unwrap();
    let at = root.path().to_str().unwrap();
    let (exit, out, err) = type_line(&["run", "a.json", "--out", at], &good());
    assert_eq!((exit, out.as_str()), (Exit::Invalid, ""));
    assert!(err.contains("will not replace") && err.contains("hint: "), "{err}");
    assert_eq!(names(root.path()), ["mine.txt"]);
}

const QUIET: [&str; 6] = ["run", "my files/a.json", "--no-files", "--replications", "3", "--quiet"];
const AGAIN: &str = "see it again: evenkeel run 'my files/a.json' --seed 42 --replications 3 --no-files";

/// The exit code, and the last line on stderr even when quiet.
fn check(files: &Texts, exit: Exit, last: &str) {
    let (found, _, err) = type_line(&QUIET, files);
    assert_eq!((found, err.trim_end().lines().last().unwrap_or("")), (exit, last));
}

#[test]
fn every_result_has_its_code_and_says_how_to_see_it_again() {
    check(&good(), Exit::Fine, "");
    check(&files(4, "1h"), Exit::Failed, AGAIN);
    check(&files(3, "1"), Exit::Invalid, "see it again: evenkeel run 'my files/a.json' --no-files");
}

/// The same for a run that ended otherwise than this one did.
fn check_end(end: End, verdict: Verdict, exit: Exit, last: &str) {
    let args = Args::try_parse_from(["evenkeel"].iter().chain(&QUIET)).unwrap();
    let Command::Run(run) = &args.command else { panic!("it runs") };
    let reading = Scenario::read("a.json", &good());
    let (scenario, problems) = (reading.scenario.unwrap(), reading.problems);
    let mut outcome = scenario.run(&Options::default(), &());
    (outcome.end, outcome.finished) = (end, u32::from(end != End::Interrupted));
    outcome.summary.objectives.iter_mut().for_each(|row| row.verdict = verdict);
    let began = jiff::Timestamp::UNIX_EPOCH;
    let options = Options::default();
    let job =
        Job { run, scenario: &scenario, problems: &problems, place: None, options, seed: 42, began, took_seconds: 1.0 };
    let (out, err) = (Tape::default(), Tape::default());
    let mut console = Console::to(Box::new(out), Box::new(err.clone()), true);
    let found = job.end(&outcome, &mut console);
    assert_eq!((found, err.text().trim_end().lines().last().unwrap_or("")), (exit, last));
}

#[test]
fn every_end_has_its_code_and_says_how_to_see_it_again() {
    check_end(End::Finished, Verdict::Pass, Exit::Fine, "");
    check_end(End::Finished, Verdict::Inconclusive, Exit::Inconclusive, AGAIN);
    check_end(End::Interrupted, Verdict::Pass, Exit::Interrupted, AGAIN);
    let limit = End::Limit { which: "events", at: Time(60_000_000), replication: 2 };
    let alone = "see it again: evenkeel run 'my files/a.json' --seed 42 --replication 2 --no-files";
    check_end(limit, Verdict::Pass, Exit::Limit, alone);
}

#[test]
fn check_reports_on_stdout_and_finds_faults() {
    let (exit, out, err) = type_line(&["check", "a.json", "b.json"], &good());
    assert_eq!((exit, err.as_str()), (Exit::Fine, ""));
    assert_eq!(out.matches("can run").count(), 2);
    let (exit, out, err) = type_line(&["check", "a.json"], &files(3, "1"));
    assert_eq!((exit, out.as_str()), (Exit::Invalid, ""));
    assert!(err.starts_with("error[malformed]: `duration` needs a unit"), "{err}");
}

#[test]
fn schema_and_completions_are_data() {
    assert_eq!(type_line(&["schema"], &good()), (Exit::Fine, crate::schema(), String::new()));
    let (exit, out, _) = type_line(&["completions", "bash"], &good());
    assert!(exit == Exit::Fine && out.contains("_evenkeel"), "no completions");
}

#[test]
fn new_refuses_odd_names() {
    for name in ["../up", "", "a/b", ".json", "--help", "-x"] {
        assert_eq!(type_line(&["new", "--", name], &good()).0, Exit::Invalid, "{name}");
    }
}
