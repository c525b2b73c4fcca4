//! What each command says when all is well, or nearly.

use super::*;

#[test]
fn help_has_examples() {
    let desk = Desk::new();
    check(&desk, "help", &["--help"]);
    for command in ["run", "check", "problem", "schema", "new", "completions"] {
        check(&desk, &format!("help-{command}"), &[command, "--help"]);
    }
    check(&desk, "version", &["--version"]);
}

#[test]
fn wrong_usage_is_told() {
    let desk = Desk::new();
    let lines: [(&str, &[&str]); 8] = [
        ("nothing", &[]),
        ("no-such-command", &["sweep", "fails.json"]),
        ("no-scenario", &["run"]),
        ("no-such-option", &["run", "fails.json", "--replication-count", "3"]),
        ("negative-replications", &["run", "fails.json", "--replications", "-3"]),
        ("zero-replications", &["run", "fails.json", "--replications", "0"]),
        ("odd-events", &["run", "fails.json", "--events", "some"]),
        ("odd-seed", &["run", "fails.json", "--seed", "1e9"]),
    ];
    for (name, line) in lines {
        assert_eq!(desk.run(line).status.code(), Some(2), "{line:?}");
        check(&desk, &format!("usage-{name}"), line);
    }
    assert!(!desk.path("results").exists());
}

#[test]
fn run_prints_tables() {
    let desk = Desk::new();
    check(&desk, "run", &["run", "scenarios/az-loss.json"]);
    check(&desk, "run-quiet", &["run", "scenarios/az-loss.json", "--quiet", "--no-files"]);
    check(&desk, "run-seed", &["run", "scenarios/az-loss.json", "--seed", "7", "--no-files", "-q"]);
    check(&desk, "run-replications", &["run", "fails.json", "--replications", "20", "--no-files", "-q"]);
    check(&desk, "run-one-of-many", &["run", "fails.json", "--replication", "19", "--no-files", "-q"]);
    check(&desk, "run-streams", &["run", "my jobs.json", "--no-files"]);
    check(&desk, "run-hosts", &["run", "scenarios/ec2-scale-out.json", "--no-files", "-q"]);
    check(&desk, "run-no-traffic", &["run", "scenarios/launch-bucket.json", "--no-files", "-q"]);
}

#[test]
fn json_is_all_that_stands_on_stdout() {
    let desk = Desk::new();
    let output = desk.run(&["run", "scenarios/az-loss.json", "--json"]);
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["scenario"], "az-loss");
    assert_eq!(fs::read(desk.path("results/az-loss/summary.json")).unwrap(), output.stdout);
    check(&desk, "run-json", &["run", "scenarios/az-loss.json", "--json", "--no-files"]);
}

#[test]
fn threads_do_not_matter() {
    let desk = Desk::new();
    let line = |threads| desk.run(&["run", "fails.json", "--replications", "9", "--threads", threads, "--json", "-q"]);
    let one = line("1");
    assert_eq!(one.status.code(), Some(1));
    for threads in ["2", "3", "8"] {
        assert_eq!(line(threads).stdout, one.stdout, "{threads} threads");
    }
}

#[test]
fn every_end_has_its_code_and_its_last_line() {
    let desk = Desk::new();
    let lines: [(&str, i32, &[&str]); 4] = [
        ("fails", 1, &["run", "fails.json", "--no-files"]),
        ("fails-where", 1, &["run", "fails.json", "--seed", "11", "--replications", "3", "--out", "a place/here"]),
        ("undecided", 4, &["run", "undecided.json", "--replications", "20", "--no-files"]),
        ("too-many-tasks", 0, &["run", "too-many.json", "--no-files"]),
    ];
    for (name, code, line) in lines {
        let output = desk.run(line);
        assert_eq!(output.status.code(), Some(code), "{line:?}");
        let last = text(&output.stderr).lines().last().unwrap_or_default().to_owned();
        assert_eq!(last.starts_with("see it again: evenkeel run "), code != 0, "{last}");
        same(&format!("end-{name}"), &transcript(line, &output));
    }
}

