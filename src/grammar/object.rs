//! What an object is made of.

use super::fields::Fields;
use super::plain::Anything;
use super::reader::Reader;
use super::schema::unwrapped;
use super::{Bounds, Defs, OneOf, Read, Written};
use serde_json::{Map, Value, json};

/// Marks a field of the schema that is accepted and does not reach what runs.
pub const UNUSED: &str = "x-evenkeel-unused";
/// Marks a field of the schema that bears on availability and is not modelled: `true`, or which values of it do.
const BEARS: &str = "x-evenkeel-bears";

/// Where a default comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Label {
    /// From a source: AWS says so.
    Sourced,
    /// Follows from something else in the scenario.
    Calculated,
    /// Chosen here: no source says it.
    Choice,
    /// The fields of the object that is left out have defaults of their own.
    Own,
}

/// Which values of a field bear on availability.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// Those that switch something on.
    On,
    /// Those in which the text at a pointer is one of these.
    Is(&'static str, &'static [&'static str]),
    /// Those which have, or of which an entry has, one of these keys.
    Keys(&'static [&'static str]),
}

impl Rule {
    /// The mark in the schema.
    fn mark(self) -> Value {
        match self {
            Rule::On => json!(true),
            Rule::Is(at, words) => json!({ "at": at, "is": words }),
            Rule::Keys(keys) => json!({ "keys": keys }),
        }
    }

    /// Whether a value bears on availability.
    pub(super) fn bears(self, value: &Value) -> bool {
        let has = |one: &Value, keys: &[&str]| {
            one.as_object().is_some_and(|map| map.iter().any(|(key, one)| keys.contains(&key.as_str()) && !is_off(one)))
        };
        match self {
            Rule::On => !is_off(value),
            Rule::Is(at, words) => value.pointer(at).and_then(Value::as_str).is_some_and(|word| words.contains(&word)),
            Rule::Keys(keys) => {
                has(value, keys) || value.as_array().is_some_and(|list| list.iter().any(|one| has(one, keys)))
            }
        }
    }
}

/// Words of AWS for what is switched off, or what it does by itself.
const OFF: [&str; 8] =
    ["", "DISABLED", "Default", "default", "none", "open", "units", "capacity-optimized-prioritized"];

/// Whether a value switches nothing on. In an object with switches these decide.
fn is_off(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(on) => !on,
        Value::Number(number) => number.as_f64().is_some_and(|number| number <= 0.0),
        Value::String(text) => OFF.contains(&text.as_str()),
        Value::Array(list) => list.iter().all(is_off),
        Value::Object(map) => {
            let mut switches = map.values().filter(|value| value.is_boolean()).peekable();
            if switches.peek().is_some() { switches.all(is_off) } else { map.values().all(is_off) }
        }
    }
}

/// How a field is treated.
#[derive(Debug)]
pub(super) enum Role {
    Need,
    /// The default as it would be written.
    Given(Value),
    Other,
    Unused,
    Bears(Rule),
}

/// One field.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) role: Role,
    /// What holds when it is not written, in words, and where that comes from.
    pub(super) otherwise: Option<(String, String)>,
    /// Reads what is not written, for the defaults of its own fields.
    pub(super) own: Option<fn(&mut Reader<'_>)>,
    pub(super) bounds: Bounds,
    schema: fn(&mut Defs) -> Value,
    pub(super) example: fn() -> String,
}

/// The keys of which an object has one.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) noun: &'static str,
    pub(super) keys: Vec<&'static str>,
    schemas: fn(&mut Defs) -> Map<String, Value>,
}

/// What an object is made of.
#[derive(Debug)]
pub struct Object {
    called: String,
    path: String,
    doc: String,
    pub(super) case: &'static str,
    /// The field by which one knows that AWS has printed the object.
    own: &'static str,
    pub(super) fields: Vec<Field>,
    pub(super) kind: Option<Kind>,
}

/// `task_definition` in the case of its object; `first` says whether the first word gets a capital too.
pub(super) fn joined(name: &str, first: bool) -> String {
    let mut out = String::new();
    for word in name.trim_start_matches("r#").split('_') {
        let mut letters = word.chars();
        let head =
            letters.next().map(|letter| if out.is_empty() && !first { letter } else { letter.to_ascii_uppercase() });
        out.extend(head);
        out.extend(letters);
    }
    out
}

