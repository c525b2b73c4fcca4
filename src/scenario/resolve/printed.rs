//! Hosts of a group one by one, as `describe-auto-scaling-groups` prints them.
//!
//! An entry of `Instances` that says where it stands, its state or its id is a host. One that says its type alone names
//! a type, as people write it by hand. What `InService` means is AWS's; which other states start how is a model choice.

use super::cluster::Home;
use super::{Clusters, once, placed};
use crate::model::ids::{TypeId, ZoneId};
use crate::model::plan::Standing;
use crate::model::problem::Problems;
use crate::scenario::ecs::auto_scaling_group::{AutoScalingGroup, Instance};
use std::collections::{BTreeMap, BTreeSet};

/// How a host starts.
#[derive(Clone, PartialEq)]
enum Begin {
    Stands,
    /// It stands, and its group leaves it alone.
    Standby,
    Boots,
    /// It is not there, for this state.
    Gone(String),
}

impl Clusters<'_> {
    /// Types of `Instances`: as listed; where hosts are listed, those of the most hosts first, as the group's launch
    /// template does not say what it launches (model choice). An unknown type is told once.
    pub(super) fn types_of_instances(&mut self, group: &AutoScalingGroup, at: &str) -> Vec<TypeId> {
        let mut seen = BTreeSet::new();
        let mut ids = Vec::new();
        for (at, instance) in placed(&group.instances, &format!("{at}/Instances")) {
            let Some(name) = &instance.instance_type else { continue };
            if self.names.types.contains_key(name) || seen.insert(name) {
                ids.extend(self.instance_type(name, &format!("{at}/InstanceType")));
            }
        }
        let mut types = once(ids.iter().copied());
        if group.instances.iter().any(is_host) {
            types.sort_by_cached_key(|id| std::cmp::Reverse(ids.iter().filter(|one| *one == id).count()));
        }
        types
    }

    /// Hosts that stand or boot at the start; none where the group does not list hosts.
    pub(super) fn printed_hosts(
        &mut self,
        group: &AutoScalingGroup,
        desired: u32,
        zones: &[ZoneId],
        types: &[TypeId],
        home: &Home<'_>,
        at: &str,
    ) -> Vec<Standing> {
        let mut hosts: Vec<Standing> = Vec::new();
        let mut gone: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        let mut told: BTreeSet<&str> = BTreeSet::new();
        if !group.instances.iter().any(is_host) {
            return hosts;
        }
        for (place, instance) in group.instances.iter().enumerate() {
            let start = begin(instance);
            if let Begin::Gone(state) = start {
                gone.entry(state).or_insert((place, 0)).1 += 1;
                continue;
            }
            let zone = match instance.availability_zone.as_ref().or(instance.availability_zone_id.as_ref()) {
                Some(name) => match self.zone_of_host(name, zones, home) {
                    Ok(zone) => zone,
                    Err((message, hint)) => {
                        if told.insert(name) {
                            let key = if instance.availability_zone.is_some() { "" } else { "Id" };
                            let at = format!("{at}/Instances/{place}/AvailabilityZone{key}");
                            self.out.wrong_target(&at, message, hint);
                        }
                        continue;
                    }
                },
                None => emptiest(&hosts, zones),
            };
            let named = instance.instance_type.as_ref().and_then(|name| {
                let fresh = !self.names.types.contains_key(name) && !told.insert(name);
                let at = format!("{at}/Instances/{place}/InstanceType");
                if fresh { None } else { self.instance_type(name, &at) }
            });
            let kind = named.unwrap_or(types[0]);
            hosts.push(Standing { zone, kind, boots: start == Begin::Boots, standby: start == Begin::Standby });
        }
        tell_standby(group, at, self.out);
        for (state, (place, count)) in gone {
            let (are, they) = if count == 1 { ("instance is", "it is") } else { ("instances are", "they are") };
            let message = format!("{count} {are} `{state}`: {they} not there at the start");
            let hint = "write \"LifecycleState\": \"InService\" for a host that runs tasks";
            self.out.doubtful(&format!("{at}/Instances/{place}"), message, hint);
        }
        self.cut_to_desired(&mut hosts, group, desired, at);
        hosts
    }

    /// The zone of a host, or what is wrong with it and the way out.
    fn zone_of_host(&self, name: &str, zones: &[ZoneId], home: &Home<'_>) -> Result<ZoneId, (String, String)> {
        let region = &self.plan.regions[home.region].name;
        let here = self.names.zones.get(name).copied().filter(|zone| self.plan.zones[*zone].region == home.region);
        let Some(zone) = here else {
            let message = format!("the Region `{region}` has no zone `{name}`");
            let lettered = name.strip_suffix(|c: char| c.is_ascii_lowercase());
            let hint = match lettered.filter(|other| other.ends_with(|c: char| c.is_ascii_digit())) {
                Some(other) if other != region => {
                    format!("the host is in `{other}`: write \"regions\": [{{\"name\": \"{other}\"}}]")
                }
                _ => format!("add the zone to `zones` of the Region, with \"name\": \"{name}\""),
            };
            return Err((message, hint));
        };
        if zones.contains(&zone) {
            return Ok(zone);
        }
        // Of hosts on an outpost AWS prints the zone that it is anchored to.
        let anchored: Vec<ZoneId> =
            zones.iter().copied().filter(|other| self.plan.zones[*other].parent == Some(zone)).collect();
        if let [outpost] = anchored[..] {
            return Ok(outpost);
        }
        let message = format!("a host stands in `{name}`, which is none of the group's zones");
        Err((message, "add it to `AvailabilityZones`, or remove the host".to_owned()))
    }

    /// A group that has more hosts than it wants ends some: of the fullest zone, the first of the list first.
    fn cut_to_desired(&mut self, hosts: &mut Vec<Standing>, group: &AutoScalingGroup, desired: u32, at: &str) {
        let count = hosts.iter().filter(|host| !host.standby).count();
        let name = &group.auto_scaling_group_name;
        if count < desired as usize {
            let message = format!("{count} of the {desired} instances of `{name}` are listed: it launches the others");
            self.out.follows(&format!("{at}/Instances"), message, "");
        } else if count > desired as usize {
            let message = format!("`{name}` lists {count} instances and wants {desired}: the others end at the start");
            self.out.doubtful(&format!("{at}/Instances"), message, "raise `DesiredCapacity`, or remove instances");
        }
        let mut in_zone: BTreeMap<ZoneId, usize> = BTreeMap::new();
        for host in hosts.iter().filter(|host| !host.standby) {
            *in_zone.entry(host.zone).or_default() += 1;
        }
        for _ in desired as usize..count {
            let most = in_zone.values().copied().max();
            let goes = |host: &Standing| !host.standby && in_zone.get(&host.zone).copied() == most;
            let Some(place) = hosts.iter().position(goes) else { return };
            let host = hosts.remove(place);
            in_zone.entry(host.zone).and_modify(|count| *count -= 1);
        }
    }

    /// Scale-in protection of single hosts is modelled only as managed termination protection.
    pub(super) fn protected_by_hand(&mut self, group: &AutoScalingGroup, managed: bool, at: &str) {
        let protected = |instance: &Instance| instance.protected_from_scale_in == Some(true);
        if let Some(place) = group.instances.iter().position(protected).filter(|_| !managed) {
            let count = group.instances.iter().filter(|instance| protected(instance)).count();
            let what = if count == 1 { "instance is" } else { "instances are" };
            let message =
                format!("{count} {what} protected from scale-in, which is not modelled: scale-in may take them");
            let hint = "write \"managedTerminationProtection\": \"ENABLED\", or \"ProtectedFromScaleIn\": false";
            self.out.ignored(&format!("{at}/Instances/{place}/ProtectedFromScaleIn"), message, hint);
        }
    }
}

