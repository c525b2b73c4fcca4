//! What the AWS CLI prints of Application Auto Scaling: which service an entry is of, and what is left out.

use super::Activity;
use crate::model::problem::{Code, Problem, Problems};
use crate::scenario::ecs::scaling_policy::ScalingPolicy;
use crate::scenario::file::{Alarm, Scenario};
use std::collections::{BTreeMap, BTreeSet};

/// The namespace and the dimension that are simulated.
const NAMESPACE: &str = "ecs";
const DIMENSION: &str = "ecs:service:DesiredCount";

/// What an entry is of.
pub(super) struct Resource<'a> {
    pub(super) namespace: Option<&'a str>,
    pub(super) dimension: Option<&'a str>,
    pub(super) id: &'a str,
    /// Whether AWS has printed it.
    pub(super) printed: bool,
}

impl<'a> Resource<'a> {
    /// "cluster/name" of the service; nothing where it is of another service of AWS, or a problem is told.
    pub(super) fn known(&self, at: &str, left: &mut LeftOut, out: &mut Problems) -> Option<&'a str> {
        let ours = |written: Option<&str>, own: &str| written.is_none_or(|written| written == own);
        if !ours(self.namespace, NAMESPACE) {
            left.take(&format!("{at}/ServiceNamespace"), "of services of AWS other than `ecs`");
            return None;
        }
        if !ours(self.dimension, DIMENSION) {
            let message = format!("`ecs` has no dimension `{}`", self.dimension.unwrap_or_default());
            return out
                .unknown_value(&format!("{at}/ScalableDimension"), message, format!("write \"{DIMENSION}\""))
                .none();
        }
        let name = self.id.strip_prefix("service/").filter(|name| {
            let mut parts = name.split('/');
            let named = |part: Option<&str>| part.is_some_and(|part| !part.is_empty());
            named(parts.next()) && named(parts.next()) && parts.next().is_none()
        });
        if name.is_none() {
            let message = format!("`{}` names no service", self.id);
            out.malformed(&format!("{at}/ResourceId"), message, "write \"service/CLUSTER/SERVICE\"");
        }
        name
    }
}

/// Entries of a list that are left out.
pub(super) struct LeftOut {
    list: &'static str,
    first: Option<String>,
    reasons: BTreeMap<&'static str, usize>,
}

impl LeftOut {
    pub(super) fn new(list: &'static str) -> LeftOut {
        LeftOut { list, first: None, reasons: BTreeMap::new() }
    }

    pub(super) fn take(&mut self, at: &str, why: &'static str) {
        self.first.get_or_insert_with(|| at.to_owned());
        *self.reasons.entry(why).or_default() += 1;
    }

    /// Tells all of them in one warning.
    pub(super) fn tell(&self, out: &mut Problems) {
        let Some(first) = &self.first else { return };
        let count: usize = self.reasons.values().sum();
        let are = if count == 1 { "entry is" } else { "entries are" };
        let why: Vec<String> = self.reasons.iter().map(|(why, times)| format!("{times} {why}")).collect();
        let message = format!("{count} {are} left out of `{}`: {}", self.list, why.join(", "));
        let hint = "no harm where they are no part of what is simulated; else add the services that they scale";
        out.push(Problem::new(Code::LeftOut, first, message, hint));
    }
}

/// Whether AWS has printed a policy.
pub(super) fn is_printed(policy: &ScalingPolicy) -> bool {
    policy.policy_arn.is_some() || policy.creation_time.is_some()
}

/// Whether an action of an alarm is to run a policy: its ARN, or one that ends in the same resource and name.
fn runs(action: &str, policy: &ScalingPolicy) -> bool {
    let named = || {
        let resource = format!(":resource/ecs/{}:policyName/{}", policy.resource_id, policy.policy_name);
        // Target-tracking and step policies made by the console have more behind the name.
        action.split(":createdBy/").next().is_some_and(|action| action.ends_with(&resource))
    };
    policy.policy_arn.as_deref() == Some(action) || named()
}

/// Names of the alarms that make a step policy act: those that it lists, and those whose actions name it.
pub(in crate::scenario::resolve) fn step_alarms<'a>(
    policy: &'a ScalingPolicy,
    alarms: &'a [Alarm],
) -> BTreeSet<&'a str> {
    let listed = policy.alarms.iter().map(|alarm| alarm.alarm_name.as_str());
    let acting = alarms.iter().filter(|alarm| alarm.actions_enabled != Some(false));
    let acting = acting.filter(|alarm| alarm.alarm_actions.iter().any(|action| runs(action, policy)));
    listed.chain(acting.map(|alarm| alarm.alarm_name.as_str())).collect()
}

/// Whether some policy of the scenario is run by an action of an alarm.
fn runs_any(action: &str, scenario: &Scenario) -> bool {
    scenario.scaling_policies.iter().any(|policy| runs(action, policy))
}

/// What AWS calls the alarms that it makes for target tracking.
const OF_TRACKING: &str = "TargetTracking-";

impl Activity<'_> {
    /// Whether an alarm is one that a target-tracking policy of the scenario makes itself, which is then told. Actions
    /// of other alarms that run nothing here are told, too.
    pub(in crate::scenario::resolve) fn is_of_tracking(&mut self, alarm: &Alarm, at: &str) -> bool {
        let name = alarm.alarm_name.as_str();
        let mut tracking = self
            .scenario
            .scaling_policies
            .iter()
            .filter(|one| one.target_tracking_scaling_policy_configuration.is_some());
        let own = |policy: &ScalingPolicy| {
            let listed = policy.alarms.iter().any(|one| one.alarm_name == name);
            let named = name.strip_prefix(OF_TRACKING).and_then(|rest| rest.strip_prefix(policy.resource_id.as_str()));
            listed || named.is_some_and(|rest| rest.starts_with("-Alarm"))
        };
        if tracking.any(own) {
            self.out.follows(at, format!("`{name}` is not read: its target-tracking policy makes it"), "");
            return true;
        }
        let printed = alarm.alarm_arn.is_some();
        let idle = alarm.alarm_actions.iter().filter(|action| !runs_any(action, self.scenario)).count();
        if idle > 0 && !printed {
            self.out.not_used(&format!("{at}/AlarmActions"), "they run no scaling policy of the scenario");
        }
        false
    }
}
