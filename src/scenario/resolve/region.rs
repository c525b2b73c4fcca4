//! Regions and zones: where they are, and what may run there.

use super::{Regions, dead, once, placed};
use crate::engine::Who;
use crate::model::ids::{RegionId, ZoneId};
use crate::model::plan::{self, ZoneKind};
use crate::model::problem::Noun;
use crate::model::quantity::Rate;
use crate::scenario::file::{Fargate, Region, Zone};

impl Regions<'_> {
    pub(super) fn regions(&mut self) {
        let scenario = self.scenario;
        super::subnets::without_zone(&scenario.subnets, self.out);
        if scenario.regions.is_empty() {
            for (row, name) in self.default_regions().into_iter().enumerate() {
                let region = Region { name, fargate: None, control_plane: None, zones: Vec::new() };
                self.region(&region, &format!("/regions/{row}"));
            }
            return;
        }
        for (index, region) in scenario.regions.iter().enumerate() {
            let at = format!("/regions/{index}");
            if super::index::stands_before(&self.index.regions, &region.name, index) {
                self.out.duplicate(Noun::Region, &region.name, &format!("{at}/name"));
                continue;
            }
            self.region(region, &at);
        }
    }

    /// The Regions of a scenario that writes none: those that ARNs show, else us-east-1.
    fn default_regions(&mut self) -> Vec<String> {
        let alive = self.scenario.clusters.iter().zip(&self.index.shown).filter(|(cluster, _)| !dead::cluster(cluster));
        let mut names = once(alive.filter_map(|(_, shown)| shown.region.clone()));
        if names.is_empty() {
            names = super::subnets::regions_of(&self.scenario.subnets);
        }
        if names.is_empty() {
            self.out.default_taken("", "no `regions`: one is taken, `us-east-1`, of three zones", "");
            return vec!["us-east-1".to_owned()];
        }
        let zones = if self.scenario.subnets.is_empty() { ", each of three zones" } else { "" };
        let message = format!("no `regions`: `{}` as the ARNs show{zones}", names.join("`, `"));
        self.out.default_taken("", message, "");
        names
    }

    fn region(&mut self, region: &Region, at: &str) {
        let fargate = region.fargate.clone().unwrap_or_default();
        let quota = |vcpus: Option<f64>| vcpus.map(cpu_units);
        let first = self.zones.len() as u16;
        let id = self.regions.push(plan::Region {
            name: region.name.clone(),
            zones: first..first,
            vcpu_quota: quota(fargate.vcpu_quota),
            spot_vcpu_quota: quota(fargate.spot_vcpu_quota),
            attach: attach(&fargate),
            plane: None,
        });
        if fargate.attach_burst.is_some() && fargate.attach_rate.is_none() {
            let (at, why) =
                (format!("{at}/fargate/attachBurst"), "without `attachRate` nothing bounds network interfaces");
            self.out.idle(&at, why, "write `attachRate`, such as \"2/s\", or leave it out");
        }
        let shown = if region.zones.is_empty() { self.zones_of_subnets(&region.name) } else { Vec::new() };
        let zones = if !shown.is_empty() {
            let ids: Vec<&str> = shown.iter().map(|zone| zone.id.as_str()).collect();
            let message = format!("`{}` has the zones in which `subnets` lie: {}", region.name, ids.join(", "));
            self.out.default_taken(at, message, "");
            shown
        } else if region.zones.is_empty() {
            if region.fargate.is_some() || !self.scenario.regions.is_empty() {
                self.out.default_taken(at, format!("`{}` has no `zones`: three are taken", region.name), "");
            }
            three_zones(&region.name)
        } else {
            region.zones.clone()
        };
        let mut before = 0;
        for (at, zone) in placed(&zones, &format!("{at}/zones")) {
            let kind = zone.kind.unwrap_or(ZoneKind::AvailabilityZone);
            let letter = char::from(b'a' + (before % 26) as u8);
            let lettered = before < 26 && !kind.away();
            let default_name = if lettered { format!("{}{letter}", region.name) } else { zone.id.clone() };
            let stock = |vcpus: f64| if kind.has_fargate() { cpu_units(vcpus) } else { 0 };
            let row = plan::Zone {
                id: zone.id.clone(),
                name: zone.name.clone().unwrap_or(default_name),
                who: Who::named(&format!("zone {}", zone.id)),
                region: id,
                kind,
                parent: None,
                fargate_stock: stock(fargate.vcpu_per_zone),
                spot_stock: stock(fargate.spot_vcpu_per_zone),
            };
            self.zone(zone, row, &at);
            before += usize::from(!kind.away());
        }
        let plane = region.control_plane.as_ref();
        self.regions[id].plane = plane.map(|plane| self.plane(plane, before, &format!("{at}/controlPlane")));
        let end = self.zones.len() as u16;
        self.regions[id].zones = first..end;
        self.subnets_of(id);
        self.places(id, &zones, at);
    }

    fn zone(&mut self, zone: &Zone, row: plan::Zone, at: &str) {
        let id = ZoneId(self.zones.len() as u16);
        for name in once([row.id.clone(), row.name.clone()]) {
            if self.names.insert(name.clone(), id).is_some() {
                self.out.duplicate(Noun::Zone, &name, at);
            }
        }
        for (at, subnet) in placed(&zone.subnets, &format!("{at}/subnets")) {
            if self.subnets.insert((row.region, subnet.clone()), id).is_some() {
                let hint = "a subnet lies in one zone";
                self.out.duplicate_name(&at, format!("the subnet `{subnet}` stands twice"), hint);
            }
        }
        self.zones.push(row);
    }

    /// Parents of a Region's zones, all of which have rows by now.
    fn places(&mut self, region: RegionId, zones: &[Zone], at: &str) {
        let first = self.regions[region].zones.start;
        if zones.iter().all(|zone| zone.kind.unwrap_or(ZoneKind::AvailabilityZone).away()) {
            let message = format!("`{}` has no availability zone", self.regions[region].name);
            self.out.missing(&format!("{at}/zones"), message, "add one, such as {\"id\": \"use1-az1\"}");
        }
        for (place, zone) in zones.iter().enumerate() {
            let id = ZoneId(first + place as u16);
            let at = format!("{at}/zones/{place}");
            match zone.kind.unwrap_or(ZoneKind::AvailabilityZone) {
                ZoneKind::Outpost => self.zones[id].parent = self.anchor(zone, region, &at),
                _ => self.parent_region(zone, region, &at),
            }
        }
    }

    fn parent_region(&mut self, zone: &Zone, region: RegionId, at: &str) {
        let name = &self.regions[region].name;
        if let Some(parent) = zone.parent.as_ref().filter(|parent| *parent != name) {
            let message = format!("the parent of `{}` is the Region that it stands in, not `{parent}`", zone.id);
            self.out.conflict(&format!("{at}/parent"), message, format!("write `{name}`, or leave it out"));
        }
    }

    /// The availability zone of the Region that an outpost is anchored to.
    fn anchor(&mut self, zone: &Zone, region: RegionId, at: &str) -> Option<ZoneId> {
        let open: Vec<&plan::Zone> = self.zones.iter().filter(|row| row.region == region && !row.kind.away()).collect();
        let hint = match open.first() {
            Some(first) => format!("write \"parent\": \"{}\", or another availability zone of the Region", first.id),
            None => "add an availability zone to the Region".to_owned(),
        };
        let Some(parent) = &zone.parent else {
            return self.out.missing(at, format!("the outpost `{}` has no parent", zone.id), hint).none();
        };
        let found = open.iter().find(|row| row.id == *parent || row.name == *parent).map(|row| row.id.clone());
        if found.is_none() {
            let message =
                format!("the parent must be an availability zone of `{}`, not `{parent}`", self.regions[region].name);
            self.out.wrong_target(&format!("{at}/parent"), message, hint);
        }
        self.names.get(&found?).copied()
    }
}

