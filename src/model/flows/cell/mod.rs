//! A control-plane cell: what it has time for, calls from outside, outages, and how cells come and grow.

pub(crate) mod call;
pub(crate) mod create;
pub(crate) mod depend;
pub(crate) mod evacuate;
pub(crate) mod grow;
pub(crate) mod headroom;
pub(crate) mod outage;
pub(crate) mod plane;
