//! Does it speak well? The program as people meet it: what is typed, and all that comes back on stdout, on stderr and
//! as exit code. What it says stands in `tests/cli/snapshots`; `INSTA_UPDATE=always cargo test --test cli` writes it
//! anew.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "these tests look at what the program leaves on the disk")]

#[path = "cli/broken.rs"]
mod broken;
#[path = "cli/examples.rs"]
mod examples;
#[path = "cli/files.rs"]
mod files;
#[path = "cli/folders.rs"]
mod folders;
#[path = "cli/interrupt.rs"]
mod interrupt;
#[path = "cli/odd.rs"]
mod odd;
#[path = "cli/page.rs"]
mod page;
#[path = "cli/pages.rs"]
mod pages;
#[path = "cli/plots.rs"]
mod plots;
#[path = "cli/shells.rs"]
mod shells;
#[path = "cli/streams.rs"]
mod streams;
#[path = "cli/templates.rs"]
mod templates;
#[path = "cli/words.rs"]
mod words;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// The project's folder.
const HOME: &str = env!("CARGO_MANIFEST_DIR");

/// A working directory of its own, with the shipped scenarios and those of these tests in it.
struct Desk(TempDir);

impl Desk {
    fn new() -> Desk {
        let desk = Desk(tempfile::tempdir().unwrap());
        for (from, to) in [("scenarios", "scenarios"), ("tests/cli/scenarios", "")] {
            copy(&Path::new(HOME).join(from), &desk.path(to));
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The program, about to be started here; nothing of the outside changes what it says.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        command.current_dir(self.0.path()).args(arguments);
        command.env_remove("NO_COLOR").env_remove("RUST_BACKTRACE").env_remove("COLUMNS").env("LC_ALL", "C");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Everything that a line brings, as one text.
    fn transcript(&self, arguments: &[&str]) -> String {
        transcript(arguments, &self.run(arguments))
    }

    /// Names of what stands in a folder.
    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The typed line, the exit code, then what stood on stdout and stderr.
fn transcript(arguments: &[&str], output: &Output) -> String {
    let code = output.status.code().map_or_else(|| output.status.to_string(), |code| code.to_string());
    let mut all = format!("$ evenkeel {}\nexit {code}\n", arguments.join(" "));
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        if !bytes.is_empty() {
            write!(all, "--- {name}\n{}", text(bytes)).unwrap();
        }
    }
    all
}

/// Compares with the snapshot of this name.
fn same(name: &str, found: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("cli/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, found));
}

/// Runs a line and compares all that it brings.
fn check(desk: &Desk, name: &str, arguments: &[&str]) {
    same(name, &desk.transcript(arguments));
}
