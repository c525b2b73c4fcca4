//! Zonal shifts of Auto Scaling groups: which are meant, and whether ARC may shift them ([asg-zonal-shift]).

use super::{Activity, placed};
use crate::model::ids::{ProviderId, ServiceId, ZoneId};
use crate::model::plan::{Group, ProviderKind};
use crate::model::problem::Noun;
use crate::scenario::file::ZonalShift;

impl Activity<'_> {
    /// Capacity providers whose groups are shifted.
    pub(super) fn shifted_groups(
        &mut self,
        shift: &ZonalShift,
        zone: Option<ZoneId>,
        at: &str,
    ) -> Option<Vec<ProviderId>> {
        let (mut found, mut sound) = (Vec::new(), true);
        for (at, name) in placed(&shift.auto_scaling_groups, &format!("{at}/autoScalingGroups")) {
            let Some(own) = self.providers_of(name, &at) else {
                sound = false;
                continue;
            };
            if own.iter().any(|id| found.contains(id)) {
                self.out.twice(name, &at);
                sound = false;
            } else if self.group_may_shift(own[0], zone, &at) {
                found.extend(own);
            } else {
                sound = false;
            }
        }
        sound.then_some(found)
    }

    /// The capacity providers that use a group, by its name or ARN; a problem where there is none.
    fn providers_of(&mut self, name: &str, at: &str) -> Option<Vec<ProviderId>> {
        let written = &self.scenario.auto_scaling_groups;
        let is_it = |row: &&crate::scenario::ecs::auto_scaling_group::AutoScalingGroup| {
            row.auto_scaling_group_name == name || row.auto_scaling_group_arn.as_deref() == Some(name)
        };
        let Some(row) = written.iter().find(is_it) else {
            let known = written.iter().map(|row| row.auto_scaling_group_name.as_str());
            self.out.unknown(Noun::AutoScalingGroup, name, at, known);
            return None;
        };
        let name = &row.auto_scaling_group_name;
        let own =
            self.plan.providers.pairs().filter(|(_, row)| group_of(&row.kind).is_some_and(|own| own.name == *name));
        let own: Vec<ProviderId> = own.map(|(id, _)| id).collect();
        if own.is_empty() || self.concerned(&[], &own).is_empty() {
            let message = format!("no service runs on the Auto Scaling group `{name}`: its shift would change nothing");
            let hint = "name a group behind a capacity provider that services use";
            return self.out.wrong_target(at, message, hint).none();
        }
        Some(own)
    }

    /// Whether ARC may shift the group of a provider away from the zone; a problem otherwise.
    fn group_may_shift(&mut self, id: ProviderId, zone: Option<ZoneId>, at: &str) -> bool {
        let Some(group) = group_of(&self.plan.providers[id].kind) else { return false };
        let name = &group.name;
        if !group.zonal_shift {
            let message =
                format!("zonal shift is off for the Auto Scaling group `{name}`, which ARC does not know then");
            let hint = "write \"AvailabilityZoneImpairmentPolicy\": {\"ZonalShiftEnabled\": true} in the group";
            self.out.refused(at, message, hint);
            return false;
        }
        let Some(zone) = zone else { return true };
        let zones = &self.plan.zones;
        if !group.zones.contains(&zone) {
            let stands: Vec<&str> = group.zones.iter().map(|zone| zones[*zone].id.as_str()).collect();
            let message = format!("the Auto Scaling group `{name}` does not span `{}`", zones[zone].id);
            self.out.refused(at, message, format!("it spans {}", stands.join(", ")));
            return false;
        }
        if group.zones.len() == 1 {
            let message = format!("`{name}` spans one zone: while it is shifted away it launches no host");
            self.out.doubtful(at, message, "let the group span other zones, too");
        }
        true
    }

    /// The services that a shift concerns: those whose load balancers are shifted, and those on hosts of the groups.
    pub(super) fn concerned(&self, services: &[ServiceId], groups: &[ProviderId]) -> Vec<ServiceId> {
        let mut all = services.to_vec();
        for id in groups {
            let cluster = self.plan.providers[*id].cluster;
            let on_it = |provider: ProviderId| {
                provider == *id || matches!(self.plan.providers[provider].kind, ProviderKind::AnyHost)
            };
            for service in self.plan.services_of(cluster) {
                let uses = self.plan.services[service].strategy.iter().any(|item| on_it(item.provider));
                if uses && !all.contains(&service) {
                    all.push(service);
                }
            }
        }
        all
    }
}

fn group_of(kind: &ProviderKind) -> Option<&Group> {
    match kind {
        ProviderKind::Group(group) => Some(group),
        _ => None,
    }
}
