//! Problems with a limit: a file of a million mistakes must not cost a million messages.

use crate::model::problem::{Code, Problem, Problems, Severity};

/// Errors that one stage reports before it only counts.
const ERRORS_MAX: usize = 100;
/// Notes and warnings likewise.
const NOTES_MAX: usize = 2_000;

/// Collects the problems of one stage.
pub(crate) struct Report<'a> {
    out: &'a mut Problems,
    errors: usize,
    notes: usize,
    notes_max: usize,
}

impl<'a> Report<'a> {
    pub(crate) fn new(out: &'a mut Problems) -> Self {
        Report { out, errors: 0, notes: 0, notes_max: NOTES_MAX }
    }

    /// For a stage in which each place costs a walk through the line.
    pub(crate) fn brief(out: &'a mut Problems) -> Self {
        Report { out, errors: 0, notes: 0, notes_max: ERRORS_MAX }
    }

    /// Whether one more problem of this severity is only counted.
    pub(crate) fn full(&self, severity: Severity) -> bool {
        match severity {
            Severity::Error => self.errors >= ERRORS_MAX,
            Severity::Warning | Severity::Note => self.notes >= self.notes_max,
        }
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
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning | Severity::Note => self.notes += 1,
        }
    }

    /// Whether an error was reported.
    pub(crate) fn failed(&self) -> bool {
        self.errors > 0
    }

    /// Says how many were only counted.
    pub(crate) fn finish(self) {
        if self.errors > ERRORS_MAX {
            let message = format!("{} more errors are not listed", self.errors - ERRORS_MAX);
            self.out.truncated("", message, "mend the first ones and look again");
        }
        if self.notes > self.notes_max {
            let message = format!("{} more notes are not listed", self.notes - self.notes_max);
            self.out.push(Problem::new(Code::Truncated, "", message, "").with(Severity::Note));
        }
    }
}
