//! Where zones stand, and what may run there.

use super::Build;
use crate::model::ids::{RegionId, ZoneId};
use crate::model::plan::{self, ZoneKind};
use crate::scenario::file::{self, Zone};

/// Where a zone stands, as the model says it.
pub(super) fn kind(zone: &Zone) -> ZoneKind {
    match zone.kind {
        None | Some(file::ZoneKind::AvailabilityZone) => ZoneKind::AvailabilityZone,
        Some(file::ZoneKind::LocalZone) => ZoneKind::LocalZone,
        Some(file::ZoneKind::WavelengthZone) => ZoneKind::WavelengthZone,
        Some(file::ZoneKind::Outpost) => ZoneKind::Outpost,
        Some(file::ZoneKind::OnPremises) => ZoneKind::OnPremises,
    }
}

impl Build<'_> {
    /// Parents of a Region's zones, all of which have rows by now.
    pub(super) fn places(&mut self, region: RegionId, zones: &[Zone], at: &str) {
        let first = self.plan.regions[region].zones.start;
        if zones.iter().all(|zone| kind(zone).away()) {
            let message = format!("`{}` has no availability zone", self.plan.regions[region].name);
            self.out.missing(&format!("{at}/zones"), message, "add one, such as {\"id\": \"use1-az1\"}");
        }
        for (place, zone) in zones.iter().enumerate() {
            let id = ZoneId(first + place as u16);
            let at = format!("{at}/zones/{place}");
            match kind(zone) {
                ZoneKind::Outpost => self.plan.zones[id].parent = self.anchor(zone, region, &at),
                _ => self.parent_region(zone, region, &at),
            }
        }
    }

    fn parent_region(&mut self, zone: &Zone, region: RegionId, at: &str) {
        let name = &self.plan.regions[region].name;
        if let Some(parent) = zone.parent.as_ref().filter(|parent| *parent != name) {
            let message = format!("the parent of `{}` is the Region that it stands in, not `{parent}`", zone.id);
            self.out.conflict(&format!("{at}/parent"), message, format!("write `{name}`, or leave it out"));
        }
    }

    /// The availability zone of the Region that an outpost is anchored to.
    fn anchor(&mut self, zone: &Zone, region: RegionId, at: &str) -> Option<ZoneId> {
        let open: Vec<&plan::Zone> =
            self.plan.zones.iter().filter(|row| row.region == region && !row.kind.away()).collect();
        let hint = match open.first() {
            Some(first) => format!("write \"parent\": \"{}\", or another availability zone of the Region", first.id),
            None => "add an availability zone to the Region".to_owned(),
        };
        let Some(parent) = &zone.parent else {
            self.out.missing(at, format!("the outpost `{}` has no parent", zone.id), hint);
            return None;
        };
        let found = open.iter().find(|row| row.id == *parent || row.name == *parent).map(|row| row.id.clone());
        if found.is_none() {
            let message = format!(
                "the parent must be an availability zone of `{}`, not `{parent}`",
                self.plan.regions[region].name
            );
            self.out.wrong_target(&format!("{at}/parent"), message, hint);
        }
        self.names.zones.get(&found?).copied()
    }

    /// Zones that Fargate or Managed Instances use: availability zones only. A problem when none is left.
    pub(super) fn zones_with(&mut self, what: &str, zones: Vec<ZoneId>, at: &str) -> Option<Vec<ZoneId>> {
        let (kept, away): (Vec<ZoneId>, Vec<ZoneId>) =
            zones.into_iter().partition(|zone| self.plan.zones[*zone].kind.has_fargate());
        let names: Vec<String> = away.iter().map(|zone| self.plan.zones[*zone].id.clone()).collect();
        let names = names.join("`, `");
        if kept.is_empty() && !away.is_empty() {
            let kind = self.plan.zones[away[0]].kind;
            let hint = if kind.has_ec2() {
                "use subnets of availability zones, or an Auto Scaling group in this zone"
            } else {
                "use subnets of availability zones, or launch type EXTERNAL"
            };
            let message = format!("{what} does not run in `{names}`, a zone of kind `{}`", kind.word());
            self.out.wrong_target(at, message, hint);
            return None;
        }
        if !away.is_empty() {
            let message = format!("{what} does not run in `{names}`: its tasks stand in the other zones");
            self.out.doubtful(at, message, "take these subnets out");
        }
        Some(kept)
    }

    /// Zones of an Auto Scaling group: EC2 is there. A problem where it is not.
    pub(super) fn zones_with_ec2(&mut self, zones: Vec<ZoneId>, at: &str) -> Option<Vec<ZoneId>> {
        let outside = zones.iter().find(|zone| !self.plan.zones[**zone].kind.has_ec2());
        let Some(outside) = outside else { return Some(zones) };
        let message = format!("EC2 launches no instance in `{}`, which is on premises", self.plan.zones[*outside].id);
        self.out.refused(at, message, "write the hosts there to `externalInstances` of the cluster");
        None
    }
}

/// A load balancer stands with its targets when all of them are away from the Region (model choice: an Application Load
/// Balancer on Outposts, in Local and in Wavelength Zones), otherwise in the Region, and has a node in each zone where
/// its targets can stand. In zones away from the Region it has one only where cross-zone off asks for it (model
/// choice).
pub(super) fn balancers(plan: &mut plan::Plan) {
    let away = |zone: &ZoneId| plan.zones[*zone].kind.away();
    let found = |service: &plan::Service| {
        let mut zones = plan.zones_of(service);
        let local = !zones.is_empty() && zones.iter().all(away);
        if service.balancer.as_ref().is_some_and(|balancer| !balancer.cross_zone) || zones.is_empty() {
            return (local, service.zones.clone());
        }
        zones.retain(|zone| local || !away(zone));
        (local, zones)
    };
    let found: Vec<(bool, Vec<ZoneId>)> = plan.services.iter().map(found).collect();
    for (service, (local, nodes)) in plan.services.iter_mut().zip(found) {
        if let Some(balancer) = &mut service.balancer {
            (balancer.local, balancer.nodes) = (local, nodes);
        }
    }
}

/// The hosts that a group has in each fixed pool at the start: those that are written, else evenly over its zones, the
/// remainder in their order.
pub(super) fn pools(plan: &plan::Plan, zones: &[ZoneId], desired: u32, hosts: &[plan::Standing]) -> Vec<(ZoneId, u32)> {
    let count = zones.len().max(1) as u32;
    let share = |place: usize| match hosts {
        [] => desired / count + u32::from((place as u32) < desired % count),
        _ => hosts.iter().filter(|host| host.zone == zones[place] && !host.standby).count() as u32,
    };
    let fixed = zones.iter().enumerate().filter(|(_, zone)| plan.zones[**zone].kind.fixed_pool());
    fixed.map(|(place, zone)| (*zone, share(place))).collect()
}
