//! What is wrong or doubtful in a scenario, with its place and the way out.

use std::collections::BTreeSet;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// The scenario cannot run.
    Error,
    /// It can, but may not mean what it says.
    Warning,
    /// Worth knowing: a default taken, a field not used.
    Note,
}

/// One finding.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Problem {
    /// How bad.
    pub severity: Severity,
    /// JSON pointer into the scenario with every `$file` spliced in, such as `/faults/0/zonePowerLoss/zone`.
    pub at: String,
    /// What is wrong: lower case, no full stop, values in backticks.
    pub message: String,
    /// The way out.
    pub hint: Option<String>,
}

/// Findings, in the order in which they were made.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    /// All of them.
    pub list: Vec<Problem>,
    /// The same, so that none is told twice.
    seen: BTreeSet<Problem>,
}

impl Problems {
    /// Adds an error.
    pub fn error(&mut self, at: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.add(Severity::Error, at, message.into(), hint.into());
    }

    /// Adds a warning.
    pub fn warning(&mut self, at: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.add(Severity::Warning, at, message.into(), hint.into());
    }

    /// Adds a note.
    pub fn note(&mut self, at: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.add(Severity::Note, at, message.into(), hint.into());
    }

    fn add(&mut self, severity: Severity, at: &str, message: String, hint: String) {
        let hint = if hint.is_empty() { None } else { Some(hint) };
        let problem = Problem { severity, at: at.to_owned(), message, hint };
        if self.seen.insert(problem.clone()) {
            self.list.push(problem);
        }
    }

    /// Whether anything forbids the run.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// Findings of one severity.
    pub fn of(&self, severity: Severity) -> impl Iterator<Item = &Problem> {
        self.list.iter().filter(move |problem| problem.severity == severity)
    }
}

/// Shares.
impl Problems {
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
            self.error(at, format!("`{value}` must be {bounds}"), "write a share such as 0.5 for half");
        }
        holds.then_some(value)
    }
}

/// Problems after which nobody looks for the nearest name any more: each look costs the length of a list.
const LOOKED_UP: usize = 1_000;

impl Problems {
    /// The known name nearest to `wrong`, while there are few problems.
    pub fn nearest<'a>(&self, wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        if self.list.len() > LOOKED_UP { None } else { nearest(wrong, known) }
    }
}

/// The known name nearest to `wrong`, if one is near enough to be meant.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored =
        known.into_iter().map(|name| (strsim::damerau_levenshtein(&wrong.to_lowercase(), &name.to_lowercase()), name));
    let (distance, name) = scored.min_by_key(|(distance, _)| *distance)?;
    (distance <= 2.max(wrong.len() / 3)).then_some(name)
}
