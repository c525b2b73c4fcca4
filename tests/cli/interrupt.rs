//! A run that somebody stops.

use super::*;
use std::io::Read;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Longer than any machine needs between two looks.
const PATIENCE: Duration = Duration::from_secs(60);

/// A second, and what a busy machine adds to it.
const SOON: Duration = Duration::from_secs(4);

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Waits for the end of a child, not for ever.
fn end_of(mut child: Child) -> (Option<i32>, String) {
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("it does not stop");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    (child.wait().unwrap().code(), told)
}

fn start(desk: &Desk, line: &[&str]) -> Child {
    let child = desk.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It has begun for certain once the parent of its results stands; `check` waits half a second more, for the loop.
    let began = Instant::now();
    while !desk.path("results").exists() && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(10));
    }
    child
}

fn check(signal: &str, line: &[&str], last: &str) {
    let desk = Desk::new();
    let child = start(&desk, line);
    std::thread::sleep(Duration::from_millis(500));
    send(signal, &child);
    let (code, told) = end_of(child);
    assert_eq!(told, format!("interrupted; nothing was written\n{last}\n"));
    assert_eq!(code, Some(130));
    assert_eq!(desk.names("results"), [] as [&str; 0], "half files are left");
}

/// A command that waits for its scenario: nobody looks for a signal there.
#[test]
fn reading_is_interrupted() {
    for (signal, command) in [("-INT", "run"), ("-TERM", "check")] {
        let desk = Desk::new();
        assert!(Command::new("mkfifo").arg(desk.path("pipe")).status().unwrap().success());
        let child = desk.command(&[command, "pipe"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_secs(1));
        let began = Instant::now();
        send(signal, &child);
        let (code, told) = end_of(child);
        assert_eq!(code, Some(130), "{told}");
        assert_eq!(told, format!("interrupted; nothing was written\nsee it again: evenkeel {command} pipe\n"));
        assert!(began.elapsed() < SOON, "it took {:?}", began.elapsed());
    }
}

/// A million hosts take a while to be set up.
#[test]
fn setting_up_is_interrupted() {
    let desk = Desk::new();
    let child = start(&desk, &["run", "hosts.json"]);
    let began = Instant::now();
    send("-INT", &child);
    let (code, told) = end_of(child);
    let last = "see it again: evenkeel run hosts.json --seed 1 --replications 1";
    assert_eq!((code, told), (Some(130), format!("interrupted; nothing was written\n{last}\n")));
    assert!(began.elapsed() < SOON, "it took {:?}", began.elapsed());
    assert_eq!(desk.names("results"), [] as [&str; 0]);
}

#[test]
fn an_interrupted_run_leaves_nothing() {
    let line = ["run", "long.json"];
    check("-INT", &line, "see it again: evenkeel run long.json --seed 1 --replications 1");
    let line = ["run", "long.json", "--replications", "64", "--seed", "3"];
    check("-TERM", &line, "see it again: evenkeel run long.json --seed 3 --replications 64");
}

/// What is over by then is summed up, as if no more had been asked for.
#[test]
fn replications_that_are_over_are_summed_up() {
    let desk = Desk::new();
    let line = ["run", "fails.json", "--replications", "1000000", "--threads", "2", "--seed", "3", "--out", "cut"];
    let child = desk.command(&line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(3));
    send("-INT", &child);
    let output = child.wait_with_output().unwrap();
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{told}");
    let first = told.lines().find(|line| line.starts_with("interrupted: ")).unwrap();
    let done = first.strip_prefix("interrupted: ").unwrap();
    let done = done.strip_suffix(" of 1,000,000 replications; these are summed up").unwrap().replace(',', "");
    let last = format!("see it again: evenkeel run fails.json --seed 3 --replications {done} --out cut");
    assert_eq!(told.lines().last(), Some(last.as_str()));
    let again = desk.run(&["run", "fails.json", "--seed", "3", "--replications", &done, "--out", "whole"]);
    assert!(again.stdout == output.stdout, "{}\n{}", text(&output.stdout), text(&again.stdout));
    for name in ["summary.json", "timeseries.csv", "events.ndjson"] {
        let read = |folder| fs::read(desk.path(folder).join(name)).unwrap();
        assert!(read("cut") == read("whole"), "{name}");
    }
    assert_eq!(desk.names("cut"), desk.names("whole"));
}
