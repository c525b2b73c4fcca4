//! Series of service auto scaling: bounds, and what the alarms see that make policies scale out; and what else pictures of
//! it need.

use super::alarm_series::Datapoints;
use super::change_series::{ChangeSeries, Mark, together, words};
use super::changes::Measure;
use super::scaling::{Move, TargetMeasure};
use super::series;
use super::timeline::Series;
use super::trace::{BILLION, Trace};
use crate::engine::Time;
use crate::model::fact::{AlarmState, ChangeStep, ScaledBy, ScalingFact, Seen};
use crate::model::ids::{AlarmId, ChangeId, ServiceId, TargetId};
use crate::model::plan::scaling::{PolicyKind, ScalableTarget};
use crate::model::plan::{Metric, Part, Plan};
use std::collections::BTreeSet;

/// Numbers of the series.
#[derive(Clone, Debug)]
pub(super) struct ScalingSeries {
    /// Least and most, by service.
    bounds: Vec<(ServiceId, [usize; 2])>,
    /// By alarm.
    alarms: Vec<(AlarmId, usize)>,
    datapoints: Vec<Datapoints>,
}

impl ScalingSeries {
    /// Of the targets of this part; alarms that `changes` tell of are left to them.
    pub(super) fn new(plan: &Plan, part: &Part, changes: &ChangeSeries, trace: &mut Trace) -> ScalingSeries {
        let mine = plan.scaling.iter().filter(|target| part.as_one.services.contains(&target.service.0));
        let (mut bounds, mut alarms) = (Vec::new(), BTreeSet::new());
        for target in mine {
            let name = &plan.services[target.service].name;
            bounds.push((target.service, ["min", "max"].map(|part| trace.add(series::BOUNDS, name, part))));
            alarms.extend(target.policies.iter().flat_map(|policy| outs(&policy.kind)));
        }
        bounds.sort_unstable();
        let here = |id: &AlarmId| part.as_one.services.contains(&plan.alarms[*id].service.0) && !changes.watches(*id);
        let alarms: Vec<AlarmId> = alarms.into_iter().filter(here).collect();
        let mut add = |series: &'static str, id: AlarmId| {
            trace.add(series, &plan.services[plan.alarms[id].service].name, &plan.alarms[id].name)
        };
        let rings = alarms.iter().map(|id| (*id, add(series::IN_ALARM, *id))).collect();
        let metrics = alarms.iter().filter_map(|id| Some((*id, plan.alarms[*id].on_metric()?)));
        let datapoints = metrics.map(|(id, on)| Datapoints::new(id, add(series::DATAPOINTS, id), on)).collect();
        ScalingSeries { bounds, alarms: rings, datapoints }
    }

    pub(super) fn take(&self, now: Time, fact: ScalingFact, trace: &mut Trace) {
        let ScalingFact::Limits { service, min, max } = fact else { return };
        if let Ok(place) = self.bounds.binary_search_by_key(&service, |row| row.0) {
            for (series, tasks) in self.bounds[place].1.iter().zip([min, max]) {
                trace.point(*series, now, f64::from(tasks));
            }
        }
    }

    pub(super) fn metric(&mut self, now: Time, alarm: AlarmId, seen: Seen, trace: &mut Trace) {
        if let Ok(place) = self.datapoints.binary_search_by_key(&alarm, |one| one.alarm) {
            self.datapoints[place].set(now, seen, trace);
        }
    }

    pub(super) fn alarm(&self, now: Time, alarm: AlarmId, state: AlarmState, trace: &mut Trace) {
        if let Ok(place) = self.alarms.binary_search_by_key(&alarm, |row| row.0) {
            trace.point(self.alarms[place].1, now, f64::from(u8::from(state == AlarmState::Alarm)));
        }
    }

    /// The run is over: periods that have ended are told.
    pub(super) fn finish(&mut self, end: Time, trace: &mut Trace) {
        self.datapoints.iter_mut().for_each(|one| one.advance(end, trace));
    }
}

/// Alarms that make a policy scale out, or, of step scaling, act.
fn outs(kind: &PolicyKind) -> Vec<AlarmId> {
    match kind {
        PolicyKind::TargetTracking(policy) => vec![policy.high],
        PolicyKind::Step(policy) => policy.alarms.clone(),
        PolicyKind::Predictive(_) => Vec::new(),
    }
}

/// What a picture tells of the scaling of one service beside its series.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceScaling {
    pub service: String,
    /// Changes of the desired count, alarms that ring and deployments, in order of time, one mark for each instant.
    pub marks: Vec<Mark>,
    pub metrics: Vec<Tracked>,
}

