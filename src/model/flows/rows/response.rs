//! `TargetResponseTime` of a load balancer.

use crate::model::alarm::Level;
use crate::model::flows::World;
use crate::model::ids::ServiceId;
use crate::model::plan::Plan;
use crate::model::plan::response::share_of;
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
