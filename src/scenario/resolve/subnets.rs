//! Subnets as `describe-subnets` prints them: which zones a Region has, and in which of them each subnet lies.

use super::{Regions, placed};
use crate::model::ids::{RegionId, ZoneId};
use crate::model::plan::{self, ZoneKind};
use crate::model::problem::Problems;
use crate::scenario::ecs::subnet::Subnet;
use crate::scenario::file::Zone;
use std::collections::BTreeMap;

impl Regions<'_> {
    /// Zones of a Region that writes none: those that `subnets` show, by their ids.
    pub(super) fn zones_of_subnets(&self, region: &str) -> Vec<Zone> {
        let mut found: BTreeMap<&str, Zone> = BTreeMap::new();
        let mut outposts: BTreeMap<&str, Zone> = BTreeMap::new();
        for subnet in self.scenario.subnets.iter().filter(|subnet| stands_in(subnet, region)) {
            let Some(id) = subnet.availability_zone_id.as_ref().or(subnet.availability_zone.as_ref()) else { continue };
            let name = subnet.availability_zone.clone();
            let kind = name.as_deref().map_or(ZoneKind::AvailabilityZone, |name| kind_of(name, region));
            if let Some(outpost) = outpost_of(subnet) {
                outposts.entry(outpost).or_insert_with(|| Zone {
                    id: outpost.to_owned(),
                    kind: Some(ZoneKind::Outpost),
                    name: None,
                    parent: Some(id.clone()),
                    subnets: Vec::new(),
                });
            }
            found.entry(id).or_insert_with(|| Zone {
                id: id.clone(),
                kind: Some(kind),
                name,
                parent: None,
                subnets: Vec::new(),
            });
        }
        found.into_values().chain(outposts.into_values()).collect()
    }

    /// Puts the subnets of a Region into its zones, which all have rows by now.
    pub(super) fn subnets_of(&mut self, region: RegionId) {
        let name = self.regions[region].name.clone();
        for (at, subnet) in placed(&self.scenario.subnets, "/subnets") {
            if stands_in(subnet, &name)
                && let Some(zone) = self.zone_of_subnet(subnet, region, &at)
            {
                let before = self.subnets.insert((region, subnet.subnet_id.clone()), zone);
                if let Some(other) = before.filter(|other| *other != zone) {
                    let [here, there] = [zone, other].map(|zone| self.zones[zone].id.clone());
                    let message = format!("`{}` lies in `{here}`, and `zones` list it in `{there}`", subnet.subnet_id);
                    self.out.conflict(&at, message, "take it out of `zones[].subnets`");
                }
            }
        }
    }

    fn zone_of_subnet(&mut self, subnet: &Subnet, region: RegionId, at: &str) -> Option<ZoneId> {
        let (id, name) = (subnet.availability_zone_id.as_deref(), subnet.availability_zone.as_deref());
        let here = || self.zones.pairs().filter(|(_, row): &(ZoneId, &plan::Zone)| row.region == region);
        if let Some(outpost) = outpost_of(subnet) {
            let called =
                |row: &plan::Zone| row.kind == ZoneKind::Outpost && [&row.id, &row.name].contains(&&outpost.to_owned());
            let listed = self.subnets.get(&(region, subnet.subnet_id.clone())).copied();
            let listed = listed.filter(|zone| self.zones[*zone].kind == ZoneKind::Outpost);
            if let Some(zone) = listed.or_else(|| here().find(|(_, row)| called(row)).map(|(zone, _)| zone)) {
                return Some(zone);
            }
            let message = format!("`{}` lies on the outpost `{outpost}`, which is no zone here", subnet.subnet_id);
            let parent = id.or(name).unwrap_or_default();
            let hint = format!(
                "add {{\"id\": \"{outpost}\", \"kind\": \"outpost\", \"parent\": \"{parent}\"}} to `zones` of \
                 `{}`, or leave `zones` out",
                self.regions[region].name
            );
            return self.out.wrong_target(&format!("{at}/OutpostArn"), message, hint).none();
        }
        let by_id = id.and_then(|id| here().find(|(_, row)| row.id == id));
        let by_name = || name.and_then(|name| here().find(|(_, row)| row.name == name));
        if let Some((zone, _)) = by_id.or_else(by_name) {
            return Some(zone);
        }
        let zone = id.or(name).unwrap_or_default();
        let message = format!("the Region `{}` has no zone `{zone}`", self.regions[region].name);
        let named = name.map(|name| format!(", \"name\": \"{name}\"")).unwrap_or_default();
        let hint = format!("add {{\"id\": \"{zone}\"{named}}} to its `zones`, or leave `zones` out");
        self.out.wrong_target(at, message, hint).none()
    }
}

