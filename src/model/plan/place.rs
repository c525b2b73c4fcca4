//! Where a zone stands, and what that means for hosts, capacity and the way to the control plane ([ecs-zones]
//! [ecs-anywhere]). The control plane is always the Region's.

use crate::engine::Who;
use crate::model::ids::{RegionId, ZoneId};

/// A zone.
#[derive(Debug, Clone)]
pub struct Zone {
    /// Id, such as `use1-az1`.
    pub id: String,
    /// Name as the AWS CLI prints it, such as `us-east-1a`.
    pub name: String,
    pub who: Who,
    pub region: RegionId,
    pub kind: ZoneKind,
    /// The availability zone that an Outpost is anchored to.
    pub parent: Option<ZoneId>,
    /// CPU units (1,024 a vCPU) of Fargate that AWS has in stock here.
    pub fargate_stock: u64,
    /// The same for Fargate Spot.
    pub spot_stock: u64,
}

words! {
    /// Where a zone stands. Fargate and Managed Instances run in availability zones only; the control plane is always
    /// the Region's (sourced: [ecs-zones]).
    ZoneKind("camelCase") {
        /// One of the Region's own zones.
        AvailabilityZone,
        /// AWS near a large city: EC2 only.
        LocalZone,
        /// AWS in a carrier's network: EC2 only.
        WavelengthZone,
        /// A rack of AWS at the customer's: EC2 only, and no more hosts than stand there at the start.
        Outpost,
        /// Hosts outside AWS, for launch type EXTERNAL: `externalInstances` of clusters (ECS Anywhere).
        OnPremises,
    }
}

impl ZoneKind {
    /// Whether a link leads from it to the Region, which may be cut.
    pub fn away(self) -> bool {
        self != ZoneKind::AvailabilityZone
    }

    /// Whether Fargate and Managed Instances are offered there ([ecs-zones] [ecs-anywhere]).
    pub fn has_fargate(self) -> bool {
        self == ZoneKind::AvailabilityZone
    }

    /// Whether EC2 Auto Scaling launches hosts there.
    pub fn has_ec2(self) -> bool {
        self != ZoneKind::OnPremises
    }

    /// Whether there are no more hosts than there were at the start: a rack has no spare beyond itself.
    pub fn fixed_pool(self) -> bool {
        matches!(self, ZoneKind::Outpost | ZoneKind::OnPremises)
    }
}
