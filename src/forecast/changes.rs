//! What follows from a plan for its changes: how many tasks may be missing or too many meanwhile, and what watches.

use crate::engine::Span;
use crate::model::Plan;
use crate::model::ids::{ChangeId, ServiceId};
use crate::model::plan::{Change, Kind, Pipeline, Service, Shadow, Strategy};
use serde::Serialize;

/// What follows for one change.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeRow {
    pub change: String,
    pub service: String,
    /// When it is asked for; `None`: again and again, by a law.
    pub at: Option<Span>,
    /// Whether an alarm starts it.
    pub on_alarm: bool,
    /// Its tasks; `None`: it is one of a control plane.
    pub tasks: Option<Bounds>,
    /// What can stop it, in words; empty without anything.
    pub watched: Vec<String>,
    /// How long it is watched once all tasks are new.
    pub bake: Span,
    /// Copies of requests for its revision, before any traffic moves.
    pub shadow: Option<Shadow>,
}

/// How many tasks a service has while it is deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Bounds {
    /// Tasks at the start of the run; the desired count may be another by then.
    pub desired: u32,
    /// Tasks that have to be healthy meanwhile.
    pub least: u32,
    /// Tasks RUNNING or PENDING that there may be.
    pub most: u32,
}

/// Every change, in the order of the file.
pub fn rows(plan: &Plan) -> impl Iterator<Item = ChangeRow> {
    plan.changes_in_order().map(move |id| row(plan, id))
}

fn row(plan: &Plan, id: ChangeId) -> ChangeRow {
    let change @ Change { name, what, flag, .. } = &plan.changes[id];
    // Units of one change are alike as a rule: the first stands for them.
    let first = change.services().next().map(|first| &plan.services[first]);
    let flags = flag
        .iter()
        .flat_map(|flag| &flag.alarms)
        .map(|alarm| format!("alarm {}, rolls back", plan.alarms[*alarm].name));
    let staged = change.pipeline.as_ref();
    let bake = match (flag, staged, first) {
        (Some(flag), _, _) => flag.bake,
        (None, Some(pipeline), _) => pipeline.stages.iter().fold(Span::ZERO, |sum, stage| sum + stage.bake),
        (None, None, _) if change.zonal.is_some() => Span::ZERO,
        (None, None, first) => first.map_or(Span::ZERO, |service| service.deployment.bakes(&plan.alarms)),
    };
    let mut watched = match (flag, first) {
        _ if change.zonal.is_some() => shifted(plan, change),
        (None, Some(service)) => watched(plan, change, service),
        _ => flags.collect(),
    };
    watched.extend(staged.into_iter().flat_map(|pipeline| by_pipeline(plan, pipeline)));
    ChangeRow {
        change: name.clone(),
        service: if staged.is_some() { of_each(plan, change) } else { what.clone() },
        at: (!change.repeats()).then_some(Span(change.at.0)),
        on_alarm: change.zonal.as_ref().is_some_and(|shift| shift.on_alarm.is_some()),
        tasks: first.map(|service| bounds(service, !change.deploys())),
        watched,
        bake,
        shadow: change.shadow,
    }
}

/// How a zonal shift begins and ends.
fn shifted(plan: &Plan, change: &Change) -> Vec<String> {
    let Some(shift) = &change.zonal else { return Vec::new() };
    let starter = shift.on_alarm.as_ref().map(|one| format!("started by alarm {}", plan.alarms[one.alarm].name));
    let end = if shift.cancelled { "is cancelled" } else { "expires" };
    starter.into_iter().chain([format!("{end} after {}", shift.lasts)]).collect()
}

fn bounds(service: &Service, by_flag: bool) -> Bounds {
    debug_assert!(service.kind == Kind::Replica, "only REPLICA services have changes");
    let desired = service.desired;
    let (least, most) = match service.deployment.strategy {
        // A feature flag starts and stops none, and a zonal shift neither.
        _ if by_flag => (desired, desired),
        // Rolling update.
        Strategy::Rolling => {
            let percent = |of: u32| u64::from(desired) * u64::from(of);
            let least = percent(service.minimum_healthy_percent).div_ceil(100);
            (least as u32, (percent(service.maximum_percent) / 100) as u32)
        }
        // Both revisions have all of theirs.
        _ => (desired, desired.saturating_mul(2)),
    };
    Bounds { desired, least, most }
}

/// Whose tasks are counted: those of each unit, or of the first where they differ.
fn of_each(plan: &Plan, change: &Change) -> String {
    let sizes = |service: ServiceId| {
        let row = &plan.services[service];
        (row.desired, row.minimum_healthy_percent, row.maximum_percent)
    };
    let mut all = change.services();
    let Some(first) = all.next() else { return change.what.clone() };
    match change.units.len() {
        1 => change.what.clone(),
        _ if all.all(|other| sizes(other) == sizes(first)) => format!("{} (each)", change.what),
        _ => format!("{} (of {})", change.what, plan.services[first].name),
    }
}

/// Alarms of the pipeline itself: that of the fleet by name, those of units by number.
fn by_pipeline(plan: &Plan, pipeline: &Pipeline) -> Vec<String> {
    let fleet = pipeline.alarms.iter().filter(|watched| watched.unit.is_none());
    let mut all: Vec<String> =
        fleet.map(|watched| format!("alarm {}, rolls back", plan.alarms[watched.alarm].name)).collect();
    match pipeline.alarms.iter().filter(|watched| watched.unit.is_some()).count() {
        0 => {}
        1 => all.push("alarm of 1 unit, rolls back".to_owned()),
        count => all.push(format!("alarms of {count} units, each rolls back")),
    }
    all
}

fn watched(plan: &Plan, change: &Change, service: &Service) -> Vec<String> {
    let deployment = &service.deployment;
    let then = |rollback: bool| if rollback { "rolls back" } else { "stalls" };
    let acts = deployment.strategy == Strategy::Rolling || change.breaker_on_shift;
    let breaker = deployment.breaker.filter(|_| acts).map(|breaker| {
        let failures = breaker.threshold.failures(service.desired);
        let tasks = if failures == 1 { "task" } else { "tasks" };
        format!("breaker: {failures} failed {tasks}, {}", then(breaker.rollback))
    });
    let alarm = |id| format!("alarm {}, {}", plan.alarms[id].name, then(deployment.alarm_rollback));
    let stages = deployment.hooks.iter().flat_map(|hook| &hook.stages);
    let hooks = stages.map(|stage| format!("hook at {}, rolls back", stage.word()));
    breaker.into_iter().chain(deployment.alarms.iter().copied().map(alarm)).chain(hooks).collect()
}
