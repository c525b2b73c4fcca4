//! A document as a typed scenario, and what the scenario means. Mistakes of form and of meaning are told in one go:
//! where the form is wrong the rest is resolved nevertheless, and what follows from a mistake already told is left out.

use super::file::Scenario;
use super::read::Document;
use super::resolve::{Csv, resolve};
use crate::grammar::{Finding, Found, Mistake, Read, Reader, Weight};
use crate::metrics::Objective;
use crate::model::Plan;
use crate::model::problem::{Code, Noun, Problem, Problems, Severity};
use serde_json::Value;
use std::collections::BTreeSet;

/// The document as `T`; `None` when anything in it is wrong, which is told.
#[cfg(any(test, feature = "internals"))]
pub fn typed<T: Read>(document: &Document, out: &mut Problems) -> Option<T> {
    let (value, _) = look(document, out);
    value.filter(|_| !out.has_errors())
}

/// The plan of a document, and its objectives; `None` when anything is wrong, which is told.
pub fn resolved(document: &Document, csv: Csv<'_>, out: &mut Problems) -> Option<(Plan, Vec<Objective>)> {
    let (scenario, found) = look::<Scenario>(document, out);
    let scenario = scenario?;
    if !out.has_errors() {
        return resolve(&scenario, csv, out);
    }
    // Too much is wrong to say what follows from what.
    if found.more == 0 {
        let wrong = Wrong::new(document, &found, out);
        let mut meant = Problems::default();
        for noun in document.sources.holes.iter().flat_map(|at| in_hole(at)) {
            // Nobody can tell what it is called: an empty name stands for any.
            meant.broken(*noun, "");
        }
        resolve(&scenario, csv, &mut meant);
        for problem in meant.list {
            let at = wrong.original(&problem.at);
            let problem = Problem { at, ..problem };
            if !wrong.explains(&problem) {
                out.push(problem);
            }
        }
    }
    None
}

/// What a file that could not be taken would have brought, by the pointer at which it is named: names of such things may
/// be known to it.
fn in_hole(at: &str) -> &'static [Noun] {
    let entry = |token: &&str| token.parse::<usize>().is_ok() || token.is_empty();
    let lists: Vec<&str> = at.split('/').filter(|token| !entry(token)).collect();
    match lists[..] {
        ["clusters"] => &[Noun::Cluster, Noun::Service, Noun::Family],
        ["services"] | ["clusters", "services"] => &[Noun::Service, Noun::Family],
        ["taskDefinitions"] => &[Noun::TaskDefinition],
        ["capacityProviders"] => &[Noun::CapacityProvider],
        ["autoScalingGroups"] => &[Noun::AutoScalingGroup],
        ["instanceTypes"] => &[Noun::InstanceType],
        ["alarms" | "compositeAlarms"] => &[Noun::Alarm],
        ["changes"] => &[Noun::Change],
        ["faults"] => &[Noun::Fault],
        _ => &[],
    }
}

fn look<T: Read>(document: &Document, out: &mut Problems) -> (Option<T>, Found) {
    let mut reader = Reader::new(&document.value, &document.sources.holes);
    let value = T::read(&document.value, &mut reader);
    let found = reader.finish();
    let failed = found.findings.iter().any(|finding| finding.weight == Weight::Error);
    // What is taken by default is told of what can run.
    let told = found.findings.iter().filter(|finding| finding.mistake != Mistake::Default || !failed);
    for finding in told {
        out.push(problem(finding));
    }
    if found.more > 0 {
        out.truncated("", format!("{} more errors are not listed", found.more), "mend the first ones and look again");
    }
    (value, found)
}

fn problem(finding: &Finding) -> Problem {
    let Finding { mistake, at, message, hint, times, .. } = finding;
    let code = match mistake {
        Mistake::Type => Code::WrongType,
        Mistake::Form => Code::Malformed,
        Mistake::Missing => Code::MissingField,
        Mistake::UnknownField => Code::UnknownField,
        Mistake::NewField => Code::NoEffect,
        Mistake::Word => Code::UnknownValue,
        Mistake::Range => Code::OutOfRange,
        Mistake::Two => Code::Conflict,
        Mistake::NoBearing => Code::NoBearing,
        Mistake::Bearing => Code::Ignored,
        Mistake::Default => Code::Default,
    };
    let problem = Problem::new(code, at, message, hint).in_places(*times);
    let of_value = matches!(
        mistake,
        Mistake::Type | Mistake::Form | Mistake::Missing | Mistake::Word | Mistake::Range | Mistake::Default
    );
    if of_value { problem } else { problem.at_key() }
}

