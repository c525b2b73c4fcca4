//! The last pass: sizes, what is left over, and what does nothing. It changes nothing.

use super::index::Written;
use super::{Checks, dead, family_of, placed, sorted, target_group};
use crate::forecast::never;
use crate::model::cause::FAULTS_MAX;
use crate::model::plan::{self, Kind, ProviderKind, Service, StrategyItem};
use crate::scenario::ecs::service::LaunchType;
use crate::scenario::ecs::target_group::TargetGroup;

/// Target groups without a service that are named before the rest is left out.
const NAMES_MAX: usize = 4;

impl Checks<'_> {
    /// Ids are narrow numbers; more rows than they count would alias.
    pub(super) fn sizes(&mut self) {
        let plan = &self.plan;
        let ids = usize::from(u16::MAX);
        let counts = [
            ("zones", plan.zones.len(), ids),
            ("regions", plan.regions.len(), ids),
            ("capacity providers of clusters", plan.providers.len(), ids),
            ("launch buckets", plan.buckets.len(), ids),
            ("faults", plan.faults.len(), FAULTS_MAX),
        ];
        for (what, count, most) in counts {
            if count > most {
                let message = format!("{count} {what} are more than can be simulated");
                self.out.too_large("", message, format!("at most {most}"));
            }
        }
        if plan.cells.len() > MOST_CELLS {
            let message = format!("the Regions have more than {MOST_CELLS} cells together");
            self.out.too_large("/regions", message, "write fewer `cells`: each is a world of its own");
        }
        let tasks: u64 = plan.services.iter().map(|service| u64::from(service.desired)).sum();
        let hosts: u64 = plan.providers.iter().filter_map(group_size).sum();
        for (what, count) in [("tasks", tasks), ("hosts", hosts)] {
            if count > MOST {
                let message = format!("{count} {what} at the start are more than can be simulated");
                self.out.too_large("/clusters", message, format!("start with {MOST} at most"));
            }
        }
    }

    /// Says what is left out.
    pub(super) fn dead(&mut self) {
        let scenario = self.scenario;
        let hint = "remove it, or write the status ACTIVE";
        for (index, row) in scenario.clusters.iter().enumerate().filter(|(_, row)| dead::cluster(row)) {
            let message = format!("the cluster `{}` is INACTIVE: it is left out, with its services", row.cluster_name);
            self.out.left_out(&format!("{}/status", self.index.cluster_at(index)), message, hint);
        }
        for Written { at, service, cluster, .. } in self.index.services(self.names) {
            if !dead::cluster(cluster) && dead::service(service) {
                let message = format!("the service `{}` is INACTIVE: it is left out", service.service_name);
                self.out.left_out(&format!("{at}/status"), message, hint);
            }
        }
        for (index, row) in scenario.capacity_providers.iter().enumerate().filter(|(_, row)| dead::provider(row)) {
            let message = format!("the capacity provider `{}` is deleted: it is left out", row.name);
            self.out.left_out(&format!("/capacityProviders/{index}"), message, hint);
        }
        for (index, row) in scenario.task_definitions.iter().enumerate() {
            if dead::definition(row) && !self.used.definitions.contains(&index) {
                let status = row.status.as_deref().unwrap_or_default();
                let message = format!("the task definition `{}` is {status} and in no use: it is left out", row.family);
                self.out.left_out(&format!("/taskDefinitions/{index}/status"), message, hint);
            }
        }
    }

    /// Warns of what nothing refers to.
    pub(super) fn left_over(&mut self) {
        let scenario = self.scenario;
        let used = self.used;
        let definitions = scenario.task_definitions.iter().enumerate();
        let definitions = definitions
            .map(|(at, row)| (dead::definition(row) || used.definitions.contains(&at), row.family.as_str()))
            .collect();
        let providers = scenario.capacity_providers.iter().enumerate();
        let providers = providers
            .map(|(at, row)| (dead::provider(row) || used.providers.contains(&at), row.name.as_str()))
            .collect();
        let groups = scenario.auto_scaling_groups.iter().enumerate();
        let groups =
            groups.map(|(at, row)| (used.groups.contains(&at), row.auto_scaling_group_name.as_str())).collect();
        let types = scenario.instance_types.iter().map(|row| row.instance_type.as_str());
        let types = types.map(|name| (self.names.types.contains_key(name), name)).collect();
        self.unreferenced("taskDefinitions", "task definition", definitions);
        self.unreferenced("capacityProviders", "capacity provider", providers);
        self.unreferenced("autoScalingGroups", "Auto Scaling group", groups);
        self.unreferenced("instanceTypes", "instance type", types);
        for (index, cluster) in scenario.clusters.iter().enumerate() {
            let service = cluster.services.iter().any(|one| one.launch_type == Some(LaunchType::External));
            let stream = cluster.run_tasks.iter().any(|one| one.launch_type == Some(LaunchType::External));
            if !cluster.external_instances.is_empty() && !service && !stream {
                let message =
                    format!("nothing in `{}` has launch type EXTERNAL: its hosts stay empty", cluster.cluster_name);
                let at = format!("{}/externalInstances", self.index.cluster_at(index));
                self.out.no_effect(&at, message, "remove them, or write \"launchType\": \"EXTERNAL\"");
            }
        }
        self.idle_target_groups();
        if scenario.clusters.is_empty() {
            self.out.no_effect("/clusters", "no cluster: nothing runs", "add a cluster with a service");
        }
    }

    /// Tells of target groups that no service names: their settings are those of no load balancer here.
    fn idle_target_groups(&mut self) {
        let services = self.index.services(self.names);
        let arns: Vec<&str> = services
            .iter()
            .flat_map(|one| one.service.load_balancers.iter().filter_map(|one| one.target_group_arn.as_deref()))
            .collect();
        let groups = placed(&self.scenario.target_groups, "/targetGroups");
        let idle: Vec<(String, &TargetGroup)> =
            groups.filter(|(_, group)| !arns.iter().any(|arn| target_group::is_called(group, arn))).collect();
        let Some((at, _)) = idle.first() else { return };
        let name = |group: &TargetGroup| format!("`{}`", group.short_name());
        let names = sorted(idle.iter().map(|(_, group)| name(group)));
        let (count, plural) = (names.len(), if names.len() == 1 { "" } else { "s" });
        let mut named = names[..count.min(NAMES_MAX)].join(", ");
        if count > NAMES_MAX {
            named += ", ...";
        }
        let message = format!("no service names the target group{plural} {named}");
        let hint = "a service names it by its ARN, in `targetGroupArn` of `loadBalancers`";
        self.out.unused(at, message, hint);
    }

    fn unreferenced(&mut self, list: &str, what: &str, rows: Vec<(bool, &str)>) {
        for (index, (_, name)) in rows.into_iter().enumerate().filter(|(_, row)| !row.0) {
            let message = format!("no cluster uses the {what} `{name}`");
            self.out.unreferenced(&format!("/{list}/{index}"), message, "remove it, or refer to it");
        }
    }

    /// Warns of services and streams whose tasks no host that they can get takes, and of services that need none.
    pub(super) fn never_placed(&mut self) {
        let mut all: Vec<(String, String)> =
            self.index.services(self.names).into_iter().map(|one| (one.full, one.at)).collect();
        for (index, cluster) in self.scenario.clusters.iter().enumerate() {
            for (place, stream) in cluster.run_tasks.iter().enumerate() {
                let name = stream.name.as_deref().unwrap_or(family_of(&stream.task_definition));
                let at = format!("{}/runTasks/{place}", self.index.cluster_at(index));
                all.push((format!("{}/{name}", cluster.cluster_name), at));
            }
        }
        for (full, at) in all {
            let Some(service) = self.names.services.get(&full).map(|id| &self.plan.services[*id]) else { continue };
            if let Some(what) = never::why(self.plan, service) {
                let message = format!("`{full}` needs {what}: ECS takes it and never places a task");
                let hint = "give it capacity with other instance types, or change its task definition";
                self.out.no_room(&format!("{at}/taskDefinition"), message, hint);
            }
            let tasks = service.kind == Kind::Replica && service.desired > 0;
            if tasks && service.traffic.is_none() && service.minimum_healthy_percent == 0 {
                let message = format!("`{full}` has no need, so that nothing can be short of it");
                let hint = "write `traffic`, or a `minimumHealthyPercent` above 0";
                self.out.unwatched(&format!("{at}/deploymentConfiguration/minimumHealthyPercent"), message, hint);
            }
        }
    }

    /// Tells of groups that look at targets and have none.
    pub(super) fn idle_health(&mut self) {
        for (index, written) in self.scenario.auto_scaling_groups.iter().enumerate() {
            let name = &written.auto_scaling_group_name;
            let mut rows = self.plan.providers.pairs().filter_map(|(id, row)| match &row.kind {
                ProviderKind::Group(group) if group.name == *name && group.health.targets => Some((id, row.cluster)),
                _ => None,
            });
            let Some((id, cluster)) = rows.next() else { continue };
            let may_use = |item: &StrategyItem| {
                item.provider == id || matches!(self.plan.providers[item.provider].kind, ProviderKind::AnyHost)
            };
            let has_targets = |row: &Service| {
                row.cluster == cluster && row.balancer.is_some() && !row.task.eni && row.strategy.iter().any(may_use)
            };
            if rows.next().is_none() && !self.plan.services.iter().any(has_targets) {
                let message = format!(
                    "`HealthCheckType` ELB of `{name}` is not used: none of its instances is a target of a load balancer"
                );
                let hint = "a task with a network interface of its own (`awsvpc`) is registered by its address";
                self.out.unused(&format!("/autoScalingGroups/{index}/HealthCheckType"), message, hint);
            }
        }
    }
}

/// Tasks, and hosts, that a scenario may ask for at once (model choice: what fits into the memory of a large machine).
const MOST: u64 = 10_000_000;

/// Cells of all Regions together (model choice): each is a partition with its own queue and tables.
pub(super) const MOST_CELLS: usize = 1 << 14;

fn group_size(provider: &plan::Provider) -> Option<u64> {
    match &provider.kind {
        plan::ProviderKind::Group(group) => Some(u64::from(group.desired)),
        plan::ProviderKind::External(external) => {
            Some(external.hosts.iter().map(|(.., count)| u64::from(*count)).sum())
        }
        _ => None,
    }
}
