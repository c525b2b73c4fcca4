//! Changes and their stages.

use super::fold::StageSum;
use super::measures;
use super::shape::{Estimate, Maybe};
use super::walk::{Run, Walk};
use crate::engine::Time;
use crate::engine::index::Id;
use crate::metrics::changes::{Breaker, Measure, Outcome};
use crate::metrics::ledger::{REQUEST, Why};
use crate::metrics::turns::Tally;
use crate::model::fact::{ChangeStep, Lifecycle, PipelineStep};
use crate::model::ids::ChangeId;
use crate::model::plan::{Change, Plan, Strategy, Unit, WHOLE};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

measures! {
    /// What became of one change.
    ChangeRow(w, id: ChangeId) {
        /// Name.
        name: String = w.plan.changes[id].name.clone();
        /// "cluster/name" of what it changes.
        service: String = w.plan.changes[id].what.clone();
        /// `completed`, `rolledBack`, `stopped` or `unfinished`: in most replications, of most occurrences. A zonal shift
        /// that has expired or was cancelled is completed; one that was refused is stopped.
        outcome: String [text] = most(w, id).name().to_owned();
        /// The share of the replications with each outcome; with `every`, of the occurrences.
        outcomes: BTreeMap<String, Estimate> [share] =
            w.counts(Outcome::ALL.iter().map(|one| one.name()), |run, place| part(run, id, place));
        /// How often it began: once at most, or again and again with `every`.
        occurrences: Estimate [times] = w.each(|run| f64::from(tally(run, id).begun));
        /// When ECS took it, or its first occurrence, on.
        begin_seconds: Maybe [seconds] = w.maybe(|run| Some(find(run, id)?.at(ChangeStep::Began)?.as_secs_f64()));
        /// When that was completed, was back, stalled, or gave way.
        end_seconds: Maybe [seconds] = w.maybe(|run| ENDS.iter().filter_map(|step| find(run, id)?.at(*step)).min()
            .map(Time::as_secs_f64));
        /// What it went through:
        stages: Vec<StageRow> = {
            let place = w.plan.changes_in_order().position(|other| other == id).unwrap_or_default();
            let all = w.fold().into_iter().flat_map(|fold| fold.stages(place as u32));
            all.map(|sum| StageRow::walk(w, sum)).collect()
        };
        /// Requests in the window sent to the new revision until it was completed or taken back.
        exposed_requests: Estimate [requests] = w.each(|run| count(run, id, |of| of.exposed) / REQUEST);
        /// The same as a share of all requests offered to the service in the window.
        exposed_share: Maybe [share] = w.share(|run| of_offered(run, id, |of| of.exposed));
        /// Of requests in the window, those that reached the new revision where it is bad:
        exposed_to_bad: ToBad = ToBad::walk(w, id);
        /// Requests in the window that failed because of it, those of other revisions and services included: the sum
        /// of its `losses`.
        lost_requests: Estimate [requests Lower] = w.each(|run| {
            let losses = run.services.iter().flat_map(|service| &service.ledger.losses);
            losses.filter(|loss| loss.why == Why::Change(id)).map(|loss| loss.requests).sum::<u128>() as f64 / REQUEST
        });
        /// With `shadow`: copies of requests in the window that the new revision got; nobody saw its answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        copied_requests: Maybe [requests] = {
            let shadow = w.plan.changes[id].shadow.is_some();
            shadow.then(|| w.each(|run| count(run, id, |of| of.copied) / REQUEST))
        };
        /// How much of what it was to reach it had reached at most: tasks that were, or were being, replaced.
        reached_share: Estimate [share] = w.each(|run| count(run, id, |of| u128::from(of.reached)) / 1e6);
        /// Share of the customers who were sent to the new revision at least once, where traffic moves by weights: the
        /// largest weight with `sticky`, else all of them as soon as any is (each sends many requests); null elsewhere.
        exposed_customers_share: Maybe [share] = w.share(|run| customers(run.plan, id, find(run, id)));
        /// Of the deployment circuit breaker:
        circuit_breaker: Option<BreakerRow> =
            deploys(w.plan, id).then(|| BreakerRow::walk(w, id));
        /// From its begin until it was found to be bad, on average over the occurrences that were; null when none was.
        detect_seconds: Maybe [seconds Lower] = w.maybe(|run| tally(run, id).detect.seconds());
        /// From then until the revision before it was back.
        rollback_seconds: Maybe [seconds Lower] = w.maybe(|run| tally(run, id).back.seconds());
    }
}

