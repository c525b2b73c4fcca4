//! The resolved scenario: what runs. Immutable, shared by all partitions, every name already an id.

mod alarm;
mod application;
mod autoshift;
mod capacity;
mod change;
mod composite;
mod container;
mod part;
mod pipeline;
mod place;
pub mod placement;
mod plane;
pub mod query;
mod region_rollout;
pub mod scaling;
mod strategy;
mod traffic;
mod written;
mod zonal;
use super::fault;
pub use super::ids::Unit;
use super::ids::{
    AccountId, AlarmId, AutoshiftId, BucketId, CellId, ChangeId, ClusterId, FaultId, MetricId, ProviderId, RegionId,
    ServiceId, TargetId, TypeId, ZoneId,
};
use crate::engine::index::Table;
use crate::engine::{Dist, Seed, Span, Time, Who};
pub use alarm::{
    Alarm, Comparison, Form, LOAD_BALANCER, Metric, MissingData, OnMetric, Rule, Scope, Statistic, Watches,
};
pub use application::{
    Application, CellAlarms, Customers, Dispatch, Evacuation, Migration, Quarantine, Rebalancer, Release,
};
pub use autoshift::{Autoshift, Calendar, Practice, Window, ZoneEvent};
pub use capacity::{
    Bucket, External, Group, Habits, HostHealth, InstanceType, Managed, Provider, ProviderKind, Scaling, Standing,
};
pub use change::{Breaker, Change, Deployment, Early, Threshold};
pub use composite::{Composite, Expression};
pub use container::{Await, ContainerHealth, ContainerStart, ContainerStop, Restart};
pub use part::Part;
pub use pipeline::{Hours, Move, Pipeline, Reach, Stage, Watched};
pub use place::{Zone, ZoneKind};
use placement::Placement;
pub use plane::{Costs, Growth, Mapping, NewCell, Plane, PlaneEvacuation, Restart as CellRestart, Router, Tested};
pub use region_rollout::{ACROSS, RegionRollouts};
pub use scaling::{CustomMetric, ScalableTarget, Usage};
use std::ops::Range;
pub use strategy::{Answer, Flag, Hook, HookStatus, Shadow, Strategy, WHOLE};
pub use traffic::{Balancer, BalancerKind, Profile, Response, Traffic, response};
pub use written::Written;
pub use zonal::{OnAlarm, ZonalShift};

/// Everything a run needs to know. Rows that belong to one cell stand side by side, so that a cell holds a slice of
/// each table under the same ids.
#[derive(Debug, Default)]
pub struct Plan {
    pub name: String,
    /// Its seed; `--seed` overrides it.
    pub seed: u64,
    /// How long is simulated, warm-up included.
    pub duration: Span,
    /// What is simulated but not measured, at the start.
    pub warm_up: Span,
    /// The date of time 0, in seconds since 1970-01-01 UTC.
    pub starts_at: i64,
    /// Whether services start from nothing instead of at their desired count.
    pub start_empty: bool,
    pub regions: Table<RegionId, Region>,
    pub zones: Table<ZoneId, Zone>,
    /// Cells, Region by Region. Without a `controlPlane` block a Region has one cell that never throttles.
    pub cells: Table<CellId, Cell>,
    /// Accounts of each Region, in the order in which its cells' clusters name them.
    pub accounts: Table<AccountId, String>,
    /// Clusters, cell by cell and there by name.
    pub clusters: Table<ClusterId, Cluster>,
    /// The order of the file, for whoever lists results.
    pub written: Written,
    /// Services and streams of standalone tasks, cluster by cluster and there by name.
    pub services: Table<ServiceId, Service>,
    /// Capacity providers as clusters use them, cell by cell.
    pub providers: Table<ProviderId, Provider>,
    /// Fargate launch buckets, cell by cell.
    pub buckets: Table<BucketId, Bucket>,
    /// Instance types that anything uses.
    pub types: Table<TypeId, InstanceType>,
    pub faults: Table<FaultId, Fault>,
    /// Faults with a clock for each host, and for each task, from the moment at which it runs.
    pub host_clocks: Vec<FaultId>,
    pub task_clocks: Vec<FaultId>,
    /// Faults that follow others.
    pub followers: Vec<FaultId>,
    pub changes: Table<ChangeId, Change>,
    /// Resources with a zonal autoshift configuration, in the order of the file.
    pub autoshifts: Table<AutoshiftId, Autoshift>,
    pub application: Option<Application>,
    /// CloudWatch alarms in the order of the file, composite ones behind the others.
    pub alarms: Table<AlarmId, Alarm>,
    /// Scalable targets, service by service.
    pub scaling: Table<TargetId, ScalableTarget>,
    /// Metrics that somebody publishes.
    pub custom: Table<MetricId, CustomMetric>,
}

