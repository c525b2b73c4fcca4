//! The frame of the page: head, order of the parts, foot.

use super::super::number::{duration, plain};
use super::super::table::Section;
use super::words::{markup, quoted};
use super::{Facts, losses, pictures, script, source, tables, verdict};
use crate::metrics::summary::Summary;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("../../../assets/page/page.css");

/// Titles of the sections of the summary that stand first, by how they begin.
const OBJECTIVES: &str = "Objectives";
const TIME_LINE: &str = "Time line";
/// Of this, the page shows all services together first.
const LOST: &str = "What was lost";

/// The whole page.
pub(super) fn page(facts: &Facts<'_>) -> Markup {
    let summary = facts.summary;
    let called = |title: &'static str| move |section: &&Section| section.title.starts_with(title);
    let (objectives, others): (Vec<_>, Vec<_>) = facts.sections.iter().partition(called(OBJECTIVES));
    let (line, others): (Vec<_>, Vec<_>) = others.into_iter().partition(called(TIME_LINE));
    let (lost, others): (Vec<_>, Vec<_>) = others.into_iter().partition(called(LOST));
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(summary))
            body {
                a.skip href="#verdict" { "Skip to the verdict" }
                (title(facts))
                main {
                    (part("verdict", "Verdict", &said(summary)))
                    (part("objectives", OBJECTIVES, &shown(&objectives)))
                    (part("time-line", line.first().map_or(TIME_LINE, |line| &line.title), &shown(&line)))
                    (part("numbers", "Numbers", &numbers(&others)))
                    (part("losses", "Losses by cause and phase", &losses(summary, &lost)))
                    (part("pictures", "Pictures", &pictures::all(facts.pictures, facts.heading)))
                    (source::scenario(facts))
                    (source::told(facts))
                    (source::again(facts))
                }
                (foot())
                (script::all(facts.pictures, summary.simulated_seconds))
            }
        }
    }
}

/// The head: nothing but what is in the page may be loaded, and no script but ours may run.
fn head(summary: &Summary) -> Markup {
    let policy = format!(
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '{}'; base-uri 'none'; \
         form-action 'none'",
        script::HASH
    );
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="generator" content={ "evenkeel " (env!("CARGO_PKG_VERSION")) };
            link rel="icon" href="data:,";
            meta name="description" content=(super::verdict(summary).join(" "));
            title { (summary.scenario) " · evenkeel" }
            style { (PreEscaped(script::STYLE)) (PreEscaped(STYLE)) (PreEscaped(pictures::dark())) }
        }
    }
}

/// What ran, in its own words, and where everything stands.
fn title(facts: &Facts<'_>) -> Markup {
    let summary = facts.summary;
    let several =
        (summary.replications > 1).then(|| format!(" × {} replications", plain(f64::from(summary.replications))));
    let description = facts.scenario.get("description").and_then(serde_json::Value::as_str).unwrap_or_default();
    html! {
        header {
            h1 { (summary.scenario) }
            @if !description.trim().is_empty() { p.lead { (quoted(description)) } }
            p.quiet {
                (duration(summary.simulated_seconds)) " simulated" (several.unwrap_or_default())
                ", seed " (summary.seed) ", " (plain(summary.events as f64)) " events, digest "
                code { (summary.digest) }
            }
        }
    }
}

/// A part of the page; nothing where it has nothing to show.
fn part(id: &str, title: &str, content: &Markup) -> Markup {
    html! {
        @if !content.0.is_empty() {
            section id=(id) aria-labelledby={ (id) "-title" } {
                h2 id={ (id) "-title" } { (title) }
                (content)
            }
        }
    }
}

fn said(summary: &Summary) -> Markup {
    html! {
        @for sentence in verdict::sentences(summary) { p.verdict { (markup(&sentence)) } }
        p.quiet {
            @if summary.replications > 1 {
                "Means over " (plain(f64::from(summary.replications)))
                " replications; ± is half the 95 % interval of the mean. "
            }
            "Times count from the start of the run. Users see errors while at least one request in a thousand fails. "
            "All of this is simulated."
        }
    }
}

fn shown(sections: &[&Section]) -> Markup {
    html! { @for section in sections { (tables::table(section)) } }
}

fn numbers(all: &[&Section]) -> Markup {
    html! {
        @for section in all {
            h3 { (section.title) }
            (tables::table(section))
        }
    }
}

/// All services together, then each by itself where several lost something.
fn losses(summary: &Summary, each: &[&Section]) -> Markup {
    let first = summary.losses.first().map(|row| &row.service);
    let several = summary.losses.iter().any(|row| Some(&row.service) != first);
    html! {
        (losses::bars(summary))
        @if several {
            h3 { "By service" }
            (shown(each))
        } @else {
            @for section in each { (tables::notes(section)) }
        }
    }
}

fn foot() -> Markup {
    html! {
        footer {
            p.quiet {
                "Made by evenkeel " (env!("CARGO_PKG_VERSION")) ", model " (crate::MODEL_VERSION)
                ", which simulates Amazon ECS event by event. Nothing in this page is loaded from elsewhere."
            }
        }
    }
}
