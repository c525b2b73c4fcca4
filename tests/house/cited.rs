//! Whether every rule that says it is sourced names a page, and every page of `docs/sources.md` is used.

use super::docs::{cells, pages, read};
use super::text::{files, here};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// What an entry of `docs/sources.md` may be labelled.
const LABELS: [&str; 2] = ["sourced", "sourced, secondary"];

/// The entries of `docs/sources.md`: id, and its fields by name.
fn entries() -> BTreeMap<String, BTreeMap<String, String>> {
    let page = read("docs/sources.md");
    let mut all = BTreeMap::new();
    for entry in page.split("\n### ").skip(1) {
        let entry = entry.split("\n## ").next().unwrap_or_default();
        let (id, rest) = entry.split_once('\n').unwrap();
        let fields = rest.split("\n- ").skip(1).map(|field| {
            let (name, value) = field.split_once(": ").unwrap_or_else(|| panic!("{id}: {field}"));
            (name.to_owned(), value.split_whitespace().collect::<Vec<_>>().join(" "))
        });
        assert!(all.insert(id.to_owned(), fields.collect()).is_none(), "docs/sources.md has {id} twice");
    }
    all
}

/// Ids in square brackets: words in lower case with hyphens, that are neither the text of a link nor its definition,
/// nor the code of a problem, as in `error[unknown-name]`.
pub(crate) fn cited(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (start, _) in text.match_indices('[') {
        let Some((id, after)) = text[start + 1..].split_once(']') else { continue };
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_id = id.contains('-') && id.starts_with(|c: char| c.is_ascii_lowercase()) && id.chars().all(plain);
        let code = text[..start].ends_with(char::is_alphanumeric);
        if is_id && !code && !after.starts_with(['(', ':']) {
            found.insert(id.to_owned());
        }
    }
    found
}

/// Everything that cites: code, pages but the list itself, the schema.
fn citing() -> Vec<String> {
    let code = files("src").into_iter().filter(|path| path.ends_with(".rs"));
    let docs = pages().into_iter().filter(|page| page != "docs/sources.md");
    code.chain(docs).chain(["scenarios/scenario.schema.json".to_owned()]).collect()
}

#[test]
fn every_source_has_an_address_and_a_label() {
    let all = entries();
    assert!(all.len() > 90, "only {} sources", all.len());
    for (id, fields) in &all {
        for name in ["Page", "Address", "Read", "Label", "Says"] {
            assert!(fields.get(name).is_some_and(|value| !value.is_empty()), "docs/sources.md: {id} has no {name}");
        }
        assert!(fields["Address"].starts_with("<https://"), "docs/sources.md: {id} has no address to open");
        assert!(LABELS.contains(&fields["Label"].as_str()), "docs/sources.md: {id} is labelled {}", fields["Label"]);
        assert!(fields["Read"].contains("20"), "docs/sources.md: {id} does not say when it was read");
    }
}

#[test]
fn every_source_that_is_cited_is_there_and_every_one_there_is_cited() {
    let all: BTreeSet<String> = entries().into_keys().collect();
    let mut used = BTreeSet::new();
    for path in citing() {
        for id in cited(&read(&path)) {
            assert!(all.contains(&id), "{path} cites [{id}], which docs/sources.md does not have");
            used.insert(id);
        }
    }
    let idle: Vec<_> = all.difference(&used).collect();
    assert!(idle.is_empty(), "docs/sources.md has entries that nothing cites: {idle:?}");
}

#[test]
fn what_is_sourced_names_its_source() {
    // In the tables of rules.
    let page = read("docs/model.md");
    let (mut head, mut rules) = (Vec::new(), 0);
    for line in page.lines() {
        let row = if line.starts_with('|') { cells(line) } else { Vec::new() };
        if row.is_empty() || head.is_empty() {
            head = row;
            continue;
        }
        let [.., label, source] = row.as_slice() else { continue };
        if head[head.len() - 1] != "Source" || label.starts_with("---") {
            continue;
        }
        rules += 1;
        let marks: Vec<&str> = label.split(|c: char| !c.is_alphanumeric()).collect();
        assert!(marks.iter().any(|mark| ["S", "C", "M"].contains(mark)) || label.is_empty(), "no label: {line}");
        assert!(!marks.contains(&"S") || !cited(source).is_empty(), "sourced without a source: {line}");
    }
    assert!(rules > 200, "only {rules} rules");
    // In the code, and so in the schema.
    for path in files("src").into_iter().filter(|path| path.ends_with(".rs")) {
        let bare = ["(sour", "ced)"].concat();
        let text = read(&path);
        let mut comments = text.lines().filter(|line| line.trim_start().starts_with("//"));
        assert!(!comments.any(|line| line.contains(&bare)), "{path}: \"{bare}\" without the id of a source");
    }
}

#[test]
fn ids_in_the_pages_are_links() {
    for page in pages().into_iter().filter(|page| page != "docs/sources.md") {
        let text = read(&page);
        for id in cited(&text) {
            let link = format!("\n[{id}]: sources.md#{id}\n");
            assert!(text.contains(&link), "{page} cites [{id}] and has no line \"{}\"", link.trim());
        }
    }
}

/// Pages that a reader of the project cannot open are no sources.
#[test]
fn nothing_names_a_page_that_is_not_shipped() {
    let hidden =
        ["domain", "interface", "style"].map(|name| [name, if name == "domain" { "sheet" } else { "page" }].join(" "));
    let folders = ["src", "tests", "benches", "docs", "scenarios"];
    let texts = folders.iter().flat_map(|folder| files(folder)).chain(pages());
    for path in texts.filter(|path| [".rs", ".md", ".json"].iter().any(|ending| path.ends_with(ending))) {
        let Ok(text) = fs::read_to_string(here(&path)) else { continue };
        let plain = text.to_lowercase().replace("\n//! ", " ").replace("\n/// ", " ").replace("\n// ", " ");
        for name in &hidden {
            assert!(!plain.contains(name), "{path} names the {name}, which nobody can open");
        }
    }
}
