//! What an onlooker learns: every number of the results is made from these and from the plan, nothing else.

use super::ids::{ClusterId, FaultId, ProviderId, ServiceId, ZoneId};

/// `lastStatus` of a task (domain sheet, section 1.1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[repr(u8)]
pub enum TaskState {
    /// Waiting for capacity or a network interface.
    Provisioning,
    /// Waiting for the agent.
    Pending,
    /// Pulling images, creating containers.
    Activating,
    /// Containers run.
    Running,
    /// Leaving the load balancer.
    Deactivating,
    /// Stop signal sent.
    Stopping,
    /// Releasing the network interface.
    Deprovisioning,
    /// Gone.
    Stopped,
}

impl TaskState {
    /// All states in order.
    pub const ALL: [TaskState; 8] = [
        TaskState::Provisioning,
        TaskState::Pending,
        TaskState::Activating,
        TaskState::Running,
        TaskState::Deactivating,
        TaskState::Stopping,
        TaskState::Deprovisioning,
        TaskState::Stopped,
    ];

    /// As AWS spells it.
    pub const fn name(self) -> &'static str {
        match self {
            TaskState::Provisioning => "PROVISIONING",
            TaskState::Pending => "PENDING",
            TaskState::Activating => "ACTIVATING",
            TaskState::Running => "RUNNING",
            TaskState::Deactivating => "DEACTIVATING",
            TaskState::Stopping => "STOPPING",
            TaskState::Deprovisioning => "DEPROVISIONING",
            TaskState::Stopped => "STOPPED",
        }
    }
}

/// `stopCode` of a task (domain sheet, section 1.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Default)]
#[repr(u8)]
pub enum StopCode {
    /// It has not stopped.
    #[default]
    None,
    /// Never reached RUNNING.
    TaskFailedToStart,
    /// An essential container exited.
    EssentialContainerExited,
    /// A user's StopTask.
    UserInitiated,
    /// The scheduler stopped it.
    ServiceSchedulerInitiated,
    /// Spot capacity was taken back.
    SpotInterruption,
    /// Its host goes away.
    TerminationNotice,
    /// The platform under it failed.
    InfrastructureHealth,
}

impl StopCode {
    /// As AWS spells it; empty for [`StopCode::None`].
    pub const fn name(self) -> &'static str {
        match self {
            StopCode::None => "",
            StopCode::TaskFailedToStart => "TaskFailedToStart",
            StopCode::EssentialContainerExited => "EssentialContainerExited",
            StopCode::UserInitiated => "UserInitiated",
            StopCode::ServiceSchedulerInitiated => "ServiceSchedulerInitiated",
            StopCode::SpotInterruption => "SpotInterruption",
            StopCode::TerminationNotice => "TerminationNotice",
            StopCode::InfrastructureHealth => "InfrastructureHealth",
        }
    }
}

/// Why a launch failed or waits, or a task stopped, in ECS's words (domain sheet, sections 1.2 and 9.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Default)]
#[repr(u8)]
pub enum Reason {
    /// Nothing to say.
    #[default]
    None,
    /// Fargate has no capacity in any zone allowed.
    ResourceFargate,
    /// No host has the CPU.
    ResourceCpu,
    /// No host has the memory.
    ResourceMemory,
    /// No host has a free network interface.
    ResourceEni,
    /// No host has the port free.
    ResourcePorts,
    /// No host with a connected agent.
    Agent,
    /// No host meets the constraints.
    Attribute,
    /// The vCPU quota is reached.
    Quota,
    /// The image could not be pulled.
    CannotPullContainer,
    /// Failed health checks.
    Unhealthy,
    /// Rebalancing over the zones, or more tasks than desired.
    Excess,
    /// The host drains.
    Draining,
    /// Too many tasks wait in PROVISIONING.
    ProvisioningLimit,
    /// A standalone task has done its work.
    WorkDone,
}

impl Reason {
    /// As ECS says it, where it does.
    pub const fn name(self) -> &'static str {
        match self {
            Reason::None => "",
            Reason::ResourceFargate => "RESOURCE:FARGATE",
            Reason::ResourceCpu => "RESOURCE:CPU",
            Reason::ResourceMemory => "RESOURCE:MEMORY",
            Reason::ResourceEni => "RESOURCE:ENI",
            Reason::ResourcePorts => "RESOURCE:PORTS",
            Reason::Agent => "AGENT",
            Reason::Attribute => "ATTRIBUTE",
            Reason::Quota => "VCPU_QUOTA",
            Reason::CannotPullContainer => "CannotPullContainerError",
            Reason::Unhealthy => "UNHEALTHY",
            Reason::Excess => "EXCESS",
            Reason::Draining => "DRAINING",
            Reason::ProvisioningLimit => "PROVISIONING_LIMIT",
            Reason::WorkDone => "exit code 0",
        }
    }
}

