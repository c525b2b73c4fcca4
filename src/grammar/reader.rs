//! The reader: where it is, and what it has found.

use super::wording::{self, Want, listed, nearest, short, subject};
use super::{Bounds, Read};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What is said of a field that is accepted and has no effect.
pub const NO_BEARING: &str = "is accepted and has no bearing on availability";
/// What is said of a field that bears on availability and is not modelled.
pub const BEARING: &str = "bears on availability and is not modelled";

/// Kinds of errors that are told: the same words at the same kind of place. Others are counted.
const KINDS_MAX: usize = 100;

/// Errors that are told at all.
const ERRORS_MAX: usize = 1_000;

/// What kind of mistake it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mistake {
    /// A value of another type.
    Type,
    /// A field that must be written and is not, or no kind.
    Missing,
    /// A field, or a kind, that nobody knows.
    UnknownField,
    /// A field of what AWS printed that is newer than this program.
    NewField,
    /// A word that is none of those allowed.
    Word,
    /// A number, or a length, out of its bounds.
    Range,
    /// A length of time or a rate in another form.
    Form,
    /// Two where one is meant.
    Two,
    /// No mistake: a field that is accepted and not used.
    NoBearing,
    /// A field that bears on availability and is not modelled.
    Bearing,
    /// No mistake: a default was taken.
    Default,
}

/// How much it matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weight {
    /// Nothing can be made of it.
    Error,
    /// It can, but may not mean what it says.
    Warning,
    Note,
}

/// One thing found.
#[derive(Clone, Debug)]
pub struct Finding {
    pub mistake: Mistake,
    pub weight: Weight,
    /// The pointer of the value.
    pub at: String,
    pub message: String,
    /// The way out; may be empty.
    pub hint: String,
    /// How often it holds; it is told once, at its first place.
    pub times: usize,
}

/// All that a reader has found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// In the order of the document; defaults and fields without effect last.
    pub findings: Vec<Finding>,
    /// Errors that were only counted.
    pub more: usize,
    /// Pointers of entries that were wrong and are left out of their list.
    pub left_out: BTreeSet<String>,
}

/// Reads one document.
pub struct Reader<'a> {
    holes: &'a BTreeSet<String>,
    root: &'a Value,
    /// The pointer of the value that is looked at.
    pub(super) at: String,
    /// Whether AWS has printed what is looked at.
    pub(super) printed: bool,
    /// Errors that are only counted.
    more: usize,
    /// Messages of errors, each with the field that it stands in.
    kinds: BTreeSet<(String, String)>,
    findings: Vec<Finding>,
    left_out: BTreeSet<String>,
    often: Vec<Finding>,
    rows: BTreeMap<(String, String), usize>,
}

impl<'a> Reader<'a> {
    /// A reader at the root; `holes` are the pointers of what could not be taken and is told already.
    pub fn new(root: &'a Value, holes: &'a BTreeSet<String>) -> Self {
        Reader {
            holes,
            root,
            at: String::new(),
            printed: false,
            more: 0,
            kinds: BTreeSet::new(),
            findings: Vec::new(),
            left_out: BTreeSet::new(),
            often: Vec::new(),
            rows: BTreeMap::new(),
        }
    }

    pub fn finish(mut self) -> Found {
        let mut findings = self.findings;
        findings.sort_by_cached_key(|finding| order(self.root, finding));
        self.often.sort_by_key(|one| one.mistake == Mistake::Default);
        findings.extend(self.often);
        Found { findings, more: self.more, left_out: self.left_out }
    }

    /// Whether a field of the object at hand is null, and not what stands for a file that could not be taken.
    pub(super) fn is_absent(&self, key: &str, value: &Value) -> bool {
        let is_hole = || {
            let mut at = self.at.clone();
            push(&mut at, key);
            self.holes.contains(&at)
        };
        value.is_null() && (self.holes.is_empty() || !is_hole())
    }

    /// Looks at the value one step further in.
    pub fn inside<T>(&mut self, token: &str, look: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.at.len();
        push(&mut self.at, token);
        let found = look(self);
        self.at.truncate(length);
        found
    }

