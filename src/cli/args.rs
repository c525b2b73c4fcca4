//! What can be typed.

use super::{problem, stories, templates};
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Args as ClapArgs, ColorChoice, Parser, Subcommand};
use std::ffi::OsStr;
use std::path::PathBuf;

/// Evenkeel simulates the availability of Amazon ECS.
#[derive(Debug, Parser)]
#[command(
    name = "evenkeel",
    version,
    about = "Evenkeel simulates the availability of Amazon ECS",
    after_help = "Examples:\n  evenkeel new my-service          write a scenario to start from\n  \
                  evenkeel check my-service.json   what is wrong, doubtful, defaulted\n  \
                  evenkeel run my-service.json     simulate; tables here, files in results/my-service/\n\n\
                  Exit codes: 0 fine, 1 an objective failed, 2 invalid input, 3 stopped at a limit,\n\
                  4 an objective is inconclusive, 130 interrupted."
)]
pub struct Args {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Clone, Debug, ClapArgs)]
pub struct Global {
    /// When to colour: auto is on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, default_value = "auto", value_name = "WHEN", help_heading = TALK)]
    pub color: ColorChoice,
    /// Say nothing on stderr but errors
    #[arg(long, short, global = true, help_heading = TALK)]
    pub quiet: bool,
}

/// Stands over what every command takes.
const TALK: &str = "What is said, and how";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulate a scenario; print the summary and write results/<name>/
    Run(Run),
    /// Validate scenarios without running them; list unused fields, defaults and derived values
    Check(Check),
    /// Say what the code of a problem means and how to mend it, or list all codes
    #[command(after_help = "Examples:\n  evenkeel problem                 every code in a line\n  \
                            evenkeel problem unknown-name    the code in `error[unknown-name]: ...`")]
    Problem {
        /// Code, as it stands in the brackets after `error` or `warning`
        #[arg(value_parser = OneOf(problem::codes), hide_possible_values = true)]
        code: Option<String>,
    },
    /// Print the JSON Schema of scenario files
    #[command(after_help = "Example:\n  evenkeel schema > scenario.schema.json")]
    Schema,
    /// Write a commented scenario to start from
    New(New),
    /// Print the version
    Version,
    /// Print completions for a shell
    #[command(
        after_help = "Examples:\n  evenkeel completions bash > ~/.local/share/bash-completion/completions/evenkeel\n  \
                      evenkeel completions zsh > ~/.zfunc/_evenkeel\n  \
                      evenkeel completions fish > ~/.config/fish/completions/evenkeel.fish"
    )]
    Completions {
        /// Shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

/// `run`.
#[derive(Clone, Debug, ClapArgs)]
#[command(after_help = "Examples:\n  evenkeel run scenarios/az-loss.json\n  \
                        evenkeel run scenarios/az-loss.json --seed 7 --out /tmp/seed-7\n  \
                        evenkeel run scenarios/az-loss.json --html\n  \
                        evenkeel run scenarios/az-loss.json --replications 200 --no-files\n  \
                        evenkeel run scenarios/az-loss.json --json | jq '.services[0].nines'\n  \
                        jq '.seed = 7' scenario.json | evenkeel run -")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that can be typed")]
pub struct Run {
    /// Scenario file; `-` reads it from standard input
    #[arg(value_hint = clap::ValueHint::FilePath)]
    pub scenario: String,
    /// Print the summary as one JSON object on stdout, and nothing else there
    #[arg(long)]
    pub json: bool,
    /// Explain the words of the tables below them
    #[arg(long, conflicts_with = "json")]
    pub notes: bool,
    /// Write no files
    #[arg(long, conflicts_with = "out")]
    pub no_files: bool,
    /// Write report.html too: everything about the run on one page that can be passed on, for any browser
    #[arg(long, conflicts_with = "no_files")]
    pub html: bool,
    /// Folder for the results [default: results/<name>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write into a folder that holds other results or files; those of the same names are replaced
    #[arg(long, conflicts_with = "no_files")]
    pub force: bool,
    /// Seed to use instead of the scenario's
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Simulate N times, each with its own chance; results then carry their 95 % interval
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = replications, allow_negative_numbers = true)]
    pub replications: u32,
    /// Simulate replication K of many alone, counted from 0
    #[arg(long, value_name = "K", conflicts_with = "replications", allow_negative_numbers = true)]
    pub replication: Option<u32>,
    /// Threads to use; results do not depend on it [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), allow_negative_numbers = true)]
    pub threads: Option<u16>,
    /// Lines of events.ndjson to write: all, none or a number
    #[arg(long, value_name = "all|none|N", default_value = "10000", value_parser = LinesParser, hide_possible_values = true)]
    pub events: Lines,
    /// Rows of timeseries.csv to write, at least four of each series: all, none or a number
    #[arg(long, value_name = "all|none|N", default_value = "20000", value_parser = LinesParser, hide_possible_values = true)]
    pub series: Lines,
    /// Date the rows of timeseries.csv: a column `timestamp` beside `time_seconds`
    #[arg(long)]
    pub timestamps: bool,
    /// Show no progress bar in a long run
    #[arg(long, help_heading = TALK)]
    pub no_progress: bool,
}

