//! The scenario file, as it is written.

mod alarm;
mod application;
mod behaviour;
mod change;
mod composite;
mod control_plane;
mod custom_metric;
mod evacuation;
mod objective;
mod pipeline;
mod response;
mod traffic;
mod zonal;

pub use alarm::{Alarm, ComparisonOperator, Dimension, Statistic};
pub use application::{CellularApplication, CustomerMigration, Dispatch, Fleet, Lookup};
pub use behaviour::{Behaviour, Detection, Phases, PullBehavior, Utilization};
pub use change::{Change, FeatureFlag, GrowthType};
pub use composite::CompositeAlarm;
pub use control_plane::{AddCell, ControlPlane, Costs, Mapping, Migration, Restart, Router, Tested};
pub use custom_metric::{CustomMetric, DailyValue, MetricStep};
pub use evacuation::{Evacuation, Quarantine, QuarantineAction};
pub use objective::Objective;
pub use pipeline::{Pipeline, PipelineAlarm, PipelineStage, StageKind, WorkingHours};
pub use response::{ResponsePoint, ResponseTime};
pub use traffic::{Daily, DailyStep, DailyWave, LoadBalancer, LoadBalancerType, RunTasks, Step, Traffic};
pub use zonal::{AutoshiftStatus, ControlCondition, PracticeRunConfiguration, ZonalAutoshift, ZonalShift};

use super::ecs::auto_scaling_group::AutoScalingGroup;
use super::ecs::capacity_provider::CapacityProvider;
use super::ecs::cluster::Cluster;
use super::ecs::container_instance::ContainerInstance;
use super::ecs::instance_type::InstanceType;
use super::ecs::scalable_target::ScalableTarget;
use super::ecs::scaling_policy::ScalingPolicy;
use super::ecs::scheduled_action::ScheduledAction;
use super::ecs::service::Service;
use super::ecs::subnet::Subnet;
use super::ecs::target_group::TargetGroup;
use super::ecs::task::Task;
use super::ecs::task_definition::TaskDefinition;
use super::preset;
use crate::engine::Span;
use crate::model::plan::ZoneKind;
use crate::model::quantity::{Duration, Rate};

/// The version of the format that this program reads.
pub const VERSION: u32 = 1;

object! {
    /// A scenario of Evenkeel: what there is, what happens to it, and what is promised.
    Scenario("camelCase") {
        need {
            /// Version of the format.
            version: u32 [1..=1] | VERSION,
            /// Name; also that of the folder of results.
            name: String | "scenario".to_owned(),
            /// How long is simulated, `warmUp` included.
            duration: Duration | Duration(Span::from_secs(300_000 * 86_400)),
        }
        given {
            /// Which world of chance is run.
            seed: u64 = 1 => Choice,
            /// The date of time 0, RFC 3339. It dates events and drives daily curves (UTC); a Monday, if it is left
            /// out.
            starts_at: String = "2026-01-05T00:00:00Z".to_owned() => Choice,
            /// What is simulated but not measured, at the start.
            warm_up: Duration = Duration(Span::ZERO) => Choice,
            /// Whether services start from nothing instead of at their desired count.
            start_empty: bool = false,
        }
        may {
            /// Where this schema stands, for editors.
            schema as "$schema": String,
            /// What the scenario shows.
            description: String,
            /// Laws of detection. Without, they follow from health-check settings and agent time-outs (sourced:
            /// [elb-health-checks] [ecs-agent-source]).
            detection: Detection,
            /// An application that its owner has cut into cells of their own.
            cellular_application: CellularApplication,
        }
        list {
            /// Where the figures of the scenario come from.
            sources: String,
            /// Regions; by default one, `us-east-1`, of three zones (model choice).
            regions: Region,
            /// Task definitions.
            task_definitions: TaskDefinition,
            /// Capacity providers besides FARGATE and FARGATE_SPOT.
            capacity_providers: CapacityProvider,
            /// Auto Scaling groups behind capacity providers.
            auto_scaling_groups: AutoScalingGroup,
            /// Instance types that the shipped table lacks or has otherwise.
            instance_types: InstanceType,
            /// Clusters.
            clusters: Cluster,
            /// Services that do not stand in their cluster, as `describe-services` prints them: each finds it by
            /// `clusterArn` or `cluster`.
            services: Service,
            /// Target groups of load balancers.
            target_groups: TargetGroup,
            /// Subnets, which say in which zone each lies. A Region that writes no `zones` has those in which they lie.
            subnets: Subnet,
            /// Container instances, which are the hosts of their groups at the start, where these list none.
            container_instances: ContainerInstance,
            /// Tasks that have run. Their times from `createdAt` to `startedAt` are the start law of their family,
            /// unless `behaviour` says how it starts; a wait for capacity is in them.
            tasks: Task,
            /// How tasks and hosts live and die.
            behaviour: Behaviour,
            /// Requests offered to services.
            traffic: Traffic,
            /// What breaks.
            faults: preset::Entry,
            /// What is changed.
            changes: Change,
            /// Resources that AWS shifts away from impaired zones.
            zonal_autoshift: ZonalAutoshift,
            /// Alarms of Amazon CloudWatch.
            alarms: Alarm,
            /// Composite alarms of Amazon CloudWatch.
            composite_alarms: CompositeAlarm,
            /// Services whose desired count Application Auto Scaling may change, and between which bounds.
            scalable_targets: ScalableTarget,
            /// Rules by which their desired counts follow a metric.
            scaling_policies: ScalingPolicy,
            /// New bounds at times.
            scheduled_actions: ScheduledAction,
            /// Metrics that alarms and scaling policies may watch besides those that follow from the run.
            custom_metrics: CustomMetric,
            /// What is promised.
            objectives: Objective,
        }
    }
}

