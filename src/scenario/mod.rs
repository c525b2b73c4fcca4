//! The scenario: text with names and units on the outside, [`crate::model::Plan`] with ids on the inside.

#[macro_use]
pub mod object;

pub mod check;
pub mod ecs;
pub mod entry;
pub mod file;
pub mod resolve;
pub mod schema;
pub mod types;
