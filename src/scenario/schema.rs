//! The JSON Schema of the scenario file, generated from its types.

use super::file::Scenario;
use super::tree::COMMENT;
use crate::model::fault::KINDS;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

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
/// takes comments out before it compares; editors have to know them.
pub fn json() -> String {
    let mut schema = value();
    with_comments(&mut schema);
    let mut text = format!("{schema:#}");
    text.push('\n');
    text
}

/// Lets every object hold a comment.
fn with_comments(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(with_comments);
            if map.get("additionalProperties") == Some(&Value::Bool(false)) {
                let properties = map.entry("properties").or_insert_with(|| Value::Object(Map::new()));
                if let Some(properties) = properties.as_object_mut() {
                    properties.insert(COMMENT.to_owned(), Value::Bool(true));
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(with_comments),
        _ => {}
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
