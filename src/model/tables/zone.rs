//! A zone as a cell sees it: power, network, stock, and how well it answers.

use crate::engine::{Span, Time};
use crate::model::fact::Cause;

/// How long launches stay away from a zone after one failed there (domain sheet, section 3.1, model choice).
pub const LEFT_OUT: Span = Span::from_secs(300);

/// Grey failure in force.
#[derive(Clone, Copy, Debug)]
pub struct Grey {
    /// Which fault.
    pub cause: Cause,
    /// Errors in a million requests.
    pub errors_ppm: u32,
    /// What is left of a task's capacity, in millionths.
    pub capacity_ppm: u32,
}

/// A zone.
#[derive(Clone, Debug, Default)]
pub struct Zone {
    /// Outages of the whole zone in force.
    pub dark: u16,
    /// Cuts from the Region's network in force.
    pub cut: u16,
    /// Which fault cut it last.
    pub cut_cause: Option<Cause>,
    /// Grey failures in force.
    pub grey: Vec<Grey>,
    /// CPU units of Fargate in use, on demand and Spot.
    pub used: [u64; 2],
    /// Launches stay away until then, on demand and Spot.
    pub left_out: [Time; 2],
}

impl Zone {
    /// Whether anything can be launched here at all.
    pub fn powered(&self) -> bool {
        self.dark == 0
    }

    /// Whether requests and agents get through.
    pub fn reachable(&self) -> bool {
        self.cut == 0
    }

    /// The worst grey failure in force: errors and capacity in millionths, and its cause.
    pub fn greyest(&self) -> Option<Grey> {
        self.grey.iter().copied().max_by_key(|grey| (grey.errors_ppm, 1_000_000 - grey.capacity_ppm))
    }
}
