//! Pictures of the page: the finding in words, the drawing, and what it shows as a table.

use super::super::chart::colours::{Colour, Role};
use super::super::chart::figure::Figure;
use super::{Picture, numbers};
use maud::{Markup, PreEscaped, html};
use std::fmt::Write;

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
                @let notes = notes(figure);
                @if !notes.is_empty() { ul.notes { @for note in notes { li { (note) } } } }
                (numbers::of(figure))
            }
        }
    }
}

/// What has to be said of the panels; what holds for several of them once.
fn notes(figure: &Figure) -> Vec<&str> {
    let mut notes: Vec<&str> = Vec::new();
    for note in figure.panels.iter().flat_map(|panel| &panel.notes) {
        if !notes.contains(&note.as_str()) {
            notes.push(note);
        }
    }
    notes
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_of_several_panels_is_told_once() {
        use super::super::super::chart::figure::Panel;
        let panel =
            |notes: &[&str]| Panel { notes: notes.iter().map(|note| (*note).to_owned()).collect(), ..Panel::default() };
        let panels = vec![panel(&["mean"]), panel(&["rest", "mean"]), panel(&[])];
        assert_eq!(notes(&Figure { panels, ..Figure::default() }), ["mean", "rest"]);
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
}
