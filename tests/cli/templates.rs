//! What `new --from KIND` writes: it can run as it is, and what its comments say of it is so.

use super::*;
use serde_json::{Value, json};

const KINDS: [&str; 6] = ["web", "ec2", "cells", "change", "year", "game-day"];

/// A desk with one scenario of each kind, called `my-KIND`.
fn filled() -> Desk {
    let desk = Desk::new();
    for kind in KINDS {
        let output = desk.run(&["new", &format!("my-{kind}"), "--from", kind]);
        assert!(output.status.success(), "{kind}: {}", text(&output.stderr));
    }
    desk
}

/// The scenario that a template makes.
fn scenario(desk: &Desk, kind: &str) -> Value {
    serde_json::from_slice(&fs::read(desk.path(&format!("my-{kind}.json"))).unwrap()).unwrap()
}

/// Runs a kind with other values at some places; the exit code and the summary.
fn tried(desk: &Desk, kind: &str, values: &[(&str, Value)]) -> (Option<i32>, Value) {
    let mut changed = scenario(desk, kind);
    for (pointer, value) in values {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = changed.pointer_mut(parent).unwrap_or_else(|| panic!("{kind} has no {pointer}"));
        match parent {
            Value::Object(map) => drop(map.insert(key.to_owned(), value.clone())),
            Value::Array(list) => list[key.parse::<usize>().unwrap()] = value.clone(),
            _ => panic!("{kind}: nothing can stand at {pointer}"),
        }
    }
    fs::write(desk.path("tried.json"), changed.to_string()).unwrap();
    let output = desk.run(&["run", "tried.json", "--no-files", "--json", "-q"]);
    let summary = serde_json::from_slice(&output.stdout);
    (output.status.code(), summary.unwrap_or_else(|error| panic!("{kind}: {error}: {}", text(&output.stderr))))
}

fn fault<'v>(summary: &'v Value, name: &str) -> &'v Value {
    summary["faults"].as_array().unwrap().iter().find(|fault| fault["name"] == name).unwrap()
}

fn change<'v>(summary: &'v Value, name: &str) -> &'v Value {
    summary["changes"].as_array().unwrap().iter().find(|change| change["name"] == name).unwrap()
}

