//! `evenkeel run`: simulate, tell, write.

use super::Exit;
use super::args::{Global, Lines, Run};
use super::console::Console;
use super::files::{MANIFEST, folder_name};
use super::interrupt::{self, WANTED};
use super::place::{Claim, FolderError, Place};
use super::progress::Progress;
use super::{render, results};
use crate::api::Scenario;
use crate::experiment::{End, Options, Outcome};
use crate::metrics::summary::{Summary, Verdict};
use crate::model::problem::Problems;
use crate::report::fit::wrapped;
use crate::report::number::{fixed, plain};
use crate::report::table::{self, Results, Style};
use crate::scenario::Files;
use jiff::Timestamp;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// Descriptions are no wider than this.
const COLUMNS: usize = 100;
/// So many replications are proposed to somebody who has one.
const MANY: u32 = 100;

pub(crate) fn run(run: &Run, global: &Global, files: &dyn Files, console: &mut Console) -> Exit {
    interrupt::command(again(run, run.seed, run.replication));
    let reading = Scenario::read(&run.scenario, files);
    let text = render::problems(&reading.problems, &reading.sources, &run.scenario, console.paint_talk);
    let Some(scenario) = reading.scenario else {
        console.error(&text);
        console.error(&again(run, run.seed, run.replication));
        return Exit::Invalid;
    };
    if !text.is_empty() {
        console.say(&text);
    }
    let seed = run.seed.unwrap_or(scenario.plan().seed);
    let command = again(run, Some(seed), run.replication);
    interrupt::command(command.clone());
    let mut told = Vec::new();
    let place = claim(run, &scenario, &mut told);
    for told in told {
        console.say(&format!("note: {told}\n"));
    }
    let place = match place {
        Ok(place) => place,
        Err(error) => return refused(&of_folder(&error), &command, console),
    };
    describe(run, &scenario, console);
    let options = options(run, place.is_some());
    let problems = &reading.problems;
    let mut job =
        Job { run, scenario: &scenario, problems, place, options, seed, began: Timestamp::now(), took_seconds: 0.0 };
    interrupt::looked_at();
    let progress = Progress::new(!global.quiet && !run.no_progress, &WANTED);
    let outcome = scenario.run(&job.options, &progress);
    progress.finish();
    job.took_seconds = progress.seconds();
    job.end(&outcome, console)
}

/// A run that was asked for.
pub(super) struct Job<'a> {
    pub(super) run: &'a Run,
    pub(super) scenario: &'a Scenario,
    /// What is worth knowing about it.
    pub(super) problems: &'a Problems,
    /// Where its files go, if any are wanted.
    pub(super) place: Option<Place>,
    pub(super) options: Options,
    pub(super) seed: u64,
    pub(super) began: Timestamp,
    pub(super) took_seconds: f64,
}

impl Job<'_> {
    /// How to see it again.
    fn again(&self, only: Option<u32>) -> String {
        again(self.run, Some(self.seed), only)
    }

    /// Tells what came of it, writes the files and judges.
    pub(super) fn end(self, outcome: &Outcome, console: &mut Console) -> Exit {
        let command = self.again(self.run.replication);
        match outcome.end {
            End::Finished => {}
            End::Interrupted => return self.cut(outcome, console),
            End::Limit { which, at, replication } => {
                console
                    .error(&format!("stopped at a limit: {which}, after {at} of simulated time; nothing was written"));
                console.error(&self.again(Some(replication)));
                return Exit::Limit;
            }
        }
        if let Err(exit) = self.tell(outcome, &command, &|| WANTED.load(Ordering::Relaxed), console) {
            return exit;
        }
        let exit = judge(&command, &outcome.summary, console);
        if exit == Exit::Fine && console.is_broken() {
            console.error(&command);
        }
        exit
    }

    /// What is told of an outcome, as the tables and the page take it.
    pub(super) fn results<T>(&self, scenario: &str, outcome: &Outcome, make: impl FnOnce(&Results<'_>) -> T) -> T {
        make(&Results {
            summary: &outcome.summary,
            plan: self.scenario.plan(),
            time_line: outcome.time_line.as_ref(),
            first_replication: self.options.first_replication,
            more: &format!("evenkeel run {} --replications {MANY}", render::quoted(scenario)),
        })
    }

    fn tables(&self, outcome: &Outcome, console: &Console) -> String {
        let style = Style { paint: console.paint, width: console.width, notes: self.run.notes };
        self.results(&self.run.scenario, outcome, |results| table::text(results, style))
    }

    /// Somebody stopped it. Replications that are over are summed up and written as if no more had been asked for.
    fn cut(self, outcome: &Outcome, console: &mut Console) -> Exit {
        let (done, asked) = (outcome.finished, self.options.replications);
        if done == 0 || done > outcome.summary.replications {
            return interrupted(&self.again(self.run.replication), console);
        }
        interrupt::sums_up();
        let [shown, of] = [done, asked].map(|count| plain(f64::from(count)));
        console.error(&format!("interrupted: {shown} of {of} replications; these are summed up"));
        let run = Run { replications: done, ..self.run.clone() };
        let job = Job { run: &run, options: Options { replications: done, ..self.options }, ..self };
        let command = job.again(None);
        if let Err(exit) = job.tell(outcome, &command, &interrupt::again_wanted, console) {
            return exit;
        }
        console.error(&command);
        Exit::Interrupted
    }

    /// Prints the summary and writes the files, unless somebody wants to `stop`.
    fn tell(
        &self,
        outcome: &Outcome,
        command: &str,
        stop: &dyn Fn() -> bool,
        console: &mut Console,
    ) -> Result<(), Exit> {
        let text = if self.run.json { results::summary_json(&outcome.summary) } else { self.tables(outcome, console) };
        console.data(&text);
        let Some(place) = &self.place else { return Ok(()) };
        match self.write(place, outcome, stop) {
            Ok(Some(bytes)) => {
                let size = fixed(bytes as f64 / 1e6, 1);
                console.say(&format!("\nresults are in {} ({size} MB)", place.path().display()));
                Ok(())
            }
            Ok(None) => Err(interrupted(command, console)),
            Err(error) => Err(refused(&error, command, console)),
        }
    }

    /// Puts the files in place, and gives the bytes in them but for the manifest; `None` when somebody wanted to stop
    /// before that.
    fn write(&self, place: &Place, outcome: &Outcome, stop: &dyn Fn() -> bool) -> Result<Option<usize>, Refusal> {
        let files = results::files(self, &place.scenario_from_here(), outcome);
        let files = files.map_err(|draw| (draw.to_string(), "use --no-files"))?;
        let bytes = files.iter().filter(|(name, _)| name != MANIFEST).map(|(_, bytes)| bytes.len()).sum();
        let put = place.put(&files, stop).map_err(|error| of_folder(&error))?;
        Ok(put.then_some(bytes))
    }
}

