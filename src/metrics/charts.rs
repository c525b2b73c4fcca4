//! Which series a partition draws, and where each of them stands.

use super::application_series::ApplicationSeries;
use super::availability::Availability;
use super::capacity::Capacity;
use super::change_series::ChangeSeries;
use super::launch_series::LaunchSeries;
use super::ledger::Ledger;
use super::tasks::Tasks;
use super::timeline::{Band, Series};
use super::trace::Trace;
use crate::engine::{Span, Time};
use crate::model::fact::{AlarmState, ApplicationFact, ChangeFact, PlaneFact, TaskState};
use crate::model::ids::{AlarmId, CellId, ProviderId, ServiceId};
use crate::model::plan::{Kind, Part, Plan, ProviderKind};
use crate::model::tables::Plane;

/// Billionths in a whole.
const BILLION: f64 = 1e9;

/// Series of one partition: by service, then by provider, both in the order of the plan.
#[derive(Clone, Debug)]
pub(super) struct Charts {
    pub(super) trace: Trace,
    end: Time,
    pub(super) names: Vec<String>,
    services: Vec<ServiceSeries>,
    /// Hosts and reservation of a provider that has hosts.
    providers: Vec<Option<(usize, Option<usize>)>>,
    first_cell: u16,
    /// Of each cell that has a bound.
    cells: Vec<Option<CellSeries>>,
    launches: LaunchSeries,
    application: Option<ApplicationSeries>,
    changes: ChangeSeries,
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
    /// Available tasks by row of the zone; `None` where the service never is.
    available: Vec<Option<usize>>,
    /// Need and desired count; not for streams.
    need: Option<[usize; 2]>,
    /// Offered, served, lost; with traffic.
    flow: Option<[usize; 3]>,
    /// From PROVISIONING to DEPROVISIONING.
    states: [usize; 7],
    providers: Vec<(ProviderId, usize)>,
}

impl Charts {
    /// Series for a partition; `zones`: for each service the rows of its zones, none meaning all.
    pub(super) fn new(plan: &Plan, part: &Part, zones: impl Fn(ServiceId) -> Vec<usize>) -> Self {
        let of = &part.as_one;
        let mut trace = Trace::new(plan.end());
        let services = of.services.clone().map(ServiceId);
        let services = services.map(|service| series_of(plan, service, &zones(service), &mut trace)).collect();
        let provider = |row: u16| {
            let id = ProviderId(row);
            let row = &plan.providers[id];
            let scaled = match &row.kind {
                ProviderKind::Fargate { .. } | ProviderKind::AnyHost | ProviderKind::External(_) => return None,
                ProviderKind::Group(group) => group.scaling.is_some(),
                ProviderKind::Managed(_) => false,
            };
            let subject = plan.provider_name(id);
            let hosts = trace.add("hosts", &subject, "");
            Some((hosts, scaled.then(|| trace.add_unknown("reservation_percent", &subject, ""))))
        };
        let providers = of.providers.clone().map(provider).collect();
        let cells = part.cells.clone().map(|cell| cell_series(plan, CellId(cell), &mut trace)).collect();
        let launches = LaunchSeries::new(plan, part, &mut trace);
        let application = ApplicationSeries::new(plan, part, &mut trace);
        let changes = ChangeSeries::new(plan, part, &mut trace);
        let names = plan.faults.iter().map(|fault| fault.name.clone()).collect();
        let end = plan.end();
        Charts {
            trace,
            end,
            names,
            services,
            providers,
            first_cell: part.cells.start,
            cells,
            launches,
            application,
            changes,
        }
    }

    /// Levels of a service from `now` on.
    pub(super) fn service(&mut self, now: Time, place: usize, levels: &Availability, ledger: &Ledger, tasks: &Tasks) {
        let of = &self.services[place];
        let trace = &mut self.trace;
        for (zone, series) in of.available.iter().enumerate() {
            if let Some(series) = series {
                trace.point(*series, now, f64::from(levels.zone(zone).0));
            }
        }
        if let Some([need, desired]) = of.need {
            let (_, needed, wanted) = levels.now();
            trace.point(need, now, needed as f64);
            trace.point(desired, now, wanted as f64);
        }
        if let Some([offered, served, lost]) = of.flow {
            let (asked, answered) = ledger.now();
            trace.point(offered, now, asked as f64 / BILLION);
            trace.point(served, now, answered as f64 / BILLION);
            trace.point(lost, now, asked.saturating_sub(answered) as f64 / BILLION);
        }
        for (series, state) in of.states.iter().zip(TaskState::ALL) {
            trace.point(*series, now, f64::from(tasks.in_state(state)));
        }
        for (provider, series) in &of.providers {
            let count = tasks.running_on().iter().find(|count| count.0 == *provider).map_or(0, |count| count.1);
            trace.point(*series, now, f64::from(count));
        }
    }

