//! What a scenario promises: `{"service": "shop/web", "requestAvailability": {"atLeast": 0.999}}`.

use crate::grammar::{Defs, Read, Reader, Want};
use crate::metrics::Subject;
use crate::metrics::objective::{Bound, Target};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// One promise.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// What it is about.
    pub subject: Subject,
    /// Name of the service, fault and so on.
    pub name: String,
    /// Key of its result as it was written: one with dots (`running.min`), or one inside the other.
    pub keys: Vec<String>,
    /// What it must keep.
    pub bound: Bound,
}

/// The keys of a measure, one inside the other, and its bound.
type Promise = (Vec<String>, Bound);

/// What may be promised of a measure.
const BOUNDS: [&str; 3] = ["atLeast", "atMost", "equals"];

impl Read for Objective {
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let map = reader.map(value)?;
        let mut subject: Option<(Subject, Option<String>)> = None;
        let mut measure: Option<(&String, Option<Promise>)> = None;
        for (key, value) in map.iter().filter(|(_, value)| !value.is_null()) {
            if let Some(known) = Subject::of(key) {
                match &subject {
                    Some((first, _)) => reader.beside(key, first.word(), "subject"),
                    None => subject = Some((known, reader.inside(key, |reader| String::read(value, reader)))),
                }
                continue;
            }
            let read = reader.inside(key, |reader| bound(value, key, reader));
            match &measure {
                Some((first, _)) => reader.beside(key, first, "measure"),
                None => measure = Some((key, read)),
            }
        }
        if subject.is_none() {
            reader.shortfalls("subject", Subject::ALL.iter().map(|known| known.1));
        }
        if measure.is_none() {
            reader.shortfalls("measure", ["requestAvailability", "recoverSeconds", "outcome"].into_iter());
        }
        let ((subject, name), (_, found)) = (subject?, measure?);
        let (keys, bound) = found?;
        Some(Objective { subject, name: name?, keys, bound })
    }

    fn schema(defs: &mut Defs) -> Value {
        defs.refer("Objective", "Objective", schema)
    }

    const EXAMPLE: &str = "{ \"service\": \"shop/web\", \"requestAvailability\": { \"atLeast\": 0.999 } }";
}

/// A bound below the keys of its measure: `{"min": {"atLeast": 20}}` of `running`.
fn bound(value: &Value, key: &str, reader: &mut Reader<'_>) -> Option<Promise> {
    let map = reader.map(value)?;
    let mut found: Option<(&String, Option<Promise>)> = None;
    for (inner, value) in map {
        let bound: Option<fn(Target) -> Bound> = match inner.as_str() {
            "atLeast" => Some(Bound::AtLeast),
            "atMost" => Some(Bound::AtMost),
            "equals" => Some(Bound::Equals),
            _ => None,
        };
        let read = reader.inside(inner, |reader| match bound {
            Some(bound) => Some((Vec::new(), bound(target(value, reader)?))),
            None if value.is_object() => self::bound(value, inner, reader),
            None => {
                reader.unknown(inner, "bound", &BOUNDS);
                None
            }
        });
        match &found {
            Some((first, _)) => reader.beside(inner, first, "bound"),
            None => found = Some((inner, read)),
        }
    }
    if found.is_none() {
        reader.shortfalls("bound", BOUNDS.into_iter());
    }
    let (mut keys, bound) = found?.1?;
    keys.insert(0, key.to_owned());
    Some((keys, bound))
}

fn target(value: &Value, reader: &mut Reader<'_>) -> Option<Target> {
    match value {
        Value::Number(number) => number.as_f64().map(Target::Number),
        Value::String(text) => Some(Target::Text(text.clone())),
        Value::Null => Some(Target::Null),
        _ => {
            reader.mistyped(value, &[Want::Number, Want::Text, Want::Null], None);
            None
        }
    }
}

fn schema(defs: &mut Defs) -> Value {
    let promise = defs.refer("Promise", "Promise", |_| {
        let mut schema = below(Map::new(), &json!({ "$ref": "#/$defs/Promise" }));
        schema["description"] = "A bound, or a key of the result with a bound.".into();
        schema
    });
    let subjects: Vec<&str> = Subject::ALL.iter().map(|known| known.1).collect();
    let mut properties: Map<String, Value> =
        subjects.iter().map(|word| ((*word).to_owned(), json!({ "type": "string" }))).collect();
    let keys: Vec<String> = Subject::ALL.iter().flat_map(|(subject, _)| subject.keys()).map(|key| key.path).collect();
    let dotted = keys.iter().filter(|key| !key.contains('*'));
    properties.extend(dotted.map(|key| (key.clone(), promise.clone())));
    // The same with the dots written as objects: `"running": {"min": {...}}`.
    let parts = keys.iter().filter(|key| key.contains('.')).map(|key| key.split('.').collect());
    properties.extend(nested(parts.collect(), &promise));
    json!({
        "type": "object",
        "description": "A promise: whose, and one measure of its result with a bound. A dot or an object leads into \
            a result: `running.min`, `zoneShare.use1-az1`, `stops.SpotInterruption`, \
            `launches.failed.RESOURCE:FARGATE`, `providers.FARGATE.running`.",
        "properties": properties,
        "additionalProperties": promise,
        "minProperties": 2,
        "maxProperties": 2,
        "x-evenkeel-one-of": subjects,
        "oneOf": subjects.iter().map(|word| json!({ "required": [word] })).collect::<Vec<_>>(),
    })
}

/// An object with one key: a bound, one of the keys that are known here, or any other.
fn below(known: Map<String, Value>, promise: &Value) -> Value {
    const ABOUT: [&str; 3] = ["this or more", "this or less", "exactly this; numbers may differ in the ninth digit"];
    let one = |(key, about): (&str, &str)| {
        let text = format!("The measure is {about}.");
        (key.to_owned(), json!({ "type": ["number", "string", "null"], "description": text }))
    };
    let mut properties: Map<String, Value> = BOUNDS.into_iter().zip(ABOUT).map(one).collect();
    properties.extend(known);
    json!({ "type": "object", "properties": properties, "additionalProperties": promise,
        "minProperties": 1, "maxProperties": 1 })
}

/// Keys one inside the other, down to a bound; of several subjects together. `*` stands for any name.
fn nested(keys: Vec<Vec<&str>>, promise: &Value) -> Map<String, Value> {
    let mut heads: BTreeMap<&str, Vec<Vec<&str>>> = BTreeMap::new();
    for key in keys {
        if let Some((head, rest)) = key.split_first().filter(|(head, _)| **head != "*") {
            heads.entry(head).or_default().push(rest.to_vec());
        }
    }
    heads.into_iter().map(|(head, rest)| (head.to_owned(), below(nested(rest, promise), promise))).collect()
}
