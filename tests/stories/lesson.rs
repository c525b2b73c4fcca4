//! The first lesson of README.md: its table and the numbers under it are those of the program.

use super::run;
use evenkeel::internals::cli::files::Disk;
use evenkeel::summary::Summary;
use evenkeel::{FileError, Files, Options, Scenario};
use serde_json::{Value, json};
use std::fs;

/// Availability as a percentage with three decimals.
fn percent(summary: &Summary) -> String {
    format!("{:.3} %", 100.0 * summary.services[0].request_availability.as_ref().unwrap().mean)
}

/// Requests lost to a fault or a change, with a comma between thousands.
fn lost(summary: &Summary, cause: &str) -> String {
    let rows = summary.losses.iter().filter(|row| row.cause == cause);
    let whole = rows.map(|row| row.lost_requests.mean).sum::<f64>().round() as u64;
    if whole < 1_000 { whole.to_string() } else { format!("{},{:03}", whole / 1_000, whole % 1_000) }
}

fn minutes(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    format!("{}m{:02}s", whole / 60, whole % 60)
}

/// The cells of the rows of the table.
fn table(readme: &str) -> Vec<Vec<&str>> {
    let rows = readme.lines().filter(|line| line.starts_with("| `exam-"));
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect()).collect()
}

/// A shipped scenario whose other zones have no capacity while the first one is dark.
fn without_replacements(name: &str, zones: u32) -> Summary {
    struct Changed(String);
    impl Files for Changed {
        fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
            if path == "scenarios/changed.json" { Ok(self.0.clone().into_bytes()) } else { Disk.read(path) }
        }
    }
    let mut text: Value = serde_json::from_str(&fs::read_to_string(format!("scenarios/{name}.json")).unwrap()).unwrap();
    let faults = text["faults"].as_array_mut().unwrap();
    for zone in 2..=zones {
        faults.push(json!({ "name": format!("zone {zone} full"), "at": "1h", "for": "1h",
            "insufficientCapacity": { "zone": format!("use1-az{zone}") } }));
    }
    let reading = Scenario::read("scenarios/changed.json", &Changed(text.to_string()));
    reading.into_result().unwrap().run(&Options::default(), &()).summary
}

#[test]
fn the_table_of_the_first_lesson_is_true() {
    let readme = fs::read_to_string("README.md").unwrap();
    let rows = table(&readme);
    assert_eq!(rows.len(), 4, "{rows:?}");
    for row in rows {
        let summary = run(row[0], 1, 1).summary;
        let size = row[0].trim_start_matches("exam-").replace('x', " x ");
        let errors = minutes(summary.services[0].error_seconds.as_ref().unwrap().mean);
        let (zone, release) = (lost(&summary, "zone dark"), lost(&summary, "release"));
        assert_eq!(row[1..6], [size, percent(&summary), errors, zone, release], "{}", row[0]);
    }
}

#[test]
fn what_the_first_lesson_says_of_full_zones_is_true() {
    let readme = fs::read_to_string("README.md").unwrap();
    let short = without_replacements("exam-2x1", 2);
    assert!(readme.contains(&format!("2 x 1 comes to {}", percent(&short))), "2 x 1 comes to {}", percent(&short));
    for (name, zones) in [("exam-2x2", 2), ("exam-3x1", 3), ("exam-3x2", 3)] {
        let (with, without) = (run(name, 1, 1).summary, without_replacements(name, zones));
        assert_eq!(percent(&with), percent(&without), "{name}");
        let end = without.changes[0].end_seconds.as_ref().unwrap().mean;
        assert!(end > 7_200.0, "{name}: the release ended at {end} s, before the zone was back at 7200 s");
    }
}
