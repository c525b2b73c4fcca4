//! A fault as the scenario writes it: `name`, when (`at`, `every` or `after`), `for`, and the kind as one key.

use super::preset::Preset;
use crate::grammar::{Defs, Read, Reader, Want};
use crate::model::fault::Spec;
use crate::model::quantity::{Duration, Law};
use serde_json::{Value, json};

object! {
    /// What breaks: a name, when (exactly one of `at`, `every` and `after`), for how long, and one kind.
    Fault("camelCase", called "") {
        need {
            /// Name, unique among the faults.
            name: String,
        }
        may {
            /// When it begins, counted from 0.
            at: Duration,
            /// Instead of `at`: the law of the time from healed (or from 0) to broken. Each thing that matches has its
            /// own clock.
            every: Law,
            /// Instead of `at`: the name of another fault. Whenever that one begins, this one follows it `delay` later,
            /// whatever becomes of the other meanwhile; so a rush for capacity can follow each loss of a zone. The other
            /// one is of a zone, a Region or the whole world.
            after: String,
            /// With `after`: from the begin of the other fault until the begin of this one. Left out: at once.
            delay: Duration,
            /// Usual figures for this kind of fault; what is written beside it stands.
            preset: Preset,
            /// How long it lasts: a length of time or a law.
            lasts as "for": Lasting,
        }
        kind {
            /// Kind and settings.
            spec: Spec
        }
    }
}

/// A length of time, or its law.
#[derive(Clone, Debug)]
pub struct Lasting(pub Law);

impl Read for Lasting {
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        match value {
            Value::String(_) | Value::Number(_) => Duration::read(value, reader).map(Law::Constant).map(Lasting),
            Value::Object(_) => <Law as Read>::read(value, reader).map(Lasting),
            _ => {
                reader.mistyped(value, &[Want::Duration, Want::Object], None);
                None
            }
        }
    }
    fn schema(defs: &mut Defs) -> Value {
        let ways = [Duration::schema(defs), Law::schema(defs)];
        defs.refer("DurationOrLaw", "Lasting", |_| json!({ "anyOf": ways }))
    }
    const EXAMPLE: &str = Duration::EXAMPLE;
}
