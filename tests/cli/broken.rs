//! Broken input: whatever it is, exit code 2, the place and the way out, nothing written, no panic.

use super::*;

/// A desk with the broken files of these tests.
fn desk() -> Desk {
    let desk = Desk::new();
    copy(&Path::new(HOME).join("tests/cli/broken"), &desk.path(""));
    desk
}

/// Refuses the file, with every problem's place and way out.
fn refuses(desk: &Desk, file: &str) {
    let before = desk.names("");
    let line = ["run", file];
    let output = desk.run(&line);
    let told = text(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{file}\n{told}");
    assert_eq!(desk.names(""), before, "{file} left something");
    let count = |start: &str| told.lines().filter(|line| line.trim_start().starts_with(start)).count();
    let errors = count("error[");
    assert!(errors > 0, "{file} says no error\n{told}");
    let warnings = count("warning[");
    assert_eq!(count("--> "), errors + warnings, "{file}: each problem has its place\n{told}");
    assert_eq!(count("= hint: ") + count("hint: "), errors + warnings, "{file}: each has its way out\n{told}");
    let last = told.lines().last().unwrap_or_default();
    assert_eq!(last, format!("see it again: evenkeel run {file}"));
    let name = file.trim_end_matches(".json").replace(' ', "-");
    same(&format!("broken-{name}"), &transcript(&line, &output));
}

#[test]
fn every_broken_file_is_refused() {
    let desk = desk();
    let broken = fs::read_dir(Path::new(HOME).join("tests/cli/broken")).unwrap();
    let mut names: Vec<String> =
        broken.map(|entry| entry.unwrap().file_name().into_string().unwrap()).filter(|name| name != "parts").collect();
    names.sort();
    assert!(names.len() >= 30, "{}", names.len());
    for name in &names {
        refuses(&desk, name);
    }
}

#[test]
fn what_is_no_scenario_at_all_is_refused() {
    let desk = desk();
    refuses(&desk, "nowhere.json");
    refuses(&desk, "scenarios");
    fs::write(desk.path("deep.json"), ["[".repeat(20_000), "]".repeat(20_000)].concat()).unwrap();
    refuses(&desk, "deep.json");
    fs::write(desk.path("deep-objects.json"), "{\"clusters\":".repeat(20_000)).unwrap();
    refuses(&desk, "deep-objects.json");
    fs::File::create(desk.path("large.json")).unwrap().set_len((64 << 20) + 1).unwrap();
    refuses(&desk, "large.json");
    fs::File::create(desk.path("zeros.json")).unwrap().set_len(4_096).unwrap();
    refuses(&desk, "zeros.json");
}

/// Several files whose sum is too large, each of them small enough.
#[test]
fn many_files_count_together() {
    let desk = desk();
    let half = format!("{{{}}}", " ".repeat(40 << 20));
    fs::write(desk.path("half.json"), half).unwrap();
    let both = r#"{ "version": 1, "name": "both", "duration": "1h", "clusters": [
  { "$file": "half.json" }, { "$file": "half.json" }
] }"#;
    fs::write(desk.path("halves.json"), both).unwrap();
    refuses(&desk, "halves.json");
}

#[test]
fn check_refuses_the_same() {
    let desk = desk();
    check(&desk, "broken-check", &["check", "unknown-zone.json", "fails.json", "missing-unit.json"]);
}
