//! The life of a host: launched, registered, silent, drained, gone; and how many of them there are.

pub(crate) mod agent;
pub(crate) mod at_risk;
pub(crate) mod consolidate;
pub(crate) mod cut;
pub(crate) mod death;
pub(crate) mod drain;
pub(crate) mod even;
pub(crate) mod external;
pub(crate) mod host_health;
pub(crate) mod hosts;
pub(crate) mod managed;
pub(crate) mod need;
pub(crate) mod printed;
pub(crate) mod scale;
