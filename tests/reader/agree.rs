//! The reader and the schema, which editors use, agree: what one takes the other takes, as far as a schema can say it.

use super::*;
use evenkeel::internals::engine::Span;
use evenkeel::internals::model::quantity::{DURATION_FORMAT, RATE_FORMAT, Rate};
use evenkeel::internals::scenario::schema;
use jsonschema::Validator;
use std::path::Path;
use std::sync::LazyLock;

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    jsonschema::options()
        .with_format(DURATION_FORMAT, |text: &str| Span::parse(text).is_ok())
        .with_format(RATE_FORMAT, |text: &str| Rate::parse(text).is_ok())
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .build(&limited(&schema::value()))
        .unwrap()
});

/// The schema with the width of each whole number written out, which JSON Schema leaves to its `format`.
fn limited(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => {
            let mut map: serde_json::Map<String, Value> =
                map.iter().map(|(key, value)| (key.clone(), limited(value))).collect();
            let most = match map.get("format").and_then(Value::as_str) {
                Some("uint8") => Some(u64::from(u8::MAX)),
                Some("uint32") => Some(u64::from(u32::MAX)),
                Some("int32") => Some(i32::MAX as u64),
                _ => None,
            };
            if let Some(most) = most {
                map.entry("maximum").or_insert(most.into());
            }
            Value::Object(map)
        }
        Value::Array(list) => list.iter().map(limited).collect(),
        plain => plain.clone(),
    }
}

/// The value without fields that are null, which are as good as not written; an objective may ask for null.
fn without_nulls(value: &Value, in_bound: bool) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, value)| in_bound || !value.is_null());
            kept.map(|(key, value)| (key.clone(), without_nulls(value, in_bound))).collect()
        }
        Value::Array(list) => list.iter().map(|value| without_nulls(value, in_bound)).collect(),
        plain => plain.clone(),
    }
}

/// Whether the schema takes a scenario.
fn verdict(value: &Value) -> bool {
    let mut whole = without_nulls(value, false);
    for (row, objective) in value["objectives"].as_array().into_iter().flatten().enumerate() {
        if let Some(map) = objective.as_object() {
            let bounds = map.iter().filter(|(_, bound)| !bound.is_null());
            whole["objectives"][row] = bounds.map(|(key, bound)| (key.clone(), without_nulls(bound, true))).collect();
        }
    }
    VALIDATOR.is_valid(&whole)
}

/// Holds both against each other; says whether they take the value.
pub(crate) fn agree(value: &Value) -> bool {
    let mut problems = Problems::default();
    let taken = typed::<Scenario>(&Document::of(value.clone()), &mut problems).is_some();
    let said: Vec<&Problem> = problems.of(Severity::Error).collect();
    assert_eq!(taken, said.is_empty(), "{said:#?}");
    let wanted = verdict(value);
    let why: Vec<String> =
        VALIDATOR.iter_errors(value).map(|error| format!("{} {error}", error.instance_path())).collect();
    assert_eq!(taken, wanted, "{said:#?}\n{why:#?}");
    taken
}

#[expect(clippy::disallowed_methods, reason = "a test reads the shipped files")]
fn files(folder: &str) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut texts = Texts::default();
    let mut names = Vec::new();
    for (below, prefix) in [("", ""), ("ecs", "ecs/"), ("parts", "parts/")] {
        for entry in std::fs::read_dir(folder.join(below)).into_iter().flatten().map(Result::unwrap) {
            let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if name.strip_suffix(".json").is_some_and(|stem| stem != "scenario.schema") {
                texts.0.insert(name.clone(), std::fs::read(entry.path()).unwrap());
                names.extend(prefix.is_empty().then_some(name));
            }
        }
    }
    let mut found = Vec::new();
    for name in names {
        let mut problems = Problems::default();
        let (value, _) = evenkeel::internals::scenario::read::read(&name, &texts, &mut problems);
        found.extend(value.filter(|_| !problems.has_errors()).map(|value| (name, value)));
    }
    found
}

#[test]
fn both_take_every_shipped_scenario() {
    let shipped = files("scenarios");
    assert!(shipped.len() >= 60, "{}", shipped.len());
    for (name, value) in shipped {
        assert!(agree(&value), "{name}");
    }
}

#[test]
fn both_refuse_the_same_broken_files() {
    let broken = files("tests/cli/broken");
    let refused = broken.iter().filter(|(_, value)| !agree(value)).count();
    assert!(refused >= 12 && refused < broken.len(), "{refused} of {}", broken.len());
}

#[test]
fn both_take_what_a_new_scenario_holds() {
    let text = include_str!("../../src/cli/templates/web.json").replace("NAME", "fresh");
    let (problems, _, value) = look(&texts(&[("a.json", &text)]));
    assert!(!problems.has_errors(), "{problems:?}");
    assert!(agree(&value.unwrap()));
}