/// A metric that policies follow.
#[derive(Clone, Debug, PartialEq)]
pub struct Tracked {
    pub policy: String,
    pub alarm: String,
    /// The service whose metric it is.
    pub subject: String,
    /// As CloudWatch spells it.
    pub metric: String,
    /// Percent, requests, or nothing that is known.
    pub unit: &'static str,
    /// The target, or the threshold of a step policy's alarm.
    pub target: f64,
}

/// What was measured of scalable targets, and of changes.
type Measured<'a> = (&'a [(TargetId, TargetMeasure)], &'a [(ChangeId, Measure)]);

/// What became of the services that are scaled, in the order of the file.
pub(super) fn told(plan: &Plan, (measured, changes): Measured<'_>, series: &[Series]) -> Vec<ServiceScaling> {
    let of = |service: ServiceId| {
        let (id, target) = plan.scaling.pairs().find(|(_, target)| target.service == service)?;
        let moves = measured.iter().find(|row| row.0 == id).map_or(&[][..], |row| &row.1.moves);
        let metrics = metrics(plan, target);
        Some(ServiceScaling {
            service: plan.services[service].name.clone(),
            marks: marks(target, moves, &metrics, (deployments(plan, service, changes), series)),
            metrics,
        })
    };
    if plan.scaling.is_empty() { Vec::new() } else { plan.services_in_order().filter_map(of).collect() }
}

/// When deployments of a service begin and end: nothing is scaled in between.
fn deployments(plan: &Plan, service: ServiceId, changes: &[(ChangeId, Measure)]) -> Vec<Mark> {
    let bounds = [ChangeStep::Began, ChangeStep::Completed, ChangeStep::RolledBack, ChangeStep::Stalled];
    let own = changes.iter().filter(|(id, _)| {
        let change = &plan.changes[*id];
        change.deploys() && change.services().any(|of| of == service)
    });
    let marks = own.flat_map(|(id, measure)| {
        let told = measure.steps.iter().filter(move |(step, _)| bounds.contains(step));
        told.filter_map(|(step, at)| {
            let (words, bad) = words(*step)?;
            Some(Mark { at: *at, label: format!("{} {words}", plan.changes[*id].name), bad })
        })
    });
    marks.collect()
}

fn marks(
    target: &ScalableTarget,
    moves: &[Move],
    metrics: &[Tracked],
    (deployments, series): (Vec<Mark>, &[Series]),
) -> Vec<Mark> {
    let who = |by: ScaledBy| match by {
        ScaledBy::Policy(place) => target.policies.get(usize::from(place)).map_or("", |policy| &policy.name),
        ScaledBy::Action(place) => target.actions.get(usize::from(place)).map_or("", |action| &action.name),
    };
    let moved = |one: &Move| {
        let label = format!("{} \u{2192} {} by {}", one.from, one.to, who(one.by));
        Mark { at: one.at, label, bad: false }
    };
    let mut all: Vec<Mark> = deployments;
    all.extend(moves.iter().map(moved));
    for one in metrics {
        let own = series.iter().filter(|row| row.name == series::IN_ALARM && row.part == one.alarm);
        let rings =
            own.filter(|row| row.subject == one.subject).flat_map(|row| &row.points).filter(|point| point.1 > 0.0);
        // Where it has scaled at once, that says more.
        let acted = |at: Time| moves.iter().any(|one| one.at == at);
        let rings = rings.filter(|point| !acted(point.0));
        let label = format!("alarm of {}", one.policy);
        all.extend(rings.map(|point| Mark { at: point.0, label: label.clone(), bad: true }));
    }
    together(all)
}

fn metrics(plan: &Plan, target: &ScalableTarget) -> Vec<Tracked> {
    let policies = target.policies.iter();
    let all = policies.flat_map(|policy| outs(&policy.kind).into_iter().map(move |alarm| (&policy.name, alarm)));
    let tracked = |(policy, id): (&String, AlarmId)| {
        let alarm = &plan.alarms[id];
        let on = alarm.on_metric()?;
        let known = Metric::ALL.iter().find(|row| row.0 == on.metric.known()).map(|row| row.2.to_owned());
        let (metric, unit) = match on.metric {
            Metric::Custom(own) => (plan.custom[own].name.clone(), ""),
            Metric::CpuUtilization | Metric::MemoryUtilization => (known?, "percent"),
            Metric::RequestCountPerTarget => (known?, "requests of a target and period"),
            Metric::SlowerAnswers(_) => (known?, "share of answers beyond the threshold"),
            _ => (known?, "of a period"),
        };
        Some(Tracked {
            policy: policy.clone(),
            alarm: alarm.name.clone(),
            subject: plan.services[alarm.service].name.clone(),
            metric,
            unit,
            target: on.rule.threshold as f64 / BILLION,
        })
    };
    all.filter_map(tracked).collect()
}
