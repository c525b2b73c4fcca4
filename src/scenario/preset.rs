//! Presets of faults: how often zones and cells fail and for how long, for those who have no figures of their own.
//!
//! AWS publishes no rate at which zones, Regions or control-plane cells fail, so every figure here is a model choice.
//! What a fault writes itself stands: a preset fills in what is left out, field by field.

use super::entry::Fault;
use crate::grammar::{Defs, Mistake, OneOf, Read, Reader};
use crate::model::fault::Spec;
use serde_json::{Map, Value, json};

words! {
    /// A fault with the usual figures for its kind: `every` (each thing that matches by itself), `for` and the kind are
    /// filled in where they are left out. All figures are model choices: AWS publishes none.
    Preset("camelCase") {
        /// Each zone loses its power once in three years, for 4 h.
        ZonePowerLoss,
        /// Each zone answers a fifth of its requests with errors twice a year, for 45 min.
        ZoneGrey,
        /// Each control-plane cell is down once a year, for 1 h.
        CellOutage,
    }
}

/// The figures behind a preset.
struct Figures {
    kind: &'static str,
    /// Mean of the exponential law of the time from healed to broken.
    every: &'static str,
    lasts: &'static str,
    why: &'static str,
    /// Needed fields of the kind, with values, unless one of them is written.
    fields: &'static [(&'static str, f64)],
    instead: &'static [&'static str],
}

impl Preset {
    const fn figures(self) -> Figures {
        match self {
            Preset::ZonePowerLoss => Figures {
                kind: "zonePowerLoss",
                every: "1095d",
                lasts: "4h",
                why: "model choice: each zone once in three years, AWS publishes none",
                fields: &[],
                instead: &[],
            },
            Preset::ZoneGrey => Figures {
                kind: "zoneGrey",
                every: "182d12h",
                lasts: "45m",
                why: "model choice: each zone twice a year, AWS publishes none",
                fields: &[("errorShare", 0.2)],
                instead: &["latency"],
            },
            Preset::CellOutage => Figures {
                kind: "cellOutage",
                every: "365d",
                lasts: "1h",
                why: "model choice: each cell once a year, AWS publishes none",
                fields: &[],
                instead: &[],
            },
        }
    }
}

/// A fault of the file, with what its preset fills in.
#[derive(Clone, Debug)]
pub struct Entry(pub Fault);

impl Read for Entry {
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let map = value.as_object().filter(|map| !absent(map, "preset"));
        let Some(map) = map else { return Fault::read(value, reader).map(Entry) };
        let preset = reader.inside("preset", |reader| Preset::read(&map["preset"], reader))?;
        let kind = preset.figures().kind;
        let other = Spec::VARIANTS.iter().map(|one| one.key).find(|key| *key != kind && !absent(map, key));
        if let Some(other) = other {
            reader.inside("preset", |reader| {
                let message = || format!("`{}` is no preset of `{other}`", preset.word());
                let hint = || "take one out, or write two faults".to_owned();
                reader.error(Mistake::Two, || (message(), hint()));
            });
            return None;
        }
        Fault::read(&filled(map, preset, reader), reader).map(Entry)
    }

    /// With a preset the kind may be left out.
    fn schema(defs: &mut Defs) -> Value {
        defs.refer("Fault", "Fault", |defs| {
            let mut schema = Fault::schema(defs);
            let kinds: Vec<Value> = Spec::VARIANTS.iter().map(|one| json!({ "required": [one.key] })).collect();
            let alone = json!({ "required": ["preset"], "not": { "anyOf": kinds } });
            if let Some(ways) = schema["oneOf"].as_array_mut() {
                ways.push(alone);
            }
            schema
        })
    }
}

fn absent(map: &Map<String, Value>, key: &str) -> bool {
    map.get(key).is_none_or(Value::is_null)
}

/// The fault with what its preset fills in; each of that is told as a default.
fn filled(map: &Map<String, Value>, preset: Preset, reader: &mut Reader<'_>) -> Value {
    let Figures { kind, every, lasts, why, fields, instead } = preset.figures();
    let mut out = map.clone();
    if ["at", "every", "after"].iter().all(|key| absent(map, key)) {
        out.insert("every".to_owned(), json!({ "exponential": { "mean": every } }));
        reader.default_taken("every", &format!("exponential with a mean of {every}"), why);
    }
    if absent(map, "for") {
        out.insert("for".to_owned(), lasts.into());
        reader.default_taken("for", &format!("\"{lasts}\""), why);
    }
    let mut settings = map.get(kind).cloned().filter(|one| !one.is_null()).unwrap_or_else(|| json!({}));
    if let Some(settings) = settings.as_object_mut() {
        let mut keys = fields.iter().map(|(key, _)| *key).chain(instead.iter().copied());
        if keys.all(|key| absent(settings, key)) {
            for (key, value) in fields {
                settings.insert((*key).to_owned(), json!(value));
                reader.default_taken(key, &value.to_string(), "model choice");
            }
        }
    }
    out.insert(kind.to_owned(), settings);
    Value::Object(out)
}
