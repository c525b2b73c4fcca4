//! The cluster: what `CreateCluster` takes and `describe-clusters` prints, with what runs in it.

use super::service::{CapacityProviderStrategyItem, Service};
use super::task_definition::LogMode;
use crate::model::quantity::Duration;
use crate::scenario::file::RunTasks;

object! {
    /// An ECS cluster and its services and streams of standalone tasks.
    Cluster("camelCase", own "clusterArn") {
        need {
            /// Name: up to 255 letters, digits, hyphens and underscores (sourced: [ecs-api-model]).
            cluster_name: String,
        }
        may {
            /// ARN; Region and account are taken from it where they are not written.
            cluster_arn: String,
            /// INACTIVE for a cluster that is deleted: it is left out.
            status: String,
            /// Name of its Region.
            region: String => Choice "that of its ARN, else the first one",
            /// Account number. Clusters of one account share its launch buckets.
            account: String => Choice "that of its ARN, else an account of its own",
            /// The account setting of that name, for `logConfiguration` without a `mode`. Left out: `non-blocking`,
            /// before 25 June 2025 (`startsAt`) `blocking` (sourced: [ecs-account-settings]).
            default_log_driver_mode: LogMode,
            /// When it is created, with what it runs; it is there from the start by default (model choice).
            created_at: Duration,
        }
        list {
            /// Names of the capacity providers that its strategies may use.
            capacity_providers: String,
            /// What services and streams without a strategy or launch type of their own take.
            default_capacity_provider_strategy: CapacityProviderStrategyItem,
            /// Services.
            services: Service,
            /// Streams of standalone tasks.
            run_tasks: RunTasks,
            /// Hosts outside AWS that are registered to the cluster, for launch type EXTERNAL (ECS Anywhere). They are
            /// the customer's: no capacity provider, and nobody else replaces them (sourced: [ecs-anywhere]).
            external_instances: ExternalInstances,
        }
        unused {
            configuration, registered_container_instances_count, running_tasks_count,
            pending_tasks_count, active_services_count, statistics, tags, settings, attachments, attachments_status,
            service_connect_defaults,
        }
    }
}

object! {
    /// Hosts of one size at one site outside AWS.
    ExternalInstances("camelCase", own "arn") {
        need {
            /// Id or name of an `onPremises` zone: the site.
            zone: String,
            /// The instance type that they are as large as, of the shipped table or of `instanceTypes`.
            instance_type: String,
        }
        given {
            /// How many.
            count: u32 [1..] = 1 => Choice,
        }
    }
}
