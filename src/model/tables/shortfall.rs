//! Who misses tasks, why, and how far each is on its way back: the accounting that losses are taken from.

use super::find_or_add;
use crate::model::fact::{Cause, Phase};

/// One line of the accounting of a service.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shortfall {
    pub cause: Cause,
    /// Where on its way back.
    pub phase: Phase,
    /// Tasks of this line that exist but are not available.
    pub tasks: u32,
    /// Tasks of this line that wait to be launched.
    pub pending: u32,
    /// Targets of this line that get requests and cannot answer.
    pub dead_targets: u32,
    /// What readers were told last, in millionths of a task.
    pub reported_tasks: u64,
    /// What readers were told last, in billionths of a request a second.
    pub reported_rate: u64,
    /// This settlement's rate, while it is added up.
    pub(crate) rate: u64,
}

impl Shortfall {
    /// Whether the line can be struck out.
    pub(crate) fn idle(&self) -> bool {
        self.tasks == 0
            && self.pending == 0
            && self.dead_targets == 0
            && self.reported_tasks == 0
            && self.reported_rate == 0
    }
}

/// The books of one service.
#[derive(Clone, Debug, Default)]
pub struct Shortfalls {
    pub lines: Vec<Shortfall>,
}

impl Shortfalls {
    /// The line of a cause and phase; opened when there is none.
    pub(crate) fn line(&mut self, cause: Cause, phase: Phase) -> &mut Shortfall {
        let is_it = |line: &Shortfall| line.cause == cause && line.phase == phase;
        find_or_add(&mut self.lines, is_it, || Shortfall { cause, phase, ..Shortfall::default() })
    }

    /// Shares `total` out over the lines by weight, exactly; whether any line has a weight.
    #[inline]
    pub(crate) fn share(
        &mut self,
        total: u64,
        weight: impl Fn(&Shortfall) -> u64,
        give: impl Fn(&mut Shortfall, u64),
    ) -> bool {
        let sum = self.lines.iter().map(&weight).sum();
        if let [line] = &mut self.lines[..] {
            give(line, if sum > 0 { total } else { 0 });
            return sum > 0;
        }
        let mut split = Split::over(total, sum);
        for line in &mut self.lines {
            let part = split.part(weight(line));
            give(line, part);
        }
        sum > 0
    }
}

/// Splits a whole number by weights into parts that add up to it exactly: each part ends where the running sum of
/// weights says, rounded down.
pub(crate) struct Split {
    total: u64,
    sum: u64,
    seen: u64,
    given: u64,
}

impl Split {
    /// `sum` is the sum of all weights to come; with 0 every part is 0.
    pub(crate) fn over(total: u64, sum: u64) -> Split {
        Split { total, sum, seen: 0, given: 0 }
    }

    /// The part of the next weight.
    pub(crate) fn part(&mut self, weight: u64) -> u64 {
        if weight == 0 {
            return 0;
        }
        self.seen += weight;
        // A division of 128 bits costs ten times one of 64.
        let until = match self.total.checked_mul(self.seen) {
            Some(product) => product / self.sum,
            None => (u128::from(self.total) * u128::from(self.seen) / u128::from(self.sum)) as u64,
        };
        until - std::mem::replace(&mut self.given, until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(total: u64, weights: &[u64], parts: &[u64]) {
        let mut split = Split::over(total, weights.iter().sum());
        let got: Vec<u64> = weights.iter().map(|&weight| split.part(weight)).collect();
        assert_eq!(got, parts);
    }

    #[test]
    fn parts_add_up() {
        check(10, &[1, 1, 1], &[3, 3, 4]);
        check(10, &[0, 1, 3], &[0, 2, 8]);
        check(7, &[0, 0], &[0, 0]);
        check(u64::MAX, &[1, 2], &[u64::MAX / 3, u64::MAX / 3 * 2]);
    }
}
