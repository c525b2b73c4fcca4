//! Puts results in their place without losing anything.
//!
//! | What stands there | What happens |
//! |---|---|
//! | nothing | the new folder is written beside it under a hidden name and renamed |
//! | a folder with our files only, or an empty one | the new folder is written beside it and the two are exchanged in one step, where the system can do that |
//! | a folder with other things too, a mount point, the working directory | the new files are written into a hidden folder in it and renamed one by one, the manifest last |
//!
//! Only files that the old `manifest.json` lists are replaced or removed. A folder with results of another scenario
//! file, or with files and no manifest of ours, is refused unless `--force` says otherwise. All this is looked at
//! before anything is simulated, and once more before anything is written.
#![expect(clippy::disallowed_methods, reason = "this room touches files")]

use super::files::MANIFEST;
use super::hidden::{Dead, Hidden, PREFIX, sync};
use super::{interrupt, manifest};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};

/// Why a folder cannot hold results.
#[derive(Debug, thiserror::Error)]
#[error("{what} `{}`: {why}", path.display())]
pub struct FolderError {
    what: &'static str,
    path: PathBuf,
    why: String,
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

/// Whose results go to a place.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Path of the scenario file.
    pub scenario: String,
    /// Names of all files that this run may write.
    pub names: BTreeSet<String>,
    /// Names that any run may write: a killed one may have left them.
    pub known: BTreeSet<String>,
    /// Whether results of another scenario, and files of the same names, may be replaced.
    pub force: bool,
}

/// A place for results that was found free and writable.
#[derive(Debug)]
pub struct Place {
    path: PathBuf,
    /// Without links, `.` and `..`.
    real: PathBuf,
    claim: Claim,
}

/// What stands in a folder.
#[derive(Debug, Default)]
struct Content {
    /// Files that may be replaced or removed.
    ours: BTreeSet<String>,
    /// Whether there is anything else.
    others: bool,
}

impl Place {
    /// Checks the place before anything is simulated; leaves only its parent folders behind. Mends what killed runs
    /// have left there, and puts into `told` what became of it.
    ///
    /// # Errors
    /// When something that is not ours stands there, or nothing can be written there.
    pub fn claim(path: &Path, claim: Claim, told: &mut Vec<String>) -> Result<Place, FolderError> {
        let real = resolved(path)?;
        let place = Place { path: path.to_owned(), real, claim };
        let parent = place.real.parent().map(Path::to_owned);
        let mut around: Vec<&Path> = parent.iter().map(PathBuf::as_path).collect();
        let stands = place.real.exists();
        let _turn = stands.then(|| turn(&place.real));
        around.extend(stands.then_some(place.real.as_path()));
        for folder in around {
            told.extend(Dead::all(folder).into_iter().filter_map(|dead| dead.mend(folder, &place.claim.known)));
        }
        if stands {
            place.look(place.claim.names.iter())?;
        }
        // Making and dropping the folder that will be used later shows whether it can be made.
        let within = if stands { Some(&place.real) } else { parent.as_ref() };
        // A signal waits until it is gone again.
        let _hold = interrupt::hold();
        Hidden::make(within.unwrap_or(&place.real)).map_err(cannot_write(path))?;
        Ok(place)
    }

    /// Where the results will be, as it was typed.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of the scenario file as seen from the results: both may be moved together.
    pub fn scenario_from_here(&self) -> String {
        let from = |path: &Path| path.components().map(|one| one.as_os_str().to_owned()).collect::<Vec<_>>();
        let scenario = whole(Path::new(&self.claim.scenario));
        let (here, there) = (from(&self.real), from(&scenario));
        let shared = here.iter().zip(&there).take_while(|(a, b)| a == b).count();
        let up = std::iter::repeat_n("..".into(), here.len() - shared);
        let steps: Vec<std::ffi::OsString> = up.chain(there[shared..].iter().cloned()).collect();
        let steps: Vec<_> = steps.iter().map(|step| step.to_string_lossy()).collect();
        if shared == 0 { scenario.to_string_lossy().into_owned() } else { steps.join("/") }
    }