/// The bucket of network interfaces, if a rate is written.
fn attach(fargate: &Fargate) -> Option<plan::Bucket> {
    let rate = fargate.attach_rate?;
    let second = u32::try_from(rate.0 / Rate::ONE).unwrap_or(u32::MAX).max(1);
    Some(plan::Bucket { burst: fargate.attach_burst.unwrap_or(second), rate: rate.0 })
}

/// 1,024 a vCPU.
fn cpu_units(vcpus: f64) -> u64 {
    libm::round(vcpus * 1_024.0) as u64
}

fn three_zones(region: &str) -> Vec<Zone> {
    let short = short_name(region);
    let zone =
        |number| Zone { id: format!("{short}-az{number}"), kind: None, name: None, parent: None, subnets: vec![] };
    (1..=3).map(zone).collect()
}

/// The short form in zone ids: `use1` for `us-east-1`, `apne1` for `ap-northeast-1`; the name itself where it does not
/// have that shape.
fn short_name(region: &str) -> String {
    let parts: Vec<&str> = region.split('-').collect();
    let (Some(number), true) = (parts.last(), parts.len() >= 3) else { return region.to_owned() };
    let mut short: String = parts[0].to_owned();
    for part in &parts[1..parts.len() - 1] {
        short += match *part {
            "north" => "n",
            "south" => "s",
            "east" => "e",
            "west" => "w",
            "central" => "c",
            "northeast" => "ne",
            "northwest" => "nw",
            "southeast" => "se",
            "southwest" => "sw",
            "gov" => "g",
            _ => return region.to_owned(),
        };
    }
    short + number
}

#[cfg(test)]
mod tests {
    use super::short_name;

    #[test]
    fn zone_ids_begin_with_the_short_name() {
        for (region, short) in
            [("us-east-1", "use1"), ("ap-northeast-1", "apne1"), ("eu-central-1", "euc1"), ("here", "here")]
        {
            assert_eq!(short_name(region), short);
        }
    }
}
