//! Events of the faults of a scenario. No service of AWS tells of them: their source says so.

use super::{FAULT, Time, Value, Writer, json};
use crate::model::fact::{Cause, NO_ZONE};
use crate::model::ids::ZoneId;

impl Writer<'_> {
    /// A fault begins or ends; `None` for what is no fault of the file.
    pub(super) fn fault(&self, count: u64, time: Time, cause: Cause, zone: ZoneId, begins: bool) -> Option<Value> {
        let (id, occurrence) = cause.as_fault()?;
        let fault = &self.plan.faults[id];
        let mut detail = json!({
            "faultName": fault.name,
            "faultKind": fault.kind,
            "status": if begins { "BEGUN" } else { "ENDED" },
            "occurrence": occurrence + 1,
            "updatedAt": self.date(time, true),
        });
        let mut region = None;
        if zone != NO_ZONE {
            let row = &self.plan.zones[zone];
            detail["availabilityZone"] = row.name.clone().into();
            detail["availabilityZoneId"] = row.id.clone().into();
            region = Some(row.region);
        }
        // It is in no account: that of the first cluster there stands in the envelope.
        let clusters = || self.plan.written.clusters.iter().copied();
        let there = |region| clusters().find(|id| self.plan.cells[self.plan.clusters[*id].cell].region == region);
        let cluster = region.and_then(there).or_else(|| clusters().next())?;
        let region = region.map_or_else(|| self.region(cluster), |region| &self.plan.regions[region].name);
        let place = (self.account(cluster), region.to_owned());
        Some(self.envelope(count, time, FAULT, place, &json!([]), &detail))
    }
}