    /// Reads the value at hand; what is a hole, or null, is absent.
    pub(super) fn within<T: Read>(&mut self, value: &Value, bounds: Bounds) -> Option<T> {
        if value.is_null() && self.holes.contains(&self.at) {
            return None;
        }
        T::within(value, bounds, self)
    }

    /// Reads the entries of a list; those that are wrong are left out.
    pub(super) fn entries<T: Read>(&mut self, list: &[Value]) -> Vec<T> {
        let mut read = Vec::with_capacity(list.len());
        for (place, value) in list.iter().enumerate() {
            let entry = self.inside(&place.to_string(), |reader| {
                let entry = reader.within(value, Bounds::default());
                if entry.is_none() {
                    reader.left_out.insert(reader.at.clone());
                }
                entry
            });
            read.extend(entry);
        }
        read
    }

    /// Whether an error would be counted only; if so, it is.
    pub(super) fn mute(&mut self) -> bool {
        let mute = self.kinds.len() >= KINDS_MAX || self.findings.len() >= ERRORS_MAX;
        self.more += usize::from(mute);
        mute
    }

    /// Tells an error at the value at hand, in words that are looked for only if it is told.
    pub fn error(&mut self, mistake: Mistake, words: impl FnOnce() -> (String, String)) {
        if self.mute() {
            return;
        }
        let (message, hint) = words();
        self.kinds.insert((message.clone(), subject(&self.at)));
        self.findings.push(self.finding(mistake, Weight::Error, message, hint));
    }

    pub(super) fn warning(&mut self, mistake: Mistake, message: String, hint: &str) {
        self.findings.push(self.finding(mistake, Weight::Warning, message, hint.to_owned()));
    }

    fn finding(&self, mistake: Mistake, weight: Weight, message: String, hint: String) -> Finding {
        Finding { mistake, weight, at: self.at.clone(), message, hint, times: 1 }
    }

    /// Takes a note of a field that has no effect; `why` says what it bears on, if on anything.
    pub(super) fn without_effect(&mut self, why: &str) {
        let field = subject(&self.at);
        let (mistake, weight, words) = match why {
            "" => (Mistake::NoBearing, Weight::Note, NO_BEARING),
            _ => (Mistake::Bearing, Weight::Warning, BEARING),
        };
        let hint = why.split_whitespace().collect::<Vec<_>>().join(" ");
        let hint = hint.trim_end_matches('.').to_owned();
        self.often(self.finding(mistake, weight, format!("{field} {words}"), hint));
    }

    /// Takes a note of a default.
    pub fn default_taken(&mut self, field: &str, words: &str, why: &str) {
        let message = format!("`{field}`: {words} by default ({why})");
        self.often(self.finding(Mistake::Default, Weight::Note, message, String::new()));
    }

    fn often(&mut self, finding: Finding) {
        let key = (finding.message.clone(), finding.hint.clone());
        if let Some(row) = self.rows.get(&key) {
            self.often[*row].times += 1;
        } else {
            self.rows.insert(key, self.often.len());
            self.often.push(finding);
        }
    }

