//! Sentences in which names stand out: as text in quotation marks, on a page as code.

use crate::report::visible;
use maud::{Markup, html};

/// Begin and end of a name. Control characters never get into a sentence otherwise: what steers is written out.
const NAME: [char; 2] = ['\u{2}', '\u{3}'];

/// A name of the scenario, inside a sentence.
pub(super) fn name(text: &str) -> String {
    let [begin, end] = NAME;
    format!("{begin}{}{end}", visible::line(text))
}

/// A sentence as HTML.
pub(super) fn markup(sentence: &str) -> Markup {
    let parts = sentence.split(NAME).enumerate();
    html! {
        @for (place, part) in parts {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// A text of the scenario in which `names` stand in backquotes.
pub(super) fn quoted(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    // Without its partner a backquote is a letter like any other.
    if parts.len().is_multiple_of(2) {
        return html! { (text) };
    }
    html! {
        @for (place, part) in parts.iter().enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// A sentence as text.
pub(super) fn plain(sentence: &str) -> String {
    sentence.replace(NAME, "`")
}

/// `a, b and c`.
pub(super) fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The first few of many, and how many more there are.
pub(super) fn first_of(mut parts: Vec<String>, shown_max: usize) -> String {
    let more = parts.len().saturating_sub(shown_max);
    if more > 0 {
        parts.truncate(shown_max);
        parts.push(format!("{more} more"));
    }
    listed(&parts)
}

/// `1 task`, `3 tasks`, `2.5 tasks`.
pub(super) fn many(count: &str, thing: &str) -> String {
    if count == "1" { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_and_cannot_break_out() {
        let sentence = format!("{} lost {}.", name("a\u{3}<b>"), name("x`y"));
        assert_eq!(markup(&sentence).into_string(), "<code>a\\u0003&lt;b&gt;</code> lost <code>x`y</code>.");
        assert_eq!(plain(&sentence), "`a\\u0003<b>` lost `x`y`.");
    }

    #[test]
    fn backquotes_come_in_pairs() {
        let told = |text| quoted(text).into_string();
        assert_eq!(told("held against `a<b>`, which"), "held against <code>a&lt;b&gt;</code>, which");
        assert_eq!([told("it`s <b>"), told("none")], ["it`s &lt;b&gt;", "none"]);
    }

    #[test]
    fn lists_read_as_people_write_them() {
        let three = ["a", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!([listed(&three), listed(&three[..1])], ["a, b and c", "a"]);
        assert_eq!([first_of(three.clone(), 2), first_of(three, 3)], ["a, b and 1 more", "a, b and c"]);
        assert_eq!([many("1", "task"), many("1.5", "task"), many("0", "task")], ["1 task", "1.5 tasks", "0 tasks"]);
    }
}
