//! Events of service auto scaling ([aas-eventbridge]). AWS publishes one where a target is scaled to its maximum; all
//! other activities are told in the shape of `describe-scaling-activities`, by a source of our own.

use super::{EventKind, OWN, Time, Value, Who, Writer, json, uuid};
use crate::model::fact::{ScaledBy, ScalingFact};
use crate::model::ids::ServiceId;
use crate::model::plan::scaling::{PolicyKind, ScalableTarget};

pub(super) const TO_MAX: EventKind = EventKind {
    name: "Application Auto Scaling Scaling Activity State Change",
    source: "aws.application-autoscaling",
    about: "A service is scaled out to its `MaxCapacity`: `oldDesiredCapacity`, `newDesiredCapacity`.",
};
pub(super) const ACTIVITY: EventKind = EventKind {
    name: "Evenkeel Scaling Activity",
    source: OWN,
    about: "Any other scaling activity, as `describe-scaling-activities` prints it: `Cause`, `Description` and \
            `StatusMessage`.",
};

impl Writer<'_> {
    /// The kind of event, the service and the detail; nothing where nothing is told.
    pub(super) fn scaled(&mut self, time: Time, fact: ScalingFact) -> Option<(EventKind, ServiceId, Value)> {
        match fact {
            ScalingFact::Limits { service, min, max } => {
                self.bounds.insert(service, [min, max]);
                None
            }
            ScalingFact::Held { .. } => None,
            ScalingFact::Changed { service, by, from, to } => {
                let target = self.plan.scaling.iter().find(|target| target.service == service)?;
                let [min, max] = self.bounds.get(&service).copied().unwrap_or([target.min, target.max]);
                let to_max = to > from && to >= max && matches!(by, ScaledBy::Policy(_));
                let kind = if to_max { TO_MAX } else { ACTIVITY };
                let resource = format!("service/{}", self.plan.services[service].name);
                let at = self.date(time, true);
                let detail = if to_max {
                    json!({
                        "startTime": at, "endTime": at, "newDesiredCapacity": to, "oldDesiredCapacity": from,
                        "minCapacity": min, "maxCapacity": max, "resourceId": resource,
                        "scalableDimension": "ecs:service:DesiredCount", "serviceNamespace": "ecs",
                        "statusCode": "Successful", "scaledToMax": true, "direction": "scale-out",
                    })
                } else {
                    let who = Who::named(&resource).nth(time.0);
                    json!({
                        "ActivityId": uuid(self.seed, who), "ServiceNamespace": "ecs", "ResourceId": resource,
                        "ScalableDimension": "ecs:service:DesiredCount",
                        "Description": format!("Setting desired count to {to}."),
                        "Cause": self.cause(target, by),
                        "StartTime": at, "EndTime": at, "StatusCode": "Successful",
                        "StatusMessage":
                            format!("Successfully set desired count to {to}. Change successfully fulfilled by ecs."),
                    })
                };
                Some((kind, service, detail))
            }
        }
    }

    fn cause(&self, target: &ScalableTarget, by: ScaledBy) -> String {
        match by {
            ScaledBy::Policy(place) => {
                let Some(policy) = target.policies.get(usize::from(place)) else { return String::new() };
                let alarm = |id| self.plan.alarms[id].name.clone();
                match &policy.kind {
                    PolicyKind::TargetTracking(one) => {
                        format!("monitor alarm {} or its AlarmLow triggered policy {}", alarm(one.high), policy.name)
                    }
                    PolicyKind::Step(one) => {
                        let names: Vec<String> = one.alarms.iter().map(|id| alarm(*id)).collect();
                        format!("monitor alarm {} in state ALARM triggered policy {}", names.join(" or "), policy.name)
                    }
                    PolicyKind::Predictive(_) => format!("forecast of policy {}", policy.name),
                }
            }
            ScaledBy::Action(place) => {
                let name = target.actions.get(usize::from(place)).map_or("", |action| &action.name);
                format!("scheduled action name {name} was triggered")
            }
        }
    }
}
