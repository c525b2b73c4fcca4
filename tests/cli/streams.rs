//! Standard output that cannot be written: never an exit code of 0.

use super::*;
use std::process::Stdio;

/// Every command that prints data, and its exit code when all is well.
const LINES: [(&[&str], i32); 10] = [
    (&["run", "scenarios/az-loss.json"], 0),
    (&["run", "scenarios/az-loss.json", "--json"], 0),
    (&["run", "fails.json", "--no-files"], 1),
    (&["check", "scenarios/az-loss.json", "scenarios/two-zones.json"], 0),
    (&["schema"], 0),
    (&["completions", "bash"], 0),
    (&["--help"], 0),
    (&["run", "--help"], 0),
    (&["--version"], 0),
    (&["version"], 0),
];

/// It says so once, and the last line is still the one that shows the same again.
fn refuses(line: &[&str], output: &Output, why: &str) {
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{line:?}\n{told}");
    let message = format!("error: cannot write to standard output: {why}");
    assert_eq!(told.matches(&message).count(), 1, "{line:?}\n{told}");
    if ["run", "check"].contains(&line[0]) && !line.contains(&"--help") {
        let last = told.lines().last().unwrap();
        assert!(last.starts_with(&format!("see it again: evenkeel {}", line[0])), "{line:?}\n{told}");
    }
}

#[test]
fn a_full_disk_is_told() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let desk = Desk::new();
    for (line, _) in LINES {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = desk.command(line).stdout(full).stderr(Stdio::piped()).spawn().unwrap().wait_with_output();
        refuses(line, &output.unwrap(), "No space left on device");
    }
    assert!(desk.path("results/az-loss/summary.json").exists(), "the files are written all the same");
}

#[test]
fn a_closed_output_is_told() {
    let desk = Desk::new();
    for (line, _) in LINES {
        let mut shell = Command::new("sh");
        shell.current_dir(desk.path("")).args(["-c", "exec \"$0\" \"$@\" >&-", env!("CARGO_BIN_EXE_evenkeel")]);
        let output = shell.args(line).env_remove("RUST_BACKTRACE").output().unwrap();
        refuses(line, &output, "it is closed");
    }
}

/// Whoever throws the data away, or stops reading, knows it.
#[test]
fn a_reader_that_goes_is_no_fault() {
    let desk = Desk::new();
    for (line, code) in LINES {
        let mut child = desk.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{line:?}\n{}", text(&output.stderr));
        assert!(!text(&output.stderr).contains("standard output"), "{line:?}\n{}", text(&output.stderr));
        let null = fs::OpenOptions::new().read(true).write(true).open("/dev/null").unwrap();
        let status = desk.command(line).stdout(null).stderr(Stdio::null()).status().unwrap();
        assert_eq!(status.code(), Some(code), "{line:?} into /dev/null");
    }
}
