//! The service: what `CreateService` takes and `describe-services` prints.

use super::lifecycle::{CanaryConfiguration, LifecycleHook, LinearConfiguration};
use super::monitoring::MonitoringConfiguration;
use super::{Moment, Toggle};

words! {
    /// `launchType`.
    LaunchType("SCREAMING_SNAKE_CASE") {
        /// Container instances of the cluster.
        Ec2,
        /// AWS Fargate, on demand.
        Fargate,
        /// Hosts outside AWS.
        External,
        /// ECS Managed Instances; only through a capacity provider.
        ManagedInstances,
    }
}

words! {
    /// `schedulingStrategy`.
    SchedulingStrategy("SCREAMING_SNAKE_CASE") {
        /// Keeps `desiredCount` tasks.
        Replica,
        /// One task on each container instance.
        Daemon,
    }
}

words! {
    /// `deploymentController.type`.
    ControllerType("SCREAMING_SNAKE_CASE") {
        /// ECS itself.
        Ecs,
        /// AWS CodeDeploy.
        CodeDeploy,
        /// Somebody else.
        External,
    }
}

words! {
    /// `placementStrategy[].type`.
    StrategyType("camelCase") {
        /// Any host.
        Random,
        /// Evenly over the values of `field`.
        Spread,
        /// The host with the least left of `field`.
        Binpack,
    }
}

words! {
    /// `placementConstraints[].type`.
    ConstraintType("camelCase") {
        /// Each task on a host of its own.
        DistinctInstance,
        /// Only on hosts that meet `expression`.
        MemberOf,
    }
}

object! {
    /// An ECS service: input of `CreateService`, output of `describe-services`.
    Service("camelCase", own "serviceArn") {
        need {
            /// Name, unique in its cluster: up to 255 letters, digits, hyphens and underscores (sourced:
            /// [ecs-api-create-service]).
            service_name: String,
            /// Family, `family:revision` or ARN of its task definition.
            task_definition: String,
        }
        may {
            /// ARN; Region and account of its cluster are taken from it where nothing else says them.
            service_arn: String,
            /// INACTIVE for a service that is deleted: it is left out.
            status: String,
            /// When it was created, as describe-services prints it.
            created_at: Moment,
            /// Name or ARN of the cluster; if written, it is the one that the service stands in.
            cluster: String,
            /// ARN of the cluster, as describe-services prints it; if written, it is the one that the service stands
            /// in.
            cluster_arn: String,
            /// Tasks to keep running; ECS requires it of REPLICA services (sourced: [ecs-api-create-service]).
            desired_count: u32,
            /// REPLICA or DAEMON.
            scheduling_strategy: SchedulingStrategy => Sourced "REPLICA" "[ecs-api-create-service]",
            /// Excludes `capacityProviderStrategy`. Without either, the cluster's default strategy counts, and without
            /// that EC2 (sourced: [ecs-api-create-service]).
            launch_type: LaunchType,
            /// ECS; the others are refused (not modelled).
            deployment_controller: DeploymentController,
            /// Limits of how many tasks run while tasks are replaced.
            deployment_configuration: DeploymentConfiguration => Own "",
            /// Whether ECS evens tasks out over zones. A service whose `createdAt` is before 5 September 2025 has
            /// DISABLED (sourced: [ecs-zone-rebalancing]), and one where ECS does not allow it (model choice).
            availability_zone_rebalancing: Toggle => Sourced "ENABLED for a service created since 5 September 2025" "[ecs-zone-rebalancing]",
            /// Subnets of `awsvpc` tasks.
            network_configuration: NetworkConfiguration,
            /// Seconds from a task's start in which health checks do not count; at most 2,147,483,647 (sourced:
            /// [ecs-api-create-service]).
            health_check_grace_period_seconds: u32 [..=2_147_483_647] => Sourced "0" "[ecs-api-create-service]",
            /// How often ECS publishes what the tasks use.
            monitoring: MonitoringConfiguration => Sourced "every 60 seconds" "[ecs-api-metric-configuration]",
        }
        list {
            /// Base and weight for each capacity provider; at most 20 items (sourced: [ecs-api-provider-strategy]).
            capacity_provider_strategy: CapacityProviderStrategyItem,
            /// At most 5 (sourced: [ecs-api-create-service]). Without, tasks are spread over zones, then over instances
            /// (sourced: [ecs-api-create-service]).
            placement_strategy: PlacementStrategy,
            /// At most 10 (sourced: [ecs-api-create-service]).
            placement_constraints: PlacementConstraint,
            /// Target groups.
            load_balancers: LoadBalancer,
        }
        unused {
            enable_ecs_managed_tags as "enableECSManagedTags",
            running_count, pending_count, platform_version, platform_family, task_sets,
            deployments, role, role_arn, events, created_by, current_service_deployment,
            current_service_revisions, tags, propagate_tags, enable_execute_command, client_token,
            resource_management_type, force_new_deployment,
        }
        bears {
            /// Clients find tasks by DNS, which is slower to forget one than a load balancer.
            service_registries,
            /// Requests between services pass proxies that retry, and leave out a task that fails.
            service_connect_configuration,
            /// Each task waits for a volume of its own at its start.
            volume_configurations,
            /// Requests come through VPC Lattice, with its own health checks and delays.
            vpc_lattice_configurations,
            /// Requests come through a gateway, with its own health checks and deregistration delay.
            gateway_connectors,
        }
    }
}

