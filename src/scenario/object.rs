//! How an object of the scenario is declared: which fields it needs, may have, and knows without using them.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

/// The key in the schema that marks a field which is known and accepted, but has no effect.
pub const UNUSED: &str = "x-evenkeel-unused";
/// The key in the schema that marks a field which bears on availability and is not modelled: `true`, or which values
/// of it do. Such a field carries [`UNUSED`] as well, and says in its description what it bears on.
pub const BEARS: &str = "x-evenkeel-bears";

/// Declares a struct that the scenario reads. Sections, in this order, each of them optional: `need` (must be written),
/// `plain` (has its own serde attributes), `may` (an `Option`), `list` (a `Vec`), `unused` (accepted, listed, without
/// effect), `bears` (accepted and warned of: it bears on availability and is not modelled).
macro_rules! object {
    (
        $(#[$meta:meta])*
        $name:ident($case:literal) {
            $(need { $($(#[$need_meta:meta])* $need:ident: $need_type:ty),* $(,)? })?
            $(plain { $($(#[$plain_meta:meta])* $plain:ident: $plain_type:ty),* $(,)? })?
            $(may { $($(#[$may_meta:meta])* $may:ident: $may_type:ty),* $(,)? })?
            $(list { $($(#[$list_meta:meta])* $list:ident: $list_type:ty),* $(,)? })?
            $(unused { $($unused:ident),* $(,)? })?
            $(bears { $($(#[$bears_meta:meta])* $bears:ident),* $(,)? })?
        }
    ) => {
        #[derive(Clone, Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, rename_all = $case)]
        $(#[$meta])*
        pub struct $name {
            $($($(#[$need_meta])* pub $need: $need_type,)*)?
            $($($(#[$plain_meta])* pub $plain: $plain_type,)*)?
            $($(
                $(#[$may_meta])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $may: Option<$may_type>,
            )*)?
            $($(
                $(#[$list_meta])*
                #[serde(default, skip_serializing_if = "Vec::is_empty")]
                pub $list: Vec<$list_type>,
            )*)?
            $($(
                /// Accepted and not used.
                #[serde(default, skip_serializing_if = "crate::scenario::object::Unused::is_absent")]
                pub $unused: crate::scenario::object::Unused,
            )*)?
            $($(
                $(#[$bears_meta])*
                #[serde(default, skip_serializing_if = "crate::scenario::object::Bears::is_absent")]
                pub $bears: crate::scenario::object::Bears,
            )*)?
        }
    };
}

/// Declares an enum of words as AWS or the scenario spells them.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident($case:literal) { $($(#[$doc:meta])* $word:ident),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = $case)]
        pub enum $name { $($(#[$doc])* $word),* }
    };
}

/// A field that AWS has and the simulation does not use: any value is accepted, kept, and listed by `check`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unused(Option<Value>);

impl Unused {
    /// Whether the field was not written.
    pub fn is_absent(&self) -> bool {
        self.0.is_none()
    }
}

impl Serialize for Unused {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Unused {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Unused(Some(value)))
    }
}

impl JsonSchema for Unused {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Unused".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ UNUSED: true })
    }
}

/// A field of AWS that bears on availability and is not modelled: any value is accepted and kept, and one that switches
/// something on is warned of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bears(Option<Value>);

impl Bears {
    /// Whether the field was not written.
    pub fn is_absent(&self) -> bool {
        self.0.is_none()
    }
}

impl Serialize for Bears {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Bears {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Bears(Some(value)))
    }
}

impl JsonSchema for Bears {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Bears".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ UNUSED: true, BEARS: true })
    }
}

/// A number that AWS takes as a text or as a number, such as `"cpu": "256"`, `"0.5 vCPU"` or `256`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount(pub String);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl de::Visitor<'_> for Reader {
            type Value = Amount;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, or a text such as \"256\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Amount, E> {
                Ok(Amount(text.to_owned()))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Amount, E> {
                Ok(Amount(number.to_string()))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Amount {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "integer"], "minimum": 0 })
    }
}

/// A point in time as AWS prints it: a text such as `"2026-01-05T10:00:00+01:00"`, or seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment(pub String);

impl Moment {
    /// Seconds since 1970-01-01 UTC; `None` when it is not a point in time.
    pub fn seconds(&self) -> Option<i64> {
        let text = self.0.trim();
        if let Ok(date) = text.parse::<jiff::Timestamp>() {
            return Some(date.as_second());
        }
        let seconds = text.parse::<f64>().ok().filter(|seconds| (0.0..=1e12).contains(seconds))?;
        Some(libm::floor(seconds) as i64)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Moment(text)),
            Value::Number(number) => Ok(Moment(number.to_string())),
            _ => Err(de::Error::custom("a date, or seconds since 1970")),
        }
    }
}

impl JsonSchema for Moment {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number"] })
    }
}
