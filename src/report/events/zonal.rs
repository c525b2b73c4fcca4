//! Events of Amazon Application Recovery Controller ([arc-eventbridge]).

use super::{EventKind, Time, Value, Writer, json};
use crate::model::fact::{Interruption, ZonalFact, ZonalStep};
use crate::model::ids::{ClusterId, Resource, ShiftSource};
use crate::model::plan::ProviderKind;

const fn arc(name: &'static str, about: &'static str) -> EventKind {
    EventKind { name, source: "aws.arc-zonal-shift", about }
}

pub(super) const SHIFT_STARTED: EventKind =
    arc("Manual Shift Started", "A zonal shift was started for a resource: `awayFrom` the zone.");
pub(super) const SHIFT_CANCELED: EventKind = arc(
    "Manual Shift Canceled",
    "A zonal shift was cancelled before it would have expired. One that expires has no event.",
);
pub(super) const AUTOSHIFT: EventKind =
    arc("Autoshift In Progress", "AWS shifts a resource away from a zone that it sees impaired.");
pub(super) const AUTOSHIFT_COMPLETED: EventKind =
    arc("Autoshift Completed", "The zone has recovered, and the autoshift is over.");
pub(super) const RUN_STARTED: EventKind = arc("Practice Run Started", "A practice run of a resource began.");
pub(super) const RUN_SUCCEEDED: EventKind =
    arc("Practice Run Succeeded", "It lasted for its time, and no outcome alarm rang.");
pub(super) const RUN_FAILED: EventKind = arc("Practice Run Failed", "An outcome alarm rang, and it ended.");
pub(super) const RUN_INTERRUPTED: EventKind =
    arc("Practice Run Interrupted", "Something else ended it: `additionalFailureInfo`.");

impl Writer<'_> {
    /// A zonal shift went on; `None` where AWS publishes nothing.
    pub(super) fn zonal(&self, count: u64, time: Time, fact: ZonalFact) -> Option<Value> {
        let kind = kind(fact)?;
        let (cluster, arn) = self.resource(fact.resource);
        let zone = &self.plan.zones[fact.zone].id;
        let detail = match fact.what {
            ZonalStep::Interrupted(why) => json!({
                "version": "0.0.1",
                "data": { "additionalFailureInfo": interrupted(why) },
                "metadata": { "awayFrom": zone },
            }),
            _ => json!({ "version": "0.0.1", "data": "", "metadata": { "awayFrom": zone, "notes": "" } }),
        };
        let place = (self.account(cluster), self.region(cluster).to_owned());
        Some(self.envelope(count, time, kind, place, &json!([arn]), &detail))
    }

    /// A resource as an ARN, and a cluster whose account it is in.
    fn resource(&self, resource: Resource) -> (ClusterId, String) {
        match resource {
            Resource::Balancer(service) => {
                let row = &self.plan.services[service];
                let id = super::hex(self.seed, row.who.nth(1));
                let name = row.name.replace('/', "-");
                let (region, account) = (self.region(row.cluster), self.account(row.cluster));
                let tail = format!("loadbalancer/app/{name}/{}", &id[..16]);
                (row.cluster, format!("arn:aws:elasticloadbalancing:{region}:{account}:{tail}"))
            }
            Resource::Group(provider) => {
                let row = &self.plan.providers[provider];
                let id = super::hex(self.seed, row.who.nth(1));
                let name = match &row.kind {
                    ProviderKind::Group(group) => &group.name,
                    _ => &row.name,
                };
                let (region, account) = (self.region(row.cluster), self.account(row.cluster));
                let tail = format!("autoScalingGroup:{}:autoScalingGroupName/{name}", &id[..32]);
                (row.cluster, format!("arn:aws:autoscaling:{region}:{account}:{tail}"))
            }
        }
    }
}

fn kind(fact: ZonalFact) -> Option<EventKind> {
    match (fact.source, fact.what) {
        (ShiftSource::Change(_), ZonalStep::Began) => Some(SHIFT_STARTED),
        (ShiftSource::Change(_), ZonalStep::Cancelled) => Some(SHIFT_CANCELED),
        (ShiftSource::Autoshift(_), ZonalStep::Began) => Some(AUTOSHIFT),
        (ShiftSource::Autoshift(_), ZonalStep::Completed) => Some(AUTOSHIFT_COMPLETED),
        (ShiftSource::Practice(_), ZonalStep::Began) => Some(RUN_STARTED),
        (ShiftSource::Practice(_), ZonalStep::Succeeded) => Some(RUN_SUCCEEDED),
        (ShiftSource::Practice(_), ZonalStep::Failed) => Some(RUN_FAILED),
        (ShiftSource::Practice(_), ZonalStep::Interrupted(_)) => Some(RUN_INTERRUPTED),
        _ => None,
    }
}

const fn interrupted(why: Interruption) -> &'static str {
    match why {
        Interruption::BlockingAlarm => "Practice run interrupted. The blocking alarm entered ALARM state.",
        Interruption::ZonalShift => "Practice run interrupted. A zonal shift was started for the resource.",
        Interruption::Autoshift => "Practice run interrupted. An autoshift was started in the Region.",
    }
}
