//! Hidden folders in which results stand until they are whole.
//!
//! ```text
//! .evenkeel-XXXXXX/
//!   lock      held as long as the run that made the folder lives
//!   new/      the files to come, the manifest last
//!   before    names of the old files, where files are replaced one by one: from the first rename to the last
//! ```
//!
//! A killed run leaves its folder behind. The next run finds the lock free, finishes what `before` shows to be begun,
//! and takes the folder away. Only files that this program may have written are ever removed.
#![expect(clippy::disallowed_methods, reason = "this room touches files")]

use super::files::MANIFEST;
use super::manifest;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How the names of these folders begin.
pub(super) const PREFIX: &str = ".evenkeel-";
const LOCK: &str = "lock";
const NEW: &str = "new";
const BEFORE: &str = "before";
/// Tries to make a folder; another run may take an unlocked one away.
const TRIES_MAX: usize = 16;

/// A hidden folder of this run; it goes with the value.
#[derive(Debug)]
pub(super) struct Hidden {
    path: PathBuf,
    _lock: File,
    /// Files in `new` that may be removed.
    pub(super) removable: BTreeSet<String>,
    /// Whether the next run has to find the folder.
    left: bool,
}

impl Hidden {
    /// A fresh one in `parent`.
    pub(super) fn make(parent: &Path) -> io::Result<Hidden> {
        for _ in 0..TRIES_MAX {
            let path = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?.keep();
            match lock(&path) {
                Ok(Some(lock)) => {
                    let hidden = Hidden { path, _lock: lock, removable: BTreeSet::new(), left: false };
                    fs::create_dir(hidden.folder())?;
                    return Ok(hidden);
                }
                Ok(None) => {}
                Err(error) => {
                    clear(&path, &BTreeSet::new());
                    return Err(error);
                }
            }
        }
        Err(io::Error::other("another run takes its hidden folder away"))
    }

    /// Where the files to come are.
    pub(super) fn folder(&self) -> PathBuf {
        self.path.join(NEW)
    }

    /// Writes the files down to the disk; false when somebody wants to stop.
    pub(super) fn fill(&mut self, files: &[(String, Vec<u8>)], stop: &dyn Fn() -> bool) -> io::Result<bool> {
        self.removable = files.iter().map(|(name, _)| name.clone()).collect();
        for (name, bytes) in files {
            if stop() {
                return Ok(false);
            }
            write(&self.folder().join(name), bytes)?;
        }
        sync(&self.folder());
        Ok(!stop())
    }

    /// Puts the files into `place` one by one, over those called `old`. After an error the next run goes on with it.
    pub(super) fn hand_over(&mut self, place: &Path, old: &BTreeSet<String>) -> io::Result<()> {
        let old: Vec<&String> = old.iter().collect();
        write(&self.path.join(BEFORE), serde_json::json!(old).to_string().as_bytes())?;
        sync(&self.path);
        self.left = true;
        // While files of two runs stand side by side there is no manifest.
        remove(&place.join(MANIFEST))?;
        forward(place, &self.path)?;
        self.left = false;
        Ok(())
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if !self.left {
            clear(&self.path, &self.removable);
        }
    }
}

/// The lock of a folder; `None` when another run was faster and takes the folder away.
fn lock(path: &Path) -> io::Result<Option<File>> {
    let at = path.join(LOCK);
    let file = match OpenOptions::new().read(true).write(true).create_new(true).open(&at) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Ok(None),
        // A file system without locks: nobody takes the folder away there, and the next run only tells of it.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(at.exists().then_some(file)),
    }
}

/// A hidden folder that nobody holds any more.
pub(super) struct Dead {
    pub(super) path: PathBuf,
    /// `None` in a folder without a lock: just made, or by an early version.
    lock: Option<File>,
}

