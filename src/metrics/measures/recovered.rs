//! What a fault did to each of the services that it hit or that fell short by it: which they are differs between
//! replications, so that they are put together by name, and not by place.

use super::fold::Fold;
use super::measures;
use super::shape::{Estimate, Maybe};
use super::walk::Run;
use crate::engine::index::Id;
use crate::metrics::ledger::{REQUEST, Why};
use crate::metrics::recovery::{Mean, OfService};
use crate::stats::Moments;
use serde::{Deserialize, Serialize};

measures! {
    /// What one fault did to one service, over the occurrences that hit it or by which it fell short.
    RecoveryRow(w, at: [u32; 2], sums: &Sums) {
        /// "cluster/name".
        service: String = w.plan.services[w.plan.written.services[at[1] as usize]].name.clone();
        /// From begin until ECS or the load balancer first acts on what it did to the service, or a shift leads its
        /// requests away from the zone.
        detect_seconds: Maybe [seconds Lower] = sums.times[0].estimate(w.fold());
        /// Until the need is met for five minutes without a break.
        recover_seconds: Maybe [seconds Lower] = sums.times[1].estimate(w.fold());
        /// Until available tasks are back at the desired count.
        full_strength_seconds: Maybe [seconds Lower] = sums.times[2].estimate(w.fold());
        /// Until the zones differ by at most one task.
        balanced_seconds: Maybe [seconds Lower] = sums.times[3].estimate(w.fold());
        /// Occurrences from which it never recovered; they are in no mean.
        never_recovered: Estimate [times Lower] = w.sum(&sums.counts[0]).unwrap_or_default();
        /// Requests that it lost to the fault.
        lost_requests: Estimate [requests Lower] = w.sum(&sums.counts[1]).unwrap_or_default();
        /// Successful launches until it first met its need again.
        needed_launches: Estimate [tasks Lower] = w.sum(&sums.counts[2]).unwrap_or_default();
    }
}

/// What a fault did to a service in one replication.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Recovered {
    /// Places of the fault and of the service in the file.
    pub(super) at: [u32; 2],
    /// Sum and count of the four times.
    times: [[f64; 2]; 4],
    /// Occurrences without recovery, requests lost, launches needed.
    counts: [f64; 3],
}

/// The same over all replications.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    times: [Ratio; 4],
    /// 0 in replications in which the fault did nothing to the service.
    counts: [Moments; 3],
}

impl Sums {
    /// Before the first replication that has values: `count` had none.
    pub(super) fn after(count: u32) -> Sums {
        Sums { counts: [(0..count).map(|_| 0.0).collect(); 3], ..Sums::default() }
    }

    pub(super) fn add(&mut self, row: Option<&Recovered>) {
        for (place, sum) in self.counts.iter_mut().enumerate() {
            sum.add(row.map_or(0.0, |row| row.counts[place]));
        }
        for (ratio, pair) in self.times.iter_mut().zip(row.iter().flat_map(|row| row.times)) {
            ratio.add(pair);
        }
    }
}

/// A mean over occurrences, from the sum and count of each replication.
#[derive(Clone, Copy, Debug, Default)]
struct Ratio {
    runs: u32,
    /// The mean of the first replication: squares are taken of what the others are off from it.
    first: f64,
    /// Sums over replications: count, what is off, and the products of the two.
    count: f64,
    off: f64,
    count_count: f64,
    count_off: f64,
    off_off: f64,
}

impl Ratio {
    fn add(&mut self, [sum, count]: [f64; 2]) {
        if count <= 0.0 {
            return;
        }
        if self.runs == 0 {
            self.first = sum / count;
        }
        let off = sum - self.first * count;
        self.runs += 1;
        self.count += count;
        self.off += off;
        self.count_count += count * count;
        self.count_off += count * off;
        self.off_off += off * off;
    }

    /// The ratio of the two sums and its interval (delta method), as for the times of the fault itself.
    fn estimate(&self, fold: Option<&Fold>) -> Maybe {
        let fold = fold.filter(|_| self.runs > 0)?;
        let off = self.off / self.count;
        let mean = self.first + off;
        let n = f64::from(self.runs);
        let usual = self.count / n;
        let squares = self.off_off - 2.0 * off * self.count_off + off * off * self.count_count;
        let half = fold.t(u64::from(self.runs)).map(|t| {
            let variance = squares.max(0.0) / (n - 1.0);
            t * libm::sqrt(variance / n) / usual
        });
        let ends = half.map(|half| (mean - half, mean + half));
        Some(Estimate { mean, low: ends.map(|e| e.0), high: ends.map(|e| e.1), n: self.runs })
    }
}

/// What all faults did to all services in one replication, in the order of the file.
pub(super) fn all(run: &Run<'_>) -> Vec<Recovered> {
    let mut rows: Vec<Recovered> = Vec::new();
    let written = &run.plan.written.services;
    for (id, place) in run.plan.faults_in_order().zip(0..) {
        let of = &run.measured.faults[id.row()].of_service;
        let mine = written.iter().zip(0..).filter_map(|(service, row)| Some((*service, row, of.get(service)?)));
        for (service, row, of) in mine {
            let losses = run.service(service).ledger.losses.iter().filter(|loss| loss.why == Why::Fault(id));
            let lost = losses.map(|loss| loss.requests).sum::<u128>() as f64 / REQUEST;
            let OfService { detect, back: [need, desired, spread], never, launches } = *of;
            let times = [detect, need, desired, spread].map(|mean: Mean| <[f64; 2]>::from(mean.parts()));
            let counts = [never as f64, lost, launches as f64];
            rows.push(Recovered { at: [place, row], times, counts });
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_has_the_mean_and_the_interval_of_its_replications() {
        let runs = [[30.0, 1.0], [130.0, 2.0], [0.0, 0.0], [100.0, 1.0], [90.0, 3.0]];
        let mut ratio = Ratio::default();
        for run in runs {
            ratio.add(run);
        }
        let estimate = ratio.estimate(Some(&Fold::new(0))).unwrap();
        let mean = 350.0 / 7.0;
        assert!((estimate.mean - mean).abs() < 1e-12);
        let off: Moments = [[30.0, 1.0], [130.0, 2.0], [100.0, 1.0], [90.0, 3.0]]
            .iter()
            .map(|[sum, count]| (sum - mean * count) / (7.0 / 4.0))
            .collect();
        let half = crate::stats::interval::mean_95(&off, crate::stats::interval::t_95(3)).unwrap().1 - off.mean();
        assert!((estimate.high.unwrap() - mean - half).abs() < 1e-9, "{estimate:?} {half}");
        // The same value each time: no interval at all, whatever it is.
        let mut ratio = Ratio::default();
        (0..7).for_each(|_| ratio.add([76.3, 1.0]));
        let same = ratio.estimate(Some(&Fold::new(0))).unwrap();
        assert_eq!((same.low, same.high), (Some(76.3), Some(76.3)));
    }
}
