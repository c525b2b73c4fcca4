//! The files that a scenario is made of, and where in them each of its values stands.
//!
//! The library opens no file itself: whoever calls it brings [`Files`]. A place is asked for by what stands in
//! [`Problem::at`]: mostly a JSON pointer into the scenario with every `$file` spliced in; for what is wrong before
//! there is a tree (a comma too many, a key written twice) `file:line:column`.
#![warn(missing_docs)]

pub(crate) use crate::grammar::push;
use crate::model::problem::{Part, Problem};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Bytes of a scenario with all its files, at most.
pub const BYTES_MAX: u64 = 64 << 20;

/// Where the texts come from.
pub trait Files {
    /// The bytes of a file. Looks at the size first and refuses more than [`BYTES_MAX`].
    ///
    /// # Errors
    /// When there is no such file, or it cannot or should not be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// The same of a file that another one names: nothing but an ordinary file.
    ///
    /// # Errors
    /// The same, and when it is a pipe or a device.
    fn read_named(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.read(path)
    }

    /// What somebody may have meant by the path of a file that does not exist, as a hint.
    fn meant(&self, _path: &str) -> Option<String> {
        None
    }

    /// The path that `relative` means inside the file `from`.
    fn join(&self, from: &str, relative: &str) -> String {
        join(from, relative)
    }
}

/// Why a file gave no bytes; reads on from its name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FileError {
    /// Nothing of this name.
    #[error("does not exist")]
    Missing,
    /// A folder.
    #[error("is a directory, not a file")]
    Directory,
    /// A pipe or a device.
    #[error("is a pipe or a device, not a file")]
    Special,
    /// Too large.
    #[error("is larger than 64 MiB")]
    TooLarge,
    /// Any other reason, in the words of the operating system.
    #[error("cannot be read: {0}")]
    Other(String),
}

/// Files held in memory, by path.
#[derive(Clone, Debug, Default)]
pub struct Texts(pub BTreeMap<String, Vec<u8>>);

impl Texts {
    /// One file.
    pub fn one(path: &str, text: impl Into<String>) -> Texts {
        Texts([(path.to_owned(), text.into().into_bytes())].into())
    }
}

impl Files for Texts {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let bytes = self.0.get(path).ok_or(FileError::Missing)?;
        if bytes.len() as u64 > BYTES_MAX { Err(FileError::TooLarge) } else { Ok(bytes.clone()) }
    }
}

/// `relative` as seen from the folder of `from`, with `.` and `..` resolved as text, so that one file has one name.
pub fn join(from: &str, relative: &str) -> String {
    let folder = from.rfind('/').map_or("", |end| &from[..=end]);
    let whole = if relative.starts_with('/') { relative.to_owned() } else { format!("{folder}{relative}") };
    let mut steps: Vec<&str> = Vec::new();
    for step in whole.split('/') {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => {
                steps.pop();
            }
            ".." if whole.starts_with('/') => {}
            step => steps.push(step),
        }
    }
    let root = if whole.starts_with('/') { "/" } else { "" };
    format!("{root}{}", steps.join("/"))
}

/// Where something stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place<'a> {
    /// Path of the file, as it was reached.
    pub file: &'a str,
    /// Line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
    /// The bytes in `text`.
    pub bytes: Range<usize>,
    /// The whole text of the file, without a byte-order mark.
    pub text: &'a str,
    /// JSON pointer into the spliced scenario; `None` where no tree stands.
    pub pointer: Option<String>,
}

/// One file.
#[derive(Clone, Debug)]
struct SourceFile {
    path: String,
    text: String,
    /// Byte offsets at which lines begin.
    lines: Vec<u32>,
}

/// Some bytes of one file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Bytes {
    pub(crate) file: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// Where one value stands, and those inside it.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    pub(crate) bytes: Bytes,
    pub(crate) kids: Kids,
}

/// The values inside a value, in the order of the text.
#[derive(Clone, Debug)]
pub(crate) enum Kids {
    None,
    List(Box<[Spot]>),
    Object(Box<[(Bytes, Spot)]>),
}

/// All files of a scenario and the places of all its values.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    marks: BTreeMap<String, Bytes>,
    /// The places of the whole scenario.
    pub(super) root: Option<Spot>,
    /// Pointers of `$file` objects whose file could not be taken.
    pub(crate) holes: BTreeSet<String>,
}

