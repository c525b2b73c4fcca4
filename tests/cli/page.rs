//! `--html`: the page is part of the folder, or refused before anything is simulated.

use super::*;

#[test]
fn the_page_is_listed_and_the_same_again() {
    let desk = Desk::new();
    for (folder, threads) in [("a", "1"), ("b", "2")] {
        let line = ["run", "scenarios/az-loss.json", "--html", "--out", folder, "--threads", threads, "-q"];
        assert_eq!(desk.run(&line).status.code(), Some(0));
    }
    let read = |folder| fs::read_to_string(desk.path(folder).join("report.html")).unwrap();
    let page = read("a");
    assert!(page == read("b"), "another number of threads gives another page");
    assert!(page.len() < 250_000, "{} bytes", page.len());
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(desk.path("a/manifest.json")).unwrap()).unwrap();
    let listed = manifest["files"].as_array().unwrap().iter().find(|file| file["name"] == "report.html");
    assert_eq!(listed.unwrap()["bytes"], page.len());
    let desk_name = desk.0.path().to_string_lossy().into_owned();
    assert!(!page.contains(&desk_name) && !page.contains("scenarios/"), "a page names no folder");
    // Without the flag the page of the run before does not stay beside numbers of another.
    assert_eq!(desk.run(&["run", "scenarios/az-loss.json", "--out", "a", "-q"]).status.code(), Some(0));
    assert!(!desk.path("a/report.html").exists());
}

#[test]
fn a_page_that_cannot_be_written_is_told_before_the_simulation() {
    let desk = Desk::new();
    fs::create_dir_all(desk.path("out/report.html")).unwrap();
    fs::write(desk.path("out/manifest.json"), r#"{"tool": "evenkeel", "scenarioFile": "x"}"#).unwrap();
    let before = desk.names("out");
    let output = desk.run(&["run", "scenarios/az-loss.json", "--html", "--out", "out", "--force"]);
    let told = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()), "{told}");
    assert!(told.contains("`report.html` in it is a folder, where a file has to go"), "{told}");
    assert!(told.ends_with("--seed 42 --replications 1 --html --out out --force\n"), "{told}");
    assert_eq!(desk.names("out"), before);
    // A run without it may go there.
    assert_eq!(desk.run(&["run", "scenarios/az-loss.json", "--out", "out", "--force", "-q"]).status.code(), Some(0));
}