fn read_empty<T: Read>(reader: &mut Reader<'_>) {
    let _ = T::read(&Value::Object(Map::new()), reader);
}

impl Object {
    /// An object without fields. A `Spec` is called by the file that it stands in; one without a name is described
    /// wherever it stands.
    pub fn new(called: &str, path: &str, case: &'static str, own: &'static str, doc: &str) -> Object {
        let file = path.rsplit("::").next().unwrap_or_default();
        let called = if called == "Spec" { joined(file, false) } else { called.to_owned() };
        Object { called, path: path.to_owned(), doc: unwrapped(doc), case, own, fields: Vec::new(), kind: None }
    }

    /// A word of an enum and what it means.
    pub fn word(word: &str, case: &str, written: &[&str], doc: &'static str) -> (String, &'static str) {
        if let [written] = written {
            return ((*written).to_owned(), doc);
        }
        let split = |mark: char| {
            let mut out = String::new();
            for letter in word.chars() {
                if letter.is_ascii_uppercase() && !out.is_empty() {
                    out.push(mark);
                }
                out.push(letter.to_ascii_lowercase());
            }
            out
        };
        let text = match case {
            "camelCase" => word[..1].to_ascii_lowercase() + &word[1..],
            "PascalCase" => word.to_owned(),
            "SCREAMING_SNAKE_CASE" => split('_').to_ascii_uppercase(),
            "kebab-case" => split('-'),
            _ => word.to_ascii_lowercase(),
        };
        (text, doc)
    }

    fn add<T: Read>(&mut self, name: &str, written: &[&str], doc: &str, bounds: Bounds, role: Role) -> &mut Field {
        let name = written.first().map_or_else(|| joined(name, self.case == "PascalCase"), |name| (*name).to_owned());
        let (schema, example) = (T::schema, T::example);
        self.fields.push(Field {
            name,
            doc: unwrapped(doc),
            role,
            otherwise: None,
            own: None,
            bounds,
            schema,
            example,
        });
        self.fields.last_mut().expect("one was added")
    }

    /// Adds a field that must be written.
    pub fn need<T: Read>(&mut self, name: &str, written: &[&str], doc: &str, bounds: Bounds) {
        self.add::<T>(name, written, doc, bounds, Role::Need);
    }

    /// Adds a field that has a value when it is not written.
    pub fn given<T: Read + Written>(
        &mut self,
        name: &str,
        written: &[&str],
        doc: &str,
        bounds: Bounds,
        value: &T,
        labels: &[(Label, &str)],
    ) {
        let value = value.written();
        let words = labels.first().map(|(label, remark)| (value.to_string(), label.why(remark)));
        self.add::<T>(name, written, doc, bounds, Role::Given(value)).otherwise = words;
    }

    /// Adds an object whose own defaults hold when it is not written.
    pub fn inner<T: Read>(&mut self, name: &str, doc: &str) {
        self.add::<T>(name, &[], doc, Bounds::default(), Role::Other);
    }

    /// Adds a field that may be left out.
    pub fn may<T: Read>(
        &mut self,
        name: &str,
        written: &[&str],
        doc: &str,
        bounds: Bounds,
        otherwise: &[(Label, &str, &str)],
    ) {
        let field = self.add::<T>(name, written, doc, bounds, Role::Other);
        match otherwise.first() {
            Some((Label::Own, ..)) => field.own = Some(read_empty::<T>),
            Some((label, words, remark)) => field.otherwise = Some(((*words).to_owned(), label.why(remark))),
            None => {}
        }
    }

    pub fn list<T: Read>(&mut self, name: &str, written: &[&str], doc: &str) {
        self.add::<Vec<T>>(name, written, doc, Bounds::default(), Role::Other);
    }

    /// Adds the keys of which the object has one.
    pub fn kind<T: OneOf>(&mut self) {
        let keys = T::VARIANTS.iter().map(|variant| variant.key).collect();
        self.kind = Some(Kind { noun: T::NOUN, keys, schemas: Defs::variants::<T> });
    }

    /// Adds a field that has no bearing on availability.
    pub fn unused(&mut self, name: &str, written: &[&str]) {
        self.add::<Anything>(name, written, "Accepted and not used.", Bounds::default(), Role::Unused);
    }

    /// Adds a field that bears on availability and is not modelled.
    pub fn bears(&mut self, name: &str, doc: &str, rule: Rule) {
        self.add::<Anything>(name, &[], doc, Bounds::default(), Role::Bears(rule));
    }

