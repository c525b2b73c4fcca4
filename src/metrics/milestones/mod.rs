//! What happened in one replication, moment by moment: what broke or was changed, who noticed and when, how long users
//! saw errors, when what is needed was there again.
//!
//! ```text
//!   facts ──► Milestones (one for each partition) ──finish──► moments ──choose──► TimeLine of twenty lines at most
//! ```
//!
//! Of a fault or change that comes again and again the first occurrence is followed, and of a change the first that
//! fails. Of errors of a service the first stretches are told, and the one that lost most. Levels and errors of a service
//! count once an instant is over, and as back once they have held for five minutes, as in `recovery`; a stretch of
//! errors goes on over a pause that is shorter. A replication that nobody asked a time line of has no such reader.

mod choose;
mod coming;
mod moment;
mod moves;
mod scaled;
mod service;

use crate::engine::index::Table;
use crate::engine::{Reader, Span, Time};
use crate::model::fact::{
    AlarmState, ApplicationFact, CellAct, ChangeFact, ChangeStep, Fact, FaultFact, Hit, HostFact, HostStatus,
    PipelineStep, PlaneFact, ServiceFact, StopCode, TargetHealth, TaskFact, TaskState, ZonalFact, ZonalStep,
};
use crate::model::ids::{AlarmId, ChangeId, FaultId, ProviderId, ServiceId, ShiftSource, ZoneId};
use crate::model::plan::{Part, Plan};
pub use choose::TimeLine;
use coming::{Coming, Step, row};
pub use moment::{Acted, Lack, Level, Moment, Movers, Own, Struck, What};
use moves::{Customers, Moves};
use scaled::Scaled;
use service::Watched;

/// Moments that a partition keeps; what comes later is counted.
const KEPT_MAX: usize = 4_000;
/// How long moments of services are followed after something broke, or a change went on.
const FOLLOWED: Span = Span(6 * 3_600_000_000);
/// A launch that waits for so long is worth a line.
const LONG_WAIT: Span = Span::MINUTE;

/// The first occurrence of a fault.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says of one moment whether it has come")]
struct First {
    begin: Option<Time>,
    /// Where its begin stands among the moments.
    place: Option<usize>,
    over: bool,
    ejected: bool,
    gone: bool,
    noticed: bool,
}

/// Reads the facts of one partition.
#[derive(Clone, Debug)]
pub struct Milestones {
    now: Time,
    services: Table<ServiceId, Watched>,
    faults: Table<FaultId, First>,
    /// The last fault that began, of any occurrence.
    began: Option<(Time, FaultId)>,
    /// How far changes are told at each service, and pipelines.
    begun: Vec<((ChangeId, ServiceId), Coming)>,
    piped: Vec<(ChangeId, Coming)>,
    shifted: Vec<(ShiftSource, Coming)>,
    staged: Table<ChangeId, bool>,
    /// Numbers of hosts known of a provider, and the least that would be a replacement.
    hosts: Table<ProviderId, (u32, Option<u32>)>,
    rung: Vec<(AlarmId, u32)>,
    last_ring: Option<(Time, AlarmId)>,
    /// A fault was noticed, and nothing has said how yet.
    pending: Option<FaultId>,
    in_force: u32,
    followed_until: Time,
    changed: Vec<ServiceId>,
    customers: Customers,
    acted: Vec<(Acted, CellAct)>,
    clusters: Moves,
    scaled: Scaled,
    moments: Vec<Moment>,
    left_out: u64,
}

impl Milestones {
    /// The reader of a partition.
    pub fn new(plan: &Plan, part: &Part) -> Milestones {
        let of = &part.as_one;
        let zones = || of.zones.clone().map(ZoneId);
        Milestones {
            now: Time::ZERO,
            services: Table::by_id(of.services.clone().map(ServiceId), |id| Watched::new(plan, id, zones())),
            faults: plan.faults.iter().map(|_| First::default()).collect(),
            began: None,
            begun: Vec::new(),
            piped: Vec::new(),
            shifted: Vec::new(),
            staged: plan.changes.iter().map(|change| change.pipeline.is_some()).collect(),
            hosts: Table::by_id(of.providers.clone().map(ProviderId), |_| (0, None)),
            rung: Vec::new(),
            last_ring: None,
            pending: None,
            in_force: 0,
            followed_until: Time::ZERO,
            changed: Vec::new(),
            customers: Customers::default(),
            acted: Vec::new(),
            clusters: Moves::default(),
            scaled: Scaled::new(plan),
            moments: Vec::new(),
            left_out: 0,
        }
    }

