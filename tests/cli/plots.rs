//! Pictures and series of the control plane, held against the summary of the same run.

use super::*;
use std::collections::BTreeMap;

/// Launches of a run by their end: the area under the series by the minute, from `from` seconds to `end`.
fn launches(series: &str, from: f64, end: f64) -> BTreeMap<String, f64> {
    let mut points: BTreeMap<(&str, &str), Vec<(f64, f64)>> = BTreeMap::new();
    for line in series.lines() {
        let columns: Vec<&str> = line.split(',').collect();
        if columns[1] == "control_plane_launches_per_minute" {
            let point = (columns[0].parse().unwrap(), columns[4].parse().unwrap());
            points.entry((columns[2], columns[3])).or_default().push(point);
        }
    }
    let mut sums = BTreeMap::new();
    for ((_, part), points) in points {
        let ends = points.iter().skip(1).map(|point| point.0).chain([end]);
        let area = points.iter().zip(ends).map(|((at, rate), until)| rate * (until - at.max(from)).max(0.0) / 60.0);
        *sums.entry(part.to_owned()).or_default() += area.sum::<f64>();
    }
    sums
}

/// The series of a scenario of so many seconds add up to the launches of its summary.
fn check(scenario: &str, warm_up: f64, end: f64, pictures: &[&str]) {
    let desk = Desk::new();
    desk.run(&["run", &format!("scenarios/{scenario}.json"), "--out", "out", "--events", "none", "-q"]);
    for picture in pictures {
        assert!(desk.path(&format!("out/{picture}.svg")).exists(), "{scenario}: no {picture}.svg");
        assert!(desk.path(&format!("out/{picture}.png")).exists(), "{scenario}: no {picture}.png");
    }
    let sums = launches(&fs::read_to_string(desk.path("out/timeseries.csv")).unwrap(), warm_up, end);
    let summary: serde_json::Value = serde_json::from_slice(&fs::read(desk.path("out/summary.json")).unwrap()).unwrap();
    let told = &summary["controlPlane"][0]["launches"];
    for (part, sum) in &sums {
        let told = told[part]["mean"].as_f64().unwrap();
        assert!((told - sum).abs() < 1e-6, "{scenario}: {part} is {told} in the summary, {sum} in the series");
    }
    assert_eq!(sums.len(), 4);
    assert!(sums["offered"] > 50.0);
}

#[test]
fn launches_by_the_minute_add_up_to_the_summary() {
    check("control-plane-100", 600.0, 7_200.0, &["control-plane", "launches", "blast-radius"]);
    check("router-outage", 600.0, 10_800.0, &["launches", "blast-radius"]);
    check("cell-outage", 0.0, 14_400.0, &["launches", "blast-radius"]);
}

/// Two replications of which one is struck: the interval of a share does not leave what a share can be.
#[test]
fn availability_of_a_control_plane_is_a_share() {
    let desk = Desk::new();
    let scenario = fs::read(desk.path("scenarios/router-outage.json")).unwrap();
    let mut scenario: serde_json::Value = serde_json::from_slice(&scenario).unwrap();
    let fault = scenario["faults"][0].as_object_mut().unwrap();
    assert!(fault.remove("at").is_some(), "{fault:?}");
    fault.insert("every".to_owned(), serde_json::json!({ "exponential": { "mean": "3h" } }));
    scenario["objectives"] = serde_json::json!([]);
    fs::write(desk.path("scenarios/random.json"), scenario.to_string()).unwrap();
    let mut cut = 0;
    for seed in ["1", "2", "3", "4"] {
        let line =
            ["run", "scenarios/random.json", "--json", "--no-files", "-q", "--replications", "2", "--seed", seed];
        let output = desk.run(&line);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let plane = &summary["controlPlane"][0];
        for row in [plane].into_iter().chain(plane["cells"].as_array().unwrap()) {
            let share =
                if row["launches"].is_object() { &row["launches"]["availability"] } else { &row["availability"] };
            let (low, high) = (share["low"].as_f64().unwrap(), share["high"].as_f64().unwrap());
            assert!(0.0 <= low && high <= 1.0, "{share}");
            cut += u32::from(high >= 1.0 && share["mean"].as_f64().unwrap() < 1.0);
        }
    }
    assert!(cut > 0, "no interval was wider than a share");
}