/// What is wrong in a document, and what may be wrong because of it.
struct Wrong<'d> {
    document: &'d Document,
    /// Pointers of all that is wrong.
    places: BTreeSet<String>,
    /// Names of what is wrong: whoever uses one of them is not.
    names: BTreeSet<&'d str>,
    left_out: &'d BTreeSet<String>,
}

impl<'d> Wrong<'d> {
    fn new(document: &'d Document, found: &'d Found, told: &Problems) -> Self {
        let sources = &document.sources;
        let errors = told.of(Severity::Error).filter_map(|error| sources.pointer(&error.at));
        let places: BTreeSet<String> =
            errors.chain(sources.holes.iter().cloned()).filter(|at| !at.is_empty()).collect();
        let mut names = BTreeSet::new();
        for at in &places {
            let ends = at.match_indices('/').map(|(end, _)| end).skip(1).chain([at.len()]);
            for value in ends.filter_map(|end| document.value.pointer(&at[..end])) {
                names_in(value, false, &mut names);
            }
        }
        for value in found.left_out.iter().filter_map(|at| document.value.pointer(at)) {
            names_in(value, true, &mut names);
        }
        Wrong { document, places, names, left_out: &found.left_out }
    }

    /// Whether a problem of meaning may follow from what is wrong already.
    fn explains(&self, problem: &Problem) -> bool {
        let (written, value) = self.written(&problem.at);
        let inside = |outer: &str, inner: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if self.places.iter().any(|wrong| inside(written, wrong) || inside(wrong, written)) {
            return true;
        }
        // Something beside it is wrong, which a number or a flag may depend on.
        let around = written.rsplit_once('/').map_or("", |(around, _)| around);
        let beside = !around.is_empty() && self.places.iter().any(|wrong| inside(around, wrong));
        let subject = problem.subject.as_ref().map(|subject| subject.name.as_str());
        match (problem.severity, subject.or(value.as_str())) {
            (Severity::Note, _) => true,
            (Severity::Warning, _) if value.is_array() || value.is_object() => true,
            (Severity::Error, Some(text)) => {
                let name = text.rsplit('/').next().unwrap_or_default();
                let family = name.split(':').next().unwrap_or_default();
                [text, name, family].iter().any(|name| self.names.contains(name))
            }
            (Severity::Error | Severity::Warning, _) => problem.at.is_empty() || beside,
        }
    }

    /// The value at a pointer, or the nearest one around it, with its own pointer.
    fn written<'p>(&self, at: &'p str) -> (&'p str, &Value) {
        let mut here = at;
        loop {
            match self.document.value.pointer(here) {
                Some(value) => return (here, value),
                None => here = &here[..here.rfind('/').unwrap_or(0)],
            }
        }
    }

    /// The pointer that a value has in the document: entries that were left out of their lists count again.
    fn original(&self, at: &str) -> String {
        let mut pointer = String::new();
        for token in at.split('/').skip(1) {
            let left = token.parse::<usize>().ok();
            let whole = left.map(|left| {
                let list = format!("{pointer}/");
                let inside = self.left_out.range(list.clone()..).take_while(|gone| gone.starts_with(&list));
                let mut gone: Vec<usize> = inside.filter_map(|gone| gone[list.len()..].parse().ok()).collect();
                gone.sort_unstable();
                gone.into_iter().fold(left, |at, gone| if gone <= at { at + 1 } else { at })
            });
            let step = whole.map_or_else(|| token.to_owned(), |index| index.to_string());
            pointer = format!("{pointer}/{step}");
        }
        pointer
    }
}

/// Names that an object says it has, and with `deep` those of everything in it.
fn names_in<'v>(value: &'v Value, deep: bool, names: &mut BTreeSet<&'v str>) {
    let entries = value.as_array().into_iter().flatten();
    entries.filter(|_| deep).for_each(|entry| names_in(entry, deep, names));
    for (key, value) in value.as_object().into_iter().flatten() {
        let is_name = ["name", "id", "family", "InstanceType"].contains(&key.as_str()) || key.ends_with("Name");
        names.extend(value.as_str().filter(|_| is_name));
        if deep {
            names_in(value, deep, names);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_keep_their_place() {
        let document = Document { value: Value::Null, sources: super::super::Sources::default() };
        let left_out = ["/faults/0", "/faults/2"].map(str::to_owned).into();
        let found = Found { left_out, ..Found::default() };
        let wrong = Wrong::new(&document, &found, &Problems::default());
        assert_eq!(wrong.original("/faults/0/at"), "/faults/1/at");
        assert_eq!(wrong.original("/faults/1"), "/faults/3");
        assert_eq!(wrong.original("/traffic/1"), "/traffic/1");
    }
}