/// Where in its way back a missing task is, or how a request was lost.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[repr(u8)]
pub enum Phase {
    /// Dead or unreachable, and nobody has noticed.
    Detection,
    /// Noticed; the scheduler has not launched a replacement yet.
    Scheduling,
    /// A replacement waits for a launch token.
    LaunchThrottle,
    /// A replacement waits for a host, or no capacity can be had.
    CapacityWait,
    /// The scheduler waits because starts failed again and again.
    StartBackoff,
    /// One law stands for the whole start.
    Start,
    /// The network interface is attached.
    Network,
    /// The image is pulled.
    ImagePull,
    /// Containers start.
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
    pub const ALL: [Phase; 13] = [
        Phase::Detection,
        Phase::Scheduling,
        Phase::LaunchThrottle,
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
            Phase::Scheduling => "scheduling",
            Phase::LaunchThrottle => "launch throttle",
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
    /// `behaviour.crash`.
    Crash,
    /// More traffic than `desiredCount` tasks can answer.
    Demand,
    /// Health checks that fail although nothing broke.
    HealthCheck,
    /// Moves between zones.
    Rebalancing,
    /// Scale-in of hosts.
    ScaleIn,
}

impl Mechanism {
    /// All mechanisms in order.
    pub const ALL: [Mechanism; 6] = [
        Mechanism::FirstStart,
        Mechanism::Crash,
        Mechanism::Demand,
        Mechanism::HealthCheck,
        Mechanism::Rebalancing,
        Mechanism::ScaleIn,
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
        }
    }
}

/// Why something was lost: an occurrence of a fault of the file, or a named mechanism. Four bytes, as every task
/// carries one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Cause(u32);

impl Cause {
    const FAULTS_FROM: u32 = 16;
    const OCCURRENCE_BITS: u32 = 20;

    /// A named mechanism.
    pub const fn mechanism(mechanism: Mechanism) -> Cause {
        Cause((mechanism as u32) << Cause::OCCURRENCE_BITS)
    }

    /// The `occurrence`th time (from 0) that a fault begins in this cell; later than 2^20 count as the last.
    pub const fn fault(fault: FaultId, occurrence: u32) -> Cause {
        let most = (1 << Cause::OCCURRENCE_BITS) - 1;
        let occurrence = if occurrence < most { occurrence } else { most };
        Cause((fault.0 as u32 + Cause::FAULTS_FROM) << Cause::OCCURRENCE_BITS | occurrence)
    }

    /// The fault and its occurrence, if it is one.
    pub const fn as_fault(self) -> Option<(FaultId, u32)> {
        let of = self.0 >> Cause::OCCURRENCE_BITS;
        if of < Cause::FAULTS_FROM {
            return None;
        }
        Some((FaultId((of - Cause::FAULTS_FROM) as u16), self.0 & ((1 << Cause::OCCURRENCE_BITS) - 1)))
    }

    /// The mechanism, if it is one.
    pub fn as_mechanism(self) -> Option<Mechanism> {
        Mechanism::ALL.get((self.0 >> Cause::OCCURRENCE_BITS) as usize).copied()
    }
}

/// How many faults a plan may have, so that a cause fits.
pub const FAULTS_MAX: usize = (1 << 12) - 16;

/// Names of service actions (domain sheet, section 9.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[repr(u8)]
pub enum Action {
    /// `SERVICE_STEADY_STATE`.
    SteadyState,
    /// `SERVICE_TASK_START_IMPAIRED`.
    TaskStartImpaired,
    /// `SERVICE_TASK_PLACEMENT_FAILURE`, with a reason.
    TaskPlacementFailure,
    /// `TASKS_STARTED`.
    TasksStarted,
    /// `TASKS_STOPPED`.
    TasksStopped,
    /// `SERVICE_REBALANCING_STARTED`.
    RebalancingStarted,
    /// `SERVICE_REBALANCING_COMPLETED`.
    RebalancingCompleted,
    /// `SERVICE_REBALANCING_STOPPED`.
    RebalancingStopped,
    /// `ECS_OPERATION_THROTTLED`.
    OperationThrottled,
    /// `CAPACITY_PROVIDER_STEADY_STATE`.
    CapacityProviderSteadyState,
}

/// Status of a container instance (domain sheet, section 3.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[repr(u8)]
pub enum HostStatus {
    /// Booting; not yet a container instance.
    Registering,
    /// Takes tasks.
    Active,
    /// Takes no new tasks.
    Draining,
    /// Gone.
    Inactive,
}

/// What a fault hit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Hit {
    /// A zone.
    Zone(ZoneId),
    /// A container instance (or a Fargate task's own): hosts are counted.
    Host,
    /// A task of this service lost.
    Task(ServiceId),
    /// This service lost a request, or had a launch failed or held back.
    Service(ServiceId),
    /// A whole cluster.
    Cluster(ClusterId),
}

