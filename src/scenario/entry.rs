//! A fault as the scenario writes it: `name`, `at` or `every`, `for`, and the kind as one key.

use crate::model::fault::{KINDS, Spec};
use crate::model::quantity::{DURATION_FORMAT, Duration, Law};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeSeed, EnumAccess, MapAccess, VariantAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// A fault of the scenario.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Name, unique among the faults.
    pub name: String,
    /// When it begins, counted from 0.
    pub at: Option<Duration>,
    /// Instead of `at`: the law of the time from healed (or from 0) to broken, for each thing that matches.
    pub every: Option<Law>,
    /// How long it lasts: a length of time or a law.
    pub lasts: Option<Lasting>,
    /// Kind and settings.
    pub spec: Spec,
}

/// A length of time, or its law.
#[derive(Clone, Debug, PartialEq)]
pub struct Lasting(pub Law);

const KNOWN: [&str; 4] = ["name", "at", "every", "for"];

impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FaultReader)
    }
}

struct FaultReader;

impl<'de> Visitor<'de> for FaultReader {
    type Value = Fault;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fault: `name`, `at` or `every`, `for`, and one kind")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fault, A::Error> {
        let (mut name, mut at, mut every, mut lasts, mut spec) = (None, None, None, None, None::<Spec>);
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match key.as_ref() {
                "name" => name = Some(map.next_value()?),
                "at" => at = map.next_value()?,
                "every" => every = map.next_value()?,
                "for" => lasts = map.next_value()?,
                kind if KINDS.contains(&kind) => {
                    if let Some(first) = &spec {
                        let message = format!("two kinds in one fault: `{}` and `{kind}`", first.kind());
                        return Err(de::Error::custom(message));
                    }
                    spec = Some(Spec::deserialize(OneKey { key: kind, map: &mut map, life: PhantomData })?);
                }
                other => return Err(de::Error::unknown_field(other, &KNOWN)),
            }
        }
        let name = name.ok_or_else(|| de::Error::missing_field("name"))?;
        let spec = spec.ok_or_else(|| de::Error::custom(format!("needs a kind: one of {}", KINDS.join(", "))))?;
        Ok(Fault { name, at, every, lasts, spec })
    }
}

/// Hands a key that was already read, and the value behind it, to an enum of one-key variants.
struct OneKey<'a, 'de, A> {
    key: &'a str,
    map: &'a mut A,
    life: PhantomData<&'de ()>,
}

impl<'de, A: MapAccess<'de>> Deserializer<'de> for OneKey<'_, 'de, A> {
    type Error = A::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_enum(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, A: MapAccess<'de>> EnumAccess<'de> for OneKey<'_, 'de, A> {
    type Error = A::Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), A::Error> {
        let variant = seed.deserialize(StrDeserializer::new(self.key))?;
        Ok((variant, self))
    }
}

impl<'de, A: MapAccess<'de>> VariantAccess<'de> for OneKey<'_, 'de, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.map.next_value()
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, A::Error> {
        Err(de::Error::custom("a kind holds one object"))
    }
    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, A::Error> {
        Err(de::Error::custom("a kind holds one object"))
    }
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        if let Some(at) = &self.at {
            map.serialize_entry("at", at)?;
        }
        if let Some(every) = &self.every {
            map.serialize_entry("every", every)?;
        }
        if let Some(lasts) = &self.lasts {
            map.serialize_entry("for", lasts)?;
        }
        let spec = serde_json::to_value(&self.spec).map_err(serde::ser::Error::custom)?;
        for (kind, value) in spec.as_object().into_iter().flatten() {
            map.serialize_entry(kind, value)?;
        }
        map.end()
    }
}

impl JsonSchema for Fault {
    fn schema_name() -> Cow<'static, str> {
        "Fault".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut properties = Map::new();
        let mut put = |key: &str, value: Value| properties.insert(key.to_owned(), value);
        put("name", json!({ "type": "string", "description": "Name, unique among the faults." }));
        put("at", described(generator.subschema_for::<Duration>(), "When it begins, counted from 0."));
        let every = "Instead of `at`: the law of the time from healed (or from 0) to broken. Each thing that matches has its own clock.";
        put("every", described(generator.subschema_for::<Law>(), every));
        put("for", described(generator.subschema_for::<Lasting>(), "How long it lasts: a length of time or a law."));
        for (kind, schema, text) in kind_schemas(generator) {
            put(&kind, described(schema, &text));
        }
        let one_of: Vec<Value> = KINDS.iter().map(|kind| json!({ "required": [kind] })).collect();
        schemars::json_schema!({
            "type": "object",
            "description": "What breaks: a name, when (`at` or `every`), for how long, and one kind.",
            "properties": properties,
            "required": ["name"],
            "additionalProperties": false,
            "x-evenkeel-one-of": KINDS,
            "oneOf": one_of,
        })
    }
}

/// Key, schema and first sentence of each kind, taken from the schema of [`Spec`].
fn kind_schemas(generator: &mut SchemaGenerator) -> Vec<(String, Schema, String)> {
    let whole = Spec::json_schema(generator).to_value();
    let variants = whole.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
    let entry = |variant: &Value| {
        let (kind, schema) = variant.get("properties")?.as_object()?.iter().next()?;
        let text = variant.get("description").and_then(Value::as_str).unwrap_or_default();
        Some((kind.clone(), Schema::try_from(schema.clone()).ok()?, text.to_owned()))
    };
    variants.iter().filter_map(entry).collect()
}

fn described(mut schema: Schema, text: &str) -> Value {
    schema.insert("description".to_owned(), text.into());
    schema.to_value()
}

impl Serialize for Lasting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Law::Constant(span) => span.serialize(serializer),
            law => law.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Lasting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Lasting;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a length of time such as \"40m\", or a law")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Lasting, E> {
                let span = crate::engine::Span::parse(text).map_err(E::custom)?;
                Ok(Lasting(Law::Constant(Duration(span))))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Lasting, A::Error> {
                Law::deserialize(de::value::MapAccessDeserializer::new(map)).map(Lasting)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Lasting {
    fn schema_name() -> Cow<'static, str> {
        "DurationOrLaw".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let law = generator.subschema_for::<Law>();
        schemars::json_schema!({ "anyOf": [{ "type": "string", "format": DURATION_FORMAT }, law] })
    }
}
