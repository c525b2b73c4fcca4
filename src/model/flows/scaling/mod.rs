//! Application Auto Scaling: what services use, and how many tasks they are to have ([aas-target-tracking]
//! [aas-step-scaling] [ecs-service-auto-scaling]).
//!
//! ```text
//! usage ─► alarm ─► ring ─► act ─► decide ─► desired ─► the scheduler
//!                     └── each minute while it stays in ALARM, as far as anything can change
//! ```

pub(crate) mod act;
pub(crate) mod decide;
pub(crate) mod desire;
pub(crate) mod limits;
pub(crate) mod phase;
pub(crate) mod usage;
