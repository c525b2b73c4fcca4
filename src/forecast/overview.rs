//! Where the data plane of a scenario is, and who runs what: the rows of the overview that `check` prints ([ecs-zones]
//! [ecs-anywhere] [ecs-resilience-post]).

use crate::model::Plan;
use crate::model::ids::{ProviderId, RegionId, ZoneId};
use crate::model::plan::{ProviderKind, ZoneKind};

/// One kind of compute in one Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compute {
    EcsAnywhere,
    Outposts,
    /// In a carrier's network.
    Wavelength,
    /// Near a large city.
    LocalZones,
    /// Instances in the Region.
    Ec2,
    /// Managed Instances in the Region.
    ManagedInstances,
    Fargate,
}

/// A row of the overview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub compute: Compute,
    /// The Region of its control plane.
    pub region: String,
    /// Zones that it stands in.
    pub zones: Vec<String>,
}

impl Compute {
    /// What instances of EC2 in a zone are called.
    fn ec2_in(kind: ZoneKind) -> Compute {
        match kind {
            ZoneKind::AvailabilityZone => Compute::Ec2,
            ZoneKind::LocalZone => Compute::LocalZones,
            ZoneKind::WavelengthZone => Compute::Wavelength,
            ZoneKind::Outpost => Compute::Outposts,
            ZoneKind::OnPremises => Compute::EcsAnywhere,
        }
    }

    /// Its line of the source's table: compute, whose hardware, its location, where the data plane is, and who
    /// launches, patches and replaces hosts.
    pub const fn facts(self) -> [&'static str; 5] {
        match self {
            Compute::EcsAnywhere => ["ECS Anywhere", "customer", "customer's site", "on premises", "customer"],
            Compute::Outposts => ["Outposts", "AWS", "customer's site", "Outposts", "customer"],
            Compute::Wavelength => ["Wavelength", "AWS", "carrier's network", "Wavelength Zones", "customer"],
            Compute::LocalZones => ["Local Zones", "AWS", "near a large city", "Local Zones", "customer"],
            Compute::Ec2 => ["EC2", "AWS", "Region", "customer account", "customer"],
            Compute::ManagedInstances => ["Managed Instances", "AWS", "Region", "customer account", "AWS"],
            Compute::Fargate => ["Fargate", "AWS", "Region", "AWS account", "AWS"],
        }
    }
}

/// What a scenario's services and streams run on, Region by Region.
pub fn overview(plan: &Plan) -> Vec<Row> {
    let mut found: Vec<(RegionId, Compute, ZoneId)> = Vec::new();
    for service in &plan.services {
        for item in &service.strategy {
            for (compute, zone) in stands(plan, item.provider, &service.zones) {
                found.push((plan.zones[zone].region, compute, zone));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    let mut rows: Vec<(RegionId, Row)> = Vec::new();
    for (region, compute, zone) in found {
        let zone = plan.zones[zone].id.clone();
        match rows.last_mut().filter(|(of, row)| (*of, row.compute) == (region, compute)) {
            Some((_, row)) => row.zones.push(zone),
            None => rows.push((region, Row { compute, region: plan.regions[region].name.clone(), zones: vec![zone] })),
        }
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

/// What a provider is in each zone in which tasks of a service may stand.
fn stands(plan: &Plan, provider: ProviderId, zones: &[ZoneId]) -> Vec<(Compute, ZoneId)> {
    let of = |compute: fn(ZoneKind) -> Compute, hosts: &[ZoneId]| -> Vec<(Compute, ZoneId)> {
        let there = hosts.iter().filter(|zone| zones.contains(zone));
        there.map(|zone| (compute(plan.zones[*zone].kind), *zone)).collect()
    };
    match &plan.providers[provider].kind {
        ProviderKind::Fargate { .. } => of(|_| Compute::Fargate, zones),
        ProviderKind::Managed(managed) => of(|_| Compute::ManagedInstances, &managed.zones),
        ProviderKind::External(external) => of(|_| Compute::EcsAnywhere, &external.zones),
        ProviderKind::Group(group) => of(Compute::ec2_in, &group.zones),
        ProviderKind::AnyHost => {
            plan.groups_of(provider).into_iter().flat_map(|group| of(Compute::ec2_in, &group.zones)).collect()
        }
    }
}
