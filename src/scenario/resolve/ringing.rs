//! Alarms that are in ALARM before a deployment that watches them begins: ECS watches none of them then.
//!
//! What can be told without a run: the datapoints of an alarm's metric while nothing is missing, with the errors of
//! grey zones that are in force by then. An alarm on the new revision has no data before there is one.

use super::Checks;
use crate::engine::{Dist, Span, Time};
use crate::model::alarm_state::State;
use crate::model::fault;
use crate::model::ids::{AlarmId, ServiceId, ZoneId};
use crate::model::plan::{self, Metric, MissingData, OnMetric, Plan, Profile, Scope, Watches, When};
use std::collections::BTreeMap;

/// A whole, in the billionths in which alarms count.
const ONE: i128 = 1_000_000_000;

/// Alarms and grey zones that are looked at, over all changes: enough for every file that somebody writes by hand.
const MOST: usize = 2_000_000;

/// A grey zone with a fixed begin and end.
struct Grey {
    zone: Option<ZoneId>,
    begins: Time,
    ends: Time,
    errors_ppm: u32,
}

/// What can be told of alarms without a run.
struct Guess<'p> {
    plan: &'p Plan,
    greys: Vec<Grey>,
    /// How much more is looked at.
    left: usize,
}

/// What a metric says.
enum Datapoint {
    /// So many billionths of its unit.
    Is(i128),
    Missing,
    /// It cannot be told without a run.
    Unknown,
}

impl Checks<'_> {
    /// Warns of deployments that begin with an alarm in ALARM.
    pub(super) fn ringing(&mut self) {
        let mut guess = Guess { plan: self.plan, greys: greys(self.plan), left: MOST };
        let mut found = Vec::new();
        for (id, change) in self.plan.changes.pairs().filter(|(_, change)| change.deploys()) {
            let at = if change.repeats() { None } else { Some(change.at) };
            let mut known = BTreeMap::new();
            let mut watched = change.services().flat_map(|service| {
                self.plan.services[service].deployment.alarms.iter().map(move |alarm| (service, *alarm))
            });
            let ringing = watched.find(|(_, alarm)| guess.state(*alarm, at, &mut known) == State::Alarm);
            found.extend(ringing.map(|(service, alarm)| (id, service, alarm)));
        }
        for (id, service, alarm) in found {
            let place = self.plan.changes_in_order().position(|one| one == id).unwrap_or_default();
            let name = &self.plan.alarms[alarm].name;
            let message = format!(
                "the alarm `{name}` is in ALARM before this deployment begins: ECS watches none of the alarms of `{}` \
                 while it lasts",
                self.plan.services[service].name
            );
            let hint = "begin when it is OK, or mend what makes it ring";
            self.out.doubtful(&format!("/changes/{place}"), message, hint);
        }
    }
}

fn greys(plan: &Plan) -> Vec<Grey> {
    let grey = |one: &plan::Fault| {
        let fault::Live::ZoneGrey(live) = &one.effect else { return None };
        let When::At(begins) = one.when else { return None };
        let lasts = one.lasts.as_ref().map_or(Some(Span::MAX), Dist::fixed)?;
        let fault::Scope::Zone(zone) = one.scope else { return None };
        Some(Grey { zone, begins, ends: begins + lasts, errors_ppm: live.errors_ppm })
    };
    plan.faults.iter().filter_map(grey).collect()
}

