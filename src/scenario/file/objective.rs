//! What a scenario promises: `{"service": "shop/web", "requestAvailability": {"atLeast": 0.999}}`.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::fmt;

/// What a promise may be about.
pub const SUBJECTS: &[&str] =
    &["service", "fault", "change", "alarm", "controlPlane", "runTasks", "capacityProvider", "cellularApplication"];

/// What may be promised of each subject, as the results spell it; a dot leads into an object.
pub const MEASURES: &[(&str, &[&str])] = &[
    ("service", SERVICE),
    ("fault", FAULT),
    ("change", CHANGE),
    ("alarm", ALARM),
    ("controlPlane", PLANE),
    ("runTasks", STREAM),
    ("capacityProvider", PROVIDER),
    ("cellularApplication", APPLICATION),
];

/// Results that are an object by name: what follows the dot is the name of a zone, a stop code, a reason or a capacity
/// provider.
pub const BY_NAME: &[&str] = &["zoneShare", "stops", "launches.failed", "providers"];

/// Results that are a text.
pub const TEXTS: &[&str] = &["kind", "outcome"];

const PLANE: &[&str] = &[
    "launches.offered",
    "launches.accepted",
    "launches.throttled",
    "launches.failed",
    "launches.waiting",
    "launches.waited",
    "launches.availability",
    "waitSeconds.p50",
    "waitSeconds.p99",
    "moved",
];

const CHANGE: &[&str] = &[
    "outcome",
    "occurrences",
    "beginSeconds",
    "endSeconds",
    "exposedRequests",
    "exposedShare",
    "reachedShare",
    "exposedCustomersShare",
    "copiedRequests",
    "detectSeconds",
    "rollbackSeconds",
    "outcomes.completed",
    "outcomes.rolledBack",
    "outcomes.stopped",
    "outcomes.unfinished",
];

const ALARM: &[&str] = &["rings", "falseRings", "firstRingSeconds", "inAlarmSeconds"];

const APPLICATION: &[&str] =
    &["requestAvailability", "nines", "requests.offered", "requests.served", "requests.failed", "moved", "withoutCell"];

const SERVICE: &[&str] = &[
    "desiredCount",
    "requestAvailability",
    "capacityAvailability",
    "nines",
    "requests.offered",
    "requests.served",
    "requests.failed",
    "running.min",
    "running.mean",
    "running.max",
    "launches.requested",
    "launches.running",
    "startSeconds.p50",
    "startSeconds.p99",
    "costPerHour",
];

const STREAM: &[&str] = &[
    "completed",
    "running.min",
    "running.mean",
    "running.max",
    "launches.requested",
    "launches.running",
    "startSeconds.p50",
    "startSeconds.p99",
    "costPerHour",
];

const PROVIDER: &[&str] =
    &["hosts.min", "hosts.mean", "hosts.max", "reservation.min", "reservation.mean", "reservation.max", "costPerHour"];

const FAULT: &[&str] = &[
    "kind",
    "occurrences",
    "beginSeconds",
    "endSeconds",
    "blastRadius",
    "detectSeconds",
    "recoverSeconds",
    "fullStrengthSeconds",
    "balancedSeconds",
    "recovered",
    "neverRecovered",
    "lostRequests",
    "lostTaskSeconds",
    "neededLaunches",
    "hit.zones",
    "hit.cells",
    "hit.hosts",
    "hit.tasks",
    "hit.services",
    "hit.clusters",
];

/// One promise.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// One of [`SUBJECTS`].
    pub subject: String,
    /// Name of the service, fault and so on.
    pub name: String,
    /// Key of its result; a dot leads into an object (`running.min`).
    pub measure: String,
    /// The same as it was written: one key, or one inside the other.
    pub keys: Vec<String>,
    /// What it must keep.
    pub bound: Bound,
}

/// What a measure must keep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Bound {
    /// The measure is this or more.
    AtLeast(Target),
    /// The measure is this or less.
    AtMost(Target),
    /// The measure is exactly this.
    Equals(Target),
}

/// A number, a text or null.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// The result is null: it never came.
    Null,
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Target::Number(number) => serializer.serialize_f64(*number),
            Target::Text(text) => serializer.serialize_str(text),
            Target::Null => serializer.serialize_unit(),
        }
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Target;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, a text or null")
            }
            fn visit_f64<E>(self, number: f64) -> Result<Target, E> {
                Ok(Target::Number(number))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Target, E> {
                Ok(Target::Number(number as f64))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Target, E> {
                Ok(Target::Number(number as f64))
            }
            fn visit_str<E>(self, text: &str) -> Result<Target, E> {
                Ok(Target::Text(text.to_owned()))
            }
            fn visit_unit<E>(self) -> Result<Target, E> {
                Ok(Target::Null)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Target {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Target".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": ["number", "string", "null"] })
    }
}