    /// Puts these files there, all or none. `stop` is asked up to the last step: when it says so, nothing changes.
    ///
    /// # Errors
    /// When the system refuses; the old results then stand as they were, or the next run finishes what was begun.
    pub fn put(&self, files: &[(String, Vec<u8>)], stop: &dyn Fn() -> bool) -> Result<bool, FolderError> {
        let fail = cannot_write(&self.path);
        if fs::symlink_metadata(&self.real).is_err() {
            match self.fresh(files, stop) {
                // Somebody has put something there meanwhile.
                Err(_) if self.real.exists() => {}
                other => return other.map_err(fail),
            }
        }
        let _turn = turn(&self.real);
        let content = self.look(files.iter().map(|(name, _)| name))?;
        if self.may_be_exchanged(&content) {
            // Where the system cannot do it, the other way is open.
            if let Ok(done) = self.exchange(files, stop, &content) {
                return Ok(done);
            }
        }
        self.one_by_one(files, stop, &content).map_err(fail)
    }

    /// What stands there; refused when it is none of ours. `names` are the files that are to come.
    fn look<'n>(&self, names: impl Iterator<Item = &'n String>) -> Result<Content, FolderError> {
        let entries = fs::read_dir(&self.real).map_err(cannot_write(&self.path))?;
        let found: BTreeSet<String> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        let mut found = found.into_iter().filter(|name| !name.starts_with(PREFIX)).peekable();
        if found.peek().is_none() {
            return Ok(Content::default());
        }
        let ours = manifest::of(&self.real);
        match &ours {
            None if !self.claim.force => return Err(self.refuse("it holds files and no manifest of evenkeel")),
            Some(ours) if !self.claim.force && !self.same_scenario(ours) => {
                return Err(self.refuse(&format!("it holds the results of `{}`", ours.scenario)));
            }
            _ => {}
        }
        let mut ours: BTreeSet<String> =
            ours.into_iter().flat_map(|ours| ours.files).chain([MANIFEST.to_owned()]).collect();
        for name in names {
            let Ok(known) = fs::symlink_metadata(self.real.join(name)) else { continue };
            if known.is_dir() {
                let why = format!("`{name}` in it is a folder, where a file has to go");
                return Err(FolderError { hint: ELSEWHERE, ..self.refuse(&why) });
            }
            if !ours.contains(name) && !self.claim.force {
                return Err(
                    self.refuse(&format!("`{name}` in it is not listed in its manifest, and would be replaced"))
                );
            }
        }
        // Folders are never ours, whatever a manifest lists.
        ours.retain(|name| !self.real.join(name).is_dir());
        let others = found.any(|name| !ours.contains(&name));
        Ok(Content { ours, others })
    }

    fn refuse(&self, why: &str) -> FolderError {
        refused(&self.path, why, OR_FORCE)
    }

    /// Whether these results came of the same scenario file.
    fn same_scenario(&self, ours: &manifest::Ours) -> bool {
        // Early versions tell only what was typed.
        let then = ours.from_here.as_ref().map_or_else(|| PathBuf::from(&ours.scenario), |path| self.real.join(path));
        whole(&then) == whole(Path::new(&self.claim.scenario))
    }

    fn fresh(&self, files: &[(String, Vec<u8>)], stop: &dyn Fn() -> bool) -> io::Result<bool> {
        let parent = self.real.parent().ok_or(io::ErrorKind::NotFound)?;
        fs::create_dir_all(parent)?;
        let Some((hidden, hold)) = filled(parent, files, stop)? else { return Ok(false) };
        fs::rename(hidden.folder(), &self.real)?;
        sync(parent);
        hold.done();
        Ok(true)
    }

    /// Whether the whole folder may give way to another one: there is nothing else in it, nobody works in it, and it
    /// lies on the file system of its parent.
    fn may_be_exchanged(&self, content: &Content) -> bool {
        let worked_in = std::env::current_dir().is_ok_and(|here| whole(&here).starts_with(&self.real));
        !content.others && !worked_in && self.real.parent().is_some_and(|parent| same_device(parent, &self.real))
    }

    fn exchange(&self, files: &[(String, Vec<u8>)], stop: &dyn Fn() -> bool, content: &Content) -> io::Result<bool> {
        let parent = self.real.parent().ok_or(io::ErrorKind::NotFound)?;
        let Some((mut hidden, hold)) = filled(parent, files, stop)? else { return Ok(false) };
        fs::set_permissions(hidden.folder(), fs::metadata(&self.real)?.permissions())?;
        swap(&hidden.folder(), &self.real)?;
        hidden.removable.clone_from(&content.ours);
        // What somebody put into the old folder since it was looked at goes back to where it was.
        for entry in fs::read_dir(hidden.folder()).into_iter().flatten().flatten() {
            let back = self.real.join(entry.file_name());
            if !content.ours.contains(&*entry.file_name().to_string_lossy()) && !back.exists() {
                let _ = fs::rename(entry.path(), back);
            }
        }
        sync(parent);
        hold.done();
        Ok(true)
    }

    fn one_by_one(&self, files: &[(String, Vec<u8>)], stop: &dyn Fn() -> bool, content: &Content) -> io::Result<bool> {
        let Some((mut hidden, hold)) = filled(&self.real, files, stop)? else { return Ok(false) };
        hidden.hand_over(&self.real, &content.ours)?;
        hold.done();
        Ok(true)
    }
}

