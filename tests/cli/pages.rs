//! What the pages say of files is so: every file and every key that a run writes stands in `results/README.md`, and
//! what stands there is written.

use super::*;
use std::collections::BTreeSet;

/// Scenarios that have every kind of picture and every key among them.
const SCENARIOS: [&str; 6] =
    ["az-loss", "ec2-scale-out", "control-plane-100", "ecs-on-cells", "staged-cells-bad", "alarm-rollback"];

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

#[test]
fn every_file_and_key_stands_on_the_page() {
    let desk = Desk::new();
    let (mut files, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for name in SCENARIOS {
        let output = desk.run(&["run", &format!("scenarios/{name}.json"), "-q", "--events", "10"]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stderr));
        files.extend(desk.names(&format!("results/{name}")));
        let summary = fs::read(desk.path(&format!("results/{name}/summary.json"))).unwrap();
        let summary: serde_json::Value = serde_json::from_slice(&summary).unwrap();
        keys.extend(summary.as_object().unwrap().keys().cloned());
    }
    assert_eq!(files, listed());
    let told: BTreeSet<String> = rows(&page(), "| Key of `summary.json` |").into_iter().flat_map(|row| row.0).collect();
    assert_eq!(keys, told);
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
