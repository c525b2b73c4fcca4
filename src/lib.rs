//! Evenkeel simulates the availability of Amazon ECS, event by event, with the same bits on every run.
//!
//! [`Scenario`] is the way in: [`Scenario::read`] takes a text to a scenario that can run, [`Scenario::run`] takes it
//! to its numbers.
#![cfg_attr(
    not(feature = "cli"),
    allow(dead_code, unused_imports, reason = "some rooms serve the command line alone; with it everything is used")
)]

mod api;
#[cfg(feature = "cli")]
mod cli;
mod engine;
mod experiment;
mod forecast;
#[macro_use]
mod grammar;
mod metrics;
mod model;
#[cfg(feature = "report")]
mod report;
mod scenario;
mod stats;

pub use api::{Reading, Scenario, schema};
#[cfg(feature = "cli")]
pub use cli::main as command_line;
pub use experiment::{End, Options, Outcome, Progress, Watch};
pub use metrics::Row;
pub use metrics::summary::{self, Summary};
pub use model::Plan;
pub use model::problem::{Problem, Problems, Severity};
pub use scenario::{FileError, Files, Place, Sources, Texts};

/// Rises when a rule of the model changes on purpose, so that results of two versions can be told apart.
pub const MODEL_VERSION: u32 = 5;

/// The rooms behind the front door, for tests and benches of single rooms. Nothing here is promised.
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals {
    #[cfg(feature = "cli")]
    pub mod cli {
        pub use crate::cli::*;
    }
    pub mod engine {
        pub use crate::engine::*;
    }
    pub mod experiment {
        pub use crate::experiment::*;
    }
    pub mod forecast {
        pub use crate::forecast::*;
    }
    pub mod metrics {
        pub use crate::metrics::*;
    }
    pub mod model {
        pub use crate::model::*;
    }
    #[cfg(feature = "report")]
    pub mod report {
        pub use crate::report::*;
    }
    pub mod scenario {
        pub use crate::scenario::*;
    }
    pub mod stats {
        pub use crate::stats::*;
    }
}
