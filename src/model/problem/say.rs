//! Problems that many places have in common, each in one form of words.

use super::{Code, Problem, Problems, Told};
use std::fmt::Display;
use std::ops::{Bound, RangeBounds};

/// Settings that do not go together.
impl Problems {
    /// Says that something stands in a list twice.
    pub fn twice(&mut self, name: &str, at: &str) {
        self.duplicate_name(at, format!("`{name}` stands twice"), "keep one of them");
    }

    /// Says that keys exclude each other.
    pub fn exclude(&mut self, keys: &str, at: &str) -> Told {
        self.conflict(at, format!("{keys} exclude each other"), "keep one of them")
    }

    /// Says that one of some keys has to be written and no other: several are, or none is, which `missing` tells.
    pub fn one_of(&mut self, keys: &str, several: bool, at: &str, missing: &str, hint: &str) -> Told {
        if several { self.exclude(keys, at) } else { self.missing(at, missing, hint) }
    }

    /// Warns that the field at `at` does nothing, and why.
    pub fn idle(&mut self, at: &str, why: &str, hint: &str) {
        self.push(Problem::new(Code::NoEffect, at, format!("`{}` is not used: {why}", last(at)), hint).at_key());
    }

    /// Notes that the field at `at` does nothing, and why.
    pub fn not_used(&mut self, at: &str, why: &str) {
        self.push(Problem::new(Code::NotUsed, at, format!("`{}` is not used: {why}", last(at)), "").at_key());
    }
}

/// Whether a value is beyond the upper end of a range.
fn range_is_below<T: PartialOrd>(range: &impl RangeBounds<T>, value: &T) -> bool {
    match range.end_bound() {
        Bound::Included(high) => value > high,
        Bound::Excluded(high) => value >= high,
        Bound::Unbounded => false,
    }
}

/// The field that a pointer leads to.
pub fn last(at: &str) -> &str {
    at.rsplit('/').next().unwrap_or(at)
}

/// The first of some names, and how many more there are.
pub(super) fn listed(names: &[&str]) -> String {
    const LISTED_MAX: usize = 8;
    let shown = names[..names.len().min(LISTED_MAX)].join(", ");
    match names.len().saturating_sub(LISTED_MAX) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Ranges.
impl Problems {
    /// Whether the value of the field at `at` lies in a range; a problem with the bounds otherwise.
    pub fn within<T: Copy + PartialOrd + Display>(&mut self, value: T, range: impl RangeBounds<T>, at: &str) -> bool {
        let holds = range.contains(&value);
        if !holds {
            let bounds = match (range.start_bound(), range.end_bound()) {
                (Bound::Included(low), Bound::Included(high)) => format!("between {low} and {high}"),
                (Bound::Included(low), Bound::Excluded(high)) => format!("{low} or more and less than {high}"),
                (Bound::Included(low), Bound::Unbounded) => format!("{low} or more"),
                (_, Bound::Included(high)) => format!("at most {high}"),
                _ => unreachable!("no other kind of range is asked for"),
            };
            let hint = if range_is_below(&range, &value) { "lower it" } else { "raise it" };
            self.out_of_range(at, format!("`{}` must be {bounds}, not `{value}`", last(at)), hint);
        }
        holds
    }

    /// Whether a time comes after the one before it; a problem otherwise.
    pub fn after<T: Copy + PartialOrd + Display>(&mut self, time: T, before: Option<T>, at: &str) -> bool {
        let Some(before) = before.filter(|before| time <= *before) else { return true };
        let message = format!("`{time}` must come after `{before}`, the one before it");
        self.out_of_order(at, message, "write them in order of time, each once");
        false
    }

    /// A share from 0 to 1; a problem otherwise.
    pub fn share(&mut self, value: f64, at: &str) -> Option<f64> {
        self.bounded(value, (0.0..=1.0).contains(&value), "between 0 and 1", at)
    }

    /// A share above 0 and at most 1; a problem otherwise.
    pub fn share_above_zero(&mut self, value: f64, at: &str) -> Option<f64> {
        self.bounded(value, value > 0.0 && value <= 1.0, "above 0 and at most 1", at)
    }

    fn bounded(&mut self, value: f64, holds: bool, bounds: &str, at: &str) -> Option<f64> {
        if !holds {
            let message = format!("`{}` must be {bounds}, not `{value}`", last(at));
            self.out_of_range(at, message, "write a share such as 0.5 for half");
        }
        holds.then_some(value)
    }
}
