//! The page of an invented zone loss.

use super::*;
use crate::report::sample;
use crate::report::table::{Results, sections};
use serde_json::json;

fn page(summary: &Summary, scenario: &Value, told: &[(&'static str, Vec<String>)]) -> String {
    let command = "evenkeel run az-loss.json --seed 42 --replications 1 --html";
    let plan = sample::with_a_fault();
    let results = Results { summary, plan: &plan, time_line: None, first_replication: 0, more: "" };
    let sections = &sections(&results);
    html(&Facts { summary, sections, scenario, file: "az-loss.json", command, told, heading: "", pictures: &[] })
}

#[test]
fn a_page_holds_all_of_a_run_in_order() {
    let told = [("Taken by default", vec!["`a`: 1 by default".to_owned()]), ("Nothing", Vec::new())];
    let scenario = json!({ "name": "az-loss", "description": "Why it is run." });
    let page = page(&sample::summary(), &scenario, &told);
    let wanted = [
        "default-src 'none'",
        "Why it is run.",
        "id=\"verdict\"",
        "id=\"objectives\"",
        "id=\"numbers\"",
        "id=\"losses\"",
        "id=\"scenario\"",
        "<code>a</code>: 1 by default",
        "evenkeel run az-loss.json --seed 42",
        "<code>00112233aabbccdd</code></td>",
    ];
    let places: Vec<usize> =
        wanted.iter().map(|text| page.find(text).unwrap_or_else(|| panic!("`{text}` is missing"))).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(!page.contains("Nothing ("), "an empty list is not shown");
    assert!(page.contains("<td class=\"fail\">FAIL</td>"), "{page}");
    assert!(page.contains("style=\"--share:100.00%\""), "the bar of the largest loss");
    assert!(!page.contains("<script"), "without pictures there is nothing to zoom");
}

#[test]
fn names_are_text_wherever_they_stand() {
    let evil = "</title><script>alert('1')</script>\"\u{1b}[2J\u{2028}=1+1";
    let mut summary = sample::summary();
    evil.clone_into(&mut summary.scenario);
    evil.clone_into(&mut summary.services[0].service);
    evil.clone_into(&mut summary.faults[0].name);
    evil.clone_into(&mut summary.losses[0].cause);
    evil.clone_into(&mut summary.losses[0].phase);
    let scenario = json!({ "name": evil, "description": evil, "clusters": [evil] });
    let page = page(&summary, &scenario, &[("Taken by default", vec![evil.to_owned()])]);
    assert!(!page.contains("<script>alert") && !page.contains("</title><script"), "{page}");
    assert!(!page.contains(['\u{1b}', '\u{2028}']), "what steers is written out");
    assert!(page.matches("&lt;script&gt;alert").count() >= 9, "{page}");
}

/// A picture in which everything that has a name has this one.
fn picture(name: &'static str) -> Figure {
    use crate::engine::Time;
    use crate::metrics::change_series::Mark;
    use crate::report::chart::colours::Role;
    use crate::report::chart::figure::{Band, Layer, Line, Panel, Stroke, Window};
    use crate::report::chart::gantt::{Bar, Gantt, Kind, Row};
    let (from, until) = (Time(0), Time(60_000_000));
    let text = || name.to_owned();
    let curve = || vec![(from, 3.0), (Time(1_000_000), 0.000_123_4)].into();
    let bars = vec![Bar { kind: Kind::Moves, from, until }];
    let panel = Panel {
        title: text(),
        unit: name,
        layers: vec![Layer { label: text(), role: Role::Served, curve: curve() }],
        lines: vec![Line { label: text(), role: Role::Ink, stroke: Stroke::Dashed, curve: curve() }],
        marks: vec![Mark { at: from, label: text(), bad: true }],
        notes: vec![text()],
        gantt: Some(Gantt { title: text(), rows: vec![Row { name: text(), part: text(), bars, rings: vec![from] }] }),
        ..Panel::default()
    };
    let band = Band { name: text(), places: vec![text()], cells: vec![text()], occurrence: None, from, until };
    let cut = Window { from, until };
    Figure {
        name: "stages",
        title: text(),
        finding: text(),
        cut,
        whole: cut,
        bands: vec![band],
        panels: vec![panel],
        map: None,
    }
}

/// A map in which everything that has a name has this one.
fn map(name: &'static str) -> Figure {
    use crate::report::chart::colours::Role;
    use crate::report::chart::map::{Cell, Cluster, Fault, Map, Region, Zone};
    let text = || name.to_owned();
    let clusters = vec![Cluster { name: text(), was_in: Some(text()), role: Role::Lost, services: 2, services_hit: 1 }];
    let cells = vec![Cell { name: text(), hit: true, clusters }];
    let zones = vec![Zone { id: text(), hit: true }];
    let regions = vec![Region { name: text(), zones, cells, cells_count: 1 }];
    let faults = vec![Fault { name: text(), words: text(), regions, spared: vec![text()] }];
    Figure { name: "blast-radius", title: text(), map: Some(Map { faults }), ..Figure::default() }
}

#[test]
fn names_in_pictures_are_text() {
    let evil = "</script><script>alert('1')</script>\"\u{1b}[2J\u{2028}=1+1";
    let (summary, plan) = (sample::summary(), sample::with_a_fault());
    let results = Results { summary: &summary, plan: &plan, time_line: None, first_replication: 0, more: "" };
    let sections = &sections(&results);
    let figures = [picture(evil), map(evil)];
    let drawn = figures.each_ref().map(Figure::svg);
    let pictures: Vec<Picture<'_>> = figures.iter().zip(&drawn).map(|(figure, svg)| Picture { figure, svg }).collect();
    let scenario = json!({});
    let facts = Facts {
        summary: &summary,
        sections,
        scenario: &scenario,
        file: evil,
        command: evil,
        told: &[],
        heading: evil,
        pictures: &pictures,
    };
    let page = html(&facts);
    assert!(!page.contains("<script>alert") && !page.contains(['\u{1b}', '\u{2028}']), "{page}");
    assert_eq!(page.matches("<script").count(), 2, "data and the script");
    assert!(page.matches("&lt;script&gt;alert").count() > 20, "{page}");
    // Tables below the pictures.
    assert!(page.contains("lost requests</td><td class=\"number\">1 of 2</td>"), "{page}");
    let moved = "<td>tasks are replaced</td><td class=\"number\">0s</td><td class=\"number\">1m</td>";
    assert!(page.contains(moved), "{page}");
    // What the script reads is what was meant, but for what steers.
    let data = page.split("id=\"figures\">").nth(1).unwrap().split("</script>").next().unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["figures"].as_array().unwrap().len(), 1, "a map is no chart");
    let shown = data["figures"][0]["panels"][0]["gantt"]["rows"][0]["name"].as_str().unwrap();
    assert!(shown.starts_with("</script><script>alert('1')</script>\"") && shown.ends_with("=1+1"), "{shown}");
    assert_eq!(data["figures"][0]["panels"][0]["layers"][0]["curve"], json!({ "at": 0, "mean": "3,0.000123" }));
}
