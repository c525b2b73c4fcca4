//! Text to a tree in which every value knows its bytes.
//!
//! Strict JSON: no comments, no trailing commas, no second value. A byte-order mark at the head is tolerated. What
//! would cost stack or memory is refused before the parser sees it ([`super::scan`]).

use super::recognise::not_json;
use super::report::Report;
use super::scan::scan;
use super::source::{Bytes, Kids, Sources, Spot};
use crate::model::problem::{Code, Severity};
use jsonc_parser::ast;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde_json::{Map, Number, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A field that may stand in any object and is read by people only; JSON Schema has the same word for it.
pub(crate) const COMMENT: &str = "$comment";

/// A value and its bytes.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) bytes: Bytes,
    pub(crate) kind: Kind,
}

/// What a value is.
#[derive(Debug)]
pub(crate) enum Kind {
    /// Null, a boolean, a number or a text.
    Plain(Value),
    List(Vec<Node>),
    Object(Vec<Member>),
    /// Stands for a `$file` that could not be taken; its reason is reported already.
    Hole,
}

/// One field of an object; its key stands in the same file as the object.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) key: Bytes,
    pub(crate) value: Node,
}

impl Node {
    /// The value of a field.
    pub(crate) fn field(&self, name: &str) -> Option<&Node> {
        let Kind::Object(members) = &self.kind else { return None };
        members.iter().find(|member| member.name == name).map(|member| &member.value)
    }

    /// Nested brackets of this value.
    pub(crate) fn depth(&self) -> usize {
        match &self.kind {
            Kind::Plain(_) | Kind::Hole => 0,
            Kind::List(list) => 1 + list.iter().map(Node::depth).max().unwrap_or(0),
            Kind::Object(members) => 1 + members.iter().map(|member| member.value.depth()).max().unwrap_or(0),
        }
    }

    /// Parts the value from its place; `at` is its pointer and `holes` gathers the pointers of holes.
    pub(crate) fn part(self, at: &mut String, holes: &mut BTreeSet<String>) -> (Value, Spot) {
        let bytes = self.bytes;
        let start = at.len();
        match self.kind {
            Kind::Plain(value) => (value, Spot { bytes, kids: Kids::None }),
            Kind::Hole => {
                holes.insert(at.clone());
                (Value::Null, Spot { bytes, kids: Kids::None })
            }
            Kind::List(list) => {
                let mut values = Vec::with_capacity(list.len());
                let mut spots = Vec::with_capacity(list.len());
                for (index, node) in list.into_iter().enumerate() {
                    super::source::push(at, &index.to_string());
                    let (value, spot) = node.part(at, holes);
                    at.truncate(start);
                    values.push(value);
                    spots.push(spot);
                }
                (Value::Array(values), Spot { bytes, kids: Kids::List(spots.into()) })
            }
            Kind::Object(members) => {
                let mut map = Map::with_capacity(members.len());
                let mut spots = Vec::with_capacity(members.len());
                for member in members {
                    super::source::push(at, &member.name);
                    let (value, spot) = member.value.part(at, holes);
                    at.truncate(start);
                    map.insert(member.name, value);
                    spots.push((member.key, spot));
                }
                (Value::Object(map), Spot { bytes, kids: Kids::Object(spots.into()) })
            }
        }
    }
}

/// Reads one file's text; `values` is what is left of [`VALUES_MAX`].
pub(crate) fn parse(sources: &mut Sources, file: u32, values: &mut usize, report: &mut Report<'_>) -> Option<Node> {
    if let Err((byte, message, hint)) = scan(sources.text(file).as_bytes(), values) {
        let at = sources.mark(Bytes { file, start: byte as u32, end: byte as u32 + 1 });
        report.add(Code::TooLarge, &at, message, hint);
        return None;
    }
    let (node, found) = {
        let text = sources.text(file);
        match tree(text).map_err(|finding| otherwise(text).unwrap_or(finding)) {
            Ok(value) => {
                let mut grower = Grower { file, found: Vec::new() };
                (Some(grower.grow(value)), grower.found)
            }
            Err(finding) => (None, vec![finding.on(file, text)]),
        }
    };
    for finding in found {
        if report.full(Severity::Error) {
            report.count(Severity::Error);
            continue;
        }
        let first = finding.first.map(|first| sources.name(first));
        let at = sources.mark(finding.bytes);
        let hint = first.map_or(finding.hint.clone(), |first| format!("{} {first}", finding.hint));
        let code = if finding.first.is_some() { Code::DuplicateField } else { Code::Malformed };
        report.add(code, &at, finding.message, hint);
    }
    node
}

