//! Under what a lack of desired tasks is booked where a service scales: what holds scaling back, and whose fault it is.

use crate::model::cause::{Cause, Mechanism, Phase};
use crate::model::fact::NotScaled;
use crate::model::flows::World;
use crate::model::ids::ServiceId;
use crate::model::tables::Scaling;

/// Requests above what as many tasks as desired could answer are lost. While a fault has misled scaling, it is to blame
/// for what the tasks could have answered that there were before.
pub(crate) fn book(world: &mut World, id: ServiceId, lost: u64, per_task: u64) {
    let row = &world.services[id];
    let desired = row.desired();
    let target = row.scaling.map(|place| &world.scaling[place as usize]);
    let phase = target.and_then(|target| phase(target, desired)).unwrap_or(Phase::Overload);
    let misled = target.and_then(|target| target.misled).map_or((0, None), |(cause, before)| {
        let more = u64::from(before.saturating_sub(desired)).saturating_mul(per_task);
        (lost.min(more), Some(cause))
    });
    let shortfalls = &mut world.services[id].shortfalls;
    if let (part @ 1.., Some(cause)) = misled {
        shortfalls.line(cause, phase).rate += part;
    }
    if lost > misled.0 {
        shortfalls.line(Cause::mechanism(Mechanism::Demand), phase).rate += lost - misled.0;
    }
}

/// What holds scaling back; `None` where no policy ever scales out by an alarm.
fn phase(target: &Scaling, desired: u32) -> Option<Phase> {
    let mut acting = target.policies.iter().filter(|policy| policy.scales_out).peekable();
    acting.peek()?;
    Some(match () {
        () if desired >= target.most() => Phase::ScalingMaximum,
        () if acting.any(|policy| policy.held == Some(NotScaled::Cooldown)) => Phase::ScalingCooldown,
        () => Phase::ScalingDelay,
    })
}
