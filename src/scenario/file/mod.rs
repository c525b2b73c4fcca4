//! The scenario file, as it is written.

mod alarm;
mod application;
mod behaviour;
mod change;
mod composite;
mod control_plane;
mod objective;
mod pipeline;
mod traffic;

pub use alarm::{Alarm, ComparisonOperator, Dimension, Statistic, TreatMissingData};
pub use application::{
    CellularApplication, CustomerCell, CustomerGroup, CustomerMigration, Dispatch, Fleet, Lookup, MapTable, Rebalancer,
};
pub use behaviour::{Behaviour, Detection, Phases, PullBehavior, TaskProtection};
pub use change::{Change, FeatureFlag, GrowthType, HookAnswer, HookStatus, Shadow};
pub use composite::CompositeAlarm;
pub use control_plane::{AddCell, ControlPlane, Costs, Mapping, Migration, Restart, Router, Tested};
pub use objective::Objective;
pub use pipeline::{Pipeline, PipelineAlarm, PipelineStage, StageKind, Weekday, WorkingHours};
pub use traffic::{DailyStep, LoadBalancer, RunTasks, Step, Traffic};

use super::ecs::auto_scaling_group::AutoScalingGroup;
use super::ecs::capacity_provider::CapacityProvider;
use super::ecs::cluster::Cluster;
use super::ecs::instance_type::InstanceType;
use super::ecs::task_definition::TaskDefinition;
use super::entry::Fault;
use crate::engine::Span;
use crate::model::quantity::{Duration, Rate};

/// The version of the format that this program reads.
pub const VERSION: u32 = 1;

object! {
    /// A scenario of Evenkeel: what there is, what happens to it, and what is promised.
    #[schemars(title = "Evenkeel scenario")]
    Scenario("camelCase") {
        plain {
            /// Where this schema stands, for editors.
            #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
            schema: Option<String>,
            /// Version of the format.
            #[schemars(range(min = 1, max = 1))]
            version: u32,
            /// Name; also that of the folder of results.
            name: String,
            /// Which world of chance is run; 1 by default (model choice).
            #[serde(default = "seed")]
            seed: u64,
            /// The date of time 0, RFC 3339. It dates events and drives daily curves (UTC). A Monday by default (model
            /// choice).
            #[serde(default = "starts_at")]
            starts_at: String,
            /// How long is simulated, `warmUp` included.
            duration: Duration,
            /// What is simulated but not measured, at the start; none by default (model choice).
            #[serde(default = "none")]
            warm_up: Duration,
            /// Whether services start from nothing instead of at their desired count.
            #[serde(default)]
            start_empty: bool,
        }
        may {
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
            /// How tasks and hosts live and die.
            behaviour: Behaviour,
            /// Requests offered to services.
            traffic: Traffic,
            /// What breaks.
            faults: Fault,
            /// What is changed.
            changes: Change,
            /// Alarms of Amazon CloudWatch.
            alarms: Alarm,
            /// Composite alarms of Amazon CloudWatch.
            composite_alarms: CompositeAlarm,
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
            fargate: Fargate,
            /// The ECS control plane; one cell that never throttles by default (model choice).
            control_plane: ControlPlane,
        }
        list {
            /// Zones; three availability zones by default (model choice).
            zones: Zone,
        }
    }
}

words! {
    /// Where a zone stands. Fargate and Managed Instances run in availability zones only; the control plane is always
    /// the Region's (sourced: [ecs-zones]).
    ZoneKind("camelCase") {
        /// One of the Region's own zones.
        AvailabilityZone,
        /// AWS near a large city: EC2 only.
        LocalZone,
        /// AWS in a carrier's network: EC2 only.
        WavelengthZone,
        /// A rack of AWS at the customer's: EC2 only, and no more hosts than stand there at the start.
        Outpost,
        /// Hosts outside AWS, for launch type EXTERNAL: `externalInstances` of clusters (ECS Anywhere).
        OnPremises,
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
            /// What it is; `availabilityZone` by default.
            kind: ZoneKind,
            /// Name as the AWS CLI prints it; by default the Region's name and a letter, in order (model choice). Zones
            /// that are no availability zones are called by their id (model choice).
            name: String,
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
        plain {
            /// vCPUs on demand in each zone; 2,000 by default (model choice: AWS publishes none).
            #[serde(default = "stock")]
            #[schemars(range(min = 0, max = 1_000_000_000))]
            vcpu_per_zone: f64,
            /// Spot vCPUs in each zone; 2,000 by default (model choice: AWS publishes none).
            #[serde(default = "stock")]
            #[schemars(range(min = 0, max = 1_000_000_000))]
            spot_vcpu_per_zone: f64,
            /// Tokens of the on-demand launch bucket when full; 100 by default (sourced: [ecs-fargate-throttling]).
            #[serde(default = "burst")]
            #[schemars(range(min = 1))]
            launch_burst: u32,
            /// Its refill; `"20/s"` by default (sourced: [ecs-fargate-throttling]).
            #[serde(default = "refill")]
            launch_rate: Rate,
            /// Tokens of the Spot launch bucket when full; 100 by default (sourced: [ecs-fargate-throttling]).
            #[serde(default = "burst")]
            #[schemars(range(min = 1))]
            spot_launch_burst: u32,
            /// Its refill; `"20/s"` by default (sourced: [ecs-fargate-throttling]).
            #[serde(default = "refill")]
            spot_launch_rate: Rate,
        }
        may {
            /// Quota of on-demand vCPUs of each account; does not bind when left out (model choice).
            #[schemars(range(min = 0, max = 1_000_000_000))]
            vcpu_quota: f64,
            /// Quota of Spot vCPUs of each account; does not bind when left out (model choice).
            #[schemars(range(min = 0, max = 1_000_000_000))]
            spot_vcpu_quota: f64,
            /// Network interfaces of tasks attached each second in each account, on demand and Spot together; a task whose
            /// launch was accepted waits for it. Does not bind when left out (model choice: AWS publishes none).
            attach_rate: Rate,
            /// Tokens of that bucket when full; as many as come in a second by default, one at least (model choice).
            #[schemars(range(min = 1))]
            attach_burst: u32,
        }
    }
}

impl Default for Fargate {
    fn default() -> Self {
        Fargate {
            vcpu_per_zone: stock(),
            spot_vcpu_per_zone: stock(),
            launch_burst: burst(),
            launch_rate: refill(),
            spot_launch_burst: burst(),
            spot_launch_rate: refill(),
            vcpu_quota: None,
            spot_vcpu_quota: None,
            attach_rate: None,
            attach_burst: None,
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

fn seed() -> u64 {
    1
}
fn starts_at() -> String {
    "2026-01-05T00:00:00Z".to_owned()
}
fn none() -> Duration {
    Duration(Span::ZERO)
}
fn stock() -> f64 {
    2_000.0
}
fn burst() -> u32 {
    100
}
fn refill() -> Rate {
    Rate(20 * Rate::ONE)
}
