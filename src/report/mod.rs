//! What a run leaves behind for people: tables for the terminal, files for other tools, pictures.
//!
//! Everything here turns values into text or bytes. Nothing here touches a file, a clock or the terminal.
//!
//! | Module | Makes | From |
//! |---|---|---|
//! | [`table`] | the summary in sections, and their text for the terminal | [`Summary`](crate::metrics::summary::Summary) |
//! | [`csv`] | `timeseries.csv` | [`Timeline`](crate::metrics::timeline::Timeline) |
//! | [`visible`] | text of others that may be shown | any text |
//! | [`chart`] | `*.svg`, `*.png` | [`Timeline`](crate::metrics::timeline::Timeline) |
//! | [`page`] | `report.html` | the summary, the pictures, the scenario and what `check` says of it |
//! | [`events`] | `events.ndjson` | [`Events`](crate::metrics::events::Events) and the plan |

mod alarms;
pub mod align;
mod application;
mod autoshift;
mod availability;
mod chance;
mod changes;
pub mod chart;
pub mod csv;
mod date;
pub mod events;
mod faults;
pub mod fit;
mod losses;
pub mod number;
mod objectives;
pub mod page;
mod planes;
mod scaling;
mod services;
pub mod table;
mod time_line;
pub mod visible;

#[cfg(test)]
pub(crate) mod sample;
