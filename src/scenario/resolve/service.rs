//! Services.

use super::Build;
use super::cluster::Home;
use crate::engine::{Span, Who};
use crate::model::ids::{ServiceId, ZoneId};
use crate::model::placement::Placement;
use crate::model::plan::{self, Kind, StrategyItem};
use crate::model::problem::Noun;
use crate::scenario::ecs::cluster::Cluster;
use crate::scenario::ecs::service::{
    ControllerType, NetworkConfiguration, PlacementConstraint, PlacementStrategy, SchedulingStrategy, Service,
};
use crate::scenario::ecs::task_definition::NetworkMode;

/// Tasks of a service by ECS's default quota (sourced: [ecs-quotas]).
const TASK_QUOTA: u32 = 5_000;

/// A service as it is written.
pub(super) struct Written<'a> {
    /// Where it stands in the file.
    pub(super) at: String,
    pub(super) full: String,
    /// Its row, unless it was refused or left out.
    pub(super) id: Option<ServiceId>,
    pub(super) service: &'a Service,
    pub(super) cluster: &'a Cluster,
}

impl<'a> Build<'a> {
    /// Every service of the file.
    pub(super) fn written_services(&self) -> Vec<Written<'a>> {
        let mut found = Vec::new();
        for (index, cluster) in self.scenario.clusters.iter().enumerate() {
            for (place, service) in cluster.services.iter().enumerate() {
                let full = format!("{}/{}", cluster.cluster_name, service.service_name);
                let id = self.names.services.get(&full).copied();
                found.push(Written { at: self.service_at(index, place), full, id, service, cluster });
            }
        }
        found
    }
}

