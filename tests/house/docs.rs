//! Whether the pages are true: what they name is there, what is there is named, links lead somewhere, tables are whole.

use super::text::{files, here};
use super::things::scenarios;
use evenkeel::model::{defect, fault};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

fn read(path: &str) -> String {
    fs::read_to_string(here(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every page.
fn pages() -> Vec<String> {
    let top = ["README.md", "CHANGELOG.md", "results/README.md"].map(str::to_owned);
    let docs = files("docs").into_iter().filter(|path| path.ends_with(".md"));
    top.into_iter().chain(docs).collect()
}

/// Names of the shipped scenarios.
fn shipped() -> BTreeSet<String> {
    let name = |path: &String| path.trim_start_matches("scenarios/").trim_end_matches(".json").to_owned();
    scenarios().iter().map(name).collect()
}

/// Words between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The parts of a text that begin after `start` and end before `end`.
fn parts<'t>(text: &'t str, start: &str, end: char) -> Vec<&'t str> {
    let after = text.split(start).skip(1);
    after.map(|rest| rest.split(end).next().unwrap_or_default()).collect()
}

/// `docs/scenarios.md`, from the descriptions of the scenarios.
fn list_of_scenarios() -> String {
    let mut page = "# Shipped scenarios\n\nRun one with `evenkeel run scenarios/az-loss.json`. Each file tells what it shows, \
                    where its numbers come from, and in\n`objectives` what must come out; `tests/stories.rs` holds it to \
                    that.\n\n| Scenario | What it shows |\n|---|---|\n"
        .to_owned();
    for name in shipped() {
        let file: Value = serde_json::from_str(&read(&format!("scenarios/{name}.json"))).unwrap();
        writeln!(page, "| `{name}` | {} |", file["description"].as_str().unwrap()).unwrap();
    }
    page
}

#[test]
fn every_shipped_scenario_is_listed() {
    let page = list_of_scenarios();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(here("docs/scenarios.md"), &page).unwrap();
    }
    assert!(read("docs/scenarios.md") == page, "run `UPDATE=1 cargo test --test house`");
    assert!(read("README.md").contains("](docs/scenarios.md)"), "README.md does not link the list of scenarios");
}

#[test]
fn the_scenarios_that_the_readme_recommends_are_shipped() {
    let (readme, shipped) = (read("README.md"), shipped());
    let advice = parts(&readme, "\nTry ", '.');
    let named: Vec<&str> = advice.iter().flat_map(|text| quoted(text)).collect();
    assert!(named.len() >= 10, "only {named:?} are recommended");
    for name in named {
        assert!(shipped.contains(name), "README.md recommends `{name}`, which is not shipped");
    }
    for name in parts(&readme, "scenarios/", '.').into_iter().filter(|name| !name.contains(char::is_whitespace)) {
        assert!(shipped.contains(name), "README.md names scenarios/{name}, which is not shipped");
    }
}

#[test]
fn the_readme_names_every_kind_of_fault_and_defect_and_no_other() {
    let readme = read("README.md");
    let all: BTreeSet<&str> = quoted(&readme).into_iter().collect();
    for kind in fault::KINDS.iter().chain(defect::KINDS) {
        assert!(all.contains(kind), "README.md does not name `{kind}`");
    }
    let (faults, defects) = (parts(&readme, "faults: ", '.'), parts(&readme, "bad in a stated way (", ')'));
    assert!(faults.len() >= 3 && defects.len() == 1, "README.md lists faults {faults:?}, defects {defects:?}");
    for name in faults.iter().flat_map(|list| quoted(list)) {
        assert!(fault::KINDS.contains(&name), "README.md names the fault `{name}`, which the program does not know");
    }
    for name in defects.iter().flat_map(|list| quoted(list)) {
        assert!(defect::KINDS.contains(&name), "README.md names the defect `{name}`, which the program does not know");
    }
}

#[test]
fn what_the_readme_says_of_the_tests_is_so() {
    let (readme, swarm) = (read("README.md"), read("tests/swarm.rs"));
    let seeds: u32 = parts(&swarm, "const SEEDS: u64 = ", ';')[0].replace('_', "").parse().unwrap();
    let told = format!("{},{:03} random scenarios", seeds / 1_000, seeds % 1_000);
    assert!(readme.contains(&told), "README.md does not say \"{told}\"");
}

#[test]
fn links_lead_somewhere() {
    let mut followed = 0;
    for page in pages() {
        let text = read(&page);
        let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
        for target in parts(&text, "](", ')') {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.starts_with("http") {
                continue;
            }
            assert!(here(folder).join(file).exists(), "{page} links to {target}, which is not there");
            followed += 1;
        }
    }
    assert!(followed >= 8, "only {followed} links");
}

#[test]
fn tables_are_whole() {
    for page in pages() {
        let text = read(&page);
        let mut before = "";
        let (mut fenced, mut row) = (false, 0);
        for line in text.lines() {
            fenced ^= line.trim_start().starts_with("```");
            row = if line.starts_with('|') && !fenced { row + 1 } else { 0 };
            let ruled = line.chars().all(|c| "|-: ".contains(c));
            assert!(row != 2 || ruled, "{page}: no rule under the head of the table: {before}");
            assert!(row != 0 || !before.starts_with('|') || before.chars().filter(|c| *c == '|').count() > 1, "{page}");
            let alone = row == 0 && before.starts_with('|') && !text.contains(&format!("|\n{before}\n"));
            assert!(fenced || !alone, "{page}: a row without a table: {before}");
            before = line;
        }
    }
}

#[test]
fn sources_are_pages_that_can_be_opened() {
    let page = read("docs/sources.md");
    let mut titles = BTreeSet::new();
    for line in page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Title")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        assert!(cells.len() == 2 && cells[1].starts_with("https://"), "docs/sources.md: {line}");
        assert!(titles.insert(cells[0].to_owned()), "docs/sources.md names {} twice", cells[0]);
    }
    assert!(titles.len() > 40, "only {} sources", titles.len());
    // What is not shipped is no source.
    let hidden = ["domain", "sheet"].join(" ");
    let texts = ["src", "tests", "benches", "docs", "scenarios"].iter().flat_map(|folder| files(folder));
    for path in texts.filter(|path| [".rs", ".md", ".json"].iter().any(|ending| path.ends_with(ending))) {
        let Ok(text) = fs::read_to_string(here(&path)) else { continue };
        let plain = text.to_lowercase().replace("\n//! ", " ").replace("\n/// ", " ").replace("\n// ", " ");
        assert!(!plain.contains(&hidden), "{path} names a {hidden}, which nobody can open");
    }
}
