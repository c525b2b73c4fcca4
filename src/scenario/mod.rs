//! Text to plan: files read and spliced with every value's place, read as types, resolved to ids.
//!
//! ```text
//! text ─► tree with places ─► typed (file::Scenario, by `grammar`) ─► resolve ─► model::Plan
//! ```

mod alarm_rule;
pub mod ecs;
pub mod entry;
pub mod file;
pub mod patch;
mod preset;
pub mod read;
mod recognise;
mod report;
pub mod resolve;
mod scan;
mod schedule;
pub mod schema;
mod shipped_types;
pub mod source;
mod tree;
pub mod typed;
pub mod types;
mod wrap;

pub use read::Document;
#[cfg(any(test, feature = "internals"))]
pub use read::load;
pub use source::{FileError, Files, Place, Sources, Texts};
pub use typed::resolved;
#[cfg(any(test, feature = "internals"))]
pub use typed::typed;
