//! Capacity providers of a cluster, and the strategies that use them.

use super::cluster::Home;
use super::sorted;
use super::{Clusters, dead, placed, requirements};
use crate::engine::{Span, Who};
use crate::model::ids::{ProviderId, TypeId, ZoneId};
use crate::model::plan::{self, External, Managed, ProviderKind, StrategyItem, ZoneKind};
use crate::model::problem::{Code, Noun, Problem};
use crate::scenario::ecs::Toggle;
use crate::scenario::ecs::capacity_provider::{CapacityOption, InstanceRequirements, ManagedInstancesProvider};
use crate::scenario::ecs::cluster::ExternalInstances;
use crate::scenario::ecs::service::{CapacityProviderStrategyItem as Item, LaunchType};
use crate::scenario::types::Row;
use std::collections::BTreeSet;

/// Items of one strategy (sourced: [ecs-api-provider-strategy]).
const MOST_ITEMS: usize = 20;

/// When idle hosts go by default, in seconds (model choice: AWS publishes none).
const SCALE_IN_AFTER: i32 = 300;

impl Clusters<'_> {
    /// Rows of the providers that a cluster lists.
    pub(super) fn providers(&mut self, names: &[String], home: &mut Home, at: &str) {
        let mut seen = BTreeSet::new();
        for (at, name) in placed(names, &format!("{at}/capacityProviders")) {
            if self.scenario.capacity_providers.iter().any(|row| row.name == *name && dead::provider(row)) {
                continue;
            }
            if !seen.insert(name) {
                self.out.twice(name, &at);
                continue;
            }
            let kind = match name.as_str() {
                "FARGATE" | "FARGATE_SPOT" => {
                    let spot = name == "FARGATE_SPOT";
                    Some(ProviderKind::Fargate { spot, bucket: self.bucket(home, spot) })
                }
                _ => self.declared(name, home, &at),
            };
            let id = kind.map(|kind| self.provider_row(name, home, kind));
            home.providers.push((name.clone(), id));
        }
    }

    fn provider_row(&mut self, name: &str, home: &Home, kind: ProviderKind) -> ProviderId {
        let who = Who::named(&format!("provider {}/{name}", home.name));
        let named = !matches!(kind, ProviderKind::AnyHost | ProviderKind::External(_));
        let id = self.plan.providers.push(plan::Provider { name: name.to_owned(), who, cluster: home.id, kind });
        if named {
            self.names.providers.entry(name.to_owned()).or_default().push(id);
        }
        id
    }

    /// What a provider of the scenario's list stands for.
    fn declared(&mut self, name: &str, home: &Home, at: &str) -> Option<ProviderKind> {
        let scenario = self.scenario;
        let list = &scenario.capacity_providers;
        let places = self.index.providers.get(name).map_or(&[][..], Vec::as_slice);
        let Some(index) = places.first().copied() else {
            let known = list.iter().map(|provider| provider.name.as_str()).chain(["FARGATE", "FARGATE_SPOT"]);
            self.out.unknown(Noun::CapacityProvider, name, at, known);
            return None;
        };
        self.used.providers.insert(index);
        let provider = &list[index];
        let at = format!("/capacityProviders/{index}");
        if places.len() > 1 {
            self.out.duplicate(Noun::CapacityProvider, name, &at);
        }
        match (&provider.auto_scaling_group_provider, &provider.managed_instances_provider) {
            (Some(group), None) => self.group(group, name, home, &format!("{at}/autoScalingGroupProvider")),
            (None, Some(managed)) => self.managed(managed, name, home, &format!("{at}/managedInstancesProvider")),
            (group, _) => {
                let keys = "`autoScalingGroupProvider` and `managedInstancesProvider`";
                self.out.one_of(keys, group.is_some(), &at, "nothing says what stands behind it", "write one of them");
                None
            }
        }
    }

    /// Where a service or stream finds capacity: its strategy, its launch type, the cluster's default, EC2.
    pub(super) fn capacity(
        &mut self,
        items: &[Item],
        launch_type: Option<LaunchType>,
        home: &mut Home,
        at: &str,
    ) -> Option<Vec<StrategyItem>> {
        if !items.is_empty() && launch_type.is_some() {
            return self.out.exclude("`launchType` and `capacityProviderStrategy`", &format!("{at}/launchType")).none();
        }
        if !items.is_empty() {
            return self.strategy(items, home, &format!("{at}/capacityProviderStrategy"));
        }
        let single = |provider| Some(vec![StrategyItem { provider, base: 0, weight: 1 }]);
        match launch_type {
            Some(LaunchType::Fargate) => {
                let listed = home.providers.iter().find(|(name, _)| name == "FARGATE").and_then(|(_, id)| *id);
                if listed.or(home.fargate).is_none() {
                    let kind = ProviderKind::Fargate { spot: false, bucket: self.bucket(home, false) };
                    home.fargate = Some(self.provider_row("FARGATE", home, kind));
                }
                listed.or(home.fargate).and_then(single)
            }
            Some(LaunchType::Ec2) => self.any_host(home, &format!("{at}/launchType")).and_then(single),
            Some(LaunchType::External) => self.external_hosts(home, &format!("{at}/launchType")).and_then(single),
            Some(LaunchType::ManagedInstances) => {
                let message = "ECS takes Managed Instances through a capacity provider only";
                self.out.refused(&format!("{at}/launchType"), message, "write `capacityProviderStrategy` instead");
                None
            }
            None if home.default_of_zero => {
                let message = format!("all weights of the default strategy of `{}` are 0", home.name);
                let hint = "write `capacityProviderStrategy` or `launchType`, or a weight in the cluster";
                self.out.refused(at, message, hint).none()
            }
            None if home.has_default => home.default_strategy.clone(),
            None => {
                let any = self.any_host(home, at)?;
                let message = "no launch type, strategy or default strategy: ECS takes launch type EC2";
                self.out.default_taken(at, message, "");
                single(any)
            }
        }
    }

    /// Launch type EC2 stands on the hosts of the cluster's Auto Scaling groups.
    fn any_host(&mut self, home: &mut Home, at: &str) -> Option<ProviderId> {
        if home.any_host.is_some() {
            return home.any_host;
        }
        let is_group = |id: ProviderId| matches!(self.plan.providers[id].kind, ProviderKind::Group(_));
        if !home.providers.iter().any(|(_, id)| id.is_some_and(is_group)) {
            if home.providers.iter().all(|(_, id)| id.is_some()) {
                let message = format!("launch type EC2 needs container instances, and `{}` has none", home.name);
                let hint = "give the cluster a capacity provider with an Auto Scaling group, or write \"launchType\": \"FARGATE\"";
                self.out.no_capacity(at, message, hint);
            }
            return None;
        }
        home.any_host = Some(self.provider_row("EC2", home, ProviderKind::AnyHost));
        home.any_host
    }

    /// A strategy as ECS would take it.
    pub(super) fn strategy(&mut self, items: &[Item], home: &Home, at: &str) -> Option<Vec<StrategyItem>> {
        if items.len() > MOST_ITEMS {
            let message = format!("a strategy has at most {MOST_ITEMS} items, not {}", items.len());
            self.out.refused(at, message, "leave some out");
        }
        if items.iter().all(|item| item.weight == 0) {
            let hint = "write \"weight\": 1 for at least one provider (0 is ECS's default)";
            self.out.refused(at, "ECS refuses a strategy whose weights are all 0", hint);
        }
        if items.iter().filter(|item| item.base > 0).count() > 1 {
            self.out.conflict(at, "only one item of a strategy may have a base", "keep one `base`");
        }
        let mut found: Vec<StrategyItem> = Vec::new();
        for (at, item) in placed(items, at) {
            let Some(provider) = self.associated(&item.capacity_provider, home, &format!("{at}/capacityProvider"))
            else {
                continue;
            };
            if found.iter().any(|known| known.provider == provider) {
                self.out.twice(&item.capacity_provider, &at);
            }
            if item.base > 0 && item.weight == 0 {
                let message = format!("`{}` has a base and a weight of 0", item.capacity_provider);
                let hint =
                    "it gets its base and nothing more (model choice: ECS's reference leaves it open); write a weight";
                self.out.doubtful(&at, message, hint);
            }
            found.push(StrategyItem { provider, base: item.base, weight: item.weight });
        }
        // No strategy can name the hosts outside AWS, nor those of any group.
        let kind = |item: &StrategyItem| std::mem::discriminant(&self.plan.providers[item.provider].kind);
        if found.iter().any(|item| kind(item) != kind(&found[0])) {
            let hint = "keep to Fargate, to Auto Scaling groups, or to Managed Instances";
            self.out.refused(at, "ECS refuses a strategy that mixes kinds of capacity providers", hint);
        }
        (found.len() == items.len()).then_some(found)
    }

    /// The row of a provider that the cluster lists.
    fn associated(&mut self, name: &str, home: &Home, at: &str) -> Option<ProviderId> {
        if let Some((_, id)) = home.providers.iter().find(|(known, _)| known == name) {
            return *id;
        }
        if self.out.is_broken(Noun::CapacityProvider, name) {
            return None;
        }
        let hint = match self.out.nearest(name, home.providers.iter().map(|(known, _)| known.as_str())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("add \"{name}\" to `capacityProviders` of the cluster"),
        };
        let message = format!("the cluster `{}` does not list the capacity provider `{name}`", home.name);
        self.out.push(Problem::new(Code::UnknownName, at, message, hint).about(Noun::CapacityProvider, name)).none()
    }

    /// The hosts outside AWS of a cluster.
    pub(super) fn external_instances(&mut self, list: &[ExternalInstances], home: &mut Home, at: &str) {
        if list.is_empty() {
            return;
        }
        let mut hosts: Vec<(ZoneId, TypeId, u32)> = Vec::new();
        for (at, entry) in placed(list, at) {
            let zone = self.site(&entry.zone, home, &format!("{at}/zone"));
            let kind = self.instance_type(&entry.instance_type, &format!("{at}/instanceType"));
            hosts.extend(zone.zip(kind).map(|(zone, kind)| (zone, kind, entry.count)));
        }
        let zones = sorted(hosts.iter().map(|row| row.0));
        let understood = hosts.len() == list.len();
        home.external =
            understood.then(|| self.provider_row("EXTERNAL", home, ProviderKind::External(External { hosts, zones })));
    }

    fn site(&mut self, name: &str, home: &Home, at: &str) -> Option<ZoneId> {
        let zone = self.names.zone(name, at, self.out)?;
        let row = &self.plan.zones[zone];
        if row.kind != ZoneKind::OnPremises {
            let message = format!("`{name}` is of kind `{}`: hosts outside AWS stand on premises", row.kind.word());
            return self.out.wrong_target(at, message, "name a zone of kind `onPremises`").none();
        }
        if row.region != home.region {
            let message = format!("the zone `{name}` belongs to another Region than the cluster `{}`", home.name);
            return self.out.wrong_target(at, message, "name a zone of the cluster's Region").none();
        }
        Some(zone)
    }

    /// Launch type EXTERNAL stands on the cluster's hosts outside AWS.
    fn external_hosts(&mut self, home: &Home, at: &str) -> Option<ProviderId> {
        if !home.has_external {
            let message = format!("launch type EXTERNAL needs hosts outside AWS, and `{}` has none", home.name);
            let hint =
                "write \"externalInstances\": [{\"zone\": \"site-1\", \"instanceType\": \"m5.large\"}] in the cluster";
            self.out.no_capacity(at, message, hint);
        }
        home.external
    }

    fn managed(&mut self, of: &ManagedInstancesProvider, name: &str, home: &Home, at: &str) -> Option<ProviderKind> {
        let template = &of.instance_launch_template;
        let subnets = &template.network_configuration.subnets;
        let subnets_at = format!("{at}/instanceLaunchTemplate/networkConfiguration/subnets");
        let zones = if subnets.is_empty() {
            self.out.missing(&subnets_at, "Managed Instances need a subnet", "list one subnet for each zone").none()
        } else {
            let zones = self.zones_of_subnets(subnets, home.region, &subnets_at);
            self.zones_with("Managed Instances", zones, &subnets_at)
        };
        if template.capacity_option_type == Some(CapacityOption::Reserved) {
            let at = format!("{at}/instanceLaunchTemplate/capacityOptionType");
            self.out.not_modelled(&at, "capacity reservations are not modelled", "write ON_DEMAND or SPOT");
        }
        let optimization = of.infrastructure_optimization.as_ref();
        let after = optimization.and_then(|written| written.scale_in_after).unwrap_or(SCALE_IN_AFTER);
        let types_at = format!("{at}/instanceLaunchTemplate/instanceRequirements");
        let types = self.fitting_types(template.instance_requirements.as_ref(), &types_at);
        let repairs = of.auto_repair_configuration.as_ref().and_then(|written| written.actions_status);
        let habits = self.habits_of_provider(name);
        Some(ProviderKind::Managed(Managed {
            types: types?,
            spot: template.capacity_option_type == Some(CapacityOption::Spot),
            zones: zones?,
            scale_in_after: u64::try_from(after).ok().map(Span::from_secs),
            repairs: repairs != Some(Toggle::Disabled),
            boot: habits.boot,
            habits: habits.setup,
        }))
    }

    /// Types of the catalogue that meet the requirements, cheapest first. Those without a known price come after the
    /// others: the current generation before previous ones, smallest first (model choice).
    fn fitting_types(&mut self, wanted: Option<&InstanceRequirements>, at: &str) -> Option<Vec<TypeId>> {
        let (mut rows, others): (Vec<Row>, Vec<Row>) =
            self.catalogue.rows().partition(|row| requirements::fits(row, wanted));
        rows.sort_by(|a, b| {
            let price = |row: &Row| row.price.unwrap_or(f64::INFINITY);
            let size = |row: &Row| (row.price.is_none() && !row.current, row.vcpu, row.memory_mib);
            price(a).total_cmp(&price(b)).then(size(a).cmp(&size(b))).then_with(|| a.name.cmp(&b.name))
        });
        if rows.is_empty() {
            let hint = requirements::way_out(&others, wanted);
            let message = "no known instance type meets the requirements";
            let problem = Problem::new(Code::NoCapacity, at, message, hint);
            return self.out.push(problem.about(Noun::InstanceType, "")).none();
        }
        Some(rows.iter().filter_map(|row| self.instance_type(&row.name, at)).collect())
    }
}
