//! Files to one document: texts read, `$file` spliced in, wrappers of the AWS CLI taken off.
//!
//! Everything here is bounded: bytes and values over all files together, depth of brackets, length of a chain of
//! files. A file that cannot be taken leaves a hole, so that the rest is still checked.

use super::recognise;
use super::report::Report;
use super::scan::{DEPTH_MAX, VALUES_MAX};
use super::source::{BYTES_MAX, Bytes, FileError, Files, Sources};
use super::tree::{Kind, Member, Node, parse};
use super::wrap;
use crate::model::problem::{Code, Problems, Severity};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The way out of a file that is too large.
const TOO_LARGE: &str = "use `desiredCount` instead of writing things one by one";
/// Bytes shown after one that is no text.
const BESIDE_MAX: usize = 200;
/// Files that name files that name files, at most.
const CHAIN_MAX: usize = 16;

/// A scenario as one JSON value, and where each part of it was written.
#[derive(Clone, Debug)]
pub struct Document {
    /// The scenario with every `$file` spliced in and no wrapper left; null where a file could not be taken.
    pub value: Value,
    pub sources: Sources,
}

impl Document {
    /// A scenario that stands in no file: of what is wrong only the pointers are known.
    #[cfg(any(test, feature = "internals"))]
    pub fn of(value: Value) -> Document {
        Document { value, sources: Sources::default() }
    }
}

/// Reads a scenario and all files that it names.
///
/// `None` when the first file is not JSON at all. Problems that leave a tree (a key written twice, a missing `$file`)
/// still give a document, so that everything wrong can be reported at once: look at [`Problems::has_errors`].
#[cfg(any(test, feature = "internals"))]
pub fn load(path: &str, files: &dyn Files, out: &mut Problems) -> Option<Document> {
    let (value, sources) = read(path, files, out);
    value.map(|value| Document { value, sources })
}

/// The same; gives the files even if no tree could be made of them, so that the place of the fault can be shown.
pub fn read(path: &str, files: &dyn Files, out: &mut Problems) -> (Option<Value>, Sources) {
    let mut loader = Loader {
        files,
        sources: Sources::default(),
        opened: BTreeMap::new(),
        report: Report::new(out),
        bytes: BYTES_MAX,
        values: VALUES_MAX,
    };
    let root = match loader.open(path, Named::ByUser) {
        Ok(file) => loader.root(file, path),
        Err(refused) => {
            let spelling = "look at the spelling; `evenkeel new NAME` writes a scenario to start from";
            let hint = match refused.hint {
                Some(hint) => hint.to_owned(),
                None => files.meant(path).unwrap_or_else(|| spelling.to_owned()),
            };
            loader.report.add(refused.code, &refused.at.unwrap_or_default(), refused.message, hint);
            None
        }
    };
    let value = root.map(|mut root| {
        wrap::unwrap(&mut root, &mut loader.sources, &mut loader.report);
        let mut holes = BTreeSet::new();
        let (value, spot) = root.part(&mut String::new(), &mut holes);
        loader.sources.root = Some(spot);
        loader.sources.holes = holes;
        value
    });
    loader.report.finish();
    (value, loader.sources)
}

/// Why a file cannot be taken.
struct Refused {
    code: Code,
    /// The place in it, where there is one.
    at: Option<String>,
    message: String,
    /// The way out; that of a missing file depends on who names it.
    hint: Option<&'static str>,
}

/// Who names a file: a scenario of a stranger may name any, so of those nothing is shown but JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    ByUser,
    ByFile,
}

/// Whether the text is a JSON object or list from its first character on, or any JSON at all.
fn looks_like_json(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    match bytes.trim_ascii_start().first() {
        None | Some(b'{' | b'[') => true,
        Some(_) => serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok(),
    }
}

struct Loader<'a> {
    files: &'a dyn Files,
    sources: Sources,
    opened: BTreeMap<String, u32>,
    report: Report<'a>,
    /// What is left of the limits.
    bytes: u64,
    values: usize,
}

