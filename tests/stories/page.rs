//! Rules that the page of every shipped scenario keeps, and what its verdict says.

use super::read;
use evenkeel::Outcome;
use evenkeel::internals::report::chart::Figure;
use evenkeel::internals::report::page::{self, Facts, Picture};
use evenkeel::internals::report::table::{Results, sections};
use std::collections::BTreeSet;
use std::fs;

/// Bytes of a page, at most: 2 MB without what `check` says of the scenario, which the page here lacks.
const BYTES_MAX: usize = 1_950_000;
const GOLDEN: &str = "tests/golden/verdicts.txt";

/// Everything that is wrong with the page of a run.
pub(crate) fn faults(name: &str, outcome: &Outcome, drawn: &[(Figure, String)]) -> Vec<String> {
    let scenario = read(name);
    let summary = &outcome.summary;
    let plan = scenario.plan();
    let results =
        Results { summary, plan, time_line: outcome.time_line.as_ref(), first_replication: 0, more: "evenkeel run" };
    let sections = sections(&results);
    let pictures: Vec<Picture<'_>> = drawn.iter().map(|(figure, svg)| Picture { figure, svg }).collect();
    let page = page::html(&Facts {
        summary,
        sections: &sections,
        scenario: scenario.written(),
        file: &format!("{name}.json"),
        command: "evenkeel run",
        told: &[],
        heading: "story",
        pictures: &pictures,
    });
    let mut found = Vec::new();
    if page.len() > BYTES_MAX {
        found.push(format!("the page has {} bytes", page.len()));
    }
    for begin in ["src=", "href=", "url("] {
        let loaded = page.split(begin).skip(1).map(|rest| rest.trim_start_matches(['"', '\'']));
        let outside = loaded.filter(|rest| !rest.starts_with('#') && !rest.starts_with("data:"));
        found
            .extend(outside.map(|rest| format!("the page loads {begin}{}", rest.chars().take(40).collect::<String>())));
    }
    let cells: BTreeSet<&str> = sections
        .iter()
        .flat_map(|section| section.table.lines())
        .flat_map(|row| row.cells.iter().map(|cell| cell.trim()))
        .collect();
    for sentence in page::verdict(summary) {
        let unknown = counted(&sentence).into_iter().filter(|number| !cells.contains(number.as_str()));
        found.extend(unknown.map(|number| format!("{number} of the verdict stands in no table: {sentence}")));
    }
    found
}

/// Numbers of a sentence that stand in a table, too: of requests to one service, and of requests that met a bad revision.
fn counted(sentence: &str) -> Vec<String> {
    let mut found = Vec::new();
    let requests = sentence.split_once(" requests of `").and_then(|(counts, rest)| {
        let (_, rest) = rest.split_once("failed (availability ")?;
        Some((counts.split_once(" of ")?, rest))
    });
    if let Some(((failed, offered), rest)) = requests {
        let (availability, _) = rest.split_once(')').unwrap();
        found.extend([failed, offered, availability].map(str::to_owned));
        let errors = rest.split_once("users saw errors for ").map(|(_, rest)| rest.split([' ', ';']).next().unwrap());
        found.extend(errors.map(str::to_owned));
    }
    let met = sentence.split_once(") met it while").or_else(|| sentence.split_once(") met a bad"));
    if let Some((requests, share)) = met.and_then(|(before, _)| before.rsplit_once("; ")?.1.rsplit_once(" (")) {
        found.extend([requests.split(' ').next().unwrap(), share].map(str::to_owned));
    }
    found
}

/// The verdicts of all scenarios are those that are stored; `UPDATE=1` stores them.
pub(crate) fn are_stored(verdicts: &str) {
    if std::env::var_os("UPDATE").is_some() {
        fs::write(GOLDEN, verdicts).unwrap();
    }
    let held: usize = verdicts.lines().map(|line| counted(line).len()).sum();
    assert!(held > 120, "only {held} numbers of verdicts are held against the tables");
    let stored = fs::read_to_string(GOLDEN).unwrap();
    for (found, wanted) in verdicts.lines().zip(stored.lines()) {
        assert_eq!(found, wanted, "{GOLDEN} has another verdict; UPDATE=1 cargo test --test stories writes it anew");
    }
    assert_eq!(verdicts.len(), stored.len(), "{GOLDEN} knows more or fewer scenarios");
}

/// The verdict of a run, as it is stored.
pub(crate) fn verdict(name: &str, outcome: &Outcome) -> String {
    let sentences = page::verdict(&outcome.summary).into_iter().map(|sentence| format!("{sentence}\n"));
    format!("\n## {name}\n{}", sentences.collect::<String>())
}
