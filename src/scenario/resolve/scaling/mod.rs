//! Service auto scaling: scalable targets, their policies and their scheduled actions.
//!
//! An account has targets of all kinds. Those of other services of AWS, and those of services that the scenario does
//! not hold and that AWS has printed, are left out and told once for each list.

mod action;
mod custom;
mod forecast;
mod policy;
mod printed;
mod step;
mod tracking;

use super::{Activity, placed};
use crate::model::ids::ServiceId;
use crate::model::plan::Kind;
use crate::model::plan::scaling::{Policy, PolicyKind, ScalableTarget, ScheduledAction, Suspended};
use crate::model::problem::Noun;
use crate::scenario::ecs::scalable_target::ScalableTarget as Written;
use printed::{LeftOut, Resource};
use std::collections::BTreeMap;

pub(super) use printed::step_alarms;

/// A scalable target and where it stands.
struct Registered {
    at: String,
    row: ScalableTarget,
}

/// Scalable targets by service.
type Targets = BTreeMap<ServiceId, Registered>;

impl Activity<'_> {
    /// All of it, once services, their traffic and alarms on metrics are known.
    pub(super) fn scaling(&mut self) {
        let mut targets = self.scalable_targets();
        self.policies(&mut targets);
        self.scheduled_actions(&mut targets);
        for Registered { at, mut row } in targets.into_values() {
            // What is wrong with a policy leaves its target without one.
            if !self.out.has_errors() {
                self.idle_target(&row, &at);
            }
            row.policies.sort_by(|one, other| one.name.cmp(&other.name));
            row.actions.sort_by(|one, other| one.name.cmp(&other.name));
            self.plan.scaling.push(row);
        }
    }

    fn scalable_targets(&mut self) -> Targets {
        let mut found = Targets::new();
        let mut left = LeftOut::new("scalableTargets");
        for (at, target) in placed(&self.scenario.scalable_targets, "/scalableTargets") {
            let of = Resource {
                namespace: target.service_namespace.as_deref(),
                dimension: target.scalable_dimension.as_deref(),
                id: &target.resource_id,
                printed: target.scalable_target_arn.is_some() || target.creation_time.is_some(),
            };
            let service = self.scaled(&of, &at, &mut left);
            let (min, max) = (target.min_capacity, target.max_capacity);
            let ordered = min <= max;
            if !ordered && service.is_some() {
                let message = format!("`MinCapacity` must be at most `MaxCapacity`, `{max}`, not `{min}`");
                self.out.out_of_range(&format!("{at}/MinCapacity"), message, "lower it, or raise `MaxCapacity`");
            }
            let Some(service) = service else { continue };
            if found.contains_key(&service) {
                let message = format!("`{}` is a scalable target already", self.plan.services[service].name);
                self.out.duplicate_name(&format!("{at}/ResourceId"), message, "write one entry for each service");
                continue;
            }
            let (policies, actions) = (Vec::new(), Vec::new());
            let row = ScalableTarget { service, min, max, suspended: suspended(target), policies, actions };
            // What belongs to it is looked at nevertheless.
            found.insert(service, Registered { at, row });
        }
        left.tell(self.out);
        found
    }

    /// The service that is scaled; nothing where a problem is told, or the entry is left out.
    fn scaled(&mut self, of: &Resource<'_>, at: &str, left: &mut LeftOut) -> Option<ServiceId> {
        let known = of.known(at, left, self.out)?;
        let at = format!("{at}/ResourceId");
        if of.printed && !self.names.services.contains_key(known) && !self.out.is_broken(Noun::Service, known) {
            left.take(&at, "of a service that the scenario does not hold");
            return None;
        }
        let id = self.names.service(known, &at, self.out)?;
        let name = &self.plan.services[id].name;
        match self.plan.services[id].kind {
            Kind::Replica => Some(id),
            Kind::Daemon => {
                let message = format!("`{name}` has the scheduling strategy DAEMON, which AWS does not scale");
                self.out.refused(&at, message, "leave it out: it has a task on each container instance").none()
            }
            Kind::Stream => {
                let message = format!("`{name}` is a stream of standalone tasks, which has no desired count");
                self.out.wrong_target(&at, message, "name a service").none()
            }
        }
    }

    /// The target that a policy or an action belongs to; `what` is its kind.
    fn target_of<'t>(
        &mut self,
        targets: &'t mut Targets,
        (of, what): (&Resource<'_>, &str),
        at: &str,
        left: &mut LeftOut,
    ) -> Option<&'t mut Registered> {
        let service = self.scaled(of, at, left)?;
        if !targets.contains_key(&service) {
            let name = &self.plan.services[service].name;
            let message = format!("AWS refuses a {what} for `{name}`: no scalable target is registered for it");
            let hint = format!(
                "add {{\"ResourceId\": \"service/{name}\", \"MinCapacity\": 2, \"MaxCapacity\": 20}} to \
                 `scalableTargets`, or what `aws application-autoscaling describe-scalable-targets` prints"
            );
            self.out.refused(&format!("{at}/ResourceId"), message, hint);
        }
        targets.get_mut(&service)
    }

    /// Says what of a target never acts.
    fn idle_target(&mut self, row: &ScalableTarget, at: &str) {
        let state = format!("{at}/SuspendedState");
        let name = &self.plan.services[row.service].name;
        let policies = row.policies.iter().any(|policy| acts(&policy.kind));
        if policies && row.suspended.scale_in && row.suspended.scale_out {
            let message = format!("no scaling policy of `{name}` acts: scaling in and out are suspended");
            self.out.no_effect(&state, message, "write false for one of them");
        }
        if !row.actions.is_empty() && row.suspended.scheduled {
            let message = format!("no scheduled action of `{name}` acts: they are suspended");
            self.out.no_effect(&state, message, "write \"ScheduledScalingSuspended\": false");
        }
        if row.policies.is_empty() && row.actions.is_empty() {
            let message = format!("nothing scales `{name}`: it has no scaling policy and no scheduled action");
            let hint = "add what `aws application-autoscaling describe-scaling-policies` prints to `scalingPolicies`";
            self.out.no_effect(at, message, hint);
        }
        let desired = self.plan.services[row.service].desired;
        if !(row.min..=row.max).contains(&desired) {
            let message = format!(
                "`{name}` begins with {desired} tasks, and its scalable target has {} to {}: it is brought inside when a \
                 policy or a scheduled action acts, not before",
                row.min, row.max
            );
            self.out.doubtful(at, message, "write a `desiredCount` within the bounds");
        }
        self.small_bounds(row, at);
    }
}

