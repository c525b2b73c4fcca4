//! `evenkeel run`: simulate, tell, write.

use super::Exit;
use super::args::{Global, Run};
use super::console::Console;
use super::files::{Disk, FolderError, Place, folder_name};
use super::manifest::About;
use super::pipeline::{End, Order, Outcome, Pipeline, Scenario};
use super::progress::{Progress, Show};
use super::{render, results};
use crate::metrics::summary::{Summary, Verdict};
use crate::report::chart::DrawError;
use crate::report::table;
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Set by Ctrl-C.
static STOP: AtomicBool = AtomicBool::new(false);

/// Runs the command.
pub(crate) fn run(run: &Run, global: &Global, pipeline: &dyn Pipeline, console: &mut Console) -> Exit {
    let loaded = pipeline.load(&run.scenario, &Disk);
    let text = render::problems(&loaded.problems, loaded.places.as_ref(), &run.scenario, console.paint_talk);
    let Some(scenario) = loaded.scenario else {
        console.error(&text);
        return Exit::Invalid;
    };
    if !text.is_empty() {
        console.say(&text);
    }
    let place = match claim(run, scenario.as_ref()) {
        Ok(place) => place,
        Err(error) => return refused(&WriteError::Folder(error), console),
    };
    let order = order(run, global, place.is_some());
    // A second handler is refused; the first one then does the same.
    let _ = ctrlc::set_handler(interrupt);
    let began = Timestamp::now();
    let progress = Progress::new(Show::on_stderr(!global.quiet && !global.no_progress), &STOP);
    let outcome = scenario.run(&order, &progress);
    progress.finish();
    match outcome.end {
        End::Finished => {}
        End::Interrupted => return interrupted(console),
        End::Limit { which, at, replication } => {
            console.error(&format!("stopped at a limit: {which}, after {at} of simulated time; nothing was written"));
            let order = Order { only: Some(replication), ..order };
            console.error(&again(run, &order, outcome.summary.seed));
            return Exit::Limit;
        }
    }
    tell(run, &outcome.summary, console);
    if let Some(place) = place {
        let took_seconds = progress.seconds();
        let about = About { path: &run.scenario, written: scenario.written(), began, took_seconds };
        match write(scenario.as_ref(), &place, &about, &order, &outcome) {
            Ok(true) => console.say(&format!("\nresults are in {}", place.path().display())),
            Ok(false) => return interrupted(console),
            Err(error) => return refused(&error, console),
        }
    }
    judge(run, &order, &outcome.summary, console)
}

/// The first Ctrl-C asks the run to stop; the second does not wait for it.
fn interrupt() {
    if STOP.swap(true, Ordering::Relaxed) {
        std::process::exit(Exit::Interrupted as i32);
    }
}

fn interrupted(console: &mut Console) -> Exit {
    console.error("interrupted; nothing was written");
    Exit::Interrupted
}

/// Why nothing could be written.
enum WriteError {
    Folder(FolderError),
    Draw(DrawError),
}

fn refused(error: &WriteError, console: &mut Console) -> Exit {
    match error {
        WriteError::Folder(folder) => console.error(&format!("error: {folder}\nhint: {}", folder.hint)),
        WriteError::Draw(draw) => console.error(&format!("error: {draw}\nhint: use --no-files")),
    }
    Exit::Invalid
}

fn claim(run: &Run, scenario: &dyn Scenario) -> Result<Option<Place>, FolderError> {
    if run.no_files {
        return Ok(None);
    }
    let default = || Path::new("results").join(folder_name(&scenario.plan().name));
    let path: PathBuf = run.out.clone().unwrap_or_else(default);
    Place::claim(&path).map(Some)
}

fn order(run: &Run, global: &Global, files: bool) -> Order {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    Order {
        seed: run.seed,
        replications: run.replications,
        only: run.replication,
        threads: global.threads.map_or_else(cores, usize::from),
        events_max: if files { run.events.bound() } else { 0 },
        timeline: files,
    }
}

/// The data of the run, on stdout.
fn tell(run: &Run, summary: &Summary, console: &mut Console) {
    let text = if run.json { results::summary_json(summary) } else { table::summary(summary, console.paint) };
    console.data(&text);
}

/// Puts the files in place; false when somebody interrupted before that.
fn write(
    scenario: &dyn Scenario,
    place: &Place,
    about: &About<'_>,
    order: &Order,
    outcome: &Outcome,
) -> Result<bool, WriteError> {
    let files = results::files(scenario, about, order, outcome).map_err(WriteError::Draw)?;
    place.put(&files, &|| STOP.load(Ordering::Relaxed)).map_err(WriteError::Folder)
}

/// The exit code of the objectives; on stderr those that do not hold, and how to see it again.
fn judge(run: &Run, order: &Order, summary: &Summary, console: &mut Console) -> Exit {
    let of = |verdict| summary.objectives.iter().filter(move |row| row.verdict == verdict);
    let (failed, open) = (of(Verdict::Fail).count(), of(Verdict::Inconclusive).count());
    if failed + open == 0 {
        return Exit::Fine;
    }
    for row in of(Verdict::Fail) {
        console.error(&format!("objective failed: {}", table::wanted(row)));
    }
    for row in of(Verdict::Inconclusive) {
        console.error(&format!("objective inconclusive, more replications may tell: {}", table::wanted(row)));
    }
    console.error(&again(run, order, summary.seed));
    if failed > 0 { Exit::Failed } else { Exit::Inconclusive }
}

/// The command that shows the same again.
fn again(run: &Run, order: &Order, seed: u64) -> String {
    let which = match order.only {
        Some(replication) => format!("--replication {replication}"),
        None => format!("--replications {}", order.replications),
    };
    format!("see it again: evenkeel run {} --seed {seed} {which}", quoted(&run.scenario))
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:,@".contains(c);
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn paths_survive_a_shell() {
        assert_eq!(quoted("scenarios/az-loss.json"), "scenarios/az-loss.json");
        assert_eq!(quoted("my files/it's.json"), "'my files/it'\\''s.json'");
    }
}