/// Id of the outpost that a subnet lies on, such as `op-0d4579457ff2dc345`: the end of its ARN.
fn outpost_of(subnet: &Subnet) -> Option<&str> {
    subnet.outpost_arn.as_deref().and_then(|arn| arn.rsplit('/').next()).filter(|id| !id.is_empty())
}

/// Subnets that say neither the name nor the id of a zone.
pub(super) fn without_zone(subnets: &[Subnet], out: &mut Problems) {
    for (at, subnet) in placed(subnets, "/subnets") {
        if subnet.availability_zone.is_none() && subnet.availability_zone_id.is_none() {
            let message = format!("nothing says in which zone `{}` lies", subnet.subnet_id);
            out.missing(&at, message, "write \"AvailabilityZone\": \"us-east-1a\"");
        }
    }
}

/// Regions that subnets show, each once, in the order of the file.
pub(super) fn regions_of(subnets: &[Subnet]) -> Vec<String> {
    super::once(subnets.iter().filter_map(|one| region_of(one.availability_zone.as_deref()?)).map(str::to_owned))
}

/// Whether a subnet lies in a Region. Without the name of its zone it may lie in any.
fn stands_in(subnet: &Subnet, region: &str) -> bool {
    let rest = |name: &str| name.strip_prefix(region).is_some_and(|rest| rest.len() == 1 || rest.starts_with('-'));
    subnet.availability_zone.as_deref().is_none_or(rest)
}

/// The Region in the name of a zone: `us-east-1` of `us-east-1a` and of `us-east-1-bos-1a`.
pub(super) fn region_of(zone: &str) -> Option<&str> {
    let parts: Vec<&str> = zone.split('-').collect();
    let place = parts.iter().position(|part| part.starts_with(|one: char| one.is_ascii_digit()))?;
    let before: usize = parts[..place].iter().map(|part| part.len() + 1).sum();
    let digits = parts[place].bytes().take_while(u8::is_ascii_digit).count();
    (place >= 2).then(|| &zone[..before + digits])
}

/// What a zone of this name is.
fn kind_of(name: &str, region: &str) -> ZoneKind {
    match name.strip_prefix(region) {
        Some(rest) if rest.contains("-wl") => ZoneKind::WavelengthZone,
        Some(rest) if rest.starts_with('-') => ZoneKind::LocalZone,
        _ => ZoneKind::AvailabilityZone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_zones_begin_with_their_region() {
        assert_eq!(region_of("us-east-1a"), Some("us-east-1"));
        assert_eq!(region_of("us-gov-west-1b"), Some("us-gov-west-1"));
        assert_eq!(region_of("us-east-1-bos-1a"), Some("us-east-1"));
        assert_eq!(region_of("us-east-1-wl1-bos-wlz-1"), Some("us-east-1"));
        assert_eq!([region_of("zone-a"), region_of("use1-az1"), region_of("")], [None; 3]);
        assert_eq!(kind_of("us-east-1-bos-1a", "us-east-1"), ZoneKind::LocalZone);
        assert_eq!(kind_of("us-east-1-wl1-bos-wlz-1", "us-east-1"), ZoneKind::WavelengthZone);
        assert_eq!(kind_of("us-east-1a", "us-east-1"), ZoneKind::AvailabilityZone);
    }
}
