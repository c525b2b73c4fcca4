//! Changes: deployments, traffic that moves, pipelines over units and Regions, alarms and feature flags.

pub(crate) mod alarms;
pub(crate) mod deploy;
pub(crate) mod early;
pub(crate) mod flag;
pub(crate) mod pipeline;
pub(crate) mod reach;
pub(crate) mod region_rollout;
pub(crate) mod renew;
pub(crate) mod rollout;
pub(crate) mod say;
pub(crate) mod shift;
pub(crate) mod staged;
