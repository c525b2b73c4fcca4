//! Scaling policies.

use super::measures;
use super::service::Level;
use super::shape::{Estimate, Maybe};
use super::walk::{Run, Walk};
use crate::metrics::scaling::Measure;
use crate::model::ids::TargetId;
use crate::model::plan::Plan;

measures! {
    /// What one scaling policy did in the window.
    ScalingRow(w, of: (TargetId, usize)) {
        /// "cluster/service/policy".
        name: String = name(w.plan, of);
        /// "cluster/name" of the service that it scales.
        service: String = w.plan.services[w.plan.scaling[of.0].service].name.clone();
        /// Name of the policy.
        policy: String = w.plan.scaling[of.0].policies[of.1].name.clone();
        /// How often it scaled out.
        outs: Estimate [times] = w.each(|run| count(run, of, |of| f64::from(of.outs)));
        /// How often it scaled in.
        ins: Estimate [times] = w.each(|run| count(run, of, |of| f64::from(of.ins)));
        /// Tasks that the service was to have, whoever asked for them:
        desired: Level [tasks] = Level::walk(w, &|run| find(run, of).map(|of| of.desired));
        /// From the first step of the load after which it scaled out until the first task that this launched serves.
        /// The step is when the metric went beyond the threshold with a larger rate, or, of a metric of the scenario's
        /// own, by itself; null without one.
        seconds_to_serve: Maybe [seconds Lower] = w.maybe(|run| find(run, of)?.to_serve.map(|span| span as f64 / 1e6));
        /// How often it scaled in while at least one request in a thousand failed.
        wrong_way: Estimate [times Lower] = w.each(|run| count(run, of, |of| f64::from(of.wrong_way)));
    }
}

fn name(plan: &Plan, (target, policy): (TargetId, usize)) -> String {
    let row = &plan.scaling[target];
    format!("{}/{}", plan.services[row.service].name, row.policies[policy].name)
}

/// Every policy: services in the order of the file, and policies by name.
pub(super) fn all(w: &Walk<'_>) -> Vec<(TargetId, usize)> {
    let plan = w.plan;
    let of = |service| plan.scaling.pairs().filter(move |(_, target)| target.service == service);
    let policies = |(id, target): (TargetId, &crate::model::plan::ScalableTarget)| {
        (0..target.policies.len()).map(move |place| (id, place)).collect::<Vec<_>>()
    };
    if plan.scaling.is_empty() {
        return Vec::new();
    }
    plan.services_in_order().flat_map(of).flat_map(policies).collect()
}

fn find<'r>(run: &'r Run<'_>, (target, policy): (TargetId, usize)) -> Option<&'r Measure> {
    let place = run.scaling.binary_search_by_key(&target, |row| row.0).ok()?;
    run.scaling[place].1.policies.get(policy)
}

fn count(run: &Run<'_>, of: (TargetId, usize), take: fn(&Measure) -> f64) -> f64 {
    find(run, of).map_or(0.0, take)
}
