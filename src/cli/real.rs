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
        let scenario::Place { file, line, column, bytes, text, .. } = place;
        Some(render::Place { file, line, column, bytes, text })
    }
}

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.bytes(path).map_err(|error| match error {
            ReadError::Missing => FileError::Missing,
            ReadError::Directory => FileError::Directory,
            ReadError::TooLarge => FileError::TooLarge,
            ReadError::System(error) => FileError::Other(error.to_string()),
        })
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
        let mut problems = Problems::default();
        let (value, sources) = scenario::read::read(path, disk, &mut problems);
        let Some(value) = value else {
            return Loaded { problems, places: Box::new(Found(sources)), scenario: None };
        };
        let document = Document { value, sources };
        scenario::validate(&document, &scenario::schema::value(), &mut problems);
        let mut ready = None;
        if !problems.has_errors() {
            ready = resolved(path, *disk, &document, &mut problems);
        }
        let scenario = ready.filter(|_| !problems.has_errors()).map(|(plan, objectives)| {
            Box::new(Ready { plan, objectives, written: document.value.clone() }) as Box<dyn Scenario>
        });
        Loaded { problems, places: Box::new(Found(document.sources)), scenario }
    }

    fn schema(&self) -> String {
        scenario::schema::json()
    }
}

/// Types, ids and objectives of a document that fits the schema.
fn resolved(path: &str, disk: Disk, document: &Document, problems: &mut Problems) -> Option<(Plan, Vec<Objective>)> {
    let typed: file::Scenario = scenario::typed(document, problems)?;
    let csv = |name: &str| {
        let bytes = disk.bytes(&Files::join(&disk, path, name)).ok()?;
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
