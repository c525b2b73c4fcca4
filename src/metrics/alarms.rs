//! What each alarm did: how often it rang, for how long, and whether there was a reason.
//!
//! ```text
//!   a fault in force ──┐
//!   a zonal shift      ├
//!   a bad revision out ┴─► ends ─► 15 min ─► from here on a ring is a false one
//! ```
//! A reason is one anywhere in the control-plane cell of the service, or in what runs together with it: which of them
//! an alarm sees is what the simulation is asked for. A fault without an end is in force until the run ends.

use super::window::Integral;
use crate::engine::index::Id;
use crate::engine::{Span, Time};
use crate::model::fact::{AlarmState, Cause, ChangeStep, Mechanism, ZonalFact, ZonalStep};
use crate::model::ids::{AlarmId, ChangeId, ServiceId, ShiftSource};
use crate::model::plan::scaling::PolicyKind;
use crate::model::plan::{Part, Plan, Unit, When};
use std::collections::BTreeSet;

/// A ring so long after the last reason has ended is still its ring: retries, restarts and the periods of alarms go on
/// for a while (model choice).
const AFTER: Span = Span::from_secs(900);

/// What one alarm did in one replication, in the window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measure {
    /// How often it went to ALARM.
    pub rings: u32,
    /// How often without a reason.
    pub false_rings: u32,
    pub first: Option<Time>,
    /// Microseconds in ALARM.
    pub micros: u128,
}

/// Alarms of one partition, and the reasons that they may have.
#[derive(Clone, Debug)]
pub struct Alarms {
    warm_up: Time,
    rows: Vec<(AlarmId, Measure, Integral)>,
    /// Alarms that only scaling policies follow: they ring with the load, and never without a reason.
    of_load: BTreeSet<AlarmId>,
    /// For each fault: whether its occurrences end when they begin.
    at_once: Vec<bool>,
    faults: Vec<Cause>,
    /// For each change: whether it comes again and again.
    repeats: Vec<bool>,
    /// And whether it has a pipeline.
    staged: Vec<bool>,
    /// Bad revisions that are out.
    bad: Vec<Bad>,
    /// When the last reason ended.
    ended: Option<Time>,
}

/// A bad revision that is out.
#[derive(Clone, Copy, Debug)]
struct Bad {
    unit: Unit,
    change: ChangeId,
    /// Its change was completed: it is there until a later one is.
    kept: bool,
    /// The pipeline of its change is over: the change itself does not take it back any more.
    settled: bool,
    /// This pipeline has put another revision in its place, and may still take that back.
    under: Option<ChangeId>,
}

/// Alarms that target tracking makes for itself.
fn of_load(plan: &Plan) -> BTreeSet<AlarmId> {
    let policies = plan.scaling.iter().flat_map(|target| &target.policies);
    let alarms = policies.flat_map(|policy| match &policy.kind {
        PolicyKind::TargetTracking(policy) => [Some(policy.high), policy.low],
        PolicyKind::Step(_) | PolicyKind::Predictive(_) => [None; 2],
    });
    alarms.flatten().collect()
}

impl Alarms {
    /// Of a partition; alarms are followed from the end of the warm-up on, reasons from time 0.
    pub fn new(plan: &Plan, part: &Part) -> Alarms {
        let warm_up = Time::ZERO + plan.warm_up;
        let mine = plan.alarms.pairs().filter(|(_, alarm)| part.as_one.services.contains(&alarm.service.0));
        Alarms {
            warm_up,
            rows: mine.map(|(id, _)| (id, Measure::default(), Integral::new(warm_up))).collect(),
            of_load: of_load(plan),
            at_once: plan.faults.iter().map(|one| one.lasts.is_none() && !matches!(one.when, When::At(_))).collect(),
            faults: Vec::new(),
            repeats: plan.changes.iter().map(|one| one.repeats() && one.pipeline.is_none()).collect(),
            staged: plan.changes.iter().map(|one| one.pipeline.is_some()).collect(),
            bad: Vec::new(),
            ended: None,
        }
    }

    pub fn begins(&mut self, now: Time, cause: Cause) {
        if self.rows.is_empty() {
            return;
        }
        match cause.as_fault() {
            Some((fault, _)) if self.at_once[usize::from(fault.0)] => self.ended = Some(now),
            _ => self.faults.push(cause),
        }
    }