impl Dead {
    /// Those of this user in a folder, in the order of their names: in a folder that many write to, another's may mean
    /// harm.
    pub(super) fn all(parent: &Path) -> Vec<Dead> {
        let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
        let hidden = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX));
        let folders = hidden.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let mut paths: Vec<PathBuf> = folders.map(|entry| entry.path()).filter(|path| is_mine(path)).collect();
        paths.sort();
        paths.into_iter().filter_map(Dead::find).collect()
    }

    fn find(path: PathBuf) -> Option<Dead> {
        match OpenOptions::new().read(true).write(true).open(path.join(LOCK)) {
            Ok(file) => file.try_lock().is_ok().then(|| Dead { path, lock: Some(file) }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Some(Dead { path, lock: None }),
            Err(_) => None,
        }
    }

    /// Brings what the killed run had begun in `place`, the folder around this one, to its end, and takes the hidden
    /// folder away; what there is to tell. `known` are all names that a run may write.
    pub(super) fn mend(self, place: &Path, known: &BTreeSet<String>) -> Option<String> {
        let path = self.path.display();
        if self.lock.is_none() {
            // An empty one may be somebody's who has just begun, and makes another then.
            let full = fs::remove_dir(&self.path).is_err_and(|error| error.kind() == io::ErrorKind::DirectoryNotEmpty);
            let words = "was left by a killed run and may hold old results: move them back or delete it";
            return full.then(|| format!("`{path}` {words}"));
        }
        let begun = self.path.join(BEFORE).exists();
        if let Err(error) = forward(place, &self.path) {
            return Some(format!("a killed run left `{path}`, and its files cannot be put in their place: {error}"));
        }
        let mut removable = known.clone();
        removable.extend(manifest::of(&self.path.join(NEW)).map(|ours| ours.files).unwrap_or_default());
        removable.insert(MANIFEST.to_owned());
        if !clear(&self.path, &removable) {
            return Some(format!("a killed run left `{path}`, which holds files that are not its own: move them away"));
        }
        let done = if begun {
            format!("the files of `{}` were being replaced; they are now those of that run", place.display())
        } else {
            "it is taken away; the results in place are whole".to_owned()
        };
        Some(format!("a killed run left `{path}`: {done}"))
    }
}

#[cfg(unix)]
fn is_mine(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::symlink_metadata(path).is_ok_and(|known| known.uid() == rustix::process::geteuid().as_raw())
}

#[cfg(not(unix))]
fn is_mine(_path: &Path) -> bool {
    true
}

/// Puts the files of a hidden folder into `place`, which may have been done in part. Without `before` nothing is done.
fn forward(place: &Path, hidden: &Path) -> io::Result<()> {
    let before = match fs::read(hidden.join(BEFORE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    let new = hidden.join(NEW);
    // The manifest goes last: where it is gone, all is done.
    if let Some(ours) = manifest::of(&new) {
        for name in ours.files.iter().filter(|name| new.join(name).exists()) {
            fs::rename(new.join(name), place.join(name))?;
        }
        let old: Vec<String> = serde_json::from_slice(&before).unwrap_or_default();
        let gone = |name: &&String| *name != MANIFEST && !ours.files.contains(*name) && !place.join(name).is_dir();
        for name in old.iter().filter(gone) {
            remove(&place.join(name))?;
        }
        sync(place);
        fs::rename(new.join(MANIFEST), place.join(MANIFEST))?;
        sync(place);
    }
    remove(&hidden.join(BEFORE))
}

/// Takes a hidden folder away; false when something is in it that must not be removed.
fn clear(path: &Path, removable: &BTreeSet<String>) -> bool {
    let new = path.join(NEW);
    for name in removable {
        let _ = fs::remove_file(new.join(name));
    }
    if fs::remove_dir(&new).is_err_and(|error| error.kind() != io::ErrorKind::NotFound) {
        return false;
    }
    let _ = fs::remove_file(path.join(BEFORE));
    let _ = fs::remove_file(path.join(LOCK));
    fs::remove_dir(path).is_ok()
}

/// Removes a file that may be gone already.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// A new file, down to the disk: a rename after it must not come to the disk first.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The names in a folder, down to the disk, where the system can do that.
pub(super) fn sync(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}
