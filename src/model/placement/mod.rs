//! Where a task goes: strategies order the hosts, constraints filter them ([ecs-placement]).

pub mod choose;
mod items;
pub mod protect;
pub use choose::{ATTRIBUTES, system};
pub mod spread;
pub use super::plan::placement::{Placement, Strategy};
pub use super::plan::query;
