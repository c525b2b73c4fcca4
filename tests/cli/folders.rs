//! Nothing is lost: which files a run replaces, which it leaves alone, which places it refuses.

use super::*;
use std::os::unix::fs::symlink;
use std::process::{Child, Stdio};

/// Runs the zone loss with further arguments; exit code and stderr.
fn run(desk: &Desk, more: &[&str]) -> (Option<i32>, String) {
    let output = desk.run(&[&["run", "scenarios/az-loss.json", "-q"], more].concat());
    (output.status.code(), text(&output.stderr))
}

fn runs(desk: &Desk, more: &[&str]) {
    assert_eq!(run(desk, more), (Some(0), String::new()), "{more:?}");
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The seed of the results in a folder, which are whole.
fn seed(desk: &Desk, folder: &str) -> u64 {
    let folder = desk.path(folder);
    let manifest = json(&folder.join("manifest.json"));
    for file in manifest["files"].as_array().unwrap() {
        let known = fs::metadata(folder.join(file["name"].as_str().unwrap())).unwrap();
        assert_eq!(known.len(), file["bytes"].as_u64().unwrap(), "{file} is of another run");
    }
    let seed = json(&folder.join("summary.json"))["seed"].as_u64();
    assert_eq!(seed, manifest["seed"].as_u64());
    seed.unwrap()
}

fn hidden(desk: &Desk, folder: &str) -> Vec<String> {
    desk.names(folder).into_iter().filter(|name| name.starts_with(".evenkeel-")).collect()
}

#[test]
fn what_somebody_puts_beside_results_stays() {
    let desk = Desk::new();
    runs(&desk, &[]);
    fs::create_dir(desk.path("results/az-loss/notebooks")).unwrap();
    for name in ["notes.md", "notebooks/a.ipynb"] {
        fs::write(desk.path("results/az-loss").join(name), "mine").unwrap();
    }
    for (number, events) in [(2, "none"), (3, "all")] {
        runs(&desk, &["--seed", &number.to_string(), "--events", events]);
        assert_eq!(seed(&desk, "results/az-loss"), number);
        assert_eq!(desk.path("results/az-loss/events.ndjson").exists(), events == "all", "an old file stays");
        for name in ["notes.md", "notebooks/a.ipynb"] {
            assert_eq!(fs::read_to_string(desk.path("results/az-loss").join(name)).unwrap(), "mine");
        }
    }
    assert_eq!((hidden(&desk, "results").len(), hidden(&desk, "results/az-loss").len()), (0, 0));
}

#[test]
fn only_listed_files_go() {
    let desk = Desk::new();
    runs(&desk, &[]);
    let path = desk.path("results/az-loss/manifest.json");
    let mut manifest = json(&path);
    let listed = manifest["files"].as_array_mut().unwrap();
    for name in ["old.svg", "../other.txt", "/other.txt", "folder"] {
        listed.push(serde_json::json!({ "name": name, "bytes": 3 }));
    }
    fs::write(&path, manifest.to_string()).unwrap();
    fs::create_dir(desk.path("results/az-loss/folder")).unwrap();
    for file in ["results/az-loss/old.svg", "results/other.txt", "results/az-loss/note.txt"] {
        fs::write(desk.path(file), "old").unwrap();
    }
    runs(&desk, &[]);
    assert!(!desk.path("results/az-loss/old.svg").exists(), "it was listed, and is not written any more");
    assert!(desk.path("results/other.txt").exists() && desk.path("results/az-loss/note.txt").exists());
    assert!(desk.path("results/az-loss/folder").is_dir());
}

/// `--out results` beside the results of other runs, which stand in the same folder.
#[test]
fn results_within_results_stay() {
    let desk = Desk::new();
    runs(&desk, &["--out", "results"]);
    runs(&desk, &[]);
    runs(&desk, &["--out", "results", "--seed", "9"]);
    assert_eq!((seed(&desk, "results"), seed(&desk, "results/az-loss")), (9, 42));
}

#[test]
fn results_of_another_scenario_stay() {
    let desk = Desk::new();
    runs(&desk, &[]);
    let scenario = fs::read_to_string(desk.path("scenarios/az-loss.json")).unwrap();
    let other = "scenarios/other.json";
    fs::write(desk.path(other), scenario.replace("\"desiredCount\": 30", "\"desiredCount\": 29")).unwrap();
    let line = ["run", other, "--seed", "7"];
    let output = desk.run(&line);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "it is found before the simulation");
    same("refused-other-scenario", &transcript(&line, &output));
    assert_eq!(seed(&desk, "results/az-loss"), 42);
    fs::remove_file(desk.path("scenarios/az-loss.json")).unwrap();
    assert_eq!(desk.run(&line).status.code(), Some(2), "it makes no difference that the other one is gone");
    assert_eq!(desk.run(&[&line[..], &["--out", "beside"]].concat()).status.code(), Some(0));
    assert_eq!(desk.run(&[&line[..], &["--force"]].concat()).status.code(), Some(0));
    assert_eq!((seed(&desk, "results/az-loss"), seed(&desk, "beside")), (7, 7));
}

