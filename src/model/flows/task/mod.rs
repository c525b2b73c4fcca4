//! The life of a task: launched, placed, started, serving, found dead or unhealthy, stopped.

pub(crate) mod attach;
pub(crate) mod detect;
pub(crate) mod die;
pub(crate) mod launch;
pub(crate) mod place;
pub(crate) mod serve;
pub(crate) mod start;
pub(crate) mod stop;
pub(crate) mod wear;
