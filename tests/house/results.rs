//! `docs/results.md`: every key of `summary.json`, series of `timeseries.csv` and kind of `events.ndjson`, from the
//! tables of the program.

use super::text::here;
use evenkeel::internals::metrics::measures::{Better, Key, all_keys};
use evenkeel::internals::metrics::series;
use evenkeel::internals::report::events;
use std::fmt::Write;
use std::fs;

const HEAD: &str = "# Results

What the files of a run hold, key by key. This page is made from the tables of the program.

## `summary.json`

A random quantity is an estimate: `{\"mean\", \"low\", \"high\", \"n\"}`, the mean over the replications that
have a value, its 95 % interval (Student's t; null with one replication), and how many have a value. A quantity
that no replication has is null. Quantities are measured from `warmUp` to the end, unless it says otherwise. `*`
stands for a name; a name that is not there came 0 times. In an objective the key stands as in the tables, as in
`\"running.min\"`, or one inside the other; keys of lists inside a row cannot be promised. *Better* says which
way is better, where one is.
";

const SERIES: &str = "
## `timeseries.csv`

Columns `time_seconds`, `series`, `subject`, `part`, `value`: a value holds from its time until the next row of its
series. Times count from the start of the run. `run --timestamps` adds a column `timestamp` behind the first: the same
time as a date in UTC, counted from `startsAt`. Of several replications, the first.

At most 20,000 rows are written: where there are more change points, the longest series are thinned. Of a thinned series
each of equal parts of the run keeps its first, least, greatest and last point. `run --series N` sets another bound, of
which each series gets at least four rows; `--series all` writes every change point, `--series none` no file.

| Series | Unit | Subject | Part | What it says |
|---|---|---|---|---|
";

/// What a key with this path stands in: a list of the summary, or the summary itself.
fn list(key: &Key) -> &str {
    key.path.split_once("[]").map_or("", |(list, _)| list)
}

fn row(page: &mut String, key: &Key) {
    let path = key.path.split_once("[].").map_or(key.path.as_str(), |(_, rest)| rest);
    let unit = key.unit.map_or_else(String::new, |unit| unit.replace('_', " "));
    let better = match key.better {
        Some(Better::Higher) => "more",
        Some(Better::Lower) => "less",
        None => "",
    };
    writeln!(page, "| `{path}` | {unit} | {better} | {} |", key.about).unwrap();
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    let keys = all_keys();
    for part in keys.chunk_by(|a, b| list(a) == list(b)) {
        let of = list(&part[0]);
        if of.is_empty() {
            page.push_str("\n### The run\n");
        } else {
            write!(page, "\n### `{of}`\n\n{}\n", part[0].about).unwrap();
        }
        page.push_str("\n| Key | Unit | Better | What it says |\n|---|---|---|---|\n");
        part.iter().filter(|key| of.is_empty() != key.path.contains("[].")).for_each(|key| row(&mut page, key));
    }
    page.push_str(SERIES);
    for one in series::ALL {
        writeln!(page, "| `{}` | {} | {} | {} | {} |", one.name, one.unit, one.subject, one.part, one.about).unwrap();
    }
    page.push_str(
        "\n## `events.ndjson`\n\nOne JSON object a line, in the shape of Amazon EventBridge: `version`, `id`, ",
    );
    page.push_str("`detail-type`, `source`, `account`, `time`,\n`region`, `resources`, `detail`, and `simulated`, which is true.\n");
    page.push_str("A last line with `leftOut` counts the events that were not kept.\n\n");
    page.push_str("| `detail-type` | `source` | What it says |\n|---|---|---|\n");
    for kind in events::KINDS {
        writeln!(page, "| {} | `{}` | {} |", kind.name, kind.source, kind.about).unwrap();
    }
    page
}

#[test]
fn every_result_is_explained() {
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(here("docs/results.md"), &page).unwrap();
    }
    let committed = fs::read_to_string(here("docs/results.md")).unwrap_or_default();
    assert!(committed == page, "run `UPDATE=1 cargo test --test house`");
    for key in all_keys() {
        assert!(key.about.len() > 4 && !key.about.contains('|'), "{}: {}", key.path, key.about);
    }
}
