//! A document as a typed struct: the last check, for what a schema cannot say.

use super::read::Document;
use super::source::push;
use super::words::{short, subject};
use crate::model::problem::Problems;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

/// The document as `T`; `None` when it does not fit, which is told unless an error was told already.
pub fn typed<T: DeserializeOwned>(document: &Document, out: &mut Problems) -> Option<T> {
    match serde_path_to_error::deserialize::<_, T>(&document.value) {
        Ok(value) => Some(value),
        Err(error) => {
            if !out.has_errors() {
                let at = pointer(error.path(), &document.value);
                let message = format!("{} does not fit: {}", subject(&at), short(&error.inner().to_string()));
                out.wrong_type(&at, message, "");
            }
            None
        }
    }
}

/// The JSON pointer of a path of types: a variant is a step only where the document has a key of its name.
fn pointer(path: &serde_path_to_error::Path, value: &Value) -> String {
    let mut pointer = String::new();
    let mut here = Some(value);
    for segment in path {
        let token = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.clone(),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => break,
        };
        let next = match here {
            Some(Value::Array(list)) => token.parse::<usize>().ok().and_then(|index| list.get(index)),
            Some(Value::Object(map)) => map.get(&token),
            _ => None,
        };
        if next.is_some() {
            push(&mut pointer, &token);
            here = next;
        }
    }
    pointer
}
