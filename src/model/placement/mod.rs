//! Where a task goes: strategies order the hosts, constraints filter them ([ecs-placement]).

pub(crate) mod choose;
mod items;
pub(crate) mod protect;
pub use choose::{ATTRIBUTES, system};
pub(crate) mod spread;
pub use super::plan::placement::{Placement, Strategy};
pub use super::plan::query;
