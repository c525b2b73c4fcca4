//! The JSON Schema of the scenario file, generated from its types.

use super::file::Scenario;
use super::tree::COMMENT;
use crate::grammar::{Defs, Read};
use serde_json::{Map, Value, json};

/// Stands for an object that another file holds.
const FILE: &str = "$file";

/// The schema of scenario files as a value (draft 2020-12).
///
/// Besides the standard keywords it has `x-evenkeel-unused` (a field of AWS without effect here) and
/// `x-evenkeel-one-of` (exactly one of these keys).
pub fn value() -> Value {
    let mut defs = Defs::default();
    Scenario::schema(&mut defs);
    let mut defs = defs.into_map();
    let mut schema = defs.remove("Scenario").unwrap_or_default();
    schema["title"] = "Evenkeel scenario".into();
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["$defs"] = Value::Object(defs);
    schema
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

#[cfg(test)]
mod tests {
    #[test]
    fn the_schema_says_null_only_beside_a_plain_type() {
        assert!(!super::json().contains("\"type\": \"null\""));
        assert!(super::json().contains("x-evenkeel-unused"));
        assert!(super::json().contains("\"$ref\": \"#/$defs/zonePowerLoss\"") && !super::json().contains("/Spec"));
    }
}
