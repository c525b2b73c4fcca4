//! Events of Amazon Application Recovery Controller ([arc-eventbridge]).

use super::{EventKind, Time, Value, Writer, json};
use crate::model::fact::{ZonalFact, ZonalStep};
use crate::model::ids::{ClusterId, Resource};

const fn arc(name: &'static str, about: &'static str) -> EventKind {
    EventKind { name, source: "aws.arc-zonal-shift", about }
}

pub(super) const SHIFT_STARTED: EventKind =
    arc("Manual Shift Started", "A zonal shift was started for a resource: `awayFrom` the zone.");
pub(super) const SHIFT_CANCELED: EventKind = arc(
    "Manual Shift Canceled",
    "A zonal shift was cancelled before it would have expired. One that expires has no event.",
);

impl Writer<'_> {
    /// A zonal shift went on; `None` where AWS publishes nothing.
    pub(super) fn zonal(&self, count: u64, time: Time, fact: ZonalFact) -> Option<Value> {
        let kind = match fact.what {
            ZonalStep::Began => SHIFT_STARTED,
            ZonalStep::Cancelled => SHIFT_CANCELED,
            ZonalStep::Expired | ZonalStep::Refused => return None,
        };
        let (cluster, arn) = self.resource(fact.resource);
        let detail = json!({
            "version": "0.0.1",
            "data": "",
            "metadata": { "awayFrom": self.plan.zones[fact.zone].id, "notes": "" },
        });
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
        }
    }
}