    fn keep(&mut self, at: Time, what: What) {
        if self.moments.len() < KEPT_MAX {
            self.moments.push(Moment { at, what });
        } else {
            self.left_out += 1;
        }
    }

    fn follow(&mut self, now: Time) {
        self.followed_until = self.followed_until.max(now + FOLLOWED);
    }

    fn mark(&mut self, service: ServiceId) {
        let row = &mut self.services[service];
        if !row.changed {
            row.changed = true;
            self.changed.push(service);
        }
    }

    /// The instant is over: its levels count.
    fn settle(&mut self) {
        if let Some(fault) = self.pending.take() {
            self.noticed(fault, None);
        }
        let followed = self.in_force > 0 || self.now <= self.followed_until;
        let with = self.began.filter(|(at, _)| *at == self.now).map(|(_, fault)| fault);
        let mut changed = std::mem::take(&mut self.changed);
        for service in changed.drain(..) {
            let (kept, left_out) = (&mut self.moments, &mut self.left_out);
            self.services[service].settle(self.now, followed, with, |moment| match moment {
                Some(moment) if kept.len() < KEPT_MAX => kept.push(moment),
                _ => *left_out += 1,
            });
        }
        self.changed = changed;
    }

    /// The fault of a cause, if it is its first occurrence, and when that began.
    fn first(&self, cause: crate::model::fact::Cause) -> Option<(FaultId, First)> {
        let (fault, occurrence) = cause.as_fault()?;
        (occurrence == 0).then(|| (fault, self.faults[fault]))
    }

    fn fault(&mut self, now: Time, fact: FaultFact) {
        let (FaultFact::Begins { cause, .. }
        | FaultFact::Ends { cause, .. }
        | FaultFact::Hits { cause, .. }
        | FaultFact::Noticed { cause, .. }) = fact;
        if let (FaultFact::Begins { .. }, Some((fault, _))) = (fact, cause.as_fault()) {
            self.began = Some((now, fault));
        }
        let Some((fault, first)) = self.first(cause) else {
            if let FaultFact::Begins { .. } = fact {
                self.left_out += 1;
            }
            return;
        };
        match fact {
            FaultFact::Begins { .. } if first.begin.is_none() => {
                let place = (self.moments.len() < KEPT_MAX).then_some(self.moments.len());
                self.faults[fault] = First { begin: Some(now), place, ..first };
                self.keep(now, What::FaultBegins { fault, struck: Struck::default() });
                self.in_force += 1;
                self.follow(now);
            }
            FaultFact::Begins { .. } => {}
            FaultFact::Ends { .. } => {
                let Some(begin) = first.begin.filter(|_| !first.over) else { return };
                self.faults[fault].over = true;
                self.in_force -= 1;
                self.follow(now);
                if begin < now {
                    self.keep(now, What::FaultEnds { fault, lasted: now.since(begin) });
                }
            }
            FaultFact::Hits { what, .. } => self.hits(now, fault, what),
            FaultFact::Noticed { .. } => {
                if let Some(before) = self.pending.filter(|before| *before != fault) {
                    self.noticed(before, None);
                }
                self.pending = Some(fault);
            }
        }
    }

    fn hits(&mut self, now: Time, fault: FaultId, what: Hit) {
        let first = self.faults[fault];
        let begin = first.place.map(|place| &mut self.moments[place].what);
        if let (Some(What::FaultBegins { struck, .. }), true) = (begin, first.begin == Some(now)) {
            match what {
                Hit::Zone(zone) => (struck.zone, struck.zones) = (Some(zone), struck.zones + 1),
                Hit::Cell(cell) => (struck.cell, struck.cells) = (Some(cell), struck.cells + 1),
                Hit::Host => struck.hosts += 1,
                Hit::Task(_) => struck.tasks += 1,
                Hit::Requests(_) | Hit::Launches(_) | Hit::Cluster(_) => {}
            }
        }
        match what {
            Hit::Task(service) => self.services[service].awaits_replacement(),
            Hit::Host => {
                for (known, from) in &mut self.hosts {
                    from.get_or_insert(*known);
                }
            }
            Hit::Zone(_) | Hit::Cell(_) | Hit::Requests(_) | Hit::Launches(_) | Hit::Cluster(_) => {}
        }
    }

