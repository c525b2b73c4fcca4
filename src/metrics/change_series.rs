//! Series of changes: what a new revision gets, and when alarms that watch a deployment ring; and what else pictures of
//! them need.

use super::alarm_series::Datapoints;
use super::autoshifts::Measure as Shifted;
use super::changes::Measure;
use super::series;
use super::timeline::Series;
use super::trace::{BILLION, Trace};
use crate::engine::{Span, Time};
use crate::model::fact::{AlarmState, ChangeFact, ChangeStep, Lifecycle, Seen, ZonalStep};
use crate::model::ids::{AlarmId, AutoshiftId, ChangeId, Resource, ServiceId};
use crate::model::plan::{Alarm, Autoshift, Change, Comparison, Composite, Form, Metric, Part, Plan, Scope, Strategy};
use std::collections::BTreeSet;

/// Numbers of the series, in the order of the plan.
#[derive(Clone, Debug)]
pub(super) struct ChangeSeries {
    exposed: Vec<((ChangeId, ServiceId), usize)>,
    copied: Vec<((ChangeId, ServiceId), usize)>,
    alarms: Vec<(AlarmId, usize)>,
    /// In the order of the plan.
    datapoints: Vec<Datapoints>,
}

impl ChangeSeries {
    /// Of the changes of this part, and of the alarms that watch their deployments.
    pub(super) fn new(plan: &Plan, part: &Part, trace: &mut Trace) -> ChangeSeries {
        let here = |service: ServiceId| part.as_one.services.contains(&service.0);
        let name = |service: ServiceId| &plan.services[service].name;
        let (mut exposed, mut copied) = (Vec::new(), Vec::new());
        let mut watched: BTreeSet<AlarmId> = BTreeSet::new();
        for id in plan.changes_in_order() {
            let change = &plan.changes[id];
            for service in change.services().filter(|service| here(*service) && change.zonal.is_none()) {
                exposed.push(((id, service), trace.add(series::EXPOSED, name(service), &change.name)));
                if change.shadow.is_some() {
                    copied.push(((id, service), trace.add(series::COPIED, name(service), &change.name)));
                }
                watched.extend(&plan.services[service].deployment.alarms);
                watched.extend(change.pipeline.iter().flat_map(|line| &line.alarms).map(|watched| watched.alarm));
            }
            watched.extend(change.flag.iter().flat_map(|flag| &flag.alarms));
            watched.extend(starter(change));
        }
        for service in plan.services_in_order().filter(|service| here(*service)) {
            watched.extend(of_practice(plan, service));
        }
        exposed.sort_unstable();
        copied.sort_unstable();
        // A pipeline over several Regions watches alarms of others.
        let mine = watched.into_iter().filter(|id| here(plan.alarms[*id].service));
        let mine: Vec<AlarmId> = mine.collect();
        let mut add = |series: &'static str, id: AlarmId| {
            let alarm = &plan.alarms[id];
            trace.add(series, name(alarm.service), &alarm.name)
        };
        let alarms = mine.iter().map(|id| (*id, add(series::IN_ALARM, *id))).collect();
        let metrics: BTreeSet<AlarmId> = mine.iter().flat_map(|id| metrics_of(plan, *id)).collect();
        let metrics = metrics.into_iter().filter(|id| here(plan.alarms[*id].service));
        let metrics = metrics.filter_map(|id| Some((id, plan.alarms[id].on_metric()?)));
        let datapoints = metrics.map(|(id, on)| Datapoints::new(id, add(series::DATAPOINTS, id), on)).collect();
        ChangeSeries { exposed, copied, alarms, datapoints }
    }

    /// Whether it tells of an alarm.
    pub(super) fn watches(&self, alarm: AlarmId) -> bool {
        self.alarms.binary_search_by_key(&alarm, |row| row.0).is_ok()
            || self.datapoints.binary_search_by_key(&alarm, |one| one.alarm).is_ok()
    }

    /// A fact of a change.
    pub(super) fn take(&self, now: Time, fact: ChangeFact, trace: &mut Trace) {
        let (rows, key, rate) = match fact {
            ChangeFact::Exposed { change, service, rate } => (&self.exposed, (change, service), rate),
            ChangeFact::Copied { change, service, rate } => (&self.copied, (change, service), rate),
            ChangeFact::Step { .. }
            | ChangeFact::Revision { .. }
            | ChangeFact::Pipeline { .. }
            | ChangeFact::Renewed { .. }
            | ChangeFact::ExposedToBad { .. }
            | ChangeFact::Breaker { .. }
            | ChangeFact::MetBad { .. }
            | ChangeFact::Met { .. }
            | ChangeFact::Cured { .. }
            | ChangeFact::Defective { .. }
            | ChangeFact::Settled { .. } => return,
        };
        if let Ok(place) = rows.binary_search_by_key(&key, |row| row.0) {
            trace.rate(rows[place].1, now, rate);
        }
    }

    /// The metric of an alarm is at another level.
    pub(super) fn metric(&mut self, now: Time, alarm: AlarmId, seen: Seen, trace: &mut Trace) {
        if let Ok(place) = self.datapoints.binary_search_by_key(&alarm, |one| one.alarm) {
            self.datapoints[place].set(now, seen, trace);
        }
    }

    /// The run is over: periods that have ended are told.
    pub(super) fn finish(&mut self, end: Time, trace: &mut Trace) {
        self.datapoints.iter_mut().for_each(|one| one.advance(end, trace));
    }

    /// An alarm is in another state.
    pub(super) fn alarm(&self, now: Time, alarm: AlarmId, state: AlarmState, trace: &mut Trace) {
        if let Ok(place) = self.alarms.binary_search_by_key(&alarm, |row| row.0) {
            trace.point(self.alarms[place].1, now, f64::from(u8::from(state == AlarmState::Alarm)));
        }
    }
}

