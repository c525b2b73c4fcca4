//! Text to types: files read and spliced, checked against the schema, every value with its place.

mod explain;
mod fields;
mod limits;
pub mod read;
mod report;
mod scan;
pub mod source;
mod tree;
pub mod typed;
pub mod validate;
mod words;
mod wrap;

pub use read::{Document, load};
pub use source::{FileError, Files, Place, Sources};
pub use typed::typed;
pub use validate::validate;
