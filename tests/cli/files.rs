//! Where results go, and where they do not.

use super::*;

const ALL: [&str; 12] = [
    "blast-radius.png",
    "blast-radius.svg",
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
];

#[test]
fn a_folder_holds_everything() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["run", "scenarios/az-loss.json"]).status.code(), Some(0));
    assert_eq!(desk.names("results"), ["az-loss"]);
    let names = desk.names("results/az-loss");
    assert_eq!(names[..12], ALL);
    assert_eq!(names[12..], ["tasks-by-zone.svg", "timeseries.csv"]);
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

#[test]
fn our_own_folder_is_replaced_whole() {
    let desk = Desk::new();
    for round in ["1", "2"] {
        assert_eq!(desk.run(&["run", "scenarios/az-loss.json", "--seed", round]).status.code(), Some(0));
        let summary = fs::read_to_string(desk.path("results/az-loss/summary.json")).unwrap();
        assert!(summary.contains(&format!("\"seed\": {round}")));
        assert!(!desk.path("results/az-loss/old.txt").exists(), "what stood there before is still there");
        fs::write(desk.path("results/az-loss/old.txt"), "of an earlier version").unwrap();
    }
    assert_eq!(desk.names("results"), ["az-loss"], "nothing stands beside it");
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

/// A place that is refused: exit code 2, a snapshot, and nothing else in the folder afterwards.
fn refused(name: &str, out: &str, prepare: impl Fn(&Desk)) {
    let desk = Desk::new();
    prepare(&desk);
    let before = desk.names("");
    let line = ["run", "scenarios/az-loss.json", "--out", out];
    let output = desk.run(&line);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{name}");
    assert_eq!(desk.names(""), before, "{name}");
    same(&format!("refused-{name}"), &transcript(&line, &output));
}

#[test]
fn other_places_are_left_alone() {
    let folder = |name: &'static str, file: &'static str, bytes: &'static str| {
        move |desk: &Desk| {
            fs::create_dir(desk.path(name)).unwrap();
            fs::write(desk.path(name).join(file), bytes).unwrap();
        }
    };
    refused("foreign", "mine", folder("mine", "letter.txt", "dear"));
    refused("no-manifest", "mine", folder("mine", "summary.json", "{}"));
    refused("other-manifest", "mine", folder("mine", "manifest.json", "{\"tool\": \"other\"}"));
    refused("broken-manifest", "mine", folder("mine", "manifest.json", "{\"tool\": \"evenk"));
    refused("file", "fails.json", |_| ());
    refused("under-a-file", "fails.json/out", |_| ());
    refused("unwritable", "/proc/evenkeel", |_| ());
    refused("link", "link", |desk| {
        fs::create_dir(desk.path("mine")).unwrap();
        std::os::unix::fs::symlink("mine", desk.path("link")).unwrap();
    });
    refused("here", ".", |_| ());
}

#[test]
fn an_empty_folder_is_free() {
    let desk = Desk::new();
    fs::create_dir(desk.path("empty")).unwrap();
    let line = ["run", "scenarios/az-loss.json", "--out", "empty", "--events", "none"];
    assert_eq!(desk.run(&line).status.code(), Some(0));
    assert!(desk.path("empty/manifest.json").exists());
}
