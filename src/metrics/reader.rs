//! The reader of one partition: hands each fact to those it concerns.

use super::alarms::Alarms;
use super::applications::Applications;
use super::autoshifts::Autoshifts;
use super::availability::Availability;
use super::capacity::Capacity;
use super::changes::Changes;
use super::charts::Charts;
use super::cost;
use super::latency::Latency;
use super::launches::Launches;
use super::ledger::Ledger;
use super::measured::{Measured, ServiceMeasure};
use super::planes::Planes;
use super::recovery::Recovery;
use super::scaling::Scaling;
use super::tasks::{Pricing, Step, Tasks};
use super::window::Integral;
use crate::engine::index::Table;
use crate::engine::{Reader, Time};
use crate::model::fact::{
    Cause, ChangeFact, Fact, FaultFact, Hit, HostFact, PlaneFact, ServiceFact, TaskFact, TaskState, ZonalFact,
    ZonalStep,
};
use crate::model::ids::{ProviderId, ServiceId, ShiftSource, TypeId, ZoneId};
use crate::model::plan::{Fault, InstanceType, Kind, Part, Plan, ProviderKind, Response, Service, Unit, When};
use std::sync::Arc;

/// Everything that is measured in one partition.
#[derive(Clone, Debug)]
pub struct Metrics {
    now: Time,
    warm_up: Time,
    services: Table<ServiceId, Subject>,
    capacity: Table<ProviderId, Capacity>,
    pricing: Table<ProviderId, Pricing>,
    types: Table<TypeId, InstanceType>,
    prices: Table<TypeId, Option<u64>>,
    recovery: Recovery,
    planes: Planes,
    application: Applications,
    changes: Changes,
    alarms: Alarms,
    autoshifts: Autoshifts,
    scaling: Scaling,
    /// Services whose levels changed at this instant.
    changed: Vec<ServiceId>,
    charts: Option<Box<Charts>>,
}

/// One service or stream.
#[derive(Clone, Debug)]
struct Subject {
    availability: Availability,
    ledger: Ledger,
    /// Where response times are told.
    latency: Option<Latency>,
    launches: Launches,
    tasks: Tasks,
    /// Its tasks by capacity provider; empty where it has one.
    on: Vec<(ProviderId, Integral)>,
    /// Zones to be even over; none for daemons and streams.
    even: Vec<ZoneId>,
    /// When its desired count was told first, and what it was at the end of that instant.
    desired: Option<(Time, u64)>,
    changed: bool,
}

/// Zones that a service is to be even over: those of its subnets, or of the hosts it may run on.
pub(super) fn zones_of(plan: &Plan, service: ServiceId) -> Vec<ZoneId> {
    let row = &plan.services[service];
    if !row.zones.is_empty() {
        return row.zones.clone();
    }
    let cluster = &plan.clusters[row.cluster];
    let mut used: Vec<ProviderId> = row.strategy.iter().map(|item| item.provider).collect();
    if used.is_empty() || used.iter().any(|id| matches!(plan.providers[*id].kind, ProviderKind::AnyHost)) {
        used = cluster.providers.clone().map(ProviderId).collect();
    }
    let mut zones: Vec<ZoneId> = Vec::new();
    for provider in used {
        match &plan.providers[provider].kind {
            ProviderKind::Group(group) => zones.extend(&group.zones),
            ProviderKind::Managed(managed) => zones.extend(&managed.zones),
            ProviderKind::External(external) => zones.extend(&external.zones),
            ProviderKind::Fargate { .. } | ProviderKind::AnyHost => {}
        }
    }
    zones.sort_unstable();
    zones.dedup();
    zones
}

/// How long tasks of a service take to answer, where that is told.
fn response_of(row: &Service) -> Option<Arc<Response>> {
    row.traffic.as_ref()?.response.clone()
}

/// A level for each capacity provider of a service that has several.
fn on_several(row: &Service, from: Time) -> Vec<(ProviderId, Integral)> {
    let several = row.strategy.iter().filter(|_| row.strategy.len() > 1);
    several.map(|item| (item.provider, Integral::new(from))).collect()
}

