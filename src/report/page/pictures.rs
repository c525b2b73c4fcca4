//! Pictures of the page: the finding in words, the drawing, and what it shows as a table.

use super::super::chart::colours::{Colour, Role};
use super::super::chart::figure::{Curve, Figure, Panel, Window};
use super::super::number::{NOTHING, duration, short};
use super::Picture;
use super::tables::boxed;
use crate::engine::{Span, Time};
use maud::{Markup, PreEscaped, html};
use std::fmt::Write;

/// Rows of a table; of more moments each row tells least and most of a stretch of time.
const ROWS_MAX: usize = 40;

/// All pictures.
pub(super) fn all(pictures: &[Picture<'_>], heading: &str) -> Markup {
    let ending = format!(" · {heading}");
    html! {
        @for picture in pictures {
            @let figure = picture.figure;
            @let title = figure.title.strip_suffix(&ending).unwrap_or(&figure.title);
            figure id={ "picture-" (figure.name) } {
                h3 { (title) }
                @if !figure.finding.is_empty() { figcaption { (figure.finding) } }
                div.drawing role="group" aria-label={ "picture: " (title) } tabindex="0" {
                    div role="img" aria-label={ (title) ". " (figure.finding) } { (PreEscaped(picture.svg)) }
                }
                @let notes = figure.panels.iter().flat_map(|panel| &panel.notes);
                @if notes.clone().count() > 0 { ul.notes { @for note in notes { li { (note) } } } }
                (numbers(figure))
            }
        }
    }
}

/// Makes the drawings, which stand on a light ground, stand on a dark one: a rule for each colour.
pub(super) fn dark() -> String {
    let hex = |(red, green, blue): Colour| format!("#{red:02x}{green:02x}{blue:02x}");
    let mut known = vec![(255, 255, 255)];
    let mut rules = ".drawing [fill=\"#ffffff\" i]{fill:var(--paper)}".to_owned();
    for shade in Role::all().into_iter().map(Role::shade) {
        // Two roles of one colour on a light ground have one on a dark ground too.
        if !known.contains(&shade.light) {
            known.push(shade.light);
            let [light, dark] = [shade.light, shade.dark].map(hex);
            for what in ["fill", "stroke"] {
                let rule = write!(rules, ".drawing [{what}=\"{light}\" i]{{{what}:{dark}}}");
                rule.expect("writing to a String cannot fail");
            }
        }
    }
    format!("@media screen and (prefers-color-scheme: dark){{{rules}}}")
}

/// What the panels show, as tables.
fn numbers(figure: &Figure) -> Markup {
    let told = figure.panels.iter().filter(|panel| !panel.layers.is_empty() || !panel.lines.is_empty());
    html! {
        @if told.clone().count() > 0 {
            details {
                summary { "The same in numbers" }
                @for panel in told { (table(panel, figure.cut)) }
            }
        }
    }
}

/// A panel as a table: what holds from each moment on.
fn table(panel: &Panel, cut: Window) -> Markup {
    let curves: Vec<(&str, &Curve)> = panel
        .layers
        .iter()
        .map(|layer| (layer.label.as_str(), &layer.curve))
        .chain(panel.lines.iter().map(|line| (line.label.as_str(), &line.curve)))
        .collect();
    let title = format!("{}, {}", panel.title, panel.unit);
    boxed(
        &title,
        &html! {
            table {
                caption { (title) }
                thead { tr {
                    th.number scope="col" { "from" }
                    @for (label, _) in &curves { th.number scope="col" { (label) } }
                } }
                tbody { @for (from, until) in stretches(&curves, cut) {
                    tr {
                        th.number scope="row" { (duration(from.as_secs_f64())) }
                        @for (_, curve) in &curves { td.number { (between(curve, from, until)) } }
                    }
                } }
            }
        },
    )
}

/// The moments at which a curve changes, each with the next; of too many, as many stretches of equal length.
fn stretches(curves: &[(&str, &Curve)], cut: Window) -> Vec<(Time, Time)> {
    let within = |at: &Time| *at >= cut.from && *at < cut.until;
    let mut begins: Vec<Time> = curves.iter().flat_map(|(_, curve)| curve.points.iter().map(|point| point.0)).collect();
    begins.retain(within);
    begins.push(cut.from);
    begins.sort_unstable();
    begins.dedup();
    if begins.len() > ROWS_MAX {
        let whole = cut.until.since(cut.from).micros();
        let at = |place: usize| cut.from + Span::from_micros(whole / ROWS_MAX as u64 * place as u64);
        begins = (0..ROWS_MAX).map(at).collect();
    }
    let ends = begins.iter().skip(1).copied().chain([cut.until]).collect::<Vec<_>>();
    begins.into_iter().zip(ends).collect()
}

/// What a curve is in a stretch of time: one value, or least and most.
fn between(curve: &Curve, from: Time, until: Time) -> String {
    let first = curve.points.partition_point(|point| point.0 <= from).saturating_sub(1);
    let last = curve.points.partition_point(|point| point.0 < until);
    let mut ends: Option<(f64, f64)> = None;
    for place in first..last {
        let value = curve.points[place].1;
        let (least, most) = match &curve.range {
            Some(range) => (range.least[place], range.most[place]),
            None => (value, value),
        };
        ends = Some(ends.map_or((least, most), |(low, high)| (low.min(least), high.max(most))));
    }
    match ends.map(|(least, most)| (short(least), short(most))) {
        None => NOTHING.to_owned(),
        Some((least, most)) if least == most => least,
        Some((least, most)) => format!("{least} to {most}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: &[(u64, f64)]) -> Curve {
        points.iter().map(|(at, value)| (Time(at * 1_000_000), *value)).collect::<Vec<_>>().into()
    }

    #[test]
    fn a_stretch_tells_what_holds_in_it() {
        let curve = curve(&[(0, 5.0), (10, 2.0), (20, 8.0)]);
        let told = |from: u64, until: u64| between(&curve, Time(from * 1_000_000), Time(until * 1_000_000));
        assert_eq!([told(0, 10), told(0, 11), told(12, 15), told(12, 90)], ["5", "2 to 5", "2", "2 to 8"]);
        assert_eq!(between(&Curve::default(), Time(0), Time(9)), "-");
    }

    #[test]
    fn colours_of_drawings_have_one_on_a_dark_ground() {
        let rules = dark();
        assert!(rules.contains(".drawing [fill=\"#c8102e\" i]{fill:#ff5c5c}"), "{rules}");
        let all: Vec<_> = Role::all().into_iter().map(Role::shade).collect();
        for (one, other) in all.iter().flat_map(|one| all.iter().map(move |other| (one, other))) {
            assert!(one.light != other.light || one.dark == other.dark, "{one:?} {other:?}");
        }
    }

    #[test]
    fn many_moments_become_stretches() {
        let cut = Window { from: Time(0), until: Time(4_000_000) };
        let few = curve(&[(0, 1.0), (1, 2.0)]);
        assert_eq!(stretches(&[("a", &few)], cut), [(Time(0), Time(1_000_000)), (Time(1_000_000), cut.until)]);
        let points = (0..100).map(|n| (Time(n * 40_000), n as f64)).collect::<Vec<_>>();
        let many: Curve = points.into();
        let found = stretches(&[("a", &many)], cut);
        assert_eq!((found.len(), found[ROWS_MAX - 1].1), (ROWS_MAX, cut.until));
    }
}