fn interrupted(command: &str, console: &mut Console) -> Exit {
    interrupt::told();
    console.error(interrupt::WORDS);
    console.error(command);
    Exit::Interrupted
}

/// Why nothing could be written, and what to do.
type Refusal = (String, &'static str);

fn of_folder(error: &FolderError) -> Refusal {
    (error.to_string(), error.hint)
}

fn refused((why, hint): &Refusal, command: &str, console: &mut Console) -> Exit {
    console.error(&format!("error: {why}\nhint: {hint}"));
    console.error(command);
    Exit::Invalid
}

fn claim(run: &Run, scenario: &Scenario, told: &mut Vec<String>) -> Result<Option<Place>, FolderError> {
    if run.no_files {
        return Ok(None);
    }
    let default = || Path::new("results").join(folder_name(&scenario.plan().name));
    let path: PathBuf = run.out.clone().unwrap_or_else(default);
    let claim = Claim {
        scenario: run.scenario.clone(),
        names: results::names(run.html),
        known: results::names(true),
        force: run.force,
    };
    Place::claim(&path, claim, told).map(Some)
}

fn options(run: &Run, files: bool) -> Options {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    Options {
        seed: run.seed,
        replications: if run.replication.is_some() { 1 } else { run.replications },
        first_replication: run.replication.unwrap_or(0),
        threads: run.threads.map_or_else(cores, usize::from),
        timeline: files,
        every_point: files && run.series == Lines::All,
        events_max: if files { run.events.bound() } else { 0 },
        // A machine that wants the summary alone waits for nothing else.
        time_line: files || !run.json,
        ..Options::default()
    }
}

/// What the scenario shows, in its own words: the tables are easier to read after it.
fn describe(run: &Run, scenario: &Scenario, console: &mut Console) {
    let words = scenario.written().get("description").and_then(Value::as_str).unwrap_or_default();
    if !run.json && !words.trim().is_empty() {
        let width = console.width.unwrap_or(COLUMNS).min(COLUMNS);
        console.say(&(described(words, width) + "\n"));
    }
}

/// Words in lines of `width` characters at most; what would steer the terminal is left out.
fn described(text: &str, width: usize) -> String {
    let seen: String =
        text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !c.is_control()).collect();
    wrapped(&seen, width).join("\n")
}

/// The exit code of the objectives; on stderr those that do not hold, and how to see it again.
fn judge(command: &str, summary: &Summary, console: &mut Console) -> Exit {
    let of = |verdict| summary.objectives.iter().filter(move |row| row.verdict == verdict);
    let (failed, open) = (of(Verdict::Fail).count(), of(Verdict::Inconclusive).count());
    if failed + open == 0 {
        return Exit::Fine;
    }
    let told = [(Verdict::Fail, "failed"), (Verdict::Inconclusive, "inconclusive, more replications may tell")];
    for (verdict, words) in told {
        of(verdict).for_each(|row| console.error(&format!("objective {words}: {}", table::wanted(row))));
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
    if run.html {
        add(" --html".to_owned());
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
    use super::described;

    #[test]
    fn words_are_wrapped() {
        let text = described(&"word ".repeat(50), 100);
        assert_eq!(text.lines().map(str::len).collect::<Vec<_>>(), [99, 99, 49]);
        assert_eq!(described("  a\n b\u{1b}[2J ", 100), "a b[2J");
    }
}
