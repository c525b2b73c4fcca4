//! The tables of an invented zone loss.

use super::*;
use crate::metrics::summary::Estimate;
use crate::report::sample;

#[test]
fn a_zone_loss_reads_like_this() {
    insta::assert_snapshot!(super::summary(&sample::summary(), Paint::Plain));
}

#[test]
fn replications_have_intervals() {
    let mut summary = sample::summary();
    summary.replications = 20;
    let wide = |mean: f64, half: f64| Estimate { mean, low: Some(mean - half), high: Some(mean + half), n: 20 };
    summary.services[0].request_availability = Some(wide(0.9983, 0.0002));
    summary.services[0].requests.failed = wide(15_000.0, 1_200.0);
    summary.faults[0].recover_seconds = Some(wide(50.0, 4.25));
    summary.faults[0].never_recovered = wide(0.25, 0.1);
    let text = super::summary(&summary, Paint::Plain);
    for words in ["99.830 ± 0.020 %", "15,000 ± 1,200", "50s ± 4.3s (never: 0.25 ± 0.10)", "20 replications"] {
        assert!(text.contains(words), "no `{words}` in\n{text}");
    }
}

#[test]
fn colour_is_added_and_nothing_else() {
    let coloured = super::summary(&sample::summary(), Paint::Colour);
    assert!(coloured.contains("\u{1b}[1;31mFAIL"));
    let mut bare = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        bare.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    bare.push_str(rest);
    assert_eq!(bare, super::summary(&sample::summary(), Paint::Plain));
}

#[test]
fn many_losses_are_added_up() {
    let mut summary = sample::summary();
    let row = summary.losses[0].clone();
    summary.losses = vec![row; 13];
    let table = losses::table(&summary).text(Paint::Plain);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 2 + 10 + 2);
    assert!(lines[12].contains("3 more rows"), "{table}");
    assert!(lines[12].contains("45,000"), "{table}");
    assert!(lines[13].contains("total"), "{table}");
    assert!(lines[13].contains("195,000"), "{table}");
}