/// Something wrong in a text.
struct Finding {
    bytes: Bytes,
    message: String,
    hint: String,
    /// Where the first of two stands; its name ends the hint.
    first: Option<Bytes>,
}

impl Finding {
    fn new(start: usize, end: usize, message: impl Into<String>, hint: impl Into<String>) -> Self {
        let bytes = Bytes { file: 0, start: start as u32, end: end as u32 };
        Finding { bytes, message: message.into(), hint: hint.into(), first: None }
    }

    /// Puts the finding into its file, inside the bounds of the text.
    fn on(mut self, file: u32, text: &str) -> Self {
        self.bytes.file = file;
        self.bytes.start = self.bytes.start.min(text.len() as u32);
        self.bytes.end = self.bytes.end.clamp(self.bytes.start, text.len() as u32);
        self
    }
}

/// The parser's tree of a text that is JSON in the strict sense.
fn tree(text: &str) -> Result<ast::Value<'_>, Finding> {
    if text.trim_start().is_empty() {
        return Err(Finding::new(0, 0, "the file is empty", "`evenkeel new NAME` writes a scenario to start from"));
    }
    let options = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options)
        .map_err(|error| stray_word(text, &error).unwrap_or_else(|| words(&error)))?;
    // The parser reads a larger language; what it lets pass (a number such as `01`) is caught by a second look.
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| second_look(text, &error))?;
    parsed.value.ok_or_else(|| Finding::new(0, 0, "the file holds no value", "write a JSON object"))
}

/// What a text is that is no JSON at all.
fn otherwise(text: &str) -> Option<Finding> {
    let (message, hint) = not_json(text)?;
    let line = text.lines().next().map_or(0, str::len);
    Some(Finding::new(0, line.max(1), message, hint))
}