impl Activity<'_> {
    /// Warns of bounds that do not carry what is asked.
    fn small_bounds(&mut self, row: &ScalableTarget, at: &str) {
        let found = crate::forecast::scaling::one(&self.plan, row);
        let Some([low, high]) = found.needed else { return };
        let name = &found.service;
        // A scheduled action or a forecast may raise it.
        let raised = row.actions.iter().filter_map(|action| action.max).max().unwrap_or(0).max(row.max);
        let beyond = |policy: &Policy| matches!(&policy.kind, PolicyKind::Predictive(one) if one.beyond_max.is_some());
        if high > raised && !row.policies.iter().any(beyond) {
            let message = format!(
                "`{name}` needs {high} tasks at its peak, and scaling asks for {raised} at most: the rest of its requests \
                 fails"
            );
            self.out.doubtful(&format!("{at}/MaxCapacity"), message, format!("write {high} or more"));
        }
        let left = found.min_left_without_zone;
        // Where a policy keeps more tasks than these, the least does not matter.
        let kept = found.policies.iter().filter_map(|policy| policy.busy).map(|busy| f64::from(low) / busy.max(1e-9));
        let binds = row.min >= low && kept.fold(0.0, f64::max) <= f64::from(row.min);
        if left < low && binds {
            let message = format!(
                "with `MinCapacity` tasks `{name}` has {left} left when it loses a zone, and needs {low} at its lowest \
                 rate"
            );
            let hint = "raise it, so that the other zones carry the load without scaling";
            self.out.doubtful(&format!("{at}/MinCapacity"), message, hint);
        }
    }
}

/// Whether a policy ever changes the desired count.
fn acts(kind: &PolicyKind) -> bool {
    match kind {
        PolicyKind::TargetTracking(_) => true,
        PolicyKind::Step(step) => !step.alarms.is_empty(),
        PolicyKind::Predictive(predictive) => predictive.scales,
    }
}

fn suspended(target: &Written) -> Suspended {
    let state = target.suspended_state.clone().unwrap_or_default();
    Suspended {
        scale_in: state.dynamic_scaling_in_suspended,
        scale_out: state.dynamic_scaling_out_suspended,
        scheduled: state.scheduled_scaling_suspended,
    }
}

impl Registered {
    fn has_policy(&self, name: &str) -> bool {
        self.row.policies.iter().any(|one: &Policy| one.name == name)
    }

    fn has_action(&self, name: &str) -> bool {
        self.row.actions.iter().any(|one: &ScheduledAction| one.name == name)
    }
}