fn pricing(plan: &Plan, provider: ProviderId) -> Pricing {
    let row = &plan.providers[provider];
    match &row.kind {
        ProviderKind::Fargate { spot, .. } => Pricing::Fargate { spot: *spot },
        ProviderKind::Group(_) | ProviderKind::Managed(_) => Pricing::Hosts(vec![provider]),
        ProviderKind::External(_) => Pricing::Owned,
        ProviderKind::AnyHost => {
            let others = plan.clusters[row.cluster].providers.clone().map(ProviderId);
            let others = others.filter(|other| matches!(plan.providers[*other].kind, ProviderKind::Group(_)));
            Pricing::Hosts(std::iter::once(provider).chain(others).collect())
        }
    }
}

impl Metrics {
    /// The reader of a partition; `charts`: whether series are wanted.
    pub fn new(plan: &Plan, part: &Part, charts: bool) -> Self {
        let of = &part.as_one;
        let warm_up = Time::ZERO + plan.warm_up;
        let services = of.services.clone().map(ServiceId);
        let providers = of.providers.clone().map(ProviderId);
        let subject = |id: ServiceId| {
            let row = &plan.services[id];
            let stream = row.kind == Kind::Stream;
            Subject {
                availability: Availability::new(of.zones.clone().map(ZoneId), warm_up),
                ledger: Ledger::new(warm_up),
                latency: response_of(row).map(|response| Latency::new(response, warm_up)),
                launches: Launches::new(warm_up, !plan.start_empty && !stream),
                tasks: Tasks::new(row.task.cpu, row.task.memory, warm_up),
                on: on_several(row, warm_up),
                even: if row.kind == Kind::Replica { zones_of(plan, id) } else { Vec::new() },
                desired: None,
                changed: false,
            }
        };
        let at_once = |fault: &Fault| fault.lasts.is_none() && !matches!(fault.when, When::At(_));
        // Copies matter where there are other cells that could have them.
        let copies = |fault: &Fault| if plan.cells.len() > 1 { fault.copies(of.region, plan) } else { None };
        Metrics {
            now: Time::ZERO,
            warm_up,
            services: Table::by_id(services.clone(), subject),
            capacity: Table::by_id(providers.clone(), |_| Capacity::new(warm_up)),
            pricing: Table::by_id(providers, |id| pricing(plan, id)),
            types: plan.types.clone(),
            prices: plan.types.iter().map(cost::instance).collect(),
            recovery: Recovery::new(
                plan.faults.iter().map(at_once).collect(),
                plan.faults.iter().map(copies),
                Table::by_id(services, |id| plan.services[id].cluster),
            ),
            planes: Planes::new(plan, part, warm_up),
            application: Applications::new(warm_up),
            changes: Changes::new(plan, warm_up),
            alarms: Alarms::new(plan, part),
            autoshifts: Autoshifts::new(warm_up),
            scaling: Scaling::new(plan, part),
            changed: Vec::new(),
            charts: charts.then(|| Box::new(Charts::new(plan, part, |id| zones_of(plan, id)))),
        }
    }

    /// Series are not thinned, however many points they have.
    pub fn keep_every_point(&mut self) {
        self.charts.iter_mut().for_each(|charts| charts.keep_every_point());
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
        let mut changed = std::mem::take(&mut self.changed);
        for service in changed.drain(..) {
            let row = &mut self.services[service];
            row.changed = false;
            let holds = row.availability.holds(&row.even);
            self.recovery.settle(self.now, service, holds, row.launches.reached_running());
            if let Some(charts) = &mut self.charts {
                charts.service(self.now, service, &row.availability, &row.ledger, &row.tasks);
                charts.latency(self.now, service, row.latency.as_ref());
            }
        }
        self.changed = changed;
        self.recovery.fold_due(self.now);
    }

    #[inline]
    fn task(&mut self, now: Time, fact: TaskFact) {
        let TaskFact::Went { task, from, to, provider, host, code, reason, .. } = fact else { return };
        let row = &mut self.services[task.service];
        let created = from == to;
        if created {
            row.launches.created(now, task.ordinal);
        }
        if !created || to != TaskState::Provisioning {
            row.launches.went(now, task.ordinal, to, code, reason);
        }
        let (capacity, types, pricing) = (&self.capacity, &self.types, &self.pricing[provider]);
        let price = |cpu, memory| pricing.price((cpu, memory), host, capacity, types);
        row.tasks.step(now, Step { from, to, provider }, price);
        if self.charts.is_some() {
            self.mark(task.service);
        }
    }