#[test]
fn one_scenario_has_many_paths() {
    let desk = Desk::new();
    let here = desk.path("scenarios/az-loss.json");
    let output = |path: &str, folder: &str, out: &str| {
        let mut command = desk.command(&["run", path, "--out", out, "-q", "--events", "none"]);
        let output = command.current_dir(desk.path(folder)).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{path} in {folder}: {}", text(&output.stderr));
    };
    output("scenarios/az-loss.json", "", "out");
    output(here.to_str().unwrap(), "", "out");
    output("./scenarios/../scenarios/az-loss.json", "", "out");
    output("az-loss.json", "scenarios", "../out");
    symlink("az-loss.json", desk.path("scenarios/link.json")).unwrap();
    output("../scenarios/link.json", "out", ".");
    // Both may move together.
    fs::create_dir(desk.path("moved")).unwrap();
    for name in ["scenarios", "out"] {
        fs::rename(desk.path(name), desk.path("moved").join(name)).unwrap();
    }
    output("scenarios/az-loss.json", "moved", "out");
}

/// Two names that become one name of a folder.
#[test]
fn names_that_differ_in_what_no_folder_can_hold_do_not_replace_each_other() {
    let desk = Desk::new();
    let fails = fs::read_to_string(desk.path("fails.json")).unwrap();
    for (file, name) in [("a.json", "a:b"), ("b.json", "a?b")] {
        fs::write(desk.path(file), fails.replace("\"name\": \"fails\"", &format!("\"name\": \"{name}\""))).unwrap();
    }
    assert_eq!(desk.run(&["run", "a.json"]).status.code(), Some(1));
    let output = desk.run(&["run", "b.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("it holds the results of `a.json`"), "{}", text(&output.stderr));
    assert_eq!(json(&desk.path("results/a-b/summary.json"))["scenario"], "a:b");
}

#[test]
fn a_file_of_the_same_name_is_not_taken_for_ours() {
    let desk = Desk::new();
    runs(&desk, &[]);
    fs::write(desk.path("results/az-loss/hosts.svg"), "mine").unwrap();
    let (code, told) = run(&desk, &["--seed", "2"]);
    assert!(code == Some(2) && told.contains("`hosts.svg` in it is not listed in its manifest"), "{told}");
    assert_eq!(seed(&desk, "results/az-loss"), 42);
    fs::remove_file(desk.path("results/az-loss/hosts.svg")).unwrap();
    fs::remove_file(desk.path("results/az-loss/requests.svg")).unwrap();
    fs::create_dir(desk.path("results/az-loss/requests.svg")).unwrap();
    for more in [&["--seed", "2"][..], &["--seed", "2", "--force"]] {
        let (code, told) = run(&desk, more);
        assert!(code == Some(2) && told.contains("`requests.svg` in it is a folder"), "{told}");
    }
}

#[test]
fn force_replaces_files_of_the_same_names_only() {
    let desk = Desk::new();
    fs::create_dir(desk.path("mine")).unwrap();
    for name in ["letter.txt", "summary.json"] {
        fs::write(desk.path("mine").join(name), "dear").unwrap();
    }
    runs(&desk, &["--out", "mine", "--force"]);
    assert_eq!(seed(&desk, "mine"), 42);
    assert_eq!(fs::read_to_string(desk.path("mine/letter.txt")).unwrap(), "dear");
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
    refused("link", "link", |desk| symlink("nowhere", desk.path("link")).unwrap());
    refused("nowhere", "nowhere/..", |_| ());
    refused("here", ".", |_| ());
}

/// Places that are no plain names: the files get there, twice, and nothing is left beside them.
#[test]
fn places_have_many_names() {
    let desk = Desk::new();
    for name in ["empty", "real", "dir", "here"] {
        fs::create_dir(desk.path(name)).unwrap();
    }
    symlink("real", desk.path("link")).unwrap();
    let before = desk.names("").len();
    for number in ["2", "3"] {
        for out in ["empty", "dir/.", "link", "link/", "real/../real", "./dir//"] {
            runs(&desk, &["--out", out, "--seed", number]);
            assert_eq!(seed(&desk, out).to_string(), number, "{out}");
        }
        let line = ["run", "../scenarios/az-loss.json", "--out", ".", "-q", "--seed", number];
        assert_eq!(desk.command(&line).current_dir(desk.path("here")).output().unwrap().status.code(), Some(0));
        assert_eq!(seed(&desk, "here").to_string(), number);
    }
    assert_eq!(desk.names("").len(), before, "something stands beside: {:?}", desk.names(""));
    assert!(fs::symlink_metadata(desk.path("link")).unwrap().is_symlink());
    assert_eq!(["empty", "real", "dir", "here"].map(|name| hidden(&desk, name).len()), [0; 4]);
}

/// A hidden folder as a killed run leaves it: a free lock, and files in `new`.
fn killed(desk: &Desk, at: &str, files: &[(&str, &str)]) {
    let folder = desk.path(at);
    fs::create_dir_all(folder.join("new")).unwrap();
    fs::write(folder.join("lock"), "").unwrap();
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

#[test]
fn what_a_killed_run_left_is_told_and_taken_away() {
    let desk = Desk::new();
    runs(&desk, &[]);
    killed(&desk, "results/.evenkeel-one", &[("new/summary.json", "{"), ("new/requests.svg", "<svg")]);
    killed(&desk, "results/az-loss/.evenkeel-two", &[("new/summary.json", "{")]);
    killed(&desk, "results/.evenkeel-three", &[("new/summary.json", "{"), ("new/thesis.txt", "mine")]);
    fs::create_dir_all(desk.path("results/.evenkeel-four/old")).unwrap();
    fs::create_dir(desk.path("results/.evenkeel-five")).unwrap();
    let output = desk.run(&["run", "scenarios/az-loss.json", "--seed", "2"]);
    assert_eq!((output.status.code(), seed(&desk, "results/az-loss")), (Some(0), 2));
    let told = text(&output.stderr);
    for (name, words) in
        [("one", "it is taken away"), ("two", "it is taken away"), ("three", "not its own"), ("four", "old results")]
    {
        let line = told.lines().find(|line| line.contains(&format!(".evenkeel-{name}"))).unwrap_or_default();
        assert!(line.starts_with("note: ") && line.contains(words), "{name}:\n{told}");
    }
    assert_eq!(hidden(&desk, "results"), [".evenkeel-four", ".evenkeel-three"]);
    assert!(desk.path("results/.evenkeel-three/new/thesis.txt").exists());
    assert!(hidden(&desk, "results/az-loss").is_empty());
}

/// A run that was killed between the first and the last rename of files that go one by one.
#[test]
fn what_a_killed_run_had_begun_is_finished() {
    let desk = Desk::new();
    runs(&desk, &["--out", "new", "--seed", "5", "--events", "none"]);
    runs(&desk, &["--out", "out"]);
    fs::write(desk.path("out/notes.md"), "mine").unwrap();
    // Half of the files are already those of the run with seed 5.
    let listed: Vec<String> = desk.names("out").into_iter().filter(|name| name != "notes.md").collect();
    let before = serde_json::json!(listed).to_string();
    killed(&desk, "out/.evenkeel-half", &[("before", &before)]);
    fs::remove_file(desk.path("out/manifest.json")).unwrap();
    for (place, name) in desk.names("new").iter().enumerate() {
        let to = if place % 2 == 0 && name != "manifest.json" { "out" } else { "out/.evenkeel-half/new" };
        fs::rename(desk.path("new").join(name), desk.path(to).join(name)).unwrap();
    }
    // The next run is of another scenario and refused; what was begun is finished all the same.
    let output = desk.run(&["run", "fails.json", "--out", "out"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert_eq!(seed(&desk, "out"), 5);
    assert!(!desk.path("out/events.ndjson").exists(), "the old run had it, the new one has not");
    assert!(hidden(&desk, "out").is_empty() && desk.path("out/notes.md").exists());
}

/// Two at once into one place, with and without something else in it: always one whole result.
#[test]
fn runs_at_once_into_one_place_do_not_mix() {
    let desk = Desk::new();
    for others in [false, true] {
        if others {
            fs::write(desk.path("out/notes.md"), "mine").unwrap();
        }
        let start = |number: &str| -> Child {
            let mut command = desk.command(&["run", "scenarios/az-loss.json", "--out", "out", "-q", "--seed", number]);
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        };
        for child in ["1", "2", "3", "4"].map(start) {
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        }
        assert!((1..=4).contains(&seed(&desk, "out")));
        assert_eq!((hidden(&desk, "").len(), hidden(&desk, "out").len()), (0, 0));
        assert_eq!(desk.path("out/notes.md").exists(), others);
    }
}
