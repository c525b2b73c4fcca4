//! Files: reads scenarios, writes new ones, turns names into names of folders.
#![expect(clippy::disallowed_methods, reason = "this is the one place that touches files")]

use super::stories;
use crate::model::problem::nearest;
use crate::scenario::source::{BYTES_MAX, FileError, Files};
use std::fs;
use std::io::{self, Read};
use std::path::Path;

/// The file whose presence makes a folder ours.
pub const MANIFEST: &str = "manifest.json";

/// Reads from the disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

/// The name of standard input, for a scenario.
const STDIN: &str = "-";

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        if path == STDIN { bounded(io::stdin().lock()) } else { read(path, false) }
    }

    fn read_named(&self, path: &str) -> Result<Vec<u8>, FileError> {
        read(path, true)
    }

    fn meant(&self, path: &str) -> Option<String> {
        meant(path)
    }
}

/// What somebody may have meant by a file that does not exist: with `.json` behind it, in `scenarios`, one with nearly
/// this name in the same folder, or a shipped scenario.
fn meant(path: &str) -> Option<String> {
    let ended = format!("{path}.json");
    let spots = [ended.clone(), format!("scenarios/{path}"), format!("scenarios/{ended}")];
    let did = |path: &str| format!("did you mean `{path}`?");
    if let Some(there) = spots.iter().find(|spot| Path::new(spot).is_file()) {
        return Some(did(there));
    }
    let (folder, name) = path.rfind('/').map_or(("", path), |end| path.split_at(end + 1));
    let stem = name.strip_suffix(".json").unwrap_or(name);
    if stories::names().any(|known| known == stem) {
        return Some(format!("it is a shipped scenario: `evenkeel new {stem} --from {stem}` writes it"));
    }
    let entries = fs::read_dir(if folder.is_empty() { "." } else { folder }).into_iter().flatten().flatten();
    let files = entries.take(FOLDER_MAX).filter_map(|entry| entry.file_name().into_string().ok());
    let stems: Vec<String> = files.filter_map(|name| name.strip_suffix(".json").map(str::to_owned)).collect();
    nearest(stem, stems.iter().map(String::as_str)).map(|near| did(&format!("{folder}{near}.json")))
}

/// Files of a folder that are looked through for a near name.
const FOLDER_MAX: usize = 10_000;

fn read(path: &str, ordinary: bool) -> Result<Vec<u8>, FileError> {
    let system = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => FileError::Missing,
        _ => FileError::Other(error.to_string()),
    };
    let known = fs::metadata(path).map_err(system)?;
    if known.is_dir() {
        return Err(FileError::Directory);
    }
    if ordinary && !known.is_file() {
        return Err(FileError::Special);
    }
    if known.len() > BYTES_MAX {
        return Err(FileError::TooLarge);
    }
    bounded(fs::File::open(path).map_err(system)?)
}

/// All that can be read: a pipe or a device tells no size, so it is read to the bound and one further.
fn bounded(from: impl Read) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    from.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| FileError::Other(error.to_string()))?;
    if bytes.len() as u64 > BYTES_MAX { Err(FileError::TooLarge) } else { Ok(bytes) }
}

/// Writes a new file whole or not at all; never over an old one.
///
/// # Errors
/// When it exists or the system refuses.
pub fn create(path: &Path, text: &str) -> io::Result<()> {
    use io::Write;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        // A cut file is worse than none.
        let _ = fs::remove_file(path);
    }
    written
}

/// Writes a new folder with these files in it, whole or not at all; never into an old one.
///
/// # Errors
/// When it exists or the system refuses.
pub fn create_folder(path: &Path, files: &[(&str, &str)]) -> io::Result<()> {
    fs::create_dir(path)?;
    let written = files.iter().try_for_each(|(name, text)| create(&path.join(name), text));
    if written.is_err() {
        remove_folder(path);
    }
    written
}

/// Removes a folder that this very command has made.
pub(super) fn remove_folder(path: &Path) {
    // What is left is told by the error that led here.
    let _ = fs::remove_dir_all(path);
}

/// The name of this machine, where the system tells it.
pub fn host() -> Option<String> {
    let told = fs::read_to_string("/etc/hostname").ok().or_else(|| std::env::var("COMPUTERNAME").ok())?;
    let name = told.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Bytes of a folder's name; file systems take 255, some that encrypt names 143.
const NAME_BYTES_MAX: usize = 120;

/// A scenario's name as the name of a folder: no separators, no leading dot, nothing that climbs, not too long.
pub fn folder_name(name: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() || "._- ".contains(c) { c } else { '-' };
    let mut text: String = name.trim().chars().map(safe).collect();
    text.truncate(super::render::floor(&text, NAME_BYTES_MAX));
    let text = text.trim_start_matches('.').trim_end_matches(['.', ' ']);
    if text.is_empty() { "scenario".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
