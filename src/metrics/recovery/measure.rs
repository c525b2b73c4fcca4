//! What one fault did in one run, and how the cells of a run are put together.

use super::watch::Worst;
use crate::engine::Time;
use crate::model::ids::{ClusterId, ServiceId};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Means over occurrences of one length of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mean {
    /// Sum of microseconds.
    pub sum: u128,
    /// Occurrences that have a value.
    pub count: u64,
}

impl Mean {
    pub(in crate::metrics) fn add(&mut self, value: Option<u64>) {
        if let Some(value) = value {
            self.sum += u128::from(value);
            self.count += 1;
        }
    }

    /// Seconds in all, and how many occurrences make them.
    pub fn parts(self) -> (f64, f64) {
        (self.sum as f64 / 1e6, self.count as f64)
    }

    /// The mean, in seconds.
    pub fn seconds(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / 1e6 / self.count as f64)
    }

    pub(in crate::metrics) fn merge(&mut self, other: Mean) {
        self.sum += other.sum;
        self.count += other.count;
    }
}

/// What one occurrence did, in whichever cells have a copy of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Occurred {
    /// From begin to first notice, in microseconds.
    pub detect: Option<u64>,
    pub back: [Option<u64>; 3],
    /// Whether it concerned any service: one that did not says nothing about recovery.
    pub concerned: bool,
}

impl Occurred {
    /// The first notice; the latest recovery, none if one never recovered.
    fn merge(&mut self, other: Occurred) {
        self.detect = self.detect.into_iter().chain(other.detect).min();
        match (self.concerned, other.concerned) {
            (_, false) => {}
            (false, true) => (self.back, self.concerned) = (other.back, true),
            (true, true) => {
                for (mine, theirs) in self.back.iter_mut().zip(other.back) {
                    *mine = mine.zip(theirs).map(|(a, b)| a.max(b));
                }
            }
        }
    }
}

/// What one fault did to one service in one run, over the occurrences that concerned it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfService {
    /// From begin to first notice of what it did to the service.
    pub detect: Mean,
    pub back: [Mean; 3],
    /// Occurrences from which it never met its need again.
    pub never: u64,
    pub launches: u64,
}

impl OfService {
    pub(super) fn take(&mut self, detect: Option<u64>, found: &Worst) {
        self.detect.add(detect);
        self.back.iter_mut().zip(found.back).for_each(|(mean, value)| mean.add(value));
        self.never += u64::from(found.back[0].is_none());
        self.launches += found.launches;
    }
}

/// What one fault did in one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measure {
    pub occurrences: u64,
    /// Partitions with the same number have copies of the same occurrences; `None`: each has its own.
    pub copies: Option<u32>,
    /// What each occurrence of which there are copies did, by that number and its own.
    pub each: BTreeMap<(u32, u32), Occurred>,
    pub begin: Option<Time>,
    /// End of that one.
    pub end: Option<Time>,
    pub hosts: u64,
    pub tasks: u64,
    pub zones: Vec<u16>,
    /// Control-plane cells hit, by row.
    pub cells: Vec<u16>,
    /// Services hit or with losses, by row.
    pub services: Vec<ServiceId>,
    /// Of those, the ones that lost a task.
    pub lost_tasks: Vec<ServiceId>,
    /// And those that lost requests.
    pub lost_requests: Vec<ServiceId>,
    /// Clusters with a service hit, and in how many occurrences.
    pub clusters: Vec<(ClusterId, u64)>,
    /// From begin to first notice.
    pub detect: Mean,
    pub back: [Mean; 3],
    /// Occurrences from which a service never met its need again.
    pub never: u64,
    /// Launches that came before a service first met its need again.
    pub launches: u64,
    /// What it did to each of the services.
    pub of_service: BTreeMap<ServiceId, OfService>,
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
        self.occurrences += other.occurrences;
        for (key, occurred) in other.each {
            match self.each.entry(key) {
                Entry::Occupied(mut mine) => {
                    self.occurrences -= 1;
                    mine.get_mut().merge(occurred);
                }
                Entry::Vacant(free) => {
                    free.insert(occurred);
                }
            }
        }
        self.hosts += other.hosts;
        self.tasks += other.tasks;
        for (mine, theirs) in [(&mut self.zones, other.zones), (&mut self.cells, other.cells)] {
            for row in theirs {
                insert(mine, row);
            }
        }
        self.services.extend(other.services);
        self.lost_tasks.extend(other.lost_tasks);
        self.lost_requests.extend(other.lost_requests);
        self.clusters.extend(other.clusters);
        self.detect.merge(other.detect);
        self.never += other.never;
        self.launches += other.launches;
        self.of_service.extend(other.of_service);
    }
}

impl Measure {
    /// From begin to first notice, over the occurrences that were noticed.
    pub fn detected(&self) -> Mean {
        let mut mean = self.detect;
        self.each.values().for_each(|occurred| mean.add(occurred.detect));
        mean
    }

    /// Until need, desired count or spread were there again, over the occurrences that have a value.
    pub fn back(&self, which: usize) -> Mean {
        let mut mean = self.back[which];
        let any = self.each.values().any(|occurred| occurred.concerned);
        let counts = self.each.values().filter(|one| one.concerned || !any);
        counts.for_each(|occurred| mean.add(occurred.back[which]));
        mean
    }

    /// Occurrences from which a service never recovered.
    pub fn never(&self) -> u64 {
        self.never + self.each.values().filter(|occurred| occurred.back[0].is_none()).count() as u64
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
