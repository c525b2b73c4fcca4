//! What is asked of services: requests and standalone tasks.

use crate::model::quantity::{Duration, Law, Rate};
use crate::scenario::ecs::Unused;
use crate::scenario::ecs::service::{
    CapacityProviderStrategyItem, LaunchType, NetworkConfiguration, PlacementConstraint, PlacementStrategy,
};

object! {
    /// Requests offered to a service through an Application Load Balancer: exactly one of `rate`, `steps`, `daily` and
    /// `csv`.
    Traffic("camelCase") {
        need {
            /// The service, such as `shop/web`.
            service: String,
            /// Requests that one healthy task can answer.
            requests_per_task: Rate,
        }
        may {
            /// The same rate all the time.
            rate: Rate,
            /// A rate that changes; 0 before the first step.
            steps: Vec<Step>,
            /// A rate that repeats every day (UTC); before the first step of a day it is that of the last one.
            daily: Vec<DailyStep>,
            /// A file with the columns `seconds` and `requests_per_second`, relative to the scenario; 0 before the first
            /// row.
            csv: String,
            /// Settings of the load balancer and its target group.
            load_balancer: LoadBalancer,
        }
    }
}

object! {
    /// A change of the rate.
    Step("camelCase") {
        need {
            /// When, counted from 0.
            at: Duration,
            /// The rate from then on.
            rate: Rate,
        }
    }
}

object! {
    /// A change of the rate on every day.
    DailyStep("camelCase") {
        need {
            /// Time of day, UTC.
            #[schemars(regex(pattern = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), example = "09:00")]
            at: String,
            /// The rate from then on.
            rate: Rate,
        }
    }
}

object! {
    /// Settings of an Application Load Balancer and its target group.
    #[schemars(rename = "LoadBalancerSettings")]
    LoadBalancer("camelCase") {
        plain {
            /// Seconds between two checks: 5 to 300, 30 by default (sourced: [elb-health-checks]).
            #[serde(default = "interval")]
            #[schemars(range(min = 5, max = 300))]
            health_check_interval_seconds: u32,
            /// Seconds to wait for an answer: 2 to 120, 5 by default (sourced: [elb-health-checks]).
            #[serde(default = "timeout")]
            #[schemars(range(min = 2, max = 120))]
            health_check_timeout_seconds: u32,
            /// Passes in a row until healthy again: 2 to 10, 5 by default (sourced: [elb-health-checks]).
            #[serde(default = "healthy")]
            #[schemars(range(min = 2, max = 10))]
            healthy_threshold_count: u32,
            /// Failures in a row until unhealthy: 2 to 10, 2 by default (sourced: [elb-health-checks]).
            #[serde(default = "unhealthy")]
            #[schemars(range(min = 2, max = 10))]
            unhealthy_threshold_count: u32,
            /// `deregistration_delay.timeout_seconds`: up to an hour, 300 s by default (sourced:
            /// [elb-target-group-attributes]).
            #[serde(default = "deregistration")]
            deregistration_delay: Duration,
            /// Whether every node of the load balancer sends to the targets of all zones; yes by default (sourced:
            /// [elb-how-it-works]).
            #[serde(default = "yes")]
            cross_zone: bool,
            /// How long clients keep the address of a node that does not answer, since its zone lost its power as a
            /// whole or was cut off, counted from the loss; with `crossZone` off also of a node without targets. 60 s
            /// by default (model choice).
            #[serde(default = "dns")]
            dns_ttl: Duration,
            /// Share of the clients that try the address of another node at once when one does not answer: 0 to 1, 0 by
            /// default (model choice).
            #[serde(default)]
            #[schemars(range(min = 0, max = 1))]
            clients_retry_share: f64,
        }
    }
}

impl Default for LoadBalancer {
    fn default() -> Self {
        LoadBalancer {
            health_check_interval_seconds: interval(),
            health_check_timeout_seconds: timeout(),
            healthy_threshold_count: healthy(),
            unhealthy_threshold_count: unhealthy(),
            deregistration_delay: deregistration(),
            cross_zone: yes(),
            dns_ttl: dns(),
            clients_retry_share: 0.0,
        }
    }
}

object! {
    /// A stream of standalone tasks: exactly one of `rate` and `every`, and exactly one way to find capacity.
    RunTasks("camelCase") {
        need {
            /// Family, `family:revision` or ARN of the task definition.
            task_definition: String,
            /// From RUNNING until a task's work is done.
            lives: Law,
        }
        plain {
            /// Tasks for each call: 1 to 10, 1 by default (sourced: [ecs-api-run-task]).
            #[serde(default = "one")]
            #[schemars(range(min = 1, max = 10))]
            count: u32,
            /// Whether ECS tags tasks.
            #[serde(rename = "enableECSManagedTags", default, skip_serializing_if = "Unused::is_absent")]
            enable_ecs_managed_tags: Unused,
        }
        may {
            /// Name; the family by default.
            name: String,
            /// RunTask calls, at random moments (exponential gaps).
            rate: Rate,
            /// Law of the time between two calls.
            every: Law,
            /// First call not before this; 0 by default.
            from: Duration,
            /// No call at or after this; the end of the run by default.
            until: Duration,
            /// As for a service.
            launch_type: LaunchType,
            /// As for a service.
            network_configuration: NetworkConfiguration,
        }
        list {
            /// As for a service.
            capacity_provider_strategy: CapacityProviderStrategyItem,
            /// As for a service.
            placement_strategy: PlacementStrategy,
            /// As for a service.
            placement_constraints: PlacementConstraint,
        }
        unused {
            group, overrides, platform_version, propagate_tags, reference_id, started_by, tags, client_token,
            enable_execute_command, volume_configurations,
        }
    }
}

fn interval() -> u32 {
    30
}
fn timeout() -> u32 {
    5
}
fn healthy() -> u32 {
    5
}
fn unhealthy() -> u32 {
    2
}
fn deregistration() -> Duration {
    Duration(crate::engine::Span::from_secs(300))
}
fn dns() -> Duration {
    Duration(crate::engine::Span::MINUTE)
}
fn yes() -> bool {
    true
}
fn one() -> u32 {
    1
}
