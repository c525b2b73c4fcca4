//! Requests: what is offered, over which addresses, what is served and what is lost to whom.

mod acts;
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
pub(crate) mod poison;
mod practice;
pub(crate) mod quarantine;
pub(crate) mod rates;
mod release;
mod route;
pub(crate) mod settle;
mod slow;
pub(crate) mod versions;
pub(crate) mod zonal;
