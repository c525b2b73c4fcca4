//! Fields that are accepted and do not reach what runs: those without bearing on availability, and those that bear on it
//! and are not modelled. Each field is told once, with the number of its places.

use super::object::BEARS;
use super::report::Report;
use super::words;
use crate::model::problem::{Code, Problem};
use serde_json::Value;
use std::collections::BTreeMap;

/// What is said of a field that bears on availability and is not modelled.
const BEARING: &str = "bears on availability and is not modelled";

/// Words of AWS for what is switched off, or what it does by itself.
const OFF: [&str; 8] =
    ["", "DISABLED", "Default", "default", "none", "open", "units", "capacity-optimized-prioritized"];

/// Fields that were seen, in the order of the document.
#[derive(Default)]
pub(super) struct Seen {
    found: Vec<Field>,
    places: BTreeMap<(String, String), usize>,
}

struct Field {
    name: String,
    /// What it bears on; empty: on nothing.
    bears: String,
    at: String,
    times: usize,
}

impl Seen {
    /// A field that is marked as unused in its schema.
    pub(super) fn add(&mut self, at: &str, value: &Value, schema: &Value) {
        let described = schema.get("description").and_then(Value::as_str).unwrap_or_default();
        let bears = if bears(value, schema) {
            described.split_whitespace().collect::<Vec<_>>().join(" ")
        } else {
            String::new()
        };
        let key = (words::subject(at), bears.clone());
        if let Some(row) = self.places.get(&key) {
            self.found[*row].times += 1;
        } else {
            self.places.insert(key, self.found.len());
            self.found.push(Field { name: words::subject(at), bears, at: at.to_owned(), times: 1 });
        }
    }

    /// Tells each field once.
    pub(super) fn tell(self, report: &mut Report<'_>) {
        for Field { name, bears, at, times } in self.found {
            let problem = if bears.is_empty() {
                Problem::new(Code::NoBearing, &at, format!("{name} {}", words::NO_BEARING), "")
            } else {
                Problem::new(Code::Ignored, &at, format!("{name} {BEARING}"), bears.trim_end_matches('.'))
            };
            report.push(problem.at_key().in_places(times));
        }
    }
}

/// Whether a value of a field bears on availability. The mark in the schema is `true`, or an object with `at` and `is`
/// (the value at this pointer is one of these), or with `keys` (the value, or an entry of it, has one of these).
fn bears(value: &Value, schema: &Value) -> bool {
    let listed = |rule: &Value, key: &str, word: &str| {
        rule[key].as_array().is_some_and(|list| list.iter().any(|one| one.as_str() == Some(word)))
    };
    match schema.get(BEARS) {
        Some(Value::Bool(true)) => !is_off(value),
        Some(rule) if rule.get("is").is_some() => {
            let here = value.pointer(rule["at"].as_str().unwrap_or_default());
            here.and_then(Value::as_str).is_some_and(|word| listed(rule, "is", word))
        }
        Some(rule) if rule.get("keys").is_some() => {
            let has = |one: &Value| {
                one.as_object()
                    .is_some_and(|map| map.iter().any(|(key, value)| listed(rule, "keys", key) && !is_off(value)))
            };
            has(value) || value.as_array().is_some_and(|list| list.iter().any(has))
        }
        _ => false,
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
    fn a_mark_may_name_the_values_that_bear() {
        let logs = json!({ BEARS: { "at": "/options/mode", "is": ["blocking"] } });
        assert!(bears(&json!({ "logDriver": "awslogs", "options": { "mode": "blocking" } }), &logs));
        assert!(!bears(&json!({ "logDriver": "awslogs", "options": { "mode": "non-blocking" } }), &logs));
        let volumes = json!({ BEARS: { "keys": ["efsVolumeConfiguration"] } });
        assert!(bears(&json!([{ "name": "v", "efsVolumeConfiguration": { "fileSystemId": "fs-1" } }]), &volumes));
        assert!(!bears(&json!([{ "name": "v", "host": {} }]), &volumes));
    }
}
