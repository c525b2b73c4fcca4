//! What one fault did in one run, and how the cells of a run are put together.

use crate::engine::Time;
use crate::model::ids::{ClusterId, ServiceId};

/// Means over occurrences of one length of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mean {
    /// Sum of microseconds.
    pub sum: u128,
    /// Occurrences that have a value.
    pub count: u64,
}

impl Mean {
    pub(super) fn add(&mut self, value: Option<u64>) {
        if let Some(value) = value {
            self.sum += u128::from(value);
            self.count += 1;
        }
    }

    /// Seconds; `None` without a value.
    pub fn seconds(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64 / 1e6)
    }

    fn merge(&mut self, other: Mean) {
        self.sum += other.sum;
        self.count += other.count;
    }
}

/// What one fault did in one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measure {
    /// How often it began.
    pub occurrences: u64,
    /// Each cell has clocks of its own for it: occurrences add up. Otherwise each has a copy of the same ones.
    pub apart: bool,
    /// First begin.
    pub begin: Option<Time>,
    /// End of that one.
    pub end: Option<Time>,
    /// Hosts hit.
    pub hosts: u64,
    /// Tasks hit.
    pub tasks: u64,
    /// Zones hit, by row.
    pub zones: Vec<u16>,
    /// Services hit or with losses, by row.
    pub services: Vec<ServiceId>,
    /// Clusters with a service hit, and in how many occurrences.
    pub clusters: Vec<(ClusterId, u64)>,
    /// From begin to first notice.
    pub detect: Mean,
    /// Need, desired count, spread.
    pub back: [Mean; 3],
    /// Occurrences from which a service never met its need again.
    pub never: u64,
    /// Launches that came before a service first met its need again.
    pub launches: u64,
}

impl Measure {
    /// Takes in what the fault did in the next cell. A cell in which it hit nothing says nothing about recovery.
    pub fn merge(&mut self, other: Measure) {
        match (self.services.is_empty(), other.services.is_empty()) {
            (true, false) => self.back = other.back,
            (false, true) => {}
            (true, true) | (false, false) => self.back.iter_mut().zip(other.back).for_each(|(a, b)| a.merge(b)),
        }
        if other.begin.is_some() && (self.begin.is_none() || other.begin < self.begin) {
            (self.begin, self.end) = (other.begin, other.end);
        }
        self.apart |= other.apart;
        self.occurrences =
            if self.apart { self.occurrences + other.occurrences } else { self.occurrences.max(other.occurrences) };
        self.hosts += other.hosts;
        self.tasks += other.tasks;
        for zone in other.zones {
            insert(&mut self.zones, zone);
        }
        self.services.extend(other.services);
        self.clusters.extend(other.clusters);
        self.detect.merge(other.detect);
        self.never += other.never;
        self.launches += other.launches;
    }
}

/// Adds to a sorted list without repeats.
pub(super) fn insert<T: Ord + Copy>(list: &mut Vec<T>, value: T) -> bool {
    match list.binary_search(&value) {
        Ok(_) => false,
        Err(at) => {
            list.insert(at, value);
            true
        }
    }
}
