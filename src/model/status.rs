//! The words of Amazon ECS for its tasks, services and container instances.

/// `lastStatus` of a task ([ecs-task-lifecycle]).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[repr(u8)]
pub enum TaskState {
    /// Waiting for capacity or a network interface.
    Provisioning,
    Pending,
    Activating,
    Running,
    Deactivating,
    Stopping,
    Deprovisioning,
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

/// `stopCode` of a task ([ecs-stop-codes]).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Default)]
#[repr(u8)]
pub enum StopCode {
    #[default]
    None,
    TaskFailedToStart,
    EssentialContainerExited,
    UserInitiated,
    ServiceSchedulerInitiated,
    /// Spot capacity was taken back.
    SpotInterruption,
    TerminationNotice,
    /// The platform under it failed.
    InfrastructureHealth,
}

impl StopCode {
    /// All, in the order of their numbers.
    pub const ALL: [StopCode; 8] = [
        StopCode::None,
        StopCode::TaskFailedToStart,
        StopCode::EssentialContainerExited,
        StopCode::UserInitiated,
        StopCode::ServiceSchedulerInitiated,
        StopCode::SpotInterruption,
        StopCode::TerminationNotice,
        StopCode::InfrastructureHealth,
    ];

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

/// Why a launch failed or waits, or a task stopped, in ECS's words ([ecs-stop-codes] [ecs-service-events]).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Default)]
#[repr(u8)]
pub enum Reason {
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
    Unhealthy,
    /// Rebalancing over the zones, or more tasks than desired.
    Excess,
    Draining,
    /// Too many tasks wait in PROVISIONING.
    ProvisioningLimit,
    /// A standalone task has done its work.
    WorkDone,
    /// Secrets or parameters could not be read.
    ResourceInitialization,
    /// No host has the GPUs free.
    ResourceGpu,
}

impl Reason {
    /// All, in the order of their numbers.
    pub const ALL: [Reason; 17] = [
        Reason::None,
        Reason::ResourceFargate,
        Reason::ResourceCpu,
        Reason::ResourceMemory,
        Reason::ResourceEni,
        Reason::ResourcePorts,
        Reason::Agent,
        Reason::Attribute,
        Reason::Quota,
        Reason::CannotPullContainer,
        Reason::Unhealthy,
        Reason::Excess,
        Reason::Draining,
        Reason::ProvisioningLimit,
        Reason::WorkDone,
        Reason::ResourceInitialization,
        Reason::ResourceGpu,
    ];

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
            Reason::ResourceInitialization => "ResourceInitializationError",
            Reason::ResourceGpu => "RESOURCE:GPU",
        }
    }
}

/// Names of service actions ([ecs-service-events]).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[repr(u8)]
pub enum Action {
    SteadyState,
    TaskStartImpaired,
    TaskPlacementFailure,
    TasksStarted,
    TasksStopped,
    RebalancingStarted,
    RebalancingCompleted,
    RebalancingStopped,
    OperationThrottled,
    CapacityProviderSteadyState,
}

/// Status of a container instance ([ecs-placement-constraints]).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[repr(u8)]
pub enum HostStatus {
    /// Booting; not yet a container instance.
    Registering,
    Active,
    Draining,
    Inactive,
}
