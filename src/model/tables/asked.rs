//! What a service, or its targets in one zone, are asked and answer: what alarms can watch.

use crate::model::plan::response::Pace;

/// Rates in billionths of a request for each second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub offered: u64,
    pub served: u64,
    /// Those that no target could answer: sent to dead ones, or without any.
    pub refused: u64,
}

/// Answers at one pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answers {
    pub pace: Pace,
    /// In billionths of a request for each second; those that come after the time-out included.
    pub rate: u64,
}