#[test]
fn every_kind_is_checked_and_run_as_it_is_written() {
    let desk = filled();
    let schema: Value = serde_json::from_slice(&desk.run(&["schema"]).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for kind in KINDS {
        let file = format!("my-{kind}.json");
        let checked = desk.run(&["check", &file]);
        assert_eq!(checked.status.code(), Some(0), "{kind}: {}", text(&checked.stderr));
        assert!(text(&checked.stdout).starts_with(&format!("{file}: my-{kind} can run, no warnings")), "{kind}");
        let run = desk.run(&["run", &file, "--no-files", "-q"]);
        assert_eq!(run.status.code(), Some(0), "{kind}: {}", text(&run.stdout));
        let complaints: Vec<String> = validator.iter_errors(&scenario(&desk, kind)).map(|e| e.to_string()).collect();
        assert_eq!(complaints, Vec::<String>::new(), "{kind}");
        assert!(!fs::read_to_string(desk.path(&file)).unwrap().contains("NAME"), "{kind}");
    }
}

#[test]
fn what_is_there_to_start_from_is_listed() {
    let desk = Desk::new();
    check(&desk, "new-list", &["new", "--list"]);
    check(&desk, "new-from-ec2", &["new", "hosts", "--from", "ec2"]);
    check(&desk, "new-from-game-day", &["new", "my-day", "--from", "game-day"]);
    check(&desk, "new-from-unknown", &["new", "my-day", "--from", "gameday"]);
}

#[test]
fn a_folder_that_is_there_is_left_alone() {
    let desk = Desk::new();
    fs::create_dir(desk.path("my-day-aws")).unwrap();
    fs::write(desk.path("my-day-aws/describe-services.json"), "mine").unwrap();
    check(&desk, "new-folder-there", &["new", "my-day", "--from", "game-day"]);
    assert_eq!(desk.names("my-day-aws"), ["describe-services.json"]);
    assert_eq!(fs::read_to_string(desk.path("my-day-aws/describe-services.json")).unwrap(), "mine");
    assert!(!desk.path("my-day.json").exists());
    // A scenario that is there: no folder is made beside it.
    fs::write(desk.path("other.json"), "mine").unwrap();
    assert_eq!(desk.run(&["new", "other", "--from", "game-day"]).status.code(), Some(2));
    assert!(!desk.path("other-aws").exists());
    assert_eq!(fs::read_to_string(desk.path("other.json")).unwrap(), "mine");
}

#[test]
fn what_the_template_of_hosts_tells_to_try_comes_out_as_it_says() {
    let desk = filled();
    let (code, few) = tried(&desk, "ec2", &[("/clusters/0/services/0/desiredCount", json!(9))]);
    assert_eq!(code, Some(1));
    assert!(fault(&few, "zone dark")["neededLaunches"]["mean"].as_f64().unwrap() > 0.0);
    let three = [("/autoScalingGroups/0/MinSize", json!(3)), ("/autoScalingGroups/0/DesiredCapacity", json!(3))];
    let (code, short) = tried(&desk, "ec2", &three);
    assert_eq!(code, Some(0), "eight tasks are left, and eight are needed");
    let (_, whole) = tried(&desk, "ec2", &[]);
    let full = |summary: &Value| fault(summary, "zone dark")["fullStrengthSeconds"]["mean"].as_f64().unwrap();
    assert!(full(&whole) < 120.0 && full(&short) > 200.0, "{} and {} s", full(&whole), full(&short));
    let spare = [("/capacityProviders/0/autoScalingGroupProvider/managedScaling/targetCapacity", json!(80))];
    let hosts = |summary: &Value| summary["capacityProviders"][0]["hosts"]["mean"]["mean"].as_f64().unwrap();
    assert!(hosts(&tried(&desk, "ec2", &spare).1) > hosts(&whole), "a target of 80 keeps more hosts");
}

#[test]
fn what_the_template_of_cells_tells_to_try_comes_out_as_it_says() {
    let desk = filled();
    let two = [("/cellularApplication/cells", json!(2)), ("/cellularApplication/cell/service/desiredCount", json!(18))];
    let (code, halves) = tried(&desk, "cells", &two);
    assert_eq!(code, Some(1), "half of the customers are hit, and a quarter is promised");
    assert_eq!(fault(&halves, "cell 2 gone")["blastRadius"]["mean"], 0.5);
    let (code, shared) = tried(&desk, "cells", &[("/faults/0/taskCrash/service", json!("shop-router/router"))]);
    assert_eq!((code, &fault(&shared, "cell 2 gone")["blastRadius"]["mean"]), (Some(1), &json!(1.0)));
}

#[test]
fn what_the_template_of_changes_tells_to_try_comes_out_as_it_says() {
    let desk = filled();
    let (code, deaf) = tried(&desk, "change", &[("/alarms/0/Threshold", json!(0.5))]);
    assert_eq!((code, &change(&deaf, "bad")["outcome"]), (Some(1), &json!("completed")));
    let configuration = "/clusters/0/services/0/deploymentConfiguration";
    let strategy = (&*format!("{configuration}/strategy"), json!("CANARY"));
    let percent = json!({ "canaryPercent": 5, "canaryBakeTimeInMinutes": 10 });
    let percent = (&*format!("{configuration}/canaryConfiguration"), percent);
    let exposed = |summary: &Value| change(summary, "bad")["exposedRequests"]["mean"].as_f64().unwrap();
    let rolling = exposed(&tried(&desk, "change", &[]).1);
    let (code, late) = tried(&desk, "change", &[strategy.clone(), percent.clone()]);
    assert_eq!(code, Some(1), "the alarm rings after the ten minutes of the canary, and 300 s are promised");
    assert!(exposed(&late) > rolling, "{} and {rolling}", exposed(&late));
    let (code, soon) = tried(&desk, "change", &[strategy, percent, ("/alarms/0/Threshold", json!(0.005))]);
    assert_eq!(code, Some(0));
    assert!(exposed(&soon) < rolling, "{} and {rolling}", exposed(&soon));
}

#[test]
fn what_the_template_of_a_year_says_of_its_faults_comes_out() {
    let desk = filled();
    let output = desk.run(&["run", "my-year.json", "--no-files", "--json", "-q", "--replications", "50"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let years: Value = serde_json::from_slice(&output.stdout).unwrap();
    let often = |name: &str| fault(&years, name)["occurrences"]["mean"].as_f64().unwrap();
    // Three zones, each once in three years; three zones, each twice a year; fifteen tasks, each every 30 days.
    for (name, expected) in [("zones fail", 1.0), ("rush", 1.0), ("zones turn grey", 6.0), ("tasks crash", 182.5)] {
        let within = 4.0 * (expected / 50.0_f64).sqrt();
        assert!((often(name) - expected).abs() < within, "{name}: {} a year, not {expected}", often(name));
    }
}

/// Each command that a comment of the game day gives writes the file that stands beside it.
#[test]
fn the_commands_of_a_game_day_write_the_files_that_it_names() {
    let desk = filled();
    let day = scenario(&desk, "game-day");
    let mut named = Vec::new();
    for pointer in ["/taskDefinitions/0", "/capacityProviders/0", "/autoScalingGroups/0", "/clusters/0/services/0"] {
        let place = day.pointer(pointer).unwrap();
        let (file, command) = (place["$file"].as_str().unwrap(), place["$comment"].as_str().unwrap());
        let (typed, target) = command.split_once(" > ").unwrap();
        assert_eq!(target, file);
        let call = file.trim_start_matches("my-game-day-aws/").trim_end_matches(".json");
        assert_eq!(typed.split(' ').nth(2), Some(call), "{typed}");
        named.push(format!("{call}.json"));
    }
    named.sort();
    assert_eq!(desk.names("my-game-day-aws"), named, "every file of the folder is named");
    // The names in the commands are those of the sample.
    let printed = fs::read_to_string(desk.path("my-game-day-aws/describe-services.json")).unwrap();
    assert!(printed.contains("\"serviceName\": \"checkout\"") && printed.contains("cluster/shop"));
}
