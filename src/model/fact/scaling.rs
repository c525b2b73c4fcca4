//! What Application Auto Scaling does with services, as readers learn it.

use crate::model::ids::ServiceId;

/// What Application Auto Scaling does with a service.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum ScalingFact {
    /// The desired count is another: out where `to` is above `from`, in where it is below.
    Changed { service: ServiceId, by: ScaledBy, from: u32, to: u32 },
    /// A policy asks for `to` and does not get it, or not all of it. Told when the reason is another than last time.
    Held {
        service: ServiceId,
        by: ScaledBy,
        /// The desired count, which stays.
        from: u32,
        to: u32,
        why: NotScaled,
    },
    /// Minimum and maximum capacity are others; what is told at time 0 are those that it begins with.
    Limits { service: ServiceId, min: u32, max: u32 },
}

/// Who asks for another desired count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum ScaledBy {
    /// A policy, by its place in the target.
    Policy(u16),
    /// A scheduled action, by its place in the target.
    Action(u16),
}

/// Why a desired count does not change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum NotScaled {
    /// An activity of the same policy is too young.
    Cooldown,
    /// A deployment is in progress: nothing is scaled in.
    Deployment,
    /// It is at the maximum capacity.
    Maximum,
    /// It is at the minimum capacity.
    Minimum,
    Suspended,
    /// Another policy does not want to scale in, or not so far.
    OtherPolicy,
}
