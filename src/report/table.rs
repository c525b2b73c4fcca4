//! The summary in sections, each a table with its title and with what its words mean; and as text for a terminal.

use super::align::{Paint, Table};
use super::number::plain;
use super::{alarms, application, availability, changes, faults, losses, objectives, planes, services};
use crate::metrics::summary::Summary;
use std::fmt::Write;

pub use super::objectives::wanted;

/// A part of the summary.
#[derive(Debug)]
pub struct Section {
    /// What it is about.
    pub title: &'static str,
    /// Never empty.
    pub table: Table,
    /// What the words of the table mean, a line each.
    pub notes: Vec<&'static str>,
}

/// Everything that a summary has to tell, in order; sections with nothing to tell are left out.
pub fn sections(summary: &Summary) -> Vec<Section> {
    let all = [
        ("Availability", availability::table(summary), availability::about(summary)),
        ("Services", services::services(summary), ""),
        ("Tasks by capacity provider", services::by_provider(summary), ""),
        ("Standalone tasks", services::streams(summary), ""),
        ("Capacity providers", services::providers(summary), ""),
        ("Cells of customers", application::table(summary), application::ABOUT),
        ("Control plane", planes::table(summary), planes::ABOUT),
        ("Faults", faults::table(summary), faults::about(summary)),
        ("Recovery by service", faults::by_service(summary), ""),
        ("Changes", changes::table(summary), changes::ABOUT),
        ("Circuit breakers that did not trip", changes::untripped(summary), changes::ABOUT_BREAKERS),
        ("Alarms", alarms::table(summary), alarms::ABOUT),
        ("What was lost, why and when", losses::table(summary), losses::ABOUT),
        ("Objectives", objectives::table(summary), ""),
    ];
    let told = all.into_iter().filter(|(_, table, _)| !table.is_empty());
    told.map(|(title, table, about)| Section { title, table, notes: about.lines().map(str::trim).collect() }).collect()
}

/// The whole summary as text.
pub fn summary(summary: &Summary, paint: Paint) -> String {
    let mut out = head(summary, paint);
    for Section { title, table, notes } in sections(summary) {
        line(&mut out, &format!("\n{}\n{}", paint.strong(title), table.text(paint).trim_end()));
        for words in notes {
            line(&mut out, &paint.faint(&format!("  {words}")));
        }
    }
    out
}

fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").expect("writing to a String cannot fail");
}

fn head(summary: &Summary, paint: Paint) -> String {
    let several = match summary.replications {
        1 => String::new(),
        n => format!(" x {n} replications (± is half the 95 % interval)"),
    };
    format!(
        "{}: {} simulated{several}, seed {}, {} events, digest {}\n",
        paint.strong(&summary.scenario),
        super::number::duration(summary.simulated_seconds),
        summary.seed,
        plain(summary.events as f64),
        summary.digest,
    )
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
