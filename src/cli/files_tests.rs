//! Folders: what is replaced, what is refused, what is left behind.
#![expect(clippy::disallowed_methods, reason = "the folder policy can only be seen in folders")]

use super::*;

const OURS: &str = r#"{"tool": "evenkeel"}"#;

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
    match (Place::claim(&path), refused) {
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
fn a_free_place_is_taken() {
    check(|_| {}, None);
}

#[test]
fn an_empty_folder_is_taken() {
    check(|path| fs::create_dir(path).unwrap(), None);
}

#[test]
fn our_own_folder_is_replaced_whole() {
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
    let place = Place::claim(&path).unwrap();
    assert!(place.put(&files("first"), &|| false).unwrap());
    assert!(!place.put(&files("second"), &|| true).unwrap());
    assert_eq!(fs::read_to_string(path.join("summary.json")).unwrap(), "first");
    assert_eq!(names(root.path()), ["az-loss"]);
}

#[test]
fn a_place_under_a_file_is_refused() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("file"), "").unwrap();
    let error = Place::claim(&root.path().join("file").join("az-loss")).unwrap_err();
    assert!(error.to_string().starts_with("cannot write to"), "{error}");
}

#[test]
fn what_is_no_file_is_not_read() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name).to_str().unwrap().to_owned();
    assert!(matches!(Disk.bytes(&at("none")), Err(ReadError::Missing)));
    assert!(matches!(Disk.bytes(&at(".")), Err(ReadError::Directory)));
    fs::File::create(at("large")).unwrap().set_len(BYTES_MAX + 1).unwrap();
    assert!(matches!(Disk.bytes(&at("large")), Err(ReadError::TooLarge)));
}

#[test]
fn names_of_scenarios_stay_inside_the_results() {
    assert_eq!(folder_name("az-loss"), "az-loss");
    assert_eq!(folder_name("../../etc/passwd"), "-..-etc-passwd");
    assert_eq!(folder_name(".."), "scenario");
    assert_eq!(folder_name(" zone a/b "), "zone a-b");
}
