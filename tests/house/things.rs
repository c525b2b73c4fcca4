//! What is shipped beside the code: scenarios, pages of faults, texts.

use super::text::{files, here, sources};
use serde_json::Value;
use std::fs;

fn read(path: &str) -> String {
    fs::read_to_string(here(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Paths of the shipped scenarios.
pub(crate) fn scenarios() -> Vec<String> {
    let found: Vec<String> = files("scenarios")
        .into_iter()
        .filter(|path| path.matches('/').count() == 1 && path.ends_with(".json") && !path.ends_with(".schema.json"))
        .collect();
    assert!(found.len() >= 14, "only {} scenarios", found.len());
    found
}

#[test]
fn every_scenario_tells_what_it_shows_and_is_held_to_it() {
    let stories = read("tests/stories.rs");
    for path in scenarios() {
        let scenario: Value = serde_json::from_str(&read(&path)).unwrap();
        let name = path.trim_start_matches("scenarios/").trim_end_matches(".json");
        assert_eq!(scenario["name"], *name, "{path} has another name");
        assert!(stories.contains(&format!("\"{name}\",")), "tests/stories.rs does not list {name}");
        assert!(scenario["description"].as_str().is_some_and(|text| text.len() > 80), "{path} teaches nothing");
        for list in ["sources", "objectives"] {
            assert!(scenario[list].as_array().is_some_and(|list| !list.is_empty()), "{path} has no {list}");
        }
    }
}

#[test]
fn no_file_of_the_scenarios_is_dead() {
    let all = scenarios();
    let texts: Vec<String> = files("scenarios").iter().map(|path| read(path)).collect();
    for path in files("scenarios") {
        let inner = path.trim_start_matches("scenarios/");
        let used = all.contains(&path) || texts.iter().any(|text| text.contains(&format!("{inner}\"")));
        assert!(used, "{path} is in no scenario");
    }
}

#[test]
fn every_fault_has_its_page() {
    let registry = read("src/model/fault/mod.rs");
    let mut kinds = 0;
    for source in sources(&["src/model/fault"]).iter().filter(|source| source.text.contains("    Spec(\"camelCase\")"))
    {
        let at = |title: &str| {
            source.text.find(&format!("/// ## {title}\n")).unwrap_or_else(|| panic!("{}: no `{title}`", source.path))
        };
        let places = ["What happens", "What ECS sees", "What heals it", "Source"].map(at);
        assert!(places.is_sorted(), "{}: the sections stand in another order", source.path);
        let module = source.module().pop().unwrap();
        assert!(registry.contains(&format!("mod {module};")), "{module} is not registered");
        kinds += 1;
    }
    assert!(kinds >= 8, "only {kinds} kinds");
    // Beside the kinds: the registry, the scopes, the clocks, courses of shares, and what comes back little by little.
    let files = files("src/model/fault").len();
    assert!(files <= kinds + 5, "a file of src/model/fault holds no kind");
}

/// Text files of the project, as far as it keeps them.
fn texts() -> Vec<String> {
    let kept = ["src", "tests", "benches", "docs", "scenarios", ".ci"];
    let top = ["README.md", "CHANGELOG.md", "Cargo.toml", "clippy.toml", "rustfmt.toml", "results/README.md"];
    let below = kept.iter().flat_map(|folder| files(folder)).filter(|path| {
        let picture = [".png", ".svg", ".ttf"].iter().any(|ending| path.ends_with(ending));
        // Broken inputs are no text on purpose; this list of words is here.
        !picture && path != "tests/house/things.rs" && std::str::from_utf8(&fs::read(here(path)).unwrap()).is_ok()
    });
    below.chain(top.map(str::to_owned)).collect()
}

#[test]
fn texts_speak_of_the_project_only() {
    // Folders in which a machine keeps its people's files, and words of tools.
    let folders = ["work", "home", "root", "users"].map(|folder| format!("/{folder}/"));
    let words = ["c:\\users", "co-authored-by", "generated with", "language model", "chatbot"].map(str::to_owned);
    let foreign: Vec<String> = folders.into_iter().chain(words).collect();
    let texts = texts();
    assert!(texts.len() > 150, "only {} texts", texts.len());
    for path in texts {
        let text = read(&path).to_lowercase();
        for word in &foreign {
            assert!(!text.contains(word.as_str()), "{path} says `{word}`");
        }
    }
}

#[test]
fn texts_name_files_that_exist() {
    // The roadmap speaks of what is to come.
    let page = |path: &String| path.ends_with(".md") && path != "docs/roadmap.md";
    let pages: Vec<String> = files("docs").into_iter().filter(page).collect();
    let top = ["README.md", "results/README.md"].map(str::to_owned);
    let mut named = 0;
    for page in pages.into_iter().chain(top) {
        for word in read(&page).split(|c: char| !(c.is_alphanumeric() || "_-./".contains(c))) {
            let path = word.trim_end_matches('.');
            let ours =
                ["src/", "tests/", "docs/", "benches/", "scenarios/"].iter().any(|folder| path.starts_with(folder));
            if ours && path.contains('.') {
                assert!(here(path).exists(), "{page} names {path}, which is not there");
                named += 1;
            }
        }
    }
    assert!(named >= 3, "only {named} files are named");
}

#[test]
fn the_architecture_page_knows_every_room() {
    let page = read("docs/architecture.md");
    for entry in fs::read_dir(here("src")).unwrap().map(|entry| entry.unwrap()) {
        let name = entry.file_name().into_string().unwrap();
        let known = !entry.path().is_dir() || page.contains(&format!("| `{name}` |"));
        assert!(known, "docs/architecture.md does not know src/{name}");
    }
}
