//! What the pages say of files is so: every file that a run writes stands in `results/README.md`, every key, series and
//! event in `docs/results.md`, and what stands there is written.

use super::*;
use std::collections::BTreeSet;

/// Scenarios that have every kind of picture and every key among them.
const SCENARIOS: [&str; 8] = [
    "az-loss",
    "ec2-scale-out",
    "control-plane-100",
    "ecs-on-cells",
    "staged-cells-bad",
    "alarm-rollback",
    "autoshift-practice-fails",
    "deploy-while-scaling",
];

/// Rows of the table whose head begins so: what stands in the backticks of the first column, and the rest of the row.
fn rows(page: &str, head: &str) -> Vec<(Vec<String>, String)> {
    let lines = page.lines().skip_while(|line| !line.starts_with(head)).skip(2);
    let row = |line: &str| {
        let (first, rest) = line.trim_start_matches('|').split_once('|').unwrap();
        let names = first.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        (names, rest.to_owned())
    };
    lines.take_while(|line| line.starts_with('|')).map(row).collect()
}

fn page() -> String {
    fs::read_to_string(Path::new(HOME).join("results/README.md")).unwrap()
}

/// The files that the page lists: `a.svg`, `.png` stands for both.
fn listed() -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    for (names, _) in rows(&page(), "| File |") {
        for name in &names {
            let stem = names[0].split('.').next().unwrap();
            files.insert(if name.starts_with('.') { format!("{stem}{name}") } else { name.clone() });
        }
    }
    files
}

/// Keys of `summary.json` as the page of results has them: the list, the key in it.
fn explained(page: &str) -> Vec<(String, String)> {
    let mut list = String::new();
    let mut keys = Vec::new();
    for line in page.lines().take_while(|line| !line.starts_with("## `timeseries")) {
        if let Some(title) = line.strip_prefix("### ") {
            title.strip_prefix('`').map_or("", |title| title.trim_end_matches('`')).clone_into(&mut list);
        }
        keys.extend(line.strip_prefix("| `").map(|row| (list.clone(), row.split('`').next().unwrap().to_owned())));
    }
    keys
}

/// Paths to all values below one, lists as `[]`.
fn leaves(value: &serde_json::Value, path: &str, out: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(map) if map.contains_key("mean") && map.contains_key("n") => {
            out.insert(path.to_owned());
        }
        serde_json::Value::Object(map) => {
            let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            map.iter().for_each(|(key, inner)| leaves(inner, &below(key), out));
        }
        serde_json::Value::Array(list) => list.iter().for_each(|inner| leaves(inner, &format!("{path}[]"), out)),
        _ => {
            out.insert(path.to_owned());
        }
    }
}

#[test]
fn every_file_key_series_and_event_stands_on_a_page() {
    let page = fs::read_to_string(Path::new(HOME).join("docs/results.md")).unwrap();
    let keys = explained(&page);
    let (mut files, mut lists, mut seen) = (BTreeSet::new(), BTreeSet::new(), 0);
    let desk = Desk::new();
    for name in SCENARIOS {
        let output = desk.run(&["run", &format!("scenarios/{name}.json"), "-q", "--events", "10", "--html"]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stderr));
        files.extend(desk.names(&format!("results/{name}")));
        let read = |file: &str| text(&fs::read(desk.path(&format!("results/{name}/{file}"))).unwrap());
        let summary: serde_json::Value = serde_json::from_str(&read("summary.json")).unwrap();
        for (list, value) in summary.as_object().unwrap() {
            lists.insert(list.clone());
            let mut found = BTreeSet::new();
            let rows = value.as_array().filter(|_| list != "objectives").map(Vec::as_slice).unwrap_or_default();
            for row in rows {
                leaves(row, "", &mut found);
            }
            for path in &found {
                let is_it = |key: &str| {
                    let (head, rest) = key.split_once('*').unwrap_or((key, ""));
                    if head == key { key == path } else { path.starts_with(head) && path.ends_with(rest) }
                };
                // A null may stand for an object.
                let above = |key: &str| key.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('.'));
                let told = keys.iter().any(|(of, key)| of == list && (is_it(key) || above(key)));
                assert!(told, "docs/results.md does not explain `{path}` of `{list}` ({name})");
                seen += 1;
            }
        }
        for line in read("timeseries.csv").lines().skip(1) {
            let series = line.split(',').nth(1).unwrap();
            assert!(page.contains(&format!("| `{series}` |")), "{name}: {series}");
        }
        for line in read("events.ndjson").lines() {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            let kind = event["detail-type"].as_str();
            assert!(kind.is_none_or(|kind| page.contains(&format!("| {kind} |"))), "{name}: {line}");
        }
    }
    assert!(seen > 300, "only {seen} keys");
    assert_eq!(files, listed());
    let told: BTreeSet<String> =
        keys.iter().map(|(list, key)| if list.is_empty() { key } else { list }.clone()).collect();
    assert_eq!(lists, told);
}

/// The manifest tells what the page says of it.
#[test]
fn the_manifest_has_the_keys_of_the_page() {
    let desk = Desk::new();
    desk.run(&["run", "scenarios/az-loss.json", "-q"]);
    let manifest = fs::read(desk.path("results/az-loss/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let keys: BTreeSet<String> = manifest.as_object().unwrap().keys().cloned().collect();
    let told: BTreeSet<String> =
        rows(&page(), "| Key of `manifest.json` |").into_iter().flat_map(|row| row.0).collect();
    assert_eq!(keys, told);
    assert_eq!(manifest["scenarioPath"], "../../scenarios/az-loss.json");
}
