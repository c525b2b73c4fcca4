//! What is wrong or doubtful in a scenario: its code, its place, whom it is about, and the way out.
#![warn(missing_docs)]

mod code;
mod noun;
mod say;

pub use code::Code;
pub use noun::Noun;
pub use say::last;

pub use crate::grammar::nearest;

use say::listed;
use std::collections::{BTreeMap, BTreeSet};

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

/// Which part of a field a problem is shown at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// The key: the field itself is one too many.
    Key,
    /// The value.
    Value,
}

/// Something with a name that a problem is about. What follows from another problem is recognised by it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Subject {
    /// What kind of thing.
    pub noun: Noun,
    /// What it is called.
    pub name: String,
}

/// One finding.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Problem {
    /// How bad.
    pub severity: Severity,
    /// What kind.
    pub code: Code,
    /// JSON pointer into the scenario with every `$file` spliced in, such as `/faults/0/zonePowerLoss/zone`.
    pub at: String,
    /// Whether it is shown at the key or at the value of the field.
    pub part: Part,
    /// What it is about, where that has a name.
    pub subject: Option<Subject>,
    /// What is wrong: lower case, no full stop, values in backticks.
    pub message: String,
    /// The way out.
    pub hint: Option<String>,
    /// How often the same holds; it is told once, at its first place.
    pub places: usize,
}

impl Problem {
    /// A problem with the severity of its code, shown at the value. An empty hint is none.
    pub fn new(code: Code, at: &str, message: impl Into<String>, hint: impl Into<String>) -> Problem {
        let hint = Some(hint.into()).filter(|hint| !hint.is_empty());
        Problem {
            severity: code.severity(),
            code,
            at: at.to_owned(),
            part: Part::Value,
            subject: None,
            message: message.into(),
            hint,
            places: 1,
        }
    }

    /// The message with the number of its places.
    pub fn told(&self) -> String {
        let accepted = self.severity == Severity::Note || self.code == Code::Ignored;
        match self.places {
            0 | 1 => self.message.clone(),
            places if accepted => format!("{}, in {places} places", self.message),
            places => format!("{}, and {} more like it", self.message, places - 1),
        }
    }

    /// Message and hint by which others are known to be like it. Of values of a wrong form the value does not matter.
    fn words(&self) -> (String, String) {
        if matches!(self.code, Code::Malformed | Code::WrongType) {
            return (self.message.split('`').step_by(2).collect(), String::new());
        }
        (self.message.clone(), self.hint.clone().unwrap_or_default())
    }

    /// The kind of place at which it stands: one for all entries of a list, and for all lines of a file.
    fn kind_of_place(&self) -> String {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let parts: Vec<&str> = self.at.rsplitn(3, ':').collect();
        if let [column, line, file] = parts[..]
            && is_number(column)
            && is_number(line)
        {
            return file.to_owned();
        }
        self.at.split('/').map(|token| if is_number(token) { "*" } else { token }).collect::<Vec<_>>().join("/")
    }

    /// The same, in so many places.
    #[must_use]
    pub fn in_places(self, places: usize) -> Problem {
        Problem { places, ..self }
    }

    /// The same, shown at the key.
    #[must_use]
    pub fn at_key(self) -> Problem {
        Problem { part: Part::Key, ..self }
    }

    /// The same, about something with a name.
    #[must_use]
    pub fn about(self, noun: Noun, name: &str) -> Problem {
        Problem { subject: Some(Subject { noun, name: name.to_owned() }), ..self }
    }

    /// The same, as bad as that.
    #[must_use]
    pub fn with(self, severity: Severity) -> Problem {
        Problem { severity, ..self }
    }
}

/// Findings, in the order in which they were made.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    /// All of them.
    pub list: Vec<Problem>,
    /// The same, so that none is told twice.
    seen: BTreeSet<Problem>,
    /// Things that are written and wrong.
    broken: BTreeSet<Subject>,
}

/// A problem was told: what it is about cannot be had.
#[derive(Clone, Copy, Debug)]
pub struct Told;

impl Told {
    /// Stands for what cannot be had.
    pub fn none<T>(self) -> Option<T> {
        let Told = self;
        None
    }
}

impl Problems {
    /// Adds a problem, unless the same was told before.
    pub fn push(&mut self, problem: Problem) -> Told {
        if self.seen.insert(problem.clone()) {
            self.list.push(problem);
        }
        Told
    }

