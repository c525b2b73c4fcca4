//! What shells complete.

use super::*;

/// What bash offers for the last of these words.
fn bash(desk: &Desk, words: &[&str]) -> Vec<String> {
    let script = r#"
        source /dev/stdin <<< "$("$0" completions bash)"
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _evenkeel "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
        printf '%s\n' "${COMPREPLY[@]}""#;
    let mut shell = Command::new("bash");
    shell.current_dir(desk.path("")).args(["-c", script, env!("CARGO_BIN_EXE_evenkeel"), "evenkeel"]).args(words);
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let mut offers: Vec<String> =
        text(&output.stdout).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    offers.sort();
    offers
}

#[test]
fn values_are_completed() {
    let desk = Desk::new();
    assert_eq!(bash(&desk, &["run", "a.json", "--events", ""]), ["all", "none"]);
    assert_eq!(bash(&desk, &["run", "a.json", "--series", "n"]), ["none"]);
    assert_eq!(bash(&desk, &["run", "a.json", "--color", ""]), ["always", "auto", "never"]);
    assert_eq!(bash(&desk, &["new", "mine", "--from", "az-l"]), ["az-loss", "az-loss-mid-deploy", "az-loss-tight"]);
    // Templates and shipped scenarios side by side.
    assert_eq!(bash(&desk, &["new", "mine", "--from", "c"])[..3], ["canary", "cell-outage", "cells"]);
    assert_eq!(bash(&desk, &["new", "mine", "--from", "ga"]), ["game-day"]);
    assert_eq!(bash(&desk, &["problem", "unknown-n"]), ["unknown-name"]);
    assert!(bash(&desk, &["ver"]).contains(&"version".to_owned()));
}

#[test]
fn scenarios_are_completed_among_json_files() {
    let desk = Desk::new();
    fs::write(desk.path("fail-notes.txt"), "").unwrap();
    fs::create_dir(desk.path("fail-folder")).unwrap();
    for command in ["run", "check"] {
        assert_eq!(bash(&desk, &[command, "fail"]), ["fail-folder", "fails.json"], "{command}");
    }
    assert_eq!(bash(&desk, &["run", "--no-f"]), ["--no-files"]);
    let script = |shell| text(&desk.run(&["completions", shell]).stdout);
    assert_eq!(script("zsh").matches("_files -g \"*.json(-.)\"").count(), 2);
    assert_eq!(script("fish").matches("__fish_complete_suffix .json").count(), 2);
}