impl Plan {
    /// The seed as the engine takes it.
    pub fn seed(&self) -> Seed {
        Seed(self.seed)
    }

    /// Zones in which tasks of a service can stand: those of its subnets that its hosts, if any, have too.
    pub fn zones_of(&self, service: &Service) -> Vec<ZoneId> {
        let mut hosts: Vec<ZoneId> = Vec::new();
        for item in &service.strategy {
            match &self.providers[item.provider].kind {
                ProviderKind::Fargate { .. } => return service.zones.clone(),
                ProviderKind::Group(group) => hosts.extend(&group.zones),
                ProviderKind::Managed(managed) => hosts.extend(&managed.zones),
                ProviderKind::External(external) => hosts.extend(&external.zones),
                ProviderKind::AnyHost => {
                    hosts.extend(self.groups_of(item.provider).iter().flat_map(|group| &group.zones));
                }
            }
        }
        service.zones.iter().copied().filter(|zone| hosts.contains(zone)).collect()
    }

    /// Groups of the cluster that a provider belongs to.
    pub fn groups_of(&self, provider: ProviderId) -> Vec<&Group> {
        let cluster = self.providers[provider].cluster;
        let rows = self.providers.iter().filter(|row| row.cluster == cluster);
        rows.filter_map(|row| if let ProviderKind::Group(group) = &row.kind { Some(group) } else { None }).collect()
    }

    /// Services and streams in the order of the file.
    pub fn services_in_order(&self) -> impl Iterator<Item = ServiceId> {
        self.written.services.iter().copied()
    }

    /// Capacity providers in the order of the file.
    pub fn providers_in_order(&self) -> impl Iterator<Item = ProviderId> {
        self.written.clusters.iter().flat_map(|id| self.clusters[*id].providers.clone().map(ProviderId))
    }

    /// Those among them with hosts that ECS looks after.
    pub fn providers_with_hosts(&self) -> impl Iterator<Item = ProviderId> {
        let hosts = |kind: &ProviderKind| matches!(kind, ProviderKind::Group(_) | ProviderKind::Managed(_));
        self.providers_in_order().filter(move |id| hosts(&self.providers[*id].kind))
    }

    pub fn provider_name(&self, id: ProviderId) -> String {
        let row = &self.providers[id];
        format!("{}/{}", self.clusters[row.cluster].name, row.name)
    }

    /// Services and streams of a cluster; borrows nothing.
    pub fn services_of(&self, cluster: ClusterId) -> impl Iterator<Item = ServiceId> + use<> {
        self.clusters[cluster].services.clone().map(ServiceId)
    }

    /// Control planes that are written.
    pub fn planes(&self) -> impl Iterator<Item = &Plane> {
        self.regions.iter().filter_map(|region| region.plane.as_ref())
    }

    /// Whether a cluster is created during the run.
    pub fn creates_clusters(&self) -> bool {
        self.clusters.iter().any(|cluster| cluster.created.is_some())
    }

    /// Whether it has container instances.
    pub fn has_own_hosts(&self) -> bool {
        let none = |kind: &ProviderKind| matches!(kind, ProviderKind::Fargate { .. } | ProviderKind::AnyHost);
        self.providers.iter().any(|provider| !none(&provider.kind))
    }

    /// Faults in the order of the file.
    pub fn faults_in_order(&self) -> impl Iterator<Item = FaultId> {
        self.written.faults.iter().copied()
    }

    /// Changes in the order of the file.
    pub fn changes_in_order(&self) -> impl Iterator<Item = ChangeId> {
        self.written.changes.iter().copied()
    }

    /// The end of the run.
    pub fn end(&self) -> Time {
        Time::ZERO + self.duration
    }

    /// Whether a change reaches units of several Regions.
    pub fn is_over_regions(&self, change: &Change) -> bool {
        let region = |unit: &Unit| match unit {
            Unit::Service(service) => self.region_of(*service),
            Unit::Cell(cell) => self.cells[*cell].region,
        };
        let mut all = change.units.iter().map(region);
        let first = all.next();
        change.pipeline.is_some() && all.any(|region| Some(region) != first)
    }

    /// The shortest time in which partitions say something to each other; `None`: they do not.
    pub fn lookahead(&self) -> Option<Span> {
        self.changes.iter().any(|change| self.is_over_regions(change)).then_some(ACROSS)
    }

    /// Whether a service runs on hosts outside AWS (`launchType` EXTERNAL).
    pub fn is_external(&self, service: &Service) -> bool {
        let external = |item: &StrategyItem| matches!(self.providers[item.provider].kind, ProviderKind::External(_));
        service.strategy.first().is_some_and(external)
    }
}

