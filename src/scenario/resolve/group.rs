//! Auto Scaling groups behind capacity providers.

use super::cluster::Home;
use super::sorted;
use super::subnets::region_of;
use super::{Clusters, once, placed};
use crate::engine::{Dist, Span};
use crate::model::ids::{TypeId, ZoneId};
use crate::model::plan::{self, Group, HostHealth, ProviderKind, Scaling, ZoneKind};
use crate::model::problem::{Code, Noun, Problem};
use crate::scenario::ecs::Toggle;
use crate::scenario::ecs::auto_scaling_group::{
    AutoScalingGroup, ImpairedZoneHealthCheckBehavior as Behavior, InstancesDistribution,
};
use crate::scenario::ecs::capacity_provider::{AutoScalingGroupProvider as Provider, ManagedScaling};
use std::collections::BTreeSet;

/// Container instances of a cluster by ECS's default quota (sourced: [ecs-quotas]).
const INSTANCE_QUOTA: u32 = 5_000;

/// From a silent death of an instance until its group acts on failed status checks (model choice: AWS says that a group
/// waits a few minutes for an impaired instance to recover).
const STATUS_CHECKS: Span = Span::from_secs(300);

impl Clusters<'_> {
    pub(super) fn group(&mut self, provider: &Provider, name: &str, home: &Home, at: &str) -> Option<ProviderKind> {
        let index = self.find_group(&provider.auto_scaling_group_arn, &format!("{at}/autoScalingGroupArn"))?;
        self.used.groups.insert(index);
        let group = &self.scenario.auto_scaling_groups[index];
        let scaling = self.scaling(provider.managed_scaling.as_ref(), &format!("{at}/managedScaling"));
        let protected = provider.managed_termination_protection == Some(Toggle::Enabled);
        if protected {
            let at = format!("{at}/managedTerminationProtection");
            if scaling.is_none() {
                self.out.refused(&at, "termination protection needs managed scaling", "switch `managedScaling` on");
            }
            if group.new_instances_protected_from_scale_in != Some(true) {
                let message = "ECS refuses termination protection for a group without scale-in protection";
                self.out.refused(&at, message, "write \"NewInstancesProtectedFromScaleIn\": true in the group");
            }
        }
        let at = format!("/autoScalingGroups/{index}");
        let desired = self.group_sizes(group, &at);
        let types = self.group_types(group, &at);
        let spot = self.group_is_spot(group, &at);
        let zones = self.group_zones(group, home, &at).and_then(|zones| self.zones_with_ec2(zones, &at));
        let habits = self.habits_of_provider(name);
        if habits.trunking {
            self.trunked(types.as_deref().unwrap_or_default(), name);
        }
        self.protected_by_hand(group, protected, &at);
        let hosts = match (&zones, &types) {
            (Some(zones), Some(types)) => self.printed_hosts(group, desired, zones, types, home, &at),
            _ => Vec::new(),
        };
        let impaired = group.availability_zone_impairment_policy.as_ref();
        Some(ProviderKind::Group(Group {
            name: group.auto_scaling_group_name.clone(),
            types: types?,
            spot,
            min: group.min_size,
            max: group.max_size,
            desired,
            pools: pools(&self.plan, zones.as_ref()?, desired, &hosts),
            hosts,
            zones: zones?,
            scaling,
            termination_protection: protected,
            draining: provider.managed_draining != Some(Toggle::Disabled),
            health: self.host_health(group, &at),
            rebalances: self.rebalances(group, spot, &at),
            spot_draining: habits.spot_draining,
            boot: habits.boot,
            trunking: habits.trunking,
            evens_out: self.evens_out(group, &at),
            balanced_only: self.balanced_only(group, &at),
            zonal_shift: impaired.is_some_and(|policy| policy.zonal_shift_enabled == Some(true)),
            ignores_impaired: impaired
                .is_some_and(|policy| policy.impaired_zone_health_check_behavior == Some(Behavior::IgnoreUnhealthy)),
            habits: habits.setup,
        }))
    }

    /// Warns of types for which no limit with trunking is known: their hosts keep to their interfaces.
    fn trunked(&mut self, types: &[TypeId], provider: &str) {
        let place = self.scenario.behaviour.iter().position(|one| one.capacity_provider.as_deref() == Some(provider));
        let Some(place) = place else { return };
        for &id in types {
            let kind = &self.plan.types[id];
            if self.catalogue.get(&kind.name).is_some_and(|row| row.trunked_tasks.is_none()) {
                let (name, tasks) = (&kind.name, kind.enis);
                let message = format!(
                    "`eniTrunking` changes nothing for `{name}`: AWS does not support it there, or the shipped table does \
                     not know its limit"
                );
                let hint = format!("a host has room for {tasks} tasks with a network interface of their own");
                self.out.doubtful(&format!("/behaviour/{place}/eniTrunking"), message, hint);
            }
        }
    }

    /// Whether the process AZRebalance runs. HealthCheck and ReplaceUnhealthy are those of `host_health`; of the others
    /// only the absence is modelled.
    fn evens_out(&mut self, group: &AutoScalingGroup, at: &str) -> bool {
        let mut runs = true;
        for (place, process) in group.suspended_processes.iter().enumerate() {
            if process.process_name == "AZRebalance" {
                runs = false;
            } else if !["HealthCheck", "ReplaceUnhealthy"].contains(&process.process_name.as_str()) {
                let message = format!("the suspension of `{}` is not modelled: it runs", process.process_name);
                self.out.ignored(&format!("{at}/SuspendedProcesses/{place}"), message, "remove it");
            }
        }
        runs
    }

    /// Whether it keeps to its emptiest zones even where they give no host.
    fn balanced_only(&mut self, group: &AutoScalingGroup, at: &str) -> bool {
        let written = group.availability_zone_distribution.as_ref();
        match written.and_then(|one| one.capacity_distribution_strategy.as_deref()) {
            None | Some("balanced-best-effort") => false,
            Some("balanced-only") => true,
            Some(other) => {
                let at = format!("{at}/AvailabilityZoneDistribution/CapacityDistributionStrategy");
                let message = format!("`CapacityDistributionStrategy` cannot be `{other}`");
                self.out.unknown_value(&at, message, "write balanced-best-effort or balanced-only");
                false
            }
        }
    }

    fn find_group(&mut self, reference: &str, at: &str) -> Option<usize> {
        let list = &self.scenario.auto_scaling_groups;
        let short = reference.rsplit('/').next().unwrap_or(reference);
        let of = |name: &str| self.index.groups.get(name).into_iter().flatten().copied();
        let meant: BTreeSet<usize> = of(short)
            .chain(of(reference))
            .filter(|place| {
                let group = &list[*place];
                group.auto_scaling_group_name == short || group.auto_scaling_group_arn.as_deref() == Some(reference)
            })
            .collect();
        let found = meant.first().copied();
        if found.is_none() {
            let known = list.iter().map(|group| group.auto_scaling_group_name.as_str());
            self.out.unknown(Noun::AutoScalingGroup, short, at, known);
        } else if meant.len() > 1 {
            self.out.duplicate(Noun::AutoScalingGroup, short, at);
        }
        found
    }

    fn scaling(&mut self, written: Option<&ManagedScaling>, at: &str) -> Option<Scaling> {
        let written = written?;
        if written.minimum_scaling_step_size > written.maximum_scaling_step_size {
            let hint = "swap the two step sizes";
            self.out.conflict(at, "`minimumScalingStepSize` must be at most `maximumScalingStepSize`", hint);
        }
        (written.status != Some(Toggle::Disabled)).then_some(Scaling {
            target: written.target_capacity,
            min_step: written.minimum_scaling_step_size,
            max_step: written.maximum_scaling_step_size,
            warm_up: Span::from_secs(u64::from(written.instance_warmup_period)),
        })
    }

    fn group_sizes(&mut self, group: &AutoScalingGroup, at: &str) -> u32 {
        let desired = group.desired_capacity.unwrap_or(group.min_size);
        let at = format!("{at}/DesiredCapacity");
        let sound = self.out.within(desired, group.min_size..=group.max_size, &at);
        if sound && desired > INSTANCE_QUOTA {
            let message = format!("{desired} instances are more than a cluster's quota of {INSTANCE_QUOTA}");
            self.out.over_quota(&at, message, "AWS raises the quota on request");
        }
        desired
    }

    fn group_types(&mut self, group: &AutoScalingGroup, at: &str) -> Option<Vec<TypeId>> {
        let template = group.mixed_instances_policy.as_ref().and_then(|policy| policy.launch_template.as_ref());
        let overrides = template.map_or(&[][..], |template| &template.overrides[..]);
        let mut types = Vec::new();
        for (at, item) in placed(overrides, &format!("{at}/MixedInstancesPolicy/LaunchTemplate/Overrides")) {
            if item.weighted_capacity.as_ref().is_some_and(|weight| weight != "1") {
                let message = "weighted capacity is not modelled";
                self.out.not_modelled(&format!("{at}/WeightedCapacity"), message, "count instances: write \"1\"");
            }
            if let Some(name) = &item.instance_type {
                types.extend(self.instance_type(name, &format!("{at}/InstanceType")));
            } else {
                let hint = "write `InstanceType`";
                self.out.not_modelled(&at, "instance requirements of a group are not modelled", hint);
            }
        }
        if overrides.is_empty() {
            types.extend(self.types_of_instances(group, at));
            if !group.instances.iter().any(|instance| instance.instance_type.is_some()) {
                let name = &group.auto_scaling_group_name;
                let hint = "write \"MixedInstancesPolicy\": {\"LaunchTemplate\": {\"Overrides\": [{\"InstanceType\": \"m5.large\"}]}}";
                self.out.missing(at, format!("`{name}` does not say its instance types"), hint);
            }
        }
        Some(once(types)).filter(|types| !types.is_empty())
    }

    fn group_is_spot(&mut self, group: &AutoScalingGroup, at: &str) -> bool {
        let policy = group.mixed_instances_policy.as_ref();
        let Some(mix) = policy.and_then(|policy| policy.instances_distribution.as_ref()) else { return false };
        let InstancesDistribution { on_demand_base_capacity, on_demand_percentage_above_base_capacity, .. } = mix;
        let (base, share) =
            (on_demand_base_capacity.unwrap_or(0), on_demand_percentage_above_base_capacity.unwrap_or(100));
        if share == 100 {
            return false;
        }
        if base != 0 || share != 0 {
            let hint =
                "use two groups and two capacity providers, one of them with OnDemandPercentageAboveBaseCapacity 0";
            let at = format!("{at}/MixedInstancesPolicy/InstancesDistribution");
            self.out.not_modelled(&at, "a group that mixes on-demand and Spot instances is not modelled", hint);
        }
        true
    }

    fn group_zones(&mut self, group: &AutoScalingGroup, home: &Home, at: &str) -> Option<Vec<ZoneId>> {
        let named = group.availability_zones.iter().map(|name| ("AvailabilityZones", name));
        let named: Vec<_> =
            named.chain(group.availability_zone_ids.iter().map(|id| ("AvailabilityZoneIds", id))).collect();
        if named.is_empty() {
            let Some(list) = &group.vpc_zone_identifier else {
                let message = format!("`{}` names no zone: it takes all", group.auto_scaling_group_name);
                self.out.default_taken(at, message, "write `AvailabilityZones` or `VPCZoneIdentifier`");
                return Some(self.zones_of(home.region));
            };
            let subnets = list.split(',').map(str::trim).filter(|subnet| !subnet.is_empty());
            let subnets: Vec<String> = subnets.map(str::to_owned).collect();
            return Some(self.zones_of_subnets(&subnets, home.region, &format!("{at}/VPCZoneIdentifier")));
        }
        let mut zones = Vec::new();
        for (key, name) in named {
            let elsewhere = region_of(name).filter(|other| *other != self.plan.regions[home.region].name);
            if let (Some(other), None) = (elsewhere, self.names.zones.get(name)) {
                let message = format!("no zone is called `{name}`: the group is in {other}");
                let hint = format!("write \"regions\": [{{\"name\": \"{other}\"}}]");
                let problem = Problem::new(Code::UnknownName, &format!("{at}/{key}"), message, hint);
                return self.out.push(problem.about(Noun::Zone, name)).none();
            }
            let zone = self.names.zone(name, &format!("{at}/{key}"), self.out)?;
            if self.plan.zones[zone].region != home.region {
                let message = format!("the zone `{name}` lies in another Region than the cluster `{}`", home.name);
                self.out.wrong_target(&format!("{at}/{key}"), message, "name zones of the cluster's Region");
                return None;
            }
            zones.push(zone);
        }
        Some(sorted(self.on_outposts(zones, group, home)))
    }

    /// Zones of a group, where its subnets lie on outposts: AWS prints the zone that an outpost is anchored to.
    fn on_outposts(&self, mut zones: Vec<ZoneId>, group: &AutoScalingGroup, home: &Home) -> Vec<ZoneId> {
        let list = group.vpc_zone_identifier.as_deref().unwrap_or_default();
        let known = list.split(',').filter_map(|one| self.subnets.get(&(home.region, one.trim().to_owned()))).copied();
        let known: Vec<ZoneId> = known.collect();
        for outpost in known.iter().filter(|zone| self.plan.zones[**zone].kind == ZoneKind::Outpost) {
            zones.retain(|zone| Some(*zone) != self.plan.zones[*outpost].parent || known.contains(zone));
            zones.push(*outpost);
        }
        zones
    }

    fn host_health(&mut self, group: &AutoScalingGroup, at: &str) -> HostHealth {
        let law = self.scenario.detection.as_ref().and_then(|laws| laws.host_checks.as_ref());
        let status = law.and_then(|law| law.read("/detection/hostChecks", self.out));
        let needed = ["HealthCheck", "ReplaceUnhealthy"];
        HostHealth {
            acts: group.suspended_processes.iter().all(|one| !needed.contains(&one.process_name.as_str())),
            status: status.unwrap_or(Dist::constant(STATUS_CHECKS)),
            targets: self.looks_at_targets(group, at),
            grace: Span::from_secs(u64::from(group.health_check_grace_period.unwrap_or(0))),
        }
    }

    fn looks_at_targets(&mut self, group: &AutoScalingGroup, at: &str) -> bool {
        let mut targets = false;
        let at = format!("{at}/HealthCheckType");
        for kind in group.health_check_type.as_deref().unwrap_or("EC2").split(',').map(str::trim) {
            match kind {
                "EC2" => {}
                "ELB" => targets = true,
                "EBS" | "VPC_LATTICE" => {
                    let message = format!("health checks of type {kind} bear on availability and are not modelled");
                    self.out.ignored(&at, message, "the group acts on EC2 status checks, and on targets with ELB");
                }
                other => {
                    let message = format!("`HealthCheckType` cannot be `{other}`");
                    self.out.unknown_value(&at, message, "write EC2, ELB, EBS or VPC_LATTICE, separated by commas");
                }
            }
        }
        targets
    }

    fn rebalances(&mut self, group: &AutoScalingGroup, spot: bool, at: &str) -> bool {
        let written = group.capacity_rebalance == Some(true);
        if written && !spot {
            self.out.not_used(&format!("{at}/CapacityRebalance"), "the group has no Spot instances");
        }
        written && spot
    }
}

/// The hosts that a group has in each fixed pool at the start: those that are written, else evenly over its zones, the
/// remainder in their order.
fn pools(plan: &plan::Plan, zones: &[ZoneId], desired: u32, hosts: &[plan::Standing]) -> Vec<(ZoneId, u32)> {
    let count = zones.len().max(1) as u32;
    let share = |place: usize| match hosts {
        [] => desired / count + u32::from((place as u32) < desired % count),
        _ => hosts.iter().filter(|host| host.zone == zones[place] && !host.standby).count() as u32,
    };
    let fixed = zones.iter().enumerate().filter(|(_, zone)| plan.zones[**zone].kind.fixed_pool());
    fixed.map(|(place, zone)| (*zone, share(place))).collect()
}
