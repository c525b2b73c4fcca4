//! Faults, and who lost what to them.

use super::measures;
use super::recovered::RecoveryRow;
use super::shape::{Estimate, Maybe};
use super::walk::{Run, Walk};
use crate::engine::Time;
use crate::engine::index::Id;
use crate::metrics::ledger::{REQUEST, TASK_SECOND, Why};
use crate::metrics::recovery;
use crate::model::fact::{Mechanism, Phase};
use crate::model::ids::{FaultId, ServiceId};
use crate::stats::Moments;
use serde::{Deserialize, Serialize};

measures! {
    /// What one fault did.
    FaultRow(w, id: FaultId) {
        /// Name.
        name: String = w.plan.faults[id].name.clone();
        /// Kind.
        kind: String [text] = w.plan.faults[id].kind.to_owned();
        /// How often it began.
        occurrences: Estimate [times] = w.each(|run| of(run, id).occurrences as f64);
        /// Begin of the first.
        begin_seconds: Maybe [seconds] = w.maybe(|run| of(run, id).begin.map(Time::as_secs_f64));
        /// End of the first; null when it does not end.
        end_seconds: Maybe [seconds] = w.maybe(|run| of(run, id).end.map(Time::as_secs_f64));
        /// What it hit:
        hit: HitCounts = HitCounts::walk(w, id);
        /// Share of clusters that lost something by it; weighted by offered requests when all clusters have some.
        blast_radius: Maybe [share Lower] = w.share(|run| blast(run, of(run, id)));
        /// From begin until ECS or a load balancer first acts on it, or a zonal shift or an autoshift leads requests of
        /// a service that it hit away from its zone. This and the three below are means over the occurrences that have
        /// a value, those of all replications together.
        detect_seconds: Maybe [seconds Lower] = w.pooled(|run| of(run, id).detected());
        /// Until the need is met for five minutes without a break; null where the run ended before.
        recover_seconds: Maybe [seconds Lower] = w.pooled(|run| of(run, id).back(0));
        /// Until available tasks are back at the desired count.
        full_strength_seconds: Maybe [seconds Lower] = w.pooled(|run| of(run, id).back(1));
        /// Until the zones differ by at most one task.
        balanced_seconds: Maybe [seconds Lower] = w.pooled(|run| of(run, id).back(2));
        /// Occurrences that `recoverSeconds` is the mean of.
        recovered: Estimate [times Higher] = w.each(|run| of(run, id).back(0).count as f64);
        /// Occurrences from which a service never recovered: those that the end of the run cut off, too. They are in no
        /// mean.
        never_recovered: Estimate [times Lower] = w.each(|run| of(run, id).never() as f64);
        /// Requests lost to it.
        lost_requests: Estimate [requests Lower] = w.each(|run| lost_by(run, id)[0]);
        /// Task-seconds missing from the desired count through it.
        lost_task_seconds: Estimate [task_seconds Lower] = w.each(|run| lost_by(run, id)[1]);
        /// Successful launches until each service first met its need again.
        needed_launches: Estimate [tasks Lower] = w.each(|run| of(run, id).launches as f64);
        /// What it did to each service that it hit or that fell short by it:
        services: Vec<RecoveryRow> = {
            let place = w.plan.faults_in_order().position(|other| other == id).unwrap_or_default();
            let all = w.fold().into_iter().flat_map(|fold| fold.recovered(place as u32));
            all.map(|(at, sums)| RecoveryRow::walk(w, *at, sums)).collect()
        };
    }
}

measures! {
    /// How many of each a fault hit.
    #[derive(Copy)]
    HitCounts(w, id: FaultId) {
        /// Zones.
        zones: Estimate [zones] = w.each(|run| of(run, id).zones.len() as f64);
        /// Control-plane cells.
        cells: Estimate [cells] = w.each(|run| of(run, id).cells.len() as f64);
        /// Container instances.
        hosts: Estimate [hosts Lower] = w.each(|run| of(run, id).hosts as f64);
        /// Tasks.
        tasks: Estimate [tasks Lower] = w.each(|run| of(run, id).tasks as f64);
        /// Services.
        services: Estimate [services Lower] = w.each(|run| of(run, id).services.len() as f64);
        /// Clusters.
        clusters: Estimate [clusters Lower] = w.each(|run| of(run, id).clusters.len() as f64);
    }
}