/// Whether an entry is a host, and not only the name of a type.
fn is_host(instance: &Instance) -> bool {
    let texts =
        [&instance.availability_zone, &instance.availability_zone_id, &instance.lifecycle_state, &instance.instance_id];
    texts.iter().any(|text| text.is_some())
}

fn begin(instance: &Instance) -> Begin {
    let health = instance.health_status.as_deref().unwrap_or("Healthy");
    match instance.lifecycle_state.as_deref().unwrap_or("InService") {
        "InService" if !health.eq_ignore_ascii_case("healthy") => Begin::Gone(health.to_owned()),
        "InService" => Begin::Stands,
        // The group does not check its health: what is printed is how it was before.
        "EnteringStandby" | "Standby" => Begin::Standby,
        "Pending" | "Pending:Wait" | "Pending:Proceed" => Begin::Boots,
        other => Begin::Gone(other.to_owned()),
    }
}

/// Tells of hosts in `Standby`.
fn tell_standby(group: &AutoScalingGroup, at: &str, out: &mut Problems) {
    let standby = |instance: &Instance| begin(instance) == Begin::Standby;
    let Some(place) = group.instances.iter().position(standby) else { return };
    let count = group.instances.iter().filter(|instance| standby(instance)).count();
    let (are, them) = if count == 1 { ("instance is", "it") } else { ("instances are", "them") };
    let message = format!("{count} {are} `Standby` all the time: ECS uses {them}, the group does not count {them}");
    let hint = "remove the entry if its container instance is DRAINING in ECS";
    out.follows(&format!("{at}/Instances/{place}"), message, hint);
}

/// The zone with the fewest of some hosts.
fn emptiest(hosts: &[Standing], zones: &[ZoneId]) -> ZoneId {
    let count = |zone: &ZoneId| hosts.iter().filter(|host| host.zone == *zone).count();
    zones.iter().copied().min_by_key(|zone| (count(zone), *zone)).unwrap_or_default()
}
