//! What the help shows can be typed, and what an editor is told about scenarios is so.

use super::*;
use serde_json::Value;

/// The commands that a page of help shows, without what they are piped into.
fn shown(page: &str) -> Vec<String> {
    let lines = page.lines().skip_while(|line| !line.starts_with("Example")).skip(1);
    let examples = lines.take_while(|line| line.starts_with("  evenkeel "));
    // Words after two blanks say what the command does.
    let command = |line: &str| line.trim().split("  ").next().unwrap().split(" | ").next().unwrap().to_owned();
    examples.map(command).collect()
}

#[test]
fn the_examples_of_the_help_run() {
    let desk = Desk::new();
    let program = Path::new(env!("CARGO_BIN_EXE_evenkeel"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    for folder in [".local/share/bash-completion/completions", ".zfunc", ".config/fish/completions"] {
        fs::create_dir_all(desk.path(folder)).unwrap();
    }
    let mut typed = 0;
    for command in [&[][..], &["new"], &["run"], &["check"], &["schema"], &["completions"]] {
        let page = desk.run(&[command, &["--help"]].concat());
        for example in shown(&String::from_utf8(page.stdout).unwrap()) {
            // `new` never overwrites: each example starts where nobody has been.
            let _ = fs::remove_file(desk.path("my-service.json"));
            if example.contains("my-service.json") && !example.contains(" new ") {
                assert!(desk.run(&["new", "my-service"]).status.success());
            }
            let here = example.replace("/tmp/", "out-");
            let mut shell = Command::new("sh");
            shell.args(["-c", &here]).current_dir(desk.0.path()).env("PATH", &path).env("HOME", desk.0.path());
            let output = shell.output().unwrap();
            assert!(output.status.success(), "`{example}` ends with {}:\n{}", output.status, text(&output.stderr));
            typed += 1;
        }
    }
    assert!(typed >= 12, "only {typed} examples");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn an_editor_takes_what_is_shipped_and_what_new_writes() {
    let desk = Desk::new();
    let schema: Value = serde_json::from_slice(&desk.run(&["schema"]).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let complaints = |path: &Path| -> Vec<String> {
        let mut file: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        file["$schema"] = "./scenario.schema.json".into();
        validator.iter_errors(&file).map(|error| format!("{} {error}", error.instance_path())).collect()
    };
    assert!(desk.run(&["new", "web"]).status.success());
    assert_eq!(complaints(&desk.path("web.json")), Vec::<String>::new());
    let mut looked_at = 0;
    for entry in fs::read_dir(desk.path("scenarios")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if Path::new(&name).extension().is_some_and(|end| end == "json") && !name.contains(".schema.") {
            assert_eq!(complaints(&path), Vec::<String>::new(), "{name}");
            looked_at += 1;
        }
    }
    assert!(looked_at >= 60, "only {looked_at} scenarios");
    // It still says no to what is wrong.
    let mut file: Value = serde_json::from_slice(&fs::read(desk.path("web.json")).unwrap()).unwrap();
    file["clusters"][0]["services"][0]["desiredCounts"] = 3.into();
    assert!(!validator.is_valid(&file));
    // An editor knows nothing of formats of ours: what has no unit is told by the pattern.
    for (at, good, wrong) in
        [("/duration", "2h30m", "soon"), ("/duration", "PT5M", "300"), ("/traffic/0/rate", "20/min", "20")]
    {
        let mut file: Value = serde_json::from_slice(&fs::read(desk.path("web.json")).unwrap()).unwrap();
        for (text, fits) in [(good, true), (wrong, false)] {
            *file.pointer_mut(at).unwrap() = text.into();
            assert_eq!(validator.is_valid(&file), fits, "{at} {text}");
        }
    }
    file["clusters"][0]["services"][0] = serde_json::json!({ "desiredCount": 3 });
    assert!(!validator.is_valid(&file), "a service needs a name, unless another file holds it");
}

#[test]
fn check_skips_what_is_no_scenario_and_says_so() {
    let desk = Desk::new();
    let output = desk.run(&["check", "scenarios/scenario.schema.json", "scenarios/az-loss.json"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("scenarios/scenario.schema.json: skipped, as it is a JSON Schema"));
    assert!(text(&output.stdout).starts_with("scenarios/az-loss.json: az-loss can run"));
    // A part that scenarios name is none, wherever it lies; what is meant as a scenario fails.
    let part = "scenarios/ecs/web.service.json";
    fs::write(desk.path("broken.json"), r#"{ "version": 1, "clusters": [{ "clusterName": "shop" }] }"#).unwrap();
    let output = desk.run(&["check", part, "scenarios/az-loss.json"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(
        text(&output.stderr).contains(&format!("{part}: skipped, as it is a part that a scenario names by `$file`"))
    );
    let output = desk.run(&["check", part, "broken.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("`duration` is missing") && text(&output.stderr).contains("check broken.json")
    );
    // Nothing but a schema, or a part, is nothing to check.
    for path in ["scenarios/scenario.schema.json", part] {
        let output = desk.run(&["check", path]);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains("no scenario among the files"));
    }
}
