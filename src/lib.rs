//! Evenkeel simulates the availability of Amazon ECS, event by event, with the same bits on every run.

#[cfg(feature = "cli")]
pub mod cli;
pub mod engine;
pub mod experiment;
pub mod metrics;
pub mod model;
#[cfg(feature = "report")]
pub mod report;
pub mod scenario;
pub mod stats;

/// Rises when a rule of the model changes on purpose, so that results of two versions can be told apart.
pub const MODEL_VERSION: u32 = 4;
