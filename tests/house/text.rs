//! Rust sources as plain text: without comments and literals, cut into functions and paths.

use std::fs;
use std::path::{Path, PathBuf};

/// One source file.
pub(crate) struct Source {
    /// Path from the project's folder, with `/`.
    pub(crate) path: String,
    /// As it stands.
    pub(crate) text: String,
    /// Without comments and literals; line breaks stay.
    pub(crate) code: String,
}

impl Source {
    /// Lines before the first test module, and whether the whole file is tests.
    pub(crate) fn lines_without_tests(&self) -> usize {
        self.text.lines().take_while(|line| line.trim() != "#[cfg(test)]").count()
    }

    /// Whether the whole file holds tests.
    pub(crate) fn is_tests(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        !self.path.starts_with("src/") || name == "tests.rs" || name.ends_with("_tests.rs")
    }

    /// Code that ships: what stands before the test module.
    pub(crate) fn shipped_code(&self) -> &str {
        if self.is_tests() { "" } else { self.code.split("#[cfg(test)]").next().unwrap_or_default() }
    }

    /// The module that the file is, from the crate's root: `["model", "flows", "launch"]`.
    pub(crate) fn module(&self) -> Vec<String> {
        let inner = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let mut parts: Vec<String> = inner.split('/').map(str::to_owned).collect();
        if parts.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
            parts.pop();
        }
        parts
    }
}

/// A file or folder of this project.
pub(crate) fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every file below a folder, as paths from the project's folder, in order.
pub(crate) fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(here(folder)).unwrap().map(|entry| entry.unwrap()) {
        let path = format!("{folder}/{}", entry.file_name().into_string().unwrap());
        let path = path.trim_start_matches("./").to_owned();
        if entry.file_type().unwrap().is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// All Rust sources below some folders.
pub(crate) fn sources(folders: &[&str]) -> Vec<Source> {
    let rust = |path: &String| path.ends_with(".rs");
    let source = |path: String| {
        let text = fs::read_to_string(here(&path)).unwrap();
        Source { code: code(&text), text, path }
    };
    let found: Vec<Source> = folders.iter().flat_map(|folder| files(folder)).filter(rust).map(source).collect();
    assert!(!found.is_empty(), "{folders:?} hold no sources");
    found
}

/// The text with comments, strings and characters blanked out; every line keeps its number.
pub(crate) fn code(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let length = blank(&chars, at);
        for c in &chars[at..(at + length.max(1)).min(chars.len())] {
            out.push(if length > 0 && *c != '\n' { ' ' } else { *c });
        }
        at += length.max(1);
    }
    out
}

/// Length of the comment or literal that begins here; 0 for none.
fn blank(chars: &[char], at: usize) -> usize {
    let rest = &chars[at..];
    let starts = |word: &str| rest.iter().copied().take(word.len()).eq(word.chars());
    let in_word = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    if starts("//") {
        return rest.iter().position(|c| *c == '\n').unwrap_or(rest.len());
    }
    if starts("/*") {
        return 2 + until(&rest[2..], "*/");
    }
    if rest[0] == 'r' && !in_word {
        let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
        if rest.get(1 + hashes) == Some(&'"') {
            return 2 + hashes + until(&rest[2 + hashes..], &format!("\"{}", "#".repeat(hashes)));
        }
    }
    match rest[0] {
        '"' => 1 + quoted(&rest[1..], '"'),
        // A lifetime is a quote with no second one behind its first character.
        '\'' if rest.get(1) == Some(&'\\') || rest.get(2) == Some(&'\'') => 1 + quoted(&rest[1..], '\''),
        _ => 0,
    }
}

/// Characters up to and with the end of something.
fn until(rest: &[char], end: &str) -> usize {
    let end: Vec<char> = end.chars().collect();
    rest.windows(end.len()).position(|part| part == end).map_or(rest.len(), |at| at + end.len())
}

fn quoted(rest: &[char], end: char) -> usize {
    let mut at = 0;
    while at < rest.len() && rest[at] != end {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// Functions with a body: name, first line, lines.
pub(crate) fn functions(code: &str) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    for (start, _) in code.match_indices("fn ") {
        let before = code[..start].chars().next_back();
        let name: String = code[start + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if name.is_empty() || before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let Some(length) = body(&code[start..]) else { continue };
        let line = code[..start].matches('\n').count() + 1;
        found.push((name, line, code[start..start + length].matches('\n').count() + 1));
    }
    found
}

/// Bytes up to the end of the braces that follow, unless the item ends before them.
fn body(text: &str) -> Option<usize> {
    let open = text.find('{')?;
    // An array type such as `[u64; 3]` has a semicolon inside brackets; one outside ends the item.
    let mut brackets = 0;
    for c in text[..open].chars() {
        brackets += match c {
            '[' | '(' => 1,
            ']' | ')' => -1,
            ';' if brackets == 0 => return None,
            _ => 0,
        };
    }
    let mut depth = 0;
    for (at, c) in text[open..].char_indices() {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        if depth == 0 {
            return Some(open + at + 1);
        }
    }
    None
}

#[test]
fn sources_are_read_as_meant() {
    let text = "fn a<'x>(b: &'x str) -> [u8; 2] {\n    let c = \"fn no() { // \\\" }\"; // }\n    let d = '{'; r#\"}\"#; }\nfn t();";
    assert_eq!(functions(&code(text)), [("a".to_owned(), 1, 3)]);
    assert!(!code("/* crate::cli */ \"crate::cli\" // crate::cli").contains("cli"));
}