/// A task: its service and which launch of that service it was, from 0. A birth certificate, never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct TaskNo {
    /// Service or stream.
    pub service: ServiceId,
    /// Number of the launch.
    pub ordinal: u32,
}

/// No host: the task waits, or runs on Fargate.
pub const NO_HOST: u32 = u32::MAX;
/// No zone yet.
pub const NO_ZONE: ZoneId = ZoneId(u16::MAX);

/// One thing that happened. Levels (`Running`, `Available`, `Flow`, `LossRate`, `Lack`, `Need`, `Hosts`,
/// `Reservation`) hold until the next fact of the same subject and start at zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fact {
    /// A task went from one state to another. Birth: `from` and `to` both PROVISIONING.
    Task {
        /// Which.
        task: TaskNo,
        /// `lastStatus` before.
        from: TaskState,
        /// `lastStatus` now.
        to: TaskState,
        /// Whether `desiredStatus` is RUNNING.
        wanted: bool,
        /// Where; [`NO_ZONE`] before placement.
        zone: ZoneId,
        /// Its capacity provider.
        provider: ProviderId,
        /// Number of its container instance, or [`NO_HOST`].
        host: u32,
        /// Why it stopped.
        code: StopCode,
        /// Details.
        reason: Reason,
    },
    /// `healthStatus` of a running task, as ECS believes it.
    Health {
        /// Which.
        task: TaskNo,
        /// HEALTHY or UNHEALTHY.
        healthy: bool,
    },
    /// A launch that got no task: refused for lack of capacity, or by a limit.
    LaunchFailed {
        /// Who wanted it.
        service: ServiceId,
        /// Why.
        reason: Reason,
    },
    /// Tasks of a service in a zone whose `lastStatus` is RUNNING and that in truth run on a powered host.
    Running {
        /// Service.
        service: ServiceId,
        /// Zone.
        zone: ZoneId,
        /// How many now.
        count: u32,
    },
    /// Tasks of a service in a zone that in truth run, are healthy and can be reached.
    Available {
        /// Service.
        service: ServiceId,
        /// Zone.
        zone: ZoneId,
        /// How many now.
        count: u32,
    },
    /// What a service needs from now on: tasks for its offered rate (or for its minimum), and its desired count.
    Need {
        /// Service.
        service: ServiceId,
        /// Tasks needed (interface page, section 5, `capacityAvailability`).
        need: u32,
        /// Desired count.
        desired: u32,
    },
    /// Rates in billionths of a request for each second.
    Flow {
        /// Service.
        service: ServiceId,
        /// Offered.
        offered: u64,
        /// Answered in time.
        served: u64,
    },
    /// Requests lost to one cause in one phase. Over all causes and phases: exactly offered minus served.
    LossRate {
        /// Service.
        service: ServiceId,
        /// Why.
        cause: Cause,
        /// How.
        phase: Phase,
        /// Billionths of a request for each second.
        rate: u64,
    },
    /// Tasks missing from the desired count through one cause in one phase. Over all: exactly
    /// max(0, desired - available), in millionths of a task.
    Lack {
        /// Service.
        service: ServiceId,
        /// Why.
        cause: Cause,
        /// Where on its way back.
        phase: Phase,
        /// Millionths of a task.
        millionths: u64,
    },
    /// A fault begins.
    FaultBegins {
        /// Fault and occurrence.
        cause: Cause,
    },
    /// It ends.
    FaultEnds {
        /// Fault and occurrence.
        cause: Cause,
    },
    /// It hit something.
    Hits {
        /// Fault and occurrence.
        cause: Cause,
        /// What.
        what: Hit,
    },
    /// ECS or a load balancer acts on a loss for the first time, or again: readers take the first.
    Noticed {
        /// Fault or mechanism.
        cause: Cause,
    },
    /// A container instance changed.
    Host {
        /// Its capacity provider.
        provider: ProviderId,
        /// Number within its provider, from 0, never reused.
        number: u32,
        /// Where.
        zone: ZoneId,
        /// Status as ECS believes it.
        status: HostStatus,
        /// Whether its agent is connected.
        connected: bool,
        /// Row of the instance type.
        type_row: u16,
    },
    /// Container instances of a provider that are in truth up and registered.
    Hosts {
        /// Provider.
        provider: ProviderId,
        /// How many now.
        count: u32,
    },
    /// `CapacityProviderReservation`.
    Reservation {
        /// Provider.
        provider: ProviderId,
        /// Percent.
        percent: u32,
    },
    /// A service action.
    Service {
        /// Service.
        service: ServiceId,
        /// What.
        action: Action,
        /// Why, for failures.
        reason: Reason,
        /// Of how many tasks.
        count: u32,
    },
}

const _: () = assert!(size_of::<Fact>() <= 40, "facts are copied by the million");
