//! Rust sources as tokens: what ships, and how long functions are.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::fs;
use std::path::{Path, PathBuf};

/// One source file.
pub(crate) struct Source {
    /// Path from the project's folder, with `/`.
    pub(crate) path: String,
    /// As it stands.
    pub(crate) text: String,
    /// All of it, macro bodies included.
    pub(crate) tokens: TokenStream,
    /// Code that ships, without literals.
    pub(crate) shipped: TokenStream,
    /// Lines without what is compiled for tests only.
    pub(crate) lines: usize,
}

impl Source {
    pub(crate) fn of(path: &str, text: &str) -> Source {
        let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut dropped = 0;
        let mut source = Source {
            path: path.to_owned(),
            text: text.to_owned(),
            shipped: shipped(tokens.clone(), &mut dropped),
            tokens,
            lines: text.lines().count() - dropped,
        };
        if source.is_tests() {
            source.shipped = TokenStream::new();
        }
        source
    }

    /// Whether the whole file holds tests.
    pub(crate) fn is_tests(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        !self.path.starts_with("src/") || name == "tests.rs" || name.ends_with("_tests.rs")
    }

    /// Code that ships, without spaces, comments and literals.
    pub(crate) fn squeezed(&self) -> String {
        self.shipped.to_string().split_whitespace().collect()
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
    let source = |path: String| Source::of(&path, &fs::read_to_string(here(&path)).unwrap());
    let found: Vec<Source> = folders.iter().flat_map(|folder| files(folder)).filter(rust).map(source).collect();
    assert!(!found.is_empty(), "{folders:?} hold no sources");
    found
}

/// Takes out literals and what is compiled for tests only, and counts the lines of the latter.
fn shipped(tokens: TokenStream, dropped: &mut usize) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    let mut rest = tokens.into_iter();
    while let Some(token) = rest.next() {
        match token {
            TokenTree::Group(group) if group.to_string().replace(' ', "") == "[cfg(test)]" => {
                kept.pop();
                let end = rest.find(ends_item).unwrap_or_else(|| group.clone().into());
                *dropped += end.span().end().line + 1 - group.span().start().line;
            }
            TokenTree::Group(group) => {
                kept.push(Group::new(group.delimiter(), shipped(group.stream(), dropped)).into());
            }
            TokenTree::Literal(_) => {}
            token => kept.push(token),
        }
    }
    kept.into_iter().collect()
}

/// Braces or a semicolon.
fn ends_item(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    }
}

/// Functions with a body: name, first line, lines.
pub(crate) fn functions(tokens: &TokenStream) -> Vec<(String, usize, usize)> {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match (token, tokens.get(at + 1)) {
            (TokenTree::Group(group), _) => found.extend(functions(&group.stream())),
            (TokenTree::Ident(word), Some(TokenTree::Ident(name))) if word == "fn" => {
                if let Some(body @ TokenTree::Group(_)) = tokens[at..].iter().find(|token| ends_item(token)) {
                    let first = word.span().start().line;
                    found.push((name.to_string(), first, body.span().end().line + 1 - first));
                }
            }
            _ => {}
        }
    }
    found
}

#[test]
fn sources_are_read_as_meant() {
    let text = "fn a() -> [u8; 2] {\n    let b = \"fn no() {\"; }\nfn t();\n\
                // crate::cli\n#[cfg(test)]\nmod tests;\nmac! { fn b() {} }\n";
    let source = Source::of("src/a.rs", text);
    assert_eq!(functions(&source.tokens), [("a".to_owned(), 1, 2), ("b".to_owned(), 7, 1)]);
    assert_eq!((source.squeezed().as_str(), source.lines), ("fna()->[u8;]{letb=;}fnt();mac!{fnb(){}}", 5));
}
