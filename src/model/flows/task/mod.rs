//! The life of a task: launched, placed, started, serving, found dead or unhealthy, stopped.

pub mod attach;
pub mod detect;
pub mod die;
pub mod launch;
pub mod place;
pub mod serve;
pub mod start;
pub mod stop;
pub mod wear;
