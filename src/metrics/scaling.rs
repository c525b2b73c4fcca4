//! What each scaling policy did: how often it scaled out and in, how long its first scale-out took to help, and how often
//! it took tasks away while users saw errors.
//!
//! ```text
//!   the rate steps up ──► the metric is beyond the alarm's threshold ──► scale-out ──► the first of its tasks serves
//!   └──────────────────────────────── secondsToServe ────────────────────────────────────────────────────────────┘
//! ```
//! A step is the moment from which on the metric has been beyond the threshold until the policy scaled out; a metric that
//! goes there without a larger rate (tasks were lost, say) is no step of the load. Of a metric of the scenario's own the
//! step is its own.

use super::window::{Extent, Integral};
use crate::engine::Time;
use crate::engine::index::Table;
use crate::model::fact::{Fact, ScaledBy, ScalingFact, Seen, ServiceFact, TargetHealth, TaskFact, TaskNo, TaskState};
use crate::model::ids::{AlarmId, ServiceId, TargetId};
use crate::model::plan::scaling::PolicyKind;
use crate::model::plan::{Form, Metric, OnMetric, Part, Plan};

/// One failed request in so many is what users see as errors ([`super::errors`]).
const SEEN: u128 = 1_000;

/// What one policy did in one replication, in the window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measure {
    /// How often it scaled out and in.
    pub outs: u32,
    pub ins: u32,
    /// How often it scaled in while users saw errors.
    pub wrong_way: u32,
    /// From the first step of the load after which it scaled out until the first task of that serves.
    pub to_serve: Option<u64>,
    /// Desired tasks of its service.
    pub desired: Extent,
}

/// A desired count that changed, for pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    pub at: Time,
    pub by: ScaledBy,
    pub from: u32,
    pub to: u32,
}

/// What was done with one target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TargetMeasure {
    /// In the order of the target.
    pub policies: Vec<Measure>,
    /// The first ones.
    pub moves: Vec<Move>,
}

/// Moves of a target that are kept: more cannot be told apart in a picture.
const MOVES_MAX: usize = 200;

/// Policies of one partition.
#[derive(Clone, Debug)]
pub struct Scaling {
    warm_up: Time,
    /// By service.
    rows: Vec<Target>,
    /// The row of each service.
    of: Table<ServiceId, Option<u32>>,
    /// Which row and policy each alarm is of, by alarm.
    watched: Vec<(AlarmId, usize, usize)>,
}

/// A scalable target at work.
#[derive(Clone, Debug)]
struct Target {
    id: TargetId,
    service: ServiceId,
    /// Whether a load balancer says when a task serves.
    balanced: bool,
    desired: Integral,
    offered: u64,
    served: u64,
    /// When the rate rose last.
    rose: Option<Time>,
    /// The number of the next task that is launched.
    next: u32,
    policies: Vec<Policy>,
    moves: Vec<Move>,
}

#[derive(Clone, Debug, Default)]
struct Policy {
    measure: Measure,
    alarms: Vec<Watched>,
    /// A scale-out that is to help: when the load stepped up, and the first task that it may have launched.
    waits: Option<(Time, u32)>,
}

/// An alarm that makes a policy scale out.
#[derive(Clone, Copy, Debug)]
struct Watched {
    alarm: AlarmId,
    on: OnMetric,
    /// Since when its metric is beyond the threshold.
    since: Option<Time>,
    /// Whether the rate rose then.
    by_load: bool,
}

impl Scaling {
    /// Of a partition.
    pub fn new(plan: &Plan, part: &Part) -> Scaling {
        let warm_up = Time::ZERO + plan.warm_up;
        let mine = plan.scaling.pairs().filter(|(_, target)| part.as_one.services.contains(&target.service.0));
        let rows = mine.map(|(id, target)| Target {
            id,
            service: target.service,
            balanced: plan.services[target.service].balancer.is_some(),
            desired: Integral::new(warm_up),
            offered: 0,
            served: 0,
            rose: None,
            next: 0,
            policies: target.policies.iter().map(|policy| Policy::new(plan, &policy.kind)).collect(),
            moves: Vec::new(),
        });
        let mut rows: Vec<Target> = rows.collect();
        rows.sort_by_key(|row| row.service);
        let policies = rows.iter().enumerate().flat_map(|(row, target)| {
            let alarms = target.policies.iter().enumerate();
            alarms.flat_map(move |(place, policy)| policy.alarms.iter().map(move |one| (one.alarm, row, place)))
        });
        let mut watched: Vec<_> = policies.collect();
        watched.sort_unstable();
        let row = |id: ServiceId| rows.binary_search_by_key(&id, |row| row.service).ok().map(|row| row as u32);
        let of = Table::by_id(part.as_one.services.clone().map(ServiceId), row);
        Scaling { warm_up, rows, of, watched }
    }

    /// Whether anything here scales.
    #[inline]
    pub fn watches(&self) -> bool {
        !self.rows.is_empty()
    }

    fn of(&mut self, service: ServiceId) -> Option<&mut Target> {
        let row = (*self.of.get(service)?)?;
        Some(&mut self.rows[row as usize])
    }

    pub fn read(&mut self, now: Time, fact: &Fact) {
        match *fact {
            Fact::Task(fact) => self.task(now, fact),
            Fact::Service(fact) => self.service(now, fact),
            Fact::Metric { alarm, seen } => self.metric(now, alarm, seen),
            Fact::Scaling(fact) => self.changed(now, fact),
            _ => {}
        }
    }

