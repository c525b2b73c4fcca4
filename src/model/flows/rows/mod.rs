//! What every flow does to rows: counts that stay true, who looks again, what is told. Nobody is called from here.

pub(crate) mod account;
pub(crate) mod bad;
pub(crate) mod belief;
pub(crate) mod containers;
pub(crate) mod daemons;
pub(crate) mod digest;
pub(crate) mod inventory;
pub(crate) mod link;
pub(crate) mod replacement;
pub(crate) mod revision;
pub(crate) mod tell;
pub(crate) mod wake;
