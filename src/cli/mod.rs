//! The outside world: arguments, files, the terminal, exit codes. The only part of the program that touches any of
//! them.
//!
//! | Module | Does |
//! |---|---|
//! | `args`, `completions` | what can be typed, and what shells complete |
//! | `run`, `check`, `check_json`, `new`, `problem` | the commands |
//! | `render` | problems with their place in the text |
//! | `files` | reads scenarios |
//! | `place`, `hidden` | puts results in their place, without losing anything |
//! | `results`, `manifest` | what is in a result folder |
//! | `progress`, `console` | the terminal |
//! | `interrupt` | Ctrl-C and SIGTERM |

pub mod args;
mod check;
mod check_json;
mod completions;
mod console;
pub mod files;
mod hidden;
mod interrupt;
mod manifest;
mod new;
mod notes;
mod passed_over;
pub mod place;
mod problem;
mod progress;
pub mod render;
mod response_times;
mod results;
mod run;
mod scalable_targets;
mod stages;
mod stories;
mod templates;
#[cfg(test)]
mod tests;

use crate::scenario::Files;
use args::{Args, Command};
use clap::{CommandFactory, Parser};
use console::Console;
use files::Disk;
use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Exit {
    Fine = 0,
    Failed = 1,
    /// Wrong usage, invalid input, or a path that cannot be read or written.
    Invalid = 2,
    Limit = 3,
    Inconclusive = 4,
    Interrupted = 130,
}

/// Runs the command that was typed.
pub fn main() -> ExitCode {
    interrupt::heed();
    run::tell_of_panics();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return ExitCode::from(console::usage(&error)),
    };
    let mut console = Console::of_terminal(&args.global);
    ExitCode::from(dispatch(&args, &Disk, &mut console) as u8)
}

fn dispatch(args: &Args, files: &dyn Files, console: &mut Console) -> Exit {
    let exit = command(args, files, console);
    if console.is_broken() && exit != Exit::Interrupted { Exit::Invalid } else { exit }
}

fn command(args: &Args, files: &dyn Files, console: &mut Console) -> Exit {
    match &args.command {
        Command::Run(run) => run::run(run, &args.global, files, console),
        Command::Check(check) => check::check(check, files, console),
        Command::Problem { code } => problem::problem(code.as_deref(), console),
        Command::Schema => {
            console.data(&crate::schema());
            Exit::Fine
        }
        Command::New(new) => new::new(new, console),
        Command::Version => {
            console.data(&Args::command().render_version());
            Exit::Fine
        }
        Command::Completions { shell } => {
            console.data(&completions::script(*shell));
            Exit::Fine
        }
    }
}
