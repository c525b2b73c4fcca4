//! What a field of a result is: which keys it holds, and how one of them is found.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A random quantity: its mean over replications and the 95 % interval of that mean (Student t).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Mean over the replications that have a value.
    pub mean: f64,
    /// Lower end; null with one replication.
    pub low: Option<f64>,
    /// Upper end; null with one replication.
    pub high: Option<f64>,
    /// Replications that have a value.
    pub n: u32,
}

/// A quantity that a run may not have: null when none has it.
pub type Maybe = Option<Estimate>;

/// Which way is better.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Better {
    Higher,
    Lower,
}

/// A key of the results.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Key {
    /// Where it stands below its row: `running.min`; `*` for a name, `[]` after a list.
    pub path: String,
    /// Its unit, `text` for a text; `None` for what only names the row or a part of it.
    pub unit: Option<&'static str>,
    /// Which way is better, where one is.
    pub better: Option<Better>,
    /// What it says, in one sentence or two.
    pub about: String,
}

/// A single result.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    Estimate(Estimate),
    /// A number that does not differ between runs.
    Number(u32),
    Text(String),
    Null,
}

/// The place of a field, and what is said of all that stands there.
#[derive(Default)]
pub(in crate::metrics) struct At(Key);

impl At {
    /// A field below.
    pub(super) fn field(&self, name: &str, about: &str, unit: Option<&'static str>, better: Option<Better>) -> At {
        let path = if unit == Some("flat") { self.0.path.clone() } else { self.below(&camel(name)) };
        let unit = unit.filter(|unit| *unit != "flat").or(self.0.unit);
        let about = format!("{} {}", self.0.about, about.trim()).trim_start().to_owned();
        At(Key { path, unit, better: better.or(self.0.better), about })
    }

    fn below(&self, name: &str) -> String {
        if self.0.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.0.path) }
    }

    fn key(&self) -> Key {
        self.0.clone()
    }

    fn at(&self, path: String) -> At {
        At(Key { path, ..self.0.clone() })
    }
}

/// As the results spell the name of a field.
pub(super) fn camel(name: &str) -> String {
    let mut up = false;
    let letter = |c: char| {
        let capital = std::mem::replace(&mut up, c == '_');
        (c != '_').then_some(if capital { c.to_ascii_uppercase() } else { c })
    };
    name.chars().filter_map(letter).collect()
}

/// A field, or a row of them.
pub(in crate::metrics) trait Shape {
    /// Its keys, in order.
    fn keys(at: &At, out: &mut Vec<Key>) {
        out.push(at.key());
    }

    /// The result at a path below; nothing where none can be.
    fn look(&self, path: &str) -> Option<Cell>;
}

/// Fields without any below.
macro_rules! leaf {
    ($type:ty, |$value:ident| $cell:expr) => {
        impl Shape for $type {
            fn look(&self, path: &str) -> Option<Cell> {
                let $value = self;
                path.is_empty().then(|| $cell)
            }
        }
    };
}

leaf!(Estimate, |value| Cell::Estimate(*value));
leaf!(String, |value| Cell::Text(value.clone()));
leaf!(u32, |value| Cell::Number(*value));
leaf!(u64, |_value| Cell::Null);
leaf!(f64, |_value| Cell::Null);
leaf!(serde_json::Value, |_value| Cell::Null);
leaf!(super::Verdict, |_value| Cell::Null);

impl<T: Shape> Shape for Option<T> {
    fn keys(at: &At, out: &mut Vec<Key>) {
        T::keys(at, out);
    }

    fn look(&self, path: &str) -> Option<Cell> {
        self.as_ref().map_or(Some(Cell::Null), |value| value.look(path))
    }
}

/// What never came has no entry: it came 0 times.
impl<T: Shape> Shape for BTreeMap<String, T> {
    fn keys(at: &At, out: &mut Vec<Key>) {
        T::keys(&at.at(at.below("*")), out);
    }

    fn look(&self, path: &str) -> Option<Cell> {
        // Names may hold dots.
        let found = self.iter().find_map(|(name, value)| {
            let rest = path.strip_prefix(name.as_str())?;
            value.look(if rest.is_empty() { rest } else { rest.strip_prefix('.')? })
        });
        found.or(Some(Cell::Number(0)))
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn keys(at: &At, out: &mut Vec<Key>) {
        let list = at.at(format!("{}[]", at.0.path));
        out.push(list.key());
        T::keys(&At(Key { about: String::new(), ..list.0 }), out);
    }

    fn look(&self, _path: &str) -> Option<Cell> {
        None
    }
}