/// Alarms that watch practice runs of a service.
fn of_practice(plan: &Plan, service: ServiceId) -> impl Iterator<Item = AlarmId> {
    let own = plan.autoshifts.iter().filter(move |row| row.resource == Resource::Balancer(service));
    let runs = own.filter_map(|row| row.practice.as_ref());
    runs.flat_map(|runs| runs.outcome_alarms.iter().chain(&runs.blocking_alarms)).copied()
}

/// The alarm that starts a zonal shift.
fn starter(change: &Change) -> Option<AlarmId> {
    Some(change.zonal.as_ref()?.on_alarm.as_ref()?.alarm)
}

/// Itself, or the alarms on metrics that a composite alarm stands on.
fn metrics_of(plan: &Plan, id: AlarmId) -> BTreeSet<AlarmId> {
    let below = |one: &Composite| one.rule.names().into_iter().flat_map(|named| metrics_of(plan, named)).collect();
    plan.alarms[id].composite().map_or_else(|| BTreeSet::from([id]), below)
}

/// What a picture tells of the changes of one service beside its series.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceChanges {
    pub service: String,
    /// What happened, in order of time, one mark for each instant.
    pub marks: Vec<Mark>,
    /// Alarms on the share of its requests that fail, and those on metrics that its deployments watch.
    pub thresholds: Vec<Threshold>,
    /// Whether its requests are shared out by weight, and not by the number of tasks of each version.
    pub by_weight: bool,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub at: Time,
    pub label: String,
    /// Whether it tells of something bad: a failure, or an alarm.
    pub bad: bool,
}

/// An alarm on a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    pub alarm: String,
    /// The service that it watches.
    pub subject: String,
    /// What it looks at, in words.
    pub of: String,
    /// As CloudWatch spells it.
    pub metric: &'static str,
    /// Whether that is a share, told in percent.
    pub share: bool,
    /// `Threshold`; of a share in percent.
    pub value: f64,
    pub comparison: Comparison,
    pub period: Span,
    /// How many datapoints have to breach, of how many.
    pub datapoints: (u32, u32),
}

