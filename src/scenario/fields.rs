//! Words for objects and alternatives: fields that are unknown or missing, one key out of several.

use super::explain::{Explain, Schema, name_of};
use super::validate::NOUN;
use super::words;
use crate::model::problem::{Code, nearest};
use serde_json::{Map, Value};

/// One of several ways to write a value.
enum Way<'a> {
    /// An object with this key; the schema of its value, where the alternative itself has it.
    Key(&'a str, Option<&'a Value>),
    /// One of these texts.
    Texts(Vec<&'a Value>),
}

impl<'a> Explain<'a, '_, '_> {
    pub(super) fn object(&mut self, map: &Map<String, Value>, schema: &'a Schema) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let more = schema.get("additionalProperties").or_else(|| schema.get("unevaluatedProperties"));
        let patterns = schema.contains_key("patternProperties");
        let mut meant: Vec<&str> = Vec::new();
        for (key, value) in map {
            if let Some(property) = properties.and_then(|properties| properties.get(key)) {
                self.inside(key, value, property);
            } else if let Some(more) = more.filter(|more| more.is_object()) {
                self.inside(key, value, more);
            } else if more == Some(&Value::Bool(false)) && !patterns {
                meant.extend(self.unknown(key, map, schema));
            }
        }
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        for name in required.filter_map(Value::as_str) {
            if !map.contains_key(name) && !meant.contains(&name) && !self.mute() {
                self.missing(name, properties.and_then(|properties| properties.get(name)));
            }
        }
        self.count(map.len(), schema);
    }

    fn count(&mut self, fields: usize, schema: &Schema) {
        let bound = |rule: &str| schema.get(rule).and_then(Value::as_u64);
        let subject = words::subject(&self.at);
        if let Some(least) = bound("minProperties").filter(|least| (fields as u64) < *least) {
            self.error(format!("{subject} needs at least {least} fields"), format!("it has {fields}"));
        }
        if let Some(most) = bound("maxProperties").filter(|most| (fields as u64) > *most) {
            self.error(format!("{subject} takes at most {most} fields"), format!("it has {fields}"));
        }
    }

    fn missing(&mut self, name: &str, property: Option<&'a Value>) {
        let resolved = property.map(|property| self.resolve(property));
        let kinds = property.map(|property| self.types(property)).unwrap_or_default();
        let form = resolved.and_then(Value::as_object).map_or("...".to_owned(), |schema| words::form(schema, &kinds));
        self.say(Code::MissingField, format!("`{name}` is missing"), format!("write \"{name}\": {form}"));
    }

