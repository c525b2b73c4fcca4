//! The tables of an invented zone loss.

use super::*;
use crate::engine::{Span, Time};
use crate::metrics::milestones::{Level, Moment, Own, Struck, What};
use crate::metrics::summary::Estimate;
use crate::model::ids::{FaultId, ServiceId};
use crate::report::sample;

/// As text, with this much room.
fn shown(summary: &Summary, style: Style) -> String {
    let of = |what| What::Service { service: ServiceId(0), others: 0, what };
    let line = TimeLine {
        moments: vec![
            moment(3_600.0, What::FaultBegins { fault: FaultId(0), struck: Struck { tasks: 10, ..Struck::default() } }),
            moment(3_640.7, of(Own::Errors { share: 0.333_3, with: Some(FaultId(0)), lost: 9_000 })),
            moment(3_709.0, of(Own::Back { level: Level::Need, lasted: Span(109_000_000) })),
        ],
        left_out: 1,
    };
    let (plan, more) = (sample::with_a_fault(), "evenkeel run az-loss.json --replications 100");
    text(&Results { summary, plan: &plan, time_line: Some(&line), first_replication: 0, more }, style)
}

fn moment(seconds: f64, what: What) -> Moment {
    Moment { at: Time((seconds * 1e6) as u64), what }
}

#[test]
fn a_zone_loss_reads_like_this() {
    insta::assert_snapshot!(shown(&sample::summary(), Style::PLAIN));
}

#[test]
fn a_zone_loss_reads_like_this_in_80_columns() {
    let text = shown(&sample::summary(), Style { width: Some(80), notes: false, ..Style::PLAIN });
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!(text);
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
    let text = shown(&summary, Style::PLAIN);
    let recovered = "50s ± 4.3s (0.25 ± 0.10 not in the run)";
    for words in ["99.830 ± 0.020 %", "15,000 ± 1,200", recovered, "20 replications", "Time line of replication 0"] {
        assert!(text.contains(words), "no `{words}` in\n{text}");
    }
}

#[test]
fn one_replication_of_many_says_which() {
    let (summary, plan) = (sample::summary(), sample::plan());
    let results =
        |first_replication| Results { summary: &summary, plan: &plan, time_line: None, first_replication, more: "" };
    assert!(head(&results(5)).contains(", replication 5 alone,"), "{}", head(&results(5)));
    assert!(!head(&results(0)).contains("replication"));
}

#[test]
fn one_draw_of_chance_is_called_so() {
    let mut summary = sample::summary();
    let plan = sample::with_faults();
    let told = |summary: &Summary| {
        let more = "evenkeel run a.json --replications 100";
        text(&Results { summary, plan: &plan, time_line: None, first_replication: 0, more }, Style::PLAIN)
    };
    let one = told(&summary);
    assert!(one.contains("one draw: faults come by chance") && one.contains("  evenkeel run a.json --repl"), "{one}");
    assert!(one.contains("extrapolated"), "{one}");
    summary.replications = 20;
    assert!(!told(&summary).contains("one draw"));
    assert!(
        !shown(&summary, Style::PLAIN).contains("extrapolated"),
        "what is written to come once says nothing of a year"
    );
}

#[test]
fn colour_is_added_and_nothing_else() {
    let coloured = shown(&sample::summary(), Style { paint: Paint::Colour, ..Style::PLAIN });
    assert!(coloured.contains("\u{1b}[1;31mFAIL"));
    let mut bare = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        bare.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    bare.push_str(rest);
    assert_eq!(bare, shown(&sample::summary(), Style::PLAIN));
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
    summary.losses.truncate(11);
    let table = losses::table(&summary).text(Paint::Plain);
    assert!(table.contains("1 more row "), "{table}");
}
