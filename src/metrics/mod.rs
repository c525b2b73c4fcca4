//! Readers of facts: every number of the results.
//!
//! ```text
//!   facts ──► Metrics (one for each partition) ──finish──► Measured ──merge, in order──► Measured of one replication
//!             availability  ledger  launches  tasks  capacity  recovery  trace                    │
//!                                        Summary ◄── Fold ◄── Row of each, in order ◄── measures ◄┘
//! ```
//!
//! A fact costs a few table accesses by id; nothing is allocated once warm. Quantities of the window start at `warmUp`;
//! faults are followed from time 0. Recovery and series see a level once its instant is over.

mod alarm_series;
pub mod alarms;
mod application_series;
pub mod applications;
mod assignments;
pub mod autoshifts;
pub mod availability;
pub mod blast;
pub mod capacity;
pub mod change_series;
pub mod changes;
mod charts;
pub mod cost;
pub mod errors;
pub mod events;
pub mod latency;
mod launch_series;
pub mod launches;
pub mod ledger;
mod measured;
pub mod measures;
pub mod milestones;
pub mod objective;
pub mod planes;
mod reader;
pub mod recovery;
pub mod scaling;
pub mod scaling_series;
pub mod series;
pub mod stages;
pub mod tasks;
pub mod timeline;
pub mod trace;
pub mod turns;
pub mod window;

pub use measured::Measured;
pub use measures as summary;
pub use measures::{Fold, Row, Subject, Summary};
pub use objective::Objective;
pub use reader::Metrics;
