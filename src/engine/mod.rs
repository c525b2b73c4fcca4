//! Discrete events: time, order, chance and the loop. Nothing here knows Amazon ECS.
//!
//! ```text
//!   schedule ──► Queue ──pop──► Partition::handle(event, cx) ──┬─ cx.after ──► own queue
//!                  ▲                                           ├─ cx.send  ──► outbox ──► another partition, next window
//!                  └───────────────────────────────────────────┤
//!                                                              └─ cx.note  ──► facts ──► Reader, in batches
//! ```
//!
//! * **Order.** [`key::Key`] is a total order of events by content: time, phase, the partition that scheduled it, and that
//!   partition's own count. Nothing depends on arrival, threads or the length of a window.
//! * **Windows.** Partitions run side by side up to the earliest pending event plus the lookahead, the smallest delay
//!   of any `send`; outboxes are delivered between windows.
//! * **Chance.** No generator is stored. A [`Draw`] is a pure function of seed, purpose and who draws.
//! * **Limits.** Events handled, events pending and simulated time are bounded; reaching a bound is a [`Stop`], not a
//!   hang.

pub mod dist;
pub mod draw;
pub mod index;
pub mod key;
pub mod part;
pub mod queue;
pub mod run;
pub mod time;

pub use dist::Dist;
pub use draw::{Draw, Purpose, Seed, Who};
pub use part::{Cx, Partition, PartitionId, Reader};
pub use run::{Limits, Sim, Stop};
pub use time::{Span, Time};
