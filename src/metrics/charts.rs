//! Which series a partition draws, and where each of them stands.

use super::application_series::ApplicationSeries;
use super::assignments::Assignments;
use super::availability::Availability;
use super::change_series::ChangeSeries;
use super::latency::Latency;
use super::launch_series::{LaunchSeries, minute_of};
use super::ledger::Ledger;
use super::scaling_series::ScalingSeries;
use super::series;
use super::tasks::Tasks;
use super::timeline::{Band, Series};
use super::trace::{BILLION, Trace};
use crate::engine::index::Table;
use crate::engine::{Span, Time};
use crate::model::fact::{Fact, FaultFact, Hit, HostFact, PlaneFact, TaskFact, TaskState, ZonalFact, ZonalStep};
use crate::model::ids::{CellId, ChangeId, ProviderId, ServiceId, ShiftSource, ZoneId};
use crate::model::plan::{Kind, Part, Plan, ProviderKind};
use crate::model::tables::Plane;

/// Series of one partition: by service, then by provider, both in the order of the plan.
#[derive(Clone, Debug)]
pub(super) struct Charts {
    trace: Trace,
    end: Time,
    /// Names of the faults.
    names: Vec<String>,
    /// And of the changes.
    change_names: Table<ChangeId, String>,
    /// Names of the zones.
    zones: Vec<String>,
    /// And of the cells of this partition.
    cell_names: Table<CellId, String>,
    services: Table<ServiceId, ServiceSeries>,
    /// Hosts and reservation of a provider that has hosts.
    providers: Table<ProviderId, Option<(usize, Option<usize>)>>,
    /// Of each cell that has a bound.
    cells: Table<CellId, Option<CellSeries>>,
    launches: LaunchSeries,
    application: Option<ApplicationSeries>,
    changes: ChangeSeries,
    scaling: ScalingSeries,
}

/// Numbers of the series of one cell.
#[derive(Clone, Debug)]
struct CellSeries {
    requests: usize,
    capacity: usize,
    waiting: usize,
    /// Other calls, in requests a second.
    others: f64,
}

/// Numbers of the series of one service.
#[derive(Clone, Debug)]
struct ServiceSeries {
    /// Available tasks in each zone where the service may be.
    available: Vec<(ZoneId, usize)>,
    /// Need and desired count; not for streams.
    need: Option<[usize; 2]>,
    /// Offered, served, lost; with traffic.
    flow: Option<[usize; 3]>,
    /// Median and 99th percentile of the response time, where it is told.
    latency: Option<[usize; 2]>,
    /// From PROVISIONING to DEPROVISIONING.
    states: [usize; 7],
    providers: Vec<(ProviderId, usize)>,
}

impl Charts {
    /// Series for a partition; `zones`: of each service, none meaning all.
    pub(super) fn new(plan: &Plan, part: &Part, zones: impl Fn(ServiceId) -> Vec<ZoneId>) -> Self {
        let of = &part.as_one;
        let mut trace = Trace::new(plan.end());
        let services = of.services.clone().map(ServiceId);
        let services = Table::by_id(services, |service| series_of(plan, service, &zones(service), &mut trace));
        let provider = |id: ProviderId| {
            let scaled = match &plan.providers[id].kind {
                ProviderKind::Fargate { .. } | ProviderKind::AnyHost | ProviderKind::External(_) => return None,
                ProviderKind::Group(group) => group.scaling.is_some(),
                ProviderKind::Managed(_) => false,
            };
            let subject = plan.provider_name(id);
            let hosts = trace.add(series::HOSTS, &subject, "");
            Some((hosts, scaled.then(|| trace.add_unknown(series::RESERVATION, &subject, ""))))
        };
        let providers = Table::by_id(of.providers.clone().map(ProviderId), provider);
        let cells = part.cells.clone().map(CellId);
        let cell_names = Table::by_id(cells.clone(), |cell| plan.cells[cell].name.clone());
        let cells = Table::by_id(cells, |cell| cell_series(plan, cell, &mut trace));
        let launches = LaunchSeries::new(plan, part, &mut trace);
        let application = ApplicationSeries::new(plan, part, &mut trace);
        let changes = ChangeSeries::new(plan, part, &mut trace);
        Charts {
            end: plan.end(),
            names: plan.faults.iter().map(|fault| fault.name.clone()).collect(),
            change_names: Table::by_id(plan.changes.ids(), |id| plan.changes[id].name.clone()),
            zones: plan.zones.iter().map(|zone| zone.id.clone()).collect(),
            cell_names,
            services,
            providers,
            cells,
            launches,
            application,
            scaling: ScalingSeries::new(plan, part, &changes, &mut trace),
            changes,
            trace,
        }
    }