/// What became of changes, and of autoshifts with practice runs.
type Measured<'a> = (&'a [(ChangeId, Measure)], &'a [(AutoshiftId, Shifted)]);

/// What became of the changes, service by service in the order of the file.
pub(super) fn told(plan: &Plan, (changes, shifted): Measured<'_>, series: &[Series]) -> Vec<ServiceChanges> {
    let of = |service: ServiceId| ServiceChanges {
        service: plan.services[service].name.clone(),
        marks: marks(plan, service, (changes, shifted), series),
        thresholds: thresholds(plan, service),
        by_weight: by_weight(plan, service),
    };
    let of_resource = |row: &Autoshift| row.resource.balancer();
    let mut all: BTreeSet<ServiceId> = plan.changes.iter().flat_map(Change::services).collect();
    all.extend(plan.autoshifts.iter().filter_map(of_resource));
    plan.services_in_order().filter(|id| all.contains(id)).map(of).collect()
}

/// Steps of the changes of a service, and alarms that ring and watch it.
fn marks(plan: &Plan, service: ServiceId, (changes, shifted): Measured<'_>, series: &[Series]) -> Vec<Mark> {
    let mut all: Vec<Mark> = Vec::new();
    let own: Vec<_> = plan.changes.pairs().filter(|(_, change)| change.services().any(|of| of == service)).collect();
    for id in &deployments_watch(plan, service) {
        let alarm = &plan.alarms[*id];
        let watched = &plan.services[alarm.service].name;
        let mut own = series.iter().filter(|one| one.name == series::IN_ALARM && one.part == alarm.name);
        let points = own.find(|one| one.subject == *watched).map_or(&[][..], |one| &one.points);
        let rings = points.iter().filter(|point| point.1 > 0.0);
        all.extend(rings.map(|point| Mark { at: point.0, label: format!("alarm {}", alarm.name), bad: true }));
    }
    // The name of the only change need not be told again and again.
    let only = own.len() == 1;
    for (id, measure) in changes.iter().filter(|(id, _)| own.iter().any(|(of, _)| of == id)) {
        let name = &plan.changes[*id].name;
        for (step, at) in &measure.steps {
            let told = if plan.changes[*id].zonal.is_some() { words_of_shift(*step) } else { words(*step) };
            let Some((words, bad)) = told else { continue };
            let named = !only || *step == ChangeStep::Began;
            let label = if named { format!("{name} {words}") } else { words.to_owned() };
            all.push(Mark { at: *at, label, bad });
        }
    }
    let is_own = |id: &AutoshiftId| plan.autoshifts[*id].resource == Resource::Balancer(service);
    for (_, measure) in shifted.iter().filter(|(id, _)| is_own(id)) {
        for (at, practice, step) in &measure.steps {
            let (words, bad) = words_of_autoshift(*practice, *step);
            all.push(Mark { at: *at, label: words.to_owned(), bad });
        }
    }
    together(all)
}

/// What a step of an autoshift or a practice run is called, and whether it is bad.
fn words_of_autoshift(practice: bool, step: ZonalStep) -> (&'static str, bool) {
    match (practice, step) {
        (true, ZonalStep::Began) => ("practice run", false),
        (true, ZonalStep::Failed) => ("practice run fails", true),
        (true, ZonalStep::Interrupted(_)) => ("practice run interrupted", true),
        (true, _) => ("practice run ends", false),
        (false, ZonalStep::Began) => ("autoshift", false),
        (false, _) => ("autoshift ends", false),
    }
}

/// One mark for each instant, in order of time.
pub(super) fn together(mut all: Vec<Mark>) -> Vec<Mark> {
    all.sort_by_key(|mark| mark.at);
    let together = |same: &[Mark]| Mark {
        at: same[0].at,
        label: same.iter().map(|mark| mark.label.as_str()).collect::<Vec<_>>().join(", "),
        bad: same.iter().any(|mark| mark.bad),
    };
    all.chunk_by(|a, b| a.at == b.at).map(together).collect()
}

