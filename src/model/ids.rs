//! Typed ids of everything the plan names and of what comes and goes.

use crate::engine::index::Handle;

crate::ids! {
    /// A Region.
    RegionId: u16,
    /// A zone of any kind; numbered over all Regions.
    ZoneId: u16,
    /// A control-plane cell; also the partition that runs it.
    CellId: u16,
    /// An account in a Region.
    AccountId: u32,
    /// An ECS cluster.
    ClusterId: u32,
    /// An ECS service, or a stream of standalone tasks.
    ServiceId: u32,
    /// A capacity provider as one cluster uses it.
    ProviderId: u16,
    /// A Fargate launch bucket: one for each account, Region and kind.
    BucketId: u16,
    /// An EC2 instance type.
    TypeId: u16,
    /// A fault of the scenario.
    FaultId: u16,
    /// A change of the scenario.
    ChangeId: u32,
    /// A CloudWatch alarm.
    AlarmId: u32,
    /// A resource with a zonal autoshift configuration.
    AutoshiftId: u16,
    /// A scalable target.
    TargetId: u32,
    /// A metric of the scenario's own.
    MetricId: u32,
}

/// A task; stale once the task is gone.
pub type TaskId = Handle;
/// A container instance; stale once the host is gone.
pub type HostId = Handle;

/// What a zonal shift is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// The load balancer of a service.
    Balancer(ServiceId),
    /// The Auto Scaling group of a capacity provider.
    Group(ProviderId),
}

/// A load balancer hashes as its service: the digest of a simulation without shifted groups knows no other resource.
impl std::hash::Hash for Resource {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        match self {
            Resource::Balancer(service) => service.hash(state),
            Resource::Group(provider) => (u32::MAX, provider).hash(state),
        }
    }
}

impl Resource {
    /// The service whose load balancer it is, if it is one.
    pub const fn balancer(self) -> Option<ServiceId> {
        match self {
            Resource::Balancer(service) => Some(service),
            Resource::Group(_) => None,
        }
    }
}

/// Who took a resource out of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShiftSource {
    /// A change of the scenario: somebody started it.
    Change(ChangeId),
    /// AWS, as it sees that the zone is impaired.
    Autoshift(AutoshiftId),
    /// A practice run.
    Practice(AutoshiftId),
}

/// What is changed as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    Service(ServiceId),
    /// A cell of the control plane.
    Cell(CellId),
}
