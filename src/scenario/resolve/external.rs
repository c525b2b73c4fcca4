//! Hosts outside AWS, and what launch type EXTERNAL does not take ([ecs-anywhere]; ECS Anywhere).

use super::Build;
use super::cluster::Home;
use crate::model::ids::{ProviderId, TypeId, ZoneId};
use crate::model::plan::{External, Kind, ProviderKind, StrategyItem, ZoneKind};
use crate::scenario::ecs::Toggle;
use crate::scenario::ecs::cluster::ExternalInstances;
use crate::scenario::ecs::service::{LaunchType, Service};
use crate::scenario::ecs::task_definition::{Compatibility, NetworkMode};

impl Build<'_> {
    /// The hosts outside AWS of a cluster.
    pub(super) fn external_instances(&mut self, list: &[ExternalInstances], home: &mut Home, at: &str) {
        if list.is_empty() {
            return;
        }
        let mut hosts: Vec<(ZoneId, TypeId, u32)> = Vec::new();
        for (place, entry) in list.iter().enumerate() {
            let at = format!("{at}/{place}");
            let zone = self.site(&entry.zone, home, &format!("{at}/zone"));
            let kind = self.instance_type(&entry.instance_type, &format!("{at}/instanceType"));
            hosts.extend(zone.zip(kind).map(|(zone, kind)| (zone, kind, entry.count)));
        }
        let mut zones: Vec<ZoneId> = hosts.iter().map(|row| row.0).collect();
        zones.sort_unstable();
        zones.dedup();
        let understood = hosts.len() == list.len();
        home.external =
            understood.then(|| self.provider_row("EXTERNAL", home, ProviderKind::External(External { hosts, zones })));
    }

    fn site(&mut self, name: &str, home: &Home, at: &str) -> Option<ZoneId> {
        let zone = self.names.zone(name, at, self.out)?;
        let row = &self.plan.zones[zone];
        if row.kind != ZoneKind::OnPremises {
            let message = format!("`{name}` is of kind `{}`: hosts outside AWS stand on premises", row.kind.word());
            self.out.wrong_target(at, message, "name a zone of kind `onPremises`");
            return None;
        }
        if row.region != home.region {
            let message = format!("the zone `{name}` belongs to another Region than the cluster `{}`", home.name);
            self.out.wrong_target(at, message, "name a zone of the cluster's Region");
            return None;
        }
        Some(zone)
    }

    /// Launch type EXTERNAL stands on the cluster's hosts outside AWS.
    pub(super) fn external_hosts(&mut self, home: &Home, at: &str) -> Option<ProviderId> {
        if !home.has_external {
            let message = format!("launch type EXTERNAL needs hosts outside AWS, and `{}` has none", home.name);
            let hint =
                "write \"externalInstances\": [{\"zone\": \"site-1\", \"instanceType\": \"m5.large\"}] in the cluster";
            self.out.no_capacity(at, message, hint);
        }
        home.external
    }

    /// What ECS does not do for services on hosts outside AWS, each told at its place.
    pub(super) fn external_service(&mut self, service: &Service, definition: Option<usize>, at: &str) {
        if service.launch_type != Some(LaunchType::External) {
            return;
        }
        self.external_network(definition);
        let refused = [
            ("loadBalancers", !service.load_balancers.is_empty(), "load balancer", "bring your own at the site"),
            ("serviceRegistries", !service.service_registries.is_absent(), "service discovery", "remove it"),
            (
                "serviceConnectConfiguration",
                !service.service_connect_configuration.is_absent(),
                "Service Connect",
                "remove it",
            ),
        ];
        for (key, written, what, hint) in refused {
            if written {
                self.out.refused(&format!("{at}/{key}"), format!("ECS Anywhere has no {what}"), hint);
            }
        }
        if service.availability_zone_rebalancing == Some(Toggle::Enabled) {
            let message = "ECS evens out no zones for launch type EXTERNAL";
            self.out.refused(&format!("{at}/availabilityZoneRebalancing"), message, "write DISABLED, or leave it out");
        }
    }

    /// Tasks outside AWS have no network interface of a VPC.
    pub(super) fn external_network(&mut self, definition: Option<usize>) {
        let Some(index) = definition else { return };
        let definition = &self.scenario.task_definitions[index];
        if definition.network_mode == Some(NetworkMode::Awsvpc) {
            let message = format!("ECS Anywhere does not take `{}` with network mode `awsvpc`", definition.family);
            let hint = "write \"bridge\", \"host\" or \"none\"";
            self.out.refused(&format!("/taskDefinitions/{index}/networkMode"), message, hint);
        }
    }

    /// What tasks of a strategy run on.
    pub(super) fn runs_on(&self, strategy: &[StrategyItem]) -> Compatibility {
        match strategy.first().map(|item| &self.plan.providers[item.provider].kind) {
            Some(ProviderKind::Fargate { .. }) => Compatibility::Fargate,
            Some(ProviderKind::External(_)) => Compatibility::External,
            _ => Compatibility::Ec2,
        }
    }

    /// Zones of tasks without subnets: the sites of hosts outside AWS; otherwise the availability zones of the Region,
    /// and those elsewhere in which its hosts may stand. A daemon runs on the hosts of every group of its cluster.
    pub(super) fn zones_of_hosts(&self, kind: Kind, strategy: &[StrategyItem], home: &Home) -> Vec<ZoneId> {
        let mut zones = self.zones_of(home.region);
        let mut every_group = kind == Kind::Daemon;
        for item in strategy {
            match &self.plan.providers[item.provider].kind {
                ProviderKind::External(external) => return external.zones.clone(),
                ProviderKind::Group(group) => zones.extend(&group.zones),
                ProviderKind::AnyHost => every_group = true,
                ProviderKind::Fargate { .. } | ProviderKind::Managed(_) => {}
            }
        }
        for row in self.plan.providers.iter().filter(|row| every_group && row.cluster == home.id) {
            if let ProviderKind::Group(group) = &row.kind {
                zones.extend(&group.zones);
            }
        }
        zones.sort_unstable();
        zones.dedup();
        zones
    }
}