impl Loader<'_> {
    fn root(&mut self, file: u32, path: &str) -> Option<Node> {
        let root = self.parse(file)?;
        if let Some(found) = recognise::printed(&root) {
            return self.error(found.code, root.bytes, found.message, found.hint);
        }
        Some(self.splice(root, 0, &mut vec![path.to_owned()], ""))
    }

    /// Reads a file once, and counts its bytes each time it is used.
    fn open(&mut self, path: &str, named: Named) -> Result<u32, Refused> {
        if let Some(file) = self.opened.get(path).copied() {
            self.count(self.sources.text(file).len() as u64)?;
            return Ok(file);
        }
        let read = match named {
            Named::ByUser => self.files.read(path),
            Named::ByFile => self.files.read_named(path),
        };
        let bytes = read.map_err(|error| {
            let hint = match error {
                FileError::Missing => None,
                FileError::Directory => Some("name a file in it"),
                FileError::Special => Some("write what it gives to a file, and name that"),
                FileError::TooLarge => Some(TOO_LARGE),
                FileError::Other(_) => Some("the file must be readable"),
            };
            Refused { code: Code::Unreadable, at: None, message: format!("`{path}` {error}"), hint }
        })?;
        self.count(bytes.len() as u64)?;
        if named == Named::ByFile && !looks_like_json(&bytes) {
            let known = std::str::from_utf8(&bytes).ok().and_then(recognise::not_json);
            let (message, hint) = if let Some((is, hint)) = known {
                (format!("`{path}`: {is}"), Some(hint))
            } else {
                let message = format!("`{path}` begins neither with `{{` nor with `[`");
                (message, Some("`$file` takes a file that holds JSON"))
            };
            return Err(Refused { code: Code::Malformed, at: None, message, hint });
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text),
            Err(error) => return Err(self.not_utf8(path, &error)),
        };
        let file = self.sources.open(path, text);
        self.opened.insert(path.to_owned(), file);
        Ok(file)
    }

    fn count(&mut self, bytes: u64) -> Result<(), Refused> {
        let message = "the scenario and its files are larger than 64 MiB";
        let refused = || Refused { code: Code::TooLarge, at: None, message: message.to_owned(), hint: Some(TOO_LARGE) };
        self.bytes = self.bytes.checked_sub(bytes).ok_or_else(refused)?;
        Ok(())
    }

    /// Says which byte of a file is no text; its text up to there is kept, so that the place can be shown.
    fn not_utf8(&mut self, path: &str, error: &std::string::FromUtf8Error) -> Refused {
        let bytes = error.as_bytes();
        let byte = error.utf8_error().valid_up_to();
        let rest = bytes[byte..].iter().take(BESIDE_MAX).position(|byte| *byte == b'\n').unwrap_or(BESIDE_MAX);
        let end = (byte + rest).min(bytes.len());
        let file = self.sources.open(path, String::from_utf8_lossy(&bytes[..end]).into_owned());
        let mark = '\u{fffd}'.len_utf8();
        let at = self.sources.mark(Bytes { file, start: byte as u32, end: (byte + mark) as u32 });
        let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
        let guess = if utf16 { "; it looks like UTF-16" } else { "" };
        let message = format!("`{path}` is not UTF-8: byte {byte} is 0x{:02x}{guess}", bytes[byte]);
        Refused { code: Code::Malformed, at: Some(at), message, hint: Some("save the file as UTF-8") }
    }

    fn parse(&mut self, file: u32) -> Option<Node> {
        parse(&mut self.sources, file, &mut self.values, &mut self.report)
    }

    /// Puts files in place of the objects that name them; `depth` counts the brackets around `node`, and `list` is the
    /// field that it stands in.
    fn splice(&mut self, node: Node, depth: usize, chain: &mut Vec<String>, list: &str) -> Node {
        let bytes = node.bytes;
        let kind = match node.kind {
            Kind::Object(members) if members.iter().any(|member| member.name == "$file") => {
                return self.take(bytes, members, depth, chain, list).unwrap_or(Node { bytes, kind: Kind::Hole });
            }
            Kind::Object(members) => {
                Kind::Object(members.into_iter().map(|member| self.member(member, depth, chain)).collect())
            }
            Kind::List(entries) => {
                let mut whole = Vec::with_capacity(entries.len());
                for element in entries {
                    let named = element.field("$file").is_some();
                    let element = self.splice(element, depth + 1, chain, list);
                    match element.kind {
                        // A file that holds a list, named inside a list, gives its entries.
                        Kind::List(inside) if named => whole.extend(inside),
                        kind => whole.push(Node { bytes: element.bytes, kind }),
                    }
                }
                Kind::List(whole)
            }
            kind => kind,
        };
        Node { bytes, kind }
    }

    fn member(&mut self, member: Member, depth: usize, chain: &mut Vec<String>) -> Member {
        let Member { name, key, value } = member;
        let value = self.splice(value, depth + 1, chain, &name);
        Member { name, key, value }
    }

    /// The value of the file that an object names, with the other members of this object over it; `None` when it cannot
    /// be taken, which is then reported.
    fn take(
        &mut self,
        bytes: Bytes,
        mut members: Vec<Member>,
        depth: usize,
        chain: &mut Vec<String>,
        list: &str,
    ) -> Option<Node> {
        let from = self.sources.path(bytes.file).to_owned();
        let named = members.remove(members.iter().position(|member| member.name == "$file")?);
        let Kind::Plain(Value::String(relative)) = &named.value.kind else {
            let (message, hint) = ("`$file` needs the path of a file", "write \"$file\": \"ecs/web.json\"");
            return self.error(Code::WrongType, named.value.bytes, message, hint);
        };
        let path = self.files.join(&from, relative);
        if path.is_empty() || path.ends_with("..") {
            let (message, hint) =
                (format!("`{relative}` is a folder, not a file"), "write \"$file\": \"ecs/web.json\"");
            return self.error(Code::Unreadable, named.value.bytes, message, hint);
        }
        if chain.contains(&path) {
            let message = format!("`{path}` leads back to itself: {} -> {path}", chain.join(" -> "));
            return self.error(Code::Circle, named.value.bytes, message, "take one of these `$file` out");
        }
        if chain.len() >= CHAIN_MAX {
            let message = format!("more than {CHAIN_MAX} files name one another in a chain");
            return self.error(Code::TooLarge, named.value.bytes, message, "write the object directly");
        }
        let file = match self.open(&path, Named::ByFile) {
            Ok(file) => file,
            Err(Refused { code, at: Some(at), message, hint }) => {
                self.report.add(code, &at, message, hint.unwrap_or_default());
                return None;
            }
            Err(Refused { code, at: None, message, hint }) => {
                let relative = || format!("the path is relative to `{from}`");
                let near = || self.files.meant(&path).map(|near| format!("{near} {}", relative()));
                let hint = hint.map(str::to_owned).or_else(near).unwrap_or_else(relative);
                return self.error(code, named.value.bytes, message, hint);
            }
        };
        let node = self.parse(file)?;
        if depth + node.depth() > DEPTH_MAX {
            let message = format!("with `{path}` brackets are nested more than {DEPTH_MAX} deep");
            let hint = "no scenario needs more than a dozen levels";
            return self.error(Code::TooLarge, named.value.bytes, message, hint);
        }
        // What stands beside `$file` is relative to the file that it stands in.
        let beside: Vec<Member> = members.into_iter().map(|member| self.member(member, depth, chain)).collect();
        chain.push(path);
        let node = self.splice(node, depth, chain, list);
        chain.pop();
        wrap::over(node, beside, list, &mut self.sources, &mut self.report)
    }

    /// Tells what is wrong; there is nothing in its place.
    fn error<T>(&mut self, code: Code, bytes: Bytes, message: impl Into<String>, hint: impl Into<String>) -> Option<T> {
        // Beyond the limit problems are only counted: a place costs a walk through its line.
        let at = if self.report.full(Severity::Error) { String::new() } else { self.sources.mark(bytes) };
        self.report.add(code, &at, message, hint);
        None
    }
}