measures! {
    /// What reached a bad revision until it was taken back, a later one took its place, or the run ended: completed or
    /// not. 0 where it is not bad; a defect that is limited to a zone or a unit counts there.
    #[derive(Copy)]
    ToBad(w, id: ChangeId) {
        /// How many.
        requests: Estimate [requests Lower] = w.each(|run| count(run, id, |of| of.bad) / REQUEST);
        /// Their share of all requests offered to the service in the window.
        share: Maybe [share Lower] = w.share(|run| of_offered(run, id, |of| of.bad));
    }
}

measures! {
    /// What the deployment circuit breaker made of the tasks of the new revision, in the whole run. It counts tasks that
    /// do not reach RUNNING until one has, and failed health checks from then on. Null for what Amazon ECS does not
    /// deploy: feature flags and the control plane.
    BreakerRow(w, id: ChangeId) {
        /// Failures at which it trips: the largest threshold of the services; null where it watches none.
        threshold: Maybe [times] =
            w.maybe(|run| find(run, id).map(|of| f64::from(of.breaker.threshold)).filter(|count| *count > 0.0));
        /// The most failures that it had counted at one time, of one deployment.
        failures: Estimate [times Lower] = w.each(|run| f64::from(breaker(run, id).failures));
        /// How often a task that became healthy put its count back to 0.
        resets: Estimate [times] = w.each(|run| breaker(run, id).resets as f64);
        /// Failures that it does not count: tasks that exited after they were RUNNING, and tasks that did not reach
        /// RUNNING after another one had.
        not_counted: Estimate [times Lower] = w.each(|run| breaker(run, id).passes as f64);
        /// Deployments that it failed.
        tripped: Estimate [times] = w.each(|run| breaker(run, id).trips as f64);
        /// Why it tripped or did not, over all replications: `tripped`, `disabled`, `movesTraffic` (it does not bind
        /// this strategy), `nothingFailed`, `exitsNotCounted` (most failures were of a kind that it does not count),
        /// `healthyBetween` (tasks became healthy before as many had failed), or `tooFew`.
        why: String [text] = {
            let off = off(w.plan, id);
            let takes: [fn(Breaker) -> u64; 4] =
                [|of| of.trips, |of| of.counted, |of| of.passes, |of| of.resets];
            let sums = takes.map(|take| w.each(|run| take(breaker(run, id)) as f64).mean);
            off.unwrap_or_else(|| why(sums)).to_owned()
        };
    }
}

measures! {
    /// A stage of a change.
    StageRow(w, sum: &StageSum) {
        /// `rolling`, `bake` or `rollback`; `growth` of a feature flag; `shifted away` of a zonal shift; a stage of the life cycle of a deployment that
        /// moves traffic, with the weight of each of its steps; or the name of the stage of a pipeline.
        stage: String = sum.name.clone();
        /// When it began.
        begin_seconds: Maybe [seconds] = w.sum(&sum.begin);
        /// When it ended.
        end_seconds: Maybe [seconds] = w.sum(&sum.end);
        /// `completed`, `failed`, `timedOut`, `superseded` or `unfinished`, in the first replication in which it ended.
        outcome: String [text] = sum.outcome.clone().unwrap_or_else(|| "unfinished".to_owned());
    }
}

/// A stage that began in one replication.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stage {
    /// Place of the change in the file.
    pub(super) change: u32,
    /// Where it stands among the stages of the change.
    pub(super) order: [u32; 3],
    pub(super) name: String,
    pub(super) begin_seconds: f64,
    /// When it ended, and how.
    pub(super) end: Option<(f64, String)>,
}

/// Steps with which a change is over.
const ENDS: [ChangeStep; 4] =
    [ChangeStep::Completed, ChangeStep::RolledBack, ChangeStep::Stalled, ChangeStep::Superseded];

/// Stages of a rolling deployment: name, the step that begins it, and those that end it.
const STAGES: [(&str, ChangeStep, &[ChangeStep]); 3] = [
    (
        "rolling",
        ChangeStep::Began,
        &[ChangeStep::Bakes, ChangeStep::Completed, ChangeStep::Failed, ChangeStep::Superseded],
    ),
    ("bake", ChangeStep::Bakes, &[ChangeStep::Completed, ChangeStep::Failed, ChangeStep::Superseded]),
    ("rollback", ChangeStep::Back, &[ChangeStep::RolledBack, ChangeStep::Superseded]),
];

