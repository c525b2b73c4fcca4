//! Services that scale: by their CPU, in steps by an alarm, and by scheduled actions.

use crate::dice::Dice;
use evenkeel::internals::engine::{Span, Time};
use evenkeel::internals::model::fact::{ScaledBy, ScalingFact};
use evenkeel::internals::model::ids::ServiceId;
use evenkeel::internals::model::plan::Plan;
use evenkeel::internals::model::plan::scaling::PolicyKind;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Desired counts as facts tell them, and when each policy last scaled in.
#[derive(Default)]
pub(crate) struct Scaled {
    rows: BTreeMap<ServiceId, Row>,
}

#[derive(Default)]
struct Row {
    desired: Option<u32>,
    /// The most there ever were.
    most: u32,
    limits: (u32, u32),
    /// By policy, since the last scale-out.
    ins: BTreeMap<u16, Time>,
}

impl Scaled {
    /// What a fact says that cannot be.
    pub(crate) fn take(&mut self, now: Time, fact: ScalingFact, plan: &Plan) -> Vec<String> {
        let mut wrong = Vec::new();
        match fact {
            ScalingFact::Limits { service, min, max } => {
                self.rows.entry(service).or_default().limits = (min, max);
            }
            ScalingFact::Changed { service, by, from, to } => {
                let name = &plan.services[service].name;
                let row = self.rows.entry(service).or_default();
                let known = row.desired.unwrap_or(plan.services[service].desired);
                if from != known || from == to {
                    wrong.push(format!("{name} goes from {from} to {to}, and there were to be {known}"));
                }
                if !(row.limits.0..=row.limits.1).contains(&to) {
                    wrong.push(format!("{name} goes to {to}, outside of {:?}", row.limits));
                }
                if let (ScaledBy::Policy(policy), true) = (by, to < from) {
                    let last = row.ins.insert(policy, now);
                    let over = last.is_none_or(|last| last + in_cooldown(plan, service, policy) <= now);
                    if !over {
                        wrong.push(format!("{name} scales in by {policy} again in its cooldown"));
                    }
                }
                if let (ScaledBy::Policy(_), true) = (by, to > from) {
                    row.ins.clear();
                }
                (row.desired, row.most) = (Some(to), row.most.max(from).max(to));
            }
            ScalingFact::Held { .. } => {}
        }
        wrong
    }

    /// How many tasks there are to be, and the most that ever were to be.
    pub(crate) fn desired(&self, service: ServiceId, plan: &Plan) -> (u32, u32) {
        let written = plan.services[service].desired;
        let row = self.rows.get(&service);
        (row.and_then(|row| row.desired).unwrap_or(written), row.map_or(0, |row| row.most).max(written))
    }
}

fn in_cooldown(plan: &Plan, service: ServiceId, policy: u16) -> Span {
    let target = plan.scaling.iter().find(|target| target.service == service);
    match target.map(|target| &target.policies[usize::from(policy)].kind) {
        Some(PolicyKind::TargetTracking(one)) => one.in_cooldown,
        Some(PolicyKind::Step(one)) => one.cooldown,
        _ => Span::ZERO,
    }
}

/// Makes scalable targets of some services with traffic. A calm scenario ends as it was written, and so does not scale.
pub(crate) fn add(seed: u64, calm: bool, file: &mut Value) {
    let mut dice = Dice::new(seed ^ 0x5CA1E);
    if calm || dice.one_in(2) {
        return;
    }
    let (mut targets, mut policies, mut actions) = (Vec::new(), Vec::new(), Vec::new());
    let mut alarms = Vec::new();
    for (service, desired) in with_traffic(file) {
        if dice.one_in(3) {
            continue;
        }
        let resource = format!("service/{service}");
        let of = |mut row: Value| {
            row["ServiceNamespace"] = json!("ecs");
            row["ScalableDimension"] = json!("ecs:service:DesiredCount");
            row["ResourceId"] = json!(resource);
            row
        };
        let low = dice.below(desired + 1);
        targets.push(of(json!({ "MinCapacity": low, "MaxCapacity": desired + dice.between(1, 8) })));
        if !dice.one_in(3) {
            let metric = "ECSServiceAverageCPUUtilization";
            policies.push(of(json!({ "PolicyName": format!("cpu-{service}"), "PolicyType": "TargetTrackingScaling",
                "TargetTrackingScalingPolicyConfiguration": { "TargetValue": dice.between(20, 80),
                    "ScaleOutCooldown": dice.pick(&[0, 60, 300]), "ScaleInCooldown": dice.pick(&[0, 60, 300]),
                    "PredefinedMetricSpecification": { "PredefinedMetricType": metric } } })));
        }
        if dice.one_in(2) {
            let policy = format!("steps-{service}");
            let by = dice.pick(&[-2, -1, 1, 3]);
            let alarm = format!("alarm-{service}");
            alarms.push(json!({ "AlarmName": alarm, "Namespace": "AWS/ECS", "MetricName": "CPUUtilization",
                "Service": service, "Period": 60, "EvaluationPeriods": dice.between(1, 3), "Statistic": "Average",
                "Threshold": dice.between(10, 90),
                "ComparisonOperator": if by < 0 { "LessThanThreshold" } else { "GreaterThanThreshold" } }));
            let step = if by < 0 {
                json!({ "MetricIntervalUpperBound": 0, "ScalingAdjustment": by })
            } else {
                json!({ "MetricIntervalLowerBound": 0, "ScalingAdjustment": by })
            };
            policies.push(of(json!({ "PolicyName": policy, "PolicyType": "StepScaling",
                "StepScalingPolicyConfiguration": { "AdjustmentType": "ChangeInCapacity",
                    "Cooldown": dice.pick(&[60, 300]), "StepAdjustments": [step] },
                "Alarms": [{ "AlarmName": alarm }] })));
        }
        if dice.one_in(2) {
            let minute = dice.between(1, 40);
            actions.push(of(json!({ "ScheduledActionName": format!("action-{service}"),
                "Schedule": format!("at(2026-01-05T00:{minute:02}:00)"),
                "ScalableTargetAction": { "MinCapacity": dice.below(3), "MaxCapacity": dice.between(3, 12) } })));
        }
    }
    file["scalableTargets"] = json!(targets);
    file["scalingPolicies"] = json!(policies);
    file["scheduledActions"] = json!(actions);
    let mut all = file.get("alarms").and_then(Value::as_array).cloned().unwrap_or_default();
    all.extend(alarms);
    file["alarms"] = json!(all);
}

/// REPLICA services with traffic, and how many tasks each begins with.
fn with_traffic(file: &Value) -> Vec<(String, u64)> {
    let rows = file["traffic"].as_array().into_iter().flatten();
    let names: Vec<&str> = rows.filter_map(|row| row["service"].as_str()).collect();
    let mut found = Vec::new();
    for cluster in file["clusters"].as_array().into_iter().flatten() {
        let of = cluster["clusterName"].as_str().unwrap_or_default();
        for service in cluster["services"].as_array().into_iter().flatten() {
            let name = format!("{of}/{}", service["serviceName"].as_str().unwrap_or_default());
            let desired = service["desiredCount"].as_u64().filter(|_| service["schedulingStrategy"] != "DAEMON");
            if let Some(desired) = desired.filter(|_| names.contains(&name.as_str())) {
                found.push((name, desired));
            }
        }
    }
    found
}
