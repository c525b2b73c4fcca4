//! The service scheduler: what is due and what is too much, at what pace, and how zones are evened out.

pub(crate) mod daemon;
pub(crate) mod pace;
pub(crate) mod rebalance;
pub(crate) mod reconcile;
pub(crate) mod stand;
pub(crate) mod turn;