fn find<'r>(run: &'r Run<'_>, id: ChangeId) -> Option<&'r Measure> {
    let place = run.changes.binary_search_by_key(&id, |row| row.0).ok()?;
    Some(&run.changes[place].1)
}

fn count(run: &Run<'_>, id: ChangeId, take: fn(&Measure) -> u128) -> f64 {
    find(run, id).map_or(0.0, |of| take(of) as f64)
}

/// A count as a share of all requests offered to what it was to reach.
fn of_offered(run: &Run<'_>, id: ChangeId, take: fn(&Measure) -> u128) -> Option<f64> {
    let all: u128 = run.plan.changes[id].units.iter().map(|unit| offered(run, *unit)).sum();
    (all > 0).then(|| count(run, id, take) / all as f64)
}

/// Whether Amazon ECS deploys it, service by service.
fn deploys(plan: &Plan, id: ChangeId) -> bool {
    let change = &plan.changes[id];
    change.deploys() && change.services().next().is_some()
}

fn breaker(run: &Run<'_>, id: ChangeId) -> Breaker {
    find(run, id).map(|of| of.breaker).unwrap_or_default()
}

/// Why no circuit breaker looks at it.
fn off(plan: &Plan, id: ChangeId) -> Option<&'static str> {
    let change = &plan.changes[id];
    if change.services().all(|service| plan.services[service].deployment.breaker.is_none()) {
        Some("disabled")
    } else {
        (strategy(plan, change) != Strategy::Rolling && !change.breaker_on_shift).then_some("movesTraffic")
    }
}

/// Why a circuit breaker tripped or did not, from how often it did, what it counted, what not, and its resets.
fn why([tripped, counted, passed, resets]: [f64; 4]) -> &'static str {
    if tripped > 0.0 {
        "tripped"
    } else if counted + passed == 0.0 {
        "nothingFailed"
    } else if passed > counted {
        "exitsNotCounted"
    } else if resets > 0.0 {
        "healthyBetween"
    } else {
        "tooFew"
    }
}

/// What its occurrences came to. A change that comes once and was never asked for is an unfinished one.
fn tally(run: &Run<'_>, id: ChangeId) -> Tally {
    let repeats = run.plan.changes[id].repeats();
    let never = || if repeats { Tally::default() } else { Tally::of(&[]) };
    find(run, id).map_or_else(never, Measure::tally)
}

fn part(run: &Run<'_>, id: ChangeId, outcome: usize) -> f64 {
    let outcomes = tally(run, id).outcomes;
    f64::from(outcomes[outcome]) / f64::from(outcomes.iter().sum::<u32>().max(1))
}

/// The outcome of most occurrences, over all replications.
fn most(w: &mut Walk<'_>, id: ChangeId) -> Outcome {
    let counts = Outcome::ALL.map(|one| {
        let count = w.each(|run| f64::from(tally(run, id).outcomes[one as usize]));
        (libm::round(count.mean * f64::from(count.n)) as u64, std::cmp::Reverse(one))
    });
    let most = counts.into_iter().filter(|(count, _)| *count > 0).max();
    most.map_or(Outcome::Unfinished, |(_, outcome)| outcome.0)
}

/// Requests offered to a unit, or calls to a control-plane cell, in the window.
fn offered(run: &Run<'_>, unit: Unit) -> u128 {
    match unit {
        Unit::Service(service) => run.service(service).ledger.offered,
        Unit::Cell(cell) => {
            let row = run.planes.get(cell.row());
            row.map_or(0, |row| u128::from(row.calls) * REQUEST as u128 + row.others)
        }
    }
}

/// How the service of a change deploys it.
fn strategy(plan: &Plan, change: &Change) -> Strategy {
    let first = change.services().next();
    first.map_or(Strategy::Rolling, |service| plan.services[service].deployment.strategy)
}

/// Share of the customers who were sent to the new version at least once.
fn customers(plan: &Plan, id: ChangeId, row: Option<&Measure>) -> Option<f64> {
    let change = &plan.changes[id];
    let strategy = strategy(plan, change);
    if change.zonal.is_some() || (change.flag.is_none() && strategy == Strategy::Rolling) {
        return None;
    }
    let Some(row) = row else { return Some(0.0) };
    let largest = if let Some(flag) = &change.flag {
        let end = row.at(ChangeStep::Failed).or(row.at(ChangeStep::Completed)).unwrap_or(plan.end());
        let taken = row.at(ChangeStep::Began).map(|begin| end.since(begin).0.checked_div(flag.step.0));
        let place = taken.map(|steps| steps.unwrap_or(u64::MAX).min(flag.shares.len() as u64 - 1));
        place.map_or(0, |place| flag.shares[place as usize])
    } else {
        let entered = row.entered();
        let steps = entered.iter().filter(|row| row.key.0 == Lifecycle::ProductionTrafficShift).count() as u32;
        if steps == 0 { 0 } else { strategy.weight(steps) }
    };
    Some(if change.sticky { largest as f64 / WHOLE as f64 } else { f64::from(u8::from(largest > 0)) })
}

