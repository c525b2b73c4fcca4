//! Verbs: one story, one file. Flows hold no state; they call tables, and schedule steps for each other.

pub mod account;
pub mod addresses;
pub mod alarms;
pub mod at_risk;
pub mod attach;
pub mod bad;
pub mod call;
pub mod consolidate;
pub mod containers;
pub mod convoy;
pub mod create;
pub mod customers;
pub mod daemon;
pub mod depend;
pub mod deploy;
pub mod detect;
pub mod digest;
pub mod dispatch;
pub mod drain;
pub mod early;
pub mod even;
pub mod external;
pub mod flag;
pub mod grow;
pub mod headroom;
pub mod heir;
pub mod host_health;
pub mod inventory;
pub mod launch;
pub mod link;
pub mod managed;
pub mod need;
pub mod outage;
pub mod pace;
pub mod pipeline;
pub mod plane;
pub mod printed;
pub mod reach;
pub mod rebalance;
pub mod reconcile;
pub mod renew;
pub mod scale;
pub mod serve;
pub mod settle;
pub mod shadow;
pub mod shift;
pub mod staged;
pub mod stop;
pub mod traffic;
pub mod versions;
pub mod wear;

pub use super::purpose::For;
use crate::engine::Span;

/// How long what needs the network is held up before it is tried again while its zone is cut off (model choice).
pub(crate) const HELD_UP: Span = Span::from_secs(30);
