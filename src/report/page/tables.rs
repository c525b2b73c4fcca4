//! A section of the summary as an HTML table, in a box of its own that scrolls where it is too wide.

use super::super::table::Section;
use crate::metrics::summary::Verdict;
use maud::{Markup, html};

/// The table and what its words mean.
pub(super) fn table(section: &Section) -> Markup {
    let columns = section.table.columns();
    html! {
        (boxed(&section.title, &html! {
            table {
                thead { tr { @for column in columns {
                    th scope="col" class=[column.right.then_some("number")] { (column.head.replace('\n', " ")) }
                } } }
                tbody { @for row in section.table.lines() {
                    tr {
                        @for (place, (text, column)) in row.cells.iter().zip(columns).enumerate() {
                            @let verdict = row.verdict.filter(|_| place == 0);
                            @if place == 0 && verdict.is_none() {
                                th scope="row" class=[class(column.right, text, None)] { (text.trim_start()) }
                            } @else {
                                td class=[class(column.right, text, verdict)] { (text) }
                            }
                        }
                    }
                } }
            }
        }))
        @for words in &section.told { p { (words) } }
        (notes(section))
    }
}

/// What the words of a table mean.
pub(super) fn notes(section: &Section) -> Markup {
    html! {
        @if !section.notes.is_empty() {
            ul.notes { @for note in &section.notes { li { (note) } } }
        }
    }
}

/// Something wide, in a box that scrolls by itself and can be reached by keyboard.
pub(super) fn boxed(label: &str, content: &Markup) -> Markup {
    html! { div.scroll role="group" aria-label=(label) tabindex="0" { (content) } }
}

/// The class of a cell: verdicts have their colour, numbers stand on the right, parts of the row before are set in.
fn class(right: bool, text: &str, verdict: Option<Verdict>) -> Option<&'static str> {
    match verdict {
        Some(Verdict::Pass) => Some("pass"),
        Some(Verdict::Fail) => Some("fail"),
        Some(Verdict::Inconclusive) => Some("open"),
        None if right => Some("number"),
        None => text.starts_with("  ").then_some("below"),
    }
}
