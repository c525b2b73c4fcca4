//! Whether the pages are true: what they name is there, what is there is named, links lead somewhere, tables are whole.

use super::text::{files, here};
use super::things::scenarios;
use evenkeel::internals::model::{defect, fault};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

/// A file of the project.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(here(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every page.
pub(crate) fn pages() -> Vec<String> {
    let top = ["README.md", "CHANGELOG.md", "results/README.md"].map(str::to_owned);
    let docs = files("docs").into_iter().filter(|path| path.ends_with(".md"));
    top.into_iter().chain(docs).collect()
}

/// Names of the shipped scenarios.
fn shipped() -> BTreeSet<String> {
    let name = |path: &String| path.trim_start_matches("scenarios/").trim_end_matches(".json").to_owned();
    scenarios().iter().map(name).collect()
}

/// Cells of a row of a table.
pub(crate) fn cells(row: &str) -> Vec<&str> {
    row.trim().trim_matches('|').split('|').map(str::trim).collect()
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

/// Headings of a page as anchors, as GitHub makes them.
fn anchors(page: &str) -> BTreeSet<String> {
    let heads = page.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let kept = |c: char| c.is_alphanumeric() || " -_".contains(c);
    heads.map(|head| head.to_lowercase().chars().filter(|c| kept(*c)).collect::<String>().replace(' ', "-")).collect()
}

/// Where the links of a page lead, those behind ids and those with a text of their own.
fn targets(text: &str) -> Vec<&str> {
    let defined = text.lines().filter(|line| line.starts_with('[')).filter_map(|line| line.split_once("]: "));
    parts(text, "](", ')').into_iter().chain(defined.map(|(_, target)| target)).collect()
}

#[test]
fn links_lead_somewhere() {
    let mut followed = 0;
    for page in pages() {
        let text = read(&page);
        let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
        for target in targets(&text).into_iter().filter(|target| !target.starts_with("http")) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { here(&page) } else { here(folder).join(file) };
            assert!(path.exists(), "{page} links to {target}, which is not there");
            if !anchor.is_empty() {
                let there = anchors(&fs::read_to_string(path).unwrap());
                assert!(there.contains(anchor), "{page} links to {target}, which has no such heading");
            }
            followed += 1;
        }
    }
    assert!(followed > 100, "only {followed} links");
}

/// Lines of prose, outside of tables, code and links, are as wide as lines of code.
#[test]
fn prose_fits_the_screen() {
    for page in pages().into_iter().filter(|page| page != "CHANGELOG.md") {
        let text = read(&page);
        let mut fenced = false;
        for line in text.lines() {
            fenced ^= line.starts_with("```");
            let whole = fenced || line.starts_with('|') || line.contains("<http") || line.starts_with("![");
            assert!(whole || line.chars().count() <= 120, "{page}: over 120 columns: {line}");
        }
    }
}

#[test]
fn numbers_of_shipped_scenarios_are_true() {
    let mut told = 0;
    for page in pages().into_iter().filter(|page| page != "CHANGELOG.md") {
        let text = read(&page).split_whitespace().collect::<Vec<_>>().join(" ");
        for (at, _) in text.match_indices(" shipped scenarios") {
            let word = text[..at].rsplit(' ').next().unwrap_or_default();
            if let Ok(number) = word.parse::<usize>() {
                assert_eq!(number, shipped().len(), "{page} says \"{word} shipped scenarios\"");
                told += 1;
            }
        }
    }
    assert!(told > 0, "no page says how many scenarios are shipped");
}

#[test]
fn tables_are_whole() {
    for page in pages() {
        let text = read(&page);
        let mut before = "";
        let (mut fenced, mut row, mut wide) = (false, 0, 0);
        for line in text.lines() {
            fenced ^= line.trim_start().starts_with("```");
            row = if line.starts_with('|') && !fenced { row + 1 } else { 0 };
            wide = if row == 1 { cells(line).len() } else { wide };
            assert!(row < 2 || cells(line).len() == wide, "{page}: not {wide} cells: {line}");
            let ruled = line.chars().all(|c| "|-: ".contains(c));
            assert!(row != 2 || ruled, "{page}: no rule under the head of the table: {before}");
            assert!(row != 0 || !before.starts_with('|') || before.chars().filter(|c| *c == '|').count() > 1, "{page}");
            let alone = row == 0 && before.starts_with('|') && !text.contains(&format!("|\n{before}\n"));
            assert!(fenced || !alone, "{page}: a row without a table: {before}");
            before = line;
        }
    }
}
