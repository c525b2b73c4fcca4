//! Scaling policies: which of the three kinds each is, and at which target it stands.

use super::printed::{LeftOut, Resource, is_printed};
use super::{Activity, Targets, placed};
use crate::model::ids::ServiceId;
use crate::model::plan::Metric;
use crate::model::plan::scaling::{Policy, PolicyKind};
use crate::model::problem::Noun;
use crate::scenario::ecs::scaling_policy::{PolicyType, ScalingPolicy};
use std::collections::BTreeSet;

/// What target-tracking policies of the scenario watch: a service, a metric, and its period in seconds.
pub(super) type Watched = BTreeSet<(ServiceId, String)>;

/// A policy that is being resolved.
pub(super) struct Of<'a> {
    pub(super) policy: &'a ScalingPolicy,
    pub(super) service: ServiceId,
    /// Where it stands.
    pub(super) at: &'a str,
}

impl Activity<'_> {
    pub(super) fn policies(&mut self, targets: &mut Targets) {
        let mut left = LeftOut::new("scalingPolicies");
        let mut watched = Watched::new();
        for (at, policy) in placed(&self.scenario.scaling_policies, "/scalingPolicies") {
            let of = Resource {
                namespace: policy.service_namespace.as_deref(),
                dimension: policy.scalable_dimension.as_deref(),
                id: &policy.resource_id,
                printed: is_printed(policy),
            };
            let Some(target) = self.target_of(targets, (&of, "scaling policy"), &at, &mut left) else { continue };
            let service = target.row.service;
            if target.has_policy(&policy.policy_name) {
                let message = format!("`{}` has a policy `{}` already", policy.resource_id, policy.policy_name);
                let at = format!("{at}/PolicyName");
                self.out.duplicate_name(
                    &at,
                    message,
                    "give each its own name: AWS would put one in place of the other",
                );
                continue;
            }
            let kind = self.policy(&Of { policy, service, at: &at }, &mut watched);
            if kind.is_none() {
                self.out.broken(Noun::ScalingPolicy, &policy.policy_name);
            }
            target.row.policies.extend(kind.map(|kind| Policy { name: policy.policy_name.clone(), kind }));
        }
        left.tell(self.out);
    }

    fn policy(&mut self, of: &Of<'_>, watched: &mut Watched) -> Option<PolicyKind> {
        const KEYS: [(PolicyType, &str); 3] = [
            (PolicyType::TargetTrackingScaling, "TargetTrackingScalingPolicyConfiguration"),
            (PolicyType::StepScaling, "StepScalingPolicyConfiguration"),
            (PolicyType::PredictiveScaling, "PredictiveScalingPolicyConfiguration"),
        ];
        let Of { policy, at, .. } = of;
        let written = [
            policy.target_tracking_scaling_policy_configuration.is_some(),
            policy.step_scaling_policy_configuration.is_some(),
            policy.predictive_scaling_policy_configuration.is_some(),
        ];
        let mut given = KEYS.iter().zip(written).filter(|one| one.1).map(|one| one.0);
        let (first, second) = (given.next(), given.next());
        let wanted = policy.policy_type.and_then(|kind| KEYS.iter().find(|key| key.0 == kind));
        match (first, second, wanted) {
            (Some(_), Some(_), _) => return self.out.exclude("the configurations of a policy", at).none(),
            (None, _, wanted) => {
                let key = wanted.map_or(KEYS[0].1, |key| key.1);
                let message = format!("`{}` says not how it scales: `{key}` is missing", policy.policy_name);
                return self.out.missing(at, message, format!("write \"{key}\": {{...}}")).none();
            }
            (Some(one), None, Some(wanted)) if one.0 != wanted.0 => {
                let message = format!("`PolicyType` is {}, and `{}` is written", wanted.0.word(), one.1);
                let hint = format!("write \"{}\"", one.0.word());
                return self.out.conflict(&format!("{at}/PolicyType"), message, hint).none();
            }
            (Some(_), None, _) => {}
        }
        if let Some(tracking) = &policy.target_tracking_scaling_policy_configuration {
            let at = format!("{at}/{}", KEYS[0].1);
            return self.tracking(of, tracking, &at, watched).map(PolicyKind::TargetTracking);
        }
        if let Some(step) = &policy.step_scaling_policy_configuration {
            return self.step(of, step, &format!("{at}/{}", KEYS[1].1)).map(PolicyKind::Step);
        }
        let predictive = policy.predictive_scaling_policy_configuration.as_ref()?;
        self.predictive(of, predictive, &format!("{at}/{}", KEYS[2].1)).map(PolicyKind::Predictive)
    }

    /// Whether a metric of a service can be watched; where it never moves, it is a warning.
    pub(super) fn moves(&mut self, service: ServiceId, metric: Metric, at: &str) -> bool {
        let row = &self.plan.services[service];
        let name = &row.name;
        if metric == Metric::RequestCountPerTarget && row.balancer.is_none() {
            let message = format!("`{name}` needs a load balancer, which reports this metric");
            self.out.wrong_target(at, message, "scale on CPU, or put the service behind a load balancer");
            return false;
        }
        if self.is_of_requests(service, metric) {
            return self.not_of_a_network_load_balancer(
                service,
                at,
                "scale on CPU, or use an Application Load Balancer",
            );
        }
        if row.traffic.is_none() && !matches!(metric, Metric::Custom(_)) {
            let message = format!("`{name}` has no traffic: this metric never moves, and the policy does nothing");
            self.out.no_effect(at, message, "add the service to `traffic`");
        }
        true
    }
}
