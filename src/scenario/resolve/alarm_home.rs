//! Alarms as `describe-alarms` prints them: whose metric one is, who names it, and which are left out.
//!
//! An account has alarms of all kinds, for people and for scaling. What acts on none of the scenario's deployments,
//! changes and objectives need not be understood; it is left out, and told once for all.

use super::Activity;
use crate::metrics::Subject;
use crate::model::ids::ServiceId;
use crate::model::problem::{Code, Problem, Problems, Severity};
use crate::scenario::alarm_rule;
use crate::scenario::file::Alarm;
use std::collections::{BTreeMap, BTreeSet};

/// Reasons that are told of alarms which are left out.
const REASONS_MAX: usize = 5;

/// Dimensions that say which service of AWS a metric is of.
const HOMES: [&str; 4] = ["ClusterName", "ServiceName", "TargetGroup", "LoadBalancer"];

impl<'a> Activity<'a> {
    /// Names of alarms that something acts on or asks for, with those that composite ones among them name.
    pub(super) fn wanted_alarms(&self) -> BTreeSet<&'a str> {
        let scenario = self.scenario;
        let services = scenario.clusters.iter().flat_map(|cluster| &cluster.services);
        let deployments = services.filter_map(|one| one.deployment_configuration.as_ref()?.alarms.as_ref());
        let flags = scenario.changes.iter().filter_map(|one| one.feature_flag.as_ref());
        let pipelines = scenario.changes.iter().filter_map(|one| one.pipeline.as_ref());
        let mut wanted: BTreeSet<&str> = deployments.flat_map(|one| &one.alarm_names).map(String::as_str).collect();
        wanted.extend(flags.flat_map(|one| &one.alarm_names).map(String::as_str));
        wanted.extend(pipelines.flat_map(|one| &one.alarms).map(String::as_str));
        let cells = scenario.cellular_application.iter();
        wanted.extend(cells.flat_map(crate::scenario::file::CellularApplication::alarms));
        let steps = scenario.scaling_policies.iter().filter(|one| one.step_scaling_policy_configuration.is_some());
        wanted.extend(steps.flat_map(|one| super::scaling::step_alarms(one, &scenario.alarms)));
        let runs = scenario.zonal_autoshift.iter().filter_map(|one| one.practice_run_configuration.as_ref());
        let conditions = runs.flat_map(|one| one.outcome_alarms.iter().chain(&one.blocking_alarms));
        wanted.extend(conditions.map(|one| super::autoshift::alarm_name(&one.alarm_identifier)));
        let shifts = scenario.changes.iter().filter(|one| one.zonal_shift.is_some());
        wanted.extend(shifts.filter_map(|one| one.on_alarm.as_deref()));
        let objectives = scenario.objectives.iter().filter(|one| one.subject == Subject::Alarm);
        wanted.extend(objectives.map(|one| one.name.as_str()));
        let known: BTreeSet<&'a str> = scenario.alarm_names().into_iter().collect();
        let mut left: Vec<usize> = (0..scenario.composite_alarms.len()).collect();
        loop {
            let before = left.len();
            left.retain(|place| {
                let composite = &scenario.composite_alarms[*place];
                let acts = wanted.contains(composite.alarm_name.as_str());
                if let (true, Ok(rule)) = (acts, alarm_rule::parse(&composite.alarm_rule)) {
                    wanted.extend(rule.names().into_iter().filter_map(|name| known.get(name.as_str())));
                }
                !acts
            });
            if left.len() == before {
                return wanted;
            }
        }
    }

    /// The service whose metric an alarm watches; a problem where it cannot be told.
    pub(super) fn service_of_alarm(&mut self, alarm: &Alarm, at: &str) -> Option<ServiceId> {
        if let Some(written) = &alarm.service {
            return self.names.service(written, &format!("{at}/Service"), self.out);
        }
        if let (Some(cluster), Some(service)) = (alarm.dimension("ClusterName"), alarm.dimension("ServiceName")) {
            return self.names.service(&format!("{cluster}/{service}"), &format!("{at}/Dimensions"), self.out);
        }
        let by_group = alarm.dimension("TargetGroup").map(|group| self.with_target_groups(&[group]));
        let by_balancer = || {
            let groups = self.target_groups_of(alarm.dimension("LoadBalancer")?);
            Some(self.with_target_groups(&groups))
        };
        let naming = self.naming(&alarm.alarm_name);
        let fits = by_group.or_else(by_balancer).unwrap_or_default();
        let both: Vec<ServiceId> = fits.iter().copied().filter(|id| naming.contains(id)).collect();
        match (&fits[..], &both[..], &naming[..]) {
            ([one], ..) | (_, [one], _) | ([], _, [one]) => Some(*one),
            _ => {
                let hint = "write \"Service\": \"cluster/name\" in the alarm";
                let message = "nothing says whose metric this is: `Service` is missing";
                self.out.missing(at, message, hint).none()
            }
        }
    }

    /// Services behind one of these target groups, each by the end of its ARN.
    fn with_target_groups(&self, groups: &[&str]) -> Vec<ServiceId> {
        let written = self.index.services(&self.names).into_iter();
        let behind = |one: &super::index::Written<'_>| {
            let arns = one.service.load_balancers.iter().filter_map(|one| one.target_group_arn.as_deref());
            arns.into_iter().any(|arn| groups.iter().any(|group| arn == *group || ends_with(arn, group)))
        };
        written.filter(behind).filter_map(|one| one.id).collect()
    }

    /// ARNs of the target groups behind a load balancer.
    fn target_groups_of(&self, balancer: &str) -> Vec<&'a str> {
        let groups = self.scenario.target_groups.iter();
        let behind = groups.filter(|one| one.load_balancer_arns.iter().any(|arn| ends_with(arn, balancer)));
        behind.filter_map(|one| one.target_group_arn.as_deref()).collect()
    }

    /// Services whose `deploymentConfiguration` names an alarm.
    fn naming(&self, name: &str) -> Vec<ServiceId> {
        let written = self.index.services(&self.names).into_iter();
        let names = |one: &super::index::Written<'_>| {
            let alarms = one.service.deployment_configuration.as_ref().and_then(|one| one.alarms.as_ref());
            alarms.is_some_and(|alarms| alarms.alarm_names.iter().any(|one| one == name))
        };
        written.filter(names).filter_map(|one| one.id).collect()
    }
}

