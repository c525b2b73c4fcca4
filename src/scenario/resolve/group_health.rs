//! How an Auto Scaling group finds its instances unhealthy, and whether it replaces those that Spot may take back.

use super::Build;
use crate::engine::{Dist, Span};
use crate::model::plan::{HostHealth, ProviderKind, Service, StrategyItem};
use crate::scenario::ecs::auto_scaling_group::AutoScalingGroup;

/// From a silent death of an instance until its group acts on failed status checks (model choice: AWS says that a group
/// waits a few minutes for an impaired instance to recover).
const STATUS_CHECKS: Span = Span::from_secs(300);

impl Build<'_> {
    pub(super) fn host_health(&mut self, group: &AutoScalingGroup, at: &str) -> HostHealth {
        let law = self.scenario.detection.as_ref().and_then(|laws| laws.host_checks.as_ref());
        let status = law.and_then(|law| law.read("/detection/hostChecks", self.out));
        let needed = ["HealthCheck", "ReplaceUnhealthy"];
        HostHealth {
            acts: group.suspended_processes.iter().all(|one| !needed.contains(&one.process_name.as_str())),
            status: status.unwrap_or(Dist::constant(STATUS_CHECKS)),
            targets: self.looks_at_targets(group, at),
            grace: Span::from_secs(u64::from(group.health_check_grace_period.unwrap_or(0))),
        }
    }

    fn looks_at_targets(&mut self, group: &AutoScalingGroup, at: &str) -> bool {
        let mut targets = false;
        let at = format!("{at}/HealthCheckType");
        for kind in group.health_check_type.as_deref().unwrap_or("EC2").split(',').map(str::trim) {
            match kind {
                "EC2" => {}
                "ELB" => targets = true,
                "EBS" | "VPC_LATTICE" => {
                    let message = format!("health checks of type {kind} bear on availability and are not modelled");
                    self.out.ignored(&at, message, "the group acts on EC2 status checks, and on targets with ELB");
                }
                other => {
                    let message = format!("`HealthCheckType` cannot be `{other}`");
                    self.out.unknown_value(&at, message, "write EC2, ELB, EBS or VPC_LATTICE, separated by commas");
                }
            }
        }
        targets
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

    pub(super) fn rebalances(&mut self, group: &AutoScalingGroup, spot: bool, at: &str) -> bool {
        let written = group.capacity_rebalance == Some(true);
        if written && !spot {
            self.out.not_used(&format!("{at}/CapacityRebalance"), "the group has no Spot instances");
        }
        written && spot
    }
}