impl Build<'_> {
    pub(super) fn service(&mut self, service: &Service, home: &mut Home, at: &str) {
        let name = format!("{}/{}", home.name, service.service_name);
        self.named(&service.service_name, &format!("{at}/serviceName"));
        self.stands_in(service, home, at);
        let kind = match service.scheduling_strategy {
            Some(SchedulingStrategy::Daemon) => Kind::Daemon,
            _ => Kind::Replica,
        };
        let desired = self.desired(service, kind, at);
        self.controller(service, at);
        let definition = self.definition(&service.task_definition, &format!("{at}/taskDefinition"));
        let strategy = self.capacity(&service.capacity_provider_strategy, service.launch_type, home, at);
        let grace = service.health_check_grace_period_seconds.unwrap_or(0);
        self.external_service(service, definition, at);
        let (Some(definition), Some(strategy)) = (definition, strategy) else { return };
        let on_fargate = self.on_fargate(&strategy);
        if kind == Kind::Daemon {
            self.daemon_rules(service, on_fargate, at);
        }
        let placement = self.checked_placement(
            &service.placement_strategy,
            &service.placement_constraints,
            definition,
            on_fargate,
            at,
        );
        let (least, most) = self.percents(service, kind, at);
        let rebalancing = self.rebalancing(service, kind, most, &placement, at);
        let zones = self.task_zones(service.network_configuration.as_ref(), definition, (kind, &strategy), home, at);
        self.balanced_container(service, definition, at);
        let life = self.life(&name, &service.service_name, definition, on_fargate);
        let task = self.task(definition, &strategy, home.log_mode);
        let balancer = (!service.load_balancers.is_empty()).then(super::traffic::default_balancer);
        let (Some(task), Some(zones)) = (task, zones) else { return };
        let row = plan::Service {
            who: Who::named(&format!("service {name}")),
            group: format!("service:{}", service.service_name),
            name,
            cluster: home.id,
            kind,
            desired,
            minimum_healthy_percent: least,
            maximum_percent: most,
            strategy,
            zones,
            placement,
            rebalancing,
            grace: Span::from_secs(u64::from(grace)),
            task,
            life,
            balancer,
            traffic: None,
            deployment: self.deployment(service, at),
            changes: Vec::new(),
            arrivals: None,
        };
        self.protectable(&row, at);
        self.add_service(row, &service.service_name, &format!("{at}/serviceName"));
    }

    /// Whether tasks of a service can protect themselves from being stopped, if they do.
    fn protectable(&mut self, row: &plan::Service, at: &str) {
        let moves = row.deployment.strategy != plan::Strategy::Rolling;
        let message = match (row.life.protection.is_some(), row.kind) {
            (true, Kind::Daemon) => "a DAEMON service has no scale-in that its tasks could be protected from",
            (true, _) if moves => "protected tasks of a deployment that moves traffic are not modelled",
            _ => return,
        };
        let hint = "leave `protection` of its `behaviour` out, or write a REPLICA service that deploys with ROLLING";
        self.out.not_modelled(at, message, hint);
    }

    /// Adds a row under "cluster/name" and, while it is unique, under the name alone.
    pub(super) fn add_service(&mut self, row: plan::Service, short: &str, at: &str) {
        let name = row.name.clone();
        self.names.families.insert(row.task.family.clone());
        let id = self.plan.services.push(row);
        if self.names.services.insert(name.clone(), id).is_some() {
            self.out.duplicate(Noun::Service, &name, at);
        }
        let namesakes = self.namesakes.entry(short.to_owned()).or_default();
        *namesakes += 1;
        if *namesakes == 1 {
            self.names.services.insert(short.to_owned(), id);
        } else {
            self.names.services.remove(short);
        }
    }

    fn stands_in(&mut self, service: &Service, home: &Home, at: &str) {
        for (key, written) in [("cluster", &service.cluster), ("clusterArn", &service.cluster_arn)] {
            let Some(written) = written else { continue };
            if written.rsplit('/').next() != Some(home.name) {
                let message = format!("`{written}` is another cluster than `{}`, where the service stands", home.name);
                self.out.conflict(&format!("{at}/{key}"), message, "move the service, or remove the field");
            }
        }
    }

    fn desired(&mut self, service: &Service, kind: Kind, at: &str) -> u32 {
        let at = format!("{at}/desiredCount");
        match (kind, service.desired_count) {
            (Kind::Replica, None) => {
                self.out.missing(&at, "ECS needs `desiredCount` of a REPLICA service", "write \"desiredCount\": 3");
                0
            }
            (Kind::Replica, Some(count)) => {
                if count > TASK_QUOTA {
                    let message = format!("{count} tasks are more than a service's quota of {TASK_QUOTA}");
                    self.out.over_quota(&at, message, "AWS raises the quota on request; or use several services");
                }
                count
            }
            (_, Some(_)) => {
                self.out.not_used(&at, "a daemon follows the hosts");
                0
            }
            (_, None) => 0,
        }
    }

    fn controller(&mut self, service: &Service, at: &str) {
        let kind = service.deployment_controller.as_ref().map(|controller| controller.kind);
        let name = match kind {
            Some(ControllerType::CodeDeploy) => "CODE_DEPLOY",
            Some(ControllerType::External) => "EXTERNAL",
            Some(ControllerType::Ecs) | None => return,
        };
        let message = format!("the deployment controller {name} is not modelled yet");
        self.out.not_modelled(&format!("{at}/deploymentController/type"), message, "write ECS, or leave it out");
    }

    fn daemon_rules(&mut self, service: &Service, on_fargate: bool, at: &str) {
        if on_fargate {
            let hint = "use container instances, or REPLICA";
            self.out.refused(&format!("{at}/schedulingStrategy"), "Fargate has no hosts for a DAEMON service", hint);
        }
        if !service.placement_strategy.is_empty() {
            let message = "ECS takes no placement strategy for a DAEMON service";
            self.out.refused(&format!("{at}/placementStrategy"), message, "remove it; constraints are allowed");
        }
    }

    /// Whether tasks run on Fargate; a strategy never mixes.
    pub(super) fn on_fargate(&self, strategy: &[StrategyItem]) -> bool {
        strategy.iter().any(|item| !self.plan.providers[item.provider].kind.has_hosts())
    }

    pub(super) fn checked_placement(
        &mut self,
        strategies: &[PlacementStrategy],
        constraints: &[PlacementConstraint],
        definition: usize,
        on_fargate: bool,
        at: &str,
    ) -> Placement {
        if on_fargate {
            let both = [("placementStrategy", strategies.is_empty()), ("placementConstraints", constraints.is_empty())];
            for (key, empty) in both {
                if !empty {
                    let message = format!("Fargate takes no `{key}`");
                    let hint = "remove it: tasks are spread over the zones of the subnets";
                    self.out.refused(&format!("{at}/{key}"), message, hint);
                }
            }
            return Placement::default();
        }
        self.placement(strategies, constraints, definition, at)
    }

    /// Zones of the subnets of `awsvpc` tasks; otherwise those of the Region, and what hosts stand in elsewhere.
    pub(super) fn task_zones(
        &mut self,
        network: Option<&NetworkConfiguration>,
        definition: usize,
        (kind, strategy): (Kind, &[StrategyItem]),
        home: &Home,
        at: &str,
    ) -> Option<Vec<ZoneId>> {
        let on_fargate = self.on_fargate(strategy);
        let awsvpc = on_fargate || self.scenario.task_definitions[definition].network_mode == Some(NetworkMode::Awsvpc);
        let subnets = network.and_then(|network| network.awsvpc_configuration.as_ref()).map(|config| &config.subnets);
        match (awsvpc, subnets) {
            (true, Some(subnets)) => {
                let zones = self.zones_of_network(subnets, home.region, at)?;
                let at = format!("{at}/networkConfiguration/awsvpcConfiguration/subnets");
                if on_fargate { self.zones_with("Fargate", zones, &at) } else { Some(zones) }
            }
            (true, None) => {
                let hint = "write \"networkConfiguration\": {\"awsvpcConfiguration\": {\"subnets\": [\"subnet-a\"]}}";
                self.out.missing(&format!("{at}/networkConfiguration"), "ECS needs subnets for `awsvpc` tasks", hint);
                None
            }
            (false, Some(_)) => {
                let message = "ECS takes a network configuration for `awsvpc` tasks only";
                let hint = "remove it, or write \"networkMode\": \"awsvpc\" in the task definition";
                self.out.refused(&format!("{at}/networkConfiguration"), message, hint);
                None
            }
            (false, None) => Some(self.zones_of_hosts(kind, strategy, home)),
        }
    }

    /// A target group needs a container and port that exist.
    fn balanced_container(&mut self, service: &Service, definition: usize, at: &str) {
        let containers = &self.scenario.task_definitions[definition].container_definitions;
        for (place, balancer) in service.load_balancers.iter().enumerate() {
            let at = format!("{at}/loadBalancers/{place}");
            let Some(name) = &balancer.container_name else { continue };
            let Some(container) = containers.iter().find(|container| container.name == *name) else {
                let known = containers.iter().map(|container| container.name.as_str());
                self.out.unknown(Noun::Container, name, &format!("{at}/containerName"), known);
                continue;
            };
            let Some(port) = balancer.container_port else { continue };
            if !container.port_mappings.iter().any(|mapping| mapping.container_port == Some(port)) {
                let message = format!("the container `{name}` does not map the port {port}");
                let hint = format!("add {{\"containerPort\": {port}}} to its `portMappings`");
                self.out.wrong_target(&format!("{at}/containerPort"), message, hint);
            }
        }
    }
}
