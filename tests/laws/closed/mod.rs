//! Closed forms: what theory says a run must show. Tests hold the simulator against them.

pub mod capacity;
pub mod cells;
pub mod renewal;
pub mod repair;

mod reference;
