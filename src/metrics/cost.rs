//! What a task costs an hour, in billionths of a dollar.
//!
//! Example prices of us-east-1, Linux, on demand (AWS Fargate pricing; Amazon EC2 On-Demand pricing); never current
//! ones. Left out: ephemeral storage, traffic, the one-minute minimum. Instances of Spot count at the on-demand price,
//! an upper bound.

use crate::model::plan::InstanceType;

/// Dollars for a vCPU-hour of Fargate on x86, in billionths (sourced: [fargate-prices]).
const VCPU_HOUR: u64 = 40_480_000;
/// Dollars for a GB-hour of Fargate on x86, in billionths (sourced: [fargate-prices]).
const GB_HOUR: u64 = 4_445_000;
/// What Fargate Spot costs of the on-demand price, in percent: "up to 70 % off" (model choice).
const SPOT_PERCENT: u64 = 30;

/// A task on Fargate; CPU units and MiB.
pub fn fargate(cpu: u32, memory: u32, spot: bool) -> u64 {
    let full = (u64::from(cpu) * VCPU_HOUR + u64::from(memory) * GB_HOUR) / 1_024;
    if spot { full * SPOT_PERCENT / 100 } else { full }
}

/// An instance; `None` when its type has no price.
pub fn instance(kind: &InstanceType) -> Option<u64> {
    kind.price.map(|dollars| libm::round(dollars * 1e9) as u64)
}

/// A task's share of its host's price: the larger of its shares of CPU and memory.
pub fn hosted(cpu: u32, memory: u32, kind: &InstanceType) -> Option<u64> {
    let part = |of: u32, whole: u32| f64::from(of) / f64::from(whole.max(1));
    let share = part(cpu, kind.cpu).max(part(memory, kind.memory)).min(1.0);
    kind.price.map(|dollars| libm::round(dollars * share * 1e9) as u64)
}