    /// A fault or its losses reach a service.
    #[inline]
    fn concerns(&mut self, now: Time, cause: Cause, service: ServiceId) {
        let launched = self.services[service].launches.reached_running();
        if self.recovery.concerns(now, cause, service, launched) {
            self.mark(service);
        }
    }

    fn hits(&mut self, now: Time, cause: Cause, what: Hit) {
        let services = &self.services;
        let watched = self.recovery.hits(now, cause, what, |id| services[id].launches.reached_running());
        if let (true, Hit::Task(service) | Hit::Requests(service) | Hit::Launches(service)) = (watched, what) {
            self.mark(service);
        }
    }

    #[inline]
    fn take(&mut self, now: Time, fact: Fact) {
        if self.scaling.watches() {
            self.scaling.read(now, &fact);
        }
        match fact {
            Fact::Task(fact) => self.task(now, fact),
            Fact::Service(fact) => self.service(now, fact),
            Fact::Fault(fact) => self.fault(now, fact),
            Fact::Host(fact) => self.host(now, fact),
            Fact::Plane(fact) => {
                if let PlaneFact::Waited { service, .. } = fact {
                    self.recovery.launched_late(now, service);
                }
                let services = &self.services;
                self.planes.take(now, fact, |id| services[id].launches.requested());
            }
            Fact::Application(fact) => self.application.take(now, fact),
            Fact::Change(fact) => self.change(now, fact),
            Fact::Alarm { alarm, state } => self.alarms.state(now, alarm, state),
            Fact::Metric { .. } | Fact::Scaling(_) => {}
            Fact::Zonal(fact) => self.zonal(now, fact),
        }
        if let Some(charts) = &mut self.charts {
            charts.take(now, fact, self.planes.assignments());
        }
    }

    // Apart from the others: a rare fact must not keep them from being read in place.
    #[cold]
    fn zonal(&mut self, now: Time, fact: ZonalFact) {
        self.autoshifts.take(now, fact);
        self.alarms.shifted(now, fact);
        // A practice run answers no fault, even where one lasts in its zone by chance.
        if fact.what == ZonalStep::Began
            && !matches!(fact.source, ShiftSource::Practice(_))
            && let Some(service) = fact.resource.balancer()
        {
            self.recovery.shifted(now, service, fact.zone);
        }
    }

    fn service(&mut self, now: Time, fact: ServiceFact) {
        match fact {
            ServiceFact::LaunchFailed { service, reason } => self.services[service].launches.refused(now, reason),
            ServiceFact::Running { service, zone, count } => {
                self.services[service].availability.set_running(now, zone, count);
            }
            ServiceFact::RunningOn { service, provider, count } => {
                let mut on = self.services[service].on.iter_mut();
                if let Some((_, level)) = on.find(|(of, _)| *of == provider) {
                    level.set(now, u64::from(count));
                }
            }
            ServiceFact::Available { service, zone, count } => {
                self.services[service].availability.set_available(now, zone, count);
                self.mark(service);
            }
            ServiceFact::Need { service, need, desired } => {
                self.services[service].set_need(now, need, desired);
                self.mark(service);
            }
            ServiceFact::Flow { service, offered, served } => {
                self.services[service].ledger.flow(now, offered, served);
                if self.charts.is_some() {
                    self.mark(service);
                }
            }
            ServiceFact::LossRate { service, cause, phase, rate } => {
                if self.services[service].ledger.loss(now, cause, phase, rate) {
                    self.recovery.loses(cause, service);
                    self.concerns(now, cause, service);
                }
            }
            ServiceFact::Shortfall { service, cause, phase, millionths } => {
                if self.services[service].ledger.shortfall(now, cause, phase, millionths) {
                    self.concerns(now, cause, service);
                }
            }
            ServiceFact::Answers { service, place, load, left, added, rate } => {
                if let Some(latency) = &mut self.services[service].latency {
                    latency.set(now, usize::from(place), (load, left, added), rate);
                    self.mark(service);
                }
            }
            ServiceFact::Action { .. } => {}
        }
    }

    fn fault(&mut self, now: Time, fact: FaultFact) {
        match fact {
            FaultFact::Begins { cause, .. } => {
                self.recovery.begins(now, cause);
                self.alarms.begins(now, cause);
            }
            FaultFact::Ends { cause, .. } => {
                self.recovery.ends(now, cause);
                self.alarms.ends(now, cause);
            }
            FaultFact::Hits { cause, what } => self.hits(now, cause, what),
            FaultFact::Noticed { cause, service } => self.recovery.noticed(now, cause, service),
        }
    }

