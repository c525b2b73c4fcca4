//! Ctrl-C and SIGTERM: heeded within a second at any time.
//!
//! A run looks for the wish to stop while it simulates and writes, and then ends by itself. Where nobody looks
//! (reading, checking, setting up, drawing) the handler ends the program; it never does while files are being replaced.
//! Where replications are over by then, they are summed up first; a second signal ends that.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Exit;

/// Somebody wants the program to stop.
pub(super) static WANTED: AtomicBool = AtomicBool::new(false);
/// A run is under way that looks at [`WANTED`].
static LOOKS: AtomicBool = AtomicBool::new(false);
/// The results are in place: it is too late.
static DONE: AtomicBool = AtomicBool::new(false);
/// Somebody wants it a second time.
static AGAIN: AtomicBool = AtomicBool::new(false);
/// A run has stopped and sums up what it has: only a second wish ends it.
static SUMS_UP: AtomicBool = AtomicBool::new(false);
/// It was said that the program was interrupted.
static TOLD: AtomicBool = AtomicBool::new(false);
/// Held while files are replaced.
static REPLACING: Mutex<()> = Mutex::new(());
/// The line that shows the same again.
static COMMAND: Mutex<Option<String>> = Mutex::new(None);

/// So long the handler waits for a run that looks.
const PATIENCE: Duration = Duration::from_millis(700);
/// What is said.
pub(super) const WORDS: &str = "interrupted; nothing was written";

/// Heeds signals from now on.
pub(super) fn heed() {
    // Without a handler the system ends the program at once, which is the next best.
    let _ = ctrlc::set_handler(handler);
}

/// Remembers the line that shows the same again, for whatever ends the program early.
pub(super) fn command(line: String) {
    *held(&COMMAND) = Some(line);
}

pub(super) fn again() -> Option<String> {
    held(&COMMAND).clone()
}

/// From now on somebody looks at [`WANTED`].
pub(super) fn looked_at() {
    LOOKS.store(true, Ordering::Relaxed);
}

/// Whoever says by itself that it was interrupted.
pub(super) fn told() {
    TOLD.store(true, Ordering::Relaxed);
}

/// The run has stopped and sums up what it has.
pub(super) fn sums_up() {
    SUMS_UP.store(true, Ordering::Relaxed);
    told();
}

/// Whether somebody wanted the program to stop twice.
pub(super) fn again_wanted() -> bool {
    AGAIN.load(Ordering::Relaxed)
}

/// While this lives, no signal ends the program.
pub(super) struct Hold(MutexGuard<'static, ()>);

/// Keeps signals from ending the program.
pub(super) fn hold() -> Hold {
    Hold(held(&REPLACING))
}

impl Hold {
    /// The results are in place.
    pub(super) fn done(self) {
        DONE.store(true, Ordering::Relaxed);
        drop(self.0);
    }
}

fn handler() {
    let again = WANTED.swap(true, Ordering::Relaxed);
    AGAIN.fetch_or(again, Ordering::Relaxed);
    if LOOKS.load(Ordering::Relaxed) && !again {
        std::thread::sleep(PATIENCE);
        if SUMS_UP.load(Ordering::Relaxed) {
            return;
        }
    }
    let _hold = hold();
    if DONE.load(Ordering::Relaxed) && !again {
        return;
    }
    if !DONE.load(Ordering::Relaxed) && !TOLD.swap(true, Ordering::Relaxed) {
        let command = self::again().unwrap_or_default();
        let _ = writeln!(std::io::stderr(), "{}", format!("{WORDS}\n{command}").trim_end());
    }
    std::process::exit(Exit::Interrupted as i32);
}

fn held<T>(mutex: &'static Mutex<T>) -> MutexGuard<'static, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
