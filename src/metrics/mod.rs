//! Readers of facts: every number of the results.

pub mod events;
pub mod summary;
pub mod timeline;