    /// Its schema, and those of what stands in it.
    pub fn schema(&'static self, defs: &mut Defs) -> Value {
        if self.called.is_empty() {
            self.body(defs)
        } else {
            defs.refer(&self.called, &self.path, |defs| self.body(defs))
        }
    }

    fn body(&'static self, defs: &mut Defs) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for field in &self.fields {
            let mut text = field.doc.clone();
            if let Some((words, why)) = &field.otherwise {
                text = format!("{text} Default: {} ({why}).", words.trim_end_matches(','));
            }
            let mut schema = super::described((field.schema)(defs), &text);
            field.bounds.put(&mut schema);
            match &field.role {
                Role::Need => required.push(Value::from(field.name.as_str())),
                Role::Given(value) => schema["default"] = value.clone(),
                Role::Bears(rule) => schema[BEARS] = rule.mark(),
                Role::Other | Role::Unused => {}
            }
            properties.insert(field.name.clone(), schema);
        }
        let mut schema = json!({ "type": "object", "description": self.doc, "additionalProperties": false });
        if let Some(kind) = &self.kind {
            properties.extend((kind.schemas)(defs));
            schema["x-evenkeel-one-of"] = json!(kind.keys);
            schema["oneOf"] = kind.keys.iter().map(|key| json!({ "required": [key] })).collect();
        }
        schema["properties"] = Value::Object(properties);
        if !required.is_empty() {
            schema["required"] = Value::Array(required);
        }
        schema
    }

    /// Begins to read one; `None` when the value is no object.
    pub fn open<'o, 'r, 'a>(&'static self, value: &'o Value, reader: &'r mut Reader<'a>) -> Option<Fields<'o, 'r, 'a>> {
        let map = reader.map(value)?;
        let outside = reader.printed;
        if !self.own.is_empty() {
            reader.printed = map.get(self.own).is_some_and(|arn| !arn.is_null());
        }
        Some(Fields::new(self, map, reader, outside))
    }
}

impl Label {
    /// In the words of the documents.
    fn why(self, remark: &str) -> String {
        let word = match self {
            Label::Sourced => "sourced",
            Label::Calculated => "calculated",
            Label::Choice => "model choice",
            Label::Own => "its own fields",
        };
        if remark.is_empty() { word.to_owned() } else { format!("{word}: {remark}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_switched_off_bears_on_nothing() {
        for off in [
            json!(null),
            json!(0),
            json!(["Default"]),
            json!({ "ZonalShiftEnabled": false, "ImpairedZoneHealthCheckBehavior": "IgnoreUnhealthy" }),
            json!({ "MinHealthyPercentage": -1, "MaxHealthyPercentage": -1 }),
            json!({ "CapacityReservationPreference": "default" }),
        ] {
            assert!(is_off(&off), "{off}");
        }
        for on in [json!(86_400), json!({ "enabled": true }), json!({ "PoolState": "Stopped", "MinSize": 0 })] {
            assert!(!is_off(&on), "{on}");
        }
    }

    #[test]
    fn a_rule_may_name_the_values_that_bear() {
        let logs = Rule::Is("/options/mode", &["blocking"]);
        assert!(logs.bears(&json!({ "logDriver": "awslogs", "options": { "mode": "blocking" } })));
        assert!(!logs.bears(&json!({ "logDriver": "awslogs", "options": { "mode": "non-blocking" } })));
        let volumes = Rule::Keys(&["efsVolumeConfiguration"]);
        assert!(volumes.bears(&json!([{ "name": "v", "efsVolumeConfiguration": { "fileSystemId": "fs-1" } }])));
        assert!(!volumes.bears(&json!([{ "name": "v", "host": {} }])));
    }

    #[test]
    fn names_follow_their_case() {
        assert_eq!(joined("ec2_instance_profile_arn", false), "ec2InstanceProfileArn");
        assert_eq!((joined("r#type", false).as_str(), joined("min_size", true).as_str()), ("type", "MinSize"));
        let word = |word: &str, case: &str| Object::word(word, case, &[], "").0;
        assert_eq!(word("AvailabilityZone", "camelCase"), "availabilityZone");
        assert_eq!(word("BlueGreen", "SCREAMING_SNAKE_CASE"), "BLUE_GREEN");
        assert_eq!(word("PreferCached", "kebab-case"), "prefer-cached");
    }
}
