//! Where the numbers come from: the scenario that ran, what was taken by default, how to see it again.

use super::Facts;
use super::tables::boxed;
use super::words::quoted;
use maud::{Markup, html};

/// Bytes of the scenario that are shown; the whole of a longer one is in `manifest.json`.
const SCENARIO_BYTES_MAX: usize = 300_000;

/// The scenario that ran.
pub(super) fn scenario(facts: &Facts<'_>) -> Markup {
    let text = format!("{:#}", facts.scenario);
    let shown = cut(&text);
    html! {
        section id="scenario" aria-labelledby="scenario-title" {
            h2 id="scenario-title" { "Scenario" }
            details {
                summary { "The scenario that ran, with every file that it names put in" }
                (boxed("Scenario", &html! { pre { (shown) } }))
                @if shown.len() < text.len() {
                    p.quiet { "cut after " (shown.len()) " of " (text.len()) " bytes: manifest.json holds all of it" }
                }
            }
        }
    }
}

/// At most so many bytes, whole characters.
fn cut(text: &str) -> &str {
    let mut end = text.len().min(SCENARIO_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// What `check` says of it.
pub(super) fn told(facts: &Facts<'_>) -> Markup {
    let told = facts.told.iter().filter(|(_, lines)| !lines.is_empty());
    html! {
        @if told.clone().count() > 0 {
            section id="assumptions" aria-labelledby="assumptions-title" {
                h2 id="assumptions-title" { "Assumptions" }
                @for (title, lines) in told {
                    details {
                        summary { (title) " (" (lines.len()) ")" }
                        ul.told { @for line in lines { li { (quoted(line)) } } }
                    }
                }
            }
        }
    }
}

/// How to see it again.
pub(super) fn again(facts: &Facts<'_>) -> Markup {
    let summary = facts.summary;
    let rows = [
        ("program", format!("evenkeel {}, model {}", env!("CARGO_PKG_VERSION"), crate::MODEL_VERSION)),
        ("seed", summary.seed.to_string()),
        ("replications", summary.replications.to_string()),
        ("digest", summary.digest.clone()),
    ];
    html! {
        section id="again" aria-labelledby="again-title" {
            h2 id="again-title" { "How to see it again" }
            p { "Save the scenario above as " code { (facts.file) } ", or take the original, and run" }
            (boxed("Command", &html! { pre { (facts.command) } }))
            p { "The same program, scenario and seed give the same numbers on every machine, and this digest of all events:" }
            (boxed("What ran", &html! {
                table { tbody { @for (name, value) in &rows { tr { th scope="row" { (name) } td { code { (value) } } } } } }
            }))
        }
    }
}
