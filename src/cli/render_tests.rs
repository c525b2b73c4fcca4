//! Problems, drawn.

use super::*;
use crate::scenario::{Texts, read};

const TEXT: &str = "{\n\t\"faults\": [\n    { \"zonePowerLoss\": { \"zone\": \"use1-az7\" }, \"for\": 45 }\n  ]\n}\n";

fn sources() -> Sources {
    read::read("a.json", &Texts::one("a.json", TEXT), &mut Problems::default()).1
}

#[test]
fn each_problem_has_its_place_and_a_way_out() {
    let mut found = Problems::default();
    found.no_effect("/faults", "`faults` can break nothing", "");
    found.unknown_name("/faults/0/zonePowerLoss/zone", "no zone is called `use1-az7`", "did you mean `use1-az1`?");
    found.wrong_type("/faults/0/for", "`45` needs a unit", "write \"45m\" for 45 minutes");
    found.missing("", "`duration` is missing", "");
    found.unused("/seed", "not told", "");
    insta::assert_snapshot!(problems(&found, &sources(), "a.json", Paint::Plain));
}

#[test]
fn nothing_to_tell_is_no_text() {
    let mut found = Problems::default();
    found.default_taken("/seed", "a default", "");
    assert_eq!(problems(&found, &Sources::default(), "a.json", Paint::Plain), "");
}

/// The excerpt with brackets around what is meant.
fn check(text: &str, bytes: Range<usize>, wanted: &str) {
    let (shown, span) = excerpt(text, &bytes);
    let marked = format!("{}[{}]{}", &shown[..span.start], &shown[span.clone()], &shown[span.end..]);
    assert_eq!(marked, wanted);
    assert!(shown.chars().count() <= LINE_MAX, "{}", shown.len());
}

#[test]
fn excerpts_are_one_line() {
    check("abc\ndef ghi\njkl", 8..11, "def [ghi]");
    check("a {\n b\n}", 2..8, "a [{]");
    check("", 0..0, "[]");
    check("abc", 3..3, "abc[]");
    check("ab\n", 90..99, "[]");
    check("ä\tö", 3..5, "ä [ö]");
    check("ab\r\ncd", 0..2, "[ab]");
}

#[test]
fn long_lines_are_cut_around_what_is_meant() {
    let long = format!("{}ERROR{}", "x".repeat(5_000), "y".repeat(5_000));
    let around = |count: usize, of: &str| of.repeat(count);
    check(&long, 5_000..5_005, &format!("... {}[ERROR]{} ...", around(43, "x"), around(44, "y")));
    let value = "v".repeat(10_000);
    check(&value, 0..10_000, &format!("[{}] ...", around(92, "v")));
}

#[test]
fn what_steers_a_terminal_is_not_passed_on() {
    let mut found = Problems::default();
    found.unknown_name("", "unknown `\u{1b}[2J`", "");
    assert!(!problems(&found, &Sources::default(), "a.json", Paint::Plain).contains('\u{1b}'));
}

#[test]
fn paths_survive_a_shell() {
    assert_eq!(quoted("scenarios/az-loss.json"), "scenarios/az-loss.json");
    assert_eq!(quoted("my files/it's.json"), "'my files/it'\\''s.json'");
    assert_eq!(quoted(""), "''");
}