    /// Levels of a service from `now` on.
    pub(super) fn service(&mut self, now: Time, id: ServiceId, levels: &Availability, ledger: &Ledger, tasks: &Tasks) {
        let of = &self.services[id];
        let trace = &mut self.trace;
        for (zone, series) in &of.available {
            trace.point(*series, now, f64::from(levels.available(*zone)));
        }
        if let Some(both) = of.need {
            both.into_iter().zip(levels.wanted()).for_each(|(series, tasks)| trace.point(series, now, tasks as f64));
        }
        if let Some([offered, served, lost]) = of.flow {
            let (asked, answered) = ledger.now();
            trace.rate(offered, now, asked);
            trace.rate(served, now, answered);
            trace.rate(lost, now, asked.saturating_sub(answered));
        }
        for (series, state) in of.states.iter().zip(TaskState::ALL) {
            trace.point(*series, now, f64::from(tasks.in_state(state)));
        }
        for (provider, series) in &of.providers {
            let count = tasks.running_on().iter().find(|count| count.0 == *provider).map_or(0, |count| count.1);
            trace.point(*series, now, f64::from(count));
        }
    }

    /// Response times of a service from `now` on.
    pub(super) fn latency(&mut self, now: Time, id: ServiceId, latency: Option<&Latency>) {
        let level = latency.and_then(Latency::level);
        for (series, micros) in self.services[id].latency.into_iter().flatten().zip(level.into_iter().flatten()) {
            self.trace.point(series, now, micros as f64 / 1e6);
        }
    }

    pub(super) fn keep_every_point(&mut self) {
        self.trace.keep_every_point();
    }

    /// A fact that is drawn as it comes; `assignments`: which cell runs a service now.
    pub(super) fn take(&mut self, now: Time, fact: Fact, assignments: &Assignments) {
        let trace = &mut self.trace;
        match fact {
            Fact::Task(TaskFact::Went { task, from, to, .. }) => {
                let of = (task.service, assignments.of(task.service));
                self.launches.went(now, of, (from, to), trace);
            }
            Fact::Fault(FaultFact::Begins { cause, .. }) => {
                if let Some((fault, _)) = cause.as_fault() {
                    trace.begins(cause, &self.names[usize::from(fault.0)], now);
                }
            }
            Fact::Fault(FaultFact::Ends { cause, .. }) => trace.ends(cause, now),
            Fact::Fault(FaultFact::Hits { cause, what: Hit::Zone(zone) }) => {
                trace.hits_zone(cause, &self.zones[usize::from(zone.0)]);
            }
            Fact::Fault(FaultFact::Hits { cause, what: Hit::Cell(cell) }) => {
                trace.hits_cell(cause, &self.cell_names[cell]);
            }
            Fact::Zonal(fact) => self.shift(now, fact),
            Fact::Host(fact) => self.host(now, fact),
            Fact::Plane(fact) => self.plane(now, fact, assignments),
            Fact::Application(fact) => self.application.iter().for_each(|of| of.take(now, fact, trace)),
            Fact::Change(fact) => self.changes.take(now, fact, trace),
            Fact::Alarm { alarm, state } => {
                self.changes.alarm(now, alarm, state, trace);
                self.scaling.alarm(now, alarm, state, trace);
            }
            Fact::Metric { alarm, seen } => {
                self.changes.metric(now, alarm, seen, trace);
                self.scaling.metric(now, alarm, seen, trace);
            }
            Fact::Scaling(fact) => self.scaling.take(now, fact, trace),
            Fact::Task(TaskFact::Health { .. } | TaskFact::Target { .. } | TaskFact::Exits { .. })
            | Fact::Service(_)
            | Fact::Fault(FaultFact::Hits { .. } | FaultFact::Noticed { .. }) => {}
        }
    }

    /// What a cell is asked for and can do, and what becomes of launches. What was asked in a minute is told in its
    /// last microsecond, and stands from its begin to its end.
    fn plane(&mut self, now: Time, fact: PlaneFact, assignments: &Assignments) {
        let (trace, minute) = (&mut self.trace, minute_of(now));
        match fact {
            PlaneFact::Launches { service, what, count } => {
                self.launches.delayed(now, assignments.of(service), what, count, trace);
            }
            PlaneFact::Load { cell, asked, queued } => {
                let Some(of) = &mut self.cells[cell] else { return };
                trace.point(of.requests, minute, asked as f64 / 60.0 / 1e6 + of.others);
                if minute + Span::MINUTE < self.end {
                    trace.point(of.requests, minute + Span::MINUTE, of.others);
                    trace.point(of.waiting, minute + Span::MINUTE, f64::from(queued));
                }
            }
            PlaneFact::Rate { cell, rate } => {
                let Some(of) = &mut self.cells[cell] else { return };
                trace.point(of.capacity, now, rate as f64 / BILLION + of.others);
            }
            PlaneFact::OtherCalls { cell, rate } => {
                let Some(of) = &mut self.cells[cell] else { return };
                of.others = rate as f64 / BILLION;
                trace.point(of.requests, minute, of.others);
            }
            PlaneFact::Act { .. }
            | PlaneFact::Assignment { .. }
            | PlaneFact::Waited { .. }
            | PlaneFact::Call { .. }
            | PlaneFact::Up { .. } => {}
        }
    }

