//! A run that somebody stops.

use super::*;
use std::io::Read;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Longer than any machine needs between two looks.
const PATIENCE: Duration = Duration::from_secs(60);

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
    // It has begun for certain once the parent of its results stands; half a second more brings it into the loop.
    let began = Instant::now();
    while !desk.path("results").exists() && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(500));
    child
}

fn check(signal: &str, line: &[&str], last: &str) {
    let desk = Desk::new();
    let child = start(&desk, line);
    send(signal, &child);
    let (code, told) = end_of(child);
    assert_eq!(told, format!("interrupted; nothing was written\n{last}\n"));
    assert_eq!(code, Some(130));
    assert_eq!(desk.names("results"), [] as [&str; 0], "half files are left");
}

#[test]
fn an_interrupted_run_leaves_nothing() {
    let line = ["run", "long.json"];
    check("-INT", &line, "see it again: evenkeel run long.json --seed 1 --replications 1");
    let line = ["run", "long.json", "--replications", "64", "--seed", "3"];
    check("-TERM", &line, "see it again: evenkeel run long.json --seed 3 --replications 64");
}
