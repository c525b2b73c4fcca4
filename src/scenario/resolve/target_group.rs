//! Settings of target groups, as `describe-target-groups` and `describe-target-group-attributes` print them.

use super::traffic::{LONGEST_DEREGISTRATION, default_balancer, usual};
use super::{Clusters, placed};
use crate::engine::Span;
use crate::model::plan::{Balancer, BalancerKind};
use crate::scenario::ecs::service::Service;
use crate::scenario::ecs::target_group::{Attribute, TargetGroup};

const DELAY: &str = "deregistration_delay.timeout_seconds";
const CROSS_ZONE: &str = "load_balancing.cross_zone.enabled";

/// Attributes that bear on availability and are not modelled, with what each does by default
/// ([elb-target-group-attributes]).
const BEARING: [(&str, &str); 7] = [
    ("stickiness.enabled", "false"),
    ("slow_start.duration_seconds", "0"),
    ("load_balancing.algorithm.type", "round_robin"),
    ("target_group_health.dns_failover.minimum_healthy_targets.count", "1"),
    ("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off"),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1"),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off"),
];

impl Clusters<'_> {
    /// Looks at every target group for itself.
    pub(super) fn target_groups(&mut self) {
        for (at, group) in placed(&self.scenario.target_groups, "/targetGroups") {
            if group.target_group_arn.is_none() && group.target_group_name.is_none() {
                let hint = "write `TargetGroupArn`, as `describe-target-groups` prints it";
                self.out.missing(&at, "nothing says which target group this is", hint);
            }
            if let Some(protocol) = group.protocol.as_deref().filter(|protocol| kind_of(protocol).is_none()) {
                let message = format!("a target group of {protocol} is behind neither kind of load balancer here");
                let hint = "its settings are taken, and an Application Load Balancer is simulated";
                self.out.ignored(&format!("{at}/Protocol"), message, hint);
            }
            if group.health_check_enabled == Some(false) {
                let message = "health checks of targets cannot be switched off: they are taken as enabled";
                self.out.doubtful(
                    &format!("{at}/HealthCheckEnabled"),
                    message,
                    "only targets that are functions can be without",
                );
            }
            for (at, attribute) in placed(&group.attributes, &format!("{at}/Attributes")) {
                self.target_group_attribute(attribute, &at);
            }
        }
    }

    fn target_group_attribute(&mut self, attribute: &Attribute, at: &str) {
        let (key, value) = (attribute.key.as_str(), attribute.value.as_deref().unwrap_or_default());
        let at = format!("{at}/Value");
        let known = match key {
            DELAY => delay(value).is_some(),
            CROSS_ZONE => crosses(value).is_some(),
            _ => {
                if BEARING.iter().any(|(bears, usual)| *bears == key && *usual != value && !value.is_empty()) {
                    let message = format!("`{key}` bears on availability and is not modelled");
                    self.out.ignored(&at, message, "");
                }
                true
            }
        };
        if !known {
            let hint = if key == DELAY { "write \"0\" to \"3600\"" } else { "write \"true\" or \"false\"" };
            self.out.malformed(&at, format!("`{key}` cannot be `{value}`"), hint);
        }
    }

    /// The load balancer of a service with target groups: AWS's defaults, and over them what its first target group in
    /// the scenario says.
    pub(super) fn balancer_of(&mut self, service: &Service, at: &str) -> Option<Balancer> {
        let mut balancer = usual();
        if service.load_balancers.is_empty() {
            return None;
        }
        let scenario = self.scenario;
        for (at, one) in placed(&service.load_balancers, &format!("{at}/loadBalancers")) {
            let Some(arn) = &one.target_group_arn else { continue };
            let groups: Vec<&TargetGroup> =
                scenario.target_groups.iter().filter(|group| is_called(group, arn)).collect();
            if groups.is_empty() {
                continue;
            }
            // Of several entries for the same one the first that says something counts.
            let number = |pick: fn(&TargetGroup) -> Option<u32>| groups.iter().find_map(|group| pick(group));
            let seconds = |pick, usual| number(pick).map_or(usual, |seconds| Span::from_secs(u64::from(seconds)));
            let attribute = |key: &str| groups.iter().find_map(|group| group.attribute(key));
            let protocol = groups.iter().find_map(|group| group.protocol.as_deref());
            balancer = default_balancer(protocol.and_then(kind_of).unwrap_or(BalancerKind::Application));
            balancer.interval = seconds(|group| group.health_check_interval_seconds, balancer.interval);
            balancer.timeout = seconds(|group| group.health_check_timeout_seconds, balancer.timeout);
            balancer.healthy = number(|group| group.healthy_threshold_count).unwrap_or(balancer.healthy);
            balancer.unhealthy = number(|group| group.unhealthy_threshold_count).unwrap_or(balancer.unhealthy);
            balancer.deregistration = attribute(DELAY).and_then(delay).unwrap_or(balancer.deregistration);
            balancer.cross_zone = attribute(CROSS_ZONE).and_then(crosses).flatten().unwrap_or(balancer.cross_zone);
            if balancer.timeout >= balancer.interval {
                let message = "the target group waits longer for an answer than from check to check";
                self.out.out_of_range(&format!("{at}/targetGroupArn"), message, "look at `targetGroups`");
            }
            break;
        }
        Some(balancer)
    }
}

/// Whether an entry is of the target group with this ARN.
pub(super) fn is_called(group: &TargetGroup, arn: &str) -> bool {
    match (&group.target_group_arn, &group.target_group_name) {
        (Some(own), _) => own == arn,
        (None, Some(name)) => arn.rsplit('/').nth(1) == Some(name.as_str()),
        (None, None) => false,
    }
}

fn delay(value: &str) -> Option<Span> {
    value.parse::<u64>().ok().map(Span::from_secs).filter(|span| *span <= LONGEST_DEREGISTRATION)
}

/// The load balancer that sends to targets of a protocol (sourced: [elb-api-create-target-group]).
fn kind_of(protocol: &str) -> Option<BalancerKind> {
    match protocol {
        "HTTP" | "HTTPS" => Some(BalancerKind::Application),
        "TCP" | "TLS" | "UDP" | "TCP_UDP" => Some(BalancerKind::Network),
        _ => None,
    }
}

/// What an attribute says; the inner `None`: the load balancer's own setting, which is always on for an Application Load
/// Balancer (sourced: [elb-how-it-works]), and off by default for a Network Load Balancer (sourced: [nlb-health-checks]).
#[expect(clippy::option_option, reason = "that the load balancer decides is an answer, too")]
fn crosses(value: &str) -> Option<Option<bool>> {
    match value {
        "use_load_balancer_configuration" => Some(None),
        "true" => Some(Some(true)),
        "false" => Some(Some(false)),
        _ => None,
    }
}
