//! From whole numbers of each replication to the summary: division happens here, once.

use super::charts::provider_name;
use super::launches;
use super::ledger::{REQUEST, TASK_SECOND, Why};
use super::measured::{Measured, ServiceMeasure};
use super::recovery;
use super::summary::{
    Estimate, FaultRow, HitCounts, Launches, Level, LossRow, Maybe, OnProvider, ProviderRow, Quantiles, Requests,
    ServiceRow, StreamRow,
};
use super::window::Extent;
use crate::engine::index::Id;
use crate::model::fact::Phase;
use crate::model::fact::{Reason, StopCode};
use crate::model::ids::{FaultId, ServiceId};
use crate::model::plan::{Kind, Plan, ProviderKind, Service};
use crate::stats::{Moments, interval};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// All replications of a plan, in order.
pub struct Runs<'a> {
    pub(super) plan: &'a Plan,
    pub(super) all: &'a [Measured],
    /// The last quantile of Student's law that was worked out, with its degrees of freedom.
    t: Cell<(u64, f64)>,
}

impl<'a> Runs<'a> {
    /// Of replications whose start times have been summed up.
    pub fn new(plan: &'a Plan, runs: &'a [Measured]) -> Self {
        Runs { plan, all: runs, t: Cell::new((0, 0.0)) }
    }

    /// Rows of the services.
    pub fn services(&self) -> Vec<ServiceRow> {
        self.of_kind(|kind| kind != Kind::Stream).map(|id| self.service(id)).collect()
    }

    /// Rows of the streams of standalone tasks.
    pub fn streams(&self) -> Vec<StreamRow> {
        self.of_kind(|kind| kind == Kind::Stream).map(|id| self.stream(id)).collect()
    }

    /// Rows of the capacity providers with hosts of their own.
    pub fn providers(&self) -> Vec<ProviderRow> {
        let own = |kind: &ProviderKind| matches!(kind, ProviderKind::Group(_) | ProviderKind::Managed(_));
        let rows = self.plan.providers_in_order().filter(|id| own(&self.plan.providers[*id].kind));
        rows.map(|id| {
            let (place, row) = (id.row(), &self.plan.providers[id]);
            let reservation = self.maybe(|run| run.providers[place].reservation.map(|_| 0.0));
            ProviderRow {
                capacity_provider: provider_name(self.plan, row),
                hosts: self.level(|run| run.providers[place].hosts),
                reservation: reservation
                    .map(|_| self.level(|run| run.providers[place].reservation.unwrap_or_default())),
                cost_per_hour: self.cost(|run| run.providers[place].price),
            }
        })
        .collect()
    }

    /// Rows of the faults.
    pub fn faults(&self) -> Vec<FaultRow> {
        self.plan.faults_in_order().map(|fault| self.fault(fault)).collect()
    }

    /// Rows of the losses: by service, cause (mechanisms first) and phase.
    pub fn losses(&self) -> Vec<LossRow> {
        self.plan.services_in_order().flat_map(|service| self.losses_of(service)).collect()
    }

    fn of_kind(&self, wanted: impl Fn(Kind) -> bool) -> impl Iterator<Item = ServiceId> {
        self.plan.services_in_order().filter(move |id| wanted(self.plan.services[*id].kind))
    }