/// A hidden folder with all the files, and no signal ends the program any more; `None` when somebody wants to stop.
fn filled(
    parent: &Path,
    files: &[(String, Vec<u8>)],
    stop: &dyn Fn() -> bool,
) -> io::Result<Option<(Hidden, interrupt::Hold)>> {
    let mut hidden = Hidden::make(parent)?;
    if !hidden.fill(files, stop)? {
        return Ok(None);
    }
    let hold = interrupt::hold();
    Ok((!stop()).then_some((hidden, hold)))
}

const OR_FORCE: &str =
    "name another folder with --out, or use --force: only results and files of the same names are replaced";
const ELSEWHERE: &str = "name another folder with --out, or move this one away";

fn refused(path: &Path, why: &str, hint: &'static str) -> FolderError {
    FolderError { what: "will not replace", path: path.to_owned(), why: why.to_owned(), hint }
}

/// The path without links, `.` and `..`; makes the parent folders of a place where nothing stands.
fn resolved(path: &Path) -> Result<PathBuf, FolderError> {
    match fs::canonicalize(path) {
        Ok(real) if real.is_dir() => Ok(real),
        Ok(_) => Err(refused(path, "it is a file, not a folder", ELSEWHERE)),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(cannot_write(path)(error)),
        Err(_) if fs::symlink_metadata(path).is_ok() => {
            Err(refused(path, "it is a symbolic link that leads nowhere", ELSEWHERE))
        }
        Err(error) => {
            let (Some(name), Some(parent)) = (path.file_name(), path.parent()) else {
                return Err(cannot_write(path)(error));
            };
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            fs::create_dir_all(parent)
                .and_then(|()| fs::canonicalize(parent))
                .map_err(cannot_write(path))
                .map(|parent| parent.join(name))
        }
    }
}

/// A path from the root, without links where it stands, without `.` and `..` anyway.
fn whole(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    let mut out = PathBuf::new();
    for step in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match step {
            Component::ParentDir => {
                out.pop();
            }
            step => out.push(step),
        }
    }
    out
}

/// Waits until no other run changes this folder, and keeps others waiting; nothing where the system has no such locks.
fn turn(folder: &Path) -> Option<File> {
    loop {
        let lock = File::open(folder).ok()?;
        lock.lock().ok()?;
        // The folder that was waited for may have been exchanged meanwhile.
        if same_file(&lock, folder)? {
            return Some(lock);
        }
    }
}

#[cfg(unix)]
fn same_file(open: &File, path: &Path) -> Option<bool> {
    use std::os::unix::fs::MetadataExt;
    let (open, path) = (open.metadata().ok()?, fs::metadata(path).ok()?);
    Some((open.dev(), open.ino()) == (path.dev(), path.ino()))
}

#[cfg(not(unix))]
fn same_file(_open: &File, _path: &Path) -> Option<bool> {
    Some(true)
}

#[cfg(unix)]
fn same_device(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let of = |path| fs::metadata(path).map(|known| known.dev()).ok();
    of(a).is_some_and(|device| of(b) == Some(device))
}

#[cfg(not(unix))]
fn same_device(_a: &Path, _b: &Path) -> bool {
    false
}

/// Exchanges two folders in one step.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn swap(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn swap(_a: &Path, _b: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
#[path = "place_tests.rs"]
mod tests;