/// Stages of a change, the `place`th of the file, in one replication.
pub(super) fn stages(run: &Run<'_>, id: ChangeId, place: u32) -> Vec<Stage> {
    let change = &run.plan.changes[id];
    let Some(row) = find(run, id) else { return Vec::new() };
    let moves = change.deploys() && strategy(run.plan, change) != Strategy::Rolling;
    let mut found = match &change.pipeline {
        Some(pipeline) => {
            let stages = pipeline.stages.iter().enumerate();
            stages.filter_map(|(number, stage)| of_pipeline(row, number, &stage.name)).collect()
        }
        None if moves => of_life_cycle(row, strategy(run.plan, change)),
        None => Vec::new(),
    };
    let own = if moves || change.pipeline.is_some() { &STAGES[2..] } else { &STAGES[..] };
    for (number, (name, from, to)) in (0..).zip(own) {
        let Some(begin) = row.at(*from) else { continue };
        let end = to.iter().filter_map(|step| Some((row.at(*step)?, *step))).min();
        let name = match *name {
            "rolling" if change.flag.is_some() => "growth",
            "rolling" if change.zonal.is_some() => "shifted away",
            name => name,
        };
        found.push(stage([u32::MAX, number, 0], name.to_owned(), begin, end.map(|(at, step)| (at, outcome(step)))));
    }
    for stage in &mut found {
        stage.change = place;
    }
    found
}

fn stage(order: [u32; 3], name: String, begin: Time, end: Option<(Time, &str)>) -> Stage {
    let end = end.map(|(at, outcome)| (at.as_secs_f64(), outcome.to_owned()));
    Stage { change: 0, order, name, begin_seconds: begin.as_secs_f64(), end }
}

/// How a stage ended, from the step that ended it.
fn outcome(end: ChangeStep) -> &'static str {
    match end {
        ChangeStep::Failed => "failed",
        ChangeStep::Superseded => "superseded",
        ChangeStep::TimedOut => "timedOut",
        ChangeStep::Began
        | ChangeStep::Bakes
        | ChangeStep::Completed
        | ChangeStep::Back
        | ChangeStep::RolledBack
        | ChangeStep::Stalled
        | ChangeStep::Enters(_) => "completed",
    }
}

/// A stage of a pipeline, if it began.
fn of_pipeline(row: &Measure, number: usize, name: &str) -> Option<Stage> {
    const ENDS: [PipelineStep; 3] = [PipelineStep::Passed, PipelineStep::Failed, PipelineStep::Superseded];
    let (begin, _) = row.in_stage(number, &[PipelineStep::Stage])?;
    let end = row.in_stage(number, &ENDS).map(|(at, what)| match what {
        PipelineStep::Passed => (at, "completed"),
        PipelineStep::Failed => (at, "failed"),
        _ => (at, "superseded"),
    });
    Some(stage([number as u32, 0, 0], name.to_owned(), begin, end))
}

/// Stages of the life cycle in which something happened: each ends when the next one begins, or when the change has
/// failed or is over.
fn of_life_cycle(row: &Measure, strategy: Strategy) -> Vec<Stage> {
    let entered = row.entered().into_iter().map(|one| {
        let (kind, turn) = one.key;
        let name = match kind {
            Lifecycle::ProductionTrafficShift => {
                format!("{} {} %", kind.word(), strategy.weight(turn + 1) as f64 / 1e4)
            }
            kind => kind.word().to_owned(),
        };
        // Steps of production traffic and the hooks before them take turns. A hook that fails in one replication hides
        // what another passes through later.
        let among = match kind {
            Lifecycle::PreProductionTrafficShift | Lifecycle::ProductionTrafficShift => {
                Lifecycle::PreProductionTrafficShift
            }
            kind => kind,
        };
        stage([among as u32, turn, kind as u32], name, one.begin, one.end.map(|(at, step)| (at, outcome(step))))
    });
    entered.collect()
}
