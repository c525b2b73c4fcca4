//! The results in sections, each a table with its title and with what its words mean; and as text for a terminal.

use super::align::{Paint, Table};
use super::fit::{Fitted, fit, wrapped};
use super::number::{duration, plain};
use super::{
    alarms, application, autoshift, availability, chance, changes, faults, losses, objectives, planes, scaling,
    services, time_line,
};
use crate::metrics::milestones::TimeLine;
use crate::metrics::summary::Summary;
use crate::model::Plan;
use std::fmt::Write;

pub use super::objectives::wanted;

/// What is told.
#[derive(Clone, Copy, Debug)]
pub struct Results<'a> {
    /// Every number.
    pub summary: &'a Summary,
    /// What ran.
    pub plan: &'a Plan,
    /// What happened in the first replication, when somebody wanted to know.
    pub time_line: Option<&'a TimeLine>,
    /// The number of the first replication.
    pub first_replication: u32,
    /// The line to type for more replications, for those that have one.
    pub more: &'a str,
}

/// How it is shown.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether it is coloured.
    pub paint: Paint,
    /// Characters in a line; `None`: as wide as it needs.
    pub width: Option<usize>,
    /// Whether the words are explained.
    pub notes: bool,
}

impl Style {
    /// Without colour, as wide as it needs, with all words explained.
    #[cfg(any(test, feature = "internals"))]
    pub const PLAIN: Style = Style { paint: Paint::Plain, width: None, notes: true };
}

/// A part of the results.
#[derive(Debug)]
pub struct Section {
    /// What it is about.
    pub title: String,
    /// Never empty.
    pub table: Table,
    /// What has to be read with the table, a line each.
    pub told: Vec<String>,
    /// What the words of the table mean, a line each.
    pub notes: Vec<&'static str>,
}

/// Everything that there is to tell, in order; sections with nothing to tell are left out.
pub fn sections(results: &Results<'_>) -> Vec<Section> {
    let summary = results.summary;
    let untold = Vec::new;
    let line = results.time_line;
    let line = line.map_or_else(Default::default, |line| (time_line::table(line, results.plan), time_line::told(line)));
    let all = [
        ("Availability", availability::table(results), availability::told(summary), availability::ABOUT),
        ("Services", services::services(summary), untold(), services::ABOUT),
        ("Tasks by capacity provider", services::by_provider(summary), untold(), ""),
        ("Standalone tasks", services::streams(summary), untold(), ""),
        ("Capacity providers", services::providers(summary), untold(), ""),
        ("Cells of customers", application::table(summary), untold(), application::ABOUT),
        ("Control plane", planes::table(summary), untold(), planes::ABOUT),
        ("Faults", faults::table(summary), faults::told(summary), faults::about(summary)),
        ("Recovery by service", faults::by_service(summary), untold(), ""),
        ("Changes", changes::table(summary), untold(), changes::ABOUT),
        ("Circuit breakers that did not trip", changes::untripped(summary), untold(), changes::ABOUT_BREAKERS),
        ("Service auto scaling", scaling::table(summary), untold(), scaling::ABOUT),
        ("Zonal autoshift", autoshift::table(summary), untold(), autoshift::ABOUT),
        ("Alarms", alarms::table(summary), untold(), alarms::ABOUT),
        (time_line::TITLE, line.0, line.1, time_line::ABOUT),
        ("What was lost, why and when", losses::table(summary), untold(), losses::ABOUT),
        ("Objectives", objectives::table(summary), chance::told(results), ""),
    ];
    let told = all.into_iter().filter(|(_, table, ..)| !table.is_empty());
    let section = |(title, table, told, about): (&str, Table, Vec<String>, &'static str)| {
        let several = title == time_line::TITLE && summary.replications > 1;
        let of = if several { format!(" of replication {}", results.first_replication) } else { String::new() };
        Section { title: format!("{title}{of}"), table, told, notes: about.lines().map(str::trim).collect() }
    };
    told.map(section).collect()
}

/// What ran, in one line.
pub fn head(results: &Results<'_>) -> String {
    let summary = results.summary;
    let which = match (summary.replications, results.first_replication) {
        (1, 0) => String::new(),
        (1, number) => format!(", replication {number} alone"),
        (n, _) => format!(" x {n} replications (± is half the 95 % interval)"),
    };
    let warm_up = results.plan.warm_up.as_secs_f64();
    let measured = if warm_up > 0.0 { format!(", measured after {}", duration(warm_up)) } else { String::new() };
    format!(
        "{} simulated{which}{measured}, seed {}, {} events, digest {}",
        duration(summary.simulated_seconds),
        summary.seed,
        plain(summary.events as f64),
        summary.digest,
    )
}

/// What a digest says, for those who compare two.
const ABOUT_DIGEST: &str = "digest: a hash of all events in their order; runs with the same digest went the same way, \
    though they may be measured over different times";

/// All results as text.
pub fn text(results: &Results<'_>, style: Style) -> String {
    let Style { paint, width, notes } = style;
    let mut out = String::new();
    let name = &results.summary.scenario;
    let first = broken(&format!("{name}: {}", head(results)), "", width);
    line(&mut out, &first.replacen(name.as_str(), &paint.strong(name), 1));
    if notes {
        line(&mut out, &paint.faint(&broken(ABOUT_DIGEST, "  ", width)));
    }
    let mut lacks_room = false;
    for Section { title, table, told, notes: about } in sections(results) {
        let whole = |table| Fitted { table, dropped: Vec::new() };
        let Fitted { table, dropped } = if let Some(width) = width { fit(table, width) } else { whole(table) };
        line(&mut out, &format!("\n{}\n{}", paint.strong(&title), table.text(paint).trim_end()));
        for words in told {
            line(&mut out, &broken(&words, "  ", width));
        }
        if !dropped.is_empty() {
            lacks_room = true;
            line(&mut out, &paint.faint(&broken(&format!("no room for: {}", dropped.join(", ")), "  ", width)));
        }
        if notes {
            for words in about {
                line(&mut out, &paint.faint(&broken(words, "  ", width)));
            }
        }
    }
    let mut last = Vec::new();
    if lacks_room {
        last.push("what has no room is in summary.json and in `--json`; COLUMNS=200 makes room");
    }
    if !notes {
        last.push("`--notes` explains the words");
    }
    if !last.is_empty() {
        line(&mut out, &format!("\n{}", paint.faint(&broken(&last.join("; "), "", width))));
    }
    out
}

/// Words in lines that begin with `indent` and are no wider than the terminal.
fn broken(text: &str, indent: &str, width: Option<usize>) -> String {
    let lines = match width {
        Some(width) => wrapped(text, width.saturating_sub(indent.len()).max(1)),
        None => vec![text.to_owned()],
    };
    lines.into_iter().map(|line| format!("{indent}{line}")).collect::<Vec<_>>().join("\n")
}

fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").expect("writing to a String cannot fail");
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
