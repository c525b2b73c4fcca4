//! The JSON Schema of the scenario file, generated from its types.

use super::file::Scenario;
use super::tree::COMMENT;
use crate::model::fault::KINDS;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Stands for an object that another file holds.
const FILE: &str = "$file";

/// The schema of scenario files as a value (draft 2020-12).
///
/// Besides the standard keywords it has `x-evenkeel-unused` (a field of AWS without effect here) and
/// `x-evenkeel-one-of` (exactly one of these keys).
pub fn value() -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Scenario>().to_value();
    without_null_branches(&mut schema);
    named_by_kind(&mut schema);
    schema
}

/// Every kind's settings are a type `Spec` in a file of its own; the schema calls them by their kind.
fn named_by_kind(schema: &mut Value) {
    let reference = |kind: &&str| {
        let found = schema.pointer(&format!("/$defs/Fault/properties/{kind}/$ref"))?.as_str()?;
        Some((found.to_owned(), format!("#/$defs/{kind}")))
    };
    let names: BTreeMap<String, String> = KINDS.iter().filter_map(reference).collect();
    if let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
        let name = |key: String| match names.get(&format!("#/$defs/{key}")) {
            Some(new) => new.trim_start_matches("#/$defs/").to_owned(),
            None => key,
        };
        *definitions = std::mem::take(definitions).into_iter().map(|(key, value)| (name(key), value)).collect();
    }
    rename_references(schema, &names);
}

fn rename_references(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::Object(map) => {
            if let Some(new) = map.get("$ref").and_then(Value::as_str).and_then(|reference| names.get(reference)) {
                map.insert("$ref".to_owned(), new.as_str().into());
            }
            map.values_mut().for_each(|inner| rename_references(inner, names));
        }
        Value::Array(list) => list.iter_mut().for_each(|inner| rename_references(inner, names)),
        _ => {}
    }
}

/// The schema of scenario files, indented, with a line end: what stands in `scenarios/scenario.schema.json`. The reader
/// takes comments out and splices files in before it compares; editors have to know both.
pub fn json() -> String {
    let mut schema = value();
    with_comments(&mut schema);
    with_files(&mut schema);
    let mut text = format!("{schema:#}");
    text.push('\n');
    text
}

/// Lets every object hold a comment.
fn with_comments(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(with_comments);
            let closed = map.get("additionalProperties").is_some_and(|others| *others != Value::Bool(true));
            if closed && map.get("type").is_some_and(|kind| kind == "object") {
                let properties = map.entry("properties").or_insert_with(|| Value::Object(Map::new()));
                if let Some(properties) = properties.as_object_mut() {
                    properties.insert(COMMENT.to_owned(), Value::Bool(true));
                }
                if let Some(most) = map.get("maxProperties").and_then(Value::as_u64) {
                    map.insert("maxProperties".to_owned(), (most + 1).into());
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(with_comments),
        _ => {}
    }
}

/// What an object has to hold, unless another file holds it.
const DEMANDS: [&str; 3] = ["required", "oneOf", "minProperties"];

/// Lets every object that has a name in the schema stand in a file of its own.
fn with_files(schema: &mut Value) {
    let definitions = schema.get_mut("$defs").and_then(Value::as_object_mut).into_iter().flatten();
    for map in definitions.filter_map(|(_, definition)| definition.as_object_mut()) {
        let Some(properties) = map.get_mut("properties").and_then(Value::as_object_mut) else { continue };
        properties.insert(
            FILE.to_owned(),
            json!({ "type": "string", "description": "Takes the object from another file, relative to this one." }),
        );
        let demands: Map<String, Value> =
            DEMANDS.iter().filter_map(|key| Some(((*key).to_owned(), map.remove(*key)?))).collect();
        if !demands.is_empty() {
            map.insert("anyOf".to_owned(), json!([demands, { "required": [FILE] }]));
        }
    }
}

/// Turns `anyOf: [X, null]` into `X`: leaving a field out says the same, and a complaint about X is then about X.
fn without_null_branches(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(kept) = map.get("anyOf").and_then(Value::as_array).and_then(|branches| sole_branch(branches)) {
                map.remove("anyOf");
                map.extend(kept);
            }
            map.values_mut().for_each(without_null_branches);
        }
        Value::Array(list) => list.iter_mut().for_each(without_null_branches),
        _ => {}
    }
}

fn sole_branch(branches: &[Value]) -> Option<serde_json::Map<String, Value>> {
    let is_null = |branch: &Value| branch.get("type").is_some_and(|kind| kind == "null");
    match branches {
        [kept, null] if is_null(null) => kept.as_object().cloned(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_schema_says_null_only_beside_a_plain_type() {
        assert!(!super::json().contains("\"type\": \"null\""));
        assert!(super::json().contains("x-evenkeel-unused"));
        assert!(super::json().contains("\"$ref\": \"#/$defs/zonePowerLoss\"") && !super::json().contains("/Spec"));
    }
}
