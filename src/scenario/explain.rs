//! Says in our words why a document does not fit its schema.
//!
//! Walks both side by side, linear in the size of the document. Knows what `schemars` writes: `$ref`, `type`, `enum`,
//! `const`, ranges, `properties`, `required`, `additionalProperties`, `items`, `allOf`, and alternatives: an optional
//! value, one key out of several, types side by side. Other rules are left to the validator.

use super::bearing::Seen;
use super::report::Report;
use super::source::push;
use super::validate::{UNUSED, compile};
use super::words;
use crate::model::problem::{Code, Problem, Severity, nearest};
use crate::model::quantity::{DURATION_FORMAT, RATE_FORMAT};
use jsonschema::Validator;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// References and alternatives that lead from one to the next without a step into the document, at most.
const HOPS_MAX: usize = 32;

/// Rules about a single value that a validator of their own decides.
const LEAVES: [(&str, &str); 4] = [
    ("pattern", "does not have the form that is asked for"),
    ("multipleOf", "must be a multiple of what is asked for"),
    ("uniqueItems", "holds the same entry twice"),
    ("format", "does not have the form that is asked for"),
];

pub(super) type Schema = Map<String, Value>;

/// One walk.
pub(crate) struct Explain<'a, 'r, 'o> {
    pub(super) schema: &'a Value,
    holes: &'a BTreeSet<String>,
    /// The validator has found nothing wrong: only notes are taken.
    valid: bool,
    report: &'r mut Report<'o>,
    /// Validators of single rules, by the rule's text.
    leaves: BTreeMap<String, Option<Validator>>,
    /// The pointer of the value that is looked at.
    pub(super) at: String,
    /// What the last reference was called.
    pub(super) named: &'a str,
    hops: usize,
    /// Fields that do not reach what runs.
    unused: Seen,
}

impl<'a, 'r, 'o> Explain<'a, 'r, 'o> {
    pub(crate) fn new(schema: &'a Value, holes: &'a BTreeSet<String>, valid: bool, report: &'r mut Report<'o>) -> Self {
        let leaves = BTreeMap::new();
        Explain { schema, holes, valid, report, leaves, at: String::new(), named: "", hops: 0, unused: Seen::default() }
    }

    pub(crate) fn document(&mut self, value: &Value) {
        self.value(value, self.schema);
        std::mem::take(&mut self.unused).tell(self.report);
    }

    pub(super) fn error(&mut self, message: impl Into<String>, hint: impl Into<String>) {
        self.say(Code::WrongType, message, hint);
    }

    pub(super) fn say(&mut self, code: Code, message: impl Into<String>, hint: impl Into<String>) {
        if !self.valid {
            self.report.add(code, &self.at, message, hint);
        }
    }

    /// Whether an error would be counted only, so that looking for words is in vain.
    pub(super) fn mute(&mut self) -> bool {
        let mute = self.valid || self.report.full(Severity::Error);
        if mute && !self.valid {
            self.report.count(Severity::Error);
        }
        mute
    }

    /// Looks at the value one step further in.
    pub(super) fn inside(&mut self, token: &str, value: &Value, schema: &'a Value) {
        let length = self.at.len();
        push(&mut self.at, token);
        self.value(value, schema);
        self.at.truncate(length);
    }

    /// Says something about the field `token` of the object at hand.
    pub(super) fn error_inside(&mut self, token: &str, message: String, hint: String) {
        let length = self.at.len();
        push(&mut self.at, token);
        if !self.valid {
            self.report.push(Problem::new(Code::UnknownField, &self.at, message, hint).at_key());
        }
        self.at.truncate(length);
    }

    fn value(&mut self, value: &Value, schema: &'a Value) {
        if !self.holes.is_empty() && self.holes.contains(&self.at) {
            return;
        }
        if self.is_unused(schema) {
            self.unused.add(&self.at, value, schema);
            return;
        }
        let kept = (self.named, self.hops);
        (self.named, self.hops) = ("", 0);
        self.check(value, schema);
        (self.named, self.hops) = kept;
    }

