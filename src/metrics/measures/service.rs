//! Services, streams of standalone tasks, and capacity providers.

use super::measures;
use super::shape::{Estimate, Maybe};
use super::walk::{Run, Walk};
use crate::engine::index::Id;
use crate::metrics::ledger::REQUEST;
use crate::metrics::window::Extent;
use crate::metrics::{errors, launches};
use crate::model::fact::{Reason, StopCode};
use crate::model::ids::{ProviderId, ServiceId, ZoneId};
use crate::model::plan::Kind;
use std::collections::BTreeMap;

measures! {
    /// What one service did.
    ServiceRow(w, id: ServiceId) {
        /// "cluster/name".
        service: String = w.plan.services[id].name.clone();
        /// `desiredCount` (for daemons: hosts at the start).
        desired_count: u32 [tasks] = desired(w, id);
        /// Requests answered in time / requests offered; null without traffic.
        request_availability: Maybe [share Higher] = w.kept(|run| lost(flow(run, id)));
        /// Share of the window in which available tasks covered the need; null where nothing is ever needed.
        capacity_availability: Maybe [share Higher] = w.kept(|run| short(run, id));
        /// -log10(1 - availability), by capacity without traffic; null when nothing was lost.
        nines: Maybe [nines Higher] = w.nines(|run| lost(flow(run, id)).or_else(|| short(run, id)));
        /// First tries in the window:
        requests: Requests [requests] = Requests::walk(w, &|run| flow(run, id));
        /// Response time of what its tasks answered in the window, in time or not, of a router and a cell each by itself
        /// (quantiles do not add up); null without `responseTime`:
        latency_seconds: Quantiles [seconds Lower] =
            Quantiles::walk(w, &|run, part| latency(run, id, part));
        /// Time of the window in which at least one request in a thousand failed; null without traffic.
        error_seconds: Maybe [seconds Lower] = w.maybe(|run| errors(run, id).map(|of| of.micros as f64 / 1e6));
        /// The longest stretch of it without a break; null without traffic.
        longest_error_seconds: Maybe [seconds Lower] = w.maybe(|run| errors(run, id).map(|of| of.longest as f64 / 1e6));
        /// The whole minute of the window in which the largest share of requests failed; null without traffic:
        worst_minute: WorstMinute = WorstMinute::walk(w, id);
        /// Its capacity providers (or launch type), and the part of `running` on each:
        providers: BTreeMap<String, OnProvider> [tasks] = on_providers(w, id);
        /// Tasks running in truth with lastStatus RUNNING, over the window:
        running: Level [tasks] = Level::walk(w, &|run| Some(run.service(id).availability.running));
        /// Launches in the window:
        launches: Launches [tasks] = Launches::walk(w, id);
        /// Tasks stopped in the window, by stop code.
        stops: BTreeMap<String, Estimate> [tasks] = stops(w, id);
        /// From launch accepted to RUNNING, of tasks that reached RUNNING in the window:
        start_seconds: Quantiles [seconds Lower] = starts(w, id);
        /// Mean share of its running tasks in each zone.
        zone_share: BTreeMap<String, Estimate> [share] = zone_share(w, id);
        /// Mean price of its tasks; null where a type has none.
        cost_per_hour: Maybe [dollars_per_hour Lower] = w.maybe(|run| dollars(run, run.service(id).price));
    }
}