/// Whether an ARN ends with what a dimension of CloudWatch shows of it, such as `targetgroup/web/6d0ecf831eec9f09`.
fn ends_with(arn: &str, shown: &str) -> bool {
    arn.strip_suffix(shown).is_some_and(|rest| rest.ends_with([':', '/']))
}

/// Whether an alarm looks as AWS prints it: what was written for a scenario says its `Service`.
pub(super) fn is_printed(alarm: &Alarm) -> bool {
    let of_aws = alarm.alarm_arn.is_some() || HOMES.iter().any(|name| alarm.dimension(name).is_some());
    alarm.service.is_none() && of_aws
}

/// Where an alarm says whose metric it watches.
pub(super) fn place_of_service(alarm: &Alarm, at: &str) -> String {
    match &alarm.service {
        Some(_) => format!("{at}/Service"),
        None if alarm.dimensions.is_empty() => at.to_owned(),
        None => format!("{at}/Dimensions"),
    }
}

/// Alarms that nothing names and that cannot be simulated.
#[derive(Default)]
pub(super) struct LeftOut<'s> {
    names: BTreeSet<&'s str>,
    /// The first of them.
    first: Option<String>,
    /// Why, and how many.
    reasons: BTreeMap<String, usize>,
}

impl<'s> LeftOut<'s> {
    /// Takes an alarm in if something was wrong with it.
    pub(super) fn takes(&mut self, alarm: &'s Alarm, at: &str, tried: &Problems) -> bool {
        let Some(wrong) = tried.of(Severity::Error).next() else { return false };
        self.take(&alarm.alarm_name, at, &wrong.message);
        true
    }

    pub(super) fn take(&mut self, name: &'s str, at: &str, why: &str) {
        self.names.insert(name);
        self.first.get_or_insert_with(|| at.to_owned());
        *self.reasons.entry(why.to_owned()).or_default() += 1;
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Tells all of them in one warning.
    pub(super) fn tell(&self, out: &mut Problems) {
        let Some(first) = &self.first else { return };
        let count = self.names.len();
        let (alarms, they, one) =
            if count == 1 { ("alarm is", "it", "it") } else { ("alarms are", "them", "one of them") };
        let mut reasons: Vec<(&String, &usize)> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
        let mut told: Vec<String> = reasons.iter().take(REASONS_MAX).map(|(why, _)| (*why).clone()).collect();
        if reasons.len() > REASONS_MAX {
            told.push(format!("{} more reasons", reasons.len() - REASONS_MAX));
        }
        let message =
            format!("{count} {alarms} left out, as nothing in the scenario names {they}: {}", told.join("; "));
        let hint = format!(
            "no harm where only people or scaling act on {they}; if {one} stops deployments, name it in `alarms` of a \
             `deploymentConfiguration` and look what it lacks"
        );
        out.push(Problem::new(Code::LeftOut, first, message, hint));
    }
}