impl Serialize for Objective {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry(&self.subject, &self.name)?;
        map.serialize_entry(&self.measure, &self.bound)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Objective {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Objective;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an objective: whose, and one measure with its bound")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Objective, A::Error> {
        let (mut subject, mut measure) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            if SUBJECTS.contains(&key.as_str()) {
                if subject.replace((key, map.next_value::<String>()?)).is_some() {
                    return Err(de::Error::custom("an objective is about one thing"));
                }
            } else {
                let Written(mut keys, bound) = map.next_value()?;
                keys.insert(0, key);
                if measure.replace((keys, bound)).is_some() {
                    return Err(de::Error::custom("an objective has one measure: write a second objective"));
                }
            }
        }
        let (subject, name) =
            subject.ok_or_else(|| de::Error::custom(format!("needs whose it is: one of {}", SUBJECTS.join(", "))))?;
        let (keys, bound) =
            measure.ok_or_else(|| de::Error::custom("needs a measure such as \"requestAvailability\""))?;
        Ok(Objective { subject, name, measure: keys.join("."), keys, bound })
    }
}

/// A bound, below the keys that are left of its measure: `{"min": {"atLeast": 20}}` of `running`.
struct Written(Vec<String>, Bound);

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Inside;
        impl<'de> Visitor<'de> for Inside {
            type Value = Written;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a bound such as {\"atLeast\": 0.999}")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Written, A::Error> {
                let mut found = None;
                while let Some(key) = map.next_key::<String>()? {
                    let one = match key.as_str() {
                        "atLeast" => Written(Vec::new(), Bound::AtLeast(map.next_value()?)),
                        "atMost" => Written(Vec::new(), Bound::AtMost(map.next_value()?)),
                        "equals" => Written(Vec::new(), Bound::Equals(map.next_value()?)),
                        _ => {
                            let Written(mut keys, bound) = map.next_value()?;
                            keys.insert(0, key);
                            Written(keys, bound)
                        }
                    };
                    if found.replace(one).is_some() {
                        return Err(de::Error::custom("one bound only: write a second objective"));
                    }
                }
                found.ok_or_else(|| de::Error::custom("needs a bound such as {\"atLeast\": 0.999}"))
            }
        }
        deserializer.deserialize_map(Inside)
    }
}

impl JsonSchema for Objective {
    fn schema_name() -> Cow<'static, str> {
        "Objective".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let bound = generator.subschema_for::<Bound>();
        let mut properties = Map::new();
        for subject in SUBJECTS {
            properties.insert((*subject).to_owned(), json!({ "type": "string" }));
        }
        let measures = MEASURES.iter().flat_map(|(_, keys)| keys.iter().copied());
        for key in measures.clone() {
            properties.insert(key.to_owned(), bound.clone().to_value());
        }
        // The same with the dot written as an object: `"running": {"min": {...}}`.
        let nested: Vec<(&str, &str)> = measures.filter_map(|key| key.split_once('.')).collect();
        for (head, _) in &nested {
            let parts = nested.iter().filter(|(other, _)| other == head);
            let mut inside: Map<String, Value> =
                parts.map(|(_, part)| ((*part).to_owned(), bound.clone().to_value())).collect();
            if *head == "launches" {
                // A number for a control plane, counts by reason for a service.
                inside.insert("failed".to_owned(), json!({ "type": "object", "minProperties": 1, "maxProperties": 1 }));
            }
            properties.insert((*head).to_owned(), one_of(&inside, &json!(false)));
        }
        for head in BY_NAME.iter().filter(|head| !head.contains('.')) {
            properties.insert((*head).to_owned(), one_of(&Map::new(), &bound.clone().to_value()));
        }
        // Of a capacity provider there is more than one number to come: `"providers": {"FARGATE": {"running": {...}}}`.
        let on_provider = one_of(&Map::from_iter([("running".to_owned(), bound.clone().to_value())]), &json!(false));
        properties.insert("providers".to_owned(), one_of(&Map::new(), &on_provider));
        let subjects: Vec<Value> = SUBJECTS.iter().map(|subject| json!({ "required": [subject] })).collect();
        schemars::json_schema!({
            "type": "object",
            "description": "A promise: whose, and one measure of its result with a bound. A dot or an object leads into \
                a result: `running.min`, `zoneShare.use1-az1`, `stops.SpotInterruption`, \
                `launches.failed.RESOURCE:FARGATE`, `providers.FARGATE.running`.",
            "properties": properties,
            "additionalProperties": bound,
            "minProperties": 2,
            "maxProperties": 2,
            "x-evenkeel-one-of": SUBJECTS,
            "oneOf": subjects,
        })
    }
}

/// An object with exactly one of these fields.
fn one_of(fields: &Map<String, Value>, others: &Value) -> Value {
    json!({ "type": "object", "properties": fields, "additionalProperties": others,
            "minProperties": 1, "maxProperties": 1 })
}
