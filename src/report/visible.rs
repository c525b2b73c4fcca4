//! Text of others, safe to show: what steers a terminal or turns the direction of text is written out, as JSON would
//! (`\\u202e`).

use super::align::Paint;
use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character does something instead of being seen: control characters of both blocks, the bidirectional
/// controls of Unicode (UAX 9), its separators of lines and paragraphs, and two that no XML may hold.
pub fn steers(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

/// A text in which nothing steers: one line.
pub fn line(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    text.chars().for_each(|c| push(&mut out, c));
    Cow::Owned(out)
}

/// One character, written out where it steers.
pub fn push(out: &mut String, c: char) {
    if steers(c) {
        write!(out, "\\u{:04x}", u32::from(c)).expect("writing to a String cannot fail");
    } else {
        out.push(c);
    }
}

/// A whole output: line breaks and tabs stay, and colours where there may be any.
pub fn output(text: &str, paint: Paint) -> Cow<'_, str> {
    let harmless = |c: char| c == '\n' || c == '\t';
    // Nearly all output is ASCII without control characters; bytes are looked through ten times faster than characters.
    let plain = |byte: &u8| matches!(byte, b'\n' | b'\t' | b' '..=b'~');
    if text.as_bytes().chunks(64).all(|chunk| chunk.iter().fold(true, |all, byte| all & plain(byte))) {
        return Cow::Borrowed(text);
    }
    if !text.contains(|c: char| steers(c) && !harmless(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let colour = if paint == Paint::Colour { colour(rest) } else { 0 };
        if colour > 0 {
            out.push_str(&rest[..colour]);
        } else if harmless(c) {
            out.push(c);
        } else {
            push(&mut out, c);
        }
        rest = &rest[colour.max(c.len_utf8())..];
    }
    Cow::Owned(out)
}

/// Bytes of the colour that a text begins with (ECMA-48, SGR), else 0.
fn colour(text: &str) -> usize {
    let Some(inside) = text.strip_prefix("\u{1b}[") else { return 0 };
    let end = inside.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(inside.len());
    if inside[end..].starts_with('m') { end + 3 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_written_out() {
        assert_eq!(line("a\u{202e}b\u{9b}c\u{1b}d\n\u{e9}"), "a\\u202eb\\u009bc\\u001bd\\u000a\u{e9}");
        assert!(matches!(line("plain \u{5d0}"), Cow::Borrowed(_)));
    }

    #[test]
    fn outputs_keep_lines_and_colours() {
        let text = "\u{1b}[1;31mred\u{1b}[0m\n\tx\u{2066}\u{1b}[2J";
        assert_eq!(output(text, Paint::Colour), "\u{1b}[1;31mred\u{1b}[0m\n\tx\\u2066\\u001b[2J");
        assert_eq!(output("\u{1b}[1mx", Paint::Plain), "\\u001b[1mx");
    }
}