fn second_look(text: &str, error: &serde_json::Error) -> Finding {
    let line = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let mut at = (line + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    Finding::new(at, at + 1, format!("this is not JSON: {said}"), "")
}

/// A bare word where a value should stand, such as `NaN` or `None`: what other languages write and JSON does not.
fn stray_word(text: &str, error: &ParseError) -> Option<Finding> {
    use ParseErrorKind as K;
    if !matches!(error.kind(), K::UnexpectedWord | K::UnexpectedToken | K::NonFiniteNumbersNotAllowed) {
        return None;
    }
    let start = error.range().start;
    let rest = text.get(start..)?;
    let sign = usize::from(rest.starts_with(['-', '+']));
    let letters = rest[sign..].bytes().take_while(u8::is_ascii_alphanumeric).count();
    let word = &rest[..(sign + letters).min(40)];
    let hint = match word.trim_start_matches(['-', '+']).to_ascii_lowercase().as_str() {
        "nan" | "infinity" | "inf" => "JSON numbers are finite: leave the field out instead",
        "true" => "write true",
        "false" => "write false",
        "none" | "nil" | "undefined" => "write null, or leave the field out",
        "" => return None,
        _ => "texts stand in double quotes; true, false and null do not",
    };
    Some(Finding::new(start, start + word.len(), format!("`{word}` is not a JSON value"), hint))
}

/// The parser's error in our words.
fn words(error: &ParseError) -> Finding {
    use ParseErrorKind as K;
    let (message, hint) = match error.kind() {
        K::CommentsNotAllowed | K::UnterminatedCommentBlock => {
            ("JSON has no comments", "put the words into \"$comment\": \"...\"; it may stand in any object")
        }
        K::TrailingCommasNotAllowed => ("a comma stands before the closing bracket", "remove the comma"),
        K::ExpectedComma => ("a comma is missing", "put a comma between two fields or entries"),
        K::ExpectedColonAfterObjectKey => ("a colon is missing after the key", "write \"key\": value"),
        K::ExpectedObjectValue => ("a value is missing after the colon", "write \"key\": value"),
        K::ExpectedStringObjectProperty => ("a key needs double quotes", "write \"key\": value"),
        K::SingleQuotedStringsNotAllowed => ("a text needs double quotes", "write \"text\""),
        K::MultipleRootJsonValues => ("something follows the end of the scenario", "remove it; one file is one object"),
        K::UnterminatedArray => ("a list is not closed", "add the missing `]`"),
        K::UnterminatedObject => ("an object is not closed", "add the missing `}`"),
        K::UnexpectedCloseBrace | K::UnexpectedCloseBracket => {
            ("a bracket stands where a value should", "write the value, or remove the bracket")
        }
        K::UnexpectedComma => ("a comma stands where a value should", "remove it"),
        K::UnexpectedTokenInObject
        | K::UnexpectedToken
        | K::UnexpectedColon
        | K::UnexpectedWord
        | K::NonFiniteNumbersNotAllowed => ("a key or a value was expected", "look for a `}` or `]` out of place"),
        K::HexadecimalNumbersNotAllowed
        | K::UnaryPlusNumbersNotAllowed
        | K::BareDecimalPointNumbersNotAllowed
        | K::ExpectedDigit
        | K::ExpectedDigitFollowingNegativeSign
        | K::ExpectedPlusMinusOrDigitInNumberLiteral => {
            ("this is not how JSON writes a number", "write it like 5, -5, 0.5 or 5e3")
        }
        K::String(_) => ("a text is not closed or has a wrong escape", "a text ends with \" on its own line"),
        K::NestingDepthExceeded => ("brackets are nested too deep", "no scenario needs more than a dozen levels"),
    };
    let range = error.range();
    Finding::new(range.start, range.end, message, hint)
}

/// Turns the parser's tree into ours.
struct Grower {
    file: u32,
    found: Vec<Finding>,
}

impl Grower {
    fn bytes(&self, range: jsonc_parser::common::Range) -> Bytes {
        Bytes { file: self.file, start: range.start as u32, end: range.end as u32 }
    }

    fn grow(&mut self, value: ast::Value<'_>) -> Node {
        match value {
            ast::Value::StringLit(text) => self.plain(text.range, Value::String(text.value.into_owned())),
            ast::Value::BooleanLit(bit) => self.plain(bit.range, Value::Bool(bit.value)),
            ast::Value::NullKeyword(null) => self.plain(null.range, Value::Null),
            ast::Value::NumberLit(number) => {
                let value = self.number(&number);
                self.plain(number.range, value)
            }
            ast::Value::Array(array) => {
                let bytes = self.bytes(array.range);
                let list = array.elements.into_iter().map(|element| self.grow(element)).collect();
                Node { bytes, kind: Kind::List(list) }
            }
            ast::Value::Object(object) => {
                let bytes = self.bytes(object.range);
                Node { bytes, kind: Kind::Object(self.members(object.properties)) }
            }
        }
    }

    fn plain(&self, range: jsonc_parser::common::Range, value: Value) -> Node {
        Node { bytes: self.bytes(range), kind: Kind::Plain(value) }
    }

    /// The fields of an object; of a key written twice the first counts. What people tell each other is left out.
    fn members(&mut self, properties: Vec<ast::ObjectProp<'_>>) -> Vec<Member> {
        let mut seen: BTreeMap<String, Bytes> = BTreeMap::new();
        let mut members = Vec::with_capacity(properties.len());
        for property in properties {
            let range = match &property.name {
                ast::ObjectPropName::String(name) => name.range,
                ast::ObjectPropName::Word(name) => name.range,
            };
            let key = self.bytes(range);
            let name = property.name.into_string();
            if name == COMMENT {
                continue;
            }
            let value = self.grow(property.value);
            if let Some(first) = seen.get(&name) {
                let message = format!("`{name}` is written twice");
                let hint = "keep one of them; the first stands at".to_owned();
                self.found.push(Finding { bytes: key, message, hint, first: Some(*first) });
                continue;
            }
            seen.insert(name.clone(), key);
            members.push(Member { name, key, value });
        }
        members
    }

    /// A number; a whole one written as `3.0` or `1e3` becomes the integer, as JSON Schema sees it.
    fn number(&mut self, literal: &ast::NumberLit<'_>) -> Value {
        let whole = !literal.value.contains(['.', 'e', 'E']);
        match serde_json::from_str::<Number>(literal.value) {
            Ok(number) if number.is_f64() && whole => {
                let limits = format!("whole numbers go from {} to {}", i64::MIN, u64::MAX);
                self.wrong(literal, limits);
                Value::from(0)
            }
            Ok(number) => match number.as_f64() {
                Some(float) if !whole && libm::trunc(float).to_bits() == float.to_bits() && float.abs() < 9e15 => {
                    Value::from(float as i64)
                }
                _ => Value::Number(number),
            },
            Err(_) => {
                self.wrong(literal, "numbers go up to about 1.8e308".into());
                Value::from(0)
            }
        }
    }

    fn wrong(&mut self, literal: &ast::NumberLit<'_>, hint: String) {
        let short: String = literal.value.chars().take(40).collect();
        let mut finding = Finding::new(literal.range.start, literal.range.end, format!("`{short}` does not fit"), hint);
        finding.bytes.file = self.file;
        self.found.push(finding);
    }
}