measures! {
    /// A part of the losses.
    LossRow(w, at: &[u32; 4], sums: &[Moments; 2]) {
        /// "cluster/name".
        service: String = w.plan.services[w.plan.written.services[at[0] as usize]].name.clone();
        /// A fault of the file, or a named mechanism.
        cause: String [text] = cause(w, at);
        /// Where on the way back.
        phase: String [text] = Phase::ALL[at[3] as usize].name().to_owned();
        /// Requests.
        lost_requests: Estimate [requests Lower] = w.sum(&sums[0]).unwrap_or_default();
        /// Task-seconds.
        lost_task_seconds: Estimate [task_seconds Lower] = w.sum(&sums[1]).unwrap_or_default();
    }
}

/// What one cause in one phase cost a service in one replication.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Lost {
    /// Place of the service in the file; mechanism, fault or change; its place; the phase.
    pub(super) at: [u32; 4],
    pub(super) requests: f64,
    pub(super) task_seconds: f64,
}

fn of<'r>(run: &'r Run<'_>, id: FaultId) -> &'r recovery::Measure {
    &run.measured.faults[id.row()]
}

/// Requests and task-seconds that a fault cost all services.
fn lost_by(run: &Run<'_>, id: FaultId) -> [f64; 2] {
    let losses = run.services.iter().flat_map(|service| &service.ledger.losses);
    let mine = losses.filter(|loss| loss.why == Why::Fault(id));
    let (requests, time) = mine.fold((0, 0), |sum, loss| (sum.0 + loss.requests, sum.1 + loss.task_time));
    [requests as f64 / REQUEST, time as f64 / TASK_SECOND]
}

/// All losses of a run: by service, cause (mechanisms first, then as in the file) and phase.
pub(super) fn losses(run: &Run<'_>) -> Vec<Lost> {
    let written = &run.plan.written;
    let place = |found: Option<usize>| found.map_or(u32::MAX, |place| place as u32);
    let of = |(id, row): (ServiceId, u32)| {
        run.service(id).ledger.losses.iter().map(move |loss| {
            let (kind, cause) = match loss.why {
                Why::Mechanism(mechanism) => (0, mechanism as u32),
                Why::Fault(id) => (1, place(written.faults.iter().position(|one| *one == id))),
                Why::Change(id) => (2, place(written.changes.iter().position(|one| *one == id))),
            };
            Lost {
                at: [row, kind, cause, loss.phase as u32],
                requests: loss.requests as f64 / REQUEST,
                task_seconds: loss.task_time as f64 / TASK_SECOND,
            }
        })
    };
    let mut all: Vec<Lost> = run.plan.services_in_order().zip(0..).flat_map(of).collect();
    all.sort_by_key(|lost| lost.at);
    all
}

fn cause(w: &Walk<'_>, [_, kind, place, _]: &[u32; 4]) -> String {
    let (plan, place) = (w.plan, *place as usize);
    match kind {
        0 => Mechanism::ALL[place].name().to_owned(),
        1 => plan.faults[plan.written.faults[place]].name.clone(),
        _ => plan.changes[plan.written.changes[place]].name.clone(),
    }
}

/// Share of the clusters hit, over the occurrences; weighted by offered requests when all clusters have some.
fn blast(run: &Run<'_>, fault: &recovery::Measure) -> Option<f64> {
    let plan = run.plan;
    if fault.occurrences == 0 || plan.clusters.is_empty() {
        return None;
    }
    let offered = |cluster: &crate::model::plan::Cluster| -> u128 {
        cluster.services.clone().map(|row| run.services[row as usize].ledger.offered).sum()
    };
    let mut weights: Vec<u128> = plan.clusters.iter().map(offered).collect();
    let row = |service: ServiceId| plan.services[service].cluster.row();
    let router = plan.application.as_ref().map(|one| row(one.router));
    if weights.iter().enumerate().any(|(row, weight)| *weight == 0 && Some(row) != router) {
        weights.fill(1);
        if let Some(router) = router {
            weights[router] = 0;
        }
    } else if let Some(router) = router {
        // The router serves the customers of the cells, who count there; those without a cell are left.
        weights[router] = run.application.as_ref().map_or(0, |of| of.unassigned_offered);
    }
    let all: u128 = weights.iter().sum();
    let hit: u128 = fault.clusters.iter().map(|(id, times)| weights[id.row()] * u128::from(*times)).sum();
    Some(hit as f64 / all as f64 / fault.occurrences as f64)
}