/// A Region.
#[derive(Debug, Clone)]
pub struct Region {
    /// Name, such as `us-east-1`.
    pub name: String,
    pub zones: Range<u16>,
    /// vCPU quotas of Fargate on-demand, if written; in CPU units (1,024 a vCPU).
    pub vcpu_quota: Option<u64>,
    /// The same for Fargate Spot.
    pub spot_vcpu_quota: Option<u64>,
    /// How quickly network interfaces of Fargate tasks are attached in each account; `None`: nothing bounds it.
    pub attach: Option<Bucket>,
    /// Its control plane, if one is written.
    pub plane: Option<Plane>,
}

/// A control-plane cell and the slices of the tables that it runs.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// Name, such as `cell-1`.
    pub name: String,
    pub region: RegionId,
    pub zones: Range<u16>,
    pub clusters: Range<u32>,
    pub services: Range<u32>,
    pub providers: Range<u16>,
    pub buckets: Range<u16>,
    /// Accounts whose first cluster of the Region is one of its own.
    pub accounts: Range<u32>,
    /// When it is added, empty; `None`: it is there from the start.
    pub added: Option<Time>,
}

/// A cluster.
#[derive(Debug, Clone)]
pub struct Cluster {
    pub name: String,
    /// Account number; each cluster is its own account unless the scenario says otherwise.
    pub account: String,
    /// The same as a row: API calls are counted for each account and Region.
    pub account_row: AccountId,
    /// When it is created, with all it runs; `None`: it is there from the start.
    pub created: Option<Time>,
    pub cell: CellId,
    /// Workers of its cell that serve it, as bits; all when the cell has no workers of its own.
    pub shard: u64,
    pub services: Range<u32>,
    pub providers: Range<u16>,
}

/// What kind of thing launches tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A service that keeps `desired` tasks running.
    Replica,
    /// A service that keeps one task on each active container instance that meets its constraints.
    Daemon,
    /// A stream of standalone tasks (`runTasks`).
    Stream,
}

/// A service or a stream of standalone tasks.
#[derive(Debug, Clone)]
pub struct Service {
    pub name: String,
    /// `group` of its tasks: `service:<name>`, or `family:<family>` for standalone tasks.
    pub group: String,
    /// Birth certificate, from the name.
    pub who: Who,
    pub cluster: ClusterId,
    pub kind: Kind,
    /// `desiredCount`; 0 for daemons (follows the hosts) and streams.
    pub desired: u32,
    pub minimum_healthy_percent: u32,
    pub maximum_percent: u32,
    /// Base and weights; a single item stands for `launchType`.
    pub strategy: Vec<StrategyItem>,
    /// Zones that its subnets lie in (Fargate, and `awsvpc` on EC2), in the order of the zones.
    pub zones: Vec<ZoneId>,
    pub placement: Placement,
    pub rebalancing: bool,
    pub grace: Span,
    /// What one task needs.
    pub task: TaskDef,
    /// How its tasks live and die.
    pub life: Life,
    /// Its load balancer, if it has one.
    pub balancer: Option<Balancer>,
    /// ARN of its target group, where it is written, for events.
    pub target_group: Option<String>,
    pub traffic: Option<Traffic>,
    /// What its tasks use of their CPU and memory, where it is known.
    pub usage: Option<Usage>,
    /// What it does with a new revision.
    pub deployment: Deployment,
    /// Changes that make new revisions of it, in order of time.
    pub changes: Vec<ChangeId>,
    /// For streams: when tasks are run.
    pub arrivals: Option<Arrivals>,
}

/// `{capacityProvider, base, weight}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StrategyItem {
    pub provider: ProviderId,
    /// Tasks placed on it before the weights count.
    pub base: u32,
    /// Its part of the rest.
    pub weight: u32,
}

