//! What a scenario promises: `{"service": "shop/web", "requestAvailability": {"atLeast": 0.999}}`.

use crate::metrics::Subject;
use crate::metrics::objective::Bound;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

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

impl Serialize for Objective {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry(self.subject.word(), &self.name)?;
        map.serialize_entry(&self.keys.join("."), &self.bound)?;
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
            if let Some(known) = Subject::of(&key) {
                if subject.replace((known, map.next_value::<String>()?)).is_some() {
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
        let all = || Subject::ALL.iter().map(|known| known.1).collect::<Vec<_>>().join(", ");
        let (subject, name) =
            subject.ok_or_else(|| de::Error::custom(format!("needs whose it is: one of {}", all())))?;
        let (keys, bound) =
            measure.ok_or_else(|| de::Error::custom("needs a measure such as \"requestAvailability\""))?;
        Ok(Objective { subject, name, keys, bound })
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
        let bound = generator.subschema_for::<Bound>().to_value();
        let subjects: Vec<&str> = Subject::ALL.iter().map(|known| known.1).collect();
        let mut properties: Map<String, Value> =
            subjects.iter().map(|word| ((*word).to_owned(), json!({ "type": "string" }))).collect();
        let keys: Vec<String> =
            Subject::ALL.iter().flat_map(|(subject, _)| subject.keys()).map(|key| key.path).collect();
        let dotted = keys.iter().filter(|key| !key.contains('*'));
        properties.extend(dotted.map(|key| (key.clone(), bound.clone())));
        // The same with the dots written as objects: `"running": {"min": {...}}`.
        let parts = keys.iter().filter(|key| key.contains('.')).map(|key| key.split('.').collect());
        properties.extend(nested(parts.collect(), &bound));
        schemars::json_schema!({
            "type": "object",
            "description": "A promise: whose, and one measure of its result with a bound. A dot or an object leads into \
                a result: `running.min`, `zoneShare.use1-az1`, `stops.SpotInterruption`, \
                `launches.failed.RESOURCE:FARGATE`, `providers.FARGATE.running`.",
            "properties": properties,
            "additionalProperties": bound,
            "minProperties": 2,
            "maxProperties": 2,
            "x-evenkeel-one-of": subjects,
            "oneOf": subjects.iter().map(|word| json!({ "required": [word] })).collect::<Vec<_>>(),
        })
    }
}

/// Keys one inside the other, down to a bound; of several subjects together. `*` stands for any name.
fn nested(keys: Vec<Vec<&str>>, bound: &Value) -> Map<String, Value> {
    let mut below: BTreeMap<&str, Vec<Vec<&str>>> = BTreeMap::new();
    for key in keys {
        if let Some((head, rest)) = key.split_first() {
            below.entry(head).or_default().push(rest.to_vec());
        }
    }
    let schema = |rests: Vec<Vec<&str>>| {
        let ends = rests.iter().any(Vec::is_empty);
        let mut inside = nested(rests, bound);
        let others = inside.shift_remove("*").unwrap_or(Value::Bool(false));
        let object = json!({ "type": "object", "properties": inside, "additionalProperties": others,
                             "minProperties": 1, "maxProperties": 1 });
        match (ends, inside.is_empty() && others == json!(false)) {
            (true, true) => bound.clone(),
            // A number of one subject, an object of another.
            (true, false) => json!({ "type": "object", "minProperties": 1, "maxProperties": 1 }),
            (false, _) => object,
        }
    };
    below.into_iter().map(|(head, rests)| (head.to_owned(), schema(rests))).collect()
}
