//! The reading of one object: known fields in the order of their declaration, then what is missing and what nobody
//! knows.

use super::object::{Field, Object, Role};
use super::plain::Unused;
use super::reader::{Mistake, Reader};
use super::wording::{listed, nearest, short};
use super::{OneOf, Read};
use serde_json::{Map, Value};

/// The fields of one object, while they are read.
pub struct Fields<'o, 'r, 'a> {
    about: &'static Object,
    map: &'o Map<String, Value>,
    reader: &'r mut Reader<'a>,
    /// The field that is read next.
    next: usize,
    /// Keys of the object that were recognised.
    known: usize,
    /// Needed fields that are not written.
    missing: Vec<&'static Field>,
    /// Whether AWS has printed what the object stands in.
    outside: bool,
}

impl Object {
    /// Begins to read one; `None` when the value is no object.
    pub fn open<'o, 'r, 'a>(&'static self, value: &'o Value, reader: &'r mut Reader<'a>) -> Option<Fields<'o, 'r, 'a>> {
        let map = reader.map(value)?;
        let outside = reader.printed;
        if !self.own.is_empty() {
            reader.printed = map.get(self.own).is_some_and(|arn| !arn.is_null());
        }
        Some(Fields { about: self, map, reader, next: 0, known: 0, missing: Vec::new(), outside })
    }
}

impl<'o> Fields<'o, '_, '_> {
    /// The next field of the declaration, and its value when it is written.
    fn next(&mut self) -> (&'static Field, Option<&'o Value>) {
        let field = &self.about.fields[self.next];
        self.next += 1;
        (field, self.written(&field.name))
    }

    fn written(&mut self, name: &str) -> Option<&'o Value> {
        let value = self.map.get(name)?;
        if self.reader.is_absent(name, value) {
            return None;
        }
        self.known += 1;
        Some(value)
    }

    fn read<T: Read>(&mut self, field: &Field, value: &Value) -> Option<T> {
        self.reader.inside(&field.name, |reader| reader.within(value, field.bounds))
    }

    /// A field that must be written.
    pub fn need<T: Read>(&mut self) -> Option<T> {
        match self.next() {
            (field, Some(written)) => self.read(field, written),
            (field, None) => {
                self.missing.push(field);
                None
            }
        }
    }

    /// A field that may be left out.
    pub fn may<T: Read>(&mut self) -> Option<T> {
        match self.next() {
            (field, Some(written)) => self.read(field, written),
            (field, None) => {
                if let Some((words, why)) = &field.otherwise {
                    self.reader.default_taken(&field.name, words, why);
                }
                if let Some(own) = field.own {
                    self.reader.inside(&field.name, own);
                }
                None
            }
        }
    }

    /// An object whose own defaults hold when it is not written.
    pub fn inner<T: Read>(&mut self) -> Option<T> {
        let (field, written) = self.next();
        let empty = Value::Object(Map::new());
        self.read(field, written.unwrap_or(&empty))
    }

    /// The one key that says what the object is.
    pub fn kind<T: OneOf>(&mut self) -> Option<T> {
        let (chosen, found, known) = self.reader.choose::<T>(self.map);
        self.known += known;
        if chosen.is_none() && self.strangers().next().is_none() {
            self.reader.shortfalls(T::NOUN, T::VARIANTS.iter().map(|variant| variant.key));
        }
        found
    }

    /// Keys that the object does not know.
    fn strangers(&self) -> impl Iterator<Item = &'o str> {
        let about = self.about;
        let kinds = about.kind.as_ref().map_or(&[][..], |kind| &kind.keys);
        let known = move |key: &str| about.fields.iter().any(|field| field.name == key) || kinds.contains(&key);
        let written = self.map.iter().filter(|(_, value)| !value.is_null());
        written.map(|(key, _)| key.as_str()).filter(move |key| !known(key))
    }

    /// Ends the reading: fields without effect, those that nobody knows, those that are missing. Says which of those
    /// that bear on availability were written, in the order of their declaration.
    pub fn close(mut self) -> impl Iterator<Item = Unused> {
        let mut bearing = Vec::new();
        for field in &self.about.fields[self.next..] {
            let value = self.written(&field.name);
            if let Role::Bears(_) = field.role {
                bearing.push(Unused(value.is_some()));
            }
            let Some(value) = value else { continue };
            let bears = matches!(&field.role, Role::Bears(rule) if rule.bears(value));
            let why = if bears { field.doc.as_str() } else { "" };
            self.reader.inside(&field.name, |reader| reader.without_effect(why));
        }
        let mut meant = Vec::new();
        if self.known < self.map.len() {
            for key in self.strangers().collect::<Vec<_>>() {
                meant.extend(self.unknown(key));
            }
        }
        for field in std::mem::take(&mut self.missing) {
            if !meant.contains(&field.name.as_str()) {
                let message = || (format!("`{}` is missing", field.name), field.hint());
                self.reader.error(Mistake::Missing, message);
            }
        }
        self.reader.printed = self.outside;
        bearing.into_iter()
    }

    /// Says that a field is unknown; returns the known one that may be meant.
    fn unknown(&mut self, key: &str) -> Option<&'static str> {
        if self.reader.mute() {
            return None;
        }
        let (about, map) = (self.about, self.map);
        let kinds = about.kind.as_ref().map_or(&[][..], |kind| &kind.keys);
        let names = about.fields.iter().map(|field| field.name.as_str());
        let near = nearest(key, names.chain(kinds.iter().copied()).filter(|name| !map.contains_key(*name)));
        if let Some(kind) = about.kind.as_ref().filter(|kind| !kind.keys.iter().any(|key| map.contains_key(*key)))
            && near.is_none_or(|near| kind.keys.contains(&near))
        {
            self.reader.no_such_kind(key, kind.noun, &kind.keys);
            return near;
        }
        let hint = if let Some(near) = near {
            format!("did you mean `{near}`?")
        } else {
            let free =
                |field: &&Field| !map.contains_key(&field.name) && !matches!(field.role, Role::Unused | Role::Bears(_));
            let fields = about.fields.iter().filter(free).map(|field| field.name.as_str());
            let known = listed(fields.chain(kinds.iter().copied().filter(|name| !map.contains_key(*name))));
            if known.is_empty() { "remove it".to_owned() } else { format!("known: {known}") }
        };
        let printed = near.is_none() && self.reader.printed;
        self.reader.inside(key, |reader| {
            if printed {
                let message = format!("`{}` is newer than this version knows: it is not used", short(key));
                reader.warning(Mistake::NewField, message, "AWS printed it; look whether it bears on availability");
            } else {
                let message = || (format!("no field is called `{}`", short(key)), hint);
                reader.error(Mistake::UnknownField, message);
            }
        });
        near
    }
}

impl Field {
    fn hint(&self) -> String {
        format!("write \"{}\": {}", self.name, (self.example)())
    }
}
