//! Where results go, and where they do not.

use super::*;

const ALL: [&str; 12] = [
    "events.ndjson",
    "manifest.json",
    "providers.png",
    "providers.svg",
    "requests.png",
    "requests.svg",
    "summary.json",
    "task-states.png",
    "task-states.svg",
    "tasks-by-zone.png",
    "tasks-by-zone.svg",
    "timeseries.csv",
];

#[test]
fn a_folder_holds_everything() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["run", "scenarios/az-loss.json"]).status.code(), Some(0));
    assert_eq!(desk.names("results"), ["az-loss"]);
    let names = desk.names("results/az-loss");
    assert_eq!(names, ALL, "with one cluster a map of the blast radius says nothing");
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(desk.path("results/az-loss/manifest.json")).unwrap()).unwrap();
    let written = manifest["scenario"]["clusters"][0]["services"][0]["serviceName"].clone();
    assert_eq!(written, "web", "the effective scenario has its files spliced in");
}

#[test]
fn no_files_means_none() {
    let desk = Desk::new();
    let before = desk.names("");
    assert_eq!(desk.run(&["run", "scenarios/az-loss.json", "--no-files"]).status.code(), Some(0));
    assert_eq!(desk.names(""), before);
}

/// Lines of events.ndjson with this `--events`.
fn lines(desk: &Desk, events: &str) -> Option<usize> {
    let line = ["run", "scenarios/az-loss.json", "--out", "out", "--events", events, "-q"];
    assert_eq!(desk.run(&line).status.code(), Some(0));
    let file = fs::read_to_string(desk.path("out/events.ndjson")).ok()?;
    for line in file.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["simulated"], true);
        let account = line["account"].as_str().unwrap_or("000000000000");
        assert!(account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()), "{line}");
    }
    Some(file.lines().count())
}

#[test]
fn events_are_as_many_as_asked_for() {
    let desk = Desk::new();
    let all = lines(&desk, "all").unwrap();
    assert!(all > 100, "{all} lines");
    assert_eq!(lines(&desk, "none"), None);
    assert_eq!(lines(&desk, "5"), Some(6), "five, and one that counts the rest");
    assert_eq!(lines(&desk, "100000"), Some(all));
}

/// Same scenario, same seed: the same bytes in every file but the manifest.
#[test]
fn files_are_the_same_again() {
    let desk = Desk::new();
    for (folder, threads) in [("a", "1"), ("b", "2")] {
        let line = ["run", "scenarios/ec2-scale-out.json", "--out", folder, "--threads", threads, "-q"];
        assert_eq!(desk.run(&line).status.code(), Some(0));
    }
    for name in desk.names("a").iter().filter(|name| *name != "manifest.json") {
        let read = |folder| fs::read(desk.path(folder).join(name)).unwrap();
        assert!(read("a") == read("b"), "{name} differs");
    }
}
