//! What was observed of running tasks, as `describe-tasks` prints it, put where it would be written by hand: start laws
//! into `behaviour`.

use super::{family_of, placed};
use crate::engine::Span;
use crate::model::problem::Problems;
use crate::model::quantity::{Duration, Empirical, Law};
use crate::scenario::ecs::Moment;
use crate::scenario::ecs::task::Task;
use crate::scenario::file::{Behaviour, Scenario};
use std::collections::{BTreeMap, BTreeSet};

/// Tasks from which on their start-up times are taken without a warning (model choice: with fewer, the slowest of them
/// decide what is seen, and one more could change it).
const TASKS_FEW: usize = 20;

/// A start longer than this is a slip.
const START_MAX: i64 = 7 * 86_400 * 1_000_000;

/// Start-up times of a family.
#[derive(Default)]
struct Starts {
    /// The first task of it in the file.
    at: String,
    /// From `createdAt` to `startedAt`, in the order of the file.
    times: Vec<Span>,
    /// From `pullStartedAt` to `pullStoppedAt`.
    pulls: Vec<Span>,
}

/// Start laws of families from their tasks.
pub(super) fn start_laws(scenario: &mut Scenario, out: &mut Problems) {
    let tasks = std::mem::take(&mut scenario.tasks);
    let clusters = scenario.clusters.iter();
    let services = clusters.clone().flat_map(|one| one.services.iter().map(|one| one.task_definition.as_str()));
    let streams = clusters.flat_map(|one| one.run_tasks.iter().map(|one| one.task_definition.as_str()));
    let used: BTreeSet<String> = services.chain(streams).map(|name| family_of(name).to_owned()).collect();
    let mut families: BTreeMap<String, Starts> = BTreeMap::new();
    let mut strange = 0;
    for (at, task) in placed(&tasks, "/tasks") {
        let family = task.task_definition_arn.as_deref().map(family_of).unwrap_or_default();
        if !used.contains(family) {
            strange += 1;
            continue;
        }
        let starts =
            families.entry(family.to_owned()).or_insert_with(|| Starts { at: at.clone(), ..Starts::default() });
        starts.times.extend(start_of(task, &at, out));
        starts.pulls.extend(between(task.pull_started_at.as_ref(), task.pull_stopped_at.as_ref()));
    }
    if strange > 0 {
        let what = if strange == 1 { "task is" } else { "tasks are" };
        out.unused("/tasks", format!("{strange} {what} of families that nothing here runs"), "");
    }
    for (family, starts) in families {
        take(scenario, &family, starts, out);
    }
}

/// Writes the law of a family, unless the scenario has one.
fn take(scenario: &mut Scenario, family: &str, mut starts: Starts, out: &mut Problems) {
    let count = starts.times.len();
    if count == 0 {
        let message = format!("no task of `{family}` says both when it was created and when it started");
        out.no_effect(&starts.at, message, "print tasks that are RUNNING, or that have run");
        return;
    }
    let place = scenario.behaviour.iter().position(|one| one.family.as_deref() == Some(family));
    let decided = place.map(|place| &scenario.behaviour[place]);
    if decided.is_some_and(|one| one.start.is_some() || one.phases.is_some() || one.image_megabytes.is_some()) {
        let message = format!("`behaviour` says how tasks of `{family}` start: those that are listed are not used");
        out.unused(&starts.at, message, "");
        return;
    }
    let values = starts.times.iter().map(|time| Duration(*time)).collect();
    let law = Some(Law::Empirical(Empirical { values }));
    match place {
        Some(place) => scenario.behaviour[place].start = law,
        None => {
            scenario.behaviour.push(Behaviour { family: Some(family.to_owned()), start: law, ..Behaviour::default() });
        }
    }
    let pull = median(&mut starts.pulls).map(|pull| format!(", of which the image pull {pull}")).unwrap_or_default();
    let time = median(&mut starts.times).unwrap_or_default();
    let what = if count == 1 { "the start of 1 task" } else { &format!("the starts of {count} tasks") };
    let message = format!("tasks of `{family}` start as they were seen to: {what}, median {time}{pull}");
    if count < TASKS_FEW {
        let hint = format!("list {TASKS_FEW} or more, from busy hours too; or write `start` in `behaviour`");
        out.doubtful(&starts.at, message, hint);
    } else {
        out.follows(&starts.at, message, "");
    }
}

/// From the creation of a task to RUNNING.
fn start_of(task: &Task, at: &str, out: &mut Problems) -> Option<Span> {
    let (created, started) = (task.created_at.as_ref()?, task.started_at.as_ref()?);
    for (key, moment) in [("createdAt", created), ("startedAt", started)] {
        if moment.micros().is_none() {
            let message = format!("`{key}` cannot be `{}`: it is a point in time", moment.0);
            out.malformed(&format!("{at}/{key}"), message, "write it as \"2026-01-05T10:00:00Z\"");
        }
    }
    let found = between(Some(created), Some(started));
    if found.is_none() && created.micros().is_some() && started.micros().is_some() {
        let message = "this task started before it was created, or a week after it: it is left out";
        out.doubtful(&format!("{at}/startedAt"), message, "look at `createdAt`");
    }
    found
}

fn between(from: Option<&Moment>, until: Option<&Moment>) -> Option<Span> {
    let micros = until?.micros()? - from?.micros()?;
    (0..=START_MAX).contains(&micros).then(|| Span::from_micros(micros as u64))
}

/// The middle one, or the lower of two.
fn median(values: &mut [Span]) -> Option<Span> {
    values.sort_unstable();
    values.get(values.len().checked_sub(1)? / 2).copied()
}