measures! {
    /// Requests.
    #[derive(Copy)]
    Requests(w, of: &dyn Fn(&Run<'_>) -> [u128; 2]) {
        /// Offered.
        offered: Estimate = w.each(|run| of(run)[0] as f64 / REQUEST);
        /// Answered in time.
        served: Estimate [requests Higher] = w.each(|run| of(run)[1] as f64 / REQUEST);
        /// The rest.
        failed: Estimate [requests Lower] = w.each(|run| failed(of(run)) as f64 / REQUEST);
    }
}

measures! {
    /// The minute in which a service answered worst.
    #[derive(Copy)]
    WorstMinute(w, id: ServiceId) {
        /// Requests answered in time / requests offered.
        availability: Maybe [share Higher] = w.kept(|run| Some(errors(run, id)?.worst?.1));
        /// When it began; the first of several that are as bad.
        at_seconds: Maybe [seconds] = w.maybe(|run| Some(errors(run, id)?.worst?.0.as_secs_f64()));
    }
}

measures! {
    /// What a service had on one capacity provider.
    #[derive(Copy)]
    OnProvider(w, of: &dyn Fn(&Run<'_>) -> f64) {
        /// Tasks running, the mean over the window. Over all providers: the mean of `running`.
        running: Estimate = w.each(of);
    }
}

measures! {
    /// A level over the window.
    #[derive(Copy)]
    Level(w, of: &dyn Fn(&Run<'_>) -> Option<Extent>) {
        /// Least.
        min: Estimate = w.maybe(|run| Some(of(run)?.least as f64)).unwrap_or_default();
        /// Mean over time.
        mean: Estimate = w.maybe(|run| of(run).map(|of| run.over_window(of.sum).unwrap_or(of.least as f64)))
            .unwrap_or_default();
        /// Most.
        max: Estimate = w.maybe(|run| Some(of(run)?.most as f64)).unwrap_or_default();
    }
}

measures! {
    /// Launches.
    Launches(w, id: ServiceId) {
        /// Tries to launch a task, refused ones included; one that is refused and comes again counts each time.
        requested: Estimate = w.each(|run| run.service(id).launches.requested as f64);
        /// Launches that reached RUNNING.
        running: Estimate = w.each(|run| run.service(id).launches.running as f64);
        /// Those that did not, by reason: refusals, and tasks that stopped before they were RUNNING.
        failed: BTreeMap<String, Estimate> [tasks Lower] =
            w.counts(reasons(), |run, place| failed_by(&run.service(id).launches, place) as f64);
    }
}

measures! {
    /// Quantiles of a distribution within a replication.
    #[derive(Copy)]
    Quantiles(w, of: &dyn Fn(&Run<'_>, f64) -> Option<u64>) {
        /// Median.
        p50: Maybe = w.maybe(|run| Some(of(run, 0.5)? as f64 / 1e6));
        /// 99th percentile.
        p99: Maybe = w.maybe(|run| Some(of(run, 0.99)? as f64 / 1e6));
    }
}

measures! {
    /// What one stream of standalone tasks did.
    StreamRow(w, id: ServiceId) {
        /// "cluster/family".
        stream: String = w.plan.services[id].name.clone();
        /// Tasks running in truth:
        running: Level [tasks] = Level::walk(w, &|run| Some(run.service(id).availability.running));
        /// Launches in the window:
        launches: Launches [tasks] = Launches::walk(w, id);
        /// Tasks that ended their work.
        completed: Estimate [tasks Higher] = w.each(|run| run.service(id).launches.completed as f64);
        /// Tasks stopped in the window, by stop code.
        stops: BTreeMap<String, Estimate> [tasks] = stops(w, id);
        /// From launch accepted to RUNNING:
        start_seconds: Quantiles [seconds Lower] = starts(w, id);
        /// Mean price of its tasks; null where a type has none.
        cost_per_hour: Maybe [dollars_per_hour Lower] = w.maybe(|run| dollars(run, run.service(id).price));
    }
}

measures! {
    /// What one capacity provider with hosts did.
    ProviderRow(w, id: ProviderId) {
        /// "cluster/name".
        capacity_provider: String = w.plan.provider_name(id);
        /// Container instances up and registered:
        hosts: Level [hosts] = Level::walk(w, &|run| Some(run.providers[id.row()].hosts));
        /// CapacityProviderReservation; null without managed scaling:
        reservation: Option<Level> [percent] =
            Some(Level::walk(w, &|run| run.providers[id.row()].reservation)).filter(|level| level.mean.n > 0);
        /// Mean price of its hosts; null where a type has none.
        cost_per_hour: Maybe [dollars_per_hour Lower] = w.maybe(|run| dollars(run, run.providers[id.row()].price));
    }
}

fn desired(w: &mut Walk<'_>, id: ServiceId) -> u32 {
    let row = &w.plan.services[id];
    if row.kind == Kind::Daemon { w.first(|run| run.service(id).desired as f64) as u32 } else { row.desired }
}

/// Requests offered to a service, and those answered in time.
pub(super) fn flow(run: &Run<'_>, id: ServiceId) -> [u128; 2] {
    let ledger = &run.service(id).ledger;
    [ledger.offered, ledger.served]
}

/// When requests of a service failed, if there were any.
fn errors<'r>(run: &'r Run<'_>, id: ServiceId) -> Option<&'r errors::Measure> {
    let ledger = &run.service(id).ledger;
    (ledger.offered > 0).then_some(&ledger.errors)
}

fn failed([offered, served]: [u128; 2]) -> u128 {
    offered.saturating_sub(served)
}

/// The share of requests that failed; `None` without any.
pub(super) fn lost(flow: [u128; 2]) -> Option<f64> {
    (flow[0] > 0).then(|| failed(flow) as f64 / flow[0] as f64)
}

/// The share of the window in which the need was not met.
fn short(run: &Run<'_>, id: ServiceId) -> Option<f64> {
    let of = &run.service(id).availability;
    of.needed.then(|| run.over_window(u128::from(run.window) - of.met)).flatten()
}

/// Median or 99th percentile of the response time of a service.
fn latency(run: &Run<'_>, id: ServiceId, part: f64) -> Option<u64> {
    run.service(id).latency.map(|[p50, p99]| if part < 0.9 { p50 } else { p99 })
}

fn starts(w: &mut Walk<'_>, id: ServiceId) -> Quantiles {
    Quantiles::walk(w, &|run, part| run.service(id).launches.start.quantile(part))
}

/// From billionths of a dollar an hour, times microseconds.
fn dollars(run: &Run<'_>, price: Option<u128>) -> Option<f64> {
    Some(run.over_window(price?)? / 1e9)
}

/// Running tasks by capacity provider. A service with one has all of them there.
fn on_providers(w: &mut Walk<'_>, id: ServiceId) -> BTreeMap<String, OnProvider> {
    let plan = w.plan;
    let items = plan.services[id].strategy.iter().enumerate();
    let on = items.map(|(place, item)| {
        let level = |run: &Run<'_>| {
            let service = run.service(id);
            run.over_window(service.on.get(place).copied().unwrap_or(service.availability.running.sum)).unwrap_or(0.0)
        };
        (plan.providers[item.provider].name.clone(), OnProvider::walk(w, &level))
    });
    on.collect()
}

fn zone_share(w: &mut Walk<'_>, id: ServiceId) -> BTreeMap<String, Estimate> {
    let (plan, row) = (w.plan, &w.plan.services[id]);
    let zones = plan.cells[plan.clusters[row.cluster].cell].zones.clone().map(ZoneId).enumerate();
    let shares = zones.filter_map(|(place, zone)| {
        let share = w.share(|run| {
            let levels = &run.service(id).availability;
            (levels.running.sum > 0).then(|| levels.zones[place] as f64 / levels.running.sum as f64)
        });
        // Zones of its subnets are listed in any case, others once a task ran there.
        let told = share.filter(|share| share.mean > 0.0 || row.zones.contains(&zone))?;
        Some((plan.zones[zone].id.clone(), told))
    });
    shares.collect()
}

/// Names of what stops tasks.
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    StopCode::ALL.iter().map(|code| code.name()).map(|name| if name.is_empty() { "unknown" } else { name })
}

/// Names of what makes launches fail: reasons, and stop codes of tasks that failed without one.
pub(super) fn reasons() -> impl Iterator<Item = &'static str> {
    Reason::ALL[1..].iter().map(|reason| reason.name()).chain(codes())
}

fn failed_by(of: &launches::Measure, place: usize) -> u64 {
    const REASONS: usize = Reason::ALL.len() - 1;
    if place < REASONS { of.failed[place + 1] } else { of.failed_code[place - REASONS] }
}

fn stops(w: &mut Walk<'_>, id: ServiceId) -> BTreeMap<String, Estimate> {
    w.counts(codes(), |run, place| run.service(id).launches.stopped[place] as f64)
}
