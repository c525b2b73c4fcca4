//! Amazon ECS: what there is (tables), what happens (flows), what breaks (faults), what is decided (capacity,
//! placement, routing, traffic).

pub mod alarm;
pub mod alarm_state;
pub mod capacity;
pub mod cause;
pub mod defect;
pub mod event;
pub mod fact;
pub mod fault;
pub mod flows;
pub mod ids;
pub mod lifecycle;
pub mod names;
pub(crate) mod news;
pub mod placement;
pub mod plan;
pub mod problem;
pub mod purpose;
pub mod quantity;
pub mod routing;
mod run;
pub mod status;
pub mod step;
pub mod tables;
pub(crate) mod traffic;
pub mod world;

pub use fact::Fact;
pub use plan::Plan;
pub use world::World;
