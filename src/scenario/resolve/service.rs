//! Services, and streams of standalone tasks.

use super::cluster::Home;
use super::{Clusters, gaps, placed};
use crate::engine::{Dist, Span, Time, Who};
use crate::model::ids::ServiceId;
use crate::model::placement::{Placement, Strategy};
use crate::model::plan::{self, Arrivals, Kind, StrategyItem};
use crate::model::problem::Noun;
use crate::scenario::ecs::Toggle;
use crate::scenario::ecs::service::{ControllerType, LaunchType, SchedulingStrategy, Service};
use crate::scenario::ecs::task_definition::NetworkMode;
use crate::scenario::file::RunTasks;

/// Tasks of a service by ECS's default quota (sourced: [ecs-quotas]).
const TASK_QUOTA: u32 = 5_000;

/// 2025-09-05T00:00:00Z in seconds since 1970: services that are created from then on have zone rebalancing by default
/// (sourced: [ecs-zone-rebalancing]).
const EVENED_OUT_SINCE: i64 = 1_757_030_400;

impl Clusters<'_> {
    pub(super) fn service(&mut self, service: &Service, home: &mut Home, at: &str) -> Option<ServiceId> {
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
        let (definition, strategy) = (definition?, strategy?);
        let on_fargate = self.on_fargate(&strategy);
        if kind == Kind::Daemon {
            self.daemon_rules(service, on_fargate, at);
        }
        let placement =
            self.placement(&service.placement_strategy, &service.placement_constraints, definition, on_fargate, at);
        let (least, most) = self.percents(service, kind, at);
        let rebalancing = self.rebalancing(service, kind, most, &placement, at);
        let zones = self.task_zones(service.network_configuration.as_ref(), definition, (kind, &strategy), home, at);
        self.balanced_container(service, definition, at);
        let life = self.life(&name, &service.service_name, definition, on_fargate);
        let usage = self.usage(&name, &service.service_name, definition);
        let usage = self.resolutions(service.monitoring.as_ref(), usage, at);
        let task = self.task(definition, &strategy, home.log_mode);
        let balancer = self.balancer_of(service, at);
        let (task, zones) = (task?, zones?);
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
            target_group: service.load_balancers.iter().find_map(|one| one.target_group_arn.clone()),
            traffic: None,
            usage: Some(usage),
            deployment: self.deployment(service, at),
            changes: Vec::new(),
            arrivals: None,
        };
        self.protectable(&row, at);
        Some(self.add_service(row, &service.service_name, &format!("{at}/serviceName")))
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
    fn add_service(&mut self, row: plan::Service, short: &str, at: &str) -> ServiceId {
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
        id
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
            }
            (Kind::Replica, Some(count)) if count > TASK_QUOTA => {
                let message = format!("{count} tasks are more than a service's quota of {TASK_QUOTA}");
                self.out.over_quota(&at, message, "AWS raises the quota on request; or use several services");
            }
            (Kind::Daemon | Kind::Stream, Some(_)) => self.out.not_used(&at, "a daemon follows the hosts"),
            _ => {}
        }
        service.desired_count.filter(|_| kind == Kind::Replica).unwrap_or(0)
    }

    fn controller(&mut self, service: &Service, at: &str) {
        let kind = service.deployment_controller.as_ref().map_or(ControllerType::Ecs, |controller| controller.kind);
        if kind != ControllerType::Ecs {
            let message = format!("the deployment controller {} is not modelled yet", kind.word());
            self.out.not_modelled(&format!("{at}/deploymentController/type"), message, "write ECS, or leave it out");
        }
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

    /// A target group needs a container and port that exist.
    fn balanced_container(&mut self, service: &Service, definition: usize, at: &str) {
        let containers = &self.scenario.task_definitions[definition].container_definitions;
        for (at, balancer) in placed(&service.load_balancers, &format!("{at}/loadBalancers")) {
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

    /// What ECS does not do for services on hosts outside AWS, each told at its place.
    fn external_service(&mut self, service: &Service, definition: Option<usize>, at: &str) {
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
    fn external_network(&mut self, definition: Option<usize>) {
        let Some(index) = definition else { return };
        let definition = &self.scenario.task_definitions[index];
        if definition.network_mode == Some(NetworkMode::Awsvpc) {
            let message = format!("ECS Anywhere does not take `{}` with network mode `awsvpc`", definition.family);
            let hint = "write \"bridge\", \"host\" or \"none\"";
            self.out.refused(&format!("/taskDefinitions/{index}/networkMode"), message, hint);
        }
    }

    fn percents(&mut self, service: &Service, kind: Kind, at: &str) -> (u32, u32) {
        let at = format!("{at}/deploymentConfiguration");
        let written = service.deployment_configuration.as_ref();
        let least = written.and_then(|written| written.minimum_healthy_percent);
        let most = written.and_then(|written| written.maximum_percent);
        let (least_default, most_default) = if kind == Kind::Daemon { (0, 100) } else { (100, 200) };
        let (least, most) = (least.unwrap_or(least_default), most.unwrap_or(most_default));
        if kind == Kind::Daemon && most != 100 {
            let message = format!("ECS takes a DAEMON service with `maximumPercent` 100 only, not {most}");
            self.out.refused(&format!("{at}/maximumPercent"), message, "write 100, or leave it out");
        }
        let desired = u64::from(service.desired_count.unwrap_or(0));
        let stays = (desired * u64::from(least)).div_ceil(100) >= desired;
        if kind == Kind::Replica && desired > 0 && stays && desired * u64::from(most) / 100 <= desired {
            let message = format!("of {desired} tasks none may stop before another starts, and none may start");
            self.out.doubtful(&at, message, "lower `minimumHealthyPercent` or raise `maximumPercent`");
        }
        (least, most)
    }

    /// Whether ECS evens out the zones.
    fn rebalancing(&mut self, service: &Service, kind: Kind, most: u32, placement: &Placement, at: &str) -> bool {
        let written = service.availability_zone_rebalancing;
        let by_zone = |name: &&str| *name == "ecs.availability-zone";
        let obstacle = if kind == Kind::Daemon {
            Some("a DAEMON service")
        } else if most == 100 {
            Some("`maximumPercent` 100")
        } else if placement.strategies.first().is_some_and(|first| *first != Strategy::SpreadZone) {
            Some("a first placement strategy other than spread over zones")
        } else if service.load_balancers.iter().any(|balancer| balancer.load_balancer_name.is_some()) {
            Some("a Classic Load Balancer")
        } else if placement.member_of.iter().any(|expression| expression.attributes().iter().any(by_zone)) {
            Some("a placement constraint on `ecs.availability-zone`")
        } else {
            None
        };
        if let (Some(Toggle::Enabled), Some(obstacle)) = (written, obstacle) {
            let message = format!("ECS refuses zone rebalancing together with {obstacle}");
            let hint = "write DISABLED, or change the other";
            self.out.refused(&format!("{at}/availabilityZoneRebalancing"), message, hint);
        }
        let old = written.is_none() && obstacle.is_none() && self.is_old(service, at);
        written != Some(Toggle::Disabled) && obstacle.is_none() && !old
    }

    /// Whether a service is older than the day from which on ECS evens out zones by default.
    fn is_old(&mut self, service: &Service, at: &str) -> bool {
        let Some(written) = &service.created_at else { return false };
        let at = format!("{at}/createdAt");
        let Some(created) = written.seconds() else {
            let message = format!("`createdAt` must be a date, not `{}`", written.0);
            self.out.malformed(&at, message, "write it as \"2026-01-05T00:00:00Z\"");
            return false;
        };
        let old = created < EVENED_OUT_SINCE;
        if old {
            let message = "created before 5 September 2025: its `availabilityZoneRebalancing` is DISABLED";
            self.out.default_taken(&at, message, "");
        }
        old
    }

    pub(super) fn stream(&mut self, stream: &RunTasks, home: &mut Home, at: &str) -> Option<ServiceId> {
        let definition = self.definition(&stream.task_definition, &format!("{at}/taskDefinition"));
        let strategy = self.capacity(&stream.capacity_provider_strategy, stream.launch_type, home, at);
        let arrivals = self.arrivals(stream, at);
        let lives = stream.lives.read(&format!("{at}/lives"), self.out);
        if stream.launch_type == Some(LaunchType::External) {
            self.external_network(definition);
        }
        let (definition, strategy) = (definition?, strategy?);
        self.runnable(definition, at);
        let family = &self.scenario.task_definitions[definition].family;
        let short = stream.name.clone().unwrap_or_else(|| family.clone());
        self.named(&short, &format!("{at}/name"));
        let name = format!("{}/{short}", home.name);
        let on_fargate = self.on_fargate(&strategy);
        let placement =
            self.placement(&stream.placement_strategy, &stream.placement_constraints, definition, on_fargate, at);
        let zones =
            self.task_zones(stream.network_configuration.as_ref(), definition, (Kind::Stream, &strategy), home, at);
        let mut life = self.life(&name, &short, definition, on_fargate);
        life.lives = lives;
        let task = self.task(definition, &strategy, home.log_mode);
        let (task, zones, arrivals) = (task?, zones?, arrivals?);
        let row = plan::Service {
            who: Who::named(&format!("service {name}")),
            group: format!("family:{family}"),
            name,
            cluster: home.id,
            kind: Kind::Stream,
            desired: 0,
            minimum_healthy_percent: 100,
            maximum_percent: 200,
            strategy,
            zones,
            placement,
            rebalancing: false,
            grace: Span::ZERO,
            task,
            life,
            balancer: None,
            target_group: None,
            traffic: None,
            usage: None,
            deployment: plan::Deployment::default(),
            changes: Vec::new(),
            arrivals: Some(arrivals),
        };
        Some(self.add_service(row, &short, &format!("{at}/name")))
    }

    fn arrivals(&mut self, stream: &RunTasks, at: &str) -> Option<Arrivals> {
        let from = Time::ZERO + stream.from.map_or(Span::ZERO, |from| from.0);
        let until = stream.until.map_or(self.plan.end(), |until| Time::ZERO + until.0);
        self.out.after(until, Some(from), &format!("{at}/until"));
        let gap = match (&stream.rate, &stream.every) {
            (Some(rate), None) if rate.0 > 0 => {
                let dist = Dist::exponential(Span::from_secs_f64(1.0 / rate.per_second()));
                let (at, hint) = (format!("{at}/rate"), "write at most a million a second");
                dist.map_err(|error| self.out.malformed(&at, format!("the rate {error}"), hint)).ok()
            }
            (Some(_), None) => {
                let hint = "write a rate such as \"2/s\", or remove the stream";
                self.out.out_of_range(&format!("{at}/rate"), "`rate` must be above 0", hint).none()
            }
            (None, Some(law)) => gaps(law, &format!("{at}/every"), self.out),
            (rate, _) => {
                let missing = "nothing says when tasks are run";
                self.out.one_of("`rate` and `every`", rate.is_some(), at, missing, "write \"rate\": \"2/s\"").none()
            }
        };
        Some(Arrivals { gap: gap?, count: stream.count, from, until })
    }
}
