//! `report.html`: one page to pass on, which opens from the disk, without network and without scripts.
//!
//! ```text
//!   Facts ──► frame ─┬─ verdict     in words, made of the summary
//!                    ├─ tables      the sections of the summary, as on the terminal; objectives, time line first
//!                    ├─ losses      by cause and phase
//!                    ├─ pictures    SVG in the page; where scripts run, charts that can be zoomed
//!                    └─ source      the scenario, the defaults taken, how to see it again
//! ```
//! Equal runs give equal pages: no date, no name of a machine, no path.

mod data;
mod frame;
mod losses;
mod numbers;
mod pictures;
mod script;
mod source;
mod tables;
mod verdict;
mod words;

use super::align::Paint;
use super::chart::Figure;
use super::table::Section;
use super::visible;
use crate::metrics::Summary;
use serde_json::Value;

/// Everything that a page is made of.
pub struct Facts<'a> {
    /// The results.
    pub summary: &'a Summary,
    /// Its tables, in order.
    pub sections: &'a [Section],
    /// The scenario that ran, with every `$file` spliced in.
    pub scenario: &'a Value,
    /// Name of its file, without folders.
    pub file: &'a str,
    /// The command that gives the same results, without paths.
    pub command: &'a str,
    /// What `check` has to say about the scenario: titles and lines.
    pub told: &'a [(&'static str, Vec<String>)],
    /// What stands in the titles of the pictures after what each shows.
    pub heading: &'a str,
    /// The pictures of the run.
    pub pictures: &'a [Picture<'a>],
}

/// A picture, and how it is drawn.
pub struct Picture<'a> {
    /// What it shows.
    pub figure: &'a Figure,
    /// The drawing.
    pub svg: &'a str,
}

/// The verdict in words: its sentences as text, names in backquotes.
pub fn verdict(summary: &Summary) -> Vec<String> {
    verdict::sentences(summary).iter().map(|sentence| words::plain(sentence)).collect()
}

/// The page.
pub fn html(facts: &Facts<'_>) -> String {
    let page = frame::page(facts).into_string();
    visible::output(&page, Paint::Plain).into_owned()
}

#[cfg(test)]
mod tests;
