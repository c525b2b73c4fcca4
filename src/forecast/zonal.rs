//! Zonal shifts: whether the zones that are left carry the load at its peak ([arc-best-practices]).

use super::start::Start;
use crate::model::Plan;
use crate::model::ids::{ServiceId, ZoneId};
use crate::model::problem::Problems;
use crate::model::quantity::Rate;
use serde::Serialize;
use std::collections::BTreeSet;

/// A service whose load balancer may be shifted away from a zone, at its peak.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShiftRow {
    pub service: String,
    /// The zone that would be left.
    pub away_from: String,
    /// Targets of the other zones at the start of the run.
    pub targets_left: u32,
    /// What these answer, what is asked at the peak, and what nothing answers then; requests a second.
    #[serde(serialize_with = "per_second")]
    pub answers_per_second: Rate,
    #[serde(serialize_with = "per_second")]
    pub peak_per_second: Rate,
    #[serde(serialize_with = "per_second")]
    pub lost_per_second: Rate,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn per_second<S: serde::Serializer>(rate: &Rate, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(rate.per_second())
}

/// Every service and zone that a shift of the scenario may concern.
pub fn derived(plan: &Plan) -> Vec<ShiftRow> {
    let pairs = concerned(plan);
    if pairs.is_empty() {
        return Vec::new();
    }
    let start = if Start::is_full(plan) { Start::of(plan) } else { Start::full(plan) };
    plan.services_in_order()
        .flat_map(|id| pairs.iter().copied().filter(move |(of, _)| *of == id))
        .filter_map(|(service, zone)| row(plan, &start, service, zone))
        .collect()
}

/// Load balancers and zones that shifts of the scenario name.
fn concerned(plan: &Plan) -> BTreeSet<(ServiceId, ZoneId)> {
    let shifts = plan.changes.iter().filter_map(|change| change.zonal.as_ref());
    let of_aws = plan.autoshifts.iter().flat_map(|row| {
        let service = row.resource.balancer();
        row.zones.iter().filter_map(move |zone| Some((service?, *zone)))
    });
    shifts
        .flat_map(|shift| shift.resources.iter().filter_map(|resource| Some((resource.balancer()?, shift.away_from))))
        .chain(of_aws)
        .collect()
}

fn row(plan: &Plan, start: &Start, id: ServiceId, away: ZoneId) -> Option<ShiftRow> {
    let service = &plan.services[id];
    let (traffic, balancer) = (service.traffic.as_ref()?, service.balancer.as_ref()?);
    let others = || balancer.nodes.iter().copied().filter(|zone| *zone != away);
    let room = |zone: ZoneId| u64::from(start.tasks(id, zone)).saturating_mul(traffic.per_task);
    let zones = || start.zones(id).filter(|zone| *zone != away);
    let left: u32 = zones().map(|zone| start.tasks(id, zone)).sum();
    let peak = traffic.profile.peak();
    let answers = zones().fold(0u64, |sum, zone| sum.saturating_add(room(zone)));
    let carried = if balancer.cross_zone {
        answers.min(peak)
    } else {
        // Each node that is left has its part of the clients, and sends to its own zone.
        let part = peak / (others().count() as u64).max(1);
        others().map(|zone| room(zone).min(part)).sum()
    };
    Some(ShiftRow {
        service: service.name.clone(),
        away_from: plan.zones[away].id.clone(),
        targets_left: left,
        answers_per_second: Rate(answers),
        peak_per_second: Rate(peak),
        // What is left of an even division is no lack.
        lost_per_second: Rate(if peak - carried < balancer.nodes.len() as u64 { 0 } else { peak - carried }),
    })
}

/// Warns of each service for which the other zones do not carry the peak: a shift at that time loses requests. The zone
/// that leaves the least is told.
pub fn doubts(plan: &Plan, out: &mut Problems) {
    let mut worst: Vec<ShiftRow> = Vec::new();
    for row in derived(plan).into_iter().filter(|row| row.lost_per_second.0 > 0) {
        match worst.last_mut().filter(|last| last.service == row.service) {
            Some(last) if last.lost_per_second.0 < row.lost_per_second.0 => *last = row,
            Some(_) => {}
            None => worst.push(row),
        }
    }
    let at = if plan.autoshifts.is_empty() { "/changes" } else { "/zonalAutoshift" };
    for row in worst {
        let ShiftRow { service, away_from, targets_left, answers_per_second, peak_per_second, lost_per_second } = row;
        let [answers, peak, lost] =
            [answers_per_second, peak_per_second, lost_per_second].map(|rate| format!("{}/s", rate.per_second()));
        let message = format!(
            "without `{away_from}`, `{service}` has {targets_left} targets, which answer {answers} of {peak} at its \
             peak: {lost} too little"
        );
        out.no_room(at, message, "raise `desiredCount` until the other zones carry the peak alone");
    }
}
