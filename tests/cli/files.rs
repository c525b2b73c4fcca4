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

/// Points that a reader cannot see are left out, unless all of them are asked for.
#[test]
fn series_are_as_long_as_asked_for() {
    let desk = Desk::new();
    let rows = |series: &str| {
        let line = ["run", "scenarios/az-loss.json", "--out", "out", "--series", series, "--events", "none", "-q"];
        assert_eq!(desk.run(&line).status.code(), Some(0));
        fs::read_to_string(desk.path("out/timeseries.csv")).ok().map(|text| text.lines().count() - 1)
    };
    let all = rows("all").unwrap();
    assert_eq!(rows("20000"), Some(all), "all of them fit");
    let few = rows("150").unwrap();
    assert!(few <= 150 && few > 75 && all > 150, "{few} of {all}");
    assert_eq!(rows("none"), None);
}

#[test]
fn rows_are_dated_on_request() {
    let desk = Desk::new();
    let line = ["run", "scenarios/az-loss.json", "--out", "out", "--timestamps", "-q"];
    assert_eq!(desk.run(&line).status.code(), Some(0));
    let text = fs::read_to_string(desk.path("out/timeseries.csv")).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("time_seconds,timestamp,series,subject,part,value"));
    assert!(lines.next().unwrap().starts_with("0,2026-01-05T00:00:00.000Z,"), "{text:.200}");
    assert!(text.lines().any(|line| line.starts_with("3600,2026-01-05T01:00:00.000Z,")), "the fault is at one hour");
}

/// A scenario on standard input: called as it calls itself, its files relative to the working directory.
#[test]
fn a_scenario_can_be_piped_in() {
    use std::io::Write;
    use std::process::Stdio;
    let desk = Desk::new();
    let piped = |line: &[&str]| {
        let mut command = desk.command(line);
        command.current_dir(desk.path("scenarios")).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let scenario = fs::read(desk.path("scenarios/az-loss.json")).unwrap();
        child.stdin.take().unwrap().write_all(&scenario).unwrap();
        child.wait_with_output().unwrap()
    };
    let (run, named) = (piped(&["run", "-", "--json"]), desk.run(&["run", "scenarios/az-loss.json", "--json"]));
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    assert!(run.stdout == named.stdout, "the same scenario");
    assert!(desk.path("scenarios/results/az-loss/manifest.json").exists());
    let check = piped(&["check", "-"]);
    assert!(text(&check.stdout).starts_with("-: az-loss can run"), "{}{}", text(&check.stdout), text(&check.stderr));
}

#[test]
fn a_path_that_is_nearly_right_is_told() {
    let desk = Desk::new();
    let hint = |path: &str| {
        let output = desk.run(&["run", path]);
        assert_eq!(output.status.code(), Some(2));
        let told = text(&output.stderr);
        let hint = told.lines().find_map(|line| line.split_once("hint: ").or_else(|| line.split_once("help: ")));
        hint.unwrap_or_else(|| panic!("{told}")).1.to_owned()
    };
    assert_eq!(hint("az-loss"), "did you mean `scenarios/az-loss.json`?");
    assert_eq!(hint("fails"), "did you mean `fails.json`?");
    assert_eq!(hint("failz.json"), "did you mean `fails.json`?");
    assert_eq!(hint("scenarios/az-los.json"), "did you mean `scenarios/az-loss.json`?");
    assert_eq!(
        hint("elsewhere/canary.json"),
        "it is a shipped scenario: `evenkeel new canary --from canary` writes it"
    );
    assert_eq!(hint("nothing-like-it"), "look at the spelling; `evenkeel new NAME` writes a scenario to start from");
}

/// Every event of a run.
fn events(desk: &Desk, scenario: &str) -> Vec<serde_json::Value> {
    desk.run(&["run", scenario, "--out", "events", "--force", "--series", "none", "--events", "all", "-q"]);
    let file = fs::read_to_string(desk.path("events/events.ndjson")).unwrap();
    file.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The tasks of a bad revision can be told from the others, by task definition and by deployment.
#[test]
fn events_tell_revisions_apart() {
    let desk = Desk::new();
    let all = events(&desk, "scenarios/circuit-breaker.json");
    let text = |event: &serde_json::Value, key: &str| event["detail"][key].as_str().map(str::to_owned);
    let of = |kind: &'static str| all.iter().filter(move |event| event["detail-type"] == kind);
    let begun = of("ECS Deployment State Change").next().unwrap();
    let deployment = text(begun, "deploymentId").unwrap();
    assert_eq!(text(begun, "reason"), Some(format!("ECS deployment {deployment} in progress.")));
    let number = |event: &serde_json::Value| {
        let arn = text(event, "taskDefinitionArn").unwrap();
        arn.rsplit(':').next().unwrap().parse::<u32>().unwrap()
    };
    let tasks = || of("ECS Task State Change");
    let first = number(tasks().next().unwrap());
    assert!(tasks().any(|event| number(event) == first + 1), "the new revision has tasks");
    assert!(tasks().all(|event| number(event) <= first + 1));
    for event in tasks() {
        assert_eq!(number(event) == first + 1, text(event, "startedBy").as_ref() == Some(&deployment), "{event}");
    }
    assert!(of("Evenkeel Target Health State Change").all(|event| event["source"] == "evenkeel.simulated"));
    let times: Vec<&str> = all.iter().map(|event| event["time"].as_str().unwrap()).collect();
    assert!(times.is_sorted());
}

/// The account of a task definition or target group is that of the cluster where nothing else says one.
#[test]
fn no_account_is_made_up_where_an_arn_shows_it() {
    let desk = Desk::new();
    let mut scenario: serde_json::Value = serde_json::from_slice(&fs::read(desk.path("fails.json")).unwrap()).unwrap();
    let service = &mut scenario["clusters"][0]["services"][0];
    service["taskDefinition"] = "arn:aws:ecs:us-east-1:444455556666:task-definition/web".into();
    fs::write(desk.path("pasted.json"), scenario.to_string()).unwrap();
    let all = events(&desk, "pasted.json");
    assert!(all.iter().all(|event| event["account"] == "444455556666"));
    assert!(all.iter().any(|event| event["detail"]["faultName"] == "dark" && event["detail"]["status"] == "BEGUN"));
}
