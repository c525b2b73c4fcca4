//! Nouns: each table keeps its own promise and calls nobody.

pub mod application;
pub mod asked;
pub mod assignments;
pub mod bucket;
pub mod cell_tests;
pub mod due;
pub mod evacuation;
pub mod execution;
pub mod host;
pub mod new_hosts;
pub mod occurrences;
pub mod plane;
pub mod provider;
pub mod rollout;
pub mod scaling;
pub mod scheduler;
pub mod service;
pub mod shortage;
pub mod shortfall;
pub mod taken;
pub mod task;
pub mod tries;
pub mod zonal;
pub mod zone;

pub use application::Application;
pub use assignments::Assignments;
pub use bucket::Tokens;
pub use cell_tests::CellTests;
pub use execution::Execution;
pub use host::{Host, Hosts};
pub use plane::{Front, Plane};
pub use provider::Provider;
pub use scaling::Scaling;
pub use service::Service;
pub use shortage::Shortage;
pub use task::{Task, Tasks};
pub use zonal::ZonalShifts;
pub use zone::Zone;

/// The row that is meant; where there is none a new one, at the end of the list.
pub(crate) fn find_or_add<T>(rows: &mut Vec<T>, is_it: impl FnMut(&T) -> bool, new: impl FnOnce() -> T) -> &mut T {
    let place = rows.iter().position(is_it).unwrap_or_else(|| {
        rows.push(new());
        rows.len() - 1
    });
    &mut rows[place]
}
