//! Names and files that mean harm, or would do some.

use super::*;
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// `fails.json` with other things in it, as `odd.json`.
fn write(desk: &Desk, change: impl Fn(&mut Value)) {
    let mut scenario: Value = serde_json::from_slice(&fs::read(desk.path("fails.json")).unwrap()).unwrap();
    change(&mut scenario);
    fs::write(desk.path("odd.json"), scenario.to_string()).unwrap();
}

/// The first zone has this id, and the fault that occurrences it this name.
fn names(desk: &Desk, zone: &str, fault: &str) {
    write(desk, |scenario| {
        scenario["regions"] =
            json!([{ "name": "us-east-1", "zones": [{ "id": zone }, { "id": "use1-az2" }, { "id": "use1-az3" }] }]);
        scenario["faults"][0] = json!({ "name": fault, "at": "20m", "for": "10m", "zonePowerLoss": { "zone": zone } });
        scenario["objectives"][1]["fault"] = json!(fault);
    });
}

fn run(desk: &Desk, line: &[&str]) -> String {
    let output = desk.run(line);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn pictures_are_xml_whatever_a_zone_is_called() {
    let desk = Desk::new();
    names(&desk, "zone\u{1b}[31m\u{7}\u{0}<&", "dark");
    run(&desk, &["run", "odd.json", "--out", "out"]);
    let pictures: Vec<String> = desk
        .names("out")
        .into_iter()
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "svg"))
        .collect();
    assert!(pictures.len() >= 3, "{pictures:?}");
    let mut shown = 0;
    for name in pictures {
        let picture = fs::read_to_string(desk.path("out").join(&name)).unwrap();
        let raw = picture.chars().find(|c| c.is_control() && !"\n\r\t".contains(*c));
        assert_eq!(raw, None, "{name} is not XML");
        shown += picture.matches("zone\\u001b[31m").count();
    }
    assert!(shown > 0, "the zone is named nowhere");
}

#[test]
fn no_name_in_a_table_is_a_formula() {
    let desk = Desk::new();
    for start in ["=", "+", "-", "@", "\t", "\r"] {
        names(&desk, &format!("{start}HYPERLINK(\"http://x\")"), "dark");
        run(&desk, &["run", "odd.json", "--out", "out", "--events", "none"]);
        let series = fs::read_to_string(desk.path("out/timeseries.csv")).unwrap();
        assert!(series.contains(&format!(",\"'{start}HYPERLINK(\"\"http://x\"\")\",")), "{start:?}");
        let bare = [format!(",{start}HYPER"), format!(",\"{start}HYPER")];
        assert!(!bare.iter().any(|bare| series.contains(bare)), "{start:?}");
    }
    let numbers = fs::read_to_string(desk.path("out/timeseries.csv")).unwrap();
    let last = |line: &str| line.rsplit(',').next().unwrap().parse::<f64>().is_ok();
    assert!(numbers.lines().skip(1).all(last), "numbers stay numbers");
}

