//! Objectives: what the results must say, and whether they do.
//!
//! With one replication the value itself is judged. With more, the interval decides, and is inconclusive while it holds
//! the bound. A result that no run has fails everything but `equals: null`.

use super::measures::{Cell, Estimate, Subject, Summary, Verdict};
use serde::{Deserialize, Serialize};

/// One objective.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    pub subject: Subject,
    /// The name of its row in the results.
    pub name: String,
    /// Which result, such as `requestAvailability`; a dot leads into an object, as in `running.min`.
    pub key: String,
    pub bound: Bound,
}

/// What a result must keep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Bound {
    /// The measure is this or more.
    AtLeast(Target),
    /// The measure is this or less.
    AtMost(Target),
    /// The measure is exactly this; numbers may differ in the ninth digit.
    Equals(Target),
}

/// A number, a text or null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a number, a text or null")]
pub enum Target {
    Number(f64),
    Text(String),
    /// The result is null: it never came.
    Null,
}

impl Objective {
    /// Holds the objective against the results: what it is about, and whether that keeps the bound.
    pub(super) fn judge(&self, summary: &Summary) -> (Cell, Verdict) {
        let measured = summary.look_up(self.subject, &self.name, &self.key).unwrap_or(Cell::Null);
        let verdict = verdict(&measured, &self.bound, summary.replications);
        (measured, verdict)
    }
}

fn verdict(measured: &Cell, bound: &Bound, replications: u32) -> Verdict {
    let exactly = |value: f64| Estimate { mean: value, low: None, high: None, n: 1 };
    let estimate = match (measured, bound) {
        (Cell::Text(text), Bound::Equals(Target::Text(wanted))) if text == wanted => return Verdict::Pass,
        (Cell::Null, Bound::Equals(Target::Null)) => return Verdict::Pass,
        (Cell::Text(_) | Cell::Null, _) => return Verdict::Fail,
        (Cell::Number(number), _) => exactly(f64::from(*number)),
        (Cell::Estimate(estimate), _) => *estimate,
    };
    let (Bound::AtLeast(target) | Bound::AtMost(target) | Bound::Equals(target)) = bound;
    let Target::Number(wanted) = *target else { return Verdict::Fail };
    let (low, high) = match (estimate.low, estimate.high) {
        (Some(low), Some(high)) => (low, high),
        // An end without a value lies beyond every bound, as the nines of no loss do.
        (Some(low), None) => (low, f64::INFINITY),
        (None, Some(high)) => (f64::NEG_INFINITY, high),
        (None, None) if replications > 1 && estimate.n == 1 && matches!(measured, Cell::Estimate(_)) => {
            return Verdict::Inconclusive;
        }
        (None, None) => (estimate.mean, estimate.mean),
    };
    let near = |value: f64| (value - wanted).abs() <= 1e-9 * wanted.abs().max(1.0);
    let (surely, never) = match bound {
        Bound::AtLeast(_) => (low >= wanted, high < wanted),
        Bound::AtMost(_) => (high <= wanted, low > wanted),
        Bound::Equals(_) => (near(low) && near(high), !near(low) && !near(high) && (wanted < low || wanted > high)),
    };
    match (surely, never) {
        (true, _) => Verdict::Pass,
        (false, true) => Verdict::Fail,
        (false, false) => Verdict::Inconclusive,
    }
}