    /// Tells what has one cause once: findings of the same words at the same kind of place are counted at the first of
    /// them, but for fields without use, each of which is listed. What else follows from each has to be looked at
    /// before.
    pub fn fold(&mut self) {
        let mut first: BTreeMap<(Code, String, String, String), usize> = BTreeMap::new();
        let mut folded: Vec<Problem> = Vec::with_capacity(self.list.len());
        for problem in self.list.drain(..) {
            if matches!(problem.code, Code::NoBearing | Code::NotUsed) {
                folded.push(problem);
                continue;
            }
            let (words, hint) = problem.words();
            let key = (problem.code, problem.kind_of_place(), words, hint);
            if let Some(row) = first.get(&key) {
                folded[*row].places += problem.places;
            } else {
                first.insert(key, folded.len());
                folded.push(problem);
            }
        }
        self.list = folded;
    }

    /// Whether anything forbids the run.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// Whether a file is missing that would have brought things of which nobody knows the names.
    pub fn has_holes(&self) -> bool {
        self.broken.iter().any(|one| one.name.is_empty())
    }

    /// Findings of one severity.
    pub fn of(&self, severity: Severity) -> impl Iterator<Item = &Problem> {
        self.list.iter().filter(move |problem| problem.severity == severity)
    }
}

/// Names.
impl Problems {
    /// What a name stands for; a problem where nothing has it.
    pub fn find<T: Clone>(&mut self, noun: Noun, known: &BTreeMap<String, T>, name: &str, at: &str) -> Option<T> {
        let found = known.get(name).cloned();
        if found.is_none() {
            self.unknown(noun, name, at, known.keys().map(String::as_str));
        }
        found
    }

    /// Remembers that something is written and wrong: why, is told where it stands, and not again wherever it is named.
    /// An empty name stands for any: nobody can tell what it is called.
    pub fn broken(&mut self, noun: Noun, name: &str) {
        self.broken.insert(Subject { noun, name: name.to_owned() });
    }

    /// Whether a name may be that of something which is written and wrong.
    pub fn is_broken(&self, noun: Noun, name: &str) -> bool {
        let broken = |name: &str| self.broken.contains(&Subject { noun, name: name.to_owned() });
        !self.broken.is_empty() && (broken(name) || broken(""))
    }

    /// Whether a name is one of those that are known; a problem otherwise.
    pub fn is_one_of<'a, I>(&mut self, noun: Noun, name: &str, at: &str, known: I) -> bool
    where
        I: Iterator<Item = &'a str> + Clone,
    {
        let found = known.clone().any(|one| one == name);
        if !found {
            self.unknown(noun, name, at, known);
        }
        found
    }

    /// Says that nothing has this name, with the nearest of those that are known; silent where the name may be that of
    /// something broken.
    pub fn unknown<'a, I>(&mut self, noun: Noun, name: &str, at: &str, known: I)
    where
        I: IntoIterator<Item = &'a str>,
    {
        if self.is_broken(noun, name) {
            return;
        }
        let word = noun.word();
        let mut problem = Problem::new(Code::UnknownName, at, format!("no {word} is called `{name}`"), "");
        if self.list.len() <= LOOKED_UP {
            let mut known: Vec<&str> = known.into_iter().collect();
            known.extend(
                self.broken.iter().filter(|one| one.noun == noun && !one.name.is_empty()).map(|one| &*one.name),
            );
            problem.hint = Some(match (nearest(name, known.iter().copied()), noun.way_out()) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, Some(way_out)) => way_out.to_owned(),
                (None, None) if known.is_empty() => format!("the scenario has no {word}"),
                (None, None) => format!("known: {}", listed(&known)),
            });
        }
        // The name may be the key itself.
        let is_key = last(at).replace("~1", "/").replace("~0", "~") == name;
        problem.part = if is_key { Part::Key } else { Part::Value };
        self.push(problem.about(noun, name));
    }

    /// Says that two things have the same name.
    pub fn duplicate(&mut self, noun: Noun, name: &str, at: &str) {
        let message = format!("two {}s are called `{name}`", noun.word());
        let problem = Problem::new(Code::DuplicateName, at, message, "give each its own name");
        self.push(problem.about(noun, name));
    }

    /// The known name nearest to `wrong`, while there are few problems.
    pub fn nearest<'a>(&self, wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        if self.list.len() > LOOKED_UP { None } else { nearest(wrong, known) }
    }
}

/// Problems after which nobody looks for the nearest name any more: each look costs the length of a list.
const LOOKED_UP: usize = 1_000;