    /// A zonal shift begins or ends.
    fn shift(&mut self, now: Time, ZonalFact { source, zone, what, .. }: ZonalFact) {
        match what {
            ZonalStep::Began => {
                let name = match source {
                    ShiftSource::Change(change) => self.change_names.get(change).map_or("zonal shift", String::as_str),
                    ShiftSource::Autoshift(_) => "zonal autoshift",
                    ShiftSource::Practice(_) => "practice run",
                };
                self.trace.shift_begins(source, name, &self.zones[usize::from(zone.0)], now);
            }
            ZonalStep::Refused | ZonalStep::CapacityCheckFailed => {}
            _ => self.trace.shift_ends(source, now),
        }
    }

    /// Levels of a provider that has hosts.
    fn host(&mut self, now: Time, fact: HostFact) {
        match fact {
            HostFact::Count { provider, count } => {
                if let Some((hosts, _)) = self.providers[provider] {
                    self.trace.point(hosts, now, f64::from(count));
                }
            }
            HostFact::Reservation { provider, percent } => {
                if let Some((_, Some(series))) = self.providers[provider] {
                    self.trace.point(series, now, f64::from(percent));
                }
            }
            HostFact::Changed { .. } => {}
        }
    }

    pub(super) fn finish(mut self, end: Time) -> (Vec<Series>, Vec<Band>) {
        self.changes.finish(end, &mut self.trace);
        self.scaling.finish(end, &mut self.trace);
        // The last one: numbers of series do not hold after it.
        self.launches.finish(end, &mut self.trace);
        self.trace.finish(end)
    }
}

/// Series of a cell that has a bound.
fn cell_series(plan: &Plan, cell: CellId, trace: &mut Trace) -> Option<CellSeries> {
    let plane = Plane::new(plan, cell);
    plane.capacity?;
    let row = &plan.cells[cell];
    let subject = format!("{}/{}", plan.regions[row.region].name, row.name);
    let names = [series::ASKED, series::CAPACITY, series::QUEUED];
    if row.added.is_some() {
        // Its lines begin when it is there.
        let [requests, capacity, waiting] = names.map(|name| trace.add_unknown(name, &subject, ""));
        return Some(CellSeries { requests, capacity, waiting, others: 0.0 });
    }
    let [requests, capacity, waiting] = names.map(|name| trace.add(name, &subject, ""));
    let others = plane.other_calls as f64 / BILLION;
    trace.point(requests, Time::ZERO, others);
    trace.point(capacity, Time::ZERO, plane.rate as f64 / BILLION + others);
    Some(CellSeries { requests, capacity, waiting, others })
}

fn series_of(plan: &Plan, service: ServiceId, zones: &[ZoneId], trace: &mut Trace) -> ServiceSeries {
    let row = &plan.services[service];
    let cluster = &plan.clusters[row.cluster];
    let region = plan.cells[cluster.cell].zones.clone().map(ZoneId);
    let there = region.filter(|zone| zones.is_empty() || zones.contains(zone));
    let available = there.map(|zone| (zone, trace.add(series::AVAILABLE, &row.name, &plan.zones[zone].id))).collect();
    let mut add = |name| trace.add(name, &row.name, "");
    let need = (row.kind != Kind::Stream).then(|| [series::NEED, series::DESIRED].map(&mut add));
    let flow = row.traffic.is_some().then(|| [series::OFFERED, series::SERVED, series::LOST].map(&mut add));
    let told = row.traffic.as_ref().is_some_and(|traffic| traffic.response.is_some());
    let latency = told.then(|| [series::P50, series::P99].map(|name| trace.add_unknown(name, &row.name, "")));
    let states = std::array::from_fn(|state| trace.add(series::STATES, &row.name, TaskState::ALL[state].name()));
    let mut used: Vec<ProviderId> = row.strategy.iter().map(|item| item.provider).collect();
    if used.is_empty() {
        used = cluster.providers.clone().map(ProviderId).collect();
    }
    let providers = used.into_iter().map(|id| (id, trace.add(series::PROVIDERS, &row.name, &plan.providers[id].name)));
    ServiceSeries { available, need, flow, latency, states, providers: providers.collect() }
}
