//! All replications as one: rows are taken in by the order of their numbers, so that results have the same bytes
//! however they come. Memory does not grow with replications, but for 16 bytes of each measure that is a mean over
//! occurrences: the interval of a ratio of sums needs all pairs.

use super::change::Stage;
use super::fault::Lost;
use super::recovered::{Recovered, Sums};
use super::shape::{Estimate, Maybe};
use super::walk::{Row, Walk};
use super::{ObjectiveRow, Summary};
use crate::metrics::objective::Objective;
use crate::model::plan::Plan;
use crate::stats::{Moments, interval};
use std::cell::Cell;
use std::collections::BTreeMap;

/// Replications put together.
#[derive(Clone, Debug, Default)]
pub struct Fold {
    /// Number of the next row to be taken in.
    next: u32,
    /// Rows that came before their turn.
    waiting: BTreeMap<u32, Row>,
    pub(super) count: u32,
    pub(super) events: u64,
    pub(super) digest: u64,
    /// The moments of each measure, and its value in the first row.
    columns: Vec<(Moments, f64)>,
    pooled: Vec<Vec<[f64; 2]>>,
    /// Requests and task-seconds by service, cause and phase; 0 in replications without.
    pub(super) losses: BTreeMap<[u32; 4], [Moments; 2]>,
    stages: BTreeMap<(u32, [u32; 3]), StageSum>,
    /// What faults did to services.
    recovered: BTreeMap<[u32; 2], Sums>,
    /// The last quantile of Student's law that was worked out, with its degrees of freedom.
    t: Cell<(u64, f64)>,
}

/// A stage of a change in the replications in which it began.
#[derive(Clone, Debug)]
pub(super) struct StageSum {
    pub(super) name: String,
    pub(super) begin: Moments,
    pub(super) end: Moments,
    /// How it ended in the first that saw its end.
    pub(super) outcome: Option<String>,
}

impl Fold {
    /// Of the replications from `first` on.
    pub fn new(first: u32) -> Fold {
        Fold { next: first, ..Fold::default() }
    }

    /// How many replications have been taken in.
    pub fn len(&self) -> u32 {
        self.count
    }

    /// Whether none has.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Takes in a row, once all before it have been.
    pub fn add(&mut self, row: Row) {
        self.waiting.insert(row.replication, row);
        while let Some(row) = self.waiting.remove(&self.next) {
            self.take(row);
            self.next += 1;
        }
    }

    /// Takes in the rows that another one holds, which waits for this one's.
    pub fn merge(&mut self, other: Fold) {
        assert!(other.is_empty(), "{} rows were taken in already, and those before them were not", other.count);
        other.waiting.into_values().for_each(|row| self.add(row));
    }

