//! The terminal: data on stdout, talk on stderr, colour where it is wanted.

use super::Exit;
use super::args::Global;
use crate::report::align::Paint;
use crate::report::visible;
use clap::ColorChoice;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Where words go.
pub(crate) struct Console {
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    pub(crate) paint: Paint,
    pub(crate) paint_talk: Paint,
    /// Characters in a line of standard output; `None`: as many as are needed.
    pub(crate) width: Option<usize>,
    quiet: bool,
    out_is: Out,
}

/// What became of standard output.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Out {
    Open,
    /// Its reader has gone (`| head`), which is not a fault.
    Unread,
    Broken,
}

/// Whether standard output was closed when the program was started. Rust opens `/dev/null` in its place before `main`,
/// so that everything would seem to be written: this is looked at before that.
static CLOSED: AtomicBool = AtomicBool::new(false);

#[cfg(unix)]
#[ctor::ctor]
fn look_at_stdout() {
    CLOSED.store(rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_err(), Ordering::Relaxed);
}

/// Writes to standard output and flushes it.
fn to_stdout(write: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    if CLOSED.load(Ordering::Relaxed) {
        return Err(io::Error::other("it is closed"));
    }
    write().and_then(|()| io::stdout().flush())
}

fn cannot_write(error: &io::Error) -> String {
    format!(
        "error: cannot write to standard output: {error}\nhint: look at where it goes: a full disk, a closed descriptor"
    )
}

/// Prints what the reader of arguments says; the exit code.
pub(crate) fn usage(error: &clap::Error) -> u8 {
    let code = u8::try_from(error.exit_code()).unwrap_or(Exit::Invalid as u8);
    if error.use_stderr() {
        // Nothing can be done when the message cannot be printed.
        let _ = error.print();
        return code;
    }
    match to_stdout(|| error.print()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let _ = writeln!(io::stderr(), "{}", cannot_write(&error));
            Exit::Invalid as u8
        }
        _ => code,
    }
}

impl Console {
    /// The real one.
    pub(crate) fn of_terminal(global: &Global) -> Console {
        let paint = |terminal: bool| paint(global.color, terminal, |name| std::env::var(name).ok());
        Console {
            out: Box::new(Stdout),
            err: Box::new(io::stderr()),
            paint: paint(io::stdout().is_terminal()),
            paint_talk: paint(io::stderr().is_terminal()),
            width: width(std::env::var("COLUMNS").ok().as_deref(), of_stdout),
            quiet: global.quiet,
            out_is: Out::Open,
        }
    }

    /// One for tests.
    #[cfg(test)]
    pub(crate) fn to(out: Box<dyn Write>, err: Box<dyn Write>, quiet: bool) -> Console {
        Console { out, err, paint: Paint::Plain, paint_talk: Paint::Plain, width: None, quiet, out_is: Out::Open }
    }

    /// Data. What cannot be written is told at once, and [`Console::is_broken`] from then on; a reader that has gone
    /// (`| head`) is not a fault.
    pub(crate) fn data(&mut self, text: &str) {
        if self.out_is != Out::Open {
            return;
        }
        let text = visible::output(text, self.paint);
        let Err(error) = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()) else { return };
        if error.kind() == io::ErrorKind::BrokenPipe {
            self.out_is = Out::Unread;
        } else {
            self.out_is = Out::Broken;
            self.error(&cannot_write(&error));
        }
    }

    /// Whether some data could not be written.
    pub(crate) fn is_broken(&self) -> bool {
        self.out_is == Out::Broken
    }

    pub(crate) fn say(&mut self, text: &str) {
        if !self.quiet {
            self.error(text);
        }
    }

    pub(crate) fn error(&mut self, text: &str) {
        let _ = writeln!(self.err, "{}", visible::output(text, self.paint_talk));
    }
}

/// Standard output, when it is open.
struct Stdout;

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        to_stdout(|| io::stdout().write_all(bytes)).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        to_stdout(|| Ok(()))
    }
}

/// No table is made narrower than this.
const WIDTH_MIN: usize = 40;

/// The width of standard output where it is a terminal.
fn of_stdout() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0)).filter(|width| *width > 0)
}

/// `COLUMNS` counts when it is a number; without it a terminal has its own width, and what is written to a file or a
/// pipe is as wide as it needs to be, so that it does not depend on where it was made.
fn width(columns: Option<&str>, of_terminal: impl Fn() -> Option<usize>) -> Option<usize> {
    let columns = columns.and_then(|text| text.trim().parse::<usize>().ok()).filter(|width| *width > 0);
    columns.or_else(of_terminal).map(|width| width.max(WIDTH_MIN))
}

/// `NO_COLOR` counts when it is set and not empty (no-color.org); a terminal that calls itself dumb shows no colours.
fn paint(when: ColorChoice, terminal: bool, variable: impl Fn(&str) -> Option<String>) -> Paint {
    let colour = match when {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            terminal
                && variable("NO_COLOR").is_none_or(|text| text.is_empty())
                && variable("TERM").is_none_or(|kind| kind != "dumb")
        }
    };
    if colour { Paint::Colour } else { Paint::Plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_as_wide_as_the_terminal_or_as_somebody_says() {
        assert_eq!(width(None, || Some(120)), Some(120));
        assert_eq!(width(Some("80"), || Some(120)), Some(80));
        assert_eq!(width(Some("80"), || None), Some(80));
        assert_eq!(width(Some("many"), || Some(120)), Some(120));
        assert_eq!(width(Some("0"), || None), None);
        assert_eq!(width(None, || Some(7)), Some(WIDTH_MIN));
        assert_eq!(width(None, || None), None);
    }

    #[test]
    fn colour_is_for_terminals_that_want_it() {
        let check = |when, terminal, no_color: Option<&str>, wanted| {
            let variable = |name: &str| if name == "NO_COLOR" { no_color.map(str::to_owned) } else { None };
            assert_eq!(paint(when, terminal, variable), wanted, "{when:?} {terminal} {no_color:?}");
        };
        check(ColorChoice::Auto, true, None, Paint::Colour);
        check(ColorChoice::Auto, true, Some(""), Paint::Colour);
        check(ColorChoice::Auto, true, Some("1"), Paint::Plain);
        check(ColorChoice::Auto, false, None, Paint::Plain);
        check(ColorChoice::Always, false, Some("1"), Paint::Colour);
        check(ColorChoice::Never, true, None, Paint::Plain);
        for (kind, wanted) in [("dumb", Paint::Plain), ("xterm", Paint::Colour)] {
            let variable = |name: &str| (name == "TERM").then(|| kind.to_owned());
            assert_eq!(paint(ColorChoice::Auto, true, variable), wanted, "TERM={kind}");
        }
    }
}