impl Guess<'_> {
    /// The state of an alarm at a time, or at any time; those below a composite one first.
    fn state(&mut self, alarm: AlarmId, at: Option<Time>, known: &mut BTreeMap<AlarmId, State>) -> State {
        let mut open = vec![alarm];
        while let Some(&id) = open.last() {
            if known.contains_key(&id) || self.left == 0 {
                open.pop();
                continue;
            }
            self.left = self.left.saturating_sub(1 + self.greys.len());
            let row = &self.plan.alarms[id];
            let state = match &row.watches {
                Watches::Metric(on) => self.of_metric(on, row.service, at),
                Watches::Alarms(one) => {
                    let before = open.len();
                    open.extend(one.rule.names().into_iter().filter(|named| !known.contains_key(named)));
                    if open.len() > before {
                        continue;
                    }
                    let state = |named: &AlarmId| known.get(named).copied().unwrap_or(State::InsufficientData);
                    if one.rule.holds(&state) { State::Alarm } else { State::Ok }
                }
            };
            known.insert(id, state);
            open.pop();
        }
        known.get(&alarm).copied().unwrap_or(State::InsufficientData)
    }

    fn of_metric(&self, on: &OnMetric, service: ServiceId, at: Option<Time>) -> State {
        // Once as many periods have ended, and are known, as have to breach.
        let rule = &on.rule;
        let needs = rule.period * u64::from(rule.datapoints_to_alarm) + on.delay;
        if at.is_some_and(|at| at < Time::ZERO + needs) {
            return State::InsufficientData;
        }
        match self.datapoint(on, service, at) {
            Datapoint::Is(value) if rule.breaches(value) => State::Alarm,
            Datapoint::Is(_) => State::Ok,
            Datapoint::Missing if rule.missing == MissingData::Breaching => State::Alarm,
            Datapoint::Missing if rule.missing == MissingData::NotBreaching => State::Ok,
            Datapoint::Missing | Datapoint::Unknown => State::InsufficientData,
        }
    }

    /// A datapoint of the metric just before `at`.
    fn datapoint(&self, on: &OnMetric, service: ServiceId, at: Option<Time>) -> Datapoint {
        let row = &self.plan.services[service];
        let zones = row.zones.len().max(1) as i128;
        let part = match on.scope {
            Scope::Service => zones,
            Scope::Zone(_) => 1,
            // It has no data as long as nothing is new.
            Scope::New => return Datapoint::Missing,
            Scope::Fleet(_) | Scope::Cell(..) => return Datapoint::Unknown,
        };
        let Some(traffic) = &row.traffic else { return Datapoint::Unknown };
        let rate = match (&traffic.profile, at) {
            (Profile::Steps(steps), None) if steps.len() > 1 => return Datapoint::Unknown,
            (Profile::Repeat { .. }, None) => return Datapoint::Unknown,
            (profile, at) => profile.at(at.map_or(Time::ZERO, |at| Time(at.0.saturating_sub(1)))).0,
        };
        let offered = i128::from(rate) * part / zones * i128::from(on.rule.period.micros()) / 1_000_000;
        let failed = self.errors(on, service, at);
        match on.metric {
            Metric::RequestCount if offered > 0 => Datapoint::Is(offered),
            Metric::ErrorRate if offered > 0 => Datapoint::Is(failed),
            Metric::Target5xx if offered * failed > 0 => Datapoint::Is(offered * failed / ONE),
            Metric::RequestCount | Metric::ErrorRate | Metric::Target5xx | Metric::Elb5xx => Datapoint::Missing,
            Metric::HealthyHostCount => Datapoint::Is(i128::from(row.desired) * part / zones * ONE),
            Metric::UnHealthyHostCount => Datapoint::Is(0),
            Metric::ZoneOutlier
            | Metric::CpuUtilization
            | Metric::MemoryUtilization
            | Metric::RequestCountPerTarget
            | Metric::TargetResponseTime
            | Metric::SlowerAnswers(_)
            | Metric::Custom(_) => Datapoint::Unknown,
        }
    }

    /// The share of the requests that grey zones spoil during the periods that count, in billionths.
    fn errors(&self, on: &OnMetric, service: ServiceId, at: Option<Time>) -> i128 {
        let Some(at) = at else { return 0 };
        let span = on.rule.period * u64::from(on.rule.datapoints_to_alarm + 1) + on.delay;
        let since = Time(at.0.saturating_sub(span.0));
        let zones = match on.scope {
            Scope::Zone(zone) => vec![zone],
            _ => self.plan.services[service].zones.clone(),
        };
        let spoilt = |zone: &ZoneId| i128::from(self.grey(*zone, since, at)) * 1_000;
        zones.iter().map(spoilt).sum::<i128>() / zones.len().max(1) as i128
    }

    /// The largest share that one fault spoils in a zone all the time from `since` to `until`, in millionths.
    fn grey(&self, zone: ZoneId, since: Time, until: Time) -> u32 {
        let holds = |one: &&Grey| one.zone.is_none_or(|of| of == zone) && one.begins <= since && one.ends > until;
        self.greys.iter().filter(holds).map(|one| one.errors_ppm).max().unwrap_or(0)
    }
}
