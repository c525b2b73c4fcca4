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