/// Marks that turn the direction of text, and the second block of control characters.
#[test]
fn nothing_steers_the_terminal() {
    let desk = Desk::new();
    let name = "\u{202e}evil\u{2066}\u{200f}\u{9b}2J";
    let shown = "\\u202eevil\\u2066\\u200f\\u009b2J";
    names(&desk, name, "\u{202e}evil\u{2066}");
    let harm =
        |text: &str| text.chars().any(|c| (c.is_control() && c != '\n') || "\u{202e}\u{2066}\u{200f}".contains(c));
    for line in [&["run", "odd.json", "--out", "out"][..], &["run", "odd.json", "--json", "--no-files"]] {
        let all = run(&desk, line);
        assert!(!harm(&all) && all.contains("\\u202eevil\\u2066"), "{line:?}\n{all}");
    }
    let check = text(&desk.run(&["check", "odd.json"]).stdout);
    assert!(!harm(&check) && check.contains(shown), "{check}");
    for file in ["summary.json", "events.ndjson", "manifest.json"] {
        let bytes = fs::read_to_string(desk.path("out").join(file)).unwrap();
        assert!(!harm(&bytes), "{file}");
    }
    let summary: Value = serde_json::from_slice(&fs::read(desk.path("out/summary.json")).unwrap()).unwrap();
    assert_eq!(summary["faults"][0]["name"], "\u{202e}evil\u{2066}", "it reads back as it was");
    write(&desk, |scenario| scenario["faults"][0]["zonePowerLoss"]["zone"] = json!(name));
    let output = desk.run(&["run", "odd.json"]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(!harm(&told) && told.contains(shown), "{told}");
}

/// A letter of three bytes, and more of them than a folder's name may have bytes.
#[test]
fn long_names_fit_into_a_folder() {
    let desk = Desk::new();
    write(&desk, |scenario| scenario["name"] = json!("\u{6e2c}".repeat(100)));
    run(&desk, &["run", "odd.json", "--events", "none"]);
    assert_eq!(desk.names("results"), ["\u{6e2c}".repeat(40)]);
}

/// The same with this file instead of a service.
fn file_refused(desk: &Desk, named: &str, why: &str) -> String {
    write(desk, |scenario| scenario["clusters"][0]["services"][0] = json!({ "$file": named }));
    refused(desk, why)
}

/// Refuses `odd.json` within moments, with this on stderr; gives stderr.
fn refused(desk: &Desk, why: &str) -> String {
    let mut child = desk.command(&["run", "odd.json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            panic!("it waits for a file");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().unwrap();
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains(why), "{told}");
    told
}

#[test]
fn a_file_that_is_named_is_a_file() {
    let desk = Desk::new();
    assert!(Command::new("mkfifo").arg(desk.path("pipe")).status().unwrap().success());
    for named in ["pipe", "/dev/zero", "/dev/full"] {
        file_refused(&desk, named, "is a pipe or a device, not a file");
    }
    let traffic = json!([{ "service": "shop/web", "requestsPerTask": "60/s", "csv": "pipe" }]);
    write(&desk, |scenario| scenario["traffic"] = traffic.clone());
    refused(&desk, "the file `pipe` is a pipe or a device, not a file");
}

/// What a scenario of a stranger names is not shown to whoever reads the log.
#[test]
fn no_text_is_shown_of_a_file_that_is_no_json() {
    let desk = Desk::new();
    for secret in ["keeper:$6$c0ffee:19000:0:::\n", "KEY=c0ffee\0PATH=/bin\0", "\u{feff}key c0ffee", "12 c0ffee"] {
        fs::write(desk.path("secret"), secret).unwrap();
        let told = file_refused(&desk, "secret", "`secret` begins neither with `{` nor with `[`");
        assert!(!told.contains("c0ffee") && !told.contains("keeper"), "{told}");
    }
    fs::write(desk.path("secret"), b"key c0ffee \xff").unwrap();
    let told = file_refused(&desk, "secret", "`secret` begins neither");
    assert!(!told.contains("c0ffee"), "{told}");
    // A file that is meant to be JSON shows where it is broken.
    fs::write(desk.path("secret"), "{ \"serviceName\": web }").unwrap();
    let told = file_refused(&desk, "secret", "secret:1:18");
    assert!(told.contains("\"serviceName\": web"), "{told}");
}

/// Mark-up, quotes, a formula, a sequence that colours a terminal.
const ODD: [&str; 4] = ["<script>alert(1)</script>", "\"q' & <b>", "=1+1", "\u{1b}[31mred"];

/// What ECS would refuse is refused, with the name written out.
#[test]
fn names_of_ecs_objects_are_those_that_ecs_takes() {
    let desk = Desk::new();
    let places = [
        "/clusters/0/clusterName",
        "/clusters/0/services/0/serviceName",
        "/taskDefinitions/0/family",
        "/taskDefinitions/0/containerDefinitions/0/name",
    ];
    for (place, odd) in places.iter().flat_map(|place| ODD.map(|odd| (place, odd))) {
        write(&desk, |scenario| *scenario.pointer_mut(place).unwrap() = json!(odd));
        let output = desk.run(&["run", "odd.json"]);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{place} {odd}");
        assert!(told.contains("error[invalid-name]: ECS refuses the name") && !told.contains('\u{1b}'), "{told}");
    }
}

/// Changes, alarms and target groups may be called anything: nothing that is written is more than text for it.
#[test]
fn free_names_are_text_in_every_file() {
    let desk = Desk::new();
    for odd in ODD {
        write(&desk, |scenario| {
            scenario["alarms"] = json!([{ "AlarmName": odd, "Namespace": "Evenkeel", "MetricName": "ErrorRate",
                "Service": "shop/web", "Period": 60, "EvaluationPeriods": 1, "Threshold": 0.1,
                "ComparisonOperator": "GreaterThanThreshold" }]);
            scenario["changes"] = json!([{ "name": odd, "at": "10m", "service": "shop/web" }]);
            let service = &mut scenario["clusters"][0]["services"][0];
            service["deploymentConfiguration"] =
                json!({ "alarms": { "alarmNames": [odd], "enable": true, "rollback": true } });
        });
        let all = run(&desk, &["run", "odd.json", "--out", "out", "--force"]);
        assert!(!all.contains('\u{1b}'), "{all}");
        let series = fs::read_to_string(desk.path("out/timeseries.csv")).unwrap();
        assert!(!series.contains('\u{1b}') && !series.contains(",=1+1,"), "{odd}");
        assert!(series.contains(if odd == "=1+1" { ",'=1+1," } else { "in_alarm" }), "{odd}");
        let events = fs::read_to_string(desk.path("out/events.ndjson")).unwrap();
        let lines: Vec<Value> = events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(lines.iter().any(|line| line["detail"]["alarmName"] == odd) && !events.contains('\u{1b}'), "{odd}");
        for name in desk
            .names("out")
            .iter()
            .filter(|name| std::path::Path::new(name).extension().is_some_and(|end| end == "svg"))
        {
            let picture = fs::read_to_string(desk.path("out").join(name)).unwrap();
            assert!(!picture.contains("<script") && !picture.contains("<b>") && !picture.contains('\u{1b}'), "{name}");
        }
    }
}
