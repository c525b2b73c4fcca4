//! What tasks of a service use, as Amazon ECS publishes it, and metrics that somebody else publishes.
//!
//! Model choices: a task uses `atRest` without requests and `atFull` when it handles `requestsPerTask`, in a straight
//! line between the two; overload stays at full. A request that fails at a living task costs `failedRequest` of an
//! answered one, so that errors lower the metric. Tasks of a service are alike, so that `Minimum` and `Maximum` are
//! those over time.

use crate::engine::Time;
use crate::model::alarm::Level;
use crate::model::flows::World;
use crate::model::ids::{MetricId, ServiceId};
use crate::model::plan::scaling::{Usage, Use};
use crate::model::plan::{Metric, Plan, WHOLE};
use crate::model::quantity::part_of;
use crate::model::tables::asked::Asked;
use crate::model::tables::shortfall::Split;

/// Billionths of a percent in a millionth of the whole: 1 % is 10,000 of them.
const PERCENT: u64 = 100_000;

/// What a metric of a service is at; `None`: it is not one of these.
pub(crate) fn level(
    world: &World,
    metric: Metric,
    service: ServiceId,
    (asked, plan, now): (Asked, &Plan, Time),
) -> Option<Level> {
    let zones = &world.services[service].zones;
    let running = || -> u32 { zones.iter().map(|zone| zone.running).sum() };
    let used = |of: fn(&Usage) -> Use| match (&plan.services[service].usage, running()) {
        (Some(usage), running @ 1..) => {
            Level::Gauge(used(&of(usage), load(world, service, asked, running, plan)) * PERCENT)
        }
        _ => Level::Absent,
    };
    match metric {
        Metric::CpuUtilization => Some(used(|usage| usage.cpu)),
        Metric::MemoryUtilization => Some(used(|usage| usage.memory)),
        Metric::RequestCountPerTarget => {
            let targets: u32 = zones.iter().map(|zone| zone.serving + zone.dead).sum();
            let open: u32 = zones.iter().map(|zone| zone.idle + zone.idle_dead).sum();
            let asked_targets = u64::from(if targets == 0 { open } else { targets });
            Some(asked.offered.checked_div(asked_targets).map_or(Level::Absent, Level::Count))
        }
        Metric::Custom(metric) => Some(custom(metric, running(), plan, now)),
        _ => None,
    }
}

fn custom(metric: MetricId, running: u32, plan: &Plan, now: Time) -> Level {
    let one = &plan.custom[metric];
    let value = one.course.at(now).0;
    match (one.per_task, u64::from(running)) {
        (false, _) => Level::Gauge(value),
        (true, running) => value.checked_div(running).map_or(Level::Absent, Level::Gauge),
    }
}

/// What all requests that tasks handle make of their full load, in millionths, on average over those that run. Those
/// that fail for a lack of room make none: who has no room is at full load already.
fn load(world: &World, service: ServiceId, asked: Asked, running: u32, plan: &Plan) -> (u64, u64) {
    let Some(traffic) = &plan.services[service].traffic else { return (0, 0) };
    let of = &world.services[service].traffic;
    let full = u64::from(running).saturating_mul(traffic.per_task.max(1));
    let share = |rate: u64| Split::over(WHOLE, full).part(rate.min(full));
    // What comes too late took as long as what is in time.
    (share(asked.served.saturating_add(of.late).saturating_add(of.copied.served)), share(of.spoilt))
}

/// In millionths.
fn used(of: &Use, (answered, failed): (u64, u64)) -> u64 {
    let load = (answered + part_of(failed, of.failed_request)).min(WHOLE);
    let (rest, full) = (of.at_rest, of.at_full);
    if full >= rest { rest + part_of(full - rest, load) } else { rest - part_of(rest - full, load) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_uses_more_under_load_and_less_for_what_fails() {
        let of = Use { at_rest: 50_000, at_full: 850_000, failed_request: 250_000, resolution: 60 };
        for (answered, failed, expected) in [
            (0, 0, 50_000),
            (500_000, 0, 450_000),
            (1_000_000, 0, 850_000),
            // Half of the requests fail at a quarter of the cost: 0.5 + 0.5 / 4 of the full load.
            (500_000, 500_000, 550_000),
            (1_000_000, 400_000, 850_000),
        ] {
            assert_eq!(used(&of, (answered, failed)), expected, "{answered} {failed}");
        }
    }
}
