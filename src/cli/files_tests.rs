//! What is read, and how folders are named.
#![expect(clippy::disallowed_methods, reason = "what is read can only be seen in files")]

use super::*;

#[test]
fn what_is_no_file_is_not_read() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name).to_str().unwrap().to_owned();
    assert!(matches!(Disk.read(&at("none")), Err(FileError::Missing)));
    assert!(matches!(Disk.read(&at(".")), Err(FileError::Directory)));
    fs::File::create(at("large")).unwrap().set_len(BYTES_MAX + 1).unwrap();
    assert!(matches!(Disk.read(&at("large")), Err(FileError::TooLarge)));
}

#[test]
fn names_of_scenarios_stay_inside_the_results() {
    assert_eq!(folder_name("az-loss"), "az-loss");
    assert_eq!(folder_name("../../etc/passwd"), "-..-etc-passwd");
    assert_eq!(folder_name(".."), "scenario");
    assert_eq!(folder_name(" zone a/b "), "zone a-b");
    assert_eq!(folder_name(&"x".repeat(300)), "x".repeat(120));
    assert_eq!(folder_name(&"\u{6e2c}".repeat(90)), "\u{6e2c}".repeat(40));
}