/// Replications: 1 to a million, in digits.
fn replications(text: &str) -> Result<u32, String> {
    const MOST: u32 = 1_000_000;
    let whole =
        |number: &f64| (1.0..=f64::from(MOST)).contains(number) && libm::trunc(*number).to_bits() == number.to_bits();
    match (text.parse::<u32>(), text.replace(['_', ','], "").parse::<f64>().ok().filter(whole)) {
        (Ok(number), _) if (1..=MOST).contains(&number) => Ok(number),
        (Err(_), Some(number)) => Err(format!("write {number}")),
        _ => Err(format!("write a whole number from 1 to {MOST}")),
    }
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("write a whole number from 0 to {}", u64::MAX))
}

/// How many lines of events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lines {
    /// Every one.
    All,
    /// No file at all.
    None,
    /// At most this many.
    AtMost(usize),
}

impl Lines {
    /// As a bound.
    pub fn bound(self) -> usize {
        match self {
            Lines::All => usize::MAX,
            Lines::None => 0,
            Lines::AtMost(lines) => lines,
        }
    }
}

impl std::str::FromStr for Lines {
    type Err = String;
    fn from_str(text: &str) -> Result<Lines, String> {
        match text {
            "all" => Ok(Lines::All),
            "none" => Ok(Lines::None),
            number => number.parse().map(Lines::AtMost).map_err(|_| "use `all`, `none` or a number".to_owned()),
        }
    }
}

/// Reads [`Lines`]; shells complete its words.
#[derive(Clone)]
struct LinesParser;

impl TypedValueParser for LinesParser {
    type Value = Lines;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&Arg>, value: &OsStr) -> Result<Lines, clap::Error> {
        let read: fn(&str) -> Result<Lines, String> = str::parse;
        TypedValueParser::parse_ref(&read, command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(["all", "none"].into_iter().map(PossibleValue::new)))
    }
}

/// Takes any word; shells complete these.
#[derive(Clone)]
struct OneOf(fn() -> Vec<&'static str>);

impl TypedValueParser for OneOf {
    type Value = String;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0().into_iter().map(PossibleValue::new)))
    }
}

/// What a new scenario can start from.
fn starts() -> Vec<&'static str> {
    templates::names().chain(stories::names()).collect()
}

/// `check`.
#[derive(Clone, Debug, ClapArgs)]
#[command(after_help = "Examples:\n  evenkeel check scenarios/*.json\n  \
                        evenkeel check my-service.json --json | jq -r '.problems[] | .code + \" \" + .message'")]
pub struct Check {
    /// Print on stdout one JSON object a line for each file: problems with code and place, what is not used, defaults,
    /// derived values; no text about problems on stderr
    #[arg(long)]
    pub json: bool,
    /// Show every default, every field that is not used with its place, and every row of the tables; `--json` always
    /// does
    #[arg(long)]
    pub all: bool,
    /// Scenario files; a JSON Schema, or a part that scenarios name by `$file`, is passed over. `-` reads
    /// one from standard input
    #[arg(required = true, value_hint = clap::ValueHint::FilePath)]
    pub scenarios: Vec<String>,
}

/// `new`.
#[derive(Clone, Debug, ClapArgs)]
#[command(after_help = "Examples:\n  evenkeel new my-service && evenkeel run my-service.json\n  \
                        evenkeel new my-hosts --from ec2        web, ec2, cells, change, year or game-day\n  \
                        evenkeel new my-loss --from az-loss     a copy of a shipped scenario, all in one file\n  \
                        evenkeel new --list                     all of them, each with one sentence")]
pub struct New {
    /// Name of the scenario; the file is NAME.json in the working directory
    #[arg(required_unless_present = "list")]
    pub name: Option<String>,
    /// Template or shipped scenario to start from [default: web]
    #[arg(long, value_name = "KIND|SCENARIO", value_parser = OneOf(starts), hide_possible_values = true)]
    pub from: Option<String>,
    /// List templates and shipped scenarios
    #[arg(long, conflicts_with_all = ["name", "from"])]
    pub list: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Args, clap::Error> {
        Args::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_arguments_are_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn run_takes_what_the_pages_say() {
        let line = "evenkeel run a.json --json --no-files --seed 7 --replications 20 --threads 2 --events none --quiet";
        let args = parse(line).unwrap();
        let Command::Run(run) = args.command else { panic!("another command") };
        assert_eq!((run.seed, run.replications, run.events, run.threads), (Some(7), 20, Lines::None, Some(2)));
    }

    #[test]
    fn a_number_of_replications_in_another_form_is_answered_with_its_digits() {
        for (text, said) in
            [("1e3", "write 1000"), ("1_000", "write 1000"), ("2.5", "write a whole number from 1 to 1000000")]
        {
            assert_eq!(replications(text), Err(said.to_owned()), "{text}");
        }
        assert_eq!((replications("1"), replications("1000000")), (Ok(1), Ok(1_000_000)));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "evenkeel run",
            "evenkeel run a.json --replications 0",
            "evenkeel run a.json --replications 1000001",
            "evenkeel run a.json --replications -3",
            "evenkeel run a.json --threads 0",
            "evenkeel run a.json --events some",
            "evenkeel run a.json --no-files --out x",
            "evenkeel run a.json --no-files --html",
            "evenkeel run a.json --replication 3 --replications 5",
            "evenkeel check",
            "evenkeel sweep a.json",
        ] {
            assert_eq!(parse(line).map(|_| ()).map_err(|error| error.exit_code()), Err(2), "{line}");
        }
    }
}