    /// A fault is noticed: a target is out, a task is known to be gone, or in another way.
    fn noticed(&mut self, fault: FaultId, how: Option<(ServiceId, bool)>) {
        let (now, first) = (self.now, self.faults[fault]);
        let Some(begin) = first.begin else { return };
        let after = now.since(begin);
        let row = &mut self.faults[fault];
        row.noticed = true;
        let what = match how {
            Some((service, true)) if !first.ejected => {
                row.ejected = true;
                What::Ejected { fault, service, after }
            }
            Some((service, false)) if !first.gone => {
                row.gone = true;
                What::Gone { fault, service, after }
            }
            None if !first.noticed => What::Noticed { fault, after },
            Some(_) | None => return,
        };
        self.keep(now, what);
    }

    fn task(&mut self, now: Time, fact: TaskFact) {
        match fact {
            TaskFact::Went { task, from, to, code, .. } => {
                self.services[task.service].launched(task.ordinal);
                let told = matches!(to, TaskState::Stopped | TaskState::Deprovisioning) && from != to;
                let lost = told && !matches!(code, StopCode::None | StopCode::ServiceSchedulerInitiated);
                if let Some(fault) = self.pending.filter(|_| lost) {
                    self.pending = None;
                    self.noticed(fault, Some((task.service, false)));
                }
            }
            TaskFact::Target { task, health: TargetHealth::Unhealthy, .. } => {
                if let Some(fault) = self.pending.take() {
                    self.noticed(fault, Some((task.service, true)));
                }
            }
            TaskFact::Target { .. } | TaskFact::Exits { .. } => {}
            TaskFact::Health { task, healthy } => {
                if healthy && self.services[task.service].replaced_by(task.ordinal) {
                    self.keep(now, Own::Replaced.to(task.service));
                }
            }
        }
    }

    fn service(&mut self, now: Time, fact: ServiceFact) {
        match fact {
            ServiceFact::Available { service, zone, count } => {
                self.services[service].levels.set_available(now, zone, count);
                self.mark(service);
            }
            ServiceFact::Need { service, need, desired } => {
                self.services[service].levels.set_need(now, need, desired);
                self.mark(service);
            }
            ServiceFact::Flow { service, offered, served } => {
                self.services[service].flow(now, offered, served);
                self.mark(service);
            }
            ServiceFact::LaunchFailed { service, reason } => {
                if self.services[service].refused(reason) {
                    self.keep(now, Own::Refused(reason).to(service));
                }
            }
            ServiceFact::Running { .. }
            | ServiceFact::RunningOn { .. }
            | ServiceFact::LossRate { .. }
            | ServiceFact::Shortfall { .. }
            | ServiceFact::Answers { .. }
            | ServiceFact::Action { .. } => {}
        }
    }

    fn plane(&mut self, now: Time, fact: PlaneFact) {
        match fact {
            PlaneFact::Launches { service, what: crate::model::fact::Delayed::Offered, .. } => {
                if self.services[service].waits(now) {
                    self.keep(now, Own::Waits.to(service));
                }
            }
            PlaneFact::Waited { service, span, .. } if span >= LONG_WAIT => {
                if self.services[service].wait_over() {
                    self.keep(now, Own::WaitOver { waited: span }.to(service));
                }
            }
            PlaneFact::Assignment { moved: true, .. } => self.clusters.moved(now, 1),
            PlaneFact::Act { cell, step, count } => self.acts(now, (Acted::Clusters(cell), step), count),
            PlaneFact::Launches { .. }
            | PlaneFact::Waited { .. }
            | PlaneFact::Call { .. }
            | PlaneFact::Up { .. }
            | PlaneFact::Rate { .. }
            | PlaneFact::Load { .. }
            | PlaneFact::OtherCalls { .. }
            | PlaneFact::Assignment { moved: false, .. } => {}
        }
    }

    fn host(&mut self, now: Time, fact: HostFact) {
        let HostFact::Changed { provider, number, status, .. } = fact else { return };
        let (known, from) = &mut self.hosts[provider];
        *known = (*known).max(number + 1);
        if status == HostStatus::Active && from.is_some_and(|from| from != u32::MAX && number >= from) {
            // Told once.
            *from = Some(u32::MAX);
            self.keep(now, What::HostReplaced { provider });
        }
    }

    /// The alarm that began to ring at this instant.
    fn rings_now(&self, now: Time) -> Option<AlarmId> {
        self.last_ring.filter(|ring| ring.0 == now).map(|ring| ring.1)
    }

