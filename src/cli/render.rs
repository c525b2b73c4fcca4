//! Problems as people read them: what is wrong, where, the text itself, the way out.

use crate::model::problem::{Problem, Problems, Severity};
use crate::report::align::Paint;
use crate::report::visible;
use crate::scenario::Sources;
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::ops::Range;

/// At most this many characters of a line are shown, around what is meant.
const LINE_MAX: usize = 100;
/// Problems beyond this many are counted, not drawn.
const DRAWN_MAX: usize = 200;

/// Errors and warnings, each drawn, and a line that counts them. `file` stands for problems without a place. Empty when
/// there is nothing to tell.
pub fn problems(problems: &Problems, sources: &Sources, file: &str, paint: Paint) -> String {
    let told: Vec<&Problem> =
        problems.of(Severity::Error).chain(problems.of(Severity::Warning)).take(DRAWN_MAX).collect();
    if told.is_empty() {
        return String::new();
    }
    let mut out: String = told.iter().map(|problem| one(problem, sources, file, paint) + "\n\n").collect();
    out.push_str(&count(problems));
    out
}

/// "2 errors, 1 warning".
fn count(problems: &Problems) -> String {
    let of = |severity, word: &str| {
        let count = problems.of(severity).count();
        let plural = if count == 1 { "" } else { "s" };
        (count > 0).then(|| format!("{count} {word}{plural}"))
    };
    let parts: Vec<String> =
        [of(Severity::Error, "error"), of(Severity::Warning, "warning")].into_iter().flatten().collect();
    parts.join(", ")
}

fn one(problem: &Problem, sources: &Sources, file: &str, paint: Paint) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let place = sources.place_of(problem);
    let pointer = sources.pointer(&problem.at).filter(|pointer| !pointer.is_empty());
    let pointer = pointer.map_or_else(String::new, |pointer| format!("  {}", printable(&pointer)));
    let title = level.primary_title(printable(&problem.told())).id(problem.code.word());
    let mut group = Group::with_title(title);
    let mut origin = None;
    if let Some(place) = &place {
        let (text, span) = excerpt(place.text, &place.bytes);
        let file = printable(place.file);
        // The column in the excerpt is not the one in the file: it is put right in what was drawn.
        let column = text[..span.start].chars().count() + 1;
        let drawn = format!("{file}:{}:{column}", place.line);
        origin = Some((drawn, format!("{file}:{}:{}{pointer}", place.line, place.column)));
        let snippet = Snippet::source(text).path(file).line_start(place.line).fold(false);
        group = group.element(snippet.annotation(AnnotationKind::Primary.span(span)));
    } else {
        group = group.element(Origin::path(format!("{}{pointer}", printable(file))));
    }
    if let Some(hint) = &problem.hint {
        group = group.element(Level::HELP.with_name("hint").message(printable(hint)));
    }
    let renderer = match paint {
        Paint::Colour => Renderer::styled(),
        Paint::Plain => Renderer::plain(),
    };
    let drawn = renderer.decor_style(DecorStyle::Ascii).term_width(LINE_MAX + 40).render(&[group]);
    let drawn = drawn.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    let (title, rest) = drawn.split_once('\n').unwrap_or((&drawn, ""));
    match origin {
        Some((from, to)) => format!("{title}\n{}", rest.replacen(&from, &to, 1)),
        None => drawn,
    }
}

/// Text of others may hold anything; what would steer the terminal is written out, what is endless is cut.
fn printable(text: &str) -> String {
    const CHARACTERS_MAX: usize = 400;
    let mut out = String::new();
    text.chars().take(CHARACTERS_MAX).for_each(|c| visible::push(&mut out, c));
    if text.chars().nth(CHARACTERS_MAX).is_some() {
        out.push_str(" ...");
    }
    out
}

/// The line on which `bytes` begin, cut to what fits around them, and where in it they are.
fn excerpt(text: &str, bytes: &Range<usize>) -> (String, Range<usize>) {
    let start = floor(text, bytes.start);
    let line_start = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |length| start + length);
    let end = floor(text, bytes.end.clamp(start, line_end));
    let (mut from, mut to) = (line_start, text[line_start..line_end].trim_end().len() + line_start);
    let end = end.min(to.max(start));
    to = to.max(end);
    let longest = LINE_MAX - 8;
    if to - from > LINE_MAX {
        let shown = (end - start).min(longest);
        let before = (longest - shown) / 2;
        from = floor(text, start.saturating_sub(before).max(line_start));
        to = floor(text, (from + longest).min(to));
    }
    let (head, tail) = (if from > line_start { "... " } else { "" }, if to < line_end { " ..." } else { "" });
    let tail = if text[to..line_end].trim().is_empty() { "" } else { tail };
    let shown = clean(&text[from..to]);
    let shift = |byte: usize| head.len() + clean(&text[from..byte.clamp(from, to)]).len();
    let span = shift(start)..shift(end.max(start));
    (format!("{head}{shown}{tail}"), span)
}

/// A part of a line: tabs and other ASCII controls are one column, so that the marks stand under what they mark; what
/// else steers is written out.
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| if c.is_ascii_control() { out.push(' ') } else { visible::push(&mut out, c) });
    out
}

/// A path as a shell takes it.
pub(crate) fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:,@".contains(c);
    if !path.is_empty() && path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}

/// The nearest character boundary at or before `byte`.
pub(super) fn floor(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
