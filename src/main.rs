//! The command-line program; everything is in the library.

use evenkeel::cli::{self, real::Real};
use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main(&Real)
}