/// What a task needs, from its task definition.
#[derive(Debug, Clone, Default)]
pub struct TaskDef {
    /// Family and revision, such as `web:3`.
    pub name: String,
    pub family: String,
    /// CPU units (1,024 a vCPU).
    pub cpu: u32,
    /// MiB.
    pub memory: u32,
    /// GPUs that its containers reserve.
    pub gpus: u32,
    /// `runtimePlatform.cpuArchitecture` as the attribute `ecs.cpu-architecture` spells it; `None`: any. Hosts only.
    pub architecture: Option<&'static str>,
    /// The operating system of `runtimePlatform` as the attribute `ecs.os-type` spells it; `None`: any. Hosts only.
    pub system: Option<&'static str>,
    /// Fixed host ports, as bits over the distinct ports that the plan names (at most 64).
    pub ports: u64,
    /// Whether it takes an elastic network interface of its own (`awsvpc`).
    pub eni: bool,
    /// `stopTimeout`: the longest of its containers.
    pub stop_timeout: Span,
    /// Its containers and which of them stop first. Empty where none depends on another: they stop side by side.
    pub stops: Vec<ContainerStop>,
    /// Whether any of its images is named by a tag that ECS resolves to a digest.
    pub resolves: bool,
    /// Longest chain of `dependsOn` between containers, at least 1: how often the container start is waited for.
    pub start_depth: u32,
    /// Its containers and what each waits for. Empty where only START is waited for: `start_depth` says it all then.
    pub starts: Vec<ContainerStart>,
    /// `restartPolicy` of the essential containers, when all of them have one.
    pub restart: Option<Restart>,
    /// Container health checks of the essential containers, if any.
    pub health: Option<ContainerHealth>,
    /// Whether it hangs when nothing takes its logs.
    pub blocking_logs: bool,
    /// Its images, by number: tasks of the same images have the same.
    pub image: u32,
    /// Names of its containers, for events.
    pub containers: Vec<String>,
    /// The place of the first that is essential.
    pub essential: usize,
}

/// Laws of a task's life.
#[derive(Debug, Clone)]
pub struct Life {
    /// From launch accepted to RUNNING, standing for all phases.
    pub start: Option<Dist>,
    /// Phases, when `start` is not set: attaching the network interface.
    pub eni: Dist,
    /// The agent or platform taking the task up.
    pub connect: Dist,
    /// Image pull without a cached image.
    pub pull: Dist,
    /// Starting one layer of containers.
    pub containers: Dist,
    /// From the start of a container that others wait for with COMPLETE or SUCCESS until it has exited.
    pub completion: Dist,
    /// From RUNNING until the application would answer checks; `None`: at once, found by the checks' own rhythm.
    pub health: Option<Dist>,
    /// From RUNNING to an essential container's exit.
    pub crash: Option<Dist>,
    /// The exit code of a crash.
    pub exit_code: u32,
    /// From SIGTERM until the containers have exited; cut by `stopTimeout`.
    pub stop: Dist,
    /// Scale-in protection that tasks give themselves.
    pub protection: Option<Protection>,
    /// For streams: from RUNNING until the work is done.
    pub lives: Option<Dist>,
    /// From a silent death of task or host until ECS acts on it; `None`: the domain's defaults.
    pub loss: Option<Dist>,
    /// Until the load balancer ejects a dead target; `None`: from its health-check settings.
    pub target: Option<Dist>,
}

/// Scale-in protection that a task gives itself ([ecs-api-task-protection]), from RUNNING on.
#[derive(Debug, Clone)]
pub struct Protection {
    pub lasts: Dist,
    /// From its end until the task protects itself again; `None`: never.
    pub again: Option<Dist>,
}

/// When the tasks of a stream are run.
#[derive(Debug, Clone)]
pub struct Arrivals {
    pub gap: Dist,
    /// Tasks for each call.
    pub count: u32,
    /// First call, counted from 0.
    pub from: Time,
    /// No call at or after this.
    pub until: Time,
}

/// A fault of the scenario.
#[derive(Debug)]
pub struct Fault {
    pub name: String,
    /// Kind, as the scenario spells it.
    pub kind: &'static str,
    /// Birth certificate, from the name.
    pub who: Who,
    pub when: When,
    /// How long it lasts; `None`: its effect is not lifted.
    pub lasts: Option<Dist>,
    /// Whether it is over at once when it does not last.
    pub momentary: bool,
    pub scope: fault::Scope,
    /// The share of tries that it fails, where each is drawn by itself.
    pub course: Option<fault::Course>,
    pub effect: fault::Live,
}

/// When a fault begins.
#[derive(Debug, Clone)]
pub enum When {
    At(Time),
    /// Again and again for each thing that matches: the law of the time from healed (or from 0) to broken.
    Every(Dist),
    /// So long after each begin of another fault.
    After {
        fault: FaultId,
        delay: Span,
    },
}

impl Fault {
    /// Partitions with the same number have copies of the same occurrences: those of one Region, or all. `None`: each
    /// has its own, for its hosts, tasks, pools or cells.
    pub fn copies(&self, region: RegionId, plan: &Plan) -> Option<u32> {
        match (&self.when, self.scope.reach()) {
            (When::After { fault, .. }, _) => plan.faults[*fault].copies(region, plan),
            (When::At(_), _) | (_, fault::Reach::World) => Some(u32::MAX),
            (When::Every(_), fault::Reach::Region) => Some(u32::from(region.0)),
            (When::Every(_), fault::Reach::Own) => None,
        }
    }
}
