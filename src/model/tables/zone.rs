//! A zone as a cell sees it: power, network, stock, and how well it answers.

use crate::engine::{Span, Time};
use crate::model::fact::Cause;

/// How long launches stay away from a zone after one failed there (model choice).
pub const LEFT_OUT: Span = Span::from_secs(300);

/// Grey failure in force.
#[derive(Clone, Copy, Debug)]
pub struct Grey {
    pub cause: Cause,
    /// Errors in a million requests.
    pub errors_ppm: u32,
    pub added: Span,
}

/// The usual answer time that added latency is held against where nothing tells it (model choice).
pub(crate) const USUAL_ANSWER: Span = Span::from_millis(100);
/// Millionths in one.
const MILLION: u64 = 1_000_000;

/// A zone.
#[derive(Clone, Debug, Default)]
pub struct Zone {
    /// Outages of the whole zone in force.
    pub dark: u16,
    /// Cuts from the Region's network in force.
    pub cut: u16,
    /// Cuts of its link to the Region in force: agents do not reach ECS, what is local goes on.
    pub unlinked: u16,
    /// Faults that keep nodes of load balancers here out of reach, the oldest first.
    pub node_out: Vec<Cause>,
    /// Which fault cut it last.
    pub cut_cause: Option<Cause>,
    /// Grey failures in force.
    pub grey: Vec<Grey>,
    /// CPU units of Fargate in use, on demand and Spot.
    pub used: [u64; 2],
    /// The most that ever was.
    pub used_most: [u64; 2],
    /// Fargate stock that a loss of power took: by which fault, and what there is meanwhile, in millionths.
    pub withheld: Vec<(Cause, u32)>,
    /// Launches stay away until then, on demand and Spot.
    pub left_out: [Time; 2],
}

impl Zone {
    /// Fargate takes CPU units of it.
    pub fn take(&mut self, spot: bool, cpu: u64) {
        let row = usize::from(spot);
        self.used[row] += cpu;
        self.used_most[row] = self.used_most[row].max(self.used[row]);
    }

    /// CPU units of Fargate that there are now of a `whole` stock: what the fault that took the most has left.
    pub fn stock(&self, whole: u64) -> u64 {
        let there = self.withheld.iter().map(|(_, there)| u64::from(*there)).min();
        there.map_or(whole, |there| (u128::from(whole) * u128::from(there) / u128::from(MILLION)) as u64)
    }

    /// Whether anything can be launched here at all.
    pub fn powered(&self) -> bool {
        self.dark == 0
    }

    /// Whether requests and agents get through.
    pub fn reachable(&self) -> bool {
        self.cut == 0
    }

    /// Whether its link to the Region is up.
    pub fn linked(&self) -> bool {
        self.unlinked == 0
    }

    /// What all grey failures in force leave of a task's capacity, in millionths: a task that is busy for longer with
    /// each answer than the `usual` time gives fewer.
    pub fn capacity_ppm(&self, usual: Span) -> u64 {
        let whole = u128::from(usual.0) * u128::from(MILLION);
        (whole / u128::from((usual + self.added()).0.max(1))) as u64
    }

    /// What all grey failures in force add to each answer. Latencies add up.
    pub fn added(&self) -> Span {
        self.grey.iter().fold(Span::ZERO, |sum, grey| sum + grey.added)
    }

    /// What all grey failures in force leave of the good answers, in millionths: each spoils its share of what the
    /// others leave.
    pub fn good_ppm(&self) -> u64 {
        self.grey.iter().fold(MILLION, |good, grey| good * (MILLION - u64::from(grey.errors_ppm)) / MILLION)
    }
}
