//! Capacity as the plan holds it: providers, groups, Managed Instances, launch buckets, instance types.

use crate::engine::{Dist, Span, Who};
use crate::model::ids::{BucketId, ClusterId, TypeId, ZoneId};

/// A capacity provider as one cluster uses it.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Name, such as `FARGATE` or `nodes`.
    pub name: String,
    /// Birth certificate, from the cluster's and its own name.
    pub who: Who,
    pub cluster: ClusterId,
    pub kind: ProviderKind,
}

/// What stands behind a capacity provider.
#[derive(Debug, Clone)]
pub enum ProviderKind {
    /// Fargate, on demand or Spot.
    Fargate {
        /// Spot: may be taken back.
        spot: bool,
        /// The launch bucket it draws from.
        bucket: BucketId,
    },
    /// Any container instance of the cluster (`launchType` EC2): no waiting room, no scaling.
    AnyHost,
    Group(Group),
    Managed(Managed),
    /// The cluster's hosts outside AWS (`launchType` EXTERNAL): no waiting room, no scaling, no replacement.
    External(External),
}

impl ProviderKind {
    /// Whether tasks are placed on container instances.
    pub fn has_hosts(&self) -> bool {
        !matches!(self, ProviderKind::Fargate { .. })
    }

    pub fn is_spot(&self) -> bool {
        match self {
            ProviderKind::Fargate { spot, .. } => *spot,
            ProviderKind::Group(group) => group.spot,
            ProviderKind::Managed(managed) => managed.spot,
            ProviderKind::AnyHost | ProviderKind::External(_) => false,
        }
    }

    /// How its hosts are set up, if it has any of its own.
    pub fn habits(&self) -> Option<&Habits> {
        match self {
            ProviderKind::Group(group) => Some(&group.habits),
            ProviderKind::Managed(managed) => Some(&managed.habits),
            ProviderKind::Fargate { .. } | ProviderKind::AnyHost | ProviderKind::External(_) => None,
        }
    }
}

/// How hosts of a capacity provider are set up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Habits {
    /// Attributes that their agents register besides the built-in ones: name and value.
    pub attributes: Vec<(String, String)>,
    /// `ECS_IMAGE_PULL_BEHAVIOR` is `always`: a cached image does not help when the registry is down.
    pub always_pull: bool,
}

/// An Auto Scaling group behind a capacity provider.
#[expect(clippy::struct_excessive_bools, reason = "truth, belief and goal are independent columns, not one state")]
#[derive(Debug, Clone)]
pub struct Group {
    pub name: String,
    /// Instance types, in order of preference.
    pub types: Vec<TypeId>,
    /// Whether its instances are Spot.
    pub spot: bool,
    pub min: u32,
    pub max: u32,
    pub desired: u32,
    /// Its hosts at the start, where the scenario says them one by one; empty: `desired` of them, evenly over its
    /// zones.
    pub hosts: Vec<Standing>,
    pub zones: Vec<ZoneId>,
    /// Zones among them that are a fixed pool, and the hosts that the group has there at the start: it never has more.
    pub pools: Vec<(ZoneId, u32)>,
    pub scaling: Option<Scaling>,
    pub termination_protection: bool,
    pub draining: bool,
    /// How it finds a host unhealthy.
    pub health: HostHealth,
    /// `CapacityRebalance` of a Spot group: it replaces hosts with a rebalance recommendation.
    pub rebalances: bool,
    pub spot_draining: bool,
    /// From the decision to launch until the container instance is registered.
    pub boot: Dist,
    /// Whether task network interfaces are trunked.
    pub trunking: bool,
    /// Whether its process `AZRebalance` runs.
    pub evens_out: bool,
    /// `balanced-only`: it launches in its emptiest zones alone, whether they give hosts or not.
    pub balanced_only: bool,
    /// `ZonalShiftEnabled`: it may be shifted away from a zone.
    pub zonal_shift: bool,
    /// `IgnoreUnhealthy`: meanwhile it leaves unhealthy hosts there.
    pub ignores_impaired: bool,
    /// How its hosts are set up.
    pub habits: Habits,
}

impl Group {
    /// Hosts of the start that count to its size.
    pub fn counted(&self) -> u32 {
        self.hosts.iter().filter(|host| !host.standby).count() as u32
    }

    /// Types that its hosts have at the start or may get.
    pub fn all_types(&self) -> Vec<TypeId> {
        let mut all = self.types.clone();
        for host in &self.hosts {
            if !all.contains(&host.kind) {
                all.push(host.kind);
            }
        }
        all
    }
}

/// A host that a group has at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub zone: ZoneId,
    pub kind: TypeId,
    /// It has been launched and is not registered yet.
    pub boots: bool,
    /// It is in `Standby`: registered, and left alone by its group.
    pub standby: bool,
}

/// Health checks of an Auto Scaling group.
#[derive(Debug, Clone)]
pub struct HostHealth {
    /// Whether it acts at all: its processes `HealthCheck` and `ReplaceUnhealthy` run.
    pub acts: bool,
    /// From a host's silent death until the group acts on its failed status checks.
    pub status: Dist,
    /// `HealthCheckType` ELB: it acts on targets of its hosts as well.
    pub targets: bool,
    /// `HealthCheckGracePeriod`: from a host's registration on, so long nothing counts.
    pub grace: Span,
}

/// `managedScaling`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scaling {
    /// `targetCapacity`, 1 to 100.
    pub target: u32,
    pub min_step: u32,
    pub max_step: u32,
    pub warm_up: Span,
}

/// ECS Managed Instances behind a capacity provider.
#[derive(Debug, Clone)]
pub struct Managed {
    /// Instance types that meet the requirements, cheapest first.
    pub types: Vec<TypeId>,
    /// Whether its instances are Spot.
    pub spot: bool,
    /// Zones that its subnets lie in.
    pub zones: Vec<ZoneId>,
    /// Idle hosts go after this; `None`: never.
    pub scale_in_after: Option<Span>,
    /// `autoRepairConfiguration`: a host whose agent stays silent is replaced.
    pub repairs: bool,
    /// From the decision to launch until the container instance is registered.
    pub boot: Dist,
    /// How its hosts are set up.
    pub habits: Habits,
}

/// Hosts of a cluster outside AWS (ECS Anywhere): the customer's, and replaced by nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct External {
    /// How many of which size stand where.
    pub hosts: Vec<(ZoneId, TypeId, u32)>,
    /// Zones that they stand in, in order.
    pub zones: Vec<ZoneId>,
}

/// A Fargate launch bucket: tokens for each account, Region and kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    pub burst: u32,
    /// Refill in billionths of a token for each second; `u64::MAX` never binds.
    pub rate: u64,
}

/// An EC2 instance type.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceType {
    /// Name, such as `m6i.large`.
    pub name: String,
    /// `x86_64` or `arm64`, as the attribute `ecs.cpu-architecture` says it.
    pub architecture: String,
    /// CPU units (1,024 a vCPU).
    pub cpu: u32,
    /// MiB that the agent registers: 0.96 of nominal (model choice).
    pub memory: u32,
    /// GPUs that the agent registers: all that it has (model choice).
    pub gpus: u32,
    /// Network interfaces for tasks: all but the host's own.
    pub enis: u32,
    pub trunk_enis: u32,
    /// On-demand price in dollars an hour, where known.
    pub price: Option<f64>,
}