object! {
    /// A Region.
    Region("camelCase") {
        need {
            /// Name, such as `us-east-1`.
            name: String,
        }
        may {
            /// What Fargate has and gives here.
            fargate: Fargate => Own "",
            /// The ECS control plane.
            control_plane: ControlPlane => Choice "one cell that never throttles",
        }
        list {
            /// Zones; three availability zones by default (model choice).
            zones: Zone,
        }
    }
}

object! {
    /// A zone.
    Zone("camelCase") {
        need {
            /// Id, such as `use1-az1`.
            id: String,
        }
        may {
            /// What it is.
            kind: ZoneKind => Choice "`availabilityZone`",
            /// Name as the AWS CLI prints it. Zones that are no availability zones are called by their id (model
            /// choice).
            name: String => Choice "the Region's name and a letter, in order,",
            /// The Region that it belongs to: the one that it stands in, if left out. An outpost has to name the
            /// availability zone of this Region that it is anchored to.
            parent: String,
        }
        list {
            /// Subnets that lie in it. Subnets that no zone lists take the zones in order (model choice).
            subnets: String,
        }
    }
}

object! {
    /// What AWS Fargate has in stock and how quickly it launches.
    Fargate("camelCase") {
        given {
            /// vCPUs on demand in each zone.
            vcpu_per_zone: f64 [0..=1_000_000_000] = 2_000.0 => Choice "AWS publishes none",
            /// Spot vCPUs in each zone.
            spot_vcpu_per_zone: f64 [0..=1_000_000_000] = 2_000.0 => Choice "AWS publishes none",
            /// Tokens of the on-demand launch bucket when full.
            launch_burst: u32 [1..] = 100 => Sourced "[ecs-fargate-throttling]",
            /// Its refill.
            launch_rate: Rate = Rate(20 * Rate::ONE) => Sourced "[ecs-fargate-throttling]",
            /// Tokens of the Spot launch bucket when full.
            spot_launch_burst: u32 [1..] = 100 => Sourced "[ecs-fargate-throttling]",
            /// Its refill.
            spot_launch_rate: Rate = Rate(20 * Rate::ONE) => Sourced "[ecs-fargate-throttling]",
        }
        may {
            /// Quota of on-demand vCPUs of each account; does not bind when left out (model choice).
            vcpu_quota: f64 [0..=1_000_000_000],
            /// Quota of Spot vCPUs of each account; does not bind when left out (model choice).
            spot_vcpu_quota: f64 [0..=1_000_000_000],
            /// Network interfaces of tasks attached each second in each account, on demand and Spot together; a task
            /// whose launch was accepted waits for it. Does not bind when left out (model choice: AWS publishes none).
            attach_rate: Rate,
            /// Tokens of that bucket when full.
            attach_burst: u32 [1..] => Calculated "as many as come in a second, one at least,",
        }
    }
}

impl Scenario {
    /// Names of all alarms, composite ones last.
    pub fn alarm_names(&self) -> Vec<&str> {
        let composite = self.composite_alarms.iter().map(|one| one.alarm_name.as_str());
        self.alarms.iter().map(|one| one.alarm_name.as_str()).chain(composite).collect()
    }
}
