//! Why something was lost, and on which part of the way back.

use super::ids::{ChangeId, FaultId};
use super::status::named;

named! {
    /// Where in its way back a missing task is, or how a request was lost.
    #[derive(Default)]
    pub enum Phase {
        /// Dead or unreachable, and nobody has noticed.
        Detection = "detection",
        /// Clients still call a node of the load balancer that does not answer.
        Dns = "dns",
        /// Noticed; the scheduler has not launched a replacement yet.
        #[default]
        Scheduling = "scheduling",
        /// A replacement waits for a launch token.
        LaunchThrottle = "launch throttle",
        /// The control plane does not act: its cell is down, or has more to do than it can.
        ControlPlane = "control-plane wait",
        /// A replacement waits for a host, or no capacity can be had.
        CapacityWait = "capacity wait",
        /// The scheduler waits because starts failed again and again.
        StartBackoff = "start backoff",
        /// One law stands for the whole start.
        Start = "start",
        /// The network interface is attached.
        Network = "network interface",
        ImagePull = "image pull",
        ContainerStart = "container start",
        /// Running, but not yet healthy.
        HealthCheck = "health check",
        /// Taken out of service on purpose: draining or stopping.
        Draining = "draining",
        /// The target answers with errors while its checks pass.
        Errors = "errors",
        /// More is asked than the service was ever sized for.
        Overload = "overload",
        /// More is asked than the desired count can answer, and scaling has not acted yet.
        ScalingDelay = "scaling delay",
        /// The same, while a cooldown holds scaling back.
        ScalingCooldown = "scaling cooldown",
        /// The same, at the maximum capacity.
        ScalingMaximum = "scaling maximum",
        /// Targets that would answer get no requests: a zonal shift has taken their zone out.
        ZonalShift = "zonal shift",
        /// Answered after the time-out, as targets were busy or slow.
        Timeout = "timeout",
        /// The router turns the requests of a customer away.
        Blocked = "blocked at the router",
    }

    /// A named mechanism that costs requests or tasks without any fault of the file.
    pub enum Mechanism {
        /// The first launch of a service (`startEmpty`), or a growing desired count.
        FirstStart = "first start",
        Crash = "crash",
        /// More traffic than `desiredCount` tasks can answer.
        Demand = "demand",
        /// Health checks that fail although nothing broke.
        HealthCheck = "health check",
        /// A service moves tasks to emptier zones.
        Rebalancing = "Availability Zone rebalancing",
        /// Scale-in of hosts.
        ScaleIn = "scale-in",
        /// Replacement of hosts that are as old as they may be.
        Maintenance = "maintenance",
        /// Badly filled Managed Instances are drained.
        Consolidation = "consolidation",
        /// An Auto Scaling group moves hosts to emptier zones, by its process of this name.
        AzRebalance = "AZRebalance",
        /// Customers of a cell that was emptied are guests in others.
        Evacuation = "evacuation of a cell",
        /// AWS shifts traffic away from a zone that it sees impaired.
        ZonalAutoshift = "zonal autoshift",
        /// A practice run of zonal autoshift.
        PracticeRun = "practice run",
        /// Operators block a customer who poisons his cell.
        Quarantine = "quarantine of a customer",
    }
}

/// Why something was lost: an occurrence of a fault of the file, a change of it, or a named mechanism. Four bytes, as
/// every task carries one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Cause(u32);

impl Cause {
    const CHANGES: u32 = 15;
    const FAULTS_FROM: u32 = 16;
    const OCCURRENCE_BITS: u32 = 20;

    pub const fn mechanism(mechanism: Mechanism) -> Cause {
        Cause((mechanism as u32) << Cause::OCCURRENCE_BITS)
    }

    /// The `occurrence`th time (from 0) that a fault begins in this cell. The number saturates at 2^20 - 1.
    pub const fn fault(fault: FaultId, occurrence: u32) -> Cause {
        let most = (1 << Cause::OCCURRENCE_BITS) - 1;
        let occurrence = if occurrence < most { occurrence } else { most };
        Cause((fault.0 as u32 + Cause::FAULTS_FROM) << Cause::OCCURRENCE_BITS | occurrence)
    }

    /// A change of the file.
    pub const fn change(change: ChangeId) -> Cause {
        Cause(Cause::CHANGES << Cause::OCCURRENCE_BITS | change.0)
    }

    /// The change, if it is one.
    pub const fn as_change(self) -> Option<ChangeId> {
        if self.0 >> Cause::OCCURRENCE_BITS != Cause::CHANGES {
            return None;
        }
        Some(ChangeId(self.0 & ((1 << Cause::OCCURRENCE_BITS) - 1)))
    }

    /// The fault and its occurrence, if it is one.
    pub const fn as_fault(self) -> Option<(FaultId, u32)> {
        let of = self.0 >> Cause::OCCURRENCE_BITS;
        if of < Cause::FAULTS_FROM {
            return None;
        }
        Some((FaultId((of - Cause::FAULTS_FROM) as u16), self.0 & ((1 << Cause::OCCURRENCE_BITS) - 1)))
    }

    pub(crate) const fn word(self) -> u32 {
        self.0
    }

    /// Back from its number.
    pub(crate) const fn from_word(word: u32) -> Cause {
        Cause(word)
    }

    /// The mechanism, if it is one.
    pub fn as_mechanism(self) -> Option<Mechanism> {
        Mechanism::ALL.get((self.0 >> Cause::OCCURRENCE_BITS) as usize).copied()
    }
}

/// How many faults a plan may have, so that a cause fits.
pub const FAULTS_MAX: usize = (1 << 12) - 16;
