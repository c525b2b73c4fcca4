//! What every flow does to rows: counts that stay true, who looks again, what is told. Nobody is called from here.

pub mod account;
pub mod bad;
pub mod belief;
pub mod containers;
pub mod daemons;
pub mod desired;
pub mod digest;
pub mod inventory;
pub mod link;
pub mod replacement;
pub(crate) mod response;
pub mod revision;
pub mod tell;
pub mod wake;