    fn service(&mut self, now: Time, fact: ServiceFact) {
        match fact {
            ServiceFact::Need { service, desired, .. } => {
                if let Some(row) = self.of(service) {
                    row.desired.set(now, u64::from(desired));
                }
            }
            ServiceFact::Flow { service, offered, served } => {
                let Some(row) = self.of(service) else { return };
                if offered > row.offered {
                    row.rose = Some(now);
                    // The metric may have been told of first.
                    let alarms = row.policies.iter_mut().flat_map(|policy| &mut policy.alarms);
                    alarms.filter(|one| one.since == Some(now)).for_each(|one| one.by_load = true);
                }
                (row.offered, row.served) = (offered, served);
            }
            _ => {}
        }
    }

    fn task(&mut self, now: Time, fact: TaskFact) {
        match fact {
            TaskFact::Went { task, to, alive, .. } => {
                let Some(row) = self.of(task.service) else { return };
                row.next = row.next.max(task.ordinal + 1);
                if !row.balanced && to == TaskState::Running && alive {
                    row.serves(now, task);
                }
            }
            TaskFact::Target { task, health: TargetHealth::Healthy, .. } => {
                if let Some(row) = self.of(task.service) {
                    row.serves(now, task);
                }
            }
            TaskFact::Target { .. } | TaskFact::Health { .. } | TaskFact::Exits { .. } => {}
        }
    }

    /// The metric of an alarm is at another level.
    fn metric(&mut self, now: Time, alarm: AlarmId, seen: Seen) {
        let first = self.watched.partition_point(|row| row.0 < alarm);
        for (_, row, place) in self.watched[first..].iter().take_while(|row| row.0 == alarm) {
            let target = &mut self.rows[*row];
            let rose = target.rose == Some(now);
            for one in target.policies[*place].alarms.iter_mut().filter(|one| one.alarm == alarm) {
                one.level(now, seen, rose);
            }
        }
    }

    fn changed(&mut self, now: Time, fact: ScalingFact) {
        let ScalingFact::Changed { service, by, from, to } = fact else { return };
        let warm_up = self.warm_up;
        let Some(row) = self.of(service) else { return };
        if row.moves.len() < MOVES_MAX {
            row.moves.push(Move { at: now, by, from, to });
        }
        let ScaledBy::Policy(place) = by else { return };
        let errors = u128::from(row.offered.saturating_sub(row.served)) * SEEN >= u128::from(row.offered.max(1));
        let next = row.next;
        let Some(policy) = row.policies.get_mut(usize::from(place)) else { return };
        if to > from && policy.measure.to_serve.is_none() && policy.waits.is_none() {
            let step = policy.alarms.iter().filter_map(Watched::step).min();
            policy.waits = step.filter(|step| *step >= warm_up).map(|step| (step, next));
        }
        if now < warm_up {
            return;
        }
        let measure = &mut policy.measure;
        if to > from {
            measure.outs += 1;
        } else {
            measure.ins += 1;
            measure.wrong_way += u32::from(errors);
        }
    }

    /// By target, and there by policy.
    pub fn finish(self, end: Time) -> Vec<(TargetId, TargetMeasure)> {
        let of = |row: Target| {
            let desired = row.desired.extent(end);
            let policies = row.policies.into_iter().map(|policy| Measure { desired, ..policy.measure });
            (row.id, TargetMeasure { policies: policies.collect(), moves: row.moves })
        };
        self.rows.into_iter().map(of).collect()
    }
}

impl Target {
    fn serves(&mut self, now: Time, task: TaskNo) {
        for policy in &mut self.policies {
            if let Some((step, _)) = policy.waits.filter(|(_, first)| task.ordinal >= *first) {
                policy.measure.to_serve = Some(now.since(step).0);
                policy.waits = None;
            }
        }
    }
}

impl Policy {
    fn new(plan: &Plan, kind: &PolicyKind) -> Policy {
        let alarms: Vec<AlarmId> = match kind {
            PolicyKind::TargetTracking(policy) => vec![policy.high],
            PolicyKind::Step(policy) => policy.alarms.clone(),
            PolicyKind::Predictive(_) => Vec::new(),
        };
        let watched =
            |alarm: AlarmId| Some(Watched { alarm, on: *plan.alarms[alarm].on_metric()?, since: None, by_load: false });
        Policy { alarms: alarms.into_iter().filter_map(watched).collect(), ..Policy::default() }
    }
}

impl Watched {
    /// Its metric is at another level; `rose`: and the rate has risen.
    fn level(&mut self, now: Time, seen: Seen, rose: bool) {
        if !self.breaches(seen) {
            self.since = None;
        } else if self.since.is_none() {
            (self.since, self.by_load) = (Some(now), rose || matches!(self.on.metric, Metric::Custom(_)));
        }
    }

    /// When the load stepped up, if that is why the metric is beyond the threshold.
    fn step(&self) -> Option<Time> {
        self.since.filter(|_| self.by_load)
    }

    /// Whether a period at this level would breach.
    fn breaches(&self, seen: Seen) -> bool {
        const ONE: u128 = 1_000_000_000;
        let period = u128::from(self.on.rule.period.micros());
        let value = match (seen, self.on.metric.form()) {
            (Seen::Value(value), _) => u128::from(value),
            (Seen::Rate(rate), Form::Count) => u128::from(rate) * period / 1_000_000,
            (Seen::Rate(rate), _) => u128::from(rate),
            (Seen::Targets(targets), _) => u128::from(targets) * ONE,
            (Seen::Share { failed, offered }, _) => {
                (u128::from(failed) * ONE).checked_div(u128::from(offered)).unwrap_or(0)
            }
            (Seen::Nothing | Seen::Outlier { .. }, _) => return false,
        };
        self.on.rule.breaches(value.cast_signed())
    }
}
