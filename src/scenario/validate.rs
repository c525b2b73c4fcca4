//! A document against the schema: the verdict is the schema validator's, the words are ours.
//!
//! The validator says whether the document fits. [`super::explain`] then walks document and schema side by side and
//! says what is wrong, everything at once; what it has no words for is told in the validator's own.

use super::explain::Explain;
use super::read::Document;
use super::report::Report;
use crate::engine::Span;
use crate::model::problem::{Code, Problems};
use crate::model::quantity::{DURATION_FORMAT, RATE_FORMAT, Rate};
use jsonschema::Validator;
use serde_json::{Map, Value};

/// Marks a field of the schema that is accepted and then not looked at.
pub const UNUSED: &str = "x-evenkeel-unused";
/// In a schema of alternatives: what one of them is called, such as `kind of fault`.
pub const NOUN: &str = "x-evenkeel-noun";

/// Errors of the validator that are told when nothing better is known.
const PLAIN_MAX: usize = 20;

/// Reports everything in which the document differs from the schema, and every field that has no bearing.
pub fn validate(document: &Document, schema: &Value, out: &mut Problems) {
    let schema = with_limits(schema);
    let validator = match compile(&schema) {
        Ok(validator) => validator,
        Err(message) => {
            out.wrong_type("", format!("the schema cannot be used: {message}"), "");
            return;
        }
    };
    let valid = validator.is_valid(&document.value);
    let mut report = Report::new(out);
    Explain::new(&schema, &document.sources.holes, valid, &mut report).document(&document.value);
    if !valid && !report.failed() {
        let holes = &document.sources.holes;
        for error in validator.iter_errors(&document.value).take(PLAIN_MAX) {
            let at = error.instance_path().as_str();
            if !holes.iter().any(|hole| hole.starts_with(at)) {
                report.add(
                    Code::WrongType,
                    at,
                    format!("this does not fit the schema (rule `{}`)", error.kind().keyword()),
                    "",
                );
            }
        }
    }
    report.finish();
}

/// A validator that knows our formats.
pub(crate) fn compile(schema: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .with_format(DURATION_FORMAT, |text: &str| Span::parse(text).is_ok())
        .with_format(RATE_FORMAT, |text: &str| Rate::parse(text).is_ok())
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .build(schema)
        .map_err(|error| error.to_string())
}

/// The schema with the range of every integer format written out, so that no number outlives the check and then
/// does not fit its type.
fn with_limits(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => {
            let mut limited: Map<String, Value> =
                map.iter().map(|(key, value)| (key.clone(), with_limits(value))).collect();
            let range = map.get("format").and_then(Value::as_str).and_then(range);
            if let Some((low, high)) = range {
                limited.entry("minimum").or_insert(low);
                limited.entry("maximum").or_insert(high);
            }
            Value::Object(limited)
        }
        Value::Array(list) => Value::Array(list.iter().map(with_limits).collect()),
        plain => plain.clone(),
    }
}

fn range(format: &str) -> Option<(Value, Value)> {
    let range = match format {
        "uint8" => (0.into(), u8::MAX.into()),
        "uint16" => (0.into(), u16::MAX.into()),
        "uint32" => (0.into(), u32::MAX.into()),
        "uint64" | "uint" => (0.into(), u64::MAX.into()),
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int64" | "int" => (i64::MIN.into(), i64::MAX.into()),
        _ => return None,
    };
    Some(range)
}