    fn host(&mut self, now: Time, fact: HostFact) {
        match fact {
            HostFact::Changed { provider, number, status, type_row, .. } => {
                let price = self.prices.get(TypeId(type_row)).copied().flatten();
                self.capacity[provider].host(now, number, type_row, status, price);
            }
            HostFact::Count { provider, count } => self.capacity[provider].set_hosts(now, count),
            HostFact::Reservation { provider, percent } => self.capacity[provider].set_reservation(now, percent),
        }
    }

    fn change(&mut self, now: Time, fact: ChangeFact) {
        match fact {
            ChangeFact::Step { change, service, what } => {
                self.changes.step(now, change, service, what);
                self.alarms.step(now, change, service, what);
            }
            ChangeFact::Pipeline { change, stage, what, reached } => {
                self.changes.stage(now, change, stage, what, reached);
                if what.is_last() {
                    self.alarms.settled(now, change);
                }
            }
            ChangeFact::Revision { .. } => {}
            ChangeFact::Defective { change, unit } => self.alarms.defective(change, unit),
            ChangeFact::Settled { change } => self.alarms.settled(now, change),
            ChangeFact::Cured { change, unit } => self.alarms.cured(now, change, unit),
            ChangeFact::Exposed { change, service, rate } => {
                self.changes.exposed(now, change, Unit::Service(service), rate);
            }
            ChangeFact::ExposedToBad { change, unit, rate } => self.changes.exposed_to_bad(now, change, unit, rate),
            ChangeFact::Breaker { change, what } => self.changes.breaker(change, what),
            ChangeFact::MetBad { change } => self.changes.met_bad(now, change),
            ChangeFact::Copied { change, service, rate } => self.changes.copied(now, change, service, rate),
            ChangeFact::Renewed { change, cell, rate } => self.changes.exposed(now, change, Unit::Cell(cell), rate),
            ChangeFact::Met { change } => self.changes.met(now, change),
        }
    }

    /// Ends the run. In debug builds the ledger is audited: losses add up to what failed, lacks to what was missing.
    pub fn finish(mut self, end: Time) -> Measured {
        self.settle();
        // A run that reached a limit may have gone a little further in some partitions.
        let end = end.max(self.now);
        let services = &self.services;
        let faults = self.recovery.finish(end, |id| services[id].launches.reached_running());
        let (planes, assignments) = self.planes.finish(end, |id| services[id].launches.requested());
        let (series, bands) = self.charts.map(|charts| charts.finish(end)).unwrap_or_default();
        Measured {
            window: end.since(self.warm_up).0,
            end,
            services: self.services.into_iter().map(|row| row.finish(end)).collect(),
            providers: self.capacity.into_iter().map(|row| row.finish(end)).collect(),
            faults,
            planes,
            assignments,
            application: self.application.finish(end),
            changes: self.changes.finish(end),
            alarms: self.alarms.finish(end),
            autoshifts: self.autoshifts.finish(end),
            scaling: self.scaling.finish(end),
            series,
            bands,
        }
    }
}

impl Subject {
    fn set_need(&mut self, now: Time, need: u32, desired: u32) {
        self.availability.set_need(now, need, desired);
        if self.desired.is_none_or(|(at, _)| at == now) {
            self.desired = Some((now, u64::from(desired)));
        }
    }

    fn finish(self, end: Time) -> ServiceMeasure {
        let availability = self.availability.finish(end);
        let ledger = self.ledger.finish(end);
        if cfg!(debug_assertions) {
            let audit = ledger.audit(availability.missing);
            assert!(audit.is_ok(), "the ledger does not add up: {audit:?}");
        }
        ServiceMeasure {
            availability,
            ledger,
            launches: self.launches.finish(),
            latency: self.latency.and_then(|latency| latency.finish(end)),
            price: self.tasks.finish(end),
            on: self.on.iter().map(|(_, level)| level.until(end)).collect(),
            desired: self.desired.map_or(0, |(_, count)| count),
        }
    }
}

impl Reader<Fact> for Metrics {
    fn read(&mut self, batch: &[(Time, Fact)]) {
        for (now, fact) in batch {
            if *now > self.now {
                if !self.changed.is_empty() {
                    self.settle();
                }
                self.now = *now;
            }
            self.take(*now, *fact);
        }
    }
}