    pub fn ends(&mut self, now: Time, cause: Cause) {
        if let Some(row) = self.faults.iter().position(|of| *of == cause) {
            self.faults.swap_remove(row);
            self.ended = Some(now);
        }
    }

    /// A zonal shift is a reason to ring as long as it is active.
    pub fn shifted(&mut self, now: Time, fact: ZonalFact) {
        let cause = match fact.source {
            ShiftSource::Change(change) => Cause::change(change),
            ShiftSource::Autoshift(_) => Cause::mechanism(Mechanism::ZonalAutoshift),
            ShiftSource::Practice(_) => Cause::mechanism(Mechanism::PracticeRun),
        };
        match fact.what {
            ZonalStep::Began => self.begins(now, cause),
            ZonalStep::Refused | ZonalStep::CapacityCheckFailed => {}
            ZonalStep::Expired
            | ZonalStep::Cancelled
            | ZonalStep::Completed
            | ZonalStep::Succeeded
            | ZonalStep::Failed
            | ZonalStep::Interrupted(_) => self.ends(now, cause),
        }
    }

    /// A change whose revision is bad begins.
    pub fn defective(&mut self, change: ChangeId, unit: Unit) {
        self.bad.push(Bad { unit, change, kept: false, settled: false, under: None });
    }

    /// A bad revision is gone from a control-plane cell.
    pub fn cured(&mut self, now: Time, change: ChangeId, unit: Unit) {
        self.keep(now, |bad| (bad.unit, bad.change) != (unit, change));
    }

    /// Lets go of bad revisions that are not out any more.
    fn keep(&mut self, now: Time, stays: impl Fn(&Bad) -> bool) {
        let before = self.bad.len();
        self.bad.retain(stays);
        if self.bad.len() < before {
            self.ended = Some(now);
        }
    }

    /// A change went on. Once one is completed or taken back, only the newest completed revision of its service is
    /// left.
    pub fn step(&mut self, now: Time, change: ChangeId, service: ServiceId, what: ChangeStep) {
        if !matches!(what, ChangeStep::Completed | ChangeStep::RolledBack) {
            return;
        }
        let unit = Unit::Service(service);
        let fresh = |bad: &Bad| bad.change == change && !bad.kept;
        if what == ChangeStep::Completed && self.staged[change.row()] {
            for bad in self.bad.iter_mut().filter(|bad| bad.unit == unit) {
                bad.under = bad.under.or((!fresh(bad)).then_some(change));
                bad.kept = true;
            }
        } else if what == ChangeStep::Completed {
            self.keep(now, |bad| bad.unit != unit || fresh(bad));
            self.bad.iter_mut().filter(|bad| bad.unit == unit).for_each(|bad| bad.kept = true);
        } else {
            // What a pipeline had completed comes back, too; an earlier occurrence stays.
            let again = self.repeats[change.row()];
            let stays = |bad: &Bad| bad.kept && (bad.change != change || bad.settled || again);
            self.keep(now, |bad| bad.unit != unit || stays(bad));
            for bad in self.bad.iter_mut().filter(|bad| bad.unit == unit && bad.under == Some(change)) {
                bad.under = None;
            }
        }
    }

    /// A pipeline is over, and nothing of it comes back any more.
    pub fn settled(&mut self, now: Time, change: ChangeId) {
        self.keep(now, |bad| bad.under != Some(change));
        self.bad.iter_mut().filter(|bad| bad.change == change).for_each(|bad| bad.settled = true);
    }

    /// An alarm is in another state.
    pub fn state(&mut self, now: Time, alarm: AlarmId, state: AlarmState) {
        let Ok(place) = self.rows.binary_search_by_key(&alarm, |row| row.0) else { return };
        let rings = state == AlarmState::Alarm;
        let reason = self.of_load.contains(&alarm)
            || !self.faults.is_empty()
            || !self.bad.is_empty()
            || self.ended.is_some_and(|at| now <= at + AFTER);
        let (_, measure, level) = &mut self.rows[place];
        level.set(now, u64::from(rings));
        if rings && now >= self.warm_up {
            measure.rings += 1;
            measure.false_rings += u32::from(!reason);
            measure.first.get_or_insert(now);
        }
    }

    pub fn finish(self, end: Time) -> Vec<(AlarmId, Measure)> {
        let rows = self.rows.into_iter();
        rows.map(|(id, measure, level)| (id, Measure { micros: level.until(end), ..measure })).collect()
    }
}
