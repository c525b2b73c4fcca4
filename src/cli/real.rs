//! The reader and the runner, as the commands see them.

use super::files::{Disk, ReadError};
use super::pipeline::{End, Loaded, Order, Outcome, Pipeline, Reached, Scenario, Watch};
use super::render::{self, Places};
use crate::engine::Limits;
use crate::experiment::replicate::{self, Options, Progress};
use crate::metrics::Objective;
use crate::metrics::events::Events;
use crate::model::Plan;
use crate::model::problem::{Problem, Problems};
use crate::scenario::{self, Document, FileError, Files, Sources, file, resolve};
use serde_json::Value;

/// The reader and the runner of this program.
pub struct Real;

struct Found(Sources);

impl Places for Found {
    fn place_of(&self, problem: &Problem) -> Option<render::Place<'_>> {
        let place = self.0.place_of(problem)?;
        let scenario::Place { file, line, column, bytes, text, pointer } = place;
        Some(render::Place { file, line, column, bytes, text, pointer })
    }
}

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.bytes(path).map_err(why)
    }

    fn read_named(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.bytes_of_file(path).map_err(why)
    }
}

fn why(error: ReadError) -> FileError {
    match error {
        ReadError::Missing => FileError::Missing,
        ReadError::Directory => FileError::Directory,
        ReadError::Special => FileError::Special,
        ReadError::TooLarge => FileError::TooLarge,
        ReadError::System(error) => FileError::Other(error.to_string()),
    }
}

/// A scenario that was read without errors.
struct Ready {
    plan: Plan,
    objectives: Vec<Objective>,
    written: Value,
}

impl Pipeline for Real {
    fn load(&self, path: &str, disk: &Disk) -> Loaded {
        load(path, disk)
    }

    fn schema(&self) -> String {
        scenario::schema::json()
    }
}

/// Reads, checks and resolves a scenario, wherever its files are.
pub fn load(path: &str, files: &dyn Files) -> Loaded {
    let mut problems = Problems::default();
    let (value, sources) = scenario::read::read(path, files, &mut problems);
    let Some(value) = value else {
        return Loaded { problems, places: Box::new(Found(sources)), scenario: None };
    };
    let document = Document { value, sources };
    let schema = scenario::schema::value();
    scenario::validate(&document, &schema, &mut problems);
    let mut ready = None;
    if problems.has_errors() {
        meaning_of_the_rest(path, files, &document, &mut problems);
    } else {
        scenario::defaults(&document, &schema, &mut problems);
        ready = resolved(path, files, &document, &mut problems);
    }
    let scenario = ready.filter(|_| !problems.has_errors()).map(|(plan, objectives)| {
        Box::new(Ready { plan, objectives, written: document.value.clone() }) as Box<dyn Scenario>
    });
    Loaded { problems, places: Box::new(Found(document.sources)), scenario }
}

/// Looks for what means nothing in the part of a document that fits, so that everything wrong is told at once.
fn meaning_of_the_rest(path: &str, files: &dyn Files, document: &Document, problems: &mut Problems) {
    let Some(sound) = scenario::repair::sound(document, problems) else { return };
    let mut found = Problems::default();
    let rest = Document { value: sound.value.clone(), sources: document.sources.clone() };
    resolved(path, files, &rest, &mut found);
    sound.report(found, problems);
}

/// Types, ids and objectives of a document that fits the schema.
fn resolved(
    path: &str,
    files: &dyn Files,
    document: &Document,
    problems: &mut Problems,
) -> Option<(Plan, Vec<Objective>)> {
    let typed: file::Scenario = scenario::typed(document, problems)?;
    let csv = |name: &str| {
        let bytes = files.read_named(&files.join(path, name)).ok()?;
        String::from_utf8(bytes).ok()
    };
    let (plan, written) = resolve::resolve(&typed, &csv, problems)?;
    let mut objectives = Vec::new();
    for (row, objective) in written.iter().enumerate() {
        let value = serde_json::to_value(objective).unwrap_or(Value::Null);
        let read = Objective::from_json(&value).and_then(|one| one.check(&plan).map(|()| one));
        match read {
            Ok(objective) => objectives.push(objective),
            Err(message) => problems.error(&format!("/objectives/{row}"), message, ""),
        }
    }
    Some((plan, objectives))
}

/// Hands what the runner tells on to the command.
struct Onlooker<'a>(&'a dyn Watch);

impl replicate::Watch for Onlooker<'_> {
    fn progress(&self, done: Progress) {
        self.0.progress(Reached { share: done.share, events: done.events });
    }

    fn stop(&self) -> bool {
        self.0.stop()
    }
}

impl replicate::Recorder for Events {
    fn merge(parts: Vec<Events>) -> Events {
        Events::merge(parts)
    }
}

impl Scenario for Ready {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn written(&self) -> &Value {
        &self.written
    }

    fn run(&self, order: &Order, watch: &dyn Watch) -> Outcome {
        let options = Options {
            seed: order.seed,
            replications: if order.only.is_some() { 1 } else { order.replications },
            first_replication: order.only.unwrap_or(0),
            threads: order.threads,
            limits: Limits::default(),
            timeline: order.timeline,
        };
        let record = || Events::new(order.events_max);
        let found = replicate::run_with(&self.plan, &self.objectives, &options, &Onlooker(watch), record);
        let end = match found.end {
            replicate::End::Finished => End::Finished,
            replicate::End::Limit { which, at, replication } => End::Limit { which, at, replication },
            replicate::End::Interrupted => End::Interrupted,
        };
        Outcome { summary: found.summary, timeline: found.timeline, events: found.records, end }
    }
}
