//! Files and folders: reads scenarios, puts a result folder in its place whole or not at all.
//!
//! A result folder is built beside its place under another name and then renamed. Where a folder with our manifest
//! stands already, it is moved aside first and deleted after; any other folder that holds something is left alone.
#![expect(clippy::disallowed_methods, reason = "this is the one place that touches files")]

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Larger input is refused.
pub const BYTES_MAX: u64 = 64 << 20;

/// The file whose presence makes a folder ours.
pub const MANIFEST: &str = "manifest.json";

/// Reads from the disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Nothing of this name.
    #[error("does not exist")]
    Missing,
    /// A folder, a pipe, a device.
    #[error("is a directory, not a file")]
    Directory,
    /// More than [`BYTES_MAX`].
    #[error("is larger than 64 MiB")]
    TooLarge,
    /// What the system says.
    #[error("cannot be read: {0}")]
    System(io::Error),
}

impl Disk {
    /// The bytes of a file.
    ///
    /// # Errors
    /// When there is none, it is a directory, larger than [`BYTES_MAX`], or the system refuses.
    pub fn bytes(self, path: &str) -> Result<Vec<u8>, ReadError> {
        let system = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => ReadError::Missing,
            _ => ReadError::System(error),
        };
        let known = fs::metadata(path).map_err(system)?;
        if known.is_dir() {
            return Err(ReadError::Directory);
        }
        if known.len() > BYTES_MAX {
            return Err(ReadError::TooLarge);
        }
        let mut bytes = Vec::new();
        // A pipe or a device tells no size: it is read to the bound and one further.
        let file = fs::File::open(path).map_err(system)?;
        file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(system)?;
        if bytes.len() as u64 > BYTES_MAX { Err(ReadError::TooLarge) } else { Ok(bytes) }
    }
}

/// Why a folder cannot hold results.
#[derive(Debug, thiserror::Error)]
#[error("{what} `{}`: {why}", path.display())]
pub struct FolderError {
    what: &'static str,
    path: PathBuf,
    why: String,
    /// The way out.
    pub hint: &'static str,
}

fn cannot_write(path: &Path) -> impl Fn(io::Error) -> FolderError + use<'_> {
    move |error| FolderError {
        what: "cannot write to",
        path: path.to_owned(),
        // The name of the folder that was tried is ours and says nothing.
        why: error.to_string().split(" at path ").next().unwrap_or_default().to_owned(),
        hint: "name another folder with --out, or use --no-files",
    }
}

/// A place for results that was found free and writable.
#[derive(Debug)]
pub struct Place {
    path: PathBuf,
}

impl Place {
    /// Checks the place before anything is simulated; leaves only its parent folders behind.
    ///
    /// # Errors
    /// When something that is not ours stands there, or nothing can be written beside it.
    pub fn claim(path: &Path) -> Result<Place, FolderError> {
        refuse_foreign(path)?;
        let place = Place { path: path.to_owned() };
        // Making and dropping the folder that will be used later shows whether it can be made.
        place.beside().map_err(cannot_write(path))?;
        Ok(place)
    }

    /// Where the results will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A fresh folder beside the place, so that renaming stays within one file system.
    fn beside(&self) -> io::Result<TempDir> {
        let parent = match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent)?;
        tempfile::Builder::new().prefix(".evenkeel-").tempdir_in(parent)
    }

    /// Puts these files there, all or none. `stop` is asked before the last step: when it says so, nothing changes.
    ///
    /// # Errors
    /// When the system refuses; the old folder then stands as it was.
    pub fn put(&self, files: &[(String, Vec<u8>)], stop: &dyn Fn() -> bool) -> Result<bool, FolderError> {
        refuse_foreign(&self.path)?;
        let fail = cannot_write(&self.path);
        let beside = self.beside().map_err(&fail)?;
        // Folders inside the temporary one get the usual permissions; the temporary one itself is private.
        let (new, old) = (beside.path().join("new"), beside.path().join("old"));
        fs::create_dir(&new).map_err(&fail)?;
        for (name, bytes) in files {
            fs::write(new.join(name), bytes).map_err(&fail)?;
        }
        if stop() {
            return Ok(false);
        }
        let replaces = self.path.exists();
        if replaces {
            fs::rename(&self.path, &old).map_err(&fail)?;
        }
        if let Err(error) = fs::rename(&new, &self.path) {
            if replaces {
                fs::rename(&old, &self.path).map_err(&fail)?;
            }
            return Err(fail(error));
        }
        Ok(true)
    }
}

/// Whether a folder at this path may be replaced: none, an empty one, or one of ours.
fn refuse_foreign(path: &Path) -> Result<(), FolderError> {
    let refuse = |why: &str| FolderError {
        what: "will not replace",
        path: path.to_owned(),
        why: why.to_owned(),
        hint: "name another folder with --out, or move this one away",
    };
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(cannot_write(path)(error)),
        Ok(known) if known.is_symlink() => return Err(refuse("it is a symbolic link")),
        Ok(known) if !known.is_dir() => return Err(refuse("it is a file, not a folder")),
        Ok(_) => {}
    }
    let mut entries = fs::read_dir(path).map_err(cannot_write(path))?;
    if entries.next().is_none() || is_ours(path) {
        return Ok(());
    }
    Err(refuse("it holds files and no manifest of evenkeel"))
}

/// Whether the folder holds a manifest that this program wrote.
fn is_ours(path: &Path) -> bool {
    let Some(manifest) = path.join(MANIFEST).to_str().map(str::to_owned) else { return false };
    let Ok(bytes) = Disk.bytes(&manifest) else { return false };
    let value: Option<serde_json::Value> = serde_json::from_slice(&bytes).ok();
    value.is_some_and(|value| value["tool"] == "evenkeel")
}

/// Writes a new file; never over an old one.
///
/// # Errors
/// When it exists or the system refuses.
pub fn create(path: &Path, text: &str) -> io::Result<()> {
    use io::Write;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

/// The name of this machine, where the system tells it.
pub fn host() -> Option<String> {
    let told = fs::read_to_string("/etc/hostname").ok().or_else(|| std::env::var("COMPUTERNAME").ok())?;
    let name = told.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// A scenario's name as the name of a folder: no separators, no leading dot, nothing that climbs.
pub fn folder_name(name: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() || "._- ".contains(c) { c } else { '-' };
    let text: String = name.trim().chars().take(120).map(safe).collect();
    let text = text.trim_start_matches('.').trim_end_matches(['.', ' ']);
    if text.is_empty() { "scenario".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
