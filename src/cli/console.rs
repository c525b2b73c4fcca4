//! The terminal: data on stdout, talk on stderr, colour where it is wanted.

use super::args::{Global, When};
use crate::report::align::Paint;
use std::io::{self, IsTerminal, Write};

/// Where words go.
pub(crate) struct Console {
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    /// How data is painted.
    pub(crate) paint: Paint,
    /// How talk is painted.
    pub(crate) paint_talk: Paint,
    quiet: bool,
}

impl Console {
    /// The real one.
    pub(crate) fn of_terminal(global: &Global) -> Console {
        let paint =
            |terminal: bool| paint(global.color, terminal, |name| std::env::var_os(name).map(|text| text.len()));
        Console {
            out: Box::new(io::stdout().lock()),
            err: Box::new(io::stderr()),
            paint: paint(io::stdout().is_terminal()),
            paint_talk: paint(io::stderr().is_terminal()),
            quiet: global.quiet,
        }
    }

    /// One for tests.
    #[cfg(test)]
    pub(crate) fn to(out: Box<dyn Write>, err: Box<dyn Write>, quiet: bool) -> Console {
        Console { out, err, paint: Paint::Plain, paint_talk: Paint::Plain, quiet }
    }

    /// Data. A reader that has gone (`| head`) is no fault of ours.
    pub(crate) fn data(&mut self, text: &str) {
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }

    /// Talk, unless quiet.
    pub(crate) fn say(&mut self, text: &str) {
        if !self.quiet {
            self.error(text);
        }
    }

    /// What must be said.
    pub(crate) fn error(&mut self, text: &str) {
        let _ = writeln!(self.err, "{text}");
    }
}

/// `NO_COLOR` counts when it is set and not empty (no-color.org).
fn paint(when: When, terminal: bool, variable: impl Fn(&str) -> Option<usize>) -> Paint {
    let colour = match when {
        When::Always => true,
        When::Never => false,
        When::Auto => terminal && variable("NO_COLOR").is_none_or(|length| length == 0),
    };
    if colour { Paint::Colour } else { Paint::Plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_for_terminals_that_want_it() {
        let check = |when, terminal, no_color: Option<usize>, wanted| {
            assert_eq!(paint(when, terminal, |_| no_color), wanted, "{when:?} {terminal} {no_color:?}");
        };
        check(When::Auto, true, None, Paint::Colour);
        check(When::Auto, true, Some(0), Paint::Colour);
        check(When::Auto, true, Some(1), Paint::Plain);
        check(When::Auto, false, None, Paint::Plain);
        check(When::Always, false, Some(1), Paint::Colour);
        check(When::Never, true, None, Paint::Plain);
    }
}
