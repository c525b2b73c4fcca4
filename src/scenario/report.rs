//! Problems with a limit: a file of a million mistakes must not cost a million messages.

use crate::model::problem::{Code, Problem, Problems, Severity};

/// Errors that the loading of files reports before it only counts, and notes and warnings likewise: each place costs a
/// walk through its line.
const TOLD_MAX: usize = 100;

/// Collects the problems of the files.
pub(crate) struct Report<'a> {
    out: &'a mut Problems,
    /// Errors, and what weighs less.
    counts: [usize; 2],
}

fn row(severity: Severity) -> usize {
    usize::from(severity != Severity::Error)
}

impl<'a> Report<'a> {
    pub(crate) fn new(out: &'a mut Problems) -> Self {
        Report { out, counts: [0; 2] }
    }

    /// Whether one more problem of this severity is only counted.
    pub(crate) fn full(&self, severity: Severity) -> bool {
        self.counts[row(severity)] >= TOLD_MAX
    }

    pub(crate) fn push(&mut self, problem: Problem) {
        let full = self.full(problem.severity);
        self.count(problem.severity);
        if !full {
            self.out.push(problem);
        }
    }

    pub(crate) fn add(&mut self, code: Code, at: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.push(Problem::new(code, at, message, hint));
    }

    /// One more that is only counted.
    pub(crate) fn count(&mut self, severity: Severity) {
        self.counts[row(severity)] += 1;
    }

    /// Says how many were only counted.
    pub(crate) fn finish(self) {
        let [errors, notes] = self.counts.map(|count| count.saturating_sub(TOLD_MAX));
        if errors > 0 {
            let message = format!("{errors} more errors are not listed");
            self.out.truncated("", message, "mend the first ones and look again");
        }
        if notes > 0 {
            let message = format!("{notes} more notes are not listed");
            self.out.push(Problem::new(Code::Truncated, "", message, "").with(Severity::Note));
        }
    }
}