    /// Says that a field is unknown, unless an alternative knows it; returns the known one that may be meant.
    fn unknown(&mut self, key: &str, map: &Map<String, Value>, schema: &'a Schema) -> Option<&'a str> {
        let mut fields: Vec<(&'a str, &'a Value)> = Vec::new();
        self.fields(schema, &mut fields, 0);
        let kinds = self.ways_beside(schema);
        if fields.iter().any(|(name, _)| *name == key) || self.mute() {
            return None;
        }
        let free = fields.iter().map(|(name, _)| *name).filter(|name| !map.contains_key(*name));
        let near = nearest(key, free);
        let kind_open = !kinds.is_empty() && !kinds.iter().any(|kind| map.contains_key(*kind));
        if kind_open && near.is_none_or(|near| kinds.contains(&near)) {
            let noun = self.noun(schema);
            self.no_such_kind(&noun, key, &kinds);
            return near;
        }
        let hint = if let Some(near) = near {
            format!("did you mean `{near}`?")
        } else {
            let used = fields.iter().filter(|(name, schema)| !map.contains_key(*name) && !self.is_unused(schema));
            let known = words::listed(used.map(|(name, _)| *name));
            if known.is_empty() { "remove it".to_owned() } else { format!("known: {known}") }
        };
        self.error_inside(key, format!("no field is called `{}`", words::short(key)), hint);
        near
    }

    fn no_such_kind(&mut self, noun: &str, key: &str, kinds: &[&str]) {
        let hint = match nearest(key, kinds.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known: {}", words::listed(kinds.iter().copied())),
        };
        self.error_inside(key, format!("no {noun} is called `{}`", words::short(key)), hint);
    }

    /// All fields that a schema or one of its alternatives knows.
    fn fields(&self, schema: &'a Schema, out: &mut Vec<(&'a str, &'a Value)>, hops: usize) {
        const HOPS_MAX: usize = 8;
        if hops > HOPS_MAX {
            return;
        }
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            out.extend(properties.iter().map(|(name, schema)| (name.as_str(), schema)));
        }
        // Only what the validator counts as evaluated: `additionalProperties` sees its own `properties` alone.
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            return;
        }
        if let Some(target) = self.target(schema).and_then(Value::as_object) {
            self.fields(target, out, hops + 1);
        }
        for rule in ["allOf", "anyOf", "oneOf"] {
            for branch in schema.get(rule).and_then(Value::as_array).into_iter().flatten() {
                if let Some(branch) = branch.as_object() {
                    self.fields(branch, out, hops + 1);
                }
            }
        }
    }

    /// The keys of which an object with fields of its own must have one.
    fn ways_beside(&self, schema: &'a Schema) -> Vec<&'a str> {
        let mut kinds = Vec::new();
        for rule in ["anyOf", "oneOf"] {
            for branch in schema.get(rule).and_then(Value::as_array).into_iter().flatten() {
                if let Some(Way::Key(name, _)) = self.way(branch) {
                    kinds.push(name);
                }
            }
        }
        kinds
    }

    /// Holds a value against alternatives; `owner` is the schema in which they stand.
    pub(super) fn choose(&mut self, value: &Value, owner: &'a Schema, branches: &'a [Value]) {
        let is_null = |branch: &&'a Value| self.types(branch) == ["null"];
        let live: Vec<&'a Value> = branches.iter().filter(|branch| !is_null(branch)).collect();
        if value.is_null() && live.len() < branches.len() {
            return;
        }
        if let [only] = live[..] {
            return self.check(value, only);
        }
        let ways: Option<Vec<Way<'a>>> = live.iter().map(|branch| self.way(branch)).collect();
        match ways {
            Some(ways) => self.one_way(value, owner, &ways),
            None => self.by_type(value, owner, branches, &live),
        }
    }

    /// Reads an alternative as one key or as texts.
    fn way(&self, branch: &'a Value) -> Option<Way<'a>> {
        let schema = self.resolve(branch).as_object()?;
        let texts: Vec<&'a Value> = match (schema.get("const"), schema.get("enum")) {
            (Some(one), _) => vec![one],
            (None, Some(Value::Array(list))) => list.iter().collect(),
            _ => Vec::new(),
        };
        if !texts.is_empty() && texts.iter().all(|text| text.is_string()) {
            return Some(Way::Texts(texts));
        }
        let [name] = schema.get("required")?.as_array()?.as_slice() else { return None };
        let name = name.as_str()?;
        match schema.get("properties").and_then(Value::as_object) {
            Some(properties) if properties.len() == 1 => Some(Way::Key(name, properties.get(name))),
            None => Some(Way::Key(name, None)),
            Some(_) => None,
        }
    }

    fn one_way(&mut self, value: &Value, owner: &'a Schema, ways: &[Way<'a>]) {
        let keys: Vec<(&'a str, Option<&'a Value>)> = ways
            .iter()
            .filter_map(|way| if let Way::Key(name, schema) = way { Some((*name, *schema)) } else { None })
            .collect();
        let texts: Vec<&Value> = ways
            .iter()
            .filter_map(|way| if let Way::Texts(texts) = way { Some(texts) } else { None })
            .flatten()
            .copied()
            .collect();
        match value {
            Value::Object(map) if !keys.is_empty() => self.one_key(map, owner, &keys),
            Value::String(_) if !texts.is_empty() => {
                if !texts.contains(&value) && !self.mute() {
                    self.not_among(value, &texts);
                }
            }
            _ if self.mute() => {}
            _ if keys.is_empty() => self.not_among(value, &texts),
            _ => {
                let noun = self.noun(owner);
                let names = words::listed(keys.iter().map(|(name, _)| *name));
                let message = format!(
                    "{} must be an object with one {noun}, not {}",
                    words::subject(&self.at),
                    words::given(value)
                );
                self.error(message, format!("write {{ \"{}\": ... }}; known: {names}", keys[0].0));
            }
        }
    }

    /// An object of which exactly one key says what it is.
    fn one_key(&mut self, map: &Map<String, Value>, owner: &'a Schema, keys: &[(&'a str, Option<&'a Value>)]) {
        let names: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
        let mut known: Vec<(&str, &Value)> = Vec::new();
        self.fields(owner, &mut known, 0);
        // With fields of its own the object itself says which are unknown.
        let alone = !owner.contains_key("properties");
        let mut chosen: Option<&str> = None;
        let mut strangers = 0usize;
        for (key, inner) in map {
            let Some((name, schema)) = keys.iter().find(|(name, _)| name == key) else {
                strangers += usize::from(alone || !known.iter().any(|(name, _)| name == key));
                continue;
            };
            if let Some(schema) = schema {
                self.inside(key, inner, schema);
            }
            match chosen {
                None => chosen = Some(name),
                Some(first) if !self.mute() => {
                    let noun = self.noun(owner);
                    let message = format!("`{name}` stands beside `{first}`");
                    self.error_inside(key, message, format!("one {noun} only: take one out or write two entries"));
                }
                Some(_) => {}
            }
        }
        if chosen.is_none() && strangers == 0 && !self.mute() {
            let noun = self.noun(owner);
            self.error(
                format!("{} lacks its {noun}", words::subject(&self.at)),
                format!("one of: {}", words::listed(names.iter().copied())),
            );
        }
        if alone && strangers > 0 {
            self.strangers(map, owner, &names, chosen);
        }
    }

    /// Keys beside the one key of an alternative that has no other.
    fn strangers(&mut self, map: &Map<String, Value>, owner: &'a Schema, names: &[&str], chosen: Option<&str>) {
        for key in map.keys().filter(|key| !names.contains(&key.as_str())) {
            if self.mute() {
                continue;
            }
            match chosen {
                None => {
                    let noun = self.noun(owner);
                    self.no_such_kind(&noun, key, names);
                }
                Some(chosen) => {
                    let message = format!("no field is called `{}`", words::short(key));
                    self.error_inside(key, message, format!("`{chosen}` stands alone in its object"));
                }
            }
        }
    }

    /// Alternatives that differ in type, or in more than one key.
    fn by_type(&mut self, value: &Value, owner: &'a Schema, branches: &'a [Value], live: &[&'a Value]) {
        let found = words::type_of(value);
        let fitting: Vec<&'a Value> = live
            .iter()
            .copied()
            .filter(|branch| {
                let types = self.types(branch);
                types.is_empty() || types.iter().any(|wanted| words::admits(wanted, found))
            })
            .collect();
        if fitting.is_empty() {
            let wanted: Vec<&str> = live.iter().flat_map(|branch| self.types(branch)).collect();
            if !self.mute() {
                self.mistyped(value, &wanted, owner);
            }
            return;
        }
        if let [only] = fitting[..] {
            return self.check(value, only);
        }
        if self.fits_any(value, branches) {
            return;
        }
        let score = |branch: &&&'a Value| {
            let properties = self.resolve(branch).get("properties").and_then(Value::as_object);
            let known = |key: &&String| properties.is_some_and(|properties| properties.contains_key(*key));
            value.as_object().map_or(0, |map| map.keys().filter(known).count())
        };
        // The last of equals would win; the first alternative is the usual one.
        if let Some(best) = fitting.iter().rev().max_by_key(score) {
            self.check(value, best);
        }
    }

    /// What one of the alternatives is called.
    fn noun(&self, owner: &Schema) -> String {
        if let Some(noun) = owner.get(NOUN).and_then(Value::as_str) {
            return noun.to_owned();
        }
        let name = if self.named.is_empty() { name_of(owner) } else { self.named };
        let plain = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let mut steps = self.at.rsplit('/');
        let (last, before) = (steps.next().unwrap_or(""), steps.next().unwrap_or(""));
        if words::is_index(last) && before.len() > 1 {
            return format!("kind of {}", before.strip_suffix('s').unwrap_or(before));
        }
        if plain.is_empty() || plain == "Spec" || plain == "Kind" {
            return "kind".into();
        }
        let mut words = String::new();
        for letter in plain.chars() {
            if letter.is_ascii_uppercase() && !words.is_empty() {
                words.push(' ');
            }
            words.push(letter.to_ascii_lowercase());
        }
        words
    }
}
