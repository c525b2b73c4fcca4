//! The JSON Schema of what is declared (draft 2020-12), for editors.

use super::OneOf;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Definitions that schemas refer to, by name.
#[derive(Debug, Default)]
pub struct Defs {
    made: Map<String, Value>,
    /// The type behind each name.
    types: BTreeMap<String, String>,
}

/// A schema with a description.
pub fn described(mut schema: Value, text: &str) -> Value {
    if let Some(map) = schema.as_object_mut().filter(|_| !text.is_empty()) {
        map.insert("description".to_owned(), unwrapped(text).into());
    }
    schema
}

/// One line for each paragraph, as editors wrap for themselves; titles, lists and tables keep their lines.
pub fn unwrapped(text: &str) -> String {
    let stands = |line: &str| line.is_empty() || line.starts_with(['#', '|', '-', '*']);
    let lines: Vec<&str> = text.trim().lines().map(str::trim).collect();
    let mut out = lines.first().copied().unwrap_or_default().to_owned();
    for pair in lines.windows(2) {
        let breaks = stands(pair[1]) || pair[0].is_empty() || pair[0].starts_with(['#', '|']);
        out.push(if breaks { '\n' } else { ' ' });
        out.push_str(pair[1]);
    }
    out
}

impl Defs {
    /// A reference to the definition of this name, which is made when it is first asked for; `of` is the type behind
    /// it.
    pub fn refer(&mut self, name: &str, of: &str, make: impl FnOnce(&mut Defs) -> Value) -> Value {
        if let Some(other) = self.types.insert(name.to_owned(), of.to_owned()) {
            assert_eq!(other, of, "two types are called `{name}`");
        } else {
            self.made.insert(name.to_owned(), Value::Null);
            let made = make(self);
            self.made.insert(name.to_owned(), made);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    pub fn into_map(self) -> Map<String, Value> {
        self.made
    }

    /// The definition of an enum of words.
    pub fn words(&mut self, name: &str, of: &str, doc: &str, words: &[(String, &'static str)]) -> Value {
        self.refer(name, of, |_| {
            let one = |(word, doc): &(String, &str)| described(json!({ "type": "string", "const": word }), doc.trim());
            described(json!({ "oneOf": words.iter().map(one).collect::<Vec<_>>() }), doc.trim())
        })
    }

    /// The definition of what is one of several kinds.
    pub fn one_of<T: OneOf>(&mut self, name: &str, doc: &str) -> Value {
        self.refer(name, std::any::type_name::<T>(), |defs| {
            let one = |(key, schema): (String, Value)| {
                let text = schema["description"].as_str().unwrap_or_default().to_owned();
                let alone = json!({ "type": "object", "properties": { key.clone(): schema }, "required": [key],
                    "additionalProperties": false });
                described(alone, &text)
            };
            let ways: Vec<Value> = Self::variants::<T>(defs).into_iter().map(one).collect();
            described(json!({ "oneOf": ways }), doc)
        })
    }

    /// Keys and schemas of all kinds.
    pub fn variants<T: OneOf>(&mut self) -> Map<String, Value> {
        let mut one = |variant: &super::Variant<T>| {
            (variant.key.to_owned(), described((variant.schema)(self), variant.doc.trim()))
        };
        T::VARIANTS.iter().map(&mut one).collect()
    }
}
