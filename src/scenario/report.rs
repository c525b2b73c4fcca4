//! Problems with a limit: a file of a million mistakes must not cost a million messages.

use crate::model::problem::{Problems, Severity};

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

    pub(crate) fn add(&mut self, severity: Severity, at: &str, message: impl Into<String>, hint: impl Into<String>) {
        let full = self.full(severity);
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning | Severity::Note => self.notes += 1,
        }
        if full {
            return;
        }
        match severity {
            Severity::Error => self.out.error(at, message, hint),
            Severity::Warning => self.out.warning(at, message, hint),
            Severity::Note => self.out.note(at, message, hint),
        }
    }

    pub(crate) fn error(&mut self, at: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.add(Severity::Error, at, message, hint);
    }

    /// Whether an error was reported.
    pub(crate) fn failed(&self) -> bool {
        self.errors > 0
    }

    /// Says how many were only counted.
    pub(crate) fn finish(self) {
        if self.errors > ERRORS_MAX {
            let more = self.errors - ERRORS_MAX;
            self.out.error("", format!("{more} more errors are not listed"), "mend the first ones and look again");
        }
        if self.notes > self.notes_max {
            let more = self.notes - self.notes_max;
            self.out.note("", format!("{more} more notes are not listed"), "");
        }
    }
}