    fn take(&mut self, row: Row) {
        if self.count == 0 {
            self.digest = row.digest;
            self.columns = row.values.iter().map(|value| (Moments::default(), *value)).collect();
            self.pooled = vec![Vec::new(); row.pooled.len()];
        } else {
            self.digest = (self.digest.rotate_left(5) ^ row.digest).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
        assert_eq!(self.columns.len(), row.values.len(), "replication {} is of another plan", row.replication);
        self.events += row.events;
        let values = row.values.iter().zip(&mut self.columns).filter(|(value, _)| !value.is_nan());
        values.for_each(|(value, column)| column.0.add(*value));
        let pairs = row.pooled.iter().zip(&mut self.pooled).filter(|(pair, _)| pair[1] > 0.0);
        pairs.for_each(|(pair, all)| all.push(*pair));
        self.take_losses(&row.losses);
        self.take_recovered(&row.recovered);
        row.stages.into_iter().for_each(|stage| self.take_stage(stage));
        self.count += 1;
    }

    fn take_losses(&mut self, lost: &[Lost]) {
        let none = || [(0..self.count).map(|_| 0.0).collect::<Moments>(); 2];
        for one in lost {
            self.losses.entry(one.at).or_insert_with(none);
        }
        let mut lost = lost.iter().peekable();
        for (at, sums) in &mut self.losses {
            let now = lost.next_if(|one| one.at == *at).map_or([0.0; 2], |one| [one.requests, one.task_seconds]);
            sums.iter_mut().zip(now).for_each(|(sum, now)| sum.add(now));
        }
    }

    fn take_recovered(&mut self, rows: &[Recovered]) {
        for row in rows {
            self.recovered.entry(row.at).or_insert_with(|| Sums::after(self.count));
        }
        let mut rows = rows.iter().peekable();
        for (at, sums) in &mut self.recovered {
            sums.add(rows.next_if(|row| row.at == *at));
        }
    }

    fn take_stage(&mut self, stage: Stage) {
        let sum = self.stages.entry((stage.change, stage.order)).or_insert_with(|| StageSum {
            name: stage.name,
            begin: Moments::default(),
            end: Moments::default(),
            outcome: None,
        });
        sum.begin.add(stage.begin_seconds);
        if let Some((end, outcome)) = stage.end {
            sum.end.add(end);
            sum.outcome.get_or_insert(outcome);
        }
    }

    /// Stages of a change, by its place in the file.
    pub(super) fn stages(&self, change: u32) -> impl Iterator<Item = &StageSum> {
        self.stages.range((change, [0; 3])..(change + 1, [0; 3])).map(|row| row.1)
    }

    /// What a fault, by its place in the file, did to services, in the order of the file.
    pub(super) fn recovered(&self, fault: u32) -> impl Iterator<Item = (&[u32; 2], &Sums)> {
        self.recovered.range([fault, 0]..[fault + 1, 0])
    }

    /// Student's t for the mean of so many values; nothing below two.
    pub(super) fn t(&self, n: u64) -> Option<f64> {
        if n > 1 && self.t.get().0 != n - 1 {
            self.t.set((n - 1, interval::t_95(n - 1)));
        }
        (n > 1).then(|| self.t.get().1)
    }

    /// The mean of some values and its interval; nothing of none.
    pub(super) fn of(&self, moments: &Moments) -> Maybe {
        let n = moments.count();
        let ends = self.t(n).and_then(|t| interval::mean_95(moments, t));
        let estimate = Estimate { mean: moments.mean(), low: ends.map(|e| e.0), high: ends.map(|e| e.1), n: n as u32 };
        (n > 0).then_some(estimate)
    }

    pub(super) fn estimate(&self, place: usize) -> Maybe {
        self.of(&self.columns[place].0)
    }

    pub(super) fn first(&self, place: usize) -> f64 {
        self.columns[place].1
    }

    /// The mean over all occurrences of all replications that have a value, and the interval of that ratio of two sums.
    pub(super) fn pooled(&self, place: usize) -> Maybe {
        let runs = &self.pooled[place];
        let count: f64 = runs.iter().map(|run| run[1]).sum();
        if runs.is_empty() {
            return None;
        }
        let mean = runs.iter().map(|run| run[0]).sum::<f64>() / count;
        // How far each replication's sum is off, for a replication of the usual number of occurrences: the mean of
        // these is 0, and their spread that of the ratio (delta method). With one occurrence each it is the plain
        // interval.
        let usual = count / runs.len() as f64;
        let off: Moments = runs.iter().map(|[sum, count]| (sum - mean * count) / usual).collect();
        let around = self.of(&off)?;
        let end = |end: Option<f64>| end.map(|end| mean + (end - around.mean));
        Some(Estimate { mean, low: end(around.low), high: end(around.high), n: around.n })
    }

    /// The results, and whether they are what was promised.
    ///
    /// # Panics
    /// When no row has been taken in.
    pub fn summary(&self, plan: &Plan, seed: u64, objectives: &[Objective]) -> Summary {
        assert!(!self.is_empty(), "a summary of no replication");
        let mut walk = Walk::tell(plan, self);
        let mut summary = Summary::walk(&mut walk, seed);
        let judged = objectives.iter().map(|one| (one, one.judge(&summary)));
        summary.objectives = judged.map(|(one, found)| ObjectiveRow::walk(&mut walk, one, found)).collect();
        summary
    }
}