impl Sources {
    /// Paths of the files, in the order in which they were opened.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.path.as_str())
    }

    /// Where the value stands that `at` names; of a value that was not written (a default, a missing field) the
    /// nearest one around it. `None` when no file was read.
    pub fn place(&self, at: &str) -> Option<Place<'_>> {
        if let Some(bytes) = self.marks.get(at) {
            let pointer = self.root.as_ref().map(|root| self.pointer_of(root, *bytes));
            return Some(self.at(*bytes, pointer));
        }
        let (_, spot) = self.find(at)?;
        Some(self.at(spot.bytes, Some(at.to_owned())))
    }

    /// Where the key stands that leads to the value; the value's own place if no key does.
    pub fn key_place(&self, at: &str) -> Option<Place<'_>> {
        if self.marks.contains_key(at) {
            return self.place(at);
        }
        let (key, spot) = self.find(at)?;
        Some(self.at(key.unwrap_or(spot.bytes), Some(at.to_owned())))
    }

    /// Where a problem is shown.
    pub fn place_of(&self, problem: &Problem) -> Option<Place<'_>> {
        match problem.part {
            Part::Key => self.key_place(&problem.at),
            Part::Value => self.place(&problem.at),
        }
    }

    /// The pointer that [`Problem::at`] stands for: itself, or that of the value around a marked place; `None` for a
    /// mark where no tree stands. A mark may begin with `/` as a pointer does: the path of its file is absolute.
    pub fn pointer(&self, at: &str) -> Option<String> {
        match (self.marks.get(at), &self.root) {
            (Some(bytes), Some(root)) => Some(self.pointer_of(root, *bytes)),
            (Some(_), None) => None,
            (None, _) => Some(at.to_owned()),
        }
    }

    /// Line and character of a byte, both from 1.
    fn line_column(&self, file: u32, byte: u32) -> (usize, usize) {
        let source = &self.files[file as usize];
        let line = source.lines.partition_point(|start| *start <= byte).max(1);
        let start = source.lines[line - 1] as usize;
        let before = source.text.get(start..byte as usize).unwrap_or("");
        (line, before.chars().count() + 1)
    }

    fn at(&self, bytes: Bytes, pointer: Option<String>) -> Place<'_> {
        let source = &self.files[bytes.file as usize];
        let (line, column) = self.line_column(bytes.file, bytes.start);
        let bytes = bytes.start as usize..bytes.end as usize;
        Place { file: &source.path, line, column, bytes, text: &source.text, pointer }
    }

    /// Follows a pointer as far as it leads; the key of the last step beside it.
    fn find(&self, pointer: &str) -> Option<(Option<Bytes>, &Spot)> {
        let mut here = (None, self.root.as_ref()?);
        for token in pointer.split('/').skip(1) {
            let next = match &here.1.kids {
                Kids::None => None,
                Kids::List(list) => token.parse::<usize>().ok().and_then(|index| list.get(index)).map(|it| (None, it)),
                Kids::Object(members) => {
                    let name = unescape(token);
                    // A list that was taken out of what AWS prints keeps its capital letter in the text.
                    let exact = members.iter().find(|(key, _)| self.key_is(*key, &name));
                    let found =
                        exact.or_else(|| members.iter().find(|(key, _)| self.key(*key).eq_ignore_ascii_case(&name)));
                    found.map(|(key, spot)| (Some(*key), spot))
                }
            };
            let Some(next) = next else { break };
            here = next;
        }
        Some(here)
    }

    /// The text of a key, quotes and escapes resolved.
    fn key(&self, key: Bytes) -> String {
        let raw = &self.files[key.file as usize].text[key.start as usize..key.end as usize];
        serde_json::from_str(raw).unwrap_or_default()
    }

    fn key_is(&self, key: Bytes, name: &str) -> bool {
        let raw = &self.files[key.file as usize].text[key.start as usize..key.end as usize];
        let inside = raw.get(1..raw.len().saturating_sub(1)).unwrap_or("");
        if inside.contains('\\') { self.key(key) == name } else { inside == name }
    }

    /// The pointer of the innermost value around some bytes.
    fn pointer_of(&self, root: &Spot, bytes: Bytes) -> String {
        let mut pointer = String::new();
        let mut here = root;
        loop {
            let next = match &here.kids {
                Kids::None => None,
                Kids::List(list) => {
                    list.iter().position(|kid| holds(kid, bytes)).map(|index| (index.to_string(), &list[index]))
                }
                Kids::Object(members) => {
                    members.iter().find(|(_, kid)| holds(kid, bytes)).map(|(key, kid)| (self.key(*key), kid))
                }
            };
            let Some((token, kid)) = next else { return pointer };
            push(&mut pointer, &token);
            here = kid;
        }
    }

    /// Takes a file in and returns its number.
    pub(crate) fn open(&mut self, path: &str, text: String) -> u32 {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1);
        let lines = std::iter::once(0).chain(breaks).collect();
        self.files.push(SourceFile { path: path.to_owned(), text, lines });
        self.files.len() as u32 - 1
    }

    /// The text of a file.
    pub(crate) fn text(&self, file: u32) -> &str {
        &self.files[file as usize].text
    }

    /// The path of a file.
    pub(crate) fn path(&self, file: u32) -> &str {
        &self.files[file as usize].path
    }

    /// `file:line:column` of some bytes, as the reader sees it.
    pub(crate) fn name(&self, bytes: Bytes) -> String {
        let (line, column) = self.line_column(bytes.file, bytes.start);
        format!("{}:{line}:{column}", self.path(bytes.file))
    }

    /// The same, remembered, so that [`Sources::place`] finds it.
    pub(crate) fn mark(&mut self, bytes: Bytes) -> String {
        let name = self.name(bytes);
        self.marks.insert(name.clone(), bytes);
        name
    }
}

/// Whether some bytes lie inside a value as it is written in its own file, or in a file spliced into it.
fn holds(spot: &Spot, bytes: Bytes) -> bool {
    let here = spot.bytes;
    if here.file == bytes.file {
        return here.start <= bytes.start && bytes.end <= here.end;
    }
    match &spot.kids {
        Kids::None => false,
        Kids::List(list) => list.iter().any(|kid| holds(kid, bytes)),
        Kids::Object(members) => members.iter().any(|(_, kid)| holds(kid, bytes)),
    }
}

pub(super) fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: &str, relative: &str, expected: &str) {
        assert_eq!(join(from, relative), expected, "{from} + {relative}");
    }

    #[test]
    fn paths_are_relative_to_the_file_that_names_them() {
        check("scenarios/az.json", "ecs/web.json", "scenarios/ecs/web.json");
        check("scenarios/az.json", "./../ecs//web.json", "ecs/web.json");
        check("az.json", "web.json", "web.json");
        check("az.json", "../../web.json", "../../web.json");
        check("/a/az.json", "../../../web.json", "/web.json");
        check("a/az.json", "/etc/web.json", "/etc/web.json");
    }
}