    fn change(&mut self, now: Time, fact: ChangeFact) {
        match fact {
            ChangeFact::Step { change, service, what: step } if !self.staged[change] => {
                if !row(&mut self.begun, (change, service)).tells(Step::of(step)) {
                    return self.left_out += 1;
                }
                self.follow(now);
                let alarm = self.rings_now(now).filter(|_| step == ChangeStep::Failed);
                self.keep(now, What::Change { change, service, step, alarm });
            }
            ChangeFact::Pipeline { change, stage, what: step, .. } => {
                if !row(&mut self.piped, change).tells(Step::of_pipeline(step)) {
                    return self.left_out += 1;
                }
                self.follow(now);
                let alarm = self.rings_now(now).filter(|_| step == PipelineStep::Failed);
                self.keep(now, What::Pipeline { change, stage, step, alarm });
            }
            ChangeFact::Step { .. }
            | ChangeFact::Exposed { .. }
            | ChangeFact::ExposedToBad { .. }
            | ChangeFact::Breaker { .. }
            | ChangeFact::Revision { .. }
            | ChangeFact::MetBad { .. }
            | ChangeFact::Renewed { .. }
            | ChangeFact::Met { .. }
            | ChangeFact::Cured { .. }
            | ChangeFact::Defective { .. }
            | ChangeFact::Settled { .. }
            | ChangeFact::Copied { .. } => {}
        }
    }

    /// The first autoshift of a resource and its first practice run are told, and the first that fails.
    fn zonal(&mut self, now: Time, fact: ZonalFact) {
        if matches!(fact.source, ShiftSource::Change(_)) {
            return;
        }
        let step = match fact.what {
            ZonalStep::Began => Step::Other,
            ZonalStep::Failed => Step::FailsAtOnce,
            _ => Step::Last,
        };
        if !row(&mut self.shifted, fact.source).tells(step) {
            return self.left_out += 1;
        }
        self.follow(now);
        let alarm = self.rings_now(now).filter(|_| fact.what != ZonalStep::Began);
        self.keep(now, What::Zonal { fact, alarm });
    }

    /// What operators do about a cell is told the first time.
    fn application(&mut self, now: Time, fact: ApplicationFact) {
        self.customers.take(now, fact);
        let ApplicationFact::Act { cell, step, count } = fact else { return };
        self.acts(now, (Acted::Customers(cell), step), count);
    }

    fn acts(&mut self, now: Time, (cell, step): (Acted, CellAct), count: u32) {
        if step == CellAct::Rings {
            return;
        }
        if self.acted.contains(&(cell, step)) {
            return self.left_out += 1;
        }
        self.acted.push((cell, step));
        self.follow(now);
        self.keep(now, What::Act { cell, step, count });
    }

    /// The first time that an alarm rings, and its first end.
    fn alarm(&mut self, now: Time, alarm: AlarmId, state: AlarmState) {
        if self.scaled.owns(alarm) {
            return;
        }
        let rings = state == AlarmState::Alarm;
        let row = self.rung.iter_mut().find(|row| row.0 == alarm);
        let told = match row {
            Some(row) => {
                row.1 += 1;
                row.1
            }
            None if rings => {
                self.rung.push((alarm, 1));
                1
            }
            None => return,
        };
        if rings {
            self.last_ring = Some((now, alarm));
        }
        if told <= 2 {
            self.keep(now, What::Alarm { alarm, others: 0, rings });
        } else {
            self.left_out += 1;
        }
    }
}

impl Reader<Fact> for Milestones {
    fn read(&mut self, batch: &[(Time, Fact)]) {
        for (now, fact) in batch {
            if *now > self.now {
                if !self.changed.is_empty() || self.pending.is_some() {
                    self.settle();
                }
                self.now = *now;
            }
            match *fact {
                Fact::Task(fact) => self.task(*now, fact),
                Fact::Service(fact) => {
                    self.scaled.flow(*now, fact);
                    self.service(*now, fact);
                }
                Fact::Fault(fact) => self.fault(*now, fact),
                Fact::Host(fact) => self.host(*now, fact),
                Fact::Plane(fact) => self.plane(*now, fact),
                Fact::Change(fact) => self.change(*now, fact),
                Fact::Alarm { alarm, state } => self.alarm(*now, alarm, state),
                Fact::Application(fact) => self.application(*now, fact),
                Fact::Scaling(fact) => match self.scaled.take(*now, fact) {
                    Ok(Some(moment)) => self.keep(moment.at, moment.what),
                    Ok(None) => {}
                    Err(scaled::LeftOut) => self.left_out += 1,
                },
                Fact::Metric { .. } => {}
                Fact::Zonal(fact) => self.zonal(*now, fact),
            }
        }
    }
}
