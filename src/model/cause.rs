//! Why something was lost, and on which part of the way back.

use super::ids::{ChangeId, FaultId};

/// Where in its way back a missing task is, or how a request was lost.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
#[repr(u8)]
pub enum Phase {
    /// Dead or unreachable, and nobody has noticed.
    Detection,
    /// Clients still call a node of the load balancer that does not answer.
    Dns,
    /// Noticed; the scheduler has not launched a replacement yet.
    #[default]
    Scheduling,
    /// A replacement waits for a launch token.
    LaunchThrottle,
    /// The control plane does not act: its cell is down, or has more to do than it can.
    ControlPlane,
    /// A replacement waits for a host, or no capacity can be had.
    CapacityWait,
    /// The scheduler waits because starts failed again and again.
    StartBackoff,
    /// One law stands for the whole start.
    Start,
    /// The network interface is attached.
    Network,
    ImagePull,
    ContainerStart,
    /// Running, but not yet healthy.
    HealthCheck,
    /// Taken out of service on purpose: draining or stopping.
    Draining,
    /// The target answers with errors while its checks pass.
    Errors,
    /// More is asked than the service was ever sized for.
    Overload,
}

impl Phase {
    /// All phases in order.
    pub const ALL: [Phase; 15] = [
        Phase::Detection,
        Phase::Dns,
        Phase::Scheduling,
        Phase::LaunchThrottle,
        Phase::ControlPlane,
        Phase::CapacityWait,
        Phase::StartBackoff,
        Phase::Start,
        Phase::Network,
        Phase::ImagePull,
        Phase::ContainerStart,
        Phase::HealthCheck,
        Phase::Draining,
        Phase::Errors,
        Phase::Overload,
    ];

    /// As the results spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Phase::Detection => "detection",
            Phase::Dns => "dns",
            Phase::Scheduling => "scheduling",
            Phase::LaunchThrottle => "launch throttle",
            Phase::ControlPlane => "control-plane wait",
            Phase::CapacityWait => "capacity wait",
            Phase::StartBackoff => "start backoff",
            Phase::Start => "start",
            Phase::Network => "network interface",
            Phase::ImagePull => "image pull",
            Phase::ContainerStart => "container start",
            Phase::HealthCheck => "health check",
            Phase::Draining => "draining",
            Phase::Errors => "errors",
            Phase::Overload => "overload",
        }
    }
}

/// A named mechanism that costs requests or tasks without any fault of the file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[repr(u8)]
pub enum Mechanism {
    /// The first launch of a service (`startEmpty`), or a growing desired count.
    FirstStart,
    Crash,
    /// More traffic than `desiredCount` tasks can answer.
    Demand,
    /// Health checks that fail although nothing broke.
    HealthCheck,
    Rebalancing,
    /// Scale-in of hosts.
    ScaleIn,
    /// Replacement of hosts that are as old as they may be.
    Maintenance,
    /// Badly filled Managed Instances are drained.
    Consolidation,
}

impl Mechanism {
    /// All mechanisms in order.
    pub const ALL: [Mechanism; 8] = [
        Mechanism::FirstStart,
        Mechanism::Crash,
        Mechanism::Demand,
        Mechanism::HealthCheck,
        Mechanism::Rebalancing,
        Mechanism::ScaleIn,
        Mechanism::Maintenance,
        Mechanism::Consolidation,
    ];

    /// As the results spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Mechanism::FirstStart => "first start",
            Mechanism::Crash => "crash",
            Mechanism::Demand => "demand",
            Mechanism::HealthCheck => "health check",
            Mechanism::Rebalancing => "rebalancing",
            Mechanism::ScaleIn => "scale-in",
            Mechanism::Maintenance => "maintenance",
            Mechanism::Consolidation => "consolidation",
        }
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
