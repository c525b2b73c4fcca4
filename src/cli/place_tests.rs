//! Folders: what is replaced, what is refused, what is left behind.
#![expect(clippy::disallowed_methods, reason = "the folder policy can only be seen in folders")]

use super::*;

const OURS: &str =
    r#"{"tool": "evenkeel", "scenarioFile": "a.json", "files": [{"name": "summary.json"}, {"name": "old.svg"}]}"#;

/// A claim of the scenario `a.json`.
fn claim(path: &Path) -> Result<Place, FolderError> {
    let names: BTreeSet<String> = ["summary.json", MANIFEST].map(str::to_owned).into();
    let claim = Claim { scenario: "a.json".to_owned(), known: names.clone(), names, force: false };
    Place::claim(path, claim, &mut Vec::new())
}

fn files(text: &str) -> Vec<(String, Vec<u8>)> {
    vec![("summary.json".to_owned(), text.into()), (MANIFEST.to_owned(), OURS.into())]
}

fn names(path: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Puts something at the place, claims it and writes: the message of a refusal, or what is there afterwards.
fn check(before: impl Fn(&Path), refused: Option<&str>) {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("results").join("az-loss");
    fs::create_dir(root.path().join("results")).unwrap();
    before(&path);
    let there = names(root.path());
    match (claim(&path), refused) {
        (Ok(place), None) => {
            assert!(place.put(&files("new"), &|| false).unwrap());
            assert_eq!(names(&path), ["manifest.json", "summary.json"]);
            assert_eq!(names(&root.path().join("results")), ["az-loss"], "nothing else is left");
        }
        (Err(error), Some(words)) => {
            assert!(error.to_string().contains(words), "{error}");
            assert_eq!(names(root.path()), there);
        }
        (found, _) => panic!("{found:?}"),
    }
}

#[test]
fn free_places_and_empty_folders_are_taken_and_our_own_files_replaced() {
    check(|_| {}, None);
    check(|path| fs::create_dir(path).unwrap(), None);
    let ours = |path: &Path| {
        fs::create_dir(path).unwrap();
        fs::write(path.join(MANIFEST), OURS).unwrap();
        fs::write(path.join("old.svg"), "old").unwrap();
    };
    check(ours, None);
}

#[test]
fn foreign_things_are_refused() {
    let foreign = |path: &Path| {
        fs::create_dir(path).unwrap();
        fs::write(path.join("thesis.txt"), "years of work").unwrap();
    };
    check(foreign, Some("no manifest of evenkeel"));
    let another = |path: &Path| {
        fs::create_dir(path).unwrap();
        fs::write(path.join(MANIFEST), r#"{"name": "a web page"}"#).unwrap();
    };
    check(another, Some("no manifest of evenkeel"));
    check(|path| fs::write(path, "a file").unwrap(), Some("a file, not a folder"));
}

#[test]
fn an_interrupted_put_changes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("az-loss");
    let place = claim(&path).unwrap();
    assert!(place.put(&files("first"), &|| false).unwrap());
    assert!(!place.put(&files("second"), &|| true).unwrap());
    assert_eq!(fs::read_to_string(path.join("summary.json")).unwrap(), "first");
    assert_eq!(names(root.path()), ["az-loss"]);
}

#[test]
fn a_place_under_a_file_is_refused() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("file"), "").unwrap();
    let error = claim(&root.path().join("file").join("az-loss")).unwrap_err();
    assert!(error.to_string().starts_with("cannot write to"), "{error}");
}