/// The line after "see it again:" brings the same once more.
#[test]
fn the_last_line_can_be_typed() {
    let desk = Desk::new();
    let first = desk.run(&["run", "fails.json", "--seed", "11", "--replication", "2", "--no-files"]);
    let told = text(&first.stderr);
    let line = told.lines().last().unwrap().strip_prefix("see it again: evenkeel ").unwrap();
    let again = desk.run(&line.split(' ').collect::<Vec<_>>());
    assert_eq!((again.status.code(), &again.stdout), (Some(1), &first.stdout));
}

#[test]
fn check_tells_what_follows() {
    let desk = Desk::new();
    check(&desk, "check", &["check", "scenarios/az-loss.json"]);
    check(&desk, "check-hosts", &["check", "scenarios/ec2-scale-out.json"]);
    check(&desk, "check-warnings", &["check", "too-many.json"]);
    check(&desk, "check-cells", &["check", "cells.json"]);
    check(&desk, "check-missing", &["check", "fails.json", "nowhere.json"]);
    assert!(!desk.path("results").exists(), "check wrote something");
}

/// One object a line for each file, whatever is wrong with it; exit codes are those of the text.
#[test]
fn check_prints_json() {
    let desk = Desk::new();
    fs::write(desk.path("typo.json"), r#"{"version": 1, "name": "typo", "duration": 5, "clusters": []}"#).unwrap();
    let output = desk.run(&["check", "--json", "scenarios/az-loss.json", "typo.json", "too-many.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stderr), "see it again: evenkeel check typo.json\n");
    let told = text(&output.stdout);
    let lines: Vec<serde_json::Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [good, typo, doubtful] = &lines[..] else { panic!("{told}") };
    assert_eq!((&good["canRun"], &good["problems"]), (&true.into(), &serde_json::json!([])));
    assert_eq!(good["derived"]["zones"].as_array().unwrap().len(), 3);
    let zone = &good["derived"]["services"][0]["zones"][0];
    assert!(zone["headroomWithout"].is_i64() && zone["tasks"].is_u64(), "{zone}");
    assert!(good["defaults"].as_array().unwrap().iter().all(|one| one["severity"] == "note"), "{good}");
    assert_eq!((&typo["canRun"], &typo["derived"]), (&false.into(), &serde_json::Value::Null));
    let expected = serde_json::json!({
        "severity": "error", "code": "malformed", "pointer": "/duration", "places": 1,
        "message": "`duration` needs a unit", "hint": "write \"5s\" for seconds, as AWS counts them, or \"5m\" for minutes",
        "file": "typo.json", "line": 1, "column": 44,
    });
    assert_eq!(typo["problems"], serde_json::json!([expected]));
    assert!(doubtful["problems"].as_array().unwrap().iter().all(|one| one["severity"] == "warning"), "{doubtful}");
    assert_eq!(doubtful["notUsed"][0]["code"], "no-bearing");
}

#[test]
fn a_code_has_its_page() {
    let desk = Desk::new();
    check(&desk, "problem", &["problem"]);
    check(&desk, "problem-unknown-name", &["problem", "unknown-name"]);
    check(&desk, "problem-near", &["problem", "unknown-nam"]);
    check(&desk, "problem-nothing", &["problem", "xyzzy-plugh"]);
}

#[test]
fn no_shipped_scenario_has_a_warning_but_those_that_show_one() {
    let desk = Desk::new();
    let names = desk.names("scenarios");
    let paths: Vec<String> = names
        .iter()
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "json") && !name.contains(".schema."))
        .map(|name| format!("scenarios/{name}"))
        .collect();
    assert!(paths.len() >= 14, "{paths:?}");
    let line: Vec<&str> = ["check"].into_iter().chain(paths.iter().map(String::as_str)).collect();
    let output = desk.run(&line);
    assert_eq!(output.status.code(), Some(0));
    // Two show what it costs not to be pre-scaled, one that nothing can move, one that nobody watches, one what a cell
    // beyond its test does, which takes two warnings, and two that a shift leaves too little.
    let doubts = text(&output.stderr).matches("warning[").count();
    assert_eq!(text(&output.stderr).matches("without one zone each cell does").count(), 2);
    assert_eq!(text(&output.stderr).matches("none may stop before another starts").count(), 1);
    assert_eq!(text(&output.stderr).matches("is in ALARM before this deployment begins").count(), 1);
    assert_eq!(text(&output.stderr).matches("were tested for 1").count(), 1);
    assert_eq!(text(&output.stderr).matches("beyond its test the largest cell does").count(), 1);
    assert_eq!(text(&output.stderr).matches("too little").count(), 2);
    assert_eq!(doubts, 8);
    assert_eq!(text(&output.stdout).matches("can run, no warnings").count(), paths.len() - (doubts - 1));
}

#[test]
fn schema_is_the_shipped_one() {
    let output = Desk::new().run(&["schema"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout == fs::read(Path::new(HOME).join("scenarios/scenario.schema.json")).unwrap());
}

/// What `new` writes is checked and run, and keeps its promises.
#[test]
fn new_writes_a_scenario_that_runs() {
    let desk = Desk::new();
    check(&desk, "new", &["new", "my-service"]);
    check(&desk, "new-check", &["check", "my-service.json"]);
    check(&desk, "new-run", &["run", "my-service.json", "--no-files"]);
    check(&desk, "new-again", &["new", "my-service"]);
    check(&desk, "new-odd-name", &["new", "../my-service"]);
    // A name with a space is typed in quotes, and a flag behind `--` is no name.
    let output = desk.run(&["new", "my service"]);
    let told = text(&output.stderr) + &text(&output.stdout);
    assert!(output.status.success() && told.contains("evenkeel check 'my service.json' "), "{told}");
    assert!(told.contains("evenkeel run 'my service.json' "), "{told}");
    let output = desk.run(&["new", "--", "--help"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("error: `--help` cannot be a scenario's name\nhint: use letters"));
    assert!(!desk.path("--help.json").exists());
    let before = fs::read_to_string(desk.path("my-service.json")).unwrap();
    fs::write(desk.path("tight.json"), before.replace("\"desiredCount\": 9", "\"desiredCount\": 6")).unwrap();
    check(&desk, "new-tight", &["run", "tight.json", "--no-files", "-q"]);
}

#[test]
fn completions_know_the_commands() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish"] {
        let output = desk.run(&["completions", shell]);
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
        let script = text(&output.stdout);
        for word in ["replications", "no-files", "completions"] {
            assert!(script.contains(word), "{shell} does not know `{word}`");
        }
    }
    check(&desk, "completions-unknown", &["completions", "tcsh"]);
}

#[test]
fn colour_is_for_those_who_want_it() {
    let desk = Desk::new();
    let escapes = |line: &[&str], no_color: bool| {
        let mut command = desk.command(line);
        if no_color {
            command.env("NO_COLOR", "1");
        }
        let output = command.output().unwrap();
        [output.stdout, output.stderr].map(|bytes| bytes.contains(&0x1b))
    };
    let line = ["run", "fails.json", "--no-files", "--color"];
    let with = |when| [&line[..], &[when]].concat();
    assert_eq!(escapes(&line[..3], false), [false, false], "no terminal, no colour");
    assert_eq!(escapes(&with("always"), true), [true, false], "`always` is stronger than NO_COLOR");
    assert_eq!(escapes(&with("never"), false), [false, false]);
    assert_eq!(escapes(&["check", "nowhere.json", "--color", "always"], false), [false, true]);
}
