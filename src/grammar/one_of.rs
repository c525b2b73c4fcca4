//! Values of which one key says what they are: `{"constant": "60s"}`.

use super::reader::{Mistake, Reader};
use super::wording::{self, listed, short, subject};
use super::{Defs, Read};
use serde_json::{Map, Value};

/// One of several kinds.
pub struct Variant<T> {
    pub key: &'static str,
    pub doc: &'static str,
    /// Reads the value behind the key.
    pub read: fn(&Value, &mut Reader<'_>) -> Option<T>,
    /// The schema of that value.
    pub schema: fn(&mut Defs) -> Value,
}

/// A type of which one key says which kind it is.
pub trait OneOf: Read {
    /// What one of them is called.
    const NOUN: &'static str;
    /// All of them.
    const VARIANTS: &'static [Variant<Self>];
}

/// A plain value that the first kind would take behind its key, as it has to be written there.
fn plain_for<T: OneOf>(value: &Value) -> Option<String> {
    let holes = std::collections::BTreeSet::new();
    let mut trial = Reader::new(value, &holes);
    (value.is_string() && (T::VARIANTS[0].read)(value, &mut trial).is_some()).then(|| value.to_string())
}

impl Reader<'_> {
    /// Reads an object that holds one key and nothing else.
    pub fn one_of<T: OneOf>(&mut self, value: &Value) -> Option<T> {
        let keys = || T::VARIANTS.iter().map(|variant| variant.key);
        let Some(map) = value.as_object() else {
            let subject = subject(&self.at);
            self.error(Mistake::Type, || {
                let given = wording::given(value);
                let first = T::VARIANTS[0].key;
                let hint = match plain_for::<T>(value) {
                    Some(plain) => {
                        format!("write {{ \"{first}\": {plain} }}; other {}s: {}", T::NOUN, listed(keys().skip(1)))
                    }
                    None => format!("write {{ \"{first}\": ... }}; known: {}", listed(keys())),
                };
                (format!("{subject} must be an object with one {}, not {given}", T::NOUN), hint)
            });
            return None;
        };
        let (chosen, found, known) = self.choose::<T>(map);
        let written: Vec<&String> =
            map.iter().filter(|(key, value)| !self.is_absent(key, value)).map(|(key, _)| key).collect();
        for key in written.iter().filter(|key| !keys().any(|known| known == **key)) {
            match chosen {
                None => self.no_such_kind(key, T::NOUN, &keys().collect::<Vec<_>>()),
                Some(chosen) => self.inside(key, |reader| {
                    let message = format!("no field is called `{}`", short(key));
                    reader.error(Mistake::UnknownField, || (message, format!("`{chosen}` stands alone in its object")));
                }),
            }
        }
        if known == 0 && written.is_empty() {
            self.shortfalls(T::NOUN, keys());
        }
        found
    }

    /// The first of the kinds that an object holds, its value, and how many there are.
    pub(super) fn choose<T: OneOf>(&mut self, map: &Map<String, Value>) -> (Option<&'static str>, Option<T>, usize) {
        let (mut chosen, mut found, mut known) = (None, None, 0);
        for (key, value) in map {
            let Some(variant) = T::VARIANTS.iter().find(|variant| variant.key == key) else { continue };
            if self.is_absent(key, value) {
                continue;
            }
            known += 1;
            let read = self.inside(key, |reader| (variant.read)(value, reader));
            match chosen {
                None => (chosen, found) = (Some(variant.key), read),
                Some(first) => self.beside(key, first, T::NOUN),
            }
        }
        (chosen, found, known)
    }
}
