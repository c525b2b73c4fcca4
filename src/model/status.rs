//! The words of Amazon ECS for its tasks, services and container instances.

/// Declares words: all of them in order, and each with its name as AWS, or the results, spell it.
macro_rules! named {
    ($($(#[$about:meta])* pub enum $name:ident { $($(#[$doc:meta])* $word:ident = $spelt:literal,)+ })+) => { $(
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$doc])* $word,)+ }

        impl $name {
            pub const ALL: [$name; [$($spelt),+].len()] = [$($name::$word),+];

            pub const fn name(self) -> &'static str {
                match self { $($name::$word => $spelt,)+ }
            }
        }
    )+ };
}
pub(super) use named;

named! {
    /// `lastStatus` of a task ([ecs-task-lifecycle]).
    pub enum TaskState {
        /// Waiting for capacity or a network interface.
        Provisioning = "PROVISIONING",
        Pending = "PENDING",
        Activating = "ACTIVATING",
        Running = "RUNNING",
        Deactivating = "DEACTIVATING",
        Stopping = "STOPPING",
        Deprovisioning = "DEPROVISIONING",
        Stopped = "STOPPED",
    }

    /// `stopCode` of a task ([ecs-stop-codes]).
    #[derive(Default)]
    pub enum StopCode {
        #[default]
        None = "",
        TaskFailedToStart = "TaskFailedToStart",
        EssentialContainerExited = "EssentialContainerExited",
        UserInitiated = "UserInitiated",
        ServiceSchedulerInitiated = "ServiceSchedulerInitiated",
        /// Spot capacity was taken back.
        SpotInterruption = "SpotInterruption",
        /// Its container instance is drained, or has ended.
        TerminationNotice = "TerminationNotice",
        /// The platform under it failed, and it had no container instance of EC2.
        InfrastructureHealth = "InfrastructureHealth",
    }

    /// Why a launch failed or waits, or a task stopped, in ECS's words ([ecs-stop-codes] [ecs-service-events]).
    #[derive(Default)]
    pub enum Reason {
        #[default]
        None = "",
        /// Fargate has no capacity in any zone allowed.
        ResourceFargate = "RESOURCE:FARGATE",
        /// No host has the CPU.
        ResourceCpu = "RESOURCE:CPU",
        /// No host has the memory.
        ResourceMemory = "RESOURCE:MEMORY",
        /// No host has a free network interface.
        ResourceEni = "RESOURCE:ENI",
        /// No host has the port free.
        ResourcePorts = "RESOURCE:PORTS",
        /// No host with a connected agent.
        Agent = "AGENT",
        /// No host meets the constraints.
        Attribute = "ATTRIBUTE",
        /// The vCPU quota is reached.
        Quota = "VCPU_QUOTA",
        /// The image could not be pulled.
        CannotPullContainer = "CannotPullContainerError",
        Unhealthy = "UNHEALTHY",
        /// Rebalancing over the zones, or more tasks than desired.
        Excess = "EXCESS",
        Draining = "DRAINING",
        /// Too many tasks wait in PROVISIONING.
        ProvisioningLimit = "PROVISIONING_LIMIT",
        /// A standalone task has done its work.
        WorkDone = "exit code 0",
        /// Secrets or parameters could not be read.
        ResourceInitialization = "ResourceInitializationError",
        /// No host has the GPUs free.
        ResourceGpu = "RESOURCE:GPU",
        /// Its container health checks failed, and not those of a load balancer.
        UnhealthyContainer = "UNHEALTHY_CONTAINER",
    }

    /// `TargetHealth.State` of a task in its target group ([elb-health-checks]).
    pub enum TargetHealth {
        /// Registered, and not yet passed a check.
        Initial = "initial",
        Healthy = "healthy",
        Unhealthy = "unhealthy",
        Draining = "draining",
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
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Default)]
#[repr(u8)]
pub enum HostStatus {
    /// Booting; not yet a container instance.
    #[default]
    Registering,
    Active,
    Draining,
    Inactive,
}
