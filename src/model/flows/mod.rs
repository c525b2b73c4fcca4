//! Verbs: one story, one file. Flows hold no state; they call tables, and schedule steps for each other.
//!
//! Eight rooms, from the top; each calls those below it, and schedules any step (`model/step.rs`):
//!
//! ```text
//! traffic ─► change ─► scaling ─► scheduler ─► host ─► task ─► cell ─► rows
//!    ▲          ▲          ▲           ▲                 │
//!    └──────────┴──────────┴───────────┴── News ─────────┘   heard in one place: `model/run.rs`
//! ```

pub mod cell;
pub mod change;
pub mod host;
pub mod rows;
pub mod scaling;
pub mod scheduler;
pub mod task;
pub mod traffic;

// What every flow names.
pub(crate) use super::news::News;
pub use super::purpose::For;
pub(crate) use super::step;
pub(crate) use super::world::{Cx, World};
use crate::engine::Span;

/// How long what needs the network is held up before it is tried again while its zone is cut off (model choice).
pub(crate) const HELD_UP: Span = Span::from_secs(30);
