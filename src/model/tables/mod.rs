//! Nouns: each table keeps its own promise and calls nobody.

pub mod application;
pub mod asked;
pub mod assignments;
pub mod bucket;
pub mod due;
pub mod execution;
pub mod host;
pub mod occurrences;
pub mod plane;
pub mod provider;
pub mod rollout;
pub mod scheduler;
pub mod service;
pub mod shortage;
pub mod shortfall;
pub mod task;
pub mod tries;
pub mod zone;

pub use application::Application;
pub use assignments::Assignments;
pub use bucket::Tokens;
pub use execution::Execution;
pub use host::{Host, Hosts};
pub use plane::{Front, Plane};
pub use provider::Provider;
pub use service::Service;
pub use shortage::Shortage;
pub use task::{Task, Tasks};
pub use zone::Zone;
