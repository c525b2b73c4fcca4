//! Subnets and the zones that they lie in.

use super::Build;
use crate::model::ids::{RegionId, ZoneId};

/// Subnets of one `awsvpcConfiguration` (sourced: [ecs-quotas]).
const MOST_SUBNETS: usize = 16;

impl Build<'_> {
    /// Availability zones of a Region: what is used where nothing else is named.
    pub(super) fn zones_of(&self, region: RegionId) -> Vec<ZoneId> {
        let all = self.plan.regions[region].zones.clone().map(ZoneId);
        all.filter(|zone| !self.plan.zones[*zone].kind.away()).collect()
    }

    /// Zones that subnets lie in, in the order of the zones. A subnet that no zone lists takes the first zone that this
    /// list does not use yet, and keeps it.
    pub(super) fn zones_of_subnets(&mut self, subnets: &[&str], region: RegionId, at: &str) -> Vec<ZoneId> {
        let all = self.zones_of(region);
        let mut found: Vec<ZoneId> = Vec::new();
        let mut unknown = Vec::new();
        for subnet in subnets {
            match self.subnets.get(&(region, (*subnet).to_owned())) {
                Some(zone) => found.push(*zone),
                None => unknown.push(*subnet),
            }
        }
        for (place, subnet) in unknown.into_iter().enumerate() {
            let Some(free) = all.iter().find(|zone| !found.contains(zone)).or(all.get(place % all.len().max(1))) else {
                continue;
            };
            found.push(*free);
            self.subnets.insert((region, subnet.to_owned()), *free);
            let message = format!("no zone lists the subnet `{subnet}`: it takes `{}`", self.plan.zones[*free].id);
            self.out.default_taken(at, message, "list it in `subnets` of its zone");
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Zones of an `awsvpcConfiguration`; a problem when it has no subnet or too many.
    pub(super) fn zones_of_network(&mut self, subnets: &[String], region: RegionId, at: &str) -> Option<Vec<ZoneId>> {
        let at = format!("{at}/networkConfiguration/awsvpcConfiguration/subnets");
        if subnets.is_empty() || subnets.len() > MOST_SUBNETS {
            let message = format!("ECS takes 1 to {MOST_SUBNETS} subnets, not {}", subnets.len());
            self.out.refused(&at, message, "list one subnet for each zone");
            return None;
        }
        let subnets: Vec<&str> = subnets.iter().map(String::as_str).collect();
        Some(self.zones_of_subnets(&subnets, region, &at))
    }
}
