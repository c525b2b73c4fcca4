//! Examples for the reference: what stands in the shipped scenarios, by the definition of the schema that it is one of.

use super::text::here;
use super::things::scenarios;
use evenkeel::{FileError, Files, Scenario};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs;

/// Letters of an example in a table, and of one under it.
const FIELD_MAX: usize = 56;
const OBJECT_MAX: usize = 420;

/// What the scenarios hold: objects by their definition, values by definition and field.
#[derive(Default)]
pub(crate) struct Examples {
    objects: BTreeMap<String, Vec<Value>>,
    /// How many of them are shipped: these come first, and the others help where there is none.
    shipped: BTreeMap<String, usize>,
    fields: BTreeMap<(String, String), Vec<Value>>,
}

/// The files of this project.
struct Shelf;

impl Files for Shelf {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        // The scenario of the tests names tables that these make up.
        if path.ends_with(".csv") {
            return Ok(b"seconds,requests_per_second\n0,5\n".to_vec());
        }
        fs::read(here(path)).map_err(|error| FileError::Other(error.to_string()))
    }
}

/// What the shipped scenarios hold, and then the one of the tests in which everything is written.
pub(crate) fn gathered(root: &Value, defs: &Map<String, Value>) -> Examples {
    let mut all = Examples::default();
    let everything = "tests/measures/everything.json".to_owned();
    for path in scenarios().into_iter().chain([everything.clone()]) {
        if path == everything {
            all.shipped = all.objects.iter().map(|(name, found)| (name.clone(), found.len())).collect();
        }
        let scenario = Scenario::read(&path, &Shelf).into_result().unwrap_or_else(|error| panic!("{path}: {error:?}"));
        all.visit("Scenario", root, scenario.written(), None, defs);
    }
    all
}

/// A value on one line, with spaces as people write them.
fn spaced(value: &Value) -> String {
    match value {
        Value::Array(list) => format!("[{}]", list.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let fields = map.iter().map(|(key, value)| format!("\"{key}\": {}", spaced(value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        plain => plain.to_string(),
    }
}

impl Examples {
    /// Notes a value under the definition that it is one of, and what stands in it.
    fn visit(&mut self, owner: &str, schema: &Value, value: &Value, whole: Option<&Value>, defs: &Map<String, Value>) {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
            if value.is_object() {
                self.objects.entry(name.to_owned()).or_default().push(whole.unwrap_or(value).clone());
            }
            return self.visit(name, &defs[name], value, None, defs);
        }
        let ways = schema["oneOf"].as_array().into_iter().chain(schema["anyOf"].as_array()).flatten();
        match value {
            Value::Array(list) => list.iter().for_each(|one| self.visit(owner, &schema["items"], one, None, defs)),
            Value::Object(map) => {
                let kinds = schema["x-evenkeel-one-of"].as_array();
                for (key, one) in map {
                    let known = &schema["properties"][key];
                    if !known.is_object() {
                        continue;
                    }
                    self.fields.entry((owner.to_owned(), key.clone())).or_default().push(one.clone());
                    // A kind is shown with what stands around it.
                    let is_kind = kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == key));
                    self.visit(owner, known, one, is_kind.then_some(value), defs);
                }
                if schema.get("properties").is_none() {
                    ways.for_each(|way| self.visit(owner, way, value, None, defs));
                }
            }
            _ => {}
        }
    }

    /// A short example of a field: from a scenario, else its default, else a value of its type.
    pub(crate) fn of_field(
        &self,
        owner: &str,
        field: &str,
        schema: &Value,
        defs: &Map<String, Value>,
    ) -> Option<String> {
        let found = self.fields.get(&(owner.to_owned(), field.to_owned())).into_iter().flatten();
        let short = |value: &&Value| spaced(value).len() <= FIELD_MAX && !spaced(value).contains(['|', '`']);
        if let Some(value) = found.filter(|value| !value.is_null()).find(short) {
            return Some(spaced(value));
        }
        let whole = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")).map(|name| &defs[name]);
        let schema = whole.unwrap_or(schema);
        let word = |list: &Value| list.as_array().and_then(|list| list.first()).map(|one| one["const"].clone());
        // Of several types the first.
        let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
        let made = match kind {
            _ if schema.get("default").is_some_and(|value| !value.is_null()) => schema["default"].clone(),
            _ if schema["examples"].is_array() => schema["examples"][0].clone(),
            _ if schema["oneOf"].is_array() => word(&schema["oneOf"]).unwrap_or_default(),
            Some("boolean") => Value::Bool(true),
            Some("integer" | "number") => {
                let least = schema["minimum"].as_f64().unwrap_or(0.0);
                if least < 1.0 { 1.into() } else { (least as u64).into() }
            }
            Some("string") => "...".into(),
            Some("array") if schema["items"]["type"] == "string" => Value::Array(vec!["...".into()]),
            _ => Value::Null,
        };
        (!made.is_null()).then(|| spaced(&made)).filter(|text| text.len() <= FIELD_MAX)
    }

    /// The example of an object that shows most and still fits.
    pub(crate) fn of_object(&self, name: &str) -> Option<String> {
        let (shipped, others) = self.objects.get(name)?.split_at(self.shipped.get(name).copied().unwrap_or(0));
        let letters = |value: &&Value| spaced(value).len();
        let fits =
            |value: &&Value| letters(value) <= OBJECT_MAX && value.as_object().is_some_and(|map| !map.is_empty());
        // The first of those that are as long.
        let best = |all: &'_ [Value]| all.iter().rev().filter(fits).max_by_key(letters).cloned();
        let best = best(shipped).or_else(|| best(others))?;
        let line = spaced(&best);
        Some(if line.len() <= 110 { line } else { format!("{best:#}") })
    }
}