    /// The fields of an object; a mistake when the value is none.
    pub fn map<'o>(&mut self, value: &'o Value) -> Option<&'o Map<String, Value>> {
        let map = value.as_object();
        if map.is_none() {
            self.mistyped(value, &[Want::Object], None);
        }
        map
    }

    /// Says that a value has another type than those wanted; `like` is an example to show.
    pub fn mistyped(&mut self, value: &Value, wanted: &[Want], like: Option<&str>) {
        let at = self.at.clone();
        self.error(Mistake::Type, || {
            let forms: Vec<&str> = wanted.iter().map(|want| want.words()).collect();
            let message = format!("{} must be {}, not {}", subject(&at), forms.join(" or "), wording::given(value));
            (message, wording::mend(value, wanted, like, &at))
        });
    }

    /// Says that a value does not have the form of its type.
    pub fn malformed(&mut self, message: &str, hint: String) {
        self.wrong(Mistake::Form, message, hint);
    }

    pub(super) fn wrong(&mut self, mistake: Mistake, message: &str, hint: String) {
        let subject = subject(&self.at);
        self.error(mistake, || (format!("{subject} {message}"), hint));
    }

    /// Says that a number, as it is written, is out of its bounds; `below` says on which side.
    pub(super) fn out_of_bounds(&mut self, number: &str, low: Option<&str>, high: Option<&str>, below: bool) {
        let subject = subject(&self.at);
        self.error(Mistake::Range, || {
            let bounds = match (low, high) {
                (Some(low), Some(high)) if low == high => low.to_owned(),
                (Some(low), Some(high)) => format!("between {low} and {high}"),
                (Some(low), None) => format!("{low} or more"),
                (None, high) => format!("at most {}", high.unwrap_or_default()),
            };
            let hint = match low {
                Some(only) if low == high => format!("write {only}"),
                _ if below => "raise it".to_owned(),
                _ => "lower it".to_owned(),
            };
            (format!("{subject} must be {bounds}, not `{number}`"), hint)
        });
    }

    /// The place of a word among those allowed.
    pub fn word(&mut self, value: &Value, words: &[(String, &str)]) -> Option<usize> {
        let written = value.as_str();
        let place = written.and_then(|written| words.iter().position(|(word, _)| word == written));
        if place.is_none() {
            let subject = subject(&self.at);
            let names = || words.iter().map(|(word, _)| word.as_str());
            self.error(Mistake::Word, || {
                let given = written.map_or_else(|| wording::given(value), |text| format!("`{}`", short(text)));
                let hint = match written.and_then(|wrong| nearest(wrong, names())) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("one of: {}", listed(names())),
                };
                (format!("{subject} cannot be {given}"), hint)
            });
        }
        place
    }

    /// Says that a key is no kind.
    pub(super) fn no_such_kind(&mut self, key: &str, noun: &str, keys: &[&str]) {
        self.inside(key, |reader| reader.unknown(key, noun, keys));
    }

    /// Says that the value at hand stands behind a key that is none of those known.
    pub fn unknown(&mut self, key: &str, noun: &str, keys: &[&str]) {
        self.error(Mistake::UnknownField, || {
            let hint = match nearest(key, keys.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known: {}", listed(keys.iter().copied())),
            };
            (format!("no {noun} is called `{}`", short(key)), hint)
        });
    }

    /// Says that a second kind stands beside the first.
    pub fn beside(&mut self, key: &str, first: &str, noun: &str) {
        self.inside(key, |reader| {
            reader.error(Mistake::Two, || {
                let hint = format!("one {noun} only: take one out or write two entries");
                (format!("`{key}` stands beside `{first}`"), hint)
            });
        });
    }

    /// Says that the object at hand has no kind.
    pub fn shortfalls<'k>(&mut self, noun: &str, keys: impl Iterator<Item = &'k str>) {
        let subject = subject(&self.at);
        let words = || (format!("{subject} lacks its {noun}"), format!("one of: {}", listed(keys)));
        self.error(Mistake::Missing, words);
    }
}

/// Where a finding stands in the document: the places of the values around it. What is missing comes last.
fn order(root: &Value, finding: &Finding) -> Vec<usize> {
    let mut here = Some(root);
    let mut order = Vec::new();
    for token in finding.at.split('/').skip(1) {
        let name = token.replace("~1", "/").replace("~0", "~");
        let place = match here {
            Some(Value::Object(map)) => map.keys().position(|key| *key == name),
            _ => token.parse().ok(),
        };
        order.push(place.unwrap_or(usize::MAX));
        here = here.and_then(|value| value.pointer(&format!("/{token}")));
    }
    order.extend((finding.mistake == Mistake::Missing).then_some(usize::MAX));
    order
}

/// Adds one step to a JSON pointer.
pub fn push(pointer: &mut String, token: &str) {
    pointer.push('/');
    for letter in token.chars() {
        match letter {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            letter => pointer.push(letter),
        }
    }
}
