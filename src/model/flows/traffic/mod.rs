//! Requests: what is offered, over which addresses, what is served and what is lost to whom.

pub(crate) mod addresses;
pub(crate) mod autoshift;
mod away;
pub(crate) mod copies;
pub(crate) mod customers;
pub(crate) mod dispatch;
pub(crate) mod evacuate;
pub(crate) mod features;
mod fill;
mod latency;
mod practice;
pub(crate) mod quarantine;
pub(crate) mod rates;
mod route;
pub(crate) mod settle;
mod slow;
pub(crate) mod versions;
pub(crate) mod zonal;