/// What a step is called, and whether it is bad. A failure is told with what follows from it at once.
pub(super) fn words(step: ChangeStep) -> Option<(&'static str, bool)> {
    match step {
        ChangeStep::Began => Some(("begins", false)),
        ChangeStep::Bakes => Some(("bakes", false)),
        ChangeStep::Completed => Some(("completed", false)),
        ChangeStep::Back => Some(("fails, goes back", true)),
        ChangeStep::RolledBack => Some(("rolled back", false)),
        ChangeStep::Stalled => Some(("fails, stalls", true)),
        ChangeStep::Superseded => Some(("superseded", false)),
        ChangeStep::Enters(Lifecycle::ScaleUp) => Some(("scales up", false)),
        ChangeStep::Failed | ChangeStep::Enters(_) => None,
        ChangeStep::TimedOut => Some(("hook times out", true)),
    }
}

/// The same of a zonal shift.
fn words_of_shift(step: ChangeStep) -> Option<(&'static str, bool)> {
    match step {
        ChangeStep::Began => Some(("shifts away", false)),
        ChangeStep::Completed => Some(("ends", false)),
        ChangeStep::Stalled => Some(("is refused", true)),
        other => words(other),
    }
}

fn by_weight(plan: &Plan, service: ServiceId) -> bool {
    let moves = plan.services[service].deployment.strategy != Strategy::Rolling;
    moves || plan.changes.iter().any(|change| change.flag.is_some() && change.services().any(|of| of == service))
}

/// Alarms on errors of a service, and those on metrics that its deployments watch, of whatever service.
fn thresholds(plan: &Plan, service: ServiceId) -> Vec<Threshold> {
    let own: BTreeSet<AlarmId> = deployments_watch(plan, service).iter().flat_map(|id| metrics_of(plan, *id)).collect();
    let row = |(id, alarm): (AlarmId, &Alarm)| {
        let on = alarm.on_metric()?;
        let on_errors = alarm.service == service && on.scope == Scope::Service && on.metric == Metric::ErrorRate;
        let (_, _, metric) = Metric::ALL.into_iter().find(|row| row.0 == on.metric.known())?;
        let metric = if on.metric.form() == Form::Tail { "share of answers beyond the threshold" } else { metric };
        let share = on.metric.form() == Form::Ratio;
        (on_errors || own.contains(&id)).then(|| Threshold {
            alarm: alarm.name.clone(),
            subject: plan.services[alarm.service].name.clone(),
            of: match on.scope {
                Scope::Service => "the service".into(),
                Scope::Zone(zone) => plan.zones[zone].id.clone(),
                Scope::New => "the new revision, copies too".into(),
                Scope::Fleet(_) => "all services of the change".into(),
                Scope::Cell(cell, _) => plan.cells[cell].name.clone(),
            },
            metric,
            share,
            value: on.rule.threshold as f64 * if share { 100.0 } else { 1.0 } / BILLION,
            comparison: on.rule.comparison,
            period: on.rule.period,
            datapoints: (on.rule.datapoints_to_alarm, on.rule.evaluation_periods),
        })
    };
    plan.alarms.pairs().filter_map(row).collect()
}

/// Alarms that deployments and flags of a service watch.
fn deployments_watch(plan: &Plan, service: ServiceId) -> BTreeSet<AlarmId> {
    let own = || plan.changes.iter().filter(|change| change.services().any(|of| of == service));
    let flags = own().filter_map(|change| change.flag.as_ref()).flat_map(|flag| &flag.alarms);
    let starters = own().filter_map(starter);
    let all = plan.services[service].deployment.alarms.iter().chain(flags).copied().chain(starters);
    all.chain(of_practice(plan, service)).collect()
}
