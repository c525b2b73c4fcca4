//! The target group of Elastic Load Balancing: what `describe-target-groups` and `describe-target-group-attributes`
//! print.

object! {
    /// A target group. Services that name its ARN in `loadBalancers` take its settings, where `traffic[].loadBalancer`
    /// does not say otherwise.
    TargetGroup("PascalCase", own "TargetGroupArn") {
        may {
            /// ARN.
            target_group_arn: String,
            /// Name; with `Attributes` alone an entry adds to the one of the same name or ARN.
            target_group_name: String,
            /// HTTP or HTTPS for an Application Load Balancer; TCP, TLS, UDP or TCP_UDP for a Network Load Balancer.
            protocol: String,
            /// Whether there are health checks; only target groups of functions can be without.
            health_check_enabled: bool,
            /// Seconds between two checks: 5 to 300 (sourced: [elb-health-checks]).
            health_check_interval_seconds: u32 [5..=300],
            /// Seconds to wait for an answer: 2 to 120 (sourced: [elb-health-checks]).
            health_check_timeout_seconds: u32 [2..=120],
            /// Passes in a row until healthy again: 2 to 10 (sourced: [elb-health-checks]).
            healthy_threshold_count: u32 [2..=10],
            /// Failures in a row until unhealthy: 2 to 10 (sourced: [elb-health-checks]).
            unhealthy_threshold_count: u32 [2..=10],
        }
        list {
            /// ARNs of the load balancers that send to it.
            load_balancer_arns: String,
            /// What `describe-target-group-attributes` prints of it.
            attributes: Attribute,
        }
        unused {
            port, vpc_id, health_check_protocol, health_check_port, health_check_path, matcher, target_type,
            protocol_version, ip_address_type, target_control_port,
        }
    }
}

object! {
    /// One of `Attributes`.
    Attribute("PascalCase", called "TargetGroupAttribute") {
        need {
            /// Such as `deregistration_delay.timeout_seconds`.
            key: String,
        }
        may {
            /// Its value as a text, such as `"300"` or `"true"`.
            value: String,
        }
    }
}

impl TargetGroup {
    /// Its name, or what its ARN says of it.
    pub fn short_name(&self) -> &str {
        let of_arn = self.target_group_arn.as_deref().and_then(|arn| arn.rsplit('/').nth(1));
        self.target_group_name.as_deref().or(of_arn).or(self.target_group_arn.as_deref()).unwrap_or_default()
    }

    /// The value of an attribute.
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|one| one.key == key)?.value.as_deref()
    }
}
