//! The walk over the table: values out of a run, or estimates over all runs into their place.

use super::fold::Fold;
use super::shape::{Estimate, Maybe};
use super::{Summary, change, fault, recovered};
use crate::engine::index::Id;
use crate::metrics::measured::{Measured, ServiceMeasure};
use crate::metrics::recovery;
use crate::model::ids::ServiceId;
use crate::model::plan::Plan;
use crate::stats::Moments;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::ops::Deref;

/// What one replication came to, value by value in the order of the table: which they are follows from the plan.
/// Written as JSON and read again it is the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Its number, from 0.
    pub replication: u32,
    /// Events that were handled.
    pub events: u64,
    /// Hash of the ordered event stream.
    pub digest: u64,
    /// One for each measure; NaN, null in JSON, where the run has none.
    #[serde(serialize_with = "to_nulls", deserialize_with = "from_nulls")]
    pub(super) values: Vec<f64>,
    /// Sum and count of each measure that is a mean over occurrences.
    pub(super) pooled: Vec<[f64; 2]>,
    /// Losses above zero.
    pub(super) losses: Vec<fault::Lost>,
    /// Stages of changes that began.
    pub(super) stages: Vec<change::Stage>,
    /// What faults did to services, in order.
    pub(super) recovered: Vec<recovered::Recovered>,
}

fn to_nulls<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(|value| (!value.is_nan()).then_some(value)))
}

fn from_nulls<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let values: Vec<Option<f64>> = Deserialize::deserialize(deserializer)?;
    Ok(values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect())
}

impl Row {
    /// Of one replication.
    pub fn of(plan: &Plan, measured: &Measured, replication: u32, events: u64, digest: u64) -> Row {
        let run = Run { plan, measured };
        let row = Row { replication, events, digest, ..Row::default() };
        let mut walk = Walk { plan, mode: Mode::Take(run, row) };
        Summary::walk(&mut walk, 0);
        let Mode::Take(_, row) = walk.mode else { unreachable!("the mode of a walk stays") };
        let stages = plan.changes_in_order().zip(0..).flat_map(|(id, place)| change::stages(&run, id, place));
        Row { losses: fault::losses(&run), stages: stages.collect(), recovered: recovered::all(&run), ..row }
    }
}

/// One run of a plan.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) plan: &'a Plan,
    pub(super) measured: &'a Measured,
}

impl Deref for Run<'_> {
    type Target = Measured;

    fn deref(&self) -> &Measured {
        self.measured
    }
}

impl Run<'_> {
    /// What a service or stream did.
    pub(super) fn service(&self, id: ServiceId) -> &ServiceMeasure {
        &self.services[id.row()]
    }

    /// A level's integral as its mean over the window; `None` with an empty one.
    pub(super) fn over_window(&self, sum: u128) -> Option<f64> {
        (self.window > 0).then(|| sum as f64 / self.window as f64)
    }
}

enum Mode<'a> {
    /// Takes the values of a run; what the walk gives back means nothing.
    Take(Run<'a>, Row),
    /// Gives back estimates over all runs; the next value, the next pair.
    Tell(&'a Fold, usize, usize),
}

/// A walk over all lines of the table.
pub(super) struct Walk<'a> {
    pub(super) plan: &'a Plan,
    mode: Mode<'a>,
}

impl<'a> Walk<'a> {
    /// Tells what all runs came to.
    pub(super) fn tell(plan: &'a Plan, fold: &'a Fold) -> Walk<'a> {
        Walk { plan, mode: Mode::Tell(fold, 0, 0) }
    }

    /// All runs, when their estimates are told.
    pub(super) fn fold(&self) -> Option<&'a Fold> {
        match self.mode {
            Mode::Take(..) => None,
            Mode::Tell(fold, ..) => Some(fold),
        }
    }

    /// The mean of values that were put together apart; nothing of none.
    pub(super) fn sum(&self, moments: &Moments) -> Maybe {
        self.fold()?.of(moments)
    }

    /// The place of the next value, when estimates are told; else takes it.
    fn next(&mut self, take: impl FnOnce(&Run<'_>) -> Option<f64>) -> Option<(&'a Fold, usize)> {
        match &mut self.mode {
            Mode::Take(run, row) => {
                let value = take(run);
                row.values.push(value.unwrap_or(f64::NAN));
                None
            }
            Mode::Tell(fold, next, _) => {
                *next += 1;
                Some((*fold, *next - 1))
            }
        }
    }

    /// A quantity that every run has.
    pub(super) fn each(&mut self, take: impl FnOnce(&Run<'_>) -> f64) -> Estimate {
        self.maybe(|run| Some(take(run))).unwrap_or_default()
    }

    /// A quantity that a run may not have.
    pub(super) fn maybe(&mut self, take: impl FnOnce(&Run<'_>) -> Option<f64>) -> Maybe {
        let (fold, place) = self.next(take)?;
        fold.estimate(place)
    }

    /// A share: its interval stays within 0 and 1.
    pub(super) fn share(&mut self, take: impl FnOnce(&Run<'_>) -> Option<f64>) -> Maybe {
        self.maybe(take).map(share)
    }

    /// What is left of 1, from the share that is lost.
    pub(super) fn kept(&mut self, lost: impl FnOnce(&Run<'_>) -> Option<f64>) -> Maybe {
        let lost = self.share(lost)?;
        let rest = |share: f64| 1.0 - share;
        Some(Estimate { mean: rest(lost.mean), low: lost.high.map(rest), high: lost.low.map(rest), n: lost.n })
    }

    /// -log10 of the share lost; `None` when nothing was. An end of the interval at which nothing is lost is null.
    pub(super) fn nines(&mut self, lost: impl FnOnce(&Run<'_>) -> Option<f64>) -> Maybe {
        let lost = self.share(lost)?;
        // Adding zero turns the -0 of a total loss into 0.
        let of = |share: f64| (share > 0.0).then(|| -libm::log10(share) + 0.0);
        Some(Estimate { mean: of(lost.mean)?, low: lost.high.and_then(of), high: lost.low.and_then(of), n: lost.n })
    }

    /// The mean over all occurrences of all runs that have a value.
    pub(super) fn pooled(&mut self, take: impl FnOnce(&Run<'_>) -> recovery::Mean) -> Maybe {
        match &mut self.mode {
            Mode::Take(run, row) => {
                let (sum, count) = take(run).parts();
                row.pooled.push([sum, count]);
                None
            }
            Mode::Tell(fold, _, next) => {
                *next += 1;
                fold.pooled(*next - 1)
            }
        }
    }

    /// The value of the first run.
    pub(super) fn first(&mut self, take: impl FnOnce(&Run<'_>) -> f64) -> f64 {
        let place = self.next(|run| Some(take(run)));
        place.map_or(0.0, |(fold, place)| fold.first(place))
    }

    /// Counts by name. What never came is left out.
    pub(super) fn counts(
        &mut self,
        names: impl Iterator<Item = &'static str>,
        take: impl Fn(&Run<'_>, usize) -> f64,
    ) -> BTreeMap<String, Estimate> {
        let all = names.enumerate().map(|(place, name)| (name.to_owned(), self.each(|run| take(run, place))));
        all.filter(|(_, count)| count.mean > 0.0).collect()
    }
}

/// A share and its interval stay within 0 and 1.
fn share(estimate: Estimate) -> Estimate {
    let within = |end: f64| end.clamp(0.0, 1.0);
    Estimate { low: estimate.low.map(within), high: estimate.high.map(within), ..estimate }
}
