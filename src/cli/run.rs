//! `evenkeel run`: simulate, tell, write.

use super::Exit;
use super::args::{Global, Run};
use super::console::Console;
use super::files::{Disk, folder_name};
use super::interrupt::{self, WANTED};
use super::manifest::About;
use super::pipeline::{End, Order, Outcome, Pipeline, Scenario};
use super::place::{Claim, FolderError, Place};
use super::progress::{Progress, Show};
use super::{render, results};
use crate::metrics::summary::{Summary, Verdict};
use crate::report::chart::DrawError;
use crate::report::table;
use jiff::Timestamp;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// Descriptions are as wide as the tables.
const COLUMNS: usize = 100;

/// Runs the command.
pub(crate) fn run(run: &Run, global: &Global, pipeline: &dyn Pipeline, console: &mut Console) -> Exit {
    interrupt::command(again(run, run.seed, run.replication));
    let loaded = pipeline.load(&run.scenario, &Disk);
    let text = render::problems(&loaded.problems, loaded.places.as_ref(), &run.scenario, console.paint_talk);
    let Some(scenario) = loaded.scenario else {
        console.error(&text);
        console.error(&again(run, run.seed, run.replication));
        return Exit::Invalid;
    };
    if !text.is_empty() {
        console.say(&text);
    }
    let seed = Some(run.seed.unwrap_or(scenario.plan().seed));
    let mut told = Vec::new();
    let place = claim(run, scenario.as_ref(), &mut told);
    for told in told {
        console.say(&format!("note: {told}\n"));
    }
    let place = match place {
        Ok(place) => place,
        Err(error) => return refused(&WriteError::Folder(error), &again(run, seed, run.replication), console),
    };
    describe(run, scenario.as_ref(), console);
    let order = order(run, place.is_some());
    let command = again(run, seed, order.only);
    interrupt::command(command.clone());
    interrupt::looked_at();
    let began = Timestamp::now();
    let progress = Progress::new(Show::on_stderr(!global.quiet && !global.no_progress), &WANTED);
    let outcome = scenario.run(&order, &progress);
    progress.finish();
    match outcome.end {
        End::Finished => {}
        End::Interrupted => return interrupted(&command, console),
        End::Limit { which, at, replication } => {
            console.error(&format!("stopped at a limit: {which}, after {at} of simulated time; nothing was written"));
            console.error(&again(run, seed, Some(replication)));
            return Exit::Limit;
        }
    }
    tell(run, &outcome.summary, console);
    if let Some(place) = place {
        let took_seconds = progress.seconds();
        let from_here = place.scenario_from_here();
        let about = About { path: &run.scenario, from_here, written: scenario.written(), began, took_seconds };
        match write(scenario.as_ref(), &place, &about, &order, &outcome) {
            Ok(true) => console.say(&format!("\nresults are in {}", place.path().display())),
            Ok(false) => return interrupted(&command, console),
            Err(error) => return refused(&error, &command, console),
        }
    }
    let exit = judge(&command, &outcome.summary, console);
    if exit == Exit::Fine && console.is_broken() {
        console.error(&command);
    }
    exit
}

fn interrupted(command: &str, console: &mut Console) -> Exit {
    interrupt::told();
    console.error(interrupt::WORDS);
    console.error(command);
    Exit::Interrupted
}

/// Why nothing could be written.
enum WriteError {
    Folder(FolderError),
    Draw(DrawError),
}

fn refused(error: &WriteError, command: &str, console: &mut Console) -> Exit {
    match error {
        WriteError::Folder(folder) => console.error(&format!("error: {folder}\nhint: {}", folder.hint)),
        WriteError::Draw(draw) => console.error(&format!("error: {draw}\nhint: use --no-files")),
    }
    console.error(command);
    Exit::Invalid
}

fn claim(run: &Run, scenario: &dyn Scenario, told: &mut Vec<String>) -> Result<Option<Place>, FolderError> {
    if run.no_files {
        return Ok(None);
    }
    let default = || Path::new("results").join(folder_name(&scenario.plan().name));
    let path: PathBuf = run.out.clone().unwrap_or_else(default);
    let claim = Claim { scenario: run.scenario.clone(), names: results::names(), force: run.force };
    Place::claim(&path, claim, told).map(Some)
}

fn order(run: &Run, files: bool) -> Order {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    Order {
        seed: run.seed,
        replications: run.replications,
        only: run.replication,
        threads: run.threads.map_or_else(cores, usize::from),
        events_max: if files { run.events.bound() } else { 0 },
        timeline: files,
    }
}

/// What the scenario shows, in its own words: the tables are easier to read after it.
fn describe(run: &Run, scenario: &dyn Scenario, console: &mut Console) {
    let words = scenario.written().get("description").and_then(Value::as_str).unwrap_or_default();
    if !run.json && !words.trim().is_empty() {
        console.say(&(wrapped(words) + "\n"));
    }
}

/// Words in lines of [`COLUMNS`] characters at most; what would steer the terminal is left out.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let word: String = word.chars().filter(|c| !c.is_control()).collect();
        let line = lines.last_mut().expect("there is a first line");
        if line.is_empty() {
            line.push_str(&word);
        } else if line.chars().count() + 1 + word.chars().count() <= COLUMNS {
            line.push(' ');
            line.push_str(&word);
        } else {
            lines.push(word);
        }
    }
    lines.join("\n")
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
    place.put(&files, &|| WANTED.load(Ordering::Relaxed)).map_err(WriteError::Folder)
}

/// The exit code of the objectives; on stderr those that do not hold, and how to see it again.
fn judge(command: &str, summary: &Summary, console: &mut Console) -> Exit {
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
    console.error(command);
    if failed > 0 { Exit::Failed } else { Exit::Inconclusive }
}

/// The line that tells how to see the same again.
fn again(run: &Run, seed: Option<u64>, only: Option<u32>) -> String {
    let mut command = format!("see it again: evenkeel run {}", render::quoted(&run.scenario));
    let mut add = |words: String| command.push_str(&words);
    if let Some(seed) = seed {
        add(format!(" --seed {seed}"));
        add(only.map_or_else(|| format!(" --replications {}", run.replications), |k| format!(" --replication {k}")));
    }
    if run.no_files {
        add(" --no-files".to_owned());
    }
    if let Some(out) = &run.out {
        add(format!(" --out {}", render::quoted(&out.to_string_lossy())));
    }
    if run.force {
        add(" --force".to_owned());
    }
    command
}

/// Makes a panic end with the command that led to it.
pub(crate) fn tell_of_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        usual(panic);
        let mut err = std::io::stderr();
        let _ = writeln!(err, "this is a fault of evenkeel, not of the scenario: please report it");
        if let Some(command) = interrupt::again() {
            let _ = writeln!(err, "{command}");
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn words_are_wrapped() {
        let text = wrapped(&"word ".repeat(50));
        assert_eq!(text.lines().map(str::len).collect::<Vec<_>>(), [99, 99, 49]);
        assert_eq!(wrapped("  a\n b\u{1b}[2J "), "a b[2J");
    }
}
