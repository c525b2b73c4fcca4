//! What follows from scalable targets: the load that their bounds carry, and how busy tasks are at a policy's target, also
//! without one zone.

use crate::model::ids::ServiceId;
use crate::model::plan::scaling::PolicyKind;
use crate::model::plan::{Metric, Plan, Profile, ScalableTarget};
use serde::Serialize;

/// Requests a second in a billionth of them.
const BILLION: f64 = 1e9;

/// What follows for one scalable target, as `check --json` prints it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bounds {
    pub service: String,
    pub min_capacity: u32,
    pub max_capacity: u32,
    /// Tasks for the lowest and for the highest rate; none without traffic.
    pub needed: Option<[u32; 2]>,
    /// Requests a second that the fewest and the most tasks can answer.
    pub carries_per_second: Option<[f64; 2]>,
    /// Tasks left of the fewest when a zone is lost that has most of them.
    pub min_left_without_zone: u32,
    /// The same of the most.
    pub max_left_without_zone: u32,
    pub policies: Vec<AtTarget>,
}

/// How busy tasks are when a policy has what it wants.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AtTarget {
    pub policy: String,
    /// Share of what a task can answer; none where the metric does not say.
    pub busy: Option<f64>,
    /// The same once a zone is lost and its requests go to the others: above 1 some fail until it has scaled out.
    pub busy_without_zone: Option<f64>,
}

/// Every scalable target, services in the order of the file.
pub fn bounds(plan: &Plan) -> Vec<Bounds> {
    let of = |service: ServiceId| plan.scaling.iter().find(|target| target.service == service);
    if plan.scaling.is_empty() {
        return Vec::new();
    }
    plan.services_in_order().filter_map(of).map(|target| one(plan, target)).collect()
}

/// Of one target.
pub fn one(plan: &Plan, target: &ScalableTarget) -> Bounds {
    let row = &plan.services[target.service];
    let zones = plan.zones_of(row).len().max(1) as u32;
    let traffic = row.traffic.as_ref();
    let needed = traffic.map(|traffic| {
        let tasks = |rate: u64| u32::try_from(rate.div_ceil(traffic.per_task.max(1))).unwrap_or(u32::MAX);
        [tasks(lowest(&traffic.profile)), tasks(traffic.profile.peak())]
    });
    let carries = traffic
        .map(|traffic| [target.min, target.max].map(|tasks| f64::from(tasks) * traffic.per_task as f64 / BILLION));
    let policies = target.policies.iter().map(|policy| {
        let busy = match &policy.kind {
            PolicyKind::TargetTracking(one) => {
                plan.alarms[one.high].on_metric().and_then(|on| busy(plan, target, on.metric, one.target))
            }
            PolicyKind::Step(_) | PolicyKind::Predictive(_) => None,
        };
        let without = busy.filter(|_| zones > 1).map(|busy| busy * f64::from(zones) / f64::from(zones - 1));
        AtTarget { policy: policy.name.clone(), busy, busy_without_zone: without }
    });
    Bounds {
        service: row.name.clone(),
        min_capacity: target.min,
        max_capacity: target.max,
        needed,
        carries_per_second: carries,
        min_left_without_zone: target.min - target.min.div_ceil(zones),
        max_left_without_zone: target.max - target.max.div_ceil(zones),
        policies: policies.collect(),
    }
}

impl Bounds {
    /// Whether even the most tasks, without a zone that has most of them, are fewer than the peak needs.
    pub fn falls_short(&self) -> bool {
        self.needed.is_some_and(|[_, peak]| self.max_left_without_zone < peak)
    }
}

/// The share of what a task can answer at which a metric is at the target.
fn busy(plan: &Plan, target: &ScalableTarget, metric: Metric, value: i128) -> Option<f64> {
    let row = &plan.services[target.service];
    let traffic = row.traffic.as_ref()?;
    let of_use = |usage: crate::model::plan::scaling::Use| {
        let (rest, full) = (usage.at_rest as f64 / 1e6, usage.at_full as f64 / 1e6);
        (full > rest).then(|| ((value as f64 / BILLION / 100.0 - rest) / (full - rest)).max(0.0))
    };
    match metric {
        Metric::CpuUtilization => of_use(row.usage?.cpu),
        Metric::MemoryUtilization => of_use(row.usage?.memory),
        Metric::RequestCountPerTarget => Some(value as f64 / 60.0 / traffic.per_task.max(1) as f64),
        _ => None,
    }
}

fn lowest(profile: &Profile) -> u64 {
    match profile {
        Profile::Steps(steps) => steps.iter().map(|step| step.1).min().unwrap_or(0),
        Profile::Repeat { steps, .. } => steps.iter().map(|step| step.1).min().unwrap_or(0),
    }
}
