//! `TargetResponseTime` of a load balancer: its mean, and how many answers exceed a percentile's threshold.

use crate::engine::Span;
use crate::model::alarm::Level;
use crate::model::flows::World;
use crate::model::ids::ServiceId;
use crate::model::plan::Plan;
use crate::model::plan::response::{BILLION, share_of};
use crate::model::tables::asked::Answers;

/// The mean of all answers that are there before the time-out, as seconds by requests: what comes later is no answer to
/// a load balancer.
pub(crate) fn mean(world: &World, service: ServiceId, plan: &Plan) -> Level {
    let response = plan.services[service].traffic.as_ref().and_then(|traffic| traffic.response.as_deref());
    let Some(response) = response else { return Level::Absent };
    let (mut seconds, mut requests) = (0u128, 0);
    for Answers { pace, rate } in &world.services[service].traffic.answers {
        let Some((mean, share)) = response.mean(*pace) else { continue };
        let rate = share_of(*rate, share);
        seconds += u128::from(rate) * u128::from(mean) / 1_000_000;
        requests += rate;
    }
    Level::Ratio { failed: u64::try_from(seconds).unwrap_or(u64::MAX), offered: requests }
}

/// How many of the answers that are there before the time-out take longer than a time, and how many there are.
pub(crate) fn slower(world: &World, service: ServiceId, than: Span, plan: &Plan) -> Level {
    let response = plan.services[service].traffic.as_ref().and_then(|traffic| traffic.response.as_deref());
    let Some(response) = response else { return Level::Absent };
    let (mut failed, mut offered) = (0, 0);
    for Answers { pace, rate } in &world.services[service].traffic.answers {
        let late = response.late(*pace);
        failed += share_of(*rate, response.tail(*pace, than).saturating_sub(late));
        offered += share_of(*rate, BILLION - late);
    }
    // Each is rounded by itself.
    Level::Ratio { failed: failed.min(offered), offered }
}
