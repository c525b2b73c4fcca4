//! What an object is made of.

use super::reader::Reader;
use super::schema::unwrapped;
use super::{Bounds, Defs, OneOf, Read};
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
    /// Those which have, or of which an entry has, one of these keys.
    Keys(&'static [&'static str]),
}

impl Rule {
    /// The mark in the schema.
    fn mark(self) -> Value {
        match self {
            Rule::On => json!(true),
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
            Rule::Keys(keys) => {
                has(value, keys) || value.as_array().is_some_and(|list| list.iter().any(|one| has(one, keys)))
            }
        }
    }
}

/// Words of AWS for what is switched off, or what it does by itself.
const OFF: [&str; 9] =
    ["", "DISABLED", "Default", "default", "none", "open", "units", "SHARED", "capacity-optimized-prioritized"];

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
pub enum Role {
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
    pub(super) own: &'static str,
    pub(super) fields: Vec<Field>,
    pub(super) kind: Option<Kind>,
}

/// `task_definition` in the case of its object; `first` says whether the first word gets a capital too.
fn joined(name: &str, first: bool) -> String {
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

    /// Adds a field by its name, or as it is `written`; `otherwise` says what holds without it.
    pub fn field<T: Read>(
        &mut self,
        (name, written): (&str, &[&str]),
        role: Role,
        doc: &str,
        bounds: Bounds,
        otherwise: &[(Label, &str, &str)],
    ) {
        let name = written.first().map_or_else(|| joined(name, self.case == "PascalCase"), |name| (*name).to_owned());
        let (mut words, mut own) = (None, None);
        if let Some((label, text, remark)) = otherwise.first() {
            match &role {
                Role::Given(value) => words = Some((value.to_string(), label.why(remark))),
                _ if *label == Label::Own => own = Some(read_empty::<T> as fn(&mut Reader<'_>)),
                _ => words = Some(((*text).to_owned(), label.why(remark))),
            }
        }
        let (schema, example) = (T::schema, T::example);
        self.fields.push(Field { name, doc: unwrapped(doc), role, otherwise: words, own, bounds, schema, example });
    }

    /// Adds the keys of which the object has one.
    pub fn kind<T: OneOf>(&mut self) {
        let keys = T::VARIANTS.iter().map(|variant| variant.key).collect();
        self.kind = Some(Kind { noun: T::NOUN, keys, schemas: Defs::variants::<T> });
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
