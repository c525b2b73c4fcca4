//! Evenkeel simulates the availability of Amazon ECS, event by event, with the same bits on every run.

pub mod engine;
pub mod metrics;
pub mod model;
pub mod scenario;
