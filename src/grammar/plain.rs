//! Numbers, texts, lists, and tables of names.

use super::reader::{Mistake, Reader};
use super::wording::Want;
use super::{Bounds, Defs, Read, UNUSED, Written};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A field that AWS has and the simulation does not use: whether it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unused(pub(super) bool);

impl Unused {
    /// Whether the field was not written.
    pub fn is_absent(self) -> bool {
        !self.0
    }
}

/// A value of any kind, of which only counts that it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anything;

impl Read for Anything {
    fn read(_: &Value, _: &mut Reader<'_>) -> Option<Self> {
        Some(Anything)
    }
    fn schema(_: &mut Defs) -> Value {
        json!({ UNUSED: true })
    }
    const EXAMPLE: &str = "...";
}

impl Read for bool {
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        if !value.is_boolean() {
            reader.mistyped(value, &[Want::Bool], None);
        }
        value.as_bool()
    }
    fn schema(_: &mut Defs) -> Value {
        json!({ "type": "boolean" })
    }
    const EXAMPLE: &str = "true";
}

impl Read for String {
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        Self::within(value, Bounds::default(), reader)
    }
    fn within(value: &Value, bounds: Bounds, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(text) = value.as_str() else {
            reader.mistyped(value, &[Want::Text], None);
            return None;
        };
        if bounds != Bounds::default() {
            let letters = text.chars().count();
            let short = bounds.least.filter(|least| (letters as f64) < *least).map(|least| ("needs at least", least));
            let long = bounds.most.filter(|most| letters as f64 > *most).map(|most| ("takes at most", most));
            if let Some((words, bound)) = short.or(long) {
                let unit = if bound < 1.5 { "letter" } else { "letters" };
                reader.wrong(Mistake::Range, &format!("{words} {bound} {unit}"), format!("it has {letters}"));
                return None;
            }
        }
        Some(text.to_owned())
    }
    fn schema(_: &mut Defs) -> Value {
        json!({ "type": "string" })
    }
    const EXAMPLE: &str = "\"...\"";
}

impl Read for f64 {
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        Self::within(value, Bounds::default(), reader)
    }
    fn within(value: &Value, bounds: Bounds, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(number) = value.as_f64() else {
            reader.mistyped(value, &[Want::Number], None);
            return None;
        };
        let below = bounds.least.is_some_and(|least| number < least);
        if !below && bounds.most.is_none_or(|most| number <= most) {
            return Some(number);
        }
        let [low, high] = [bounds.least, bounds.most].map(|bound| bound.map(|bound| bound.to_string()));
        reader.out_of_bounds(&number.to_string(), low.as_deref(), high.as_deref(), below);
        None
    }
    fn schema(_: &mut Defs) -> Value {
        json!({ "type": "number", "format": "double" })
    }
    const EXAMPLE: &str = "1";
}

/// A whole number of some width.
pub trait Whole: TryFrom<i128> + Copy + 'static {
    /// The least.
    const LEAST: i128;
    /// The most.
    const MOST: i128;
}

macro_rules! whole {
    ($($type:ident = $format:literal),*) => {$(
        impl Whole for $type {
            const LEAST: i128 = $type::MIN as i128;
            const MOST: i128 = $type::MAX as i128;
        }

        impl Read for $type {
            fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
                whole(value, Bounds::default(), reader)
            }
            fn within(value: &Value, bounds: Bounds, reader: &mut Reader<'_>) -> Option<Self> {
                whole(value, bounds, reader)
            }
            fn schema(_: &mut Defs) -> Value {
                let mut schema = json!({ "type": "integer", "format": $format });
                if $type::MIN == 0 {
                    schema["minimum"] = json!(0);
                }
                schema
            }
            const EXAMPLE: &str = "1";
        }

    )*};
}

whole!(u8 = "uint8", u32 = "uint32", u64 = "uint64", i32 = "int32");

macro_rules! written {
    ($($type:ty),*) => {$(
        impl Written for $type {
            fn written(&self) -> Value {
                json!(self)
            }
        }
    )*};
}

written!(u8, u32, u64, i32, bool, String);

fn whole<T: Whole>(value: &Value, bounds: Bounds, reader: &mut Reader<'_>) -> Option<T> {
    let number = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
    // Wider than any whole number of JSON: a float without a fraction.
    let wide = || value.as_f64().filter(|float| libm::trunc(*float).to_bits() == float.to_bits());
    let Some(number) = number.or_else(|| wide().map(|float| float as i128)) else {
        reader.mistyped(value, &[Want::Whole], None);
        return None;
    };
    let low = bounds.least.map_or(T::LEAST, |least| T::LEAST.max(least as i128));
    let high = bounds.most.map_or(T::MOST, |most| T::MOST.min(most as i128));
    if (low..=high).contains(&number) {
        return T::try_from(number).ok();
    }
    // The width of the type is told only where it is what binds.
    let below = number < low;
    let [low_text, high_text] = [low, high].map(|bound| bound.to_string());
    let declared = bounds.most.is_some();
    let low = Some(low_text.as_str()).filter(|_| declared || below);
    let high = Some(high_text.as_str()).filter(|_| declared || !below);
    reader.out_of_bounds(&number.to_string(), low, high, below);
    None
}

impl<T: Read> Read for Vec<T> {
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(list) = value.as_array() else {
            reader.mistyped(value, &[Want::List], None);
            return None;
        };
        Some(reader.entries(list))
    }
    fn schema(defs: &mut Defs) -> Value {
        json!({ "type": "array", "items": T::schema(defs) })
    }
    const EXAMPLE: &str = "[ ... ]";
}

impl<T: Read> Read for BTreeMap<String, T> {
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let map = reader.map(value)?;
        let mut read = BTreeMap::new();
        for (key, value) in map.iter().filter(|(_, value)| !value.is_null()) {
            let entry = reader.inside(key, |reader| reader.within(value, Bounds::default()));
            read.extend(entry.map(|entry| (key.clone(), entry)));
        }
        Some(read)
    }
    fn schema(defs: &mut Defs) -> Value {
        json!({ "type": "object", "additionalProperties": T::schema(defs) })
    }
}

impl<T> Written for BTreeMap<String, T> {
    fn written(&self) -> Value {
        json!({})
    }
}

impl Written for f64 {
    fn written(&self) -> Value {
        if libm::trunc(*self).to_bits() == self.to_bits() { json!(*self as i64) } else { json!(self) }
    }
}

impl Bounds {
    /// Writes them into a schema.
    pub(super) fn put(self, schema: &mut Value) {
        let keys = match schema["type"].as_str() {
            Some("string") => ["minLength", "maxLength"],
            _ => ["minimum", "maximum"],
        };
        for (key, bound) in keys.into_iter().zip([self.least, self.most]) {
            if let Some(bound) = bound {
                schema[key] = bound.written();
            }
        }
    }
}