object! {
    /// `deploymentController`.
    DeploymentController("camelCase") {
        need {
            /// Who deploys (sourced: [ecs-api-create-service]).
            kind as "type": ControllerType,
        }
    }
}

object! {
    /// `deploymentConfiguration`.
    DeploymentConfiguration("camelCase") {
        may {
            /// Lower limit of healthy tasks in percent of `desiredCount`, rounded up: 0 to 100 (sourced:
            /// [ecs-api-deployment-configuration]).
            minimum_healthy_percent: u32 [..=100] => Sourced "100, 0 for daemons" "[ecs-api-deployment-configuration]",
            /// Upper limit of running and pending tasks in percent of `desiredCount`, rounded down: 100 or more
            /// (sourced: [ecs-api-deployment-configuration]).
            maximum_percent: u32 [100..] => Sourced "200, 100 for daemons" "[ecs-api-deployment-configuration]",
            /// Fails a deployment whose tasks do not start or do not get healthy; off by default (sourced:
            /// [ecs-api-deployment-configuration]).
            deployment_circuit_breaker: CircuitBreaker,
            /// Completes a rolling deployment before all tasks are new; off by default (sourced: [ecs-api-model]).
            early_success_criteria: EarlySuccessCriteria,
            /// CloudWatch alarms of the scenario that fail a deployment; none by default (sourced:
            /// [ecs-api-deployment-configuration]).
            alarms: DeploymentAlarms,
            /// How tasks are replaced.
            strategy: DeploymentStrategy => Sourced "ROLLING" "[ecs-api-deployment-configuration]",
            /// Minutes in which a deployment that is otherwise complete is still watched: 0 to 1,440 (the range is a
            /// model choice).
            bake_time_in_minutes: u32 [..=1_440] => Sourced "0" "[ecs-api-deployment-configuration]",
            /// Steps of LINEAR.
            linear_configuration: LinearConfiguration,
            /// Steps of CANARY.
            canary_configuration: CanaryConfiguration,
        }
        list {
            /// Who is asked before a deployment other than ROLLING goes on. What they answer stands in the change.
            lifecycle_hooks: LifecycleHook,
        }
    }
}

object! {
    /// `earlySuccessCriteria`: ROLLING only (sourced: [ecs-api-model]).
    EarlySuccessCriteria("camelCase") {
        need {
            /// Whether they are used. If so, ECS needs the other two (sourced: [ecs-api-model]).
            enable: bool,
        }
        may {
            /// Percent of `desiredCount`, rounded up, that have to be healthy tasks of the new revision, one at least:
            /// `minimumHealthyPercent` to 100 (sourced: [ecs-api-model]).
            healthy_percent: u32 [..=100],
            /// When tasks of the revision before are stopped.
            source_service_revision_cleanup: RevisionCleanup,
        }
    }
}

words! {
    /// `sourceServiceRevisionCleanup`.
    RevisionCleanup("SCREAMING_SNAKE_CASE") {
        /// Before the deployment is completed.
        Blocking,
        /// After it.
        Deferred,
    }
}

