//! Text to plan: files read and spliced with every value's place, checked against the schema, resolved to ids.
//!
//! ```text
//! text ─► tree with places ─► validate (schema) ─► typed (file::Scenario) ─► resolve ─► model::Plan
//! ```

#[macro_use]
pub mod object;

mod alarm_rule;
pub mod bearing;
pub mod defaults;
pub mod ecs;
pub mod entry;
mod explain;
mod fields;
pub mod file;
mod limits;
pub mod patch;
pub mod read;
pub mod repair;
mod report;
pub mod resolve;
mod scan;
pub mod schema;
pub mod source;
mod tree;
pub mod typed;
pub mod types;
pub mod validate;
mod words;
mod wrap;

pub use defaults::defaults;
pub use read::{Document, load};
pub use source::{FileError, Files, Place, Sources, Texts};
pub use typed::typed;
pub use validate::validate;
