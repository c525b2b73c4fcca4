//! The way from a path to a result. Commands see the reader and the runner through these few types only.

use super::files::Disk;
use super::render::Places;
use crate::engine::Time;
use crate::metrics::events::Events;
use crate::metrics::summary::Summary;
use crate::metrics::timeline::Timeline;
use crate::model::Plan;
use crate::model::problem::Problems;
use serde_json::Value;

/// What the commands need from the rest of the program.
pub trait Pipeline {
    /// Reads, checks and resolves a scenario; tells all that is wrong with it at once.
    fn load(&self, path: &str, disk: &Disk) -> Loaded;
    /// The JSON Schema of scenario files, as text with a line end.
    fn schema(&self) -> String;
}

/// A scenario that was looked at.
pub struct Loaded {
    /// What was found.
    pub problems: Problems,
    /// Where things stand.
    pub places: Box<dyn Places>,
    /// The scenario, when it can run.
    pub scenario: Option<Box<dyn Scenario>>,
}

/// A scenario that can run.
pub trait Scenario {
    /// What runs.
    fn plan(&self) -> &Plan;
    /// What was written, with every `$file` spliced in.
    fn written(&self) -> &Value;
    /// Runs it.
    fn run(&self, order: &Order, watch: &dyn Watch) -> Outcome;
}

/// How a scenario is run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Order {
    /// Instead of the scenario's own.
    pub seed: Option<u64>,
    /// How often.
    pub replications: u32,
    /// Only this replication.
    pub only: Option<u32>,
    /// Threads; the result does not depend on it.
    pub threads: usize,
    /// Events to keep of the first replication.
    pub events_max: usize,
    /// Whether series of the first replication are wanted.
    pub timeline: bool,
}

/// Looks on while a scenario runs. Called from several threads, a few times a second at least.
pub trait Watch: Sync {
    /// How far all replications together have come.
    fn progress(&self, at: Reached);
    /// Whether to stop as soon as possible.
    fn stop(&self) -> bool;
}

/// How far a run has come.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Reached {
    /// Share of the simulated time of all replications, from 0 to 1.
    pub share: f64,
    /// Events handled.
    pub events: u64,
}

/// What came of a run.
pub struct Outcome {
    /// Every number.
    pub summary: Summary,
    /// Series of the first replication.
    pub timeline: Timeline,
    /// Events of the first replication.
    pub events: Events,
    /// How it ended.
    pub end: End,
}

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// At its end.
    Finished,
    /// At a limit.
    Limit {
        /// Which.
        which: &'static str,
        /// When, in simulated time.
        at: Time,
        /// In which replication.
        replication: u32,
    },
    /// Somebody stopped it.
    Interrupted,
}
