//! How what a scenario holds is declared: from one declaration follow a type, its reader and its schema.
//!
//! ```text
//! object! { .. }  ─►  struct  +  Read::read (value ─► type, everything wrong at once)  +  Read::schema (for editors)
//! ```
//! A reader goes on after a mistake: what is wrong in an object takes a needed field out, and with it the object, and
//! nothing else. `null` is as good as a field that is not written.

#[macro_use]
mod declare;
mod fields;
#[macro_use]
mod kinds;
mod object;
mod one_of;
mod plain;
mod reader;
mod schema;
mod wording;

pub use object::{Label, Object, Role, Rule, UNUSED};
pub use one_of::{OneOf, Variant};
pub use plain::{Anything, Unused};
pub use reader::{Finding, Found, Mistake, Reader, Weight, push};
pub use schema::{Defs, described};
pub use wording::{Want, nearest, short};

use serde_json::Value;

/// What a scenario can hold.
pub trait Read: Sized + 'static {
    /// Reads a value; `None` when it is wrong, which is then told.
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self>;

    /// The same within bounds; only numbers and texts have any.
    fn within(value: &Value, _bounds: Bounds, reader: &mut Reader<'_>) -> Option<Self> {
        Self::read(value, reader)
    }

    fn schema(defs: &mut Defs) -> Value;

    /// How it is written, in a hint.
    const EXAMPLE: &str = "{ ... }";

    /// The same of what has no text of its own.
    fn example() -> String {
        Self::EXAMPLE.to_owned()
    }
}

/// What can be the default of a field: a value that can be shown.
pub trait Written {
    /// As the scenario would write it.
    fn written(&self) -> Value;
}

/// Bounds of a number, or of the letters of a text; both are inside.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds {
    pub least: Option<f64>,
    pub most: Option<f64>,
}

/// What holds where an object is not written; nothing in it is needed.
pub fn unwritten<T: Read>() -> T {
    let (root, holes) = (Value::Object(serde_json::Map::new()), std::collections::BTreeSet::new());
    T::read(&root, &mut Reader::new(&root, &holes)).expect("an object without needed fields")
}