    /// Holds a value against a schema at the same place.
    pub(super) fn check(&mut self, value: &Value, schema: &'a Value) {
        let Some(schema) = schema.as_object() else {
            if schema == &Value::Bool(false) {
                self.error(format!("{} cannot stand here", words::subject(&self.at)), "remove it");
            }
            return;
        };
        if self.hops >= HOPS_MAX {
            return;
        }
        self.hops += 1;
        if let Some(target) = self.target(schema) {
            self.named = name_of(schema);
            self.check(value, target);
        }
        if self.fits_type(value, schema) {
            self.rules(value, schema);
        }
        self.hops -= 1;
    }

    fn rules(&mut self, value: &Value, schema: &'a Schema) {
        self.fits_values(value, schema);
        match value {
            Value::Number(number) => self.number(number.as_f64().unwrap_or(0.0), schema),
            Value::String(text) => self.text(text, value, schema),
            Value::Array(list) => self.list(list, schema),
            Value::Object(map) => self.object(map, schema),
            Value::Null | Value::Bool(_) => {}
        }
        if !self.valid {
            for (rule, message) in LEAVES {
                if schema.get(rule).is_some_and(|rule| !is_ours(rule)) && !self.leaf(rule, value, schema) {
                    self.error(format!("{} {message}", words::subject(&self.at)), plain(rule, schema));
                }
            }
        }
        for all in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.check(value, all);
        }
        for rule in ["anyOf", "oneOf"] {
            if let Some(branches) = schema.get(rule).and_then(Value::as_array) {
                self.choose(value, schema, branches);
            }
        }
    }

    /// The schema that a reference leads to.
    pub(super) fn target(&self, schema: &Schema) -> Option<&'a Value> {
        let path = schema.get("$ref")?.as_str()?;
        self.schema.pointer(path.strip_prefix('#')?)
    }

    /// The schema behind all references.
    pub(super) fn resolve(&self, schema: &'a Value) -> &'a Value {
        let mut here = schema;
        for _ in 0..HOPS_MAX {
            match here.as_object().and_then(|schema| self.target(schema)) {
                Some(target) => here = target,
                None => break,
            }
        }
        here
    }

    /// Whether a field with this schema is accepted and then not looked at.
    pub(super) fn is_unused(&self, schema: &'a Value) -> bool {
        let marked = |schema: &Value| schema.get(UNUSED) == Some(&Value::Bool(true));
        if marked(schema) || marked(self.resolve(schema)) {
            return true;
        }
        // An optional field of such a type.
        let branches = ["anyOf", "allOf"].iter().filter_map(|rule| schema.get(rule)?.as_array()).flatten();
        branches.into_iter().any(|branch| marked(self.resolve(branch)))
    }

    /// The types that a schema admits; none named: any.
    pub(super) fn types(&self, schema: &'a Value) -> Vec<&'a str> {
        let schema = self.resolve(schema);
        let values = || match (schema.get("const"), schema.get("enum")) {
            (Some(value), _) => vec![words::type_of(value)],
            (None, Some(Value::Array(list))) => list.iter().map(words::type_of).collect(),
            _ => Vec::new(),
        };
        match schema.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            _ => values(),
        }
    }

    fn fits_type(&mut self, value: &Value, schema: &'a Schema) -> bool {
        let wanted: Vec<&str> = match schema.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            _ => return true,
        };
        let found = words::type_of(value);
        if wanted.iter().any(|wanted| words::admits(wanted, found)) {
            return true;
        }
        if !self.mute() {
            match schema.get("enum").and_then(Value::as_array) {
                Some(allowed) => self.not_among(value, &allowed.iter().collect::<Vec<_>>()),
                None => self.mistyped(value, &wanted, schema),
            }
        }
        false
    }

    /// Says that a value has another type than those wanted.
    pub(super) fn mistyped(&mut self, value: &Value, wanted: &[&str], schema: &Schema) {
        let subject = words::subject(&self.at);
        let format = schema.get("format").and_then(Value::as_str);
        let unit = match format {
            Some(DURATION_FORMAT) => words::duration(value),
            Some(RATE_FORMAT) => words::rate(value),
            _ => None,
        };
        if let Some((message, hint)) = unit {
            return self.error(format!("{subject} {message}"), hint);
        }
        let mut forms: Vec<String> = Vec::new();
        for kind in wanted.iter().filter(|kind| **kind != "null") {
            let form = words::expected(kind, format);
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
        let message = format!("{subject} must be {}, not {}", forms.join(" or "), words::given(value));
        let hint = words::mend(value, wanted, schema, &self.at);
        self.error(message, hint);
    }

    fn fits_values(&mut self, value: &Value, schema: &Schema) {
        let allowed: Vec<&Value> = match (schema.get("const"), schema.get("enum")) {
            (Some(one), _) => vec![one],
            (None, Some(Value::Array(list))) => list.iter().collect(),
            _ => return,
        };
        // Numbers compare by value: `3` and `3.0` are one.
        let same = |one: &Value| one == value || (one.is_number() && one.as_f64() == value.as_f64());
        if !allowed.iter().any(|one| same(one)) && !self.mute() {
            self.not_among(value, &allowed);
        }
    }

    /// Says that a value is none of those allowed.
    pub(super) fn not_among(&mut self, value: &Value, allowed: &[&Value]) {
        let texts: Vec<String> =
            allowed.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned)).collect();
        let near = value.as_str().and_then(|wrong| nearest(wrong, texts.iter().map(String::as_str)));
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("one of: {}", words::listed(texts.iter().map(String::as_str))),
        };
        let given = value.as_str().map_or_else(|| words::given(value), |text| format!("`{}`", words::short(text)));
        let message = format!("{} cannot be {given}", words::subject(&self.at));
        self.say(Code::UnknownValue, message, hint);
    }

    /// Asks a validator about one rule alone.
    fn leaf(&mut self, rule: &str, value: &Value, schema: &Schema) -> bool {
        let alone = Value::Object([(rule.to_owned(), schema[rule].clone())].into_iter().collect());
        let validator = self.leaves.entry(alone.to_string()).or_insert_with(|| compile(&alone).ok());
        validator.as_ref().is_none_or(|validator| validator.is_valid(value))
    }

    /// Whether a value fits one of some schemas, as the validator sees it.
    pub(super) fn fits_any(&mut self, value: &Value, branches: &[Value]) -> bool {
        let key = format!("{:p}", branches.as_ptr());
        let root = self.schema;
        let validator = self.leaves.entry(key).or_insert_with(|| {
            let defs = root.get("$defs").cloned().unwrap_or_default();
            let defs = if defs.is_null() { Value::Object(Map::new()) } else { defs };
            let any = Value::Array(branches.to_vec());
            let both = [("$defs".to_owned(), defs), ("anyOf".to_owned(), any)];
            compile(&Value::Object(both.into_iter().collect())).ok()
        });
        validator.as_ref().is_some_and(|validator| validator.is_valid(value))
    }
}

/// Whether a format is one of ours, or a width of numbers.
fn is_ours(rule: &Value) -> bool {
    matches!(rule.as_str(), Some(DURATION_FORMAT | RATE_FORMAT))
}

fn plain(rule: &str, schema: &Schema) -> String {
    match (rule, &schema[rule]) {
        ("uniqueItems", _) => "write each entry once".into(),
        ("format", Value::String(format)) => format!("the form is called {format}"),
        (_, Value::String(text)) => format!("the form is {text}"),
        (_, value) => format!("write a multiple of {value}"),
    }
}

/// The last step of a reference: `Law` of `#/$defs/Law`.
pub(super) fn name_of(schema: &Schema) -> &str {
    schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next()).unwrap_or("")
}
