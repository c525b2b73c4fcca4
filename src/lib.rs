//! Evenkeel simulates the availability of Amazon ECS, event by event, with the same bits on every run.
//!
//! [`Scenario`] is the way in: [`Scenario::read`] takes a text to a scenario that can run, [`Scenario::run`] takes it
//! to its numbers.

mod api;
#[cfg(feature = "cli")]
pub mod cli;
pub mod engine;
pub mod experiment;
pub mod forecast;
#[macro_use]
pub mod grammar;
pub mod metrics;
pub mod model;
#[cfg(feature = "report")]
pub mod report;
pub mod scenario;
pub mod stats;

pub use api::{Reading, Scenario, schema};
pub use experiment::{End, Options, Outcome, Progress, Watch};
pub use metrics::summary::{self, Summary};
pub use model::problem::{Problem, Problems, Severity};
pub use scenario::{FileError, Files, Place, Sources, Texts};

/// Rises when a rule of the model changes on purpose, so that results of two versions can be told apart.
pub const MODEL_VERSION: u32 = 4;