    /// A task came to be or went on.
    pub(super) fn launch(&mut self, now: Time, service: ServiceId, from: TaskState, to: TaskState) {
        self.launches.went(now, service, from, to, &mut self.trace);
    }

    /// What a cell is asked for and can do, and what becomes of launches. What was asked in a minute is told in its
    /// last microsecond, and stands from its begin to its end.
    pub(super) fn plane(&mut self, now: Time, fact: PlaneFact) {
        let minute = Time(now.0 - now.0 % Span::MINUTE.0);
        let (trace, first) = (&mut self.trace, self.first_cell);
        let place = |cell: CellId| usize::from(cell.0 - first);
        match fact {
            PlaneFact::Launches { service, what, count } => self.launches.delayed(now, service, what, count, trace),
            PlaneFact::Assignment { cluster, cell, .. } => self.launches.assignment(cluster, cell),
            PlaneFact::Load { cell, asked, queued } => {
                let Some(of) = &mut self.cells[place(cell)] else { return };
                trace.point(of.requests, minute, asked as f64 / 60.0 / 1e6 + of.others);
                if minute + Span::MINUTE < self.end {
                    trace.point(of.requests, minute + Span::MINUTE, of.others);
                    trace.point(of.waiting, minute + Span::MINUTE, f64::from(queued));
                }
            }
            PlaneFact::Rate { cell, rate } => {
                let Some(of) = &mut self.cells[place(cell)] else { return };
                trace.point(of.capacity, now, rate as f64 / BILLION + of.others);
            }
            PlaneFact::OtherCalls { cell, rate } => {
                let Some(of) = &mut self.cells[place(cell)] else { return };
                of.others = rate as f64 / BILLION;
                trace.point(of.requests, minute, of.others);
            }
            PlaneFact::Waited { .. } | PlaneFact::Call { .. } | PlaneFact::Up { .. } => {}
        }
    }

    /// What customers of an application in cells get.
    pub(super) fn application(&mut self, now: Time, fact: ApplicationFact) {
        if let Some(of) = &self.application {
            of.take(now, fact, &mut self.trace);
        }
    }

    /// What the new revision of a change gets.
    pub(super) fn change(&mut self, now: Time, fact: ChangeFact) {
        self.changes.take(now, fact, &mut self.trace);
    }

    /// An alarm is in another state.
    pub(super) fn alarm(&mut self, now: Time, alarm: AlarmId, state: AlarmState) {
        self.changes.alarm(now, alarm, state, &mut self.trace);
    }

    pub(super) fn finish(mut self, end: Time) -> (Vec<Series>, Vec<Band>) {
        self.launches.finish(end, &mut self.trace);
        self.trace.finish(end)
    }

    /// Levels of a provider from `now` on.
    pub(super) fn provider(&mut self, now: Time, place: usize, capacity: &Capacity) {
        let Some((hosts, reservation)) = self.providers[place] else { return };
        let (count, percent) = capacity.now();
        self.trace.point(hosts, now, count as f64);
        if let (Some(series), Some(percent)) = (reservation, percent) {
            self.trace.point(series, now, percent as f64);
        }
    }
}

/// Series of a cell that has a bound.
fn cell_series(plan: &Plan, cell: CellId, trace: &mut Trace) -> Option<CellSeries> {
    let plane = Plane::new(plan, cell);
    plane.capacity?;
    let row = &plan.cells[cell];
    let subject = format!("{}/{}", plan.regions[row.region].name, row.name);
    let names = ["control_plane_requests_per_second", "control_plane_capacity_per_second", "control_plane_waiting"];
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

fn series_of(plan: &Plan, service: ServiceId, zones: &[usize], trace: &mut Trace) -> ServiceSeries {
    let row = &plan.services[service];
    let cluster = &plan.clusters[row.cluster];
    let region = plan.cells[cluster.cell].zones.clone();
    let mut available = Vec::new();
    for (place, zone) in region.enumerate() {
        let here = zones.is_empty() || zones.contains(&place);
        let id = &plan.zones[crate::model::ids::ZoneId(zone)].id;
        available.push(here.then(|| trace.add("available_tasks", &row.name, id)));
    }
    let mut add = |name| trace.add(name, &row.name, "");
    let need = (row.kind != Kind::Stream).then(|| ["need_tasks", "desired_tasks"].map(&mut add));
    let flow = row.traffic.is_some().then(|| {
        ["offered_requests_per_second", "served_requests_per_second", "lost_requests_per_second"].map(&mut add)
    });
    let states = std::array::from_fn(|state| trace.add("task_state_count", &row.name, TaskState::ALL[state].name()));
    let mut used: Vec<ProviderId> = row.strategy.iter().map(|item| item.provider).collect();
    if used.is_empty() {
        used = cluster.providers.clone().map(ProviderId).collect();
    }
    let providers = used
        .into_iter()
        .map(|id| (id, trace.add("provider_running_tasks", &row.name, &plan.providers[id].name)))
        .collect();
    ServiceSeries { available, need, flow, states, providers }
}
