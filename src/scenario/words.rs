//! Words for values, types and forms.

use crate::engine::Span;
use crate::engine::time::SpanError;
use crate::model::quantity::{DURATION_FORMAT, RATE_FORMAT, Rate};
use serde_json::{Map, Value};

/// What is said of a field that is accepted and has no effect.
pub(crate) const NO_BEARING: &str = "is accepted and has no bearing on availability";

/// What a pointer's last step is called in a message.
pub(crate) fn subject(at: &str) -> String {
    let Some((before, last)) = at.rsplit_once('/') else { return "the scenario".into() };
    let last = last.replace("~1", "/").replace("~0", "~");
    match before.rsplit_once('/') {
        Some((_, list)) if is_index(&last) => format!("`{list}[{last}]`"),
        _ => format!("`{}`", short(&last)),
    }
}

/// Whether a step of a pointer counts entries of a list.
pub(crate) fn is_index(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit())
}

/// A text that fits into a line.
pub(crate) fn short(text: &str) -> String {
    const LETTERS_MAX: usize = 60;
    let mut letters = text.chars();
    let mut head: String = letters.by_ref().take(LETTERS_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if letters.next().is_some() {
        head.push_str("...");
    }
    head
}

/// A value that was written, as a message names it.
pub(crate) fn given(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) | Value::Number(_) => format!("`{value}`"),
        Value::String(text) => format!("the text `{}`", short(text)),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
    }
}

/// The JSON type of a value in the schema's words.
pub(crate) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number)
            if number.as_f64().is_some_and(|float| libm::trunc(float).to_bits() != float.to_bits()) =>
        {
            "number"
        }
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Whether a value of one type may stand where the schema names another.
pub(crate) fn admits(wanted: &str, found: &str) -> bool {
    wanted == found || (wanted == "number" && found == "integer")
}

/// What should have been written.
pub(crate) fn expected(kind: &str, format: Option<&str>) -> String {
    let words = match (kind, format) {
        ("string", Some(DURATION_FORMAT)) => "a length of time such as \"45m\"",
        ("string", Some(RATE_FORMAT)) => "a rate such as \"20/s\"",
        ("string", _) => "a text",
        ("integer", _) => "a whole number",
        ("number", _) => "a number",
        ("boolean", _) => "true or false",
        ("array", _) => "a list `[ ... ]`",
        ("object", _) => "an object `{ ... }`",
        (other, _) => other,
    };
    words.to_owned()
}

/// The way from a value of the wrong type to one of the right one.
pub(crate) fn mend(value: &Value, wanted: &[&str], schema: &Map<String, Value>, at: &str) -> String {
    let wants = |kind: &str| wanted.contains(&kind);
    let only_text = wanted.iter().all(|kind| ["string", "null"].contains(kind));
    match value {
        Value::String(text) if (wants("integer") || wants("number")) && text.trim().parse::<f64>().is_ok() => {
            format!("write {} without quotes", short(text.trim()))
        }
        Value::String(text) if wants("boolean") && (text == "true" || text == "false") => {
            format!("write {text} without quotes")
        }
        Value::Number(number) if wants("integer") => {
            let floor = number.as_f64().map_or(0.0, libm::floor);
            format!("write {floor} or {}", floor + 1.0)
        }
        Value::Number(number) if only_text => format!("write \"{number}\" in quotes"),
        Value::Bool(bit) if only_text => format!("write \"{bit}\" in quotes"),
        Value::Null if !is_index(at.rsplit('/').next().unwrap_or("")) => "leave the field out instead".into(),
        Value::Object(_) if wants("array") => "write a list with this object in it: [ { ... } ]".into(),
        Value::Array(_) if wants("object") => "take the object out of its list".into(),
        Value::String(_) if wants("array") => "write a list with this text in it: [ \"...\" ]".into(),
        _ => match (example(schema), wanted.iter().find(|kind| **kind != "null")) {
            (_, Some(&"boolean")) => "write true or false, without quotes".into(),
            (Some(example), _) => format!("write it like {example}"),
            (None, Some(&("integer" | "number"))) => "write a number without quotes, such as 3".into(),
            (None, Some(&"array")) => "write it in square brackets: [ ... ]".into(),
            (None, Some(&"object")) => "write its fields in braces: { \"field\": value }".into(),
            (None, Some(&"string")) => "write one text in double quotes".into(),
            _ => String::new(),
        },
    }
}

/// A value that the schema itself gives as an example.
fn example(schema: &Map<String, Value>) -> Option<String> {
    let written = schema.get("examples").and_then(|list| list.get(0)).or_else(|| schema.get("const"));
    let written = written.or_else(|| schema.get("enum").and_then(|list| list.get(0)));
    written.or_else(|| schema.get("default")).filter(|value| !value.is_null()).map(Value::to_string)
}

/// How a field is written, as far as the schema tells.
pub(crate) fn form(schema: &Map<String, Value>, kinds: &[&str]) -> String {
    if let Some(example) = example(schema) {
        return example;
    }
    let form = match kinds.first().copied() {
        Some("string") => "\"...\"",
        Some("integer" | "number") => "1",
        Some("boolean") => "true",
        Some("array") => "[ ... ]",
        Some("object") => "{ ... }",
        _ => "...",
    };
    form.to_owned()
}

/// Why a text, or a bare number, is no length of time; and the form to write.
pub(crate) fn duration(value: &Value) -> Option<(String, String)> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let error = Span::parse(&text).err()?;
    let compact: String = text.split_whitespace().collect();
    if compact != text && Span::parse(&compact).is_ok() {
        return Some(("has a space before its unit".into(), format!("write \"{}\"", short(&compact))));
    }
    let hint = match error {
        SpanError::NoUnit if text.parse::<f64>().is_ok() => {
            let plural = if text == "1" { "" } else { "s" };
            format!("write \"{text}m\" for {text} minute{plural}", text = short(&text))
        }
        _ => "write it like \"45m\", \"2h30m\", \"90s\" or \"PT5M\"".to_owned(),
    };
    Some((short(&error.to_string()), hint))
}

/// Why a text, or a bare number, is no rate; and the form to write.
pub(crate) fn rate(value: &Value) -> Option<(String, String)> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let error = Rate::parse(&text).err()?;
    let bare = text.parse::<f64>().is_ok_and(|number| number >= 0.0);
    if bare {
        let text = short(&text);
        return Some(("needs a unit of time".into(), format!("write \"{text}/s\" for {text} each second")));
    }
    Some((short(&error), "write it like \"20/s\", \"500/min\" or \"3/h\"".into()))
}

/// A list of names that fits into a line.
pub(crate) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const NAMES_MAX: usize = 12;
    let mut names: Vec<&str> = names.collect();
    let more = names.len() > NAMES_MAX;
    names.truncate(NAMES_MAX);
    let mut text = names.join(", ");
    if more {
        text.push_str(", ...");
    }
    text
}
