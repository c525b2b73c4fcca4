//! Application Auto Scaling: what services use, and how many tasks they are to have.

pub(crate) mod usage;