object! {
    /// `alarms` of a deployment.
    DeploymentAlarms("camelCase") {
        need {
            /// Names of `alarms` of the scenario.
            alarm_names: Vec<String>,
            /// Whether they are watched.
            enable: bool,
            /// Whether one that goes to ALARM brings the newest completed revision back. Without, the deployment
            /// stalls.
            rollback: bool,
        }
    }
}

object! {
    /// `deploymentCircuitBreaker`.
    CircuitBreaker("camelCase") {
        need {
            /// Whether it is on.
            enable: bool,
            /// Whether a deployment that failed goes back to the newest completed revision. Without, it stalls.
            rollback: bool,
        }
        may {
            /// Whether a task that becomes healthy puts the count of failures back to 0.
            reset_on_healthy_task: bool => Sourced "yes" "[ecs-api-circuit-breaker]",
            /// How many failures there may be.
            threshold_configuration: ThresholdConfiguration => Sourced "50 percent of `desiredCount`, 3 to 200," "[ecs-api-circuit-breaker]",
        }
    }
}

object! {
    /// `thresholdConfiguration`.
    ThresholdConfiguration("camelCase") {
        need {
            /// What `value` counts.
            kind as "type": ThresholdType,
            /// Percent of `desiredCount`, or a number of tasks.
            value: u32 [1..],
        }
    }
}

words! {
    /// What the value of a threshold counts.
    ThresholdType("SCREAMING_SNAKE_CASE") {
        /// Percent, rounded up, at least 3 and at most 200 tasks.
        BoundedPercent,
        /// Percent, rounded up.
        UnboundedPercent,
        /// Tasks.
        Count,
    }
}

words! {
    /// Deployment strategies.
    DeploymentStrategy("SCREAMING_SNAKE_CASE") {
        /// Tasks are replaced step by step.
        Rolling,
        /// All traffic moves at once to a second set of tasks.
        BlueGreen,
        /// Traffic moves in equal steps.
        Linear,
        /// A part of the traffic moves first.
        Canary,
    }
}

object! {
    /// `networkConfiguration`.
    NetworkConfiguration("camelCase") {
        may {
            /// Subnets and security groups.
            awsvpc_configuration: AwsVpcConfiguration,
        }
    }
}

object! {
    /// `awsvpcConfiguration`.
    AwsVpcConfiguration("camelCase") {
        need {
            /// 1 to 16 subnets (sourced: [ecs-quotas]); they decide the zones.
            subnets: Vec<String>,
        }
        unused { security_groups, assign_public_ip }
    }
}

object! {
    /// One item of a capacity provider strategy.
    CapacityProviderStrategyItem("camelCase") {
        need {
            /// Name of the capacity provider.
            capacity_provider: String,
        }
        given {
            /// Its part of what the base leaves: 0 to 1,000 (sourced: [ecs-api-provider-strategy]). A provider of
            /// weight 0 places no task.
            weight: u32 [..=1000] = 0 => Sourced "[ecs-api-provider-strategy]",
            /// Tasks placed on it first: 0 to 100,000, on one item only (sourced: [ecs-api-provider-strategy]).
            base: u32 [..=100_000] = 0 => Sourced "[ecs-api-provider-strategy]",
        }
    }
}

object! {
    /// One placement strategy.
    PlacementStrategy("camelCase") {
        need {
            /// Kind.
            kind as "type": StrategyType,
        }
        may {
            /// `instanceId`, `host` or an attribute for `spread`; `cpu` or `memory` for `binpack`.
            field: String,
        }
    }
}

object! {
    /// One placement constraint.
    PlacementConstraint("camelCase") {
        need {
            /// Kind.
            kind as "type": ConstraintType,
        }
        may {
            /// In the cluster query language, at most 2,000 characters (sourced: [ecs-query-language]).
            expression: String,
        }
    }
}

object! {
    /// One target group of a service.
    LoadBalancer("camelCase") {
        may {
            /// Name of a Classic Load Balancer.
            load_balancer_name: String,
            /// Name of the container that takes the requests.
            container_name: String,
            /// Its port.
            container_port: u32,
            /// ARN of the target group: its settings are those in `targetGroups`, if it stands there; events name it.
            target_group_arn: String,
        }
        unused { advanced_configuration }
    }
}
