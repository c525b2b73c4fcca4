//! Zonal autoshift.

use super::measures;
use super::shape::{Estimate, Maybe};
use super::walk::Run;
use crate::engine::Time;
use crate::metrics::autoshifts::Measure;
use crate::metrics::ledger::{REQUEST, Why};
use crate::model::fact::{Mechanism, OUTCOMES};
use crate::model::ids::AutoshiftId;
use std::collections::BTreeMap;

measures! {
    /// What zonal autoshift did with one resource.
    AutoshiftRow(w, id: AutoshiftId) {
        /// The resource: "cluster/name" of the service whose load balancer it is.
        resource: String = w.plan.autoshifts[id].name.clone();
        /// How often AWS shifted it away from an impaired zone.
        autoshifts: Estimate [times] = w.each(|run| count(run, id, |of| f64::from(of.shifts)));
        /// When it first did; null when it never did.
        first_autoshift_seconds: Maybe [seconds] = w.maybe(|run| find(run, id)?.first.map(Time::as_secs_f64));
        /// Time of the window for which an autoshift was active, applied or not.
        shifted_seconds: Estimate [seconds] = w.each(|run| count(run, id, |of| of.micros as f64 / 1e6));
        /// Practice runs that began, or failed their capacity check.
        practice_runs: Estimate [times] = w.each(|run| count(run, id, |of| f64::from(of.runs.iter().sum::<u32>())));
        /// Of these, how many ended in each way: `SUCCEEDED`, `FAILED`, `INTERRUPTED`, `CAPACITY_CHECK_FAILED`, or
        /// `PENDING` at the end of the run.
        practice_outcomes: BTreeMap<String, Estimate> [times] =
            w.counts(OUTCOMES.into_iter(), |run, place| count(run, id, |of| of.runs[place].into()));
        /// Practice runs that somebody started and ARC refused.
        refused: Estimate [times] = w.each(|run| count(run, id, |of| f64::from(of.refused)));
        /// Requests in the window that failed because an autoshift held targets back.
        lost_requests: Estimate [requests Lower] = w.each(|run| lost(run, id, Mechanism::ZonalAutoshift));
        /// The same of practice runs.
        lost_in_practice: Estimate [requests Lower] = w.each(|run| lost(run, id, Mechanism::PracticeRun));
    }
}

fn count(run: &Run<'_>, id: AutoshiftId, take: impl Fn(&Measure) -> f64) -> f64 {
    find(run, id).map_or(0.0, take)
}

fn find<'r>(run: &'r Run<'_>, id: AutoshiftId) -> Option<&'r Measure> {
    let place = run.autoshifts.binary_search_by_key(&id, |row| row.0).ok()?;
    Some(&run.autoshifts[place].1)
}

fn lost(run: &Run<'_>, id: AutoshiftId, mechanism: Mechanism) -> f64 {
    let Some(service) = run.plan.autoshifts[id].resource.balancer() else { return 0.0 };
    let losses = run.service(service).ledger.losses.iter().filter(|loss| loss.why == Why::Mechanism(mechanism));
    losses.map(|loss| loss.requests).sum::<u128>() as f64 / REQUEST
}