    fn service(&self, id: ServiceId) -> ServiceRow {
        let row = &self.plan.services[id];
        let of = |run: &'a Measured| &run.services[id.row()];
        let offered = |run| of(run).ledger.offered;
        let failed = |run| offered(run) - of(run).ledger.served;
        let lost = |run| (offered(run) > 0).then(|| failed(run) as f64 / offered(run) as f64);
        let short = |run: &'a Measured| {
            let defined = run.window > 0 && of(run).availability.needed;
            defined.then(|| (u128::from(run.window) - of(run).availability.met) as f64 / run.window as f64)
        };
        let (requests, capacity) = (self.maybe(lost), self.maybe(short));
        let first = self.all.first().map_or(0, |run| of(run).desired);
        ServiceRow {
            service: row.name.clone(),
            desired_count: if row.kind == Kind::Daemon { first as u32 } else { row.desired },
            request_availability: requests.map(complement),
            capacity_availability: capacity.map(complement),
            nines: requests.or(capacity).and_then(nines),
            requests: Requests {
                offered: self.each(|run| offered(run) as f64 / REQUEST),
                served: self.each(|run| of(run).ledger.served as f64 / REQUEST),
                failed: self.each(|run| failed(run) as f64 / REQUEST),
            },
            providers: self.on_providers(row, of),
            running: self.level(|run| of(run).availability.running),
            launches: self.launches(|run| &of(run).launches),
            stops: self.stops(|run| &of(run).launches),
            start_seconds: self.quantiles(id),
            zone_share: self.zone_share(row, of),
            cost_per_hour: self.cost(|run| of(run).price),
        }
    }

    fn stream(&self, id: ServiceId) -> StreamRow {
        let of = |run: &'a Measured| &run.services[id.row()];
        StreamRow {
            stream: self.plan.services[id].name.clone(),
            running: self.level(|run| of(run).availability.running),
            launches: self.launches(|run| &of(run).launches),
            completed: self.each(|run| of(run).launches.completed as f64),
            stops: self.stops(|run| &of(run).launches),
            start_seconds: self.quantiles(id),
            cost_per_hour: self.cost(|run| of(run).price),
        }
    }

    /// Running tasks by capacity provider. A service with one has all of them there.
    fn on_providers(
        &self,
        row: &Service,
        of: impl Fn(&'a Measured) -> &'a ServiceMeasure,
    ) -> BTreeMap<String, OnProvider> {
        let mut found = BTreeMap::new();
        for (place, item) in row.strategy.iter().enumerate() {
            let level = |run: &'a Measured| {
                let service = of(run);
                let running = &service.availability.running;
                match service.on.get(place) {
                    _ if run.window == 0 => 0.0,
                    Some(sum) => *sum as f64 / run.window as f64,
                    None => running.sum as f64 / run.window as f64,
                }
            };
            found.insert(self.plan.providers[item.provider].name.clone(), OnProvider { running: self.each(level) });
        }
        found
    }

    fn zone_share(&self, row: &Service, of: impl Fn(&'a Measured) -> &'a ServiceMeasure) -> BTreeMap<String, Estimate> {
        let zones = self.plan.cells[self.plan.clusters[row.cluster].cell].zones.clone();
        let mut shares = BTreeMap::new();
        for (place, zone) in zones.enumerate() {
            let zone = crate::model::ids::ZoneId(zone);
            let levels = |run: &'a Measured| &of(run).availability;
            let part = |run| {
                let all = levels(run).running.sum;
                (all > 0).then(|| levels(run).zones[place] as f64 / all as f64)
            };
            let share = self.maybe(part).map(share);
            // Zones of its subnets are listed in any case, others once a task ran there.
            if let Some(share) = share.filter(|share| share.mean > 0.0 || row.zones.contains(&zone)) {
                shares.insert(self.plan.zones[zone].id.clone(), share);
            }
        }
        shares
    }

    fn launches(&self, of: impl Fn(&'a Measured) -> &'a launches::Measure) -> Launches {
        let reasons = Reason::ALL.iter().map(|reason| reason.name()).enumerate();
        let mut failed = self.counts(reasons, |run, row| of(run).failed[row]);
        let codes = StopCode::ALL.iter().map(|code| code.name()).enumerate();
        failed.extend(self.counts(codes, |run, row| of(run).failed_code[row]));
        Launches {
            requested: self.each(|run| of(run).requested as f64),
            running: self.each(|run| of(run).running as f64),
            failed,
        }
    }

    fn stops(&self, of: impl Fn(&'a Measured) -> &'a launches::Measure) -> BTreeMap<String, Estimate> {
        self.counts(StopCode::ALL.iter().map(|code| code.name()).enumerate(), |run, row| of(run).stopped[row])
    }

    /// Counts by name; what never happened is left out, and what has no name is called `unknown`.
    fn counts(
        &self,
        names: impl Iterator<Item = (usize, &'static str)>,
        of: impl Fn(&'a Measured, usize) -> u64,
    ) -> BTreeMap<String, Estimate> {
        let some = names.filter(|(row, _)| self.all.iter().any(|run| of(run, *row) > 0));
        let called = |name: &str| if name.is_empty() { "unknown".to_owned() } else { name.to_owned() };
        some.map(|(row, name)| (called(name), self.each(|run| of(run, row) as f64))).collect()
    }

    fn quantiles(&self, id: ServiceId) -> Quantiles {
        let of = |which: usize| {
            let quantile = |run: &Measured| run.services[id.row()].launches.start_quantiles[which];
            self.maybe(|run| quantile(run).map(|micros| micros as f64 / 1e6))
        };
        Quantiles { p50: of(0), p99: of(1) }
    }

    fn level(&self, of: impl Fn(&'a Measured) -> Extent) -> Level {
        let mean = |run: &'a Measured| {
            let extent = of(run);
            if run.window == 0 { extent.least as f64 } else { extent.sum as f64 / run.window as f64 }
        };
        Level {
            min: self.each(|run| of(run).least as f64),
            mean: self.each(mean),
            max: self.each(|run| of(run).most as f64),
        }
    }

    fn cost(&self, of: impl Fn(&'a Measured) -> Option<u128>) -> Maybe {
        self.maybe(|run| of(run).filter(|_| run.window > 0).map(|price| price as f64 / run.window as f64 / 1e9))
    }

    fn fault(&self, id: FaultId) -> FaultRow {
        let row = &self.plan.faults[id];
        let of = |run: &'a Measured| &run.faults[id.row()];
        let back = |which: usize| self.pooled(move |run| of(run).back(which));
        let hit = HitCounts {
            zones: self.each(|run| of(run).zones.len() as f64),
            cells: self.each(|run| of(run).cells.len() as f64),
            hosts: self.each(|run| of(run).hosts as f64),
            tasks: self.each(|run| of(run).tasks as f64),
            services: self.each(|run| of(run).services.len() as f64),
            clusters: self.each(|run| of(run).clusters.len() as f64),
        };
        let lost = |run: &'a Measured| losses_by(run, Why::Fault(id));
        FaultRow {
            name: row.name.clone(),
            kind: row.kind.to_owned(),
            occurrences: self.each(|run| of(run).occurrences as f64),
            begin_seconds: self.maybe(|run| of(run).begin.map(crate::engine::Time::as_secs_f64)),
            end_seconds: self.maybe(|run| of(run).end.map(crate::engine::Time::as_secs_f64)),
            hit,
            blast_radius: self.maybe(|run| self.blast(run, of(run))).map(share),
            detect_seconds: self.pooled(|run| of(run).detected()),
            recover_seconds: back(0),
            full_strength_seconds: back(1),
            balanced_seconds: back(2),
            recovered: self.each(|run| of(run).back(0).count as f64),
            never_recovered: self.each(|run| of(run).never() as f64),
            lost_requests: self.each(|run| lost(run).0 as f64 / REQUEST),
            lost_task_seconds: self.each(|run| lost(run).1 as f64 / TASK_SECOND),
            needed_launches: self.each(|run| of(run).launches as f64),
        }
    }

    /// Share of the clusters hit, over the occurrences; weighted by offered requests when all clusters have some.
    fn blast(&self, run: &Measured, fault: &recovery::Measure) -> Option<f64> {
        if fault.occurrences == 0 || self.plan.clusters.is_empty() {
            return None;
        }
        let offered = |cluster: &crate::model::plan::Cluster| -> u128 {
            cluster.services.clone().map(|row| run.services[row as usize].ledger.offered).sum()
        };
        let mut weights: Vec<u128> = self.plan.clusters.iter().map(offered).collect();
        let row = |service: ServiceId| self.plan.services[service].cluster.row();
        let router = self.plan.application.as_ref().map(|one| row(one.router));
        if weights.iter().enumerate().any(|(row, weight)| *weight == 0 && Some(row) != router) {
            weights.fill(1);
            if let Some(router) = router {
                weights[router] = 0;
            }
        } else if let Some(router) = router {
            // The router serves the customers of the cells, who count there; those without a cell are left.
            weights[router] = run.application.as_ref().map_or(0, |of| of.homeless_offered);
        }
        let all: u128 = weights.iter().sum();
        let hit: u128 = fault.clusters.iter().map(|(id, times)| weights[id.row()] * u128::from(*times)).sum();
        Some(hit as f64 / all as f64 / fault.occurrences as f64)
    }

    fn losses_of(&self, id: ServiceId) -> Vec<LossRow> {
        let rows = |run: &'a Measured| run.services[id.row()].ledger.losses.iter();
        let keys: BTreeSet<(Why, Phase)> =
            self.all.iter().flat_map(|run| rows(run).map(|loss| (loss.why, loss.phase))).collect();
        let row = |(why, phase): (Why, Phase)| {
            let find = |run| rows(run).find(|loss| loss.why == why && loss.phase == phase);
            LossRow {
                service: self.plan.services[id].name.clone(),
                cause: match why {
                    Why::Mechanism(mechanism) => mechanism.name().to_owned(),
                    Why::Fault(fault) => self.plan.faults[fault].name.clone(),
                    Why::Change(change) => self.plan.changes[change].name.clone(),
                },
                phase: phase.name().to_owned(),
                lost_requests: self.each(|run| find(run).map_or(0.0, |loss| loss.requests as f64 / REQUEST)),
                lost_task_seconds: self.each(|run| find(run).map_or(0.0, |loss| loss.task_time as f64 / TASK_SECOND)),
            }
        };
        let mut keys: Vec<(Why, Phase)> = keys.into_iter().collect();
        keys.sort_by_key(|(why, phase)| (self.place(*why), *phase));
        keys.into_iter().map(row).collect()
    }

    /// Where a cause stands among all: mechanisms first, then faults and changes in the order of the file.
    fn place(&self, why: Why) -> (u8, usize) {
        let written = &self.plan.written;
        match why {
            Why::Mechanism(mechanism) => (0, mechanism as usize),
            Why::Fault(id) => (1, written.faults.iter().position(|one| *one == id).unwrap_or(usize::MAX)),
            Why::Change(id) => (2, written.changes.iter().position(|one| *one == id).unwrap_or(usize::MAX)),
        }
    }

    pub(super) fn each(&self, value: impl Fn(&'a Measured) -> f64) -> Estimate {
        self.estimate(&self.all.iter().map(value).collect())
    }

    pub(super) fn maybe(&self, value: impl Fn(&'a Measured) -> Option<f64>) -> Maybe {
        let moments: Moments = self.all.iter().filter_map(value).collect();
        (moments.count() > 0).then(|| self.estimate(&moments))
    }

    /// The mean over all occurrences of all replications that have a value, and the interval of that ratio of two sums.
    fn pooled(&self, of: impl Fn(&'a Measured) -> recovery::Mean) -> Maybe {
        let runs: Vec<(f64, f64)> =
            self.all.iter().map(of).filter(|mean| mean.count > 0).map(recovery::Mean::parts).collect();
        let count: f64 = runs.iter().map(|(_, count)| count).sum();
        if runs.is_empty() {
            return None;
        }
        let mean = runs.iter().map(|(sum, _)| sum).sum::<f64>() / count;
        // How far each replication's sum is off, for a replication of the usual number of occurrences: the mean of these
        // is 0, and their spread that of the ratio (delta method). With one occurrence each it is the plain interval.
        let usual = count / runs.len() as f64;
        let off: Moments = runs.iter().map(|(sum, count)| (sum - mean * count) / usual).collect();
        let around = self.estimate(&off);
        let end = |end: Option<f64>| end.map(|end| mean + (end - around.mean));
        Some(Estimate { mean, low: end(around.low), high: end(around.high), n: around.n })
    }

    fn estimate(&self, moments: &Moments) -> Estimate {
        let n = moments.count();
        if n > 1 && self.t.get().0 != n - 1 {
            self.t.set((n - 1, interval::t_95(n - 1)));
        }
        let ends = interval::mean_95(moments, self.t.get().1);
        Estimate { mean: moments.mean(), low: ends.map(|e| e.0), high: ends.map(|e| e.1), n: n as u32 }
    }
}

/// Requests and task time that a cause cost all services.
fn losses_by(run: &Measured, why: Why) -> (u128, u128) {
    let losses = run.services.iter().flat_map(|service| &service.ledger.losses).filter(|loss| loss.why == why);
    losses.fold((0, 0), |sum, loss| (sum.0 + loss.requests, sum.1 + loss.task_time))
}

/// A share and its interval stay within 0 and 1.
pub(super) fn share(estimate: Estimate) -> Estimate {
    let within = |value: f64| value.clamp(0.0, 1.0);
    Estimate { low: estimate.low.map(within), high: estimate.high.map(within), ..estimate }
}

/// 1 - x of a share.
pub(super) fn complement(lost: Estimate) -> Estimate {
    let lost = share(lost);
    Estimate { mean: 1.0 - lost.mean, low: lost.high.map(|x| 1.0 - x), high: lost.low.map(|x| 1.0 - x), n: lost.n }
}

/// -log10 of the share lost; `None` when nothing was. An end of the interval at which nothing is lost is null.
pub(super) fn nines(lost: Estimate) -> Maybe {
    let lost = share(lost);
    // Adding zero turns the -0 of a total loss into 0.
    let of = |share: f64| (share > 0.0).then(|| -libm::log10(share) + 0.0);
    Some(Estimate { mean: of(lost.mean)?, low: lost.high.and_then(of), high: lost.low.and_then(of), n: lost.n })
}
